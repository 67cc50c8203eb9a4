"""Facts written as CSV: a file for each kind of record and each phrase, and the mapping that reads them again.

A text that a spreadsheet would take for a formula gets an apostrophe before it. A file is written whole or not at all.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.facts import Table
from engine.model import Relation
from engine.unknowns import NONE, UNKNOWN
from engine.values import Type
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.instrument import Case
from policy.layout import for_spreadsheet, inert
from policy.ledger_door import heading, is_told, rows_told
from policy.quantities import print_value
from policy.relations import recorded
from policy.vocabulary_text import phrase_text
from policy.words import Phrase

MAPPING = "mapping.toml"


def export(case: Case, target: Path, kind: str | None = None) -> list[str]:
    """Write the facts into a folder, or those of one kind into a CSV file; what was written, in lines.

    Raises `ClausebookError` for a kind of which nothing is recorded, or a place that cannot be written.
    """
    told = [(name, table) for name, table in case.facts.tables.items() if is_told(case, table.relation)]
    tables = {name: table for name, table in told if rows_told(case, table)}
    if target.suffix.lower() == ".csv":
        if kind is None and len(tables) == 1:
            kind = next(iter(tables))
        if kind not in tables:
            message = f"nothing is recorded of {kind!r}" if kind else "which kind of record? a CSV file holds one"
            raise ClausebookError(Diagnostic("E0546", message, None, tuple(tables), nearest(kind or "", tables)))
        write_whole(target, _csv(case, tables[kind]))
        return [f"{target}: {len(_rows(case, tables[kind])):,} of {kind}"]
    lines: list[str] = []
    entries: list[str] = []
    for name, table in sorted(tables.items()):
        path = target / f"{_slug(name)}.csv"
        write_whole(path, _csv(case, table))
        lines.append(f"{path}: {len(_rows(case, table)):,} of {heading(case, name)}")
        entries.append(_entry(case, table.relation, path.stem))
    complete = case.facts.complete_to
    head = f"complete-to = {complete.isoformat()}\n\n" if complete is not None else ""
    write_whole(target / MAPPING, head + "\n".join(entries))
    denied = sum(len(rows_told(case, table)) - len(_rows(case, table)) for table in tables.values())
    if denied:
        lines.append(
            f"left out: {denied:,} statements that something is not so, or not known; a row says that it is so"
        )
    return lines


def _rows(case: Case, table: Table) -> list[int]:
    """The rows that say that something is so, or what it is."""
    return [number for number in rows_told(case, table) if table.status[number] is True]


# ------------------------------------------------------------------- tables


def _csv(case: Case, table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    relation = table.relation
    header = [relation.name if relation.record else relation.columns[0].name if relation.columns else "said"]
    header += [column.name for column in relation.columns[1:]]
    writer.writerow([*header, *(("first", "last") if relation.span else ()), "source"])
    writer.writerows(_row(table, number) for number in _rows(case, table))
    return out.getvalue()


def _row(table: Table, number: int) -> Iterator[str]:
    relation = table.relation
    if not relation.columns:
        yield "yes"
    for column, cell in zip(relation.columns, table.cells(number), strict=True):
        written = _written(cell, column.type)
        yield for_spreadsheet(written) if isinstance(cell, str) else written
    if relation.span:
        first, last = table.spans[number] or (None, None)
        yield "" if first is None else first.isoformat()
        yield "" if last is None else last.isoformat()
    yield for_spreadsheet(inert(recorded(table, number)))


def _written(cell: Any, type: Type) -> str:
    """A cell as a mapping without further settings reads it."""
    if cell is NONE:
        return ""
    if cell is UNKNOWN:
        return "?"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, Fraction):
        return plain_decimal(cell) or print_value(cell, type)
    return print_value(cell, type)


def plain_decimal(value: Fraction) -> str:
    """A fraction as a plain decimal; nothing where it has none."""
    if value.denominator == 1:
        return str(value.numerator)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        if places > 12:
            return ""
    digits = f"{abs(int(value * 10**places)):0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


# ------------------------------------------------------------------ mapping


def _entry(case: Case, relation: Relation, name: str) -> str:
    """The table of a mapping that reads a written file."""
    word = case.book.assembly.words.get(relation.name)
    lines = ["[[table]]"]
    if isinstance(word, Phrase):
        columns = ", ".join(_quoted(column.name) for column in relation.columns)
        lines += [f"says = {_quoted(phrase_text(word))}", f"from = {_quoted(name)}", f"columns = [{columns}]"]
        lines += ['first = "first"', 'last = "last"'] if relation.span else []
    else:
        lines += [f"of = {_quoted(relation.name)}", f"from = {_quoted(name)}"]
        lines += [f"name = {_quoted(relation.name if relation.record else relation.columns[0].name)}"]
    return "\n".join([*lines, 'source = "source"', ""])


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _slug(name: str) -> str:
    """A relation's name as that of a file."""
    return re.sub(r"[^\w]+", "-", name).strip("-").lower()[:80] or "facts"


def write_whole(path: Path, text: str) -> None:
    """Put a text into a file: all of it, or nothing is changed."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ClausebookError(Diagnostic("E0556", f"{path} cannot be written: {error.strerror}", None)) from None
