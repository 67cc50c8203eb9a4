"""What an undecided answer depends on: provisos in the words of the vocabulary, and as advice.

The provisos are the engine's minimal sets, one by one. Advice says the same in fewer words: without the ways that the
others cover, with what does not exist and what it would have to be as one, and with what ways have in common once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from attrs import evolve, frozen

from engine import query
from engine.decision import FALSE, Decisions
from engine.judge import Literal, Settlement
from engine.model import Origin
from engine.unknowns import (
    Clash,
    Equals,
    HasValue,
    MayExist,
    OpenStatement,
    OpenValue,
    Question,
    Sign,
    Threshold,
    Unrecorded,
)
from policy.answer import Proviso
from policy.doubts import event_in, not_by, says_what, supposing, telling
from policy.outline import Line
from policy.speak import Speaker

_PLAIN = (OpenStatement, Equals, HasValue, MayExist, Threshold, Sign)
"""Kinds of questions, the plainest first."""


Provided = tuple[tuple[Proviso, ...], ...]
_MOST_TOLD = 1_000


class Provisos:
    """The sets of provisos that would settle an answer, for the questions of one case.

    How they are told hangs on nothing of the facts but what is supposed, and how far the record goes: a settlement that
    was told before is not told anew.
    """

    def __init__(self) -> None:
        self._told: dict[Hashable, Provided] = {}

    def of(self, speaker: Speaker, settlement: Settlement, origins: tuple[Origin, ...]) -> Provided:
        """The sets for a settlement, whose questions ``origins`` first asked."""
        if not settlement.sets:
            return ()
        facts = speaker.facts
        clauses = tuple([_asked_under(literal, origins) for group in settlement.sets for literal in group])
        key = settlement, clauses, facts.supposed, facts.complete_to, frozenset(facts.incomplete)
        told = self._told.get(key)
        if told is None:
            known: dict[Literal, _Condition] = {}
            ways = (_conditions(speaker, group, origins, known) for group in settlement.sets)
            told = tuple(dict.fromkeys(tuple(Proviso(each.text, each.clause) for each in way) for way in ways))
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told[key] = told
        return told


def open_names(speaker: Speaker, found: query.Answer, whether: str = "") -> tuple[str, ...]:
    """What an answer hangs on; before a statement stands ``whether``."""
    names: dict[str, None] = {}
    for each in found.open:
        question = each.question
        if isinstance(question, (HasValue, Equals)):
            names.setdefault(speaker.open_value(question.value))
        elif isinstance(question, Threshold):
            names.setdefault(speaker.value(question.value, question.value.type))
        else:
            names.setdefault(whether + supposing(speaker, question, True))
    return tuple(names)


def advice(speaker: Speaker, settlement: Settlement, origins: tuple[Origin, ...], opening: str) -> Iterator[Line]:
    """What would settle an answer, as advice: what all ways have in common, then the ways that differ."""
    if not settlement.sets:
        yield Line(0, f"{opening} what is open turns out so.")
        return
    known: dict[Literal, _Condition] = {}
    ways = [_conditions(speaker, group, origins, known) for group in _needed(settlement.sets)]
    ways = _without_wider(_joined(speaker, ways))
    common = _common(ways)
    yield Line(0, f"{opening}:" if common else f"{opening} one of these is so:")
    yield from _told(ways, 1)
    if settlement.more:
        yield Line(1, "and there are further ways.")


# ------------------------------------------------------------------ conditions


@frozen
class _Condition:
    """A proviso, with the question that it answers."""

    text: str
    clause: str
    literal: Literal


_Way = tuple[_Condition, ...]


def _conditions(
    speaker: Speaker, group: tuple[Literal, ...], origins: tuple[Origin, ...], known: dict[Literal, _Condition]
) -> _Way:
    """The conditions of a set, the plainest first, each once; ``known`` are those of other sets."""
    kept = telling(speaker, [(literal.question, literal.answer) for literal in group])
    literals = [literal for literal in group if (literal.question, literal.answer) in kept]
    ordered = sorted(literals, key=lambda literal: _plainness(literal.question))
    found: dict[str, _Condition] = {}
    for literal in ordered:
        if literal not in known:
            known[literal] = _Condition(_text(speaker, literal), condition_clause(speaker, literal, origins), literal)
        found.setdefault(known[literal].text, known[literal])
    return tuple(found.values())


def _plainness(question: Question) -> int:
    return next((place for place, kind in enumerate(_PLAIN) if isinstance(question, kind)), len(_PLAIN))


def _text(speaker: Speaker, literal: Literal) -> str:
    question, answer = literal.question, literal.answer
    if isinstance(question, Equals) and not answer and len(question.value.type.members) == 2:
        other = next(member for member in question.value.type.members if member != question.other)
        return supposing(speaker, Equals(question.value, other), True)
    return supposing(speaker, question, answer)


def condition_clause(speaker: Speaker, literal: Literal, origins: tuple[Origin, ...]) -> str:
    """The clause under which what is open is declared, else that of the rule that first asked."""
    question = literal.question
    name = ""
    if isinstance(question, (OpenStatement, Clash)):
        name = question.relation
    elif isinstance(question, (HasValue, Threshold)) and isinstance(question.value, OpenValue):
        name = question.value.relation
    declared = speaker.lexicon.relations.get(name)
    if declared is not None and declared.origin.clause:
        return declared.origin.clause
    return _asked_under(literal, origins)


def _asked_under(literal: Literal, origins: tuple[Origin, ...]) -> str:
    """The clause of the rule that first asked."""
    return origins[literal.place].clause if literal.place < len(origins) else ""


# ------------------------------------------------------------------ fewer ways


def _needed(sets: Iterable[tuple[Literal, ...]]) -> list[tuple[Literal, ...]]:
    """Sets without those that the others cover together, the largest left out first."""
    decisions = Decisions()
    kept = list(sets)
    truths = {
        group: decisions.all(
            truth if literal.answer else decisions.negation(truth)
            for literal in group
            for truth in (decisions.ask(literal.question),)
        )
        for group in kept
    }
    for group in [*reversed(kept)]:
        others = decisions.any(truths[other] for other in kept if other is not group)
        if len(kept) > 1 and decisions.both(truths[group], decisions.negation(others)) is FALSE:
            kept.remove(group)
    return kept


def _joined(speaker: Speaker, ways: list[_Way]) -> list[_Way]:
    """Ways that differ only in that something is not, or is such, as one way."""
    for number, one in enumerate(ways):
        for place, other in enumerate(ways):
            alone = [each for each in one if each.text not in {known.text for known in other}]
            beside = [each for each in other if each.text not in {known.text for known in one}]
            if number != place and len(alone) == len(beside) == 1:
                said = _either(speaker, alone[0].literal, beside[0])
                if said is not None:
                    clause = beside[0].clause or alone[0].clause
                    both = evolve(beside[0], text=said, clause=clause)
                    merged = tuple(both if each is beside[0] else each for each in other)
                    rest = [way for at, way in enumerate(ways) if at not in (number, place)]
                    return _joined(speaker, [*rest[: min(number, place)], merged, *rest[min(number, place) :]])
    return ways


def _either(speaker: Speaker, absent: Literal, such: _Condition) -> str | None:
    """That something is not, or is such, in one sentence: "the price, if any, is at most $4.00 per share"."""
    if absent.answer:
        return None
    question, literal = absent.question, such.literal
    event = event_in(speaker, question)
    if event is not None:
        if isinstance(literal.question, Threshold) and event_in(speaker, literal.question) == event:
            return None if literal.answer else not_by(speaker, literal.question)
        return None
    if isinstance(question, HasValue) and says_what(literal.question, question.value):
        name = speaker.open_value(question.value)
        before, found, after = such.text.partition(name)
        return f"{before}{name}, if any,{after}".removesuffix(",") if found else None
    if isinstance(question, MayExist) and _adds(literal.question, question):
        return such.text if literal.answer else None
    return None


def _adds(question: Question, may_exist: MayExist) -> bool:
    """Whether a question is about how much what is not recorded adds."""
    if not isinstance(question, Threshold) or not isinstance(question.value, OpenValue) or question.value.relation:
        return False
    return any(isinstance(key, Unrecorded) and key.relation == may_exist.relation for key in question.value.keys)


def _without_wider(ways: list[_Way]) -> list[_Way]:
    """Ways without those that ask for all that another does, and more; the shortest first."""
    texts = [frozenset(each.text for each in way) for way in ways]
    kept = [
        way
        for number, way in enumerate(ways)
        if not any(
            other < texts[number] or (other == texts[number] and place < number) for place, other in enumerate(texts)
        )
    ]
    return sorted(kept, key=lambda way: (len(way), max((_plainness(each.literal.question) for each in way), default=0)))


# --------------------------------------------------------------------- telling


def _common(ways: list[_Way]) -> list[_Condition]:
    return [each for each in ways[0] if all(each.text in {other.text for other in way} for way in ways)]


def _told(ways: list[_Way], depth: int) -> Iterator[Line]:
    """Ways as lines: what they have in common, then one of what they differ in."""
    common = _common(ways)
    shared = {each.text for each in common}
    for each in common:
        yield Line(depth, each.text, f"§ {each.clause}" if each.clause else "")
    rests = [tuple(each for each in way if each.text not in shared) for way in ways]
    if not all(rests):
        return
    if common:
        yield Line(depth, "and one of these is so:")
        depth += 1
    for bundle in _bundles(rests):
        if len(bundle) > 1:
            yield from _under_first(bundle, depth)
        else:
            yield from _all_of(bundle[0], depth)


def _bundles(ways: list[_Way]) -> Iterator[list[_Way]]:
    """The ways in groups that have a condition in common, the largest groups first; the rest one by one."""
    while ways:
        counts: dict[str, int] = {}
        for way in ways:
            for each in way:
                counts[each.text] = counts.get(each.text, 0) + 1
        text, count = max(counts.items(), key=lambda item: item[1])
        bundle = [way for way in ways if text in {each.text for each in way}] if count > 1 else [ways[0]]
        yield bundle
        ways = [way for way in ways if way not in bundle]


def _under_first(bundle: list[_Way], depth: int) -> Iterator[Line]:
    """Ways with something in common: it, and under it the rest."""
    first, *rest = _told(bundle, 0)
    yield Line(depth, first.text, first.rests_on)
    for line in rest:
        text = line.text if line.depth or line.text.startswith("and ") else f"and {line.text}"
        yield Line(depth + 1 + line.depth, text, line.rests_on)


def _all_of(way: _Way, depth: int) -> Iterator[Line]:
    for number, each in enumerate(way):
        text = f"and {each.text}" if number else each.text
        yield Line(depth + (number > 0), text, f"§ {each.clause}" if each.clause else "")
