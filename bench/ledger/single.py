"""Single questions over a whole ledger: `python -m bench.ledger.single --persons 1000 10000`.

Times are of processors, in milliseconds: the first question, one on the same day, one on another day, one prepared, one
with another cell of a grant supposed (its price, then its shares), and one after one more grant is recorded, with one
like it; medians, but for the first. What is asked is what counsel asks: may somebody receive shares on a day; after one
more grant is recorded, whether the limits allow another, of a day about which a question was asked before. No two
questions are the same. Garbage is looked for as seldom as by a command.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

from bench.ledger.data import GRANTS_EACH, draw
from bench.ledger.files import written
from engine.garbage import seldom
from engine.values import DATE
from policy.instrument import Case, load
from policy.ledger_kinds import Ledger
from policy.quantities import print_value

QUESTION = "may *a person* receive *shares* on *a date*"
FIRST = date(2004, 3, 1)
ROUNDS = 25


def person(number: int, persons: int) -> str:
    return f"P{number * 7919 % persons:07d}"


def text(number: int, persons: int, day: date) -> str:
    return f"May {person(number, persons)} receive {1_000 + number:,} shares on {print_value(day, DATE)}?"


def busy(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """The median of what each round keeps processors busy."""
    taken = []
    for number in range(rounds):
        start = process_time()
        work(number)
        taken.append(process_time() - start)
    return statistics.median(taken)


def grant(number: int, persons: int) -> str:
    """A case file with one more grant."""
    to = f"{person(number, persons)} | {FIRST - timedelta(30)}"
    return f"""# One more grant

Names: NEW-{number} is a grant.

## Facts

| grant | grantee | date | shares | option kind | pool | exercise price | expiry date |
|---|---|---|---|---|---|---|---|
| NEW-{number} | {to} | 100 | nonstatutory stock option | employee pool | $50.00 | 2009-01-01 |

- NEW-{number} is authorized.
"""


def after_recording(case: Case, persons: int) -> dict[str, float]:
    """One more grant recorded beside the ledger, each time another; the next question, and one like it after that."""
    limits = case.instrument.prepare("the numerical limits allow *a grant*")
    of = ("recording one more grant", "the next question", "one like it after that")
    taken: dict[str, list[float]] = {each: [] for each in of}
    kept: list[Case] = []  # a case that goes takes time, too
    for number in range(ROUNDS):
        asked = [f"G{persons * 5 + 3 * number + each:08d}" for each in range(3)]
        limits.ask(case, asked[0])
        start = process_time()
        later = case.with_facts(grant(number, persons))
        times = [start, process_time()]
        kept.append(later)
        for id in asked[1:]:
            limits.ask(later, id)
            times.append(process_time())
        for each, (before, then) in zip(taken.values(), pairwise(times), strict=True):
            each.append(then - before)
    return {what: statistics.median(each) for what, each in taken.items()}


def measured(case: Case, persons: int) -> dict[str, float]:
    prepared = case.instrument.prepare(QUESTION)

    def later(number: int) -> object:
        return case.ask(text(number, persons, FIRST + timedelta(1 + number)))

    shares, price = (
        f"Supposing that G00000001's {cell}: {text(0, persons, FIRST)[:1].lower()}"
        for cell in ("shares are 5 shares", "exercise price is $3.00 per share")
    )

    def supposing(supposed: str, after: int) -> Callable[[int], object]:
        return lambda number: case.ask(supposed + text(after + number, persons, FIRST)[1:])

    return {
        "the first question": busy(lambda number: case.ask(text(number, persons, FIRST)), 1),
        "on the same day": busy(lambda number: case.ask(text(100 + number, persons, FIRST))),
        "the same, prepared": busy(lambda number: prepared.ask(case, person(number, persons), 2_000 + number, FIRST)),
        "on another day": busy(later),
        "the first supposing another price of a grant": busy(supposing(price, 200), 1),
        "supposing it again": busy(supposing(price, 201)),
        "the first supposing other shares of a grant": busy(supposing(shares, 240), 1),
        "supposing them again": busy(supposing(shares, 241), 3),
        **after_recording(case, persons),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", default=[1_000], help="ten grants each")
    seldom()
    for persons in parser.parse_args().persons:
        with tempfile.TemporaryDirectory() as folder:
            tables, mapping, case_file = written(draw(persons), Path(folder))
            start = process_time()
            case = load("1992-plan").case(case_file, *(Ledger(path, mapping) for path in tables))
            print(f"{persons:,} persons, {GRANTS_EACH * persons:,} grants, read in {process_time() - start:.1f} s")
            for what, seconds in measured(case, persons).items():
                print(f"  {what:<46}{seconds * 1_000:>12,.1f} ms")
            print(f"  memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
