"""Rows that the tables leave open and that are alike have the answer that the reference evaluator gives of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from datetime import date
from typing import Any

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from engine.facts import FactBase
from engine.program import Engine, build
from engine.relational.duck import opened
from engine.relational.goal import CASES, DOUBT, SUBJECT, TRUTH, UNTOLD, Goal, work_out
from engine.relational.likeness import Like, Likeness
from tests.engine.oracle import Facts
from tests.engine.programs import DAYS, Example, examples
from tests.engine.relational.comparing import Row, asked_about, goals, ledger_for, named, row_of, told_to_decide
from tests.engine.relational.test_relational_agreement import FEW
from tests.engine.test_agreement import fact_base

VERDICTS = {True: "yes", False: "no", None: "depends"}


@frozen
class Left:
    """A row that the tables leave open: what it is like, and what they tell of it."""

    subject: str
    like: Like
    told: Row


def left_by_tables(engine: Engine, facts: FactBase, goal: Goal) -> list[Left]:
    """The rows that are open, but for those of which it is not told why."""
    ledger = ledger_for(engine, facts)
    if ledger.table(goal.subjects.name) is None:
        return []
    worked = work_out(engine, ledger, goal)
    database = opened(ledger, threads=1)
    database.make(worked)
    rows = database.rows(worked.rows).to_pylist()
    nothing = dict.fromkeys(worked.leaves.columns)
    rests = [] if worked.told is None else database.rows(worked.told).to_pylist()
    told = {row.pop(SUBJECT): row for row in rests}
    database.connection.close()
    likeness = Likeness(engine, facts, ledger.symbols, worked)
    found = []
    for row in rows:
        said = worked.said(row)
        if said[DOUBT] or said[UNTOLD] or (said[TRUTH] is not None and not said[CASES]):
            continue
        leaves = likeness.leaves(row)
        kind = tuple(value for name, value in row.items() if name != SUBJECT)
        subject = ledger.symbols.name(row[SUBJECT])
        rest = told.get(row[SUBJECT], nothing)
        like = None if leaves is None else likeness.of(kind, leaves, subject, rest)
        if like is not None:
            found.append(Left(subject, like, Row(VERDICTS[said[TRUTH]], None, told_to_decide(said, worked))))
    return found


def hanging_on(engine: Engine, facts: FactBase, goal: Goal, left: Left) -> tuple[Row, set[tuple[int, str]] | None]:
    """The reference evaluator's row, and the questions that it hangs on with the rule that first asked each."""
    answer = asked_about(engine, facts, goal, left.subject)
    places = {question: place for place, question in enumerate(left.like.questions)}
    if not {each.question for each in answer.open} <= places.keys():
        return row_of(engine, goal, left.subject, answer), None
    return row_of(engine, goal, left.subject, answer), {
        (places[each.question], each.origin.clause) for each in answer.open
    }


def agree_where_alike(engine: Engine, facts: FactBase, goal: Goal) -> int:
    """Hold rows that are alike against each other; how many follow from another."""
    groups: dict[Hashable, list[Left]] = defaultdict(list)
    for left in left_by_tables(engine, facts, goal):
        groups[left.like.key].append(left)
    followed = 0
    for first, *others in groups.values():
        row, hangs = hanging_on(engine, facts, goal, first)
        if hangs is None or row != first.told:
            continue
        for other in others:
            assert hanging_on(engine, facts, goal, other) == (row, hangs), (
                f"{other.subject} is not like {first.subject}"
            )
            followed += 1
    return followed


def again(facts: Facts, more: int) -> Facts:
    """The facts with others that differ from them in names, and in numbers by so much."""
    names = {id for records in facts.records.values() for id in records}
    names |= {
        str(key) for said in (facts.statements, facts.values) for rows in said.values() for keys in rows for key in keys
    }

    def other(of: Any) -> Any:
        if isinstance(of, str):
            return f"{of}'" if of in names else of
        if isinstance(of, int) and not isinstance(of, bool):
            return of + more
        return tuple(map(other, of)) if isinstance(of, tuple) else of

    def both(rows: dict[Any, Any]) -> dict[Any, Any]:
        return rows | {other(key): other(value) for key, value in rows.items()}

    return evolve(
        facts,
        statements={
            name: rows | {other(key): so for key, so in rows.items()} for name, rows in facts.statements.items()
        },
        values={name: both(rows) for name, rows in facts.values.items()},
        records={
            name: rows
            | {other(id): {column: other(cell) for column, cell in cells.items()} for id, cells in rows.items()}
            for name, rows in facts.records.items()
        },
        spans={
            name: [*rows, *(evolve(each, keys=other(each.keys)) for each in rows)] for name, rows in facts.spans.items()
        },
        order={name: [*pairs, *map(other, pairs)] for name, pairs in facts.order.items()},
    )


@FEW
@given(examples(allowance=4), st.sampled_from((None, None, *DAYS)), st.sampled_from((0, 1)))
def test_rows_that_are_alike_have_one_answer(example: Example, complete_to: date | None, more: int) -> None:
    example.facts.supposed.clear()
    engine = build(named(example.program))
    facts = fact_base(engine, again(example.facts, more))
    facts.complete_to = complete_to
    for goal in goals(example):
        if not goal.is_value:
            agree_where_alike(engine, facts, goal)
