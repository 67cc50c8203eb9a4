"""The numerical limits of a drawn ledger by hand: plain Python over indexes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow.parquet

from bench.ledger.by_duckdb import EVENTS, TABLES
from bench.ledger.clauses import ELIGIBLE, FULL, OPTION, POOL, RESERVE, TEN, TERM, YEARLY
from bench.ledger.data import years_after

Tables = dict[str, dict[str, list[Any]]]
Row = tuple[str, str, str]
_DAY = timedelta(days=1)


def opened(folder: Path) -> Tables:
    """The files as columns in memory, amounts as whole cents."""
    tables = {name: pyarrow.parquet.read_table(folder / f"{name}.parquet").to_pydict() for name in (*TABLES, *EVENTS)}
    for name, column in (("grant", "exercise price"), ("closing", "value")):
        tables[name][column] = [each and int(Fraction(each[1:]) * 100) for each in tables[name][column]]
    return tables


def rows(tables: Tables) -> list[Row]:
    """Each grant with its verdict and citations."""
    grants = tables["grant"]
    order = sorted(range(len(grants["id"])), key=grants["order"].__getitem__)
    available, fair = of_days(tables)
    serves = intervals(tables["employed"])
    holds = intervals(tables["owns"], [int(each[:-1]) > 10 for each in tables["owns"]["percentage"]])
    drawn: dict[date, int] = defaultdict(int)
    counted: dict[tuple[str, int], int] = defaultdict(int)
    result = []
    columns = ("id", "grantee", "date", "shares", "option kind", "exercise price", "expiry date")
    for at in order:
        id, grantee, day, shares, kind, price, expiry = (grants[each][at] for each in columns)
        incentive = kind == "incentive stock option"
        drawn[day] += shares
        counted[grantee, day.year] += shares
        ten = _within(holds.get(grantee, ()), day)
        if not _within(serves.get(grantee, ()), day):
            said = ("no", ELIGIBLE)
        elif drawn[day] > available(day):
            said = ("no", POOL)
        elif counted[grantee, day.year] > 100_000:
            said = ("no", YEARLY)
        else:
            said = _terms(incentive, ten, price, fair(day), day, expiry)
        result.append((id, *said))
    return result


def _terms(incentive: bool, ten: bool, price: int | None, fair: int, day: date, expiry: date) -> tuple[str, str]:
    if incentive and price is not None:
        low, lower = price < fair, ten and price * 100 < fair * 110
        if low or lower:
            cited = [clause for full, other in zip(FULL, TEN, strict=True) for clause in (full * low, other * lower)]
            return "no", ", ".join(filter(None, cited))
    long, longer = expiry > years_after(day, 10), ten and expiry > years_after(day, 5)
    if long or longer:
        return "no", ", ".join(filter(None, (TERM[0] * long, TERM[1] * longer)))
    return ("depends" if incentive and price is None else "yes"), OPTION[incentive]


def intervals(table: dict[str, list[Any]], kept: list[bool] | None = None) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for at, (person, first, last) in enumerate(zip(table["person"], table["first"], table["last"], strict=True)):
        if kept is None or kept[at]:
            found[person].append((first, last or date.max))
    return found


def _within(intervals: Any, day: date) -> bool:
    return any(first <= day <= last for first, last in intervals)


def of_days(tables: Tables) -> tuple[Any, Any]:
    """What is available on a day, and the value on it."""
    steps = _steps(tables)
    days = sorted(steps)
    used = list(accumulate(steps[day] for day in days))
    approved = dict(zip(tables["approved"]["resolution"], tables["approved"]["value"], strict=True))
    changes = sorted(
        (approved[resolution], reserve)
        for resolution, reserve in zip(
            tables["limit-change"]["resolution"], tables["limit-change"]["new reserve"], strict=True
        )
    )
    since = [day for day, _ in changes]
    closing = dict(zip(tables["closing"]["date"], tables["closing"]["value"], strict=True))
    before = dict(zip(tables["last-sale"]["date"], tables["last-sale"]["value"], strict=True))

    def available(day: date) -> int:
        at, change = bisect_right(days, day), bisect_right(since, day)
        return (changes[change - 1][1] if change else RESERVE) - (used[at - 1] if at else 0)

    def fair(day: date) -> int:
        return int(closing[day] if day in closing else closing[before[day]])

    return available, fair


def _steps(tables: Tables) -> dict[date, int]:
    """By how much the shares used change on each day."""
    steps: dict[date, int] = defaultdict(int)
    grants = tables["grant"]
    cancelled = dict(zip(tables["cancelled"]["grant"], tables["cancelled"]["date"], strict=True))
    left = dict(zip(tables["ended"]["person"], tables["ended"]["date"], strict=True))
    serves = intervals(tables["employed"])
    moved: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for name in ("exercise", "lapse"):
        table = tables[name]
        for id, day, shares in zip(table["grant"], table["date"], table["shares"], strict=True):
            moved[id].append((day, shares))
            if name == "lapse":
                steps[day] -= shares
    columns = ("id", "grantee", "date", "shares")
    for id, grantee, day, shares in zip(*(grants[each] for each in columns), strict=True):
        steps[day + _DAY] += shares
        end = cancelled.get(id)
        if end is not None:
            steps[max(end, day)] -= shares
            for when, part in moved[id]:
                steps[max(end, day, when)] += part
        last = left.get(grantee)
        if last is None or last < day or (end is not None and end <= last):
            continue
        spans = serves[grantee]
        if _within(spans, day) and not _within(spans, last + _DAY):
            own = [(last, -shares), *((max(when, last), part) for when, part in moved[id])]
            for when, part in own:
                if end is None or when < end:
                    steps[when] += part
                    if end is not None:
                        steps[end] -= part
    return steps
