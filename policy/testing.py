"""Case files as tests: every question of every case, answered and set beside the answer expected.

A case file names its book (``Book: 1992-plan``): a file beside it or beside its folder, or a shipped book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, evolve, field, frozen

from policy import book as books
from policy.answer import Answer
from policy.cases import CaseFile, CasePart, CaseQuestion, read_case
from policy.diagnostic import ClausebookError, Diagnostic, in_order, nearest
from policy.document import Document, read, read_source
from policy.expected import Expected, differences, misfit, read_expected
from policy.instrument import Case, Instrument
from policy.source import Source, Span

Diagnostics = tuple[Diagnostic, ...]
_HELD = "\N{NO-BREAK SPACE}"


@frozen
class Row:
    """One aspect of an answer: what was expected, and what was found."""

    expected: str
    found: str
    differs: bool


@frozen
class Tried:
    """A question of a case file, answered; ``expected`` is None where the file expects nothing."""

    question: CaseQuestion
    part: str
    expected: Expected | None
    answer: Answer | None
    problems: Diagnostics = ()

    @property
    def differences(self) -> tuple[str, ...]:
        if self.expected is None or self.answer is None:
            return ()
        return differences(self.expected, self.answer)

    @property
    def passed(self) -> bool:
        return self.answer is not None and not self.problems and not self.differences

    def rows(self) -> tuple[Row, ...]:
        """The expected answer and the one found, side by side."""
        if self.expected is None or self.answer is None:
            return ()
        return tuple(_rows(self.expected, self.answer))


@frozen
class TestedFile:
    """A case file with what is wrong in it, and its questions as they were answered."""

    path: Path
    problems: Diagnostics
    tried: tuple[Tried, ...]

    @property
    def all_problems(self) -> Diagnostics:
        """Those of the file and those of its questions."""
        return (*self.problems, *(problem for each in self.tried for problem in each.problems))

    @property
    def passed(self) -> bool:
        return not any(problem.is_error for problem in self.problems) and all(each.passed for each in self.tried)


@define(eq=False)
class Shelf:
    """The books that case files name, each loaded once."""

    _books: dict[Path, Instrument | ClausebookError] = field(factory=dict)

    def book_of(self, case: CaseFile, path: Path) -> Instrument:
        """The book that a case file names. Raises `ClausebookError` where there is none, or it has errors."""
        if case.book is None:
            raise ClausebookError(
                Diagnostic("E0506", "this case file names no book", None, ("a line such as `Book: 1992-plan`",))
            )
        place = _beside(path, case.book.text)
        if place is None:
            try:
                place = books.find_book(case.book.text)
            except ClausebookError:
                beside = dict.fromkeys((*books.books_in(path.parent), *books.books_in(path.parent.parent)))
                raise ClausebookError(books.no_book(case.book.text, beside, span=case.book)) from None
        return self.at(place)

    def at(self, path: Path) -> Instrument:
        """The book in a file. Raises `ClausebookError` with its errors, the first time and every other."""
        path = path.resolve()
        if path not in self._books:
            try:
                self._books[path] = Instrument(books.load(path))
            except ClausebookError as error:
                self._books[path] = error
        found = self._books[path]
        if isinstance(found, ClausebookError):
            raise found
        return found


def _beside(case: Path, name: str) -> Path | None:
    """The book's file beside a case file, or beside the folder it lies in."""
    folder = case.parent
    candidates = (folder / name, folder / f"{name}.md", folder.parent / f"{name}.md")
    return next((path for path in candidates if path.is_file()), None)


# ---------------------------------------------------------------------- files


def markdown_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files named, and the Markdown files in the folders named, each once."""
    found: dict[Path, None] = {}
    for path in paths:
        for each in sorted(path.rglob("*.md")) if path.is_dir() else [path]:
            found.setdefault(each)
    return tuple(found)


def is_case(document: Document) -> bool:
    """Whether a document is a case file, by its line ``Book: …``."""
    return any(setting.name == "Book" for setting in document.settings)


def is_case_file(path: Path) -> bool:
    """Whether a file is a case file; one that cannot be read is, so that its errors are told."""
    source, _ = read_source(path)
    return source is None or is_case(read(source)[0])


def part_names(path: Path) -> tuple[str, ...]:
    """The names of the ``## Case (a)`` parts of a case file."""
    source, _ = read_source(path)
    return () if source is None else tuple(part.name for part in read_case(read(source)[0])[0].parts)


def check_file(path: Path, shelf: Shelf) -> Diagnostics:
    """Everything wrong with a rule file or a case file, warnings too; nothing is asked."""
    source, problems = read_source(path)
    if source is None:
        return problems
    document, _ = read(source)
    if not is_case(document):
        return books.read_book(path)[1]
    tested = _Reading(path, source, shelf)
    return in_order((*tested.problems, *(problem for each in tested.questions() for problem in each.problems)))


def asked(path: Path, shelf: Shelf) -> Iterator[tuple[Case, Tried]]:
    """The questions of a case file, each with the case that it is asked of, not yet answered.

    Raises `ClausebookError` where the file has errors.
    """
    source, problems = read_source(path)
    reading = None if source is None else _Reading(path, source, shelf)
    errors = [each for each in (problems if reading is None else reading.problems) if each.is_error]
    if errors or reading is None:
        raise ClausebookError(*errors)
    yield from reading.asked()


def run_file(path: Path, shelf: Shelf) -> Iterator[Tried]:
    """Answer the questions of a case file, one after the other. Raises `ClausebookError` where it has errors."""
    for case, question in asked(path, shelf):
        yield answered(case, question)


def test_file(path: Path, shelf: Shelf) -> TestedFile:
    """A case file with all its questions answered."""
    try:
        return TestedFile(path, (), tuple(run_file(path, shelf)))
    except ClausebookError as error:
        return TestedFile(path, error.diagnostics, ())


def test_text(path: Path, text: str, shelf: Shelf) -> TestedFile:
    """The same of a text that would be the file."""
    reading = _Reading(path, Source(str(path), text), shelf)
    if any(each.is_error for each in reading.problems):
        return TestedFile(path, tuple(reading.problems), ())
    return TestedFile(path, (), tuple(answered(case, question) for case, question in reading.asked()))


test_text.__test__ = False  # type: ignore[attr-defined]
test_file.__test__ = False  # type: ignore[attr-defined]  # not one of pytest's own


def answered(case: Case, tried: Tried) -> Tried:
    """A question with its answer, or with what was wrong about it."""
    if tried.problems:
        return tried
    try:
        answer = case.ask(tried.question.question)
    except ClausebookError as error:
        return evolve(tried, problems=error.diagnostics)
    wrong = None if tried.expected is None else misfit(tried.expected, answer)
    return evolve(tried, answer=answer, problems=() if wrong is None else (wrong,))


class _Reading:
    """A case file read against its book: the case of each part, and all that is wrong."""

    def __init__(self, path: Path, source: Source, shelf: Shelf) -> None:
        document, problems = read(source)
        self.file, more = read_case(document)
        self.problems: list[Diagnostic] = [*problems, *more]
        self.cases: list[tuple[CasePart, Case]] = []
        try:
            self.instrument = shelf.book_of(self.file, path)
        except ClausebookError as error:
            whole = Span(source, 0, 0)
            self.problems += [each if each.span else evolve(each, span=whole) for each in error.diagnostics]
            return
        found: dict[Diagnostic, None] = {}
        for part in (self.file.common, *self.file.parts):
            case, wrong = self.instrument.read_case((source,), part.name)
            found |= dict.fromkeys(wrong)
            self.cases.append((part, case))
        self.problems += [each for each in found if each not in self.problems]

    def asked(self) -> Iterator[tuple[Case, Tried]]:
        """Each question with its expectation, and the case that it is asked of."""
        for part, case in self.cases:
            for question in part.questions:
                expected, problems = (None, ()) if question.expected is None else self._expected(question.expected)
                yield case, Tried(question, part.name, expected, None, problems)

    def questions(self) -> Iterator[Tried]:
        """Each question with what is wrong with it or with what is expected."""
        for case, tried in self.asked():
            asking, _, problems = case.parse(tried.question.question)
            if asking is not None:
                problems = tuple(problem for problem in problems if not problem.is_error)
            yield evolve(tried, problems=(*tried.problems, *problems))

    def _expected(self, span: Span) -> tuple[Expected | None, Diagnostics]:
        expected, problems = read_expected(span)
        if expected is None:
            return None, problems
        known = self.instrument.book.clause_ids
        unknown = tuple(
            Diagnostic("E0103", f"no clause is called § {each.id}", each.span, nearest=nearest(each.id, known))
            for each in expected.named
            if each.id not in known
        )
        return expected, (*problems, *unknown)


# --------------------------------------------------------------- side by side


def _rows(expected: Expected, answer: Answer) -> Iterator[Row]:
    bare = evolve(expected, citing=(), readings=())
    yield Row(expected.said, _said(answer), bool(differences(bare, answer)))
    anything = evolve(bare, said=answer.said)
    all_cited = (*answer.citations, *answer.supporting)
    cited = _sections(all_cited)
    for group in expected.citing:
        differs = bool(differences(evolve(anything, citing=(group,)), answer))
        found = cited if differs else _sections(clause for clause in group if clause in all_cited)
        yield Row(f"citing {' or '.join(map(_section, group))}", f"cites {found or 'nothing'}", differs)
    for reading in expected.readings:
        differs = bool(differences(evolve(anything, readings=(reading,)), answer))
        taken = next((each for each in answer.readings if each.id == reading.id), None)
        found = "not taken" if taken is None else f"reading {taken.id}, otherwise {_plain(taken.otherwise)}"
        otherwise = "" if reading.otherwise is None else f", otherwise {reading.otherwise}"
        yield Row(f"reading {reading.id}{otherwise}", found, differs)


def _said(answer: Answer) -> str:
    said = answer.said.rstrip(".")
    return f"{said} on {'; and on '.join(answer.open)}" if said == "Depends" and answer.open else said


def _plain(said: str) -> str:
    return said.rstrip(".").lower()


def _sections(clauses: Iterable[str]) -> str:
    return ", ".join(map(_section, clauses))


def _section(clause: str) -> str:
    """A citation that does not break over lines."""
    return f"§{_HELD}{clause.replace(' ', _HELD)}"
