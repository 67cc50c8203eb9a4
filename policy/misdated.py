"""Dates as other people write them: `01.03.2024`, `Mar 1, 2024`, `1st of March 2024`; each with the right form.

Which number is the day and which the month is never guessed: where both may be, both dates are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
FORM = "March 1, 2001"
"""How a date is written, by example."""

_SHORTENED = {month[:3].lower(): month for month in MONTHS} | {"sept": "September"}
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})")
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}")
_HYPHENED = re.compile(r"(\d{1,2})-([A-Za-z]{3,9})-(\d{4})")
_DAY = re.compile(r"(\d{1,2})(st|nd|rd|th)?")
_YEAR = re.compile(r"\d{4}")
_MOST_MONTHS = 12
_MOST_DAYS = 31


@frozen
class Misdated:
    """A date written otherwise, what is wrong with it, its right forms, and how many tokens it takes."""

    message: str
    right: str
    length: int


def misdated(words: Sequence[str], at: int) -> Misdated | None:
    """The date that seems to start at a token in another form than the language's."""
    word = words[at]
    if word[:1].isdigit():
        return _in_numbers(word) or _day_first(words, at)
    return _month_first(words, at)


def _in_numbers(word: str) -> Misdated | None:
    if (found := _YEAR_LAST.fullmatch(word)) is not None:
        return _either(word, int(found[1]), int(found[3]), int(found[4]))
    if (found := _YEAR_FIRST.fullmatch(word)) is not None and word != _iso(found):
        return _either(word, int(found[3]), int(found[4]), int(found[1]))
    if _SHORT_YEAR.fullmatch(word):
        return Misdated(f"`{word}`: a date has its month as a word and its year in four digits", FORM, 1)
    found = _HYPHENED.fullmatch(word)
    month = None if found is None else _month(found[2])
    if found is None or month is None:
        return None
    return Misdated("the month comes first", f"{month} {int(found[1])}, {found[3]}", 1)


def _iso(found: re.Match[str]) -> str:
    """A date of the one form that has numbers alone: it is read as it is."""
    return f"{found[1]}-{int(found[3]):02}-{int(found[4]):02}"


def _either(word: str, first: int, second: int, year: int) -> Misdated:
    ways = dict.fromkeys(((first, second), (second, first)))
    dates = [f"{MONTHS[m - 1]} {d}, {year:04}" for m, d in ways if 1 <= m <= _MOST_MONTHS and 1 <= d <= _MOST_DAYS]
    said = f"`{word}` could be two dates" if len(dates) > 1 else f"`{word}`: a date has its month as a word"
    return Misdated(said, " or ".join(dates) or FORM, 1)


def _day_first(words: Sequence[str], at: int) -> Misdated | None:
    """``1 March 2001``, ``1st of March, 2001``."""
    day = _DAY.fullmatch(words[at])
    begin = at + 2 if words[at + 1 : at + 2] == ("of",) else at + 1
    month = _month(words[begin]) if begin < len(words) else None
    if day is None or month is None:
        return None
    year, end = _year(words, begin + 1)
    return Misdated("the month comes first", f"{month} {int(day[1])}, {year or '2001'}", max(end - at, 3))


def _month_first(words: Sequence[str], at: int) -> Misdated | None:
    """``Mar 1, 2001``, ``march 1, 2001``, ``March 1st, 2001``, ``March 2001``."""
    month = _month(words[at])
    if month is None:
        return None
    begin = at + 2 if words[at + 1 : at + 2] == (".",) and words[at] != month else at + 1
    day = _DAY.fullmatch(words[begin]) if begin < len(words) else None
    year, end = _year(words, begin if day is None else begin + 1)
    if not year:
        return None
    if day is None:
        return Misdated("a date has its day", f"{month} 1, {year}", end - at)
    right = f"{month} {int(day[1])}, {year}"
    if words[at] != month:
        return Misdated("a date has its month written out", right, end - at)
    return Misdated("a day has its number alone", right, end - at) if day[2] else None


def _month(word: str) -> str | None:
    """The month that a word names: written out, small, or shortened."""
    if word.capitalize() in MONTHS:
        return word.capitalize()
    return _SHORTENED.get(word.lower())


def _year(words: Sequence[str], at: int) -> tuple[str, int]:
    """The year at a token, perhaps after a comma ("" where there is none), and where it ends."""
    place = at + 1 if words[at : at + 1] == (",",) else at
    if place < len(words) and _YEAR.fullmatch(words[place]):
        return words[place], place + 1
    return "", at
