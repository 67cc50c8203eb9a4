"""Mappings: a TOML file that says what the tables and columns of a ledger are in a book's words.

A mapping is checked against the book when it is read. Without one, a table is taken like a table of a case file: its
first column is headed by a kind and names the rows, the others are headed by attributes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from engine.model import Relation
from engine.values import Kind, Type
from policy.book import Book
from policy.diagnostic import Diagnostic, nearest
from policy.document import read_source
from policy.ledger_cells import Sheet
from policy.ledger_values import CellRule, form_pattern
from policy.source import Source, Span
from policy.vocabulary_text import phrase_text
from policy.words import Heading, Phrase

OCF = Path(__file__).with_name("ledger_ocf.toml")
"""The mapping of Open Cap Format packages, used where no other is given."""

_TOP = ("complete-to", "if-declared", "table")
_TABLE = ("of", "says", "from", "file", "name", "key", "order", "source", "only", "columns", "first", "last")
_CELL = ("column", "value", "form", "values", "by", "currency", "decimals", "over")
EXTRA = ("source", "order")
_SLOT = re.compile(r"\*\s*(?:an?\s+|the\s+|another\s+)?([^*]+?)\s*\*")


@frozen
class Taking:
    """What one table of a mapping takes: rows of a kind (``of``), or statements of a phrase.

    ``rules`` say where the columns of the relation come from, by their names; a name that is missing is not mapped.
    """

    relation: Relation
    kind: Type | None
    said: str
    span: Span | None
    table: str = ""
    file: str = ""
    name: str = ""
    key: str = ""
    order: str = ""
    source: str = ""
    only: Mapping[str, tuple[str, ...]] = field(factory=dict)
    rules: Mapping[str, CellRule] = field(factory=dict)
    first: CellRule | None = None
    last: CellRule | None = None
    if_declared: bool = False

    def takes(self, sheet: Sheet) -> bool:
        return self.table.casefold() in ("", sheet.name.casefold()) and (
            not self.file or fnmatchcase(Path(sheet.file).name.casefold(), self.file.casefold())
        )


@frozen
class LedgerMapping:
    takings: tuple[Taking, ...] = ()
    complete_to: date | None = None


def read_mapping(path: Path, book: Book) -> tuple[LedgerMapping, tuple[Diagnostic, ...]]:
    """The mapping in a file, and all that is wrong with it."""
    source, problems = read_source(path)
    if source is None:
        return LedgerMapping(), problems
    try:
        data = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return LedgerMapping(), (Diagnostic("E0544", f"this is no TOML: {error}", _toml_place(source, str(error))),)
    reader = _Reader(book, source)
    mapping = reader.mapping(data)
    return mapping, tuple(reader.problems)


def _toml_place(source: Source, message: str) -> Span:
    match = re.search(r"line (\d+), column (\d+)", message)
    start = source.line_starts[int(match[1]) - 1] + int(match[2]) - 1 if match else len(source.text)
    return Span(source, min(start, len(source.text)), min(start + 1, len(source.text)))


# --------------------------------------------------------------- by default


def taken_by_default(book: Book, sheet: Sheet) -> Taking | None:
    """How a sheet is taken that no mapping speaks of: as a table of a case file."""
    names = list(sheet.columns)
    kind = book.vocabulary.type_of_noun(names[0]) if names else None
    relation = None if kind is None else book.engine.relations.get(kind.name)
    if kind is None or relation is None or kind.kind is not Kind.SYMBOL or kind.members:
        return None
    source, order = ("source" if "source" in names else ""), ("order" if "order" in names else "")
    return evolve(
        Taking(relation, kind, kind.name, None, sheet.name, "", names[0], "", order, source),
        rules=_by_their_own_names(relation, {}, names) if relation.record else {},
    )


def _by_their_own_names(relation: Relation, rules: Mapping[str, CellRule], names: Iterable[str]) -> dict[str, CellRule]:
    """The rules, with those of the attributes that have columns of their own names."""
    known = {name.casefold(): name for name in names}
    own = {
        column.name: CellRule(column=known[column.name.casefold()])
        for column in relation.columns[1:]
        if column.name.casefold() in known
    }
    return {**own, **rules}


def completed(taking: Taking, sheet: Sheet) -> Taking:
    """A taking with what it leaves to the headings of a sheet."""
    if taking.kind is None or not taking.relation.record:
        return taking
    return evolve(taking, rules=_by_their_own_names(taking.relation, taking.rules, sheet.columns))


# ----------------------------------------------------------------- a file


@define
class _Reader:
    """Reads a mapping's tables, and notes what is wrong at the place of its words."""

    book: Book
    source: Source
    problems: list[Diagnostic] = field(factory=list)
    if_declared: bool = False
    _starts: list[int] = field(factory=list)
    _at: int = 0

    def mapping(self, data: Mapping[str, Any]) -> LedgerMapping:
        self._starts = [match.start() for match in re.finditer(r"(?m)^\s*\[\[\s*table\s*\]\]", self.source.text)]
        self._at = -1
        self._known(data, _TOP, "a mapping")
        self.if_declared = data.get("if-declared") is True
        complete = data.get("complete-to")
        if complete is not None and type(complete) is not date:
            self._problem("E0545", "`complete-to` is a day", "complete-to", ("complete-to = 2023-03-02",))
            complete = None
        tables = data.get("table", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            self._problem("E0545", "the tables of a mapping are written `[[table]]`", "table", ("[[table]]",))
            tables = []
        takings: list[Taking] = []
        for number, table in enumerate(tables):
            self._at = number
            taking = self._taking(table)
            if taking is not None:
                takings.append(taking)
        return LedgerMapping(tuple(takings), complete)

    # ------------------------------------------------------------- tables

    def _taking(self, table: Mapping[str, Any]) -> Taking | None:
        self._known(table, _TABLE, "a table")
        texts = {
            key: self._text(table, key) for key in ("of", "says", "from", "file", "name", "key", "order", "source")
        }
        if bool(texts["of"]) == bool(texts["says"]):
            expected = ('of = "grant"', 'says = "*a grant* was cancelled on *a date*"')
            self._problem("E0545", "a table has `of`, a kind, or `says`, a phrase", "", expected)
            return None
        made = self._of(texts["of"]) if texts["of"] else self._says(texts["says"])
        if made is None:
            return None
        relation, kind = made
        if kind is not None and not texts["name"]:
            self._problem("E0545", f"which column names each {kind.name}?", "of", ('name = "Grant No"',))
            return None
        return Taking(
            relation,
            kind,
            texts["of"] or texts["says"],
            self._span(""),
            texts["from"],
            texts["file"],
            texts["name"],
            texts["key"],
            texts["order"],
            texts["source"],
            self._only(table.get("only", {})),
            self._rules(table.get("columns", {} if kind is not None else []), relation, kind),
            self._day(table, "first", relation),
            self._day(table, "last", relation),
            self.if_declared,
        )

    def _of(self, noun: str) -> tuple[Relation, Type] | None:
        kind = self.book.vocabulary.type_of_noun(noun)
        relation = None if kind is None else self.book.engine.relations.get(kind.name)
        if kind is not None and relation is not None and kind.kind is Kind.SYMBOL and not kind.members:
            return relation, kind
        if not self.if_declared:
            known = [*self.book.vocabulary.records, *_entities(self.book)]
            self._undeclared(f"the book declares no kind `{noun}`", noun, known)
        return None

    def _says(self, text: str) -> tuple[Relation, None] | None:
        phrases = {_plain(phrase_text(phrase)): phrase for phrase in self.book.vocabulary.phrases}
        phrase = phrases.get(_plain(text))
        if phrase is None:
            if not self.if_declared:
                known = {phrase_text(each) for each in phrases.values() if _is_stated(each)}
                self._undeclared(f"the book declares no phrase `{text}`", text, sorted(known))
            return None
        if not _is_stated(phrase):
            self._undeclared(
                f"`{text}` is concluded by the rules, or asked; a ledger states what they rest on", text, ()
            )
            return None
        return self.book.engine.relations[phrase.relation], None

    def _only(self, data: Any) -> dict[str, tuple[str, ...]]:
        """The texts that the columns of the rows to be taken have."""
        if not isinstance(data, dict):
            self._problem("E0545", "`only` gives texts for columns", "only", ('only = { "Type" = ["ISO"] }',))
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for column, wanted in data.items():
            each = wanted if isinstance(wanted, list) else [wanted]
            if not all(isinstance(one, str) for one in each):
                self._problem("E0545", "`only` gives texts for columns", column, ('only = { "Type" = ["ISO"] }',))
            found[column] = tuple(map(str, each))
        return found

    # -------------------------------------------------------------- cells

    def _rules(self, data: Any, relation: Relation, kind: Type | None) -> dict[str, CellRule]:
        columns = relation.columns[1:] if kind is not None else relation.columns
        names = tuple(column.name for column in columns)
        if kind is None and isinstance(data, list):
            if len(data) != len(names):
                expected = (f"columns = [{', '.join(names)}]",)
                self._problem("E0545", f"the phrase has {len(names)} places, not {len(data)}", "columns", expected)
                return {}
            data = dict(zip(names, data, strict=True))
        if not isinstance(data, dict):
            self._problem(
                "E0545", "`columns` gives a column for each attribute", "columns", ('columns.date = "Granted"',)
            )
            return {}
        rules: dict[str, CellRule] = {}
        for name, said in data.items():
            column = next((each for each in columns if each.name == name), None)
            if column is None or (kind is not None and not relation.record):
                if not self.if_declared:
                    self._undeclared(f"{relation.name} has no attribute `{name}`", name, names)
                continue
            rule = self._rule(said, name, column.type)
            if rule is not None:
                rules[name] = rule
        missing = [name for name in names if name not in rules] if kind is None else []
        if missing and data:
            self._problem("E0545", f"no column gives {', '.join(missing)}", "columns")
        return rules

    def _day(self, table: Mapping[str, Any], key: str, relation: Relation) -> CellRule | None:
        said = table.get(key)
        if relation.span and key == "first" and said is None:
            self._problem(
                "E0545", f"{relation.name} holds from a day on: which column has it?", "", ('first = "Hired"',)
            )
        if said is None:
            return None
        if not relation.span:
            self._problem("E0545", f"`{key}` is for what is recorded over time", key)
            return None
        return self._rule(said, key, Type("date", Kind.DATE))

    def _rule(self, said: Any, name: str, type: Type) -> CellRule | None:
        if isinstance(said, str):
            return CellRule(column=said)
        if not isinstance(said, dict):
            self._problem("E0545", f"`{name}` is a column, or a table of settings", name, ('{ column = "Granted" }',))
            return None
        self._known(said, _CELL, "a column")
        texts = {key: self._text(said, key) for key in ("column", "form", "by", "currency", "over")}
        value = said.get("value")
        if (value is None) == (not texts["column"]) or not isinstance(value, (str, int, date, type_of_none)):
            self._problem("E0545", f"`{name}` has a `column`, or one `value` for all rows, as text", name)
            return None
        if texts["form"] and form_pattern(texts["form"]) is None:
            forms = ("MM/DD/YYYY", "DD.MM.YYYY", "D-MON-YYYY", "YYYYMMDD")
            self._problem("E0545", f"`{texts['form']}` is no form of a day", texts["form"], forms)
        if texts["by"] not in ("", "key", "name"):
            self._problem("E0545", "a cell names a thing by its key or its name", texts["by"], ("key", "name"))
        values = said.get("values", {})
        if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
            self._problem("E0545", "`values` gives a text for each text", "values", ('values = { ISO = "…" }',))
            values = {}
        decimals = said.get("decimals")
        if decimals is not None and not (isinstance(decimals, int) and 0 <= decimals <= 12):
            self._problem("E0545", "`decimals` is a number from 0 to 12", "decimals")
            decimals = None
        self._members(values, type, name)
        return CellRule(
            texts["column"],
            None if value is None else str(value),
            texts["form"],
            values,
            texts["by"] == "key",
            texts["currency"],
            decimals,
            texts["over"],
        )

    def _members(self, values: Mapping[str, str], type: Type, name: str) -> None:
        """The values that a closed kind is given are values of it."""
        for said in values.values():
            if type.members and not {said, f"the {said}"} & set(type.members) and not self.if_declared:
                self._undeclared(f"`{said}` is no {type.name}", said, type.members)

    # ------------------------------------------------------------- places

    def _known(self, data: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
        for key in data:
            if key not in known:
                self._problem("E0545", f"{what} of a mapping has no `{key}`", key, known, nearest(key, known))

    def _text(self, data: Mapping[str, Any], key: str) -> str:
        said = data.get(key, "")
        if isinstance(said, str):
            return said
        self._problem("E0545", f"`{key}` is a text", key, (f'{key} = "…"',))
        return ""

    def _undeclared(self, message: str, word: str, known: Iterable[str]) -> None:
        known = tuple(known)
        self._problem("E0546", message, word, known, nearest(word, known))

    def _problem(
        self, code: str, message: str, word: str, expected: tuple[str, ...] = (), near: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Diagnostic(code, message, self._span(word), expected, near))

    def _span(self, word: str) -> Span:
        """The first place of a word in the table that is read; without one, the table's head."""
        text = self.source.text
        start = self._starts[self._at] if 0 <= self._at < len(self._starts) else 0
        end = self._starts[self._at + 1] if self._at + 1 < len(self._starts) else len(text)
        found = text.find(word, start, end) if word else -1
        if found >= 0:
            return Span(self.source, found, found + len(word))
        line_end = text.find("\n", start + 1)
        start += len(text[start:]) - len(text[start:].lstrip())
        return Span(self.source, start, line_end if line_end > start else len(text))


type_of_none = type(None)


def _is_stated(phrase: Phrase) -> bool:
    return phrase.heading not in (Heading.CONCLUDED, Heading.ASKED)


def _entities(book: Book) -> Iterator[str]:
    for name, type in book.vocabulary.types.items():
        if type.kind is Kind.SYMBOL and not type.members and name not in book.vocabulary.records:
            yield name


def _plain(text: str) -> str:
    return " ".join(_SLOT.sub(r"*\1*", text).split()).casefold()
