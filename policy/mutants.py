"""Changes to the law: each rule of a book changed at one place, each of its priorities left out.

A mutant leaves out a rule or a priority, negates a condition, or shifts a comparison, number, day or period by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import Flag, auto
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

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
    Priority,
    Program,
    Rule,
    Some,
    ValueOf,
    Variable,
)
from engine.operations import ROUNDINGS
from engine.search import variables_of
from engine.values import Kind, Period
from policy.book import Book
from policy.quantities import print_value
from policy.source import Span

Node = Condition | Expression


class Met(Flag):
    """What a trial met at a condition, by which it can notice that the condition is changed."""

    TESTED = auto()  # it was tested
    EDGE = auto()  # two values that the comparison's shift would part, or an open one
    FAR_EDGE = auto()  # the same of the number in it


@frozen
class Need:
    """Where a trial must have met what, else it cannot notice: a condition (by identity)."""

    condition: int
    met: Met


@frozen
class Change:
    """What was done to a rule or priority, at the words where it was done."""

    what: str
    place: Span
    need: Need | None = None


@frozen
class Mutant:
    """A change to the law: another rule for one (None: it is left out), or a priority left out.

    ``rules`` are the names of the rules without which no proof can notice, ``sentence`` is where it was done.
    """

    change: Change
    sentence: Span
    rules: tuple[str, ...]
    instead: Rule | None = None
    without: Priority | None = None

    def of(self, program: Program) -> Program:
        """The program with the change."""
        if self.without is not None:
            return evolve(program, priorities=tuple(each for each in program.priorities if each != self.without))
        rules = (self.instead if rule.name == self.rules[0] else rule for rule in program.rules)
        return evolve(program, rules=tuple(rule for rule in rules if rule is not None))


def mutants(book: Book) -> Iterator[Mutant]:
    """Every mutant of a book, rule by rule, then the priorities."""
    program = book.assembly.program
    for rule in program.rules:
        place = rule.origin.place
        if isinstance(place, Span):
            yield Mutant(Change("left out", place), place, (rule.name,))
            for instead, change in _changed_rules(rule, place):
                yield Mutant(change, place, (rule.name,), instead)
    for priority in program.priorities:
        place = priority.origin.place
        if isinstance(place, Span):
            change = Change(f"{priority.stronger} no longer over {priority.weaker}", place)
            yield Mutant(change, place, (priority.weaker, priority.stronger), without=priority)


def _changed_rules(rule: Rule, place: Span) -> Iterator[tuple[Rule, Change]]:
    local = frozenset(variables_of(rule.body)) - frozenset(
        v.name for v in rule.head.arguments if isinstance(v, Variable)
    )
    for body, change in _Changes(place, local).of(rule.body):
        yield evolve(rule, body=body), change
    if rule.value is not None:
        for value, change in _Changes(place, local).of(rule.value):
            yield evolve(rule, value=value), change


_NEGATED = (Atom, Compare, Exists, Before, On, Some)
_PARTS: dict[type, tuple[str, ...]] = {
    Atom: ("arguments",),
    Compare: ("left", "right"),
    Exists: ("expression",),
    Before: ("earlier", "later"),
    Not: ("condition",),
    And: ("conditions",),
    Or: ("conditions",),
    Some: ("condition",),
    On: ("arguments", "first", "last"),
    Variable: (),
    Constant: (),
    ValueOf: ("arguments",),
    Apply: ("arguments",),
    Aggregate: ("of", "where"),
}


@frozen
class _Changes:
    """The changes of a condition or expression, one at each place where there is something to change.

    What the lowering added by itself has no place of its own and is left as it is. ``local`` are the variables that
    run through things, ``within`` is the condition last entered.
    """

    place: Span
    local: frozenset[str]
    within: Condition | None = None

    def of(self, node: Any, negate: bool = True) -> Iterator[tuple[Any, Change]]:
        """The node with each change."""
        inner = self._entered(node)
        if negate and isinstance(node, _NEGATED) and isinstance(node.origin.place, Span):
            what = f"negated{_of_which(node)}"
            yield Not(node, node.origin), inner.change(what, inner.need_tested())
        match node:
            case Not():
                yield node.condition, inner.change("no longer negated", inner.need_tested())
            case Compare(comparison=comparison) if comparison in SHIFTED:
                other = SHIFTED[comparison]
                what = f"{_SAID[comparison]} becomes {_SAID[other]}"
                yield evolve(node, comparison=other), inner.change(what, inner.need_edge(Met.EDGE))
            case On():
                what = "throughout becomes at any time" if node.throughout else "at any time becomes throughout"
                yield evolve(node, throughout=not node.throughout), inner.change(what, inner.need_tested())
            case Constant():
                yield from self._shifts(node, True, self.need_tested())
        for name in _PARTS[type(node)]:
            part = getattr(node, name)
            for number, each in enumerate(part if isinstance(part, tuple) else (part,)):
                for other, change in inner._of_part(node, name, each):
                    whole = (*part[:number], other, *part[number + 1 :]) if isinstance(part, tuple) else other
                    yield evolve(node, **{name: whole}), change

    def _of_part(self, node: Any, name: str, part: Any) -> Iterator[tuple[Any, Change]]:
        if isinstance(node, Apply) and node.operation in ROUNDINGS and part is node.arguments[1]:
            return  # what is rounded to is a word of the language
        if isinstance(node, Compare) and isinstance(part, Constant):
            yield from self._shifts(part, outward(node, name), self.need_edge(Met.FAR_EDGE))
        elif part is not None:
            yield from self.of(part, negate=not isinstance(node, Not))

    def _shifts(self, constant: Constant, up: bool, need: Need | None) -> Iterator[tuple[Any, Change]]:
        other = shifted(constant, up)
        if other is not None:
            told = (print_value(each.value, each.type) for each in (constant, other))
            yield other, self.change(" becomes ".join(told), need)

    def _entered(self, node: Any) -> _Changes:
        place = node.origin.place if hasattr(node, "origin") else None
        own = place if isinstance(place, Span) else self.place
        local = self.local
        if isinstance(node, (Some, Aggregate)):
            local |= {variable.name for variable in node.variables}
        return _Changes(own, local, node if isinstance(node, _TESTED) else self.within)

    def change(self, what: str, need: Need | None) -> Change:
        return Change(f"{what}: {shown(self.place)}", self.place, need)

    def need_tested(self) -> Need | None:
        """Whoever notices has tested the condition; not so of one that finds what variables run through."""
        if self.within is None or self.local & set(variables_of(self.within)):
            return None
        return Need(id(self.within), Met.TESTED)

    def need_edge(self, met: Met) -> Need | None:
        """Whoever notices has compared values at the edge; not so where the comparison itself bounds a variable."""
        node = self.within
        if not isinstance(node, Compare) or node.comparison not in SHIFTED:
            return self.need_tested()
        sides = (node.left, node.right)
        if any(isinstance(side, Variable) and side.name in self.local for side in sides):
            return None
        return Need(id(node), met)


_TESTED = (*_NEGATED, Not)
SHIFTED = {
    Comparison.LESS: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.MORE,
}
_SAID = {
    Comparison.LESS: "less than",
    Comparison.AT_MOST: "at most",
    Comparison.MORE: "more than",
    Comparison.AT_LEAST: "at least",
}


def _of_which(node: Condition) -> str:
    """Which of the several names that a thing is compared with (`is one of A and B`) a condition is about."""
    named = node.right.value if isinstance(node, Compare) and isinstance(node.right, Constant) else None
    return f" for {named}" if isinstance(named, str) else ""


def outward(node: Node, side: str) -> bool:
    """Whether a number is shifted up: so that it, and not the comparison's own shift, moves the far end of a bound."""
    if not isinstance(node, Compare):
        return True
    if side == "right":
        return node.comparison not in (Comparison.LESS, Comparison.AT_LEAST)
    return node.comparison not in (Comparison.MORE, Comparison.AT_MOST)


def shifted(constant: Constant, up: bool) -> Constant | None:
    """A number, day or period one unit away: a hundredth where it is no whole number; None where there is none."""
    value = constant.value
    step = 1 if up else -1
    match value:
        case date() if date.min < value < date.max:
            return evolve(constant, value=value + timedelta(step))
        case Period():
            return evolve(constant, value=Period(value.months, value.days + 1))
        case int() | Fraction() if constant.type.kind is Kind.NUMBER:
            whole = Fraction(value).denominator == 1
            return evolve(constant, value=value + step * (1 if whole else Fraction(1, 100)))
        case _:
            return None


_WIDEST = 90


def shown(place: Span) -> str:
    """The words of a place, in one line."""
    text = " ".join(place.text.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
