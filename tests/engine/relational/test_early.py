"""Running folds worked out early make the same rows, and bring along fewer columns."""

from __future__ import annotations

import pytest

from engine.relational.algebra import Column, Extend, Folded, Join, Pair, Relation, Running, Scan, is_true
from engine.relational.early import early
from engine.relational.narrowing import columns_in
from tests.engine.relational.meaning import Tables
from tests.engine.relational.test_narrowing import said
from tests.engine.relational.whitelist import RELATIONS, small

TABLES: Tables = {
    "grant": [
        {"day": day, "n": n, "shares": shares} for n, (day, shares) in enumerate([(1, 5), (1, 7), (2, 1), (9, 2)])
    ],
    "day": [{"day": day, "year": day // 2, "a": day, "b": day + 1, "c": None, "d": 4} for day in range(5)],
}
GRANT = Scan("grant", (("day", "day"), ("n", "n"), ("shares", "shares")))
DAY = Scan("day", (("key", "day"), ("year", "year"), ("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")))
LOOKED_UP = Extend(Join(GRANT, DAY, (Pair("day", "key"),), True), (("x", is_true(Column("a"))),))


def running(relation: Relation, name: str, within: str) -> Running:
    return Running(relation, (within,), ("n",), (Folded(name, "sum", Column("shares")),))


@pytest.mark.parametrize("name", RELATIONS)
def test_the_rows_are_the_same(name: str) -> None:
    every = columns_in(RELATIONS[name])
    assert said(early(RELATIONS[name]), small(), every) == said(RELATIONS[name], small(), every)


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        (running(LOOKED_UP, "f", "day"), [{"day", "n", "shares"}]),
        (running(LOOKED_UP, "f", "year"), [{"day", "n", "shares", "year"}]),
        (running(LOOKED_UP, "f", "x"), [columns_in(LOOKED_UP)]),
        (
            running(running(LOOKED_UP, "f", "year"), "g", "a"),
            [{"day", "n", "shares", "year", "a", "f"}, {"day", "n", "shares", "year"}],
        ),
        (
            running(running(LOOKED_UP, "f", "day"), "g", "f"),
            [{"day", "n", "shares", "f"}, {"day", "n", "shares"}],
        ),
    ],
)
def test_a_fold_brings_along_what_it_needs(given: Relation, carried: list[set[str]]) -> None:
    made = early(given)
    assert said(made, TABLES, columns_in(given)) == said(given, TABLES, columns_in(given))
    assert [columns_in(each.input) for each in _folds(made)] == carried


def _folds(relation: Relation) -> list[Running]:
    """The running folds in a relation, the uppermost first."""
    match relation:
        case Running(inner):
            return [relation, *_folds(inner)]
        case Join(left):
            return _folds(left)
        case Scan():
            return []
        case _:
            return _folds(relation.input)  # type: ignore[union-attr]  # what else is made here has one
