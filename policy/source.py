"""Texts and places in them: every node that comes out of a file can say where it stood."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Source:
    """A text with the name it is shown under (a path, or ``question``)."""

    name: str
    text: str = field(repr=False)

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        before = self.text[:offset]
        line = before.count("\n") + 1
        return line, offset - (before.rfind("\n") + 1) + 1

    def line_text(self, line: int) -> str:
        """The text of a line (counted from 1), without its end."""
        return self.text.split("\n")[line - 1].rstrip("\r")


@frozen
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a source."""

    source: Source = field(repr=False, eq=False, hash=False)
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.line_column(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.start)[1]

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other."""
        return Span(self.source, self.start, other.end)

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"
