"""Open Cap Format packages, versions 1.0 to 1.2: objects to sheets, one for each kind of object.

A field of a field is a column (``exercise_price.amount``); a list of objects is a sheet of its own
(``VESTING_TERMS.vesting_conditions``) with the column ``of``, the id of the object it belongs to (of an object within
an object, both ids). Older names are read
as those of 1.2. What the schemas do not have is reported and passed over, and so are kinds of objects that no plan asks
about.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import compress
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import define, field

from policy.diagnostic import Diagnostic, nearest
from policy.ledger_cells import Cell, Column, RowSource, Sheet, Unread
from policy.ledger_ocf_vesting import WITHIN, relate_acts, relate_conditions, relate_listed
from policy.ledger_workbook import wrong_archive
from policy.source import Span

MANIFEST = "OCF_MANIFEST_FILE"
_MOST_BYTES = 256 * 1024**2
_DEEPEST = 60
_UNIT = "item"
_VERSION = re.compile(r"1\.[012](?:\.|$)")

_OBJECT = {"id", "comments", "object_type"}
_SECURITY = {*_OBJECT, "date", "security_id"}
_ENDS = {*_SECURITY, "quantity", "reason_text", "consideration_text", "resulting_security_ids", "balance_security_id"}
_NOT_OF_RELEASES = {"reason_text", "balance_security_id"}
FIELDS: Mapping[str, frozenset[str]] = {
    name: frozenset(fields)
    for name, fields in {
        "STAKEHOLDER": {
            *_OBJECT, "name", "stakeholder_type", "issuer_assigned_id", "current_relationship",
            "primary_contact", "contact_info", "addresses", "tax_ids",
        },
        "STOCK_CLASS": {
            *_OBJECT, "name", "class_type", "default_id_prefix", "initial_shares_authorized",
            "board_approval_date", "stockholder_approval_date", "votes_per_share",
            "par_value", "price_per_share", "seniority", "conversion_rights", "liquidation_preference_multiple",
            "participation_cap_multiple",
        },
        "STOCK_PLAN": {
            *_OBJECT, "plan_name", "board_approval_date", "stockholder_approval_date", "initial_shares_reserved",
            "default_cancellation_behavior", "stock_class_id", "stock_class_ids",
        },
        "VESTING_TERMS": {*_OBJECT, "name", "description", "allocation_type", "vesting_conditions"},
        "VESTING_TERMS.vesting_conditions": {
            "of", "id", "description", "portion", "quantity", "trigger", "next_condition_ids",
        },
        "VALUATION": {
            *_OBJECT, "provider", "board_approval_date", "stockholder_approval_date", "price_per_share",
            "effective_date", "stock_class_id", "valuation_type",
        },
        "TX_EQUITY_COMPENSATION_ISSUANCE": {
            *_SECURITY, "custom_id", "stakeholder_id", "board_approval_date", "stockholder_approval_date",
            "consideration_text", "security_law_exemptions", "stock_plan_id", "stock_class_id", "compensation_type",
            "option_grant_type", "quantity", "exercise_price", "base_price", "early_exercisable", "vesting_terms_id",
            "vestings", "expiration_date", "termination_exercise_windows",
        },
        "TX_EQUITY_COMPENSATION_EXERCISE": _ENDS - {"balance_security_id", "reason_text"},
        "TX_EQUITY_COMPENSATION_CANCELLATION": _ENDS - {"resulting_security_ids", "consideration_text"},
        "TX_EQUITY_COMPENSATION_TRANSFER": _ENDS - {"reason_text"},
        "TX_EQUITY_COMPENSATION_RELEASE": {*_ENDS, "settlement_date", "release_price"} - _NOT_OF_RELEASES,
        "TX_EQUITY_COMPENSATION_REPRICING": {*_SECURITY, "new_exercise_price"},
        "TX_EQUITY_COMPENSATION_RETRACTION": {*_SECURITY, "reason_text"},
        "TX_EQUITY_COMPENSATION_ACCEPTANCE": _SECURITY,
        "TX_VESTING_START": {*_SECURITY, "vesting_condition_id"},
        "TX_VESTING_EVENT": {*_SECURITY, "vesting_condition_id"},
        "TX_VESTING_ACCELERATION": {*_SECURITY, "quantity", "reason_text"},
        "TX_STOCK_PLAN_POOL_ADJUSTMENT": {
            *_OBJECT, "date", "stock_plan_id", "board_approval_date", "stockholder_approval_date", "shares_reserved",
        },
        "TX_STOCK_PLAN_RETURN_TO_POOL": {*_SECURITY, "stock_plan_id", "quantity", "reason_text"},
        "TX_STOCK_CLASS_SPLIT": {*_OBJECT, "date", "stock_class_id", "split_ratio"},
    }.items()
}  # fmt: skip
"""The fields that some version from 1.0 to 1.2 has, by kind of object."""

_MONEY = frozenset(("amount", "currency"))
INNER: Mapping[str, frozenset[str]] = {
    "name": frozenset(("legal_name", "first_name", "last_name")),
    "split_ratio": frozenset(("numerator", "denominator")),
    "portion": frozenset(("numerator", "denominator", "remainder")),
    "trigger": frozenset(
        (
            "type",
            "date",
            "relative_to_condition_id",
            *map("period.{}".format, ("length", "type", "occurrences", "day_of_month")),
        )
    ),
    **dict.fromkeys(("exercise_price", "base_price", "price_per_share", "par_value", "new_exercise_price"), _MONEY),
}
"""The fields of fields from which facts are taken."""


@define
class Package:
    """The files of a package: a folder's, or those of an archive."""

    name: str
    root: Path | None
    archive: zipfile.ZipFile | None = None

    def read(self, filepath: str) -> bytes | Diagnostic:
        """The bytes of a file of the package, which its manifest names."""
        inside = PurePosixPath(filepath.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in filepath:
            return Diagnostic("E0553", f"the manifest names {filepath!r}, which is no file inside the package", None)
        if self.archive is not None:
            return self._packed(inside)
        assert self.root is not None
        path = (self.root / inside).resolve()
        if not path.is_relative_to(self.root.resolve()):
            return Diagnostic("E0553", f"the manifest names {filepath!r}, which leads out of the package", None)
        if not path.is_file():
            return Diagnostic("E0553", f"the package has no file {filepath!r}, which its manifest names", None)
        if path.stat().st_size > _MOST_BYTES:
            return Diagnostic("E0543", f"{path} is larger than {_MOST_BYTES // 1024**2} MiB", None)
        return path.read_bytes()

    def _packed(self, inside: PurePosixPath) -> bytes | Diagnostic:
        assert self.archive is not None
        found = [each for each in self.archive.namelist() if PurePosixPath(each) == inside]
        try:
            return self.archive.read(found[0])
        except (IndexError, KeyError, RuntimeError, zipfile.BadZipFile, EOFError, NotImplementedError):
            return Diagnostic("E0553", f"the package has no file {str(inside)!r} that can be read", None)


_OTHERS = re.compile(
    r"ISSUER|DOCUMENT|FINANCING|STOCK_LEGEND_TEMPLATE|(TX_(STOCK|CONVERTIBLE|WARRANT|ISSUER|STAKEHOLDER)|CE_STAKEHOLDER)_\w+"
)
"""The kinds of objects of which a plan's record says nothing."""


def is_act(name: str) -> bool:
    """Whether a sheet holds what was done under a plan, so that an answer may be another without it."""
    return name in FIELDS and name.startswith("TX_") and name != "TX_EQUITY_COMPENSATION_ACCEPTANCE"


def is_package(path: Path) -> bool:
    """Whether a path is an OCF package: a folder with a manifest, the manifest, or an archive of them."""
    if path.is_dir():
        return _manifest_in(path) is not None
    return path.name.lower().endswith((".ocf.zip", "manifest.ocf.json"))


def _manifest_in(folder: Path) -> Path | None:
    return next((each for each in sorted(folder.iterdir()) if each.name.lower().endswith("manifest.ocf.json")), None)


def read_package(path: Path) -> tuple[list[Sheet], date | None, tuple[Diagnostic, ...]]:
    """The sheets of a package, the day as of which it is, and what is wrong with it."""
    opened = _opened(path)
    if isinstance(opened, Diagnostic):
        return [], None, (opened,)
    package, data = opened
    manifest = _parsed(package.name, data)
    if isinstance(manifest, Diagnostic):
        return [], None, (manifest,)
    problems = _wrong_manifest(package.name, manifest)
    if problems:
        return [], None, tuple(problems)
    gathered = _Gathered()
    for filepath in _files(manifest):
        shown = f"{package.name}/{filepath.removeprefix('./')}"
        read = package.read(filepath)
        items = read if isinstance(read, Diagnostic) else _items(shown, read)
        if isinstance(items, Diagnostic):
            problems.append(items)
        else:
            gathered.take(shown, items)
    as_of = manifest.get("as_of")
    try:
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else None
    except ValueError:
        problems.append(Diagnostic("E0553", f"{package.name}: `as_of` is no day", None))
        day = None
    return gathered.sheets(package.name), day, (*problems, *gathered.findings())


def _opened(path: Path) -> tuple[Package, bytes] | Diagnostic:
    """The package at a path, and its manifest's bytes."""
    if path.is_file() and path.suffix == ".zip":
        data = path.read_bytes()
        if (problem := wrong_archive(str(path), data)) is not None:
            return problem
        archive = zipfile.ZipFile(BytesIO(data))
        names = sorted(name for name in archive.namelist() if name.lower().endswith("manifest.ocf.json"))
        if not names or "/" in names[0]:
            return Diagnostic("E0553", f"{path} has no manifest at its top", None, ("Manifest.ocf.json",))
        return Package(str(path), None, archive), archive.read(names[0])
    manifest = _manifest_in(path) if path.is_dir() else path
    if manifest is None:
        return Diagnostic("E0553", f"{path} has no manifest", None, ("Manifest.ocf.json",))
    if manifest.stat().st_size > _MOST_BYTES:
        return Diagnostic("E0543", f"{manifest} is larger than {_MOST_BYTES // 1024**2} MiB", None)
    return Package(str(manifest.parent), manifest.parent), manifest.read_bytes()


# ------------------------------------------------------------------- JSON


def _parsed(name: str, data: bytes) -> Any:
    try:
        found = json.loads(
            data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        return Diagnostic("E0553", f"{name}: byte {error.start + 1} is not UTF-8", None)
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Diagnostic("E0553", f"{name} is no JSON that can be read: {said[:200]}", None)
    if _is_too_deep(found):
        return Diagnostic("E0553", f"{name} is nested more than {_DEEPEST} deep", None)
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a field twice")
    return found


def _is_too_deep(found: Any) -> bool:
    level = [found]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
        if not level:
            return False
    return True


def _wrong_manifest(name: str, manifest: Any) -> list[Diagnostic]:
    if not isinstance(manifest, dict) or manifest.get("file_type") != MANIFEST:
        return [Diagnostic("E0553", f"{name}: the manifest is none", None, (f'"file_type": "{MANIFEST}"',))]
    version = manifest.get("ocf_version")
    if not isinstance(version, str) or _VERSION.match(version) is None:
        message = f"{name} is of version {str(version)[:40]}"
        return [Diagnostic("E0553", message, None, ("a version from 1.0 to 1.2",))]
    return []


def _files(manifest: Mapping[str, Any]) -> Iterator[str]:
    for key, listed in manifest.items():
        if key.endswith("_files") and isinstance(listed, list):
            for entry in listed:
                if isinstance(entry, dict) and isinstance(entry.get("filepath"), str):
                    yield entry["filepath"]


def _items(name: str, data: bytes) -> list[Any] | Diagnostic:
    found = _parsed(name, data)
    if isinstance(found, Diagnostic):
        return found
    items = found.get("items") if isinstance(found, dict) else None
    return items if isinstance(items, list) else Diagnostic("E0553", f"{name} has no list of `items`", None)


# ----------------------------------------------------------------- objects


@define
class _Rows:
    """The rows of one kind of object, from all files."""

    cells: list[dict[str, Cell]] = field(factory=list)
    files: list[str] = field(factory=list)
    items: list[int] = field(factory=list)

    def leave_out(self, securities: set[str]) -> None:
        """Without the rows about these securities."""
        keep = [cells.get("security_id") not in securities for cells in self.cells]
        self.cells = list(compress(self.cells, keep))
        self.files = list(compress(self.files, keep))
        self.items = list(compress(self.items, keep))


@define
class _Gathered:
    kinds: dict[str, _Rows] = field(factory=dict)
    _off: dict[tuple[str, str, str], list[tuple[int, str]]] = field(factory=dict)
    _passed: dict[str, list[tuple[str, int]]] = field(factory=dict)
    _wrong: list[Diagnostic] = field(factory=list)
    _others: set[str] = field(factory=set)
    """The securities that are no compensation: what vests under them is no part of a plan's record either."""

    def take(self, file: str, items: list[Any]) -> None:
        for number, item in enumerate(items, 1):
            kind = item.get("object_type") if isinstance(item, dict) else None
            if not isinstance(kind, str):
                span = _place(file, number, str(item)[:60])
                self._wrong.append(Diagnostic("E0553", "an item that is no object with an `object_type`", span))
                continue
            kind = kind.replace("TX_PLAN_SECURITY_", "TX_EQUITY_COMPENSATION_", 1)
            if kind not in FIELDS:
                if _OTHERS.fullmatch(kind) is None:
                    message = f"no version from 1.0 to 1.2 has objects of the kind {kind[:60]!r}"
                    span = _place(file, number, kind[:60])
                    self._wrong.append(Diagnostic("E0553", message, span, (), nearest(kind, FIELDS)))
                    continue
                self._passed.setdefault(kind, []).append((file, number))
                if kind.endswith("_ISSUANCE") and isinstance(item.get("security_id"), str):
                    self._others.add(item["security_id"])
                continue
            self._object(kind, file, number, _as_of_1_2(kind, item))

    def _object(self, kind: str, file: str, number: int, item: Mapping[str, Any]) -> None:
        rows = self.kinds.setdefault(kind, _Rows())
        known = FIELDS.get(kind)
        cells: dict[str, Cell] = {}
        for name, value in item.items():
            if known is not None and name not in known:
                self._off.setdefault((kind, name, file), []).append((number, str(item.get("id", ""))))
                continue
            if isinstance(value, list):
                self._list(f"{kind}.{name}", file, number, item, value)
                value = value[0] if len(value) == 1 and not isinstance(value[0], (dict, list)) else None
            found: dict[str, Cell] = {}
            _flatten(name, value, found)
            for inner in [each for each in found if "." in each and name in INNER]:
                if inner.removeprefix(f"{name}.") not in INNER[name]:
                    del found[inner]
                    self._off.setdefault((kind, inner, file), []).append((number, str(item.get("id", ""))))
            cells |= found
        rows.cells.append(cells)
        rows.files.append(file)
        rows.items.append(number)

    def _list(self, kind: str, file: str, number: int, of: Mapping[str, Any], values: list[Any]) -> None:
        for value in values:
            inner = value if isinstance(value, dict) else {"value": value}
            if isinstance(of.get("id"), str):
                around = {"of": f"{of['of']} {of['id']}", WITHIN: of["of"]} if "of" in of else {"of": of["id"]}
                self._object(kind, file, number, {**around, **inner})

    def sheets(self, package: str) -> list[Sheet]:
        found: list[Sheet] = []
        for rows in self.kinds.values():
            rows.leave_out(self._others)
        self._relate()
        for kind, rows in sorted(self.kinds.items()):
            names = dict.fromkeys(name for cells in rows.cells for name in cells)
            columns = {name: Column([cells.get(name) for cells in rows.cells]) for name in names}
            found.append(Sheet(f"{package}[{kind}]", kind, columns, rows.items, (), _UNIT, rows.files, True))
        return found

    def _relate(self) -> None:
        """Say of conditions, and of what was done about them, what they are to each other."""
        issuances = self._cells("TX_EQUITY_COMPENSATION_ISSUANCE")
        conditions = self._cells("VESTING_TERMS.vesting_conditions")
        relate_conditions(conditions, self._cells("VESTING_TERMS.vesting_conditions.next_condition_ids"))
        relate_acts([*self._cells("TX_VESTING_START"), *self._cells("TX_VESTING_EVENT")], issuances)
        relate_listed(self._cells("TX_EQUITY_COMPENSATION_ISSUANCE.vestings"), issuances)

    def _cells(self, kind: str) -> list[dict[str, Cell]]:
        return self.kinds[kind].cells if kind in self.kinds else []

    def findings(self) -> Iterator[Diagnostic]:
        yield from self._wrong
        for (kind, name, file), places in sorted(self._off.items()):
            number, id = places[0]
            more = f", and {len(places) - 1} more" if len(places) > 1 else ""
            message = f"no version from 1.0 to 1.2 has `{name}` in {kind}{more}: passed over"
            yield Diagnostic("W0010", message, _place(file, number, id))
        for kind, found in sorted(self._passed.items()):
            file, number = found[0]
            message = f"{len(found)} of {kind}: no part of a plan's record, passed over"
            yield Diagnostic("W0011", message, _place(file, number, kind))


def _place(file: str, number: int, text: str) -> Span:
    source = RowSource(file, " ".join(text.split()), number, _UNIT)
    return Span(source, 0, len(source.text))


def _as_of_1_2(kind: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object with what older versions say otherwise said as 1.2 says it."""
    said = {**item, "object_type": kind}
    option = item.get("option_grant_type")
    if (
        kind == "TX_EQUITY_COMPENSATION_ISSUANCE"
        and said.get("compensation_type") == "OPTION"
        and option in ("ISO", "NSO")
    ):
        said["compensation_type"] = f"OPTION_{option}"
    if kind == "STOCK_PLAN" and "stock_class_ids" not in said and isinstance(said.get("stock_class_id"), str):
        said["stock_class_ids"] = [said["stock_class_id"]]
    return said


def _flatten(name: str, value: Any, cells: dict[str, Cell]) -> None:
    match value:
        case {"omitted": True}:
            cells[name] = "?"
        case dict():
            for inner, each in value.items():
                _flatten(f"{name}.{inner}", each, cells)
        case bool():
            cells[name] = "true" if value else "false"
        case str() | int() | Decimal() | None:
            cells[name] = value
        case _:
            cells[name] = Unread("E0552", "a list is no cell")
