"""Checked trees to engine nodes: terms, conditions, rules; every node keeps its clause and place.

A variable that a part of a sentence introduces is quantified there. One that stands for a record, an entity
or a named value is bound by the relation that lists those, unless a closed fact or an equality already does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, date
from typing import cast

from attrs import Factory, define

from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Compare,
    Comparison,
    Constant,
    Exists,
    Expression,
    Fold,
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
from engine.model import Condition as EngineCondition
from engine.search import conjuncts, variables_of
from engine.values import DATE, Kind
from policy.check import Checked
from policy.diagnostic import Diagnostic
from policy.dimensions import is_year_of_date, shown
from policy.relations import VALUE, happens_once, is_over_time
from policy.scope import Variables
from policy.source import Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Attribute,
    Call,
    ComesBefore,
    Compared,
    Condition,
    DayOf,
    ExemptionSentence,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    Name,
    NoneOf,
    Operation,
    Quantity,
    RuleSentence,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.words import Phrase

_BOUNDS = {
    Time.ON: Comparison.IS,
    Time.BEFORE: Comparison.LESS,
    Time.ON_OR_BEFORE: Comparison.AT_MOST,
    Time.AFTER: Comparison.MORE,
    Time.ON_OR_AFTER: Comparison.AT_LEAST,
}

ENDED = "ended"
"""The column of a span relation that gives the last day of what is recorded."""


@define(eq=False)
class Lowering:
    """Lowers the parts of one checked sentence, from left to right.

    ``values`` stand in place of variables (the slots of an asked form, filled by a question). ``scopes`` hold the
    variables introduced so far, the innermost part of the sentence last.
    """

    variables: Variables
    relations: Mapping[str, Relation]
    clause: str = ""
    values: Mapping[Variable, Expression] = Factory(dict)
    scopes: list[dict[str, Variable]] = Factory(lambda: [{}])
    problems: list[Diagnostic] = Factory(list)
    _days: int = 0

    def origin(self, span: Span) -> Origin:
        return Origin(self.clause, span)

    def _known(self) -> set[str]:
        return {name for scope in self.scopes for name in scope}

    def _introduce(self, variable: Variable) -> None:
        name = variable.name
        if not any(name in scope for scope in self.scopes):
            self.scopes[-1][name] = variable

    # ---------------------------------------------------------------- terms

    def term(self, term: Term) -> Expression:
        match term:
            case Mention():
                return self._mention(term)
            case Name():
                return Constant(term.name, term.type)
            case Quantity():
                return Constant(term.value, term.type)
            case Attribute():
                return ValueOf(term.of.type.name, (self.term(term.of),), term.attribute, self.origin(term.span))
            case Call():
                return ValueOf(term.phrase.relation, self.terms(term.arguments), VALUE, self.origin(term.span))
            case Operation():
                return self._operation(term)
            case DayOf():
                return self._day_of(term)
            case AggregateTerm():
                return self._aggregate(term)

    def terms(self, terms: Iterable[Term]) -> tuple[Expression, ...]:
        return tuple([self.term(term) for term in terms])

    def _mention(self, mention: Mention) -> Expression:
        variable = self.variables.of(mention)
        if variable in self.values:
            return self.values[variable]
        self._introduce(variable)
        return variable

    def _operation(self, term: Operation) -> Expression:
        first, *rest = self.terms(term.arguments)
        origin = self.origin(term.span)
        if not rest:
            return Apply(term.operation, (first,), origin)
        for other in rest:
            first = Apply(term.operation, (first, other), origin)
        return first

    def _day_of(self, term: DayOf) -> Expression:
        arguments = self.terms(term.arguments)
        origin = self.origin(term.span)
        if is_over_time(term.phrase):
            return ValueOf(term.phrase.relation, arguments, ENDED, origin)
        if happens_once(term.phrase):
            return ValueOf(term.phrase.relation, arguments, VALUE, origin)
        day = self._day()
        where = Atom(term.phrase.relation, (*arguments, day), origin)
        first = Aggregate(Fold.LOWEST, day, (day,), where, origin)
        last = Aggregate(Fold.HIGHEST, day, (day,), where, origin)
        match term.which:
            case "first":
                return first
            case "last":
                return last
            case _:
                return Apply("only", (first, last), origin)

    def _day(self) -> Variable:
        """A fresh variable for the day of an event; no noun is called that."""
        self._days += 1
        return Variable(f"the day ({self._days})", DATE)

    def _aggregate(self, term: AggregateTerm) -> Expression:
        self.scopes.append({})
        self._introduce(self.variables.of(term.member))
        where = self.closed(term.where)
        of = None if term.of is None else self.term(term.of)
        members = tuple(self.scopes.pop().values())
        body = self.bound(where, members, term.where.span)
        return Aggregate(term.fold, of, members, body, self.origin(term.span))

    # ----------------------------------------------------------- conditions

    def closed(self, tree: Condition) -> EngineCondition:
        """A condition all of whose new variables are quantified within it."""
        self.scopes.append({})
        condition = self.condition(tree)
        return self._quantified(condition, tree.span)

    def condition(self, tree: Condition) -> EngineCondition:
        """A condition; the variables it introduces are left free, in the innermost scope."""
        origin = self.origin(tree.span)
        match tree:
            case Holds(negated=True):
                self.scopes.append({})
                return Not(self._quantified(self._happens(tree), tree.span), origin)
            case Holds():
                return self._happens(tree)
            case Compared():
                return self._compared(tree)
            case HasAttribute():
                return self._has(tree)
            case ComesBefore():
                return Before(self.term(tree.earlier), self.term(tree.later), tree.earlier.type.name, origin)
            case ItIsNot():
                return Not(self.closed(tree.condition), origin)
            case AllOf():
                return And(tuple([self.condition(part) for part in tree.conditions]), origin)
            case AnyOf():
                return Or(tuple([self.closed(part) for part in tree.conditions]), origin)
            case NoneOf():
                return Not(Or(tuple([self.closed(part) for part in tree.conditions]), origin), origin)
            case ThereIs():
                return self._there_is(tree)

    def _compared(self, tree: Compared) -> EngineCondition:
        left, right = self.term(tree.left), self.term(tree.right)
        if is_year_of_date(tree):
            left = Apply("year_of", (left,), self.origin(tree.left.span))
        return Compare(tree.comparison, left, right, self.origin(tree.span))

    def _has(self, tree: HasAttribute) -> EngineCondition:
        origin = self.origin(tree.span)
        exists = Exists(ValueOf(tree.of.type.name, (self.term(tree.of),), tree.attribute, origin), origin)
        return Not(exists, origin) if tree.negated else exists

    def _there_is(self, tree: ThereIs) -> EngineCondition:
        self.scopes.append({})
        self._introduce(self.variables.of(tree.member))
        some = self._quantified(self.closed(tree.where), tree.span)
        return Not(some, self.origin(tree.span)) if tree.negated else some

    # --------------------------------------------------------------- events

    def _happens(self, tree: Holds) -> EngineCondition:
        """A statement, not negated, at the time given to it."""
        before = len(self.scopes[-1])
        arguments = self.terms(tree.arguments)
        origin = self.origin(tree.span)
        phrase, when = tree.phrase, tree.when
        if is_over_time(phrase) and when is not None:
            return self._over_time(phrase, arguments, when, origin)
        if happens_once(phrase):
            return self._happened_once(phrase, arguments, when, origin)
        if when is None:
            return Atom(phrase.relation, arguments, origin)
        if when.time is Time.ON:
            return Atom(phrase.relation, (*arguments, *self.terms(when.terms)), origin)
        day = self._day()
        event = And((Atom(phrase.relation, (*arguments, day), origin), *self._bounds(day, when)), origin)
        if len(self.scopes[-1]) == before:
            return Some((day,), event, origin)
        self._introduce(day)  # beside what the phrase itself introduces, which must stay visible
        return event

    def _happened_once(
        self, phrase: Phrase, arguments: tuple[Expression, ...], when: When | None, origin: Origin
    ) -> EngineCondition:
        if when is None:
            *keys, day = arguments
            return Compare(Comparison.IS, ValueOf(phrase.relation, tuple(keys), VALUE, origin), day, origin)
        happened = ValueOf(phrase.relation, arguments, VALUE, origin)
        return _conjunction(self._bounds(happened, when), origin)

    def _over_time(
        self, phrase: Phrase, arguments: tuple[Expression, ...], when: When, origin: Origin
    ) -> EngineCondition:
        if when.time is Time.ON:
            return Atom(phrase.relation, (*arguments, *self.terms(when.terms)), origin)
        if when.time in (Time.THROUGHOUT, Time.AT_ANY_TIME_FROM):
            first, last = self.terms(when.terms)
        else:
            first, last = self._ends_of_year(when.terms[0])
        return On(phrase.relation, arguments, first, last, when.time is Time.THROUGHOUT, origin)

    def _ends_of_year(self, term: Term) -> tuple[Expression, Expression]:
        year = self.term(term)
        if isinstance(year, Apply) and year.operation == "year_of":
            first, last = (Apply(name, year.arguments, year.origin) for name in ("first_of_year", "last_of_year"))
            return first, last
        if isinstance(year, Constant) and MINYEAR <= cast(int, year.value) <= MAXYEAR:
            number = cast(int, year.value)
            return Constant(date(number, 1, 1), DATE), Constant(date(number, 12, 31), DATE)
        self.problems.append(
            Diagnostic("E0307", f"`{shown(term.span)}` is neither a year nor the year of a date", term.span)
        )
        return year, year

    def _bounds(self, day: Expression, when: When) -> tuple[EngineCondition, ...]:
        """Where the day of an event lies. `Within` counts as the design says: see its paragraph on counting."""
        terms = self.terms(when.terms)
        origin = self.origin(when.span)

        def compare(comparison: Comparison, other: Expression) -> EngineCondition:
            return Compare(comparison, day, other, origin)

        match when.time:
            case Time.IN:
                return (Compare(Comparison.IS, Apply("year_of", (day,), origin), terms[0], origin),)
            case Time.WITHIN_BEFORE:
                start = Apply("before", terms, origin)
                return compare(Comparison.AT_LEAST, start), compare(Comparison.AT_MOST, terms[1])
            case Time.WITHIN_AFTER:
                end = Apply("after", terms, origin)
                return compare(Comparison.MORE, terms[1]), compare(Comparison.AT_MOST, end)
            case Time.WITHIN_FROM:
                end = Apply("after", terms, origin)
                return compare(Comparison.AT_LEAST, terms[1]), compare(Comparison.AT_MOST, end)
            case _:
                return (compare(_BOUNDS[when.time], terms[0]),)

    # --------------------------------------------------------- quantifying

    def _quantified(self, condition: EngineCondition, span: Span) -> EngineCondition:
        """Leaves the innermost scope: there are values of its variables for which the condition holds.

        Parts that speak of none of them stay outside, where they can bind what is known around them.
        """
        new = tuple(self.scopes.pop().values())
        if not new:
            return condition
        names = {variable.name for variable in new}
        inner: list[EngineCondition] = []
        outer: list[EngineCondition] = []
        for part in conjuncts(condition):
            (inner if names & set(variables_of(part)) else outer).append(part)
        origin = self.origin(span)
        body = self.bound(_conjunction(inner, origin), new, span)
        return _conjunction((*outer, Some(new, body, origin)), origin)

    def bound(self, condition: EngineCondition, new: Iterable[Variable], span: Span) -> EngineCondition:
        """The condition with what gives each new variable its values and keeps it apart from others."""
        new = tuple(new)
        listed = self._given_values(condition, facts_only=True)
        parts = list(conjuncts(condition))
        for variable in new:
            if variable.type.kind is Kind.SYMBOL and variable.name not in listed:
                parts.append(Atom(variable.type.name, (variable,), Origin(self.clause)))
            parts.extend(self.apart(variable))
        result = _conjunction(parts, self.origin(span))
        given = self._given_values(result, facts_only=False)
        for variable in new:
            if variable.name not in given and not _between(variable, result):
                self._without_value(variable, span)
        return result

    def apart(self, variable: Variable) -> list[EngineCondition]:
        """That a variable introduced by `another` is none of those before it."""
        return [
            Compare(Comparison.IS_NOT, variable, self.values.get(other, other), Origin(self.clause))
            for other in self.variables.apart.get(variable, ())
        ]

    def _without_value(self, variable: Variable, span: Span) -> None:
        self.problems.append(
            Diagnostic(
                "E0315",
                f"nothing here gives `{variable.name}` a value",
                span,
                notes=("a phrase that is recorded or concluded of it, or `is`, gives it one",),
            )
        )

    def _given_values(self, condition: EngineCondition, facts_only: bool) -> set[str]:
        """The variables that a conjunction gives values: by any statement, or only by closed facts and equalities."""
        given = self._known()
        before = -1
        while len(given) > before:
            before = len(given)
            for part in conjuncts(condition):
                given |= self._gives(part, given, facts_only)
        return given

    def _gives(self, part: EngineCondition, given: set[str], facts_only: bool) -> set[str]:
        match part:
            case Atom():
                relation = self.relations.get(part.relation)
                if relation is None or (facts_only and not _lists_all(relation)):
                    return set()
                return _names(part.arguments[: relation.keys])
            case (
                Compare(comparison=Comparison.IS, left=Variable() as one, right=other)
                | Compare(comparison=Comparison.IS, left=other, right=Variable() as one)
            ) if not set(variables_of(other)) - given:
                return {one.name}
            case (
                Compare(left=ValueOf() as value)
                | Compare(right=ValueOf() as value)
                | Exists(expression=ValueOf() as value)
            ) if not facts_only:
                return _names(value.arguments)
            case _:
                return set()


def _names(arguments: Iterable[Expression]) -> set[str]:
    return {argument.name for argument in arguments if isinstance(argument, Variable)}


def _lists_all(relation: Relation) -> bool:
    """Whether a relation's rows are all the things of which it may hold."""
    return relation.silence is Silence.FALSE and not relation.open_for_supposed


def _between(variable: Variable, condition: EngineCondition) -> bool:
    """Whether a day runs between two days ("the number of days from X to Y such that …")."""
    if variable.type.kind is not Kind.DATE:
        return False
    sides = {part.comparison for part in conjuncts(condition) if isinstance(part, Compare) and part.left == variable}
    return bool(sides & {Comparison.AT_LEAST, Comparison.MORE}) and bool(sides & {Comparison.AT_MOST, Comparison.LESS})


def _conjunction(parts: Iterable[EngineCondition], origin: Origin) -> EngineCondition:
    """One condition from several; a single one stays as it is."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else And(found, origin)


# -------------------------------------------------------------------- rules


def lower_rule(
    checked: Checked[RuleSentence], name: str, clause: str, relations: Mapping[str, Relation]
) -> tuple[Rule | None, tuple[Diagnostic, ...]]:
    """The rule that a sentence states."""
    tree = checked.tree
    lowering = Lowering(checked.variables, relations, clause)
    if isinstance(tree.conclusion, Compared):
        call = cast(Call, tree.conclusion.left)
        phrase, arguments, positive = call.phrase, call.arguments, True
    else:
        phrase, arguments, positive = tree.conclusion.phrase, tree.conclusion.arguments, not tree.conclusion.negated
    head, equalities = _head(phrase.relation, arguments, lowering, lowering.origin(tree.conclusion.span))
    universal = set(lowering.scopes[0])
    value = lowering.term(tree.conclusion.right) if isinstance(tree.conclusion, Compared) else None
    body = _body(tree.condition, tree.unless, lowering, universal, tree.span)
    kept_apart = [part for name in sorted(universal) for part in lowering.apart(lowering.scopes[0][name])]
    body = _conjunction((*equalities, *kept_apart, *conjuncts(body)), lowering.origin(tree.span))
    if lowering.problems:
        return None, tuple(lowering.problems)
    return Rule(name, head, body, positive, value, origin=lowering.origin(tree.span)), ()


def lower_exemption(
    checked: Checked[ExemptionSentence], relation: str, name: str, clause: str, relations: Mapping[str, Relation]
) -> tuple[Rule | None, tuple[Diagnostic, ...]]:
    """The rule that says for what a clause does not apply."""
    tree = checked.tree
    lowering = Lowering(checked.variables, relations, clause)
    head = Atom(relation, (lowering.term(tree.subject),), lowering.origin(tree.span))
    body = _body(tree.condition, tree.unless, lowering, set(lowering.scopes[0]), tree.span)
    if lowering.problems:
        return None, tuple(lowering.problems)
    return Rule(name, head, body, origin=lowering.origin(tree.span)), ()


def _head(
    relation: str, arguments: tuple[Term, ...], lowering: Lowering, origin: Origin
) -> tuple[Atom, list[EngineCondition]]:
    """The head, each of whose variables stands in one place; a second place of one gets an equality."""
    places: list[Expression] = []
    equalities: list[EngineCondition] = []
    for number, term in enumerate(arguments):
        expression = lowering.term(term)
        if isinstance(expression, Variable) and expression in places:
            again = Variable(f"{expression.name} ({number + 1})", expression.type)
            equalities.append(Compare(Comparison.IS, again, expression, origin))
            expression = again
        elif not isinstance(expression, (Variable, Constant)):
            lowering.problems.append(
                Diagnostic(
                    "E0316",
                    f"a conclusion speaks of `a …` or of a name, not of `{shown(term.span)}`",
                    term.span,
                    notes=("introduce it by `a` and say in the condition what it is",),
                )
            )
        places.append(expression)
    return Atom(relation, tuple(places), origin), equalities


def _body(tree: Condition | None, unless: bool, lowering: Lowering, universal: set[str], span: Span) -> EngineCondition:
    """A rule's condition; the variables that are not universal stay free in it, each given its values."""
    if tree is None:
        condition: EngineCondition = And(())
    elif unless:
        condition = Not(lowering.closed(tree), lowering.origin(tree.span))
    else:
        condition = lowering.condition(tree)
    new = {name: variable for name, variable in lowering.scopes[0].items() if name not in universal}
    lowering.scopes[0] = {name: v for name, v in lowering.scopes[0].items() if name in universal}
    return lowering.bound(condition, new.values(), span) if new else condition


__all__ = ["ENDED", "Lowering", "lower_exemption", "lower_rule"]
