"""Running a worked-out goal in DuckDB: one process, nothing outside the tables it is given.

The connection is locked before the first query: no files, no network, no extensions, no change of settings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from attrs import define, field

from engine.relational import algebra
from engine.relational.printed import Printed
from engine.relational.runner import Failed, Runner, arrow_of
from engine.relational.tables import Ledger, Table
from engine.values import LimitReached

if TYPE_CHECKING:
    import duckdb
    import pyarrow


@define(eq=False)
class Database(Runner):
    """A locked DuckDB connection with a ledger's tables."""

    connection: duckdb.DuckDBPyConnection
    printer: Printed = field(factory=lambda: Printed({}))
    deadline: float | None = None

    def run(self, query: str) -> list[tuple[Any, ...]]:
        """Run a statement: its rows."""
        with self._limited():
            return self.connection.execute(query).fetchall()

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Stop what runs at the deadline."""
        import duckdb

        late = LimitReached("the time allowed for the ledger has passed")
        left = None if self.deadline is None else self.deadline - monotonic()
        timer = threading.Timer(left or 0, self.connection.interrupt)
        if left is not None and left <= 0:
            raise late
        if left is not None:
            timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise late from None
        except duckdb.Error as error:
            raise Failed(str(error)) from error
        finally:
            timer.cancel()

    def put(self, name: str, relation: algebra.Relation, readers: int = 1) -> None:
        self.run(self.printer.making(name, relation))

    def put_open(self, name: str, relation: algebra.Relation) -> None:
        self.run(self.printer.making(name, relation, view=True))

    def replace(self, name: str, relation: algebra.Relation) -> None:
        following = f"{name} next"
        self.put(following, relation)
        quoted = self.printer.quoted
        self.run(f"DROP TABLE {quoted(name)}")
        self.run(f"ALTER TABLE {quoted(following)} RENAME TO {quoted(name)}")

    def rows(self, relation: algebra.Relation) -> pyarrow.Table:
        with self._limited():
            return self.connection.sql(self.printer.query(relation)).to_arrow_table()

    def close(self) -> None:
        self.connection.close()


def opened(
    ledger: Ledger,
    memory: str = "2GB",
    threads: int | None = None,
    deadline: float | None = None,
    spill: str = "",
    statements: MutableMapping[str, str] | None = None,
) -> Database:
    """A locked database with a ledger's tables.

    ``spill`` names a folder for what outgrows the memory ("": none); ``statements`` are those printed before.
    """
    import duckdb

    settings: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": spill,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    database = Database(connection, Printed({} if statements is None else statements), deadline)
    for table in ledger.tables.values():
        load(connection, table)
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return database


def load(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Put a table in."""
    connection.register(table.name, arrow_of(table))
