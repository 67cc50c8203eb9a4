"""What the commands share towards the terminal: its width, findings and faults told, progress, exit statuses."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from policy.diagnostic import Diagnostic

WRONG_FILE, WRONG_USE, NO_VERDICT = 1, 2, 3
MISNAMED = frozenset({"E0001", "E0002", "E0034", "E0507", "E0601"})
"""Errors of what the command line names: no such file, book, part or phrase."""

_PATIENCE = 1
"""Seconds after which progress is shown."""

Each = TypeVar("Each")


def width() -> int:
    """The columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --------------------------------------------------------------------- findings


def report(diagnostics: Iterable[Diagnostic], err: bool = True) -> None:
    """Tell errors and warnings."""
    from policy.diagnostic import render

    for each in diagnostics:
        first, *rest = render(each).split("\n")
        kind = "error" if each.is_error else "warning"
        place, found, message = first.partition(f"{kind} {each.code}")
        click.echo(place + click.style(found, "red" if each.is_error else "yellow", bold=True) + message, err=err)
        click.echo("\n".join((*rest, "")), err=err)


def status(diagnostics: Iterable[Diagnostic]) -> int:
    """The exit status that errors call for: 0 where there are none."""
    return max((_status_of(each) for each in diagnostics if each.is_error), default=0)


def _status_of(diagnostic: Diagnostic) -> int:
    if diagnostic.code.startswith("E07"):
        return NO_VERDICT
    span = diagnostic.span
    if span is None:
        return WRONG_USE if diagnostic.code in MISNAMED else WRONG_FILE
    return WRONG_USE if span.source.name == "question" else WRONG_FILE


def finish(status: int) -> NoReturn:
    """End the command with an exit status."""
    click.get_current_context().exit(status)


def tell_fault(fault: BaseException) -> None:
    """Tell a fault of the software's own, in one line."""
    said = " ".join(str(fault).split())[:200]
    click.echo(
        f"clausebook: internal fault, no verdict ({type(fault).__name__}: {said}). Please report it with the command "
        "and its files; CLAUSEBOOK_DEBUG=1 shows where it arose.",
        err=True,
    )


def let_go() -> None:
    """Whoever read the output has left: what is still to be flushed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# --------------------------------------------------------------------- progress


@contextmanager
def patience() -> Iterator[None]:
    """Say on a terminal that work goes on, once it takes longer than a moment."""
    if not sys.stderr.isatty():
        yield
        return
    timer = Timer(_PATIENCE, _show, ("Working …",))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        _show("")


def progress(every: Sequence[Each], doing: str) -> Iterator[Each]:
    """What is gone through, with its number on a terminal once it takes longer than a moment."""
    begun = monotonic()
    with patience():
        for number, one in enumerate(every, 1):
            if sys.stderr.isatty() and monotonic() - begun > _PATIENCE:
                _show(f"{doing} {number} of {len(every)} …")
            yield one


def _show(text: str) -> None:
    """A line in place of the one before it."""
    click.echo(f"\r\x1b[K{text}", nl=False, err=True)
