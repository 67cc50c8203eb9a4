"""Keeping what was asked as a case file that tests the book."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.judge import Verdict
from policy.answer import Answer
from policy.book import Book, shipped_books
from policy.cases import CasePart, read_case
from policy.diagnostic import ClausebookError, Diagnostic
from policy.document import List, Paragraph, Table, read, read_source
from policy.source import Span
from policy.testing import Shelf, test_text


def case_file(answers: Sequence[Answer], book: Book, files: Sequence[Path], part: str, path: Path) -> str:
    """A case file for `path` with the facts of case files and what was asked of them, as expected.

    Raises `ClausebookError` where the questions, read from it, would not be answered so.
    """
    facts: list[str] = []
    names: dict[str, None] = {}
    complete = ""
    for each in files:
        source, problems = read_source(each)
        if source is None:
            raise ClausebookError(*problems)
        file, _ = read_case(read(source)[0])
        names |= dict.fromkeys(" ".join(span.text.split()) for span in file.names)
        complete = file.complete_to.text if file.complete_to is not None else complete
        facts += [text for some in (file.common, *file.parts) if some.name in ("", part) for text in _facts(some)]
    asked = {each.question: each for each in answers}
    head = [f"Book: {_book_from(book, path)}", *(f"Names: {each}" for each in names)]
    head += [f"Record complete to: {complete}"] if complete else []
    for precise in (True, False):
        listed = (f"{at}. {one.question}\n   {_expected(one, precise)}" for at, one in enumerate(asked.values(), 1))
        blocks = [f"# {path.stem}", "\n".join(head), "## Facts", *facts, "## Questions", "\n".join(listed)]
        text = "\n\n".join(each for each in blocks if each) + "\n"
        tried = test_text(path, text, Shelf())
        if tried.passed:
            return text
    problems = tried.all_problems
    wrong = [each.question.question.text for each in tried.tried if not each.passed]
    said = f"read from the file these would be answered otherwise: {'; '.join(wrong)}"
    raise ClausebookError(*(problems or (Diagnostic("E0053", said, None),)))


def _facts(part: CasePart) -> Iterable[str]:
    for block in part.facts:
        if isinstance(block, (Paragraph, List, Table)):
            yield _whole_lines(block.span)


def _whole_lines(span: Span) -> str:
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    return text[start : len(text) if end < 0 else end].rstrip()


def _book_from(book: Book, path: Path) -> str:
    """What a case file calls its book: a shipped one by name, another by its way from the file."""
    place = Path(book.source.name)
    if book.name in shipped_books() and place.parent.name == "rules":
        return book.name
    return os.path.relpath(place.resolve(), path.resolve().parent)


def _expected(answer: Answer, precise: bool) -> str:
    said = answer.said.rstrip(".").partition(":")[0] if answer.verdict is Verdict.DEPENDS else answer.said.rstrip(".")
    if said == "Depends" and precise and answer.open:
        said = f"Depends on {'; and on '.join(answer.open)}"
    cited = " and ".join(f"§ {clause}" for clause in answer.citations)
    return f"{said}, citing {cited}." if cited and answer.verdict is not Verdict.CONFLICT else f"{said}."
