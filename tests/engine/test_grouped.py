"""Aggregates of records that come up to one: by groups the same as one by one, with the same members."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.columns import Packed
from engine.decision import TRUE
from engine.facts import Chain, FactBase
from engine.grouped import shape_of
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Fold,
    Not,
    Or,
    Program,
    Relation,
    Rule,
    Silence,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.proof import Folded, Step, Witness, walk
from engine.query import Query, Shape, Supposed
from engine.unknowns import UNKNOWN
from engine.values import DATE, NUMBER, PLAIN, Kind, Type

LEASE, PERSON = (Type(name, Kind.SYMBOL) for name in ("lease", "person"))
ROOMS = Type("rooms", Kind.NUMBER, whole=True, least=0)
COLUMNS = (Column("id", LEASE), Column("tenant", PERSON), Column("date", DATE), Column("rooms", ROOMS))
L, M = Variable("l", LEASE), Variable("m", LEASE)


def of(lease: Variable, column: str) -> ValueOf:
    return ValueOf("lease", (lease,), column)


def equal(left: Any, right: Any) -> Compare:
    return Compare(Comparison.IS, left, right)


SAME_TENANT = equal(of(M, "tenant"), of(L, "tenant"))
SAME_YEAR = equal(Apply("year_of", (of(M, "date"),)), Apply("year_of", (of(L, "date"),)))
SIGNED_IN_YEAR = equal(*(Apply("year_of", (ValueOf("signing", (each,), "value"),)) for each in (M, L)))
NOT_VOID = Not(Atom("void", (M,)))
UP_TO = Or((equal(M, L), Before(M, L, "lease")))
BEFORE = Before(M, L, "lease")
ROOMS_OF_IT, ROOMS_THEN = of(M, "rooms"), ValueOf("rooms then", (M, of(L, "date")), "value")


def total(*where: Condition, of: Any = ROOMS_OF_IT) -> Aggregate:
    return Aggregate(Fold.NUMBER if of is None else Fold.TOTAL, of, (M,), And((*where, Atom("lease", (M,)))))


AGGREGATES = {
    "rooms up to": total(SAME_TENANT, NOT_VOID, UP_TO),
    "rooms before in the year": total(SAME_YEAR, SAME_TENANT, BEFORE),
    "rooms then up to": total(SAME_TENANT, UP_TO, of=ROOMS_THEN),
    "leases of the day before": total(equal(of(M, "date"), of(L, "date")), NOT_VOID, BEFORE, of=None),
    "all rooms": total(SAME_TENANT),
    "rooms of the year of signing": total(SAME_TENANT, SIGNED_IN_YEAR, of=Apply("add", (ROOMS_OF_IT, ROOMS_OF_IT))),
}
ENGINE = build(
    Program(
        (
            Relation("lease", COLUMNS, 1, Silence.FALSE, record=True, time=2),
            Relation("void", (Column("lease", LEASE),), 1, Silence.FALSE),
            Relation("signing", (Column("of", LEASE), Column("value", DATE)), 1),
            Relation("rooms then", (Column("of", LEASE), Column("on", DATE), Column("value", ROOMS)), 2),
            *(Relation(name, (Column("of", LEASE), Column("value", NUMBER)), 1) for name in AGGREGATES),
        ),
        (
            Rule("then", Atom("rooms then", (L, Variable("d", DATE))), value=of(L, "rooms")),
            Rule("signed", Atom("signing", (L,)), value=of(L, "date")),
            *(Rule(name, Atom(name, (L,)), value=each) for name, each in AGGREGATES.items()),
        ),
    )
)
DAYS = [date(2001, 1, 1), date(2001, 1, 2), date(2001, 7, 1), date(2002, 1, 1)]

cells = st.fixed_dictionaries(
    {
        "tenant": st.sampled_from(["Ann", "Ann", "Bob", "Cid"]),
        "date": st.sampled_from(DAYS),
        "rooms": st.integers(0, 5),
    }
)
unknown = st.sampled_from([None, None, None, None, "tenant", "date", "rooms"])


@st.composite
def bases(draw: st.DrawFn) -> FactBase:
    """Leases, some void, in a recorded order or none; of one a cell may not be known, or whether it is void."""
    facts = ENGINE.facts()
    leases = draw(st.lists(cells, min_size=1, max_size=7))
    missing = draw(unknown)
    for number, each in enumerate(leases):
        facts.record("lease", f"L-{number}", {**each, missing: UNKNOWN} if missing and not number else each)
        void = draw(st.sampled_from(["no", "no", "no", "yes", "open"]))
        if void != "no":
            facts.state("void", (f"L-{number}",), True if void == "yes" else None)
    if draw(st.integers(0, 3)) == 0:
        facts.give("signing", ("L-0",), draw(st.sampled_from(DAYS)))
    if draw(st.booleans()):
        names = draw(st.permutations([f"L-{number}" for number in range(len(leases))]))
        facts.chains["lease"] = Chain(Packed(names))
    facts.complete_to = draw(st.sampled_from([None, None, DAYS[1], DAYS[3]]))
    return facts


def told(step: Step | Witness) -> Any:
    """A step with all that is under it; what is open is told by the answer."""
    deeper = tuple(told(each) for each in walk(step) if each is not step)
    value = getattr(step, "value", None)
    truth = "open" if step.truth.is_open else step.truth is TRUE
    return type(step).__name__, value if type(value) in PLAIN else None, getattr(step, "values", None), truth, deeper


def found(facts: FactBase, asked: Query, ground: Any = None) -> tuple[Any, ...]:
    """An answer with its members, and candidates that are none."""
    answer = ENGINE.answer(facts, asked, ground=ground)
    assert answer.proof is not None
    folds = [step for step in walk(answer.proof) if isinstance(step, Folded)]
    members = [(len(step.parts), [*map(told, step.parts)], [*map(told, step.failed)]) for step in folds]
    return answer.verdict, answer.value, answer.options, answer.open, members


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(bases(), st.sampled_from([*AGGREGATES]), st.integers(0, 6), st.booleans(), cells)
def test_groups_tell_what_is_told_one_by_one(
    facts: FactBase, name: str, number: int, supposing: bool, supposed: dict[str, Any]
) -> None:
    lease = "new" if supposing else f"L-{number % len(facts.tables['lease'])}"
    types = {"tenant": PERSON, "date": DATE, "rooms": ROOMS}
    record = Supposed("lease", "new", tuple((name, Constant(cell, types[name])) for name, cell in supposed.items()))
    goal = ValueOf(name, (Constant(lease, LEASE),), "value")
    asked = Query(goal, Shape.VALUE, supposed=(record,) if supposing else ())
    ground = ENGINE.ground(facts)
    by_groups = [found(facts, asked, ground) for _ in range(2)]
    assert by_groups == [found(facts, asked)] * 2


def test_a_group_is_made_once() -> None:
    facts = ENGINE.facts()
    for number in range(6):
        facts.record("lease", f"L-{number}", {"tenant": "Ann", "date": DAYS[number // 3], "rooms": 2**number})
    facts.chains["lease"] = Chain(Packed([f"L-{number}" for number in (2, 1, 0, 3, 4, 5)]))
    ground = ENGINE.ground(facts)

    def up_to(number: int) -> Any:
        goal = ValueOf("rooms up to", (Constant(f"L-{number}", LEASE),), "value")
        return ENGINE.answer(facts, Query(goal, Shape.VALUE), ground=ground).value

    assert [up_to(number) for number in range(6)] == [7, 6, 4, 15, 31, 63]
    (group,) = ground.groups.kept.values()
    assert group is not None
    assert group.ids == ["L-2", "L-1", "L-0", "L-3", "L-4", "L-5"]
    assert group.totals == [0, 4, 6, 7, 15, 31, 63]


@pytest.mark.parametrize(
    "where",
    [
        pytest.param((UP_TO,), id="nothing to look up by"),
        pytest.param((SAME_TENANT, BEFORE, Before(M, Variable("k", LEASE), "lease")), id="two bounds"),
        pytest.param((SAME_TENANT, Before(L, M, "lease")), id="from one on"),
        pytest.param((SAME_TENANT, Or((equal(M, Variable("k", LEASE)), BEFORE))), id="one or before another"),
        pytest.param((SAME_TENANT, Compare(Comparison.LESS, of(M, "rooms"), of(L, "rooms"))), id="another comparison"),
    ],
)
def test_other_aggregates_have_no_groups(where: tuple[Condition, ...]) -> None:
    assert shape_of(total(*where), ENGINE.relations["lease"]) is None


def test_many_records_are_left_to_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.grouped.MOST_ROWS", 2)
    facts = ENGINE.facts()
    for number in range(3):
        facts.record("lease", f"L-{number}", {"tenant": "Ann", "date": DAYS[number], "rooms": 1})
    ground = ENGINE.ground(facts)
    goal = ValueOf("rooms up to", (Constant("L-2", LEASE),), "value")
    assert ENGINE.answer(facts, Query(goal, Shape.VALUE), ground=ground).value == 3
    assert [*ground.groups.like.values()] == [None]
    assert not ground.groups.kept
