"""The words that a book declares: nouns, names, records and phrases, as data.

`policy.vocabulary` reads them from a document and matches them against sentences.
"""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from engine.values import Type, Value
from policy.source import Span

if TYPE_CHECKING:
    from policy.document import List


class Heading(Enum):
    """Who states a phrase."""

    RECORDED = "Recorded"
    RECORDED_OVER_TIME = "Recorded, over time"
    GIVEN = "Given"
    DECIDED = "Decided"
    DETERMINED = "Determined"
    READ_AS = "Read as"
    CONCLUDED = "Concluded"
    ASKED = "Asked"


@frozen
class Slot:
    """A place in a phrase for a term of a type: ``*a grant*``; ``adjectives`` tell two of one type apart."""

    type: Type
    noun: str
    adjectives: tuple[str, ...] = ()
    span: Span | None = field(default=None, eq=False, repr=False)


@frozen
class Phrase:
    """A declared phrase.

    ``parts`` are words (lower case unless a name) and slots, in order. ``negative`` are the parts of its
    negation (same slots). ``value`` is the type of the value a value phrase gives (its parts then end
    before ``is`` / ``are``; ``verb`` is that word), else None. ``date_slot`` is the index of the last slot where
    the phrase ends in ``on *a date*``.
    ``relation`` is the engine relation it stands for. ``by`` is the body that decides or determines. ``default`` is the
    value or truth of a Given taken as V, or of a reading, ``reading`` its id. ``clause`` is the clause under
    which it is declared ("" under ``## Vocabulary``).
    """

    parts: tuple[str | Slot, ...]
    heading: Heading
    relation: str
    negative: tuple[str | Slot, ...] = ()
    value: Type | None = None
    verb: str = ""
    value_noun: str = ""
    optional: bool = False
    date_slot: int | None = None
    by: tuple[str, ...] = ()
    default: Value | bool | None = None
    reading: str = ""
    clause: str = ""
    span: Span | None = field(default=None, eq=False, repr=False)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(part for part in self.parts if isinstance(part, Slot))


@frozen
class AttributeDeclaration:
    """An attribute of a record kind: ``exercise price (money per share)``."""

    name: str
    type: Type
    optional: bool
    span: Span | None = field(default=None, eq=False, repr=False)


@frozen
class RecordDeclaration:
    """A record kind; ``date`` is its dating attribute where it is ordered."""

    name: str
    type: Type
    attributes: tuple[AttributeDeclaration, ...]
    ordered_by: str | None = None
    span: Span | None = field(default=None, eq=False, repr=False)


@frozen
class AskedForm:
    """A question's phrase with what it supposes and asks.

    ``suppose`` maps attributes of one supposed record of ``record`` to slot numbers or fixed terms (as written);
    ``ask`` is the sentence asked, as written, with ``the <record>`` for the supposed one, and ``list`` the list that it
    takes. They are parsed with the rest of the book.
    """

    phrase: Phrase
    suppose: Span | None
    ask: Span
    list: List | None = None
