"""Whether a governing text still has the words that the rules were made from.

Pins lie beside the book, in ``<name>.sources.json``: of each piece of the text a fingerprint and a sketch, which keep
no word, and for each clause the pieces in which it stands. Held against a text, they tell which clauses changed, moved
or vanished, and what is new.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import Enum
from pathlib import Path

from attrs import define, field, frozen

from policy.book import Book
from policy.coverage import Covered, clause_letter, coverage, place
from policy.diagnostic import ClausebookError, Diagnostic
from policy.governing import Piece, Wording, read_wording
from policy.storing import put

SCHEMA = 1
_SKETCH = 16  # hashes of a sketch
_SHINGLE = 3  # words that are hashed together
_ALIKE = 25  # in a hundred: so much of two sketches is the same where one wording was made from the other
_SAME_TEXT = 50  # in a hundred: so many pieces at least are kept where a text is an amended one


@frozen
class Pin:
    """A piece of a text without its words: where it stands, its fingerprint, and the least hashes of its shingles."""

    at: str
    print: str
    sketch: tuple[str, ...]


@frozen
class Pins:
    """The pieces of a text in their order, and for each clause the places of those in which it stands."""

    pieces: tuple[Pin, ...]
    clauses: Mapping[str, tuple[int, ...]]


def pins_of(wording: Wording, letter: str = "") -> Pins:
    """The pins of a text; ``letter`` stands before each clause id."""
    return Pins(tuple(map(_pin, wording.pieces)), {letter + id: places for id, places in wording.clauses.items()})


def _pin(piece: Piece) -> Pin:
    shingles = {_hash(piece.words[at : at + _SHINGLE])[:8] for at in range(max(1, len(piece.words) - _SHINGLE + 1))}
    return Pin(_place(piece), _hash(piece.words)[:16], tuple(sorted(shingles)[:_SKETCH]))


def _hash(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _place(piece: Piece) -> str:
    section, *labels = piece.path
    return section + "".join(f"({label})" for label in labels)


def likeness(one: Pin, other: Pin) -> int:
    """How much of two wordings is the same, in a hundred, as far as their sketches tell."""
    least = sorted({*one.sketch, *other.sketch})[:_SKETCH]
    return 100 * sum(each in one.sketch and each in other.sketch for each in least) // len(least)


# ----------------------------------------------------------------------- file


def pins_file(book: Book) -> Path:
    """Where the pins of a book lie."""
    return Path(book.source.name).with_suffix(".sources.json")


def read_pins(path: Path) -> Pins:
    """The pins in a file. Raises `ClausebookError` where there are none, or they cannot be read."""
    if not path.is_file():
        raise ClausebookError(
            Diagnostic("E0036", f"the wording is not pinned: there is no {path}", None, ("`--pin` pins it",))
        )
    try:
        data = json.loads(path.read_text("utf-8"))
        pieces = tuple(Pin(at, print, tuple(sketch.split())) for at, print, sketch in data["pieces"])
        clauses = {id: tuple(places) for id, places in data["clauses"].items()}
        if data["schema"] != SCHEMA or not all(0 <= n < len(pieces) for each in clauses.values() for n in each):
            raise ValueError("not of this version")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ClausebookError(
            Diagnostic("E0037", f"the pins in {path} cannot be read", None, ("a file that `--pin` has written",))
        ) from None
    return Pins(pieces, clauses)


def pins_text(pins: Pins) -> str:
    """The pins as JSON, with a line for each piece and clause."""

    def rows(lines: Iterable[str]) -> str:
        return ",\n".join(f"  {line}" for line in lines)

    pieces = rows(json.dumps([each.at, each.print, " ".join(each.sketch)]) for each in pins.pieces)
    clauses = rows(f"{json.dumps(id)}: {json.dumps(list(places))}" for id, places in pins.clauses.items())
    return f'{{\n"schema": {SCHEMA},\n"pieces": [\n{pieces}\n],\n"clauses": {{\n{clauses}\n}}\n}}\n'


# ------------------------------------------------------------------- changes


class Fate(Enum):
    """What became of a piece, or of a clause, in a later text."""

    KEPT = "stands"
    MOVED = "moved"
    CHANGED = "changed"
    VANISHED = "vanished"


@define
class _Matching:
    """Finds for each pinned piece what became of it, and for each piece of the text whether it was pinned."""

    old: Sequence[Pin]
    new: Sequence[Pin]
    fates: list[Fate] = field(init=False)
    becomes: dict[int, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.fates = [Fate.VANISHED] * len(self.old)

    def run(self) -> None:
        """Those in place, then those elsewhere, then those like them, then those between the same neighbours."""
        matcher = SequenceMatcher(None, self._prints(self.old), self._prints(self.new), autojunk=False)
        codes = matcher.get_opcodes()
        for code, start, end, other, _ in codes:
            if code == "equal":
                for at in range(start, end):
                    self._pair(at, other + at - start, Fate.KEPT)
        elsewhere: dict[str, deque[int]] = {}
        for at in self._free():
            elsewhere.setdefault(self.new[at].print, deque()).append(at)
        for at in self._lost():
            if elsewhere.get(self.old[at].print):
                self._pair(at, elsewhere[self.old[at].print].popleft(), Fate.MOVED)
        self._alike()
        for _, start, end, other, until in codes:
            lost = [at for at in self._lost() if start <= at < end]
            free = [at for at in self._free() if other <= at < until]
            if len(lost) == len(free):
                for one, two in zip(lost, free, strict=True):
                    self._pair(one, two, Fate.CHANGED)

    def _alike(self) -> None:
        """The likeliest pairs first, of those the nearest."""
        free = list(self._free())
        found = [
            (-likeness(self.old[one], self.new[two]), abs(one - two), one, two) for one in self._lost() for two in free
        ]
        for unlike, _, one, two in sorted(found):
            if -unlike >= _ALIKE and one not in self.becomes and two not in self.becomes.values():
                self._pair(one, two, Fate.CHANGED)

    def _pair(self, one: int, two: int, fate: Fate) -> None:
        self.fates[one] = fate
        self.becomes[one] = two

    def _lost(self) -> list[int]:
        return [at for at in range(len(self.old)) if at not in self.becomes]

    def _free(self) -> list[int]:
        taken = set(self.becomes.values())
        return [at for at in range(len(self.new)) if at not in taken]

    @staticmethod
    def _prints(pins: Sequence[Pin]) -> list[str]:
        return [pin.print for pin in pins]


@frozen
class Changes:
    """What a text has otherwise than the pins: clauses by their fate, pieces under no clause, and what is new.

    ``lines`` are where the pieces of a clause begin in the text; ``kept`` is the share of pieces kept, in a hundred.
    """

    clauses: Mapping[str, Fate]
    others: tuple[tuple[str, Fate], ...]
    new: tuple[Piece, ...]
    lines: Mapping[str, tuple[int, ...]]
    kept: int

    @property
    def none(self) -> bool:
        return not self.new and not self.others and all(fate is Fate.KEPT for fate in self.clauses.values())


def changes(pins: Pins, wording: Wording) -> Changes:
    """What a text has otherwise than the pins."""
    matching = _Matching(pins.pieces, tuple(map(_pin, wording.pieces)))
    matching.run()
    fates, becomes = matching.fates, matching.becomes
    claimed = {at for places in pins.clauses.values() for at in places}
    taken = set(becomes.values())
    return Changes(
        {id: _fate([fates[at] for at in places]) for id, places in pins.clauses.items()},
        tuple(
            (pins.pieces[at].at, fate) for at, fate in enumerate(fates) if at not in claimed and fate is not Fate.KEPT
        ),
        tuple(piece for at, piece in enumerate(wording.pieces) if at not in taken),
        {
            id: tuple(wording.pieces[becomes[at]].line for at in places if at in becomes and fates[at] is not Fate.KEPT)
            for id, places in pins.clauses.items()
        },
        100 * sum(fate in (Fate.KEPT, Fate.MOVED) for fate in fates) // max(1, len(fates)),
    )


def _fate(pieces: Sequence[Fate]) -> Fate:
    if all(fate is Fate.VANISHED for fate in pieces):
        return Fate.VANISHED
    if Fate.CHANGED in pieces or Fate.VANISHED in pieces:
        return Fate.CHANGED
    return Fate.MOVED if Fate.MOVED in pieces else Fate.KEPT


# -------------------------------------------------------------------- holding


@frozen
class Held:
    """What came of holding a text against a book: told in lines, and whether all stands as it was pinned."""

    lines: tuple[str, ...]
    stands: bool


def hold(book: Book, text: str, pin: bool = False) -> Held:
    """Hold a text against the pins of a book; ``pin`` pins it, once it is told what that changes.

    Raises `ClausebookError` where the book is not pinned yet and ``pin`` is not asked, and where the text is another
    than the one that was pinned.
    """
    covered = {each.id: each for each in coverage(book, ()).clauses}
    letter = clause_letter(book)
    wording = read_wording(text, [id.removeprefix(letter) for id in covered])
    path = pins_file(book)
    found = None if pin and not path.is_file() else changes(read_pins(path), wording)
    if pin:
        if found is not None and found.kept < _SAME_TEXT:
            message = f"another text is pinned in {path}: {found.kept} in a hundred of its pieces are in this one"
            raise ClausebookError(
                Diagnostic("E0038", message, None, (f"the text that was pinned; else delete {path}",))
            )
        put(path, pins_text(pins_of(wording, letter)).encode())
        told = () if found is None else tuple(_lines(found, covered))
        pinned = f"{len(wording.clauses)} clauses are pinned to {len(wording.pieces)} pieces of the text"
        return Held((*told, *_unfound(covered, letter, wording), pinned), True)
    assert found is not None
    unpinned = tuple(f"§ {id} is not pinned" for id in covered if id not in found.clauses)
    return Held((*_lines(found, covered), *unpinned, _sum(found)), found.none and not unpinned)


def _unfound(covered: Iterable[str], letter: str, wording: Wording) -> Iterator[str]:
    for id in covered:
        if id.removeprefix(letter) not in wording.clauses:
            yield f"§ {id} has no place in the text"


def _lines(found: Changes, covered: Mapping[str, Covered]) -> Iterator[str]:
    for id, fate in found.clauses.items():
        if fate is not Fate.KEPT:
            where = f" (line {', '.join(map(str, dict.fromkeys(found.lines[id])))})" if found.lines[id] else ""
            yield f"§ {id} {fate.value}{where}{_to_read(covered.get(id))}"
    for at, fate in found.others:
        yield f"§ {at} {fate.value}: words that stand under no clause"
    for piece in found.new:
        yield f"§ {_place(piece)} new (line {piece.line}): {len(piece.words)} words"


def _to_read(covered: Covered | None) -> str:
    """The rules that are to be read again."""
    if covered is None:
        return ": the book has no such clause any more"
    return f": read {', '.join(map(place, covered.rules))} again" if covered.rules else ""


def _sum(found: Changes) -> str:
    counts = [(fate, sum(each is fate for each in found.clauses.values())) for fate in Fate]
    said = ", ".join(f"{count} {'stand' if fate is Fate.KEPT else fate.value}" for fate, count in counts)
    return f"{len(found.clauses)} clauses: {said}; {len(found.new)} new pieces"
