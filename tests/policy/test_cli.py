"""The commands: what they print, where, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.values import LimitReached
from policy.cli import command
from tests.policy.small import BOOK, CASE, write

ROOT = Path(__file__).parent.parent.parent
QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the garden club's book and a case, to work in."""
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(command, arguments, env={"COLUMNS": "100", **environment})


def ask(*arguments: str) -> Result:
    return run("ask", "club.md", "--case", "lease.md", *arguments)


# ------------------------------------------------------------------- asking


def test_an_answer_begins_with_its_verdict_and_clause(folder: Path) -> None:
    result = ask(QUESTION)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("No.  § 2(a)\n")
    assert "at most 20 shares" in result.stdout


def test_an_answer_is_as_wide_as_the_terminal(folder: Path) -> None:
    narrow = run("ask", "club.md", "--case", "lease.md", QUESTION, COLUMNS="60")
    assert max(map(len, narrow.stdout.splitlines())) <= 60


def test_an_answer_is_json_or_markdown_on_demand(folder: Path) -> None:
    assert json.loads(ask("--json", QUESTION).stdout)["citations"] == ["2(a)"]
    assert ask("--markdown", QUESTION).stdout.startswith(f"**{QUESTION}**\n")


def test_every_member_of_a_total_is_listed_on_demand(folder: Path) -> None:
    rows = "".join(f"| L-{n} | Ann Lee | 2001-03-{n:02} | 10 | small plot | | |\n" for n in range(2, 9))
    register = CASE.index("\n## Questions")
    write(folder, case=CASE[:register].rstrip("\n") + f"\n{rows}" + CASE[register:])
    assert "and 4 more" in ask(QUESTION).stdout
    every = ask("--all", QUESTION).stdout
    assert "and 4 more" not in every
    assert all(f"L-{n}, 10 shares" in every for n in range(2, 9))
    assert any(
        "L-8, 10 shares" in each["text"] for each in json.loads(ask("--all", "--json", QUESTION).stdout)["explanation"]
    )


def test_a_part_adds_its_facts(folder: Path) -> None:
    assert "Reading D-01" in ask("--part", "b", QUESTION).stdout


def test_a_part_that_no_case_has_is_wrong_use(folder: Path) -> None:
    result = ask("--part", "z", QUESTION)
    assert result.exit_code == 2
    assert "E0507" in result.stderr and "expected: b" in result.stderr


@pytest.mark.parametrize("question", ["Lease?", "Is Ann Lea welcome on May 1, 2001?", "", "\0", "(" * 10_000])
def test_a_question_that_cannot_be_read_is_wrong_use(folder: Path, question: str) -> None:
    result = ask(question)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "question:1:" in result.stderr and "clausebook explain E0" in result.stderr


@pytest.mark.parametrize("book", ["nowhere.md", "no-such-book", "."])
def test_a_book_that_is_not_there_is_wrong_use(folder: Path, book: str) -> None:
    result = run("ask", book, QUESTION)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error E00" in result.stderr


def test_a_wrong_case_file_is_told_with_all_its_errors(folder: Path) -> None:
    Path("lease.md").write_text(CASE.replace("1999", "19999").replace("May 1, 1990", "Mai 1, 1990"), "utf-8")
    result = ask(QUESTION)
    assert result.exit_code == 1
    assert result.stderr.count("lease.md:9:") == 2


def test_a_limit_is_never_a_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        raise LimitReached("it takes too long")

    monkeypatch.setattr("engine.program.Engine.answer", endless)
    result = ask(QUESTION)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "E0701" in result.stderr


def test_a_fault_is_one_line_and_never_a_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by\nnothing")

    monkeypatch.setattr("policy.instrument.load", broken)
    result = ask(QUESTION)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.count("\n") == 1
    assert "internal fault" in result.stderr and "Please report it" in result.stderr


# -------------------------------------------------------- checking and testing


def test_files_without_errors_are_counted(folder: Path) -> None:
    result = run("check", ".")
    assert result.exit_code == 0
    assert result.stdout.endswith("2 files: 0 errors, 1 warning\n")


def test_every_error_of_every_file_is_shown_with_its_place(folder: Path) -> None:
    Path("club.md").write_text(BOOK.replace("100 shares", "1000 shares"), "utf-8")
    Path("other.md").write_text("no title", "utf-8")
    result = run("check", "club.md", "other.md")
    assert result.exit_code == 1
    assert "club.md:61:80: error E0110" in result.stdout
    assert "other.md:1:1: error E0010" in result.stdout


def test_a_case_as_expected_passes(folder: Path) -> None:
    result = run("test", ".")
    assert (result.exit_code, result.stdout) == (0, "1 case file, 3 questions: all as expected\n")


def test_what_differs_is_shown_side_by_side(folder: Path) -> None:
    Path("lease.md").write_text(CASE.replace("Yes, citing § 1", "No, citing § 2"), "utf-8")
    result = run("test", "lease.md")
    assert result.exit_code == 1
    assert "lease.md:19:4: Is Ann Lee welcome on September 1, 2001?" in result.stdout
    lines = [[cell.strip() for cell in line.split("│")] for line in result.stdout.splitlines() if "│" in line]
    assert lines == [["expected", "answered"], ["No", "Yes"], ["citing § 2", "cites § 1"]]
    assert result.stdout.endswith("1 case file, 3 questions: 1 not as expected\n")


@pytest.mark.parametrize("door", ["check", "test", "fmt"])
def test_to_find_nothing_is_no_success(door: str, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert run(door, "empty").exit_code == 2
    assert run(door, "nowhere.md").exit_code == 2


# ------------------------------------------------------------------- the rest


def test_the_vocabulary_is_listed_under_who_states_it(folder: Path) -> None:
    text = run("vocabulary", "club.md", "authorized").stdout
    assert text.startswith("\nDecided by the Warden\n  *a lease* is authorized\n")
    assert json.loads(run("vocabulary", "club.md", "authorized", "--json").stdout)[0]["used_in"] == ["2"]


def test_a_case_to_fill_in_is_a_case(folder: Path) -> None:
    result = run("case", "club.md", QUESTION)
    Path("new.md").write_text(result.stdout, "utf-8")
    assert run("check", "new.md").stdout == "1 file: 0 errors, 0 warnings\n"
    assert run("ask", "club.md", "--case", "new.md", QUESTION).stdout.startswith("Depends.")


def test_formatting_changes_files_once(folder: Path) -> None:
    Path("lease.md").write_text(CASE.replace("| 80     |", "|80|"), "utf-8")
    assert run("fmt", "--check", "lease.md").exit_code == 1
    assert run("fmt", "lease.md").stdout == "lease.md: formatted\n"
    assert (run("fmt", "lease.md").stdout, Path("lease.md").read_text("utf-8")) == ("", CASE)
    assert run("fmt", "--check", "lease.md").exit_code == 0


def test_a_file_with_errors_is_not_formatted(folder: Path) -> None:
    Path("lease.md").write_text("# A\n\n***\n", "utf-8")
    assert run("fmt", "lease.md").exit_code == 1
    assert Path("lease.md").read_text("utf-8") == "# A\n\n***\n"


def test_the_graph_is_of_the_book_or_of_a_question(folder: Path) -> None:
    whole, part = run("graph", "club.md").stdout, run("graph", "club.md", "Is Ann Lee welcome on May 1, 2001?").stdout
    assert whole.startswith("digraph") and "is authorized" in whole
    assert "is a member" in part and "is authorized" not in part
    assert run("graph", "club.md", "--svg").stdout.startswith("<svg")


def test_codes_are_explained() -> None:
    assert run("explain", "E0110").stdout.startswith("E0110 A quantity that is not written as one\n")
    assert run("explain", "E9999").exit_code == 2


def test_the_version_is_printed() -> None:
    assert run("version").stdout.startswith("clausebook ")


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "club.md"], ["nothing"], ["check"], ["ask", "--wrong", "a", "b"]]
)
def test_wrong_use_says_how_it_is_right(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")


# ----------------------------------------------------------------- the terminal


def test_colour_is_for_terminals_only(folder: Path) -> None:
    arguments = ["ask", "club.md", "--case", "lease.md", QUESTION]
    assert "\x1b[" not in CliRunner().invoke(command, arguments).stdout
    assert "\x1b[31m" in CliRunner().invoke(command, arguments, color=True).stdout
    assert "\x1b[" not in CliRunner().invoke(command, arguments, color=True, env={"NO_COLOR": "1"}).stdout


def test_a_reader_who_leaves_early_is_no_error(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "policy.cli", "vocabulary", "club.md"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
