"""The reports of a book: questions under a name that administrators know, with what is asked of left open.

They lie beside the book in ``<name>.reports.toml``: data, in which every sentence is a question of the language. A
report says nothing that its questions do not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from attrs import field, frozen

from engine.unknowns import UNKNOWN
from policy.answer import Answer
from policy.book import Book
from policy.charts import plain, svg, to_data
from policy.course import Course, course, is_course
from policy.coverage import case_files
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.instrument import Case, Instrument
from policy.layout import json_text
from policy.treepicture import tree

_SLOT = re.compile(r"\{(?P<name>[a-z][a-z ]*)\}")
_OF = re.compile(r"(?P<attribute>[a-z][a-z' ]*) is \{(?P<slot>[a-z][a-z ]*)\}")
_KEYS = {"title", "about", "questions"}
_MAY = {"example", "each"}
_FILE, _PART = "case", "part"
"""What an example names beside what is given: a case file of the book, and the part of it."""


@frozen
class Report:
    """A named report: its questions, in which ``{grant}`` stands for what is given when it is asked for.

    ``each`` says of which records a slot stands that is not given: ``{grant = "grantee is {person}"}`` for each grant
    recorded whose grantee is the person given. ``example`` gives it about a ``case`` of the book (and a ``part`` of
    it), for the review book to show.
    """

    name: str
    title: str
    about: str
    questions: tuple[str, ...]
    example: Mapping[str, str] | None = None
    each: Mapping[str, str] = field(factory=dict)

    @property
    def slots(self) -> tuple[str, ...]:
        """What may be given, in the order in which it is met."""
        texts = (*self.questions, *self.each.values())
        return tuple(dict.fromkeys(match["name"] for each in texts for match in _SLOT.finditer(each)))

    def lacking(self, given: Collection[str]) -> tuple[str, ...]:
        """What must be given beside what is."""
        asked = dict.fromkeys(match["name"] for each in self.questions for match in _SLOT.finditer(each))
        own = (self.each[slot] for slot in asked if slot in self.each and slot not in given)
        wanted = [slot for slot in asked if slot not in self.each]
        wanted += [match["slot"] for said in own if (match := _OF.fullmatch(said)) is not None]
        return tuple(slot for slot in dict.fromkeys(wanted) if slot not in given)


def reports_file(book: Book) -> Path:
    """Where the reports of a book lie."""
    return Path(book.source.name).with_suffix(".reports.toml")


def reports(book: Book) -> dict[str, Report]:
    """The reports of a book by name; none where it has no file of them. Raises `ClausebookError` for a bad file."""
    path = reports_file(book)
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise ClausebookError(_bad(f"{path} cannot be read: {error}")) from None
    return {name: _report(path, name, entry) for name, entry in data.items()}


def _report(path: Path, name: str, entry: Any) -> Report:
    if not isinstance(entry, dict) or set(entry) - _MAY != _KEYS:
        raise ClausebookError(_bad(f"{path}: a report has {', '.join(sorted(_KEYS))}, and {name!r} has not"))
    questions = entry["questions"]
    example = entry.get("example")
    texts = [entry["title"], entry["about"], *(questions if isinstance(questions, list) else [None])]
    texts += [*example.values()] if isinstance(example, dict) else [] if example is None else [None]
    each = entry.get("each", {})
    texts += [*each.values()] if isinstance(each, dict) else [None]
    if not all(isinstance(text, str) for text in texts) or not questions:
        raise ClausebookError(_bad(f"{path}: {name!r} has something other than texts"))
    if not all(map(_OF.fullmatch, each.values())):
        raise ClausebookError(_bad(f'{path}: `each` of {name!r} is not like `grant = "grantee is {{person}}"`'))
    return Report(name, entry["title"], entry["about"], tuple(questions), example, each)


def _bad(message: str) -> Diagnostic:
    return Diagnostic("E0041", message, None, ('`[vesting]`, and under it `title`, `about` and `questions = ["…"]`',))


def find(book: Book, name: str) -> Report:
    """The report of a name. Raises `ClausebookError` where there is none."""
    known = reports(book)
    if name not in known:
        raise ClausebookError(
            Diagnostic("E0624", f"there is no report {name!r}", None, (*known,), nearest(name, known))
        )
    return known[name]


def read_given(report: Report, texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What is given by ``grant=G-17`` and the like; several of one slot stand one after the other.

    Raises `ClausebookError` where too little or much is given.
    """
    given: dict[str, tuple[str, ...]] = {}
    for text in texts:
        slot, _, value = text.partition("=")
        given[slot] = (*given.get(slot, ()), value)
    missing = report.lacking(given)
    strange = [slot for slot in given if slot not in report.slots]
    if missing or strange:
        said = f"lacks {', '.join(missing)}" if missing else f"has no {', '.join(strange)}"
        wanted = tuple(f"{slot}=…" for slot in report.slots)
        raise ClausebookError(Diagnostic("E0624", f"the report {report.name!r} {said}", None, wanted))
    return given


@frozen
class Filled:
    """The questions of a report; ``notes`` say of which records it was not certain that they belong here."""

    questions: tuple[str, ...]
    notes: tuple[str, ...] = ()


def filled(report: Report, given: Mapping[str, Sequence[str]], case: Case) -> Filled:
    """The questions of a report about what is given, and about the records that it names.

    A record whose attribute is not known is asked about, too, and noted. Raises `ClausebookError` where there is none.
    """
    values = dict(given)
    notes: list[str] = []
    for slot, said in report.each.items():
        match = _OF.fullmatch(said)
        if slot in given or match is None:
            continue
        certain, open_ = _recorded(case, slot, match["attribute"], given[match["slot"]])
        of = f"whose {match['attribute']} is {' or '.join(given[match['slot']])}"
        if not certain and not open_:
            raise ClausebookError(Diagnostic("E0624", f"no {slot} is recorded {of}", None, (f"{slot}=…",)))
        values[slot] = (*certain, *open_)
        if open_:
            whether = of.replace("whose", "whether the", 1)
            notes.append(f"Of {', '.join(open_)} it is not known {whether}.")
        notes += [case.unread[slot]] if slot in case.unread else []
    return Filled(tuple(each for question in report.questions for each in _each_filled(question, values)), tuple(notes))


def _recorded(case: Case, kind: str, attribute: str, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of the records of a kind with an attribute, and of those of which that is not known."""
    certain: list[str] = []
    open_: list[str] = []
    relation = case.book.engine.relations.get(kind)
    places = [] if relation is None else [at for at, each in enumerate(relation.columns) if each.name == attribute]
    if not places:
        raise ClausebookError(_bad(f"no {kind} of the book has the attribute `{attribute}`"))
    for table, number in case.facts.rows(kind):
        cell = table.columns[places[0]][number]
        if cell in wanted or cell is UNKNOWN:
            (open_ if cell is UNKNOWN else certain).append(table.columns[0][number])
    return certain, open_


def _each_filled(question: str, values: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A question once for all ways to fill it."""
    slots = tuple(dict.fromkeys(match["name"] for match in _SLOT.finditer(question)))
    for chosen in product(*(values[slot] for slot in slots)):
        text = question
        for slot, value in zip(slots, chosen, strict=True):
            text = text.replace(f"{{{slot}}}", value)
        yield text


def look(case: Case, questions: Sequence[str]) -> tuple[Answer | Course, ...]:
    """Questions answered, those about each day of a time as courses."""
    return tuple(course(case, each) if is_course(each) else case.ask(each) for each in questions)


@frozen
class Shown:
    """A report made of its example: each question with its answer as text, and a picture."""

    report: Report
    text: tuple[str, ...]
    picture: str


def shown(instrument: Instrument, report: Report, width: int) -> Shown | None:
    """A report made of its example; None where it has none. Raises `ClausebookError` as asking does."""
    if report.example is None:
        return None
    given = [f"{slot}={value}" for slot, value in report.example.items() if slot not in (_FILE, _PART)]
    files = {path.name: path for path in case_files(instrument.book)}
    name = report.example.get(_FILE, "")
    if name not in files:
        raise ClausebookError(_bad(f"the example of {report.name!r} is about no case of the book: {name!r}"))
    case = instrument.case(files[name], part=report.example.get(_PART, ""))
    found = look(case, filled(report, read_given(report, given), case).questions)
    return Shown(report, tuple(told(found, width)), picture(found))


def told(found: Sequence[Answer | Course], width: int) -> Iterator[str]:
    """Answers and courses as lines of text."""
    for number, each in enumerate(found):
        if number:
            yield ""
        if isinstance(each, Course):
            yield from plain((each,), width)
        else:
            yield each.question
            yield from each.to_text(width).rstrip().split("\n")


def picture(found: Sequence[Answer | Course]) -> str:
    """Answers and courses as one SVG picture: of the courses, else of the proof of the first answer."""
    courses = [each for each in found if isinstance(each, Course)]
    answers = [each for each in found if not isinstance(each, Course)]
    return svg(courses) if courses else tree(answers[0].said, answers[0].lines)


def to_json(found: Sequence[Answer | Course]) -> str:
    """Answers and courses as JSON."""
    data = [to_data(each) if isinstance(each, Course) else each.to_data() for each in found]
    return json_text(data)


def lines(known: Mapping[str, Report]) -> Iterator[str]:
    """The reports of a book as text."""
    for report in known.values():
        yield f"{report.name}  {report.title}"
        yield f"    {report.about}"
        if report.slots:
            yield f"    give: {' '.join(f'{slot}=…' for slot in report.lacking(()))}"
        for slot, said in report.each.items():
            yield f"    {slot}=…, else each {slot} whose {said}"
