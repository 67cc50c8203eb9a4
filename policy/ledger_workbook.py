"""Ledgers as XLSX: each worksheet a sheet. Formulas are refused: what they would give, another program must say.

A workbook is a ZIP of XML. Before it is opened, its parts are counted and their sizes added up, so that a small file
that unpacks to a huge one is refused; so is one that declares entities. What opens it is `policy.ledger_child`, in a
process with limits; here its cells get their meaning.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from policy.diagnostic import Diagnostic
from policy.ledger_cells import Cell, Sheet, Unread, columns_of
from policy.ledger_text import wrong_header
from policy.ledger_values import is_whole_day, workbook_number

MOST_UNPACKED = 512 * 1024**2
MOST_PARTS = 2_000
_HEAD = 4096
_ROOT = re.compile(rb"<[A-Za-z_]")
"""The first element, before which alone a type of document can be declared."""
_MOST_RATIO = 200
"""Text packs twenty to one; what packs better by far is made to."""


def wrong_archive(name: str, data: bytes) -> Diagnostic | None:
    """What is wrong with a ZIP: it is none, or it unpacks to more than any ledger needs."""
    try:
        parts = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return Diagnostic("E0540", f"{name} is no ZIP archive, as a workbook or package is", None)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > _MOST_RATIO * max(packed, 10_000):
        message = f"{name} would unpack to {unpacked:,} bytes in {len(parts):,} parts, from {packed:,}"
        return Diagnostic("E0543", message, None)
    return None


def wrong_workbook(name: str, data: bytes) -> Diagnostic | None:
    """What is wrong with a workbook before any of its parts is read."""
    if (problem := wrong_archive(name, data)) is not None:
        return problem
    if (part := _with_entities(data)) is not None:
        return Diagnostic("E0540", f"{name} is no workbook: its part {part} declares a type of document", None)
    return None


def _with_entities(data: bytes) -> str | None:
    """A part that declares a type of document, by which entities could unpack to any size: no workbook has one."""
    archive = zipfile.ZipFile(BytesIO(data))
    for part in archive.namelist():
        if part.endswith((".xml", ".rels")):
            try:
                with archive.open(part) as file:
                    head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
            except (RuntimeError, zipfile.BadZipFile, NotImplementedError, EOFError):
                return part
            if b"<!DOCTYPE" in head or not head.startswith(b"<") or _ROOT.search(head) is None:
                return part
    return None


def workbook_sheets(path: Path, parts: Iterable[tuple[bytes, memoryview]]) -> list[Sheet] | Diagnostic:
    """The worksheets that have a header, from what `policy.ledger_child` says of each: its title, and its rows."""
    found = [_sheet(path, title.decode("utf-8", "replace"), json.loads(bytes(rows))) for title, rows in parts]
    wrong = next((each for each in found if isinstance(each, Diagnostic)), None)
    return wrong if wrong is not None else [each for each in found if isinstance(each, Sheet)]


def _sheet(path: Path, title: str, read: list[list[Any]]) -> Sheet | Diagnostic | None:
    name = f"{path}[{title}]"
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    header: list[str] = []
    for number, row in enumerate(read, 1):
        cells = [_cell(cell) for cell in row]
        if not header:
            header = [str(cell).strip() for cell in _trimmed(cells)]
            if header and (problem := wrong_header(name, header)) is not None:
                return problem
        elif any(cell not in (None, "") for cell in cells):
            cells = cells[: len(header)] if not _trimmed(cells[len(header) :]) else cells
            rows.append((cells + [None] * len(header))[: max(len(header), len(cells))])
            numbers.append(number)
    if not header:
        return None
    wide = next((number for number, row in zip(numbers, rows, strict=True) if len(row) > len(header)), None)
    if wide is not None:
        return Diagnostic("E0540", f"{name}: row {wide} has cells beside the columns that have names", None)
    return Sheet(name, title, columns_of(header, rows), numbers)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """The cells up to the last that is not empty."""
    last = max((place for place, cell in enumerate(cells, 1) if cell not in (None, "")), default=0)
    return cells[:last]


def _cell(said: Any) -> Cell:
    """A cell of what the child says of it: a text, nothing, or a kind with how it is written."""
    if said is None or isinstance(said, str):
        return said
    kind, written = said
    match kind:
        case "bool":
            return "true" if written == "True" else "false"
        case "int" | "float":
            return workbook_number(written)
        case "datetime":
            moment = datetime.fromisoformat(written)
            return moment.date() if is_whole_day(moment) else Unread("E0550", f"`{moment}` has a time of day")
        case "date":
            return date.fromisoformat(written)
        case "formula":
            return Unread("E0552", "a formula; store what it gives as a value")
        case "error":
            return Unread("E0552", f"an error, {written}")
    return Unread("E0552", f"a {kind} is no plain value")
