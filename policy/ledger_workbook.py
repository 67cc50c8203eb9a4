"""Ledgers as XLSX: each worksheet a sheet. Formulas are refused: what they would give, another program must say.

A workbook is a ZIP of XML. Before it is opened, its parts are counted and their sizes added up, so that a small file
that unpacks to a huge one is refused; entities are refused by the parser.
"""

from __future__ import annotations

import re
import zipfile
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


def read_workbook(path: Path, data: bytes) -> list[Sheet] | Diagnostic:
    """The worksheets of a workbook that have a header. Raises `ImportError` where openpyxl is missing."""
    import openpyxl

    name = str(path)
    if (problem := wrong_archive(name, data)) is not None:
        return problem
    if (part := _with_entities(data)) is not None:
        return Diagnostic("E0540", f"{name} is no workbook: its part {part} declares a type of document", None)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        found = [each for each in (_sheet(path, sheet) for sheet in book.worksheets) if each is not None]
    except Exception as error:
        return Diagnostic("E0540", f"{name} is no workbook that can be read: {type(error).__name__}", None)
    wrong = next((each for each in found if isinstance(each, Diagnostic)), None)
    return wrong if wrong is not None else [each for each in found if isinstance(each, Sheet)]


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


def _sheet(path: Path, worksheet: Any) -> Sheet | Diagnostic | None:
    name = f"{path}[{worksheet.title}]"
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    header: list[str] = []
    for number, row in enumerate(worksheet.iter_rows(), 1):
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
    return Sheet(name, worksheet.title, columns_of(header, rows), numbers)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """The cells up to the last that is not empty."""
    last = max((place for place, cell in enumerate(cells, 1) if cell not in (None, "")), default=0)
    return cells[:last]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, str):
        if value and getattr(cell, "data_type", "") == "f":
            return Unread("E0552", "a formula; store what it gives as a value")
        if value and getattr(cell, "data_type", "") == "e":
            return Unread("E0552", f"an error, {value}")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date() if is_whole_day(value) else Unread("E0550", f"`{value}` has a time of day")
    if isinstance(value, int):
        return workbook_number(value)
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        return workbook_number(value)
    return Unread("E0552", f"a {type(value).__name__} is no plain value")
