"""Facts written as a package of Open Cap Format 1.2: what the schema has a place for, and a list of what it has not.

The shipped mapping is read the other way round. Nothing is made up: an attribute that is not known is written as
omitted, as the format says of some fields that their data is not available, for a field that is simply missing would
say that there is none. Statements have no place. Names serve as ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.facts import Table
from engine.unknowns import NONE, UNKNOWN
from policy.instrument import Case
from policy.layout import json_text
from policy.ledger_door import heading, is_told, rows_told
from policy.ledger_export import plain_decimal, write_whole
from policy.ledger_load import CURRENCY
from policy.ledger_mapping import OCF, Taking, read_mapping
from policy.ledger_ocf import MANIFEST
from policy.ledger_values import CellRule

VERSION = "1.2.0"
_MOST_DECIMALS = 10
_OMITTED = {"omitted": True, "comment": "Not known"}
_FILES = {
    "STAKEHOLDER": ("Stakeholders", "stakeholders_files", "OCF_STAKEHOLDERS_FILE"),
    "STOCK_CLASS": ("StockClasses", "stock_classes_files", "OCF_STOCK_CLASSES_FILE"),
    "STOCK_PLAN": ("StockPlans", "stock_plans_files", "OCF_STOCK_PLANS_FILE"),
    "VESTING_TERMS": ("VestingTerms", "vesting_terms_files", "OCF_VESTING_TERMS_FILE"),
    "VALUATION": ("Valuations", "valuations_files", "OCF_VALUATIONS_FILE"),
}
_TRANSACTIONS = ("Transactions", "transactions_files", "OCF_TRANSACTIONS_FILE")


def export_ocf(case: Case, target: Path) -> list[str]:
    """Write a package into a folder; what was written and what has no place, in lines.

    Raises `ClausebookError` for a folder that cannot be written.
    """
    mapping, _ = read_mapping(OCF, case.book)
    placed: set[str] = set()
    items: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    lines: list[str] = []
    left: dict[str, int] = {}
    for taking in mapping.takings:
        table = case.facts.tables.get(taking.relation.name)
        if table is None or "." in taking.table or taking.relation.name in placed:
            continue
        placed.add(taking.relation.name)
        objects = list(_objects(case, taking, table, left))
        if objects:
            items.setdefault(_FILES.get(taking.table, _TRANSACTIONS), []).extend(objects)
            lines.append(f"{len(objects):,} of {taking.relation.name} as {taking.table}")
    files: dict[str, list[dict[str, str]]] = {key: [] for _, key, _ in (*_FILES.values(), _TRANSACTIONS)}
    for (name, key, file_type), objects in items.items():
        text = json_text({"file_type": file_type, "items": objects}) + "\n"
        write_whole(target / f"{name}.ocf.json", text)
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        files[key].append({"filepath": f"./{name}.ocf.json", "md5": digest})
    manifest: dict[str, Any] = {"ocf_version": VERSION, "file_type": MANIFEST}
    if case.facts.complete_to is not None:
        manifest["as_of"] = case.facts.complete_to.isoformat()
    manifest |= {"issuer": {"id": "issuer", "object_type": "ISSUER", "legal_name": case.book.title}, **files}
    write_whole(target / "Manifest.ocf.json", json_text(manifest) + "\n")
    lines += [f"left out: {count:,} {what}" for what, count in left.items()]
    for name, table in case.facts.tables.items():
        if name not in placed and is_told(case, table.relation) and (rows := rows_told(case, table)):
            lines.append(f"no place for: {len(rows):,} of {heading(case, name)}")
    return lines


def _objects(case: Case, taking: Taking, table: Table, left: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The records of a table as objects."""
    for number in rows_told(case, table):
        name, *cells = table.cells(number)
        made: dict[str, Any] = {"object_type": taking.table, "id": name}
        for path in dict.fromkeys((taking.name, taking.key)):
            if path and "{" not in path:
                _put(made, path, name)
        for column, cell in zip(table.relation.columns[1:], cells, strict=True):
            rule = taking.rules.get(column.name)
            if cell is NONE:
                continue
            if cell is UNKNOWN and rule is not None:
                _put(made, rule.column, dict(_OMITTED))
            if cell is UNKNOWN or rule is None or not _place(made, rule, cell):
                what = f"{table.relation.name}: {column.name}"
                left[what] = left.get(what, 0) + 1
        yield made


def _place(made: dict[str, Any], rule: CellRule, cell: Any) -> bool:
    """Put a value where the mapping takes it from; False where it has no place there."""
    if rule.over and isinstance(cell, (int, Fraction)):
        fraction = Fraction(cell)
        _put(made, rule.column, str(fraction.numerator))
        _put(made, rule.over, str(fraction.denominator))
        return True
    said = _said(rule, cell)
    if said is None:
        return False
    _put(made, rule.column, said)
    if rule.currency:
        _put(made, rule.currency, CURRENCY)
    return True


def _said(rule: CellRule, cell: Any) -> str | None:
    """A value as the format writes it: numbers are texts of at most ten decimals."""
    if rule.values:
        return next((text for text, value in rule.values.items() if value == cell), None)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (int, Fraction)):
        text = plain_decimal(Fraction(cell))
        return text if text and len(text.partition(".")[2]) <= _MOST_DECIMALS else None
    return cell if isinstance(cell, str) else None


def _put(made: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for name in outer:
        made = made.setdefault(name, {})
    made[last] = value
