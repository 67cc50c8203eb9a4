"""Expected answers of case files: what they say, and how an answer differs.

``No, citing § 5(a)/4; may cite § 3/3.1; reading D-06, otherwise depends.`` An expectation is met where the
verdict and value are the same, each clause to cite (or one of its alternatives) is among the answer's citations
or supporting clauses, and each reading named was taken with that other answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from engine.judge import Verdict
from policy.answer import Answer, Listed
from policy.cutting import part
from policy.diagnostic import Diagnostic
from policy.document import CLAUSE_ID
from policy.misdated import MONTHS
from policy.quantities import literals, print_value
from policy.source import Span
from policy.tokens import tokenize

_PART = re.compile(r"\s*[,;]\s+(citing|may\s+cite|reading)\s+")
_CLAUSE = re.compile(rf"§\s*(?P<id>{CLAUSE_ID.pattern})", re.VERBOSE)
_JOINT = re.compile(r"(?:\s*,(?:\s+(?:and|(?P<or>or)))?|\s+(?:and|(?P<either>or)))\s+(?=\S)")
_BARE = re.compile(rf"(?:\s|,|and\b|or\b)*(?:§§\s*)?(?P<id>{CLAUSE_ID.pattern})", re.VERBOSE)
_MORE = (
    (re.compile(r"\?"), "this is one more question: each is an item of its own", "2. Is …?"),
    (
        re.compile(r"(?i)(?P<more>\b(?:not|never|without) citing\s.*)"),
        "the clauses that are named must be cited; that one is not cited cannot be expected",
        "No, citing § 5(a)/4",
    ),
    (re.compile(r"\s(?:citing|may cite)\s"), "a comma or semicolon stands before `citing`", "No, citing § 5(a)/4"),
    (
        re.compile(
            r"(?i)^(?:yes|no|none|never)\b"
            r"(?P<more>\s*[^\s\w'’-].*|\s+(?:-|because|as|since|for|but|if|unless|provided|and|or|of|under)(?!\w).*)"
        ),
        "besides the answer stand only `citing`, `may cite` and `reading`, each after a comma or semicolon; no reasons",
        "No, citing § 5(a)/4",
    ),
    (
        re.compile(r"(?i)^depends(?!$|\s+on\s+\S)(?P<more>.*)"),
        "`Depends` stands alone, or names what the answer hangs on",
        "Depends on …; and on …",
    ),
    (
        re.compile(r"(?i)^(?!depends|conflict).*?(?P<more>\W*(?:\b(?:under|by|per|see|because of)\s+)?§.*)"),
        "the clauses that an answer rests on follow `, citing`",
        "No, citing § 5(a)/4",
    ),
    (
        re.compile(r"(?i)^(?P<more>up to|(?:no|not) more than|at the most|a?\s*maximum(?: of)?)\s"),
        "the greatest that it may be is expected so",
        "At most …",
    ),
    (
        re.compile(r"(?i)^(?P<more>(?:no|not) less than|at the least|a?\s*minimum(?: of)?)\s"),
        "the least that it may be is expected so",
        "At least …",
    ),
    (
        re.compile(r"(?i)^(?P<more>(?:it|they) (?:is|are|was|were)|only|about|exactly)\s"),
        "an expected value or list stands alone",
        "March 3, 2030",
    ),
)
"""What people write besides the answer, what is said of it, and what would be written."""
_OTHERWISE = re.compile(r"(?P<id>[A-Z]+-?\d+[a-z]?)(?:,?\s+otherwise\s+(?P<otherwise>.+))?$", re.DOTALL)
_MONTH = "|".join(MONTHS)
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}}) (?P<month>{_MONTH}),? (?P<year>\d{{4}})\b")
_NO_COMMA = re.compile(rf"\b((?:{_MONTH}) \d{{1,2}}) (\d{{4}})\b")
"""Days as other people write them, where there is no doubt which day is meant."""
_OF_A_VERDICT = re.compile(r"(?i)(?:yes|no|none|never|depends.*|conflict.*)$")
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
class NamedClause:
    """A clause that an expectation names, and where."""

    id: str
    span: Span


@frozen
class Expected:
    """What a case file expects.

    ``said`` is the answer as written, one line, without its final point. ``citing`` are alternatives: of each
    one must be cited. ``named`` are all the clauses that it speaks of, also those that the answer may cite.
    """

    said: str
    citing: tuple[tuple[str, ...], ...]
    readings: tuple[ExpectedReading, ...]
    span: Span
    named: tuple[NamedClause, ...] = ()


def read_expected(span: Span) -> tuple[Expected | None, tuple[Diagnostic, ...]]:
    """The expectation that a question's continuation line states. What is no part of one is an error."""
    text = span.text.rstrip()
    if not text.endswith("."):
        return None, (Diagnostic("E0510", "an expected answer ends in a point", span, expected=_FORMS),)
    marks = [*_PART.finditer(text)]
    ends = [*(mark.start() for mark in marks), len(text) - 1]
    stated = part(span, 0, ends[0])
    citing: list[tuple[str, ...]] = []
    readings: list[ExpectedReading] = []
    named: list[NamedClause] = []
    problems: list[Diagnostic] = [*_wrongly_said(stated)]
    for mark, end in zip(marks, ends[1:], strict=True):
        words = part(span, mark.end(), end)
        if mark[1] == "reading":
            match = _OTHERWISE.match(one_line(words.text))
            if match is None:
                said = f"`{one_line(words.text)}` names no reading"
                problems.append(Diagnostic("E0511", said, words, expected=("reading D-06, otherwise depends",)))
            else:
                readings.append(ExpectedReading(match["id"], match["otherwise"]))
            continue
        kind = one_line(mark[1])
        groups, wrong = _clauses(words, kind)
        problems += wrong
        named += [clause for group in groups for clause in group]
        if kind == "citing":
            citing += [tuple(clause.id for clause in group) for group in groups]
    said = one_line(stated.text)
    if said.casefold().startswith("conflict") and not problems:
        groups, wrong = _disagreeing(stated)
        problems += wrong
        named += [clause for group in groups for clause in group]
    return (None if problems else Expected(said, tuple(citing), tuple(readings), span, tuple(named))), tuple(problems)


def one_line(text: str) -> str:
    """A text with single blanks between its words."""
    return " ".join(text.split())


def _wrongly_said(stated: Span) -> Iterator[Diagnostic]:
    """What stands beside an answer that is none of its parts, with the right form."""
    said = one_line(stated.text)
    if not said:
        yield Diagnostic("E0513", "no answer is stated", stated, expected=_FORMS)
    for form, wrong, right in _MORE:
        if match := form.search(said):
            more = match.groupdict().get("more", "").strip(" ,;:")
            yield Diagnostic("E0514", f"`{more}`: {wrong}" if more else wrong, stated, (right,))
            return


def _disagreeing(stated: Span) -> tuple[list[list[NamedClause]], list[Diagnostic]]:
    """The clauses of ``Conflict between § 5 and § 6``; none after ``Conflict``."""
    match = re.match(r"(?i)conflict(?P<between>\s+between\s+(?=\S))?", stated.text)
    assert match is not None
    rest = part(stated, match.end(), len(stated.text.rstrip()))
    if not rest.text:
        return [], []
    groups, wrong = _clauses(rest, "Conflict between") if match["between"] else ([], [])
    if wrong or not match["between"] or any(len(group) > 1 for group in groups):
        said = f"`{one_line(stated.text)}`: a conflict is expected alone, or between the clauses that disagree"
        return [], [Diagnostic("E0514", said, rest, ("Conflict", "Conflict between § 5 and § 6"))]
    return groups, []


def _clauses(span: Span, after: str) -> tuple[list[list[NamedClause]], list[Diagnostic]]:
    """``§ 3/1.2 or § FA-I/2, and § 5(a)/4``: one list a clause to cite. What else stands there is an error."""
    groups: list[list[NamedClause]] = []
    text, at, either = span.text, 0, False
    while match := _CLAUSE.match(text, at):
        clause = NamedClause(one_line(match["id"]), part(span, *match.span()))
        if either:
            groups[-1].append(clause)
        else:
            groups.append([clause])
        joint = _JOINT.match(text, match.end())
        at = match.end() if joint is None else joint.end()
        if joint is None:
            break
        either = bool(joint["or"] or joint["either"])
    if not text[at:].strip():
        return groups, []
    rest = text[at:]
    more, bare = one_line(rest), _BARE.match(rest)
    if bare is not None:
        said, right = f"`{more}`: each clause has a § of its own", f"§ {one_line(bare['id'])}"
    elif not groups and "§" not in rest:
        said, right = f"`{more}` names no clause", f"{after} § 5(a)/4"
    else:
        read = [clause.id for group in groups for clause in group] or [
            one_line(m["id"]) for m in _CLAUSE.finditer(rest)
        ]
        said = f"`{more}`: after `{after}` stand clauses alone, joined by `and` or `or`"
        right = f"{after} {' and '.join(f'§ {each}' for each in read)}"
    start = at + len(rest) - len(rest.lstrip(" ,;\n"))
    return groups, [Diagnostic("E0512", said, part(span, start, len(text)), (right,))]


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
        elif reading.otherwise is not None and not _alike_otherwise(reading.otherwise, taken[reading.id].otherwise):
            found.append(
                f"expected reading {reading.id}, otherwise {reading.otherwise}; otherwise {taken[reading.id].otherwise}"
            )
    return tuple(found)


def misfit(expected: Expected, answer: Answer) -> Diagnostic | None:
    """Where a question of yes or no is expected to be answered by something else: what is written there."""
    if answer.verdict not in (Verdict.YES, Verdict.NO) or _OF_A_VERDICT.match(expected.said):
        return None
    said = f"`{expected.said}`: what is asked here is answered by a word"
    return Diagnostic("E0514", said, expected.span, ("Yes", "No", "Depends on …", "Conflict between § X and § Y"))


def _alike_otherwise(expected: str, told: str) -> bool:
    """Whether another reading answers what is expected; on what more or less it depends need not be said."""
    return _alike(expected, told) or (expected.casefold() == "depends" and told.startswith("Depends,"))


def _alike(one: str, other: str, listed: bool = False) -> bool:
    """Whether two texts say the same, however their dates and quantities are written; of lists, their commas too."""
    return _words(one, listed) == _words(other, listed)


def _words(text: str, listed: bool = False) -> list[str]:
    text = _DAY_FIRST.sub(r"\g<month> \g<day>, \g<year>", _NO_COMMA.sub(r"\1, \2", text.strip(" .")))
    words, found, at = tokenize(text).words, list[str](), 0
    while at < len(words):
        literal = max(literals(words, at), key=lambda each: each.length, default=None)
        word = words[at].casefold() if literal is None else print_value(literal.value, literal.type)
        at += 1 if literal is None else literal.length
        parting = listed and word in (",", "and")
        if not parting or found[-1:] != [","]:
            found.append("," if parting else word)
    return found


def _same_answer(said: str, answer: Answer) -> bool:
    lowered = said.casefold()
    if lowered.startswith("depends"):
        return answer.verdict is Verdict.DEPENDS and _names_all(said[len("depends") :], answer)
    if lowered.startswith("conflict"):
        wanted = {one_line(match["id"]) for match in _CLAUSE.finditer(said)}
        return answer.verdict is Verdict.CONFLICT and (not wanted or wanted == {*answer.citations})
    return _alike(said, answer.said, _is_plain_list(answer))


def _is_plain_list(answer: Answer) -> bool:
    """Whether an answer is a list whose commas and `and` part its members, and none of them has one of its own."""
    members = answer.value.certain if isinstance(answer.value, Listed) else ()
    return bool(members) and not any({",", "and"} & {*tokenize(str(member)).words} for member in members)


def _names_all(said: str, answer: Answer) -> bool:
    """``Depends on A; and on B``: each is, or is said within, one of those that the answer hangs on."""
    wanted = [
        part.strip() for part in re.split(r"\s*;\s*(?:and\s+)?", said.strip().removeprefix("on ")) if part.strip()
    ]
    hangs_on = [f" {' '.join(_words(text))} " for text in answer.open]
    return all(any(f" {' '.join(_words(part.removeprefix('on ')))} " in each for each in hangs_on) for part in wanted)
