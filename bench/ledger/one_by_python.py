"""The numerical limits of one grant by hand: plain Python over indexes made beforehand, with a tree of what it saw."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import Any

from attrs import define, field

from bench.ledger import by_python
from bench.ledger.clauses import ELIGIBLE, FULL, OPTION, POOL, TEN, TERM, YEARLY
from bench.ledger.data import years_after

Tree = tuple[Any, ...]
"""What a step is, what it came to, and the steps under it."""
Judged = tuple[str, str, Tree]


@define(eq=False)
class Point:
    """A drawn ledger, with what one question needs of it in indexes."""

    tables: by_python.Tables
    _at: dict[str, int] = field(factory=dict)
    _on_day: dict[date, tuple[list[int], list[int]]] = field(factory=dict)
    _in_year: dict[tuple[str, int], tuple[list[int], list[int]]] = field(factory=dict)
    _available: Any = None
    _fair: Any = None
    _serves: Any = None
    _holds: Any = None

    def __attrs_post_init__(self) -> None:
        grants = self.tables["grant"]
        self._at = {id: at for at, id in enumerate(grants["id"])}
        self._available, self._fair = by_python.of_days(self.tables)
        self._serves = by_python.intervals(self.tables["employed"])
        owns = self.tables["owns"]
        self._holds = by_python.intervals(owns, [int(each[:-1]) > 10 for each in owns["percentage"]])
        day: dict[date, list[tuple[int, int]]] = defaultdict(list)
        year: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        columns = (grants[name] for name in ("order", "date", "grantee", "shares"))
        for order, when, grantee, shares in sorted(zip(*columns, strict=True)):
            day[when].append((order, shares))
            year[grantee, when.year].append((order, shares))
        self._on_day = {key: _running(each) for key, each in day.items()}
        self._in_year = {key: _running(each) for key, each in year.items()}

    def judge(self, id: str) -> Judged:
        """The verdict on a grant, its citations, and the tree."""
        grants = self.tables["grant"]
        at = self._at[id]
        grantee, day, order, shares = (grants[name][at] for name in ("grantee", "date", "order", "shares"))
        kind, price, expiry = (grants[name][at] for name in ("option kind", "exercise price", "expiry date"))
        incentive = kind == "incentive stock option"
        span = next((each for each in self._serves.get(grantee, ()) if each[0] <= day <= each[1]), None)
        serves = ("eligible", span is not None, (("grantee", grantee), ("day", day), ("employed", span)))
        steps: list[Tree] = [serves]
        if span is None:
            return "no", ELIGIBLE, ("limits", False, tuple(steps))
        steps.append(("kind", incentive, (("option kind", kind),)))
        places, totals = self._on_day[day]
        count = bisect_right(places, order)
        draw, available = totals[count], self._available(day)
        within = draw <= available
        steps.append(("pool", within, (("draw", draw, (count, day)), ("available", available, (day,)))))
        if not within:
            return "no", POOL, ("limits", False, tuple(steps))
        places, totals = self._in_year[grantee, day.year]
        count = bisect_right(places, order)
        counted = totals[count]
        steps.append(("counted", counted <= 100_000, (("total", counted, (count, grantee, day.year)), ("own", shares))))
        if counted > 100_000:
            return "no", YEARLY, ("limits", False, tuple(steps))
        held = next((each for each in self._holds.get(grantee, ()) if each[0] <= day <= each[1]), None)
        ten, fair = held is not None, self._fair(day)
        open_ = incentive and price is None
        low = incentive and price is not None and price < fair
        lower = incentive and price is not None and ten and price * 100 < fair * 110
        tested = (("price", price), ("fair", fair), ("ten", ten, (("held", held),)))
        steps.append(("priced", None if open_ else not (low or lower), tested))
        if low or lower:
            cited = [clause for full, other in zip(FULL, TEN, strict=True) for clause in (full * low, other * lower)]
            return "no", ", ".join(filter(None, cited)), ("limits", False, tuple(steps))
        end, sooner = years_after(day, 10), years_after(day, 5)
        long, longer = expiry > end, ten and expiry > sooner
        steps.append(("term", not (long or longer), (("expiry", expiry), ("ten years", end), ("five years", sooner))))
        if long or longer:
            return "no", ", ".join(filter(None, (TERM[0] * long, TERM[1] * longer))), ("limits", False, tuple(steps))
        return ("depends" if open_ else "yes"), OPTION[incentive], ("limits", None if open_ else True, tuple(steps))


def _running(members: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The places of members in the recorded order, and the totals up to each."""
    totals = [0]
    for _, shares in members:
        totals.append(totals[-1] + shares)
    return [order for order, _ in members], totals


def walked(tree: Any) -> int:
    """How many nodes a tree has, each visited."""
    count, pending = 0, [tree]
    while pending:
        node = pending.pop()
        count += 1
        if len(node) > 2 and type(node[2]) is tuple:
            pending += [each for each in node[2] if type(each) is tuple]
    return count
