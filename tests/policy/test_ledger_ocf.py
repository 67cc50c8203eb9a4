"""Open Cap Format packages: the samples answer real questions, with totals added up by hand; what is wrong is said."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.unknowns import UNKNOWN
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
        # its terms are not in the package
        ("What is O-16's vesting schedule?", "Depends."),
        # without terms, vested when it was granted
        ("What are the vested shares of O-8 on March 2, 2023?", "50,000 shares."),
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
        # 7,500 a month from June 1, 2019
        ("What are the vested shares of EC-1 on May 31, 2021?", "172,500 shares."),
        ("What are the vested shares of EC-1 on June 1, 2021?", "180,000 shares."),
        ("What are the vested shares of EC-1 on June 29, 2023?", "360,000 shares."),
        ("Is EC-2 priced in full?", "Yes."),
        ("What is the ratio of the splits from January 1, 2023 to June 29, 2023?", "2."),
        ("What is EC-3's expiry date?", "May 31, 2030."),
    ],
)
def test_the_package_of_version_1_1_answers(acme: Case, question: str, said: str) -> None:
    assert acme.ask(question).said == said


# ----------------------------------------------------------------- vesting

UPFRONT = "b7a3eb9e-08f1-4302-9c66-cf5db4e06409"
DEFAULT = "7d7b7b43-2556-4290-a1aa-23c7f304c2e8"
MONTHLY = "44a94848-eeaf-4bfe-9a9c-9c0d3438ebb4"
YEARLY = "1d2ae786-3f90-4ee3-b7db-61cb950a392a"


@pytest.fixture(scope="module")
def vesting(plan: Instrument, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The first sample with terms that are in it: those that its grants name are not."""

    def give_terms(transactions: Any) -> None:
        terms = {"O-16": UPFRONT, "O-27": DEFAULT, "O-28": MONTHLY, "O-13": YEARLY}
        for item in transactions["items"]:
            if item.get("custom_id") in terms:
                item["vesting_terms_id"] = terms[item["custom_id"]]
            if item.get("custom_id") == "O-8":
                item["vestings"] = [{"date": "2022-01-01", "amount": "20000"}, {"date": "2023-01-01", "amount": "5000"}]
        transactions["items"].append(
            {
                "object_type": "TX_VESTING_ACCELERATION",
                "id": "faster",
                "security_id": "1a77334c-75e0-471f-a3e0-77349b964bbb",
                "date": "2023-01-15",
                "quantity": "700",
                "reason_text": "agreed",
            }
        )
        fourteen = next(item for item in transactions["items"] if item.get("custom_id") == "O-14")
        fourteen["vesting_terms_id"], fourteen["security_id"] = YEARLY, "1a77334c-75e0-471f-a3e0-77349b964bbb"

    folder = tmp_path_factory.mktemp("vesting")
    return plan.case(changed(folder, "PlanSecurityTransactions.ocf.json", give_terms, "example-inc"))


@pytest.mark.parametrize(
    ("grant", "day", "said"),
    [
        # 50,000 from March 15, 2021; nothing comes before the tenth upfront, of November 29, 2022
        ("O-16", "November 28, 2022", "0 shares."),
        # 5,000; a quarter of the other 45,000; of the 33,750 left, 8 of 36 parts: 20 months, less the first 12
        ("O-16", "November 29, 2022", "23,750 shares."),
        # 5,000 and 11,250 and 11/36 of 33,750, which is 10,312.5: rounded down all together
        ("O-16", "March 1, 2023", "26,562 shares."),
        # 500 from July 14, 2020: nothing for a year, a quarter then, and 19/36 of 375 after 31 months
        ("O-27", "July 13, 2021", "0 shares."),
        ("O-27", "July 14, 2021", "125 shares."),
        ("O-27", "March 1, 2023", "322 shares."),
        # 5,000 from August 25, 2020: 3/7, then all, and no more than all
        ("O-28", "November 25, 2020", "2,142 shares."),
        ("O-28", "March 25, 2021", "5,000 shares."),
        ("O-28", "March 1, 2023", "5,000 shares."),
        # 10,000 from March 11, 2021: a tenth of the whole after a year
        ("O-13", "March 10, 2022", "0 shares."),
        ("O-13", "March 11, 2022", "1,000 shares."),
        # 10,000 from March 12, 2021: the same, and 700 that the company let vest at once
        ("O-14", "January 14, 2023", "1,000 shares."),
        ("O-14", "January 15, 2023", "1,700 shares."),
        # days that the issuance lists
        ("O-8", "December 31, 2022", "20,000 shares."),
        ("O-8", "March 1, 2023", "25,000 shares."),
    ],
)
def test_shares_vest_by_the_terms_and_events_of_the_package(vesting: Case, grant: str, day: str, said: str) -> None:
    assert vesting.ask(f"What are the vested shares of {grant} on {day}?").said == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("September 29, 2019", "0 shares."),
        ("September 30, 2019", "7,500 shares."),
        ("October 30, 2019", "7,500 shares."),
        ("October 31, 2019", "15,000 shares."),
        ("February 28, 2020", "37,500 shares."),
        ("February 29, 2020", "45,000 shares."),
        ("March 30, 2020", "45,000 shares."),
        ("March 31, 2020", "52,500 shares."),
    ],
)
def test_what_started_on_the_last_day_of_a_month_springs_back(
    tmp_path: Path, plan: Instrument, day: str, said: str
) -> None:
    def start_on_the_last(transactions: Any) -> None:
        next(item for item in transactions["items"] if item["id"] == "eci_vs_01")["date"] = "2019-08-31"

    case = plan.case(changed(tmp_path, "Transactions.ocf.json", start_on_the_last))
    assert case.ask(f"What are the vested shares of EC-1 on {day}?").said == said


def change_period(**said: object) -> Callable[[Any], None]:
    def change(terms: Any) -> None:
        terms["items"][0]["vesting_conditions"][1]["trigger"]["period"].update(said)

    return change


@pytest.mark.parametrize(
    "change",
    [
        change_period(type="DAYS", length=30),
        change_period(day_of_month="15"),
        lambda terms: terms["items"][0].update(allocation_type="FRONT_LOADED_TO_SOMETHING"),
    ],
    ids=["periods of days", "another day of the month", "an unknown allocation"],
)
def test_terms_that_the_rules_have_no_words_for_are_not_guessed(
    tmp_path: Path, plan: Instrument, change: Callable[[Any], None]
) -> None:
    case = plan.case(changed(tmp_path, "VestingTerms.ocf.json", change))
    assert case.ask("What are the vested shares of EC-1 on June 1, 2021?").said == "Depends."


def test_where_two_ways_lead_to_a_step_there_is_no_verdict(tmp_path: Path, plan: Instrument) -> None:
    def another_way(terms: Any) -> None:
        first, second = terms["items"][0]["vesting_conditions"]
        terms["items"][0]["vesting_conditions"].append({**first, "id": "other", "next_condition_ids": [second["id"]]})

    case = plan.case(changed(tmp_path, "VestingTerms.ocf.json", another_way))
    with pytest.raises(ClausebookError, match="E0701"):
        case.ask("What are the vested shares of EC-1 on June 1, 2021?")


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


def test_acts_for_which_the_book_has_no_words_are_told_with_every_answer(tmp_path: Path, example: Case) -> None:
    assert {problem.code for problem in example.passed} == {"E0550", "W0010", "W0011"}
    small = tmp_path / "small.md"
    small.write_text("# Small plan\n\n## Vocabulary\n\nRecorded:\n- *a person* was hired on *a date*\n", "utf-8")
    case = load(small).case(SAMPLES / "example-inc")
    said = "Not among the facts, since the book has no words for them: "
    assert any(each.startswith(said) and "2 TX_VESTING_EVENT" in each for each in case.unread.values())
    assert {problem.code for problem in case.passed} == {"E0548", "W0010", "W0011"}


def test_an_object_of_an_unknown_kind_is_an_error(tmp_path: Path) -> None:
    def misname(transactions: Any) -> None:
        transactions["items"][35]["object_type"] = "TX_EQUITY_COMPENSATION_EXCERCISE"

    _, _, problems = read_package(changed(tmp_path, "Transactions.ocf.json", misname))
    (error,) = [problem for problem in problems if problem.is_error]
    assert (error.code, error.nearest[0]) == ("E0553", "TX_EQUITY_COMPENSATION_EXERCISE")


Change = Callable[[Any], None]


def changed(folder: Path, file: str, change: Change, sample: str = "acme-holdings") -> Path:
    """A copy of a sample with one of its files changed."""
    package = folder / "package"
    shutil.copytree(SAMPLES / sample, package)
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
        archive.writestr("bomb", b"0" * 8_000_000)
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
    assert any(line.startswith("not valid without: ") for line in lines)


def test_a_step_that_an_act_does_not_name_is_not_known_and_no_error(
    tmp_path: Path, plan: Instrument, example: Case
) -> None:
    export_ocf(example, tmp_path / "out")
    again = plan.case(tmp_path / "out")
    assert [problem.message for problem in again.passed if "vesting step" in problem.message] == []
    events = again.facts.tables["vesting event"]
    assert UNKNOWN in events.columns[[column.name for column in events.relation.columns].index("vesting step")]


def test_what_the_format_has_no_place_for_is_told(tmp_path: Path, example: Case) -> None:
    lines = export_ocf(example, tmp_path / "package")
    assert "26 of grant as TX_EQUITY_COMPENSATION_ISSUANCE" in lines
    assert "left out: 22 grant: vesting schedule" in lines
    assert "no place for: 3 of *a grant* is authorized" in lines
    grants = json.loads((tmp_path / "package/Transactions.ocf.json").read_text("utf-8"))["items"]
    (grant,) = [each for each in grants if each["id"] == "O-28"]
    assert (grant["quantity"], grant["exercise_price"]) == ("5000", {"amount": "0.65", "currency": "USD"})
