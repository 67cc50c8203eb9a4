"""Sample sentences: a phrase with names and values in its slots, said as a fact or asked as a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

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
        made = _sample_name(type, number - len(known))
        self.made[made] = type
        return made

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


def _sample_name(type: Type, number: int) -> str:
    if type == PERSON:
        return _PEOPLE[number % len(_PEOPLE)]
    letters = "".join(word[0] for word in type.name.split()).upper()
    return f"{letters}-{number + 1}"


def sentence(text: str, stop: str = ".") -> str:
    """Words with a capital and a stop."""
    return f"{text[:1].upper()}{text[1:]}{stop}"


def names_line(names: Mapping[str, Type]) -> str:
    """The sentences that introduce names, such as ``Ann Lee is a person.``, in one line."""
    return " ".join(f"{name} is {with_article(type.name)}." for name, type in names.items())
