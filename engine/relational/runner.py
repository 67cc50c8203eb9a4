"""What runs a worked-out goal: tables made one after the other, and rounds of a relation that rests on itself.

An engine says how it makes a table of a relation, puts another in its place, and gives a relation's rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.relational import algebra
from engine.relational.algebra import Column, Literal, tables_of
from engine.relational.goal import Worked
from engine.relational.scope import Loop, Step
from engine.relational.tables import STATUS, Table
from engine.values import LimitReached

if TYPE_CHECKING:
    import pyarrow

MOST_ROUNDS = 10_000
"""So many rounds of a relation that rests on itself."""


class Failed(Exception):
    """An engine did not do its work, and what it says of that."""


class Runner(ABC):
    """An engine with a ledger's tables.

    All that it does raises `LimitReached` past its deadline, and `Failed` where it errs.
    """

    @abstractmethod
    def put(self, name: str, relation: algebra.Relation, readers: int) -> None:
        """Make a table of a relation, which so many others read."""

    @abstractmethod
    def put_open(self, name: str, relation: algebra.Relation) -> None:
        """Make a view of a relation: it follows what it reads."""

    @abstractmethod
    def replace(self, name: str, relation: algebra.Relation) -> None:
        """Put a relation's rows in the place of a table's, which it may read."""

    @abstractmethod
    def rows(self, relation: algebra.Relation) -> pyarrow.Table:
        """A relation's rows."""

    @abstractmethod
    def close(self) -> None:
        """Let go of all tables."""

    def make(self, worked: Worked) -> None:
        """Make the tables of all steps."""
        readers = Counter(name for relation in _reading(worked) for name in tables_of(relation))
        for name, step in worked.steps:
            if isinstance(step, Loop):
                self._loop(step)
            else:
                self.put(name, step, readers[name])

    # -------------------------------------------------------------- rounds

    def _loop(self, loop: Loop) -> None:
        """All that is asked of a relation that rests on itself, then its truths, round by round."""
        own = algebra.Scan(loop.table, tuple((key, key) for key in loop.keys))
        nothing = ((STATUS, Literal(False, True)),)
        self.put(loop.table, algebra.Extend(loop.start, nothing), MOST_ROUNDS)
        for name, step in loop.inner:
            self.put_open(name, step)
        for _ in range(MOST_ROUNDS):
            asked = algebra.Union((own, *loop.further), loop.keys)
            if not self._changed(loop.table, algebra.Extend(algebra.Group(asked, loop.keys, ()), nothing)):
                break
        for _ in range(MOST_ROUNDS):
            if not self._changed(loop.table, loop.round, counted=True):
                return
        raise LimitReached("a relation that rests on itself did not settle")

    def _changed(self, table: str, relation: algebra.Relation, counted: bool = False) -> bool:
        """Put a relation's rows in a table's place: whether that changed how many there are (how they stand)."""
        before = self._state(table, counted)
        self.replace(table, relation)
        return bool(self._state(table, counted) != before)

    def _state(self, table: str, counted: bool) -> Any:
        scan = algebra.Scan(table, ((STATUS, STATUS),))
        ones = (("one", algebra.number(1)),)
        keys = (STATUS,) if counted else ()
        fold = algebra.Folded("n", "sum", Column("one"))
        grouped = algebra.Group(algebra.Extend(scan, ones), keys, (fold,))
        return sorted(self.rows(grouped).to_pylist(), key=repr)


def _reading(worked: Worked) -> Iterator[algebra.Relation]:
    """All relations that read tables."""
    for _, step in worked.steps:
        yield from relations_of(step)
    yield worked.rows
    if worked.told is not None:
        yield worked.told
    for total in worked.totals:
        yield total.rows


def relations_of(step: Step) -> tuple[algebra.Relation, ...]:
    """The relations of a step. What a loop reads, it reads in every round: it stands here twice."""
    if isinstance(step, Loop):
        parts = (step.start, *step.further, step.round, *(each for _, each in step.inner))
        return (*parts, *parts)
    return (step,)


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
