"""A ledger as it lies in its file: sheets of columns of cells, each row with its number.

A reader (CSV, XLSX, Parquet, DuckDB, OCF) makes sheets; what their cells mean for a book is `policy.ledger_values`'s
and `policy.ledger_load`'s to say. A cell is a text, an exact number, a day, or nothing; a binary number is kept as it
is until somebody says how many decimals it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import compress
from pathlib import PurePath
from typing import NamedTuple

from attrs import field, frozen

from engine.columns import Codes, Read
from policy.diagnostic import Diagnostic
from policy.source import Source, Span

LONGEST_CELL = 4096
"""Characters of a cell past which it is no name, number or day."""
_SHOWN = 60


@frozen
class Unread:
    """A cell that is none: a formula, an error, a text that hides something."""

    code: str
    message: str


Cell = str | int | Decimal | float | date | Unread | None


@frozen(eq=False)
class Column:
    """The cells of a column; with ``codes``, row by row the places of their cells among the ``distinct`` ones."""

    distinct: Sequence[Cell]
    codes: Codes | Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.distinct if self.codes is None else self.codes)

    def __getitem__(self, row: int) -> Cell:
        return self.distinct[row if self.codes is None else self.codes[row]]

    def cells(self) -> Sequence[Cell]:
        """The cells row by row."""
        if self.codes is None:
            return self.distinct
        return list(map(self.distinct.__getitem__, self.codes))


@frozen
class Broken:
    """A row that has no cells: how it reads, and what is wrong with it."""

    row: int
    text: str
    code: str
    message: str


@frozen(eq=False)
class Sheet:
    """One table of a ledger.

    ``file`` is what the ledger is shown as, ``name`` what mappings call the table: a file's stem, a worksheet, a table
    of a database, a kind of OCF object. ``rows`` are the numbers of the rows as their file counts them.
    """

    file: str
    name: str
    columns: Mapping[str, Column]
    rows: Sequence[int]
    broken: Sequence[Broken] = ()
    unit: str = "row"
    files: Sequence[str] = ()
    """The file of each row, where a sheet is gathered from several."""
    optional: bool = False
    """Whether a mapping may leave the sheet alone without a word."""
    findings: Sequence[Diagnostic] = field(default=())

    def __len__(self) -> int:
        return len(self.rows)

    def file_of(self, at: int) -> str:
        return self.files[at] if self.files else self.file

    def texts(self, at: int) -> tuple[str, ...]:
        """The cells of a row as they are shown."""
        return tuple(shown(column[at]) for column in self.columns.values())


class RowPlace(NamedTuple):
    """Where a fact is recorded: the file, the row, and what the row says of it ("minutes of 2001-03-01")."""

    file: str
    row: int
    unit: str = "row"
    said: str = ""

    def __str__(self) -> str:
        where = f"{PurePath(self.file).name}, {self.unit} {self.row}"
        return f"{self.said}; {where}" if self.said else where


@frozen(eq=False)
class Places(Read):
    """Where the rows of a sheet are recorded."""

    sheet: Sheet
    rows: Sequence[int]
    """The rows by their places in the sheet."""
    said: Sequence[str] = ()
    """What each says of where it is recorded."""

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, place: int) -> RowPlace:
        row = self.rows[place]
        said = self.said[place] if self.said else ""
        return RowPlace(self.sheet.file_of(row), self.sheet.rows[row], self.sheet.unit, said)

    def kept(self, keep: Sequence[bool]) -> Places:
        """The places of some of the rows."""
        return Places(self.sheet, list(compress(self.rows, keep)), list(compress(self.said, keep)))


@frozen
class RowSource(Source):
    """A row of a ledger (an item of a file of OCF) as a text of one line, which has the row's number."""

    row: int
    unit: str = "row"

    def place(self, offset: int) -> str:
        """Columns of the text are none of the file's, so only the row is told."""
        return f"{self.name}, {self.unit} {self.row}"

    def line_column(self, offset: int) -> tuple[int, int]:
        return self.row, offset + 1

    def line_text(self, line: int) -> str:
        return self.text


def shown(cell: Cell) -> str:
    """A cell in one line, cut where it is long."""
    if cell is None or isinstance(cell, Unread):
        return ""
    text = " ".join(str(cell).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def place_in(sheet: Sheet, at: int, column: str = "") -> Span:
    """A row of a sheet, or its cell in a column, as a place in a text."""
    texts = sheet.texts(at)
    source = RowSource(sheet.file_of(at), ", ".join(texts), sheet.rows[at], sheet.unit)
    names = list(sheet.columns)
    if column not in names:
        return Span(source, 0, len(source.text))
    before = names.index(column)
    start = sum(len(text) + 2 for text in texts[:before])
    return Span(source, start, start + len(texts[before]))


def broken_place(sheet: Sheet, broken: Broken) -> Span:
    source = RowSource(sheet.file, shown(broken.text), broken.row, sheet.unit)
    return Span(source, 0, len(source.text))


def plain(text: str) -> str | Unread:
    """A cell's text with blanks single, in the composed form of its letters; what hides or steers is no text.

    The apostrophe that keeps a spreadsheet from reckoning a text is no part of it.
    """
    if text[:1] == "'" and _KEPT.match(text) is not None:
        text = text[1:]
    if len(text) > LONGEST_CELL:
        return Unread("E0552", f"a cell of {len(text):,} characters; {LONGEST_CELL:,} are the most")
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    hidden = next((character for character in text if not character.isprintable()), None)
    if hidden is None:
        return text
    return Unread("E0552", f"the character U+{ord(hidden):04X} cannot be seen, so it may not stand in a cell")


_KEPT = re.compile(r"'+[=+\-@]")
_UNTIDY = re.compile(r"[^ -~\n]|  |^ | $|^$|^\?$|^'+[=+\-@]", re.MULTILINE)


def are_tidy(cells: Sequence[Cell]) -> bool:
    """Whether all cells are texts that `plain` would leave as they are, found in one go; none is empty or ``?``."""
    try:
        text = "\n".join(cells)  # type: ignore[arg-type]  # it says if one is no text
    except TypeError:
        return False
    if not cells or text.count("\n") != len(cells) - 1 or _UNTIDY.search(text) is not None:
        return False
    return max(map(len, cells)) <= LONGEST_CELL  # type: ignore[arg-type]  # they are texts


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Column]:
    """The columns of rows that all have a cell for each name."""
    if not rows:
        return {name: Column(()) for name in names}
    return {name: Column(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}


def doubled(names: Sequence[str]) -> Iterator[str]:
    """The names that stand more than once, each once."""
    yield from dict.fromkeys(name for name in names if names.count(name) > 1)
