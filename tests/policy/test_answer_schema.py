"""Answers of every verdict and shape as JSON, against the published schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.judge import Verdict
from policy.instrument import Case, load

ROOT = Path(__file__).parent.parent.parent
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs/answer.schema.json").read_text("utf-8"))
VALID = Draft202012Validator(SCHEMA)

BOOK = """\
# Rules of the Boat House

Dates round: down

## Names

The Warden.

## Kinds

- A berth is inner berth or outer berth.

## Records

- A hire has a sailor (person), a date, a berth and a fee (money), and may have a share (number).

Hires are ordered by date, then by the recorded order of acts.

## Vocabulary

Recorded, over time:
- *a person* is a member

Given:
- the deposit on *a date* is *money*

Given, taken as $5.00 until supplied:
- the surcharge on *a date* is *money*

Concluded:
- *a hire* is permitted
- *a hire* is cheap
- the charge for *a hire* is *money*
- the notice for *a hire* is *period*
- the last day of *a hire* is *date*
- *a person* is welcome on *a date*

Asked:
- may *a person* hire *a berth* for *money* on *a date*
  Suppose a hire whose sailor is the person, whose berth is that berth, whose fee is that money and whose date is that
  date.
  Ask whether the hire is permitted.

## § 1 Members

A person is welcome on a date if the person is a member on the date.

## § 2 Hires

Decided by the Warden:
- *a hire* is approved

A hire is permitted if the hire is approved and the hire's sailor is welcome on the hire's date.

Despite the sentence above, a hire is not permitted if the charge for the hire exceeds $100.00.

## § 3 Charges

Read as true, unless the Warden determines otherwise (B-01):
- a surcharge is part of the charge (is not part)

The charge for a hire is the hire's fee plus the surcharge on the hire's date if a surcharge is part of the charge.

Failing that, the charge for a hire is the hire's fee.

The notice for a hire is 6 months and 1 day.

The last day of a hire is 3 months after the hire's date.

## § 4 Cheap hires

A hire is cheap if the hire's fee is at most $10.00.

## § 5 Outer berths

A hire is not cheap if the hire's berth is outer berth.
"""

FACTS = """\
# Two hires

Book: boat
Names: Ann Lee and Bob Ray are persons.
Record complete to: 2024-12-31

## Facts

Ann Lee is a member from January 1, 2024.

| hire | sailor  | date       | berth       | fee    | share | source |
|------|---------|------------|-------------|--------|-------|--------|
| H-1  | Ann Lee | 2024-03-01 | inner berth | $20.00 | 1/3   | log    |
| H-2  | Bob Ray | 2024-03-01 | outer berth | $9.00  |       |        |
| H-3  | Ann Lee | 2024-03-01 | ?           | ?      |       |        |

H-1 is approved. It is not known whether H-3 is approved.
"""

ASKED = {
    "Is H-1 permitted?": Verdict.YES,
    "Is H-2 permitted?": Verdict.NO,
    "Is H-3 permitted?": Verdict.DEPENDS,
    "Is H-2 cheap?": Verdict.CONFLICT,
    "May Ann Lee hire inner berth for $200.00 on March 1, 2024?": Verdict.NO,
    "May Ann Lee hire inner berth for $20.00 on March 1, 2024?": Verdict.DEPENDS,
    "What is the charge for H-1?": Verdict.VALUE,
    "What is the charge for H-3?": Verdict.DEPENDS,
    "What is the notice for H-1?": Verdict.VALUE,
    "What is the last day of H-1?": Verdict.VALUE,
    "What is H-1's share?": Verdict.VALUE,
    "What is H-2's share?": Verdict.NONE,
    "What is H-1's berth?": Verdict.VALUE,
    "What is the deposit on March 1, 2024?": Verdict.DEPENDS,
    "What is the greatest fee at which H-1 is permitted?": Verdict.VALUE,
    "Which hires are permitted?": Verdict.VALUE,
    "Who is welcome on March 1, 2023?": Verdict.NONE,
    "When is Ann Lee welcome?": Verdict.VALUE,
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("boat")
    (folder / "boat.md").write_text(BOOK, "utf-8")
    (folder / "hires.md").write_text(FACTS, "utf-8")
    return load(folder / "boat.md").case(folder / "hires.md")


def complaints(data: Any) -> list[str]:
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in VALID.iter_errors(data)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("question", "verdict"), ASKED.items(), ids=ASKED)
def test_an_answer_is_as_the_schema_says(case: Case, question: str, verdict: Verdict) -> None:
    answer = case.ask(question)
    assert answer.verdict is verdict
    assert complaints(json.loads(answer.to_json())) == []


def test_every_verdict_is_among_them() -> None:
    assert set(ASKED.values()) == set(Verdict)


@pytest.mark.parametrize("question", ASKED)
def test_nothing_of_the_program_shows_in_an_answer(case: Case, question: str) -> None:
    said = json.dumps(case.ask(question).to_data()["value"])
    assert re.search(r"\w\(|<|object at", said) is None, said


def test_every_part_of_an_answer_is_in_the_schema_and_the_other_way_round(case: Case) -> None:
    assert list(case.ask("Is H-1 permitted?").to_data()) == SCHEMA["required"]
    assert sorted(SCHEMA["required"]) == sorted(SCHEMA["properties"])


def test_an_answer_with_something_else_in_it_is_refused(case: Case) -> None:
    data = case.ask("Is H-1 permitted?").to_data()
    assert complaints({**data, "verdict": "perhaps"})
    assert complaints({**data, "more": 1})
    del data["stamp"]
    assert complaints(data)
