"""Reads Parquet and DuckDB files in a process of its own, with limits, and writes what is in them as Arrow tables.

Neither library promises safety on crafted files. So a foreign file is opened here, where memory and time are bounded,
no file can be written and DuckDB may open nothing but the file; what crashes is this process, and the door says so.
`policy.ledger_foreign` starts it.
"""

from __future__ import annotations

import resource
import sys
from typing import Any, BinaryIO

MEMORY = 4 * 1024**3
SECONDS = 120
THREADS = 2


def main(kind: str, path: str, out: BinaryIO) -> None:
    """Write the tables of a file: for each its name and an Arrow stream, each after its length."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, table in (_parquet if kind == "parquet" else _duckdb)(path):
        _write(out, name, table)


def _parquet(path: str) -> Any:
    import pyarrow.parquet as pq

    yield "", pq.read_table(path, memory_map=False, use_threads=True)


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
        yield shown, connection.execute(f"SELECT * FROM {where} ORDER BY rowid").to_arrow_table()  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _write(out: BinaryIO, name: str, table: Any) -> None:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    for part in (name.encode(), sink.getvalue()):
        out.write(len(part).to_bytes(8, "big"))
        out.write(part)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.stdout.buffer)
