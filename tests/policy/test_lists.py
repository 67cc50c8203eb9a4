"""Lists over the members of a closed kind, which no record names: by what is stated, and by what is supposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.instrument import Case, load
from policy.source import Source

BOOK = """\
# Pets

## Kinds

- A pet is an entity.
- A treatment kind is surgery, dental care or bathing.

## Records

- A claim has a pet, a treatment kind and a day (date).

## Vocabulary

Recorded:
- *a treatment kind* was banned by *a pet*
- *a pet* was cleared on *a date*

Concluded:
- *a claim* is payable
- *a treatment kind* is open to *a pet*

Asked:
- may *a pet* have *a treatment kind* on *a date*
  Suppose a claim whose pet is the pet, whose treatment kind is that treatment kind and whose day is that date.
  Ask whether the claim is payable.

## § 1 Payment

A claim is payable if the claim's treatment kind is surgery.

A claim is payable if the claim's treatment kind is dental care and the claim's pet was cleared on the claim's day.

A treatment kind is open to a pet if the treatment kind was not banned by the pet.
"""
RECORD = """\
# Record

Book: pets
Names: Rex is a pet.

## Facts

Surgery was banned by Rex.
"""
MAY = "Which treatment kinds may Rex have on May 1, 2025?"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path: Path = tmp_path_factory.mktemp("pets") / "pets.md"
    path.write_text(BOOK, "utf-8")
    return load(path).case(Source("record.md", RECORD))


def test_each_member_of_a_closed_kind_is_supposed_and_asked(case: Case) -> None:
    assert case.ask(MAY).said == "Surgery."
    assert case.ask(f"Supposing that Rex was cleared on May 1, 2025: {MAY[0].lower()}{MAY[1:]}").said == (
        "Surgery and dental care."
    )


def test_a_list_says_of_each_member_what_is_answered_of_it_alone(case: Case) -> None:
    listed = case.ask(MAY).value.certain
    for kind in ("surgery", "dental care", "bathing"):
        alone = case.ask(f"May Rex have {kind} on May 1, 2025?").verdict.value
        assert (alone == "yes") == (kind in listed)


def test_members_are_listed_by_what_is_stated(case: Case) -> None:
    assert case.ask("Which treatment kinds are open to Rex?").said == "Dental care and bathing."
