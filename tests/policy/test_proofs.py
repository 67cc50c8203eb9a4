"""The proofs of the questions of the case files convince the judge, and none does without what it rests on.

Every day the questions of one case file in sixteen are judged; under the long profile (`make fuzz`) those of all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zlib import crc32

import attrs
import pytest

from engine.proof import walk
from policy.testing import Shelf, asked
from tests.engine import checker
from tests.engine.checker import Law, Refused
from tests.engine.test_checker import without_each
from tests.policy.proofs import Claim, claims, doubt

RULES = Path(__file__).parents[2] / "rules"
BOOKS = sorted(folder.stem for folder in RULES.glob("*.cases"))
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
ONE_IN = 1 if LONG else 16

UNJUDGED = {
    "how what is uncertain hangs together",
    "too many completions",
    "what rules would conclude of something unrecorded",
    "whether rules could conclude what is left out",
    "whether several rules together stop one",
}
"""What the judge cannot tell of some proofs of these books: of less than one in thirty (of a few files, one in ten)."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every day the judge gives up sooner: four questions with too much open took most of the time."""
    if not LONG:
        monkeypatch.setattr(checker, "MOST_COMPLETIONS", 2_000)


def claimed(book: str, one_in: int = ONE_IN) -> Iterator[tuple[str, Law, Claim]]:
    """What the proofs of a book's case files are to show, with the question."""
    shelf = Shelf()
    laws: dict[str, Law] = {}
    for path in sorted((RULES / f"{book}.cases").glob("*.md")):
        if crc32(path.name.encode()) % one_in:
            continue
        for case, tried in asked(path, shelf):
            question = tried.question.question
            asking, _, _ = case.parse(question)
            assert asking is not None
            law = laws.setdefault(case.book.hash, Law(case.book.engine.program))
            for claim in claims(asking.query, case.find(asking)):
                yield f"{path.name}: {question.text}", law, claim


def accepted(law: Law, claim: Claim) -> bool:
    """Whether the judge is convinced."""
    try:
        return not doubt(law, claim)
    except Refused:
        return False


@pytest.mark.parametrize("book", BOOKS)
def test_the_proof_of_every_question_is_accepted(book: str) -> None:
    refused: list[str] = []
    judged: Counter[str] = Counter()
    for question, law, claim in claimed(book):
        try:
            judged[doubt(law, claim)] += 1
        except Refused as why:
            refused.append(f"{question} {why}")
    assert not refused
    assert set(judged) - {""} <= UNJUDGED
    assert judged[""] >= (0.97 if ONE_IN == 1 else 0.9) * judged.total() > 9, judged


@pytest.mark.parametrize("book", BOOKS)
def test_no_proof_proves_the_opposite(book: str) -> None:
    for question, law, claim in islice(claimed(book, 16), 20):
        if isinstance(claim.answer, bool):
            assert not accepted(law, attrs.evolve(claim, answer=not claim.answer)), question


@pytest.mark.parametrize("book", BOOKS)
def test_no_proof_does_without_any_of_its_nodes(book: str) -> None:
    tried = 0
    for question, law, claim in claimed(book, 16):
        steps = sum(1 for _ in walk(claim.proof))
        if steps > 60 or any(step.truth.is_open for step in walk(claim.proof)) or doubt(law, claim):
            continue
        for smaller in islice(without_each(claim.proof), 40):
            tried += 1
            assert not accepted(law, attrs.evolve(claim, proof=smaller)), question
    assert tried > 50
