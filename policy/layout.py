"""Explanations laid out: plain text with the clauses in a column at the right, and Markdown.

Whatever stands in a name, here it becomes inert for each kind of reader: a terminal, JSON, a spreadsheet, Markdown.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from policy.outline import Line

_NARROWEST = 24
_FIXED = "\N{NO-BREAK SPACE}"
_BETWEEN = "  │ "
_NARROWEST_COLUMN = 16


def inert(text: str) -> str:
    """Text with control characters and terminal escapes made visible and harmless."""
    if text.isprintable():
        return text
    return "".join(f"\\x{ord(character):02x}" if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    """Whether a character steers a terminal, hides, or breaks lines where a line ends for nobody else."""
    return character != "\n" and unicodedata.category(character).startswith(("C", "Zl", "Zp"))


_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def json_text(data: Any) -> str:
    """Plain data as JSON, in which what would steer a terminal, or hide, is written as an escape."""
    return _visible(json.dumps(data, ensure_ascii=False, indent=2))


def json_line(data: Any) -> str:
    """The same in one line without blanks."""
    return _visible(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _visible(text: str) -> str:
    return text if text.replace("\n", "").isprintable() else "".join(map(_json_character, text))


def _json_character(character: str) -> str:
    return json.dumps(character)[1:-1].replace("\x7f", "\\u007f") if _steers(character) else character


def for_spreadsheet(text: str) -> str:
    """A text as a cell: one that a spreadsheet would take for a formula gets an apostrophe before it.

    So does one that begins as if it had got one: `policy.ledger_cells.plain` takes just one away.
    """
    return f"'{text}" if _FORMULA.match(text) is not None else text


def plain_text(said: str, citations: Iterable[str], lines: Iterable[Line], width: int) -> str:
    """The answer's first line, then its explanation."""
    cited = ", ".join(f"§ {clause}" for clause in citations)
    head = f"{said}  {_whole(cited)}".rstrip()
    result = _filled(head, width, following="  ") or [""]
    told = [row for line in lines for row in _row(line, width)]
    result += ["", *told] if told else []
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


def wrapped(text: str, width: int, following: str = "") -> str:
    """A paragraph in lines of at most so many columns, those after the first with ``following`` before them."""
    return "\n".join(_filled(_signs_kept(text), width, following=following)).replace(_FIXED, " ")


def _signs_kept(text: str) -> str:
    """A paragraph in which no line ends with the sign of a section."""
    return text.replace("§ ", f"§{_FIXED}")


def _beside(text: str, indent: str, room: int, count: int, width: int) -> list[str]:
    """Text of which so many rows stand beside the column, and the rest below it in full width."""
    rows = _wrapped(text, room, indent)[:count]
    rest = text.split()[sum(len(row.split()) for row in rows) :]
    return [*rows, *_filled(" ".join(rest), width, indent + "  ", indent + "  ")]


def columns(pairs: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Two texts side by side, each pair beginning on a line of its own; the lines of a text stay apart."""
    room = max(_NARROWEST_COLUMN, (width - len(_BETWEEN) - 2) // 2)
    for left, right in pairs:
        lines = zip_longest(_column(left, room), _column(right, room), fillvalue="")
        yield "\n".join(f"  {one:<{room}}{_BETWEEN}{other}".rstrip() for one, other in lines).replace(_FIXED, " ")


def _column(text: str, room: int) -> list[str]:
    return [
        row
        for line in text.split("\n")
        for row in _filled(_signs_kept(line), room, following="  " if line.lstrip().startswith("- ") else "") or [""]
    ]


_MARKS = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~&"})
_ADDRESS = re.compile(r"(?<=\w):(?=//)|(?<=www)\.|@|\$(?!\d)", re.IGNORECASE)
"""What makes some readers take a text for the address of a page or of a person, or for a formula."""
_ITEM = re.compile(r"^(?:(?P<digits>\d+)(?=[.)])|(?=[-+=]))")
"""What would make a line an item of a list, or underline a heading."""


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
    text = _ADDRESS.sub(r"\\\g<0>", " ".join(text.split()).translate(_MARKS))
    return _ITEM.sub(r"\g<digits>\\" if text[:1].isdigit() else r"\\", text)
