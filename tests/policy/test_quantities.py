"""Quantities are read exactly, refused with the right spelling, and printed so that they read back."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import DATE, NUMBER, PERIOD, YEAR, Period, Type, Value, exact
from policy.quantities import (
    MONEY,
    MONEY_PER_SHARE,
    SHARES,
    Misspelt,
    literals,
    misspelt,
    print_value,
    read_value,
)
from policy.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("100,000 shares", SHARES, 100_000),
        ("1 share", SHARES, 1),
        ("100,000", SHARES, 100_000),
        ("$4.10", MONEY, Fraction(41, 10)),
        ("$75,000", MONEY, 75_000),
        ("$10/3", MONEY, Fraction(10, 3)),
        ("$4.10 per share", MONEY_PER_SHARE, Fraction(41, 10)),
        ("$4.10", MONEY_PER_SHARE, Fraction(41, 10)),
        ("110%", NUMBER, Fraction(11, 10)),
        ("1/3", NUMBER, Fraction(1, 3)),
        ("1.5", NUMBER, Fraction(3, 2)),
        ("-5", NUMBER, -5),
        ("10 years", PERIOD, Period(120)),
        ("6 months and 1 day", PERIOD, Period(6, 1)),
        ("2 weeks", PERIOD, Period(0, 14)),
        ("2001-03-01", DATE, date(2001, 3, 1)),
        ("March 1, 2001", DATE, date(2001, 3, 1)),
        ("2004", YEAR, 2004),
    ],
)
def test_reads_exactly(text: str, type: Type, value: Value) -> None:
    assert read_value(text, type) == value


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("100000 shares", "100,000 shares"),
        ("1000 shares", "1,000 shares"),
        ("2004 shares", "2,004 shares"),
        ("1,00,000 shares", "100,000 shares"),
        ("007 shares", "7 shares"),
        ("$4.1", "$4.10"),
        ("$75000", "$75,000.00"),
        ("3/1/2001", "March 1, 2001 or January 3, 2001"),
        ("03.01.2001", "March 1, 2001 or January 3, 2001"),
        ("2001/03/01", "March 1, 2001 or January 3, 2001"),
        ("2001-3-31", "March 31, 2001"),
        ("13-1-2001", "January 13, 2001"),
        ("3/1/01", "March 1, 2001"),
        ("01-MAR-2001", "March 1, 2001"),
        ("March 1 2001", "March 1, 2001"),
        ("march 1, 2001", "March 1, 2001"),
        ("Mar. 1, 2001", "March 1, 2001"),
        ("March 1st, 2001", "March 1, 2001"),
        ("1 March 2001", "March 1, 2001"),
        ("1st of March, 2001", "March 1, 2001"),
    ],
)
def test_shows_the_right_spelling(text: str, right: str) -> None:
    found = misspelt(tokenize(text).words, 0)
    assert found is not None
    assert found.right == right


@pytest.mark.parametrize(
    "text",
    [
        "$1e6",
        "1e1000000",
        "NaN",
        "Infinity",
        "February 30, 2001",
        "2001-02-29",
        "0000-01-01",
        "0000",
        "1/0",
        "9" * 5000,
    ],
)
def test_refuses(text: str) -> None:
    assert literals(tokenize(text).words, 0) == ()
    assert misspelt(tokenize(text).words, 0) is not None


def test_a_cell_of_another_type_is_refused() -> None:
    assert isinstance(read_value("$4.10", SHARES), Misspelt)
    assert isinstance(read_value("100000", SHARES), Misspelt)
    assert isinstance(read_value("2004", SHARES), Misspelt)
    assert isinstance(read_value("", DATE), Misspelt)


numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.fractions(-(10**6), 10**6, max_denominator=999).map(exact),
)


@given(numbers, st.sampled_from([SHARES, MONEY, MONEY_PER_SHARE, NUMBER]))
def test_numbers_read_back(value: int | Fraction, type: Type) -> None:
    assert read_value(print_value(value, type), type) == value


@given(st.dates())
def test_dates_read_back(value: date) -> None:
    assert read_value(print_value(value, DATE), DATE) == value


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_periods_read_back(months: int, days: int) -> None:
    assert read_value(print_value(Period(months, days), PERIOD), PERIOD) == Period(months, days)


@given(st.integers(1, 9999))
def test_years_read_back(value: int) -> None:
    assert read_value(print_value(value, YEAR), YEAR) == value


@given(st.text(max_size=30))
def test_nothing_breaks_the_reader(text: str) -> None:
    words = tokenize(text).words
    for at in range(len(words)):
        literals(words, at)
        misspelt(words, at)
