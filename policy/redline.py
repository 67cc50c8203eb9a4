"""Two versions of a book as a redline: clause by clause, the words inserted and deleted within each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum

from attrs import frozen

from policy.book import Book
from policy.document import Item, List, Paragraph, Quote, Section, Table
from policy.parse import sentences

_WORD = re.compile(r"§\s*\S+|\w+(?:[-'’.,]\w+)*|\S")


class Edit(Enum):
    """What became of words."""

    KEPT = "kept"
    INSERTED = "inserted"
    DELETED = "deleted"


@frozen
class Words:
    """Words in a row with one fate; ``text`` begins with the blank before them, if there is one."""

    edit: Edit
    text: str

    @property
    def parts(self) -> tuple[str, str]:
        """The blank before the words, and the words."""
        words = self.text.lstrip()
        return self.text[: len(self.text) - len(words)], words


@frozen
class Passage:
    """A sentence, list item, note or table row; ``depth`` is how deep in lists it stands."""

    words: tuple[Words, ...]
    depth: int = 0
    note: bool = False

    @property
    def changed(self) -> bool:
        return any(each.edit is not Edit.KEPT for each in self.words)


@frozen
class ClauseChange:
    """A clause, or a section of words, of which the versions differ: inserted, deleted, or KEPT with other words."""

    ids: tuple[str, ...]
    heading: tuple[Words, ...]
    edit: Edit
    passages: tuple[Passage, ...]

    @property
    def name(self) -> str:
        """``§ 5(a)/4``; of a section of words, nothing."""
        return f"§ {'; § '.join(self.ids)}" if self.ids else ""


@frozen
class _Unit:
    """A passage of one version."""

    text: str
    depth: int = 0
    note: bool = False


def redline(old: Book, new: Book) -> tuple[ClauseChange, ...]:
    """What differs between two versions of a book: where the new one has it, what is gone where the old one had it."""
    olds, news = _texts(old), _texts(new)
    found: list[ClauseChange] = []
    for key in _merged([*olds], [*news]):
        before, after = olds.get(key), news.get(key)
        change = _change(before, after)
        if change.edit is not Edit.KEPT or any(each.changed for each in change.passages) or _differs(change.heading):
            found.append(change)
    return tuple(found)


def _differs(words: Sequence[Words]) -> bool:
    return any(each.edit is not Edit.KEPT for each in words)


@frozen
class _Text:
    """What stands under one heading of one version."""

    ids: tuple[str, ...]
    heading: str
    units: tuple[_Unit, ...]


def _texts(book: Book) -> dict[str, _Text]:
    """The title block and the sections of a book, by clause id or by heading."""
    document = book.document
    found = {"# title": _Text((), document.title, tuple(_Unit(each.span.text) for each in document.settings))}
    for section in document.sections:
        key = section.clauses[0] if section.clauses else f"## {section.heading}"
        found.setdefault(key, _Text(section.clauses, section.heading, tuple(_units(section))))
    return found


def _merged(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The keys of both, in the order of the new version."""
    later = set(new)
    told: set[str] = set()
    for code, start, end, other, until in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone = [key for key in old[start:end] if key not in later] if code != "equal" else []
        for key in (*gone, *new[other:until]):
            if key not in told:
                told.add(key)
                yield key


def _change(before: _Text | None, after: _Text | None) -> ClauseChange:
    text = after if after is not None else before
    assert text is not None
    edit = Edit.INSERTED if before is None else Edit.DELETED if after is None else Edit.KEPT
    heading = words_between(before.heading if before else "", after.heading if after else "")
    passages = _passages(before.units if before else (), after.units if after else ())
    return ClauseChange(text.ids, heading, edit, tuple(passages))


def _units(section: Section) -> Iterator[_Unit]:
    for block in section.blocks:
        match block:
            case Paragraph():
                yield from (_Unit(each.text) for each in sentences(block.span))
            case List():
                yield from (unit for item in block.items for unit in _item(item, 1))
            case Quote():
                yield _Unit(block.text, 0, True)
            case Table():
                yield from (_Unit(" | ".join(cell.text for cell in row)) for row in (block.header, *block.rows))


def _item(item: Item, depth: int) -> Iterator[_Unit]:
    yield _Unit(item.span.text, depth)
    for nested in item.nested.items if item.nested is not None else ():
        yield from _item(nested, depth + 1)


# --------------------------------------------------------------------- words

_ALIKE = 40  # in a hundred: so much of two sentences is the same where one was made from the other


def _passages(olds: Sequence[_Unit], news: Sequence[_Unit]) -> Iterator[Passage]:
    """The passages of both versions: those alike as one, those made from each other with their words compared."""
    before = [" ".join(each.text.split()) for each in olds]
    after = [" ".join(each.text.split()) for each in news]
    for code, start, end, other, until in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if code == "equal":
            for unit in news[other:until]:
                yield _passage(unit, unit)
            continue
        yield from _paired(olds[start:end], news[other:until])


def _paired(olds: Sequence[_Unit], news: Sequence[_Unit]) -> Iterator[Passage]:
    """Each new passage with the first old one that it is like; the old ones before that are gone."""
    at = 0
    for unit in news:
        like = next((n for n in range(at, len(olds)) if _likeness(olds[n].text, unit.text) >= _ALIKE), None)
        if like is None:
            yield _passage(None, unit)
            continue
        for gone in olds[at:like]:
            yield _passage(gone, None)
        yield _passage(olds[like], unit)
        at = like + 1
    for gone in olds[at:]:
        yield _passage(gone, None)


def _likeness(one: str, other: str) -> int:
    """How many words in a hundred two texts share."""
    left, right = _WORD.findall(one), _WORD.findall(other)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return 200 * same // max(1, len(left) + len(right))


def _passage(old: _Unit | None, new: _Unit | None) -> Passage:
    unit = new if new is not None else old
    assert unit is not None
    return Passage(words_between(old.text if old else "", new.text if new else ""), unit.depth, unit.note)


def words_between(old: str, new: str) -> tuple[Words, ...]:
    """Two texts as one, with the words deleted and inserted; each run of words keeps the blank before it."""
    left, right = _tokens(old), _tokens(new)
    matcher = SequenceMatcher(None, [word for _, word in left], [word for _, word in right], autojunk=False)
    found: list[Words] = []
    for code, start, end, other, until in matcher.get_opcodes():
        if code == "equal":
            found.append(Words(Edit.KEPT, _joined(right[other:until])))
            continue
        if end > start:
            found.append(Words(Edit.DELETED, _joined(left[start:end])))
        if until > other:
            found.append(Words(Edit.INSERTED, _joined(right[other:until])))
    return tuple(found)


def _tokens(text: str) -> list[tuple[str, str]]:
    """The words and marks of a text, each after the blank before it."""
    text = " ".join(text.split())
    ends = [0, *(match.end() for match in _WORD.finditer(text))]
    return [(text[ends[n] : match.start()], match[0]) for n, match in enumerate(_WORD.finditer(text))]


def _joined(tokens: Sequence[tuple[str, str]]) -> str:
    return "".join(blank + word for blank, word in tokens)
