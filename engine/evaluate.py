"""Goal-directed evaluation: what a program and its facts say of one statement or value.

An `Evaluation` works over one fact base. Each ground statement or value is worked out once, with its proof
step. Unknowns are carried in truths and values (`engine.decision`, `engine.unknowns`), so that one pass
gives strong Kleene answers and exact case analysis alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

from engine.cancelled import Cancellations
from engine.compile import CompiledRule, Compiler
from engine.decision import FALSE, TRUE, Decisions, TooManyCases, Truth
from engine.defeat import defeat, may_disagree, settle_clashes
from engine.enumerate import Enumeration
from engine.facts import FactBase, Row, Table
from engine.ground import NO_CHANGES, Changes, Ground
from engine.grouped import Groups
from engine.model import NOWHERE, Comparison, Origin, Priority, Relation, Silence
from engine.parted import Laborious, Totals
from engine.proof import AllStep, Attempt, Basis, Circular, Conclusion, Fact, Quantity, Step
from engine.reckon import cases, compare, spread
from engine.reference import attribute_of_open, statement_about_open, value_for_open
from engine.search import Findings, Notes
from engine.silence import silent, silent_value
from engine.spans import over_time
from engine.unknowns import (
    NONE,
    UNKNOWN,
    Cases,
    Clash,
    Cut,
    HasValue,
    MayExist,
    OpenStatement,
    OpenValue,
    Unrecorded,
    are_cases,
    is_symbolic,
    least_of,
    unrecorded_in,
)
from engine.values import PLAIN, LimitReached

STEP_LIMIT = 2_000_000
ValueKey = tuple[str, tuple[Any, ...], int]
"""A value: a relation, the keys of its row, and the column."""
Concluded = TypeVar("Concluded", bound=Step)


class Evaluation:
    """The working out of one question over a fact base. Not shared between threads."""

    def __init__(
        self,
        compiler: Compiler,
        priorities: dict[str, tuple[Priority, ...]],
        recursive: frozenset[str],
        facts: FactBase,
        deadline: float | None = None,
        ground: Ground | None = None,
        changes: Changes = NO_CHANGES,
    ) -> None:
        self._of = compiler, priorities, recursive, facts, deadline, ground, changes
        self.compiler = compiler
        self.facts = facts
        self.decisions = Decisions()
        self.origins: list[Origin] = []
        self.asking = NOWHERE  # the rule that is worked out, but for those that it has come to
        self.cancellations = Cancellations()
        self.was_cut = False
        self.gave_up = False  # something was begun one by one that was then found in tables
        self.searched: set[str] = set()  # of these the rows were run through for one that an open value may name
        self._priorities, self._recursive = priorities, recursive
        self.deadline = deadline
        self._steps = 0
        self.statements: dict[tuple[str, tuple[Any, ...]], Step] = {}
        self.quantities: dict[ValueKey, Quantity] = {}
        self._working: set[tuple[str, tuple[Any, ...]]] = set()
        self._approximations: dict[tuple[str, tuple[Any, ...]], Step] = {}
        self._met: set[tuple[str, tuple[Any, ...]]] = set()
        self.enumeration = Enumeration(facts)
        self.ground = ground
        self.recorded = None if ground is None else ground.facts
        self.strangers = facts.supposed if ground is None else facts.strangers(ground.facts)
        self.changes = changes
        self._touched, self._replaced, self.changed = changes.touched, changes.replaced, changes.names
        self.totals: Totals | None = None
        self.groups: Groups | None = None
        self._most = STEP_LIMIT
        self.veiled: Mapping[ValueKey, bool] = {}  # values taken as open though rules conclude them; True: may be none

    @property
    def is_hurried(self) -> bool:
        """Whether only so many steps may be taken before something is looked for in tables."""
        return self._most < STEP_LIMIT

    @contextmanager
    def within(self, steps: int) -> Iterator[None]:
        """Take at most so many steps more; past that, `engine.parted.Laborious`."""
        before = self._most
        self._most = min(before, self._steps + steps)
        try:
            self.foresee(1)
            yield
        finally:
            self._most = before

    def foresee(self, steps: int) -> None:
        """Say that so many steps are to come: those that are not allowed need not be taken first."""
        if self._steps + steps > self._most < STEP_LIMIT:
            raise Laborious

    def again(self) -> Evaluation:
        """A fresh working out of the same facts."""
        return Evaluation(*self._of)

    def begin(self, deadline: float | None) -> None:
        """Start counting steps and time anew."""
        self._steps = 0
        self.deadline = deadline

    def adopt(self, other: Evaluation, affected: frozenset[str]) -> None:
        """Take over what another evaluation of the same query found out about all but some relations."""
        self.decisions = other.decisions
        self.origins = other.origins
        self.statements = {key: step for key, step in other.statements.items() if key[0] not in affected}
        self.quantities = {key: step for key, step in other.quantities.items() if key[0] not in affected}

    # ----------------------------------------------------------- statements

    def statement(self, relation: Relation, arguments: tuple[Any, ...]) -> Step:
        """Whether a statement holds for these arguments (values, symbolic values, or cases of them)."""
        key = (relation.name, arguments)
        known = self.statements.get(key)
        if known is not None:
            return known
        if self.ground is not None and relation.name not in self._touched and self.is_plain(arguments, self.strangers):
            kept = self.ground.statement(key, relation, self.changed)
            if self._most < STEP_LIMIT:  # what the ground looks up takes long, too
                self._count()
            if kept is not None:
                self.statements[key] = kept
                return kept
        if are_cases(arguments):
            step = self._spread_statement(relation, arguments)
        else:
            self._count()
            step = self._statement(relation, arguments, key)
        if key not in self._working:
            self.statements[key] = step
        return step

    def _is_unchanged(self, kind: str, id: Any) -> bool:
        """Whether a record is one of the ground, which no layer above replaces."""
        if type(id) is not str:
            return False
        if kind not in self._touched and kind not in self._replaced:
            return id not in self.strangers
        base: FactBase | None = self.facts
        while base is not None and base is not self.recorded:
            table = base.tables.get(kind)
            if table is not None and table.rows_of((id,)):
                return False
            base = base.beneath
        return True

    def is_plain(self, arguments: tuple[Any, ...], but: frozenset[str]) -> bool:
        """Whether all arguments are known and none is one of some records."""
        for argument in arguments:
            if type(argument) not in PLAIN or argument in but:
                return False
        return True

    def _count(self) -> None:
        self._steps += 1
        if not self._steps % 256:
            self._check()

    def _check(self) -> None:
        """Stop where there have been too many steps, or they took too long."""
        self.foresee(0)
        if self._steps > STEP_LIMIT:
            raise LimitReached(f"more than {STEP_LIMIT:,} steps")
        if self.deadline is not None and monotonic() > self.deadline:
            raise LimitReached("the time allowed for a question has passed")

    def _spread_statement(self, relation: Relation, arguments: tuple[Any, ...]) -> Step:
        found: list[Step] = []

        def each(*scalars: Any) -> int:
            step = (
                Fact(FALSE, relation.name, scalars, Basis.ABSENT)
                if any(scalar is NONE for scalar in scalars)
                else self.statement(relation, scalars)
            )
            found.append(step)
            return len(found) - 1

        numbered = spread(arguments, each, self.decisions)
        options: Any = numbered.alternatives if type(numbered) is Cases else ((TRUE, numbered),)
        truth = self.decisions.any(self.decisions.both(under, found[number].truth) for under, number in options)
        return AllStep(truth, tuple(found))

    def _statement(self, relation: Relation, arguments: tuple[Any, ...], key: tuple[str, tuple[Any, ...]]) -> Step:
        try:
            if relation.span:
                truth, rows = over_time(self, relation, arguments[:-1], arguments[-1], arguments[-1], True)
                return Fact(truth, relation.name, arguments, self._basis(truth, rows), rows)
            if relation.record or relation.silence is not Silence.CONCLUDED:
                return self._fact(relation, arguments)
            overridden = self._override(relation, arguments)
            if overridden is not None:
                return overridden
            if relation.name in self._recursive:
                things = [thing for argument in arguments if (thing := unrecorded_in(argument)) is not None]
                if things:
                    return self._chained(relation, arguments, things)
                return self._concluded(self._recursion, relation, arguments, key)
            return self._concluded(self._conclude, relation, arguments)
        except TooManyCases:
            self.was_cut = True
            return Fact(self.ask(Cut(relation.name, arguments)), relation.name, arguments, Basis.OPEN)

    def ask(self, question: Hashable) -> Truth:
        """The truth of an open question."""
        return self.decisions.ask(question)

    @staticmethod
    def _basis(truth: Truth, rows: tuple[Row, ...]) -> Basis:
        if truth.is_open:
            return Basis.OPEN
        return Basis.STATED if rows else Basis.ABSENT

    def _override(self, relation: Relation, arguments: tuple[Any, ...]) -> Step | None:
        """A fact about a concluded statement ("taken as found") stands in place of the rules."""
        found = self.facts.find(relation.name, arguments)
        if found is None:
            return None
        table, number = found
        return self.stated(table, number, relation, arguments)

    def stated(self, table: Table, number: int, relation: Relation, arguments: tuple[Any, ...]) -> Fact:
        status = table.status[number]
        row = Row(relation.name, number, table)
        if status is None:
            return Fact(self.ask(OpenStatement(relation.name, arguments)), relation.name, arguments, Basis.OPEN, (row,))
        return Fact(TRUE if status else FALSE, relation.name, arguments, Basis.STATED, (row,))

    def _fact(self, relation: Relation, arguments: tuple[Any, ...]) -> Step:
        symbolic = False
        for argument in arguments:
            if type(argument) is Unrecorded and relation.record:
                truth = self.ask(MayExist(argument.relation, argument.context, argument.such))
                return Fact(truth, relation.name, arguments, Basis.OPEN)
            symbolic = symbolic or is_symbolic(argument)
        if not symbolic:
            found = self.facts.find(relation.name, arguments)
            if found is not None:
                return self.stated(*found, relation, arguments)
            return silent(self, relation, arguments)
        return statement_about_open(self, relation, arguments)

    def is_supposed(self, argument: Any) -> bool:
        """Nothing is recorded of a record that is only supposed, however late."""
        return type(argument) is str and argument in self.facts.supposed

    # --------------------------------------------------------------- values

    def quantity(self, relation: Relation, arguments: tuple[Any, ...], column: int) -> Quantity:
        """The value in a column of a relation's row, with what it rests on."""
        key = (relation.name, arguments, column)
        known = self.quantities.get(key)
        if known is None:
            if self.ground is not None and (
                self._is_unchanged(relation.name, arguments[0])
                if relation.record
                else relation.name not in self._touched and self.is_plain(arguments, self.strangers)
            ):
                known = self.ground.quantity(key, relation, self.changed)
                if self._most < STEP_LIMIT:
                    self._count()
            if known is None:
                known = self._quantity(relation, arguments, column)
            self.quantities[key] = known
        return known

    def _quantity(self, relation: Relation, arguments: tuple[Any, ...], column: int) -> Quantity:
        self._count()
        name = relation.columns[column].name
        if relation.record and type(arguments[0]) is str:
            return self._attribute_of_known(relation, arguments, column, name)
        if are_cases(arguments):
            inner: list[Quantity] = []

            def each(*scalars: Any) -> Any:
                if any(scalar is NONE for scalar in scalars):
                    return NONE
                inner.append(self.quantity(relation, scalars, column))
                return inner[-1].value

            value = spread(arguments, each, self.decisions)
            attempts = tuple(attempt for quantity in inner for attempt in quantity.attempts)
            basis = inner[0].basis if len(inner) == 1 else None
            return Quantity(value, relation.name, arguments, name, basis, None, attempts)
        try:
            if relation.record:
                return self._attribute(relation, arguments, column, name)
            symbolic = False
            for argument in arguments:
                symbolic = symbolic or (type(argument) not in PLAIN and is_symbolic(argument))
            found = None if symbolic else self.facts.find(relation.name, arguments)
            if found is not None:
                return self.cell(*found, relation, arguments, column, name)
            if relation.silence is Silence.CONCLUDED:
                return self._concluded(self._conclude_value, relation, arguments, column)
            if symbolic:
                return value_for_open(self, relation, arguments, column, name)
            return silent_value(self, relation, arguments, column, name)
        except TooManyCases:
            self.was_cut = True
            value = self.open(relation, arguments, column, optional=True)
            return Quantity(value, relation.name, arguments, name, Basis.OPEN)

    def _attribute_of_known(self, relation: Relation, arguments: tuple[Any, ...], column: int, name: str) -> Quantity:
        found = self.facts.find(relation.name, arguments)
        if found is not None:
            return self.cell(*found, relation, arguments, column, name)
        if relation.name in self.facts.incomplete:
            return Quantity(self.open(relation, arguments, column, True), relation.name, arguments, name, Basis.OPEN)
        return Quantity(NONE, relation.name, arguments, name, Basis.ABSENT)

    def _attribute(self, relation: Relation, arguments: tuple[Any, ...], column: int, name: str) -> Quantity:
        (record,) = arguments
        if type(record) is not Unrecorded:
            return attribute_of_open(self, relation, arguments, column, name)
        least = None
        if (
            column == relation.time
            and self.facts.complete_to is not None
            and relation.name not in self.facts.incomplete
        ):
            least = self.facts.complete_to.toordinal() + 1
        value = self.open(relation, arguments, column, relation.columns[column].optional, least)
        return Quantity(value, relation.name, arguments, name, Basis.OPEN)

    def cell(
        self, table: Table, number: int, relation: Relation, arguments: tuple[Any, ...], column: int, name: str
    ) -> Quantity:
        cell = table.columns[column][number]
        row = Row(relation.name, number, table, column)
        if cell is not UNKNOWN:
            return Quantity(cell, relation.name, arguments, name, Basis.STATED, row)
        optional = relation.columns[column].optional
        value = self.open(relation, arguments, column, optional)
        supposed = relation.record and arguments[0] in self.facts.supposed
        return Quantity(value, relation.name, arguments, name, Basis.SUPPOSED if supposed else Basis.OPEN, row)

    def open(
        self, relation: Relation, arguments: tuple[Any, ...], column: int, optional: bool, least: int | None = None
    ) -> Any:
        value = OpenValue(relation.name, arguments, relation.columns[column].name, relation.columns[column].type, least)
        if not optional:
            return value
        has = self.ask(HasValue(value))
        return cases(((has, value), (self.decisions.negation(has), NONE)), self.decisions)

    # ---------------------------------------------------------------- rules

    def _concluded(self, conclude: Callable[..., Concluded], *of: Any) -> Concluded:
        """A conclusion by rules, within the nodes of a step; what is cancelled in it counts if it is certain."""
        before, noted = self.decisions.begin_step(), self.cancellations.begin_conclusion()
        is_certain = False
        try:
            step = conclude(*of)
            value = step.value if isinstance(step, Quantity) else None
            is_certain = not step.truth.is_open if value is None else value is NONE or type(value) in PLAIN
            return step
        finally:
            self.cancellations.end_conclusion(noted, is_certain)
            self.decisions.end_step(before)

    def _conclude(self, relation: Relation, arguments: tuple[Any, ...]) -> Step:
        attempts = self._attempts(relation, arguments)
        decisions = self.decisions
        support = against = FALSE
        hangs = False  # on what is open
        for attempt in attempts:
            if attempt.truth is FALSE:
                continue
            hangs = hangs or attempt.truth is not TRUE
            if attempt.rule.positive:
                support = decisions.either(support, attempt.truth)
            else:
                against = decisions.either(against, attempt.truth)
        truth, clash = support, FALSE
        if against is not FALSE:
            truth, clash = decisions.both(support, decisions.negation(against)), decisions.both(support, against)
        if clash is not FALSE:
            truth = decisions.choose(clash, self.ask(Clash(relation.name, arguments)), truth)
        if truth.is_open and any(type(argument) is Unrecorded for argument in arguments):
            truth = self.ask(OpenStatement(relation.name, arguments))
        if hangs and not truth.is_open:
            self.cancellations.conclusion(truth, attempts)
        return Conclusion(truth, relation.name, arguments, attempts, clash)

    def _attempts(self, relation: Relation, arguments: tuple[Any, ...]) -> tuple[Attempt, ...]:
        attempts: list[Attempt] = []
        origins, questions, around = self.origins, self.decisions.questions, self.asking
        if len(questions) != len(origins):  # what the rule has asked that has come to this
            origins += [around] * (len(questions) - len(origins))
        for compiled in self.compiler.rules_for(relation.name):
            self.asking = compiled.rule.origin
            if compiled.is_simple and compiled.search is None:
                bindings = [*arguments, *compiled.rest]
                attempts.append(self._attempt(compiled, bindings, TRUE, compiled.body(self, bindings)))
            else:
                attempts += self._try(compiled, arguments)
            if len(questions) != len(origins):
                origins += [compiled.rule.origin] * (len(questions) - len(origins))
        self.asking = around
        if len(attempts) > 1 and may_disagree(attempts):
            defeat(attempts, self._priorities, self.decisions, self.cancellations.truths)
        return tuple(attempts)

    def _try(self, compiled: CompiledRule, arguments: tuple[Any, ...]) -> Iterator[Attempt]:
        env: list[Any] = [None] * len(compiled.scope.names)
        match = TRUE
        for (place, constant), argument in zip(compiled.head, arguments, strict=True):
            if place < 0:
                if is_symbolic(argument):
                    match = self.decisions.both(match, compare(Comparison.IS, argument, constant, self.decisions))
                elif constant != argument:
                    return
            elif env[place] is not None and env[place] != argument:
                return
            else:
                env[place] = argument
        if compiled.search is not None:
            yield from self._try_each(compiled, arguments, env, match)
            return
        body = compiled.body(self, env)
        yield self._attempt(compiled, env, match, body)

    def _try_each(
        self, compiled: CompiledRule, arguments: tuple[Any, ...], env: list[Any], match: Truth
    ) -> Iterator[Attempt]:
        """A value rule whose value depends on what its condition finds: an attempt for each witness."""
        assert compiled.search is not None
        findings = Findings(all=True)
        compiled.search(self, [*env], TRUE, (), findings)
        for witness in findings.found:
            each = [*env]
            for place, value in zip(compiled.found, witness.values, strict=True):
                each[place] = value
            attempt = self._attempt(compiled, each, match, AllStep(witness.truth, witness.parts))
            if witness.unrecorded and attempt.holds is not FALSE:
                self._blur(attempt, arguments)
            yield attempt
        if findings.failed or not findings.found:
            others = AllStep(FALSE, tuple(step for witness in findings.failed for step in witness.parts))
            yield self._attempt(compiled, env, FALSE, others)

    def _blur(self, attempt: Attempt, arguments: tuple[Any, ...]) -> None:
        """What something unrecorded would make of a value is one open value, known only from below.

        Its days come after those of the record, and that is kept; how it would come about is not: each
        way that it might would be a case of its own, and there is nothing to tell them apart.
        """
        relation = self.compiler.relations[attempt.rule.head.relation]
        column = relation.columns[-1]
        thing = Unrecorded(relation.name, arguments)
        attempt.value = OpenValue(relation.name, (*arguments, thing), column.name, column.type, least_of(attempt.value))

    def _attempt(self, compiled: CompiledRule, env: list[Any], match: Truth, body: Step) -> Attempt:
        decisions = self.decisions
        holds = body.truth if match is TRUE else decisions.both(match, body.truth)
        if holds is FALSE:
            return Attempt(compiled.rule, compiled.scope, tuple(env), body, (), FALSE, FALSE)
        exemptions: list[Step] = []
        if compiled.exemptions:
            for test in compiled.exemptions:
                step = test(self, env)
                exemptions.append(step)
                holds = decisions.both(holds, decisions.negation(step.truth))
            if holds is FALSE and not any(step.truth is TRUE for step in exemptions):
                self.cancellations.parts((body, *exemptions))
        notes: Notes = []
        value: Any = None
        if compiled.value is not None and holds is not FALSE:
            value = compiled.value(self, env, notes)
            if type(value) in PLAIN:
                pass
            elif value is NONE:
                holds = FALSE
            elif type(value) is Cases:
                exists = decisions.any(under for under, scalar in value.alternatives if scalar is not NONE)
                holds = decisions.both(holds, exists)
        return Attempt(
            compiled.rule, compiled.scope, tuple(env), body, tuple(exemptions), holds, holds, (), value, tuple(notes)
        )

    def _conclude_value(self, relation: Relation, arguments: tuple[Any, ...], column: int) -> Quantity:
        name = relation.columns[column].name
        if (optional := self.veiled.get((relation.name, arguments, column))) is not None:
            value = self.open(relation, arguments, column, optional)
            return Quantity(value, relation.name, arguments, name, Basis.OPEN)
        attempts = self._attempts(relation, arguments)
        applying = [attempt for attempt in attempts if attempt.truth is not FALSE]
        if len(applying) == 1 and applying[0].truth is TRUE and type(applying[0].value) in PLAIN:
            return Quantity(applying[0].value, relation.name, arguments, name, None, None, attempts)
        decisions = self.decisions
        options: dict[Any, Truth] = {}
        for attempt in applying:
            alternatives = attempt.value.alternatives if type(attempt.value) is Cases else ((TRUE, attempt.value),)
            for under, scalar in alternatives:
                if scalar is not NONE:
                    both = decisions.both(attempt.truth, under)
                    if both is not FALSE:
                        options[scalar] = decisions.either(options[scalar], both) if scalar in options else both
        if any(type(argument) is Unrecorded for argument in arguments):
            options = self._blurred(relation, arguments, column, options)
        pairs = settle_clashes(relation, arguments, sorted(options.items(), key=_known_first), self.decisions)
        some = decisions.any(truth for _, truth in pairs)
        value = cases(
            [(truth, scalar) for scalar, truth in pairs if truth is not FALSE] + [(decisions.negation(some), NONE)],
            decisions,
        )
        return Quantity(value, relation.name, arguments, name, None, None, attempts)

    def _blurred(
        self, relation: Relation, arguments: tuple[Any, ...], column: int, options: dict[Any, Truth]
    ) -> dict[Any, Truth]:
        """The value of something unrecorded as one open value, known only from below."""
        if len(options) < 2:
            return options
        leasts = [least_of(option) for option in options]
        least = None if None in leasts else min(each for each in leasts if each is not None)
        value = self.open(relation, arguments, column, False, least)
        return {value: self.decisions.any(options.values())}

    # ------------------------------------------------------------ recursion

    def _chained(self, relation: Relation, arguments: tuple[Any, ...], things: list[Unrecorded]) -> Step:
        """What is concluded from itself of something unrecorded: open, if that exists at all.

        The chain may go on through what is not recorded either, for as long as one likes.
        """
        exist = (self.ask(MayExist(thing.relation, thing.context, thing.such)) for thing in things)
        truth = self.decisions.all((*exist, self.ask(OpenStatement(relation.name, arguments))))
        return Fact(truth, relation.name, arguments, Basis.OPEN)

    def _recursion(self, relation: Relation, arguments: tuple[Any, ...], key: tuple[str, tuple[Any, ...]]) -> Step:
        """The least fixpoint: a statement met again while it is worked out is what the last round made of it."""
        if key in self._working:
            self._met.add(key)
            return self._approximations.get(key) or Circular(FALSE, relation.name, arguments)
        self._working.add(key)
        outer = self._met
        try:
            while True:
                self._met = set()
                known = set(self.statements)
                step = self._conclude(relation, arguments)
                before = self._approximations.get(key)
                settled = key not in self._met or (before.truth if before else FALSE) is step.truth
                others = self._met - {key}
                if settled:
                    if others:
                        self._forget(known)
                    break
                self._approximations[key] = step
                self._forget(known)
        finally:
            self._working.discard(key)
        self._met = outer | others
        if not others:
            self._approximations.pop(key, None)
            self.statements[key] = step
        return step

    def _forget(self, known: set[tuple[str, tuple[Any, ...]]]) -> None:
        """Drop what was worked out from an approximation."""
        self.statements = {key: step for key, step in self.statements.items() if key in known}
        self.quantities.clear()


def _known_first(option: tuple[Any, Truth]) -> bool:
    """Where an unknown value would be the same as a known one, the known one says more."""
    return is_symbolic(option[0])
