"""Spark and DuckDB say the same of the case files beside the rules: every question that an audit can put to them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.relational import duck, spark
from engine.relational.goal import work_out
from engine.relational.tables import BadTable, ledger_of
from policy.audit_question import AuditQuestion, question_of
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.preparing import phrase_text
from tests.engine.relational.jobs import in_one_job

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(RULES.glob("*.cases/*.md")) if LONG else [RULES / "1992-plan.cases/annual-limit.md"]
EVERY_DAY = "the draw on the pool up to *grant*"
"""What a case is asked where the time is short: a running total."""


def questions(case: Case) -> list[AuditQuestion]:
    """The phrases that can be asked of everything of a kind that the facts list."""
    found = []
    for text in map(phrase_text, case.book.vocabulary.phrases) if LONG else (EVERY_DAY,):
        try:
            asked = question_of(case, text)
        except ClausebookError:
            continue
        if any(True for _ in case.facts.rows(asked.goal.subjects.name)):
            found.append(asked)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.stem}/{file.stem}")
def test_a_case_comes_out_the_same(file: Path, spark_session: SparkSession) -> None:
    book = load(file.parent.stem)
    try:
        case = book.case(file)
        ledger = ledger_of(case.facts, case.book.engine.relations)
    except (ClausebookError, BadTable):
        pytest.xfail("its facts stand in parts, or no table holds them")
    worked = [work_out(case.book.engine, ledger, asked.goal) for asked in questions(case)]
    runner = spark.opened(ledger, spark_session)
    assert worked or LONG
    frames = []
    for each in worked:
        runner.make(each)
        frames.append(runner.frame(each.rows))
    found = in_one_job(frames) if frames else []
    for each, rows in zip(worked, found, strict=True):
        database = duck.opened(ledger, threads=1)
        database.make(each)
        expected = database.rows(each.rows).to_pylist()
        database.close()
        assert sorted(rows, key=repr) == sorted(expected, key=repr)
