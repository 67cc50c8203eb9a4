"""The structure of case files: settings, facts, questions with their expected answers, parts."""

from __future__ import annotations

import pytest

from policy.cases import CaseFile, read_case, sentences
from policy.document import read
from policy.source import Source

HEAD = "# A case\n\nBook: leases\nNames: Ann is a person.\nNames: Bob is a person.\nRecord complete to: 2001-12-31\n\n"


def structure(text: str) -> tuple[CaseFile, list[str]]:
    document, problems = read(Source("case.md", text))
    assert not problems
    case, found = read_case(document)
    return case, [problem.code for problem in found]


def test_the_title_block_names_book_names_and_the_end_of_the_record() -> None:
    case, problems = structure(HEAD)
    assert not problems
    assert case.book is not None
    assert case.complete_to is not None
    assert (case.title, case.book.text, case.complete_to.text) == ("A case", "leases", "2001-12-31")
    assert [name.text for name in case.names] == ["Ann is a person.", "Bob is a person."]


def test_facts_are_sentences_lists_and_tables() -> None:
    case, _ = structure(
        HEAD + "## Facts\n\nOne. Two.\n\n- Three.\n\n| lease | date |\n|---|---|\n| L-1 | ? |\n\n> A note.\n"
    )
    assert [span.text for span in sentences(case.common.facts)] == ["One. Two.", "Three."]
    assert len(case.common.facts) == 3


def test_a_question_has_its_expected_answer_below_it() -> None:
    case, _ = structure(HEAD + "## Questions\n\n1. Is it so?\n   Yes, citing § 1.\n2. And\n   this?\n")
    first, second = case.common.questions
    assert (first.question.text, first.number) == ("Is it so?", 1)
    assert first.expected is not None
    assert first.expected.text == "Yes, citing § 1."
    assert " ".join(second.question.text.split()) == "And this?"
    assert second.expected is None


def test_parts_have_facts_and_questions_of_their_own() -> None:
    part = "## Case (a): first\n\nOne.\n\n1. So?\n\n"
    part += "## Case (b): second\n\n### Facts\n\nTwo.\n\n### Questions\n\n1. Not so?\n"
    case, problems = structure(HEAD + "## Facts\n\nZero.\n\n" + part)
    assert not problems
    assert [(each.name, each.title) for each in case.parts] == [("a", "first"), ("b", "second")]
    assert [[span.text for span in sentences(each.facts)] for each in case.parts] == [["One."], ["Two."]]
    assert [len(each.questions) for each in case.parts] == [1, 1]
    assert [span.text for span in sentences(case.common.facts)] == ["Zero."]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD.replace("Names: Bob", "Nams: Bob"), "E0501"),
        (HEAD + "## Fact\n\nOne.\n", "E0502"),
        (HEAD + "## Case (a): x\n\nOne.\n\n## Case (a): y\n\nTwo.\n", "E0503"),
        (HEAD + "## Questions\n\n1. It is so.\n", "E0505"),
        (HEAD.replace("\n\nBook: leases", "\n\nBook: leases\nBook: other"), "E0202"),
        (HEAD.replace("Record", "Record complete to: 2001-01-01\nRecord"), "E0202"),
    ],
)
def test_what_does_not_belong_is_told(text: str, code: str) -> None:
    assert structure(text)[1] == [code]
