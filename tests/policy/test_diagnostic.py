"""What a reader sees of an error: the place, the words underlined, what would be right."""

from __future__ import annotations

from copy import copy
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.diagnostic import ERRORS, ClausebookError, Diagnostic, in_order, nearest, render
from policy.source import Source, Span


def place(text: str, words: str, name: str = "plan.md") -> Span:
    """Where the words stand in the text."""
    start = text.index(words)
    return Span(Source(name, text), start, start + len(words))


def underlined(diagnostic: Diagnostic) -> tuple[str, str]:
    """The source line shown and the marks under it."""
    _, line, marks, *_ = render(diagnostic).split("\n")
    return line, marks


def shown(text: str, words: str) -> tuple[str, str]:
    return underlined(Diagnostic("E0001", "no", place(text, words)))


def test_everything_an_error_says() -> None:
    text = "# Plan\n\nA grant is autorized if the grant is small.\n"
    diagnostic = Diagnostic(
        "E0001",
        "no declared phrase fits `is autorized`",
        place(text, "is autorized"),
        expected=("a phrase about a grant",),
        nearest=("is authorized", "is adopted"),
        notes=("`is authorized` is decided by the Committee",),
    )
    assert render(diagnostic) == dedent(
        """\
        plan.md:3:9: error E0001: no declared phrase fits `is autorized`
          A grant is autorized if the grant is small.
                  ^^^^^^^^^^^^
        expected: a phrase about a grant
        nearest: is authorized; is adopted
        `is authorized` is decided by the Committee
        clausebook explain E0001"""
    )


def test_a_warning_says_so() -> None:
    assert render(Diagnostic("W0001", "never used", None)) == "warning W0001: never used\nclausebook explain W0001"


def test_a_place_of_no_length_still_gets_a_mark() -> None:
    span = Span(Source("plan.md", "A grant"), 7, 7)
    assert underlined(Diagnostic("E0001", "no", span)) == ("  A grant", "         ^")


def test_a_place_of_several_lines_is_marked_on_its_first() -> None:
    assert shown("A grant is\npermitted.", "is\npermitted") == ("  A grant is", "          ^^")


@pytest.mark.parametrize(
    ("text", "words", "line", "marks"),
    [
        ("\tA grant", "grant", "      A grant", "        ^^^^^"),
        ("日本 grant", "grant", "  日本 grant", "       ^^^^^"),
        ("日本 grant", "日本", "  日本 grant", "  ^^^^"),
        ("cafe\u0301 grant", "grant", "  cafe\u0301 grant", "       ^^^^^"),
        ("a\x1b[31m grant", "grant", "  a\\x1b[31m grant", "            ^^^^^"),
        ("a\u202e grant", "grant", "  a\\u202e grant", "          ^^^^^"),
    ],
    ids=["tab", "wide before", "wide marked", "combining", "terminal escape", "reversing text"],
)
def test_marks_stand_under_the_words_whatever_stands_before(text: str, words: str, line: str, marks: str) -> None:
    assert shown(text, words) == (line, marks)


def test_of_a_long_line_only_the_surroundings_are_shown() -> None:
    line, marks = shown("x" * 1000 + " offending " + "y" * 1000, "offending")
    assert line.startswith("  …x") and line.endswith("y…")
    assert len(line) <= 104
    assert line[marks.index("^") :].startswith("offending")
    assert marks.count("^") == len("offending")


def test_words_longer_than_the_window_are_marked_as_far_as_shown() -> None:
    line, marks = shown("a " + "b" * 1000, "b" * 1000)
    assert len(marks) == len(line) - len("…")


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300), st.text(max_size=20))
def test_nothing_shown_can_steer_a_terminal(text: str, start: int, length: int, message: str) -> None:
    start = min(start, len(text))
    span = Span(Source("p\x1b.md", text), start, min(len(text), start + length))
    lines = render(Diagnostic("E0001", message, span, (text,), (text,), (text,))).split("\n")
    assert all(line.isprintable() for line in lines)
    assert "^" in lines[2]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("autorized", ("authorized", "is authorized")),
        ("GRANT", ("grant", "grantee")),
        ("gratnee", ("grantee", "grant")),
        ("zebra", ()),
        ("", ()),
        ("a" * 100_000, ()),
    ],
)
def test_only_plausibly_near_words_are_offered(word: str, expected: tuple[str, ...]) -> None:
    assert nearest(word, ["grant", "is authorized", "grantee", "authorized", "date"]) == expected


def test_the_nearest_words_do_not_depend_on_the_order_of_the_candidates() -> None:
    words = ["share", "shore", "stare", "shares"]
    assert nearest("shar", words, 2) == nearest("shar", reversed(words), 2) == ("share", "shares")


def test_diagnostics_are_ordered_by_place() -> None:
    text = "one two three"
    first, second, third = (Diagnostic("E0001", word, place(text, word)) for word in text.split())
    nowhere = Diagnostic("E0001", "nowhere", None)
    elsewhere = Diagnostic("E0001", "else", place(text, "one", name="a.md"))
    assert in_order([third, first, elsewhere, second, nowhere]) == (nowhere, elsewhere, first, second, third)


def test_the_library_raises_one_error_with_everything_in_it() -> None:
    text = "one two"
    warning = Diagnostic("W0001", "odd", place(text, "one"))
    wrong = Diagnostic("E0001", "wrong", place(text, "two"))
    error = ClausebookError(wrong, warning)
    assert error.diagnostics == (warning, wrong)
    assert (error.code, error.place) == ("E0001", "plan.md:1:5")
    assert str(error) == f"{render(warning)}\n\n{render(wrong)}"
    assert ClausebookError(Diagnostic("E0001", "no", None)).place is None
    assert copy(error).diagnostics == error.diagnostics


def test_every_code_has_a_title_of_one_line() -> None:
    for code, title in ERRORS.items():
        assert code[0] in "EW" and len(code) == 5 and code[1:].isdigit()
        assert title and title == title.strip() and "\n" not in title and not title.endswith(".")
    assert list(ERRORS) == sorted(ERRORS)


def test_of_very_many_candidates_those_that_begin_alike_are_compared() -> None:
    many = [f"P-{number}" for number in range(30_000)]
    assert nearest("P-2999x", [*many, "Q-2999x"])[0] == "P-2999"
    assert nearest("zz", many) == ()
