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
    "E0030": "A list that no sentence introduces, or a table",
    "E0031": "A setting that books do not have",
    "E0032": "Dates that round in no known way",
    "E0033": "A section that is neither a clause nor words",
    "E0034": "No such book",
    "E0035": "Business days that cannot be read",
    "E0036": "A wording that is not pinned",
    "E0037": "Pins that cannot be read",
    "E0038": "Another text than the one that is pinned",
    "E0039": "A folder that pages cannot be written to",
    "E0040": "A port that cannot be had",
    "E0041": "Reports that cannot be read",
    "E0050": "A file that cannot be written",
    "E0051": "A file that is already there",
    "E0052": "A library that is not installed",
    "E0053": "A question that would be answered otherwise",
    "E0054": "A file that is no saved answer",
    "E0055": "A command that cannot be carried out",
    # E01xx: words and sentences
    "E0101": "A sentence that does not end as it should",
    "E0102": "A word that cannot stand here",
    "E0103": "No such clause",
    "E0104": "`and` and `or` in one chain",
    "E0105": "A chain without its last `and` or `or`",
    "E0106": "Something new after `is`",
    "E0107": "A comparison that does not suit dates",
    "E0108": "An article that does not suit its place",
    "E0109": "A sentence that is too long to read",
    "E0110": "A quantity that is not written as one",
    "E0111": "A number of too many digits",
    "E0112": "A date that is not written as one",
    "E0113": "A day that does not exist",
    "E0114": "A name that is not known",
    # E02xx: vocabulary
    "E0201": "A declaration that is not written as one",
    "E0202": "Declared twice",
    "E0203": "A word for no declared kind of thing",
    "E0204": "An attribute that is not written as one",
    "E0205": "Records ordered by what is no date of theirs",
    "E0206": "A heading of phrases without its list",
    "E0207": "A name without a kind",
    "E0208": "A word that no phrase may have",
    "E0209": "A phrase whose slots cannot be told apart",
    "E0210": "A phrase that cannot be negated",
    "E0211": "An asked phrase that asks nothing",
    "E0212": "A default that does not fit its phrase",
    "E0213": "A phrase that can be read another way",
    "E0214": "A phrase that does not read as itself",
    "E0215": "A phrase whose slots have no stars",
    # E03xx: types and scope
    "E0301": "A sentence that can be read in two ways",
    "E0302": "A thing of the wrong kind",
    "E0303": "Things that cannot be compared",
    "E0304": "Things without more or less",
    "E0305": "Arithmetic on what has no such sum",
    "E0306": "No such attribute",
    "E0307": "A time that is missing, or does not fit",
    "E0308": "A conclusion that no rule may draw",
    "E0309": "No order is declared",
    "E0310": "`the …` without anything before it",
    "E0311": "Introduced twice",
    "E0312": "`the …` for something that lives elsewhere",
    "E0313": "An adjective that tells nothing apart",
    "E0314": "Too many adjectives",
    "E0315": "A variable without a value",
    "E0316": "A conclusion about something not introduced by `a …`",
    "E0318": "A statement that is no fact",
    "E0319": "A fact that names nothing",
    "E0320": "A question that leaves more open than it asks",
    # E04xx: priorities, references, dependency graph
    "E0401": "A rule outside any clause",
    "E0402": "A reference to no clause",
    "E0403": "A priority that reaches no rule",
    "E0404": "A rule that cannot be switched off",
    "E0405": "Priorities in a circle",
    "E0406": "One clause in two headings",
    "E0420": "Rules that rest on themselves",
    # E05xx: case files and facts
    "E0501": "A setting that case files do not have",
    "E0502": "A section that case files do not have",
    "E0503": "Two cases of one name",
    "E0504": "Neither facts nor questions",
    "E0505": "A question without its mark",
    "E0506": "A case that names no book",
    "E0507": "No such part of a case",
    "E0510": "An expected answer without its point",
    "E0511": "A reading that is not named as one",
    "E0512": "A citation that is not written as one",
    "E0513": "No answer is stated",
    "E0514": "An expected answer that says more than the answer",
    "E0520": "Only the record of a phrase can be complete",
    "E0521": "A conclusion stated as a fact",
    "E0522": "Facts that contradict each other",
    "E0530": "A table of no kind of record",
    "E0531": "A column that the record does not have",
    "E0532": "A row without a name",
    "E0533": "A record in two rows",
    "E0534": "No place in an order",
    "E0535": "A name that nothing introduces",
    "E0536": "An empty cell where there is always something",
    "E0540": "A ledger that cannot be read",
    "E0541": "A file of no kind that ledgers have",
    "E0542": "A library that is not installed",
    "E0543": "A ledger that is too large",
    "E0544": "A mapping that is no TOML",
    "E0545": "A setting that mappings do not have",
    "E0546": "A mapping of what the book does not declare",
    "E0547": "A table or column that the ledger does not have",
    "E0548": "A table that nothing takes",
    "E0549": "A row that cannot be read",
    "E0550": "A cell that cannot be read",
    "E0551": "A number that is not exact",
    "E0552": "A cell that is no plain value",
    "E0553": "A package of OCF that cannot be read",
    "E0555": "Two rows of one name",
    "E0556": "A file that cannot be written",
    "E0557": "A file that fills in what Open Cap Format has not",
    # E06xx: questions
    "E0601": "No question",
    "E0602": "A question that supposes, or is given, the wrong number of things",
    "E0603": "A question that asks for a date and states one",
    "E0604": "An attribute of nothing that has it",
    "E0611": "No declared phrase to prepare",
    "E0612": "Too many or too few values for a prepared question",
    "E0613": "A name that the case does not have, in a prepared question",
    "E0614": "A value that does not fit its slot, in a prepared question",
    "E0622": "A question that the rules list no days or things for",
    "E0623": "A question over a time that is none",
    "E0624": "A report that is not there, or about too little",
    "E0641": "An audit's question that is not about one kind of thing",
    "E0642": "A row of an audit that came out two ways",
    "E0643": "A ledger that cannot be audited by tables",
    "E0644": "An audit's output without a form",
    "E0645": "An engine that cannot be started",
    "E0646": "An engine that gave up",
    # E07xx: limits
    "E0701": "A limit was reached: no verdict",
    # W00xx: warnings
    "W0001": "A phrase that no rule uses",
    "W0002": "A conclusion that no rule draws",
    "W0003": "A total without an upper date",
    "W0004": "An exception that an absent value silences",
    "W0005": "A phrase one of whose slots has no stars",
    "W0006": "A body that is named like another",
    "W0007": "A slot of an asked phrase that its question never uses",
    "W0010": "A field that OCF does not have",
    "W0011": "Objects of OCF that are passed over",
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
    def place(self) -> str | None:
        """``file:line:column``, of a row of a ledger ``file, row 3``; where there is one."""
        return None if self.span is None else str(self.span)

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


def _place_key(diagnostic: Diagnostic) -> tuple[str, int, int, int, str, str]:
    span = diagnostic.span
    place = ("", 0, 0, 0) if span is None else (span.source.name, span.line, span.start, span.end)
    return (*place, diagnostic.code, diagnostic.message)


# -------------------------------------------------------------- nearest words

_LONGEST_COMPARED = 200  # a "word" beyond this is no misspelling
_MANY = 20_000  # of more candidates, as a ledger has names, those that begin alike are compared
_NEAR = 0.6  # the share of letters in common from which a human sees the likeness
_SAME = 0.85  # … and from which one is most likely the other, misspelt


def nearest(word: str, candidates: Iterable[str], most: int = 3, like: float = _NEAR) -> tuple[str, ...]:
    """The candidates that ``word`` may be a misspelling of, likeliest first; case does not matter.

    ``like`` is the share of letters in common that makes them near.
    """
    if len(word) > _LONGEST_COMPARED:
        return ()
    candidates = list(candidates)
    if len(candidates) > _MANY:
        begins = word[:2].casefold()
        candidates = [each for each in candidates if each[:2].casefold() == begins][:_MANY]
    matcher = SequenceMatcher(b=word.casefold(), autojunk=False)
    likeness = {candidate: _likeness(matcher, candidate) for candidate in candidates}
    near = [candidate for candidate, ratio in likeness.items() if ratio >= like]
    return tuple(sorted(near, key=lambda candidate: (-likeness[candidate], candidate))[:most])


def misspelling(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidate of which ``word`` is most likely a misspelling; () where it may as well be a word of its own."""
    return nearest(word, candidates, 1, _SAME)


def _likeness(matcher: SequenceMatcher[str], candidate: str) -> float:
    matcher.set_seq1(candidate.casefold())
    if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR:
        return 0.0
    return matcher.ratio()


# ------------------------------------------------------------------ rendering

_WINDOW = 100  # columns of a source line that are shown
_LEAD = 40  # columns of a long line that are shown before the place
_TAB = "    "


def render(diagnostic: Diagnostic, room: int = _WINDOW) -> str:
    """The finding as a terminal or an editor shows it; nothing in it can steer a terminal.

    ``room`` are the columns of the line of the place that are shown.
    """
    return "\n".join(
        [
            _headline(diagnostic),
            *(_excerpt(diagnostic.span, min(room, _WINDOW)) if diagnostic.span else ()),
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


def _excerpt(span: Span, room: int) -> list[str]:
    """The line of the place and, under it, the marks; of a long line a window around the place.

    A place of several lines is marked to the end of its first.
    """
    line = span.source.line_text(span.line)
    start = span.column - 1
    end = max(start, min(start + span.end - span.start, len(line.rstrip())))
    first, last = _window(line, start, room)
    before = ("…" if first else "") + _inert(line[first:start])
    marked = _inert(line[start : min(end, last)])
    after = _inert(line[max(start, min(end, last)) : last]) + ("…" if last < len(line) else "")
    marks = "^" * max(1, _width(marked))
    return [f"  {before}{marked}{after}".rstrip(), f"  {' ' * _width(before)}{marks}"]


def _window(line: str, start: int, most: int) -> tuple[int, int]:
    """The characters of a line to show: all, or those around ``start`` that fit."""
    if len(line) <= most and _width(_inert(line)) <= most:
        return 0, len(line)
    first = start
    room = most * _LEAD // _WINDOW
    while first > 0 and (room := room - _width(_inert(line[first - 1]))) >= 0:
        first -= 1
    last = first
    room = most
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
