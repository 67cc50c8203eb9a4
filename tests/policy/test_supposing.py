"""Suppositions: sentences before a question, also about the record that the question itself supposes."""

from __future__ import annotations

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.supposing import supposed, supposing
from tests.policy.small import write

QUESTION = "May Ann Lee lease 20 shares on September 1, 2001?"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    book, facts = write(tmp_path_factory.mktemp("club"))
    return load(book).case(facts)


def code(case: Case, text: str) -> str:
    with pytest.raises(ClausebookError) as caught:
        supposed(case, text)
    return caught.value.code


def test_suppositions_stand_before_the_question_that_is_asked(case: Case) -> None:
    sentences = ("L-1 is authorized.", "A given up lease does not count.")
    asked = supposing(case.book.parser, sentences, QUESTION)
    assert asked == (
        "Supposing that L-1 is authorized and a given up lease does not count: "
        "may Ann Lee lease 20 shares on September 1, 2001?"
    )
    assert case.ask(asked).question == asked


def test_they_stand_before_those_that_the_question_makes(case: Case) -> None:
    asked = supposing(
        case.book.parser, ("L-1 is authorized.",), "Supposing that L-1 was given up on May 1, 2001: is L-1 permitted?"
    )
    assert asked == "Supposing that L-1 is authorized and L-1 was given up on May 1, 2001: is L-1 permitted?"


def test_the_record_that_a_question_supposes_can_be_spoken_of(case: Case) -> None:
    assert case.ask(QUESTION).said == "Depends."
    sentence = supposed(case, "the supposed lease is authorized")
    assert sentence == "The supposed lease is authorized."
    assert case.ask(supposing(case.book.parser, (sentence,), QUESTION)).said == "Yes."


def test_an_attribute_of_it_that_the_question_leaves_open_can_be_supposed(case: Case) -> None:
    asked = supposing(case.book.parser, ("The supposed lease's plot size is small plot.",), QUESTION)
    (line, *_) = (each for each in case.ask(f"{asked}").to_data()["explanation"] if "authorized" in each["text"])
    assert line["text"] == "the supposed lease is authorized"


@pytest.mark.parametrize(
    "question",
    [
        "Is the supposed lease permitted?",
        "Supposing that the supposed lease is authorized: is L-1 permitted?",
        "Supposing that the supposed lease's shares are 5 shares: may Ann Lee lease 20 shares on September 1, 2001?",
    ],
)
def test_but_not_where_no_question_supposes_it_nor_otherwise_than_the_question_does(case: Case, question: str) -> None:
    with pytest.raises(ClausebookError) as caught:
        case.ask(question)
    assert caught.value.code in ("E0320", "E0522")


def test_nothing_that_is_supposed_is_kept(case: Case) -> None:
    before = case.ask(QUESTION).to_json()
    case.ask(supposing(case.book.parser, ("The supposed lease is authorized.",), QUESTION))
    assert case.ask(QUESTION).to_json() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "E0101"),
        (".", "E0101"),
        ("L-1 is athorized", "E0102"),
        ("Bob Ray is a member from May 1, 2001", "E0114"),
        ("It is not known whether L-1 is authorized", "E0318"),
        ('L-1 is authorized, according to "the roll"', "E0318"),
        ("the yearly fee for May 1, 2001 is none", "E0318"),
        ("L-1's shares exceed 5 shares", "E0318"),
    ],
)
def test_what_cannot_be_supposed_is_told_with_its_place(case: Case, text: str, expected: str) -> None:
    assert code(case, text) == expected
