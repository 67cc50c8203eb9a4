"""Searches: the bindings of variables for which a conjunction holds.

The conditions of a search are ordered once, when the program is compiled: those that are ready test, and
of the others the cheapest binds a variable, by running through the rows its relation may have or by an
equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from engine.decision import FALSE, TRUE, Truth
from engine.judge import may_be
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
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.proof import Compared, Folded, Quantity, Scope, Step, Witness
from engine.unknowns import NONE, Cases, Unrecorded, is_symbolic, unrecorded_in
from engine.values import PLAIN, Kind, LimitReached

if TYPE_CHECKING:
    from engine.compile import Compiler
    from engine.evaluate import Evaluation

Bindings = list[Any]
Notes = list[Quantity | Folded]
Test = Callable[["Evaluation", Bindings], Step]
Compute = Callable[["Evaluation", Bindings, Notes], Any]

FREE = None
"""In a pattern of keys: any value."""


class ProgramError(Exception):
    """A program that cannot be evaluated; ``origin`` says which rule."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.origin = origin


# ---------------------------------------------------------------- variables


def variables_of(node: Expression | Condition | None) -> dict[str, Variable]:  # noqa: C901 - a case for each node
    """The variables that occur free, in order of first occurrence."""
    found: dict[str, Variable] = {}

    def visit(part: Expression | Condition, hidden: frozenset[str]) -> None:  # noqa: C901 - a case for each node
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


def place_in(scope: Scope, name: str) -> int:
    """The place of a variable among the bindings, made if it is new."""
    if name not in scope.names:
        scope.names.append(name)
    return scope.names.index(name)


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
class Generator:
    """A search for the keys that one rule could conclude about."""

    places: tuple[tuple[int, Any], ...]
    scope: Scope
    search: Search
    found: tuple[int, ...]


@define
class Planner:
    """Orders the conditions of one search.

    ``supposed`` names a variable for records of which those that are recorded are passed over; ``passes`` tells
    whether the search runs through them at all.
    """

    compiler: Compiler
    scope: Scope
    origin: Origin
    supposed: str | None = None
    passes: bool = False

    def plan(
        self,
        variables: tuple[Variable, ...],
        condition: Condition,
        bound: frozenset[str],
        of: Expression | None = None,
    ) -> Search:
        """The search for bindings of variables (in `scope` already) under a condition; ``of`` is what is told of each.

        Raises `ProgramError` where nothing gives one of them a value.
        """
        places = tuple(self.scope.names.index(variable.name) for variable in variables)
        remaining = list(conjuncts(condition))
        concerned = frozenset(variables_of(condition)) | frozenset(variables_of(of))
        known = set(bound)
        steps: list[Callable[[Search], Search]] = []
        while remaining:
            seen = tuple(
                place if variable.name in known else None for place, variable in zip(places, variables, strict=True)
            )
            ready = next((part for part in remaining if _bound(part, known)), None)
            if ready is not None:
                remaining.remove(ready)
                steps.append(_filter(self.compiler.test(ready, self.scope, frozenset(known), self.origin), seen))
                continue
            choice = self._cheapest(remaining, known)
            # Days between two known ones can always be run through; the rows of a conclusion not always.
            ranged = _range(remaining, known) if choice is None or self._is_derived(choice, known) else None
            if ranged is not None:
                variable, low, high = ranged
                steps.append(self._through(variable, low, high, frozenset(known)))
                known.add(variable.name)
                continue
            if choice is None:
                names = ", ".join(v.name for v in variables if v.name not in known)
                raise ProgramError(f"nothing gives {names} a value", self.origin)
            steps.append(self._binder(choice, remaining, frozenset(known), concerned))
            bound_now = {v.name for v in _binds(choice, known, self.compiler.relations)}
            if isinstance(choice, Compare) and _equality(choice, known) is not None:
                remaining.remove(choice)  # binding uses the equality up
            known |= bound_now
        missing = [v.name for v in variables if v.name not in known]
        if missing:
            raise ProgramError(f"nothing gives {', '.join(missing)} a value", self.origin)

        def arrive(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            values = tuple([env[place] for place in places])
            unrecorded = any(unrecorded_in(value) is not None for value in values)
            if unrecorded:
                truth = may_be(e.decisions, truth, values, e.compiler.relations)
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
        source = _source(part, known, self.compiler.relations)
        if source is None:
            return None
        relation = self.compiler.relations.get(source[0])
        if relation is None or not all(
            isinstance(argument, Variable) or not (set(variables_of(argument)) - known) for argument in source[1]
        ):
            return None
        some_bound = any(not (set(variables_of(argument)) - known) for argument in source[1])
        if relation.record:
            return 1 if some_bound or attributes_sought(source[1], relation, remaining, known) else 3
        if relation.silence is Silence.FALSE:
            return 2 if some_bound else 4
        if relation.silence is Silence.ASSUMED:
            return None  # it holds of things that no row lists
        return 6 if relation.silence is Silence.CONCLUDED else 8

    def _is_derived(self, choice: Condition, known: set[str]) -> bool:
        """Whether binding would have to run rules backwards, or through what nothing lists."""
        source = _source(choice, known, self.compiler.relations)
        if source is None or (isinstance(choice, Compare) and _equality(choice, known) is not None):
            return False
        relation = self.compiler.relations[source[0]]
        return not relation.record and relation.silence is not Silence.FALSE

    def _through(
        self, variable: Variable, low: Bound, high: Bound, known: frozenset[str]
    ) -> Callable[[Search], Search]:
        """Bind a date or whole number to each value between two bounds."""
        first = self.compiler.compute(low[0], self.scope, known, self.origin)
        last = self.compiler.compute(high[0], self.scope, known, self.origin)
        return _run_through(place_in(self.scope, variable.name), first, last)

    def _binder(
        self,
        choice: Condition,
        remaining: list[Condition],
        known: frozenset[str],
        concerned: frozenset[str],
    ) -> Callable[[Search], Search]:
        equality = _equality(choice, set(known)) if isinstance(choice, Compare) else None
        if isinstance(choice, Compare) and equality is not None:
            variable, expression = equality
            place = place_in(self.scope, variable.name)
            return _assign(choice, self.scope, place, self.compiler.compute(expression, self.scope, known, self.origin))
        source = _source(choice, set(known), self.compiler.relations)
        assert source is not None
        name, arguments = source
        relation = self.compiler.relation(name, self.origin)
        arguments = arguments[: relation.keys]
        pattern: list[Compute | None] = []
        free: list[tuple[int, int]] = []
        for number, argument in enumerate(arguments):
            if isinstance(argument, Variable) and argument.name not in known:
                pattern.append(None)
                free.append((number, place_in(self.scope, argument.name)))
            else:
                pattern.append(self.compiler.compute(argument, self.scope, known, self.origin))
        if relation.silence is Silence.CONCLUDED and not relation.record:
            self.compiler.generators_for(relation.name, tuple(compute is not None for compute in pattern))
        after = known | {argument.name for argument in arguments if isinstance(argument, Variable)}
        hints = tuple(
            (column, self.compiler.compute(expression, self.scope, known, self.origin))
            for column, expression in attributes_sought(arguments, relation, remaining, set(known))
        )
        early = tuple(
            self.compiler.test(part, self.scope, after, self.origin)
            for part in remaining
            if _is_dated(part, relation, arguments) and _bound(part, set(after))
        )
        day: Compute | None = None
        if relation.span and isinstance(choice, Atom) and _bound(choice.arguments[-1], set(known)):
            day = self.compiler.compute(choice.arguments[-1], self.scope, known, self.origin)
        new = relation.record and isinstance(arguments[0], Variable) and arguments[0].name == self.supposed
        self.passes = self.passes or new
        beside = tuple(self.scope.names.index(name) for name in sorted(known & concerned))
        return _enumerate(relation, tuple(pattern), tuple(free), hints, early, self.scope.search(), beside, new, day)


def _bound(part: Condition | Expression, known: set[str]) -> bool:
    return all(name in known for name in variables_of(part))


def _source(
    part: Condition, known: set[str], relations: Mapping[str, Relation]
) -> tuple[str, tuple[Expression, ...]] | None:
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
        if not isinstance(place, (Atom, ValueOf)) or place.relation not in relations:
            continue
        keys = place.arguments[: relations[place.relation].keys]  # the day of a statement over time is no key
        if any(isinstance(argument, Variable) and argument.name not in known for argument in keys):
            return place.relation, keys
    return None


def _binds(part: Condition, known: set[str], relations: Mapping[str, Relation]) -> list[Variable]:
    if isinstance(part, Compare) and (equality := _equality(part, known)) is not None:
        return [equality[0]]
    source = _source(part, known, relations)
    return [] if source is None else [a for a in source[1] if isinstance(a, Variable) and a.name not in known]


def _equality(part: Compare, known: set[str]) -> tuple[Variable, Expression] | None:
    """``variable = expression`` where only the variable is unknown."""
    if part.comparison is not Comparison.IS:
        return None
    for variable, expression in ((part.left, part.right), (part.right, part.left)):
        if isinstance(variable, Variable) and variable.name not in known and not set(variables_of(expression)) - known:
            return variable, expression
    return None


def attributes_sought(
    arguments: tuple[Expression, ...], relation: Relation, remaining: list[Condition], known: set[str]
) -> list[tuple[int, Expression]]:
    """Attributes of the record being sought that must equal something known: (column, that).

    Beyond the first, only what is quickly looked up.
    """
    found: list[tuple[int, Expression]] = []
    if not relation.record or not isinstance(arguments[0], Variable):
        return found
    record = arguments[0]
    for part in remaining:
        if not isinstance(part, Compare) or part.comparison is not Comparison.IS:
            continue
        for side, other in ((part.left, part.right), (part.right, part.left)):
            if not isinstance(side, ValueOf) or side.arguments != (record,) or side.relation != relation.name:
                continue
            if (not found or isinstance(other, (Variable, Constant, ValueOf))) and not set(variables_of(other)) - known:
                found.append(([column.name for column in relation.columns].index(side.column), other))
    return found


def _is_dated(part: Condition, relation: Relation, arguments: tuple[Expression, ...]) -> bool:
    """Whether a condition turns on the date of the record being sought, as far as one can see."""
    if not relation.record or relation.time is None:
        return False
    if isinstance(part, Before):
        return arguments[0] in (part.earlier, part.later)
    date = relation.columns[relation.time].name
    pending: list[Expression] = [part.left, part.right] if isinstance(part, Compare) else []
    while pending:
        inner = pending.pop()
        if isinstance(inner, ValueOf) and (inner.relation, inner.column, inner.arguments) == (
            relation.name,
            date,
            arguments,
        ):
            return True
        if isinstance(inner, Apply):
            pending += inner.arguments
    return False


Bound = tuple[Expression, bool]
_LOWER = {Comparison.AT_LEAST, Comparison.MORE}
_TURNED = {
    Comparison.AT_LEAST: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.MORE: Comparison.LESS,
    Comparison.LESS: Comparison.MORE,
}
LONGEST_RANGE = 40_000
"""So many days (or numbers) between two bounds are run through one by one, no more."""


def _range(remaining: list[Condition], known: set[str]) -> tuple[Variable, Bound, Bound] | None:
    """A variable that comparisons bound from below and from above by what is known."""
    lows: dict[str, Bound] = {}
    highs: dict[str, Bound] = {}
    for part in remaining:
        if not isinstance(part, Compare) or part.comparison not in _TURNED:
            continue
        for side, other, comparison in (
            (part.left, part.right, part.comparison),
            (part.right, part.left, _TURNED[part.comparison]),
        ):
            if isinstance(side, Variable) and side.name not in known and not set(variables_of(other)) - known:
                bounds = lows if comparison in _LOWER else highs
                bounds.setdefault(side.name, (other, comparison in (Comparison.MORE, Comparison.LESS)))
                if side.name in lows and side.name in highs and (side.type.kind is Kind.DATE or side.type.whole):
                    return side, lows[side.name], highs[side.name]
    return None


def _run_through(place: int, first: Compute, last: Compute) -> Callable[[Search], Search]:
    """Each value from the first to the last; the comparisons themselves still test the ends."""

    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            notes: Notes = []
            low, high = first(e, env, notes), last(e, env, notes)
            if low is NONE or high is NONE:
                return
            if any(type(end) is Cases or is_symbolic(end) for end in (low, high)):
                raise LimitReached("the days to be counted have no known first and last")
            ordinals = isinstance(low, date)
            start, stop = (low.toordinal(), high.toordinal()) if ordinals else (low, high)
            if stop - start > LONGEST_RANGE:
                raise LimitReached(f"more than {LONGEST_RANGE:,} days to be counted one by one")
            for number in range(start, stop + 1):
                env[place] = date.fromordinal(number) if ordinals else number
                rest(e, env, truth, trail, findings)
                if findings.done:
                    return

        return run

    return then


def _filter(test: Test, places: tuple[int | None, ...]) -> Callable[[Search], Search]:
    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            step = test(e, env)
            joint = step.truth if truth is TRUE else e.decisions.both(truth, step.truth)
            if joint is FALSE:
                parts = (step,) if step.truth is FALSE else (*trail, step)
                if step.truth is not FALSE:
                    e.cancellations.parts(parts)
                values = tuple([None if place is None else env[place] for place in places])
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
    hints: tuple[tuple[int, Compute], ...],
    early: tuple[Test, ...],
    occurrence: str,
    beside: tuple[int, ...],
    supposed: bool,
    day: Compute | None,
) -> Callable[[Search], Search]:
    """Bind the free keys of a relation to each of the rows they may name.

    What the record does not show is told apart by where it is sought (``occurrence``) and for what: by the values of
    the places ``beside``, for a grant to one person is no grant to another.
    ``early`` are the conditions that most often rule out what the record does not show: it is dated later. They
    are tried on it first. ``supposed``: of the rows only those above what is recorded. ``day`` is
    the one on which a statement over time is to be so: up to its end a record shows all.
    """

    def then(rest: Search) -> Search:
        def run(e: Evaluation, env: Bindings, truth: Truth, trail: tuple[Step, ...], findings: Findings) -> None:
            notes: Notes = []
            keys = tuple([FREE if compute is None else compute(e, env, notes) for compute in pattern])
            if Cases in map(type, keys):
                keys = tuple([FREE if type(key) is Cases else key for key in keys])
            sought: list[tuple[int, Any]] = []
            for column, compute in hints:
                value = compute(e, env, notes)
                if type(value) in PLAIN:
                    sought.append((column, value))
            if findings.all and e.is_hurried and not supposed:
                e.foresee(e.enumeration.least(relation, keys, sought))
            every = (
                e.enumeration.supposed_keys(e, relation, keys)
                if supposed
                else e.enumeration.keys(
                    e,
                    relation,
                    keys,
                    sought,
                    (occurrence, *[env[place] for place in beside]),
                    None if day is None else day(e, env, notes),
                )
            )
            for found in every:
                for number, place in free:
                    env[place] = found[number]
                if early and type(found[0]) is Unrecorded:
                    step = next((step for test in early if (step := test(e, env)).truth is FALSE), None)
                    if step is not None:
                        findings.failed.append(Witness(found, FALSE, (step,)))
                        continue
                rest(e, env, truth, trail, findings)
                if findings.done:
                    return

        return run

    return then
