"""Reads Parquet, DuckDB and XLSX files in a process of its own, with limits, and writes what is in them.

None of the libraries promises safety on crafted files. So a foreign file is opened here, where memory and time are
bounded, no file can be written and DuckDB may open nothing but the file; what crashes is this process, and the door
says so.
`policy.ledger_foreign` starts it.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO

MEMORY = 4 * 1024**3
SECONDS = 120
THREADS = 2


def main(kind: str, path: str, out: BinaryIO) -> None:
    """Write the tables of a file: for each its name and an Arrow stream, or its rows as JSON, each after its length."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, table in _READERS[kind](path):
        for part in (name.encode(), table):
            out.write(len(part).to_bytes(8, "big"))
            out.write(part)


def _parquet(path: str) -> Any:
    import pyarrow.parquet as pq

    yield "", _stream(pq.read_table(path, memory_map=False, use_threads=True))


def _duckdb(path: str) -> Any:
    import duckdb

    connection = duckdb.connect(path, read_only=True, config={"threads": THREADS, "memory_limit": "2GB"})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    names = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' ORDER BY 1, 2"
    ).fetchall()
    for schema, name in names:
        where = f"{_quoted(schema)}.{_quoted(name)}"
        shown = name if schema == "main" else f"{schema}.{name}"
        table = connection.execute(f"SELECT * FROM {where} ORDER BY rowid").to_arrow_table()  # noqa: S608 - quoted
        yield shown, _stream(table)


def _quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _stream(table: Any) -> memoryview:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def _workbook(path: str) -> Any:
    """The worksheets of the workbook that stands in the input, so that it is the one whose hash is known."""
    import openpyxl

    data = BytesIO(sys.stdin.buffer.read())
    book = openpyxl.load_workbook(data, read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # or every row would be as wide as the widest
        rows = [[_said(cell) for cell in row] for row in sheet.iter_rows()]
        yield sheet.title, json.dumps(rows).encode()


def _said(cell: Any) -> Any:
    """A cell as plain data: a text, nothing, or its kind with how it is written."""
    value = cell.value
    kind = {"f": "formula", "e": "error"}.get(getattr(cell, "data_type", ""))
    if value is None or (isinstance(value, str) and not (value and kind)):
        return value
    if kind is not None and isinstance(value, str):
        return [kind, value]
    written = value.isoformat() if isinstance(value, date) else repr(value)
    return [type(value).__name__, written]


_READERS = {"parquet": _parquet, "duckdb": _duckdb, "workbook": _workbook}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.stdout.buffer)
