"""Columns of many cells, kept packed: each value once, and for each row which of them it has.

A value is made when its cell is read. Numbers that point at values, and texts, lie in buffers as Arrow keeps them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, overload

from attrs import define, field

Codes = memoryview
"""Whole numbers of 32 bits, which point at values."""


def codes_of(numbers: Any) -> Codes:
    """An Arrow array of 32-bit whole numbers, none missing, as a sequence of them."""
    return memoryview(numbers.buffers()[1])[4 * numbers.offset : 4 * (numbers.offset + len(numbers))].cast("i")


def arrow_codes(codes: Codes) -> Any:
    """The same as an Arrow array again."""
    import pyarrow

    return pyarrow.Array.from_buffers(pyarrow.int32(), len(codes), [None, pyarrow.py_buffer(codes)])


class Read(Sequence[Any]):
    """A sequence that is read cell by cell."""

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Any: ...
    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self.at(each) for each in range(*place.indices(len(self)))]
        return self.at(place)

    def at(self, place: int) -> Any:
        raise NotImplementedError


_HALVING = 64
"""To find a text by halving takes about as long as to put so many into a dictionary."""


@define(eq=False)
class Texts(Read):
    """Texts, each found by its place, and its place by the text: an Arrow array, not empty, of which none is null."""

    array: Any
    _bytes: memoryview = field(init=False)
    _ends: memoryview = field(init=False)
    _ascending: bool | None = None
    _distinct: bool | None = None
    _outer: tuple[str, str] = ("", "")
    _sought: int = 0
    _found: dict[str, int] | None = None

    def __attrs_post_init__(self) -> None:
        import pyarrow

        _, ends, content = self.array.buffers()
        large = pyarrow.types.is_large_string(self.array.type)
        size, start = 8 if large else 4, self.array.offset
        reach = memoryview(ends)[size * start : size * (start + len(self.array) + 1)]
        self._ends = reach.cast("q") if large else reach.cast("i")
        self._bytes = memoryview(b"" if content is None else content)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def at(self, place: int) -> str:
        return str(self._bytes[self._ends[place] : self._ends[place + 1]], "utf-8")

    def content(self) -> bytes:
        """All texts, one right after the other."""
        return bytes(self._bytes[self._ends[0] : self._ends[-1]])

    def __iter__(self) -> Iterator[str]:
        content, first = self.content(), self._ends[0]
        if not content.isascii():
            return map(self.at, range(len(self)))
        ends = [end - first for end in self._ends] if first else self._ends
        return map(content.decode().__getitem__, map(slice, ends, ends[1:]))

    @property
    def is_ascending(self) -> bool:
        """Whether each is after the one before it in the order of characters: so none is there twice."""
        if self._ascending is None:
            import pyarrow.compute as compute

            following = compute.less(self.array[:-1], self.array[1:])
            self._ascending = len(self) < 2 or bool(compute.all(following).as_py())
            self._outer = self.at(0), self.at(len(self) - 1)
        return self._ascending

    @property
    def are_distinct(self) -> bool:
        """Whether none is there twice."""
        if self._distinct is None:
            import pyarrow.compute as compute

            self._distinct = self.is_ascending or compute.count_distinct(self.array).as_py() == len(self)
        return self._distinct

    def places(self, text: Any) -> list[int]:
        """The first place of a text: by halving at first; once that has taken as long as a dictionary, by one."""
        if self._found is None:
            if not isinstance(text, str):
                return []
            if self.is_ascending and self._sought * _HALVING < len(self):
                self._sought += 1
                if not self._outer[0] <= text <= self._outer[1]:
                    return []
                place = bisect_left(self, text)
                return [place] if self.at(place) == text else []
            self._found = dict(zip(reversed(list(self)), reversed(range(len(self))), strict=True))
        found = self._found.get(text)
        return [] if found is None else [found]

    def meets(self, other: Texts) -> bool:
        """Whether a text is in both."""
        if self.is_ascending and other.is_ascending:
            (first, last), (others_first, others_last) = self._outer, other._outer
            if last < others_first or others_last < first:
                return False
        import pyarrow.compute as compute

        smaller, larger = sorted((self.array, other.array), key=len)
        return bool(compute.any(compute.is_in(larger, value_set=smaller.cast(larger.type))).as_py())


def joined(parts: Sequence[Sequence[Any]]) -> Texts | None:
    """Texts one after the other; None where some are no `Texts`."""
    if not parts or not all(isinstance(part, Texts) for part in parts):
        return None
    import pyarrow

    arrays = [part.array.cast(pyarrow.large_string()) for part in parts]  # type: ignore[attr-defined]  # all are Texts
    return Texts(pyarrow.concat_arrays(arrays))


@define(eq=False)
class Beside(Read):
    """Texts, and other values after them."""

    texts: Texts
    others: list[Any]

    def __len__(self) -> int:
        return len(self.texts) + len(self.others)

    def at(self, place: int) -> Any:
        return self.texts.at(place) if place < len(self.texts) else self.others[place - len(self.texts)]

    def __iter__(self) -> Iterator[Any]:
        return chain(self.texts, self.others)

    def places(self, cell: Any) -> list[int]:
        others = [len(self.texts) + place for place, other in enumerate(self.others) if other == cell]
        return [*self.texts.places(cell), *others]


@define(eq=False)
class Packed(Read):
    """Cells of a column, which do not change: row by row the places of their ``values``; without ``codes``, these."""

    values: Sequence[Any]
    codes: Codes | None = None
    _places: dict[Any, list[int]] | None = None
    _order: tuple[Codes, Codes] | None = None

    def __len__(self) -> int:
        return len(self.values if self.codes is None else self.codes)

    def __getitem__(self, place: Any) -> Any:
        if type(place) is int:
            return self.values[place if self.codes is None else self.codes[place]]
        return super().__getitem__(place)

    def at(self, place: int) -> Any:
        return self.values[place if self.codes is None else self.codes[place]]

    def __iter__(self) -> Iterator[Any]:
        if self.codes is None:
            return iter(self.values)
        values = self.values if len(self.values) > len(self.codes) else list(self.values)
        return map(values.__getitem__, self.codes)

    def rows(self, cell: Any) -> list[int]:
        """The rows with a cell, from the first."""
        found = self._values_like(cell)
        if self.codes is None or not found:
            return found
        order, _ = self._ordered(self.codes)
        rows: list[int] = []
        for start, end in self._stretches(self.codes, found):
            rows += order[start:end]
        return rows if len(found) == 1 else sorted(rows)

    def count(self, cell: Any) -> int:
        """How many rows have a cell."""
        found = self._values_like(cell)
        if self.codes is None or not found:
            return len(found)
        return sum(end - start for start, end in self._stretches(self.codes, found))

    def _ordered(self, codes: Codes) -> tuple[Codes, Codes]:
        if self._order is None:
            self._order = _in_order(codes)
        return self._order

    def _stretches(self, codes: Codes, places: list[int]) -> Iterator[tuple[int, int]]:
        """Where the rows of some values are, among all rows in the order of their values."""
        _, ordered = self._ordered(codes)
        for place in places:
            start = bisect_left(ordered, place)
            yield start, bisect_right(ordered, place, start)

    @property
    def are_distinct(self) -> bool:
        """Whether no two rows have the same cell. The values are distinct where there are codes."""
        if self.codes is None:
            return self.values.are_distinct if isinstance(self.values, Texts) else len(set(self.values)) == len(self)
        import pyarrow.compute as compute

        return bool(compute.count_distinct(arrow_codes(self.codes)).as_py() == len(self))

    def _values_like(self, cell: Any) -> list[int]:
        if isinstance(self.values, (Texts, Beside)):
            return self.values.places(cell)
        if self._places is None:
            self._places = {}
            for place, value in enumerate(self.values):
                self._places.setdefault(value, []).append(place)
        return self._places.get(cell, [])

    def is_same(self, column: Any) -> bool:
        """Whether a column has the same texts in its rows."""
        other = column.packed() if isinstance(column, Cells) else column
        if not isinstance(other, Packed) or self.codes is not None or other.codes is not None:
            return False
        mine, others = self.values, other.values
        if not isinstance(mine, Texts) or not isinstance(others, Texts):
            return False
        return mine is others or bool(mine.array.equals(others.array.cast(mine.array.type)))

    def pruned(self) -> Packed:
        """The same cells without the values that none of them has; texts are kept."""
        if self.codes is None or isinstance(self.values, Texts):
            return self
        import pyarrow
        import pyarrow.compute as compute

        codes = arrow_codes(self.codes)
        used = sorted(codes.unique().to_pylist())
        texts = self.values.texts if isinstance(self.values, Beside) else None
        start = 0 if texts is None else len(texts)
        others = [place for place in used if place >= start]
        if len(others) == len(self.values) - start:
            return self
        values = [self.values[place] for place in others]
        again = compute.index_in(codes, value_set=pyarrow.array([*range(start), *others], pyarrow.int32()))
        return Packed(values if texts is None else Beside(texts, values) if values else texts, codes_of(again))

    def kept(self, keep: Sequence[bool]) -> Packed:
        """The cells of some of the rows."""
        import pyarrow

        codes = pyarrow.array(range(len(self)), pyarrow.int32()) if self.codes is None else arrow_codes(self.codes)
        return Packed(self.values, codes_of(codes.filter(pyarrow.array(keep, pyarrow.bool_()))))


def copied_index(index: dict[Any, list[int]] | None) -> dict[Any, list[int]] | None:
    """An index of rows to which others may be added."""
    return None if index is None else {cell: [*rows] for cell, rows in index.items()}


def _in_order(codes: Codes) -> tuple[Codes, Codes]:
    """Rows by their codes, and those codes."""
    import pyarrow
    import pyarrow.compute as compute

    numbers = arrow_codes(codes)
    rows = compute.array_sort_indices(numbers).cast(pyarrow.int32())
    return codes_of(rows), codes_of(numbers.take(rows))


@define(eq=False)
class Cells(Read):
    """A column in parts that follow each other; cells may be added at its end, and changed."""

    parts: list[Sequence[Any]] = field(factory=list)
    _ends: list[int] = field(factory=list)
    _changed: dict[int, Any] = field(factory=dict)
    _last: dict[Any, list[int]] | None = None
    """Where the last part is a list: its rows by their cells."""

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: Any) -> Any:
        if len(self.parts) == 1 and not self._changed and type(place) is int:  # as most are
            return self.parts[0][place]
        return super().__getitem__(place)

    def at(self, place: int) -> Any:
        if self._changed and place in self._changed:
            return self._changed[place]
        part = bisect_right(self._ends, place)
        return self.parts[part][place - (self._ends[part - 1] if part else 0)]

    def __iter__(self) -> Iterator[Any]:
        cells = chain.from_iterable(self.parts)
        if not self._changed:
            return cells
        return (self._changed.get(row, cell) for row, cell in enumerate(cells))

    def __setitem__(self, row: int, cell: Any) -> None:
        self._changed[row] = cell

    def append(self, cell: Any) -> None:
        if not self.parts or not isinstance(self.parts[-1], list):
            self.extend([])
        self.parts[-1].append(cell)  # type: ignore[attr-defined]  # a list by now
        if self._last is not None:
            self._last.setdefault(cell, []).append(self._ends[-1])
        self._ends[-1] += 1

    def copied(self) -> Cells:
        """A column with the same cells, to which others may be added; what does not change is shared."""
        parts = [[*part] if isinstance(part, list) else part for part in self.parts]
        return Cells(parts, [*self._ends], {**self._changed}, copied_index(self._last))

    def extend(self, part: Sequence[Any]) -> None:
        """Add many cells; a list is taken over, not copied."""
        self._ends.append(len(self) + len(part))
        self.parts.append(part)
        self._last = None

    def rows(self, cell: Any) -> list[int]:
        """The rows with a cell, from the first."""
        if len(self.parts) == 1 and not self._changed and isinstance(self.parts[0], Packed):
            return self.parts[0].rows(cell)
        found: list[int] = []
        for number, part in enumerate(self.parts):
            start = self._ends[number] - len(part)
            if isinstance(part, Packed):
                found += (start + row for row in part.rows(cell)) if start else part.rows(cell)
            else:
                found += self._among(number, cell)
        if self._changed:
            found = [row for row in found if row not in self._changed]
            found = sorted((*found, *(row for row, each in self._changed.items() if each == cell)))
        return found

    def count(self, cell: Any) -> int:
        """How many rows have a cell."""
        if self._changed:
            return len(self.rows(cell))
        return sum(
            part.count(cell) if isinstance(part, Packed) else len(self._among(number, cell))
            for number, part in enumerate(self.parts)
        )

    def _among(self, number: int, cell: Any) -> Sequence[int]:
        """The rows with a cell in a part that is not packed."""
        part, start = self.parts[number], self._ends[number] - len(self.parts[number])
        if number < len(self.parts) - 1:
            return [row for row, each in enumerate(part, start) if each == cell]
        if self._last is None:
            self._last = {}
            for row, each in enumerate(part, start):
                self._last.setdefault(each, []).append(row)
        return self._last.get(cell, ())

    def packed(self) -> Packed:
        """All cells as one part."""
        if not self._changed:
            if len(self.parts) == 1:
                (part,) = self.parts
                return part if isinstance(part, Packed) else Packed(part)
            texts = [part.values for part in self.parts if isinstance(part, Packed) and part.codes is None]
            if len(texts) == len(self.parts) and (whole := joined(texts)) is not None:
                return Packed(whole)
        values: list[Any] = []
        codes = array("i")
        for part in self.parts:
            start = len(values)
            if isinstance(part, Packed) and part.codes is not None:
                codes.extend(start + code for code in part.codes)
                values += part.values
            else:
                codes.extend(range(start, start + len(part)))
                values += part
        for row, cell in self._changed.items():
            codes[row] = len(values)
            values.append(cell)
        return Packed(values, memoryview(codes))
