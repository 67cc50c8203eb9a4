"""Running a worked-out goal in Spark: the steps that DuckDB runs, on as many machines as the session has.

A ledger's tables are in a session of their own beside the given one: nobody else sees them, and nobody else's settings
hold. What outgrows its type is an error (ANSI mode), never another number. A table that several steps read is kept once
it is worked out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import define, field

from engine.relational import algebra
from engine.relational.algebra import tables_of
from engine.relational.printing import Printer
from engine.relational.runner import Failed, Runner, arrow_of
from engine.relational.tables import Ledger, Table
from engine.values import LimitReached

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
}
"""What the answers rest on, whatever the session's own settings are."""


@define(eq=False)
class Spark(Runner):
    """A session with a ledger's tables, each put there when it is first read."""

    session: SparkSession
    tables: dict[str, Table]
    printer: Printer = field(factory=lambda: Printer("spark"))
    deadline: float | None = None
    _open: dict[str, algebra.Relation] = field(factory=dict)

    def put(self, name: str, relation: algebra.Relation, readers: int) -> None:
        with self._limited():
            frame = self.frame(relation)
            if readers > 1:  # what is kept is planned once: a cache would be planned anew with everything that reads it
                frame = frame.localCheckpoint(eager=False)
            frame.createOrReplaceTempView(name)

    def put_open(self, name: str, relation: algebra.Relation) -> None:
        self._open[name] = relation
        with self._limited():
            self.frame(relation).createOrReplaceTempView(name)

    def replace(self, name: str, relation: algebra.Relation) -> None:
        with self._limited():
            self.frame(relation).localCheckpoint().createOrReplaceTempView(name)
        for reader, reading in self._open.items():  # a view is of what stood there when it was made
            self.put_open(reader, reading)

    def rows(self, relation: algebra.Relation) -> pyarrow.Table:
        with self._limited():
            return self.frame(relation).toArrow()

    def close(self) -> None:
        """What was kept goes with the session, when nobody holds it any longer."""

    def frame(self, relation: algebra.Relation) -> DataFrame:
        """A relation, not worked out yet."""
        for table in [self.tables.pop(name) for name in tables_of(relation) if name in self.tables]:
            self.session.createDataFrame(arrow_of(table)).createOrReplaceTempView(table.name)
        views, query = self.printer.pieces(relation)
        for name, view in views:
            self.session.sql(view).createOrReplaceTempView(name)
        return self.session.sql(query)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Stop what runs at the deadline."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        late = LimitReached("the time allowed for the ledger has passed")
        left = None if self.deadline is None else self.deadline - monotonic()
        if left is not None and left <= 0:
            raise late
        context = self.session.sparkContext
        jobs = uuid4().hex
        timer = threading.Timer(left or 0, context.cancelJobsWithTag, (jobs,))
        context.addJobTag(jobs)
        if left is not None:
            timer.start()
        try:
            yield
        except (PySparkException, Py4JError) as error:
            if self.deadline is not None and monotonic() >= self.deadline:
                raise late from None
            raise Failed(str(error)) from error
        finally:
            timer.cancel()
            context.removeJobTag(jobs)


def opened(ledger: Ledger, session: SparkSession, deadline: float | None = None) -> Spark:
    """A ledger's tables in a session beside the given one, in its context."""
    own = session.newSession()
    for name, value in SETTINGS.items():
        own.conf.set(name, value)
    return Spark(own, {table.name: table for table in ledger.tables.values()}, deadline=deadline)
