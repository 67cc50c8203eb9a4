"""The facts as typed tables of whole numbers, with what is known of each column beforehand.

A day is its ordinal, a symbol its place in `Symbols`, a number its multiple of the column's grain. A cell is NULL
where it is not known which value there is, or there is none; a column of truths beside it tells the two apart
where they occur. No text of a fact is ever in a table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, partial
from math import lcm
from typing import Any

from attrs import define, evolve, field, frozen

from engine.columns import Beside, Cells, Packed, Texts, arrow_codes
from engine.facts import FactBase
from engine.model import Relation
from engine.relational.amounts import BITS_64, LAST_DAY, MOST
from engine.unknowns import NONE, UNKNOWN
from engine.values import Kind, Period

STATUS, FIRST, LAST, RANK, CHAIN = "status", "first", "last", "rank", "chain"


class BadTable(Exception):
    """Cells that no table of this kind can hold."""


@define(eq=False)
class Symbols:
    """The whole numbers that stand for symbols, in the order in which they were met: stretches from starts."""

    _starts: list[int] = field(factory=list)
    _stretches: list[list[str] | Texts] = field(factory=list)
    _places: dict[str, int] = field(factory=dict)
    """Of those in lists."""

    def __len__(self) -> int:
        return self._starts[-1] + len(self._stretches[-1]) if self._starts else 0

    def code(self, symbol: str) -> int:
        place = self._place(symbol)
        if place is None:
            place = self._places[symbol] = len(self)
            self._list().append(symbol)
        return place

    def _place(self, symbol: str) -> int | None:
        place = self._places.get(symbol)
        if place is not None:
            return place
        found = (start + each for start, texts in self._columns() for each in texts.places(symbol))
        return next(found, None)

    def _columns(self) -> Iterator[tuple[int, Texts]]:
        for start, stretch in zip(self._starts, self._stretches, strict=True):
            if isinstance(stretch, Texts):
                yield start, stretch

    def _list(self) -> list[str]:
        """The last stretch as a list, begun if need be."""
        if not self._stretches or isinstance(self._stretches[-1], Texts):
            self._starts.append(len(self))
            self._stretches.append([])
        last = self._stretches[-1]
        assert isinstance(last, list)
        return last

    def codes(self, symbols: Sequence[str]) -> Any:
        """The codes of many symbols."""
        for start, texts in self._columns():
            if texts is symbols:
                return range(start, start + len(texts))
        if isinstance(symbols, Texts):
            symbols = list(symbols)
        first = self._places.get(symbols[0]) if symbols else None
        if first is not None and self._list_at(first, len(symbols)) == symbols:
            return range(first, first + len(symbols))
        try:
            return list(map(self._places.__getitem__, symbols))
        except KeyError:
            each = {symbol: self.code(symbol) for symbol in dict.fromkeys(symbols)}
            return list(map(each.__getitem__, symbols))

    def _list_at(self, start: int, count: int) -> list[str]:
        at = bisect_right(self._starts, start) - 1
        first = start - self._starts[at]
        found: list[str] = self._stretches[at][first : first + count]
        return found

    def meet(self, symbols: Sequence[str]) -> None:
        """Give codes to those that have none."""
        if isinstance(symbols, Texts) and symbols.are_distinct and not self._meets(symbols):
            self._starts.append(len(self))
            self._stretches.append(symbols)
            return
        new = [symbol for symbol in dict.fromkeys(symbols) if self._place(symbol) is None]
        before = len(self)
        self._places.update(zip(new, range(before, before + len(new)), strict=True))
        self._list().extend(new)

    def _meets(self, texts: Texts) -> bool:
        """Whether some of these have codes."""
        return any(texts.places(symbol) for symbol in self._places) or any(
            texts.meets(others) for _, others in self._columns()
        )

    def name(self, code: int) -> str:
        at = bisect_right(self._starts, code) - 1
        name: str = self._stretches[at][code - self._starts[at]]
        return name

    def names(self, codes: Any) -> Any:
        """The symbols of an Arrow array of codes, not empty and none of them null, as an array of texts."""
        import pyarrow
        import pyarrow.compute as compute

        ends = compute.min_max(codes).as_py()
        at = bisect_right(self._starts, ends["min"]) - 1
        start, stretch = self._starts[at], self._stretches[at]
        if isinstance(stretch, Texts) and ends["max"] < start + len(stretch):
            return stretch.array.take(compute.subtract(codes, start)).cast(pyarrow.string())
        return pyarrow.array(map(self.name, codes.to_pylist()), pyarrow.string())


@frozen
class ColumnFacts:
    """A column: its name in the table, and what is known of its cells.

    ``exists`` names the column of truths that tells whether there is a value ("": there is, though it may not be known
    which); ``known``: no cell is NULL for not being known; ``filled``: no cell is NULL; ``empty``: no row has a
    value. ``days`` names a period's days.
    """

    name: str
    kind: Kind
    low: int = 0
    high: int = 0
    scale: int = 1
    known: bool = True
    exists: str = ""
    days: str = ""
    filled: bool = False
    empty: bool = False

    @property
    def only(self) -> int | None:
        """The number that all cells are. Of days there is none: their columns tell how far a search looks ahead."""
        constant = self.filled and self.low == self.high and self.kind in (Kind.SYMBOL, Kind.NUMBER)
        return self.low if constant else None


@define(eq=False)
class Table:
    """The facts of one relation: its columns by place, with the arrays to load.

    ``status`` is there where some row is not simply so, ``ranks`` where records have a recorded order, ``is_total`` if
    that order and the dates leave no two records in doubt. ``single``: no two rows have the same keys. ``judged``: what
    the rules conclude of the keys, for which it is so or not known whether.
    """

    name: str
    relation: Relation
    count: int
    columns: tuple[ColumnFacts, ...]
    arrays: dict[str, Any] = field(factory=dict, repr=False)
    status: bool = False
    ranks: bool = False
    is_total: bool = False
    single: bool = True
    judged: bool = False
    _found: dict[tuple[str, ...], dict[Any, int]] = field(factory=dict, repr=False)

    @property
    def lists_all(self) -> bool:
        """Whether its one key runs through all whole numbers from its least to its greatest."""
        if not self.single or self.relation.keys != 1:
            return False
        key = self.columns[0]
        return key.filled and self.count == key.high - key.low + 1

    def value(self, name: str, place: int) -> Any:
        """A cell."""
        cell = self.arrays[name][place]
        return cell.as_py() if hasattr(cell, "as_py") else cell

    def find(self, keys: Mapping[str, Any]) -> int | None:
        """The place of the row with these cells."""
        names = tuple(keys)
        index = self._found.get(names)
        if index is None:
            rows = zip(*(_listed(self.arrays[name]) for name in names), strict=True)
            index = self._found[names] = {row: place for place, row in enumerate(rows)} if names else {(): 0}
        return index.get(tuple(keys.values()))


def _distinct(array: Any) -> int:
    """How many values an array has."""
    import pyarrow
    import pyarrow.compute as compute

    return int(compute.count_distinct(pyarrow.array(array), mode="all").as_py())


def _listed(array: Any) -> list[Any]:
    """An array's values."""
    return list(array.to_pylist() if hasattr(array, "to_pylist") else array)


@define(eq=False)
class Ledger:
    """The tables of a fact base, by relation, with its symbols and how far its record is complete.

    A table is laid out when it is first asked for; ``tables`` are those that have been. Of ``incomplete`` relations
    rows may be missing: their silence says nothing.
    """

    symbols: Symbols
    tables: dict[str, Table]
    complete_to: date | None = None
    complete: frozenset[str] = frozenset()
    incomplete: frozenset[str] = frozenset()
    _waiting: dict[str, Callable[[], Table]] = field(factory=dict, repr=False)

    def table(self, relation: str) -> Table | None:
        """The table of a relation; None where it has no rows. Raises `BadTable`."""
        if relation not in self.tables and relation in self._waiting:
            self.tables[relation] = self._waiting[relation]()
        found = self.tables.get(relation)
        return found if found is not None and found.count else None


def ledger_of(facts: FactBase, relations: Mapping[str, Relation]) -> Ledger:
    """The tables of a fact base. Raises `BadTable` for what is supposed: a ledger is of what is recorded."""
    if facts.supposed:
        raise BadTable("what is supposed has no place in a ledger")
    if any(len(facts.layers(name)) > 1 for name, relation in relations.items() if relation.span):
        raise BadTable("intervals in several layers have no place in a ledger")
    symbols = Symbols()
    waiting: dict[str, Callable[[], Table]] = {}
    for number, (name, relation) in enumerate(relations.items()):
        rows = _rows(facts, name)
        if not rows.count:
            continue
        if relation.keys == 1 and relation.columns[0].type.name == name:  # things of a kind get codes that follow
            symbols.meet(_names(rows.columns[0]))
        waiting[name] = cache(partial(_table, f"t{number}", relation, rows, facts, symbols))
    return Ledger(symbols, {}, facts.complete_to, facts.complete, facts.incomplete, waiting)


def _names(column: Sequence[str]) -> Sequence[str]:
    """A column of names, as texts if they lie so."""
    packed = column.packed() if isinstance(column, Cells) else Packed(column)
    return packed.values if packed.codes is None else column


@frozen
class _Rows:
    """The rows of a relation, by columns."""

    count: int
    columns: Sequence[Sequence[Any]]
    status: Sequence[bool | None]
    spans: Sequence[Any]


def _rows(facts: FactBase, name: str) -> _Rows:
    """The rows of the lowest layer, with what those above it change in their places and then add."""
    layers = facts.layers(name)
    if not layers:
        return _Rows(0, (), (), ())
    *above, ground = layers
    if not above:
        return _Rows(len(ground), ground.columns, ground.status, ground.spans)
    columns = [*map(_copied, ground.columns)]
    status, spans = [*ground.status], [*ground.spans]
    added: dict[tuple[Any, ...], list[int]] = {}
    for table in reversed(above):
        for number in range(len(table)):
            row = table.cells(number)
            keys = row[: table.relation.keys]
            places = ground.rows_of(keys) or added.setdefault(keys, [])
            if not places:
                places.append(len(status))
                status.append(table.status[number])
                spans.append(table.spans[number])
                for column, cell in zip(columns, row, strict=True):
                    column.append(cell)
                continue
            (place,) = places
            status[place] = table.status[number]
            for column, cell in zip(columns, row, strict=True):
                if column[place] != cell:
                    column[place] = cell
    return _Rows(len(status), columns, status, spans)


def _copied(column: list[Any] | Cells) -> list[Any] | Cells:
    """A column that may be changed without the other."""
    if not isinstance(column, Cells):
        return [*column]
    result = Cells()
    result.extend(column.packed())
    return result


def _table(name: str, relation: Relation, rows: _Rows, facts: FactBase, symbols: Symbols) -> Table:
    arrays: dict[str, Any] = {}
    columns = []
    for place, (column, cells) in enumerate(zip(relation.columns, rows.columns, strict=True)):
        try:
            columns.append(encoded(f"c{place}", column.type.kind, column.optional, cells, symbols, arrays))
        except BadTable as bad:
            of = f"the {column.name} of a {relation.name}" if relation.record else f"`{relation.name}`"
            raise BadTable(f"{of}: {bad}") from None
    result = Table(name, relation, rows.count, tuple(columns), arrays)
    if rows.status.count(True) < rows.count:
        arrays[STATUS] = rows.status
        result.status = True
    if relation.span:
        horizon = None if relation.name in facts.complete else facts.complete_to
        _intervals(result, rows.spans, horizon)
    result.single = _is_single(result)
    if relation.record and relation.time is not None:
        _order(result, facts, rows.columns[0])
    return result


def _is_single(table: Table) -> bool:
    """Whether no two rows have the same keys. Only those of spans do: a fact is stated once."""
    if not table.relation.span:
        return True
    import pyarrow

    keys = [facts.name for facts in table.columns[: table.relation.keys] if facts.only is None]
    if len(keys) < 2:  # the others are the same in all rows
        return table.count == 1 or any(_distinct(table.arrays[name]) == table.count for name in keys)
    rows = pyarrow.table({name: pyarrow.array(table.arrays[name]) for name in keys})
    return bool(rows.group_by(keys).aggregate([]).num_rows == table.count)


def encoded(
    name: str, kind: Kind, optional: bool, cells: Sequence[Any], symbols: Symbols, arrays: dict[str, Any]
) -> ColumnFacts:
    """Put a column's cells into arrays of whole numbers; what is known of them."""
    if isinstance(cells, Cells):
        packed = cells.packed().pruned()
        if packed.codes is not None or isinstance(packed.values, (Texts, Beside)):
            return _encoded_packed(name, kind, optional, packed, symbols, arrays)
        cells = packed.values
    if cells and cells[0] is NONE and cells.count(NONE) == len(cells):
        return _encoded_nothing(name, kind, len(cells), arrays)
    types = set(map(type, cells))
    if kind is Kind.SYMBOL and types == {str}:
        return _whole(name, kind, symbols.codes(cells), arrays)
    if kind is Kind.NUMBER and types == {int}:
        return _whole(name, kind, cells, arrays)
    if kind is Kind.DATE and types == {date}:
        return _encoded_days(name, cells, arrays)
    every = dict(zip(map(id, cells), cells, strict=True))  # the same cell is often one object, and slow to work on
    few: dict[str, list[Any]] = {}
    result = _encoded(name, kind, optional, list(every.values()), symbols, few)
    for column, values in few.items():
        place = dict(zip(every, values, strict=True))
        arrays[column] = list(map(place.__getitem__, map(id, cells)))
    return result


def _encoded_packed(
    name: str, kind: Kind, optional: bool, packed: Packed, symbols: Symbols, arrays: dict[str, Any]
) -> ColumnFacts:
    """The same for cells that are packed."""
    import pyarrow
    import pyarrow.compute as compute

    values, few = packed.values, dict[str, Any]()
    if isinstance(values, Texts) and isinstance(codes := symbols.codes(values), range):
        if packed.codes is None:
            return _whole(name, kind, codes, arrays)
        return _whole(name, kind, compute.add(arrow_codes(packed.codes).cast("int64"), codes.start), arrays)
    texts = values.texts if isinstance(values, Beside) else values
    if isinstance(texts, Texts):
        others = values.others if isinstance(values, Beside) else []
        facts = evolve(_encoded(name, kind, optional, others, symbols, few), empty=False)
        numbers = pyarrow.array(symbols.codes(texts), pyarrow.int64())
        few[name] = pyarrow.concat_arrays([numbers, pyarrow.array(few[name], pyarrow.int64())])
        if facts.exists:
            there = pyarrow.array(few[facts.exists], pyarrow.bool_())
            few[facts.exists] = pyarrow.concat_arrays([pyarrow.repeat(True, len(texts)), there])
    elif all(value is NONE for value in values):
        return _encoded_nothing(name, kind, len(packed), arrays)
    else:
        facts = _encoded(name, kind, optional, list(values), symbols, few)
    for column, cells in few.items():
        each = pyarrow.array(cells, pyarrow.bool_() if column == facts.exists else pyarrow.int64())
        arrays[column] = each if packed.codes is None else each.take(arrow_codes(packed.codes))
    ends = compute.min_max(arrays[name]).as_py()
    return evolve(facts, low=ends["min"] or 0, high=ends["max"] or 0, filled=not arrays[name].null_count)


def _encoded_nothing(name: str, kind: Kind, count: int, arrays: dict[str, Any]) -> ColumnFacts:
    """The same for a column without any value."""
    import pyarrow

    arrays[name], arrays[f"{name}e"] = pyarrow.nulls(count, pyarrow.int64()), pyarrow.repeat(False, count)
    days = f"{name}d" if kind is Kind.PERIOD else ""
    if days:
        arrays[days] = arrays[name]
    return ColumnFacts(name, kind, exists=f"{name}e", days=days, empty=True)


def _run(numbers: range) -> Any:
    """Whole numbers that follow each other, as an Arrow array."""
    import pyarrow
    import pyarrow.compute as compute

    ones = pyarrow.repeat(pyarrow.scalar(1, pyarrow.int64()), len(numbers))
    return compute.cumulative_sum(ones, start=numbers.start - 1)


def _encoded_days(name: str, cells: Sequence[date], arrays: dict[str, Any]) -> ColumnFacts:
    """The same for days that are all known."""
    import pyarrow
    import pyarrow.compute as compute

    since = pyarrow.array(cells, pyarrow.date32()).cast(pyarrow.int32()).cast(pyarrow.int64())
    return _whole(name, Kind.DATE, compute.add(since, date(1970, 1, 1).toordinal()), arrays)


def _whole(name: str, kind: Kind, numbers: Any, arrays: dict[str, Any]) -> ColumnFacts:
    """The same for whole numbers that are all known. Raises `BadTable` for larger ones than tables hold."""
    import pyarrow
    import pyarrow.compute as compute

    try:
        whole = _run(numbers) if isinstance(numbers, range) else pyarrow.array(numbers, pyarrow.int64())
    except OverflowError:
        raise BadTable(_LARGE) from None
    arrays[name] = whole
    ends = compute.min_max(whole).as_py()
    _within(ends["min"], ends["max"], 1)
    return ColumnFacts(name, kind, ends["min"], ends["max"], filled=True)


def _encoded(
    name: str, kind: Kind, optional: bool, cells: Sequence[Any], symbols: Symbols, arrays: dict[str, Any]
) -> ColumnFacts:
    absent = [cell is NONE for cell in cells]
    unsure = [cell is UNKNOWN for cell in cells]
    plain = [None if none or open_ else cell for cell, none, open_ in zip(cells, absent, unsure, strict=True)]
    present = [cell for cell in plain if cell is not None]
    scale = 1
    days = ""
    numbers: list[int | None]
    if kind is Kind.PERIOD:
        numbers = [cell.months if isinstance(cell, Period) else None for cell in plain]
        days = f"{name}d"
        arrays[days] = [cell.days if isinstance(cell, Period) else None for cell in plain]
    else:
        if kind is Kind.NUMBER:
            scale = lcm(*(Fraction(cell).denominator for cell in present)) if present else 1
        numbers = [None if cell is None else _number(cell, scale, symbols) for cell in plain]
    found = [each for each in numbers if each is not None]
    low, high = (min(found), max(found)) if found else (0, 0)
    _within(low, high, scale)
    arrays[name] = numbers
    exists = ""
    if any(absent) or (optional and any(unsure)):
        exists = f"{name}e"
        arrays[exists] = [None if open_ and optional else not none for none, open_ in zip(absent, unsure, strict=True)]
    known = not any(unsure)
    return ColumnFacts(name, kind, low, high, scale, known, exists, days, len(found) == len(numbers), all(absent))


_LARGE = "a number is larger than a ledger's tables hold"


def _within(low: int, high: int, scale: int) -> None:
    if low < -BITS_64 or high > BITS_64 or scale > MOST:
        raise BadTable(_LARGE)


def _number(cell: Any, scale: int, symbols: Symbols) -> int:
    if isinstance(cell, date):
        return cell.toordinal()
    if isinstance(cell, str):
        return symbols.code(cell)
    scaled = cell * scale
    return int(scaled)


def _last(span: Any, horizon: date | None) -> int:
    """The last day of an interval; without an end, it holds to the end of the record, and on its first day at least."""
    first, last = span
    if last is not None:
        return int(last.toordinal())
    return LAST_DAY if horizon is None else max(horizon, first).toordinal()


def _intervals(table: Table, spans: Sequence[Any], horizon: date | None) -> None:
    table.arrays[FIRST] = [span[0].toordinal() for span in spans]
    table.arrays[LAST] = [_last(span, horizon) for span in spans]


def _order(table: Table, facts: FactBase, ids: Sequence[str]) -> None:
    """Ranks along the chains in which the record puts records of a day; other partial orders have no ranks."""
    pairs = facts.order.get(table.relation.name, {})
    time = table.relation.time
    assert time is not None
    days = table.arrays[f"c{time}"]
    if (recorded := facts.chains.get(table.relation.name)) is not None:
        if not pairs and recorded.names.is_same(ids):
            _ranked(table)
            return
        pairs = {one: {*pairs.get(one, ()), other} for one, other in recorded.pairs()} | {
            one: others for one, others in pairs.items() if recorded.rank(one) is None
        }
    if not pairs:
        table.is_total = table.columns[time].filled and _distinct(days) == table.count
        return
    ids = list(ids)
    if _is_chain(pairs, ids):
        _ranked(table)
        return
    ranks: list[int | None] = [None] * table.count
    chains: list[int | None] = [None] * table.count
    places = {id: place for place, id in enumerate(ids)}
    after = {one: next(iter(others)) for one, others in pairs.items() if others}
    later = set(after.values())
    if any(len(others) > 1 for others in pairs.values()) or len(later) < len(after):
        after = {}
    starts = [one for one in after if one not in later]
    for chain, start in enumerate(starts):
        one: str | None = start
        rank = 0
        while one is not None:
            if one in places:
                ranks[places[one]], chains[places[one]] = rank, chain
            rank += 1
            one = after.get(one)
    if after:
        table.ranks = True
        table.arrays[RANK], table.arrays[CHAIN] = ranks, chains
    days = _listed(days)
    if len(starts) == 1 and None not in ranks:
        table.is_total = None not in days
        return
    seen: dict[Any, set[Any]] = {}
    counts: dict[Any, int] = {}
    for day, place, link in zip(days, ranks, chains, strict=True):
        counts[day] = counts.get(day, 0) + 1
        seen.setdefault(day, set()).add((link, place))
    table.is_total = None not in days and all(
        counts[day] == 1
        or (len(each) == counts[day] and len({chain for chain, _ in each}) == 1 and (None, None) not in each)
        for day, each in seen.items()
    )


def _ranked(table: Table) -> None:
    """Each record comes just before the one in the next row."""
    table.ranks = True
    import pyarrow

    none = pyarrow.scalar(0, pyarrow.int64())
    table.arrays[RANK], table.arrays[CHAIN] = _run(range(table.count)), pyarrow.repeat(none, table.count)
    table.is_total = table.columns[table.relation.time or 0].filled


def _is_chain(pairs: Mapping[str, set[str]], ids: Sequence[str]) -> bool:
    """Whether the record puts each record just before the one in the next row, and says nothing else of their order."""
    if len(pairs) != len(ids) - 1 or not pairs or list(pairs) != ids[:-1]:
        return False
    return set(map(len, pairs.values())) == {1} and [each for (each,) in pairs.values()] == ids[1:]
