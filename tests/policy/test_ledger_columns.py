"""Ledgers read by whole columns are read as they are row by row: the same facts, orders, findings and tables."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from engine.columns import Cells, Packed
from engine.relational.tables import Ledger as Tables
from engine.relational.tables import ledger_of
from policy.instrument import Case
from tests.policy.test_ledger import Folder
from tests.policy.test_ledger import club as club
from tests.policy.test_ledger import folder as folder

MAPPING = """
[[table]]
of = "person"
from = "staff"
name = "Name"
[[table]]
of = "lease"
name = "Id"
from = "leases"
order = "Order"
source = "Source"
only = { Taken = ["yes"] }
columns = { tenant = "Tenant", date = "Date", shares = "Shares", "plot size" = "Size", end = "End" }
[[table]]
of = "lease"
name = "Id"
from = "more"
order = "Order"
columns = { tenant = "Tenant", date = "Date", shares = "Shares" }
[[table]]
says = "*a lease* was given up on *a date*"
from = "given"
columns = ["Lease", "Date"]
[[table]]
says = "*a lease* is authorized"
from = "authorized"
columns = ["Lease"]
[[table]]
says = "the yearly fee for *a date* is *money*"
from = "fees"
columns = ["Day", "Fee"]
[[table]]
says = "*a person* is a member"
from = "members"
columns = ["Person"]
first = "First"
last = "Last"
"""
STAFF = ["Ann Lee", "Bob Ray", *(f"P{number:03}" for number in range(40))]
ODD = ["", "?", " P001", "P001 ", "P  002", "nobody", "'=P003", "'P004", "Zo\u00eb", "a\u200bb", "L-005"]


TIDY = ["nobody", "L-005", "P007"]


class Drawn:
    """Tables drawn from a seed; of one cell in so many something is odd (0: of none)."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a drawn ledger
        self.pool = TIDY if seed % 2 else ODD
        self.odd = (0, 0, 200, 40, 8)[seed % 5]

    def maybe(self, cell: Any, odd: list[str] | None = None) -> str:
        if self.odd and self.random.randrange(self.odd) == 0:
            return self.random.choice(self.pool if odd is None else odd)
        return str(cell)

    def day(self) -> str:
        return self.maybe(f"2001-{self.random.randrange(1, 4):02}-{self.random.randrange(1, 28):02}", ["", "?", "May"])

    def leases(self, first: int, count: int) -> list[list[str]]:
        orders = [*range(first, first + count)]
        if self.random.random() < 0.5:
            self.random.shuffle(orders)
        return [
            [
                self.maybe(f"L-{number:03}"),
                self.maybe(self.random.choice(STAFF)),
                self.day(),
                self.maybe(self.random.randrange(1, 20), ["", "?", "1,000", "x", "-5", "2.50"]),
                self.maybe(self.random.choice(["small plot", "large plot"])),
                self.random.choice(["", self.day()]),
                self.maybe(order, ["", "1", "x", "007"]),
                self.random.choice(["", "the register"]),
                self.random.choice(["yes"] * 9 + ["no"]),
            ]
            for number, order in zip(range(first, first + count), orders, strict=True)
        ]

    def tables(self) -> dict[str, list[list[str]]]:
        leases, more = self.leases(0, 120), self.leases(120, 30)
        ids = [row[0] for row in leases]
        return {
            "staff": [["Name", "Team"], *([self.maybe(name), "A"] for name in STAFF[2:])],
            "leases": [["Id", "Tenant", "Date", "Shares", "Size", "End", "Order", "Source", "Taken"], *leases],
            "more": [["Id", "Tenant", "Date", "Shares", "Order"], *([*row[:4], row[6]] for row in more)],
            "given": [["Lease", "Date"], *([self.maybe(id), self.day()] for id in self.random.sample(ids, 20))],
            "authorized": [["Lease", "By"], *([id, "Warden"] for id in ids)],
            "fees": [["Day", "Fee"], *([self.day(), self.maybe("$4.10", ["", "4.1", "$4.2"])] for _ in range(20))],
            "members": [
                ["Person", "First", "Last"],
                *([self.maybe(name), self.day(), self.random.choice(["", self.day()])] for name in STAFF),
            ],
        }


def read(folder: Folder, tables: dict[str, list[list[str]]]) -> Case:
    paths = [
        folder.write(f"{name}.csv", "".join(",".join(row) + "\n" for row in rows)) for name, rows in tables.items()
    ]
    return folder.case(*paths, mapping=MAPPING)


def facts_of(case: Case) -> Any:
    """All that is recorded, and all that is told of it."""
    tables = {
        name: (
            [table.cells(row) for row in range(len(table))],
            [list(column) for column in table.columns],
            table.status,
            table.spans,
            list(map(str, table.sources)),
        )
        for name, table in case.facts.tables.items()
    }
    told = [
        (each.code, each.message, each.nearest, each.span and (each.span.source.place(0), each.span.text))
        for each in case.passed
    ]
    return tables, told, dict(case.unread), case.facts.incomplete, sorted(case.book.vocabulary.names.items())


def orders_of(case: Case) -> list[bool | None]:
    ids = [table.columns[0][row] for table, row in case.facts.rows("lease")][::7]
    return [case.facts.recorded_order("lease", one, other) for one, other in product(ids, ids) if one != other]


def laid_out(case: Case) -> Any:
    """The tables of the facts, with the names that codes stand for."""
    ledger = ledger_of(case.facts, case.book.engine.relations)
    return {name: _shown(ledger, name) for name in case.facts.tables}


def _shown(ledger: Tables, name: str) -> Any:
    table = ledger.table(name)
    if table is None:
        return None
    arrays = {
        column: list(values.to_pylist() if hasattr(values, "to_pylist") else values)
        for column, values in table.arrays.items()
    }
    facts = []
    for column in table.columns:
        if column.kind.value == "symbol":
            cells = arrays[column.name]
            arrays[column.name] = [None if cell is None else ledger.symbols.name(cell) for cell in cells]
        ends = () if column.kind.value == "symbol" else (column.low, column.high)
        facts.append((column.name, column.scale, column.known, column.exists, column.filled, column.empty, *ends))
    return table.count, table.status, table.ranks, table.is_total, table.single, table.lists_all, facts, arrays


def found_in(case: Case) -> Any:
    """The rows that are found by each cell, and by keys."""
    return {
        name: [
            [table.rows_where(place, cell) for place, cell in enumerate(table.cells(row))]
            + [table.rows_of(table.cells(row)[: table.relation.keys])]
            for row in range(len(table))
        ]
        for name, table in case.facts.tables.items()
    }


@pytest.mark.parametrize("seed", range(20))
def test_by_columns_as_row_by_row(folder: Folder, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Drawn(seed).tables()
    by_rows = read(folder, tables)
    monkeypatch.setattr("policy.ledger_text._LARGE", 10)
    by_columns = read(folder, tables)
    packed = [
        isinstance(part, Packed)
        for table in by_columns.facts.tables.values()
        for column in table.columns
        for part in (column.parts if isinstance(column, Cells) else ())
    ]
    assert sum(packed) > (8 if seed % 5 < 2 else 0)
    for view in (facts_of, orders_of, found_in, laid_out):
        assert view(by_columns) == view(by_rows)


def test_a_record_is_changed_and_added_beside_those_that_are_packed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {**Drawn(0).tables(), "authorized": [["Lease", "By"]]}
    tables["leases"][1][3] = "?"
    monkeypatch.setattr("policy.ledger_text._LARGE", 10)
    case = read(folder, tables)
    base = case.facts
    above = base.overlay()
    lease = base.table("lease")
    first = lease.columns[0][0]
    above.table("lease").copy(lease, 0)
    above.table("lease").put(0, 3, 7, "supposed")
    above.put_before("lease", lease.columns[0][5], "L-999")
    assert [above.find("lease", (first,))[0].cells(0)[3], lease.cells(0)[3] == 7] == [7, False]  # type: ignore[index]
    assert above.recorded_order("lease", lease.columns[0][5], "L-999") is True
    assert above.recorded_order("lease", first, lease.columns[0][1]) == base.recorded_order(
        "lease", first, lease.columns[0][1]
    )
    assert base.recorded_order("lease", lease.columns[0][5], "L-999") is None
    base.record("lease", "L-998", {"shares": 5})
    assert lease.rows_of(("L-998",)) == [len(lease) - 1]
    assert len(lease) - 1 in lease.rows_where(3, 5)


@pytest.mark.parametrize("table", ["leases", "more"])
def test_a_name_in_two_rows_of_one_file_or_of_two(folder: Folder, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Drawn(0).tables()
    tables[table][9][0] = tables["leases"][3][0]
    by_rows = read(folder, tables)
    monkeypatch.setattr("policy.ledger_text._LARGE", 10)
    by_columns = read(folder, tables)
    assert "E0555" in [each.code for each in by_columns.passed]
    for view in (facts_of, orders_of, found_in, laid_out):
        assert view(by_columns) == view(by_rows)
