"""Solving for an open number or day: its ranges by verdict, and the first or last value that is not refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from attrs import evolve

from engine.decision import TRUE, TooManyCases, Truth
from engine.judge import Settlement, Theory, Verdict, threshold_order
from engine.model import Aggregate, Apply, Condition, Constant, ValueOf, Variable
from engine.query import Answer, Asked, Query, Region, Shape, Working, value_of, whether, which
from engine.unknowns import NONE, OpenValue, Sign, Threshold, hangs_on
from engine.values import Kind, LimitReached, Type, exact

if TYPE_CHECKING:
    from engine.evaluate import Evaluation


class Unbounded(LimitReached):
    """Nothing bounds an open number; ``answer`` is that for one however large, or small."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


def answer(asked: Asked, query: Query) -> Answer:
    """The answer to a query. Raises `LimitReached` where a limit stops it: that is never a verdict."""
    try:
        if query.shape is Shape.WHICH:
            return which(asked, query)
        if query.shape is Shape.WHEN:
            return _when(asked, query)
        if query.shape in (Shape.MOST, Shape.LEAST):
            return _solve(asked, query)
        if isinstance(query.goal, (Variable, Constant, ValueOf, Apply, Aggregate)):
            return value_of(asked, query, query.goal)
        return whether(asked, query, None)
    except RecursionError:
        raise LimitReached("the rules nest too deep to follow") from None
    except TooManyCases:
        raise LimitReached("there are more cases than can be told apart") from None


def _solve(asked: Asked, query: Query) -> Answer:
    """The open number or date: its ranges by verdict, and the largest (smallest) value that is not refused."""
    assert query.open is not None
    regions, was_cut = _solved(evolve(asked, told=False), query, query.open)  # told is what settles the bound
    open_ones = [region for region in regions if region.verdict is not Verdict.NO]
    common: dict[str, Any] = {"regions": regions, "cut": was_cut}
    if not open_ones:
        return _never(asked, query, regions[0 if query.shape is Shape.MOST else -1], common)
    region = open_ones[-1] if query.shape is Shape.MOST else open_ones[0]
    bound = region.high if query.shape is Shape.MOST else region.low
    if bound is None:
        direction = "above" if query.shape is Shape.MOST else "below"
        sample = whether(asked, query, _sample(region, query.open.type))
        raise Unbounded(f"nothing in the rules bounds the answer from {direction}", sample)
    beyond = _beyond(regions, region, query.shape, query.open.type)
    at_bound, bound, beyond = _at_bound(asked, query, region, bound, beyond)
    refused = None if beyond is None or not asked.told else whether(asked, query, beyond)
    return Answer(
        Verdict.VALUE,
        bound,
        at_bound.proof,
        None if refused is None else refused.proof,
        at_bound.settlement,
        at_bound.open,
        facts=at_bound.facts,
        beyond_facts=None if refused is None else refused.facts,
        regions=regions,
        cut=was_cut or at_bound.cut,
        origins=at_bound.origins,
    )


def _never(asked: Asked, query: Query, region: Region, common: dict[str, Any]) -> Answer:
    """Refused for every value: with the proof for one of a region."""
    assert query.open is not None
    never = whether(asked, query, _sample(region, query.open.type))
    return Answer(Verdict.NONE, None, never.proof, facts=never.facts, **common)


def _when(asked: Asked, query: Query) -> Answer:
    """The open day: its ranges by verdict, and the first day that is not refused, be it certain or not."""
    assert query.open is not None
    regions, was_cut = _solved(asked, query, query.open)
    common: dict[str, Any] = {"regions": regions, "cut": was_cut}
    region = next((region for region in regions if region.verdict is not Verdict.NO), None)
    if region is None:
        return _never(asked, query, regions[-1], common)
    first = whether(asked, query, _sample(region, query.open.type))
    if first.verdict is Verdict.NO:
        raise LimitReached("the rules cannot be solved for the day asked")
    before = None if region.low in (None, date.min) else whether(asked, query, region.low - _DAY)
    if before is not None and before.verdict is not Verdict.NO:
        raise LimitReached("the rules cannot be solved for the day asked")
    settled = region.settlement if region.settlement.sets else first.settlement
    return Answer(
        Verdict.VALUE if first.verdict is Verdict.YES else first.verdict,
        region.low,
        first.proof,
        None if before is None else before.proof,
        settled if first.verdict is Verdict.DEPENDS else Settlement(()),
        first.open,
        facts=first.facts,
        beyond_facts=None if before is None else before.facts,
        origins=region.origins if settled is region.settlement else first.origins,
        **common,
    )


def _solved(asked: Asked, query: Query, open_: Variable) -> tuple[tuple[Region, ...], bool]:
    """The ranges of the open variable by verdict, and whether the analysis was cut.

    Days up to the record's end are solved by themselves: none of what the record does not show comes into them. Past
    it there can be too many cases to solve for, and then the answer there depends on more than can be told.
    """
    goal: Condition = query.goal  # type: ignore[assignment]
    regions: list[Region] = []
    was_cut = False
    for least, most in _spans_of(open_.type, asked.facts.complete_to):
        slot = OpenValue("", ("asked",), open_.name, open_.type, least, most)
        try:
            evaluation, step = Working(asked, query, slot).test(goal)
            regions += _regions(evaluation, step.truth, slot, asked.told)
        except (LimitReached, TooManyCases):
            if least is None or all(region.verdict is Verdict.NO for region in regions):
                raise
            regions.append(Region(date.fromordinal(least), True, None, False, Verdict.DEPENDS))
            return tuple(regions), True
        was_cut = was_cut or evaluation.was_cut
    return tuple(regions), was_cut


def _spans_of(type: Type, horizon: date | None) -> list[tuple[int | None, int | None]]:
    if type.kind is not Kind.DATE or horizon is None or horizon == date.max:
        return [(None, None)]
    return [(None, horizon.toordinal()), (horizon.toordinal() + 1, None)]


_MOST_TRIED = 64
_DAY = timedelta(days=1)


def _at_bound(asked: Asked, query: Query, region: Region, bound: Any, beyond: Any) -> tuple[Answer, Any, Any]:
    """The answer at a bound, the bound, and the next value past it.

    Ranges are solved over the rationals, and may reach a little too far where other unknowns are whole.
    """
    assert query.open is not None
    found = whether(asked, query, bound)
    included = region.high_included if query.shape is Shape.MOST else region.low_included
    if found.verdict is not Verdict.NO or not included:
        return found, bound, beyond
    step = -1 if query.shape is Shape.MOST else 1
    for _ in range(_MOST_TRIED if query.open.type.whole else 0):
        bound, beyond = bound + step, bound
        found = whether(asked, query, bound)
        if found.verdict is not Verdict.NO:
            return found, bound, beyond
    raise LimitReached("the rules cannot be solved for the value asked")


def most_allowed(asked: Asked, query: Query) -> Any:
    """The largest value of the open variable for which the goal is not refused; `NONE`: all are refused.

    None: nothing bounds it from above, or it cannot be worked out.
    """
    assert query.open is not None
    try:
        regions, _ = _solved(asked, query, query.open)
        allowed = [region for region in regions if region.verdict is not Verdict.NO]
        if not allowed:
            return NONE
        region = allowed[-1]
        if region.high is None or not region.high_included:
            return None
        return _at_bound(asked, query, region, region.high, None)[1]
    except (LimitReached, RecursionError):
        return None


def _cuts(evaluation: Evaluation, truth: Truth, slot: OpenValue) -> tuple[list[Threshold], bool]:
    """Where the ranges of the open value may end, in order; and whether sums with other unknowns had to be solved."""
    decisions = evaluation.decisions
    questions: list[Any] = [decisions.questions[place] for place in decisions.support(truth)]
    cuts = {question for question in questions if _is_cut(question, slot)}
    mixed = any(
        isinstance(question, Sign) and any(hangs_on(unknown, slot) for unknown, _ in question.terms)
        for question in questions
    )
    theory = Theory(decisions, truth)
    for side in (truth, decisions.negation(truth)) if mixed else ():
        for end in theory.ends(side, slot):
            met: list[Any] = [decisions.questions[place] for place in decisions.support(end)]
            cuts |= {question for question in met if _is_cut(question, slot)}
    return sorted(cuts, key=threshold_order), mixed


def _is_cut(question: Any, slot: OpenValue) -> bool:
    return isinstance(question, Threshold) and question.value == slot


def _regions(evaluation: Evaluation, truth: Truth, slot: OpenValue, told: bool) -> Iterator[Region]:
    """The line of the open value cut at every threshold that its truth hangs on."""
    decisions = evaluation.decisions
    cuts, mixed = _cuts(evaluation, truth, slot)
    asked = [decisions.ask(cut) for cut in cuts]
    origins = tuple(evaluation.origins)
    whole_theory = Theory(decisions, truth, *asked) if mixed else None
    show = _shown(slot.type)
    whole = slot.type.whole or slot.type.kind is Kind.DATE
    least = slot.least if slot.least is not None else slot.type.least
    low: Any = show(least) if least is not None else None
    low_included = True
    for number in range(len(asked) + 1):
        here = truth
        for other, cut in enumerate(asked):
            here = decisions.where(here, cut.place, other >= number)
        theory = Theory(decisions, here)
        verdict = theory.judge(here)
        settlement = theory.settle(here) if told and verdict is Verdict.DEPENDS else Settlement(())
        if whole_theory is not None:
            above = decisions.negation(asked[number - 1]) if number else TRUE
            given = decisions.both(above, asked[number]) if number < len(asked) else above
            verdict = whole_theory.judge(truth, given)
        if number < len(asked):
            threshold = cuts[number]
            high, high_included = show(threshold.bound), not threshold.strict
            yield Region(low, low_included, high, high_included, verdict, settlement, origins)
            low = show(threshold.bound + 1) if whole else high
            low_included = whole or threshold.strict
        else:
            last = None if slot.most is None else show(slot.most)
            yield Region(low, low_included, last, last is not None, verdict, settlement, origins)


def _shown(type: Type) -> Callable[[Any], Any]:
    if type.kind is Kind.DATE:
        return lambda bound: date.fromordinal(int(bound))
    return lambda bound: bound


def _sample(region: Region, type: Type) -> Any:
    """Some value of a region."""
    if region.low is not None and region.low_included:
        return region.low
    if region.high is not None and region.high_included:
        return region.high
    if region.low is None and region.high is None:
        return date(2000, 1, 1) if type.kind is Kind.DATE else 0
    if region.high is None:
        return region.low + 1
    if region.low is None:
        return region.high - 1
    return Fraction(region.low + region.high) / 2


def _beyond(regions: tuple[Region, ...], region: Region, shape: Shape, type: Type) -> Any:
    """A value just past the bound, where the goal is refused."""
    number = regions.index(region) + (1 if shape is Shape.MOST else -1)
    if not 0 <= number < len(regions):
        return None
    following = regions[number]
    end = following.low if shape is Shape.MOST else following.high
    if end is None or (following.low_included if shape is Shape.MOST else following.high_included):
        return _sample(following, type) if end is None else end
    if type.grain is None:
        return _sample(following, type)
    grains = floor(end / type.grain) + 1 if shape is Shape.MOST else ceil(end / type.grain) - 1
    beyond = exact(grains * type.grain)
    return beyond if _within(following, beyond) else _sample(following, type)


def _within(region: Region, value: Any) -> bool:
    return (region.low is None or region.low < value) and (region.high is None or value < region.high)
