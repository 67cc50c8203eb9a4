"""The one form of files: nothing is lost, a second time changes nothing, and rules say what they said."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policy.book import book_of, find_book, shipped_books
from policy.document import read
from policy.formatting import format_file, format_source
from policy.markdown import WIDTH, display_width, markdown_form, table_lines, words
from policy.source import Source
from tests.policy.small import BOOK, CASE


def form(text: str) -> str:
    """The Markdown of a section in its one form."""
    document, problems = read(Source("plan.md", "# Title\n\n## Section\n\n" + dedent(text)))
    assert not problems
    return markdown_form(document).removeprefix("# Title\n\n## Section\n\n")


def formatted(text: str) -> str:
    result, problems = format_source(Source("club.md", text))
    assert result is not None, problems
    return result


# --------------------------------------------------------------------- Markdown


def test_one_empty_line_stands_between_blocks() -> None:
    assert form("One.\n\n\n\nTwo.\n> Three.\n") == "One.\n\nTwo.\n\n> Three.\n"


def test_a_list_stands_directly_under_its_colon() -> None:
    assert form("These hold:\n\n* one;\n\n* two:\n  + three.\n") == "These hold:\n- one;\n- two:\n  - three.\n"


def test_lists_that_stand_apart_stay_apart() -> None:
    assert form("- one\n\n* two\n") == "- one\n\n* two\n"


def test_text_is_wrapped_and_no_line_begins_like_something_else() -> None:
    text = "word " * 23 + "and - 1. # > Suppose | more " * 4
    lines = form(text).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines).split() == text.split()
    assert all(line.startswith(("word", "and", "more")) for line in lines)


def test_an_asked_phrase_keeps_its_lines() -> None:
    text = "Asked:\n- may *a person* dig\n  Suppose a lease whose\n  tenant is the person.\n  Ask whether it is.\n"
    assert form(text) == text.replace("whose\n  tenant", "whose tenant")


def test_an_expected_answer_stands_on_its_own_line() -> None:
    assert form("1. May Ann dig?    Yes.\n1. May Bob?\n   No,\n   citing § 1.\n") == (
        "1. May Ann dig?\n   Yes.\n2. May Bob?\n   No, citing § 1.\n"
    )


def test_tables_are_aligned_by_what_an_editor_shows() -> None:
    assert table_lines([["a", "kind"], ["Öland", "x"], ["日本", ""]], [":--", "--:"]) == [
        "| a     | kind |",
        "|:------|-----:|",
        "| Öland | x    |",
        "| 日本  |      |",
    ]
    assert display_width("日本") == 4


def test_notes_are_wrapped_but_what_is_no_text_in_them_is_kept() -> None:
    assert form("> one\n> two\n>\n> three\n") == "> one two\n>\n> three\n"
    assert form("> one\n> - two\n>   three\n") == "> one\n> - two\n>   three\n"


# ------------------------------------------------------------------ whole files


def test_the_club_and_its_case_are_in_their_one_form() -> None:
    assert formatted(CASE) == CASE
    assert formatted(formatted(BOOK)) == formatted(BOOK)


def test_formatting_straightens_a_case() -> None:
    untidy = CASE.replace("## Facts\n", "## Facts  \n\n").replace("| lease | tenant  |", "|lease|tenant|")
    assert untidy != CASE
    assert formatted(untidy) == CASE


def test_a_file_is_written_only_where_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "lease.md"
    path.write_bytes(CASE.replace("\n", "\r\n").encode())
    assert format_file(path, write=False).changed
    assert b"\r" in path.read_bytes()
    assert format_file(path).changed
    assert path.read_text("utf-8") == CASE
    assert not format_file(path).changed


def test_a_file_with_errors_is_left_alone(tmp_path: Path) -> None:
    result = format_file(tmp_path / "nowhere.md")
    assert (result.text, [problem.code for problem in result.problems]) == (None, ["E0001"])
    assert format_source(Source("club.md", BOOK.replace("is a member on", "is a membre on")))[0] is None


THOROUGH = settings().max_examples > 1_000
BOOKS = shipped_books() if THOROUGH else ["severance-agreement"]


@pytest.mark.parametrize("name", ["club", *BOOKS])
def test_a_formatted_book_has_the_same_rules(name: str) -> None:
    text = BOOK if name == "club" else find_book(name).read_text("utf-8")
    before, _ = book_of(Source("book.md", text), name)
    after, _ = book_of(Source("book.md", formatted(text)), name)
    assert before is not None and after is not None
    assert after.assembly.program.rules == before.assembly.program.rules
    assert after.assembly.program.priorities == before.assembly.program.priorities


# -------------------------------------------------------------------- any file

_LINES = st.lists(
    st.sampled_from(
        (
            "\n\nText of a paragraph.\nEnds in a colon:\n- item\n  - nested\n* item\n1. Question?\n   Yes.\n"
            "1) x\n+ plus\n> note\n> - note\n| a | b |\n|---|:-:|\n| 1 |   |\n## § 1 Clause\n### Words\n" + "long " * 40
        ).split("\n")
    ),
    max_size=25,
)


@given(_LINES)
def test_any_file_without_errors_keeps_its_words_and_settles_at_once(lines: list[str]) -> None:
    text = "\n".join(["# A case", "", "Book: club", "", "## Facts", "", *lines])
    document, problems = read(Source("case.md", text))
    assume(not problems)
    once = markdown_form(document)
    again, problems = read(Source("case.md", once))
    assert not problems
    assert words(once) == words(text)
    assert markdown_form(again) == once
    assert [[type(block) for block in each.blocks] for each in again.sections] == [
        [type(block) for block in each.blocks] for each in document.sections
    ]
