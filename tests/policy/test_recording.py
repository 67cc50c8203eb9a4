"""Recording: a case file with one sentence more, or as it was; and nothing that was acknowledged is lost."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from policy.commands import carry_out
from policy.diagnostic import ClausebookError
from policy.instrument import Instrument, load
from policy.ledger_kinds import Ledger
from policy.recording import record
from policy.session import begin
from policy.storing import write_new, write_over
from tests.policy.small import CASE, write

ROOT = Path(__file__).parent.parent.parent
FACT = "L-1 was given up on June 1, 2001"


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    return load(write(tmp_path_factory.mktemp("club"))[0])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path)[1]


def refused(club: Instrument, file: Path, sentence: str, part: str = "") -> str:
    before = file.read_bytes()
    with pytest.raises(ClausebookError) as caught:
        record(club, file, sentence, part)
    assert file.read_bytes() == before
    assert [each.name for each in sorted(file.parent.iterdir())] == ["club.md", "lease.md"]
    return caught.value.code


def test_a_fact_stands_after_those_that_are_there_and_all_else_stays(club: Instrument, file: Path) -> None:
    done = record(club, file, f"{FACT}.")
    assert (done.path, done.sentence) == (file, f"{FACT}.")
    text = file.read_text("utf-8")
    assert text.replace(f"\n{FACT}.\n", "", 1) == CASE
    assert text.splitlines()[done.line - 1] == f"{FACT}."
    assert "2001-06-01" not in text
    assert club.case(file).ask("Was L-1 given up before July 1, 2001?").said == "Yes."


def test_a_file_may_speak_of_what_is_listed_beside_it(club: Instrument, tmp_path: Path) -> None:
    companion, ledger = tmp_path / "companion.md", tmp_path / "lease.csv"
    companion.write_text("# Beside\n\nBook: club\n\n## Facts\n\nL-9 was given up on May 1, 2001.\n", "utf-8")
    ledger.write_text("lease,tenant,date,shares,plot size\nL-9,,2001-03-01,80,small plot\n", "utf-8")
    with pytest.raises(ClausebookError, match="E0114"):
        record(club, companion, "L-9 was given up on May 2, 2001")
    session = begin(club, (companion,), (Ledger(ledger),))
    carry_out(session, "record L-9 was given up on May 2, 2001")
    assert "L-9 was given up on May 2, 2001." in companion.read_text("utf-8")
    for line, code in (
        ("record L-9's shares are 7 shares", "E0522"),
        ("record L-9 was given up on May 3, 2001 in lease.csv", "E0055"),
        ("save case kept.md", "E0055"),
    ):
        with pytest.raises(ClausebookError) as caught:
            carry_out(session.ask("Was L-9 given up on May 2, 2001?"), line)
        assert caught.value.code == code


def test_a_fact_of_a_part_stands_in_it(club: Instrument, file: Path) -> None:
    record(club, file, "A given up lease does not count", "b")
    assert club.case(file).ask("Does a given up lease count?").said == "Yes."
    assert club.case(file, part="b").ask("Does a given up lease count?").said == "No."


def test_a_name_is_introduced_at_the_top(club: Instrument, file: Path) -> None:
    record(club, file, "Bob Ray is a person")
    record(club, file, 'Bob Ray is a member from May 1, 2001, according to "the roll"')
    assert "\nRecord complete to: 2001-12-31\nNames: Bob Ray is a person.\n" in file.read_text("utf-8")
    assert club.case(file).ask("Is Bob Ray welcome on June 1, 2001?").said == "Yes."


def test_a_file_without_facts_gets_them(club: Instrument, tmp_path: Path) -> None:
    write(tmp_path, case="# Nothing yet\n\nBook: club\nNames: Ann Lee is a person.\n")
    record(club, tmp_path / "lease.md", "Ann Lee is a member from May 1, 2001")
    assert (tmp_path / "lease.md").read_text("utf-8").endswith("\n## Facts\n\nAnn Lee is a member from May 1, 2001.\n")


def test_line_ends_mark_and_permissions_stay(club: Instrument, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + CASE.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    record(club, file, FACT)
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf#")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("", "E0101"),
        ("L-1 was givn up on June 1, 2001", "E0102"),
        ("Bob Ray is a member from May 1, 2001", "E0114"),
        ("L-1 is permitted", "E0521"),
        ("L-1's shares are 70 shares", "E0522"),
        ("| lease | tenant |", "E0102"),
        ("> L-1 was given up on June 1, 2001", "E0101"),
        ("# Facts", "E0101"),
        ("L-1 was given up on June 1, 2001. Ann Lee is a member from May 1, 2001", "E0101"),
    ],
)
def test_what_does_not_read_back_as_one_fact_leaves_the_file_as_it_was(
    club: Instrument, file: Path, sentence: str, code: str
) -> None:
    found = refused(club, file, sentence)
    assert found == code or (code == "E0101" and found.startswith("E0"))


def test_a_slip_is_told_where_it_was_typed(club: Instrument, file: Path) -> None:
    with pytest.raises(ClausebookError) as caught:
        record(club, file, "L-1 was givn up on June 1, 2001")
    assert caught.value.place == "recorded:1:9"


def test_a_file_that_is_not_there_is_not_made(club: Instrument, tmp_path: Path) -> None:
    with pytest.raises(ClausebookError) as caught:
        record(club, tmp_path / "none.md", FACT)
    assert caught.value.code == "E0001"
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- mishaps


@pytest.mark.parametrize("failing", ["fsync", "fchmod"])
def test_a_full_disk_leaves_the_old_file_whole(
    club: Instrument, file: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"policy.storing.os.{failing}", full)
    assert refused(club, file, FACT) == "E0050"


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(ClausebookError) as caught:
        write_new(tmp_path / "none" / "memo.md", b"")
    assert caught.value.code == "E0050"


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "memo.md").write_text("mine")
    with pytest.raises(ClausebookError) as caught:
        write_new(tmp_path / "memo.md", b"other")
    assert caught.value.code == "E0051"
    assert (tmp_path / "memo.md").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


_WRITER = """
import sys
from pathlib import Path
from policy.storing import write_over
number = 0
while True:
    number += 1
    write_over(Path(sys.argv[1]), (f"{number} " * 20_000).encode())
    print(number, flush=True)
"""


def test_a_kill_leaves_a_whole_file_not_older_than_what_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    file.write_text("0 ")
    for pause in (0.3, 0.37, 0.45):
        writing = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(file)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        time.sleep(pause)
        writing.send_signal(signal.SIGKILL)
        said, _ = writing.communicate()
        acknowledged = int(said.split()[-1]) if said.split() else 0
        numbers = file.read_text().split()
        assert len(set(numbers)) == 1
        assert int(numbers[0]) >= acknowledged or acknowledged == 0


def test_what_two_sessions_record_at_once_is_all_kept(club: Instrument, file: Path) -> None:
    def work(month: str) -> None:
        for day in range(1, 6):
            record(club, file, f"The yearly fee for {month} {day}, 2001 is $4.00")

    threads = [threading.Thread(target=work, args=(month,)) for month in ("May", "June", "July")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert file.read_text("utf-8").count("The yearly fee") == 15
    club.case(file)


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_over(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
