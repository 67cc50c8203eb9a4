"""Many relations worked out by one Spark job."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WHICH = "which"


def in_one_job(frames: list[DataFrame]) -> list[list[dict[str, Any]]]:
    """The rows of each, with its own columns."""
    numbered = [frame.selectExpr(f"{number} AS {WHICH}", "*") for number, frame in enumerate(frames)]
    together = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), numbered)
    found: list[list[dict[str, Any]]] = [[] for _ in frames]
    for row in together.toArrow().to_pylist():
        found[row[WHICH]].append({name: row[name] for name in frames[row[WHICH]].columns})
    return found
