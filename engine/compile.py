"""Rules to closures: every condition, expression and search of a program, compiled once.

A compiled condition is called with the evaluation and the bindings (a list, one place for each variable of the
rule's `Scope`) and gives a proof step; a compiled expression gives a value and adds what it rests on to
``notes``. A *search* finds the bindings of variables for which a conjunction holds: its conditions are
ordered once, those that can bind a variable before those that need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from engine.decision import FALSE, TRUE, Truth
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
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.proof import (
    AllStep,
    AnyStep,
    Compared,
    Existence,
    Folded,
    Negation,
    Ordered,
    OverTime,
    Quantity,
    Scope,
    SomeStep,
    Step,
    Witness,
)
from engine.signature import type_of
from engine.unknowns import NONE, Cases, apply, compare, is_symbolic, unrecorded_in
from engine.values import NUMBER, Calendar, Period

if TYPE_CHECKING:
    from engine.evaluate import Evaluation

Bindings = list[Any]
Notes = list[Quantity | Folded]
Test = Callable[["Evaluation", Bindings], Step]
Compute = Callable[["Evaluation", Bindings, Notes], Any]

FREE = None
"""In a pattern of keys: any value."""

_PLAIN = frozenset({int, Fraction, date, Period, str})

_HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.IS: lambda x, y: x == y,
    Comparison.IS_NOT: lambda x, y: x != y,
    Comparison.LESS: lambda x, y: x < y,
    Comparison.AT_MOST: lambda x, y: x <= y,
    Comparison.MORE: lambda x, y: x > y,
    Comparison.AT_LEAST: lambda x, y: x >= y,
}


class ProgramError(Exception):
    """A program that cannot be evaluated; ``origin`` says which rule."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.origin = origin


# ---------------------------------------------------------------- variables


def variables_of(node: Expression | Condition | None) -> dict[str, Variable]:
    """The variables that occur free, in order of first occurrence."""
    found: dict[str, Variable] = {}

    def visit(part: Expression | Condition, hidden: frozenset[str]) -> None:
        match part:
            case Variable():
                if part.name not in hidden:
                    found.setdefault(part.name, part)
            case Constant():
                pass
            case ValueOf() | Apply() | Atom():
                for argument in part.arguments:
                    visit(argument, hidden)
            case Aggregate():
                inner = hidden | {variable.name for variable in part.variables}
                if part.of is not None:
                    visit(part.of, inner)
                visit(part.where, inner)
            case Compare():
                visit(part.left, hidden)
                visit(part.right, hidden)
            case Exists():
                visit(part.expression, hidden)
            case Before():
                visit(part.earlier, hidden)
                visit(part.later, hidden)
            case Not():
                visit(part.condition, hidden)
            case And() | Or():
                for condition in part.conditions:
                    visit(condition, hidden)
            case Some():
                visit(part.condition, hidden | {variable.name for variable in part.variables})
            case On():
                for argument in (*part.arguments, part.first, part.last):
                    visit(argument, hidden)

    if node is not None:
        visit(node, frozenset())
    return found


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """The conditions that must all hold, nested conjunctions opened."""
    if isinstance(condition, And):
        for part in condition.conditions:
            yield from conjuncts(part)
    else:
        yield condition


# ------------------------------------------------------------------ searches


@define
class Findings:
    """What a search has found: witnesses, and candidates with what failed."""

    all: bool
    found: list[Witness] = field(factory=list)
    failed: list[Witness] = field(factory=list)
    done: bool = False


Search = Callable[["Evaluation", Bindings, Truth, tuple[Step, ...], Findings], None]


@frozen(eq=False)
class CompiledRule:
    """A rule ready to be tried for given head arguments.

    ``search`` is there where the rule's value depends on what its condition finds, so that each witness (values
    for the places ``found``) is an attempt of its own.
    """

    rule: Rule
    scope: Scope
    head: tuple[tuple[int, Any], ...]  # (place, None) for a variable, (-1, constant)
    body: Test
    exemptions: tuple[Test, ...]
    value: Compute | None
    search: Search | None
    found: tuple[int, ...]


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
        self._occurrences = 0

    def rules_for(self, relation: str) -> tuple[CompiledRule, ...]:
        """The compiled rules that conclude about a relation, in their order."""
        known = self._compiled.get(relation)
        if known is None:
            known = tuple(self._rule(rule) for rule in self.rules.get(relation, ()))
            self._compiled[relation] = known
        return known

    def generators_for(self, relation: str, mask: tuple[bool, ...]) -> tuple[Generator, ...]:
        """Searches for the keys a concluded relation may hold for, where those of the mask are bound."""
        key = (relation, mask)
        known = self._generators.get(key)
        if known is None:
            self._generators[key] = ()  # a recursive rule asks for itself
            known = tuple(
                self._generator(rule, mask) for rule in self.rules.get(relation, ()) if rule.positive
            )
            self._generators[key] = known
        return known

    # --------------------------------------------------------------- rules

    def _rule(self, rule: Rule) -> CompiledRule:
        scope = Scope()
        head: list[tuple[int, Any]] = []
        bound: set[str] = set()
        for argument in rule.head.arguments:
            if isinstance(argument, Variable):
                head.append((self._place(scope, argument.name), None))
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
        return CompiledRule(rule, scope, tuple(head), body, exemptions, value, search, found)

    def _generator(self, rule: Rule, mask: tuple[bool, ...]) -> Generator:
        scope = Scope()
        bound = {
            argument.name
            for argument, given in zip(rule.head.arguments, mask, strict=True)
            if given and isinstance(argument, Variable)
        }
        places = tuple(
            (self._place(scope, argument.name), None) if isinstance(argument, Variable) else (-1, _constant(argument))
            for argument in rule.head.arguments
        )
        for name in sorted(bound):
            self._place(scope, name)
        wanted = {v.name: v for v in rule.head.arguments if isinstance(v, Variable) and v.name not in bound}
        inner = {**variables_of(rule.body), **wanted}
        free = tuple(v for v in inner.values() if v.name not in bound)
        search = self._search(free, rule.body, scope, frozenset(bound), rule.origin)
        return Generator(places, scope, search, tuple(scope.names.index(v.name) for v in free))

    @staticmethod
    def _place(scope: Scope, name: str) -> int:
        if name not in scope.names:
            scope.names.append(name)
        return scope.names.index(name)

    # ---------------------------------------------------------- conditions

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
        relation = self._relation(atom.relation, origin)
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in atom.arguments)
        places = tuple(
            scope.names.index(argument.name) if isinstance(argument, Variable) else -1 for argument in atom.arguments
        )
        if all(place >= 0 for place in places):
            if len(places) == 1:
                (only,) = places
                return lambda e, env: e.statement(relation, (env[only],))
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
        holds = _HOLDS[comparison]

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            one = left(e, env, notes)
            other = right(e, env, notes)
            if type(one) in _PLAIN and type(other) in _PLAIN:
                truth = TRUE if holds(one, other) else FALSE
            else:
                truth = compare(comparison, one, other, e.decisions)
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
        relation = self._relation(condition.relation, origin)
        if relation.time is None:
            raise ProgramError(f"{relation.name} has no date to order it by", origin)
        earlier = self.compute(condition.earlier, scope, bound, origin)
        later = self.compute(condition.later, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            one = earlier(e, env, notes)
            other = later(e, env, notes)
            truth, dates = e.comes_before(relation, one, other, notes)
            return Ordered(truth, condition, one, other, dates, tuple(notes))

        return run

    def _and(self, condition: And, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        tests = tuple(self.test(part, scope, bound, origin) for part in conjuncts(condition))

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
                e.cancelled(parts)
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
                e.cancelled(parts)
            return AnyStep(truth, tuple(parts))

        return run

    def _some(self, condition: Some, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        search = self._search(condition.variables, condition.condition, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            findings = Findings(all=False)
            search(e, env, TRUE, (), findings)
            if findings.done:
                return SomeStep(TRUE, condition, (findings.found[-1],), ())
            truth = e.decisions.any(witness.truth for witness in findings.found)
            if truth is TRUE:
                e.cancelled(findings.found)
            return SomeStep(truth, condition, tuple(findings.found), tuple(findings.failed))

        return run

    def _on(self, condition: On, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        relation = self._relation(condition.relation, origin)
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in condition.arguments)
        first = self.compute(condition.first, scope, bound, origin)
        last = self.compute(condition.last, scope, bound, origin)

        def run(e: Evaluation, env: Bindings) -> Step:
            notes: Notes = []
            arguments = tuple([compute(e, env, notes) for compute in computes])
            one = first(e, env, notes)
            other = last(e, env, notes)
            truth, rows = e.over_time(relation, arguments, one, other, condition.throughout)
            return OverTime(truth, condition, arguments, one, other, rows, tuple(notes))

        return run

    def _relation(self, name: str, origin: Origin) -> Relation:
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
                place = self._place(scope, expression.name)
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
        relation = self._relation(expression.relation, origin)
        column = next((i for i, c in enumerate(relation.columns) if c.name == expression.column), None)
        if column is None or column < relation.keys:
            raise ProgramError(f"{relation.name} has no value {expression.column!r}", origin)
        computes = tuple(self.compute(argument, scope, bound, origin) for argument in expression.arguments)

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            arguments = tuple([compute(e, env, notes) for compute in computes])
            quantity = e.quantity(relation, arguments, column)
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
        search = self._search(expression.variables, expression.where, scope, bound, origin)
        inner = bound | {variable.name for variable in expression.variables}
        of = None if expression.of is None else self.compute(expression.of, scope, inner, origin)
        places = tuple(scope.names.index(variable.name) for variable in expression.variables)
        result = NUMBER if expression.of is None else type_of(expression.of, self.relations)
        fold = expression.fold

        def run(e: Evaluation, env: Bindings, notes: Notes) -> Any:
            findings = Findings(all=True)
            search(e, env, TRUE, (), findings)
            members = e.distinct(findings.found)
            for witness in members:
                if of is not None:
                    for place, value in zip(places, witness.values, strict=True):
                        env[place] = value
                    inside: Notes = []
                    witness.value = of(e, env, inside)
                    witness.notes = tuple(inside)
                else:
                    witness.value = 1
            value = e.fold(fold, members, result, expression)
            notes.append(Folded(value, expression, tuple(members), tuple(findings.failed)))
            return value

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
    ) -> Search:
        for variable in variables:
            self._place(scope, variable.name)
        places = tuple(scope.names.index(variable.name) for variable in variables)
        remaining = list(conjuncts(condition))
        known = set(bound)
        steps: list[Callable[[Search], Search]] = []
        while remaining:
            ready = next((part for part in remaining if _bound(part, known)), None)
            if ready is not None:
                remaining.remove(ready)
                steps.append(_filter(self.test(ready, scope, frozenset(known), origin), places))
                continue
            choice = self._cheapest(remaining, known)
            if choice is None:
                names = ", ".join(v.name for v in variables if v.name not in known)
                raise ProgramError(f"nothing gives {names} a value", origin)
            steps.append(self._binder(choice, remaining, scope, frozenset(known), origin))
            bound_now = {v.name for v in _binds(choice, known)}
            if isinstance(choice, Compare) and _equality(choice, known) is not None:
                remaining.remove(choice)  # binding uses the equality up
            known |= bound_now
        missing = [v.name for v in variables if v.name not in known]
        if missing:
            raise ProgramError(f"nothing gives {', '.join(missing)} a value", origin)

        def arrive(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            values = tuple([env[place] for place in places])
            unrecorded = any(unrecorded_in(value) is not None for value in values)
            if unrecorded:
                truth = e.may_be(truth, values)
                if truth is FALSE:
                    findings.failed.append(Witness(values, FALSE, trail))
                    return
            findings.found.append(Witness(values, truth, trail, None, (), unrecorded))
            if truth is TRUE and not findings.all:
                findings.done = True

        search: Search = arrive
        for step in reversed(steps):
            search = step(search)
        return search

    def _cheapest(self, remaining: list[Condition], known: set[str]) -> Condition | None:
        best: tuple[int, int] | None = None
        chosen: Condition | None = None
        for number, part in enumerate(remaining):
            cost = self._cost(part, remaining, known)
            if cost is not None and (best is None or (cost, number) < best):
                best, chosen = (cost, number), part
        return chosen

    def _cost(self, part: Condition, remaining: list[Condition], known: set[str]) -> int | None:
        """How good a condition is at binding variables: less is better, None is not at all."""
        if isinstance(part, Compare) and _equality(part, known) is not None:
            return 0
        source = _source(part, known)
        if source is None:
            return None
        relation = self.relations.get(source[0])
        if relation is None or not all(
            isinstance(argument, Variable) or not (set(variables_of(argument)) - known) for argument in source[1]
        ):
            return None
        some_bound = any(not (set(variables_of(argument)) - known) for argument in source[1])
        if relation.record:
            return 1 if some_bound or _hint(source[1], relation, remaining, known) is not None else 3
        if relation.silence is Silence.FALSE:
            return 2 if some_bound else 4
        return 6 if relation.silence is Silence.CONCLUDED else 8

    def _binder(
        self,
        choice: Condition,
        remaining: list[Condition],
        scope: Scope,
        known: frozenset[str],
        origin: Origin,
    ) -> Callable[[Search], Search]:
        equality = _equality(choice, set(known)) if isinstance(choice, Compare) else None
        if isinstance(choice, Compare) and equality is not None:
            variable, expression = equality
            place = self._place(scope, variable.name)
            return _assign(choice, scope, place, self.compute(expression, scope, known, origin))
        source = _source(choice, set(known))
        assert source is not None
        name, arguments = source
        relation = self._relation(name, origin)
        arguments = arguments[: relation.keys]
        pattern: list[Compute | None] = []
        free: list[tuple[int, int]] = []
        for number, argument in enumerate(arguments):
            if isinstance(argument, Variable) and argument.name not in known:
                pattern.append(None)
                free.append((number, self._place(scope, argument.name)))
            else:
                pattern.append(self.compute(argument, scope, known, origin))
        if relation.silence is Silence.CONCLUDED and not relation.record:
            self.generators_for(relation.name, tuple(compute is not None for compute in pattern))
        hint = _hint(arguments, relation, remaining, set(known))
        column, sought = (-1, None) if hint is None else (hint[0], self.compute(hint[1], scope, known, origin))
        self._occurrences += 1
        return _enumerate(relation, tuple(pattern), tuple(free), column, sought, self._occurrences)


@frozen(eq=False)
class Generator:
    """A search for the keys that one rule could conclude about."""

    places: tuple[tuple[int, Any], ...]
    scope: Scope
    search: Search
    found: tuple[int, ...]


def _nothing(e: Evaluation, env: Bindings) -> Step:
    return AllStep(TRUE, ())


def _constant(argument: Expression) -> Any:
    return argument.value if isinstance(argument, Constant) else None


def _negate(e: Evaluation, condition: Not, part: Step) -> Step:
    return Negation(e.decisions.negation(part.truth), condition, part)


def _bound(part: Condition, known: set[str]) -> bool:
    return all(name in known for name in variables_of(part))


def _source(part: Condition, known: set[str]) -> tuple[str, tuple[Expression, ...]] | None:
    """The relation whose keys a condition can run through to bind a variable, with their expressions."""
    places: list[Expression | Atom]
    match part:
        case Atom():
            places = [part]
        case Exists():
            places = [part.expression]
        case Compare():
            places = [part.left, part.right]
        case _:
            return None
    for place in places:
        if isinstance(place, (Atom, ValueOf)) and any(
            isinstance(argument, Variable) and argument.name not in known for argument in place.arguments
        ):
            return place.relation, place.arguments
    return None


def _binds(part: Condition, known: set[str]) -> list[Variable]:
    if isinstance(part, Compare) and (equality := _equality(part, known)) is not None:
        return [equality[0]]
    source = _source(part, known)
    return [] if source is None else [a for a in source[1] if isinstance(a, Variable) and a.name not in known]


def _equality(part: Compare, known: set[str]) -> tuple[Variable, Expression] | None:
    """``variable = expression`` where only the variable is unknown."""
    if part.comparison is not Comparison.IS:
        return None
    for variable, expression in ((part.left, part.right), (part.right, part.left)):
        if isinstance(variable, Variable) and variable.name not in known and not set(variables_of(expression)) - known:
            return variable, expression
    return None


def _hint(
    arguments: tuple[Expression, ...], relation: Relation, remaining: list[Condition], known: set[str]
) -> tuple[int, Expression] | None:
    """An attribute of the record being sought that must equal something known: (column, that)."""
    if not relation.record or not isinstance(arguments[0], Variable):
        return None
    record = arguments[0]
    for part in remaining:
        if not isinstance(part, Compare) or part.comparison is not Comparison.IS:
            continue
        for side, other in ((part.left, part.right), (part.right, part.left)):
            if isinstance(side, ValueOf) and side.arguments == (record,) and side.relation == relation.name:
                if not set(variables_of(other)) - known:
                    column = next((i for i, c in enumerate(relation.columns) if c.name == side.column), None)
                    if column is not None:
                        return column, other
    return None


def _filter(test: Test, places: tuple[int, ...]) -> Callable[[Search], Search]:
    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            step = test(e, env)
            joint = step.truth if truth is TRUE else e.decisions.both(truth, step.truth)
            if joint is FALSE:
                parts = (step,) if step.truth is FALSE else (*trail, step)
                if step.truth is not FALSE:
                    e.cancelled(parts)
                values = tuple([env[place] for place in places])
                findings.failed.append(Witness(values, FALSE, parts))
                return
            rest(e, env, joint, (*trail, step), findings)

        return run

    return then


def _assign(choice: Compare, scope: Scope, place: int, compute: Compute) -> Callable[[Search], Search]:
    """Bind a variable to the value of an expression, in each of its cases."""

    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            notes: Notes = []
            value = compute(e, env, notes)
            alternatives = value.alternatives if type(value) is Cases else ((TRUE, value),)
            for under, scalar in alternatives:
                env[place] = scalar
                joint = FALSE if scalar is NONE else e.decisions.both(truth, under)
                step = Compared(
                    FALSE if scalar is NONE else under, choice, scope, tuple(env), scalar, value, tuple(notes)
                )
                if joint is FALSE:
                    if scalar is NONE:
                        findings.failed.append(Witness((), FALSE, (step,)))
                    continue
                rest(e, env, joint, (*trail, step), findings)
                if findings.done:
                    return

        return run

    return then


def _enumerate(
    relation: Relation,
    pattern: tuple[Compute | None, ...],
    free: tuple[tuple[int, int], ...],
    column: int,
    sought: Compute | None,
    occurrence: int,
) -> Callable[[Search], Search]:
    """Bind the free keys of a relation to each of the rows they may name."""

    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            notes: Notes = []
            keys = tuple([FREE if compute is None else compute(e, env, notes) for compute in pattern])
            if any(type(key) is Cases for key in keys):
                keys = tuple([FREE if type(key) is Cases else key for key in keys])
            value = None if sought is None else sought(e, env, notes)
            if type(value) is Cases or is_symbolic(value) or value is NONE:
                value = None
            for found in e.keys(relation, keys, column if value is not None else -1, value, occurrence):
                for number, place in free:
                    env[place] = found[number]
                rest(e, env, truth, trail, findings)
                if findings.done:
                    return

        return run

    return then


