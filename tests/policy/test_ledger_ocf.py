"""Open Cap Format packages: the samples answer real questions, with totals added up by hand; what is wrong is said."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument, load
from policy.ledger_ocf import read_package
from policy.ledger_ocf_export import export_ocf

SAMPLES = Path(__file__).parent / "ocf"


@pytest.fixture(scope="module")
def plan() -> Instrument:
    return load(SAMPLES / "plan.md")


@pytest.fixture(scope="module")
def example(plan: Instrument) -> Case:
    return plan.case(SAMPLES / "example-inc", SAMPLES / "companion.md")


@pytest.fixture(scope="module")
def acme(plan: Instrument) -> Case:
    return plan.case(SAMPLES / "acme-holdings")


# ------------------------------------------------------------------ totals


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # 26 grants: 797,500 shares under 19 options, 584,500 under 7 restricted stock units, as the files list them.
        ("What are the shares granted by March 2, 2023?", "1,382,000 shares."),
        # 50,000 + 145 + 250 + 12,500 + 1,000 + 6,000 + 1,000
        ("What are the shares exercised by March 2, 2023?", "70,895 shares."),
        # 1,250.00 + 50.75 + 2.50 + 4,375.00 + 10.00 + 6,600.00 + 650.00
        ("What is the paid price by March 2, 2023?", "$12,938.25."),
        # 50,000 less 12,500
        ("What are the open shares of O-16 on March 2, 2023?", "37,500 shares."),
        # 50,000 a quarter a year from March 15, 2021: one year, then two
        ("What are the vested shares of O-16 on March 1, 2023?", "12,500 shares."),
        ("What is the appraised value on December 31, 2021?", "$2.00 per share."),
        ("What is the appraised value on March 2, 2023?", "$3.15 per share."),
        ("Is O-28 in order?", "No."),
        ("Is O-28 priced in full?", "No."),
        ("Is CS-38 in order?", "No."),
        # three grants were exercised and then cancelled whole, or more
        ("Who has a loose end?", "Sammy Sales, Eddie Engineer and Dean Dev."),
    ],
)
def test_the_export_of_version_1_0_answers(example: Case, question: str, said: str) -> None:
    assert example.ask(question).said == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What are the shares granted by June 29, 2023?", "1,080,000 shares."),  # 360,000 + 480,000 + 240,000
        ("What is the paid price by June 15, 2023?", "$2,000.00."),  # (500 + 400 + 750 + 350) at $1
        ("What are the open shares of EC-1 on June 29, 2023?", "358,000 shares."),
        ("What are the vested shares of EC-1 on May 31, 2021?", "90,000 shares."),
        ("What are the vested shares of EC-1 on June 1, 2021?", "180,000 shares."),
        ("Is EC-2 priced in full?", "Yes."),
        ("What is the ratio of the splits from January 1, 2023 to June 29, 2023?", "2."),
        ("What is EC-3's expiry date?", "May 31, 2030."),
    ],
)
def test_the_package_of_version_1_1_answers(acme: Case, question: str, said: str) -> None:
    assert acme.ask(question).said == said


def test_a_fact_is_cited_by_file_and_item(example: Case) -> None:
    assert "PlanSecurityTransactions.ocf.json, item 3" in example.ask("Is O-28 priced in full?").to_text()
    assert example.facts.complete_to is not None
    assert "The record is complete to March 2, 2023" in example.ask("Is O-28 in order?").to_text()


def test_what_the_format_has_no_place_for_comes_from_a_case_file(plan: Instrument, example: Case) -> None:
    alone = plan.case(SAMPLES / "example-inc")
    question = "Supposing that O-27's exercise price is $4.00 per share: is O-27 in order?"
    assert [case.ask(question).said for case in (alone, example)] == ["No.", "Yes."]


# ------------------------------------------------------------- what is wrong


def test_fields_outside_the_schema_are_told_and_passed_over(acme: Case) -> None:
    told = [problem.message for problem in acme.passed if problem.code == "W0010"]
    assert [message.split("`")[1] for message in told] == ["valuation_id", "cliff_condition"]


def test_what_vests_under_stock_is_none_of_the_plans(example: Case) -> None:
    assert len(example.facts.tables["vesting start"]) == 22


def test_acts_for_which_the_book_has_no_words_are_told_with_every_answer(example: Case, acme: Case) -> None:
    said = "Not among the facts, since the book has no words for them: 2 TX_VESTING_EVENT."
    assert said in example.ask("Is O-28 priced in full?").assumptions
    assert {problem.code for problem in example.passed} == {"E0548", "E0550", "W0011"}
    assert not acme.unread


def test_an_object_of_an_unknown_kind_is_an_error(tmp_path: Path) -> None:
    def misname(transactions: Any) -> None:
        transactions["items"][35]["object_type"] = "TX_EQUITY_COMPENSATION_EXCERCISE"

    _, _, problems = read_package(changed(tmp_path, "Transactions.ocf.json", misname))
    (error,) = [problem for problem in problems if problem.is_error]
    assert (error.code, error.nearest[0]) == ("E0553", "TX_EQUITY_COMPENSATION_EXERCISE")


Change = Callable[[Any], None]


def changed(folder: Path, file: str, change: Change) -> Path:
    """A copy of a sample with one of its files changed."""
    package = folder / "package"
    shutil.copytree(SAMPLES / "acme-holdings", package)
    data = json.loads((package / file).read_text("utf-8"))
    change(data)
    (package / file).write_text(json.dumps(data), "utf-8")
    return package


def refused(package: Path) -> list[str]:
    _, _, problems = read_package(package)
    return [problem.code for problem in problems if problem.is_error]


@pytest.mark.parametrize(
    "filepath", ["../secret.json", "/etc/passwd", "a/../../secret.json", "C:\\x.json", "link.json", "missing.json"]
)
def test_a_manifest_names_no_file_outside_its_package(tmp_path: Path, filepath: str) -> None:
    (tmp_path / "secret.json").write_text('{"items": []}', "utf-8")

    def name(manifest: Any) -> None:
        manifest["valuations_files"] = [{"filepath": filepath}]

    package = changed(tmp_path, "Manifest.ocf.json", name)
    (package / "link.json").symlink_to(tmp_path / "secret.json")
    assert refused(package) == ["E0553"]


@pytest.mark.parametrize("version", ["0.9", "1.3.0", "2.0", "", None, 1])
def test_another_version_is_refused(tmp_path: Path, version: object) -> None:
    assert refused(changed(tmp_path, "Manifest.ocf.json", lambda m: m.update(ocf_version=version))) == ["E0553"]


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"items": ' + "[" * 100 + "]" * 100 + "}",
        '{"items": [{"id": "a", "id": "b", "object_type": "VALUATION"}]}',
        '{"items": [NaN]}',
        '{"items": 3}',
        "\x00",
        "!!python/object/apply:os.system ['true']",
        '{"items": [{"id": 9' + "9" * 5000 + "}]}",
    ],
)
def test_what_is_no_plain_json_is_refused(tmp_path: Path, content: str) -> None:
    package = tmp_path / "package"
    shutil.copytree(SAMPLES / "acme-holdings", package)
    (package / "Valuations.ocf.json").write_text(content, "utf-8")
    assert refused(package) == ["E0553"]


def test_a_package_may_be_an_archive(tmp_path: Path, plan: Instrument, acme: Case) -> None:
    path = tmp_path / "acme.ocf.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (SAMPLES / "acme-holdings").iterdir():
            archive.write(file, file.name)
    question = "What is the paid price by June 15, 2023?"
    assert plan.case(path).ask(question).said == acme.ask(question).said
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 50_000_000)
    assert refused(path) == ["E0543"]


def test_an_amount_in_another_currency_is_not_known(tmp_path: Path, plan: Instrument) -> None:
    def in_euros(valuations: Any) -> None:
        valuations["items"][0]["price_per_share"]["currency"] = "EUR"

    case = plan.case(changed(tmp_path, "Valuations.ocf.json", in_euros))
    assert "E0550" in [problem.code for problem in case.passed]
    assert case.ask("What is valuation_01's price?").said == "Depends."


def test_two_holders_of_one_name_are_two_persons(tmp_path: Path, plan: Instrument) -> None:
    def same(stakeholders: Any) -> None:
        stakeholders["items"][0]["name"]["legal_name"] = stakeholders["items"][3]["name"]["legal_name"]

    case = plan.case(changed(tmp_path, "Stakeholders.ocf.json", same))
    answer = case.ask("What is EC-1's grantee?")
    assert answer.said == "Emily Eliza Employee (emilyEmployee)."


def test_a_grant_whose_holder_is_missing_may_be_anyones(tmp_path: Path, plan: Instrument) -> None:
    case = plan.case(changed(tmp_path, "Stakeholders.ocf.json", lambda data: data["items"].pop()))
    assert case.ask("Does Fiona Felicity Founder have a loose end?").said == "No."
    assert case.ask("What is EC-1's grantee?").said == "Depends."


def test_a_package_that_must_be_wholly_read_is_refused_for_one_dangling_key(plan: Instrument) -> None:
    with pytest.raises(ClausebookError):
        plan.case(SAMPLES / "example-inc", strict=True)


# ----------------------------------------------------------------- written


@pytest.mark.parametrize("sample", ["acme-holdings", "example-inc"])
def test_a_package_that_is_written_is_read_again_as_the_same_records(
    tmp_path: Path, plan: Instrument, sample: str
) -> None:
    case = plan.case(SAMPLES / sample)
    lines = export_ocf(case, tmp_path / "package")
    again = plan.case(tmp_path / "package")
    for name in ("person", "grant", "exercise", "cancellation", "vesting start", "split", "valuation", "stock class"):
        one, other = (each.facts.tables.get(name) for each in (case, again))
        assert (one is None) == (other is None), name
        if one is not None and other is not None:
            assert {one.cells(n) for n in range(len(one))} == {other.cells(n) for n in range(len(other))}, name
    assert again.facts.complete_to == case.facts.complete_to
    assert any(line.startswith("no place for: ") for line in lines)


def test_what_the_format_has_no_place_for_is_told(tmp_path: Path, example: Case) -> None:
    lines = export_ocf(example, tmp_path / "package")
    assert "26 of grant as TX_EQUITY_COMPENSATION_ISSUANCE" in lines
    assert "left out: 22 grant: vesting schedule" in lines
    assert "no place for: 3 of *a grant* is authorized" in lines
    grants = json.loads((tmp_path / "package/Transactions.ocf.json").read_text("utf-8"))["items"]
    (grant,) = [each for each in grants if each["id"] == "O-28"]
    assert (grant["quantity"], grant["exercise_price"]) == ("5000", {"amount": "0.65", "currency": "USD"})
