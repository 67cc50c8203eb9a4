"""Comparing what is not known: the truth found is right whatever the unknown turns out to be."""

from __future__ import annotations

import operator
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.decision import TRUE, Decisions, Truth
from engine.model import Comparison
from engine.operations import OPERATIONS, ROUNDINGS
from engine.reckon import apply, compare
from engine.unknowns import NONE, OpenValue, Sign, Threshold
from engine.values import DATE, NUMBER, Calendar, DateRounding, Kind, Period, Type

SHARES = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)
X = OpenValue("r", ("x",), "shares", SHARES)
Y = OpenValue("r", ("y",), "number", NUMBER)
D = OpenValue("r", ("d",), "date", DATE)

EVERY_DAY = Calendar()
numbers = st.fractions(-50, 50, max_denominator=6)
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
calendars = st.sampled_from([Calendar(DateRounding.DOWN), Calendar(DateRounding.UP)])
comparisons = st.sampled_from(list(Comparison))
PLAIN = {
    Comparison.IS: operator.eq,
    Comparison.IS_NOT: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}


def holds(comparison: Comparison, left: Any, right: Any) -> bool:
    return bool(PLAIN[comparison](left, right))


def follow(truth: Truth, decisions: Decisions, values: dict[OpenValue, Any]) -> bool:
    """A truth with the unknowns given their values."""

    def number(unknown: Any) -> Any:
        value = values[unknown]
        return value.toordinal() if isinstance(value, date) else value

    while truth.is_open:
        question: Any = decisions.questions[truth.place]
        if isinstance(question, Threshold):
            reached, bound = number(question.value), question.bound
        else:
            assert isinstance(question, Sign)
            reached, bound = sum(factor * number(unknown) for unknown, factor in question.terms) + question.constant, 0
        truth = truth.yes if (reached < bound if question.strict else reached <= bound) else truth.no
    return truth is TRUE


def computed(operation: str, *arguments: Any, calendar: Calendar = EVERY_DAY) -> tuple[Decisions, Any]:
    decisions = Decisions()
    result = DATE if operation in ("after", "before", "later", "earlier", "last_of_month") else NUMBER
    return decisions, apply(operation, arguments, result, calendar, decisions)


@given(
    st.sampled_from(["add", "subtract", "multiply", "lesser", "greater", "excess"]),
    st.booleans(),
    numbers,
    comparisons,
    numbers,
    st.integers(0, 60),
)
def test_sums_and_products_of_an_open_number(
    operation: str, first: bool, other: Fraction, comparison: Comparison, bound: Fraction, value: int
) -> None:
    arguments = (X, other) if first else (other, X)
    decisions, symbolic = computed(operation, *arguments)
    truth = compare(comparison, symbolic, bound, decisions)
    plain = [value if each is X else each for each in arguments]
    reached = OPERATIONS[operation].compute(Calendar(), *plain)
    assert follow(truth, decisions, {X: value}) is holds(comparison, reached, bound)


@given(
    st.sampled_from(sorted(ROUNDINGS)),
    st.sampled_from([1, Fraction(1, 100), Fraction(1, 2), Fraction(2, 3), 3]),
    numbers,
    comparisons,
    numbers,
    numbers,
    st.booleans(),
)
def test_rounding_an_open_number(
    operation: str,
    step: int | Fraction,
    factor: Fraction,
    comparison: Comparison,
    bound: Fraction,
    value: Fraction,
    tie: bool,
) -> None:
    if tie and factor:  # a value that lies right between two multiples
        value = (value // step + Fraction(1, 2)) * step / factor
    decisions, product = computed("multiply", Y, factor)
    rounded = apply(operation, (product, step), NUMBER, Calendar(), decisions)
    reached = OPERATIONS[operation].compute(Calendar(), value * factor, step)
    for limit in (bound, reached):
        truth = compare(comparison, rounded, limit, decisions)
        assert follow(truth, decisions, {Y: value}) is holds(comparison, reached, limit)


@given(
    st.sampled_from(["after", "before"]),
    st.builds(Period, st.integers(0, 40), st.integers(0, 40)),
    calendars,
    comparisons,
    days,
    days,
)
def test_a_period_after_an_open_day(
    operation: str, period: Period, calendar: Calendar, comparison: Comparison, bound: date, value: date
) -> None:
    decisions, symbolic = computed(operation, period, D, calendar=calendar)
    truth = compare(comparison, symbolic, bound, decisions)
    reached = OPERATIONS[operation].compute(calendar, period, value)
    assert follow(truth, decisions, {D: value}) is holds(comparison, reached, bound)


@given(st.sampled_from(["last_of_month", "year_of", "day_after", "first_of_year"]), comparisons, days, days)
def test_the_year_and_month_of_an_open_day(operation: str, comparison: Comparison, bound: date, value: date) -> None:
    decisions = Decisions()
    result = NUMBER if operation == "year_of" else DATE
    symbolic = apply(operation, (D,), result, Calendar(), decisions)
    right: Any = bound.year if operation == "year_of" else bound
    truth = compare(comparison, symbolic, right, decisions)
    reached = OPERATIONS[operation].compute(Calendar(), value)
    assert follow(truth, decisions, {D: value}) is holds(comparison, reached, right)


@given(numbers, numbers, comparisons, st.integers(0, 60), numbers)
def test_two_open_numbers(factor: Fraction, bound: Fraction, comparison: Comparison, x: int, y: Fraction) -> None:
    decisions, product = computed("multiply", Y, factor)
    total = apply("add", (X, product), NUMBER, Calendar(), decisions)
    truth = compare(comparison, total, bound, decisions)
    assert follow(truth, decisions, {X: x, Y: y}) is holds(comparison, x + y * factor, bound)


@given(comparisons, st.sampled_from([X, Y, D, 3]))
def test_nothing_compares_with_what_does_not_exist(comparison: Comparison, other: Any) -> None:
    assert not follow(compare(comparison, NONE, other, Decisions()), Decisions(), {})
    assert not follow(compare(comparison, other, NONE, Decisions()), Decisions(), {})


def test_a_number_that_cannot_be_so_small_is_decided() -> None:
    decisions = Decisions()
    assert compare(Comparison.AT_LEAST, X, 0, decisions) is TRUE
    assert compare(Comparison.MORE, X, -1, decisions) is TRUE
    assert compare(Comparison.MORE, X, 0, decisions).is_open
    assert compare(Comparison.LESS, X, Fraction(1, 2), decisions) is compare(Comparison.AT_MOST, X, 0, decisions)
