"""What only questions have: a statement with its verb in front, and a statement with one slot left open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from engine.values import DATE, Kind, Type
from policy.lattice import EDGES, Having, Lattice, Statement
from policy.phrases import Form, Node, fits
from policy.source import Span
from policy.syntax import Article, Ask, HasAttribute, Holds, Mention, Term, Time, When
from policy.words import Heading

WHENS: tuple[tuple[str, ...], ...] = (
    ("when",),
    ("on", "what", "date"),
    ("on", "what", "day"),
    ("on", "which", "date"),
    ("on", "which", "day"),
)
_MOSTS: tuple[tuple[str, ...], ...] = (
    ("what", "is", "the", "most"),
    ("what", "are", "the", "most"),
    ("what", "is", "the", "largest", "number", "of"),
)


@frozen
class OpenStatement:
    """A statement phrase one of whose slots is filled by ``open``."""

    ask: Ask
    open: Mention
    statement: Statement
    span: Span

    def holds(self) -> Holds:
        """The statement; where its date is what is open, that date is in its place."""
        form, arguments = self.statement.form, self.statement.arguments
        if self.open in arguments:
            return self.statement.holds()
        if form.dateless:
            return Holds(form.phrase, (*arguments, self.open), form.negated, None, self.span)
        return Holds(form.phrase, arguments, form.negated, When(Time.ON, (self.open,), self.open.span), self.span)


@frozen
class OpenHaving:
    """``grants have a restriction end``, where the grants are what is asked for."""

    open: Mention
    having: Having
    span: Span

    def holds(self) -> HasAttribute:
        """That what is open has the attribute, or has none."""
        return HasAttribute(self.open, self.having.attribute, self.having.negated, self.span)


def _fronted(lattice: Lattice, at: int) -> Iterator[tuple[Any, int]]:
    for form, arguments, end in lattice.walk(lattice.vocabulary.tries.fronted, at, ()):
        yield Statement(form, arguments, lattice.span(at, end)), end


def _open(lattice: Lattice, at: int) -> Iterator[tuple[Any, int]]:
    words = lattice.words
    match words[at]:
        case "who":
            yield from _who(lattice, at)
        case "which":
            yield from _which(lattice, at)
        case "how" if words[at + 1] in ("many", "much"):
            yield from _most(lattice, at, at + 2, lattice.vocabulary.tries.fronted)
    for spelt in WHENS:
        if words[at : at + len(spelt)] == spelt:
            yield from _when(lattice, at, at + len(spelt))
    for spelt in _MOSTS:
        if words[at : at + len(spelt)] == spelt:
            yield from _most(lattice, at, at + len(spelt), lattice.vocabulary.tries.statements)


def _who(lattice: Lattice, at: int) -> Iterator[tuple[Any, int]]:
    for wanted, _ in lattice.vocabulary.tries.statements.slots:
        if not isinstance(wanted, Type) or wanted.kind is not Kind.SYMBOL or wanted.members:
            continue
        if wanted.name not in lattice.vocabulary.records:
            open = Mention(Article.WHO, (), wanted.name, wanted, lattice.span(at, at + 1))
            yield from _subjects(lattice, lattice.vocabulary.tries.statements, at, at + 1, open)


def _nouns(lattice: Lattice, at: int, terminal: str) -> Iterator[tuple[Mention, int]]:
    for nouns, end in lattice.edges(at, terminal):
        yield nouns.mention(Article.WHO), end


def _which(lattice: Lattice, at: int) -> Iterator[tuple[Any, int]]:
    tries = lattice.vocabulary.tries
    for terminal, trie in (("NOUNS", tries.plurals), ("NOUN", tries.statements)):
        for open, end in _nouns(lattice, at + 1, terminal):
            yield from _subjects(lattice, trie, at, end, open)
            for having, after in lattice.edges(end, "HAS"):
                yield OpenHaving(open, having, lattice.span(at, after)), after
            for found, after in _gapped(lattice, tries.fronted, end, open):
                yield OpenStatement(Ask.WHICH, open, found, lattice.span(at, after)), after


def _subjects(lattice: Lattice, trie: Node, start: int, at: int, open: Mention) -> Iterator[tuple[Any, int]]:
    """Statements whose first slot is what is asked for."""
    for wanted, node in trie.slots:
        if fits(open.type, wanted):
            for form, arguments, end in lattice.walk(node, at, (open,)):
                span = lattice.span(start, end)
                yield OpenStatement(Ask.WHICH, open, Statement(form, arguments, span), span), end


def _most(lattice: Lattice, start: int, at: int, trie: Node) -> Iterator[tuple[Any, int]]:
    for terminal in ("NOUNS", "NOUN"):
        for open, end in _nouns(lattice, at, terminal):
            begin = end + 1 if lattice.words[end] == "that" else end
            for found, after in _gapped(lattice, trie, begin, open):
                yield OpenStatement(Ask.MOST, open, found, lattice.span(start, after)), after


def _when(lattice: Lattice, start: int, at: int) -> Iterator[tuple[Any, int]]:
    open = Mention(Article.WHO, (), "date", DATE, lattice.span(start, at))
    for statement, end in _fronted(lattice, at):
        form: Form = statement.form
        if form.dateless or form.phrase.heading is Heading.RECORDED_OVER_TIME:
            yield OpenStatement(Ask.WHEN, open, statement, lattice.span(start, end)), end


def _gapped(lattice: Lattice, trie: Node, at: int, gap: Mention) -> Iterator[tuple[Statement, int]]:
    """Statements with exactly one slot filled by the gap."""

    def walk(node: Node, here: int, arguments: tuple[Term, ...], open: bool) -> Iterator[tuple[Statement, int]]:
        if not open:
            for end in node.ends:
                if isinstance(end, Form):
                    yield Statement(end, arguments, lattice.span(at, max(here, at + 1))), here
        if lattice.tracing:
            lattice.visit(node, here)
        child = node.words.get(lattice.words[here])
        if child is not None:
            yield from walk(child, here + 1, arguments, open)
        for wanted, child in node.slots:
            if open and fits(gap.type, wanted):
                yield from walk(child, here, (*arguments, gap), False)
            for term, after in lattice.terms(here):
                if lattice.loose or fits(term.type, wanted):
                    yield from walk(child, after, (*arguments, term), open)

    yield from walk(trie, at, (), True)


EDGES["FRONTED"] = _fronted
EDGES["OPEN"] = _open
