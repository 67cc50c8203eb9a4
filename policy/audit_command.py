"""The command that asks a whole ledger one question; a thin call of the library."""

from __future__ import annotations

from pathlib import Path

import click

from policy.ledger_commands import facts_options
from policy.terminal import finish, part_option, tell_lines, tell_passed, watching

_UNSETTLED = 3


@click.command()
@click.argument("book")
@click.option("--case", "cases", multiple=True, type=click.Path(path_type=Path), help="A case file; several add up.")
@facts_options
@part_option
@click.option("--ask", "question", required=True, help="A declared phrase with one slot: `*a grant* is permitted`.")
@click.option("-o", "out", type=click.Path(path_type=Path), help="Where the rows go: a CSV or Parquet file.")
@click.option(
    "--verify",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many rows are asked again, one by one.",
)
@click.option("--seed", default=1, show_default=True, help="Which rows these are.")
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=click.Choice(("duckdb", "spark")),
    help="What the tables are worked out by.",
)
@click.option("--master", help="Spark's master: `local[2]`, `spark://host:7077`; without one, this machine's cores.")
@click.option("--explain", "subject", help="Answer for this subject alone, with its explanation.")
def audit(
    book: str,
    cases: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    mapping: Path | None,
    strict: bool,
    part: str,
    question: str,
    out: Path | None,
    verify: int,
    seed: int,
    engine: str,
    master: str | None,
    subject: str | None,
) -> None:
    """Ask one question of everything that the facts list: every grant of a ledger, with verdict, value and clauses.

    OUT gets the rows, and beside it a page with their counts. An audit that was interrupted goes on where it was.
    """
    from policy import audit_report
    from policy.audit_engines import LOCAL, running
    from policy.audit_question import question_of
    from policy.auditing import alone
    from policy.auditing import audit as audited
    from policy.instrument import load
    from policy.ledger_door import read_facts
    from policy.storing import put

    if subject is None and out is None:
        raise click.UsageError("-o OUT says where the rows go, --explain ID which row is to be explained")
    if master is not None and engine != "spark":
        raise click.UsageError("--master is of --engine spark")
    if out is not None:
        audit_report.checked(out)
    with watching() as watch, running(engine, master or LOCAL) as opener:
        case = read_facts(load(book), cases, ledgers, mapping, strict, part, watch)
        asked = question_of(case, question)
        if subject is not None:
            explained = alone(case, asked, subject, opener)
        else:
            assert out is not None
            kept = out.with_name(f".{out.name}.settled")
            result = audited(case, asked, kept, verify, seed, watch, opener)
            audit_report.write(out, result)
            counted = audit_report.counts(case, result)
            put(out.with_suffix(".html"), audit_report.page(case, result, counted).encode())
            kept.unlink(missing_ok=True)
    tell_passed(case.passed, book)
    if subject is not None:
        tell_lines(explained.answer.to_text().splitlines())
        if explained.told:
            tell_lines(("Added up over the whole ledger by tables:", *(f"  {each}" for each in explained.told)))
        return
    tell_lines(audit_report.summary(result, counted))
    finish(_UNSETTLED if ("no verdict",) in result.rows.counted("verdict") else 0)
