"""Frozen values as plain data and back: words, numbers, days, and records of classes that are named beforehand.

Nothing in the data says what to run: a number stands for a class in a list that the reader brings along. Every value
has a number. First come the values brought along, then words and numbers, then rounds of values of one class, each
made of values that have their numbers already: so what was one value is one again, and reading is a pass through
columns.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from operator import attrgetter
from typing import Any

from attrs import fields, frozen


class NotPlain(Exception):
    """A value is of no class that the list names."""


@frozen
class _Shape:
    """How values of a class are taken apart and made; those of a ``row`` have each as many parts as they have."""

    parts: Callable[[Any], Iterable[Any]]
    make: Callable[..., Any]
    row: bool = False


def _paired(flat: Iterable[Any]) -> dict[Any, Any]:
    parts = iter(flat)
    return dict(zip(parts, parts, strict=True))


_BUILT_IN: dict[type, _Shape] = {
    tuple: _Shape(iter, tuple, row=True),
    dict: _Shape(lambda each: (part for pair in each.items() for part in pair), _paired, row=True),
    date: _Shape(lambda day: (day.toordinal(),), date.fromordinal),
    Fraction: _Shape(lambda number: (number.numerator, number.denominator), Fraction),
}


def _shape(kind: type) -> _Shape:
    if issubclass(kind, Enum):
        return _Shape(lambda each: (each.value,), kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # the others are attrs classes
    get = attrgetter(*names)
    return _Shape(get if len(names) > 1 else lambda each: (get(each),), kind)


class Form:
    """Writes and reads values of some classes: enumerations, and attrs classes that are made of their fields."""

    def __init__(self, classes: Sequence[type]) -> None:
        self._shapes = {**_BUILT_IN, **{kind: _shape(kind) for kind in classes}}
        self._by_code = tuple(self._shapes.values())

    def write(self, value: Any, known: Sequence[Any] = ()) -> str:
        """A value as JSON; to values that are ``known`` to the reader it only refers.

        Raises `NotPlain` where it holds anything of another class, or is nested too deep.
        """
        met = _Met(self._shapes, known)
        try:
            top = met.number(value)
        except RecursionError:
            raise NotPlain("nested too deep") from None
        return json.dumps(met.in_order(top, self._shapes), ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str, known: Sequence[Any] = ()) -> Any:
        """The value of which `write` made this text. For another text it may raise anything."""
        literals, rounds, top = json.loads(text)
        pool = [*known, *literals]
        get = pool.__getitem__
        for code, columns in rounds:
            shape = self._by_code[code]
            make = shape.make
            if shape.row:
                pool += [make(map(get, row)) for row in columns]
            else:
                pool += list(map(make, *(map(get, column) for column in columns)))
        return pool[top]


class _Met:
    """All that a value is made of, numbered as it is met; what has the same class and parts is numbered once."""

    def __init__(self, shapes: Mapping[type, _Shape], known: Sequence[Any]) -> None:
        self.known = len(known)
        self.literals: dict[type, dict[Any, int]] = {str: {}, int: {}, bool: {}, type(None): {}}
        self.rows: dict[type, dict[tuple[int, ...], int]] = {kind: {} for kind in shapes}
        self.levels = [0] * len(known)
        self._ways = {kind: (shape.parts, self.rows[kind]) for kind, shape in shapes.items()}
        self._numbers = {id(value): number for number, value in enumerate(known)}

    def number(self, value: Any) -> int:
        """The number of a value. It must live on until the end: its identity stands for it."""
        literals, ways, numbers, levels = self.literals, self._ways, self._numbers, self.levels

        def numbered(values: Iterable[Any]) -> tuple[int, ...]:
            found = []
            for value in values:
                kind = type(value)
                if kind in literals:
                    same = literals[kind]
                    number = same.get(value)
                    if number is None:
                        number = same[value] = len(levels)
                        levels.append(0)
                else:
                    number = numbers.get(id(value))
                    if number is None:
                        if kind not in ways:
                            raise NotPlain(f"{kind.__module__}.{kind.__qualname__}")
                        take, rows = ways[kind]
                        parts = numbered(take(value))
                        number = rows.get(parts)
                        if number is None:
                            number = rows[parts] = len(levels)
                            levels.append(1 + max([levels[part] for part in parts], default=0))
                        numbers[id(value)] = number
                found.append(number)
            return tuple(found)

        return numbered((value,))[0]

    def in_order(self, top: int, shapes: Mapping[type, _Shape]) -> list[Any]:
        """The words and numbers, the rounds, and the number of the whole: the numbers are now those of reading."""
        rounds: dict[tuple[int, int], list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for code, rows in enumerate(self.rows.values()):
            for parts, number in rows.items():
                rounds[self.levels[number], code].append((number, parts))
        ordered = sorted(rounds.items())
        literals = {number: value for same in self.literals.values() for value, number in same.items()}
        places = [0] * len(self.levels)
        made = (number for _, alike in ordered for number, _ in alike)
        for place, number in enumerate((*range(self.known), *literals, *made)):
            places[number] = place
        is_row = [shape.row for shape in shapes.values()]
        place_of = places.__getitem__
        written: list[list[Any]] = []
        for (_, code), alike in ordered:
            every = [parts for _, parts in alike]
            columns = every if is_row[code] else zip(*every, strict=True)
            written.append([code, [list(map(place_of, column)) for column in columns]])
        return [list(literals.values()), written, places[top]]
