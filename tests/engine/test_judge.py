"""What would settle a question: the minimal sets of answers, held against all sets there are."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from engine.decision import FALSE, Decisions, Truth
from engine.judge import MOST_SETS, Outcome, Outcomes, Theory, Verdict
from engine.unknowns import MayExist, OpenStatement, OpenValue, Sign, Threshold
from engine.values import Kind, Type

Formula = tuple[tuple[tuple[int, bool], ...], ...]
"""Of several ways each a few answers."""

formulas: st.SearchStrategy[Formula] = st.lists(
    st.dictionaries(st.integers(0, 4), st.booleans(), min_size=1, max_size=4).map(
        lambda way: tuple(sorted(way.items()))
    ),
    min_size=1,
    max_size=4,
).map(tuple)


def truth_of(decisions: Decisions, formula: Formula, names: str = "so so so so so") -> Truth:
    asked = [decisions.ask(OpenStatement(f"{name} {number}", ())) for number, name in enumerate(names.split())]
    return decisions.any(
        decisions.all(asked[number] if answer else decisions.negation(asked[number]) for number, answer in way)
        for way in formula
    )


def holds(formula: Formula, answers: dict[int, bool]) -> bool:
    return any(all(answers[number] is answer for number, answer in way) for way in formula)


def settles(formula: Formula, known: dict[int, bool]) -> bool:
    """Whether a formula holds whatever the other answers are."""
    rest = [number for number in range(5) if number not in known]
    return all(
        holds(formula, {**known, **dict(zip(rest, others, strict=True))})
        for others in product((True, False), repeat=len(rest))
    )


@given(formulas)
def test_the_sets_are_all_that_settle_and_need_all_of_their_answers(formula: Formula) -> None:
    decisions = Decisions()
    truth = truth_of(decisions, formula)
    if not truth.is_open:
        return
    found = Theory(decisions, truth).settle(truth)
    sets = {frozenset((literal.place, literal.answer) for literal in each) for each in found.sets}
    every = [
        frozenset(zip(places, answers, strict=True))
        for size in range(6)
        for places in combinations(range(5), size)
        for answers in product((True, False), repeat=size)
        if settles(formula, dict(zip(places, answers, strict=True)))
    ]
    minimal = {each for each in every if not any(other < each for other in every)}
    assert sets <= minimal
    assert len(sets) == min(len(minimal), MOST_SETS)
    assert found.more is (len(minimal) > MOST_SETS)


def test_of_too_many_sets_those_come_first_in_which_nothing_else_happened() -> None:
    """Twelve pairs, one of each has to be so: there are four thousand ways."""
    decisions = Decisions()
    pairs = [
        (decisions.ask(MayExist("lease", (str(number),))), decisions.ask(OpenStatement(f"so {number}", ())))
        for number in range(12)
    ]
    truth = decisions.all(decisions.either(exists, so) for exists, so in pairs)
    found = Theory(decisions, truth).settle(truth)
    assert found.more
    assert {literal.question.relation for literal in found.sets[0]} == {f"so {number}" for number in range(12)}  # type: ignore[union-attr]
    for each in found.sets:
        cube = decisions.all(decisions.ask(literal.question) for literal in each)
        assert all(literal.answer for literal in each)
        assert decisions.both(cube, decisions.negation(truth)) is FALSE


def test_what_settling_takes_is_not_taken_from_the_evaluation() -> None:
    """Where the evaluation has no room for another node, and there are more sets than can be told."""
    decisions = Decisions()
    decisions.ask("something else, asked before")
    pairs = [
        (decisions.ask(MayExist("lease", (str(number),))), decisions.ask(OpenStatement(f"so {number}", ())))
        for number in range(16)
    ]
    truth = decisions.all(decisions.either(exists, so) for exists, so in pairs)
    decisions.limit = 0
    outcome = Outcomes().of(decisions, truth)
    assert outcome.verdict is Verdict.DEPENDS
    assert outcome.settlement.more
    assert [literal.place for literal in outcome.settlement.sets[0]] == list(range(2, 34, 2))


@given(st.lists(st.tuples(formulas, st.sampled_from(("so so so so so", "so so no so so"))), min_size=1, max_size=8))
def test_what_alike_truths_came_to_is_what_each_comes_to(formulas: list[tuple[Formula, str]]) -> None:
    """One memory for many evaluations, each with diagrams of its own; of some, other questions stand at the places."""
    outcomes = Outcomes()
    for formula, names in formulas:
        decisions = Decisions()
        truth = truth_of(decisions, formula, names)
        theory = Theory(decisions, truth)
        verdict = theory.judge(truth)
        expected = Outcome(verdict)
        if verdict is Verdict.DEPENDS:
            expected = Outcome(verdict, theory.settle(truth))
        assert outcomes.of(decisions, truth) == expected


def test_what_cannot_be_for_two_inequalities_is_found_among_however_many_others() -> None:
    """More than 100,000 shares, and together with what may be added at most so many: whatever else is asked."""
    decisions = Decisions()
    shares = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)

    def amount(name: str) -> OpenValue:
        return OpenValue("lease", (name,), "shares", shares)

    def at_most(limit: int, *names: str) -> Truth:
        return decisions.ask(Sign(tuple((amount(name), 1) for name in names), -limit))

    others = decisions.all(
        decisions.either(
            at_most(number, f"one {number}", f"other {number}"), decisions.ask(OpenStatement(str(number), ()))
        )
        for number in range(30)
    )
    within = decisions.ask(Threshold(amount("asked"), 100_000))
    counted = decisions.both(others, at_most(100_000, "asked", "added"))
    beyond = Theory(decisions, counted, within)
    assert beyond.judge(counted, decisions.negation(within)) is Verdict.NO
    assert beyond.judge(counted, within) is Verdict.DEPENDS
    assert beyond.possible(decisions.both(others, decisions.negation(within)))
