"""Values that are not known: open values, what is computed from them, and the questions they raise.

A *scalar* is a plain value, `NONE` (there is no value), or a symbolic value: an `OpenValue`, a `Linear`
combination of open numbers, or a `Shaped` operation on symbolic values. `Cases` lists the scalars that
a value may be, each with the truth under which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from attrs import field, frozen

from engine.decision import Truth
from engine.model import Relation
from engine.operations import OPERATIONS
from engine.values import Calendar, Kind, LimitReached, Type, Value

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
    """An unknown value: one column of the row of a relation with these keys, from ``least`` to ``most``."""

    relation: str
    keys: tuple[Any, ...]
    column: str
    type: Type = field(eq=False)
    least: int | None = field(default=None, eq=False)
    most: int | None = field(default=None, eq=False)


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
    """A record that may exist although the record, complete only to some day, does not show it.

    ``context`` is where it is sought, with what its keys are to be (None: anything) and what else the search turns on.
    ``such`` tells, of what is looked up for it, which attribute is what: it follows from the context.
    """

    relation: str
    context: tuple[Any, ...]
    such: tuple[tuple[str, Any], ...] = field(default=(), eq=False)


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
    such: tuple[tuple[str, Any], ...] = field(default=(), eq=False)


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
    return type(scalar) in _SYMBOLIC


_SYMBOLIC = frozenset({OpenValue, Shaped, Linear})


def are_cases(arguments: tuple[Any, ...]) -> bool:
    """Whether an argument is one of several values, or none."""
    for argument in arguments:
        if type(argument) is Cases or argument is NONE:
            return True
    return False


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
            return is_of(question.value, thing)
        case Equals():
            return is_of(question.value, thing) or is_of(question.other, thing)
        case Sign():
            return any(is_of(unknown, thing) for unknown, _ in question.terms)
        case OpenStatement() | Cut():
            return question.relation != thing.relation and any(is_of(value, thing) for value in question.arguments)
        case ComesFirst():
            return is_of(question.first, thing) or is_of(question.second, thing)
        case MayExist():
            return question.relation != thing.relation and any(is_of(value, thing) for value in question.context)
        case Clash():
            return any(is_of(key, thing) for key in question.keys)


def is_whether(question: Question, thing: Unrecorded) -> bool:
    """Whether a question asks if there is something unrecorded."""
    match question:
        case MayExist():
            return (question.relation, question.context) == (thing.relation, thing.context)
        case OpenStatement():
            return question.relation == thing.relation and any(is_of(value, thing) for value in question.arguments)
        case _:
            return False


def whether_there_is(thing: Unrecorded, relation: Relation) -> Question:
    """The question whether there is something unrecorded: of a statement, whether it is so."""
    if relation.record or relation.span or not relation.is_statement:
        return MayExist(thing.relation, thing.context, thing.such)
    keys = zip(thing.context[1:], relation.columns, strict=False)
    return OpenStatement(
        relation.name,
        tuple(OpenValue(relation.name, (thing,), of.name, of.type) if key is None else key for key, of in keys),
    )


def is_of(scalar: Scalar, thing: Unrecorded) -> bool:
    """Whether a value is, or is computed from, something of an unrecorded thing."""
    match scalar:
        case Unrecorded():
            return scalar == thing or any(is_of(value, thing) for value in scalar.context)
        case OpenValue():
            return any(is_of(key, thing) for key in scalar.keys)
        case Shaped():
            return any(is_of(argument, thing) for argument in scalar.arguments)
        case Linear():
            return any(is_of(unknown, thing) for unknown, _ in scalar.terms)
        case _:
            return False


def unrecorded_in(scalar: Scalar) -> Unrecorded | None:
    """The unrecorded thing that a binding stands for, if it does."""
    if isinstance(scalar, Unrecorded):
        return scalar
    if isinstance(scalar, OpenValue):
        return next((key for key in scalar.keys if isinstance(key, Unrecorded)), None)
    return None


def is_of_no_row(relation: Relation, keys: tuple[Any, ...]) -> bool:
    """Whether keys are those of something that no row of the relation shows: so they are the keys of none of them."""
    things = (unrecorded_in(key) for key in keys if isinstance(key, OpenValue) and key.relation == relation.name)
    thing = next(things, None)
    if thing is None or thing.relation != relation.name:
        return False
    return all(
        (given is None and isinstance(key, OpenValue) and (key.keys, key.column) == ((thing,), column.name))
        or given == key
        for key, given, column in zip(keys[: relation.keys], thing.context[1:], relation.columns, strict=False)
    )


def least_of(scalar: Any) -> int | None:
    """A number that a number or date (as its ordinal) is certainly not less than; None where there is none to tell."""
    match scalar:
        case Cases():
            leasts = [least_of(each) for _, each in scalar.alternatives if each is not NONE]
            return None if not leasts or None in leasts else min(each for each in leasts if each is not None)
        case OpenValue():
            return scalar.least if scalar.least is not None else scalar.type.least
        case Shaped():
            return _end_of_shaped(scalar, least_of)
        case date():
            return scalar.toordinal()
        case int():
            return scalar
        case Fraction():
            return floor(scalar)
        case _:
            return None


def most_of(scalar: Scalar) -> int | None:
    """A number that an unknown number or date (as its ordinal) is certainly not more than; None where there is none."""
    match scalar:
        case OpenValue():
            return scalar.most
        case Shaped():
            return _end_of_shaped(scalar, most_of)
        case _:
            return None


def _end_of_shaped(shaped: Shaped, end_of: Callable[[Scalar], int | None]) -> int | None:
    """The operation at the end of its one open day, where it rises with it."""
    open_ones = [place for place, argument in enumerate(shaped.arguments) if is_symbolic(argument)]
    operation = OPERATIONS[shaped.operation]
    if len(open_ones) != 1 or open_ones[0] not in operation.rises:
        return None
    inner = shaped.arguments[open_ones[0]]
    end = end_of(inner)
    if end is None or inner.type.kind is not Kind.DATE:
        return None
    arguments = [*shaped.arguments]
    arguments[open_ones[0]] = date.fromordinal(end)
    try:
        return least_of(operation.compute(shaped.calendar, *arguments))
    except LimitReached:
        return None


# ------------------------------------------------------------ from day to day


def day_of(scalar: Scalar) -> OpenValue | None:
    """The first open day that a value is computed from."""
    match scalar:
        case OpenValue():
            return scalar if scalar.type.kind is Kind.DATE else None
        case Linear():
            return day_of(scalar.terms[0][0])
        case Shaped():
            return next((day for each in scalar.arguments if (day := day_of(each)) is not None), None)
        case _:
            return None


def trend_of(scalar: Scalar, day: OpenValue) -> int | None:
    """Whether a value never decreases (1), never increases (-1) or stays (0) from day to day; None: none of these."""
    match scalar:
        case OpenValue():
            return 1 if scalar == day else None
        case Linear():
            return trend_of_sum(scalar.terms, day)
        case Shaped():
            operation = OPERATIONS[scalar.operation]
            trends: list[int | None] = []
            for place, argument in enumerate(scalar.arguments):
                trend = trend_of(argument, day)
                turn = 1 if place in operation.rises else -1 if place in operation.falls else None
                trends.append(0 if trend == 0 else None if trend is None or turn is None else trend * turn)
            return _together(trends)
        case _:
            return 0


def trend_of_sum(terms: tuple[tuple[Unknown, int | Fraction], ...], day: OpenValue) -> int | None:
    """The trend of a sum."""
    trends = ((trend_of(unknown, day), factor) for unknown, factor in terms)
    return _together([trend if trend is None or factor > 0 else -trend for trend, factor in trends])


def _together(trends: list[int | None]) -> int | None:
    """The trend of what rises or falls with several values."""
    found = {trend for trend in trends if trend != 0}
    return found.pop() if len(found) == 1 else None if found else 0


def number_at(scalar: Scalar, day: OpenValue, ordinal: int) -> Any:
    """A number, or a date as its ordinal, that is computed from one open day, on a certain day."""
    value = _value_at(scalar, day, ordinal)
    return value.toordinal() if isinstance(value, date) else value


def _value_at(scalar: Scalar, day: OpenValue, ordinal: int) -> Any:
    match scalar:
        case OpenValue():
            return date.fromordinal(ordinal)
        case Linear():
            return scalar.constant + sum(factor * number_at(each, day, ordinal) for each, factor in scalar.terms)
        case Shaped():
            arguments = (_value_at(each, day, ordinal) for each in scalar.arguments)
            return OPERATIONS[scalar.operation].compute(scalar.calendar, *arguments)
        case _:
            return scalar


def hangs_on(scalar: Scalar, value: OpenValue) -> bool:
    """Whether an unknown is, or is computed from, an open value."""
    match scalar:
        case OpenValue():
            return scalar == value
        case Linear():
            return any(hangs_on(unknown, value) for unknown, _ in scalar.terms)
        case Shaped():
            return any(hangs_on(argument, value) for argument in scalar.arguments)
        case _:
            return False
