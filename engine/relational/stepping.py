"""Totals of values that themselves depend on the day asked about, as running folds of differences.

What a member adds to such a total is a step function of the day, and `engine.relational.changes` tells on which days
it may step. So each member is asked about once for the first day and once for each of those days, what it adds then is
taken less what it added before, and these differences are folded along the days: n log n in all, where members times
days asked about would be quadratic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeGuard

from attrs import define, evolve, field, frozen

from engine.model import Aggregate, Atom, Condition, On, Some
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
    Operation,
    Pair,
    Scalar,
    Union,
    both,
    columns_of,
    compared,
    either,
    is_false,
    is_sure,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.amounts import Amount
from engine.relational.changes import Change, Course, Untold
from engine.relational.frame import Frame, LookUp, filtered, grown, looked_up_by, made_by, single
from engine.relational.running import Cell, merged
from engine.relational.scope import AlongTable, Scope
from engine.search import conjuncts, variables_of
from engine.values import Kind

if TYPE_CHECKING:
    from engine.relational.binding import Members
    from engine.relational.translate import Bound, Translator


@frozen
class Stepped:
    """A search over each member on each day on which what it adds may change.

    ``scope`` has these as its rows, ``members`` and ``others`` are columns of it: what tells members apart, and what
    the day is asked about with (there: in the outer scope). ``table`` has each member once.
    """

    scope: Scope
    bound: Bound
    truth: Scalar
    members: tuple[str, ...]
    others: dict[str, Scalar]
    day: str
    until: Scalar
    count: int
    table: str


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
            found = _by(into, expression, free, asked, name)
            if found is not None:
                return found
    return None


def _is_plain(amount: Amount) -> bool:
    return amount.exists == TRUE and amount.scale == 1 and amount.days is None and not amount.is_wide


def _by(into: Translator, expression: Aggregate, free: Bound, asked: Bound, day: str) -> Stepped | None:
    """By one of the days asked about: the search is tried with what is asked left open."""
    plan = into.plan
    trial = Scope(plan, single(plan.names))
    opened = dict(free)
    for name, amount in asked.items():
        column = plan.names.next("o")
        trial.frame.own.add(column)
        plan.never_null.add(column)
        opened[name] = evolve(amount, number=Column(column, True), known=True)
    found = binding.members(into, expression.variables, expression.where, opened, trial)
    if found is None or found.count == 0:
        return None
    try:
        return Search(into, expression, found, opened, asked, day).stepped()
    except Untold:
        return None


@define(eq=False)
class Search:
    """A search with what is asked left open (``opened``), by one of the days asked about."""

    into: Translator
    expression: Aggregate
    found: Members
    opened: Bound
    asked: Bound
    day: str
    columns: dict[str, str] = field(init=False)
    cells: dict[str, Scalar] = field(init=False)
    here: list[Scalar] = field(init=False)
    since: list[Operation] = field(init=False)
    rows: dict[str, dict[str, str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        scope, plan = self.found.scope, self.into.plan
        pairs, here, mixed = scope.sorted_filters()
        mine = {theirs: each for each, theirs in pairs}
        members = self._members.values()
        if any(not _is_plain(each) or not each.known or not scope.rests_on_rows(each.number) for each in members):
            raise Untold
        others = {name: self.opened[name].number for name in self._others}
        if any(theirs not in mine for theirs in others.values()):
            raise Untold
        self.columns = {name: plan.names.next("e") for name in (*self._members, *others, self.day)}
        plan.never_null |= set(self.columns.values())
        self.cells = {self.columns[name]: each.number for name, each in self._members.items()}
        self.cells |= {self.columns[name]: mine[theirs] for name, theirs in others.items()}
        numbers = {each.number.name for each in members if isinstance(each.number, Column)}
        rows = {name: row for name, row in scope.rows.items() if name in numbers}
        self.rows = {id: {here: plan.names.next("k") for here in row.names.values()} for id, row in rows.items()}
        self.here = [] if scope.frame.errors else here
        self.since = [] if scope.frame.errors else [each for each in mixed if self._is_since(each)]

    def _is_since(self, part: Scalar) -> TypeGuard[Operation]:
        """Whether it holds from some day on, and not before: a bound of rows alone is at most the day asked about."""
        inner = part.operands[0] if isinstance(part, Operation) and part.name == "is true" else part
        if not isinstance(inner, Operation) or inner.name not in ("<", "<="):
            return False
        bound, day = inner.operands
        return day == self.opened[self.day].number and self.found.scope.rests_on_rows(bound)

    def _from_then_on(self, day: Scalar, bounds: dict[Scalar, str]) -> Scalar:
        """Whether a member may count on a day; ``bounds`` are the columns of the bounds."""
        asked = self.opened[self.day].number
        assert isinstance(asked, Column)
        truths = []
        for part in self.since:
            inner = part.operands[0] if part.name == "is true" else part
            assert isinstance(inner, Operation)
            truth = compared(inner.name, Column(bounds[inner.operands[0]]), day)
            unknown_too = part is inner and not self.found.scope.is_settled(part)
            truths.append(negation(is_false(truth)) if unknown_too else truth)
        return both(*truths)

    @property
    def _members(self) -> Bound:
        return {each.name: self.found.bound[each.name] for each in self.expression.variables}

    @property
    def _others(self) -> list[str]:
        return [name for name in self.asked if name != self.day]

    def stepped(self) -> Stepped:
        """The search over each member on each day on which what it adds may change."""
        into, scope = self.into, self.found.scope
        scalars: list[Scalar] = [*scope.filters, *scope.frame.errors]
        if self.expression.of is not None:
            scalars += into.amount(self.expression.of, self.found.bound, scope).scalars
        course = self.course(scalars)  # before anything else: it may not be told
        kept = None
        parts = [each for each in conjuncts(self.expression.where) if isinstance(each, (Atom, Some, On))]
        of_the_day = [] if scope.frame.errors else [each for each in parts if self.day in variables_of(each)]
        for part in [each for each in of_the_day if not self._is_since_some_day(each)]:
            kept = self.thinned(part, kept)
        rows, bound, table = self.over(course, kept)
        truth = into.test(self.expression.where, bound, rows)
        members = tuple(self.columns[name] for name in self._members)
        others = {self.columns[name]: self.asked[name].number for name in self._others}
        until = self.asked[self.day].number
        day, count = self.columns[self.day], self.found.count
        return Stepped(rows, bound, truth, members, others, day, until, count, table)

    def _is_since_some_day(self, part: Condition) -> bool:
        """Whether a condition holds from some day on, and not before; if so, that is noted."""
        scope = self.found.scope
        truths = scope.opened(self.into.test(part, self.found.bound, scope))
        since = [each for each in truths if self._is_since(each)]
        if scope.frame.errors or len(since) < len(truths):
            return False
        self.since += [each for each in since if each not in self.since]
        return True

    def course(self, scalars: Iterable[Scalar]) -> Course:
        """On which days any of these may change."""
        day = self.opened[self.day].number
        assert isinstance(day, Column)
        scope = self.found.scope
        assert scope.outer is not None
        course = Course(scope, day.name, Course(scope.outer, day.name))
        for scalar in scalars:
            course.of(scalar)
        return course

    def thinned(self, part: Condition, kept: str | None) -> str:
        """A table of the members for which a condition may hold on some day (of those kept so far)."""
        into, plan = self.into, self.into.plan
        rows, bound, _ = self.over(self.course([into.test(part, self.found.bound, self.found.scope)]), kept)
        truth = rows.frame.let(into.test(part, bound, rows))
        names = tuple(self.columns[name] for name in self._members)
        some = Filter(rows.frame.relation({*names, *columns_of(truth)}), negation(is_false(truth)))
        return plan.step(Group(some, names, ()))

    def over(self, course: Course, kept: str | None) -> tuple[Scope, Bound, str]:
        """A scope over the members (those kept) on the first day asked about and on their days of change.

        And a table of these members, each once.
        """
        plan, day = self.into.plan, self.columns[self.day]
        names = (*self.cells, day)
        members, events = self.events(course, kept)
        table = plan.step(Group(Union(tuple(events), names), names, ()))
        scope = binding.over(self.into, algebra.Scan(table, tuple((name, name) for name in names)))
        scope.frame.once = algebra.Scan(members, tuple((name, name) for name in self.cells))
        self._hand_over(scope, members)
        bound = dict(self.opened)
        for name, amount in (*self._members.items(), *((name, self.opened[name]) for name in self._others)):
            sure = is_sure(self.cells[self.columns[name]])
            bound[name] = evolve(amount, number=Column(self.columns[name], sure), known=True)
        bound[self.day] = evolve(self.opened[self.day], number=Column(day, True))
        return scope, bound, members

    def _hand_over(self, scope: Scope, members: str) -> None:
        """Read the cells of members that are records off their table."""
        keys = tuple((self.columns[name], Column(self.columns[name], True)) for name in self._members)
        for name, amount in self._members.items():
            id = amount.number.name if isinstance(amount.number, Column) else ""
            if id in self.rows:
                row, found, cells = self.found.scope.rows[id], scope.frame.look_up(members, keys), self.rows[id]
                names = {there: scope.frame.cell(found, cells[here]).name for there, here in row.names.items()}
                scope.rows[self.columns[name]] = evolve(row, names=names)

    def events(self, course: Course, kept: str | None) -> tuple[str, Iterator[algebra.Relation]]:
        """The members (those kept) as a table, and each on the first day asked about and on its days of change.

        A member is asked about from the day on on which it may first count: before that it adds nothing.
        """
        plan, day = self.into.plan, self.columns[self.day]
        assert course.outer is not None
        cells = dict(self.cells)
        meetings: list[tuple[Change, tuple[str, ...]]] = []
        for change in course.changes.values():
            scalars = [change.day] if change.relation is None else [key for key, _ in change.keys]
            of_change = {plan.names.next("k"): scalar for scalar in scalars}
            meetings.append((change, tuple(of_change)))
            cells |= of_change
        cells |= {name: Column(here) for names in self.rows.values() for here, name in names.items()}
        bounds: dict[Scalar, str] = {}
        for part in self.since:
            inner = part.operands[0] if part.name == "is true" else part
            assert isinstance(inner, Operation)
            bounds.setdefault(inner.operands[0], plan.names.next("k"))
        cells |= {name: bound for bound, name in bounds.items()}
        rows: algebra.Relation = Extend(
            self.found.scope.built_rows(columns_of(*cells.values()), self.here), tuple(cells.items())
        )
        rows = filtered(rows, self._from_then_on(number(self.asked[self.day].high), bounds))
        if kept is not None:
            pairs = {self.columns[name]: plan.names.next("k") for name in self._members}
            these = algebra.Scan(kept, tuple((here, there) for there, here in pairs.items()))
            rows = algebra.Join(rows, these, tuple(Pair(here, there) for here, there in pairs.items()))
        table = plan.step(Keep(rows, tuple(cells)) if not self.found.repeats else Group(rows, tuple(cells), ()))
        counts = self._from_then_on(Column(day), bounds)
        return table, self._on_days(table, course.outer, meetings, counts, tuple(bounds.values()))

    def _on_days(
        self,
        table: str,
        outer: Course,
        meetings: list[tuple[Change, tuple[str, ...]]],
        counts: Scalar,
        bounds: tuple[str, ...],
    ) -> Iterator[algebra.Relation]:
        """The members of a table on the first day asked about and on their days of change, on which they may count."""
        day = self.columns[self.day]
        low, high = self.asked[self.day].low, self.asked[self.day].high
        later = both(compared("<", number(low), Column(day)), compared("<=", Column(day), number(high)), counts)
        names = (*self.cells, day)

        def scan(*others: str) -> algebra.Relation:
            read = dict.fromkeys((*self.cells, *bounds, *others))
            return algebra.Scan(table, tuple((name, name) for name in read))

        yield Keep(filtered(Extend(scan(), ((day, number(low)),)), counts), names)
        for change, columns in meetings:
            if change.relation is None:
                rows_ = Extend(scan(*columns), tuple((day, Column(name)) for name in columns))
            else:
                on = tuple(Pair(name, there) for name, (_, there) in zip(columns, change.keys, strict=True))
                rows_ = Extend(algebra.Join(scan(*columns), change.relation, on), ((day, change.day),))
            yield Keep(Filter(rows_, later), names)
        for change in outer.changes.values():
            if isinstance(change.day, Literal):
                if change.day.value is not None and low < change.day.value <= high:
                    yield Keep(filtered(Extend(scan(), ((day, change.day),)), counts), names)
                continue
            yield Keep(Filter(_at_once(scan(), change, day, outer.scope.frame), later), names)


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
    _by_member(stepped)
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


def _by_member(stepped: Stepped) -> None:
    """Work out what does not go with the day once for each member."""
    frame, plan, members = stepped.scope.frame, stepped.scope.plan, stepped.members
    parts = frame.split_off(members)
    own = [part for part in parts if isinstance(part, LookUp) and part.table == stepped.table]
    here = [(here, there) for part in own for there, here in part.used.items()]
    each = algebra.Scan(stepped.table, (*((name, name) for name in members), *here))
    rest = [part for part in parts if part not in own]
    table = plan.step(Keep(grown(each, rest), (*members, *made_by(parts))))
    if made_by(parts):
        frame.parts.insert(0, looked_up_by(members, table, parts))


def _number(fold: Folded) -> Scalar:
    return when(fold.of, number(1), number(0)) if fold.fold == "any" else fold.of
