"""A question that differs from one already read only in its quantities: the same reading as if it were read anew."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import DATE, Type
from policy.check import parts_of
from policy.parse import Parsed, Parser
from policy.quantities import MONEY_PER_SHARE, SHARES, print_value
from policy.syntax import Name, Question
from tests.policy.wordbook import parser, place

DAYS = st.dates(date(1990, 1, 1), date(2010, 12, 31)).map(lambda day: print_value(day, DATE))
SHARE_COUNTS = st.integers(0, 4_000).map(lambda count: print_value(count, SHARES))
PRICES = st.integers(1, 900).map(lambda cents: print_value(Fraction(cents, 100), MONEY_PER_SHARE))
QUESTIONS = st.one_of(
    st.builds("May Ann Lee receive {} on {}?".format, SHARE_COUNTS, DAYS),
    st.builds("How many shares may Ann Lee receive on {}?".format, DAYS),
    st.builds("Is {} plus {} at most {}?".format, SHARE_COUNTS, SHARE_COUNTS, SHARE_COUNTS),
    st.builds("Is G-17's exercise price at least 110% of {}?".format, PRICES),
    st.builds("Is G-17's exercise price at least {}?".format, PRICES),
    st.builds("Is {} within 10 years of {}?".format, DAYS, DAYS),
)


def anew() -> Parser:
    """A parser that has read nothing yet."""
    return Parser(parser().vocabulary, parser().clauses)


def in_full(parsed: Parsed[Question]) -> list[Any]:
    """The readings with the place of every part, and what is wrong."""
    parts = [(part, part.span.start, part.span.end, part.span.text) for part in nodes(parsed.readings)]  # type: ignore[attr-defined]
    return [parsed.readings, parts, parsed.diagnostics]


def nodes(readings: tuple[Question, ...]) -> list[object]:
    return [part for reading in readings for part in parts_of(reading)]


@given(st.lists(QUESTIONS, min_size=2, max_size=8))
def test_a_parser_that_remembers_reads_as_one_that_does_not(questions: list[str]) -> None:
    remembering = anew()
    for question in questions:
        assert in_full(remembering.question(place(question))) == in_full(anew().question(place(question)))


def test_what_is_remembered_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    remembering = anew()
    first = remembering.question(place("May Ann Lee receive 30,000 shares on September 1, 2001?"))
    assert first.readings
    monkeypatch.setattr(Parser, "_parsed", None)  # nothing more can be read
    (again,) = remembering.question(place("May  Ann Lee receive 5 shares on\nMarch 31, 2002?")).readings
    shown = [part.span.text for part in nodes((again,))]  # type: ignore[attr-defined]
    assert "5 shares" in shown
    assert "March 31, 2002" in shown
    with pytest.raises(TypeError):
        remembering.question(place("May Ann Lee receive 1 share on September 1, 2001?"))


def test_a_number_that_is_a_name_stays_one() -> None:
    """With a grant called 17, what follows is a grant, and no quantity, however alike the two look."""
    grant: Type = parser().vocabulary.types["grant"]
    remembering = anew().with_names({"17": grant})
    for text in ("Is 17 permitted?", "Is 18 permitted?", "Is 17 permitted?"):
        fresh = anew().with_names({"17": grant}).question(place(text))
        assert in_full(remembering.question(place(text))) == in_full(fresh)
    assert any(isinstance(part, Name) for part in nodes(remembering.question(place("Is 17 permitted?")).readings))
    assert not any(isinstance(part, Name) for part in nodes(remembering.question(place("Is 18 permitted?")).readings))
