"""Vocabulary to relations: what the engine keeps for each phrase, record kind and type.

* A statement phrase is a relation of its slots; over time it is a span.
* A value phrase is a relation of its slots and one more column, `VALUE`.
* A given event ("the Board adopted the Plan on *a date*") happens once for the same fillers: its day is its
  value, and no value means that it did not happen.
* A record kind is a relation of its `ID` and its attributes.
* An entity type or a named kind is a relation of one column that lists its members.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.facts import Table
from engine.model import Atom, Column, Constant, Origin, Relation, Rule, Silence
from engine.values import DATE, Type
from policy.words import Heading, Phrase, RecordDeclaration

VALUE = "value"
ID = "id"

_SILENCE = {
    Heading.RECORDED: Silence.FALSE,
    Heading.RECORDED_OVER_TIME: Silence.FALSE,
    Heading.GIVEN: Silence.UNKNOWN,
    Heading.DECIDED: Silence.FALSE,
    Heading.DETERMINED: Silence.UNKNOWN,
    Heading.READ_AS: Silence.ASSUMED,
    Heading.CONCLUDED: Silence.CONCLUDED,
}


def recorded(table: Table, number: int) -> str:
    """Where a row is recorded, and what of it elsewhere: "minutes of 2001-03-01; shares: supposed"; "" if it is not."""
    source = table.sources[number]
    apart = (
        f"{column.name}: {table.cell_sources[number, place]}"
        for place, column in enumerate(table.relation.columns)
        if (number, place) in table.cell_sources
    )
    return "; ".join((*(() if source is None else (str(source),)), *apart))


def happens_once(phrase: Phrase) -> bool:
    """Whether a phrase is a given event, so that its day is a value."""
    return phrase.heading is Heading.GIVEN and phrase.date_slot is not None and phrase.default is None


def is_over_time(phrase: Phrase) -> bool:
    return phrase.heading is Heading.RECORDED_OVER_TIME


def relation_of_phrase(phrase: Phrase) -> Relation:
    """The relation that a phrase (not an asked one) stands for."""
    slots = phrase.slots
    value = phrase.value
    if happens_once(phrase):
        slots, value = slots[:-1], DATE
    names = _distinct([" ".join((*slot.adjectives, slot.noun)) for slot in slots])
    columns = tuple(Column(name, slot.type) for name, slot in zip(names, slots, strict=True))
    if value is not None:
        # What somebody must determine has a value, once determined; other values may not exist.
        columns += (Column(VALUE, value, optional=phrase.heading is not Heading.DETERMINED),)
    silence = _SILENCE[phrase.heading]
    if silence is Silence.UNKNOWN and phrase.default is not None:
        silence = Silence.ASSUMED
    dated = phrase.heading is Heading.RECORDED and phrase.date_slot is not None
    return Relation(
        phrase.relation,
        columns,
        len(slots),
        silence,
        assumed=phrase.default if silence is Silence.ASSUMED else None,
        reading=phrase.reading or None,
        time=phrase.date_slot if dated else None,
        span=is_over_time(phrase),
        open_for_supposed=phrase.heading is Heading.DECIDED,
        origin=Origin(phrase.clause, phrase.span),
    )


def _distinct(names: list[str]) -> list[str]:
    """Column names: a second one of a name gets a number."""
    result: list[str] = []
    for name in names:
        count = 1 + sum(1 for known in result if known == name or known.startswith(f"{name} ("))
        result.append(name if count == 1 else f"{name} ({count})")
    return result


def relation_of_record(record: RecordDeclaration) -> Relation:
    """The relation of a record kind; the attribute that orders it dates its rows."""
    columns = [Column(ID, record.type)]
    columns += [Column(each.name, each.type, each.optional) for each in record.attributes]
    names = [column.name for column in columns]
    time = names.index(record.ordered_by) if record.ordered_by in names else None
    return Relation(
        record.type.name,
        tuple(columns),
        1,
        Silence.FALSE,
        time=time,
        record=True,
        origin=Origin(place=record.span),
    )


def relation_of_entity(type: Type) -> Relation:
    """The relation that lists the things of an entity type."""
    return Relation(type.name, (Column(type.name, type),), 1, Silence.FALSE)


def relation_of_kind(type: Type) -> Relation:
    """The relation that lists the named values of a kind; `members_of_kind` are its rules."""
    return Relation(type.name, (Column(type.name, type),), 1)


def members_of_kind(type: Type) -> Iterable[Rule]:
    """That each named value of a kind is one."""
    for member in type.members:
        yield Rule(f"{type.name}: {member}", Atom(type.name, (Constant(member, type),)))
