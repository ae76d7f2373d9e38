"""What becomes of a request on its whole way: caller's proxy, gateway's routes, callee's proxy.

Every verdict comes from the decision core that proxies run; this only asks the right slices in the
right order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshc._native import Decider

ALLOWED: Final = "allowed"
Json = dict[str, Any]  # decisions and slices are JSON of many types


class Unanswerable(Exception):
    """The question names something that does not exist; says what."""


@dataclass(frozen=True, slots=True)
class User:
    """For whom a request is sent: as if it carried a sound token of that TokenIssuer.

    `claims` are those of the token, as JSON; proxies that read no token of the issuer ignore it.
    """

    issuer: str
    claims: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its sender would send it; `to` and `sender` are `namespace/name`.

    `sender` may also be a SPIFFE ID; nothing means that no identity is proved. `draw` is what a
    weighted choice is made by, 0 to 2^32 - 1; `now` are Unix seconds.
    """

    to: str
    now: int
    sender: str | None = None
    method: str = "GET"
    path: str = "/"
    host: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    port: str | None = None
    draw: int = 0
    source: str | None = None
    """The IP address the connection comes from; nothing where it is not known."""
    client: str | None = None
    """The IP address of the client as our gateway saw it; nothing: a gateway sees the source."""
    user: User | None = None
    """For whom it is sent; nothing where it carries no token."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one proxy decides; `side` is `caller`, `gateway` or `callee`."""

    workload: str
    side: str
    answer: Json

    @property
    def allowed(self) -> bool:
        """Tell whether it lets the request pass."""
        return bool(self.answer["verdict"] == ALLOWED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What every proxy on the way decides; the first that refuses is what the caller sees."""

    steps: tuple[Step, ...]

    @property
    def deciding(self) -> Step:
        """Give the first step that refuses, else the last."""
        return next((one for one in self.steps if not one.allowed), self.steps[-1])

    @property
    def operation(self) -> str | None:
        """Give the operation at the callee."""
        found: str | None = self.steps[-1].answer.get("operation")
        return found

    @property
    def destination(self) -> str | None:
        """Give `namespace/name`, with `/version` where traffic chose one."""
        chosen = [one.answer for one in self.steps if one.answer.get("destination")]
        if not chosen:
            return None
        cluster = chosen[-1].get("cluster")
        return f"{chosen[-1]['destination']}{f'/{cluster}' if cluster else ''}"

    def to_json(self) -> Json:
        """Give verdict, status, operation, rule, destination, reason, and every step."""
        answer = self.deciding.answer
        return {
            "verdict": answer["verdict"],
            "status": answer["status"],
            "operation": self.operation,
            "rule": answer.get("rule"),
            "destination": self.destination,
            "reason": answer["reason"],
            "steps": [{"workload": s.workload, "side": s.side, **s.answer} for s in self.steps],
        }


@dataclass(slots=True)
class Decisions:
    """The decision tables of one snapshot; each is loaded when it is first asked."""

    slices: dict[str, tuple[bytes, bytes]]
    callees: dict[str, bytes]
    """What the slices name, by digest."""
    commit: str
    _deciders: dict[str, Decider] = field(default_factory=dict)
    _contents: dict[str, Json] = field(default_factory=dict)

    @classmethod
    def of(
        cls, slices: Iterable[tuple[str, bytes, bytes]], callees: dict[str, bytes], commit: str
    ) -> Decisions:
        """Take the slices of a snapshot, and what they name by digest."""
        named = {name: (content, places) for name, content, places in slices}
        return cls(named, callees, commit)

    def decide(self, request: Request) -> Decision:
        """Follow a request along its way; raises `Unanswerable`."""
        target = self._content(request.to)
        sender = request.sender
        if sender is None or sender.startswith("spiffe://"):
            return Decision(tuple(self._inbound(request.to, request, sender)))
        listener = listener_of(target, request.port)
        port = None if listener is None else int(listener["port"])
        steps = [self._outbound(sender, request, port, tcp=is_tcp(listener))]
        identity: str = self._content(sender)["inbound"]["identity"]
        # The callee is asked too where the caller's proxy refuses: both halves are worth seeing.
        steps += self._inbound(request.to, request, identity)
        return Decision(tuple(steps))

    def _outbound(self, sender: str, request: Request, port: int | None, *, tcp: bool) -> Step:
        decider = self.tables(sender)
        if tcp:
            question: Json = {"destination": request.to, "port": port, "draw": request.draw}
            named = (one["callee"] for one in self._content(sender)["destinations"])
            known = (json.loads(self.callees[name])["workload"] for name in named)
            if request.to not in known:
                return Step(sender, "caller", undeclared(request.to, self.commit))
        else:
            question = {**self._http(request), "host": request.host or authority(request.to, port)}
        return Step(sender, "caller", answer(decider.outbound(json.dumps(question))))

    def _inbound(self, workload: str, request: Request, identity: str | None) -> list[Step]:
        content = self._content(workload)
        listener = listener_of(content, request.port)
        if listener is None:
            raise Unanswerable(f"`{workload}` has no ports, so nothing can be sent to it")
        question = {
            **self._http(request),
            "from": identity,
            "listener": listener["name"],
            "host": request.host or authority(workload, None),
        }
        seen = {"source": request.source, "client": request.client}
        question |= {name: text for name, text in seen.items() if text is not None}
        if request.user is not None:
            question["user"] = {"issuer": request.user.issuer, "claims": request.user.claims}
        if content["routes"] and request.host is None:
            question["host"] = next(
                (h for h in listener["hosts"] if not h.startswith("*")), "gateway"
            )
        said = answer(self.tables(workload).inbound(json.dumps(question)))
        if not content["routes"]:
            return [Step(workload, "callee", said)]
        steps = [Step(workload, "gateway", said)]
        if said["verdict"] == ALLOWED:
            onward = Request(
                to=said["destination"],
                now=request.now,
                method=request.method,
                path=request.path,
                headers=request.headers,
                draw=request.draw,
                client=request.client or request.source,
                user=request.user,
            )
            steps += self._inbound(onward.to, onward, content["inbound"]["identity"])
        return steps

    @staticmethod
    def _http(request: Request) -> Json:
        return {
            "method": request.method,
            "target": request.path,
            "headers": [list(one) for one in request.headers],
            "now": request.now,
            "draw": request.draw,
        }

    def tables(self, workload: str) -> Decider:
        """Give a workload's own tables; raises `Unanswerable`."""
        self._content(workload)
        if workload not in self._deciders:
            from meshc._native import Decider as Native  # loaded once something is asked

            content, places = self.slices[workload]
            self._deciders[workload] = Native(content, places, self.commit, self.callees)
        return self._deciders[workload]

    def _content(self, workload: str) -> Json:
        if workload not in self.slices:
            from meshc.names import nearest

            near = nearest(workload, list(self.slices))
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise Unanswerable(f"`{workload}` is no workload of this mesh{hint}")
        if workload not in self._contents:
            self._contents[workload] = json.loads(self.slices[workload][0])
        return self._contents[workload]


def answer(text: str) -> Json:
    """Read an answer of the decision core; raises `Unanswerable` if the question was none."""
    said: Json = json.loads(text)
    if said["verdict"] == "error":
        raise Unanswerable(said["error"])
    return said


def undeclared(workload: str, commit: str) -> Json:
    """Say what a caller's proxy without a listener for a TCP destination amounts to."""
    reason = {
        "verdict": "unavailable",
        "status": 503,
        "kind": "not-declared",
        "sentence": f"the caller declares no call to `{workload}`, its proxy opens no port for it",
        "commit": commit,
    }
    return {"verdict": "unavailable", "status": 503, "reason": reason}


def listener_of(content: Json, name: str | None) -> Json | None:
    """Give the listener of that name, or the first; raises `Unanswerable` for an unknown name."""
    listeners: list[Json] = content["inbound"]["listeners"]
    if name is None:
        return next(iter(listeners), None)
    found = next((one for one in listeners if one["name"] == name), None)
    if found is None:
        raise Unanswerable(f"`{content['workload']}` has no port named `{name}`")
    return found


def is_tcp(listener: Json | None) -> bool:
    """Tell whether opaque bytes are spoken there."""
    return listener is not None and listener["protocol"] == "tcp"


def authority(workload: str, port: int | None) -> str:
    """Give the name a workload surely answers to."""
    namespace, _, name = workload.partition("/")
    return f"{name}.{namespace}{f':{port}' if port else ''}"
