"""A judge of proofs, who takes nothing from the evaluator but the proof itself.

A proof is read against the text of the program and the plain facts: for each condition, the step that is
to show it must be of its kind, and its parts must show what the condition needs.

* What holds shows everything that makes it hold; what fails shows what fails, for every way it could hold.
* A conclusion shows every rule about it. A rule applies where its condition, its exemptions and every rule over
  it that concludes otherwise are dealt with; it does not where one of them is shown to stop it.
* A value is worked out again from the values that its step rests on; a total from its members.
* In a proof by cases an answer is supposed; what follows from the suppositions is tried out on every
  completion in which they are so.

What may go unsaid is what the record or the rules never offer: candidates that are not on the record, and
those that no rule could conclude. These are looked up, the second by asking the oracle.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
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
)
from engine.unknowns import (
    Clash,
    ComesFirst,
    Equals,
    HasValue,
    Linear,
    OpenStatement,
    OpenValue,
    Shaped,
    Sign,
    Threshold,
)
from engine.values import NUMBER
from tests.engine import oracle
from tests.engine.oracle import COMPARE, FOLDS, OPERATIONS, Bound, Facts, Keys, Unanswered, Verdict, free

Read = Callable[[oracle.World], Any]
"""What an expression, a condition or a supposition comes to under a completion."""


class Refused(Exception):
    """This is no proof."""


def require(condition: object, why: str) -> None:
    if not condition:
        raise Refused(why)


def check(program: Program, facts: Facts, goal: Condition | Expression, answer: Any, proof: Any) -> None:
    """Refuse what does not prove that the goal holds (True), fails (False), or has a value (None: has none)."""
    judge = Judge(program, facts, ())
    if isinstance(goal, ValueOf):
        notes = iter((proof,))
        value = judge.read(goal, {}, notes)
        require(judge.everywhere(value) == {answer}, "another value")
    else:
        judge.prove(goal, {}, proof, answer)  # type: ignore[arg-type]  # a condition


class Judge:
    """Judges steps, given what is supposed: questions with the answers to them."""

    def __init__(self, program: Program, facts: Facts, supposed: tuple[tuple[Any, bool], ...]) -> None:
        self.program = program
        self.facts = facts
        self.supposed = supposed
        self.relations = {relation.name: relation for relation in program.relations}
        self.domains = oracle.domains_of(program, facts)
        self.priorities = {(priority.stronger, priority.weaker) for priority in program.priorities}
        self._shown: dict[int, tuple[Any, frozenset[Any]]] = {}  # steps, with what was being worked out above them
        self._unsupported: dict[tuple[str, Keys], bool] = {}
        self.recursive = oracle.recursive(program)
        self.working: list[tuple[str, Keys]] = []
        empty = oracle.Case(Program(program.relations, ()), facts, And(()), self.domains, {})
        self.worlds: list[Mapping[Any, Any]] = [{}]
        self._bare = empty
        self.worlds = [
            answers
            for answers, so in self._completions(lambda world: all(_is_so(q, world) in (a, None) for q, a in supposed))
            if so
        ]

    # -------------------------------------------------------------- completions

    def _completions(self, read: Read) -> Iterator[tuple[Mapping[Any, Any], Any]]:
        """What is read under every completion that agrees with what is supposed."""
        pending = list(self.worlds)
        while pending:
            answers = pending.pop()
            try:
                yield answers, read(oracle.World(self._bare, answers, {}))
            except Unanswered as open_:
                pending += [{**answers, open_.question: option} for option in open_.options]

    def everywhere(self, read: Read) -> set[Any]:
        """All that may be read."""
        return {result for _, result in self._completions(read)}

    # --------------------------------------------------------------- conditions

    def proves(self, condition: Condition, bound: Bound, step: Any, holds: bool) -> bool:
        """Whether a step proves that a condition holds, or fails."""
        try:
            self.prove(condition, bound, step, holds)
        except Refused:
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
            judge = Judge(self.program, self.facts, (*self.supposed, (step.question, answer)))
            if branch is None:
                require(not judge.worlds, "a case is left out")
            else:
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
        require(self.everywhere(truth) <= {holds}, "it comes out otherwise")

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
                records = self.read_all((condition.earlier, condition.later), bound, notes)
                assert relation.time is not None
                for record in next(iter(self.everywhere(records))):
                    self.quantity(relation, (record,), relation.columns[relation.time].name, next(notes, None))
                return lambda world: _given(records(world), lambda x, y: world.comes_before(relation, x, y))
            case On():
                relation = self.relations[condition.relation]
                every_or_any = all if condition.throughout else any
                places = self.read_all((*condition.arguments, condition.first, condition.last), bound, notes)

                def over_time(*found: Any) -> Callable[[oracle.World], bool]:
                    *keys, first, last = found
                    each = oracle.days(first, last)
                    return lambda world: every_or_any(world.holds_on(relation, tuple(keys), day) for day in each)

                return lambda world: _given(places(world), lambda *found: over_time(*found)(world))
        raise Refused("no such condition")

    # ------------------------------------------------------------------ searches

    def witness(self, variables: Iterable[Variable], condition: Condition, bound: Bound, witness: Witness) -> Bound:
        """A binding for which each condition is shown by a part of its own (of what is uncertain nothing is)."""
        names = [variable.name for variable in variables]
        require(len(names) == len(witness.values) and None not in witness.values, "not every variable has a value")
        inner = {**bound, **dict(zip(names, witness.values, strict=True))}
        if not witness.truth.is_open:
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
        ranges = [self.domains.get(variable.type.name, ()) for variable in variables]
        for candidate, (part,) in failures:
            if len(candidate) == 1 and None not in candidate:
                inner = {**bound, names[0]: candidate[0]}
                require(any(self.proves(each, inner, part, False) for each in needed), "it does not fail by that")
        for values in itertools.product(*ranges):
            inner = {**bound, **dict(zip(names, values, strict=True))}
            if values in found or self.never_offered(needed, inner, set(names)):
                continue
            require(
                any(
                    self.proves(each, inner, part, False)
                    for candidate, (part,) in failures
                    if len(candidate) != 1 or candidate[0] in (*values, None)
                    for each in needed
                ),
                "a candidate is left out",
            )

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
            if isinstance(place, Atom | ValueOf) and names & {variable.name for variable in free(place)}:
                plain = all(isinstance(argument, Variable | Constant) for argument in place.arguments)
                if plain or self.relations[place.relation].span:
                    yield place

    def has_no_row(self, place: Atom | ValueOf, bound: Bound) -> bool:
        """Whether the facts, or the rules, offer nothing under these keys."""
        relation = self.relations[place.relation]
        keys = tuple(_plain(argument, bound) for argument in place.arguments[: relation.keys])
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
        """Whether no rule could conclude this."""
        known = self._unsupported.get((relation.name, keys))
        if known is None:
            known = self._unsupported[relation.name, keys] = self.is_unsupported(relation, keys)
        return known

    def is_unsupported(self, relation: Relation, keys: Keys) -> bool:
        for rule in self.program.rules:
            bound = _head(rule, keys) if rule.head.relation == relation.name and rule.positive else None
            if bound is not None and not self.impossible(rule.body, bound):
                return False
        return True

    def impossible(self, condition: Condition, bound: Bound) -> bool:
        """Whether the oracle finds no way for a condition to hold."""
        ground = substitute(condition, bound)
        some = Some(tuple(free(ground)), ground)
        case = oracle.Case(self.program, self.facts, some, self.domains, self.recursive)
        found = (finding for world in self.worlds for finding in oracle.completions(case, world))
        return all(finding.verdict is Verdict.NO for finding in found)

    # -------------------------------------------------------------- statements

    def atom(self, atom: Atom, bound: Bound, step: Any, holds: bool) -> None:
        relation = self.relations[atom.relation]
        notes: Iterator[Any] = iter(())
        if isinstance(step, AllStep):
            require(len(step.parts) > 1, "no statement")
            *before, step = step.parts
            notes = iter(before)
        arguments = self.read_all(atom.arguments, bound, notes)
        require(next(notes, None) is None, "a value that nothing uses")
        require(relation.name == getattr(step, "relation", relation.name), "another statement")
        if relation.span:
            truth = self.everywhere(lambda world: _given(arguments(world), lambda *of: world.holds(atom.relation, of)))
            require(isinstance(step, Fact | AllStep) and truth <= {holds}, "it is not recorded so")
            return
        found = self.everywhere(arguments)
        require(len(found) == 1 and None not in found, "arguments that are not settled")
        (keys,) = found
        self.statement(relation, keys, step, holds)

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
        rules = [rule for rule in self.program.rules if rule.head.relation == relation.name]
        require(all(attempt.body is not None for attempt in attempts), "no condition")
        for rule in rules:
            mine = [attempt for attempt in attempts if attempt.rule == rule]
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
        elif attempts[0].body.truth is not FALSE:
            tried = {tuple(attempt.scope.bound(attempt.bindings).get(v.name) for v in inner) for attempt in attempts}
            require(len(tried) == len(attempts), "a binding is tried twice")
            for values in itertools.product(*(self.domains.get(variable.type.name, ()) for variable in inner)):
                binding = {**bound, **{v.name: value for v, value in zip(inner, values, strict=True)}}
                require(values in tried or self.impossible(rule.body, binding), "a binding is left out")

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
            if body.truth is FALSE:
                self.none(inner, rule.body, bound, [Witness((), FALSE, (part,)) for part in body.parts])
            else:
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
        exists = self.everywhere(lambda world: value(world) is not None)
        require(exists == {True} or attempt.truth is not TRUE, "it does not follow that its value exists")
        require(exists != {False} or attempt.truth is FALSE, "its value does not exist")
        return None if exists == {False} else value

    def defeat(self, attempts: tuple[Attempt, ...], values: list[Read | None], number: int) -> None:
        """An attempt that nothing else stops applies, unless one over it applies that concludes otherwise."""
        attempt, value = attempts[number], values[number]
        if value is None or attempt.truth.is_open:
            return
        over = {
            place
            for place, other in enumerate(attempts)
            if (other.rule.name, attempt.rule.name) in self.priorities and other.truth is not FALSE
            if (stronger := values[place]) is not None and self.differs(stronger, value)
        }
        if attempt.truth is TRUE:
            require(not over, "something over it may apply")
        else:
            stopped = any(attempts[place].truth is TRUE and place in attempt.defeaters for place in over)
            require(stopped, "nothing stops it")

    def differs(self, one: Read, other: Read) -> bool:
        found = self.everywhere(lambda world: one(world) != other(world))
        require(len(found) == 1, "it is not settled whether they conclude otherwise")
        return found == {True}

    # --------------------------------------------------------------- expressions

    def read_all(self, expressions: tuple[Expression, ...], bound: Bound, notes: Iterator[Any]) -> Read:
        """The values of expressions, or None where one has none."""
        reads = [self.read(expression, bound, notes) for expression in expressions]

        def read(world: oracle.World) -> Any:
            values = tuple(each(world) for each in reads)
            return None if None in values else values

        return read

    def read(self, expression: Expression, bound: Bound, notes: Iterator[Any]) -> Read:
        """The value of an expression, worked out from the steps that give the values it uses."""
        match expression:
            case Variable() | Constant():
                value = _plain(expression, bound)
                return lambda world: value
            case ValueOf():
                keys = self.everywhere(self.read_all(expression.arguments, bound, notes))
                require(len(keys) == 1 and None not in keys, "arguments that are not settled")
                relation = self.relations[expression.relation]
                return self.quantity(relation, keys.pop(), expression.column, next(notes, None))
            case Apply():
                operation, calendar = OPERATIONS[expression.operation], self.program.calendar
                operands = self.read_all(expression.arguments, bound, notes)
                return lambda world: _given(operands(world), lambda *of: operation(calendar, *of), None)
            case Aggregate():
                return self.folded(expression, bound, next(notes, None))

    def quantity(self, relation: Relation, keys: Keys, column: str, note: Any) -> Read:
        """A value that is recorded, or concluded."""
        require(isinstance(note, Quantity), "no value")
        require((note.relation, note.arguments, note.column) == (relation.name, keys, column), "another value")
        overridden = keys in self.facts.values.get(relation.name, {})
        if relation.record or relation.silence is not Silence.CONCLUDED or overridden:
            require(not note.attempts, "rules for what is recorded")
            return lambda world: world.value_of(relation.name, keys, column)
        attempts = list(zip(note.attempts, self.attempts(relation, keys, note.attempts), strict=True))

        def conclude(world: oracle.World) -> Any:
            found = {value(world) for attempt, value in attempts if value is not None and _counts(world, attempt)} - {
                None
            }
            side = ("which side", relation.name, keys)
            return world.answer(side, sorted(found)) if len(found) > 1 else next(iter(found), None)

        return conclude

    def folded(self, aggregate: Aggregate, bound: Bound, note: Any) -> Read:
        """A total of its members, none left out."""
        require(isinstance(note, Folded) and note.aggregate == aggregate, "not the fold")
        reads: list[Read] = []
        for witness in note.parts:
            inner = self.witness(aggregate.variables, aggregate.where, bound, witness)
            notes = iter(witness.notes)
            of = Constant(1, NUMBER) if aggregate.of is None else aggregate.of
            reads.append(_of_member(witness, self.read(of, inner, notes)))
            require(next(notes, None) is None, "a value that nothing uses")
        found = frozenset(witness.values for witness in note.parts)
        require(len(found) == len(note.parts), "a member is counted twice")
        self.none(aggregate.variables, aggregate.where, bound, note.failed, found)
        fold = FOLDS[Fold.TOTAL if aggregate.fold is Fold.NUMBER else aggregate.fold]

        def read(world: oracle.World) -> Any:
            values = [each(world) for each in reads]
            return fold([value for value in values if value is not None])

        if isinstance(note.value, int):
            require(self.everywhere(read) <= {note.value}, "a total that is not that of its parts")
        return read


# ---------------------------------------------------------------------- helpers


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


def _head(rule: Rule, keys: Keys) -> dict[str, Any] | None:
    """The bindings under which a rule is about these keys."""
    bound: dict[str, Any] = {}
    for argument, key in zip(rule.head.arguments, keys, strict=True):
        if isinstance(argument, Variable):
            if bound.setdefault(argument.name, key) != key:
                return None
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
            first, second = sorted((question.first, question.second))
            came_first = world.answer(("which first", question.relation, first, second), (True, False))
            return bool(came_first) is (question.first == first)
        case Clash():
            return bool(world.answer(("clash", question), (True, False)))
    raise Refused("a question that no completion answers")


def _reads(unknown: Any, world: oracle.World) -> Any:
    """The value of an unknown under a completion."""
    match unknown:
        case OpenValue():
            return world.value_of(unknown.relation, unknown.keys, unknown.column)
        case Shaped():
            values = [_reads(argument, world) for argument in unknown.arguments]
            return None if None in values else OPERATIONS[unknown.operation](unknown.calendar, *values)
        case Linear():
            numbers = [_number(_reads(each, world)) for each, _ in unknown.terms]
            if None in numbers:
                return None
            return unknown.constant + sum(f * v for (_, f), v in zip(unknown.terms, numbers, strict=True))
    return unknown


def _number(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value
