"""Open Cap Format held against models made from its schemas: what is read of it, and what is written.

``pyocf`` is generated from the schemas of version 1.2, which have every field that 1.0 and 1.1 have. Its models allow
further fields, as the schemas do not, and leave out which price a kind of compensation needs; both are tried here.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pydantic
import pyocf.objects
import pytest
from jsonschema import Draft202012Validator as Validator
from pyocf.files.ocfmanifestfile import OCFManifestFile
from pyocf.types.vesting.vestingcondition import VestingCondition

from policy.diagnostic import ClausebookError
from policy.instrument import Instrument, load
from policy.ledger_ocf import FIELDS, INNER, MANIFEST
from policy.ledger_ocf_export import export_ocf
from policy.ledger_ocf_wanted import WANTED, read_fill

SAMPLES = Path(__file__).parent / "ocf"
FILL = """
[OCF_MANIFEST_FILE]
generated_at = "2023-06-29T00:00:00Z"

[ISSUER]
legal_name = "Acme Holdings, Inc."
formation_date = 2015-01-01
country_of_formation = "US"

[STAKEHOLDER]
stakeholder_type = "INDIVIDUAL"

[STOCK_CLASS]
class_type = "COMMON"
default_id_prefix = "CS-"
initial_shares_authorized = 10000000
votes_per_share = 1
seniority = 1

[STOCK_PLAN]
plan_name = "2015 Plan"
initial_shares_reserved = 1000000

[VALUATION]
valuation_type = "409A"
stock_class_id = "common"

[TX_EQUITY_COMPENSATION_ISSUANCE]
security_law_exemptions = []
termination_exercise_windows = []

[TX_EQUITY_COMPENSATION_EXERCISE]
resulting_security_ids = ["shares"]

[TX_EQUITY_COMPENSATION_CANCELLATION]
reason_text = "as recorded"
"""


def models() -> Iterator[tuple[str, type[pydantic.BaseModel]]]:
    for found in pkgutil.walk_packages(pyocf.objects.__path__, "pyocf.objects."):
        module = import_module(found.name)
        for each in vars(module).values():
            is_model = isinstance(each, type) and issubclass(each, pydantic.BaseModel)
            if is_model and each.__module__ == found.name and "object_type" in each.model_fields:
                yield str(each.model_fields["object_type"].default), each


MODELS = dict(models())


def schema_of(model: type[pydantic.BaseModel]) -> Any:
    """The schema of a model, which allows no further fields."""
    schema = model.model_json_schema()
    for each in (schema, *schema.get("$defs", {}).values()):
        if each.get("type") == "object":
            each["additionalProperties"] = False
    return schema


@pytest.mark.parametrize("kind", [kind for kind in FIELDS if "." not in kind])
def test_the_fields_that_are_read_are_those_of_the_schema(kind: str) -> None:
    assert set(FIELDS[kind]) == set(MODELS[kind].model_fields)


def test_the_fields_of_fields_are_those_of_the_schema() -> None:
    assert set(FIELDS["VESTING_TERMS.vesting_conditions"]) == {"of", *VestingCondition.model_fields}
    parts = VestingCondition.model_json_schema()["$defs"]
    triggers = {name for each, part in parts.items() if "Trigger" in each for name in part.get("properties", {})}
    periods = {f"period.{name}" for each, part in parts.items() if "PeriodIn" in each for name in part["properties"]}
    assert set(INNER["trigger"]) == (triggers - {"period"}) | periods
    assert set(INNER["portion"]) == set(parts["VestingConditionPortion"]["properties"])


@pytest.mark.parametrize("kind", WANTED)
def test_the_fields_that_are_wanted_are_those_that_the_schema_requires(kind: str) -> None:
    model = OCFManifestFile if kind == MANIFEST else MODELS[kind]
    required = {name for name, each in model.model_fields.items() if each.is_required()}
    ours = {"id", "issuer"} | {name for name in required if name.endswith("_files")}
    assert set(WANTED[kind]) == required - ours


@pytest.fixture(scope="module")
def plan() -> Instrument:
    return load(SAMPLES / "plan.md")


def errors(folder: Path) -> list[str]:
    """What in a written package is not valid."""
    manifest = json.loads((folder / "Manifest.ocf.json").read_text("utf-8"))
    found = [(MANIFEST, each) for each in Validator(schema_of(OCFManifestFile)).iter_errors(manifest)]
    listed = {each["filepath"] for key in manifest if key.endswith("_files") for each in manifest[key]}
    assert listed == {f"./{path.name}" for path in folder.iterdir()} - {"./Manifest.ocf.json"}
    for path in listed:
        for item in json.loads((folder / path).read_text("utf-8"))["items"]:
            kind, compensation = item["object_type"], str(item.get("compensation_type"))
            found += [(kind, each) for each in Validator(schema_of(MODELS[kind])).iter_errors(item)]
            assert "exercise_price" in item or not compensation.startswith("OPTION")
            assert "base_price" in item or not compensation.endswith("SAR")
    return [f"{kind}: {error.message}" for kind, error in found]


@pytest.mark.parametrize("sample", ["acme-holdings", "example-inc"])
def test_what_is_written_is_valid_or_it_is_told_why_not(tmp_path: Path, plan: Instrument, sample: str) -> None:
    case = plan.case(SAMPLES / sample)
    (tmp_path / "fill.toml").write_text(FILL, "utf-8")
    told = export_ocf(case, tmp_path / "filled", read_fill(tmp_path / "fill.toml"))
    lacking = [line for line in told if line.startswith("not valid without: ")]
    if sample == "acme-holdings":
        assert lacking == []
        assert errors(tmp_path / "filled") == []
    else:  # its grants name terms that are not in the package
        assert lacking == [
            "not valid without: 22 TX_EQUITY_COMPENSATION_ISSUANCE: vesting_terms_id",
            "not valid without: 22 TX_VESTING_START: vesting_condition_id",
            "not valid without: 2 TX_VESTING_EVENT: vesting_condition_id",
        ]
        assert len(errors(tmp_path / "filled")) == 46
    told = export_ocf(case, tmp_path / "bare")
    wanting = {line.split(" ")[4].rstrip(":") for line in told if line.startswith("not valid without: ")}
    assert {error.partition(":")[0] for error in errors(tmp_path / "bare")} == {
        *(wanting - {"ISSUER"}),
        MANIFEST,
    }


def test_vesting_terms_come_back_as_they_were(tmp_path: Path, plan: Instrument) -> None:
    case = plan.case(SAMPLES / "acme-holdings")
    export_ocf(case, tmp_path / "package")
    again = plan.case(tmp_path / "package")
    for day in ("May 31, 2021", "June 1, 2021", "June 29, 2023"):
        question = f"What are the vested shares of EC-1 on {day}?"
        assert again.ask(question).said == case.ask(question).said


@pytest.mark.parametrize(
    "text", ["[STAKEHOLDR]\nx = 1\n", "[STAKEHOLDER]\nkind = 1\n", "STAKEHOLDER = 1\n", "[", "a = " + "[" * 5000]
)
def test_a_file_that_fills_in_what_the_format_has_not_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "fill.toml").write_text(text, "utf-8")
    with pytest.raises(ClausebookError, match="E0557"):
        read_fill(tmp_path / "fill.toml")
