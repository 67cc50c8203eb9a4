"""What the facts say of keys: rows looked up in the ledger's tables, and what their silence means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeGuard

from attrs import evolve

from engine.model import Comparison, Relation, Silence
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    UNKNOWN_TRUTH,
    Column,
    Literal,
    Operation,
    Scalar,
    both,
    compared,
    either,
    is_sure,
    is_true,
    is_unknown,
    negation,
    number,
    when,
)
from engine.relational.amounts import Amount, Unsupported, compare, constant, ends_of, same_size, top, unknown, whole
from engine.relational.frame import MATCHED, LookUp
from engine.relational.scope import Row, Scope
from engine.relational.tables import CHAIN, FIRST, LAST, RANK, STATUS, ColumnFacts, Table
from engine.values import Kind

if TYPE_CHECKING:
    from engine.relational.translate import Translator

# ----------------------------------------------------------------- statements


def statement(into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
    """Whether a recorded statement holds (of a record: whether it is kept)."""
    if relation.record and _at_hand(relation, arguments, scope):
        return TRUE
    silent = silence(into, relation, arguments, scope)
    table = into.plan.ledger.table(relation.name)
    if table is None:
        return silent
    matched, cells = looked_up(table, arguments, scope)
    status: Scalar = cells(STATUS) if table.status else TRUE
    return guarded(arguments, when(matched, status, silent))


def silence(into: Translator, relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar:
    """What it means that the facts say nothing of a statement."""
    if relation.name in into.plan.ledger.incomplete:
        return UNKNOWN_TRUTH
    if relation.silence is Silence.ASSUMED:
        return TRUE if relation.assumed else FALSE
    if relation.silence is Silence.UNKNOWN and relation.name not in into.plan.ledger.complete:
        return UNKNOWN_TRUTH
    return both(later(into, relation, arguments), UNKNOWN_TRUTH)


def later(into: Translator, relation: Relation, arguments: tuple[Amount, ...]) -> Scalar:
    """Whether a row would be dated after the last day for which the record is complete."""
    horizon = into.plan.horizon(relation)
    if horizon is None or relation.time is None or relation.time >= len(arguments):
        return FALSE
    day = arguments[relation.time]
    return compare(
        Comparison.MORE, evolve(day, exists=TRUE), Amount(Kind.DATE, number(horizon), 1, TRUE, horizon, horizon)
    )


def guarded(arguments: tuple[Amount, ...], truth: Scalar) -> Scalar:
    """Unknown where an argument is."""
    return when(either(*(each.missing for each in arguments)), UNKNOWN_TRUTH, truth)


Cells = Callable[[str], Scalar]
"""The cells of a row, by their names in its table."""


def looked_up(table: Table, arguments: tuple[Amount, ...], scope: Scope) -> tuple[Scalar, Cells]:
    """Whether there is a row with these keys, and its cells; constant keys are looked up here and now.

    Nor is the row joined that is at hand; and of keys of which there certainly is a row, it is not asked whether.
    """
    keys: list[tuple[str, Scalar]] = []
    for facts, argument in zip(table.columns, arguments, strict=False):
        if not isinstance(argument.scale, int) or argument.kind is Kind.PERIOD:
            raise Unsupported(f"{table.relation.name} is looked up by a computed number")
        mine = top(argument)
        if argument.scale != facts.scale:
            if facts.scale % argument.scale:
                raise Unsupported(f"{table.relation.name} is looked up by a finer number than it has")
            mine = mine * (facts.scale // argument.scale)
        if mine.is_wide:
            raise Unsupported(f"{table.relation.name} is looked up by a large number")
        keys.append((facts.name, mine.scalar))
    if table.single and all(isinstance(key, Literal) for _, key in keys):
        place = table.find({name: key.value for name, key in keys if isinstance(key, Literal)})
        if place is None:
            return FALSE, lambda name: UNKNOWN_NUMBER
        return TRUE, lambda name: _fixed(table, name, place)
    own = _own(table, [key for _, key in keys], scope) if table.single else None
    if own is not None:
        return TRUE, own.cell
    found = scope.frame.look_up(table.name, tuple(keys))
    if _is_listed(table, arguments):
        return TRUE, lambda name: _listed(table, name, found, scope)
    return negation(is_unknown(scope.frame.cell(found, MATCHED))), lambda name: scope.frame.cell(found, name)


def _own(table: Table, keys: list[Scalar], scope: Scope) -> Row | None:
    """The row at hand that has these keys."""
    return next((row for row in scope.others if row.table is table and _has(row, keys, scope)), None)


def _has(row: Row, keys: Sequence[Scalar], scope: Scope) -> bool:
    """Whether the row at hand has these keys: they are its cells, or no row counts of which they are not."""
    cells = [row.number(facts) for facts in row.table.columns[: len(keys)]]
    if cells == list(keys):
        return True
    equal = {part.operands for truth in scope.filters for part in scope.opened(truth) if _equates(part)}
    return all(cell == key or {(cell, key), (key, cell)} & equal for cell, key in zip(cells, keys, strict=True))


def _equates(part: Scalar) -> TypeGuard[Operation]:
    return isinstance(part, Operation) and part.name == "="


def _is_listed(table: Table, arguments: tuple[Amount, ...]) -> bool:
    """Whether there certainly is a row with this key."""
    if not table.lists_all:
        return False
    facts, argument = table.columns[0], arguments[0]
    known = argument.known and is_sure(argument.number) and argument.scale == facts.scale
    return known and facts.low <= argument.low <= argument.high <= facts.high


def _listed(table: Table, name: str, found: LookUp, scope: Scope) -> Scalar:
    """A cell of the row that there is."""
    facts = next((each for each in table.columns if name in (each.name, each.exists)), None)
    if facts is not None and name == facts.name and facts.only is not None:
        return number(facts.only)
    if facts is not None and name == facts.exists and facts.empty:
        return FALSE
    sure = facts is not None and (facts.filled if name == facts.name else facts.known)
    return scope.frame.cell(found, name, sure or name in (FIRST, LAST))


def _fixed(table: Table, name: str, place: int) -> Literal:
    """A cell as a constant."""
    value = table.value(name, place)
    return Literal(value, name == STATUS or any(name == facts.exists for facts in table.columns))


def _at_hand(relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> bool:
    first = arguments[0].number
    return isinstance(first, Column) and first.name in scope.rows and scope.rows[first.name].table.relation is relation


# --------------------------------------------------------------------- values


def _cell(facts: ColumnFacts, cells: Cells, matched: Scalar) -> Amount:
    exists: Scalar = FALSE if facts.empty else cells(facts.exists) if facts.exists else TRUE
    days = cells(facts.days) if facts.days else None
    number_ = cells(facts.name)
    low, high, known = facts.low, facts.high, facts.known
    if isinstance(number_, Literal) and number_.value is not None:
        low = high = int(number_.value)
        known = True
    exists = when(matched, exists, FALSE)
    return Amount(facts.kind, number_, facts.scale, exists, low, high, known, facts.scale, days)


def cell(into: Translator, relation: Relation, arguments: tuple[Amount, ...], column: int, scope: Scope) -> Amount:
    """A recorded value, or an attribute of a record."""
    if relation.record and _at_hand(relation, arguments, scope):
        row = scope.rows[arguments[0].number.name]  # type: ignore[union-attr]
        return row.amount(row.table.columns[column])
    silent = _silent_value(into, relation, arguments, column)
    return _given(into, relation, arguments, column, silent, scope)


def given(
    into: Translator, relation: Relation, arguments: tuple[Amount, ...], column: int, concluded: Amount, scope: Scope
) -> Amount:
    """A stated value in place of what the rules conclude."""
    return _given(into, relation, arguments, column, concluded, scope)


def _given(
    into: Translator, relation: Relation, arguments: tuple[Amount, ...], column: int, silent: Amount, scope: Scope
) -> Amount:
    table = into.plan.ledger.table(relation.name)
    if table is None:
        return silent
    matched, cells = looked_up(table, arguments, scope)
    value = _cell(table.columns[column], cells, matched)
    missing = either(*(each.missing for each in arguments))
    if silent.exists != FALSE:
        value = _merged(matched, value, silent)
    if missing == FALSE:
        return value
    return evolve(
        value,
        number=when(missing, UNKNOWN_NUMBER, value.number),
        exists=when(missing, UNKNOWN_TRUTH, value.exists),
        known=False,
    )


def _merged(matched: Scalar, stated: Amount, silent: Amount) -> Amount:
    """What is stated where something is; what silence gives elsewhere."""
    if matched == TRUE:
        return stated
    if silent.number == UNKNOWN_NUMBER:
        return evolve(stated, exists=when(matched, stated.exists, silent.exists), known=False)
    if not (isinstance(stated.scale, int) and isinstance(silent.scale, int)) or stated.kind is Kind.PERIOD:
        raise Unsupported("a value stated in place of a computed one")
    common = max(stated.scale, silent.scale)
    if common % stated.scale or common % silent.scale:
        raise Unsupported("a value stated in place of a computed one")
    mine, theirs = top(stated) * (common // stated.scale), top(silent) * (common // silent.scale)
    one, other = same_size(mine, theirs)
    low, high = ends_of(mine, theirs)
    # Where the stated value is not known, its number is NULL, and stays so.
    return Amount(
        stated.kind,
        when(matched, one, other),
        common,
        when(matched, stated.exists, silent.exists),
        low,
        high,
        stated.known and silent.known,
        common,
    )


def _silent_value(into: Translator, relation: Relation, arguments: tuple[Amount, ...], column: int) -> Amount:
    kind = relation.columns[column].type.kind
    nothing = evolve(unknown(kind), exists=FALSE, known=True)
    if relation.name in into.plan.ledger.incomplete:
        return unknown(kind, True)
    if relation.record:
        return nothing
    if relation.silence is Silence.ASSUMED:
        assert relation.assumed is not None
        return constant(relation.assumed, into.plan.ledger.symbols.code)
    if relation.silence is Silence.FALSE or relation.name in into.plan.ledger.complete:
        after = later(into, relation, arguments)
        return nothing if after == FALSE else evolve(nothing, exists=both(after, UNKNOWN_TRUTH), known=False)
    return unknown(kind, relation.columns[column].optional)


def judged(relation: Relation, arguments: tuple[Amount, ...], scope: Scope) -> Scalar | None:
    """What is concluded of the keys at hand, where they come with it."""
    keys = [each.number for each in arguments]
    for row in scope.others:
        if row.table.judged and row.table.relation is relation and _has(row, keys, scope):
            return row.cell(STATUS) if row.table.status else TRUE
    return None


def overridden(
    into: Translator, relation: Relation, arguments: tuple[Amount, ...], concluded: Scalar, scope: Scope
) -> Scalar:
    """A fact about a concluded statement stands in place of the rules."""
    table = into.plan.ledger.table(relation.name)
    if table is None:
        return concluded
    matched, cells = looked_up(table, arguments, scope)
    status: Scalar = cells(STATUS) if table.status else TRUE
    return guarded(arguments, when(matched, status, concluded))


# ------------------------------------------------------------------ over time


def over_time(
    into: Translator,
    relation: Relation,
    keys: tuple[Amount, ...],
    first: Amount,
    last: Amount,
    throughout: bool,
    scope: Scope,
) -> Scalar:
    """Whether a statement over time holds throughout (at some day of) the days from first to last."""
    exist = both(*(each.exists for each in (*keys, first, last)))
    in_order = TRUE if first is last else compare(Comparison.AT_MOST, first, last)
    arguments = (*keys, first, last)
    silent = both(_silent_over_time(into, relation, last), UNKNOWN_TRUTH)
    table = into.plan.ledger.table(relation.name)
    if table is None:
        return both(exist, in_order, guarded(arguments, silent))
    if first is not last and (throughout or table.status):
        # Days may be held by several intervals together; what is denied may be some of the days.
        raise Unsupported(f"{relation.name} is asked of many days at once")
    if not table.single:
        truth = into.in_intervals(table, keys, first, last, silent, scope)
        return both(exist, in_order, guarded(arguments, truth))
    matched, cells = looked_up(table, keys, scope)
    begins, ends = cells(FIRST), cells(LAST)
    inside = is_true(within(begins, ends, first, last))  # NULL where no row is matched
    if matched == FALSE:
        inside = FALSE
    status: Scalar = cells(STATUS) if table.status else TRUE
    return both(exist, in_order, guarded(arguments, when(inside, said(status, silent), silent)))


def said(status: Scalar, silent: Scalar) -> Scalar:
    """What an interval says of its days: so, not so, or that it is not known whether."""
    return status if status == TRUE else when(is_unknown(status), either(UNKNOWN_TRUTH, silent), status)


def within(begins: Scalar, ends: Scalar, first: Amount, last: Amount) -> Scalar:
    """Whether an interval has a day from first to last."""
    return both(compared("<=", begins, last.number), compared("<=", first.number, ends))


def _silent_over_time(into: Translator, relation: Relation, last: Amount) -> Scalar:
    """Whether a statement over time may hold although no interval shows it."""
    if relation.name in into.plan.ledger.incomplete:
        return TRUE
    horizon = into.plan.horizon(relation)
    if horizon is not None:
        there = Amount(Kind.DATE, whole(horizon).scalar, 1, TRUE, horizon, horizon)
        return compare(Comparison.MORE, evolve(last, exists=TRUE), there)
    complete = relation.name in into.plan.ledger.complete
    return TRUE if relation.silence is Silence.UNKNOWN and not complete else FALSE


# ----------------------------------------------------------------------- order


def in_order(into: Translator, relation: Relation, one: Amount, other: Amount, scope: Scope) -> Scalar:
    """Whether the record puts one record of a day before another; unknown where it does not say."""
    table = into.plan.ledger.table(relation.name)
    if table is None or not table.ranks:
        return UNKNOWN_TRUTH
    ranks = [place_of(table, each, scope) for each in (one, other)]
    (rank, chain), (next_rank, next_chain) = ranks
    same = is_true(compared("=", chain, next_chain))
    return when(same, compared("<", rank, next_rank), UNKNOWN_TRUTH)


def place_of(table: Table, record: Amount, scope: Scope) -> tuple[Scalar, Scalar]:
    if _at_hand(table.relation, (record,), scope):
        row = scope.rows[record.number.name]  # type: ignore[union-attr]
        return row.cell(RANK), row.cell(CHAIN)
    columns = record.columns
    if scope.outer is not None and scope.is_outer(columns):
        rank, chain = place_of(table, record, scope.outer)
        return scope.take_truth(rank), scope.take_truth(chain)
    _, cells = looked_up(table, (record,), scope)
    return cells(RANK), cells(CHAIN)
