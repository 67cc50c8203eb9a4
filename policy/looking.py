"""The commands that show a book to people: pages, pictures and what differs, each a thin call of the library."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any

import click

from policy.ledger_commands import facts_options
from policy.terminal import (
    FILE,
    WRONG_FILE,
    cases_option,
    count,
    finish,
    jobs_option,
    more_cases_option,
    part_option,
    patience,
    tell_lines,
    tell_looked,
    tell_passed,
    watching,
)

Command = Callable[..., Any]


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one."""
    return lambda command: reduce(lambda made, option: option(made), options, command)


_forms = _together(
    click.option("--json", "form", flag_value="json", help="Tell as JSON."),
    click.option("--svg", "form", flag_value="svg", help="Draw as SVG."),
)
_facts = _together(
    cases_option,
    facts_options,
)


@click.command()
@click.argument("book")
@click.argument("question", required=False)
@click.option("--svg", "as_svg", is_flag=True, help="Draw the graph as SVG; without it, print DOT.")
def graph(book: str, question: str | None, as_svg: bool) -> None:
    """Show what BOOK, or QUESTION alone, rests on."""
    from engine.graph import to_dot
    from policy.drawing import svg
    from policy.instrument import load
    from policy.template import relations_asked

    with patience():
        instrument = load(book)
        roots = () if question is None else relations_asked(instrument, question)
        draw = svg if as_svg else to_dot
        text = draw(instrument.book.assembly.program, roots)
    click.echo(text, nl=False)


@click.command()
@click.argument("book")
@click.option("--text", type=FILE, help="The governing text, shown beside the rules.")
@click.option("--since", type=FILE, help="An earlier version of the book: what differs from it is marked.")
@more_cases_option
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder of the pages.")
@jobs_option
def review(book: str, text: Path | None, since: Path | None, cases: tuple[Path, ...], output: Path, jobs: int) -> None:
    """Write BOOK as a web book to review: the source beside the rules, and what shows them."""
    from policy.book import find_book
    from policy.publish import publish, refuse_other
    from policy.review import review as gathered
    from policy.reviewpages import mark, pages
    from policy.testing import Shelf

    refuse_other(output)
    with patience():
        found = gathered(Shelf(), find_book(book), text, cases, since, jobs)
        publish(output, pages(found, jobs=jobs), mark(found.book))
    failed = sum(page.failed + bool(page.problems) for page in found.cases)
    told = f", {failed} not as expected" if failed else ""
    clauses, files = count(len(found.coverage.clauses), "clause"), count(len(found.cases), "case file")
    click.echo(f"{output / 'index.html'}: {clauses}, {files}{told}")
    finish(WRONG_FILE if failed else 0)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--case", "cases", multiple=True, type=click.Path(path_type=Path), help="Case files in place of NEW's.")
@click.option("--json", "as_json", is_flag=True, help="Tell as JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write a page into this folder, too.")
@jobs_option
def compare(old: str, new: str, cases: tuple[Path, ...], as_json: bool, output: Path | None, jobs: int) -> None:
    """Redline two versions of a book, and tell which answers the change changes."""
    from policy.book import load
    from policy.comparing import compare as compared_by
    from policy.comparing import lines, page, to_json
    from policy.publish import publish, refuse_other
    from policy.reviewpages import mark
    from policy.testing import markdown_files

    if output is not None:
        refuse_other(output)
    with patience():
        later = load(new)
        compared = compared_by(load(old), later, markdown_files(cases), jobs)
    click.echo(to_json(compared)) if as_json else tell_lines(lines(compared))
    if output is not None:
        publish(output, page(compared), mark(later))
    finish(0 if compared.same else WRONG_FILE)


@click.command()
@click.argument("book")
@click.option("--text", type=FILE, help="The governing text, shown beside the rules.")
@more_cases_option
@click.option("--port", default=8000, show_default=True, help="Where it is served; 0 takes any free port.")
@jobs_option
def serve(book: str, text: Path | None, cases: tuple[Path, ...], port: int, jobs: int) -> None:
    """Serve the review book of BOOK to this machine, with a box for questions and a door for programs."""
    from policy.book import find_book
    from policy.served import served
    from policy.testing import Shelf

    with served(Shelf(), find_book(book), text, cases, port, jobs) as made, suppress(KeyboardInterrupt):
        click.echo(f"http://127.0.0.1:{made.server_port}/ (questions as JSON: /api/openapi.json); Ctrl-C ends it")
        made.serve_forever()


@click.command()
@click.argument("book")
@click.argument("questions", nargs=-1, required=True)
@_facts
@part_option
@_forms
def chart(
    book: str,
    questions: tuple[str, ...],
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    form: str | None,
) -> None:
    """Show how answers go over time (on each month from … to …), and other answers as trees."""
    from policy.instrument import load
    from policy.ledger_door import read_facts
    from policy.reports import look

    with watching() as watch:
        case = read_facts(load(book), cases, ledgers, mapping, strict, part, watch)
        found = look(case, questions)
    tell_passed(case.passed, book)
    tell_looked(found, form)


@click.command()
@click.argument("book")
@click.argument("name", required=False)
@click.argument("given", nargs=-1)
@_facts
@part_option
@_forms
def report(
    book: str,
    name: str | None,
    given: tuple[str, ...],
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    form: str | None,
) -> None:
    """Make the report NAME of BOOK about what is GIVEN (grant=G-17); without a name, list the reports."""
    from policy.instrument import load
    from policy.ledger_door import read_facts
    from policy.reports import filled, find, lines, look, read_given, reports

    instrument = load(book)
    if name is None:
        tell_lines(lines(reports(instrument.book)))
        return
    wanted = find(instrument.book, name)
    about = read_given(wanted, given)
    with watching() as watch:
        case = read_facts(instrument, cases, ledgers, mapping, strict, part, watch)
        asked = filled(wanted, about, case)
        found = look(case, asked.questions)
    tell_passed(case.passed, book)
    tell_lines(asked.notes, err=True)
    tell_looked(found, form)


COMMANDS = (graph, review, compare, serve, chart, report)
