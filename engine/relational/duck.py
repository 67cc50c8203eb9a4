"""Running a worked-out goal in DuckDB: one process, nothing outside the tables it is given.

The connection is locked before the first query: no files, no network, no extensions, no change of settings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from attrs import define, field

from engine.relational import algebra
from engine.relational.algebra import Column, Literal
from engine.relational.goal import Worked
from engine.relational.printing import Printer
from engine.relational.scope import Loop
from engine.relational.tables import STATUS, Ledger, Table
from engine.values import LimitReached

if TYPE_CHECKING:
    import duckdb
    import pyarrow

MOST_ROUNDS = 10_000
"""So many rounds of a relation that rests on itself."""


@define(eq=False)
class Database:
    """A locked DuckDB connection with a ledger's tables."""

    connection: duckdb.DuckDBPyConnection
    printer: Printer = field(factory=lambda: Printer("duckdb"))
    deadline: float | None = None

    def run(self, query: str) -> list[tuple[Any, ...]]:
        """Run a statement: its rows. Raises `LimitReached` past the deadline."""
        with self._limited():
            return self.connection.execute(query).fetchall()

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Stop what runs at the deadline."""
        import duckdb

        late = LimitReached("the time allowed for the ledger has passed")
        left = None if self.deadline is None else self.deadline - monotonic()
        if left is None:
            yield
            return
        if left <= 0:
            raise late
        timer = threading.Timer(left, self.connection.interrupt)
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise late from None
        finally:
            timer.cancel()

    def make(self, worked: Worked) -> None:
        """Make the tables of all steps."""
        for name, step in worked.steps:
            if isinstance(step, Loop):
                self._loop(step)
            else:
                self.run(self.printer.making(name, step))

    def rows(self, relation: algebra.Relation) -> pyarrow.Table:
        """A relation's rows."""
        with self._limited():
            return self.connection.sql(self.printer.query(relation)).to_arrow_table()

    # -------------------------------------------------------------- rounds

    def _loop(self, loop: Loop) -> None:
        """All that is asked of a relation that rests on itself, then its truths, round by round."""
        columns = tuple((key, key) for key in loop.keys)
        own = algebra.Scan(loop.table, columns)
        nothing = ((STATUS, Literal(False, True)),)
        self.run(self.printer.making(loop.table, algebra.Extend(loop.start, nothing)))
        for name, step in loop.inner:
            self.run(self.printer.making(name, step, view=True))
        for _ in range(MOST_ROUNDS):
            asked = algebra.Union((own, *loop.further), loop.keys)
            if not self._replace(loop.table, algebra.Extend(algebra.Group(asked, loop.keys, ()), nothing)):
                break
        for _ in range(MOST_ROUNDS):
            if not self._replace(loop.table, loop.round, counted=True):
                return
        raise LimitReached("a relation that rests on itself did not settle")

    def _replace(self, table: str, relation: algebra.Relation, counted: bool = False) -> bool:
        """Put a relation's rows in a table's place: whether that changed how many there are (how they stand)."""
        before = self._state(table, counted)
        following = f"{table} next"
        self.run(self.printer.making(following, relation))
        quoted = self.printer.quoted
        self.run(f"DROP TABLE {quoted(table)}")
        self.run(f"ALTER TABLE {quoted(following)} RENAME TO {quoted(table)}")
        return bool(self._state(table, counted) != before)

    def _state(self, table: str, counted: bool) -> Any:
        scan = algebra.Scan(table, ((STATUS, STATUS),))
        ones = (("one", algebra.number(1)),)
        keys = (STATUS,) if counted else ()
        fold = algebra.Folded("n", "sum", Column("one"))
        grouped = algebra.Group(algebra.Extend(scan, ones), keys, (fold,))
        return sorted(self.run(self.printer.query(grouped)), key=repr)


def opened(
    ledger: Ledger, memory: str = "2GB", threads: int | None = None, deadline: float | None = None, spill: str = ""
) -> Database:
    """A locked database with a ledger's tables; ``spill`` names a folder for what outgrows the memory ("": none)."""
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
    database = Database(connection, deadline=deadline)
    for table in ledger.tables.values():
        load(connection, table)
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return database


def load(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Put a table in."""
    connection.register(table.name, arrow_of(table))


def arrow_of(table: Table) -> pyarrow.Table:
    """A table's arrays as Arrow's."""
    import pyarrow

    truths = {STATUS, *(facts.exists for facts in table.columns)}
    arrays = {}
    for name, values in table.arrays.items():
        if isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)):
            arrays[name] = values
        else:
            arrays[name] = pyarrow.array(values, pyarrow.bool_() if name in truths else pyarrow.int64())
    if not arrays:
        arrays["nothing"] = pyarrow.array([True] * table.count, pyarrow.bool_())
    return pyarrow.table(arrays)
