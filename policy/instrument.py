"""Asking a book about a case: facts stated, questions answered, questions prepared.

>>> from policy.instrument import load
>>> book = load("1992-plan")                                                          # doctest: +SKIP
>>> case = book.case(Path("rules/1992-plan.cases/annual-limit.md"))                   # doctest: +SKIP
>>> case.ask("May Ann Lee receive 30,000 shares on September 1, 2001?").verdict.value # doctest: +SKIP
'no'
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from attrs import define, evolve, field, frozen

from engine import query
from engine.facts import FactBase
from engine.ground import Ground
from engine.judge import Verdict
from engine.model import Constant, Expression, Variable
from engine.proof import Basis, Step, Witness, walk
from engine.proof import Fact as FactStep
from engine.query import Query, Shape, Supposed
from engine.search import ProgramError
from engine.signature import type_of
from engine.solve import Unbounded
from engine.unknowns import NONE
from engine.values import LimitReached, Type
from policy import __version__
from policy import book as books
from policy.advising import Provisos, open_names
from policy.answer import Answer, Reading, Stamp
from policy.asked import Asking, Fact, lower_question, names_in, supposed_name
from policy.book import Book
from policy.cases import CaseFile, read_case
from policy.check import check_question
from policy.diagnostic import ClausebookError, Diagnostic, in_order, nearest
from policy.document import read, read_source
from policy.ledger_kinds import Ledger, Watch, is_ledger
from policy.lint import nodes
from policy.preparing import Templates, find_phrase
from policy.present import Presenter
from policy.source import Source, Span
from policy.speak import Speaker
from policy.stating import Stater
from policy.syntax import Holds, Name, Quantity, Question
from policy.words import Phrase

if TYPE_CHECKING:
    from engine.relational.asked import Totals

Steps = tuple[Step | Witness, ...]

_MOST_NAMED = 5
"""So many things that leave a number without a bound are named."""
LARGE = 5_000
"""Of a case with so many rows, totals that take long one by one are added up by tables."""
TIME_LIMIT = 30
"""Seconds that one question may take."""
LARGE_TIME_LIMIT = 120
"""Seconds that one question over a large case may take: the first adds up what all later ones rest on."""


def engine_version() -> str:
    """The version of the software, as stamped on answers."""
    return __version__


def load(name: str | Path) -> Instrument:
    """A book by its path or shipped name. Raises `ClausebookError` with every error of its file."""
    return Instrument(books.load(name))


@define(eq=False)
class Instrument:
    """A loaded book, ready to be asked."""

    book: Book

    def case(
        self, *facts: Path | str | Source | Ledger, part: str = "", mapping: Path | None = None, strict: bool = False
    ) -> Case:
        """A case from case files (paths of Markdown), ledgers, and texts of facts in the language; all add up.

        A ledger is a CSV, XLSX, Parquet or DuckDB file, an OCF package or a folder, as a path or a `Ledger`;
        ``mapping`` says what the columns of those given as paths are. A row of a ledger that cannot be read stops
        nothing unless ``strict``: `Case.passed` tells of it. ``part`` takes in the facts of that ``## Case (part)`` of
        the files. Raises `ClausebookError` with every error found.
        """
        stated, problems = self.read_case(facts, part, mapping)
        errors = [problem for problem in problems if problem.is_error]
        if strict:
            errors += [problem for problem in stated.passed if problem.is_error]
        if errors:
            raise ClausebookError(*in_order(errors))
        return stated

    def read_case(
        self,
        facts: Iterable[Path | str | Source | Ledger],
        part: str = "",
        mapping: Path | None = None,
        watch: Watch = lambda doing, done, of: None,
        before: Case | None = None,
    ) -> tuple[Case, tuple[Diagnostic, ...]]:
        """The case and what is wrong with its facts; ``watch`` is told how far the reading of ledgers is.

        ``before``: a case to whose facts these are added.
        """
        stater = Stater(self.book) if before is None else Stater(before.book, before.facts.more(), {**before.names})
        problems: list[Diagnostic] = []
        files: list[tuple[str, str]] = []
        ledgers: list[Ledger] = []
        texts: list[tuple[Source, CaseFile | None]] = []
        for each in facts:
            if isinstance(each, Path) and is_ledger(each):
                each = Ledger(each, mapping)
            if isinstance(each, Ledger):
                ledgers.append(each)
                continue
            source = _source_of(each, problems)
            if source is None:
                continue
            files.append((source.name, books.digest(source.text)))
            case = _case_of(source, problems) if _is_case_text(source) else None
            texts.append((source, case))
            if case is not None:
                problems += stater.introduce(case)
                problems += [
                    problem for each in case.parts if each.name == part for problem in stater.introduce_part(each)
                ]
        passed: list[Diagnostic] = []
        unread: Mapping[str, str] = {}
        if ledgers:
            from policy.ledger_load import take_in

            passed, unread = take_in(stater, ledgers, files, problems, watch)
        for source, case in texts:
            problems += stater.sentences_of(source) if case is None else _state(stater, case, part)
        problems += stater.finish()
        if part and part not in stater.parts:
            known = tuple(f"({name})" for name in stater.parts)
            problems.append(Diagnostic("E0507", f"there is no case ({part})", None, known, nearest(part, stater.parts)))
        stated = Case(self, stater.facts, stater.book, stater.names, tuple(files), part, in_order(passed), unread)
        return stated if before is None else before.followed_by(stated), in_order(problems)

    def prepare(self, phrase: str) -> Prepared:
        """A yes-or-no question with its slots left to be filled: ``may *a person* receive *shares* on *a date*``.

        Parsed once; `Prepared.ask` takes a case and typed values. Raises `ClausebookError` for a phrase that
        the book does not declare.
        """
        return Prepared(self, find_phrase(self.book, phrase))


def _source_of(each: Path | str | Source, problems: list[Diagnostic]) -> Source | None:
    if isinstance(each, Source):
        return each
    if isinstance(each, Path):
        source, found = read_source(each)
        problems += found
        return source
    return Source("facts", each)


def _is_case_text(source: Source) -> bool:
    return source.text.lstrip().startswith("#")


def _case_of(source: Source, problems: list[Diagnostic]) -> CaseFile:
    document, found = read(source)
    case, more = read_case(document)
    problems += [*found, *more]
    return case


def _state(stater: Stater, case: CaseFile, part: str) -> list[Diagnostic]:
    found = stater.state(case.common)
    for each in case.parts:
        stater.parts.append(each.name)
        if each.name == part:
            found += stater.state(each)
    return found


@define(eq=False)
class Case:
    """Facts to ask a book about. Questions of several threads are answered one after the other.

    ``passed`` tells of the rows of ledgers that could not be read, or not wholly; ``unread``, by relation, in a
    sentence of those that are not among the facts.
    """

    instrument: Instrument
    facts: FactBase = field(repr=False)
    book: Book = field(repr=False)
    names: Mapping[str, Type]
    files: tuple[tuple[str, str], ...]
    part: str = ""
    passed: tuple[Diagnostic, ...] = field(default=(), repr=False)
    unread: Mapping[str, str] = field(factory=dict, repr=False)
    _lock: threading.RLock = field(factory=threading.RLock, repr=False)
    _ground: Ground | None = field(default=None, repr=False)
    _provisos: Provisos = field(factory=Provisos, repr=False)
    _beside: tuple[tuple[Fact, ...], Ground] | None = field(default=None, repr=False)
    _first: Case | None = field(default=None, repr=False)
    """The case to whose facts those of this one were added."""

    def with_facts(self, *facts: Path | str | Source) -> Case:
        """A case with more facts, from case files and texts of facts: as if all had been read together.

        This one stays as it is, and what it has worked out is used by the other, but for what the new facts may change.
        Their places in an order are not told by numbers; and what a row leaves out is said: it is not filled in
        later, unless it is not known. Raises `ClausebookError` with every error found.
        """
        with self._lock:
            case, problems = self.instrument.read_case(facts, before=self)
        errors = [problem for problem in problems if problem.is_error]
        if errors:
            raise ClausebookError(*in_order(errors))
        return case

    def followed_by(self, case: Case) -> Case:
        """The case read after this one, with what this one says of itself; the two are asked one after the other."""
        first = self if self._first is None else self._first
        files = (*self.files, *case.files)
        return evolve(
            case, files=files, part=self.part, passed=self.passed, unread=self.unread, lock=self._lock, first=first
        )

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.book.name, self.book.hash, self.files, engine_version(), self.part)

    def ask(self, text: str | Span) -> Answer:
        """The answer to a question in the language.

        Raises `ClausebookError` for a question that does not parse, and where a limit stops the answer
        (code ``E0701``): a limit is never a verdict.
        """
        span = text if isinstance(text, Span) else _question_span(text)
        asking, tree, problems = self.parse(span)
        if asking is None:
            raise ClausebookError(*in_order([problem for problem in problems if problem.is_error]))
        return self.answer(asking, " ".join(span.text.split()), tree, span)

    def parse(self, span: Span) -> tuple[Asking | None, Question | None, tuple[Diagnostic, ...]]:
        """A question read against the book's words and the case's names."""
        said = " ".join(span.text.casefold().split())
        hypothetical = {name: kind for name, kind in hypothetical_names(self.book).items() if name in said}
        parser = self.book.parser.with_names(hypothetical) if hypothetical else self.book.parser
        parsed = parser.question(span)
        if not parsed.readings:
            return None, None, parsed.diagnostics
        records = self.book.vocabulary.records
        checked, problems = check_question(parsed.readings, records)
        if checked is None:
            return None, None, (*parsed.diagnostics, *problems)
        asking, more = lower_question(checked, self.book.forms, self.book.engine.relations)
        found = (*parsed.diagnostics, *problems, *more)
        if asking is not None and (wrong := _never_supposed(asking, hypothetical)):
            message = f"the question supposes no record that is {wrong}"
            return None, None, (*found, Diagnostic("E0320", message, span))
        return asking, checked.tree, found

    def answer(self, asking: Asking, text: str, tree: Question | None = None, span: Span | None = None) -> Answer:
        """The answer to a question already read."""
        with self._lock, self._limited(span):
            return self._answer(asking, text, tree)

    @contextmanager
    def _limited(self, span: Span | None = None) -> Iterator[None]:
        """A limit that is reached is an error with a place, never a verdict."""
        try:
            yield
        except LimitReached as limit:
            self._let_go()
            raise ClausebookError(Diagnostic("E0701", f"no verdict: {limit}{self._open_in(limit)}", span)) from None
        except ProgramError as error:
            self._let_go()
            message = f"the rules do not list what this would run through: {error}"
            expected = ("a question about one day", "When … ?", "a name in place of `a …`")
            raise ClausebookError(Diagnostic("E0622", message, span, expected)) from None
        except KeyboardInterrupt:
            self._let_go()
            raise

    def _let_go(self) -> None:
        """What was under way when something stopped it is not to be built on."""
        self._ground = self._beside = None
        if self._first is not None:
            self._first._let_go()

    def _open_in(self, limit: LimitReached) -> str:
        """What leaves a number without a bound."""
        if not isinstance(limit, Unbounded) or limit.answer.facts is None:
            return ""
        names = open_names(Speaker(self.book.lexicon, limit.answer.facts), limit.answer, "whether ")
        told = ", and ".join(names[:_MOST_NAMED])
        more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f"; not known: {told}{more}" if names else "; no rule sets a limit there"

    @property
    def seconds(self) -> float:
        """How long one question may take."""
        return TIME_LIMIT if self._totals is None else LARGE_TIME_LIMIT

    def find(self, asking: Asking, seconds: float | None = None, told: bool = True) -> query.Answer:
        """The engine's own answer to a question already read, within so many seconds. Raises as `ask` does.

        ``told``: also what would settle it.
        """
        with self._lock, self._limited():
            return self._found(self._supposed(asking), asking, seconds, told=told)

    def _supposed(self, asking: Asking) -> FactBase:
        """The facts with what the question supposes laid over them."""
        if not asking.supposing:
            return self.facts
        if self._beside is not None and self._beside[0] == asking.supposing:
            return self._beside[1].facts
        stater = Stater(self.book, self.facts.overlay())
        problems = [problem for fact in asking.supposing for problem in stater.state_fact(fact, "supposed")]
        if problems:
            raise ClausebookError(*problems)
        return self._large_beside(asking.supposing, stater.facts)

    def _found(
        self,
        facts: FactBase,
        asking: Asking,
        seconds: float | None = None,
        briefly: bool = False,
        told: bool = True,
    ) -> query.Answer:
        deadline = monotonic() + (self.seconds if seconds is None else seconds)
        return self.book.engine.answer(facts, asking.query, deadline, self._ground_of(facts, deadline), briefly, told)

    def _answer(self, asking: Asking, text: str, tree: Question | None) -> Answer:
        facts = self._supposed(asking)
        found = self._found(facts, asking, briefly=True)
        speaker = Speaker(self.book.lexicon, found.facts if found.facts is not None else facts)
        presenter = Presenter(
            speaker,
            self.book.in_order,
            asking.query.supposed,
            self.stamp,
            self.unread,
            self._provisos,
            limited=self._limited,
        )
        walked: list[Steps] = []

        def steps() -> Steps:
            if not walked:
                walked.append(tuple(walk(*_roots(found))))
            return walked[0]

        def readings() -> tuple[Reading, ...]:
            with self._lock, self._limited():
                return self._readings(facts, asking.query, found, steps(), presenter)

        def bound() -> str | None:
            with self._lock, self._limited():
                return self._bound(facts, asking, found, tree, speaker)

        return presenter.present(text, asking.query, found, steps, self._type(asking.query), readings, bound)

    def _large_beside(self, supposing: tuple[Fact, ...], facts: FactBase) -> FactBase:
        """The facts with what is supposed beside them; those of a large case are ground of their own.

        What its totals come to may hang on what is supposed, and they are not to be added up one by one. What cannot
        hang on it stays as the record settles it.
        """
        if self._totals is not None:
            self._beside = supposing, self.book.engine.ground(facts, self._totals_of(facts), self._own_ground())
        return facts

    def _ground_of(self, facts: FactBase, deadline: float) -> Ground:
        """What this case's facts settle whatever a question supposes, kept from question to question."""
        if self._beside is not None and facts.is_over(self._beside[1].facts):
            supposing, beside = self._beside
            if beside.is_full:
                self._large_beside(supposing, beside.facts)
                supposing, beside = self._beside
            self._begun(deadline)
            beside.begin(deadline)
            return beside
        return self._begun(deadline)

    def _begun(self, deadline: float) -> Ground:
        """The case's own ground, and that of the one before it, at the start of a question."""
        if self._first is not None:
            self._first._begun(deadline)
        ground = self._own_ground()
        ground.begin(deadline)
        return ground

    def _own_ground(self) -> Ground:
        """What the case's facts settle whatever is supposed beside them."""
        if self._ground is None or self._ground.is_full:
            under = None if self._first is None else self._first._own_ground()
            self._ground = self.book.engine.ground(self.facts, self._totals, under)
        return self._ground

    @cached_property
    def _totals(self) -> Totals | None:
        """What adds up by tables what takes long one by one; None of a small case, or without the libraries."""
        if sum(len(table) for table in self.facts.tables.values()) < LARGE:
            return None
        return self._totals_of(self.facts)

    def _totals_of(self, facts: FactBase) -> Totals | None:
        if not all(find_spec(library) for library in ("duckdb", "pyarrow", "sqlglot")):
            return None
        from engine.relational.asked import Totals
        from engine.relational.duck import opened
        from policy.statements import statements

        return Totals(
            self.book.engine,
            facts,
            lambda ledger, deadline: opened(ledger, deadline=deadline, statements=statements()),
        )

    def _type(self, asked: Query) -> Type | None:
        if asked.open is not None:
            return asked.open.type
        if asked.shape is Shape.VALUE:
            goal: Expression = asked.goal  # type: ignore[assignment]  # a value is asked
            return type_of(goal, self.book.engine.relations)
        return None

    def _readings(
        self, facts: FactBase, asked: Query, found: query.Answer, steps: Steps, presenter: Presenter
    ) -> tuple[Reading, ...]:
        """The readings that the proof rests on, each with what the other would answer."""
        relations = self.book.engine.relations
        taken: dict[tuple[str, tuple[Any, ...]], FactStep] = {}
        for step in steps:
            if isinstance(step, FactStep) and step.basis is Basis.ASSUMED and relations[step.relation].reading:
                taken.setdefault((step.relation, step.arguments), step)
        result: dict[str, Reading] = {}
        deadline = monotonic() + self.seconds
        for name, arguments in taken:
            relation = relations[name]
            other = facts.overlay()
            other.state(name, arguments, not relation.assumed, "the other reading")
            try:
                otherwise = self.book.engine.reconsider(
                    other, asked, found, name, deadline, self._ground_of(facts, deadline)
                )
                said = presenter.said_otherwise(asked, found, otherwise, self._type(asked))
            except Unbounded:
                said = "Nothing bounds it."
            text = presenter.speaker.statement(name, arguments, bool(relation.assumed))
            assert relation.reading is not None
            if relation.reading not in result or said != presenter.said(asked, found, self._type(asked)):
                result[relation.reading] = Reading(relation.reading, text, said)
        return tuple(result.values())

    def _bound(
        self,
        facts: FactBase,
        asking: Asking,
        found: query.Answer,
        tree: Question | None,
        speaker: Speaker,
    ) -> str | None:
        """Where a question with a number is refused: the largest number that would not be."""
        asked = asking.query
        if found.verdict is not Verdict.NO or tree is None or not asked.supposed:
            return None
        slot = _number_slot(tree)
        if slot is None:
            return None
        place, type = slot
        variable = Variable("the number asked", type)
        constant = _constant_of(tree, place)
        supposed = tuple(_with_open(record, constant, variable) for record in asked.supposed)
        if supposed == asked.supposed:
            return None
        opened = Query(asked.goal, Shape.MOST, variable, supposed, given=asked.given, is_kept=asked.is_kept)
        deadline = monotonic() + self.seconds
        most = self.book.engine.most_allowed(facts, opened, deadline, self._ground_of(facts, deadline))
        if most is None:
            return None
        said = None if most is NONE else speaker.value(most, type)
        return _bounded(tree, place, said, speaker)


def _roots(found: query.Answer) -> Iterable[Step | Witness]:
    if found.proof is not None:
        yield found.proof
    if found.beyond is not None:
        yield found.beyond
    for member in found.members:
        yield member.proof
    yield from found.others


def hypothetical_names(book: Book) -> dict[str, Type]:
    """The names of the records that a book's questions suppose: what else is supposed may speak of them."""
    records = (form.tree.record for form in book.forms.values())
    return {supposed_name(record): record for record in records if record is not None}


def _never_supposed(asking: Asking, hypothetical: Collection[str]) -> str:
    """A name of a supposed record of which a question speaks without supposing that record; "" if there is none."""
    if not hypothetical:
        return ""
    constants = (node.value for node in nodes(asking.query.goal) if isinstance(node, Constant))
    said = {each for each in constants if isinstance(each, str)}
    said = said.union(*map(names_in, asking.supposing))
    supposed = {record.id for record in asking.query.supposed}
    return next((name for name in hypothetical if name in said - supposed), "")


def _question_span(text: str) -> Span:
    """A question as a place; its letters are composed, as those of names are."""
    source = Source("question", normalize("NFC", text))
    return Span(source, 0, len(source.text))


def _number_slot(tree: Question) -> tuple[int, Type] | None:
    if not isinstance(tree.of, Holds):
        return None
    for place, argument in enumerate(tree.of.arguments):
        if isinstance(argument, Quantity) and argument.type.whole:
            return place, argument.type
    return None


def _constant_of(tree: Question, place: int) -> Any:
    assert isinstance(tree.of, Holds)
    argument = tree.of.arguments[place]
    assert isinstance(argument, Quantity)
    return Constant(argument.value, argument.type)


def _with_open(record: Supposed, constant: Any, variable: Variable) -> Supposed:
    cells = tuple((name, variable if cell == constant else cell) for name, cell in record.cells)
    return evolve(record, cells=cells)


def _bounded(tree: Question, place: int, most: str | None, speaker: Speaker) -> str | None:
    if not isinstance(tree.of, Holds):
        return None
    arguments = tuple(
        speaker.value(argument.value, argument.type) if isinstance(argument, Quantity) else argument.name
        for argument in tree.of.arguments
        if isinstance(argument, (Name, Quantity))
    )
    if len(arguments) != len(tree.of.arguments):
        return None
    return speaker.bounded(tree.of.phrase, arguments, place, most)


@frozen
class Prepared:
    """A question parsed once, asked with new values."""

    instrument: Instrument
    phrase: Phrase
    _templates: Templates = field(factory=Templates, eq=False, repr=False)

    def ask(self, case: Case, *values: Any) -> Answer:
        """The answer for these values, one for each slot in order: names as str, numbers, dates.

        Raises `ClausebookError` for a value that does not fit its slot, or a name that the case does not have.
        """
        ready, text, tree = self._templates.asking(case, self.phrase, values)
        return case.answer(ready, text, tree)
