"""What keeps a row open, as far as the tables can tell.

That is a comparison with a cell of the facts that is not known; or that the facts do not say whether something is so,
or exists. Of such a truth the rows have what it takes to ask about it: the keys of what is stated, and the numbers
compared.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen

from engine.model import Relation, Silence
from engine.relational.algebra import (
    FALSE,
    UNKNOWN_NUMBER,
    Column,
    Literal,
    Operation,
    Scalar,
    columns_of,
    either,
    is_sure,
    is_unknown,
    replaced,
    when,
)
from engine.relational.amounts import Amount
from engine.relational.kinds import Kinds
from engine.relational.scope import Scope
from engine.values import Kind

TIP = "tip"
_COMPARED = ("=", "<>", "<", "<=")
_COMPUTED = ("+", "-", "*", "negative", "widen", "narrow")


@frozen
class Key:
    """A key: a whole number of its kind and scale in a column of the rows (``column`` "": the subject's), or fixed."""

    kind: Kind
    scale: int
    column: str = ""
    fixed: int | None = None

    @property
    def is_subject(self) -> bool:
        return not self.column and self.fixed is None


@frozen
class Stated:
    """What is stated of keys: whether it is so; of a ``column``, the value in it, whose number is over ``scale``."""

    relation: str
    keys: tuple[Key, ...]
    column: int | None = None
    kind: Kind = Kind.NUMBER
    scale: int = 1


@frozen
class Leaf:
    """A truth that may not be known, by its name among the kinds.

    Whether what is ``stated`` is so, or exists; or a comparison (``compared``) of numbers in columns of the rows, of
    which some are those of ``cells``.
    """

    name: str
    stated: Stated | None = None
    compared: Operation | None = None
    cells: tuple[tuple[str, Stated], ...] = ()

    @property
    def columns(self) -> set[str]:
        """Of the numbers compared."""
        return set() if self.compared is None else columns_of(self.compared)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Of all that is stated."""
        found = () if self.stated is None else self.stated.keys
        return found + tuple(key for _, cell in self.cells for key in cell.keys)

    @property
    def told_by(self) -> set[str]:
        """The columns that tell it, beside the subject."""
        return self.columns | {key.column for key in self.keys if key.column}


@frozen
class Leaves:
    """The truths that can be told, and the columns that tell them: NULL where there is nothing to tell.

    ``open`` holds in the rows in which there is something to tell.
    """

    told: tuple[Leaf, ...]
    columns: dict[str, Scalar] = field(factory=dict, hash=False)
    open: Scalar = FALSE

    def by_name(self) -> dict[str, Leaf]:
        return {leaf.name: leaf for leaf in self.told}


def leaves_of(scope: Scope, subject: Amount, kinds: Kinds) -> Leaves:
    """The truths among those of the rows' kinds that can be told."""
    finding = _Finding(scope, subject)
    names = {*kinds.packed, *(name for name, _ in kinds.following)}
    told = [leaf for name in sorted(names) if (leaf := finding.leaf(name)) is not None]
    return Leaves(
        tuple(told), finding.columns(), either(*(truth for _, truths in finding.tips.values() for truth in truths))
    )


@define
class _Finding:
    """Finds what truths are about, and names the columns that tell it."""

    scope: Scope
    subject: Amount
    stated: dict[str, tuple[Relation, tuple[Amount, ...], int | None, Amount | None]] = field(init=False)
    cells: dict[str, tuple[Relation, tuple[Amount, ...], int, Amount]] = field(init=False)
    tips: dict[Scalar, tuple[str, list[Scalar]]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.stated, self.cells = {}, {}
        for key, known in self.scope.memo.items():
            relation = self.scope.plan.relations.get(key[0])
            if relation is None or not _is_of_facts(relation):
                continue
            if isinstance(known, Column):
                self.stated.setdefault(known.name, (relation, key[1], None, None))
            elif isinstance(known, Amount) and isinstance(known.scale, int):
                if isinstance(known.number, Column):
                    self.cells.setdefault(known.number.name, (relation, key[1], key[2], known))
                if isinstance(known.exists, Column):
                    self.stated.setdefault(known.exists.name, (relation, key[1], key[2], known))

    def columns(self) -> dict[str, Scalar]:
        return {name: when(either(*truths), scalar, UNKNOWN_NUMBER) for scalar, (name, truths) in self.tips.items()}

    def leaf(self, name: str) -> Leaf | None:
        """What a truth is about; None: that cannot be told."""
        open_ = is_unknown(Column(name))
        if name in self.stated:
            stated = self._stated(*self.stated[name], open_)
            return None if stated is None else Leaf(name, stated)
        scalar = self.scope.frame.lets.get(name)
        if not isinstance(scalar, Operation) or scalar.name not in _COMPARED:
            return None
        scalar = self._opened(scalar)
        cells: dict[str, Stated] = {}
        for column in sorted(columns_of(scalar)):
            if column in self.cells:
                cell = self._stated(*self.cells[column], open_)
                if cell is None:
                    return None
                cells[self._tip(Column(column), open_)] = cell
        if not cells:
            return None
        renamed = {column: Column(self._tip(Column(column), open_)) for column in columns_of(scalar)}
        compared: Any = replaced(scalar, dict(renamed))
        return Leaf(name, None, compared, tuple(cells.items()))

    def _opened(self, scalar: Scalar) -> Scalar:
        """A number with those that it is computed from and that may not be known."""
        if isinstance(scalar, Operation):
            return Operation(scalar.name, tuple(map(self._opened, scalar.operands)))
        inner = self.scope.frame.lets.get(scalar.name) if isinstance(scalar, Column) else None
        if isinstance(inner, Operation) and inner.name in _COMPUTED and not is_sure(scalar):
            return self._opened(inner)
        return scalar

    def _stated(
        self,
        relation: Relation,
        arguments: tuple[Amount, ...],
        column: int | None,
        value: Amount | None,
        open_: Scalar,
    ) -> Stated | None:
        keys = [self._key(each, open_) for each in arguments]
        if None in keys:
            return None
        found = tuple(key for key in keys if key is not None)
        if value is None:
            return Stated(relation.name, found)
        assert isinstance(value.scale, int)
        return Stated(relation.name, found, column, value.kind, value.scale)

    def _key(self, amount: Amount, open_: Scalar) -> Key | None:
        if not isinstance(amount.scale, int) or amount.kind is Kind.PERIOD:
            return None
        if amount.number == self.subject.number:
            return Key(amount.kind, amount.scale)
        if isinstance(amount.number, Literal):
            return None if amount.number.value is None else Key(amount.kind, amount.scale, "", int(amount.number.value))
        return Key(amount.kind, amount.scale, self._tip(amount.number, open_))

    def _tip(self, scalar: Scalar, open_: Scalar) -> str:
        """The column that has a number where a truth is not known."""
        name, truths = self.tips.setdefault(scalar, (f"{TIP}{len(self.tips)}", []))
        if open_ not in truths:
            truths.append(open_)
        return name


def _is_of_facts(relation: Relation) -> bool:
    """Whether the facts alone say it."""
    return relation.record or relation.span or relation.silence is not Silence.CONCLUDED
