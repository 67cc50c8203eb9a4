"""The engine answers as the oracle does, on programs and facts that nobody chose."""

from __future__ import annotations

from random import Random

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.facts import FactBase
from engine.program import Engine, build
from engine.query import Answer, Query
from engine.unknowns import NONE, UNKNOWN
from tests.engine.oracle import Cell, Facts, Finding, Mark, TooManyCompletions, Verdict, ask
from tests.engine.programs import Example, examples, widened


def fact_base(engine: Engine, facts: Facts) -> FactBase:
    """The same facts as the engine holds them, what is supposed in an overlay."""
    base = engine.facts()
    base.complete_to = facts.complete_to
    base.complete |= facts.complete
    base.incomplete |= facts.incomplete
    return stated(base, facts)


def stated(base: FactBase, facts: Facts) -> FactBase:
    """A base with facts stated in it, what is supposed in an overlay."""

    def cell(said: Cell) -> object:
        return {Mark.NONE: NONE, Mark.UNKNOWN: UNKNOWN}[said] if isinstance(said, Mark) else said

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


def split(facts: Facts, random: Random) -> tuple[Facts, Facts]:
    """Facts that are recorded first, and those that are recorded later; an order is of what stands by then."""
    later = Facts()
    first = evolve(facts, statements={}, values={}, records={}, spans={}, order={})
    for name, statements in facts.statements.items():
        for keys, status in statements.items():
            random.choice((first, later)).statements.setdefault(name, {})[keys] = status
    for name, values in facts.values.items():
        for keys, value in values.items():
            random.choice((first, later)).values.setdefault(name, {})[keys] = value
    for name, spans in facts.spans.items():
        for interval in spans:
            random.choice((first, later)).spans.setdefault(name, []).append(interval)
    for name, records in facts.records.items():
        for id, cells in records.items():
            random.choice((first, later)).records.setdefault(name, {})[id] = cells
    for name, pairs in facts.order.items():
        new = later.records.get(name, {})
        for pair in pairs:
            (later if new.keys() & {*pair} else random.choice((first, later))).order.setdefault(name, []).append(pair)
    return first, later


@given(examples(), st.randoms(use_true_random=False))
def test_what_is_recorded_later_is_as_if_all_had_been_recorded_at_once(example: Example, random: Random) -> None:
    assume(not example.facts.supposed)
    engine, query = build(example.program), Query(example.goal)
    at_once = engine.answer(fact_base(engine, example.facts), query)
    first, *others = split(example.facts, random)
    facts = fact_base(engine, first)
    before = engine.answer(facts, query)
    ground = engine.ground(facts)
    engine.answer(facts, query, ground=ground)
    later, last = split(others[0], random)
    more = facts
    for some in (later, last):
        more = more.more()
        stated(more, some)
        more.added |= {id for records in some.records.values() for id in records}
        over = engine.ground(more, None, ground)
        engine.answer(more, query, ground=over)
    for _ in range(2):
        found = engine.answer(more, query, ground=over)
        assert (found.verdict, found.value) == (at_once.verdict, at_once.value)
    again = engine.answer(facts, query, ground=ground)
    assert (again.verdict, again.value) == (before.verdict, before.value)


@given(examples(), st.randoms(use_true_random=False))
def test_another_cell_supposed_leaves_standing_only_what_it_cannot_change(example: Example, random: Random) -> None:
    """Of one record, one or two cells are as another has them, or not known."""
    assume(not example.facts.supposed and example.facts.records["grant"])
    engine, query = build(example.program), Query(example.goal)
    facts = fact_base(engine, example.facts)
    ground = engine.ground(facts)
    engine.answer(facts, query, ground=ground)
    other = facts.overlay()
    table, own = facts.table("grant"), other.table("grant")
    number = random.randrange(len(table))
    own.copy(table, number)
    for place in random.sample(range(1, len(table.columns)), 2):
        column = table.relation.columns[place]
        cell = table.columns[place][random.randrange(len(table))]
        if cell != table.columns[0][number]:  # no grant replaces itself
            own.put(0, place, UNKNOWN if random.random() < 0.1 and not column.optional else cell, "supposed")
    fresh = engine.answer(other, query)
    for over in (ground, engine.ground(other, None, ground)):
        for _ in range(2):
            kept = engine.answer(other, query, ground=over)
            assert (kept.verdict, kept.value) == (fresh.verdict, fresh.value)
