"""The types of expressions, worked out from the relations they read and the operations they apply."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model import Aggregate, Apply, Constant, Expression, Fold, Relation, ValueOf, Variable
from engine.operations import ROUNDINGS
from engine.values import DATE, NUMBER, YEAR, Kind, Type

_DATES = frozenset(
    {
        "after",
        "before",
        "day_after",
        "day_before",
        "first_of_month",
        "last_of_month",
        "first_of_year",
        "last_of_year",
        "first_of_next_month",
        "business_days_after",
        "business_days_before",
        "first_business_day",
    }
)
_COUNTS = frozenset({"day_number", "whole_years", "days_between"})


def type_of(expression: Expression, relations: Mapping[str, Relation]) -> Type:
    """The type of an expression's value.

    A product's or quotient's dimension is the sum or difference of its operands'; other operations keep
    the type of their first operand. Whether operands fit each other is checked where rules are written.
    """
    match expression:
        case Variable() | Constant():
            return expression.type
        case ValueOf():
            if relations[expression.relation].span:
                return DATE  # the day on which it ended
            columns = relations[expression.relation].columns
            return next(column.type for column in columns if column.name == expression.column)
        case Aggregate():
            counts = expression.fold is Fold.NUMBER or expression.of is None
            return NUMBER if counts or expression.of is None else type_of(expression.of, relations)
        case Apply():
            return _type_of_operation(expression, relations)


def _type_of_operation(expression: Apply, relations: Mapping[str, Relation]) -> Type:
    if expression.operation in _DATES:
        return DATE
    if expression.operation in _COUNTS:
        return NUMBER
    if expression.operation == "year_of":
        return YEAR
    first = type_of(expression.arguments[0], relations)
    if expression.operation in ("multiply", "divide"):
        second = type_of(expression.arguments[1], relations)
        return dimensioned(first, second, 1 if expression.operation == "multiply" else -1)
    if first.kind is Kind.NUMBER and expression.operation not in ROUNDINGS:
        return Type(first.name, first.kind, first.dimension)
    return first


def dimensioned(left: Type, right: Type, sign: int) -> Type:
    """The number type of a product (sign 1) or quotient (sign -1)."""
    exponents = dict(left.dimension)
    for unit, exponent in right.dimension:
        exponents[unit] = exponents.get(unit, 0) + sign * exponent
    dimension = tuple(sorted((unit, exponent) for unit, exponent in exponents.items() if exponent))
    for known in (left, right):
        if known.dimension == dimension:
            return Type(known.name, Kind.NUMBER, dimension)
    if not dimension:
        return NUMBER
    name = " ".join(unit if exponent == 1 else f"{unit}^{exponent}" for unit, exponent in dimension)
    return Type(name, Kind.NUMBER, dimension)
