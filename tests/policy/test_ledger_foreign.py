"""Workbooks, Parquet and DuckDB files: the same facts as from CSV, exact, and no harm from a crafted file."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policy import ledger_child
from policy.ledger_arrow import columns_from
from policy.ledger_foreign import Door
from policy.ledger_read import read_ledger
from policy.ledger_values import CellRule, converted, reader_of
from policy.quantities import MONEY
from tests.policy.test_ledger import Folder, codes, refused
from tests.policy.test_ledger import club as club
from tests.policy.test_ledger import folder as folder

HEADER = ["lease", "tenant", "date", "shares", "plot size", "end"]
ROWS: list[list[Any]] = [
    ["L-1", "Ann Lee", date(2001, 3, 1), 80, "small plot", None],
    ["L-2", "Bob Ray", date(2001, 4, 1), 5, "large plot", date(2001, 5, 1)],
]
EIGHT_O_CLOCK = datetime(2001, 1, 1, 8)  # noqa: DTZ001 - a workbook has no zones
QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"
FEES = '[[table]]\nsays = "the yearly fee for *a date* is *money*"\nfrom = "fees"\ncolumns = ["Day", "Fee"]\n'


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def arrow(rows: list[list[Any]], header: list[str]) -> Any:
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(header)})


def parquet(path: Path, rows: list[list[Any]], header: list[str] = HEADER) -> Path:
    pq.write_table(arrow(rows, header), path)
    return path


def database(path: Path, name: str, rows: list[list[Any]], header: list[str] = HEADER) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.register("given", arrow(rows, header))
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608 - a name of ours
    return path


@pytest.fixture(params=["xlsx", "parquet", "duckdb"])
def leases(request: pytest.FixtureRequest, folder: Folder) -> Iterator[Path]:
    path = folder.path / f"leases.{request.param}"
    if request.param == "xlsx":
        workbook(path, ("leases", [HEADER, *ROWS]))
    elif request.param == "parquet":
        parquet(path, ROWS)
    else:
        database(path, "leases", ROWS)
    yield path


def test_every_kind_of_file_gives_the_same_facts(folder: Folder, leases: Path) -> None:
    case = folder.case(leases)
    answer = case.ask(QUESTION)
    assert (answer.said, codes(case)) == ("No.", [])
    assert [*map(list, case.facts.tables["lease"].columns)] == folder.leases(
        "L-1,Ann Lee,2001-03-01,80,small plot,,\nL-2,Bob Ray,2001-04-01,5,large plot,2001-05-01,\n"
    ).facts.tables["lease"].columns
    assert f"{leases.name}{'' if leases.suffix == '.parquet' else '[leases]'}, row" in answer.to_text()


# ------------------------------------------------------------------- exact


CELLS: list[tuple[Any, str]] = [
    (4.1, "$4.10."),  # a workbook keeps 4.0999999999999996447…
    (1 / 3, "Depends."),  # sixteen digits and no decimal
    (12, "$12.00."),
    ("$4.10", "$4.10."),
    ("=2+2", "Depends."),
    ("#N/A", "Depends."),
    (True, "Depends."),
    (EIGHT_O_CLOCK, "Depends."),
]


def test_texts_that_lie_packed_in_a_file_are_not_written_out(tmp_path: Path) -> None:
    """Over several groups of rows, each with values of its own, cells that are empty among them."""
    sorts = [
        None if number % 7 == 0 else f"a long name of sort {number % 3 + number // 1300}" for number in range(3000)
    ]
    table = pa.table({"id": [f"L-{number}" for number in range(3000)], "sort": sorts})
    pq.write_table(table, path := tmp_path / "leases.parquet", row_group_size=1000)
    with pq.ParquetFile(path) as file:
        assert ledger_child._packed(file) == ["sort"]
    with Door() as door:
        (sheet,) = read_ledger(path, door).sheets
    column = sheet.columns["sort"]
    assert list(column.cells()) == sorts
    assert column.codes is not None and list(column.distinct) == list(dict.fromkeys(sorts))
    assert sheet.columns["id"].codes is None


def test_packed_texts_are_each_there_once() -> None:
    codes = pa.array([3, 1, None, 0, 1, 4], pa.int32())
    twice = pa.DictionaryArray.from_arrays(codes, pa.array(["a", "b", "unused", "b", None]))
    column = columns_from(pa.table({"sort": twice}))["sort"]
    assert list(column.cells()) == ["b", "b", None, "a", "b", None]
    if column.codes is not None:
        assert list(column.distinct) == ["b", None, "a"]
    once = pa.DictionaryArray.from_arrays(codes, pa.array(["a", "b", "unused", "c", "d"]))
    column = columns_from(pa.table({"sort": once}))["sort"]
    assert list(column.distinct) == ["c", "b", None, "a", "d"]


def test_a_number_of_a_workbook_is_the_decimal_it_stands_for(folder: Folder) -> None:
    rows: list[list[Any]] = [[date(2001, 1, day), cell] for day, (cell, _) in enumerate(CELLS, 1)]
    case = folder.case(workbook(folder.path / "fees.xlsx", ("fees", [["Day", "Fee"], *rows])), mapping=FEES)
    found = [case.ask(f"What is the yearly fee for January {day}, 2001?").said for day in range(1, len(CELLS) + 1)]
    assert found == [said for _, said in CELLS]
    assert len(codes(case)) == found.count("Depends.")


@pytest.mark.parametrize(
    ("cell", "decimals", "value"),
    [
        (Decimal("4.10"), None, Fraction(41, 10)),
        (Decimal("4.00"), None, 4),
        (7, None, 7),
        (4.1, None, "E0551"),
        (4.1, 2, Fraction(41, 10)),
        (4.125, 2, "E0551"),
        (float("nan"), 2, "E0551"),
        (float("inf"), 2, "E0551"),
        (True, 2, "E0550"),
    ],
)
def test_a_binary_number_of_a_column_needs_its_decimals_stated(cell: Any, decimals: int | None, value: Any) -> None:
    column = columns_from(pa.table({"Fee": [cell] * 3}))["Fee"]
    read = reader_of(MONEY, False, CellRule(column="Fee", decimals=decimals), lambda text, _type, _by_key: text)
    values, wrong = converted(column, read)
    assert [wrong[row].code if row in wrong else found for row, found in enumerate(values)] == [value] * 3


# ----------------------------------------------------------------- hostile


def test_a_workbook_that_unpacks_to_a_huge_one_is_refused(folder: Folder) -> None:
    path = workbook(folder.path / "leases.xlsx", ("leases", [HEADER, *ROWS]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b" " * 8_000_000)
    assert refused(lambda: folder.case(path)) == ["E0543"]


def test_a_workbook_with_entities_is_refused(folder: Folder) -> None:
    path = workbook(folder.path / "leases.xlsx", ("leases", [HEADER, *ROWS]))
    bomb = folder.path / "bomb.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
                data = b'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + entities + b"]>" + data
            new.writestr(name, data)
    assert refused(lambda: folder.case(bomb)) == ["E0540"]


def test_a_cell_far_off_makes_no_sheet_huge(folder: Folder) -> None:
    book = openpyxl.Workbook()
    book.active.append(["person"])
    book.active.append(["Cy Orr"])
    book.active["XFD999"] = "far"
    book.save(folder.path / "people.xlsx")
    assert refused(lambda: folder.case(folder.path / "people.xlsx")) == ["E0540"]


def test_a_workbook_is_opened_in_a_process_of_its_own(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(folder.path / "leases.xlsx", ("leases", [HEADER, *ROWS]))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_given, **_named: pytest.fail("opened here"))
    assert folder.case(path).ask(QUESTION).said == "No."


def test_a_reader_that_dies_is_an_error(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(folder.path / "leases.xlsx", ("leases", [HEADER, *ROWS]))
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert refused(lambda: folder.case(path)) == ["E0540"]


def test_a_file_that_cannot_be_read_harms_no_other(folder: Folder) -> None:
    broken = folder.write("broken.parquet", b"PAR1" + b"\xff" * 40 + b"PAR1")
    good = parquet(folder.path / "leases.parquet", ROWS)
    with Door() as door:
        sheets = [read_ledger(path, door).sheets for path in (broken, good, broken, good)]
    assert [[len(sheet) for sheet in each] for each in sheets] == [[], [2], [], [2]]


def test_a_process_that_is_killed_says_so_and_another_reads_on(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(folder.path / "leases.parquet", ROWS)
    with Door() as door:
        with monkeypatch.context() as patch:
            patch.setattr("sys.executable", "/bin/false")
            (problem,) = read_ledger(path, door).problems
        assert "the reader failed" in problem.message
        assert len(read_ledger(path, door).sheets) == 1


@pytest.mark.parametrize(
    ("ending", "status"), [(lambda: os._exit(3), 3), (lambda: os.kill(os.getpid(), signal.SIGKILL), -9)]
)
def test_how_the_process_of_a_file_ended_is_told(
    ending: Callable[[], None], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ledger_child._READERS, "parquet", lambda _path, _data: ending())
    assert ledger_child._forked("parquet", "", b"", io.BytesIO())[0] == status


def test_a_process_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_child, "PATIENCE", 0.05)
    monkeypatch.setitem(ledger_child._READERS, "parquet", lambda _path, _data: signal.pause())
    assert ledger_child._forked("parquet", "", b"", io.BytesIO())[0] == ledger_child.LATE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leases.xlsx", b""),
        ("leases.xlsx", b"PK\x05\x06" + b"\0" * 18),
        ("leases.parquet", b"PAR1" + b"\xff" * 40 + b"PAR1"),
        ("leases.duckdb", b"DUCK" * 2000),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(folder: Folder, name: str, content: bytes) -> None:
    path = folder.write(name, content)
    assert refused(lambda: folder.case(path)) == ["E0540"]


def test_a_database_reaches_no_other_file(folder: Folder) -> None:
    secret = folder.write("secret.csv", "a\n1\n")
    path = folder.path / "leases.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE VIEW leases AS SELECT * FROM read_csv('{secret}')")  # noqa: S608 - a path of ours
        connection.execute('CREATE TABLE "odd ""; DROP" (lease VARCHAR)')
    case = folder.case(path)
    assert len(case.facts.tables["lease"]) == 0


def test_a_library_that_is_missing_is_named(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(folder.path / "leases.parquet", ROWS)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert refused(lambda: folder.case(path)) == ["E0542"]
