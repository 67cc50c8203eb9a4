"""An open number or date is solved for exactly: the bound is the last value that is not refused, by trial."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from engine.facts import FactBase
from engine.judge import Verdict
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
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
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import Engine, build
from engine.query import Query, Shape
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, Kind, LimitReached, Type

LEASE = Type("lease", Kind.SYMBOL)
SHARES = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)
LEASES = Relation("lease", (Column("id", LEASE), Column("shares", SHARES)), 1, record=True)
WORTHY = Relation("worthy", (Column("lease", LEASE),), 1, Silence.UNKNOWN)
ENGINE: Engine = build(Program((LEASES, WORTHY), ()))
N = Variable("n", SHARES)
L = Variable("l", LEASE)
USED = Aggregate(Fold.TOTAL, ValueOf("lease", (L,), "shares"), (L,), And((Atom("lease", (L,)), Atom("worthy", (L,)))))
FACTORS = (Constant(1, SHARES), Constant(Fraction(1, 3), SHARES), Constant(2, SHARES))
LIMIT = 60

amounts = [N, USED, Apply("add", (N, USED)), Apply("subtract", (USED, N)), Apply("excess", (N, USED))]
amounts += [Apply("multiply", (N, factor)) for factor in FACTORS]
amounts += [Apply("round_down", (Apply("multiply", (N, FACTORS[1])), FACTORS[0])), Apply("greater", (N, USED))]

tests: st.SearchStrategy[Condition] = st.builds(
    Compare,
    st.sampled_from(list(Comparison)),
    st.sampled_from(amounts),
    st.integers(0, 40).map(lambda number: Constant(number, SHARES)),
)
goals = st.recursive(
    tests | st.sampled_from([Atom("worthy", (Constant(f"L-{n}", LEASE),)) for n in range(2)]),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=1, max_size=2).map(lambda each: And(tuple(each))),
        st.lists(inner, min_size=1, max_size=2).map(lambda each: Or(tuple(each))),
    ),
    max_leaves=4,
)
leases = st.lists(st.tuples(st.integers(0, 25) | st.just(UNKNOWN), st.sampled_from([True, False, None])), max_size=2)


def facts_of(said: list[tuple[object, bool | None]]) -> FactBase:
    facts = ENGINE.facts()
    for number, (shares, worthy) in enumerate(said):
        facts.record("lease", f"L-{number}", {"shares": shares})
        if worthy is not None:
            facts.state("worthy", (f"L-{number}",), worthy)
    return facts


def bounded(goal: Condition) -> Condition:
    return And((goal, Compare(Comparison.AT_MOST, N, Constant(LIMIT, SHARES))))


def at(node: Any, number: int) -> Any:
    """A condition with a number in place of the open one."""
    if node == N:
        return Constant(number, SHARES)
    if isinstance(node, tuple):
        return tuple(at(part, number) for part in node)
    if not isinstance(node, (And, Or, Not, Compare, Apply)):
        return node
    return evolve(node, **{part.name: at(getattr(node, part.name), number) for part in fields(type(node))})


def refused(facts: FactBase, goal: Condition, number: int) -> bool:
    return ENGINE.answer(facts, Query(at(bounded(goal), number))).verdict is Verdict.NO


@pytest.mark.parametrize("shape", [Shape.MOST, Shape.LEAST])
@given(goals, leases)
def test_the_bound_is_the_last_number_that_is_not_refused(
    shape: Shape, goal: Condition, said: list[tuple[object, bool | None]]
) -> None:
    facts = facts_of(said)
    try:
        answer = ENGINE.answer(facts, Query(bounded(goal), shape, N))
    except LimitReached:
        return  # it says that it cannot tell: that is no verdict
    number = answer.value
    if answer.verdict is Verdict.NONE:
        assert all(refused(facts, goal, each) for each in (0, 1, LIMIT // 2, LIMIT))
        return
    assert answer.verdict is Verdict.VALUE
    assert isinstance(number, int)
    assert not refused(facts, goal, number)
    past = range(number + 1, LIMIT + 2) if shape is Shape.MOST else range(number)
    assert all(refused(facts, goal, each) for each in [*past][:3] + [*past][-2:])


def test_most_allowed_tells_none_from_no_bound() -> None:
    def most(goal: Condition) -> object:
        return ENGINE.most_allowed(ENGINE.facts(), Query(goal, Shape.MOST, N))

    assert most(Compare(Comparison.AT_MOST, N, Constant(20, SHARES))) == 20
    assert most(Compare(Comparison.AT_LEAST, N, Constant(20, SHARES))) is None
    assert most(Compare(Comparison.LESS, N, Constant(0, SHARES))) is NONE


def test_what_nothing_bounds_is_a_limit() -> None:
    with pytest.raises(LimitReached):
        ENGINE.answer(ENGINE.facts(), Query(Compare(Comparison.AT_LEAST, N, Constant(2, SHARES)), Shape.MOST, N))


EVENT = Type("event", Kind.SYMBOL)
EVENTS = Relation("event", (Column("id", EVENT), Column("date", DATE)), 1, record=True, time=1)
DATED: Engine = build(Program((EVENTS,), ()))
D, E = Variable("d", DATE), Variable("e", EVENT)
BY_THEN = Some((E,), And((Atom("event", (E,)), Compare(Comparison.AT_MOST, ValueOf("event", (E,), "date"), D))))
HORIZON = date(2003, 12, 31)
days = st.dates(date(2003, 12, 1), date(2004, 1, 31))


@given(st.lists(days.filter(lambda day: day <= HORIZON), max_size=2), days, st.booleans())
def test_days_up_to_the_record_s_end_are_solved_apart_from_those_past_it(
    recorded: list[date], day: date, negated: bool
) -> None:
    facts = DATED.facts()
    facts.complete_to = HORIZON
    for number, each in enumerate(recorded):
        facts.record("event", f"E-{number}", {"date": each})
    goal: Condition = Not(BY_THEN) if negated else BY_THEN
    regions = DATED.answer(facts, Query(goal, Shape.WHEN, D)).regions
    (there,) = [each for each in regions if (each.low or date.min) <= day <= (each.high or date.max)]
    held = bool(recorded) and min(recorded) <= day
    known = held or day <= HORIZON
    assert there.verdict is (Verdict.DEPENDS if not known else Verdict.YES if held is not negated else Verdict.NO)
