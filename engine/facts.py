"""The fact base: what is stated, by columns, with where each row is recorded.

A relation's facts are a `Table`: a list for each column (of a ledger's, what `engine.columns` packs), and a fact is a
row number. An overlay adds or replaces rows without touching what lies under it; nothing hypothetical leaks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, repeat
from typing import Any

from attrs import define, evolve, field, frozen

from engine.columns import Cells, Packed, copied_index
from engine.model import Relation
from engine.unknowns import NONE, UNKNOWN

DateSpan = tuple[date, date | None]
"""The first and last day of an interval; no last day: it continues."""


class BadFact(Exception):
    """A fact contradicts another, which is recorded at ``other`` if it is known where, or does not fit its relation.

    ``about`` is the relation with the keys of which ``said`` is said, where it is said of such.
    """

    def __init__(
        self,
        said: str,
        other: Hashable = None,
        about: tuple[str, tuple[Any, ...]] | None = None,
        value: tuple[str, Any] | None = None,
    ) -> None:
        super().__init__(said if about is None else f"{about[0]} {said}")
        self.said = said
        self.other = other
        self.about = about
        self.value = value
        """The column of which the other fact gives a value, and that value."""


@define(eq=False)
class Table:
    """The facts of one relation in one layer.

    ``columns`` hold the cells by the relation's columns (`NONE`: there is none; `UNKNOWN`: not known
    which). ``status`` is True, False or None (not known whether) for a statement's row, ``spans`` its
    interval where the relation is a span. ``cell_sources`` say by row and column where a cell is recorded that is not
    recorded where its row is.
    """

    relation: Relation
    columns: list[list[Any] | Cells] = field(init=False)
    status: list[bool | None] = field(factory=list)
    spans: list[tuple[date, date | None] | None] = field(factory=list)
    sources: list[Hashable] | Cells = field(factory=list)
    cell_sources: dict[tuple[int, int], Hashable] = field(factory=dict)
    _by_key: dict[tuple[Any, ...], list[int]] | None = field(factory=dict)
    """None: not made yet."""
    _indexes: dict[int, dict[Any, list[int]]] = field(factory=dict)
    puts: int = 0
    """How often a row was given another cell after it was recorded."""

    def __attrs_post_init__(self) -> None:
        self.columns = [[] for _ in self.relation.columns]

    def __len__(self) -> int:
        return len(self.status)

    def add(
        self,
        cells: tuple[Any, ...],
        status: bool | None = True,
        span: tuple[date, date | None] | None = None,
        source: Hashable = None,
    ) -> int:
        """Record a row; its number."""
        number = len(self.status)
        for column, cell in zip(self.columns, cells, strict=True):
            column.append(cell)
        self.status.append(status)
        self.spans.append(span)
        self.sources.append(source)
        if self._by_key is not None:
            self._by_key.setdefault(cells[: self.relation.keys], []).append(number)
        for place, index in self._indexes.items():
            index.setdefault(cells[place], []).append(number)
        return number

    def extend(
        self,
        columns: Sequence[Sequence[Any]],
        sources: Sequence[Hashable],
        spans: Iterable[DateSpan] | None = None,
    ) -> None:
        """Record many true rows at once, by columns of one length, which it keeps; keys are new (but for spans)."""
        count = len(sources)
        self.columns = [_extended(known, added) for known, added in zip(self.columns, columns, strict=True)]
        self.sources = _extended(self.sources, sources)
        self.status.extend(repeat(True, count))
        self.spans.extend(repeat(None, count) if spans is None else spans)
        self._by_key = None
        self._indexes.clear()

    def rows_of(self, keys: tuple[Any, ...]) -> list[int]:
        """The rows with these keys (one, but for spans)."""
        if self._by_key is None:
            if self.relation.keys == 1 and isinstance(self.columns[0], Cells):
                return self.columns[0].rows(keys[0])
            self._by_key = {}
            for number, each in enumerate(self._keys()):
                self._by_key.setdefault(each, []).append(number)
        return self._by_key.get(keys, _NO_ROWS)

    def _keys(self) -> Iterator[tuple[Any, ...]]:
        """The keys of each row."""
        columns = self.columns[: self.relation.keys]
        return zip(*columns, strict=True) if columns else repeat((), len(self))

    def spans_of(self, keys: tuple[Any, ...]) -> list[DateSpan]:
        """The intervals stated for these keys."""
        return [span for number in self.rows_of(keys) if (span := self.spans[number]) is not None]

    def rows_where(self, place: int, cell: Any) -> list[int]:
        """The rows with this cell in a column; the index is made when it is first needed."""
        column = self.columns[place]
        if isinstance(column, Cells):
            return column.rows(cell)
        index = self._indexes.get(place)
        if index is None:
            index = {}
            for number, value in enumerate(column):
                index.setdefault(value, []).append(number)
            self._indexes[place] = index
        return index.get(cell, _NO_ROWS)

    def count_where(self, place: int, cell: Any) -> int:
        """How many rows have this cell in a column."""
        column = self.columns[place]
        return column.count(cell) if isinstance(column, Cells) else len(self.rows_where(place, cell))

    def are_about(self, rows: Iterable[int], things: frozenset[str]) -> bool:
        """Whether each of some rows has one of these among its keys."""
        keys = self.columns[: self.relation.keys]
        return all(any(type(key := column[row]) is str and key in things for column in keys) for row in rows)

    def cells(self, number: int) -> tuple[Any, ...]:
        return tuple(column[number] for column in self.columns)

    def source_of(self, number: int, column: int) -> Hashable:
        """Where a cell is recorded."""
        if self.cell_sources and (number, column) in self.cell_sources:
            return self.cell_sources[number, column]
        return self.sources[number]

    def copied(self) -> Table:
        """A table with the same rows, to which others may be added; what does not change is shared."""
        indexes = {place: copied_index(index) or {} for place, index in self._indexes.items()}
        sources = self.sources.copied() if isinstance(self.sources, Cells) else [*self.sources]
        by_key, cell_sources = copied_index(self._by_key), {**self.cell_sources}
        result = Table(self.relation, [*self.status], [*self.spans], sources, cell_sources, by_key, indexes, self.puts)
        result.columns = [column.copied() if isinstance(column, Cells) else [*column] for column in self.columns]
        return result

    def copy(self, table: Table, number: int) -> None:
        """Take over a row of another layer, with where its cells are recorded."""
        new = self.add(table.cells(number), table.status[number], table.spans[number], table.sources[number])
        for place in range(len(self.columns)):
            source = table.cell_sources.get((number, place))
            if source is not None:
                self.cell_sources[new, place] = source

    def put(self, number: int, column: int, cell: Any, source: Hashable) -> None:
        """Give a row another cell, which is recorded elsewhere than the row."""
        self.columns[column][number] = cell
        self.puts += 1
        self.cell_sources[number, column] = source
        self._indexes.pop(column, None)


_NO_ROWS: list[int] = []


@define(unsafe_hash=True)
class Row:
    """A fact: its table's relation, and its row number; of a cell, which column. It is never changed."""

    relation: str
    number: int
    _table: Table = field(eq=False, repr=False)
    _column: int = field(default=0, eq=False)

    @property
    def source(self) -> Hashable:
        """Its place of record."""
        return self._table.source_of(self.number, self._column)


def _extended(known: list[Any] | Cells, added: Sequence[Any]) -> list[Any] | Cells:
    """A column with more cells: packed as soon as some are."""
    if isinstance(added, list) and isinstance(known, list):
        known.extend(added)
        return known
    column = known if isinstance(known, Cells) else Cells()
    if isinstance(known, list) and known:
        column.extend(known)
    column.extend(added)
    return column


@define(eq=False)
class Chain:
    """Records in the order of their acts, each after the one before it."""

    names: Packed

    def rank(self, name: str) -> int | None:
        """The place of a record."""
        found = self.names.rows(name)
        return found[0] if found else None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each record, and the one after it."""
        return pairwise(self.names)


@frozen
class _Following:
    """Which records are said to follow a record at once, by pairs and by a chain."""

    pairs: Mapping[str, set[str]]
    chain: Chain

    def get(self, name: str, default: Iterable[str]) -> Iterable[str]:
        rank = self.chain.rank(name)
        following = () if rank is None or rank + 1 == len(self.chain.names) else (self.chain.names.at(rank + 1),)
        return (*self.pairs.get(name, default), *following)


def _meet(one: DateSpan, other: DateSpan) -> bool:
    """Whether two intervals share a day."""
    return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])


@define(eq=False)
class FactBase:
    """Facts in layers: the recorded ones at the bottom, hypotheses above.

    ``complete_to`` is the last day for which the record is complete (None: complete). ``complete`` relations
    are complete whatever it says, and closed even where silence would mean unknown. Of ``incomplete`` relations rows
    of any day may be missing: silence says nothing. ``order`` holds recorded pairs (relation, earlier, later),
    ``chains`` a recorded order of many records, the same in all layers.
    ``supposed`` are the ids of hypothetical records. ``since`` is the base of which this has all facts and more: what
    was recorded later, about the new records ``added`` and others.
    """

    relations: Mapping[str, Relation]
    under: FactBase | None = None
    complete_to: date | None = None
    complete: frozenset[str] = frozenset()
    incomplete: frozenset[str] = frozenset()
    supposed: frozenset[str] = frozenset()
    tables: dict[str, Table] = field(factory=dict)
    order: dict[str, dict[str, set[str]]] = field(factory=dict)
    chains: dict[str, Chain] = field(factory=dict)
    since: FactBase | None = None
    added: frozenset[str] = frozenset()
    _shared: Mapping[str, Table] = field(factory=dict)

    def more(self) -> FactBase:
        """A base with the same facts, to which others may be added; tables are shared until they are."""
        since = self if self.since is None else self.since
        return evolve(self, tables={**self.tables}, chains={**self.chains}, since=since, shared=self.tables)

    @property
    def beneath(self) -> FactBase | None:
        """The base to which this adds: hypotheses, or what was recorded later."""
        return self.since if self.under is None else self.under

    def further(self, relation: str) -> tuple[Table, range, bool] | None:
        """The rows that this has of a relation and the base beneath it has not, and whether others changed."""
        table = self.tables.get(relation)
        before = None if self.since is None else self.since.tables.get(relation)
        if table is None or table is before:
            return None
        if before is None:
            return table, range(len(table)), False
        return table, range(len(before), len(table)), table.puts != before.puts

    def strangers(self, base: FactBase) -> frozenset[str]:
        """The records that this has and a base beneath it has not."""
        return (self.supposed | self.added) - base.supposed - base.added

    def overlay(self) -> FactBase:
        """A new layer over this base, for hypotheses."""
        return FactBase(
            self.relations,
            self,
            self.complete_to,
            self.complete,
            self.incomplete,
            self.supposed,
            {},
            self.order,
            self.chains,
            None,
            self.added,
        )

    def is_over(self, base: FactBase) -> bool:
        """Whether this is a base itself, or adds to it."""
        layer: FactBase | None = self
        while layer is not None and layer is not base:
            layer = layer.beneath
        return layer is not None

    def table(self, relation: str) -> Table:
        """The table of a relation in this layer, made if need be."""
        table = self.tables.get(relation)
        if table is None:
            table = self.tables[relation] = Table(self.relations[relation])
        elif table is self._shared.get(relation):
            table = self.tables[relation] = table.copied()
        return table

    def layers(self, relation: str) -> list[Table]:
        """The tables of a relation, the uppermost first."""
        result = []
        base: FactBase | None = self
        while base is not None:
            table = base.tables.get(relation)
            if table is not None:
                result.append(table)
            base = base.under
        return result

    def miss(self, relation: str) -> None:
        """Some row of a relation is not in the base: whatever else was said, its record is not complete."""
        self.incomplete = self.incomplete | {relation}
        self.complete = self.complete - {relation}

    # ------------------------------------------------------------ stating

    def state(self, relation: str, keys: tuple[Any, ...], status: bool | None = True, source: Hashable = None) -> None:
        """A statement is so (True), is not so (False), or it is not known whether (None)."""
        table = self.table(relation)
        for number in table.rows_of(keys):
            if table.status[number] is not status:
                raise BadFact("is stated both ways", table.sources[number], (relation, keys))
            return
        table.add(keys, status, None, source)

    def give(self, relation: str, keys: tuple[Any, ...], value: Any, source: Hashable = None) -> None:
        """A value relation has this value (`NONE`, `UNKNOWN`) for these keys."""
        table = self.table(relation)
        for number in table.rows_of(keys):
            other = table.columns[-1][number]
            if other != value:
                column = table.relation.columns[-1].name
                raise BadFact("is given two values", table.sources[number], (relation, keys), (column, other))
            return
        table.add((*keys, value), True, None, source)

    def record(self, relation: str, id: str, cells: Mapping[str, Any], source: Hashable = None) -> None:
        """A record with its attributes; one not named is `NONE` if optional, else `UNKNOWN`."""
        kind = self.relations[relation]
        table = self.table(relation)
        if table.rows_of((id,)):
            raise BadFact(f"{id} is recorded twice", table.sources[table.rows_of((id,))[0]])
        rest = tuple(cells.get(column.name, NONE if column.optional else UNKNOWN) for column in kind.columns[1:])
        table.add((id, *rest), True, None, source)

    def during(
        self,
        relation: str,
        keys: tuple[Any, ...],
        first: date,
        last: date | None,
        status: bool | None = True,
        source: Hashable = None,
    ) -> None:
        """A span statement holds (is not known to hold) from the first day to the last; None: it continues."""
        if last is not None and last < first:
            raise BadFact("ends before it starts", None, (relation, keys))
        table = self.table(relation)
        for number in table.rows_of(keys):
            span = table.spans[number]
            if span is not None and table.status[number] is not status and _meet(span, (first, last)):
                raise BadFact("is stated in two ways for one day", table.sources[number], (relation, keys))
        table.add(keys, status, (first, last), source)

    def put_before(self, relation: str, earlier: str, later: str) -> None:
        """One record was made before another of its day."""
        if self.beneath is not None and self.order is self.beneath.order:
            self.order = {name: {a: set(b) for a, b in pairs.items()} for name, pairs in self.order.items()}
        self.order.setdefault(relation, {}).setdefault(earlier, set()).add(later)
        if self.recorded_before(relation, later, earlier):
            raise BadFact(f"{earlier} and {later} are recorded each before the other")

    # ------------------------------------------------------------- reading

    def recorded_before(self, relation: str, earlier: str, later: str) -> bool:
        """Whether the recorded order, followed through, puts one record before the other."""
        pairs = self._following(relation)
        seen: set[str] = set()
        pending = [earlier]
        while pending:
            for following in pairs.get(pending.pop(), ()):
                if following == later:
                    return True
                if following not in seen:
                    seen.add(following)
                    pending.append(following)
        return False

    def _following(self, relation: str) -> Mapping[str, set[str]] | _Following:
        pairs = self.order.get(relation, {})
        chain = self.chains.get(relation)
        return pairs if chain is None else _Following(pairs, chain)

    def pairs(self) -> Iterator[tuple[str, str, str]]:
        """All that is recorded of the order of records: of a relation, one and another that came after it."""
        for relation, pairs in self.order.items():
            yield from ((relation, earlier, later) for earlier, laters in pairs.items() for later in sorted(laters))
        for relation, chain in self.chains.items():
            yield from ((relation, earlier, later) for earlier, later in chain.pairs())

    def recorded_order(self, relation: str, one: str, other: str) -> bool | None:
        """Whether the recorded order puts one record before the other (True) or after it; None: it does not say.

        Both ways are followed at once, so that records close to each other are found soon however long the order is.
        """
        chain = self.chains.get(relation)
        if chain is not None and relation not in self.order:
            places = chain.rank(one), chain.rank(other)
            return None if places[0] is None or places[1] is None or places[0] == places[1] else places[0] < places[1]
        pairs = self._following(relation)
        ways = [(True, [one], {one}, other), (False, [other], {other}, one)]
        while ways:
            for way in list(ways):
                before, pending, seen, sought = way
                if not pending:
                    ways.remove(way)
                    continue
                for following in pairs.get(pending.pop(), ()):
                    if following == sought:
                        return before
                    if following not in seen:
                        seen.add(following)
                        pending.append(following)
        return None

    def find(self, relation: str, keys: tuple[Any, ...]) -> tuple[Table, int] | None:
        """The uppermost row with these keys."""
        base: FactBase | None = self
        while base is not None:
            table = base.tables.get(relation)
            if table is not None:
                rows = table.rows_of(keys)
                if rows:
                    return table, rows[-1]
            base = base.under
        return None

    def rows(self, relation: str, place: int | None = None, cell: Any = None) -> Iterator[tuple[Table, int]]:
        """All rows (with a cell in a column), recorded ones first, each key once: the uppermost."""
        layers = self.layers(relation)
        for depth in range(len(layers) - 1, -1, -1):
            table = layers[depth]
            numbers = range(len(table)) if place is None else table.rows_where(place, cell)
            for number in numbers:
                if depth and not table.relation.span:
                    keys = tuple(column[number] for column in table.columns[: table.relation.keys])
                    if any(upper.rows_of(keys) for upper in layers[:depth]):
                        continue
                yield table, number
