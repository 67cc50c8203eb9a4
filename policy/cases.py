"""Case files: facts, questions and expected answers, as one document.

A case file is a matter that counsel keeps, a test, and an example. This module reads its structure; what
its sentences say is `policy.instrument`'s to find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import field, frozen

from policy.diagnostic import Diagnostic, nearest
from policy.document import Block, Document, Item, List, Paragraph, Quote, Section, Table
from policy.source import Span

_SETTINGS = ("Book", "Names", "Record complete to")
_PART = re.compile(r"Case \((?P<name>[^)]+)\)\s*(?::\s*(?P<title>.*))?$", re.DOTALL)
_LOOSE_PART = re.compile(r"^case\s+\(?(?P<name>\w+)\)?\s*[:.-]?\s*", re.IGNORECASE)
_HEADINGS = ("Facts", "Questions", "Case (a): …")


@frozen
class CaseQuestion:
    """A numbered question and, below it, the answer expected."""

    question: Span
    expected: Span | None
    number: int


@frozen
class CasePart:
    """``## Case (b): …``: its own facts, added to the common ones, and its questions."""

    name: str
    title: str
    facts: tuple[Block, ...]
    questions: tuple[CaseQuestion, ...]


@frozen
class CaseFile:
    """A case file's structure; ``common`` is the part that all share, with the questions asked of it alone."""

    title: str
    book: Span | None
    names: tuple[Span, ...]
    complete_to: Span | None
    common: CasePart
    parts: tuple[CasePart, ...] = field(factory=tuple)


def read_case(document: Document) -> tuple[CaseFile, tuple[Diagnostic, ...]]:
    """The structure of a case file, and what is wrong with it."""
    problems: list[Diagnostic] = []
    settings: dict[str, list[Span]] = {}
    for setting in document.settings:
        if setting.name not in _SETTINGS:
            problems.append(
                Diagnostic(
                    "E0501",
                    f"a case file has no setting {setting.name!r}",
                    setting.span,
                    _SETTINGS,
                    nearest(setting.name, _SETTINGS),
                )
            )
        elif setting.name in settings and setting.name != "Names":
            problems.append(Diagnostic("E0202", f"`{setting.name}` is already stated", setting.span))
        settings.setdefault(setting.name, []).append(setting.value)
    facts: list[Block] = []
    questions: list[CaseQuestion] = []
    parts: list[CasePart] = []
    in_part = False
    for section in document.sections:
        heading = _meant(section, problems)
        match = _PART.match(heading)
        if section.level == 2 or match is not None:
            in_part = match is not None
        if match is not None:
            parts.append(_part(section, match["name"], (match["title"] or "").strip(), problems))
        elif heading in ("Facts", "Questions"):
            more = _part(section, "", "", problems)
            if in_part:
                last = parts[-1]
                parts[-1] = CasePart(last.name, last.title, last.facts + more.facts, last.questions + more.questions)
            else:
                facts += more.facts
                questions += more.questions
    names = [part.name for part in parts]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [Diagnostic("E0503", f"there are two cases ({name})", document.span) for name in twice]
    complete = settings.get("Record complete to", [])
    book = settings.get("Book", [])
    case = CaseFile(
        document.title,
        book[-1] if book else None,
        tuple(settings.get("Names", [])),
        complete[-1] if complete else None,
        CasePart("", "", tuple(facts), tuple(questions)),
        tuple(parts),
    )
    return case, tuple(problems)


def _meant(section: Section, problems: list[Diagnostic]) -> str:
    """A section's heading; where it has a slip, that is told, and it is read as what was meant."""
    heading = section.heading
    part = _PART.match(heading)
    if heading in ("Facts", "Questions") or (part is not None and section.level == 2):
        return heading
    near = nearest(heading, ("Facts", "Questions"), 1)
    meant = heading if part is not None else near[0] if near else _LOOSE_PART.sub(r"Case (\g<name>): ", heading).strip()
    right = (f"## {meant}",) if _PART.match(meant) or near else ()
    said = f"a case file has no section {heading!r}"
    problems.append(Diagnostic("E0502", said, section.span, _HEADINGS, right))
    return meant


def _part(section: Section, name: str, title: str, problems: list[Diagnostic]) -> CasePart:
    facts: list[Block] = []
    questions: list[CaseQuestion] = []
    for block in section.blocks:
        if isinstance(block, List) and block.numbered:
            questions += _questions(block, problems)
        elif isinstance(block, List) and all("?" in item.span.text for item in block.items):
            said = "questions are a numbered list"
            first = f"1. {' '.join(block.items[0].span.text.partition('?')[0].split())}?"
            problems.append(Diagnostic("E0504", said, block.span, (first,)))
            questions += _questions(block, [])
        elif isinstance(block, (Paragraph, List, Table)):
            facts.append(block)
        elif not isinstance(block, Quote):
            problems.append(Diagnostic("E0504", "neither facts nor questions", block.span))
    return CasePart(name, title, tuple(facts), tuple(questions))


def _questions(block: List, problems: list[Diagnostic]) -> Iterator[CaseQuestion]:
    for number, item in enumerate(block.items, 1):
        end = _question_end(item)
        if end is None:
            problems.append(Diagnostic("E0505", "a question ends in a question mark", item.span, expected=("… ?",)))
            continue
        source = item.span.source
        question = Span(source, item.span.start, end)
        rest = source.text[end : item.span.end]
        start = end + len(rest) - len(rest.lstrip())
        expected = Span(source, start, item.span.end) if rest.strip() else None
        yield CaseQuestion(question, expected, number)


def _question_end(item: Item) -> int | None:
    place = item.span.text.find("?")
    return None if place < 0 else item.span.start + place + 1


def sentences(blocks: Iterable[Block]) -> Iterator[Span]:
    """The running text among facts: paragraphs, and the items of bullet lists."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.span
        elif isinstance(block, List):
            for item in block.items:
                yield item.span
