"""A small relational algebra, as frozen data over whole numbers and truths.

Every column holds a whole number of 64 or 128 bits, or a truth; NULL means unknown and nothing else, so AND, OR
and NOT are strong Kleene logic. The operations are those of `SCALARS` and of the classes here: there is no
division but of whole numbers towards zero, no average, no text, no date and no implicit cast. The functions that
build scalars work out what is constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import field, frozen

# -------------------------------------------------------------------- scalars


@frozen(cache_hash=True)
class Column:
    """A column of the relation at hand; ``sure``: it is known to be NULL in no row."""

    name: str
    sure: bool = field(default=False, eq=False)


@frozen(cache_hash=True)
class Literal:
    """A constant; None is unknown. ``of_truth`` tells an unknown truth from an unknown number."""

    value: int | bool | None
    of_truth: bool


@frozen(cache_hash=True)
class Operation:
    """One of `SCALARS` applied to scalars; ``sure``: it is known to be NULL in no row."""

    name: str
    operands: tuple[Scalar, ...]
    sure: bool = field(init=False, eq=False, repr=False)

    @sure.default
    def _is_sure(self) -> bool:
        if self.name in ("is null", "is true"):
            return True
        if self.name == "when":
            truth, one, other = self.operands
            where_not_null = isinstance(truth, Operation) and (truth.name, truth.operands) == ("is null", (other,))
            return is_sure(one) and (where_not_null or is_sure(other))
        return all(map(is_sure, self.operands))


Scalar = Column | Literal | Operation

SCALARS: dict[str, int] = {
    "and": -1,  # any number of operands
    "or": -1,
    "not": 1,
    "is null": 1,
    "is true": 1,
    "=": 2,
    "<>": 2,
    "<": 2,
    "<=": 2,
    "+": 2,
    "-": 2,
    "*": 2,
    "div": 2,  # towards zero
    "wide div": 2,  # the same of 128 bits, by a positive number
    "mod": 2,  # of numbers that are not negative
    "negative": 1,
    "choose": 3,  # the second where the first is true, the third where it is false, else NULL
    "when": 3,  # the second where the first is true, else the third
    "widen": 1,  # to 128 bits
    "narrow": 1,  # to 64 bits, where the value is known to fit
}
"""The whitelist: name and number of operands."""

TRUE = Literal(True, True)
FALSE = Literal(False, True)
UNKNOWN_TRUTH = Literal(None, True)
UNKNOWN_NUMBER = Literal(None, False)


def number(value: int) -> Literal:
    return Literal(value, False)


def columns_of(*scalars: Scalar) -> set[str]:
    """The names of the columns that scalars are computed from."""
    found: set[str] = set()
    pending = list(scalars)
    while pending:
        scalar = pending.pop()
        if isinstance(scalar, Column):
            found.add(scalar.name)
        elif isinstance(scalar, Operation):
            pending += scalar.operands
    return found


def replaced(scalar: Scalar, columns: dict[str, Scalar]) -> Scalar:
    """The scalar with columns replaced by others."""
    if isinstance(scalar, Column):
        return columns.get(scalar.name, scalar)
    if isinstance(scalar, Operation):
        return Operation(scalar.name, tuple(replaced(each, columns) for each in scalar.operands))
    return scalar


def both(*truths: Scalar) -> Scalar:
    """Whether all hold."""
    return _joined("and", truths, TRUE, FALSE)


def either(*truths: Scalar) -> Scalar:
    """Whether any holds."""
    return _joined("or", truths, FALSE, TRUE)


def _joined(name: str, truths: Iterable[Scalar], idle: Literal, decisive: Literal) -> Scalar:
    parts: dict[Scalar, None] = {}
    for truth in truths:
        if truth == decisive:
            return decisive
        if isinstance(truth, Operation) and truth.name == name:
            parts.update(dict.fromkeys(truth.operands))
        elif truth != idle:
            parts.setdefault(truth)
    if not parts:
        return idle
    return next(iter(parts)) if len(parts) == 1 else Operation(name, tuple(parts))


def conjuncts_of(truth: Scalar) -> tuple[Scalar, ...]:
    """The scalars that must all hold."""
    return truth.operands if isinstance(truth, Operation) and truth.name == "and" else (truth,)


def is_sure(scalar: Scalar) -> bool:
    """Whether a scalar is known to be NULL in no row."""
    return scalar.value is not None if isinstance(scalar, Literal) else scalar.sure


def negation(truth: Scalar) -> Scalar:
    if isinstance(truth, Literal):
        return truth if truth.value is None else (FALSE if truth.value else TRUE)
    if isinstance(truth, Operation) and truth.name == "not":
        return truth.operands[0]
    return Operation("not", (truth,))


def is_unknown(scalar: Scalar) -> Scalar:
    """Whether it is NULL; never NULL itself."""
    if isinstance(scalar, Literal):
        return TRUE if scalar.value is None else FALSE
    if is_sure(scalar):
        return FALSE
    if isinstance(scalar, Operation):
        if scalar.name in ("not", "negative"):
            return is_unknown(scalar.operands[0])
        if scalar.name == "when":
            truth, one, other = scalar.operands
            return when(truth, is_unknown(one), is_unknown(other))
    return Operation("is null", (scalar,))


def is_true(truth: Scalar) -> Scalar:
    """Whether it holds for certain; never NULL."""
    if isinstance(truth, Literal):
        return TRUE if truth.value else FALSE
    if is_sure(truth):
        return truth
    if isinstance(truth, Operation) and truth.name == "when":
        condition, one, other = truth.operands
        return when(condition, is_true(one), is_true(other))
    return Operation("is true", (truth,))


def is_false(truth: Scalar) -> Scalar:
    """Whether it certainly does not hold; never NULL."""
    return is_true(negation(truth))


def choose(truth: Scalar, one: Scalar, other: Scalar) -> Scalar:
    """One where the truth holds, the other where it does not, unknown where that is unknown."""
    if is_sure(truth):
        return when(truth, one, other)
    if one == other and isinstance(one, Literal) and one.value is None:
        return one
    if isinstance(truth, Literal):
        return Literal(None, is_truth(one))
    return Operation("choose", (truth, one, other))


def when(truth: Scalar, one: Scalar, other: Scalar) -> Scalar:
    """One where the truth holds for certain, else the other."""
    if one == other:
        return one
    if isinstance(truth, Literal):
        return one if truth.value else other
    if isinstance(truth, Operation) and truth.name == "is true":
        truth = truth.operands[0]
    if one == TRUE and is_sure(other):
        return either(is_true(truth), other)
    if one == FALSE and is_sure(other):
        return both(is_false_or_unknown(truth), other)
    if other == FALSE and is_sure(one):
        return both(is_true(truth), one)
    if other == TRUE and is_sure(one):
        return either(is_false_or_unknown(truth), one)
    return Operation("when", (truth, one, other))


def is_false_or_unknown(truth: Scalar) -> Scalar:
    """Whether it does not hold for certain; never NULL."""
    return negation(is_true(truth))


_TRUTHS = frozenset({"and", "or", "not", "is null", "is true", "=", "<>", "<", "<="})


def is_truth(scalar: Scalar) -> bool:
    """Whether it is a truth rather than a number, as far as it is told by what it is computed with."""
    if isinstance(scalar, Literal):
        return scalar.of_truth
    if isinstance(scalar, Operation):
        return scalar.name in _TRUTHS or (scalar.name in ("choose", "when") and is_truth(scalar.operands[1]))
    return False


def compared(name: str, left: Scalar, right: Scalar) -> Scalar:
    """``=``, ``<>``, ``<`` or ``<=`` of two numbers."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        if left.value is None or right.value is None:
            return UNKNOWN_TRUTH
        one, other = left.value, right.value
        holds = {"=": one == other, "<>": one != other, "<": one < other, "<=": one <= other}[name]
        return TRUE if holds else FALSE
    if UNKNOWN_NUMBER in (left, right):
        return UNKNOWN_TRUTH
    return Operation(name, (left, right))


def arithmetic(name: str, left: Scalar, right: Scalar) -> Scalar:
    """``+``, ``-``, ``*``, ``div``, ``wide div`` or ``mod`` of two numbers."""
    if UNKNOWN_NUMBER in (left, right):
        return UNKNOWN_NUMBER
    if isinstance(right, Literal) and right.value is not None:
        if isinstance(left, Literal) and left.value is not None:
            one, other = left.value, right.value
            if name in ("div", "wide div", "mod"):
                quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
                return number(one - quotient * other if name == "mod" else quotient)
            return number({"+": one + other, "-": one - other, "*": one * other}[name])
        if right.value == 0 and name in ("+", "-"):
            return left
        if right.value == 1 and name in ("*", "div", "wide div"):
            return left
    if isinstance(left, Literal):
        if left.value == 0 and name == "+":
            return right
        if left.value == 1 and name == "*":
            return right
    return Operation(name, (left, right))


# ------------------------------------------------------------------ relations


@frozen
class Scan:
    """The columns of a stored table: (name here, name there)."""

    table: str
    columns: tuple[tuple[str, str], ...]


@frozen
class One:
    """A relation of one row without columns."""


@frozen
class Extend:
    """With further columns, none of which is computed from another."""

    input: Relation
    columns: tuple[tuple[str, Scalar], ...]


@frozen
class Keep:
    """With these columns only."""

    input: Relation
    columns: tuple[str, ...]


@frozen
class Filter:
    """The rows for which a truth holds for certain."""

    input: Relation
    truth: Scalar


@frozen
class Pair:
    """An equality of a join; ``unknown_too``: NULL equals NULL."""

    left: str
    right: str
    unknown_too: bool = False


@frozen
class Join:
    """Rows of both sides for which all pairs are equal; ``keep_left``: unmatched rows of the left, with NULLs."""

    left: Relation
    right: Relation
    pairs: tuple[Pair, ...]
    keep_left: bool = False


FOLDS = ("sum", "min", "max", "any")


@frozen
class Folded:
    """A fold of a scalar over a group: one of `FOLDS`; ``wide``: the sum needs 128 bits."""

    name: str
    fold: str
    of: Scalar
    wide: bool = False


@frozen
class Group:
    """One row for each combination of the keys (without keys: one row)."""

    input: Relation
    keys: tuple[str, ...]
    folds: tuple[Folded, ...]


@frozen
class Running:
    """Folds over the rows of the same ``within`` up to each row, in the order of ``by`` (NULLs nowhere)."""

    input: Relation
    within: tuple[str, ...]
    by: tuple[str, ...]
    folds: tuple[Folded, ...]


@frozen
class Differences:
    """With further columns (name, of): a column less what it was in the row of the same ``within`` before, by ``by``.

    In the first row, less nothing. Rows that are equal in both ``within`` and ``by`` are equal in all columns.
    """

    input: Relation
    within: tuple[str, ...]
    by: str
    columns: tuple[tuple[str, str], ...]


@frozen
class Union:
    """The rows of all inputs, which have these columns."""

    inputs: tuple[Relation, ...]
    columns: tuple[str, ...]


Relation = Scan | One | Extend | Keep | Filter | Join | Group | Running | Differences | Union
RELATIONS = (Scan, One, Extend, Keep, Filter, Join, Group, Running, Differences, Union)


def tables_of(relation: Relation) -> Iterator[str]:
    """The stored tables that a relation reads."""
    pending: list[Relation] = [relation]
    while pending:
        match pending.pop():
            case Scan(table):
                yield table
            case Join(left, right):
                pending += [left, right]
            case Union(inputs):
                pending += inputs
            case Extend(inner) | Keep(inner) | Filter(inner) | Group(inner) | Running(inner) | Differences(inner):
                pending.append(inner)
