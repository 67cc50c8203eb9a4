"""Case files as tests of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BOOK = """\
# Club

Instrument: Club rules
Issuer: The Club
Governing text: club.txt
Dates round: down

## Vocabulary

Recorded, over time:
- *a person* is a member

Concluded:
- *a person* may vote on *a date*

## § 1 Votes

A person may vote on a date if the person is a member on the date.
"""
CASE = """\
# Ann

Book: club
Names: Ann is a person.

## Facts

Ann is a member from January 4, 1999.

## Questions

1. May Ann vote on January 4, 1999?
   Yes, citing § 1.
2. May Ann vote on January 3, 1999?
   {expected}, citing § 1.
3. May Ann vote on January 5, 1999?
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "club.md").write_text(BOOK, "utf-8")
    (tmp_path / "club.cases").mkdir()
    return tmp_path


def run(folder: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "policy.pytest_plugin", "-p", "no:cacheprovider", "-v", *options]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "-c", "/dev/null", str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # where it is installed it would come twice
    )
    return done.returncode, done.stdout + done.stderr


def test_each_expected_answer_is_a_test(folder: Path) -> None:
    (folder / "club.cases" / "ann.md").write_text(CASE.format(expected="No"), "utf-8")
    (folder / "club.cases" / "notes.txt").write_text("no case", "utf-8")
    status, said = run(folder)
    assert status == 0, said
    assert "2 passed" in said
    assert "12: May Ann vote on January 4, 1999?" in said


def test_what_differs_is_told_and_what_cannot_be_read(folder: Path) -> None:
    (folder / "club.cases" / "ann.md").write_text(CASE.format(expected="Yes"), "utf-8")
    (folder / "club.cases" / "bad.md").write_text(CASE.replace("a member", "a wizard"), "utf-8")
    status, said = run(folder, "--continue-on-collection-errors")
    assert status == 1
    assert "1 failed, 1 passed, 1 error" in said
    assert "expected: Yes" in said
    assert "answered: No" in said
    assert "E0102" in said or "E0103" in said
    assert "Traceback" not in said


def test_other_files_are_collected_where_the_setting_names_them(folder: Path) -> None:
    (folder / "ann.md").write_text(CASE.format(expected="No"), "utf-8")
    status, said = run(folder, "-o", "clausebook_cases=ann.md")
    assert status == 0, said
    assert "2 passed" in said
