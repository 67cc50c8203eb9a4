"""What an audit has settled one by one, kept as it goes: one that was interrupted goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import astuple

from policy.audit_rows import AuditRow


class Kept:
    """Rows that the reference evaluator settled, kept line by line; a torn last line is one row less."""

    def __init__(self, path: Path, stamp: str) -> None:
        self._path = path
        self._stamp = stamp
        self._rows: dict[str, AuditRow] = {}

    def __enter__(self) -> Kept:
        lines = self._path.read_text("utf-8", "replace").splitlines() if self._path.is_file() else []
        if lines and lines[0] == self._stamp:
            for line in lines[1:]:
                try:
                    row = AuditRow(*json.loads(line))
                except (ValueError, TypeError):
                    break
                self._rows[row.id] = row
        lines = [self._stamp, *(_line(row) for row in self._rows.values())]
        self._path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def known(self, id: str) -> AuditRow | None:
        """The row of a subject, if it is kept."""
        return self._rows.get(id)

    def keep(self, row: AuditRow) -> None:
        self._file.write(f"{_line(row)}\n")
        self._file.flush()


def _line(row: AuditRow) -> str:
    return json.dumps(astuple(row))
