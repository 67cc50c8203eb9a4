"""Whatever is wrong with a file or a question is told: code, place, words, what was expected, what is near."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from click.testing import CliRunner

from policy.book import book_of, read_book
from policy.cli import command
from policy.diagnostic import ClausebookError, Diagnostic, render
from policy.instrument import Instrument
from policy.source import Source
from tests.policy.leases import BOOK, book, case_text, rows, wrong, wrong_question

DEAR = "A lease is dear if the lease's size is large."
DIGITS = "9" * 5_000
LEASE = rows("L-1,Ann,2001-03-01,80,small,$4,")
SECONDS = 3
"""No input may take longer: a hang is as bad as a traceback."""


def wrong_book(text: str) -> list[Diagnostic]:
    start = perf_counter()
    _, problems = book_of(Source("leases.md", text), "leases")
    assert perf_counter() - start < SECONDS
    return [problem for problem in problems if problem.is_error]


def only(problems: list[Diagnostic]) -> tuple[str, str]:
    """The one code and the offending words; the finding has a place and can be shown."""
    (problem,) = problems
    assert problem.span is not None
    assert f"clausebook explain {problem.code}" in render(problem)
    return problem.code, problem.span.text


# ------------------------------------------------------------------ rule files


@pytest.mark.parametrize(
    ("sentence", "code", "words"),
    [
        ("A lease is deer if the lease's size is large.", "E0102", "deer"),
        ("A lease is dear if the lease's sise is large.", "E0102", "sise"),
        ("A lease is dear if the lease's size is lorge.", "E0102", "lorge"),
        ("A lease is dear if the leese is authorized.", "E0102", "leese"),
        ("A lease is dear if the lease is\0 authorized.", "E0102", "\0"),
        ("A lease is dear if Zed is a member on the lease's date.", "E0114", "Zed"),
        ("A lease is dear if the lease's shares exceed $5.", "E0303", "the lease's shares exceed $5"),
        ("A lease is dear if the person is a member on the lease's date.", "E0310", "the person"),
        ("Despite § 99, a lease is dear if the lease's size is large.", "E0103", "§ 99"),
        ("Despite § 3, a lease is dear if the lease's size is large.", "E0403", "§ 3"),
        ("A lease is dear if all of these hold:", "E0101", "A lease is dear if all of these hold:"),
        ("A lease is dear if the lease's size is large", "E0101", "large"),
        ("A lease is dear if the lease's date is February 30, 2001.", "E0113", "February 30, 2001"),
        ("A lease is dear if the lease's date is 2001-02-29.", "E0113", "2001-02-29"),
        (f"A lease is dear if the lease's shares exceed {DIGITS} shares.", "E0111", DIGITS),
        ("A lease is dear if the lease's shares exceed 1e1000000 shares.", "E0110", "1e1000000"),
        ("A lease is dear if the lease's shares exceed NaN shares.", "E0110", "NaN"),
        ("A lease is dear if the lease's shares exceed 1000 shares.", "E0110", "1000"),
        ("A lease is worthy if the lease's size is large.", "E0308", "A lease is worthy"),
    ],
)
def test_a_wrong_sentence_is_told_at_its_words(sentence: str, code: str, words: str) -> None:
    assert only(wrong_book(BOOK.replace(DEAR, sentence))) == (code, words)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("A lease is dear if " + "it is not the case that " * 10_000 + "the lease's size is large.", "E0109"),
        ("A lease is dear if " + "the lease is worthy and " * 700 + "the lease is worthy.", "E0109"),
        (
            "A lease is dear if the lease's size is large and the lease is worthy or the lease is authorized.",
            "E0104",
        ),
        ("- " * 10_000 + "x", "E0020"),
        ("> " * 10_000 + "x", "E0021"),
        ("A lease is dear if the lease is not dear.", "E0420"),
        ("A lease is permitted if the lease is not dear.\n\nA lease is dear if the lease is not permitted.", "E0420"),
    ],
)
def test_nesting_chains_and_circles_are_bounded(sentence: str, code: str) -> None:
    assert only(wrong_book(BOOK.replace(DEAR, sentence)))[0] == code


@pytest.mark.parametrize(
    ("old", "new", "code", "near"),
    [
        ("## § 6 Not torn", "## § 5 Not torn", "E0406", ()),
        ("## § 6 Not torn", "## Nams", "E0033", ("## Names",)),
        ("Dates round: down", "Dates round: sideways", "E0032", ()),
        ("Dates round: down", "Dates round: down\nDates round: up", "E0202", ()),
        ("Instrument: Leases", "Instrumant: Leases", "E0031", ("Instrument",)),
        ("if the lease's size is large", "if the lease's sise is large", "E0102", ("size",)),
        ("A lease is dear if", "A lease is deer if", "E0102", ("dear",)),
    ],
)
def test_wrong_headings_settings_and_words_have_near_ones(old: str, new: str, code: str, near: tuple[str, ...]) -> None:
    (problem,) = wrong_book(BOOK.replace(old, new))
    assert problem.code == code
    assert problem.nearest[: len(near)] == near


def test_a_word_that_looks_like_a_quantity_may_belong_to_a_phrase() -> None:
    """Phrases with the telling words of what was said are near, though they say it otherwise."""
    exempt = "- *a lease* is exempt under section 409A\n"
    said = BOOK.replace("- *a lease* is dear\n", f"- *a lease* is dear\n{exempt}")
    (problem,) = wrong_book(said.replace(DEAR, "A lease is dear if the lease complies with section 409A."))
    assert (problem.code, problem.nearest) == ("E0102", ("*a lease* is dear", "*a lease* is exempt under section 409A"))


def test_priorities_in_a_circle_are_an_error() -> None:
    text = BOOK.replace("A person is torn", "Despite § 6, a person is torn")
    circle = text.replace("A person is not torn", "Despite § 5, a person is not torn")
    assert [problem.code for problem in wrong_book(circle)] == ["E0405"]


def test_a_phrase_that_can_be_read_in_two_ways_is_an_error() -> None:
    text = BOOK.replace("- *a lease* is dear\n", "- *a lease* is dear\n- *a lease* is dear\n")
    assert "E0202" in [problem.code for problem in wrong_book(text)]


def test_all_errors_of_a_book_come_at_once_in_order() -> None:
    text = BOOK.replace(DEAR, "A lease is deer.\n\nA lease is dear if the lease's shares exceed 1e9 shares.")
    problems = wrong_book(text.replace("for the date times 2", "for the dote times 2"))
    assert [problem.code for problem in problems] == ["E0102", "E0110", "E0102"]
    lines = [problem.span.line for problem in problems if problem.span]
    assert lines == sorted(lines)
    assert len(lines) == 3


# ------------------------------------------------------------------ case files


@pytest.mark.parametrize(
    ("facts", "code", "words"),
    [
        ("Ann is a membre from 2001-01-01.", "E0102", "membre"),
        ("Ann is a member from 2001-02-30.", "E0113", "2001-02-30"),
        ("Ann is a member.", "E0307", "Ann is a member"),
        ("Ann is welcome on 2001-01-01.", "E0521", "Ann is welcome on 2001-01-01"),
        ("A person is a member from 2001-01-01.", "E0319", "A person"),
        (f"The fee for 2001-01-01 is {DIGITS}.", "E0111", DIGITS),
        ("The fee for 2001-01-01 is $1e1000000.", "E0110", "$1e1000000"),
        ("The fee for 2001-01-01 is NaN.", "E0110", "NaN"),
        ("The fee for 2001-01-01 is 5 shares.", "E0303", "The fee for 2001-01-01 is 5 shares"),
        (LEASE.replace("80", "80.5"), "E0318", "80.5"),
        (LEASE.replace("80", "-80"), "E0318", "-80"),
        (LEASE.replace("80", DIGITS), "E0111", DIGITS),
        (LEASE.replace("80", "1e9"), "E0110", "1e9"),
        (LEASE.replace("2001-03-01", "2001-02-29"), "E0113", "2001-02-29"),
        (LEASE.replace("2001-03-01", "1/3/2001"), "E0112", "1/3/2001"),
        (LEASE.replace("|L-1", "|"), "E0532", ""),
        (LEASE + LEASE, "E0533", "L-1"),
        ("x" * 100_000 + ".", "E0109", "x" * 100_000 + "."),
    ],
)
def test_a_wrong_fact_is_told_at_its_words(facts: str, code: str, words: str) -> None:
    assert only(wrong(facts)) == (code, words)


@pytest.mark.parametrize(
    ("facts", "code", "near"),
    [
        (LEASE.replace("tenant", "tennant"), "E0531", "tenant"),
        (LEASE.replace("Ann", "Anne"), "E0535", "Ann"),
        (LEASE.replace("small", "smal"), "E0535", "small"),
        (LEASE.replace("lease", "leese"), "E0530", "lease"),
        (LEASE + "L-1 is authorised.", "E0102", "authorized"),
        (LEASE + "L-2 is authorized.", "E0114", "L-1"),
        ("Anne is a member from 2001-01-01.", "E0114", "Ann"),
        ("Taken as found: Anne is welcome on 2001-01-01.", "E0114", "Ann"),
    ],
)
def test_a_misspelt_name_is_never_a_new_thing(facts: str, code: str, near: str) -> None:
    (problem,) = wrong(facts)
    assert (problem.code, problem.nearest[0]) == (code, near)


def test_all_errors_of_a_case_come_at_once() -> None:
    text = case_text("Ann is a membre.\n\nGuests counted.\n\n" + LEASE.replace("small", "smal"))
    text = text.replace("2001-12-31\n", "soon\nColour: red\n")
    _, problems = Instrument(book()).read_case([Source("case.md", text)])
    assert [problem.code for problem in problems] == ["E0110", "E0501", "E0102", "E0102", "E0535"]
    assert all(problem.span is not None for problem in problems)


def test_a_name_or_setting_stated_twice_is_an_error() -> None:
    twice = case_text("").replace("Book: leases\n", "Book: leases\nRecord complete to: 2005-12-31\n")
    _, problems = Instrument(book()).read_case([Source("case.md", twice)])
    assert [problem.code for problem in problems] == ["E0202"]


# ------------------------------------------------------------------- questions


@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("Is Anne welcome on 2001-01-01?", "E0114", "Anne"),
        ("Is Ann welcom on 2001-01-01?", "E0102", "welcom"),
        ("Is Ann welcome?", "E0307", "Is Ann welcome"),
        ("Is Ann welcome on 2001-02-30?", "E0113", "2001-02-30"),
        (f"May Ann lease {DIGITS} shares on 2001-01-01?", "E0111", DIGITS),
        ("May Ann lease 1e1000000 shares on 2001-01-01?", "E0110", "1e1000000"),
        ("May Ann lease NaN shares on 2001-01-01?", "E0110", "NaN"),
        ("May Ann lease -5 shares on 2001-01-01?", "E0318", "-5 shares"),
        ("May Ann lease 5.5 shares on 2001-01-01?", "E0318", "5.5 shares"),
        ("May Ann lease $5 on 2001-01-01?", "E0302", "$5"),
        ("Which leeses are dear?", "E0601", "Which"),
        ("Ann is welcome on 2001-01-01.", "E0101", "."),
        ("What is the fee for 2001-01-01 divided by 0?", "E0701", "What is the fee for 2001-01-01 divided by 0?"),
        ("Is Ann welcome on 0000-01-01?", "E0113", "0000-01-01"),
        ("Is Ann welcome on 10000-01-01?", "E0110", "10000-01-01"),
        ("(" * 10_000, "E0109", "(" * 10_000),
        ("Is it the case that " * 5_000 + "?", "E0109", "Is it the case that " * 5_000 + "?"),
        ("?", "E0101", "?"),
        ("", "E0101", ""),
    ],
)
def test_a_wrong_question_is_told_at_its_words(question: str, code: str, words: str) -> None:
    start = perf_counter()
    assert only(wrong_question(question, LEASE)) == (code, words)
    assert perf_counter() - start < SECONDS


# ----------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E0005"),
        ("# Leases\n\nTitel: é\n".encode("latin-1"), "E0006"),
        ("# Leases\n".encode("utf-16"), "E0006"),
        (b"\xff\xfe\x00\x00", "E0006"),
        (b"#\x00 Leases\n", "E0007"),
        (b"# " + b"x" * 30_000_000, "E0004"),
    ],
)
def test_a_file_that_is_no_text_is_told(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "leases.md"
    path.write_bytes(content)
    _, problems = read_book(path)
    assert problems[0].code == code
    with pytest.raises(ClausebookError) as raised:
        Instrument(book()).case(path)
    assert raised.value.code == code
    assert str(path) in str(raised.value)


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    # As facts a folder is a ledger: one without tables holds none.
    for path, code, of_facts in ((tmp_path, "E0002", "E0541"), (tmp_path / "nothing.md", "E0001", "E0001")):
        assert [problem.code for problem in read_book(path)[1]] == [code]
        with pytest.raises(ClausebookError) as raised:
            Instrument(book()).case(path)
        assert raised.value.code == of_facts


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "leases.md"
    path.write_bytes(BOOK.encode("utf-8-sig"))
    assert not [problem for problem in read_book(path)[1] if problem.is_error]


# -------------------------------------------------------------------- commands


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leases.md").write_text(BOOK, "utf-8")
    (tmp_path / "case.md").write_text(case_text("Ann is a member from 1999-01-04."), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def status(*arguments: str) -> int:
    result = CliRunner().invoke(command, arguments)
    assert "Traceback" not in result.output
    return result.exit_code


def test_exit_statuses_tell_answered_from_wrong_file_wrong_use_and_no_verdict(files: Path) -> None:
    question = "Is Ann welcome on 2001-01-01?"
    assert status("ask", "leases.md", "--case", "case.md", question) == 0
    assert status("check", "leases.md", "case.md") == 0
    assert status("ask", "leases.md", "--case", "case.md", question.replace("Ann", "Anne")) == 2
    assert status("ask", "leases.md", "--case", "nothing.md", question) == 2
    assert status("ask", "leases", question) == 2
    assert status("ask", "leases.md", "What is the fee for 2001-01-01 divided by 0?") == 3
    (files / "case.md").write_text(case_text("Ann is a membre from 1999-01-04."), "utf-8")
    assert status("ask", "leases.md", "--case", "case.md", question) == 1
    assert status("check", "case.md") == 1
    (files / "leases.md").write_text(BOOK.replace(DEAR, "A lease is deer."), "utf-8")
    assert status("ask", "leases.md", question) == 1
    assert status("check", "leases.md") == 1


FIRST_WORDS = """# Trial

## Vocabulary

{heading}

- *a person* is employed on *a date*
- *a person* is busy on *a date*

Concluded:

- *a person* is eligible on *a date*

## § 1 Who

A person is eligible on a date if {condition}.

## § 2 Who not

Despite § 1, a person is not eligible on a date if the person is busy on the date.

§ 1 does not apply to a person if the person is employed on March 1, 2024.
"""


def test_a_sentence_that_cannot_be_read_is_not_blamed_on_those_that_yield_to_it() -> None:
    text = FIRST_WORDS.format(heading="Recorded:", condition="the person is engaged on the date")
    assert [problem.code for problem in wrong_book(text)] == ["E0102"]


def test_a_list_of_phrases_that_no_heading_introduces_is_told() -> None:
    text = FIRST_WORDS.format(heading="Recordde:", condition="the person is eligible before March 1, 2024")
    assert only(wrong_book(text)[:1])[0] == "E0030"


def test_and_mixed_with_or_is_told_before_the_words_of_a_phrase() -> None:
    mixed = (
        "the person is employed on the date and the person is busy on the date or the person is busy on March 1, 2024"
    )
    assert [problem.code for problem in wrong_book(FIRST_WORDS.format(heading="Recorded:", condition=mixed))] == [
        "E0104"
    ]
