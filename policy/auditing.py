"""A whole ledger audited: a row for each subject, by tables where they settle it, else by the reference evaluator.

Whatever the tables say, a seeded sample of their rows is asked again of the reference evaluator, with its citations;
one that differs stops the audit. What the reference evaluator settled is kept as it goes in a file beside the output,
so that an audit that was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from engine.model import Constant
from engine.query import Query, Shape
from engine.relational.duck import opened
from engine.relational.goal import (
    CITED,
    DOUBT,
    EXISTS,
    NUMBER,
    SCALE,
    SUBJECT,
    TO_A_COLUMN,
    TRUTH,
    UNCITED,
    Worked,
    work_out,
)
from engine.relational.runner import Failed, Runner
from engine.relational.tables import BadTable, Ledger, ledger_of
from engine.values import Kind, LimitReached, exact
from policy.answer import sections
from policy.asked import Asking
from policy.audit_question import AuditQuestion, put_for
from policy.citing import split
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.ledger_kinds import Watch
from policy.speak import Speaker

if TYPE_CHECKING:
    import pyarrow

    from policy.answer import Answer
    from policy.instrument import Case

TIME_LIMIT = 3_600
"""Seconds that an audit may take."""
_MEMORY = "4GB"
_MOST_PROVISOS = 3

Opener = Callable[[Ledger, float], Runner]
"""An engine with a ledger's tables, which works to a deadline (by `time.monotonic`)."""


def by_duckdb(ledger: Ledger, deadline: float) -> Runner:
    return opened(ledger, memory=_MEMORY, deadline=deadline)


@frozen
class AuditRow:
    """What is said of one subject; ``value`` is a value in words, ``depends`` what it hangs on, with the clauses."""

    id: str
    verdict: str
    value: str
    citations: str
    depends: str
    by: str


@define
class Audit:
    """An audit's rows in the order of the ledger, what the tables left, and how many rows were asked twice."""

    question: AuditQuestion
    rows: list[AuditRow] = field(factory=list)
    notes: tuple[str, ...] = ()
    verified: int = 0
    settled: int = 0


def audit(
    case: Case,
    question: AuditQuestion,
    kept: Path,
    verify: int,
    seed: int,
    watch: Watch,
    engine: Opener = by_duckdb,
) -> Audit:
    """The audit of a case's facts. ``kept`` is the file that an interrupted audit goes on from.

    Raises `ClausebookError`: ``E0642`` where a row asked again comes out otherwise, ``E0646`` where the engine errs,
    ``E0701`` past the deadline.
    """
    deadline = monotonic() + TIME_LIMIT
    watch("Laying out tables", 0, 3)
    try:
        ledger = ledger_of(case.facts, case.book.engine.relations)
        worked = work_out(case.book.engine, ledger, question.goal)
        watch("Working out", 1, 3)
        table = None
        if ledger.table(question.goal.subjects.name) is not None:
            table = _by_tables(engine(ledger, deadline), worked)
    except BadTable as bad:
        raise ClausebookError(Diagnostic("E0643", f"this ledger cannot be audited by tables: {bad}", None)) from None
    except LimitReached as limit:
        raise ClausebookError(Diagnostic("E0701", f"no verdict: {limit}", None)) from None
    except Failed as failed:
        raise ClausebookError(_failure(failed)) from None
    result = Audit(question, notes=worked.notes)
    if table is None:
        return result
    reader = Reader(case, question, ledger, worked)
    rows = list(reader.rows(table))
    open_ = [place for place, row in enumerate(rows) if row.verdict == ""]
    with Kept(kept, _stamp(case, question)) as keeper:
        for done, place in enumerate(open_):
            watch("Settling what is open", done, len(open_))
            rows[place] = keeper.row(rows[place].id, lambda subject: reader.by_reference(subject, deadline))
    settled = [place for place, row in enumerate(rows) if row.by == "tables"]
    sample = sorted(Random(seed).sample(settled, min(verify, len(settled))))  # noqa: S311 - a sample, not a secret
    for done, place in enumerate(sample):
        watch("Asking a sample again", done, len(sample))
        _compare(rows[place], reader.by_reference(rows[place].id, deadline))
    result.rows, result.verified, result.settled = rows, len(sample), len(open_)
    return result


def _by_tables(runner: Runner, worked: Worked) -> pyarrow.Table:
    try:
        runner.make(worked)
        return runner.rows(worked.rows)
    finally:
        runner.close()


def _failure(failed: Failed) -> Diagnostic:
    first, *rest = str(failed).strip().splitlines()[:4] or ["it did not say why"]
    return Diagnostic("E0646", f"the engine did not work out the rows: {first}", None, notes=tuple(rest))


def _compare(row: AuditRow, again: AuditRow) -> None:
    if (row.verdict, row.value, row.citations) == (again.verdict, again.value, again.citations):
        return
    raise ClausebookError(
        Diagnostic(
            "E0642",
            f"{row.id} came out two ways: {_said(row)} by tables, {_said(again)} asked alone",
            None,
            notes=("No row of this audit is written. This is a fault of the software.",),
        )
    )


def _said(row: AuditRow) -> str:
    return f"{row.verdict} {row.value} ({row.citations})".replace("  ", " ")


def asked_alone(case: Case, question: AuditQuestion, id: str) -> Answer:
    """The whole answer about one subject."""
    goal = question.goal
    of: Any = put_for(goal.of, goal.subject.name, Constant(id, goal.subject.type))
    text = question.text.replace(f"*{question.type.name}*", id, 1)
    return case.answer(Asking(Query(of, Shape.VALUE if goal.is_value else Shape.WHETHER)), text)


def alone(case: Case, question: AuditQuestion, id: str) -> Answer:
    """The same for a subject that somebody names.

    Raises `ClausebookError` (``E0613``) where the facts do not list it.
    """
    if case.facts.find(question.goal.subjects.name, (id,)) is None:
        known = [table.columns[0][number] for table, number in case.facts.rows(question.goal.subjects.name)]
        near = nearest(id, known)
        raise ClausebookError(Diagnostic("E0613", f"`{id}` is no {question.type.name} of the case", None, nearest=near))
    return asked_alone(case, question, id)


@define
class Reader:
    """Reads rows of tables as words, and asks about single subjects."""

    case: Case
    question: AuditQuestion
    ledger: Ledger
    worked: Worked
    _cited: dict[tuple[int, ...], str] = field(factory=dict)

    def rows(self, table: pyarrow.Table) -> Iterator[AuditRow]:
        """Each row; one that is not settled has no verdict yet."""
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
        order = sorted(range(table.num_rows), key=columns[SUBJECT].__getitem__)
        cited = [columns[name] for name in columns if name.startswith(CITED)]
        for at in order:
            id = self.ledger.symbols.name(columns[SUBJECT][at])
            said = None if columns[DOUBT][at] or columns.get(UNCITED, columns[DOUBT])[at] else self._said(columns, at)
            if said is None or (self.worked.value is None and not cited):
                yield AuditRow(id, "", "", "", "", "")
            else:
                verdict, value = said
                yield AuditRow(id, verdict, value, self._citations(tuple(each[at] for each in cited)), "", "tables")

    def _said(self, columns: dict[str, list[Any]], at: int) -> tuple[str, str] | None:
        """The verdict and the value."""
        if self.worked.value is None:
            truth = columns[TRUTH][at]
            return None if truth is None else ("yes" if truth else "no", "")
        exists, number = columns[EXISTS][at], columns[NUMBER][at]
        if exists is None or (exists and number is None):
            return None
        return ("value", self._value(number, columns[SCALE][at])) if exists else ("none", "")

    def _value(self, number: int, scale: int) -> str:
        assert self.worked.value is not None
        found: Any = exact(Fraction(int(number), int(scale)))
        if self.worked.value.kind is Kind.SYMBOL:
            found = self.ledger.symbols.name(found)
        elif self.worked.value.kind is Kind.DATE:
            found = date.fromordinal(found)
        return Speaker(self.case.book.lexicon, self.case.facts).value(found, _type(self))

    def _citations(self, powers: tuple[int, ...]) -> str:
        known = self._cited.get(powers)
        if known is None:
            clauses = [
                clause
                for place, origin in enumerate(self.worked.origins)
                if powers[place // TO_A_COLUMN] >> place % TO_A_COLUMN & 1
                for clause in split(origin)
            ]
            known = self._cited[powers] = sections(self.case.book.in_order(clauses))
        return known

    def by_reference(self, id: str, deadline: float) -> AuditRow:
        """One subject asked alone. A limit that is reached is said in the row: it is no verdict."""
        if monotonic() > deadline:
            raise ClausebookError(Diagnostic("E0701", "no verdict: the time allowed for the ledger has passed", None))
        try:
            answer = asked_alone(self.case, self.question, id)
        except ClausebookError as error:
            return AuditRow(
                id, "no verdict", "", "", "; ".join(each.message for each in error.diagnostics), "reference"
            )
        value = ""
        if answer.verdict.value == "value":
            value = Speaker(self.case.book.lexicon, self.case.facts).value(answer.value, _type(self))
        sets = answer.provided[:_MOST_PROVISOS]
        depends = "; or ".join(
            " and ".join(f"{each.text} ({sections((each.clause,))})" if each.clause else each.text for each in one)
            for one in sets
        )
        return AuditRow(id, answer.verdict.value, value, sections(answer.citations), depends, "reference")


def _type(reader: Reader) -> Any:
    relation = reader.case.book.engine.relations[reader.question.phrase.relation]
    return relation.columns[-1].type


# ------------------------------------------------------------------ going on


def _stamp(case: Case, question: AuditQuestion) -> str:
    """What rows are of: the book, the facts, the question and the software."""
    stamp = case.stamp
    parts = [stamp.book_hash, *(f"{name} {digest}" for name, digest in stamp.facts), stamp.engine, question.text]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Kept:
    """Rows that the reference evaluator settled, kept line by line; a torn last line is one row less."""

    def __init__(self, path: Path, stamp: str) -> None:
        self._path = path
        self._stamp = stamp
        self._rows: dict[str, AuditRow] = {}

    def __enter__(self) -> Kept:
        lines = self._path.read_text("utf-8").splitlines() if self._path.is_file() else []
        if lines and lines[0] == self._stamp:
            for line in lines[1:]:
                try:
                    row = AuditRow(*json.loads(line))
                except (ValueError, TypeError):
                    break
                self._rows[row.id] = row
        lines = [self._stamp, *(_line(row) for row in self._rows.values())]
        self._path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def row(self, id: str, settle: Any) -> AuditRow:
        """The row of a subject, settled now if it is not kept."""
        known = self._rows.get(id)
        if known is None:
            known = settle(id)
            self._file.write(f"{_line(known)}\n")
            self._file.flush()
        return known


def _line(row: AuditRow) -> str:
    return json.dumps([row.id, row.verdict, row.value, row.citations, row.depends, row.by], ensure_ascii=False)
