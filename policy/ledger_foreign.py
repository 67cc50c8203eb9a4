"""Parquet and DuckDB files, opened by `policy.ledger_child` in a process with limits; what it writes is checked."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from policy.diagnostic import Diagnostic
from policy.ledger_arrow import columns_from
from policy.ledger_cells import Sheet
from policy.ledger_text import wrong_header

_PATIENCE = 180
"""Seconds after which the process is stopped, however little it works."""


def read_foreign(path: Path, kind: str) -> list[Sheet] | Diagnostic:
    """The tables of a Parquet or DuckDB file. Raises `ImportError` where pyarrow or duckdb is missing."""
    import pyarrow as pa

    if kind == "duckdb" and find_spec("duckdb") is None:
        raise ModuleNotFoundError("duckdb is missing", name="duckdb")
    command = [sys.executable, "-P", "-m", "policy.ledger_child", kind, str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False, env=_environment())  # noqa: S603
    except subprocess.TimeoutExpired:
        return Diagnostic("E0543", f"{path} took longer than {_PATIENCE} seconds to open", None)
    if done.returncode != 0:
        return Diagnostic("E0540", f"{path} is no {_NAMES[kind]} file that can be read: {_reason(done)}", None)
    sheets: list[Sheet] = []
    try:
        for name, table in _tables(done.stdout, pa):
            shown = f"{path}[{name}]" if name else str(path)
            header = [" ".join(each.split()) for each in table.column_names]
            if (problem := wrong_header(shown, header)) is not None:
                return problem
            columns = columns_from(table.rename_columns(header))
            sheets.append(Sheet(shown, name or path.stem, columns, range(1, table.num_rows + 1)))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        return Diagnostic("E0540", f"{path} is no {_NAMES[kind]} file that can be read: {_first(str(error))}", None)
    return sheets


_NAMES = {"parquet": "Parquet", "duckdb": "DuckDB"}


def _environment() -> dict[str, str]:
    """What the process needs to find the code; nothing else of this one's environment."""
    root = str(Path(__file__).parent.parent)
    return {"PYTHONPATH": ":".join(dict.fromkeys([root, *(each for each in sys.path if each)])), "HOME": "/nonexistent"}


def _tables(data: bytes, pa: Any) -> Any:
    at = 0
    parts: list[memoryview] = []
    view = memoryview(data)
    while at < len(data):
        size = int.from_bytes(view[at : at + 8], "big")
        parts.append(view[at + 8 : at + 8 + size])
        at += 8 + size
    for name, stream in zip(parts[::2], parts[1::2], strict=True):
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
