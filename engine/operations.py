"""The operations that expressions apply to exact values, by name.

Each is a plain function of the instrument's `Calendar` and of plain values. ``rises`` and ``falls`` name the
arguments in which it never decreases, or never increases, while the others stay: an unknown in such a
place can be solved for exactly when the result is compared with a known value.

Rounding takes a value to a multiple of a step: the greatest that is not more (down), the least that is not less (up),
or the nearest. Of two that are as near, *half up* takes the greater (below zero too), *half even* the even multiple,
which over many sums errs as often upwards as downwards (the "round half to even" of IEEE 754).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from attrs import frozen

from engine import values
from engine.values import Calendar, DivisionByZero, LimitReached, Period, Value, exact

Number = int | Fraction


@frozen
class Operation:
    """``compute(calendar, *arguments)`` gives the value."""

    name: str
    compute: Callable[..., Value]
    rises: tuple[int, ...] = ()
    falls: tuple[int, ...] = ()


def _divide(_: Calendar, left: Number, right: Number) -> Value:
    if right == 0:
        raise DivisionByZero("a quantity is divided by zero")
    return exact(Fraction(left) / right)


def _rounded(multiples: Callable[[Number, Number], int]) -> Callable[..., Value]:
    """A value as a multiple of a step, by how many times the step it comes to."""

    def compute(_: Calendar, value: Number, step: Number) -> Value:
        if step <= 0:
            raise LimitReached("a quantity is rounded to multiples of what is not more than zero")
        return exact(multiples(value, step) * step)

    return compute


ROUNDINGS: dict[str, Callable[[Number, Number], int]] = {
    "round_down": lambda value, step: value // step,
    "round_up": lambda value, step: -(-value // step),
    "round_half_up": lambda value, step: (2 * value + step) // (2 * step),
    "round_half_even": lambda value, step: round(Fraction(value) / step),
}
"""The operations that round: how many steps a value comes to."""


def _years(calendar: Calendar, start: date, end: date) -> Value:
    return values.whole_years(start, end, calendar.rounding)


def _month_start(_: Calendar, day: date) -> Value:
    return day.replace(day=1)


def _next_month(calendar: Calendar, day: date) -> Value:
    return values.add_months(day.replace(day=1), 1, calendar.rounding)


def _month_end(calendar: Calendar, day: date) -> Value:
    if (day.year, day.month) == (9999, 12):
        return date.max
    return values.add_days(values.add_months(day.replace(day=1), 1, calendar.rounding), -1)


def _shift(calendar: Calendar, period: Period, day: date) -> Value:
    return values.after(day, period, calendar.rounding)


def _shift_back(calendar: Calendar, period: Period, day: date) -> Value:
    return values.before(day, period, calendar.rounding)


def _only(_: Calendar, first: Value, last: Value) -> Value:
    if first != last:
        raise LimitReached("there are several such days, where the rules speak of the one")
    return first


def _is_business_day(calendar: Calendar, day: date) -> bool:
    if day.weekday() in calendar.closed_weekdays:
        return False
    return not calendar.holidays or day not in _holidays(calendar.holidays, day.year)


def make_ready(calendar: Calendar) -> None:
    """Bring in what the days of a calendar need, so that the first question about one does not wait for it."""
    if calendar.holidays:
        _holidays(calendar.holidays, 2000)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    # The calendar of holidays is large and seldom needed.
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))


def _business_days(step: int) -> Callable[..., Value]:
    """The business day so many of them after (before) a day."""

    def compute(calendar: Calendar, count: int, day: date) -> Value:
        if not 0 <= count <= _MOST_BUSINESS_DAYS:
            raise LimitReached(f"{count} business days are more than rules speak of")
        while count:
            day = values.add_days(day, step)
            count -= _is_business_day(calendar, day)
        return day

    return compute


def _first_business_day(calendar: Calendar, day: date) -> Value:
    while not _is_business_day(calendar, day):
        day = values.add_days(day, 1)
    return day


_MOST_BUSINESS_DAYS = 10_000


def _of(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function that needs no calendar."""

    def compute(_: Calendar, *arguments: Any) -> Value:
        return function(*arguments)

    return compute


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("add", _of(lambda x, y: exact(x + y)), rises=(0, 1)),
        Operation("subtract", _of(lambda x, y: exact(x - y)), rises=(0,), falls=(1,)),
        Operation("multiply", _of(lambda x, y: exact(x * y))),
        Operation("divide", _divide),
        Operation("lesser", _of(min), rises=(0, 1)),
        Operation("greater", _of(max), rises=(0, 1)),
        Operation("earlier", _of(min), rises=(0, 1)),
        Operation("later", _of(max), rises=(0, 1)),
        Operation("excess", _of(lambda x, y: exact(max(x - y, 0))), rises=(0,), falls=(1,)),
        *(Operation(name, _rounded(multiples), rises=(0,)) for name, multiples in ROUNDINGS.items()),
        Operation("after", _shift, rises=(1,)),
        Operation("before", _shift_back, rises=(1,)),
        Operation("day_after", _of(lambda day: values.add_days(day, 1)), rises=(0,)),
        Operation("day_before", _of(lambda day: values.add_days(day, -1)), rises=(0,)),
        Operation("year_of", _of(lambda day: day.year), rises=(0,)),
        Operation("first_of_month", _month_start, rises=(0,)),
        Operation("last_of_month", _month_end, rises=(0,)),
        Operation("first_of_year", _of(lambda day: date(day.year, 1, 1)), rises=(0,)),
        Operation("last_of_year", _of(lambda day: date(day.year, 12, 31)), rises=(0,)),
        Operation("first_of_next_month", _next_month, rises=(0,)),
        Operation("only", _only),
        Operation("business_days_after", _business_days(1), rises=(1,)),
        Operation("business_days_before", _business_days(-1), rises=(1,)),
        Operation("first_business_day", _first_business_day, rises=(0,)),
        Operation("day_number", _of(lambda day: day.day)),
        Operation("whole_years", _years, rises=(1,), falls=(0,)),
        Operation("days_between", _of(lambda x, y: y.toordinal() - x.toordinal()), rises=(1,), falls=(0,)),
    )
}
