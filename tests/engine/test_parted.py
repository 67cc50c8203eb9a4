"""What is recorded is folded once for a case; a supposed record is one more, where nothing else hangs on it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.facts import FactBase
from engine.ground import Ground
from engine.model import (
    Aggregate,
    And,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Expression,
    Fold,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.parted import FEW, reads
from engine.program import build
from engine.proof import Folded, Scope, walk
from engine.query import Answer, Query, Shape, Supposed
from engine.values import DATE, Kind, Type

PERSON, LEASE, PART = (Type(name, Kind.SYMBOL) for name in ("person", "lease", "part"))
ROOMS = Type("rooms", Kind.NUMBER, whole=True, least=0)
LEASES = Relation(
    "lease",
    (Column("id", LEASE), Column("tenant", PERSON), Column("date", DATE), Column("rooms", ROOMS)),
    1,
    Silence.FALSE,
    record=True,
)
PARTS = Relation("part", (Column("id", PART), Column("lease", LEASE)), 1, Silence.FALSE, record=True)
ENDED = Relation("ended", (Column("lease", LEASE),), 1, Silence.FALSE)
LARGE = Relation("large", (Column("lease", LEASE),), 1)
CROWDED = Relation("crowded", (Column("lease", LEASE),), 1)
SPLIT = Relation("split", (Column("lease", LEASE),), 1)

L, M, P, D = Variable("l", LEASE), Variable("m", LEASE), Variable("p", PART), Variable("d", DATE)


def attribute(record: Variable, column: str) -> ValueOf:
    return ValueOf("part" if record is P else "lease", (record,), column)


def rooms(number: int) -> Constant:
    return Constant(number, ROOMS)


LATER = And((Atom("lease", (M,)), Compare(Comparison.MORE, attribute(M, "date"), attribute(L, "date"))))
ENGINE = build(
    Program(
        (LEASES, PARTS, ENDED, LARGE, CROWDED, SPLIT),
        (
            Rule("large", Atom("large", (L,)), Compare(Comparison.MORE, attribute(L, "rooms"), rooms(4))),
            Rule("crowded", Atom("crowded", (L,)), Some((M,), LATER)),
            Rule("split", Atom("split", (L,)), Some((P,), Compare(Comparison.IS, attribute(P, "lease"), L))),
        ),
    )
)
"""Large: by its own rooms. Crowded: where there is a later lease. Split: where a part of it is."""


def base(number: int = 6) -> FactBase:
    facts = ENGINE.facts()
    for each in range(number):
        cells = {"tenant": "Ann", "date": date(2001, 1, 1 + each % 28), "rooms": each}
        facts.record("lease", f"L-{each}", cells)
    facts.record("part", "P-1", {"lease": "L-5"})
    return facts


def query(where: Condition, fold: Fold = Fold.TOTAL) -> Query:
    """What a fold over leases is, with a further one supposed on January 10."""
    of = None if fold is Fold.NUMBER else attribute(L, "rooms")
    goal: Expression = Aggregate(fold, of, (L,), And((Atom("lease", (L,)), where)))
    cells = {"tenant": Constant("Ann", PERSON), "date": Constant(date(2001, 1, 10), DATE), "rooms": rooms(7)}
    return Query(goal, Shape.VALUE, supposed=(Supposed("lease", "new", tuple(cells.items())),))


def on(day: int) -> Condition:
    return Compare(Comparison.AT_MOST, attribute(L, "date"), Constant(date(2001, 1, day), DATE))


def folded(answer: Answer) -> Folded:
    assert answer.proof is not None
    return next(step for step in walk(answer.proof) if isinstance(step, Folded))


def members(answer: Answer) -> list[Any]:
    return [part.values[0] for part in folded(answer).parts]


@pytest.fixture
def ground() -> Ground:
    return ENGINE.ground(base())


@pytest.mark.parametrize(
    ("where", "fold", "value", "alone"),
    [
        (on(31), Fold.TOTAL, 22, 15),
        (on(3), Fold.TOTAL, 3, 3),
        (on(31), Fold.NUMBER, 7, 6),
        (on(31), Fold.HIGHEST, 7, 5),
        (on(31), Fold.LOWEST, 0, 0),
        (Atom("large", (L,)), Fold.TOTAL, 12, 5),
        (Atom("split", (L,)), Fold.TOTAL, 5, 5),
    ],
)
def test_a_supposed_record_is_added_to_what_is_recorded(
    ground: Ground, where: Condition, fold: Fold, value: int, alone: int
) -> None:
    asked = query(where, fold)
    for _ in range(2):
        answer = ENGINE.answer(ground.facts, asked, ground=ground)
        assert answer.value == value
        assert members(answer) == members(ENGINE.answer(ground.facts, asked))
    assert [kept.step.value for kept in ground._folds.values() if kept is not None] == [alone]


def test_what_a_supposed_record_changes_is_folded_anew(ground: Ground) -> None:
    """L-5 is the last of those recorded, and crowded once there is a later one."""
    asked = query(Atom("crowded", (L,)))
    assert ENGINE.answer(ground.facts, asked, ground=ground).value == 0 + 1 + 2 + 3 + 4 + 5
    assert not ground._folds


def test_what_is_supposed_of_a_recorded_one_is_folded_anew(ground: Ground) -> None:
    overlay = ground.facts.overlay()
    overlay.record("lease", "L-5", {"tenant": "Ann", "date": date(2001, 1, 6), "rooms": 50})
    assert ENGINE.answer(overlay, query(Atom("large", (L,))), ground=ground).value == 57
    assert not ground._folds


def test_many_members_are_found_again_when_they_are_read() -> None:
    ground = ENGINE.ground(base(FEW + 50))
    asked = query(on(31))
    total = sum(range(FEW + 50)) + 7
    for _ in range(2):
        answer = ENGINE.answer(ground.facts, asked, ground=ground)
        assert answer.value == total
        (kept,) = (each.step for each in ground._folds.values() if each is not None)
        assert len(kept.parts) == FEW + 50
        parts = folded(answer).parts
        assert [parts[0].values, parts[-1].values] == [("L-0",), ("new",)]
        assert all(part.notes for part in parts)
        assert sum(part.value for part in parts) == total


def test_only_what_runs_through_one_kind_of_record_is_parted() -> None:
    person = Variable("who", PERSON)
    by_person = Aggregate(Fold.NUMBER, None, (person,), Compare(Comparison.IS, attribute(L, "tenant"), person))
    assert reads(by_person, ENGINE.relations, Scope()) is None
    crowd = Aggregate(Fold.NUMBER, None, (L,), And((Atom("lease", (L,)), Some((M,), LATER))))
    found = reads(crowd, ENGINE.relations, Scope())
    assert found is not None
    assert found.others == {"lease"}
