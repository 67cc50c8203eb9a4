"""Case files as tests: which book they are read against, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.diagnostic import ClausebookError
from policy.layout import columns
from policy.testing import Shelf, Tried, check_file, is_case_file, markdown_files, part_names, test_file
from tests.policy.small import CASE, write


def codes(case: str, folder: Path) -> list[str]:
    """What is wrong with a case, read beside its book."""
    _, path = write(folder, case=case)
    return [problem.code for problem in check_file(path, Shelf())]


def tried(case: str, folder: Path) -> tuple[Tried, ...]:
    """The questions of a case without errors, answered."""
    _, path = write(folder, case=case)
    tested = test_file(path, Shelf())
    assert not tested.problems
    return tested.tried


# ------------------------------------------------------------------------ books


def test_a_book_lies_beside_its_case_or_beside_the_folder_of_its_cases(tmp_path: Path) -> None:
    book, beside = write(tmp_path)
    below = tmp_path / "club.cases" / "lease.md"
    below.parent.mkdir()
    below.write_text(CASE, "utf-8")
    shelf = Shelf()
    assert check_file(beside, shelf) == check_file(below, shelf) == ()
    assert shelf.at(book) is shelf.at(below.parent / ".." / "club.md")


def test_a_case_names_a_book_that_there_is(tmp_path: Path) -> None:
    assert codes(CASE.replace("Book: club", "Book: clubb"), tmp_path) == ["E0034"]
    assert codes(CASE.replace("Book: club\n", "Book: \n"), tmp_path)
    with pytest.raises(ClausebookError) as raised:
        Shelf().at(tmp_path / "lease.md")
    assert raised.value.code


def test_a_wrong_book_is_told_at_its_place_for_every_case_of_it(tmp_path: Path) -> None:
    book, case = write(tmp_path)
    book.write_text(book.read_text("utf-8").replace("100 shares", "1000 shares"), "utf-8")
    shelf = Shelf()
    for _ in range(2):
        tested = test_file(case, shelf)
        assert [problem.code for problem in tested.problems] == ["E0110"]
        assert not tested.passed


# ----------------------------------------------------------------------- checking


def test_facts_questions_and_expected_answers_are_all_checked_at_once(tmp_path: Path) -> None:
    wrong = (
        CASE.replace("is a member from", "is a membre from")
        .replace("Is Ann Lee welcome", "Is Ann Lee welcom")
        .replace("Yes, citing § 1", "Yes, citing § 11")
    )
    assert codes(wrong, tmp_path) == ["E0102", "E0102", "E0103"]


@pytest.mark.parametrize("cites", ["may cite § 44", "citing § 1 or § 44", "may cite § 1 and § 44"])
def test_a_clause_that_the_book_does_not_have_is_told_in_its_place(cites: str, tmp_path: Path) -> None:
    _, path = write(tmp_path, case=CASE.replace("citing § 2(a)", cites, 1))
    (problem,) = check_file(path, Shelf())
    assert problem.code == "E0103" and problem.span is not None and problem.span.text == "§ 44"


def test_a_sentence_does_not_answer_a_question_of_yes_or_no(tmp_path: Path) -> None:
    first, *_ = tried(CASE.replace("   No, citing § 2(a).", "   It may not be leased."), tmp_path)
    assert [problem.code for problem in first.problems] == ["E0514"] and not first.passed


def test_a_fact_that_all_parts_share_is_wrong_once(tmp_path: Path) -> None:
    assert codes(CASE.replace("May 1, 1990", "May 41, 1990"), tmp_path) == ["E0113"]


# ------------------------------------------------------------------------ testing


def test_each_question_is_asked_of_its_own_part(tmp_path: Path) -> None:
    assert [(each.part, each.passed) for each in tried(CASE, tmp_path)] == [("", True), ("", True), ("b", True)]


def test_a_question_without_an_expected_answer_is_answered_only(tmp_path: Path) -> None:
    first, *_ = tried(CASE.replace("   No, citing § 2(a).\n", ""), tmp_path)
    assert first.passed and first.expected is None and not first.rows()


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("Yes, citing § 2(a).", "No"),
        ("No, citing § 1 or § 2(a).", None),
        ("Depends on L-1.", "No"),
        ("No, citing § 2(a); reading D-99.", "not taken"),
    ],
)
def test_each_aspect_that_differs_stands_beside_what_was_found(
    expected: str, found: str | None, tmp_path: Path
) -> None:
    first, *_ = tried(CASE.replace("No, citing § 2(a).", expected), tmp_path)
    assert [row.found for row in first.rows() if row.differs] == ([] if found is None else [found])
    assert first.passed == (found is None)


def test_columns_stand_side_by_side_and_wrap_apart() -> None:
    (text,) = columns([("one two three four five six", "short")], 40)
    assert text.splitlines() == ["  one two three      │ short", "  four five six      │"]


# -------------------------------------------------------------------------- files


def test_folders_give_their_markdown_files_each_once(tmp_path: Path) -> None:
    book, case = write(tmp_path)
    (tmp_path / "other.txt").write_text("x", "utf-8")
    assert markdown_files([tmp_path, case]) == (book, case)
    assert [is_case_file(path) for path in (book, case)] == [False, True]
    assert part_names(case) == ("b",)
    assert part_names(tmp_path / "nowhere.md") == ()
