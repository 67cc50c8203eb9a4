"""Mutants of the law: which there are, which cases notice them, and what excuses the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from policy.book import Book, load
from policy.cli import command
from policy.mutants import Mutant, mutants
from policy.mutation import Bench, Outcome, Trial, concerning, lines, notes, run, trials, watched
from policy.testing import Shelf
from tests.policy.small import BOOK, CASE, write

EXACT = """
## Case (c): the last share

1. May Ann Lee lease 20 shares on September 1, 2001?
   Depends, citing § 2(a).
2. May Ann Lee lease 21 shares on September 1, 2001?
   No, citing § 2(a).
"""


def bench_of(folder: Path, book: str = BOOK, case: str = CASE) -> Bench:
    path, file = write(folder, book, case)
    shelf = Shelf()
    loaded = shelf.at(path).book
    return Bench(loaded, tuple(watched(list(trials(file, shelf, loaded)))))


def changes(every: list[Mutant]) -> list[str]:
    return [mutant.change.what for mutant in every]


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return load(write(tmp_path_factory.mktemp("club"))[0])


def test_a_mutant_changes_one_thing(club: Book) -> None:
    assert changes(concerning(mutants(club), ["2(a)"])) == [
        "left out",
        "negated: the shares let up to the lease exceed 100 shares",
        "more than becomes at least: the shares let up to the lease exceed 100 shares",
        "100 shares becomes 101 shares: the shares let up to the lease exceed 100 shares",
        "left out",
        "negated: the counted lease's tenant is the lease's tenant",
        "negated: the counted lease is the lease",
        "negated: the counted lease comes before the lease",
        "no longer negated: the counted lease was not given up on or before the lease's date",
        "negated: the counted lease was not given up on or before the lease's date",
        "negated: on or before the lease's date",
        "at most becomes less than: on or before the lease's date",
        "negated: a given up lease counts",
        "2(a)#1 no longer over 2#1",
    ]


def test_mutants_can_be_of_one_rule_or_of_a_clause_with_those_under_it(club: Book) -> None:
    every = list(mutants(club))
    assert concerning(every, []) == every
    assert {rule for mutant in concerning(every, ["2(a)#2"]) for rule in mutant.rules} == {"2(a)#2"}
    assert {rule for mutant in concerning(every, ["2"]) for rule in mutant.rules} == {"2#1", "2(a)#1", "2(a)#2"}


def outcomes(bench: Bench, jobs: int = 1) -> dict[str, Outcome]:
    return {each.mutant.change.what: each.outcome for each in run(bench, list(mutants(bench.book)), jobs)}


def test_a_shift_survives_until_a_case_stands_at_the_edge(tmp_path: Path) -> None:
    shift = "more than becomes at least: the shares let up to the lease exceed 100 shares"
    number = "100 shares becomes 101 shares: the shares let up to the lease exceed 100 shares"
    loose = outcomes(bench_of(tmp_path))
    assert (loose[shift], loose[number]) == (Outcome.SURVIVED, Outcome.SURVIVED)
    exact = outcomes(bench_of(tmp_path, case=CASE + EXACT))
    assert (exact[shift], exact[number]) == (Outcome.KILLED, Outcome.KILLED)
    assert exact["2(a)#1 no longer over 2#1"] is Outcome.KILLED


def test_a_question_that_is_not_answered_as_expected_notices_nothing(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, case=CASE.replace("No, citing", "Yes, citing").replace("Yes, citing § 1", "No"))
    assert set(bench.trials) == {None}
    assert Outcome.KILLED not in outcomes(bench).values()


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, case=CASE + EXACT)
    assert outcomes(bench, jobs=2) == outcomes(bench)


def test_a_trial_that_is_passed_over_would_have_noticed_nothing(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, case=CASE + EXACT)
    every = list(mutants(bench.book))
    names = frozenset(rule.name for rule in bench.book.assembly.program.rules)

    def all_seen(trial: Trial | None) -> Trial | None:
        return None if trial is None else evolve(trial, seen=evolve(trial.seen, rules=names, applied=names))

    patient = Bench(bench.book, tuple(map(all_seen, bench.trials)))
    carefree = [evolve(mutant, change=evolve(mutant.change, need=None)) for mutant in every]
    assert [each.outcome for each in run(patient, carefree)] == [each.outcome for each in run(bench, every)]


NOTE = """
> Equivalent: nobody can lease more than that.

The shares let up to a lease"""


def test_a_note_under_the_sentence_excuses_its_survivors(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, BOOK.replace("\nThe shares let up to a lease", NOTE))
    (note,) = notes(bench.book)
    assert note.text.startswith("Despite § 2")
    results = list(run(bench, list(mutants(bench.book))))
    excused = [each.mutant.rules[0] for each in results if each.outcome is Outcome.EXCUSED]
    assert excused == ["2(a)#1", "2(a)#1"]
    assert "2 excused" in list(lines(results, (note,)))[-1]


def test_a_note_that_excuses_nothing_is_told(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, BOOK.replace("\nThe shares let up to a lease", NOTE), CASE + EXACT)
    results = list(run(bench, list(mutants(bench.book))))
    assert any(
        line.endswith("the note under this sentence excuses no mutant") for line in lines(results, notes(bench.book))
    )


def test_the_command_tells_the_survivors_with_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    arguments = ["mutate", "club.md", "--case", "lease.md", "--rule", "2(a)#1", "--jobs", "1"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1
    first, second, *_, last = result.stdout.splitlines()
    assert first.endswith("club.md:61: more than becomes at least: the shares let up to the lease exceed 100 shares")
    assert (
        second
        == "    in 2(a)#1: Despite § 2, a lease is not permitted if the shares let up to the lease exceed 100 shares"
    )
    assert last == "5 mutants: 3 killed, 2 survive, 0 excused (0.0%)"
