"""Every phrase of the plan, printed with values, reads back as the same fact.

Every day one phrase in three is tried; under the long profile each.
"""

from __future__ import annotations

import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts import FactBase
from engine.values import DATE, Kind, Period, Type
from policy.asked import Fact, SpanFact, Statement, ValueFact, lower_fact
from policy.check import check_fact
from policy.instrument import load
from policy.parse import Parser
from policy.relations import happens_once, is_over_time
from policy.source import Source, Span
from policy.speak import Speaker
from policy.words import Heading, Phrase

PLAN = Path(__file__).parents[2] / "rules" / "1992-plan.md"


@cache
def speaker() -> Speaker:
    book = load(PLAN).book
    return Speaker(book.lexicon, FactBase(book.engine.relations))


@cache
def parser() -> Parser:
    """The plan's parser, with a name of each kind of thing."""
    book = load(PLAN).book
    things = {type.name: type for type in book.vocabulary.types.values() if type.kind is Kind.SYMBOL}
    return book.parser.with_names({_name(type): type for type in things.values() if not type.members})


def _name(type: Type) -> str:
    return f"{type.name.title()} One"


def _values(type: Type) -> st.SearchStrategy[Any]:
    """Values of a type as facts state them."""
    match type.kind:
        case Kind.SYMBOL:
            return st.sampled_from(type.members) if type.members else st.just(_name(type))
        case Kind.DATE:
            return st.dates(date(1, 1, 1), date(9999, 12, 31))
        case Kind.PERIOD:
            return st.builds(Period, st.integers(1, 200), st.integers(0, 40))
    whole = st.integers(0, 10**12)
    if type.whole:
        return whole
    return whole | st.fractions(0, 10**6, max_denominator=10_000).map(lambda x: int(x) if x.denominator == 1 else x)


def fact(text: str) -> Fact:
    """What a sentence states."""
    parsed = parser().fact(Span(Source("text", text), 0, len(text)))
    assert not parsed.diagnostics, f"{text}: {parsed.diagnostics}"
    trees = [each.of for each in parsed.readings]
    checked, problems = check_fact(trees, parser().vocabulary.records)  # type: ignore[arg-type]  # conditions are stated here
    assert checked is not None, f"{text}: {problems}"
    found, problems = lower_fact(checked.tree)
    assert found is not None, f"{text}: {problems}"
    return found


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The parser's tables are made outside the time that a test is allowed."""
    parser().fact(Span(Source("text", "Nothing."), 0, 8))
    speaker()


LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PHRASES = [phrase for phrase in load(PLAN).book.vocabulary.phrases if phrase.heading is not Heading.ASKED]
NOWHERE = Span(Source("", ""), 0, 0)


@pytest.mark.parametrize("phrase", PHRASES if LONG else PHRASES[::3], ids=lambda phrase: phrase.relation)
def test_a_phrase_with_values_reads_back(phrase: Phrase) -> None:
    @settings(max_examples=max(3, settings().max_examples // 15))
    @given(st.tuples(*(_values(slot.type) for slot in phrase.slots)), st.data())
    def reads_back(keys: tuple[Any, ...], data: st.DataObject) -> None:
        relation = phrase.relation
        if phrase.value is not None:
            value = data.draw(_values(phrase.value))
            words = speaker().quantity(relation, keys, "value")
            said = f"{words} {phrase.verb} {speaker().value(value, phrase.value)}"
            assert fact(f"{said[:1].upper()}{said[1:]}.") == ValueFact(relation, keys, value, NOWHERE)
        elif is_over_time(phrase):
            first, last = sorted((data.draw(_values(DATE)), data.draw(_values(DATE))))
            said = speaker().statement(relation, (*keys, first, last))
            expected = SpanFact(relation, keys, first, last, True, NOWHERE)
            assert fact(f"{said[:1].upper()}{said[1:]}.") == expected
        elif happens_once(phrase):
            said = speaker().statement(relation, keys)
            assert fact(f"{said[:1].upper()}{said[1:]}.") == ValueFact(relation, keys[:-1], keys[-1], NOWHERE)
        else:
            holds = data.draw(st.booleans())
            said = speaker().statement(relation, keys, holds)
            assert fact(f"{said[:1].upper()}{said[1:]}.") == Statement(relation, keys, holds, NOWHERE)

    reads_back()
