"""Declared phrases as text: as a book declares them, and as they are said of something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.phrases import Parts, fronted
from policy.vocabulary import UNCOUNTED
from policy.words import Heading, Phrase, Slot

_OF_SEVERAL = re.compile(r"\b([a-z][\w-]*[^\Ws]s) 's\b")


def phrase_text(phrase: Phrase) -> str:
    """A phrase as it is declared: ``may *a person* receive *shares* on *a date*``."""
    parts = phrase.parts
    if phrase.heading is Heading.ASKED:
        parts = fronted(phrase.negative, False) or parts
    text = parts_text(parts)
    if phrase.value is None:
        return text
    return f"{text} {phrase.verb} *{_noun(phrase.value_noun)}*"


def parts_text(parts: Parts) -> str:
    """Words and slots as they are declared."""
    return joined([part if isinstance(part, str) else f"*{_slot(part)}*" for part in parts])


def _slot(slot: Slot) -> str:
    if slot.adjectives[:1] == ("other",):
        return " ".join(("another", *slot.adjectives[1:], slot.noun))
    return _noun(" ".join((*slot.adjectives, slot.noun)))


def _noun(noun: str) -> str:
    return noun if noun in UNCOUNTED else with_article(noun)


def with_article(noun: str) -> str:
    """A noun with its indefinite article."""
    return f"an {noun}" if noun[:1].lower() in tuple("aeio") else f"a {noun}"


def filled(parts: Parts, terms: Sequence[str]) -> str:
    """The words of a phrase with its slots filled."""
    rest = iter(terms)
    return joined([part if isinstance(part, str) else next(rest) for part in parts])


def joined(words: Sequence[str]) -> str:
    """Words and marks as running text; what is of several takes the mark alone: ``the members' meeting``."""
    text = " ".join(word for word in words if word)
    if " 's" in text:
        text = _OF_SEVERAL.sub(r"\1'", text).replace(" 's", "'s")
    return text.replace(" ,", ",").replace(" :", ":")
