"""What is known beforehand of a truth changes how it is worked out, not what comes out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_TRUTH,
    Column,
    One,
    Operation,
    Scalar,
    both,
    choose,
    either,
    is_sure,
    is_true,
    is_unknown,
    negation,
    when,
)
from engine.relational.frame import Frame, Names
from tests.engine.relational.meaning import MEANING, Row, value

A, B, SURE = Column("a"), Column("b"), Column("sure", True)
TRUTHS: list[Scalar] = [TRUE, FALSE, UNKNOWN_TRUTH, A, SURE]
TRUTHS += [
    negation(A),
    is_true(A),
    is_unknown(A),
    both(A, SURE),
    either(B, SURE),
    when(A, SURE, FALSE),
    when(A, B, TRUE),
]
ROWS: list[Row] = [
    {"a": a, "b": b, "sure": sure} for a, b, sure in product((True, False, None), (True, False, None), (True, False))
]
MADE: dict[str, Callable[..., Scalar]] = {
    "and": both,
    "or": either,
    "not": negation,
    "is true": is_true,
    "is null": is_unknown,
    "when": when,
    "choose": choose,
}


@pytest.mark.parametrize("name", MADE)
def test_a_truth_made_simpler_means_the_same(name: str) -> None:
    operands = {"not": 1, "is true": 1, "is null": 1, "and": 2, "or": 2}.get(name, 3)
    for given in product(TRUTHS, repeat=operands):
        made = MADE[name](*given)
        for row in ROWS:
            expected = MEANING[name](*(value(each, row) for each in given))
            assert value(made, row) is expected, (given, row)
            assert not (is_sure(made) and expected is None), (given, row)


def test_what_adds_nothing_to_a_conjunction_is_left_out_of_it() -> None:
    for outer, inner in (("and", "or"), ("or", "and")):
        frame = Frame(One(), {"a", "b", "sure"}, Names())
        part = frame.let(Operation(inner, (A, B)))
        assert frame.let(Operation(outer, (A, part))) == A
        assert frame.let(Operation(outer, (SURE, part))) != SURE
