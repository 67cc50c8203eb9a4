"""A ledger's files, by their kind: CSV, XLSX, Parquet, DuckDB, an OCF package, or a folder of such files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from attrs import define, field

from policy.diagnostic import Diagnostic, nearest
from policy.ledger_cells import Sheet
from policy.ledger_foreign import Door, read_foreign, read_workbook
from policy.ledger_kinds import KINDS
from policy.ledger_ocf import is_package, read_package
from policy.ledger_text import MOST_BYTES, read_csv

_ENDINGS = (*KINDS, ".ocf.zip", "Manifest.ocf.json")


@define
class Read:
    """What was read of a ledger: its sheets, the day as of which it is, the hashes of its files, what is wrong."""

    sheets: list[Sheet] = field(factory=list)
    as_of: date | None = None
    files: list[tuple[str, str]] = field(factory=list)
    problems: list[Diagnostic] = field(factory=list)
    is_package: bool = False

    def take(self, found: Sequence[Sheet] | Sheet | Diagnostic) -> None:
        if isinstance(found, Diagnostic):
            self.problems.append(found)
        else:
            self.sheets += [found] if isinstance(found, Sheet) else found


def read_ledger(path: Path, door: Door) -> Read:
    """What a ledger holds; ``door`` opens foreign files."""
    read = Read()
    if not path.exists():
        read.problems.append(Diagnostic("E0001", f"there is no file {path}", None))
    elif is_package(path):
        read.is_package = True
        sheets, read.as_of, problems = read_package(path)
        read.sheets += sheets
        read.problems += problems
        folder = path if path.is_dir() else path.parent
        files = [path] if path.suffix == ".zip" else sorted(folder.rglob("*.json"))
        read.files += [(str(file), digest(file.read_bytes())) for file in files if file.is_file()]
    elif path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.is_file() and file.suffix.lower() in KINDS]
        if not files:
            expected = ("a folder with a manifest of OCF, or with CSV, XLSX, Parquet or DuckDB files",)
            read.problems.append(Diagnostic("E0541", f"{path} holds no ledger", None, expected))
        for file in files:
            _read_file(file, read, door)
    else:
        _read_file(path, read, door)
    return read


def _read_file(path: Path, read: Read, door: Door) -> None:
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        message = f"{path} is of no kind that ledgers have"
        read.problems.append(Diagnostic("E0541", message, None, _ENDINGS, nearest(path.suffix, _ENDINGS)))
        return
    try:
        if path.stat().st_size > MOST_BYTES:
            read.problems.append(Diagnostic("E0543", f"{path} is larger than {MOST_BYTES // 1024**3} GiB", None))
            return
        data = path.read_bytes()
    except OSError as error:
        read.problems.append(Diagnostic("E0003", f"{path} cannot be read: {error.strerror}", None))
        return
    read.files.append((str(path), digest(data)))
    try:
        if kind == "csv":
            read.take(read_csv(path, data))
        elif kind == "workbook":
            read.take(read_workbook(door, path, data))
        else:
            read.take(read_foreign(door, path, kind))
    except ImportError as error:
        message = f"reading {path.name} needs {error.name}, which is not installed"
        read.problems.append(Diagnostic("E0542", message, None, ('pip install "clausebook[ledger]"',)))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
