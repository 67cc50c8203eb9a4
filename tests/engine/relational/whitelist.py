"""The whitelist on a grid: relations that apply each operation to boundary values, with what they mean.

Numbers of 128 bits are put together from three of 64, since no fact's table holds any.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pyarrow
from attrs import frozen

from engine.model import Column as KeyColumn
from engine.model import Relation as Facts
from engine.relational.algebra import (
    FALSE,
    SCALARS,
    UNKNOWN_NUMBER,
    UNKNOWN_TRUTH,
    Column,
    Extend,
    Filter,
    Folded,
    Group,
    Join,
    Keep,
    One,
    Operation,
    Pair,
    Relation,
    Running,
    Scalar,
    Scan,
    Union,
    number,
)
from engine.relational.amounts import BITS_64, MOST
from engine.relational.tables import Ledger, Symbols, Table
from engine.values import Kind, Type
from tests.engine.relational.meaning import MEANING, Tables

CHUNK = 10**18
MOST_OPERANDS = 3
TRUTHS = (True, False, None)
NARROW = (0, 1, -1, 2, 7, -7, 10**9, CHUNK, -CHUNK, BITS_64, -BITS_64, None)
WIDE = (
    *(0, 1, -1, 7, -7, BITS_64, BITS_64 + 1, -BITS_64 - 1, CHUNK - 1, 10**19, 100 * CHUNK - 1, 100 * CHUNK),
    *(-(100 * CHUNK) - 1, CHUNK**2, CHUNK**2 - 1, 3 * 10**37 + 1, MOST, MOST - 1, -MOST, None),
)

T, N, W = "truth", "narrow", "wide"
POOLS: dict[str, tuple[Any, ...]] = {T: TRUTHS, N: NARROW, W: WIDE}
SIGNATURES: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("and", "or"), ((T, T, T),)),
    "not": ((T,),),
    "is null": ((T,), (N,), (W,)),
    "is true": ((T,),),
    **dict.fromkeys(("=", "<>", "<", "<=", "+", "-", "*"), ((N, N), (W, W))),
    "div": ((N, N),),
    "wide div": ((W, W),),
    "mod": ((N, N), (W, W)),
    "negative": ((N,), (W,)),
    **dict.fromkeys(("choose", "when"), ((T, T, T), (T, N, N), (T, W, W))),
    "widen": ((N,),),
    "narrow": ((W,),),
}
"""What the operands are. What comes out is a truth, or a number as wide as the last (but to widen and narrow)."""
GIVES_TRUTHS = {"and", "or", "not", "is null", "is true", "=", "<>", "<", "<="}


@frozen
class Grid:
    """A relation with the tables that it reads."""

    relation: Relation
    tables: Tables


def allowed(name: str, operands: tuple[Any, ...]) -> bool:
    """Whether an operation is ever asked for this: the number of operands apart, divisors are positive."""
    if name not in ("div", "wide div", "mod") or None in operands:
        return True
    above, below = operands
    return bool(below > 0 and (above >= 0 or name != "mod"))


def fits(result: Any, wide: bool) -> bool:
    most = MOST if wide else BITS_64
    return result is None or isinstance(result, bool) or -most <= result <= most


def scalars(*names: str) -> Grid:
    """Each operation (or those named) on all combinations of boundary values whose result its type holds."""
    assert SIGNATURES.keys() == SCALARS.keys() == MEANING.keys()
    inputs: list[Relation] = []
    rows: list[dict[str, Any]] = []
    for name, signatures in SIGNATURES.items():
        for kinds in signatures if name in (names or SIGNATURES) else ():
            wide = name == "widen" or (kinds[-1] == W and name != "narrow")
            for operands in product(*(POOLS[kind] for kind in kinds)):
                if allowed(name, operands) and fits(MEANING[name](*operands), wide):
                    row = {"operation": len(inputs), "row": len(rows)}
                    for at in range(MOST_OPERANDS):
                        row |= cells(at, operands[at] if at < len(operands) else None)
                    rows.append(row)
            inputs.append(applied(name, kinds, len(inputs), wide))
    return Grid(Union(tuple(inputs), ("operation", "row", "number", "truth")), {"grid": rows})


def cells(place: int, operand: Any) -> dict[str, Any]:
    """An operand in columns of 64 bits; a truth is one or nothing."""
    if operand is None or isinstance(operand, bool):
        parts = (None if operand is None else int(operand), 0, 0)
    else:
        size, sign = abs(operand), -1 if operand < 0 else 1
        parts = (sign * (size // CHUNK**2), sign * (size // CHUNK % CHUNK), sign * (size % CHUNK))
    return {f"{letter}{place}": part for letter, part in zip("hml", parts, strict=True)}


def operand(kind: str, place: int) -> Scalar:
    high, middle, low = (Column(f"{letter}{place}") for letter in "hml")
    if kind == T:
        return Operation("=", (high, number(1)))
    chunk = Operation("widen", (number(CHUNK),))
    upper = Operation("+", (Operation("*", (Operation("widen", (high,)), chunk)), Operation("widen", (middle,))))
    whole = Operation("+", (Operation("*", (upper, chunk)), Operation("widen", (low,))))
    return whole if kind == W else Operation("narrow", (whole,))


def applied(name: str, kinds: tuple[str, ...], place: int, wide: bool) -> Relation:
    """The operation on its rows of the grid; numbers are given wide."""
    columns = ("operation", "row", *(f"{letter}{at}" for at in range(len(kinds)) for letter in "hml"))
    mine = Filter(
        Scan("grid", tuple((each, each) for each in columns)), Operation("=", (Column("operation"), number(place)))
    )
    operands = tuple((f"o{at}", operand(kind, at)) for at, kind in enumerate(kinds))
    given = Extend(mine, operands)
    result: Scalar = Operation(name, tuple(Column(each) for each, _ in operands))
    of_truth = name in GIVES_TRUTHS or (name in ("choose", "when") and kinds[-1] == T)
    if not of_truth and not wide:
        result = Operation("widen", (result,))
    nothing = Operation("widen", (UNKNOWN_NUMBER,))
    said = (("number", nothing), ("truth", result)) if of_truth else (("number", result), ("truth", UNKNOWN_TRUTH))
    return Extend(given, said)


# ------------------------------------------------------------------ relations


def folds(*names: str, wide: bool = False) -> tuple[Folded, ...]:
    return tuple(Folded(f"{name} of b", name, Column("b"), wide and name == "sum") for name in names)


ANY = Folded("any of t", "any", Column("t"))
X = Scan("x", (("a", "a"), ("b", "b"), ("t", "t")))
Y = Scan("y", (("c", "a"), ("d", "b")))
EMPTY = Filter(X, FALSE)
PLACE = Operation("when", (Column("t"), number(1), Operation("choose", (Column("t"), number(2), number(3)))))
FOUR = (*folds("sum", "min", "max"), ANY)
RELATIONS: dict[str, Relation] = {
    "scan": X,
    "one": Keep(Extend(One(), (("a", number(1)), ("b", number(-BITS_64)), ("c", number(MOST)))), ("a", "b", "c")),
    "keep": Keep(X, ("b",)),
    "filter": Filter(X, Column("t")),
    "filter none": EMPTY,
    "join": Join(X, Y, (Pair("a", "c"),)),
    "join by two": Join(X, Y, (Pair("a", "c"), Pair("b", "d", True))),
    "join unknown too": Join(X, Y, (Pair("a", "c", True),), True),
    "join, keeping the left": Join(X, Y, (Pair("a", "c"),), True),
    "join of all with all": Join(X, Y, ()),
    "group": Group(X, ("a",), FOUR),
    "group by two": Group(X, ("a", "t"), folds("sum")),
    "group all": Group(X, (), FOUR),
    "group nothing": Group(EMPTY, (), FOUR),
    "group nothing by key": Group(EMPTY, ("a",), FOUR),
    "each once": Group(X, ("a", "t"), ()),
    "wide sums": Group(X, ("a",), folds("sum", "min", wide=True)),
    "running": Running(X, ("t",), ("a", "b"), folds("sum", "min", "max")),
    "running of all": Running(Extend(X, (("place", PLACE),)), (), ("b", "a", "place"), (*folds("sum", wide=True), ANY)),
    "running, filtered": Filter(Running(X, ("t",), ("a", "b"), folds("sum")), Operation("<", (Column("a"), number(3)))),
    "each once, narrowed": Keep(Group(X, ("a", "t"), ()), ("a",)),
    "union": Union((Keep(X, ("a", "b")), Extend(Keep(X, ("b",)), (("a", number(5)),))), ("a", "b")),
}


def small() -> Tables:
    """Rows with all that can be unknown, many alike in part, none alike in all."""
    x = [
        {"a": a, "b": b, "t": t}
        for place, (a, b, t) in enumerate(product((1, 2, 3, None), (5, -6, 10**17, None), TRUTHS))
        if place % 3 != 1 or a != 2
    ]
    y = [{"a": a, "b": b} for a, b in ((1, 5), (1, 6), (3, None), (None, 7), (None, None), (4, 4))]
    return {"x": x, "y": y}


def overflowing() -> dict[str, Relation]:
    """What no type holds."""
    large, most = Column("a"), operand(W, 0)
    narrow = Scan("large", (("a", "l0"),))
    wide = Scan("large", tuple((f"{letter}0", f"{letter}1") for letter in "hml"))
    twice = Union((narrow, narrow), ("a",))
    far = Extend(wide, (("a", most),))
    return {
        "+": Extend(narrow, (("x", Operation("+", (large, large))),)),
        "-": Extend(narrow, (("x", Operation("-", (Operation("negative", (large,)), large))),)),
        "*": Extend(narrow, (("x", Operation("*", (large, large))),)),
        "sum": Group(twice, (), (Folded("x", "sum", large),)),
        "running sum": Running(twice, (), ("a",), (Folded("x", "sum", large),)),
        "narrow": Extend(far, (("x", Operation("narrow", (large,))),)),
        "wide +": Extend(far, (("x", Operation("+", (large, large))),)),
        "wide *": Extend(far, (("x", Operation("*", (large, large))),)),
        "wide sum": Group(Union((far, far), ("a",)), (), (Folded("x", "sum", large, True),)),
    }


LARGE: Tables = {"large": [cells(1, MOST) | {"l0": BITS_64}]}


def ledger(tables: Tables) -> Ledger:
    """Tables without facts."""
    nothing = Facts("nothing", (KeyColumn("x", Type("thing", Kind.SYMBOL)),), 1)
    made = {}
    for name, rows in tables.items():
        arrays = {column: pyarrow.array([row[column] for row in rows]) for column in rows[0]}
        made[name] = Table(name, nothing, len(rows), (), arrays)
    return Ledger(Symbols(), made)
