"""A review book served at once: questions are answered from the first moment, and its pages are made beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from policy.addresses import addresses
from policy.cases import read_case
from policy.coverage import case_files
from policy.desk import Desk
from policy.diagnostic import ClausebookError, render
from policy.document import read, read_source
from policy.hypertext import Hypertext
from policy.listing import entries
from policy.making import made_beside
from policy.review import review
from policy.reviewpages import AskedAbout, pages, waiting
from policy.serving import BookServer, server
from policy.testing import Shelf

_NOWHERE = Hypertext(lambda _clause: "", lambda _phrase: "")


@contextmanager
def served(
    shelf: Shelf, path: Path, text: Path | None, more_cases: Sequence[Path], port: int, jobs: int
) -> Iterator[BookServer]:
    """A server of a book that listens already, while ``jobs`` processes answer its cases and make its pages.

    Raises `ClausebookError` where the book has errors, or the port cannot be had.
    """
    book = shelf.at(path).book
    files = case_files(book, more_cases)
    desk = Desk(shelf.at(path), {file.name: file for file in files})

    def work() -> dict[str, Any]:
        try:
            found = review(shelf, path, text, more_cases, jobs=jobs)
            places = addresses(found, entries(book)).clauses
            clauses = {id: str(place) for id, place in places.items()}
            return {"pages": pages(found, serving=True, jobs=jobs), "clauses": clauses}
        except ClausebookError as error:
            return {"problem": "\n".join(map(render, error.diagnostics))}

    def done(made: dict[str, Any] | None) -> None:
        if made is None or "problem" in made:
            here.give_up("the process that made them has ended" if made is None else made["problem"])
        else:
            clauses = made["clauses"]
            here.show(made["pages"], Hypertext(lambda clause: clauses.get(clause, ""), lambda _phrase: ""))

    with (
        server(desk, waiting(book, [_about(file) for file in files]), _NOWHERE, port, made=False) as here,
        made_beside(work, done),
    ):
        yield here


def _about(file: Path) -> AskedAbout:
    source, _ = read_source(file)
    if source is None:
        return file.name, file.stem, file.stem, ()
    document, _ = read(source)
    return file.name, document.title, file.stem, tuple(part.name for part in read_case(document)[0].parts)
