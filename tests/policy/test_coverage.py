"""What a book computes, what asks about it, and what exercises it; held against an inventory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from policy.book import Book, load, shipped_books
from policy.cli import command
from policy.coverage import (
    Coverage,
    Covered,
    Exercise,
    Kind,
    clause_letter,
    compare,
    comparison_lines,
    coverage,
    read_inventory,
)
from policy.samples import Fillers
from policy.source import Source, Span
from policy.testing import Shelf, test_file
from tests.policy.small import BOOK, write

INVENTORIES = Path(__file__).parent.parent.parent.parent / "shared/clauses"

MORE = """
## § 3 Findings

### § 3(a) Care

Determined by the Warden:
- *a person* is careless on *a date*

A person is not welcome on a date if the person is careless on the date.

### § 3(b)

Recital: the Club likes gardens.

### § 3(c) Careful tenants

§ 2(a) does not apply to a lease if the lease's tenant is not careless on the lease's date.
"""

INVENTORY = """
| id | gist | mark | question |
|---|---|---|---|
| G1 | membership | DETERMINATION | Is X welcome? |
| G2 | leases | DECIDABLE | May X lease? |
| G2(b) | nothing | RECITAL | – |
"""

DECISIONS = """
## The Garden Club Rules

### Membership is computed

What § 1 asks is on the roll.
"""


def covered(folder: Path, text: str = BOOK) -> tuple[Book, Coverage]:
    path, case = write(folder, text)
    shelf = Shelf()
    return shelf.at(path).book, coverage(shelf.at(path).book, [test_file(case, shelf)])


def only(found: Coverage, id: str) -> Covered:
    (clause,) = (each for each in found.clauses if each.id == id)
    return clause


def test_a_clause_is_told_with_its_rules_its_question_and_its_cases(tmp_path: Path) -> None:
    _, found = covered(tmp_path)
    assert [each.id for each in found.clauses] == ["1", "2", "2(a)"]
    clause = only(found, "2(a)")
    assert clause.kind is Kind.COMPUTED
    assert [rule.name for rule in clause.rules] == ["2(a)#1", "2(a)#2"]
    assert clause.asked_by == "Is L-1 permitted?"
    assert clause.cases == (Exercise("lease.md", "", 1), Exercise("lease.md", "b", 1))
    assert found.unexercised == ()


def test_what_hangs_on_a_finding_made_under_the_clause_is_a_determination(tmp_path: Path) -> None:
    _, found = covered(tmp_path, BOOK + MORE)
    assert only(found, "3(a)").kind is Kind.DETERMINATION
    assert only(found, "3(a)").asked_by == "Is Ann Lee careless on March 1, 2001?"
    assert only(found, "1").kind is Kind.COMPUTED


def test_a_recital_has_nothing_and_lacks_nothing(tmp_path: Path) -> None:
    _, found = covered(tmp_path, BOOK + MORE)
    assert only(found, "3(b)") == Covered("3(b)", Kind.RECITAL, (), "", ())
    assert "3(b)" not in found.unexercised


def test_a_clause_that_switches_rules_off_is_asked_through_them(tmp_path: Path) -> None:
    _, found = covered(tmp_path, BOOK + MORE)
    assert only(found, "3(c)").asked_by == "Is L-1 permitted?"


def test_a_rule_that_cases_show_from_one_side_is_named(tmp_path: Path) -> None:
    _, found = covered(tmp_path)
    sides = [(each.rule.name, each.missing) for each in found.one_sided]
    assert ("1#1", "does not apply") in sides
    assert ("1#1", "applies") not in sides


def test_ids_bear_the_letter_that_the_book_declares(tmp_path: Path) -> None:
    book, found = covered(tmp_path, BOOK.replace("Dates round", "Clause letter: G\nDates round"))
    assert [each.id for each in found.clauses] == ["G1", "G2", "G2(a)"]
    compared = compare(found, book, read_inventory(INVENTORY), DECISIONS)
    assert (compared.only_inventory, compared.only_book) == (("G2(b)",), ("G2(a)",))
    assert not compared.same_clauses
    (departure,) = compared.departures
    assert (departure.id, departure.decisions) == ("G1", ("Membership is computed",))
    assert "“Membership is computed”" in "\n".join(comparison_lines(compared))


def test_a_departure_without_a_reason_is_told_as_one(tmp_path: Path) -> None:
    book, found = covered(tmp_path)
    compared = compare(found, book, {"1": Kind.RECITAL, "2": Kind.COMPUTED, "2(a)": Kind.COMPUTED})
    assert list(comparison_lines(compared)) == [
        "§ 1 is computed here, and a recital in the inventory: no decision says why"
    ]
    assert compared.same_clauses


def test_the_command_tells_text_json_and_what_an_inventory_has_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    (tmp_path / "inventory.md").write_text(INVENTORY.replace("G", ""), "utf-8")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    told = run(command, ["coverage", "club.md", "--case", "lease.md"])
    assert told.exit_code == 0
    assert "§ 2(a)  computed\n    rules: 2(a)#1 (line 61), 2(a)#2 (line 63)\n" in told.stdout
    data = json.loads(run(command, ["coverage", "club.md", "--json"]).stdout)
    assert data["unexercised"] == ["1", "2", "2(a)"]
    assert data["clauses"][0] == {
        "id": "1",
        "kind": "computed",
        "rules": [{"name": "1#1", "place": "club.md:47"}],
        "asked_by": "Is Ann Lee welcome on March 1, 2001?",
        "cases": [],
    }
    held = run(command, ["coverage", "club.md", "--inventory", "inventory.md"])
    assert held.exit_code == 1
    assert "§ 2(b) stands in the inventory only" in held.stdout


@pytest.mark.parametrize("name", shipped_books())
def test_every_clause_of_a_shipped_book_is_asked_by_a_question_that_parses(name: str) -> None:
    book = load(name)
    found = coverage(book, ())
    assert len({each.id for each in found.clauses}) == len(found.clauses)
    fillers = Fillers(book.vocabulary)
    for phrase in book.vocabulary.phrases:
        fillers.question(phrase)
    parser = book.parser.with_names(fillers.made)
    for each in found.clauses:
        if each.kind is not Kind.RECITAL:
            source = Source("question", each.asked_by)
            assert parser.question(Span(source, 0, len(each.asked_by))).readings, (each.id, each.asked_by)


@pytest.mark.skipif(not INVENTORIES.is_dir(), reason="the inventories lie beside the project")
@pytest.mark.parametrize("name", ["1992-plan", "equity-compensation-plan", "severance-agreement"])
def test_the_clauses_of_a_shipped_book_are_those_of_its_inventory(name: str) -> None:
    book = load(name)
    inventory = read_inventory((INVENTORIES / f"{name}.md").read_text("utf-8"))
    compared = compare(coverage(book, ()), book, inventory)
    assert compared.same_clauses, evolve(compared, departures=())
    assert all(id.startswith(clause_letter(book)) for id in inventory)
