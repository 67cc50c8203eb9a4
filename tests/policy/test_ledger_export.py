"""Facts written and read again say the same; what the doors say of ledgers."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy.cli import command
from policy.instrument import Case, Instrument, load
from policy.ledger_export import export
from tests.policy.small import BOOK, CASE
from tests.policy.test_ledger import COMPANION, HEAD, PEOPLE, QUESTION, ROW

RULES = Path(__file__).parent.parent.parent / "rules"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "club.md": BOOK,
        "lease.md": CASE,
        "companion.md": COMPANION,
        "people.csv": PEOPLE,
        "leases.csv": HEAD + ROW,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def plan() -> Instrument:
    return load("1992-plan")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, env={"COLUMNS": "100"})


def facts_of(case: Case) -> dict[str, set[object]]:
    return {
        name: {(table.cells(number), table.status[number], table.spans[number]) for number in range(len(table))}
        for name, table in case.facts.tables.items()
    }


# ------------------------------------------------------------------ export


@pytest.mark.parametrize("matter", ["annual-limit", "q92-03", "section-2f", "section-5a", "section-10a"])
def test_what_is_written_is_read_again_as_the_same_facts(matter: str, tmp_path: Path) -> None:
    book = plan()
    case = book.case(RULES / "1992-plan.cases" / f"{matter}.md")
    export(case, tmp_path / "out")
    again = book.case(tmp_path / "out", mapping=tmp_path / "out" / "mapping.toml")
    assert again.passed == ()
    assert again.facts.complete_to == case.facts.complete_to
    wanted, found = facts_of(case), facts_of(again)
    for name, rows in wanted.items():
        relation = book.book.engine.relations[name]
        if relation.silence.value != "concluded" or relation.record:
            told = {row for row in rows if row[1] is True}  # type: ignore[index]  # a row of a table
            assert found.get(name, set()) >= told, name


def test_a_case_and_its_ledger_answer_alike(folder: Path) -> None:
    assert run("facts", "export", "club.md", "--case", "lease.md", "--to", "out").exit_code == 0
    asked = run("ask", "club.md", "--facts", "out", "--map", "out/mapping.toml", QUESTION)
    assert asked.stdout.splitlines()[0] == run("ask", "club.md", "--case", "lease.md", QUESTION).stdout.splitlines()[0]
    assert "the register; lease.csv, row 2" in asked.stdout


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "-2"])
def test_a_name_that_a_spreadsheet_would_run_is_inert(folder: Path, name: str) -> None:
    (folder / "leases.csv").write_text(HEAD + ROW.replace("L-1", name), "utf-8")
    ledgers = ("--facts", "leases.csv", "--facts", "people.csv")
    result = run("facts", "export", "club.md", *ledgers, "--case", "companion.md", "--to", "out.csv", "--kind", "lease")
    assert result.exit_code == 0
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["lease", f"'{name}"]


def test_a_place_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    (folder / "out").write_text("kept", "utf-8")
    result = run("facts", "export", "club.md", "--case", "lease.md", "--to", "out")
    assert (result.exit_code, (folder / "out").read_text("utf-8")) == (1, "kept")
    assert "E0556" in result.stderr
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


def test_a_csv_file_holds_one_kind(folder: Path) -> None:
    result = run("facts", "export", "club.md", "--case", "lease.md", "--to", "one.csv", "--kind", "leese")
    assert (result.exit_code, "nearest: lease" in result.stderr) == (1, True)


# ------------------------------------------------------------------- doors


def check(*arguments: str) -> Result:
    return run("facts", "check", "club.md", "--facts", "leases.csv", "--facts", "people.csv", *arguments)


def test_a_check_tells_what_is_there_and_what_a_question_hangs_on(folder: Path) -> None:
    result = check("--case", "companion.md", "--ask", "May Ann Lee lease 10 shares on September 1, 2001?")
    assert result.exit_code == 0
    for line in ("  lease: 1", "  person: 2", "  Depends.", "  hangs on the supposed lease is authorized"):
        assert line in result.stdout.splitlines()
    assert "nothing is recorded of: *a lease* was given up on *a date* (taken not to be so)" in result.stdout


def test_a_check_fails_where_a_row_cannot_be_read_and_says_where(folder: Path) -> None:
    (folder / "leases.csv").write_text(HEAD + ROW.replace("80", "eighty"), "utf-8")
    result = check("--case", "companion.md")
    assert result.exit_code == 1
    assert "leases.csv, row 2: error E0550" in result.stdout
    assert "lease: shares, in 1 of 1 rows: the register; leases.csv, row 2" in result.stdout


def test_an_answer_goes_on_past_a_bad_row_and_says_so(folder: Path) -> None:
    (folder / "leases.csv").write_text(HEAD + ROW + "L-2,Ann Lee\n", "utf-8")
    ledgers = ("--facts", "leases.csv", "--facts", "people.csv", "--case", "companion.md")
    result = run("ask", "club.md", *ledgers, QUESTION)
    assert (result.exit_code, result.stdout[:3]) == (0, "No.")
    assert "leases.csv, row 3: 2 cells, where the header has 7" in result.stderr
    strict = run("ask", "club.md", *ledgers, "--strict", QUESTION)
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert "E0549" in strict.stderr


def test_a_ledger_that_is_not_there_is_wrong_use(folder: Path) -> None:
    assert run("ask", "club.md", "--facts", "none.csv", QUESTION).exit_code == 2


# ------------------------------------------------------------ the 1992 plan

GRANTS = """\
Grant,Holder,Granted,Number,Kind,Strike,Expires,Minutes
G-17,Ann Lee,03/01/2001,"80,000",NQ,4.10,03/01/2011,minutes of 2001-03-01
G-18,Bob Ray,04/02/2001,5000,NQ,4.10,04/02/2011,minutes of 2001-04-02
"""
MAPPING = """\
complete-to = 2001-12-31

[[table]]
of = "person"
from = "staff"
name = "Name"

[[table]]
says = "*a person* is employed by *a corporation*"
from = "staff"
columns = ["Name", { value = "the Company" }]
first = "Hired"
source = "File"

[[table]]
of = "grant"
from = "grants"
name = "Grant"
source = "Minutes"
columns.grantee = "Holder"
columns.date = { column = "Granted", form = "MM/DD/YYYY" }
columns.shares = "Number"
columns."option kind" = { column = "Kind", values = { NQ = "nonstatutory stock option" } }
columns.pool = { value = "the employee pool" }
columns."exercise price" = "Strike"
columns."expiry date" = { column = "Expires", form = "MM/DD/YYYY" }
"""
REST = """\
The Board adopted the Plan on August 4, 1997. The stockholders approved the Plan on September 30, 1997.
Taken as found: the shares available in the employee pool on September 1, 2001 are 600,000 shares.
"""


def test_the_1992_plan_answers_over_a_ledger_as_over_its_case_file(tmp_path: Path) -> None:
    files = {
        "grants.csv": GRANTS,
        "staff.csv": "Name,Hired,File\nAnn Lee,1999-01-04,personnel file\nBob Ray,1999-01-04,\n",
    }
    for name, text in {**files, "map.toml": MAPPING}.items():
        (tmp_path / name).write_text(text, "utf-8")
    book = plan()
    ledger = book.case(*(tmp_path / name for name in files), REST, mapping=tmp_path / "map.toml")
    matter = book.case(RULES / "1992-plan.cases" / "annual-limit.md")
    for question in (
        "May Ann Lee receive 30,000 shares on September 1, 2001?",
        "How many shares may Ann Lee receive on September 1, 2001?",
        "May Ann Lee receive 15,000 shares on September 1, 2001?",
    ):
        one, other = ledger.ask(question), matter.ask(question)
        assert (one.said, one.citations, one.provided) == (other.said, other.citations, other.provided)
    assert "minutes of 2001-03-01; grants.csv, row 2" in ledger.ask("What are G-17's shares?").to_text()
