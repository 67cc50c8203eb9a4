"""Spark means what exact Python does by the whole whitelist, and runs steps as DuckDB does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from engine.relational import spark
from engine.relational.runner import Failed, Runner
from engine.values import LimitReached
from tests.engine.relational import meaning
from tests.engine.relational.jobs import in_one_job
from tests.engine.relational.test_whitelist import means_the_same, said
from tests.engine.relational.whitelist import LARGE, RELATIONS, ledger, overflowing, scalars, small

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def test_operations_on_boundary_values(spark_session: SparkSession) -> None:
    """Every day the one that databases differ in most; under the long profile each."""
    grid = scalars(*(() if LONG else ("div",)))
    runner = spark.opened(ledger(grid.tables), spark_session)
    means_the_same(runner, grid.relation, grid.tables)


def test_each_relation_on_rows_with_unknowns(spark_session: SparkSession) -> None:
    runner = spark.opened(ledger(small()), spark_session)
    found = in_one_job([runner.frame(relation) for relation in RELATIONS.values()])
    for (name, relation), rows in zip(RELATIONS.items(), found, strict=True):
        assert said(rows) == said(meaning.rows(relation, small())), name


@pytest.fixture(scope="module")
def large(spark_session: SparkSession) -> Runner:
    return spark.opened(ledger(LARGE), spark_session)


@pytest.mark.parametrize("name", overflowing() if LONG else ("+", "narrow", "wide *", "sum"))
def test_what_no_type_holds_is_an_error(name: str, large: Runner) -> None:
    with pytest.raises(Failed):
        large.rows(overflowing()[name])


def test_nothing_runs_past_the_deadline(spark_session: SparkSession) -> None:
    late = spark.opened(ledger(small()), spark_session, deadline=0.0)
    with pytest.raises(LimitReached):
        late.rows(RELATIONS["scan"])
