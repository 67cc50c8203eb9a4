"""A book served at once: questions are answered while its pages are made by a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from threading import Event
from typing import Any

import pytest

from policy import served as module
from policy.desk import Busy, Desk, Request
from policy.diagnostic import ClausebookError, Diagnostic
from policy.instrument import Case
from policy.making import made_beside
from policy.review import review
from policy.serving import BookServer
from policy.testing import Shelf
from tests.policy.served import running
from tests.policy.small import write
from tests.policy.test_serving import QUESTION, ask, send


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path, lease = write(tmp_path)
    (tmp_path / "club.cases").mkdir()
    lease.rename(tmp_path / "club.cases" / "lease.md")
    return path


def waited(port: int) -> Any:
    for _ in range(2_000):
        found = send(port, "GET", "/api/made").data
        if found["made"] or found["failed"]:
            return found
        time.sleep(0.01)
    raise AssertionError("the pages were never made")


def test_questions_are_answered_before_the_pages_are_made(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()

    def held_back(*given: Any, **named: Any) -> Any:
        os.read(reading, 1)
        return review(*given, **named)

    monkeypatch.setattr(module, "review", held_back)
    with module.served(Shelf(), book, None, (), 0, 1) as server, running(server) as port:
        for path in ("/", "/section-2.html"):
            assert "The review book is being made" in send(port, "GET", path).text
        assert 'data-part="b"' in send(port, "GET", "/").text
        assert send(port, "GET", "/review.css").status == 200
        assert send(port, "GET", "/club.md").status == 404
        request = {"question": QUESTION, "case": "lease.md"}
        assert ask(port, request).data["verdict"] == "no"
        assert "href" not in ask(port, request, Accept="text/html").text
        os.write(writing, b"1")
        assert waited(port) == {"made": True, "failed": ""}
        assert "At a glance" in send(port, "GET", "/").text
        assert "§ 2(a)" in send(port, "GET", "/section-2.html").text
        assert '<a href="section-2.html#c-2-a">' in ask(port, request, Accept="text/html").text
    for number in (reading, writing):
        os.close(number)


def wrong(*_given: Any, **_named: Any) -> Any:
    raise ClausebookError(Diagnostic("E0601", "a slip", None))


def fault(*_given: Any, **_named: Any) -> Any:
    os._exit(9)


@pytest.mark.parametrize(("fails", "said"), [(wrong, "a slip"), (fault, "has ended")])
def test_that_there_will_be_no_pages_is_said_and_questions_go_on(
    book: Path, monkeypatch: pytest.MonkeyPatch, fails: Callable[..., Any], said: str
) -> None:
    monkeypatch.setattr(module, "review", fails)
    with module.served(Shelf(), book, None, (), 0, 1) as server, running(server) as port:
        assert said in waited(port)["failed"]
        assert ask(port, {"question": QUESTION, "case": "lease.md"}).data["verdict"] == "no"


def test_what_is_made_beside_ends_with_its_block(tmp_path: Path) -> None:
    told: Queue[Any] = Queue()

    def work() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()), "utf-8")
        time.sleep(600)

    with made_beside(work, told.put):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text("utf-8"):
            time.sleep(0.01)
    assert told.get(timeout=10) is None
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text("utf-8")), 0)


def test_what_is_begun_ends_with_the_process_that_is_told_to_end(tmp_path: Path) -> None:
    """By `kill`, by a closed terminal: nothing goes on that nobody waits for."""
    script = """
import os, sys, time
from policy.making import made_beside
from policy.signals import end_in_order

def work():
    open(sys.argv[1], "w").write(str(os.getpid()))
    time.sleep(600)

end_in_order()
with made_beside(work, print):
    print("begun", flush=True)
    time.sleep(600)
"""
    told = tmp_path / "pid"
    for number in (signal.SIGTERM, signal.SIGHUP):
        told.write_text("", "utf-8")
        with subprocess.Popen([sys.executable, "-c", script, str(told)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            while not told.read_text("utf-8"):
                time.sleep(0.01)
            process.send_signal(number)
            assert process.wait(20) == 128 + number
        with pytest.raises(ProcessLookupError):
            os.kill(int(told.read_text("utf-8")), 0)


def test_a_question_that_waits_too_long_for_its_turn_is_told(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(Shelf().at(book), {"lease.md": book.parent / "club.cases" / "lease.md"})
    monkeypatch.setattr("policy.desk.TIME_LIMIT", 0.01)
    begun = Event()

    def asks_again(_case: Case, _text: str) -> Any:
        if not begun.is_set():
            begun.set()
            desk.ask(Request(QUESTION, "lease.md"))

    monkeypatch.setattr(Case, "ask", asks_again)
    with pytest.raises(Busy):
        desk.ask(Request(QUESTION, "lease.md"))


def test_a_server_says_where_it_is(book: Path) -> None:
    with module.served(Shelf(), book, None, (), 0, 1) as server:
        assert isinstance(server, BookServer)
        assert server.server_port > 0
