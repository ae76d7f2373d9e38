"""Finds the cause of every difference by taking features away and asking both sides again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreement.kinds import Kind
    from agreement.request import Request
    from agreement.verdict import Pair, Sides


@dataclass(frozen=True)
class Difference:
    """A pair on which the sides differ, and why."""

    pair: Pair
    kinds: tuple[Kind, ...]
    """The causes: one that explains it alone, or several needed together; none if unexplained."""

    @property
    def lawful(self) -> bool:
        """Tell whether one of the causes allows these two verdicts."""
        return any(one.lawful(self.pair.ours, self.pair.theirs) for one in self.kinds)

    def bare(self) -> Request:
        """Give the request without what these kinds are known by."""
        request = self.pair.request
        for kind in self.kinds:
            request = kind.without(self.pair.policy, request)
        return request


def explain(sides: Sides, pairs: Sequence[Pair], kinds: Sequence[Kind]) -> list[Difference]:
    """Explain every difference among pairs.

    A kind explains one alone if the request has its feature, the two verdicts may differ so, and
    both sides agree on the request without it. Several explain one together if they agree once all
    their features are gone, one of them allows the two verdicts, and none can be left out. Nothing
    explains a verdict of ours that the plain reference of the language does not share.
    """
    found = []
    suspected = []
    for pair in (one for one in pairs if not one.agreed):
        backed = pair.backed()
        present = tuple(one for one in kinds if backed and one.present(pair.policy, pair.request))
        suspected.append(
            [*(Difference(pair, (one,)) for one in present), Difference(pair, present)]
        )
    tried = [one for many in suspected for one in many]
    agreed = iter(agreements(sides, tried))
    for many in suspected:
        explaining = [one for one in many if next(agreed) and one.lawful]
        found.append(explaining[0] if explaining else Difference(many[0].pair, ()))
    return needed(sides, found, kinds)


def needed(
    sides: Sides, differences: Sequence[Difference], kinds: Sequence[Kind]
) -> list[Difference]:
    """Leave out of several causes what the explanation does without, one kind after the other."""
    found = list(differences)
    for kind in kinds:
        fewer = {
            at: replace(one, kinds=tuple(other for other in one.kinds if other != kind))
            for at, one in enumerate(found)
            if len(one.kinds) > 1 and kind in one.kinds
        }
        fewer = {at: one for at, one in fewer.items() if one.lawful}
        agreed = agreements(sides, list(fewer.values()))
        for (at, one), still in zip(fewer.items(), agreed, strict=True):
            if still:
                found[at] = one
    return found


def agreements(sides: Sides, tried: Sequence[Difference]) -> list[bool]:
    """Tell for each difference whether both sides agree once the features of its kinds are gone."""
    asked = [(one.pair.policy, one.bare()) for one in tried]
    return [one.agreed for one in sides.ask(asked)]
