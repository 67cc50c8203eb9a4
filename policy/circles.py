"""Rules that rest on themselves, told in the words of the book: by which phrases and clauses, and another way."""

from __future__ import annotations

import re

from engine.graph import Cycle, Edge, Use, cycles_through_negation
from engine.model import Program
from engine.search import ProgramError
from policy.diagnostic import Diagnostic
from policy.source import Span
from policy.vocabulary_text import with_article

_SAID = {
    Use.NEGATIVE: "a conclusion cannot rest on its own absence",
    Use.AGGREGATE: "a total cannot run over itself",
    Use.PRIORITY: "a conclusion cannot rest on what defeats it",
}
_RESTS = {
    Use.POSITIVE: "rests on",
    Use.NEGATIVE: "rests on the absence of",
    Use.AGGREGATE: "runs over",
    Use.PRIORITY: "is defeated by a rule that rests on",
}
_CAPPED = "to pay what a cap leaves: cap the total through this one and the total before it, and take their difference"
_SLOT = re.compile(r"<([^<>]+)>")


def circle(program: Program, error: ProgramError) -> Diagnostic:
    """The finding about a program that could not be built."""
    span = error.origin.place if isinstance(error.origin.place, Span) else None
    cycles = cycles_through_negation(program)
    if not cycles:
        return Diagnostic("E0420", _spelt(str(error)), span)
    first = cycles[0]
    notes = (_CAPPED,) if any(edge.use is Use.AGGREGATE for edge in first.edges) else ()
    return Diagnostic("E0420", f"{_SAID[first.edges[0].use]}: {_told(first)}", span, notes=notes)


def _told(cycle: Cycle) -> str:
    """Each phrase with what it rests on, and the clause by which it does."""
    steps = [f"{_RESTS[edge.use]} {_named(edge.used)} ({_where(edge)})" for edge in cycle.edges]
    return f"{_named(cycle.edges[0].concluded)} {', which '.join(steps)}"


def _named(relation: str) -> str:
    return f"`{_spelt(relation)}`"


def _spelt(text: str) -> str:
    return _SLOT.sub(lambda slot: with_article(slot[1]), text)


def _where(edge: Edge) -> str:
    """The clause of a rule, and the line on which it stands."""
    place = edge.origin.place
    line = f", line {place.line}" if isinstance(place, Span) else ""
    return f"§ {edge.origin.clause}{line}"
