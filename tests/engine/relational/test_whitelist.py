"""DuckDB means by each operation of the whitelist what exact Python does, and errs where a type holds no result."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.relational import duck
from engine.relational.algebra import Relation
from engine.relational.runner import Failed, Runner
from tests.engine.relational import meaning
from tests.engine.relational.meaning import Tables
from tests.engine.relational.whitelist import LARGE, RELATIONS, ledger, overflowing, scalars, small


def said(rows: list[dict[str, Any]]) -> Counter[frozenset[tuple[str, Any]]]:
    return Counter(frozenset(row.items()) for row in rows)


def means_the_same(runner: Runner, relation: Relation, tables: Tables) -> None:
    assert said(runner.rows(relation).to_pylist()) == said(meaning.rows(relation, tables))


def test_each_operation_on_boundary_values() -> None:
    grid = scalars()
    database = duck.opened(ledger(grid.tables), threads=1)
    means_the_same(database, grid.relation, grid.tables)
    database.close()


@pytest.mark.parametrize("name", RELATIONS)
def test_each_relation_on_rows_with_unknowns(name: str) -> None:
    database = duck.opened(ledger(small()), threads=1)
    means_the_same(database, RELATIONS[name], small())
    database.close()


@pytest.mark.parametrize("name", overflowing())
def test_what_no_type_holds_is_an_error(name: str) -> None:
    database = duck.opened(ledger(LARGE), threads=1)
    with pytest.raises(Failed):
        database.rows(overflowing()[name])
    database.close()
