"""What a book computes of its instrument: each clause with its rules, what asks about it, and what exercises it.

A clause is a heading with a rule, a list of phrases or a recital; other headings only group. An inventory (the
instrument's clauses counted by somebody else, a Markdown table) can be held against the book.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from engine.decision import FALSE, TRUE
from engine.graph import edges
from engine.model import ALWAYS, Constant, Rule
from engine.proof import Attempt, walk
from policy.answer import Answer
from policy.book import Book
from policy.declaring import is_recital
from policy.document import CLAUSE_ID, Paragraph
from policy.layout import json_text
from policy.phrases import Parts
from policy.priorities import is_under
from policy.quantities import print_value
from policy.samples import Fillers
from policy.source import Span
from policy.testing import TestedFile, Tried, markdown_files
from policy.words import Heading, Phrase, Slot

_FOUND_BY_A_BODY = (Heading.DECIDED, Heading.DETERMINED)
_SECTION = re.compile(r"^## (?P<heading>.*)$", re.MULTILINE)
_ENTRY = re.compile(r"^### (?P<heading>.*)$", re.MULTILINE)
_ID = re.compile(rf"(?<![\w(/]){CLAUSE_ID.pattern}", re.VERBOSE)
_SHOWN = 3


class Kind(Enum):
    """What becomes of a clause. A determination: all that it concludes hangs on what a body finds under it."""

    COMPUTED = "computed"
    DETERMINATION = "determination"
    RECITAL = "recital"


_MARKS = {"DECIDABLE": Kind.COMPUTED, "DETERMINATION": Kind.DETERMINATION, "RECITAL": Kind.RECITAL}


@frozen
class Exercise:
    """A question of a case file whose proof rests on a clause."""

    file: str
    part: str
    question: int

    def __str__(self) -> str:
        return f"{self.file}{f' ({self.part})' if self.part else ''} {self.question}"


@frozen
class Covered:
    """A clause: the rules that encode it, the question that asks about it ("" of a recital), and its exercises."""

    id: str
    kind: Kind
    rules: tuple[Rule, ...]
    asked_by: str
    cases: tuple[Exercise, ...]


@frozen
class OneSided:
    """A conditional rule of which no case shows one side: that it applies, or that it does not."""

    rule: Rule
    missing: str


@frozen
class Coverage:
    """The clauses of a book, in its order, and the rules that cases show from one side only."""

    clauses: tuple[Covered, ...]
    one_sided: tuple[OneSided, ...]

    @property
    def unexercised(self) -> tuple[str, ...]:
        """The clauses, but recitals, that no case exercises."""
        return tuple(each.id for each in self.clauses if not each.cases and each.kind is not Kind.RECITAL)


@frozen
class Exercised:
    """What one question exercises: clauses, and each rule tried, by name, with whether it certainly applied."""

    exercise: Exercise
    clauses: tuple[str, ...]
    sides: frozenset[tuple[str, bool]]


def coverage(book: Book, files: Iterable[TestedFile]) -> Coverage:
    """The coverage of a book by the answers to its case files."""
    return covered(book, (each for file in files for tried in file.tried for each in exercised(book, file.path, tried)))


def exercised(book: Book, file: Path, tried: Tried) -> Iterator[Exercised]:
    """What a question exercises; nothing where it has no answer from this book."""
    answer = tried.answer
    if answer is not None and answer.stamp.book_hash == book.hash:
        exercise = Exercise(file.name, tried.part, tried.question.number)
        yield Exercised(exercise, (*answer.citations, *answer.supporting), frozenset(_sides(answer)))


def covered(book: Book, every: Iterable[Exercised]) -> Coverage:
    """The coverage of a book by questions."""
    cases: dict[str, dict[Exercise, None]] = {}
    sides: dict[str, set[bool]] = {}
    for each in every:
        for clause in each.clauses:
            cases.setdefault(clause, {}).setdefault(each.exercise)
        for rule, side in each.sides:
            sides.setdefault(rule, set()).add(side)
    letter = clause_letter(book)
    clauses = tuple(
        Covered(letter + id, kind, rules, asked_by, tuple(cases.get(id, ())))
        for id, kind, rules, asked_by in _clauses(book)
    )
    return Coverage(clauses, tuple(_one_sided(book, sides)))


def clause_letter(book: Book) -> str:
    """What an inventory writes before the clause ids of a book, as the book's `Clause letter:` has it."""
    settings = (setting.value.text for setting in book.document.settings if setting.name == "Clause letter")
    return next(settings, "").strip()


def case_files(book: Book, more: Iterable[Path] = ()) -> tuple[Path, ...]:
    """The case files of a book, which lie in ``<name>.cases`` beside it, and others that are named."""
    folder = Path(book.source.name).with_suffix(".cases")
    return markdown_files((*((folder,) if folder.is_dir() else ()), *more))


def _sides(answer: Answer) -> Iterator[tuple[str, bool]]:
    for step in walk(*answer.proof):
        if isinstance(step, Attempt) and (step.holds is TRUE or step.holds is FALSE):
            yield step.rule.name, step.holds is TRUE


def _one_sided(book: Book, sides: Mapping[str, set[bool]]) -> Iterator[OneSided]:
    for placed in book.assembly.rules:
        rule = placed.rule
        if rule.body == ALWAYS and not rule.exemptions:
            continue
        seen = sides.get(rule.name, set())
        if True not in seen:
            yield OneSided(rule, "applies")
        if False not in seen:
            yield OneSided(rule, "does not apply")


# ------------------------------------------------------------------- clauses

Uses = Mapping[str, set[str]]
"""What each rule, by name, rests on."""


def _clauses(book: Book) -> Iterator[tuple[str, Kind, tuple[Rule, ...], str]]:
    rules: dict[str, list[Rule]] = {}
    for rule in book.assembly.program.rules:
        for clause in rule.origin.clause.split("; "):
            rules.setdefault(clause, []).append(rule)
    declared: dict[str, list[Phrase]] = {}
    for phrase in book.vocabulary.phrases:
        for clause in phrase.clause.split("; "):
            declared.setdefault(clause, []).append(phrase)
    uses: dict[str, set[str]] = {}
    for edge in edges(book.assembly.program):
        uses.setdefault(edge.rule, set()).add(edge.used)
    for text in book.clauses:
        for id in text.ids:
            own, phrases = tuple(rules.get(id, ())), declared.get(id, [])
            if own or phrases:
                kind = _kind(own, phrases, uses)
                yield id, kind, own, _asked_by(book, kind, own, phrases)
            elif any(isinstance(each, Paragraph) and is_recital(each) for each in text.section.blocks):
                yield id, Kind.RECITAL, (), ""


def _kind(rules: Sequence[Rule], phrases: Sequence[Phrase], uses: Uses) -> Kind:
    resting = {phrase.relation for phrase in phrases if phrase.heading in _FOUND_BY_A_BODY}
    if not resting:
        return Kind.COMPUTED
    about: dict[str, list[Rule]] = {}
    for rule in rules:
        about.setdefault(rule.head.relation, []).append(rule)
    while more := {
        head
        for head, those in about.items()
        if head not in resting and all(resting & uses.get(rule.name, set()) for rule in those)
    }:
        resting |= more
    return Kind.DETERMINATION if about.keys() <= resting else Kind.COMPUTED


def _asked_by(book: Book, kind: Kind, rules: Sequence[Rule], phrases: Sequence[Phrase]) -> str:
    """A question of what is determined or concluded under a clause, else of a phrase declared there."""
    if kind is Kind.DETERMINATION:
        return _question(book, next(phrase for phrase in phrases if phrase.heading in _FOUND_BY_A_BODY))
    for rule in _concluding(book, rules):
        word = book.assembly.words.get(rule.head.relation)
        if isinstance(word, Phrase):
            return _question(book, word, rule)
    return _question(book, phrases[0]) if phrases else ""


def _concluding(book: Book, rules: Sequence[Rule]) -> Iterator[Rule]:
    """The rules themselves; for one that switches others off, the others."""
    for rule in rules:
        if rule.head.relation in book.assembly.exemptions:
            every = book.assembly.program.rules
            yield from (other for other in every if any(e.relation == rule.head.relation for e in other.exemptions))
        else:
            yield rule


def _question(book: Book, phrase: Phrase, rule: Rule | None = None) -> str:
    """The phrase as a question; what the rule names in its conclusion stands in the slots."""
    if rule is not None:
        named = [argument if isinstance(argument, Constant) else None for argument in rule.head.arguments]
        parts, negative = (_named(each, named) for each in (phrase.parts, phrase.negative))
        phrase = evolve(phrase, parts=parts, negative=negative)
    return Fillers(book.vocabulary).question(phrase)


def _named(parts: Parts, named: Sequence[Constant | None]) -> Parts:
    places = iter(named)
    return tuple(_said(part, next(places, None)) if isinstance(part, Slot) else part for part in parts)


def _said(slot: Slot, constant: Constant | None) -> str | Slot:
    return slot if constant is None else print_value(constant.value, constant.type)


# --------------------------------------------------------------- inventories


@frozen
class Departure:
    """A clause that the inventory marks otherwise than the book treats it, and the decisions that speak of it."""

    id: str
    kind: Kind
    mark: Kind
    decisions: tuple[str, ...]


@frozen
class Comparison:
    """A book's clauses held against an inventory's: ids that only one of them has, and marks that differ."""

    only_inventory: tuple[str, ...]
    only_book: tuple[str, ...]
    departures: tuple[Departure, ...]

    @property
    def same_clauses(self) -> bool:
        return not self.only_inventory and not self.only_book


def read_inventory(text: str) -> dict[str, Kind]:
    """The clause ids of the tables of an inventory, each with its mark."""
    found: dict[str, Kind] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        marks = [_MARKS[cell] for cell in cells[1:] if cell in _MARKS]
        if line.startswith("|") and marks:
            found[cells[0]] = marks[0]
    return found


def compare(covered: Coverage, book: Book, inventory: Mapping[str, Kind], decisions: str = "") -> Comparison:
    """The book's clauses against an inventory; ``decisions`` is the page that gives the reasons for departures."""
    kinds = {each.id: each.kind for each in covered.clauses}
    entries = tuple(_entries(decisions, book))
    letter = clause_letter(book)
    departures = (
        Departure(id, kinds[id], mark, _decisions_on(id.removeprefix(letter), entries))
        for id, mark in inventory.items()
        if id in kinds and kinds[id] is not mark
    )
    return Comparison(
        tuple(id for id in inventory if id not in kinds),
        tuple(id for id in kinds if id not in inventory),
        tuple(departures),
    )


def decisions(book: Book) -> str:
    """The page ``docs/decisions.md`` of the project that a book belongs to; "" where there is none."""
    page = Path(book.source.name).parent.parent / "docs" / "decisions.md"
    return page.read_text("utf-8") if page.is_file() else ""


def _entries(page: str, book: Book) -> Iterator[tuple[str, frozenset[str]]]:
    """The entries of the section that names the book, each with the clauses that it speaks of."""
    names = [book.title, *(setting.value.text for setting in book.document.settings if setting.name == "Instrument")]
    _, *sections = _SECTION.split(page)
    for heading, text in zip(sections[::2], sections[1::2], strict=True):
        if any(name in heading for name in names):
            _, *entries = _ENTRY.split(text)
            for title, said in zip(entries[::2], entries[1::2], strict=True):
                yield title, frozenset(" ".join(match[0].split()) for match in _ID.finditer(f"{title}\n{said}"))


def _decisions_on(id: str, entries: Sequence[tuple[str, frozenset[str]]]) -> tuple[str, ...]:
    """The entries that name a clause; where none does, those that name one that it stands under."""
    exact = tuple(title for title, ids in entries if id in ids)
    return exact or tuple(title for title, ids in entries if any(is_under(id, above) for above in ids))


# -------------------------------------------------------------------- telling


def to_json(covered: Coverage) -> str:
    """The coverage as JSON."""
    data = {
        "clauses": [_data(each) for each in covered.clauses],
        "unexercised": list(covered.unexercised),
        "one_sided": [
            {"name": each.rule.name, "place": place(each.rule), "never": each.missing} for each in covered.one_sided
        ],
    }
    return json_text(data)


def _data(each: Covered) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind.value,
        "rules": [{"name": rule.name, "place": place(rule)} for rule in each.rules],
        "asked_by": each.asked_by or None,
        "cases": [{"file": case.file, "part": case.part or None, "question": case.question} for case in each.cases],
    }


def lines(covered: Coverage) -> Iterator[str]:
    """The coverage as text: clause by clause, then what no case exercises, then the sum."""
    for each in covered.clauses:
        yield f"§ {each.id}  {each.kind.value}"
        if each.rules:
            yield f"    rules: {', '.join(f'{rule.name} (line {_line(rule)})' for rule in each.rules)}"
        if each.asked_by:
            yield f"    asked by: {each.asked_by}"
        if each.kind is not Kind.RECITAL:
            yield f"    cases: {_exercised(each.cases)}"
    if covered.one_sided:
        yield "\nRules of which cases show one side only:"
    for side in covered.one_sided:
        yield f"    {side.rule.name} (line {_line(side.rule)}): no case in which it {side.missing}"
    if covered.unexercised:
        yield f"\nNo case exercises {', '.join(f'§ {id}' for id in covered.unexercised)}."
    counts = Counter(each.kind for each in covered.clauses)
    yield f"\n{len(covered.clauses)} clauses: {', '.join(f'{counts[kind]} {kind.value}' for kind in Kind)}"


def place(rule: Rule) -> str:
    """``club.md:64``."""
    place = rule.origin.place
    assert isinstance(place, Span)
    return f"{Path(place.source.name).name}:{place.line}"


def _line(rule: Rule) -> str:
    return place(rule).rpartition(":")[2]


def _exercised(cases: Sequence[Exercise]) -> str:
    if not cases:
        return "none"
    more = len(cases) - _SHOWN
    return "; ".join(map(str, cases[:_SHOWN])) + (f"; and {more} more" if more > 0 else "")


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What an inventory has otherwise, as text."""
    for id in comparison.only_inventory:
        yield f"§ {id} stands in the inventory only"
    for id in comparison.only_book:
        yield f"§ {id} stands in the book only"
    for each in comparison.departures:
        why = "; ".join(f"“{title}”" for title in each.decisions) or "no decision says why"
        yield f"§ {each.id} is {each.kind.value} here, and a {each.mark.value} in the inventory: {why}".replace(
            "a computed", "computed"
        )
