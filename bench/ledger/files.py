"""A drawn ledger as files: Parquet tables, a mapping of them, and a case for what is not in a table."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.ledger.data import OPENING, POOL, Columns, Drawn

SAYS = {
    "employed": "*a person* is employed by *a corporation*",
    "owns": "*a person* owns stock with *a percentage* of the voting power of *a corporation*",
    "ended": "the service of *a person* in *a capacity* ended on *a date*",
    "closing": "the Journal's closing price for *a date* is *money per share*",
    "last sale": "the last sale day before *a date* is *date*",
    "adopted": "the Board adopted *a resolution* on *a date*",
    "approved": "the stockholders approved *a resolution* on *a date*",
    "authorized": "*a grant* is authorized",
    "cancelled": "*a grant* was cancelled on *a date*",
}
KINDS = ("person", "resolution", "grant", "exercise", "lapse", "limit change")


def written(drawn: Drawn, folder: Path) -> tuple[list[Path], Path, Path]:
    """Write the ledger: its tables, its mapping, and the case."""
    import pyarrow
    import pyarrow.parquet

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, columns in drawn.tables.items():
        paths.append(folder / f"{name.replace(' ', '-')}.parquet")
        cells = {column: _array(values) for column, values in columns.items()}
        pyarrow.parquet.write_table(pyarrow.table(cells), paths[-1])
    mapping = folder / "mapping.toml"
    mapping.write_text("\n".join(_table(name, columns) for name, columns in drawn.tables.items()))
    case = folder / "case.md"
    case.write_text(CASE)
    return paths, mapping, case


def _array(values: list[Any]) -> Any:
    import pyarrow

    some = next((value for value in values if value is not None), None)
    if isinstance(some, Fraction):
        return (
            pyarrow.array([None if v is None else f"${v.numerator / v.denominator:.2f}" for v in values])
            if max(v for v in values if v is not None) > 1
            else pyarrow.array([f"{int(v * 100)}%" for v in values])
        )
    if isinstance(some, date) or some is None:
        return pyarrow.array(values, pyarrow.date32())
    return pyarrow.array(values)


def _table(name: str, columns: Columns) -> str:
    stem = name.replace(" ", "-")
    lines = ["[[table]]"]
    if name in KINDS:
        first = next(iter(columns))
        lines += [f'of = "{name}"', f'from = "{stem}"', f'name = "{first}"']
        if "order" in columns:
            lines.append('order = "order"')
    else:
        keys = [column for column in columns if column not in ("first", "last")]
        lines += [f'says = "{SAYS[name]}"', f'from = "{stem}"', f"columns = {keys}".replace("'", '"')]
        if "first" in columns:
            lines += ['first = "first"', 'last = "last"']
    return "\n".join(lines) + "\n"


CASE = f"""# A drawn ledger

Book: 1992-plan

## Facts

- The Board adopted the Plan on January 1, 1998.
- The stockholders approved the Plan on January 2, 1998.
- The opening day of the record is {OPENING:%B} {OPENING.day}, {OPENING.year}.
- The shares issued from {POOL} at the opening are 0 shares.
- The shares under Options of {POOL} at the opening are 0 shares.
- The Common Stock is listed on an exchange from January 1, 1997.
- The record of the Journal's closing price for June 1, 1998 is $1.00 per share is complete.
- The record of the exchange's closing price for June 1, 1998 is $1.00 per share is complete.
- The record of the Board adopted the Plan on January 1, 1998 is complete.
- The record of the stockholders approved the Plan on January 2, 1998 is complete.
- The record of the last sale day before June 1, 1998 is May 29, 1998 is complete.
- The record of the agreement for G00000001 allows exercise after service is complete.
- The record of the time allowed after service by the agreement for G00000001 is 1 day is complete.
"""
