"""What a program means, written to be read: every completion of the unknowns, one after the other.

The engine never does this; it must only agree with it. Shared with the engine are the data it works on
(`engine.model`, `engine.values`), nothing that evaluates.

* A *completion* answers every question that the facts leave open: whether a statement is so, which value
  there is, which of two records of one day came first. Under it each fact is definite.
* Under one completion a rule *applies* where its body holds, no exemption of it holds, its value exists,
  and no rule over it that concludes otherwise applies. What is concluded both ways, or as several
  values, is a conflict. A condition that meets a conflict does not know which side to take, so every
  *choice* of sides is tried, the same side wherever the conflict is met: if the answer is always the
  same, it is the answer under this completion; if not, that is a conflict.
* The verdict is the answer that all completions give; where they differ, it depends.

Questions and choices are answered when they are first met: one that is never met cannot matter.
"""

from __future__ import annotations

import calendar
import datetime
import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import holidays
from attrs import define, field, frozen

from engine import values
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
    Fold,
    Not,
    On,
    Or,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.values import DATE, Type, Value, exact

# ------------------------------------------------------------------------ facts


class Mark(Enum):
    """What a fact may say instead of a value."""

    NONE = "there is none"
    UNKNOWN = "it is not known which"


Keys = tuple[Value, ...]
Cell = Value | Mark


@frozen
class Interval:
    """The days, both ends included, on which a span statement holds (not ``known``: may hold; ``denied``: does not).

    Without a last day it continues: to the end of the record, where the record has one.
    """

    keys: Keys
    first: date
    last: date | None = None
    known: bool = True
    denied: bool = False


@define
class Facts:
    """Everything stated, by relation.

    A statement is so, is not so, or (None) it is not known whether. A record has cells by column.
    ``order`` holds recorded pairs (earlier, later). ``domains`` lists, by the name of a type, the values
    that an unknown of that type may have.

    ``complete_to`` is the last day for which the record is complete: of what is dated later silence says
    nothing, but where the relation is ``complete``. Of one that is ``incomplete`` it says nothing at all.
    """

    statements: dict[str, dict[Keys, bool | None]] = field(factory=dict)
    values: dict[str, dict[Keys, Cell]] = field(factory=dict)
    records: dict[str, dict[str, dict[str, Cell]]] = field(factory=dict)
    spans: dict[str, list[Interval]] = field(factory=dict)
    order: dict[str, list[tuple[str, str]]] = field(factory=dict)
    supposed: set[str] = field(factory=set)
    complete_to: date | None = None
    complete: set[str] = field(factory=set)
    incomplete: set[str] = field(factory=set)
    domains: dict[str, tuple[Value, ...]] = field(factory=dict)


# ---------------------------------------------------------------------- verdicts


class Verdict(Enum):
    """The answers to a question."""

    YES = "yes"
    NO = "no"
    VALUE = "value"
    NONE = "none"
    DEPENDS = "depends"
    CONFLICT = "conflict"


@frozen
class Finding:
    """A verdict, with its value where it is one."""

    verdict: Verdict
    value: Value | None = None


CONFLICT = Finding(Verdict.CONFLICT)
DEPENDS = Finding(Verdict.DEPENDS)

Question = tuple[Any, ...]
Answers = Mapping[Question, Any]


class Unanswered(Exception):
    """A question that the completion does not answer yet, with the answers there could be."""

    def __init__(self, question: Question, options: tuple[Any, ...]) -> None:
        self.question, self.options = question, options


class Undecided(Exception):
    """A conflict in which no side is chosen yet, with its sides."""

    def __init__(self, question: Question, options: tuple[Any, ...]) -> None:
        self.question, self.options = question, options


class TooManyCompletions(Exception):
    """There are more completions than a test wants to wait for."""


@frozen
class Case:
    """What is asked of which program and facts, with what can be said of them before anything is evaluated."""

    program: Program
    facts: Facts
    goal: Condition | Expression
    domains: Mapping[str, tuple[Value, ...]]
    recursive: Mapping[str, frozenset[str]]

    @cached_property
    def relations(self) -> dict[str, Relation]:
        """By name."""
        return {relation.name: relation for relation in self.program.relations}

    @cached_property
    def stronger(self) -> dict[str, list[str]]:
        """The rules over a rule, by name."""
        found: dict[str, list[str]] = {}
        for priority in self.program.priorities:
            found.setdefault(priority.weaker, []).append(priority.stronger)
        return found


def ask(program: Program, facts: Facts, goal: Condition | Expression, limit: int = 4_000) -> Finding:
    """The answer to a question about a condition (yes or no) or an expression (its value)."""
    case = Case(program, facts, goal, domains_of(program, facts, constants_of(program)), recursive(program))
    found: set[Finding] = set()
    for number, finding in enumerate(completions(case, {})):
        found.add(finding)
        if len(found) > 1:
            return DEPENDS
        if number > limit:
            raise TooManyCompletions
    (finding,) = found
    return finding


def completions(case: Case, answers: Answers) -> Iterator[Finding]:
    """The answer under every completion that answers at least so much."""
    try:
        found: set[Finding] = set()
        for finding in _choices(case, answers, {}):
            found.add(finding)
            if len(found) > 1:  # whatever the other choices come to
                break
        yield found.pop() if len(found) == 1 else CONFLICT
    except Unanswered as open_:
        for option in open_.options:
            yield from completions(case, {**answers, open_.question: option})


def _choices(case: Case, answers: Answers, choices: Answers) -> Iterator[Finding]:
    """The answer under one completion, for every choice of sides in its conflicts."""
    try:
        yield World(case, answers, choices).find(case.goal)
    except Undecided as clash:
        for side in clash.options:
            yield from _choices(case, answers, {**choices, clash.question: side})


# ------------------------------------------------------------------------ a world

Bound = Mapping[str, Value]
Conclusion = bool | Value  # of a statement: that it is so, or not; of a value: the value
Support = frozenset[tuple[str, Conclusion]]  # the rules whose bodies hold, by name, with what they conclude


class World:
    """A program and its facts under one completion and one choice of sides."""

    def __init__(self, case: Case, answers: Answers, choices: Answers) -> None:
        self.program = case.program
        self.facts = case.facts
        self.answers = answers
        self.choices = choices
        self.relations, self.stronger = case.relations, case.stronger
        self.domains = case.domains
        self.recursive = case.recursive
        self.known: MutableMapping[tuple[str, Keys], frozenset[Conclusion]] = {}
        self.fixed: set[str] = set()

    def find(self, goal: Condition | Expression) -> Finding:
        """The answer, definite here."""
        if isinstance(goal, Variable | Constant | ValueOf | Apply | Aggregate):
            value = self.value(goal, {})
            return Finding(Verdict.NONE) if value is None else Finding(Verdict.VALUE, value)
        return Finding(Verdict.YES if self.test(goal, {}) else Verdict.NO)

    def answer(self, question: Question, options: Iterable[Any]) -> Any:
        """What the completion says."""
        if question not in self.answers:
            raise Unanswered(question, tuple(options))
        return self.answers[question]

    def choose(self, conflict: Question, sides: Iterable[Any]) -> Any:
        """The side to take."""
        if conflict not in self.choices:
            raise Undecided(conflict, tuple(sides))
        return self.choices[conflict]

    # --------------------------------------------------------------- statements

    def holds(self, name: str, arguments: Keys) -> bool:
        """Whether a statement is so."""
        relation = self.relations[name]
        if relation.record:
            return arguments[0] in self.facts.records.get(name, {})
        if relation.span:
            return self.holds_on(relation, arguments[:-1], arguments[-1])
        question = ("whether", name, arguments)
        rows = self.facts.statements.get(name, {})
        if arguments in rows:
            stated = rows[arguments]
            return bool(self.answer(question, (True, False))) if stated is None else stated
        if relation.silence is Silence.CONCLUDED:
            conclusions = self.conclusions(relation, arguments)
            if len(conclusions) == 2:
                return bool(self.choose(question, (True, False)))
            return conclusions == {True}
        if self.silence_is_open(relation, arguments):
            return bool(self.answer(question, (True, False)))
        return relation.silence is Silence.ASSUMED and bool(relation.assumed)

    def holds_on(self, relation: Relation, keys: Keys, day: Value) -> bool:
        """Whether a span statement is so on a day; an interval without an end continues."""
        assert isinstance(day, date)
        for number, interval in enumerate(self.facts.spans.get(relation.name, [])):
            last = interval.last or max(self.end_of_record(relation), interval.first)
            if interval.keys == keys and interval.first <= day <= last:
                if interval.denied:
                    return False
                if interval.known or self.answer(("interval", relation.name, number), (True, False)):
                    return True
        if self.silence_is_open(relation, (*keys, day)):
            return bool(self.answer(("whether", relation.name, (*keys, day)), (True, False)))
        return False

    def ended(self, relation: Relation, keys: Keys) -> Value | None:
        """The last day on which a span statement held; one that continues may have ended since the record did."""
        lasts = [each.last for each in self.facts.spans.get(relation.name, []) if each.keys == keys and not each.denied]
        end = self.end_of_record(relation)
        if None not in lasts or end == date.max:
            return None if None in lasts else max((last for last in lasts if last is not None), default=None)
        later = (day for day in self.facts.domains.get(DATE.name, ()) if isinstance(day, date) and day > end)
        cell = self.answer(("which", relation.name, keys, "ended"), (Mark.NONE, *later))
        return None if isinstance(cell, Mark) else cell

    def end_of_record(self, relation: Relation) -> date:
        """The last day for which the record of a relation is complete."""
        return date.max if relation.name in self.facts.complete else self.facts.complete_to or date.max

    def silence_is_open(self, relation: Relation, keys: Keys) -> bool:
        """Whether it means nothing that the facts say nothing; nothing goes unrecorded of what is supposed."""
        about_supposed = any(key in self.facts.supposed for key in keys)
        if relation.open_for_supposed and about_supposed:
            return True
        if relation.silence is Silence.UNKNOWN:
            return relation.name not in self.facts.complete
        if relation.silence is Silence.ASSUMED or about_supposed:
            return relation.silence is Silence.ASSUMED and relation.name in self.facts.incomplete
        time = len(relation.columns) if relation.span else relation.time
        day = keys[time] if time is not None and time < len(keys) else None
        later = isinstance(day, date) and day > self.end_of_record(relation)
        return later or relation.name in self.facts.incomplete

    def comes_before(self, relation: Relation, earlier: Value, later: Value) -> bool:
        """By date, then by recorded order, what is supposed last; what then is left is open."""
        assert relation.time is not None
        column = relation.columns[relation.time].name
        one, other = (self.value_of(relation.name, (record,), column) for record in (earlier, later))
        if one is None or other is None or earlier == later:
            return False
        if one != other:
            return one < other  # type: ignore[operator]  # dates
        if (earlier in self.facts.supposed) is not (later in self.facts.supposed):
            return later in self.facts.supposed
        order = self.facts.order.get(relation.name, [])
        if (later in following(order, earlier)) or (earlier in following(order, later)):
            return later in following(order, earlier)
        first, second = sorted((str(earlier), str(later)))
        came_first = self.answer(("which first", relation.name, first, second), (True, False))
        return bool(came_first) is (earlier == first)

    # ------------------------------------------------------------------- values

    def value_of(self, name: str, keys: Keys, column: str) -> Value | None:
        """The value in a column of a row; None: there is none."""
        relation = self.relations[name]
        if relation.span:
            return self.ended(relation, keys)
        question = ("which", name, keys, column)
        kind = next(each for each in relation.columns if each.name == column)
        cell: Cell
        if relation.record:
            record = self.facts.records.get(name, {}).get(str(keys[0]))
            if record is None:
                return None
            cell = record.get(column, Mark.NONE if kind.optional else Mark.UNKNOWN)
        elif keys in self.facts.values.get(name, {}):
            cell = self.facts.values[name][keys]
        elif relation.silence is Silence.CONCLUDED:
            conclusions = self.conclusions(relation, keys)
            if len(conclusions) > 1:
                chosen: Value = self.choose(question, sorted(conclusions, key=repr))
                return chosen
            return next(iter(conclusions), None)
        elif self.silence_is_open(relation, keys):
            cell = Mark.UNKNOWN
        elif relation.silence is Silence.ASSUMED and relation.assumed is not None:
            cell = relation.assumed
        else:
            cell = Mark.NONE
        if cell is Mark.UNKNOWN:
            domain = self.facts.domains.get(kind.type.name, ())
            cell = self.answer(question, (Mark.NONE, *domain) if kind.optional else domain)
        return None if isinstance(cell, Mark) else cell

    # -------------------------------------------------------------------- rules

    def conclusions(self, relation: Relation, keys: Keys) -> frozenset[Conclusion]:
        """What the rules that apply conclude; a recursive relation has its least fixpoint."""
        ground = (relation.name, keys)
        if relation.name in self.recursive and relation.name not in self.fixed:
            self.rise_to_fixpoint(self.recursive[relation.name])
        if ground not in self.known and relation.name not in self.recursive:
            self.known[ground] = self.conclude(relation.name, keys)
        return self.known.get(ground, frozenset())

    def rise_to_fixpoint(self, group: frozenset[str]) -> None:
        """Start from nothing, and conclude what follows from what is known until nothing more does."""
        self.fixed |= group
        heads = [(name, keys) for name in sorted(group) for keys in self.all_keys(self.relations[name])]
        before = None
        while before != self.known:
            before = dict(self.known)
            for name, keys in heads:
                self.known[name, keys] = self.conclude(name, keys)

    def all_keys(self, relation: Relation) -> Iterator[Keys]:
        """Everything that a relation could be about."""
        return itertools.product(*(self.domains.get(c.type.name, ()) for c in relation.columns[: relation.keys]))

    def conclude(self, name: str, keys: Keys) -> frozenset[Conclusion]:
        """What the undefeated rules about these keys conclude."""
        live: Support = frozenset(
            (rule.name, conclusion)
            for rule in self.program.rules
            if rule.head.relation == name
            for conclusion in self.instances(rule, keys)
        )
        return frozenset(conclusion for rule, conclusion in live if self.applies(rule, conclusion, live))

    def instances(self, rule: Rule, keys: Keys) -> Iterator[Conclusion]:
        """What the instances of a rule conclude whose bodies hold and which are not exempted."""
        bound: dict[str, Value] = {}
        for argument, key in zip(rule.head.arguments, keys, strict=True):
            expected = argument.value if isinstance(argument, Constant) else bound.get(_name(argument), key)
            if expected != key:
                return
            if isinstance(argument, Variable):
                bound[argument.name] = key
        inner = (free(rule.body) | (free(rule.value) if rule.value else set())) - set(free(rule.head))
        for binding in self.bindings(sorted(inner, key=_name), rule.body, bound):
            if any(self.test(exemption, binding) for exemption in rule.exemptions):
                continue
            conclusion = rule.positive if rule.value is None else self.value(rule.value, binding)
            if conclusion is not None:
                yield conclusion

    def applies(self, rule: str, conclusion: Conclusion, live: Support) -> bool:
        """Not defeated: no live rule over it that concludes otherwise applies."""
        return not any(
            other in self.stronger.get(rule, []) and otherwise != conclusion and self.applies(other, otherwise, live)
            for other, otherwise in live
        )

    # --------------------------------------------------------------- conditions

    def test(self, condition: Condition, bound: Bound) -> bool:
        """Whether a condition holds."""
        match condition:
            case Atom():
                arguments = self.all_values(condition.arguments, bound)
                return arguments is not None and self.holds(condition.relation, arguments)
            case Compare():
                sides = self.all_values((condition.left, condition.right), bound)
                return sides is not None and COMPARE[condition.comparison](*sides)
            case Exists():
                return self.value(condition.expression, bound) is not None
            case Before():
                records = self.all_values((condition.earlier, condition.later), bound)
                return records is not None and self.comes_before(self.relations[condition.relation], *records)
            case Not():
                return not self.test(condition.condition, bound)
            case And():
                return all(self.test(part, bound) for part in condition.conditions)
            case Or():
                return any(self.test(part, bound) for part in condition.conditions)
            case Some():
                return any(True for _ in self.bindings(condition.variables, condition.condition, bound))
            case On():
                keys = self.all_values(condition.arguments, bound)
                ends = self.all_values((condition.first, condition.last), bound)
                if keys is None or ends is None:
                    return False
                relation = self.relations[condition.relation]
                every_or_any = all if condition.throughout else any
                # An interval that ends before it begins has no days: nothing holds in it, nor throughout it.
                each = tuple(days(*ends))
                return bool(each) and every_or_any(self.holds_on(relation, keys, day) for day in each)

    def bindings(self, variables: Iterable[Variable], condition: Condition, bound: Bound) -> Iterator[Bound]:
        """The ways to give the variables values so that a condition holds."""
        names = {variable.name: variable for variable in variables}
        outer = {name: value for name, value in bound.items() if name not in names}
        yield from self._extend(list(names.values()), condition, outer)

    def _extend(self, variables: list[Variable], condition: Condition, bound: Bound) -> Iterator[Bound]:
        if not variables:
            if self.test(condition, bound):
                yield bound
            return
        variable, candidates = self.next_variable(variables, condition, bound)
        rest = [each for each in variables if each is not variable]
        for value in candidates:
            yield from self._extend(rest, condition, {**bound, variable.name: value})

    def next_variable(
        self, variables: list[Variable], condition: Condition, bound: Bound
    ) -> tuple[Variable, tuple[Value, ...]]:
        """A variable with the values worth trying: where the condition equates it to something, only that."""
        equated: set[str] = set()
        for part in condition.conditions if isinstance(condition, And) else (condition,):
            if isinstance(part, Compare) and part.comparison is Comparison.IS:
                for variable, other in ((part.left, part.right), (part.right, part.left)):
                    if isinstance(variable, Variable) and variable in variables:
                        equated.add(variable.name)
                        if all(each.name in bound for each in free(other)):
                            value = self.value(other, bound)
                            return variable, () if value is None else (value,)
        variable = next((each for each in variables if each.name not in equated), variables[0])
        return variable, self.domains.get(variable.type.name, ())

    # -------------------------------------------------------------- expressions

    def all_values(self, expressions: tuple[Expression, ...], bound: Bound) -> Keys | None:
        """The values of expressions, or None where one has none."""
        found = [self.value(expression, bound) for expression in expressions]
        return None if None in found else tuple(value for value in found if value is not None)

    def value(self, expression: Expression, bound: Bound) -> Value | None:
        """The value of an expression; None: it has none."""
        match expression:
            case Variable():
                return bound[expression.name]
            case Constant():
                return expression.value
            case ValueOf():
                keys = self.all_values(expression.arguments, bound)
                return None if keys is None else self.value_of(expression.relation, keys, expression.column)
            case Apply():
                operands = self.all_values(expression.arguments, bound)
                return None if operands is None else OPERATIONS[expression.operation](self.program.calendar, *operands)
            case Aggregate():
                members = list(self.bindings(expression.variables, expression.where, bound))
                if expression.of is None or expression.fold is Fold.NUMBER:
                    return len(members)
                found = [self.value(expression.of, member) for member in members]
                return FOLDS[expression.fold]([value for value in found if value is not None])


# ------------------------------------------------------------- about the program


@functools.lru_cache(maxsize=100_000)
def free(node: Expression | Condition) -> frozenset[Variable]:
    """The variables that a condition or expression leaves to be given values."""
    if isinstance(node, Variable):
        return frozenset({node})
    inner: set[Variable] = set()
    for attribute in attrs.fields(type(node)):
        value = getattr(node, attribute.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Expression | Condition):
                inner |= free(part)
    return frozenset(inner - set(node.variables) if isinstance(node, Some | Aggregate) else inner)


def _name(variable: Any) -> str:
    return str(variable.name)


def parts(node: Any) -> Iterator[Any]:
    """Everything that a piece of a program is made of, itself first."""
    yield node
    if attrs.has(type(node)):
        for attribute in attrs.fields(type(node)):
            if attribute.name not in ("origin", "type"):
                yield from parts(getattr(node, attribute.name))
    elif isinstance(node, tuple):
        for part in node:
            yield from parts(part)


def constants_of(program: Program) -> frozenset[Constant]:
    """The values that the rules mention."""
    return frozenset(part for part in parts(program.rules) if isinstance(part, Constant))


def domains_of(program: Program, facts: Facts, mentioned: frozenset[Constant]) -> dict[str, tuple[Value, ...]]:
    """By the name of a type: every value of it that the facts or the rules mention, or an unknown may have."""
    found: dict[str, set[Value]] = {name: set(domain) for name, domain in facts.domains.items()}

    def mention(kind: Type, value: Cell) -> None:
        if not isinstance(value, Mark):
            found.setdefault(kind.name, set()).add(value)

    for relation in program.relations:
        name, columns = relation.name, relation.columns
        keys = [*facts.statements.get(name, {}), *(interval.keys for interval in facts.spans.get(name, []))]
        rows: list[tuple[Cell, ...]] = [*keys]
        rows += [(*keys, cell) for keys, cell in facts.values.get(name, {}).items()]
        for row in rows:
            for column, cell in zip(columns, row, strict=True):
                mention(column.type, cell)
        for id, cells in facts.records.get(name, {}).items():
            mention(columns[0].type, id)
            for column in columns[1:]:
                mention(column.type, cells.get(column.name, Mark.NONE))
    for constant in mentioned:
        mention(constant.type, constant.value)
    return {name: tuple(sorted(domain, key=repr)) for name, domain in found.items()}


def recursive(program: Program) -> dict[str, frozenset[str]]:
    """The relations that are concluded from themselves, with those that are concluded together with them."""
    uses: dict[str, set[str]] = {}
    for rule in program.rules:
        used = uses.setdefault(rule.head.relation, set())
        for part in parts((rule.body, rule.value, rule.exemptions)):
            if isinstance(part, Atom | ValueOf | On):
                used.add(part.relation)
    edges = [(user, used) for user, each in uses.items() for used in each]
    reached = {name: following(edges, name) for name in uses}
    return {
        name: frozenset(other for other in reached[name] if name in reached.get(other, ()))
        for name in uses
        if name in reached[name]
    }


def following(pairs: Iterable[tuple[Any, Any]], start: Any) -> set[Any]:
    """All that is reached from a start by following pairs."""
    found: set[Any] = set()
    while more := {second for first, second in pairs if (first == start or first in found) and second not in found}:
        found |= more
    return found


def days(first: Any, last: Any) -> Iterator[date]:
    """Every day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + datetime.timedelta(days=number)


def business_day(calendar: values.Calendar, count: int, day: date, step: int) -> date:
    """The business day so many of them after a day, or before it."""
    closed = holidays.country_holidays(calendar.holidays) if calendar.holidays else ()
    while count:
        day = values.add_days(day, step)
        count -= day.weekday() not in calendar.closed_weekdays and day not in closed
    return day


def the_one(first: Value, last: Value) -> Value:
    """Where the rules speak of the one, there are not several."""
    if first != last:
        raise values.LimitReached("there are several")
    return first


def nearest(number: Fraction, upwards: bool) -> int:
    """The whole number that is nearest; of two, the greater, or else the even one."""
    below = math.floor(number)
    over = number - below
    if over == Fraction(1, 2):
        return below + 1 if upwards or below % 2 else below
    return below if over < Fraction(1, 2) else below + 1


COMPARE: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.IS: lambda x, y: x == y,
    Comparison.IS_NOT: lambda x, y: x != y,
    Comparison.LESS: lambda x, y: x < y,
    Comparison.AT_MOST: lambda x, y: x <= y,
    Comparison.MORE: lambda x, y: x > y,
    Comparison.AT_LEAST: lambda x, y: x >= y,
}

FOLDS: dict[Fold, Callable[[list[Any]], Value | None]] = {
    Fold.TOTAL: lambda each: exact(sum(each)),
    Fold.PRODUCT: lambda each: exact(math.prod(each)),
    Fold.HIGHEST: lambda each: max(each, default=None),
    Fold.LOWEST: lambda each: min(each, default=None),
}

OPERATIONS: dict[str, Callable[..., Value]] = {
    "add": lambda _, x, y: exact(x + y),
    "subtract": lambda _, x, y: exact(x - y),
    "multiply": lambda _, x, y: exact(x * y),
    "divide": lambda _, x, y: exact(Fraction(x) / y),
    "lesser": lambda _, x, y: min(x, y),
    "greater": lambda _, x, y: max(x, y),
    "earlier": lambda _, x, y: min(x, y),
    "later": lambda _, x, y: max(x, y),
    "excess": lambda _, x, y: exact(max(x - y, 0)),
    "round_down": lambda _, x, step: exact(step * math.floor(Fraction(x) / step)),
    "round_up": lambda _, x, step: exact(step * math.ceil(Fraction(x) / step)),
    "round_half_up": lambda _, x, step: exact(step * nearest(Fraction(x) / step, upwards=True)),
    "round_half_even": lambda _, x, step: exact(step * nearest(Fraction(x) / step, upwards=False)),
    "after": lambda calendar, period, day: values.after(day, period, calendar.rounding),
    "before": lambda calendar, period, day: values.before(day, period, calendar.rounding),
    "day_after": lambda _, day: values.add_days(day, 1),
    "day_before": lambda _, day: values.add_days(day, -1),
    "business_days_after": lambda calendar, count, day: business_day(calendar, count, day, 1),
    "business_days_before": lambda calendar, count, day: business_day(calendar, count, day, -1),
    "first_business_day": lambda calendar, day: business_day(calendar, 1, values.add_days(day, -1), 1),
    "only": lambda _, first, last: the_one(first, last),
    "last_of_month": lambda _, day: day.replace(day=calendar.monthrange(day.year, day.month)[1]),
    "first_of_next_month": lambda _, day: date(day.year + day.month // 12, day.month % 12 + 1, 1),
    "year_of": lambda _, day: day.year,
    "first_of_year": lambda _, day: date(day.year, 1, 1),
    "last_of_year": lambda _, day: date(day.year, 12, 31),
    "first_of_month": lambda _, day: day.replace(day=1),
    "day_number": lambda _, day: day.day,
    "whole_years": lambda calendar, start, end: values.whole_years(start, end, calendar.rounding),
    "days_between": lambda _, start, end: (end - start).days,
}
