"""Warnings that earn their place: what is well formed and most likely not what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from attrs import fields

from engine.model import (
    Aggregate,
    Atom,
    Before,
    Compare,
    Comparison,
    Condition,
    Exists,
    Expression,
    Fold,
    On,
    Relation,
    Rule,
    ValueOf,
    Variable,
)
from engine.search import conjuncts
from engine.values import Kind
from policy.assemble import Assembly, Declared
from policy.check import Asked, parts_of
from policy.diagnostic import Diagnostic
from policy.dimensions import wording
from policy.source import Span
from policy.syntax import Call, DayOf, Holds
from policy.words import Heading, Phrase

_NODES = frozenset((*get_args(Condition), *get_args(Expression)))
_PARTS: dict[type, tuple[str, ...]] = {}
_UPPER = frozenset({Comparison.LESS, Comparison.AT_MOST, Comparison.IS})
_LOWER = frozenset({Comparison.MORE, Comparison.AT_LEAST, Comparison.IS})


def warnings(declared: Declared, assembly: Assembly, asked: Iterable[Asked] = ()) -> tuple[Diagnostic, ...]:
    """What is most likely not meant in a book."""
    asked = tuple(asked)
    relations = {relation.name: relation for relation in assembly.program.relations}
    return (
        *_unused(declared.phrases, assembly.program.rules, asked),
        *_unreachable(declared.phrases, assembly.program.rules),
        *_without_upper_date(assembly.program.rules, relations),
        *_silenced(assembly, relations),
        *_ignored(asked),
    )


def nodes(part: object) -> Iterator[object]:
    """A node of the engine's model and every node in it."""
    waiting = [part]
    while waiting:
        node: Any = waiting.pop()
        yield node
        for name in reversed(_parts(type(node))):
            value = getattr(node, name)
            parts = reversed(value) if isinstance(value, tuple) else (value,)
            waiting.extend(inner for inner in parts if type(inner) in _NODES)


def _parts(kind: type) -> tuple[str, ...]:
    """The fields in which nodes of a class may have others."""
    if kind not in _PARTS:
        _PARTS[kind] = tuple(field.name for field in fields(kind) if field.eq)
    return _PARTS[kind]


def _ignored(asked: Iterable[Asked]) -> Iterator[Diagnostic]:
    """The slots of asked phrases that make no difference to the answer: whatever stands there, it is the same."""
    for form in asked:
        used = {*form.variables.named.values()}
        for slot, variable in zip(form.tree.phrase.slots, form.slots, strict=True):
            if variable not in used:
                said = f"neither what this question supposes nor what it asks speaks of the {variable.name}"
                note = (
                    f"whoever or whatever stands there, the answer is the same: say in it what `the {variable.name}` is"
                )
                yield Diagnostic("W0007", said, slot.span or form.tree.phrase.span, notes=(note,))


def _used_relations(rule: Rule) -> set[str]:
    return {part.relation for part in nodes(rule) if isinstance(part, (Atom, ValueOf, On, Before))}


def _unused(phrases: Iterable[Phrase], rules: Iterable[Rule], asked: Iterable[Asked]) -> Iterator[Diagnostic]:
    used: set[str] = set()
    for rule in rules:
        used |= _used_relations(rule)
    for form in asked:
        for term in (form.tree.ask, *(term for _, term in form.tree.cells)):
            used |= {part.phrase.relation for part in parts_of(term) if isinstance(part, (Holds, Call, DayOf))}
    ruled = {clause for rule in rules for clause in rule.origin.clause.split("; ")}
    for phrase in phrases:
        if phrase.heading in (Heading.ASKED, Heading.CONCLUDED) or _is_a_clause(phrase, ruled):
            continue
        if phrase.relation not in used:
            yield Diagnostic("W0001", f"`{wording(phrase)}` is declared and no rule uses it", phrase.span)


def _is_a_clause(phrase: Phrase, ruled: set[str]) -> bool:
    """Whether a power is all that a clause gives: people then ask what the body has done, and no rule needs it."""
    powers = (Heading.DECIDED, Heading.DETERMINED)
    return phrase.heading in powers and phrase.clause != "" and ruled.isdisjoint(phrase.clause.split("; "))


def _unreachable(phrases: Iterable[Phrase], rules: Iterable[Rule]) -> Iterator[Diagnostic]:
    """What no rule speaks of; a clause that only denies something means that it is never so."""
    reached = {rule.head.relation for rule in rules}
    for phrase in phrases:
        if phrase.heading is Heading.CONCLUDED and phrase.relation not in reached:
            yield Diagnostic("W0002", f"no rule concludes `{wording(phrase)}`", phrase.span)


# ------------------------------------------------------------- upper dates


def _without_upper_date(rules: Iterable[Rule], relations: dict[str, Relation]) -> Iterator[Diagnostic]:
    for rule in rules:
        if not any(_is_dated(argument, relations) for argument in rule.head.arguments):
            continue
        for part in nodes(rule):
            if isinstance(part, Aggregate) and not _is_bounded(part, relations):
                yield Diagnostic(
                    "W0003",
                    "this runs over later records too: no upper date is set",
                    _span(part.origin.place),
                    notes=("say `whose date is on or before …`, or `comes before …`",),
                )


def _span(place: object) -> Span | None:
    return place if isinstance(place, Span) else None


def _is_dated(argument: Expression, relations: dict[str, Relation]) -> bool:
    if not isinstance(argument, Variable):
        return False
    return argument.type.kind is Kind.DATE or _dating_column(argument, relations) is not None


def _dating_column(variable: Variable, relations: dict[str, Relation]) -> str | None:
    relation = relations.get(variable.type.name)
    if relation is None or not relation.record or relation.time is None:
        return None
    return relation.columns[relation.time].name


def _is_bounded(aggregate: Aggregate, relations: dict[str, Relation]) -> bool:
    return all(
        _has_upper_date(aggregate, member, column)
        for member in aggregate.variables
        if (column := _dating_column(member, relations)) is not None
    )


def _has_upper_date(aggregate: Aggregate, member: Variable, column: str) -> bool:
    """Whether no later record counts; to the earliest day, none does that comes after another."""
    day = ValueOf(member.type.name, (member,), column)
    if aggregate.fold is Fold.LOWEST and aggregate.of == day:
        return True
    for part in nodes(aggregate.where):
        if isinstance(part, Before) and part.earlier == member:
            return True
        if isinstance(part, Compare) and (
            (part.left == day and part.comparison in _UPPER) or (part.right == day and part.comparison in _LOWER)
        ):
            return True
    return False


# ------------------------------------------------------ silenced exceptions


def _silenced(assembly: Assembly, relations: dict[str, Relation]) -> Iterator[Diagnostic]:
    stronger = {priority.stronger for priority in assembly.program.priorities}
    for rule in assembly.program.rules:
        if rule.value is None or rule.name not in stronger:
            continue
        needed = {part for condition in conjuncts(rule.body) for part in _must_exist(condition)}
        for part in nodes(rule.value):
            if isinstance(part, ValueOf) and _is_optional(part, relations) and part not in needed:
                yield Diagnostic(
                    "W0004",
                    f"where there is no {part.column}, this rule is silent and what it is over applies",
                    _span(rule.origin.place),
                    notes=(f"add `… has a{'n' * (part.column[:1] in 'aeio')} {part.column}` to its condition",),
                )


def _must_exist(condition: object) -> Iterator[ValueOf]:
    match condition:
        case Exists(expression=ValueOf() as value):
            yield value
        case Compare():
            yield from (side for side in (condition.left, condition.right) if isinstance(side, ValueOf))


def _is_optional(value: ValueOf, relations: dict[str, Relation]) -> bool:
    relation = relations.get(value.relation)
    if relation is None or not relation.record:
        return False
    return any(column.optional and column.name == value.column for column in relation.columns)
