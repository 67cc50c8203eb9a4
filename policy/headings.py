"""What headings say: of a section, that it is a clause or holds words; of a list, who states its phrases.

One with a slip is told once, and read as what was meant, so that nothing else is told for its sake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from policy.diagnostic import Diagnostic, nearest
from policy.document import CLAUSE_ID, Block, Document, List, Paragraph, Section
from policy.source import Span
from policy.words import Heading

WORD_SECTIONS = ("Names", "Kinds", "Records", "Vocabulary", "Words")

# -------------------------------------------------------------- lists of phrases

_HEADINGS: tuple[tuple[Heading, re.Pattern[str]], ...] = (
    (Heading.RECORDED, re.compile(r"Recorded:")),
    (Heading.RECORDED_OVER_TIME, re.compile(r"Recorded, over time:")),
    (Heading.GIVEN, re.compile(r"Given(?:, taken as (?P<value>.+?) until supplied)?:")),
    (Heading.DECIDED, re.compile(r"Decided by (?P<by>.+?):")),
    (Heading.DETERMINED, re.compile(r"Determined by (?P<by>.+?):")),
    (
        Heading.READ_AS,
        re.compile(r"Read as (?P<value>.+?), unless (?P<by>.+?) determines? otherwise \((?P<reading>[^)]+)\):"),
    ),
    (Heading.CONCLUDED, re.compile(r"Concluded:")),
    (Heading.ASKED, re.compile(r"Asked:")),
)
_WITHOUT_ID = re.compile(r"(?P<read>Read as (?P<value>.+?), unless (?P<by>.+?) determines? otherwise):")
HEADINGS = (
    "Recorded:",
    "Recorded, over time:",
    "Given:",
    "Given, taken as V until supplied:",
    "Decided by A:",
    "Determined by A:",
    "Read as V, unless A determines otherwise (id):",
    "Concluded:",
    "Asked:",
)
"""The headings of phrases, as they are written."""


@frozen
class PhraseHeading:
    """A heading of phrases: ``said`` holds what it names (`by`, `value`, `reading`).

    ``right`` is the right form of one that is not written as it should be, else empty; ``inline`` the phrase that
    wrongly stands in its line.
    """

    heading: Heading
    said: Mapping[str, str | None]
    span: Span
    right: str = ""
    inline: Span | None = None


def phrase_heading(blocks: Sequence[Block], at: int) -> PhraseHeading | None:
    """The heading of phrases that a block is, if it is one."""
    block = blocks[at]
    if not isinstance(block, Paragraph):
        return None
    text = " ".join(block.span.text.split())
    found = _read(text)
    if found is not None:
        return PhraseHeading(*found, block.span)
    if (found_inline := _inline(block.span)) is not None:
        return found_inline
    if (nameless := _WITHOUT_ID.fullmatch(text)) is not None:
        said = {"value": nameless["value"], "by": nameless["by"], "reading": ""}
        return PhraseHeading(Heading.READ_AS, said, block.span, f"{nameless['read']} (R-1):")
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if isinstance(following, List) and any("*" in item.span.text for item in following.items):
        for right in _meant(text):
            if (found := _read(right)) is not None:
                return PhraseHeading(*found, block.span, right)
    return None


def is_phrase_heading(block: Block) -> bool:
    """Whether a paragraph heads a list of phrases, and is written so."""
    return isinstance(block, Paragraph) and _read(" ".join(block.span.text.split())) is not None


def _read(text: str) -> tuple[Heading, Mapping[str, str | None]] | None:
    for heading, pattern in _HEADINGS:
        if (match := pattern.fullmatch(text)) is not None:
            return heading, match.groupdict()
    return None


def _inline(span: Span) -> PhraseHeading | None:
    """A heading that a phrase with stars follows in the same paragraph."""
    for heading, pattern in _HEADINGS:
        match = pattern.match(span.text)
        rest = span.text[match.end() :] if match is not None else ""
        if match is not None and "*" in rest:
            phrase = Span(span.source, span.end - len(rest.lstrip()), span.end)
            right = f"{match.group()} and below it, in a list, - {' '.join(rest.split())}"
            return PhraseHeading(heading, match.groupdict(), span, right, phrase)
    return None


def _meant(text: str) -> Iterator[str]:
    """What a heading with a slip may have been meant to be."""
    words = text.rstrip(" :.")
    yield f"{words[:1].upper()}{words[1:]}:"
    act, by, body = words.partition(" by ")
    if by:
        yield from (f"{right} by {body}:" for right in nearest(act, ("Decided", "Determined"), 1))
    if words.casefold().startswith("read"):
        yield re.sub(r"(?i)^read(?: as)? (\S+?),? unless", r"Read as \1, unless", words) + ":"
    plain = ("Recorded", "Recorded, over time", "Given", "Concluded", "Asked")
    yield from (f"{right}:" for right in nearest(words, plain, 1))


# -------------------------------------------------------------------- sections

_NUMBERED = re.compile(
    rf"(?:(?:section|sec\.|clause|article|art\.|paragraph|rule)\s+)?(?P<id>(?=[^\s]*\d){CLAUSE_ID.pattern})[.:)]?(?P<rest>\s.*|)",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_OF_CASES = ("Facts", "Questions")
_DECLARED = (("Records", re.compile(r"An?\s.+?\s(?:has|may\s+have)\s")), ("Kinds", re.compile(r"An?\s.+?\sis\s")))
"""What an item of a section of words looks like."""


def as_meant(document: Document) -> tuple[Document, tuple[Diagnostic, ...]]:
    """A rule file with its sections as they were meant, and what is wrong with their headings."""
    problems: list[Diagnostic] = []
    sections = tuple(_section(section, problems) for section in document.sections)
    return (evolve(document, sections=sections) if problems else document), tuple(problems)


def _section(section: Section, problems: list[Diagnostic]) -> Section:
    if section.clauses or section.heading in WORD_SECTIONS:
        return section
    meant = _clause(section) or _words(section) or section
    marks = "#" * section.level
    right = f"{marks} § {meant.clauses[0]} {meant.heading}".rstrip() if meant.clauses else f"{marks} {meant.heading}"
    clause = "§ and a clause id" if meant.clauses else f"a clause, as `{marks} § 1 {section.heading}`"
    notes = ("a case file has facts and questions, and says `Book: …`",) if section.heading in _OF_CASES else ()
    said = f"{section.heading!r} is neither a clause nor a section of words"
    near = (right,) if meant != section else ()
    problems.append(Diagnostic("E0033", said, section.span, (clause, *WORD_SECTIONS), near, notes))
    return meant


def _clause(section: Section) -> Section | None:
    """A section whose heading begins with a number: a clause without its sign."""
    match = _NUMBERED.fullmatch(section.heading)
    if match is None:
        return None
    start = section.span.start + match.start("id")
    place = Span(section.span.source, start, start + len(match["id"]))
    id = " ".join(match["id"].split())
    return evolve(section, clauses=(id,), clause_spans=(place,), heading=match["rest"].strip())


def _words(section: Section) -> Section | None:
    """A section of words, by what stands in it or by its heading."""
    near = tuple(_held(section.blocks)) or nearest(section.heading, WORD_SECTIONS, 1)
    return evolve(section, heading=near[0]) if near else None


def _held(blocks: Sequence[Block]) -> Iterator[str]:
    for at, block in enumerate(blocks):
        if phrase_heading(blocks, at) is not None:
            yield "Vocabulary"
        elif isinstance(block, List):
            yield from (name for name, form in _DECLARED if form.match(block.items[0].span.text))
