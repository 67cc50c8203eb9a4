"""Quantities as the language writes them: reading literals exactly, and printing values back.

What `print_value` prints, `literals` reads as the same value of the same type. A literal that only looks
right (``100000 shares``, ``3/1/2001``) is refused with the right spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from attrs import frozen

from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Period, Type, Value, exact
from policy.misdated import FORM, MONTHS, misdated
from policy.tokens import tokenize

SHARES = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)
CENT = Fraction(1, 100)
MONEY = Type("money", Kind.NUMBER, (("dollar", 1),), grain=CENT)
MONEY_PER_SHARE = Type("money per share", Kind.NUMBER, (("dollar", 1), ("share", -1)), grain=CENT)

_MONTH = {name: number for number, name in enumerate(MONTHS, 1)}

MOST_DIGITS = 30
MOST_PERIOD = 120_000
_MOST_DECIMALS = 12

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3})"
_NUMBER = re.compile(
    rf"(?P<sign>-?)(?P<dollar>\$?)(?P<whole>{_WHOLE})(?:\.(?P<cents>\d+)|/(?P<under>{_WHOLE}))?(?P<percent>%?)"
)
_LOOSE = re.compile(r"(?P<sign>-?)(?P<dollar>\$?)(?P<whole>[\d,]*\d)(?:\.(?P<cents>\d+))?(?P<percent>%?)")
_YEAR = re.compile(r"\d{4}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SCIENTIFIC = re.compile(r"-?\$?[\d.,]+[eE]-?\d+")
_UNITS = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "year": (12, 0)}


@frozen
class Literal:
    """A quantity found at a position: its value and type, and how many tokens it takes."""

    value: Value
    type: Type
    length: int


@frozen
class Misspelt:
    """Something meant as a quantity that is not written as one; ``right`` is the right spelling, if there is one."""

    code: str
    message: str
    right: str
    length: int


def begins_quantity(word: str) -> bool:
    """Whether a quantity may begin with a word."""
    return word[:1].isdigit() or word[:1] in ("$", "-") or word in MONTHS


def literals(words: Sequence[str], at: int) -> tuple[Literal, ...]:
    """Every quantity that starts at a token."""
    found = _read(words, at)
    return found if isinstance(found, tuple) else ()


def misspelt(words: Sequence[str], at: int) -> Misspelt | None:
    """What is wrong with the quantity that seems to start at a token, if anything is."""
    found = _read(words, at)
    if isinstance(found, Misspelt) and found.code != "E0110":
        return found
    return _otherwise(words, at) or (found if isinstance(found, Misspelt) else None)


def _otherwise(words: Sequence[str], at: int) -> Misspelt | None:
    """What seems to be a date in another form."""
    found = misdated(words, at)
    return None if found is None else Misspelt("E0112", found.message, found.right, found.length)


def read_value(text: str, type: Type) -> Value | Misspelt:
    """A whole text as a value of a type. A bare number takes the unit of the type (a table's cell)."""
    words = tokenize(text[:200]).words
    found = _read(words, 0) if words else ()
    if isinstance(found, Misspelt):
        return misspelt(words, 0) or found
    for literal in found:
        if literal.length == len(words) and _fits(literal, type):
            return literal.value
    if type.kind is Kind.NUMBER and type != YEAR and len(words) == 1 and _YEAR.fullmatch(words[0]):
        right = print_value(int(words[0]), type)
        return Misspelt("E0110", f"`{words[0]}` wants its thousands in threes", right, 1)
    if type == DATE and words and (dated := _otherwise(words, 0)) is not None:
        return dated
    return Misspelt("E0110", f"`{text[:60]}` is not {type.name}", example(type), len(words))


def _fits(literal: Literal, type: Type) -> bool:
    if literal.type.kind is not type.kind:
        return False
    units = ((), MONEY.dimension) if type.dimension == MONEY_PER_SHARE.dimension else ((),)
    return type.kind is not Kind.NUMBER or literal.type.dimension in (type.dimension, *units)


def example(type: Type) -> str:
    """How a value of a type is written, by example."""
    return {
        "shares": "100,000 shares",
        "money": "$4.10",
        "money per share": "$4.10 per share",
        "number": "3 or 110%",
        "date": FORM,
        "period": "10 years",
        "year": "2004",
    }.get(type.name, type.name)


# ------------------------------------------------------------------ reading


def _read(words: Sequence[str], at: int) -> tuple[Literal, ...] | Misspelt:
    word = words[at]
    if word in _MONTH:
        return _written_date(words, at)
    if not word[0].isdigit() and word[0] not in "-$":
        return Misspelt("E0110", f"`{word}` is no number", "", 1) if word in ("NaN", "Infinity") else ()
    if not any(character.isdigit() for character in word):
        return ()
    if sum(map(str.isdigit, word)) > MOST_DIGITS:
        return Misspelt("E0111", f"a number of more than {MOST_DIGITS} digits is no quantity", "", 1)
    if (day := _ISO.fullmatch(word)) is not None:
        return _date(int(day[1]), int(day[2]), int(day[3]), 1, word)
    if _YEAR.fullmatch(word) and not _unit(words, at + 1):
        return _year(words, at)
    if (match := _NUMBER.fullmatch(word)) is None or not _tidy(match):
        return _not_a_number(words, at)
    under = match["under"]
    if under is not None and int(under.replace(",", "")) == 0:
        return Misspelt("E0110", f"`{word}` divides by zero", "", 1)
    return _with_unit(words, at, match, _amount(match))


def _tidy(match: re.Match[str]) -> bool:
    """Without leading zeros; cents in twos."""
    whole = match["whole"]
    if len(whole) > 1 and whole[0] == "0":
        return False
    return not (match["dollar"] and (match["percent"] or len(match["cents"] or "00") == 1))


def _amount(match: re.Match[str]) -> int | Fraction:
    if not (match["cents"] or match["percent"] or match.groupdict().get("under")):
        whole = int(match["whole"].replace(",", ""))
        return -whole if match["sign"] else whole
    number = Fraction(int(match["whole"].replace(",", "")))
    if match["cents"]:
        number += Fraction(int(match["cents"]), 10 ** len(match["cents"]))
    if under := match.groupdict().get("under"):
        number /= int(under.replace(",", ""))
    if match["percent"]:
        number /= 100
    return exact(-number if match["sign"] else number)


def _unit(words: Sequence[str], at: int) -> str:
    word = words[at] if at < len(words) else ""
    return word if word.removesuffix("s") in ("share", *_UNITS) else ""


def _with_unit(
    words: Sequence[str], at: int, match: re.Match[str], number: int | Fraction
) -> tuple[Literal, ...] | Misspelt:
    unit = _unit(words, at + 1)
    if match["dollar"]:
        if tuple(words[at + 1 : at + 3]) == ("per", "share"):
            return Literal(number, MONEY_PER_SHARE, 3), Literal(number, MONEY, 1)
        return (Literal(number, MONEY, 1),)
    if unit in ("share", "shares") and not match["percent"]:
        return (Literal(number, SHARES, 2),)
    bare = Literal(number, NUMBER, 1)
    if unit and isinstance(number, int) and not match["percent"]:
        return (bare, *_periods(words, at))
    return (bare,)


def _periods(words: Sequence[str], at: int) -> Iterator[Literal]:
    """``6 months``, and ``6 months and 1 day`` where it goes on."""
    months = days = 0
    start, finest = at, len(_UNITS)
    while (part := _period_part(words, at)) is not None:
        rank, more_months, more_days = part
        if rank >= finest:
            return
        finest, months, days = rank, months + more_months, days + more_days
        if max(months, days) > MOST_PERIOD:
            return
        yield Literal(Period(months, days), PERIOD, at + 2 - start)
        if at + 2 >= len(words) or words[at + 2] != "and":
            return
        at += 3


def _period_part(words: Sequence[str], at: int) -> tuple[int, int, int] | None:
    if at + 1 >= len(words) or not re.fullmatch(_WHOLE, words[at]) or len(words[at]) > 7:
        return None
    unit = words[at + 1].removesuffix("s")
    if unit not in _UNITS:
        return None
    count = int(words[at].replace(",", ""))
    months, days = _UNITS[unit]
    return list(_UNITS).index(unit), count * months, count * days


def _year(words: Sequence[str], at: int) -> tuple[Literal, ...] | Misspelt:
    number = int(words[at])
    if number == 0:
        return Misspelt("E0112", "there is no year 0", "", 1)
    return (Literal(number, YEAR, 1),)


def _date(year: int, month: int, day: int, length: int, written: str) -> tuple[Literal, ...] | Misspelt:
    try:
        return (Literal(date(year, month, day), DATE, length),)
    except ValueError:
        return Misspelt("E0113", f"there is no day `{written}`", "", length)


def _written_date(words: Sequence[str], at: int) -> tuple[Literal, ...] | Misspelt:
    day, *rest = words[at + 1 : at + 4] or ("",)
    if not re.fullmatch(r"\d{1,2}", day) or (day[0] == "0" and len(day) > 1):
        return ()
    written = f"{words[at]} {day}"
    if rest[:1] == [","] and rest[1:] and re.fullmatch(r"\d{4}", rest[1]):
        return _date(int(rest[1]), _MONTH[words[at]], int(day), 4, f"{written}, {rest[1]}")
    if rest and re.fullmatch(r"\d{4}", rest[0]):
        return Misspelt("E0112", "a date has a comma before its year", f"{written}, {rest[0]}", 3)
    return Misspelt("E0112", "a date has its year", f"{written}, 2001", 2)


def _not_a_number(words: Sequence[str], at: int) -> tuple[Literal, ...] | Misspelt:
    word = words[at]
    if re.fullmatch(r"\d{1,2}", word) and at + 1 < len(words) and words[at + 1] in _MONTH:
        return ()
    if _SCIENTIFIC.fullmatch(word):
        return Misspelt("E0110", f"`{word}`: a number is written out", "", 1)
    loose = _LOOSE.fullmatch(word)
    if loose is None:
        return Misspelt("E0110", f"`{word}` is no quantity", "", 1)
    number = _amount(loose)
    unit = _unit(words, at + 1)
    type = MONEY if loose["dollar"] else SHARES if unit in ("share", "shares") else NUMBER
    right = f"{print_value(Fraction(number) * 100, NUMBER)}%" if loose["percent"] else print_value(number, type)
    return Misspelt("E0110", f"`{word}` wants its thousands in threes and its cents in twos", right, 1)


# ----------------------------------------------------------------- printing


def print_value(value: Value, type: Type) -> str:
    """A value as the language writes it; reading it gives the same value back."""
    if isinstance(value, date):
        return f"{MONTHS[value.month - 1]} {value.day}, {value.year:04d}"
    if isinstance(value, Period):
        return _print_period(value)
    if isinstance(value, str):
        return value
    if type.dimension == YEAR.dimension:
        return f"{value:04d}" if isinstance(value, int) else _plain(value)
    if type.dimension == SHARES.dimension:
        return f"{_plain(value)} {'share' if value == 1 else 'shares'}"
    if type.dimension == MONEY.dimension:
        return _money(value)
    if type.dimension == MONEY_PER_SHARE.dimension:
        return f"{_money(value)} per share"
    if not type.dimension:
        return _number(value)
    return f"{_plain(value)} {type.name}"


def _print_period(period: Period) -> str:
    parts = []
    if period.months:
        years, months = divmod(period.months, 12)
        parts.append(_counted(period.months, "month") if months else _counted(years, "year"))
    if period.days or not parts:
        parts.append(_counted(period.days, "day"))
    return " and ".join(parts)


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def _decimals(value: Fraction) -> str | None:
    """A fraction as a decimal, where it ends soon."""
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0 and twos <= _MOST_DECIMALS:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0 and fives <= _MOST_DECIMALS:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _MOST_DECIMALS:
        return None
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}.{part:0{places}d}" if places else f"{sign}{whole:,}"


def _plain(value: int | Fraction) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return _decimals(value) or f"{value.numerator:,}/{value.denominator:,}"


_LARGEST_SHARE = 2
"""Past twice the whole, a fraction is a count or a measure and no percentage: 5/2, not 250%."""


def _number(value: int | Fraction) -> str:
    """A whole number plain, a fraction as a percentage where that ends soon and is of the size of one."""
    if isinstance(value, int):
        return f"{value:,}"
    percent = _decimals(value * 100)
    return (
        f"{percent}%"
        if percent is not None and abs(value) <= _LARGEST_SHARE
        else f"{value.numerator:,}/{value.denominator:,}"
    )


def _money(value: int | Fraction) -> str:
    sign, amount = ("-", -value) if value < 0 else ("", value)
    decimals = f"{amount:,}" if isinstance(amount, int) else _decimals(amount)
    if decimals is None:
        return f"{sign}${Fraction(amount).numerator:,}/{Fraction(amount).denominator:,}"
    whole, _, cents = decimals.partition(".")
    return f"{sign}${whole}.{cents:0<2}"


def times(factor: int | Fraction, type: Type = NUMBER) -> str:
    """A factor before an amount: ``110% of``, ``1/3 of``, ``2 times``; one that is no bare number, ``$2.00 times``."""
    if type.dimension:
        return f"{print_value(factor, type)} times"
    hundredfold = exact(Fraction(factor) * 100)
    if factor == 1 or (isinstance(hundredfold, int) and not isinstance(factor, int)):
        return f"{hundredfold}% of"
    return f"{print_value(factor, type)} {'times' if isinstance(factor, int) else 'of'}"
