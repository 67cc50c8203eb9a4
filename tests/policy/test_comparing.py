"""Two versions of a book: words within sentences, and what they do to the answers of cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy.book import load
from policy.cli import command
from policy.comparing import Compared, compare, lines, marked, page, to_json
from policy.redline import Edit, redline, words_between
from tests.policy.small import BOOK, CASE

NEW = BOOK.replace("exceed 100 shares", "exceed 120 shares").replace("§ 2 Leases", "§ 2 Leases of plots")
NEW += "\n### § 2(b) Wardens\n\nRecital: the Warden <b>knows</b>.\n".replace("<b>knows</b>", "knows & likes plots")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    (folder / "club.cases").mkdir()
    (folder / "club.md").write_text(NEW, "utf-8")
    (folder / "club.cases/lease.md").write_text(CASE, "utf-8")
    (folder / "old.md").write_text(BOOK, "utf-8")
    return folder


@pytest.fixture(scope="module")
def compared(folder: Path) -> Compared:
    return compare(load(folder / "old.md"), load(folder / "club.md"))


def version(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, "utf-8")
    return path


def test_words_are_marked_within_their_sentence() -> None:
    words = words_between("A lease ends after 3 years, at most.", "A lease ends after 4 full years.")
    assert marked(words) == "A lease ends after [-3-] {+4 full+} years[-, at most-]."


def test_a_text_is_what_its_words_say(compared: Compared) -> None:
    for change in compared.changes:
        for passage in change.passages:
            kept = "".join(each.text for each in passage.words if each.edit is not Edit.DELETED)
            assert kept.strip() in " ".join(NEW.split())


def test_only_clauses_that_differ_are_told(compared: Compared) -> None:
    told = [(change.name, change.edit) for change in compared.changes]
    assert told == [("§ 2", Edit.KEPT), ("§ 2(a)", Edit.KEPT), ("§ 2(b)", Edit.INSERTED)]


def test_a_clause_that_is_gone_stands_where_it_was(tmp_path: Path) -> None:
    old, new = load(version(tmp_path, "old", NEW)), load(version(tmp_path, "new", BOOK))
    assert [(each.name, each.edit) for each in redline(old, new)][-1] == ("§ 2(b)", Edit.DELETED)


def test_words_of_the_title_block_and_of_the_vocabulary_count(tmp_path: Path) -> None:
    text = BOOK.replace("Dates round: down", "Dates round: up").replace(
        "- *a person* is a member", "- *a person* is a friend"
    )
    text = text.replace("the person is a member", "the person is a friend")
    found = redline(load(version(tmp_path, "old", BOOK)), load(version(tmp_path, "new", text)))
    told = [[marked(passage.words) for passage in each.passages if passage.changed] for each in found]
    assert told[:2] == [["Dates round: [-down-] {+up+}"], ["*a person* is a [-member-] {+friend+}"]]


def test_a_verdict_that_changes_is_told_with_its_clauses(compared: Compared) -> None:
    first = compared.effects.changed[0]
    assert (str(first.exercise), first.old.said, first.old.citations) == ("lease.md 1", "No.", ("2(a)",))
    assert (first.new.said, first.new.citations) == ("Depends.", ("2", "2(a)"))
    assert first.new.provided == (("the supposed lease is authorized",),)
    assert (len(compared.effects.changed), compared.effects.asked) == (2, 3)


def test_facts_that_an_old_version_has_no_words_for_are_an_effect(folder: Path, tmp_path: Path) -> None:
    text = BOOK.replace("- *a person* is a member", "- *a person* is a friend")
    old = version(tmp_path, "old", text.replace("the person is a member", "the person is a friend"))
    (effect,) = compare(load(old), load(folder / "club.md")).effects.changed
    assert effect.question == "the facts"
    assert effect.old.problem
    assert not effect.new.problem


def test_the_same_version_has_no_effects(folder: Path) -> None:
    same = compare(load(folder / "club.md"), load(folder / "club.md"))
    assert same.same
    assert [*lines(same)] == ["The texts are the same.", "Answered otherwise: 0 of 3 questions."]


def test_the_comparison_as_data(compared: Compared) -> None:
    data = json.loads(to_json(compared))
    assert [change["clauses"] for change in data["changes"]] == [["2"], ["2(a)"], ["2(b)"]]
    assert data["effects"][0]["old"] == {"said": "No.", "citations": ["2(a)"], "provided": [], "problem": None}


def test_the_comparison_as_a_page(compared: Compared) -> None:
    text = page(compared)["index.html"]
    assert "<del>100</del> <ins>120</ins> shares." in text
    assert "knows &amp; likes plots" in text
    assert "<dt>was</dt><dd>No.  § 2(a)</dd>" in text


def test_the_command_tells_writes_and_says_whether_they_differ(folder: Path, tmp_path: Path) -> None:
    old, new = str(folder / "old.md"), str(folder / "club.md")
    result = CliRunner().invoke(command, ["compare", old, new, "-o", str(tmp_path / "out"), "--jobs", "1"])
    assert result.exit_code == 1
    assert "exceed [-100-] {+120+} shares" in result.output
    assert (tmp_path / "out/index.html").is_file()
    same = CliRunner().invoke(command, ["compare", old, old, "--case", str(folder / "club.cases"), "--jobs", "1"])
    assert same.exit_code == 0
