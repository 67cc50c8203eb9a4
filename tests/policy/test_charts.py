"""Answers over time: each the engine's for its day, told as stretches, drawn as steps and bands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from policy.charts import plain, svg, to_data
from policy.cli import command
from policy.course import Course, course, is_course
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.treepicture import tree
from tests.policy.small import BOOK, write

SPACE = "{http://www.w3.org/2000/svg}"
LET = "What is the deposit of L-1 on each {} from {} to {}?"
MORE = """
## § 3 Deposits

Concluded:
- the deposit of *a lease* on *a date* is *money*

The deposit of a lease on a date is $20.00.

Despite the sentence above, the deposit of a lease on a date is $5.00 if the lease was given up on or before the date.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    write(
        folder,
        BOOK + MORE.replace("the product of $2.00 and 10", "$20.00").replace("the product of $-1.50 and 10", "$5.00"),
    )
    return folder


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    return load(folder / "club.md").case(folder / "lease.md", part="b")


@pytest.fixture(scope="module")
def deposit(case: Case) -> Course:
    return course(case, LET.format("day", "May 30, 2001", "2001-06-03"))


def test_days_with_the_same_answer_are_one_stretch(deposit: Course) -> None:
    told = [(each.first.day, each.last, each.value, each.first.said) for each in deposit.stretches]
    assert told == [
        (date(2001, 5, 30), date(2001, 5, 31), 20, "$20.00."),
        (date(2001, 6, 1), date(2001, 6, 3), 5, "$5.00."),
    ]


def test_every_answer_is_the_engines_for_its_day(case: Case, deposit: Course) -> None:
    for stretch in deposit.stretches:
        asked = case.ask(f"What is the deposit of L-1 on {stretch.last}?")
        answer = stretch.first.answer
        assert answer is not None
        assert (asked.value, asked.citations) == (answer.value, answer.citations)


def test_a_stretch_says_what_is_new_in_it(deposit: Course) -> None:
    assert "L-1 was given up on June 1, 2001" in [line.text for line in deposit.stretches[1].news]
    assert deposit.stretches[0].news == ()


def test_months_and_years_are_counted_from_the_first_day(case: Case) -> None:
    months = course(case, LET.format("month", "2001-01-31", "2001-07-31"))
    assert [(each.first.day, each.last) for each in months.stretches] == [
        (date(2001, 1, 31), date(2001, 5, 31)),
        (date(2001, 6, 30), date(2001, 7, 31)),
    ]
    years = course(case, LET.format("year", "2000-02-29", "2002-12-31"))
    assert [(each.first.day, each.last) for each in years.stretches] == [
        (date(2000, 2, 29), date(2001, 2, 28)),
        (date(2002, 2, 28), date(2002, 2, 28)),
    ]


def test_a_verdict_has_a_course_too(case: Case) -> None:
    found = course(case, "Is Ann Lee welcome on each year from 1998-06-01 to 2003-06-01?")
    assert [each.first.said for each in found.stretches] == ["No.", "Yes.", "Depends."]
    assert not found.is_number


@pytest.mark.parametrize(
    "question",
    [
        LET.format("day", "2001-06-03", "2001-05-30"),
        LET.format("day", "2001-06-31", "2001-07-01"),
        LET.format("day", "yesterday", "2001-07-01"),
        LET.format("day", "2001-01-01", "2011-01-01"),
        "What is the deposit of L-1 on each day?",
    ],
)
def test_a_time_that_is_none_is_an_error_with_its_place(case: Case, question: str) -> None:
    with pytest.raises(ClausebookError) as error:
        course(case, question)
    assert error.value.code == "E0623"
    assert error.value.diagnostics[0].span is not None


def test_a_question_that_cannot_be_read_has_no_course(case: Case) -> None:
    with pytest.raises(ClausebookError) as error:
        course(case, "What is the depth of L-1 on each day from 2001-05-30 to 2001-06-03?")
    assert error.value.code != "E0623"
    assert is_course("on each day from")
    for asked in ("What is the deposit of L-1 on each day?", LET.format("week", "2001-05-30", "2001-06-03")):
        assert is_course(asked)
        with pytest.raises(ClausebookError, match="E0623"):
            course(case, asked)
    assert not is_course("What is the deposit of L-1 on May 30, 2001?")


# ------------------------------------------------------------------- pictures


def test_a_number_is_drawn_as_steps_with_its_answers_as_titles(deposit: Course) -> None:
    root = ElementTree.fromstring(svg((deposit,)))  # noqa: S314  # our own text
    lines = [each for each in root.iter(f"{SPACE}path") if each.find(f"{SPACE}title") is not None]
    titles = [title.text for title in root.iter(f"{SPACE}title")]
    assert titles == ["May 30, 2001 to May 31, 2001: $20.00. § 3", "June 1, 2001 to June 3, 2001: $5.00. § 3"]
    heights = [each.attrib["d"].rpartition("V")[2].rpartition(" ")[2].partition("H")[0] for each in lines]
    assert int(heights[0]) < int(heights[1])


def test_where_not_every_day_was_asked_answers_stand_alone(case: Case) -> None:
    text = svg((course(case, LET.format("month", "2001-01-31", "2001-07-31")),))
    assert text.count("<circle") == 2
    assert "V" not in "".join(part.split('"')[0] for part in text.split('class="line line-0" d="')[1:])


def test_a_day_at_the_end_of_a_chart_is_not_cut_off(case: Case) -> None:
    text = svg((course(case, LET.format("month", "2000-07-01", "2001-01-01")),))
    assert 'text-anchor="end">Jan 2001</text>' in text


def test_a_verdict_is_drawn_as_a_band_and_says_its_word(case: Case) -> None:
    text = svg((course(case, "Is Ann Lee welcome on each year from 1998-06-01 to 2003-06-01?"),))
    assert [word in text for word in ('class="band no"', 'class="band yes"', 'class="band depends"')] == [True] * 3
    assert ">Depends.</text>" in text


def test_a_course_as_text_has_a_bar_for_each_number(deposit: Course) -> None:
    assert [*plain((deposit,), 100)] == [
        "What is the deposit of L-1 on each day from May 30, 2001 to 2001-06-03?",
        "  2001-05-30 to 2001-05-31  ████████████████████  $20.00  § 3",
        "  2001-06-01 to 2001-06-03  █████                 $5.00  § 3",
        "                            + L-1 was given up on June 1, 2001 (lease.md, line 24)",
    ]
    assert all(len(line) <= 60 for line in plain((deposit,), 60))


def test_what_depends_says_on_what_from_its_first_stretch_on(case: Case) -> None:
    found = course(case, "May Ann Lee lease 5 shares on each year from 2001-09-01 to 2002-09-01?")
    told = [*plain((found,), 100)]
    assert told[2].startswith("  2001-09-01                Depends  § 2, § 2(a)")
    assert "  " * 14 + "Yes, provided that:" in told[3:5]
    assert any("the supposed lease is authorized" in line for line in told[3:6])


def test_every_value_that_an_open_answer_may_come_to_is_told(folder: Path) -> None:
    answer = load(folder / "club.md").case(folder / "lease.md").ask("What is the deposit of L-1 on March 1, 2002?")
    heads = [line.text for line in answer.provisos if not line.depth]
    assert sorted(heads) == ["$20.00, provided that:", "$5.00, provided that:"]


def test_days_that_depend_on_something_else_are_told_apart(case: Case) -> None:
    found = course(case, "May Ann Lee lease 5 shares on each year from 2001-09-01 to 2002-09-01?")
    answers = [each.first.answer for each in found.stretches if each.first.answer is not None]
    assert [answer.verdict.value for answer in answers] == ["depends", "depends"]
    assert answers[0].open != answers[1].open
    assert [each["open"] for each in to_data(found)["stretches"]] == [[*answer.open] for answer in answers]


def test_a_course_as_data(deposit: Course) -> None:
    data = to_data(deposit)
    assert data["stretches"][0] == {
        "from": "2001-05-30",
        "to": "2001-05-31",
        "verdict": "value",
        "value": 20,
        "said": "$20.00.",
        "citations": ["3"],
        "open": [],
        "problem": None,
    }


def test_a_proof_is_drawn_as_a_tree_and_its_words_are_inert(case: Case) -> None:
    answer = case.ask("May Ann Lee lease 30 shares on September 1, 2001?")
    root = ElementTree.fromstring(tree(answer.said, answer.lines, lambda clause: f"x.html#{clause}"))  # noqa: S314
    assert "".join(root.itertext()).split()[0] == "No."
    assert "x.html#2(a)" in [each.attrib["href"] for each in root.iter(f"{SPACE}a")]
    assert "<b>" not in tree("<b>No</b> \x1b[31m", ())


def test_the_command_draws_and_tells(folder: Path) -> None:
    question = LET.format("day", "2001-05-30", "2001-06-03")
    arguments = ["chart", str(folder / "club.md"), question, "--case", str(folder / "lease.md"), "--part", "b"]
    told = CliRunner().invoke(command, arguments)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, question)
    drawn = CliRunner().invoke(command, [*arguments, "--svg"])
    assert drawn.output.startswith("<svg")
    data = json.loads(CliRunner().invoke(command, [*arguments, "--json"]).output)
    assert [len(each["stretches"]) for each in data] == [2]
    asked = ["ask", str(folder / "club.md"), "Is Ann Lee welcome on May 1, 2001?", *arguments[3:], "--svg"]
    proof = CliRunner().invoke(command, asked)
    assert proof.output.startswith("<svg")
