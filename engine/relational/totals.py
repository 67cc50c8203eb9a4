"""Totals that a goal rests on and that are not of its subject alone, as rows: one for each that is asked about.

When one subject is asked about again, alone, it can be told these instead of adding up the whole ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import frozen

from engine.model import Aggregate, Apply, Condition, Expression, Relation, Silence, ValueOf
from engine.relational import algebra
from engine.relational.algebra import TRUE, Literal, Scalar, both, is_unknown, negation
from engine.relational.amounts import Amount
from engine.relational.scope import Plan, Scope
from engine.relational.tables import Symbols
from engine.values import Kind, exact

VALUE, SCALE = "value", "scale"


@frozen
class Total:
    """A concluded value and the rows of those that are asked about and known: `argument`, `VALUE`, `SCALE`."""

    relation: str
    arguments: tuple[Amount, ...]
    value: Amount
    rows: algebra.Relation

    def read(self, row: Mapping[str, Any], symbols: Symbols) -> tuple[tuple[Any, ...], Any]:
        """The arguments and the value of a row."""
        keys = tuple(
            read_amount(each.kind, row[argument(place)], 1, symbols) for place, each in enumerate(self.arguments)
        )
        return keys, read_amount(self.value.kind, row[VALUE], row[SCALE], symbols)


def argument(place: int) -> str:
    return f"argument{place}"


def read_amount(kind: Kind, number: int, scale: int, symbols: Symbols) -> Any:
    if kind is Kind.SYMBOL:
        return symbols.name(number)
    return date.fromordinal(number) if kind is Kind.DATE else exact(Fraction(int(number), int(scale)))


def totals_of(plan: Plan, scope: Scope, subject: Amount, doubt: Scalar, cited: Iterable[str]) -> tuple[Total, ...]:
    """The totals that the goal's rows look up.

    What is ``cited`` decides a row, and is left to be proved; so is what may be wrong (``doubt``).
    """
    shown = set(cited)
    result = []
    for key, value in list(scope.memo.items()):
        if not isinstance(value, Amount) or len(key) != 3:
            continue
        relation, arguments = plan.relations[key[0]], key[1]
        stated = plan.ledger.table(relation.name) is not None
        if relation.silence is not Silence.CONCLUDED or relation.record or stated or relation.name in shown:
            continue
        if isinstance(value.number, Literal) or any(not _is_plain(each, subject) for each in arguments):
            continue
        if _adds_up(plan, relation, set()):
            result.append(_total(scope, relation, arguments, value, doubt))
    return tuple(result)


def _is_plain(amount: Amount, subject: Amount) -> bool:
    return amount.scale == 1 and amount.kind is not Kind.PERIOD and amount.number != subject.number


def _adds_up(plan: Plan, relation: Relation, seen: set[str]) -> bool:
    """Whether rules give a value by adding up records."""
    if relation.name in seen:
        return False
    seen.add(relation.name)
    return any(_folds(plan, rule.value, seen) for rule in plan.rules.get(relation.name, ()))


def _folds(plan: Plan, of: Expression | Condition | None, seen: set[str]) -> bool:
    match of:
        case Aggregate():
            return True
        case Apply(_, arguments):
            return any(_folds(plan, each, seen) for each in arguments)
        case ValueOf(name, arguments):
            return _adds_up(plan, plan.relations[name], seen) or any(_folds(plan, each, seen) for each in arguments)
    return False


def _total(scope: Scope, relation: Relation, arguments: tuple[Amount, ...], value: Amount, doubt: Scalar) -> Total:
    scale: Scalar = algebra.number(value.scale) if isinstance(value.scale, int) else value.scale
    columns = {argument(place): each.number for place, each in enumerate(arguments)}
    columns |= {VALUE: value.number, SCALE: scale}
    exist = (value.exists, *(each.exists for each in arguments))
    known = both(negation(doubt), *exist, *(negation(is_unknown(each)) for each in columns.values()))
    used = algebra.columns_of(known, *columns.values())
    rows = scope.frame.relation(used)
    rows = algebra.Extend(rows if known == TRUE else algebra.Filter(rows, known), tuple(columns.items()))
    return Total(relation.name, arguments, value, algebra.Group(rows, tuple(columns), ()))
