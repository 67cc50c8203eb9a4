"""What an answer may never get wrong: silence, suppositions, time, conflicts, bounds."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.judge import Verdict
from policy.answer import Bound, Days, Listed
from policy.cases import read_case
from policy.diagnostic import ClausebookError
from policy.document import read
from policy.instrument import Instrument
from policy.source import Source
from tests.policy.leases import ask, book, case, rows, said, wrong

MEMBER = "Ann is a member from 1999-01-04.\n"
ONE = rows("L-1,Ann,2001-03-01,80,small,$4,")
DAY = "2001-09-01"

# ------------------------------------------------------------------ silence


def test_a_recorded_phrase_is_false_up_to_the_end_of_the_record_and_open_after_it() -> None:
    asked = case(MEMBER)
    assert said(asked, "Is Bob welcome on 2001-12-31?") == "No."
    assert said(asked, "Is Bob welcome on 2002-01-01?") == "Depends."


def test_an_interval_without_an_end_runs_to_the_end_of_the_record_only() -> None:
    asked = case(MEMBER)
    assert said(asked, "Is Ann welcome on 2001-12-31?") == "Yes."
    assert said(asked, "Is Ann welcome on 2002-01-01?") == "Depends."
    assert said(case(MEMBER, complete=""), "Is Ann welcome on 2002-01-01?") == "Yes."


def test_the_negation_of_what_is_open_is_open() -> None:
    asked = case(MEMBER)
    assert said(asked, "Is Bob patient on 2001-12-31?") == "Yes."
    assert said(asked, "Is Bob patient on 2002-01-01?") == "Depends."


def test_a_day_before_the_end_of_the_record_denies_what_would_hold_throughout() -> None:
    asked = case("Ann is a member from 2002-01-02.\n")
    assert said(asked, "Is Ann settled on 2001-05-05?") == "No."
    assert said(asked, "Is Ann settled on 2002-05-05?") == "Depends."


def test_a_statement_that_it_does_not_hold_settles_what_the_record_leaves_open() -> None:
    asked = case("Ann is not a member from 2002-01-01 to 2002-02-01.\n")
    assert said(asked, "Is Ann welcome on 2002-01-15?") == "No."
    assert said(asked, "Is Ann patient on 2002-01-15?") == "Yes."
    assert said(asked, "Is Ann welcome on 2002-02-02?") == "Depends."


def test_it_is_not_known_whether_opens_a_statement() -> None:
    asked = case("It is not known whether Ann is a member from 1999-01-01 to 1999-12-31.\n")
    assert said(asked, "Is Ann welcome on 1999-05-05?") == "Depends."
    assert said(asked, "Is Ann welcome on 2000-01-01?") == "No."


def test_the_record_of_a_phrase_can_be_complete() -> None:
    asked = case(MEMBER + "The record of Ann is a member on 1999-01-04 is complete.\n")
    assert said(asked, "Is Ann welcome on 2005-01-01?") == "Yes."
    assert "The record is complete" not in "".join(asked.ask("Is Ann welcome on 2005-01-01?").assumptions)


def test_what_is_given_is_unknown_until_it_is_supplied() -> None:
    assert said(case(""), "What is the charge for 2001-01-01?") == "Depends."
    assert ask("", "What is the charge for 2001-01-01?").open == ("the fee for January 1, 2001",)


def test_a_value_that_is_none_silences_its_rules() -> None:
    asked = case("The fee for 2001-01-01 is none. The Club opened the garden on 1990-01-01.")
    assert said(asked, "What is the charge for 2001-01-01?") == "None."
    assert said(asked, "What is the rate for 2001-01-01?") == "$7.00."


def test_a_given_event_happens_once_or_is_said_never_to_have_happened() -> None:
    opened = case("The Club opened the garden on 1990-02-28.")
    assert said(opened, "Is Ann old on 2000-02-28?") == "No."
    assert said(opened, "Is Ann old on 2000-02-29?") == "Yes."
    never = case("The day the Club opened the garden is none.")
    assert said(never, "Is Ann old on 2009-01-01?") == "No."
    assert said(case(""), "Is Ann old on 2009-01-01?") == "Depends."


def test_a_default_is_taken_and_said() -> None:
    answer = ask(MEMBER, f"May Ann lease 9 shares on {DAY}?")
    assert answer.verdict is Verdict.NO
    assert any("the usual lot on September 1, 2001 is 10 shares" in each for each in answer.assumptions)
    supplied = ask(MEMBER + f"The usual lot on {DAY} is 9 shares.", f"May Ann lease 9 shares on {DAY}?")
    assert supplied.verdict is Verdict.DEPENDS


# ------------------------------------------------------------- suppositions


def test_what_is_decided_or_determined_about_a_supposed_record_is_open() -> None:
    answer = ask(MEMBER, f"May Ann lease 20 shares on {DAY}?")
    assert answer.verdict is Verdict.DEPENDS
    assert answer.open == ("the supposed lease is authorized", "the supposed lease is worthy")


def test_a_recorded_phrase_about_a_supposed_record_is_false() -> None:
    for day in (DAY, "2005-01-01"):
        assert ask(MEMBER, f"Is Ann listed for 20 shares on {day}?").verdict is Verdict.NO


def test_nothing_supposed_leaks() -> None:
    asked = case(MEMBER + ONE)
    before = asked.ask("What is the count up to L-1?").to_json()
    for question in (
        f"May Ann lease 20 shares on {DAY}?",
        "May Ann lease 20 shares on 2001-02-01?",
        "Supposing that L-1's shares are 5 shares and L-1's size is large: what is the count up to L-1?",
        "Supposing that L-1's tenant is Bob: is L-1 permitted?",
    ):
        asked.ask(question)
    assert asked.ask("What is the count up to L-1?").to_json() == before
    assert asked.ask("Which leases are dear?").value == Listed(())


def test_a_question_supposes_facts_of_its_own() -> None:
    asked = case(MEMBER + ONE)
    for supposed, question, expected in (
        ("Ann is not a member on 2001-02-02", "is Ann welcome on 2001-02-02", "No."),
        ("Ann is not a member on 2001-02-02", "is Ann welcome on 2001-02-03", "Yes."),
        ("Ann is a member on 1998-02-02", "is Ann welcome on 1998-02-02", "Yes."),
        ("L-1's shares are 5 shares and L-1's price is $3 per share", "what is L-1's price", "$3.00 per share."),
        ("L-1's shares are 5 shares", "what is the count up to L-1", "5 shares."),
        ("L-1 is authorized and L-1 is worthy", "is L-1 permitted", "Yes."),
        ("guests do not count", "is Ann welcome on 2001-02-03", "No."),
    ):
        assert said(asked, f"Supposing that {supposed}: {question}?") == expected


def test_suppositions_that_contradict_each_other_are_errors() -> None:
    with pytest.raises(ClausebookError) as raised:
        case(ONE).ask("Supposing that L-1's shares are 5 shares and L-1's shares are 6 shares: is L-1 permitted?")
    assert raised.value.code == "E0522"


# ----------------------------------------------------------- totals and order


def test_what_may_be_recorded_after_the_end_of_the_record_counts_as_open() -> None:
    asked = case(MEMBER + ONE)
    assert said(asked, "May Ann lease 21 shares on 2002-09-01?") == "No."
    depends = asked.ask("May Ann lease 20 shares on 2002-09-01?")
    assert depends.verdict is Verdict.DEPENDS
    assert "there is a lease after December 31, 2001 whose tenant is Ann" in depends.open


def test_records_of_one_day_have_no_order_until_it_is_recorded() -> None:
    two = rows("L-1,Ann,2001-03-01,80,small,$4,", "L-2,Ann,2001-03-01,30,small,$4,")
    said_of_both = MEMBER + two + "L-1 is authorized. L-1 is worthy. L-2 is authorized. L-2 is worthy.\n"
    asked = case(said_of_both)
    assert [said(asked, f"Is {lease} permitted?") for lease in ("L-1", "L-2")] == ["Depends.", "Depends."]
    ordered = case(said_of_both + "L-1 was made before L-2.")
    assert [said(ordered, f"Is {lease} permitted?") for lease in ("L-1", "L-2")] == ["Yes.", "No."]
    assert said(asked, "May Ann lease 11 shares on 2001-03-01?") == "No."  # what is supposed comes last of its day


def test_numbers_of_order_that_begin_again_count_the_acts_of_each_day() -> None:
    def verdicts(*leases: tuple[str, str, int, int]) -> list[str]:
        table = "| lease | tenant | date | shares | size | price | order |\n|-|-|-|-|-|-|-|\n"
        table += "".join(
            f"| {id} | Ann | {day} | {shares} | small | $4 | {order} |\n" for id, day, shares, order in leases
        )
        worthy = "".join(f"{id} is authorized. {id} is worthy.\n" for id, *_ in leases)
        asked = case(f"{MEMBER}{worthy}\n{table}")
        return [said(asked, f"Is {id} permitted?") for id, *_ in leases]

    later = ("L-9", "2001-04-01", 1, 1)
    acts = (("L-1", "2001-03-01", 60, 1), ("L-2", "2001-03-01", 30, 2), ("L-3", "2001-03-01", 20, 3))
    assert verdicts(*acts, later) == ["Yes.", "Yes.", "No.", "No."]
    acts = (("L-1", "2001-03-01", 60, 1), ("L-2", "2001-03-01", 50, 1), ("L-3", "2001-03-01", 1, 2))
    assert verdicts(*acts, later) == ["Depends.", "Depends.", "No.", "No."]
    acts = (("L-1", "2001-03-01", 60, 1), ("L-2", "2001-03-01", 20, 1), ("L-3", "2001-03-01", 12, 2))
    assert verdicts(*acts, ("L-4", "2001-03-01", 11, 2), later) == ["Yes.", "Yes.", "Depends.", "Depends.", "No."]


def test_an_unknown_cell_is_never_guessed() -> None:
    unknown = MEMBER + rows("L-1,?,?,?,?,?,?", "L-2,Ann,2001-03-01,80,small,$4,") + "L-2 is authorized. L-2 is worthy."
    asked = case(unknown)
    assert said(asked, "Is L-2 permitted?") == "Depends."
    assert said(asked, "Is L-1 dear?") == "Depends."
    assert said(asked, f"May Ann lease 21 shares on {DAY}?") == "No."
    assert said(asked, f"May Ann lease 20 shares on {DAY}?") == "Depends."
    for attribute in ("shares", "tenant", "size", "floor"):
        assert asked.ask(f"What is L-1's {attribute}?").open == (f"L-1's {attribute}",)


def test_a_cell_says_none_in_a_word_or_where_there_need_be_none_by_being_empty() -> None:
    for cell in ("", "none"):
        asked = case(MEMBER + rows(f"L-1,Ann,2001-03-01,80,small,none,{cell}"))
        for attribute in ("price", "floor"):
            assert said(asked, f"What is L-1's {attribute}?") == "None."


def test_a_record_that_is_only_named_is_unknown_in_all() -> None:
    source = "# A\n\nBook: leases\nNames: Ann is a person. L-1 is a lease.\n\n## Facts\n\nL-1 is authorized.\n"
    asked = Instrument(book()).case(Source("case.md", source))
    assert said(asked, "Is L-1 dear?") == "Depends."
    assert said(asked, "What is L-1's tenant?") == "Depends."


def test_a_list_names_the_certain_members_and_what_the_others_depend_on() -> None:
    asked = case(rows("L-1,Ann,2001-03-01,8,large,$4,", "L-2,Ann,2001-03-01,3,?,$4,", "L-3,Bob,2001-03-01,3,small,$4,"))
    answer = asked.ask("Which leases are dear?")
    assert isinstance(answer.value, Listed)
    assert answer.value.certain == ("L-1",)
    ((member, ((proviso,),)),) = answer.value.depending
    assert (member, proviso.text) == ("L-2", "L-2's size is large")


# ------------------------------------------------------- priority and conflict


def test_rules_that_disagree_without_priority_conflict() -> None:
    asked = case(MEMBER + "The Club opened the garden on 1990-01-01. The fee for 2001-01-01 is $10.")
    for question, clauses in (
        ("Is Ann torn on 2001-01-01?", ("5", "6")),
        ("What is the rate for 2001-01-01?", ("4", "5")),
    ):
        answer = asked.ask(question)
        assert answer.verdict is Verdict.CONFLICT
        assert set(clauses) <= {*answer.citations, *answer.supporting}


def test_rules_that_agree_do_not_conflict() -> None:
    asked = case("The Club opened the garden on 1990-01-01. The fee for 2001-01-01 is $7.")
    assert said(asked, "What is the rate for 2001-01-01?") == "$7.00."


def test_what_is_taken_as_found_stands_in_place_of_the_rules() -> None:
    asked = case("Taken as found: Ann is welcome on 2001-01-01. Taken as found: the charge for 2001-01-01 is $3.")
    assert said(asked, "Is Ann welcome on 2001-01-01?") == "Yes."
    assert said(asked, "Is Ann welcome on 2001-01-02?") == "No."
    assert said(asked, "What is the charge for 2001-01-01?") == "$3.00."
    assert "taken as found" in asked.ask("Is Ann welcome on 2001-01-01?").to_text()


def test_a_reading_is_named_with_what_the_other_answers() -> None:
    answer = ask(MEMBER, f"Is Ann welcome on {DAY}?")
    assert [(reading.id, reading.otherwise) for reading in answer.readings] == [("D-01", "No.")]
    determined = ask(MEMBER + "Guests do not count.", f"Is Ann welcome on {DAY}?")
    assert (determined.said, determined.readings) == ("No.", ())


# ------------------------------------------------------- exact and open values


def test_thirds_stay_exact() -> None:
    answer = ask("The fee for 2001-01-01 is $10.", "What is the share of 2001-01-01?")
    assert answer.value == Fraction(10, 3)
    assert '"value": "10/3"' in answer.to_json()


some = settings(max_examples=settings().max_examples // 5)  # each asks dozens of questions
counts = st.lists(st.one_of(st.integers(0, 60), st.just("?")), max_size=3)


@some
@given(counts, st.integers(0, 12))
def test_how_many_is_the_largest_number_that_is_not_refused(shares: list[int | str], lot: int) -> None:
    facts = rows(*(f"L-{n},Ann,2001-03-0{n + 1},{each},small,$4," for n, each in enumerate(shares))) if shares else ""
    asked = case(f"{MEMBER}{facts}The usual lot on {DAY} is {lot} shares.\n")
    answer = asked.ask(f"How many shares may Ann lease on {DAY}?")
    edges = {0, lot - 1, lot, 100, 101, 1000, 1001}
    used = sum(each for each in shares if isinstance(each, int))
    tried = sorted(number for edge in edges for number in (edge, edge - used) if number > 0)
    allowed = [n for n in tried if asked.ask(f"May Ann lease {n:,} shares on {DAY}?").verdict is not Verdict.NO]
    if isinstance(answer.value, Bound):
        most = max(allowed, default=0)
        assert answer.value == Bound(True, most)
        past = asked.ask(f"May Ann lease {most + 1:,} shares on {DAY}?")
        assert past.verdict is Verdict.NO
        assert "no such number" not in past.to_text()
    else:
        assert answer.verdict is Verdict.NONE
        assert not allowed


def test_no_most_is_said_where_more_would_be_allowed() -> None:
    """A number too small is refused; that is no reason to say that none is allowed."""
    few = ask(MEMBER, f"May Ann lease 5 shares on {DAY}?")
    assert few.verdict is Verdict.NO
    assert "at most 100 shares" in few.to_text()


@some
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=3))
def test_when_first_is_the_first_day_that_is_not_refused(spans: list[tuple[int, int]]) -> None:
    start = date(2001, 1, 1)
    stated = [(start + timedelta(a), start + timedelta(a + b)) for a, b in spans]
    asked = case("".join(f"Ann is a member from {first} to {last}.\n" for first, last in stated), complete="")
    answer = asked.ask("When is Ann first welcome?")
    days = [start + timedelta(number) for number in range(60)]
    allowed = [day for day in days if asked.ask(f"Is Ann welcome on {day}?").verdict is not Verdict.NO]
    assert isinstance(answer.value, Days)
    assert answer.value.first == min(allowed)
    assert asked.ask(f"Is Ann welcome on {min(allowed) - timedelta(1)}?").verdict is Verdict.NO


def test_the_greatest_value_of_an_attribute() -> None:
    asked = case(MEMBER + rows("L-1,Ann,2001-03-01,80,small,$4,$3") + "L-1 is authorized. L-1 is worthy.")
    assert asked.ask("What is the greatest shares at which L-1 is permitted?").value == Bound(True, 100)
    assert asked.ask("What is the least price at which L-1 is permitted?").value == Bound(False, 3)


def test_what_nothing_bounds_is_an_error_and_no_verdict() -> None:
    with pytest.raises(ClausebookError) as raised:
        case(MEMBER + ONE + "L-1 is authorized. L-1 is worthy.").ask(
            "What is the greatest price at which L-1 is permitted?"
        )
    assert raised.value.code == "E0701"


# ------------------------------------------------------------------ prepared


def test_a_prepared_question_answers_as_the_written_one() -> None:
    asked = case(MEMBER + ONE)
    prepared = Instrument(book()).prepare("may *a person* lease *shares* on *a date*")
    for shares in (20, 21, 1001):
        written = asked.ask(f"May Ann lease {shares:,} shares on September 1, 2001?")
        assert prepared.ask(asked, "Ann", shares, date(2001, 9, 1)).to_json() == written.to_json()


def test_parts_of_a_case_add_facts_and_do_not_share_them() -> None:
    text = (
        f"# A\n\nBook: leases\nNames: Ann is a person.\n\n## Case (a): x\n\n{MEMBER}\n## Case (b): y\n\nGuests count.\n"
    )
    instrument, source = Instrument(book()), Source("case.md", text)
    parts = [instrument.case(source, part=part).ask("Is Ann welcome on 2001-01-01?").said for part in ("", "a", "b")]
    assert parts == ["No.", "Yes.", "No."]
    file, _ = read_case(read(source)[0])
    assert [part.name for part in file.parts] == ["a", "b"]


@pytest.mark.parametrize(
    "facts",
    [
        "Ann is a member on 2001-01-01. Ann is not a member on 2001-01-01.",
        "Ann is a member from 2001-01-01. Ann is not a member from 2001-02-01 to 2001-03-01.",
        "Ann is a member from 2001-01-01. It is not known whether Ann is a member on 2001-02-01.",
        "Ann is a member from 2002-01-01 to 2001-01-01.",
        "The Club opened the garden on 1990-01-01. The Club opened the garden on 1991-01-01.",
        "The fee for 2001-01-01 is $1. The fee for 2001-01-01 is none.",
        "Guests count. Guests do not count.",
        ONE + "L-1's shares are 81 shares.",
        ONE + "L-1 has no tenant.",
        ONE + "L-1 was made before L-1.",
        ONE + "Taken as found: L-1 is permitted. Taken as found: L-1 is not permitted.",
    ],
)
def test_facts_that_contradict_each_other_are_errors(facts: str) -> None:
    assert [problem.code for problem in wrong(facts)] == ["E0522"]
