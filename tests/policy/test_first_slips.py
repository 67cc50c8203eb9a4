"""What somebody gets wrong who writes a first book: each slip is told once, with the right form, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.book import book_of
from policy.cases import read_case
from policy.diagnostic import ClausebookError, Diagnostic
from policy.document import read
from policy.instrument import Case, Instrument
from policy.source import Source
from policy.testing import Shelf, check_file

BOOK = """\
# Bursary Rules

Dates round: down

## Names

The School. The Committee.

## Kinds

- A subject is music, drawing or letters.

## Records

- A bursary has a student (person), a date, an amount (money) and a subject.

## Vocabulary

Recorded:
- *a person* passed the examination on *a date* (did not pass)

Recorded, over time:
- *a person* is enrolled at the School

Given:
- the income of *a person* on *a date* is *money*

Concluded:
- *a person* is entitled on *a date*
- *a bursary* is payable

## § 1 Students

A person is entitled on a date if the person is enrolled at the School on the date and the income of the person on the
date is at most $40,000.

## § 2 Grants

Decided by the Committee:
- the Committee approves *a bursary* (does not approve)

A bursary is payable if the Committee approves the bursary and the bursary's student is entitled on the bursary's date.

Despite § 1, a person is not entitled on a date if the person passed the examination before March 1, 2024.

## § 3 Amounts

Decided by the Committee:
- *a bursary* is doubled

Despite § 2, a bursary is not payable if the bursary's amount exceeds $5,000 and the bursary is not doubled.
"""


def told(*changes: tuple[str, str]) -> tuple[Diagnostic, ...]:
    text = BOOK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return book_of(Source("bursary.md", text), "bursary")[1]


def only(old: str, new: str) -> Diagnostic:
    """The one finding after one change."""
    (problem,) = told((old, new))
    return problem


def test_the_book_itself_is_well() -> None:
    assert told() == ()


# ------------------------------------------------------------------- headings


@pytest.mark.parametrize(
    ("old", "new", "code", "right"),
    [
        ("## Vocabulary", "## vocabulary", "E0033", "## Vocabulary"),
        ("## Vocabulary", "## Definitions", "E0033", "## Vocabulary"),
        ("## Kinds", "## Sorts", "E0033", "## Kinds"),
        ("## Records", "### records:", "E0033", "### Records"),
        ("## Names", "## Name", "E0033", "## Names"),
        ("## § 2 Grants", "## 2. Grants", "E0033", "## § 2 Grants"),
        ("## § 1 Students", "## Section 1 Students", "E0033", "## § 1 Students"),
        ("Recorded, over time:", "Recorded over time:", "E0030", "Recorded, over time:"),
        ("Concluded:", "Conclusions", "E0030", "Concluded:"),
        ("Given:", "given:", "E0030", "Given:"),
    ],
)
def test_a_heading_with_a_slip_is_read_as_what_was_meant(old: str, new: str, code: str, right: str) -> None:
    problem = only(old, new)
    assert (problem.code, problem.nearest) == (code, (right,))


def test_a_section_at_the_level_of_the_title_is_still_a_section() -> None:
    problem = only("## Vocabulary", "# Vocabulary")
    assert (problem.code, problem.expected) == ("E0011", ("`## Vocabulary`",))


def test_a_list_of_a_clause_is_one_of_phrases_by_its_stars() -> None:
    headings = ("Decided by the Committee:\n- the Committee", "Deciding by the Committee\n\n- the Committee")
    problem = only(*headings)
    assert (problem.code, problem.nearest) == ("E0030", ("Decided by the Committee:",))


@pytest.mark.parametrize(
    ("heading", "right"),
    [
        ("## facts", "## Facts"),
        ("## Fact", "## Facts"),
        ("### Case (b): other", "## Case (b): other"),
        ("## Case b other", "## Case (b): other"),
    ],
)
def test_the_headings_of_a_case_file_too(heading: str, right: str) -> None:
    document, _ = read(Source("case.md", f"# A case\n\n{heading}\n\nAnn Lee is enrolled at the School.\n"))
    case, (problem,) = read_case(document)
    assert (problem.code, problem.nearest) == ("E0502", (right,))
    assert [len(part.facts) for part in (case.common, *case.parts)][-1] == 1


# -------------------------------------------------------------------- phrases


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("the Committee approved the bursary", "the Committee approves *a bursary*"),
        ("the Committee has approved the bursary", "the Committee approves *a bursary*"),
        ("the bursary is approved by the Committee", "the Committee approves *a bursary*"),
        ("the student passes an examination on March 1, 2024", "*a person* passed the examination on *a date*"),
    ],
)
def test_the_phrase_is_shown_that_was_said_in_another_tense_or_form(said: str, near: str) -> None:
    problem = only("the Committee approves the bursary and", f"{said} and")
    assert near in problem.nearest


def test_a_slot_without_stars_is_told_with_them() -> None:
    problem = only("- *a person* is enrolled at the School", "- a person is enrolled at the School")
    assert (problem.code, problem.expected) == ("E0215", ("*a person* is enrolled at the School",))
    problem = only("the income of *a person* on *a date* is *money*", "the income of a person on a date is money")
    assert (problem.code, problem.expected) == ("E0215", ("the income of *a person* on *a date* is *money*",))


def test_one_slot_among_others_without_stars_is_warned_of() -> None:
    first = told(("*a person* passed the examination on *a date*", "*a person* passed the examination on a date"))[0]
    assert (first.code, first.expected) == ("W0005", ("*a date*",))


def test_what_is_read_or_found_of_all_of_a_kind_has_no_slots() -> None:
    rule = "Determined by the Committee:\n- a person on leave counts as enrolled (does not count)\n\nDespite § 2,"
    use = ("is not doubled.", "is not doubled and a person on leave counts as enrolled.")
    assert told(("Despite § 2,", rule), use) == ()


@pytest.mark.parametrize(
    ("old", "right"),
    [
        (" (does not approve)", "the Committee approves *a bursary* (does not approve)"),
        (" (did not pass)", "*a person* passed the examination on *a date* (did not pass)"),
    ],
)
def test_a_missing_negation_is_proposed_and_the_rules_are_read_all_the_same(old: str, right: str) -> None:
    problem = only(old, "")
    assert (problem.code, problem.expected) == ("E0210", (right,))


@pytest.mark.parametrize(
    ("phrase", "denied"),
    [
        ("the income of *a person* complained on *a date*", "did not complain"),
        ("*a person* left *a bursary*", "did not leave"),
        ("the School went to *a person*", "did not go"),
        ("*a person* died on *a date*", "did not die"),
        ("*a person* cancelled *a bursary*", "did not cancel"),
        ("*a person* approved *a bursary*", "did not approve"),
        ("*a person* carried *a bursary*", "did not carry"),
        ("*a person* closed *a bursary*", "did not …"),  # clos or close: not guessed
        ("*a person* carries *a bursary*", "does not carry"),
        ("*a bursary* with luck", "does not …"),
    ],
)
def test_a_negation_is_proposed_in_the_words_of_the_phrase(phrase: str, denied: str) -> None:
    found = [each for each in told(("Recorded:\n", f"Recorded:\n- {phrase}\n")) if each.is_error]
    assert [(each.code, each.expected) for each in found] == [("E0210", (f"{phrase} ({denied})",))]


@pytest.mark.parametrize("said", ["bursaries", "one or more bursaries", "the bursaries"])
def test_a_slot_of_several_is_told_as_one_of_one(said: str) -> None:
    problem = only("- *a bursary* is doubled", f"- *{said}* is doubled")
    assert (problem.code, problem.expected) == ("E0203", ("*a bursary*",))


def test_a_reading_without_its_id_is_told_at_its_heading_and_nowhere_else() -> None:
    heading = "Read as true, unless the Committee determines otherwise"
    reading = (f"{heading}{{}}:\n- a late bursary counts (does not count)\n\nDespite § 2,").format
    use = ("is not doubled.", "is not doubled and a late bursary counts.")
    assert told(("Despite § 2,", reading(" (B-1)")), use) == ()
    (problem,) = told(("Despite § 2,", reading("")), use)
    assert (problem.code, problem.nearest) == ("E0030", (f"{heading} (R-1):",))
    assert "has no id" in problem.message


def test_questions_with_bullets_are_told_and_read_as_questions() -> None:
    text = "# A case\n\n## Questions\n\n- Is Ann Lee\n  entitled on March 1, 2024?\n  Yes.\n- Is B-1 payable?\n"
    case, (problem,) = read_case(read(Source("case.md", text))[0])
    assert (problem.code, problem.expected) == ("E0504", ("1. Is Ann Lee entitled on March 1, 2024?",))
    assert [question.number for question in case.common.questions] == [1, 2] and not case.common.facts


def test_a_misspelt_slot_is_taken_for_the_kind_that_is_near() -> None:
    assert only("approves *a bursary*", "approves *a bursery*").code == "E0203"


@pytest.mark.parametrize("names", ["The School. The Committee.", "The School."])
def test_a_body_named_once_and_much_like_another_is_warned_of(names: str) -> None:
    elsewhere = ("Decided by the Committee:\n- *a bursary* is", "Decided by the Comittee:\n- *a bursary* is")
    found = told(("The School. The Committee.", names), elsewhere)
    assert [(each.code, each.nearest) for each in found] == [("W0006", ("the Committee",))]


ASKED = """\
Asked:
- may *a person* have *money* for *a subject* on *a date*
  Suppose a bursary whose student is the person, whose date is that date, whose amount is that money and whose
  subject is that subject.
  Ask whether the bursary is payable.

## § 1 Students
"""


@pytest.mark.parametrize(
    ("old", "new", "slots"),
    [
        ("student is the person", "student is the person", []),
        (", whose amount is that money and whose\n  subject", " and whose\n  subject", ["*money*"]),
        ("whose student is the person, whose date", "whose date", ["*a person*"]),
        ("the bursary is payable", "the School is open", ["*a person*", "*money*", "*a subject*", "*a date*"]),
    ],
)
def test_a_slot_that_makes_no_difference_to_the_question_is_warned_of(old: str, new: str, slots: list[str]) -> None:
    asked = ASKED.replace(old, new)
    if "open" in new:
        supposed = asked[asked.index("  Suppose") : asked.index("  Ask")]
        asked = "Given:\n- the School is open\n\n" + asked.replace(supposed, "")
    found = [each for each in told(("## § 1 Students\n", asked)) if each.code != "W0001"]
    assert [each.code for each in found] == ["W0007"] * len(slots)
    assert [f"*{each.span.text.strip('*')}*" for each in found if each.span is not None] == slots


def test_other_bodies_are_not_warned_of() -> None:
    assert told(("Decided by the Committee:\n- *a bursary* is", "Decided by the Council:\n- *a bursary* is")) == ()


@pytest.mark.parametrize("marked", ["_a bursary_", "**a bursary**", "a *bursary*"])
def test_a_slot_marked_otherwise_is_told_with_its_stars(marked: str) -> None:
    problem = only("approves *a bursary* (", f"approves {marked} (")
    assert (problem.code, problem.expected) == ("E0215", ("the Committee approves *a bursary*",))


def test_a_phrase_that_denies_is_told_plain() -> None:
    problem = only("- *a bursary* is doubled", "- *a bursary* is not doubled")
    assert (problem.code, problem.expected) == ("E0208", ("*a bursary* is doubled",))


def test_names_in_a_list_are_told_as_sentences() -> None:
    problem = only("The School. The Committee.", "- The School\n- The Committee")
    assert (problem.code, problem.expected) == ("E0201", ("The School. The Committee.",))


KIND = "- A subject is music, drawing or letters."


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("- Subject: music, drawing, letters", "A subject is music, drawing or letters."),
        ("- subject (music | drawing | letters)", "A subject is music, drawing or letters."),
        ("- A subject is music, drawing and letters.", "A subject is music, drawing or letters."),
        ("- A subject is one of music, drawing or letters.", "A subject is music, drawing or letters."),
        ("- Subjects are music, drawing and letters.", "A subject is music, drawing or letters."),
        ("- Subject", "A subject is an entity."),
        ("- A subject is either course (a) or drawing.", "A subject is course (a) or drawing."),
        ("Subject: music, drawing, letters", "A subject is music, drawing or letters."),
        ("- A subject is a music, a drawing or letters.", "A subject is music, drawing or letters."),
        (KIND[2:], KIND),
    ],
)
def test_a_kind_declared_otherwise_is_told_with_its_form(said: str, right: str) -> None:
    problem = only(KIND, said)
    assert (problem.code, problem.expected) == ("E0201", (right,))


def test_what_belongs_to_a_kind_may_hold_any_marks() -> None:
    assert told((KIND, "- A subject is course (a), course: 2 or music.")) == ()
    assert told((KIND, "- A subject is plan text, the title of a section or music.")) == ()


def test_a_record_outside_a_list_is_told_with_its_mark() -> None:
    problem = only("- A bursary has", "A bursary has")
    assert problem.code == "E0201"
    assert problem.expected[0].startswith("- A bursary has a student (person), a date,")


def test_words_in_a_table_are_told() -> None:
    first = told((KIND, "| subject |\n|---|\n| music |\n| drawing |"))[0]
    assert (first.code, first.message) == ("E0201", "words are declared in sentences and lists, not in a table")


RECORDED = "Recorded:\n- *a person* passed the examination"


@pytest.mark.parametrize(
    ("said", "code", "told_as"),
    [
        ("Recorded: *a person* passed the examination", "E0030", "is no heading of phrases"),
        ("- *a person* passed the examination", "E0030", "no heading says who states these phrases"),
    ],
)
def test_phrases_without_a_heading_above_them_are_read_all_the_same(said: str, code: str, told_as: str) -> None:
    problem = only(RECORDED, said)
    assert (problem.code, told_as in problem.message) == (code, True)


def test_a_sentence_among_the_phrases_is_told() -> None:
    problem = only(RECORDED, f"The School keeps a register.\n\n{RECORDED}")
    assert (problem.code, problem.message) == ("E0206", "this declares no phrase, and a note begins with `>`")


# ---------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("the bursary's amount exceeds $5,000", "the bursary's amount > $5,000", "exceeds"),
        ("the bursary's amount exceeds $5,000", "the bursary's amount is $5,000 or more", "is at least"),
        ("and the bursary is not doubled", "and it is not doubled", "the … again"),
        ("Despite § 2, a bursary is not payable", "No bursary is payable", "a bursary is not …"),
        ("Despite § 2, a bursary is not payable", "Bursaries are not payable", "a bursary is not …"),
        ("Despite § 2, a", "Otherwise a", "failing that"),
        ("exceeds $5,000", "exceeds five thousand dollars", "5"),
        ("exceeds $5,000", "exceeds twenty-one dollars", "a number in figures"),
        ("Despite § 2, a bursary", "Despite § 2, bursary", "a bursary` or `the bursary"),
        ("date is at most $40,000", "date is within 3 months of it", "is on or before 3 months after D"),
        (
            "amount exceeds $5,000",
            "amount exceeds the sum of all",
            "total of the K's A for every K, being a K for which …",
        ),
        ("amount exceeds $5,000", "amount is between $100 and $500", "is at least … and … is at most"),
        ("amount exceeds $5,000", "amount is greater than $500", "exceeds` or `is at least"),
        ("amount exceeds $5,000", "date is no later than March 1, 2024", "is on or before` or `is at most"),
        ("amount exceeds $5,000", "subject is music or drawing", "is one of music and drawing"),
        (
            "Despite § 2, a bursary is not payable if",
            "Except as said, a bursary is not payable if",
            "unless` or `despite",
        ),
        ("is payable if the", "is payable if: the", "if all of these hold:` or `if any of these hold:"),
    ],
)
def test_the_language_s_own_words_are_told(old: str, new: str, said: str) -> None:
    problem = only(old, new)
    assert problem.code == "E0102"
    assert problem.message.endswith(f"the language says `{said}`")


def test_an_item_that_joins_the_next_is_told_that_its_list_does() -> None:
    items = "A bursary is payable if all of these hold:\n- the Committee approves the bursary; and\n- the"
    problem = only("A bursary is payable if the Committee approves the bursary and the", items)
    assert problem.message == "this item ends in `;`, without `and`: its list says whether all must hold"


def test_a_rule_in_words_that_nothing_declares_is_told_so() -> None:
    problem = only("Despite § 2, a bursary is not payable", "The waiting time of students shall be 2 months")
    assert problem.notes[0].startswith("no declared phrase is like this")


def test_a_table_under_a_clause_is_told() -> None:
    problem = only("## § 3 Amounts", "## § 3 Amounts\n\n| subject | fee |\n|---|---|\n| music | $5 |")
    assert (problem.code, problem.message) == ("E0030", "a table under a clause says nothing: rules are sentences")


def test_what_is_taken_until_supplied_stands_in_the_heading() -> None:
    problem = only("is *money*", "is *money*, $100 until supplied")
    assert (problem.code, problem.expected) == ("E0208", ("Given, taken as V until supplied:",))


def test_an_attribute_of_no_known_kind_is_told_with_brackets() -> None:
    problem = only("(money) and a subject.", "(money), a subject and a reference.")
    assert (problem.code, problem.expected[0]) == ("E0203", "reference (number)")


def test_an_attribute_without_its_record_is_told_with_it() -> None:
    problem = only("the bursary is not doubled", "the subject is music")
    assert (problem.code, problem.nearest) == ("E0310", ("the bursary's subject",))


def test_the_attribute_is_told_where_the_record_was_compared() -> None:
    assert only("the bursary's amount exceeds", "the bursary exceeds").nearest == ("the bursary's amount",)


def test_a_day_is_told_where_a_date_was_added_to() -> None:
    problem = only("amount exceeds $5,000", "date plus 30 days is before March 1, 2024")
    assert (problem.code, problem.expected) == ("E0305", ("a day, as `3 months after D`",))


# ---------------------------------------------------------- quantities and facts


@pytest.mark.parametrize(("old", "right"), [("exceeds $5,000", "$5,000.00"), ("most $40,000", "$40,000.00")])
def test_a_number_is_shown_in_the_unit_that_it_wants(old: str, right: str) -> None:
    problem = only(old, old.replace("$", ""))
    assert (problem.code, problem.expected, problem.nearest) == ("E0303", ("money, as `$4.10`",), (right,))


def case(facts: str) -> Case:
    book, _ = book_of(Source("bursary.md", BOOK), "bursary")
    assert book is not None
    return Instrument(book).case(f"# A case\n\nNames: Ann Lee is a person.\n\n## Facts\n\n{facts}")


def wrong(facts: str) -> Diagnostic:
    with pytest.raises(ClausebookError) as raised:
        case(facts)
    return raised.value.diagnostics[0]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "The income of Ann Lee on March 1, 2024 is $30,000.",
            "The income of Ann Lee on March 1, 2024 is $31,000.",
            "elsewhere the income of Ann Lee on March 1, 2024 is $30,000.00",
        ),
        (
            "Ann Lee passed the examination on March 1, 2024.",
            "Ann Lee did not pass the examination on March 1, 2024.",
            "that Ann Lee passed the examination on March 1, 2024 is stated both ways",
        ),
    ],
)
def test_facts_that_contradict_are_told_in_their_own_words(first: str, second: str, said: str) -> None:
    assert said in wrong(f"{first} {second}").message


def test_a_misspelt_book_lists_those_that_stand_beside(tmp_path: Path) -> None:
    (tmp_path / "bursary.md").write_text(BOOK, "utf-8")
    path = tmp_path / "ann.md"
    path.write_text("# A case\n\nBook: busary\n\n## Facts\n\nThe School.\n", "utf-8")
    (problem,) = check_file(path, Shelf())
    assert (problem.code, problem.nearest) == ("E0034", ("bursary",))
    assert problem.expected[0] == "bursary"
    assert problem.span is not None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can Ann Lee be entitled on March 1, 2024?", "asked with `may`"),
        ("Why is Ann Lee entitled on March 1, 2024?", "the answer says why"),
    ],
)
def test_a_question_that_begins_otherwise_is_told_how_it_begins(question: str, said: str) -> None:
    with pytest.raises(ClausebookError) as raised:
        case("The income of Ann Lee on March 1, 2024 is $30,000.").ask(question)
    (problem,) = raised.value.diagnostics
    assert problem.code == "E0601"
    assert problem.message.endswith(said)
    assert problem.nearest[0] == "*a person* is entitled on *a date*"
