"""A clause as text: its rules as in the book, the words of the user's copy, what it rests on and what rests on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.graph import edges
from policy.book import Book
from policy.contents import ClauseText
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.document import Block, List, Paragraph, Quote, Table
from policy.governing import Wording
from policy.outline import Line
from policy.source import Source, Span
from policy.speak import Lexicon
from policy.vocabulary_text import phrase_text

_SLOT = re.compile(r"\*([^*\n]+)\*")


def clauses_named(book: Book, text: str) -> tuple[str, ...]:
    """The ids that a citation names: the clause, or all that stand under it; `§` may be left out.

    The id of a reading (`D-03`) names the clauses that take it.

    Raises `ClausebookError` where there is none.
    """
    named = " ".join(text.replace("§", " ").split()).rstrip(".?")
    under = tuple(
        id for id in book.clause_ids if id.startswith(named) and not id[len(named) : len(named) + 1].isalnum()
    )
    readings = (each.clause.split("; ") for each in book.vocabulary.phrases if each.reading and each.reading == named)
    if taken := tuple(dict.fromkeys(id for ids in readings for id in ids)):
        return taken
    if any(named in clause.ids and clause.section.blocks for clause in book.clauses):
        return (named,)
    if not named or not under:
        close = tuple(f"§ {each}" for each in nearest(named, book.clause_ids))
        message = f"no clause is called § {named}" if named else "which clause?"
        span = Span(Source("clause", text), 0, len(text)) if named else None
        raise ClausebookError(Diagnostic("E0103", message, span, ("§ and a clause",), close))
    return under


def texts_of(book: Book, ids: Iterable[str]) -> tuple[ClauseText, ...]:
    """The headings with these ids, in the order of the book."""
    wanted = set(ids)
    return tuple(clause for clause in book.clauses if wanted & set(clause.ids))


def heading(clause: ClauseText) -> str:
    """`§ 5(a)/4 Yearly limit`."""
    return f"{'; '.join(f'§ {id}' for id in clause.ids)} {clause.heading}".rstrip()


def rules_of(clause: ClauseText) -> str:
    """What stands under a heading, a paragraph or list item a line, as the book has it."""
    text = "\n".join(line for block in clause.section.blocks for line in _block(block))
    return _SLOT.sub(r"\1", text)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield " ".join(block.span.text.split())
        case List():
            yield from _items(block, "")
        case Quote():
            yield f"Note: {' '.join(block.text.split())}"
        case Table():
            yield from (" | ".join(cell.text for cell in row) for row in (block.header, *block.rows))


def _items(block: List, indent: str) -> Iterator[str]:
    for item in block.items:
        yield f"{indent}- {' '.join(item.span.text.split())}"
        if item.nested is not None:
            yield from _items(item.nested, indent + "  ")


def copy_of(wording: Wording, ids: Iterable[str]) -> str:
    """The words of a governing text in which clauses stand; "" where they are not found."""
    numbers = {number for id in ids for number in wording.clauses.get(id, ())}
    return " ".join(" ".join(wording.text_of(number).split()) for number in sorted(numbers))


# ----------------------------------------------------------------------- uses


def uses(book: Book, ids: Iterable[str]) -> tuple[Line, ...]:
    """What the rules of clauses rest on, each with where it is concluded or declared."""
    own = set(ids)
    used = dict.fromkeys(edge.used for edge in edges(book.assembly.program) if own & set(_split(edge.origin.clause)))
    concluded = _concluded(book)
    return _lines(book, ((name, concluded.get(name, ())) for name in used))


def used_by(book: Book, ids: Iterable[str]) -> tuple[Line, ...]:
    """What clauses conclude or declare, with the clauses whose rules rest on it."""
    own = set(ids)
    concluded = _concluded(book)
    users: dict[str, dict[str, None]] = {}
    for edge in edges(book.assembly.program):
        users.setdefault(edge.used, {}).update(dict.fromkeys(_split(edge.origin.clause)))
    provided = [name for name, clauses in concluded.items() if own & set(clauses)]
    return _lines(book, ((name, tuple(users.get(name, ()))) for name in provided))


def _concluded(book: Book) -> dict[str, tuple[str, ...]]:
    """The clauses that conclude, or declare, each relation."""
    found: dict[str, dict[str, None]] = {}
    for rule in book.assembly.program.rules:
        found.setdefault(rule.head.relation, {}).update(dict.fromkeys(_split(rule.origin.clause)))
    for phrase in book.vocabulary.phrases:
        found.setdefault(phrase.relation, {}).update(dict.fromkeys(_split(phrase.clause)))
    return {name: tuple(clauses) for name, clauses in found.items()}


def _lines(book: Book, found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[Line, ...]:
    lines = []
    for name, clauses in found:
        said = _named(book.lexicon, name)
        if said:
            lines.append(Line(0, said, ", ".join(f"§ {each}" for each in book.in_order(clauses))))
    return tuple(dict.fromkeys(lines))


def _named(lexicon: Lexicon, relation: str) -> str:
    phrase = lexicon.phrases.get(relation)
    if phrase is not None:
        return phrase_text(phrase).replace("*", "")
    return f"the record of each {relation}" if relation in lexicon.records else ""


def _split(clause: str) -> tuple[str, ...]:
    return tuple(each for each in clause.split("; ") if each)
