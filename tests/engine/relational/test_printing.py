"""Operations one upon the other become SQL that means what they mean one after the other."""

from __future__ import annotations

from functools import reduce
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.relational import duck
from engine.relational.algebra import (
    Column,
    Extend,
    Filter,
    Folded,
    Group,
    Join,
    Keep,
    Operation,
    Pair,
    Relation,
    Scalar,
    Scan,
    Union,
    number,
)
from engine.relational.printing import DIALECTS, Printer
from tests.engine.relational.test_whitelist import means_the_same
from tests.engine.relational.whitelist import ledger, small

START = Extend(
    Scan("x", (("a", "a"), ("b", "b"), ("t", "t"))), (("c", Operation("when", (Column("t"), number(1), number(2)))),)
)
NUMBERS, TRUTHS = ("a", "b", "c"), ("t", "u")
numbers: st.SearchStrategy[Scalar] = st.sampled_from(
    [
        *(Column(name) for name in NUMBERS),
        number(-3),
        Operation("choose", (Column("t"), Column("c"), Column("a"))),
        Operation("mod", (Operation("when", (Column("u"), number(5), number(7))), number(4))),
    ]
)
truths: st.SearchStrategy[Scalar] = st.one_of(
    st.sampled_from([*(Column(name) for name in TRUTHS), Operation("not", (Column("t"),))]),
    st.builds(
        lambda name, one, other: Operation(name, (one, other)),
        st.sampled_from(["=", "<>", "<", "<="]),
        numbers,
        numbers,
    ),
    st.builds(lambda name: Operation("is null", (Column(name),)), st.sampled_from([*NUMBERS, *TRUTHS])),
)
ALL = (*NUMBERS, *TRUTHS)
FOLDS = (Folded("b", "max", Column("b")), Folded("c", "min", Column("c")), Folded("u", "any", Column("u")))


def extended(pair: tuple[Scalar, Scalar]) -> Any:
    return lambda of: Extend(of, (("c", pair[0]), ("u", pair[1])))


def joined(how: tuple[str, bool, bool]) -> Any:
    mine, unknown_too, keep_left = how
    other = Scan("y", (("d", "a"), ("e", "b")))
    added = (("c", Operation("when", (Operation("is null", (Column("d"),)), Column("c"), Column("e")))),)
    return lambda of: Keep(Extend(Join(of, other, (Pair(mine, "d", unknown_too),), keep_left), added), ALL)


layers = st.one_of(
    st.tuples(numbers, truths).map(extended),
    truths.map(lambda truth: lambda of: Filter(of, truth)),
    st.tuples(st.sampled_from(NUMBERS), st.booleans(), st.booleans()).map(joined),
    st.just(lambda of: Group(of, ALL, ())),
    st.just(lambda of: Group(of, ("a", "t"), FOLDS)),
    truths.map(lambda truth: lambda of: Union((of, Filter(of, truth)), ALL)),
)


@given(st.lists(layers, max_size=6))
@settings(deadline=None)
def test_layers(over: list[Any]) -> None:
    start = Extend(START, (("u", Operation("<", (Column("a"), Column("c")))),))
    relation: Relation = Keep(reduce(lambda of, layer: layer(of), over, start), ALL)
    database = duck.opened(ledger(small()), threads=1)
    means_the_same(database, relation, small())
    database.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_nests_too_deep_is_cut_off(dialect: str) -> None:
    more = (("c", Operation("+", (Column("c"), number(1)))),)
    relation = reduce(lambda of, _: Extend(of, more), range(100), START)
    cut, query = Printer(dialect).pieces(relation)
    deepest = max(text.count("(SELECT") for text in (query, *(text for _, text in cut)))
    assert deepest < 100 / len(cut) + 5
    if dialect == "duckdb":
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE x AS SELECT 1 AS a, 2 AS b, TRUE AS t")
            assert connection.execute(Printer(dialect).query(relation)).fetchall() == [(1, 2, True, 101)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_are_quoted(dialect: str) -> None:
    printer = Printer(dialect)
    quote = printer.quoted("")[0]
    assert printer.quoted(f"a{quote}; DROP") == f"{quote}a{quote}{quote}; DROP{quote}"
