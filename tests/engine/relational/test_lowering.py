"""Each operation on a grid of boundary values: DuckDB's result of the printed formula is the reference's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Any

import duckdb
import pyarrow
import pytest

from engine.operations import OPERATIONS, ROUNDINGS
from engine.relational import algebra
from engine.relational.algebra import TRUE, Column, Extend, Scan
from engine.relational.amounts import Amount, Unsupported, constant
from engine.relational.frame import Frame, Names
from engine.relational.lowering import Lowering
from engine.relational.printing import Printer
from engine.values import Calendar, DateRounding, Kind, LimitReached, Period, exact

DAYS = [
    date(*each)
    for each in (
        (1, 1, 1),
        (1, 1, 31),
        (1, 2, 28),
        (4, 2, 29),
        (99, 12, 31),
        (100, 3, 1),
        (1600, 2, 29),
        (1899, 12, 31),
        (1900, 2, 28),
        (1999, 12, 31),
        (2000, 1, 29),
        (2000, 2, 29),
        (2001, 1, 30),
        (2001, 1, 31),
        (2001, 2, 28),
        (2001, 3, 1),
        (2004, 2, 29),
        (2004, 12, 31),
        (2100, 2, 28),
        (2400, 12, 31),
        (9998, 12, 31),
        (9999, 11, 30),
        (9999, 12, 31),
    )
]
NUMBERS = [
    *map(Fraction, (0, 1, -1, 2, 7, -7, 10**12, -(10**12))),
    *(Fraction(*each) for each in ((1, 2), (-1, 2), (5, 2), (-5, 2), (7, 3), (10**15 + 1, 1000))),
]
PERIODS = [
    Period(*each)
    for each in ((0, 0), (1, 0), (-1, 0), (12, 0), (120, 0), (0, 1), (0, -1), (1, 1), (13, -45), (1200, 0), (600, 365))
]
DAY, NUMBER, PERIOD = Kind.DATE, Kind.NUMBER, Kind.PERIOD
STEP = "step"
"""A number that is a constant of a rule."""
STEPS: list[int | Fraction] = [1, Fraction(1, 100), 3, Fraction(2, 3)]
ON_DAYS: dict[str, tuple[Kind, ...]] = {
    "after": (PERIOD, DAY),
    "before": (PERIOD, DAY),
    "whole_years": (DAY, DAY),
    "days_between": (DAY, DAY),
    "earlier": (DAY, DAY),
    "later": (DAY, DAY),
    **dict.fromkeys(("day_after", "day_before", "year_of", "day_number"), (DAY,)),
    **dict.fromkeys(("first_of_month", "last_of_month", "first_of_next_month"), (DAY,)),
    **dict.fromkeys(("first_of_year", "last_of_year"), (DAY,)),
}
ON_NUMBERS: dict[str, tuple[Kind | str, ...]] = {
    **dict.fromkeys(ROUNDINGS, (NUMBER, STEP)),
    **dict.fromkeys(("add", "subtract", "multiply", "divide"), (NUMBER, NUMBER)),
    **dict.fromkeys(("lesser", "greater", "excess", "only"), (NUMBER, NUMBER)),
}
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
NOT_BY_TABLES = {"business_days_after", "business_days_before", "first_business_day"}
Rows = list[tuple[Any, ...]]


def test_every_operation_is_on_the_grid_or_refused() -> None:
    assert set(OPERATIONS) == ON_DAYS.keys() | ON_NUMBERS.keys() | NOT_BY_TABLES
    lowering = Lowering(Calendar(), lambda scalar: scalar, lambda truth: None)
    for name in NOT_BY_TABLES:
        with pytest.raises(Unsupported, match=name):
            lowering.apply(name, ())


def grids(kinds: tuple[Kind | str, ...], rounding: DateRounding) -> Iterator[Rows]:
    """The combinations of values; those with a period or step, a grid for each, since those are constants of rules.

    Every day a period is tried with one rounding, under the long profile with each.
    """
    pools: dict[Any, list[Any]] = {DAY: DAYS, NUMBER: NUMBERS}
    if PERIOD in kinds:
        for period in PERIODS if LONG else PERIODS[[*DateRounding].index(rounding) :: len(DateRounding)]:
            yield [(period, day) for day in DAYS]
    elif STEP in kinds:
        for step in STEPS:
            halves = [(each + Fraction(1, 2)) * step for each in NUMBERS]
            yield [(value, step) for value in (*NUMBERS, *halves)]
    else:
        yield list(product(*(pools[kind] for kind in kinds)))


def by_table(calendar: Calendar, name: str, kinds: tuple[Kind | str, ...], rows: Rows) -> list[Fraction | None]:
    """What DuckDB makes of the operation for each row, the bounds known beforehand checked."""
    columns: dict[str, list[int]] = {"row": list(range(len(rows)))}
    arguments: list[Amount] = []
    for place, kind in enumerate(kinds):
        values = [row[place] for row in rows]
        if isinstance(kind, str) or kind is PERIOD:
            arguments.append(constant(values[0], lambda symbol: 0))
            continue
        scale = 1 if kind is DAY else lcm(*(value.denominator for value in values))
        cells = [value.toordinal() if kind is DAY else int(value * scale) for value in values]
        columns[f"c{place}"] = cells
        arguments.append(Amount(kind, Column(f"c{place}"), scale, TRUE, min(cells), max(cells), True, scale))
    frame = Frame(Scan("t", tuple((each, each) for each in columns)), set(columns), Names())
    result = frame_result(calendar, name, arguments, frame)
    scale_of = algebra.number(result.scale) if isinstance(result.scale, int) else result.scale
    asked = {"number": result.number, "scale": scale_of, "error": algebra.either(*frame.errors)}
    needed = algebra.columns_of(*asked.values()) | {"row"}
    relation = algebra.Keep(Extend(frame.relation(needed), tuple(asked.items())), ("row", *asked))
    with duckdb.connect() as connection:
        connection.register("t", pyarrow.table(columns))
        found = connection.sql(Printer("duckdb").query(relation)).fetchall()
    assert all(number is None or result.low <= number <= result.high for _, number, _, _ in found)
    return [
        None if error or number is None else Fraction(int(number), int(scale))
        for _, number, scale, error in sorted(found)
    ]


def frame_result(calendar: Calendar, name: str, arguments: list[Amount], frame: Frame) -> Amount:
    return Lowering(calendar, frame.let, frame.error).apply(name, tuple(arguments))


def by_reference(calendar: Calendar, name: str, row: tuple[Any, ...]) -> Fraction | None:
    values = [exact(value) if isinstance(value, Fraction) else value for value in row]
    try:
        result: Any = OPERATIONS[name].compute(calendar, *values)
    except LimitReached:
        return None
    return Fraction(result.toordinal() if isinstance(result, date) else result)


CASES = [
    *((name, kinds, rounding) for name, kinds in ON_DAYS.items() for rounding in DateRounding),
    *((name, kinds, DateRounding.DOWN) for name, kinds in ON_NUMBERS.items()),
]


@pytest.mark.parametrize(("name", "kinds", "rounding"), CASES, ids=lambda each: getattr(each, "value", str(each)))
def test_an_operation_is_the_same_by_table(name: str, kinds: tuple[Kind | str, ...], rounding: DateRounding) -> None:
    calendar = Calendar(rounding=rounding)
    for rows in grids(kinds, rounding):
        expected = [by_reference(calendar, name, row) for row in rows]
        assert by_table(calendar, name, kinds, rows) == expected
