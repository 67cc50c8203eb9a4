"""A base that lacks rows says only what holds whatever they are: what is certain without a row is so with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from engine.facts import FactBase
from engine.judge import Verdict
from engine.model import (
    Aggregate,
    And,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Fold,
    Not,
    On,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import Engine, build
from engine.query import Query, Shape
from engine.values import DATE, Kind, Type

PERSON = Type("person", Kind.SYMBOL)
LEASE = Type("lease", Kind.SYMBOL)
SHARES = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)
NUMBER = Type("number", Kind.NUMBER, whole=True)
DAYS = [date(2001, 1, day) for day in range(1, 7)]

PEOPLE = Relation("person", (Column("person", PERSON),), 1, Silence.FALSE)
LEASES = Relation(
    "lease",
    (Column("id", LEASE), Column("tenant", PERSON), Column("date", DATE), Column("shares", SHARES)),
    1,
    Silence.FALSE,
    record=True,
    time=2,
)
JOINED = Relation("joined", (Column("person", PERSON),), 1, Silence.FALSE)
LEFT = Relation("left", (Column("person", PERSON), Column("date", DATE)), 2, Silence.FALSE, time=1)
DIED = Relation("died", (Column("person", PERSON), Column("date", DATE)), 2, Silence.FALSE, time=1)
GONE = Relation("gone", (Column("person", PERSON), Column("date", DATE)), 2)
MEMBER = Relation("member", (Column("person", PERSON),), 1, Silence.FALSE, span=True)
COUNTS = Relation("counts", (Column("person", PERSON),), 1, Silence.ASSUMED, assumed=True)
KEY = Relation("key", (Column("person", PERSON),), 1, Silence.UNKNOWN, span=True)
MANAGES = Relation("manages", (Column("person", PERSON), Column("other", PERSON)), 2, Silence.FALSE, span=True)
OVER = Relation("over", (Column("person", PERSON), Column("other", PERSON), Column("date", DATE)), 3)
AREA = Relation("area", (Column("person", PERSON), Column("shares", SHARES)), 1)
TENANT = Relation("tenant", (Column("person", PERSON), Column("date", DATE)), 2)

L, D = Variable("l", LEASE), Variable("d", DATE)
P, Q, R = Variable("p", PERSON), Variable("q", PERSON), Variable("r", PERSON)
ENGINE: Engine = build(
    Program(
        (PEOPLE, LEASES, JOINED, LEFT, DIED, GONE, MEMBER, COUNTS, KEY, MANAGES, OVER, AREA, TENANT),
        (
            Rule(
                "area",
                Atom("area", (P,)),
                value=Aggregate(
                    Fold.TOTAL,
                    ValueOf("lease", (L,), "shares"),
                    (L,),
                    And((Atom("lease", (L,)), Compare(Comparison.IS, ValueOf("lease", (L,), "tenant"), P))),
                ),
            ),
            Rule(
                "tenant",
                Atom("tenant", (P, D)),
                And(
                    (
                        Atom("lease", (L,)),
                        Compare(Comparison.IS, ValueOf("lease", (L,), "tenant"), P),
                        Compare(Comparison.AT_MOST, ValueOf("lease", (L,), "date"), D),
                    )
                ),
            ),
            Rule("gone by leaving", Atom("gone", (P, D)), And((Atom("left", (P, D)), Atom("counts", (P,))))),
            Rule("gone by death", Atom("gone", (P, D)), Atom("died", (P, D))),
            Rule("direct", Atom("over", (P, Q, D)), Atom("manages", (P, Q, D))),
            Rule("by others", Atom("over", (P, Q, D)), And((Atom("manages", (P, R, D)), Atom("over", (R, Q, D))))),
        ),
    )
)

ANN, BOB = Constant("Ann", PERSON), Constant("Bob", PERSON)
ALL = Atom("lease", (L,))
OF_ANN = And((ALL, Compare(Comparison.IS, ValueOf("lease", (L,), "tenant"), ANN)))

PERSONS = ("Ann", "Bob", "Cal", "Dan")

State = Callable[[FactBase], None]

states: st.SearchStrategy[tuple[str, State]] = st.one_of(
    st.builds(
        lambda name, who, day, shares: (
            "lease",
            lambda facts: facts.record("lease", name, {"tenant": who, "date": day, "shares": shares}),
        ),
        st.sampled_from(["L-1", "L-2", "L-3"]),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(DAYS),
        st.integers(0, 9),
    ),
    st.sampled_from(["Ann", "Bob"]).map(lambda who: ("joined", lambda facts: facts.state("joined", (who,), True))),
    st.sampled_from(["Ann", "Bob"]).map(lambda who: ("counts", lambda facts: facts.state("counts", (who,), False))),
    st.builds(
        lambda who, day: ("left", lambda facts: facts.state("left", (who, day), True)),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(DAYS),
    ),
    st.builds(
        lambda who, day: ("died", lambda facts: facts.state("died", (who, day), True)),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(DAYS),
    ),
    st.builds(
        lambda who, first, days: (
            "member",
            lambda facts: facts.during("member", (who,), DAYS[first], DAYS[min(first + days, 5)]),
        ),
        st.sampled_from(["Ann", "Bob", "Cal"]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    st.builds(
        lambda pair, first, days: (
            "manages",
            lambda facts: facts.during("manages", pair, DAYS[first], DAYS[min(first + days, 5)]),
        ),
        st.sampled_from([(one, other) for one in PERSONS for other in PERSONS if one != other]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
)

totals = st.builds(
    lambda where, comparison, number: Compare(
        comparison, Aggregate(Fold.TOTAL, ValueOf("lease", (L,), "shares"), (L,), where), Constant(number, SHARES)
    ),
    st.sampled_from([ALL, OF_ANN]),
    st.sampled_from(list(Comparison)),
    st.integers(0, 12),
)
counts = st.builds(
    lambda where, comparison, number: Compare(
        comparison, Aggregate(Fold.NUMBER, None, (L,), where), Constant(number, NUMBER)
    ),
    st.sampled_from([ALL, OF_ANN]),
    st.sampled_from(list(Comparison)),
    st.integers(0, 3),
)
people = st.sampled_from([ANN, BOB])
days = st.sampled_from(DAYS).map(lambda day: Constant(day, DATE))
open_goals: st.SearchStrategy[Condition] = st.one_of(
    totals,
    counts,
    st.sampled_from(
        [
            Some((L,), ALL),
            Some((L,), OF_ANN),
            Some((P,), Atom("joined", (P,))),
            Some((P,), And((Atom("joined", (P,)), Atom("counts", (P,))))),
            Some((P, D), Atom("left", (P, D))),
        ]
    ),
    st.builds(lambda who: Atom("joined", (who,)), people),
    st.builds(lambda who: Atom("counts", (who,)), people),
    st.builds(lambda who, day: Atom("left", (who, day)), people, days),
    st.builds(lambda who: Some((D,), Atom("gone", (who, D))), people),
    st.builds(
        lambda who, comparison, day: Compare(
            comparison, Aggregate(Fold.LOWEST, D, (D,), Atom("gone", (who, D))), Constant(day, DATE)
        ),
        people,
        st.sampled_from(list(Comparison)),
        st.sampled_from(DAYS),
    ),
    st.builds(lambda who, day: Atom("member", (who, day)), people, days),
    st.builds(lambda day: Some((P,), Atom("member", (P, day))), days),
    st.builds(lambda who, day: Some((P,), Atom("manages", (who, P, day))), people, days),
    st.builds(
        lambda day: Some((P,), And((Atom("member", (P, day)), Not(Atom("joined", (P,)))))),
        days,
    ),
    st.builds(lambda day: Some((P,), And((Atom("member", (P, day)), Atom("over", (ANN, P, day))))), days),
    st.builds(lambda day: Atom("over", (ANN, BOB, day)), days),
    st.builds(lambda day: Some((P,), Atom("over", (P, BOB, day))), days),
    st.builds(
        lambda what, day, comparison, number: Compare(
            comparison, Aggregate(Fold.NUMBER, None, (P,), what(day)), Constant(number, NUMBER)
        ),
        st.sampled_from(
            [
                lambda day: Atom("member", (P, day)),
                lambda day: Atom("over", (ANN, P, day)),
                lambda day: Atom("over", (P, ANN, day)),
                lambda day: And((Atom("member", (P, day)), Not(Atom("over", (ANN, P, day))))),
            ]
        ),
        days,
        st.sampled_from(list(Comparison)),
        st.integers(0, 4),
    ),
    st.builds(
        lambda comparison: Compare(comparison, ValueOf("area", (ANN,), "shares"), ValueOf("area", (BOB,), "shares")),
        st.sampled_from(list(Comparison)),
    ),
    st.builds(
        lambda one, other: And((Atom("tenant", (ANN, one)), Not(Atom("tenant", (BOB, other))))),
        days,
        days,
    ),
    st.builds(lambda one, other: And((Atom("tenant", (ANN, one)), Not(Atom("tenant", (ANN, other))))), days, days),
    st.builds(
        lambda who, first, last, through: On("member", (who,), first, last, through), people, days, days, st.booleans()
    ),
)


def perhaps_denied(goal: Condition) -> st.SearchStrategy[Condition]:
    return st.sampled_from([goal, Not(goal)])


later_goals = open_goals.flatmap(perhaps_denied)
"""Of no record by its name: none has a name before it is recorded."""
goals = st.one_of(open_goals, st.just(Exists(ValueOf("lease", (Constant("L-1", LEASE),), "shares")))).flatmap(
    perhaps_denied
)


def base(said: list[tuple[str, State]]) -> FactBase:
    facts = ENGINE.facts()
    for name in PERSONS:
        facts.state("person", (name,), True)
    for _, state in said:
        state(facts)
    return facts


def distinct(said: list[tuple[str, State]]) -> list[tuple[str, State]]:
    """Without what the base would refuse: one record in two rows."""
    kept: list[tuple[str, State]] = []
    for each in said:
        try:
            base([*kept, each])
        except Exception:  # noqa: S112 - whatever it is, the base refuses it
            continue
        kept.append(each)
    return kept


@given(said=st.lists(states, min_size=1, max_size=5).map(distinct), goal=goals, data=st.data())
def test_what_is_certain_without_a_row_is_so_with_it(
    said: list[tuple[str, State]], goal: Condition, data: st.DataObject
) -> None:
    dropped = data.draw(st.integers(0, len(said) - 1))
    known = base(said[:dropped] + said[dropped + 1 :])
    known.miss(said[dropped][0])
    whole = base(said)
    for facts in (known, whole):
        facts.complete_to = data.draw(st.sampled_from([None, DAYS[2]]), label="complete to")
    without = ENGINE.answer(known, Query(goal, Shape.WHETHER)).verdict
    whole.complete_to = known.complete_to
    if without is not Verdict.DEPENDS:
        assert without is ENGINE.answer(whole, Query(goal, Shape.WHETHER)).verdict


@given(said=st.lists(states, min_size=2, max_size=7).map(distinct), goal=later_goals, data=st.data())
def test_what_is_certain_to_a_day_is_so_with_what_happens_later(
    said: list[tuple[str, State]], goal: Condition, data: st.DataObject
) -> None:
    end = data.draw(st.sampled_from(DAYS[:3]), label="complete to")
    known, whole = base([each for each in said if not _later(each, end)]), base(said)
    known.complete_to = end
    asked = Query(goal, Shape.WHETHER)
    without = ENGINE.answer(known, asked).verdict
    if without is not Verdict.DEPENDS:
        assert without is ENGINE.answer(whole, asked).verdict


def _later(state: tuple[str, State], end: date) -> bool:
    """Whether what is said is dated, or begins, after a day."""
    name, _ = state
    facts = base([state])
    table = facts.tables[name]
    time = ENGINE.relations[name].time
    day = table.spans[0][0] if table.spans[0] is not None else None if time is None else table.columns[time][0]
    return day is not None and day > end


def test_of_a_record_that_lacks_rows_silence_says_nothing() -> None:
    facts = base([])
    facts.complete = frozenset({"joined"})
    facts.miss("joined")
    asked = Query(Atom("joined", (ANN,)), Shape.WHETHER)
    assert ENGINE.answer(facts, asked).verdict is Verdict.DEPENDS
    assert ENGINE.answer(facts.overlay(), asked).verdict is Verdict.DEPENDS
    facts.state("joined", ("Ann",), True)
    assert ENGINE.answer(facts, asked).verdict is Verdict.YES


def test_of_whom_nobody_says_anything_there_may_be_some() -> None:
    """Also where the record is complete, and of a statement over time."""
    facts = base([])
    some = Query(Some((P,), Atom("key", (P, Constant(DAYS[0], DATE)))), Shape.WHETHER)
    assert ENGINE.answer(facts, some).verdict is Verdict.DEPENDS
    facts.during("key", ("Ann",), DAYS[0], DAYS[1])
    assert ENGINE.answer(facts, some).verdict is Verdict.YES
    one = Compare(
        Comparison.IS,
        Aggregate(Fold.NUMBER, None, (P,), Atom("key", (P, Constant(DAYS[0], DATE)))),
        Constant(1, NUMBER),
    )
    assert ENGINE.answer(facts, Query(one, Shape.WHETHER)).verdict is Verdict.DEPENDS
    facts.complete = frozenset({"key"})
    assert ENGINE.answer(facts, Query(one, Shape.WHETHER)).verdict is Verdict.YES


RETURNS = Relation(
    "return",
    (Column("id", Type("return", Kind.SYMBOL)), Column("lease", LEASE), Column("date", DATE), Column("shares", SHARES)),
    1,
    Silence.FALSE,
    record=True,
    time=2,
)


def test_nothing_unrecorded_is_of_what_is_only_supposed() -> None:
    """Of a lease on record shares may have come back since the record ends, of one that is supposed none have."""
    returned = Variable("r", Type("return", Kind.SYMBOL))
    of = Compare(Comparison.IS, ValueOf("return", (returned,), "lease"), L)
    total = Aggregate(
        Fold.TOTAL, ValueOf("return", (returned,), "shares"), (returned,), And((Atom("return", (returned,)), of))
    )
    back = Relation("back", (Column("lease", LEASE), Column("value", SHARES)), 1)
    engine = build(Program((LEASES, RETURNS, back), (Rule("back", Atom("back", (L,)), ALL, value=total),)))
    facts = engine.facts()
    facts.complete_to = DAYS[1]
    facts.record("lease", "L-1", {"tenant": "Ann", "date": DAYS[0], "shares": 5})
    overlay = facts.overlay()
    overlay.supposed = frozenset({"L-2"})
    overlay.record("lease", "L-2", {"tenant": "Ann", "date": DAYS[3], "shares": 5})

    def found(lease: str) -> tuple[Verdict, object]:
        answer = engine.ask(overlay, "back", (lease,))
        return answer.verdict, answer.value

    assert found("L-1") == (Verdict.DEPENDS, None)
    assert found("L-2") == (Verdict.VALUE, 0)


def test_what_is_not_recorded_of_one_is_not_what_is_not_recorded_of_another() -> None:
    """The same rule, asked of two: a later lease to Ann is none to Bob."""
    facts = base([])
    facts.record("lease", "L-1", {"tenant": "Ann", "date": DAYS[0], "shares": 5})
    facts.complete_to = DAYS[0]
    more = Compare(Comparison.MORE, ValueOf("area", (ANN,), "shares"), ValueOf("area", (BOB,), "shares"))
    assert ENGINE.answer(facts, Query(more, Shape.WHETHER)).verdict is Verdict.DEPENDS
    last = Constant(DAYS[-1], DATE)
    facts.record("lease", "L-1b", {"tenant": "Cal", "date": DAYS[0], "shares": 1})
    one_of_them = And((Atom("tenant", (BOB, last)), Not(Atom("tenant", (Constant("Dan", PERSON), last)))))
    assert ENGINE.answer(facts, Query(one_of_them, Shape.WHETHER)).verdict is Verdict.DEPENDS
    of_one = And((Atom("tenant", (BOB, last)), Not(Atom("tenant", (BOB, last)))))
    assert ENGINE.answer(facts, Query(of_one, Shape.WHETHER)).verdict is Verdict.NO


def test_of_a_day_that_nothing_shows_it_is_not_known_whether_there_is_one() -> None:
    """Not even where, if there were one, something else could have happened on it that leads to the same."""
    facts = base([])
    facts.complete_to = DAYS[2]
    gone = Some((D,), Atom("gone", (ANN, D)))
    first = Aggregate(Fold.LOWEST, D, (D,), Atom("gone", (ANN, D)))
    for goal in (gone, Exists(first)):
        assert ENGINE.answer(facts, Query(goal, Shape.WHETHER)).verdict is Verdict.DEPENDS
    facts.state("died", ("Ann", DAYS[1]), True)
    assert ENGINE.answer(facts, Query(gone, Shape.WHETHER)).verdict is Verdict.YES
    assert ENGINE.answer(facts, Query(first, Shape.VALUE)).value == DAYS[1]
