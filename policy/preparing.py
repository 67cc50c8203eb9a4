"""Questions prepared: a declared phrase whose slots take typed values, with no text to parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, fields, frozen, has

from engine.model import Constant, Expression, Variable
from engine.query import Query, Supposed
from engine.values import Kind, LimitReached, Period, Type, exact
from policy.asked import Asking, lower_question
from policy.check import check_question
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.lint import nodes
from policy.phrases import VERBS
from policy.quantities import print_value
from policy.source import Source, Span
from policy.syntax import Ask, Holds, Name, Quantity, Question, Term
from policy.vocabulary_text import joined
from policy.words import Phrase, Slot

if TYPE_CHECKING:
    from engine.program import Engine
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


@define(eq=False)
class Templates:
    """The template of one phrase, made once it was asked; believed if it asks what was asked in full that time."""

    _made: Template | None = None
    _tried: bool = False

    def asking(self, case: Case, phrase: Phrase, values: tuple[Any, ...]) -> tuple[Asking, str, Question]:
        """As `asking` says."""
        template = self._made
        if template is not None and len(values) == len(phrase.slots):
            values = tuple(_checked(value, slot.type) for value, slot in zip(values, phrase.slots, strict=True))
            if template.fits(case.book.engine, values):
                text, tree = _tree(case, phrase, values)
                return Asking(template.asked(values)), text, tree
        ready, text, tree = asking(case, phrase, values)
        if not self._tried:
            self._tried = True
            made = template_of(case, phrase)
            plain = tuple(_checked(value, slot.type) for value, slot in zip(values, phrase.slots, strict=True))
            if made is not None and _spelt_out(made.asked(plain)) == ready.query:
                self._made = made
        return ready, text, tree


def _spelt_out(query: Query) -> Query:
    """A query with the values that are given in the places of their variables."""
    for variable, constant in query.given:
        query = evolve(query, goal=mapped(query.goal, partial(eq, variable), constant))
    return evolve(query, given=())


def asking(case: Case, phrase: Phrase, values: tuple[Any, ...]) -> tuple[Asking, str, Question]:
    """The question of a phrase with values in its slots, and how it reads.

    Raises `ClausebookError` for a value that does not fit its slot, or a name that the case does not have.
    """
    if len(values) != len(phrase.slots):
        raise ClausebookError(
            Diagnostic("E0612", f"`{phrase_text(phrase)}` takes {len(phrase.slots)} values, not {len(values)}", None)
        )
    values = tuple(_checked(value, slot.type) for value, slot in zip(values, phrase.slots, strict=True))
    text, tree = _tree(case, phrase, values)
    ready, problems = _lowered(case, tree)
    if ready is None:
        raise ClausebookError(*problems)
    return ready, text, tree


def _tree(case: Case, phrase: Phrase, values: tuple[Any, ...]) -> tuple[str, Question]:
    """How a question reads, and what is read."""
    text = _text(phrase, values)
    source = Source("question", text)
    span = Span(source, 0, len(text))
    names = case.book.vocabulary.names
    terms = tuple(_term(value, slot.type, span, names) for value, slot in zip(values, phrase.slots, strict=True))
    return text, Question(Ask.WHETHER, Holds(phrase, terms, False, None, span), None, (), span)


@frozen
class Template:
    """What a phrase asks, with a variable for each slot: lowered once, asked with new values."""

    engine: Engine
    phrase: Phrase
    query: Query
    slots: tuple[Variable, ...]
    free: frozenset[Variable]
    """Those that are in the goal, and not in the record that is supposed alone."""

    def fits(self, engine: Engine, values: tuple[Any, ...]) -> bool:
        """Whether values are read as those that it was made of: of numbers that count something, not all are."""
        return engine is self.engine and not any(
            slot.type.kind is Kind.NUMBER and (not isinstance(value, int) or value <= 0)
            for value, slot in zip(values, self.phrase.slots, strict=True)
        )

    def asked(self, values: tuple[Any, ...]) -> Query:
        """The query for values of the slots."""
        put = [(slot, Constant(value, slot.type)) for slot, value in zip(self.slots, values, strict=True)]
        given = tuple(each for each in put if each[0] in self.free)
        constants: dict[Expression, Constant] = {**dict(put)}
        supposed = tuple(
            Supposed(each.relation, each.id, tuple((name, constants.get(cell, cell)) for name, cell in each.cells))
            for each in self.query.supposed
        )
        return Query(self.query.goal, self.query.shape, supposed=supposed, given=given, is_kept=True)


def template_of(case: Case, phrase: Phrase) -> Template | None:
    """The template of a phrase; None where a slot does not come out as the value that is put into it."""
    source = Source("question", phrase_text(phrase))
    span = Span(source, 0, len(source.text))
    marks = tuple(_mark(place, slot.type) for place, slot in enumerate(phrase.slots))
    terms = (_put(mark, slot.type, span) for mark, slot in zip(marks, phrase.slots, strict=True))
    ready, _ = _lowered(case, Question(Ask.WHETHER, Holds(phrase, tuple(terms), False, None, span), None, (), span))
    if ready is None or ready.supposing or ready.query.open is not None:
        return None
    slots = tuple(Variable(f"*{place}", slot.type) for place, slot in enumerate(phrase.slots))
    query = ready.query
    for mark, slot in zip(marks, slots, strict=True):
        query = mapped(query, partial(_is_mark, mark), slot)
    free = frozenset(node for node in nodes(query.goal) if isinstance(node, Variable))
    return Template(case.book.engine, phrase, query, slots, free & frozenset(slots))


def _is_mark(mark: Any, node: Any) -> bool:
    return isinstance(node, Constant) and node.value is mark


def _mark(place: int, type: Type) -> Any:
    """A value of its own, which is found again by what it is, not by what it equals."""
    match type.kind:
        case Kind.DATE:
            return date(2000, 1, 1 + place)
        case Kind.PERIOD:
            return Period(months=1 + place)
        case Kind.NUMBER:
            return int(f"{1000 + place}")
    return "".join([*(type.members[0] if type.members else f"*{place}")])


def _lowered(case: Case, tree: Question) -> tuple[Asking | None, tuple[Diagnostic, ...]]:
    checked, problems = check_question([tree], case.book.vocabulary.records)
    if checked is None:
        return None, problems
    ready, more = lower_question(checked, case.book.forms, case.book.engine.relations)
    return ready, (*problems, *more)


def mapped(node: Any, wanted: Callable[[Any], bool], other: Any) -> Any:
    """A goal with something else in the place of some of its parts."""
    if wanted(node):
        return other
    if isinstance(node, tuple):
        return tuple(mapped(each, wanted, other) for each in node)
    if isinstance(node, (Constant, Variable)) or not has(type(node)):
        return node
    names = (field.name for field in fields(type(node)) if field.name not in ("origin", "type"))
    return evolve(node, **{name: mapped(getattr(node, name), wanted, other) for name in names})


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
    if type.kind is Kind.SYMBOL and not (value in type.members if type.members else type in names.get(value, ())):
        known = type.members or tuple(name for name, types in names.items() if type in types)
        message = f"`{value}` is no {type.name} of the case"
        raise ClausebookError(Diagnostic("E0613", message, None, nearest=nearest(str(value), known)))
    return _put(value, type, span)


def _put(value: Any, type: Type, span: Span) -> Term:
    if type.kind is Kind.SYMBOL:
        return Name(value, type, span)
    return Quantity(value, type, span)
