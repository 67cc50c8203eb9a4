"""Answers told from other sides: by the rules of a clause, by what speaks against, beside another, by what helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from attrs import evolve

from engine.judge import Verdict
from policy.answer import Answer, Bound, Days, Listed, sections
from policy.changing import Change, Way, Ways
from policy.folding import Fold, steps, told_once
from policy.outline import Block as Told
from policy.outline import Line, flat, outline
from policy.page import Block, Lines, Words

_OWN, _ALL = 3, 1000
"""So deep below a rule its steps are told: until everything is unfolded, what it says itself."""


# ---------------------------------------------------------------------- rules


def of_rules(answer: Answer, ids: tuple[str, ...], fold: Fold) -> tuple[Line, ...]:
    """What becomes of the rules of clauses in an answer."""
    return _told(_attempts(answer.proof_data(), ids), fold)


def otherwise(answer: Answer, fold: Fold) -> tuple[Line, ...]:
    """What becomes of the rules that would have concluded otherwise."""
    decided = answer.verdict in (Verdict.VALUE, Verdict.NONE)
    every = [each for root in answer.proof_data() for each in _conclusions(root)]
    return _told((rule for each in every for rule in _against(each, decided)), fold)


def the_other(answer: Answer) -> str:
    """What an answer would be otherwise: "no", "yes", "more", "earlier", "others", "another value"."""
    match answer.value:
        case Bound(most=most):
            return "more" if most else "less"
        case Days(first=first):
            return "otherwise" if first is None else "earlier"
        case Listed():
            return "others"
    if answer.verdict is Verdict.YES:
        return "no"
    return "yes" if answer.unit is None else "another value"


def _against(conclusion: Mapping[str, Any], decided: bool) -> Iterator[Mapping[str, Any]]:
    """The rules that would have concluded otherwise; of a value, a list or a bound, those of what is not in it."""
    rules = [each for each in conclusion["parts"] if each["step"] == "Attempt"]
    if conclusion["step"] == "Quantity":
        yield from (each for each in rules if each["truth"] != "yes")
    elif conclusion["truth"] == "no" or not decided:
        yield from (each for each in rules if each["concludes"] is (conclusion["truth"] != "yes"))


def _told(attempts: Iterable[Mapping[str, Any]], fold: Fold) -> tuple[Line, ...]:
    """The steps of rules, each rule once."""
    deepest = _OWN if fold is not Fold.EVERYTHING else _ALL
    told = dict.fromkeys(tuple(line for line in steps(each, 0) if line.depth <= deepest) for each in attempts)
    return tuple(told_once(line for each in told for line in each))


def _conclusions(step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The conclusions asked about, and the values that rules set: the uppermost of a proof."""
    if any(part["step"] == "Attempt" for part in step.get("parts", ())):
        yield step
        return
    for part in step.get("parts", ()):
        yield from _conclusions(part)


def _attempts(data: Iterable[Mapping[str, Any]], ids: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The rules of clauses in a proof, each once."""
    for step in data:
        if step["step"] == "Attempt" and set(str(step["clause"]).split("; ")) & set(ids):
            yield step
        else:
            yield from _attempts(step.get("parts", ()), ids)


# ---------------------------------------------------------------- side by side


def side_by_side(one: Answer, other: Answer) -> Iterator[tuple[str, str]]:
    """Two answers in rows: what they say, and what only one of them tells."""
    yield f"{one.said}  {sections(one.citations)}".rstrip(), f"{other.said}  {sections(other.citations)}".rstrip()
    blocks = outline(one.lines), outline(other.lines)
    own = [[*flat(_apart(each, others), 0)] for each, others in (blocks, blocks[::-1])]
    for left, right in zip_longest(*own, fillvalue=Line(0, "")):
        yield "  " * left.depth + left.text, "  " * right.depth + right.text


def _apart(blocks: Iterable[Told], others: Iterable[Told]) -> tuple[Told, ...]:
    """What is told on one side only, under the headings that both have."""
    found: list[Told] = []
    same = {each.text: each for each in others}
    for block in blocks:
        if block.text not in same:
            found.append(block)
        elif parts := _apart(block.parts, same[block.text].parts):
            found.append(evolve(block, parts=parts))
    return tuple(found)


# ----------------------------------------------------------------------- ways


def told_ways(ways: Ways) -> Iterator[Block]:
    """What would make an answer yes: what all ways have in common, then one of the rest."""
    if not ways.found:
        yield Words("No change of facts, suppositions or of what is asked was found that would make it yes.")
        if ways.untried:
            yield Words("What follows would, but cannot be supposed in a sentence:")
            yield Lines(tuple(Line(0, "; ".join(each)) for each in ways.untried[:3]))
        return
    common = [each for each in ways.found[0].changes if all(each.text in _texts(way) for way in ways.found)]
    several = len(ways.found) > 1
    if common:
        yield Words("It would be yes if" + (" in any case:" if several else ":"))
        yield Lines(tuple(_change(each, 0) for each in common))
    if several:
        yield Words("and one of these:" if common else "Any one of these would make it yes:")
        yield Lines(tuple(_alternatives(ways.found, {each.text for each in common})))
    elif not common:
        yield Lines(tuple(_change(each, 0) for each in ways.found[0].changes))
    more = " There may be others." if ways.more else ""
    yield Words(f"Each way was asked, and the answer was yes.{more}")


def _texts(way: Way) -> set[str]:
    return {each.text for each in way.changes}


def _alternatives(ways: Iterable[Way], common: set[str]) -> Iterator[Line]:
    for number, way in enumerate(ways, 1):
        first, *others = [each for each in way.changes if each.text not in common] or way.changes
        line = _change(first, 0)
        yield evolve(line, text=f"{number}  {line.text}")
        for each in others:
            line = _change(each, 1)
            yield evolve(line, text=f"and {line.text}")


_LIMITS = re.compile(r"\b(?:at least|at most|on or before) ")


def _change(change: Change, depth: int) -> Line:
    exactly = "; ".join(each.removesuffix(".") for each in change.made)
    plain = _LIMITS.sub("", change.text).casefold()
    tried = f" (tried: {exactly})" if exactly and exactly.casefold() != plain else ""
    return Line(depth, change.text + tried, sections((change.clause,)) if change.clause else "")
