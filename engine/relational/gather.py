"""Searches at scale: whether there is such a thing, and folds over all such things.

A search opens a scope of its own over the rows that can give its variables values. How its result gets back to the
outer scope depends on what its conditions compare (`Members.fold`):

* all compare rows here with each other, or equate them with something outside: the rows are grouped once for all;
* one bounds a day or number here by one outside, or puts records before one: running folds along that order,
  read at the place asked about (`engine.relational.running`);
* it is a total, and what a row adds changes with a day asked about: running folds of the differences along the days
  (`engine.relational.stepping`);
* otherwise: what is asked about is joined with the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from engine.model import (
    Aggregate,
    Condition,
    Expression,
    Fold,
    Relation,
    Variable,
)
from engine.relational import algebra, binding
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    UNKNOWN_TRUTH,
    Column,
    Folded,
    Group,
    Literal,
    Scalar,
    both,
    columns_of,
    compared,
    either,
    is_false,
    is_true,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.amounts import BITS_64, Amount, Unsupported, bounded, unknown
from engine.relational.binding import Members
from engine.relational.recorded import within
from engine.relational.running import Cell, reach_of, run
from engine.relational.scope import AskedTable, Loop, LoopHere, Scope
from engine.relational.stepping import Stepped, along, stepped
from engine.relational.tables import FIRST, LAST, STATUS, Table
from engine.values import Kind

if TYPE_CHECKING:
    from engine.relational.translate import Bound, Translator


Told = tuple[Scalar, Scalar, tuple[Folded, ...]]
"""Whether a row certainly is a member, whether that is unsure, and what else to fold."""
Make = Callable[[Scalar], Told]
"""From the truth that a row is a member."""


# ------------------------------------------------------------------- results


def some(into: Translator, variables: tuple[Variable, ...], condition: Condition, bound: Bound, scope: Scope) -> Scalar:
    """Whether there are values of the variables for which a condition holds."""
    members = binding.members(into, variables, condition, bound, scope)
    if members is None:
        return FALSE
    parts = members.parts()
    if members.count == 0 or FALSE in (parts.inner, parts.given):
        return both(parts.given, members.more, UNKNOWN_TRUTH)
    if members.is_one:
        return parts.given
    let = members.scope.frame.let
    result = fold(into, members, lambda truth: (let(is_true(truth)), let(is_unknown(truth)), ()))
    unsure = either(result.unsure, result.missing, members.may_be_more)
    return both(
        parts.given, when(both(result.sure, negation(result.missing)), TRUE, when(unsure, UNKNOWN_TRUTH, FALSE))
    )


@frozen
class Result:
    """What a fold gives, in the outer scope: whether a row certainly (perhaps) belongs, and the folded numbers."""

    sure: Scalar
    unsure: Scalar
    missing: Scalar  # a key to look the group up by is not known
    folded: tuple[Scalar, ...]


def aggregate(into: Translator, expression: Aggregate, bound: Bound, scope: Scope) -> Amount:
    """The fold of an expression over all members."""
    members = binding.members(into, expression.variables, expression.where, bound, scope)
    empty = _of_none(expression.fold)
    if members is None:
        return empty
    parts = members.parts()
    of = Amount(Kind.NUMBER, number(1), 1, TRUE, 1, 1)
    if expression.of is not None and expression.fold is not Fold.NUMBER:
        of = members.scope.named(into.amount(expression.of, members.bound, members.scope))
        if not isinstance(of.scale, int) or of.kind is Kind.PERIOD:
            raise Unsupported("numbers over different denominators are folded")
    if members.count == 0 or FALSE in (parts.inner, parts.given):
        unsure = both(negation(is_false(parts.given)), members.may_be_more)
        return empty if unsure == FALSE else _blurred(empty, of.kind, unsure, scope)
    return _folded(into, expression, members, parts.given, of, empty, bound)


def _of_none(kind: Fold) -> Amount:
    if kind in (Fold.HIGHEST, Fold.LOWEST):
        return Amount(Kind.NUMBER, UNKNOWN_NUMBER, 1, FALSE)
    start = 1 if kind is Fold.PRODUCT else 0
    return Amount(Kind.NUMBER, number(start), 1, TRUE, start, start)


def _blurred(amount: Amount, kind: Kind, unsure: Scalar, scope: Scope) -> Amount:
    """The amount, not known where it is unsure."""
    let = scope.frame.let
    exists = TRUE if amount.exists == TRUE else when(let(unsure), UNKNOWN_TRUTH, amount.exists)
    return evolve(
        amount,
        kind=kind if amount.number == UNKNOWN_NUMBER else amount.kind,
        number=let(when(let(unsure), UNKNOWN_NUMBER, amount.number)),
        exists=let(exists),
        known=False,
    )


def _folded(
    into: Translator, expression: Aggregate, members: Members, given: Scalar, of: Amount, empty: Amount, bound: Bound
) -> Amount:
    kind = expression.fold
    wide, name, idle, low, high = _shape(kind, members.count, of)
    total_name = members.scope.plan.names.next("f")

    def of_each(scope: Scope, of: Amount) -> Make:
        let = scope.frame.let

        def make(truth: Scalar) -> Told:
            belongs = let(is_true(truth))
            counts = let(both(belongs, is_true(of.exists)))
            doubtful = let(either(both(is_unknown(truth), negation(is_false(of.exists))), both(belongs, of.missing)))
            return counts, doubtful, (Folded(total_name, name, let(when(counts, of.number, idle)), wide),)

        return make

    def by_steps() -> tuple[Stepped, Told] | None:
        found = stepped(into, expression, members, bound)
        if found is None:
            return None
        again = of
        if expression.of is not None and kind is not Fold.NUMBER:
            again = found.scope.named(into.amount(expression.of, found.bound, found.scope))
        told = of_each(found.scope, again)(found.truth)
        return (found, told) if again.scale == of.scale else None

    result = fold(into, members, of_each(members.scope, of), by_steps if name == "sum" else None)
    outer = members.outer
    (total,) = result.folded
    exists: Scalar = TRUE
    if kind in (Fold.HIGHEST, Fold.LOWEST):
        exists = both(is_true(given), result.sure)
    else:
        total = when(is_false(given), empty.number, when(is_unknown(total), empty.number, total))
    amount = Amount(of.kind, outer.frame.let(total), of.scale, outer.frame.let(exists), low, high, True, of.scale_high)
    unsure = both(
        negation(is_false(given)), either(result.missing, result.unsure, is_unknown(given), members.may_be_more)
    )
    return amount if unsure == FALSE else _blurred(amount, amount.kind, unsure, outer)


def _shape(kind: Fold, count: int, of: Amount) -> tuple[bool, str, Scalar, int, int]:
    """Whether the fold needs 128 bits, its name, what a row that does not count gives, and its bounds."""
    if kind in (Fold.HIGHEST, Fold.LOWEST):
        return of.is_wide, "max" if kind is Fold.HIGHEST else "min", UNKNOWN_NUMBER, of.low, of.high
    if kind is Fold.PRODUCT:
        raise Unsupported("numbers of several records are multiplied")
    low, high = min(0, of.low * count), max(0, of.high * count)
    bounded(low, high)
    return low < -BITS_64 or high > BITS_64, "sum", number(0), low, high


def witnesses(
    into: Translator,
    variables: tuple[Variable, ...],
    condition: Condition,
    value: Expression,
    bound: Bound,
    scope: Scope,
) -> tuple[Scalar, Amount]:
    """Whether a condition holds for some values, and the value that all of those give (NULL: not the same one)."""
    members = binding.members(into, variables, condition, bound, scope)
    nothing = Amount(Kind.NUMBER, UNKNOWN_NUMBER, 1, FALSE)
    if members is None:
        return FALSE, nothing
    parts = members.parts()
    if members.count == 0 or FALSE in (parts.inner, parts.given):
        open_ = both(parts.given, members.more, UNKNOWN_TRUTH)
        return open_, unknown(Kind.NUMBER, True) if open_ != FALSE else nothing
    of = members.scope.named(into.amount(value, members.bound, members.scope))
    if not isinstance(of.scale, int) or of.kind is Kind.PERIOD:
        raise Unsupported("values over different denominators")
    let = members.scope.frame.let
    names = [members.scope.plan.names.next("f") for _ in ("min", "max")]

    def make(truth: Scalar) -> Told:
        holds = let(both(truth, of.exists))
        counts = let(is_true(holds))
        doubtful = let(either(is_unknown(holds), both(counts, is_unknown(of.number))))
        cell = let(when(counts, of.number, UNKNOWN_NUMBER))
        folds = (Folded(name, fold, cell, of.is_wide) for name, fold in zip(names, ("min", "max"), strict=True))
        return counts, doubtful, tuple(folds)

    result = fold(into, members, make)
    outer = members.outer
    let_out = outer.frame.let
    unsure = let_out(either(result.missing, result.unsure, members.may_be_more))
    sure = both(result.sure, negation(result.missing))
    truth = let_out(both(parts.given, when(sure, TRUE, when(unsure, UNKNOWN_TRUTH, FALSE))))
    least, greatest = result.folded
    one = let_out(both(is_true(compared("=", least, greatest)), negation(unsure), is_true(parts.given)))
    amount = Amount(of.kind, let_out(when(one, least, UNKNOWN_NUMBER)), of.scale, TRUE, of.low, of.high, False)
    return truth, amount


# --------------------------------------------------------------- the folding


def fold(
    into: Translator,
    members: Members,
    make: Make,
    by_steps: Callable[[], tuple[Stepped, Told] | None] | None = None,
) -> Result:
    """Fold the members; see the module's description for how. ``by_steps``: over the days on which they change."""
    scope, outer = members.scope, members.outer
    names = (scope.plan.names.next("f"), scope.plan.names.next("f"), scope.plan.names.next("f"))
    reach = None if members.repeats else reach_of(into, members)
    found = None if reach is None else run(members, reach, _every(names, scope, make(both(*reach.here))))
    if found is None and by_steps is not None:
        each = by_steps()
        found = None if each is None else along(each[0], outer, _every(names, each[0].scope, each[1]))
    if found is None:
        found = joined(members, _every(names, scope, make(members.parts().inner)))
    cell, missing, folds = found
    let = outer.frame.let
    there = {each.name for each in folds}
    if names[2] in there:
        outer.frame.error(is_true(cell(names[2])))
    others = tuple(cell(each.name) for each in folds if each.name not in names)
    unsure = let(is_true(cell(names[1]))) if names[1] in there else FALSE
    return Result(let(is_true(cell(names[0]))), unsure, missing, others)


def _every(names: tuple[str, str, str], scope: Scope, told: Told) -> tuple[Folded, ...]:
    """All that is folded: whether any row is a member, whether any may be, whether any errs, and what else."""
    sure, unsure, others = told
    errors = (Folded(names[2], "any", scope.frame.let(either(*scope.frame.errors))),) if scope.frame.errors else ()
    doubts = () if unsure == FALSE else (Folded(names[1], "any", unsure),)
    return (Folded(names[0], "any", sure), *doubts, *errors, *others)


def joined(members: Members, folds: tuple[Folded, ...]) -> tuple[Cell, Scalar, tuple[Folded, ...]]:
    """What is asked about, joined with the rows, and grouped again."""
    scope, outer = members.scope, members.outer
    rows = columns_of(*(each.of for each in folds))
    asked = sorted(scope.frame.roots(rows | columns_of(*scope.filters)) & scope.taken)
    own: set[str] = set()
    if members.repeats:
        own = {name for variable in members.variables for name in members.bound[variable.name].columns}
    relation: algebra.Relation = scope.built(rows | set(asked) | own)
    relation, named = _named(relation, folds)
    if members.repeats:
        once = tuple(evolve(each, name=f"{each.name}o", fold="any" if each.fold == "any" else "max") for each in named)
        relation = Group(relation, (*asked, *sorted(own)), once)
        named = tuple(evolve(each, of=Column(first.name)) for each, first in zip(folds, once, strict=True))
    keys = outer.frame.telling(asked)  # the others are the same where these are
    table = scope.plan.step(Group(relation, tuple(keys), named))
    scope.plan.asked[table] = AskedTable(scope, frozenset(rows), members.count)
    never_null = scope.plan.never_null | scope.plan.names.sure
    nullable = any(name not in never_null for name in keys)
    found = outer.frame.look_up(table, tuple((name, Column(name)) for name in keys), nullable)
    missing = either(*(is_unknown(theirs) for _, theirs in scope.sorted_filters()[0]))
    return (lambda name: outer.frame.cell(found, name)), outer.frame.let(missing), folds


def _named(relation: algebra.Relation, folds: tuple[Folded, ...]) -> tuple[algebra.Relation, tuple[Folded, ...]]:
    """The relation with what is folded as columns."""
    extra: dict[str, Scalar] = {}
    result = []
    for each in folds:
        if isinstance(each.of, Column):
            result.append(each)
            continue
        extra[f"{each.name}v"] = each.of
        result.append(evolve(each, of=Column(f"{each.name}v")))
    return (algebra.Extend(relation, tuple(extra.items())) if extra else relation), tuple(result)


# ----------------------------------------------------------------- intervals


def in_intervals(
    into: Translator, table: Table, keys: tuple[Amount, ...], first: Amount, last: Amount, silent: Scalar, scope: Scope
) -> Scalar:
    """Whether an interval of several for the same keys includes a day (has a day of several)."""
    inner = binding.opened(into, scope)
    row = binding.scanned(into, table, inner)
    for facts, key in zip(table.columns, keys, strict=False):
        taken = inner.take(evolve(key, exists=TRUE))
        cell = row.amount(facts)
        if taken.scale != cell.scale:
            raise Unsupported(f"{table.relation.name} is looked up by a computed number")
        inner.filters.append(compared("=", cell.number, taken.number))
    begins, ends = Column(row.names[FIRST]), Column(row.names[LAST])
    inside = within(begins, ends, inner.take(first), inner.take(last))
    inner.filters.append(inside)
    members = Members(inner, {}, (), count=table.count)
    status: Scalar = Column(row.names[STATUS]) if table.status else TRUE
    let = inner.frame.let
    names = [into.plan.names.next("f") for _ in range(2 if table.status else 0)]

    def make(truth: Scalar) -> Told:
        told = (is_true(status), is_unknown(status))
        folds = (Folded(name, "any", let(both(is_true(truth), each))) for name, each in zip(names, told, strict=False))
        return let(is_true(truth)), let(is_unknown(truth)), tuple(folds)

    parts = members.parts()
    given = is_true(parts.given)  # a key that is the same in all rows
    if FALSE in (given, parts.inner):
        return silent
    result = fold(into, members, make)
    if not table.status:
        return when(both(given, result.sure), TRUE, silent)
    so, open_, any_ = (both(given, is_true(each)) for each in (*result.folded, result.sure))
    return when(so, TRUE, when(open_, either(UNKNOWN_TRUTH, silent), when(any_, FALSE, silent)))


# ----------------------------------------------------------------- recursion


def recursion(into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
    """A statement that rests on itself: its least fixpoint over all that is asked of it, worked out in rounds."""
    here = scope.loop
    arguments = tuple(scope.named(each) for each in arguments)
    if any(not isinstance(each.scale, int) or each.kind is Kind.PERIOD or each.is_wide for each in arguments):
        raise Unsupported(f"{relation.name} rests on itself for a computed number")
    if here is not None:
        if here.relation is not relation:
            raise Unsupported(f"{relation.name} and {here.relation.name} rest on each other")
        further = _keyed(scope, arguments, here.keys)
        here.further.append(further)
        return _read(scope, here.table, here.keys, arguments)
    table = _loop(into, relation, arguments, scope)
    return table if isinstance(table, Literal) else _read(scope, table, tuple(_keys(relation)), arguments)


def _keys(relation: Relation) -> list[str]:
    return [f"c{place}" for place in range(relation.keys)]


def _keyed(scope: Scope, arguments: tuple[Amount, ...], keys: tuple[str, ...]) -> algebra.Relation:
    """The arguments asked about, each once, known ones only."""
    used = columns_of(*(each.number for each in arguments))
    relation: algebra.Relation = scope.built(used)
    relation = algebra.Extend(relation, tuple((key, each.number) for key, each in zip(keys, arguments, strict=True)))
    known = both(*(negation(is_unknown(Column(key))) for key in keys))
    return Group(algebra.Filter(relation, known), keys, ())


def _read(scope: Scope, table: str, keys: tuple[str, ...], arguments: tuple[Amount, ...]) -> Scalar:
    found = scope.frame.look_up(table, tuple((key, each.number) for key, each in zip(keys, arguments, strict=True)))
    truth = scope.frame.cell(found, STATUS)
    missing = either(*(each.missing for each in arguments))
    return when(missing, UNKNOWN_TRUTH, truth)


def _loop(into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> str | Literal:
    """The table of a relation's truths; a constant where its rules leave no other."""
    plan = into.plan
    keys = tuple(_keys(relation))
    table = plan.names.next("s")
    start = _keyed(scope, arguments, keys)
    inner = binding.over(into, algebra.Scan(table, tuple((f"{table}{key}", key) for key in keys)))
    inner.loop = LoopHere(relation, table, keys)
    own = tuple(
        evolve(each, number=Column(f"{table}{key}", True), exists=TRUE, known=True)
        for key, each in zip(keys, arguments, strict=True)
    )
    plan.never_null |= {f"{table}{key}" for key in keys}
    truth = inner.frame.let(into.concluded(relation, own, inner))
    if isinstance(truth, Literal):
        return truth
    if inner.frame.errors:
        raise Unsupported(f"{relation.name} rests on itself and on what may have no answer")
    names = {f"{table}{key}" for key in keys}
    round_ = algebra.Extend(
        algebra.Extend(inner.frame.relation(names | columns_of(truth)), ((STATUS, truth),)),
        tuple((key, Column(f"{table}{key}")) for key in keys),
    )
    plan.steps[table] = Loop(table, keys, start, tuple(inner.loop.further), algebra.Keep(round_, (*keys, STATUS)))
    return table
