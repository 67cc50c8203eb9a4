"""What a rule file is made of, as our reader sees it; and that another CommonMark library sees the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.diagnostic import ERRORS, render
from policy.document import CLAUSE_ID, Block, Document, Item, List, Paragraph, Quote, Section, Table, read, read_source
from policy.source import Source, Span


def parse(text: str) -> Document:
    """The document of a text without errors."""
    document, diagnostics = read(Source("plan.md", dedent(text)))
    assert not diagnostics, "\n".join(map(render, diagnostics))
    return document


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a section without errors."""
    return parse("# Title\n\n## Section\n\n" + dedent(text)).sections[0].blocks


def errors(text: str) -> list[tuple[str, int, str]]:
    """Code, line and words of each error of a file."""
    found = read(Source("plan.md", text))[1]
    return [(each.code, each.span.line, each.span.text) for each in found if each.span]


def section_errors(text: str) -> list[tuple[str, int, str]]:
    """The same for the text of a section; its first line is line 1."""
    return [(code, line - 4, words) for code, line, words in errors("# Title\n\n## Section\n\n" + text)]


# ------------------------------------------------------------------ the parts


def test_the_title_block() -> None:
    document = parse("""\
        # Ann Lee in 2001

        Book: 1992-plan
        Names: Ann Lee is a person. Bob Ray is a person.
        Names: Cy Orr is a person.
        Record complete to:  2001-12-31

        ## Facts
        """)
    assert document.title == "Ann Lee in 2001"
    assert [(each.name, each.value.text) for each in document.settings] == [
        ("Book", "1992-plan"),
        ("Names", "Ann Lee is a person. Bob Ray is a person."),
        ("Names", "Cy Orr is a person."),
        ("Record complete to", "2001-12-31"),
    ]
    assert str(document.settings[0].value) == "plan.md:3:7"
    assert document.settings[0].span.text == "Book: 1992-plan"


def test_sections_keep_their_level_and_order() -> None:
    document = parse("""\
        # Plan
        ## Names
        The Company.
        ## § 5 Eligibility
        ### § 5(a)/1 Who
        #### Facts ####
        """)
    assert [(each.level, each.clauses, each.heading) for each in document.sections] == [
        (2, (), "Names"),
        (2, ("5",), "Eligibility"),
        (3, ("5(a)/1",), "Who"),
        (4, (), "Facts"),
    ]
    assert [each.span.text for each in document.sections] == ["Names", "§ 5 Eligibility", "§ 5(a)/1 Who", "Facts"]


def test_a_paragraph_keeps_its_line_breaks_and_emphasis() -> None:
    (paragraph,) = blocks("- a\n\nA grant is *a grant*\n  if it is.\n")[1:]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.span.text == "A grant is *a grant*\n  if it is."


def test_lists_nest_and_an_item_is_its_own_text() -> None:
    (block,) = blocks("""\
        - the grant is authorized;
        - any of these holds:
          1. the grantee is an employee
             on the date;
          2. the grantee is a consultant;

        - the pool is open.
        """)
    assert isinstance(block, List) and not block.numbered
    assert [item.span.text for item in block.items] == [
        "the grant is authorized;",
        "any of these holds:",
        "the pool is open.",
    ]
    nested = block.items[1].nested
    assert nested and nested.numbered
    assert [item.span.text for item in nested.items] == [
        "the grantee is an employee\n     on the date;",
        "the grantee is a consultant;",
    ]
    assert str(nested.items[1].span) == "plan.md:9:6"
    assert block.span.text.startswith("the grant is authorized;\n- any of")


def test_an_item_may_begin_on_the_line_after_its_bullet() -> None:
    (block,) = blocks("-\n  the grant\n  is authorized\n")
    assert isinstance(block, List)
    assert block.items[0].span.text == "the grant\n  is authorized"


def test_a_note_is_its_text() -> None:
    (note,) = blocks("> Whether it counts\n> is for the Committee.\n")
    assert isinstance(note, Quote)
    assert note.span.text == "Whether it counts\n> is for the Committee."
    assert note.text == "Whether it counts\nis for the Committee."


def test_a_table_is_its_cells() -> None:
    (table,) = blocks("""\
        | grant | shares |   |
        |:------|-------:|---|
        | G-17  | 80,000 |   |
        | G \\| 18 |      | x |
        """)
    assert isinstance(table, Table)
    assert [cell.text for cell in table.header] == ["grant", "shares", ""]
    assert [[cell.text for cell in row] for row in table.rows] == [["G-17", "80,000", ""], ["G \\| 18", "", "x"]]
    assert str(table.rows[0][1]) == "plan.md:7:11"


def test_places_are_exact_where_lines_end_in_two_characters() -> None:
    document, diagnostics = read(Source("plan.md", "# Plan\r\nA: b\r\n## Names\r\n- one\r\n  two\r\n"))
    assert not diagnostics
    assert document.settings[0].value.text == "b"
    (block,) = document.sections[0].blocks
    assert isinstance(block, List) and block.items[0].span.text == "one\r\n  two"


# ----------------------------------------------------------------- clause ids

PLAN_1992 = """
1/1; 1/2.1; 1/2.2; 2/1; 2(a); 2(b); 2(c); 2(d); 2(e)/1; 2(e) proviso; 2(f)/1; 2(f)/2.1; 2(f)/2.2; 2(f)/2.3;
2(f)/2 proviso; 2(f)/2 proviso (i); 2(f)/2 proviso (ii); 2(f)/2 proviso (iii); 2(g)/1; 2(g)/2; 2(h); 2(i);
2(j)/1; 2(j) proviso; 2(k); 2(l); 2(m); 2(n); 2(o); 2(p); 2(q); 2(r); 2(s); 2(t); 3/1.0; 3/1.1; 3/1.2; 3/1.3;
3/1.4; 3/2; 3/3.1; 3/3.2; 4(a)/1.1; 4(a)/1.2; 4(a)/2.1; 4(a)/2.2; 4(a)/3; 4(b)/1; 4(b)(i); 4(b)(ii); 4(b)(iii);
4(b)(iv); 4(b)(v); 4(b)(vi); 4(b)(vii).1; 4(b)(vii).2; 4(b)(viii); 4(b)(ix).1; 4(b)(ix).2; 4(b)(x); 4(b)(xi);
4(b)(xii); 4(b)(xiii); 4(b)/2.1; 4(b)/2.2; 4(b)/2.3; 4(b)/3; 4(c)/1; 5(a)/1; 5(a)/1 proviso (i); 5(a)/1 proviso
(ii); 5(a)/2; 5(a)/3; 5(a)/4; 5(b)/1; 5(b)(i)/1.1; 5(b)(i)/1.2; 5(b)(i) proviso; 5(b)(ii)/1.1; 5(b)(ii)/1.2;
5(b)(ii)/2.1; 5(b)(ii)/2.2; 5(b)(ii)/2.3; 5(b)(ii)/2.4; 5(b)(ii)/2 proviso (i).1; 5(b)(ii)/2 proviso (i).2;
5(b)(ii)/2 proviso (ii); 5(b)(iii)/1; 5(b)(iii)(A); 5(b)(iii)(B); 5(b)(iii)(B) proviso; 5(b)(iii)(C); 5(c)/1;
5(c)/2; 5(c)/3; 5(c)/4.1; 5(c)/4.2; 5(d)/1.1; 5(d)/1.2; 5(d)/2.1; 5(d)/2.2; 6/1.1; 6/1.2; 6/1.3; 6/1.4; 6/2;
6/3; 7(a)/1; 7(a)(i)/1.1; 7(a)(i)/1.2; 7(a)(ii)/1.1; 7(a)(ii)/1.2; 7(a)(ii)/2; 7(a)/flush; 7(a)(iii)/1;
7(b)/1.1; 7(b)/1.2; 7(b)/1.2(i); 7(b)/1.2(ii); 7(b)/1.3; 7(b)/1.3(i); 7(b)/1.3(ii); 7(b)/1.4; 7(c)/1.1;
7(c)/1.2; 7(c)/1.3; 7(d)/1; 7(d)/2; 7(d)/2 proviso; 7(d)/3.1; 7(d)/3.2; 8(a)/1; 8(a)/2; 8(b)(i)/1; 8(b)(i)/2;
8(b)(i)/3; 8(b)(i)/4; 8(b)(i)/5; 8(b)(i)/6; 8(b)(i)/7; 8(b)(i)/8; 8(b)(i)/9; 8(b)(ii)/1.1; 8(b)(ii)/1.2;
8(b)(ii)/2.1; 8(b)(ii)/2.2; 8(b)(ii)/3; 8(b)(ii)/3(A)(I); 8(b)(ii)/3(A)(II); 8(b)(ii)/3(B); 8(b)(ii)/3(C);
8(b)(ii)/3(D); 8(b)(ii)/3(E); 8(b)(ii)/4; 8(b)(ii)/5; 8(b)(ii)/6; 8(b)(iii)/1.1; 8(b)(iii)/1.2; 8(b)(iii)/1.3;
8(b)(iii)/2.1; 8(b)(iii)/2.2; 8(b)(iv)/1; 8(b)(iv)/1(A); 8(b)(iv)/1(B); 9/1; 9/2; 10(a)/1.0; 10(a)/1.1;
10(a)/1.2; 10(a)/1.3; 10(a)/1.4; 10(a)/1.5; 10(a)/2; 10(b)/1; 10(b)/2; 10(c)/1(i); 10(c)/1(i) exclusion;
10(c)/1(ii); 10(c)/1(iii); 10(c)/2; 10(c)/3.1; 10(c)/3.2; 10(c)/3.3; 10(d)/1; 10(e)/1; 10(f)/1.1; 10(f)/1.2;
10(f)/1.3; 10(f)/1.4; 10(f)/1.5; 10(f)/1.6; 10(f)/1.7; 10(f)/1 proviso.1; 10(f)/1 proviso.2; 10(f)/1 proviso.3;
10(f)/2.1; 10(f)/2.2; 10(f)/2.3; 10(f)/3; 10(f)/3(a); 10(f)/3(b); 10(f)/3 exception; 10(f)/4; 10(g)/1;
10(g)/1(a); 10(g)/1(b); 10(g)/2; 10(g)/3; 11/1; 11/2; 11/3; 12(a)/1; 12(a) proviso; 12(b)/1; 12(b) exception;
13/1.1; 13/1.2; 13/2; 14/1; 14/2(i); 14/2(ii); 14/2(iii); 14/3; 14/4; 14/5; 15/1; 15/2.1; 15/2.2; 15/3; 16/1;
16/2; 16/2(a); 16/2(b); 16/2(c); 16/3; 17/1; 17/2; 18/1; 19/1; 19/2; 20/1; 20/2; 21/1; FA/1; FA-I; FA-I/0;
FA-I/1; FA-I/2; FA-I/3; FA-I/4; FA-II
"""

EQUITY_COMPENSATION_PLAN = """
P0/1; P0/2; P0/3; P0/4; P0/5; PI/PII/PIII; P1(a)/1; P1(a)/2; P1(a)/3; P1(a)/4; P1(a)/5; P1(a)/6; P1(a)/7;
P1(b)(i); P1(b)(ii); P1(b)(iii); P1(b)(iv); P1(b)/5; P1(b)/6; P1(b)/7; P1(b)/8; P1(c)/1; P1(c)/2; P1(c)/3;
P1(c)/4; P1(c)/5; P2/1; P2/2; P2/3; P2/4; P2/5; P2/6; P2/7; P2/8; P3(a)(i)/1; P3(a)(i)/2; P3(a)(i)/3;
P3(a)(i)/4; P3(a)(i)/5; P3(a)(i)/6; P3(a)(ii)/0; P3(a)(ii)(A)/1; P3(a)(ii)(A)/2; P3(a)(ii)(B)/1; P3(a)(ii)(B)/2;
P3(a)(ii)(B)/3; P3(a)(ii)(B)/4; P3(a)(ii)(C)/1; P3(a)(ii)(C)/2; P3(a)(ii)(C)/3; P3(a)(ii)(D)/1; P3(a)(ii)(D)/2;
P3(a)(ii)(D)/3; P3(a)(ii)(D)/4; P3(a)(iii)/1; P3(a)(iii)/2; P3(a)(iii)/3; P3(a)(iii)/4; P3(a)(iii)/5;
P3(a)(iv)/1; P3(a)(iv)/2; P3(b)(i); P3(b)(ii); P3(b)(iii); P3(b)(iv); P3(b)/5; P3(b)/6; P3(b)/7; P3(b)/8;
P3(b)/9; P3(b)/10; P3(b)/11; P4(a)/1; P4(a)/2; P4(a)/3; P4(a)/4; P4(a)/5; P4(a)/6; P4(b); P5(a); P5(b)(i);
P5(b)(ii)/1; P5(b)(ii)/2; P5(b)(ii)/3; P5(b)(ii)/4; P5(b)(iii)/1; P5(b)(iii)/2; P5(b)(iii)/3; P5(b)(iii)/4;
P5(b)(iii)/5; P5(b)(iii)/6; P5(c)/1; P5(c)/2; P5(c)/3; P5(d)/1; P5(d)/2; P5(e)(i)/1; P5(e)(i)/2; P5(e)(i)/3;
P5(e)(i)/4; P5(e)(ii)(x); P5(e)(ii)(y); P5(e)(ii)/3; P5(e)(ii)/4; P5(e)(iii)/1; P5(e)(iii)/2; P5(e)(iii)/3;
P5(e)(iii)/4; P5(e)(iv)/1; P5(e)(iv)/2; P5(e)(iv)/3; P5(e)(iv)/4; P5(e)(iv)/5; P5(e)(iv)/6; P5(e)(v)(A)/0;
P5(e)(v)(A)(1); P5(e)(v)(A)(2); P5(e)(v)(A)(3); P5(e)(v)(A)(4); P5(e)(v)(A)/5; P5(e)(v)(B)/1; P5(e)(v)(B)/2;
P5(e)(v)(C)/1; P5(e)(v)(C)/2; P5(f)/1; P5(f)(x); P5(f)(y)/1; P5(f)(y)/2; P5(f)(y)/3; P5(f)(z); P5(f)/5; P5(f)/6;
P5(f)/7; P5(f)/8; P5(g)/1; P5(g)/2; P5(g)/3; P5(g)/4; P6(a)/1; P6(a)/2; P6(a)/3; P6(b); P6(c)/1; P6(c)/2;
P6(c)/3; P6(c)/4; P6(c)/5; P6(d)/1; P6(d)/2; P6(d)/3; P6(d)/4; P6(d)/5; P6(e)/1; P6(e)/2; P6(f)/1; P6(f)/2;
P6(f)/3; P6(f)/4; P6(g)/0; P6(g)/1; P6(g)/2; P6(g)/3; P6(g)(i); P6(g)(ii); P6(g)/6; P6(g)/7; P6(g)/8; P6(g)/9;
P6(g)/10; P6(g)/11; P6(g)/12; P6(g)/13; P6(g)/14; P7(a)/1; P7(a)/2; P7(a)/3; P7(a)/4; P7(b)/1; P7(b)/2; P7(b)/3;
P7(c)/1; P7(c)/2; P7(c)/3; P7(c)/4; P7(c)/5; P7(c)/6; P7(d)/1; P7(d)/2; P7(d)/3; P7(e)/1; P7(e)/2; P7(f)/1;
P7(f)/2; P7(f)/3; P7(f)/4; P7(f)/5; P7(f)/6; P7(f)/7; P8(a); P8(b)/1; P8(b)/2; P8(c)/1; P8(c)/2; P8(c)/3;
P8(c)/4; P8(c)/5; P8(c)/6; P8(d)/1; P8(d)/2; P9(a)/1; P9(a)/2; P9(a)/3; P9(a)/4; P9(a)/5; P9(a)/6; P9(b)/1;
P9(b)/2; P9(b)/3; P9(b)/4; P10(a)/1; P10(a)/2; P10(a)/3; P10(a)/4; P10(b)/1; P10(b)/2; P10(b)/3; P10(b)/4;
P11(a)(i)/0; P11(a)(i)[i]; P11(a)(i)[ii]; P11(a)(i)[iii]; P11(a)(ii)/1; P11(a)(ii)/2; P11(b); P11(c)(i);
P11(c)(ii); P11(c)(iii); P11(c)(iv); P12(a); P12(b)/1; P12(b)/2; P12(b)/3; P12(b)/4; P13(a)/1; P13(a)/2;
P13(b)/1; P13(b)/2; P13(b)/3; P13(c)/1; P13(c)/2; P13(c)/3; P13(c)/4; P13(c)/5; P13(d)/1; P13(d)/2; P14(a)/1;
P14(a)/2; P14(b)/1; P14(b)/2; P14(c)/1; P14(c)/2; P14(d)/1; P14(d)/2; P14(e)/1; P14(e)/2; P14(f); P14(g)/1;
P14(g)/2; P14(g)/3; P14(g)/4; P14(g)/5; P14(g)/6; P14(h)/1; P14(h)/2; P14(h)/3; P14(h)/4; P14(h)/5; P14(i)/1;
P14(i)/2; P14(i)/3; P14(i)/4; P14(j); P14(k); P14(l)/1; P14(l)/2; P14(l)/3; P14(l)/4
"""

SEVERANCE_AGREEMENT = """
S0/1; S0/2; S0/3; S0/4; S0/5; S0/6; S1(a)/1; S1(a)/2; S1(a)/3; S1(b)/1; S1(b)/2; S1(b)/3; S1(c); S2(a)/0;
S2(a)/1; S2(a)/2; S2(a)/3; S2(a)/4; S2(a)/5; S2(a)/6; S2(b)/1; S2(b)/2; S2(b)/3; S2(b)(i)(A); S2(b)(i)(B);
S2(b)(i)(C); S2(b)(ii)/1; S2(b)(ii)/2; S2(b)(ii)/3; S2(b)(iii); S2(c)/0; S2(c)(i); S2(c)(ii); S2(c)(iii)/1;
S2(c)(iii)/2; S2(c)(iii)/3; S2(c)/4; S2(d)/1; S2(d)(i); S2(d)(ii); S2(e)/1; S2(e)/2; S2(f)/1; S2(f)/2; S3(a);
S3(b)(i)/1; S3(b)(i)/2; S3(b)(ii)/1; S3(b)(ii)/2; S3(b)/3; S4/1; S4/2; S4/3; S4/4; S4/5; S4/6; S5/1; S5/2; S5/3;
S5/4; S5/5; S6(a)/1; S6(a)/2; S6(a)/3; S6(a)/4; S6(b)/1; S6(b)/2; S6(c); S6(d); S6(e); S6(f); S7/1; S7/2;
S8(a)/1; S8(a)/2; S8(b)/1; S8(b)/2; S8(b)/3; S8(b)/4; S8(b)/5; S8(b)/6; S8(b)/7; S8(c)/1; S8(c)/2; S8(c)/3;
S9(a)/1; S9(a)/2; S9(b)/1; S9(b)(i); S9(b)(ii)/1; S9(b)(ii)/2; S9(b)(iii)/1; S9(b)(iii)/2; S9(b)(iii)/3;
S9(b)(iv); S9(b)/6; S10(a)/1; S10(a)/2; S10(a)/3; S10(b)/1; S10(b)/2; S10(b)(i); S10(b)(ii); S10(b)(iii);
S10(c)/1; S10(c)/2; S10(d)/1; S10(d)/2; S10(d)/3; S11/1
"""


@pytest.mark.parametrize(
    ("inventory", "count"), [(PLAN_1992, 251), (EQUITY_COMPENSATION_PLAN, 287), (SEVERANCE_AGREEMENT, 110)]
)
@pytest.mark.parametrize(
    "after", ["", " Some title (here)", ", a grant", "; § 5", ".", " and § 5", " does not apply", "\n"]
)
def test_every_id_of_the_inventories_is_read_whole(inventory: str, count: int, after: str) -> None:
    clauses = re.split(r";\s", inventory.strip())
    assert len(clauses) == count
    for clause in (*clauses, *(re.sub(r"^[PS](?=\d)", "", each) for each in clauses)):
        match = CLAUSE_ID.match(clause + after)
        assert match and match[0] == clause


@pytest.mark.parametrize(
    ("heading", "clauses", "rest"),
    [
        ("§ 5(a)/1 proviso (i); § 5(a)/2 Some title words", ("5(a)/1 proviso (i)", "5(a)/2"), "Some title words"),
        ("§ 5(b)", ("5(b)",), ""),
        ("§ 12(b) exception", ("12(b) exception",), ""),
        ("§ 12(b) Exception for tax", ("12(b)",), "Exception for tax"),
        ("§ 12(b) the exception", ("12(b)",), "the exception"),
        ("§ 2(e) proviso (unpaid directors)", ("2(e) proviso",), "(unpaid directors)"),
        ("§ 2(e) provisos", ("2(e)",), "provisos"),
        ("§ 4(b)(iv) Whom; when and how many", ("4(b)(iv)",), "Whom; when and how many"),
        ("§5(a)/1", ("5(a)/1",), ""),
        ("§ FA-I/2 The reserve", ("FA-I/2",), "The reserve"),
    ],
)
def test_a_heading_names_its_clauses(heading: str, clauses: tuple[str, ...], rest: str) -> None:
    (section,) = parse(f"# Plan\n\n### {heading}\n").sections
    assert (section.clauses, section.heading) == (clauses, rest)
    assert tuple(span.text for span in section.clause_spans) == clauses


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("§ Eligibility", "Eligibility"),
        ("§", ""),
        ("§ 5(a)/1.1–1.2 Range", "5(a)/1.1–1.2"),
        ("§ 5(a)/1x", "5(a)/1x"),
        ("§ 5(a)(unpaid)", "5(a)(unpaid)"),
        ("§ 5(a), § 5(b)", ","),
        ("§ 5(a); 5(b)", "5(b)"),
        ("§ 5(a); § b", "b"),
    ],
)
def test_a_heading_whose_clauses_cannot_be_read(heading: str, words: str) -> None:
    assert errors(f"# Plan\n\n## {heading}\n") == [("E0022", 3, words)]


# --------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ("E0010", 1, "")),
        ("A: b\n", ("E0010", 1, "A: b")),
        ("## Names\n", ("E0010", 1, "## Names")),
        ("# Plan\n\n## Names\n\n# Other\n", ("E0011", 5, "Other")),
        ("# Plan\n\nIssuer: Acme\nand others\n", ("E0012", 4, "and others")),
        ("# Plan\n\nIssuer:\n", ("E0012", 3, "Issuer:")),
        ("# Plan\n\n- one\n", ("E0013", 3, "- one")),
        ("# Plan\n\n> note\n", ("E0013", 3, "> note")),
        ("Plan\n====\n", ("E0017", 1, "Plan")),
        ("# Plan\n\n##\n", ("E0027", 3, "##")),
    ],
)
def test_errors_around_the_title(text: str, error: tuple[str, int, str]) -> None:
    assert error in errors(text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```\ncode\n```\n", ("E0014", 1, "```")),
        ("    indented\n", ("E0014", 1, "indented")),
        ("<div>\n", ("E0015", 1, "<div>")),
        ("A <b>grant</b>\n", ("E0015", 1, "<b>")),
        ("> a <!-- hidden -->\n", ("E0015", 1, "<!--")),
        ("| a <b> |\n|---|\n", ("E0015", 1, "<b>")),
        ("An ![image](x.png)\n", ("E0016", 1, "![")),
        ("Names\n-----\n", ("E0017", 1, "Names")),
        ("a\n\n***\n", ("E0018", 3, "***")),
        ("- one\n\n  two\n", ("E0019", 3, "two")),
        ("- one\n  > two\n", ("E0019", 2, "> two")),
        ("- one\n  - two\n  1. three\n", ("E0019", 3, "1. three")),
        ("- one\n-\n- two\n", ("E0020", 2, "-")),
        ("- - one\n", ("E0020", 1, "- - one")),
        ("| a | b |\n|---|---|\n| 1 |\n", ("E0023", 3, "| 1 |")),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", ("E0023", 3, "| 1 | 2 | 3 |")),
        ("| a |\n|---|\nA grant is permitted.\n", ("E0023", 3, "A grant is permitted.")),
        ("| a | b |\n|---|\n", ("E0024", 1, "| a | b |")),
        ("> a note\nA grant is permitted.\n", ("E0025", 2, "A grant is permitted.")),
        ("- an item\nA grant is permitted.\n", ("E0026", 2, "A grant is permitted.")),
        ("##Names\n", ("E0027", 1, "##Names")),
        ("####### Names\n", ("E0027", 1, "####### Names")),
        ("[plan]: hidden\n", ("E0028", 1, "[plan]:")),
    ],
)
def test_what_the_language_does_not_use(text: str, error: tuple[str, int, str]) -> None:
    assert error in section_errors(text)
    assert error[0] in ERRORS


def test_all_errors_of_a_file_are_found_at_once() -> None:
    text = "# Plan\n\nodd\n\n## A\n\n***\n\n- one\n\n  two\n\n> a\nb\n"
    assert [code for code, _, _ in errors(text)] == ["E0012", "E0018", "E0019", "E0025"]


def test_a_short_row_is_filled_so_that_every_row_fits_its_header() -> None:
    document, _ = read(Source("plan.md", "# P\n## S\n| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |\n"))
    (table,) = document.sections[0].blocks
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [["1", ""], ["1", "2"]]


@pytest.mark.parametrize(("depth", "codes"), [(32, []), (33, ["E0021"]), (1000, ["E0021"])])
def test_lists_nest_to_a_limit(depth: int, codes: list[str]) -> None:
    text = "\n".join("  " * level + "- item" for level in range(depth))
    assert [code for code, _, _ in section_errors(text)] == codes


@pytest.mark.parametrize("mark", ["> ", ">", "- ", "1. ", "> - "])
def test_ten_thousand_marks_on_a_line_do_no_harm(mark: str) -> None:
    start = time.perf_counter()
    assert {code for code, _, _ in section_errors(mark * 10_000 + "x")} <= {"E0020", "E0021"}
    assert time.perf_counter() - start < 5


def test_a_long_file_is_read_quickly() -> None:
    clause = (
        "### § 5(a)/1 Who\n\n> A note\n\nA grant is permitted if all of these hold:\n- it is one;\n- it is two.\n\n"
    )
    text = "# Plan\n\n## Rules\n\n" + clause * 250
    start = time.perf_counter()
    assert errors(text) == []
    assert time.perf_counter() - start < 2  # 0.08 s where nothing else runs


# ---------------------------------------------------------------------- files


def file_error(path: Path) -> tuple[str, str | None]:
    source, (diagnostic, *_) = read_source(path)
    assert source is None
    render(diagnostic)
    place = f"{diagnostic.span.line}:{diagnostic.span.column}" if diagnostic.span else None
    return diagnostic.code, place


@pytest.mark.parametrize("data", [b"# Plan\n\xc2\xa7 5\n", b"\xef\xbb\xbf# Plan\r\n\xc2\xa7 5\r\n"])
def test_a_file_is_read_without_byte_order_mark_and_with_plain_line_ends(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "plan.md"
    path.write_bytes(data)
    assert read_source(path) == (Source(str(path), "# Plan\n§ 5\n"), ())


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "E0005", "1:1"),
        (b" \n\n", "E0005", "1:1"),
        (b"# Plan\n\n\xc2\xa7 5 caf\xe9\n", "E0006", "3:8"),
        (b"\xff\xfe#\x00", "E0006", "1:1"),
        (b"# Plan\n\na\x00b\n", "E0007", "3:2"),
        (b"# Plan\n\n\x1b[31m\n", "E0007", "3:1"),
        (b"# Plan\rnext\n", "E0007", "1:7"),
        ("# Plan\n\npermitted \u202enot\n".encode(), "E0007", "3:11"),
        ("# Plan\n\n\ufeff\n".encode(), "E0007", "3:1"),
        (b"x" * (4 * 1024 * 1024 + 1), "E0004", None),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, data: bytes, code: str, place: str | None) -> None:
    path = tmp_path / "plan.md"
    path.write_bytes(data)
    assert file_error(path) == (code, place)


def test_a_file_that_is_no_file(tmp_path: Path) -> None:
    assert file_error(tmp_path) == ("E0002", None)
    assert file_error(tmp_path / "none.md") == ("E0001", None)
    assert file_error(tmp_path / "no\0ne.md") == ("E0001", None)
    assert file_error(Path("/dev/null")) == ("E0002", None)


def test_the_byte_that_is_not_utf8_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_bytes(b"# Caf\xe9\n")
    _, (diagnostic,) = read_source(path)
    assert render(diagnostic).split("\n")[:3] == [
        f"{path}:1:6: error E0006: byte 6 of the file, 0xe9, is not UTF-8",
        "  # Caf\\xe9",
        "       ^^^^",
    ]


# ------------------------------------------------- as another library sees it

Outline = tuple[Any, ...]


def plain(text: str) -> str:
    """Text without emphasis marks, escapes and line breaks."""
    return " ".join(re.sub(r"[*\\]", "", text).split())


def our_outline(document: Document) -> list[Outline]:
    parts: list[Outline] = [("heading", 1, plain(document.title))]
    if document.settings:
        parts.append(("paragraph", plain(" ".join(each.span.text for each in document.settings))))
    for section in document.sections:
        parts.append(("heading", section.level, plain(section.span.text)))
        parts.extend(map(our_block, section.blocks))
    return parts


def our_block(block: Block) -> Outline:
    match block:
        case Paragraph(span):
            return ("paragraph", plain(span.text))
        case Quote():
            return ("quote", plain(block.text))
        case Table(header, rows):
            return ("table", *(tuple(plain(cell.text) for cell in row) for row in (header, *rows)))
        case List(items, numbered):
            return ("list", numbered, *map(our_item, items))


def our_item(item: Item) -> Outline:
    return (plain(item.span.text), *([our_block(item.nested)] if item.nested else []))


Token = dict[str, Any]


def their_outline(text: str) -> list[Outline]:
    """What mistune, which shares no code with our parser, makes of a text."""
    mistune = pytest.importorskip("mistune")
    parse_tokens: Callable[[str], list[Token]] = mistune.create_markdown(renderer=None, plugins=["table"])
    return [their_block(token) for token in parse_tokens(text) if token["type"] != "blank_line"]


def their_block(token: Token) -> Outline:
    match token["type"]:
        case "heading":
            return ("heading", token["attrs"]["level"], their_text(token))
        case "block_quote":
            return ("quote", their_text(token))
        case "table":
            head, *bodies = token["children"]
            return ("table", *map(their_row, [head, *(row for body in bodies for row in body["children"])]))
        case "list":
            return ("list", token["attrs"]["ordered"], *map(their_item, token["children"]))
        case kind:
            return (kind, their_text(token))


def their_row(row: Token) -> Outline:
    return tuple(map(their_text, row["children"]))


def their_item(item: Token) -> Outline:
    text, *nested = (each for each in item["children"] if each["type"] != "blank_line")
    return (their_text(text), *map(their_block, nested))


def their_text(token: Token) -> str:
    return plain("".join(raw_text(token)))


def raw_text(token: Token) -> list[str]:
    if token["type"] in ("softbreak", "blank_line"):
        return [" "]
    if "raw" in token:
        return [token["raw"]]
    return [*(raw for child in token["children"] for raw in raw_text(child)), " " * (token["type"] == "paragraph")]


WORDS = st.lists(
    st.sampled_from(["a", "grant", "§ 5(a)/1", "*a date*", "$4.10", "is", "no.", "80,000", "110%", "café", "“x”"]),
    min_size=1,
    max_size=5,
).map(" ".join)


def wrapped(first: str, rest: str, most: int = 3) -> st.SearchStrategy[str]:
    """Text of one to three lines, the first after ``first``, the others after ``rest``."""
    return st.lists(WORDS, min_size=1, max_size=most).map(lambda lines: first + f"\n{rest}".join(lines))


def a_list(depth: int) -> st.SearchStrategy[str]:
    return st.sampled_from(["-", "*", "1."]).flatmap(lambda mark: a_list_of(mark, depth))


def a_list_of(mark: str, depth: int) -> st.SearchStrategy[str]:
    indent = " " * (len(mark) + 1)
    item = wrapped(mark + " ", indent)
    if depth:
        item |= st.tuples(item, a_list(depth - 1)).map(
            lambda pair: pair[0] + "\n" + "\n".join(indent + line for line in pair[1].split("\n"))
        )
    return st.lists(item, min_size=1, max_size=3).map("\n".join)


def a_table(columns: int) -> st.SearchStrategy[str]:
    row = st.lists(WORDS, min_size=columns, max_size=columns).map(lambda cells: f"| {' | '.join(cells)} |")
    return st.lists(row, min_size=1, max_size=4).map(
        lambda rows: "\n".join([rows[0], "|" + "---|" * columns, *rows[1:]])
    )


HEADING = st.tuples(st.integers(2, 6), WORDS.filter(lambda words: not words.startswith("§"))).map(
    lambda pair: "#" * pair[0] + " " + pair[1]
)
BLOCK = st.one_of(HEADING, wrapped("", ""), wrapped("> ", "> "), a_list(2), st.integers(1, 4).flatmap(a_table))
# A quote or list directly after its like would be one with it: a paragraph stands between.
MARKDOWN = st.lists(BLOCK, max_size=6).map(
    lambda parts: "# Plan\n\nA: b\n\n## Names\n\n" + "\n\nso\n\n".join(parts) + "\n"
)


@given(MARKDOWN)
@settings(deadline=None)
def test_another_library_sees_the_same_parts(text: str) -> None:
    document, diagnostics = read(Source("plan.md", text))
    assert not diagnostics
    assert our_outline(document) == their_outline(text)


RULES = Path(__file__).parents[2] / "rules"
ONE_IN = 1 if settings().max_examples > 1_000 else 4
OURS = (*sorted(RULES.glob("*.md")), *sorted(RULES.glob("*/*.md"))[::ONE_IN])


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(RULES)))
def test_another_library_sees_the_same_parts_of_our_rule_files(path: Path) -> None:
    source, diagnostics = read_source(path)
    assert source and not diagnostics
    assert our_outline(read(source)[0]) == their_outline(source.text)


# ----------------------------------------------------------------------- fuzz

USED = st.sampled_from(["# ", "## ", "### ", "§ ", "5(a)", "; ", "- ", "1. ", "> ", "| ", "|---|", "*", "A: b", "word"])
UNUSED = st.sampled_from(
    ["***", "```", "<b>", "![", "[a]: b", "---", "===", "\\", "\0", "\x0b", "\u2028", "\xa0", "日"]
)
FRAGMENTS = USED | UNUSED | st.sampled_from(["\n", "\n\n", "  ", "    ", "\t", "\r"])


def spans(value: object) -> list[Span]:
    """Every span in a tree of our data."""
    match value:
        case Span():
            return [value]
        case tuple():
            return [span for each in value for span in spans(each)]
        case Document() | Section() | Paragraph() | List() | Item() | Quote() | Table():
            return [span for name in value.__attrs_attrs__ for span in spans(getattr(value, name.name))]
        case _:
            return []


@given(st.lists(FRAGMENTS, max_size=40).map("".join) | st.text(max_size=200))
@settings(max_examples=settings().max_examples * 4, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    document, diagnostics = read(Source("plan.md", text))
    assert all(0 <= span.start <= span.end <= len(text) for span in spans(document))
    for diagnostic in diagnostics:
        assert diagnostic.span and diagnostic.code in ERRORS
        render(diagnostic)
