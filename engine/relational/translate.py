"""Conditions, expressions and rules as scalars of a scope.

What `engine.compile` and `engine.evaluate` do for one question is done here for every row at once.

A truth is TRUE, FALSE or NULL. NULL stands for all that is not settled here: what is unknown, rules that conflict,
and what this path cannot do (noted in the plan). So what comes out TRUE or FALSE is so whatever the unknowns are.
"""

from __future__ import annotations

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
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.relational import gather, recorded
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    UNKNOWN_TRUTH,
    Literal,
    Scalar,
    both,
    either,
    is_false,
    is_true,
    negation,
    when,
)
from engine.relational.amounts import (
    Amount,
    Unsupported,
    aligned,
    compare,
    constant,
    ends_of,
    overflowing,
    same_size,
    unknown,
)
from engine.relational.lowering import Lowering
from engine.relational.scope import Plan, Scope
from engine.relational.tables import Table
from engine.search import variables_of
from engine.values import Kind

Bound = dict[str, Amount]
"""Variables by name."""


@frozen
class Attempt:
    """An instance of a rule: ``holds`` with its exemptions, ``truth`` undefeated too; ``value`` is what it concludes.

    ``under`` are the attempts with priority over it: where one of them applies, it can conclude nothing else.
    """

    rule: Rule
    match: Scalar
    bound: Bound
    holds: Scalar
    truth: Scalar
    value: Amount | None = None
    under: tuple[Attempt, ...] = ()


@frozen
class Translator:
    """Translates for one plan."""

    plan: Plan

    # ---------------------------------------------------------- conditions

    def test(self, condition: Condition, bound: Bound, scope: Scope) -> Scalar:
        """Whether a condition holds; NULL where that is not settled here."""
        try:
            return self._test(condition, bound, scope)
        except Unsupported as reason:
            self.plan.note(str(reason))
            return UNKNOWN_TRUTH

    def _test(self, condition: Condition, bound: Bound, scope: Scope) -> Scalar:
        match condition:
            case Atom():
                arguments = self.amounts(condition.arguments, bound, scope)
                return self.statement(self.plan.relations[condition.relation], arguments, scope)
            case Compare():
                return self._compare(condition, bound, scope)
            case Exists():
                return self.amount(condition.expression, bound, scope).exists
            case Before():
                if self._is_outer(condition, bound, scope):
                    return self._outside(condition, bound, scope)
                one, other = self.amounts((condition.earlier, condition.later), bound, scope)
                return self.before(self.plan.relations[condition.relation], one, other, scope)
            case Not():
                return negation(self.test(condition.condition, bound, scope))
            case And():
                return self._all(condition, bound, scope)
            case Or():
                return either(*(self.test(part, bound, scope) for part in condition.conditions))
            case Some() | On() if self._is_outer(condition, bound, scope):
                return self._outside(condition, bound, scope)
            case Some():
                return gather.some(self, condition.variables, condition.condition, bound, scope)
            case On():
                return self._on(condition, bound, scope)

    def _all(self, condition: And, bound: Bound, scope: Scope) -> Scalar:
        truths: list[Scalar] = []
        for part in condition.conditions:
            truths.append(self.test(part, bound, scope))
            if truths[-1] == FALSE:
                return FALSE
        return both(*truths)

    def _is_outer(self, node: Condition | Expression, bound: Bound, scope: Scope) -> bool:
        """Whether all that is free in it is of the outer scope."""
        return scope.outer is not None and all(scope.is_outer(bound[name].columns) for name in variables_of(node))

    def _outside(self, condition: Condition, bound: Bound, scope: Scope) -> Scalar:
        assert scope.outer is not None
        return scope.take_truth(self.test(condition, bound, scope.outer))

    def _compare(self, condition: Compare, bound: Bound, scope: Scope) -> Scalar:
        left, right = self.amounts((condition.left, condition.right), bound, scope)
        if FALSE in (left.exists, right.exists):
            return FALSE
        if scope.is_outer(left.columns | right.columns) and (left.columns | right.columns):
            assert scope.outer is not None
            return scope.take_truth(compare(condition.comparison, left, right))
        return compare(condition.comparison, left, right)

    def _on(self, condition: On, bound: Bound, scope: Scope) -> Scalar:
        keys = self.amounts(condition.arguments, bound, scope)
        first, last = self.amounts((condition.first, condition.last), bound, scope)
        relation = self.plan.relations[condition.relation]
        return recorded.over_time(self, relation, keys, first, last, condition.throughout, scope)

    def before(self, relation: Relation, one: Amount, other: Amount, scope: Scope) -> Scalar:
        """Whether one record comes before another: by date, then by the recorded order."""
        if one.number == other.number:
            return FALSE
        assert relation.time is not None
        first = self.quantity(relation, (one,), relation.time, scope)
        second = self.quantity(relation, (other,), relation.time, scope)
        less = compare(Comparison.LESS, first, second)
        same = compare(Comparison.IS, first, second)
        itself = compare(Comparison.IS, one, other)
        order = recorded.in_order(self, relation, one, other, scope)
        return both(negation(itself), either(less, both(same, order)))

    # --------------------------------------------------------- expressions

    def amounts(self, expressions: tuple[Expression, ...], bound: Bound, scope: Scope) -> tuple[Amount, ...]:
        return tuple(self.amount(each, bound, scope) for each in expressions)

    def amount(self, expression: Expression, bound: Bound, scope: Scope) -> Amount:
        """The value of an expression; NULL where it is not settled here."""
        try:
            return self._amount(expression, bound, scope)
        except Unsupported as reason:
            self.plan.note(str(reason))
            return unknown(Kind.NUMBER, optional=True)

    def _amount(self, expression: Expression, bound: Bound, scope: Scope) -> Amount:
        match expression:
            case Variable():
                return bound[expression.name]
            case Constant():
                return constant(expression.value, self.plan.ledger.symbols.code)
            case ValueOf():
                relation = self.plan.relations[expression.relation]
                if relation.span:
                    raise Unsupported(f"the day on which a statement over time ended is asked: {relation.name}")
                place = [column.name for column in relation.columns].index(expression.column)
                arguments = self.amounts(expression.arguments, bound, scope)
                return self.quantity(relation, arguments, place, scope)
            case Apply():
                return self.apply(expression.operation, self.amounts(expression.arguments, bound, scope), scope)
            case Aggregate() if self._is_outer(expression, bound, scope):
                assert scope.outer is not None
                return scope.take(self.amount(expression, bound, scope.outer))
            case Aggregate():
                return gather.aggregate(self, expression, bound, scope)

    def apply(self, operation: str, arguments: tuple[Amount, ...], scope: Scope) -> Amount:
        columns = set().union(*(each.columns for each in arguments))
        if scope.outer is not None and scope.is_outer(columns) and columns:
            return scope.take(self.apply(operation, arguments, scope.outer))
        lowering = Lowering(self.plan.calendar, scope.frame.let, scope.frame.error)
        return scope.named(lowering.apply(operation, arguments))

    def in_intervals(
        self, table: Table, keys: tuple[Amount, ...], first: Amount, last: Amount, silent: Scalar, scope: Scope
    ) -> Scalar:
        """Whether one of several intervals for the same keys has a day from first to last."""
        return gather.in_intervals(self, table, keys, first, last, silent, scope)

    # ------------------------------------------------------ by a relation

    def statement(self, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
        """Whether a statement holds for these arguments."""
        exist = both(*(each.exists for each in arguments))
        if exist == FALSE:
            return FALSE
        columns = set().union(*(each.columns for each in arguments))
        if scope.outer is not None and scope.is_outer(columns):
            return scope.take_truth(self.statement(relation, arguments, scope.outer))
        key = (relation.name, arguments)
        if key not in scope.memo:
            with overflowing(relation.name):
                found = scope.frame.let(both(exist, self._statement(relation, arguments, scope)))
                scope.memo[key] = _by_name(found, scope)
        known: Scalar = scope.memo[key]
        return known

    def _statement(self, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
        if relation.span:
            *keys, day = arguments
            return recorded.over_time(self, relation, tuple(keys), day, day, True, scope)
        if relation.record or relation.silence is not Silence.CONCLUDED:
            return recorded.statement(self, relation, arguments, scope)
        judged = recorded.judged(relation, arguments, scope)
        if judged is not None:
            return judged
        if relation.name in self.plan.recursive:
            concluded = gather.recursion(self, relation, arguments, scope)
        else:
            concluded = self.concluded(relation, arguments, scope)
        return recorded.overridden(self, relation, arguments, concluded, scope)

    def quantity(self, relation: Relation, arguments: tuple[Amount, ...], column: int, scope: Scope) -> Amount:
        """The value in a column of the row with these keys."""
        exist = both(*(each.exists for each in arguments))
        if exist == FALSE:
            return evolve(unknown(relation.columns[column].type.kind), exists=FALSE, known=True)
        columns = set().union(*(each.columns for each in arguments))
        if scope.outer is not None and scope.is_outer(columns):
            return scope.take(self.quantity(relation, arguments, column, scope.outer))
        key = (relation.name, arguments, column)
        if key not in scope.memo:
            with overflowing(relation.name):
                found = self._quantity(relation, arguments, column, scope)
                named = scope.named(evolve(found, exists=both(exist, found.exists)))
                exists = _by_name(named.exists, scope)
                number = named.number if named.kind is Kind.DATE else _by_name(named.number, scope)
                scope.memo[key] = evolve(named, number=number, exists=exists)
        known: Amount = scope.memo[key]
        return known

    def _quantity(self, relation: Relation, arguments: tuple[Amount, ...], column: int, scope: Scope) -> Amount:
        if relation.record or relation.silence is not Silence.CONCLUDED:
            return recorded.cell(self, relation, arguments, column, scope)
        attempts = self.attempts(relation, arguments, scope)
        return recorded.given(self, relation, arguments, column, self._agreed(relation, attempts, scope), scope)

    # --------------------------------------------------------------- rules

    def concluded(self, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
        """What the rules make of a statement; NULL where they conflict."""
        attempts = self.attempts(relation, arguments, scope)
        let = scope.frame.let
        support = let(either(*(each.truth for each in attempts if each.rule.positive)))
        against = let(either(*(each.truth for each in attempts if not each.rule.positive)))
        if support == FALSE or against == FALSE:
            return support
        conflict = when(is_false(support), FALSE, UNKNOWN_TRUTH)
        return when(is_true(against), conflict, both(support, negation(against)))

    def attempts(self, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> list[Attempt]:
        """Every rule tried on these arguments, the defeated ones defeated."""
        key = ("attempts", relation.name, arguments)
        known: list[Attempt] | None = scope.memo.get(key)
        if known is None:
            tried = [self._try(rule, arguments, scope) for rule in self.plan.rules.get(relation.name, ())]
            known = self._defeat([each for each in tried if each.match != FALSE], scope)
            scope.memo[key] = known
        return known

    def _try(self, rule: Rule, arguments: tuple[Amount, ...], scope: Scope) -> Attempt:
        bound: Bound = {}
        matches: list[Scalar] = []
        for argument, given in zip(rule.head.arguments, arguments, strict=True):
            if isinstance(argument, Variable) and argument.name not in bound:
                bound[argument.name] = given
                continue
            expected = (
                bound[argument.name]
                if isinstance(argument, Variable)
                else constant(argument.value, self.plan.ledger.symbols.code)  # type: ignore[union-attr]
            )
            matches.append(compare(Comparison.IS, evolve(given, exists=TRUE), evolve(expected, exists=TRUE)))
        match = both(*matches)
        if match == FALSE:
            return Attempt(rule, FALSE, bound, FALSE, FALSE)
        inner = {name: each for name, each in variables_of(rule.body).items() if name not in bound}
        in_value = set(variables_of(rule.value)) - set(bound)
        value: Amount | None = None
        if inner and in_value:
            assert rule.value is not None
            try:
                body, value = gather.witnesses(self, tuple(inner.values()), rule.body, rule.value, bound, scope)
            except Unsupported as reason:
                self.plan.note(str(reason))
                body, value = UNKNOWN_TRUTH, unknown(Kind.NUMBER, optional=True)
        else:
            body = self.test(Some(tuple(inner.values()), rule.body) if inner else rule.body, bound, scope)
            if rule.value is not None and body != FALSE:
                value = self.amount(rule.value, bound, scope)
        exempt = (negation(self.test(atom, bound, scope)) for atom in rule.exemptions)
        exists = TRUE if value is None else value.exists
        holds = scope.frame.let(both(match, body, *exempt, exists))
        return Attempt(rule, match, bound, holds, holds, value)

    def _defeat(self, attempts: list[Attempt], scope: Scope) -> list[Attempt]:
        settled: dict[int, Attempt] = {}

        def settle(place: int) -> Attempt:
            if place not in settled:
                weaker = attempts[place]
                under = tuple(
                    settle(other)
                    for priority in self.plan.over.get(weaker.rule.name, ())
                    for other, stronger in enumerate(attempts)
                    if stronger.rule.name == priority.stronger
                )
                beaten = (negation(self._otherwise(stronger, weaker)) for stronger in under)
                settled[place] = evolve(weaker, truth=scope.frame.let(both(weaker.holds, *beaten)), under=under)
            return settled[place]

        return [settle(place) for place in range(len(attempts))]

    @staticmethod
    def _otherwise(stronger: Attempt, weaker: Attempt) -> Scalar:
        """Whether the stronger applies and concludes otherwise."""
        if stronger.truth == FALSE or weaker.holds == FALSE:
            return FALSE
        if weaker.rule.value is None:
            return stronger.truth if stronger.rule.positive != weaker.rule.positive else FALSE
        assert stronger.value is not None and weaker.value is not None
        return both(stronger.truth, compare(Comparison.IS_NOT, stronger.value, weaker.value))

    def _agreed(self, relation: Relation, attempts: list[Attempt], scope: Scope) -> Amount:
        """The value that the rules that apply agree on; NULL where they do not or it is not known which apply."""
        kind = relation.columns[-1].type.kind
        applying = [each for each in attempts if each.truth != FALSE]
        nothing = evolve(unknown(kind), exists=FALSE, known=True)
        if not applying:
            return nothing
        first = applying[0]
        assert first.value is not None
        if len(applying) == 1:
            return evolve(first.value, exists=first.truth, known=first.value.known and _is_settled(first.truth))
        let = scope.frame.let
        result = first.value
        number: Amount = evolve(result, exists=TRUE)
        sure = is_true(first.truth)
        for each in applying[1:]:
            assert each.value is not None
            number = _either(sure, number, evolve(each.value, exists=TRUE), let)
            sure = let(either(sure, is_true(each.truth)))
        agree = [
            either(
                is_false(each.truth),
                *(both(is_true(one.truth), self._same(one, number)) for one in (each, *each.under)),
            )
            for each in applying
        ]
        certain = let(both(*(is_true(each) for each in agree)))
        exists = let(either(*(each.truth for each in applying)))
        return evolve(
            number, number=let(when(certain, number.number, UNKNOWN_NUMBER)), exists=exists, known=certain == TRUE
        )

    @staticmethod
    def _same(attempt: Attempt, chosen: Amount) -> Scalar:
        if attempt.value is None or attempt.truth == FALSE:
            return FALSE
        return compare(Comparison.IS, evolve(attempt.value, exists=TRUE), chosen)


def _by_name(scalar: Scalar, scope: Scope) -> Scalar:
    """What is the same in all rows, for it is not known, by a name of its own: it is asked why a row is open."""
    is_nameless = isinstance(scalar, Literal) and scalar.value is None and scope.is_told
    return scope.frame.apart(scalar) if is_nameless else scalar


def _is_settled(truth: Scalar) -> bool:
    return isinstance(truth, Literal) and truth.value is not None


def _either(truth: Scalar, one: Amount, other: Amount, let: Any) -> Amount:
    """One where a truth holds for certain, else the other."""
    if truth == TRUE:
        return one
    if truth == FALSE:
        return other
    if one.kind is Kind.PERIOD:
        raise Unsupported("one of several periods")
    first, second, scale = aligned(one, other)
    left, right = same_size(first, second)
    low, high = ends_of(first, second)
    return Amount(
        other.kind,
        let(when(truth, left, right)),
        scale.low if isinstance(scale.scalar, Literal) else scale.scalar,
        TRUE,
        low,
        high,
        one.known and other.known,
        scale.high,
    )
