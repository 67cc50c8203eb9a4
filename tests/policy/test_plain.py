"""Values as plain data and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import DATE, NUMBER, Kind, Period, Type
from policy.plain import Form, NotPlain
from policy.source import Source, Span

FORM = Form((Type, Kind, Period, Source, Span))

WORDS = st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.fractions() | st.sampled_from(Kind)
RECORDS = st.builds(Period, st.integers(), st.integers()) | st.builds(Type, st.text(), st.sampled_from(Kind))
VALUES = st.recursive(
    WORDS | RECORDS,
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.dates(), inner),
    max_leaves=20,
)


def exact(value: Any) -> Any:
    """A value with the type of each of its parts: 1 is not True."""
    if isinstance(value, dict):
        return [(exact(key), exact(each)) for key, each in value.items()]
    return [exact(each) for each in value] if isinstance(value, tuple) else (type(value), value)


@given(VALUES)
def test_what_is_written_reads_back_as_the_same(value: Any) -> None:
    assert exact(FORM.read(FORM.write(value))) == exact(value)


def test_what_is_outside_equality_comes_back_too() -> None:
    cents = Type("money", Kind.NUMBER, (("dollar", 1),), grain=Fraction(1, 100))
    again = FORM.read(FORM.write(cents))
    assert again.grain == Fraction(1, 100)


def test_values_that_differ_outside_equality_only_stay_apart() -> None:
    one, other = Span(Source("one", "text"), 0, 4), Span(Source("other", "text"), 0, 4)
    assert one == other
    first, second = FORM.read(FORM.write((one, other)))
    assert (first.source.name, second.source.name) == ("one", "other")


def test_what_is_one_value_is_one_again() -> None:
    shared = (DATE, NUMBER)
    first, second = FORM.read(FORM.write((shared, shared)))
    assert first is second


def test_a_known_value_is_referred_to_and_not_written() -> None:
    source = Source("book.md", "a very long text")
    written = FORM.write(Span(source, 2, 6), (source,))
    assert "very long" not in written
    other = Source("elsewhere.md", "a very long text")
    assert FORM.read(written, (other,)).source is other


@pytest.mark.parametrize(
    "value",
    [1.5, b"bytes", [1], {1}, object(), len, Form, datetime(2001, 1, 1, tzinfo=UTC)],
    ids=lambda value: type(value).__name__,
)
def test_only_classes_that_are_named_are_written(value: object) -> None:
    with pytest.raises(NotPlain):
        FORM.write((value,))


def test_what_is_nested_too_deep_is_not_written() -> None:
    deep: Any = ()
    for _ in range(100_000):
        deep = (deep,)
    with pytest.raises(NotPlain):
        FORM.write(deep)


def test_a_number_that_stands_for_no_class_makes_nothing() -> None:
    day = FORM.write(date(2001, 9, 1))
    assert "[[2,[[0]]]]" in day
    with pytest.raises(IndexError):
        FORM.read(day.replace("[[2,[[0]]]]", "[[99,[[0]]]]"))
