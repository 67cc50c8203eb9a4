"""A place in a text is a line and a column, both counted from 1."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from policy.source import Source, Span


def test_a_span_knows_its_words_and_its_place() -> None:
    source = Source("plan.md", "# Plan\n\nA grant is permitted.\n")
    span = Span(source, 10, 15)
    assert span.text == "grant"
    assert (span.line, span.column) == (3, 3)
    assert str(span) == "plan.md:3:3"


def test_a_span_extends_to_another() -> None:
    source = Source("question", "May Ann receive shares?")
    assert Span(source, 0, 3).to(Span(source, 8, 15)).text == "May Ann receive"


def test_spans_compare_by_position_only() -> None:
    assert Span(Source("one", "abc"), 0, 1) == Span(Source("two", "xyz"), 0, 1)


def test_the_line_of_an_offset_is_shown_without_its_end() -> None:
    source = Source("plan.md", "one\r\ntwo\n")
    assert [source.line_text(line) for line in (1, 2, 3)] == ["one", "two", ""]


@given(st.text(alphabet="ab\n\r\u2028é", max_size=40), st.data())
def test_line_and_column_lead_back_to_the_offset(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = Source("x", text).line_column(offset)
    lines = text.split("\n")
    assert sum(len(each) + 1 for each in lines[: line - 1]) + column - 1 == offset
    assert line == text[:offset].count("\n") + 1


def test_many_places_of_a_long_text_are_found_quickly() -> None:
    source = Source("long.md", "A grant is permitted.\n" * 100_000)
    start = time.perf_counter()
    for offset in range(0, len(source.text), 100):
        source.line_column(offset)
    assert time.perf_counter() - start < 2
