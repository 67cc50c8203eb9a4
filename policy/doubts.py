"""Open questions as statements: what is not known, with the answer supposed, in the words of the vocabulary.

What the record may not show, because it is complete only to some day, is told with that day: "Ann Lee did not retire
after December 31, 2026".
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from engine.unknowns import (
    Clash,
    ComesFirst,
    Cut,
    Equals,
    HasValue,
    MayExist,
    OpenStatement,
    OpenValue,
    Question,
    Sign,
    Threshold,
    Unknown,
    Unrecorded,
    hangs_on,
)
from engine.values import DATE, Kind, exact
from policy.quantities import print_value
from policy.speak import Speaker

_WORDS = {
    (True, False): "at most",
    (True, True): "less than",
    (False, False): "more than",
    (False, True): "at least",
}
_DAY_WORDS = {
    (True, False): "on or before",
    (True, True): "before",
    (False, False): "after",
    (False, True): "on or after",
}


def supposing(speaker: Speaker, question: Question, answer: bool) -> str:
    """An open question with the answer supposed, as a sentence: "the grant is authorized"."""
    match question:
        case OpenStatement() | Cut():
            return speaker.statement(question.relation, question.arguments, answer)
        case HasValue():
            return _has(speaker, question.value, answer)
        case Threshold():
            return _threshold(speaker, question, answer)
        case Equals():
            name = speaker.open_value(question.value)
            other = speaker.value(question.other, question.value.type)
            return f"{name} {_be(speaker, question.value)} {'' if answer else 'not '}{other}"
        case Sign():
            return _sign(speaker, question, answer)
        case ComesFirst():
            kind = speaker.lexicon.relations[question.relation].columns[0].type
            first, second = speaker.value(question.first, kind), speaker.value(question.second, kind)
            return f"{first} comes before {second}" if answer else f"{second} comes before {first}"
        case MayExist():
            thing = Unrecorded(question.relation, question.context, question.such)
            return f"there is {speaker.unrecorded(thing) if answer else speaker.no_unrecorded(thing)}"
        case Clash():
            return f"the conflict over whether {speaker.statement(question.relation, question.keys)} is resolved"


def event_in(speaker: Speaker, question: Question) -> str | None:
    """The event, without its day, that a question asks about: whether it happened, or by which day it did."""
    match question:
        case OpenStatement() if question.arguments and isinstance(question.arguments[-1], OpenValue):
            return speaker.event(question.arguments[-1])
        case HasValue() | Threshold() if isinstance(question.value, OpenValue):
            return speaker.event(question.value)
        case _:
            return None


def says_what(question: Question, value: OpenValue) -> bool:
    """Whether an answer to a question says what a value is."""
    match question:
        case Threshold(value=known) | Equals(value=known):
            return hangs_on(known, value)
        case Sign(terms=terms):
            return any(hangs_on(unknown, value) for unknown, _ in terms)
        case _:
            return False


Answered = tuple[Question, bool]
"""A question with the answer supposed."""


def telling(speaker: Speaker, group: list[Answered]) -> list[Answered]:
    """What is supposed together, without what goes without saying beside the rest."""
    return [one for one in group if not any(other != one and _says_so(speaker, other, one) for other in group)]


def _says_so(speaker: Speaker, one: Answered, other: Answered) -> bool:
    """Whether of two things supposed the first says the second too.

    What is such is; what happened by a day happened; of what did not happen no day is told.
    """
    (question, answer), (implied, told) = one, other
    event = event_in(speaker, implied)
    if event is not None and event == event_in(speaker, question):
        if isinstance(implied, Threshold) and isinstance(question, Threshold):
            further = question.bound < implied.bound if answer else question.bound > implied.bound
            return answer is told and further
        return told if isinstance(question, Threshold) else isinstance(implied, Threshold) and not answer
    return told and isinstance(implied, HasValue) and says_what(question, implied.value)


def not_by(speaker: Speaker, threshold: Threshold) -> str | None:
    """That an event did not happen on or before a day, be it that it happened later or never."""
    assert isinstance(threshold.value, OpenValue)
    event = speaker.event(threshold.value, False)
    return None if event is None else f"{event} on or before {_day(speaker, threshold)}"


def _be(speaker: Speaker, value: Unknown) -> str:
    return speaker.be(value.relation, value.column) if isinstance(value, OpenValue) else "is"


def _has(speaker: Speaker, value: OpenValue, answer: bool) -> str:
    event = speaker.event(value, answer)
    if event is not None:
        return event
    words = speaker.open_value(value)
    if answer:
        return f"{words} {'exist' if _be(speaker, value) == 'are' else 'exists'}"
    return f"there {_be(speaker, value)} no {words.removeprefix('the ')}"


def _day(speaker: Speaker, threshold: Threshold) -> str:
    return speaker.value(date.fromordinal(int(threshold.bound)), DATE)


def _threshold(speaker: Speaker, question: Threshold, answer: bool) -> str:
    value = question.value
    if value.type.kind is Kind.DATE:
        when = f"{'on or before' if answer else 'after'} {_day(speaker, question)}"
        event = speaker.event(value) if isinstance(value, OpenValue) else None
        return f"{speaker.value(value, DATE)} is {when}" if event is None else f"{event} {when}"
    limit = f"{_WORDS[answer, question.strict]} {print_value(question.bound, value.type)}"
    if isinstance(value, OpenValue) and not value.relation and isinstance(value.keys[0], Unrecorded):
        others = speaker.unrecorded(value.keys[0], many=True)
        return f"{others} add {'nothing' if answer and question.bound == 0 else limit}"
    return f"{speaker.value(value, value.type)} {_be(speaker, value)} {limit}"


def _sign(speaker: Speaker, question: Sign, answer: bool) -> str:
    """An inequality between unknowns, the first alone on its side."""
    (first, factor), *rest = question.terms
    others = tuple((unknown, exact(Fraction(-coefficient) / factor)) for unknown, coefficient in rest)
    right: Any = speaker.linear(others, exact(Fraction(-question.constant) / factor), first.type)
    at_most = answer if factor > 0 else not answer
    strict = question.strict if answer else not question.strict
    are_days = all(unknown.type.kind is Kind.DATE for unknown, _ in question.terms) and not question.constant
    words = (_DAY_WORDS if are_days else _WORDS)[at_most, strict if at_most else not strict]
    return f"{speaker.value(first, first.type)} {_be(speaker, first)} {words} {right}"
