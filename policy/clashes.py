"""The clash check: each declared phrase, said of sample things, must read as itself and as nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from engine.model import Comparison
from engine.values import Kind, Period, Type, Value
from policy.diagnostic import Diagnostic
from policy.parse import Parser
from policy.source import Source, Span
from policy.syntax import Call, Compared, Condition, Holds, Name, Quantity, Term
from policy.vocabulary_text import phrase_text
from policy.wording import print_tree
from policy.words import Phrase

_SAMPLE = "Quillon"
"""Begins the names that stand for things of each kind: with a first word of its own, each is found at once."""
_NUMBERS = ("One", "Two", "Three", "Four")

_SAMPLES: dict[Kind, tuple[Value, ...]] = {
    Kind.DATE: (date(2003, 5, 7), date(2004, 6, 8), date(2005, 7, 9)),
    Kind.PERIOD: (Period(17, 0), Period(0, 19), Period(23, 1)),
    Kind.NUMBER: (1234, Fraction(17, 2), 23),
}
_NOWHERE = Span(Source("sample", ""), 0, 0)


def clashes(parser: Parser) -> Iterator[Diagnostic]:
    """The phrases of a vocabulary that read two ways, plain or negated, or do not read as themselves."""
    types = {slot.type for phrase in parser.vocabulary.phrases for slot in phrase.slots}
    types |= {phrase.value for phrase in parser.vocabulary.phrases if phrase.value is not None}
    samples = {
        _name(type, number): type
        for type in sorted(types, key=lambda each: each.name)
        if type.kind is Kind.SYMBOL
        for number in range(len(_NUMBERS))
    }
    sampled = parser.with_names(samples)
    for phrase in parser.vocabulary.phrases:
        for tree in _said(phrase):
            yield from _clash(phrase, tree, sampled)


def _clash(phrase: Phrase, tree: Condition, parser: Parser) -> Iterator[Diagnostic]:
    text = print_tree(tree)
    readings = parser.condition(Span(Source("sample", text), 0, len(text))).readings
    if tree not in readings:
        yield Diagnostic("E0214", f"`{phrase_text(phrase)}` does not read as itself", phrase.span, notes=(text,))
    elif len(readings) > 1:
        others = tuple(print_tree(other) for other in readings if other != tree)
        yield Diagnostic(
            "E0213", f"`{phrase_text(phrase)}` can be read another way", phrase.span, notes=(text, *others)
        )


def _said(phrase: Phrase) -> Iterator[Condition]:
    """A phrase with its slots filled, plain and negated."""
    terms = tuple(_sample(slot.type, number) for number, slot in enumerate(phrase.slots))
    if phrase.value is not None:
        call = Call(phrase, terms, phrase.value, _NOWHERE)
        yield Compared(Comparison.IS, call, _sample(phrase.value, len(terms)), _NOWHERE)
        return
    yield Holds(phrase, terms, False, None, _NOWHERE)
    yield Holds(phrase, terms, True, None, _NOWHERE)


def _sample(type: Type, number: int) -> Term:
    if type.kind is Kind.SYMBOL:
        return Name(_name(type, number), type, _NOWHERE)
    values = (2003, 2004, 2005) if type.name == "year" else _SAMPLES[type.kind]
    plain = Type(type.name, type.kind, type.dimension) if type.kind is Kind.NUMBER else type
    return Quantity(values[number % 3], type if type.whole else plain, _NOWHERE)


def _name(type: Type, number: int) -> str:
    """``Quillon-option-agreement One``."""
    return f"{_SAMPLE}-{type.name.replace(' ', '-')} {_NUMBERS[number % len(_NUMBERS)]}"
