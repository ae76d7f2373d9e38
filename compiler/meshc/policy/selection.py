"""Which rules run, and how much what they find weighs: pure functions of settings.

What keeps a mesh from being read, checked or linked always counts: no setting makes it silent, for
it would be compiled into something that nobody wrote. Everything else is judgement.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.record import dataclass
from meshc.rules.index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

ALL: Final = "ALL"
OF_JUDGEMENT: Final = frozenset({"judge", "rule", "date", "owners", "text", "policy"})
"""Who finds what keeps no mesh from being linked."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place (a file, the command line) says about the rules that run."""

    select: tuple[str, ...] | None = None
    """Nothing: what lower layers selected stays; otherwise only these run."""
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def adjustable(code: str) -> bool:
    """Tell whether settings may silence a rule or change its weight."""
    rule = RULES.get(code)
    judged = rule is not None and rule.found_by in OF_JUDGEMENT
    return judged or (rule is not None and rule.severity != Severity.ERROR)


def suppressible(code: str) -> bool:
    """Tell whether a comment, a Waiver or a baseline may hide what a rule finds."""
    return adjustable(code) and RULES[code].found_by != "policy"


def meant(word: str) -> str:
    """Suggest what was meant by a word that is no code: the rule of that name, or the nearest."""
    from meshc.names import nearest

    names = {rule.name: code for code, rule in RULES.items()} | {code: code for code in RULES}
    group = [code for code in RULES if code.startswith(word[:3].upper())]
    typed = word.upper().replace("O", "0").replace("L", "1")
    near = nearest(typed, group) if group else nearest(word, list(names))
    return f"did you mean `{names[near[0]]}`?" if near else "`meshc explain --list` lists the rules"


def covered(prefix: str) -> list[str]:
    """Give the codes that a code, the beginning of one or `ALL` stands for."""
    return [code for code in RULES if fits(prefix, code)]


def fits(prefix: str, code: str) -> bool:
    """Tell whether a code is meant by a code, the beginning of one, or `ALL`."""
    return prefix == ALL or code.startswith(prefix)


def closeness(prefixes: Iterable[str], code: str) -> int:
    """Say how closely the closest of some prefixes names a code; 0 where none does.

    `ALL` is the widest, a whole code the closest.
    """
    found = (1 if one == ALL else len(one) for one in prefixes if fits(one, code))
    return max(found, default=0)


def runs(code: str, layers: Iterable[Layer]) -> bool:
    """Tell whether a rule runs, layers given from the lowest to the highest.

    In one layer what names the rule more closely holds, and of equals `ignore`; a higher layer
    holds over a lower one. The order inside a list never matters.
    """
    if not adjustable(code):
        return True
    on = True
    for layer in layers:
        chosen = closeness((*(layer.select or ()), *layer.extend), code)
        ignored = closeness(layer.ignore, code)
        if chosen or ignored:
            on = chosen > ignored
        elif layer.select is not None:
            on = False
    return on


def named(layers: Iterable[Layer]) -> frozenset[str]:
    """Give the codes that layers select in full, for rules that run only then."""
    layers = tuple(layers)
    codes = {code for layer in layers for code in (*(layer.select or ()), *layer.extend)}
    return frozenset(code for code in codes if code in RULES and runs(code, layers))


def closest(table: Mapping[str, Severity], code: str) -> Severity | None:
    """Give the severity of the closest prefix that means a code."""
    known = [prefix for prefix in table if fits(prefix, code)]
    return table[max(known, key=lambda one: 1 if one == ALL else len(one))] if known else None


def weight(code: str, profile: str) -> Severity:
    """Give what a rule weighs under a profile before settings change it."""
    rule = RULES.get(code)
    if rule is None:
        return Severity.ERROR
    return Severity((profile == "strict" and rule.strict) or rule.severity)
