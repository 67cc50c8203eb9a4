"""Statements of SQL kept between processes: found again, the last of them, and nothing where the file is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.ledger.data import draw
from bench.ledger.files import written
from engine.relational import printed
from policy import cache
from policy import statements as kept
from policy.audit_question import question_of
from policy.auditing import audit
from policy.instrument import load
from policy.ledger_kinds import Ledger
from policy.statements import Statements, statements


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    statements.cache_clear()
    yield tmp_path / "clausebook"
    cache.settle()
    statements.cache_clear()


def next_process() -> Statements:
    cache.settle()
    statements.cache_clear()
    return statements()


def test_what_was_added_is_there_in_the_next_process() -> None:
    statements()["key"] = "SELECT 1"
    assert statements() is statements()
    assert dict(next_process()) == {"key": "SELECT 1"}


def test_of_many_those_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 3)
    for key in "abc":
        statements()[key] = key
    assert statements()["a"] == "a"
    statements()["d"] = "d"
    assert list(statements()) == list(next_process()) == ["c", "a", "d"]
    assert "b" not in statements()


def test_a_file_that_was_changed_is_as_good_as_none(folder: Path) -> None:
    statements()["key"] = "SELECT 1"
    cache.settle()
    file = folder / "statements.kept"
    file.write_bytes(file.read_bytes().replace(b"SELECT 1", b"SELECT 2"))
    assert not next_process()


def test_an_audit_by_kept_statements_has_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, mapping, case_file = written(draw(3, undecided=3), tmp_path / "drawn")
    case = load("1992-plan").case(case_file, *(Ledger(path, mapping) for path in tables))
    question = question_of(case, "the numerical limits allow *a grant*")

    def rows() -> list[object]:
        found = audit(case, question, tmp_path / ".settled", 10, 1, lambda doing, done, of: None)
        (tmp_path / ".settled").unlink(missing_ok=True)
        return list(found.rows)

    first = rows()
    assert next_process()
    monkeypatch.setattr(printed, "Printer", lambda dialect: pytest.fail("printed again"))
    assert rows() == first
