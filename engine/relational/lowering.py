"""The engine's operations as formulas over whole numbers: day, month and year from the ordinal of a day and back.

The calendar's formulas are the well-known ones that count eras of 146,097 days from a March 1st
(E. M. Reingold, N. Dershowitz, Calendrical Calculations). What the reference evaluator would refuse (a division by
zero, a day past the calendar) is handed to ``error`` as a truth: where it holds, the row is not this path's to decide.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from attrs import frozen

from engine.model import Comparison
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    Literal,
    Scalar,
    both,
    choose,
    compared,
    either,
    is_true,
    negation,
)
from engine.relational.amounts import (
    LAST_DAY,
    Amount,
    Unsupported,
    Whole,
    aligned,
    bottom,
    compare,
    day,
    either_of,
    fraction,
    same_size,
    top,
    whole,
)
from engine.values import Calendar, DateRounding, Kind

_ERA = 146_097
_SHIFT = 305  # days from March 1st of the year 0 to January 1st of the year 1, less one


@frozen
class Lowering:
    """Applies operations. ``define`` names a scalar that is used more than once; ``error`` notes what must not be."""

    calendar: Calendar
    define: Callable[[Scalar], Scalar]
    error: Callable[[Scalar], None]

    def apply(self, operation: str, arguments: tuple[Amount, ...]) -> Amount:
        """The operation's result. Raises `Unsupported` for one that has no formula here."""
        function = _OPERATIONS.get(operation)
        if function is None:
            raise Unsupported(f"the operation {operation} is not among those that are computed by tables")
        exists = both(*(each.exists for each in arguments))
        if exists == FALSE:
            return Amount(Kind.NUMBER, UNKNOWN_NUMBER, 1, FALSE)
        if any(each.number == UNKNOWN_NUMBER for each in arguments):
            return Amount(Kind.NUMBER, UNKNOWN_NUMBER, 1, exists, 0, 0, False)
        return function(self, exists, all(each.known for each in arguments), *arguments)

    def let(self, value: Whole) -> Whole:
        return Whole(self.define(value.scalar), value.low, value.high)

    def refuse(self, exists: Scalar, truth: Scalar) -> None:
        """Where something exists and the truth holds, the reference evaluator would give no verdict."""
        self.error(is_true(both(exists, truth)))

    def within_calendar(self, ordinal: Whole, exists: Scalar) -> Whole:
        """The ordinal, where it is one of a day."""
        if ordinal.low >= 1 and ordinal.high <= LAST_DAY:
            return ordinal
        named = self.let(ordinal)
        low, high = same_size(whole(1), named)
        fits = both(compared("<=", low, high), compared("<=", *same_size(named, whole(LAST_DAY))))
        self.refuse(exists, negation(fits))
        return Whole(choose(fits, named.scalar, UNKNOWN_NUMBER), max(ordinal.low, 1), min(ordinal.high, LAST_DAY))

    # ------------------------------------------------------------ calendar

    def civil(self, ordinal: Whole) -> tuple[Whole, Whole, Whole]:
        """Year, month and day of the month."""
        if ordinal.low < 1 or ordinal.high > LAST_DAY:
            raise Unsupported("a day lies outside the calendar")
        shifted = self.let(ordinal + _SHIFT)
        era = self.let(shifted.div(_ERA))
        in_era = self.let(shifted.mod(_ERA))
        year = self.let((in_era - in_era.div(1_460) + in_era.div(36_524) - in_era.div(146_096)).div(365))
        in_year = self.let(_not_negative(in_era - (year * 365 + year.div(4) - year.div(100)), 365))
        month = self.let((in_year * 5 + 2).div(153))
        of_month = _not_negative(in_year - (month * 153 + 2).div(5) + 1, 31)
        early = compared("<", month.scalar, whole(10).scalar)
        real = self.let(Whole(either_of(early, month + 3, month - 9).scalar, 1, 12))
        years = year + era * 400
        after = either_of(compared("<=", real.scalar, whole(2).scalar), years + 1, years)
        since, until = date.fromordinal(ordinal.low).year, date.fromordinal(ordinal.high).year
        return self.let(Whole(after.scalar, since, until)), real, self.let(of_month)

    def first_of(self, months: Whole) -> Whole:
        """The ordinal of the first day of a month, counted in months from January of the year 0."""
        year, month = months.div(12), months.mod(12)  # January is 0
        early = compared("<", month.scalar, whole(2).scalar)
        from_march = either_of(early, year - 1, year)
        year = self.let(Whole(from_march.scalar, max(year.low - 1, 0), year.high))
        month = Whole(either_of(early, month + 10, month - 2).scalar, 0, 11)
        era = self.let(year.div(400))
        in_era = self.let(Whole((year - era * 400).scalar, 0, 399))
        days = (month * 153 + 2).div(5) + in_era * 365 + in_era.div(4) - in_era.div(100)
        return self.let(Whole((era * _ERA + days - _SHIFT).scalar, _first_of(months.low), _first_of(months.high)))

    def add_months(self, ordinal: Whole, months: Whole, exists: Scalar) -> Whole:
        """The day so many months later, rounded as the instrument says where there is no such day."""
        if months.scalar == whole(0).scalar:
            return ordinal
        year, month, of_month = self.civil(ordinal)
        least, most_ = _month_of(ordinal.low) + months.low, _month_of(ordinal.high) + months.high
        count = self.let(Whole((year * 12 + month - 1 + months).scalar, least, most_))
        low, high = 12, 9_999 * 12 + 11
        if count.low < low or count.high > high:
            fits = both(compared("<=", *same_size(whole(low), count)), compared("<=", *same_size(count, whole(high))))
            self.refuse(exists, negation(fits))
            clipped = choose(fits, count.scalar, UNKNOWN_NUMBER)
            count = self.let(Whole(clipped, max(low, count.low), min(high, count.high)))
        first = self.first_of(count)
        length = self.let(Whole((self.first_of(count + 1) - first).scalar, 28, 31))
        if self.calendar.rounding is DateRounding.ERROR:
            self.refuse(exists, compared("<", length.scalar, of_month.scalar))
        most = length + 1 if self.calendar.rounding is DateRounding.UP else length
        kept = either_of(compared("<=", of_month.scalar, most.scalar), of_month, most)
        return self.let(Whole((first + kept - 1).scalar, first.low, first.high + 31))

    def shifted(self, exists: Scalar, known: bool, period: Amount, start: Amount, sign: int) -> Amount:
        """A day and a period: its months together, rounded once, then its days."""
        if period.days is None:
            raise Unsupported("a period is not known in months and days")
        months = top(period) if sign > 0 else -top(period)
        moved = self.add_months(top(start), months, exists)
        days = Whole(period.days, -_MOST_DAYS, _MOST_DAYS)
        if isinstance(period.days, Literal) and period.days.value is not None:
            days = whole(int(period.days.value))
        moved = self.within_calendar(moved, exists)
        return day(self.within_calendar(moved + days if sign > 0 else moved - days, exists), exists, known)


_MOST_DAYS = 10**7


def _month_of(ordinal: int) -> int:
    """The month of a day, counted from January of the year 0."""
    there = date.fromordinal(ordinal)
    return there.year * 12 + there.month - 1


def _first_of(month: int) -> int:
    """The ordinal of the first day of a month so counted; past the calendar, one day past it."""
    year, place = divmod(month, 12)
    return 0 if year < 1 else LAST_DAY + 1 if year > 9_999 else date(year, place + 1, 1).toordinal()


def _not_negative(value: Whole, high: int) -> Whole:
    """What a formula is known to give."""
    return Whole(value.scalar, 0, high)


_Function = Callable[..., Amount]


def _sum(sign: int) -> _Function:
    def compute(lower: Lowering, exists: Scalar, known: bool, left: Amount, right: Amount) -> Amount:
        one, other, scale = aligned(left, right)
        return fraction(Kind.NUMBER, one + other if sign > 0 else one - other, scale, exists, known)

    return compute


def _multiply(lower: Lowering, exists: Scalar, known: bool, left: Amount, right: Amount) -> Amount:
    return fraction(Kind.NUMBER, top(left) * top(right), bottom(left) * bottom(right), exists, known)


def _divide(lower: Lowering, exists: Scalar, known: bool, left: Amount, right: Amount) -> Amount:
    above, below = top(left) * bottom(right), bottom(left) * top(right)
    by = lower.let(top(right))
    below = lower.let(below)
    zero = whole(0)
    if not (by.low > 0 or by.high < 0):
        lower.refuse(exists, compared("=", *same_size(by, zero)))
        known = False
    if by.high < 0:
        above, below = -above, -below
    elif by.low < 0:
        negative = compared("<", *same_size(by, zero))
        above, below = either_of(negative, -above, above), either_of(negative, -below, below)
    high = max(abs(below.low), abs(below.high))
    if not (by.low > 0 or by.high < 0):  # NULL in place of zero
        nothing = compared("=", *same_size(below, zero))
        below = Whole(choose(nothing, UNKNOWN_NUMBER, below.scalar), 1, high)
        above = Whole(choose(nothing, UNKNOWN_NUMBER, above.scalar), above.low, above.high)
    return fraction(Kind.NUMBER, lower.let(above), lower.let(Whole(below.scalar, 1, high)), exists, known)


def _extreme(greater: bool) -> _Function:
    def compute(lower: Lowering, exists: Scalar, known: bool, left: Amount, right: Amount) -> Amount:
        one, other, scale = aligned(left, right)
        one, other = lower.let(one), lower.let(other)
        first, second = (other, one) if greater else (one, other)
        less = compared("<=", *same_size(first, second))
        if left.known and right.known and (first.high <= second.low or second.high < first.low):
            less = TRUE if first.high <= second.low else FALSE
        chosen = either_of(less, one, other)
        pick = max if greater else min
        ends = Whole(chosen.scalar, pick(one.low, other.low), pick(one.high, other.high))
        if ends.is_wide != chosen.is_wide:
            ends = chosen
        return fraction(left.kind, ends, scale, exists, known)

    return compute


def _excess(lower: Lowering, exists: Scalar, known: bool, left: Amount, right: Amount) -> Amount:
    one, other, scale = aligned(left, right)
    difference = lower.let(one - other)
    positive = compared("<", *same_size(whole(0), difference))
    chosen = either_of(positive, difference, whole(0))
    fits = chosen if chosen.is_wide else Whole(chosen.scalar, 0, max(chosen.high, 0))
    return fraction(Kind.NUMBER, fits, scale, exists, known)


def _round(multiples: Callable[[Lowering, Whole, Whole], Whole]) -> _Function:
    """A multiple of a step, by how many times it a quotient comes to."""

    def compute(lower: Lowering, exists: Scalar, known: bool, value: Amount, step: Amount) -> Amount:
        if not isinstance(step.scale, int) or step.low != step.high or step.low <= 0 or not step.known:
            raise Unsupported("a number is rounded to multiples of what is no constant")
        count = multiples(lower, lower.let(top(value) * step.scale), lower.let(bottom(value) * step.low))
        return fraction(Kind.NUMBER, lower.let(count) * step.low, whole(step.scale), exists, known)

    return compute


def _half_up(lower: Lowering, above: Whole, below: Whole) -> Whole:
    return (above * 2 + below).floor(below * 2)


def _half_even(lower: Lowering, above: Whole, below: Whole) -> Whole:
    """The nearest, a half up; one less where that was a half and the count is odd."""
    twice = lower.let(above * 2 + below)
    count = lower.let(twice.floor(below * 2))
    is_half = compared("=", *same_size(count * 2 * below, twice))
    is_odd = compared("<>", *same_size(count.floor(2) * 2, count))
    return either_of(both(is_half, is_odd), count - 1, count)


def _shift(sign: int) -> _Function:
    def compute(lower: Lowering, exists: Scalar, known: bool, period: Amount, start: Amount) -> Amount:
        return lower.shifted(exists, known, period, start, sign)

    return compute


def _step(days: int) -> _Function:
    def compute(lower: Lowering, exists: Scalar, known: bool, start: Amount) -> Amount:
        return day(lower.within_calendar(top(start) + days, exists), exists, known)

    return compute


def _year_of(lower: Lowering, exists: Scalar, known: bool, when_: Amount) -> Amount:
    year, _, _ = lower.civil(top(when_))
    return fraction(Kind.NUMBER, year, whole(1), exists, known)


def _day_number(lower: Lowering, exists: Scalar, known: bool, when_: Amount) -> Amount:
    _, _, of_month = lower.civil(top(when_))
    return fraction(Kind.NUMBER, of_month, whole(1), exists, known)


def _month_start(months: int, days: int, january: bool = False) -> _Function:
    """The first day of the month so many months later (``january``: of the year), and so many days after it."""

    def compute(lower: Lowering, exists: Scalar, known: bool, start: Amount) -> Amount:
        year, month, _ = lower.civil(top(start))
        ends = (_month_of(start.low), _month_of(start.high))
        if january:
            ends = (ends[0] // 12 * 12, ends[1] // 12 * 12)
        months_of = year * 12 if january else year * 12 + month - 1
        count = lower.let(Whole((months_of + months).scalar, ends[0] + months, ends[1] + months))
        first = lower.first_of(count)
        return day(lower.within_calendar(first + days, exists), exists, known)

    return compute


def _only(lower: Lowering, exists: Scalar, known: bool, first: Amount, last: Amount) -> Amount:
    lower.refuse(exists, compare(Comparison.IS_NOT, first, last))
    return Amount(first.kind, first.number, first.scale, exists, first.low, first.high, known, first.scale_high)


def _whole_years(lower: Lowering, exists: Scalar, known: bool, start: Amount, end: Amount) -> Amount:
    since, _, _ = lower.civil(top(start))
    until, _, _ = lower.civil(top(end))
    years = lower.let(until - since)
    positive = compared("<", whole(0).scalar, years.scalar)
    counted = lower.let(Whole(either_of(positive, years, whole(0)).scalar, 0, max(years.high, 0)))
    reached = lower.add_months(top(start), counted * 12, both(exists, positive))
    full = either(negation(positive), compared("<=", *same_size(reached, top(end))))
    return fraction(Kind.NUMBER, either_of(full, counted, counted - 1), whole(1), exists, known)


def _days_between(lower: Lowering, exists: Scalar, known: bool, start: Amount, end: Amount) -> Amount:
    return fraction(Kind.NUMBER, top(end) - top(start), whole(1), exists, known)


_OPERATIONS: dict[str, _Function] = {
    "add": _sum(1),
    "subtract": _sum(-1),
    "multiply": _multiply,
    "divide": _divide,
    "lesser": _extreme(False),
    "greater": _extreme(True),
    "earlier": _extreme(False),
    "later": _extreme(True),
    "excess": _excess,
    "round_down": _round(lambda lower, above, below: above.floor(below)),
    "round_up": _round(lambda lower, above, below: -((-above).floor(below))),
    "round_half_up": _round(_half_up),
    "round_half_even": _round(_half_even),
    "after": _shift(1),
    "before": _shift(-1),
    "day_after": _step(1),
    "day_before": _step(-1),
    "year_of": _year_of,
    "first_of_month": _month_start(0, 0),
    "last_of_month": _month_start(1, -1),
    "first_of_year": _month_start(0, 0, january=True),
    "last_of_year": _month_start(12, -1, january=True),
    "first_of_next_month": _month_start(1, 0),
    "day_number": _day_number,
    "only": _only,
    "whole_years": _whole_years,
    "days_between": _days_between,
}
"""What is computed by tables; the operations on business days are not."""
