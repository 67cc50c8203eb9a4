"""The vocabulary listing: what it says of a phrase, and that its examples parse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policy.book import Book, load, shipped_books
from policy.listing import Entry, entries, heading_text, to_json
from policy.samples import Fillers, names_line
from policy.source import Source, Span
from policy.vocabulary_text import phrase_text
from policy.words import Heading
from tests.policy.small import write


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return load(write(tmp_path_factory.mktemp("club"))[0])


def only(book: Book, words: str) -> Entry:
    (entry,) = entries(book, words)
    return entry


def test_phrases_stand_in_the_order_of_who_states_them(club: Book) -> None:
    headings = list(dict.fromkeys(entry.heading for entry in entries(club)))
    assert headings == [
        "Recorded",
        "Recorded, over time",
        "Given",
        "Decided by the Warden",
        "Read as true, unless the Warden determines otherwise (D-01)",
        "Concluded",
        "Asked",
        "Records",
    ]


def test_an_entry_says_what_a_writer_needs(club: Book) -> None:
    entry = only(club, "WELCOME person")
    assert entry.phrase == "*a person* is welcome on *a date*"
    assert [(slot.noun, slot.type) for slot in entry.slots] == [("person", "person"), ("date", "date")]
    assert entry.example == "Is Ann Lee welcome on March 1, 2001?"
    assert (entry.concluded_in, entry.used_in) == (("1",), ("2",))
    assert ("negated", "… is not welcome on …") in list(entry.details())


def test_a_question_is_listed_as_it_is_asked(club: Book) -> None:
    assert only(club, "may lease").phrase == "may *a person* lease *shares* on *a date*"


def test_a_record_is_listed_with_its_attributes(club: Book) -> None:
    entry = entries(club, "tenant")[0]
    assert (entry.heading, entry.phrase) == ("Records", "lease")
    assert [slot.noun for slot in entry.slots if slot.optional] == ["end"]


def test_words_that_no_phrase_has_find_nothing(club: Book) -> None:
    assert entries(club, "nothing of the kind") == ()


def test_the_listing_as_json_says_the_same(club: Book) -> None:
    data = json.loads(to_json(entries(club)))
    assert [each["phrase"] for each in data] == [entry.phrase for entry in entries(club)]
    assert set(data[0]) == {
        "phrase", "heading", "slots", "gives", "negation", "example", "clause", "concluded_in", "used_in"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["club", *shipped_books()])
def test_every_example_parses(name: str, club: Book) -> None:
    book = club if name == "club" else load(name)
    for phrase in book.vocabulary.phrases:
        fillers = Fillers(book.vocabulary)
        asked = phrase.heading in (Heading.CONCLUDED, Heading.ASKED)
        text = fillers.question(phrase) if asked else fillers.fact(phrase)
        parser = book.parser.with_names(fillers.made)
        span = Span(Source("example", text), 0, len(text))
        parsed = parser.question(span) if asked else parser.fact(span)
        assert parsed.readings, (phrase_text(phrase), heading_text(phrase), text, parsed.diagnostics)


def test_samples_use_the_names_that_there_are_before_they_make_some(club: Book) -> None:
    people = club.vocabulary.types["person"]
    fillers = Fillers(club.vocabulary, {"Zed": people})
    assert [fillers.filler(people, number) for number in range(3)] == ["Zed", "Ann Lee", "Bob Ray"]
    assert names_line(fillers.made) == "Ann Lee is a person. Bob Ray is a person."


def test_headings_are_told_as_they_are_written(club: Book, tmp_path: Path) -> None:
    text = (write(tmp_path)[0]).read_text("utf-8")
    assert all(f"{heading_text(phrase)}:" in text for phrase in club.vocabulary.phrases)
