"""Ledgers into a fact base, column by column; what cannot be read is reported, and never taken not to be there.

A cell that cannot be read leaves its record with an attribute that is not known. A row that cannot be read (without a
name, with too few cells, a statement about something unknown) is passed over, and then its relation lacks rows: silence
about it says nothing any more, so no answer rests on the row's absence. Of two rows of one name, what both say stands;
the rest is not known, and there may be one record more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import compress
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from engine.columns import Cells, Packed, Texts
from engine.facts import BadFact
from engine.garbage import unsought
from engine.model import Column as RelationColumn
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, Kind, Type
from policy.diagnostic import Diagnostic, nearest
from policy.ledger_arrow import in_order, looked_up, texts_of, whole_numbers
from policy.ledger_cells import Cell, Column, Places, RowPlace, Sheet, Unread, are_tidy, broken_place, place_in, plain
from policy.ledger_foreign import Door
from policy.ledger_kinds import Ledger, Watch
from policy.ledger_mapping import OCF, LedgerMapping, Taking, completed, read_mapping, taken_by_default
from policy.ledger_names import Listed
from policy.ledger_ocf import is_act
from policy.ledger_read import Read, digest, read_ledger
from policy.ledger_rows import Pair, are_new, cells_of, fields_of, firsts, kept_of, missing, some_of, told_apart
from policy.ledger_values import CellRule, Misread, converted, divided, reader_of
from policy.stating import Stater, contradiction
from policy.vocabulary_text import with_article

CURRENCY = "USD"
"""Money of the rules is dollars."""
_MOST_SHOWN = 3
_MOST_TOLD = 40
"""So many rows of a table are told one by one; the rest are counted."""


@define
class Loaded:
    """What became of ledgers: findings that stop nothing, and by relation the rows that are not in the base."""

    passed: list[Diagnostic] = field(factory=list)
    unread: dict[str, list[tuple[str, str, int]]] = field(factory=dict)
    untaken: list[str] = field(factory=list)

    def sentences(self) -> dict[str, str]:
        """By relation, which rows are not among the facts; of none, what the book has no words for."""
        said = {relation: _sentence(relation, rows) for relation, rows in self.unread.items()}
        if self.untaken:
            said[""] = f"Not among the facts, since the book has no words for them: {', '.join(self.untaken)}."
        return said


def _sentence(relation: str, rows: list[tuple[str, str, int]]) -> str:
    by_file: dict[tuple[str, str], list[int]] = {}
    for file, unit, row in sorted(rows):
        by_file.setdefault((file, unit), []).append(row)
    places = [f"{file}, {_numbered(unit, numbers)}" for (file, unit), numbers in by_file.items()]
    verb = "was" if len(rows) == 1 else "were"
    return f"Of what is recorded as {relation}, not all is known: {'; '.join(places)} {verb} not read."


def _numbered(unit: str, numbers: list[int]) -> str:
    """``row 5``, ``rows 5 and 6``, ``rows 5, 6, 7 and 90 more``."""
    if len(numbers) == 1:
        return f"{unit} {numbers[0]}"
    shown = [str(number) for number in numbers[:_MOST_SHOWN]]
    last = f"{len(numbers) - _MOST_SHOWN} more" if len(numbers) > _MOST_SHOWN else shown.pop()
    return f"{unit}s {', '.join(shown)} and {last}"


def take_in(
    stater: Stater,
    ledgers: Sequence[Ledger],
    files: list[tuple[str, str]],
    problems: list[Diagnostic],
    watch: Watch,
) -> tuple[list[Diagnostic], dict[str, str]]:
    """Put ledgers into a fact base; their files are added to those of the case, what stops them to its problems.

    What is returned stops nothing: findings, and by relation which rows are not among the facts.
    """
    loader = Loader(stater, watch)
    sheets: dict[Path | None, list[Sheet]] = {}
    for ledger, read in zip(ledgers, _read(ledgers, watch), strict=True):
        files += read.files
        problems += [problem for problem in read.problems if problem.is_error]
        loader.loaded.passed += [problem for problem in read.problems if not problem.is_error]
        if read.as_of is not None:
            stater.complete_to(read.as_of)
        sheets.setdefault(ledger.mapping or (OCF if read.is_package else None), []).extend(read.sheets)
    together: list[tuple[Sequence[Sheet], LedgerMapping]] = []
    for path, those in sheets.items():
        mapping, found = (LedgerMapping(), ()) if path is None else read_mapping(path, stater.book)
        problems += found
        if path not in (None, OCF) and path.is_file():  # what columns mean is a part of what is recorded
            files.append((str(path), digest(path.read_bytes())))
        if mapping.complete_to is not None:
            stater.complete_to(mapping.complete_to)
        together.append((those, mapping))
    problems += loader.load(together)
    return loader.loaded.passed, loader.loaded.sentences()


def _read(ledgers: Sequence[Ledger], watch: Watch) -> Iterator[Read]:
    with Door() as door:
        for number, ledger in enumerate(ledgers):
            watch(f"Reading {ledger.path.name}", number, len(ledgers))
            yield read_ledger(ledger.path, door)


@define
class Loader:
    """Puts sheets into the fact base of a `Stater`."""

    stater: Stater
    watch: Watch
    loaded: Loaded = field(factory=Loaded)
    _keys: dict[str, dict[str, str]] = field(factory=dict)
    _listed: Listed = field(factory=Listed)
    _orders: dict[str, list[tuple[Any, Texts]]] = field(factory=dict)
    _told: dict[tuple[str, str], int] = field(factory=dict)
    _sought: int = 0

    def load(self, read: Iterable[tuple[Sequence[Sheet], LedgerMapping]]) -> list[Diagnostic]:
        """Put in the sheets of each ledger by its mapping. What is returned is wrong with the ledgers as wholes."""
        problems: list[Diagnostic] = []
        with unsought():  # millions of cells
            pairs = [pair for sheets, mapping in read for pair in self._pairs(sheets, mapping, problems)]
            pairs = [pair if pair.taking.kind is None else self._introduced(pair) for pair in pairs]
            self.stater.list_names(self._listed)
            for pair in pairs:
                self._put(pair)
            for relation, parts in self._orders.items():
                self._put_in_order(relation, parts)
        for relation in self.loaded.unread:
            self.stater.facts.miss(relation)
        return problems

    # -------------------------------------------------------------- pairs

    def _pairs(self, sheets: Sequence[Sheet], mapping: LedgerMapping, problems: list[Diagnostic]) -> Iterator[Pair]:
        used: set[int] = set()
        for taking in mapping.takings:
            found = [sheet for sheet in sheets if taking.takes(sheet)]
            if not found and not taking.if_declared:
                known = tuple(sheet.name for sheet in sheets)
                message = f"no table of the ledger is {taking.table or taking.file or 'there'}"
                problems.append(Diagnostic("E0547", message, taking.span, known, nearest(taking.table, known)))
            for sheet in found:
                whole = completed(taking, sheet)
                lacking = _lacking(whole, sheet)
                if lacking and (not taking.if_declared or {*taking.only, taking.order, taking.source} & {*lacking}):
                    known = tuple(sheet.columns)
                    for name in lacking:
                        message = f"{sheet.file} has no column `{name}`"
                        problems.append(Diagnostic("E0547", message, taking.span, known, nearest(name, known)))
                elif whole.kind is None or not set(fields_of(whole.name)) - set(sheet.columns):
                    used.add(id(sheet))
                    yield self._pair(whole, sheet)
        for sheet in sheets:
            if id(sheet) not in used and is_act(sheet.name):
                self.loaded.untaken.append(f"{len(sheet)} {sheet.name}")
                message = f"the book has no words for {sheet.name}: {len(sheet)} are not among the facts"
                self.loaded.passed.append(Diagnostic("E0548", message, place_in(sheet, 0) if len(sheet) else None))
            elif id(sheet) not in used and not sheet.optional:
                default = taken_by_default(self.stater.book, sheet)
                if default is None:
                    problems.append(_untaken(self.stater, sheet))
                else:
                    yield self._pair(default, sheet)

    @staticmethod
    def _pair(taking: Taking, sheet: Sheet) -> Pair:
        kept: Sequence[int] = range(len(sheet))
        for name, wanted in taking.only.items():
            chosen = {cell for cell in dict.fromkeys(sheet.columns[name].distinct) if str(cell) in wanted}
            kept = [at for at in kept if sheet.columns[name][at] in chosen]
        return Pair(taking, sheet, kept)

    # -------------------------------------------------------------- names

    def _introduced(self, pair: Pair) -> Pair:
        """Give each row its name, and note the keys by which other tables refer to it."""
        taking, sheet = pair.taking, pair.sheet
        assert taking.kind is not None
        names = self._names(kept_of(pair, taking.name))
        if taking.key in sheet.columns:
            keys = self._names(kept_of(pair, taking.key))
            names = told_apart(names, keys)
            by_key = self._keys.setdefault(taking.kind.name, {})
            by_key.update((key, name) for key, name in zip(keys, names, strict=True) if key and name)
        self._listed.add(taking.kind, names)
        return evolve(pair, names=names)

    def _names(self, column: Column) -> Sequence[str | None]:
        """The names in a column, row by row."""
        texts = texts_of(column)
        if texts is not None and (column.codes is None or texts.are_distinct):
            return Packed(texts, column.codes)  # type: ignore[arg-type]  # codes of Arrow
        cells = column.cells()
        if are_tidy(cells):
            return list(cells)  # type: ignore[arg-type]  # they are texts
        return [self._name(cell) for cell in cells]

    @staticmethod
    def _name(cell: Cell) -> str | None:
        if cell is None or isinstance(cell, (Unread, float)):
            return None
        text = plain(str(cell))
        return text if isinstance(text, str) and text not in ("", "?") else None

    def _find(self, text: str, type: Type, by_key: bool) -> str | Misread:
        """The name that a text or key stands for."""
        if by_key:
            found = self._keys.get(type.name, {}).get(text)
            if found is None:
                return Misread("E0550", f"no {type.name} has the key `{text}`")
            return found
        names = self.stater.book.vocabulary.names
        for name in (text, f"the {text}"):
            if type in names.get(name, ()):
                return name
        self._sought += 1
        near = nearest(text, self.stater.known_of(type)) if self._sought <= _MOST_TOLD else ()
        return Misread("E0550", f"`{text}` is no {type.name} that the ledger introduces", (), near)

    # --------------------------------------------------------------- rows

    def _put(self, pair: Pair) -> None:
        relation = pair.taking.relation
        for broken in pair.sheet.broken:
            self._tell(pair.sheet, Diagnostic(broken.code, broken.message, broken_place(pair.sheet, broken)))
            self._lack(relation.name, pair.sheet, broken.row)
        if pair.taking.kind is None:
            self._statements(pair)
        elif relation.record:
            self._records(pair)
        else:
            self._things(pair)

    def _things(self, pair: Pair) -> None:
        """List the things that a table names."""
        relation = pair.taking.relation
        for at, name in zip(pair.kept, pair.names, strict=True):
            if name is None:
                self._pass_over(
                    pair, at, pair.taking.name, "E0549", f"a row without the name of {with_article(relation.name)}"
                )
        table = self.stater.facts.table(relation.name)
        new = pair.names
        if not are_new(table, new):
            new = [name for name in dict.fromkeys(new) if name is not None and not table.rows_of((name,))]
        table.extend([new], [None] * len(new))

    def _records(self, pair: Pair) -> None:
        taking, relation = pair.taking, pair.taking.relation
        columns: list[Sequence[Any]] = [pair.names]
        for number, column in enumerate(relation.columns[1:], 1):
            self.watch(f"Taking in {pair.sheet.name}", number, len(relation.columns))
            columns += [self._values(pair, column, taking.rules.get(column.name), column.optional)]
        places: Sequence[RowPlace] = self._places(pair)
        table = self.stater.facts.table(relation.name)
        if not are_new(table, pair.names):
            columns, places = self._one_by_one(pair, columns, places)
        table.extend(columns, places)
        if taking.order:
            self._order(pair)

    def _one_by_one(
        self, pair: Pair, given: Sequence[Sequence[Any]], places: Sequence[RowPlace]
    ) -> tuple[list[Sequence[Any]], Sequence[RowPlace]]:
        """The rows that have a name of their own; of rows of one name, what they agree on."""
        relation = pair.taking.relation
        table = self.stater.facts.table(relation.name)
        columns = [list(column) for column in given]
        first: dict[str, int] = {}
        keep = [False] * len(pair.names)
        for number, name in enumerate(pair.names):
            at = pair.kept[number]
            if name is None:
                self._pass_over(
                    pair, at, pair.taking.name, "E0549", f"a row without the name of {with_article(relation.name)}"
                )
            elif (others := table.rows_of((name,))) or name in first:
                other = table.sources[others[0]] if others else places[first[name]]
                self._pass_over(pair, at, pair.taking.name, "E0555", f"{name} stands in two rows; {other} is the other")
                mine = [column[number] for column in columns]
                theirs: Sequence[list[Any] | Cells] = table.columns if others else columns
                row = others[0] if others else first[name]
                for place in range(1, len(columns)):
                    if theirs[place][row] != mine[place]:
                        theirs[place][row] = UNKNOWN
            else:
                first[name] = number
                keep[number] = True
        return [list(compress(column, keep)) for column in columns], list(compress(places, keep))

    def _order(self, pair: Pair) -> None:
        """The acts of a day in the order of a column's whole numbers."""
        numbers = whole_numbers(kept_of(pair, pair.taking.order))
        texts = pair.names.values if isinstance(pair.names, Packed) and pair.names.codes is None else None
        if numbers is not None and isinstance(texts, Texts):
            self._orders.setdefault(pair.taking.relation.name, []).append((numbers, texts))
            return
        cells = cells_of(pair, pair.taking.order)
        ordered: list[tuple[int, str]] = []
        for at, name, cell in zip(pair.kept, pair.names, cells, strict=True):
            text = "" if cell is None else str(cell)
            if text.isdecimal() and len(text) < 10 and name is not None:
                ordered.append((int(text), name))
            elif text:
                self._wrong(
                    pair, at, pair.taking.order, Misread("E0550", f"`{text[:40]}` is no place in an order", ("1", "2"))
                )
        self.stater.put_in_order(pair.taking.relation.name, ordered)

    def _put_in_order(self, relation: str, parts: Sequence[tuple[Any, Texts]]) -> None:
        """The order of a relation's records, where their tables have none but whole numbers for it."""
        ordered = in_order(parts)
        if ordered is not None:
            self.stater.put_in_chain(relation, ordered[0], Packed(ordered[1]))
            return
        for numbers, texts in parts:
            self.stater.put_in_order(relation, zip(numbers.to_pylist(), texts, strict=True))

    # --------------------------------------------------------- statements

    def _statements(self, pair: Pair) -> None:
        taking, relation, facts = pair.taking, pair.taking.relation, self.stater.facts
        columns = [self._values(pair, column, taking.rules.get(column.name), False) for column in relation.columns]
        spans: list[Any] = self._spans(pair) if relation.span else []
        bad = {number for column in columns[: relation.keys] for number in missing(column)}
        bad.update(number for number, span in enumerate(spans) if span is False)
        for number in sorted(bad):
            self._pass_over(pair, pair.kept[number], "", "E0549", "a row that does not say what it is about")
        places: Sequence[RowPlace] = self._places(pair)
        kept = pair.kept
        if bad:
            good = [number not in bad for number in range(len(places))]
            columns, places = [some_of(column, good) for column in columns], some_of(places, good)
            kept, spans = list(compress(kept, good)), list(compress(spans, good))
        table = facts.table(relation.name)
        if relation.span:
            table.extend(columns, places, spans)
            return
        first = [False] * len(places) if len(table) else firsts(columns[: relation.keys])
        if first is None:
            table.extend(columns, places)
            return
        if any(first):
            table.extend([some_of(column, first) for column in columns], some_of(places, first))
        rows = zip(kept, zip(*columns, strict=True), places, strict=True)
        for at, row, place in compress(rows, [not each for each in first]):
            try:
                if relation.is_statement:
                    facts.state(relation.name, row, True, place)
                else:
                    facts.give(relation.name, row[:-1], row[-1], place)
            except BadFact as wrong:
                self._contradicted(pair, at, row, contradiction(wrong, self.stater.book.lexicon, facts))

    def _contradicted(self, pair: Pair, at: int, row: tuple[Any, ...], said: str) -> None:
        """Of two rows that contradict each other neither stands."""
        relation = pair.taking.relation
        table = self.stater.facts.table(relation.name)
        for number in table.rows_of(row[: relation.keys]):
            if relation.is_statement:
                table.status[number] = None
            else:
                table.columns[-1][number] = UNKNOWN
        self._tell(pair.sheet, Diagnostic("E0522", f"this contradicts another row: {said}", place_in(pair.sheet, at)))

    def _spans(self, pair: Pair) -> list[Any]:
        """The interval of each row; False where it is none."""
        first = self._values(pair, RelationColumn("first", DATE), pair.taking.first, False)
        last: Sequence[Any] = [NONE] * len(first)
        if pair.taking.last is not None:
            last = self._values(pair, RelationColumn("last", DATE, True), pair.taking.last, True)
        spans: list[Any] = []
        for number, (start, end) in enumerate(zip(first, last, strict=True)):
            if not isinstance(start, date) or end is UNKNOWN:
                spans.append(False)
            elif end is NONE:
                spans.append((start, None))
            elif end < start:
                self._wrong(pair, pair.kept[number], "", Misread("E0550", "it ends before it starts"))
                spans.append(False)
            else:
                spans.append((start, end))
        return spans

    # -------------------------------------------------------------- cells

    def _values(self, pair: Pair, column: RelationColumn, rule: CellRule | None, optional: bool) -> Sequence[Any]:
        """A column of the relation, row by row; what cannot be read is told and not known."""
        if rule is None:
            return [NONE if optional else UNKNOWN] * len(pair.kept)
        read = reader_of(column.type, optional, rule, self._find)
        if not rule.column:
            value = read(rule.value)
            if isinstance(value, Misread):
                self._tell(pair.sheet, Diagnostic(value.code, f"{column.name}: {value.message}", pair.taking.span))
                value = UNKNOWN
            return [value] * len(pair.kept)
        if not pair.sheet.columns.keys() >= {*fields_of(rule.column)}:
            return [NONE if optional else UNKNOWN] * len(pair.kept)
        cells = kept_of(pair, rule.column)
        values, wrong = self._looked_up(cells, column.type, rule, read) or converted(cells, read)
        for number, misread in wrong.items():
            self._wrong(pair, pair.kept[number], rule.column, misread)
        if rule.over:
            below, wrong = converted(kept_of(pair, rule.over), reader_of(column.type, optional, CellRule(), self._find))
            for number, misread in wrong.items():
                self._wrong(pair, pair.kept[number], rule.over, misread)
            values = divided(values, below)
        return self._in_dollars(pair, rule, list(values)) if rule.currency else values

    def _looked_up(
        self, column: Column, type: Type, rule: CellRule, read: Callable[[Cell], Any]
    ) -> tuple[Sequence[Any], dict[int, Misread]] | None:
        """The names in a column where all are written as ledgers list them, found without looking at each closely."""
        if type.kind is not Kind.SYMBOL or type.members or rule.values:
            return None
        among = self._listed.of(type)
        if not rule.by_key and among is not None and isinstance(among.values, Texts):
            texts = texts_of(column)
            return None if texts is None else looked_up(column, texts, among.values, read)
        if not are_tidy(column.distinct):
            return None
        keys = self._keys.get(type.name, {})
        names: list[Any] = [
            keys.get(cell) if rule.by_key else cell if self._listed.is_listed(cell, type) else None  # type: ignore[arg-type]  # all are texts
            for cell in column.distinct
        ]
        if None in names:
            return None
        return names if column.codes is None else list(map(names.__getitem__, column.codes)), {}

    def _in_dollars(self, pair: Pair, rule: CellRule, values: list[Any]) -> list[Any]:
        """The amounts; one that is not in the money of the rules is not known."""
        for number, cell in enumerate(cells_of(pair, rule.currency)):
            if cell != CURRENCY and values[number] not in (NONE, UNKNOWN):
                message = f"an amount in `{str(cell)[:20]}`; the rules count in {CURRENCY}"
                self._wrong(pair, pair.kept[number], rule.currency, Misread("E0550", message))
                values[number] = UNKNOWN
        return values

    def _places(self, pair: Pair) -> Places:
        said = [self._name(cell) or "" for cell in cells_of(pair, pair.taking.source)] if pair.taking.source else ()
        return Places(pair.sheet, pair.kept, said)

    # ------------------------------------------------------------ telling

    def _wrong(self, pair: Pair, at: int, column: str, misread: Misread) -> None:
        span = place_in(pair.sheet, at, column)
        self._tell(pair.sheet, Diagnostic(misread.code, misread.message, span, misread.expected[:6], misread.nearest))

    def _pass_over(self, pair: Pair, at: int, column: str, code: str, message: str) -> None:
        self._tell(pair.sheet, Diagnostic(code, message, place_in(pair.sheet, at, column)))
        self._lack(pair.taking.relation.name, pair.sheet, pair.sheet.rows[at])

    def _lack(self, relation: str, sheet: Sheet, row: int) -> None:
        self.loaded.unread.setdefault(relation, []).append((Path(sheet.file).name, sheet.unit, row))

    def _tell(self, sheet: Sheet, diagnostic: Diagnostic) -> None:
        key = (sheet.file, diagnostic.code)
        count = self._told[key] = self._told.get(key, 0) + 1
        if count <= _MOST_TOLD:
            self.loaded.passed.append(diagnostic)
        elif count == _MOST_TOLD + 1:
            self.loaded.passed.append(Diagnostic(diagnostic.code, f"{sheet.file}: further rows like these", None))


def _nameless(kind: str) -> str:
    return f"a row without the name of {with_article(kind)}"


def _lacking(taking: Taking, sheet: Sheet) -> list[str]:
    """The columns that a mapping speaks of and a sheet does not have."""
    rules = [*taking.rules.values(), *(rule for rule in (taking.first, taking.last) if rule is not None)]
    wanted = [name for rule in rules for name in (*fields_of(rule.column), rule.currency, rule.over) if name]
    wanted += [*fields_of(taking.name), taking.key, taking.order, taking.source, *taking.only]
    return [name for name in dict.fromkeys(wanted) if name and name not in sheet.columns]


def _untaken(stater: Stater, sheet: Sheet) -> Diagnostic:
    nouns = sorted(stater.book.vocabulary.records)
    names = tuple(sheet.columns)
    message = (
        f"nothing says what {sheet.file} holds: its first column, `{names[0] if names else ''}`, is no kind of the book"
    )
    return Diagnostic(
        "E0548", message, None, (*nouns, "a mapping: --map FILE"), nearest(names[0] if names else "", nouns)
    )
