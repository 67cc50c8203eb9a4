"""Questions as people put them: plurals, and *when* of what has no day."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from policy.book import book_of
from policy.diagnostic import ClausebookError
from policy.facts_text import fact_lines
from policy.instrument import Case, Instrument, load
from policy.phrases import of_several
from policy.source import Source
from tests.policy.small import BOOK, write

THOROUGH = settings().max_examples > 1_000
ANNUAL_LIMIT = Path(__file__).parent.parent.parent / "rules/1992-plan.cases/annual-limit.md"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    more = """
- *a person* is an honorary life member under the Rules (is not)
- *a person* has a key to *a plot size*
"""
    returns = """
- *a lease* returns its shares (does not return)
- *a person* has joined
"""
    book = BOOK.replace("Recorded, over time:\n", f"Recorded, over time:{more}").replace(" (is not)", "")
    book = book.replace("Recorded:\n", f"Recorded:{returns}")
    path, lease = write(tmp_path_factory.mktemp("club"), book=book)
    return load(path).case(lease)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which persons are members on September 1, 2001?", "Ann Lee."),
        ("Which persons are a member on September 1, 2001?", "Ann Lee."),
        ("Which persons are not members on September 1, 2001?", "None."),
        ("Which persons are honorary life members under the Rules on September 1, 2001?", "None."),
        ("Which persons are not honorary life members under the Rules on September 1, 2001?", "Ann Lee."),
        ("Which persons are welcome on September 1, 2001?", "Ann Lee."),
    ],
)
def test_what_is_said_of_several_may_have_its_noun_in_the_plural(case: Case, question: str, said: str) -> None:
    assert case.ask(question).said == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Does Ann Lee have a key to the small plot on September 1, 2001?", "No."),
        ("Does Ann Lee not have a key to small plot on September 1, 2001?", "Yes."),
        ("Has Ann Lee a key to a small plot on September 1, 2001?", "No."),
        ("Who does not have a key to a small plot on September 1, 2001?", "Ann Lee."),
        ("Which persons do not have a key to small plot on September 1, 2001?", "Ann Lee."),
        ("Which plot sizes does Ann Lee have a key to on September 1, 2001?", "None."),
        ("Which plot sizes does Ann Lee not have a key to on September 1, 2001?", "Small plot and large plot."),
        ("Which leases return their shares?", "None."),
        ("Which leases do not return their shares?", "L-1."),
        ("Which leases do not return its shares?", "L-1."),
        ("Which leases have an end?", "None."),
        ("Which leases have no end?", "L-1."),
        ("Which lease has no end?", "L-1."),
        ("Has Ann Lee joined?", "No."),
    ],
)
def test_what_one_has_and_what_is_theirs_is_asked_as_people_ask(case: Case, question: str, said: str) -> None:
    assert case.ask(question).said == said


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Do the beneficiaries share in the instalments on June 1, 1996?", "no"),
        ("Do the beneficiaries not share in the instalments on June 1, 1996?", "yes"),
        ("Does the estate share in the instalments on June 1, 1996?", "no"),
    ],
)
def test_what_a_name_of_several_does_is_asked_with_do(question: str, verdict: str) -> None:
    assert load("severance-agreement").case().ask(question).verdict.value == verdict


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Was Ann Lee a member on September 1, 2001?", "Yes."),
        ("Was Ann Lee not a member on September 1, 2001?", "No."),
        ("Was Ann Lee welcome on September 1, 2001?", "Yes."),
        ("Was L-1 authorized?", "No."),
        ("Was L-1 given up on September 1, 2001?", "No."),
        ("Did L-1 return its shares?", "No."),
    ],
)
def test_a_day_gone_by_is_asked_of_in_the_past(case: Case, question: str, said: str) -> None:
    assert case.ask(question).said == said


def test_what_is_declared_in_the_past_is_not_taken_for_the_past_of_another(tmp_path: Path) -> None:
    book = BOOK.replace("Recorded:\n", "Recorded:\n- *a person* was welcome\n")
    path, lease = write(tmp_path, book=book)
    case = load(path).case(lease, "Ann Lee was welcome.")
    assert case.ask("Was Ann Lee welcome?").said == "Yes."
    assert case.ask("Is Ann Lee welcome on May 1, 1990?").said == "No."


def test_what_a_record_has_is_asked_of_no_day(case: Case) -> None:
    with pytest.raises(ClausebookError, match="does not change with the day"):
        case.ask("Which leases have no end on September 1, 2001?")


def test_a_helping_verb_is_no_having(case: Case) -> None:
    with pytest.raises(ClausebookError, match="cannot stand here"):
        case.ask("Does Ann Lee have joined?")


@pytest.mark.parametrize(
    ("words", "several"),
    [
        (("are", "an", "outside", "director", "under", "the", "Code"), "are outside directors under the Code"),
        (("were", "a", "party", "to", "the", "Agreement"), "were parties to the Agreement"),
        (("are", "not", "a", "section", "16", "insider"), "are not section 16 insiders"),
        (("are", "welcome"), ""),
        (("signed", "a", "counterpart"), ""),
    ],
)
def test_the_noun_after_the_verb_is_the_one_that_becomes_many(words: tuple[str, ...], several: str) -> None:
    assert " ".join(map(str, of_several(words))) == several


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When is L-1 permitted?", "this has no day, so it cannot be asked when it is so"),
        ("On which day is L-1 authorized?", "this has no day"),
        ("When is the yearly fee for March 1, 2001 at least $5.00?", "ask for it over time"),
    ],
)
def test_when_is_asked_of_what_has_a_day(case: Case, question: str, said: str) -> None:
    with pytest.raises(ClausebookError, match=said) as caught:
        case.ask(question)
    assert caught.value.code == "E0102"


DAYS = """\
# Days

## Kinds

- A town is an entity.

## Vocabulary

Recorded, over time:
- *a person* is a member
- *a person* lives in *a town* (does not live)
- the garden is open

Concluded:
- *a person* is settled on *a date*
- *a person* is new on *a date*
- the days of *a person* to *a date* are *a number*

## § 2 Settled

A person is settled on a date if the person lives in a town on the date.

## § 1 New

A person is new on a date if the person is a member on the date.

Despite the sentence above, a person is not new on a date if the days of the person to the date exceed 3.

The days of a person to a date are the number of days from May 1, 2001 to the date such that the person is a member on
the day.
"""
MEMBER = """\
# Ann

Book: days
Names: Ann and Bo are persons. Ayr is a town.
Record complete to: 2001-12-31

## Facts

Ann is a member from January 4, 1999. Ann lives in Ayr from May 1, 2000. The garden is open from May 1, 2001.
"""


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("days")
    (folder / "days.md").write_text(DAYS, "utf-8")
    (folder / "ann.md").write_text(MEMBER, "utf-8")
    return load(folder / "days.md").case(folder / "ann.md")


def test_of_days_none_is_told_to_be_recorded(days: Case) -> None:
    text = days.ask("Is Ann new on September 1, 2001?").to_text()
    assert text.startswith("No.")
    assert "The record is complete to December 31, 2001." in text


def test_up_to_its_end_a_record_shows_all_that_might_have_been(days: Case) -> None:
    assert "there is no such town: none is recorded" in days.ask("Is Bo settled on September 1, 2001?").to_text()
    text = days.ask("Is Ann settled on September 1, 1999?").to_text()
    assert "Ann does not live in Ayr" in text
    assert "such town" not in text


def test_facts_of_phrases_without_a_slot_are_listed(days: Case) -> None:
    lines, _ = fact_lines(days, "garden")
    assert [line.text for line in lines] == ["The garden is open from May 1, 2001."]


LIMIT = """# Rules

## Names

The Warden.

## Records

- A lease has a tenant (person), a date and shares.

## Vocabulary

Concluded:
- *a lease* is permitted

Asked:
- may *a person* lease *shares* on *a date*
  Suppose a lease whose tenant is the person, whose shares are those shares and whose date is that date.
  Ask whether the lease is permitted.

## § 1 Leases

A lease is permitted.

## § 2 Limit

Read as true, unless the Warden determines otherwise (D-01):
- the limit counts (does not count)

Despite § 1, a lease is not permitted if the lease's shares exceed 100 shares and the limit counts.
"""


def test_where_only_the_other_reading_leaves_a_number_without_bound_it_is_said_so() -> None:
    book, _ = book_of(Source("rules.md", LIMIT), "rules")
    assert book is not None
    ann = Instrument(book).case("# A case\n\nNames: Ann is a person.\n\n## Facts\n")
    answer = ann.ask("How many shares may Ann lease on March 1, 2001?")
    assert answer.said == "At most 100 shares."
    assert [reading.otherwise for reading in answer.readings] == ["Nothing bounds it."]


@pytest.mark.skipif(not THOROUGH, reason="takes some seconds; the test of the judge shows why there is a bound")
def test_past_the_end_of_a_record_an_open_number_still_has_its_bound() -> None:
    """Nobody knows what else may be granted in 2002; more than the yearly limit may not be, whatever it is."""
    answer = load("1992-plan").case(ANNUAL_LIMIT).ask("How many shares may Ann Lee receive on January 2, 2002?")
    assert (answer.said, answer.citations) == ("At most 100,000 shares.", ("5(a)/4",))


def test_a_grant_of_no_shares_is_nothing_to_ask_about() -> None:
    lee = load("1992-plan").case(ANNUAL_LIMIT)
    with pytest.raises(ClausebookError) as raised:
        lee.ask("May Ann Lee receive 0 shares on September 1, 2001?")
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.message) == ("E0602", "a grant of 0 shares is none: there is nothing to suppose")
    assert problem.expected == ("at least 1 share",)
