"""The first answer of a new process: `python -m bench.ledger.first NAME FOLDER GRANT` says verdict and citations.

Garbage is looked for as seldom as by a command.
"""

from __future__ import annotations

import sys
from pathlib import Path


def rules(folder: Path, id: str) -> str:
    from engine.garbage import seldom
    from policy.instrument import load
    from policy.ledger_kinds import Ledger

    seldom()
    instrument = load("1992-plan")
    ledgers = (Ledger(path, folder / "mapping.toml") for path in sorted(folder.glob("*.parquet")))
    prepared = instrument.prepare("the numerical limits allow *a grant*")
    answer = prepared.ask(instrument.case(folder / "case.md", *ledgers), id)
    return f"{answer.verdict.value}: {', '.join(f'§ {clause}' for clause in answer.citations)}"


def duckdb(folder: Path, id: str) -> str:
    from bench.ledger import by_duckdb

    asking = f"SELECT verdict, citations FROM ({by_duckdb.QUERY}) WHERE id = ?"  # noqa: S608 - a constant statement
    found = by_duckdb.opened(folder).execute(asking, [id]).fetchall()
    return ": ".join(found[0])


CONTESTANTS = {"rules": rules, "duckdb": duckdb}

if __name__ == "__main__":
    print(CONTESTANTS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3]))
