"""What a review book shows of each clause: what it rests on, what rests on it, what beats it, and what shows it.

A review book is a book of rules laid out for people to read beside the governing text. This module gathers; the pages
are made in `policy.reviewpages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

from attrs import define, field, frozen

from engine.graph import Edge, edges
from policy.book import Book
from policy.casebook import CaseAnswer, CasePage, case_pages, coverage_of
from policy.contents import ClauseText
from policy.coverage import Coverage, Covered, Exercise, case_files, clause_letter
from policy.fidelity import Fate, changes, pins_file, read_pins
from policy.governing import Wording, place_of, read_wording
from policy.instrument import Instrument
from policy.parallel import results
from policy.priorities import is_under
from policy.redline import ClauseChange, redline
from policy.reports import Report, Shown, reports, shown
from policy.testing import Shelf

_FEW = 3
_WIDTH = 100  # columns of a report
VERSION = 12
"""So many letters of its hash name a version of a book."""


class Relating(Enum):
    """How one clause stands to another."""

    RESTS = "rests on"
    BEATS = "prevails over"
    SWITCHES = "switches off"


@frozen
class Reference:
    """One clause's rules stand to another's in some way; ``over`` are the relations that they share."""

    source: str
    target: str
    relating: Relating
    over: tuple[str, ...] = ()


@frozen
class Standing:
    """What a governing text has of a clause: its words, and whether they are those that were pinned (None: no pins)."""

    text: tuple[str, ...]
    fate: Fate | None


@define(eq=False)
class Review:
    """A book with all that its review book shows."""

    book: Book
    coverage: Coverage
    cases: tuple[CasePage, ...]
    standing: Mapping[str, Standing]
    references: tuple[Reference, ...]
    edges: tuple[Edge, ...]
    text_name: str = ""
    reports: tuple[Shown, ...] = ()
    since: str = ""
    changes: tuple[ClauseChange, ...] = ()
    _uses: dict[str, list[Edge]] = field(init=False, factory=dict)
    _users: dict[str, list[Edge]] = field(init=False, factory=dict)
    _concluding: dict[str, dict[str, None]] = field(init=False, factory=dict)
    _outgoing: dict[str, list[Reference]] = field(init=False, factory=dict)
    _incoming: dict[str, list[Reference]] = field(init=False, factory=dict)
    _covered: dict[str, Covered] = field(init=False, factory=dict)
    _answers: dict[Exercise, CaseAnswer] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for each in self.references:
            self._outgoing.setdefault(each.source, []).append(each)
            self._incoming.setdefault(each.target, []).append(each)
        for edge in self.edges:
            self._users.setdefault(edge.used, []).append(edge)
            for id in edge.origin.clause.split("; "):
                self._uses.setdefault(id, []).append(edge)
        for rule in self.book.assembly.program.rules:
            self._concluding.setdefault(rule.head.relation, {}).setdefault(rule.origin.clause)
        letter = clause_letter(self.book)
        self._covered = {each.id.removeprefix(letter): each for each in self.coverage.clauses}
        self._answers = {answer.exercise: answer for page in self.cases for answer in page.answers}

    def covered(self, clause: ClauseText) -> tuple[Covered, ...]:
        """What coverage tells of the clauses of a heading; nothing where the heading only groups."""
        return tuple(self._covered[id] for id in clause.ids if id in self._covered)

    def uses(self, clause: ClauseText) -> tuple[Edge, ...]:
        """What the rules of a heading conclude, each with each thing that it rests on."""
        return tuple(dict.fromkeys(edge for id in clause.ids for edge in self._uses.get(id, ())))

    def users(self, relation: str) -> tuple[Edge, ...]:
        """What rests on a relation."""
        return tuple(self._users.get(relation, ()))

    def concluding(self, relation: str) -> tuple[str, ...]:
        """The headings, as rules name them, under which a relation is concluded."""
        return tuple(self._concluding.get(relation, ()))

    def changed(self, clause: ClauseText) -> int:
        """The number of the change that a heading has undergone since the earlier version, from 1; 0: none."""
        numbers = (number for number, each in enumerate(self.changes, 1) if set(each.ids) & set(clause.ids))
        return next(numbers, 0)

    def outgoing(self, clause: ClauseText) -> tuple[Reference, ...]:
        """What the rules of a heading rest on, beat or switch off elsewhere."""
        return _elsewhere((each for id in clause.ids for each in self._outgoing.get(id, ())), clause)

    def incoming(self, clause: ClauseText) -> tuple[Reference, ...]:
        """The rules elsewhere that rest on those of a heading, beat them or switch them off."""
        return _elsewhere((each for id in clause.ids for each in self._incoming.get(id, ())), clause)

    def exercises(self, clause: ClauseText) -> tuple[CaseAnswer, ...]:
        """The questions whose proof has a clause of a heading, those that it decides first."""
        every = dict.fromkeys(case for each in self.covered(clause) for case in each.cases)
        answers = [self._answers[case] for case in every]
        return tuple(sorted(answers, key=lambda answer: not set(clause.ids) & set(answer.citations)))

    def example(self, clause: ClauseText) -> CaseAnswer | None:
        """The question that the clause decides with the shortest explanation of some lines, if one is explained."""
        ids = set(clause.ids)
        told = [each for each in self.exercises(clause) if each.told and each.passed and ids & set(each.citations)]
        return min(told, key=lambda answer: (len(answer.told) < _FEW, len(answer.told)), default=None)


def _elsewhere(every: Iterable[Reference], clause: ClauseText) -> tuple[Reference, ...]:
    return tuple(each for each in every if not (each.source in clause.ids and each.target in clause.ids))


def review(
    shelf: Shelf,
    path: Path,
    text: Path | None = None,
    more_cases: Sequence[Path] = (),
    since: Path | None = None,
    jobs: int = 2,
) -> Review:
    """A book with what its cases answer, and what a governing text says where one is given.

    ``since`` is an earlier version of the book: what differs from it is marked. ``more_cases`` are case files beside
    those of the book, ``jobs`` the processes that ask the cases. Raises `ClausebookError` where a book has errors, or
    the pins cannot be read.
    """
    instrument = shelf.at(path)
    book = instrument.book
    pages = case_pages(book, case_files(book, more_cases), shelf, jobs)
    covered = coverage_of(book, pages)
    standing = {} if text is None else _standing(book, text.read_bytes().decode("utf-8", "replace"), covered)
    drawn = edges(book.assembly.program)
    known = tuple(reports(book).values())
    old = None if since is None else shelf.at(since).book
    return Review(
        book,
        covered,
        pages,
        standing,
        tuple(_references(book, drawn)),
        drawn,
        text.name if text else "",
        tuple(each for each in results(lambda n: _report(instrument, known[n]), len(known), jobs) if each is not None),
        old.hash[:VERSION] if old else "",
        redline(old, book) if old else (),
    )


def _report(instrument: Instrument, report: Report) -> Shown | None:
    return shown(instrument, report, _WIDTH)


# ----------------------------------------------------------------- governing


def _standing(book: Book, text: str, covered: Coverage) -> dict[str, Standing]:
    letter = clause_letter(book)
    wording = read_wording(text, [each.id.removeprefix(letter) for each in covered.clauses])
    fates: Mapping[str, Fate] = {}
    if pins_file(book).is_file():
        fates = changes(read_pins(pins_file(book)), wording).clauses
    found = {
        id: Standing(tuple(wording.text_of(number) for number in places), fates.get(letter + id))
        for id, places in wording.clauses.items()
    }
    return {**{id: Standing((), fates.get(letter + id)) for id in book.clause_ids}, **_whole(book, wording), **found}


def _whole(book: Book, wording: Wording) -> dict[str, Standing]:
    """The captions of the headings that only group clauses."""
    captions = {piece.path: number for number, piece in enumerate(wording.pieces) if piece.sentence == 0}
    paths = {id: place_of(id).path for id in book.clause_ids}
    return {id: Standing((wording.text_of(captions[path]),), None) for id, path in paths.items() if path in captions}


# ---------------------------------------------------------------- references


def _references(book: Book, drawn: Sequence[Edge]) -> Iterator[Reference]:
    yield from _resting(book, drawn)
    rules = {rule.name: rule.origin.clause.split("; ") for rule in book.assembly.program.rules}
    beaten: dict[tuple[str, str], None] = {}
    for priority in book.assembly.program.priorities:
        for one in rules.get(priority.stronger, ()):
            beaten |= dict.fromkeys((one, other) for other in rules.get(priority.weaker, ()))
    for one, other in beaten:
        yield Reference(one, other, Relating.BEATS)
    for rule in book.assembly.program.rules:
        exempting = book.assembly.exemptions.get(rule.head.relation)
        for source in rule.origin.clause.split("; ") if exempting is not None else ():
            assert exempting is not None
            spared = [ref.clause for ref in exempting.other_than]
            for ref in exempting.clauses:
                under = [id for id in book.clause_ids if is_under(id, ref.clause)]
                kept = [id for id in under if not any(is_under(id, each) for each in spared)]
                for target in kept:
                    yield Reference(source, target, Relating.SWITCHES)


def _resting(book: Book, drawn: Sequence[Edge]) -> Iterator[Reference]:
    """Each rule to the clauses whose rules conclude what it uses, or under which that is declared."""
    home: dict[str, dict[str, None]] = {}
    for rule in book.assembly.program.rules:
        home.setdefault(rule.head.relation, {}).update(dict.fromkeys(rule.origin.clause.split("; ")))
    for phrase in book.vocabulary.phrases:
        if phrase.clause and phrase.relation not in home:
            home[phrase.relation] = dict.fromkeys(phrase.clause.split("; "))
    found: dict[tuple[str, str], dict[str, None]] = {}
    for edge in drawn:
        for source in edge.origin.clause.split("; "):
            for target in home.get(edge.used, ()):
                if source and target:
                    found.setdefault((source, target), {}).setdefault(edge.used)
    for (source, target), over in found.items():
        yield Reference(source, target, Relating.RESTS, tuple(over))
