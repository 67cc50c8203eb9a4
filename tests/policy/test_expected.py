"""Expected answers: how they read, and that each of their parts can fail."""

from __future__ import annotations

import pytest
from attrs import evolve

from policy.answer import Answer
from policy.expected import Expected, differences, read_expected
from policy.source import Source, Span
from tests.policy.leases import ask, case, rows

MEMBER = "Ann is a member from 1999-01-04.\n"


def read(text: str) -> Expected:
    expected, problems = read_expected(Span(Source("case.md", text), 0, len(text)))
    assert expected is not None, problems
    return expected


def code(text: str) -> str:
    expected, (problem,) = read_expected(Span(Source("case.md", text), 0, len(text)))
    assert expected is None
    return problem.code


def test_an_expectation_is_an_answer_with_what_it_cites_and_reads() -> None:
    expected = read(
        "No, citing § 3/1.2 or § FA-I/2, § 5(a)/4 and § 11/1; may cite § 2; reading D-06, otherwise depends."
    )
    assert expected.said == "No"
    assert expected.citing == (("3/1.2", "FA-I/2"), ("5(a)/4",), ("11/1",))
    assert [(reading.id, reading.otherwise) for reading in expected.readings] == [("D-06", "depends")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("No", "E0510"),
        ("No, reading nothing.", "E0511"),
        ("No, citing nothing.", "E0512"),
        (", citing § 5.", "E0513"),
        ("Yes citing § 5.", "E0514"),
        ("Yes (§ 5).", "E0514"),
        ("No under § 5.", "E0514"),
        ("No, because § 5 excludes it.", "E0514"),
        ("Yes. Is L-2 permitted? No.", "E0514"),
        ("It is March 3, 2030.", "E0514"),
        ("About 3,000 shares.", "E0514"),
    ],
)
def test_what_is_no_expectation_is_told(text: str, wrong: str) -> None:
    assert code(text) == wrong


@pytest.fixture
def answer() -> Answer:
    return ask(MEMBER, "Is Ann welcome on 2001-09-01?")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Yes.", True),
        ("No.", False),
        ("Depends on anything.", False),
        ("Conflict between § 1 and § 2.", False),
        ("Yes, citing § 1.", True),
        ("Yes, citing § 2 or § 1.", True),
        ("Yes, citing § 2.", False),
        ("Yes, citing § 1 and § 2.", False),
        ("Yes, may cite § 2.", True),
        ("Yes; reading D-01, otherwise no.", True),
        ("Yes; reading D-01, otherwise yes.", False),
        ("Yes; reading D-02.", False),
    ],
)
def test_each_part_is_met_or_not(answer: Answer, text: str, met: bool) -> None:
    assert (not differences(read(text), answer)) is met


def test_depends_names_all_that_it_hangs_on() -> None:
    open_ = ask(MEMBER, "May Ann lease 20 shares on 2001-09-01?")
    both = "Depends on the supposed lease is authorized; and on the supposed lease is worthy."
    assert not differences(read(both), open_)
    assert not differences(read("Depends on the supposed lease is worthy."), open_)
    assert differences(read("Depends on the fee for January 1, 2001."), open_)
    assert differences(read("Yes."), open_)


def test_values_bounds_and_lists_are_compared_as_said() -> None:
    asked = case(MEMBER + rows("L-1,Ann,2001-03-01,80,large,$4,"))
    for question, right, wrong in (
        ("How many shares may Ann lease on 2001-09-01?", "At most 20 shares.", "At most 21 shares."),
        ("Which leases are dear?", "L-1.", "None."),
        ("What is the count up to L-1?", "80 shares.", "81 shares."),
        ("When is Ann first welcome?", "January 4, 1999.", "January 5, 1999."),
    ):
        answer = asked.ask(question)
        assert not differences(read(right), answer)
        assert differences(read(wrong), answer)


def test_a_conflict_names_its_clauses() -> None:
    facts = MEMBER + "The Club opened the garden on 1990-01-01."
    answer = ask(facts, "Is Ann torn on 2001-01-01?")
    assert not differences(read("Conflict between § 5 and § 6."), answer)
    assert differences(read("Conflict between § 5 and § 4."), answer)
    assert differences(read("Conflict between § 5 and § 6."), evolve(answer, citations=(), support=tuple))
