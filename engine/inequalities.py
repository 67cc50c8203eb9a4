"""Linear inequalities over unknowns, in whole numbers: whether they can all hold, and what they say of one unknown.

Fourier-Motzkin elimination over the rationals (Dantzig and Eaves, 1973): whole multiples of an inequality say the
same, so that no fraction is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from engine.unknowns import (
    Linear,
    OpenValue,
    Shaped,
    Sign,
    Threshold,
    Unknown,
    day_of,
    hangs_on,
    least_of,
    most_of,
    number_at,
    trend_of,
)
from engine.values import LimitReached

_MOST = 4_000

Inequality = tuple[dict[Unknown, int], int, bool]
"""``terms + constant ≤ 0`` (True: ``< 0``), the coefficients and the constant in lowest terms."""


def inequality(terms: Mapping[Unknown, int | Fraction], constant: int | Fraction, strict: bool) -> Inequality:
    """The inequality with whole coefficients."""
    scale = lcm(constant.denominator, *(factor.denominator for factor in terms.values()))
    return _lowest({unknown: int(factor * scale) for unknown, factor in terms.items()}, int(constant * scale), strict)


def _lowest(terms: dict[Unknown, int], constant: int, strict: bool) -> Inequality:
    shared = gcd(constant, *terms.values())
    if shared > 1:
        return {unknown: factor // shared for unknown, factor in terms.items()}, constant // shared, strict
    return terms, constant, strict


def inequality_in(question: Any, answer: bool) -> Inequality | None:
    """What an answer to a question says as an inequality; None where it says nothing of that sort."""
    if isinstance(question, Threshold):
        terms, constant, strict = inequality({question.value: 1}, -question.bound, question.strict)
    elif isinstance(question, Sign):
        terms, constant, strict = inequality(dict(question.terms), question.constant, question.strict)
    else:
        return None
    if answer:
        return terms, constant, strict
    return {unknown: -factor for unknown, factor in terms.items()}, -constant, not strict


def open_values(question: Any) -> Iterator[OpenValue]:
    """The open values of which a question is an inequality."""
    pending: list[Any] = []
    if isinstance(question, Threshold):
        pending = [question.value]
    elif isinstance(question, Sign):
        pending = [unknown for unknown, _ in question.terms]
    while pending:
        scalar = pending.pop()
        if isinstance(scalar, OpenValue):
            yield scalar
        elif isinstance(scalar, Shaped):
            pending += scalar.arguments
        elif isinstance(scalar, Linear):
            pending += [unknown for unknown, _ in scalar.terms]


# ------------------------------------------------------------------- together


def can_hold(found: list[Inequality]) -> bool:
    """Whether some values of the unknowns, none below its least or above its most, fulfil all of these."""
    unknowns = [unknown for terms, _, _ in found for unknown in terms]
    if len(set(unknowns)) == len(unknowns) and all(type(unknown) is OpenValue for unknown in unknowns):
        return all(map(_can_hold_alone, found))
    return projected(found, None) is not None


def _can_hold_alone(each: Inequality) -> bool:
    """Whether an inequality of open values that no other is about can hold."""
    terms, total, strict = each
    for unknown, factor in terms.items():
        end = _least(unknown) if factor > 0 else most_of(unknown)
        if end is None:
            return True
        total += factor * end
    return total < 0 or (total == 0 and not strict)


def projected(found: list[Inequality], kept: OpenValue | None) -> list[Inequality] | None:
    """What inequalities say of one open value and what is computed from it; None: they cannot all hold.

    Past a few thousand it gives up and says that they can, and nothing more of the value.
    """
    bounded = [*found, *ends_of(found)]
    remaining = _strongest([*bounded, *_carried(bounded)])
    while True:
        for terms, constant, strict in remaining:
            if not terms and (constant > 0 or (strict and constant == 0)):
                return None
        remaining = [each for each in remaining if each[0]]
        if len(remaining) > _MOST:
            return []
        unknown = _cheapest(remaining, kept)
        if unknown is None:
            return remaining
        remaining = _strongest(_without(unknown, remaining))


def _strongest(found: Iterable[Inequality]) -> list[Inequality]:
    """Of those with the same terms the one that says most, in the place of the first."""
    kept: dict[frozenset[tuple[Unknown, int]], Inequality] = {}
    for each in found:
        terms, constant, strict = each
        same = frozenset(terms.items())
        before = kept.get(same)
        if before is None or (constant, strict) > before[1:]:
            kept[same] = each
    return list(kept.values())


def _cheapest(found: list[Inequality], kept: OpenValue | None) -> Unknown | None:
    """The other unknown whose elimination leaves the fewest inequalities, the first met of equals."""
    above: dict[Unknown, int] = {}
    below: dict[Unknown, int] = {}
    for terms, _, _ in found:
        for unknown, factor in terms.items():
            side, other = (above, below) if factor > 0 else (below, above)
            side[unknown] = side.get(unknown, 0) + 1
            other.setdefault(unknown, 0)
    others = [unknown for unknown in above if kept is None or not hangs_on(unknown, kept)]
    return min(
        others, key=lambda unknown: above[unknown] * below[unknown] - above[unknown] - below[unknown], default=None
    )


def _without(unknown: Unknown, found: list[Inequality]) -> Iterator[Inequality]:
    uppers = [each for each in found if each[0].get(unknown, 0) > 0]
    lowers = [each for each in found if each[0].get(unknown, 0) < 0]
    yield from (each for each in found if not each[0].get(unknown, 0))
    yield from (cancelled(unknown, upper, lower) for upper in uppers for lower in lowers)


def cancelled(unknown: Unknown, upper: Inequality, lower: Inequality) -> Inequality:
    """The sum of two inequalities, above and below an unknown, in which it cancels out."""
    over, under = upper[0][unknown], -lower[0][unknown]
    terms = {other: factor * under for other, factor in upper[0].items()}
    for other, factor in lower[0].items():
        terms[other] = terms.get(other, 0) + factor * over
    left = {other: factor for other, factor in terms.items() if factor}
    return _lowest(left, upper[1] * under + lower[1] * over, upper[2] or lower[2])


# ----------------------------------------------------------------------- ends


def ends_of(found: Iterable[Inequality]) -> Iterator[Inequality]:
    """That no unknown of these is below its least value, or above its most."""
    for unknown in dict.fromkeys(unknown for terms, _, _ in found for unknown in terms):
        least, most = _least(unknown), most_of(unknown)
        if least is not None:
            yield {unknown: -1}, least, False
        if most is not None:
            yield {unknown: 1}, -most, False


def _least(unknown: Unknown) -> int | None:
    least = least_of(unknown)
    return unknown.type.least if least is None else least


def _carried(found: list[Inequality]) -> Iterator[Inequality]:
    """What a bound of an open day says of what rises or falls with it: until October 31, so three months after it."""
    shaped = dict.fromkeys(unknown for terms, _, _ in found for unknown in terms if isinstance(unknown, Shaped))
    for unknown in shaped:
        day = day_of(unknown)
        trend = None if day is None else trend_of(unknown, day)
        if day is None or not trend:
            continue
        for terms, constant, strict in found:
            if [*terms] != [day]:
                continue
            factor = terms[day]
            side = 1 if factor > 0 else -1  # at most, or at least, so much
            whole, rest = divmod(-constant * side, factor)
            last = whole - (strict and not rest)
            try:
                reached = number_at(unknown, day, last * side)
            except (LimitReached, ValueError, OverflowError):  # past the calendar
                continue
            yield inequality({unknown: side * trend}, -reached * side * trend, False)
