"""What the algebra means, in exact Python: rows are dictionaries, unknown is None."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.relational.algebra import (
    Column,
    Extend,
    Filter,
    Folded,
    Group,
    Join,
    Keep,
    Literal,
    One,
    Relation,
    Running,
    Scalar,
    Scan,
    Union,
)

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def known(compute: Callable[..., Any]) -> Callable[..., Any]:
    """What is computed from something unknown is unknown."""
    return lambda *operands: None if None in operands else compute(*operands)


def conjunction(*truths: bool | None) -> bool | None:
    return False if False in truths else None if None in truths else True


def disjunction(*truths: bool | None) -> bool | None:
    return True if True in truths else None if None in truths else False


def quotient(above: int, below: int) -> int:
    """Towards zero."""
    size = abs(above) // abs(below)
    return size if (above < 0) == (below < 0) else -size


MEANING: dict[str, Callable[..., Any]] = {
    "and": conjunction,
    "or": disjunction,
    "not": known(lambda truth: not truth),
    "is null": lambda of: of is None,
    "is true": lambda truth: truth is True,
    "=": known(lambda one, other: one == other),
    "<>": known(lambda one, other: one != other),
    "<": known(lambda one, other: one < other),
    "<=": known(lambda one, other: one <= other),
    "+": known(lambda one, other: one + other),
    "-": known(lambda one, other: one - other),
    "*": known(lambda one, other: one * other),
    "div": known(quotient),
    "wide div": known(quotient),
    "mod": known(lambda above, below: above - below * quotient(above, below)),
    "negative": known(lambda of: -of),
    "choose": lambda truth, one, other: None if truth is None else one if truth else other,
    "when": lambda truth, one, other: one if truth is True else other,
    "widen": lambda of: of,
    "narrow": lambda of: of,
}


FOLDS: dict[str, Callable[[list[Any]], Any]] = {"sum": sum, "min": min, "max": max, "any": any}


def value(scalar: Scalar, row: Row) -> Any:
    match scalar:
        case Column(name):
            return row[name]
        case Literal(constant):
            return constant
        case _:
            return MEANING[scalar.name](*(value(each, row) for each in scalar.operands))


def rows(relation: Relation, tables: Tables) -> list[Row]:
    """The rows of a relation, in any order."""
    result: list[Row] = []
    match relation:
        case Scan(table, columns):
            return [{here: row[there] for here, there in columns} for row in tables[table]]
        case One():
            return [{}]
        case Extend(inner, added):
            return [row | {name: value(scalar, row) for name, scalar in added} for row in rows(inner, tables)]
        case Keep(inner, names):
            return [{name: row[name] for name in names} for row in rows(inner, tables)]
        case Filter(inner, truth):
            return [row for row in rows(inner, tables) if value(truth, row) is True]
        case Join():
            return joined(relation, tables)
        case Group(inner, keys, folds):
            groups = grouped(rows(inner, tables), keys) or ({} if keys else {(): []})
            return [dict(zip(keys, key, strict=True)) | folded(folds, group) for key, group in groups.items()]
        case Running(inner, within, by, folds):
            for group in grouped(rows(inner, tables), within).values():
                result += run(group, by, folds)
        case Union(inputs, names):
            for each in inputs:
                result += rows(Keep(each, names), tables)
    return result


def joined(relation: Join, tables: Tables) -> list[Row]:
    left, right = rows(relation.left, tables), rows(relation.right, tables)
    nothing = dict.fromkeys(right[0]) if right else {}
    found = []
    for one in left:
        pairs = [
            other
            for other in right
            if all(
                one[each.left] == other[each.right] and (each.unknown_too or one[each.left] is not None)
                for each in relation.pairs
            )
        ]
        found += [one | other for other in pairs or ([nothing] if relation.keep_left else [])]
    return found


def grouped(of: Iterable[Row], keys: tuple[str, ...]) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in of:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def folded(folds: tuple[Folded, ...], group: list[Row]) -> Row:
    """What is unknown does not count; of nothing, a fold is unknown."""
    result: Row = {}
    for each in folds:
        cells = [cell for row in group if (cell := value(each.of, row)) is not None]
        result[each.name] = FOLDS[each.fold](cells) if cells else None
    return result


def run(group: list[Row], by: tuple[str, ...], folds: tuple[Folded, ...]) -> list[Row]:
    ordered = sorted(group, key=lambda row: tuple((row[name] is None, row[name] or 0) for name in by))
    return [row | folded(folds, ordered[: place + 1]) for place, row in enumerate(ordered)]
