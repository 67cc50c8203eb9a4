"""Statements over time: whether an interval of days lies within, or meets, the recorded intervals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from engine.decision import FALSE, TRUE, Truth
from engine.facts import DateSpan, Row
from engine.model import Comparison, Relation, Silence
from engine.proof import Basis, Quantity
from engine.reckon import are_same, cases, compare, spread
from engine.silence import is_about_supposed
from engine.unknowns import NONE, Cases, HasValue, OpenStatement, OpenValue, is_of_no_row, is_symbolic
from engine.values import DATE, LimitReached

if TYPE_CHECKING:
    from engine.evaluate import Evaluation

ONE_DAY = timedelta(days=1)


def over_time(
    evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...], first: Any, last: Any, throughout: bool
) -> tuple[Truth, tuple[Row, ...]]:
    """Whether a span statement holds throughout, or at some day of, the interval from first to last.

    An interval that ends before it begins has no days: nothing holds in it, nor throughout it.
    """
    if any(type(value) is Cases or value is NONE for value in (*keys, first, last)):
        return _spread_over_time(evaluation, relation, keys, first, last, throughout)
    decisions = evaluation.decisions
    found = _intervals(evaluation, relation, keys)
    intervals = [interval for interval in found if interval.status is not False]
    in_order = TRUE if first is last else compare(Comparison.AT_MOST, first, last, decisions)
    if in_order is FALSE:
        return FALSE, ()
    truth = FALSE
    rows: list[Row] = []
    if throughout and isinstance(first, date) and isinstance(last, date) and _some_possible(intervals):
        truth, rows = _each_day(evaluation, relation, intervals, first, last)
        intervals = [interval for interval in intervals if interval.status is not None]
    for interval in _merged(intervals):
        ends = (first, last) if throughout else (last, first)
        inside = _within(evaluation, interval, *ends)
        if interval.status is None:
            inside = decisions.both(inside, _possible(evaluation, relation, interval))
        inside = decisions.all((inside, interval.same, in_order))
        if inside is not FALSE:
            rows += interval.rows
            truth = decisions.either(truth, inside)
            if truth is TRUE:
                return TRUE, tuple(rows)
    silent = decisions.both(_silence(evaluation, relation, keys, first, last), in_order)
    if throughout and silent is not FALSE:
        silent = decisions.both(silent, _until_record_ends(evaluation, relation, intervals, first))
    denied = [interval for interval in found if interval.status is False]
    if not denied:
        return decisions.either(truth, silent), tuple(rows)
    if throughout:
        ends = (last, first)
    else:  # what is recorded is not denied; what may go unrecorded is, if all its days are
        ends = (_after_record(evaluation, relation, keys, first), last)
    outside, denying = _denied(evaluation, denied, *ends)
    silent = decisions.both(silent, decisions.negation(outside))
    if throughout:
        truth = decisions.both(truth, decisions.negation(outside))
    truth = decisions.either(truth, silent)
    return truth, tuple(rows) if truth is not FALSE else denying


def _denied(evaluation: Evaluation, intervals: list[_Interval], first: Any, last: Any) -> tuple[Truth, tuple[Row, ...]]:
    """Whether an interval of which it is said that it does not hold reaches from the first day to the last."""
    decisions = evaluation.decisions
    truth = FALSE
    rows: list[Row] = []
    for interval in _merged(intervals):
        reaches = decisions.both(interval.same, _within(evaluation, interval, first, last))
        if reaches is not FALSE:
            rows += interval.rows
            truth = decisions.either(truth, reaches)
    return truth, tuple(rows)


def _after_record(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...], first: Any) -> Any:
    """The first day of an interval on which the record may not show what is so."""
    horizon = evaluation.facts.complete_to
    if relation.name in evaluation.facts.incomplete:
        return first
    if horizon is None or not isinstance(first, date) or any(evaluation.is_supposed(key) for key in keys):
        return first
    if relation.name in evaluation.facts.complete or first > horizon or horizon == date.max:
        return first
    return horizon + ONE_DAY


def _some_possible(intervals: list[_Interval]) -> bool:
    return any(interval.status is None for interval in intervals)


def _possible(evaluation: Evaluation, relation: Relation, interval: _Interval) -> Truth:
    """Whether an interval of which it is not known whether it holds does."""
    row = interval.rows[0]
    return evaluation.ask(OpenStatement(relation.name, (*interval.keys, interval.first, interval.last or row.number)))


def _each_day(
    evaluation: Evaluation, relation: Relation, intervals: list[_Interval], first: date, last: date
) -> tuple[Truth, list[Row]]:
    """Whether every day lies in an interval that holds, where of some it is not known whether they do."""
    decisions = evaluation.decisions
    begins = {first}
    for interval in intervals:
        begins.add(interval.first)
        if interval.last is not None and interval.last < date.max:
            begins.add(interval.last + ONE_DAY)
    truth = TRUE
    rows: list[Row] = []
    for day in sorted(day for day in begins if first <= day <= last):
        covering = [each for each in intervals if each.first <= day and (each.last is None or day <= each.last)]
        held = FALSE
        for each in covering:
            rows += [row for row in each.rows if row not in rows]
            holds = TRUE if each.status else _possible(evaluation, relation, each)
            held = decisions.either(held, decisions.both(each.same, holds))
        truth = decisions.both(truth, held)
    return truth, rows


def _silence(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...], first: Any, last: Any) -> Truth:
    """Whether a span statement may hold although no interval shows it."""
    decisions = evaluation.decisions
    facts = evaluation.facts
    complete = relation.name in facts.complete
    about_supposed = any(evaluation.is_supposed(key) for key in keys)
    if (relation.silence is Silence.UNKNOWN and not complete) or (
        relation.name in facts.incomplete and not about_supposed
    ):
        later = TRUE
    elif facts.complete_to is not None and not complete and not about_supposed:
        later = compare(Comparison.MORE, last, facts.complete_to, decisions)
    else:
        later = TRUE if is_about_supposed(evaluation, relation, keys) else FALSE
    if later is FALSE:
        return FALSE
    return decisions.both(later, evaluation.ask(OpenStatement(relation.name, (*keys, first, last))))


def _until_record_ends(evaluation: Evaluation, relation: Relation, intervals: list[_Interval], first: Any) -> Truth:
    """Whether nothing before the record's end speaks against what holds throughout from a day on."""
    decisions = evaluation.decisions
    horizon = evaluation.facts.complete_to
    if horizon is None or relation.name in evaluation.facts.complete | evaluation.facts.incomplete:
        return TRUE
    truth = compare(Comparison.MORE, first, horizon, decisions)
    for interval in _merged(intervals):
        truth = decisions.either(truth, decisions.both(interval.same, _within(evaluation, interval, first, horizon)))
    return truth


ENDED = "ended"
"""The column that names the day on which a span statement ended."""


def ended(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...]) -> Quantity:
    """The last day of the one interval for which a span statement held; none if it goes on or never held.

    Raises `LimitReached` where there are several intervals: which of them ended is not said.
    """
    if any(type(key) is Cases or key is NONE or is_symbolic(key) for key in keys):
        value: Any = OpenValue(relation.name, keys, ENDED, DATE)
        return Quantity(value, relation.name, keys, ENDED, Basis.OPEN)
    if relation.name in evaluation.facts.incomplete:
        any_day = OpenValue(relation.name, keys, ENDED, DATE)
        has = evaluation.ask(HasValue(any_day))
        value = cases(((has, any_day), (evaluation.decisions.negation(has), NONE)), evaluation.decisions)
        return Quantity(value, relation.name, keys, ENDED, Basis.OPEN)
    found = _intervals(evaluation, relation, keys)
    intervals = list(_merged([interval for interval in found if interval.status is not False]))
    if len(intervals) > 1:
        raise LimitReached(f"{relation.name} held for several intervals: which ended is not said")
    if not intervals:
        return Quantity(NONE, relation.name, keys, ENDED, Basis.ABSENT)
    (interval,) = intervals
    row = interval.rows[-1]
    if not interval.goes_on:
        if interval.status is not None:
            return Quantity(interval.last, relation.name, keys, ENDED, Basis.STATED, row)
        held = _possible(evaluation, relation, interval)
        value = cases(((held, interval.last), (evaluation.decisions.negation(held), NONE)), evaluation.decisions)
        return Quantity(value, relation.name, keys, ENDED, Basis.OPEN, row)
    if evaluation.facts.complete_to is None or relation.name in evaluation.facts.complete:
        return Quantity(NONE, relation.name, keys, ENDED, Basis.STATED, row)
    least = evaluation.facts.complete_to.toordinal() + 1
    later = OpenValue(relation.name, keys, ENDED, DATE, least)
    has = evaluation.ask(HasValue(later))
    value = cases(((has, later), (evaluation.decisions.negation(has), NONE)), evaluation.decisions)
    return Quantity(value, relation.name, keys, ENDED, Basis.OPEN, row)


@frozen
class _Interval:
    """Days from the first to the last (None: to the calendar's end) for which the facts say something.

    ``same`` is the truth that it is about the keys asked; ``goes_on``: no end is stated.
    """

    keys: tuple[Any, ...]
    first: date
    last: date | None
    status: bool | None
    same: Truth
    goes_on: bool
    rows: tuple[Row, ...]


def _intervals(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...]) -> list[_Interval]:
    """What the facts say of these keys, in order; what is supposed stands in place of what is recorded."""
    facts = evaluation.facts
    horizon = None if relation.name in facts.complete else facts.complete_to
    layers = facts.layers(relation.name)
    symbolic = any(is_symbolic(key) for key in keys)
    found: list[_Interval] = []
    if symbolic:
        evaluation.searched.add(relation.name)
        if is_of_no_row(relation, keys):
            return found
    for depth in range(len(layers) - 1, -1, -1):
        table = layers[depth]
        for number in range(len(table)) if symbolic else table.rows_of(keys):
            same = are_same(keys, table.cells(number), evaluation.decisions)
            span = table.spans[number]
            if same is FALSE or span is None:
                continue
            own = table.cells(number)[: relation.keys]
            row = Row(relation.name, number, table)
            covers = [_recorded(upper, horizon) for above in layers[:depth] for upper in above.spans_of(own)]
            until = _recorded(span, horizon)
            for first, last in _outside(until, covers):
                goes_on = span[1] is None and last == until[1]
                found.append(_Interval(own, first, last, table.status[number], same, goes_on, (row,)))
    return sorted(found, key=lambda interval: (interval.first, interval.last or date.max))


def _recorded(span: DateSpan, horizon: date | None) -> DateSpan:
    """What an interval says: without an end, it holds to the end of the record, and on its first day at least."""
    first, last = span
    return span if last is not None or horizon is None else (first, max(horizon, first))


def _outside(span: DateSpan, covers: list[DateSpan]) -> list[DateSpan]:
    """The parts of an interval of days that no other covers."""
    parts = [span]
    for start, end in covers:
        left: list[DateSpan] = []
        for first, last in parts:
            if first < start:
                before = start - ONE_DAY
                left.append((first, before if last is None else min(last, before)))
            if end is not None and end < date.max and (last is None or last > end):
                left.append((max(first, end + ONE_DAY), last))
        parts = left
    return parts


def _within(evaluation: Evaluation, interval: _Interval, first: Any, last: Any) -> Truth:
    """An interval begins on or before the first day and does not end before the last."""
    begun = compare(Comparison.AT_MOST, interval.first, first, evaluation.decisions)
    if begun is FALSE or interval.last is None:
        return begun
    return evaluation.decisions.both(begun, compare(Comparison.AT_MOST, last, interval.last, evaluation.decisions))


def _merged(intervals: list[_Interval]) -> Iterator[_Interval]:
    """Adjoining intervals of which the same is said, joined."""
    current: _Interval | None = None
    for following in intervals:
        if current is not None and _adjoin(current, following):
            last = None if current.last is None or following.last is None else max(current.last, following.last)
            goes_on = current.goes_on or following.goes_on
            current = evolve(current, last=last, goes_on=goes_on, rows=(*current.rows, *following.rows))
            continue
        if current is not None:
            yield current
        current = following
    if current is not None:
        yield current


def _adjoin(one: _Interval, following: _Interval) -> bool:
    if one.status is None or one.status is not following.status or one.same is not following.same:
        return False
    return one.last is None or following.first.toordinal() <= one.last.toordinal() + 1


def _spread_over_time(
    evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...], first: Any, last: Any, throughout: bool
) -> tuple[Truth, tuple[Row, ...]]:
    rows: list[Row] = []
    truths: list[Truth] = []

    def each(*scalars: Any) -> int:
        if any(scalar is NONE for scalar in scalars):
            truths.append(FALSE)
        else:
            truth, found = over_time(evaluation, relation, scalars[:-2], scalars[-2], scalars[-1], throughout)
            truths.append(truth)
            rows.extend(found)
        return len(truths) - 1

    numbered = spread((*keys, first, last), each, evaluation.decisions)
    options: Any = numbered.alternatives if type(numbered) is Cases else ((TRUE, numbered),)
    return evaluation.decisions.any(evaluation.decisions.both(under, truths[n]) for under, n in options), tuple(rows)
