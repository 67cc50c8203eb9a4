"""Rounding as it is written: what may be rounded to, what else is refused with the right form, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.book import book_of
from policy.completing import Completer
from policy.diagnostic import Diagnostic
from policy.formatting import format_source
from policy.instrument import Case, load
from policy.source import Source

BOOK = """# Fees

## Records

- A claim has a cost (money), shares, a price (money per share) and a count (number).

## Vocabulary

Concluded:
- the fee for *a claim* is *money*
- the value of *a claim* is {type}
- *a claim* is small

## § 1 Fees

The fee for a claim is 80% of the claim's cost, rounded half up to a whole cent.

A claim is small if the fee for the claim is at most $10.00.

The value of a claim is {value}.
"""
CASE = """# Two

Book: fees

## Facts

| claim | cost    | shares | price | count |
|-------|---------|--------|-------|-------|
| C-1   | $333.33 | 10     | $4.55 | 11    |
"""


def told(value: str, type: str = "*money*") -> tuple[Diagnostic, ...]:
    return book_of(Source("fees.md", BOOK.format(value=value, type=type)), "fees")[1]


def case(tmp_path: Path, value: str = "$1.00", type: str = "*money*") -> Case:
    (tmp_path / "fees.md").write_text(BOOK.format(value=value, type=type))
    (tmp_path / "two.md").write_text(CASE)
    return load(tmp_path / "fees.md").case(tmp_path / "two.md")


@pytest.mark.parametrize(
    ("value", "type", "answer"),
    [
        ("the claim's cost divided by 7, rounded down to a whole cent", "money", "$47.61"),
        ("the claim's cost divided by 7, rounded up to a whole cent", "money", "$47.62"),
        ("the claim's cost divided by 7, rounded up to a whole dollar", "money", "$48.00"),
        ("the claim's cost times 1.5, rounded half up to a whole cent", "money", "$500.00"),
        ("the claim's price divided by 2, rounded half up to a whole cent", "money per share", "$2.28 per share"),
        ("the claim's price times 1.5, rounded half even to a whole cent", "money per share", "$6.82 per share"),
        ("the claim's shares divided by 4, rounded half up to a whole share", "shares", "3 shares"),
        ("the claim's shares divided by 4, rounded half even to a whole share", "shares", "2 shares"),
        ("the claim's count divided by 2, rounded half even to a whole number", "number", "6"),
    ],
)
def test_what_may_be_rounded_to(tmp_path: Path, value: str, type: str, answer: str) -> None:
    asked = case(tmp_path, value, f"*{type}*").ask("What is the value of C-1?")
    assert asked.said == f"{answer}."
    rounding = value.partition(", ")[2]
    assert any(line.text.endswith(rounding) for line in asked.lines)


@pytest.mark.parametrize("to", ["the nearest cent", "the nearest whole cent"])
def test_the_nearest_is_formatted_as_a_whole_one(to: str) -> None:
    text = BOOK.format(value=f"the claim's cost, rounded down to {to}", type="*money*")
    assert "the claim's cost, rounded down to a whole cent." in (format_source(Source("fees.md", text))[0] or "")


@pytest.mark.parametrize(
    ("rounding", "code", "right"),
    [
        ("rounded to the nearest cent", "E0102", "rounded half even to a whole cent"),
        ("rounded to two decimals", "E0102", "rounded half up to a whole cent"),
        ("rounded down to two decimals", "E0102", "rounded down to a whole cent"),
        ("rounded upwards to the next dollar", "E0102", "rounded up to a whole dollar"),
        ("rounded half down to a whole cent", "E0102", "rounded half even to a whole cent"),
        ("rounded up to a whole month", "E0102", "rounded up to a whole number"),
        ("rounded", "E0102", "rounded down to a whole cent"),
        ("rounded down to a whole share", "E0305", "a whole dollar"),
        ("rounded down to a whole number", "E0305", "a whole cent"),
    ],
)
def test_another_rounding_is_told_with_the_right_form(rounding: str, code: str, right: str) -> None:
    (problem,) = told(f"80% of the claim's cost, {rounding}")
    assert problem.code == code
    assert right in problem.expected
    assert problem.span is not None
    assert problem.span.text.startswith("rounded" if code == "E0102" else "a whole")


def test_what_has_no_unit_to_be_rounded_to_is_refused() -> None:
    squared = told("the claim's cost times the claim's cost, rounded down to a whole dollar", "*number*")
    assert "E0305" in [each.code for each in squared]


def test_a_total_is_not_rounded_where_it_is_added_up() -> None:
    (problem,) = told(
        "the total of the counted claim's cost for every counted claim, being a claim for which the counted claim is "
        "small, rounded down to a whole cent"
    )
    assert problem.code == "E0102"
    assert "by another rule" in problem.message


def test_a_rounded_amount_is_solved_for_exactly(tmp_path: Path) -> None:
    answer = case(tmp_path).ask("What is the greatest cost at which C-1 is small?")
    assert answer.said == "Less than $12.50625."  # 80% of it is then less than $10.005


def test_the_ways_to_round_are_offered_as_one_types(tmp_path: Path) -> None:
    completer = Completer(case(tmp_path).book.parser)
    begun = "What is 80% of C-1's cost, rounded half up to "
    assert "a whole cent" in [each.text for each in completer.question(begun).candidates]
