"""On which days what a scope computes may change, told from the scalars and tables that it is computed from.

Whatever rests on a day asked about is a step function of it, but for that day itself and days a fixed number of days
from it: a comparison of such a day with something fixed changes where the two meet, a total up to it where a row is
reached, a row looked up by it where there is one. The days that come out are at least all on which something changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import define, field, frozen

from engine.relational.algebra import (
    Column,
    Extend,
    Join,
    Keep,
    Literal,
    Operation,
    Pair,
    Relation,
    Scalar,
    Scan,
    arithmetic,
    columns_of,
    number,
)
from engine.relational.frame import LookUp
from engine.relational.scope import AlongTable, AskedTable, Scope

FEW = 100
"""So many days may be those of every row at once."""


class Untold(Exception):
    """It cannot be told on which days something changes."""


@frozen
class Change:
    """Days of change: ``day`` is of the scope's rows; of a ``relation``, of those with these keys (here, there)."""

    day: Scalar
    relation: Relation | None = None
    keys: tuple[tuple[Scalar, str], ...] = ()


Moving = frozenset[tuple[int, int]]
Moves = Moving | None
"""How a scalar goes with the day asked about. None: not at all. Empty: by steps.

Else it is one of these, each (sign, days): the day itself (1), or its negative (-1), and so many days; (0, 0): or
something that goes by steps.
"""
STEPS: Moving = frozenset()
_STAYS = (0, 0)
_COMPARED = ("=", "<>", "<", "<=")


@define(eq=False)
class Course:
    """How the scalars of a scope go with the day asked about, a column of an outer scope.

    Raises `Untold` for a scalar of which that cannot be told. ``changes`` are the days on which those may change that
    have been asked for.
    """

    scope: Scope
    day: str
    outer: Course | None = None
    changes: dict[tuple[Scalar, int, tuple[tuple[Scalar, str], ...]], Change] = field(factory=dict)
    _known: dict[str, Moves] = field(factory=dict)
    _parts: dict[str, LookUp] = field(init=False)

    def __attrs_post_init__(self) -> None:
        found = (part for part in self.scope.frame.parts if isinstance(part, LookUp))
        self._parts = {name: part for part in found for name in part.used.values()}

    def of(self, scalar: Scalar) -> Moves:
        """How a scalar goes with the day."""
        if isinstance(scalar, Literal):
            return None
        if isinstance(scalar, Operation):
            return self._operation(scalar.name, scalar.operands)
        if scalar.name not in self._known:
            self._known[scalar.name] = self._column(scalar.name)
        return self._known[scalar.name]

    def _column(self, name: str) -> Moves:
        if name == self.day:
            return frozenset({(1, 0)})
        if name in self.scope.frame.lets:
            return self.of(self.scope.frame.lets[name])
        if name in self.scope.taken:
            assert self.outer is not None
            return self.outer.of(Column(name))
        return self._looked_up(self._parts[name]) if name in self._parts else None

    # ------------------------------------------------------------ operations

    def _operation(self, name: str, operands: tuple[Scalar, ...]) -> Moves:
        moves = [self.of(each) for each in operands]
        if all(each is None for each in moves):
            return None
        if name in _COMPARED:
            self._compared(name, operands, moves)
            return STEPS
        if not any(moves) or name == "is null":
            return STEPS
        match name, moves:
            case (("choose" | "when"), [_, one, other]):
                return frozenset().union(*(each or {_STAYS} for each in (one, other)))
            case (("widen" | "narrow"), [one]):
                return one
            case "negative", [one]:
                return _turned(one, 0)
            case "+", [one, other]:
                return self._shifted(one, operands[1], 1) if one else self._shifted(other, operands[0], 1)
            case "-", [one, _] if one:
                return self._shifted(one, operands[1], -1)
            case "-", [_, other] if isinstance(operands[0], Literal) and operands[0].value is not None:
                return _turned(other, operands[0].value)
        raise Untold

    @staticmethod
    def _shifted(moves: Moves, by: Scalar, sign: int) -> Moves:
        if not isinstance(by, Literal) or by.value is None or not moves:
            raise Untold
        return frozenset((way, plus + sign * by.value if way else 0) for way, plus in moves)

    def _compared(self, name: str, operands: tuple[Scalar, ...], moves: list[Moves]) -> None:
        one, other = moves
        if one and other:
            ways = {way for way, _ in one | other}
            if len(ways) > 1:
                raise Untold
        elif one or other:
            for fixed in self._fixed(operands[1] if one else operands[0]):
                for way, plus in one or other or ():
                    if way:
                        self._meets(name, fixed, way, plus, first=bool(one))

    def _fixed(self, scalar: Scalar) -> list[Scalar]:
        """What a scalar that goes by steps is one of, each fixed."""
        if self.of(scalar) is None:
            return [scalar]
        if isinstance(scalar, Column):
            if scalar.name in self.scope.frame.lets:
                return self._fixed(self.scope.frame.lets[scalar.name])
        elif isinstance(scalar, Operation):
            if scalar.name in ("choose", "when"):
                _, one, other = scalar.operands
                return [*self._fixed(one), *self._fixed(other)]
            if scalar.name in ("widen", "narrow"):
                return [Operation(scalar.name, (each,)) for each in self._fixed(scalar.operands[0])]
        raise Untold

    def _meets(self, name: str, fixed: Scalar, way: int, plus: int, first: bool) -> None:
        """The day asked about (``first``: on the left) meets something fixed."""
        meeting = _meeting(fixed, way, plus)
        after: tuple[int, ...] = (0, 1)
        if name not in ("=", "<>"):
            up_to = first == (way > 0)  # whether it holds up to the meeting
            after = (1,) if up_to is (name == "<=") else (0,)
        for days in after:
            self.change(Change(_plus(meeting, days)))

    # --------------------------------------------------------------- tables

    def _looked_up(self, found: LookUp) -> Moves:
        moves = {there: self.of(here) for there, here in found.keys}
        if all(each is None for each in moves.values()):
            return None
        if not any(moves.values()):
            return STEPS
        fixed = {there: here for there, here in found.keys if moves[there] is None}
        moving = {there: each for there, each in moves.items() if each}
        plan = self.scope.plan
        asked = plan.asked.get(found.table)
        if isinstance(asked, AskedTable):
            self._asked(asked)
            return STEPS
        if isinstance(asked, AlongTable):
            self._along(asked, fixed, moving)
            return STEPS
        count = plan.count(found.table)
        if count is None:
            raise Untold
        scan = Scan(found.table, tuple((there, there) for there, _ in found.keys))
        self._rows(scan, fixed, [(there, each, (0, 1)) for there, each in moving.items()], count)
        return STEPS

    def _along(
        self, table: AlongTable, fixed: dict[str, Scalar], moving: dict[str, frozenset[tuple[int, int]]]
    ) -> None:
        first, *further = table.steps
        if any(moving.get(name) for name in further):
            raise Untold
        on_it: tuple[int, ...] = (0, 1)
        days = [(there, each, on_it) for there, each in moving.items() if further or there != first]
        keys = {there: here for there, here in fixed.items() if there in table.keys}
        relation = Keep(table.rows, (*table.keys, first))
        self._rows(relation, keys, days, table.count)
        if first in moving and not further:
            for way, plus in moving[first]:
                if way:  # the rows up to the day (last: with those of the day) count
                    after = (0 if table.last else 1) if way > 0 else (1 if table.last else 0)
                    self._rows(relation, keys, [(first, frozenset({(way, plus)}), (after,))], table.count)

    def _rows(
        self,
        relation: Relation,
        keys: dict[str, Scalar],
        days: Iterable[tuple[str, Moving, tuple[int, ...]]],
        count: int,
    ) -> None:
        """A table's rows are met by the day asked about, in these columns."""
        for there, moves, after in days:
            for way, plus in moves:
                if not way:
                    continue
                meeting = _meeting(Column(there), way, plus)
                for each in after:
                    day = _plus(meeting, each)
                    self.change(Change(day, relation, tuple((here, name) for name, here in keys.items())), count)

    def _asked(self, table: AskedTable) -> None:
        """A table made for what was asked: what its own scope computes changes, in rows reached by keys."""
        inner = table.scope
        course = Course(inner, self.day, self)
        for scalar in (*(Column(name) for name in sorted(table.columns)), *inner.filters, *inner.frame.errors):
            course.of(scalar)
        pairs, here, _ = inner.sorted_filters()
        fixed = [(mine, theirs) for mine, theirs in pairs if self.of(theirs) is None]
        names = [self.scope.plan.names.next("k") for _ in fixed]
        keys = tuple(zip((theirs for _, theirs in fixed), names, strict=True))
        cells = dict(zip(names, (mine for mine, _ in fixed), strict=True))
        day = self.scope.plan.names.next("d")
        for relation in course.relations(cells, day, () if inner.frame.errors else here):
            self.change(Change(Column(day), relation, keys), table.count)

    # -------------------------------------------------------------- changes

    def change(self, change: Change, count: int = 0) -> None:
        """Note days of change, in the outermost scope that they are of."""
        scope = self.scope
        here = [key for key, _ in change.keys] if change.relation is not None else [change.day]
        named = columns_of(*here)
        if self.outer is not None and named and scope.rests_on_outer(*here):
            outward = tuple((scope.outward(key), there) for key, there in change.keys)
            day = change.day if change.relation is not None else scope.outward(change.day)
            self.outer.change(Change(day, change.relation, outward), count)
            return
        if change.relation is None:
            if not scope.rests_on_rows(change.day):
                raise Untold
        else:
            keys = tuple((key, there) for key, there in change.keys if scope.rests_on_rows(key))
            if not keys and count > FEW:
                raise Untold
            change = Change(change.day, change.relation, keys)
        self.changes.setdefault((change.day, id(change.relation), change.keys), change)

    def relations(
        self,
        cells: dict[str, Scalar],
        day: str,
        here: Iterable[Scalar],
        narrowed: Callable[[Relation], Relation] = lambda relation: relation,
    ) -> Iterator[Relation]:
        """The scope's rows (of these, those wanted) with these cells, once for each set of days of change."""
        for change in self.changes.values():
            keys = {self.scope.plan.names.next("k"): pair for pair in change.keys}
            of_rows = dict(cells) | {name: key for name, (key, _) in keys.items()}
            if change.relation is None:
                of_rows[day] = change.day
            used = columns_of(*of_rows.values())
            relation = narrowed(Extend(self.scope.built_rows(used, here), tuple(of_rows.items())))
            if change.relation is not None:
                pairs = tuple(Pair(name, there) for name, (_, there) in keys.items())
                relation = Extend(Join(Keep(relation, tuple(of_rows)), change.relation, pairs), ((day, change.day),))
            yield Keep(relation, (*cells, day))


def _turned(moves: Moves, start: int) -> Moves:
    """A number less what moves."""
    return frozenset((-way, start - plus) if way else _STAYS for way, plus in moves or ())


def _meeting(fixed: Scalar, way: int, plus: int) -> Scalar:
    """The day asked about on which it (``way``: or its negative) and so many days is something fixed."""
    return _plus(fixed, -plus) if way > 0 else arithmetic("-", number(plus), fixed)


def _plus(scalar: Scalar, days: int) -> Scalar:
    return arithmetic("+", scalar, number(days))
