"""A judge of proofs, who takes nothing from the evaluator but the proof itself.

A proof is read against the text of the program and the plain facts: for each condition, the step that is
to show it must be of its kind, and its parts must show what the condition needs.

* What holds shows everything that makes it hold; what fails shows what fails, for every way it could hold.
* A conclusion shows every rule about it. A rule applies where its condition, its exemptions and every rule over
  it that concludes otherwise are dealt with; it does not where one of them is shown to stop it.
* A value is worked out again from the values that its step rests on; a total from its members.
* In a proof by cases an answer is supposed; what follows from the suppositions is tried out on every
  completion in which they are so.

What may go unsaid is what the record or the rules never offer: candidates that are not on the record, those whose
day would have to be one up to the end of the record, which shows all until then, and those that no rule could
conclude. These are looked up, row by row; where few rules have a say, the last also by asking the oracle. Where the
record may be incomplete, something stands for what it lacks, and must be shown to fail too.

What this judge cannot tell is `Unjudged`: neither accepted nor refused.
"""

from __future__ import annotations

import itertools
import math
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from engine.decision import FALSE, TRUE
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
    Fold,
    Not,
    On,
    Or,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.proof import (
    AllStep,
    AnyStep,
    Attempt,
    ByCases,
    Circular,
    Compared,
    Conclusion,
    Existence,
    Fact,
    Folded,
    Negation,
    Ordered,
    OverTime,
    Quantity,
    SomeStep,
    Witness,
    walk,
)
from engine.unknowns import (
    NONE,
    Cases,
    Clash,
    ComesFirst,
    Equals,
    HasValue,
    Linear,
    MayExist,
    OpenStatement,
    OpenValue,
    Shaped,
    Sign,
    Threshold,
    Unrecorded,
    is_symbolic,
)
from engine.values import NUMBER, LimitReached
from tests.engine import oracle
from tests.engine.oracle import COMPARE, FOLDS, OPERATIONS, Bound, Facts, Keys, Unanswered, Verdict, free

Read = Callable[[oracle.World], Any]
"""What an expression, a condition or a supposition comes to under a completion."""


class Refused(Exception):
    """This is no proof."""


class Unjudged(Exception):
    """It would take too long, or more than this judge knows, to say whether this is a proof."""


MOST_COMPLETIONS = 20_000
"""So many completions are tried for one condition, no more."""


BY_RULES = "whether rules could conclude what is left out"

MOST_RULES = 150
"""Of so many rules the oracle is asked what they could conclude, no more."""

MOST_ASKED = 2_000
"""In so many completions it is asked."""

MOST_RISING = 100
"""And in so many where in each the rules have to be tried until nothing more follows."""


def require(condition: object, why: str) -> None:
    if not condition:
        raise Refused(why)


def check(program: Program, facts: Facts, goal: Condition | Expression, answer: Any, proof: Any) -> None:
    """Refuse what does not prove that the goal holds (True), fails (False), or has a value (None: has none)."""
    Judge(Law(program), facts, ()).judge(goal, {}, answer, proof)


@attrs.frozen(eq=False)
class Law:
    """A program, with what is looked up in it again and again."""

    program: Program

    @cached_property
    def relations(self) -> dict[str, Relation]:
        """By name."""
        return {relation.name: relation for relation in self.program.relations}

    @cached_property
    def rules(self) -> dict[str, list[Rule]]:
        """By the relation that they conclude about."""
        found: dict[str, list[Rule]] = {}
        for rule in self.program.rules:
            found.setdefault(rule.head.relation, []).append(rule)
        return found

    @cached_property
    def priorities(self) -> set[tuple[str, str]]:
        """The names of each rule and of one under it."""
        return {(priority.stronger, priority.weaker) for priority in self.program.priorities}

    @cached_property
    def recursive(self) -> dict[str, frozenset[str]]:
        """The relations that are concluded from themselves."""
        return oracle.recursive(self.program)

    @cached_property
    def constants(self) -> frozenset[Constant]:
        """The values that its rules mention."""
        return oracle.constants_of(self.program)

    @cached_property
    def uses(self) -> dict[str, frozenset[str]]:
        """Of what the rules that conclude about a relation speak."""
        return {
            name: frozenset(_mentioned(tuple((rule.body, rule.value, rule.exemptions) for rule in rules)))
            for name, rules in self.rules.items()
        }

    def only_about(self, condition: Condition | Expression) -> Program:
        """The program with no other rules than those that could say anything of what a condition is about."""
        wanted = {*_mentioned(condition)}
        pending = [*wanted]
        while pending:
            more = self.uses.get(pending.pop(), frozenset()) - wanted
            wanted |= more
            pending += more
        rules = tuple(rule for rule in self.program.rules if rule.head.relation in wanted)
        return attrs.evolve(self.program, rules=rules)

    @cached_property
    def without_rules(self) -> Program:
        """The relations alone."""
        return Program(self.program.relations, ())


class World(oracle.World):
    """A completion in which an open value, or something unrecorded, may stand where a value does."""

    def __init__(self, case: oracle.Case, answers: Mapping[Any, Any], choices: Mapping[Any, Any]) -> None:
        super().__init__(case, answers, choices)
        self.was_read: dict[Read, Any] = {}

    def holds(self, name: str, arguments: Keys) -> bool:
        """Whether a statement is so; what is unrecorded is there or not."""
        if self.relations[name].record and isinstance(arguments[0], Unrecorded):
            return bool(self.answer(("exists", arguments[0]), (True, False)))
        read = tuple(_reads(argument, self) for argument in arguments)
        return None not in read and super().holds(name, read)

    def value_of(self, name: str, keys: Keys, column: str) -> Any:
        """A value; of what is unrecorded any, dated after the end of the record."""
        thing = next((key for key in keys if isinstance(key, Unrecorded)), None)
        if thing is None:
            read = tuple(_reads(key, self) for key in keys)
            return None if None in read else super().value_of(name, read, column)
        relation = self.relations[thing.relation]
        place = next(place for place, each in enumerate(relation.columns) if each.name == column)
        kind = relation.columns[place]
        options = self.facts.domains.get(kind.type.name, ())
        if place == relation.time and relation.name not in self.facts.incomplete:
            options = tuple(day for day in options if day > self.end_of_record(relation))  # type: ignore[operator]
        return self.answer(("which", name, keys, column), (None, *options) if kind.optional else options)


@attrs.frozen
class Anything:
    """Stands where something unrecorded, or not known, may stand.

    ``kind``: it is a record of this kind that is not on record. ``after``: a day after this one.
    """

    kind: str = ""
    after: date | None = None


ANYTHING = Anything()


class Judge:
    """Judges steps, given what is supposed: questions with the answers to them."""

    def __init__(self, law: Law, facts: Facts, supposed: tuple[tuple[Any, bool], ...]) -> None:
        self.law = law
        self.program = law.program
        self.facts = facts
        self.supposed = supposed
        self.relations = law.relations
        self.priorities = law.priorities
        self._shown: dict[int, tuple[Any, frozenset[Any]]] = {}  # steps, with what was being worked out above them
        self._read: dict[Any, tuple[Any, Read]] = {}
        self._parts: dict[tuple[int, Keys], tuple[Quantity, Quantity]] = {}
        self._unsupported: dict[tuple[str, Keys], bool] = {}
        self._known: MutableMapping[tuple[str, Keys], Any] = {}  # what the oracle concludes without an answer
        self._worked_out: dict[tuple[Expression, bool], list[Any]] = {}
        self._supporting: list[tuple[str, Keys]] = []  # of these it is being asked
        self._concludable: dict[tuple[str, tuple[Any, ...]], dict[Keys, None]] = {}  # what is being worked out
        self.recursive = law.recursive
        self.working: list[tuple[str, Keys]] = []
        self.doubts: list[str] = []  # why something could not be judged
        empty = oracle.Case(law.without_rules, facts, And(()), {}, {})
        self.worlds: list[Mapping[Any, Any]] = [{}]
        self._bare = empty
        self.worlds = [
            answers
            for answers, so in self._completions(lambda world: all(_is_so(q, world) in (a, None) for q, a in supposed))
            if so
        ]

    @cached_property
    def domains(self) -> dict[str, tuple[Any, ...]]:
        """By the name of a type, all that facts and rules mention."""
        return oracle.domains_of(self.program, self.facts, self.law.constants)

    def judge(self, goal: Condition | Expression, bound: Bound, answer: Any, proof: Any) -> None:
        """Refuse what does not prove that the goal holds (True), fails (False), or has a value (None: has none)."""
        if isinstance(proof, Witness):
            require(answer is True, "a member that does not belong")
            self.each_once(goal, bound, proof.parts)  # type: ignore[arg-type]  # members are those of a condition
        elif isinstance(goal, Condition):
            self.prove(goal, bound, proof, answer)
        else:
            parts = iter(proof.parts if isinstance(proof, AllStep) else (proof,))
            value = self.read(goal, bound, parts)
            require(next(parts, None) is None, "a part that the value does not use")
            require(self.everywhere(value) == {answer}, "another value")

    # -------------------------------------------------------------- completions

    def _completions(self, read: Read) -> Iterator[tuple[Mapping[Any, Any], Any]]:
        """What is read under every completion that agrees with what is supposed."""
        pending = list(self.worlds)
        for number in itertools.count():
            if not pending:
                return
            if number > MOST_COMPLETIONS:
                raise Unjudged("too many completions")
            answers = pending.pop()
            try:
                yield answers, read(World(self._bare, answers, {}))
            except Unanswered as open_:
                if not open_.options:
                    raise Unjudged("an unknown that may have any value") from None
                pending += [{**answers, open_.question: option} for option in open_.options]
            except LimitReached:  # in such a world the rules come to nothing: there are several of what is but one
                continue

    def everywhere(self, read: Read, enough: int | None = None) -> set[Any]:
        """All that may be read; of so many that are ``enough``, no more are looked for."""
        found: set[Any] = set()
        for answers, result in self._completions(read):
            found.add(result)
            if len(found) == 2 and any(question[0] == "counts" for question in answers):
                self.doubts.append("how what is uncertain hangs together")
            if len(found) == enough:
                return found
        if not found and self.worlds:
            raise Unjudged("nothing that can be")
        return found

    def whether(self, read: Read) -> set[bool]:
        """The truths that may be read."""
        return self.everywhere(read, 2)

    def settled(self, read: Read) -> Read:
        """What is read, where it is the same in every world, so that it is worked out no more."""
        before = len(self.doubts)
        try:
            found = self.everywhere(read, 2)
        except Unjudged:
            return _once(read)
        finally:
            del self.doubts[before:]
        if len(found) != 1:
            return _once(read)
        (value,) = found
        return lambda world: value

    # --------------------------------------------------------------- conditions

    def proves(self, condition: Condition, bound: Bound, step: Any, holds: bool) -> bool:
        """Whether a step proves that a condition holds, or fails."""
        try:
            self.prove(condition, bound, step, holds)
        except Refused:
            return False
        except Unjudged as doubt:
            self.doubts.append(str(doubt))
            return False
        return True

    def prove(self, condition: Condition, bound: Bound, step: Any, holds: bool) -> None:
        """Refuse a step that does not prove that a condition holds, or fails."""
        require(step is not None and step.truth is (TRUE if holds else FALSE), "the step does not say so")
        if isinstance(step, ByCases):
            self.by_cases(condition, bound, step, holds)
            return
        match condition:
            case Atom():
                self.atom(condition, bound, step, holds)
            case Not():
                require(isinstance(step, Negation), "not a negation")
                self.prove(condition.condition, bound, step.part, not holds)
            case And():
                require(isinstance(step, AllStep), "not a conjunction")
                self.many(list(conjuncts(condition)), bound, step.parts, holds, all_needed=holds)
            case Or():
                require(isinstance(step, AnyStep), "not a disjunction")
                self.many(list(condition.conditions), bound, step.parts, holds, all_needed=not holds)
            case Some():
                require(isinstance(step, SomeStep), "not a search")
                if holds:
                    require(len(step.found) == 1, "no witness")
                    (witness,) = step.found
                    require(witness.truth is TRUE, "an uncertain witness")
                    self.witness(condition.variables, condition.condition, bound, witness)
                else:
                    require(not step.found, "a witness")
                    self.none(condition.variables, condition.condition, bound, step.failed)
            case _:
                self.leaf(condition, bound, step, holds)

    def by_cases(self, condition: Condition, bound: Bound, step: ByCases, holds: bool) -> None:
        for answer, branch in ((True, step.yes), (False, step.no)):
            judge = Judge(self.law, self.facts, (*self.supposed, (step.question, answer)))
            judge.doubts = self.doubts
            if judge.worlds:  # of what cannot be nothing need be shown
                require(branch is not None, "a case is left out")
                judge.prove(condition, bound, branch, holds)

    def many(self, conditions: list[Condition], bound: Bound, parts: Any, holds: bool, all_needed: bool) -> None:
        """All parts of a conjunction that holds (a disjunction that fails), one of the other."""
        if all_needed:
            require(len(parts) == len(conditions), "a part is left out")
            for condition, part in zip(conditions, parts, strict=True):
                self.prove(condition, bound, part, holds)
        else:
            require(len(parts) == 1, "not one part")
            require(any(self.proves(each, bound, parts[0], holds) for each in conditions), "no such part")

    def leaf(self, condition: Condition, bound: Bound, step: Any, holds: bool) -> None:
        """A condition on values alone."""
        require(isinstance(step, Compared | Existence | Ordered | OverTime), "not a step about values")
        require(step.condition == condition, "another condition")
        notes = iter(step.notes)
        truth = self.truth(condition, bound, notes)
        require(next(notes, None) is None, "a value that nothing uses")
        require(self.whether(truth) <= {holds}, "it comes out otherwise")

    def truth(self, condition: Condition, bound: Bound, notes: Iterator[Any]) -> Read:
        """The truth of a condition on values, with the steps that give them."""
        match condition:
            case Compare():
                sides = self.read_all((condition.left, condition.right), bound, notes)
                return lambda world: _given(sides(world), COMPARE[condition.comparison])
            case Exists():
                value = self.read(condition.expression, bound, notes)
                return lambda world: value(world) is not None
            case Before():
                relation = self.relations[condition.relation]
                records = self.keys((condition.earlier, condition.later), bound, notes)
                assert relation.time is not None
                for record in records:
                    if record is None:
                        return lambda world: False
                    self.quantity(relation, (record,), relation.columns[relation.time].name, next(notes, None))
                return lambda world: world.comes_before(relation, *records)
            case On():
                relation = self.relations[condition.relation]
                every_or_any = all if condition.throughout else any
                places = self.read_all((*condition.arguments, condition.first, condition.last), bound, notes)

                def over_time(*found: Any) -> Callable[[oracle.World], bool]:
                    *keys, first, last = found
                    each = [*oracle.days(first, last)]  # of no days nothing is so
                    return lambda world: (
                        bool(each) and every_or_any(world.holds_on(relation, tuple(keys), day) for day in each)
                    )

                return lambda world: _given(places(world), lambda *found: over_time(*found)(world))
        raise Refused("no such condition")

    # ------------------------------------------------------------------ searches

    def witness(self, variables: Iterable[Variable], condition: Condition, bound: Bound, witness: Witness) -> Bound:
        """A binding for which each condition is shown by a part of its own (of what is uncertain nothing is)."""
        names = [variable.name for variable in variables]
        require(len(names) == len(witness.values) and None not in witness.values, "not every variable has a value")
        inner = {**bound, **dict(zip(names, witness.values, strict=True))}
        if not witness.truth.is_open:
            if any(map(_is_unknown, witness.values)) and any(part.truth.is_open for part in witness.parts):
                raise Unjudged("something unrecorded is supposed to be as the conditions ask")
            self.each_once(condition, inner, witness.parts)
        return inner

    def each_once(self, condition: Condition, bound: Bound, parts: Iterable[Any]) -> None:
        left = list(conjuncts(condition))
        for part in parts:
            shown = next((each for each in left if self.proves(each, bound, part, True)), None)
            require(shown is not None, "a part that shows nothing")
            left.remove(shown)  # type: ignore[arg-type]  # required above
        require(not left, "a condition that no part shows")

    def none(
        self,
        variables: Iterable[Variable],
        condition: Condition,
        bound: Bound,
        failed: Iterable[Witness],
        found: frozenset[tuple[Any, ...]] = frozenset(),
    ) -> None:
        """No binding but those found: for each that the record offers, a condition that fails is shown."""
        failures = [(witness.values, witness.parts) for witness in failed]
        require(all(len(parts) == 1 for _, parts in failures), "a candidate without the condition that fails")
        needed = list(conjuncts(condition))
        names = [variable.name for variable in variables]
        for candidate, (part,) in failures:
            if len(candidate) == 1 and None not in candidate and not _is_unknown(candidate[0]):
                inner = {**bound, names[0]: candidate[0]}
                require(any(self.proves(each, inner, part, False) for each in needed), "it does not fail by that")
        for offered in self.offered(tuple(variables), needed, bound):
            values = tuple(offered[name] for name in names)
            if values in found or any(
                self.fails(needed, {**bound, **dict(zip(names, tried, strict=True))}, part)
                for candidate, (part,) in failures
                for tried in _tried(values, candidate, part)
            ):
                continue
            if any(map(_is_anything, values)):
                if any(_is_like(values, each) for each in found):
                    continue
                if self.comes_too_late(needed, offered) or self.is_about_what_is_supposed(needed, offered):
                    continue
                listed = [place for each in needed for place in self.sources(each, set(names))]
                if not any(self.is_listed(self.relations[place.relation]) for place in listed):
                    raise Unjudged("what rules would conclude of something unrecorded")
                raise Refused("what may be unrecorded is left out")
            require(self.never_offered(needed, offered, set(names)), "a candidate is left out")

    def comes_too_late(self, needed: list[Condition], bound: Bound) -> bool:
        """Whether a day that is after the end of the record would have to be one up to it."""
        for condition in needed:
            if not isinstance(condition, Compare) or condition.comparison is Comparison.IS_NOT:
                continue
            is_from = _IS_FROM.get(condition.comparison)  # None: it is the same day
            for side, other, is_last in (
                (condition.left, condition.right, is_from is not True),
                (condition.right, condition.left, is_from is not False),
            ):
                day = bound.get(side.name) if isinstance(side, Variable) else None
                if is_last and isinstance(day, Anything) and day.after is not None:
                    last: Any = self.known(other, bound)
                    if isinstance(last, date) and last <= day.after:
                        return True
        return False

    def is_about_what_is_supposed(self, needed: list[Condition], bound: Bound) -> bool:
        """Whether a record that may be unrecorded would have to name one that is only supposed: none does."""
        for condition in needed:
            if not isinstance(condition, Compare) or condition.comparison is not Comparison.IS:
                continue
            for side, other in ((condition.left, condition.right), (condition.right, condition.left)):
                if not isinstance(side, ValueOf) or not self.relations[side.relation].record:
                    continue
                of = [bound.get(each.name) for each in side.arguments if isinstance(each, Variable)]
                named = bound.get(other.name) if isinstance(other, Variable) else None
                if any(map(_is_anything, of)) and isinstance(named, str) and named in self.facts.supposed:
                    return True
        return False

    def fails(self, needed: list[Condition], bound: Bound, part: Any) -> bool:
        """Whether a step shows that one of the conditions fails."""
        return any(self.proves(each, bound, part, False) for each in needed)

    # ------------------------------------------------------------------ candidates

    def offered(self, variables: tuple[Variable, ...], needed: list[Condition], bound: Bound) -> Iterator[Bound]:
        """Bindings among which are all for which the conditions could hold: from row to row of what they name."""
        left = tuple(variable for variable in variables if variable.name not in bound)
        if not left:
            yield bound
            return
        for more in self.next_bindings(left, needed, bound):
            yield from self.offered(left, needed, {**bound, **more})

    def next_bindings(self, left: tuple[Variable, ...], needed: list[Condition], bound: Bound) -> Iterable[Bound]:
        """Ways to give some variable a value, by the condition that leaves the fewest."""
        names = {variable.name for variable in left}
        equated = [each for condition in needed for each in _equated(condition, names)]
        for variable, other in equated:
            if isinstance(other, Variable | Constant) and not names & {each.name for each in free(other)}:
                return [{variable.name: _plain(other, bound)}]
        rows = [
            self.rows(place, bound, names)
            for condition in needed
            for place in self.sources(condition, names)
            if self.is_listed(self.relations[place.relation])
        ]
        if rows:
            return min(rows, key=len)
        for variable, other in equated:
            if not names & {each.name for each in free(other)}:
                return [{variable.name: value} for value in self.possible_values(other, bound)]
        for variable in left:
            if (days := self.days_between(variable, needed, bound, names)) is not None:
                return [{variable.name: day} for day in days]
        for condition in needed:
            for place in self.sources(condition, names):
                if self.relations[place.relation].silence is Silence.CONCLUDED:
                    return self.concluded(place, bound, names)
        return [{left[0].name: value} for value in self.domains.get(left[0].type.name, ())]

    def days_between(
        self, variable: Variable, needed: list[Condition], bound: Bound, names: set[str]
    ) -> Iterable[date] | None:
        """The days that a day may be, where conditions say from when, and until when."""
        ends: dict[bool, date] = {}
        for condition in needed:
            if isinstance(condition, Compare) and condition.comparison in _IS_FROM:
                is_from = _IS_FROM[condition.comparison]
                for side, other, low in (
                    (condition.left, condition.right, is_from),
                    (condition.right, condition.left, not is_from),
                ):
                    if side == variable and not names & {each.name for each in free(other)}:
                        end = self.known(other, bound)
                        if isinstance(end, date):
                            ends.setdefault(low, end)
        return oracle.days(ends[True], ends[False]) if len(ends) == 2 else None

    def is_listed(self, relation: Relation) -> bool:
        """Whether all there is of it is on record, or was left out because the record is incomplete."""
        return relation.record or relation.span or relation.silence is Silence.FALSE

    def rows(self, place: Atom | ValueOf, bound: Bound, names: set[str]) -> list[Bound]:
        """What the variables would be for each row that fits what is bound already."""
        relation = self.relations[place.relation]
        arguments = place.arguments[: relation.keys]
        facts = self.facts
        keys: list[tuple[Any, ...]] = [interval.keys for interval in facts.spans.get(relation.name, [])]
        keys += [(id,) for id in facts.records.get(relation.name, {})]
        keys += [*facts.statements.get(relation.name, {}), *facts.values.get(relation.name, {})]
        if self.may_lack(relation, arguments, bound, names):
            keys.append(self.unrecorded(relation))
        known = [None if _is_sought(argument, names) else self.known(argument, bound) for argument in arguments]
        found: dict[tuple[Any, ...], Bound] = {}
        for each in keys:
            more = _unified(arguments, each, known, names)
            if more is not None:
                found.setdefault(tuple(more.items()), more)
        return list(found.values())

    def may_lack(self, relation: Relation, arguments: tuple[Expression, ...], bound: Bound, names: set[str]) -> bool:
        """Whether the record may lack a row that fits; nothing is recorded of what is supposed."""
        known = [bound.get(each.name) for each in arguments if isinstance(each, Variable) and each.name not in names]
        if relation.name in self.facts.complete or any(value in self.facts.supposed for value in known):
            return False
        dated = self.facts.complete_to is not None and relation.time is not None
        return dated or relation.name in self.facts.incomplete

    def unrecorded(self, relation: Relation) -> tuple[Anything, ...]:
        """What a row is about that the record may lack: up to its end it lacks none."""
        if relation.record:
            return (Anything(relation.name),)
        return tuple(
            Anything(after=self.end_of(relation) if place == relation.time else None) for place in range(relation.keys)
        )

    def end_of(self, relation: Relation) -> date | None:
        """The day up to which the record shows all that is dated."""
        return None if relation.name in self.facts.incomplete else self.facts.complete_to

    def possible_values(self, expression: Expression, bound: Bound, several: bool = True) -> Iterable[Any]:
        """What an expression may come to; anything, where that rests on what is not known, or is ``several`` values.

        Where several will not do, it is enough to find two.
        """
        if isinstance(expression, ValueOf) and self.relations[expression.relation].record:
            relation = self.relations[expression.relation]
            is_day = relation.time is not None and relation.columns[relation.time].name == expression.column
            (record,) = expression.arguments
            if is_day and isinstance(record, Variable) and bound.get(record.name) == Anything(relation.name):
                return [Anything(after=self.end_of(relation))]
        if any(map(_is_anything, bound.values())):
            return [ANYTHING]
        ground = substitute(expression, bound)
        if not self.is_plain(ground):
            if (ground, several) not in self._worked_out:
                self._worked_out[ground, several] = self.work_out(ground, several)
            return self._worked_out[ground, several]
        found = self.everywhere(lambda world: world.value(ground, {}))
        return [value for value in found if value is not None]

    def work_out(self, expression: Expression, several: bool) -> list[Any]:
        """What rules may make of an expression, as the oracle reads them: anything, where it cannot tell."""
        program = self.law.only_about(expression)
        if len(program.rules) > MOST_RULES or any(map(_is_unknown, _constants(expression))):
            return [ANYTHING]
        case = oracle.Case(program, self.facts, expression, self.domains, self.recursive)
        found: set[Any] = set()
        try:
            for each in self.asked(case, self._known):
                found.add(each.value)
                if len(found - {None}) > 1 and not several:
                    return [ANYTHING]
        except (Unjudged, oracle.Undecided, LimitReached):
            return [ANYTHING]
        return [value for value in found if value is not None]

    def is_plain(self, node: Any) -> bool:
        """Whether the record alone tells, without any rule, and without seeking what there is."""
        for part in oracle.parts(node):
            if isinstance(part, Some | Aggregate):
                return False
            if isinstance(part, Atom | ValueOf | On):
                relation = self.relations[part.relation]
                if relation.silence is Silence.CONCLUDED and not relation.record:
                    return False
        return True

    def concluded(self, place: Atom | ValueOf, bound: Bound, names: set[str]) -> list[Bound]:
        """What the variables would be for all about which a rule could conclude, or a fact does."""
        relation = self.relations[place.relation]
        found = {tuple(more.items()): more for more in self.rows(place, bound, names)}
        pattern = tuple(
            None if _is_sought(argument, names) else self.known(argument, bound) for argument in place.arguments
        )
        known = [None if _is_sought(argument, names) else ANYTHING for argument in place.arguments]
        for keys in self.concludable(relation, pattern):
            more = _unified(place.arguments, keys, known, names)
            if more is not None:
                found.setdefault(tuple(more.items()), more)
        return list(found.values())

    def concludable(self, relation: Relation, pattern: tuple[Any, ...]) -> list[Keys]:
        """The keys like these (None: any) about which a rule could conclude; from itself too, until no more come."""
        asked = (relation.name, pattern)
        if asked in self._concludable:
            return list(self._concludable[asked])
        found: dict[Keys, None] = {}
        self._concludable[asked] = found
        size = -1
        while len(found) > size:
            size = len(found)
            for rule in self.law.rules.get(relation.name, ()):
                given = self.given(rule, pattern) if rule.positive else None
                if given is not None:
                    sought = tuple(sorted(free(rule.body) | free(rule.head), key=lambda variable: variable.name))
                    for binding in self.offered(sought, list(conjuncts(rule.body)), given):
                        found.setdefault(tuple(_plain(head, binding) for head in rule.head.arguments))
        del self._concludable[asked]
        return list(found)

    @staticmethod
    def given(rule: Rule, pattern: tuple[Any, ...]) -> dict[str, Any] | None:
        """What keys like these say of a rule's variables; None where they are not like its conclusion."""
        given: dict[str, Any] = {}
        for value, head in zip(pattern, rule.head.arguments, strict=True):
            if value is None:
                continue
            if isinstance(head, Variable):
                if not _agrees(given, head.name, value):
                    return None
            elif not _is_anything(value) and value != _plain(head, {}):
                return None
        return given

    def never_offered(self, needed: list[Condition], bound: Bound, names: set[str]) -> bool:
        """Whether a search that runs through one of the conditions would never come upon this binding.

        A search for one thing runs through the rules only where no condition is on record.
        """
        places = [place for condition in needed for place in self.sources(condition, names)]
        recorded = [place for place in places if self.relations[place.relation].silence is Silence.FALSE]
        offering = recorded if recorded and len(names) == 1 else places
        return any(self.has_no_row(place, bound) for place in offering) or any(
            self.is_elsewhere(side, other, bound, names)
            for condition in needed
            if isinstance(condition, Compare) and condition.comparison is Comparison.IS
            for side, other in ((condition.left, condition.right), (condition.right, condition.left))
        )

    def sources(self, condition: Condition, names: set[str]) -> Iterator[Atom | ValueOf]:
        """The rows that a search for the variables could run through because of a condition."""
        places: tuple[Condition | Expression, ...] = ()
        match condition:
            case Atom():
                places = (condition,)
            case Exists():
                places = (condition.expression,)
            case Compare():
                places = (condition.left, condition.right)
        for place in places:
            if isinstance(place, Atom | ValueOf):
                keys = place.arguments[: self.relations[place.relation].keys]
                sought = {argument.name for argument in keys if isinstance(argument, Variable)} & names
                inner = {each.name for key in keys if not isinstance(key, Variable) for each in free(key)}
                if sought and not inner & names:
                    yield place

    def has_no_row(self, place: Atom | ValueOf, bound: Bound) -> bool:
        """Whether the facts, or the rules, offer nothing under these keys."""
        relation = self.relations[place.relation]
        keys = tuple(self.known(argument, bound) for argument in place.arguments[: relation.keys])
        if any(_is_anything(key) or _is_unknown(key) for key in keys):
            return False
        if relation.span:
            return not any(interval.keys == keys for interval in self.facts.spans.get(relation.name, []))
        if relation.record:
            return keys[0] not in self.facts.records.get(relation.name, {})
        rows = self.facts.statements if relation.is_statement else self.facts.values
        if keys in rows.get(relation.name, {}):
            return False
        if relation.silence is Silence.FALSE:
            return not oracle.World(self._bare, {}, {}).silence_is_open(relation, keys)
        return relation.silence is Silence.CONCLUDED and self.unsupported(relation, keys)

    def known(self, expression: Expression, bound: Bound) -> Any:
        """What an expression comes to, where the record settles it; else it may be anything."""
        if isinstance(expression, Variable | Constant):
            return _plain(expression, bound)
        found = [*self.possible_values(expression, bound, several=False)]
        if any(map(_is_anything, found)):
            self.doubts.append(BY_RULES)
        return found[0] if len(found) == 1 else ANYTHING

    def is_elsewhere(self, attribute: Expression, sought: Expression, bound: Bound, names: set[str]) -> bool:
        """Whether what is equated to something is something else, or the record sought by an attribute has another."""
        if isinstance(attribute, Variable):
            named = names & ({variable.name for variable in free(sought)} | {attribute.name})
            return named == {attribute.name} and self.impossible(Compare(Comparison.IS, attribute, sought), bound)
        if not isinstance(attribute, ValueOf) or not self.relations[attribute.relation].record:
            return False
        (record,) = attribute.arguments
        if not isinstance(record, Variable) or record.name not in names:
            return False
        cells = self.facts.records.get(attribute.relation, {}).get(str(bound[record.name]), {})
        cell = cells.get(attribute.column, oracle.Mark.UNKNOWN)
        if isinstance(cell, oracle.Mark):
            return cell is oracle.Mark.NONE
        return self.impossible(Compare(Comparison.IS, Constant(cell, record.type), sought), bound)

    def unsupported(self, relation: Relation, keys: Keys) -> bool:
        """Whether no rule could conclude this: not from itself either."""
        asked = (relation.name, keys)
        if asked in self._supporting:
            return True
        if asked not in self._unsupported:
            self._supporting.append(asked)
            found = self.is_unsupported(relation, keys)
            self._supporting.pop()
            if found and self._supporting:
                return True  # perhaps only since what is being asked above it was taken to be so
            self._unsupported[asked] = found
        return self._unsupported[asked]

    def is_unsupported(self, relation: Relation, keys: Keys) -> bool:
        for rule in self.law.rules.get(relation.name, ()):
            bound = _head(rule, keys) if rule.positive else None
            if bound is not None and not self.impossible(rule.body, bound):
                return False
        return True

    def impossible(self, condition: Condition, bound: Bound) -> bool:
        """Whether no row allows a condition to hold, or the oracle finds no way."""
        ground = substitute(condition, bound)
        if all(
            self.ruled_out(ground, binding) for binding in self.offered(tuple(free(ground)), [*conjuncts(ground)], {})
        ):
            return True
        program = self.law.only_about(ground)
        if len(program.rules) > MOST_RULES:
            if not self.is_plain(ground):
                self.doubts.append(BY_RULES)
            return False
        some = Some(tuple(free(ground)), ground)
        return self.never_holds(oracle.Case(program, self.facts, some, self.domains, self.recursive))

    def never_holds(self, case: oracle.Case) -> bool:
        """Whether the oracle finds no completion in which what is asked holds, and no conflict on the way."""
        try:
            return all(found.verdict is Verdict.NO for found in self.asked(case, self._known))
        except (Unjudged, oracle.Undecided, LimitReached):
            self.doubts.append(BY_RULES)
            return False

    def asked(self, case: oracle.Case, known: MutableMapping[tuple[str, Keys], Any]) -> Iterator[oracle.Finding]:
        """What the oracle finds in each completion. ``known``: what it has found out without an answer to anything."""
        rises = any(rule.head.relation in self.recursive for rule in case.program.rules)
        pending = list(self.worlds)
        for number in itertools.count():
            if not pending:
                return
            if number + len(pending) > (MOST_RISING if rises else MOST_ASKED):
                break
            answers = pending.pop()
            world = oracle.World(case, answers, {})
            if not rises:  # what follows without an answer follows with any
                world.known = ChainMap({}, known) if answers else known
            try:
                found = world.find(case.goal)
            except Unanswered as open_:
                if not open_.options:
                    break
                pending += [{**answers, open_.question: option} for option in open_.options]
            else:
                yield found
        raise Unjudged(BY_RULES)

    def ruled_out(self, condition: Condition, bound: Bound) -> bool:
        """Whether the record alone shows that one of the conditions fails."""
        for each in conjuncts(condition):
            if isinstance(each, Atom) and self.has_no_row(each, bound):
                return True
            if not any(map(_is_anything, bound.values())) and self.is_plain(each):
                ground = substitute(each, bound)
                if self.everywhere(lambda world, ground=ground: world.test(ground, {})) == {False}:  # type: ignore[misc]
                    return True
        return False

    # -------------------------------------------------------------- statements

    def atom(self, atom: Atom, bound: Bound, step: Any, holds: bool) -> None:
        relation = self.relations[atom.relation]
        notes: Iterator[Any] = iter(())
        if isinstance(step, AllStep):
            require(len(step.parts) > 1, "no statement")
            *before, step = step.parts
            notes = iter(before)
        require(relation.name == getattr(step, "relation", relation.name), "another statement")
        if relation.span:
            arguments = self.read_all(atom.arguments, bound, notes)
            require(next(notes, None) is None, "a value that nothing uses")
            truth = self.everywhere(lambda world: _given(arguments(world), lambda *of: world.holds(atom.relation, of)))
            require(isinstance(step, Fact | AllStep) and truth <= {holds}, "it is not recorded so")
            return
        keys = self.keys_or_cases(atom.arguments, bound, notes)
        require(next(notes, None) is None, "a value that nothing uses")
        if not isinstance(keys, tuple):
            self.statement_by_cases(relation, keys, step, holds)
            return
        if None in keys:
            require(not holds, "nothing is so of what there is not")
            return
        self.statement(relation, keys, step, holds)

    def statement_by_cases(self, relation: Relation, keys: Read, step: Any, holds: bool) -> None:
        """A statement about keys that are not settled: shown of each alternative that they may be."""
        require(isinstance(step, AllStep), "not by cases")
        parts = {part.arguments: part for part in step.parts if getattr(part, "relation", None) == relation.name}
        require(len(parts) == len(step.parts), "a step about something else")
        named = [keys for keys in parts if NONE not in keys]
        alternatives = self.everywhere(self.alternative_of(keys, named))
        require(not (holds and None in alternatives), "nothing is so of what there is not")
        for each in alternatives - {None}:
            self.statement(relation, each, parts[each], holds)

    def statement(self, relation: Relation, keys: Keys, step: Any, holds: bool) -> None:
        """A statement that is recorded, or concluded."""
        require(step.truth is (TRUE if holds else FALSE), "the step does not say so")
        require(isinstance(step, Fact | Conclusion | Circular), "not a statement")
        require(step.relation == relation.name and step.arguments == keys, "another statement")
        ground = (relation.name, keys)
        overridden = keys in self.facts.statements.get(relation.name, {})
        if relation.record or relation.silence is not Silence.CONCLUDED or overridden:
            require(isinstance(step, Fact), "not a fact")
            require(self.everywhere(lambda world: world.holds(*ground)) <= {holds}, "it is not recorded so")
        elif isinstance(step, Circular):
            require(not holds and ground in self.working, "it rests on itself")
        else:
            require(isinstance(step, Conclusion), "not a conclusion")
            _, above = self._shown.get(id(step), (None, None))
            if above is not None and above <= set(self.working):
                return
            above = frozenset(self.working)
            self.working.append(ground)
            self.conclusion(relation, keys, step, holds)
            self.working.pop()
            self._shown[id(step)] = step, above

    def conclusion(self, relation: Relation, keys: Keys, step: Conclusion, holds: bool) -> None:
        """So: a rule for it applies, and none against. Not so: none for it does. Both ways: as is supposed."""
        attempts = step.attempts
        self.attempts(relation, keys, attempts, holds and relation.name in self.recursive)
        supports = [attempt.truth for attempt in attempts if attempt.rule.positive]
        opposes = [attempt.truth for attempt in attempts if not attempt.rule.positive]
        if holds:
            so = TRUE in supports and all(truth is FALSE for truth in opposes)
        else:
            so = all(truth is FALSE for truth in supports)
        both = TRUE in supports and TRUE in opposes
        require(so or (both and (Clash(relation.name, keys), holds) in self.supposed), "it is concluded otherwise")

    # -------------------------------------------------------------------- rules

    def attempts(
        self, relation: Relation, keys: Keys, attempts: tuple[Attempt, ...], unfinished: bool = False
    ) -> list[Read | None]:
        """What the attempts conclude that nothing but defeat could stop; every rule must have been tried.

        ``unfinished``: on the way to a fixpoint not every rule for it is found to apply that will; one is enough.
        """
        rules = self.law.rules.get(relation.name, [])
        require(all(attempt.body is not None for attempt in attempts), "no condition")
        for rule in rules:
            mine = [attempt for attempt in attempts if attempt.rule is rule or attempt.rule == rule]
            bound = _head(rule, keys)
            require(bool(mine) is (bound is not None), "a rule is left out")
            if bound is not None:
                self.all_tried(rule, bound, mine)
        require(all(attempt.rule in rules for attempt in attempts), "a rule of something else")
        values = [
            None if unfinished and attempt.rule.positive and attempt.truth is FALSE else self.body(attempt, keys)
            for attempt in attempts
        ]
        for number in range(len(attempts)):
            self.defeat(attempts, values, number)
        return values

    def all_tried(self, rule: Rule, bound: Bound, attempts: list[Attempt]) -> None:
        """Of a rule whose value depends on what its condition finds, every binding that may fit it is tried."""
        inner = _inner(rule)
        if not _is_searched(rule):
            require(len(attempts) == 1, "a rule is tried twice")
            return
        failing: list[Any] = [attempt.body for attempt in attempts if attempt.body.truth is FALSE]
        failed = [Witness((), FALSE, (part,)) for body in failing for part in body.parts]
        found = [
            tuple(attempt.scope.bound(attempt.bindings).get(variable.name) for variable in inner)
            for attempt in attempts
            if attempt.body.truth is not FALSE
        ]
        require(len(set(found)) == len(found), "a binding is tried twice")
        self.none(inner, rule.body, bound, failed, frozenset(found))

    def body(self, attempt: Attempt, keys: Keys) -> Read | None:
        """What an attempt concludes, once its condition and exemptions are dealt with; None where they stop it."""
        rule = attempt.rule
        head = _head(rule, keys)
        assert head is not None
        bound: Bound = head
        inner = _inner(rule)
        body: Any = attempt.body
        if _is_searched(rule):
            require(isinstance(body, AllStep), "not a search")
            if body.truth is not FALSE:  # that no binding is left out, `all_tried` sees
                values = attempt.scope.bound(attempt.bindings)
                witness = Witness(tuple(values.get(v.name) for v in inner), body.truth, body.parts)
                bound = self.witness(inner, rule.body, bound, witness)
        elif not body.truth.is_open:
            variables = body.condition.variables if isinstance(body, SomeStep) and inner else tuple(inner)
            require(set(variables) == set(inner), "other variables")
            self.prove(Some(variables, rule.body) if inner else rule.body, bound, body, body.truth is TRUE)
        if body.truth is FALSE:
            require(attempt.truth is FALSE and not attempt.exemptions and not attempt.notes, "it does not apply")
            return None
        certain = body.truth is TRUE
        require(len(attempt.exemptions) == len(rule.exemptions), "an exemption is left out")
        for exemption, step in zip(rule.exemptions, attempt.exemptions, strict=True):
            if step.truth.is_open:
                certain = False
                continue
            self.prove(exemption, bound, step, step.truth is TRUE)
            if step.truth is TRUE:
                require(attempt.truth is FALSE, "it is exempted")
                return None
        require(certain or attempt.truth is not TRUE, "it does not follow that it applies")
        if rule.value is None:
            return lambda world: rule.positive
        notes = iter(attempt.notes)
        value = self.read(rule.value, bound, notes)
        require(next(notes, None) is None, "a value that nothing uses")
        if attempt.truth.is_open:
            return value
        exists = self.whether(lambda world: value(world) is not None)
        require(exists == {True} or attempt.truth is FALSE, "it does not follow that its value exists")
        return None if exists == {False} else value

    def defeat(self, attempts: tuple[Attempt, ...], values: list[Read | None], number: int) -> None:
        """An attempt that nothing else stops applies, unless one over it applies that concludes otherwise."""
        attempt, value = attempts[number], values[number]
        if value is None or attempt.truth.is_open:
            return
        over = [
            place
            for place, other in enumerate(attempts)
            if (other.rule.name, attempt.rule.name) in self.priorities and other.truth is not FALSE
            if values[place] is not None
        ]
        if attempt.truth is TRUE:
            require(all(self.differs(values[place], value) == {False} for place in over), "something over it may apply")
        else:
            sure = [place for place in over if attempts[place].truth is TRUE and place in attempt.defeaters]
            stopped = any(self.differs(values[place], value) == {True} for place in sure)
            together = [place for place in over if attempts[place].truth.is_open and place in attempt.defeaters]
            if not stopped and len(together) > 1:  # one of several does, whichever way what is open turns out
                raise Unjudged("whether several rules together stop one")
            require(stopped, "nothing stops it")

    def differs(self, one: Any, other: Any) -> set[bool]:
        """Whether, or in which cases, two conclusions both exist and are not the same."""

        def differ(world: oracle.World) -> bool:
            values = one(world), other(world)
            return None not in values and values[0] != values[1]

        return self.whether(differ)

    # --------------------------------------------------------------- expressions

    def read_all(self, expressions: tuple[Expression, ...], bound: Bound, notes: Iterator[Any]) -> Read:
        """The values of expressions, or None where one has none."""
        reads = [self.read(expression, bound, notes) for expression in expressions]

        def read(world: oracle.World) -> Any:
            values = tuple(each(world) for each in reads)
            return None if None in values else values

        return read

    def keys(self, expressions: tuple[Expression, ...], bound: Bound, notes: Iterator[Any]) -> Keys:
        """The values of expressions as what is said is about them: each settled, or an unknown that a variable is."""
        keys = self.keys_or_cases(expressions, bound, notes)
        if not isinstance(keys, tuple):
            raise Unjudged("a statement about what is not settled")
        return keys

    def keys_or_cases(self, expressions: tuple[Expression, ...], bound: Bound, notes: Iterator[Any]) -> Keys | Read:
        """The same; where one is not settled, what they all are in a world (None: one has no value there)."""
        found: list[Any] = []
        reads: list[Read] = []
        settled = True
        for expression in expressions:
            if isinstance(expression, Variable) and _is_unknown(_plain(expression, bound)):
                value = _plain(expression, bound)
                found.append(value)
                reads.append(lambda world, value=value: value)  # type: ignore[misc]
                continue
            read = self.read(expression, bound, notes)
            values = self.everywhere(read)
            open_ = None if len(values) == 1 or None in values else self.open_value(expression, bound)
            settled = settled and (len(values) == 1 or open_ is not None)
            found += [open_] if open_ is not None else values
            reads.append(read)
        if settled:
            return tuple(found)
        return lambda world: _all_or_none(tuple(read(world) for read in reads))

    def open_value(self, expression: Expression, bound: Bound) -> OpenValue | None:
        """The unknown that an expression is, where it is a value that the record does not know."""
        if not isinstance(expression, ValueOf):
            return None
        relation = self.relations[expression.relation]
        keys = tuple(self.known(argument, bound) for argument in expression.arguments)
        if any(map(_is_anything, keys)) or (relation.silence is Silence.CONCLUDED and not relation.record):
            return None
        kind = next(each for each in relation.columns if each.name == expression.column)
        return OpenValue(relation.name, keys, kind.name, kind.type)

    def read(self, expression: Expression, bound: Bound, notes: Iterator[Any]) -> Read:
        """The value of an expression, worked out from the steps that give the values it uses."""
        match expression:
            case Variable() | Constant():
                value = _plain(expression, bound)
                return lambda world: _reads(value, world)
            case ValueOf():
                relation = self.relations[expression.relation]
                keys = self.keys_or_cases(expression.arguments, bound, notes)
                if not isinstance(keys, tuple):
                    return self.quantity_by_cases(relation, keys, expression.column, next(notes, None))
                if None in keys:
                    require(next(notes, None) is not None, "no value")
                    return lambda world: None
                return self.quantity(relation, keys, expression.column, next(notes, None))
            case Apply():
                operation, calendar = OPERATIONS[expression.operation], self.program.calendar
                operands = self.read_all(expression.arguments, bound, notes)
                return lambda world: _given(operands(world), lambda *of: operation(calendar, *of), None)
            case Aggregate():
                return self.folded(expression, bound, next(notes, None))

    def quantity(self, relation: Relation, keys: Keys, column: str, note: Any) -> Read:
        """A value that is recorded, or concluded; each step is judged once."""
        about = (id(note), relation.name, keys, column)
        if about not in self._read:
            self._read[about] = note, self.settled(self.stated_or_concluded(relation, keys, column, note))
        return self._read[about][1]

    def quantity_by_cases(self, relation: Relation, keys: Read, column: str, note: Any) -> Read:
        """A value under keys that are not settled: what it is under each of the alternatives that its step names."""
        require(isinstance(note, Quantity), "no value")
        require((note.relation, note.column) == (relation.name, column), "another value")
        attempts: dict[Keys, list[Attempt]] = {}
        for attempt in note.attempts:
            attempts.setdefault(_about(attempt), []).append(attempt)
        alternatives = _combined(note.arguments)
        require(attempts.keys() <= set(alternatives), "a rule about something else")
        alternatives.sort(key=lambda each: each not in attempts)  # of two that are the same in a world, that with rules
        chosen = self.alternative_of(keys, alternatives)
        values = {
            each: self.quantity(relation, each, column, self.part_of(note, each, attempts))
            for each in self.everywhere(chosen) - {None}
        }

        def read(world: oracle.World) -> Any:
            alternative = chosen(world)
            return None if alternative is None else values[alternative](world)

        return read

    def part_of(self, note: Quantity, keys: Keys, attempts: dict[Keys, list[Attempt]]) -> Quantity:
        """What a value by cases says of one of them; made once, so that it is judged once."""
        about = (id(note), keys)
        if about not in self._parts:
            self._parts[about] = note, attrs.evolve(note, arguments=keys, attempts=tuple(attempts.get(keys, ())))
        return self._parts[about][1]

    def alternative_of(self, keys: Read, alternatives: Iterable[Keys]) -> Read:
        """Which of the alternatives keys that are not settled are in a world; they must be one, or have no value."""

        def chosen(world: oracle.World) -> Keys | None:
            found = keys(world)
            if found is None:
                return None
            for each in alternatives:
                if tuple(_reads(value, world) for value in each) == tuple(_reads(value, world) for value in found):
                    return each
            raise Refused("an alternative is left out")

        return _once(chosen)

    def stated_or_concluded(self, relation: Relation, keys: Keys, column: str, note: Any) -> Read:
        """A value that is recorded, or that rules conclude."""
        require(isinstance(note, Quantity), "no value")
        require((note.relation, note.arguments, note.column) == (relation.name, keys, column), "another value")
        overridden = keys in self.facts.values.get(relation.name, {})
        if relation.record or relation.silence is not Silence.CONCLUDED or overridden:
            require(not note.attempts, "rules for what is recorded")
            return lambda world: world.value_of(relation.name, keys, column)
        values = self.attempts(relation, keys, note.attempts)
        attempts = [
            (attempt, _once(value)) for attempt, value in zip(note.attempts, values, strict=True) if value is not None
        ]
        counts = {id(attempt): self.counting(attempt, value, keys, attempts) for attempt, value in attempts}
        over = {id(attempt): self.surely_over(attempt, attempts) for attempt, _ in attempts}

        def conclude(world: oracle.World) -> Any:
            found = {
                said
                for attempt, value in attempts
                # where a rule over this one has a value, this one says the same, or nothing
                if all(stronger(world) is None for stronger in over[id(attempt)])
                if (said := value(world)) is not None and counts[id(attempt)](world)
            }
            side = ("which side", relation.name, keys)
            return world.answer(side, sorted(found)) if len(found) > 1 else next(iter(found), None)

        return conclude

    def counting(self, attempt: Attempt, value: Read, keys: Keys, attempts: list[tuple[Attempt, Read]]) -> Read:
        """Whether a rule applies in a world: it holds there, and nothing over it applies and says something else."""
        holds = self.holding(attempt, keys) if attempt.truth.is_open else None
        if holds is None:
            return lambda world: _counts(world, attempt)
        over = [
            (stronger, self.counting(other, stronger, keys, attempts))
            for other, stronger in attempts
            if (other.rule.name, attempt.rule.name) in self.priorities
        ]
        return lambda world: (
            holds(world)
            and not any(stronger(world) not in (None, value(world)) and counts(world) for stronger, counts in over)
        )

    def holding(self, attempt: Attempt, keys: Keys) -> Read | None:
        """Whether a rule's condition holds in a world, and no exemption; None where the record alone does not tell."""
        if attempt.body.truth is TRUE and all(step.truth is FALSE for step in attempt.exemptions):
            return lambda world: True
        rule, head = attempt.rule, _head(attempt.rule, keys)
        if head is not None and not _inner(rule):
            ground = substitute(And((rule.body, *map(Not, rule.exemptions))), head)
            if self.is_plain(ground) and not any(_is_unknown(key) for key in keys):
                return lambda world: world.test(ground, {})
        return None

    def surely_over(self, attempt: Attempt, attempts: list[tuple[Attempt, Read]]) -> list[Read]:
        """What the rules over this one that certainly apply conclude."""
        return [
            value
            for other, value in attempts
            if other.truth is TRUE and (other.rule.name, attempt.rule.name) in self.priorities
        ]

    def folded(self, aggregate: Aggregate, bound: Bound, note: Any) -> Read:
        """A total of its members, none left out."""
        require(isinstance(note, Folded) and note.aggregate == aggregate, "not the fold")
        reads: list[Read] = []
        for witness in note.parts:
            inner = self.witness(aggregate.variables, aggregate.where, bound, witness)
            notes = iter(witness.notes)
            of = Constant(1, NUMBER) if aggregate.of is None else aggregate.of
            reads.append(_of_member(witness, self.settled(self.read(of, inner, notes))))
            require(next(notes, None) is None, "a value that nothing uses")
        found = frozenset(witness.values for witness in note.parts)
        require(len(found) == len(note.parts), "a member is counted twice")
        self.none(aggregate.variables, aggregate.where, bound, note.failed, found)
        fold = FOLDS[Fold.TOTAL if aggregate.fold is Fold.NUMBER else aggregate.fold]

        def read(world: oracle.World) -> Any:
            values = [each(world) for each in reads]
            return fold([value for value in values if value is not None])

        total = self.certain_fold(reads, fold) or read
        if isinstance(note.value, int):
            require(self.everywhere(total) <= {note.value}, "a total that is not that of its parts")
        return total

    def certain_fold(self, members: list[Read], fold: Callable[[list[Any]], Any]) -> Read | None:
        """What members fold to, if that is one value whatever each of them may be without regard to the rest."""
        before = len(self.doubts)
        found: set[Any] = {fold([])}
        try:
            for member in members:
                values = self.everywhere(member)
                if len(found) * len(values) > MOST_COMPLETIONS:
                    return None
                pairs = itertools.product(found, values)
                found = {fold([each for each in pair if each is not None]) for pair in pairs}
        except Unjudged:
            return None
        finally:
            del self.doubts[before:]
        if len(found) != 1:
            return None
        (value,) = found
        return lambda world: value


# ---------------------------------------------------------------------- helpers


def _mentioned(node: Any) -> Iterator[str]:
    """The relations of which something is said."""
    for part in oracle.parts(node):
        if isinstance(part, Atom | ValueOf | On | Before):
            yield part.relation


def _constants(node: Any) -> Iterator[Any]:
    """The values that are named."""
    return (part.value for part in oracle.parts(node) if isinstance(part, Constant))


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """The conditions that must all hold."""
    if isinstance(condition, And):
        for part in condition.conditions:
            yield from conjuncts(part)
    else:
        yield condition


def substitute(node: Any, bound: Bound) -> Any:
    """A condition or expression with variables replaced by their values."""
    if isinstance(node, Variable):
        return Constant(bound[node.name], node.type) if node.name in bound else node
    if isinstance(node, tuple):
        return tuple(substitute(part, bound) for part in node)
    if isinstance(node, Some | Aggregate):
        bound = {name: value for name, value in bound.items() if name not in {v.name for v in node.variables}}
    if not isinstance(node, Condition | Expression):
        return node
    changed = {
        attribute.name: substitute(getattr(node, attribute.name), bound)
        for attribute in attrs.fields(type(node))
        if attribute.name not in ("variables", "value", "type", "origin")
    }
    return attrs.evolve(node, **changed)


def _all_or_none(values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    return None if None in values else values


def _combined(arguments: tuple[Any, ...]) -> list[Keys]:
    """Every combination of what the arguments may be."""
    options = [
        [scalar for _, scalar in argument.alternatives if scalar is not NONE]
        if isinstance(argument, Cases)
        else [argument]
        for argument in arguments
    ]
    if math.prod(map(len, options)) > MOST_COMPLETIONS:
        raise Unjudged("too many alternatives")
    return [*itertools.product(*options)]


def _about(attempt: Attempt) -> Keys:
    """What an instance of a rule concludes about."""
    bound = attempt.scope.bound(attempt.bindings)
    return tuple(
        bound.get(argument.name, ANYTHING) if isinstance(argument, Variable) else _plain(argument, {})
        for argument in attempt.rule.head.arguments
    )


def _once(read: Read) -> Read:
    """Reads once in each world."""

    def once(world: Any) -> Any:
        if once not in world.was_read:
            world.was_read[once] = read(world)
        return world.was_read[once]

    return once


def _counts(world: oracle.World, part: Any) -> bool:
    """Whether a rule applies, or a member belongs; of what is uncertain either may be."""
    return part.truth is TRUE or (part.truth.is_open and world.answer(("counts", id(part)), (True, False)))


def _of_member(witness: Witness, value: Read) -> Read:
    """What a member adds to a fold, if it belongs."""
    return lambda world: value(world) if _counts(world, witness) else None


def _given(values: Any, function: Callable[..., Any], otherwise: Any = False) -> Any:
    return otherwise if values is None else function(*values)


def _plain(expression: Expression, bound: Bound) -> Any:
    return expression.value if isinstance(expression, Constant) else bound[expression.name]  # type: ignore[union-attr]


def _equated(condition: Condition, names: set[str]) -> Iterator[tuple[Variable, Expression]]:
    """What a condition says that a variable is."""
    if isinstance(condition, Compare) and condition.comparison is Comparison.IS:
        for side, other in ((condition.left, condition.right), (condition.right, condition.left)):
            if isinstance(side, Variable) and side.name in names:
                yield side, other


_IS_FROM = {
    Comparison.AT_LEAST: True,
    Comparison.MORE: True,
    Comparison.AT_MOST: False,
    Comparison.LESS: False,
}
"""Whether a comparison says from when on, not until when."""


def _is_sought(argument: Expression, names: set[str]) -> bool:
    return isinstance(argument, Variable) and argument.name in names


def _unified(
    arguments: tuple[Expression, ...], keys: tuple[Any, ...], known: list[Any], names: set[str]
) -> dict[str, Any] | None:
    """What variables must be for arguments to be these keys; None where they cannot."""
    more: dict[str, Any] = {}
    for argument, key, value in zip(arguments, keys, known, strict=False):
        if isinstance(argument, Variable) and argument.name in names:
            if not _agrees(more, argument.name, key):
                return None
        elif not _is_anything(value) and not _is_unknown(value) and not _fits(key, value):
            return None
    return more


def _fits(key: Any, value: Any) -> bool:
    """Whether a key is this value, or may be: of what the record may lack, the day is after the end of the record."""
    if not _is_anything(key):
        return bool(key == value)
    return key.after is None or not isinstance(value, date) or value > key.after


def _agrees(bound: dict[str, Any], name: str, value: Any) -> bool:
    """Whether a variable may be this besides what it is already; it then is what is known of it."""
    other = bound.setdefault(name, value)
    if _is_anything(other):
        bound[name] = value
    return _is_anything(other) or _is_anything(value) or other == value


def _is_anything(value: Any) -> bool:
    return isinstance(value, Anything)


def _is_unknown(value: Any) -> bool:
    return is_symbolic(value) or isinstance(value, Unrecorded)


def _is_like(values: tuple[Any, ...], tried: tuple[Any, ...]) -> bool:
    """Whether a binding that was tried is what values stand for: of anything, something not known."""
    return all(
        other is None or (_is_unknown(other) if _is_anything(value) else value == other)
        for value, other in zip(values, tried, strict=True)
    )


def _tried(values: tuple[Any, ...], candidate: tuple[Any, ...], part: Any) -> Iterator[tuple[Any, ...]]:
    """The bindings of which a step may show that they fail, if it is about the candidate."""
    named = candidate or (None,) * len(values)
    pairs = [*zip(values, named, strict=True)]
    if not all(_is_like((value,), (other,)) or _may_be(other, value) for value, other in pairs):
        return
    merged = tuple(other if _is_anything(value) and other is not None else value for value, other in pairs)
    unknown = [*_unknowns_in(part), ANYTHING] if any(map(_is_anything, merged)) else []
    yield from itertools.product(*(unknown if _is_anything(value) else (value,) for value in merged))


def _may_be(unknown: Any, value: Any) -> bool:
    """Whether something not known may be this: what fails whatever it is fails of this too."""
    if not isinstance(unknown, OpenValue) or _is_anything(value) or _is_unknown(value):
        return False
    too_early = unknown.least is not None and isinstance(value, date) and value.toordinal() < unknown.least
    return not too_early


def _unknowns_in(part: Any) -> dict[Any, None]:
    """What is unrecorded or not known of which a step speaks."""
    found: dict[Any, None] = {}
    for step in walk(part):
        for said in (*getattr(step, "arguments", ()), *getattr(step, "bindings", ()), *getattr(step, "values", ())):
            if _is_unknown(said):
                found.setdefault(said)
    return found


def _head(rule: Rule, keys: Keys) -> dict[str, Any] | None:
    """The bindings under which a rule is about these keys."""
    bound: dict[str, Any] = {}
    for argument, key in zip(rule.head.arguments, keys, strict=True):
        if isinstance(argument, Variable):
            if bound.setdefault(argument.name, key) != key:
                return None
        elif _is_unknown(key):
            raise Unjudged("a rule for one thing, and something not known")
        elif _plain(argument, bound) != key:
            return None
    return bound


def _inner(rule: Rule) -> list[Variable]:
    """The variables of a rule's condition that its head lacks."""
    return sorted(free(rule.body) - free(rule.head), key=lambda variable: variable.name)


def _is_searched(rule: Rule) -> bool:
    return rule.value is not None and bool(free(rule.value) - free(rule.head))


def _is_so(question: Any, world: oracle.World) -> bool | None:
    """Whether a completion answers a question so; None where it does not arise."""
    match question:
        case OpenStatement():
            return world.holds(question.relation, question.arguments)
        case HasValue():
            return _reads(question.value, world) is not None
        case Threshold():
            value = _number(_reads(question.value, world))
            return None if value is None else value < question.bound if question.strict else value <= question.bound
        case Equals():
            value, other = _reads(question.value, world), _reads(question.other, world)
            return None if value is None or other is None else value == other
        case Sign():
            values = [_number(_reads(unknown, world)) for unknown, _ in question.terms]
            if None in values:
                return None
            total = question.constant + sum(
                factor * value for (_, factor), value in zip(question.terms, values, strict=True)
            )
            return bool(total < 0 if question.strict else total <= 0)
        case ComesFirst():
            first, second = sorted((question.first, question.second), key=str)
            came_first = world.answer(("which first", question.relation, first, second), (True, False))
            return bool(came_first) is (question.first == first)
        case MayExist():
            thing: Any = Unrecorded(question.relation, question.context)
            return world.holds(question.relation, (thing,))
        case Clash():
            return bool(world.answer(("clash", question), (True, False)))
    raise Unjudged(f"a question that no completion answers: {question}")


def _reads(unknown: Any, world: oracle.World) -> Any:
    """The value of an unknown under a completion."""
    match unknown:
        case OpenValue():
            if unknown.relation not in world.relations:
                raise Unjudged("a number of what may be unrecorded")
            return world.value_of(unknown.relation, unknown.keys, unknown.column)
        case Shaped():
            values = [_reads(argument, world) for argument in unknown.arguments]
            return None if None in values else OPERATIONS[unknown.operation](unknown.calendar, *values)
        case Linear():
            numbers = [_number(_reads(each, world)) for each, _ in unknown.terms]
            if None in numbers:
                return None
            return unknown.constant + sum(f * v for (_, f), v in zip(unknown.terms, numbers, strict=True))
        case Anything():
            raise Refused("nothing is shown of what may be anything")
        case Unrecorded():
            there: Any = (unknown,)
            return unknown if world.holds(unknown.relation, there) else None
    return unknown


def _number(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value
