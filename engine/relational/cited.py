"""Which rules decide a row: when each of them does, as a truth beside the row's own.

What the explanation of one answer reads off its proof is here worked out for every row: of a *yes* the rules that grant
and the limits that were tested, of a *no* the rules that forbid, or what keeps those that would grant from granting.
What is open is told like what holds: of it, that of which the answer may come.
What is NULL here may be certain in a proof that tells cases apart: where such a truth would decide what is cited, that
is said (`sought.CASES`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Compare,
    Condition,
    Constant,
    Exists,
    Expression,
    Not,
    Or,
    Relation,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.relational.algebra import FALSE, TRUE, Scalar, both, either, is_false, is_true, is_unknown, negation
from engine.relational.amounts import Amount
from engine.relational.scope import Scope
from engine.relational.sought import CASES, Cited, failing
from engine.search import variables_of

if TYPE_CHECKING:
    from engine.relational.translate import Attempt, Bound, Translator


def deciding(
    into: Translator, of: Condition, bound: Bound, scope: Scope, holds: bool, asked: Scalar
) -> Iterator[Cited]:
    """What decides a condition in the rows in which it holds (does not) or is open; no others are ``asked`` about."""
    match of:
        case Atom(relation, arguments):
            relation_ = into.plan.relations[relation]
            if holds:  # a value that an argument is computed from holds, whatever is said of it
                yield from _noted(into, arguments, bound, scope)
            amounts = into.amounts(arguments, bound, scope)
            exist = both(*(each.exists for each in amounts))
            yield is_unknown(exist), None
            yield is_false(exist), relation_.origin  # of what does not exist nothing is so, and no rule is asked
            there = is_true(exist)
            for when_, origin in _of_statement(into, relation_, amounts, scope, holds, both(asked, there)):
                yield both(there, when_), origin
        case Compare(_, left, right):
            yield from _noted(into, (left, right), bound, scope)
        case Exists(expression):
            yield from _noted(into, (expression,), bound, scope)
        case Not(inner):
            yield from deciding(into, inner, bound, scope, not holds, asked)
        case And() | Or():
            yield from _joined(into, of, bound, scope, holds, asked)
        case Some() if not holds:
            yield is_unknown(into.test(of, bound, scope)), None
            yield from failing(into, of, bound, scope, asked, deciding)
        case Some():
            yield TRUE, None


def of_value(into: Translator, of: Expression, bound: Bound, scope: Scope) -> Iterator[Cited]:
    """What decides a value."""
    if not isinstance(of, ValueOf):
        yield TRUE, None
        return
    arguments = into.amounts(of.arguments, bound, scope)
    yield from _of_value(into, into.plan.relations[of.relation], arguments, scope)


def _flat(of: And | Or) -> tuple[Condition, ...]:
    if isinstance(of, Or):
        return of.conditions
    return tuple(each for part in of.conditions for each in (_flat(part) if isinstance(part, And) else (part,)))


def _joined(into: Translator, of: And | Or, bound: Bound, scope: Scope, holds: bool, asked: Scalar) -> Iterator[Cited]:
    """The first part that decides alone; where none does, all that may decide together."""
    parts = _flat(of)
    truths = [into.test(part, bound, scope) for part in parts]
    alone = [is_false(truth) if isinstance(of, And) else is_true(truth) for truth in truths]
    together = isinstance(of, And) is holds
    before: Scalar = FALSE
    for part, truth, decides in zip(parts, truths, alone, strict=True):
        if together:
            here: Scalar = TRUE
        else:
            yield both(is_unknown(truth), negation(before)), CASES
            here = either(both(decides, negation(before)), both(is_unknown(truth), negation(either(*alone))))
        for when_, origin in deciding(into, part, bound, scope, holds, both(asked, here)):
            yield both(here, when_), origin
        before = either(before, decides)


def _of_statement(
    into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope, holds: bool, asked: Scalar
) -> Iterator[Cited]:
    if relation.record or relation.span or relation.silence is not Silence.CONCLUDED:
        yield TRUE, relation.origin
        return
    if relation.name in into.plan.recursive or into.plan.ledger.table(relation.name) is not None:
        yield TRUE, None
        return
    attempts = into.attempts(relation, arguments, scope)
    granting = [each for each in attempts if each.rule.positive]
    limits = [each for each in attempts if not each.rule.positive]
    for each in attempts:
        yield is_unknown(each.match), None
        yield is_unknown(each.truth), CASES
    if holds:
        yield from ((negation(is_false(each.truth)), each.rule.origin) for each in granting)
        yield from ((is_true(each.match), each.rule.origin) for each in limits)
        return
    certainly = either(*(is_true(each.truth) for each in limits))
    may_grant = negation(both(*(is_false(each.truth) for each in granting)))
    perhaps = both(negation(certainly), may_grant)
    forbidding = [either(is_true(each.truth), both(perhaps, is_unknown(each.truth))) for each in limits]
    yield from ((forbids, each.rule.origin) for forbids, each in zip(forbidding, limits, strict=True))
    nothing_forbids = negation(either(*forbidding))
    for each in granting:
        tried = both(nothing_forbids, is_true(each.match))
        if tried == FALSE:
            continue
        yield tried, each.rule.origin
        body = _body(each)
        truth = into.test(body, each.bound, scope)
        yield both(tried, is_unknown(truth)), CASES
        fails = both(tried, is_false(truth))
        for when_, origin in deciding(into, body, each.bound, scope, False, both(asked, fails)):
            yield both(fails, when_), origin


def _body(attempt: Attempt) -> Condition:
    """What a rule wants: that there are such things, if it speaks of others than its conclusion does."""
    rule = attempt.rule
    others = tuple(each for name, each in variables_of(rule.body).items() if name not in attempt.bound)
    return Some(others, rule.body, rule.origin) if others else rule.body


def _noted(into: Translator, expressions: tuple[Expression, ...], bound: Bound, scope: Scope) -> Iterator[Cited]:
    """The clauses of the values that expressions are computed from, but for those in aggregates."""
    for each in expressions:
        match each:
            case Variable() | Constant() | Aggregate():
                continue
            case Apply(_, arguments):
                yield from _noted(into, arguments, bound, scope)
            case ValueOf(name, arguments):
                yield from _noted(into, arguments, bound, scope)
                yield from _of_value(into, into.plan.relations[name], into.amounts(arguments, bound, scope), scope)


def _of_value(into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Iterator[Cited]:
    into.plan.cited.setdefault(relation.name)
    if relation.record or relation.span or relation.silence is not Silence.CONCLUDED:
        yield TRUE, relation.origin
        return
    if into.plan.ledger.table(relation.name) is not None:
        yield TRUE, None
        return
    attempts = into.attempts(relation, arguments, scope)
    none = both(*(is_false(each.truth) for each in attempts))
    for each in attempts:
        yield either(negation(is_false(each.truth)), both(none, is_true(each.match))), each.rule.origin
        yield is_unknown(each.truth), CASES
        yield is_unknown(each.match), None
    if not attempts:
        yield TRUE, relation.origin
