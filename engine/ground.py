"""What a case's facts settle whatever is supposed: worked out once, used by every question.

A question works over an overlay with what it supposes. A conclusion that rests on none of the relations
that the overlay touches is the same for every question; if it is certain, its step is kept here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.facts import FactBase
from engine.model import Relation
from engine.proof import Quantity, Step
from engine.unknowns import NONE, Cases, is_symbolic

if TYPE_CHECKING:
    from engine.evaluate import Evaluation

LARGEST_GROUND = 100_000
"""So many kept steps are let go of together."""


class Ground:
    """Certain steps over one fact base that no longer changes. Not shared between threads."""

    def __init__(self, fresh: Callable[[], Evaluation]) -> None:
        self._fresh = fresh
        self.evaluation = fresh()
        self._statements: dict[tuple[str, tuple[Any, ...]], Step | None] = {}
        self._quantities: dict[tuple[str, tuple[Any, ...], int], Quantity | None] = {}
        self._deadline: float | None = None

    @property
    def facts(self) -> FactBase:
        return self.evaluation.facts

    @property
    def is_full(self) -> bool:
        return len(self._statements) + len(self._quantities) > LARGEST_GROUND

    def begin(self, deadline: float | None) -> None:
        """Start the clock for another question."""
        self._deadline = deadline
        self.evaluation.begin(deadline)

    def _restart(self) -> None:
        """Begin anew after a doubtful step, lest a later one rest on it unnoticed."""
        self.evaluation = self._fresh()
        self.evaluation.begin(self._deadline)

    def statement(self, relation: Relation, arguments: tuple[Any, ...]) -> Step | None:
        """The step of a statement that is certain whatever is supposed; None where it is not."""
        key = (relation.name, arguments)
        if key not in self._statements:
            doubts = self._doubts()
            step = self.evaluation.statement(relation, arguments)
            certain = not step.truth.is_open and self._doubts() == doubts
            self._statements[key] = step if certain else None
            if self._doubts() != doubts:
                self._restart()
        return self._statements[key]

    def quantity(self, relation: Relation, arguments: tuple[Any, ...], column: int) -> Quantity | None:
        """The step of a value that is certain whatever is supposed; None where it is not."""
        key = (relation.name, arguments, column)
        if key not in self._quantities:
            doubts = self._doubts()
            step = self.evaluation.quantity(relation, arguments, column)
            settled = step.value is NONE or not (type(step.value) is Cases or is_symbolic(step.value))
            self._quantities[key] = step if settled and self._doubts() == doubts else None
            if self._doubts() != doubts:
                self._restart()
        return self._quantities[key]

    def _doubts(self) -> tuple[int, bool, int]:
        """What would make a certain step one that needs a proof by cases, one that was cut, or one of all rows."""
        return len(self.evaluation.cancellations), self.evaluation.was_cut, self.evaluation.searched


def touched(facts: FactBase, ground: FactBase) -> list[tuple[str, bool]] | None:
    """The relations that the layers over the ground touch, and whether only by rows about what they suppose.

    None where they change more than rows.
    """
    layers: list[FactBase] = []
    base: FactBase | None = facts
    while base is not None and base is not ground:
        if base.order is not ground.order or base.complete != ground.complete or base.complete_to != ground.complete_to:
            return None
        if base.incomplete != ground.incomplete:
            return None
        layers.append(base)
        base = base.under
    if base is None:
        return None
    supposed = facts.supposed - ground.supposed
    names = dict.fromkeys(name for layer in layers for name in layer.tables)
    tables = {name: [layer.tables[name] for layer in layers if name in layer.tables] for name in names}
    return [(name, all(table.is_about(supposed) for table in each)) for name, each in tables.items()]
