"""Operations are exact, and monotone where they say so: unknowns are solved for by that."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.operations import OPERATIONS, ROUNDINGS, Operation
from engine.values import Calendar, DateRounding, DivisionByZero, LimitReached, OutOfCalendar, Period

NUMBERS = st.fractions(-1_000, 1_000, max_denominator=50)
STEPS = st.fractions(Fraction(1, 100), 10, max_denominator=100)
DAYS = st.dates(date(1800, 1, 1), date(2200, 12, 31))
PERIODS = st.builds(Period, st.integers(0, 600), st.integers(0, 400))
CALENDARS = [Calendar(DateRounding.DOWN), Calendar(DateRounding.UP)]
WITH_DAYS = {"earlier": 2, "later": 2, "whole_years": 2, "days_between": 2, "only": 2}


def arguments(operation: Operation) -> list[st.SearchStrategy[Any]]:
    """What an operation takes."""
    name = operation.name
    if name in WITH_DAYS:
        return [DAYS] * WITH_DAYS[name]
    if name in ("after", "before"):
        return [PERIODS, DAYS]
    if name.startswith("business_days"):
        return [st.integers(0, 30), DAYS]
    if name.startswith(("day_", "year_", "first_", "last_")):
        return [DAYS]
    return [NUMBERS, STEPS] if name.startswith("round") else [NUMBERS, NUMBERS]


CENT = Fraction(1, 100)
ROUNDED = (
    ("round_down", "243.6676", CENT, "243.66"),
    ("round_up", "243.6601", CENT, "243.67"),
    ("round_half_up", "243.665", CENT, "243.67"),
    ("round_half_up", "243.6649", CENT, "243.66"),
    ("round_half_even", "243.665", CENT, "243.66"),
    ("round_half_even", "243.675", CENT, "243.68"),
    ("round_half_even", "243.6651", CENT, "243.67"),
    ("round_down", "-2.5", 1, "-3"),
    ("round_up", "-2.5", 1, "-2"),
    ("round_half_up", "-2.5", 1, "-2"),
    ("round_half_even", "-2.5", 1, "-2"),
    ("round_half_even", "-3.5", 1, "-4"),
    ("round_half_even", "7", 2, "8"),
)


@pytest.mark.parametrize(("operation", "value", "step", "rounded"), ROUNDED)
def test_rounding_to_a_multiple_of_a_step(operation: str, value: str, step: int | Fraction, rounded: str) -> None:
    assert OPERATIONS[operation].compute(Calendar(), Fraction(value), step) == Fraction(rounded)


@given(st.sampled_from(sorted(ROUNDINGS)), NUMBERS, STEPS)
def test_what_is_rounded_is_a_multiple_and_near(operation: str, value: Fraction, step: Fraction) -> None:
    rounded: Any = OPERATIONS[operation].compute(Calendar(), value, step)
    assert (Fraction(rounded) / step).denominator == 1
    assert abs(rounded - value) <= step / 2 if "half" in operation else abs(rounded - value) < step


def test_nothing_is_rounded_to_multiples_of_nothing() -> None:
    with pytest.raises(LimitReached):
        OPERATIONS["round_down"].compute(Calendar(), 1, 0)


MONOTONE = [
    (operation, place, place in operation.rises)
    for operation in OPERATIONS.values()
    for place in (*operation.rises, *operation.falls)
    if operation.name != "only"
]


@pytest.mark.parametrize(("operation", "place", "rises"), MONOTONE, ids=lambda each: getattr(each, "name", str(each)))
@settings(max_examples=settings().max_examples // 5)  # so many for each of several dozens
@given(st.data())
def test_what_is_said_to_rise_or_fall_does(operation: Operation, place: int, rises: bool, data: st.DataObject) -> None:
    calendar = data.draw(st.sampled_from(CALENDARS))
    low = [data.draw(each) for each in arguments(operation)]
    high = [*low]
    high[place] = data.draw(arguments(operation)[place])
    assume(low[place] < high[place])
    before: Any = operation.compute(calendar, *low)
    after: Any = operation.compute(calendar, *high)
    assert before <= after if rises else after <= before


@given(NUMBERS, NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_fractions(x: Fraction, y: Fraction, z: Fraction) -> None:
    def of(name: str, *each: Any) -> Any:
        return OPERATIONS[name].compute(Calendar(), *each)

    assert of("add", of("subtract", x, y), y) == x
    assert of("multiply", x, of("add", y, z)) == x * y + x * z
    assert of("excess", x, y) == max(x - y, 0)
    if y:
        assert of("multiply", of("divide", x, y), y) == x
    whole = of("add", x, 0)
    assert isinstance(whole, int) == (x.denominator == 1)
    assert not isinstance(whole, float)


def test_what_has_no_value_is_a_limit() -> None:
    with pytest.raises(DivisionByZero):
        OPERATIONS["divide"].compute(Calendar(), 1, 0)
    with pytest.raises(OutOfCalendar):
        OPERATIONS["after"].compute(Calendar(), Period(120_000), date(2001, 1, 1))
    with pytest.raises(LimitReached):
        OPERATIONS["multiply"].compute(Calendar(), 2**4_000, 2**4_000)
    with pytest.raises(LimitReached):
        OPERATIONS["only"].compute(Calendar(), date(2001, 1, 1), date(2001, 1, 2))
    with pytest.raises(LimitReached):
        OPERATIONS["business_days_after"].compute(Calendar(), 10**9, date(2001, 1, 1))


def test_a_calendar_is_made_ready_only_where_it_has_holidays() -> None:
    script = """
import sys
from engine.values import Calendar
from engine.operations import make_ready
for holidays in ("", "US"):
    make_ready(Calendar(holidays=holidays))
    print("holidays" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
