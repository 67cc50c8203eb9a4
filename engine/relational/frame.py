"""A relation under construction: where scalars are computed, joined and named, and only what is used is kept.

A `Frame` starts from a source (the subjects, or the members of a search) and grows by *parts*: columns computed from
others, and tables looked up by key. Nothing is read until `Frame.relation` is asked for some of its columns; then it is
built from just the parts that these need.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field, frozen

from engine.relational.algebra import (
    Column,
    Extend,
    Filter,
    Folded,
    Join,
    Keep,
    Literal,
    One,
    Operation,
    Pair,
    Relation,
    Running,
    Scalar,
    Scan,
    both,
    columns_of,
    compared,
    either,
    is_sure,
)


@frozen
class Let:
    """A computed column."""

    name: str
    scalar: Scalar


@define(eq=False)
class LookUp:
    """A table joined by key, at most one row of it: (column here, column there) of what is used of it."""

    table: str
    keys: tuple[tuple[str, Scalar], ...]  # (column there, key here)
    used: dict[str, str] = field(factory=dict)
    unknown_too: bool = False

    @property
    def needs(self) -> set[str]:
        return columns_of(*(key for _, key in self.keys))


MATCHED = "matched"
"""The column of a looked-up table that is true in every row: NULL where no row was found."""


@frozen
class Along:
    """Folds over the rows up to each row; see `algebra.Running`. Each is a column of the frame."""

    within: tuple[str, ...]
    by: tuple[str, ...]
    folds: tuple[Folded, ...]

    def needs(self, wanted: set[str]) -> set[str]:
        """What the folds wanted rest on."""
        return {*self.within, *self.by, *columns_of(*(each.of for each in self.folds if each.name in wanted))}


Part = Let | LookUp | Along


@define(eq=False)
class Frame:
    """A relation under construction; ``base`` has the columns ``own``. ``fresh`` numbers columns throughout a plan.

    No two rows are equal in the columns ``unique`` (if any). ``once`` has each combination of some of the columns that
    is in the rows.
    """

    base: Relation
    own: set[str]
    fresh: Names
    parts: list[Part] = field(factory=list)
    errors: list[Scalar] = field(factory=list)
    lets: dict[str, Scalar] = field(factory=dict)
    unique: frozenset[str] = frozenset()
    once: Scan | None = None
    _let: dict[Scalar, Column] = field(factory=dict)
    _looked_up: dict[tuple[str, tuple[tuple[str, Scalar], ...]], LookUp] = field(factory=dict)

    def let(self, scalar: Scalar) -> Scalar:
        """The scalar by a name, so that what is built upon it stays small."""
        scalar = self._absorbed(scalar)
        if isinstance(scalar, (Column, Literal)):
            return scalar
        known = self._let.get(scalar)
        if known is None:
            known = self._let[scalar] = self.fresh.column("x", is_sure(scalar))
            self.parts.append(Let(known.name, scalar))
            self.lets[known.name] = scalar
        return known

    def apart(self, scalar: Scalar) -> Column:
        """The scalar by a name that no other has."""
        named = self.fresh.column("x", is_sure(scalar))
        self.parts.append(Let(named.name, scalar))
        self.lets[named.name] = scalar
        return named

    def fixed(self, scalar: Scalar) -> Scalar:
        """The constant that a scalar is the name of, if it is one."""
        inner = self.lets.get(scalar.name) if isinstance(scalar, Column) else None
        return inner if isinstance(inner, Literal) else scalar

    def _absorbed(self, scalar: Scalar) -> Scalar:
        """The scalar without what adds nothing to it: *a or (a and b)* is *a*, and so is *a and (a or b)*."""
        if not isinstance(scalar, Operation) or scalar.name not in ("and", "or"):
            return scalar
        name, other = scalar.name, "or" if scalar.name == "and" else "and"

        def parts(each: Scalar, of: str) -> set[Scalar]:
            while isinstance(each, Column) and each.name in self.lets:
                each = self.lets[each.name]
            return set(each.operands) if isinstance(each, Operation) and each.name == of else {each}

        whole = set(scalar.operands)
        kept = [each for each in scalar.operands if not parts(each, other) & (whole - {each})]
        if len(kept) == len(scalar.operands) or not kept:
            return scalar
        return both(*kept) if name == "and" else either(*kept)

    def look_up(self, table: str, keys: tuple[tuple[str, Scalar], ...], unknown_too: bool = False) -> LookUp:
        """A table's row by key."""
        keys = tuple((there, self.let(key)) for there, key in keys)
        found = self._looked_up.get((table, keys))
        if found is None:
            found = self._looked_up[table, keys] = LookUp(table, keys, unknown_too=unknown_too)
            self.parts.append(found)
        return found

    def cell(self, found: LookUp, there: str, sure: bool = False) -> Column:
        """A column of a row looked up; ``sure``: it is never NULL, for there always is such a row."""
        known = found.used.get(there)
        if known is None:
            known = found.used[there] = self.fresh.column("j", sure).name
        return Column(known, known in self.fresh.sure)

    def fold_along(self, within: tuple[str, ...], by: tuple[str, ...], folds: tuple[Folded, ...]) -> None:
        """Folds over the rows up to each row, by their names."""
        self.parts.append(Along(within, by, folds))
        self.fresh.sure |= {each.name for each in folds if is_sure(each.of)}

    def error(self, truth: Scalar) -> None:
        """Where this holds, the reference evaluator gives no verdict."""
        if truth != Literal(False, True):
            self.errors.append(self.let(truth))

    def split_off(self, columns: Iterable[str]) -> tuple[Part, ...]:
        """Take out the parts that are computed from some columns alone, which are to be looked up by these."""
        told = set(columns)
        taken: list[Part] = []
        for part in self.parts:
            if isinstance(part, Let) and columns_of(part.scalar) <= told:
                told.add(part.name)
            elif isinstance(part, LookUp) and part.used and part.needs <= told:
                told |= set(part.used.values())
            else:
                continue
            taken.append(part)
        places = set(map(id, taken))
        self.parts = [part for part in self.parts if id(part) not in places]
        return tuple(taken)

    # ------------------------------------------------------------ building

    def needed(self, columns: Iterable[str]) -> tuple[set[str], list[Part]]:
        """All columns that some rest on, and the parts that make them, in order."""
        wanted = set(columns)
        kept: list[Part] = []
        for part in reversed(self.parts):
            if isinstance(part, Let):
                if part.name in wanted:
                    kept.append(part)
                    wanted |= columns_of(part.scalar)
            elif isinstance(part, LookUp):
                if wanted & set(part.used.values()):
                    kept.append(part)
                    wanted |= part.needs
            elif folds := tuple(each for each in part.folds if each.name in wanted):
                kept.append(Along(part.within, part.by, folds))
                wanted |= part.needs(wanted)
        kept.reverse()
        return wanted, kept

    def telling(self, columns: Iterable[str]) -> list[str]:
        """The columns without those that are computed from the others."""
        kept = list(columns)
        for column in reversed(list(kept)):
            others = [each for each in kept if each != column]
            if column in self.told_by(others):
                kept = others
        return kept

    def told_by(self, columns: Iterable[str]) -> set[str]:
        """All that is computed from these columns."""
        told = set(columns)
        for part in self.parts:
            if isinstance(part, Let):
                if columns_of(part.scalar) <= told:
                    told.add(part.name)
            elif isinstance(part, LookUp) and part.needs <= told:
                told |= set(part.used.values())
        return told

    def roots(self, columns: Iterable[str]) -> set[str]:
        """The columns of the base that some columns rest on."""
        wanted, _ = self.needed(columns)
        return wanted & self.own

    def relation(self, columns: Iterable[str], each_once: bool = False) -> Relation:
        """The frame's rows with these columns (``each_once``: of rows that are equal in them some may be missing)."""
        wanted = set(columns)
        needs, parts = self.needed(wanted)
        base = self.base
        if each_once and self.once is not None and needs & self.own <= {name for name, _ in self.once.columns}:
            base = self.once
        return Keep(grown(base, parts), tuple(sorted(wanted))) if wanted else self.base


def looked_up_by(columns: Iterable[str], table: str, parts: Iterable[Part]) -> LookUp:
    """What parts make, looked up in a table that has it by these columns."""
    return LookUp(table, tuple((name, Column(name, True)) for name in columns), {name: name for name in made_by(parts)})


def made_by(parts: Iterable[Part]) -> list[str]:
    """The columns that parts make."""
    made: list[str] = []
    for part in parts:
        match part:
            case Let(name):
                made.append(name)
            case LookUp():
                made += part.used.values()
            case Along():
                made += (each.name for each in part.folds)
    return made


def grown(relation: Relation, parts: Iterable[Part]) -> Relation:
    """A relation with parts added; columns that do not rest on each other are computed together."""
    waiting: dict[str, Scalar] = {}

    def settle() -> None:
        nonlocal relation
        if waiting:
            relation = Extend(relation, tuple(waiting.items()))
            waiting.clear()

    for part in parts:
        if isinstance(part, Let):
            if columns_of(part.scalar) & waiting.keys():
                settle()
            waiting[part.name] = part.scalar
        elif isinstance(part, LookUp):
            settle()
            relation = joined(relation, part)
        else:
            settle()
            relation = Running(relation, part.within, part.by, part.folds)
    settle()
    return relation


def joined(relation: Relation, found: LookUp) -> Relation:
    """A relation with the columns of a row looked up."""
    right = {there: here for there, here in found.used.items() if there != MATCHED}
    pairs: list[Pair] = []
    fixed: list[Scalar] = []
    sides: dict[str, Scalar] = {}
    are_fixed = all(isinstance(key, Literal) for _, key in found.keys)
    for number, (there, key) in enumerate(found.keys):
        here = right.setdefault(there, f"{_any(found)}k{number}")
        if isinstance(key, Literal) and not are_fixed and key.value is not None:
            fixed.append(compared("=", Column(here), key))
            continue
        if isinstance(key, Column):
            left = key.name
        else:
            left = f"{_any(found)}l{number}"
            sides[left] = key
        pairs.append(Pair(left, here, found.unknown_too))
    if sides:
        relation = Extend(relation, tuple(sides.items()))
    side = filtered(Scan(found.table, tuple((here, there) for there, here in right.items())), both(*fixed))
    if MATCHED in found.used:
        side = Extend(side, ((found.used[MATCHED], Literal(True, True)),))
    return Join(relation, side, tuple(pairs), True)


def _any(found: LookUp) -> str:
    return next(iter(found.used.values()))


@define
class Names:
    """Names that no other column of a plan has; of the columns ``sure`` it is known that they are NULL in no row."""

    last: int = 0
    sure: set[str] = field(factory=set)

    def next(self, prefix: str) -> str:
        self.last += 1
        return f"{prefix}{self.last}"

    def column(self, prefix: str, sure: bool) -> Column:
        """A new column."""
        name = self.next(prefix)
        if sure:
            self.sure.add(name)
        return Column(name, sure)


def filtered(relation: Relation, truth: Scalar) -> Relation:
    return relation if truth == Literal(True, True) else Filter(relation, truth)


def single(fresh: Names) -> Frame:
    """A frame of one row without columns."""
    return Frame(One(), set(), fresh)
