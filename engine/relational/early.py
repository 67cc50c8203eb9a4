"""Relations whose running folds are worked out early: before columns are computed or looked up that they do not need.

A database sorts whole rows for a running fold, and brings all their columns along.
"""

from __future__ import annotations

from attrs import evolve

from engine.relational.algebra import (
    Differences,
    Extend,
    Filter,
    Group,
    Join,
    Keep,
    One,
    Pair,
    Relation,
    Running,
    Scan,
    Union,
    columns_of,
)
from engine.relational.narrowing import columns_in
from engine.relational.scope import Loop, Step

_MANY = 2
"""A table is looked into twice where a fold needs some of its columns and brings along more than so many."""


def early(relation: Relation) -> Relation:
    """The same rows, each running fold as early as its columns are there."""
    match relation:
        case Scan() | One():
            return relation
        case Join(left, right):
            return evolve(relation, left=early(left), right=early(right))
        case Union(inputs):
            return evolve(relation, inputs=tuple(map(early, inputs)))
        case Running(inner):
            return _sunk(evolve(relation, input=early(inner)))
        case Extend(inner) | Keep(inner) | Filter(inner) | Group(inner) | Differences(inner):
            return evolve(relation, input=early(inner))


def early_step(step: Step) -> Step:
    """The same of a step, if it is one relation."""
    return step if isinstance(step, Loop) else early(step)


def _sunk(running: Running) -> Relation:
    """A running fold below what adds nothing to it. A row that is looked up is one at most, so none comes twice."""
    needs = {*running.within, *running.by, *columns_of(*(each.of for each in running.folds))}
    match running.input:
        case Extend(inner, columns) as extend if not needs & {name for name, _ in columns}:
            return evolve(extend, input=_sunk(evolve(running, input=inner)))
        case Running(inner, _, _, folds) as other if not needs & {each.name for each in folds}:
            return evolve(other, input=_sunk(evolve(running, input=inner)))
        case Keep(inner, names) as keep:
            added = tuple(each.name for each in running.folds)
            return evolve(keep, input=_sunk(evolve(running, input=inner)), columns=(*names, *added))
        case Join(left, right, _, True) as join:
            if not needs & columns_in(right):
                return evolve(join, left=_sunk(evolve(running, input=left)))
            if isinstance(right, Scan) and join.pairs:
                return _parted(running, join, right, needs)
    return running


def _parted(running: Running, join: Join, right: Scan, needs: set[str]) -> Relation:
    """A running fold between a look-up of what it needs of a table, and one of the rest."""
    keys = {each.right for each in join.pairs}
    first = tuple(pair for pair in right.columns if pair[0] in needs)
    rest = tuple(pair for pair in right.columns if pair[0] not in needs)
    if len(rest) <= len(keys) + _MANY or needs & keys:
        return running
    there = dict(right.columns)
    again = tuple((f"{key} early", there[key]) for key in sorted(keys))
    pairs = tuple(Pair(each.left, f"{each.right} early", each.unknown_too) for each in join.pairs)
    below = Join(join.left, Scan(right.table, (*first, *again)), pairs, True)
    kept = tuple(sorted(columns_in(join.left) | {name for name, _ in first}))
    return Join(evolve(running, input=Keep(below, kept)), Scan(right.table, rest), join.pairs, True)
