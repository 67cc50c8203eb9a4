"""Diagrams against truth tables: the same for every answer is certain."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import decision
from engine.decision import FALSE, LARGEST_DIAGRAM, TRUE, Decisions, TooManyCases, Truth

QUESTIONS = ("p", "q", "r", "s")
Formula = Any  # a question, or a tuple of an operation and its formulas

formulas: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from((*QUESTIONS, True, False)),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(("and", "or")), inner, inner),
        st.tuples(st.just("choose"), inner, inner, inner),
    ),
    max_leaves=10,
)
ROWS = [dict(zip(QUESTIONS, row, strict=True)) for row in product((True, False), repeat=4)]


def build(formula: Formula, decisions: Decisions) -> Truth:
    match formula:
        case bool():
            return TRUE if formula else FALSE
        case str():
            return decisions.ask(formula)
        case ("not", one):
            return decisions.negation(build(one, decisions))
        case ("and", one, other):
            return decisions.both(build(one, decisions), build(other, decisions))
        case ("or", one, other):
            return decisions.either(build(one, decisions), build(other, decisions))
        case (_, one, yes, no):
            return decisions.choose(*(build(each, decisions) for each in (one, yes, no)))
    raise AssertionError(formula)


def value(formula: Formula, row: dict[str, bool]) -> bool:
    match formula:
        case bool():
            return formula
        case str():
            return row[formula]
        case ("not", one):
            return not value(one, row)
        case ("and", one, other):
            return value(one, row) and value(other, row)
        case ("or", one, other):
            return value(one, row) or value(other, row)
        case (_, one, yes, no):
            return value(yes if value(one, row) else no, row)
    raise AssertionError(formula)


def follow(truth: Truth, decisions: Decisions, row: dict[str, bool]) -> bool:
    while truth.is_open:
        truth = truth.yes if row[str(decisions.questions[truth.place])] else truth.no
    return truth is TRUE


@given(formulas)
def test_a_diagram_is_its_truth_table(formula: Formula) -> None:
    decisions = Decisions()
    truth = build(formula, decisions)
    table = [value(formula, row) for row in ROWS]
    assert [follow(truth, decisions, row) for row in ROWS] == table
    assert (truth is TRUE, truth is FALSE) == (all(table), not any(table))


@given(formulas, formulas)
def test_what_means_the_same_is_the_same(one: Formula, other: Formula) -> None:
    decisions = Decisions()
    for question in QUESTIONS:
        decisions.ask(question)
    same = [value(one, row) for row in ROWS] == [value(other, row) for row in ROWS]
    assert (build(one, decisions) is build(other, decisions)) == same


@given(formulas)
def test_the_paths_of_a_truth_are_the_rows_where_it_holds(formula: Formula) -> None:
    decisions = Decisions()
    truth = build(formula, decisions)
    paths = [{str(decisions.questions[p]): yes for p, yes in path.items()} for path in decisions.paths(truth)]
    for row in ROWS:
        fitting = [path for path in paths if all(row[question] is answer for question, answer in path.items())]
        assert len(fitting) == value(formula, row)


@given(formulas, st.sampled_from(QUESTIONS))
def test_always_and_sometimes_forget_a_question(formula: Formula, question: str) -> None:
    decisions = Decisions()
    truth = build(formula, decisions)
    place = decisions.ask(question).place
    for row in ROWS:
        both = [value(formula, {**row, question: answer}) for answer in (True, False)]
        assert follow(decisions.always(truth, [place]), decisions, row) is all(both)
        assert follow(decisions.sometimes(truth, [place]), decisions, row) is any(both)
        assert follow(decisions.where(truth, place, True), decisions, row) is both[0]


def test_what_is_assumed_is_not_asked() -> None:
    decisions = Decisions()
    decisions.assumed = {"p": True, "q": False}
    assert (decisions.ask("p"), decisions.ask("q")) == (TRUE, FALSE)
    assert decisions.questions == []


def test_a_step_that_grows_too_large_is_cut_and_the_step_around_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "LARGEST_STEP", 4)
    decisions = Decisions()
    around = decisions.begin_step()
    inner = decisions.begin_step()
    with pytest.raises(TooManyCases):
        decisions.all(decisions.either(decisions.ask(n), decisions.ask(-n)) for n in range(1, 9))
    decisions.end_step(inner)
    assert decisions.both(decisions.ask("p"), decisions.ask("q")).is_open
    decisions.end_step(around)
    assert decisions.limit == LARGEST_DIAGRAM


@given(formulas, formulas)
def test_what_is_written_of_a_truth_tells_it_from_every_other(one: Formula, other: Formula) -> None:
    decisions = Decisions()
    first, second = build(one, decisions), build(other, decisions)
    if first.is_open and second.is_open:
        assert (decisions.written(first) == decisions.written(second)) is (first is second)


def test_what_is_written_has_the_questions_and_not_their_places_alone() -> None:
    one, same, other = Decisions(), Decisions(), Decisions()
    assert one.written(one.ask("p")) == same.written(same.ask("p"))
    assert one.written(one.ask("p")) != other.written(other.ask("q"))
