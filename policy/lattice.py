"""The lattice of a sentence: every term, phrase and keyword that may start at each of its tokens.

Each is found once a position and kept. A slot takes only terms of its type; in a loose lattice it takes any
term, so that a sentence which fails for a wrong type can still be read and the type named. A tracing lattice
keeps what the phrases expected where, for the message about a sentence that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from engine.values import DATE, Kind, Type
from policy.phrases import Form, Node, fits, product
from policy.quantities import begins_quantity, literals
from policy.source import Source, Span
from policy.syntax import Article, Attribute, DayOf, Holds, Mention, Name, Quantity, Term
from policy.tokens import Tokens
from policy.vocabulary import RESERVED, Vocabulary
from policy.words import Heading

DEEPEST = 40
LONGEST_CHAIN = 40
LONGEST_NAME = 40
"""So many tokens of a text are looked up as a name that a ledger lists, no more."""
MOST_WAYS = 400

_ARTICLES = {"a": Article.A, "an": Article.A, "the": Article.THE, "another": Article.ANOTHER}
_DEMONSTRATIVES = {"that": Article.THE, "those": Article.THE, "this": Article.THE}
_DAYS = {("day",): "the", ("first", "day"): "first", ("last", "day"): "last"}

STRUCTURE = "\x01"
"""Begins a token that stands for structure: ``\\x01_LIST``."""


class TooMuch(Exception):
    """A sentence nests deeper, or can be read in more ways, than any sentence that people read."""


@frozen
class Keyword:
    """A keyword of the grammar, with its place."""

    terminal: str
    span: Span


@frozen
class Nouns:
    """Adjectives and a noun without an article."""

    adjectives: tuple[str, ...]
    noun: str
    type: Type
    span: Span

    def mention(self, article: Article) -> Mention:
        return Mention(article, self.adjectives, self.noun, self.type, self.span)


@frozen
class Statement:
    """A statement phrase with its slots filled, in the form that was matched."""

    form: Form
    arguments: tuple[Term, ...]
    span: Span

    def holds(self) -> Holds:
        return Holds(self.form.phrase, self.arguments, self.form.negated, None, self.span)


@frozen
class Having:
    """``has no replaced grant``."""

    attribute: str
    negated: bool
    span: Span


@frozen
class OneOf:
    """``is one of A, B and C``."""

    terms: tuple[Term, ...]
    negated: bool
    span: Span


@frozen
class AttributeName:
    """``exercise price``, perhaps ``of the grant``; ``types`` are its types by the name of the record kind."""

    name: str
    of: Term | None
    types: Mapping[str, Type]
    span: Span


@frozen
class ClauseId:
    """A clause reference; ``known`` unless no clause has that id."""

    clause: str
    known: bool
    span: Span


KeywordTable = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
"""The keywords by their first word: their words and their terminal."""

Edges = tuple[tuple[Any, int], ...]


@define(eq=False)
class Lattice:
    """What may start at each token of one sentence."""

    tokens: Tokens
    source: Source
    vocabulary: Vocabulary
    keyword_table: KeywordTable
    clauses: frozenset[str] = frozenset()
    loose: bool = False
    tracing: bool = False
    stating: bool = False
    asked: bool = False
    words: tuple[str, ...] = field(init=False)
    _terms: dict[int, tuple[tuple[Term, int], ...]] = field(factory=dict, init=False)
    _ends: dict[int, dict[str, Edges]] = field(factory=dict, init=False)
    _keywords: dict[int, tuple[tuple[str, int], ...]] = field(factory=dict, init=False)
    _depth: int = field(default=0, init=False)
    reached: dict[int, set[tuple[str, str]]] = field(factory=dict, init=False)
    visited: dict[int, list[Node]] = field(factory=dict, init=False)
    owners: dict[int, list[Type]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.words = (*self.tokens.words, "", "", "", "")

    def __len__(self) -> int:
        return len(self.tokens)

    def span(self, start: int, end: int) -> Span:
        """The place of the tokens from `start` to before `end`."""
        return Span(self.source, self.tokens.starts[start], self.tokens.ends[end - 1])

    # ---------------------------------------------------------------- edges

    def keywords(self, at: int) -> tuple[tuple[str, int], ...]:
        """The keyword terminals at a token, each with where it ends."""
        found = self._keywords.get(at)
        if found is None:
            word = self.words[at]
            if word.startswith(STRUCTURE):
                found = ((word[1:], at + 1),)
            else:
                spellings = self.keyword_table.get(word)
                found = () if spellings is None else tuple(self._spelt(spellings, at))
            self._keywords[at] = found
        return found

    def _spelt(self, spellings: Iterable[tuple[tuple[str, ...], str]], at: int) -> Iterator[tuple[str, int]]:
        for spelt, terminal in spellings:
            end = at + len(spelt)
            if self.words[at:end] == spelt and (self.stating or terminal != "FROM_DAY"):
                yield terminal, end

    def edges(self, at: int, terminal: str) -> Edges:
        """What a terminal of the lattice matches at a token, each with where it ends."""
        kept = self._ends.setdefault(at, {})
        if terminal not in kept:
            kept[terminal] = tuple(EDGES[terminal](self, at))
        return kept[terminal]

    # ---------------------------------------------------------------- terms

    def terms(self, at: int) -> tuple[tuple[Term, int], ...]:
        """Every term that starts at a token."""
        found = self._terms.get(at)
        if found is None:
            self._depth += 1
            if self._depth > DEEPEST:
                raise TooMuch("terms stand inside one another deeper than can be read")
            found = self._terms[at] = tuple(self._grow(list(self._seeds(at)), at))
            self._depth -= 1
        return found

    def _seeds(self, at: int) -> Iterator[tuple[Term, int]]:
        word = self.words[at]
        if word in _ARTICLES:
            yield from self._mentions(at, _ARTICLES[word])
            if self.stating and word != "another":
                yield from self._values(at)
        elif self.asked and word in _DEMONSTRATIVES:
            yield from self._mentions(at, _DEMONSTRATIVES[word])
        for noun, end in self._noun_at(at, False):
            if not noun.counted:
                yield Mention(Article.A, (), noun.noun, noun.type, self.span(at, end)), end
        yield from self._names(at)
        yield from self._literals(at)
        node = self.vocabulary.tries.terms.words.get(word)
        if node is not None:
            yield from self._functions(node, at, at + 1, ())
        if word == "the":
            yield from self._attributes_of(at)
            yield from self._days(at)

    def _grow(self, queue: list[tuple[Term, int]], at: int) -> Iterator[tuple[Term, int]]:
        """The terms found, and those that begin with one of them."""
        seen: list[tuple[Term, int]] = []
        slots = self.vocabulary.tries.terms.slots
        for found in queue:
            if found in seen:
                continue
            seen.append(found)
            if len(seen) > LONGEST_CHAIN:
                raise TooMuch("a term goes on for longer than can be read")
            yield found
            term, end = found
            following = self.words[end]
            if following == "'s":
                queue.extend(self._attributes(term, at, end))
            for wanted, node in slots:
                if following in node.words and (self.loose or fits(term.type, wanted)):
                    queue.extend(self._functions(node, at, end, (term,)))

    def _mentions(self, at: int, article: Article) -> Iterator[tuple[Term, int]]:
        """An article, adjectives and a noun; what reads as a declared name is that name."""
        names = {end for _, end in self._names(at)}
        for nouns, end in self._nouns_at(at + 1, False):
            if end not in names:
                yield Mention(article, nouns.adjectives, nouns.noun, nouns.type, self.span(at, end)), end

    def _values(self, at: int) -> Iterator[tuple[Term, int]]:
        """A value of a kind with an article, as people put it who ask: ``an 83(b) election``."""
        for name, end in self._names(at + 1):
            if isinstance(name, Name) and name.type.members:
                yield Name(name.name, name.type, self.span(at, end)), end

    def _nouns_at(self, at: int, plural: bool) -> Iterator[tuple[Nouns, int]]:
        """A noun at a token, with up to two adjectives before it."""
        for count in range(3):
            for noun, end in self._noun_at(at + count, plural):
                yield Nouns(self.words[at : at + count], noun.noun, noun.type, self.span(at, end)), end
            if not self._is_adjective(self.words[at + count] if at + count < len(self) else ""):
                return

    def _noun_at(self, at: int, plural: bool) -> Iterator[tuple[Any, int]]:
        if at >= len(self):
            return
        for noun in self.vocabulary.noun_index.get(self.words[at], ()):
            end = at + len(noun.words)
            if noun.plural is (plural and noun.counted) and self.words[at:end] == noun.words:
                yield noun, end

    def _is_adjective(self, word: str) -> bool:
        return (
            word.islower()
            and word.replace("-", "").isalpha()
            and word not in RESERVED
            and word not in self.vocabulary.predicates
        )

    def _names(self, at: int) -> Iterator[tuple[Term, int]]:
        for words, name in self.vocabulary.name_index.get(self.words[at], ()):
            end = at + len(words)
            if self.words[at:end] == words:
                for type in self.vocabulary.names[name]:
                    yield Name(name, type, self.span(at, end)), end
        if self.vocabulary.listed:
            yield from self._listed(at)

    def _listed(self, at: int) -> Iterator[tuple[Term, int]]:
        """The names of a ledger, which are found by how they are written."""
        indexed = {name for _, name in self.vocabulary.name_index.get(self.words[at], ())}
        for end in range(at + 1, min(at + LONGEST_NAME, len(self)) + 1):
            span = self.span(at, end)
            name = " ".join(span.text.split())
            if name not in indexed:
                for type in self.vocabulary.listed.get(name, ()):
                    yield Name(name, type, span), end

    def _literals(self, at: int) -> Iterator[tuple[Term, int]]:
        word = self.words[at]
        if not begins_quantity(word) or at >= len(self):
            return
        for literal in literals(self.tokens.words, at):
            end = at + literal.length
            quantity = Quantity(literal.value, literal.type, self.span(at, end))
            yield quantity, end
            if self.words[end] == "of" and not literal.type.dimension and ("%" in word or "/" in word):
                for term, after in self.terms(end + 1):
                    if term.type.kind is Kind.NUMBER:
                        yield product("multiply", quantity, term, self.span(at, after)), after

    def _functions(self, node: Node, start: int, at: int, arguments: tuple[Term, ...]) -> Iterator[tuple[Term, int]]:
        for end, filled, after in self.walk(node, at, arguments):
            yield end.build(filled, self.span(start, after)), after

    def _attributes(self, term: Term, start: int, at: int) -> Iterator[tuple[Term, int]]:
        if self.tracing:
            self.reached.setdefault(at + 1, set()).add(("attribute", ""))
            self.owners.setdefault(at + 1, []).append(term.type)
        for words, name in self.vocabulary.attribute_index.get(self.words[at + 1], ()):
            end = at + 1 + len(words)
            if self.words[at + 1 : end] == words and (attribute := self.vocabulary.attribute(term.type, name)):
                yield Attribute(term, name, attribute.type, self.span(start, end)), end

    def _attributes_of(self, at: int) -> Iterator[tuple[Term, int]]:
        for name, end in self.attribute_names(at + 1):
            if self.words[end] == "of":
                for term, after in self.terms(end + 1):
                    if attribute := self.vocabulary.attribute(term.type, name):
                        yield Attribute(term, name, attribute.type, self.span(at, after)), after

    def attribute_names(self, at: int) -> Iterator[tuple[str, int]]:
        """The names of attributes at a token."""
        for words, name in self.vocabulary.attribute_index.get(self.words[at], ()):
            if self.words[at : at + len(words)] == words:
                yield name, at + len(words)

    def _days(self, at: int) -> Iterator[tuple[Term, int]]:
        """``the day the Board adopted the Plan``, ``the day Ann Lee was an employee ended``."""
        for words, which in _DAYS.items():
            begin = at + 1 + len(words)
            if self.words[at + 1 : begin] != words:
                continue
            if self.words[begin : begin + 2] == ("on", "which"):
                begin += 2
            for statement, end in self._statement_ends(begin):
                form = statement.form
                if form.negated:
                    continue
                if form.dateless:
                    yield DayOf(which, form.phrase, statement.arguments, DATE, self.span(at, end)), end
                elif form.phrase.heading is Heading.RECORDED_OVER_TIME and self.words[end] == "ended":
                    yield DayOf("ended", form.phrase, statement.arguments, DATE, self.span(at, end + 1)), end + 1

    # ----------------------------------------------------------- statements

    def visit(self, node: Node, at: int) -> None:
        """Keep that a node of a trie is come to at a token."""
        self.visited.setdefault(at, []).append(node)
        if node.words:
            self.reached.setdefault(at, set()).update(("word", word) for word in node.words)

    def walk(self, node: Node, at: int, arguments: tuple[Term, ...]) -> Iterator[tuple[Any, tuple[Term, ...], int]]:
        """Every way to go on in a trie from a token: what ends, the slots filled, where."""
        following: Node | None = node
        while following is not None:
            node = following
            for end in node.ends:
                yield end, arguments, at
            if self.tracing:
                self.visit(node, at)
            following = node.words.get(self.words[at])
            if node.slots:
                if following is not None:
                    yield from self.walk(following, at + 1, arguments)
                yield from self._filled(node, at, arguments)
                return
            at += 1

    def _filled(self, node: Node, at: int, arguments: tuple[Term, ...]) -> Iterator[tuple[Any, tuple[Term, ...], int]]:
        """Every way to go on with a term in a slot."""
        for term, after in self.terms(at) if at < len(self) else ():
            for wanted, child in node.slots:
                if self.loose or fits(term.type, wanted):
                    yield from self.walk(child, after, (*arguments, term))
        if self.tracing:
            self.reached.setdefault(at, set()).add(("term", ""))

    def _statement_ends(self, at: int) -> Iterator[tuple[Statement, int]]:
        for form, arguments, end in self.walk(self.vocabulary.tries.statements, at, ()):
            yield Statement(form, arguments, self.span(at, end)), end

    def _atoms(self, at: int) -> Iterator[tuple[Any, int]]:
        for statement, end in self.statements(at):
            if _kind(statement.form) == "ATOM":
                yield statement.holds(), end

    def statements(self, at: int) -> Edges:
        """Every statement phrase that starts at a token."""
        kept = self._ends.setdefault(at, {})
        if "statement" not in kept:
            kept["statement"] = tuple(self._statement_ends(at))
        return kept["statement"]

    def _timed(self, at: int, kind: str) -> Iterator[tuple[Any, int]]:
        for statement, end in self.statements(at):
            if _kind(statement.form) == kind:
                yield statement, end

    def _predicates(self, at: int) -> Iterator[tuple[Any, int]]:
        for wanted, node in self.vocabulary.tries.statements.slots:
            if isinstance(wanted, Type):
                subject = Mention(Article.WHO, (), wanted.name, wanted, self.span(at, at + 1))
                for form, arguments, end in self.walk(node, at, (subject,)):
                    yield Statement(form, arguments, self.span(at, end)), end

    # --------------------------------------------------------------- others

    def _having(self, at: int) -> Iterator[tuple[Any, int]]:
        words = self.words
        if words[at] not in ("has", "have", "had"):
            return
        negated = words[at + 1] == "no"
        begin = at + 2 if words[at + 1] in ("no", "a", "an") else at + 1
        for name, end in self.attribute_names(begin):
            yield Having(name, negated, self.span(at, end)), end

    def _one_of(self, at: int) -> Iterator[tuple[Any, int]]:
        if self.words[at] not in ("is", "are", "was", "were"):
            return
        negated = self.words[at + 1] == "not"
        begin = at + 2 if negated else at + 1
        if self.words[begin : begin + 2] != ("one", "of"):
            return
        ways: list[tuple[tuple[Term, ...], int]] = [((), begin + 2)]
        for terms, here in ways:
            if len(ways) > MOST_WAYS:
                raise TooMuch("`is one of` lists more than can be read")
            for term, end in self.terms(here):
                listed = (*terms, term)
                comma = self.words[end] == ","
                if self.words[end + comma] in ("and", "or"):
                    for final, after in self.terms(end + comma + 1):
                        yield OneOf((*listed, final), negated, self.span(at, after)), after
                elif comma:
                    ways.append((listed, end + 1))

    def _attribute_terms(self, at: int) -> Iterator[tuple[Any, int]]:
        for name, end in self.attribute_names(at):
            types = {
                record.type.name: attribute.type
                for record in self.vocabulary.records.values()
                for attribute in record.attributes
                if attribute.name == name
            }
            yield AttributeName(name, None, types, self.span(at, end)), end
            if self.words[end] == "of":
                for term, after in self.terms(end + 1):
                    yield AttributeName(name, term, types, self.span(at, after)), after

    def _clause(self, at: int) -> Iterator[tuple[Any, int]]:
        word = self.words[at]
        if word.startswith("§ "):
            clause = word[2:]
            yield ClauseId(clause, not self.clauses or clause in self.clauses, self.span(at, at + 1)), at + 1

    def _quoted(self, at: int) -> Iterator[tuple[Any, int]]:
        word = self.words[at]
        if word.startswith('"'):
            yield word[1:-1], at + 1


def _kind(form: Form) -> str:
    if form.dateless:
        return "EVENT"
    return "SPAN" if form.phrase.heading is Heading.RECORDED_OVER_TIME else "ATOM"


EDGES: dict[str, Callable[[Lattice, int], Iterator[tuple[Any, int]]]] = {
    "TERM": lambda lattice, at: iter(lattice.terms(at)),
    "ATOM": lambda lattice, at: lattice._atoms(at),
    "EVENT": lambda lattice, at: lattice._timed(at, "EVENT"),
    "SPAN": lambda lattice, at: lattice._timed(at, "SPAN"),
    "PREDICATE": lambda lattice, at: lattice._predicates(at),
    "NOUN": lambda lattice, at: lattice._nouns_at(at, False),
    "NOUNS": lambda lattice, at: lattice._nouns_at(at, True),
    "HAS": lambda lattice, at: lattice._having(at),
    "ONE_OF": lambda lattice, at: lattice._one_of(at),
    "ATTRIBUTE": lambda lattice, at: lattice._attribute_terms(at),
    "CLAUSE": lambda lattice, at: lattice._clause(at),
    "QUOTED": lambda lattice, at: lattice._quoted(at),
}
"""The terminals that the lattice matches; `policy.questions` adds those of questions."""
