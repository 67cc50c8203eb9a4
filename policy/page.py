"""What a command of a session says: blocks that a terminal, or a page, lays out."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from policy import charts
from policy.course import Course
from policy.layout import columns, inert, plain_text, wrapped
from policy.outline import Line


@frozen
class Words:
    """A paragraph; ``loud`` where it is a heading."""

    text: str
    loud: bool = False


@frozen
class Said:
    """An answer: its word or value, the clauses, and as much of the explanation as is unfolded."""

    said: str
    citations: tuple[str, ...]
    lines: tuple[Line, ...] = ()


@frozen
class Lines:
    """Lines under lines, each with what it rests on."""

    lines: tuple[Line, ...]


@frozen
class Beside:
    """Texts side by side, under two headings."""

    heads: tuple[str, str]
    rows: tuple[tuple[str, str], ...]


@frozen
class Verbatim:
    """Text whose lines stay as they are, where they are not too long."""

    text: str


@frozen
class Chart:
    """Answers over time."""

    course: Course


_RULE = 16
"""How long the rule under a heading is at most."""

Block = Words | Said | Lines | Beside | Verbatim | Chart
Page = tuple[Block, ...]


def plain(page: Iterable[Block], width: int) -> str:
    """A page as plain text, at most so many columns wide; nothing in it can steer a terminal."""
    return "\n".join(_block(block, width) for block in page)


def _block(block: Block, width: int) -> str:
    match block:
        case Words():
            return inert("\n".join(wrapped(line, width) for line in block.text.split("\n"))) + "\n"
        case Said():
            return plain_text(block.said, block.citations, block.lines, width)
        case Lines():
            return plain_text("", (), block.lines, width).lstrip("\n")
        case Beside():
            left, right = block.heads
            rows = [block.heads, ("─" * min(len(left), _RULE), "─" * min(len(right), _RULE)), *block.rows]
            return inert("\n".join(columns(rows, width))) + "\n"
        case Chart():
            return inert("\n".join(charts.plain((block.course,), width))) + "\n"
        case Verbatim():
            lines = inert(block.text.expandtabs(4)).rstrip("\n").split("\n")
            return "\n".join(line if len(line) <= width else wrapped(line, width) for line in lines) + "\n"
