"""Where the words of a book lead: each phrase in its rules to its declaration, each clause sign to its clause.

A statement is one link, unless another phrase stands in it; then the longest run of its own words is, so that no link
holds another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from attrs import define, frozen

from policy.book import Book
from policy.check import check_sentence, parts_of
from policy.document import CLAUSE_ID, Section
from policy.parse import passages
from policy.syntax import AggregateTerm, Call, ClauseRef, Condition, DayOf, Holds, RuleSentence, Sentence, Term
from policy.words import Phrase

_REFERENCE = re.compile(rf"§\s*(?P<id>{CLAUSE_ID.pattern})", re.VERBOSE)
_Spot = tuple[int, int]


@frozen
class Link:
    """Characters of a source that lead to a phrase, or to a clause by its id; ``concluded``: they conclude it here."""

    start: int
    end: int
    target: Phrase | str
    concluded: bool = False


@define
class Linker:
    """The links of a book's sentences, section by section."""

    book: Book

    def links(self, section: Section) -> tuple[Link, ...]:
        """The links in the rules of a section, in the order of its text."""
        found: list[Link] = []
        records = {record.type.name: record for record in self.book.vocabulary.records.values()}
        for passage in passages(section.blocks):
            parsed = self.book.parser.sentence(passage.span, passage.list)
            checked, _ = check_sentence(parsed.readings, records) if parsed.readings else (None, ())
            if checked is not None:
                found += _links_of(checked.tree)
        return tuple(_apart(sorted(found, key=lambda link: (link.start, -link.end))))


def _links_of(tree: Sentence) -> Iterator[Link]:
    nodes = [*parts_of(tree)]
    said = [node for node in nodes if isinstance(node, (Holds, Call, DayOf))]
    conclusion = tree.conclusion if isinstance(tree, RuleSentence) else None
    heads = [conclusion, getattr(conclusion, "left", None)]
    for ref in nodes:
        if isinstance(ref, ClauseRef):
            yield Link(ref.span.start, ref.span.end, ref.clause)
    for node in said:
        own = (node.span.start, node.span.end)
        inner = [(other.span.start, other.span.end) for other in _inside(node)]
        start, end = max((_trimmed(node, *spot) for spot in _without(own, inner)), key=lambda spot: spot[1] - spot[0])
        yield Link(start, end, node.phrase, any(node is head for head in heads))


def _inside(node: Holds | Call | DayOf) -> Iterator[Holds | Call | DayOf | AggregateTerm]:
    """The phrases that stand in the slots of a phrase."""
    for part in parts_of(node):
        if part is not node and isinstance(part, (Holds, Call, DayOf, AggregateTerm)):
            yield part


def _without(own: _Spot, inner: Iterable[_Spot]) -> Iterator[_Spot]:
    at, end = own
    for start, stop in sorted(inner):
        yield at, max(at, start)
        at = max(at, stop)
    yield at, max(at, end)


def _trimmed(node: Condition | Term, start: int, end: int) -> _Spot:
    text = node.span.source.text[start:end]
    start += len(text) - len(text.lstrip(" ,\n\t"))
    return start, max(start, start + len(text.strip(" ,\n\t")))


def _apart(links: Iterable[Link]) -> Iterator[Link]:
    """The links that have words and begin after the one before."""
    at = -1
    for link in links:
        if link.start >= at and link.end > link.start:
            yield link
            at = link.end


def references(text: str, known: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """A text in parts, each with the id of the clause that it names; "" where it is none of the book's."""
    at = 0
    for match in _REFERENCE.finditer(text):
        id = " ".join(match["id"].split())
        if known(id):
            yield text[at : match.start()], ""
            yield match[0], id
            at = match.end()
    yield text[at:], ""
