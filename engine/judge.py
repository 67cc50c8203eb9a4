"""From a truth over open questions to a verdict, and to what would settle it.

Questions about one open value hang together (at most 3 implies at most 4); `Theory` knows how, so that a
verdict is the same for every completion of the unknowns that can really be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from fractions import Fraction
from itertools import islice, pairwise, product
from math import floor
from typing import Any

from attrs import frozen

from engine.decision import FALSE, TRUE, Decisions, TooManyCases, Truth
from engine.reckon import at_most_zero
from engine.unknowns import (
    Clash,
    Equals,
    Linear,
    OpenValue,
    Question,
    Shaped,
    Sign,
    Threshold,
    Unknown,
    day_of,
    hangs_on,
    is_of,
    least_of,
    most_of,
    number_at,
    trend_of,
    unrecorded_in,
    would_be_of,
)
from engine.values import LimitReached, exact

MOST_SETS = 8
"""At most so many minimal sets of open questions are reported."""

_MOST_PATHS = 2_000
_MOST_CUBES = 2_000
_MOST_CONSTRAINTS = 4_000
_MOST_COMPARED = 24


class Verdict(Enum):
    """The answers to a question."""

    YES = "yes"
    NO = "no"
    VALUE = "value"
    NONE = "none"
    DEPENDS = "depends"
    CONFLICT = "conflict"


@frozen
class Literal:
    """A question with the answer to it that is supposed; ``place`` is the question's in the evaluation."""

    question: Question
    answer: bool
    place: int


@frozen
class Settlement:
    """Minimal sets of answers each of which would settle a question, the smallest first; ``more``: there are others."""

    sets: tuple[tuple[Literal, ...], ...]
    more: bool = False


class Theory:
    """What is true of the questions met, whatever the answers: the axioms of order and identity."""

    def __init__(self, decisions: Decisions, *truths: Truth) -> None:
        self._decisions = decisions
        self._places = decisions.support(*truths)
        questions = [decisions.questions[place] for place in self._places]
        self.axioms = self._axioms(questions)
        self.clashes = tuple(
            place for place, question in zip(self._places, questions, strict=True) if isinstance(question, Clash)
        )
        self._signs = any(isinstance(question, Sign) for question in questions)

    def _axioms(self, questions: list[Any]) -> Truth:
        decisions = self._decisions
        thresholds: dict[Any, list[Threshold]] = {}
        equalities: dict[Any, list[Equals]] = {}
        for question in questions:
            if isinstance(question, Threshold):
                thresholds.setdefault(question.value, []).append(question)
            elif isinstance(question, Equals) and isinstance(question.other, str):
                equalities.setdefault(question.value, []).append(question)
        axioms = TRUE
        for chain in thresholds.values():
            chain.sort(key=threshold_order)
            for lower, higher in pairwise(chain):
                implied = decisions.either(decisions.negation(decisions.ask(lower)), decisions.ask(higher))
                axioms = decisions.both(axioms, implied)
        for value, same in equalities.items():
            asked = [decisions.ask(equality) for equality in same]
            for number, one in enumerate(asked):
                for other in asked[number + 1 :]:
                    axioms = decisions.both(axioms, decisions.negation(decisions.both(one, other)))
            if value.type.members and len(same) == len(value.type.members):
                axioms = decisions.both(axioms, decisions.any(asked))
        return axioms

    def possible(self, truth: Truth) -> bool:
        """Whether some completion that can be makes this true."""
        truth = self._decisions.both(self.axioms, truth)
        if truth is FALSE:
            return False
        if not self._signs:
            return True
        for number, answers in enumerate(self._decisions.paths(truth)):
            if number >= _MOST_PATHS or self._consistent(answers):
                return True
        return False

    def _consistent(self, answers: dict[int, bool]) -> bool:
        """Whether the linear inequalities among these answers can all hold."""
        found = self._inequalities(answers)
        unknowns = [unknown for terms, _, _ in found for unknown in terms]
        if len(set(unknowns)) == len(unknowns) and all(type(unknown) is OpenValue for unknown in unknowns):
            return all(map(_can_hold, found))
        return projected(self._constraints(found), None) is not None

    def _inequalities(self, answers: dict[int, bool]) -> list[Constraint]:
        """The linear inequalities among these answers."""
        questions: list[Any] = self._decisions.questions
        each = (_inequality(questions[place], answer) for place, answer in answers.items())
        return [inequality for inequality in each if inequality is not None]

    @staticmethod
    def _constraints(found: list[Constraint]) -> list[Constraint]:
        """These inequalities, that no unknown is below its least value, and what of one is carried to another."""
        bounded = [*found, *_leasts(found)]
        return [*bounded, *_carried(bounded)]

    def ends(self, truth: Truth, value: OpenValue) -> Iterator[Truth]:
        """Where the ranges of an open value in which this can be true end: what else is unknown is left out."""
        decisions = self._decisions
        truth = decisions.both(self.axioms, decisions.sometimes(truth, self.clashes))
        truth = decisions.sometimes(truth, self._apart(truth, value))
        for number, answers in enumerate(self._decisions.paths(truth)):
            if number >= _MOST_PATHS:
                raise LimitReached(f"there are too many cases to solve for the {value.column} asked")
            for terms, constant, strict in projected(self._constraints(self._inequalities(answers)), value) or ():
                yield at_most_zero(_exactly(terms), exact(constant), strict, self._decisions)

    def _apart(self, truth: Truth, value: OpenValue) -> list[int]:
        """The questions that no inequality joins, by way of others, to an open value."""
        questions: list[Any] = self._decisions.questions
        apart = {place: set(_open_values(questions[place])) for place in self._decisions.support(truth)}
        joined = {value}
        while near := [place for place, values in apart.items() if not joined.isdisjoint(values)]:
            for place in near:
                joined |= apart.pop(place)
        return sorted(apart)

    def implied(self, places: Iterable[int], unknown: Callable[[Unknown], bool]) -> Truth:
        """What inequalities imply of all else, once some unknowns may be anything: those in which these cancel out."""
        decisions = self._decisions
        questions: list[Any] = decisions.questions
        given: list[tuple[Truth, Constraint]] = []
        for place in places:
            asked = decisions.ask(questions[place])
            for answer, truth in ((True, asked), (False, decisions.negation(asked))):
                inequality = _inequality(questions[place], answer)
                if inequality is not None:
                    given.append((truth, inequality))
        given += [(TRUE, least) for least in _leasts([inequality for _, inequality in given])]
        result = TRUE
        for (one, upper), (other, lower) in product(given, given):
            for gone in filter(unknown, upper[0]):
                if upper[0][gone] > 0 and lower[0].get(gone, 0) < 0 and decisions.both(one, other) is not FALSE:
                    terms, constant, strict = _cancelled(gone, upper, lower)
                    if not any(map(unknown, terms)):
                        so = at_most_zero(_exactly(terms), exact(constant), strict, decisions)
                        either = decisions.either(decisions.negation(decisions.both(one, other)), so)
                        result = decisions.both(result, either)
        return result

    def judge(self, truth: Truth, given: Truth = TRUE) -> Verdict:
        """Yes, no, conflict or depends; of the completions for which ``given`` is true."""
        if truth is TRUE:
            return Verdict.YES
        if truth is FALSE:
            return Verdict.NO
        decisions = self._decisions
        always = decisions.always(truth, self.clashes)
        sometimes = decisions.sometimes(truth, self.clashes)
        if not self.possible(decisions.both(given, decisions.negation(always))):
            return Verdict.YES
        if not self.possible(decisions.both(given, sometimes)):
            return Verdict.NO
        if not self.possible(decisions.both(given, decisions.either(always, decisions.negation(sometimes)))):
            return Verdict.CONFLICT
        return Verdict.DEPENDS

    def settle(self, truth: Truth) -> Settlement:
        """The minimal sets of answers that would make the truth certain, smallest first."""
        decisions = self._decisions
        goal = decisions.either(decisions.always(truth, self.clashes), decisions.negation(self.axioms))
        try:
            cubes = _primes(decisions, goal)
        except TooManyCases:
            cubes = [tuple(sorted(path.items())) for _, path in zip(range(64), decisions.paths(goal), strict=False)]
        cubes.sort(key=lambda cube: (len(cube), cube))
        possible = (cube for cube in cubes if self.possible(self._cube(cube)))
        real = list(islice(possible, _MOST_COMPARED))
        if self.axioms is not TRUE:
            real = self._weakest(real)
        sets = tuple(
            tuple(Literal(decisions.questions[place], answer, place) for place, answer in cube)  # type: ignore[arg-type]
            for cube in real[:MOST_SETS]
        )
        return Settlement(sets, len(real) > MOST_SETS or len(real) == _MOST_COMPARED)

    def _weakest(self, cubes: list[Cube]) -> list[Cube]:
        """Without the sets that ask for more than another does: by August 3, where by October 20 will do."""
        truths = [self._cube(cube) for cube in cubes]
        kept: list[int] = []
        for one in range(len(cubes)):
            negations = (self._decisions.negation(truths[other]) for other in range(len(cubes)) if other != one)
            stronger = [
                other
                for other, negation in zip((o for o in range(len(cubes)) if o != one), negations, strict=True)
                if not self.possible(self._decisions.both(truths[one], negation))
            ]
            if all(other > one and self._same(truths[one], truths[other]) for other in stronger):
                kept.append(one)
        return [cubes[number] for number in kept]

    def _same(self, one: Truth, other: Truth) -> bool:
        """Whether the second truth implies the first as well."""
        return not self.possible(self._decisions.both(other, self._decisions.negation(one)))

    def _cube(self, cube: Iterable[tuple[int, bool]]) -> Truth:
        decisions = self._decisions
        asked = ((decisions.ask(decisions.questions[place]), answer) for place, answer in cube)
        return decisions.all(truth if answer else decisions.negation(truth) for truth, answer in asked)


def may_be(decisions: Decisions, truth: Truth, values: tuple[Any, ...]) -> Truth:
    """That there is something unrecorded among a binding's values for which this is true, whatever it is like."""
    things = [thing for value in values if (thing := unrecorded_in(value)) is not None]
    theory = Theory(decisions, truth)
    truth = decisions.both(truth, theory.axioms)
    questions: list[Any] = decisions.questions
    inner = [
        place for place in decisions.support(truth) if any(would_be_of(questions[place], thing) for thing in things)
    ]
    if any(isinstance(questions[place], Sign) for place in inner):
        implied = theory.implied(inner, lambda unknown: any(is_of(unknown, thing) for thing in things))
        truth = decisions.both(truth, implied)
    return decisions.sometimes(truth, inner)


def threshold_order(threshold: Threshold) -> tuple[Fraction, int]:
    """Less than 3 comes before at most 3."""
    return Fraction(threshold.bound), 0 if threshold.strict else 1


Cube = tuple[tuple[int, bool], ...]


def _primes(decisions: Decisions, truth: Truth) -> list[Cube]:
    """The prime implicants of a diagram (Coudert and Madre, 1992)."""
    return _prime(decisions, truth, {TRUE: [()], FALSE: []})


def _prime(decisions: Decisions, node: Truth, known: dict[Truth, list[Cube]]) -> list[Cube]:
    found = known.get(node)
    if found is None:
        shared = _prime(decisions, decisions.both(node.yes, node.no), known)
        found = [*shared]
        for answer, here, there in ((True, node.yes, node.no), (False, node.no, node.yes)):
            for cube in _prime(decisions, here, known):
                if not _implies(cube, there):
                    found.append(((node.place, answer), *cube))
        if len(found) > _MOST_CUBES:
            raise TooManyCases
        known[node] = found
    return found


def _implies(cube: Cube, truth: Truth) -> bool:
    """Whether a truth holds wherever the answers of the cube are given."""
    answers = dict(cube)
    pending, seen = [truth], set()
    while pending:
        node = pending.pop()
        if node is FALSE:
            return False
        if node is TRUE or node in seen:
            continue
        seen.add(node)
        answer = answers.get(node.place)
        if answer is not False:
            pending.append(node.yes)
        if answer is not True:
            pending.append(node.no)
    return True


Constraint = tuple[dict[Unknown, Fraction], Fraction, bool]
"""``terms + constant ≤ 0`` (True: ``< 0``)."""


def projected(constraints: list[Constraint], kept: OpenValue | None) -> list[Constraint] | None:
    """What the constraints say of one open value and what is computed from it; None: they cannot all hold.

    Fourier-Motzkin elimination over the rationals; past a few thousand constraints it gives up and says that they
    can, and nothing more of the value.
    """
    remaining = constraints
    while True:
        for terms, constant, strict in remaining:
            if not terms and (constant > 0 or (strict and constant == 0)):
                return None
        remaining = [entry for entry in remaining if entry[0]]
        if len(remaining) > _MOST_CONSTRAINTS:
            return []
        unknown = _cheapest(remaining, kept)
        if unknown is None:
            return remaining
        remaining = [*_without(unknown, remaining)]


def _inequality(question: Any, answer: bool) -> Constraint | None:
    """What an answer says as an inequality; None where it says nothing of that sort."""
    if isinstance(question, Threshold):
        terms, constant = {question.value: Fraction(1)}, Fraction(-question.bound)
    elif isinstance(question, Sign):
        terms, constant = {unknown: Fraction(factor) for unknown, factor in question.terms}, Fraction(question.constant)
    else:
        return None
    if answer:
        return terms, constant, question.strict
    return {unknown: -factor for unknown, factor in terms.items()}, -constant, not question.strict


def _open_values(question: Any) -> Iterator[OpenValue]:
    """The open values of which a question is an inequality."""
    pending: list[Any] = []
    if isinstance(question, Threshold):
        pending = [question.value]
    elif isinstance(question, Sign):
        pending = [unknown for unknown, _ in question.terms]
    while pending:
        scalar = pending.pop()
        if isinstance(scalar, OpenValue):
            yield scalar
        elif isinstance(scalar, Shaped):
            pending += scalar.arguments
        elif isinstance(scalar, Linear):
            pending += [unknown for unknown, _ in scalar.terms]


def _can_hold(inequality: Constraint) -> bool:
    """Whether an inequality of open values that no other is about can hold."""
    terms, total, strict = inequality
    for unknown, factor in terms.items():
        least = least_of(unknown)
        end = (unknown.type.least if least is None else least) if factor > 0 else most_of(unknown)
        if end is None:
            return True
        total += factor * end
    return total < 0 or (total == 0 and not strict)


def _leasts(constraints: Iterable[Constraint]) -> Iterator[Constraint]:
    """That no unknown of these is below its least value, or above its most."""
    for unknown in dict.fromkeys(unknown for terms, _, _ in constraints for unknown in terms):
        least = least_of(unknown)
        least = unknown.type.least if least is None else least
        if least is not None:
            yield {unknown: Fraction(-1)}, Fraction(least), False
        most = most_of(unknown)
        if most is not None:
            yield {unknown: Fraction(1)}, Fraction(-most), False


def _carried(constraints: list[Constraint]) -> Iterator[Constraint]:
    """What a bound of an open day says of what rises or falls with it: until October 31, so three months after it."""
    shaped = dict.fromkeys(unknown for terms, _, _ in constraints for unknown in terms if isinstance(unknown, Shaped))
    for unknown in shaped:
        day = day_of(unknown)
        trend = None if day is None else trend_of(unknown, day)
        if day is None or not trend:
            continue
        for terms, constant, strict in constraints:
            if [*terms] != [day]:
                continue
            side = 1 if terms[day] > 0 else -1  # at most, or at least, so much
            bound = -constant / terms[day]
            last = floor(bound * side) - (strict and bound.denominator == 1)
            try:
                reached = number_at(unknown, day, last * side)
            except (LimitReached, ValueError, OverflowError):  # past the calendar
                continue
            yield {unknown: Fraction(side * trend)}, Fraction(-reached * side * trend), False


def _exactly(terms: dict[Unknown, Fraction]) -> tuple[tuple[Unknown, int | Fraction], ...]:
    return tuple((unknown, exact(factor)) for unknown, factor in terms.items())


def _cheapest(constraints: list[Constraint], kept: OpenValue | None) -> Unknown | None:
    """The other unknown whose elimination leaves the fewest constraints, the first met of equals."""
    above: dict[Unknown, int] = {}
    below: dict[Unknown, int] = {}
    for terms, _, _ in constraints:
        for unknown, factor in terms.items():
            side, other = (above, below) if factor > 0 else (below, above)
            side[unknown] = side.get(unknown, 0) + 1
            other.setdefault(unknown, 0)
    others = [unknown for unknown in above if kept is None or not hangs_on(unknown, kept)]
    return min(
        others, key=lambda unknown: above[unknown] * below[unknown] - above[unknown] - below[unknown], default=None
    )


def _without(unknown: Unknown, constraints: list[Constraint]) -> Iterator[Constraint]:
    uppers = [entry for entry in constraints if entry[0].get(unknown, 0) > 0]
    lowers = [entry for entry in constraints if entry[0].get(unknown, 0) < 0]
    yield from (entry for entry in constraints if not entry[0].get(unknown, 0))
    yield from (_cancelled(unknown, upper, lower) for upper in uppers for lower in lowers)


def _cancelled(unknown: Unknown, upper: Constraint, lower: Constraint) -> Constraint:
    """The sum of two inequalities in which an unknown cancels out."""
    terms = dict(upper[0])
    factor = terms[unknown] / -lower[0][unknown]
    for other, coefficient in lower[0].items():
        terms[other] = terms.get(other, Fraction(0)) + factor * coefficient
    terms = {other: coefficient for other, coefficient in terms.items() if coefficient}
    return terms, upper[1] + factor * lower[1], upper[2] or lower[2]
