"""The rows of a sheet that a mapping takes, by columns: which are new, which the first, which lack something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from typing import Any

from attrs import frozen

from engine.columns import Cells, Packed, Texts
from engine.facts import Table
from engine.unknowns import NONE, UNKNOWN
from policy.ledger_arrow import taken
from policy.ledger_cells import Cell, Column, Places, Sheet, Unread
from policy.ledger_mapping import Taking

_FIELD = re.compile(r"\{([^{}]+)\}")


@frozen(eq=False)
class Pair:
    """A sheet with what a mapping takes from it, and the rows that it takes."""

    taking: Taking
    sheet: Sheet
    kept: Sequence[int]
    names: Sequence[str | None] = ()

    @property
    def is_whole(self) -> bool:
        return isinstance(self.kept, range)


def fields_of(name: str) -> list[str]:
    """The columns that make a text: one, or those in braces."""
    return _FIELD.findall(name) or ([name] if name else [])


def _filled(name: str, row: tuple[Cell, ...]) -> str | None:
    """The text of a row; none where a part is missing."""
    if any(cell is None or cell == "" or isinstance(cell, (Unread, float)) for cell in row):
        return None
    cells = iter(row)
    return _FIELD.sub(lambda _: str(next(cells)), name)


def cells_of(pair: Pair, name: str) -> Sequence[Cell]:
    return kept_of(pair, name).cells()


def kept_of(pair: Pair, name: str) -> Column:
    """A column's cells in the rows that are taken; those of ``{First} {Last}`` put together."""
    if name not in pair.sheet.columns:
        parts = [cells_of(pair, part) for part in _FIELD.findall(name)]
        return Column([_filled(name, row) for row in zip(*parts, strict=True)])
    column = pair.sheet.columns[name]
    return column if pair.is_whole else taken(column, pair.kept)


def told_apart(names: Sequence[str | None], keys: Sequence[str | None]) -> Sequence[str | None]:
    """Rows of one name and different keys are different things: each gets its key beside its name."""
    if len(set(names)) == len(names):
        return names
    by_name: dict[str, set[str | None]] = {}
    for name, key in zip(names, keys, strict=True):
        if name is not None:
            by_name.setdefault(name, set()).add(key)
    return [
        name if name is None or len(by_name[name]) == 1 else None if key is None else f"{name} ({key})"
        for name, key in zip(names, keys, strict=True)
    ]


def are_new(table: Table, names: Sequence[str | None]) -> bool:
    """Whether each row has a name, which no other has, nor one of the table."""
    texts = names.values if isinstance(names, Packed) and names.codes is None else None
    if not isinstance(texts, Texts):
        distinct = set(names)
        return (
            None not in distinct
            and len(distinct) == len(names)
            and not any(table.rows_of((name,)) for name in (distinct if len(table) else ()))
        )
    if not texts.are_distinct:
        return False
    known = table.columns[0]
    for part in known.parts if isinstance(known, Cells) else (known,):
        if isinstance(part, Packed) and isinstance(part.values, Texts):
            if texts.meets(part.values):
                return False
        elif any(texts.places(name) for name in part):
            return False
    return True


def missing(column: Sequence[Any]) -> Sequence[int]:
    """The rows of which it is not known what they are about."""
    if isinstance(column, Packed):
        return [*column.rows(UNKNOWN), *column.rows(NONE)]
    return [row for row, cell in enumerate(column) if cell is UNKNOWN or cell is NONE]


def some_of(column: Any, keep: Sequence[bool]) -> Any:
    """The cells of some of the rows."""
    return column.kept(keep) if isinstance(column, (Packed, Places)) else list(compress(column, keep))


def firsts(keys: Sequence[Sequence[Any]]) -> list[bool] | None:
    """Which rows are the first with their keys; None: all are."""
    if len(keys) == 1 and isinstance(keys[0], Packed) and keys[0].are_distinct:
        return None
    seen: set[tuple[Any, ...]] = set()
    first: list[bool] = []
    for row in zip(*keys, strict=True):
        first.append(row not in seen)
        seen.add(row)
    return None if all(first) else first
