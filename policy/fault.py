"""Why a sentence cannot be read: the furthest place reached, what was expected there, the nearest right words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher, get_close_matches
from typing import Protocol

from policy.diagnostic import Diagnostic
from policy.lattice import STRUCTURE, Lattice
from policy.quantities import day_first, misspelt
from policy.source import Span
from policy.vocabulary_text import phrase_text

_MOST_EXPECTED = 6
_SHOWN = {
    "TERM": "a term",
    "ATOM": "a declared phrase",
    "NOUN": "a noun",
    "NOUNS": "a plural noun",
    "CLAUSE": "§ and a clause",
    "QUOTED": "a text in quotes",
    "ATTRIBUTE": "an attribute",
    "PREDICATE": "a declared phrase",
    "FRONTED": "a declared phrase",
    "OPEN": "a question word",
    "_ITEM": "an item of the list",
    "_LIST": "a list",
    "$END": "the end of the sentence",
}
_HIDDEN = frozenset({"EVENT", "SPAN", "HAS", "ONE_OF", "_END"})


class Outcome(Protocol):
    """How far a reading went."""

    @property
    def furthest(self) -> int: ...

    @property
    def expected(self) -> tuple[str, ...]: ...

    @property
    def refused(self) -> tuple[tuple[int, Diagnostic], ...]: ...


def fault(lattice: Lattice, strict: Outcome, loose: Outcome, start: str) -> Diagnostic:
    """The one error of a sentence without a reading."""
    if (wrong := _wrong_literal(lattice)) is not None:
        return wrong
    refusals = [*strict.refused, *loose.refused]
    if refusals and max(end for end, _ in refusals) >= loose.furthest:
        return max(refusals, key=lambda refusal: refusal[0])[1]
    at = _furthest(lattice, loose)
    span = _place(lattice, at)
    if (unknown := _unknown_clause(lattice, at)) is not None:
        return unknown
    word = lattice.words[at] if at < len(lattice) else ""
    expected = tuple(dict.fromkeys(_expected(lattice, loose, at)))
    nearest = tuple(_nearest(lattice, at, word))
    said = f"`{word}` cannot stand here" if word and not word.startswith(STRUCTURE) else "the sentence is not finished"
    if start == "question" and at <= 1:
        return Diagnostic("E0601", "this is no question that can be answered", span, expected, nearest)
    return Diagnostic("E0102", said, span, expected[:_MOST_EXPECTED], nearest)


def _wrong_literal(lattice: Lattice) -> Diagnostic | None:
    words = lattice.tokens.words
    for at in range(len(words)):
        wrong = day_first(words, at) or misspelt(words, at)
        if wrong is not None and not words[at].startswith(STRUCTURE):
            span = lattice.span(at, min(at + wrong.length, len(words)))
            return Diagnostic(wrong.code, wrong.message, span, (wrong.right,) if wrong.right else ())
    return None


def _furthest(lattice: Lattice, outcome: Outcome) -> int:
    """How far the grammar, or a phrase that it was reading, went."""
    inside = max((at for at in lattice.reached if at <= len(lattice)), default=0)
    return max(outcome.furthest, inside) if inside <= len(lattice) else outcome.furthest


def _place(lattice: Lattice, at: int) -> Span:
    if at < len(lattice):
        return lattice.span(at, at + 1)
    last = lattice.tokens.ends[-1]
    return Span(lattice.source, lattice.tokens.starts[-1], last)


def _unknown_clause(lattice: Lattice, at: int) -> Diagnostic | None:
    word = lattice.words[at] if at < len(lattice) else ""
    if not word.startswith("§ ") or not lattice.clauses or word[2:] in lattice.clauses:
        return None
    nearest = get_close_matches(word[2:], sorted(lattice.clauses), 3, 0.5)
    return Diagnostic("E0103", f"no clause is called {word}", lattice.span(at, at + 1), nearest=tuple(nearest))


def _expected(lattice: Lattice, outcome: Outcome, at: int) -> Iterator[str]:
    spelt = {terminal: words for entries in lattice.keyword_table.values() for words, terminal in entries}
    for kind, word in sorted(lattice.reached.get(at, ())):
        yield word if kind == "word" else "a term"
    if at == outcome.furthest:
        for terminal in outcome.expected:
            if terminal in _SHOWN:
                yield _SHOWN[terminal]
            elif terminal in spelt:
                yield " ".join(spelt[terminal]).replace(" :", ":")


# ------------------------------------------------------------------ nearest


def _nearest(lattice: Lattice, at: int, word: str) -> Iterator[str]:
    """The nearest right words, by what stands there."""
    vocabulary = lattice.vocabulary
    before = lattice.words[at - 1] if at else ""
    if before == "'s":
        yield from _close(word, (name for entries in vocabulary.attribute_index.values() for _, name in entries))
    elif word[:1].isupper():
        pair = " ".join(lattice.words[at : at + 2])
        known = list(vocabulary.names)
        yield from dict.fromkeys([*_close(pair, known), *_close(word, known)])
    else:
        yield from _close(word, (expected for kind, expected in lattice.reached.get(at, ()) if kind == "word"))
        if before in ("a", "an", "the", "another", "every"):
            yield from _close(word, (" ".join(noun.words) for noun in vocabulary.nouns))
    yield from near_phrases(lattice)


def _close(word: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(word, sorted(set(known)), 3, 0.6) if word else []


def near_phrases(lattice: Lattice) -> Iterator[str]:
    """The declared phrases whose words are most like those of the sentence."""
    said = [word.lower() for word in lattice.tokens.words[:200]]
    scored = []
    for phrase in lattice.vocabulary.phrases:
        words = [part.lower() for part in phrase.parts if isinstance(part, str)]
        blocks = SequenceMatcher(None, words, said, False).get_matching_blocks()
        shared = sum(block.size for block in blocks)
        if shared * 2 > len(words) and shared > (1 if len(words) > 2 else 0):
            scored.append((shared / len(words), shared, phrase_text(phrase)))
    yield from (text for _, _, text in sorted(scored, key=lambda each: (-each[0], -each[1], each[2]))[:2])
