"""A whole ledger audited: every row what the reference evaluator says of it, whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from attrs import evolve
from click.testing import CliRunner

from engine.relational import duck
from engine.relational.likeness import Like, Likeness
from engine.relational.runner import Failed
from engine.relational.tables import ledger_of
from engine.values import LimitReached
from policy import auditing
from policy.answer import sections
from policy.audit_alone import Alone, Proved
from policy.audit_question import question_of
from policy.audit_rows import Reader
from policy.auditing import Audit, audit
from policy.cli import command
from policy.diagnostic import ClausebookError
from policy.instrument import Case, load
from policy.source import Source
from tests.policy.small import BOOK

QUESTION = "*a lease* is permitted"
SHARES = "the shares let up to *a lease*"
HOSTILE = """Robert'); DROP TABLE "t1"; --"""


def case_text(rows: str) -> str:
    return f"""# Leases

Book: club
Names: Ann Lee, Bob Ray and Cy Orr are persons.

## Facts

- Ann Lee is a member from January 4, 1999. Bob Ray is a member from January 4, 2000 to June 30, 2001.
- The Club opened the garden on May 1, 1990.
- L-1 is authorized. L-2 is authorized. L-3 is authorized. L-4 is authorized. L-6 is authorized. L-7 is authorized.
- L-2 was given up on May 1, 2001.

| lease | tenant  | date       | shares | plot size  | end | order |
|-------|---------|------------|--------|------------|-----|-------|
{rows}
"""


ROWS = """\
| L-1   | Ann Lee | 2001-03-01 | 80     | small plot |     | 1     |
| L-2   | Ann Lee | 2001-03-01 | 20     | large plot |     | 2     |
| L-3   | Ann Lee | 2001-03-01 | 1      | small plot |     | 3     |
| L-4   | Bob Ray | 2001-03-01 | ?      | small plot |     | 4     |
| L-5   | Bob Ray | 2001-04-01 | 5      | small plot |     | 5     |
| L-6   | Bob Ray | 2001-08-01 | 5      | small plot |     | 6     |
| L-7   | Cy Orr  | ?          | 5      | large plot |     | 7     |"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "club.md").write_text(BOOK)
    (tmp_path / "leases.md").write_text(case_text(ROWS))
    return tmp_path


@pytest.fixture
def case(folder: Path) -> Case:
    return load(folder / "club.md").case(folder / "leases.md")


def run(case: Case, folder: Path, text: str = QUESTION, verify: int = 100) -> Audit:
    return audit(case, question_of(case, text), folder / ".kept", verify, 1, lambda doing, done, of: None)


def clausebook(folder: Path, *arguments: str) -> tuple[int, str]:
    named = ["audit", str(folder / "club.md"), "--case", str(folder / "leases.md"), *arguments]
    result = CliRunner().invoke(command, named)
    return result.exit_code, result.output


def test_every_row_is_what_is_answered_about_it_alone(case: Case, folder: Path) -> None:
    found = {row.id: row for row in run(case, folder).rows}
    assert {id: row.verdict for id, row in found.items()} == {
        "L-1": "yes",
        "L-2": "yes",
        "L-3": "no",
        "L-4": "depends",
        "L-5": "no",
        "L-6": "no",
        "L-7": "no",
    }
    assert found["L-3"].citations == "§ 2(a)"
    assert "L-4's shares" in found["L-4"].depends
    for id, row in found.items():
        alone = Alone(case, question_of(case, QUESTION)).answer(id)
        assert (row.verdict, row.citations) == (alone.verdict.value, sections(alone.citations))


def test_a_list_of_conditions_asked_of_every_row(folder: Path) -> None:
    """What is asked need not be concluded: the conditions are listed where the question is declared."""
    listed = """
- the Club allows *a lease* (does not allow)
  Ask whether all of these hold:
  - the lease's tenant is welcome on the lease's date;
  - any of these holds:
    - the shares let up to the lease are at most 100 shares;
    - the lease's plot size is large plot.

## § 1 Members"""
    path = folder / "club.md"
    path.write_text(BOOK.replace("\n## § 1 Members", listed))
    case = load(path).case(folder / "leases.md")
    found = {row.id: row.verdict for row in run(case, folder, "the Club allows *a lease*").rows}
    assert found == {
        "L-1": "yes",
        "L-2": "yes",
        "L-3": "no",
        "L-4": "depends",
        "L-5": "depends",
        "L-6": "no",
        "L-7": "no",
    }


def test_a_value_of_every_row(case: Case, folder: Path) -> None:
    result = run(case, folder, SHARES)
    assert {row.id: row.value for row in result.rows if row.by == "tables"}["L-3"] == "101 shares"
    assert result.verified >= 3


def test_a_period_of_every_row(folder: Path) -> None:
    path = folder / "club.md"
    head = "Concluded:\n"
    rule = "The term of a lease is 2 months and 3 days.\n"
    path.write_text(BOOK.replace(head, f"{head}- the term of *a lease* is *a period*\n") + "\n## § 9 Terms\n\n" + rule)
    case = load(path).case(folder / "leases.md")
    found = {(row.value, row.by) for row in run(case, folder, "the term of *a lease*").rows}
    assert found == {("2 months and 3 days", "tables")}


def test_a_row_that_comes_out_two_ways_stops_the_audit(
    case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Reader.rows

    def wrong(self: Reader, table: Any) -> Any:
        found = rows(self, table)
        place = found.ids.to_pylist().index("L-3")
        found[place] = evolve(found[place], verdict="yes")
        return found

    monkeypatch.setattr(Reader, "rows", wrong)
    with pytest.raises(ClausebookError, match="L-3 came out two ways"):
        run(case, folder)
    code, _ = clausebook(folder, "--ask", QUESTION, "-o", str(folder / "out.csv"))
    assert code == 1
    assert not (folder / "out.csv").exists()


def test_an_interrupted_audit_goes_on_where_it_was(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(run(case, folder, verify=0).rows)
    kept = folder / ".kept"
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:7])  # a torn last line
    asked: list[str] = []
    proved = Alone.proved

    def counted(self: Alone, id: str) -> Proved:
        asked.append(id)
        return proved(self, id)

    monkeypatch.setattr(Alone, "proved", counted)
    assert list(run(case, folder, verify=0).rows) == whole
    assert len(asked) == 1
    asked.clear()
    run(case, folder, SHARES, verify=0)  # rows of another question are not taken for its own
    assert asked


SMALL = "*a lease* is small"


@pytest.fixture
def unknown(folder: Path) -> Case:
    """Leases of which it is not known how many shares they are for, or how large their plot is."""
    small = """
## § 3 Small leases

A lease is small if all of these hold:
- the lease's shares are at most 10 shares;
- the lease's plot size is small plot.
"""
    path = folder / "club.md"
    path.write_text(BOOK.replace("- *a lease* is permitted", "- *a lease* is permitted\n- *a lease* is small") + small)
    cells = ("? | small plot", "? | small plot", "? | large plot", "5 | ?", "6 | ?", "? | ?", "? | ?")
    rows = (f"| L-{n} | Ann Lee | 2001-03-01 | {each} | | {n} |" for n, each in enumerate(cells, 1))
    return load(path).case(Source("unknown.md", case_text("\n".join(rows))))


def test_rows_that_are_alike_follow_from_one(unknown: Case, folder: Path) -> None:
    result = run(unknown, folder, SMALL)
    by = ["reference", "likeness", "reference", "reference", "likeness", "reference", "likeness"]
    assert [row.by for row in result.rows] == by
    assert [row.depends for row in result.rows][1::3] == [
        "whether L-2's shares are at most 10 shares (§ 3)",
        "whether L-5's plot size is small plot (§ 3)",
    ]
    both = "whether L-7's plot size is small plot (§ 3); whether L-7's shares are at most 10 shares (§ 3)"
    assert result.rows[6].depends == both
    assert (result.settled, result.alike, result.verified) == (4, 3, 3)


def test_a_row_unlike_the_one_that_it_is_written_like_stops_the_audit(
    unknown: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    like = Likeness.of

    def alike(*of: Any) -> Like:
        found = like(*of)
        assert found is not None
        return evolve(found, key="all are alike")

    monkeypatch.setattr(Likeness, "of", alike)
    with pytest.raises(ClausebookError, match="by likeness"):
        run(unknown, folder, SMALL)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_command_writes_rows_and_a_page(folder: Path, suffix: str) -> None:
    out = folder / f"out{suffix}"
    code, told = clausebook(folder, "--ask", QUESTION, "-o", str(out))
    assert code == 0
    assert "7 rows" in told and "§ 2(a)" in told and "2001" in told and "small plot" in told
    rows = (
        list(csv.DictReader(out.read_text().splitlines()))
        if suffix == ".csv"
        else pyarrow.parquet.read_table(out).to_pylist()
    )
    assert [row["id"] for row in rows] == [f"L-{number}" for number in range(1, 8)]
    assert "<h1>" in out.with_suffix(".html").read_text()
    assert sorted(each.name for each in folder.iterdir() if each.name.startswith(".out")) == []


def test_a_row_explained(folder: Path) -> None:
    code, told = clausebook(folder, "--ask", QUESTION, "--explain", "L-3")
    assert code == 0
    assert told.startswith("No.") and "101 shares" in told
    code, told = clausebook(folder, "--ask", QUESTION, "--explain", "L-33")
    assert code == 1 and "E0613" in told and "L-3" in told


def test_a_row_of_a_large_ledger_explained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted over the whole ledger on a day is told, and said to be."""
    monkeypatch.setattr(auditing, "SMALL", 0)
    path = folder / "club.md"
    counted = """- the shares let by *a date* are *shares*
- the room on *a date* is *shares*
- *a lease* is small

Asked:"""
    rules = """## § 2 Leases

The shares let by a date are the total of the counted lease's shares for every counted lease, being a lease for which
the counted lease's date is on or before the date.

The room on a date is 300 shares minus the shares let by the date.

A lease is small if the lease's shares are at most the room on the lease's date.
"""
    path.write_text(BOOK.replace("Asked:", counted).replace("## § 2 Leases\n", rules))
    known = ROWS.replace("| ?          |", "| 2001-09-01 |").replace("| ?      |", "| 7      |")
    (folder / "leases.md").write_text(case_text(known))
    code, told = clausebook(folder, "--ask", "*a lease* is small", "--explain", "L-1")
    assert code == 0 and told.startswith("Yes.")
    assert told.endswith("by tables:\n  the shares let by March 1, 2001 are 108 shares\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--ask", "*a lease* is permited", "-o", "x.csv"), "E0641"),
        (("--ask", "*a person* is welcome on *a date*", "-o", "x.csv"), "E0641"),
        (("--ask", "*a person* is a member", "-o", "x.csv"), "E0641"),
        (("--ask", QUESTION, "-o", "x.txt"), "E0644"),
    ],
)
def test_what_cannot_be_audited_is_an_error(folder: Path, arguments: tuple[str, ...], error: str) -> None:
    code, told = clausebook(folder, *arguments)
    assert code == 1 and error in told


@pytest.mark.parametrize("rows", ["0", "-1"])
def test_some_rows_are_always_asked_again(folder: Path, rows: str) -> None:
    code, told = clausebook(folder, "--ask", QUESTION, "-o", "x.csv", "--verify", rows)
    assert code == 2 and "--verify" in told
    assert not (folder / "x.csv").exists()


def test_names_are_never_part_of_a_statement(folder: Path) -> None:
    case = load(folder / "club.md").case(folder / "leases.md")
    for number, name in enumerate((HOSTILE, "' OR 1=1", "\\'; --", '"', "$$", "\u202e\x00", "🜁")):
        case.facts.record(
            "lease", name, {"tenant": name, "date": case.facts.tables["lease"].columns[2][0], "shares": number}
        )
    rows = run(case, folder).rows
    assert [row.id for row in rows][7:] == [HOSTILE, "' OR 1=1", "\\'; --", '"', "$$", "\u202e\x00", "🜁"]


def test_the_database_reads_nothing_but_its_tables(case: Case, folder: Path) -> None:
    database = duck.opened(ledger_of(case.facts, case.book.engine.relations))
    (folder / "secret.csv").write_text("a\n1\n")
    for query in (f"FROM read_csv('{folder}/secret.csv')", "SET memory_limit = '9GB'", "INSTALL httpfs"):
        with pytest.raises(Failed):
            database.run(query)
    database.deadline = 0.0
    with pytest.raises(LimitReached):
        database.run("SELECT 1")
