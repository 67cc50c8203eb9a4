"""One contestant over one ledger, in a process of its own: `python -m bench.ledger.one NAME FOLDER`.

Says as JSON how long it took to read the files into memory and to judge every grant, how long processors were busy with
the latter (seconds), how much memory it had at most (bytes), and a hash of what came out. For the rules, garbage is
looked for as seldom as by a command.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

QUESTION = "the numerical limits allow *a grant*"
Row = tuple[str, str, str]


def rules(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    """The rules of the book, by tables, and one by one what they leave open."""
    from engine.garbage import seldom
    from policy.audit_question import question_of
    from policy.auditing import audit
    from policy.instrument import load
    from policy.ledger_kinds import Ledger

    seldom()
    files = sorted(path for path in folder.glob("*.parquet"))
    case = load("1992-plan").case(folder / "case.md", *(Ledger(path, folder / "mapping.toml") for path in files))
    kept = folder / ".settled"

    def work() -> Any:
        result = audit(case, question_of(case, QUESTION), kept, 0, 1, lambda doing, done, of: None)
        kept.unlink()
        return [result.rows.column(name) for name in ("id", "verdict", "citations")]

    return work, lambda columns: zip(*(column.to_pylist() for column in columns), strict=True)


def duckdb(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    from bench.ledger import by_duckdb

    connection = by_duckdb.opened(folder)
    return lambda: by_duckdb.rows(connection), lambda table: zip(*(each.to_pylist() for each in table.columns))  # noqa: B905


def polars(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    from bench.ledger import by_polars

    tables = by_polars.opened(folder)
    return lambda: by_polars.rows(tables), lambda frame: frame.iter_rows()


def python(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    from bench.ledger import by_python

    tables = by_python.opened(folder)
    return lambda: by_python.rows(tables), lambda rows: rows


CONTESTANTS = {"rules": rules, "duckdb": duckdb, "polars": polars, "python": python}


def busy_for() -> float:
    """Seconds that processors have worked for this process and for those that it started and that have ended."""
    return sum(os.times()[:4])


def main(name: str, folder: Path) -> None:
    start = perf_counter()
    work, read = CONTESTANTS[name](folder)
    opened = perf_counter() - start
    start, busy = perf_counter(), busy_for()
    found = work()
    taken, busy = perf_counter() - start, busy_for() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    digest = hashlib.sha256()
    for row in sorted(read(found)):
        digest.update(repr(row).encode())
    print(json.dumps({"read": opened, "judged": taken, "busy": busy, "peak": peak, "rows": digest.hexdigest()}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
