"""A whole ledger audited: a row for each subject, by tables where they settle it, else by the reference evaluator.

Whatever the tables say, a seeded sample of their rows is asked again of the reference evaluator, with its citations;
one that differs stops the audit. What the reference evaluator settled is kept as it goes in a file beside the output,
so that an audit that was interrupted goes on where it was.

Where a ledger is large, the reference evaluator is told the running totals that are not of the subject alone, as the
tables added them up; all else about a subject it works out from the facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import finalize

from attrs import define, evolve, field, frozen

from engine.model import Constant
from engine.query import Query, Shape
from engine.relational.amounts import Overflow
from engine.relational.duck import opened
from engine.relational.goal import Worked, work_out
from engine.relational.runner import Failed, Runner
from engine.relational.tables import BadTable, Ledger, ledger_of
from engine.values import LimitReached
from policy.answer import sections
from policy.asked import Asking
from policy.audit_kept import Kept
from policy.audit_question import AuditQuestion, put_for
from policy.audit_rows import BY_REFERENCE, BY_TABLES, AuditRow, Reader, Rows, value_type
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.ledger_kinds import Watch
from policy.parallel import JOBS, results
from policy.speak import Speaker

if TYPE_CHECKING:
    import pyarrow

    from policy.answer import Answer
    from policy.instrument import Case

TIME_LIMIT = 3_600
"""Seconds that an audit may take."""
SMALL = 2_000
"""So many facts are all gone through for each subject that is asked about alone."""
_MEMORY = "4GB"
_MOST_PROVISOS = 3
_FOR_PROCESSES = 100  # fewer rows are not worth a fork

Opener = Callable[[Ledger, float], Runner]
"""An engine with a ledger's tables, which works to a deadline (by `time.monotonic`)."""


def by_duckdb(ledger: Ledger, deadline: float) -> Runner:
    """DuckDB, with a folder for what outgrows its memory that goes with it."""
    folder = TemporaryDirectory(prefix="clausebook-")
    runner = opened(ledger, memory=_MEMORY, deadline=deadline, spill=folder.name)
    finalize(runner, folder.cleanup)
    return runner


@define
class Audit:
    """An audit's rows in the order of the ledger, what the tables left, and how many rows were asked twice."""

    question: AuditQuestion
    rows: Rows = field(factory=Rows)
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

    Raises `ClausebookError`: ``E0642`` where a row asked again comes out otherwise, ``E0643`` for facts that no table
    holds, ``E0646`` where the engine errs, ``E0701`` past the deadline.
    """
    deadline = monotonic() + TIME_LIMIT
    watch("Laying out tables", 0, 3)
    tables = by_tables(case, question, deadline, engine)
    result = Audit(question, notes=tables.worked.notes)
    if tables.rows is None:
        return result
    watch("Reading rows", 2, 3)
    rows = Reader(case, question, tables.ledger, tables.worked).rows(tables.rows)
    alone_ = Alone(tables.told, question)
    _settle(rows, alone_, kept, _stamp(case, question), deadline, watch)
    settled = [place for place, by in enumerate(rows.columns["by"]) if by == BY_TABLES]
    sample = sorted(Random(seed).sample(settled, min(verify, len(settled))))  # noqa: S311 - a sample, not a secret
    for done, place in enumerate(sample):
        watch("Asking a sample again", done, len(sample))
        _in_time(deadline)
        _compare(rows[place], alone_.row(rows[place].id))
    result.rows, result.verified = rows, len(sample)
    result.settled = len(rows) - len(settled)
    return result


def _settle(rows: Rows, alone_: Alone, kept: Path, stamp: str, deadline: float, watch: Watch) -> None:
    """Settle the rows that the tables left open."""
    with Kept(kept, stamp) as keeper:
        left = []
        for place in rows.open():
            known = keeper.known(rows.columns["id"][place])
            if known is None:
                left.append(place)
            else:
                rows[place] = known
        jobs = JOBS if len(left) >= _FOR_PROCESSES else 1
        found = results(lambda number: alone_.row(rows.columns["id"][left[number]]), len(left), jobs)
        for done, (place, row) in enumerate(zip(left, found, strict=True)):
            watch("Settling what is open", done, len(left))
            _in_time(deadline)
            keeper.keep(row)
            rows[place] = row


def _in_time(deadline: float) -> None:
    if monotonic() > deadline:
        raise ClausebookError(Diagnostic("E0701", "no verdict: the time allowed for the ledger has passed", None))


# ------------------------------------------------------------------- by tables


@define
class ByTables:
    """What the tables make of a question; ``told`` is the case with the totals that they added up, if it is large."""

    ledger: Ledger
    worked: Worked
    rows: pyarrow.Table | None
    told: Case


def by_tables(case: Case, question: AuditQuestion, deadline: float, engine: Opener, only: str = "") -> ByTables:
    """A question asked of every subject (``only``: of one) by tables. Raises `ClausebookError` as `audit` does."""
    try:
        ledger = ledger_of(case.facts, case.book.engine.relations)
        worked = work_out(case.book.engine, ledger, question.goal, only or None)
        result = ByTables(ledger, worked, None, case)
        if ledger.table(question.goal.subjects.name) is None:
            return result
        runner = engine(ledger, deadline)
        try:
            runner.make(worked)
            result.rows = runner.rows(worked.rows)
            if _facts(case) > SMALL:
                result.told = told(case, runner, ledger, worked)
        finally:
            runner.close()
    except (BadTable, Overflow) as bad:
        raise ClausebookError(Diagnostic("E0643", f"this ledger cannot be audited by tables: {bad}", None)) from None
    except LimitReached as limit:
        raise ClausebookError(Diagnostic("E0701", f"no verdict: {limit}", None)) from None
    except Failed as failed:
        raise ClausebookError(_failure(failed)) from None
    return result


def _failure(failed: Failed) -> Diagnostic:
    first, *rest = str(failed).strip().splitlines()[:4] or ["it did not say why"]
    return Diagnostic("E0646", f"the engine did not work out the rows: {first}", None, notes=tuple(rest))


def told(case: Case, runner: Runner, ledger: Ledger, worked: Worked) -> Case:
    """The case with the totals that the tables added up, in place of the rules for them."""
    facts = case.facts.overlay()
    for total in worked.totals:
        for row in runner.rows(total.rows).to_pylist():
            keys, value = total.read(row, ledger.symbols)
            facts.give(total.relation, keys, value)
    return evolve(case, facts=facts)


# ----------------------------------------------------------------- one by one


@define
class Alone:
    """Asks about single subjects of a case."""

    case: Case
    question: AuditQuestion

    def answer(self, id: str) -> Answer:
        """The whole answer about one subject."""
        goal = self.question.goal
        of: Any = put_for(goal.of, goal.subject.name, Constant(id, goal.subject.type))
        text = self.question.text.replace(f"*{self.question.type.name}*", id, 1)
        return self.case.answer(Asking(Query(of, Shape.VALUE if goal.is_value else Shape.WHETHER)), text)

    def row(self, id: str) -> AuditRow:
        """The row of a subject. A limit that is reached is said in it: it is no verdict."""
        try:
            answer = self.answer(id)
        except ClausebookError as error:
            told = "; ".join(each.message for each in error.diagnostics)
            return AuditRow(id, "no verdict", "", "", told, BY_REFERENCE)
        value = ""
        if answer.verdict.value == "value":
            speaker = Speaker(self.case.book.lexicon, self.case.facts)
            value = speaker.value(answer.value, value_type(self.case, self.question))
        sets = answer.provided[:_MOST_PROVISOS]
        depends = "; or ".join(
            " and ".join(f"{each.text} ({sections((each.clause,))})" if each.clause else each.text for each in one)
            for one in sets
        )
        return AuditRow(id, answer.verdict.value, value, sections(answer.citations), depends, BY_REFERENCE)


@frozen
class Explained:
    """The whole answer about a subject, and the totals that it was told, in words."""

    answer: Answer
    told: tuple[str, ...] = ()


def alone(case: Case, question: AuditQuestion, id: str, engine: Opener = by_duckdb) -> Explained:
    """The whole answer about a subject that somebody names; of a large ledger, with its totals added up by tables.

    Raises `ClausebookError` (``E0613``) where the facts do not list it, and as `audit` does.
    """
    if case.facts.find(question.goal.subjects.name, (id,)) is None:
        known = [table.columns[0][number] for table, number in case.facts.rows(question.goal.subjects.name)]
        near = nearest(id, known)
        raise ClausebookError(Diagnostic("E0613", f"`{id}` is no {question.type.name} of the case", None, nearest=near))
    if _facts(case) <= SMALL:
        return Explained(Alone(case, question).answer(id))
    case = by_tables(case, question, monotonic() + TIME_LIMIT, engine, id).told
    speaker = Speaker(case.book.lexicon, case.facts)
    totals = (
        speaker.valued(name, cells[:-1], table.relation.columns[-1].name, cells[-1])
        for name, table in case.facts.tables.items()
        for cells in zip(*table.columns, strict=True)
    )
    return Explained(Alone(case, question).answer(id), tuple(totals))


def _facts(case: Case) -> int:
    return sum(len(table) for table in case.facts.tables.values())


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


def _stamp(case: Case, question: AuditQuestion) -> str:
    """What rows are of: the book, the facts, the question and the software."""
    stamp = case.stamp
    parts = [stamp.book_hash, *(f"{name} {digest}" for name, digest in stamp.facts), stamp.engine, question.text]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
