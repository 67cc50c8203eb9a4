"""Facts from ledgers: read by columns, exact or refused, and never taken not to be there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument
from policy.ledger_kinds import Ledger
from tests.policy.small import BOOK

COMPANION = """\
# Companion

Book: club
Record complete to: 2001-12-31

## Facts

Ann Lee is a member from January 4, 1999. The Club opened the garden on May 1, 1990.
"""
PEOPLE = "person\nAnn Lee\nBob Ray\n"
HEAD = "lease,tenant,date,shares,plot size,end,source\n"
ROW = "L-1,Ann Lee,2001-03-01,80,small plot,,the register\n"
QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"
SMALL = "May Ann Lee lease 10 shares on September 1, 2001?"


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    from policy.instrument import load

    path = tmp_path_factory.mktemp("book") / "club.md"
    path.write_text(BOOK, "utf-8")
    return load(path)


class Folder:
    """Writes ledgers, and makes cases of them."""

    def __init__(self, path: Path, book: Instrument) -> None:
        self.path, self.book = path, book
        self.write("people.csv", PEOPLE)
        self.write("companion.md", COMPANION)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def case(self, *facts: Path | Ledger, mapping: str | None = None, strict: bool = False) -> Case:
        found = None if mapping is None else self.write("mapping.toml", mapping)
        sources = (self.path / "companion.md", self.path / "people.csv", *facts)
        return self.book.case(*sources, mapping=found, strict=strict)

    def leases(self, text: str, head: str = HEAD, mapping: str | None = None, strict: bool = False) -> Case:
        return self.case(self.write("leases.csv", head + text), mapping=mapping, strict=strict)


@pytest.fixture
def folder(tmp_path: Path, club: Instrument) -> Folder:
    return Folder(tmp_path, club)


def codes(case: Case) -> list[str]:
    return [problem.code for problem in case.passed]


def refused(work: object) -> list[str]:
    assert callable(work)
    with pytest.raises(ClausebookError) as caught:
        work()
    return [each.code for each in caught.value.diagnostics]


# ------------------------------------------------------------------- facts


def test_a_row_answers_as_a_row_of_a_case_file_does_and_is_cited_by_file_and_row(folder: Folder) -> None:
    answer = folder.leases(ROW).ask(QUESTION)
    assert (answer.said, answer.citations) == ("No.", ("2(a)",))
    assert "L-1, 80 shares, March 1, 2001" in answer.to_text()
    assert "the register; leases.csv, row 2" in answer.to_text()
    assert [Path(name).name for name, _ in answer.stamp.facts] == ["companion.md", "people.csv", "leases.csv"]


def test_a_companion_may_say_what_a_row_leaves_open_but_not_otherwise(folder: Folder) -> None:
    open_ = ROW.replace("80", "?")
    for said, problem in (("L-1's shares are 80 shares.", None), ("L-1's end is May 1, 2001.", "E0522")):
        path = folder.write("leases.csv", HEAD + open_)
        sources = (folder.path / "companion.md", folder.path / "people.csv", path, said)
        if problem is None:
            assert folder.book.case(*sources).ask(QUESTION).said == "No."
        else:
            assert refused(lambda sources=sources: folder.book.case(*sources)) == [problem]


def test_what_a_companion_adds_to_a_row_is_cited_from_the_companion(folder: Folder) -> None:
    lease = folder.write("leases.csv", HEAD + ROW.replace("80", "?"))
    added = folder.write("added.md", "# Added\n\nBook: club\n\n## Facts\n\nL-1's shares are 80 shares.\n")
    answer = folder.case(lease, added).ask(QUESTION)
    assert "the register; leases.csv, row 2; shares: added.md, line 7" in " ".join(answer.to_text(60).split())


def test_a_total_that_exceeds_whatever_is_open_is_told_so(folder: Folder) -> None:
    rows = ROW.replace("80", "200") + "L-2,?,2001-03-02,80,small plot,,\n,Ann Lee,2001-03-02,1,small plot,,\n"
    answer = folder.leases(rows).ask(QUESTION)
    assert answer.said == "No."
    assert "the shares let up to the supposed lease exceed 100 shares in every case" in answer.to_text()


def test_what_contradicts_a_fact_tells_where_that_is_recorded(folder: Folder) -> None:
    lease = folder.write("leases.csv", HEAD + ROW)
    with pytest.raises(ClausebookError) as caught:
        folder.case(lease, folder.write("o.md", "# O\n\nBook: club\n\n## Facts\n\nL-1's shares are 9 shares.\n"))
    assert caught.value.diagnostics[0].message.endswith("(the register; leases.csv, row 2)")
    case = folder.case(lease, folder.write("more.csv", HEAD + ROW.replace("80", "9")))
    assert [each.message for each in case.passed] == [
        "L-1 stands in two rows; the register; leases.csv, row 2 is the other"
    ]
    fees = 'says = "the yearly fee for *a date* is *money*"\nfrom = "fees"\ncolumns = ["Day", "Fee"]'
    rows = folder.write("fees.csv", "Day,Fee\n2001-01-01,$4.10\n2001-01-01,$4.20\n")
    (found,) = folder.case(rows, mapping=f"[[table]]\n{fees}").passed
    assert found.message.endswith("(fees.csv, row 2)")


def test_the_record_is_complete_to_the_earliest_day_that_is_said(folder: Folder) -> None:
    mapping = 'complete-to = 2001-06-30\n[[table]]\nof = "lease"\nname = "lease"\nsource = "source"\nfrom = "leases"'
    assert folder.leases(ROW, mapping=mapping).facts.complete_to == date(2001, 6, 30)


# ----------------------------------------------------------------- bad rows


def test_a_cell_that_cannot_be_read_leaves_its_record_with_an_open_attribute(folder: Folder) -> None:
    case = folder.leases(ROW.replace(",80,", ",eighty,"))
    assert codes(case) == ["E0550"]
    assert (case.passed[0].place or "").endswith("leases.csv, row 2")
    assert case.ask(SMALL).said == "Depends."
    assert any("L-1's shares" in name for name in case.ask(SMALL).open)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",Ann Lee,2001-04-01,15,small plot,,", "E0549"),
        ("L-2,Ann Lee,2001-04-01", "E0549"),
        ('L-2,"Ann" Lee,2001-04-01,15,small plot,,', "E0549"),
        ("L-1,Ann Lee,2001-04-01,15,small plot,,", "E0555"),
    ],
)
def test_a_row_that_cannot_be_read_is_never_taken_not_to_be_there(folder: Folder, row: str, code: str) -> None:
    before = folder.leases(ROW).ask(SMALL)
    assert [proviso.text for proviso in before.provided[0]] == ["the supposed lease is authorized"]
    case = folder.leases(ROW + row + "\n")
    assert code in codes(case)
    answer = case.ask(SMALL)
    assert answer.said == "Depends."
    assert any("not read" in proviso.text for group in answer.provided for proviso in group) or "L-1" in str(
        answer.open
    )
    assert any("leases.csv, row 3 was not read" in said for said in answer.assumptions)
    assert refused(lambda: folder.leases(ROW + row + "\n", strict=True)) == [code]


def test_of_two_rows_of_one_name_what_both_say_stands(folder: Folder) -> None:
    case = folder.leases(ROW + ROW.replace("80", "90"))
    assert case.ask("What is L-1's date?").said == "March 1, 2001."
    assert case.ask("What are L-1's shares?").said == "Depends."


def test_a_bad_row_of_a_statement_leaves_silence_about_it_open(folder: Folder) -> None:
    mapping = """
[[table]]
says = "*a lease* was given up on *a date*"
from = "ends"
columns = ["Lease", "Day"]
"""
    good, bad = "Lease,Day\nL-1,2001-06-01\n", "Lease,Day\nL-1,2001-06-01\nL-x,2001-07-01\n"
    leases = folder.write("leases.csv", HEAD + ROW + ROW.replace("L-1", "L-2"))
    for text, said in ((good, "No."), (bad, "Depends.")):
        case = folder.case(leases, folder.write("ends.csv", text), mapping=mapping)
        assert case.ask("Was L-1 given up on June 1, 2001?").said == "Yes."
        assert case.ask("Was L-2 given up on June 1, 2001?").said == said


def test_rows_that_contradict_each_other_leave_the_value_open(folder: Folder) -> None:
    mapping = """
[[table]]
says = "the yearly fee for *a date* is *money*"
from = "fees"
columns = ["Day", "Fee"]
"""
    fees = folder.write("fees.csv", "Day,Fee\n2001-01-01,$4.10\n2001-01-02,5\n2001-01-01,$4.20\n")
    case = folder.case(fees, mapping=mapping)
    assert codes(case) == ["E0522"]
    assert case.ask("What is the yearly fee for January 1, 2001?").said == "Depends."
    assert case.ask("What is the yearly fee for January 2, 2001?").said == "$5.00."


def test_what_holds_over_time_has_a_first_day_and_may_go_on(folder: Folder) -> None:
    mapping = """
[[table]]
says = "*a person* is a member"
from = "members"
columns = ["Name"]
first = { column = "From", form = "DD.MM.YYYY" }
last = { column = "To", form = "DD.MM.YYYY" }
"""
    rows = "Name;From;To\nBob Ray;01.02.2001;31.03.2001\nBob Ray;01.06.2001;\n"
    case = folder.case(folder.write("members.csv", rows), mapping=mapping)
    said = {day: case.ask(f"Is Bob Ray a member on {day}?").said for day in ("2001-02-01", "2001-04-01", "2001-12-31")}
    assert said == {"2001-02-01": "Yes.", "2001-04-01": "No.", "2001-12-31": "Yes."}
    ends = folder.case(folder.write("members.csv", rows + "Ann Lee;01.06.2001;01.05.2001\n"), mapping=mapping)
    assert sorted(codes(ends)) == ["E0549", "E0550"]
    assert ends.ask("Is Bob Ray a member on 2001-04-01?").said == "Depends."


# ----------------------------------------------------------------- mappings


def test_a_mapping_ties_columns_to_attributes(folder: Folder) -> None:
    mapping = """
[[table]]
of = "lease"
file = "lea*.csv"
name = "{Year}-{No}"
key = "Id"
only = { Kind = ["let"] }
columns.tenant = "Who"
columns.date = { column = "Day", form = "MM/DD/YYYY" }
columns."plot size" = { column = "Size", values = { S = "small plot", L = "large plot" } }
columns.shares = { column = "Count" }
"""
    rows = "7,2001,1,let,Ann Lee,03/01/2001,S,80\n8,2001,2,sold,Ann Lee,03/01/2001,S,80\n"
    case = folder.leases(rows, "Id,Year,No,Kind,Who,Day,Size,Count\n", mapping)
    answer = case.ask(QUESTION)
    assert (answer.said, codes(case)) == ("No.", [])
    assert "2001-1, 80 shares, March 1, 2001" in answer.to_text()


@pytest.mark.parametrize(
    ("mapping", "code", "near"),
    [
        ("[[table]]\nof = ", "E0544", None),
        ('[[tables]]\nof = "lease"', "E0545", "table"),
        ('[[table]]\nof = "lease"\nnames = "lease"', "E0545", "name"),
        ('[[table]]\nof = "leese"\nname = "lease"', "E0546", "lease"),
        ('[[table]]\nof = "lease"\nname = "lease"\ncolumns.tennant = "tenant"', "E0546", "tenant"),
        ('[[table]]\nof = "lease"\nname = "lease"\ncolumns.tenant = "tennant"', "E0547", "tenant"),
        ('[[table]]\nof = "lease"\nname = "lease"\nfrom = "lease"', "E0547", "leases"),
        ('[[table]]\nsays = "*a person* is a membre"', "E0546", "*a person* is a member"),
        ('[[table]]\nsays = "*a person* is welcome on *a date*"', "E0546", None),
        (
            '[[table]]\nof = "lease"\nname = "lease"\ncolumns.date = { column = "date", form = "DD/YYYY" }',
            "E0545",
            None,
        ),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_at_its_place(
    folder: Folder, mapping: str, code: str, near: str | None
) -> None:
    with pytest.raises(ClausebookError) as caught:
        folder.leases(ROW, mapping=mapping)
    found = [each for each in caught.value.diagnostics if each.code == code and (near is None or near in each.nearest)]
    assert found
    assert (found[0].place or "").startswith(str(folder.path / "mapping.toml"))


def test_a_table_that_nothing_takes_is_an_error(folder: Folder) -> None:
    assert refused(lambda: folder.leases("1\n", "number\n")) == ["E0548"]


# ---------------------------------------------------------------- exactness


@pytest.mark.parametrize(
    ("written", "said"),
    [("80", "80 shares."), ('"1,080"', "1,080 shares."), ("80.0", "80 shares."), ("2001", "2,001 shares.")],
)
def test_numbers_of_ledgers_are_read_as_they_are_written(folder: Folder, written: str, said: str) -> None:
    assert folder.leases(ROW.replace("80", written)).ask("What are L-1's shares?").said == said


@pytest.mark.parametrize(
    "written", ["80.5", "-1", "8e1", "1,08", "80 persons", "$80", "80%", "9" * 40, "٣", "0x10", "NaN"]
)
def test_what_is_no_exact_number_of_the_type_is_not_known(folder: Folder, written: str) -> None:
    case = folder.leases(ROW.replace("80", f'"{written}"'))
    assert codes(case) in (["E0550"], ["E0551"])
    assert case.ask("What are L-1's shares?").said == "Depends."


def test_an_empty_cell_is_none_where_there_may_be_none_and_else_not_known(folder: Folder) -> None:
    case = folder.leases(ROW.replace("80", ""))
    assert case.ask("What are L-1's shares?").said == "Depends."
    assert case.ask("What is L-1's end?").said == "None."


# ------------------------------------------------------------- hostile cells


@pytest.mark.parametrize("hidden", ["\x1b[31m", "\x07", "\u202e", "\u200b", "\U000e0041"])
def test_a_name_that_hides_or_steers_is_refused(folder: Folder, hidden: str) -> None:
    case = folder.leases(ROW.replace("Ann Lee", f"Ann{hidden} Lee"))
    assert codes(case) == ["E0552"]
    assert case.ask(SMALL).said == "Depends."
    for answer in (case.ask("What is L-1's date?").to_text(), case.ask(SMALL).to_markdown(), str(case.passed[0])):
        assert "\x1b" not in answer


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "<script>x</script>", "**bold** [x](y)", "| a | b |"])
def test_a_name_of_marks_is_a_name_and_inert_in_markdown(folder: Folder, name: str) -> None:
    quoted = name.replace('"', '""')
    case = folder.leases(ROW.replace("L-1", f'"{quoted}"'))
    text = case.ask(QUESTION).to_markdown()
    assert "<script>" not in text
    assert "**bold**" not in text
    assert codes(case) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"lease,lease\n", b"lease,\n", b"PK\x03\x04\0\0", "lease,tenant\nL-1,Zo\u00eb\n".encode("latin-1")],
)
def test_what_is_no_csv_is_refused(folder: Folder, content: bytes) -> None:
    path = folder.write("leases.csv", content)
    assert refused(lambda: folder.case(path)) == ["E0540"]


def test_a_huge_cell_is_none(folder: Folder) -> None:
    case = folder.leases(ROW.replace("Ann Lee", "A" * 100_000))
    assert codes(case) == ["E0552"]
    assert codes(folder.leases(ROW + ROW.replace("L-1", "L" * 200_000))) == ["E0549"]


def test_a_file_without_quotes_is_read_alike_whether_it_is_large_or_small(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ROW + "".join(f"L-{n},Bob Ray,2001-04-{n % 30 + 1:02},{n},large plot,,\n" for n in range(2, 400))
    small = folder.leases(text).facts.tables["lease"]
    monkeypatch.setattr("policy.ledger_text._LARGE", 10)
    large = folder.leases(text).facts.tables["lease"]
    assert list(map(list, large.columns)) == small.columns
    assert list(map(str, large.sources)) == list(map(str, small.sources))
    assert codes(folder.leases(f"{text}L-1000,Ann Lee\n")) == ["E0549"]
