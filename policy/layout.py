"""Explanations laid out: plain text with the clauses in a column at the right, and Markdown."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from policy.outline import Line

_NARROWEST = 24
_FIXED = "\N{NO-BREAK SPACE}"
_BETWEEN = "  │ "
_NARROWEST_COLUMN = 16


def inert(text: str) -> str:
    """Text with control characters and terminal escapes made visible and harmless."""
    return "".join(
        character if character == "\n" or unicodedata.category(character)[0] != "C" else f"\\x{ord(character):02x}"
        for character in text
    )


def plain_text(said: str, citations: Iterable[str], lines: Iterable[Line], width: int) -> str:
    """The answer's first line, then its explanation."""
    cited = ", ".join(f"§ {clause}" for clause in citations)
    head = f"{said}  {_whole(cited)}".rstrip()
    result = _filled(head, width, following="  ") or [""]
    previous = -1
    for number, line in enumerate(lines):
        if number == 0 or (line.depth == 0 and previous == 0 and not line.rests_on):
            result += [""] if number == 0 else []
        result += _row(line, width)
        previous = line.depth
    return inert("\n".join(result).replace(_FIXED, " ")) + "\n"


_PIECE = re.compile(r"§ .*?(?=, §|; |$)|, line \d+")


def _whole(text: str) -> str:
    """Each citation, and each place in a file, kept on one line."""
    return _PIECE.sub(lambda piece: piece.group().replace(" ", _FIXED), text)


def _row(line: Line, width: int) -> list[str]:
    """A line with what it rests on in a column at the right, or below where the column would leave no room."""
    indent = "  " * (line.depth + 1)
    right = _filled(_whole(line.rests_on), max(_NARROWEST, width // 2))
    room = width - max((len(each) + 2 for each in right), default=0)
    if room - len(indent) < _NARROWEST:
        return [*_wrapped(line.text, width, indent), *(f"{each:>{width}}" for each in right)]
    rows = _wrapped(line.text, room, indent)
    if right and len(rows) > len(right) + 1:
        rows = _beside(line.text, indent, room, len(right), width)
    return [f"{row:<{width - len(each)}}{each}".rstrip() for row, each in zip_longest(rows, right, fillvalue="")]


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return _filled(text, width, indent, indent + "  ") or [indent]


def _filled(text: str, width: int, first: str = "", following: str = "") -> list[str]:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=following, break_on_hyphens=False)


def wrapped(text: str, width: int) -> str:
    """A paragraph in lines of at most so many columns."""
    return "\n".join(_filled(text.replace("§ ", f"§{_FIXED}"), width)).replace(_FIXED, " ")


def _beside(text: str, indent: str, room: int, count: int, width: int) -> list[str]:
    """Text of which so many rows stand beside the column, and the rest below it in full width."""
    rows = _wrapped(text, room, indent)[:count]
    rest = text.split()[sum(len(row.split()) for row in rows) :]
    return [*rows, *_filled(" ".join(rest), width, indent + "  ", indent + "  ")]


def columns(pairs: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Two texts side by side, each pair beginning on a line of its own."""
    room = max(_NARROWEST_COLUMN, (width - len(_BETWEEN) - 2) // 2)
    for left, right in pairs:
        lines = zip_longest(_filled(left, room), _filled(right, room), fillvalue="")
        yield "\n".join(f"  {one:<{room}}{_BETWEEN}{other}".rstrip() for one, other in lines).replace(_FIXED, " ")


_MARKS = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~"})


def markdown(question: str, said: str, citations: Iterable[str], lines: Iterable[Line]) -> str:
    """The answer as a Markdown document: question, verdict, and the explanation as a nested list."""
    cited = ", ".join(f"§ {clause}" for clause in citations)
    result = [f"**{escaped(question)}**", "", f"**{escaped(said)}** {escaped(cited)}".rstrip(), ""]
    for line in lines:
        rests = f" — {escaped(line.rests_on)}" if line.rests_on else ""
        result.append(f"{'  ' * line.depth}- {escaped(line.text)}{rests}")
    return inert("\n".join(result)) + "\n"


def escaped(text: str) -> str:
    """Text in one line in which no sign means anything to Markdown."""
    return " ".join(text.split()).translate(_MARKS)
