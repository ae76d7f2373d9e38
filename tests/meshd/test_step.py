"""Laws of the controller's core, over random sequences of events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from meshd import step
from meshd.step import (
    Connected,
    Disconnected,
    Event,
    Persist,
    Proxy,
    Refused,
    Reported,
    Send,
    Signed,
    Snapshot,
    State,
    Tick,
    Unstored,
    objection,
)

NAMES = ("a", "b", "c")
WORKLOADS = frozenset({"shop/a", "shop/b", "shop/c"})


def snapshot(number: int, height: int | None = None) -> Snapshot:
    return Snapshot(f"m{number}", f"c{number}", height if height is not None else number)


def signed(number: int, workloads: frozenset[str] = WORKLOADS) -> Signed:
    return Signed(snapshot(number), workloads)


def connect(name: str) -> Connected:
    return Connected(name, f"shop/{name}")


def report(name: str, event: str, number: int, reason: str = "") -> Reported:
    return Reported(name, f"shop/{name}", event, f"m{number}", number, reason)  # type: ignore[arg-type]  # a word of the protocol


@dataclass
class Run:
    """A core under test, and what it did."""

    state: State = field(default_factory=State)
    now: float = 0.0

    def __call__(self, *events: Event) -> list[tuple[str, str, str]]:
        done: list[tuple[str, str, str]] = []
        for event in events:
            self.state, actions = step.step(self.state, event, self.now)
            for one in actions:
                match one:
                    case Send():
                        done.append((one.instance, one.event, one.manifest))
                    case Persist(stored):
                        done.append(("disk", "persist", stored.manifest))
        return done


events = st.one_of(
    st.builds(signed, st.integers(1, 6)),
    st.builds(connect, st.sampled_from(NAMES)),
    st.builds(Disconnected, st.sampled_from(NAMES)),
    st.builds(
        report,
        st.sampled_from(NAMES),
        st.sampled_from(["prepared", "refused", "committed", "alive"]),
        st.integers(1, 6),
    ),
    st.builds(Refused, st.just("x"), st.just("broken")),
    st.builds(Unstored, st.builds(snapshot, st.integers(1, 6)), st.just("disk full")),
    st.just(Tick()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(events, st.floats(0, 6)), max_size=40))
def test_any_sequence_keeps_the_laws(
    sequence: list[tuple[Event, float]],
) -> None:
    run = Run()
    height = 0
    asked: dict[str, str] = {}  # what each stream was last asked to prepare
    prepared: set[tuple[str, str]] = set()
    began = 0.0
    for event, passed in sequence:
        run.now += passed
        before = run.state
        match event:
            case Reported(name, event="prepared", manifest=manifest) if asked.get(name) == manifest:
                prepared.add((name, manifest))
            case Connected(name) | Disconnected(name):
                prepared = {pair for pair in prepared if pair[0] != name}
                asked.pop(name, None)
            case Signed():
                prepared.clear()
                began = run.now
        done = run(event)
        asked |= {name: manifest for name, told, manifest in done if told == "prepare"}
        persisted = [manifest for name, told, manifest in done if told == "persist"]
        for manifest in persisted:
            assert run.state.current is not None
            assert run.state.current.manifest == manifest
            assert run.state.switch is None
            late = run.now >= began + step.PREPARE_SECONDS
            for name, proxy in run.state.proxies.items():
                was = before.proxies.get(name)
                if proxy.connected and was is not None and was.connected:
                    assert (name, manifest) in prepared or (late and proxy.fenced)
        if run.state.current is not None:
            assert run.state.current.height >= height
            height = run.state.current.height
        told = [name for name, event_, _ in done if event_ == "abort"]
        gone = before.switch is not None and (
            run.state.switch is None or run.state.switch.epoch != before.switch.epoch
        )
        if before.switch is not None and gone and not persisted:
            live = {name for name, one in run.state.proxies.items() if one.connected}
            assert set(told) == (before.switch.waiting | before.switch.prepared) & live
        else:
            assert not told


def test_a_switch_waits_for_every_live_proxy_and_commits_at_once() -> None:
    run = Run()
    assert run(connect("a"), connect("b")) == []
    assert run(signed(1)) == [("a", "prepare", "m1"), ("b", "prepare", "m1")]
    assert run(report("a", "prepared", 1)) == []
    assert run(report("b", "prepared", 1)) == [
        ("disk", "persist", "m1"),
        ("a", "commit", "m1"),
        ("b", "commit", "m1"),
    ]


def test_a_refusal_aborts_with_the_reason_and_the_mesh_stays() -> None:
    run = Run()
    run(signed(1), connect("a"), connect("b"), signed(2), report("a", "prepared", 2))
    done = run(report("b", "refused", 2, "unknown capability"))
    assert done == [("a", "abort", "m2"), ("b", "abort", "m2")]
    assert run.state.current == snapshot(1)
    assert run.state.refusal is not None
    assert "b refuses the snapshot: unknown capability" in run.state.refusal.text


def test_a_refusal_of_the_mesh_itself_is_the_proxys_own_state_only() -> None:
    run = Run()
    run(signed(1), connect("a"))
    assert run(report("a", "refused", 1, "old height")) == []
    assert run.state.proxies["a"].refusal == "old height"
    assert run.state.refusal is None
    run(report("a", "alive", 1))
    assert run.state.proxies["a"].refusal is None


def test_somebody_not_asked_cannot_stop_a_switch() -> None:
    run = Run()
    others = frozenset({"shop/a"})
    run(signed(1), connect("a"), connect("b"), signed(2, others))
    assert run(report("b", "refused", 2, "no")) == []
    assert run.state.switch is not None


def test_a_silent_proxy_is_fenced_after_the_deadline_and_told_to_catch_up() -> None:
    run = Run()
    run(signed(1), connect("a"), connect("b"), signed(2), report("a", "prepared", 2))
    assert run(Tick()) == []
    run.now = step.PREPARE_SECONDS
    assert run(Tick()) == [
        ("disk", "persist", "m2"),
        ("a", "commit", "m2"),
        ("b", "prepare", "m2"),
        ("b", "commit", "m2"),
    ]
    assert run.state.proxies["b"].fenced
    run(report("b", "committed", 2))
    assert not run.state.proxies["b"].fenced


def test_a_proxy_that_returns_during_a_switch_is_asked_again() -> None:
    run = Run()
    run(signed(1), connect("a"), connect("b"), signed(2), report("a", "prepared", 2))
    assert run(Disconnected("a"), connect("a")) == [
        ("a", "prepare", "m1"),
        ("a", "commit", "m1"),
        ("a", "prepare", "m2"),
    ]
    assert run(report("b", "prepared", 2)) == []
    assert run(report("a", "prepared", 2))[0] == ("disk", "persist", "m2")


def test_a_newer_commit_takes_the_place_of_a_switch_under_way() -> None:
    run = Run()
    run(signed(1), connect("a"), signed(2))
    assert run(signed(3)) == [("a", "abort", "m2"), ("a", "prepare", "m3")]
    assert run(report("a", "prepared", 2)) == []
    assert run(report("a", "prepared", 3))[0] == ("disk", "persist", "m3")


def test_a_workload_that_a_snapshot_drops_is_not_asked_and_not_told() -> None:
    run = Run()
    run(signed(1), connect("a"), connect("b"))
    assert run(signed(2, frozenset({"shop/a"}))) == [("a", "prepare", "m2")]
    done = run(report("a", "prepared", 2))
    assert done == [("disk", "persist", "m2"), ("a", "commit", "m2")]
    assert run.state.proxies["b"].fenced


def test_a_snapshot_that_cannot_be_remembered_is_given_up() -> None:
    run = Run()
    run(signed(1), connect("a"), signed(2))
    assert run(Unstored(snapshot(2), "disk full")) == [("a", "abort", "m2")]
    assert run.state.current == snapshot(1)
    assert run.state.switch is None


def test_a_name_belongs_to_the_workload_that_used_it_first() -> None:
    run = Run()
    run(connect("a"))
    assert objection(run.state, "a", "shop/a") is None
    said = objection(run.state, "a", "shop/b")
    assert said is not None
    assert "another workload" in said
    run(signed(1))
    before = run.state
    assert run(Reported("a", "shop/b", "refused", "m1", 1, "no")) == []
    assert run.state == before


def test_instances_of_one_workload_are_bounded() -> None:
    many = {str(n): Proxy("shop/a", connected=n > 0, seen=float(n)) for n in range(step.INSTANCES)}
    run = Run(State(proxies=many))
    assert objection(run.state, "new", "shop/a") is None
    run(Connected("new", "shop/a"))
    assert len(run.state.proxies) == step.INSTANCES
    assert "0" not in run.state.proxies
    full = replace(run.state)
    assert objection(full, "more", "shop/a") is not None
    assert objection(full, "more", "shop/b") is None
