"""No spelling of a path, a host or a header gets past a rule, in the library or through proxies.

What the application receives is judged by seven readings that know nothing of the product.
`MESHC_HOSTILE_SEED` chooses which paths are made up.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from catalogue import HOSTS, PATHS, Case, is_wanted, name_of
from readings import READINGS, decoded, reaching
from stand import SERVICES, compiled_with, decide, decide_with, question
from sweep import made_up, targets
from wire import request

if TYPE_CHECKING:
    from stand import Stand
    from wire import Client, Seen

UNDECLARED = {"case-insensitive"}
"""An application that reads paths so must say so; see `test_one_that_ignores_case_says_so`."""
DENYING = ["named", "matched"]
UNDER_TEST = [*DENYING, "closed"]
SEED = int(os.environ.get("MESHC_HOSTILE_SEED", "20261121"))
ESCAPES = re.compile(rb"%..", re.DOTALL)
LET_THROUGH = {"named": 1722, "matched": 1722, "closed": 350}
"""How many of the sweep are another path than the protected one, and open."""
LEGITIMATE = re.compile(rb"(/[A-Za-z0-9_~-]+)+")
process = pytest.mark.process


def escapes(service: str, targets: list[bytes]) -> list[tuple[bytes, list[str]]]:
    """Give what reached an application that some reading takes for the protected path."""
    excused = UNDECLARED if service in DENYING else set()
    judged = ((target, sorted(set(reaching(target)) - excused)) for target in targets)
    return [(target, readings) for target, readings in judged if readings]


def sent_on(target: bytes, answer: dict[str, Any]) -> bytes:
    """Give the target that an allowed request is sent on with."""
    _, mark, query = target.partition(b"?")
    return answer["path"].encode() + mark + query


def wanted_of(case: Case, service: str) -> int | str:
    wanted: int | str = case["denying" if service in DENYING else "offering"]
    return wanted


def spelled(case: Case, host: str) -> bytes:
    return case["sent"].replace("HOST", host).encode("latin-1")


def test_the_lists_are_whole() -> None:
    assert [case["id"] for case in PATHS] == [f"A{number:02}" for number in range(1, 37)]
    assert [case["id"] for case in HOSTS] == [f"B{number:02}" for number in range(1, 14)]
    assert len(READINGS) == 7
    assert len({case["sent"] for case in PATHS}) == 36


def test_the_readings_can_tell() -> None:
    """Each reading sees something that it alone, or few, see; so a judge cannot be asleep."""
    for target, wanted in [
        (b"/admin", set(READINGS)),
        (b"/admin/keys?x=/y", set(READINGS)),
        (b"/x/%2e%2e/admin", set(READINGS)),
        (b"/x/..%2fadmin", set(READINGS) - {"rfc3986"}),
        (b"//admin", set(READINGS) - {"rfc3986"}),
        (b"/admin;a=b", {"matrix"}),
        (b"/ADMIN", {"case-insensitive"}),
        (b"/x\\..\\admin", {"backslash"}),
        (b"/%2561dmin", {"double-decoding"}),
        (b"/admin%00x", {"cut"}),
        (b"/admin%23x", {"cut"}),
        (b"http://any.test/admin", set(READINGS)),
        (b"/administrator", set()),
        (b"/x?/../admin", set()),
        (b"/adm%C4%B1n", set()),
    ]:
        assert set(reaching(target)) == wanted, target


@pytest.mark.parametrize("service", UNDER_TEST)
@pytest.mark.parametrize("case", PATHS, ids=name_of)
def test_a_path_in_the_library(case: Case, service: str) -> None:
    host = SERVICES[service]
    target = spelled(case, host)
    (answer,) = decide(service, [question(target, host)])
    assert is_wanted(answer["status"], wanted_of(case, service)), answer["reason"]
    if answer["status"] == 200:
        assert escapes(service, [sent_on(target, answer)]) == []


@process
@pytest.mark.parametrize("service", UNDER_TEST)
@pytest.mark.parametrize("case", PATHS, ids=name_of)
def test_a_path_through_proxies(case: Case, service: str, stand: Stand) -> None:
    host = SERVICES[service]
    target = spelled(case, host)
    wanted = wanted_of(case, service)
    application = stand.application(service)
    for client in (stand.as_peer(service), stand.through_caller()):
        assert is_wanted(client.ask(request(target, host)), wanted)
        seen = [one.target for one in application.taken()]
        assert len(seen) == (wanted == 200)
        assert escapes(service, seen) == []


@pytest.mark.parametrize("case", HOSTS, ids=name_of)
def test_a_host_or_header_in_the_library(case: Case) -> None:
    (answer,) = decide("named", [question(b"/x", SERVICES["named"], case["lines"])])
    assert answer["status"] == case["status"], answer["reason"]


@process
@pytest.mark.parametrize("case", HOSTS, ids=name_of)
def test_a_host_or_header_through_proxies(case: Case, stand: Stand) -> None:
    message = request(b"/x", SERVICES["named"], case["lines"])
    for client in (stand.as_peer("named"), stand.through_caller()):
        assert client.ask(message) == case["status"]
        assert len(stand.application("named").taken()) == (case["status"] == 200)


def swept(service: str) -> tuple[list[bytes], list[dict[str, Any]]]:
    """Decide the whole sweep in one batch."""
    many = list(targets())
    assert len(many) == 14_336
    return many, decide(service, [question(one, SERVICES[service]) for one in many])


@pytest.mark.parametrize("service", UNDER_TEST)
def test_the_sweep_in_the_library(service: str) -> None:
    many, answers = swept(service)
    pairs = list(zip(many, answers, strict=True))
    let_through = [sent_on(one, answer) for one, answer in pairs if answer["status"] == 200]
    assert escapes(service, let_through) == []
    said = Counter(answer["status"] for answer in answers)
    assert set(said) <= {200, 400, 403}
    assert said[200] == LET_THROUGH[service], said
    if service in DENYING:
        assert said[403] > 500, said
        check_what_is_legitimate(pairs)


def check_what_is_legitimate(pairs: list[tuple[bytes, dict[str, Any]]]) -> None:
    """Nothing that has one meaning, and another one than the protected path, is refused."""
    plain = [
        (one, answer["status"])
        for one, answer in pairs
        if not {b"%25", b"%2F"} & set(ESCAPES.findall(one))
        and LEGITIMATE.fullmatch(decoded(one))
        and not decoded(one).startswith(b"/admin")
    ]
    assert len(plain) > 700
    assert {status for _, status in plain} == {200}, [one for one in plain if one[1] != 200][:5]


@pytest.mark.parametrize("service", UNDER_TEST)
def test_no_made_up_path_gets_through(service: str) -> None:
    many = list(made_up(SEED, 20_000))
    answers = decide(service, [question(one, SERVICES[service]) for one in many])
    let_through = [
        (one, sent_on(one, answer))
        for one, answer in zip(many, answers, strict=True)
        if answer["status"] == 200
    ]
    assert escapes(service, [sent for _, sent in let_through]) == []
    assert len(let_through) > (4_000 if service in DENYING else 50)
    # Some were the protected path as they came; the canonical form is what saves the application.
    assert sum(bool(reaching(one)) for one in many) > 1_000


@process
@pytest.mark.parametrize("way", ["as a peer", "through the caller's proxy"])
def test_the_sweep_through_proxies(way: str, stand: Stand) -> None:
    """Proxies answer as the library does, and the application gets what the library says."""
    many, answers = swept("named")
    client = stand.as_peer("named") if way == "as a peer" else stand.through_caller()
    seen = run_sweep(client, many, answers, stand)
    got = [one.target for one in seen]
    assert got == [
        sent_on(one, answer)
        for one, answer in zip(many, answers, strict=True)
        if answer["status"] == 200
    ]
    assert len(got) == LET_THROUGH["named"]
    assert escapes("named", got) == []


def run_sweep(
    client: Client, many: list[bytes], answers: list[dict[str, Any]], stand: Stand
) -> list[Seen]:
    """Send the sweep; gives what the application saw."""
    differing = []
    for target, answer in zip(many, answers, strict=True):
        status = client.ask(request(target, SERVICES["named"]))
        if status != answer["status"]:
            differing.append((target, status, answer["status"]))
    seen = stand.application("named").taken()
    assert differing == []
    return seen


@pytest.mark.parametrize("service", DENYING)
def test_one_that_ignores_case_says_so(service: str) -> None:
    """Declared, nothing is let through under any of the seven readings."""
    declared = b"spec:\n  paths: [plain, matrix, case-insensitive, double-decoding]"
    compiled = compiled_with(service, b"spec:", declared)
    assert compiled.fit, [finding.message for finding in compiled.findings]
    many = [*targets(), *(spelled(case, SERVICES[service]) for case in PATHS)]
    questions = [question(one, SERVICES[service]) for one in many]
    let_through = [
        sent_on(one, answer)
        for one, answer in zip(many, decide_with(compiled, service, questions), strict=True)
        if answer["status"] == 200
    ]
    assert len(let_through) > 1000
    assert [one for one in let_through if reaching(one)] == []
