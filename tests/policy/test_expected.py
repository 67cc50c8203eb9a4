"""Expected answers: how they read, and that each of their parts can fail."""

from __future__ import annotations

import pytest
from attrs import evolve

from policy.answer import Answer
from policy.expected import Expected, differences, misfit, read_expected
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
        ("Up to $1,880.00.", "E0514"),
        ("Not less than $1,880.00.", "E0514"),
        ("Yes, not citing § 5.", "E0514"),
        ("No, L-2 is none.", "E0514"),
        ("Depends of course.", "E0514"),
        ("Conflict of laws.", "E0514"),
        ("Conflict between § 5 and the fee.", "E0514"),
        ("Conflict between § 5 or § 6.", "E0514"),
    ],
)
def test_what_is_no_expectation_is_told(text: str, wrong: str) -> None:
    assert code(text) == wrong


@pytest.mark.parametrize(
    ("cited", "place", "right"),
    [
        ("§ 5 but not § 6", "but not § 6", "citing § 5"),
        ("§ 5 and never § 6", "never § 6", "citing § 5"),
        ("§ 5 rather than § 6", "rather than § 6", "citing § 5"),
        ("§ 5 except § 6", "except § 6", "citing § 5"),
        ("§ 5 only", "only", "citing § 5"),
        ("everything § 5", "everything § 5", "citing § 5"),
        ("§ 5, because it is late", "because it is late", "citing § 5"),
        ("§ 5 and 9", "9", "§ 9"),
        ("§ 5, 9", "9", "§ 9"),
        ("§§ 5 and 9", "§§ 5 and 9", "§ 5"),
        ("the limit", "the limit", "citing § 5(a)/4"),
        ("§ 5;\n   § 6", "§ 6", "citing § 5"),
    ],
)
@pytest.mark.parametrize("word", ["citing", "may cite"])
def test_nothing_but_clauses_is_cited(word: str, cited: str, place: str, right: str) -> None:
    text = f"No, {word} {cited}."
    expected, (problem,) = read_expected(Span(Source("case.md", text), 0, len(text)))
    assert expected is None and problem.span is not None
    assert (problem.code, problem.span.text) == ("E0512", place)
    assert problem.expected == (right.replace("citing", word),)


def test_every_clause_that_is_named_has_its_place() -> None:
    text = "Conflict between § 5 and § 6, citing § 1 proviso\n(i) or § 2; may cite § 44."
    named = read(text).named
    assert [each.id for each in named] == ["1 proviso (i)", "2", "44", "5", "6"]
    assert [each.span.text for each in named][2:] == ["§ 44", "§ 5", "§ 6"]


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
    assert not differences(read("Conflict between § 6, § 5."), answer)
    assert not differences(read("Conflict."), answer)
    assert differences(read("Conflict between § 5."), answer)
    assert differences(read("Conflict between § 5, § 6 and § 4."), evolve(answer, support=lambda: ("4",)))
    assert differences(read("Conflict between § 5 and § 6."), evolve(answer, citations=(), support=tuple))


def test_what_is_harmlessly_written_otherwise_is_the_same() -> None:
    asked = case(
        MEMBER
        + rows("L-1,Ann,2001-03-01,80,large,$4,", "L-2,Ann,2001-03-02,80,large,$4,", "L-3,Ann,2001-03-02,80,large,$4,")
    )
    days = asked.ask("When is Ann first welcome?")
    for right in ("4 January 1999.", "January 4 1999.", "1999-01-04."):
        assert not differences(read(right), days)
    for wrong in ("5 January 1999.", "4 January.", "1/4/99."):
        assert differences(read(wrong), days)
    listed = asked.ask("Which leases are dear?")
    for right in ("L-1, L-2 and L-3.", "L-1, L-2, L-3.", "L-1, L-2, and L-3.", "L-1 and L-2 and L-3."):
        assert not differences(read(right), listed)
    for wrong in ("L-1, L-2.", "L-1 L-2 L-3.", "L-1 or L-2 or L-3.", "L-1, L-2 and L-4."):
        assert differences(read(wrong), listed)


def test_depends_names_each_by_whole_words(answer: Answer) -> None:
    open_ = ask(MEMBER, "May Ann lease 20 shares on 2001-09-01?")
    assert not differences(read("Depends on the supposed lease is worthy."), open_)
    assert not differences(read("Depends on the supposed lease."), open_)
    assert differences(read("Depends on the supposed lease is worth."), open_)
    assert differences(read("Depends on the supposed lease is worthy; and on the moon."), open_)


def test_a_question_of_yes_or_no_is_answered_by_a_word(answer: Answer) -> None:
    wrong = misfit(read("Ann is welcome."), answer)
    assert wrong is not None and (wrong.code, wrong.expected[:2]) == ("E0514", ("Yes", "No"))
    assert all(misfit(read(text), answer) is None for text in ("Yes.", "no.", "Depends on it.", "Conflict."))
