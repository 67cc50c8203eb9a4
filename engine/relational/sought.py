"""Why a search finds nothing: of each thing that it runs through, the first condition that fails for it.

The reference evaluator takes the conditions of a search in an order that depends on the program alone, and of each
thing it keeps the first that fails. Here the same things are run through in the same order of conditions, for those
rows whose search fails. Where they cannot be told for certain (a condition that is not known, things that are perhaps
not recorded, a search through what rules conclude, or through several relations), the proof is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from engine.model import Comparison, Condition, Expression, Origin, Relation, Silence, Some, Variable
from engine.relational import algebra, binding
from engine.relational.algebra import (
    FALSE,
    TRUE,
    Folded,
    Scalar,
    both,
    either,
    is_false,
    is_true,
    is_unknown,
    negation,
)
from engine.relational.amounts import Amount, Overflow, Unsupported, compare
from engine.relational.binding import Members
from engine.relational.gather import joined
from engine.relational.scope import Plan, Scope
from engine.relational.tables import Table
from engine.search import attributes_sought, conjuncts, variables_of

if TYPE_CHECKING:
    from engine.relational.translate import Bound, Translator

CASES = Origin("cases")
"""In the place of a clause: what decides hangs on what is not known, and a proof may tell cases of it apart."""
Cited = tuple[Scalar, Origin | None]
"""When a clause is cited (never NULL), and where it stands; None: what decides is read off the proof."""
Why = Callable[["Translator", Condition, "Bound", Scope, bool, Scalar], Iterator[Cited]]
"""What decides a condition; see `engine.relational.cited.deciding`."""


class _Untold(Exception):
    """What fails cannot be told by tables."""


def failing(into: Translator, of: Some, bound: Bound, scope: Scope, asked: Scalar, why: Why) -> Iterator[Cited]:
    """What decides that a search finds nothing, in the rows ``asked`` about, in which it certainly does not."""
    found = _Failures(into, bound, scope, asked, why)
    try:
        found.search(of)
    except (_Untold, Unsupported, Overflow):
        yield TRUE, None
        return
    yield from found.cited


@frozen
class _Failures:
    """What is found to fail, and when."""

    into: Translator
    bound: Bound
    scope: Scope
    asked: Scalar
    why: Why
    cited: list[Cited] = field(factory=list)

    def search(self, of: Some) -> None:
        free = {variable.name for variable in of.variables}
        before, source, after, narrowing = _in_order(self.into.plan, of.condition, free)
        outside = {name: amount for name, amount in self.bound.items() if name not in free}
        passed = self._each(before, outside, self.scope, self.asked, TRUE)
        relation, keys = source
        table = self.into.plan.ledger.table(relation.name)
        if table is None:
            return
        inner = binding.opened(self.into, self.scope)
        row = binding.scanned(self.into, table, inner)
        there = tuple(evolve(row.amount(facts), exists=TRUE) for facts in table.columns[: relation.keys])
        cells = dict(zip(keys, there, strict=True))
        own = {key.name: cell for key, cell in cells.items() if isinstance(key, Variable) and key.name in free}
        if inner.frame.base == algebra.One():  # there is one thing, and it is known which
            fits = [self._equal(cell, key, outside, self.scope) for key, cell in cells.items() if _name(key) not in own]
            if narrowing:
                raise _Untold
            self._each(after, outside | own, self.scope, both(self.asked, passed), both(passed, *fits))
            return
        taken = {name: inner.take(amount) for name, amount in outside.items()}
        fits = [self._equal(cell, key, taken, inner) for key, cell in cells.items() if _name(key) not in own]
        if narrowing is not None:
            column, expression = narrowing
            value = self.into.amount(expression, outside, self.scope)
            self.cited.append((both(passed, negation(_is_plain(value))), None))
            fits.append(compare(Comparison.IS, row.amount(table.columns[column]), inner.take(value)))
        inner.filters.extend(fits)
        self._within(inner, taken | own, after, both(*fits), passed, table)

    def _equal(self, cell: Amount, key: Expression, bound: Bound, scope: Scope) -> Scalar:
        given = self.into.amount(key, bound, scope)
        return compare(Comparison.IS, cell, evolve(given, exists=TRUE))

    def _within(
        self, inner: Scope, bound: Bound, after: list[Condition], fits: Scalar, passed: Scalar, table: Table
    ) -> None:
        """What fails of the rows that fit, told outside."""
        inner.asked = both(self.asked, passed)
        rows = evolve(self, scope=inner, cited=[])
        rows._each(after, bound, inner, TRUE, fits)
        let, names = inner.frame.let, inner.plan.names
        doubt = either(*(truth for truth, origin in rows.cited if origin is None), *inner.frame.errors)
        by_clause: dict[str, tuple[Origin, list[Scalar]]] = {}
        for truth, origin in rows.cited:
            if origin is not None and origin.clause:
                by_clause.setdefault(origin.clause, (origin, []))[1].append(truth)
        told = [(origin, let(either(*truths))) for origin, truths in by_clause.values()]
        folds = {names.next("f"): (origin, truth) for origin, truth in ((None, let(doubt)), *told) if truth != FALSE}
        if not folds:
            return
        members = Members(inner, bound, (), count=table.count)
        cell, missing, _ = joined(members, tuple(Folded(name, "any", truth) for name, (_, truth) in folds.items()))
        self.cited.append((both(passed, missing), None))
        for name, (origin, _) in folds.items():
            self.cited.append((both(passed, is_true(cell(name))), origin))

    def _each(self, parts: list[Condition], bound: Bound, scope: Scope, asked: Scalar, reached: Scalar) -> Scalar:
        """What the first part that fails rests on, where the first is reached; whether all parts hold."""
        self.cited.append((is_unknown(reached), None))
        reached = scope.frame.let(is_true(reached))
        for part in parts:
            truth = scope.frame.let(self.into.test(part, bound, scope))
            self.cited.append((both(reached, is_unknown(truth)), None))
            fails = scope.frame.let(both(reached, is_false(truth)))
            if fails != FALSE:
                for when_, origin in self.why(self.into, part, bound, scope, False, both(asked, fails)):
                    self.cited.append((both(fails, when_), origin))
            reached = scope.frame.let(both(reached, is_true(truth)))
        return reached


def _name(key: Expression) -> str:
    return key.name if isinstance(key, Variable) else ""


def _is_plain(amount: Amount) -> Scalar:
    return both(is_true(amount.exists), negation(is_unknown(amount.number)))


_Source = tuple[Relation, tuple[Expression, ...]]
_Order = tuple[list[Condition], _Source, list[Condition], tuple[int, Expression] | None]


def _in_order(plan: Plan, condition: Condition, free: set[str]) -> _Order:
    """The conditions before things are run through; these, with their keys; the conditions after; what narrows them.

    Raises `_Untold` for a search through more than one relation, or through what is not listed.
    """
    remaining = list(conjuncts(condition))
    before = _ready(remaining, free)
    source = binding.next_source(plan, remaining, free)
    if not isinstance(source, binding.Source):
        raise _Untold
    relation, keys = source.relation, source.keys
    names = [key.name for key in keys if isinstance(key, Variable) and key.name in free]
    if len(set(keys)) < len(keys) or set(names) != free or plan.may_lack(relation):
        raise _Untold
    if not relation.record and relation.silence is not Silence.FALSE:
        raise _Untold
    known = {name for part in remaining for name in variables_of(part)} - free
    narrowing = attributes_sought(keys, relation, remaining, known)
    if len(narrowing) > 1:  # which of them narrows the search depends on the facts
        raise _Untold
    after = _ready(remaining, set())
    return before, (relation, keys), after, narrowing[0] if narrowing else None


def _ready(remaining: list[Condition], free: set[str]) -> list[Condition]:
    """Take out the conditions in which nothing is free."""
    found = [part for part in remaining if not set(variables_of(part)) & free]
    remaining[:] = [part for part in remaining if set(variables_of(part)) & free]
    return found
