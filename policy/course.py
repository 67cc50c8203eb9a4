"""How an answer goes from day to day: one question asked of the engine on each day, month, quarter or year of a time.

``What are the vested shares of A-1 on each month from 2024-02-01 to 2028-02-01?`` is asked for February 1, 2024, then
for the first of every month. Nothing is taken from one day to the next: what is shown of a day is the engine's answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import frozen

from engine.judge import Verdict
from engine.values import DATE, DateRounding, add_days, add_months
from policy.answer import Answer, Stamp
from policy.diagnostic import ClausebookError, Diagnostic
from policy.instrument import Case
from policy.outline import Line
from policy.quantities import Misspelt, print_value, read_value
from policy.source import Source, Span

MOST_ASKED = 1_500
_TIMES = re.compile(r"\beach (?:day|week|fortnight|month|quarter|half-year|year|decade)s?(?: from\b|(?=\s*\?))")
"""What asks of several days, whether by a step that there is or not."""
_EVERY = re.compile(r"\beach (?P<step>day|month|quarter|year) from (?P<first>\S.*?) to (?P<last>\S.*?)(?=\s*\?)")
_EXPECTED = ("on each month from March 1, 2024 to March 1, 2028", "on each day from …", "on each year from …")


@frozen
class Point:
    """The answer for one day; without one, why there is no verdict."""

    day: date
    answer: Answer | None
    problem: str = ""

    @property
    def said(self) -> str:
        """The answer in a word or a value."""
        return "No verdict." if self.answer is None else self.answer.said

    @property
    def lines(self) -> tuple[Line, ...]:
        """The explanation."""
        return () if self.answer is None else self.answer.lines

    @property
    def key(self) -> tuple[Any, ...]:
        """What must be the same for two days to be told as one."""
        answer = self.answer
        if answer is None:
            return (self.problem,)
        hangs = (*answer.open, *(proviso.text for group in answer.provided for proviso in group))
        return answer.verdict, answer.said, answer.citations, tuple(_undated(each, self.day) for each in hangs)


@frozen
class Stretch:
    """Days asked one after the other with one verdict, value and list of clauses.

    ``news`` is what the explanation of its first day has that those before had not.
    """

    first: Point
    last: date
    news: tuple[Line, ...] = ()

    @property
    def value(self) -> int | Fraction | None:
        """The number that is answered; None where none is."""
        answer = self.first.answer
        if answer is None or answer.verdict is not Verdict.VALUE or not isinstance(answer.value, (int, Fraction)):
            return None
        return answer.value


@frozen
class Course:
    """A question with its answers over time; ``step`` is ``day``, ``month``, ``quarter`` or ``year``."""

    question: str
    step: str
    stretches: tuple[Stretch, ...]
    stamp: Stamp

    @property
    def first(self) -> date:
        return self.stretches[0].first.day

    @property
    def last(self) -> date:
        return self.stretches[-1].last

    @property
    def is_number(self) -> bool:
        """Whether some answer is a number."""
        return any(stretch.value is not None for stretch in self.stretches)

    @property
    def is_whole(self) -> bool:
        """Whether every day was asked, so that nothing can have happened between."""
        return self.step == "day"


def is_course(question: str) -> bool:
    """Whether a question asks for each day, month, quarter or year of a time."""
    return _TIMES.search(question) is not None


def on_its_first_day(question: str) -> str:
    """The question as it is asked for the first of its days."""
    text = " ".join(question.split())
    match = _EVERY.search(text)
    return text if match is None else text[: match.start()] + match["first"] + text[match.end() :]


def course(case: Case, question: str) -> Course:
    """The answers to a question over time.

    Raises `ClausebookError` for a question that cannot be read, for a time that is none, and for too many days.
    """
    text = " ".join(question.split())
    match = _EVERY.search(text)
    source = Source("question", text)
    if match is None:
        asked = _TIMES.search(text)
        place = Span(source, *asked.span()) if asked is not None else Span(source, 0, len(text))
        raise ClausebookError(_wrong("this asks for no time", place))
    first, last = (_day(source, match, end) for end in ("first", "last"))
    days = tuple(_days(match["step"], first, last))
    if first > last:
        raise ClausebookError(_wrong("this time ends before it begins", Span(source, *match.span())))
    if len(days) > MOST_ASKED:
        message = f"this asks more than {MOST_ASKED:,} questions"
        raise ClausebookError(_wrong(message, Span(source, *match.span())))
    points = [_point(case, text[: match.start()] + print_value(day, DATE) + text[match.end() :], day) for day in days]
    return Course(text, match["step"], tuple(_stretches(points)), case.stamp)


def _wrong(message: str, span: Span) -> Diagnostic:
    return Diagnostic("E0623", message, span, _EXPECTED)


def _day(source: Source, match: re.Match[str], end: str) -> date:
    found = read_value(match[end], DATE)
    if isinstance(found, Misspelt) or not isinstance(found, date):
        raise ClausebookError(_wrong(f"{match[end]!r} is no day", Span(source, *match.span(end))))
    return found


def _days(step: str, first: date, last: date) -> Iterator[date]:
    """The days asked, each counted from the first, and one more than may be."""
    months = {"day": 0, "month": 1, "quarter": 3, "year": 12}[step]
    for number in range(MOST_ASKED + 1):
        day = add_months(first, months * number, DateRounding.DOWN) if months else add_days(first, number)
        if day > last:
            return
        yield day


def _point(case: Case, question: str, day: date) -> Point:
    """The answer for a day. A limit leaves that day without one; a question that cannot be read has no course."""
    try:
        return Point(day, case.ask(question))
    except ClausebookError as error:
        if not error.code.startswith("E07"):
            raise
        return Point(day, None, error.diagnostics[0].message)


def _stretches(points: list[Point]) -> Iterator[Stretch]:
    told: frozenset[str] = frozenset()
    at = 0
    while at < len(points):
        end = at
        while end + 1 < len(points) and points[end + 1].key == points[at].key:
            end += 1
        said = [(_undated(line.text, points[at].day), line) for line in points[at].lines]
        news = tuple(line for text, line in said if text not in told) if told else ()
        yield Stretch(points[at], points[end].day, news)
        told = frozenset(text for text, _ in said)
        at = end + 1


def _undated(text: str, day: date) -> str:
    """A line without the day asked: that the day is another is no news."""
    return text.replace(print_value(day, DATE), "")
