"""The numerical limits of a drawn ledger by hand: one DuckDB statement over its Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from bench.ledger.clauses import ELIGIBLE, FULL, OPTION, POOL, RESERVE, TEN, TERM, YEARLY

TABLES = ("grant", "employed", "ended", "owns", "closing", "last-sale", "adopted", "approved", "limit-change")
EVENTS = ("cancelled", "exercise", "lapse")

QUERY = f"""
WITH g AS (
  SELECT id, grantee, date, shares, "option kind" = 'incentive stock option' AS incentive, "expiry date" AS expiry,
    "order" AS n, CAST(replace("exercise price", '$', '') AS DECIMAL(12, 2)) AS price
  FROM "grant"
), moved AS (
  SELECT "grant" AS id, date, shares FROM exercise
  UNION ALL SELECT "grant", date, shares FROM lapse
), ended_on AS (
  SELECT g.id, min(e.date) AS f
  FROM g JOIN ended e ON e.person = g.grantee AND e.date >= g.date
    JOIN employed w ON w.person = g.grantee AND w.first <= g.date AND coalesce(w.last, DATE '9999-12-31') >= g.date
  WHERE NOT (coalesce(w.last, DATE '9999-12-31') >= e.date + 1)
  GROUP BY g.id
), back AS (
  SELECT g.id, g.shares, s.f, c.date AS c
  FROM g JOIN ended_on s USING (id) LEFT JOIN cancelled c ON c."grant" = g.id
  WHERE c.date IS NULL OR c.date > s.f
), back_steps AS (
  SELECT id, f AS day, -shares AS d, c FROM back
  UNION ALL
  SELECT b.id, greatest(m.date, b.f), m.shares, b.c
  FROM back b JOIN moved m USING (id)
), steps AS (
  SELECT date + 1 AS day, shares AS d FROM g
  UNION ALL SELECT date, -shares FROM lapse
  UNION ALL SELECT greatest(c.date, g.date), -g.shares FROM g JOIN cancelled c ON c."grant" = g.id
  UNION ALL SELECT greatest(c.date, g.date, m.date), m.shares
    FROM g JOIN cancelled c ON c."grant" = g.id JOIN moved m ON m.id = g.id
  UNION ALL SELECT day, d FROM back_steps WHERE c IS NULL OR day < c
  UNION ALL SELECT c, -sum(d) FROM back_steps WHERE day < c GROUP BY id, c
), daily AS (
  SELECT day, sum(d) AS d FROM steps GROUP BY day
), used AS (
  SELECT day, CAST(sum(d) OVER (ORDER BY day) AS BIGINT) AS used FROM daily
), reserves AS (
  SELECT p.value AS day, l."new reserve" AS reserve
  FROM "limit-change" l JOIN adopted a USING (resolution) JOIN approved p USING (resolution)
), days AS (
  SELECT d.date, coalesce(r.reserve, {RESERVE}) - coalesce(u.used, 0) AS available,
    CAST(replace(coalesce(x.value, y.value), '$', '') AS DECIMAL(12, 2)) AS fair
  FROM (SELECT DISTINCT date FROM g) d
    ASOF LEFT JOIN used u ON d.date >= u.day
    ASOF LEFT JOIN reserves r ON d.date >= r.day
    LEFT JOIN closing x ON x.date = d.date
    LEFT JOIN "last-sale" s ON s.date = d.date LEFT JOIN closing y ON y.date = s.value
), judged AS (
  SELECT g.*, days.fair,
    EXISTS (SELECT 1 FROM employed w WHERE w.person = g.grantee AND w.first <= g.date
      AND (w.last IS NULL OR w.last >= g.date)) AS serves,
    EXISTS (SELECT 1 FROM owns o WHERE o.person = g.grantee AND o.first <= g.date
      AND (o.last IS NULL OR o.last >= g.date)
      AND CAST(replace(o.percentage, '%', '') AS INTEGER) > 10) AS ten,
    sum(shares) OVER (PARTITION BY g.date ORDER BY n) <= days.available AS in_pool,
    sum(shares) OVER (PARTITION BY grantee, year(g.date) ORDER BY g.date, n) <= 100000 AS in_year
  FROM g JOIN days ON days.date = g.date
), tested AS (
  SELECT *,
    incentive AND price < fair AS low, incentive AND ten AND price * 100 < fair * 110 AS lower,
    expiry > date + INTERVAL 10 YEARS AS long, ten AND expiry > date + INTERVAL 5 YEARS AS longer
  FROM judged
)
SELECT id,
  CASE WHEN NOT (serves AND in_pool AND in_year) OR low OR lower OR long OR longer THEN 'no'
    WHEN price IS NULL AND incentive THEN 'depends' ELSE 'yes' END AS verdict,
  CASE WHEN NOT serves THEN '{ELIGIBLE}' WHEN NOT in_pool THEN '{POOL}' WHEN NOT in_year THEN '{YEARLY}'
    WHEN low AND lower THEN '{FULL[0]}, {TEN[0]}, {FULL[1]}, {TEN[1]}'
    WHEN lower THEN '{TEN[0]}, {TEN[1]}' WHEN low THEN '{FULL[0]}, {FULL[1]}'
    WHEN long AND longer THEN '{TERM[0]}, {TERM[1]}' WHEN longer THEN '{TERM[1]}' WHEN long THEN '{TERM[0]}'
    WHEN incentive THEN '{OPTION[True]}' ELSE '{OPTION[False]}' END AS citations
FROM tested ORDER BY n
"""  # noqa: S608 - made of the constants above


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The files as tables in memory."""
    connection = duckdb.connect(config={"threads": 2})
    for name in (*TABLES, *EVENTS):
        making = f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet(?)'  # noqa: S608 - a constant name
        connection.execute(making, [str(folder / f"{name}.parquet")])
    return connection


def rows(connection: duckdb.DuckDBPyConnection) -> pyarrow.Table:
    found: Any = connection.sql(QUERY).to_arrow_table()
    return found
