"""What is said of all rows for which the same things hold, worked out once for each kind of row.

Of a row the tables keep the truths that what is said of it is put together from, packed in whole numbers. There are
many rows and few kinds: which rules decide, and whether that can be told, follows from those truths for each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from attrs import define, field, frozen

from engine.relational.algebra import (
    Column,
    Literal,
    Operation,
    Scalar,
    arithmetic,
    columns_of,
    is_truth,
    is_unknown,
    number,
    when,
)
from engine.relational.frame import Frame

KIND = "kind"
TO_A_COLUMN = 30
"""So many truths are packed in a column, each in two bits: 1 it holds, 2 it is not known, 0 it does not."""
UNTOLD = ""
"""In the place of a name, of what is unknown for another reason than a truth with a name."""
_JOINS = ("and", "or", "not", "is true", "when", "choose")


@frozen
class Kinds:
    """The truths that are packed, those that follow from them in order, and what is said, by name.

    Those ``asking`` are packed, and hold because something is not known that is no truth.
    """

    packed: tuple[str, ...]
    following: tuple[tuple[str, Scalar], ...]
    said: tuple[tuple[str, Scalar], ...]
    asking: frozenset[str] = frozenset()

    def columns(self, sorts: Iterable[tuple[Container[str], Callable[[Scalar], Scalar]]] = ()) -> dict[str, Scalar]:
        """The truths as whole numbers, so many to a column.

        What is of one of the ``sorts`` is added up by itself, and what comes of it gets a name.
        """
        sorts = tuple(sorts)
        columns: dict[str, Scalar] = {}
        for start in range(0, len(self.packed), TO_A_COLUMN):
            places = dict(enumerate(self.packed[start : start + TO_A_COLUMN]))
            total: Scalar = number(0)
            for names, named in sorts:
                of_sort = {place: name for place, name in places.items() if name in names}
                places = {place: name for place, name in places.items() if place not in of_sort}
                if of_sort:
                    total = arithmetic("+", total, named(_packed(of_sort)))
            columns[f"{KIND}{start // TO_A_COLUMN}"] = arithmetic("+", total, _packed(places))
        return columns

    def read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What is said of a row."""
        values = self._values(row)
        return {name: _value(scalar, values) for name, scalar in self.said}

    def open(self, row: Mapping[str, Any], names: Iterable[str], told: Container[str]) -> frozenset[str]:
        """The truths that are not known, and for which what is said by these names is not known or holds.

        Of a truth that is ``told`` it is not asked why it is not known. `UNTOLD` stands for what has no name.
        """
        reasons = _Reasons(dict(self.following), self._values(row), told, self.asking)
        said = dict(self.said)
        for name in names:
            reasons.of(said[name])
        return frozenset(reasons.found)

    def _values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for place, name in enumerate(self.packed):
            bits = row[f"{KIND}{place // TO_A_COLUMN}"] >> 2 * (place % TO_A_COLUMN) & 3
            values[name] = None if bits == 2 else bool(bits)
        for name, scalar in self.following:
            values[name] = _value(scalar, values)
        return values


def _packed(places: Mapping[int, str]) -> Scalar:
    """Truths as one whole number, each in its place."""
    total: Scalar = number(0)
    for place, name in places.items():
        truth = Column(name)
        open_ = when(is_unknown(truth), number(2 * 4**place), number(0))
        total = arithmetic("+", total, when(truth, number(4**place), open_))
    return total


def kinds_of(frame: Frame, said: Mapping[str, Scalar]) -> Kinds:
    """What is said by truths of a frame."""
    sorting = _Sorting(frame)
    result = tuple((name, sorting.joined(scalar)) for name, scalar in said.items())
    needed = _needed(sorting.following, columns_of(*(scalar for _, scalar in result)))
    following = tuple((name, scalar) for name, scalar in sorting.following.items() if name in needed)
    names = columns_of(*(scalar for _, scalar in (*result, *following))) - set(sorting.following)
    asking = frozenset(name for name in names if _asks(frame.lets.get(name)))
    return Kinds(tuple(sorted(names)), following, result, asking)


def _asks(scalar: Scalar | None) -> bool:
    return isinstance(scalar, Operation) and scalar.name == "is null"


def _needed(following: Mapping[str, Scalar], names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in following and name not in found:
            found.add(name)
            waiting += columns_of(following[name])
    return found


@define
class _Sorting:
    """Tells truths that are put together from others from those that are not."""

    frame: Frame
    following: dict[str, Scalar] = field(factory=dict)

    def joined(self, scalar: Scalar) -> Scalar:
        """A truth with its parts by name, where they are not put together from truths."""
        if isinstance(scalar, Literal):
            return scalar
        if isinstance(scalar, Column):
            inner = self.frame.lets.get(scalar.name)
            if scalar.name not in self.following and inner is not None and self._follows(inner):
                self.following[scalar.name] = self.joined(inner)  # after what it is put together from
            return scalar
        if self._follows(scalar):
            return Operation(scalar.name, tuple(map(self.joined, scalar.operands)))
        return self.frame.let(scalar)

    def _follows(self, scalar: Scalar) -> bool:
        """Whether a truth is put together from others, or asks whether one is known."""
        if not isinstance(scalar, Operation):
            return False
        if scalar.name == "is null":
            return self._is_truth(scalar.operands[0])
        return scalar.name in _JOINS and self._is_truth(scalar)

    def _is_truth(self, scalar: Scalar) -> bool:
        while isinstance(scalar, Column) and scalar.name in self.frame.lets:
            scalar = self.frame.lets[scalar.name]
        if isinstance(scalar, Operation) and scalar.name in ("when", "choose"):
            return any(map(self._is_truth, scalar.operands[1:]))
        return is_truth(scalar)


@frozen
class _Reasons:
    """The truths that are not known for which others are not known, or hold because they ask whether that is known."""

    following: Mapping[str, Scalar]
    values: Mapping[str, Any]
    told: Container[str]
    asking: Container[str]
    found: set[str] = field(factory=set)
    seen: set[str] = field(factory=set)

    def of(self, scalar: Scalar) -> None:
        value = _value(scalar, self.values)
        if isinstance(scalar, Literal):
            if value is None:
                self.found.add(UNTOLD)
        elif isinstance(scalar, Column):
            self._of_column(scalar.name, value)
        elif scalar.name in ("when", "choose"):
            condition, one, other = scalar.operands
            holds = _value(condition, self.values)
            if holds is None and scalar.name == "choose":
                self._of_all(scalar.operands)
            else:
                self.of(one if holds else other)
        elif scalar.name in ("and", "or"):
            self._of_all(each for each in scalar.operands if _value(each, self.values) is value)
        elif scalar.name == "not" or (scalar.name == "is null" and value):
            self._of_all(scalar.operands)

    def _of_all(self, scalars: Iterable[Scalar]) -> None:
        for each in scalars:
            self.of(each)

    def _of_column(self, name: str, value: Any) -> None:
        if name in self.seen:
            return
        self.seen.add(name)
        if name in self.following and not (value is None and name in self.told):
            self.of(self.following[name])
        elif value is None or (value and name in self.asking):
            self.found.add(name)


def _value(scalar: Scalar, values: Mapping[str, Any]) -> Any:
    """A truth from those of its parts."""
    if isinstance(scalar, Literal):
        return scalar.value
    if isinstance(scalar, Column):
        return values[scalar.name]
    if scalar.name == "when":
        return _value(scalar.operands[1 if _value(scalar.operands[0], values) else 2], values)
    if scalar.name in ("and", "or"):
        decisive = scalar.name == "or"
        result: bool | None = not decisive
        for each in scalar.operands:
            value = _value(each, values)
            if value is decisive:
                return decisive
            result = None if value is None else result
        return result
    found = [_value(each, values) for each in scalar.operands]
    match scalar.name:
        case "not":
            return None if found[0] is None else not found[0]
        case "is true":
            return found[0] is True
        case "is null":
            return found[0] is None
        case "choose":
            return None if found[0] is None else found[1 if found[0] else 2]
        case _:
            raise AssertionError(scalar.name)
