"""A case file to fill in: each fact that a question can turn on, with a place for what is the case.

What a question can turn on is found in the dependency graph: all that is not concluded and that the relations it
asks about may rest on. What is printed is a case file as it stands; where nothing is filled in, it says `?` or
`It is not known whether …`. Records that the question does not name stand in notes: until they are filled in there are
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice, product

from attrs import define, evolve

from engine.graph import dependencies
from engine.model import Silence
from engine.values import Type
from policy.asked import Asking
from policy.book import Book
from policy.diagnostic import ClausebookError
from policy.instrument import Case, Instrument
from policy.lint import nodes
from policy.listing import heading_text
from policy.markdown import table_lines
from policy.misdated import MONTHS
from policy.quantities import literals
from policy.samples import Fillers, names_line, sentence
from policy.source import Source, Span
from policy.tokens import tokenize
from policy.vocabulary import PERSON
from policy.words import Heading, Phrase, RecordDeclaration

_MOST_GUESSES = 500
_CAPITALS = re.compile(r"[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*")

_SILENCE = {
    Heading.RECORDED: "Recorded: what is not stated did not happen.",
    Heading.RECORDED_OVER_TIME: "Recorded over time: from a day, or from a day to a day; at other times it is not so.",
    Heading.GIVEN: "Given: what is not stated is not known.",
    Heading.DECIDED: "{}: what is not stated has not been done.",
    Heading.DETERMINED: "{}: what is not stated is not known.",
    Heading.READ_AS: "{}: state the one or the other only if that has been determined.",
}


def template(instrument: Instrument, name: str, question: str) -> str:
    """The case file for a question of a book that is called ``name``.

    Raises `ClausebookError` for a question that does not parse.
    """
    case, asking, names = understood(instrument, question)
    return "\n".join(_Form(case.book, asking, names, question).lines(name)) + "\n"


def relations_asked(instrument: Instrument, question: str) -> tuple[str, ...]:
    """The relations that a question asks about directly."""
    _, asking, _ = understood(instrument, question)
    return _roots(asking)


# ----------------------------------------------------------------- the question


def understood(instrument: Instrument, question: str) -> tuple[Case, Asking, dict[str, Type]]:
    """The question read, with the names in it introduced as what they must be for it to be read.

    Raises `ClausebookError` where no way of introducing them makes it a question.
    """
    empty = instrument.case()
    first: ClausebookError | None = None
    for names in islice(_guesses(instrument.book, question), _MOST_GUESSES):
        book = evolve(
            instrument.book,
            vocabulary=instrument.book.vocabulary.with_names(names),
            parser=instrument.book.parser.with_names(names),
        )
        case = evolve(empty, book=book)
        asking, _, problems = case.parse(Span(Source("question", question), 0, len(question)))
        if asking is not None:
            return case, asking, names
        errors = [problem for problem in problems if problem.is_error]
        first = first or (ClausebookError(*errors) if errors else None)
    assert first is not None
    raise first


def _guesses(book: Book, question: str) -> Iterator[dict[str, Type]]:
    """The names that a question introduces, as things of each kind in turn: people first, then records."""
    every = book.vocabulary.types.values()
    open = [each for each in every if each.name in book.engine.relations and not each.members]
    kinds = sorted(open, key=lambda each: (each != PERSON, each.name not in book.vocabulary.records))
    names = tuple(_unknown_names(book, question))
    for chosen in product(kinds, repeat=len(names)):
        yield dict(zip(names, chosen, strict=True))


def _unknown_names(book: Book, question: str) -> Iterator[str]:
    """The words with capitals that are neither the book's names nor months, each once."""
    found: dict[str, None] = {}
    known = sorted(book.vocabulary.names, key=len, reverse=True)
    rest = " ".join(question.split())
    rest = rest[:1].lower() + rest[1:]
    for name in known:
        rest = re.sub(rf"\b{re.escape(name)}\b", ",", rest)
    for match in _CAPITALS.finditer(re.sub(r"['’]s\b", ",", rest)):
        words = match.group().split()
        if not set(words) & set(MONTHS):
            found.setdefault(" ".join(words))
    yield from found


def _roots(asking: Asking) -> tuple[str, ...]:
    found = dict.fromkeys(
        relation for node in nodes(asking.query.goal) if isinstance(relation := getattr(node, "relation", None), str)
    )
    return tuple(found)


def _days(question: str) -> tuple[date, ...]:
    words = tokenize(question).words
    found: dict[date, None] = {}
    for at in range(len(words)):
        found |= dict.fromkeys(each.value for each in literals(words, at) if isinstance(each.value, date))
    return tuple(found)


# --------------------------------------------------------------------- the file


@define
class _Form:
    """The lines of the case file."""

    book: Book
    asking: Asking
    names: Mapping[str, Type]
    question: str

    def lines(self, name: str) -> Iterator[str]:
        days = _days(self.question)
        fillers = Fillers(self.book.vocabulary, self.names, days)
        facts = list(self._facts(fillers))
        introduced = {**self.names, **{name: type for name, type in fillers.made.items() if not self._is_row(type)}}
        yield f"# {' '.join(self.question.split()).rstrip('?')}"
        yield ""
        yield f"Book: {name.removesuffix('.md')}"
        if introduced:
            yield f"Names: {names_line(introduced)}"
        if days:
            yield f"Record complete to: {max(days).isoformat()}"
        yield from ("", "## Facts", "", *facts, "## Questions", "", f"1. {' '.join(self.question.split())}")

    def _is_row(self, type: Type) -> bool:
        return type.name in self.book.vocabulary.records

    def _facts(self, fillers: Fillers) -> Iterator[str]:
        phrases, records = self._reached()
        for record in records:
            yield from self._table(record, fillers)
        headings: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            headings.setdefault(_note(phrase), []).append(phrase)
        for note, under in headings.items():
            yield from (f"> {note}", "", *(self._line(phrase, fillers) for phrase in under), "")

    def _reached(self) -> tuple[list[Phrase], list[RecordDeclaration]]:
        """The phrases that a case states and the record kinds that the question can turn on, in the book's order."""
        program = self.book.assembly.program
        names = {name for root in _roots(self.asking) for name in dependencies(program, root)}
        names |= {record.relation for record in self.asking.query.supposed}
        words = [
            self.book.assembly.words.get(relation.name) for relation in program.relations if relation.name in names
        ]
        silent = {relation.name: relation.silence for relation in program.relations}
        stated = [word for word in words if isinstance(word, Phrase) and silent[word.relation] is not Silence.CONCLUDED]
        return stated, [word for word in words if isinstance(word, RecordDeclaration)]

    def _table(self, record: RecordDeclaration, fillers: Fillers) -> Iterator[str]:
        noun = record.name
        name = fillers.filler(record.type, 0)
        columns = (noun, *(each.name for each in record.attributes), "source")
        table = table_lines((columns, (name, *("?" for _ in record.attributes), "")))
        cells = "`none` is none, `?` is not known"
        if name in fillers.made:
            yield f"> No {noun} is recorded. To record one, take the `>` off the table and fill in a row; {cells}."
            yield ">"
            yield from (f"> {line}" for line in table)
        else:
            yield f"> A row for each {noun}; {cells}."
            yield ""
            yield from table
        yield ""

    def _line(self, phrase: Phrase, fillers: Fillers) -> str:
        """A fact to fill in; a note where it is not so until stated, or is about a record that there may not be."""
        if phrase.heading is Heading.READ_AS or phrase.default is not None:
            return f"> - {fillers.fact(phrase)}"
        said = sentence(f"it is not known whether {fillers.claim(phrase)}")
        words = tokenize(said).words
        is_of_none = any(self._is_row(type) and name in words for name, type in fillers.made.items())
        return f"> - {said}" if is_of_none else f"- {said}"


def _note(phrase: Phrase) -> str:
    text = _SILENCE[phrase.heading].format(heading_text(phrase))
    return f"{heading_text(phrase)}." if phrase.heading is Heading.GIVEN and phrase.default is not None else text
