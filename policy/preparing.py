"""Questions prepared: a declared phrase whose slots take typed values, with no text to parse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import evolve

from engine.values import Kind, LimitReached, Period, Type, exact
from policy.asked import Asking, lower_question
from policy.check import check_question
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.phrases import VERBS
from policy.quantities import print_value
from policy.source import Source, Span
from policy.syntax import Ask, Holds, Name, Quantity, Question, Term
from policy.vocabulary_text import joined
from policy.words import Phrase, Slot

if TYPE_CHECKING:
    from policy.book import Book
    from policy.instrument import Case

_SLOT = re.compile(r"\*\s*(?:an?\s+|the\s+|another\s+)?([^*]+?)\s*\*")


def find_phrase(book: Book, text: str) -> Phrase:
    """The declared phrase that a text with slots in italics means.

    Raises `ClausebookError` (``E0611``) with the nearest ones where none does.
    """
    wanted = plain_phrase(text)
    plain = [phrase for phrase in book.vocabulary.phrases if phrase.value is None]
    known = {text.casefold(): phrase for phrase in plain for text in (phrase_text(phrase), _asked_text(phrase))}
    if wanted not in known:
        raise ClausebookError(
            Diagnostic("E0611", f"no phrase is declared as `{text}`", None, nearest=nearest(wanted, known))
        )
    return known[wanted]


def plain_phrase(text: str) -> str:
    """A phrase's text, however its slots and spaces are written."""
    return _plain(text.rstrip("? "))


def _plain(text: str) -> str:
    return " ".join(_SLOT.sub(r"*\1*", text).split()).casefold()


def phrase_text(phrase: Phrase) -> str:
    """A phrase with its slots as ``*person*``."""
    return " ".join(
        f"*{' '.join((*part.adjectives, part.noun))}*" if isinstance(part, Slot) else part for part in phrase.parts
    )


def _asked_text(phrase: Phrase) -> str:
    """The phrase with its verb in front, as a question has it."""
    return phrase_text(_fronted(phrase))


def _fronted(phrase: Phrase) -> Phrase:
    first, *rest = phrase.parts
    if isinstance(first, Slot) and rest and rest[0] in VERBS:
        return evolve(phrase, parts=(rest[0], first, *rest[1:]))
    return phrase


def asking(case: Case, phrase: Phrase, values: tuple[Any, ...]) -> tuple[Asking, str, Question]:
    """The question of a phrase with values in its slots, and how it reads."""
    if len(values) != len(phrase.slots):
        raise ClausebookError(
            Diagnostic("E0612", f"`{phrase_text(phrase)}` takes {len(phrase.slots)} values, not {len(values)}", None)
        )
    values = tuple(_checked(value, slot.type) for value, slot in zip(values, phrase.slots, strict=True))
    text = _text(phrase, values)
    source = Source("question", text)
    span = Span(source, 0, len(text))
    terms = tuple(
        _term(value, slot.type, span, case.book.vocabulary.names)
        for value, slot in zip(values, phrase.slots, strict=True)
    )
    tree = Question(Ask.WHETHER, Holds(phrase, terms, False, None, span), None, (), span)
    checked, problems = check_question([tree], case.book.vocabulary.records)
    if checked is not None:
        ready, more = lower_question(checked, case.book.forms, case.book.engine.relations)
        if ready is not None:
            return ready, text, tree
        problems = (*problems, *more)
    raise ClausebookError(*problems)


def _text(phrase: Phrase, values: tuple[Any, ...]) -> str:
    each = iter(zip(values, phrase.slots, strict=True))
    words: list[str] = []
    for part in _fronted(phrase).parts:
        if isinstance(part, Slot):
            value, slot = next(each)
            words.append(value if isinstance(value, str) else print_value(value, slot.type))
        else:
            words.append(part)
    text = joined(words)
    return f"{text[:1].upper()}{text[1:]}?"


def _checked(value: Any, type: Type) -> Any:
    """A value as the engine has it: numbers are int or Fraction, days dates, names str; a float is none of them."""
    if type.kind is Kind.SYMBOL:
        fits = isinstance(value, str)
    elif type.kind is Kind.DATE:
        fits = isinstance(value, date) and not isinstance(value, datetime)
    elif type.kind is Kind.PERIOD:
        fits = isinstance(value, Period)
    else:
        fits = isinstance(value, (int, Fraction)) and not isinstance(value, bool)
    if not fits:
        expected = ("a str", "an int or Fraction", "a date", "a Period")
        raise ClausebookError(Diagnostic("E0614", f"{value!r} is not {type.name}", None, expected))
    if not isinstance(value, (int, Fraction)):
        return value
    try:
        return exact(value)
    except LimitReached as limit:
        raise ClausebookError(Diagnostic("E0614", f"{limit}", None)) from None


def _term(value: Any, type: Type, span: Span, names: Mapping[str, tuple[Type, ...]]) -> Term:
    if type.kind is Kind.SYMBOL:
        if value not in type.members if type.members else type not in names.get(value, ()):
            known = type.members or tuple(name for name, types in names.items() if type in types)
            raise ClausebookError(
                Diagnostic(
                    "E0613", f"`{value}` is no {type.name} of the case", None, nearest=nearest(str(value), known)
                )
            )
        return Name(value, type, span)
    return Quantity(value, type, span)
