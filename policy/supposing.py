"""Suppositions put before a question: ``Supposing that S and T: may …?``, so that the question says what was supposed.

Nothing else carries a supposition: the question that is shown, saved and replayed is the one that was answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.asked import lower_fact
from policy.check import check_fact
from policy.diagnostic import ClausebookError, Diagnostic, in_order
from policy.instrument import Case, hypothetical_names
from policy.parse import Parser
from policy.source import Source, Span
from policy.syntax import Stated
from policy.tokens import tokenize

_ALREADY = re.compile(r"\s*supposing\s+that\s+", re.IGNORECASE)
SUPPOSITION = "supposition"
"""What the text of a supposition is called in messages about it."""


def supposing(parser: Parser, suppositions: Sequence[str], question: str) -> str:
    """A question with suppositions put before it, and before those that it makes itself."""
    if not suppositions:
        return question
    said = " and ".join(_within(parser, each) for each in suppositions)
    already = _ALREADY.match(question)
    if already is not None:
        return f"Supposing that {said} and {_within(parser, question[already.end() :])}"
    asked = " ".join(question.split())  # no question begins with a name: `May` is no month there
    return f"Supposing that {said}: {asked[:1].lower()}{asked[1:]}"


def bearing_on(case: Case, suppositions: Sequence[str], question: str) -> tuple[str, ...]:
    """The suppositions that a question may stand under: not those about a record that another question would suppose.

    Raises `ClausebookError`, with places in the question, where it cannot be read.
    """
    asking, _, problems = case.parse(Span(Source("question", question), 0, len(question)))
    if asking is None:
        raise ClausebookError(*in_order([each for each in problems if each.is_error]))
    others = set(hypothetical_names(case.book)) - {record.id for record in asking.query.supposed}
    return tuple(each for each in suppositions if not any(name in each.casefold() for name in others))


def _within(parser: Parser, sentence: str) -> str:
    """A sentence as it stands within another: without its stop, its first word small unless that is a name."""
    text = " ".join(sentence.split()).removesuffix(".")
    words = tokenize(text).words
    if not words or parser.begins_name(words[0]):
        return text
    return text[:1].lower() + text[1:]


def supposed(case: Case, text: str) -> str:
    """A supposition as it is kept: a sentence that may stand before a question.

    Raises `ClausebookError`, with places in the text, where it says nothing that can be supposed.
    """
    span = Span(Source(SUPPOSITION, text), 0, len(text))
    if not text.strip(" ."):
        raise ClausebookError(Diagnostic("E0101", "nothing is said here", None, ("a statement",)))
    parsed = case.book.parser.with_names(hypothetical_names(case.book)).fact(span)
    problems = list(parsed.diagnostics)
    if parsed.readings and (parsed.readings[0].stated is not Stated.SO or parsed.readings[0].source):
        expected = ("a statement that is so, or that is not so",)
        problems.append(Diagnostic("E0318", "this can be recorded, not supposed", span, expected))
    elif parsed.readings:
        conditions = [each.of for each in parsed.readings]
        checked, more = check_fact(conditions, case.book.vocabulary.records)  # type: ignore[arg-type]  # none is a term
        problems += more
        if checked is not None:
            problems += lower_fact(checked.tree)[1]
    errors = [each for each in problems if each.is_error]
    if errors:
        raise ClausebookError(*in_order(errors))
    said = _within(case.book.parser, text)
    return f"{said[:1].upper()}{said[1:]}."
