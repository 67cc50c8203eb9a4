"""Folding the members of an aggregate, each of which may or may not belong to it."""

from __future__ import annotations

from typing import Any

from engine.decision import FALSE, TRUE, Decisions, Truth
from engine.model import Comparison, Fold
from engine.proof import Witness
from engine.reckon import apply, cases, compare
from engine.unknowns import NONE, Cases, OpenValue
from engine.values import Calendar, Kind, Type


def distinct(found: list[Witness], decisions: Decisions) -> list[Witness]:
    """Each binding once; one that was found in several ways holds in any of them."""
    members: dict[tuple[Any, ...], Witness] = {}
    for witness in found:
        known = members.get(witness.values)
        if known is None:
            members[witness.values] = witness
        elif known.truth is not TRUE:
            known.truth = decisions.either(known.truth, witness.truth)
            known.parts = (*known.parts, *witness.parts)
    return list(members.values())


def fold(kind: Fold, members: list[Witness], result: Type, calendar: Calendar, decisions: Decisions) -> Any:
    """The aggregate's value: a plain value where every member is certain, else what it may be."""
    if kind in (Fold.HIGHEST, Fold.LOWEST):
        return _extreme(kind, members, decisions)
    start, operation = (1, "multiply") if kind is Fold.PRODUCT else (0, "add")
    total: Any = start
    for witness in members:
        if witness.truth is FALSE or witness.value is NONE:
            continue
        value = _further(kind, witness, result) if witness.unrecorded else witness.value
        if type(value) is Cases:
            value = cases(
                [(under, start if scalar is NONE else scalar) for under, scalar in value.alternatives], decisions
            )
        if witness.truth is not TRUE:
            value = cases(((witness.truth, value), (decisions.negation(witness.truth), start)), decisions)
        total = apply(operation, (total, value), result, calendar, decisions)
    return total


def _further(kind: Fold, witness: Witness, result: Type) -> Any:
    """What unrecorded members add: any amount, at least one where they are counted."""
    if kind is Fold.NUMBER:
        counted = Type("number", Kind.NUMBER, whole=True, least=1)
        return OpenValue("", witness.values, "number", counted, 1)
    least = 0 if result.least is not None and result.least >= 0 else None
    return OpenValue("", witness.values, "total", result, least)


def _extreme(kind: Fold, members: list[Witness], decisions: Decisions) -> Any:
    order = Comparison.AT_LEAST if kind is Fold.HIGHEST else Comparison.AT_MOST
    best: Any = NONE
    for witness in members:
        if witness.truth is not FALSE and witness.value is not NONE:
            best = _better(order, best, witness.value, witness.truth, decisions)
    return best


def _better(order: Comparison, best: Any, value: Any, belongs: Truth, decisions: Decisions) -> Any:
    alternatives: list[tuple[Truth, Any]] = []
    for under, old in best.alternatives if type(best) is Cases else ((TRUE, best),):
        for also, new in value.alternatives if type(value) is Cases else ((TRUE, value),):
            both = decisions.both(under, also)
            if both is FALSE:
                continue
            if new is NONE:
                alternatives.append((both, old))
                continue
            wins = belongs if old is NONE else decisions.both(belongs, compare(order, new, old, decisions))
            alternatives.append((decisions.both(both, wins), new))
            alternatives.append((decisions.both(both, decisions.negation(wins)), old))
    return cases([entry for entry in alternatives if entry[0] is not FALSE], decisions)
