"""From a document to its words: nouns, names, records and phrases, found by `Vocabulary`'s indexes.

`read_vocabulary` reads the sections that declare words, and the lists of phrases under clauses.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Type
from policy.phrases import Tries, plural, tries
from policy.quantities import MONEY, MONEY_PER_SHARE, SHARES, begins_quantity
from policy.tokens import tokenize
from policy.words import AskedForm, AttributeDeclaration, Phrase, RecordDeclaration

PERSON = Type("person", Kind.SYMBOL)
NAMED = Type("entity", Kind.SYMBOL)
"""A name that the book declares without saying what it is."""

UNCOUNTED = frozenset({"shares", "money", "money per share"})

_RESERVED = """
a an the another every that those this who which whose what when how it there is are was were be been being
has have had may must will would can shall should do does did not no never none and or if unless such for over
despite subject failing of on in to from by at as with within throughout before after than then plus minus
times divided rounded exceeds exceed comes come whether according known taken supposing suppose ask all any
only apply applies one first last
"""
RESERVED = frozenset(_RESERVED.split())
"""Words that are never an adjective."""


@frozen
class Noun:
    """A word, or words, for a type: ``grant``, ``exercise price``; ``noun`` is its singular as declared."""

    words: tuple[str, ...]
    noun: str
    type: Type
    plural: bool = False

    @property
    def counted(self) -> bool:
        return self.noun not in UNCOUNTED


Names = Mapping[str, tuple[Type, ...]]
Index = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
"""What is spelt with words, and its name, by its first word."""


@frozen(eq=False)
class Layered(Names):
    """Names over those that ledgers list."""

    own: Names
    listed: Names

    def __getitem__(self, name: str) -> tuple[Type, ...]:
        found = self.own.get(name)
        return self.listed[name] if found is None else found

    def items(self) -> ItemsView[str, tuple[Type, ...]]:
        return {**dict(self.listed.items()), **self.own}.items()

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.items()))

    def __len__(self) -> int:
        return len(self.items())


@frozen
class Vocabulary:
    """The words of a book. A name may belong to several kinds; a body without a kind has `NAMED`.

    The indexes hold entries by their first word. ``listed`` are the names that ledgers list, which have no index.
    """

    nouns: tuple[Noun, ...]
    names: Names
    records: Mapping[str, RecordDeclaration]
    phrases: tuple[Phrase, ...]
    asked: tuple[AskedForm, ...]
    tries: Tries = field(eq=False, repr=False)
    noun_index: Mapping[str, tuple[Noun, ...]] = field(eq=False, repr=False)
    name_index: Index = field(eq=False, repr=False)
    attribute_index: Index = field(eq=False, repr=False)
    predicates: frozenset[str] = field(eq=False, repr=False)
    numeric: frozenset[str] = field(eq=False, repr=False)
    """The words of nouns, names and phrases with which a quantity may begin too."""
    listed: Names = field(factory=dict, eq=False, repr=False)

    def with_listed(self, listed: Names) -> Vocabulary:
        """The same words with the names of a ledger: there may be millions, so they are found by their text alone."""
        own = {
            name: (*types, *(t for t in listed.get(name, ()) if t not in types)) for name, types in self.names.items()
        }
        return evolve(self, names=Layered(own, listed), listed=listed)

    def with_names(self, names: Mapping[str, Type]) -> Vocabulary:
        """The same words with more names."""
        own = self.names.own if isinstance(self.names, Layered) else self.names
        merged = dict(own)
        index = dict(self.name_index)
        for name, type in names.items():
            merged[name] = (*(known for known in self.names.get(name, ()) if known != type), type)
            add_to_index(index, words_of(name), name)
        layered = Layered(merged, self.listed) if self.listed else merged
        numeric = self.numeric.union(word for name in names for word in words_of(name) if begins_quantity(word))
        return evolve(self, names=layered, name_index=index, numeric=numeric)

    def type_of_noun(self, text: str) -> Type | None:
        """The type that a noun, singular or plural, stands for."""
        noun = find_noun(self.nouns, words_of(text))
        return None if noun is None else noun.type

    def attribute(self, record: Type, name: str) -> AttributeDeclaration | None:
        """An attribute of a record kind."""
        declared = self.records.get(record.name) if record.kind is Kind.SYMBOL else None
        if declared is None:
            return None
        return next((known for known in declared.attributes if known.name == name), None)

    @property
    def types(self) -> Mapping[str, Type]:
        """Every type that a noun stands for, by its name."""
        return {noun.type.name: noun.type for noun in self.nouns}


def words_of(text: str) -> tuple[str, ...]:
    return tokenize(text).words


def add_to_index(index: dict[str, tuple[tuple[tuple[str, ...], str], ...]], words: tuple[str, ...], name: str) -> None:
    if words and (words, name) not in index.get(words[0], ()):
        index[words[0]] = (*index.get(words[0], ()), (words, name))


def build(
    nouns: Sequence[Noun],
    names: Names,
    records: Sequence[RecordDeclaration],
    phrases: Sequence[Phrase],
    asked: Sequence[AskedForm] = (),
) -> Vocabulary:
    """A vocabulary with its indexes."""
    by_noun: dict[str, tuple[Noun, ...]] = {}
    for noun in nouns:
        by_noun[noun.words[0]] = (*by_noun.get(noun.words[0], ()), noun)
    by_name: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for name, types in names.items():
        if types != (NAMED,):
            add_to_index(by_name, words_of(name), name)
    attributes: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for record in records:
        for attribute in record.attributes:
            add_to_index(attributes, words_of(attribute.name), attribute.name)
    return Vocabulary(
        tuple(nouns),
        dict(names),
        {record.type.name: record for record in records},
        tuple(phrases),
        tuple(asked),
        tries(phrases),
        by_noun,
        by_name,
        attributes,
        frozenset(_predicates(phrases)),
        frozenset(filter(begins_quantity, _words(nouns, (by_name, attributes), phrases))),
    )


def _words(nouns: Iterable[Noun], indexes: Iterable[Index], phrases: Iterable[Phrase]) -> Iterator[str]:
    """Every word of nouns, of what is indexed and of phrases."""
    for noun in nouns:
        yield from noun.words
    for index in indexes:
        for entries in index.values():
            for words, _ in entries:
                yield from words
    for phrase in phrases:
        yield from (part for part in (*phrase.parts, *phrase.negative) if isinstance(part, str))


def _predicates(phrases: Iterable[Phrase]) -> Iterator[str]:
    """The words that follow a form of `be` in a declared phrase: none of them tells two variables apart."""
    for phrase in phrases:
        for before, after in zip(phrase.parts, phrase.parts[1:], strict=False):
            if before in ("is", "are", "was", "were") and isinstance(after, str):
                yield after
        for at, part in enumerate(phrase.parts[:-2]):
            if part in ("is", "are", "was", "were") and phrase.parts[at + 1] in ("a", "an"):
                following = phrase.parts[at + 2]
                if isinstance(following, str):
                    yield following


def nouns_for(noun: str, type: Type) -> tuple[Noun, ...]:
    """A noun and its regular plural."""
    if noun in UNCOUNTED:
        return (Noun(words_of(noun), noun, type),)
    return Noun(words_of(noun), noun, type), Noun(words_of(plural(noun)), noun, type, True)


STANDARD_NOUNS: tuple[Noun, ...] = (
    *nouns_for("person", PERSON),
    Noun(("people",), "person", PERSON, True),
    *nouns_for("date", DATE),
    *nouns_for("day", DATE),
    *nouns_for("period", PERIOD),
    *nouns_for("year", YEAR),
    *nouns_for("number", NUMBER),
    *nouns_for("shares", SHARES),
    *nouns_for("money", MONEY),
    *nouns_for("money per share", MONEY_PER_SHARE),
)


def find_noun(nouns: Iterable[Noun], words: tuple[str, ...]) -> Noun | None:
    return next((noun for noun in nouns if noun.words == words), None)
