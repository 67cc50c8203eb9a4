"""Questions prepared: the phrase is found as it is declared or asked, and its values are checked."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument, Prepared
from tests.policy.leases import book, case, rows

MAY = "may *a person* lease *shares* on *a date*"
DAY = date(2001, 9, 1)


@pytest.mark.parametrize(
    "text",
    ["*a person* is welcome on *a date*", "is *a person* welcome on *a date*?", "Is *person*  welcome on *date*"],
)
def test_a_phrase_is_found_as_declared_and_as_asked(text: str) -> None:
    asked = case("Ann is a member from 1999-01-04.")
    answer = Instrument(book()).prepare(text).ask(asked, "Ann", DAY)
    assert (answer.question, answer.said) == ("Is Ann welcome on September 1, 2001?", "Yes.")


def test_a_phrase_that_is_not_declared_has_near_ones() -> None:
    with pytest.raises(ClausebookError) as raised:
        Instrument(book()).prepare("*a person* is welcom on *a date*")
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.nearest[0]) == ("E0611", "*person* is welcome on *date*")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (("Ann", 5), "E0612"),
        (("Anne", 5, DAY), "E0613"),
        ((5, 5, DAY), "E0614"),
        (("Ann", "5", DAY), "E0614"),
        (("Ann", 5.0, DAY), "E0614"),
        (("Ann", float("nan"), DAY), "E0614"),
        (("Ann", True, DAY), "E0614"),
        (("Ann", None, DAY), "E0614"),
        (("Ann", 10**5_000, DAY), "E0614"),
        (("Ann", 5, "2001-09-01"), "E0614"),
        (("Ann", 5, datetime(2001, 9, 1)), "E0614"),  # noqa: DTZ001  # it is to be refused
        (("Ann", -5, DAY), "E0318"),
        (("Ann", Fraction(1, 2), DAY), "E0318"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: tuple[Any, ...], code: str) -> None:
    with pytest.raises(ClausebookError) as raised:
        Instrument(book()).prepare(MAY).ask(case("Ann is a member from 1999-01-04."), *values)
    assert raised.value.code == code


def test_one_preparation_serves_many_cases_and_values() -> None:
    prepared = Instrument(book()).prepare(MAY)
    few = case("Ann is a member from 1999-01-04.")
    many = case("Ann is a member from 1999-01-04.\n\n" + rows("L-1,Ann,2001-03-01,95,small,$4,"))
    assert [prepared.ask(asked, "Ann", 20, DAY).said for asked in (few, many)] == ["Depends.", "No."]
    assert prepared.ask(few, "Ann", Fraction(20), DAY) == prepared.ask(few, "Ann", 20, DAY)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (MAY, [("Ann", 20, DAY), ("Bob", 3, date(2001, 1, 5)), ("Ann", 0, DAY), ("Ann", 300, DAY)]),
        ("*a person* is welcome on *a date*", [("Ann", DAY), ("Bob", DAY), ("Ann", date(1998, 1, 1))]),
    ],
)
def test_what_is_asked_again_is_answered_as_if_it_were_read(text: str, values: list[tuple[Any, ...]]) -> None:
    """From the second time on, the question is not lowered anew; all that the answer says is the same."""
    asked = case("Ann is a member from 1999-01-04. Bob is a member from 2001-01-04.")
    prepared = Instrument(book()).prepare(text)
    for each in [*values, *values]:
        afresh = Instrument(book()).prepare(text)
        assert told(prepared, asked, each) == told(afresh, asked, each)


def told(prepared: Prepared, asked: Case, values: tuple[Any, ...]) -> Any:
    """An answer as text and as data; or what is wrong with the question."""
    try:
        answer = prepared.ask(asked, *values)
    except ClausebookError as error:
        return str(error)
    return answer.to_text(), answer.to_json()
