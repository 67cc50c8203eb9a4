from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from engine.judge import Verdict
from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Expression,
    Fold,
    Not,
    On,
    Or,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.program import build
from engine.query import Query, Shape
from engine.values import DATE, YEAR
from policy import syntax
from policy.assemble import PlacedSentence, assemble, relations_of
from policy.check import Checked, check_sentence
from policy.diagnostic import Diagnostic
from policy.lower import lower_rule
from policy.relations import ID, VALUE
from policy.syntax import Article, RuleSentence, Time
from tests.policy.trees import (
    ADOPTED,
    AUTHORIZED,
    CANCELLED,
    CLOSING,
    COMPANY,
    COUNTED,
    DECLARED,
    ELIGIBLE,
    EMPLOYEE,
    GRANT,
    OPTION,
    PERMITTED,
    PERSON,
    RECORDS,
    SHARES,
    WORKS,
    a,
    all_of,
    any_of,
    attribute,
    call,
    comes_before,
    compared,
    day,
    day_of,
    has,
    holds,
    it_is_not,
    months,
    name,
    operation,
    rule,
    shares,
    the,
    there_is,
    total,
    when,
    year,
)

RELATIONS = relations_of(DECLARED)
G = Variable("grant", GRANT)
COUNTED_GRANT = Variable("counted grant", GRANT)


def checked(tree: RuleSentence) -> Checked[RuleSentence]:
    found, problems = check_sentence([tree], RECORDS)
    assert problems == ()
    assert found is not None
    return Checked(tree, found.variables)


def lowered(tree: RuleSentence) -> Rule:
    found, problems = lower_rule(checked(tree), "6#1", "6", RELATIONS)
    assert problems == ()
    assert found is not None
    return found


def refused(tree: RuleSentence) -> tuple[Diagnostic, ...]:
    found, problems = lower_rule(checked(tree), "6#1", "6", RELATIONS)
    assert found is None
    return problems


def body(condition: syntax.Condition, unless: bool = False) -> Condition:
    return lowered(rule(holds(PERMITTED, a("grant", GRANT)), condition, unless=unless)).body


def of(attribute_name: str, record: Expression = G) -> ValueOf:
    return ValueOf("grant", (record,), attribute_name)


def of_grant(attribute_name: str, *adjectives: str) -> syntax.Term:
    return attribute(the("grant", GRANT, *adjectives), attribute_name)


def constant(text: str) -> Constant:
    return Constant(date.fromisoformat(text), DATE)


# --------------------------------------------------------------- relations


def test_relations_of_the_vocabulary() -> None:
    employee = RELATIONS["is an employee"]
    assert (employee.span, employee.silence, employee.keys) == (True, Silence.FALSE, 1)
    assert RELATIONS["was cancelled"].time == 1
    adopted = RELATIONS["adopted"]
    assert (adopted.keys, adopted.silence) == (0, Silence.UNKNOWN)
    assert [(column.name, column.type) for column in adopted.columns] == [(VALUE, DATE)]
    assert RELATIONS["closing price"].columns[-1].name == VALUE
    assert RELATIONS["is authorized"].open_for_supposed
    assert RELATIONS["is authorized"].silence is Silence.FALSE
    assert RELATIONS["is disabled"].silence is Silence.UNKNOWN
    counts = RELATIONS["counts"]
    assert (counts.silence, counts.assumed, counts.reading) == (Silence.ASSUMED, True, "D-06")
    assert counts.origin.clause == "5(a)/4"
    assert RELATIONS["is permitted"].silence is Silence.CONCLUDED
    assert "may receive" not in RELATIONS


def test_the_relation_of_a_record_kind() -> None:
    grant = RELATIONS["grant"]
    assert grant.record
    assert grant.keys == 1
    assert grant.columns[0].name == ID
    assert grant.time is not None
    assert grant.columns[grant.time].name == "date"
    assert [column.name for column in grant.columns if column.optional] == ["replaced grant", "cap"]


# -------------------------------------------------------------- conditions


def test_a_phrase_and_a_comparison() -> None:
    condition = all_of(
        holds(AUTHORIZED, the("grant", GRANT)),
        compared(of_grant("shares"), Comparison.MORE, shares(3)),
    )
    assert body(condition) == And(
        (Atom("is authorized", (G,)), Compare(Comparison.MORE, of("shares"), Constant(3, SHARES)))
    )


def test_every_node_knows_its_clause_and_place() -> None:
    tree = rule(holds(PERMITTED, a("grant", GRANT)), holds(AUTHORIZED, the("grant", GRANT)))
    found = lowered(tree)
    assert isinstance(found.body, Atom)
    assert tree.condition is not None
    assert found.body.origin.clause == "6"
    assert found.body.origin.place == tree.condition.span
    assert found.origin.place == tree.span


def test_negated_conclusion() -> None:
    assert not lowered(rule(holds(PERMITTED, a("grant", GRANT), negated=True))).positive


def test_unless() -> None:
    assert body(holds(AUTHORIZED, the("grant", GRANT)), unless=True) == Not(Atom("is authorized", (G,)))


def test_an_optional_attribute() -> None:
    assert body(has(the("grant", GRANT), "cap", negated=True)) == Not(Exists(of("cap")))


def test_what_a_negation_introduces_is_quantified_inside_it() -> None:
    company = Variable("company", COMPANY)
    condition = holds(WORKS, of_grant("grantee"), a("company", COMPANY), negated=True)
    assert body(condition) == Not(Some((company,), Atom("works for", (of("grantee"), company))))


def test_a_variable_that_no_closed_fact_lists_is_listed_by_its_kind() -> None:
    other = Variable("other grant", GRANT)
    condition = it_is_not(holds(AUTHORIZED, a("grant", GRANT, article=Article.ANOTHER)))
    assert body(condition) == Not(
        Some(
            (other,),
            And((Atom("is authorized", (other,)), Atom("grant", (other,)), Compare(Comparison.IS_NOT, other, G))),
        )
    )


def test_existential_of_a_rule_stays_free() -> None:
    person = Variable("person", PERSON)
    condition = all_of(
        holds(WORKS, a("person", PERSON), name("Acme", COMPANY)),
        compared(of_grant("grantee"), Comparison.IS, the("person", PERSON)),
    )
    assert body(condition) == And(
        (Atom("works for", (person, Constant("Acme", COMPANY))), Compare(Comparison.IS, of("grantee"), person))
    )


def test_parts_that_do_not_speak_of_a_variable_stay_outside_its_some() -> None:
    condition = there_is(
        a("company", COMPANY),
        all_of(holds(AUTHORIZED, the("grant", GRANT)), holds(WORKS, of_grant("grantee"), the("company", COMPANY))),
    )
    company = Variable("company", COMPANY)
    assert body(condition) == And(
        (Atom("is authorized", (G,)), Some((company,), Atom("works for", (of("grantee"), company))))
    )


def test_a_variable_without_values_is_an_error() -> None:
    problems = refused(
        rule(
            holds(PERMITTED, a("grant", GRANT)),
            compared(a("date", DATE), Comparison.LESS, of_grant("date")),
        )
    )
    assert [problem.code for problem in problems] == ["E0315"]


# ------------------------------------------------------------------ events

THE_DAY = Variable("the day (1)", DATE)


@pytest.mark.parametrize(
    ("time", "bounds"),
    [
        (Time.BEFORE, [(Comparison.LESS, of("date"))]),
        (Time.ON_OR_BEFORE, [(Comparison.AT_MOST, of("date"))]),
        (Time.AFTER, [(Comparison.MORE, of("date"))]),
        (Time.ON_OR_AFTER, [(Comparison.AT_LEAST, of("date"))]),
    ],
)
def test_an_event_at_a_time_is_on_some_such_day(time: Time, bounds: list[tuple[Comparison, Expression]]) -> None:
    found = body(holds(CANCELLED, the("grant", GRANT), when=when(time, of_grant("date"))))
    compares = tuple(Compare(comparison, THE_DAY, other) for comparison, other in bounds)
    assert found == Some((THE_DAY,), And((Atom("was cancelled", (G, THE_DAY)), *compares)))


@pytest.mark.parametrize(
    ("time", "first", "last"),
    [
        (Time.WITHIN_BEFORE, (Comparison.AT_LEAST, "before"), (Comparison.AT_MOST, None)),
        (Time.WITHIN_AFTER, (Comparison.MORE, None), (Comparison.AT_MOST, "after")),
        (Time.WITHIN_FROM, (Comparison.AT_LEAST, None), (Comparison.AT_MOST, "after")),
    ],
)
def test_counting(time: Time, first: tuple[Comparison, str | None], last: tuple[Comparison, str | None]) -> None:
    found = body(holds(CANCELLED, the("grant", GRANT), when=when(time, months(3), of_grant("date"))))
    assert isinstance(found, Some)
    assert isinstance(found.condition, And)
    _, one, other = found.condition.conditions
    for part, (comparison, shift) in ((one, first), (other, last)):
        assert isinstance(part, Compare)
        assert part.comparison is comparison
        assert (part.right.operation if isinstance(part.right, Apply) else None) == shift


def test_an_event_negated_is_on_no_such_day() -> None:
    found = body(holds(CANCELLED, the("grant", GRANT), negated=True, when=when(Time.IN, year(2001))))
    in_year = Compare(Comparison.IS, Apply("year_of", (THE_DAY,)), Constant(2001, YEAR))
    assert found == Not(Some((THE_DAY,), And((Atom("was cancelled", (G, THE_DAY)), in_year))))


def test_an_event_on_a_day() -> None:
    expected = Atom("was cancelled", (G, of("date")))
    assert body(holds(CANCELLED, the("grant", GRANT), of_grant("date"))) == expected
    assert body(holds(CANCELLED, the("grant", GRANT), when=when(Time.ON, of_grant("date")))) == expected


def test_a_given_event_happens_once() -> None:
    adopted = ValueOf("adopted", (), VALUE)
    assert body(holds(ADOPTED, of_grant("date"))) == Compare(Comparison.IS, adopted, of("date"))
    assert body(holds(ADOPTED, when=when(Time.BEFORE, of_grant("date")))) == Compare(
        Comparison.LESS, adopted, of("date")
    )
    assert body(compared(day_of("the", ADOPTED), Comparison.LESS, of_grant("date"))) == Compare(
        Comparison.LESS, adopted, of("date")
    )


def test_over_time() -> None:
    grantee = of("grantee")

    def employee(time: Time, *terms: syntax.Term) -> Condition:
        return body(holds(EMPLOYEE, of_grant("grantee"), when=when(time, *terms)))

    assert employee(Time.ON, of_grant("date")) == Atom("is an employee", (grantee, of("date")))
    assert employee(Time.THROUGHOUT, of_grant("date"), day("2001-12-31")) == On(
        "is an employee", (grantee,), of("date"), constant("2001-12-31"), True
    )
    assert employee(Time.AT_ANY_TIME_FROM, of_grant("date"), day("2001-12-31")) == On(
        "is an employee", (grantee,), of("date"), constant("2001-12-31"), False
    )
    assert employee(Time.AT_ANY_TIME_IN, year(2001)) == On(
        "is an employee", (grantee,), constant("2001-01-01"), constant("2001-12-31"), False
    )
    assert employee(Time.AT_ANY_TIME_IN, operation("year_of", of_grant("date"), type=YEAR)) == On(
        "is an employee",
        (grantee,),
        Apply("first_of_year", (of("date"),)),
        Apply("last_of_year", (of("date"),)),
        False,
    )


def test_the_day_of_a_recorded_event() -> None:
    where = Atom("was cancelled", (G, THE_DAY))
    first = Aggregate(Fold.LOWEST, THE_DAY, (THE_DAY,), where)
    last = Aggregate(Fold.HIGHEST, THE_DAY, (THE_DAY,), where)
    for which, expected in (("first", first), ("last", last), ("the", Apply("only", (first, last)))):
        found = body(compared(day_of(which, CANCELLED, the("grant", GRANT)), Comparison.LESS, of_grant("date")))
        assert found == Compare(Comparison.LESS, expected, of("date"))


def test_the_day_something_over_time_ended() -> None:
    ended = day_of("ended", EMPLOYEE, of_grant("grantee"))
    assert body(compared(ended, Comparison.LESS, of_grant("date"))) == Compare(
        Comparison.LESS, ValueOf("is an employee", (of("grantee"),), "ended"), of("date")
    )


# ------------------------------------------------------------------ values


def shares_counted() -> RuleSentence:
    counted = the("grant", GRANT, "counted")
    where = all_of(
        compared(of_grant("grantee", "counted"), Comparison.IS, of_grant("grantee")),
        any_of(compared(counted, Comparison.IS, the("grant", GRANT)), comes_before(counted, the("grant", GRANT))),
    )
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    return rule(
        compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, total(attribute(counted, "shares"), member, where))
    )


def test_an_aggregate() -> None:
    value = lowered(shares_counted()).value
    assert isinstance(value, Aggregate)
    assert value.variables == (COUNTED_GRANT,)
    assert value.of == of("shares", COUNTED_GRANT)
    assert isinstance(value.where, And)
    same, either, listed = value.where.conditions
    assert same == Compare(Comparison.IS, of("grantee", COUNTED_GRANT), of("grantee"))
    assert isinstance(either, Or)
    assert listed == Atom("grant", (COUNTED_GRANT,))


def test_what_an_aggregate_introduces_does_not_multiply_its_members() -> None:
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    where = holds(WORKS, of_grant("grantee", "counted"), a("company", COMPANY))
    tree = rule(
        compared(
            call(COUNTED, a("grant", GRANT)),
            Comparison.IS,
            total(of_grant("shares", "counted"), member, where),
        )
    )
    value = lowered(tree).value
    assert isinstance(value, Aggregate)
    assert value.variables == (COUNTED_GRANT,)
    assert isinstance(value.where, And)
    assert isinstance(value.where.conditions[0], Some)


def test_an_aggregate_may_use_what_its_value_introduced() -> None:
    sale = a("grant", GRANT, "earlier")
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    where = compared(of_grant("date", "counted"), Comparison.LESS, of_grant("date", "earlier"))
    value = operation("add", attribute(sale, "shares"), total(of_grant("shares", "counted"), member, where))
    found = lowered(
        rule(
            compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, value),
            compared(the("grant", GRANT, "earlier"), Comparison.IS, of_grant("replaced grant")),
        )
    )
    assert isinstance(found.value, Apply)
    aggregate = found.value.arguments[1]
    assert isinstance(aggregate, Aggregate)
    assert aggregate.variables == (COUNTED_GRANT,)
    assert found.body == Compare(Comparison.IS, Variable("earlier grant", GRANT), of("replaced grant"))


def test_a_conclusion_about_an_expression_is_an_error() -> None:
    (problem,) = refused(rule(holds(ELIGIBLE, attribute(a("grant", GRANT), "grantee"), a("date", DATE))))
    assert problem.code == "E0316"


def test_a_value_phrase() -> None:
    found = body(compared(call(CLOSING, of_grant("date")), Comparison.MORE, of_grant("exercise price")))
    assert found == Compare(Comparison.MORE, ValueOf("closing price", (of("date"),), VALUE), of("exercise price"))


# ----------------------------------------------------------------- whole


def sentences(*trees: tuple[str, RuleSentence]) -> Sequence[PlacedSentence]:
    return [
        PlacedSentence(Checked(tree, checked(tree).variables), (clause,), number)
        for number, (clause, tree) in enumerate(trees)
    ]


def test_a_program_that_answers() -> None:
    permitted = rule(holds(PERMITTED, a("grant", GRANT)), holds(AUTHORIZED, the("grant", GRANT)))
    too_many = rule(
        holds(PERMITTED, a("grant", GRANT), negated=True),
        compared(call(COUNTED, the("grant", GRANT)), Comparison.MORE, shares(100_000)),
        syntax.PriorityPart(syntax.Rank.DESPITE, (syntax.ClauseRef("5(a)/1", permitted.span),), permitted.span),
    )
    found, problems = assemble(
        DECLARED, sentences(("5(a)/1", permitted), ("5(a)/4", too_many), ("5(a)/4", shares_counted()))
    )
    assert problems == ()
    assert [rule.name for rule in found.program.rules][:3] == ["5(a)/1#1", "5(a)/4#1", "5(a)/4#2"]
    engine = build(found.program)
    facts = engine.facts()
    facts.state("person", ("Ann",))
    for id, number in (("G-1", 80_000), ("G-2", 30_000)):
        cells = {
            "grantee": "Ann",
            "date": date(2001, 3, int(id[-1])),
            "shares": number,
            "option kind": OPTION.members[1],
        }
        facts.record("grant", id, cells)
        facts.state("is authorized", (id,))
    assert engine.ask(facts, "is permitted", ("G-1",)).verdict is Verdict.YES
    assert engine.ask(facts, "is permitted", ("G-2",)).verdict is Verdict.NO
    counted = Query(ValueOf("shares counted", (Constant("G-2", GRANT),), VALUE), Shape.VALUE)
    assert engine.answer(facts, counted).value == 110_000
