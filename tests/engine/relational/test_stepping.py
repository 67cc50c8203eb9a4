"""Totals of what changes with the day asked about: folded along the days, they are what each question alone gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.facts import FactBase
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
    Expression,
    Fold,
    Not,
    Or,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.relational.algebra import Differences, Join
from engine.relational.amounts import Overflow
from engine.relational.goal import Goal, work_out
from engine.relational.scope import Loop
from engine.unknowns import UNKNOWN
from engine.values import DATE, PERIOD, Kind, Period, Type
from tests.engine.relational.comparing import by_reference, by_tables, ledger_for
from tests.engine.relational.test_relational_agreement import LONG

GRANT, POOL = Type("grant", Kind.SYMBOL), Type("pool", Kind.SYMBOL, members=("red", "green"))
ACT = Type("act", Kind.SYMBOL)
SHARES = Type("shares", Kind.NUMBER)
FIRST = date(2001, 1, 1)


def _record(name: str, type: Type, *columns: Column) -> Relation:
    return Relation(name, (Column("id", type), *columns), 1, Silence.FALSE, time=2, record=True)


GRANTS = _record("grant", GRANT, Column("pool", POOL), Column("made", DATE), Column("shares", SHARES))
RELATIONS = (
    GRANTS,
    _record("act", ACT, Column("grant", GRANT), Column("made", DATE), Column("shares", SHARES)),
    Relation("given back", (Column("of", GRANT), Column("on", DATE)), 2, Silence.FALSE, time=1),
    Relation("counts", (Column("of", GRANT),), 1, Silence.UNKNOWN),
    Relation("stands", (Column("of", GRANT),), 1, Silence.FALSE, span=True),
    Relation("last day", (Column("of", GRANT), Column("value", DATE, True)), 1, Silence.FALSE),
    Relation("used", (Column("of", GRANT), Column("on", DATE), Column("value", SHARES)), 2),
    Relation("left", (Column("of", GRANT), Column("on", DATE), Column("value", SHARES)), 2),
    Relation("over", (Column("of", GRANT), Column("on", DATE)), 2),
    Relation("back", (Column("of", POOL), Column("on", DATE), Column("value", SHARES)), 2),
    Relation("due", (Column("of", GRANT), Column("value", SHARES)), 1),
)
G, P, A, D, E = (
    Variable(name, kind) for name, kind in (("g", GRANT), ("p", POOL), ("a", ACT), ("d", DATE), ("e", DATE))
)
GOAL = Goal(ValueOf("due", (G,), "value"), G, GRANTS, is_value=True)


def of(column: str, about: Variable = G) -> ValueOf:
    return ValueOf(about.type.name, (about,), column)


def compared(left: Expression, how: str, right: Expression) -> Compare:
    return Compare(Comparison(how), left, right)


def later(day: Expression, days: int) -> Expression:
    return Apply("after" if days > 0 else "before", (Constant(Period(days=abs(days)), PERIOD), day)) if days else day


WITHIN = And((Atom("act", (A,)), compared(of("grant", A), "=", G), compared(of("made", A), "<=", D)))
GIVEN_BACK = Some((E,), And((Atom("given back", (G, E)), compared(E, "<=", D))))
ONE = Constant(Fraction(1), SHARES)
RULES = (
    Rule("used", Atom("used", (G, D)), And(()), value=Aggregate(Fold.TOTAL, of("shares", A), (A,), WITHIN)),
    Rule("left", Atom("left", (G, D)), value=Apply("subtract", (of("shares"), ValueOf("used", (G, D), "value")))),
    Rule("over", Atom("over", (G, D)), And((GIVEN_BACK, compared(ValueOf("left", (G, D), "value"), ">", ONE)))),
    Rule("due", Atom("due", (G,)), Atom("grant", (G,)), value=ValueOf("back", (of("pool"), of("made")), "value")),
)


@st.composite
def days(draw: st.DrawFn) -> Expression:
    """The day asked about, or one that goes with it."""
    shifted = later(D, draw(st.sampled_from((0, 0, 1, -1, 3))))
    other = draw(st.sampled_from((None, None, Constant(FIRST + timedelta(days=12), DATE), of("made"))))
    if other is None:
        return shifted
    return Apply(draw(st.sampled_from(("earlier", "later"))), (shifted, other))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Condition:
    """A condition on a grant and a day."""
    how = draw(st.sampled_from(("<", "<=", ">", ">=", "=", "!=")))
    day = draw(days())
    options: list[Condition] = [
        compared(of("made"), how, day),
        compared(day, how, ValueOf("last day", (G,), "value")),
        Atom("given back", (G, day)),
        Some((E,), And((Atom("given back", (G, E)), compared(E, how, D)))),
        Some((A,), And((Atom("act", (A,)), compared(of("grant", A), "=", G), compared(of("made", A), how, D)))),
        Atom("stands", (G, day)),
        Atom("counts", (G,)),
        Atom("over", (G, day)),
        compared(ValueOf("left", (G, day), "value"), how, Constant(Fraction(draw(st.integers(0, 3))), SHARES)),
    ]
    if depth:
        options.append(Not(draw(conditions(depth - 1))))
        options.append(Or((draw(conditions(depth - 1)), draw(conditions(depth - 1)))))
    return draw(st.sampled_from(options))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A total, for each pool and day, of what goes with the day."""
    some: tuple[Expression, ...] = (
        of("shares"),
        ValueOf("left", (G, draw(days())), "value"),
        Apply("excess", (ValueOf("left", (G, D), "value"), ValueOf("used", (G, draw(days())), "value"))),
    )
    of_each = draw(st.sampled_from(some))
    parts = [draw(conditions()) for _ in range(draw(st.integers(1, 2)))]
    where = And((Atom("grant", (G,)), compared(of("pool"), "=", P), *parts))
    fold = draw(st.sampled_from((Fold.TOTAL, Fold.TOTAL, Fold.NUMBER)))
    return program(Aggregate(fold, None if fold is Fold.NUMBER else of_each, (G,), where))


def program(total: Aggregate) -> Program:
    return Program(RELATIONS, (*RULES, Rule("back", Atom("back", (P, D)), value=total)))


def facts(base: FactBase, data: st.DataObject) -> None:
    draw = data.draw
    day = st.integers(0, 30).map(lambda number: FIRST + timedelta(days=number))
    number = st.integers(0, 4).map(Fraction)
    rarely = st.integers(0, 14).map(lambda drawn: drawn == 0)
    ids = [f"G{place}" for place in range(draw(st.integers(1, 4)))]

    def cell(known: st.SearchStrategy[Any]) -> Any:
        return UNKNOWN if draw(rarely) else draw(known)

    for id in ids:
        pool = draw(st.sampled_from(POOL.members))
        base.record("grant", id, {"pool": pool, "made": cell(day), "shares": cell(number)})
        for event in range(draw(st.integers(0, 2))):
            cells = {"grant": id, "made": cell(day), "shares": cell(number)}
            base.record("act", f"{id} act {event}", cells)
        if draw(st.booleans()):
            base.state("given back", (id, draw(day)), None if draw(rarely) else True)
        if draw(st.booleans()):
            base.state("counts", (id,), draw(st.booleans()))
        if draw(st.booleans()):
            first = draw(day)
            base.during("stands", (id,), first, draw(st.sampled_from((None, first + timedelta(days=4)))))
        if draw(st.booleans()):
            base.give("last day", (id,), draw(day))


@settings(max_examples=2_000 if LONG else 12, deadline=None, suppress_health_check=[*HealthCheck])
@given(st.data())
def test_totals_of_what_goes_with_the_day(data: st.DataObject) -> None:
    engine = build(data.draw(programs()))
    base = engine.facts()
    facts(base, data)
    for subject, row in by_tables(engine, ledger_for(engine, base), GOAL).items():
        if row.verdict is None:
            continue
        reference = by_reference(engine, base, GOAL, subject)
        assert (row.verdict, row.value) == (reference.verdict, reference.value), subject


def relations(relation: Any) -> Iterator[Any]:
    """A relation and all that it is made of."""
    yield relation
    for inner in (getattr(relation, name, ()) for name in ("input", "left", "right", "inputs")):
        for each in inner if isinstance(inner, tuple) else (inner,):
            yield from relations(each)


def test_a_number_that_may_grow_too_large_is_named() -> None:
    squared = Apply("multiply", (of("shares"), of("shares")))
    total = Aggregate(Fold.TOTAL, Apply("multiply", (squared, squared)), (G,), Atom("grant", (G,)))
    engine = build(program(total))
    base = engine.facts()
    base.record("grant", "G0", {"pool": "red", "made": FIRST, "shares": Fraction(10**10)})
    with pytest.raises(Overflow, match="`back` may grow past 38 digits"):
        work_out(engine, ledger_for(engine, base), GOAL)


@pytest.mark.parametrize(
    ("day", "how"),
    [(D, "<="), (later(D, 1), "<"), (Apply("earlier", (D, Constant(FIRST, DATE))), ">"), (D, "=")],
)
def test_no_day_is_joined_with_every_row(day: Expression, how: str) -> None:
    over = And((compared(of("made"), how, day), Atom("over", (G, D))))
    where = And((Atom("grant", (G,)), compared(of("pool"), "=", P), over))
    engine = build(program(Aggregate(Fold.TOTAL, ValueOf("left", (G, D), "value"), (G,), where)))
    base = engine.facts()
    for days in range(3):
        base.record("grant", f"G{days}", {"pool": "red", "made": FIRST + timedelta(days=days), "shares": Fraction(4)})
    base.state("given back", ("G0", FIRST + timedelta(days=1)))
    worked = work_out(engine, ledger_for(engine, base), GOAL)
    made = [each for _, step in worked.steps if not isinstance(step, Loop) for each in relations(step)]
    assert any(isinstance(each, Differences) for each in made)
    assert not any(isinstance(each, Join) and not each.pairs for each in made)
