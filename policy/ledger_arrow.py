"""Columns of Arrow tables as cells: numbers, days and texts come over exactly, each distinct one once."""

from __future__ import annotations

from typing import Any

from policy.ledger_cells import Cell, Column, Unread

_MOST_DISTINCT = 8
"""A column is kept by its distinct cells where these are at most one in so many of its rows."""


def columns_from(table: Any) -> dict[str, Column]:
    """The columns of a pyarrow table."""
    return {name: _column(table.column(place)) for place, name in enumerate(table.column_names)}


def _column(chunked: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = chunked.type
    if pa.types.is_dictionary(kind):
        chunked, kind = chunked.cast(kind.value_type), kind.value_type
    if not _is_readable(pa.types, kind):
        return Column([Unread("E0552", f"a column of {kind} has no plain cells")], [0] * len(chunked))
    if pa.types.is_boolean(kind):
        chunked = pc.cast(chunked, pa.string())
    if not len(chunked):
        return Column(())
    if pa.types.is_floating(kind):
        return Column(chunked.to_pylist())
    encoded = pc.dictionary_encode(chunked, null_encoding="encode").combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    if len(encoded.dictionary) * _MOST_DISTINCT > len(chunked) and not pa.types.is_temporal(kind):
        return Column(chunked.to_pylist())
    cells: list[Cell] = encoded.dictionary.to_pylist()
    return Column(cells, encoded.indices.to_pylist())


def _is_readable(types: Any, kind: Any) -> bool:
    checks = (types.is_string, types.is_large_string, types.is_integer, types.is_decimal, types.is_date)
    more = (types.is_timestamp, types.is_boolean, types.is_floating, types.is_null)
    return any(check(kind) for check in (*checks, *more))
