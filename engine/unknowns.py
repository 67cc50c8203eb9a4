"""Values that are not known: open values, what is computed from them, and the questions they raise.

A *scalar* is a plain value, `NONE` (there is no value), or a symbolic value: an `OpenValue`, a `Linear`
combination of open numbers, or a `Shaped` operation on symbolic values. `Cases` lists the scalars that
a value may be, each with the truth under which it is. Comparing scalars gives a `Truth`: for one open
value against a known one it is an exact threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from attrs import field, frozen

from engine.decision import FALSE, TRUE, Decisions, TooManyCases, Truth
from engine.model import Comparison
from engine.operations import OPERATIONS
from engine.values import Calendar, Kind, LimitReached, Type, Value, exact

# More alternatives than this for one value are not listed; the analysis is cut instead.
MOST_CASES = 512


class _Sentinel:
    """A value with a name and no properties."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


NONE = _Sentinel("NONE")
"""There is no such value."""
UNKNOWN = _Sentinel("UNKNOWN")
"""A fact states that it is not known which value there is (cells of tables only)."""


@frozen(cache_hash=True)
class OpenValue:
    """An unknown value: one column of the row of a relation with these keys. ``least`` bounds it from below."""

    relation: str
    keys: tuple[Any, ...]
    column: str
    type: Type = field(eq=False)
    least: int | None = field(default=None, eq=False)


@frozen(cache_hash=True)
class Shaped:
    """An operation on symbolic values, not computable until they are known."""

    operation: str
    arguments: tuple[Any, ...]
    type: Type = field(eq=False)
    calendar: Calendar = field(eq=False)


Unknown = OpenValue | Shaped


@frozen(cache_hash=True)
class Linear:
    """``constant`` plus coefficients times unknowns, in the order of first mention."""

    terms: tuple[tuple[Unknown, int | Fraction], ...]
    constant: int | Fraction
    type: Type = field(eq=False)


Scalar = Any  # Value | NONE | OpenValue | Shaped | Linear: a union that changes nothing at run time


@frozen(cache_hash=True)
class Cases:
    """Exclusive, exhaustive alternatives: under each truth, that scalar (or `NONE`)."""

    alternatives: tuple[tuple[Truth, Scalar], ...]


@frozen(cache_hash=True)
class Unrecorded:
    """A record that may exist although the record, complete only to some day, does not show it."""

    relation: str
    context: tuple[Any, ...]


# ------------------------------------------------------------------ questions


@frozen(cache_hash=True)
class OpenStatement:
    """Whether a statement that nothing settles is so."""

    relation: str
    arguments: tuple[Any, ...]


@frozen(cache_hash=True)
class HasValue:
    """Whether an open value exists."""

    value: OpenValue


@frozen(cache_hash=True)
class Threshold:
    """Whether an open value is at most (``strict``: less than) ``bound``; dates count as their ordinals."""

    value: Unknown
    bound: int | Fraction
    strict: bool = False


@frozen(cache_hash=True)
class Equals:
    """Whether an open symbol is ``other`` (a symbol, or another open symbol)."""

    value: OpenValue
    other: Any


@frozen(cache_hash=True)
class Sign:
    """Whether a linear combination of several unknowns is at most (``strict``: less than) zero."""

    terms: tuple[tuple[Unknown, int | Fraction], ...]
    constant: int | Fraction
    strict: bool = False


@frozen(cache_hash=True)
class ComesFirst:
    """Which of two records of one day, without recorded order, came first."""

    relation: str
    first: Any
    second: Any


@frozen(cache_hash=True)
class MayExist:
    """Whether there is something of this kind that the record, complete only to some day, does not show."""

    relation: str
    context: tuple[Any, ...]


@frozen(cache_hash=True)
class Clash:
    """Which of two contradicting conclusions about a statement or value to take; neither may be."""

    relation: str
    keys: tuple[Any, ...]
    pair: tuple[int, int] = (0, 0)


@frozen(cache_hash=True)
class Cut:
    """A statement whose case analysis was cut."""

    relation: str
    arguments: tuple[Any, ...]


Question = OpenStatement | HasValue | Threshold | Equals | Sign | ComesFirst | MayExist | Clash | Cut


def is_symbolic(scalar: Scalar) -> bool:
    return isinstance(scalar, (OpenValue, Shaped, Linear))


def _type_of(scalar: Scalar) -> Type:
    result: Type = scalar.type
    return result


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
        first = compare(Comparison.AT_MOST, left, right, decisions)
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


def _compare_scalars(comparison: Comparison, left: Scalar, right: Scalar, decisions: Decisions) -> Truth:
    if left is NONE or right is NONE:
        return FALSE
    if not is_symbolic(left) and not is_symbolic(right):
        return TRUE if _COMPARE[comparison](left, right) else FALSE
    if comparison is Comparison.IS_NOT:
        return decisions.negation(_compare_scalars(Comparison.IS, left, right, decisions))
    symbol = left if is_symbolic(left) else right
    if _type_of(symbol).kind in (Kind.SYMBOL, Kind.PERIOD):
        return _same_symbol(left, right, decisions)
    if comparison in (Comparison.MORE, Comparison.AT_LEAST):
        opposite = Comparison.AT_MOST if comparison is Comparison.MORE else Comparison.LESS
        return decisions.negation(_compare_scalars(opposite, left, right, decisions))
    terms, constant = _sum(left, right, -1)
    if comparison is Comparison.IS:
        return decisions.both(
            _at_most_zero(terms, constant, False, decisions),
            decisions.negation(_at_most_zero(terms, constant, True, decisions)),
        )
    return _at_most_zero(terms, constant, comparison is Comparison.LESS, decisions)


_COMPARE: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.IS: lambda x, y: x == y,
    Comparison.IS_NOT: lambda x, y: x != y,
    Comparison.LESS: lambda x, y: x < y,
    Comparison.AT_MOST: lambda x, y: x <= y,
    Comparison.MORE: lambda x, y: x > y,
    Comparison.AT_LEAST: lambda x, y: x >= y,
}


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


def _at_most_zero(
    terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction, strict: bool, decisions: Decisions
) -> Truth:
    """Whether the terms and the constant add up to at most (strict: less than) zero."""
    if not terms:
        return TRUE if (constant < 0 if strict else constant <= 0) else FALSE
    if len(terms) > 1:
        return decisions.ask(Sign(*_normal(terms, constant), strict))
    (unknown, coefficient), *_ = terms
    bound = exact(Fraction(-constant) / coefficient)
    if coefficient > 0:
        return _at_most(unknown, bound, strict, decisions)
    return decisions.negation(_at_most(unknown, bound, not strict, decisions))


def _normal(
    terms: tuple[tuple[Unknown, int | Fraction], ...], constant: int | Fraction
) -> tuple[tuple[tuple[Unknown, int | Fraction], ...], int | Fraction]:
    """The same inequality written one way: the first coefficient is 1 or -1."""
    scale = abs(Fraction(terms[0][1]))
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
    return decisions.ask(Threshold(unknown, bound, strict))


def _solve(shaped: Shaped, bound: int | Fraction, strict: bool, decisions: Decisions) -> Truth | None:
    """The comparison carried to the one symbolic argument, where the operation is monotone in it."""
    symbolic = [place for place, argument in enumerate(shaped.arguments) if is_symbolic(argument)]
    operation = OPERATIONS[shaped.operation]
    if len(symbolic) != 1 or symbolic[0] not in (*operation.rises, *operation.falls):
        return None
    (place,) = symbolic
    inner = shaped.arguments[place]
    if shaped.operation in ("round_down", "round_up"):
        limit = (ceil(bound) - 1) if strict else floor(bound)
        if shaped.operation == "round_up":
            return compare(Comparison.AT_MOST, inner, limit, decisions)
        return compare(Comparison.LESS, inner, limit + 1, decisions)
    if _type_of(inner).kind is not Kind.DATE:
        return None

    def holds(ordinal: int) -> bool:
        arguments = [*shaped.arguments]
        arguments[place] = date.fromordinal(ordinal)
        try:
            value = operation.compute(shaped.calendar, *arguments)
        except LimitReached:
            # Past the calendar: a rising operation grew too large, or (before year 1) too small.
            return (ordinal < _MIDDLE) == (place in operation.rises)
        number = value.toordinal() if isinstance(value, date) else value
        return bool(number < bound if strict else number <= bound)  # type: ignore[operator]  # numbers here

    rising = place in operation.rises
    last = _last_that_holds(holds if rising else lambda ordinal: not holds(ordinal))
    within = FALSE if last is None else compare(Comparison.AT_MOST, inner, date.fromordinal(last), decisions)
    return within if rising else decisions.negation(within)


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


def plain(scalar: Any) -> Value | None:
    """The value where it is certain and exists, else None."""
    if scalar is NONE or type(scalar) is Cases or is_symbolic(scalar):
        return None
    result: Value = scalar
    return result


def would_be_of(question: Question, thing: Unrecorded) -> bool:
    """Whether a question is about what an unrecorded thing would be like (not about whether there is one)."""
    match question:
        case HasValue() | Threshold():
            return _names(question.value, thing)
        case Equals():
            return _names(question.value, thing) or _names(question.other, thing)
        case Sign():
            return any(_names(unknown, thing) for unknown, _ in question.terms)
        case OpenStatement() | Cut():
            return question.relation != thing.relation and any(_names(value, thing) for value in question.arguments)
        case ComesFirst():
            return _names(question.first, thing) or _names(question.second, thing)
        case MayExist():
            return question.relation != thing.relation and any(_names(value, thing) for value in question.context)
        case Clash():
            return any(_names(key, thing) for key in question.keys)


def _names(scalar: Scalar, thing: Unrecorded) -> bool:
    match scalar:
        case Unrecorded():
            return scalar == thing or any(_names(value, thing) for value in scalar.context)
        case OpenValue():
            return any(_names(key, thing) for key in scalar.keys)
        case Shaped():
            return any(_names(argument, thing) for argument in scalar.arguments)
        case Linear():
            return any(_names(unknown, thing) for unknown, _ in scalar.terms)
        case _:
            return False


def unrecorded_in(scalar: Scalar) -> Unrecorded | None:
    """The unrecorded thing that a binding stands for, if it does."""
    if isinstance(scalar, Unrecorded):
        return scalar
    if isinstance(scalar, OpenValue):
        return next((key for key in scalar.keys if isinstance(key, Unrecorded)), None)
    return None


def least_of(scalar: Any) -> int | None:
    """A number that a number or date (as its ordinal) is certainly not less than; None where there is none to tell."""
    match scalar:
        case Cases():
            leasts = [least_of(each) for _, each in scalar.alternatives if each is not NONE]
            return None if not leasts or None in leasts else min(each for each in leasts if each is not None)
        case OpenValue():
            return scalar.least if scalar.least is not None else scalar.type.least
        case Shaped():
            return _least_of_shaped(scalar)
        case date():
            return scalar.toordinal()
        case int():
            return scalar
        case Fraction():
            return floor(scalar)
        case _:
            return None


def _least_of_shaped(shaped: Shaped) -> int | None:
    """The operation at the least of its one open day, where it rises with it."""
    open_ones = [place for place, argument in enumerate(shaped.arguments) if is_symbolic(argument)]
    operation = OPERATIONS[shaped.operation]
    if len(open_ones) != 1 or open_ones[0] not in operation.rises:
        return None
    inner = shaped.arguments[open_ones[0]]
    least = least_of(inner)
    if least is None or _type_of(inner).kind is not Kind.DATE:
        return None
    arguments = [*shaped.arguments]
    arguments[open_ones[0]] = date.fromordinal(least)
    try:
        return least_of(operation.compute(shaped.calendar, *arguments))
    except LimitReached:
        return None
