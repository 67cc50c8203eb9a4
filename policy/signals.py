"""What a process does that is told to end: by `kill`, by a closed terminal."""

from __future__ import annotations

import signal


def end_in_order() -> None:
    """Let a signal that ends this process end what it has begun, too: blocks are left, and what they began ends."""

    def ended(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, ended)


def end_at_once() -> None:
    """A process that was forked to work ends when it is told to, wherever it is."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, signal.SIG_DFL)
