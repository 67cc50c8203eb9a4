"""The engine answers as the oracle does, on programs and facts that nobody chose."""

from __future__ import annotations

from hypothesis import assume, given

from engine.facts import FactBase
from engine.program import Engine, build
from engine.query import Answer, Query
from engine.unknowns import NONE, UNKNOWN
from tests.engine.oracle import Cell, Facts, Finding, Mark, TooManyCompletions, Verdict, ask
from tests.engine.programs import Example, examples, widened


def fact_base(engine: Engine, facts: Facts) -> FactBase:
    """The same facts as the engine holds them, what is supposed in an overlay."""

    def cell(said: Cell) -> object:
        return {Mark.NONE: NONE, Mark.UNKNOWN: UNKNOWN}[said] if isinstance(said, Mark) else said

    base = engine.facts()
    base.complete_to = facts.complete_to
    base.complete |= facts.complete
    base.incomplete |= facts.incomplete
    for name, statements in facts.statements.items():
        for keys, status in statements.items():
            base.state(name, keys, status)
    for name, values in facts.values.items():
        for keys, value in values.items():
            base.give(name, keys, cell(value))
    for name, intervals in facts.spans.items():
        for interval in intervals:
            base.during(name, interval.keys, interval.first, interval.last, True if interval.known else None)
    overlay = base.overlay()
    overlay.supposed = frozenset(facts.supposed)
    for name, records in facts.records.items():
        for id, cells in records.items():
            layer = overlay if id in facts.supposed else base
            layer.record(name, id, {column: cell(said) for column, said in cells.items()})
    for name, pairs in facts.order.items():
        for earlier, later in pairs:
            (overlay if facts.supposed else base).put_before(name, earlier, later)
    return overlay if facts.supposed else base


def answer(example: Example) -> Answer:
    """The engine's answer."""
    engine = build(example.program)
    base = fact_base(engine, example.facts)
    return engine.answer(base, Query(example.goal))


def expected(example: Example, found: Finding) -> Finding:
    """The oracle's answer; where the engine sees more than one way out, with every value tried that could matter."""
    finding = ask(example.program, example.facts, example.goal)
    if found.verdict is Verdict.DEPENDS and finding != found:
        finding = ask(example.program, widened(example.facts), example.goal)
    return finding


def agree(example: Example) -> None:
    """Fail where the engine and the oracle disagree."""
    answered = answer(example)
    value = answered.value if answered.verdict.value == "value" else None
    found = Finding(Verdict(answered.verdict.value), value)
    try:
        finding = expected(example, found)
    except TooManyCompletions:
        assume(False)
    assert found == finding


@given(examples())
def test_engine_and_oracle_agree(example: Example) -> None:
    agree(example)


@given(examples())
def test_what_a_case_settles_stays_settled_whatever_is_supposed(example: Example) -> None:
    engine = build(example.program)
    facts = fact_base(engine, example.facts)
    assume(facts.under is not None)
    assert facts.under is not None
    query = Query(example.goal)
    ground = engine.ground(facts.under)
    engine.answer(facts.under, query, ground=ground)  # what the record alone settles is kept from here on
    fresh = engine.answer(facts, query)
    for _ in range(2):
        kept = engine.answer(facts, query, ground=ground)
        assert (kept.verdict, kept.value) == (fresh.verdict, fresh.value)
