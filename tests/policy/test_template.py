"""Case files to fill in: they name what a question can turn on, and read as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Instrument, load
from policy.template import relations_asked, template, understood
from policy.testing import Shelf, check_file
from tests.policy.small import write

QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"


@pytest.fixture
def club(tmp_path: Path) -> Instrument:
    return load(write(tmp_path)[0])


def lines(club: Instrument, question: str) -> list[str]:
    return template(club, "club", question).splitlines()


def test_it_asks_for_each_fact_that_the_question_can_turn_on(club: Instrument) -> None:
    stated = [line for line in lines(club, QUESTION) if "- It is not known" in line]
    assert stated == [
        "- It is not known whether Ann Lee is a member from September 1, 2001.",
        "> - It is not known whether L-1 was given up on September 1, 2001.",
        "- It is not known whether the Club opened the garden on September 1, 2001.",
        "> - It is not known whether L-1 is authorized.",
    ]


def test_a_record_that_the_question_does_not_name_is_none_until_it_is_filled_in(
    club: Instrument, tmp_path: Path
) -> None:
    text = template(club, "club.md", QUESTION)
    assert "Book: club\n" in text
    assert "\n> | L-1   | ?      |" in text
    assert club.case(path_of(tmp_path / "new.md", text)).ask("Which leases are permitted?").said == "None."
    named = template(club, "club", "Is L-7 permitted?")
    assert "\n| L-7   | ?      |" in named


def test_sample_names_are_of_one_thing_each(tmp_path: Path) -> None:
    ladder = (
        "A lease is permitted if all of these hold:",
        "A lease is permitted if all of these hold:\n- a ladder leans on the lease;",
    )
    kinds = ("## Records", "- A ladder is an entity.\n\n## Records")
    phrase = ("Recorded:\n", "Recorded:\n- *a ladder* leans on *a lease* (does not lean)\n")
    book, path = write(tmp_path)
    for old, new in (ladder, kinds, phrase):
        book.write_text(book.read_text("utf-8").replace(old, new, 1), "utf-8")
    text = template(load(book), "club", QUESTION)
    assert "Names: Ann Lee is a person. Ladder-1 is a ladder.\n" in text
    assert "\n> | Lease-1 | ?      |" in text and "It is not known whether Ladder-1 leans on Lease-1." in text
    path.write_text(text, "utf-8")
    assert not [each for each in check_file(path, Shelf()) if each.is_error]


def test_it_leaves_out_what_the_question_cannot_turn_on(club: Instrument) -> None:
    text = template(club, "club", "Is Ann Lee welcome on May 1, 2001?")
    assert "is a member" in text
    assert "| lease" not in text and "authorized" not in text and "yearly fee" not in text


def test_readings_are_notes_so_that_they_hold_until_determined(club: Instrument) -> None:
    assert "> - A given up lease counts." in lines(club, QUESTION)


def test_it_names_the_people_of_the_question_and_the_day_it_is_asked_of(club: Instrument) -> None:
    head = lines(club, QUESTION)[:6]
    assert head[2:5] == ["Book: club", "Names: Ann Lee is a person.", "Record complete to: 2001-09-01"]


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "Is L-7 permitted?",
        "How many shares may Zed O’Hara lease on September 1, 2001?",
        "What are the shares let up to L-1?",
        "Who is welcome on May 1, 2001?",
        "Which leases are not permitted?",
    ],
)
def test_it_is_a_case_without_errors(question: str, club: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "new.md"
    path.write_text(template(club, "club", question), "utf-8")
    assert check_file(path, Shelf()) == ()


def test_filled_in_it_answers(club: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "new.md"
    text = template(club, "club", "Is Ann Lee welcome on September 1, 2001?")
    assert club.case(path_of(path, text)).ask("Is Ann Lee welcome on September 1, 2001?").verdict.value == "depends"
    filled = text.replace("It is not known whether the Club", "The Club").replace("It is not known whether ", "")
    assert club.case(path_of(path, filled)).ask("Is Ann Lee welcome on September 1, 2001?").verdict.value == "yes"


def path_of(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_name_is_taken_for_what_the_question_makes_of_it(club: Instrument) -> None:
    _, _, names = understood(club, "Is Zed permitted?")
    assert {name: type.name for name, type in names.items()} == {"Zed": "lease"}


def test_a_question_that_does_not_parse_is_an_error(club: Instrument) -> None:
    with pytest.raises(ClausebookError) as raised:
        template(club, "club", "Is Ann Lee welcom on May 1, 2001?")
    assert raised.value.code == "E0102"


def test_what_is_asked_about_is_known_for_the_graph(club: Instrument) -> None:
    assert relations_asked(club, QUESTION) == ("<lease> is permitted",)
