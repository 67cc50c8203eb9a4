"""What a change of a book does: the questions of case files whose verdict, value or citations it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import define, field, frozen

from policy.answer import Answer
from policy.book import Book
from policy.cases import CaseFile
from policy.coverage import Exercise
from policy.diagnostic import ClausebookError
from policy.instrument import Instrument
from policy.parallel import results
from policy.testing import Shelf, run_file


@frozen
class Outcome:
    """What one version answers: said, cited, and under which provisos; or why it does not."""

    said: str
    citations: tuple[str, ...] = ()
    provided: tuple[tuple[str, ...], ...] = ()
    problem: str = ""


@frozen
class Effect:
    """A question of which the two versions answer differently."""

    exercise: Exercise
    question: str
    old: Outcome
    new: Outcome


@frozen
class Effects:
    """The questions that come out differently, among how many were asked."""

    changed: tuple[Effect, ...]
    asked: int


@define(eq=False)
class _OneBook(Shelf):
    """A shelf on which every case file finds the same book, whatever it names."""

    instrument: Instrument = field(kw_only=True)

    def book_of(self, case: CaseFile, path: Path) -> Instrument:
        return self.instrument


def effects(old: Book, new: Book, files: Sequence[Path], jobs: int = 1) -> Effects:
    """Ask what case files ask of both versions, in several processes where the system can fork."""
    shelves = _OneBook(instrument=Instrument(old)), _OneBook(instrument=Instrument(new))
    found = [each for of_file in results(lambda n: _of_file(files[n], *shelves), len(files), jobs) for each in of_file]
    return Effects(tuple(each for each in found if each.old != each.new), len(found))


def _of_file(file: Path, old: Shelf, new: Shelf) -> tuple[Effect, ...]:
    before, after = dict(_outcomes(file, old)), dict(_outcomes(file, new))
    whole = (Exercise(file.name, "", 0), "the facts")
    none = Outcome("")
    if whole in before or whole in after:
        before, after = ({whole: each.get(whole, none)} for each in (before, after))
    return tuple(Effect(*key, before.get(key, none), after.get(key, none)) for key in dict.fromkeys((*before, *after)))


def _outcomes(file: Path, shelf: Shelf) -> Iterator[tuple[tuple[Exercise, str], Outcome]]:
    """What a version answers to each question; one outcome for the whole file where its facts do not fit."""
    try:
        for tried in run_file(file, shelf):
            question = " ".join(tried.question.question.text.split())
            key = (Exercise(file.name, tried.part, tried.question.number), question)
            yield key, _outcome(tried.answer) if tried.answer is not None else _problem(tried.problems[0].message)
    except ClausebookError as error:
        yield (Exercise(file.name, "", 0), "the facts"), _problem(error.diagnostics[0].message)


def _problem(message: str) -> Outcome:
    return Outcome("", problem=message)


def _outcome(answer: Answer) -> Outcome:
    provided = tuple(tuple(proviso.text for proviso in group) for group in answer.provided)
    return Outcome(answer.said, answer.citations, provided)
