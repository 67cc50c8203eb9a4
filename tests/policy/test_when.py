"""When something is so: the first day, certain or not, and every range of days, set beside what each day answers."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from jsonschema import Draft202012Validator

from engine.judge import Verdict
from engine.query import Region
from engine.values import DATE
from policy.answer import Days, Range
from policy.instrument import Case, load
from policy.quantities import print_value
from policy.source import Source, Span
from tests.docs.test_pages import CASE, GUIDE, PLAN, write_files

FACTS = """\
| award | holder  | date       | shares | award kind    | price |
|-------|---------|------------|--------|---------------|-------|
| A-9   | Cy Day  | 2023-01-31 | 4,000  | regular award | $4.00 |

| leave | person  | first day  | last day   |
|-------|---------|------------|------------|
| L-1   | Ann Lee | 2026-03-01 | 2026-04-30 |
| L-2   | Bob Ray | 2025-03-01 |            |

Cy Day retired on May 31, 2025.
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("guide")
    write_files(GUIDE, folder)
    (folder / "more.md").write_text(f"# More\n\nBook: harbor-mill\n\n## Facts\n\n{FACTS}", "utf-8")
    return load(folder / PLAN).case(folder / CASE, folder / "more.md")


def regions(case: Case, question: str) -> tuple[Region, ...]:
    asking, _, problems = case.parse(Span(Source("question", question), 0, len(question)))
    assert asking is not None, problems
    return case.book.engine.answer(case.facts, asking.query).regions


def days_about(found: tuple[Region, ...]) -> list[tuple[date, Verdict]]:
    """The first and last day of each range, with its verdict."""
    ends = [(day, each.verdict) for each in found for day in (each.low, each.high) if day is not None]
    first, last = ends[0], ends[-1]
    return [(first[0] - timedelta(400), found[0].verdict), *ends, (last[0] + timedelta(4000), found[-1].verdict)]


@pytest.mark.parametrize(
    "question",
    [
        *(
            f"When may Ann Lee buy {shares} shares under A-1?"
            for shares in ("1", "500", "1,500", "1,501", "7,500", "7,501")
        ),
        *(f"When may Cy Day buy {shares} shares under A-9?" for shares in ("1", "2,000", "4,000", "4,001")),
        "When is Bob Ray eligible?",
        "When was A-1 cancelled?",
        "When did Ann Lee retire?",
        "When is Ann Lee on leave?",
        "When is Bob Ray not on leave?",
    ],
)
def test_each_range_of_days_answers_as_its_days_do(case: Case, question: str) -> None:
    """The ranges of a day left open are those of the question asked day by day, to the day."""
    rest = question.removeprefix("When ").rstrip("?")
    for day, verdict in days_about(regions(case, question)):
        asked = f"{rest[:1].upper()}{rest[1:]} on {print_value(day, DATE)}?"
        assert case.ask(asked).verdict is verdict, asked


def test_silence_after_the_record_s_last_day_makes_no_day_certain(case: Case) -> None:
    """What is not recorded did not happen, up to the record's last day: later it may, and that is no first day."""
    answer = case.ask("When was A-1 cancelled?")
    assert (answer.verdict, answer.said) == (Verdict.DEPENDS, "Depends: not on or before December 31, 2026.")
    assert [[proviso.text for proviso in way] for way in answer.provided] == [["A-1 was cancelled on that day"]]
    assert answer.value == Days(
        date(2027, 1, 1),
        (Range(None, date(2026, 12, 31), Verdict.NO), Range(date(2027, 1, 1), None, Verdict.DEPENDS)),
    )


def test_the_first_certain_day_is_told_with_the_day_before_and_all_ranges(case: Case) -> None:
    answer = case.ask("When may Ann Lee buy 500 shares under A-1?")
    lines = [line.text for line in answer.lines]
    assert (answer.verdict, answer.said) == (Verdict.VALUE, "February 1, 2025.")
    assert "Ann Lee may buy 500 shares under A-1 on February 1, 2025:" in lines
    assert "The day before, January 31, 2025:" in lines
    assert (
        "Yes from February 1, 2025 to February 28, 2026; no from March 1, 2026 to April 30, 2026; yes from May 1, 2026 "
        "to April 1, 2027; depends from April 2, 2027 to February 1, 2034; no from February 2, 2034."
    ) in lines


def test_what_is_so_on_no_day_is_told_as_a_no(case: Case) -> None:
    answer = case.ask("When is Cy Day on leave?")
    assert (answer.verdict, answer.said, answer.value) == (Verdict.NONE, "Never.", None)
    assert any("Cy Day is not on leave" in line.text for line in answer.lines)


def test_what_is_so_from_the_first_has_no_first_day(case: Case) -> None:
    answer = case.ask("When is Bob Ray not on leave?")
    assert (answer.verdict, answer.said) == (Verdict.VALUE, "On any day up to February 28, 2025.")
    assert isinstance(answer.value, Days)
    assert answer.value.first is None


def test_days_are_data_that_fit_the_schema(case: Case) -> None:
    data = case.ask("When is Bob Ray eligible?").to_data()
    Draft202012Validator(json.loads((GUIDE.parent / "answer.schema.json").read_text("utf-8"))).validate(data)
    assert data["value"] == {
        "first": "2021-01-04",
        "ranges": [
            {"from": None, "to": "2021-01-03", "verdict": "no"},
            {"from": "2021-01-04", "to": "2023-04-30", "verdict": "yes"},
            {"from": "2023-05-01", "to": "2026-12-31", "verdict": "no"},
            {"from": "2027-01-01", "to": None, "verdict": "depends"},
        ],
    }
