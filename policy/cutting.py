"""Parts of a place in a text: its sentences, what stands between separators, what has no full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.source import Span


def sentences(span: Span) -> Iterator[Span]:
    """The parts of a paragraph that end in a full stop; what follows the last stop counts too."""
    text = span.text
    at = 0
    for match in re.finditer(r"(?:[^.]|\.(?!\s|$))+\.?", text):
        at = match.start() + len(match.group()) - len(match.group().lstrip())
        words = match.group().strip()
        if words.strip("."):
            start = span.start + at
            yield Span(span.source, start, start + len(words.rstrip(".")))


def part(span: Span, start: int, end: int) -> Span:
    """The part of a place from one of its characters to before another."""
    return Span(span.source, span.start + start, span.start + end)


def split(span: Span, separator: str) -> Iterator[Span]:
    """The parts of a place between separators, without their blanks."""
    at = 0
    text = span.text
    for match in [*re.finditer(separator, text), None]:
        end = len(text) if match is None else match.start()
        piece = text[at:end]
        lead = len(piece) - len(piece.lstrip())
        if piece.strip():
            yield part(span, at + lead, at + len(piece.rstrip()))
        at = end if match is None else match.end()


def without_stop(span: Span) -> Span:
    """A place without the full stop or semicolon at its end."""
    text = span.text.rstrip()
    return Span(span.source, span.start, span.start + len(text.removesuffix(".").removesuffix(";").rstrip()))
