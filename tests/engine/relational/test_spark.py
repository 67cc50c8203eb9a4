"""Spark means what exact Python does by the whole whitelist, and runs steps as DuckDB does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from engine.relational import spark
from engine.relational.runner import Failed, Runner
from engine.values import LimitReached
from tests.engine.relational.test_whitelist import means_the_same
from tests.engine.relational.whitelist import LARGE, RELATIONS, ledger, overflowing, scalars, small

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.xdist_group("spark")


def test_each_operation_on_boundary_values(spark_session: SparkSession) -> None:
    grid = scalars()
    runner = spark.opened(ledger(grid.tables), spark_session)
    means_the_same(runner, grid.relation, grid.tables)


@pytest.fixture(scope="module")
def few(spark_session: SparkSession) -> Iterator[Runner]:
    runner = spark.opened(ledger(small()), spark_session)
    yield runner
    runner.close()


@pytest.mark.parametrize("name", RELATIONS)
def test_each_relation_on_rows_with_unknowns(name: str, few: Runner) -> None:
    means_the_same(few, RELATIONS[name], small())


@pytest.fixture(scope="module")
def large(spark_session: SparkSession) -> Runner:
    return spark.opened(ledger(LARGE), spark_session)


@pytest.mark.parametrize("name", overflowing())
def test_what_no_type_holds_is_an_error(name: str, large: Runner) -> None:
    with pytest.raises(Failed):
        large.rows(overflowing()[name])


def test_nothing_runs_past_the_deadline(spark_session: SparkSession) -> None:
    late = spark.opened(ledger(small()), spark_session, deadline=0.0)
    with pytest.raises(LimitReached):
        late.rows(RELATIONS["scan"])
