"""Which clauses an answer cites: those that decide it, and all that its proof contains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import query
from engine.decision import FALSE, TRUE
from engine.judge import Verdict
from engine.model import Origin
from engine.proof import (
    AllStep,
    AnyStep,
    Attempt,
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
from policy.explain import forbidding
from policy.speak import Lexicon


def citations(lexicon: Lexicon, asked: query.Query, found: query.Answer) -> list[str]:
    """The clauses that decide an answer, as they are met."""
    clauses: list[str] = []
    if found.verdict is Verdict.CONFLICT:
        return clashing(found)
    if asked.shape is query.Shape.WHICH:
        for member in found.members:
            for part in member.proof.parts:
                clauses += _deciding(lexicon, part, True)
        for witness in found.others:
            for part in witness.parts:
                clauses += _deciding(lexicon, part, False)
        return clauses
    if found.beyond is not None:
        clauses += _deciding(lexicon, found.beyond, False)
        if asked.shape is query.Shape.WHEN and found.proof is not None:
            clauses += _deciding(lexicon, found.proof, True)
        return clauses
    if found.proof is not None:
        clauses += _deciding(lexicon, found.proof, found.verdict not in (Verdict.NO, Verdict.NONE))
    return clauses


def _deciding(lexicon: Lexicon, step: Step | Witness, holds: bool) -> Iterator[str]:  # noqa: C901 - a case for each step
    """The clauses that decide a step: those that forbid, or that grant with the limits tested."""
    match step:
        case Conclusion():
            yield from _deciding_rules(lexicon, step, holds)
        case Quantity():
            applying = [attempt for attempt in step.attempts if attempt.truth is not FALSE]
            for attempt in applying or step.attempts:
                yield from split(attempt.rule.origin)
            if not step.attempts and step.relation in lexicon.relations:
                yield from split(lexicon.relations[step.relation].origin)
        case Negation():
            yield from _deciding(lexicon, step.part, not holds)
        case AllStep() | AnyStep() | Witness():
            for part in step.parts:
                if not isinstance(part, Folded) and (part.truth.is_open or (part.truth is TRUE) == holds):
                    yield from _deciding(lexicon, part, holds)
        case SomeStep():
            for witness in step.found if holds else step.failed:
                yield from _deciding(lexicon, witness, holds)
        case Compared() | Existence():
            for note in step.notes:
                if isinstance(note, Quantity):
                    yield from _deciding(lexicon, note, holds)
        case ByCases():
            for branch in (step.yes, step.no):
                if branch is not None:
                    yield from _deciding(lexicon, branch, holds)
        case Fact():
            declared = lexicon.relations.get(step.relation)
            if declared is not None:
                yield from split(declared.origin)


def _deciding_rules(lexicon: Lexicon, step: Conclusion, holds: bool) -> Iterator[str]:
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
                yield from _deciding(lexicon, attempt.body, False)


def clashing(found: query.Answer) -> list[str]:
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
    return clauses


def all_clauses(lexicon: Lexicon, steps: Iterable[Step | Witness]) -> list[str]:
    """The clauses of every rule and declared phrase in the proof."""
    origins: dict[str, Origin] = {}
    relations = lexicon.relations
    for step in steps:
        if isinstance(step, Attempt):
            origins.setdefault(step.rule.origin.clause, step.rule.origin)
        elif isinstance(step, (Fact, Quantity)) and step.relation in relations:
            origin = relations[step.relation].origin
            origins.setdefault(origin.clause, origin)
    return [clause for origin in origins.values() for clause in split(origin)]


def split(origin: Origin) -> list[str]:
    """The clause ids of a heading that carries several."""
    return [clause for clause in origin.clause.split("; ") if clause]
