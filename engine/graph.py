"""What a program's conclusions rest on: the dependency graph, its strata and its cycles.

A node is a relation. A rule draws an edge from the relation that it concludes to each relation that it
uses, marked with how it uses it and with the rule. A program is *stratified* if no conclusion rests, by
any path, on its own absence, on a fold over itself or on its own defeat; a conclusion may rest on itself
positively (a subsidiary of a subsidiary).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import field, frozen

from engine.model import (
    NOWHERE,
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Compare,
    Condition,
    Constant,
    Exists,
    Expression,
    Not,
    On,
    Or,
    Origin,
    Priority,
    Program,
    Relation,
    Rule,
    Some,
    ValueOf,
    Variable,
)
from engine.values import Kind, Value

if TYPE_CHECKING:
    import networkx


class Use(Enum):
    """How a rule uses a relation. Only `POSITIVE` uses may go round in a circle."""

    POSITIVE = "positive"
    NEGATIVE = "negative"  # its absence counts: under a negation, in an exemption, or as a reason against
    AGGREGATE = "aggregate"
    PRIORITY = "priority"  # it decides whether a stronger rule defeats this conclusion


@frozen
class Edge:
    """``concluded`` rests on ``used`` because of ``rule``, which stands at ``origin``."""

    concluded: str
    used: str
    use: Use
    rule: str
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Cycle:
    """Edges each of which begins where the one before ends; the first is the one that is not allowed."""

    edges: tuple[Edge, ...]

    @property
    def origin(self) -> Origin:
        return self.edges[0].origin

    def __str__(self) -> str:
        first, *_ = self.edges
        steps = (f"{edge.used} ({edge.use.value}, by {edge.rule})" for edge in self.edges)
        return " rests on ".join((first.concluded, *steps))


@frozen
class PriorityCycle:
    """Priorities each of which makes stronger the rule that the one before makes weaker."""

    priorities: tuple[Priority, ...]

    @property
    def origin(self) -> Origin:
        return self.priorities[0].origin

    def __str__(self) -> str:
        return " over ".join((self.priorities[0].stronger, *(priority.weaker for priority in self.priorities)))


# ---------------------------------------------------------------------- edges

Edges = tuple[Edge, ...]


def edges(program: Program) -> Edges:
    """Every edge of the dependency graph, each once, in the order of the rules."""
    return tuple(dict.fromkeys((*_rule_edges(program), *_priority_edges(program))))


def _rule_edges(program: Program) -> Iterator[Edge]:
    for rule in program.rules:
        for used, use in _uses(rule):
            yield Edge(rule.head.relation, used, use, rule.name, rule.origin)


def _priority_edges(program: Program) -> Iterator[Edge]:
    rules: dict[str, list[Rule]] = {}
    for rule in program.rules:
        rules.setdefault(rule.name, []).append(rule)
    for priority in program.priorities:
        for stronger in rules.get(priority.stronger, ()):
            if any(_may_disagree(stronger, weaker) for weaker in rules.get(priority.weaker, ())):
                for used, _ in _uses(stronger):
                    yield Edge(stronger.head.relation, used, Use.PRIORITY, stronger.name, stronger.origin)


def _may_disagree(one: Rule, other: Rule) -> bool:
    return one.head.relation == other.head.relation and (one.value is not None or one.positive != other.positive)


def _uses(rule: Rule) -> Iterator[tuple[str, Use]]:
    own = Use.POSITIVE if rule.positive else Use.NEGATIVE
    yield from _of_condition(rule.body, own)
    for expression in (*rule.head.arguments, rule.value):
        if expression is not None:
            yield from _of_expression(expression, own)
    for exemption in rule.exemptions:
        yield from _of_condition(exemption, Use.NEGATIVE)


def _of_condition(condition: Condition, use: Use) -> Iterator[tuple[str, Use]]:
    expressions: tuple[Expression, ...] = ()
    match condition:
        case Not(inner):
            yield from _of_condition(inner, use if use is Use.AGGREGATE else Use.NEGATIVE)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _of_condition(part, use)
        case Some(condition=inner):
            yield from _of_condition(inner, use)
        case Atom(relation, expressions):
            yield relation, use
        case On(relation=relation):
            yield relation, use
            expressions = (*condition.arguments, condition.first, condition.last)
        case Before(relation=relation):
            yield relation, use
            expressions = (condition.earlier, condition.later)
        case Compare():
            expressions = (condition.left, condition.right)
        case Exists(expression):
            expressions = (expression,)
    for expression in expressions:
        yield from _of_expression(expression, use)


def _of_expression(expression: Expression, use: Use) -> Iterator[tuple[str, Use]]:
    match expression:
        case Variable() | Constant():
            return
        case ValueOf(relation, arguments):
            yield relation, use
        case Apply(_, arguments):
            pass
        case Aggregate(of=of):
            yield from _of_condition(expression.where, Use.AGGREGATE)
            arguments, use = (of,) if of is not None else (), Use.AGGREGATE
    for argument in arguments:
        yield from _of_expression(argument, use)


# ---------------------------------------------------------- order and circles


def strata(program: Program) -> tuple[tuple[str, ...], ...]:
    """The relations in an order of evaluation: each group rests on itself and on those before it.

    Relations are together only where each rests on the other. Groups that do not rest on each other
    stand in the order in which their relations are declared.
    """
    every = edges(program)
    groups = _groups(program, every)
    group_of = {name: group for group in groups for name in group}
    below: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {group: {} for group in groups}
    for edge in every:
        if group_of[edge.concluded] != group_of[edge.used]:
            below[group_of[edge.concluded]].setdefault(group_of[edge.used])
    return tuple(TopologicalSorter(below).static_order())


def recursive(program: Program, known: Edges | None = None) -> frozenset[str]:
    """The relations that rest on themselves; ``known``, here and below: the program's edges, if they are at hand."""
    every = edges(program) if known is None else known
    loops = {edge.concluded for edge in every if edge.concluded == edge.used}
    return frozenset(loops.union(*(group for group in _groups(program, every) if len(group) > 1)))


def dependencies(program: Program, relation: str) -> frozenset[str]:
    """The relation itself and all that it may rest on: what a question about it can touch."""
    used = _used(program, edges(program))
    found = {relation}
    waiting = [relation]
    while waiting:
        for name in used.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


Cell = tuple[str, str]
"""A kind of record, and the name of a column."""


@frozen
class Dependents:
    """For each relation, those that a change of its facts could change, itself among them.

    ``listing``: those that a *further* fact, about a record that is new, could change. They run through its facts, or
    rest on what does; a conclusion that only looks up what it is asked about cannot tell. ``named`` are the things
    that the rules themselves name. ``cells``: those that another value in a column of a record could change.
    """

    any: dict[str, frozenset[str]]
    listing: dict[str, frozenset[str]]
    named: frozenset[Value]
    cells: dict[Cell, frozenset[str]]


def dependents(program: Program) -> Dependents:
    """What rests on each relation, and how."""
    users: dict[str, dict[str, frozenset[str]]] = {relation.name: {} for relation in program.relations}
    named: set[Value] = set()
    for rule in program.rules:
        for used, sought in _reads(rule, named):
            each = users.setdefault(used, {})
            each[rule.head.relation] = each.get(rule.head.relation, frozenset()) | sought
    relations = {relation.name: relation for relation in program.relations}
    records = {relation.name for relation in program.relations if relation.record}
    about = {
        relation.name: {column.type.name for column in relation.columns[: relation.keys]} & records
        for relation in program.relations
    }
    every: dict[str, frozenset[str]] = {}
    listers: dict[str, frozenset[str]] = {}
    for name in users:
        new = about.get(name, set())
        found: dict[str, bool] = {}
        pending = [(name, False)]
        while pending:
            used, behind = pending.pop()
            for concluded, sought in users.get(used, {}).items():
                # What is sought may be the new record, if it is of its kind: a record of another kind is not.
                listed = behind or any(kind in new or kind not in records for kind in sought)
                if listed > found.get(concluded, -1):
                    found[concluded] = listed
                    pending.append((concluded, listed))
        every[name] = frozenset((name, *found))
        listers[name] = frozenset(concluded for concluded, listed in found.items() if listed)
    cells: dict[Cell, set[str]] = {}
    for rule in program.rules:
        for cell in cells_read(relations, rule.body, rule.value, *rule.exemptions):
            cells.setdefault(cell, set()).update(every[rule.head.relation])
    return Dependents(every, listers, frozenset(named), {cell: frozenset(found) for cell, found in cells.items()})


def cells_read(relations: Mapping[str, Relation], *roots: Condition | Expression | None) -> Iterator[Cell]:
    """The columns of records that conditions and expressions read, by relation and column."""
    for part in nodes(*roots):
        if isinstance(part, ValueOf) and relations[part.relation].record:
            yield part.relation, part.column
        elif isinstance(part, Before):
            relation = relations[part.relation]
            assert relation.time is not None
            yield part.relation, relation.columns[relation.time].name


def nodes(*roots: Condition | Expression | None) -> Iterator[Condition | Expression]:
    """Every condition and expression in some."""
    pending: list[Condition | Expression | None] = [*roots]
    while pending:
        part = pending.pop()
        if part is None:
            continue
        yield part
        match part:
            case Atom() | ValueOf() | Apply():
                pending += part.arguments
            case Compare():
                pending += (part.left, part.right)
            case Exists():
                pending.append(part.expression)
            case Before():
                pending += (part.earlier, part.later)
            case On():
                pending += (*part.arguments, part.first, part.last)
            case Not() | Some():
                pending.append(part.condition)
            case And() | Or():
                pending += part.conditions
            case Aggregate():
                pending += (part.where, part.of)


def _reads(rule: Rule, named: set[Value]) -> Iterator[tuple[str, frozenset[str]]]:  # noqa: C901 - a case for each node
    """The relations that a rule uses, and the kinds of things not in its head for which it may run through them."""
    given = {argument.name for argument in rule.head.arguments if isinstance(argument, Variable)}
    pending: list[Condition | Expression] = [rule.body, *rule.exemptions]
    if rule.value is not None:
        pending.append(rule.value)
    uses: list[tuple[str, tuple[Expression, ...]]] = []
    variables: dict[str, Variable] = {}
    while pending:
        part = pending.pop()
        match part:
            case Variable():
                variables[part.name] = part
            case Constant():
                named.add(part.value)
            case Atom() | ValueOf():
                uses.append((part.relation, part.arguments))
                pending += part.arguments
            case Compare():
                pending += (part.left, part.right)
            case And() | Or():
                pending += part.conditions
            case Apply():
                pending += part.arguments
            case Not() | Some():
                pending.append(part.condition)
            case Exists():
                pending.append(part.expression)
            case On():
                uses.append((part.relation, part.arguments))
                pending += (*part.arguments, part.first, part.last)
            case Before():
                uses.append((part.relation, (part.earlier, part.later)))
                pending += (part.earlier, part.later)
            case Aggregate():
                pending += (part.where,) if part.of is None else (part.where, part.of)
        if isinstance(part, (Some, Aggregate)):
            given.difference_update(variable.name for variable in part.variables)
    for relation, arguments in uses:
        things = (thing for each in arguments for thing in _things(each))
        yield relation, frozenset(thing.type.name for thing in things if thing.name not in given)
    for variable in variables.values():  # where no condition lists them, the things of its type are tried
        if variable.name not in given:
            yield variable.type.name, frozenset((variable.type.name,))


def _things(expression: Expression) -> Iterator[Variable]:
    """The variables of an argument that may be something new, or that it is of: no day, number or total is."""
    match expression:
        case Variable(type=type):
            if type.kind is Kind.SYMBOL and not type.members:
                yield expression
        case ValueOf():
            for argument in expression.arguments:
                yield from _things(argument)


def cycles_through_negation(program: Program, known: Edges | None = None) -> tuple[Cycle, ...]:
    """For each edge that is not positive and lies on a circle: the shortest such circle, each set of edges once."""
    every = edges(program) if known is None else known
    group_of = {name: group for group in _groups(program, every) for name in group}
    inner = [edge for edge in every if group_of[edge.concluded] == group_of[edge.used]]
    found: dict[frozenset[Edge], Cycle] = {}
    for edge in inner:
        if edge.use is not Use.POSITIVE:
            back = _way(inner, edge.used, edge.concluded)
            if back is not None:
                cycle = Cycle((edge, *back))
                found.setdefault(frozenset(cycle.edges), cycle)
    return tuple(found.values())


def priority_cycles(program: Program) -> tuple[PriorityCycle, ...]:
    """The first circle of priorities, if any: who would win is then not said."""
    weaker: dict[str, dict[str, Priority]] = {}
    for priority in program.priorities:
        weaker.setdefault(priority.stronger, {}).setdefault(priority.weaker, priority)
    circle = _circle({name: tuple(each) for name, each in weaker.items()})
    if circle is None:
        return ()
    # The sorter names each rule after the one that it is stronger than, and the first again at the end.
    return (PriorityCycle(tuple(weaker[strong][weak] for strong, weak in pairwise(reversed(circle)))),)


def _used(program: Program, every: Edges) -> dict[str, tuple[str, ...]]:
    """What each relation rests on directly; every relation has an entry."""
    result: dict[str, dict[str, None]] = {relation.name: {} for relation in program.relations}
    for edge in every:
        result.setdefault(edge.concluded, {}).setdefault(edge.used)
        result.setdefault(edge.used, {})
    return {name: tuple(each) for name, each in result.items()}


def _circle(graph: dict[str, tuple[str, ...]]) -> list[str] | None:
    """Names of which each is in the graph under the next, the first again at the end; none if there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return None


def _groups(program: Program, every: Edges) -> list[tuple[str, ...]]:
    """The strongly connected components, in the order of their first relations."""
    used = _used(program, every)
    if _circle({name: tuple(other for other in each if other != name) for name, each in used.items()}) is None:
        return [(name,) for name in used]
    # Few programs go round in a circle, and importing networkx takes longer than checking a program.
    from networkx import strongly_connected_components

    place = {name: number for number, name in enumerate(used)}
    components = (sorted(group, key=place.__getitem__) for group in strongly_connected_components(graph(program)))
    return [tuple(group) for group in sorted(components, key=lambda group: place[group[0]])]


def _way(among: list[Edge], start: str, end: str) -> tuple[Edge, ...] | None:
    """The shortest way along edges, the earliest rules first; nothing if it is no way at all."""
    ways: dict[str, tuple[Edge, ...]] = {start: ()}
    level = [start]
    while end not in ways and level:
        reached: list[str] = []
        for name in level:
            for edge in among:
                if edge.concluded == name and edge.used not in ways:
                    ways[edge.used] = (*ways[name], edge)
                    reached.append(edge.used)
        level = reached
    return ways.get(end)


# ------------------------------------------------------------------- as graph


def graph(program: Program, roots: tuple[str, ...] = ()) -> networkx.MultiDiGraph[str]:
    """The graph for other tools, its edges keyed by number with the `Edge` as data; of ``roots``: what they rest on."""
    from networkx import MultiDiGraph

    within = frozenset().union(*(dependencies(program, root) for root in roots)) if roots else None
    every = edges(program)
    result: networkx.MultiDiGraph[str] = MultiDiGraph()
    result.add_nodes_from(name for name in _used(program, every) if within is None or name in within)
    for edge in every:
        if within is None or edge.concluded in within:
            result.add_edge(edge.concluded, edge.used, edge=edge)
    return result


_STYLE = {Use.POSITIVE: "solid", Use.NEGATIVE: "dashed", Use.AGGREGATE: "bold", Use.PRIORITY: "dotted"}


def to_dot(program: Program, roots: tuple[str, ...] = ()) -> str:
    """The graph in the DOT language; of ``roots``: what they rest on."""
    drawn = graph(program, roots)
    lines = ["digraph program {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {_quoted(name)};" for name in drawn]
    edge: Edge
    for concluded, used, edge in drawn.edges(data="edge"):
        label = f"{edge.use.value}: {edge.rule}"
        lines.append(f"  {_quoted(concluded)} -> {_quoted(used)} [style={_STYLE[edge.use]}, label={_quoted(label)}];")
    return "\n".join((*lines, "}")) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
