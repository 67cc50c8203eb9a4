"""An audit by Spark is the audit by DuckDB, row for row; what keeps Spark from running is said."""

from __future__ import annotations

import gc
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from engine.relational.printing import Printer
from policy import audit_engines
from policy.audit_engines import running, start
from policy.audit_question import question_of
from policy.auditing import audit
from policy.cli import command
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from tests.policy.small import BOOK
from tests.policy.test_audit import QUESTION, ROWS, SHARES, case_text, clausebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "club.md").write_text(BOOK)
    (tmp_path / "leases.md").write_text(case_text(ROWS))
    return tmp_path


@pytest.fixture
def case(folder: Path) -> Case:
    return load(folder / "club.md").case(folder / "leases.md")


@pytest.mark.parametrize("question", [QUESTION, SHARES])
def test_an_audit_by_spark_is_that_by_duckdb(question: str, folder: Path, spark_session: SparkSession) -> None:
    outs = [folder / "duckdb.csv", folder / "spark.csv"]
    for out in outs:
        code, told = clausebook(folder, "--ask", question, "--engine", out.stem, "-o", str(out))
        assert code == 0, told
    assert outs[0].read_text() == outs[1].read_text()


def test_a_job_that_fails_is_said_and_nothing_is_written(
    case: Case, spark_session: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Printer, "pieces", lambda self, relation: ((), "SELECT CAST(2147483648 AS INT)"))
    with running("spark") as engine, pytest.raises(ClausebookError) as caught:
        audit(case, question_of(case, QUESTION), tmp_path / ".kept", 5, 1, lambda doing, done, of: None, engine)
    (problem,) = caught.value.diagnostics
    assert problem.code == "E0646" and "CAST_OVERFLOW" in problem.message
    assert not (tmp_path / ".kept").exists()


# ------------------------------------------- what needs no Spark to be tested


def test_without_pyspark_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find: Any = util.find_spec
    monkeypatch.setattr(audit_engines, "find_spec", lambda name: None if name == "pyspark" else find(name))
    code, told = clausebook(folder, "--ask", QUESTION, "--engine", "spark", "-o", str(folder / "out.csv"))
    assert code == 1 and "E0052" in told and 'pip install "clausebook[spark]"' in told
    assert not (folder / "out.csv").exists()


def test_without_java_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(folder))
    code, told = clausebook(folder, "--ask", QUESTION, "--engine", "spark", "-o", str(folder / "out.csv"))
    assert code == 1 and "E0645" in told and "Java 17" in told


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # pyspark leaves a pipe to the Java that has ended
def test_a_java_that_does_not_start_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'Error: this Java is too old' >&2\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(folder))
    with pytest.raises(ClausebookError) as caught:
        start("local[2]")
    (problem,) = caught.value.diagnostics
    del caught
    gc.collect()
    assert problem.code == "E0645" and "`local[2]`" in problem.message
    assert problem.notes == ("Error: this Java is too old",)


def test_a_master_without_spark_is_wrong_use(folder: Path) -> None:
    named = ["audit", str(folder / "club.md"), "--ask", QUESTION, "-o", "x.csv", "--master", "local[2]"]
    result = CliRunner().invoke(command, named)
    assert result.exit_code == 2 and "--engine spark" in result.output
