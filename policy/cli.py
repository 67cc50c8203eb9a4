"""The command line: each command is a thin call of the library.

Exit status: 0 answered or all well, 1 a case failed or a file is wrong, 2 wrong use, 3 a limit reached or an
internal fault.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.garbage import seldom
from policy.audit_command import audit
from policy.ledger_commands import facts, facts_options
from policy.looking import COMMANDS as LOOKING
from policy.measuring import COMMANDS as MEASURING
from policy.signals import end_in_order
from policy.terminal import (
    FILE,
    WRONG_FILE,
    Doors,
    cases_option,
    coloured,
    count,
    finish,
    jobs_option,
    needed,
    part_option,
    patience,
    progress,
    report,
    status,
    summary,
    tell_entry,
    tell_formatted,
    tell_looked,
    tell_passed,
    told_result,
    watching,
    width,
)


@click.group(cls=Doors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def command() -> None:
    """Ask legal instruments written as rules, and work on them.

    BOOK is a rule file, or the name of a book that comes with the software.
    """


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    seldom()
    end_in_order()
    command(prog_name="clausebook")


def _paths(name: str, required: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.argument(name, nargs=-1, required=required, type=click.Path(path_type=Path))


# ------------------------------------------------------------------- asking


@command.command()
@click.argument("book")
@click.argument("question")
@cases_option
@facts_options
@part_option
@click.option("--json", "form", flag_value="json", help="Answer as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Answer as Markdown.")
@click.option("--svg", "form", flag_value="svg", help="Draw the answer with its proof as a tree.")
@click.option("--all", "full", is_flag=True, help="List every member of a total.")
def ask(
    book: str,
    question: str,
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    form: str | None,
    full: bool,
) -> None:
    """Answer QUESTION from BOOK about the facts of case files and ledgers."""
    from policy.instrument import load
    from policy.ledger_door import read_facts

    if part:
        _need_part(part, cases)
    with watching() as watch:
        case = read_facts(load(book), cases, ledgers, mapping, strict, part, watch)
        answer = case.ask(question)
        if full:
            answer = answer.in_full()
            _ = answer.lines  # found now, while the wait is shown
    tell_passed(case.passed, book)
    match form:
        case "json":
            click.echo(answer.to_json())
        case "markdown":
            click.echo(answer.to_markdown(), nl=False)
        case "svg":
            tell_looked((answer,), form)
        case _:
            click.echo(coloured(answer.to_text(width())), nl=False)


def _need_part(part: str, cases: tuple[Path, ...]) -> None:
    from policy.diagnostic import ClausebookError, Diagnostic, nearest
    from policy.testing import part_names

    known = [name for path in cases for name in part_names(path)]
    if part not in known:
        raise ClausebookError(
            Diagnostic("E0507", f"no case file has a case ({part})", None, tuple(known), nearest(part, known))
        )


@command.command()
@click.argument("book")
@cases_option
@facts_options
@part_option
@click.option("--text", type=FILE, help="Your copy of the governing text, shown beside the rules.")
def repl(
    book: str,
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    text: Path | None,
) -> None:
    """Ask BOOK questions one after the other, suppose otherwise, record and save."""
    from policy.instrument import load
    from policy.ledger_kinds import Ledger
    from policy.repl import run
    from policy.session import begin

    if part:
        _need_part(part, cases)
    with patience():
        session = begin(load(book), cases, [Ledger(path, mapping) for path in ledgers], part, text, strict)
    tell_passed(session.case.passed, book)
    finish(run(session))


@command.command()
@click.argument("answer", type=click.Path(path_type=Path))
@click.option("--book", help="The book, if not the one that the answer's stamp names.")
@click.option("--case", "cases", multiple=True, type=click.Path(path_type=Path), help="The files of facts, in order.")
@click.option("--map", "mapping", type=FILE, help="What the columns of ledgers are.")
def replay(answer: Path, book: str | None, cases: tuple[Path, ...], mapping: Path | None) -> None:
    """Confirm that a saved ANSWER (JSON) still stands, or say what changed."""
    from policy.layout import plain_text
    from policy.replaying import replay as asked_again

    with patience():
        replayed = asked_again(answer, book, cases, mapping)
    click.echo(plain_text("", (), replayed.lines, width()).lstrip("\n"), nl=False)
    finish(0 if replayed.stands else WRONG_FILE)


# ----------------------------------------------------------------- checking


@command.command()
@_paths("path")
def check(path: tuple[Path, ...]) -> None:
    """Say all that is wrong with rule files and case files."""
    from policy.diagnostic import in_order
    from policy.testing import Shelf, check_file, markdown_files

    shelf = Shelf()
    files = needed(markdown_files(path), "Markdown file")
    every = (problem for file in progress(files, "Checking") for problem in check_file(file, shelf))
    found = in_order(dict.fromkeys(every))
    report(found, err=False)
    errors = sum(each.is_error for each in found)
    click.echo(f"{count(len(files), 'file')}: {count(errors, 'error')}, {count(len(found) - errors, 'warning')}")
    finish(status(found))


@command.command()
@_paths("path")
@jobs_option
def test(path: tuple[Path, ...], jobs: int) -> None:
    """Ask what case files ask, and show what differs."""
    from policy.casebook import sizes
    from policy.parallel import results
    from policy.testing import Shelf, is_case_file, markdown_files, test_file

    def tested(number: int) -> tuple[str, int, int, int, int]:
        result = test_file(files[number], shelf)
        wrong = sum(not each.passed for each in result.tried)
        broken = int(not result.passed and not result.tried)
        return told_result(result), len(result.tried), wrong, broken, status(result.all_problems)

    shelf = Shelf()
    files = needed([file for file in markdown_files(path) if file in path or is_case_file(file)], "case file")
    found = [*progress(results(tested, len(files), jobs, sizes(files)), "Testing", len(files))]
    click.echo("".join(told for told, *_ in found), nl=False)
    _, every_tried, every_wrong, every_broken, statuses = zip(*found, strict=True)
    tried, wrong, broken = sum(every_tried), sum(every_wrong), sum(every_broken)
    click.echo(summary(len(files), tried, wrong, broken))
    finish(max(WRONG_FILE if wrong or broken else 0, *statuses))


# ------------------------------------------------------------------ writing


@command.command()
@click.argument("book")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="List as JSON.")
def vocabulary(book: str, words: tuple[str, ...], as_json: bool) -> None:
    """List the phrases of BOOK (those with WORDS)."""
    from policy.book import load
    from policy.listing import entries, to_json

    with patience():
        found = entries(load(book), " ".join(words))
    if as_json:
        click.echo(to_json(found))
        return
    heading = ""
    for entry in found:
        if entry.heading != heading:
            heading = entry.heading
            click.echo(click.style(f"\n{heading}", bold=True))
        tell_entry(entry)


@command.command(name="case")
@click.argument("book")
@click.argument("question")
def case_file(book: str, question: str) -> None:
    """Print a case file to fill in for QUESTION.

    It has a place for each fact that the answer can turn on.
    """
    from policy.instrument import load
    from policy.template import template

    with patience():
        text = template(load(book), book, question)
    click.echo(text, nl=False)


@command.command()
@_paths("path")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail where a file is not in its one form.")
def fmt(path: tuple[Path, ...], only_check: bool) -> None:
    """Put rule files and case files into their one form."""
    from policy.formatting import format_file
    from policy.testing import markdown_files

    done = [
        format_file(file, write=not only_check)
        for file in progress(needed(markdown_files(path), "Markdown file"), "Formatting")
    ]
    for each in done:
        tell_formatted(each, only_check)
    errors = [problem for each in done for problem in each.problems]
    changed = [each for each in done if each.changed]
    finish(status(errors) or (WRONG_FILE if only_check and changed else 0))


@command.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a CODE means and how to mend it."""
    from policy.errors_text import explanation, near_codes

    found = explanation(code)
    if found is None:
        raise click.BadParameter(
            f"no error has the code {code}; near: {', '.join(near_codes(code))}", param_hint="CODE"
        )
    click.echo(found)


@command.command()
def version() -> None:
    """Print the version."""
    from policy.instrument import engine_version

    click.echo(f"clausebook {engine_version()}")


for each in (*LOOKING, *MEASURING, facts, audit):
    command.add_command(each)


if __name__ == "__main__":
    main()
