"""What lies above a record changes it in its places: the same rows as those of the facts, layer by layer."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pyarrow
import pytest

from engine.columns import Cells, Packed, Texts
from engine.facts import FactBase
from engine.model import Column, Program, Relation, Silence
from engine.program import Engine, build
from engine.relational.tables import _rows, ledger_of
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE, Kind, Type

LEASE, PERSON = (Type(name, Kind.SYMBOL) for name in ("lease", "person"))
ROOMS = Type("rooms", Kind.NUMBER, whole=True, least=0)
LEASES = (Column("id", LEASE), Column("tenant", PERSON), Column("date", DATE), Column("rooms", ROOMS, True))
ENGINE: Engine = build(
    Program(
        (
            Relation("lease", LEASES, 1, Silence.FALSE, record=True, time=2),
            Relation("is let", (Column("lease", LEASE), Column("person", PERSON)), 2, Silence.FALSE),
        ),
        (),
    )
)
IDS = [f"L-{number:02}" for number in range(20)]


def record(packed: bool) -> FactBase:
    facts = ENGINE.facts()
    texts: Any = Packed(Texts(pyarrow.array(IDS))) if packed else [*IDS]
    tenants = ["Ann" if number % 3 else "Bob" for number in range(20)]
    columns = [
        texts,
        tenants,
        [date(2001, 1, 1 + number) for number in range(20)],
        [number % 4 for number in range(20)],
    ]
    facts.table("lease").extend(columns, [None] * 20)
    facts.state("is let", ("L-01", "Ann"))
    facts.state("is let", ("L-02", "Bob"))
    return facts


def one_by_one(facts: FactBase, name: str) -> Counter[Any]:
    return Counter((table.cells(number), table.status[number]) for table, number in facts.rows(name))


@pytest.mark.parametrize("packed", [True, False])
def test_layers(packed: bool) -> None:
    facts = record(packed)
    above = facts.overlay()
    above.record("lease", "L-05", {"tenant": "Ann", "date": date(2001, 1, 6), "rooms": 7})
    above.record("lease", "L-07", {"tenant": "Cas", "date": date(2001, 1, 8), "rooms": UNKNOWN})
    above.record("lease", "New", {"tenant": "Ann", "date": date(2001, 5, 1), "rooms": 1})
    above.state("is let", ("L-02", "Bob"), None)
    top = above.overlay()
    top.record("lease", "L-07", {"tenant": "Cas", "date": date(2001, 2, 1), "rooms": NONE})
    top.record("lease", "New", {"tenant": "Bob", "date": date(2001, 5, 1), "rooms": 2})
    top.state("is let", ("L-03", "Ann"))
    for base in (facts, above, top):
        for name in ("lease", "is let"):
            rows = _rows(base, name)
            assert Counter(zip(zip(*rows.columns, strict=True), rows.status, strict=True)) == one_by_one(base, name)
            assert rows.count == len(rows.status) == len(rows.spans)
    assert list(record(packed).table("lease").columns[3]) == list(facts.table("lease").columns[3])


def test_names_stay_packed_under_what_changes_other_cells() -> None:
    """So that their codes, and the order of the records, are found as wholes."""
    facts = record(packed=True)
    above = facts.overlay()
    above.record("lease", "L-05", {"tenant": "Ann", "date": date(2001, 1, 6), "rooms": 7})
    ids = _rows(above, "lease").columns[0]
    assert isinstance(ids, Cells) and isinstance(ids.packed().values, Texts)
    table = ledger_of(above, ENGINE.relations).table("lease")
    assert table is not None and table.lists_all and table.value("c3", 5) == 7
