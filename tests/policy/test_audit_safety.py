"""An audit gives every row or none: whatever names a ledger has, however large its numbers, whenever it is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet
import pytest

from engine.relational import duck
from engine.relational.runner import Failed
from engine.relational.tables import ledger_of
from engine.values import LimitReached
from policy import audit_report, auditing
from policy.audit_question import question_of
from policy.auditing import Audit, audit
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from tests.policy.small import BOOK
from tests.policy.test_audit import QUESTION, ROWS, SHARES, case_text, clausebook

HOSTILE = ("'", '"', ";", "--", "\\", "\x00", "$$", "\u202e", "🜁", "\n", "\u2028", "%s", "{0}", "DROP", "/*", "\t", ",")
KILLS = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "club.md").write_text(BOOK)
    (tmp_path / "leases.md").write_text(case_text(ROWS))
    return tmp_path


def case_of(folder: Path) -> Case:
    return load(folder / "club.md").case(folder / "leases.md")


def run(case: Case, folder: Path, text: str) -> Audit:
    return audit(case, question_of(case, text), folder / ".kept", 1, 1, lambda doing, done, of: None)


def test_ten_thousand_hostile_names_come_out_as_they_went_in(folder: Path) -> None:
    drawn = random.Random(7)  # noqa: S311 - names, not secrets
    names = [f"{''.join(drawn.choices(HOSTILE, k=6))}{number}{drawn.choice(HOSTILE)}" for number in range(10_000)]
    case = case_of(folder)
    day = case.facts.tables["lease"].columns[2][0]
    for number, name in enumerate(names):
        cells = {"tenant": name, "date": day, "shares": number, "plot size": "small plot"}
        case.facts.record("lease", name, cells)
    result = run(case, folder, SHARES)
    audit_report.write(folder / "out.parquet", result)
    written = pyarrow.parquet.read_table(folder / "out.parquet").to_pylist()
    assert [row["id"] for row in written][7:] == names
    assert [row["value"] for row in written][7:] == [
        f"{number:,} share{'s' * (number != 1)}" for number in range(10_000)
    ]


def test_a_number_that_no_table_holds_is_named(folder: Path) -> None:
    case = case_of(folder)
    day = case.facts.tables["lease"].columns[2][0]
    case.facts.record("lease", "L-20", {"tenant": "Ann Lee", "date": day, "shares": 2**70, "plot size": "small plot"})
    with pytest.raises(ClausebookError, match=r"E0643.* the shares of a lease"):
        run(case, folder, SHARES)


def test_a_query_that_runs_away_is_stopped(folder: Path) -> None:
    case = case_of(folder)
    database = duck.opened(ledger_of(case.facts, case.book.engine.relations), threads=1)
    database.deadline = time.monotonic() + 0.2
    with pytest.raises(LimitReached):
        database.run("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7")


def test_what_outgrows_the_memory_goes_to_a_folder_and_leaves_with_it(folder: Path) -> None:
    ledger = ledger_of(case_of(folder).facts, case_of(folder).book.engine.relations)
    sorting = "SELECT count(*) FROM (SELECT range FROM range(4000000) ORDER BY hash(range), range LIMIT 3999999)"
    with pytest.raises(Failed):
        duck.opened(ledger, memory="60MB", threads=1).run(sorting)
    spill = folder / "spill"
    database = duck.opened(ledger, memory="60MB", threads=1, spill=str(spill))
    assert database.run(sorting) == [(3_999_999,)]
    database.close()
    assert not spill.exists() or not list(spill.iterdir())


def test_an_audit_past_its_time_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "TIME_LIMIT", -1)
    code, told = clausebook(folder, "--ask", QUESTION, "-o", str(folder / "out.csv"))
    assert code == 3 and "E0701" in told
    assert not list(folder.glob("out.*"))


def test_a_killed_audit_leaves_no_output_or_one_to_go_on_from(folder: Path) -> None:
    out = folder / "out.csv"
    arguments = [
        "audit",
        str(folder / "club.md"),
        "--case",
        str(folder / "leases.md"),
        "--ask",
        QUESTION,
        "-o",
        str(out),
    ]
    command = [sys.executable, "-c", "from policy.cli import main; main()", *arguments]
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    taken = time.monotonic() - begun
    whole = {path.name: path.read_bytes() for path in folder.glob("out.*")}
    assert set(whole) == {"out.csv", "out.html"}
    drawn = random.Random(11)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        for path in folder.glob("out.*"):
            path.unlink()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(drawn.uniform(0.3, 1) * taken)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert all(path.read_bytes() == whole[path.name] for path in folder.glob("out.*"))
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in folder.glob("out.*")} == whole
