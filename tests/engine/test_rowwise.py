"""What a record's own row says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.model import (
    Apply,
    Atom,
    Column,
    Constant,
    Expression,
    Program,
    Relation,
    Rule,
    Silence,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.rowwise import reader
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, NUMBER, Kind, Type

LEASE = Type("lease", Kind.SYMBOL)
COLUMNS = (Column("id", LEASE), Column("date", DATE), Column("rooms", NUMBER), Column("end", DATE, optional=True))
L, M = Variable("l", LEASE), Variable("m", LEASE)


def of(column: str, lease: Variable = L) -> ValueOf:
    return ValueOf("lease", (lease,), column)


def value(relation: str) -> ValueOf:
    return ValueOf(relation, (L,), "value")


ENGINE = build(
    Program(
        (
            Relation(
                "lease",
                (
                    Column("id", LEASE),
                    Column("date", DATE),
                    Column("rooms", NUMBER),
                    Column("end", DATE, optional=True),
                ),
                1,
                Silence.FALSE,
                record=True,
            ),
            Relation("void", (Column("lease", LEASE),), 1, Silence.FALSE),
            Relation("given", (Column("of", LEASE), Column("value", NUMBER)), 1, Silence.UNKNOWN),
            *(
                Relation(name, (Column("of", LEASE), Column("value", NUMBER)), 1)
                for name in ("year", "next year", "unless void", "twice concluded", "if void", "never concluded")
            ),
        ),
        (
            Rule("year", Atom("year", (M,)), value=Apply("year_of", (of("date", M),))),
            Rule(
                "next",
                Atom("next year", (M,)),
                value=Apply("add", (ValueOf("year", (M,), "value"), Constant(1, NUMBER))),
            ),
            Rule("unless", Atom("unless void", (M,)), value=of("rooms", M), exemptions=(Atom("void", (M,)),)),
            Rule("if", Atom("if void", (M,)), Atom("void", (M,)), value=of("rooms", M)),
            *(Rule(name, Atom("twice concluded", (M,)), value=of("rooms", M)) for name in ("one", "two")),
        ),
    )
)
MEMBER = ENGINE.relations["lease"]


def read(expression: Expression, **cells: Any) -> Any:
    found = reader(ENGINE.compiler, expression, L, MEMBER)
    assert found is not None
    facts = ENGINE.facts()
    facts.record("lease", "L-1", {"date": date(2001, 3, 1), "rooms": 4, **cells})
    return found.read(facts.table("lease"), 0)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (of("rooms"), 4),
        (of("end"), NONE),
        (Apply("multiply", (of("rooms"), Constant(3, NUMBER))), 12),
        (value("year"), 2001),
        (value("next year"), 2002),
        (Apply("year_of", (of("end"),)), NONE),
    ],
)
def test_a_row_says(expression: Expression, said: Any) -> None:
    assert read(expression) == said


def test_a_row_leaves_open() -> None:
    assert read(value("next year"), date=UNKNOWN) is UNKNOWN
    assert read(Apply("days_between", (of("date"), of("end"))), date=UNKNOWN) is NONE  # of nothing nothing is reckoned


@pytest.mark.parametrize("name", ["given", "unless void", "if void", "twice concluded", "never concluded"])
def test_what_takes_more_than_the_row_is_not_read(name: str) -> None:
    assert reader(ENGINE.compiler, value(name), L, MEMBER) is None


def test_another_record_is_not_read() -> None:
    assert reader(ENGINE.compiler, of("rooms", M), L, MEMBER) is None


def test_a_fact_stands_in_place_of_a_rule() -> None:
    found = reader(ENGINE.compiler, value("next year"), L, MEMBER)
    assert found is not None
    facts = ENGINE.facts()
    assert found.applies(facts)
    facts.give("year", ("L-1",), 1999, "taken as found")
    assert not found.applies(facts)
    assert not found.applies(facts.overlay())
