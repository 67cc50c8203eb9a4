"""The commands that look into ledgers, and the options that name them; each a thin call of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from policy.terminal import FILE, cases_option, finish, part_option, report, status, tell_lines, tell_passed, watching


def facts_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name ledgers."""
    for option in (
        click.option("--strict", is_flag=True, help="Refuse ledgers of which a row cannot be read."),
        click.option("--map", "mapping", type=FILE, help="The mapping of the ledgers, a TOML file."),
        click.option(
            "--facts",
            "ledgers",
            multiple=True,
            type=click.Path(path_type=Path),
            help="A ledger: CSV, XLSX, Parquet, DuckDB, an OCF package, or a folder; several add up.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def facts() -> None:
    """Look into ledgers, and write facts into files."""


@facts.command(name="check")
@click.argument("book")
@cases_option
@facts_options
@part_option
@click.option("--ask", "questions", multiple=True, help="A question; without one, those of the case files are asked.")
def facts_check(
    book: str,
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    questions: tuple[str, ...],
) -> None:
    """Say what ledgers hold, what in them cannot be read or contradicts, and what is missing for which question."""
    from policy.instrument import load
    from policy.ledger_door import check_lines, read_facts

    with watching() as watch:
        case = read_facts(load(book), cases, ledgers, mapping, strict, part, watch)
        lines = check_lines(case, questions, cases)
    report(case.passed, err=False)
    tell_lines(lines)
    finish(status(case.passed))


@facts.command(name="export")
@click.argument("book")
@cases_option
@facts_options
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="A folder, or one CSV file.")
@click.option("--kind", help="The record kind to write, where TO is a file.")
@click.option("--ocf", "as_ocf", is_flag=True, help="Write a package of Open Cap Format 1.2 into the folder.")
@click.option("--fill", type=FILE, help="What Open Cap Format wants and no fact says: a TOML file.")
def facts_export(
    book: str,
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    target: Path,
    kind: str | None,
    as_ocf: bool,
    fill: Path | None,
) -> None:
    """Write the facts of case files and ledgers as CSV: a file for each kind of record and each phrase."""
    from policy.instrument import load
    from policy.ledger_door import read_facts
    from policy.ledger_export import export
    from policy.ledger_ocf_export import export_ocf
    from policy.ledger_ocf_wanted import read_fill

    stated = None if fill is None else read_fill(fill)
    with watching() as watch:
        case = read_facts(load(book), cases, ledgers, mapping, strict, "", watch)
        lines = export_ocf(case, target, stated) if as_ocf else export(case, target, kind)
    tell_passed(case.passed, book)
    tell_lines(lines)
