"""The vocabulary of a book as a list: every phrase under who states it, with an example and where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen

from engine.graph import edges
from policy.book import Book
from policy.layout import json_text
from policy.quantities import print_value
from policy.samples import Fillers
from policy.vocabulary_text import joined, phrase_text
from policy.words import Heading, Phrase, RecordDeclaration

_ORDER = tuple(Heading)
_RECORDS = "Records"
_SMALL = frozenset(
    [
        "the",
        "and",
        "are",
        "was",
        "who",
        "what",
        "which",
        "when",
        "how",
        "many",
        "much",
        "may",
        "can",
        "doe",
        "did",
        "has",
        "have",
        "for",
        "with",
        "from",
        "get",
    ]
)


@frozen
class Slots:
    """A slot of a phrase, or an attribute of a record: what it is called and what fills it."""

    noun: str
    type: str
    optional: bool = False


@frozen
class Entry:
    """A phrase, or a record kind.

    ``clause`` is where it is declared, ``concluded_in`` and ``used_in`` are the clauses whose rules conclude it
    and rest on it. ``example`` is a sentence of a case file, or a question.
    """

    phrase: str
    heading: str
    slots: tuple[Slots, ...]
    gives: str
    negation: str
    example: str
    clause: str
    concluded_in: tuple[str, ...]
    used_in: tuple[str, ...]

    def details(self) -> Iterator[tuple[str, str]]:
        """What there is to say of it, as labels and texts."""
        if self.slots:
            yield "slots", ", ".join(_slot_text(slot) for slot in self.slots)
        if self.gives:
            yield "gives", self.gives
        if self.negation:
            yield "negated", self.negation
        if self.example:
            yield "example", self.example
        for label, clauses in (
            ("declared in", (self.clause,) if self.clause else ()),
            ("concluded in", self.concluded_in),
            ("used in", self.used_in),
        ):
            if clauses:
                yield label, ", ".join(f"§ {clause}" for clause in clauses)


def _slot_text(slot: Slots) -> str:
    said = slot.noun if slot.noun == slot.type else f"{slot.noun} ({slot.type})"
    return f"{said}, which may be none" if slot.optional else said


def entries(book: Book, words: str = "") -> tuple[Entry, ...]:
    """The phrases and record kinds that have all of the words, in the order of their headings."""
    wanted = words.casefold().split()
    found = [*_phrases(book), *_records(book)]
    return tuple(entry for entry in found if all(word in _searched(entry) for word in wanted))


def likest(book: Book, words: str) -> tuple[Entry, ...]:
    """The phrases and record kinds that have most of the words, in the singular or the plural; all, of no words."""
    wanted = {word.rstrip("s") for word in re.findall(r"[a-z]{3,}", words.casefold())} - _SMALL
    every = entries(book)
    shared = [sum(word in _searched(entry) for word in wanted) for entry in every]
    most = max(shared, default=0)
    if wanted and not most:
        return ()
    return tuple(entry for entry, count in zip(every, shared, strict=True) if count == most)


def words_of(book: Book) -> tuple[str, ...]:
    """The words of the phrases and record kinds, each once."""
    found = (word for entry in entries(book) for word in re.findall(r"[a-z]{3,}", _searched(entry)))
    return tuple(dict.fromkeys(word for word in found if word not in _SMALL))


def _searched(entry: Entry) -> str:
    slots = " ".join(f"{slot.noun} {slot.type}" for slot in entry.slots)
    return f"{entry.phrase} {entry.negation} {slots} {entry.gives}".replace("*", "").casefold()


def _phrases(book: Book) -> Iterator[Entry]:
    uses = _Uses(book)
    phrases = book.vocabulary.phrases
    for phrase in sorted(phrases, key=lambda each: (_ORDER.index(each.heading), heading_text(each))):
        yield Entry(
            phrase_text(phrase),
            heading_text(phrase),
            tuple(Slots(" ".join((*slot.adjectives, slot.noun)), slot.type.name) for slot in phrase.slots),
            phrase.value.name if phrase.value is not None else "",
            _negation(phrase),
            example(book, phrase),
            phrase.clause,
            uses.concluding(phrase.relation),
            uses.using(phrase.relation),
        )


def _records(book: Book) -> Iterator[Entry]:
    uses = _Uses(book)
    for record in book.vocabulary.records.values():
        yield Entry(
            record.name,
            _RECORDS,
            tuple(Slots(each.name, each.type.name, each.optional) for each in record.attributes),
            "",
            "",
            _columns(record),
            "",
            (),
            uses.using(record.type.name),
        )


def _columns(record: RecordDeclaration) -> str:
    return f"| {' | '.join((record.name, *(each.name for each in record.attributes), 'source'))} |"


def _negation(phrase: Phrase) -> str:
    if phrase.heading is Heading.ASKED:
        return ""
    return joined([part if isinstance(part, str) else "…" for part in phrase.negative])


class _Uses:
    """Which clauses' rules conclude a relation, and which rest on it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._concluded: dict[str, list[str]] = {}
        self._used: dict[str, list[str]] = {}
        for rule in book.assembly.program.rules:
            self._concluded.setdefault(rule.head.relation, []).append(rule.origin.clause)
        for edge in edges(book.assembly.program):
            self._used.setdefault(edge.used, []).append(edge.origin.clause)

    def concluding(self, relation: str) -> tuple[str, ...]:
        return self._clauses(self._concluded, relation)

    def using(self, relation: str) -> tuple[str, ...]:
        return self._clauses(self._used, relation)

    def _clauses(self, found: dict[str, list[str]], relation: str) -> tuple[str, ...]:
        every = (id for clause in found.get(relation, ()) for id in clause.split("; ") if id)
        return self._book.in_order(every)


def heading_text(phrase: Phrase) -> str:
    """The heading that a phrase stands under, as it is written."""
    by = ", or by ".join(phrase.by)
    match phrase.heading:
        case Heading.DECIDED | Heading.DETERMINED:
            return f"{phrase.heading.value} by {by}"
        case Heading.READ_AS:
            return f"Read as {_default(phrase)}, unless {by} determines otherwise ({phrase.reading})"
        case Heading.GIVEN if phrase.default is not None:
            return f"Given, taken as {_default(phrase)} until supplied"
        case _:
            return str(phrase.heading.value)


def _default(phrase: Phrase) -> str:
    default = phrase.default
    if default is None or isinstance(default, bool):
        return str(default).lower()
    return print_value(default, phrase.value) if phrase.value is not None else str(default)


def example(book: Book, phrase: Phrase) -> str:
    """A sentence of the phrase that parses once its names are introduced; "" where there is none."""
    fillers = Fillers(book.vocabulary)
    if phrase.heading in (Heading.CONCLUDED, Heading.ASKED):
        return fillers.question(phrase)
    return fillers.fact(phrase)


def to_json(found: Iterable[Entry]) -> str:
    """The entries as JSON."""
    return json_text([_data(entry) for entry in found])


def _data(entry: Entry) -> dict[str, Any]:
    return {
        "phrase": entry.phrase,
        "heading": entry.heading,
        "slots": [{"noun": slot.noun, "type": slot.type, "optional": slot.optional} for slot in entry.slots],
        "gives": entry.gives or None,
        "negation": entry.negation or None,
        "example": entry.example or None,
        "clause": entry.clause or None,
        "concluded_in": list(entry.concluded_in),
        "used_in": list(entry.used_in),
    }
