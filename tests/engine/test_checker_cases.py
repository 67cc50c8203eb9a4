"""What is said of something that is not settled is judged for each thing that it may be, and what may go unsaid."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from engine.decision import FALSE
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Expression,
    Fold,
    Not,
    Or,
    Priority,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.proof import AllStep, Quantity, Scope, SomeStep, walk
from engine.query import Answer, Query, Shape
from engine.unknowns import Cases, OpenValue
from engine.values import DATE, Kind, Type
from tests.engine.checker import Refused, Unjudged, check
from tests.engine.oracle import Cell, Facts, Mark
from tests.engine.test_agreement import fact_base

LEASE = Type("lease", Kind.SYMBOL)
PRICE = Type("price", Kind.NUMBER, whole=True, least=0)
L, D = Variable("l", LEASE), Variable("d", DATE)
DATED = ValueOf("lease", (L,), "date")
COUNTED = Or((Compare(Comparison.IS, L, Constant("L-1", LEASE)), Atom("worthy", (L,))))
DAY = Aggregate(Fold.LOWEST, DATED, (L,), And((Atom("lease", (L,)), COUNTED)))
PRICED = ValueOf("price", (DAY,), "value")
CHEAP, DEAR = Atom("cheap", (DAY,)), Atom("dear", (DAY,))


def on(*of: int) -> Constant:
    return Constant(date(*of), DATE)


def by(day: Constant) -> Condition:
    return Compare(Comparison.AT_MOST, D, day)


def rule(name: str, head: Atom, body: Condition, value: Expression | None = None) -> Rule:
    return Rule(name, head, body, value=value)


PROGRAM = Program(
    (
        Relation("lease", (Column("id", LEASE), Column("date", DATE)), 1, Silence.FALSE, record=True, time=1),
        Relation("worthy", (Column("lease", LEASE),), 1, Silence.UNKNOWN),
        Relation("price", (Column("date", DATE), Column("value", PRICE)), 1),
        Relation("cheap", (Column("date", DATE),), 1),
        Relation("dated", (Column("date", DATE),), 1),
        Relation("end", (Column("lease", LEASE), Column("value", DATE)), 1),
        Relation("dear", (Column("date", DATE),), 1),
    ),
    (
        rule("low", Atom("price", (D,)), by(on(2001, 6, 30)), Constant(10, PRICE)),
        rule("high", Atom("price", (D,)), Not(by(on(2001, 6, 30))), Constant(20, PRICE)),
        rule("worthy end", Atom("end", (L,)), Atom("worthy", (L,)), on(2001, 3, 1)),
        rule("other end", Atom("end", (L,)), Not(Atom("worthy", (L,))), on(2001, 4, 1)),
        rule("dated", Atom("dated", (D,)), And((Atom("lease", (L,)), Compare(Comparison.IS, D, DATED)))),
        rule("cheap", Atom("cheap", (D,)), by(on(2001, 6, 30))),
        rule("dear", Atom("dear", (D,)), Not(by(on(2001, 6, 30)))),
    ),
)
FACTS = Facts(records={"lease": {"L-1": {"date": date(2001, 3, 1)}, "L-2": {"date": date(2001, 2, 1)}}})
"""The first day is one of two, as L-2 is worthy or not; what is said of either is the same."""


def answered(goal: Condition | Expression, facts: Facts = FACTS) -> Answer:
    engine = build(PROGRAM)
    shape = Shape.WHETHER if isinstance(goal, Condition) else Shape.VALUE
    return engine.answer(fact_base(engine, facts), Query(goal, shape))


def refuses(goal: Condition | Expression, answer: Any, proof: Any, facts: Facts = FACTS) -> bool:
    try:
        check(PROGRAM, facts, goal, answer, proof)
    except Refused:
        return True
    return False


def by_cases() -> Quantity:
    """The price on a day that is one of two."""
    proof = answered(PRICED).proof
    assert proof is not None
    return next(step for step in walk(proof) if isinstance(step, Quantity) and step.relation == "price")


def with_price(changed: Quantity) -> AllStep:
    """The proof of the price, with another step for it."""
    proof: Any = answered(PRICED).proof
    *notes, _ = proof.parts
    return AllStep(proof.truth, (*notes, changed))


def test_a_value_is_accepted_that_is_the_same_on_either_day() -> None:
    found = answered(PRICED)
    assert found.value == 10 and isinstance(by_cases().arguments[0], Cases)
    check(PROGRAM, FACTS, PRICED, 10, found.proof)
    assert refuses(PRICED, 20, found.proof)


@pytest.mark.parametrize("place", [0, 1])
def test_no_day_may_be_left_out_of_a_value(place: int) -> None:
    step = by_cases()
    (days,) = step.arguments
    fewer = Cases(days.alternatives[:place] + days.alternatives[place + 1 :])
    kept = tuple(each for each in step.attempts if fewer.alternatives[0][1] in each.bindings)
    assert refuses(PRICED, 10, with_price(attrs.evolve(step, arguments=(fewer,))))
    assert refuses(PRICED, 10, with_price(attrs.evolve(step, arguments=(fewer,), attempts=kept)))
    assert refuses(PRICED, 10, with_price(attrs.evolve(step, attempts=kept)))


@pytest.mark.parametrize("place", range(4))
def test_each_rule_is_shown_for_each_day(place: int) -> None:
    step = by_cases()
    assert len(step.attempts) == 4
    fewer = step.attempts[:place] + step.attempts[place + 1 :]
    assert refuses(PRICED, 10, with_price(attrs.evolve(step, attempts=fewer)))
    other = next(each.rule for each in step.attempts if each.rule is not step.attempts[place].rule)
    wrong = attrs.evolve(step.attempts[place], rule=other)
    changed = (*step.attempts[:place], wrong, *step.attempts[place + 1 :])
    assert refuses(PRICED, 10, with_price(attrs.evolve(step, attempts=changed)))


@pytest.mark.parametrize(("goal", "holds"), [(CHEAP, True), (DEAR, False)])
def test_a_statement_is_shown_for_each_day(goal: Condition, holds: bool) -> None:
    proof: Any = answered(goal).proof
    check(PROGRAM, FACTS, goal, holds, proof)
    assert refuses(goal, not holds, proof)
    *notes, spread = proof.parts
    assert len(spread.parts) == 2
    for place in range(2):
        fewer = spread.parts[:place] + spread.parts[place + 1 :]
        assert refuses(goal, holds, AllStep(proof.truth, (*notes, attrs.evolve(spread, parts=fewer))))
        twice = (spread.parts[place], spread.parts[place])
        assert refuses(goal, holds, AllStep(proof.truth, (*notes, attrs.evolve(spread, parts=twice))))
        empty = attrs.evolve(spread.parts[place], attempts=())
        changed = (*spread.parts[:place], empty, *spread.parts[place + 1 :])
        assert refuses(goal, holds, AllStep(proof.truth, (*notes, attrs.evolve(spread, parts=changed))))


ENDS_EARLY = Compare(Comparison.AT_MOST, ValueOf("end", (Constant("L-1", LEASE),), "value"), on(2001, 6, 30))


def test_one_of_two_rules_applies_where_one_does_if_the_other_does_not() -> None:
    proof: Any = answered(ENDS_EARLY).proof
    check(PROGRAM, FACTS, ENDS_EARLY, True, proof)
    assert refuses(ENDS_EARLY, False, proof)
    (step,) = proof.notes
    assert all(attempt.truth.is_open for attempt in step.attempts)
    for place in range(2):
        fewer = attrs.evolve(step, attempts=step.attempts[:place] + step.attempts[place + 1 :])
        assert refuses(ENDS_EARLY, True, attrs.evolve(proof, notes=(fewer,)))


def test_where_neither_of_two_rules_may_apply_there_may_be_no_value() -> None:
    proof: Any = answered(ENDS_EARLY).proof
    (step,) = proof.notes
    rules = tuple(
        attrs.evolve(rule, body=Atom("welcome", (L,))) if rule.name == "other end" else rule for rule in PROGRAM.rules
    )
    welcome = Relation("welcome", (Column("lease", LEASE),), 1, Silence.UNKNOWN)
    other = attrs.evolve(PROGRAM, relations=(*PROGRAM.relations, welcome), rules=rules)
    named = {rule.name: rule for rule in rules}
    attempts = tuple(attrs.evolve(attempt, rule=named[attempt.rule.name]) for attempt in step.attempts)
    changed = attrs.evolve(proof, notes=(attrs.evolve(step, attempts=attempts),))
    with pytest.raises(Refused):
        check(other, FACTS, ENDS_EARLY, True, changed)


FIRST = Aggregate(Fold.LOWEST, DATED, (L,), Atom("lease", (L,)))


def test_a_first_day_is_accepted_only_if_no_other_may_be_earlier() -> None:
    found = answered(FIRST)
    check(PROGRAM, FACTS, FIRST, date(2001, 2, 1), found.proof)
    unknown: dict[str, dict[str, Cell]] = {"L-1": {"date": Mark.UNKNOWN}, "L-2": {"date": date(2001, 2, 1)}}
    days = (date(2000, 1, 1), date(2001, 3, 1))
    later = attrs.evolve(FACTS, records={"lease": unknown}, domains={DATE.name: days[1:]})
    earlier = attrs.evolve(FACTS, records={"lease": unknown}, domains={DATE.name: days})
    assert not refuses(FIRST, date(2001, 2, 1), found.proof, later)
    assert refuses(FIRST, date(2001, 2, 1), found.proof, earlier)


NOBODY = Facts(complete_to=date(2001, 6, 30))


def dated_by(day: Constant) -> Some:
    return Some((D,), And((Atom("dated", (D,)), by(day))))


def says_nothing(goal: Some) -> SomeStep:
    """That there is no such day, and no word of why not."""
    return SomeStep(FALSE, goal, (), (), Scope(), ())


def test_what_would_come_too_late_may_go_unsaid() -> None:
    goal = dated_by(on(2001, 6, 30))
    check(PROGRAM, NOBODY, goal, False, says_nothing(goal))


@pytest.mark.parametrize(
    "facts",
    [
        attrs.evolve(NOBODY, records={"lease": {"L-1": {"date": date(2001, 6, 30)}}}),
        attrs.evolve(NOBODY, complete_to=date(2001, 6, 29)),
        attrs.evolve(NOBODY, incomplete={"lease"}),
    ],
)
def test_what_may_be_in_time_may_not(facts: Facts) -> None:
    goal = dated_by(on(2001, 6, 30))
    with pytest.raises((Refused, Unjudged)):
        check(PROGRAM, facts, goal, False, says_nothing(goal))


SLOT = Type("slot", Kind.SYMBOL)
S = Variable("s", SLOT)
AT_START = Atom("free", (S, ValueOf("start", (Constant("L-1", LEASE),), "value")))
UNFIT = Some((S,), And((AT_START, Not(Atom("fit", (S,))))))
"""A search by a day that only a rule tells."""
SLOTS = Program(
    (
        *PROGRAM.relations,
        Relation("start", (Column("lease", LEASE), Column("value", DATE)), 1),
        Relation("free", (Column("slot", SLOT), Column("date", DATE)), 2),
        Relation("open", (Column("slot", SLOT), Column("date", DATE)), 2, Silence.FALSE),
        Relation("shut", (Column("slot", SLOT),), 1, Silence.FALSE),
        Relation("fit", (Column("slot", SLOT),), 1, Silence.FALSE),
    ),
    (
        *PROGRAM.rules,
        rule("start", Atom("start", (L,)), Atom("lease", (L,)), DATED),
        rule("free", Atom("free", (S, D)), And((Atom("open", (S, D)), Not(Atom("shut", (S,)))))),
    ),
)
SLOTS_FREE = attrs.evolve(
    FACTS,
    statements={
        "open": {("one", date(2001, 3, 1)): True, ("two", date(2001, 3, 1)): True, ("late", date(2001, 4, 1)): True},
        "fit": {("one",): True, ("two",): True},
    },
)


def no_slot_is_unfit() -> SomeStep:
    engine = build(SLOTS)
    proof: Any = engine.answer(fact_base(engine, SLOTS_FREE), Query(UNFIT, Shape.WHETHER)).proof
    assert isinstance(proof, SomeStep) and len(proof.failed) == 2
    return proof


def accepts(proof: SomeStep, facts: Facts = SLOTS_FREE) -> bool:
    try:
        check(SLOTS, facts, UNFIT, False, proof)
    except (Refused, Unjudged):
        return False
    return True


def test_a_candidate_on_another_day_than_the_rules_conclude_may_go_unsaid() -> None:
    assert accepts(no_slot_is_unfit())


@pytest.mark.parametrize("place", range(2))
def test_a_candidate_on_the_day_that_the_rules_conclude_may_not(place: int) -> None:
    proof = no_slot_is_unfit()
    assert not accepts(attrs.evolve(proof, failed=proof.failed[:place] + proof.failed[place + 1 :]))
    other = proof.failed[1 - place]
    wrong = attrs.evolve(proof.failed[place], parts=other.parts)
    assert not accepts(attrs.evolve(proof, failed=(wrong, other)))


@pytest.mark.parametrize("lease", [{"date": date(2001, 4, 1)}, {"date": Mark.UNKNOWN}])
def test_a_candidate_on_a_day_that_may_be_the_one_concluded_may_not(lease: dict[str, Cell]) -> None:
    """The day is another, or nobody knows it."""
    facts = attrs.evolve(
        SLOTS_FREE, records={"lease": {"L-1": lease}}, domains={DATE.name: (date(2001, 3, 1), date(2001, 4, 1))}
    )
    assert not accepts(no_slot_is_unfit(), facts)


LOST = Atom("lost", (Constant("L-1", LEASE), D))
LOSING = Program(
    (
        *PROGRAM.relations,
        Relation("fell", (Column("lease", LEASE), Column("date", DATE)), 2, Silence.FALSE, time=1),
        Relation("risky", (Column("lease", LEASE),), 1, Silence.FALSE),
        Relation("lost", (Column("lease", LEASE), Column("date", DATE)), 2),
    ),
    (
        rule("lost by a fall", Atom("lost", (L, D)), Atom("fell", (L, D))),
        rule(
            "lost from the start",
            Atom("lost", (L, D)),
            And((Atom("lease", (L,)), Compare(Comparison.IS, D, DATED), Atom("risky", (L,)))),
        ),
    ),
)
LOSING_FACTS = Facts(
    records={"lease": {"L-1": {"date": date(2001, 9, 1)}}}, complete_to=date(2001, 6, 30), complete={"lease"}
)
"""A day after the end of the record that one rule names, and on which another may conclude from what is unrecorded."""


def lost_by(day: Constant) -> Some:
    return Some((D,), And((LOST, by(day))))


def not_lost() -> SomeStep:
    """That nothing was lost by the end of the record: of what the record may lack, the day is shown to be later."""
    engine = build(LOSING)
    goal = lost_by(on(2001, 6, 30))
    proof: Any = engine.answer(fact_base(engine, LOSING_FACTS), Query(goal, Shape.WHETHER)).proof
    assert isinstance(proof, SomeStep) and len(proof.failed) == 1
    assert isinstance(proof.failed[0].values[0], OpenValue)
    return proof


def test_a_day_on_which_something_may_be_unrecorded_fails_as_that_does() -> None:
    check(LOSING, LOSING_FACTS, lost_by(on(2001, 6, 30)), False, not_lost())


def test_it_does_not_if_nothing_is_shown_of_what_may_be_unrecorded() -> None:
    with pytest.raises(Refused):
        check(LOSING, LOSING_FACTS, lost_by(on(2001, 6, 30)), False, attrs.evolve(not_lost(), failed=()))


def test_a_day_that_will_do_is_not_passed_over_for_what_may_be_unrecorded() -> None:
    """The proof says of what may be unrecorded that it is later than a day before which the risky lease is lost."""
    facts = attrs.evolve(LOSING_FACTS, complete={"lease", "fell"}, statements={"risky": {("L-1",): True}})
    goal = lost_by(on(2001, 12, 31))
    proof: Any = not_lost()
    (failed,) = proof.failed
    part = attrs.evolve(failed.parts[0], condition=by(on(2001, 12, 31)))
    tampered = attrs.evolve(proof, condition=goal, failed=(attrs.evolve(failed, parts=(part,)),))
    with pytest.raises(Refused, match="a candidate is left out"):
        check(LOSING, facts, goal, False, tampered)


@pytest.mark.parametrize(
    "facts",
    [
        attrs.evolve(LOSING_FACTS, statements={"fell": {("L-1", date(2001, 5, 1)): True}}),
        attrs.evolve(
            LOSING_FACTS,
            records={"lease": {"L-1": {"date": date(2001, 5, 1)}}},
            statements={"risky": {("L-1",): True}},
        ),
        attrs.evolve(LOSING_FACTS, incomplete={"fell"}, domains={DATE.name: (date(2001, 5, 1), date(2001, 9, 1))}),
    ],
)
def test_a_day_up_to_the_end_of_the_record_is_not_what_may_be_unrecorded(facts: Facts) -> None:
    with pytest.raises((Refused, Unjudged)):
        check(LOSING, facts, lost_by(on(2001, 6, 30)), False, not_lost())


END = on(2001, 12, 31)
FELL = Aggregate(Fold.LOWEST, D, (D,), Atom("fell", (L, D)))
LASTING = attrs.evolve(
    LOSING,
    relations=(*LOSING.relations, Relation("last", (Column("lease", LEASE), Column("value", DATE)), 1)),
    rules=(
        *LOSING.rules,
        rule("to the end", Atom("last", (L,)), Atom("lease", (L,)), END),
        rule("to the first fall", Atom("last", (L,)), Atom("lease", (L,)), Apply("earlier", (END, FELL))),
    ),
    priorities=(Priority("to the first fall", "to the end"),),
)
LASTS = Compare(Comparison.MORE, ValueOf("last", (Constant("L-1", LEASE),), "value"), on(2001, 6, 30))
"""The lease lasts past the end of the record, whether it ends with a fall that the record lacks, or without one."""
FALLS = attrs.evolve(LOSING_FACTS, domains={DATE.name: (date(2001, 5, 1), date(2001, 9, 1), date(2001, 12, 31))})


def lasts() -> Any:
    engine = build(LASTING)
    found = engine.answer(fact_base(engine, FALLS), Query(LASTS, Shape.WHETHER))
    assert found.proof is not None
    (step,) = [each for each in walk(found.proof) if isinstance(each, Quantity) and each.relation == "last"]
    assert [attempt.truth.is_open for attempt in step.attempts] == [True, True]
    return found.proof


def test_of_two_rules_that_hold_the_weaker_applies_where_the_stronger_comes_to_nothing() -> None:
    check(LASTING, FALLS, LASTS, True, lasts())


@pytest.mark.parametrize(
    "facts",
    [
        attrs.evolve(FALLS, statements={"fell": {("L-1", date(2001, 5, 1)): True}}),
        attrs.evolve(FALLS, statements={"fell": {("L-1", date(2001, 5, 1)): None}}),
        attrs.evolve(FALLS, incomplete={"fell"}),
        attrs.evolve(FALLS, complete_to=date(2001, 4, 30)),
    ],
)
def test_a_stronger_rule_may_not_be_passed_over_where_it_comes_to_something(facts: Facts) -> None:
    with pytest.raises((Refused, Unjudged)):
        check(LASTING, facts, LASTS, True, lasts())


@pytest.mark.parametrize("place", range(2))
def test_neither_of_the_two_rules_may_be_left_out(place: int) -> None:
    proof = lasts()
    (step,) = proof.notes
    fewer = attrs.evolve(step, attempts=step.attempts[:place] + step.attempts[place + 1 :])
    with pytest.raises(Refused):
        check(LASTING, FALLS, LASTS, True, attrs.evolve(proof, notes=(fewer,)))


def test_the_weaker_rule_still_applies_where_the_stronger_comes_to_nothing() -> None:
    """Without a fall the lease lasts to the end: no proof shows that it ends before."""
    before = Compare(Comparison.AT_MOST, LASTS.left, on(2001, 12, 30))
    with pytest.raises(Refused):
        check(LASTING, FALLS, before, True, attrs.evolve(lasts(), condition=before))


ROLE = Type("role", Kind.SYMBOL, members=("tenant", "owner"))
R = Variable("r", ROLE)
WHO = Constant("Bo", Type("person", Kind.SYMBOL))
LEAVING = Program(
    (
        Relation(
            "left", (Column("person", WHO.type), Column("role", ROLE), Column("date", DATE)), 3, Silence.FALSE, time=2
        ),
        Relation("stays", (Column("role", ROLE),), 1, Silence.FALSE),
    ),
    (),
)
LEFT = Facts(
    statements={"left": {("Bo", "tenant", date(2001, 5, 1)): True}, "stays": {("tenant",): True}},
    complete_to=date(2001, 6, 30),
)


def gone(day: Constant) -> Some:
    """Somebody left in a role, and does not stay in it."""
    return Some((R,), And((Atom("left", (WHO, R, day)), Not(Atom("stays", (R,))))))


def stays() -> SomeStep:
    engine = build(LEAVING)
    proof: Any = engine.answer(fact_base(engine, LEFT), Query(gone(on(2001, 5, 1)), Shape.WHETHER)).proof
    assert isinstance(proof, SomeStep)
    return proof


def test_on_a_day_up_to_the_end_of_the_record_nothing_is_unrecorded() -> None:
    check(LEAVING, LEFT, gone(on(2001, 5, 1)), False, stays())


@pytest.mark.parametrize(
    "facts",
    [
        attrs.evolve(LEFT, complete_to=date(2001, 4, 30), domains={"role": ROLE.members}),
        attrs.evolve(LEFT, incomplete={"left"}, domains={"role": ROLE.members}),
        attrs.evolve(LEFT, statements={**LEFT.statements, "stays": {}}),
    ],
)
def test_after_the_end_of_the_record_or_of_what_is_incomplete_something_may_be(facts: Facts) -> None:
    with pytest.raises((Refused, Unjudged)):
        check(LEAVING, facts, gone(on(2001, 5, 1)), False, stays())
