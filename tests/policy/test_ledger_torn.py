"""A torn ledger: what is certain of it is so of the whole one, whatever was torn; and no bytes are a fault of ours."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument, load
from tests.policy.small import BOOK
from tests.policy.test_ledger import COMPANION, HEAD

QUESTIONS = (
    "Is L-1 permitted?",
    "May Ann Lee lease 30 shares on September 1, 2001?",
    "Are the shares let up to L-2 more than 50 shares?",
    "Is Ann Lee welcome on June 1, 2001?",
    "Is Bob Ray welcome on June 1, 2001?",
    "Was L-1 given up on May 1, 2001?",
    "What are the shares let up to L-2?",
    "What is L-1's end?",
)
MAPPING = """
[[table]]
of = "lease"
from = "leases"
name = "lease"
source = "source"
[[table]]
of = "person"
from = "people"
name = "person"
[[table]]
says = "*a person* is a member"
from = "members"
columns = ["Who"]
first = "From"
last = "To"
[[table]]
says = "*a lease* was given up on *a date*"
from = "ends"
columns = ["Lease", "Day"]
"""
SETTINGS = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

names, people = st.sampled_from(["L-1", "L-2", "L-3"]), st.sampled_from(["Ann Lee", "Bob Ray"])
days = st.sampled_from(["2001-02-01", "2001-03-01", "2001-05-01", "2001-08-01"])
leases = st.lists(
    st.tuples(
        names, people, days, st.sampled_from(["20", "40", "80"]), st.just("small plot"), st.just(""), st.just("")
    ),
    min_size=2,
    max_size=3,
    unique_by=lambda row: row[0],
)
members = st.lists(
    st.tuples(people, st.just("2001-01-01"), st.sampled_from(["", "2001-05-01"])), min_size=1, max_size=2
)
ends = st.lists(st.tuples(names, days), min_size=1, max_size=2)
tears = st.sampled_from(["", "?", "x", "Ann Lea", "2001-13-01", "-5", "=1+1", "\x1b[31m", "cut", "again"])


@cache
def club() -> Instrument:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "club.md"
        path.write_text(BOOK, "utf-8")
        return load(path)


def written(rows: list[tuple[str, ...]], head: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return head + out.getvalue()


def case_of(folder: Path, tables: dict[str, list[tuple[str, ...]]]) -> Case:
    heads = {"leases": HEAD, "members": "Who,From,To\n", "ends": "Lease,Day\n", "people": "person\n"}
    for name, head in heads.items():
        (folder / f"{name}.csv").write_text(written(tables[name], head), "utf-8")
    (folder / "mapping.toml").write_text(MAPPING, "utf-8")
    (folder / "companion.md").write_text(COMPANION.replace("Ann Lee is a member from January 4, 1999. ", ""), "utf-8")
    known = {row[0] for row in tables["leases"]} & {"L-1", "L-2", "L-3"}
    facts = " ".join(f"{name} is authorized." for name in sorted(known))
    ledgers = [folder / f"{name}.csv" for name in heads]
    sources: list[Path | str] = [folder / "companion.md", *ledgers, facts]
    return club().case(*sources, mapping=folder / "mapping.toml")


def said_of(case: Case, question: str) -> str | None:
    """The answer where it is certain; None where it depends, or nobody can be asked about."""
    try:
        said = case.ask(question).said
    except ClausebookError:
        return None
    return None if said.startswith("Depends") else said


@SETTINGS
@given(leases, members, ends, tears, st.data())
def test_what_is_certain_of_a_torn_ledger_is_so_of_the_whole_one(
    tmp_path: Path,
    let: list[tuple[str, ...]],
    joined: list[tuple[str, ...]],
    given_up: list[tuple[str, ...]],
    tear: str,
    data: st.DataObject,
) -> None:
    known = {row[0] for row in let}
    tables: dict[str, list[tuple[str, ...]]] = {
        "leases": let,
        "members": joined,
        "ends": [row for row in given_up if row[0] in known],
        "people": [("Ann Lee",), ("Bob Ray",)],
    }
    whole = case_of(tmp_path, tables)
    assert whole.passed == ()
    name = data.draw(st.sampled_from([name for name in ("leases", "members", "ends") if tables[name]]))
    rows = list(tables[name])
    # An interval without a last day goes on: that is no tear.
    assume(not (name == "members" and tear == ""))
    at = data.draw(st.integers(0, len(rows) - 1))
    place = data.draw(st.integers(0, min(len(rows[at]), 4) - 1))
    if tear == "cut":
        rows[at] = rows[at][:-1]
    elif tear == "again":
        rows.append(rows[at])
    else:
        rows[at] = (*rows[at][:place], tear, *rows[at][place + 1 :])
    try:
        torn = case_of(tmp_path, {**tables, name: rows})
    except ClausebookError:
        return  # the companion speaks of what is no longer there
    for question in QUESTIONS:
        said = said_of(torn, question)
        if said is not None and (said_whole := said_of(whole, question)) is not None:
            assert said == said_whole, question


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text('ab,;"\n\t\r\x00é=', max_size=60).map(str.encode), st.booleans())
def test_no_bytes_are_a_fault(tmp_path: Path, content: bytes, headed: bool) -> None:
    (tmp_path / "leases.csv").write_bytes(HEAD.encode() + content if headed else content)
    try:
        case = club().case(tmp_path / "leases.csv")
    except ClausebookError as error:
        assert error.code.startswith("E0")
        return
    assert not any("\x1b" in str(problem) for problem in case.passed)
