"""What it means that the facts say nothing of a statement or value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.decision import FALSE, TRUE, Truth
from engine.model import Comparison, Relation, Silence
from engine.proof import Basis, Fact, Quantity
from engine.reckon import cases, compare
from engine.unknowns import NONE, OpenStatement, Unrecorded

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


def silent(evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...]) -> Fact:
    """What it means that the facts say nothing of a statement."""
    name = relation.name
    if is_about_supposed(evaluation, relation, arguments):
        return Fact(evaluation.ask(OpenStatement(name, arguments)), name, arguments, Basis.SUPPOSED)
    if relation.silence is Silence.ASSUMED and name not in evaluation.facts.incomplete:
        return Fact(TRUE if relation.assumed else FALSE, name, arguments, Basis.ASSUMED)
    if relation.silence is Silence.UNKNOWN and name not in evaluation.facts.complete:
        return Fact(evaluation.ask(OpenStatement(name, arguments)), name, arguments, Basis.OPEN)
    later = _is_later(evaluation, relation, arguments)
    if later is FALSE:
        return Fact(FALSE, name, arguments, Basis.ABSENT)
    truth = evaluation.decisions.both(later, evaluation.ask(OpenStatement(name, arguments)))
    return Fact(truth, name, arguments, Basis.OPEN)


def silent_value(
    evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...], column: int, name: str
) -> Quantity:
    """What it means that they say nothing of a value."""
    optional = relation.columns[column].optional
    if is_about_supposed(evaluation, relation, arguments):
        value = evaluation.open(relation, arguments, column, optional)
        return Quantity(value, relation.name, arguments, name, Basis.SUPPOSED)
    if relation.silence is Silence.ASSUMED and relation.name not in evaluation.facts.incomplete:
        return Quantity(relation.assumed, relation.name, arguments, name, Basis.ASSUMED)
    closed = relation.silence is Silence.FALSE or relation.name in evaluation.facts.complete
    later = _is_later(evaluation, relation, arguments)
    if closed and later is FALSE:
        return Quantity(NONE, relation.name, arguments, name, Basis.ABSENT)
    value = evaluation.open(relation, arguments, column, optional)
    if closed:
        value = cases(((later, value), (evaluation.decisions.negation(later), NONE)), evaluation.decisions)
    return Quantity(value, relation.name, arguments, name, Basis.OPEN)


def is_about_supposed(evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...]) -> bool:
    """Whether a statement is open because it is about something supposed."""
    if not relation.open_for_supposed:
        return False
    return any(type(argument) is Unrecorded or evaluation.is_supposed(argument) for argument in arguments)


def _is_later(evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...]) -> Truth:
    """Whether a row would be one that the record may lack: dated after the last day for which it is complete."""
    if relation.name in evaluation.facts.incomplete and not any(
        evaluation.is_supposed(argument) for argument in arguments
    ):
        return TRUE
    if relation.name not in evaluation.facts.complete and any(type(argument) is Unrecorded for argument in arguments):
        return TRUE  # what the record may lack, it may lack with all that is said of it
    horizon = evaluation.facts.complete_to
    if horizon is None or relation.time is None or relation.time >= len(arguments):
        return FALSE
    if relation.name in evaluation.facts.complete or any(evaluation.is_supposed(argument) for argument in arguments):
        return FALSE
    return compare(Comparison.MORE, arguments[relation.time], horizon, evaluation.decisions)
