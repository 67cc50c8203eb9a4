"""The rows of an audit, by columns: from the whole numbers of the tables to verdicts, values and clauses in words.

Whatever is the same for many rows is put into words once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, fields, frozen

from engine.relational.goal import CITED, DAYS, DOUBT, EXISTS, NUMBER, SCALE, SUBJECT, TRUTH, UNCITED, Worked
from engine.relational.tables import Ledger
from engine.values import Kind, Period, Type, exact
from policy.answer import sections
from policy.audit_question import AuditQuestion
from policy.citing import split
from policy.speak import Speaker

if TYPE_CHECKING:
    import pyarrow

    from engine.relational.runner import Runner
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


_NOTHING = AuditRow("", "", "", "", "", "")
COLUMNS = tuple(each.name for each in fields(AuditRow))
BY_TABLES, BY_REFERENCE, BY_LIKENESS = "tables", "reference", "likeness"
"""Who settled a row: the tables, the reference evaluator, or the latter asked about a row that is like it."""


@define(eq=False)
class Rows:
    """The rows in the order of the ledger; ``verdict`` "" is not settled yet.

    Each is what is said of its kind (``which`` of ``kinds``), by its name, unless it is among the ``own``, by place.
    """

    ids: pyarrow.Array
    kinds: Sequence[AuditRow]
    which: pyarrow.Array
    own: dict[int, AuditRow] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[AuditRow]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, place: int) -> AuditRow:
        own = self.own.get(place)
        return evolve(self.kinds[self.which[place].as_py()], id=self.ids[place].as_py()) if own is None else own

    def __setitem__(self, place: int, row: AuditRow) -> None:
        self.own[place] = row

    def where(self, name: str, text: str) -> pyarrow.Array:
        """The places of the rows that have a text in a column."""
        import pyarrow.compute as compute

        column = self.column(name)
        code = compute.index(column.dictionary, text).as_py()
        return compute.indices_nonzero(compute.equal(column.indices, code))

    def column(self, name: str) -> pyarrow.Array:
        """A column of texts; of all but names each text is kept once."""
        import pyarrow
        import pyarrow.compute as compute

        if name == "id":
            return self.ids
        texts: dict[str, int] = {}

        def codes(rows: Iterable[AuditRow]) -> pyarrow.Array:
            return pyarrow.array([texts.setdefault(getattr(row, name), len(texts)) for row in rows], pyarrow.int32())

        found = codes(self.kinds).take(self.which)
        if self.own:
            places = sorted(self.own)
            found = compute.replace_with_mask(found, self._mask(places), codes(self.own[place] for place in places))
        return pyarrow.DictionaryArray.from_arrays(found, pyarrow.array(texts, pyarrow.string()))

    def _mask(self, places: Iterable[int]) -> pyarrow.Array:
        """Which rows these are."""
        import pyarrow

        bits = bytearray((len(self) + 7) // 8)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return pyarrow.Array.from_buffers(pyarrow.bool_(), len(self), [None, pyarrow.py_buffer(bits)])

    def counted(self, *names: str) -> Counter[tuple[str, ...]]:
        """How many rows have the same texts in these columns."""
        found: Counter[tuple[str, ...]] = Counter()

        def add(row: AuditRow, count: int) -> None:
            found[tuple(getattr(row, name) for name in names)] += count

        for each in self.which.value_counts().to_pylist():
            add(self.kinds[each["values"]], each["counts"])
        for place, row in self.own.items():
            add(self.kinds[self.which[place].as_py()], -1)
            add(row, 1)
        return +found


def no_rows() -> Rows:
    import pyarrow

    return Rows(pyarrow.array([], pyarrow.string()), (), pyarrow.array([], pyarrow.int32()))


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

    def rows(self, runner: Runner) -> Rows:
        """Each row; one that is not settled has no verdict yet."""
        import pyarrow

        table = runner.rows(self.worked.rows)
        if not table.num_rows:
            return no_rows()
        table = table.sort_by(SUBJECT).combine_chunks()
        subjects = table.column(SUBJECT).chunk(0)
        sorts = table.drop_columns([SUBJECT])
        nothing: tuple[list[dict[str, Any]], pyarrow.Array] = [{}], pyarrow.array([0] * table.num_rows, pyarrow.int32())
        self.kinds, which = _distinct(sorts) if sorts.column_names else nothing
        said = [self._said(self.worked.said(kind)) for kind in self.kinds]
        rows = Rows(self.ledger.symbols.names(subjects), said, which)
        places = rows.where("verdict", "")
        if len(places):
            self._leave(rows, places, subjects.take(places), runner)
        return rows

    def _leave(self, rows: Rows, places: pyarrow.Array, subjects: pyarrow.Array, runner: Runner) -> None:
        """Note the rows that are not settled, with what is told of each."""
        told = {} if self.worked.told is None else _by_subject(runner.rows(self.worked.told), subjects)
        nothing = dict.fromkeys(self.worked.leaves.columns)
        ids, kinds = rows.ids.take(places).to_pylist(), rows.which.take(places).to_pylist()
        cells = (told.get(subject, nothing) for subject in subjects.to_pylist())
        self.left = [Left(*each) for each in zip(places.to_pylist(), ids, kinds, cells, strict=True)]

    def cited(self, kind: int) -> str:
        """The clauses that decide a kind of rows, also where it is open, as far as the tables tell cases apart."""
        return self._citations(self.worked.said(self.kinds[kind]))

    def _said(self, kind: dict[str, Any]) -> AuditRow:
        """What is said of all rows that are alike."""
        if kind[DOUBT] or kind[UNCITED]:
            return _NOTHING
        verdict, value = self._verdict(kind)
        return AuditRow("", verdict, value, self._citations(kind), "", BY_TABLES) if verdict else _NOTHING

    def _verdict(self, kind: dict[str, Any]) -> tuple[str, str]:
        """The verdict ("": none as yet) and the value."""
        if self.worked.value is None:
            return {True: "yes", False: "no", None: ""}[kind[TRUTH]], ""
        exists, number = kind[EXISTS], kind[NUMBER]
        if exists is None or (exists and (number is None or kind.get(DAYS, 0) is None)):
            return "", ""
        return ("value", self._value(number, kind[SCALE], kind.get(DAYS, 0))) if exists else ("none", "")

    def _value(self, number: int, scale: int, days: int) -> str:
        assert self.worked.value is not None
        found: Any = exact(Fraction(int(number), int(scale)))
        if self.worked.value.kind is Kind.SYMBOL:
            found = self.ledger.symbols.name(found)
        elif self.worked.value.kind is Kind.DATE:
            found = date.fromordinal(found)
        elif self.worked.value.kind is Kind.PERIOD:
            found = Period(found, int(days))
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


def _by_subject(table: pyarrow.Table, subjects: pyarrow.Array) -> dict[int, dict[str, Any]]:
    """The cells of some subjects."""
    import pyarrow.compute as compute

    found = table.filter(compute.is_in(table.column(SUBJECT), value_set=subjects))
    cells = found.drop_columns([SUBJECT]).to_pylist()
    return dict(zip(found.column(SUBJECT).to_pylist(), cells, strict=True))


def _distinct(table: pyarrow.Table) -> tuple[list[dict[str, Any]], pyarrow.Array]:
    """The distinct rows of a table, and which of them each row is."""
    import pyarrow
    import pyarrow.compute as compute

    rows: list[tuple[Any, ...]] = []
    which = pyarrow.array([], pyarrow.int32())
    for place, column in enumerate(table.columns):
        codes = column.combine_chunks().dictionary_encode(null_encoding="encode")
        cells = codes.dictionary.to_pylist()
        if place:
            more = compute.multiply(which.cast(pyarrow.int64()), len(cells))
            codes = compute.add(more, codes.indices.cast(pyarrow.int64())).dictionary_encode()
            pairs = (divmod(code, len(cells)) for code in codes.dictionary.to_pylist())
            rows = [(*rows[before], cells[here]) for before, here in pairs]
        else:
            rows = [(cell,) for cell in cells]
        which = codes.indices
    return [dict(zip(table.column_names, row, strict=True)) for row in rows], which
