"""The proofs of the questions of case files, as claims to be judged.

A *claim* is what one proof is to show: of a question that its goal holds or fails or has a value; of an open
number or day, that the goal holds at the bound and fails just past it; of a list, that each of its certain
members belongs to it. What depends, or is a conflict, has no proof.

Facts are rewritten for the judge, who reads none of the engine's own. An unknown number or day may be any; the
judge tries all that the facts and the proof name, those next to them, and one past them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
from attrs import frozen

from engine import query
from engine.facts import DateSpan, FactBase, Table
from engine.judge import Verdict
from engine.model import Condition, Expression
from engine.proof import Step, Witness, walk
from engine.query import Query, Shape
from engine.unknowns import NONE, UNKNOWN
from engine.values import PLAIN, Kind, Type
from tests.engine.checker import Judge, Law, Refused, Unjudged
from tests.engine.oracle import Cell, Facts, Interval, Mark

ONE_DAY = timedelta(days=1)


@frozen
class Claim:
    """That a goal, its open variable bound, holds (True), fails (False) or has a value (None: has none)."""

    goal: Condition | Expression
    bound: dict[str, Any]
    answer: Any
    proof: Step | Witness
    facts: Facts


# ---------------------------------------------------------------------- claims


def claims(asked: Query, found: query.Answer) -> Iterator[Claim]:
    """What the proofs of an answer are to show."""
    assert found.facts is not None
    if asked.shape is Shape.WHICH:
        for member in found.members:
            if member.verdict is Verdict.YES:
                yield Claim(
                    asked.goal, _bound(asked, member.value), True, member.proof, facts_of(found.facts, member.proof)
                )
    elif asked.shape is Shape.VALUE:
        if found.verdict in (Verdict.VALUE, Verdict.NONE) and found.proof is not None:
            yield Claim(asked.goal, {}, found.value, found.proof, facts_of(found.facts, found.proof))
    elif asked.shape is Shape.WHETHER:
        if found.verdict in (Verdict.YES, Verdict.NO) and found.proof is not None:
            yield Claim(asked.goal, {}, found.verdict is Verdict.YES, found.proof, facts_of(found.facts, found.proof))
    else:
        yield from _claims_at_bound(asked, found)


def _claims_at_bound(asked: Query, found: query.Answer) -> Iterator[Claim]:
    """Of an open number or day: that it is certain at the bound, if it is, and refused past it."""
    assert found.facts is not None
    at = next((each for each in found.regions if found.value in (each.low, each.high)), None)
    if found.proof is not None and at is not None and at.verdict is Verdict.YES:
        yield Claim(asked.goal, _bound(asked, found.value), True, found.proof, facts_of(found.facts, found.proof))
    if found.beyond is not None and found.beyond_facts is not None:
        bound = _bound(asked, _past(asked, found))
        yield Claim(asked.goal, bound, False, found.beyond, facts_of(found.beyond_facts, found.beyond))


def _bound(asked: Query, value: Any) -> dict[str, Any]:
    return {} if asked.open is None else {asked.open.name: value}


def _past(asked: Query, found: query.Answer) -> Any:
    """The next value past the bound, in the direction asked."""
    assert asked.open is not None
    if asked.open.type.kind is Kind.DATE:
        step: Any = ONE_DAY
    else:
        step = 1 if asked.open.type.whole else asked.open.type.grain or 1
    return found.value + step if asked.shape is Shape.MOST else found.value - step


# ---------------------------------------------------------------------- judging


def doubt(law: Law, claim: Claim) -> str:
    """Why a claim could not be judged; "" where its proof is accepted. Raises `Refused` for what is no proof."""
    judge = Judge(law, claim.facts, ())
    try:
        judge.judge(claim.goal, claim.bound, claim.answer, claim.proof)
    except Unjudged as why:
        return str(why)
    except Refused:
        if not judge.doubts:
            raise
        return judge.doubts[-1]
    return ""


# ----------------------------------------------------------------------- facts


def facts_of(base: FactBase, proof: Step | Witness) -> Facts:
    """The facts as the judge reads them: of two layers, what the upper one says of a row."""
    layers: list[FactBase] = []
    layer: FactBase | None = base
    while layer is not None:
        layers.insert(0, layer)
        layer = layer.under
    facts = Facts(
        supposed=set(base.supposed),
        complete_to=base.complete_to,
        complete=set(base.complete),
        incomplete=set(base.incomplete),
    )
    for name, earlier, later in base.pairs():
        facts.order.setdefault(name, []).append((earlier, later))
    for each in layers:
        for name, table in each.tables.items():
            _take_in(facts, name, table)
    facts.domains = _domains(facts, base, proof)
    return facts


def _take_in(facts: Facts, name: str, table: Table) -> None:
    """A layer's rows over those of the layers below."""
    relation = table.relation
    if relation.span:
        facts.spans[name] = [*_intervals(table, facts.spans.get(name, []))]
        return
    for number, status in enumerate(table.status):
        keys = tuple(table.columns[place][number] for place in range(relation.keys))
        cells = {
            column.name: _cell(table.columns[place][number])
            for place, column in enumerate(relation.columns)
            if place >= relation.keys
        }
        if relation.record:
            facts.records.setdefault(name, {})[str(keys[0])] = cells
        elif relation.is_statement:
            facts.statements.setdefault(name, {})[keys] = status
        else:
            (facts.values.setdefault(name, {})[keys],) = cells.values()


def _cell(cell: Any) -> Cell:
    if cell is NONE:
        return Mark.NONE
    if cell is UNKNOWN:
        return Mark.UNKNOWN
    assert type(cell) in PLAIN, "a supposed record rests on what is not known"
    result: Cell = cell
    return result


def _intervals(table: Table, below: list[Interval]) -> Iterator[Interval]:
    """The intervals of a layer, and of those below the days of which the layer says nothing."""
    own = [
        (table.cells(number)[: table.relation.keys], span, table.status[number])
        for number, span in enumerate(table.spans)
        if span is not None
    ]
    for interval in below:
        parts: list[DateSpan] = [(interval.first, interval.last)]
        for keys, span, _ in own:
            if keys == interval.keys:
                parts = [part for each in parts for part in _without(each, span)]
        for first, last in parts:
            yield attrs.evolve(interval, first=first, last=last)
    for keys, (first, last), status in own:
        yield Interval(keys, first, last, status is True, status is False)


def _without(days: DateSpan, gone: DateSpan) -> Iterator[DateSpan]:
    """Of an interval of days the parts before and after another."""
    first, last = days
    start, end = gone
    if first < start:
        yield first, start - ONE_DAY if last is None else min(last, start - ONE_DAY)
    if end is not None and (last is None or end < last):
        yield max(first, end + ONE_DAY), last


# --------------------------------------------------------------------- unknowns


def _domains(facts: Facts, base: FactBase, proof: Step | Witness) -> dict[str, tuple[Any, ...]]:
    """What an unknown of each type may be, as far as it could matter."""
    types = {column.type.name: column.type for relation in base.relations.values() for column in relation.columns}
    named = set(_named(facts)) | set(_shown(proof))
    if facts.complete_to is not None:
        named.add(facts.complete_to)
    return {name: tuple(_values_of(type, named, facts)) for name, type in types.items()}


def _values_of(type: Type, named: set[Any], facts: Facts) -> Iterable[Any]:
    match type.kind:
        case Kind.DATE:
            days = {day for day in named if isinstance(day, date)}
            near = {date.fromordinal(day.toordinal() + step) for day in days for step in (-1, 0, 1) if day != date.max}
            return sorted(near | {date(9000, 1, 1)})
        case Kind.NUMBER:
            numbers = {each for each in named if isinstance(each, int | Fraction)}
            around = {number + step for number in numbers | {0} for step in (-1, 0, 1)} | {10**12}
            least = min(around) if type.least is None else type.least
            return sorted(each for each in around if each >= least and (not type.whole or isinstance(each, int)))
        case Kind.SYMBOL:
            return type.members or (*sorted(_things(facts, type)), f"another {type.name}")
        case _:
            return ()


def _things(facts: Facts, type: Type) -> set[str]:
    """The records of a kind."""
    return {str(id) for id in facts.records.get(type.name, {})}


def _named(facts: Facts) -> Iterator[Any]:
    """Every value that the facts mention."""
    for statements in facts.statements.values():
        for keys in statements:
            yield from keys
    for values in facts.values.values():
        for keys, cell in values.items():
            yield from (*keys, cell)
    for records in facts.records.values():
        for cells in records.values():
            yield from cells.values()
    for intervals in facts.spans.values():
        for interval in intervals:
            yield from (*interval.keys, interval.first, interval.last)


def _shown(proof: Step | Witness) -> Iterator[Any]:
    """Every value that the proof works out."""
    for step in walk(proof):
        for name in ("value", "left", "right", "first", "last"):
            yield getattr(step, name, None)
