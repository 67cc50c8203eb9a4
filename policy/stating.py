"""Stating facts: the sentences and tables of a case file put into a fact base, each with its place of record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from attrs import define, evolve, field, frozen

from engine.columns import Packed
from engine.facts import BadFact, Chain, FactBase
from engine.model import Relation
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, Kind, Type
from policy.asked import CellFact, Fact, OrderFact, SpanFact, Statement, ValueFact, lower_fact, lower_none, miscounted
from policy.book import Book
from policy.cases import CaseFile, CasePart, sentences
from policy.check import check_fact
from policy.declaring import read_names
from policy.diagnostic import Diagnostic, nearest
from policy.document import Table
from policy.parse import Parser
from policy.parse import sentences as split_sentences
from policy.quantities import Misspelt, read_value
from policy.source import Source, Span
from policy.speak import Lexicon, Speaker
from policy.syntax import Call, Compared, Condition, Holds, Stated
from policy.syntax import Fact as FactTree

_EXTRA = ("source", "order")


@frozen
class Place:
    """Where a fact is recorded: what the case says ("personnel file"), else the file and line."""

    file: str
    line: int
    said: str = ""
    found: bool = False

    def __str__(self) -> str:
        where = self.said or f"{PurePath(self.file).name}, line {self.line}"
        return f"taken as found, {where}" if self.found else where


@define(eq=False)
class Stater:
    """Puts facts into a fact base; ``book`` gains the names that the facts introduce."""

    book: Book
    facts: FactBase = None  # type: ignore[assignment]  # made below where none is given
    names: dict[str, Type] = field(factory=dict)
    parts: list[str] = field(factory=list)
    _cells: dict[tuple[str, str], dict[str, Any]] = field(factory=dict)
    _known: dict[str, tuple[str, ...]] = field(factory=dict)
    _supposed: dict[tuple[str, str], dict[str, Any]] = field(factory=dict)
    _sources: dict[tuple[str, str], Place] = field(factory=dict)
    _cell_sources: dict[tuple[str, str, str], Place] = field(factory=dict)
    _spans: dict[tuple[str, str], Span] = field(factory=dict)
    _orders: dict[str, list[tuple[int, str]]] = field(factory=dict)
    _chains: dict[str, tuple[Sequence[int], Packed]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.facts is None:
            self.facts = self.book.engine.facts()
            for name, types in self.book.vocabulary.names.items():
                for type in types:
                    self._list_entity(name, type)

    def _list_entity(self, name: str, type: Type) -> None:
        relation = self.book.engine.relations.get(type.name)
        if relation is not None and not relation.record and not type.members:
            self.facts.state(type.name, (name,), True)

    # ------------------------------------------------------------- names

    def introduce(self, case: CaseFile) -> list[Diagnostic]:
        """Take in the names and the completeness that a case file declares, and the records its tables list."""
        problems: list[Diagnostic] = []
        found: dict[str, Type] = {}
        for span in case.names:
            names, more = read_names(span, self.book.vocabulary)
            problems += more
            found |= names
        if case.complete_to is not None:
            day = read_value(case.complete_to.text, DATE)
            if isinstance(day, Misspelt):
                problems.append(_misspelt(day, case.complete_to))
            else:
                assert isinstance(day, date)
                self.complete_to(day)
        found |= self._listed(case.common)
        self._take(found)
        return problems

    def introduce_part(self, part: CasePart) -> list[Diagnostic]:
        """Take in the records that a part's tables list."""
        self._take(self._listed(part))
        return []

    def _take(self, found: Mapping[str, Type]) -> None:
        new = {name: type for name, type in found.items() if self.names.get(name) != type}
        self.names |= new
        for name, type in new.items():
            self._list_entity(name, type)
        if new:
            self._known.clear()
            vocabulary = self.book.vocabulary.with_names(new)
            self.book = evolve(self.book, vocabulary=vocabulary, parser=Parser(vocabulary, self.book.parser.clauses))

    def list_names(self, listed: Mapping[str, tuple[Type, ...]]) -> None:
        """Take in the names that a ledger lists; it states what there is to state of them."""
        if listed:
            self._known.clear()
            vocabulary = self.book.vocabulary.with_listed(listed)
            self.book = evolve(self.book, vocabulary=vocabulary, parser=Parser(vocabulary, self.book.parser.clauses))

    def put_in_order(self, relation: str, places: Iterable[tuple[int, str]]) -> None:
        """Note the places of records in the order of their acts; `finish` puts them in."""
        self._orders.setdefault(relation, []).extend(places)

    def put_in_chain(self, relation: str, places: Sequence[int], names: Packed) -> None:
        """Note the order of all records that ledgers list, each at a place of its own."""
        self._chains[relation] = places, names

    def _listed(self, part: CasePart) -> dict[str, Type]:
        """The names in the first column of the tables of a part."""
        found: dict[str, Type] = {}
        for block in part.facts:
            if isinstance(block, Table) and block.header:
                type = self.book.vocabulary.type_of_noun(block.header[0].text)
                if type is not None and type.kind is Kind.SYMBOL and not type.members:
                    found |= {row[0].text: type for row in block.rows if row and row[0].text}
        return found

    def complete_to(self, day: date) -> None:
        """The record is complete to a day; of several that are said, to the earliest."""
        known = self.facts.complete_to
        self.facts.complete_to = day if known is None else min(day, known)

    # --------------------------------------------------------- statements

    def state(self, part: CasePart) -> list[Diagnostic]:
        """State the facts of a part, tables first."""
        problems: list[Diagnostic] = []
        for block in part.facts:
            if isinstance(block, Table):
                self._table(block, problems)
        for span in sentences(part.facts):
            problems += self._text(span)
        return problems

    def sentences_of(self, source: Source) -> list[Diagnostic]:
        """State the facts of a plain text."""
        return self._text(Span(source, 0, len(source.text)))

    def _text(self, span: Span) -> list[Diagnostic]:
        problems: list[Diagnostic] = []
        for sentence in split_sentences(span):
            parsed = self.book.parser.fact(sentence)
            problems += parsed.diagnostics
            if parsed.readings:
                problems += self._sentence(parsed.readings)
        return problems

    def _sentence(self, readings: tuple[FactTree, ...]) -> list[Diagnostic]:
        first = readings[0]
        if first.stated is Stated.NONE:
            row, more = lower_none(first.of)  # type: ignore[arg-type]  # a term here
            return [*more, *(self.state_fact(row, self._place(first)) if row is not None else ())]
        known = first.stated is not Stated.NOT_KNOWN
        checked, problems = check_fact([each.of for each in readings], self.book.vocabulary.records, known)  # type: ignore[misc]
        if checked is None:
            return list(problems)
        if first.stated is Stated.COMPLETE:
            return [*problems, *self._complete(checked.tree)]
        row, more = lower_fact(checked.tree, known)
        stated = self.state_fact(row, self._place(first), first.stated is Stated.FOUND) if row is not None else []
        return [*problems, *more, *stated]

    @staticmethod
    def _place(tree: FactTree) -> Place:
        return Place(tree.span.source.name, tree.span.line, tree.source, tree.stated is Stated.FOUND)

    def _complete(self, tree: Condition) -> list[Diagnostic]:
        """``The record of S is complete.``: what it does not say of S's phrase is not so."""
        if isinstance(tree, Holds):
            relation = tree.phrase.relation
        elif isinstance(tree, Compared) and isinstance(tree.left, Call):
            relation = tree.left.phrase.relation
        else:
            return [Diagnostic("E0520", "only the record of a declared phrase can be complete", tree.span)]
        self.facts.complete = self.facts.complete | {relation}
        return []

    def state_fact(self, fact: Fact, source: object, found: bool = False) -> list[Diagnostic]:
        """Put one fact into the base; one that contradicts another is an error at its place."""
        relation = self.book.engine.relations[fact.relation]
        if relation.silence.value == "concluded" and not relation.record and not found and source != "supposed":
            return [
                Diagnostic(
                    "E0521",
                    "this is concluded by the rules; a case states what they rest on",
                    fact.span,
                    expected=("a recorded, given, decided or determined phrase", "Taken as found: …"),
                )
            ]
        try:
            self._put(fact, relation, source)
        except BadFact as bad:
            return [
                Diagnostic(
                    "E0522",
                    f"this contradicts another fact: {contradiction(bad, self.book.lexicon, self.facts)}",
                    fact.span,
                )
            ]
        return []

    def _put(self, fact: Fact, relation: Relation, source: Any) -> None:
        match fact:
            case Statement():
                self.facts.state(fact.relation, fact.keys, fact.status, source)
            case ValueFact():
                self.facts.give(fact.relation, fact.keys, fact.value, source)
            case SpanFact():
                self.facts.during(fact.relation, fact.keys, fact.first, fact.last, fact.status, source)
            case OrderFact():
                self.facts.put_before(fact.relation, fact.earlier, fact.later)
            case CellFact():
                self._cell(fact, relation, source)

    def _cell(self, fact: CellFact, relation: Relation, source: Any) -> None:
        key = (fact.relation, fact.id)
        cells = self._cells.get(key)
        if cells is None and self.facts.find(fact.relation, (fact.id,)) is not None:
            if self.facts.under is None:
                self._add_cell(fact, relation, source)
            else:
                self._replace_cell(fact, relation, source)
            return
        cells = self._cells.setdefault(key, {})
        if fact.column in cells and cells[fact.column] != fact.value:
            recorded = self._cell_sources.get((*key, fact.column), self._sources.get(key))
            raise _otherwise(fact, cells[fact.column], recorded)
        cells[fact.column] = fact.value
        if self._sources.setdefault(key, source) != source:
            self._cell_sources[(*key, fact.column)] = source

    def _add_cell(self, fact: CellFact, relation: Relation, source: Any) -> None:
        """An attribute that the row of a ledger leaves open; what the row says is not said otherwise."""
        table = self.facts.table(fact.relation)
        (number,) = table.rows_of((fact.id,))
        place = _place_of(relation, fact.column)
        known = table.columns[place][number]
        if known is UNKNOWN:
            table.put(number, place, fact.value, source)
        elif known != fact.value:
            raise _otherwise(fact, known, table.source_of(number, place))

    def _replace_cell(self, fact: CellFact, relation: Relation, source: Any) -> None:
        """In an overlay: the record with one attribute supposed otherwise."""
        place = _place_of(relation, fact.column)
        supposed = self._supposed.setdefault((fact.relation, fact.id), {})
        if (known := supposed.setdefault(fact.column, fact.value)) != fact.value:
            raise _otherwise(fact, known, source)
        own = self.facts.table(fact.relation)
        if not own.rows_of((fact.id,)):
            found = self.facts.find(fact.relation, (fact.id,))
            assert found is not None
            own.copy(*found)
        own.put(own.rows_of((fact.id,))[0], place, fact.value, source)

    def finish(self) -> list[Diagnostic]:
        """Put in the records gathered from tables and sentences, and the order of those of one day."""
        problems: list[Diagnostic] = []
        for name, type in self.names.items():
            kind = self.book.engine.relations.get(type.name)
            if kind is not None and kind.record and self.facts.find(type.name, (name,)) is None:
                self._cells.setdefault((type.name, name), {})  # named without a row: nothing more is known of it
        for (relation, id), cells in self._cells.items():
            try:
                self.facts.record(relation, id, cells, self._sources.get((relation, id)))
                self._cite_cells(relation, id)
                if self.facts.since is not None and len(self.book.vocabulary.names.get(id, ())) < 2:
                    self.facts.added |= {id}  # of what has the same name, too, nobody says that it is new
            except BadFact as bad:
                problems.append(
                    Diagnostic(
                        "E0522", contradiction(bad, self.book.lexicon, self.facts), self._spans.get((relation, id))
                    )
                )
        for relation, (numbers, names) in self._chains.items():
            if relation in self._orders or len(names) == 1:
                self.put_in_order(relation, zip(numbers, names, strict=True))
            else:
                self.facts.chains[relation] = Chain(names)
        for relation, places in self._orders.items():
            problems += self._numbered_again(relation, places)
            self._put_in_order(relation, places)
        for relation in self.facts.incomplete:
            self.facts.miss(relation)  # nobody can say that a record is complete of which a row was not read
        self._cells.clear()
        self._orders.clear()
        self._chains.clear()
        return problems

    def _numbered_again(self, relation: str, places: list[tuple[int, str]]) -> Iterator[Diagnostic]:
        """Numbers that would put rows in order with others that were read before, whose numbers are not kept."""
        before = self.facts.since
        if before is not None and (relation in before.order or relation in before.chains):
            said = "its number is not told from those of the rows that were read before"
            for _, id in places:
                expected = (f"{id} was made before …",)
                yield Diagnostic("E0534", said, self._spans.get((relation, id)), expected)

    def _put_in_order(self, relation: str, places: list[tuple[int, str]]) -> None:
        """Numbers that run through the record put all of it in order; those that repeat count the acts of a day."""
        often = Counter(name for _, name in set(places))
        places = [each for each in dict.fromkeys(places) if often[each[1]] == 1]  # nobody can say which of two is right
        days: dict[Any, dict[int, list[str]]] = {}
        repeat = len({number for number, _ in places}) < len(places)
        for number, id in sorted(places):
            day = self._day(relation, id) if repeat else None
            days.setdefault(day, {}).setdefault(number, []).append(id)
        for day, acts in days.items():
            for (number, earlier), (_, later) in pairwise(acts.items()):
                if len(earlier) > 1 and len(later) > 1:  # a mark between them, lest each be put before each
                    mark = f"\n{day} after {number}"
                    pairs = [*((one, mark) for one in earlier), *((mark, other) for other in later)]
                else:
                    pairs = [(one, other) for one in earlier for other in later]
                for one, other in pairs:
                    self.facts.put_before(relation, one, other)

    def _day(self, relation: str, id: str) -> Any:
        """The day by which a record is ordered; records of which it is not known are put in order among themselves."""
        time = self.book.engine.relations[relation].time
        found = self.facts.find(relation, (id,))
        return UNKNOWN if found is None or time is None else found[0].columns[time][found[1]]

    def _cite_cells(self, relation: str, id: str) -> None:
        """Note which attributes of a record are stated elsewhere than the first."""
        table = self.facts.table(relation)
        for place, column in enumerate(table.relation.columns):
            source = self._cell_sources.get((relation, id, column.name))
            if source is not None:
                table.cell_sources[table.rows_of((id,))[0], place] = source

    # -------------------------------------------------------------- tables

    def _table(self, table: Table, problems: list[Diagnostic]) -> None:
        type = self.book.vocabulary.type_of_noun(table.header[0].text)
        relation = None if type is None else self.book.engine.relations.get(type.name)
        if type is None or relation is None or type.kind is not Kind.SYMBOL or type.members:
            nouns = sorted(self.book.vocabulary.records)
            problems.append(
                Diagnostic(
                    "E0530",
                    f"`{table.header[0].text}` is no kind of record",
                    table.header[0],
                    ("a record kind in the first column", *nouns),
                    nearest(table.header[0].text, nouns),
                )
            )
            return
        columns = self._columns(table, relation, problems)
        for row in table.rows:
            self._row(row, columns, relation, problems)

    def _columns(self, table: Table, relation: Relation, problems: list[Diagnostic]) -> list[str | None]:
        known = [column.name for column in relation.columns[1:]] if relation.record else []
        columns: list[str | None] = []
        for cell in table.header[1:]:
            name = " ".join(cell.text.split())
            if name in known or name in _EXTRA:
                columns.append(name)
                continue
            problems.append(
                Diagnostic(
                    "E0531",
                    f"{relation.name} has no attribute `{name}`",
                    cell,
                    (*known, *_EXTRA),
                    nearest(name, (*known, *_EXTRA)),
                )
            )
            columns.append(None)
        return columns

    def _row(
        self, row: tuple[Span, ...], columns: list[str | None], relation: Relation, problems: list[Diagnostic]
    ) -> None:
        id = row[0].text
        if not id:
            problems.append(Diagnostic("E0532", "a row without a name", row[0]))
            return
        key = (relation.name, id)
        said = ""
        cells: dict[str, Any] = {}
        for name, cell in zip(columns, row[1:], strict=False):
            if name == "source":
                said = cell.text
            elif name == "order":
                self._order(relation, id, cell, problems)
            elif name is not None:
                column = next(each for each in relation.columns if each.name == name)
                value = self._value(cell, column.type, column.optional, problems)
                if value is not None:
                    cells[name] = value
        if key in self._spans:
            problems.append(Diagnostic("E0533", f"{id} stands in two rows", row[0]))
            return
        self._spans[key] = row[0]
        self._sources[key] = Place(row[0].source.name, row[0].line, said)
        if relation.record:
            self._cells[key] = cells

    def _order(self, relation: Relation, id: str, cell: Span, problems: list[Diagnostic]) -> None:
        if cell.text.isdecimal() and len(cell.text) < 10:
            self._orders.setdefault(relation.name, []).append((int(cell.text), id))
        elif cell.text:
            problems.append(Diagnostic("E0534", f"`{cell.text}` is not a place in an order", cell, ("1", "2")))

    def _value(self, cell: Span, type: Type, optional: bool, problems: list[Diagnostic]) -> Any:
        text = " ".join(cell.text.split())
        if text == "?":
            return UNKNOWN
        if not text and not optional:
            wanted = ("`?` where it is not known", "`none` where there is none")
            problems.append(Diagnostic("E0536", f"an empty cell, where each record has {type.name}", cell, wanted))
            return None
        if text in ("", "none"):
            return NONE
        if type.kind is Kind.SYMBOL:
            return self._symbol(text, cell, type, problems)
        value = read_value(text, type)
        if isinstance(value, Misspelt):
            problems.append(_misspelt(value, cell))
            return None
        if (wrong := miscounted(value, type)) is not None:
            problems.append(Diagnostic("E0318", wrong, cell))
            return None
        return value

    def known_of(self, type: Type) -> tuple[str, ...]:
        """The names of a type, gathered once however many cells are wrong."""
        if type.name not in self._known:
            names = self.book.vocabulary.names
            self._known[type.name] = tuple(name for name, types in names.items() if type in types)
        return self._known[type.name]

    def _symbol(self, text: str, cell: Span, type: Type, problems: list[Diagnostic]) -> str | None:
        names = self.book.vocabulary.names
        for name in (text, f"the {text}"):
            if name in type.members if type.members else type in names.get(name, ()):
                return name
        known = type.members or self.known_of(type)
        problems.append(
            Diagnostic(
                "E0535",
                f"`{text}` is no {type.name} that the case introduces",
                cell,
                (f"Names: {text} is a {type.name}.",) if not type.members else type.members,
                nearest(text, known),
            )
        )
        return None


def contradiction(bad: BadFact, lexicon: Lexicon, facts: FactBase) -> str:
    """What contradicts another fact, in the words of the book, and where that one is recorded."""
    said = str(bad)
    speaker = Speaker(lexicon, facts)
    if bad.about is not None and bad.value is not None:
        said = f"elsewhere {speaker.valued(*bad.about, *bad.value)}"
    elif bad.about is not None:
        said = f"that {speaker.statement(*bad.about)} {bad.said}"
    return f"{said} ({bad.other})" if bad.other is not None else said


def _otherwise(fact: CellFact, known: Any, source: Any) -> BadFact:
    return BadFact("is recorded otherwise", source, (fact.relation, (fact.id,)), (fact.column, known))


def _place_of(relation: Relation, column: str) -> int:
    return next(place for place, each in enumerate(relation.columns) if each.name == column)


def _misspelt(found: Misspelt, span: Span) -> Diagnostic:
    return Diagnostic(found.code, found.message, span, (found.right,) if found.right else ())
