"""Exact values as whole-number scalars: rationals with a scale, days as ordinals, symbols as codes.

An `Amount` is ``number / scale``: the scale is a constant wherever it can be, so that nothing is ever divided but
where rounding asks for it. ``exists`` is a truth of its own: a value that is not there is not an unknown one.
``low`` and ``high`` bound the number, from the facts' least and greatest cells on, so that it is known beforehand
how many bits a result needs: nothing overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from math import lcm

from attrs import evolve, frozen

from engine.model import Comparison
from engine.relational.algebra import (
    TRUE,
    UNKNOWN_NUMBER,
    Literal,
    Operation,
    Scalar,
    arithmetic,
    both,
    choose,
    columns_of,
    compared,
    either,
    is_true,
    is_unknown,
    number,
)
from engine.values import Kind, Period, Value

BITS_64 = 2**63 - 1
MOST = 10**38 - 1
"""What 128 bits and DECIMAL(38, 0) both hold."""
LAST_DAY = date.max.toordinal()


class Unsupported(Exception):
    """What the relational path leaves to the reference evaluator, and why."""


@frozen(cache_hash=True)
class Amount:
    """A value; see the module's description.

    ``known``: where it exists, it is not NULL, and whether it exists is not NULL either. ``days`` are a period's, whose
    ``number`` are its months.
    """

    kind: Kind
    number: Scalar
    scale: int | Scalar = 1
    exists: Scalar = TRUE
    low: int = 0
    high: int = 0
    known: bool = True
    scale_high: int = 1
    days: Scalar | None = None

    @property
    def scalars(self) -> tuple[Scalar, ...]:
        scale = () if isinstance(self.scale, int) else (self.scale,)
        return (self.number, self.exists, *scale, *(() if self.days is None else (self.days,)))

    @property
    def columns(self) -> set[str]:
        return columns_of(*self.scalars)

    @property
    def is_wide(self) -> bool:
        return not _fits(self.low, self.high)

    @property
    def missing(self) -> Scalar:
        """Whether it is not known which value there is, or whether there is one; never NULL."""
        if self.known:
            return Literal(False, True)
        return either(is_unknown(self.exists), both(is_true(self.exists), is_unknown(self.number)))


def _fits(low: int, high: int) -> bool:
    return low >= -BITS_64 and high <= BITS_64


class Overflow(Exception):
    """A number may grow past what tables hold; ``quantity`` is the innermost relation that it is worked out for."""

    def __init__(self) -> None:
        super().__init__()
        self.quantity = ""

    def __str__(self) -> str:
        named = self.quantity.replace("<", "*").replace(">", "*") or "what is asked"
        return f"`{named}` may grow past 38 digits"


@contextmanager
def overflowing(quantity: str) -> Iterator[None]:
    """A number that grows too large in here is this quantity's, or one's that it rests on."""
    try:
        yield
    except Overflow as overflow:
        overflow.quantity = overflow.quantity or quantity
        raise


def bounded(low: int, high: int) -> None:
    """Raises `Overflow` where a result may need more than 128 bits."""
    if low < -MOST or high > MOST:
        raise Overflow


NOTHING = Amount(Kind.NUMBER, UNKNOWN_NUMBER, 1, Literal(False, True))
"""There is no such value."""


def unknown(kind: Kind, optional: bool = False) -> Amount:
    """Some value; ``optional``: or none."""
    exists: Scalar = Literal(None, True) if optional else TRUE
    return Amount(kind, UNKNOWN_NUMBER, 1, exists, 0, 0, False)


def constant(value: Value, code: Callable[[str], int]) -> Amount:
    """A constant; ``code`` gives the whole number that stands for a symbol."""
    match value:
        case date():
            ordinal = value.toordinal()
            return Amount(Kind.DATE, number(ordinal), 1, TRUE, ordinal, ordinal)
        case Period():
            months = value.months
            return Amount(Kind.PERIOD, number(months), 1, TRUE, months, months, days=number(value.days))
        case str():
            place = code(value)
            return Amount(Kind.SYMBOL, number(place), 1, TRUE, place, place)
        case _:
            exact = Fraction(value)
            bounded(exact.numerator, exact.numerator)
            bounded(0, exact.denominator)
            top = exact.numerator
            return Amount(Kind.NUMBER, number(top), exact.denominator, TRUE, top, top, True, exact.denominator)


# ------------------------------------------------------------------ arithmetic


def _sized(scalar: Scalar, from_wide: bool, to_wide: bool) -> Scalar:
    if from_wide == to_wide or (isinstance(scalar, Literal) and not to_wide):
        return scalar
    return Operation("widen" if to_wide else "narrow", (scalar,))


def _ends(name: str, one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if name == "+":
        return one[0] + other[0], one[1] + other[1]
    if name == "-":
        return one[0] - other[1], one[1] - other[0]
    products = [a * b for a in one for b in other]
    return min(products), max(products)


@frozen
class Whole:
    """A whole-number scalar with its bounds, computed in as many bits as they need."""

    scalar: Scalar
    low: int
    high: int

    @property
    def is_wide(self) -> bool:
        return not _fits(self.low, self.high)

    def _with(self, name: str, other: Whole) -> Whole:
        low, high = _ends(name, (self.low, self.high), (other.low, other.high))
        bounded(low, high)
        wide = not _fits(low, high)
        inner = wide or self.is_wide or other.is_wide
        left, right = _sized(self.scalar, self.is_wide, inner), _sized(other.scalar, other.is_wide, inner)
        result = arithmetic(name, left, right)
        return Whole(result if isinstance(result, Literal) else _sized(result, inner, wide), low, high)

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("+", whole(other))

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("-", whole(other))

    def __mul__(self, other: Whole | int) -> Whole:
        return self._with("*", whole(other))

    def div(self, other: Whole | int) -> Whole:
        """The quotient by a positive number, towards zero."""
        by = whole(other)
        inner = self.is_wide or by.is_wide
        name = "wide div" if inner else "div"
        result = arithmetic(name, _sized(self.scalar, self.is_wide, inner), _sized(by.scalar, by.is_wide, inner))
        least = max(by.low, 1)
        ends = [int(Fraction(end, divisor)) for end in (self.low, self.high) for divisor in (least, max(by.high, 1))]
        low, high = min(*ends, 0) if self.low <= 0 else min(ends), max(ends)
        return Whole(_sized(result, inner, not _fits(low, high)), low, high)

    def mod(self, by: int) -> Whole:
        """The remainder of a number that is not negative."""
        assert self.low >= 0
        divisor = _sized(number(by), False, self.is_wide)
        return Whole(_sized(arithmetic("mod", self.scalar, divisor), self.is_wide, False), 0, by - 1)

    def __neg__(self) -> Whole:
        return whole(0) - self

    def floor(self, by: Whole | int) -> Whole:
        """The quotient by a positive number, rounded down."""
        divisor = whole(by)
        down = self.div(divisor)
        if self.low >= 0:
            return down
        up = -((-self + divisor - 1).div(divisor))
        return either_of(compared("<=", *same_size(whole(0), self)), down, up)


def whole(value: Whole | int) -> Whole:
    return Whole(number(value), value, value) if isinstance(value, int) else value


def same_size(*wholes: Whole) -> tuple[Scalar, ...]:
    """The scalars in as many bits as the widest needs."""
    wide = any(each.is_wide for each in wholes)
    return tuple(_sized(each.scalar, each.is_wide, wide) for each in wholes)


def ends_of(*wholes: Whole) -> tuple[int, int]:
    """The least and greatest that any of these may be."""
    known = [each for each in wholes if each.scalar != UNKNOWN_NUMBER] or list(wholes)
    return min(each.low for each in known), max(each.high for each in known)


def either_of(truth: Scalar, one: Whole, other: Whole) -> Whole:
    """One or the other by a truth; unknown where that is."""
    if truth == TRUE:
        return one
    left, right = same_size(one, other)
    low, high = ends_of(one, other)
    return Whole(_refit(choose(truth, left, right), one, other, low, high), low, high)


def _refit(scalar: Scalar, one: Whole, other: Whole, low: int, high: int) -> Scalar:
    return _sized(scalar, one.is_wide or other.is_wide, not _fits(low, high))


def top(amount: Amount) -> Whole:
    return Whole(amount.number, amount.low, amount.high)


def bottom(amount: Amount) -> Whole:
    return whole(amount.scale) if isinstance(amount.scale, int) else Whole(amount.scale, 1, amount.scale_high)


def aligned(one: Amount, other: Amount) -> tuple[Whole, Whole, Whole]:
    """Two numbers over one scale: (top, top, scale)."""
    if isinstance(one.scale, int) and isinstance(other.scale, int):
        common = lcm(one.scale, other.scale)
        return top(one) * (common // one.scale), top(other) * (common // other.scale), whole(common)
    if one.scale == other.scale:
        return top(one), top(other), bottom(one)
    return top(one) * bottom(other), top(other) * bottom(one), bottom(one) * bottom(other)


def fraction(kind: Kind, above: Whole, below: Whole, exists: Scalar, known: bool) -> Amount:
    """An amount of a top and a positive bottom."""
    scale: int | Scalar = below.scalar
    if isinstance(below.scalar, Literal) and below.scalar.value is not None:
        scale = int(below.scalar.value)
    return Amount(kind, above.scalar, scale, exists, above.low, above.high, known, max(below.high, 1))


def day(ordinal: Whole, exists: Scalar, known: bool) -> Amount:
    return fraction(Kind.DATE, ordinal, whole(1), exists, known)


def between(amount: Amount, low: int, high: int) -> Amount:
    """The amount, of which it is known that its number lies between these."""
    if not _fits(max(low, amount.low), min(high, amount.high)) or not amount.is_wide:
        return evolve(amount, low=max(low, amount.low), high=min(high, amount.high))
    narrow = Operation("narrow", (amount.number,))
    return evolve(amount, number=narrow, low=max(low, amount.low), high=min(high, amount.high))


# -------------------------------------------------------------------- comparing

_NAMES = {
    Comparison.IS: ("=", False),
    Comparison.IS_NOT: ("<>", False),
    Comparison.LESS: ("<", False),
    Comparison.AT_MOST: ("<=", False),
    Comparison.MORE: ("<", True),
    Comparison.AT_LEAST: ("<=", True),
}


def compare(comparison: Comparison, left: Amount, right: Amount) -> Scalar:
    """Both exist and stand so to each other; unknown where a NULL keeps it open."""
    name, turned = _NAMES[comparison]
    exist = both(left.exists, right.exists)
    if left.kind is Kind.PERIOD:
        if left.days is None or right.days is None or name not in ("=", "<>"):
            raise Unsupported("periods are compared")
        same = both(compared("=", left.number, right.number), compared("=", left.days, right.days))
        return both(exist, same if name == "=" else Operation("not", (same,)))
    one, other, _ = aligned(left, right)
    if left.known and right.known:
        settled = _settled(name, *((other, one) if turned else (one, other)))
        if settled is not None:
            return both(exist, settled)
    first, second = same_size(other, one) if turned else same_size(one, other)
    return both(exist, compared(name, first, second))


def _settled(name: str, one: Whole, other: Whole) -> Scalar | None:
    """What the bounds alone say."""
    if name in ("=", "<>"):
        apart = one.high < other.low or other.high < one.low
        return Literal(name == "<>", True) if apart else None
    if one.high < other.low or (name == "<=" and one.high == other.low):
        return TRUE
    if one.low > other.high or (name == "<" and one.low == other.high):
        return Literal(False, True)
    return None
