"""Spark settles what DuckDB settles, and as the reference evaluator answers: many programs with facts to a job."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from hypothesis import HealthCheck, Phase, given, settings

from engine.facts import FactBase
from engine.program import Engine, build
from engine.relational import duck, spark
from engine.relational.goal import SUBJECT, Goal, Worked, work_out
from engine.relational.tables import Ledger
from tests.engine.programs import Example, examples
from tests.engine.relational.comparing import by_reference, goals, ledger_for, named, settled
from tests.engine.relational.jobs import in_one_job
from tests.engine.test_agreement import fact_base

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PROGRAMS = 300 if LONG else 3
TO_A_JOB = 10


def drawn(count: int) -> list[Example]:
    """Programs with facts that nobody chose, the same ones each time."""
    found: list[Example] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(examples(allowance=3))
    def draw(example: Example) -> None:
        example.facts.supposed.clear()
        found.append(example)

    draw()
    return found


@frozen
class Put:
    """A goal of a program, worked out."""

    engine: Engine
    facts: FactBase
    ledger: Ledger
    goal: Goal
    worked: Worked

    def by_duckdb(self) -> list[dict[str, Any]]:
        database = duck.opened(self.ledger, threads=1)
        database.make(self.worked)
        rows: list[dict[str, Any]] = database.rows(self.worked.rows).to_pylist()
        database.close()
        return rows


def put(example: Example) -> list[Put]:
    engine = build(named(example.program))
    facts = fact_base(engine, example.facts)
    ledger = ledger_for(engine, facts)
    all_goals = [goal for goal in goals(example) if ledger.table(goal.subjects.name) is not None]
    return [Put(engine, facts, ledger, goal, work_out(engine, ledger, goal)) for goal in all_goals]


def by_spark(job: list[Put], session: SparkSession) -> list[list[dict[str, Any]]]:
    """The rows of each that is asked, all worked out together."""
    frames: list[DataFrame] = []
    runners: dict[int, spark.Spark] = {}
    for each in job:
        runner = runners.get(id(each.ledger)) or spark.opened(each.ledger, session)
        runners[id(each.ledger)] = runner
        runner.make(each.worked)
        frames.append(runner.frame(each.worked.rows))
    rows = in_one_job(frames)
    for runner in runners.values():
        runner.close()
    return rows


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row[SUBJECT])


def test_spark_duckdb_and_reference_agree(spark_session: SparkSession) -> None:
    programs = drawn(PROGRAMS) if LONG else drawn(PROGRAMS)[-1:]  # the first are hardly programs
    asked = [each for example in programs for each in put(example)]
    for start in range(0, len(asked), TO_A_JOB):
        job = asked[start : start + TO_A_JOB]
        for each, rows in zip(job, by_spark(job, spark_session), strict=True):
            assert in_order(rows) == in_order(each.by_duckdb())
            for row in rows:
                agrees(each, row)


def agrees(asked: Put, row: dict[str, Any]) -> None:
    """What is settled of a subject is the reference evaluator's answer."""
    said = settled(row, asked.worked, asked.ledger)
    if said.verdict is not None:
        subject = asked.ledger.symbols.name(row[SUBJECT])
        reference = by_reference(asked.engine, asked.facts, asked.goal, subject)
        cited = said.cited if said.cited is None else reference.cited
        assert said == evolve(reference, cited=cited)
