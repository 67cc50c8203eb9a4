"""Parquet, DuckDB and XLSX files, opened by `policy.ledger_child` in processes with limits; what it says is checked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define

from policy.diagnostic import Diagnostic
from policy.ledger_arrow import columns_from
from policy.ledger_cells import Sheet
from policy.ledger_child import LATE, PART, PATIENCE
from policy.ledger_text import wrong_header
from policy.ledger_workbook import workbook_sheets, wrong_workbook


@define
class Door:
    """The process that opens foreign files, started when the first is asked for, for as long as files are read."""

    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def start(self) -> None:
        """Start it, so that it is ready when a file is asked for."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "policy.ledger_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                pipesize=PART,
            )

    def opened(self, path: Path, kind: str, data: bytes = b"") -> memoryview | Diagnostic:
        """What the file's process says of it."""
        self.start()
        assert self._process is not None
        contents = bytearray()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps([kind, str(path.resolve()), len(data)]).encode() + b"\n" + data)
            self._process.stdin.flush()
            while part := self._part():
                contents += part
            status, said = int(self._part()), self._part()
        except (BrokenPipeError, EOFError):
            self.__exit__()
            status, said = 1, b""
        if status == LATE:
            return Diagnostic("E0543", f"{path} took longer than {PATIENCE} seconds to open", None)
        if status:
            return Diagnostic("E0540", f"{path} is no {_NAMES[kind]} that can be read: {_reason(status, said)}", None)
        return memoryview(contents)

    def _part(self) -> bytes:
        """The next part that it writes. Raises `EOFError` where it is gone."""
        assert self._process is not None and self._process.stdout is not None
        size = self._process.stdout.read(8)
        part = self._process.stdout.read(int.from_bytes(size, "big"))
        if len(size) < 8 or len(part) < int.from_bytes(size, "big"):
            raise EOFError
        return part


def read_foreign(door: Door, path: Path, kind: str) -> list[Sheet] | Diagnostic:
    """The tables of a Parquet or DuckDB file. Raises `ImportError` where pyarrow or duckdb is missing."""
    door.start()
    import pyarrow as pa

    if kind == "duckdb" and find_spec("duckdb") is None:
        raise ModuleNotFoundError("duckdb is missing", name="duckdb")
    said = door.opened(path, kind)
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


def read_workbook(door: Door, path: Path, data: bytes) -> list[Sheet] | Diagnostic:
    """The worksheets of a workbook that have a header. Raises `ImportError` where openpyxl is missing."""
    if find_spec("openpyxl") is None:
        raise ModuleNotFoundError("openpyxl is missing", name="openpyxl")
    if (problem := wrong_workbook(str(path), data)) is not None:
        return problem
    said = door.opened(path, "workbook", data)
    if isinstance(said, Diagnostic):
        return said
    try:
        return workbook_sheets(path, ((bytes(title), rows) for title, rows in _framed(said)))
    except ValueError as error:
        return Diagnostic("E0540", f"{path} is no workbook that can be read: {_first(str(error))}", None)


_NAMES = {"parquet": "Parquet file", "duckdb": "DuckDB file", "workbook": "workbook"}


def _environment() -> dict[str, str]:
    """What the process needs to find the code; nothing else of this one's environment."""
    root = str(Path(__file__).parent.parent)
    return {"PYTHONPATH": ":".join(dict.fromkeys([root, *(each for each in sys.path if each)])), "HOME": "/nonexistent"}


def _framed(view: memoryview) -> Iterator[tuple[memoryview, memoryview]]:
    """The names and contents that the process wrote, each after its length."""
    at = 0
    parts: list[memoryview] = []
    while at < len(view):
        size = int.from_bytes(view[at : at + 8], "big")
        parts.append(view[at + 8 : at + 8 + size])
        at += 8 + size
    yield from zip(parts[::2], parts[1::2], strict=True)


def _tables(data: memoryview, pa: Any) -> Any:
    for name, stream in _framed(data):
        table = pa.ipc.open_stream(pa.py_buffer(stream)).read_all()
        table.validate(full=True)
        yield bytes(name).decode("utf-8", "replace"), table


def _reason(status: int, said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    if status < 0 or not lines:
        return f"the reader was stopped (signal {-status})" if status < 0 else "the reader failed"
    return _first(lines[-1])


def _first(text: str) -> str:
    return " ".join(text.split())[:200]
