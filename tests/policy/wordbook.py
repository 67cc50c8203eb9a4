"""The book of words that the tests of the language read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from policy.declaring import read_vocabulary
from policy.document import Document, List, Paragraph, read
from policy.parse import Parser
from policy.source import Source, Span
from policy.vocabulary import Vocabulary

PLAN = Path(__file__).with_name("plan.md")


@cache
def document() -> Document:
    found, problems = read(Source("plan.md", PLAN.read_text(encoding="utf-8")))
    assert not problems
    return found


@cache
def vocabulary() -> Vocabulary:
    found, problems = read_vocabulary(document())
    assert not problems
    return found


@cache
def parser() -> Parser:
    types = vocabulary().types
    named = {"Ann Lee": types["person"], "Bob Ray": types["person"], "G-17": types["grant"], "G-18": types["grant"]}
    clauses = [clause for section in document().sections for clause in section.clauses]
    return Parser(vocabulary(), clauses).with_names({**named, "A-1": types["amendment"]})


def place(text: str) -> Span:
    return Span(Source("text", text), 0, len(text))


def with_list(text: str) -> tuple[Span, List | None]:
    """A text that may end in a Markdown list, as its sentence and its list."""
    opening, _, items = text.partition("\n")
    if not items:
        return place(text), None
    found, _ = read(Source("text", f"# Title\n\n## § 1\n\n{opening}\n\n{items}\n"))
    paragraph, following = found.sections[0].blocks
    assert isinstance(paragraph, Paragraph)
    assert isinstance(following, List)
    return paragraph.span, following


def book(words: str) -> Document:
    """A document with some sections of words."""
    found, _ = read(Source("words.md", "# Title\n\n" + re.sub(r"\n +", "\n", words)))
    return found
