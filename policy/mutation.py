"""Trying mutants of the law (`policy.mutants`), to see that some case notices.

A mutant is killed by a question of a case file whose answer is no longer as expected. One that survives shows that no
case holds the book to those words, unless a note under the sentence says why no fact can tell the two apart:
``> Equivalent: …``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from operator import ge, gt, le, lt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define, evolve, field, frozen

from engine.compile import Compiler
from engine.decision import FALSE, TRUE
from engine.graph import cycles_through_negation
from engine.model import (
    Compare,
    Comparison,
    Condition,
    Constant,
    Origin,
    Program,
    Relation,
)
from engine.program import Engine, ProgramError
from engine.proof import Attempt, Compared, Scope, Step, walk
from engine.query import Answer as Found
from engine.search import Test
from engine.unknowns import NONE
from engine.values import PLAIN
from policy.asked import Asking
from policy.book import Book
from policy.diagnostic import ClausebookError
from policy.document import Paragraph, Quote
from policy.expected import Expected, differences
from policy.instrument import Case, Instrument
from policy.mutants import SHIFTED, Met, Mutant, outward, shifted, shown
from policy.parallel import results
from policy.priorities import is_under
from policy.source import Span
from policy.syntax import Question
from policy.testing import Shelf, asked

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


# --------------------------------------------------------------------- trials


@frozen
class Seen:
    """What the proofs of an answer rest on: rules tried, those that did or may apply, what was met at conditions."""

    rules: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()
    met: Mapping[int, Met] = field(factory=dict)


@frozen
class Trial:
    """A question of a case file that expects an answer, and what it rests on as the book stands."""

    case: Case
    asking: Asking
    tree: Question
    span: Span
    expected: Expected
    seen: Seen = Seen()

    def notices(self, case: Case) -> bool:
        """Whether the answer of a changed book is another."""
        try:
            return bool(differences(self.expected, case.answer(self.asking, "", self.tree, self.span)))
        except ClausebookError:
            return True

    def can_notice(self, mutant: Mutant) -> bool:
        """Whether the proofs of the answer say anything of what was changed."""
        if mutant.without is not None:
            return all(rule in self.seen.applied for rule in mutant.rules)
        need = mutant.change.need
        return mutant.rules[0] in self.seen.rules and (
            need is None or need.met in self.seen.met.get(need.condition, Met(0))
        )


class _WatchingCompiler(Compiler):
    """Compiles conditions so that they note what is met at them."""

    def __init__(self, program: Program, relations: dict[str, Relation]) -> None:
        super().__init__(relations, program.rules, program.calendar)
        self.met: dict[int, Met] = {}

    def test(self, condition: Condition, scope: Scope, bound: frozenset[str], origin: Origin) -> Test:
        run = super().test(condition, scope, bound, origin)

        def watched(e: Evaluation, env: Any) -> Step:
            step = run(e, env)
            met = self.met.get(id(condition), Met.TESTED)
            if isinstance(step, Compared):
                met |= _edges(step)
            self.met[id(condition)] = met
            return step

        return watched


_HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.LESS: lt,
    Comparison.AT_MOST: le,
    Comparison.MORE: gt,
    Comparison.AT_LEAST: ge,
}


def _edges(step: Compared) -> Met:
    compared = step.condition
    if step.left is NONE or step.right is NONE:
        return Met.TESTED
    if not (type(step.left) in PLAIN and type(step.right) in PLAIN):
        return Met.TESTED | Met.EDGE | Met.FAR_EDGE
    met = Met.TESTED | Met.EDGE if step.left == step.right else Met.TESTED
    if compared.comparison in SHIFTED:
        left, right = (_far(compared, name, value) for name, value in (("left", step.left), ("right", step.right)))
        if _HOLDS[compared.comparison](left, right) is not (step.truth is TRUE):
            met |= Met.FAR_EDGE
    return met


def _far(compared: Compare, side: str, value: Any) -> Any:
    """A value of a comparison; the number that is written there, shifted."""
    constant = getattr(compared, side)
    other = shifted(constant, outward(compared, side)) if isinstance(constant, Constant) else None
    return value if other is None else other.value


@define(eq=False)
class _Watching(Engine):
    """An engine that notes which rules were tried in the proofs of its answers, and which of them may apply."""

    tried: set[str] = field(factory=set)
    applied: set[str] = field(factory=set)

    def answer(self, *arguments: Any) -> Found:
        return self._noted(super().answer(*arguments))

    def reconsider(self, *arguments: Any) -> Found:
        return self._noted(super().reconsider(*arguments))

    def _noted(self, found: Found) -> Found:
        roots = [step for step in (found.proof, found.beyond) if step is not None]
        for step in walk(*roots, *(member.proof for member in found.members), *found.others):
            if isinstance(step, Attempt):
                self.tried.add(step.rule.name)
                if step.holds is not FALSE:
                    self.applied.add(step.rule.name)
        return found


def trials(file: Path, shelf: Shelf, book: Book) -> Iterator[Trial]:
    """The questions of a case file that expect an answer of a book. Raises `ClausebookError` for a file with errors."""
    for case, tried in asked(file, shelf):
        asking, tree, _ = case.parse(tried.question.question)
        if case.instrument.book is book and tried.expected is not None and asking is not None and tree is not None:
            yield Trial(case, asking, tree, tried.question.question, tried.expected)


def watched(every: Sequence[Trial], jobs: int = 1) -> Iterator[Trial | None]:
    """The trials, each with what its proofs rest on; None for one that is not answered as expected."""
    for trial, seen in zip(every, results(lambda number: _watch(every[number]), len(every), jobs), strict=True):
        yield None if seen is None else evolve(trial, seen=seen)


def _watch(trial: Trial) -> Seen | None:
    engine = trial.case.instrument.book.engine
    compiler = _WatchingCompiler(engine.program, engine.relations)
    watching = _Watching(*(getattr(engine, each.name) for each in attrs.fields(Engine)))
    watching.compiler = compiler
    if trial.notices(with_engine(trial.case, watching)):
        return None
    return Seen(frozenset(watching.tried), frozenset(watching.applied), compiler.met)


def with_engine(case: Case, engine: Engine) -> Case:
    """The same facts, asked of another engine for the same words."""
    book = evolve(case.book, engine=engine)
    return Case(Instrument(book), case.facts, book, case.names, case.files)


# -------------------------------------------------------------------- running


class Outcome(Enum):
    KILLED = "killed"
    SURVIVED = "survived"
    EXCUSED = "excused"
    UNSAYABLE = "unsayable"  # no rule: something in it has no value any more, or it rests on itself


@define(eq=False)
class Bench:
    """A book with its watched trials, to try mutants on; what noticed a mutant of a rule is tried first on the next."""

    book: Book
    trials: Sequence[Trial | None]
    _by_rule: dict[str, list[Trial]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for trial in (trial for trial in self.trials if trial is not None):
            for rule in sorted(trial.seen.rules):
                self._by_rule.setdefault(rule, []).append(trial)
        for rule, concerned in self._by_rule.items():
            concerned.sort(key=lambda trial: rule not in trial.seen.applied)

    def outcome(self, mutant: Mutant) -> Outcome:
        """What becomes of a mutant, notes aside."""
        concerned = self._by_rule.get(mutant.rules[0], [])
        cases: dict[int, Case] = {}
        try:
            engine = self._engine(mutant)
            for trial in [each for each in concerned if each.can_notice(mutant)]:
                case = cases.get(id(trial.case)) or with_engine(trial.case, engine)
                cases[id(trial.case)] = case
                if trial.notices(case):
                    concerned.remove(trial)
                    concerned.insert(0, trial)
                    return Outcome.KILLED
        except ProgramError:
            return Outcome.UNSAYABLE
        return Outcome.SURVIVED

    def _engine(self, mutant: Mutant) -> Engine:
        """The book's engine for a mutant, which uses no relation that its rule did not use."""
        engine = self.book.engine
        program = mutant.of(engine.program)
        if mutant.without is not None:
            weaker = tuple(each for each in engine.priorities[mutant.rules[0]] if each != mutant.without)
            return evolve(engine, program=program, priorities={**engine.priorities, mutant.rules[0]: weaker})
        compiler = Compiler(engine.relations, program.rules, program.calendar)
        if mutant.instead is not None:
            head = mutant.instead.head.relation
            if head in engine.recursive and cycles_through_negation(program):
                raise ProgramError("a conclusion rests on its own absence", mutant.instead.origin)
            compiler.rules_for(head)
        return evolve(engine, program=program, compiler=compiler)


@frozen
class Tested:
    """A mutant and what became of it."""

    mutant: Mutant
    outcome: Outcome


def run(bench: Bench, every: Sequence[Mutant], jobs: int = 1) -> Iterator[Tested]:
    """The outcome of each mutant, in order, worked out in several processes where the system can fork."""
    excuses = notes(bench.book)
    outcomes = results(lambda number: bench.outcome(every[number]), len(every), jobs)
    for mutant, outcome in zip(every, outcomes, strict=True):
        excused = outcome is Outcome.SURVIVED and any(_within(mutant.change.place, note) for note in excuses)
        yield Tested(mutant, Outcome.EXCUSED if excused else outcome)


# ---------------------------------------------------------------------- notes


def notes(book: Book) -> tuple[Span, ...]:
    """The sentences under which a note says that a mutant of them is equivalent: each with its list and the note."""
    found: list[Span] = []
    for clause in book.clauses:
        start: Span | None = None
        for block in clause.section.blocks:
            if isinstance(block, Paragraph):
                start = block.span
            elif isinstance(block, Quote) and start is not None and block.text.startswith("Equivalent:"):
                found.append(start.to(block.span))
    return tuple(found)


def _within(place: Span, note: Span) -> bool:
    return place.source == note.source and note.start <= place.start and place.end <= note.end


# -------------------------------------------------------------------- telling


def concerning(every: Iterable[Mutant], named: Sequence[str]) -> list[Mutant]:
    """The mutants of the rules that are named, by name or by a clause that they stand under; all where none is."""
    if not named:
        return list(every)
    return [mutant for mutant in every if any(_is_of(rule, name) for name in named for rule in mutant.rules)]


def _is_of(rule: str, name: str) -> bool:
    return rule == name or any(is_under(clause, name) for clause in rule.partition("#")[0].split("; "))


def survivors(results: Iterable[Tested]) -> list[Tested]:
    return [each for each in results if each.outcome is Outcome.SURVIVED]


def lines(results: Sequence[Tested], excuses: Sequence[Span] = ()) -> Iterator[str]:
    """The mutants that survive, the notes that excuse none, and the sum."""
    for each in survivors(results):
        yield f"{_line(each.mutant.change.place)} {each.mutant.change.what}"
        if each.mutant.without is None:
            yield f"    in {each.mutant.rules[0]}: {shown(each.mutant.sentence)}"
    excused = [each.mutant.change.place for each in results if each.outcome is Outcome.EXCUSED]
    for note in excuses:
        if not any(_within(place, note) for place in excused):
            yield f"{_line(note)} the note under this sentence excuses no mutant"
    counts = Counter(each.outcome for each in results)
    said = len(results) - counts[Outcome.UNSAYABLE]
    share = 1000 * counts[Outcome.EXCUSED] // (said or 1)
    yield (
        f"{said} mutants: {counts[Outcome.KILLED]} killed, {counts[Outcome.SURVIVED]} survive, "
        f"{counts[Outcome.EXCUSED]} excused ({share // 10}.{share % 10}%)"
    )


def _line(place: Span) -> str:
    return f"{place.source.name}:{place.line}:"
