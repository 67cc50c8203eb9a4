"""What version 1.2 of Open Cap Format wants of each kind of object, and where somebody states it whom facts do not.

A file of TOML fills what no fact says: a table for each kind of object, with the fields that every object of the kind
gets where it has none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.document import read_source
from policy.ledger_ocf import FIELDS, MANIFEST

_OF_SECURITIES = ("date", "security_id")
WANTED: Mapping[str, tuple[str, ...]] = {
    MANIFEST: ("as_of", "generated_at"),
    "ISSUER": ("legal_name", "formation_date", "country_of_formation"),
    "STAKEHOLDER": ("name", "stakeholder_type"),
    "STOCK_CLASS": (
        *("name", "class_type", "default_id_prefix", "initial_shares_authorized"),
        *("votes_per_share", "seniority"),
    ),
    "STOCK_PLAN": ("plan_name", "initial_shares_reserved"),
    "VESTING_TERMS": ("name", "description", "allocation_type", "vesting_conditions"),
    "VALUATION": ("price_per_share", "effective_date", "stock_class_id", "valuation_type"),
    "TX_EQUITY_COMPENSATION_ISSUANCE": (
        *(*_OF_SECURITIES, "custom_id", "stakeholder_id", "security_law_exemptions", "compensation_type", "quantity"),
        *("expiration_date", "termination_exercise_windows"),
    ),
    "TX_EQUITY_COMPENSATION_EXERCISE": (*_OF_SECURITIES, "quantity", "resulting_security_ids"),
    "TX_EQUITY_COMPENSATION_CANCELLATION": (*_OF_SECURITIES, "quantity", "reason_text"),
    "TX_EQUITY_COMPENSATION_RELEASE": (
        *(*_OF_SECURITIES, "quantity", "resulting_security_ids", "settlement_date", "release_price"),
    ),
    "TX_EQUITY_COMPENSATION_REPRICING": (*_OF_SECURITIES, "new_exercise_price"),
    "TX_EQUITY_COMPENSATION_RETRACTION": (*_OF_SECURITIES, "reason_text"),
    "TX_VESTING_START": (*_OF_SECURITIES, "vesting_condition_id"),
    "TX_VESTING_EVENT": (*_OF_SECURITIES, "vesting_condition_id"),
    "TX_VESTING_ACCELERATION": (*_OF_SECURITIES, "quantity", "reason_text"),
    "TX_STOCK_PLAN_POOL_ADJUSTMENT": ("date", "stock_plan_id", "shares_reserved"),
    "TX_STOCK_PLAN_RETURN_TO_POOL": (*_OF_SECURITIES, "stock_plan_id", "quantity", "reason_text"),
    "TX_STOCK_CLASS_SPLIT": ("date", "stock_class_id", "split_ratio"),
}
"""The fields, beside the id, without which an object is not valid."""
_PRICES = {
    "OPTION": "exercise_price",
    "OPTION_ISO": "exercise_price",
    "OPTION_NSO": "exercise_price",
    "CSAR": "base_price",
    "SSAR": "base_price",
}
"""What compensation of a kind has besides."""
_MORE = {MANIFEST: ("comments",), "ISSUER": ("dba", "country_subdivision_of_formation", "tax_ids", "comments")}
_EXAMPLE = ('[ISSUER] and under it formation_date = "2015-01-01"',)

Fill = Mapping[str, Mapping[str, Any]]


def wanting(made: Mapping[str, Any]) -> Iterator[str]:
    """The fields that an object would need to be valid; a value that is not known is none."""
    kind = made.get("object_type", MANIFEST)
    price = _PRICES.get(str(made.get("compensation_type")))
    for name in (*WANTED[kind], *((price,) if price else ())):
        if name not in made:
            yield name
    yield from (name for name, value in made.items() if isinstance(value, dict) and value.get("omitted") is True)


def read_fill(path: Path) -> Fill:
    """What a file states. Raises `ClausebookError` for one that cannot be read, or names what the format has not."""
    source, problems = read_source(path)
    if source is None:
        raise ClausebookError(*problems)
    try:
        data = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ClausebookError(_wrong(f"{path} is no TOML: {error}", _EXAMPLE)) from None
    for kind, fields in data.items():
        if kind not in WANTED or not isinstance(fields, dict):
            raise ClausebookError(_wrong(f"{path}: `{kind}` is no kind of object", tuple(WANTED), kind))
        known = {*WANTED[kind], *FIELDS.get(kind, _MORE.get(kind, ()))}
        for name in fields:
            if name not in known:
                raise ClausebookError(_wrong(f"{path}: {kind} has no `{name}`", tuple(sorted(known)), name))
    return {kind: {name: _plain(value) for name, value in fields.items()} for kind, fields in data.items()}


def _wrong(message: str, expected: tuple[str, ...], word: str = "") -> Diagnostic:
    return Diagnostic("E0557", message, None, expected, nearest(word, expected) if word else ())


def _plain(value: Any) -> Any:
    """A value as the format writes it: days and numbers are texts."""
    match value:
        case bool():
            return value
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
    return value
