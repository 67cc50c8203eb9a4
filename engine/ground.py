"""What a case's facts settle whatever is supposed: worked out once, used by every question.

A question works over an overlay with what it supposes. A conclusion that rests on none of the relations
that the overlay touches is the same for every question; if it is certain, its step is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import define, frozen

from engine.facts import FactBase, Table
from engine.graph import Cell, Dependents
from engine.grouped import Groups
from engine.judge import Outcomes
from engine.model import Relation
from engine.parted import Parted, Reads, Totals, Which
from engine.proof import Folded, Quantity, Recalled, Step
from engine.unknowns import NONE, Cases, is_symbolic

if TYPE_CHECKING:
    from engine.evaluate import Evaluation, ValueKey

StatementKey = tuple[str, tuple[Any, ...]]
Certain = TypeVar("Certain", Step, Quantity, Folded)


@define
class _Kept(Generic[Certain]):
    """A certain step, and the relations of which any further row might have had a part in it."""

    step: Certain
    searched: frozenset[str]


_NOT_MET: Any = object()
LARGEST_GROUND = 100_000
"""So many kept steps are let go of together."""


class Ground:
    """Certain steps over one fact base that no longer changes. Not shared between threads."""

    def __init__(self, fresh: Callable[[], Evaluation], totals: Totals | None = None) -> None:
        self._begin = fresh
        self._totals = totals
        first = fresh()
        self.groups = Groups(first.facts, self._fresh)
        self.evaluation = self._fresh()
        self._statements: dict[StatementKey, _Kept[Step] | None] = {}
        self._quantities: dict[ValueKey, _Kept[Quantity] | None] = {}
        self._members = 0  # of the folds, those that are kept with them
        self._folds: dict[tuple[Which, tuple[Any, ...]], _Kept[Folded] | None] = {}
        self._deadline: float | None = None
        self.outcomes = Outcomes()

    def _fresh(self) -> Evaluation:
        evaluation = self._begin()
        evaluation.totals = self._totals
        evaluation.groups = self.groups
        return evaluation

    @property
    def facts(self) -> FactBase:
        return self.evaluation.facts

    @property
    def is_full(self) -> bool:
        return len(self._statements) + len(self._quantities) + self._members > LARGEST_GROUND

    def begin(self, deadline: float | None) -> None:
        """Start the clock for another question."""
        self._deadline = deadline
        self.evaluation.begin(deadline)

    def statement(self, key: StatementKey, relation: Relation, changed: frozenset[str]) -> Step | None:
        """The step of a statement that is certain whatever is supposed; None where it is not.

        ``changed`` are the relations of which more than the ground's rows are there.
        """
        kept = self._statements.get(key, _NOT_MET)
        if kept is _NOT_MET:
            step = self.evaluation.statement(relation, key[1])
            kept = self._statements[key] = self._keep(step, not step.truth.is_open)
        return kept.step if kept is not None and kept.searched.isdisjoint(changed) else None

    def quantity(self, key: ValueKey, relation: Relation, changed: frozenset[str]) -> Quantity | None:
        """The step of a value that is certain whatever is supposed; None where it is not."""
        kept = self._quantities.get(key, _NOT_MET)
        if kept is _NOT_MET:
            step = self.evaluation.quantity(relation, key[1], key[2])
            kept = self._quantities[key] = self._keep(step, _is_settled(step.value))
        return kept.step if kept is not None and kept.searched.isdisjoint(changed) else None

    def folded(self, parted: Parted, values: tuple[Any, ...], changed: frozenset[str]) -> Folded | None:
        """The step of an aggregate over what is recorded; None where that is not certain."""
        key = (parted.which, values)
        if key not in self._folds:
            step = parted.recorded(self._fresh, self.evaluation, values)
            if self.evaluation.gave_up:  # what was begun one by one is not to be built on
                self._keep_all()
                self._renew()
            self._folds[key] = self._keep(step, _is_settled(step.value))
            self._members += 1 + (0 if isinstance(step.parts, Recalled) else len(step.parts) + len(step.failed))
        kept = self._folds[key]
        return kept.step if kept is not None and kept.searched.isdisjoint(changed) else None

    def _keep(self, step: Certain, is_certain: bool) -> _Kept[Certain] | None:
        """A step to be kept, unless it needs a proof by cases, or was cut.

        The evaluation begins anew after one that is doubtful, or that all rows of some relations had a part in: a
        later step could rest on it unnoticed.
        """
        evaluation = self.evaluation
        doubtful = len(evaluation.cancellations) > 0 or evaluation.was_cut
        searched = frozenset(evaluation.searched)
        if doubtful or searched:
            self._renew()
        return _Kept(step, searched) if is_certain and not doubtful else None

    def _keep_all(self) -> None:
        """Keep what the evaluation has found out for what was asked of it, if nothing of that is doubtful."""
        evaluation = self.evaluation
        if len(evaluation.cancellations) or evaluation.was_cut or evaluation.searched:
            return
        for statement, step in evaluation.statements.items():
            if not step.truth.is_open:
                self._statements.setdefault(statement, _Kept(step, frozenset()))
        for value, quantity in evaluation.quantities.items():
            if _is_settled(quantity.value):
                self._quantities.setdefault(value, _Kept(quantity, frozenset()))

    def _renew(self) -> None:
        self.evaluation = self._fresh()
        self.evaluation.begin(self._deadline)


def _is_settled(value: Any) -> bool:
    """Whether it is certain which value there is, or that there is none."""
    return value is NONE or not (type(value) is Cases or is_symbolic(value))


@frozen
class Changes:
    """What facts change of a ground that they lie over.

    ``names`` are the relations of which they say more; ``touched`` those, with all that rests on them, of which the
    ground cannot tell. ``cells`` are the columns in which records that the ground has are said otherwise, ``replaced``
    the kinds of these.
    """

    names: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    cells: frozenset[Cell] = frozenset()
    replaced: frozenset[str] = frozenset()

    def leave(self, reads: Reads) -> bool:
        """Whether they add at most members to an aggregate, and touch nothing else that it reads."""
        if reads.member.name in self.touched or not self.cells.isdisjoint(reads.cells):
            return False
        return reads.others.isdisjoint(self.touched) and reads.others.isdisjoint(self.names)


NO_CHANGES = Changes()


def changes(facts: FactBase, ground: FactBase, rests: Dependents) -> Changes | None:
    """What facts over a ground change of it; None where they change more than rows."""
    layers: list[FactBase] = []
    base: FactBase | None = facts
    while base is not None and base is not ground:
        if base.order is not ground.order or base.complete != ground.complete or base.complete_to != ground.complete_to:
            return None
        if base.incomplete != ground.incomplete:
            return None
        layers.append(base)
        base = base.beneath
    if base is None:
        return None
    strangers = facts.strangers(ground)
    names: set[str] = set()
    touched: set[str] = set()
    cells: set[Cell] = set()
    for layer in layers:
        for name in layer.tables:
            further = layer.further(name)
            if further is None:
                continue
            table, rows, others = further
            names.add(name)
            if not others and table.are_about(rows, strangers):
                touched |= rests.listing[name]
            elif not others and (otherwise := _otherwise(table, rows, ground)) is not None:
                cells |= otherwise
                touched = touched.union(*(rests.cells.get(cell, ()) for cell in otherwise))
            else:
                touched |= rests.any[name]
    return Changes(frozenset(names), frozenset(touched), frozenset(cells), frozenset(kind for kind, _ in cells))


def _otherwise(table: Table, rows: Iterable[int], ground: FactBase) -> set[Cell] | None:
    """The columns in which records of a ground are said otherwise; None where rows say anything else."""
    name, found = table.relation.name, set[Cell]()
    for row in rows:
        cells = table.cells(row)
        known = ground.find(name, cells[:1]) if table.relation.record else None
        if known is None:
            return None
        before, number = known
        columns = zip(table.relation.columns, cells, before.cells(number), strict=True)
        found |= {(name, column.name) for column, cell, other in columns if cell != other}
    return found
