"""Completing a sentence as it is typed: what may stand next, from the lattice of what stands there.

A candidate is a run of words of a declared phrase up to its next slot, a name or a value that fits the slot, an
attribute, a noun, a keyword of the grammar. Where a name of several words is begun, the candidate replaces that.

>>> from policy.book import load
>>> completer = Completer(load("1992-plan").parser)                       # doctest: +SKIP
>>> [each.text for each in completer.question("May the Boa").candidates]  # doctest: +SKIP
['the Board']
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property

from attrs import define, field, frozen

from engine.values import DATE, PERIOD, Kind, Type
from policy.lattice import EDGES, Lattice, TooMuch
from policy.misdated import MONTHS
from policy.parse import Parser, acceptable
from policy.phrases import Form, Node, Valued, fits
from policy.quantities import MONEY_PER_SHARE, SHARES, example, literals, print_value
from policy.source import Source
from policy.tokens import LONGEST_TEXT, Tokens, tokenize
from policy.vocabulary_text import joined, phrase_text
from policy.words import Phrase, Slot

MOST_CANDIDATES = 200
_LONGEST_NAME = 8
"""So many words back a name may have been begun."""
_INDEFINITE = ("a", "an", "another")
_HAVING = ("has", "have", "had")
_OPENERS = tuple((tuple(words.split()), "OPEN") for words in ("who", "which", "how many", "when", "what are the most"))
_OPEN = "\x01"
"""Under which the names are kept whose kinds are open: people and records, not `incentive stock option`."""
_UNITS = {
    SHARES: (("shares",),),
    MONEY_PER_SHARE: (("per", "share"),),
    PERIOD: (("years",), ("months",), ("days",)),
}


class What(Enum):
    """What a candidate is."""

    WORDS = "words of a phrase"
    NAME = "name"
    VALUE = "value"
    NOUN = "kind"
    ATTRIBUTE = "attribute"
    KEYWORD = "keyword"
    CLAUSE = "clause"
    COMMAND = "command"


@frozen
class Candidate:
    """What may be put in place of the text from ``start`` on; ``hint`` is the phrase it belongs to, or its kind."""

    text: str
    start: int
    what: What
    hint: str = ""


@frozen
class Completion:
    """The candidates, the likeliest kinds first; ``wanted`` are examples of values that may stand there too."""

    candidates: tuple[Candidate, ...] = ()
    wanted: tuple[str, ...] = ()


@define(eq=False, slots=False)
class Completer:
    """Completes sentences in the words of a book and the names of a case; ``days`` are those that are at hand."""

    parser: Parser
    days: tuple[str, ...] = ()

    def question(self, text: str) -> Completion:
        """What may follow the beginning of a question."""
        return self._complete(text, "question")

    def fact(self, text: str) -> Completion:
        """What may follow the beginning of a fact."""
        return self._complete(text, "fact")

    def _complete(self, text: str, start: str) -> Completion:
        if len(text) > LONGEST_TEXT:
            return Completion()
        tokens, typed_from = _settled(text)
        source = Source("typed", text)
        found: dict[Candidate, None] = {}
        wanted: dict[str, None] = {}
        for lattice in self.parser.begun(tokens, source, start):
            try:
                begun = _Begun(self, lattice, start, text, typed_from)
            except TooMuch:
                continue
            found |= dict.fromkeys(begun.candidates())
            wanted |= dict.fromkeys(example(type) for type in begun.wanted_here() if type.kind is not Kind.SYMBOL)
        ordered = sorted(found, key=lambda each: _RANK[each.what])
        return Completion(_once(ordered)[:MOST_CANDIDATES], tuple(wanted))

    def hint(self, nodes: Sequence[Node]) -> str:
        """The phrase that words belong to, if it is one; else "several phrases"."""
        found: dict[Phrase, None] = {}
        for phrase in (each for node in nodes for each in _phrases(node)):
            found.setdefault(phrase)
            if len(found) > 1:
                return "several phrases"
        return phrase_text(next(iter(found))) if found else ""

    # ------------------------------------------------------------ what there is

    @cached_property
    def names(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The names of each type in the order of their letters, without and with capitals; under "" all of them."""
        by_type: dict[str, set[tuple[str, str]]] = {"": set(), _OPEN: set()}
        for name, types in self.parser.vocabulary.names.items():
            for type in types:
                for key in ("", type.name) if type.members else ("", type.name, _OPEN):
                    by_type.setdefault(key, set()).add((name.casefold(), name))
        return {type: tuple(sorted(names)) for type, names in by_type.items()}

    @cached_property
    def values(self) -> tuple[tuple[str, Phrase], ...]:
        """The value phrases, each up to its first slot."""
        return tuple((_opening(each), each) for each in self.parser.vocabulary.phrases if each.value is not None)


_RANK = {what: place for place, what in enumerate(What)}


def _once(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Each text once: the first of its kind."""
    found: dict[tuple[str, int], Candidate] = {}
    for each in candidates:
        found.setdefault((each.text, each.start), each)
    return tuple(found.values())


def _settled(text: str) -> tuple[Tokens, int]:
    """The tokens that are done, and where what is still being typed begins."""
    tokens = tokenize(text)
    if not len(tokens) or tokens.ends[-1] < len(text) or not tokens.words[-1][0].isalnum():
        return tokens, len(text)
    return tokens.part(0, len(tokens) - 1), tokens.starts[-1]


def _opening(phrase: Phrase) -> str:
    words: list[str] = []
    for part in phrase.parts:
        if isinstance(part, Slot):
            break
        words.append(part)
    return joined(words)


@define(eq=False)
class _Begun:
    """The beginning of a sentence, read as far as it goes."""

    completer: Completer
    lattice: Lattice
    start: str
    text: str
    typed_from: int
    accepted: dict[int, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.accepted = acceptable(self.lattice, self.start)
        end = len(self.lattice)
        for terminal in sorted(self.accepted.get(end, ())):
            if terminal in EDGES:
                self.lattice.edges(end, terminal)

    @property
    def end(self) -> int:
        return len(self.lattice)

    def place(self, at: int) -> int:
        """Where a token begins in the text."""
        return self.lattice.tokens.starts[at] if at < self.end else self.typed_from

    def typed(self, at: int) -> str:
        """What is typed from a token on, in small letters."""
        return self.text[self.place(at) :].casefold()

    def recent(self) -> range:
        """The tokens from which on a name may have been begun."""
        return range(max(0, self.end - _LONGEST_NAME), self.end + 1)

    def wanted(self, at: int) -> Iterator[Type | Kind | None]:
        """What the slots at a token take; None: anything."""
        if "TERM" in self.accepted.get(at, ()):
            yield None
        for node in self.lattice.visited.get(at, ()):
            yield from (wanted for wanted, _ in node.slots)

    def wanted_here(self) -> Iterator[Type]:
        for wanted in dict.fromkeys(self.wanted(self.end)):
            if isinstance(wanted, Type):
                yield wanted

    # ----------------------------------------------------------- candidates

    def candidates(self) -> Iterator[Candidate]:
        yield from self.words()
        yield from self.names()
        yield from self.value_phrases()
        yield from self.units()
        yield from self.nouns()
        yield from self.attributes()
        yield from self.keywords()

    def words(self) -> Iterator[Candidate]:
        """The words that go on in the phrases begun."""
        typed = self.typed(self.end)
        runs: dict[str, list[Node]] = {}
        for node in self.lattice.visited.get(self.end, ()):
            for run, after in _runs(node):
                runs.setdefault(run, []).append(after)
        for run, nodes in runs.items():
            if run.casefold().startswith(typed):
                yield self._sentence(run, self.end, What.WORDS, self.completer.hint(nodes))

    def names(self) -> Iterator[Candidate]:
        """Names that fit a slot and begin as what is typed does."""
        for at in self.recent():
            wanted = tuple(dict.fromkeys(self.wanted(at)))
            typed = self.typed(at)
            if not wanted or (at < self.end and not typed):
                continue
            for type, name in self._named(wanted, typed):
                if name.casefold() != typed or at == self.end:
                    yield Candidate(name, self.place(at), What.NAME, type)
            if any(each is None or each == DATE for each in wanted):
                for day in (*self.completer.days, *(MONTHS if at == self.end and typed else ())):
                    if day.casefold().startswith(typed):
                        yield Candidate(day, self.place(at), What.VALUE, "date")

    def _named(self, wanted: Sequence[Type | Kind | None], typed: str) -> Iterator[tuple[str, str]]:
        every = self.completer.names
        for each in wanted:
            if each is None and (typed or len(wanted) == 1):
                yield from (("", name) for name in _starting(every["" if typed else _OPEN], typed))
            elif isinstance(each, Type) and each.kind is Kind.SYMBOL:
                own = every.get(each.name) or tuple((name.casefold(), name) for name in sorted(each.members))
                yield from ((each.name, name) for name in _starting(own, typed))

    def value_phrases(self) -> Iterator[Candidate]:
        typed = self.typed(self.end)
        wanted = tuple(dict.fromkeys(self.wanted(self.end)))
        for opening, phrase in self.completer.values:
            assert phrase.value is not None
            if not opening or not opening.casefold().startswith(typed):
                continue
            known = [each for each in wanted if each is not None] or wanted
            if any(each is None or fits(phrase.value, each) for each in known):
                yield self._sentence(opening, self.end, What.VALUE, phrase_text(phrase))

    def units(self) -> Iterator[Candidate]:
        """The units of a number that stands where a quantity is wanted."""
        for at in self.recent()[:-1]:
            if not any(character.isdigit() for character in self.lattice.words[at]):
                continue
            dollars = self.lattice.words[at].startswith("$")
            said = self.lattice.words[at + 1 : self.end]
            for wanted in dict.fromkeys(self.wanted(at)):
                for type, units in _UNITS.items():
                    if (wanted is None or fits(type, wanted)) and dollars == (type == MONEY_PER_SHARE):
                        rests = [unit[len(said) :] for unit in units if unit[: len(said)] == said]
                        yield from self._those(map(joined, filter(None, rests)), self.end, What.VALUE, type.name)

    def nouns(self) -> Iterator[Candidate]:
        """The kinds of which a question may ask, or something may be said."""
        vocabulary = self.completer.parser.vocabulary
        for at in self.recent():
            before = self.lattice.words[max(0, at - 2) : at]
            accepted = self.accepted.get(at, frozenset())
            plural = before[-1:] == ("which",) or before in (("how", "many"), ("the", "most")) or "NOUNS" in accepted
            single = (before[-1:] and before[-1] in _INDEFINITE and "TERM" in self.accepted.get(at - 1, ())) or (
                "NOUN" in accepted
            )
            if not (plural or single):
                continue
            named = (
                " ".join(noun.words)
                for noun in vocabulary.nouns
                if (noun.plural and plural) or (not noun.plural and (single or not noun.counted))
            )
            yield from self._those(sorted(dict.fromkeys(named)), at, What.NOUN, "kind")

    def attributes(self) -> Iterator[Candidate]:
        """The attributes of what an `'s` follows, or of any record after `has`."""
        records = self.completer.parser.vocabulary.records
        for at in self.recent():
            for owner in self.lattice.owners.get(at, ()):
                if owner.name in records:
                    named = [each.name for each in records[owner.name].attributes]
                    yield from self._those(named, at, What.ATTRIBUTE, owner.name)
            before = [word for word in self.lattice.words[max(0, at - 2) : at] if word not in ("no", "a", "an")]
            if before and before[-1] in _HAVING and "HAS" in self.accepted.get(at - len(before), ()):
                optional = [each.name for record in records.values() for each in record.attributes if each.optional]
                yield from self._those(dict.fromkeys(optional), at, What.ATTRIBUTE, "attribute")

    def keywords(self) -> Iterator[Candidate]:
        """The keywords that may begin here, or go on."""
        words = self.lattice.words
        table = self.lattice.keyword_table
        spelt = [(words, terminal) for spellings in table.values() for words, terminal in spellings]
        for at in self.recent():
            accepted = self.accepted.get(at, ())
            begun = self.end - at
            for each, terminal in (*spelt, *_OPENERS):
                rest = each[begun:]
                if terminal in accepted and rest and each[:begun] == words[at : self.end] and rest[0].isalpha():
                    yield from self._those((joined(rest),), self.end, What.KEYWORD, "")

    def _those(self, texts: Iterable[str], at: int, what: What, hint: str) -> Iterator[Candidate]:
        typed = self.typed(at)
        for text in texts:
            if text.casefold().startswith(typed):
                yield self._sentence(text, at, what, hint)

    def _sentence(self, text: str, at: int, what: What, hint: str) -> Candidate:
        """Words of a sentence, with a capital where they begin it."""
        start = self.place(at)
        if text.startswith("'s"):
            start = len(self.text[:start].rstrip())
        said = text[:1].upper() + text[1:] if at == 0 else text
        return Candidate(said, start, what, hint)


def _starting(names: tuple[tuple[str, str], ...], typed: str) -> Iterator[str]:
    """The first of the names that begin so."""
    at = bisect_left(names, (typed, ""))
    for small, name in names[at : at + MOST_CANDIDATES]:
        if not small.startswith(typed):
            return
        yield name


def _runs(node: Node) -> Iterator[tuple[str, Node]]:
    """The words that may follow in a trie, each as far as nothing else may, and where they lead."""
    for word, child in node.words.items():
        run = [word]
        while not child.ends and not child.slots and len(child.words) == 1:
            ((word, child),) = child.words.items()
            run.append(word)
        yield joined(run), child


def _phrases(node: Node) -> Iterator[Phrase]:
    pending = [node]
    while pending:
        current = pending.pop()
        yield from (end.phrase for end in current.ends if isinstance(end, (Form, Valued)))
        pending += [*current.words.values(), *(child for _, child in current.slots)]


def days_in(text: str) -> tuple[str, ...]:
    """The days that a text speaks of, as they are written."""
    words = tokenize(text[:LONGEST_TEXT]).words
    found = (each for at in range(len(words)) for each in literals(words, at) if each.type == DATE)
    return tuple(dict.fromkeys(print_value(each.value, DATE) for each in found))


def clause_candidates(clauses: Iterable[str], text: str, start: int = 0) -> Iterator[Candidate]:
    """The clauses whose id begins as what is typed from a place on does, with its `§` or without."""
    typed = text[start:].removeprefix("§").strip().casefold()
    for clause in clauses:
        if clause.casefold().startswith(typed):
            yield Candidate(f"§ {clause}", start, What.CLAUSE)
