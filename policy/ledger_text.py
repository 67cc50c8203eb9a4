"""Ledgers as CSV: every cell a text, every row with the number that a spreadsheet shows for it.

A large file without quotes is split into columns by pyarrow where that is installed; any other is read by the standard
library, row by row. Both give the same cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from policy.diagnostic import Diagnostic
from policy.ledger_cells import Broken, Sheet, columns_of, doubled
from policy.source import Source, Span

MOST_BYTES = 2 * 1024**3
_LARGE = 4 * 1024**2
_DELIMITERS = (",", ";", "\t", "|")


def read_csv(path: Path, data: bytes) -> Sheet | Diagnostic:
    """The sheet of a CSV file: a header, then rows of as many cells. Commas, semicolons, tabs or bars part cells."""
    name = str(path)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data[:_LARGE]:
        return Diagnostic("E0540", f"{name} has a NUL byte: it is no text", None, ("a CSV file saved as UTF-8",))
    header = data.split(b"\n", 1)[0]
    if not header.strip():
        return Diagnostic("E0540", f"{name} has no header", None, ("column names in the first line",))
    delimiter = max(_DELIMITERS, key=lambda each: (header.count(each.encode()), -_DELIMITERS.index(each)))
    if len(data) > _LARGE and b'"' not in data and b"\r" not in data.replace(b"\r\n", b""):
        sheet = _split(path, data, delimiter)
        if sheet is not None:
            return sheet
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"line {line}: byte {data[error.start]:#04x} is not UTF-8"
        return Diagnostic("E0540", message, _head(name, data), ("a file saved as UTF-8",))
    return _rows(path, text, delimiter)


def _head(name: str, data: bytes) -> Span:
    source = Source(name, data[:200].decode("utf-8", "backslashreplace"))
    return Span(source, 0, len(source.text.split("\n")[0]))


def _rows(path: Path, text: str, delimiter: str) -> Sheet | Diagnostic:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [" ".join(cell.split()) for cell in next(reader)]
    except csv.Error as error:
        return Diagnostic("E0540", f"the header breaks off: {error}", _head(str(path), text.encode()))
    if (problem := wrong_header(str(path), header)) is not None:
        return problem
    rows: list[list[str]] = []
    numbers: list[int] = []
    broken: list[Broken] = []
    size = len(header)
    for number, row in _numbered(reader, broken):
        if len(row) == size:
            rows.append(row)
            numbers.append(number)
        elif row:
            message = f"{len(row)} cells, where the header has {size}"
            broken.append(Broken(number, delimiter.join(row), "E0549", message))
    return Sheet(str(path), path.stem, columns_of(header, rows), numbers, broken)


def _numbered(reader: Any, broken: list[Broken]) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers; one that breaks the rules of quoting is noted."""
    number = 1
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            broken.append(Broken(number, "", "E0549", f"line {reader.line_num} of the file: {error}"))
            continue
        yield number, row


def wrong_header(name: str, header: list[str]) -> Diagnostic | None:
    """What is wrong with a header: a name twice, or none."""
    twice = list(islice(doubled(header), 3))
    if not twice and all(header):
        return None
    message = f"the header has `{'`, `'.join(twice)}` twice" if any(twice) else "the header has a column without a name"
    source = Source(name, ", ".join(header))
    return Diagnostic("E0540", message, Span(source, 0, len(source.text)), ("a name for each column, each once",))


def _split(path: Path, data: bytes, delimiter: str) -> Sheet | None:
    """The columns of a text without quotes; None where that cannot be done, or a row has too many or too few cells."""
    try:
        import pyarrow as pa
        from pyarrow import csv as arrow
    except ImportError:
        return None
    from policy.ledger_arrow import columns_from

    first = data.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    header = [" ".join(cell.split()) for cell in first.split(delimiter)]
    if wrong_header(str(path), header) is not None:
        return None
    try:
        table = arrow.read_csv(
            pa.py_buffer(data),
            read_options=arrow.ReadOptions(column_names=header, skip_rows=1),
            parse_options=arrow.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows and len(header) == 1:
        return None  # an empty line would count as a row
    return Sheet(str(path), path.stem, columns_from(table), range(2, table.num_rows + 2))
