"""What the text of a book holds: its words, its clauses, its forms of question, and its rules as an engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import evolve, field, frozen

from engine.program import Engine, ProgramError, build
from engine.values import Calendar, DateRounding
from policy.assemble import Assembly, Declared, PlacedSentence, assemble
from policy.check import Asked, AskedTree, check_asked, check_sentence
from policy.circles import circle
from policy.clashes import clashes
from policy.declaring import read_vocabulary
from policy.diagnostic import Diagnostic, in_order, nearest
from policy.document import Block, Document, List, Paragraph, Section, Table, read
from policy.headings import as_meant, phrase_heading
from policy.lint import warnings
from policy.parse import Parser, passages
from policy.source import Source, Span
from policy.tainted import told_once
from policy.vocabulary import Vocabulary
from policy.words import AskedForm

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
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BUSINESS_DAYS = re.compile(r"(?P<first>\w+) to (?P<last>\w+)(?P<holidays>, not a US federal holiday)?")


@frozen
class ClauseText:
    """A clause heading with what stands under it."""

    ids: tuple[str, ...]
    heading: str
    section: Section


@frozen(eq=False)
class Contents:
    """What a text holds, checked: all of it follows from the text alone."""

    document: Document
    vocabulary: Vocabulary
    clauses: tuple[ClauseText, ...]
    forms: Mapping[str, Asked]
    assembly: Assembly
    engine: Engine = field(repr=False)


Diagnostics = tuple[Diagnostic, ...]


def read_contents(source: Source, findings: Diagnostics = ()) -> tuple[Contents | None, Diagnostics]:
    """What a text holds (None where errors leave no program), and all that is to be said of it."""
    problems = list(findings)
    document, more = read(source)
    problems += more
    document, more = as_meant(document)
    problems += more
    vocabulary, more = read_vocabulary(document)
    problems += more
    settings = _settings(document, problems)
    clauses = tuple(_clauses(document, problems))
    declared = _declared(vocabulary, clauses, _calendar(settings, problems))
    parser = Parser(vocabulary, frozenset(declared.clauses))
    problems += clashes(parser)
    forms = _forms(vocabulary, parser, declared, problems)
    unread: list[str] = []
    sentences = tuple(_sentences(document, parser, declared, unread, problems))
    assembly, more = assemble(declared, sentences, unread)
    problems += more
    if any(problem.is_error for problem in problems):
        return None, in_order(told_once(problems))
    try:
        engine = build(assembly.program)
    except ProgramError as error:
        return None, in_order([*problems, circle(assembly.program, error)])
    problems += warnings(declared, assembly, forms.values())
    return Contents(document, vocabulary, clauses, forms, assembly, engine), in_order(problems)


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
    asking = parser.asking(form.ask, form.list)
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
    document: Document, parser: Parser, declared: Declared, unread: list[str], problems: list[Diagnostic]
) -> Iterator[PlacedSentence]:
    for number, section in enumerate(document.sections):
        if not section.clauses:
            continue
        _check_lists(section.blocks, problems)
        for passage in passages(section.blocks):
            parsed = parser.sentence(passage.span, passage.list)
            problems += parsed.diagnostics
            checked = None
            if parsed.readings:
                checked, more = check_sentence(parsed.readings, declared.records_by_type)
                problems += more
            if checked is None:
                unread += section.clauses
            else:
                yield PlacedSentence(checked, section.clauses, number)


def _check_lists(blocks: tuple[Block, ...], problems: list[Diagnostic]) -> None:
    """A list belongs to the sentence or heading above it that ends in a colon."""
    for at, block in enumerate(blocks):
        before = blocks[at - 1] if at else None
        ends = isinstance(before, Paragraph) and before.span.text.rstrip().endswith(":")
        if isinstance(block, Table):
            said = "a table under a clause says nothing: rules are sentences"
            problems.append(Diagnostic("E0030", said, block.span, ("sentences", "a note that begins with `>`")))
        if isinstance(block, List) and not ends and not (at and phrase_heading(blocks, at - 1)):
            problems.append(
                Diagnostic("E0030", "a list that no sentence introduces", block.span, ("a sentence ending in `:`",))
            )
