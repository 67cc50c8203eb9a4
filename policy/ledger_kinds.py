"""What is a ledger: facts kept in columns, told by how their file is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
}
"""The kinds of files, by their endings."""

PACKAGES = (".ocf.zip", "manifest.ocf.json")
"""How the archive or the manifest of an OCF package ends."""

Watch = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


@frozen
class Ledger:
    """Facts kept in columns: a file, folder or package, with its mapping (None: headings say what columns are)."""

    path: Path
    mapping: Path | None = None


def is_ledger(path: Path) -> bool:
    """Whether a path is a ledger by its name: anything but the text of a case."""
    return path.is_dir() or path.suffix.lower() in KINDS or path.name.lower().endswith(PACKAGES)
