"""Answers laid out: within their width, clauses at the right, nothing that steers a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.layout import inert, markdown, plain_text
from policy.outline import Line

LINES = (
    Line(0, "A grant is not permitted:"),
    Line(1, "the shares exceed 100 shares", "§ 5(a)/4"),
    Line(0, "So it is."),
)


def test_clauses_stand_at_the_right_of_the_first_line() -> None:
    first, blank, *rest = plain_text("No.", ["5(a)/4", "8"], LINES, 60).splitlines()
    assert (first, blank) == ("No.  § 5(a)/4, § 8", "")
    assert rest[1].endswith("§ 5(a)/4")
    assert len(rest[1]) == 60


@pytest.mark.parametrize("width", [1, 10, 30, 80, 200])
def test_every_word_is_kept_at_every_width(width: int) -> None:
    text = plain_text("No.", ["5(a)/4"], LINES, width)
    for word in ["No.", "A", "grant", "is", "not", "permitted:", "the", "shares", "exceed", "100", "So", "it", "is."]:
        assert word in text or width < 12


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_printed_steers_a_terminal(said: str, told: str) -> None:
    lines = (Line(0, told, said), Line(3, said))
    for text in (plain_text(said, [told], lines, 40), markdown(told, said, [said], lines)):
        assert text.endswith("\n")
        assert all(character == "\n" or character.isprintable() or character.isspace() for character in text)
        assert "\x1b" not in text


def test_markdown_shows_text_as_it_is() -> None:
    text = markdown("Is *a* <b>?", "No.", ["5"], (Line(0, "1. [x](y) `z` | #"),))
    assert r"Is \*a\* \<b\>?" in text
    assert r"\[x\](y) \`z\` \| \#" in text


def test_inert_text_keeps_lines() -> None:
    assert inert("a\nb\x1b[31m") == "a\nb\\x1b[31m"
