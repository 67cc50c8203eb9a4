"""From the engine's answer to the one that users read: said, cited, explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any

from attrs import define, evolve, field

from engine import query
from engine.decision import FALSE, TRUE
from engine.judge import Verdict
from engine.model import Constant, Variable
from engine.proof import (
    AllStep,
    Attempt,
    Basis,
    ByCases,
    Conclusion,
    Fact,
    Folded,
    Quantity,
    SomeStep,
    Step,
    Witness,
    walk,
)
from engine.values import DATE, Kind, Type
from policy.advising import Provisos, advice, open_names
from policy.answer import Answer, Bound, Days, Listed, Range, Reading, Stamp, sections
from policy.citing import all_clauses, citations, clashing, split
from policy.explain import NO_RULE, Teller, forbidding, in_each_case
from policy.lint import nodes
from policy.others import no_others
from policy.outline import Line, flat, once, outline
from policy.phrases import plural
from policy.speak import Speaker

_DAY = timedelta(days=1)
_MOST_RANGES = 6
_PERMITS = {"may", "permitted", "allowed"}


_MOST_OPTIONS = 5
"""So many values that an open one may be are told with what they depend on."""
_MOST_OPEN = 3
"""So many things are told on which another reading depends, too."""


@define
class Presenter:
    """Presents the engine's answers to one question of one case.

    ``order`` sorts clause ids as the book has them; ``supposed`` are the records that a question supposes; ``unread``
    says by relation that rows of it are not among the facts; what it says of none is said with every answer.
    """

    speaker: Speaker
    order: Callable[[Iterable[str]], tuple[str, ...]]
    supposed: tuple[query.Supposed, ...]
    stamp: Stamp
    unread: Mapping[str, str] = field(factory=dict)
    provisos: Provisos = field(factory=Provisos)
    all_parts: bool = False
    limited: Callable[[], AbstractContextManager[None]] = nullcontext

    def present(
        self,
        text: str,
        asked: query.Query,
        found: query.Answer,
        steps: Callable[[], tuple[Step | Witness, ...]],
        value_type: Type | None,
        readings: Callable[[], tuple[Reading, ...]] = tuple,
        bound: Callable[[], str | None] = lambda: None,
    ) -> Answer:
        """The answer to a question.

        ``steps`` gives all those of its proofs; ``bound`` gives a sentence on the most that would be allowed.
        """
        roots = tuple(step for step in (found.proof, found.beyond) if step is not None)
        roots += tuple(step for member in found.members for step in member.proof.parts)
        value = self._value(asked, found)
        said = self.said(asked, found, value_type)
        cited = self.order(citations(self.speaker.lexicon, asked, found))
        cited = cited or self.order(all_clauses(self.speaker.lexicon, steps()))[:1]
        ways = self.provisos.of(self.speaker, found.settlement, found.origins)

        def support() -> tuple[str, ...]:
            every = self.order(all_clauses(self.speaker.lexicon, steps()))
            return tuple(clause for clause in every if clause not in cited)

        def explain(answer: Answer) -> tuple[Line, ...]:
            told = evolve(self, all_parts=answer.full)
            with self.limited():
                lines = told._lines(asked, found, value_type, answer.readings, bound(), answer.assumptions)
                return tuple(flat(once(outline(lines)), 0))

        return Answer(
            text,
            found.verdict,
            value,
            said,
            value_type.name if value_type is not None else None,
            cited,
            ways,
            found.settlement.more,
            open_names(self.speaker, found),
            self.stamp,
            roots,
            support,
            lambda: self._assumptions(asked, found, steps()),
            explain,
            readings,
            lambda: [self._tree(step) for step in roots],
        )

    # -------------------------------------------------------------- saying

    def _value(self, asked: query.Query, found: query.Answer) -> Any:
        if asked.shape is query.Shape.WHICH:
            depending = tuple(
                (member.value, self.provisos.of(self.speaker, member.settlement, found.origins))
                for member in found.members
                if member.verdict is not Verdict.YES
            )
            return Listed(found.value or (), depending)
        if asked.shape is query.Shape.WHEN and found.verdict is not Verdict.NONE:
            return Days(found.value, ranges_of(found.regions))
        if asked.shape in (query.Shape.MOST, query.Shape.LEAST) and found.verdict is Verdict.VALUE:
            return Bound(asked.shape is query.Shape.MOST, found.value, self._is_strict(asked, found))
        return found.value

    @staticmethod
    def _is_strict(asked: query.Query, found: query.Answer) -> bool:
        most = asked.shape is query.Shape.MOST
        for region in found.regions:
            if region.verdict is not Verdict.NO and (region.high if most else region.low) == found.value:
                return not (region.high_included if most else region.low_included)
        return False

    def said(self, asked: query.Query, found: query.Answer, type: Type | None) -> str:
        """The answer in a word, a value or a list."""
        match found.verdict:
            case Verdict.YES:
                return "Yes."
            case Verdict.NO:
                return "No."
            case Verdict.CONFLICT:
                return f"Conflict between {' and '.join(f'§ {c}' for c in self.order(clashing(found)))}."
            case Verdict.NONE:
                return "Never." if type == DATE and asked.shape is not query.Shape.VALUE else "None."
            case _ if asked.shape is query.Shape.WHEN:
                return self._said_when(found)
            case Verdict.DEPENDS if asked.shape is not query.Shape.WHICH:
                return "Depends."
        if asked.shape is query.Shape.WHICH:
            return self._said_list(asked, found)
        assert type is not None
        said = self.speaker.value(found.value, type)
        if asked.shape in (query.Shape.MOST, query.Shape.LEAST) and type.kind is not Kind.DATE:
            strict = self._is_strict(asked, found)
            most = asked.shape is query.Shape.MOST
            words = ("Less than" if strict else "At most") if most else ("More than" if strict else "At least")
            return f"{words} {said}."
        return f"{said[:1].upper()}{said[1:]}."

    def said_otherwise(self, asked: query.Query, found: query.Answer, other: query.Answer, type: Type | None) -> str:
        """What another reading answers; where that depends too, whether on other things, and on which."""
        said = self.said(asked, other, type)
        if said != self.said(asked, found, type) or Verdict.DEPENDS not in _verdicts(other):
            return said
        here, there = (open_names(self.speaker, each, "whether ") for each in (found, other))
        more, less = [each for each in there if each not in here], [each for each in here if each not in there]
        parts = [f"also on {_some_of(more)}"] if more else []
        parts += [f"no longer on {_some_of(less)}"] if less else []
        if not parts and _values(found) != _values(other):
            parts = ["for other values"]
        return f"{said[:-1]}, {'; '.join(parts)}." if parts else said

    def _said_when(self, found: query.Answer) -> str:
        """The first day; where no day is certain, to which day it is certainly not so."""
        first = found.value
        if found.verdict is Verdict.DEPENDS:
            return "Depends." if first is None else f"Depends: not on or before {self._day(first - _DAY)}."
        if first is not None:
            return f"{self._day(first)}."
        last = ranges_of(found.regions)[0].last
        return "On any day." if last is None else f"On any day up to {self._day(last)}."

    def _day(self, day: date) -> str:
        return self.speaker.value(day, DATE)

    def _said_list(self, asked: query.Query, found: query.Answer) -> str:
        assert asked.open is not None
        type = asked.open.type
        certain = _listed(
            [self.speaker.value(member.value, type) for member in found.members if member.verdict is Verdict.YES]
        )
        depending = _listed(
            [self.speaker.value(member.value, type) for member in found.members if member.verdict is not Verdict.YES]
        )
        certain = _begun(certain, type)
        if certain and depending:
            return f"{certain}; depending on what is open, {depending}."
        return f"{certain}." if certain else f"Depends: {depending}."

    # ---------------------------------------------------------- explaining

    def _assumptions(
        self, asked: query.Query, found: query.Answer, steps: tuple[Step | Witness, ...]
    ) -> tuple[str, ...]:
        facts = self.speaker.facts
        relations = self.speaker.lexicon.relations
        result: dict[str, None] = {}
        silent = False
        for step in steps:
            if isinstance(step, (Fact, Quantity)) and step.relation in relations:
                declared = relations[step.relation]
                silent = silent or (step.basis is Basis.ABSENT and not declared.record)
                if step.basis is Basis.ASSUMED and not declared.reading:
                    result.setdefault(self._default(step))
            elif isinstance(step, (Folded, SomeStep)):
                silent = True
        if silent and facts.complete_to is not None:
            others = self._others(found)
            suffix = f": {others}" if others else ""
            result.setdefault(f"The record is complete to {self.speaker.value(facts.complete_to, DATE)}{suffix}.")
        elif silent:
            result.setdefault("On the record as given: what it does not show is taken not to be so.")
        result |= dict.fromkeys(said for name, said in self.unread.items() if not name or name in rested_on(steps))
        undated = [*self._undated(asked, steps)]
        if undated:
            which = f"order {'it' if len(undated) == 1 else 'them'}: the record of {_listed(undated)}"
            result.setdefault(f"Taken as complete past that day too, since the book does not {which}.")
        if found.cut:
            result.setdefault("The case analysis was cut: there were too many cases to try them all.")
        return tuple(result)

    def _undated(self, asked: query.Query, steps: Iterable[Step | Witness]) -> tuple[str, ...]:
        """The kinds of dated record that no order dates, where a question reaches past the record's end."""
        horizon = self.speaker.facts.complete_to
        if horizon is None or not _reaches_past(asked, horizon):
            return ()
        kinds: dict[str, None] = {}
        for step in steps:
            variables: tuple[Variable, ...] = ()
            if isinstance(step, SomeStep):
                variables = step.condition.variables
            elif isinstance(step, Folded):
                variables = step.aggregate.variables
            for variable in variables:
                declared = self.speaker.lexicon.relations.get(variable.type.name)
                undated = declared is not None and declared.record and declared.time is None
                if undated and declared is not None and any(column.type == DATE for column in declared.columns):
                    kinds.setdefault(plural(variable.type.name))
        return tuple(kinds)

    def _default(self, step: Fact | Quantity) -> str:
        if isinstance(step, Quantity):
            type = next(c.type for c in self.speaker.lexicon.relations[step.relation].columns if c.name == step.column)
            words = self.speaker.quantity(step.relation, step.arguments, step.column)
            return f"Taken until supplied: {words} is {self.speaker.value(step.value, type)}."
        return f"Taken until supplied: {self.speaker.statement(step.relation, step.arguments, step.truth is TRUE)}."

    def _others(self, found: query.Answer) -> str:
        """That no other member of the deciding total is recorded."""
        root = found.beyond if found.beyond is not None else found.proof
        if root is None or (found.beyond is None and found.verdict is not Verdict.NO):
            return ""
        for step in walk(root):
            if isinstance(step, Attempt) and step.truth is not FALSE and not step.rule.positive:
                for inner in walk(step):
                    if isinstance(inner, Folded):
                        return no_others(self.speaker, inner)
        return ""

    def _lines(
        self,
        asked: query.Query,
        found: query.Answer,
        type: Type | None,
        readings: tuple[Reading, ...],
        bound: str | None,
        assumptions: tuple[str, ...],
    ) -> Iterator[Line]:
        teller = Teller(self.speaker, self.all_parts)
        if found.verdict is Verdict.DEPENDS and asked.shape is query.Shape.WHETHER:
            yield from advice(self.speaker, found.settlement, found.origins, "Yes, provided that")
        if asked.shape is query.Shape.WHICH:
            yield from self._member_lines(teller, asked, found)
        elif asked.shape is query.Shape.WHEN and found.verdict is not Verdict.NONE:
            yield from self._when_lines(teller, asked, found)
        elif found.beyond is not None:
            yield Line(0, "Beyond that:")
            yield from self._past(asked, found, found.beyond)
            if found.settlement.sets:
                yield from advice(self.speaker, found.settlement, found.origins, "Up to that, provided that")
        elif found.options:
            yield from self._option_lines(found, type)
            if found.proof is not None:
                yield from teller.tell(found.proof, True, 0)
        elif found.proof is not None:
            refused = found.verdict is Verdict.NONE and asked.open is not None
            yield from self._root(teller, found.proof, Verdict.NO if refused else found.verdict, 0)
        if bound is not None:
            yield Line(0, bound)
        yield from _reading_lines(readings, self.said(asked, found, type))
        for assumption in assumptions:
            yield Line(0, assumption)

    def _when_lines(self, teller: Teller, asked: query.Query, found: query.Answer) -> Iterator[Line]:
        """Why the first day is the first: what holds on it, or what it depends on, and what failed the day before."""
        before = None if found.beyond is None else self._day(found.value - _DAY)
        if found.verdict is Verdict.DEPENDS:
            opening = "Provided that" if before is None else "Later, provided that"
            yield from advice(self.speaker, found.settlement, found.origins, opening)
        elif found.proof is not None:
            yield from self._root(teller, found.proof, found.verdict, 0)
        if found.beyond is not None:
            depends = found.verdict is Verdict.DEPENDS
            yield Line(0, f"Not on or before {before}:" if depends else f"The day before, {before}:")
            yield from self._past(asked, found, found.beyond)
        ranges = ranges_of(found.regions)
        if ranges[-1].verdict is not Verdict.DEPENDS or any(each.verdict is Verdict.YES for each in ranges):
            yield Line(0, self._said_ranges(ranges))

    def _said_ranges(self, ranges: tuple[Range, ...]) -> str:
        """All days from the first that is not refused: "Yes from March 1, 2024 to May 31, 2024; then no."."""
        told = [each for each in ranges if each.verdict is not Verdict.NO or each.first is not None]
        words = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.DEPENDS: "depends", Verdict.CONFLICT: "conflict"}
        parts: list[str] = []
        for each in told[:_MOST_RANGES]:
            if each.first is not None and each.first == each.last:
                when = f"on {self._day(each.first)}"
            else:
                ends = ((word, day) for word, day in (("from", each.first), ("to", each.last)) if day is not None)
                when = " ".join(f"{word} {self._day(day)}" for word, day in ends) or "on any day"
            parts.append(f"{words[each.verdict]} {when}")
        if len(told) > _MOST_RANGES:
            parts.append("and further ranges")
        said = "; ".join(parts)
        return f"{said[:1].upper()}{said[1:]}."

    def _past(self, asked: query.Query, found: query.Answer, beyond: Step) -> Iterator[Line]:
        """Why the next value past the bound is refused."""
        facts = found.beyond_facts or self.speaker.facts
        speaker = Speaker(self.speaker.lexicon, facts)
        past = Presenter(speaker, self.order, asked.supposed, self.stamp, all_parts=self.all_parts)
        yield from past._root(Teller(speaker, self.all_parts), beyond, Verdict.NO, 1)

    def _root(self, teller: Teller, step: Step, verdict: Verdict, depth: int) -> Iterator[Line]:
        if isinstance(step, AllStep) and len(step.parts) == 1:
            yield from self._root(teller, step.parts[0], verdict, depth)
        elif isinstance(step, Conclusion):
            yield from self._conclusion(teller, step, verdict, depth)
        elif isinstance(step, ByCases):
            yield from in_each_case(
                self.speaker, step, lambda leaf: self._root(teller.afresh(), leaf, verdict, 0), depth
            )
        else:
            yield from teller.tell(step, verdict is not Verdict.NO, depth)

    def _conclusion(self, teller: Teller, step: Conclusion, verdict: Verdict, depth: int) -> Iterator[Line]:
        teller.among(step.attempts)
        granting = [attempt for attempt in step.attempts if attempt.rule.positive]
        against = [attempt for attempt in step.attempts if not attempt.rule.positive]
        if verdict is Verdict.DEPENDS:
            yield from self._tested(teller, granting, against, depth)
            return
        yield Line(depth, f"{self._subject(step, verdict is not Verdict.NO)}:")
        if verdict is Verdict.NO:
            applying = forbidding(step.attempts)
            for attempt in applying:
                yield from teller.attempt(attempt, True, depth + 1)
            for attempt in granting:
                yield from self._could_have(teller, step, attempt, bool(applying), depth if applying else depth + 1)
            if not applying and not granting:
                yield Line(depth + 1, NO_RULE)
            return
        for attempt in granting:
            if attempt.truth is not FALSE:
                yield from teller.attempt(attempt, True, depth + 1)
        if verdict is Verdict.CONFLICT:
            for attempt in against:
                if attempt.truth is not FALSE:
                    yield Line(depth, f"{self._subject(step, False)}:")
                    yield from teller.attempt(attempt, True, depth + 1)
            return
        yield from self._beaten(teller, step, depth)
        yield from self._limits(teller, against, depth)

    def _beaten(self, teller: Teller, step: Conclusion, depth: int) -> Iterator[Line]:
        """The rules against a conclusion that would apply, if others did not beat them: what they rest on."""
        forbids = _PERMITS & set(self.speaker.statement(step.relation, step.arguments).split())
        for attempt in step.attempts:
            if not attempt.rule.positive and attempt.holds is TRUE and attempt.truth is FALSE:
                stronger = [step.attempts[place].rule.origin for place in attempt.defeaters]
                over = sections(dict.fromkeys(clause for origin in stronger for clause in split(origin)))
                clause = sections(split(attempt.rule.origin))
                have = "have" if "," in over else "has"
                said = f"This would {'forbid it' if forbids else 'deny it'}, but {over} {have} priority:"
                yield Line(depth, said, clause)
                yield from teller.tell(attempt.body, True, depth + 1)

    def _subject(self, step: Conclusion, holds: bool) -> str:
        said = self.speaker.statement(step.relation, step.arguments, holds)
        for record in self.supposed:
            if record.id in step.arguments:
                kind = self.speaker.lexicon.relations[step.relation].columns[step.arguments.index(record.id)].type
                described = self.speaker.supposed(record.relation, record.id)
                said = said.replace(self.speaker.name(record.id, kind), described, 1)
        return f"{said[:1].upper()}{said[1:]}"

    def _could_have(
        self, teller: Teller, step: Conclusion, attempt: Attempt, forbidden: bool, depth: int
    ) -> Iterator[Line]:
        """What keeps a rule that would grant from granting, or what speaks for it beside what forbids."""
        clause = sections(split(attempt.rule.origin))
        allows = _PERMITS & set(self.speaker.statement(step.relation, step.arguments).split())
        parts = list(teller.tell(attempt.body, attempt.body.truth is not FALSE, depth + 1))
        shallow = [line for line in parts if line.depth == depth + 1]
        if attempt.body.truth is FALSE or not forbidden:
            yield Line(depth, f"This would {'allow it' if allows else 'make it otherwise'}, but:", clause)
            yield from parts
        elif shallow:
            made = "allowed it" if allows else "made it otherwise"
            reasons = "; ".join(dict.fromkeys(line.text for line in shallow))
            yield Line(depth, f"This could have {made}: {reasons}.", clause)

    def _tested(self, teller: Teller, granting: list[Attempt], against: list[Attempt], depth: int) -> Iterator[Line]:
        settled = [
            line
            for attempt in granting
            if attempt.truth is not FALSE
            for line in self._settled(teller, attempt.body, depth + 1)
        ]
        if settled:
            yield Line(depth, "Already settled:")
            yield from settled
        yield from self._limits(teller, against, depth)

    def _settled(self, teller: Teller, body: Step, depth: int) -> Iterator[Line]:
        parts = body.parts if isinstance(body, AllStep) else (body,)
        for part in parts:
            if part.truth is TRUE:
                yield from (line for line in teller.tell(part, True, depth) if line.depth == depth)

    def _limits(self, teller: Teller, against: list[Attempt], depth: int) -> Iterator[Line]:
        tested = [attempt for attempt in against if attempt.holds is FALSE]
        lines = [
            line for attempt in tested for line in teller.attempt(attempt, False, depth + 1) if line.depth == depth + 1
        ]
        if lines:
            yield Line(depth, "Tested, and no bar:")
            yield from lines

    def _option_lines(self, found: query.Answer, type: Type | None) -> Iterator[Line]:
        """What a value may be; of many those that are soonest told."""

        def asks(option: query.Option) -> int:
            return sum(len(group) for group in option.settlement.sets)

        told = sorted(found.options, key=asks)[:_MOST_OPTIONS]
        for option in (each for each in found.options if each in told):
            said = "none" if option.value is None or type is None else self.speaker.value(option.value, type)
            begun = f"{said[:1].upper()}{said[1:]}"
            if () in option.settlement.sets:  # it is that for certain, in terms of what nobody has supplied
                yield Line(0, f"{begun}, once that is known.")
                continue
            opening = f"{begun}, provided that"
            yield from advice(self.speaker, option.settlement, found.origins, opening)
        if len(found.options) > len(told):
            yield Line(0, f"There are {len(found.options) - len(told)} further values that it may be.")

    def _member_lines(self, teller: Teller, asked: query.Query, found: query.Answer) -> Iterator[Line]:
        assert asked.open is not None
        for member in found.members:
            said = _begun(self.speaker.value(member.value, asked.open.type), asked.open.type)
            if member.verdict is Verdict.YES:
                yield Line(0, f"{said}:")
                for part in member.proof.parts:
                    yield from teller.tell(part, True, 1)
            elif member.verdict is Verdict.CONFLICT:
                yield Line(0, f"{said}: the clauses conflict")
            else:
                yield from advice(self.speaker, member.settlement, found.origins, f"{said}, provided that")
        for witness in found.others:
            value = witness.values[0] if witness.values else None
            if isinstance(value, str):
                yield Line(0, f"Not {self.speaker.value(value, asked.open.type)}:")
                for part in witness.parts:
                    yield from teller.tell(part, False, 1)

    # ---------------------------------------------------------------- tree

    def _tree(self, step: Step | Witness) -> dict[str, Any]:
        """A step as plain data: what it says, its truth, clause, record and parts."""
        from policy.prooftree import tree

        return tree(step, self.speaker)


def ranges_of(regions: Iterable[query.Region]) -> tuple[Range, ...]:
    """The ranges of days, those side by side with one verdict as one."""
    ranges: list[Range] = []
    for each in regions:
        if ranges and ranges[-1].verdict is each.verdict:
            ranges[-1] = Range(ranges[-1].first, each.high, each.verdict)
        else:
            ranges.append(Range(each.low, each.high, each.verdict))
    return tuple(ranges)


def rested_on(steps: Iterable[Step | Witness]) -> set[str]:
    """The relations that a proof speaks of."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, (Fact, Quantity)):
            found.add(step.relation)
        elif isinstance(step, (SomeStep, Folded)):
            searched = step.condition if isinstance(step, SomeStep) else step.aggregate
            found |= {str(getattr(node, "relation", "")) for node in nodes(searched)}
    return found


def _verdicts(found: query.Answer) -> set[Verdict]:
    return {found.verdict, *(member.verdict for member in found.members)}


def _values(found: query.Answer) -> set[Any]:
    """What may be the value, or on the list."""
    return {option.value for option in found.options} | {(member.value, member.verdict) for member in found.members}


def _reading_lines(readings: tuple[Reading, ...], said: str) -> Iterator[Line]:
    """The readings that matter, each with what the other would answer; those that do not, together."""
    idle = [reading.id for reading in readings if reading.otherwise == said]
    for reading in readings:
        if reading.otherwise != said:
            yield Line(0, f"Reading {reading.id}: {reading.text}. On the other reading: {reading.otherwise}")
    if idle:
        word = "Reading" if len(idle) == 1 else "Readings"
        verb = "is" if len(idle) == 1 else "are"
        yield Line(0, f"{word} {_listed(idle)} {verb} taken too; otherwise the answer is the same.")


def _begun(said: str, type: Type) -> str:
    """What begins with a value of a kind, as a sentence begins; a name stays as it is written."""
    return f"{said[:1].upper()}{said[1:]}" if type.members else said


def _some_of(names: list[str]) -> str:
    """The first few, and that there are others."""
    return _listed(names if len(names) <= _MOST_OPEN else [*names[:_MOST_OPEN], "more"])


def _listed(names: list[str]) -> str:
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _reaches_past(asked: query.Query, horizon: date) -> bool:
    """Whether a question speaks of a day after the record's end, or leaves a day open."""
    if asked.open is not None and asked.open.type == DATE:
        return True
    return any(
        isinstance(node, Constant) and isinstance(node.value, date) and node.value > horizon
        for part in (asked.goal, *asked.supposed, *(constant for _, constant in asked.given))
        for node in nodes(part)
    )
