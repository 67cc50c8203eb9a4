"""A book of rules, loaded: from its file to an engine, and back to words.

`read_book` gives the book and every finding, `load` the book or one `ClausebookError`. A loaded book is never
changed and can be asked from many threads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import define, evolve, field, frozen

from engine.model import Relation
from engine.program import Engine, ProgramError, build
from engine.values import Calendar, DateRounding
from policy.assemble import Assembly, Declared, PlacedSentence, assemble, relations_of
from policy.check import Asked, AskedTree, check_asked, check_sentence
from policy.clashes import clashes
from policy.declaring import read_vocabulary
from policy.diagnostic import ClausebookError, Diagnostic, in_order, nearest
from policy.document import Block, Document, List, Paragraph, Section, read, read_source
from policy.lint import warnings
from policy.parse import Parser, passages
from policy.source import Source, Span
from policy.speak import Lexicon
from policy.vocabulary import Vocabulary
from policy.words import AskedForm, Phrase, RecordDeclaration

_SETTINGS = (
    "Instrument",
    "Issuer",
    "Governing text",
    "Clause letter",
    "Dates round",
    "Business days",
    "External",
    "Words",
)
_WORD_SECTIONS = ("Names", "Kinds", "Records", "Vocabulary", "Words")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BUSINESS_DAYS = re.compile(r"(?P<first>\w+) to (?P<last>\w+)(?P<holidays>, not a US federal holiday)?")
_SHIPPED = (Path(__file__).parent / "rules", Path(__file__).parent.parent / "rules")


@frozen
class ClauseText:
    """A clause heading with what stands under it."""

    ids: tuple[str, ...]
    heading: str
    section: Section


@define(eq=False)
class Book:
    """A loaded book: its words, its rules as an engine, and its text."""

    name: str
    title: str
    source: Source
    document: Document
    vocabulary: Vocabulary
    parser: Parser = field(repr=False)
    assembly: Assembly = field(repr=False)
    engine: Engine = field(repr=False)
    forms: Mapping[str, Asked] = field(repr=False)
    lexicon: Lexicon = field(repr=False)
    clauses: tuple[ClauseText, ...] = field(repr=False)
    hash: str = ""
    _places: dict[str, int] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._places = {id: number for number, id in enumerate(self.clause_ids)}

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """Every clause id of the book, in its order."""
        return tuple(id for clause in self.clauses for id in clause.ids)

    def in_order(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """Clause ids, each once, in the order of the book."""
        places = self._places
        return tuple(sorted(dict.fromkeys(clauses), key=lambda clause: (places.get(clause, len(places)), clause)))


def find_book(name: str | Path) -> Path:
    """The file of a book: a path, or the name of a shipped one."""
    path = Path(name)
    if path.suffix == ".md" or path.exists():
        return path
    for folder in _SHIPPED:
        if (folder / f"{name}.md").is_file():
            return folder / f"{name}.md"
    near = nearest(str(name), shipped_books())
    raise ClausebookError(Diagnostic("E0034", f"there is no book {str(name)!r}", None, shipped_books(), near))


def shipped_books() -> tuple[str, ...]:
    """The names of the books that come with the software."""
    folder = next((folder for folder in _SHIPPED if folder.is_dir()), None)
    return () if folder is None else tuple(sorted(path.stem for path in folder.glob("*.md")))


def load(name: str | Path) -> Book:
    """A book by its path or shipped name. Raises `ClausebookError` with every error of its file."""
    book, findings = read_book(find_book(name))
    errors = tuple(finding for finding in findings if finding.is_error)
    if book is None or errors:
        raise ClausebookError(*in_order(errors))
    return book


def read_book(path: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """The book in a file (None where it has errors that leave no program), and all that is to be said of it."""
    source, problems = read_source(path)
    if source is None:
        return None, problems
    return book_of(source, path.stem, problems)


def book_of(
    source: Source, name: str, findings: tuple[Diagnostic, ...] = ()
) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """The book in a text."""
    problems = list(findings)
    document, more = read(source)
    problems += more
    vocabulary, more = read_vocabulary(document)
    problems += more
    settings = _settings(document, problems)
    clauses = tuple(_clauses(document, problems))
    declared = _declared(vocabulary, clauses, _calendar(settings, problems))
    parser = Parser(vocabulary, frozenset(declared.clauses))
    problems += clashes(parser)
    relations = relations_of(declared)
    forms = _forms(vocabulary, parser, declared, problems)
    sentences = tuple(_sentences(document, parser, declared, problems))
    assembly, more = assemble(declared, sentences)
    problems += more
    if any(problem.is_error for problem in problems):
        return None, in_order(problems)
    try:
        engine = build(assembly.program)
    except ProgramError as error:
        place = error.origin.place
        span = place if isinstance(place, Span) else None
        return None, in_order([*problems, Diagnostic("E0420", str(error), span)])
    problems += warnings(declared, assembly, forms.values())
    lexicon = _lexicon(assembly, relations)
    book = Book(
        name,
        document.title,
        source,
        document,
        vocabulary,
        parser,
        assembly,
        engine,
        forms,
        lexicon,
        clauses,
        digest(source.text),
    )
    return book, in_order(problems)


# ------------------------------------------------------------------- parts


def _settings(document: Document, problems: list[Diagnostic]) -> dict[str, Span]:
    settings: dict[str, Span] = {}
    for setting in document.settings:
        if setting.name not in _SETTINGS:
            near = nearest(setting.name, _SETTINGS)
            problems.append(
                Diagnostic("E0031", f"a book has no setting {setting.name!r}", setting.span, _SETTINGS, near)
            )
        elif setting.name in settings and setting.name not in ("External", "Words"):
            problems.append(Diagnostic("E0202", f"`{setting.name}` is already stated", setting.span))
        settings[setting.name] = setting.value
    return settings


def _calendar(settings: Mapping[str, Span], problems: list[Diagnostic]) -> Calendar:
    calendar = Calendar()
    rounding = settings.get("Dates round")
    known = {each.value: each for each in DateRounding}
    if rounding is not None and rounding.text not in known:
        near = nearest(rounding.text, known)
        problems.append(Diagnostic("E0032", f"dates do not round {rounding.text!r}", rounding, tuple(known), near))
    elif rounding is not None:
        calendar = evolve(calendar, rounding=known[rounding.text])
    business = settings.get("Business days")
    if business is None:
        return calendar
    match = _BUSINESS_DAYS.fullmatch(" ".join(business.text.split()))
    if match is None or match["first"] not in _WEEKDAYS or match["last"] not in _WEEKDAYS:
        form = "Monday to Friday, not a US federal holiday"
        problems.append(Diagnostic("E0035", f"business days are not {business.text!r}", business, (form,)))
        return calendar
    first, last = _WEEKDAYS.index(match["first"]), _WEEKDAYS.index(match["last"])
    closed = tuple(day for day in range(7) if not first <= day <= last)
    return evolve(calendar, closed_weekdays=closed, holidays="US" if match["holidays"] else "")


def _clauses(document: Document, problems: list[Diagnostic]) -> Iterator[ClauseText]:
    seen: dict[str, Section] = {}
    for section in document.sections:
        if not section.clauses:
            if section.heading not in _WORD_SECTIONS:
                problems.append(
                    Diagnostic(
                        "E0033",
                        f"{section.heading!r} is neither a clause nor a section of words",
                        section.span,
                        ("§ and a clause id", *_WORD_SECTIONS),
                        nearest(section.heading, _WORD_SECTIONS),
                    )
                )
            continue
        for id in section.clauses:
            if id in seen:
                problems.append(
                    Diagnostic(
                        "E0406",
                        f"§ {id} stands in two headings",
                        section.span,
                        notes=(f"the other is at line {seen[id].span.line}",),
                    )
                )
            seen[id] = section
        yield ClauseText(section.clauses, section.heading, section)


def _declared(vocabulary: Vocabulary, clauses: tuple[ClauseText, ...], calendar: Calendar) -> Declared:
    types = {type.name: type for type in vocabulary.types.values() if type.kind.value == "symbol"}
    for known in vocabulary.names.values():
        for type in known:
            types.setdefault(type.name, type)
    records = set(vocabulary.records)
    plain = [type for name, type in sorted(types.items()) if name not in records]
    return Declared(
        vocabulary.phrases,
        tuple(vocabulary.records.values()),
        tuple(type for type in plain if not type.members),
        tuple(type for type in plain if type.members),
        tuple(id for clause in clauses for id in clause.ids),
        calendar,
    )


def _forms(vocabulary: Vocabulary, parser: Parser, declared: Declared, problems: list[Diagnostic]) -> dict[str, Asked]:
    forms: dict[str, Asked] = {}
    for form in vocabulary.asked:
        readings = _readings_of(form, parser, problems)
        if not readings:
            continue
        asked, more = check_asked(readings, declared.records_by_type)
        problems += more
        if asked is not None:
            forms[form.phrase.relation] = asked
    return forms


def _readings_of(form: AskedForm, parser: Parser, problems: list[Diagnostic]) -> list[AskedTree]:
    """What an asked form supposes and asks, in every way that it can be read."""
    asking = parser.asking(form.ask)
    problems += asking.diagnostics
    if form.suppose is None:
        return [AskedTree(form.phrase, None, (), ask, form.ask) for ask in asking.readings]
    supposing = parser.supposition(form.suppose)
    problems += supposing.diagnostics
    return [
        AskedTree(form.phrase, each.member.type, each.cells, ask, form.suppose.to(form.ask))
        for each in supposing.readings
        for ask in asking.readings
    ]


def _sentences(
    document: Document, parser: Parser, declared: Declared, problems: list[Diagnostic]
) -> Iterator[PlacedSentence]:
    for number, section in enumerate(document.sections):
        if not section.clauses:
            continue
        _check_lists(section.blocks, problems)
        for passage in passages(section.blocks):
            parsed = parser.sentence(passage.span, passage.list)
            problems += parsed.diagnostics
            if not parsed.readings:
                continue
            checked, more = check_sentence(parsed.readings, declared.records_by_type)
            problems += more
            if checked is not None:
                yield PlacedSentence(checked, section.clauses, number)


def _check_lists(blocks: tuple[Block, ...], problems: list[Diagnostic]) -> None:
    """A list belongs to the sentence or heading above it that ends in a colon."""
    for before, block in zip((None, *blocks), blocks, strict=False):
        if isinstance(block, List) and not (isinstance(before, Paragraph) and before.span.text.rstrip().endswith(":")):
            problems.append(
                Diagnostic("E0030", "a list that no sentence introduces", block.span, ("a sentence ending in `:`",))
            )


def _lexicon(assembly: Assembly, relations: Mapping[str, Relation]) -> Lexicon:
    every = {relation.name: relation for relation in assembly.program.relations}
    phrases = {name: word for name, word in assembly.words.items() if isinstance(word, Phrase)}
    records = {name: word for name, word in assembly.words.items() if isinstance(word, RecordDeclaration)}
    return Lexicon({**relations, **every}, phrases, records)


def digest(text: str) -> str:
    """The hash of a text's content, as stamps give it."""
    return hashlib.sha256(text.encode()).hexdigest()
