"""The commands that measure a book: its coverage, its words, the strength of its cases; thin calls of the library."""

from __future__ import annotations

from pathlib import Path

import click

from policy.terminal import FILE, WRONG_FILE, finish, jobs_option, more_cases_option, progress, report, tell_lines


@click.command()
@click.argument("book")
@more_cases_option
@click.option("--json", "as_json", is_flag=True, help="Tell as JSON.")
@click.option("--inventory", type=FILE, help="Hold the clauses against those of this file.")
@jobs_option
def coverage(book: str, cases: tuple[Path, ...], as_json: bool, inventory: Path | None, jobs: int) -> None:
    """Say of each clause of BOOK what encodes it, asks about it and exercises it."""
    from policy.book import find_book
    from policy.casebook import exercising
    from policy.coverage import case_files, compare, comparison_lines, decisions, lines, read_inventory, to_json
    from policy.coverage import covered as covered_by
    from policy.testing import Shelf

    shelf = Shelf()
    loaded = shelf.at(find_book(book)).book
    files = case_files(loaded, cases)
    found = [*progress(exercising(loaded, files, shelf, jobs), "Testing", len(files))]
    covered = covered_by(loaded, (each for _, exercised in found for each in exercised))
    click.echo(to_json(covered)) if as_json else tell_lines(lines(covered))
    report(problem for problems, _ in found for problem in problems)
    if inventory is not None:
        compared = compare(covered, loaded, read_inventory(inventory.read_text("utf-8")), decisions(loaded))
        tell_lines(comparison_lines(compared), err=as_json)
        finish(0 if compared.same_clauses else WRONG_FILE)


@click.command()
@click.argument("book")
@click.option("--text", required=True, type=FILE, help="The governing text.")
@click.option("--pin", is_flag=True, help="Pin the clauses to their places in this text.")
def sources(book: str, text: Path, pin: bool) -> None:
    """Tell which clauses of BOOK have other words in a text than when they were pinned."""
    from policy.book import load
    from policy.fidelity import hold

    held = hold(load(book), text.read_bytes().decode("utf-8", "replace"), pin)
    tell_lines(held.lines)
    finish(0 if held.stands else WRONG_FILE)


@click.command()
@click.argument("book")
@more_cases_option
@click.option("--rule", "rules", multiple=True, help="Only the mutants of this rule, or of this clause's rules.")
@jobs_option
def mutate(book: str, cases: tuple[Path, ...], rules: tuple[str, ...], jobs: int) -> None:
    """Change the law of BOOK bit by bit, and tell what no case notices."""
    from policy.book import find_book
    from policy.coverage import case_files
    from policy.mutants import mutants
    from policy.mutation import Bench, concerning, lines, notes, run, survivors, trials, watched
    from policy.testing import Shelf

    shelf = Shelf()
    loaded = shelf.at(find_book(book)).book
    files = progress(case_files(loaded, cases), "Reading")
    asked = [trial for file in files for trial in trials(file, shelf, loaded)]
    bench = Bench(loaded, tuple(progress(watched(asked, jobs), "Asking", len(asked))))
    chosen = concerning(mutants(loaded), rules)
    results = list(progress(run(bench, chosen, jobs), "Trying mutant", len(chosen)))
    tell_lines(lines(results, () if rules else notes(loaded)))
    finish(WRONG_FILE if survivors(results) else 0)


COMMANDS = (coverage, sources, mutate)
