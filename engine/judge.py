"""From a truth over open questions to a verdict, and to what would settle it.

Questions about one open value hang together (at most 3 implies at most 4); `Theory` knows how, so that a
verdict is the same for every completion of the unknowns that can really be.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import Any

from attrs import frozen

from engine.decision import FALSE, TRUE, Decisions, TooManyCases, Truth
from engine.inequalities import Inequality, can_hold, cancelled, ends_of, inequality_in, open_values, projected
from engine.model import Relation
from engine.reckon import at_most_zero
from engine.unknowns import (
    Clash,
    Cut,
    Equals,
    HasValue,
    MayExist,
    OpenValue,
    Question,
    Sign,
    Threshold,
    Unknown,
    Unrecorded,
    is_of,
    is_whether,
    unrecorded_in,
    whether_there_is,
    would_be_of,
)
from engine.values import LimitReached

MOST_SETS = 8
"""At most so many minimal sets of open questions are reported."""

_MOST_OUTCOMES = 1_000
_MOST_PATHS = 2_000
_MOST_LEMMAS = 500
_MOST_CUBES = 2_000
_MOST_COMPARED = 24
_MOST_LIKELY = 16


_EVENTS = (MayExist, Clash, Cut)

Keys = list[tuple[int, bool]]


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


@frozen(cache_hash=True)
class Settlement:
    """Minimal sets of answers each of which would settle a question, the smallest first; ``more``: there are others."""

    sets: tuple[tuple[Literal, ...], ...]
    more: bool = False

    def placed(self, places: Sequence[int]) -> Settlement:
        """The same where each question stands at another place."""
        sets = tuple(
            tuple(Literal(each.question, each.answer, places[each.place]) for each in one) for one in self.sets
        )
        return Settlement(sets, self.more)


@frozen
class Outcome:
    """What a truth comes to: a verdict, and where it depends, what would settle it as a yes."""

    verdict: Verdict
    settlement: Settlement = Settlement(())


class Outcomes:
    """What truths came to: one with the same diagram over the same questions as an earlier one comes to the same."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Outcome] = {}

    def of(self, decisions: Decisions, truth: Truth, told: bool = True) -> Outcome:
        """What a truth comes to; what would settle it only where that is to be ``told``."""
        if not truth.is_open:
            return Outcome(Verdict.YES if truth is TRUE else Verdict.NO)
        key = decisions.written(truth)
        known = self._known.get(key)
        if known is None:
            own, alone, _ = decisions.apart(truth)
            known = Outcome(Theory(own, alone).judge(alone))
            if known.verdict is Verdict.DEPENDS:
                if not told:
                    return known
                known = Outcome(Verdict.DEPENDS, _settled(decisions, truth))
            if len(self._known) >= _MOST_OUTCOMES:
                self._known.clear()
            self._known[key] = known
        return known


def _settled(decisions: Decisions, truth: Truth) -> Settlement:
    """What would make a truth certain. It is worked out apart: what that takes is not to be carried on."""
    own, alone, places = decisions.apart(truth)
    return Theory(own, alone).settle(alone).placed(places)


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
        self._lemmas: list[Truth] = []
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
        decisions = self._decisions
        truth = decisions.both(self.axioms, truth)
        if truth is FALSE or not self._signs:
            return truth is not FALSE
        try:
            for lemma in self._lemmas:
                truth = decisions.both(truth, lemma)
            for _ in range(_MOST_LEMMAS):
                answers = next(decisions.paths(truth), None)
                if answers is None:
                    return False
                clash = self._clash(answers)
                if not clash:
                    return True
                lemma = decisions.negation(self._cube(clash))
                self._lemmas.append(lemma)
                truth = decisions.both(truth, lemma)
        except TooManyCases:
            pass
        return True

    def _clash(self, answers: dict[int, bool]) -> Cube:
        """Some few answers whose inequalities cannot all hold; () where all of them can."""
        questions: list[Any] = self._decisions.questions
        found = {
            (place, answer): inequality
            for place, answer in answers.items()
            if (inequality := inequality_in(questions[place], answer)) is not None
        }
        if can_hold([*found.values()]):
            return ()
        return tuple(sorted(_cause(found, [], [*found])))

    def _inequalities(self, answers: dict[int, bool]) -> list[Inequality]:
        """The linear inequalities among these answers."""
        questions: list[Any] = self._decisions.questions
        each = (inequality_in(questions[place], answer) for place, answer in answers.items())
        return [inequality for inequality in each if inequality is not None]

    def ends(self, truth: Truth, value: OpenValue) -> Iterator[Truth]:
        """Where the ranges of an open value in which this can be true end: what else is unknown is left out."""
        decisions = self._decisions
        truth = decisions.both(self.axioms, decisions.sometimes(truth, self.clashes))
        truth = decisions.sometimes(truth, self._apart(truth, value))
        for number, answers in enumerate(self._decisions.paths(truth)):
            if number >= _MOST_PATHS:
                raise LimitReached(f"there are too many cases to solve for the {value.column} asked")
            for terms, constant, strict in projected(self._inequalities(answers), value) or ():
                yield at_most_zero(tuple(terms.items()), constant, strict, self._decisions)

    def _apart(self, truth: Truth, value: OpenValue) -> list[int]:
        """The questions that no inequality joins, by way of others, to an open value."""
        questions: list[Any] = self._decisions.questions
        apart = {place: set(open_values(questions[place])) for place in self._decisions.support(truth)}
        joined = {value}
        while near := [place for place, values in apart.items() if not joined.isdisjoint(values)]:
            for place in near:
                joined |= apart.pop(place)
        return sorted(apart)

    def implied(self, places: Iterable[int], unknown: Callable[[Unknown], bool]) -> Truth:
        """What inequalities imply of all else, once some unknowns may be anything: those in which these cancel out."""
        decisions = self._decisions
        questions: list[Any] = decisions.questions
        given: list[tuple[Truth, Inequality]] = []
        for place in places:
            asked = decisions.ask(questions[place])
            for answer, truth in ((True, asked), (False, decisions.negation(asked))):
                inequality = inequality_in(questions[place], answer)
                if inequality is not None:
                    given.append((truth, inequality))
        given += [(TRUE, end) for end in ends_of([inequality for _, inequality in given])]
        result = TRUE
        for (one, upper), (other, lower) in product(given, given):
            for gone in filter(unknown, upper[0]):
                if upper[0][gone] > 0 and lower[0].get(gone, 0) < 0 and decisions.both(one, other) is not FALSE:
                    terms, constant, strict = cancelled(gone, upper, lower)
                    if not any(map(unknown, terms)):
                        so = at_most_zero(tuple(terms.items()), constant, strict, decisions)
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
        """The minimal sets of answers that would make the truth certain.

        Those come first in which the least happened that is not recorded, and of them the smallest.
        """
        decisions = self._decisions
        goal = decisions.either(decisions.always(truth, self.clashes), decisions.negation(self.axioms))
        before = decisions.begin_step()  # however many sets there are, there is room for some of them
        try:
            cubes = sorted(_primes(decisions, goal), key=lambda cube: (self._events(cube), len(cube), cube))
            others = False
        except TooManyCases:
            decisions.end_step(before)
            likely = (way for way in islice(self._likely(goal), _MOST_PATHS) if can_hold(self._inequalities(way)))
            cubes, others = [*dict.fromkeys(_least(way, goal) for way in islice(likely, _MOST_LIKELY))], True
        else:
            decisions.end_step(before)
        possible = (cube for cube in cubes if self.possible(self._cube(cube)))
        real = list(islice(possible, _MOST_COMPARED))
        if self.axioms is not TRUE:
            real = self._weakest(real)
        others = others or len(real) > MOST_SETS or len(real) == _MOST_COMPARED
        if others:  # not all can be listed: those in which the least happened are
            fewest = min(map(self._events, real), default=0)
            real = [cube for cube in real if self._events(cube) == fewest]
        sets = tuple(
            tuple(Literal(decisions.questions[place], answer, place) for place, answer in cube)  # type: ignore[arg-type]
            for cube in real[:MOST_SETS]
        )
        return Settlement(sets, others)

    def _events(self, cube: Cube) -> int:
        """How many things that are not recorded happened where these are the answers, or are not there."""
        questions: list[Any] = self._decisions.questions
        return sum(isinstance(questions[place], _EVENTS if answer else HasValue) for place, answer in cube)

    def _likely(self, goal: Truth) -> Iterator[dict[int, bool]]:
        """Ways to a truth, those first in which nothing happened that is not recorded."""
        questions: list[Any] = self._decisions.questions
        pending: list[tuple[Truth, dict[int, bool]]] = [(goal, {})]
        while pending:
            node, answers = pending.pop()
            if node is TRUE:
                yield answers
            elif node is not FALSE:
                yes = node.yes, {**answers, node.place: True}
                no = node.no, {**answers, node.place: False}
                unlikely = isinstance(questions[node.place], _EVENTS)
                pending += (yes, no) if unlikely else (no, yes)

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


def _cause(found: dict[tuple[int, bool], Inequality], kept: list[tuple[int, bool]], among: Keys) -> Keys:
    """The few of some answers that, with those kept, cannot hold: none of them can be left out (Junker, 2004)."""
    if not can_hold([found[key] for key in kept]):
        return []
    if len(among) == 1:
        return among
    half = len(among) // 2
    later = _cause(found, [*kept, *among[:half]], among[half:])
    return [*_cause(found, [*kept, *later], among[:half]), *later]


def may_be(decisions: Decisions, truth: Truth, values: tuple[Any, ...], relations: Mapping[str, Relation]) -> Truth:
    """That there is something unrecorded among a binding's values for which this is true, whatever it is like."""
    things = [thing for value in values if (thing := unrecorded_in(value)) is not None]
    for thing in things:
        truth = decisions.both(truth, _is_there(decisions, truth, thing, relations[thing.relation]))
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


def _is_there(decisions: Decisions, truth: Truth, thing: Unrecorded, relation: Relation) -> Truth:
    """That something unrecorded exists, by the questions on which the truth hangs already, or else by one more.

    A rule may conclude of its day what would follow from something else of that day: that alone is no reason to
    believe that there is such a day.
    """
    questions: list[Any] = decisions.questions
    asked = [questions[place] for place in decisions.support(truth)]
    found = [question for question in asked if is_whether(question, thing)] or [whether_there_is(thing, relation)]
    return decisions.any(decisions.ask(question) for question in found)


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
        found = [*_prime(decisions, decisions.both(node.yes, node.no), known)]
        shared = set(found)  # what is prime for one answer, and true for the other, is prime for both
        for answer, here in ((True, node.yes), (False, node.no)):
            found += [((node.place, answer), *cube) for cube in _prime(decisions, here, known) if cube not in shared]
        if len(found) > _MOST_CUBES:
            raise TooManyCases
        known[node] = found
    return found


def _least(answers: dict[int, bool], truth: Truth) -> Cube:
    """Answers that make something true, without those that it does not need; the last met are left out first."""
    needed = dict(answers)
    for place in sorted(answers, reverse=True):
        answer = needed.pop(place)
        if not _implies(needed, truth):
            needed[place] = answer
    return tuple(sorted(needed.items()))


def _implies(answers: dict[int, bool], truth: Truth) -> bool:
    """Whether something is true wherever these answers are given."""
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
