"""A ledger drawn from a seed: persons with ten grants each, and all that the numerical limits look at."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from attrs import define, field

FIRST, LAST = date(1998, 6, 1), date(2006, 12, 29)
OPENING = date(1998, 1, 1)
COMPANY = "the Company"
POOL = "the employee pool"
GRANTS_EACH = 10
_COVERED = Fraction(93, 100)  # of what is granted in a year, so much does the reserve grow by: some comes back

Columns = dict[str, list[Any]]


@define
class Drawn:
    """The tables by the names of the book's records and phrases; keys of a column are those of the book."""

    persons: int
    tables: dict[str, Columns] = field(factory=dict)

    def add(self, table: str, **cells: Any) -> None:
        columns = self.tables.setdefault(table, {})
        for name, cell in cells.items():
            columns.setdefault(name.replace("_", " "), []).append(cell)


def trading_days() -> list[date]:
    days = (FIRST - timedelta(days=40) + timedelta(days=n) for n in range((LAST - FIRST).days + 80))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in ((1, 1), (7, 4), (12, 25))]


def years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def draw(persons: int, seed: int = 1992, undecided: int = 0) -> Drawn:
    """The ledger. ``undecided``: of one grant in so many the exercise price is not known (0: of none)."""
    random = Random(seed)  # noqa: S311 - a drawn ledger, not a secret
    drawn = Drawn(persons)
    days = trading_days()
    prices = _prices(drawn, days, random)
    span = (LAST - FIRST).days
    sequence: list[tuple[date, float, int]] = []
    people: list[tuple[str, date, date | None]] = []
    for number in range(persons):
        name = f"P{number:07}"
        start = FIRST - timedelta(days=random.randrange(1_500))
        left = FIRST + timedelta(days=random.randrange(span)) if random.random() < 0.2 else None
        people.append((name, start, left))
        drawn.add("person", person=name)
        drawn.add("employed", person=name, corporation=COMPANY, first=start, last=left)
        if left is not None:
            drawn.add("ended", person=name, capacity="employee status", date=left)
        if number % 500 == 0:
            drawn.add("owns", person=name, percentage=Fraction(15, 100), corporation=COMPANY, first=start, last=None)
        for _ in range(GRANTS_EACH):
            until = span if left is None or random.random() < 0.03 else max((left - FIRST).days, 1)
            day = FIRST + timedelta(days=random.randrange(until))
            sequence.append((day, random.random(), number))
    sequence.sort()
    for place, (day, _, number) in enumerate(sequence, 1):
        _grant(drawn, f"G{place:08}", people[number], day, place, days, prices, random, undecided)
    _limits(drawn, random)
    return drawn


def _prices(drawn: Drawn, days: list[date], random: Random) -> dict[date, Fraction]:
    prices: dict[date, Fraction] = {}
    cents = 1_000
    for day in days:
        cents = max(100, cents + random.randrange(-20, 22))
        prices[day] = Fraction(cents, 100)
        drawn.add("closing", date=day, value=prices[day])
    day = days[0]
    while day <= LAST:
        if day not in prices:
            drawn.add("last sale", date=day, value=days[bisect_left(days, day) - 1])
        day += timedelta(days=1)
    return prices


def _limits(drawn: Drawn, random: Random) -> None:
    """What the reserve grows by: an amendment each year, adopted and approved."""
    granted: dict[int, int] = {}
    for day, shares in zip(drawn.tables["grant"]["date"], drawn.tables["grant"]["shares"], strict=True):
        granted[day.year] = granted.get(day.year, 0) + shares
    reserve = 0
    for number, year in enumerate(range(FIRST.year, LAST.year + 1), 1):
        reserve += int(granted.get(year, 0) * _COVERED)
        name = f"Amendment {number}"
        drawn.add("resolution", resolution=name)
        drawn.add("adopted", resolution=name, value=date(year, 1, 5))
        drawn.add("approved", resolution=name, value=date(year, 2, 10 + random.randrange(10)))
        drawn.add(
            "limit change",
            id=f"L{number}",
            resolution=name,
            pool=POOL,
            new_reserve=reserve,
            new_ceiling=reserve + 150_000,
        )


def _grant(
    drawn: Drawn,
    id: str,
    person: tuple[str, date, date | None],
    day: date,
    place: int,
    days: list[date],
    prices: dict[date, Fraction],
    random: Random,
    undecided: int,
) -> None:
    name, _, left = person
    market = prices[day] if day in prices else prices[days[bisect_left(days, day) - 1]]
    shares = (
        100 * (1 + int(random.paretovariate(1.3)) % 400) if random.random() < 0.9 else 100 * random.randrange(1_100)
    )
    unpriced = bool(undecided) and place % undecided == 0
    incentive = random.random() < 0.5 or unpriced
    price = market if random.random() < 0.97 else market * Fraction(random.randrange(90, 115), 100)
    expiry = years_after(day, 10) + timedelta(days=random.random() < 0.01)
    drawn.add(
        "grant",
        id=id,
        grantee=name,
        date=day,
        shares=shares,
        option_kind="incentive stock option" if incentive else "nonstatutory stock option",
        pool=POOL,
        exercise_price=None if unpriced else Fraction(round(price * 100), 100),
        expiry_date=expiry,
        order=place,
    )
    drawn.add("authorized", grant=id)
    chance = random.random()
    last = min(LAST, left) if left is not None else LAST
    after = day + timedelta(days=random.randrange(1, max(2, (LAST - day).days)))
    if chance < 0.03:
        drawn.add("cancelled", grant=id, date=after)
    elif chance < 0.06:
        drawn.add("lapse", id=f"L{id}", grant=id, date=after, shares=shares // 2, lapse_cause="expiry")
    elif chance < 0.26 and day < last:
        when = day + timedelta(days=random.randrange(1, max(2, (last - day).days)))
        drawn.add("exercise", id=f"E{id}", grant=id, date=when, shares=shares // 4, buyer=name)
