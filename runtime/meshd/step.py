"""The controller's core: `step(state, event, now)` gives the next state and what to do.

No I/O and no clock. A snapshot is *prepared* by every proxy that is connected, then *committed* by
all at once; a proxy that is away or silent is fenced and catches up when it returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meshd.audited import Audited

PREPARE_SECONDS = 10.0
"""How long a switch waits for a live proxy to prepare before it is fenced."""
INSTANCES = 1000
"""Instances of one workload that are remembered; the one away longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A signed snapshot by name."""

    manifest: str
    commit: str
    height: int


@dataclass(frozen=True, slots=True)
class Proxy:
    """What is known of one instance."""

    workload: str
    connected: bool
    manifest: str | None = None
    height: int = 0
    seen: float = 0.0
    fenced: bool = False
    refusal: str | None = None
    audited: tuple[Audited, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch under way: who still has to prepare, and until when."""

    snapshot: Snapshot
    epoch: int
    waiting: frozenset[str]
    prepared: frozenset[str]
    deadline: float
    workloads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a commit does not become the mesh."""

    commit: str
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything the controller knows."""

    current: Snapshot | None = None
    epoch: int = 0
    switch: Switch | None = None
    proxies: Mapping[str, Proxy] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A commit passed every gate; its snapshot is signed and stored.

    Proxies of a workload that it no longer has are not asked.
    """

    snapshot: Snapshot
    workloads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unstored:
    """A snapshot could not be remembered as the mesh; comes to the state before that was tried."""

    snapshot: Snapshot
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A commit did not pass."""

    commit: str
    text: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A proxy opened its watch stream."""

    instance: str
    workload: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A proxy's watch stream ended."""

    instance: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A proxy said how it stands."""

    instance: str
    workload: str
    event: Literal["prepared", "refused", "committed", "alive"]
    manifest: str
    height: int = 0
    reason: str = ""
    audited: tuple[Audited, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


@dataclass(frozen=True, slots=True)
class Send:
    """Tell a proxy something on its watch stream."""

    instance: str
    event: Literal["prepare", "commit", "abort"]
    epoch: int
    manifest: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Persist:
    """Remember on disk that a snapshot is the mesh."""

    snapshot: Snapshot


Event = Signed | Unstored | Refused | Connected | Disconnected | Reported | Tick
Action = Send | Persist
Outcome = tuple[State, tuple[Action, ...]]


def step(state: State, event: Event, now: float) -> Outcome:  # noqa: PLR0911 - one per event
    """Give the state after an event and the actions that follow from it, in order."""
    match event:
        case Signed():
            return signed(state, event, now)
        case Unstored():
            return unstored(state, event)
        case Refused(commit, text):
            return replace(state, refusal=Refusal(commit, text)), ()
        case Connected(instance, workload):
            return connected(state, instance, workload, now)
        case Disconnected(instance):
            return disconnected(state, instance)
        case Reported():
            return reported(state, event, now)
        case Tick():
            return ticked(state, now)


def signed(state: State, event: Signed, now: float) -> Outcome:
    """Begin a switch to a snapshot; one that was under way is given up for it."""
    snapshot = event.snapshot
    if state.current is not None and snapshot.height <= state.current.height:
        text = f"height {snapshot.height} is not above {state.current.height}"
        return replace(state, refusal=Refusal(snapshot.commit, text)), ()
    actions: list[Action] = []
    if state.switch is not None:
        actions += aborts(state, state.switch, "a newer commit came")
    live = frozenset(
        name
        for name, proxy in state.proxies.items()
        if proxy.connected and proxy.workload in event.workloads
    )
    epoch = state.epoch + 1
    switch = Switch(snapshot, epoch, live, frozenset(), now + PREPARE_SECONDS, event.workloads)
    actions += [Send(name, "prepare", epoch, snapshot.manifest) for name in sorted(live)]
    state, more = settle(replace(state, epoch=epoch, switch=switch))
    return state, (*actions, *more)


def settle(state: State) -> Outcome:
    """Commit the switch under way once nobody has to prepare any more.

    What was refused before lies behind it.
    """
    switch = state.switch
    if switch is None or switch.waiting:
        return state, ()
    snapshot = switch.snapshot
    actions: list[Action] = [Persist(snapshot)]
    proxies = dict(state.proxies)
    for name, proxy in sorted(proxies.items()):
        if not proxy.connected or proxy.workload not in switch.workloads:
            proxies[name] = replace(proxy, fenced=True)
            continue
        if name not in switch.prepared:
            actions.append(Send(name, "prepare", switch.epoch, snapshot.manifest))
            proxies[name] = replace(proxy, fenced=True)
        actions.append(Send(name, "commit", switch.epoch, snapshot.manifest))
    return (
        replace(state, current=snapshot, switch=None, proxies=proxies, refusal=None),
        tuple(actions),
    )


def aborts(state: State, switch: Switch, reason: str) -> list[Action]:
    """Tell everyone who was asked to prepare that it will not be."""
    asked = sorted(switch.waiting | switch.prepared)
    live = [name for name in asked if state.proxies[name].connected]
    return [Send(name, "abort", switch.epoch, switch.snapshot.manifest, reason) for name in live]


def connected(state: State, instance: str, workload: str, now: float) -> Outcome:
    """Note a proxy and tell it where things stand."""
    known = state.proxies.get(instance)
    proxy = Proxy(workload, connected=True, seen=now)
    if known is not None:
        proxy = replace(known, workload=workload, connected=True, seen=now, refusal=None)
    state = replace(state, proxies={**roomy(state, instance, workload), instance: proxy})
    actions: list[Action] = []
    if state.current is not None:
        actions += [
            Send(instance, "prepare", state.epoch, state.current.manifest),
            Send(instance, "commit", state.epoch, state.current.manifest),
        ]
    switch = state.switch
    if switch is not None and workload in switch.workloads:
        # Whatever it prepared on an earlier stream may be lost: it is asked again.
        actions.append(Send(instance, "prepare", switch.epoch, switch.snapshot.manifest))
        switch = replace(
            switch, waiting=switch.waiting | {instance}, prepared=switch.prepared - {instance}
        )
    return replace(state, switch=switch), tuple(actions)


def roomy(state: State, instance: str, workload: str) -> dict[str, Proxy]:
    """Give the proxies, without the one that was away longest if its workload has too many."""
    proxies = dict(state.proxies)
    if instance not in proxies:
        own = [name for name, proxy in proxies.items() if proxy.workload == workload]
        away = [name for name in own if not proxies[name].connected]
        if len(own) >= INSTANCES and away:
            del proxies[min(away, key=lambda name: (proxies[name].seen, name))]
    return proxies


def objection(state: State, instance: str, workload: str) -> str | None:
    """Say why a workload may not speak as an instance; nothing if it may.

    A name belongs to the workload that used it first.
    """
    known = state.proxies.get(instance)
    if known is not None:
        if known.workload == workload:
            return None
        return f"instance `{instance}` belongs to another workload"
    live = sum(one.connected and one.workload == workload for one in state.proxies.values())
    return f"`{workload}` has {INSTANCES} instances already" if live >= INSTANCES else None


def disconnected(state: State, instance: str) -> Outcome:
    """Fence a proxy that went away; a switch no longer waits for it."""
    known = state.proxies.get(instance)
    if known is None:
        return state, ()
    proxy = replace(known, connected=False)
    state = replace(state, proxies={**state.proxies, instance: proxy})
    return settle(without(state, instance))


def without(state: State, instance: str) -> State:
    """Take a proxy out of those a switch waits for."""
    if state.switch is None:
        return state
    waiting = state.switch.waiting - {instance}
    return replace(state, switch=replace(state.switch, waiting=waiting))


def reported(state: State, event: Reported, now: float) -> Outcome:
    """Take in what a proxy says of itself."""
    known = state.proxies.get(event.instance)
    if known is None or known.workload != event.workload:
        return state, ()
    proxy = replace(known, seen=now, audited=event.audited)
    if event.event in {"committed", "alive"} and event.manifest:
        level = state.current is not None and event.manifest == state.current.manifest
        proxy = replace(
            proxy,
            manifest=event.manifest,
            height=event.height,
            fenced=known.fenced and not level,
            refusal=None if level else known.refusal,
        )
    if event.event == "refused":
        proxy = replace(proxy, refusal=event.reason)
    state = replace(state, proxies={**state.proxies, event.instance: proxy})
    switch = state.switch
    if switch is None or event.manifest != switch.snapshot.manifest:
        return state, ()
    if event.instance not in switch.waiting | switch.prepared:
        return state, ()
    if event.event == "refused":
        return refused_by(state, switch, event)
    if event.event != "prepared" or event.instance not in switch.waiting:
        return state, ()
    switch = replace(switch, prepared=switch.prepared | {event.instance})
    return settle(without(replace(state, switch=switch), event.instance))


def refused_by(state: State, switch: Switch, event: Reported) -> Outcome:
    """Stop a switch that a proxy refuses; the mesh stays as it is."""
    text = f"proxy {event.instance} refuses the snapshot: {event.reason}"
    refusal = Refusal(switch.snapshot.commit, text)
    return replace(state, switch=None, refusal=refusal), tuple(aborts(state, switch, text))


def unstored(state: State, event: Unstored) -> Outcome:
    """Give up the switch whose snapshot cannot be remembered; the mesh stays as it is."""
    actions = aborts(state, state.switch, event.text) if state.switch is not None else []
    refusal = Refusal(event.snapshot.commit, event.text)
    return replace(state, switch=None, refusal=refusal), tuple(actions)


def ticked(state: State, now: float) -> Outcome:
    """Fence proxies that did not prepare in time."""
    switch = state.switch
    if switch is None or now < switch.deadline:
        return state, ()
    return settle(replace(state, switch=replace(switch, waiting=frozenset())))
