"""Steps, and inputs of one step, that are alike but for the names of their columns, made once.

What rules say of a thing is translated anew wherever it is asked about, so the same table is often asked for under
other names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import define, evolve, field

from engine.relational.algebra import (
    Column,
    Differences,
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
    replaced,
)
from engine.relational.narrowing import once
from engine.relational.scope import Loop, Step


@define
class _Shape:
    """Names columns by when they are first met, so that relations that are alike have one shape."""

    names: dict[str, int] = field(factory=dict)

    def name(self, column: str) -> int:
        return self.names.setdefault(column, len(self.names))

    def scalar(self, scalar: Scalar) -> Any:
        match scalar:
            case Column(name):
                return self.name(name)
            case Literal(value, of_truth):
                return ("literal", value, of_truth)
            case _:
                return (scalar.name, *map(self.scalar, scalar.operands))

    def folds(self, folds: Iterable[Folded]) -> tuple[Any, ...]:
        return tuple((each.fold, each.wide, self.scalar(each.of), self.name(each.name)) for each in folds)

    def all(self, columns: Iterable[str]) -> tuple[int, ...]:
        return tuple(map(self.name, columns))

    def relation(self, relation: Relation) -> Any:
        match relation:
            case Scan(table, columns):
                there = sorted(columns, key=lambda pair: pair[1])
                return ("scan", table, *((of, self.name(here)) for here, of in there))
            case One():
                return ("one",)
            case Extend(inner, columns):
                shape = self.relation(inner)
                return ("extend", shape, *((self.scalar(scalar), self.name(name)) for name, scalar in columns))
            case Keep(inner, names):
                return ("keep", self.relation(inner), *sorted(self.all(names)))
            case Filter(inner, truth):
                return ("filter", self.relation(inner), self.scalar(truth))
            case Join(left, right, pairs, keep_left):
                sides = (self.relation(left), self.relation(right))
                on = tuple((self.name(each.left), self.name(each.right), each.unknown_too) for each in pairs)
                return ("join", *sides, on, keep_left)
            case Group(inner, keys, folds):
                return ("group", self.relation(inner), tuple(sorted(self.all(keys))), self.folds(folds))
            case Running(inner, within, by, folds):
                shape = self.relation(inner)
                return ("running", shape, tuple(sorted(self.all(within))), self.all(by), self.folds(folds))
            case Differences(inner, within, by, differences):
                shape = (self.relation(inner), tuple(sorted(self.all(within))), self.name(by))
                return ("differences", *shape, *((self.name(of), self.name(name)) for name, of in differences))
            case Union(inputs, names):
                return ("union", *map(self.relation, inputs), self.all(names))


@define
class Alike:
    """The tables met so far, and which stand for others."""

    _made: dict[Any, tuple[str, dict[int, str]]] = field(factory=dict)
    _instead: dict[str, tuple[str, dict[str, str]]] = field(factory=dict)
    _same: dict[str, dict[str, str]] = field(factory=dict)
    """Of each table's columns the one to be read in its place: that is the same in all rows."""

    def step(self, name: str, step: Step) -> Step | None:
        """The step as it is to be made; None: another table stands for it."""
        if isinstance(step, Loop):
            return evolve(
                step,
                start=self.relation(step.start),
                further=tuple(map(self.relation, step.further)),
                round=self.relation(step.round),
                inner=tuple((table, self.relation(each)) for table, each in step.inner),
            )
        step = self.relation(step)
        shape = _Shape()
        key = shape.relation(step)
        columns = {number: column for column, number in shape.names.items()}
        if key not in self._made:
            self._made[key] = (name, columns)
            self._same[name] = _same(step)
            return step
        other, theirs = self._made[key]
        self._instead[name] = (other, {column: theirs[number] for column, number in shape.names.items()})
        return None

    def relation(self, relation: Relation) -> Relation:
        """The relation over the tables that stand for others."""
        match relation:
            case Scan(table, columns):
                if table in self._instead:
                    table, theirs = self._instead[table]
                    columns = tuple((here, theirs[there]) for here, there in columns)
                same = self._same.get(table, {})
                return Scan(table, tuple((here, same.get(there, there)) for here, there in columns))
            case One():
                return relation
            case Join(left, right):
                return once(evolve(relation, left=self.relation(left), right=self.relation(right)))
            case Group(
                Union(inputs, names), _, ()
            ):  # each row once: what comes out of inputs that are alike is the same
                every: dict[Any, Relation] = {}
                for each in map(self.relation, inputs):
                    every.setdefault(_Shape({name: place for place, name in enumerate(names)}).relation(each), each)
                return evolve(relation, input=Union(tuple(every.values()), names))
            case Union(inputs):
                return evolve(relation, inputs=tuple(map(self.relation, inputs)))
            case _:
                return evolve(relation, input=self.relation(relation.input))


def _same(relation: Relation) -> dict[str, str]:
    """For each column of a relation the first that is the same in all rows."""
    match relation:
        case Scan(_, columns):
            first: dict[str, str] = {}
            return {here: first.setdefault(there, here) for here, there in columns}
        case One():
            return {}
        case Extend(inner, columns):
            same = _same(inner)
            known: dict[Scalar, str] = {}
            names: dict[str, Scalar] = {name: Column(first) for name, first in same.items() if name != first}
            for name, scalar in columns:
                of = replaced(scalar, names) if names else scalar
                same[name] = of.name if isinstance(of, Column) else known.setdefault(of, name)
            return same
        case Keep(inner, kept) | Union((inner,), kept):
            return _kept(_same(inner), kept)
        case Filter(inner):
            return _same(inner)
        case Join(left, right):
            return _same(left) | _same(right)
        case Group(inner, keys, folds):
            return _kept(_same(inner), keys) | {each.name: each.name for each in folds}
        case Running(inner, _, _, folds):
            return _same(inner) | {each.name: each.name for each in folds}
        case Differences(inner, _, _, differences):
            return _same(inner) | {name: name for name, _ in differences}
        case Union(_, kept):
            return {name: name for name in kept}


def _kept(same: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    first: dict[str, str] = {}
    return {name: first.setdefault(same[name], name) for name in names}
