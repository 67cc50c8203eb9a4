"""A governing text in pieces, and what pins tell of a text that changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import fill

import pytest
from click.testing import CliRunner

from policy.book import Book, load
from policy.cli import command
from policy.coverage import clause_letter, coverage
from policy.diagnostic import ClausebookError
from policy.fidelity import Changes, Fate, changes, hold, pins_file, pins_of, pins_text, read_pins
from policy.governing import Wording, place_of, read_wording
from tests.policy.small import BOOK, write

SHARED = Path(__file__).parent.parent.parent.parent / "shared/sources"
SHIPPED = ("1992-plan", "equity-compensation-plan", "severance-agreement")

TEXT = """\
                              GARDEN CLUB RULES

     1.   Members. Whoever is on the roll is welcome, once the garden has been
opened by the Club. The Warden keeps the roll and shows it to any member who
asks. The fee is set each year.

     2.   Leases.

     (a)  Limit. A tenant may hold plots of at most one hundred shares, as
Section 1 and subsection (b) below provide, namely (i) small plots near the
gate, (ii) large plots by the pond, or (iii) what the Warden thinks fit. Plots
that were given up do not count.

                                     - 2 -
   3

     (b)  Term. No lease is longer than ______ years. The Warden may renew it
for a well-tended plot.

     (c)  Nobody may sell vegetables, honey or flowers at the gate.
"""

IDS = (
    *("1/1", "1/2", "1/3"),
    *("2(a)/1", "2(a)/1(i)", "2(a)/1(ii)", "2(a)/1(iii)", "2(a)/2"),
    *("2(b)/1.1", "2(b)/1.2", "2(b)/2", "2(c)"),
)


def words(wording: Wording, id: str) -> str:
    return " ".join(word for at in wording.clauses[id] for word in wording.pieces[at].words)


def told(text: str, pinned: str = TEXT) -> Changes:
    return changes(pins_of(read_wording(pinned, IDS)), read_wording(text, IDS))


def fates(found: Changes) -> dict[str, str]:
    return {id: fate.value for id, fate in found.clauses.items() if fate is not Fate.KEPT}


# --------------------------------------------------------------------- pieces


@pytest.mark.parametrize(
    ("id", "path", "sentence"),
    [
        ("5(a)/4", ("5", "a"), 4),
        ("2(f)/2 proviso (iii)", ("2", "f", "iii"), None),
        ("7(a)/flush", ("7", "a"), None),
        ("11(a)(i)[ii]", ("11", "a", "i", "ii"), None),
        ("FA-I/0", ("FA-I",), 0),
        ("3/1.2", ("3",), 1),
    ],
)
def test_an_id_says_where_its_clause_stands(id: str, path: tuple[str, ...], sentence: int | None) -> None:
    place = place_of(id)
    assert (place.path, place.sentence) == (path, sentence)


def test_a_clause_is_its_sentence_or_its_item() -> None:
    wording = read_wording(TEXT, IDS)
    assert set(wording.clauses) == set(IDS)
    assert words(wording, "1/2").startswith("the warden keeps the roll")
    assert words(wording, "2(a)/1(ii)") == "large plots by the pond or"
    assert words(wording, "2(a)/2") == "plots that were given up do not count"
    assert words(wording, "2(b)/1.1") == words(wording, "2(b)/1.2") == "no lease is longer than ▢ years"
    assert words(wording, "2(c)").endswith("at the gate")


PRINTED: dict[str, Callable[[str], str]] = {
    "other line ends": lambda text: re.sub(r"\n(?=[A-Za-z])", " ", text),
    "narrow lines": lambda text: "\n\n".join(fill(part, 40) for part in text.split("\n\n")),
    "other page breaks": lambda text: text.replace("                                     - 2 -\n   3\n", "").replace(
        "keeps the", "keeps\n\n\n   7\n\f\nthe"
    ),
    "hyphens at line ends": lambda text: text.replace("vegetables", "vege-\n   tables"),
    "curly quotes": lambda text: text.replace("the roll", "“the roll”"),
    "another mask": lambda text: text.replace("______", "[***]"),
}


@pytest.mark.parametrize("how", PRINTED)
def test_printing_changes_nothing(how: str) -> None:
    text = PRINTED[how](TEXT)
    assert text != TEXT
    assert told(text).none


# ------------------------------------------------------------------- changes


def test_a_word_that_changes_changes_its_clause_alone() -> None:
    found = told(TEXT.replace("shows it to", "hides it from"))
    assert fates(found) == {"1/2": "changed"}
    assert found.lines["1/2"] == (4,)
    assert not found.new


def test_a_blank_that_is_filled_changes_the_clauses_of_its_sentence() -> None:
    assert fates(told(TEXT.replace("______", "five"))) == {"2(b)/1.1": "changed", "2(b)/1.2": "changed"}


def test_a_sentence_that_is_struck_vanishes() -> None:
    found = told(TEXT.replace(" Plots\nthat were given up do not count.", ""))
    assert fates(found) == {"2(a)/2": "vanished"}


def test_a_sentence_that_stands_elsewhere_moved() -> None:
    text = TEXT.replace("The fee is set each year.", "").replace(
        "well-tended plot.", "well-tended plot. The fee is set each year."
    )
    assert fates(told(text)) == {"1/3": "moved"}


def test_what_nobody_pinned_is_new() -> None:
    found = told(
        TEXT.replace("     (c)  Nobody", "     Dogs are to be kept on a lead in the garden.\n\n     (c)  Nobody")
    )
    assert fates(found) == {}
    (piece,) = found.new
    assert (piece.path, piece.words[0], piece.line) == (("2", "b"), "dogs", 20)


def test_pins_keep_no_word() -> None:
    text = pins_text(pins_of(read_wording(TEXT, IDS)))
    assert not {word for piece in read_wording(TEXT, IDS).pieces for word in piece.words if len(word) > 3} & set(
        re.findall(r"[a-z]{4,}", text)
    ) - {"pieces", "clauses"}


# -------------------------------------------------------------------- the door


@pytest.fixture
def club(tmp_path: Path) -> Book:
    return load(write(tmp_path, BOOK.replace("Dates round", "Clause letter: G\nDates round"))[0])


def test_a_book_is_pinned_and_then_held(club: Book) -> None:
    with pytest.raises(ClausebookError) as missing:
        hold(club, TEXT)
    assert missing.value.code == "E0036"
    assert hold(club, TEXT, pin=True).lines[-1] == "3 clauses are pinned to 13 pieces of the text"
    assert set(read_pins(pins_file(club)).clauses) == {"G1", "G2", "G2(a)"}
    assert hold(club, TEXT).stands
    held = hold(club, TEXT.replace("one hundred", "two hundred"))
    assert not held.stands
    assert held.lines[0] == "§ G2(a) changed (line 9): read club.md:62, club.md:64 again"


def test_pinning_an_amended_text_tells_what_it_changes(club: Book) -> None:
    hold(club, TEXT, pin=True)
    amended = TEXT.replace("one hundred", "two hundred")
    assert hold(club, amended, pin=True).lines[0].startswith("§ G2(a) changed")
    assert hold(club, amended).stands


def test_another_text_is_not_pinned_in_its_place(club: Book) -> None:
    hold(club, TEXT, pin=True)
    before = pins_file(club).read_bytes()
    with pytest.raises(ClausebookError) as other:
        hold(club, "1. Fees. Nothing here was ever said before. It is all new, and all of it different.", pin=True)
    assert other.value.code == "E0038"
    assert pins_file(club).read_bytes() == before


@pytest.mark.parametrize("torn", ["", "{}", "[]", '{"schema": 1, "pieces": [], "clauses": {"1": [4]}}'])
def test_pins_that_are_torn_are_told(club: Book, torn: str) -> None:
    pins_file(club).write_text(torn, "utf-8")
    with pytest.raises(ClausebookError) as wrong:
        hold(club, TEXT)
    assert wrong.value.code == "E0037"


def test_the_command_ends_with_1_where_the_text_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    (tmp_path / "club.txt").write_text(TEXT, "utf-8")
    (tmp_path / "new.txt").write_text(TEXT.replace("each year", "every May"), "utf-8")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(command, ["sources", "club.md", "--text", "club.txt", "--pin"]).exit_code == 0
    assert run(command, ["sources", "club.md", "--text", "club.txt"]).exit_code == 0
    changed = run(command, ["sources", "club.md", "--text", "new.txt"])
    assert changed.exit_code == 1
    assert changed.stdout.startswith("§ 1 changed (line 5): read club.md:47 again\n")


# ------------------------------------------------------------- shipped books


@pytest.mark.skipif(not SHARED.is_dir(), reason="the governing texts lie beside the project")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_book_stands_as_it_was_pinned(name: str) -> None:
    book = load(name)
    text = (SHARED / f"{name}.txt").read_text("utf-8")
    ids = [each.id.removeprefix(clause_letter(book)) for each in coverage(book, ()).clauses]
    pins = read_pins(pins_file(book))
    assert changes(pins, read_wording(text, ids)).none
    narrow = "\n".join(fill(line, 50) for line in text.replace("'", "’").split("\n"))
    assert changes(pins, read_wording(narrow, ids)).none


@pytest.mark.skipif(not SHARED.is_dir(), reason="the governing texts lie beside the project")
@pytest.mark.parametrize("name", SHIPPED)
def test_each_sentence_of_a_governing_text_can_be_struck_and_nothing_else_is_told(name: str) -> None:
    book = load(name)
    ids = [each.id.removeprefix(clause_letter(book)) for each in coverage(book, ()).clauses]
    wording = read_wording((SHARED / f"{name}.txt").read_text("utf-8"), ids)
    pins = pins_of(wording)
    for at in range(0, len(wording.pieces), 17):
        struck = Wording(wording.pieces[:at] + wording.pieces[at + 1 :], {})
        found = changes(pins, struck)
        concerned = {id for id, places in wording.clauses.items() if at in places}
        assert {id for id, fate in found.clauses.items() if fate is not Fate.KEPT} == concerned
