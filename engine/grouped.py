"""Aggregates of records that have something in common and come up to one: grouped, in order, with running totals.

"The total of the shares of every grant of that person up to this one" would run through the person's grants each time
it is asked. Here they are put in order once, and the total up to any of them is found by halving. Where anything about
them is open there is no group, and the aggregate is worked out one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from engine.decision import FALSE, TRUE, Truth
from engine.fold import fold
from engine.model import (
    Aggregate,
    Atom,
    Before,
    Compare,
    Comparison,
    Condition,
    Expression,
    Fold,
    Or,
    Relation,
    ValueOf,
    Variable,
)
from engine.operations import OPERATIONS
from engine.proof import Folded, Recalled, Scope, Witness
from engine.rowwise import Reader, reader
from engine.search import Bindings, Compute, Test, conjuncts, place_in, variables_of
from engine.unknowns import NONE, UNKNOWN
from engine.values import PLAIN, Calendar, Type

if TYPE_CHECKING:
    from engine.compile import Compiler
    from engine.evaluate import Evaluation
    from engine.facts import FactBase, Table

MOST_ROWS = 4_000
"""So many records are put in order one by one, no more."""

Gather = Callable[["Evaluation", Bindings], tuple[tuple[Witness, ...], tuple[Witness, ...]]]
Place = tuple[Any, int]
"""Where a record comes: its date, and its place in the recorded order (-1: it has none)."""


@frozen
class Shape:
    """How an aggregate is told: its members' cells that equal something; what else of them does; what each must be.

    ``last`` is the record up to which they count (None: all do), ``included`` whether with that record.
    """

    cells: tuple[tuple[int, Expression], ...]
    alike: tuple[tuple[Expression, Expression], ...]
    tests: tuple[Condition, ...]
    last: Variable | None
    included: bool


def shape_of(aggregate: Aggregate, member: Relation) -> Shape | None:
    """The shape of a total or number over one kind of record; None where it has another."""
    if aggregate.fold not in (Fold.TOTAL, Fold.NUMBER) or len(aggregate.variables) != 1:
        return None
    (variable,) = aggregate.variables
    cells: list[tuple[int, Expression]] = []
    alike: list[tuple[Expression, Expression]] = []
    tests: list[Condition] = []
    bounds: list[tuple[Variable, bool]] = []
    for part in conjuncts(aggregate.where):
        names = set(variables_of(part))
        if names == {variable.name}:
            if not (isinstance(part, Atom) and part.relation == member.name):  # the rows are those of it
                tests.append(part)
        elif (bound := _bound(part, variable, member)) is not None:
            bounds.append(bound)
        elif (sides := _sides(part, variable)) is not None:
            own, other = sides
            if isinstance(own, ValueOf) and own.relation == member.name and own.arguments == (variable,):
                cells.append(([column.name for column in member.columns].index(own.column), other))
            else:
                alike.append(sides)
        else:
            return None
    if not cells or len(bounds) > 1 or (bounds and member.time is None):
        return None
    last, included = bounds[0] if bounds else (None, True)
    return Shape(tuple(cells), tuple(alike), tuple(tests), last, included)


def _sides(part: Condition, variable: Variable) -> tuple[Expression, Expression] | None:
    """Of an equation, the side that is about the member alone, and the one that is not about it."""
    if not isinstance(part, Compare) or part.comparison is not Comparison.IS:
        return None
    for own, other in ((part.left, part.right), (part.right, part.left)):
        if set(variables_of(own)) == {variable.name} and variable.name not in variables_of(other):
            return own, other
    return None


def _bound(part: Condition, variable: Variable, member: Relation) -> tuple[Variable, bool] | None:
    """Up to which record members count, and whether with it."""
    match part:
        case Before(earlier=earlier, later=Variable() as last, relation=relation):
            if earlier == variable and last != variable and relation == member.name:
                return last, False
        case Or(conditions=(Compare(comparison=Comparison.IS) as same, Before() as before)):
            bound = _bound(before, variable, member)
            if bound is not None and {same.left, same.right} == {variable, bound[0]}:
                return bound[0], True
    return None


@define(eq=False)
class Group:
    """Members in order. ``totals`` up to each place; None where what is added depends on what is asked about."""

    places: list[Place]
    ids: list[str]
    totals: list[Any] | None

    def count_to(self, place: Place, last: str, included: bool) -> int | None:
        """How many come up to a record; None where the record does not say which is before which."""
        date, rank = place
        if rank >= 0 and (not self.places or self.places[0][1] >= 0):
            return (bisect_right if included else bisect_left)(self.places, place)
        start, end = bisect_left(self.places, (date, -1)), bisect_right(self.places, (date, _LAST))
        if start == end:
            return start
        return start + included if self.ids[start:end] == [last] else None


_LAST = 2**62
Rows = list[tuple["Table", int]]
Like = dict[tuple[Any, ...], Rows] | None
"""Records with the same cells, by what else they have in common; None where that is open of one of them."""


@define(eq=False)
class Groups:
    """The groups that questions over one fact base, which no longer changes, have needed."""

    facts: FactBase
    fresh: Callable[[], Evaluation]
    like: dict[tuple[Any, ...], Like] = field(factory=dict)
    kept: dict[tuple[Any, ...], Group | None] = field(factory=dict)
    _vague: dict[tuple[str, int], bool] = field(factory=dict)

    def is_vague(self, relation: Relation, column: int) -> bool:
        """Whether a cell of a column is not known."""
        key = relation.name, column
        if key not in self._vague:
            layers = self.facts.layers(relation.name)
            self._vague[key] = any(table.rows_where(column, UNKNOWN) for table in layers) or any(
                type(cell) not in PLAIN and cell is not NONE for table in layers[:-1] for cell in table.columns[column]
            )
        return self._vague[key]


@define(eq=False)
class Grouped:
    """An aggregate of a `Shape`, compiled."""

    which: Any
    aggregate: Aggregate
    member: Relation
    shape: Shape
    place: int
    last: int
    cells: tuple[tuple[int, Compute], ...]
    alike: tuple[tuple[Own, Compute], ...]
    tests: tuple[Test, ...]
    of: Own | None
    is_alone: bool
    size: Callable[[], int]
    result: Type
    calendar: Calendar

    def fold(
        self, groups: Groups, evaluation: Evaluation, env: Bindings, whole: Gather, supposed: Gather | None = None
    ) -> Folded | None:
        """The aggregate's step over what is recorded, and what ``supposed`` gathers; None: it is not told by groups."""
        if groups.facts.supposed or not self._is_known(groups.facts, evaluation, env):
            return None
        group = self._group(groups, evaluation, env)
        count = None if group is None else self._count(group, groups, evaluation, env)
        if group is None or count is None:
            return None
        value = self._value(group, count, evaluation, env)
        if value is None:
            return None
        parts, _ = ((), ()) if supposed is None else supposed(evaluation, env)
        if parts:
            started = Witness((), TRUE, (), value)
            value = fold(self.aggregate.fold, [started, *parts], self.result, self.calendar, evaluation.decisions)
        again = groups.fresh if evaluation.facts is groups.facts else evaluation.again
        bound = [*env]
        found = Recalled(lambda: whole(again(), [*bound]))
        return Folded(
            value,
            self.aggregate,
            Recalled(lambda: found[0], count + len(parts)),
            Recalled(lambda: found[1]),
        )

    def _is_known(self, facts: FactBase, evaluation: Evaluation, env: Bindings) -> bool:
        """Whether no record that is not there could be a member."""
        member = self.member
        if member.name in facts.incomplete:
            return False
        if member.name in facts.complete or facts.complete_to is None or member.time is None:
            return True
        return self.shape.last is not None and self._date(evaluation, env) <= facts.complete_to

    def _date(self, evaluation: Evaluation, env: Bindings) -> Any:
        assert self.member.time is not None
        date = evaluation.quantity(self.member, (env[self.last],), self.member.time).value
        return date if type(date) in PLAIN else _NEVER

    def _group(self, groups: Groups, evaluation: Evaluation, env: Bindings) -> Group | None:
        cells = tuple([compute(evaluation, env, []) for _, compute in self.cells])
        alike = tuple([other(evaluation, env, []) for _, other in self.alike])
        if not all(type(each) in PLAIN for each in (*cells, *alike)):
            return None
        key = (self.which, cells)
        if key not in groups.like:
            groups.like[key] = self._alike(groups, cells, evaluation.deadline)
        rows = groups.like[key]
        if rows is None:
            return None
        whole = (*key, alike)
        if whole not in groups.kept:
            groups.kept[whole] = self._made(groups, rows.get(alike, ()), evaluation.deadline)
        return groups.kept[whole]

    def _alike(self, groups: Groups, cells: tuple[Any, ...], deadline: float | None) -> Like:
        """The records with some cells, by what else they have in common."""
        if any(groups.is_vague(self.member, column) for column, _ in self.cells):
            return None
        rows = [*islice(self._rows(groups.facts, cells), MOST_ROWS + 1)]
        if len(rows) > MOST_ROWS:
            return None
        if not self.alike:
            return {(): rows}
        apart = _Apart(groups, deadline, self.size, self.place)
        found: dict[tuple[Any, ...], Rows] = {}
        reads = [own.read(apart) for own, _ in self.alike]
        for row in rows:
            alike = tuple([read(*row) for read in reads])
            if not all(type(each) in PLAIN or each is NONE for each in alike):
                return None
            found.setdefault(alike, []).append(row)
        return found if apart.is_certain else None

    def _made(self, groups: Groups, rows: Sequence[tuple[Table, int]], deadline: float | None) -> Group | None:
        """The group of those of some records that are members; None where something is open."""
        if not rows:
            return _EMPTY
        apart = _Apart(groups, deadline, self.size, self.place)
        members: list[tuple[Place, str, Any]] = []
        read = self.of.read(apart) if self.of is not None and self.is_alone else _counted
        for row in rows:
            truths = [apart.test(test, row) for test in self.tests]
            if any(truth.is_open for truth in truths):
                return None
            if FALSE in truths:
                continue
            place = self._place(groups.facts, row)
            value = read(*row)
            if place is None or not (type(value) in PLAIN or value is NONE):
                return None
            members.append((place, _id(row), value))
        return self._in_order(members) if apart.is_certain else None

    def _rows(self, facts: FactBase, cells: tuple[Any, ...]) -> Iterator[tuple[Table, int]]:
        """The records with these cells."""
        columns = [column for column, _ in self.cells]
        layers = facts.layers(self.member.name)
        places = range(len(columns))
        if not layers:
            return
        rarest = min(places, key=lambda at: layers[-1].count_where(columns[at], cells[at]))
        for table, number in facts.rows(self.member.name, columns[rarest], cells[rarest]):
            if all(table.columns[columns[at]][number] == cells[at] for at in places if at != rarest):
                yield table, number

    def _place(self, facts: FactBase, row: tuple[Table, int]) -> Place | None:
        """Where a record comes; None where its date is open."""
        member = self.member
        if member.time is None:
            return 0, -1
        table, number = row
        date = table.columns[member.time][number]
        if type(date) not in PLAIN:
            return None
        return date, self._rank(facts, _id(row))

    def _rank(self, facts: FactBase, id: str) -> int:
        """Its place in the recorded order of all records; -1 where it has none."""
        chain = None if self.member.name in facts.order else facts.chains.get(self.member.name)
        rank = None if chain is None else chain.rank(id)
        return -1 if rank is None else rank

    def _in_order(self, members: list[tuple[Place, str, Any]]) -> Group | None:
        """Members in order; None where the record does not put them in one."""
        members.sort(key=lambda each: each[0])
        places = [place for place, _, _ in members]
        if self.shape.last is not None:
            unordered = any(rank < 0 for _, rank in places)
            dates = [date for date, _ in places]
            if unordered and len(set(dates)) < len(dates):
                return None
            if unordered:
                places = [(date, -1) for date in dates]
        ids = [id for _, id, _ in members]
        if not self.is_alone:
            return Group(places, ids, None)
        totals: list[Any] = [0]
        for _, _, value in members:
            totals.append(self._sum(totals[-1], value))
        return Group(places, ids, totals)

    def _sum(self, total: Any, value: Any) -> Any:
        return total if value is NONE else _ADD(self.calendar, total, value)

    def _count(self, group: Group, groups: Groups, evaluation: Evaluation, env: Bindings) -> int | None:
        """How many of the group come up to what is asked about."""
        if self.shape.last is None:
            return len(group.ids)
        last = env[self.last]
        date = self._date(evaluation, env)
        if type(last) is not str or date is _NEVER:
            return None
        if last in evaluation.facts.supposed:  # it comes after all that is recorded of its day
            return bisect_right(group.places, (date, _LAST))
        return group.count_to((date, self._rank(groups.facts, last)), last, self.shape.included)

    def _value(self, group: Group, count: int, evaluation: Evaluation, env: Bindings) -> Any:
        """What the first members of a group come to; None where that is not certain."""
        if group.totals is not None:
            return group.totals[count]
        assert self.of is not None
        total: Any = 0
        inside = [*env]
        for id in group.ids[:count]:
            inside[self.place] = id
            value = self.of.compute(evaluation, inside, [])
            if type(value) not in PLAIN and value is not NONE:
                return None
            total = self._sum(total, value)
        return total


def _id(row: tuple[Table, int]) -> str:
    table, number = row
    id: str = table.columns[0][number]
    return id


@frozen
class Own:
    """An expression over a member: read off its row where that tells, else worked out."""

    compute: Compute
    reader: Reader | None

    def read(self, apart: _Apart) -> Callable[[Table, int], Any]:
        """What gives its value for the member of a row."""
        if self.reader is not None and self.reader.applies(apart.groups.facts):
            return self.reader.read
        return lambda table, number: self.compute(*apart.bound((table, number)), [])


@define
class _Apart:
    """What is worked out of members, in an evaluation that goes when the group is made; none where rows tell all."""

    groups: Groups
    deadline: float | None
    size: Callable[[], int]
    place: int
    _evaluation: Evaluation | None = None

    def bound(self, row: tuple[Table, int]) -> tuple[Evaluation, Bindings]:
        """The evaluation, and bindings that have the member of a row."""
        if self._evaluation is None:
            self._evaluation = self.groups.fresh()
            self._evaluation.begin(self.deadline)
        env: Bindings = [None] * self.size()
        env[self.place] = _id(row)
        return self._evaluation, env

    def test(self, test: Test, row: tuple[Table, int]) -> Truth:
        """Whether a member is as it must be."""
        return test(*self.bound(row)).truth

    @property
    def is_certain(self) -> bool:
        """Whether nothing that was met needs a proof by cases, or was cut, or hangs on all rows of a relation."""
        met = self._evaluation
        return met is None or not (len(met.cancellations) or met.was_cut or met.searched)


class _Never:
    """A date that is not known: later than any."""

    def __le__(self, other: object) -> bool:
        return False


_NEVER = _Never()
_EMPTY = Group([], [], [0])
_ADD = OPERATIONS["add"].compute


def _counted(table: Table, number: int) -> int:
    """What a member adds to a number of members."""
    return 1


def grouped(
    compiler: Compiler,
    scope: Scope,
    aggregate: Aggregate,
    which: Any,
    member: Relation,
    bound: frozenset[str],
    result: Type,
) -> Grouped | None:
    """An aggregate compiled for groups; ``scope`` has a place for its variables. None: it has no such shape."""
    shape = shape_of(aggregate, member)
    if shape is None:
        return None
    (variable,) = aggregate.variables
    origin = aggregate.origin
    alone = frozenset({variable.name})
    inner = bound | alone
    is_alone = aggregate.of is None or set(variables_of(aggregate.of)) <= alone

    def compute(expression: Expression) -> Compute:
        return compiler.compute(expression, scope, inner, origin)

    def own(expression: Expression) -> Own:
        return Own(compute(expression), reader(compiler, expression, variable, member))

    return Grouped(
        which,
        aggregate,
        member,
        shape,
        place_in(scope, variable.name),
        -1 if shape.last is None else place_in(scope, shape.last.name),
        tuple((column, compute(expression)) for column, expression in shape.cells),
        tuple((own(mine), compute(other)) for mine, other in shape.alike),
        tuple(compiler.test(test, scope, alone, origin) for test in shape.tests),
        None if aggregate.of is None else own(aggregate.of),
        is_alone,
        lambda: len(scope.names),
        result,
        compiler.calendar,
    )
