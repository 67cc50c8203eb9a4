"""Mutants of the law: the rules of a book changed one at a time, to see that some case notices.

A mutant leaves out a rule or a priority, negates a condition, or shifts a comparison, number, day or period by one.
It is killed by a question of a case file whose answer is no longer as expected. One that survives shows that no
case holds the book to those words, unless a note under the sentence says why no fact can tell the two apart:
``> Equivalent: …``.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum, Flag, auto
from fractions import Fraction
from operator import ge, gt, le, lt
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from attrs import define, evolve, field, frozen

from engine.compile import Compiler
from engine.decision import FALSE, TRUE
from engine.facts import FactBase
from engine.graph import cycles_through_negation
from engine.ground import Ground
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Expression,
    Not,
    On,
    Or,
    Origin,
    Priority,
    Program,
    Relation,
    Rule,
    Some,
    ValueOf,
    Variable,
)
from engine.program import Engine, ProgramError
from engine.proof import Attempt, Compared, Scope, Step, walk
from engine.query import Answer as Found
from engine.query import Query
from engine.search import Test, variables_of
from engine.unknowns import NONE
from engine.values import PLAIN, Kind, Period
from policy.asked import Asking
from policy.book import Book
from policy.diagnostic import ClausebookError
from policy.document import Paragraph, Quote
from policy.expected import Expected, differences
from policy.instrument import Case, Instrument
from policy.priorities import is_under
from policy.quantities import print_value
from policy.source import Span
from policy.syntax import Question
from policy.testing import Shelf, asked

if TYPE_CHECKING:
    from engine.evaluate import Evaluation

Node = Condition | Expression
Result = TypeVar("Result")

# -------------------------------------------------------------------- changes


class Met(Flag):
    """What a trial met at a condition, by which it can notice that the condition is changed."""

    TESTED = auto()  # it was tested
    EDGE = auto()  # two values that the comparison's shift would part, or an open one
    FAR_EDGE = auto()  # the same of the number in it


@frozen
class Need:
    """Where a trial must have met what, else it cannot notice: a condition (by identity)."""

    condition: int
    met: Met


@frozen
class Change:
    """What was done to a rule or priority, at the words where it was done."""

    what: str
    place: Span
    need: Need | None = None


@frozen
class Mutant:
    """A change to the law: another rule for one (None: it is left out), or a priority left out.

    ``rules`` are the names of the rules without which no proof can notice, ``sentence`` is where it was done.
    """

    change: Change
    sentence: Span
    rules: tuple[str, ...]
    instead: Rule | None = None
    without: Priority | None = None

    def of(self, program: Program) -> Program:
        """The program with the change."""
        if self.without is not None:
            return evolve(program, priorities=tuple(each for each in program.priorities if each != self.without))
        rules = (self.instead if rule.name == self.rules[0] else rule for rule in program.rules)
        return evolve(program, rules=tuple(rule for rule in rules if rule is not None))


def mutants(book: Book) -> Iterator[Mutant]:
    """Every mutant of a book, rule by rule, then the priorities."""
    program = book.assembly.program
    for rule in program.rules:
        place = rule.origin.place
        if isinstance(place, Span):
            yield Mutant(Change("left out", place), place, (rule.name,))
            for instead, change in _changed_rules(rule, place):
                yield Mutant(change, place, (rule.name,), instead)
    for priority in program.priorities:
        place = priority.origin.place
        if isinstance(place, Span):
            change = Change(f"{priority.stronger} no longer over {priority.weaker}", place)
            yield Mutant(change, place, (priority.weaker, priority.stronger), without=priority)


def _changed_rules(rule: Rule, place: Span) -> Iterator[tuple[Rule, Change]]:
    local = frozenset(variables_of(rule.body)) - frozenset(
        v.name for v in rule.head.arguments if isinstance(v, Variable)
    )
    for body, change in _Changes(place, local).of(rule.body):
        yield evolve(rule, body=body), change
    if rule.value is not None:
        for value, change in _Changes(place, local).of(rule.value):
            yield evolve(rule, value=value), change


_NEGATED = (Atom, Compare, Exists, Before, On, Some)
_PARTS: dict[type, tuple[str, ...]] = {
    Atom: ("arguments",),
    Compare: ("left", "right"),
    Exists: ("expression",),
    Before: ("earlier", "later"),
    Not: ("condition",),
    And: ("conditions",),
    Or: ("conditions",),
    Some: ("condition",),
    On: ("arguments", "first", "last"),
    Variable: (),
    Constant: (),
    ValueOf: ("arguments",),
    Apply: ("arguments",),
    Aggregate: ("of", "where"),
}


@frozen
class _Changes:
    """The changes of a condition or expression, one at each place where there is something to change.

    What the lowering added by itself has no place of its own and is left as it is. ``local`` are the variables that
    run through things, ``within`` is the condition last entered.
    """

    place: Span
    local: frozenset[str]
    within: Condition | None = None

    def of(self, node: Any, negate: bool = True) -> Iterator[tuple[Any, Change]]:
        """The node with each change."""
        inner = self._entered(node)
        if negate and isinstance(node, _NEGATED) and isinstance(node.origin.place, Span):
            what = f"negated{_of_which(node)}"
            yield Not(node, node.origin), inner.change(what, inner.need_tested())
        match node:
            case Not():
                yield node.condition, inner.change("no longer negated", inner.need_tested())
            case Compare(comparison=comparison) if comparison in _SHIFTED:
                other = _SHIFTED[comparison]
                what = f"{_SAID[comparison]} becomes {_SAID[other]}"
                yield evolve(node, comparison=other), inner.change(what, inner.need_edge(Met.EDGE))
            case On():
                what = "throughout becomes at any time" if node.throughout else "at any time becomes throughout"
                yield evolve(node, throughout=not node.throughout), inner.change(what, inner.need_tested())
            case Constant():
                yield from self._shifts(node, True, self.need_tested())
        for name in _PARTS[type(node)]:
            part = getattr(node, name)
            for number, each in enumerate(part if isinstance(part, tuple) else (part,)):
                for other, change in inner._of_part(node, name, each):
                    whole = (*part[:number], other, *part[number + 1 :]) if isinstance(part, tuple) else other
                    yield evolve(node, **{name: whole}), change

    def _of_part(self, node: Any, name: str, part: Any) -> Iterator[tuple[Any, Change]]:
        if isinstance(node, Compare) and isinstance(part, Constant):
            yield from self._shifts(part, _outward(node, name), self.need_edge(Met.FAR_EDGE))
        elif part is not None:
            yield from self.of(part, negate=not isinstance(node, Not))

    def _shifts(self, constant: Constant, up: bool, need: Need | None) -> Iterator[tuple[Any, Change]]:
        shifted = _shifted(constant, up)
        if shifted is not None:
            told = (print_value(each.value, each.type) for each in (constant, shifted))
            yield shifted, self.change(" becomes ".join(told), need)

    def _entered(self, node: Any) -> _Changes:
        place = node.origin.place if hasattr(node, "origin") else None
        own = place if isinstance(place, Span) else self.place
        local = self.local
        if isinstance(node, (Some, Aggregate)):
            local |= {variable.name for variable in node.variables}
        return _Changes(own, local, node if isinstance(node, _TESTED) else self.within)

    def change(self, what: str, need: Need | None) -> Change:
        return Change(f"{what}: {shown(self.place)}", self.place, need)

    def need_tested(self) -> Need | None:
        """Whoever notices has tested the condition; not so of one that finds what variables run through."""
        if self.within is None or self.local & set(variables_of(self.within)):
            return None
        return Need(id(self.within), Met.TESTED)

    def need_edge(self, met: Met) -> Need | None:
        """Whoever notices has compared values at the edge; not so where the comparison itself bounds a variable."""
        node = self.within
        if not isinstance(node, Compare) or node.comparison not in _SHIFTED:
            return self.need_tested()
        sides = (node.left, node.right)
        if any(isinstance(side, Variable) and side.name in self.local for side in sides):
            return None
        return Need(id(node), met)


_TESTED = (*_NEGATED, Not)
_SHIFTED = {
    Comparison.LESS: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.MORE,
}
_HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.LESS: lt,
    Comparison.AT_MOST: le,
    Comparison.MORE: gt,
    Comparison.AT_LEAST: ge,
}
_SAID = {
    Comparison.LESS: "less than",
    Comparison.AT_MOST: "at most",
    Comparison.MORE: "more than",
    Comparison.AT_LEAST: "at least",
}


def _of_which(node: Condition) -> str:
    """Which of the several names that a thing is compared with (`is one of A and B`) a condition is about."""
    named = node.right.value if isinstance(node, Compare) and isinstance(node.right, Constant) else None
    return f" for {named}" if isinstance(named, str) else ""


def _outward(node: Node, side: str) -> bool:
    """Whether a number is shifted up: so that it, and not the comparison's own shift, moves the far end of a bound."""
    if not isinstance(node, Compare):
        return True
    if side == "right":
        return node.comparison not in (Comparison.LESS, Comparison.AT_LEAST)
    return node.comparison not in (Comparison.MORE, Comparison.AT_MOST)


def _shifted(constant: Constant, up: bool) -> Constant | None:
    """A number, day or period one unit away: a hundredth where it is no whole number; None where there is none."""
    value = constant.value
    step = 1 if up else -1
    match value:
        case date() if date.min < value < date.max:
            return evolve(constant, value=value + timedelta(step))
        case Period():
            return evolve(constant, value=Period(value.months, value.days + 1))
        case int() | Fraction() if constant.type.kind is Kind.NUMBER:
            whole = Fraction(value).denominator == 1
            return evolve(constant, value=value + step * (1 if whole else Fraction(1, 100)))
        case _:
            return None


_WIDEST = 90


def shown(place: Span) -> str:
    """The words of a place, in one line."""
    text = " ".join(place.text.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


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


def _edges(step: Compared) -> Met:
    compared = step.condition
    if step.left is NONE or step.right is NONE:
        return Met.TESTED
    if not (type(step.left) in PLAIN and type(step.right) in PLAIN):
        return Met.TESTED | Met.EDGE | Met.FAR_EDGE
    met = Met.TESTED | Met.EDGE if step.left == step.right else Met.TESTED
    if compared.comparison in _SHIFTED:
        left, right = (_far(compared, name, value) for name, value in (("left", step.left), ("right", step.right)))
        if _HOLDS[compared.comparison](left, right) is not (step.truth is TRUE):
            met |= Met.FAR_EDGE
    return met


def _far(compared: Compare, side: str, value: Any) -> Any:
    """A value of a comparison; the number that is written there, shifted."""
    constant = getattr(compared, side)
    shifted = _shifted(constant, _outward(compared, side)) if isinstance(constant, Constant) else None
    return value if shifted is None else shifted.value


@define(eq=False)
class _Watching(Engine):
    """An engine that notes which rules were tried in the proofs of its answers, and which of them may apply."""

    tried: set[str] = field(factory=set)
    applied: set[str] = field(factory=set)

    def answer(
        self, facts: FactBase, query: Query, deadline: float | None = None, ground: Ground | None = None
    ) -> Found:
        return self._noted(super().answer(facts, query, deadline, ground))

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
    for trial, seen in zip(every, _each(lambda number: _watch(every[number]), len(every), jobs), strict=True):
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
    outcomes = _each(lambda number: bench.outcome(every[number]), len(every), jobs)
    for mutant, outcome in zip(every, outcomes, strict=True):
        excused = outcome is Outcome.SURVIVED and any(_within(mutant.change.place, note) for note in excuses)
        yield Tested(mutant, Outcome.EXCUSED if excused else outcome)


_forked: Callable[[int], Any] | None = None
"""The work of the processes that are forked: what a fork has, nobody needs to send it."""


def _each(work: Callable[[int], Result], size: int, jobs: int) -> Iterator[Result]:
    """What comes of each number, in order, from several processes."""
    global _forked
    if jobs <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(size))
        return
    _forked = work
    gc.collect()
    gc.freeze()  # what is there already is not gone through in every process
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            yield from pool.imap(_work, range(size), chunksize=4)
    finally:
        gc.unfreeze()
        _forked = None


def _work(number: int) -> Any:
    assert _forked is not None
    return _forked(number)


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
