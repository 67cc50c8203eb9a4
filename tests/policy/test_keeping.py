"""What is kept of a session: memoranda, case files that pass, and answers that can be asked again."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from attrs import evolve

from policy.commands import carry_out
from policy.diagnostic import ClausebookError
from policy.instrument import load
from policy.memorandum import as_html, kept, memorandum
from policy.replaying import replay
from policy.session import Session, begin
from policy.testing import Shelf, test_file
from tests.policy.small import BOOK, CASE, write

QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return begin(load("club.md"), (Path("lease.md"),))


def after(session: Session, *lines: str) -> Session:
    for line in lines:
        session, _ = carry_out(session, line)
    return session


# ---------------------------------------------------------------- memorandum


def test_a_memorandum_has_the_answer_its_clauses_assumptions_and_stamp(session: Session) -> None:
    asked = after(session, QUESTION, "suppose L-1's shares are 70 shares", "save memo.md")
    text = Path("memo.md").read_text("utf-8")
    assert text.startswith("# Supposing that L-1's shares are 70 shares: may Ann Lee lease 30 shares")
    assert "**Depends.** § 2, § 2(a)" in text
    assert "### § 2(a) Limit" in text
    assert "- The record is complete to December 31, 2001" in text
    assert asked.case.stamp.book_hash in text
    assert asked.case.stamp.facts[0][1] in text


def test_the_same_answer_gives_the_same_bytes(session: Session) -> None:
    asked = after(session, QUESTION)
    assert asked.last is not None
    for kind in (".md", ".html", ".json", ".docx"):
        assert kept(asked.last, asked.case.book, kind) == kept(asked.last, asked.case.book, kind)


def test_a_page_stands_alone_and_holds_no_markup_from_names(session: Session) -> None:
    page = as_html("# Is <b>x</b> & y?\n\n<script>alert(1)</script> [a](javascript:x)\n")
    assert "<script" not in page
    assert "<b>" not in page
    assert "javascript:" not in re.sub(r"\[a\]\(javascript:x\)", "", page)
    assert not re.search(r"(?:src|href)=", page)
    assert "<title>Is &lt;b&gt;x&lt;/b&gt; &amp; y?</title>" in page


def test_a_page_ends_with_the_proof_as_a_tree(session: Session) -> None:
    asked = after(session, QUESTION)
    assert asked.last is not None
    page = kept(asked.last, asked.case.book, ".html").decode()
    assert "<h2>The proof as a tree</h2>" in page
    assert page.count("<svg") == 1
    assert "<svg" not in as_html("# Without\n")


def test_answers_over_time_make_a_memorandum_with_their_picture(session: Session) -> None:
    over_time = "May Ann Lee lease 5 shares on each year from 2000-09-01 to 2002-09-01?"
    asked = after(session, QUESTION, over_time, "save memo.md", "save memo.html", "save memo.docx")
    text = Path("memo.md").read_text("utf-8")
    assert text.startswith("# May Ann Lee lease 5 shares on each year from 2000")
    assert "- September 1, 2002: **Depends.** § 2, § 2(a)" in text
    assert "the supposed lease is authorized" in text
    assert "### § 2(a) Limit" in text
    assert asked.case.stamp.book_hash in text
    page = Path("memo.html").read_text("utf-8")
    assert "<h2>The answers as a picture</h2>" in page
    assert page.count("<svg") == 1
    for line in ("save memo.json", "why", "compare"):
        with pytest.raises(ClausebookError) as caught:
            after(asked, line)
        assert caught.value.code == "E0055"
    after(asked, "save case kept.md")
    assert "each year" not in Path("kept.md").read_text("utf-8")


def test_hostile_names_are_inert_in_every_form(session: Session) -> None:
    asked = after(session, QUESTION)
    assert asked.last is not None
    name = "<img src=x onerror=alert(1)> *bold* [l](http://x) \x1b[2J"
    hostile = evolve(asked.last, question=f"Is {name} a member?", said=f"{name}.", assume=lambda: (name,))
    markdown = memorandum(hostile, asked.case.book)
    assert "\\<img" in markdown
    assert "\\*bold\\*" in markdown
    assert "\x1b" not in markdown
    page = as_html(markdown)
    assert not re.search(r"<(?:img|a|em)\b", page)


def test_a_word_document_has_the_same_words(session: Session) -> None:
    after(session, QUESTION, "save memo.docx")
    with ZipFile(BytesIO(Path("memo.docx").read_bytes())) as archive:
        words = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
    assert "exceed 100 shares" in words
    assert "Limit" in words


def test_without_its_library_a_word_document_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy.memorandum.find_spec", lambda name: None)
    with pytest.raises(ClausebookError) as caught:
        after(session, QUESTION, "save memo.docx")
    assert caught.value.code == "E0052"
    assert not Path("memo.docx").exists()


def test_what_is_there_is_not_replaced_and_other_endings_are_not_guessed(session: Session) -> None:
    asked = after(session, QUESTION, "save memo.md")
    for line, code in (
        ("save memo.md", "E0051"),
        ("save memo.pdf", "E0055"),
        ("save", "E0055"),
        ("save case x.txt", "E0055"),
    ):
        with pytest.raises(ClausebookError) as caught:
            after(asked, line)
        assert caught.value.code == code


# ----------------------------------------------------------------- case file


def test_a_saved_case_has_the_facts_and_passes(session: Session) -> None:
    after(
        session,
        QUESTION,
        "Who is welcome on September 1, 2001?",
        "How many shares may Ann Lee lease on September 1, 2001?",
        "suppose L-1's shares are 70 shares",
        QUESTION,
        "save case kept.md",
    )
    text = Path("kept.md").read_text("utf-8")
    assert "Supposing that L-1's shares are 70 shares: may Ann Lee lease 30 shares" in text
    assert text.count("\n   ") == 5
    tested = test_file(Path("kept.md"), Shelf())
    assert tested.passed
    assert len(tested.tried) == 5


def test_it_has_what_was_recorded_since_the_question(session: Session) -> None:
    after(session, QUESTION, "record Bob Ray is a person", "record A given up lease does not count",
          "record L-1 was given up on May 1, 2001", "save case kept.md")  # fmt: skip
    assert test_file(Path("kept.md"), Shelf()).passed
    assert "Depends" in Path("kept.md").read_text("utf-8")


def test_a_part_is_kept_with_the_common_facts(session: Session) -> None:
    part = begin(session.instrument, session.files, part="b")
    after(part, QUESTION, "save case kept.md")
    assert "L-1 was given up on June 1, 2001." in Path("kept.md").read_text("utf-8")
    assert test_file(Path("kept.md"), Shelf()).passed


# -------------------------------------------------------------------- replay


def told(path: str) -> str:
    return "\n".join(line.text for line in replay(Path(path)).lines)


def test_an_answer_stands_while_book_and_facts_are_the_same(session: Session) -> None:
    after(session, QUESTION, "suppose L-1's shares are 70 shares", "save answer.json")
    assert replay(Path("answer.json")).stands
    assert "to the byte" in told("answer.json")


def test_an_answer_of_a_part_is_asked_of_that_part(session: Session) -> None:
    after(begin(session.instrument, session.files, part="b"), QUESTION, "save answer.json")
    assert json.loads(Path("answer.json").read_text("utf-8"))["stamp"]["part"] == "b"
    assert replay(Path("answer.json")).stands


def test_files_are_found_beside_the_answer_from_elsewhere(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    after(session, QUESTION, "save answer.json")
    here = Path.cwd()
    monkeypatch.chdir("/")
    assert replay(here / "answer.json").stands


def test_what_changed_is_told(session: Session) -> None:
    after(session, QUESTION, "save answer.json")
    Path("lease.md").write_text(CASE.replace("| 80     |", "| 70     |"), "utf-8")
    changed = replay(Path("answer.json"))
    assert not changed.stands
    text = told("answer.json")
    assert text.startswith("The answer is another: Depends.\nit was: No.\nlease.md has another text")
    Path("lease.md").write_text(CASE, "utf-8")
    Path("club.md").write_text(BOOK.replace("100 shares", "101 shares"), "utf-8")
    assert "the book club has another text" in told("answer.json")
    Path("club.md").write_text(BOOK + "\n> A note.\n", "utf-8")
    assert told("answer.json").startswith("The answer is the same: No.\n")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"stamp": {"facts": [1]}}', "[" * 100_000, "\x00"])
def test_what_is_no_answer_is_refused(session: Session, text: str) -> None:
    Path("answer.json").write_text(text, "utf-8")
    with pytest.raises(ClausebookError) as caught:
        replay(Path("answer.json"))
    assert caught.value.code == "E0054"


def test_a_file_that_is_gone_is_told(session: Session) -> None:
    after(session, QUESTION, "save answer.json")
    Path("lease.md").unlink()
    with pytest.raises(ClausebookError) as caught:
        replay(Path("answer.json"))
    assert caught.value.code == "E0001"
