"""A whole ledger audited: a row for each subject, by tables where they settle it, else by the reference evaluator.

Whatever the tables say, a seeded sample of their rows, and of those that were found to be like others, is asked again
of the reference evaluator, with its citations; one that differs stops the audit. What the reference evaluator settled
is kept as it goes in a file beside the output, so that an audit that was interrupted goes on where it was.

Where a ledger is large, the reference evaluator is told the running totals that are not of the subject alone, as the
tables added them up; all else about a subject it works out from the facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING
from weakref import finalize

from attrs import define, evolve, field, frozen

from engine.garbage import unsought
from engine.relational.amounts import Overflow
from engine.relational.duck import opened
from engine.relational.goal import Worked, work_out
from engine.relational.runner import Failed, Runner
from engine.relational.tables import BadTable, Ledger, ledger_of
from engine.values import LimitReached
from policy.audit_alike import settle
from policy.audit_alone import Alone
from policy.audit_question import AuditQuestion
from policy.audit_rows import BY_LIKENESS, BY_REFERENCE, BY_TABLES, AuditRow, Reader, Rows, no_rows
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.ledger_kinds import Watch
from policy.speak import Speaker
from policy.statements import statements

if TYPE_CHECKING:
    from policy.answer import Answer
    from policy.instrument import Case

TIME_LIMIT = 3_600
"""Seconds that an audit may take."""
SMALL = 2_000
"""So many facts are all gone through for each subject that is asked about alone."""
_MEMORY = "4GB"

Opener = Callable[[Ledger, float], Runner]
"""An engine with a ledger's tables, which works to a deadline (by `time.monotonic`)."""


def by_duckdb(ledger: Ledger, deadline: float) -> Runner:
    """DuckDB, with a folder for what outgrows its memory that goes with it."""
    folder = TemporaryDirectory(prefix="clausebook-")
    runner = opened(ledger, memory=_MEMORY, deadline=deadline, spill=folder.name, statements=statements())
    finalize(runner, folder.cleanup)
    return runner


@define
class Audit:
    """An audit's rows in the order of the ledger, and what the tables left.

    So many rows were asked twice (``verified``), ``settled`` one by one, and ``alike`` one of these but for names.
    """

    question: AuditQuestion
    rows: Rows = field(factory=no_rows)
    notes: tuple[str, ...] = ()
    verified: int = 0
    settled: int = 0
    alike: int = 0


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
    reading: list[tuple[Reader, Rows]] = []

    def is_asked_alone(ledger: Ledger, worked: Worked, runner: Runner) -> bool:
        watch("Reading rows", 2, 3)
        reader = Reader(case, question, ledger, worked)
        reading.append((reader, reader.rows(runner)))
        return bool(verify or reader.left)

    tables = by_tables(case, question, deadline, engine, is_asked_alone)
    result = Audit(question, notes=tables.worked.notes)
    for reader, rows in reading:
        alone_ = Alone(tables.told, question)
        settle(rows, reader, alone_, kept, _stamp(case, question), partial(_in_time, deadline), watch)
        sample = _sample(rows, verify, seed)
        for done, place in enumerate(sample):
            watch("Asking a sample again", done, len(sample))
            _in_time(deadline)
            _compare(rows[place], alone_.row(rows[place].id))
        result.rows, result.verified = rows, len(sample)
        by = rows.counted("by")
        result.settled, result.alike = by[BY_REFERENCE,], by[BY_LIKENESS,]
    return result


def _sample(rows: Rows, size: int, seed: int) -> list[int]:
    """Places of rows to be asked again: of those that are like others a half, if there are so many."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    alike, others = (rows.where("by", sort) for sort in (BY_LIKENESS, BY_TABLES))
    some = min(len(alike), max((size + 1) // 2, size - len(others)))
    chosen = [alike[each].as_py() for each in random.sample(range(len(alike)), some)]
    rest = min(size - some, len(others))
    return sorted([*chosen, *(others[each].as_py() for each in random.sample(range(len(others)), rest))])


def _in_time(deadline: float) -> None:
    if monotonic() > deadline:
        raise ClausebookError(Diagnostic("E0701", "no verdict: the time allowed for the ledger has passed", None))


# ------------------------------------------------------------------- by tables


@define
class ByTables:
    """What the tables make of a question; ``told`` is the case with the totals that they added up, if it is large."""

    worked: Worked
    told: Case


def by_tables(
    case: Case,
    question: AuditQuestion,
    deadline: float,
    engine: Opener,
    is_asked_alone: Callable[[Ledger, Worked, Runner], bool],
    only: str = "",
) -> ByTables:
    """A question asked of every subject (``only``: of one) by tables. Raises `ClausebookError` as `audit` does.

    The totals are told if the rows say that somebody ``is_asked_alone``.
    """
    try:
        with unsought():
            ledger = ledger_of(case.facts, case.book.engine.relations)
            worked = work_out(case.book.engine, ledger, question.goal, only or None)
        result = ByTables(worked, case)
        if ledger.table(question.goal.subjects.name) is None:
            return result
        runner = engine(ledger, deadline)
        try:
            runner.make(worked)
            if is_asked_alone(ledger, worked, runner) and _facts(case) > SMALL:
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
    case = by_tables(case, question, monotonic() + TIME_LIMIT, engine, lambda *rows: True, id).told
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
    if evolve(row, by="") == evolve(again, by=""):
        return
    raise ClausebookError(
        Diagnostic(
            "E0642",
            f"{row.id} came out two ways: {_said(row)} by {row.by}, {_said(again)} asked alone",
            None,
            notes=("No row of this audit is written. This is a fault of the software.",),
        )
    )


def _said(row: AuditRow) -> str:
    told = f"{row.verdict} {row.value} ({row.citations})".replace("  ", " ")
    return f"{told} on {row.depends}" if row.depends else told


def _stamp(case: Case, question: AuditQuestion) -> str:
    """What rows are of: the book, the facts, the question and the software."""
    stamp = case.stamp
    parts = [stamp.book_hash, *(f"{name} {digest}" for name, digest in stamp.facts), stamp.engine, question.text]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
