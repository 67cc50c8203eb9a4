"""Whole ledgers judged by the rules of the 1992 Plan and by hand, in one run: `make bench-ledger`.

The rules are those of the book, unchanged; the rivals are what an expert would write for the same readings, and cite
the same clauses. Each contestant has a process of its own for each round. What comes out is compared row by row
before any figure is shown. Ratios are of the time that processors were busy, which other work on the machine changes
least: medians of interleaved rounds, with the least and the greatest.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.ledger.data import GRANTS_EACH, draw
from bench.ledger.files import written

NAMES = ("rules", "duckdb", "polars", "python")
Figures = dict[str, list[dict[str, Any]]]


def measured(folder: Path, names: Sequence[str], rounds: int) -> Figures:
    """What each contestant took in each round. Raises `SystemExit` where their rows differ."""
    found: Figures = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            arguments = [sys.executable, "-m", "bench.ledger.one", name, str(folder)]
            said = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True).stdout
            found[name].append(json.loads(said))
    if len({each["rows"] for figures in found.values() for each in figures}) > 1:
        raise SystemExit("the contestants judge some grants differently")
    return found


def shown(found: Figures) -> None:
    heads = ("by", "read", "judged", "busy", "memory", "rules to it", "least", "most")
    print("  {:<8}{:>10}{:>10}{:>10}{:>10}{:>14}{:>8}{:>8}".format(*heads))
    for name, figures in found.items():
        read, judged, busy = (statistics.median(each[what] for each in figures) for what in ("read", "judged", "busy"))
        peak = max(each["peak"] for each in figures) / 2**20
        ratios = [mine["busy"] / each["busy"] for mine, each in zip(found["rules"], figures, strict=True)]
        spread = (statistics.median(ratios), min(ratios), max(ratios))
        ratio = "" if name == "rules" else "{:>14.1f}{:>8.1f}{:>8.1f}".format(*spread)
        print(f"  {name:<8}{read:>8.2f} s{judged:>8.2f} s{busy:>8.2f} s{peak:>7.0f} MB{ratio}")


def growth(smaller: Figures, larger: Figures) -> None:
    for name in smaller:
        before, after = (statistics.median(each["busy"] for each in found[name]) for found in (smaller, larger))
        print(f"  {name:<8}{after / before:>8.1f} times as long as over the ledger before it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", default=[1_000], help="ten grants each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--undecided", type=int, default=0, help="of one grant in so many the price is not known")
    parser.add_argument("--without", nargs="*", default=[], choices=NAMES[1:], help="rivals to leave out")
    chosen = parser.parse_args()
    names = [name for name in NAMES if name not in chosen.without]
    before: Figures | None = None
    for persons in chosen.persons:
        with tempfile.TemporaryDirectory() as folder:
            written(draw(persons, undecided=chosen.undecided), Path(folder))
            found = measured(Path(folder), names, chosen.rounds)
        print(f"{persons:,} persons, {GRANTS_EACH * persons:,} grants")
        shown(found)
        if before is not None:
            growth(before, found)
        before = found
        print(flush=True)


if __name__ == "__main__":
    main()
