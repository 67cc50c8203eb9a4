"""The review book: what stands beside what, where its links lead, and what its pages do not let through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy.book import load
from policy.cli import command
from policy.coverage import coverage
from policy.diagnostic import ClausebookError
from policy.publish import MARK, publish
from policy.review import Review, review
from policy.reviewpages import mark, pages
from policy.testing import Shelf
from tests.policy.pages import broken, read, small_review
from tests.policy.small import CASE

LARGEST = 500_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return small_review(tmp_path_factory.mktemp("review"))


@pytest.fixture(scope="module")
def made(small: Review) -> dict[str, str]:
    return pages(small)


def article(page: str, name: str) -> str:
    """What a page has of a clause."""
    return next(part for part in page.split("<article") if f'aria-labelledby="{name}-name"' in part)


def test_a_clause_stands_beside_its_source(made: dict[str, str]) -> None:
    limit = article(made["section-2.html"], "c-2-a")
    assert "(a) Nobody leases more than 100 shares in all." in limit
    assert "Despite" in limit
    assert "Read as true, unless the Warden determines otherwise (D-01):" in limit


def test_phrases_lead_to_the_vocabulary_and_clause_signs_to_their_clause(made: dict[str, str]) -> None:
    limit = article(made["section-2.html"], "c-2-a")
    assert '<a class="clause" href="section-2.html#c-2">§ 2</a>' in limit
    assert '<a class="concluded" href="vocabulary.html#p-a-lease-is-permitted">a lease is not permitted</a>' in limit
    assert '<a class="phrase" href="vocabulary.html#p-the-shares-let-up-to-a-lease-are-shares">' in limit


def test_references_are_told_both_ways(made: dict[str, str]) -> None:
    page = made["section-2.html"]
    assert "Prevails over" in article(page, "c-2-a")
    assert "Yields to" in article(page, "c-2")
    assert "Used by" in article(made["section-1.html"], "c-1")


def test_a_clause_shows_the_questions_that_it_decides_with_their_answers(made: dict[str, str]) -> None:
    limit = article(made["section-2.html"], "c-2-a")
    assert "May Ann Lee lease 30 shares on September 1, 2001?</a> <strong>No.</strong>" in limit
    assert "all as expected" in limit


def test_pictures_can_be_followed(made: dict[str, str]) -> None:
    limit = article(made["section-2.html"], "c-2-a")
    graph = limit[limit.index('class="graph"') :]
    assert '<a href="section-2.html#c-2-a"><g class="box own">' in graph
    proof = limit[limit.index('class="example"') : limit.index('class="graph"')]
    assert '<a href="section-2.html#c-2-a">§ 2(a)</a>' in proof


def test_a_question_that_differs_is_marked_wherever_it_is_shown(tmp_path: Path) -> None:
    found = pages(small_review(tmp_path, CASE.replace("Yes, citing § 1.", "No, citing § 1.")))
    assert "1 question not as expected" in article(found["section-1.html"], "c-1")
    assert "1 not as expected" in found["cases.html"]
    assert "Expected: No, citing" in found["case-lease.html"]


def test_the_index_for_the_search_has_clauses_phrases_cases_and_questions(made: dict[str, str]) -> None:
    text = made["search-index.js"].removeprefix("window.clausebookIndex = ").rstrip(";\n")
    entries = json.loads(text)
    assert {kind for kind, *_ in entries} == {"Clause", "Phrase", "Case", "Question"}
    assert [where for _, name, where, _ in entries if name == "§ 2(a) Limit"] == ["section-2.html#c-2-a"]


def test_all_links_of_the_small_book_resolve(made: dict[str, str]) -> None:
    assert [*broken(made)] == []


def test_pages_of_a_shipped_book_are_small_and_their_links_resolve() -> None:
    book = load("severance-agreement")
    found = pages(Review(book, coverage(book, ()), (), {}, (), ()))
    assert [*broken(found)] == []
    assert {name for name, text in found.items() if len(text.encode()) >= LARGEST} == set()


def test_the_same_book_gives_the_same_bytes(small: Review, made: dict[str, str]) -> None:
    assert pages(small) == made


def test_each_page_has_landmarks_a_skip_link_and_one_heading_of_the_first_rank(made: dict[str, str]) -> None:
    for name, page in made.items():
        if not name.endswith(".html"):
            continue
        tags = read(page).tags
        kinds = [tag for tag, _ in tags]
        assert {"header", "nav", "main", "footer", "h1", "title"} <= set(kinds), name
        assert kinds.count("h1") == 1, name
        assert next(found for tag, found in tags if tag == "a")["href"] == "#main", name
        assert next(found for tag, found in tags if tag == "html")["lang"] == "en", name


def test_nothing_in_a_page_is_obeyed_but_its_own_style_and_script(made: dict[str, str]) -> None:
    for name, page in made.items():
        if name.endswith(".html"):
            assert "default-src 'none'; script-src 'self'; style-src 'self'" in page, name
            tags = read(page).tags
            assert not [found for _, found in tags if any(key == "style" or key.startswith("on") for key in found)], (
                name
            )
            assert {found.get("src") for tag, found in tags if tag == "script"} == {"review.js"}, name


def test_marks_and_links_in_a_case_are_shown_and_not_followed(tmp_path: Path) -> None:
    case = CASE.replace("# Ann Lee's lease", "# Ann & Bob's lease [here](javascript:alert(1)) *now*")
    found = pages(small_review(tmp_path, case))
    page = found["case-lease.html"]
    assert "javascript:" not in "".join(read(page).links)
    assert "Ann &amp; Bob" in page
    assert [*broken(found)] == []


def test_each_setting_of_a_case_stands_on_a_line_of_its_own(made: dict[str, str]) -> None:
    assert "Book: club<br />\nNames: Ann Lee is a person.<br />" in made["case-lease.html"]


def test_a_file_that_cannot_be_asked_is_shown_inert(tmp_path: Path) -> None:
    found = pages(small_review(tmp_path, CASE.replace("# Ann Lee's lease", "# <script>alert(1)</script> \x1b[31m&")))
    page = found["case-lease.html"]
    assert "<script>alert" not in page
    assert "\x1b" not in "".join(found.values())
    assert "cannot be asked" in found["cases.html"]


# ----------------------------------------------------------------- publishing


def test_a_folder_is_replaced_whole(small: Review, made: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    publish(folder, {"old.html": "old"}, mark(small.book))
    publish(folder, made, mark(small.book))
    assert {path.name for path in folder.iterdir()} == {*made, MARK}
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_a_folder_that_is_no_review_book_is_left_alone(small: Review, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("mine", "utf-8")
    (tmp_path / "file").write_text("mine", "utf-8")
    for name in ("letters", "file"):
        with pytest.raises(ClausebookError) as error:
            publish(tmp_path / name, {"index.html": ""}, mark(small.book))
        assert error.value.diagnostics[0].code == "E0039"
    assert (tmp_path / "letters" / "mine.txt").read_text("utf-8") == "mine"


def test_what_cannot_be_written_leaves_the_old_pages(small: Review, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    publish(folder, {"index.html": "old"}, mark(small.book))
    with pytest.raises(ClausebookError):
        publish(folder, {"index.html": "new", "no/such/folder.html": ""}, mark(small.book))
    assert (folder / "index.html").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_the_command_writes_the_book_and_says_what_is_in_it(tmp_path: Path) -> None:
    small_review(tmp_path)
    out = tmp_path / "out"
    arguments = [
        "review",
        str(tmp_path / "club.md"),
        "--text",
        str(tmp_path / "club.txt"),
        "-o",
        str(out),
        "--jobs",
        "1",
    ]
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.output) == (0, f"{out}/index.html: 3 clauses, 1 case file\n")
    assert "§ 2(a)" in (out / "index.html").read_text("utf-8")
    (out / MARK).unlink()
    assert CliRunner().invoke(command, arguments).exit_code == 2


# ------------------------------------------------------------------- versions


def test_what_changed_since_an_earlier_version_is_marked(tmp_path: Path) -> None:
    small_review(tmp_path)
    old = tmp_path / "old.md"
    old.write_text((tmp_path / "club.md").read_text("utf-8").replace("100 shares", "90 shares"), "utf-8")
    found = pages(review(Shelf(), tmp_path / "club.md", since=old, jobs=1))
    assert 'href="changes.html#change-1">changed since' in article(found["section-2.html"], "c-2-a")
    assert "changed since" not in article(found["section-2.html"], "c-2")
    assert "<del>90</del> <ins>100</ins>" in found["changes.html"]
    assert [*broken(found)] == []
