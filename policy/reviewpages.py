"""The pages of a review book, as texts by file name: HTML that needs no server, no network and no other program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import jinja2
from attrs import define, field, frozen
from markupsafe import Markup

from engine.graph import Edge, Use
from engine.model import NOWHERE
from policy.addresses import Addresses, Part, addresses
from policy.book import Book
from policy.casebook import CaseAnswer, CasePage
from policy.contents import ClauseText
from policy.coverage import Coverage, Covered, Kind
from policy.drawing import draw
from policy.fidelity import Fate
from policy.governing import place_of
from policy.hypertext import Hypertext
from policy.instrument import engine_version
from policy.layout import inert, json_line
from policy.linking import Linker
from policy.listing import Entry, entries
from policy.parallel import results
from policy.review import Reference, Relating, Review
from policy.treepicture import tree
from policy.vocabulary_text import phrase_text
from policy.words import Phrase, RecordDeclaration

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = ("review.css", "review.js")
_MOST_USERS = 12  # relations in a picture that rest on those concluded
_MOST_USED = 24
_MOST_SHOWN = 6  # questions of a clause that are shown with their answers


def environment() -> jinja2.Environment:
    """The templates, with everything escaped that is put into them, and nothing missing unnoticed."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    found = jinja2.Environment(
        loader=loader,
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["inert"] = inert
    return found


def _shown(value: Any) -> Any:
    """What is put into a template: plain text without what steers or hides; what is HTML already was made so."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def pages(review: Review, serving: bool = False, jobs: int = 1) -> dict[str, str]:
    """Every file of a review book; ``serving``: with a box in which questions are asked of a server.

    ``jobs`` is the number of processes that draw the pages.
    """
    return dict(_Pages(review, serving, jobs).files())


def hypertext(review: Review) -> Hypertext:
    """What writes texts with links to the pages of a review book."""
    at = addresses(review, entries(review.book))
    return Hypertext(at.clause, at.phrase)


AskedAbout = tuple[str, str, str, tuple[str, ...]]
"""A case file that questions can be about: its name, its title, its name without ending, and its parts."""


def waiting(book: Book, about: Sequence[AskedAbout]) -> dict[str, str]:
    """What is served until the pages are made: one page, with the box for questions."""
    made = _Pages(Review(book, Coverage((), ()), (), {}, (), ()), serving=True, jobs=1, about=about)
    return {"index.html": made.waiting(), **dict(made.assets())}


def mark(book: Book) -> str:
    """What pages were made from, as JSON."""
    data = {"made_by": f"clausebook {engine_version()}", "book": book.name, "book_hash": book.hash}
    return json.dumps(data, indent=2) + "\n"


@frozen
class Shown:
    """A clause as its template shows it."""

    clause: ClauseText
    anchor: str
    level: int
    covered: tuple[Covered, ...]
    source: tuple[tuple[str, ...], ...]
    fates: tuple[str, ...]
    amends: bool
    changed: int
    rules: Markup
    relations: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    answers: tuple[CaseAnswer, ...]
    more: Mapping[str, tuple[CaseAnswer, ...]]
    failed: int
    picture: Markup
    example: CaseAnswer | None
    example_picture: Markup


@define(eq=False)
class _Pages:
    review: Review
    serving: bool
    jobs: int
    about: Sequence[AskedAbout] = ()
    at: Addresses = field(init=False)
    text: Hypertext = field(init=False)
    listed: tuple[Entry, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.listed = entries(self.review.book)
        self.at = addresses(self.review, self.listed)
        self.text = Hypertext(self.at.clause, self.at.phrase)

    def files(self) -> Iterator[tuple[str, str]]:
        yield (
            "index.html",
            self._page("index.html", "Contents", summary=_summary(self.review), headings=self._headings()),
        )
        every = [*self._many()]
        drawn = results(lambda number: every[number][1](), len(every), self.jobs)
        yield from zip((name for name, _ in every), drawn, strict=True)
        yield "words.html", self._page("words.html", "Names, kinds and records", sections=[*self._words()])
        yield "cases.html", self._page("cases.html", "Cases")
        if self.review.reports:
            yield "reports.html", self._page("reports.html", "Reports", svg=_svg)
        if self.review.since:
            yield "changes.html", self._page("changes.html", "Changes")
        yield "coverage.html", self._page("coverage.html", "Coverage", summary=_summary(self.review))
        yield "search-index.js", f"window.clausebookIndex = {_script(self._index())};\n"
        yield from self.assets()

    def _many(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """The pages of which there are many: their names, and what draws each."""
        for section in self.at.sections:
            yield section.page, partial(self._section, section)
        for part in self.at.vocabulary:
            yield part.page, partial(self._page, "vocabulary.html", part.title, part=part)
        for page in self.review.cases:
            yield self.at.cases[page.path.name], partial(self._case_page, page)

    def _case_page(self, page: CasePage) -> str:
        return self._page("case.html", inert(page.title), case=page, body=self._case(page))

    def waiting(self) -> str:
        return self._page("waiting.html", "Contents")

    def assets(self) -> Iterator[tuple[str, str]]:
        for name in (*ASSETS, *(("ask.js",) if self.serving else ())):
            yield name, (TEMPLATES / name).read_text("utf-8")

    @cached_property
    def _templates(self) -> jinja2.Environment:
        found = environment()
        found.globals |= {
            "review": self.review,
            "book": self.review.book,
            "at": self.at,
            "text": self.text,
            "serving": self.serving,
            "asked_about": self.about or [*_asked_about(self.review.cases)],
            "version": engine_version(),
            "failing": sum(page.failed for page in self.review.cases),
            "anchor_of": anchor_of,
            "is_amendment": lambda clause: _is_amendment(self.review, clause),
            "settings": [(each.name, inert(each.value.text)) for each in self.review.book.document.settings],
        }
        return found

    def _page(self, template: str, title: str, **values: Any) -> str:
        return self._templates.get_template(template).render(title=title, **values)

    def _headings(self) -> dict[str, list[Part]]:
        """The pages of clauses under the main headings of the book."""
        found: dict[str, list[Part]] = {}
        for part in self.at.sections:
            found.setdefault(part.heading, []).append(part)
        return found

    def _beside(self, part: Part) -> tuple[Part | None, Part | None]:
        """The pages before and after."""
        number = self.at.sections.index(part)
        before = self.at.sections[number - 1] if number else None
        return before, self.at.sections[number + 1] if number + 1 < len(self.at.sections) else None

    # --------------------------------------------------------------- clauses

    def _section(self, part: Part) -> str:
        shown = [self._shown(clause) for clause in part.clauses]
        return self._page("section.html", part.title, part=part, shown=shown, beside=self._beside(part))

    def _shown(self, clause: ClauseText) -> Shown:
        standing = [self.review.standing[id] for id in clause.ids if id in self.review.standing]
        every = self.review.exercises(clause)
        first = [answer for answer in every if set(clause.ids) & set(answer.citations)][:_MOST_SHOWN]
        more: dict[str, list[CaseAnswer]] = {}
        for answer in every:
            more.setdefault(answer.exercise.file, []).append(answer)
        example = self.review.example(clause)
        place = self.at.clauses[clause.ids[0]]
        name = f"{place.anchor}-"
        return Shown(
            clause,
            place.anchor,
            min(clause.section.level, 4),
            self.review.covered(clause),
            tuple(dict.fromkeys(each.text for each in standing if each.text)),
            tuple(dict.fromkeys(each.fate.value for each in standing if each.fate not in (None, Fate.KEPT))),
            _is_amendment(self.review, clause),
            self.review.changed(clause),
            self.text.blocks(clause.section.blocks, Linker(self.review.book).links(clause.section)),
            tuple(self._relations(clause)),
            tuple(first),
            {file: tuple(answers) for file, answers in more.items()},
            sum(not answer.passed for answer in every),
            self._picture(clause, name),
            example,
            Markup("") if example is None else _svg(tree(example.said, example.told, self.at.clause)),
        )

    def _relations(self, clause: ClauseText) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
        """How a clause stands to others: what is said of it, and each of the others with what they share."""
        kinds: tuple[tuple[str, Relating, bool], ...] = (
            ("Rests on", Relating.RESTS, True),
            ("Prevails over", Relating.BEATS, True),
            ("Switches off", Relating.SWITCHES, True),
            ("Yields to", Relating.BEATS, False),
            ("Switched off by", Relating.SWITCHES, False),
            ("Used by", Relating.RESTS, False),
        )
        outgoing, incoming = self.review.outgoing(clause), self.review.incoming(clause)
        for said, relating, out in kinds:
            found: dict[str, dict[str, None]] = {}
            for each in outgoing if out else incoming:
                if each.relating is relating:
                    found.setdefault(_other(each, out), {}).update(dict.fromkeys(map(self._label, each.over)))
            if found:
                ordered = self.review.book.in_order(found)
                yield said, tuple((id, "; ".join(found[id])) for id in ordered)

    def _label(self, relation: str) -> str:
        word = self.review.book.assembly.words.get(relation)
        return phrase_text(word).replace("*", "") if isinstance(word, Phrase) else relation

    def _picture(self, clause: ClauseText, name: str) -> Markup:
        """What is concluded under a clause, what that rests on, and what rests on it."""
        from networkx import MultiDiGraph

        uses = self.review.uses(clause)
        own = dict.fromkeys(edge.concluded for edge in uses)
        if not own:
            return Markup("")
        users = [edge for relation in own for edge in self.review.users(relation) if edge not in uses]
        above = [*dict.fromkeys(edge.concluded for edge in users if edge.concluded not in own)]
        below = [*dict.fromkeys(edge.used for edge in uses if edge.used not in own)]
        kept = {*own, *above[:_MOST_USERS], *below[:_MOST_USED]}
        drawn: MultiDiGraph[str] = MultiDiGraph()
        for edge in (*uses, *users):
            if {edge.concluded, edge.used} <= kept:
                drawn.add_edge(self._label(edge.concluded), self._label(edge.used), edge=edge)
        one = self._label(next(iter(own)))
        if len(above) > _MOST_USERS:
            self._rest(drawn, f"and {len(above) - _MOST_USERS} others", one)
        if len(below) > _MOST_USED:
            self._rest(drawn, one, f"and {len(below) - _MOST_USED} others")
        links = {self._label(relation): self._home(relation) for relation in kept}
        return _svg(draw(drawn, links, {self._label(relation) for relation in own}, name))

    @staticmethod
    def _rest(drawn: Any, concluded: str, used: str) -> None:
        drawn.add_edge(concluded, used, edge=Edge(concluded, used, Use.POSITIVE, "the list above names them", NOWHERE))

    def _home(self, relation: str) -> str:
        """Where a box leads: to the one clause that concludes it, else to the vocabulary."""
        clauses = self.review.concluding(relation)
        word = self.review.book.assembly.words.get(relation)
        if len(clauses) == 1:
            return self.at.clause(clauses[0].split("; ")[0])
        if isinstance(word, Phrase):
            return self.at.phrase(word)
        return "words.html#records" if isinstance(word, RecordDeclaration) else ""

    # ----------------------------------------------------------------- words

    def _words(self) -> Iterator[tuple[str, Markup]]:
        for section in self.review.book.document.sections:
            if not section.clauses and section.heading != "Vocabulary":
                yield section.heading, Markup("").join(self.text.blocks((block,), ()) for block in section.blocks)

    # ----------------------------------------------------------------- cases

    def _case(self, page: CasePage) -> list[tuple[Markup, tuple[CaseAnswer, ...]]]:
        """The text of a case file cut at its lists of questions, each cut with the questions that stand there."""
        head, mark, rest = page.text.partition("\n## ")
        settings = head.replace("\n", "  \n")  # each setting stays on a line of its own
        tokens = self.text.parse(settings + mark + rest)
        parts: list[tuple[Markup, tuple[CaseAnswer, ...]]] = []
        begun = 0
        for number, token in enumerate(tokens):
            if token.type == "ordered_list_open" and token.level == 0 and token.map is not None:
                first, last = token.map
                answers = tuple(each for each in page.answers if first < each.line <= last)
                if answers:
                    parts.append((self.text.tokens(tokens[begun:number]), answers))
                    begun = _end(tokens, number) + 1
        parts.append((self.text.tokens(tokens[begun:]), ()))
        return parts

    # ---------------------------------------------------------------- search

    def _index(self) -> list[list[str]]:
        """What can be searched: what it is, its name, its address and its words."""
        found: list[list[str]] = []
        for clause in self.review.book.clauses:
            span = clause.section.blocks
            words = " ".join(block.span.text for block in span)
            source = " ".join(
                t for id in clause.ids if id in self.review.standing for t in self.review.standing[id].text
            )
            name = f"§ {'; § '.join(clause.ids)} {clause.heading}"
            found.append(["Clause", name, self.at.clause(clause.ids[0]), " ".join(f"{words} {source}".split())])
        found += [["Phrase", e.phrase.replace("*", ""), str(self.at.phrases[e.phrase]), e.heading] for e in self.listed]
        for page in self.review.cases:
            address = self.at.cases[page.path.name]
            found.append(["Case", inert(page.title), address, page.path.stem])
            found += [
                ["Question", a.question, f"{address}#{anchor_of(a)}", f"{a.said} {page.path.stem}"]
                for a in page.answers
            ]
        return found


def anchor_of(answer: CaseAnswer) -> str:
    """The anchor of a question on the page of its case file."""
    part = answer.exercise.part
    return f"q-{f'{part}-' if part.isalnum() else ''}{answer.exercise.question}-{answer.line}"


def _asked_about(cases: Sequence[CasePage]) -> Iterator[AskedAbout]:
    for page in cases:
        if not page.problems:
            parts = dict.fromkeys(answer.exercise.part for answer in page.answers if answer.exercise.part)
            yield page.path.name, page.title, page.path.stem, tuple(parts)


def _other(reference: Reference, out: bool) -> str:
    return reference.target if out else reference.source


def _svg(text: str) -> Markup:
    return Markup(text)  # noqa: S704  # drawn by our own pictures, which escape their words


def _script(data: Any) -> str:
    """JSON as a script may hold it: no tag, and nothing that steers or hides, is left in it."""
    text = json_line(data)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _end(tokens: Sequence[Any], at: int) -> int:
    return next(n for n in range(at, len(tokens)) if tokens[n].type == "ordered_list_close" and tokens[n].level == 0)


def _is_amendment(review: Review, clause: ClauseText) -> bool:
    """Whether a clause stands in an amendment: under a lettered main heading that is called so."""
    head = place_of(clause.ids[0]).path[0].partition("-")[0]
    heading = next((each.heading for each in review.book.clauses if each.ids[0] == head), "")
    return not head[0].isdigit() and "amendment" in heading.casefold()


def _summary(review: Review) -> dict[str, int]:
    """The coverage in numbers."""
    coverage: Coverage = review.coverage
    counts: dict[str, int] = {kind.value: sum(each.kind is kind for each in coverage.clauses) for kind in Kind}
    needed = [each for each in coverage.clauses if each.kind is not Kind.RECITAL]
    changed = [each for each in review.standing.values() if each.fate not in (None, Fate.KEPT)]
    return {
        **counts,
        "clauses": len(coverage.clauses),
        "needed": len(needed),
        "exercised": len(needed) - len(coverage.unexercised),
        "questions": sum(len(page.answers) for page in review.cases),
        "passed": sum(answer.passed for page in review.cases for answer in page.answers),
        "files": len(review.cases),
        "changed": len(changed),
    }
