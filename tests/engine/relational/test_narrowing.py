"""A relation without what nobody reads has the same rows in what somebody does."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.relational.algebra import Column, Extend, Filter, Join, Keep, Pair, Relation, Scan, is_true
from engine.relational.narrowing import columns_in, narrowed
from tests.engine.relational import meaning
from tests.engine.relational.meaning import Tables
from tests.engine.relational.whitelist import RELATIONS, small


def said(relation: Relation, tables: Tables, columns: set[str]) -> Counter[frozenset[tuple[str, object]]]:
    return Counter(frozenset((name, row[name]) for name in columns) for row in meaning.rows(relation, tables))


@pytest.mark.parametrize("name", RELATIONS)
def test_the_columns_that_are_read_are_the_same(name: str) -> None:
    relation = RELATIONS[name]
    every = columns_in(relation)
    for used in (every, *({each} for each in sorted(every))):
        assert said(narrowed(relation, used), small(), used) == said(relation, small(), used)


def test_a_table_joined_twice_by_the_same_keys_is_joined_once() -> None:
    tables: Tables = {"one": [{"k": 1}, {"k": 2}, {"k": None}], "other": [{"k": 1, "a": True, "b": 5}]}
    first = Scan("other", (("k1", "k"), ("a1", "a")))
    second = Scan("other", (("k2", "k"), ("b2", "b")))
    joined = Join(Scan("one", (("k", "k"),)), first, (Pair("k", "k1"),), True)
    between = Filter(Extend(joined, (("x", is_true(Column("a1"))),)), Column("x"))
    twice = Keep(Join(between, second, (Pair("k", "k2"),), True), ("k", "x", "b2"))
    made = narrowed(twice, {"k", "x", "b2"})
    assert said(made, tables, {"k", "x", "b2"}) == said(twice, tables, {"k", "x", "b2"})
    assert isinstance(made, Keep) and not isinstance(made.input, Join)
