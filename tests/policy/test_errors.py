"""Every code is registered, explained, and caused by its example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.book import book_of
from policy.diagnostic import ERRORS, Diagnostic
from policy.document import read
from policy.errors_text import explanation, explanations, near_codes
from policy.source import Source
from policy.testing import Shelf, check_file, is_case

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/errors.md").read_text("utf-8")
CLUB, CASE = re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
_FENCE = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)

Example = tuple[str, str, str]


def examples() -> Iterator[Example]:
    for code, entry in explanations().items():
        for match in _FENCE.finditer(entry):
            yield code, match["kind"], match["text"]


def used() -> set[str]:
    """The codes that the modules use."""
    registry = ROOT / "policy/diagnostic.py"
    texts = (path.read_text("utf-8") for path in (ROOT / "policy").glob("*.py") if path != registry)
    return {code for text in texts for code in re.findall(r'"([EW]\d{4})"', text)}


def found(kind: str, text: str, folder: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with an example in its place."""
    if kind == "file":
        source = Source("example.md", text)
        document, problems = read(source)
        if problems or not is_case(document):
            return problems or book_of(source, "example")[1]
        return _of_case(text, folder)
    if kind == "words":
        return book_of(Source("club.md", CLUB.replace("## § 1 Members", f"{text}\n## § 1 Members")), "club")[1]
    if kind == "rules":
        return book_of(Source("club.md", f"{CLUB}\n## § 9 Example\n\n{text}"), "club")[1]
    question = "May Ann Lee lease 30 shares on September 1, 2001?"
    head, tail = CASE.split("## Questions")
    case = {
        "facts": f"{head}\n{text}\n## Questions{tail}",
        "question": f"{head}## Questions\n\n1. {text}",
        "expected": f"{head}## Questions\n\n1. {question}\n   {text}",
    }[kind]
    return _of_case(case, folder)


def _of_case(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    (folder / "club.md").write_text(CLUB, "utf-8")
    (folder / "example.md").write_text(text, "utf-8")
    return check_file(folder / "example.md", Shelf())


def test_every_code_that_is_used_is_registered_and_no_other() -> None:
    assert used() == set(ERRORS)


def test_every_code_is_explained_under_its_title_in_order() -> None:
    titles = dict(re.findall(r"^## ([EW]\d{4}) (.*)$", PAGE, re.MULTILINE))
    assert titles == ERRORS
    assert list(explanations()) == list(ERRORS) == sorted(ERRORS)


@pytest.mark.parametrize("code", ERRORS)
def test_every_entry_says_how_to_mend_it(code: str) -> None:
    assert "\nTo mend it: " in (explanation(code) or "")


@pytest.mark.parametrize(("code", "kind", "text"), list(examples()), ids=[code for code, *_ in examples()])
def test_an_example_causes_its_error(code: str, kind: str, text: str, tmp_path: Path) -> None:
    assert code in [problem.code for problem in found(kind, text, tmp_path)]


def test_the_club_has_no_errors(tmp_path: Path) -> None:
    assert [each.code for each in book_of(Source("club.md", CLUB), "club")[1]] == ["W0001"]
    assert _of_case(CASE, tmp_path) == ()


def test_a_code_is_found_however_it_is_written_and_near_ones_are_shown() -> None:
    assert explanation("e0110") == explanation("E0110")
    assert explanation("E9999") is None
    assert "E0110" in near_codes("E011O")
