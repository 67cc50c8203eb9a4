"""The rows of an audit, by columns: from the whole numbers of the tables to verdicts, values and clauses in words.

Whatever is the same for many rows is put into words once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import define, field, fields, frozen

from engine.relational.goal import CITED, DOUBT, EXISTS, NUMBER, SCALE, SUBJECT, TRUTH, UNCITED, Worked
from engine.relational.tables import Ledger
from engine.values import Kind, Type, exact
from policy.answer import sections
from policy.audit_question import AuditQuestion
from policy.citing import split
from policy.speak import Speaker

if TYPE_CHECKING:
    import pyarrow

    from policy.instrument import Case


@frozen
class AuditRow:
    """What is said of one subject; ``value`` is a value in words, ``depends`` what it hangs on, with the clauses."""

    id: str
    verdict: str
    value: str
    citations: str
    depends: str
    by: str


COLUMNS = tuple(each.name for each in fields(AuditRow))
BY_TABLES, BY_REFERENCE, BY_LIKENESS = "tables", "reference", "likeness"
"""Who settled a row: the tables, the reference evaluator, or the latter asked about a row that is like it."""


@define(eq=False)
class Rows:
    """The rows in the order of the ledger; ``verdict`` "" is not settled yet."""

    columns: dict[str, list[str]] = field(factory=lambda: {name: [] for name in COLUMNS})

    def __len__(self) -> int:
        return len(self.columns["id"])

    def __iter__(self) -> Iterator[AuditRow]:
        return (AuditRow(*cells) for cells in zip(*self.columns.values(), strict=True))

    def __getitem__(self, place: int) -> AuditRow:
        return AuditRow(*(cells[place] for cells in self.columns.values()))

    def __setitem__(self, place: int, row: AuditRow) -> None:
        for name, cells in self.columns.items():
            cells[place] = getattr(row, name)

    def open(self) -> list[int]:
        """The places of the rows that are not settled yet."""
        return [place for place, verdict in enumerate(self.columns["verdict"]) if not verdict]


@frozen
class Left:
    """A row that the tables left open: its place, its kind, and what they tell of what is not known."""

    place: int
    id: str
    kind: int
    told: Mapping[str, Any]


@define
class Reader:
    """Puts the rows of a worked-out question into words.

    ``kinds`` is what is the same for all rows of a kind; ``left`` are the rows that are not settled, in their order.
    """

    case: Case
    question: AuditQuestion
    ledger: Ledger
    worked: Worked
    kinds: list[dict[str, Any]] = field(factory=list)
    left: list[Left] = field(factory=list)
    _speaker: Speaker = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._speaker = Speaker(self.case.book.lexicon, self.case.facts)

    def rows(self, table: pyarrow.Table) -> Rows:
        """Each row; one that is not settled has no verdict yet."""
        if not table.num_rows:
            return Rows()
        table = table.sort_by(SUBJECT).combine_chunks()
        ids = self.ledger.symbols.names(table.column(SUBJECT).chunk(0))
        tips = list(self.worked.leaves.columns)
        sorts = table.drop_columns([SUBJECT, *tips])
        self.kinds, which = _distinct(sorts) if sorts.column_names else ([{}], [0] * len(ids))
        said = zip(*(self._said(self.worked.said(kind)) for kind in self.kinds), strict=True)
        columns = {
            name: list(map(each.__getitem__, which))
            for name, each in zip(("verdict", "value", "citations", "depends", "by"), said, strict=True)
        }
        rows = Rows({"id": ids, **columns})
        places = rows.open()
        told = table.select(tips).take(places).to_pylist() if tips and places else [{}] * len(places)
        self.left = [Left(place, ids[place], which[place], each) for place, each in zip(places, told, strict=True)]
        return rows

    def cited(self, kind: int) -> str:
        """The clauses that decide a kind of rows, also where it is open, as far as the tables tell cases apart."""
        return self._citations(self.worked.said(self.kinds[kind]))

    def _said(self, kind: dict[str, Any]) -> tuple[str, str, str, str, str]:
        """What is said of all rows that are alike."""
        if kind[DOUBT] or kind[UNCITED]:
            return "", "", "", "", ""
        verdict, value = self._verdict(kind)
        return (verdict, value, self._citations(kind), "", BY_TABLES) if verdict else ("", "", "", "", "")

    def _verdict(self, kind: dict[str, Any]) -> tuple[str, str]:
        """The verdict ("": none as yet) and the value."""
        if self.worked.value is None:
            return {True: "yes", False: "no", None: ""}[kind[TRUTH]], ""
        exists, number = kind[EXISTS], kind[NUMBER]
        if exists is None or (exists and number is None):
            return "", ""
        return ("value", self._value(number, kind[SCALE])) if exists else ("none", "")

    def _value(self, number: int, scale: int) -> str:
        assert self.worked.value is not None
        found: Any = exact(Fraction(int(number), int(scale)))
        if self.worked.value.kind is Kind.SYMBOL:
            found = self.ledger.symbols.name(found)
        elif self.worked.value.kind is Kind.DATE:
            found = date.fromordinal(found)
        return self._speaker.value(found, value_type(self.case, self.question))

    def _citations(self, kind: dict[str, Any]) -> str:
        clauses = [
            clause
            for place, origin in enumerate(self.worked.origins)
            if kind[f"{CITED}{place}"]
            for clause in split(origin)
        ]
        return sections(self.case.book.in_order(clauses))


def value_type(case: Case, question: AuditQuestion) -> Type:
    """Of the values of a question that asks for them."""
    return case.book.engine.relations[question.phrase.relation].columns[-1].type


def _distinct(table: pyarrow.Table) -> tuple[list[dict[str, Any]], Sequence[int]]:
    """The distinct rows of a table, and which of them each row is."""
    import pyarrow
    import pyarrow.compute as compute

    which = pyarrow.array([0] * table.num_rows, pyarrow.int64())
    count = 1
    for column in table.columns:
        codes = column.combine_chunks().dictionary_encode(null_encoding="encode")
        together = compute.add(
            compute.multiply(which, len(codes.dictionary)), compute.cast(codes.indices, pyarrow.int64())
        )
        again = together.dictionary_encode()
        which, count = compute.cast(again.indices, pyarrow.int64()), len(again.dictionary)
    first = compute.index_in(pyarrow.array(range(count), pyarrow.int64()), value_set=which)
    return table.take(first).to_pylist(), which.to_pylist()
