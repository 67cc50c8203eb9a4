"""Names made to do harm, sent through every output and read there as a terminal, a browser or a spreadsheet would."""

from __future__ import annotations

import json
import re
import tomllib
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from threading import Thread
from unicodedata import normalize
from zipfile import ZipFile

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.commands import carry_out
from policy.desk import Desk
from policy.diagnostic import ClausebookError, render
from policy.instrument import Case, load
from policy.layout import for_spreadsheet
from policy.ledger_cells import plain as plain_cell
from policy.ledger_kinds import Ledger
from policy.ledger_ocf_export import export_ocf
from policy.memorandum import KINDS, kept
from policy.page import plain
from policy.review import review
from policy.reviewpages import hypertext, pages
from policy.serving import server
from policy.session import Session, begin
from policy.testing import Shelf
from tests.policy import hostile
from tests.policy.hostile import FACTS, NAMES, clausebook

DAY = "September 1, 2001"
LISTED = "Which leases are permitted?"
LONG = len(NAMES) - 1
SOME = (*range(5, 13), LONG)
"""Those of which a form is asked one by one; the others stand in lists."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    hostile.write(path)
    return path


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    ledgers = (folder / hostile.LEDGER, folder / "people.csv", folder / "members.csv")
    return load(folder / "club.md").case(folder / "companion.md", *ledgers, mapping=folder / "map.toml")


def welcome(name: str) -> str:
    return f"Is {name} welcome on {DAY}?"


def cut(name: str) -> str:
    """As much of a name as is looked for: blanks may stand elsewhere, and a long one be cut."""
    return "".join(name.split())[:20]


# ------------------------------------------------------------------ answers


def test_every_name_of_the_ledger_is_a_name(case: Case) -> None:
    assert not case.passed
    assert {case.ask(welcome(name)).said for name in NAMES} == {"Yes."}


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "club.md", *FACTS, LISTED),
        *(("ask", "club.md", *FACTS, welcome(NAMES[at])) for at in SOME),
        ("chart", "club.md", *FACTS, f"Is {NAMES[5]} welcome on each year from 1998-01-01 to 2001-06-01?"),
        ("facts", "check", "club.md", *FACTS, "--ask", LISTED, "--ask", welcome(NAMES[7])),
        ("facts", "check", "club.md", "--facts", hostile.LEDGER, "--ask", "Who is welcome on \x1b[31m?"),
        ("ask", "club.md", *FACTS, f"Is {NAMES[5]}\x1b[2J\u202e welcome?"),
        ("ask", "club.md", "--case", "\x1b[2J.md", welcome("Ann Lee")),
        ("ask", "\x1b[2J\u202e.md", LISTED),
        ("case", "club.md", welcome("Ann Lee\x1b[2J")),
        ("test", "companion.md"),
        ("vocabulary", "club.md", "\x1b[2J"),
    ],
    ids=lambda each: f"{each[0]} {each[-1]}"[:40].encode("ascii", "replace").decode(),
)
def test_no_name_steers_the_terminal(arguments: tuple[str, ...]) -> None:
    result = clausebook(*arguments)
    assert hostile.steering(result.stdout + result.stderr) == []


def test_json_has_the_names_exactly_and_steers_no_terminal(case: Case) -> None:
    texts = hostile.json_strings(clausebook("ask", "club.md", *FACTS, LISTED, "--json").stdout)
    for name in (normalize("NFC", each) for each in NAMES):
        assert any(name in text for text in texts)
    assert any(hostile.LEDGER in text for text in texts)
    chart = clausebook("chart", "club.md", *FACTS, "--json", f"Is {NAMES[5]} welcome on each year from 2000 to 2001?")
    assert hostile.steering(chart.stdout + chart.stderr) == []


@pytest.mark.parametrize("at", range(len(NAMES)))
def test_markdown_makes_nothing_of_a_name(case: Case, at: int) -> None:
    for text in (case.ask(welcome(NAMES[at])).to_markdown(), case.ask(f"Is {NAMES[at]} permitted?").to_markdown()):
        assert hostile.acts_of_markdown(text) == set()
        assert hostile.steering(text) == []


def test_pictures_are_plain_shapes(case: Case) -> None:
    question = f"Is {NAMES[10]} welcome on each year from 1998-01-01 to 2001-06-01?"
    for arguments in (("ask", LISTED), ("ask", welcome(NAMES[10])), ("chart", question)):
        text = clausebook(arguments[0], "club.md", *FACTS, arguments[1], "--svg").stdout
        assert hostile.acts_of_svg(text) == []


# --------------------------------------------------------------- memoranda


@pytest.fixture(scope="module")
def session(folder: Path) -> Session:
    ledgers = [Ledger(folder / name, folder / "map.toml") for name in (hostile.LEDGER, "people.csv", "members.csv")]
    return begin(load(folder / "club.md"), [folder / "companion.md"], ledgers)


def test_a_memorandum_in_every_form_has_the_names_as_words_alone(case: Case) -> None:
    answers = [case.ask(LISTED), *(case.ask(welcome(NAMES[at])) for at in (7, 9, 11, LONG))]
    assert KINDS == (".md", ".html", ".docx", ".json")
    for answer in answers:
        named = [name for name in NAMES if name in f"{answer.question} {answer.to_json()}"]
        markdown, page, document, data = (kept(answer, case.book, kind) for kind in KINDS)
        assert hostile.acts_of_markdown(markdown.decode()) == set()
        assert hostile.acts_of_html(page.decode()) == []
        words = hostile.words_of_html(page.decode())
        written = "".join("".join(each.text.split()) for each in docx.Document(BytesIO(document)).paragraphs)
        assert all(cut(name) in words and cut(name) in written for name in named)
        assert hostile.steering(data.decode()) == []
        with ZipFile(BytesIO(document)) as archive:
            assert all(b'TargetMode="External"' not in archive.read(each) for each in archive.namelist())


def test_a_session_tells_them_inertly(session: Session) -> None:
    lines = [welcome(NAMES[5]), "why", "why not", "facts <script>", "facts 1", f"suppose {NAMES[5]} is authorized"]
    lines += ["compare", "what would make it yes", "unfold", LISTED, f"show {NAMES[5]}\x1b[2J", "forget all"]
    lines += ["phrases \x1b[2J", f"Is {NAMES[5]} welcome on each year from 1998-01-01 to 2001-06-01?"]
    for line in lines:
        try:
            session, page = carry_out(session, line)
            told = plain(page, 60)
        except ClausebookError as error:
            told = "\n".join(map(render, error.diagnostics))
        assert hostile.steering(told) == []


# ------------------------------------------------------------------ exports


def test_a_spreadsheet_reckons_nothing_of_what_is_exported(case: Case, tmp_path: Path) -> None:
    assert clausebook("facts", "export", "club.md", *FACTS, "--to", tmp_path / "out").exit_code == 0
    names = ["lease.csv", "person-is-a-member.csv", "person.csv", "the-club-opened-the-garden-on-date.csv"]
    assert hostile.all_files(tmp_path / "out") == sorted([*names, "mapping.toml"])
    for file in (tmp_path / "out").glob("*.csv"):
        text = file.read_text("utf-8")
        assert hostile.formulas(text) == []
        assert hostile.steering(text) == []
    tomllib.loads((tmp_path / "out" / "mapping.toml").read_text("utf-8"))
    again = load("club.md").case(tmp_path / "out", mapping=tmp_path / "out" / "mapping.toml")
    for name in NAMES:
        assert again.ask(welcome(name)).said == "Yes."


def test_a_package_has_the_names_exactly(case: Case, tmp_path: Path) -> None:
    told = export_ocf(case, tmp_path / "package")
    assert hostile.steering("\n".join(told)) == []
    texts = hostile.json_strings((tmp_path / "package" / "Stakeholders.ocf.json").read_text("utf-8"))
    assert {normalize("NFC", name) for name in NAMES} <= set(texts)
    assert hostile.all_files(tmp_path / "package") == ["Manifest.ocf.json", "Stakeholders.ocf.json"]


@given(st.text("'=+-@1 a", max_size=6))
def test_what_is_marked_for_a_spreadsheet_is_read_as_it_was(text: str) -> None:
    text = " ".join(text.split())
    cell = for_spreadsheet(text)
    assert plain_cell(cell) == text
    assert not re.match(r"[=+@-]", cell)


def test_an_audit_is_inert_as_rows_and_as_a_page(tmp_path: Path) -> None:
    out = tmp_path / "audit.csv"
    told = clausebook("audit", "club.md", *FACTS, "--ask", "*a lease* is permitted", "-o", out)
    assert hostile.steering(told.stdout + told.stderr) == []
    text = out.read_text("utf-8")
    assert hostile.formulas(text) == [] and hostile.steering(text) == []
    assert hostile.acts_of_html(out.with_suffix(".html").read_text("utf-8")) == []


# -------------------------------------------------------------- review book

CASE = """\
# =1+1 & {{7*7}} "x"

Book: club
Names: Ann Lee is a person.
Record complete to: 2001-12-31

## Facts

Ann Lee is a member from January 4, 1999, according to "' onmouseover='x {{7*7}} %s". The Club opened the garden on
May 1, 1990, according to "=1+1 & &lt;b&gt;".

| lease   | tenant  | date       | shares | plot size  | end | source                  |
|---------|---------|------------|--------|------------|-----|-------------------------|
| =1+1    | Ann Lee | 2001-03-01 | 80     | small plot |     | javascript:x {{ 7 }}    |
| "'); -- | Ann Lee | 2001-03-01 | 90     | small plot |     | http://evil.example/    |

## Questions

1. Which leases are permitted?
2. Is Ann Lee welcome on September 1, 2001?
3. Is Bob </script><b>Ray</b> welcome on \\x1b[31m September 1, 2001?
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("review")
    hostile.write(folder)
    for name in ("<b>&\x1b[31m\u202e'.md", 'torn " onload=x.md'):
        (folder / "club.cases").mkdir(exist_ok=True)
        (folder / "club.cases" / name).write_text(CASE, "utf-8")
    text = folder / "<i>text\x1b.txt"
    text.write_text(
        "<script>x</script>\n\n1. Members. \u202e<img src=x onerror=x> [x](javascript:x)\n\n2. Leases.\n", "utf-8"
    )
    return folder / "club.md", text


def test_the_pages_of_a_review_book_are_inert(book: tuple[Path, Path]) -> None:
    for serving in (False, True):
        for name, page in pages(review(Shelf(), *book, jobs=1), serving).items():
            if name.endswith(".html"):
                assert (name, hostile.acts_of_html(page)) == (name, [])
                assert "49" not in hostile.words_of_html(page).replace("1949", "")


def test_a_served_book_says_nothing_that_a_browser_obeys(book: tuple[Path, Path]) -> None:
    found = review(Shelf(), *book, jobs=1)
    desk = Desk(load(book[0]), {page.path.name: page.path for page in found.cases})
    with server(desk, pages(found, serving=True), hypertext(found)) as made:
        Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        here = f"127.0.0.1:{made.server_port}"

        def got(method: str, path: str, body: object = None, accept: str = "application/json") -> tuple[int, str]:
            connection = HTTPConnection("127.0.0.1", made.server_port, timeout=10)
            head = {"Host": here, "Content-Type": "application/json", "Accept": accept}
            connection.request(method, path, json.dumps(body) if body is not None else None, head)
            answer = connection.getresponse()
            kind = answer.headers.get_content_type()
            text = answer.read().decode()
            connection.close()
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert kind == ("text/html" if accept == "text/html" and answer.status == 200 else "application/json")
            return answer.status, text

        for name in desk.files:
            for question in (
                "Which leases are permitted?",
                f"Is {NAMES[5]}\x1b[2J welcome?",
                "Is Ann Lee welcome on \u202e?",
            ):
                for accept in ("application/json", "text/html"):
                    status, text = got("POST", "/api/ask", {"question": question, "case": name}, accept)
                    assert status in (200, 422)
                    acts = hostile.acts_of_html(text) if accept == "text/html" and status == 200 else []
                    assert acts == [] and hostile.steering(text) == []
        for path in ("/../club.md", "/%2e%2e/club.md", "/..%2fclub.md", "//etc/passwd", "/club.md", "/<script>"):
            status, text = got("GET", path)
            assert status == 404 and "script" not in text
        for name in ("../club.md", "/etc/passwd", "companion.md"):
            assert got("POST", "/api/ask", {"question": LISTED, "case": name})[0] == 400
        assert hostile.steering(got("GET", "/api/openapi.json")[1]) == []
        made.shutdown()
