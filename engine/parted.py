"""Aggregates over records, in two parts: the record's own, folded once for a case, and what a question supposes.

What a case's facts make of an aggregate is the same for every question, as long as nothing that its conditions
read hangs on what is supposed: then a supposed record is one more candidate, and the others need not be asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, field, frozen

from engine.decision import TRUE
from engine.fold import fold
from engine.graph import Cell, cells_read, nodes
from engine.grouped import Gather, Grouped
from engine.model import (
    Aggregate,
    Atom,
    Before,
    Expression,
    On,
    Relation,
    Some,
    ValueOf,
    Variable,
)
from engine.proof import Folded, Recalled, Witness
from engine.search import Bindings, place_in, variables_of
from engine.values import Calendar, Type

if TYPE_CHECKING:
    from engine.evaluate import Evaluation
    from engine.proof import Scope

Values = tuple[Any, ...]

MANY_STEPS = 1_000
"""So many steps are taken for an aggregate one by one, before it is looked for in tables."""
FEW = 256
"""So many members and candidates are kept with the value of a recorded part; more are found again when wanted."""


class Laborious(Exception):
    """An aggregate takes more steps than `MANY_STEPS`, and there are tables to look for it in."""


class Totals(Protocol):
    """Aggregates of a large record, worked out by tables."""

    def fresh(self) -> Evaluation:
        """A new working out of the record, with these totals."""

    def known(self, which: Which, values: Values) -> Any:
        """The value that was found for these values before; None where none was."""

    def total(self, which: Which, variables: tuple[Variable, ...], values: Values, deadline: float | None) -> Any:
        """The value for values of the variables outside it; None where tables do not give one for certain."""


@frozen
class Reads:
    """What an aggregate reads besides attributes of its members and of what it is asked about."""

    member: Relation
    variables: tuple[Variable, ...]
    outer: tuple[int, ...]
    others: frozenset[str]
    cells: frozenset[Cell]


def reads(aggregate: Aggregate, relations: Mapping[str, Relation], scope: Scope) -> Reads | None:
    """What an aggregate over one kind of record reads; None for any other."""
    if len(aggregate.variables) != 1:
        return None
    (variable,) = aggregate.variables
    member = relations.get(variable.type.name)
    if member is None or not member.record:
        return None
    outer = variables_of(aggregate)
    plain = {variable.name, *outer}
    others: set[str] = set()
    for part in nodes(aggregate.where, aggregate.of):
        match part:
            case Atom(relation=name, arguments=arguments) | ValueOf(relation=name, arguments=arguments):
                given: tuple[Expression, ...] = arguments
            case On(relation=name):
                given = part.arguments
            case Before(relation=name):
                given = (part.earlier, part.later)
            case Some(variables=inner) | Aggregate(variables=inner):
                others.update(each.type.name for each in inner)
                continue
            case _:
                continue
        known = all(isinstance(each, Variable) and each.name in plain for each in given)
        if name != member.name or not known:
            others.add(name)
    places = tuple(place_in(scope, name) for name in outer)
    cells = frozenset(cells_read(relations, aggregate.where, aggregate.of))
    return Reads(member, tuple(outer.values()), places, frozenset(others), cells)


@frozen(cache_hash=True)
class Which:
    """An aggregate, in whatever rule or question it stands."""

    aggregate: Aggregate


@define(eq=False)
class Parted:
    """An aggregate ready to be folded: ``whole`` gathers all its members, ``supposed`` those that are not recorded.

    ``supposed`` is None where the search does not run through the records themselves.
    """

    aggregate: Aggregate
    reads: Reads | None
    size: Callable[[], int]
    result: Type
    calendar: Calendar
    whole: Gather
    make_supposed: Callable[[], Gather | None]
    make_grouped: Callable[[Which], Grouped | None]
    which: Which = field(init=False)
    _supposed: Gather | None = field(default=None, init=False)
    _was_made: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.which = Which(self.aggregate)

    @cached_property
    def grouped(self) -> Grouped | None:
        """What folds it by groups; None where it has no such shape."""
        return self.make_grouped(self.which)

    def fold(self, evaluation: Evaluation, env: Bindings) -> Folded:
        """The aggregate's step for what is bound."""
        reads, ground = self.reads, evaluation.ground
        if reads is None or ground is None or not evaluation.changes.leave(reads):
            return self._whole(evaluation, env)
        supposed = self.supposed
        if supposed is None:
            return self._whole(evaluation, env)
        values = tuple([env[place] for place in reads.outer])
        if not evaluation.is_plain(values, evaluation.strangers):
            of = self.grouped
            folded = None if of is None else of.fold(ground.groups, evaluation, env, self.whole, supposed)
            return self._whole(evaluation, env) if folded is None else folded
        kept = ground.folded(self, values, evaluation.changed)
        return (
            self._whole(evaluation, env) if kept is None else self._with(kept, *supposed(evaluation, env), evaluation)
        )

    def _with(
        self, kept: Folded, parts: tuple[Witness, ...], failed: tuple[Witness, ...], evaluation: Evaluation
    ) -> Folded:
        """The record's own part, and what is supposed beside it."""
        if not parts and not failed:
            return kept
        started = Witness((), TRUE, (), kept.value)
        value = fold(self.aggregate.fold, [started, *parts], self.result, self.calendar, evaluation.decisions)
        if kept.added is not None:
            return Folded(value, self.aggregate, parts, failed, kept.added, kept.members)
        return Folded(
            value,
            self.aggregate,
            Recalled(lambda: (*kept.parts, *parts)) if parts else kept.parts,
            Recalled(lambda: (*kept.failed, *failed)) if failed else kept.failed,
        )

    @property
    def supposed(self) -> Gather | None:
        """What gathers the members that are supposed."""
        if not self._was_made:
            self._supposed, self._was_made = self.make_supposed(), True
        return self._supposed

    def _whole(self, evaluation: Evaluation, env: Bindings) -> Folded:
        """The step over all that an evaluation has: by groups, or one by one, unless that is long and tables tell."""
        reads, totals = self.reads, evaluation.totals
        if evaluation.groups is not None and self.grouped is not None:
            folded = self.grouped.fold(evaluation.groups, evaluation, env, self.whole)
            if folded is not None:
                return folded
        if totals is None or reads is None:
            return self._folded(evaluation, *self.whole(evaluation, env))
        values = tuple([env[place] for place in reads.outer])
        if not evaluation.is_plain(values, evaluation.facts.supposed):
            return self._folded(evaluation, *self.whole(evaluation, env))
        value = totals.known(self.which, values)
        if value is None:
            try:
                with evaluation.within(MANY_STEPS):
                    return self._folded(evaluation, *self.whole(evaluation, [*env]))
            except Laborious:
                if evaluation.is_hurried:  # what this is a part of takes long, and is looked for as a whole
                    raise
                evaluation.gave_up = True
            value = totals.total(self.which, reads.variables, values, evaluation.deadline)
        if value is not None:
            bound = [*env]
            return Folded(value, self.aggregate, (), (), value, Recalled(lambda: self.whole(totals.fresh(), bound)[0]))
        return self._folded(evaluation, *self.whole(evaluation, env))

    def _folded(self, evaluation: Evaluation, parts: tuple[Witness, ...], failed: tuple[Witness, ...]) -> Folded:
        value = fold(self.aggregate.fold, [*parts], self.result, self.calendar, evaluation.decisions)
        return Folded(value, self.aggregate, parts, failed)

    def recorded(self, fresh: Callable[[], Evaluation], evaluation: Evaluation, values: tuple[Any, ...]) -> Folded:
        """The step over an evaluation of the record alone; its members, if they are many, to be found again."""
        folded = self.fold(evaluation, self._bindings(values))
        if isinstance(folded.parts, Recalled) or len(folded.parts) + len(folded.failed) <= FEW:
            return folded
        again = Recalled(lambda: self.whole(fresh(), self._bindings(values)))
        return Folded(
            folded.value,
            self.aggregate,
            Recalled(lambda: again[0], len(folded.parts)),
            Recalled(lambda: again[1], len(folded.failed)),
        )

    def _bindings(self, values: tuple[Any, ...]) -> Bindings:
        env: Bindings = [None] * self.size()
        assert self.reads is not None
        for place, value in zip(self.reads.outer, values, strict=True):
            env[place] = value
        return env
