"""Slots that stand without their stars, so that a phrase would hold their words and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.values import DATE
from policy.phrases import Parts
from policy.source import Span
from policy.vocabulary import PERSON, Noun, find_noun
from policy.words import Heading, Slot

_ARTICLES = ("a", "an", "another")
_OF_ALL = frozenset({Heading.READ_AS, Heading.DETERMINED})
"""A reading or a finding may be of everything of a kind, without being asked of one: `a late notice counts`."""


def starred(parts: Parts, heading: Heading, nouns: Sequence[Noun], span: Span) -> Parts:
    """A phrase without any slot, with those that it seems to be meant to have; else the phrase."""
    if heading in _OF_ALL or any(isinstance(part, Slot) for part in parts):
        return parts
    result: list[str | Slot] = []
    at = 0
    for start, end, slot in _slots(parts, nouns, span):
        if start >= at:
            result += [*parts[at:start], slot]
            at = end
    return (*result, *parts[at:])


def halfway(parts: Parts, heading: Heading, nouns: Sequence[Noun], span: Span) -> Slot | None:
    """The words of a phrase with slots that read most like another: a date, or the person it begins with."""
    if heading in _OF_ALL or not any(isinstance(part, Slot) for part in parts):
        return None
    for start, _, slot in _slots(parts, nouns, span):
        if slot.type == DATE or (slot.type == PERSON and not start):
            return slot
    return None


def _slots(parts: Parts, nouns: Sequence[Noun], span: Span) -> Iterator[tuple[int, int, Slot]]:
    """An article with a noun right after it, and a noun without one after the verb of a value."""
    for at, part in enumerate(parts):
        begin = at + 1 if part in _ARTICLES else at
        if begin == at and not (at and parts[at - 1] in ("is", "are")):
            continue
        for end in range(len(parts), begin, -1):
            words = tuple(str(each) for each in parts[begin:end])
            noun = find_noun(nouns, words)
            if noun is not None and not noun.plural and (begin > at or (end == len(parts) and not noun.counted)):
                yield at, end, Slot(noun.type, noun.noun, ("other",) if part == "another" else (), span)
                break
