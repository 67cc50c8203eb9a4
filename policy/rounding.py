"""Rounding as it is written: down, up, half up or half even, to a whole unit of what is rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

from engine.values import NUMBER, Type
from policy.quantities import CENT, MONEY, MONEY_PER_SHARE, SHARES

HOW = {
    "ROUNDED_DOWN": "round_down",
    "ROUNDED_UP": "round_up",
    "ROUNDED_HALF_UP": "round_half_up",
    "ROUNDED_HALF_EVEN": "round_half_even",
}
"""The operations by the terminals of the grammar."""
_WORDS = {"round_down": "down", "round_up": "up", "round_half_up": "half up", "round_half_even": "half even"}


@frozen
class Unit:
    """What may be rounded to: a noun, how much that is, and the types of which it is a unit."""

    noun: str
    step: int | Fraction
    types: tuple[Type, ...]


_UNITS = {
    "CENT": Unit("cent", CENT, (MONEY, MONEY_PER_SHARE)),
    "DOLLAR": Unit("dollar", 1, (MONEY, MONEY_PER_SHARE)),
    "WHOLE_SHARE": Unit("share", 1, (SHARES,)),
    "WHOLE_NUMBER": Unit("number", 1, (NUMBER,)),
}


def step_of(terminal: str, rounded: Type) -> tuple[int | Fraction, Type]:
    """The step that a unit stands for, of the type of what is rounded to it, where it is a unit of that."""
    unit = _UNITS[terminal]
    own = next((type for type in unit.types if type.dimension == rounded.dimension), unit.types[0])
    return unit.step, own


def units_of(type: Type) -> tuple[str, ...]:
    """What a number of a type may be rounded to: `a whole cent`."""
    return tuple(f"a whole {unit.noun}" for unit in _units(type))


def _units(type: Type) -> list[Unit]:
    return [unit for unit in _UNITS.values() if type.dimension in [each.dimension for each in unit.types]]


def rounded(words: str, operation: str, step: object, type: Type) -> str:
    """A rounded value in words: what is rounded, how, and to a whole what."""
    noun = next((unit.noun for unit in _units(type) if unit.step == step), "number")
    return f"{words}, rounded {_WORDS[operation]} to a whole {noun}"


# --------------------------------------------------------- what is not read

_FORM = re.compile(
    rf"rounded (?:{'|'.join(_WORDS.values())}) to (?:a whole|the nearest|the nearest whole) "
    rf"(?:{'|'.join(unit.noun for unit in _UNITS.values())})\b"
)
_MEANT = {
    **dict.fromkeys(("cent", "cents", "penny", "decimal", "decimals", "hundredth"), "cent"),
    **dict.fromkeys(("dollar", "dollars"), "dollar"),
    **dict.fromkeys(("share", "shares"), "share"),
    **dict.fromkeys(("month", "months", "year", "years", "day", "days", "unit", "number", "percent"), "number"),
}
"""What people round to, and the unit that the language has for it: a count of months is a number."""
_LONGEST = 8


@frozen
class Misrounded:
    """A rounding that cannot be read: at which token it begins, what is wrong, and the right forms."""

    at: int
    message: str
    forms: tuple[str, ...]


def misrounded(words: Sequence[str], at: int) -> Misrounded | None:
    """What is wrong with a rounding that stops making sense at a token; None where none does there."""
    near = range(min(at + 1, len(words) - 1), max(at - _LONGEST, -1), -1)
    begun = next((place for place in near if words[place] == "rounded"), None)
    if begun is None:
        return None
    said = words[begun + 1 : begun + _LONGEST]
    noun = next((_MEANT[word] for word in said if word in _MEANT), None)
    units = [f"a whole {each}" for each in ((noun,) if noun else (unit.noun for unit in _UNITS.values()))]
    form = _FORM.match(" ".join(("rounded", *said)))
    if form is not None:
        message = (
            "one value is rounded, at its end: conclude a total, or a part of a sum, and round that by another rule"
        )
        return Misrounded(begun, message, ()) if at <= begun else None
    how = " ".join(said[: 2 if said[:1] == ("half",) else 1])
    if how in _WORDS.values():
        return Misrounded(
            begun, "this is not what a value is rounded to", tuple(f"rounded {how} to {to}" for to in units)
        )
    hows = ("half up", "half even") if "nearest" in said else tuple(_WORDS.values())
    message = "a rounding says which way it goes" + (
        ", and to the nearest, which way a half goes" if "nearest" in said else ""
    )
    return Misrounded(begun, message, tuple(f"rounded {each} to {units[0]}" for each in hows))
