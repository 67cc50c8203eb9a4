"""Tables say of the case files beside the rules what the reference evaluator says of each row alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.audit_question import question_of
from policy.auditing import audit
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.preparing import phrase_text
from policy.testing import part_names

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(RULES.glob("*.cases/*.md")) if LONG else [RULES / "1992-plan.cases/annual-limit.md"]
ALL = 10_000
EVERY_DAY = ("the draw on the pool up to *grant*", "*grant* is permitted")
"""What a case is asked where the time is short."""


def cases(file: Path) -> Iterator[Case]:
    book = load(file.parent.stem)
    for part in part_names(file) or ("",):
        yield book.case(file, part=part)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.stem}/{file.stem}")
def test_every_row_of_a_case_is_what_is_answered_about_it_alone(file: Path, tmp_path: Path) -> None:
    """`audit` compares each with what is answered about it alone, and stops where they differ."""
    for case in cases(file):
        for text in map(phrase_text, case.book.vocabulary.phrases) if LONG else EVERY_DAY:
            try:
                asked = question_of(case, text)
            except ClausebookError:
                continue
            if not any(True for _ in case.facts.rows(asked.goal.subjects.name)):
                continue
            result = audit(case, asked, tmp_path / ".kept", ALL, 1, lambda doing, done, of: None)
            assert result.verified + result.settled == len(result.rows), text
