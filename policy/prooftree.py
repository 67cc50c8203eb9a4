"""A proof as plain data, for JSON: each step with what it says, its truth, its clause, its record and its parts."""

from __future__ import annotations

from typing import Any

from engine.decision import FALSE, TRUE, Truth
from engine.proof import (
    Attempt,
    Basis,
    ByCases,
    Compared,
    Conclusion,
    Existence,
    Fact,
    Folded,
    Quantity,
    Step,
    Witness,
    parts_of,
)
from policy.doubts import supposing
from policy.speak import Speaker

_DEEPEST = 200


def tree(
    step: Step | Witness, speaker: Speaker, depth: int = 0, beside: tuple[Step | Witness, ...] = ()
) -> dict[str, Any]:
    """A step and its parts; ``beside`` are the parts of the step above it.

    Deeper than 200 levels the parts are left out and counted.
    """
    data: dict[str, Any] = {"step": type(step).__name__, "truth": _truth(step.truth)}
    said = _said(step, speaker)
    if said:
        data["says"] = said
    if isinstance(step, Attempt):
        data["rule"] = step.rule.name
        data["clause"] = step.rule.origin.clause
        data["place"] = str(step.rule.origin.place) if step.rule.origin.place is not None else None
        data["concludes"] = step.rule.positive
        data["defeated_by"] = _defeated_by(step, beside)
    sources = _sources(step)
    if sources:
        data["recorded"] = sources
    basis = getattr(step, "basis", None)
    if isinstance(basis, Basis):
        data["basis"] = basis.value
    parts = list(parts_of(step))
    if depth >= _DEEPEST and parts:
        data["parts_left_out"] = len(parts)
    elif parts:
        data["parts"] = [tree(part, speaker, depth + 1, tuple(parts)) for part in parts]
    return data


def _defeated_by(attempt: Attempt, beside: tuple[Step | Witness, ...]) -> list[str]:
    """The rules that beat one; where it is not certain that any does, those that may."""
    stronger = [each for place in attempt.defeaters if isinstance(each := beside[place], Attempt)]
    certain = [each for each in stronger if each.truth is TRUE]
    return list(dict.fromkeys(each.rule.name for each in certain or stronger))


def _truth(truth: Truth) -> str:
    return "yes" if truth is TRUE else "no" if truth is FALSE else "open"


def _said(step: Step | Witness, speaker: Speaker) -> str:
    holds = step.truth is not FALSE
    match step:
        case Fact() | Conclusion():
            return speaker.statement(step.relation, step.arguments, holds)
        case Quantity() if step.relation in speaker.lexicon.relations:
            column = next(c for c in speaker.lexicon.relations[step.relation].columns if c.name == step.column)
            words = speaker.quantity(step.relation, step.arguments, step.column)
            return f"{words}: {speaker.value(step.value, column.type)}"
        case Compared():
            bound = step.scope.bound(step.bindings)
            return speaker.compared(step.condition, bound, step.left, step.right, holds, step.notes)
        case Existence():
            return speaker.existence(step.condition, step.scope.bound(step.bindings), step.value, holds)
        case Folded():
            return f"{len(step.parts)} counted{' beside what tables added up' if step.added is not None else ''}"
        case ByCases():
            return f"by cases: whether {supposing(speaker, step.question, True)}"
        case Witness():
            names = [str(value) for value in step.values if isinstance(value, str)]
            return ", ".join(names)
        case _:
            return ""


def _sources(step: Step | Witness) -> list[str]:
    rows = step.rows if isinstance(step, Fact) else (step.row,) if isinstance(step, Quantity) and step.row else ()
    return [str(row.source) for row in rows if row.source is not None]
