"""Markdown in its one form: blank lines, bullets, headings, lines of at most `WIDTH` columns, aligned tables.

Only blanks and marks change: `words` is the same before and after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from unicodedata import combining, east_asian_width

from attrs import define

from policy.document import Block, Document, Item, List, Paragraph, Quote, Section, Table
from policy.source import Span

WIDTH = 120
Statement = Callable[[Paragraph, List | None], str | None]
"""How a paragraph, with the list it introduces, is written: None to keep its words."""

_MARKUP = re.compile(r"(?:[-+*>=~|]|#{1,6}$|\d{1,9}[.)]$|[-*_]{3,}$|(?:Suppose|Ask)$|\[[^\]]*\]:)")
"""What must not begin a line in the middle of a text: a viewer, or our reader, would take it for something else."""
_BREAKS = re.compile(r"\n\s*(?=(?:Suppose|Ask)\b)")


def markdown_form(document: Document, statement: Statement = lambda paragraph, following: None) -> str:
    """A document without errors in its one form."""
    parts = [f"# {' '.join(document.title.split())}"]
    if document.settings:
        parts.append("\n".join(f"{each.name}: {' '.join(each.value.text.split())}" for each in document.settings))
    for section in document.sections:
        parts.append(f"{'#' * section.level} {' '.join(section.span.text.split())}")
        parts.extend(_Blocks(statement).written(section))
    return "\n\n".join(parts) + "\n"


def words(text: str) -> list[str]:
    """The words of a Markdown text, without the marks and blanks that a form may change."""
    kept = [line for line in text.split("\n") if not re.fullmatch(r"[\s|:-]*-[\s|:-]*", line)]
    bare = (re.sub(r"^(?:[\s>]*(?:(?:[-+*]|\d{1,9}[.)])\s+)*)", "", line) for line in kept)
    return [word for line in bare for word in line.replace("|", " ").split()]


@define
class _Blocks:
    statement: Statement
    bullet: str = "-"

    def written(self, section: Section) -> Iterator[str]:
        """The blocks of a section; a list stands directly under the colon that introduces it."""
        blocks = section.blocks
        at = 0
        while at < len(blocks):
            block, following = blocks[at], blocks[at + 1] if at + 1 < len(blocks) else None
            if isinstance(block, Paragraph) and _introduces(block, following):
                assert isinstance(following, List)
                said = self.statement(block, following)
                yield said if said is not None else f"{_paragraph(block)}\n{self.list(following)}"
                at += 2
                continue
            yield self.block(block, blocks[at - 1] if at else None)
            at += 1

    def block(self, block: Block, before: Block | None) -> str:
        match block:
            case Paragraph():
                said = self.statement(block, None)
                return said if said is not None else _paragraph(block)
            case List():
                other = isinstance(before, List) and before.numbered == block.numbered
                self.bullet = "*" if other and self.bullet == "-" else "-"
                return self.list(block)
            case Quote():
                return _quote(block)
            case Table():
                return _table(block)

    def list(self, block: List, indent: str = "") -> str:
        return "\n".join(
            line for number, item in enumerate(block.items, 1) for line in self.item(item, block, number, indent)
        )

    def item(self, item: Item, block: List, number: int, indent: str) -> Iterator[str]:
        dot = ")" if self.bullet == "*" else "."
        mark = f"{number}{dot} " if block.numbered else f"{self.bullet} "
        inner = indent + " " * len(mark)
        pieces = list(_lines_of(item.span, block.numbered))
        yield from wrapped(pieces[0], indent + mark, inner)
        for piece in pieces[1:]:
            yield from wrapped(piece, inner, inner)
        if item.nested is not None:
            yield self.list(item.nested, inner)


def _introduces(block: Paragraph, following: Block | None) -> bool:
    return isinstance(following, List) and not following.numbered and block.span.text.rstrip().endswith(":")


def _paragraph(block: Paragraph) -> str:
    return "\n".join(wrapped(block.span.text))


def _lines_of(span: Span, numbered: bool) -> Iterator[str]:
    """What begins on a line of its own in an item: the answer expected, what an asked phrase supposes and asks."""
    for piece in _BREAKS.split(span.text):
        question, mark, answer = piece.partition("?") if numbered else (piece, "", "")
        yield question + mark
        if answer.strip():
            yield answer


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """A text in lines, none of which begins like something else."""
    lines: list[str] = []
    line = first
    empty = True
    for chunk in _chunks(text.split()):
        if not empty and display_width(line) + 1 + display_width(chunk) > WIDTH:
            lines.append(line)
            line, empty = rest, True
        line += chunk if empty else f" {chunk}"
        empty = False
    return [*lines, line]


def _chunks(every: Sequence[str]) -> Iterator[str]:
    """Words, those that may not begin a line joined to the ones before them."""
    chunk = ""
    for word in every:
        if chunk and _MARKUP.match(word):
            chunk += f" {word}"
            continue
        if chunk:
            yield chunk
        chunk = word
    if chunk:
        yield chunk


_NO_PROSE = re.compile(r"\s*(?:[-+*>#|=~]|\d{1,9}[.)]\s|\s{4}|<|```)")


def _quote(block: Quote) -> str:
    """A note: running text is wrapped, anything else in it is left as it is."""
    lines = block.text.split("\n")
    if any(_NO_PROSE.match(line) or line.endswith(("  ", "\\")) for line in lines):
        return "\n".join(f"> {line}".rstrip() for line in lines)
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n>\n".join("\n".join(wrapped(each, "> ", "> ")) for each in paragraphs)


# ------------------------------------------------------------------------ tables


def _table(block: Table) -> str:
    rows = [[" ".join(cell.text.split()) for cell in row] for row in (block.header, *block.rows)]
    ruler = block.span.text.split("\n")[1]
    marks = [cell.strip() for cell in ruler.strip().strip("|").split("|")]
    return "\n".join(table_lines(rows, marks))


def table_lines(rows: Sequence[Sequence[str]], marks: Iterable[str] = ()) -> list[str]:
    """The lines of a table, header first, its columns as wide as their widest cell."""
    widths = [max(3, *(display_width(row[at]) for row in rows)) for at in range(len(rows[0]))]
    colons = [*marks, *[""] * len(widths)][: len(widths)]
    ruler = "|".join(_rule(width + 2, mark) for width, mark in zip(widths, colons, strict=True))
    header, *body = (f"| {' | '.join(_padded(row, widths))} |" for row in rows)
    return [header, f"|{ruler}|", *body]


def _rule(width: int, mark: str) -> str:
    left, right = ":" if mark.startswith(":") else "-", ":" if mark.endswith(":") else "-"
    return left + "-" * (width - 2) + right


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)]


def display_width(text: str) -> int:
    """The columns that an editor gives to a text."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
