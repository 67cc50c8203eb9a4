"""Columns of Arrow tables as cells: numbers, days and texts come over exactly, each distinct one once.

A cell is made when somebody reads it. What can be told of a whole column is told without making its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import define

from engine.columns import Beside, Codes, Packed, Read, Texts, arrow_codes, codes_of, joined
from engine.unknowns import UNKNOWN
from policy.ledger_cells import LONGEST_CELL, Cell, Column, Unread, plain
from policy.ledger_values import Misread

_LOOKED_AT = 8192
"""So many cells tell whether most of a column's differ."""
_FEW = 4
"""Texts are few where those among which they are looked for are so many times as many."""
_PRINTABLE = bytes(range(32, 127))
_DOUBTFUL = (b" ", b"'", b"?")
_UNTIDY = r"[^ -~]|  |^ | $|^'|^\?$"
"""What may be untidy in a text: all else is a name as it stands."""
_MOST_DIGITS = 9
_DIGITS = rf"^[0-9]{{1,{_MOST_DIGITS}}}$"


@define(eq=False)
class ArrowCells(Read):
    """The cells of an Arrow array."""

    array: Any

    def __len__(self) -> int:
        return len(self.array)

    def at(self, place: int) -> Cell:
        cell: Cell = self.array[place].as_py()
        return cell

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.array.to_pylist())


def columns_from(table: Any) -> dict[str, Column]:
    """The columns of a pyarrow table."""
    return {name: _column(table.column(place)) for place, name in enumerate(table.column_names)}


def _column(chunked: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = chunked.type
    if pa.types.is_dictionary(kind):
        if (packed := _packed(chunked)) is not None:
            return packed
        chunked, kind = chunked.cast(kind.value_type), kind.value_type
    if not _is_readable(pa.types, kind):
        return Column([Unread("E0552", f"a column of {kind} has no plain cells")], [0] * len(chunked))
    if pa.types.is_boolean(kind):
        chunked = pc.cast(chunked, pa.string())
    if not len(chunked):
        return Column(())
    if pa.types.is_floating(kind):
        return Column(chunked.to_pylist())
    array = _whole(chunked)
    if not pa.types.is_temporal(kind):
        first = array[:_LOOKED_AT]
        if 2 * len(first.dictionary_encode().dictionary) > len(first):
            return Column(ArrowCells(array))
    encoded = array.dictionary_encode(null_encoding="encode")
    return Column(ArrowCells(encoded.dictionary), codes_of(encoded.indices))


def _packed(chunked: Any) -> Column | None:
    """A column of texts that lie packed; None where the same text lies there twice, or there is none."""
    import pyarrow as pa

    if not len(chunked) or not pa.types.is_string(chunked.type.value_type):
        return None
    array = _whole(chunked.unify_dictionaries())
    codes = array.indices.dictionary_encode(null_encoding="encode")
    texts = array.dictionary.take(codes.dictionary)
    if len(texts.dictionary_encode(null_encoding="encode").dictionary) < len(texts):
        return None
    return Column(ArrowCells(texts), codes_of(codes.indices))


def _whole(chunked: Any) -> Any:
    """A column as one array."""
    import pyarrow as pa

    if isinstance(chunked, pa.ChunkedArray):
        if chunked.num_chunks == 1:
            return chunked.chunk(0)
        chunked = chunked.combine_chunks()
    return chunked.chunk(0) if isinstance(chunked, pa.ChunkedArray) else chunked


def _is_readable(types: Any, kind: Any) -> bool:
    checks = (types.is_string, types.is_large_string, types.is_integer, types.is_decimal, types.is_date)
    more = (types.is_timestamp, types.is_boolean, types.is_floating, types.is_null)
    return any(check(kind) for check in (*checks, *more))


# ------------------------------------------------------------------ as wholes


def texts_of(column: Column) -> Texts | None:
    """The cells of a column (with codes, the distinct ones) as names, where all are texts that are.

    None where some are none: what hides something, is empty or ``?``.
    """
    if not isinstance(column.distinct, ArrowCells):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.distinct.array
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)) or array.null_count:
        return None
    texts = Texts(array)
    content = texts.content()
    if content.translate(None, _PRINTABLE) or any(each in content for each in _DOUBTFUL):
        doubtful = pc.match_substring_regex(array, _UNTIDY)
        tidy = list(map(plain, array.filter(doubtful).to_pylist()))
        if any(not isinstance(text, str) or text in ("", "?") for text in tidy):
            return None
        if tidy:
            texts = Texts(pc.replace_with_mask(array, doubtful, pa.array(tidy, array.type)))
    sizes = pc.min_max(pc.binary_length(texts.array)).as_py()
    return texts if sizes["min"] > 0 and sizes["max"] <= LONGEST_CELL else None


def whole_numbers(column: Column) -> Any:
    """The cells of a column as an Arrow array of whole numbers of at most nine digits, where all are such."""
    if not isinstance(column.distinct, ArrowCells):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.distinct.array
    if array.null_count or not len(array):
        return None
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        if not pc.all(pc.match_substring_regex(array, _DIGITS)).as_py():
            return None
    elif not pa.types.is_integer(array.type):
        return None
    try:
        array = array.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    ends = pc.min_max(array).as_py()
    if ends["min"] < 0 or ends["max"] >= 10**_MOST_DIGITS:
        return None
    return array if column.codes is None else array.take(arrow_codes(_codes(column)))


def looked_up(
    column: Column, texts: Texts, among: Texts, read: Callable[[Cell], Any]
) -> tuple[Packed, dict[int, Misread]]:
    """A column's texts as the names that they are ``among``; what is none of these is read by itself, or cannot be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(texts) == len(among) and among.are_distinct and texts.array.equals(among.array):
        return Packed(among, None if column.codes is None else _codes(column)), {}
    found = _places(texts.array, among.array.cast(texts.array.type))
    values: Sequence[Any] = among
    wrong: dict[int, Misread] = {}
    if found.null_count:
        others: list[Any] = []
        places: dict[Any, int] = {}
        codes = found.fill_null(-1).to_pylist()
        for at in pc.indices_nonzero(found.is_null()).to_pylist():
            value = read(texts.at(at))
            if isinstance(value, Misread):
                wrong[at], value = value, UNKNOWN
            if value not in places:
                listed = among.places(value)
                places[value] = listed[0] if listed else len(among) + len(others)
                others += () if listed else (value,)
            codes[at] = places[value]
        found = pa.array(codes, pa.int32())
        values = Beside(among, others) if others else among
    if column.codes is not None:
        wrong = {row: wrong[code] for row, code in enumerate(column.codes) if code in wrong} if wrong else {}
        found = found.take(arrow_codes(_codes(column)))
    return Packed(values, codes_of(found)), wrong


def _places(texts: Any, among: Any) -> Any:
    """The first place of each text among many, or null. Few texts are looked for among those that they are at all."""
    import pyarrow.compute as pc

    if _FEW * len(texts) > len(among):
        return pc.index_in(texts, value_set=among)
    there = pc.indices_nonzero(pc.is_in(among, value_set=texts))
    return there.take(pc.index_in(texts, value_set=among.take(there))).cast("int32")


def _codes(column: Column) -> Codes:
    assert isinstance(column.codes, memoryview)
    return column.codes


def taken(column: Column, rows: Sequence[int]) -> Column:
    """The cells of a column in some rows."""
    if not isinstance(column.distinct, ArrowCells):
        if column.codes is None:
            return Column([column.distinct[at] for at in rows])
        return Column(column.distinct, [column.codes[at] for at in rows])
    import pyarrow as pa

    array, places = column.distinct.array, pa.array(rows, pa.int64())
    if column.codes is not None:
        places = arrow_codes(_codes(column)).take(places)
    return _column(array.take(places)) if len(rows) else Column(())


def in_order(parts: Sequence[tuple[Any, Texts]]) -> tuple[Sequence[int], Texts] | None:
    """Names in the order of the numbers beside them, and these; None where a number stands twice."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.concat_arrays([each for each, _ in parts])
    names = joined([texts for _, texts in parts]) if len(parts) > 1 else parts[0][1]
    assert names is not None
    if not names.are_distinct:
        return None
    if not pc.all(pc.less(numbers[:-1], numbers[1:])).as_py():
        order = pc.array_sort_indices(numbers)
        numbers, names = numbers.take(order), Texts(names.array.take(order))
        if not pc.all(pc.less(numbers[:-1], numbers[1:])).as_py():
            return None
    return memoryview(numbers.buffers()[1]).cast("q")[numbers.offset : numbers.offset + len(numbers)], names
