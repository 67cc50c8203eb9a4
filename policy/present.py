"""From the engine's answer to the one that users read: said, cited, explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import define

from engine import query
from engine.decision import FALSE, TRUE
from engine.judge import Literal, Settlement, Verdict
from engine.model import Origin
from engine.proof import (
    AllStep,
    AnyStep,
    Attempt,
    Basis,
    ByCases,
    Compared,
    Conclusion,
    Existence,
    Fact,
    Folded,
    Negation,
    Quantity,
    SomeStep,
    Step,
    Witness,
    walk,
)
from engine.unknowns import Clash, Equals, HasValue, OpenStatement, Question, Threshold
from engine.values import DATE, Kind, Type
from policy.answer import Answer, Bound, Listed, Proviso, Reading, Stamp
from policy.explain import Line, Teller, forbidding
from policy.speak import Speaker

Clauses = Iterable[str]


@define
class Presenter:
    """Presents the engine's answers to one question of one case.

    ``order`` sorts clause ids as the book has them; ``supposed`` describes a supposed record by its id.
    """

    speaker: Speaker
    order: Callable[[Iterable[str]], tuple[str, ...]]
    supposed: dict[str, str]
    stamp: Stamp

    def present(
        self,
        text: str,
        asked: query.Query,
        found: query.Answer,
        steps: tuple[Step | Witness, ...],
        value_type: Type | None,
        readings: Callable[[], tuple[Reading, ...]] = tuple,
        bound: Callable[[], str | None] = lambda: None,
    ) -> Answer:
        """The answer to a question; ``steps`` are all those of its proofs, ``bound`` gives a
        sentence on the most that would be allowed.
        """
        roots = tuple(step for step in (found.proof, found.beyond) if step is not None)
        roots += tuple(step for member in found.members for step in member.proof.parts)
        value = self._value(asked, found)
        said = self.said(asked, found, value_type)
        citations = self._citations(asked, found)
        every = self._all_clauses(steps)
        citations = citations or self.order(every)[:1]
        supporting = tuple(clause for clause in self.order(every) if clause not in citations)
        provided = self._provided(found.settlement, found.origins)
        assumptions = self._assumptions(found, steps)

        def explain() -> tuple[Line, ...]:
            return tuple(self._lines(asked, found, value_type, provided, answer.readings, bound(), assumptions))

        answer = Answer(
            text,
            found.verdict,
            value,
            said,
            value_type.name if value_type is not None else None,
            citations,
            supporting,
            provided,
            found.settlement.more,
            self._open(found),
            assumptions,
            self.stamp,
            roots,
            explain,
            readings,
            lambda: [self._tree(step) for step in roots],
        )
        return answer

    # -------------------------------------------------------------- saying

    def _value(self, asked: query.Query, found: query.Answer) -> Any:
        if asked.shape is query.Shape.WHICH:
            depending = tuple(
                (member.value, self._provided(member.settlement, found.origins))
                for member in found.members
                if member.verdict is not Verdict.YES
            )
            return Listed(found.value or (), depending)
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
                return f"Conflict between {' and '.join(f'§ {c}' for c in self._clashing(found))}."
            case Verdict.NONE:
                return "Never." if type is DATE and asked.shape is not query.Shape.VALUE else "None."
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

    def _said_list(self, asked: query.Query, found: query.Answer) -> str:
        assert asked.open is not None
        type = asked.open.type
        certain = _listed(
            [self.speaker.value(member.value, type) for member in found.members if member.verdict is Verdict.YES]
        )
        depending = _listed(
            [self.speaker.value(member.value, type) for member in found.members if member.verdict is not Verdict.YES]
        )
        if certain and depending:
            return f"{certain}; depending on what is open, {depending}."
        return f"{certain}." if certain else f"Depends: {depending}."

    # -------------------------------------------------------------- citing

    def _citations(self, asked: query.Query, found: query.Answer) -> tuple[str, ...]:
        clauses: list[str] = []
        if found.verdict is Verdict.CONFLICT:
            return self._clashing(found)
        if asked.shape is query.Shape.WHICH:
            for member in found.members:
                for part in member.proof.parts:
                    clauses += self._deciding(part, True)
            for witness in found.others:
                for part in witness.parts:
                    clauses += self._deciding(part, False)
            return self.order(clauses)
        if found.beyond is not None:
            return self.order(self._deciding(found.beyond, False))
        if found.proof is not None:
            clauses += self._deciding(found.proof, found.verdict not in (Verdict.NO, Verdict.NONE))
        return self.order(clauses)

    def _deciding(self, step: Step | Witness, holds: bool) -> Iterator[str]:
        """The clauses that decide a step: those that forbid, or that grant with the limits tested."""
        match step:
            case Conclusion():
                yield from self._deciding_rules(step, holds)
            case Quantity():
                applying = [attempt for attempt in step.attempts if attempt.truth is not FALSE]
                for attempt in applying or step.attempts:
                    yield from split(attempt.rule.origin)
                if not step.attempts and step.relation in self.speaker.lexicon.relations:
                    yield from split(self.speaker.lexicon.relations[step.relation].origin)
            case Negation():
                yield from self._deciding(step.part, not holds)
            case AllStep() | AnyStep() | Witness():
                for part in step.parts:
                    if not isinstance(part, (Folded,)) and (part.truth.is_open or (part.truth is TRUE) == holds):
                        yield from self._deciding(part, holds)
            case SomeStep():
                for witness in step.found if holds else step.failed:
                    yield from self._deciding(witness, holds)
            case Compared() | Existence():
                for note in step.notes:
                    if isinstance(note, Quantity):
                        yield from self._deciding(note, holds)
            case ByCases():
                for branch in (step.yes, step.no):
                    if branch is not None:
                        yield from self._deciding(branch, holds)
            case Fact():
                declared = self.speaker.lexicon.relations.get(step.relation)
                if declared is not None:
                    yield from split(declared.origin)
            case _:
                pass

    def _deciding_rules(self, step: Conclusion, holds: bool) -> Iterator[str]:
        granting = [attempt for attempt in step.attempts if attempt.rule.positive]
        if holds:
            limits = (attempt for attempt in step.attempts if not attempt.rule.positive)
            for attempt in (*(a for a in granting if a.truth is not FALSE), *limits):
                yield from split(attempt.rule.origin)
            return
        applying = forbidding(step.attempts)
        for attempt in applying:
            yield from split(attempt.rule.origin)
        if not applying:
            for attempt in granting:
                yield from split(attempt.rule.origin)
                if attempt.body.truth is FALSE:
                    yield from self._deciding(attempt.body, False)

    def _clashing(self, found: query.Answer) -> tuple[str, ...]:
        """The clauses of the rules that contradict each other."""
        clauses: list[str] = []
        for root in (found.proof,):
            for step in walk(root) if root is not None else ():
                if isinstance(step, Conclusion) and step.clash is not FALSE:
                    clauses += [c for a in step.attempts if a.truth is not FALSE for c in split(a.rule.origin)]
                elif isinstance(step, Quantity):
                    applying = [a for a in step.attempts if a.truth is not FALSE]
                    if len({repr(a.value) for a in applying}) > 1:
                        clauses += [c for a in applying for c in split(a.rule.origin)]
        return self.order(clauses)

    def _all_clauses(self, steps: Iterable[Step | Witness]) -> list[str]:
        """The clauses of every rule and declared phrase in the proof."""
        origins: dict[str, Origin] = {}
        relations = self.speaker.lexicon.relations
        for step in steps:
            if isinstance(step, Attempt):
                origins.setdefault(step.rule.origin.clause, step.rule.origin)
            elif isinstance(step, (Fact, Quantity)) and step.relation in relations:
                origin = relations[step.relation].origin
                origins.setdefault(origin.clause, origin)
        return [clause for origin in origins.values() for clause in split(origin)]

    # ------------------------------------------------------------ provisos

    def _provided(self, settlement: Settlement, origins: tuple[Origin, ...]) -> tuple[tuple[Proviso, ...], ...]:
        return tuple(
            tuple(self._proviso(literal, origins) for literal in group if not _is_implied(literal, group))
            for group in settlement.sets
        )

    def _proviso(self, literal: Literal, origins: tuple[Origin, ...]) -> Proviso:
        question, answer = literal.question, literal.answer
        text = self.speaker.question(question, answer)
        if isinstance(question, Equals) and not answer and len(question.value.type.members) == 2:
            other = next(member for member in question.value.type.members if member != question.other)
            text = self.speaker.question(Equals(question.value, other), True)
        clause = self._declared_under(question)
        if not clause and literal.place < len(origins):
            clause = origins[literal.place].clause
        return Proviso(text, clause)

    def _declared_under(self, question: Question) -> str:
        relations = self.speaker.lexicon.relations
        name = ""
        if isinstance(question, (OpenStatement, Clash)):
            name = question.relation
        elif isinstance(question, HasValue):
            name = question.value.relation
        elif isinstance(question, Threshold) and hasattr(question.value, "relation"):
            name = question.value.relation
        declared = relations.get(name)
        return declared.origin.clause if declared is not None else ""

    def _open(self, found: query.Answer) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for each in found.open:
            question = each.question
            if isinstance(question, (HasValue, Equals)):
                names.setdefault(self.speaker.open_value(question.value))
            elif isinstance(question, Threshold):
                names.setdefault(self.speaker.value(question.value, question.value.type))
            else:
                names.setdefault(self.speaker.question(question, True))
        return tuple(names)

    # ---------------------------------------------------------- explaining

    def _assumptions(self, found: query.Answer, steps: Iterable[Step | Witness]) -> tuple[str, ...]:
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
        if found.cut:
            result.setdefault("The case analysis was cut: there were too many cases to try them all.")
        return tuple(result)

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
        teller = Teller(self.speaker)
        for step in walk(root):
            if isinstance(step, Attempt) and step.truth is not FALSE and not step.rule.positive:
                for inner in walk(step):
                    if isinstance(inner, Folded):
                        return teller.no_others(inner)
        return ""

    def _lines(
        self,
        asked: query.Query,
        found: query.Answer,
        type: Type | None,
        provided: tuple[tuple[Proviso, ...], ...],
        readings: tuple[Reading, ...],
        bound: str | None,
        assumptions: tuple[str, ...],
    ) -> Iterator[Line]:
        teller = Teller(self.speaker)
        if found.verdict is Verdict.DEPENDS and asked.shape is query.Shape.WHETHER:
            yield from _advice(provided, found.settlement.more, "Yes, provided that")
        if asked.shape is query.Shape.WHICH:
            yield from self._member_lines(teller, asked, found)
        elif found.beyond is not None:
            yield Line(0, "Beyond that:")
            yield from self._past(asked, found)
            if provided and found.settlement.sets:
                yield from _advice(provided, found.settlement.more, "Up to that, provided that")
        elif found.options:
            yield from self._option_lines(found, type)
            if found.proof is not None:
                yield from teller.tell(found.proof, True, 0)
        elif found.proof is not None:
            yield from self._root(teller, found.proof, found.verdict, 0)
        if bound is not None:
            yield Line(0, bound)
        yield from _reading_lines(readings, self.said(asked, found, type))
        for assumption in assumptions:
            yield Line(0, assumption)

    def _past(self, asked: query.Query, found: query.Answer) -> Iterator[Line]:
        """Why the next value past the bound is refused."""
        assert found.beyond is not None
        facts = found.beyond_facts or self.speaker.facts
        speaker = Speaker(self.speaker.lexicon, facts)
        supposed = {record.id: speaker.supposed(record.relation, record.id) for record in asked.supposed}
        past = Presenter(speaker, self.order, supposed, self.stamp)
        yield from past._root(Teller(speaker), found.beyond, Verdict.NO, 1)

    def _root(self, teller: Teller, step: Step, verdict: Verdict, depth: int) -> Iterator[Line]:
        if isinstance(step, AllStep) and len(step.parts) == 1:
            yield from self._root(teller, step.parts[0], verdict, depth)
        elif isinstance(step, Conclusion):
            yield from self._conclusion(teller, step, verdict, depth)
        else:
            yield from teller.tell(step, verdict is not Verdict.NO, depth)

    def _conclusion(self, teller: Teller, step: Conclusion, verdict: Verdict, depth: int) -> Iterator[Line]:
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
                yield from self._could_have(teller, attempt, bool(applying), depth)
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
        yield from self._limits(teller, against, depth)

    def _subject(self, step: Conclusion, holds: bool) -> str:
        said = self.speaker.statement(step.relation, step.arguments, holds)
        for id, description in self.supposed.items():
            if id in step.arguments:
                kind = self.speaker.lexicon.relations[step.relation].columns[step.arguments.index(id)].type
                said = said.replace(self.speaker.name(id, kind), description, 1)
        return f"{said[:1].upper()}{said[1:]}"

    def _could_have(self, teller: Teller, attempt: Attempt, forbidden: bool, depth: int) -> Iterator[Line]:
        clause = f"§ {attempt.rule.origin.clause}"
        parts = list(teller.tell(attempt.body, attempt.body.truth is not FALSE, depth + 1))
        shallow = [line for line in parts if line.depth == depth + 1]
        if attempt.body.truth is FALSE or not forbidden:
            yield Line(depth, f"{clause} would allow it, but:")
            yield from parts
        elif shallow:
            yield Line(depth, f"{clause} could have allowed it: {'; '.join(line.text for line in shallow)}.")

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
        for option in found.options:
            said = "none" if option.value is None or type is None else self.speaker.value(option.value, type)
            groups = self._provided(option.settlement, found.origins)
            yield from _advice(groups, option.settlement.more, f"{said[:1].upper()}{said[1:]}, provided that")

    def _member_lines(self, teller: Teller, asked: query.Query, found: query.Answer) -> Iterator[Line]:
        assert asked.open is not None
        for member in found.members:
            said = self.speaker.value(member.value, asked.open.type)
            if member.verdict is Verdict.YES:
                yield Line(0, f"{said}:")
                for part in member.proof.parts:
                    yield from teller.tell(part, True, 1)
            elif member.verdict is Verdict.CONFLICT:
                yield Line(0, f"{said}: the clauses conflict")
            else:
                groups = self._provided(member.settlement, found.origins)
                yield from _advice(groups, member.settlement.more, f"{said}, provided that")
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


def split(origin: Origin) -> list[str]:
    """The clause ids of a heading that carries several."""
    return [clause for clause in origin.clause.split("; ") if clause]


def _is_implied(literal: Literal, group: Iterable[Literal]) -> bool:
    """That a value exists goes without saying where the group says what it is."""
    if not isinstance(literal.question, HasValue) or not literal.answer:
        return False
    value = literal.question.value
    return any(isinstance(other.question, (Threshold, Equals)) and other.question.value == value for other in group)


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


def _listed(names: list[str]) -> str:
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _advice(groups: tuple[tuple[Proviso, ...], ...], more: bool, opening: str) -> Iterator[Line]:
    """Provisos as advice: what all ways have in common, then the ways that differ."""
    if not groups:
        yield Line(0, f"{opening} what is open turns out so.")
        return
    common = [proviso for proviso in groups[0] if all(proviso in group for group in groups)]
    ways = [[proviso for proviso in group if proviso not in common] for group in groups]
    ways = [way for way in ways if way] if all(ways) else []
    yield Line(0, f"{opening}:" if common else f"{opening} one of these is so:")
    for proviso in common:
        yield Line(1, proviso.text, f"§ {proviso.clause}" if proviso.clause else "")
    if ways and common:
        yield Line(1, "and one of these is so:")
    for way in ways:
        depth = 2 if common else 1
        for number, proviso in enumerate(way):
            text = proviso.text if number == 0 else f"and {proviso.text}"
            yield Line(depth if number == 0 else depth + 1, text, f"§ {proviso.clause}" if proviso.clause else "")
    if more:
        yield Line(1, "and there are further ways.")
