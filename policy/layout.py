"""Explanations laid out: plain text with the clauses in a column at the right, and Markdown."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable

from policy.outline import Line

_NARROWEST = 24
_FIXED = "\N{NO-BREAK SPACE}"


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
    result = textwrap.wrap(head, width, subsequent_indent="  ") or [""]
    previous = -1
    for number, line in enumerate(lines):
        if number == 0 or (line.depth == 0 and previous == 0 and not line.rests_on):
            result += [""] if number == 0 else []
        result += _row(line, width)
        previous = line.depth
    return inert("\n".join(result).replace(_FIXED, " ")) + "\n"


def _whole(text: str) -> str:
    """A citation's sign kept on the line of its number."""
    return text.replace("§ ", f"§{_FIXED}")


def _row(line: Line, width: int) -> list[str]:
    indent = "  " * (line.depth + 1)
    right = line.rests_on
    room = width - (len(right) + 2 if right else 0)
    if room - len(indent) < _NARROWEST or len(right) * 2 > width - len(indent):
        rows = textwrap.wrap(line.text, width, initial_indent=indent, subsequent_indent=indent + "  ")
        return [*rows, f"{right:>{width}}" if len(right) < width else f"{indent}  {right}"] if right else rows
    rows = textwrap.wrap(line.text, room, initial_indent=indent, subsequent_indent=indent + "  ") or [indent]
    if right:
        rows[0] = f"{rows[0]:<{width - len(right)}}{right}"
    return rows


_MARKS = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~"})


def markdown(question: str, said: str, citations: Iterable[str], lines: Iterable[Line]) -> str:
    """The answer as a Markdown document: question, verdict, and the explanation as a nested list."""
    cited = ", ".join(f"§ {clause}" for clause in citations)
    result = [f"**{_escaped(question)}**", "", f"**{_escaped(said)}** {_escaped(cited)}".rstrip(), ""]
    for line in lines:
        rests = f" — {_escaped(line.rests_on)}" if line.rests_on else ""
        result.append(f"{'  ' * line.depth}- {_escaped(line.text)}{rests}")
    return inert("\n".join(result)) + "\n"


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(_MARKS)
