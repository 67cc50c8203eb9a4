"""Facts written as a package of Open Cap Format 1.2: what the schema has a place for, and a list of what it has not.

The shipped mapping is read the other way round. Nothing is made up. An attribute that is not known is written as
omitted, which the schema does not allow, for a field that is simply missing would say that there is none: a grant
without terms is vested. So a package is valid, or it is told field by field why it is not. Names serve as ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import define, field

from engine.facts import Table
from engine.unknowns import NONE, UNKNOWN
from policy.instrument import Case
from policy.layout import json_text
from policy.ledger_door import heading, is_told, rows_told
from policy.ledger_export import plain_decimal, write_whole
from policy.ledger_load import CURRENCY
from policy.ledger_mapping import OCF, Taking, read_mapping
from policy.ledger_ocf import MANIFEST
from policy.ledger_ocf_wanted import Fill, wanting
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
_NULLABLE = {"expiration_date"}
"""Fields that say by a null that there is none."""
_STEPS, _STARTS = "vesting step", "vesting start"


def export_ocf(case: Case, target: Path, fill: Fill | None = None) -> list[str]:
    """Write a package into a folder; what was written, what has no place and what is wanting, in lines.

    ``fill`` states what the format wants and no fact says. Raises `ClausebookError` for a folder that cannot be
    written.
    """
    return _Export(case, fill or {}).write(target)


@define
class _Export:
    case: Case
    fill: Fill
    left: Counter[str] = field(factory=Counter)
    filled: Counter[str] = field(factory=Counter)
    wanted: Counter[str] = field(factory=Counter)

    def write(self, target: Path) -> list[str]:
        mapping, _ = read_mapping(OCF, self.case.book)
        tables = self.case.facts.tables
        placed: set[str] = set()
        items: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        lines: list[str] = []
        for taking in mapping.takings:
            table = tables.get(taking.relation.name)
            if table is None or "." in taking.table or taking.relation.name in placed:
                continue
            placed.add(taking.relation.name)
            objects = [self._completed(made) for made in self._objects(taking, table)]
            if objects:
                items.setdefault(_FILES.get(taking.table, _TRANSACTIONS), []).extend(objects)
                lines.append(f"{len(objects):,} of {taking.relation.name} as {taking.table}")
        if "vesting schedule" in placed and _STEPS in tables:
            placed.add(_STEPS)
        files: dict[str, list[dict[str, str]]] = {key: [] for _, key, _ in (*_FILES.values(), _TRANSACTIONS)}
        for (name, key, file_type), objects in items.items():
            text = json_text({"file_type": file_type, "items": objects}) + "\n"
            write_whole(target / f"{name}.ocf.json", text)
            digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
            files[key].append({"filepath": f"./{name}.ocf.json", "md5": digest})
        write_whole(target / "Manifest.ocf.json", json_text(self._manifest(files)) + "\n")
        lines += [f"left out: {count:,} {what}" for what, count in self.left.items()]
        lines += [f"filled in: {count:,} {what}" for what, count in self.filled.items()]
        for name, table in tables.items():
            if name not in placed and is_told(self.case, table.relation) and (rows := rows_told(self.case, table)):
                lines.append(f"no place for: {len(rows):,} of {heading(self.case, name)}")
        return lines + [f"not valid without: {count:,} {what}" for what, count in self.wanted.items()]

    def _manifest(self, files: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
        manifest: dict[str, Any] = {"ocf_version": VERSION, "file_type": MANIFEST}
        if self.case.facts.complete_to is not None:
            manifest["as_of"] = self.case.facts.complete_to.isoformat()
        issuer = {"id": "issuer", "object_type": "ISSUER", **({} if "ISSUER" in self.fill else self._named())}
        manifest |= {"issuer": self._completed(issuer), "stock_legend_templates_files": [], **files}
        return self._completed(manifest)

    def _named(self) -> dict[str, str]:
        return {"legal_name": self.case.book.title}

    def _completed(self, made: dict[str, Any]) -> dict[str, Any]:
        """An object with what is filled in, and note of what it still wants."""
        kind = made.get("object_type", MANIFEST)
        for name, value in self.fill.get(kind, {}).items():
            if name not in made:
                made[name] = value
                self.filled[f"{kind}: {name}"] += 1
        for name in wanting(made):
            self.wanted[f"{kind}: {name}"] += 1
        return made

    # ----------------------------------------------------------- objects

    def _objects(self, taking: Taking, table: Table) -> Iterator[dict[str, Any]]:
        """The records of a table as objects."""
        for number in rows_told(self.case, table):
            name, *cells = table.cells(number)
            made: dict[str, Any] = {"object_type": taking.table, "id": name}
            for path in dict.fromkeys((taking.name, taking.key)):
                if path and "{" not in path:
                    _put(made, path, name)
            for column, cell in zip(table.relation.columns[1:], cells, strict=True):
                rule = taking.rules.get(column.name)
                if cell is NONE:
                    if rule is not None and rule.column in _NULLABLE:
                        made[rule.column] = None
                elif cell is UNKNOWN and rule is not None and "." not in rule.column:
                    made[rule.column] = dict(_OMITTED)
                elif cell is UNKNOWN and rule is not None:
                    _put(made, rule.column.partition(".")[0], dict(_OMITTED))
                if cell is not NONE and (cell is UNKNOWN or rule is None or not _place(made, rule, cell)):
                    self.left[f"{table.relation.name}: {column.name}"] += 1
            self._add_steps(made)
            made.pop("step", None)
            yield made

    def _add_steps(self, made: dict[str, Any]) -> None:
        """What an object says of vesting steps: terms have them within, acts name them."""
        match made["object_type"]:
            case "VESTING_TERMS":
                conditions = list(self._conditions(lambda step: step.get("vesting schedule") == made["id"]))
                if conditions:
                    made["vesting_conditions"] = conditions
                    made.setdefault("description", made["name"])
            case "TX_VESTING_EVENT" if isinstance(made.get("step"), str):
                made["vesting_condition_id"] = made["step"]
            case "TX_VESTING_START":
                grants = self.case.facts.tables.get("grant")
                rows = grants.rows_of((made.get("security_id"),)) if grants is not None else ()
                schedules = [_row(grants, number).get("vesting schedule") for number in rows if grants is not None]
                starts = [
                    each["id"]
                    for each in self._conditions(lambda step: step.get("vesting schedule") in schedules)
                    if each["trigger"].get("type") == "VESTING_START_DATE"
                ]
                if len(starts) == 1:
                    made["vesting_condition_id"] = starts[0]

    def _conditions(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Iterator[dict[str, Any]]:
        """The vesting steps that are wanted as vesting conditions; one of which something is not known is none."""
        table = self.case.facts.tables.get(_STEPS)
        steps = [_row(table, number) for number in rows_told(self.case, table)] if table is not None else []
        for step in filter(wanted, steps):
            if UNKNOWN not in step.values() and "trigger" in step:
                following = [each[""] for each in steps if each.get("earlier step") == step[""]]
                yield _condition(step, following)


_TRIGGERS = {
    "start of vesting": "VESTING_START_DATE",
    "passage of time": "VESTING_SCHEDULE_RELATIVE",
    "event": "VESTING_EVENT",
    "fixed day": "VESTING_SCHEDULE_ABSOLUTE",
}


def _condition(step: Mapping[str, Any], following: list[str]) -> dict[str, Any]:
    trigger: dict[str, Any] = {"type": _TRIGGERS[step["trigger"]]}
    if step["trigger"] == "passage of time":
        period = {"type": "MONTHS", "length": step.get("months"), "occurrences": step.get("times")}
        trigger["period"] = {**period, "day_of_month": "VESTING_START_DAY_OR_LAST_DAY_OF_MONTH"}
        trigger["relative_to_condition_id"] = step.get("origin")
    if step["trigger"] == "fixed day":
        trigger["date"] = step["fixed date"].isoformat()
    made: dict[str, Any] = {"id": step[""], "trigger": trigger, "next_condition_ids": following}
    if step.get("part", NONE) is not NONE:
        part = Fraction(step["part"])
        made["portion"] = {
            "numerator": str(part.numerator),
            "denominator": str(part.denominator),
            "remainder": step.get("base") == "rest of the grant",
        }
    elif step.get("shares", NONE) is not NONE:
        made["quantity"] = plain_decimal(Fraction(step["shares"]))
    return made


def _row(table: Table, number: int) -> dict[str, Any]:
    """A record's attributes by name; its own name under an empty one."""
    names = ["", *(column.name for column in table.relation.columns[1:])]
    return dict(zip(names, table.cells(number), strict=True))


# -------------------------------------------------------------------- values


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
