"""Drawn ledgers audited by the rules of the 1992 Plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from bench.ledger import by_duckdb, by_polars, by_python
from bench.ledger.data import draw
from bench.ledger.files import written
from policy import auditing
from policy.audit_alone import Alone
from policy.audit_question import question_of
from policy.auditing import Audit, audit
from policy.instrument import Case, load
from policy.ledger_kinds import Ledger

QUESTION = "the numerical limits allow *a grant*"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> Case:
    tables, mapping, case_file = written(draw(3, undecided=3), folder)
    return load("1992-plan").case(case_file, *(Ledger(path, mapping) for path in tables))


def run(case: Case, folder: Path) -> Audit:
    return audit(case, question_of(case, QUESTION), folder / ".kept", 100, 1, lambda doing, done, of: None)


def test_each_row_is_what_is_answered_about_it_alone(
    folder: Path, drawn: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By tables, by the reference evaluator that was told the totals, by one that was told nothing, and by hand."""
    asked = Alone(drawn, question_of(drawn, QUESTION))
    monkeypatch.setattr(auditing, "SMALL", 0)
    result = run(drawn, tmp_path)
    assert {row.verdict for row in result.rows} == {"yes", "no", "depends"}
    assert {row.by for row in result.rows} == {"tables", "likeness", "reference"}
    assert not result.notes
    for row in result.rows:
        again = asked.row(row.id)
        assert evolve(row, by="") == evolve(again, by=""), row.id
    rows = [(row.id, row.verdict, row.citations) for row in result.rows]
    assert rows == list(by_python.rows(by_python.opened(folder)))
    assert rows == by_polars.rows(by_polars.opened(folder)).rows()
    assert rows == [tuple(row.values()) for row in by_duckdb.rows(by_duckdb.opened(folder)).to_pylist()]
