"""What is said of a kind of row is what the truths of each row say."""

from __future__ import annotations

from itertools import product

from engine.relational.algebra import (
    Column,
    One,
    Scalar,
    both,
    choose,
    compared,
    either,
    is_true,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.frame import Frame, Names
from engine.relational.kinds import KIND, TO_A_COLUMN, kinds_of
from tests.engine.relational.meaning import Row, value

A, B, N = Column("a"), Column("b"), Column("n")


def test_what_is_said_follows_from_what_is_packed() -> None:
    frame = Frame(One(), {"a", "b", "n"}, Names())
    small = compared("<", N, number(3))
    both_ = frame.let(both(A, small))
    one = frame.let(either(negation(both_), B))
    said: dict[str, Scalar] = {
        "itself": A,
        "joined": one,
        "open": is_unknown(one),
        "no number": is_unknown(N),
        "chosen": choose(one, is_true(both_), negation(B)),
        "when": when(is_unknown(small), is_unknown(both_), is_true(one)),
        "constant": is_true(either(A, negation(A), is_unknown(A))),
    }
    kinds = kinds_of(frame, said)
    for a, b, n in product((True, False, None), (True, False, None), (1, 5, None)):
        row = worked_out(frame, {"a": a, "b": b, "n": n})
        packed = {name: value(scalar, row) for name, scalar in kinds.columns().items()}
        assert kinds.read(packed) == {name: value(scalar, row) for name, scalar in said.items()}


def test_what_asks_whether_something_is_known_is_told_also_by_its_name() -> None:
    """A row of which a truth is not known is like no row but those of which the same is not known."""
    frame = Frame(One(), {"a", "b", "n"}, Names())
    small = frame.let(compared("<", N, number(3)))
    asks, asks_number = frame.let(is_unknown(small)), frame.let(is_unknown(N))
    assert isinstance(small, Column) and isinstance(asks_number, Column)
    kinds = kinds_of(frame, {"cases": either(both(A, asks), both(B, asks_number))})
    for a, b, found in ((True, False, {small.name}), (False, True, {asks_number.name})):
        row = worked_out(frame, {"a": a, "b": b, "n": None})
        packed = {name: value(scalar, row) for name, scalar in kinds.columns().items()}
        assert kinds.open(packed, ("cases",), ()) == found


def test_many_truths_take_several_columns() -> None:
    names = [f"t{place:03}" for place in range(2 * TO_A_COLUMN + 1)]
    frame = Frame(One(), set(names), Names())
    kinds = kinds_of(frame, {name: Column(name) for name in names})
    row = {name: (True, False, None)[place % 3] for place, name in enumerate(names)}
    packed = {name: value(scalar, row) for name, scalar in kinds.columns().items()}
    assert sorted(packed) == [f"{KIND}{place}" for place in range(3)]
    assert all(0 <= cell < 2**63 for cell in packed.values())
    assert kinds.read(packed) == row
    some = kinds.columns([(set(names[::2]), frame.let), (set(names[:40]), frame.let)])
    summed = worked_out(frame, row)
    assert {name: value(scalar, summed) for name, scalar in some.items()} == packed
    assert len(frame.lets) == 5


def worked_out(frame: Frame, row: Row) -> Row:
    for name, scalar in frame.lets.items():
        row[name] = value(scalar, row)
    return row
