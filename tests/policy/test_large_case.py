"""Single questions over a whole ledger: what takes long is added up by tables, and the answer is the same."""

from __future__ import annotations

import pytest
from attrs import evolve

from bench.ledger.data import draw
from bench.ledger.files import written
from engine import parted
from engine.relational import asked
from policy import instrument
from policy.answer import Answer
from policy.instrument import Case, load
from policy.ledger_kinds import Ledger

QUESTIONS = (
    "May P0000003 receive 1,000,000 shares on June 2, 2005?",
    "How many shares may P0000004 receive on June 3, 2005?",
    "What are the shares available in the employee pool on June 2, 2005?",
    "What are the shares returned to the director pool by March 31, 2031?",
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Case:
    tables, mapping, case_file = written(draw(6), tmp_path_factory.mktemp("drawn"))
    case = load("1992-plan").case(case_file, *(Ledger(path, mapping) for path in tables))
    assert case._totals is None  # a small case has no tables
    return case


@pytest.fixture
def large(drawn: Case, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The case taken to be large, where few steps are too many."""
    monkeypatch.setattr(instrument, "LARGE", 0)
    monkeypatch.setattr(parted, "MANY_STEPS", 150)
    monkeypatch.setattr(asked, "MOST_DAYS", 10)
    return evolve(drawn)


def came_to(answer: Answer) -> tuple[object, ...]:
    return answer.verdict, answer.value, answer.said, answer.citations, answer.provided, answer.open


def lines(answer: Answer) -> list[str]:
    """The explanation with every member of totals, in no order."""
    return sorted(answer.in_full().to_text().split("\n"))


def test_the_answers_are_the_same_and_say_what_tables_added_up(drawn: Case, large: Case) -> None:
    """Every member is found where that is asked for."""
    for question in QUESTIONS:
        answer = large.ask(question)
        singly = drawn.ask(question)
        assert came_to(answer) == came_to(singly), question
        if question.startswith("What are the shares available"):
            assert "shares of the grants of the record, added up by tables" in answer.to_text()
            assert lines(answer) == lines(singly)


def test_without_the_libraries_all_is_added_up_one_by_one(large: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instrument, "find_spec", lambda library: None if library == "duckdb" else library)
    assert large._totals is None


def test_what_is_supposed_beside_a_large_record_has_totals_of_its_own(drawn: Case, large: Case) -> None:
    """A grant of the record that were smaller, and with it what was granted; without it nothing has changed."""
    granted = "What are the shares granted from the employee pool before June 2, 2005?"
    other = f"Supposing that G00000001's shares are 5 shares: {granted[0].lower()}{granted[1:]}"
    for question in (other, granted, other):
        assert came_to(large.ask(question)) == came_to(drawn.ask(question)), question
    assert large.ask(other).value < large.ask(granted).value


SUPPOSED = (
    "G00000001's exercise price is $3.00 per share",
    "G00000001 was made under another plan",
    "P0000003 is paid a director's fee by the Company from January 1, 1999",
    "the shares issued from the employee pool at the opening are 2,000,000 shares",
)


@pytest.mark.parametrize("supposed", SUPPOSED)
def test_what_is_supposed_leaves_standing_what_it_cannot_change(drawn: Case, large: Case, supposed: str) -> None:
    for question in (
        "do the numerical limits allow G00000030?",
        "may P0000003 receive 1,000,000 shares on June 2, 2005?",
    ):
        asked_so = f"Supposing that {supposed}: {question}"
        assert came_to(large.ask(asked_so)) == came_to(drawn.ask(asked_so))


def test_what_no_total_rests_on_is_supposed_at_once(large: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """No table is asked anew."""
    question = "what are the shares available in the employee pool on June 2, 2005?"
    available = large.ask(f"W{question[1:]}").value
    monkeypatch.setattr(asked.Totals, "_worked_out", None)
    assert large.ask(f"Supposing that {SUPPOSED[-1]}: {question}").value == available - 2_000_000
    assert large.ask(f"Supposing that {SUPPOSED[0]}: {question}").value == available


def test_grants_put_in_order_once_are_told_as_one_by_one(drawn: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [f"Do the numerical limits allow G{number:08d}?" for number in range(1, 60, 7)]
    by_groups = [evolve(drawn).ask(question) for question in questions]
    monkeypatch.setattr("engine.grouped.MOST_ROWS", -1)
    for question, answer in zip(questions, by_groups, strict=True):
        singly = evolve(drawn).ask(question)
        assert came_to(answer) == came_to(singly)
        assert answer.to_text() == singly.to_text()
        assert lines(answer) == lines(singly)
