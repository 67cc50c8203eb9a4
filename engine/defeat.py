"""Rules that disagree: which defeats which, and what is left in conflict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from engine.decision import FALSE, TRUE, Decisions, Truth
from engine.model import Comparison, Priority, Relation, Rule
from engine.proof import Attempt
from engine.reckon import compare
from engine.unknowns import Clash


def may_disagree(attempts: list[Attempt]) -> bool:
    """Whether two of the attempts that may apply could conclude otherwise."""
    first: Rule | None = None
    for attempt in attempts:
        if attempt.holds is FALSE:
            continue
        if first is None:
            first = attempt.rule
        elif first.value is not None or attempt.rule.positive != first.positive:
            return True
    return False


def defeat(
    attempts: list[Attempt],
    priorities: Mapping[str, tuple[Priority, ...]],
    decisions: Decisions,
    cancelled: Callable[[tuple[Truth, ...]], None],
) -> None:
    """Take from each attempt what is defeated by those over it that conclude otherwise; strongest first.

    ``cancelled`` is told of truths none of which is certain, though together they defeat for certain.
    """
    numbers: dict[str, list[int]] = {}
    for number, attempt in enumerate(attempts):
        numbers.setdefault(attempt.rule.name, []).append(number)
    defeats = _Defeats(attempts, numbers, priorities, decisions, cancelled)
    for number in range(len(attempts)):
        defeats.settle(number)


@define
class _Defeats:
    """The attempts of one conclusion, as they are settled."""

    attempts: list[Attempt]
    numbers: dict[str, list[int]]
    priorities: Mapping[str, tuple[Priority, ...]]
    decisions: Decisions
    cancelled: Callable[[tuple[Truth, ...]], None]
    settled: set[int] = field(factory=set)

    def settle(self, number: int) -> None:
        """Take from an attempt what is defeated, those over it settled first."""
        if number in self.settled:
            return
        self.settled.add(number)
        attempts, decisions = self.attempts, self.decisions
        attempt = attempts[number]
        if attempt.holds is FALSE:
            return
        truth = attempt.holds
        defeaters = []
        for priority in self.priorities.get(attempt.rule.name, ()):
            for stronger in self.numbers.get(priority.stronger, ()):
                self.settle(stronger)
                over = _otherwise(attempts[stronger], attempt, decisions)
                if over is not FALSE:
                    defeaters.append(stronger)
                    truth = decisions.both(truth, decisions.negation(over))
        if truth is FALSE and not any(attempts[place].truth is TRUE for place in defeaters):
            self.cancelled((attempt.holds, *(attempts[place].truth for place in defeaters)))
        attempt.truth = truth
        attempt.defeaters = tuple(defeaters)


def _otherwise(stronger: Attempt, weaker: Attempt, decisions: Decisions) -> Truth:
    """Whether the stronger attempt applies and concludes otherwise than the weaker."""
    if stronger.truth is FALSE:
        return FALSE
    if weaker.rule.value is None:
        return stronger.truth if stronger.rule.positive != weaker.rule.positive else FALSE
    differs = compare(Comparison.IS_NOT, stronger.value, weaker.value, decisions)
    return decisions.both(stronger.truth, differs)


def settle_clashes(
    relation: Relation, arguments: tuple[Any, ...], options: list[tuple[Any, Truth]], decisions: Decisions
) -> list[tuple[Any, Truth]]:
    """Make the truths of several values exclusive: where two could hold at once, an open clash chooses."""
    meets = _meeting([truth for _, truth in options], decisions)
    for one in range(len(options)):
        for other in range(one + 1, len(options)):
            if not meets[other]:
                continue
            overlap = decisions.both(options[one][1], options[other][1])
            if overlap is FALSE:
                continue
            same = compare(Comparison.IS, options[one][0], options[other][0], decisions)
            first = decisions.either(same, decisions.ask(Clash(relation.name, arguments, (one, other))))
            keep = decisions.negation(decisions.both(overlap, decisions.negation(first)))
            drop = decisions.negation(decisions.both(overlap, first))
            options[one] = (options[one][0], decisions.both(options[one][1], keep))
            options[other] = (options[other][0], decisions.both(options[other][1], drop))
    return options


def _meeting(truths: list[Truth], decisions: Decisions) -> list[bool]:
    """Of each truth whether it can hold together with one before it: of hundreds of values hardly any two can."""
    meets: list[bool] = []
    before = FALSE
    for truth in truths:
        meets.append(decisions.both(before, truth) is not FALSE)
        before = decisions.either(before, truth)
    return meets
