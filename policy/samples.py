"""Sample sentences: a phrase with names and values in its slots, said as a fact or asked as a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count, islice

from attrs import define, field

from engine.values import DATE, PERIOD, Kind, Period, Type
from policy.phrases import Parts, fronted
from policy.quantities import print_value
from policy.vocabulary import PERSON, Vocabulary
from policy.vocabulary_text import filled, with_article
from policy.words import Heading, Phrase, Slot

_PEOPLE = ("Ann Lee", "Bob Ray", "Cy Day")
_DAYS = (date(2001, 3, 1), date(2001, 6, 1), date(2001, 9, 1))
_NUMBERS = {"shares": 1000, "money": 100, "money per share": 4, "year": 2001}


@define
class Fillers:
    """What goes into slots: names that are given first, then the book's own, then samples.

    ``made`` are the sample names used, which a case has to introduce.
    """

    vocabulary: Vocabulary
    names: Mapping[str, Type] = field(factory=dict)
    days: tuple[date, ...] = ()
    made: dict[str, Type] = field(factory=dict)

    def filler(self, type: Type, number: int) -> str:
        """The filler of the slot of a type that has ``number`` such slots before it."""
        if type.members:
            return type.members[number % len(type.members)]
        if type.kind is Kind.SYMBOL:
            return self._name(type, number)
        if type.kind is Kind.DATE:
            days = (*self.days, *_DAYS)
            return print_value(days[number % len(days)], DATE)
        if type.kind is Kind.PERIOD:
            return print_value(Period(months=12 * (number + 1)), PERIOD)
        return print_value(_NUMBERS.get(type.name, 1) * (number + 1), type)

    def _name(self, type: Type, number: int) -> str:
        known = [name for name, kind in self.names.items() if kind == type]
        known += [name for name, types in self.vocabulary.names.items() if type in types and name not in known]
        if number < len(known):
            return known[number]
        samples = (each for each in self._samples(type) if each not in self.names and self._is_free(each, type))
        made = next(islice(samples, number - len(known), None))
        self.made[made] = type
        return made

    def _is_free(self, name: str, type: Type) -> bool:
        return name not in self.vocabulary.names and self.made.get(name, type) == type

    def _samples(self, type: Type) -> Iterator[str]:
        """Sample names of a kind: by its initials, or by its whole name where another kind has the same ones."""
        if type == PERSON:
            yield from _PEOPLE
        alike = [
            each for each in self.vocabulary.types.values() if _is_named(each) and _initials(each) == _initials(type)
        ]
        begins = _initials(type) if len(alike) <= 1 else type.name.replace(" ", "-").capitalize()
        yield from (f"{begins}-{number}" for number in count(1))

    def fill(self, parts: Parts) -> str:
        """The parts of a phrase with their slots filled."""
        types = [part.type for part in parts if isinstance(part, Slot)]
        return filled(parts, [self.filler(type, types[:at].count(type)) for at, type in enumerate(types)])

    # ------------------------------------------------------------- sentences

    def fact(self, phrase: Phrase) -> str:
        """The phrase as a case file may state it."""
        return sentence(self.claim(phrase))

    def claim(self, phrase: Phrase) -> str:
        """The same without capital and stop, as it stands after `It is not known whether`."""
        said = self.fill(phrase.parts)
        if phrase.value is not None:
            return f"{said} {phrase.verb} {self.filler(phrase.value, 0)}"
        if phrase.heading is Heading.RECORDED_OVER_TIME:
            return f"{said} from {self.filler(DATE, 0)}"
        return said

    def question(self, phrase: Phrase) -> str:
        """The phrase as a question."""
        if phrase.value is not None:
            return sentence(f"what {phrase.verb} {self.fill(phrase.parts)}", "?")
        asked = fronted(phrase.negative, False) or ("is", "it", "the", "case", "that", *phrase.parts)
        when = f" on {self.filler(DATE, 0)}" if phrase.heading is Heading.RECORDED_OVER_TIME else ""
        return sentence(self.fill(asked) + when, "?")


def _is_named(type: Type) -> bool:
    """Whether the things of a kind have names of their own."""
    return type.kind is Kind.SYMBOL and not type.members


def _initials(type: Type) -> str:
    return "".join(word[0] for word in type.name.split()).upper()


def sentence(text: str, stop: str = ".") -> str:
    """Words with a capital and a stop."""
    return f"{text[:1].upper()}{text[1:]}{stop}"


def names_line(names: Mapping[str, Type]) -> str:
    """The sentences that introduce names, such as ``Ann Lee is a person.``, in one line."""
    return " ".join(f"{name} is {with_article(type.name)}." for name, type in names.items())
