"""From a proof to sentences: the lines of an explanation, each with what it rests on.

A pure function of the answer's proof. The words come from `policy.speak`; which steps are told is decided
here: what decided the answer in full, what was merely tested in a line, what never mattered not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import define, evolve, field

from engine.decision import FALSE, TRUE
from engine.facts import Row
from engine.model import Apply, Atom, Compare, Comparison, Some, ValueOf, Variable
from engine.proof import (
    AllStep,
    AnyStep,
    Attempt,
    Basis,
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
    Step,
    Witness,
)
from engine.search import conjuncts
from engine.unknowns import NONE, OpenValue, Unrecorded, unrecorded_in
from engine.values import DATE
from policy.doubts import Answered, supposing, telling
from policy.others import is_attribute_of, is_recorded
from policy.outline import Block, Line, also, by_cases, flat, outline
from policy.phrases import plural
from policy.relations import recorded
from policy.speak import Speaker
from policy.words import Heading

MOST_PARTS = 5
"""So many parts of a total are shown; the rest is one line."""

_IN_TIME = {
    Comparison.LESS: "before",
    Comparison.AT_MOST: "on or before",
    Comparison.MORE: "after",
    Comparison.AT_LEAST: "on or after",
}
"""When something happened whose day is so to another."""

NO_RULE = "no rule says that it is so"
_DEEPEST = 6
_MOST_LEFT_OUT = 256  # candidates of a total are looked through for what would be told of one over nothing
_MOST_SOURCES = 2  # of what is compared, where it comes from more places, none is told


@define
class Teller:
    """Tells the steps of one proof. ``all_parts`` lists every part of a total."""

    speaker: Speaker
    all_parts: bool = False
    _told: set[int] = field(factory=set)
    _dated: set[tuple[str, tuple[Any, ...]]] = field(factory=set)
    _beside: dict[int, tuple[Attempt, ...]] = field(factory=dict)

    # --------------------------------------------------------------- steps

    def tell(self, step: Step | Witness, holds: bool, depth: int) -> Iterator[Line]:  # noqa: C901 - a case for each step
        """Why a step holds (or does not)."""
        if depth > _DEEPEST:
            return
        match step:
            case Fact():
                # That a thing is of its kind goes without saying.
                if not (holds and self._is_kind(step.relation)):
                    yield self._fact(step, holds, depth)
            case Conclusion():
                if not (holds and self._is_kind(step.relation)):
                    yield from self._conclusion(step, holds, depth)
            case Quantity():
                yield from self._quantity(step, depth)
            case Attempt():
                yield from self.attempt(step, holds, depth)
            case Compared():
                yield from self._compared(step, holds, depth)
            case Existence():
                bound = step.scope.bound(step.bindings)
                yield Line(
                    depth,
                    self.speaker.existence(step.condition, bound, step.value, holds),
                    self._notes_source(step.notes),
                )
                yield from self._notes(step.notes, depth + 1)
            case AllStep() if step.parts and all(isinstance(part, (Quantity, Folded)) for part in step.parts):
                for part in step.parts:
                    yield from self._asked(part, depth)
            case AllStep():
                yield from self._several(step.parts, holds, depth, all_needed=True)
            case AnyStep() if step.truth.is_open:
                for part in step.parts:
                    if part.truth.is_open:
                        yield from self.tell(part, holds, depth)
            case AnyStep():
                yield from self._several(step.parts, holds, depth, all_needed=False)
            case Negation():
                yield from self.tell(step.part, not holds, depth)
            case SomeStep():
                yield from self._some(step, holds, depth)
            case Ordered():
                yield self._ordered(step, holds, depth)
            case OverTime():
                yield self._over_time(step, holds, depth)
            case Folded():
                yield from self._parts(step, depth)
            case Witness():
                yield from self._several(step.parts, holds, depth, all_needed=True)
            case ByCases():
                yield from self._cases(step, holds, depth)
            case Circular():
                said = self.speaker.statement(step.relation, step.arguments, False)
                yield Line(depth, f"{said}: nothing but itself would support it")

    def _is_kind(self, relation: str) -> bool:
        declared = self.speaker.lexicon.relations.get(relation)
        return declared is not None and any(column.type.name == relation for column in declared.columns[:1])

    def _several(self, parts: Iterable[Step], holds: bool, depth: int, all_needed: bool) -> Iterator[Line]:
        """Of a conjunction that holds each part; of one that fails the part that fails; and the other way."""
        wanted = TRUE if holds else FALSE
        for part in parts:
            if isinstance(part, (Quantity, Folded)):
                continue
            if holds == all_needed or part.truth is wanted:
                yield from self.tell(part, holds, depth)

    # --------------------------------------------------------------- facts

    def _fact(self, step: Fact, holds: bool, depth: int) -> Line:
        said = self.speaker.statement(step.relation, step.arguments, holds)
        if step.truth.is_open:
            return Line(depth, self._unsettled(step), self._clause_of(step.relation))
        if step.basis is Basis.STATED:
            return Line(depth, said, self._source(step.rows))
        if step.basis is Basis.ASSUMED:
            reading = self.speaker.lexicon.relations[step.relation].reading
            taken = f"reading {reading}" if reading else "taken as so until the record says otherwise"
            return Line(depth, f"{said} ({taken})", self._clause_of(step.relation))
        declared = self.speaker.lexicon.relations[step.relation]
        if step.basis is Basis.OPEN or declared.record:  # so in this case, of several that are told
            return Line(depth, said, "" if declared.record else self._clause_of(step.relation))
        return Line(depth, f"{said} (so far as recorded)", self._clause_of(step.relation))

    def _unsettled(self, step: Fact) -> str:
        said = self.speaker.statement(step.relation, step.arguments, True)
        phrase = self.speaker.lexicon.phrases.get(step.relation)
        if phrase is None:
            return f"it is not recorded whether {said}"
        if phrase.heading is Heading.DECIDED:
            return f"no decision of {_bodies(phrase.by)} is recorded that {said}"
        if phrase.heading is Heading.DETERMINED:
            return f"{_bodies(phrase.by)} has not determined whether {said}"
        if phrase.heading is Heading.GIVEN:
            return f"the case does not say whether {said}"
        return f"it is not recorded whether {said}"

    def _clause_of(self, relation: str) -> str:
        declared = self.speaker.lexicon.relations.get(relation)
        return _section(declared.origin.clause) if declared is not None else ""

    def _source(self, rows: tuple[Row, ...]) -> str:
        return next((str(row.source) for row in rows if row.source is not None), "")

    # --------------------------------------------------------- conclusions

    def _conclusion(self, step: Conclusion, holds: bool, depth: int) -> Iterator[Line]:
        said = self.speaker.statement(step.relation, step.arguments, holds)
        self.among(step.attempts)
        deciding = self.deciding(step, holds)
        clause = _sections(deciding)
        if step.truth.is_open:
            whether = self.speaker.statement(step.relation, step.arguments, True)
            yield Line(depth, f"whether {whether} is open", clause)
            return
        again = id(step) in self._told
        self._told.add(id(step))
        yield Line(depth, said, clause)
        if again:
            return
        for attempt in deciding:
            yield from self._body(attempt, attempt.truth is TRUE, depth + 1)
        if not step.attempts:
            yield Line(depth + 1, NO_RULE)

    def among(self, attempts: tuple[Attempt, ...]) -> None:
        """Take note of attempts at one conclusion, any of which may beat another."""
        self._beside |= dict.fromkeys(map(id, attempts), attempts)

    def deciding(self, step: Conclusion, holds: bool) -> list[Attempt]:
        """The attempts that a conclusion rests on: those that apply; for a failure, else those that fail to grant."""
        granting = [attempt for attempt in step.attempts if attempt.rule.positive]
        if holds:
            return [attempt for attempt in granting if attempt.truth is not FALSE]
        return forbidding(step.attempts) or granting

    def attempt(self, attempt: Attempt, holds: bool, depth: int) -> Iterator[Line]:
        """An attempt's reasons, the first with its clause."""
        lines = list(self._body(attempt, holds, depth))
        clause = _section(attempt.rule.origin.clause)
        if lines:
            yield evolve(lines[0], rests_on=also(clause, lines[0].rests_on))
            yield from lines[1:]
        else:
            said = self.speaker.conclusion(attempt.rule, attempt.scope.bound(attempt.bindings), attempt.value)
            yield Line(depth, said, clause)

    def _body(self, attempt: Attempt, holds: bool, depth: int) -> Iterator[Line]:
        if attempt.defeaters and attempt.truth is FALSE and attempt.holds is not FALSE:
            beside = self._beside.get(id(attempt), ())
            beaten_by = _sections([beside[place] for place in attempt.defeaters] if beside else [])
            yield Line(depth, "a clause with priority says otherwise", beaten_by)
            return
        for exemption in attempt.exemptions:
            if exemption.truth is not FALSE:
                yield from self.tell(exemption, True, depth)
                if exemption.truth is TRUE:
                    return
        off = None if holds else _switched_off(attempt.body)
        if off is not None:
            yield from self.tell(off, True, depth)
            return
        yield from self.tell(attempt.body, holds, depth)
        if holds:
            yield from self._notes(attempt.notes, depth)

    def _quantity(self, step: Quantity, depth: int) -> Iterator[Line]:
        declared = self.speaker.lexicon.relations.get(step.relation)
        if declared is None or _is_itself(step):
            return
        self.among(step.attempts)
        deciding = standing(step.attempts)
        source = self._source((step.row,)) if step.row is not None else ""
        setting = deciding or [attempt for attempt in step.attempts if attempt.truth is not FALSE]
        clause = _sections(setting) or ("" if source else self._clause_of(step.relation))
        again = id(step) in self._told
        self._told.add(id(step))
        yield Line(depth, self.speaker.valued(step.relation, step.arguments, step.column, step.value), clause or source)
        if again:
            return
        if step.value is NONE:
            for attempt in step.attempts:
                yield from self._body(attempt, False, depth + 1)
        for attempt in deciding:
            yield from self._body(attempt, True, depth + 1)
            yield from self._made_of(attempt, depth + 1)

    def _made_of(self, attempt: Attempt, depth: int) -> Iterator[Line]:
        """What a value is made of, one level down: the value that it is, or what it is worked out from."""
        value = attempt.rule.value
        if isinstance(value, ValueOf):
            # A day or number on which it turns is told too, where a phrase says what it is.
            turns_on = [each for each in value.arguments if isinstance(each, ValueOf)]
            told = {
                (each.relation, each.column)
                for each in (value, *turns_on)
                if each is value or not self.speaker.lexicon.relations[each.relation].record
            }
            for note in attempt.notes:
                named = isinstance(note, Quantity) and (note.relation, note.column) in told
                if isinstance(note, Quantity) and named and not _is_itself(note):
                    clause = _sections(standing(note.attempts)) or self._clause_of(note.relation)
                    source = self._source((note.row,)) if note.row is not None else ""
                    said = self.speaker.valued(note.relation, note.arguments, note.column, note.value)
                    yield Line(depth, said, also(clause, source))
        elif isinstance(value, Apply):
            bound = attempt.scope.bound(attempt.bindings)
            yield Line(depth, self.speaker.worked_out(value, bound, attempt.notes))

    # --------------------------------------------------------- comparisons

    def _compared(self, step: Compared, holds: bool, depth: int) -> Iterator[Line]:
        bound = step.scope.bound(step.bindings)
        left, right = (self.speaker.expression(each, bound) for each in (step.condition.left, step.condition.right))
        if left == right and (holds or NONE not in (step.left, step.right)):
            return  # that a thing is itself, or neither before nor after itself, goes without saying
        said = self.speaker.compared(step.condition, bound, step.left, step.right, holds, step.notes)
        if step.truth.is_open:
            said = self._open_comparison(step, bound)
        notes = list(self._notes(step.notes, depth + 1))
        concluded = [attempt for note in step.notes if isinstance(note, Quantity) for attempt in note.attempts]
        clause = "" if notes else _sections([attempt for attempt in concluded if attempt.truth is not FALSE])
        yield Line(depth, said, also(clause, self._notes_source(step.notes)))
        yield from notes

    def _open_comparison(self, step: Compared, bound: dict[str, Any]) -> str:
        return f"whether {self.speaker.uncertain(step.condition, bound)} is open"

    def _notes_source(self, notes: tuple[Quantity | Folded, ...]) -> str:
        """Where what is compared is recorded; what is supposed of a supposed record says so by itself."""
        supposed = self.speaker.facts.supposed
        sources = dict.fromkeys(
            str(note.row.source)
            for note in notes
            if isinstance(note, Quantity) and note.row is not None and note.row.source is not None
            if note.arguments[:1] == () or note.arguments[0] not in supposed
        )
        return "; ".join(sources) if len(sources) <= _MOST_SOURCES else ""

    def _notes(self, notes: Iterable[Quantity | Folded], depth: int) -> Iterator[Line]:
        """What the values compared rest on: concluded values and totals; plain facts speak for themselves."""
        notes = [*notes]
        totals = sum(isinstance(note, Quantity) and _is_total(note) for note in notes)
        for note in notes:
            if isinstance(note, Folded):
                yield from self._parts(note, depth)
            elif note.attempts and id(note) not in self._told:
                self._told.add(id(note))
                deeper = depth
                if totals > 1 and _is_total(note):  # whose members these are
                    yield Line(depth, f"{self.speaker.valued(note.relation, note.arguments, note.column, note.value)}:")
                    deeper += 1
                for attempt in standing(note.attempts):
                    yield from self._set_by(attempt, deeper)

    def _set_by(self, attempt: Attempt, depth: int) -> Iterator[Line]:
        """What the rule that a value rests on found: the parts of its total, or its reasons and what it comes from."""
        folded = [inner for inner in attempt.notes if isinstance(inner, Folded)]
        if folded:
            for each in folded:
                yield from self._parts(each, depth)
            return
        lines = list(self._body(attempt, True, depth))
        clause = _section(attempt.rule.origin.clause)
        if lines:
            yield evolve(lines[0], rests_on=also(clause, lines[0].rests_on))
            yield from lines[1:]
            yield from self._made_of(attempt, depth)
        else:
            said = self.speaker.conclusion(attempt.rule, attempt.scope.bound(attempt.bindings), attempt.value)
            yield Line(depth, said, clause)
            yield from self._made_of(attempt, depth + 1)

    def _ordered(self, step: Ordered, holds: bool, depth: int) -> Line:
        kind = self.speaker.lexicon.relations[step.condition.relation].columns[0].type
        one, other = self.speaker.value(step.earlier, kind), self.speaker.value(step.later, kind)
        if step.truth.is_open:
            return Line(depth, f"which of {one} and {other}, of one day, came first is not recorded")
        return Line(depth, f"{one} comes before {other}" if holds else f"{one} does not come before {other}")

    def _over_time(self, step: OverTime, holds: bool, depth: int) -> Line:
        if step.condition.throughout:
            during = "from" if holds else "throughout"
        else:
            during = "at some time from" if holds else "at any time from"
        days = (*step.arguments, step.first, step.last)
        said = self.speaker.statement(step.condition.relation, days, holds, during)
        return Line(depth, said, self._source(step.rows))

    # ------------------------------------------------------- some and totals

    def _some(self, step: SomeStep, holds: bool, depth: int) -> Iterator[Line]:
        if holds:
            for witness in step.found:
                yield from self.tell(witness, True, depth)
            return
        failed = [witness for witness in step.failed if not _goes_without_saying(witness)]
        if not failed:
            variables = step.condition.variables
            never = self._never(step.condition, step.scope.bound(step.bindings))
            if never is not None:
                yield Line(depth, never)
                return
            kinds = " and ".join(dict.fromkeys("day" if v.type == DATE else v.type.name for v in variables))
            none = ": none is recorded" if all(is_recorded(variable) for variable in variables) else ""
            yield Line(depth, f"there is no such {kinds}{none}")
            return
        # Of what may be unrecorded it is told how far the record goes.
        recorded = [each for each in failed if all(unrecorded_in(value) is None for value in each.values)]
        failed = recorded or failed
        for witness in failed[:MOST_PARTS]:
            yield from self._on_its_day(step, witness, self.tell(witness, False, depth))
        if len(failed) > MOST_PARTS:
            yield Line(depth, f"and so for {len(failed) - MOST_PARTS:,} more")

    def _on_its_day(self, step: SomeStep, witness: Witness, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines on why a day will not do; what happened on that day is told with it."""
        event = next((part for part in conjuncts(step.condition.condition) if isinstance(part, Atom)), None)
        day = witness.values[0] if len(witness.values) == 1 else None
        phrase = None if event is None else self.speaker.lexicon.phrases.get(event.relation)
        if event is None or phrase is None or phrase.date_slot is None or not isinstance(day, date):
            yield from lines
            return
        said = self.speaker.value(day, DATE)
        bound = step.scope.bound(step.bindings)
        happened = self.speaker.filled(self.speaker.dateless(phrase), event.arguments[:-1], bound)
        for line in lines:
            rest = line.text.removeprefix(f"{said} is ")
            yield line if rest == line.text else evolve(line, text=f"{happened} on {said}, which is {rest}")

    def _never(self, sought: Some, bound: dict[str, Any]) -> str | None:
        """Of a search for a day: that there was none in that time ("A-7 was not lost before …"). Else None."""
        event, *limits = sorted(conjuncts(sought.condition), key=lambda part: not isinstance(part, Atom))
        days = sought.variables
        if len(days) != 1 or not isinstance(event, Atom) or event.arguments[-1:] != days:
            return None
        phrase = self.speaker.lexicon.phrases.get(event.relation)
        if phrase is None or not phrase.negative or phrase.date_slot is None:
            return None
        said = self.speaker.filled(self.speaker.dateless(phrase, False), event.arguments[:-1], bound)
        times = []
        for limit in limits:
            if not isinstance(limit, Compare) or limit.left != days[0] or limit.comparison not in _IN_TIME:
                return None
            times.append(f"{_IN_TIME[limit.comparison]} {self.speaker.expression(limit.right, bound)}")
        return f"{said} {' and '.join(times)}".rstrip()

    def _asked(self, part: Step, depth: int) -> Iterator[Line]:
        """What an asked value is worked out from: of a first or last day the statement about it, once."""
        if isinstance(part, Folded) and isinstance(part.aggregate.of, Variable):
            facts = (each for member in part.parts if member.value == part.value for each in member.parts)
            for fact in facts:
                if isinstance(fact, Fact) and (fact.relation, fact.arguments) not in self._dated:
                    self._dated.add((fact.relation, fact.arguments))
                    yield from self.tell(fact, True, depth)
        else:
            yield from self.tell(part, True, depth)

    def _parts(self, step: Folded, depth: int) -> Iterator[Line]:
        """The members of a total, the largest first; of a first or last day, nothing more than itself."""
        if id(step) in self._told or isinstance(step.aggregate.of, Variable):
            return
        self._told.add(id(step))
        parts = (*step.parts, *step.members) if self.all_parts else step.parts
        members = sorted(parts, key=lambda part: -part.value if isinstance(part.value, (int, Fraction)) else 0)
        shown = members if self.all_parts else members[:MOST_PARTS]
        for member in shown:
            yield self._member(step, member, depth)
        if len(members) > len(shown):
            yield Line(depth, f"and {len(members) - len(shown):,} more")
        if not members and step.added is None:
            yield from self._left_out(step, depth)
        if step.added is not None and not self.all_parts:
            added = self.speaker.value(step.added, self.speaker.type_of(step.aggregate))
            yield Line(
                depth,
                f"{added} of the {plural(step.aggregate.variables[0].type.name)} of the record, added up by tables",
            )

    def _left_out(self, step: Folded, depth: int) -> Iterator[Line]:
        """Of a total over nothing: which records do not count, and why; not those of which it is no total at all."""
        if len(step.failed) > _MOST_LEFT_OUT:
            return
        variable = step.aggregate.variables[0]
        out: dict[str, Witness] = {}
        for witness in step.failed:
            of_another = any(
                isinstance(part, Compared) and is_attribute_of(part.condition, variable) for part in witness.parts[-1:]
            )
            if witness.values and isinstance(witness.values[0], str) and not of_another:
                out.setdefault(self.speaker.value(witness.values[0], variable.type), witness)
        for name, witness in [*out.items()][:MOST_PARTS]:
            yield Line(depth, f"{name} does not count:")
            for part in witness.parts[-1:]:
                yield from self.tell(part, False, depth + 1)
        if len(out) > MOST_PARTS:
            yield Line(depth, f"and so for {len(out) - MOST_PARTS:,} more")

    def _member(self, step: Folded, member: Witness, depth: int) -> Line:
        variable = step.aggregate.variables[0]
        declared = self.speaker.lexicon.relations.get(variable.type.name)
        words = [
            self.speaker.value(value, v.type) for value, v in zip(member.values, step.aggregate.variables, strict=True)
        ]
        source = ""
        if isinstance(member.values[0], Unrecorded):
            return Line(depth, f"{self.speaker.unrecorded(member.values[0], many=True)}, if they count")
        if declared is not None and declared.record and isinstance(member.values[0], str):
            found = self.speaker.facts.find(declared.name, (member.values[0],))
            if step.aggregate.of is not None:
                words.append(self.speaker.value(member.value, self.speaker.type_of(step.aggregate.of)))
            if found is not None:
                table, number = found
                if declared.time is not None:
                    when = declared.columns[declared.time]
                    words.append(self.speaker.value(table.columns[declared.time][number], when.type))
                    words = list(dict.fromkeys(words))  # a day that is the member's value is told once
                source = recorded(table, number).removeprefix("supposed")
        if member.truth.is_open:
            words.append("if it counts")
        return Line(depth, ", ".join(words), source)

    def _cases(self, step: ByCases, holds: bool, depth: int) -> Iterator[Line]:
        """Whichever way open questions are answered."""
        yield from in_each_case(self.speaker, step, lambda leaf: self.afresh().tell(leaf, holds, 0), depth)

    def afresh(self) -> Teller:
        """A teller that has told nothing yet."""
        return Teller(self.speaker, self.all_parts)


def in_each_case(speaker: Speaker, step: Step, tell: Callable[[Step], Iterable[Line]], depth: int) -> Iterator[Line]:
    """What is told of a proof by cases: what is the same in all cases once, then what is not."""
    told: dict[str, tuple[Block, ...]] = {}
    for supposed, leaf in _leaves(step, ()):
        said = [(supposing(speaker, question, True), answer) for question, answer in supposed]
        if any((text, not answer) in said for text, answer in said):
            continue  # one thing that is asked in two places is told as one
        case = " and ".join(dict.fromkeys(supposing(speaker, *each) for each in telling(speaker, [*supposed])))
        told.setdefault(case, outline(tell(leaf)))
    yield from flat(by_cases([*told.items()]), depth)


def _leaves(step: Step, supposed: tuple[Answered, ...]) -> Iterator[tuple[tuple[Answered, ...], Step]]:
    """The proofs of a proof by cases, each with what it supposes."""
    if not isinstance(step, ByCases):
        yield supposed, step
        return
    for answer, branch in ((True, step.yes), (False, step.no)):
        if branch is not None:
            yield from _leaves(branch, (*supposed, (step.question, answer)))


def _goes_without_saying(witness: Witness) -> bool:
    """Whether a candidate fails because it would lie after the record's end, or before itself."""
    last = witness.parts[-1] if witness.parts else None
    if isinstance(last, Ordered):
        return bool(last.earlier == last.later)
    return any(isinstance(value, Unrecorded) for value in witness.values)


def _is_total(note: Quantity) -> bool:
    """Whether a value is a total, whose members are told of it."""
    return any(isinstance(inner, Folded) for attempt in standing(note.attempts) for inner in attempt.notes)


def _switched_off(body: Step) -> Step | None:
    """Why a condition fails for want of a value that no rule gives here: a clause does not apply."""
    for part in body.parts if isinstance(body, AllStep) else (body,):
        for note in part.notes if isinstance(part, Compared) and part.truth is FALSE else ():
            if isinstance(note, Quantity) and note.value is NONE and note.attempts:
                off = [[each for each in tried.exemptions if each.truth is TRUE] for tried in note.attempts]
                if all(off):
                    return off[0][0]
    return None


def standing(attempts: tuple[Attempt, ...]) -> list[Attempt]:
    """The attempts at a value that certainly stand: one that is beaten, or may be, is no fact to tell."""
    return [attempt for attempt in attempts if attempt.truth is TRUE]


def forbidding(attempts: tuple[Attempt, ...]) -> list[Attempt]:
    """The attempts that forbid: those that certainly apply; if none, and something would grant, those that may."""
    against = [attempt for attempt in attempts if not attempt.rule.positive]
    certain = [attempt for attempt in against if attempt.truth is TRUE]
    if certain or all(attempt.truth is FALSE for attempt in attempts if attempt.rule.positive):
        return certain
    return [attempt for attempt in against if attempt.truth is not FALSE]


def _is_itself(step: Quantity) -> bool:
    """Whether all that is known of a value is that it is what it is: that goes without saying."""
    value = step.value
    return isinstance(value, OpenValue) and (value.relation, value.column) == (step.relation, step.column)


def _bodies(by: tuple[str, ...]) -> str:
    return " or ".join(by) if by else "anyone"


def _section(clause: str) -> str:
    return ", ".join(f"§ {each}" for each in clause.split("; ") if each)


def _sections(attempts: Iterable[Attempt]) -> str:
    return ", ".join(dict.fromkeys(_section(attempt.rule.origin.clause) for attempt in attempts))
