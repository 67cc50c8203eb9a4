"""Operations on values that are not known, and comparing them.

For one open value against a known one a comparison is an exact threshold, and so it is for whatever is computed from
one open day and rises or falls with it; for several open values it is the sign of a sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

from engine.decision import FALSE, TRUE, Decisions, TooManyCases, Truth
from engine.model import Comparison
from engine.operations import OPERATIONS, ROUNDINGS
from engine.unknowns import (
    MOST_CASES,
    NONE,
    Cases,
    Equals,
    Linear,
    OpenValue,
    Scalar,
    Shaped,
    Sign,
    Threshold,
    Unknown,
    day_of,
    is_symbolic,
    least_of,
    most_of,
    number_at,
    trend_of_sum,
)
from engine.values import Calendar, Kind, LimitReached, Type, Value, exact

# --------------------------------------------------------------- applying


def apply(
    operation: str, arguments: Iterable[Scalar | Cases], result: Type, calendar: Calendar, decisions: Decisions
) -> Scalar | Cases:
    """The operation on values any of which may be unknown or be one of several; `NONE` where one is none."""
    arguments = tuple(arguments)
    if not any(type(argument) is Cases for argument in arguments):
        return _apply_scalars(operation, arguments, result, calendar, decisions)
    return spread(
        arguments, lambda *scalars: _apply_scalars(operation, scalars, result, calendar, decisions), decisions
    )


def spread(arguments: tuple[Any, ...], function: Callable[..., Any], decisions: Decisions) -> Scalar | Cases:
    """A function of scalars over every combination of the alternatives of its arguments."""
    combinations: list[tuple[Truth, tuple[Scalar, ...]]] = [(TRUE, ())]
    for argument in arguments:
        options = argument.alternatives if type(argument) is Cases else ((TRUE, argument),)
        combinations = [
            (both, (*scalars, scalar))
            for truth, scalars in combinations
            for option, scalar in options
            if (both := decisions.both(truth, option)) is not FALSE
        ]
        if len(combinations) > MOST_CASES:
            raise TooManyCases
    return cases(((truth, function(*scalars)) for truth, scalars in combinations), decisions)


def cases(alternatives: Iterable[tuple[Truth, Scalar | Cases]], decisions: Decisions) -> Scalar | Cases:
    """One value from exclusive, exhaustive alternatives: nested ones flattened, equal ones merged."""
    merged: dict[Scalar, Truth] = {}
    for truth, scalar in alternatives:
        inner = scalar.alternatives if type(scalar) is Cases else ((TRUE, scalar),)
        for option, value in inner:
            both = decisions.both(truth, option)
            if both is not FALSE:
                merged[value] = decisions.either(merged[value], both) if value in merged else both
    if len(merged) > MOST_CASES:
        raise TooManyCases
    if len(merged) == 1:
        return next(iter(merged))
    return Cases(tuple((truth, value) for value, truth in merged.items()))


def _apply_scalars(
    operation: str, arguments: tuple[Scalar, ...], result: Type, calendar: Calendar, decisions: Decisions
) -> Scalar | Cases:
    symbolic = False
    for argument in arguments:
        if argument is NONE:
            return NONE
        symbolic = symbolic or is_symbolic(argument)
    if not symbolic:
        return OPERATIONS[operation].compute(calendar, *arguments)
    if operation in ("add", "subtract") and result.kind is Kind.NUMBER:
        return _combine(arguments[0], arguments[1], 1 if operation == "add" else -1, result)
    if operation == "multiply" and not all(map(is_symbolic, arguments)):
        symbol, factor = arguments if is_symbolic(arguments[0]) else (arguments[1], arguments[0])
        return _scale(symbol, factor, result)
    if operation == "divide" and not is_symbolic(arguments[1]):
        if arguments[1] == 0:
            OPERATIONS["divide"].compute(calendar, 0, 0)
        return _scale(arguments[0], Fraction(1) / arguments[1], result)
    if operation in ("lesser", "earlier", "greater", "later"):
        left, right = arguments
        # Where they are equal the known one is taken: it says more.
        order = Comparison.LESS if is_symbolic(left) == (operation in ("lesser", "earlier")) else Comparison.AT_MOST
        first = compare(order, left, right, decisions)
        small, large = (left, right) if operation in ("lesser", "earlier") else (right, left)
        return cases(((first, small), (decisions.negation(first), large)), decisions)
    if operation == "excess":
        over = compare(Comparison.MORE, arguments[0], arguments[1], decisions)
        difference = _combine(arguments[0], arguments[1], -1, result)
        return cases(((over, difference), (decisions.negation(over), 0)), decisions)
    if operation == "only":
        return arguments[0]
    return Shaped(operation, arguments, result, calendar)


def _terms(scalar: Scalar) -> tuple[tuple[tuple[Unknown, int | Fraction], ...], int | Fraction]:
    """A number or date as unknowns with coefficients, and a constant."""
    if isinstance(scalar, Linear):
        return scalar.terms, scalar.constant
    if isinstance(scalar, (OpenValue, Shaped)):
        return ((scalar, 1),), 0
    if isinstance(scalar, date):
        return (), scalar.toordinal()
    return (), scalar


def _sum(left: Scalar, right: Scalar, factor: int) -> tuple[tuple[tuple[Unknown, int | Fraction], ...], int | Fraction]:
    left_terms, left_constant = _terms(left)
    right_terms, right_constant = _terms(right)
    total: dict[Unknown, int | Fraction] = dict(left_terms)
    for unknown, coefficient in right_terms:
        total[unknown] = exact(total.get(unknown, 0) + factor * coefficient)
    terms = tuple((unknown, coefficient) for unknown, coefficient in total.items() if coefficient != 0)
    return terms, exact(left_constant + factor * right_constant)


def _combine(left: Scalar, right: Scalar, factor: int, result: Type) -> Scalar:
    terms, constant = _sum(left, right, factor)
    return Linear(terms, constant, result) if terms else constant


def _scale(scalar: Scalar, factor: int | Fraction, result: Type) -> Scalar:
    terms, constant = _terms(scalar)
    if factor == 0:
        return 0
    scaled = tuple((unknown, exact(coefficient * factor)) for unknown, coefficient in terms)
    return Linear(scaled, exact(constant * factor), result)


# -------------------------------------------------------------- comparing


HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.IS: lambda x, y: x == y,
    Comparison.IS_NOT: lambda x, y: x != y,
    Comparison.LESS: lambda x, y: x < y,
    Comparison.AT_MOST: lambda x, y: x <= y,
    Comparison.MORE: lambda x, y: x > y,
    Comparison.AT_LEAST: lambda x, y: x >= y,
}
"""Whether two known values stand so to each other."""


def compare(comparison: Comparison, left: Any, right: Any, decisions: Decisions) -> Truth:
    """Both sides exist and stand so to each other. Sides may be `Cases`."""
    if type(left) is Cases or type(right) is Cases:
        lefts = left.alternatives if type(left) is Cases else ((TRUE, left),)
        rights = right.alternatives if type(right) is Cases else ((TRUE, right),)
        if len(lefts) * len(rights) > MOST_CASES:
            raise TooManyCases
        return decisions.any(
            decisions.both(decisions.both(under, also), _compare_scalars(comparison, one, other, decisions))
            for under, one in lefts
            for also, other in rights
        )
    return _compare_scalars(comparison, left, right, decisions)


def are_same(values: Sequence[Any], others: Sequence[Any], decisions: Decisions) -> Truth:
    """Values are the others, one by one; of longer ones the first are compared."""
    truth = TRUE
    for value, other in zip(values, others, strict=False):
        truth = decisions.both(truth, compare(Comparison.IS, value, other, decisions))
        if truth is FALSE:
            break
    return truth


def _compare_scalars(comparison: Comparison, left: Scalar, right: Scalar, decisions: Decisions) -> Truth:
    if left is NONE or right is NONE:
        return FALSE
    if not is_symbolic(left) and not is_symbolic(right):
        return TRUE if HOLDS[comparison](left, right) else FALSE
    if comparison is Comparison.IS_NOT:
        return decisions.negation(_compare_scalars(Comparison.IS, left, right, decisions))
    symbol = left if is_symbolic(left) else right
    if symbol.type.kind in (Kind.SYMBOL, Kind.PERIOD):
        return _same_symbol(left, right, decisions)
    known = right if symbol is left else left
    if type(symbol) is OpenValue and not is_symbolic(known):
        return _compare_open(comparison if symbol is left else _TURNED[comparison], symbol, known, decisions)
    if comparison in (Comparison.MORE, Comparison.AT_LEAST):
        opposite = Comparison.AT_MOST if comparison is Comparison.MORE else Comparison.LESS
        return decisions.negation(_compare_scalars(opposite, left, right, decisions))
    terms, constant = _sum(left, right, -1)
    if comparison is Comparison.IS:
        return decisions.both(
            at_most_zero(terms, constant, False, decisions),
            decisions.negation(at_most_zero(terms, constant, True, decisions)),
        )
    return at_most_zero(terms, constant, comparison is Comparison.LESS, decisions)


_TURNED = {
    Comparison.IS: Comparison.IS,
    Comparison.LESS: Comparison.MORE,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}


def _compare_open(comparison: Comparison, unknown: OpenValue, known: Value, decisions: Decisions) -> Truth:
    """Whether an open number or date stands so to a known one."""
    bound: Any = known.toordinal() if isinstance(known, date) else known
    match comparison:
        case Comparison.AT_MOST:
            return _at_most(unknown, bound, False, decisions)
        case Comparison.LESS:
            return _at_most(unknown, bound, True, decisions)
        case Comparison.MORE:
            return decisions.negation(_at_most(unknown, bound, False, decisions))
        case Comparison.AT_LEAST:
            return decisions.negation(_at_most(unknown, bound, True, decisions))
        case _:
            within = _at_most(unknown, bound, False, decisions)
            return decisions.both(within, decisions.negation(_at_most(unknown, bound, True, decisions)))


def _same_symbol(left: Scalar, right: Scalar, decisions: Decisions) -> Truth:
    if left == right:
        return TRUE
    if is_symbolic(left) and is_symbolic(right):
        first, second = sorted((left, right), key=repr)
        return decisions.ask(Equals(first, second))
    value, other = (left, right) if is_symbolic(left) else (right, left)
    members = value.type.members
    if members and other not in members:
        return FALSE
    return decisions.ask(Equals(value, other))


def at_most_zero(
    terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction, strict: bool, decisions: Decisions
) -> Truth:
    """Whether the terms and the constant add up to at most (strict: less than) zero."""
    if not terms:
        return TRUE if (constant < 0 if strict else constant <= 0) else FALSE
    if len(terms) > 1:
        solved = _solve_day(terms, constant, strict, decisions)
        if solved is None:
            solved = _by_ends(terms, constant, strict)
        return decisions.ask(Sign(*_normal(terms, constant), strict)) if solved is None else solved
    (unknown, coefficient), *_ = terms
    bound = -constant * coefficient if coefficient in (1, -1) else exact(Fraction(-constant) / coefficient)
    if coefficient > 0:
        return _at_most(unknown, bound, strict, decisions)
    return decisions.negation(_at_most(unknown, bound, not strict, decisions))


def _by_ends(terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction, strict: bool) -> Truth | None:
    """The same where the least and the most that the unknowns can be already settle it."""
    low: int | Fraction | None = constant
    high: int | Fraction | None = constant
    for unknown, factor in terms:
        ends = (least_of(unknown), most_of(unknown)) if factor > 0 else (most_of(unknown), least_of(unknown))
        low = None if low is None or ends[0] is None else low + factor * ends[0]
        high = None if high is None or ends[1] is None else high + factor * ends[1]
    if low is not None and (low >= 0 if strict else low > 0):
        return FALSE
    if high is not None and (high < 0 if strict else high <= 0):
        return TRUE
    return None


def _normal(
    terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction
) -> tuple[tuple[tuple[Unknown, int | Fraction], ...], int | Fraction]:
    """The same inequality written one way: the first coefficient is 1 or -1."""
    scale = abs(Fraction(terms[0][1]))
    if scale == 1:
        return terms, constant
    return tuple((unknown, exact(coefficient / scale)) for unknown, coefficient in terms), exact(constant / scale)


def _at_most(unknown: Unknown, bound: int | Fraction, strict: bool, decisions: Decisions) -> Truth:
    """Whether an unknown number or date is at most (strict: less than) a known one."""
    if isinstance(unknown, Shaped):
        solved = _solve(unknown, bound, strict, decisions)
        if solved is not None:
            return solved
        return decisions.ask(Threshold(unknown, bound, strict))
    if unknown.type.whole or unknown.type.kind is Kind.DATE:
        bound, strict = (ceil(bound) - 1 if strict else floor(bound)), False
    least = unknown.least if unknown.least is not None else unknown.type.least
    if unknown.type.kind is Kind.DATE:
        least = max(least or 1, 1)
        if bound >= date.max.toordinal():
            return TRUE
    if least is not None and (bound < least or (strict and bound == least)):
        return FALSE
    if (
        type(unknown) is OpenValue
        and unknown.most is not None
        and (bound > unknown.most or (bound == unknown.most and not strict))
    ):
        return TRUE
    return decisions.ask(Threshold(unknown, bound, strict))


def _solve(shaped: Shaped, bound: int | Fraction, strict: bool, decisions: Decisions) -> Truth | None:
    """The comparison carried to what is rounded, or to the one open day, from which the unknown is computed."""
    if shaped.operation in ROUNDINGS and not is_symbolic(shaped.arguments[1]):
        inner, step = shaped.arguments
        return _solve_rounded(shaped.operation, inner, step, bound, strict, decisions)
    return _solve_day(((shaped, 1),), -bound, strict, decisions)


def _solve_rounded(
    operation: str, inner: Scalar, step: Any, bound: int | Fraction, strict: bool, decisions: Decisions
) -> Truth:
    """The same for what is rounded: up to where it rounds to no more than the last multiple within the bound."""
    last = -(-bound // step) - 1 if strict else bound // step
    if operation == "round_up":
        return compare(Comparison.AT_MOST, inner, exact(last * step), decisions)
    if operation == "round_down":
        return compare(Comparison.LESS, inner, exact((last + 1) * step), decisions)
    half = exact(last * step + Fraction(step) / 2)
    goes_down = operation == "round_half_even" and last % 2 == 0
    return compare(Comparison.AT_MOST if goes_down else Comparison.LESS, inner, half, decisions)


def _solve_day(
    terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction, strict: bool, decisions: Decisions
) -> Truth | None:
    """Whether a sum is at most (strict: less than) zero, carried to the one open day from which all of it is computed.

    None where there is more than one, or where a part of the sum rises with the day and another falls.
    """
    day = day_of(terms[0][0])
    if day is None:
        return None
    trend, last = _turning(terms, constant, strict, _calendar_of(terms))
    if not trend:
        return None
    within = FALSE if last is None else _at_most(day, last, False, decisions)
    return within if trend > 0 else decisions.negation(within)


@lru_cache(maxsize=4096)
def _turning(
    terms: tuple[tuple[Unknown, int | Fraction], ...],
    constant: int | Fraction,
    strict: bool,
    calendar: Calendar | None,  # not compared by the terms that it is of
) -> tuple[int, int | None]:
    """The trend of a sum of one open day (0: none that can be told), and the last day before it turns.

    That is the last day on which a rising sum is at most (strict: less than) zero, or a falling one is not.
    """
    day = day_of(terms[0][0])
    assert day is not None
    trend = trend_of_sum(terms, day)
    if not trend:
        return 0, None

    def holds(ordinal: int) -> bool:
        try:
            total = constant + sum(factor * number_at(unknown, day, ordinal) for unknown, factor in terms)
        except LimitReached:  # past the calendar: a rising sum grew too large, or (before year 1) too small
            return (ordinal < _MIDDLE) == (trend > 0)
        return bool(total < 0 if strict else total <= 0)

    return trend, _last_that_holds(holds if trend > 0 else lambda ordinal: not holds(ordinal))


def _calendar_of(terms: tuple[tuple[Unknown, int | Fraction], ...]) -> Calendar | None:
    return next((unknown.calendar for unknown, _ in terms if isinstance(unknown, Shaped)), None)


_MIDDLE = date(5000, 1, 1).toordinal()


def _last_that_holds(holds: Callable[[int], bool]) -> int | None:
    """The last day of the calendar for which a condition that is true up to some day, then false, is true."""
    low, high = 0, date.max.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low or None
