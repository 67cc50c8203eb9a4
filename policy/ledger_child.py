"""Reads Parquet, DuckDB and XLSX files in processes of their own, with limits, and writes what is in them.

None of the libraries promises safety on crafted files. So a foreign file is opened here, where memory and time are
bounded, no file can be written and DuckDB may open nothing but the file; what crashes is the file's process, and the
door says so.
`policy.ledger_foreign` starts this once for all files. It loads the libraries, opens no file itself, and forks for each
file: a file costs no start, and what it does to its process harms no other.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from importlib import import_module
from io import BytesIO
from time import monotonic, sleep
from typing import Any, BinaryIO, NoReturn

MEMORY = 4 * 1024**3
SECONDS = 120
PATIENCE = 180
"""Seconds after which the process of a file is stopped, however little it works."""
LATE = 256
"""The status that is told of a process that was stopped for that; none ends with it."""
THREADS = 2
_TEXT = 4
"""So many bytes at least a Parquet file takes for a text by itself: those of its length."""
PART = 1024**2
_MOST_SAID = 64 * 1024
_SOON = 1 / 1000


def main(asked: BinaryIO, out: BinaryIO) -> None:
    """Write what is in each file that is asked for: by a line with its kind, its path and how many bytes of it follow.

    What the file's process writes comes in parts, each after its length; then nothing, the process's status, and what
    it said of an error.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in iter(asked.readline, b""):
        kind, path, size = json.loads(line)
        data = asked.read(size)
        with suppress(ImportError):  # the file's process says so
            import_module(_LIBRARIES[kind])
        status, said = _forked(kind, path, data, out)
        out.write(b"".join((framed(b""), framed(str(status).encode()), framed(said))))
        out.flush()


def framed(part: bytes | memoryview) -> bytes:
    """A part after its length."""
    return b"".join((len(part).to_bytes(8, "big"), part))


def _forked(kind: str, path: str, data: bytes, out: BinaryIO) -> tuple[int, bytes]:
    """Pass on what the process of a file writes: how it ended, and what it said of an error."""
    deadline = monotonic() + PATIENCE
    contents, errors = os.pipe(), os.pipe()
    with suppress(OSError, AttributeError):  # a pipe that holds a whole part, where the system makes such
        fcntl.fcntl(contents[1], fcntl.F_SETPIPE_SZ, PART)
    process = os.fork()
    if process == 0:
        _open(kind, path, data, contents, errors)
    os.close(contents[1])
    os.close(errors[1])
    try:
        in_time = all(_passed_on(contents[0], out, deadline))
        status = _ended(process, deadline if in_time else 0)
        return status, os.read(errors[0], _MOST_SAID)
    finally:
        os.close(contents[0])
        os.close(errors[0])


def _passed_on(source: int, out: BinaryIO, deadline: float) -> Iterator[bool]:
    """Pass parts on to the last: whether each came in time."""
    while True:
        ready, _, _ = select.select([source], [], [], max(0, deadline - monotonic()))
        if not ready:
            yield False
            return
        part = os.read(source, PART)
        if not part:
            return
        out.write(len(part).to_bytes(8, "big"))
        out.write(part)
        yield True


def _ended(process: int, deadline: float) -> int:
    """How a process ended; one that does not is stopped."""
    while True:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return LATE
        sleep(_SOON)


def _open(kind: str, path: str, data: bytes, contents: tuple[int, int], errors: tuple[int, int]) -> NoReturn:
    """In the process of a file: write its tables, for each its name and its contents, each after its length."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(errors[1], 2)
    os.dup2(contents[1], 1)
    os.set_blocking(2, False)  # who says much of an error need not be heard out
    os.closerange(3, max(*contents, *errors) + 1)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        with os.fdopen(1, "wb", closefd=False) as out:
            for name, table in _READERS[kind](path, data):
                for part in (name.encode(), table):
                    out.write(len(part).to_bytes(8, "big"))
                    out.write(part)
    except BaseException:
        with suppress(OSError):
            traceback.print_exc()
        os._exit(1)
    os._exit(0)


Tables = Iterable[tuple[str, bytes | memoryview]]


def _parquet(path: str, data: bytes) -> Tables:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        packed = _packed(file)
    yield "", _stream(pq.ParquetFile(path, read_dictionary=packed).read().unify_dictionaries())


def _packed(file: Any) -> list[str]:
    """The columns of texts that the file keeps by numbers which point at values: no text by itself is so short."""
    import pyarrow as pa

    sizes: dict[str, tuple[int, int]] = {}
    for place in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(place)
        for column in map(group.column, range(group.num_columns)):
            size, count = sizes.get(column.path_in_schema, (0, 0))
            sizes[column.path_in_schema] = size + column.total_uncompressed_size, count + column.num_values
    texts = (field.name for field in file.schema_arrow if pa.types.is_string(field.type))
    return [name for name in texts if name in sizes and sizes[name][0] < _TEXT * sizes[name][1]]


def _duckdb(path: str, data: bytes) -> Tables:
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


def _workbook(path: str, data: bytes) -> Tables:
    """The worksheets of a workbook that was read before, so that it is the one whose hash is known."""
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
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
_LIBRARIES = {"parquet": "pyarrow.parquet", "duckdb": "duckdb", "workbook": "openpyxl"}


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
