"""What is told briefly, in terms of values that rules conclude, settles the question all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import judge, query
from engine.judge import Literal, Settlement, Verdict
from engine.model import (
    And,
    Apply,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Expression,
    Not,
    Or,
    Program,
    Relation,
    Rule,
    Silence,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.query import Query
from engine.unknowns import HasValue, OpenStatement, OpenValue, Threshold
from engine.values import Kind, Type, Value
from tests.engine.oracle import Facts, Finding, ask
from tests.engine.oracle import Verdict as Found

THING = Type("thing", Kind.SYMBOL)
AMOUNT = Type("amount", Kind.NUMBER, whole=True, least=0)
IT = Variable("it", THING)
WAYS = 4


def statement(name: str, silence: Silence) -> Relation:
    return Relation(name, (Column("of", THING),), 1, silence)


def valued(name: str, silence: Silence, optional: bool = False) -> Relation:
    return Relation(name, (Column("of", THING), Column("value", AMOUNT, optional)), 1, silence)


UNKNOWN_FACTS = tuple(statement(f"fact {number}", Silence.UNKNOWN) for number in range(WAYS))
UNKNOWN_VALUES = (valued("price", Silence.UNKNOWN), valued("fee", Silence.UNKNOWN, optional=True))
RANK = valued("rank", Silence.CONCLUDED, optional=True)
GOOD = statement("good", Silence.CONCLUDED)
RELATIONS = (*UNKNOWN_FACTS, *UNKNOWN_VALUES, RANK, GOOD)


def holds(relation: Relation, about: Expression = IT) -> Atom:
    return Atom(relation.name, (about,))


def of(relation: Relation, about: Expression = IT) -> ValueOf:
    return ValueOf(relation.name, (about,), "value")


amounts = st.sampled_from([Constant(number, AMOUNT) for number in (0, 1, 2, 5)])
facts = st.sampled_from([holds(relation) for relation in UNKNOWN_FACTS])
values = st.sampled_from([of(relation) for relation in UNKNOWN_VALUES])
comparisons = st.sampled_from([Comparison.AT_MOST, Comparison.LESS, Comparison.MORE, Comparison.AT_LEAST])
results = amounts | values | st.builds(lambda value, more: Apply("add", (value, more)), values, amounts)
ranked = st.builds(lambda comparison, other: Compare(comparison, of(RANK), other), comparisons, amounts | values)
other = facts | facts.map(Not) | st.builds(Compare, comparisons, values, amounts)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Something is good by its rank, which comes out in several ways, and by what else is unknown."""
    rules: list[Rule] = []
    before: tuple[Condition, ...] = ()
    for number, fact in enumerate(draw(st.lists(facts, min_size=1, max_size=WAYS, unique=True))):
        rules.append(Rule(f"rank {number}", holds(RANK), And((*before, fact)), value=draw(results)))
        before = (*before, Not(fact))
    if draw(st.booleans()):
        rules.append(Rule("rank otherwise", holds(RANK), And(before), value=draw(results)))
    parts = draw(st.permutations([draw(ranked), *draw(st.lists(ranked | other, min_size=1, max_size=3))]))
    half = draw(st.integers(0, len(parts)))
    body = Or((And(tuple(parts[:half])), And(tuple(parts[half:])))) if half else And(tuple(parts))
    return Program(RELATIONS, (*rules, Rule("good", holds(GOOD), body)))


@pytest.fixture(autouse=True, scope="module")
def soon_too_many() -> Iterator[None]:
    """Two ways are too many to list."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "MOST_SETS", 1)
        patch.setattr(query, "FEWEST_WAYS", 2)
        yield


IT_IS = Constant("it", THING)


def told(program: Program) -> tuple[Settlement, Settlement]:
    """What would settle whether it is good: in full, and briefly."""
    engine = build(program)
    goal = Query(holds(GOOD, IT_IS))
    full, brief = (engine.answer(engine.facts(), goal, briefly=each) for each in (False, True))
    assert full.verdict is brief.verdict
    assert full.open == brief.open
    assert full.verdict is Verdict.DEPENDS or full.settlement == brief.settlement == Settlement(())
    return full.settlement, brief.settlement


def condition(literal: Literal) -> Condition:
    """The condition that an answer to a question is."""
    question: Any = literal.question
    match question:
        case OpenStatement():
            said: Condition = Atom(question.relation, (IT_IS,))
        case HasValue():
            said = Exists(ValueOf(question.value.relation, (IT_IS,), "value"))
        case Threshold(value=OpenValue() as compared):
            comparison = Comparison.LESS if question.strict else Comparison.AT_MOST
            value = ValueOf(compared.relation, (IT_IS,), "value")
            said = Compare(comparison, value, Constant(question.bound, AMOUNT))
        case _:
            raise TypeError(question)
    return said if literal.answer else Not(said)


@given(programs())
def test_each_set_that_is_told_settles_the_question(program: Program) -> None:
    full, brief = told(program)
    assume(brief != full)
    assert full.more
    for group in brief.sets:
        if any(hasattr(literal.question, "terms") for literal in group):
            continue  # of two values: no condition of one
        settled = And((*map(condition, group), Not(holds(GOOD, IT_IS))))
        domains: dict[str, tuple[Value, ...]] = {AMOUNT.name: tuple(range(9))}
        assert ask(program, Facts(domains=domains), settled) == Finding(Found.NO)


def test_a_value_that_may_come_out_in_many_ways_stands_for_them() -> None:
    """It is good if its rank is at most 2: there are two ways for each of the facts that the rank hangs on."""
    one, two, price = UNKNOWN_FACTS[0], UNKNOWN_FACTS[1], of(UNKNOWN_VALUES[0])
    rules = (
        Rule("first", holds(RANK), holds(one), value=price),
        Rule("second", holds(RANK), And((Not(holds(one)), holds(two))), value=Apply("add", (price, price))),
        Rule("good", holds(GOOD), Compare(Comparison.AT_MOST, of(RANK), Constant(2, AMOUNT))),
    )
    full, brief = told(Program(RELATIONS, rules))
    assert [len(group) for group in full.sets] == [2]
    assert full.more
    (settled,) = brief.sets
    exists, bounded = (literal.question for literal in settled)
    assert isinstance(exists, HasValue)
    assert isinstance(bounded, Threshold)
    assert (exists.value.relation, bounded.bound, brief.more) == (RANK.name, 2, False)
