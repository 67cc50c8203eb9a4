"""Answers about ledgers asked again: the files of a package, the mapping, and all of it elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy.cli import command
from tests.policy import hostile

OCF = Path(__file__).parent / "ocf"
VESTED = "What are the vested shares of EC-1 on June 1, 2021?"
WELCOME = "Is Ann Lee welcome on September 1, 2001?"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An answer from a package, and one from ledgers with a mapping."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    hostile.write(here)
    (here / hostile.LEDGER).rename(here / "leases.csv")
    shutil.copytree(OCF / "acme-holdings", here / "acme-holdings")
    shutil.copyfile(OCF / "plan.md", here / "plan.md")
    Path("vested.json").write_text(run("ask", "plan.md", "--facts", "acme-holdings", VESTED, "--json").stdout, "utf-8")
    ledgers = ("--case", "companion.md", "--facts", "people.csv", "--facts", "members.csv", "--map", "map.toml")
    Path("welcome.json").write_text(run("ask", "club.md", *ledgers, WELCOME, "--json").stdout, "utf-8")
    return here


@pytest.mark.parametrize("answer", ["vested.json", "welcome.json"])
def test_an_answer_stands_here_and_in_a_copy_of_its_folder(
    folder: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (folder, folder.parent):
        monkeypatch.chdir(place)
        result = run("replay", folder / answer)
        assert (result.exit_code, "Stands" in result.stdout) == (0, True), result.output
    shutil.copytree(folder, folder.parent / "copy")
    shutil.rmtree(folder)
    result = run("replay", folder.parent / "copy" / answer)
    assert (result.exit_code, "Stands" in result.stdout) == (0, True), result.output


def test_what_is_said_to_be_another_ledger_is_told(folder: Path) -> None:
    shutil.copytree("acme-holdings", "other")
    assert run("replay", "vested.json", "--case", "other").exit_code == 0
    transactions = Path("acme-holdings/Transactions.ocf.json")
    transactions.write_text(transactions.read_text("utf-8").replace('"2019-06-01"', '"2019-06-02"'), "utf-8")
    result = run("replay", "vested.json")
    assert result.exit_code == 1
    assert "acme-holdings/Transactions.ocf.json has another text" in result.stdout
    assert "172,500 shares" in result.stdout


def test_another_mapping_is_another_answer(folder: Path) -> None:
    text = Path("map.toml").read_text("utf-8")
    Path("map.toml").write_text(f"complete-to = 2001-08-01\n\n{text}", "utf-8")
    result = run("replay", "welcome.json")
    assert result.exit_code == 1
    assert "map.toml has another text" in result.stdout
    Path("old.toml").write_text(text, "utf-8")
    assert run("replay", "welcome.json", "--map", "old.toml").exit_code == 0
