"""What an undecided answer depends on: provisos in the words of the vocabulary, and as advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import query
from engine.judge import Literal, Settlement
from engine.model import Origin
from engine.unknowns import Clash, Equals, HasValue, OpenStatement, OpenValue, Question, Threshold
from policy.answer import Proviso
from policy.explain import Line
from policy.speak import Speaker


def provided(speaker: Speaker, settlement: Settlement, origins: tuple[Origin, ...]) -> tuple[tuple[Proviso, ...], ...]:
    """The sets of provisos that would settle an answer."""
    return tuple(
        tuple(_proviso(speaker, literal, origins) for literal in group if not _is_implied(literal, group))
        for group in settlement.sets
    )


def _proviso(speaker: Speaker, literal: Literal, origins: tuple[Origin, ...]) -> Proviso:
    question, answer = literal.question, literal.answer
    text = speaker.question(question, answer)
    if isinstance(question, Equals) and not answer and len(question.value.type.members) == 2:
        other = next(member for member in question.value.type.members if member != question.other)
        text = speaker.question(Equals(question.value, other), True)
    clause = _declared_under(speaker, question)
    if not clause and literal.place < len(origins):
        clause = origins[literal.place].clause
    return Proviso(text, clause)


def _declared_under(speaker: Speaker, question: Question) -> str:
    relations = speaker.lexicon.relations
    name = ""
    if isinstance(question, (OpenStatement, Clash)):
        name = question.relation
    elif isinstance(question, (HasValue, Threshold)) and isinstance(question.value, OpenValue):
        name = question.value.relation
    declared = relations.get(name)
    return declared.origin.clause if declared is not None else ""


def open_names(speaker: Speaker, found: query.Answer) -> tuple[str, ...]:
    """What an answer hangs on."""
    names: dict[str, None] = {}
    for each in found.open:
        question = each.question
        if isinstance(question, (HasValue, Equals)):
            names.setdefault(speaker.open_value(question.value))
        elif isinstance(question, Threshold):
            names.setdefault(speaker.value(question.value, question.value.type))
        else:
            names.setdefault(speaker.question(question, True))
    return tuple(names)


def _is_implied(literal: Literal, group: Iterable[Literal]) -> bool:
    """That a value exists goes without saying where the group says what it is."""
    if not isinstance(literal.question, HasValue) or not literal.answer:
        return False
    value = literal.question.value
    return any(isinstance(other.question, (Threshold, Equals)) and other.question.value == value for other in group)


def advice(groups: tuple[tuple[Proviso, ...], ...], more: bool, opening: str) -> Iterator[Line]:
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
