"""Turns of phrase that people bring along: each is told at its words, with what the language says."""

from __future__ import annotations

import pytest

from policy.book import book_of
from policy.diagnostic import Diagnostic
from policy.instrument import Instrument
from policy.source import Source, Span

BOOK = """\
# Garden Cover

## Kinds

- A pet is an entity.
- A treatment is surgery, dental care or medicine.

## Records

- A policy has a holder (person), a pet and a start (date).
- A claim has a policy, a day (date), a treatment and a cost (money).

Claims are ordered by day, then by the recorded order of acts.

## Vocabulary

Recorded, over time:
- *a pet* is vaccinated

Recorded:
- *a claim* arose from an accident (did not arise)

Concluded:
- *a claim* is payable
- *a person* may cancel *a policy* on *a date*
- the last day of *a claim* is *date*
- the ceiling of *a claim* is *money*

Asked:
- may *a person* claim *money* under *a policy* on *a date*
  Suppose a claim whose policy is the policy, whose day is that date and whose cost is that money.
  Ask whether all of these hold:
  - the person is the policy's holder;
  - the claim is payable.

## § 1 Cover

A claim is payable if the claim arose from an accident and the claim's policy's pet is vaccinated on the claim's day.

A person may cancel a policy on a date if the person is the policy's holder and the date is after the policy's start.

The last day of a claim is 10 business days after the claim's day.

The ceiling of a claim is 50% of the claim's cost.
"""


def told(rule: str) -> tuple[Diagnostic, ...]:
    return book_of(Source("cover.md", f"{BOOK}\n{rule}\n"), "cover")[1]


def test_the_book_itself_is_well() -> None:
    assert book_of(Source("cover.md", BOOK), "cover")[1] == ()


@pytest.mark.parametrize(
    ("rule", "words", "right"),
    [
        (
            "A claim is payable if the claim's treatment is surgery or dental care.",
            "or",
            "is one of surgery and dental care",
        ),
        ("The last day of a claim is the day 14 days after the claim's day.", "the day", "14 days after …"),
        (
            "A claim is not payable if the claim's day is before the day 1 month after the last day of the claim.",
            "the day",
            "1 month after …",
        ),
        ("The last day of a claim is 10 working days after the claim's day.", "working", "business"),
        ("The ceiling of a claim is one half of the claim's cost.", "one half", "50% of"),
        ("The ceiling of a claim is half the claim's cost.", "half", "50% of"),
        ("The ceiling of a claim is the claim's cost less $10.00.", "less", "minus"),
        ("A claim is payable if its cost exceeds $10.00.", "its", "the claim's"),
        ("Despite § 1, no claim is payable if the claim's cost exceeds $10.00.", "no claim", "a claim is not …"),
        ("No claim is payable if the claim's cost exceeds $10.00.", "No claim", "a claim is not …"),
        ("Despite § 1, claims are not payable if the claim's cost exceeds $10.00.", "claims", "a claim is not …"),
        (
            "A claim is payable if the number of claims such that the claim is payable exceeds 5.",
            "the number of",
            "the number of claims … is the number of …",
        ),
    ],
)
def test_a_turn_of_a_rule_is_told_at_its_words(rule: str, words: str, right: str) -> None:
    (problem,) = told(rule)
    assert problem.code == "E0102" and problem.span is not None
    assert (problem.span.text, problem.expected) == (words, (right,))


@pytest.mark.parametrize("said", ["the pet of the claim", "the claim's pet"])
def test_an_attribute_of_what_has_none_is_told_with_the_way_to_it(said: str) -> None:
    (problem,) = told(f"A claim is payable if {said} is vaccinated on the claim's day.")
    assert (problem.code, problem.message) == ("E0306", "a claim has no `pet`")
    assert (problem.expected, problem.nearest) == (
        ("policy", "day", "treatment", "cost"),
        ("the claim's policy's pet",),
    )


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("How many claims are payable?", "What is the number of claims such that the claim is payable?"),
        ("Which claims arose from an accident?", "Which claim arose from an accident?"),
        ("Who is the holder of W-1?", "What is W-1's holder?"),
        ("Is Ann allowed to cancel W-1 on May 1, 2025?", "May Ann cancel W-1 on May 1, 2025?"),
        ("How much may Ann claim under W-1 on May 1, 2025?", "How much money may Ann claim under W-1 on May 1, 2025?"),
        ("Is every claim payable?", "Which claims are not payable?"),
    ],
)
def test_a_question_put_otherwise_is_told_as_one_that_can_be_asked(question: str, right: str) -> None:
    book = book_of(Source("cover.md", BOOK), "cover")[0]
    assert book is not None
    names = "Names: Ann is a person. Rex is a pet. W-1 is a policy. C-1 and C-2 are claims."
    case = Instrument(book).case(f"# A case\n\n{names}\n\n## Facts\n\nC-1 arose from an accident.\n")

    def problems(text: str) -> tuple[Diagnostic, ...]:
        return case.parse(Span(Source("question", text), 0, len(text)))[2]

    (problem,) = problems(question)
    assert (problem.code, problem.expected) == ("E0601", (right,))
    assert problems(right) == ()
    (shape,) = problems("Is C-1 payable and is C-2 payable?")
    assert (shape.code, shape.expected) == ("E0601", ("Is it the case that … and …?",))
    (clause,) = problems("Does § 1 apply to C-2?")
    assert clause.code == "E0601" and "clauses are not asked about" in clause.message


# --------------------------------------------------------- what follows from another


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("a cost (money)", "a cost (mony)", "E0203"),
        ("- A treatment is surgery, dental care or medicine.\n", "", "E0203"),
    ],
)
def test_what_follows_from_a_declaration_that_could_not_be_read_is_not_told(old: str, new: str, code: str) -> None:
    rules = "\n\n".join(
        f"A claim is payable if the claim's treatment is {each}." for each in ("surgery", "dental care")
    )
    book, found = book_of(Source("cover.md", f"{BOOK.replace(old, new)}\n{rules}\n"), "cover")
    assert book is None
    assert [problem.code for problem in found] == [code]


def test_an_error_of_its_own_is_told_beside_it() -> None:
    text = BOOK.replace("a cost (money)", "a cost (mony)") + "\nA claim is payable if the moon is full.\n"
    assert [each.code for each in book_of(Source("cover.md", text), "cover")[1]] == ["E0203", "E0102"]


def test_one_slip_in_many_places_is_told_once_with_all_of_them() -> None:
    book, (problem,) = book_of(
        Source("cover.md", BOOK.replace("- *a claim* is payable", "- *a claim* is paiable")), "cover"
    )
    assert book is None and problem.nearest[0] == "paiable"
    assert len(problem.notes) >= 1 and all(note.startswith("the same stands in lines ") for note in problem.notes[-1:])
