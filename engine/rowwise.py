"""What a record's own row says: expressions over one record read off its cells, without a step of proof.

Members of a group are looked through by the thousand, and nobody reads how each came to its place. A rule that applies
to every record alike (`the date of grant of a grant is the grant's date`) is read through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from engine.facts import FactBase, Table
from engine.model import And, Apply, Constant, Expression, Relation, Rule, Silence, ValueOf, Variable
from engine.operations import OPERATIONS
from engine.search import conjuncts
from engine.unknowns import NONE, UNKNOWN
from engine.values import PLAIN, Calendar

if TYPE_CHECKING:
    from engine.compile import Compiler

Read = Callable[[Table, int], Any]
"""From a row to a plain value, or `NONE`; anything else: the row alone does not say."""


@frozen
class Reader:
    """An expression over one record; ``through`` are the relations whose rule was read through."""

    read: Read
    through: frozenset[str]

    def applies(self, facts: FactBase) -> bool:
        """Whether no fact stands in place of a rule that was read through."""
        return not any(facts.layers(name) for name in self.through)


def reader(compiler: Compiler, expression: Expression, record: Variable, member: Relation) -> Reader | None:
    """An expression over ``record``, one of ``member``, as a reading of its row; None where it takes more than that."""
    through: set[str] = set()
    read = _Reading(compiler.relations, compiler.rules, compiler.calendar, member, through).of(expression, record)
    return None if read is None else Reader(read, frozenset(through))


@frozen
class _Reading:
    relations: Mapping[str, Relation]
    rules: Mapping[str, list[Rule]]
    calendar: Calendar
    member: Relation
    through: set[str]

    def of(self, expression: Expression, record: Variable) -> Read | None:
        match expression:
            case Constant(value=value):
                return lambda table, number: value
            case ValueOf(relation=name, arguments=(Variable() as of,), column=column) if of == record:
                if name == self.member.name:
                    return _cell([each.name for each in self.member.columns].index(column))
                return self._concluded(self.relations[name])
            case Apply(operation=operation, arguments=arguments):
                reads = [self.of(argument, record) for argument in arguments]
                known = tuple(read for read in reads if read is not None)
                return _applied(operation, known, self.calendar) if len(known) == len(reads) else None
        return None

    def _concluded(self, relation: Relation) -> Read | None:
        """A value that one rule gives of every record."""
        rules = self.rules.get(relation.name, [])
        if relation.silence is not Silence.CONCLUDED or relation.span or len(rules) != 1:
            return None
        (rule,) = rules
        (record,) = rule.head.arguments
        always = isinstance(rule.body, And) and not [*conjuncts(rule.body)] and not rule.exemptions and rule.positive
        if not always or rule.value is None or not isinstance(record, Variable):
            return None
        self.through.add(relation.name)
        return self.of(rule.value, record)


def _cell(column: int) -> Read:
    return lambda table, number: table.columns[column][number]


def _applied(operation: str, reads: tuple[Read, ...], calendar: Calendar) -> Read:
    compute = OPERATIONS[operation].compute

    def read(table: Table, number: int) -> Any:
        values = [each(table, number) for each in reads]
        if all(type(value) in PLAIN for value in values):
            return compute(calendar, *values)
        return NONE if NONE in values else UNKNOWN

    return read
