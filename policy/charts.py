"""Answers over time as pictures: steps for numbers, bands for everything else; as SVG text, and as plain text.

A chart shows what `policy.course` was answered and nothing between. Where every day was asked, a line goes from answer
to answer; where one day in a month or year was, each answer stands alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from html import escape
from math import ceil, floor
from typing import Any

from attrs import evolve, frozen

from engine.judge import Verdict
from engine.values import DATE, exact
from policy.answer import sections, value_data
from policy.course import Course, Stretch
from policy.layout import inert, wrapped
from policy.outline import Line
from policy.quantities import print_value

_WIDTH, _HEIGHT = 720, 220  # pixels of the field of a chart
_LEFT, _TOP, _BELOW, _LINE, _BAND = 110, 16, 28, 18, 26
_LETTER = 7
_MOST_TICKS = 8
_COLOURS = ("#1a5fb4", "#8a5a00", "#1c6b33", "#7a3b8f", "#b00020", "#444")
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "10 4")
_BANDS = {
    Verdict.YES: "#1c6b33",
    Verdict.NO: "#b00020",
    Verdict.DEPENDS: "#8a5a00",
    Verdict.CONFLICT: "#7a3b8f",
    Verdict.VALUE: "#1a5fb4",
    Verdict.NONE: "#888",
}
_MOST_NEWS = 3
_MOST_PROVISOS = 10
_BAR, _NARROW = 20, 80


@frozen
class _Axis:
    """Where days stand."""

    first: date
    last: date

    def at(self, day: date) -> int:
        days = max(1, (self.last - self.first).days)
        return _LEFT + (day - self.first).days * _WIDTH // days


def svg(courses: Sequence[Course]) -> str:
    """Courses in one picture, over one time: the numbers in one field, then a band for each of the others."""
    axis = _Axis(min(each.first for each in courses), max(each.last for each in courses))
    numbers = [each for each in courses if each.is_number]
    bands = [each for each in courses if not each.is_number]
    shapes: list[str] = []
    top = _TOP
    if numbers:
        scale = _Scale.of((s.value for each in numbers for s in each.stretches if s.value is not None), top)
        shapes += _grid(scale)
        for number, course in enumerate(numbers):
            shapes += _steps(course, number, axis, scale)
        top += _HEIGHT
        shapes += _days(axis, top)
        top += _BELOW
        shapes += [shape for n, each in enumerate(numbers) for shape in _key(each, n, top + n * _LINE)]
        top += len(numbers) * _LINE + _TOP
    for course in bands:
        shapes += _band(course, axis, top)
        top += _LINE + _BAND + _TOP
    if bands:
        shapes += _days(axis, top - _TOP)
        top += _BELOW
    width = _LEFT + _WIDTH + _TOP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" '
        'font-family="sans-serif" font-size="12">'
    )
    return "\n".join((head, *shapes, "</svg>")) + "\n"


# ---------------------------------------------------------------------- axes


@frozen
class _Scale:
    """Where numbers stand: round ticks around all of them and nought, in a field that begins at ``top``."""

    ticks: tuple[int | Fraction, ...]
    top: int

    @classmethod
    def of(cls, values: Iterable[int | Fraction], top: int) -> _Scale:
        every = [0, *values]
        step = _round_step(max(every) - min(every))
        first, last = floor(min(every) / step), ceil(max(every) / step)
        return cls(tuple(exact(step * number) for number in range(first, last + 1)), top)

    def at(self, value: int | Fraction) -> int:
        low, high = self.ticks[0], self.ticks[-1]
        return self.top + _HEIGHT - int((value - low) * (_HEIGHT - _TOP) / ((high - low) or 1))


def _round_step(most: int | Fraction) -> Fraction:
    """A round number that goes at most five times into the most."""
    if most <= 0:
        return Fraction(1)
    step = Fraction(1, 10**6)
    while step * 5 < most:
        step *= 10
    return next(smaller for smaller in (step / 5, step / 2, step) if smaller * 5 >= most)


def _grid(scale: _Scale) -> Iterator[str]:
    for value in scale.ticks:
        y = scale.at(value)
        said = f"{value:,}" if isinstance(value, int) else str(value)
        yield f'<path class="grid" d="M{_LEFT} {y}h{_WIDTH}" stroke="#ccc"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{said}</text>'


def _days(axis: _Axis, top: int) -> Iterator[str]:
    yield f'<path class="axis" d="M{_LEFT} {top}h{_WIDTH}" stroke="#888"/>'
    for day, said in _dates(axis):
        x = axis.at(day)
        yield f'<path class="axis" d="M{x} {top}v4" stroke="#888"/>'
        anchor = "end" if x > _LEFT + _WIDTH - len(said) * _LETTER // 2 else "middle"
        yield f'<text x="{x}" y="{top + 17}" text-anchor="{anchor}">{said}</text>'


def _dates(axis: _Axis) -> list[tuple[date, str]]:
    """Beginnings of years, of quarters or of months; of a short time its ends."""
    for months in (1, 3, 12, 24, 60, 120):
        first = axis.first.year * 12 + axis.first.month - 1
        last = axis.last.year * 12 + axis.last.month
        starts = [date(n // 12, n % 12 + 1, 1) for n in range(first, last) if n % months == 0]
        found = [day for day in starts if axis.first <= day <= axis.last]
        if len(found) <= _MOST_TICKS:
            break
    if len(found) < 2:
        return [(day, day.isoformat()) for day in dict.fromkeys((axis.first, axis.last))]
    return [(day, str(day.year) if months >= 12 else f"{day:%b} {day.year}") for day in found]


# -------------------------------------------------------------------- shapes


def _steps(course: Course, number: int, axis: _Axis, scale: _Scale) -> Iterator[str]:
    """The steps of a number: a line through every day that was asked, or a point for each answer."""
    colour, dashes = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    before: tuple[int, int] | None = None
    for stretch in course.stretches:
        start, end = axis.at(stretch.first.day), axis.at(stretch.last)
        title = f"<title>{escape(_told(stretch))}</title>"
        if stretch.value is None:
            bottom = scale.top + _HEIGHT - 8
            yield (
                f'<rect class="open" x="{start}" y="{bottom}" width="{max(2, end - start)}" height="8" '
                f'fill="#8a5a00" fill-opacity="0.5">{title}</rect>'
            )
            before = None
            continue
        y = scale.at(stretch.value)
        rise = f"M{before[0]} {before[1]}H{start}V{y}" if before is not None and course.is_whole else f"M{start} {y}"
        look = f'fill="none" stroke="{colour}" stroke-width="2"{dash}'
        yield f'<path class="line line-{number}" d="{rise}H{max(end, start + 2)}" {look}>{title}</path>'
        if not course.is_whole:
            yield f'<circle class="dot dot-{number}" cx="{start}" cy="{y}" r="3" fill="{colour}">{title}</circle>'
        before = (end, y)


def _key(course: Course, number: int, top: int) -> Iterator[str]:
    colour, dashes = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield f'<path class="line line-{number}" d="M{_LEFT} {top}h24" stroke="{colour}" stroke-width="2"{dash}/>'
    yield f'<text x="{_LEFT + 32}" y="{top + 4}">{escape(_fitting(course.question, _WIDTH - 32))}</text>'


def _band(course: Course, axis: _Axis, top: int) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="{top + 12}">{escape(_fitting(course.question, _WIDTH))}</text>'
    for stretch in course.stretches:
        start, end = axis.at(stretch.first.day), axis.at(stretch.last)
        answer = stretch.first.answer
        verdict = answer.verdict if answer is not None else Verdict.NONE
        width = max(3, end - start)
        said = _fitting(inert(stretch.first.said), width - 8)
        yield (
            f'<rect class="band {verdict.value}" x="{start}" y="{top + _LINE}" width="{width}" height="{_BAND}" '
            f'fill="{_BANDS[verdict]}" stroke="#fff"><title>{escape(_told(stretch))}</title></rect>'
        )
        if said:
            yield f'<text class="said" x="{start + 5}" y="{top + _LINE + 17}" fill="#fff">{escape(said)}</text>'


def _fitting(text: str, room: int) -> str:
    """A text cut to a room in pixels; "" where next to nothing is left of it."""
    letters = room // _LETTER
    text = inert(text)
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1]}…" if letters > 3 else ""


# ---------------------------------------------------------------------- text


def when(stretch: Stretch) -> str:
    """The days of a stretch."""
    first = print_value(stretch.first.day, DATE)
    return first if stretch.last == stretch.first.day else f"{first} to {print_value(stretch.last, DATE)}"


def _told(stretch: Stretch) -> str:
    cited = sections(stretch.first.answer.citations) if stretch.first.answer is not None else stretch.first.problem
    return inert(f"{when(stretch)}: {stretch.first.said} {cited}")


def _news(stretch: Stretch) -> tuple[Line, ...]:
    """What is new in a stretch, at most three lines: first what the record has."""
    records = [line for line in stretch.news if line.rests_on and not line.rests_on.startswith("§")]
    said = stretch.first.said.rstrip(".")
    others = [line for line in stretch.news if line.rests_on.startswith("§") and said not in line.text]
    return tuple(dict.fromkeys(evolve(line, depth=0) for line in (*records, *others)))[:_MOST_NEWS]


def told_under(stretch: Stretch) -> tuple[Line, ...]:
    """What is told of a stretch beside its answer: on what that depends, else what is new."""
    provisos = stretch.first.answer.provisos if stretch.first.answer is not None else ()
    if len(provisos) > _MOST_PROVISOS:
        return (*provisos[:_MOST_PROVISOS], Line(0, "and more: ask for this day alone"))
    return provisos or _news(stretch)


def plain(courses: Iterable[Course], width: int) -> Iterator[str]:
    """Courses as plain text: a line for each stretch, with a bar for a number, and what is new under it."""
    for number, course in enumerate(courses):
        if number:
            yield ""
        yield from textwrap.wrap(inert(course.question), width)
        if not course.is_whole:
            yield f"  (asked for one day in each {course.step})"
        most = max((each.value or 0 for each in course.stretches), default=0)
        for stretch in course.stretches:
            yield from _row(stretch, most, course.is_number, width)


def _row(stretch: Stretch, most: int | Fraction, bars: bool, width: int) -> Iterator[str]:
    value = stretch.value
    longest = _BAR if width >= _NARROW else _BAR // 2
    bar = "█" * int(value * longest / most) if value is not None and most > 0 else "?" if value is None else ""
    days = f"{stretch.first.day} to {stretch.last}" if stretch.last != stretch.first.day else f"{stretch.first.day}"
    cited = sections(stretch.first.answer.citations) if stretch.first.answer is not None else stretch.first.problem
    lead = f"  {days:<26}" + (f"{bar:<{longest + 2}}" if bars else "")
    yield from _filled(lead, f"{stretch.first.said.rstrip('.')}  {cited}", width)
    mark = "" if value is None else "+ "
    for line in told_under(stretch):
        said = f"{'  ' * line.depth}{mark}{line.text}" + (f" ({line.rests_on})" if line.rests_on else "")
        yield from _filled(" " * 28, said, width)


def _filled(lead: str, text: str, width: int) -> list[str]:
    """A text after its lead, going on below it."""
    said = inert(text)
    further = " " * (len(said) - len(said.lstrip()) + 2)
    room = max(20, width - len(lead))
    first, *rest = wrapped(said, room, further).split("\n")
    return [f"{lead}{first}".rstrip(), *(" " * min(len(lead), 28) + each for each in rest)]


def to_data(course: Course) -> dict[str, Any]:
    """A course as plain data: each stretch of days with its answer as `Answer.to_data` has the parts."""
    return {"question": course.question, "step": course.step, "stretches": [_data(each) for each in course.stretches]}


def _data(stretch: Stretch) -> dict[str, Any]:
    answer = stretch.first.answer
    return {
        "from": stretch.first.day.isoformat(),
        "to": stretch.last.isoformat(),
        "verdict": None if answer is None else answer.verdict.value,
        "value": None if answer is None else value_data(answer.value),
        "said": stretch.first.said,
        "citations": [] if answer is None else list(answer.citations),
        "open": [] if answer is None else list(answer.open),
        "problem": stretch.first.problem or None,
    }
