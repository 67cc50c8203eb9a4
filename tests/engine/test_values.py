"""Exact numbers and calendar arithmetic."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import (
    LARGEST_NUMBER_BITS,
    DateRounding,
    InexactDate,
    LimitReached,
    OutOfCalendar,
    Period,
    add_days,
    add_months,
    after,
    before,
    exact,
    whole_years,
)

DOWN, UP, ERROR = DateRounding.DOWN, DateRounding.UP, DateRounding.ERROR

days = st.dates(date(200, 1, 1), date(9700, 1, 1))
months = st.integers(-1200, 1200)
periods = st.builds(Period, st.integers(0, 1200), st.integers(0, 4000))
roundings = st.sampled_from((DOWN, UP))
fractions = st.fractions()

# ---------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("day", "months", "down", "up"),
    [
        (date(2000, 2, 29), 12, date(2001, 2, 28), date(2001, 3, 1)),
        (date(2000, 2, 29), 48, date(2004, 2, 29), date(2004, 2, 29)),
        (date(2000, 2, 29), -12, date(1999, 2, 28), date(1999, 3, 1)),
        (date(1896, 2, 29), 48, date(1900, 2, 28), date(1900, 3, 1)),
        (date(2001, 1, 31), 1, date(2001, 2, 28), date(2001, 3, 1)),
        (date(2004, 1, 31), 1, date(2004, 2, 29), date(2004, 3, 1)),
        (date(2001, 3, 31), 1, date(2001, 4, 30), date(2001, 5, 1)),
        (date(2001, 3, 31), -1, date(2001, 2, 28), date(2001, 3, 1)),
        (date(2001, 8, 31), 6, date(2002, 2, 28), date(2002, 3, 1)),
        (date(2001, 10, 31), 2, date(2001, 12, 31), date(2001, 12, 31)),
        (date(2001, 4, 30), 1, date(2001, 5, 30), date(2001, 5, 30)),
        (date(2001, 1, 15), 0, date(2001, 1, 15), date(2001, 1, 15)),
    ],
)
def test_months_are_added_and_rounded_once(day: date, months: int, down: date, up: date) -> None:
    assert (add_months(day, months, DOWN), add_months(day, months, UP)) == (down, up)
    if down == up:
        assert add_months(day, months, ERROR) == down
    else:
        with pytest.raises(InexactDate, match=rf"no day {day.day}\b"):
            add_months(day, months, ERROR)


@given(days, days, periods, roundings)
def test_a_later_day_never_ends_earlier(one: date, other: date, period: Period, rounding: DateRounding) -> None:
    first, second = sorted((one, other))
    assert after(first, period, rounding) <= after(second, period, rounding)
    assert before(first, period, rounding) <= before(second, period, rounding)


@given(days, months)
def test_down_is_on_or_before_up_and_both_are_exact_where_the_day_exists(day: date, months: int) -> None:
    down, up = add_months(day, months, DOWN), add_months(day, months, UP)
    if day.day == down.day:
        assert down == up == add_months(day, months, ERROR)
    else:
        assert down.day == calendar.monthrange(down.year, down.month)[1]
        assert up == down + timedelta(days=1)
        assert up.day == 1


@given(days, months, roundings)
def test_the_right_month_is_reached(day: date, months: int, rounding: DateRounding) -> None:
    reached = add_months(day.replace(day=1), months, rounding)
    assert (reached.year - day.year) * 12 + reached.month - day.month == months
    assert reached.day == 1


@given(days, periods, roundings)
def test_the_months_come_first_then_the_days(day: date, period: Period, rounding: DateRounding) -> None:
    assert after(day, period, rounding) == add_months(day, period.months, rounding) + timedelta(days=period.days)
    assert before(day, period, rounding) == add_months(day, -period.months, rounding) - timedelta(days=period.days)


@given(days, periods)
def test_before_undoes_after_but_for_the_end_of_a_month(day: date, period: Period) -> None:
    end = after(day, period, DOWN)
    if day.day <= 28:
        assert before(end, Period(days=period.days), DOWN) == add_months(day, period.months, DOWN)
        assert before(add_months(day, period.months, DOWN), Period(period.months), DOWN) == day
    assert before(after(day, Period(period.months), DOWN), Period(period.months), DOWN) <= day
    assert before(after(day, Period(period.months), UP), Period(period.months), UP) >= day


def test_adding_twice_is_not_adding_the_sum() -> None:
    january = date(2001, 1, 31)
    assert add_months(add_months(january, 1, DOWN), 1, DOWN) == date(2001, 3, 28)
    assert add_months(january, 2, DOWN) == date(2001, 3, 31)


@given(days, st.integers(-3_000_000, 3_000_000))
def test_days_are_counted_or_refused(day: date, count: int) -> None:
    if date.min.toordinal() <= day.toordinal() + count <= date.max.toordinal():
        assert (add_days(day, count) - day).days == count
    else:
        with pytest.raises(OutOfCalendar):
            add_days(day, count)


@pytest.mark.parametrize("rounding", DateRounding)
def test_years_run_from_1_to_9999(rounding: DateRounding) -> None:
    assert add_months(date.min, 9998 * 12, rounding) == date(9999, 1, 1)
    assert add_months(date.max, -9998 * 12, rounding) == date(1, 12, 31)
    assert after(date(9999, 12, 30), Period(days=1), rounding) == date.max
    tried: tuple[Callable[[], date], ...] = (
        lambda: add_months(date.max, 1, rounding),
        lambda: add_months(date.min, -1, rounding),
        lambda: add_months(date(2001, 1, 1), 10**5000, rounding),
        lambda: add_days(date(2001, 1, 1), -(10**5000)),
        lambda: after(date.max, Period(days=1), rounding),
        lambda: before(date.min, Period(days=1), rounding),
    )
    for attempt in tried:
        with pytest.raises(OutOfCalendar, match="9999"):
            attempt()


# --------------------------------------------------------------- anniversaries


@pytest.mark.parametrize(
    ("start", "end", "down", "up"),
    [
        (date(2000, 2, 29), date(2001, 2, 28), 1, 0),
        (date(2000, 2, 29), date(2001, 3, 1), 1, 1),
        (date(2000, 2, 29), date(2004, 2, 28), 3, 3),
        (date(2000, 2, 29), date(2004, 2, 29), 4, 4),
        (date(2001, 6, 15), date(2002, 6, 14), 0, 0),
        (date(2001, 6, 15), date(2002, 6, 15), 1, 1),
        (date(2001, 6, 15), date(2001, 6, 15), 0, 0),
        (date(2001, 6, 15), date(1991, 6, 15), 0, 0),
        (date.min, date.max, 9998, 9998),
    ],
)
def test_whole_years(start: date, end: date, down: int, up: int) -> None:
    assert (whole_years(start, end, DOWN), whole_years(start, end, UP)) == (down, up)


@given(days, st.integers(0, 300), roundings)
def test_each_anniversary_is_counted_from_the_start(start: date, years: int, rounding: DateRounding) -> None:
    anniversary = add_months(start, 12 * years, rounding)
    assert whole_years(start, anniversary, rounding) == years
    if years:
        assert whole_years(start, anniversary - timedelta(days=1), rounding) == years - 1


@given(days, days, days, roundings)
def test_whole_years_rise_with_the_end_and_fall_with_the_start(
    one: date, other: date, third: date, rounding: DateRounding
) -> None:
    first, second = sorted((one, other))
    assert whole_years(third, first, rounding) <= whole_years(third, second, rounding)
    assert whole_years(first, third, rounding) >= whole_years(second, third, rounding)


# -------------------------------------------------------------------- numbers


@given(fractions)
def test_a_number_is_written_in_one_way(number: Fraction) -> None:
    written = exact(number)
    assert written == number
    assert (type(written) is int) == (number.denominator == 1)
    assert exact(written) is written


@given(st.integers())
def test_a_whole_number_stays_as_it_is(number: int) -> None:
    assert exact(number) is number
    assert type(exact(Fraction(number))) is int


def test_thirds_are_exact() -> None:
    third = exact(Fraction(1, 3))
    assert exact(third + third + third) == 1
    assert type(exact(third + third + third)) is int
    assert exact(sum([Fraction(1, 10)] * 10)) == 1


def test_a_truth_is_no_number_apart() -> None:
    assert type(exact(True)) is int


@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_have_a_largest_size(sign: int) -> None:
    largest = 2**LARGEST_NUMBER_BITS - 1
    assert exact(sign * largest) == sign * largest
    assert exact(Fraction(sign, largest)) == Fraction(sign, largest)
    for number in (sign * (largest + 1), Fraction(sign, largest + 2), Fraction(sign * (largest + 2), 2)):
        with pytest.raises(LimitReached):
            exact(number)
