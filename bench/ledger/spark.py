"""The 1992 Plan over a drawn ledger in Spark on two cores, by the rules and by hand: `python -m bench.ledger.spark`.

By hand it is a statement over the Parquet files, as an expert would write it for the readings of the book. Answers are
compared row by row. Times are how long processors worked, Java's and Python's, in a Spark that runs already, in
interleaved pairs after a first one that is told apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from pyspark.sql import SparkSession

from bench.ledger.clauses import RESERVE
from bench.ledger.data import GRANTS_EACH, draw
from bench.ledger.files import written
from engine.relational import spark
from engine.relational.goal import NUMBER, SUBJECT, TRUTH, work_out
from engine.relational.kinds import KIND
from engine.relational.tables import ledger_of
from policy.audit_engines import start, stop
from policy.audit_question import question_of
from policy.instrument import Case, load
from policy.ledger_kinds import Ledger as Files

MASTER = "local[2]"
TABLES = ("grant", "employed", "ended", "owns", "closing", "last-sale", "adopted", "approved", "limit-change")
EVENTS = ("cancelled", "exercise", "lapse")

LIMITS = f"""
WITH g AS (
  SELECT id, grantee, date, shares, `option kind` = 'incentive stock option' AS incentive, `expiry date` AS expiry,
    `order` AS n, CAST(replace(`exercise price`, '$', '') AS DECIMAL(12, 2)) AS price
  FROM grant
), moved AS (
  SELECT `grant` AS id, date, shares FROM exercise
  UNION ALL SELECT `grant`, date, shares FROM lapse
), service AS (
  SELECT person, first, coalesce(last, DATE '9999-12-30') AS last FROM employed
), ended_on AS (
  SELECT g.id, min(e.date) AS f
  FROM g JOIN ended e ON e.person = g.grantee AND e.date >= g.date
    JOIN service w ON w.person = g.grantee AND w.first <= g.date AND w.last >= g.date
  WHERE NOT (w.last >= date_add(e.date, 1))
  GROUP BY g.id
), back AS (
  SELECT g.id, g.shares, s.f, c.date AS c
  FROM g JOIN ended_on s ON s.id = g.id LEFT JOIN cancelled c ON c.`grant` = g.id
  WHERE c.date IS NULL OR c.date > s.f
), back_steps AS (
  SELECT id, f AS day, -shares AS d, c FROM back
  UNION ALL
  SELECT b.id, greatest(m.date, b.f), m.shares, b.c
  FROM back b JOIN moved m ON m.id = b.id
), steps AS (
  SELECT date_add(date, 1) AS day, shares AS d FROM g
  UNION ALL SELECT date, -shares FROM lapse
  UNION ALL SELECT greatest(c.date, g.date), -g.shares FROM g JOIN cancelled c ON c.`grant` = g.id
  UNION ALL SELECT greatest(c.date, g.date, m.date), m.shares
    FROM g JOIN cancelled c ON c.`grant` = g.id JOIN moved m ON m.id = g.id
  UNION ALL SELECT day, d FROM back_steps WHERE c IS NULL OR day < c
  UNION ALL SELECT c, -sum(d) FROM back_steps WHERE day < c GROUP BY id, c
), daily AS (
  SELECT day, sum(d) AS d FROM steps GROUP BY day
), marks AS (
  SELECT day, 0 AS asked, sum(d) OVER (ORDER BY day) AS used, CAST(NULL AS BIGINT) AS reserve FROM daily
  UNION ALL
  SELECT p.value, 0, NULL, l.`new reserve`
  FROM `limit-change` l JOIN adopted a ON a.resolution = l.resolution JOIN approved p ON p.resolution = l.resolution
  UNION ALL SELECT DISTINCT date, 1, NULL, NULL FROM g
), marked AS (
  SELECT day, asked, last_value(used, true) OVER (ORDER BY day, asked ROWS UNBOUNDED PRECEDING) AS used,
    last_value(reserve, true) OVER (ORDER BY day, asked ROWS UNBOUNDED PRECEDING) AS reserve
  FROM marks
), days AS (
  SELECT d.day, coalesce(d.reserve, {RESERVE}) - coalesce(d.used, 0) AS available,
    CAST(replace(coalesce(x.value, y.value), '$', '') AS DECIMAL(12, 2)) AS fair
  FROM marked d LEFT JOIN closing x ON x.date = d.day
    LEFT JOIN `last-sale` s ON s.date = d.day LEFT JOIN closing y ON y.date = s.value
  WHERE d.asked = 1
), serving AS (
  SELECT DISTINCT g.id FROM g JOIN service w ON w.person = g.grantee AND w.first <= g.date AND w.last >= g.date
), owning AS (
  SELECT DISTINCT g.id
  FROM g JOIN owns o ON o.person = g.grantee AND o.first <= g.date AND (o.last IS NULL OR o.last >= g.date)
  WHERE CAST(replace(o.percentage, '%', '') AS INT) > 10
), judged AS (
  SELECT g.*, days.fair, serving.id IS NOT NULL AS serves, owning.id IS NOT NULL AS ten,
    sum(shares) OVER (PARTITION BY g.date ORDER BY n) <= days.available AS in_pool,
    sum(shares) OVER (PARTITION BY grantee, year(g.date) ORDER BY g.date, n) <= 100000 AS in_year
  FROM g JOIN days ON days.day = g.date LEFT JOIN serving ON serving.id = g.id LEFT JOIN owning ON owning.id = g.id
), tested AS (
  SELECT *, incentive AND price < fair AS low, incentive AND ten AND price * 100 < fair * 110 AS lower,
    expiry > date + INTERVAL 10 YEARS AS long, ten AND expiry > date + INTERVAL 5 YEARS AS longer
  FROM judged
)
SELECT id, serves AND in_pool AND in_year AND NOT coalesce(low OR lower, false) AND NOT long AND NOT longer AS said
FROM tested
"""  # noqa: S608 - made of the constants above

BY_HAND = {
    "the shares counted up to *a grant*": (
        "SELECT id, sum(shares) OVER (PARTITION BY grantee, year(date) ORDER BY date, `order` "
        "ROWS UNBOUNDED PRECEDING) AS said FROM `grant`"
    ),
    "the draw on the pool up to *a grant*": (
        "SELECT id, sum(shares) OVER (PARTITION BY pool, date ORDER BY `order` "
        "ROWS UNBOUNDED PRECEDING) AS said FROM `grant`"
    ),
    "the numerical limits allow *a grant*": LIMITS,
}
Said = dict[str, Any]


def by_hand(session: SparkSession, folder: Path) -> Callable[[str], Said]:
    own = session.newSession()
    for name in (*TABLES, *EVENTS):
        own.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(f"`{name}`")

    def run(question: str) -> Said:
        return dict(zip(*(column.to_pylist() for column in own.sql(BY_HAND[question]).toArrow().columns), strict=True))

    return run


def by_rules(session: SparkSession, case: Case) -> Callable[[str], Said]:
    ledger = ledger_of(case.facts, case.book.engine.relations)

    def run(question: str) -> Said:
        worked = work_out(case.book.engine, ledger, question_of(case, question).goal)
        runner = spark.opened(ledger, session)
        runner.make(worked)
        rows = runner.rows(worked.rows)
        names = ledger.symbols.names(rows.column(SUBJECT)).to_pylist()
        if worked.value is not None:
            return dict(zip(names, rows.column(NUMBER).to_pylist(), strict=True))
        kinds = [name for name in rows.column_names if name.startswith(KIND)]

        @cache
        def truth(*kind: int) -> bool | None:
            said: bool | None = worked.said(dict(zip(kinds, kind, strict=True)))[TRUTH]
            return said

        return dict(zip(names, map(truth, *(rows.column(name).to_pylist() for name in kinds)), strict=True))

    return run


def busy(session: SparkSession) -> float:
    """How long processors have worked for this process and for its Java, in seconds (Linux alone tells of another)."""
    gateway: Any = session.sparkContext._gateway
    fields = Path(f"/proc/{gateway.proc.pid}/stat").read_text().rpartition(")")[2].split()
    return process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(session: SparkSession, contestant: Callable[[str], Said], question: str) -> tuple[float, Said]:
    begun = busy(session)
    said = contestant(question)
    return busy(session) - begun, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000, help="ten grants each")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--without-limits", action="store_true", help="the running totals alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables, mapping, case_file = written(draw(chosen.persons), folder)
        case = load("1992-plan").case(case_file, *(Files(path, mapping) for path in tables))
        begun = perf_counter()
        session = start(MASTER)
        started = perf_counter() - begun
        print(
            f"{chosen.persons:,} persons, {GRANTS_EACH * chosen.persons:,} grants; Spark started in {started:.1f} s\n"
        )
        print(f"{'':<37} {'the first time':>18}   {'after that':>18}   {'ratio':>5} {'least':>5} {'most':>5}")
        print(f"{'what':<37} {'rules':>9}{'hand':>9}   {'rules':>9}{'hand':>9}", flush=True)
        rules, hand = by_rules(session, case), by_hand(session, folder)
        for question in list(BY_HAND)[: 2 if chosen.without_limits else 3]:
            pairs = []
            for _ in range(chosen.pairs + 1):
                (mine, said), (theirs, expected) = (timed(session, each, question) for each in (rules, hand))
                if said != expected:
                    raise SystemExit(f"{question}: the rules and the statement differ")
                pairs.append((mine, theirs))
            shown(question, *pairs)
        stop(session)


def shown(question: str, first: tuple[float, float], *pairs: tuple[float, float]) -> None:
    mine, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    times = f"{first[0]:>7.1f} s{first[1]:>7.1f} s   {mine:>7.2f} s{theirs:>7.2f} s"
    spread = f"{statistics.median(ratios):>5.1f} {ratios[0]:>5.1f} {ratios[-1]:>5.1f}"
    print(f"{question.replace('*', ''):<37} {times}   {spread}", flush=True)


if __name__ == "__main__":
    main()
