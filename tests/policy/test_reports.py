"""Reports: questions of the book under a name, filled with what is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy.book import load, shipped_books
from policy.cli import command
from policy.diagnostic import ClausebookError
from policy.instrument import Instrument
from policy.reports import find, read_given, reports, shown
from policy.reviewpages import pages
from policy.source import Source, Span
from tests.policy.pages import broken, small_review
from tests.policy.small import write

REPORTS = """
[members]
title = "Members & friends"
about = "Who is welcome <b>when</b>."
questions = ["Is {person} welcome on each year from {from} to {to}?", "Who is welcome on {to}?"]
example = {case = "lease.md", part = "b", person = "Ann Lee", from = "1998-06-01", to = "2001-06-01"}

[leases]
title = "Leases"
about = "What is let."
questions = ["What are the shares let up to {lease}?"]
"""


def with_reports(folder: Path, text: str = REPORTS) -> Path:
    book, _ = write(folder)
    (folder / "club.reports.toml").write_text(text, "utf-8")
    return book


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["report", *arguments])
    return result.exit_code, result.output


def test_a_book_lists_its_reports_with_what_to_give(tmp_path: Path) -> None:
    status, told = run(str(with_reports(tmp_path)))
    assert status == 0
    assert told.splitlines()[:3] == [
        "members  Members & friends",
        "    Who is welcome <b>when</b>.",
        "    give: person=… from=… to=…",
    ]


def test_a_report_asks_its_questions_of_what_is_given(tmp_path: Path) -> None:
    book = str(with_reports(tmp_path))
    given = ["person=Ann Lee", "from=1998-06-01", "to=2001-06-01"]
    status, told = run(book, "members", *given, "--case", str(tmp_path / "lease.md"))
    assert status == 0
    assert "  1999-06-01 to 2001-06-01  Yes  § 1" in told
    assert "Who is welcome on 2001-06-01?\nAnn Lee.  § 1" in told
    assert run(book, "members", *given, "--case", str(tmp_path / "lease.md"), "--svg")[1].startswith("<svg")


def test_what_is_lacking_or_strange_is_said(tmp_path: Path) -> None:
    book = load(with_reports(tmp_path))
    for given in ([], ["lease=L-1", "person=Ann Lee"]):
        with pytest.raises(ClausebookError) as error:
            read_given(find(book, "leases"), given)
        assert error.value.code == "E0624"
    with pytest.raises(ClausebookError) as error:
        find(book, "lease")
    assert error.value.diagnostics[0].nearest == ("leases",)


EACH = """
[lets]
title = "Lets"
about = "What each lease of a person comes to."
questions = ["What is {lease}'s end?", "Is {person} welcome on {day}?"]
each = {lease = "tenant is {person}"}
"""
LEASES = "lease,tenant,date,shares,plot size,end\nL-1,Ann Lee,2001-03-01,80,,\nL-2,Bob Ray,2001-03-01,8,,\n"
LEASES += "L-3,?,2001-04-01,8,,\n"


def test_a_report_goes_through_the_records_of_a_person(tmp_path: Path) -> None:
    book = with_reports(tmp_path, EACH)
    (tmp_path / "leases.csv").write_text(LEASES, "utf-8")
    (tmp_path / "people.csv").write_text("person\nAnn Lee\nBob Ray\n", "utf-8")
    facts = ["--facts", str(tmp_path / "leases.csv"), "--facts", str(tmp_path / "people.csv")]
    status, told = run(str(book), "lets", "person=Ann Lee", "day=2001-05-01", *facts)
    assert status == 0
    asked = [line for line in told.splitlines() if line.endswith("?")]
    assert asked == ["What is L-1's end?", "What is L-3's end?", "Is Ann Lee welcome on 2001-05-01?"]
    assert "Of L-3 it is not known whether the tenant is Ann Lee." in told
    several = run(str(book), "lets", "lease=L-2", "lease=L-1", "person=Bob Ray", "day=2001-05-01", *facts)[1]
    assert [line for line in several.splitlines() if "end?" in line] == ["What is L-2's end?", "What is L-1's end?"]
    assert run(str(book), "lets", "person=Nemo", "day=2001-05-01", *facts)[0] == 2
    assert run(str(book), "lets", "lease=L-1", "day=2001-05-01", *facts)[0] == 2
    assert "    lease=…, else each lease whose tenant is {person}" in run(str(book))[1].splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "members = 1",
        "[a]\ntitle = 'x'",
        REPORTS.replace('"Leases"', "1"),
        "[a]\nx = 1",
        EACH.replace("tenant is", "of"),
    ],
)
def test_a_file_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ClausebookError) as error:
        reports(load(with_reports(tmp_path, text)))
    assert error.value.code == "E0041"


def test_the_review_book_shows_each_report_about_its_example(tmp_path: Path) -> None:
    (tmp_path / "club.reports.toml").write_text(REPORTS, "utf-8")
    found = pages(small_review(tmp_path))
    page = found["reports.html"]
    assert '<h2 id="members">Members &amp; friends</h2>' in page
    assert "Who is welcome &lt;b&gt;when&lt;/b&gt;." in page
    assert 'class="band yes"' in page
    assert "Leases" not in page
    assert [*broken(found)] == []


def _given(values: Mapping[str, str], slot: re.Match[str]) -> str:
    return values[slot[1]]


_TIME = re.compile(r"each \{step\} from .* to \{to\}")


@pytest.mark.parametrize("name", shipped_books())
def test_the_questions_of_reports_that_travel_with_a_book_can_be_read(name: str) -> None:
    instrument = Instrument(load(name))
    case = instrument.case()
    for report in reports(instrument.book).values():
        given = dict.fromkeys(report.slots, "March 1, 2018") | {"year": "2018", "pool": "the employee pool"}
        given |= {"person": "Nemo", "grant": "Nemo"}
        for question in report.questions:
            asked = re.sub(r"\{([a-z ]+)\}", partial(_given, given), _TIME.sub("March 1, 2018", question))
            _, _, problems = case.parse(Span(Source("question", asked), 0, len(asked)))
            assert {problem.code for problem in problems if problem.is_error} <= {"E0114"}, asked


def test_a_shipped_report_shows_what_is_known_of_its_example() -> None:
    instrument = Instrument(load("equity-compensation-plan"))
    made = shown(instrument, find(instrument.book, "incentive"), 100)
    assert made is not None
    assert "$120,000.00.  § 5(g)/2" in made.text
    assert "5,000 shares.  § 5(g)/3" in made.text


def test_reports_tell_until_when_rights_last_too() -> None:
    """Options end with service, rights do not: one question is answered of both."""
    book = load("equity-compensation-plan")
    case = Path(__file__).parent.parent.parent / "rules/equity-compensation-plan.cases/rehired-holders.md"
    for report in ("expiration", "leaver"):
        (question,) = (each for each in find(book, report).questions if "the last day" in each)
        asked = re.sub(r"\{(day|to)\}", "December 3, 2018", question)
        answers = [Instrument(book).case(case).ask(asked.replace("{grant}", grant)).said for grant in ("A-2", "A-6")]
        assert answers == ["November 30, 2018.", "March 30, 2018."]
