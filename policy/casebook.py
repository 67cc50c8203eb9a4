"""What the case files of a book ask, and how it came out, as plain data that processes can send each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from policy.book import Book
from policy.coverage import Coverage, Exercise, Exercised, covered, exercised
from policy.diagnostic import Diagnostic, render
from policy.document import read, read_source
from policy.outline import Line
from policy.parallel import results
from policy.testing import Diagnostics, Shelf, TestedFile, Tried, test_file


@frozen
class CaseAnswer:
    """A question of a case file with the answer expected and the one given; "" where there is none.

    ``told`` is the explanation, of those questions that are the first in their file to cite a clause.
    """

    exercise: Exercise
    line: int
    question: str
    expected: str
    said: str
    verdict: str
    citations: tuple[str, ...]
    passed: bool
    problems: tuple[str, ...]
    exercised: tuple[Exercised, ...]
    told: tuple[Line, ...] = ()


@frozen
class CasePage:
    """A case file: its title, its text, what is wrong in it, and its questions in order."""

    path: Path
    title: str
    text: str
    problems: tuple[str, ...]
    answers: tuple[CaseAnswer, ...]

    @property
    def failed(self) -> int:
        return sum(not answer.passed for answer in self.answers)


def case_pages(book: Book, files: Sequence[Path], shelf: Shelf, jobs: int = 1) -> tuple[CasePage, ...]:
    """The case files with their questions answered, in several processes where the system can fork."""
    return tuple(results(lambda number: _case_page(book, files[number], shelf), len(files), jobs, sizes(files)))


def exercising(
    book: Book, files: Sequence[Path], shelf: Shelf, jobs: int = 1
) -> Iterator[tuple[Diagnostics, tuple[Exercised, ...]]]:
    """Of each case file what is wrong with it, and what its questions exercise; in several processes."""

    def work(number: int) -> tuple[Diagnostics, tuple[Exercised, ...]]:
        tested = test_file(files[number], shelf)
        return tested.problems, tuple(e for tried in tested.tried for e in exercised(book, tested.path, tried))

    return results(work, len(files), jobs, sizes(files))


def sizes(files: Sequence[Path]) -> list[int]:
    """How large files are: as good a guess as any of how long their questions take."""
    return [path.stat().st_size if path.is_file() else 0 for path in files]


def coverage_of(book: Book, pages: Sequence[CasePage]) -> Coverage:
    """The coverage of a book by the questions of case files."""
    return covered(book, (found for page in pages for answer in page.answers for found in answer.exercised))


def _case_page(book: Book, path: Path, shelf: Shelf) -> CasePage:
    tested = test_file(path, shelf)
    source, _ = read_source(path)
    title = path.stem if source is None else read(source)[0].title
    text = "" if source is None else source.text
    return CasePage(path, title, text, _said(tested.problems), tuple(_answers(book, tested)))


def _answers(book: Book, tested: TestedFile) -> Iterator[CaseAnswer]:
    cited: set[str] = set()
    for tried in tested.tried:
        new = set(() if tried.answer is None else tried.answer.citations) - cited
        cited |= new
        yield _answer(book, tested.path, tried, bool(new))


def _answer(book: Book, path: Path, tried: Tried, tell: bool) -> CaseAnswer:
    question, answer = tried.question, tried.answer
    return CaseAnswer(
        Exercise(path.name, tried.part, question.number),
        question.question.line,
        " ".join(question.question.text.split()),
        " ".join(question.expected.text.split()) if question.expected is not None else "",
        "" if answer is None else answer.said,
        "" if answer is None else answer.verdict.value,
        () if answer is None else answer.citations,
        tried.passed,
        _said(tried.problems),
        tuple(exercised(book, path, tried)),
        answer.lines if tell and answer is not None else (),
    )


def _said(problems: Sequence[Diagnostic]) -> tuple[str, ...]:
    return tuple(render(problem) for problem in problems)
