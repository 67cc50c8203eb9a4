"""Where everything of a review book stands: the page and the anchor of each clause, phrase and case file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from attrs import frozen

from policy.contents import ClauseText
from policy.governing import place_of
from policy.listing import Entry
from policy.review import Review
from policy.vocabulary_text import phrase_text
from policy.words import Phrase

Thing = TypeVar("Thing")
_PAGE_SIZE = 340_000  # letters of a page, as far as they can be told before it is made
_CLAUSE_SIZE, _CASE_SIZE, _ENTRY_SIZE = 14_000, 90, 1_500


@frozen
class Place:
    """An anchor of a page."""

    page: str
    anchor: str

    def __str__(self) -> str:
        return f"{self.page}#{self.anchor}"


@frozen
class Part:
    """A page with a run of clauses, or of vocabulary entries, what it is called, and the heading it belongs to."""

    page: str
    title: str
    heading: str
    clauses: tuple[ClauseText, ...] = ()
    entries: tuple[Entry, ...] = ()


@frozen
class Addresses:
    """The pages of clauses and of the vocabulary in order, and the place of each thing by its name."""

    sections: tuple[Part, ...]
    vocabulary: tuple[Part, ...]
    clauses: Mapping[str, Place]
    phrases: Mapping[str, Place]
    cases: Mapping[str, str]

    def clause(self, id: str) -> str:
        """The address of a clause; "" where the book has none of that id."""
        return str(self.clauses[id]) if id in self.clauses else ""

    def phrase(self, phrase: Phrase) -> str:
        """The address of a phrase in the vocabulary."""
        return str(self.phrases[phrase_text(phrase)])


def addresses(review: Review, entries: tuple[Entry, ...]) -> Addresses:
    """The places of a review book, whose vocabulary is ``entries``."""
    sections = tuple(_sections(review))
    words = tuple(_words(entries))
    taken: set[str] = set()
    clauses: dict[str, Place] = {}
    for part in sections:
        for clause in part.clauses:
            place = Place(part.page, unique(f"c-{clause.ids[0]}", taken))
            clauses |= dict.fromkeys(clause.ids, place)
    phrases = {
        entry.phrase: Place(part.page, unique(f"p-{entry.phrase}", taken)) for part in words for entry in part.entries
    }
    cases: dict[str, str] = {}
    for page in review.cases:
        cases[page.path.name] = f"{unique(f'case-{page.path.stem}', taken)}.html"
    return Addresses(sections, words, clauses, phrases, cases)


def unique(name: str, taken: set[str]) -> str:
    """A name that may stand in an address, told apart from those that are taken, and now is one of them."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60]
    found, number = slug, 1
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    taken.add(found)
    return found


def _sections(review: Review) -> Iterable[Part]:
    """The clauses under each main section, on as many pages as they need."""
    groups: dict[str, list[ClauseText]] = {}
    for clause in review.book.clauses:
        groups.setdefault(place_of(clause.ids[0]).path[0], []).append(clause)
    taken: set[str] = set()
    for head, clauses in groups.items():
        title = f"§ {head}" + (f" {clauses[0].heading}" if clauses[0].ids[0] == head else "")
        runs = _runs(clauses, [_size(review, clause) for clause in clauses])
        for number, run in enumerate(runs, 1):
            name = title if len(runs) == 1 else f"{title} ({number} of {len(runs)})"
            yield Part(f"{unique(f'section-{head}', taken)}.html", name, title, tuple(run))


def _size(review: Review, clause: ClauseText) -> int:
    blocks = clause.section.blocks
    words = blocks[-1].span.end - blocks[0].span.start if blocks else 0
    exercises = sum(len(each.cases) for each in review.covered(clause))
    standing = sum(len(text) for id in clause.ids if id in review.standing for text in review.standing[id].text)
    return 4 * words + _CASE_SIZE * exercises + standing + (_CLAUSE_SIZE if blocks else 0)


def _runs(things: Iterable[Thing], sizes: Iterable[int]) -> list[list[Thing]]:
    runs: list[list[Thing]] = [[]]
    total = 0
    for thing, size in zip(things, sizes, strict=True):
        if runs[-1] and total + size > _PAGE_SIZE:
            runs.append([])
            total = 0
        runs[-1].append(thing)
        total += size
    return runs


def _words(entries: tuple[Entry, ...]) -> Iterable[Part]:
    runs = _runs(entries, [_ENTRY_SIZE + 60 * (len(each.used_in) + len(each.concluded_in)) for each in entries])
    for number, run in enumerate(runs, 1):
        page = "vocabulary.html" if number == 1 else f"vocabulary-{number}.html"
        title = "Vocabulary" if len(runs) == 1 else f"Vocabulary ({number} of {len(runs)})"
        yield Part(page, title, "Vocabulary", (), tuple(run))
