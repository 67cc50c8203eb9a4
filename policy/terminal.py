"""What the commands share towards the terminal: faults caught, width, findings and results told, progress, statuses."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from policy.answer import Answer
    from policy.course import Course
    from policy.diagnostic import Diagnostic
    from policy.formatting import Formatted
    from policy.listing import Entry
    from policy.testing import TestedFile, Tried

WRONG_FILE, WRONG_USE, NO_VERDICT = 1, 2, 3
MISNAMED = frozenset({"E0001", "E0002", "E0034", "E0039", "E0040", "E0055", "E0507", "E0601", "E0624"})
"""Errors of what the command line names: no such file, book, part or phrase."""

_COLOURS = {"Yes": "green", "No": "red", "Depends": "yellow", "Conflict": "magenta"}
_PATIENCE = 1
"""Seconds after which progress is shown."""
_BAR = 30
_LONG = 20
"""Seconds after which it is told to a file, too."""

Each = TypeVar("Each")

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
cases_option = click.option(
    "--case", "cases", multiple=True, type=click.Path(path_type=Path), help="A case file; several add up."
)
more_cases_option = click.option(
    "--case", "cases", multiple=True, type=click.Path(path_type=Path), help="Case files beside those of the book."
)
part_option = click.option("--part", default="", help="The `## Case (part)` whose facts are added.")
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    help="How many processes work on it; as many as there can.",
)


def width() -> int:
    """The columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# ---------------------------------------------------------------------- doors


class Doors(click.Group):
    """Turns errors of the library into messages and exit statuses, and faults into one line."""

    def invoke(self, ctx: click.Context) -> Any:
        from policy.diagnostic import ClausebookError

        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except ClausebookError as error:
            report(error.diagnostics)
            ctx.exit(status(error.diagnostics))
        except BrokenPipeError:
            let_go()
            ctx.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:
            if os.environ.get("CLAUSEBOOK_DEBUG"):
                raise
            tell_fault(fault)
            ctx.exit(NO_VERDICT)
        return result


# --------------------------------------------------------------------- findings


def report(diagnostics: Iterable[Diagnostic], err: bool = True) -> None:
    """Tell errors and warnings."""
    for each in diagnostics:
        click.echo(_reported(each), err=err)


def _reported(diagnostic: Diagnostic) -> str:
    from policy.diagnostic import render

    first, *rest = render(diagnostic).split("\n")
    kind = "error" if diagnostic.is_error else "warning"
    place, found, message = first.partition(f"{kind} {diagnostic.code}")
    styled = click.style(found, "red" if diagnostic.is_error else "yellow", bold=True)
    return "\n".join((place + styled + message, *rest, ""))


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


# ---------------------------------------------------------------------- results


def coloured(text: str) -> str:
    """An answer with its verdict coloured."""
    word = next((word for word in _COLOURS if text.startswith(word)), "")
    return click.style(word, _COLOURS[word], bold=True) + text[len(word) :] if word else text


def needed(files: Sequence[Path], what: str) -> Sequence[Path]:
    """The files that there are: to find none is no success."""
    if not files:
        raise click.UsageError(f"there is no {what} there")
    return files


def summary(files: int, tried: int, wrong: int, broken: int) -> str:
    """How the questions of case files came out, in one line."""
    said = f"{count(files, 'case file')}, {count(tried, 'question')}: "
    bad = [
        f"{wrong} not as expected" if wrong else "",
        f"{count(broken, 'file')} that cannot be asked" if broken else "",
    ]
    told = ", ".join(each for each in bad if each)
    return click.style(said + (told or "all as expected"), "red" if told else "green", bold=True)


def told_result(result: TestedFile) -> str:
    """What is wrong with a case file, and what in it was answered otherwise than expected."""
    wrong = [line for tried in result.tried if not tried.passed for line in _told_tried(tried)]
    return "".join(f"{line}\n" for line in (*map(_reported, result.problems), *wrong))


def _told_tried(tried: Tried) -> Iterator[str]:
    from policy.layout import columns, inert

    where = f" (case ({tried.part}))" if tried.part else ""
    question = " ".join(tried.question.question.text.split())
    yield inert(f"{tried.question.question}{where}: {question}")
    rows = tried.rows()
    marks = ["", *("red" if row.differs else "" for row in rows)]
    pairs = [("expected", "answered"), *((row.expected, row.found) for row in rows)]
    for mark, text in zip(marks, columns(pairs, width()) if rows else (), strict=False):
        yield click.style(inert(text), mark or None)
    yield from map(_reported, tried.problems)
    yield ""


def tell_entry(entry: Entry) -> None:
    click.echo(f"  {entry.phrase}")
    for label, said in entry.details():
        click.echo(click.style(f"      {label}: ", dim=True) + said)


def tell_formatted(formatted: Formatted, only_check: bool) -> None:
    report(formatted.problems)
    if formatted.changed:
        click.echo(f"{formatted.path}: {'not in its one form' if only_check else 'formatted'}")


def tell_lines(lines: Iterable[str], err: bool = False) -> None:
    """Lines of text, in which nothing can steer the terminal."""
    from policy.layout import inert

    for line in lines:
        click.echo(inert(line), err=err)


def tell_looked(found: Sequence[Answer | Course], form: str | None) -> None:
    """Answers and courses, as text, as JSON, or as a picture."""
    from policy.reports import picture, to_json, told

    match form:
        case "json":
            click.echo(to_json(found))
        case "svg":
            click.echo(picture(found), nl=False)
        case _:
            tell_lines(told(found, width()))


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


def progress(every: Sequence[Each] | Iterator[Each], doing: str, size: int = 0) -> Iterator[Each]:
    """What is gone through, with its number on a terminal once it takes longer than a moment.

    ``size`` is how many there are, where they are made on the way. Where there is no terminal, each tenth is told.
    """
    begun = monotonic()
    size = size if isinstance(every, Iterator) else len(every)
    live = sys.stderr.isatty()
    with patience():
        for number, one in enumerate(every, 1):
            if live and monotonic() - begun > _PATIENCE:
                _show(f"{doing} {number} of {size} …")
            elif not live and monotonic() - begun > _LONG and number * 10 // size > (number - 1) * 10 // size:
                click.echo(f"{doing} {number} of {size} …", err=True)
            yield one


@contextmanager
def watching() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal for what is being done, once it takes longer than a moment."""
    begun = monotonic()
    live = sys.stderr.isatty()

    def watch(doing: str, done: int, of: int) -> None:
        if live and monotonic() - begun > _PATIENCE:
            filled = done * _BAR // max(of, 1)
            _show(f"{doing}  [{'#' * filled}{' ' * (_BAR - filled)}]")

    with patience():
        yield watch


def tell_passed(passed: Sequence[Diagnostic], book: str) -> None:
    """Say in a line or two that rows of ledgers could not be read, or not wholly."""
    wrong = [each for each in passed if each.is_error]
    if wrong:
        first = f"{wrong[0].place}: {wrong[0].message}" if wrong[0].place else wrong[0].message
        tell_lines([f"{count(len(wrong), 'finding')} in the ledgers, the first: {first}"], err=True)
        tell_lines(
            [f"`clausebook facts check {book} …` tells all; the answer takes nothing for granted there."], err=True
        )


def _show(text: str) -> None:
    """A line in place of the one before it."""
    click.echo(f"\r\x1b[K{text}", nl=False, err=True)
