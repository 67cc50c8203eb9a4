"""A loaded case with more facts: as if all had been read together."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from bench.ledger.data import draw
from bench.ledger.files import written
from engine import parted
from engine.relational import asked
from policy import instrument
from policy.answer import Answer
from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument, load
from policy.ledger_kinds import Ledger

GRANT = """\
# One more grant

Names: NEW-1 is a grant.

## Facts

| grant | grantee | date | shares | option kind | pool | exercise price | expiry date | source |
|---|---|---|---|---|---|---|---|---|
| NEW-1 | P0000003 | 2005-06-01 | 90,000 | nonstatutory stock option | employee pool | $50.00 | 2009-01-01 | minutes |

- NEW-1 is authorized.
"""
MORE = (
    GRANT,
    "NEW-1 was cancelled on June 2, 2005.",
    "G00000030 was cancelled on March 1, 2005.",
    "G00000001 was made under another plan.",
    "# A person\n\nNames: Zoe Ray is a person.\n\n## Facts\n\n- Zoe Ray is employed by the Company from May 2, 2005.",
    GRANT.replace("NEW-1", "NEW-2").replace("P0000003", "Zoe Ray"),
)
QUESTIONS = (
    "Do the numerical limits allow NEW-1?",
    "Do the numerical limits allow G00000030?",
    "May P0000003 receive 20,000 shares on June 2, 2005?",
    "What are the shares available in the employee pool on June 3, 2005?",
    "What are the shares granted from the employee pool before June 3, 2005?",
)
CASE = Path(__file__).parent.parent.parent / "rules" / "1992-plan.cases" / "annual-limit.md"
Files = tuple[Path | Ledger, ...]


@pytest.fixture(scope="module")
def book() -> Instrument:
    return load("1992-plan")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    tables, mapping, case_file = written(draw(6), tmp_path_factory.mktemp("drawn"))
    return case_file, *(Ledger(path, mapping) for path in tables)


@pytest.fixture(scope="module")
def drawn(book: Instrument, files: Files) -> Case:
    return book.case(*files)


def came_to(answer: Answer) -> tuple[object, ...]:
    return answer.verdict, answer.value, answer.said, answer.citations, answer.provided, answer.open


def told(answer: Answer) -> tuple[object, ...]:
    return *came_to(answer), answer.to_text(), answer.assumptions


@pytest.mark.parametrize("is_large", [False, True])
def test_it_answers_as_one_loaded_with_all(
    book: Instrument, files: Files, drawn: Case, is_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether what was asked before was asked of few records or of tables."""
    if is_large:
        monkeypatch.setattr(instrument, "LARGE", 0)
        monkeypatch.setattr(parted, "MANY_STEPS", 150)
        monkeypatch.setattr(asked, "MOST_DAYS", 10)
    shown = came_to if is_large else told  # what was added up by tables, and what beside it, is told apart
    case = evolve(drawn)
    before = [shown(case.ask(question)) for question in QUESTIONS[1:]]
    later = case
    for number, facts in enumerate(MORE, 1):
        later = later.with_facts(facts)
        found = [shown(later.ask(question)) for question in QUESTIONS]
        if number in (1, len(MORE)):
            anew = book.case(*files, *MORE[:number])
            assert found == [shown(anew.ask(question)) for question in QUESTIONS]
    assert later.files[: len(case.files)] == case.files
    assert len(later.files) == len(case.files) + len(MORE)
    assert [shown(case.ask(question)) for question in QUESTIONS[1:]] == before


def test_what_was_added_up_stays_and_what_is_new_is_added(drawn: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instrument, "LARGE", 0)
    monkeypatch.setattr(parted, "MANY_STEPS", 150)
    case = evolve(drawn)
    question = "What are the shares granted from the employee pool before June 3, 2005?"
    before = case.ask(question).value
    monkeypatch.setattr(asked.Totals, "_worked_out", None)  # no table is asked anew
    assert case.with_facts(GRANT).ask(question).value == before + 90_000


def test_a_supposition_may_be_about_what_was_recorded_later(drawn: Case) -> None:
    later = evolve(drawn).with_facts(GRANT)
    granted = "what are the shares granted from the employee pool before June 3, 2005?"
    supposed = f"Supposing that NEW-1's shares are 1 share: {granted}"
    assert later.ask(supposed).value == later.ask(f"W{granted[1:]}").value - 89_999


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param("G00000001's shares are 5 shares.", "E0522", id="another cell"),
        pytest.param(GRANT.replace("NEW-1", "G00000001"), "E0522", id="a record that is there"),
        pytest.param("The opening day of the record is May 1, 1998.", "E0522", id="another value"),
        pytest.param("G00000001 is within its pool.", "E0521", id="a conclusion"),
        pytest.param(
            GRANT.replace("| source |", "| order |").replace("minutes", "9999999"), "E0534", id="a number of an order"
        ),
        pytest.param("Nobody knows.", "E0114", id="no fact"),
    ],
)
def test_what_cannot_be_recorded_is_refused(drawn: Case, facts: str, code: str) -> None:
    with pytest.raises(ClausebookError) as refused:
        drawn.with_facts(facts)
    assert code in {each.code for each in refused.value.diagnostics}


def test_what_is_not_known_is_filled_in(book: Instrument) -> None:
    case = book.case(CASE, GRANT.replace("P0000003", "Ann Lee").replace("$50.00", "?"))
    question = "Is NEW-1's exercise price at least $4.00 per share?"
    assert case.ask(question).verdict.value == "depends"
    assert case.with_facts("NEW-1's exercise price is $5.00 per share.").ask(question).verdict.value == "yes"
    assert case.ask(question).verdict.value == "depends"
