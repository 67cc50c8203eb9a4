"""Cells to exact values of a book's types, each distinct cell of a column once.

Nothing is guessed: a day written with slashes needs its form stated, a binary number the decimals that it stands for,
an amount in another currency is refused. A number in a workbook is binary too, but is written by programs of fifteen
digits: the one decimal of at most fifteen digits that it stands for is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from engine.columns import Codes, Packed, arrow_codes, codes_of
from engine.unknowns import NONE, UNKNOWN
from engine.values import YEAR, Kind, Type, exact
from policy.asked import miscounted
from policy.diagnostic import nearest
from policy.ledger_cells import Cell, Column, Unread, plain
from policy.quantities import MONEY, MONEY_PER_SHARE, MOST_DIGITS, Misspelt, example, read_value

_NUMBER = re.compile(r"-?(?P<dollar>\$?)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?P<percent>%?)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "MON": r"(?P<name>[A-Za-z]{3})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
_PART = re.compile("YYYY|MON|MM|M|DD|D")
_BINARY_DIGITS = 15


@frozen
class Misread:
    """A cell that is no value of its type, and why."""

    code: str
    message: str
    expected: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


@frozen
class CellRule:
    """Where a mapping takes a value from, and how it reads it.

    ``column`` names the column, or ``value`` is the same for every row. ``form`` is how days are written, ``values``
    what texts stand for, ``by_key`` says that the cell is a key of another table's row and not its name. ``currency``
    is the column of an amount's currency, ``decimals`` how many decimals a binary number has, ``over`` a column that
    divides.
    """

    column: str = ""
    value: str | None = None
    form: str = ""
    values: Mapping[str, str] = field(factory=dict)
    by_key: bool = False
    currency: str = ""
    decimals: int | None = None
    over: str = ""


def form_pattern(form: str) -> re.Pattern[str] | None:
    """The pattern of days written in a form such as ``MM/DD/YYYY``; None where that tells no day."""
    pieces: list[str] = []
    at = 0
    for part in _PART.finditer(form):
        pieces += [re.escape(form[at : part.start()]), _PARTS[part.group()]]
        at = part.end()
    pieces.append(re.escape(form[at:]))
    try:
        pattern = re.compile("".join(pieces))
    except re.error:  # a part twice
        return None
    whole = {"year", "day"} <= set(pattern.groupindex) and {"month", "name"} & set(pattern.groupindex)
    return pattern if whole else None


def converted(column: Column, read: Callable[[Cell], Any]) -> tuple[Sequence[Any], dict[int, Misread]]:
    """A column's values, and by row what could not be read (its value is not known)."""
    wrong: dict[Any, Misread] = {}
    values: Sequence[Any]
    if column.codes is None:
        table: dict[Cell, Any] = {}
        for cell in dict.fromkeys(column.distinct):
            table[cell] = _or_unknown(read(cell), cell, wrong)
        values = list(map(table.__getitem__, column.distinct))
        bad = {at: wrong[cell] for at, cell in enumerate(column.distinct) if cell in wrong} if wrong else {}
        return values, bad
    each = [_or_unknown(read(cell), code, wrong) for code, cell in enumerate(column.distinct)]
    values = _packed(each, column.codes) if isinstance(column.codes, memoryview) else [each[c] for c in column.codes]
    bad = {at: wrong[code] for at, code in enumerate(column.codes) if code in wrong} if wrong else {}
    return values, bad


def _packed(values: list[Any], codes: Codes) -> Packed:
    """Cells of which several may be the same value."""
    first: dict[Any, int] = {}
    places = [first.setdefault(value, len(first)) for value in values]
    if len(first) < len(values):
        import pyarrow

        codes = codes_of(pyarrow.array(places, pyarrow.int32()).take(arrow_codes(codes)))
    return Packed(list(first), codes)


def _or_unknown(value: Any, key: Any, wrong: dict[Any, Misread]) -> Any:
    if isinstance(value, Misread):
        wrong[key] = value
        return UNKNOWN
    return value


def reader_of(
    type: Type, optional: bool, rule: CellRule, find_name: Callable[[str, Type, bool], str | Misread]
) -> Callable[[Cell], Any]:
    """How a cell is read as a value of a type.

    ``find_name`` gives the name that a text (with ``by_key``, a key) stands for. An empty cell is `NONE` where there
    may be none, else not known; ``?`` is not known.
    """
    pattern = form_pattern(rule.form) if rule.form else None
    read = _READERS.get(type.kind, _any_number)

    def value(cell: Cell) -> Any:
        if isinstance(cell, str):
            tidy = plain(cell)
            cell = rule.values.get(tidy, tidy) if isinstance(tidy, str) else tidy
        elif rule.values and cell is not None and not isinstance(cell, Unread):
            cell = rule.values.get(str(cell), cell)
        if isinstance(cell, Unread):
            return Misread(cell.code, cell.message)
        if cell is None or cell == "":
            return NONE if optional else UNKNOWN
        if cell == "?":
            return UNKNOWN
        if type.kind is Kind.SYMBOL:
            return _symbol(cell, type, rule, find_name)
        found = read(cell, type, rule, pattern)
        if isinstance(found, (int, Fraction)) and (wrong := miscounted(found, type)):
            return Misread("E0550", wrong)
        return found

    return value


def _symbol(cell: Cell, type: Type, rule: CellRule, find_name: Callable[[str, Type, bool], str | Misread]) -> Any:
    text = str(cell)
    if isinstance(cell, float):
        return Misread("E0551", f"`{text}` is a binary number and no {type.name}")
    if not type.members:
        return find_name(text, type, rule.by_key)
    for name in (text, f"the {text}"):
        if name in type.members:
            return name
    return Misread("E0550", f"`{_cut(text)}` is no {type.name}", type.members, nearest(text, type.members))


def is_whole_day(moment: datetime) -> bool:
    """Whether a moment is the beginning of a day, as programs without a type for days write one."""
    return (moment.hour, moment.minute, moment.second, moment.microsecond, moment.tzinfo) == (0, 0, 0, 0, None)


def _date(cell: Cell, type: Type, rule: CellRule, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(cell, datetime):
        if not is_whole_day(cell):
            return Misread("E0550", f"`{cell}` has a time of day; a day is wanted")
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell)
    if pattern is None:
        found = read_value(text, type)
        return _misspelt(found, text) if isinstance(found, Misspelt) else found
    match = pattern.fullmatch(text)
    if match is None:
        return Misread("E0550", f"`{_cut(text)}` is not written as {rule.form}", (rule.form,))
    named = match.groupdict().get("name")
    if named is not None and named.lower() not in _MONTHS:
        return Misread("E0550", f"`{_cut(text)}` has no month", (rule.form,))
    month = int(match["month"]) if named is None else _MONTHS.index(named.lower()) + 1
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return Misread("E0550", f"there is no day `{_cut(text)}` written as {rule.form}")


def _number(cell: Cell, type: Type, rule: CellRule, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(cell, date):
        return Misread("E0550", f"`{cell}` is a day; {example(type)} is wanted")
    if isinstance(cell, float):
        return _decimal_of(cell, rule)
    if isinstance(cell, int):
        return _bounded(cell, cell)
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            return Misread("E0551", f"`{cell}` is no number")
        return _bounded(Fraction(cell), cell) if cell.adjusted() <= MOST_DIGITS else _bounded(None, cell)
    text = str(cell)
    if not text.isascii():
        return Misread("E0550", f"`{_cut(text)}` is not {type.name}", (example(type),))
    match = _NUMBER.fullmatch(text)
    if match is None or (match["dollar"] and type.dimension not in (MONEY.dimension, MONEY_PER_SHARE.dimension)):
        found = read_value(text, type)
        return _misspelt(found, text) if isinstance(found, Misspelt) else found
    if match["percent"] and (type.dimension or match["dollar"]):
        return Misread("E0550", f"`{_cut(text)}` is a percentage; {example(type)} is wanted")
    digits = text.translate(_SIGNS)
    if len(digits) > MOST_DIGITS:
        return _bounded(None, _cut(text))
    number = Fraction(digits)
    return _bounded(number / 100 if match["percent"] else number, text)


_SIGNS = str.maketrans("", "", "$,%")


def _decimal_of(cell: Any, rule: CellRule) -> Any:
    """The decimal that a binary number stands for, where somebody says how many decimals it has."""
    number = Decimal(repr(cell))
    if not number.is_finite():
        return Misread("E0551", f"`{cell}` is no number")
    if rule.decimals is None:
        message = f"`{cell}` is a binary number: which decimal it stands for, only you can say"
        return Misread("E0551", message, ("decimals = 2 in the mapping", "a column of decimals, integers or text"))
    if -int(number.normalize().as_tuple().exponent) > rule.decimals:
        return Misread("E0551", f"`{cell}` has more than {rule.decimals} decimals")
    return _bounded(Fraction(number), number)


def workbook_number(written: str) -> Cell:
    """The decimal of at most fifteen digits that a number of a workbook, written out, stands for."""
    number = Decimal(written)
    if number.is_finite() and len(number.normalize().as_tuple().digits) <= _BINARY_DIGITS:
        return number
    return Unread("E0551", f"`{written}` is no decimal of at most {_BINARY_DIGITS} digits; write it as text")


def _bounded(number: int | Fraction | None, written: object) -> Any:
    if number is None or abs(number) >= 10**MOST_DIGITS:
        return Misread("E0551", f"`{_cut(str(written))}` has more than {MOST_DIGITS} digits")
    return exact(number)


def _year(cell: Cell, type: Type, rule: CellRule, pattern: re.Pattern[str] | None) -> Any:
    found = read_value(str(cell), type)
    return _misspelt(found, str(cell)) if isinstance(found, Misspelt) else found


def _any_number(cell: Cell, type: Type, rule: CellRule, pattern: re.Pattern[str] | None) -> Any:
    return (_year if type == YEAR else _number)(cell, type, rule, pattern)


def _misspelt(found: Misspelt, text: str) -> Misread:
    return Misread("E0550", found.message, (found.right,) if found.right else ())


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


_READERS: Mapping[Kind, Callable[[Cell, Type, CellRule, re.Pattern[str] | None], Any]] = {
    Kind.DATE: _date,
    Kind.NUMBER: _any_number,
    Kind.PERIOD: _year,
}


def divided(values: Sequence[Any], divisors: Sequence[Any]) -> list[Any]:
    """The quotients row by row: none where neither part is there, and not known where only one is, or divides by 0."""
    return [_quotient(value, divisor) for value, divisor in zip(values, divisors, strict=True)]


def _quotient(value: Any, divisor: Any) -> Any:
    if value is NONE and divisor is NONE:
        return NONE
    if isinstance(value, (int, Fraction)) and isinstance(divisor, (int, Fraction)) and divisor:
        return exact(Fraction(value) / divisor)
    return UNKNOWN
