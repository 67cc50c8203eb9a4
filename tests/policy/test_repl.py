"""The session through a real terminal, over a pipe, and where there is neither colour nor a cursor to move."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest
from click.testing import CliRunner

from policy import repl
from policy.cli import command
from policy.instrument import load
from policy.session import begin
from tests.policy.small import write

ROOT = Path(__file__).parent.parent.parent
QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"
PATIENCE = 60


class Terminal:
    """A terminal that a session runs at: keys go in, a screen comes out."""

    def __init__(self, folder: Path, columns: int = 100, rows: int = 40, **environment: str) -> None:
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), "TERM": "xterm"}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # the terminal's own size counts
            variables.pop(name, None)
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "policy.cli", "repl", "club.md", "--case", "lease.md"],
            cwd=str(folder),
            env={**variables, **environment},
            dimensions=(rows, columns),
        )

    def read(self) -> None:
        """Take in what there is, answering where the program asks for the place of the cursor."""
        while True:
            try:
                data = self.child.read_nonblocking(65536, timeout=0.05)
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
            self.raw += data
            self.stream.feed(data)
            if b"\x1b[6n" in data:
                self.child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, wanted: str | Callable[[str], bool]) -> str:
        """The screen once it shows a text."""
        shows = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            self.read()
            if shows(self.text):
                return self.text
        raise AssertionError(f"{wanted!r} does not come up:\n{self.text}")

    def type(self, keys: str) -> None:
        self.child.send(keys)

    def enter(self, line: str) -> None:
        """Type a line, and wait till it stands there before it is entered."""
        self.type(line)
        self.until(lambda text: line[-20:] in " ".join(text.split()))
        self.type("\r")

    def close(self) -> None:
        self.child.close(force=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def answered(text: str) -> bool:
    return "The record is complete" in text and text.rstrip().split("\n> ")[-1] != text.rstrip()


# ------------------------------------------------------------------- terminal


def test_a_session_at_a_terminal(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.until("\n>")

    # completion comes as one types, and Tab takes it
    terminal.type("May An")
    terminal.until("Ann Lee  person")
    terminal.type("\t lea")
    terminal.until("may *a person* lease *shares* on *a date*")
    terminal.type("\t 30 shares on September 1, 2001?\r")
    assert "No.  § 2(a)" in terminal.until(answered)
    assert b"\x1b[31m" in terminal.raw

    # an interrupt drops what is typed, and no more
    terminal.type("May Ann")
    terminal.until("Ann Lee  person")
    terminal.type("\x03")
    terminal.enter("suppose")
    terminal.until("Nothing is supposed.")

    # a line that must go on does
    terminal.enter("Supposing that L-1's shares are 70 shares:")
    terminal.until("\n.")
    terminal.enter(QUESTION)
    terminal.until("Depends.  § 2")

    terminal.type("\x04")
    terminal.child.expect(pexpect.EOF)
    terminal.close()
    assert terminal.child.exitstatus == 0
    assert (folder / "state" / "clausebook" / "history").stat().st_mode & 0o077 == 0

    # the next session has the history; at sixty columns nothing runs over, and NO_COLOR is kept to
    narrow = Terminal(folder, columns=60, NO_COLOR="1")
    narrow.until("\n>")
    narrow.type("\x1b[A\x1b[A\x1b[A\x1b[A")
    narrow.until(QUESTION)
    narrow.type("\x03")
    narrow.enter("help")
    narrow.until("ends the session")
    narrow.enter(QUESTION)
    text = narrow.until("The record is complete")
    narrow.close()
    assert "No.  § 2(a)" in text
    assert not re.search(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7])m", narrow.raw)
    printed = narrow.raw.decode().partition("No.  § 2(a)")[2].partition("The record is complete")[0]
    assert all(len(line) <= 60 for line in re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", printed).split("\r\n"))


def test_a_dumb_terminal_gets_plain_lines(folder: Path) -> None:
    dumb = Terminal(folder, TERM="dumb", NO_COLOR="1")
    dumb.until("\n>")
    dumb.type(f"{QUESTION}\n")
    dumb.until(lambda text: "exceed 100 shares" in text)
    dumb.type("quit\n")
    dumb.child.expect(pexpect.EOF)
    assert b"\x1b" not in dumb.raw
    dumb.close()


# --------------------------------------------------------------------- a pipe


def piped(*lines: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        command, ["repl", "club.md", "--case", "lease.md"], input="\n".join(lines) + "\n", env={"COLUMNS": "100"}
    )
    return result.exit_code, result.output


def test_over_a_pipe_lines_are_read_and_shown_as_at_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    status, text = piped("", QUESTION, "suppose L-1's shares are 70 shares", "", "quit", "facts")
    assert status == 0
    assert text.startswith(f"> {QUESTION}\nNo.  § 2(a)\n")
    assert "> suppose L-1's shares are 70 shares\nSupposed (1)" in text
    assert "> facts" not in text


def test_an_error_is_told_and_the_next_line_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    status, text = piped("May Ann Leee lease?", "why", QUESTION)
    assert status == 2
    assert "error E0114" in text
    assert "error E0055" in text
    assert "No.  § 2(a)" in text


def test_lines_that_go_on_are_one_entry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    status, text = piped("Supposing that L-1's shares are 70 shares:", "may Ann Lee lease 30 shares", "", QUESTION)
    assert "\n. may Ann Lee lease 30 shares\n" in text
    assert status == 2
    status, text = piped("May Ann Lee lease 30 shares \\", "on September 1, 2001?")
    assert (status, "No.  § 2(a)" in text) == (0, True)


def test_bytes_that_are_no_text_end_the_session_with_a_message(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policy.cli", "repl", "club.md"],
        input=b"facts\n\xff\xfe\n",
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=False,
    )
    assert b"Traceback" not in done.stderr


def test_an_interrupt_stops_a_question_and_not_the_session(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    session = begin(load("club.md"), (Path("lease.md"),))
    desk = repl._Desk(session)
    before = session.case.ask(QUESTION).to_json()
    whole = session.case.book.engine.answer

    def slow(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(session.case.book.engine), "answer", lambda self, *arguments: slow(*arguments))
    assert desk.carry_out(QUESTION)
    assert "Interrupted; nothing has changed." in capsys.readouterr().out
    assert desk.session is session
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert desk.carry_out(QUESTION)
    assert desk.session.last is not None
    assert desk.session.last.to_json() == before


def test_a_fault_is_one_line_and_the_session_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    desk = repl._Desk(begin(load("club.md")))

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(repl, "carry_out", broken)
    assert desk.carry_out("facts")
    assert desk.worst == 3
    assert "internal fault, no verdict (ZeroDivisionError: oh)" in capsys.readouterr().err


def test_the_door_is_not_loaded_by_a_question(folder: Path) -> None:
    code = (
        "import sys\nfrom policy.cli import command\n"
        f"command(['ask', 'club.md', '--case', 'lease.md', {QUESTION!r}], standalone_mode=False)\n"
        "assert not {'prompt_toolkit', 'policy.repl', 'policy.commands', 'html4docx'} & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
        capture_output=True,
    )  # fmt: skip
