"""Which clauses an answer cites: those that decide it, and all that its proof contains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from engine import query
from engine.decision import FALSE, TRUE
from engine.judge import Verdict
from engine.model import Atom, Origin
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
from engine.search import conjuncts
from policy.explain import forbidding
from policy.speak import Lexicon


def citations(lexicon: Lexicon, asked: query.Query, found: query.Answer) -> list[str]:
    """The clauses that decide an answer, as they are met."""
    clauses: list[str] = []
    if found.verdict is Verdict.CONFLICT:
        return clashing(found)
    if asked.shape is query.Shape.WHICH:
        for member in found.members:
            _each(lexicon, member.proof.parts, True, clauses)
        for witness in found.others:
            _each(lexicon, witness.parts, False, clauses)
        return clauses
    if found.beyond is not None:
        _deciding(lexicon, found.beyond, False, clauses)
        if asked.shape is query.Shape.WHEN and found.proof is not None:
            _deciding(lexicon, found.proof, True, clauses)
        return clauses
    if found.proof is not None:
        _deciding(lexicon, found.proof, found.verdict not in (Verdict.NO, Verdict.NONE), clauses)
        if not clauses and isinstance(found.proof, SomeStep):
            return _declaring(lexicon, found.proof)
    return clauses


def _declaring(lexicon: Lexicon, step: SomeStep) -> list[str]:
    """The clauses that declare what a question asks for within a time, where no day of it is to be cited."""
    sought = [part.relation for part in conjuncts(step.condition.condition) if isinstance(part, Atom)]
    return [clause for each in sought if each in lexicon.relations for clause in split(lexicon.relations[each].origin)]


def _deciding(lexicon: Lexicon, step: Step | Witness, holds: bool, clauses: list[str]) -> None:
    """The clauses that decide a step: those that forbid, or that grant with the limits tested."""
    deciding = _DECIDING.get(type(step))
    if deciding is not None:
        deciding(lexicon, step, holds, clauses)


def _each(lexicon: Lexicon, steps: Iterable[Step | Witness], holds: bool, clauses: list[str]) -> None:
    for step in steps:
        _deciding(lexicon, step, holds, clauses)


def _of_conclusion(lexicon: Lexicon, step: Conclusion, holds: bool, clauses: list[str]) -> None:
    if holds:
        limits: list[Attempt] = []
        for attempt in step.attempts:
            if not attempt.rule.positive:
                limits.append(attempt)
            elif attempt.truth is not FALSE:
                clauses += split(attempt.rule.origin)
        for attempt in limits:
            clauses += split(attempt.rule.origin)
        return
    applying = forbidding(step.attempts)
    for attempt in applying:
        clauses += split(attempt.rule.origin)
    if not applying:
        for attempt in step.attempts:
            if attempt.rule.positive:
                clauses += split(attempt.rule.origin)
                if attempt.body.truth is FALSE:
                    _deciding(lexicon, attempt.body, False, clauses)


def _of_quantity(lexicon: Lexicon, step: Quantity, holds: bool, clauses: list[str]) -> None:
    applying = [attempt for attempt in step.attempts if attempt.truth is not FALSE]
    for attempt in applying or step.attempts:
        clauses += split(attempt.rule.origin)
    if not step.attempts and step.relation in lexicon.relations:
        clauses += split(lexicon.relations[step.relation].origin)


def _of_parts(lexicon: Lexicon, step: AllStep | AnyStep | Witness, holds: bool, clauses: list[str]) -> None:
    for part in step.parts:
        if not isinstance(part, Folded):
            truth = part.truth
            if (truth is TRUE) == holds or truth.is_open:
                _deciding(lexicon, part, holds, clauses)


def _of_search(lexicon: Lexicon, step: SomeStep, holds: bool, clauses: list[str]) -> None:
    _each(lexicon, step.found if holds else step.failed, holds, clauses)


def _of_notes(lexicon: Lexicon, step: Compared | Existence, holds: bool, clauses: list[str]) -> None:
    for note in step.notes:
        if isinstance(note, Quantity):
            _of_quantity(lexicon, note, holds, clauses)


def _of_cases(lexicon: Lexicon, step: ByCases, holds: bool, clauses: list[str]) -> None:
    _each(lexicon, [branch for branch in (step.yes, step.no) if branch is not None], holds, clauses)


def _of_fact(lexicon: Lexicon, step: Fact, holds: bool, clauses: list[str]) -> None:
    declared = lexicon.relations.get(step.relation)
    if declared is not None:
        clauses += split(declared.origin)


_DECIDING: dict[type, Callable[[Lexicon, Any, bool, list[str]], None]] = {
    Conclusion: _of_conclusion,
    Quantity: _of_quantity,
    Negation: lambda lexicon, step, holds, clauses: _deciding(lexicon, step.part, not holds, clauses),
    AllStep: _of_parts,
    AnyStep: _of_parts,
    Witness: _of_parts,
    SomeStep: _of_search,
    Compared: _of_notes,
    Existence: _of_notes,
    ByCases: _of_cases,
    Fact: _of_fact,
}


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


def split(origin: Origin) -> tuple[str, ...]:
    """The clause ids of a heading that carries several."""
    return _split(origin.clause)


@lru_cache(maxsize=4096)
def _split(clauses: str) -> tuple[str, ...]:
    return tuple(clause for clause in clauses.split("; ") if clause)
