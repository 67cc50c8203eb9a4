"""Relations without the columns that nobody reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from attrs import evolve

from engine.relational.algebra import (
    Differences,
    Extend,
    Filter,
    Group,
    Join,
    Keep,
    One,
    Relation,
    Running,
    Scan,
    Union,
    columns_of,
)
from engine.relational.scope import Loop, Step


def narrowed(relation: Relation, used: set[str]) -> Relation:
    """The same rows, with the columns used (it may be with others too)."""
    match relation:
        case Scan(_, columns):
            return evolve(relation, columns=tuple(pair for pair in columns if pair[0] in used))
        case One():
            return relation
        case Extend(inner, columns):
            kept = tuple(pair for pair in columns if pair[0] in used)
            below = narrowed(inner, used - {name for name, _ in kept} | columns_of(*(scalar for _, scalar in kept)))
            return Extend(below, kept) if kept else below
        case Keep(inner, names):
            return Keep(narrowed(inner, used & set(names)), tuple(name for name in names if name in used))
        case Filter(inner, truth):
            return Filter(narrowed(inner, used | columns_of(truth)), truth)
        case Join(left, right, pairs):
            theirs = used | {each.right for each in pairs}
            return evolve(
                relation, left=narrowed(left, used | {each.left for each in pairs}), right=narrowed(right, theirs)
            )
        case Group(inner, keys, folds):
            kept_folds = tuple(each for each in folds if each.name in used) or folds[:1]
            return Group(narrowed(inner, {*keys, *columns_of(*(each.of for each in kept_folds))}), keys, kept_folds)
        case Running(inner, within, by, folds):
            kept_folds = tuple(each for each in folds if each.name in used)
            needs = {*within, *by, *columns_of(*(each.of for each in kept_folds))}
            below = narrowed(inner, used - {each.name for each in kept_folds} | needs)
            return Running(below, within, by, kept_folds) if kept_folds else below
        case Differences(inner, within, by, columns):
            kept_columns = tuple(pair for pair in columns if pair[0] in used)
            needs = {*within, by, *(of for _, of in kept_columns)}
            return Differences(narrowed(inner, used | needs), within, by, kept_columns)
        case Union(inputs, names):
            wanted = tuple(name for name in names if name in used) or names[:1]
            return Union(tuple(narrowed(each, set(wanted)) for each in inputs), wanted)


def narrowed_steps(
    steps: Iterable[tuple[str, Step]], rows: Iterable[Relation]
) -> tuple[tuple[tuple[str, Step], ...], list[Relation]]:
    """The steps, and the relations that rest on them, each with what is read of it; the latter are read in full."""
    used: defaultdict[str, set[str]] = defaultdict(set)

    def reads(relation: Relation) -> Relation:
        for table, columns in read_of(relation):
            used[table] |= set(columns)
        return relation

    found = [reads(narrowed(each, columns_in(each))) for each in rows]
    made: list[tuple[str, Step]] = []
    for name, step in reversed(list(steps)):
        if isinstance(step, Loop):
            for each in (step.start, *step.further, step.round, *(each for _, each in step.inner)):
                reads(each)
        else:
            step = reads(narrowed(step, used[name]))
        made.append((name, step))
    return tuple(reversed(made)), found


def columns_in(relation: Relation) -> set[str]:
    """The columns of a relation that ends in a choice of them."""
    if isinstance(relation, Keep):
        return set(relation.columns)
    assert isinstance(relation, Group)
    return {*relation.keys, *(each.name for each in relation.folds)}


def read_of(relation: Relation) -> Iterator[tuple[str, Iterable[str]]]:
    """The stored tables that a relation reads, with the columns that it reads of each."""
    pending: list[Relation] = [relation]
    while pending:
        match pending.pop():
            case Scan(table, columns):
                yield table, (there for _, there in columns)
            case Join(left, right):
                pending += [left, right]
            case Union(inputs):
                pending += inputs
            case Extend(inner) | Keep(inner) | Filter(inner) | Group(inner) | Running(inner) | Differences(inner):
                pending.append(inner)
