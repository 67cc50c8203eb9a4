"""Expected answers of case files: what they say, and how an answer differs.

``No, citing § 5(a)/4; may cite § 3/3.1; reading D-06, otherwise depends.`` An expectation is met where the
verdict and value are the same, each clause to cite (or one of its alternatives) is among the answer's citations
or supporting clauses, and each reading named was taken with that other answer.
"""

from __future__ import annotations

import re

from attrs import frozen

from engine.judge import Verdict
from policy.answer import Answer
from policy.diagnostic import Diagnostic
from policy.document import CLAUSE_ID
from policy.quantities import literals, print_value
from policy.source import Span
from policy.tokens import tokenize

_PART = re.compile(r"\s*[,;]\s+(citing|may cite|reading)\s+")
_MORE = (
    (re.compile(r"\?"), "this is one more question: each is an item of its own", "2. Is …?"),
    (re.compile(r"\s(?:citing|may cite)\s"), "a comma or semicolon stands before `citing`", "No, citing § 5(a)/4"),
    (
        re.compile(r"(?i)^(?:yes|no|none|never)\b(?P<more>\W+(?:because|as|since|for|but|if|unless|provided|and)\b.*)"),
        "an expected answer gives no reasons: it names the clauses that the answer must rest on",
        "No, citing § 5(a)/4",
    ),
    (
        re.compile(r"(?i)^(?!depends|conflict).*?(?P<more>\W*(?:\b(?:under|by|per|see|because of)\s+)?§.*)"),
        "the clauses that an answer rests on follow `, citing`",
        "No, citing § 5(a)/4",
    ),
    (
        re.compile(r"(?i)^(?P<more>(?:it|they) (?:is|are|was|were)|only|about|exactly)\s"),
        "an expected value or list stands alone",
        "March 3, 2030",
    ),
)
"""What people write besides the answer, what is said of it, and what would be written."""
_CLAUSE = re.compile(rf"§\s*(?P<id>{CLAUSE_ID.pattern})", re.VERBOSE)
_OTHERWISE = re.compile(r"(?P<id>[A-Z]+-?\d+[a-z]?)(?:,?\s+otherwise\s+(?P<otherwise>.+))?$", re.DOTALL)
_FORMS = (
    "Yes",
    "No",
    "None",
    "Never",
    "Depends on …",
    "Conflict between § X and § Y",
    "At most …",
    "At least …",
    "a value or a list",
)


@frozen
class ExpectedReading:
    """A reading that the answer must name, and what the other one answers (None: not said)."""

    id: str
    otherwise: str | None


@frozen
class Expected:
    """What a case file expects.

    ``said`` is the answer as written, one line, without its final point. ``citing`` are alternatives: of each
    one must be cited.
    """

    said: str
    citing: tuple[tuple[str, ...], ...]
    readings: tuple[ExpectedReading, ...]
    span: Span


def read_expected(span: Span) -> tuple[Expected | None, tuple[Diagnostic, ...]]:
    """The expectation that a question's continuation line states."""
    text = " ".join(span.text.split())
    if not text.endswith("."):
        return None, (Diagnostic("E0510", "an expected answer ends in a point", span, expected=_FORMS),)
    pieces = _PART.split(text[:-1])
    said, rest = pieces[0].strip(), pieces[1:]
    citing: list[tuple[str, ...]] = []
    readings: list[ExpectedReading] = []
    problems: list[Diagnostic] = []
    for kind, words in zip(rest[::2], rest[1::2], strict=True):
        if kind == "reading":
            match = _OTHERWISE.match(words.strip())
            if match is None:
                problems.append(
                    Diagnostic(
                        "E0511", f"`{words}` names no reading", span, expected=("reading D-06, otherwise depends",)
                    )
                )
            else:
                readings.append(ExpectedReading(match["id"], match["otherwise"]))
            continue
        clauses = _alternatives(words)
        if not clauses:
            problems.append(Diagnostic("E0512", f"`{words}` names no clause", span, expected=("citing § 5(a)/4",)))
        if kind == "citing":
            citing += clauses
    for form, wrong, right in _MORE:
        if match := form.search(said):
            more = match.groupdict().get("more", "").strip(" ,;:")
            problems.append(Diagnostic("E0514", f"`{more}`: {wrong}" if more else wrong, span, (right,)))
            break
    if not said:
        problems.append(Diagnostic("E0513", "no answer is stated", span, expected=_FORMS))
    return (None if problems else Expected(said, tuple(citing), tuple(readings), span)), tuple(problems)


def _alternatives(words: str) -> list[tuple[str, ...]]:
    """``§ 3/1.2 or § FA-I/2, and § 5(a)/4``: one tuple a clause to cite."""
    result: list[tuple[str, ...]] = []
    end: int | None = None
    for match in _CLAUSE.finditer(words):
        between = words[end : match.start()].strip(" ,") if end is not None else ""
        if between == "or" and result:
            result[-1] = (*result[-1], match["id"])
        else:
            result.append((match["id"],))
        end = match.end()
    return result


def differences(expected: Expected, answer: Answer) -> tuple[str, ...]:
    """How an answer differs from what was expected; none: it is as expected."""
    found: list[str] = []
    if not _same_answer(expected.said, answer):
        found.append(f"expected {expected.said}; the answer is {answer.said.rstrip('.')}")
    cited = {*answer.citations, *answer.supporting}
    found += [f"expected § {' or § '.join(each)} to be cited" for each in expected.citing if not cited & set(each)]
    # what the other readings answer is asked anew: not where nobody expects anything of them
    taken = {reading.id: reading for reading in answer.readings} if expected.readings else {}
    for reading in expected.readings:
        if reading.id not in taken:
            found.append(f"expected reading {reading.id}; the answer rests on {', '.join(taken) or 'none'}")
        elif reading.otherwise is not None and not _alike(reading.otherwise, taken[reading.id].otherwise):
            found.append(
                f"expected reading {reading.id}, otherwise {reading.otherwise}; otherwise {taken[reading.id].otherwise}"
            )
    return tuple(found)


def _alike(one: str, other: str) -> bool:
    """Whether two texts say the same, however their dates and quantities are written."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    words, found, at = tokenize(text.strip(" .")).words, list[str](), 0
    while at < len(words):
        literal = max(literals(words, at), key=lambda each: each.length, default=None)
        found.append(words[at].casefold() if literal is None else print_value(literal.value, literal.type))
        at += 1 if literal is None else literal.length
    return found


def _same_answer(said: str, answer: Answer) -> bool:
    lowered = said.casefold()
    if lowered.startswith("depends"):
        return answer.verdict is Verdict.DEPENDS and _names_all(said[len("depends") :], answer)
    if lowered.startswith("conflict"):
        wanted = {clause for group in _alternatives(said) for clause in group}
        return answer.verdict is Verdict.CONFLICT and wanted <= {*answer.citations, *answer.supporting}
    return _alike(said, answer.said)


def _names_all(said: str, answer: Answer) -> bool:
    """``Depends on A; and on B``: each is named among what the answer hangs on."""
    wanted = [
        part.strip() for part in re.split(r"\s*;\s*(?:and\s+)?", said.strip().removeprefix("on ")) if part.strip()
    ]
    open_ones = [text.casefold() for text in answer.open]
    return all(any(part.removeprefix("on ").casefold() in text for text in open_ones) for part in wanted)
