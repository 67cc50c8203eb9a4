"""Running totals of a whole ledger, by the rules and by hand, in one run: `make bench-ledger`.

The rules are those of the 1992 Plan, unchanged; the rivals are DuckDB statements that an expert would write for the
same readings. Answers are compared row by row before anything is timed. Times are of the prepared work over tables
already in memory, without citations; each ratio is the median of interleaved pairs, with its least and greatest.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb

from bench.ledger.data import POOL, draw
from bench.ledger.files import written
from engine.relational.duck import opened
from engine.relational.goal import NUMBER, SUBJECT, Worked, work_out
from engine.relational.tables import Ledger, ledger_of
from policy.audit_question import question_of
from policy.instrument import load
from policy.ledger_kinds import Ledger as Files

PAIRS = 5
BY_HAND = {
    "the shares counted up to *a grant*": (
        'SELECT id, sum(shares) OVER (PARTITION BY grantee, year(date) ORDER BY date, "order" '
        "ROWS UNBOUNDED PRECEDING)::BIGINT FROM grants ORDER BY id"
    ),
    "the draw on the pool up to *a grant*": (
        'SELECT id, sum(shares) OVER (PARTITION BY pool, date ORDER BY "order" '
        "ROWS UNBOUNDED PRECEDING)::BIGINT FROM grants ORDER BY id"
    ),
}


def by_rules(ledger: Ledger, worked: Worked) -> tuple[float, dict[str, int]]:
    database = opened(ledger, threads=2)
    start = perf_counter()
    database.make(worked)
    rows = database.rows(worked.rows)
    taken = perf_counter() - start
    database.connection.close()
    names = ledger.symbols.names
    numbers = zip(rows.column(SUBJECT).to_pylist(), rows.column(NUMBER).to_pylist(), strict=True)
    return taken, {names[subject]: number for subject, number in numbers}


def by_hand(folder: Path) -> Callable[[str], tuple[float, dict[str, int]]]:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("CREATE TABLE grants AS SELECT * FROM read_parquet(?)", [str(folder / "grant.parquet")])

    def run(query: str) -> tuple[float, dict[str, int]]:
        start = perf_counter()
        rows = connection.sql(query).to_arrow_table()
        taken = perf_counter() - start
        return taken, dict(zip(*(column.to_pylist() for column in rows.columns), strict=True))

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000, help="ten grants each")
    persons = parser.parse_args().persons
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables, mapping, case_file = written(draw(persons), folder)
        start = perf_counter()
        case = load("1992-plan").case(case_file, *(Files(path, mapping) for path in tables))
        loaded = perf_counter() - start
        start = perf_counter()
        ledger = ledger_of(case.facts, case.book.engine.relations)
        print(f"{persons:,} persons, {10 * persons:,} grants in {POOL}")
        print(f"facts read in {loaded:.2f} s, laid out as tables in {perf_counter() - start:.2f} s\n")
        print(f"{'what':<40} {'by rules':>10} {'by hand':>10} {'ratio':>7} {'least':>7} {'most':>7}")
        hand = by_hand(folder)
        for text, query in BY_HAND.items():
            worked = work_out(case.book.engine, ledger, question_of(case, text).goal)
            assert by_rules(ledger, worked)[1] == hand(query)[1], text
            pairs = [(by_rules(ledger, worked)[0], hand(query)[0]) for _ in range(PAIRS)]
            ratios = sorted(one / other for one, other in pairs)
            mine, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
            print(
                f"{text.replace('*', ''):<40} {mine:>8.3f} s {theirs:>8.3f} s"
                f" {statistics.median(ratios):>7.1f} {ratios[0]:>7.1f} {ratios[-1]:>7.1f}"
            )


if __name__ == "__main__":
    main()
