"""Statements over time against a calendar of days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from engine.facts import BadFact, FactBase
from engine.judge import Verdict
from engine.model import Column, Constant, On, Program, Relation, Silence, ValueOf
from engine.program import Engine, build
from engine.query import Query, Shape
from engine.spans import ENDED
from engine.values import DATE, Kind, Type

PERSON = Type("person", Kind.SYMBOL)
MEMBER = Relation("member", (Column("person", PERSON),), 1, Silence.FALSE, span=True)
ENGINE: Engine = build(Program((MEMBER,), ()))
START = date(2001, 1, 1)
LENGTH = 12
DAYS = [START + timedelta(number) for number in range(LENGTH)]

numbers = st.integers(0, LENGTH - 1)
stated = st.lists(st.tuples(numbers, st.none() | numbers, st.booleans()), max_size=4)


def add(facts: FactBase, said: list[tuple[int, int | None, bool]], days: dict[date, bool | None]) -> None:
    """State what contradicts nothing of its layer, and note it by the day."""
    for first, last, status in said:
        if last is not None and last < first:
            continue
        try:
            facts.during("member", ("ann",), DAYS[first], None if last is None else DAYS[last], status)
        except BadFact:
            continue
        until = max(facts.complete_to or DAYS[-1], DAYS[first]) if last is None else DAYS[last]
        days.update((day, status) for day in DAYS[first:] if day <= until)


def asked(facts: FactBase, first: date, last: date, throughout: bool) -> Verdict:
    ann = Constant("ann", PERSON)
    return ENGINE.answer(
        facts, Query(On("member", (ann,), Constant(first, DATE), Constant(last, DATE), throughout))
    ).verdict


def expected(days: list[bool | None], throughout: bool) -> Verdict:
    decisive = not throughout
    if decisive in days:
        return Verdict.YES if decisive else Verdict.NO
    if None in days:
        return Verdict.DEPENDS
    return Verdict.NO if decisive else Verdict.YES


@given(stated, stated, st.none() | numbers, st.booleans())
@example([(0, None, True)], [(2, None, True)], 0, False)  # what goes on goes on to the end of the record only
def test_an_interval_holds_by_its_days(
    said: list[tuple[int, int | None, bool]],
    supposed: list[tuple[int, int | None, bool]],
    complete: int | None,
    throughout: bool,
) -> None:
    """Each day is as the uppermost layer has it; after the end of the record a day of which nothing is said is open.

    What has no end stated is said up to the end of the record, and of its first day.
    """
    facts = ENGINE.facts()
    facts.complete_to = None if complete is None else DAYS[complete]
    silent = [False if complete is None or number <= complete else None for number in range(LENGTH)]
    days: dict[date, bool | None] = dict(zip(DAYS, silent, strict=True))
    add(facts, said, days)
    above = facts.overlay()
    layer: dict[date, bool | None] = {}
    add(above, supposed, layer)
    for base, known in ((facts, days), (above, {**days, **layer})):
        for one in range(LENGTH):
            for other in range(one, LENGTH):
                within = [known[day] for day in DAYS[one : other + 1]]
                assert asked(base, DAYS[one], DAYS[other], throughout) is expected(within, throughout)


def test_the_end_of_an_interval_that_may_not_have_held_is_open() -> None:
    facts = ENGINE.facts()
    facts.during("member", ("ann",), date(1990, 1, 1), date(1995, 1, 1), None)
    ended = ValueOf("member", (Constant("ann", PERSON),), ENDED)
    assert ENGINE.answer(facts, Query(ended, Shape.VALUE)).verdict is Verdict.DEPENDS
