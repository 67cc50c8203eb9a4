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
            mine, theirs = used | {each.left for each in pairs}, used | {each.right for each in pairs}
            return once(evolve(relation, left=narrowed(left, mine), right=narrowed(right, theirs)))
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


def once(join: Join) -> Relation:
    """The join; where the same table is joined by the same keys already, that join with what is read of it here."""
    if not isinstance(join.right, Scan) or not join.keep_left or not join.pairs:
        return join
    there = dict(join.right.columns)
    keys = {(pair.left, there[pair.right], pair.unknown_too) for pair in join.pairs}
    extended = _with_columns(join.left, join.right, keys)
    return join if extended is None else extended


def _with_columns(relation: Relation, scan: Scan, keys: set[tuple[str, str, bool]]) -> Relation | None:
    """The relation with the columns of a table that it joins by these keys; None: it does not."""
    match relation:
        case Extend(inner) | Filter(inner) | Running(inner):
            found = _with_columns(inner, scan, keys)
            return None if found is None else evolve(relation, input=found)
        case Join(left, Scan(table, columns) as right, pairs, True):
            there = dict(columns)
            if table == scan.table and {(each.left, there[each.right], each.unknown_too) for each in pairs} == keys:
                return evolve(relation, right=evolve(right, columns=(*columns, *scan.columns)))
            found = _with_columns(left, scan, keys)
            return None if found is None else evolve(relation, left=found)
    return None


def tidy(step: Step) -> Step:
    """The step without what is of no use to it: that two steps are alike is seen when nothing else is in them."""
    return step if isinstance(step, Loop) else narrowed(step, columns_in(step))


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
    """The columns of a relation."""
    match relation:
        case Scan(_, columns):
            return {here for here, _ in columns}
        case One():
            return set()
        case Extend(inner, columns) | Differences(inner, _, _, columns):
            return columns_in(inner) | {name for name, _ in columns}
        case Keep(_, names) | Union(_, names):
            return set(names)
        case Filter(inner):
            return columns_in(inner)
        case Join(left, right):
            return columns_in(left) | columns_in(right)
        case Group(_, keys, folds):
            return {*keys, *(each.name for each in folds)}
        case Running(inner, _, _, folds):
            return columns_in(inner) | {each.name for each in folds}


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
