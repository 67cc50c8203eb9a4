"""Facts in layers: what contradicts is refused, and what is supposed stays above."""

from __future__ import annotations

from datetime import date

import pytest

from engine.facts import BadFact, FactBase
from engine.model import Column, Relation, Silence
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, NUMBER, Kind, Type

PERSON = Type("person", Kind.SYMBOL)
LEASE = Type("lease", Kind.SYMBOL)
JOINED = Relation("joined", (Column("person", PERSON),), 1, Silence.FALSE)
FEE = Relation("fee", (Column("day", DATE), Column("value", NUMBER)), 1, Silence.UNKNOWN)
MEMBER = Relation("member", (Column("person", PERSON),), 1, Silence.FALSE, span=True)
LEASES = Relation(
    "lease", (Column("id", LEASE), Column("date", DATE), Column("end", DATE, optional=True)), 1, record=True, time=1
)
DAYS = [date(2001, 1, day) for day in range(1, 11)]


@pytest.fixture
def facts() -> FactBase:
    return FactBase({relation.name: relation for relation in (JOINED, FEE, MEMBER, LEASES)})


def test_a_statement_is_not_stated_both_ways(facts: FactBase) -> None:
    facts.state("joined", ("ann",), True)
    facts.state("joined", ("ann",), True)
    for status in (False, None):
        with pytest.raises(BadFact):
            facts.state("joined", ("ann",), status)


def test_a_value_is_given_once(facts: FactBase) -> None:
    facts.give("fee", (DAYS[0],), 3)
    for value in (4, NONE, UNKNOWN):
        with pytest.raises(BadFact):
            facts.give("fee", (DAYS[0],), value)


@pytest.mark.parametrize("status", [True, False, None])
def test_what_holds_over_time_is_said_one_way_for_each_day(facts: FactBase, status: bool | None) -> None:
    facts.during("member", ("ann",), DAYS[2], DAYS[5], status)
    facts.during("member", ("ann",), DAYS[4], None, status)
    facts.during("member", ("bob",), DAYS[0], None, not status)
    for first, last in ((DAYS[0], DAYS[2]), (DAYS[9], None), (DAYS[0], None)):
        with pytest.raises(BadFact):
            facts.during("member", ("ann",), first, last, not status)
    facts.during("member", ("ann",), DAYS[0], DAYS[1], not status)
    with pytest.raises(BadFact):
        facts.during("member", ("cid",), DAYS[1], DAYS[0])


def test_a_record_without_an_attribute_has_none_or_an_unknown_one(facts: FactBase) -> None:
    facts.record("lease", "L-1", {})
    found = facts.find("lease", ("L-1",))
    assert found is not None
    table, number = found
    assert table.cells(number) == ("L-1", UNKNOWN, NONE)
    with pytest.raises(BadFact):
        facts.record("lease", "L-1", {})


def test_what_is_supposed_lies_above_and_leaves_what_lies_under_alone(facts: FactBase) -> None:
    facts.state("joined", ("ann",), True)
    facts.give("fee", (DAYS[0],), 3)
    facts.put_before("lease", "L-1", "L-2")
    above = facts.overlay()
    above.state("joined", ("ann",), False)
    above.give("fee", (DAYS[0],), 4)
    above.put_before("lease", "L-2", "L-3")
    for base, status, value, ordered in ((above, False, 4, True), (facts, True, 3, False)):
        joined, fee = base.find("joined", ("ann",)), base.find("fee", (DAYS[0],))
        assert joined is not None
        assert fee is not None
        assert joined[0].status[joined[1]] is status
        assert fee[0].columns[1][fee[1]] == value
        assert base.recorded_before("lease", "L-1", "L-3") is ordered
        assert len(list(base.rows("joined"))) == 1


def test_an_order_is_told_from_either_record(facts: FactBase) -> None:
    for earlier, later in (("L-1", "L-2"), ("L-2", "L-3"), ("L-4", "L-5")):
        facts.put_before("lease", earlier, later)
    assert facts.recorded_order("lease", "L-1", "L-3") is True
    assert facts.recorded_order("lease", "L-3", "L-1") is False
    assert facts.recorded_order("lease", "L-1", "L-5") is None


def test_an_order_that_goes_round_is_refused(facts: FactBase) -> None:
    facts.put_before("lease", "L-1", "L-2")
    facts.put_before("lease", "L-2", "L-3")
    with pytest.raises(BadFact):
        facts.put_before("lease", "L-3", "L-1")


def test_many_rows_recorded_at_once_are_found_as_those_recorded_one_by_one(facts: FactBase) -> None:
    one, many = facts, FactBase(facts.relations)
    rows = [(f"L-{number}", day, NONE) for number, day in enumerate(DAYS)]
    for id, day, end in rows:
        one.record("lease", id, {"date": day, "end": end}, id)
    assert many.table("lease").rows_where(1, DAYS[0]) == []
    many.table("lease").extend([list(column) for column in zip(*rows[:4], strict=True)], ["L-0", "L-1", "L-2", "L-3"])
    many.table("lease").extend([list(column) for column in zip(*rows[4:], strict=True)], [row[0] for row in rows[4:]])
    for base in (one, many):
        table = base.table("lease")
        assert [table.cells(number) for number in range(len(table))] == rows
        assert table.sources == [row[0] for row in rows]
        assert table.rows_where(1, DAYS[4]) == table.rows_of(("L-4",)) == [4]
        with pytest.raises(BadFact):
            base.record("lease", "L-9", {})


def test_many_intervals_recorded_at_once_are_found(facts: FactBase) -> None:
    facts.table("member").extend(
        [["ann", "bob", "ann"]], [1, 2, 3], [(DAYS[0], DAYS[1]), (DAYS[0], None), (DAYS[4], None)]
    )
    assert facts.table("member").spans_of(("ann",)) == [(DAYS[0], DAYS[1]), (DAYS[4], None)]
