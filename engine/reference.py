"""What the facts say of an open symbol: one of the rows that it may name, or else silence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.decision import FALSE, TRUE, Truth
from engine.facts import Row, Table
from engine.model import Relation
from engine.proof import Basis, Fact, Quantity, Step
from engine.reckon import are_same, cases
from engine.silence import silent, silent_value
from engine.unknowns import is_of_no_row

if TYPE_CHECKING:
    from engine.evaluate import Evaluation

MOST_ROWS = 64
"""So many records are told apart where it is not known which of them is meant."""


def statement_about_open(evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...]) -> Step:
    """A recorded statement about an open value: one of the rows, or else silence."""
    evaluation.searched.add(relation.name)
    decisions = evaluation.decisions
    truth, matched = FALSE, FALSE
    rows: list[Row] = []
    for table, number in _rows_for(evaluation, relation, arguments):
        same = are_same(arguments, table.cells(number), decisions)
        if same is FALSE:
            continue
        step = evaluation.stated(table, number, relation, table.cells(number)[: relation.keys])
        rows += step.rows
        truth = decisions.either(truth, decisions.both(same, step.truth))
        matched = decisions.either(matched, same)
    unsaid = silent(evaluation, relation, arguments)
    truth = decisions.either(truth, decisions.both(decisions.negation(matched), unsaid.truth))
    return Fact(truth, relation.name, arguments, Basis.OPEN if truth.is_open else Basis.ABSENT, tuple(rows))


def attribute_of_open(
    evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...], column: int, name: str
) -> Quantity:
    """An attribute of a record that is not known: that of one of the records, or of none of them."""
    evaluation.searched.add(relation.name)
    rows = list(islice(evaluation.facts.rows(relation.name), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        return Quantity(evaluation.open(relation, arguments, column, True), relation.name, arguments, name, Basis.OPEN)
    alternatives: list[tuple[Truth, Any]] = []
    rest = TRUE
    for table, number in rows:
        same = evaluation.decisions.both(rest, are_same(arguments[:1], table.cells(number), evaluation.decisions))
        quantity = evaluation.cell(table, number, relation, (table.columns[0][number],), column, name)
        alternatives.append((same, quantity.value))
        rest = evaluation.decisions.both(rest, evaluation.decisions.negation(same))
    alternatives.append((rest, evaluation.open(relation, arguments, column, True)))
    value = cases([each for each in alternatives if each[0] is not FALSE], evaluation.decisions)
    return Quantity(value, relation.name, arguments, name, Basis.OPEN)


def value_for_open(
    evaluation: Evaluation, relation: Relation, arguments: tuple[Any, ...], column: int, name: str
) -> Quantity:
    """A stated value for open keys: one of the rows', or else silence."""
    evaluation.searched.add(relation.name)
    alternatives: list[tuple[Truth, Any]] = []
    rest = TRUE
    for table, number in _rows_for(evaluation, relation, arguments):
        same = evaluation.decisions.both(rest, are_same(arguments, table.cells(number), evaluation.decisions))
        if same is not FALSE:
            quantity = evaluation.cell(table, number, relation, table.cells(number)[: relation.keys], column, name)
            alternatives.append((same, quantity.value))
            rest = evaluation.decisions.both(rest, evaluation.decisions.negation(same))
    unsaid = silent_value(evaluation, relation, arguments, column, name)
    value = cases([*alternatives, (rest, unsaid.value)], evaluation.decisions)
    return Quantity(value, relation.name, arguments, name, unsaid.basis)


def _rows_for(evaluation: Evaluation, relation: Relation, keys: tuple[Any, ...]) -> Iterator[tuple[Table, int]]:
    """The rows that open keys may name."""
    if is_of_no_row(relation, keys):
        return iter(())
    return evaluation.facts.rows(relation.name)
