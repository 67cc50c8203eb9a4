"""Statements over time: whether an interval of days lies within, or meets, the recorded intervals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.decision import FALSE, TRUE, Truth
from engine.facts import Row, Table
from engine.model import Comparison, Relation, Silence
from engine.proof import Basis, Quantity
from engine.unknowns import NONE, Cases, HasValue, OpenStatement, OpenValue, cases, compare, is_symbolic, spread
from engine.values import DATE, LimitReached

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


def over_time(
    evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...], first: Any, last: Any, throughout: bool
) -> tuple[Truth, tuple[Row, ...]]:
    """Whether a span statement holds throughout, or at some day of, the interval from first to last."""
    if any(type(value) is Cases or value is NONE for value in (*keys, first, last)):
        return _spread_over_time(evaluation, relation, keys, first, last, throughout)
    decisions = evaluation.decisions
    intervals = [
        (table, number, same)
        for table, number in _span_rows(evaluation, relation, keys)
        if (same := evaluation.matches(keys, table, number, relation.keys)) is not FALSE
    ]
    truth = FALSE
    rows: list[Row] = []
    for start, end, status, same, merged in _merged(evaluation, relation, intervals):
        if throughout:
            inside = _within(evaluation, start, first, last, end)
        else:
            inside = _within(evaluation, start, last, first, end)
        if status is None:
            inside = decisions.both(inside, evaluation.ask(OpenStatement(relation.name, (*keys, first, last))))
        inside = decisions.both(inside, same)
        if inside is not FALSE:
            rows += merged
            truth = decisions.either(truth, inside)
            if truth is TRUE:
                return TRUE, tuple(rows)
    horizon = evaluation.facts.complete_to
    if (
        horizon is not None
        and relation.name not in evaluation.facts.complete
        and not any(evaluation.is_supposed(key) for key in keys)
    ):
        later = compare(Comparison.MORE, last, horizon, decisions)
        if later is not FALSE:
            open_ = evaluation.ask(OpenStatement(relation.name, (*keys, first, last)))
            truth = decisions.either(truth, decisions.both(later, open_))
    elif evaluation.is_about_supposed(relation, keys) or (
        relation.silence is Silence.UNKNOWN and not intervals and relation.name not in evaluation.facts.complete
    ):
        truth = decisions.either(truth, evaluation.ask(OpenStatement(relation.name, (*keys, first, last))))
    return truth, tuple(rows)


ENDED = "ended"
"""The column that names the day on which a span statement ended."""


def ended(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...]) -> Quantity:
    """The last day of the one interval for which a span statement held; none if it goes on or never held.

    Raises `LimitReached` where there are several intervals: which of them ended is not said.
    """
    if any(type(key) is Cases or key is NONE or is_symbolic(key) for key in keys):
        value: Any = OpenValue(relation.name, keys, ENDED, DATE)
        return Quantity(value, relation.name, keys, ENDED, Basis.OPEN)
    rows = [(table, number, TRUE) for table, number in _span_rows(evaluation, relation, keys)]
    intervals = list(_merged(evaluation, relation, rows))
    if len(intervals) > 1:
        raise LimitReached(f"{relation.name} held for several intervals: which ended is not said")
    if not intervals:
        return Quantity(NONE, relation.name, keys, ENDED, Basis.ABSENT)
    _, last, status, _, found = intervals[0]
    open_ended = status is None or any(_goes_on(evaluation, row) for row in found)
    if not open_ended:
        return Quantity(last, relation.name, keys, ENDED, Basis.STATED, found[-1])
    if evaluation.facts.complete_to is None or relation.name in evaluation.facts.complete:
        return Quantity(NONE, relation.name, keys, ENDED, Basis.STATED, found[-1])
    least = evaluation.facts.complete_to.toordinal() + 1
    later = OpenValue(relation.name, keys, ENDED, DATE, least)
    has = evaluation.ask(HasValue(later))
    value = cases(((has, later), (evaluation.decisions.negation(has), NONE)), evaluation.decisions)
    return Quantity(value, relation.name, keys, ENDED, Basis.OPEN, found[-1])


def _goes_on(evaluation: Evaluation, row: Row) -> bool:
    """Whether a row's interval has no end stated."""
    for table in evaluation.facts.layers(row.relation):
        if row.number < len(table) and table.sources[row.number] == row.source:
            span = table.spans[row.number]
            return span is not None and span[1] is None
    return False


def _span_rows(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...]) -> Iterator[tuple[Table, int]]:
    if any(is_symbolic(key) for key in keys):
        yield from evaluation.facts.rows(relation.name)
        return
    for table in reversed(evaluation.facts.layers(relation.name)):
        for number in table.rows_of(keys):
            yield table, number


def _within(evaluation: Evaluation, start: Any, first: Any, last: Any, end: Any) -> Truth:
    """Start ≤ first and last ≤ end (no end: the calendar's last day)."""
    begun = compare(Comparison.AT_MOST, start, first, evaluation.decisions)
    if begun is FALSE or end is None:
        return begun
    return evaluation.decisions.both(begun, compare(Comparison.AT_MOST, last, end, evaluation.decisions))


def _merged(
    evaluation: Evaluation, relation: Relation, intervals: list[tuple[Table, int, Truth]]
) -> Iterator[tuple[date, date | None, bool | None, Truth, list[Row]]]:
    """The intervals in order, adjoining certain ones joined; an open end runs to the end of the record."""
    horizon = None if relation.name in evaluation.facts.complete else evaluation.facts.complete_to
    ordered = sorted(
        (
            (span[0], span[1] or horizon, table.status[number], same, Row(relation.name, number, table.sources[number]))
            for table, number, same in intervals
            if (span := table.spans[number]) is not None and table.status[number] is not False
        ),
        key=lambda entry: (entry[0], entry[1] or date.max),
    )
    current: tuple[date, date | None, bool | None, Truth, list[Row]] | None = None
    for start, end, status, same, row in ordered:
        if current is not None and current[2] is status and current[3] is same:
            before = current[1]
            if before is None or start.toordinal() <= before.toordinal() + 1:
                joined = None if before is None or end is None else max(before, end)
                current = (current[0], joined, status, same, [*current[4], row])
                continue
        if current is not None:
            yield current
        current = (start, end, status, same, [row])
    if current is not None:
        yield current


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
