"""What the vesting conditions of an Open Cap Format package are to each other, as columns that rules can rest on.

The format names a condition within its terms alone, says which conditions may come *next*, and counts periods of months
or of days. A rule wants the name of a step that is one in the whole package, the step that comes *before*, and months.
What the format leaves open, or what a rule that counts months cannot say, is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence

from policy.ledger_cells import Cell

Cells = MutableMapping[str, Cell]
_UNKNOWN = "?"
_COUNTED = ("MONTHS", "VESTING_START_DAY_OR_LAST_DAY_OF_MONTH", "VESTING_START_DATE")
"""Periods of months that end on the day of the month on which vesting started, counted from there."""

WITHIN = "within"
"""Of an object within an object within an object: the id of the outermost."""
STEP, ORIGIN, EARLIER, BASE, MONTHS = "step", "step.origin", "step.earlier", "step.base", "step.months"
"""The columns: the step's name in the package, that of the step it counts from, that of the step that must come before,
what its portion is a part of, and how many months a period has."""


def relate_conditions(conditions: Sequence[Cells], following: Iterable[Mapping[str, Cell]]) -> None:
    """Put the columns into the rows of vesting conditions; ``following`` are the rows of what each names as next."""
    before: dict[str, list[str]] = {}
    for row in following:
        before.setdefault(_name(row.get(WITHIN), row.get("value")), []).append(str(row.get("of")))
    for row in conditions:
        terms = row.get("of")
        row[STEP] = _name(terms, row.get("id"))
        earlier = before.get(str(row[STEP]), [])
        if earlier:
            row[EARLIER] = earlier[0] if len(earlier) == 1 else _UNKNOWN
        row[BASE] = "rest" if row.get("portion.remainder") == "true" else "whole"
        if row.get("trigger.type") == "VESTING_SCHEDULE_RELATIVE":
            origin = row.get("trigger.relative_to_condition_id")
            row[ORIGIN] = _name(terms, origin) if origin else _UNKNOWN
    steps = {row[STEP]: row for row in conditions}
    for row in conditions:
        if ORIGIN in row:
            counts = row.get("trigger.period.type"), row.get("trigger.period.day_of_month"), _root(row, steps)
            row[MONTHS] = row.get("trigger.period.length") if counts == _COUNTED else _UNKNOWN


def _root(row: Mapping[str, Cell], steps: Mapping[Cell, Mapping[str, Cell]]) -> Cell:
    """What triggers the step from which, over all steps between, a step counts; nothing where that leads nowhere."""
    for _ in steps:
        if ORIGIN not in row:
            return row.get("trigger.type")
        row = steps.get(row[ORIGIN], {})
    return None


def relate_acts(acts: Iterable[Cells], issuances: Iterable[Mapping[str, Cell]]) -> None:
    """Name the step in the rows of vesting starts and events, by the terms of the security that they are about."""
    terms = {row.get("security_id"): row.get("vesting_terms_id") for row in issuances}
    for row in acts:
        named = terms.get(row.get("security_id")), row.get("vesting_condition_id")
        row[STEP] = _UNKNOWN if {None, _UNKNOWN} & {*named} else _name(*named)


def relate_listed(listed: Iterable[Cells], issuances: Iterable[Mapping[str, Cell]]) -> None:
    """Name the security in the rows of the vesting dates that an issuance lists."""
    security = {row.get("id"): row.get("security_id") for row in issuances}
    for row in listed:
        row["security_id"] = security.get(row.get("of"))


def _name(terms: Cell, condition: Cell) -> str:
    return f"{terms} {condition}"
