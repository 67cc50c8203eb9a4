"""Why a search found nothing is told by tables as the reference evaluator tells it: the first condition that fails."""

from __future__ import annotations

import pytest

from engine.facts import FactBase
from engine.model import (
    And,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Not,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.relational.goal import Goal
from engine.unknowns import UNKNOWN
from engine.values import Kind, Type
from tests.engine.relational.comparing import by_reference, by_tables, ledger_for, named

PERSON, FIRM, POST = (Type(name, Kind.SYMBOL) for name in ("person", "firm", "post"))
PERSONS = Relation("person", (Column("id", PERSON),), 1, Silence.FALSE)
RELATIONS = (
    PERSONS,
    Relation("firm", (Column("id", FIRM),), 1, Silence.FALSE, record=True),
    Relation("post", (Column("id", POST), Column("of", PERSON), Column("at", FIRM)), 1, Silence.FALSE, record=True),
    Relation("works for", (Column("who", PERSON), Column("whom", FIRM)), 2, Silence.FALSE),
    Relation("paid by", (Column("who", PERSON), Column("whom", FIRM)), 2, Silence.FALSE),
    Relation("in the group", (Column("which", FIRM),), 1, Silence.FALSE),
    Relation("sound", (Column("which", FIRM),), 1, Silence.UNKNOWN),
    Relation("counts", (Column("who", PERSON), Column("whom", FIRM)), 2),
    Relation("serves", (Column("who", PERSON),), 1),
)
P, F, W = Variable("p", PERSON), Variable("f", FIRM), Variable("w", POST)
AT = ValueOf("post", (W,), "at")
OF = Compare(Comparison.IS, ValueOf("post", (W,), "of"), P)
SEARCHES = {
    "through statements": Some((F,), And((Atom("works for", (P, F)), Atom("in the group", (F,))))),
    "through things": Some((F,), And((Atom("firm", (F,)), Atom("counts", (P, F)), Atom("in the group", (F,))))),
    "through records narrowed": Some((W,), And((OF, Atom("in the group", (AT,)), Atom("paid by", (P, AT))))),
}


def facts_of(engine_facts: FactBase, firms: int) -> FactBase:
    for number in range(firms):
        engine_facts.record("firm", f"F{number}", {})
    for number in range(5):
        engine_facts.state("person", (f"P{number}",))
    for who, whom in (("P1", "F0"), ("P2", "F1"), ("P3", "F0"), ("P3", "F1")):
        if int(whom[1:]) < firms:
            engine_facts.state("works for", (who, whom))
            engine_facts.record("post", f"{who} at {whom}", {"of": who, "at": whom})
    engine_facts.state("paid by", ("P1", "F0"))
    engine_facts.state("in the group", ("F0",))
    return engine_facts


@pytest.mark.parametrize("firms", [1, 3])
@pytest.mark.parametrize("search", SEARCHES)
def test_the_first_condition_that_fails_is_cited(search: str, firms: int) -> None:
    rules = (
        Rule("counts", Atom("counts", (P, F)), And((Atom("works for", (P, F)), Atom("paid by", (P, F))))),
        Rule("serves", Atom("serves", (P,)), SEARCHES[search]),
    )
    engine = build(named(Program(RELATIONS, rules)))
    facts = facts_of(FactBase(engine.relations), firms)
    goal = Goal(Atom("serves", (P,)), P, PERSONS)
    told = by_tables(engine, ledger_for(engine, facts), goal)
    assert {row.verdict for row in told.values()} == {"yes", "no"}
    for subject, row in told.items():
        assert row == by_reference(engine, facts, goal, subject), subject
    assert len({row.cited for row in told.values() if row.verdict == "no"}) > 1 or firms == 1


def test_of_what_does_not_exist_no_rule_is_cited() -> None:
    """P2 has a desk, and no rule lets it serve; P1 has none, so that nothing is asked of it."""
    desk = Relation("desk", (Column("who", PERSON), Column("which", FIRM, optional=True)), 1, Silence.FALSE)
    rules = (
        Rule("open to all", Atom("open", (F,)), Atom("sound", (F,))),
        Rule("serves", Atom("serves", (P,)), Atom("open", (ValueOf("desk", (P,), "which"),))),
    )
    engine = build(named(Program((*RELATIONS, desk, Relation("open", (Column("which", FIRM),), 1)), rules)))
    facts = facts_of(FactBase(engine.relations), 3)
    facts.give("desk", ("P2",), "F1")
    facts.state("sound", ("F1",), False)
    goal = Goal(Atom("serves", (P,)), P, PERSONS)
    told = by_tables(engine, ledger_for(engine, facts), goal)
    assert told["P2"].cited == frozenset(("serves", "open to all", "sound"))
    assert told["P1"].cited == frozenset(("serves", "open"))
    for subject, row in told.items():
        assert row == by_reference(engine, facts, goal, subject), subject


UNTOLD: dict[str, Condition] = {
    "not known": Some((F,), And((Atom("works for", (P, F)), Atom("sound", (F,)), Atom("paid by", (P, F))))),
    "through conclusions": Some((F,), And((Atom("counts", (P, F)), Not(Atom("in the group", (F,)))))),
}


@pytest.mark.parametrize(("search", "refused"), [("not known", "P2"), ("through conclusions", "P1")])
def test_what_is_not_certain_is_left_to_the_proof(search: str, refused: str) -> None:
    rules = (
        Rule("counts", Atom("counts", (P, F)), Atom("works for", (P, F))),
        Rule("serves", Atom("serves", (P,)), UNTOLD[search]),
    )
    engine = build(named(Program(RELATIONS, rules)))
    facts = facts_of(FactBase(engine.relations), 3)
    goal = Goal(Atom("serves", (P,)), P, PERSONS)
    told = by_tables(engine, ledger_for(engine, facts), goal)
    assert (told[refused].verdict, told[refused].cited) == ("no", None)
    for subject, row in told.items():
        if row.verdict is not None and row.cited is not None:
            assert row == by_reference(engine, facts, goal, subject), subject


def test_where_records_may_be_missing_the_proof_is_read() -> None:
    rules = (Rule("serves", Atom("serves", (P,)), SEARCHES["through records narrowed"]),)
    engine = build(named(Program(RELATIONS, rules)))
    facts = facts_of(FactBase(engine.relations), 3)
    facts.record("post", "W", {"of": UNKNOWN, "at": "F2"})
    goal = Goal(Atom("serves", (P,)), P, PERSONS)
    for subject, row in by_tables(engine, ledger_for(engine, facts), goal).items():
        if row.cited is not None and row.verdict is not None:
            assert row == by_reference(engine, facts, goal, subject), subject
        assert row.verdict == "yes" or row.cited is None
