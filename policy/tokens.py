"""Text to tokens: words, marks, literals and clause signs, each with its place.

A word keeps its case. A possessive ``'s`` is a token of its own, and so is every mark that is not part of a
number, a date or a quoted text. Curly quotes count as straight ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

LONGEST_TEXT = 20_000
MOST_TOKENS = 2_000

_TOKEN = re.compile(
    r"""(?P<possessive>['’]s\b|(?<=s)['’](?=\s))
      | (?P<quoted>"[^"]*"|“[^”]*”)
      | (?P<number>-?\$?\d(?:[\w%/-]|[.,](?=\d))*)
      | (?P<word>[^\W\d_]\w*(?:[-–]\w+|['’](?!s\b)\w+|&\w+)*)
      | (?P<mark>\S)""",
    re.VERBOSE,
)
_ANY_CLAUSE = r"[^\s,;:]*[^\s,;:.]"


@frozen(eq=False)
class Tokens:
    """The tokens of a text: as they are matched, and where each starts and ends in the source."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.words)

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.words + other.words, self.starts + other.starts, self.ends + other.ends)

    def part(self, start: int, end: int) -> Tokens:
        return Tokens(self.words[start:end], self.starts[start:end], self.ends[start:end])

    @staticmethod
    def mark(word: str, place: int) -> Tokens:
        """A token that stands for structure and takes no room."""
        return Tokens((word,), (place,), (place,))


def clause_pattern(clauses: Iterable[str]) -> re.Pattern[str]:
    """What a clause sign may be followed by: a known id, the longest first, or whatever looks like one."""
    known = sorted(clauses, key=lambda clause: (-len(clause), clause))
    return re.compile(
        r"§\s*(?P<id>" + "".join(rf"{re.escape(clause)}(?![\w(/])|" for clause in known) + _ANY_CLAUSE + ")"
    )


_NO_CLAUSES = clause_pattern(())


def tokenize(text: str, start: int = 0, end: int | None = None, clauses: re.Pattern[str] = _NO_CLAUSES) -> Tokens:
    """The tokens of a part of a text. A clause reference is one token: ``§ 5(a)/4``."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at, stop = start, len(text) if end is None else end
    while (match := _TOKEN.search(text, at, stop)) is not None and len(words) <= MOST_TOKENS:
        word = match.group()
        kind = match.lastgroup
        if word == "§" and (reference := clauses.match(text, match.start(), stop)) is not None:
            match, word = reference, f"§ {reference['id']}"
        elif kind == "possessive":
            word = "'s"
        elif kind == "quoted":
            word = f'"{word[1:-1]}"'
        elif kind == "word" and "’" in word:
            word = word.replace("’", "'")
        words.append(word)
        starts.append(match.start())
        ends.append(match.end())
        at = match.end()
    return Tokens(tuple(words), tuple(starts), tuple(ends))
