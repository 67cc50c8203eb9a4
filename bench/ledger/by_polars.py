"""The numerical limits of a drawn ledger by hand: Polars over its Parquet files."""

from __future__ import annotations

from pathlib import Path

import polars
from polars import DataFrame, Expr, col, lit, when

from bench.ledger.by_duckdb import EVENTS, TABLES
from bench.ledger.clauses import ELIGIBLE, FULL, OPTION, POOL, RESERVE, TEN, TERM, YEARLY

Tables = dict[str, DataFrame]


def opened(folder: Path) -> Tables:
    """The files as frames in memory, amounts as whole cents."""
    tables = {name: polars.read_parquet(folder / f"{name}.parquet") for name in (*TABLES, *EVENTS)}
    for name, column in (("grant", "exercise price"), ("closing", "value")):
        tables[name] = tables[name].with_columns(
            col(column).str.replace("$", "", literal=True).str.replace(".", "", literal=True).cast(polars.Int64)
        )
    return tables


def _days_after(column: str, days: int) -> Expr:
    return col(column) + polars.duration(days=days)


def _steps(tables: Tables, grants: DataFrame) -> DataFrame:
    """By how much the shares used change on each day."""
    lapse, cancelled = tables["lapse"], tables["cancelled"].select(id="grant", c="date")
    moved = polars.concat(
        [
            tables["exercise"].select(id="grant", when="date", part="shares"),
            lapse.select(id="grant", when="date", part="shares"),
        ]
    )
    gone = grants.join(cancelled, on="id")
    last = polars.col("last").fill_null(polars.date(9999, 12, 31))
    back = (
        grants.join(tables["ended"].select(grantee="person", f="date"), on="grantee")
        .join(tables["employed"].select("first", "last", grantee="person"), on="grantee")
        .filter((col("f") >= col("date")) & (col("first") <= col("date")) & (last >= col("date")))
        .filter(last < _days_after("f", 1))
        .join(cancelled, on="id", how="left")
        .filter(col("c").is_null() | (col("c") > col("f")))
        .select("id", "shares", "f", "c")
    )
    own = polars.concat(
        [
            back.select("id", "c", day="f", d=-col("shares")),
            back.join(moved, on="id").select("id", "c", day=polars.max_horizontal("when", "f"), d="part"),
        ]
    ).filter(col("c").is_null() | (col("day") < col("c")))
    pieces = [
        grants.select(day=_days_after("date", 1), d="shares"),
        lapse.select(day="date", d=-col("shares")),
        gone.select(day=polars.max_horizontal("c", "date"), d=-col("shares")),
        gone.join(moved, on="id").select(day=polars.max_horizontal("c", "date", "when"), d="part"),
        own.select("day", "d"),
        own.filter(col("c").is_not_null()).select(day="c", d=-col("d")),
    ]
    return polars.concat(pieces).group_by("day").agg(col("d").sum()).sort("day")


def rows(tables: Tables) -> DataFrame:
    """Each grant with its verdict and citations."""
    grants = tables["grant"].select(
        "id",
        "grantee",
        "date",
        "shares",
        incentive=col("option kind") == "incentive stock option",
        price="exercise price",
        expiry="expiry date",
        n="order",
    )
    used = _steps(tables, grants).select("day", used=col("d").cum_sum())
    reserves = (
        tables["limit-change"]
        .join(tables["approved"], on="resolution")
        .select(day="value", reserve="new reserve")
        .sort("day")
    )
    closing = tables["closing"].select(date="date", fair="value")
    earlier = tables["last-sale"].join(closing.rename({"date": "value", "fair": "before"}), on="value")
    days = (
        grants.select("date")
        .unique()
        .sort("date")
        .join_asof(used, left_on="date", right_on="day", strategy="backward")
        .join_asof(reserves, left_on="date", right_on="day", strategy="backward")
        .join(closing, on="date", how="left")
        .join(earlier.select("date", "before"), on="date", how="left")
        .select(
            "date",
            available=col("reserve").fill_null(RESERVE) - col("used").fill_null(0),
            fair=col("fair").fill_null(col("before")),
        )
    )
    judged = (
        grants.sort("n")
        .join(days, on="date", how="left", maintain_order="left")
        .with_columns(
            in_pool=col("shares").cum_sum().over("date") <= col("available"),
            in_year=col("shares").cum_sum().over("grantee", col("date").dt.year()) <= 100_000,
        )
    )
    judged = _during(judged, tables["employed"], "serves")
    judged = _during(judged, tables["owns"].filter(col("percentage").str.strip_chars("%").cast(int) > 10), "ten")
    tested = judged.with_columns(
        low=(col("incentive") & (col("price") < col("fair"))).fill_null(False),
        lower=(col("incentive") & col("ten") & (col("price") * 100 < col("fair") * 110)).fill_null(False),
        long=col("expiry") > col("date").dt.offset_by("10y"),
        longer=col("ten") & (col("expiry") > col("date").dt.offset_by("5y")),
    )
    fails = ~(col("serves") & col("in_pool") & col("in_year"))
    fails = fails | col("low") | col("lower") | col("long") | col("longer")
    return tested.select(
        "id",
        verdict=when(fails)
        .then(lit("no"))
        .when(col("price").is_null() & col("incentive"))
        .then(lit("depends"))
        .otherwise(lit("yes")),
        citations=when(~col("serves"))
        .then(lit(ELIGIBLE))
        .when(~col("in_pool"))
        .then(lit(POOL))
        .when(~col("in_year"))
        .then(lit(YEARLY))
        .when(col("low") & col("lower"))
        .then(lit(f"{FULL[0]}, {TEN[0]}, {FULL[1]}, {TEN[1]}"))
        .when(col("lower"))
        .then(lit(", ".join(TEN)))
        .when(col("low"))
        .then(lit(", ".join(FULL)))
        .when(col("long") & col("longer"))
        .then(lit(", ".join(TERM)))
        .when(col("longer"))
        .then(lit(TERM[1]))
        .when(col("long"))
        .then(lit(TERM[0]))
        .when(col("incentive"))
        .then(lit(OPTION[True]))
        .otherwise(lit(OPTION[False])),
    )


def _during(grants: DataFrame, intervals: DataFrame, name: str) -> DataFrame:
    """With whether the grantee has an interval that has the day of grant."""
    last = col("last").fill_null(polars.date(9999, 12, 31))
    met = (
        grants.select("id", "grantee", "date")
        .join(intervals.select("first", "last", grantee="person"), on="grantee")
        .filter((col("first") <= col("date")) & (last >= col("date")))
        .select("id")
        .unique()
        .with_columns(lit(True).alias(name))
    )
    return grants.join(met, on="id", how="left", maintain_order="left").with_columns(col(name).fill_null(False))
