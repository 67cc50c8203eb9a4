"""Parquet, DuckDB and XLSX files, opened by `policy.ledger_child` in a process with limits; what it says is checked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from policy.diagnostic import Diagnostic
from policy.ledger_arrow import columns_from
from policy.ledger_cells import Sheet
from policy.ledger_text import wrong_header
from policy.ledger_workbook import workbook_sheets, wrong_workbook

_PATIENCE = 180
"""Seconds after which the process is stopped, however little it works."""


def read_foreign(path: Path, kind: str) -> list[Sheet] | Diagnostic:
    """The tables of a Parquet or DuckDB file. Raises `ImportError` where pyarrow or duckdb is missing."""
    import pyarrow as pa

    if kind == "duckdb" and find_spec("duckdb") is None:
        raise ModuleNotFoundError("duckdb is missing", name="duckdb")
    said = _opened(path, kind)
    if isinstance(said, Diagnostic):
        return said
    sheets: list[Sheet] = []
    try:
        for name, table in _tables(said, pa):
            shown = f"{path}[{name}]" if name else str(path)
            header = [" ".join(each.split()) for each in table.column_names]
            if (problem := wrong_header(shown, header)) is not None:
                return problem
            columns = columns_from(table.rename_columns(header))
            sheets.append(Sheet(shown, name or path.stem, columns, range(1, table.num_rows + 1)))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        return Diagnostic("E0540", f"{path} is no {_NAMES[kind]} that can be read: {_first(str(error))}", None)
    return sheets


def read_workbook(path: Path, data: bytes) -> list[Sheet] | Diagnostic:
    """The worksheets of a workbook that have a header. Raises `ImportError` where openpyxl is missing."""
    if find_spec("openpyxl") is None:
        raise ModuleNotFoundError("openpyxl is missing", name="openpyxl")
    if (problem := wrong_workbook(str(path), data)) is not None:
        return problem
    said = _opened(path, "workbook", data)
    if isinstance(said, Diagnostic):
        return said
    try:
        return workbook_sheets(path, ((bytes(title), rows) for title, rows in _framed(said)))
    except ValueError as error:
        return Diagnostic("E0540", f"{path} is no workbook that can be read: {_first(str(error))}", None)


def _opened(path: Path, kind: str, data: bytes = b"") -> bytes | Diagnostic:
    """What the process says of a file."""
    command = [sys.executable, "-P", "-m", "policy.ledger_child", kind, str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - this Python, on a module of ours
            command, input=data, capture_output=True, timeout=_PATIENCE, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired:
        return Diagnostic("E0543", f"{path} took longer than {_PATIENCE} seconds to open", None)
    if done.returncode != 0:
        return Diagnostic("E0540", f"{path} is no {_NAMES[kind]} that can be read: {_reason(done)}", None)
    return done.stdout


_NAMES = {"parquet": "Parquet file", "duckdb": "DuckDB file", "workbook": "workbook"}


def _environment() -> dict[str, str]:
    """What the process needs to find the code; nothing else of this one's environment."""
    root = str(Path(__file__).parent.parent)
    return {"PYTHONPATH": ":".join(dict.fromkeys([root, *(each for each in sys.path if each)])), "HOME": "/nonexistent"}


def _framed(data: bytes) -> Iterator[tuple[memoryview, memoryview]]:
    """The names and contents that the process wrote, each after its length."""
    at = 0
    parts: list[memoryview] = []
    view = memoryview(data)
    while at < len(data):
        size = int.from_bytes(view[at : at + 8], "big")
        parts.append(view[at + 8 : at + 8 + size])
        at += 8 + size
    yield from zip(parts[::2], parts[1::2], strict=True)


def _tables(data: bytes, pa: Any) -> Any:
    for name, stream in _framed(data):
        table = pa.ipc.open_stream(pa.py_buffer(stream)).read_all()
        table.validate(full=True)
        yield bytes(name).decode("utf-8", "replace"), table


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode < 0 or not lines:
        return f"the reader was stopped (signal {-done.returncode})" if done.returncode < 0 else "the reader failed"
    return _first(lines[-1])


def _first(text: str) -> str:
    return " ".join(text.split())[:200]
