"""Rules to closures: every condition, expression and search of a program, compiled once.

A compiled condition is called with the evaluation and the bindings (a list, one place for each variable of the
rule's `Scope`) and gives a proof step; a compiled expression gives a value and adds what it rests on to
``notes``. A *search* finds the bindings of variables for which a conjunction holds: its conditions are
ordered once, those that can bind a variable before those that need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import RLock
from typing import TYPE_CHECKING, Any

from attrs import frozen

from engine.decision import FALSE, TRUE, Truth
from engine.fold import distinct
from engine.grouped import Gather, Grouped, grouped
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Expression,
    Not,
    On,
    Or,
    Origin,
    Relation,
    Rule,
    Some,
    ValueOf,
    Variable,
)
from engine.order import comes_before
from engine.parted import Parted, Which, reads
from engine.proof import (
    AllStep,
    AnyStep,
    Compared,
    Existence,
    Negation,
    Ordered,
    OverTime,
    Scope,
    SomeStep,
    Step,
    Witness,
)
from engine.reckon import HOLDS, apply, compare
from engine.search import (
    Bindings,
    Compute,
    Findings,
    Generator,
    Notes,
    Planner,
    ProgramError,
    Search,
    Test,
    conjuncts,
    place_in,
    variables_of,
)
from engine.signature import type_of
from engine.spans import ENDED, ended, over_time
from engine.unknowns import NONE, Cases
from engine.values import NUMBER, PLAIN, Calendar

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


# --------------------------------------------------------------------- rules


@frozen(eq=False)
class CompiledRule:
    """A rule ready to be tried for given head arguments.

    ``search`` is there where the rule's value depends on what its condition finds, so that each witness (values
    for the places ``found``) is an attempt of its own. ``is_simple``: the head's places are its variables in
    order, so that the arguments are the first bindings; ``rest`` are the others, not yet bound.
    """

    rule: Rule
    scope: Scope
    head: tuple[tuple[int, Any], ...]  # (place, None) for a variable, (-1, constant)
    body: Test
    exemptions: tuple[Test, ...]
    value: Compute | None
    search: Search | None
    found: tuple[int, ...]
    is_simple: bool
    rest: tuple[None, ...]


class Compiler:
    """Compiles the rules of a program; ``relations`` by name."""

    def __init__(self, relations: dict[str, Relation], rules: Iterable[Rule], calendar: Calendar) -> None:
        self.relations = relations
        self.calendar = calendar
        self.rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self.rules.setdefault(rule.head.relation, []).append(rule)
        self._compiled: dict[str, tuple[CompiledRule, ...]] = {}
        self._generators: dict[tuple[str, tuple[bool, ...]], tuple[Generator, ...]] = {}
        self._generating: set[tuple[str, tuple[bool, ...]]] = set()
        self._tests: dict[tuple[int, tuple[str, ...]], tuple[Condition, Test, Scope]] = {}
        self._lock = RLock()

    def rules_for(self, relation: str) -> tuple[CompiledRule, ...]:
        """The compiled rules that conclude about a relation, in their order."""
        known = self._compiled.get(relation)
        if known is None:
            known = tuple(self._rule(number, rule) for number, rule in enumerate(self.rules.get(relation, ())))
            self._compiled[relation] = known
        return known

    def generators_for(self, relation: str, mask: tuple[bool, ...]) -> tuple[Generator, ...]:
        """Searches for the keys a concluded relation may hold for, where those of the mask are bound."""
        key = (relation, mask)
        known = self._generators.get(key)
        if known is not None:
            return known
        with self._lock:  # what another thread is making is waited for, never taken half made
            if key in self._generating:
                return ()  # a recursive rule asks for itself, to have it ready
            self._generating.add(key)
            try:
                rules = enumerate(self.rules.get(relation, ()))
                known = tuple(self._generator(number, rule, mask) for number, rule in rules if rule.positive)
            finally:
                self._generating.discard(key)
            return self._generators.setdefault(key, known)

    # --------------------------------------------------------------- rules

    def _rule(self, number: int, rule: Rule) -> CompiledRule:
        scope = Scope(f"{rule.head.relation} {number}")
        head: list[tuple[int, Any]] = []
        bound: set[str] = set()
        for argument in rule.head.arguments:
            if isinstance(argument, Variable):
                head.append((place_in(scope, argument.name), None))
                bound.add(argument.name)
            elif isinstance(argument, Constant):
                head.append((-1, argument.value))
            else:
                raise ProgramError("a conclusion's places hold variables or constants", rule.origin)
        inner = [v for v in variables_of(rule.body).values() if v.name not in bound]
        in_value = set(variables_of(rule.value)) - bound
        search: Search | None = None
        if inner and in_value:
            search = self._search(tuple(inner), rule.body, scope, frozenset(bound), rule.origin)
            body: Test = _nothing
            all_bound = frozenset(bound | {v.name for v in inner})
        else:
            condition: Condition = Some(tuple(inner), rule.body, rule.origin) if inner else rule.body
            body = self.test(condition, scope, frozenset(bound), rule.origin)
            all_bound = frozenset(bound)
        value = None if rule.value is None else self.compute(rule.value, scope, all_bound, rule.origin)
        exemptions = tuple(self.test(atom, scope, frozenset(bound), rule.origin) for atom in rule.exemptions)
        found = tuple(scope.names.index(v.name) for v in inner) if search is not None else ()
        simple = [place for place, _ in head] == list(range(len(head)))
        rest = (None,) * (len(scope.names) - len(head)) if simple else ()
        return CompiledRule(rule, scope, tuple(head), body, exemptions, value, search, found, simple, rest)

    def _generator(self, number: int, rule: Rule, mask: tuple[bool, ...]) -> Generator:
        given = "".join("+" if each else "-" for each in mask)
        scope = Scope(f"{rule.head.relation} {number} {given}")
        bound = {
            argument.name
            for argument, given in zip(rule.head.arguments, mask, strict=True)
            if given and isinstance(argument, Variable)
        }
        places = tuple(
            (place_in(scope, argument.name), None) if isinstance(argument, Variable) else (-1, _constant(argument))
            for argument in rule.head.arguments
        )
        for name in sorted(bound):
            place_in(scope, name)
        wanted = {v.name: v for v in rule.head.arguments if isinstance(v, Variable) and v.name not in bound}
        inner = {**variables_of(rule.body), **wanted}
        free = tuple(v for v in inner.values() if v.name not in bound)
        body = And((rule.body, *self._memberships(wanted.values())))
        search = self._search(free, body, scope, frozenset(bound), rule.origin)
        return Generator(places, scope, search, tuple(scope.names.index(v.name) for v in free))

    def _memberships(self, variables: Iterable[Variable]) -> Iterator[Atom]:
        """That variables are among the things of their types, where a relation named so lists them."""
        for variable in variables:
            relation = self.relations.get(variable.type.name)
            if relation is not None and relation.keys == 1 and relation.columns[0].type == variable.type:
                yield Atom(relation.name, (variable,))

    # ---------------------------------------------------------- conditions

    def kept_test(self, condition: Condition, bound: tuple[str, ...]) -> tuple[Test, Scope]:
        """A condition that is asked again and again, compiled once; the first places are those of ``bound``."""
        kept = self._tests.get((id(condition), bound))
        if kept is None:
            if len(self._tests) > _MOST_KEPT:
                self._tests = {}
            scope = Scope("", bound)
            kept = condition, self.test(condition, scope, frozenset(bound), Origin()), scope
            self._tests[id(condition), bound] = kept
        _, test, scope = kept
        return test, scope

    def test(self, condition: Condition, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        """A condition all of whose free variables are bound."""
        match condition:
            case Atom():
                return self._atom(condition, scope, bound, origin)
            case Compare():
                return self._compare(condition, scope, bound, origin)
            case Exists():
                return self._existence(condition, scope, bound, origin)
            case Before():
                return self._before(condition, scope, bound, origin)
            case Not():
                part = self.test(condition.condition, scope, bound, origin)
                return lambda e, env: _negate(e, condition, part(e, env))
            case And():
                return self._and(condition, scope, bound, origin)
            case Or():
                return self._or(condition, scope, bound, origin)
            case Some():
                return self._some(condition, scope, bound, origin)
            case On():
                return self._on(condition, scope, bound, origin)

    def _atom(self, atom: Atom, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        relation = self.relation(atom.relation, origin)
        name = relation.name
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in atom.arguments)
        places = tuple(
            scope.names.index(argument.name) if isinstance(argument, Variable) else -1 for argument in atom.arguments
        )
        if all(place >= 0 for place in places):
            if len(places) == 1:
                (only,) = places
                return lambda e, env: e.statements.get((name, (env[only],))) or e.statement(relation, (env[only],))
            return lambda e, env: e.statement(relation, tuple([env[place] for place in places]))

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            arguments = tuple([compute(e, env, notes) for compute in computes])
            step = e.statement(relation, arguments)
            return AllStep(step.truth, (*notes, step)) if notes else step

        return run

    def _compare(self, condition: Compare, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        left = self.compute(condition.left, scope, bound, origin)
        right = self.compute(condition.right, scope, bound, origin)
        comparison = condition.comparison
        holds = HOLDS[comparison]

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            one = left(e, env, notes)
            other = right(e, env, notes)
            if type(one) in PLAIN and type(other) in PLAIN:
                truth = TRUE if holds(one, other) else FALSE
            else:
                truth = compare(comparison, one, other, e.decisions)
                if not truth.is_open and not _alike(comparison, one, other, truth, e):
                    e.cancellations.cases(one, other)
            return Compared(truth, condition, scope, tuple(env), one, other, tuple(notes))

        return run

    def _existence(self, condition: Exists, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        compute = self.compute(condition.expression, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            value = compute(e, env, notes)
            if type(value) is Cases:
                truth = e.decisions.any(under for under, scalar in value.alternatives if scalar is not NONE)
            else:
                truth = FALSE if value is NONE else TRUE
            return Existence(truth, condition, scope, tuple(env), value, tuple(notes))

        return run

    def _before(self, condition: Before, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        relation = self.relation(condition.relation, origin)
        if relation.time is None:
            raise ProgramError(f"{relation.name} has no date to order it by", origin)
        earlier = self.compute(condition.earlier, scope, bound, origin)
        later = self.compute(condition.later, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            one = earlier(e, env, notes)
            other = later(e, env, notes)
            truth, dates = comes_before(e, relation, one, other, notes)
            return Ordered(truth, condition, one, other, dates, tuple(notes))

        return run

    def _and(self, condition: And, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        tests = tuple(self.test(part, scope, bound, origin) for part in conjuncts(condition))
        if not tests:
            return _nothing

        def run(e: Evaluation, env: Bindings) -> Step:
            parts = []
            truth = TRUE
            for test in tests:
                part = test(e, env)
                if part.truth is FALSE:
                    return AllStep(FALSE, (part,))
                parts.append(part)
                if part.truth is not TRUE:
                    truth = e.decisions.both(truth, part.truth)
            if truth is FALSE:
                e.cancellations.parts(parts)
            return AllStep(truth, tuple(parts))

        return run

    def _or(self, condition: Or, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        tests = tuple(self.test(part, scope, bound, origin) for part in condition.conditions)

        def run(e: Evaluation, env: Bindings) -> Step:
            parts = []
            truth = FALSE
            for test in tests:
                part = test(e, env)
                if part.truth is TRUE:
                    return AnyStep(TRUE, (part,))
                parts.append(part)
                if part.truth is not FALSE:
                    truth = e.decisions.either(truth, part.truth)
            if truth is TRUE:
                e.cancellations.parts(parts)
            return AnyStep(truth, tuple(parts))

        return run

    def _some(self, condition: Some, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        search = self._search(condition.variables, condition.condition, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            findings = Findings(all=False)
            search(e, env, TRUE, (), findings)
            if findings.done:
                return SomeStep(TRUE, condition, (findings.found[-1],), (), scope, ())
            truth = e.decisions.any(witness.truth for witness in findings.found)
            if truth is TRUE:
                e.cancellations.parts(findings.found)
            found, failed = tuple(findings.found), tuple(findings.failed)
            return SomeStep(truth, condition, found, failed, scope, tuple(env))

        return run

    def _on(self, condition: On, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        relation = self.relation(condition.relation, origin)
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in condition.arguments)
        first = self.compute(condition.first, scope, bound, origin)
        last = self.compute(condition.last, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            arguments = tuple([compute(e, env, notes) for compute in computes])
            one = first(e, env, notes)
            other = last(e, env, notes)
            truth, rows = over_time(e, relation, arguments, one, other, condition.throughout)
            return OverTime(truth, condition, arguments, one, other, rows, tuple(notes))

        return run

    def relation(self, name: str, origin: Origin) -> Relation:
        relation = self.relations.get(name)
        if relation is None:
            raise ProgramError(f"there is no relation {name!r}", origin)
        return relation

    # --------------------------------------------------------- expressions

    def compute(self, expression: Expression, scope: Scope, bound: frozenset[str], origin: Origin) -> Compute:
        """An expression all of whose free variables are bound."""
        match expression:
            case Variable():
                if expression.name not in bound:
                    raise ProgramError(f"nothing gives {expression.name} a value", origin)
                place = place_in(scope, expression.name)
                return lambda e, env, notes: env[place]
            case Constant():
                value = expression.value
                return lambda e, env, notes: value
            case ValueOf():
                return self._value_of(expression, scope, bound, origin)
            case Apply():
                return self._apply(expression, scope, bound, origin)
            case Aggregate():
                return self._aggregate(expression, scope, bound, origin)

    def _value_of(self, expression: ValueOf, scope: Scope, bound: frozenset[str], origin: Origin) -> Compute:
        relation = self.relation(expression.relation, origin)
        if relation.span and expression.column == ENDED:
            return self._ended(relation, expression, scope, bound, origin)
        column = next((i for i, c in enumerate(relation.columns) if c.name == expression.column), None)
        if column is None or column < relation.keys:
            raise ProgramError(f"{relation.name} has no value {expression.column!r}", origin)
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in expression.arguments)
        if len(computes) == 1 and isinstance(expression.arguments[0], Variable):
            place = place_in(scope, expression.arguments[0].name)
            name = relation.name

            def look_up(e: Evaluation, env: Bindings, notes: Notes) -> Any:
                arguments = (env[place],)
                quantity = e.quantities.get((name, arguments, column)) or e.quantity(relation, arguments, column)
                notes.append(quantity)
                return quantity.value

            return look_up

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            arguments = tuple([compute(e, env, notes) for compute in computes])
            quantity = e.quantity(relation, arguments, column)
            notes.append(quantity)
            return quantity.value

        return run

    def _ended(
        self, relation: Relation, expression: ValueOf, scope: Scope, bound: frozenset[str], origin: Origin
    ) -> Compute:
        """The day on which a span statement ended."""
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in expression.arguments)

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            quantity = ended(e, relation, tuple([compute(e, env, notes) for compute in computes]))
            notes.append(quantity)
            return quantity.value

        return run

    def _apply(self, expression: Apply, scope: Scope, bound: frozenset[str], origin: Origin) -> Compute:
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in expression.arguments)
        calendar = self.calendar
        result = type_of(expression, self.relations)
        operation = expression.operation

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            return apply(operation, [compute(e, env, notes) for compute in computes], result, calendar, e.decisions)

        return run

    def _aggregate(self, expression: Aggregate, scope: Scope, bound: frozenset[str], origin: Origin) -> Compute:
        search = self._search(expression.variables, expression.where, scope, bound, origin, expression.of)
        inner = bound | {variable.name for variable in expression.variables}
        of = None if expression.of is None else self.compute(expression.of, scope, inner, origin)
        places = tuple(scope.names.index(variable.name) for variable in expression.variables)
        result = NUMBER if expression.of is None else type_of(expression.of, self.relations)
        supposing = f"{scope.search()} supposed"

        def supposed() -> Gather | None:
            """Another search, whose places have names of their own."""
            apart = Scope(supposing)
            apart.names = scope.names
            with self._lock:
                planner = Planner(self, apart, origin, expression.variables[0].name)
                found = planner.plan(expression.variables, expression.where, bound, expression.of)
            return _gathering(found, of, places) if planner.passes else None

        def in_groups(which: Which) -> Grouped | None:
            """The same by groups, if it has a shape for that; its places have names of their own, too."""
            apart = Scope(f"{supposing} in groups")
            apart.names = scope.names
            (variable, *others) = expression.variables
            member = self.relations.get(variable.type.name)
            if others or member is None or not member.record:
                return None
            with self._lock:
                return grouped(self, apart, expression, which, member, bound, result)

        parted = Parted(
            expression,
            reads(expression, self.relations, scope),
            lambda: len(scope.names),
            result,
            self.calendar,
            _gathering(search, of, places),
            supposed,
            in_groups,
        )

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            folded = parted.fold(e, env)
            notes.append(folded)
            return folded.value

        return run

    # ------------------------------------------------------------ searches

    def search(self, variables: tuple[Variable, ...], condition: Condition, scope: Scope) -> Search:
        """A search for all bindings of variables, from nothing bound."""
        return self._search(variables, condition, scope, frozenset(), Origin())

    def _search(
        self,
        variables: tuple[Variable, ...],
        condition: Condition,
        scope: Scope,
        bound: frozenset[str],
        origin: Origin,
        of: Expression | None = None,
    ) -> Search:
        for variable in variables:
            place_in(scope, variable.name)
        return Planner(self, scope, origin).plan(variables, condition, bound, of)


_MOST_KEPT = 256
"""So many conditions are kept compiled."""
_HOLDS_ALWAYS = AllStep(TRUE, ())


def _gathering(search: Search, of: Compute | None, places: tuple[int, ...]) -> Gather:
    """What finds the members of an aggregate, with the value of each (without one: counted)."""

    def gather(e: Evaluation, env: Bindings) -> tuple[tuple[Witness, ...], tuple[Witness, ...]]:
        findings = Findings(all=True)
        search(e, env, TRUE, (), findings)
        members = distinct(findings.found, e.decisions)
        for witness in members:
            if of is None:
                witness.value = 1
                continue
            for place, value in zip(places, witness.values, strict=True):
                env[place] = value
            inside: Notes = []
            witness.value = of(e, env, inside)
            witness.notes = tuple(inside)
        return tuple(members), tuple(findings.failed)

    return gather


def _nothing(e: Evaluation, env: Bindings) -> Step:
    return _HOLDS_ALWAYS


def _alike(comparison: Comparison, one: Any, other: Any, truth: Truth, e: Evaluation) -> bool:
    """Whether the sides compare so whichever of its cases each is."""
    return all(
        compare(comparison, left, right, e.decisions) is truth
        for _, left in (one.alternatives if type(one) is Cases else ((TRUE, one),))
        for _, right in (other.alternatives if type(other) is Cases else ((TRUE, other),))
    )


def _constant(argument: Expression) -> Any:
    return argument.value if isinstance(argument, Constant) else None


def _negate(e: Evaluation, condition: Not, part: Step) -> Step:
    return Negation(e.decisions.negation(part.truth), condition, part)
