"""How much of an answer is shown: one line, the path that decided it, or everything that its proof has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from attrs import evolve

from policy.answer import Answer, sections
from policy.outline import Block, Line, flat, outline
from policy.page import Said

_DEEPEST = 12
"""Below this depth steps are not drawn further in."""
_APPLIES = {"yes": "applies", "open": "may apply", "no": "does not apply"}


class Fold(Enum):
    """How far an explanation is unfolded."""

    LINE = "one line"
    PATH = "the deciding path"
    EVERYTHING = "everything"

    def further(self) -> Fold:
        """The next, that shows more."""
        every = list(Fold)
        return every[min(every.index(self) + 1, len(every) - 1)]

    def back(self) -> Fold:
        """The one before, that shows less."""
        every = list(Fold)
        return every[max(every.index(self) - 1, 0)]


def folded(answer: Answer, fold: Fold) -> Said:
    """An answer as far as it is unfolded."""
    match fold:
        case Fold.LINE:
            return Said(answer.said, answer.citations)
        case Fold.PATH:
            return Said(answer.said, answer.citations, answer.lines)
        case Fold.EVERYTHING:
            every = (line for step in answer.proof_data() for line in steps(step, 0))
            proof = (evolve(line, depth=line.depth + 1) for line in told_once(every))
            whole = (*answer.lines, Line(0, "The whole proof:"), *proof)
            if answer.supporting:
                whole = (*whole, Line(0, f"It also rests on {sections(answer.supporting)}."))
            return Said(answer.said, answer.citations, whole)


def told_once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, without those that stand under a line that has been told with the same under it."""
    for line in flat(_told_once(outline(lines), set()), 0):
        yield evolve(line, depth=min(line.depth, _DEEPEST))


def _told_once(blocks: tuple[Block, ...], told: set[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.parts and block in told:
            yield Block(f"{block.text} (as above)", block.rests_on)
        else:
            told.add(block)
            yield evolve(block, parts=tuple(_told_once(block.parts, told)))


def steps(step: Mapping[str, Any], depth: int) -> Iterator[Line]:
    """The steps of a proof, given as data, as lines; what says nothing of its own leaves its place to its parts."""
    said = _rule(step) if step["step"] == "Attempt" else str(step.get("says", ""))
    if said and step["truth"] == "open":
        said += " (open)"
    if said:
        rests = sections((step["clause"],)) if step.get("clause") else "; ".join(step.get("recorded", ()))
        yield Line(depth, said, rests)
    for part in step.get("parts", ()):
        witness = step["step"] == "SomeStep" and part["step"] == "Witness"  # what is said of it names it
        for each in part.get("parts") or (part,) if witness else (part,):
            yield from steps(each, depth + bool(said))


def _rule(step: Mapping[str, Any]) -> str:
    """What becomes of a rule: that it applies, does not, or is beaten."""
    which = "the rule for it" if step["concludes"] else "the rule against it"
    if step["defeated_by"]:
        stronger = dict.fromkeys(name.rpartition("#")[0] for name in step["defeated_by"])
        return f"{which} {'may yield' if step['truth'] == 'open' else 'yields'} to {sections(stronger)}"
    return f"{which} {_APPLIES[step['truth']]}"
