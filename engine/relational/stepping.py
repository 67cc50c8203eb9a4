"""Totals of values that themselves depend on the day asked about, as running folds of differences.

What a member adds to such a total is a step function of the day, and `engine.relational.changes` tells on which days
it may step. So each member is asked about once for the first day and once for each of those days, what it adds then is
taken less what it added before, and these differences are folded along the days: n log n in all, where members times
days asked about would be quadratic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from engine.model import Aggregate
from engine.relational import algebra, binding
from engine.relational.algebra import (
    TRUE,
    Column,
    Differences,
    Extend,
    Filter,
    Folded,
    Group,
    Keep,
    Literal,
    Scalar,
    Union,
    both,
    columns_of,
    compared,
    either,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.amounts import Amount
from engine.relational.changes import Change, Course, Untold
from engine.relational.frame import Frame, single
from engine.relational.running import Cell, merged
from engine.relational.scope import AlongTable, Scope
from engine.search import variables_of
from engine.values import Kind

if TYPE_CHECKING:
    from engine.relational.binding import Members
    from engine.relational.translate import Bound, Translator


@frozen
class Stepped:
    """A search over each member on each day on which what it adds may change.

    ``scope`` has these as its rows, ``members`` and ``others`` are columns of it: what tells members apart, and what
    the day is asked about with (there: in the outer scope).
    """

    scope: Scope
    bound: Bound
    truth: Scalar
    members: tuple[str, ...]
    others: dict[str, Scalar]
    day: str
    until: Scalar
    count: int


def stepped(into: Translator, expression: Aggregate, members: Members, bound: Bound) -> Stepped | None:
    """The search so; None where it cannot be told on which days what a member adds may change."""
    outer = members.outer
    if outer.loop is not None:
        return None
    free = {name: bound[name] for name in variables_of(expression) if name in bound}
    asked = {name: amount for name, amount in free.items() if not isinstance(amount.number, Literal)}
    if not all(_is_plain(each) for each in asked.values()):
        return None
    for name, amount in asked.items():
        if amount.kind is Kind.DATE and amount.low <= amount.high:
            found = _by(into, expression, free, asked, name, outer)
            if found is not None:
                return found
    return None


def _is_plain(amount: Amount) -> bool:
    return amount.exists == TRUE and amount.scale == 1 and amount.days is None and not amount.is_wide


def _by(into: Translator, expression: Aggregate, free: Bound, asked: Bound, day: str, outer: Scope) -> Stepped | None:
    """By one of the days asked about: the search is tried with what is asked left open."""
    plan = into.plan
    trial = Scope(plan, single(plan.names))
    opened = dict(free)
    for name, amount in asked.items():
        column = plan.names.next("o")
        trial.frame.own.add(column)
        plan.never_null.add(column)
        opened[name] = evolve(amount, number=Column(column), known=True)
    found = binding.members(into, expression.variables, expression.where, opened, trial)
    if found is None or found.count == 0:
        return None
    scope = found.scope
    scalars: list[Scalar] = [*scope.filters]
    if expression.of is not None:
        scalars += into.amount(expression.of, found.bound, scope).scalars
    course = Course(scope, _name(opened[day]), Course(scope=trial, day=_name(opened[day])))
    try:
        for scalar in (*scalars, *scope.frame.errors):
            course.of(scalar)
        return _over(into, expression, found, course, opened, asked, day, outer)
    except Untold:
        return None


def _name(amount: Amount) -> str:
    assert isinstance(amount.number, Column)
    return amount.number.name


def _over(
    into: Translator,
    expression: Aggregate,
    found: Members,
    course: Course,
    opened: Bound,
    asked: Bound,
    day: str,
    outer: Scope,
) -> Stepped:
    scope, plan = found.scope, into.plan
    pairs, here, _ = scope.sorted_filters()
    mine = {theirs: each for each, theirs in pairs}
    inner = {each.name: found.bound[each.name] for each in expression.variables}
    if any(not _is_plain(each) or not each.known or not scope.rests_on_rows(each.number) for each in inner.values()):
        raise Untold
    others = {name: opened[name].number for name in asked if name != day}
    if any(theirs not in mine for theirs in others.values()):
        raise Untold
    columns = {name: plan.names.next("e") for name in (*inner, *others)}
    cells = {columns[name]: each.number for name, each in inner.items()}
    cells |= {columns[name]: mine[theirs] for name, theirs in others.items()}
    days = plan.names.next("e")
    here = [] if scope.frame.errors else here
    low, high = asked[day].low, asked[day].high
    changes = _every(course, cells, days, here)
    later = both(compared("<", number(low), Column(days)), compared("<=", Column(days), number(high)))
    first = Extend(scope.built_rows(columns_of(*cells.values()), here), (*cells.items(), (days, number(low))))
    names = (*cells, days)
    events = Union((Keep(first, names), *(Filter(each, later) for each in changes)), names)
    table = plan.step(events)
    rows = binding.over(into, algebra.Scan(table, tuple((name, name) for name in names)))
    plan.never_null |= set(names)
    bound = dict(opened) | {
        name: evolve(amount, number=Column(columns[name]), known=True) for name, amount in inner.items()
    }
    bound |= {name: evolve(opened[name], number=Column(columns[name])) for name in others}
    bound[day] = evolve(opened[day], number=Column(days))
    truth = into.test(expression.where, bound, rows)
    told = tuple(columns[name] for name in inner)
    asked_with = {columns[name]: asked[name].number for name in others}
    return Stepped(rows, bound, truth, told, asked_with, days, asked[day].number, found.count)


def _every(course: Course, cells: dict[str, Scalar], day: str, here: list[Scalar]) -> list[algebra.Relation]:
    """The members on their days of change."""
    assert course.outer is not None
    frame = course.outer.scope.frame
    rows = course.scope.built_rows(columns_of(*cells.values()), here)
    rows = Keep(Extend(rows, tuple(cells.items())), tuple(cells))
    at_once = (_at_once(rows, change, day, frame) for change in course.outer.changes.values())
    return [*course.relations(cells, day, here), *(Keep(each, (*cells, day)) for each in at_once)]


def _at_once(rows: algebra.Relation, change: Change, day: str, frame: Frame) -> algebra.Relation:
    """Days of change that are those of every member."""
    if change.relation is not None or frame.roots(columns_of(change.day)):
        raise Untold
    used = columns_of(change.day)
    if used:
        rows = algebra.Join(rows, frame.relation(used), ())
    return Filter(Extend(rows, ((day, change.day),)), negation(is_unknown(Column(day))))


# -------------------------------------------------------------------- folding


def along(stepped: Stepped, outer: Scope, folds: tuple[Folded, ...]) -> tuple[Cell, Scalar, tuple[Folded, ...]] | None:
    """The folds of all members up to the day asked about; None for a fold that does not add up."""
    if any(each.fold not in ("sum", "any") for each in folds):
        return None
    scope, plan = stepped.scope, stepped.scope.plan
    let = outer.frame.let
    added = tuple((f"{each.name}n", _number(each)) for each in folds)
    own = (*stepped.members, *stepped.others, stepped.day)
    rows = scope.frame.relation({*own, *columns_of(*(each for _, each in added))})
    rows = Keep(Extend(rows, added), (*own, *(name for name, _ in added)))
    differences = tuple((f"{each.name}v", f"{each.name}n") for each in folds)
    rows = Differences(rows, stepped.members, stepped.day, differences)
    steps = either(*(compared("<>", Column(name), number(0)) for name, _ in differences))
    sums = tuple(Folded(each.name, "sum", Column(f"{each.name}v"), each.wide) for each in folds)
    daily = (*stepped.others, stepped.day)
    totals = tuple(evolve(each, name=f"{each.name}v") for each in sums)
    changed = plan.step(Group(Filter(rows, steps), daily, totals))
    rows = algebra.Scan(changed, tuple((name, name) for name in (*daily, *(each.name for each in totals))))
    theirs = {name: let(there) for name, there in (*stepped.others.items(), (stepped.day, stepped.until))}
    missing = either(*(is_unknown(each) for each in theirs.values()))
    table = plan.step(merged(outer, rows, tuple(stepped.others), (stepped.day,), sums, theirs, True))
    plan.asked[table] = AlongTable(rows, tuple(stepped.others), (stepped.day,), True, stepped.count)
    found = outer.frame.look_up(table, tuple(theirs.items()))
    kinds = {each.name: each.fold for each in folds}

    def cell(name: str) -> Scalar:
        there = outer.frame.cell(found, name)
        return compared("<", number(0), there) if kinds[name] == "any" else there

    return cell, let(missing), folds


def _number(fold: Folded) -> Scalar:
    return when(fold.of, number(1), number(0)) if fold.fold == "any" else fold.of
