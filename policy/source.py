"""Texts and places in them: every node that comes out of a file can say where it stood."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from attrs import field, frozen


@frozen
class Source:
    """A text with the name it is shown under (a path, or ``question``)."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        lines = self.text.split("\n")
        return tuple(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def place(self, offset: int) -> str:
        """Where an offset is, for people: file, line and column."""
        line, column = self.line_column(offset)
        return f"{self.name}:{line}:{column}"

    def line_text(self, line: int) -> str:
        """The text of a line (counted from 1), without its end."""
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else None].rstrip("\r")


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
        return self.source.place(self.start)
