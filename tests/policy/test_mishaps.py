"""A process that is killed, and a disk that is full, while something is recorded or saved: real ones, from outside."""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy.cli import command
from policy.commands import carry_out
from policy.diagnostic import ClausebookError
from policy.instrument import load
from policy.page import plain
from policy.session import begin
from policy.testing import Shelf, check_file
from tests.policy.small import write

ROOT = Path(__file__).parent.parent.parent
RECORDED = re.compile(r"Recorded in .*?: (The yearly fee for [^$]*\$\d+\.\d\d)\.")
DAYS = [f"{month} {day}, 2001" for month in ("May", "July", "August") for day in range(1, 29)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def started(folder: Path) -> subprocess.Popen[str]:
    """A session in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from policy.cli import main; main()", "repl", "club.md", "--case", "lease.md"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
    )


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file can have more than so many bytes meanwhile: the system refuses what is written past them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def acknowledged(lines: Iterator[str]) -> list[str]:
    return [found[1] for line in lines if (found := RECORDED.search(line))]


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_while_recording_loses_nothing_acknowledged_and_tears_nothing(folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a moment, not a secret
    with started(folder) as running:
        assert running.stdin is not None and running.stdout is not None
        for day in DAYS:
            running.stdin.write(f"record the yearly fee for {day} is $4.00\n")
        running.stdin.flush()
        told = [running.stdout.readline()]
        while not RECORDED.search(told[-1]):
            told.append(running.stdout.readline())
        time.sleep(chance.uniform(0, 0.2))
        running.send_signal(signal.SIGKILL)
        told += running.stdout.readlines()
    text = (folder / "lease.md").read_text("utf-8")
    kept = acknowledged(iter(told))
    assert kept and all(each in text for each in kept)
    assert text.count("The yearly fee") in (len(kept), len(kept) + 1)
    assert not [each for each in check_file(folder / "lease.md", Shelf()) if each.is_error]


def test_a_kill_while_saving_leaves_whole_files_or_none(folder: Path) -> None:
    chance = random.Random(2)  # noqa: S311 - a moment, not a secret
    with started(folder) as running:
        assert running.stdin is not None and running.stdout is not None
        lines = ["Is Ann Lee welcome on September 1, 2001?", *(f"save {n}.html" for n in range(200))]
        running.stdin.write("".join(f"{line}\n" for line in lines))
        running.stdin.flush()
        told = [running.stdout.readline()]
        while "Saved" not in told[-1]:
            told.append(running.stdout.readline())
        time.sleep(chance.uniform(0, 0.1))
        running.send_signal(signal.SIGKILL)
        told += running.stdout.readlines()
    saved = {found[1] for line in told if (found := re.search(r"Saved (\d+\.html):", line))}
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    assert saved and saved <= there.keys()
    assert all(text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n") for text in there.values())


def test_a_full_disk_leaves_every_file_as_it_was_and_the_session_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = Path("lease.md").read_bytes()
    session, _ = carry_out(begin(load("club.md"), [Path("lease.md")]), "Is Ann Lee welcome on September 1, 2001?")
    record = "record L-1 was given up on June 1, 2001"
    for line in (record, "save memo.html", "save memo.docx", "save case again.md", "save answer.json"):
        with full_disk(60), pytest.raises(ClausebookError, match="E0050"):
            carry_out(session, line)
    session, page = carry_out(session, "Is Ann Lee welcome on September 2, 2001?")
    assert plain(page, 80).startswith("Yes.")
    assert Path("lease.md").read_bytes() == before
    assert {path.name for path in folder.iterdir()} == {"club.md", "lease.md"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("fmt", "lease.md"), "E0050"),
        (("facts", "export", "club.md", "--case", "lease.md", "--to", "out.csv", "--kind", "lease"), "E0556"),
        (("review", "club.md", "-o", "pages", "--jobs", "1"), "E0039"),
        (("compare", "club.md", "club.md", "-o", "pages", "--jobs", "1"), "E0039"),
        (("sources", "club.md", "--text", "club.txt", "--pin"), "E0050"),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else each,
)
def test_a_full_disk_stops_a_command_and_tears_no_file(
    folder: Path, arguments: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = folder / "lease.md"
    lease.write_text(lease.read_text("utf-8").replace("| lease | tenant  |", "|lease|tenant|"), "utf-8")
    (folder / "club.txt").write_text(
        "1. Members. Whoever is a member.\n\n2. Leases. (a) Nobody leases more.\n", "utf-8"
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.chdir(folder)
    with full_disk(60):
        result = CliRunner().invoke(command, [*arguments])
    assert code in result.output
    assert result.exit_code in (1, 2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
