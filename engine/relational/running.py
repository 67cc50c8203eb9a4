"""Folds read off once-grouped rows, or off a running order, instead of joining each question with all rows.

A cap or a pool counts what came before. Where every condition on a member compares rows with rows, equates them
with what is asked about, or bounds them by it, the rows are sorted once together with the questions, and folded along:
n log n in all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from engine.relational import algebra
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    Column,
    Folded,
    Group,
    Literal,
    Operation,
    Running,
    Scalar,
    Union,
    arithmetic,
    both,
    columns_of,
    either,
    is_sure,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.frame import Frame
from engine.relational.recorded import place_of
from engine.relational.scope import AlongTable, Scope

if TYPE_CHECKING:
    from engine.relational.binding import Members
    from engine.relational.translate import Translator

Cell = Callable[[str], Scalar]


@frozen
class Reach:
    """Which rows count for a question: equal in ``pairs`` (here, there), at most as far along (``along`` ≤ ``until``).

    ``last``: the question stands after the rows that are as far along, else before them. ``here`` are the conditions on
    rows alone.
    """

    pairs: tuple[tuple[Scalar, Scalar], ...]
    here: tuple[Scalar, ...]
    along: tuple[Scalar, ...] = ()
    until: tuple[Scalar, ...] = ()
    last: bool = True


def reach_of(into: Translator, members: Members) -> Reach | None:  # noqa: C901 - a case for each sort of condition
    """How the members of a search are reached; None where it is not as simple as that."""
    scope = members.scope
    skipped = {part for order in members.order for part in scope.opened(scope.filters[order.place])}
    pairs: list[tuple[Scalar, Scalar]] = []
    here: list[Scalar] = []
    bounds: list[tuple[Scalar, Scalar, bool]] = []
    for truth in scope.filters:
        for part in scope.opened(truth):
            if part in skipped:
                continue
            pair = scope.equated(part)
            if pair is not None and scope.is_settled(pair[0]):
                pairs.append(pair)
            elif part != FALSE and scope.rests_on_outer(part):
                continue
            elif scope.rests_on_rows(part):
                here.append(part)
            else:
                bound = _bound(scope, part)
                if bound is None:
                    return None
                bounds.append(bound)
    if members.order:
        return _ordered(into, members, tuple(pairs), tuple(here)) if not bounds and len(members.order) == 1 else None
    if not bounds:
        return Reach(tuple(pairs), tuple(here))
    _, until, rising = bounds[0]
    if any(each[1:] != (until, rising) for each in bounds):
        return None
    if not all(scope.is_settled(mine) for mine, _, _ in bounds):
        return None
    farthest = bounds[0][0]
    for mine, _, _ in bounds[1:]:
        less = algebra.compared("<=", farthest, mine)
        farthest = scope.frame.let(when(less, mine, farthest) if rising else when(less, farthest, mine))
    if not rising:
        farthest, until = _negative(farthest), _negative(until)
    return Reach(tuple(pairs), tuple(here), (farthest,), (until,))


def _negative(scalar: Scalar) -> Scalar:
    return arithmetic("-", number(0), scalar)


def _bound(scope: Scope, part: Scalar) -> tuple[Scalar, Scalar, bool] | None:
    """``row ≤ outside`` (rising) or ``outside ≤ row``, of whole numbers; ``<`` is ``≤`` with one more."""
    if not isinstance(part, algebra.Operation) or part.name not in ("<", "<="):
        return None
    one, other = part.operands
    more = 1 if part.name == "<" else 0
    if scope.rests_on_rows(one) and isinstance(other, Column) and other.name in scope.taken:
        return arithmetic("+", one, number(more)), other, True
    if scope.rests_on_rows(other) and isinstance(one, Column) and one.name in scope.taken:
        return arithmetic("-", other, number(more)), one, False
    return None


def _ordered(
    into: Translator, members: Members, pairs: tuple[tuple[Scalar, Scalar], ...], here: tuple[Scalar, ...]
) -> Reach | None:
    (order,) = members.order
    scope = members.scope
    relation = order.relation
    table = into.plan.ledger.table(relation.name)
    if table is None or not table.is_total or relation.time is None or scope.outer is None:
        return None
    row = next((row for row in scope.rows.values() if row.table is table), None)
    if row is None:
        return None
    day = into.quantity(relation, (order.subject,), relation.time, scope.outer)
    mine = Column(row.names[table.columns[relation.time].name])
    along: list[Scalar] = [mine]
    until: list[Scalar] = [scope.outer.frame.let(day.number)]
    if table.ranks:
        rank, _ = place_of(table, order.subject, scope.outer)
        along.append(Column(row.names["rank"]))
        until.append(scope.outer.frame.let(rank))
    return Reach(pairs, here, tuple(along), tuple(until), order.inclusive)


# ------------------------------------------------------------------- reading


def run(members: Members, reach: Reach, folds: tuple[Folded, ...]) -> tuple[Cell, Scalar, tuple[Folded, ...]] | None:
    """Fold along: the cells of the result, and whether a key is unknown.

    None where what is folded is not of rows alone.
    """
    scope, outer = members.scope, members.outer
    if not scope.rests_on_rows(*(each.of for each in folds)):
        return None
    if members.order and reach.last and (cell := _in_place(scope, outer, reach, folds)) is not None:
        return cell, FALSE, folds
    names = scope.plan.names
    let = outer.frame.let
    keys = {names.next("k"): pair for pair in reach.pairs}
    steps = {names.next("b"): pair for pair in zip(reach.along, reach.until, strict=True)}
    needed = columns_of(*(each.of for each in folds), *(mine for mine, _ in keys.values()), *reach.along)
    rows: algebra.Relation = scope.built_rows(needed, reach.here if not scope.frame.errors else ())
    rows = algebra.Extend(
        rows,
        (
            *((name, mine) for name, (mine, _) in keys.items()),
            *((name, mine) for name, (mine, _) in steps.items()),
            *((f"{each.name}v", each.of) for each in folds),
        ),
    )
    inputs = tuple(evolve(each, of=Column(f"{each.name}v")) for each in folds)
    theirs = {name: let(there) for name, (_, there) in (*keys.items(), *steps.items())}
    missing = either(*(is_unknown(each) for name, each in theirs.items() if name in keys or name == next(iter(steps))))
    if len(steps) == 1 and all(each.fold == "any" for each in folds):
        (step,) = steps
        asked = {name: theirs[name] for name in keys}
        return _firsts(outer, members, rows, asked, (step, theirs[step], reach.last), folds), let(missing), folds
    if not steps:
        table = scope.plan.step(Group(rows, tuple(keys), inputs))
        scope.plan.counts[table] = members.count
    else:
        if len(steps) == 1:  # rows that are as far along count together
            once = tuple(evolve(each, name=f"{each.name}v") for each in inputs)
            rows = Group(rows, (*keys, *steps), once)
        table = scope.plan.step(merged(outer, rows, tuple(keys), tuple(steps), inputs, theirs, reach.last))
        scope.plan.asked[table] = AlongTable(rows, tuple(keys), tuple(steps), reach.last, members.count)
    found = outer.frame.look_up(table, tuple(theirs.items()), bool(reach.until[1:]))
    return (lambda name: outer.frame.cell(found, name)), let(missing), folds


def _firsts(
    outer: Scope,
    members: Members,
    rows: algebra.Relation,
    asked: dict[str, Scalar],
    along: tuple[str, Scalar, bool],
    folds: tuple[Folded, ...],
) -> Cell:
    """The cells of folds that tell whether there is any: there is from the first row on that is one."""
    step, until, last = along
    firsts = (Folded(each.name, "min", when(Column(f"{each.name}v"), Column(step), UNKNOWN_NUMBER)) for each in folds)
    table = outer.plan.step(Group(rows, tuple(asked), tuple(firsts)))
    outer.plan.counts[table] = members.count
    found = outer.frame.look_up(table, tuple(asked.items()))
    return lambda name: algebra.compared("<=" if last else "<", outer.frame.cell(found, name), until)


def _in_place(scope: Scope, outer: Scope, reach: Reach, folds: tuple[Folded, ...]) -> Cell | None:
    """The cells where each row of a table of records is asked about, and all of them count: folded along as they stand.

    No two records of such an order are as far along.
    """
    base, there = scope.frame.base, outer.frame.base
    if outer.outer is not None or not isinstance(base, algebra.Scan) or not isinstance(there, algebra.Scan):
        return None
    if base.table != there.table:
        return None
    mirror = Mirror(scope.frame, outer.frame, {name: of for of, name in there.columns}, dict(base.columns))
    try:
        pairs = [(mirror.of(mine), outer.frame.let(theirs)) for mine, theirs in reach.pairs]
        steps = [(mirror.of(mine), theirs) for mine, theirs in zip(reach.along, reach.until, strict=True)]
        mirrored = tuple(evolve(each, of=mirror.of(each.of)) for each in folds)
    except Elsewhere:
        return None
    if any(mine != theirs for mine, theirs in (*pairs, *steps)) or not all(is_sure(mine) for mine, _ in pairs):
        return None
    within, by = (tuple(each.name for each, _ in found if isinstance(each, Column)) for found in (pairs, steps))
    by = tuple(name for name in by if name not in within) or by
    outer.frame.fold_along(within, by, mirrored)
    return lambda name: Column(name, name in outer.plan.names.sure)


class Elsewhere(Exception):
    """A scalar rests on more than the row at hand."""


@frozen
class Mirror:
    """Scalars of one frame in the words of another over the same table (``there``, ``here``: names of its columns)."""

    frame: Frame
    other: Frame
    there: dict[str, str]
    here: dict[str, str]
    known: dict[str, Scalar] = field(factory=dict)

    def of(self, scalar: Scalar) -> Scalar:
        """The scalar there. Raises `Elsewhere`."""
        if isinstance(scalar, Column):
            if scalar.name not in self.known:
                self.known[scalar.name] = self._column(scalar)
            return self.known[scalar.name]
        if isinstance(scalar, Operation):
            return Operation(scalar.name, tuple(map(self.of, scalar.operands)))
        return scalar

    def _column(self, column: Column) -> Scalar:
        if column.name in self.frame.lets:
            return self.other.let(self.of(self.frame.lets[column.name]))
        if column.name not in self.here:
            raise Elsewhere
        return Column(self.there[self.here[column.name]], column.sure)


def merged(
    outer: Scope,
    rows: algebra.Relation,
    keys: tuple[str, ...],
    steps: tuple[str, ...],
    folds: tuple[Folded, ...],
    theirs: dict[str, Scalar],
    last: bool,
) -> algebra.Relation:
    """Rows and questions in one order, folded along, the questions kept; with keys, those that have any rows."""
    asked: algebra.Relation = outer.built(columns_of(*theirs.values()), each_once=True)
    asked = algebra.Extend(asked, tuple(theirs.items()))
    certain = both(*(negation(is_unknown(Column(name))) for name in (*keys, steps[0])))
    asked = algebra.Filter(asked, certain) if certain != TRUE else asked
    if keys:
        names = (*keys, *steps)
        table = outer.plan.step(Group(_of_these(asked, rows, keys, outer), names, ()))
        asked = algebra.Scan(table, tuple((name, name) for name in names))
        rows = _of_these(rows, asked, keys, outer)
    else:
        asked = Group(asked, steps, ())
    columns = (*keys, *steps, "asked", *(f"{each.name}v" for each in folds))
    rows = algebra.Keep(algebra.Extend(rows, (("asked", number(0)),)), columns)
    asked = algebra.Extend(
        asked, (("asked", number(1 if last else -1)), *((f"{each.name}v", _idle(each)) for each in folds))
    )
    together = Union((rows, algebra.Keep(asked, columns)), columns)
    running = Running(together, keys, (*steps, "asked"), folds)
    questions = algebra.Filter(running, algebra.compared("=", Column("asked"), number(1 if last else -1)))
    return algebra.Keep(questions, (*keys, *steps, *(each.name for each in folds)))


def _of_these(
    relation: algebra.Relation, others: algebra.Relation, keys: tuple[str, ...], outer: Scope
) -> algebra.Relation:
    """The rows with keys that others have."""
    there = {outer.plan.names.next("k"): key for key in keys}
    each = algebra.Extend(Group(others, keys, ()), tuple((name, Column(key)) for name, key in there.items()))
    pairs = tuple(algebra.Pair(key, name) for name, key in there.items())
    return algebra.Join(relation, algebra.Keep(each, tuple(there)), pairs)


def _idle(fold: Folded) -> Literal:
    """What adds nothing to a fold."""
    if fold.fold == "any":
        return FALSE
    return number(0) if fold.fold == "sum" else UNKNOWN_NUMBER
