"""Exact values: whole and rational numbers with a dimension, calendar dates, calendar periods, symbols.

A value at run time is a plain Python object: ``int`` or ``Fraction`` for a number of any dimension
(an integral ``Fraction`` is always written as ``int``), ``datetime.date``, `Period`, or ``str`` for a
symbol (an entity, the id of a record, a named value). What it means is said by the `Type` of the
column or expression that holds it, which is checked once, when a program is built. There is no
binary floating point anywhere.
"""

from __future__ import annotations

import calendar
import datetime
from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import field, frozen

# Past this many bits a numerator or denominator is no quantity of any instrument, and arithmetic
# on it could be made to take unbounded time.
LARGEST_NUMBER_BITS = 4096


class LimitReached(Exception):
    """A bound on size, time or steps was reached: there is no verdict."""


class OutOfCalendar(LimitReached):
    """A computed date lies before year 1 or after year 9999."""


class InexactDate(LimitReached):
    """A period was added that ends on a day that does not exist, where the rules say that is an error."""


class DivisionByZero(LimitReached):
    """A quantity was divided by zero."""


class Kind(Enum):
    """The four kinds of value."""

    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    SYMBOL = "symbol"


@frozen(cache_hash=True)
class Type:
    """What a column or an expression holds.

    ``dimension`` (numbers only) lists units with their exponents, sorted, as in
    ``(("dollar", 1), ("share", -1))``. ``members`` (symbols only) lists the named values of a closed
    kind; an entity or record type has none. ``whole`` numbers are integers wherever a fact states
    them; ``least`` is the smallest possible value of a number; ``grain`` is what the number is counted in where
    people speak of the next one, such as a cent.
    """

    name: str
    kind: Kind
    dimension: tuple[tuple[str, int], ...] = ()
    members: tuple[str, ...] = ()
    whole: bool = False
    least: int | None = None
    grain: Fraction | None = field(default=None, eq=False)


NUMBER = Type("number", Kind.NUMBER)
DATE = Type("date", Kind.DATE)
PERIOD = Type("period", Kind.PERIOD)
YEAR = Type("year", Kind.NUMBER, (("year", 1),), whole=True)


@frozen(order=False)
class Period:
    """A calendar period: so many months and so many days. Ten years are 120 months."""

    months: int = 0
    days: int = 0


Value = int | Fraction | date | Period | str
PLAIN = frozenset({int, Fraction, date, Period, str})
"""The types of values."""


class DateRounding(Enum):
    """Which day is meant where a period ends on a day that its month does not have (30 February)."""

    DOWN = "down"
    UP = "up"
    ERROR = "error"


@frozen
class Calendar:
    """How an instrument counts: the rounding of dates and its business days.

    ``closed_weekdays`` count from Monday, 0; ``holidays`` is the country whose federal holidays are no business
    days ("" for none).
    """

    rounding: DateRounding = DateRounding.DOWN
    closed_weekdays: tuple[int, ...] = (5, 6)
    holidays: str = field(default="")


def exact(number: int | Fraction) -> int | Fraction:
    """The one way to write a number: an ``int`` where it is whole.

    Raises `LimitReached` for a number of more than ``LARGEST_NUMBER_BITS`` bits.
    """
    if type(number) is int:
        if number.bit_length() > LARGEST_NUMBER_BITS:
            raise LimitReached("a number grew past any quantity that rules speak of")
        return number
    numerator, denominator = number.numerator, number.denominator
    if max(numerator.bit_length(), denominator.bit_length()) > LARGEST_NUMBER_BITS:
        raise LimitReached("a number grew past any quantity that rules speak of")
    return numerator if denominator == 1 else number


def add_months(day: date, months: int, rounding: DateRounding) -> date:
    """The day so many months after (before, if negative) `day`, rounded once where it does not exist."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    month += 1
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise OutOfCalendar("a computed date falls outside the years 1 to 9999")
    last = calendar.monthrange(year, month)[1]
    if day.day <= last:
        return date(year, month, day.day)
    if rounding is DateRounding.DOWN:
        return date(year, month, last)
    if rounding is DateRounding.UP:
        return add_days(date(year, month, last), 1)
    raise InexactDate(f"there is no day {day.day} in month {month} of {year}")


def add_days(day: date, days: int) -> date:
    """The day so many days after (before, if negative) `day`."""
    ordinal = day.toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        raise OutOfCalendar("a computed date falls outside the years 1 to 9999")
    return date.fromordinal(ordinal)


def after(day: date, period: Period, rounding: DateRounding) -> date:
    """`day` plus `period`: its months together, rounded once, then its days."""
    return add_days(add_months(day, period.months, rounding), period.days)


def before(day: date, period: Period, rounding: DateRounding) -> date:
    """`day` minus `period`: its months together, rounded once, then its days."""
    return add_days(add_months(day, -period.months, rounding), -period.days)


def whole_years(start: date, end: date, rounding: DateRounding) -> int:
    """How many anniversaries of `start` have been reached on `end`, each counted from `start`; 0 if none."""
    years = end.year - start.year
    if years <= 0:
        return 0
    return years if add_months(start, 12 * years, rounding) <= end else years - 1
