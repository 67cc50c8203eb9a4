"""What takes long made by a process of its own, while something else goes on here.

The process is forked before anything else runs, so it has what is loaded here. It and those that it forks in turn end
with the block that it was begun in.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

from policy.signals import end_at_once


@contextmanager
def made_beside(work: Callable[[], Any], done: Callable[[Any], None]) -> Iterator[None]:
    """Call ``work`` in a process of its own, and ``done`` here with what it made, as plain data; None where it failed.

    ``done`` is called from another thread.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing)
    try:
        os.close(writing)
        Thread(target=_wait, args=(reading, done), daemon=True).start()
        yield
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(work: Callable[[], Any], writing: int) -> None:
    """All that the process does. What goes wrong is told by there being nothing."""
    status = 1
    try:
        end_at_once()
        os.setsid()  # a group of its own, which ends as one; and no Ctrl-C from the terminal
        made = json.dumps(work()).encode()
        with os.fdopen(writing, "wb") as out:
            out.write(made)
        status = 0
    finally:
        os._exit(status)


def _wait(reading: int, done: Callable[[Any], None]) -> None:
    with os.fdopen(reading, "rb") as told:
        text = told.read()
    done(json.loads(text) if text else None)
