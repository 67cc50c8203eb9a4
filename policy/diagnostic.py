"""Errors and warnings as values: a code, a place, what was expected, the nearest right words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from unicodedata import combining, east_asian_width

from attrs import frozen

from policy.source import Span

ERRORS: dict[str, str] = {
    # E00xx: files and Markdown
    "E0001": "There is no such file",
    "E0002": "Not a file",
    "E0003": "The file cannot be read",
    "E0004": "The file is too large",
    "E0005": "The file is empty",
    "E0006": "The file is not UTF-8",
    "E0007": "A character that cannot be seen",
    "E0010": "The file does not begin with its title",
    "E0011": "A second title",
    "E0012": "A line of the title block that is not `Name: value`",
    "E0013": "Text before the first section",
    "E0014": "A code block",
    "E0015": "HTML",
    "E0016": "An image",
    "E0017": "A heading made by underlining",
    "E0018": "A horizontal rule",
    "E0019": "A list item of more than one paragraph and one list",
    "E0020": "A list item without text",
    "E0021": "Lists or notes nested too deeply",
    "E0022": "A heading whose clause id cannot be read",
    "E0023": "A table row that does not match its header",
    "E0024": "Lines that look like a table and are none",
    "E0025": "A line that slips into the note above it",
    "E0026": "A line that slips into the list item above it",
    "E0027": "A heading that is none, or has no words",
    "E0028": "A link definition",
    # E01xx: words and sentences
    # E02xx: vocabulary
    # E03xx: types and scope
    # E04xx: priorities, references, dependency graph
    # E05xx: case files and facts
    # E06xx: questions
    # E07xx: limits
    # W00xx: warnings
}
"""Every code with its title; each has an entry of the same name in ``docs/errors.md``."""


@frozen
class Diagnostic:
    """One finding. ``code`` is stable (``E0103``, ``W0002``) and explained in ``docs/errors.md``."""

    code: str
    message: str
    span: Span | None
    expected: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")


class ClausebookError(Exception):
    """The one error that the library raises for bad input: at least one diagnostic, in the order of their places."""

    def __init__(self, first: Diagnostic, *others: Diagnostic) -> None:
        self.diagnostics = in_order((first, *others))
        super().__init__(*self.diagnostics)

    @property
    def code(self) -> str:
        """The code of the first error (of the first warning, if there are only warnings)."""
        return self._leading.code

    @property
    def place(self) -> str | None:
        """``file:line:column`` of the same finding."""
        span = self._leading.span
        return None if span is None else str(span)

    @property
    def _leading(self) -> Diagnostic:
        return next((each for each in self.diagnostics if each.is_error), self.diagnostics[0])

    def __str__(self) -> str:
        return "\n\n".join(map(render, self.diagnostics))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place: those without one first, then file by file from top to bottom."""
    return tuple(sorted(diagnostics, key=_place_key))


def _place_key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    place = ("", 0, 0) if span is None else (span.source.name, span.start, span.end)
    return (*place, diagnostic.code, diagnostic.message)


# -------------------------------------------------------------- nearest words

_LONGEST_COMPARED = 200  # a "word" beyond this is no misspelling
_NEAR = 0.6  # the share of letters in common from which a human sees the likeness


def nearest(word: str, candidates: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The candidates that ``word`` may be a misspelling of, likeliest first; case does not matter."""
    if len(word) > _LONGEST_COMPARED:
        return ()
    matcher = SequenceMatcher(b=word.casefold(), autojunk=False)
    likeness = {candidate: _likeness(matcher, candidate) for candidate in candidates}
    near = [candidate for candidate, ratio in likeness.items() if ratio >= _NEAR]
    return tuple(sorted(near, key=lambda candidate: (-likeness[candidate], candidate))[:most])


def _likeness(matcher: SequenceMatcher[str], candidate: str) -> float:
    matcher.set_seq1(candidate.casefold())
    if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR:
        return 0.0
    return matcher.ratio()


# ------------------------------------------------------------------ rendering

_WINDOW = 100  # columns of a source line that are shown
_LEAD = 40  # columns of a long line that are shown before the place
_TAB = "    "


def render(diagnostic: Diagnostic) -> str:
    """The finding as a terminal or an editor shows it; nothing in it can steer a terminal."""
    return "\n".join(
        [
            _headline(diagnostic),
            *(_excerpt(diagnostic.span) if diagnostic.span else ()),
            *_listed("expected", diagnostic.expected),
            *_listed("nearest", diagnostic.nearest),
            *(_inert(line) for note in diagnostic.notes for line in note.split("\n")),
            f"clausebook explain {diagnostic.code}",
        ]
    )


def _headline(diagnostic: Diagnostic) -> str:
    place = "" if diagnostic.span is None else f"{_inert(str(diagnostic.span))}: "
    kind = "error" if diagnostic.is_error else "warning"
    return f"{place}{kind} {diagnostic.code}: {_inert(' '.join(diagnostic.message.split()))}"


def _listed(label: str, words: tuple[str, ...]) -> list[str]:
    return [f"{label}: {_inert('; '.join(words))}"] if words else []


def _excerpt(span: Span) -> list[str]:
    """The line of the place and, under it, the marks; of a long line a window around the place.

    A place of several lines is marked to the end of its first.
    """
    line = span.source.line_text(span.line)
    start = span.column - 1
    end = max(start, min(start + span.end - span.start, len(line.rstrip())))
    first, last = _window(line, start)
    before = ("…" if first else "") + _inert(line[first:start])
    marked = _inert(line[start : min(end, last)])
    after = _inert(line[max(start, min(end, last)) : last]) + ("…" if last < len(line) else "")
    marks = "^" * max(1, _width(marked))
    return [f"  {before}{marked}{after}".rstrip(), f"  {' ' * _width(before)}{marks}"]


def _window(line: str, start: int) -> tuple[int, int]:
    """The characters of a line to show: all, or those around ``start`` that fit."""
    if len(line) <= _WINDOW and _width(_inert(line)) <= _WINDOW:
        return 0, len(line)
    first = start
    room = _LEAD
    while first > 0 and (room := room - _width(_inert(line[first - 1]))) >= 0:
        first -= 1
    last = first
    room = _WINDOW
    while last < len(line) and (room := room - _width(_inert(line[last]))) >= 0:
        last += 1
    return first, last


def _inert(text: str) -> str:
    """The text with what would move the cursor, colour the screen or hide shown as an escape."""
    return text if text.isprintable() else "".join(map(_inert_character, text))


def _inert_character(character: str) -> str:
    if character.isprintable():
        return character
    return _TAB if character == "\t" else character.encode("unicode_escape").decode("ascii")


def _width(text: str) -> int:
    """Columns that a terminal gives to printable text."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
