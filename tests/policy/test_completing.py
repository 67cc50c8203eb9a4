"""Completing: at each word of a sentence that can be read, the next word is among what is offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.book import Book, find_book
from policy.completing import Candidate, Completer, What, clause_candidates
from policy.instrument import Case
from policy.misdated import MONTHS
from policy.testing import Shelf, asked

HERE = Path(__file__).parent
SHELF = Shelf()
QUESTIONS = HERE.parent.parent / "rules" / "1992-plan.cases"
FACTS = "Ann Lee is employed by the Company from January 4, 1999."


@pytest.fixture(scope="module")
def case() -> Case:
    return SHELF.at(find_book("1992-plan")).case(QUESTIONS / "annual-limit.md")


@pytest.fixture(scope="module")
def completer(case: Case) -> Completer:
    return Completer(case.book.parser, ("September 1, 2001",))


def texts(candidates: tuple[Candidate, ...]) -> list[str]:
    return [each.text for each in candidates]


def leads_on(candidate: Candidate, sentence: str) -> bool:
    """Whether taking a candidate leaves the beginning of a sentence."""
    taken = sentence[: candidate.start] + candidate.text
    return sentence.casefold().startswith(taken.casefold())


def is_literal(word: str) -> bool:
    return word[0].isdigit() or word[0] == "$" or word.strip(",?") in MONTHS


def not_offered(completer: Completer, sentence: str, start: str) -> list[str]:
    """The beginnings of a sentence, one letter into each word, after which the rest is not offered."""
    missed = []
    complete = completer.question if start == "question" else completer.fact
    for at in range(1, len(sentence)):
        if sentence[at - 1] == " " and not is_literal(sentence[at:].split()[0]):
            found = complete(sentence[: at + 1]).candidates
            if not any(leads_on(each, sentence) for each in found):
                missed.append(sentence[: at + 1])
    return missed


@pytest.mark.parametrize("file", ["annual-limit.md", "q92-17.md", "section-10f.md"])
def test_every_next_word_of_a_question_is_offered(file: str) -> None:
    for case, tried in list(asked(QUESTIONS / file, SHELF))[:3]:
        question = " ".join(tried.question.question.text.split())
        assert not_offered(Completer(case.book.parser), question, "question") == []


def test_every_next_word_of_a_fact_is_offered(completer: Completer) -> None:
    assert not_offered(completer, FACTS, "fact") == []
    assert not_offered(completer, "It is not known whether G-17 was cancelled on June 1, 2001.", "fact") == []
    assert not_offered(completer, "G-17's shares are 80,000 shares.", "fact") == []


def test_the_words_of_a_phrase_come_up_to_its_next_slot(completer: Completer) -> None:
    (first, *_) = completer.question("May Ann Lee rec").candidates
    assert (first.text, first.start, first.what) == ("receive", 12, What.WORDS)


def test_a_name_replaces_its_beginning_however_many_words_that_has(completer: Completer) -> None:
    found = completer.question("May ann l").candidates
    assert [(each.text, each.start, each.what, each.hint) for each in found] == [("Ann Lee", 4, What.NAME, "person")]


def test_a_name_comes_only_where_its_kind_fits(completer: Completer) -> None:
    assert "G-17" in texts(completer.question("Was G-").candidates)
    assert texts(completer.question("May Ann Lee buy 1,000 shares under ").candidates)[:1] == ["G-17"]
    assert "Ann Lee" not in texts(completer.question("May Ann Lee buy 1,000 shares under ").candidates)


def test_attributes_follow_the_possessive(completer: Completer) -> None:
    assert "exercise price" in texts(completer.question("What is G-17's ").candidates)
    assert texts(completer.question("What is G-17's exer").candidates) == ["exercise price"]


def test_units_follow_a_number(completer: Completer) -> None:
    assert texts(completer.question("May Ann Lee receive 30,000 ").candidates) == ["shares"]


def test_a_day_is_wanted_by_example_and_the_days_at_hand_are_offered(completer: Completer) -> None:
    found = completer.question("May Ann Lee receive 30,000 shares on ")
    assert found.wanted == ("March 1, 2001",)
    assert "September 1, 2001" in texts(found.candidates)
    assert texts(completer.question("May Ann Lee receive 30,000 shares on Sep").candidates)[-1] == "September"


@pytest.mark.parametrize(
    "nonsense", ["May Bob ", "¿Qué? ", "\x1b[31m ", "Is Ann Lee off to ", "(" * 3000, "a " * 30_000]
)
def test_where_nothing_can_follow_nothing_is_offered(completer: Completer, nonsense: str) -> None:
    assert completer.question(nonsense).candidates == ()


def test_a_sentence_begins_with_a_capital(completer: Completer) -> None:
    assert {"May", "Is", "Which", "How many", "What is", "Supposing that"} <= set(
        texts(completer.question("").candidates)
    )


def test_clauses_are_found_with_the_sign_or_without(case: Case) -> None:
    book: Book = case.book
    assert texts(tuple(clause_candidates(book.clause_ids, "show 5(a)", 5)))[:2] == ["§ 5(a)/1", "§ 5(a)/1 proviso (i)"]
    assert texts(tuple(clause_candidates(book.clause_ids, "show § 5(a)/4", 5))) == ["§ 5(a)/4"]
