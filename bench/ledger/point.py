"""One grant of a ledger judged by the rules and by hand: `python -m bench.ledger.point --persons 1000 10000`.

The question is the declared one (`the numerical limits allow *a grant*`). By hand is Python over indexes made before;
both say the verdict and its citations, which are compared, and both give a tree, every node of which is visited: of a
total over a range of records, the range is one node. Times are of processors, medians of interleaved pairs; no grant is
asked about twice, but where that is said. Of days and persons, the rules add up what they need when it is first asked
for, and keep it: a grant is of a day about which another question was asked before. Garbage is looked for
as seldom as by a command.

The first answer of a new process is measured against a DuckDB statement, as wall time and as time of processors.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from bench.ledger import by_python
from bench.ledger.data import GRANTS_EACH, draw
from bench.ledger.files import written
from bench.ledger.one_by_python import Point, walked
from engine.garbage import seldom
from engine.proof import Folded, Recalled, parts_of
from policy.answer import Answer
from policy.instrument import Case, load
from policy.ledger_kinds import Ledger

QUESTION = "the numerical limits allow *a grant*"
DAYS = 40
EACH = 5
FIRST_ROUNDS = 5
Times = list[float]


def visited(answer: Answer) -> int:
    """How many nodes the proof has, each visited; those of a range that is read on demand are not."""
    seen: set[int] = set()
    pending: list[Any] = [*answer.proof]
    while pending:
        step = pending.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        if not (isinstance(step, Folded) and isinstance(step.parts, Recalled)):
            pending += parts_of(step)
    return len(seen)


def said(answer: Answer) -> tuple[str, str]:
    return answer.verdict.value, ", ".join(f"§ {clause}" for clause in answer.citations)


def timed(work: Callable[[], Any], times: Times) -> Any:
    start = process_time()
    result = work()
    times.append(process_time() - start)
    return result


def drawn_days(tables: by_python.Tables, random: Random) -> list[list[str]]:
    """Grants of some days, each of a person of its own."""
    days: dict[date, list[str]] = defaultdict(list)
    persons: dict[date, set[str]] = defaultdict(set)
    grants = tables["grant"]
    for id, day, grantee in zip(grants["id"], grants["date"], grants["grantee"], strict=True):
        if grantee not in persons[day]:
            persons[day].add(grantee)
            days[day].append(id)
    full = [ids for _, ids in sorted(days.items()) if len(ids) > 2 * EACH or len(ids) == max(map(len, days.values()))]
    chosen = random.sample(full or [*days.values()], min(DAYS, len(full) or len(days)))
    return [random.sample(ids, min(len(ids), 2 * EACH + 1)) for ids in chosen]


def compared(case: Case, tables: by_python.Tables) -> dict[str, tuple[Times, Times]]:
    """Times of the rules and by hand. Raises `SystemExit` where they say different things."""
    prepared, by_hand = case.instrument.prepare(QUESTION), Point(tables)
    days = drawn_days(tables, Random(5))  # noqa: S311 - a sample, not a secret
    for ids in days:
        prepared.ask(case, ids[0])
    found: dict[str, tuple[Times, Times]] = {}

    def ask(what: str, id: str, question: Callable[[], Answer], walk: bool = True) -> None:
        mine, theirs = found.setdefault(what, ([], []))
        answer = timed(question, mine)
        *judged, tree = timed(lambda: by_hand.judge(id), theirs)
        if said(answer) != tuple(judged):
            raise SystemExit(f"the rules and by hand judge {id} differently")
        if walk:
            nodes, others = found.setdefault(f"{what}, visited", ([], []))
            timed(lambda: visited(answer), nodes)
            timed(lambda: walked(tree), others)
            for whole, part in ((nodes, mine), (others, theirs)):
                whole[-1] += part[-1]

    for ids in days:
        for id in ids[1 : EACH + 1]:
            ask("prepared", id, partial(prepared.ask, case, id))
        for id in ids[1 : EACH + 1]:
            ask("prepared, asked before", id, partial(prepared.ask, case, id))
        for id in ids[EACH + 1 :]:
            ask("from text", id, partial(case.ask, f"Do the numerical limits allow {id}?"), walk=False)
    return found


def first(folder: Path, id: str) -> dict[str, tuple[Times, Times]]:
    """Wall and processor time of the first answer of a new process, by the rules and by DuckDB."""
    wall: tuple[Times, Times] = ([], [])
    busy: tuple[Times, Times] = ([], [])
    for _ in range(FIRST_ROUNDS):
        answers = []
        for place, name in enumerate(("rules", "duckdb")):
            start, before = perf_counter(), _children()
            run = [sys.executable, "-m", "bench.ledger.first", name, str(folder), id]
            answers.append(subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout)
            wall[place].append(perf_counter() - start)
            busy[place].append(_children() - before)
        if len(set(answers)) > 1:
            raise SystemExit(f"the first answers differ: {answers}")
    return {"first answer, wall": wall, "first answer, busy": busy}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shown(found: dict[str, tuple[Times, Times]], unit: float, name: str) -> None:
    for what, (mine, theirs) in found.items():
        ratios = sorted(one / other for one, other in zip(mine, theirs, strict=True))
        low, middle, high = (statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3)[:3]
        times = (statistics.median(mine) * unit, statistics.median(theirs) * unit)
        print(
            "  {:<34}{:>11,.2f} {name}{:>11,.3f} {name}{:>9.1f}{:>9.1f}{:>9.1f}".format(
                what, *times, middle, low, high, name=name
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", default=[1_000], help="ten grants each")
    parser.add_argument("--first", action="store_true", help="also the first answer of a new process")
    chosen = parser.parse_args()
    seldom()
    heads = ("the rules", "by hand", "times", "quarter", "quarter")
    for persons in chosen.persons:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tables, mapping, case_file = written(draw(persons), folder)
            print(f"{persons:,} persons, {GRANTS_EACH * persons:,} grants")
            print("  {:<34}{:>14}{:>14}{:>9}{:>9}{:>9}".format("", *heads))
            case = load("1992-plan").case(case_file, *(Ledger(path, mapping) for path in tables))
            shown(compared(case, by_python.opened(folder)), 1_000, "ms")
            if chosen.first:
                shown(first(folder, f"G{5 * persons:08d}"), 1, "s ")
            print(f"  load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
