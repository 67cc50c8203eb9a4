"""Frozen values as plain data and back: words, numbers, days, and records of classes that are named beforehand.

Nothing in the data says what to run: a number stands for a class in a list that the reader brings along. Every value
has a number. First come the values brought along, then words and numbers, then rounds of values of one class, each
made of values that have their numbers already: so what was one value is one again, and reading is a pass through
columns.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
        shapes = {**_BUILT_IN, **{kind: _shape(kind) for kind in classes}}
        self._codes = {kind: code for code, kind in enumerate(shapes)}
        self._shapes = tuple(shapes.values())

    def write(self, value: Any, known: Sequence[Any] = ()) -> str:
        """A value as JSON; to values that are ``known`` to the reader it only refers.

        Raises `NotPlain` where it holds anything of another class, or is nested too deep.
        """
        writer = _Writer(self._codes, self._shapes, known)
        try:
            top = writer.see(value)
        except RecursionError:
            raise NotPlain("nested too deep") from None
        return json.dumps(writer.done(top), ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str, known: Sequence[Any] = ()) -> Any:
        """The value of which `write` made this text. For another text it may raise anything."""
        literals, rounds, top = json.loads(text)
        pool = [*known, *literals]
        get = pool.__getitem__
        for code, columns in rounds:
            shape = self._shapes[code]
            make = shape.make
            if shape.row:
                pool += [make(map(get, row)) for row in columns]
            else:
                pool += list(map(make, *(map(get, column) for column in columns)))
        return pool[top]


class _Writer:
    """Numbers all that a value is made of; what has the same class and parts is numbered once.

    What is met must live on until the end: its identity stands for it.
    """

    def __init__(self, codes: dict[type, int], shapes: Sequence[_Shape], known: Sequence[Any]) -> None:
        self._codes = codes
        self._shapes = shapes
        self._known = self._met = len(known)
        self._by_id = {id(value): number for number, value in enumerate(known)}
        self._literals: dict[type, dict[Any, int]] = {str: {}, int: {}, bool: {}, type(None): {}}
        self._rows: dict[int, dict[tuple[int, ...], int]] = {code: {} for code in codes.values()}
        self._levels = defaultdict[int, int](int)

    def see(self, value: Any) -> int:
        """The number of a value, in the order of meeting."""
        kind = type(value)
        literals = self._literals.get(kind)
        if literals is not None:
            number = literals.get(value)
            if number is None:
                number = literals[value] = self._met
                self._met += 1
            return number
        number = self._by_id.get(id(value))
        if number is not None:
            return number
        code = self._codes.get(kind)
        if code is None:
            raise NotPlain(f"{kind.__module__}.{kind.__qualname__}")
        parts = tuple(map(self.see, self._shapes[code].parts(value)))
        rows = self._rows[code]
        number = rows.get(parts)
        if number is None:
            number = rows[parts] = self._met
            self._met += 1
            self._levels[number] = 1 + max(map(self._levels.__getitem__, parts), default=0)
        self._by_id[id(value)] = number
        return number

    def done(self, top: int) -> list[Any]:
        """The words and numbers, the rounds, and the number of the whole: all numbers now in the order of reading."""
        rounds: dict[tuple[int, int], list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for code, alike in self._rows.items():
            for parts, number in alike.items():
                rounds[self._levels[number], code].append((number, parts))
        ordered = sorted(rounds.items())
        known = range(self._known)
        literals = {number: value for each in self._literals.values() for value, number in each.items()}
        made = (number for _, rows in ordered for number, _ in rows)
        places = {number: place for place, number in enumerate((*known, *literals, *made))}
        place = places.__getitem__
        written: list[list[Any]] = []
        for (_, code), rows in ordered:
            every = [parts for _, parts in rows]
            columns = every if self._shapes[code].row else zip(*every, strict=True)
            written.append([code, [list(map(place, column)) for column in columns]])
        return [list(literals.values()), written, place(top)]
