"""Rows that the tables leave open and that differ in names and bounds alone: one is asked, the others are like it.

The truths of a row's kind that are not known are questions of the reference evaluator: what the row's columns tell of
each makes the question, as that evaluator would ask it. Two rows of one kind whose questions are the same but for
names, and of which the bounds on each open value come in the same order, have the same answer but for these.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from engine.decision import FALSE, TRUE, Decisions, Truth
from engine.evaluate import Evaluation
from engine.facts import FactBase
from engine.judge import threshold_order
from engine.model import Comparison
from engine.program import Engine
from engine.reckon import compare
from engine.relational.algebra import Column, Literal, Operation, Scalar
from engine.relational.goal import CASES, TRUTH, Worked
from engine.relational.leaves import Key, Leaf, Stated
from engine.relational.tables import Symbols
from engine.relational.totals import read_amount
from engine.unknowns import (
    NONE,
    Cases,
    Equals,
    HasValue,
    OpenStatement,
    OpenValue,
    Question,
    Threshold,
)
from engine.values import Kind, exact

_MANY = 10_000
"""So many rows are asked about by one evaluation, which keeps what it finds."""
_COMPARISONS = {
    "=": Comparison.IS,
    "<>": Comparison.IS_NOT,
    "<": Comparison.LESS,
    "<=": Comparison.AT_MOST,
}
_TURNED_OVER = {**_COMPARISONS, "<": Comparison.MORE, "<=": Comparison.AT_LEAST}


@frozen
class Like:
    """What all rows have that are alike, and the questions of one of them; those of the others are in this order."""

    key: Hashable
    questions: tuple[Question, ...]


@define
class Likeness:
    """Sorts the rows of what was worked out, over the facts that it was worked out from."""

    engine: Engine
    facts: FactBase
    symbols: Symbols
    worked: Worked
    _evaluation: Evaluation = field(init=False)
    _asked: int = 0
    _leaves: dict[Hashable, tuple[Leaf, ...] | None] = field(factory=dict)
    _by_name: dict[str, Leaf] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._evaluation = self.engine.evaluation(self.facts)
        self._by_name = self.worked.leaves.by_name()

    def leaves(self, kind: Mapping[str, Any]) -> tuple[Leaf, ...] | None:
        """What keeps rows of a kind open; None: that is not told."""
        names = self.worked.kinds.open(kind, (TRUTH, CASES), self._by_name)
        if not names <= self._by_name.keys():
            return None
        return tuple(self._by_name[name] for name in sorted(names))

    def of(self, kind: Hashable, leaves: tuple[Leaf, ...], subject: str, row: Mapping[str, Any]) -> Like | None:
        """What a row is like; None: that cannot be told."""
        self._asked += 1
        if not self._asked % _MANY:
            self._evaluation = self.engine.evaluation(self.facts)
        reading = _Reading(self._evaluation, self.symbols, subject, row)
        truths = []
        for leaf in leaves:
            found = reading.truth(leaf)
            if found is None:
                return None
            truths.append(found)
        questions: dict[Question, int] = {}
        shapes = tuple(_shape(truth, decisions, questions) for truth, decisions in truths)
        pattern = _pattern(tuple(questions))
        return None if pattern is None else Like((kind, shapes, pattern), tuple(questions))


def _shape(truth: Truth, decisions: Decisions, questions: dict[Question, int]) -> Hashable:
    """A truth with its questions by the places in which they are met."""
    if not truth.is_open:
        return truth is TRUE
    question: Question = decisions.questions[truth.place]  # type: ignore[assignment]
    place = questions.setdefault(question, len(questions))
    return place, _shape(truth.yes, decisions, questions), _shape(truth.no, decisions, questions)


def _pattern(questions: tuple[Question, ...]) -> Hashable | None:
    """What questions are like, but for names and bounds; None: it takes more to tell."""
    values: dict[OpenValue, int] = {}
    orders: dict[OpenValue, list[Threshold]] = {}
    for question in questions:
        if isinstance(question, Threshold) and isinstance(question.value, OpenValue):
            orders.setdefault(question.value, []).append(question)
    for order in orders.values():
        order.sort(key=threshold_order)
    pattern: list[Hashable] = []
    for question in questions:
        match question:
            case Threshold(value=OpenValue() as value):
                place = values.setdefault(value, len(values))
                pattern.append((place, value.relation, value.column, orders[value].index(question)))
            case Equals(value=value, other=str() as other):
                pattern.append((values.setdefault(value, len(values)), value.relation, value.column, other))
            case HasValue(value=value):
                pattern.append((values.setdefault(value, len(values)), value.relation, value.column))
            case OpenStatement():
                pattern.append(question.relation)
            case _:
                return None
    return tuple(pattern)


@frozen
class _Reading:
    """Reads what a row tells of a truth that is not known."""

    evaluation: Evaluation
    symbols: Symbols
    subject: str
    row: Mapping[str, Any]

    def truth(self, leaf: Leaf) -> tuple[Truth, Decisions] | None:
        """The reference evaluator's truth, and the questions that it is about."""
        if leaf.stated is not None:
            return self._stated(leaf.stated)
        assert leaf.compared is not None
        unknown = [name for name in sorted(leaf.columns) if self.row[name] is None]
        cells = dict(leaf.cells)
        if len(unknown) != 1 or unknown[0] not in cells:
            return None
        return self._compared(leaf.compared, unknown[0], cells[unknown[0]])

    def _stated(self, stated: Stated) -> tuple[Truth, Decisions] | None:
        keys = self._keys(stated.keys)
        if keys is None:
            return None
        relation = self.evaluation.compiler.relations[stated.relation]
        decisions = self.evaluation.decisions
        if stated.column is None:
            return self.evaluation.statement(relation, keys).truth, decisions
        value = self.evaluation.quantity(relation, keys, stated.column).value
        if type(value) is not Cases:
            return (FALSE if value is NONE else TRUE), decisions
        return decisions.any(under for under, scalar in value.alternatives if scalar is not NONE), decisions

    def _compared(self, compared: Operation, unknown: str, cell: Stated) -> tuple[Truth, Decisions] | None:
        """A comparison with one value that is not known, as the reference evaluator makes it."""
        keys = self._keys(cell.keys)
        if keys is None:
            return None
        left, right = (_line(each, unknown, self.row) for each in compared.operands)
        if left is None or right is None or left[0] == right[0]:
            return None
        factor = (left[0] - right[0]) * cell.scale
        bound = Fraction(right[1] - left[1], factor)
        comparison = _COMPARISONS[compared.name] if factor > 0 else _TURNED_OVER[compared.name]
        relation = self.evaluation.compiler.relations[cell.relation]
        assert cell.column is not None
        value = self.evaluation.quantity(relation, keys, cell.column).value
        options = [scalar for _, scalar in value.alternatives] if type(value) is Cases else [value]
        open_ = [scalar for scalar in options if scalar is not NONE]
        if len(open_) != 1 or not isinstance(open_[0], OpenValue):
            return None
        known: Any = exact(bound)
        if cell.kind in (Kind.DATE, Kind.SYMBOL):
            if not isinstance(known, int) or abs(factor) != 1:
                return None
            known = read_amount(cell.kind, known, 1, self.symbols)
        decisions = Decisions()
        return compare(comparison, open_[0], known, decisions), decisions

    def _keys(self, keys: tuple[Key, ...]) -> tuple[Any, ...] | None:
        found = []
        for key in keys:
            if key.is_subject:
                found.append(self.subject)
                continue
            number = self.row[key.column] if key.fixed is None else key.fixed
            if number is None:
                return None
            found.append(read_amount(key.kind, number, key.scale, self.symbols))
        return tuple(found)


def _line(scalar: Scalar, unknown: str, row: Mapping[str, Any]) -> tuple[int, int] | None:
    """A number as a factor of the one that is not known, and what is added to it."""
    match scalar:
        case Literal(value):
            return None if value is None else (0, int(value))
        case Column(name):
            return (1, 0) if name == unknown else (0, int(row[name]))
        case Operation(name, operands):
            parts = [_line(each, unknown, row) for each in operands]
            match name, parts:
                case (("widen" | "narrow"), [(int(), int()) as part]):
                    return part
                case "negative", [(int() as factor, int() as added)]:
                    return -factor, -added
                case "+", [(int() as a, int() as b), (int() as c, int() as d)]:
                    return a + c, b + d
                case "-", [(int() as a, int() as b), (int() as c, int() as d)]:
                    return a - c, b - d
                case "*", [(int() as a, int() as b), (0, int() as d)]:
                    return a * d, b * d
                case "*", [(0, int() as b), (int() as c, int() as d)]:
                    return b * c, b * d
    return None
