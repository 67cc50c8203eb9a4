"""No text, however broken, ends in anything but an answer or coded errors, and soon."""

from __future__ import annotations

import re
import tracemalloc
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.judge import Verdict
from policy.book import book_of
from policy.diagnostic import ClausebookError, render
from policy.expected import read_expected
from policy.instrument import Case, Instrument, load
from policy.source import Source, Span
from tests.policy.leases import BOOK, book, case_text, rows

PLAN = Path(__file__).parents[2] / "rules" / "1992-plan.md"
FACTS = (
    "Ann is a member from 1999-01-04 to 2001-06-30. The Club opened the garden on 1990-05-01. Guests count.\n\n"
    + rows("L-1,Ann,2001-03-01,80,small,$4,$3", "L-2,Bob,2001-03-01,?,large,?,")
    + 'L-1 is authorized, according to "the register". Taken as found: Bob is welcome on 2001-03-01.\n'
)
CASE = case_text(FACTS)
QUESTIONS = (
    "May Ann lease 30 shares on September 1, 2001?",
    "How many shares may Ann lease on 2001-09-01?",
    "When is Ann first welcome?",
    "Who is welcome on May 1, 2001?",
    "Which leases are dear?",
    "What is the charge for 2001-05-01?",
    "What is the greatest shares at which L-1 is permitted?",
    "Supposing that L-1 is worthy: is L-1 permitted?",
    "Is it the case that L-1 is permitted and Ann is welcome on May 1, 2001?",
)
JUNK = (
    *("the", "a", "if", "unless", "not", "no", "none", ".", ",", ":", "?", "(", ")", "|", "*", ">", "-", "#", "##"),
    *("is", "are", "of", "and", "or", "every", "such", "that", "total", "times", "plus", "exceeds", "first", "which"),
    *("§ 2", "§ 99", "Despite § 2,", "Failing that,", "it is not the case that", "all of these hold:", "Recital:"),
    *("0", "-1", "1/0", "1/3", "110%", "$4.10", "1e9", "2001-02-30", "9999-12-31", "10,000 years", "9" * 400),
    *("\0", "\ufeff", "\u202e", "’", "̈", "٣", "∞", "\\", "\t", "\r", "\n", "\n\n", "```", "<b>", "&nbsp;", "é"),
    *("*a person*", "Ann", "the lease", "another lease", "the supposed lease", "the day", "within", "Taken as found:"),
)
SECONDS = 10
"""No input takes longer, on the busiest machine: the limit of a question is the longest wait."""


def share(part: int) -> settings:
    """A part of the examples that the profile gives a test."""
    return settings(max_examples=max(1, settings().max_examples // part))


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A text with some of its words or lines taken out, doubled, exchanged or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        glue = draw(st.sampled_from(("\n", " ", " ")))
        parts = text.split(glue)
        one, other = (draw(st.integers(0, len(parts) - 1)) for _ in range(2))
        match draw(st.sampled_from(("out", "double", "exchange", "replace", "insert"))):
            case "out":
                del parts[one]
            case "double":
                parts.insert(other, parts[one])
            case "exchange":
                parts[one], parts[other] = parts[other], parts[one]
            case "replace":
                parts[one] = draw(st.sampled_from(JUNK))
            case _:
                parts.insert(one, draw(st.sampled_from(JUNK)))
        text = glue.join(parts)
    return text


def loaded(text: str, name: str = "leases") -> Instrument | None:
    """The instrument of a rule text, or None with coded errors that can be shown."""
    start = process_time()
    found, problems = book_of(Source(f"{name}.md", text), name)
    assert process_time() - start < SECONDS
    for problem in problems:
        assert problem.message
        render(problem)
    assert (found is None) == any(problem.is_error for problem in problems)
    return None if found is None else Instrument(found)


def stated(instrument: Instrument, text: str) -> Case | None:
    start = process_time()
    try:
        return instrument.case(Source("case.md", text))
    except ClausebookError as error:
        assert all(problem.span is not None for problem in error.diagnostics)
        assert str(error)
        return None
    finally:
        assert process_time() - start < SECONDS


def asked(case: Case, question: str) -> Verdict | None:
    """The verdict, told in every way, or None with coded errors."""
    start = process_time()
    try:
        answer = case.ask(question)
        assert answer.to_text() and answer.to_markdown() and answer.to_json()
        return answer.verdict
    except ClausebookError as error:
        assert all(problem.span is not None for problem in error.diagnostics)
        assert str(error)
        return None
    finally:
        assert process_time() - start < SECONDS


@cache
def leases() -> Instrument:
    return Instrument(book())


@cache
def plan() -> Instrument:
    return load(PLAN)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Books and the parser's tables are made outside the time that a test is allowed."""
    plan()
    asked(_case(), QUESTIONS[0])


@given(st.text())
@share(2)
def test_any_text_is_a_book_a_case_and_a_question_or_an_error(text: str) -> None:
    loaded(text)
    stated(leases(), text)
    asked(_case(), text)
    read_expected(Span(Source("expected", text), 0, len(text)))


@cache
def _case() -> Case:
    return leases().case(Source("case.md", CASE))


@given(st.lists(st.sampled_from((*JUNK, *BOOK.split())), max_size=60).map(" ".join))
@share(2)
def test_words_in_any_order_are_a_book_a_case_and_a_question_or_an_error(text: str) -> None:
    loaded(f"# Leases\n\n## § 1\n\n{text}\n")
    stated(leases(), case_text(text))
    asked(_case(), text)
    asked(_case(), f"{text}?")


@given(mutated(BOOK), st.sampled_from(QUESTIONS))
@share(4)
def test_a_mutated_book_is_a_book_or_an_error(text: str, question: str) -> None:
    instrument = loaded(text)
    case = None if instrument is None else stated(instrument, CASE)
    if case is not None:
        asked(case, question)


@given(mutated(CASE), st.sampled_from(QUESTIONS))
@share(2)
def test_a_mutated_case_is_a_case_or_an_error(text: str, question: str) -> None:
    case = stated(leases(), text)
    if case is not None:
        asked(case, question)


@given(st.sampled_from(QUESTIONS).flatmap(mutated))
def test_a_mutated_question_is_a_question_or_an_error(question: str) -> None:
    asked(_case(), question)


PLAN_TEXT = PLAN.read_text("utf-8")
PLAN_CASES = [path.read_text("utf-8") for path in sorted(PLAN.with_suffix(".cases").glob("*.md"))]


@given(mutated(PLAN_TEXT))
@share(50)
def test_a_mutated_plan_is_a_plan_or_an_error(text: str) -> None:
    loaded(text, "1992-plan")


@given(st.data())
@share(10)
def test_a_mutated_case_of_the_plan_is_answered_or_an_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(PLAN_CASES))
    questions = re.findall(r"^\d+\. ([^?]*\?)", text, re.MULTILINE)
    case = stated(plan(), data.draw(mutated(text)))
    if case is not None:
        asked(case, data.draw(st.sampled_from(questions)))


GIVEN = (
    "Ann is a member from 1999-01-04.",
    "The Club opened the garden on 1990-05-01.",
    "The fee for 2001-05-01 is $7.",
    "The usual lot on 2001-09-01 is 10 shares.",
    "L-1 is worthy.",
    "L-1 is authorized.",
    "L-1 was made before L-2.",
)
CONTRARY = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}


@pytest.mark.parametrize(
    "question", ["Is L-1 permitted?", "Is L-2 permitted?", "Is Ann old on 2001-01-01?", *QUESTIONS]
)
@pytest.mark.parametrize("left_out", [1, 2, 4, 6])
def test_without_what_was_given_or_determined_an_answer_is_never_turned_around(question: str, left_out: int) -> None:
    """Silence about what is not the record's to show leaves an answer as it is, or makes it depend."""
    table = rows("L-1,Ann,2001-03-01,60,small,$4,$3", "L-2,Ann,2001-03-01,60,large,$4,")
    whole = stated(leases(), case_text(table + " ".join(GIVEN)))
    less = stated(leases(), case_text(table + " ".join(fact for fact in GIVEN if fact != GIVEN[left_out])))
    assert whole is not None
    assert less is not None
    before, after = asked(whole, question), asked(less, question)
    assert before is None or after is not CONTRARY.get(before)


@pytest.mark.parametrize(
    "text",
    ["(" * 300_000, "a " * 150_000, "# x\n\n" + "- a\n" * 1_000, case_text("x.\n\n" * 100), "| a " * 30_000 + "|\n"],
    ids=("brackets", "words", "items", "sentences", "cells"),
)
def test_time_and_memory_grow_with_the_text_alone(text: str) -> None:
    tracemalloc.start()
    try:
        stated(leases(), text)
        asked(_case(), text)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
