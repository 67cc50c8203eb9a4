"""Answers read aloud: what a lawyer is told, and in which words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve

from engine.model import Apply, Constant, ValueOf
from engine.values import NUMBER
from policy.diagnostic import ClausebookError
from policy.formatting import format_source
from policy.instrument import Case, load
from policy.layout import plain_text
from policy.outline import Block, Line, also, by_cases, flat, once, outline
from policy.source import Source
from policy.speak import Speaker, possessive
from tests.docs.test_pages import CASE, GUIDE, PLAN, ROOT, write_files

FACTS = """\
# More

Book: harbor-mill

## Facts

| award | holder  | date       | shares | award kind    | price |
|-------|---------|------------|--------|---------------|-------|
| A-9   | Cy Day  | 2025-01-31 | 4,000  | regular award | $4.00 |

Cy Day is employed by the Company from October 1, 2024. A-9 is authorized.
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("guide")
    write_files(GUIDE, folder)
    (folder / "more.md").write_text(FACTS, "utf-8")
    return load(folder / PLAN).case(folder / CASE, folder / "more.md")


def lines(case: Case, question: str) -> list[str]:
    return [f"{line.text} [{line.rests_on}]" if line.rests_on else line.text for line in case.ask(question).lines]


# ------------------------------------------------------------------ unrecorded


def test_what_the_record_may_not_show_is_told_with_its_last_day(case: Case) -> None:
    assert lines(case, "What is the last day of A-1?")[:4] == [
        "February 1, 2034, provided that:",
        "Ann Lee did not retire on or before October 31, 2033 [§ 9]",
        "3 months after the day Ann Lee retired, provided that:",
        "Ann Lee retired on or before October 31, 2033 [§ 9]",
    ]


def test_what_no_row_shows_is_told_in_plain_words() -> None:
    """Somebody else appointed; a service of which nobody knows in which capacity it was; a day set against a day."""
    case = load("1992-plan").case(ROOT / "rules" / "1992-plan.cases" / "counsel-committee.md")
    told = case.ask("Is the Board's appointment sufficient on June 1, 2030?").to_text()
    assert "another such person is appointed to the Committee on June 1, 2030" in told
    assert "no other such person is appointed to the Committee on June 1, 2030" in told
    case = load("1992-plan").case(ROOT / "rules" / "1992-plan.cases" / "counsel-committee.md", part="f")
    told = " ".join(line.text for line in case.ask("May Kit buy 100 shares under K-2 on June 1, 2012?").lines)
    assert "there is no transfer after December 31, 2008 whose grant is K-2" in told
    assert "provided that: the supposed exercise is permitted" not in told  # though too much is open to try each case
    told = " ".join(line.text for line in case.ask("What is the last exercise day of K-2 as of June 1, 2012?").lines)
    assert "the service of Kit in some capacity ended" in told
    assert "is before the day the dissolution of the Company was completed" in told


def test_a_value_in_terms_of_what_is_not_known_needs_no_proviso() -> None:
    case = load("equity-compensation-plan").case(ROOT / "rules/equity-compensation-plan.cases/outstanding-adjusted.md")
    answer = case.ask("What are the exercisable shares of A-1 on June 1, 2018?")
    told = "300 shares times the Committee's share factor after C-1, rounded down to a whole share, once that is known."
    assert answer.lines[0].text == told
    assert answer.open == ("the Committee's share factor after C-1",)


def test_one_thing_asked_in_two_places_is_told_once(case: Case) -> None:
    told = case.ask("May Bob Ray buy 500 shares under A-2 on June 1, 2028?").to_text()
    assert told.count("retire") == 1
    assert "Bob Ray did not retire on or before February 29, 2028" in told


def test_a_no_by_cases_says_what_is_the_same_once(case: Case) -> None:
    assert lines(case, "May Ann Lee buy 500 shares under A-1 on June 1, 2034?")[:8] == [
        "Ann Lee may not buy 500 shares under A-1 on June 1, 2034:",
        "This would allow it, but: [§ 8]",
        "if Ann Lee retired on or before October 31, 2033:",
        "June 1, 2034 is after the last day of A-1 (3 months after the day Ann Lee retired) [§ 9]",
        "otherwise:",
        "June 1, 2034 is after the last day of A-1 (February 1, 2034)",
        "the last day of A-1 is February 1, 2034 [§ 9]",
        "10 years after A-1's date (February 1, 2024)",
    ]


def test_a_yes_by_cases_says_which_limits_were_tested(case: Case) -> None:
    told = lines(case, "May Ann Lee buy 500 shares under A-1 on June 1, 2026?")
    assert "A-1's holder is Ann Lee [§ 8; minutes of 2024-02-01]" in told
    assert told.count("Tested, and no bar:") == 1
    assert told.count("Ann Lee is not on leave on June 1, 2026 [§ 10]") == 1


# ---------------------------------------------------------------------- values


def test_a_value_shows_what_it_is_worked_out_from(case: Case) -> None:
    assert lines(case, "What are the vested shares of A-1 on June 1, 2026?")[:2] == [
        "the vested shares of A-1 on June 1, 2026 are 4,000 shares [§ 7]",
        "25% of A-1's shares (8,000 shares) times the number of whole years from A-1's date (February 1, 2024) to "
        "June 1, 2026, rounded down to a whole share",
    ]


def test_an_asked_sum_shows_each_of_its_parts(case: Case) -> None:
    assert lines(case, "What are the vested shares of A-1 on June 1, 2026 plus A-9's shares?") == [
        "the vested shares of A-1 on June 1, 2026 are 4,000 shares [§ 7]",
        "25% of A-1's shares (8,000 shares) times the number of whole years from A-1's date (February 1, 2024) to "
        "June 1, 2026, rounded down to a whole share",
        "A-9's shares are 4,000 shares [more.md, line 9]",
        "The record is complete to December 31, 2026.",
    ]


def test_of_many_values_that_it_may_be_those_that_are_soonest_told_are() -> None:
    book = load("equity-compensation-plan")
    committee = book.case(ROOT / "rules" / "equity-compensation-plan.cases" / "administration.md")
    told = committee.ask("What are the members of the Committee on September 1, 2037?").lines
    assert [line.text for line in told if not line.depth][:6] == [
        "6, provided that:",
        "5, provided that:",
        "0, provided that:",
        "6 plus the number of other such persons, provided that:",
        "The number of other such persons, provided that:",
        "There are 9 further values that it may be.",
    ]


def test_a_beaten_value_is_not_told_as_a_fact(case: Case) -> None:
    told = case.ask("What is the least price at which A-1 is permitted?").to_text()
    assert "the exchange's closing price on February 1, 2024 is $4.20 per share" in told
    assert "appraised" not in told


def test_past_a_bound_of_money_lies_the_next_cent(case: Case) -> None:
    assert (
        "A-1's price is $3.77 per share, which is less than 90% of the fair value on A-1's date ($3.78 per share)"
        in (line.text for line in case.ask("What is the least price at which A-1 is permitted?").lines)
    )


def test_a_number_without_a_limit_says_what_leaves_it_open(case: Case) -> None:
    with pytest.raises(ClausebookError, match="bounds the answer from above; no rule sets a limit there"):
        case.ask("What is the greatest price at which A-1 is permitted?")
    with pytest.raises(
        ClausebookError, match="above; not known: the exchange's closing price on January 31, 2025"
    ) as raised:
        case.ask("What is the greatest price at which A-9 is permitted?")
    assert raised.value.code == "E0701"


def test_what_fails_for_want_of_an_event_says_that_it_did_not_happen() -> None:
    """No day is spoken of that there may never be."""
    file = ROOT / "rules/severance-agreement.cases/qsv-05.md"
    told = load("severance-agreement").case(file).ask("Must the Trustee return principal on June 3, 1996?").to_text()
    assert "Parker did not die on or before June 3, 1996" in told
    assert "the day Parker died" not in told


# ---------------------------------------------------------------------- beaten


def test_a_beaten_rule_says_by_which(case: Case) -> None:
    """In the proof by the rule's name; in the explanation by its clause."""
    answer = case.ask("Is Bob Ray eligible on September 1, 2024?")
    (conclusion,) = answer.to_data()["proof"]
    attempts = {attempt["clause"]: attempt for attempt in conclusion["parts"]}
    assert attempts["2/1"]["defeated_by"] == [attempts["2/2"]["rule"]]
    assert attempts["2/2"]["defeated_by"] == []


# ---------------------------------------------------------------------- advice


def test_advice_leaves_out_what_other_ways_cover_and_says_what_they_share_once(case: Case) -> None:
    told = lines(case, "How many shares may Ann Lee receive on September 1, 2028?")
    start = told.index("Up to that, provided that:")
    assert told[start + 1 : start + 9] == [
        "the supposed award is authorized [§ 3]",
        "Ann Lee is employed by the Company on September 1, 2028 [§ 2/1]",
        "Ann Lee does not serve on the Board on September 1, 2028 [§ 2/2]",
        "awards after December 31, 2026 whose holder is Ann Lee add nothing [§ 4]",
        "and one of these is so:",
        "the supposed award's price is at least 90% of the exchange's closing price on September 1, 2028 [§ 6]",
        "there is no exchange's closing price on September 1, 2028 [§ 5]",
        "and the supposed award's price is at least 90% of the appraised value on September 1, 2028 [§ 6]",
    ]


def test_the_provisos_of_an_answer_stay_the_minimal_sets(case: Case) -> None:
    answer = case.ask("May Ann Lee receive 2,000 shares on September 1, 2028?")
    assert len(answer.provided) > 2
    assert all(len({proviso.text for proviso in way}) == len(way) for way in answer.provided)


# ---------------------------------------------------------- reasons and clauses


def test_one_reason_under_two_clauses_is_given_once(case: Case) -> None:
    told = lines(case, "Who is eligible on September 1, 2024?")
    start = told.index("Not Cy Day:")
    assert told[start + 1 : start + 4] == [
        "Cy Day is not eligible on September 1, 2024 [§ 2/1, § 2/3]",
        "Cy Day is not employed by the Company on September 1, 2024 (so far as recorded)",
        "The record is complete to December 31, 2026.",
    ]


def test_the_clause_that_would_allow_stands_at_the_right(case: Case) -> None:
    told = case.ask("May Ann Lee buy 3,501 shares under A-1 on June 1, 2026?").to_text(80).splitlines()
    assert f"    This would allow it, but:{'§ 8':>51}" in told
    assert any(line.startswith("      3,501 shares exceed the vested shares") for line in told)


def test_who_holds_an_award_is_said_the_way_round_that_people_say_it(case: Case) -> None:
    told = lines(case, "May Ann Lee buy 500 shares under A-1 on June 1, 2026?")
    assert any(line.startswith("A-1's holder is Ann Lee [") for line in told)
    assert any(line.startswith("500 shares do not exceed the vested shares") for line in told)


# ----------------------------------------------------------------------- words


def test_possessives() -> None:
    assert [possessive(words) for words in ("the stockholders", "A-1", "Chris", "the Bass", "the boss")] == [
        "the stockholders'",
        "A-1's",
        "Chris's",
        "the Bass's",
        "the boss's",
    ]


def test_the_whole_of_a_thing_is_a_hundred_percent_of_it(case: Case) -> None:
    speaker = Speaker(case.book.lexicon, case.facts)
    price = ValueOf("award", (Constant("A-1", case.names["A-1"]),), "price")
    shares = {factor: Apply("multiply", (Constant(factor, NUMBER), price)) for factor in (1, 2, Fraction(1, 3))}
    assert [speaker.expression(share, {}) for share in shares.values()] == [
        "100% of A-1's price",
        "2 times A-1's price",
        "1/3 of A-1's price",
    ]


@pytest.mark.parametrize("said", ["100% of", "110% of", "200% of", "1/3 of", "2 times"])
def test_the_formatter_keeps_a_share_a_share(said: str) -> None:
    book = f"""\
# Shares

## Records

- A grant has an owner's share (money).

## Vocabulary

Concluded:
- the fee for *a grant* is *money*

## § 1 Fee

The fee for a grant is {said} the grant's owner's share.
"""
    assert format_source(Source("shares.md", book)) == (book, ())


def test_the_only_day_of_an_event_is_the_day_of_it(case: Case) -> None:
    told = lines(case, "Supposing that Ann Lee retired on May 1, 2026: what is the last day of A-1?")
    assert told[1] == (
        "the earlier of 3 months after the day A-1's holder retired (May 1, 2026) and 10 years after A-1's date "
        "(February 1, 2024)"
    )


def test_the_most_that_would_be_allowed() -> None:
    plan = load("1992-plan")
    (further,) = (phrase for phrase in plan.book.vocabulary.phrases if "further" in phrase.parts)
    speaker = Speaker(plan.book.lexicon, plan.book.engine.facts())
    said = ("Bea", "", "September 1, 2001")
    assert speaker.bounded(further, said, 1, "100 shares") == (
        "Bea may receive at most a further 100 shares on September 1, 2001."
    )
    assert speaker.bounded(further, said, 1, None) == "No number of shares would be allowed."


# ---------------------------------------------------------------------- layout

LONG = Line(1, "the day the stockholders approved the First Amendment is May 23, 2001, which is after May 22, 2001", "")


def test_text_runs_on_below_a_column_that_would_squeeze_it() -> None:
    line = evolve(LONG, rests_on="first-amendment.md, line 9")
    assert plain_text("No.", (), (line,), 60).splitlines()[2:] == [
        "    the day the stockholders      first-amendment.md, line 9",
        "      approved the First Amendment is May 23, 2001, which is",
        "      after May 22, 2001",
    ]


def test_a_long_citation_wraps_in_its_column_and_no_clause_is_broken() -> None:
    rests_on = "§ 5(a)/1 proviso (i), § 5(a)/1 proviso (ii); section-5a.md, line 10"
    assert plain_text("No.", ("5(a)/1 proviso (i)",) * 3, (evolve(LONG, rests_on=rests_on),), 60).splitlines() == [
        "No.  § 5(a)/1 proviso (i), § 5(a)/1 proviso (i),",
        "  § 5(a)/1 proviso (i)",
        "",
        "    the day the stockholders           § 5(a)/1 proviso (i),",
        "      approved the First Amendment    § 5(a)/1 proviso (ii);",
        "      is May 23, 2001, which is       section-5a.md, line 10",
        "      after May 22, 2001",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(case: Case, width: int) -> None:
    told = case.ask("How many shares may Ann Lee receive on September 1, 2028?").to_text(width)
    assert max(map(len, told.splitlines())) <= width


def test_a_statement_under_its_own_heading_is_said_once() -> None:
    heading = Block("It is not so:", "", (Block("it is not so", "§ 1"),))
    assert once((heading,)) == (Block("It is not so", "§ 1"),)
    reasons = Block("It is not so:", "", (Block("it is not so", "§ 1", (Block("why"),)),))
    assert once((reasons,)) == (reasons,)


# -------------------------------------------------------------------- outlines


def test_an_outline_is_its_lines() -> None:
    told = (Line(0, "a", "§ 1"), Line(1, "b"), Line(2, "c"), Line(1, "d"), Line(0, "e"))
    assert tuple(flat(outline(told), 0)) == told


def test_blocks_that_say_the_same_are_one() -> None:
    blocks = (Block("a", "§ 1", (Block("x"),)), Block("b"), Block("a", "§ 2; minutes", (Block("y"),)))
    assert once(blocks) == (Block("a", "§ 1, § 2; minutes", (Block("x"), Block("y"))), Block("b"))
    headings = (
        Block("this would allow it:", "§ 1", (Block("x"),)),
        Block("this would allow it:", "§ 2", (Block("y"),)),
    )
    assert once(headings) == headings


def test_what_a_line_rests_on_is_named_once() -> None:
    assert also("§ 1, § 2; minutes", "§ 2; roll") == "§ 1, § 2; minutes; roll"
    assert also("", "roll") == "roll"


def test_cases_in_which_the_same_is_told_are_one() -> None:
    no, late, early = Block("no"), Block("too late"), Block("too early")
    cases = [("he came", (Block("no", "", (late,)),)), ("he did not", (Block("no", "", (early,)),))]
    assert by_cases(cases) == (Block("no", "", (Block("if he came:", "", (late,)), Block("otherwise:", "", (early,)))),)
    assert by_cases([("he came", (no,)), ("he did not", (no,))]) == (no,)


# ------------------------------------------------------------- wrong questions


@pytest.mark.parametrize("question", ["Is bob ray eligible on June 1, 2025?", "Is BOB RAY eligible on June 1, 2025?"])
def test_a_name_in_other_capitals_is_pointed_to(case: Case, question: str) -> None:
    with pytest.raises(ClausebookError) as raised:
        case.ask(question)
    (found,) = raised.value.diagnostics
    assert (found.code, found.nearest) == ("E0114", ("Bob Ray",))
    assert found.message.casefold() == "no name `bob ray` is known"


@pytest.mark.parametrize(("wrong", "right"), [("are", "is"), ("were", "was"), ("have", "has")])
def test_who_asks_of_one_at_a_time(case: Case, wrong: str, right: str) -> None:
    with pytest.raises(ClausebookError) as raised:
        case.ask(f"Who {wrong} eligible on June 1, 2025?")
    (found,) = raised.value.diagnostics
    assert found.message == f"`who` asks of one at a time: `Who {right} …?`"
    assert "*a person* is eligible on *a date*" in found.nearest


def test_records_that_no_book_orders_are_assumed_complete_in_one_sentence(case: Case) -> None:
    told = lines(case, "When may Ann Lee buy 500 shares under A-1?")
    assert [line for line in told if line.startswith("Taken as complete")] == [
        "Taken as complete past that day too, since the book does not order them: the record of purchases and leaves."
    ]


# ------------------------------------------------------------------------ order

ORDERED = """\
# Orders

## Records

- A grant has a date.

Grants are ordered by date, then by the recorded order of acts.

## Vocabulary

Concluded:
- *a grant* is first

## § 1 First

{rule}
"""


def test_that_one_thing_does_not_come_before_another() -> None:
    rule = "A grant is first if there is another grant such that the other grant does not come before the grant."
    book = ORDERED.replace("{rule}", rule)
    assert format_source(Source("orders.md", book)) == (book, ())
    long = book.replace("the other grant does not come before", "it is not the case that the other grant comes before")
    assert format_source(Source("orders.md", long)) == (book, ())


# ------------------------------------------------------------------------ facts


def test_what_did_not_happen_has_no_day() -> None:
    plan = load("1992-plan")
    question = "Is the First Amendment in force on May 23, 2001?"
    adopted = "The Board adopted the First Amendment on February 10, 2001. "
    assert plan.case(adopted).ask(question).verdict.value == "depends"
    assert plan.case(adopted + "The stockholders did not approve the First Amendment.").ask(question).said == "No."
    unknown = plan.case(adopted + "It is not known whether the stockholders approved the First Amendment.")
    assert unknown.ask(question).said == "Depends."
    supposing = "Supposing that the stockholders did not approve the First Amendment: is"
    assert unknown.ask(question.replace("Is", supposing)).said == "No."
    with pytest.raises(ClausebookError, match="wants its date"):
        plan.case("The stockholders approved the First Amendment.")


# --------------------------------------------------------------------- never

PLEDGES = """\
# Pledges

## Records

- A pledge has a date and a last day (date).

## Vocabulary

Recorded:
- *a pledge* was called on *a date*

Concluded:
- *a pledge* was lost on *a date*
- *a pledge* is safe by *a date*
- *a pledge* is first

## § 1 Loss

A pledge was lost on a date if the pledge was called on the date and the date is on or before the pledge's last day.

## § 2 Safety

A pledge is safe by a date if the pledge was not lost on or before the date.

## § 3 First

A pledge is first if there is no earlier pledge such that the earlier pledge's date is before the pledge's date.
"""


def test_what_was_concluded_of_no_day_is_said_with_its_time(tmp_path: Path) -> None:
    (tmp_path / "pledges.md").write_text(PLEDGES, "utf-8")
    facts = "| pledge | date | last day |\n|---|---|---|\n| P-1 | 2024-01-02 | 2024-06-28 |\n"
    file = f"# A pledge\n\nBook: pledges\nRecord complete to: 2024-12-31\n\n## Facts\n\n{facts}"
    case = load(tmp_path / "pledges.md").case(file)
    assert lines(case, "Is P-1 safe by March 1, 2024?")[1] == "P-1 was not lost on or before March 1, 2024 [§ 2]"
    assert lines(case, "Is P-1 first?")[:2] == ["P-1 is first [§ 3]", "The record is complete to December 31, 2024."]


def test_a_day_that_a_given_period_reckons_is_told_with_the_period() -> None:
    case = load("equity-compensation-plan").case(ROOT / "rules" / "equity-compensation-plan.cases" / "death-windows.md")
    told = " ".join(line.text for line in case.ask("Is D-1 followed by an early death?").lines)
    assert "is on or before the death window (90 days) after D-1's date (June 28, 2018)" in told


def test_a_total_over_nothing_says_what_does_not_count_and_why() -> None:
    case = load("equity-compensation-plan").case(ROOT / "rules" / "equity-compensation-plan.cases" / "death-windows.md")
    told = [line.text for line in case.ask("What are the vested shares of A-1 on December 1, 2017?").lines]
    assert told[3:5] == ["T-1 does not count:", "T-1's date is January 1, 2018, which is after December 1, 2017"]
    told = [line.text for line in case.ask("What are the shares lapsed under A-1 before December 1, 2018?").lines]
    assert not any("does not count" in line for line in told)


def test_of_two_totals_each_has_its_members_and_of_a_value_the_day_it_turns_on_is_told() -> None:
    file = ROOT / "rules" / "equity-compensation-plan.cases" / "new-hires-and-caps.md"
    case = load("equity-compensation-plan").case(file, part="a")
    told = [
        line.text for line in case.ask("Does Amis keep to the individual limit for the option class in 2018?").lines
    ]
    granted = told.index("the shares of the option class granted to Amis in 2018 are 2,000 shares:")
    assert told[granted + 1 : granted + 3] == [
        "A-1, 2,000 shares, February 1, 2018",
        "the shares of the option class granted in 2018 are 3,000 shares:",
    ]
    case = load("equity-compensation-plan").case(file, part="c")
    told = [line.text for line in case.ask("What is the fair market value on March 28, 2018?").lines]
    assert "the first sale day after March 28, 2018 is April 2, 2018" in told


# ------------------------------------------------------------ what is so, and what is open

LATE = """\
# Late units

## Records

- A unit has a day of installation (date).
- A claim has a unit, a date, an amount (money).

## Vocabulary

Recorded:
- *a unit* was registered on *a date*
- *a person* was barred

Determined by an inspector:
- *a claim* was caused by misuse

Concluded:
- *a unit* is late
- *a claim* is timely
- *a claim* is covered
- *a person* may ask

Asked:
- may *a unit* bring *money* on *a date*
  Suppose a claim whose unit is the unit, whose amount is that money and whose date is that date.
  Ask whether the claim is covered.

## § 1 Late

A unit is late if the unit was not registered within 90 days after the unit's day of installation.

## § 2 Cover

A claim is covered if the claim is timely.

A claim is timely if the claim's unit is not late.

Despite the sentence above, a claim is not timely if the claim was caused by misuse.

## § 3 Misuse and sums

Subject to § 2, a claim is not covered if the claim was caused by misuse.

Despite § 2, a claim is not covered if the claim's amount exceeds $400.00 minus $500.00.

## § 4 Asking

A person may not ask if the person was barred.
"""
RECORD = """\
# A record

Names: Ann Lee is a person.
Record complete to: 2026-12-31

## Facts

| unit | day of installation |
|------|---------------------|
| U-1  | 2020-03-03          |
| U-2  | 2020-03-01          |

| claim | unit | date       | amount     |
|-------|------|------------|------------|
| C-1   | U-2  | 2024-05-01 | -$1,000.00 |
| C-2   | U-2  | 2024-05-01 | $9.00      |

U-1 was registered on March 3, 2020. U-2 was registered on March 3, 2020.
"""


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("late")
    (folder / "late.md").write_text(LATE, "utf-8")
    return load(folder / "late.md").case(Source("record.md", RECORD))


def test_a_day_that_will_not_do_is_told_with_what_happened_on_it(late: Case) -> None:
    told = " ".join(lines(late, "Is U-1 late?"))
    assert "U-1 was registered on March 3, 2020, which is on or before U-1's day of installation" in told
    assert "not registered" not in told


def test_what_is_open_is_not_told_as_so(late: Case) -> None:
    assert "This could have made it otherwise: whether C-2 is timely is open. [§ 2]" in lines(late, "Is C-2 covered?")


def test_a_rule_that_was_beaten_says_by_what(late: Case) -> None:
    told = lines(late, "Supposing that C-1 was caused by misuse and C-1 is timely: is C-1 covered?")
    at = told.index("This would deny it, but § 2 has priority: [§ 3]")
    assert told[at + 1].startswith("C-1 was caused by misuse")


def test_what_no_rule_allows_is_told_so(late: Case) -> None:
    assert lines(late, "May Ann Lee ask?")[:2] == ["Ann Lee may not ask:", "no rule says that it is so"]


def test_the_most_of_a_sum_is_not_below_nothing(late: Case) -> None:
    assert late.ask("How much money may U-2 bring on May 1, 2024?").said == "None."


# ------------------------------------------------------ what is not so is not said

ANNUAL = ROOT / "rules" / "1992-plan.cases" / "annual-limit.md"
EARLIER = """\
# Earlier

Book: harbor-mill
Record complete to: 2026-12-31

## Facts

| award | holder  | date       | shares | award kind    | price |
|-------|---------|------------|--------|---------------|-------|
| A-0   | Ann Lee | 2023-02-01 | 9,000  | regular award | $4.00 |
| A-3   | Ann Lee | 2025-02-01 | ?      | regular award | $4.00 |
| A-4   | Cy Day  | 2025-02-01 | 2,000  | founder award | $4.00 |
"""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("earlier")
    write_files(GUIDE, folder)
    (folder / "earlier.md").write_text(EARLIER, "utf-8")
    return load(folder / PLAN).case(folder / CASE, folder / "earlier.md")


def test_where_others_are_recorded_it_is_said_that_none_counts(case: Case, earlier: Case) -> None:
    question = "May Ann Lee receive 3,000 shares on September 1, 2024?"
    assert lines(case, question)[-1].endswith("no other award whose holder is Ann Lee is recorded.")
    assert lines(earlier, question)[-1].endswith("no other award whose holder is Ann Lee counts.")


def test_a_limit_that_does_not_apply_is_told_so_though_its_total_is_switched_off_with_it(earlier: Case) -> None:
    told = lines(
        earlier, "Supposing that A-4 is authorized and Cy Day is eligible on February 1, 2025: is A-4 permitted?"
    )
    assert "§ 4 does not apply to A-4 [§ 4, § 4 exception]" in told
    assert lines(earlier, "What are the shares counted up to A-4?")[1].startswith("§ 4 does not apply to A-4")


def test_a_value_that_is_not_known_is_told_so(earlier: Case) -> None:
    assert lines(earlier, "What are A-3's shares?")[0] == "A-3's shares, once that is known."


def test_nothing_ends_in_a_colon_under_which_nothing_stands() -> None:
    blocks = (Block("none count:", "§ 1"), Block("one counts:", "", (Block("A-1"),)))
    assert [line.text for line in flat(once(blocks), 0)] == ["none count", "one counts:", "A-1"]


def test_another_reading_under_which_it_depends_on_something_else_is_told() -> None:
    case = load("1992-plan").case(ANNUAL)
    (reading,) = case.ask("May Ann Lee receive 15,000 shares on September 1, 2001?").readings
    assert reading.otherwise == "Depends, no longer on the supposed grant's option kind."
