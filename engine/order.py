"""The order of records: by date, then by the recorded order of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.decision import FALSE, TRUE, Truth
from engine.model import Comparison, Relation
from engine.reckon import compare
from engine.search import Notes
from engine.unknowns import ComesFirst

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


def comes_before(
    evaluation: Evaluation, relation: Relation, earlier: Any, later: Any, notes: Notes
) -> tuple[Truth, tuple[Any, Any]]:
    """Whether one record comes before another: by date, then by the recorded order."""
    assert relation.time is not None
    decisions = evaluation.decisions
    dates = []
    for record in (earlier, later):
        quantity = evaluation.quantity(relation, (record,), relation.time)
        notes.append(quantity)
        dates.append(quantity.value)
    first, second = dates
    if earlier == later:
        return FALSE, (first, second)
    less = compare(Comparison.LESS, first, second, decisions)
    if less is TRUE:
        return TRUE, (first, second)
    same = compare(Comparison.IS, first, second, decisions)
    if same is FALSE:
        return less, (first, second)
    return decisions.either(less, decisions.both(same, _in_order(evaluation, relation, earlier, later))), (
        first,
        second,
    )


def _in_order(evaluation: Evaluation, relation: Relation, earlier: Any, later: Any) -> Truth:
    """The order of two records of one day."""
    supposed = evaluation.facts.supposed
    if isinstance(earlier, str) and isinstance(later, str):
        if (earlier in supposed) != (later in supposed):
            return FALSE if earlier in supposed else TRUE
        order = evaluation.facts.recorded_order(relation.name, earlier, later)
        if order is not None:
            return TRUE if order else FALSE
    first, second = sorted((earlier, later), key=repr)
    truth = evaluation.ask(ComesFirst(relation.name, first, second))
    return truth if first is earlier else evaluation.decisions.negation(truth)
