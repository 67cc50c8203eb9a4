"""Rules that rest on themselves are told by their phrases and clauses, with how else to say it."""

from __future__ import annotations

import pytest

from policy.book import book_of
from policy.diagnostic import Diagnostic
from policy.source import Source

BOOK = """# Repairs

## Records

- A claim has a date and a cost (money).

Claims are ordered by date, then by the recorded order of acts.

## Vocabulary

Concluded:
- *a claim* is due
- *a claim* is barred
- the payment for *a claim* is *money*
- the payments before *a claim* are *money*

## § 1 First

{}

## § 2 Second

{}
"""
PAYMENT = "The payment for a claim is the lesser of the claim's cost and $9.00 minus the payments before the claim."
BEFORE = (
    "The payments before a claim are the total of the payment for the earlier claim for every earlier claim, being a "
    "claim for which the earlier claim comes before the claim."
)


def only(first: str, second: str) -> Diagnostic:
    (problem,) = book_of(Source("repairs.md", BOOK.format(first, second)), "repairs")[1]
    return problem


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (
            PAYMENT,
            BEFORE,
            "a total cannot run over itself: `the payments before a claim` runs over `the payment for a claim` "
            "(§ 2, line 23), which rests on `the payments before a claim` (§ 1, line 19)",
        ),
        (
            "A claim is due if the claim is not barred.",
            "A claim is barred if the claim is due.",
            "a conclusion cannot rest on its own absence: `a claim is due` rests on the absence of `a claim is barred` "
            "(§ 1, line 19), which rests on `a claim is due` (§ 2, line 23)",
        ),
        (
            "A claim is due if the claim's cost exceeds $5.00.",
            "Despite § 1, a claim is not due if the claim is due.",
            "a conclusion cannot rest on its own absence: `a claim is due` rests on the absence of `a claim is due` "
            "(§ 2, line 23)",
        ),
        (
            "The payment for a claim is $1.00 plus the payments before the claim.",
            "The payments before a claim are the payment for the claim.",
            "the value of the payment for a claim rests on itself",
        ),
    ],
)
def test_a_circle_is_told_by_phrases_and_clauses(first: str, second: str, told: str) -> None:
    problem = only(first, second)
    assert (problem.code, problem.message) == ("E0420", told)


def test_a_total_over_itself_is_told_with_a_way_out() -> None:
    assert only(PAYMENT, BEFORE).notes[0].startswith("to pay what a cap leaves: cap the total through this one and")
    assert only("A claim is due if the claim is not due.", "A claim is barred.").notes == ()
