"""A governing text cut into pieces: sentences, and the lettered items in them, each under the section it stands in.

What printing does to a text leaves no trace: page breaks, line ends, hyphens, quotation marks, the form of a blank.
The clause ids of a book guide the reading: they say which labels the text has, and in what order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto

from attrs import define, evolve, field, frozen

Path = tuple[str, ...]
"""The section and the labels of a place: ``("5", "b", "ii")``."""

MASK = "▢"
"""What stands for a blank, however the text marks it."""

# ---------------------------------------------------------------------- guide

_HEAD = re.compile(r"[A-Z]*\d+|[A-Z]+(?:-[IVXLC]+)?")
_PART = re.compile(r"[(\[](?P<label>\w+)[)\]]|/(?P<sentence>\w+)|\.(?P<thought>\d+)|(?P<word>[a-z]+)|\s+")


@frozen
class Place:
    """Where a clause id says that the clause stands: the path, and the number of the sentence (None: the whole)."""

    path: Path
    sentence: int | None


def place_of(id: str) -> Place:
    """``5(b)(ii)/2 proviso (i)``: the item (i) in 5(b)(ii)."""
    head = _HEAD.match(id)
    path: list[str] = [head[0] if head else id]
    sentence: int | None = None
    for part in _PART.finditer(id, len(path[0])):
        if part["label"]:
            path.append(part["label"])
            sentence = None
        elif part["sentence"]:
            sentence = int(part["sentence"]) if part["sentence"].isdigit() else None
    return Place(tuple(path), sentence)


@define(eq=False)
class _Outline:
    """The labelled places of a book's clause ids, in their order, each after those that it stands under."""

    paths: list[Path]
    _number: dict[Path, int]

    @classmethod
    def of(cls, ids: Iterable[str]) -> _Outline:
        children: dict[Path, dict[Path, None]] = {}
        for id in ids:
            path = place_of(id).path
            for length in range(1, len(path) + 1):
                children.setdefault(path[: length - 1], {}).setdefault(path[:length])
        paths: list[Path] = []

        def visit(path: Path) -> None:
            if path:
                paths.append(path)
            for child in children.get(path, ()):
                visit(child)

        visit(())
        return cls(paths, {path: number for number, path in enumerate(paths)})

    def has(self, path: Path) -> bool:
        return path in self._number

    def after(self, here: Path, label: str | None, met: Collection[Path]) -> Path | None:
        """The next place of a label (None: whatever its label) that may follow: within, or beside what is around."""
        for path in self.paths[self._number.get(here, -1) + 1 :]:
            if path[:1] != here[:1]:
                return None
            around = path[:-1]
            if here[: len(around)] == around and path not in met and label in (None, path[-1]):
                return path
        return None


# --------------------------------------------------------------------- tokens


class _Kind(Enum):
    WORD = auto()
    LABEL = auto()
    ENUM = auto()  # a label that is masked
    STOP = auto()
    MARK = auto()


@frozen
class _Token:
    kind: _Kind
    text: str
    line: int
    starts_line: bool = False
    starts_paragraph: bool = False
    start: int = 0  # where it stands in the text as it is shown
    end: int = 0

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


_PAGE = re.compile(r"\s*(?:page\s+)?(?:-\s*)?\d{1,4}(?:\s*-)?(?:\s+of\s+\d+)?\s*", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<ENUM>\{enum\})
      | (?P<MASK>\{num\}|\[\s*\*+\s*\]|\*{3,}|_{2,}|\[\s*\])
      | \(\s*(?P<LABEL>[a-z]{1,2}|[A-Z]{1,2}|[ivxlc]{1,6}|[IVXLC]{1,6}|\d)\s*\)
      | (?P<WORD>[^\W_]+(?:(?:[-'/]|[.,](?=\d))[^\W_]+)*)
      | (?P<STOP>[.?!])
      | (?P<MARK>[;:,$%§(])
    """,
    re.VERBOSE,
)
_BROKEN = re.compile(r"\(\s*(\w{1,6})\s*\)")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\s*$")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": " ", "‐": "-", "‑": "-", "\xad": ""})


def _whole(label: re.Match[str]) -> str:
    """A label that may go over a line end, whole, and the line end after it."""
    return f"({label[1]}){label[0].count(chr(10)) * chr(10)}"


def _tokens(text: str) -> tuple[list[_Token], str]:
    """The tokens of a text, and the text as it is shown: on one line, without what printing did to it."""
    found: list[_Token] = []
    shown = ""
    broken = ""  # a word whose end stands on the next line
    blank, page = True, False
    for number, raw in enumerate(_BROKEN.sub(_whole, text).split("\n"), 1):
        line = unicodedata.normalize("NFKC", raw.translate(_PLAIN)).replace("\f", " ")
        if not line.strip():
            blank = True
            continue
        if _PAGE.fullmatch(line):
            page = True
            continue
        hyphen = _HYPHEN.search(line)
        body = line[: hyphen.start()] if hyphen else line
        first = True
        at = len(shown)
        for match in _TOKEN.finditer(body):
            kind = match.lastgroup or ""
            said = match[kind]
            start = at + match.start()
            if kind == "MASK":
                kind, said = "WORD", MASK
            if first and broken:
                start = found.pop().start
                said = broken + said
            starts_paragraph = first and blank and not page
            found.append(_Token(_Kind[kind], said, number, first, starts_paragraph, start, at + match.end()))
            first = False
        # The quotation marks and dashes are shown as the text has them.
        shown += (raw if len(raw) == len(line) else line)[: len(body)] + ("" if hyphen else " ")
        last = found[-1] if found and not first else None
        broken = last.text if hyphen and last is not None and last.kind is _Kind.WORD else ""
        if not first:
            blank = page = False
    return found, shown


# --------------------------------------------------------------------- pieces


@frozen
class Piece:
    """A sentence, or what a lettered item has of one: its words, where it stands, and which sentence there it is.

    The sentence 0 is a caption. ``start`` is where the piece begins in `Wording.shown`.
    """

    path: Path
    sentence: int
    words: tuple[str, ...]
    line: int
    start: int = field(default=0, eq=False)


@frozen
class Wording:
    """A text in pieces, and for each clause id those in which it stands; ``shown`` is the text as people read it."""

    pieces: tuple[Piece, ...]
    clauses: Mapping[str, tuple[int, ...]]
    shown: str = field(default="", repr=False)

    def text_of(self, number: int) -> str:
        """A piece as the text has it, with its label and marks."""
        following = self.pieces[number + 1].start if number + 1 < len(self.pieces) else len(self.shown)
        return " ".join(self.shown[self.pieces[number].start : following].split())


def read_wording(text: str, ids: Sequence[str]) -> Wording:
    """The pieces of a text, as the clause ids of a book lead through it."""
    tokens, shown = _tokens(text)
    reader = _Reader(tokens, _Outline.of(ids), _is_cased(tokens))
    reader.run()
    pieces = tuple(_without_captions(reader.pieces, reader.items))
    return Wording(pieces, _clauses(pieces, ids), shown)


def _is_cased(tokens: Sequence[_Token]) -> bool:
    words = [token for token in tokens if token.kind is _Kind.WORD]
    return sum(token.is_capital for token in words) * 100 > len(words)


_PARTS_OF_TEXTS = ("section", "subsection", "paragraph", "clause")
_REFERENCE = frozenset((*_PARTS_OF_TEXTS, *(f"{part}s" for part in _PARTS_OF_TEXTS), "rule"))
_SHORT = frozenset(["inc", "dr", "mr", "mrs", "ms", "no", "nos", "co", "corp", "ltd", "st", "al", "cf", "eg", "ie"])
_AND = frozenset((",", "and", "or", "through", "to"))
_LONGEST_CAPTION = 12
_VERBS = frozenset(["shall", "may", "must", "will", "is", "are", "be", "means"])


@define(eq=False)
class _Reader:
    """Goes through the tokens of a text, following the outline of the clause ids."""

    tokens: Sequence[_Token]
    outline: _Outline
    cased: bool
    pieces: list[Piece] = field(factory=list)
    path: Path = ("0",)
    _words: list[str] = field(factory=list)
    _line: int = 0
    _counts: dict[Path, int] = field(factory=dict)
    items: set[Path] = field(factory=set)
    _reference: int = -1
    _start: int = 0

    def run(self) -> None:
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            section = self._section(at) if token.starts_line else None
            if section is not None:
                self._cut(token.start)
                self._enter((section[0],))
                at = section[1]
                continue
            label = self._label(at)
            if label is not None:
                self._cut(token.start)
                self._enter(label)
                if not self._is_structural(at):
                    self.items.add(label)
                    self._counts[label] = 1
                at += 1
                continue
            if self._breaks(at):
                self._end_sentence(token.start)
            self._take(token)
            if self._ends(at):
                self._end_sentence(self.tokens[at + 1].start if at + 1 < len(self.tokens) else token.end)
            at += 1
        self._cut(self.tokens[-1].end if self.tokens else 0)

    # -------------------------------------------------------------- sections

    def _section(self, at: int) -> tuple[str, int] | None:
        """The section that a line opens, and the token after its number."""
        said = [token.text.casefold() for token in self.tokens[at : at + 4]] + [""] * 4
        named = said[0] in ("section", "article")
        number, stop = (said[1], said[2]) if named else (said[0], said[1])
        if said[0] == "article":
            return ("I", at + 2) if self.outline.has(("I",)) else None
        following = self._following()
        if following is not None:
            fresh = (
                self.tokens[at].starts_paragraph or self.path[0] in ("0", "I") or self.tokens[at - 1].kind is _Kind.STOP
            )
            glued = at + 2 < len(self.tokens) and self.tokens[at + 2].kind is _Kind.LABEL
            if named and fresh and not glued and number in (MASK, following) and (stop == "." or not self.cased):
                return following, at + 2 + (stop == ".")
            if number == following and fresh and stop == ".":
                return following, at + 2
            if said[:3] == ["in", "witness", "whereof"]:
                return following, at
        return self._lettered(at)

    def _following(self) -> str | None:
        """The number of the section after those met."""
        met = max((int(path[0]) for path in self._counts if path[0].isdigit()), default=0)
        following = str(met + 1)
        return following if self.outline.has((following,)) else None

    def _lettered(self, at: int) -> tuple[str, int] | None:
        """``FIRST AMENDMENT`` opens FA, and a line with only ``I`` in it FA-I."""
        line = [token.text for token in self.tokens[at : at + 8] if token.line == self.tokens[at].line]
        initials = "".join(word[0] for word in line[:2] if word.isupper())
        head = self.path[0].partition("-")[0]
        for section, of_line in ((initials, line[:2]), (f"{head}-{line[0]}", line)):
            is_new = self.outline.has((section,)) and section != "I" and (section,) not in self._counts
            if is_new and len(of_line) == (2 if section == initials else 1):
                return section, at + len(of_line)
        return None

    # ---------------------------------------------------------------- labels

    def _label(self, at: int) -> Path | None:
        """The place that a label opens; None where it is none of the book's, or a reference."""
        token = self.tokens[at]
        if token.kind is _Kind.ENUM:
            return self.outline.after(self.path, None, self._counts)
        if token.kind is not _Kind.LABEL:
            return None
        if not token.starts_paragraph and self._refers(at):
            self._reference = at
            return None
        return self.outline.after(self.path, token.text, self._counts)

    def _refers(self, at: int) -> bool:
        """Whether a label names a place elsewhere: ``Section 5(b)``, ``clauses (i), (ii) or (iii)``."""
        before = self.tokens[at - 1] if at else None
        if before is None:
            return False
        said = before.text.casefold()
        number = before.kind is _Kind.WORD and (said[:1].isdigit() or said == MASK)
        between = self.tokens[self._reference + 1 : at]
        chained = self._reference >= 0 and len(between) <= 2 and all(each.text in _AND for each in between)
        return said in _REFERENCE or number or chained

    def _is_structural(self, at: int) -> bool:
        """Whether what a label opens has sentences of its own, and is no item of the sentence around it."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if self.tokens[at].kind is _Kind.ENUM:
            return True
        return self.cased and self.tokens[at].starts_line and following is not None and following.is_capital

    def _enter(self, path: Path) -> None:
        self.path = path
        self._counts.setdefault(path, 0)
        self.items.discard(path)

    # ------------------------------------------------------------- sentences

    def _take(self, token: _Token) -> None:
        if token.kind in (_Kind.WORD, _Kind.LABEL) or token.text in "$%":
            self._line = self._line or token.line
            self._words.append(re.sub(r"[-',]", "", token.text).casefold())

    def _breaks(self, at: int) -> bool:
        """Whether a paragraph begins that is a sentence of its own without a stop before it."""
        token, before = self.tokens[at], self.tokens[at - 1] if at else None
        return (
            token.starts_paragraph
            and before is not None
            and token.is_capital
            and (self.path == ("0",) or before.text == ";")
            and before.kind is not _Kind.STOP
        )

    def _ends(self, at: int) -> bool:
        token = self.tokens[at]
        if token.kind is not _Kind.STOP:
            return False
        before, after = self.tokens[at - 1] if at else None, self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if before is not None and (before.text.casefold() in _SHORT or (self.cased and len(before.text) == 1)):
            return before.kind is _Kind.LABEL
        return after is None or not self.cased or after.is_capital or after.kind is not _Kind.WORD or after.starts_line

    def _cut(self, end: int) -> None:
        """The piece ends here; the sentence may go on."""
        if self._words:
            number = self._counts.setdefault(self.path, 0) + (self.path not in self.items)
            self.pieces.append(Piece(self.path, number, tuple(self._words), self._line, self._start))
            self._start = end
        self._words, self._line = [], 0

    def _end_sentence(self, end: int) -> None:
        self._cut(end)
        while self.path in self.items:
            self.path = self.path[:-1]
        self._counts[self.path] = self._counts.get(self.path, 0) + 1


def _without_captions(pieces: Sequence[Piece], items: set[Path]) -> Iterator[Piece]:
    """The pieces with the captions numbered 0, and the sentences after them from 1."""
    last: dict[Path, int] = {}
    for piece in pieces:
        last[piece.path] = piece.sentence
    captioned: set[Path] = set()
    for number, piece in enumerate(pieces):
        following = pieces[number + 1].path if number + 1 < len(pieces) else ()
        opens = following[: len(piece.path)] == piece.path != following and following not in items
        goes_on = (last[piece.path] > 1 and following not in items) or opens
        short = len(piece.words) <= _LONGEST_CAPTION and not _VERBS & set(piece.words)
        if piece.sentence == 1 and short and goes_on and piece.path not in captioned | items:
            captioned.add(piece.path)
            yield evolve(piece, sentence=0)
        else:
            yield evolve(piece, sentence=piece.sentence - (piece.path in captioned))


# -------------------------------------------------------------------- clauses


def _clauses(pieces: Sequence[Piece], ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The pieces of each clause: its sentence where the ids number as many as the text has, else all of its place."""
    at: dict[Path, list[int]] = {}
    for number, piece in enumerate(pieces):
        at.setdefault(piece.path, []).append(number)
    numbered: dict[Path, int] = {}
    for id in ids:
        place = place_of(id)
        numbered[place.path] = max(numbered.get(place.path, 0), place.sentence or 0)
    found: dict[str, tuple[int, ...]] = {}
    for id in ids:
        place = place_of(id)
        own = [number for number in at.get(place.path, ()) if pieces[number].sentence > 0] or at.get(place.path, [])
        sentences = max((pieces[number].sentence for number in own), default=0)
        if place.sentence is not None and sentences == numbered[place.path]:
            own = [number for number in own if pieces[number].sentence == max(place.sentence, 1)]
        if not own:
            own = [n for path, those in at.items() if path[: len(place.path)] == place.path for n in those]
        if own:
            found[id] = tuple(sorted(own))
    return found
