"""Programs ready to be asked: checked, ordered, compiled.

>>> from engine.values import Kind, Type
>>> from engine.model import Atom, Column, Program, Relation, Rule, Silence, Variable, And
>>> place = Type("place", Kind.SYMBOL)
>>> x, y, z = (Variable(name, place) for name in "xyz")
>>> road = Relation("road", (Column("from", place), Column("to", place)), 2, Silence.FALSE)
>>> path = Relation("path", (Column("from", place), Column("to", place)), 2)
>>> engine = build(Program((road, path), (
...     Rule("direct", Atom("path", (x, y)), Atom("road", (x, y))),
...     Rule("further", Atom("path", (x, z)), And((Atom("road", (x, y)), Atom("path", (y, z))))),
... )))
>>> facts = engine.facts()
>>> facts.state("road", ("A", "B")); facts.state("road", ("B", "C"))
>>> engine.ask(facts, "path", ("A", "C")).verdict.value
'yes'
"""

from __future__ import annotations

from attrs import define, field

from engine.compile import Compiler
from engine.evaluate import Evaluation
from engine.facts import FactBase
from engine.graph import (
    Dependents,
    Edges,
    Use,
    cycles_through_negation,
    dependents,
    edges,
    priority_cycles,
    recursive,
)
from engine.ground import Ground, changes
from engine.model import Atom, Constant, Priority, Program, Relation, ValueOf
from engine.parted import Totals
from engine.query import Answer, Asked, Query, Shape
from engine.search import ProgramError
from engine.solve import answer, most_allowed

__all__ = ["Engine", "ProgramError", "build"]


@define(eq=False)
class Engine:
    """A built program. It is never changed, and can be asked from many threads."""

    program: Program
    relations: dict[str, Relation]
    compiler: Compiler = field(repr=False)
    recursive: frozenset[str]
    priorities: dict[str, tuple[Priority, ...]] = field(repr=False)
    dependents: Dependents = field(repr=False)

    def facts(self) -> FactBase:
        """An empty fact base for this program."""
        return FactBase(self.relations)

    def evaluation(self, facts: FactBase, deadline: float | None = None, ground: Ground | None = None) -> Evaluation:
        """A fresh working out of one question, on the ground of what is settled whatever it supposes."""
        if ground is not None and facts is ground.facts and not facts.supposed:
            return Evaluation(self.compiler, self.priorities, self.recursive, facts, deadline, ground)
        found = None if ground is None else changes(facts, ground.facts, self.dependents)
        if ground is None or found is None or facts.strangers(ground.facts) & self.dependents.named:
            return Evaluation(self.compiler, self.priorities, self.recursive, facts, deadline)
        return Evaluation(self.compiler, self.priorities, self.recursive, facts, deadline, ground, found)

    def ground(self, facts: FactBase, totals: Totals | None = None, under: Ground | None = None) -> Ground:
        """What facts that will not change any more settle, to be shared by questions over them.

        ``totals`` are what tables make of aggregates that take long one by one; ``under`` is the ground of facts that
        these are laid over: what it has settled and these cannot change is not settled again.
        """
        return Ground(self.evaluation(facts, None, under).again, totals)

    def ask(self, facts: FactBase, relation: str, arguments: tuple[object, ...]) -> Answer:
        """Whether a statement holds (of a value relation: its value) for these arguments."""
        kind = self.relations[relation]
        constants = tuple(
            Constant(value, column.type)  # type: ignore[arg-type]
            for value, column in zip(arguments, kind.columns, strict=False)
        )
        if kind.is_statement or kind.record:
            return self.answer(facts, Query(Atom(relation, constants)))
        value = ValueOf(relation, constants, kind.columns[-1].name)
        return self.answer(facts, Query(value, Shape.VALUE))

    def answer(
        self,
        facts: FactBase,
        query: Query,
        deadline: float | None = None,
        ground: Ground | None = None,
        briefly: bool = False,
        told: bool = True,
    ) -> Answer:
        """The answer to any query; ``told``: and what would settle it.

        Raises `LimitReached` where a limit stops it: that is never a verdict.

        ``briefly``: where there are too many ways to a yes to list them all, they are told in terms of values that
        rules conclude, too (``the price is at least the fair value``), not of facts alone.
        """
        return answer(Asked(self, facts, deadline, ground, told=told, briefly=briefly), query)

    def reconsider(
        self,
        facts: FactBase,
        query: Query,
        before: Answer,
        changed: str,
        deadline: float | None = None,
        ground: Ground | None = None,
    ) -> Answer:
        """The answer over facts that differ from those of `before` in one relation only; not what would settle it."""
        like = before.evaluation
        return answer(Asked(self, facts, deadline, ground, like, self.dependents.any[changed], told=False), query)

    def most_allowed(
        self, facts: FactBase, query: Query, deadline: float | None = None, ground: Ground | None = None
    ) -> object:
        """The largest value of the open variable for which the goal is not refused; `NONE`: all are refused.

        None: nothing bounds it from above, or it cannot be worked out.
        """
        return most_allowed(Asked(self, facts, deadline, ground), query)


def build(program: Program) -> Engine:
    """Check a program and compile it.

    Raises `ProgramError` for an undeclared relation, a variable that nothing gives a value, negation or
    aggregation or defeat through recursion, and priorities that go round in a circle.
    """
    relations = {relation.name: relation for relation in program.relations}
    every = edges(program)
    circular = _check_cycles(program, every)
    priorities: dict[str, list[Priority]] = {}
    for priority in program.priorities:
        priorities.setdefault(priority.weaker, []).append(priority)
    compiler = Compiler(relations, program.rules, program.calendar)
    for relation in relations:
        compiler.rules_for(relation)
    over = {name: tuple(each) for name, each in priorities.items()}
    return Engine(program, relations, compiler, circular, over, dependents(program))


_NOT_ALLOWED = {
    Use.NEGATIVE: "a conclusion rests on its own absence",
    Use.AGGREGATE: "a fold runs over itself",
    Use.PRIORITY: "a conclusion rests on its own defeat",
}


def _check_cycles(program: Program, every: Edges) -> frozenset[str]:
    """The relations that rest on themselves, all of them positively; any other circle is an error."""
    for cycle in cycles_through_negation(program, every):
        raise ProgramError(f"{_NOT_ALLOWED[cycle.edges[0].use]}: {cycle}", cycle.origin)
    for circle in priority_cycles(program):
        raise ProgramError(f"priorities go round in a circle: {circle}", circle.origin)
    circular = recursive(program, every)
    statements = {relation.name for relation in program.relations if relation.is_statement}
    for rule in program.rules:
        if rule.head.relation in circular - statements:
            raise ProgramError(f"the value of {rule.head.relation} rests on itself", rule.origin)
    return circular
