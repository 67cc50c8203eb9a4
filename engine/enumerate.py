"""Running through the rows that a pattern of keys may name: recorded, concluded, or not recorded at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.decision import TRUE
from engine.facts import FactBase, Table
from engine.model import Relation, Silence
from engine.search import FREE, Findings
from engine.unknowns import UNKNOWN, OpenValue, Unrecorded, is_symbolic

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


class Enumeration:
    """The candidates of one evaluation; those of concluded relations are worked out once.

    The evaluation is told each time: each holding the other, they would outlive their question.
    """

    def __init__(self, facts: FactBase) -> None:
        self._facts = facts
        self._candidates: dict[tuple[str, tuple[Any, ...]], dict[tuple[Any, ...], None]] = {}
        self._generating: set[tuple[str, tuple[Any, ...]]] = set()
        self._complete: set[tuple[str, tuple[Any, ...]]] = set()

    def keys(
        self,
        evaluation: Evaluation,
        relation: Relation,
        pattern: tuple[Any, ...],
        sought: Sequence[tuple[int, Any]],
        occurrence: tuple[Any, ...],
        day: Any,
    ) -> Iterator[tuple[Any, ...]]:
        """The keys of a relation that fit a pattern (`FREE` fits all), each once.

        Where the record may be incomplete, last comes one that stands for what is not recorded: which speaks of
        nothing that is only supposed. ``sought`` narrows records to those of which an attribute (its column) may be a
        value: the rarest of those given. ``occurrence`` is where they are sought, then the values that the search
        turns on.
        ``day`` is that of a statement over time, if there is one.
        """
        if relation.silence is Silence.CONCLUDED and not relation.record:
            yield from self._possible(evaluation, relation, pattern)
            return
        count = relation.keys
        seen: set[tuple[Any, ...]] = set()
        for table, number in self._rows(relation, pattern, sought):
            keys = tuple(table.columns[place][number] for place in range(count))
            if keys in seen or not self._fits(pattern, keys):
                continue
            seen.add(keys)
            yield keys
        if not (self._facts.supposed and any(evaluation.is_supposed(value) for _, value in sought)):
            such = tuple((relation.columns[column].name, value) for column, value in sought)
            yield from self._unrecorded(evaluation, relation, pattern, occurrence, such, day)

    def least(self, relation: Relation, pattern: tuple[Any, ...], sought: Sequence[tuple[int, Any]]) -> int:
        """So many rows of what is recorded at least are run through for `keys`."""
        table = self._ground(relation)
        if table is None or any(value is not FREE for value in pattern):
            return 0
        return min((table.count_where(*each) for each in sought), default=len(table))

    def supposed_keys(
        self, evaluation: Evaluation, relation: Relation, pattern: tuple[Any, ...]
    ) -> Iterator[tuple[Any, ...]]:
        """Those of the rows above what is recorded only."""
        base: FactBase | None = self._facts
        recorded, replaced = evaluation.recorded, relation.name in evaluation.changes.replaced
        while base is not None and base is not recorded:
            further = base.further(relation.name)
            if further is not None:
                table, rows, _ = further
                for number in rows:
                    keys = table.cells(number)[: relation.keys]
                    if self._fits(pattern, keys) and not (replaced and recorded and recorded.find(relation.name, keys)):
                        yield keys
            base = base.beneath

    def _rows(
        self, relation: Relation, pattern: tuple[Any, ...], sought: Sequence[tuple[int, Any]]
    ) -> Iterator[tuple[Table, int]]:
        if sought:
            ground = self._ground(relation)
            for table in reversed(self._facts.layers(relation.name)):
                for number in range(len(table)) if table is not ground else _rarest(table, sought):
                    yield table, number
            return
        for place, value in enumerate(pattern):
            if value is not FREE and not is_symbolic(value):
                yield from self._facts.rows(relation.name, place, value)
                return
        yield from self._facts.rows(relation.name)

    def _ground(self, relation: Relation) -> Table | None:
        """The recorded table, whose cells are all plain or `UNKNOWN`; those of hypotheses may be open."""
        base = self._facts
        while base.under is not None:
            base = base.under
        return base.tables.get(relation.name)

    @staticmethod
    def _fits(pattern: tuple[Any, ...], keys: tuple[Any, ...]) -> bool:
        for wanted, key in zip(pattern, keys, strict=True):
            if wanted is not FREE and wanted != key and not (is_symbolic(wanted) or is_symbolic(key)):
                return False
        return True

    def _unrecorded(
        self,
        evaluation: Evaluation,
        relation: Relation,
        pattern: tuple[Any, ...],
        occurrence: tuple[Any, ...],
        such: tuple[tuple[str, Any], ...],
        day: Any,
    ) -> Iterator[tuple[Any, ...]]:
        name = relation.name
        if name in self._facts.complete:
            return
        if self._facts.supposed and any(evaluation.is_supposed(value) for value in pattern):
            return
        open_ended = relation.silence is Silence.UNKNOWN and not relation.record
        missing = name in self._facts.incomplete
        dated = missing or (self._facts.complete_to is not None and (relation.span or relation.time is not None))
        if not open_ended and not dated:
            return
        if relation.span and not (open_ended or missing) and isinstance(day, date):
            assert self._facts.complete_to is not None
            if day <= self._facts.complete_to:
                return
        where, *beside = occurrence
        unrecorded = Unrecorded(name, (where, *pattern, *beside), such)
        if relation.record:
            yield (unrecorded,)
            return
        keys: list[Any] = []
        for place, value in enumerate(pattern):
            column = relation.columns[place]
            least = None
            past_the_record = dated and not missing and not open_ended
            if past_the_record and place == relation.time and self._facts.complete_to is not None:
                least = self._facts.complete_to.toordinal() + 1
            keys.append(OpenValue(name, (unrecorded,), column.name, column.type, least) if value is FREE else value)
        yield tuple(keys)

    def _possible(self, evaluation: Evaluation, relation: Relation, pattern: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The keys for which some rule could conclude the relation, from the rules' positive conditions."""
        key = (relation.name, pattern)
        found = self._candidates.get(key)
        if found is not None and (key in self._generating or key in self._complete):
            return list(found)
        found = self._candidates.setdefault(key, {})
        self._generating.add(key)
        try:
            while True:
                size = len(found)
                for keys in self._generated(evaluation, relation, pattern):
                    found.setdefault(keys)
                if len(found) == size:
                    break
        finally:
            self._generating.discard(key)
        if not self._generating:
            self._complete.add(key)
        return list(found)

    def _generated(
        self, evaluation: Evaluation, relation: Relation, pattern: tuple[Any, ...]
    ) -> Iterator[tuple[Any, ...]]:
        for table, number in self._facts.rows(relation.name):
            keys = tuple(table.columns[place][number] for place in range(relation.keys))
            if self._fits(pattern, keys):
                yield keys
        mask = tuple(value is not FREE for value in pattern)
        for generator in evaluation.compiler.generators_for(relation.name, mask):
            env: list[Any] = [None] * len(generator.scope.names)
            fits = True
            for (place, constant), value in zip(generator.places, pattern, strict=True):
                if value is FREE:
                    continue
                if place < 0:
                    fits = fits and (is_symbolic(value) or constant == value)
                elif env[place] is not None and env[place] != value:
                    fits = False
                else:
                    env[place] = value
            if not fits:
                continue
            findings = Findings(all=True)
            generator.search(evaluation, env, TRUE, (), findings)
            for witness in findings.found:
                bound = dict(zip(generator.found, witness.values, strict=True))
                yield tuple(
                    constant if place < 0 else bound.get(place, env[place]) for place, constant in generator.places
                )


def _rarest(table: Table, sought: Sequence[tuple[int, Any]]) -> list[int]:
    """The rows of which an attribute may be the value sought, by the attribute that leaves the fewest."""
    column, cell = sought[0] if len(sought) == 1 else min(sought, key=lambda each: table.count_where(*each))
    return [*table.rows_where(column, cell), *table.rows_where(column, UNKNOWN)]
