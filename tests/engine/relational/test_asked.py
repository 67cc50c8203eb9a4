"""Totals that a single question asks for, by tables: the same answers as one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from engine import parted
from engine.evaluate import Evaluation
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
    Expression,
    Fold,
    Program,
    Relation,
    Silence,
    ValueOf,
    Variable,
)
from engine.parted import Which
from engine.program import Engine, build
from engine.proof import Folded, walk
from engine.query import Answer, Query, Shape, Supposed
from engine.relational import asked
from engine.relational.asked import Totals
from engine.relational.duck import opened
from engine.unknowns import UNKNOWN
from engine.values import DATE, Kind, LimitReached, Type
from tests.engine.programs import Example, examples
from tests.engine.relational.comparing import named
from tests.engine.test_agreement import fact_base

LEASE, PERSON = (Type(name, Kind.SYMBOL) for name in ("lease", "person"))
ROOMS = Type("rooms", Kind.NUMBER, whole=True, least=0)
COLUMNS = (Column("id", LEASE), Column("tenant", PERSON), Column("date", DATE), Column("rooms", ROOMS))
ENGINE = build(Program((Relation("lease", COLUMNS, 1, Silence.FALSE, record=True, time=2),), ()))
L, D, P = Variable("l", LEASE), Variable("d", DATE), Variable("p", PERSON)
FIRST = date(2001, 1, 1)
FEW = settings(
    max_examples=2_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Nothing is added up one by one where tables tell it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(parted, "MANY_STEPS", 0)
    yield
    patch.undo()


class Counted(Totals):
    """Totals that remember how many runs of the tables there were, and what came of each total."""

    def __init__(self, engine: Engine, facts: FactBase) -> None:
        self.runs = 0
        self.found: list[Any] = []

        def counted(ledger: Any, deadline: float | None) -> Any:
            self.runs += 1
            return opened(ledger, threads=1, deadline=deadline)

        super().__init__(engine, facts, counted)

    def total(self, which: Which, variables: tuple[Variable, ...], values: Any, deadline: float | None) -> Any:
        self.found.append(super().total(which, variables, values, deadline))
        return self.found[-1]


def leases(number: int = 9, **cells: Any) -> FactBase:
    """A lease a day, of 0, 1, 2, … rooms, Ann's and Bob's in turn; the third with other cells."""
    facts = ENGINE.facts()
    for each in range(number):
        own = {"tenant": "Ann" if each % 2 == 0 else "Bob", "date": FIRST + timedelta(each), "rooms": each}
        facts.record("lease", f"L-{each}", own | (cells if each == 2 else {}))
    return facts


def attribute(column: str) -> ValueOf:
    return ValueOf("lease", (L,), column)


UP_TO_A_DAY = Which(
    Aggregate(
        Fold.TOTAL,
        attribute("rooms"),
        (L,),
        And((Atom("lease", (L,)), Compare(Comparison.AT_MOST, attribute("date"), D))),
    )
)
"""The rooms up to a day that is a variable of the aggregate."""


def total(tenant: str, days: int, fold: Fold = Fold.TOTAL, rooms: int | None = None) -> Query:
    """What a tenant's rooms come to up to a day; with a lease supposed on January 4, if it has rooms."""
    where: Condition = And(
        (
            Atom("lease", (L,)),
            Compare(Comparison.IS, attribute("tenant"), Constant(tenant, PERSON)),
            Compare(Comparison.AT_MOST, attribute("date"), Constant(FIRST + timedelta(days), DATE)),
        )
    )
    goal: Expression = Aggregate(fold, None if fold is Fold.NUMBER else attribute("rooms"), (L,), where)
    if rooms is None:
        return Query(goal, Shape.VALUE)
    cells = (
        ("tenant", Constant("Ann", PERSON)),
        ("date", Constant(FIRST + timedelta(3), DATE)),
        ("rooms", Constant(rooms, ROOMS)),
    )
    return Query(goal, Shape.VALUE, supposed=(Supposed("lease", "new", cells),))


def folded(answer: Answer) -> Folded:
    assert answer.proof is not None
    return next(step for step in walk(answer.proof) if isinstance(step, Folded))


# ------------------------------------------------------------------- the same


@FEW
@given(examples(allowance=3))
def test_with_tables_and_without_them_the_answer_is_the_same(example: Example) -> None:
    """Whatever the program, the facts and what is supposed beside them."""
    engine = build(named(example.program))
    facts = fact_base(engine, example.facts)
    base = facts if facts.under is None else facts.under
    query = Query(example.goal, Shape.VALUE if isinstance(example.goal, Expression) else Shape.WHETHER)
    try:
        plain = engine.answer(facts, query)
    except LimitReached:
        assume(False)
    totals = Totals(engine, base, lambda ledger, deadline: opened(ledger, threads=1, deadline=deadline))
    told = engine.answer(facts, query, ground=engine.ground(base, totals))
    assert (told.verdict, told.value) == (plain.verdict, plain.value)
    assert told.settlement == plain.settlement


@pytest.mark.parametrize(
    ("tenant", "days", "fold", "value"),
    [
        ("Ann", 8, Fold.TOTAL, 20),
        ("Ann", 4, Fold.TOTAL, 6),
        ("Bob", 4, Fold.TOTAL, 4),
        ("Bob", 4, Fold.NUMBER, 2),
        ("Ann", 7, Fold.HIGHEST, 6),
        ("Ann", 7, Fold.LOWEST, 0),
        ("Ann", -1, Fold.TOTAL, 0),
        ("Ann", 400, Fold.TOTAL, 20),
    ],
)
def test_what_is_recorded_is_added_up_by_tables(tenant: str, days: int, fold: Fold, value: int) -> None:
    facts = leases()
    totals = Counted(ENGINE, facts)
    answer = ENGINE.answer(facts, total(tenant, days, fold), ground=ENGINE.ground(facts, totals))
    assert (answer.value, folded(answer).added) == (value, value)
    assert not folded(answer).parts
    assert ENGINE.answer(facts, total(tenant, days, fold)).value == value


@pytest.mark.parametrize(("tenant", "runs"), [("Ann", 1), ("Cas", 0)])
def test_rows_of_which_there_are_more_than_steps_are_not_begun_with(
    tenant: str, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cas has one lease of thirty-nine, and that is looked at one by one."""
    monkeypatch.setattr(parted, "MANY_STEPS", 15)
    facts = leases(39, tenant="Cas")
    totals = Counted(ENGINE, facts)
    ground = ENGINE.ground(facts, totals)
    looked_at: list[str] = []
    counted = Evaluation.quantity

    def quantity(self: Evaluation, relation: Relation, keys: Any, column: int) -> Any:
        looked_at.append(keys[0])
        return counted(self, relation, keys, column)

    monkeypatch.setattr(Evaluation, "quantity", quantity)
    answer = ENGINE.answer(facts, total(tenant, 100), ground=ground)
    assert answer.value == (378 if runs else 2)
    assert totals.runs == runs
    assert set(looked_at) == (set() if runs else {"L-2"})


def test_what_is_supposed_is_one_more_part() -> None:
    facts = leases()
    ground = ENGINE.ground(facts, Counted(ENGINE, facts))
    for rooms in (7, 9):
        answer = ENGINE.answer(facts, total("Ann", 4, rooms=rooms), ground=ground)
        assert (answer.value, folded(answer).added) == (6 + rooms, 6)
        assert [part.values for part in folded(answer).parts] == [("new",)]


# ------------------------------------------------------------ what is not told


@pytest.mark.parametrize("cells", [{"rooms": UNKNOWN}, {"tenant": UNKNOWN}, {"date": UNKNOWN}])
def test_what_is_not_certain_is_left_to_the_reference(cells: dict[str, Any]) -> None:
    facts = leases(**cells)
    totals = Counted(ENGINE, facts)
    told = ENGINE.answer(facts, total("Ann", 4), ground=ENGINE.ground(facts, totals))
    assert totals.found == [None]
    assert told.verdict is Verdict.DEPENDS
    assert told.settlement == ENGINE.answer(facts, total("Ann", 4)).settlement


def test_past_its_end_the_record_does_not_tell() -> None:
    facts = leases()
    facts.complete_to = FIRST + timedelta(5)
    totals = Counted(ENGINE, facts)
    ground = ENGINE.ground(facts, totals)
    assert ENGINE.answer(facts, total("Ann", 5), ground=ground).value == 6
    assert ENGINE.answer(facts, total("Ann", 6), ground=ground).verdict is Verdict.DEPENDS
    assert totals.found == [6, None]


@pytest.mark.parametrize("number", [0, 9])
def test_past_its_end_a_record_may_show_what_none_of_its_rows_has(number: int) -> None:
    """Whether there are no rows at all, or none that could be Cy's."""
    facts = leases(number)
    facts.complete_to = FIRST + timedelta(8)
    totals = Counted(ENGINE, facts)
    ground = ENGINE.ground(facts, totals)
    for days, found in ((8, 0), (9, None)):
        answer = ENGINE.answer(facts, total("Cy", days), ground=ground)
        assert answer.verdict is (Verdict.DEPENDS if found is None else Verdict.VALUE)
        assert totals.found[-1] == found


def test_the_deadline_is_kept() -> None:
    facts = leases()
    with pytest.raises(LimitReached):
        Counted(ENGINE, facts).total(UP_TO_A_DAY, (D,), (FIRST,), deadline=0.0)


# ------------------------------------------------------------------ how often


def test_one_run_tells_all_days_of_the_record_and_other_days_have_one_each() -> None:
    facts = leases()
    totals = Counted(ENGINE, facts)
    for days, value, runs in (
        (4, 10, 1),
        (7, 28, 1),
        (0, 0, 1),
        (8, 36, 1),
        (90, 36, 1),
        (500, 36, 2),
        (500, 36, 2),
        (501, 36, 3),
    ):
        assert totals.total(UP_TO_A_DAY, (D,), (FIRST + timedelta(days),), None) == value
        assert totals.runs == runs


def test_days_that_would_be_joined_with_every_row_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days since a lease against its rooms are in no order that tables know: there are as many pairs as rows and days.

    A lease of n rooms is n days later than the first: a week on, the first four are as old as they are large.
    """
    days = Apply("days_between", (attribute("date"), D))
    old = Compare(Comparison.AT_MOST, attribute("rooms"), days)
    which = Which(Aggregate(Fold.NUMBER, None, (L,), And((Atom("lease", (L,)), old))))
    facts = leases()
    for most, runs in ((asked.MOST_PAIRS, 1), (20, 3)):
        monkeypatch.setattr(asked, "MOST_PAIRS", most)
        totals = Counted(ENGINE, facts)
        for day, number in ((2, 2), (5, 3), (7, 4)):
            assert totals.total(which, (D,), (FIRST + timedelta(day),), None) == number
        assert totals.runs == runs
