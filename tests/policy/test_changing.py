"""What would make it yes: every way that is told, made, makes the answer yes, and no part of it can be spared."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.changing import Way, Ways, ways_to_yes
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.supposing import supposing
from tests.policy.small import write

RULES = Path(__file__).parent.parent.parent / "rules"


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Case:
    book, facts = write(tmp_path_factory.mktemp("club"))
    return load(book).case(facts)


@pytest.fixture(scope="module")
def plan() -> Case:
    return load("1992-plan").case(RULES / "1992-plan.cases" / "annual-limit.md")


def told(ways: Ways) -> list[tuple[str, ...]]:
    return [tuple(change.text for change in way.changes) for way in ways.found]


def clauses(way: Way) -> list[str]:
    return [change.clause for change in way.changes]


def check(case: Case, question: str, ways: Ways) -> None:
    """Each way is sound, and none is wider than another."""
    assert case.ask(question).said != "Yes."
    for way in ways.found:
        assert case.ask(way.question).said == "Yes.", way
        changed = [each for each in way.changes if not each.made]
        for spared in way.changes:
            if not changed:
                made = [said for each in way.changes if each is not spared for said in each.made]
                assert case.ask(supposing(case.book.parser, made, question)).said != "Yes.", (way, spared)
    sets = [frozenset(each) for each in told(ways)]
    assert not any(one < other for one in sets for other in sets)


def test_a_refusal_is_undone_by_each_fact_that_it_rests_on(club: Case) -> None:
    question = "May Ann Lee lease 30 shares on September 1, 2001?"
    ways = ways_to_yes(club, question)
    check(club, question, ways)
    assert ("the supposed lease is authorized", "L-1's shares are at most 70 shares") in told(ways)
    assert clauses(next(way for way in ways.found if len(way.changes) == 2 and all(each.made for each in way.changes)))


def test_the_question_may_ask_for_less_or_about_another_day(club: Case) -> None:
    question = "May Ann Lee lease 30 shares on September 1, 2001?"
    assert ("you ask for at most 20 shares", "the supposed lease is authorized") in told(ways_to_yes(club, question))
    early = "Is Ann Lee welcome on January 3, 1999?"
    ways = ways_to_yes(club, early)
    check(club, early, ways)
    assert ("you ask about January 4, 1999",) in told(ways)
    assert ("Ann Lee is a member on January 3, 1999",) in told(ways)


def test_what_an_answer_depends_on_is_what_would_make_it_yes(club: Case) -> None:
    question = "May Ann Lee lease 20 shares on September 1, 2001?"
    ways = ways_to_yes(club, question)
    check(club, question, ways)
    (way,) = ways.found
    assert (way.changes[0].text, clauses(way)) == ("the supposed lease is authorized", ["1"])


def test_what_is_supposed_stays_supposed(club: Case) -> None:
    question = "May Ann Lee lease 30 shares on September 1, 2001?"
    ways = ways_to_yes(club, question, ("The supposed lease is authorized.",))
    assert ("L-1's shares are at most 70 shares",) in told(ways)
    assert all("the supposed lease is authorized" not in each for each in told(ways))
    assert all(club.ask(way.question).said == "Yes." for way in ways.found)


def test_nothing_is_told_of_what_nothing_can_change(club: Case) -> None:
    assert ways_to_yes(club, "Is 3 more than 4?").found == ()


def test_a_question_for_something_else_than_yes_or_no_has_no_such_ways(club: Case) -> None:
    with pytest.raises(ClausebookError) as caught:
        ways_to_yes(club, "Who is welcome on May 1, 2001?")
    assert caught.value.code == "E0320"


@pytest.mark.parametrize(
    "question",
    [
        "Is Ann Lee eligible on September 1, 1990?",
        "Is Ann Lee employed by the Company on March 1, 1990?",
    ],
)
def test_the_ways_of_a_large_book_are_sound(plan: Case, question: str) -> None:
    ways = ways_to_yes(plan, question)
    assert ways.found
    check(plan, question, ways)
