"""The same files, facts and question give the same answer, byte for byte, whatever else is the case."""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import settings

from engine import query
from engine.ground import Ground
from engine.judge import Settlement
from engine.values import LimitReached
from policy.instrument import Case
from policy.testing import Shelf, asked
from tests.policy.leases import case, rows

ROOT = Path(__file__).parents[2]
LEASES = (
    "Ann is a member from 1999-01-04. The Club opened the garden on 1990-05-01.\n\n"
    + rows("L-1,Ann,2001-03-01,60,small,$4,$3", "L-2,Ann,2001-03-01,?,?,$4,", "L-3,Bob,?,5,?,$4,")
    + "L-1 is authorized. L-2 is worthy.\n"
)
QUESTIONS = (
    "May Ann lease 30 shares on September 1, 2001?",
    "How many shares may Ann lease on 2001-09-01?",
    "Which leases are dear?",
    "Which leases are permitted?",
    "Is L-1 permitted?",
    "Is L-2 permitted?",
    "What is the count up to L-2?",
    "What is the rate for 2001-05-01?",
    "Is Ann torn on 2001-05-01?",
    "Is Ann welcome on 2005-05-01?",
    "Supposing that L-1's shares are 90 shares: is L-2 permitted?",
    "May Ann lease 30 shares on September 1, 2005?",
    "May Ann lease 31 shares on September 1, 2005?",
    "May Ann lease 95 shares on September 1, 2001?",
    "May Ann lease 35 shares on March 1, 2002?",
    "Supposing that L-2's shares are 90 shares: is L-2 permitted?",
)


def told(case: Case, question: str) -> str:
    answer = case.ask(question)
    return answer.to_text() + answer.to_markdown() + answer.to_json()


# ---------------------------------------------------------------- the machine

SCRIPT = """
from tests.policy.test_determinism import LEASES, QUESTIONS, told
from tests.policy.leases import case
asked = case(LEASES)
print(*(told(asked, question) for question in QUESTIONS))
"""


def printed(**environment: str) -> bytes:
    inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_hash_seed_time_zone_and_locale_change_nothing() -> None:
    one = printed(PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", LC_ALL="C")
    assert one == printed(PYTHONHASHSEED="2", TZ="America/Adak", LC_ALL="tr_TR.UTF-8")
    assert len(one) > 10_000


def test_nothing_reads_the_day_or_draws_by_lot() -> None:
    """Only how long a question takes is measured: that can end an answer, never change it."""
    forbidden = {"today", "now", "utcnow", "localtime", "gmtime", "strftime", "random", "uuid4", "getlocale", "time"}
    for path in sorted([*(ROOT / "engine").glob("*.py"), *(ROOT / "policy").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            assert name not in forbidden, f"{path.name} calls {name}"


# -------------------------------------------------------- what was asked before


@pytest.mark.parametrize("seed", range(3))
def test_what_was_asked_before_changes_nothing(seed: int) -> None:
    alone = {question: told(case(LEASES), question) for question in QUESTIONS}
    order = [*QUESTIONS, *QUESTIONS]
    random.Random(seed).shuffle(order)  # noqa: S311  # an order, no secret
    shared = case(LEASES)
    for question in order:
        assert told(shared, question) == alone[question]


def test_the_order_of_rows_and_sentences_says_nothing() -> None:
    table = ["L-1,Ann,2001-03-01,60,small,$4,$3", "L-2,Ann,2001-03-02,30,large,$4,", "L-3,Bob,2001-03-01,5,?,$4,"]
    facts = ["Ann is a member from 1999-01-04.", "L-1 is authorized.", "L-1 is worthy.", "L-2 is authorized."]
    one = case(rows(*table) + " ".join(facts))
    other = case(rows(*reversed(table)) + " ".join(reversed(facts)))
    for question in QUESTIONS:
        if not question.startswith("Which"):
            assert one.ask(question).said == other.ask(question).said
    assert {*one.ask("Which leases are dear?").value.certain} == {*other.ask("Which leases are dear?").value.certain}


# ------------------------------------------------------------ the shared ground

FILES = sorted((ROOT / "rules" / "1992-plan.cases").glob("*.md"))
THOROUGH = settings().max_examples > 1_000
ASKED = FILES if THOROUGH else FILES[::24]
SECONDS = 20 if THOROUGH else 0.5


@cache
def shelf() -> Shelf:
    return Shelf()


@pytest.mark.parametrize("path", ASKED, ids=lambda path: path.stem)
def test_what_a_case_settles_once_is_what_each_question_would_settle(path: Path) -> None:
    grounds: dict[int, Ground] = {}
    compared = 0
    for each, tried in asked(path, shelf()):
        asking, _, _ = each.parse(tried.question.question)
        assert asking is not None
        if not asking.supposing:
            engine = each.book.engine
            ground = grounds.setdefault(id(each), engine.ground(each.facts))
            try:
                alone = engine.answer(each.facts, asking.query, monotonic() + SECONDS)
            except LimitReached:
                continue  # what the ground is for
            assert _essence(engine.answer(each.facts, asking.query, None, ground)) == _essence(alone)
            compared += 1
    assert compared


def _essence(answer: query.Answer) -> tuple[Any, ...]:
    return answer.verdict, answer.value, _sets(answer.settlement), answer.cut


def _sets(settlement: Settlement) -> set[frozenset[tuple[Any, bool]]]:
    return {frozenset((literal.question, literal.answer) for literal in group) for group in settlement.sets}


# ---------------------------------------------------------------------- exact


def _floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_floats, value.values()))
    return any(map(_floats, value)) if isinstance(value, list) else isinstance(value, float)


def test_no_answer_holds_a_binary_fraction_and_json_loads_back_the_same() -> None:
    paid = case(LEASES + "The fee for 2001-05-01 is $10.\n")
    for question in (*QUESTIONS, "What is the share of 2001-05-01?"):
        answer = paid.ask(question)
        loaded = json.loads(answer.to_json())
        assert loaded == answer.to_data()
        assert not _floats(loaded)
        assert json.dumps(loaded, ensure_ascii=False, indent=2) == answer.to_json()
    assert paid.ask("What is the share of 2001-05-01?").value == Fraction(10, 3)
