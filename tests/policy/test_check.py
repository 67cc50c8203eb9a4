from __future__ import annotations

import pytest

from engine.model import Comparison
from engine.values import DATE, NUMBER
from policy.check import Checked, check_fact, check_question, check_sentence, outline
from policy.diagnostic import Diagnostic
from policy.source import Source, Span
from policy.syntax import Article, Ask, Condition, Holds, Mention, Question, RuleSentence, Sentence, Term, Time
from tests.policy.trees import (
    ADOPTED,
    AUTHORIZED,
    CANCELLED,
    CLOSING,
    COMPANY,
    COUNTED,
    ELIGIBLE,
    EMPLOYEE,
    GRANT,
    MAY_RECEIVE,
    OPTION,
    PERMITTED,
    PERSON,
    RECORDS,
    SHARES,
    WORKS,
    a,
    all_of,
    any_of,
    at,
    attribute,
    call,
    comes_before,
    compared,
    day,
    day_of,
    has,
    holds,
    it_is_not,
    literal,
    months,
    name,
    number_of,
    operation,
    rule,
    shares,
    the,
    there_is,
    total,
    when,
    year,
)


def one(tree: Sentence) -> Checked[Sentence]:
    checked, problems = check_sentence([tree], RECORDS)
    assert problems == ()
    assert checked is not None
    return checked


def wrong(tree: Sentence) -> Diagnostic:
    checked, problems = check_sentence([tree], RECORDS)
    assert checked is None
    assert len(problems) == 1, problems
    return problems[0]


def permitted_if(condition: Condition) -> RuleSentence:
    return rule(holds(PERMITTED, a("grant", GRANT)), condition)


def of_grant(attribute_name: str) -> Term:
    return attribute(the("grant", GRANT), attribute_name)


# ------------------------------------------------------------------- types


def test_a_wrong_type_says_what_is_wanted() -> None:
    problem = wrong(
        rule(holds(ELIGIBLE, a("person", PERSON), a("date", DATE)), holds(AUTHORIZED, the("person", PERSON)))
    )
    assert problem.code == "E0302"
    assert problem.message == "`is authorized` wants a grant; `the person` is a person"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (lambda: compared(of_grant("exercise price"), Comparison.MORE, shares(3)), "E0303"),
        (lambda: compared(of_grant("option kind"), Comparison.MORE, name("incentive stock option", OPTION)), "E0304"),
        (
            lambda: compared(
                operation("add", of_grant("shares"), of_grant("exercise price")), Comparison.MORE, shares(3)
            ),
            "E0305",
        ),
        (lambda: holds(EMPLOYEE, of_grant("grantee")), "E0307"),
        (lambda: holds(EMPLOYEE, of_grant("grantee"), when=when(Time.BEFORE, day("2001-01-01"))), "E0307"),
        (lambda: holds(CANCELLED, the("grant", GRANT)), "E0307"),
        (lambda: holds(CANCELLED, the("grant", GRANT), when=when(Time.THROUGHOUT, day("2001-01-01"))), "E0307"),
        (lambda: holds(CANCELLED, the("grant", GRANT), when=when(Time.BEFORE, shares(3))), "E0302"),
        (lambda: comes_before(of_grant("grantee"), of_grant("grantee")), "E0309"),
        (lambda: holds(MAY_RECEIVE, of_grant("grantee"), shares(3), day("2001-01-01")), "E0308"),
        (lambda: compared(operation("day_after", shares(3)), Comparison.IS, day("2001-01-01")), "E0302"),
        (lambda: has(of_grant("grantee"), "shares"), "E0306"),
        (lambda: compared(months(3), Comparison.MORE, months(2)), "E0304"),
    ],
)
def test_what_does_not_fit(condition: object, code: str) -> None:
    assert callable(condition)
    assert wrong(permitted_if(condition())).code == code


def test_shares_times_money_per_share_is_money() -> None:
    from tests.policy.trees import MONEY

    product = operation("multiply", of_grant("shares"), of_grant("exercise price"))
    one(permitted_if(compared(product, Comparison.MORE, literal(100_000, MONEY))))


def test_a_percentage_of_shares_is_shares() -> None:
    from fractions import Fraction

    share = operation("multiply", literal(Fraction(1, 10), NUMBER), of_grant("shares"))
    one(permitted_if(compared(share, Comparison.MORE, shares(3))))


def test_a_date_may_be_in_a_year() -> None:
    one(permitted_if(compared(of_grant("date"), Comparison.IS, year(2001))))


def test_only_concluded_phrases_are_concluded() -> None:
    problem = wrong(rule(holds(AUTHORIZED, a("grant", GRANT))))
    assert problem.code == "E0308"
    assert "Decided" in problem.message


# ------------------------------------------------------------------- scope


def test_the_refers_to_what_the_conclusion_introduced() -> None:
    checked = one(permitted_if(holds(AUTHORIZED, the("grant", GRANT))))
    tree = checked.tree
    assert isinstance(tree, RuleSentence)
    assert isinstance(tree.conclusion, Holds)
    assert isinstance(tree.condition, Holds)
    head, body = tree.conclusion.arguments[0], tree.condition.arguments[0]
    assert isinstance(head, Mention)
    assert isinstance(body, Mention)
    assert checked.variables.of(head) == checked.variables.of(body)


def test_a_name_must_be_introduced() -> None:
    problem = wrong(permitted_if(holds(AUTHORIZED, the("grant", GRANT, "counted"))))
    assert problem.code == "E0310"
    assert problem.nearest == ("the grant",)


def test_a_name_is_introduced_once() -> None:
    problem = wrong(permitted_if(holds(AUTHORIZED, a("grant", GRANT))))
    assert problem.code == "E0311"
    assert problem.expected == ("the grant", "another grant")


@pytest.mark.parametrize("wrapped", [it_is_not, any_of, lambda c: there_is(a("person", PERSON), c)])
def test_what_is_introduced_inside_lives_only_there(wrapped: object) -> None:
    assert callable(wrapped)
    inside = wrapped(holds(WORKS, name("Ann", PERSON), a("company", COMPANY)))
    after = holds(WORKS, name("Bob", PERSON), the("company", COMPANY))
    assert wrong(permitted_if(all_of(inside, after))).code == "E0312"


def test_what_a_negated_phrase_introduces_lives_only_there() -> None:
    inside = holds(WORKS, name("Ann", PERSON), a("company", COMPANY), negated=True)
    after = holds(WORKS, name("Bob", PERSON), the("company", COMPANY))
    assert wrong(permitted_if(all_of(inside, after))).code == "E0312"


def test_each_arm_of_an_or_may_introduce_the_same_name() -> None:
    arms = [holds(WORKS, of_grant("grantee"), a("company", COMPANY)) for _ in range(2)]
    one(permitted_if(any_of(*arms)))


def test_an_adjective_is_used() -> None:
    problem = wrong(permitted_if(holds(WORKS, a("person", PERSON, "old"), name("Acme", COMPANY))))
    assert problem.code == "E0313"
    assert "`old person`" in problem.message


def test_at_most_two_adjectives() -> None:
    first = holds(WORKS, a("person", PERSON, "very", "old", "tall"), name("Acme", COMPANY))
    second = holds(WORKS, the("person", PERSON, "very", "old", "tall"), name("Bolt", COMPANY))
    assert wrong(permitted_if(all_of(first, second))).code == "E0314"


def test_another_is_referred_to_as_the_other() -> None:
    first = holds(AUTHORIZED, a("grant", GRANT, article=Article.ANOTHER))
    second = compared(attribute(the("grant", GRANT, "other"), "date"), Comparison.LESS, of_grant("date"))
    checked = one(permitted_if(all_of(first, second)))
    ((other, earlier),) = checked.variables.apart.items()
    assert other.name == "other grant"
    assert [variable.name for variable in earlier] == ["grant"]


def test_no_other_grant_is_one_that_differs() -> None:
    where = holds(AUTHORIZED, the("grant", GRANT, "other"))
    checked = one(permitted_if(there_is(a("grant", GRANT, "other"), where, negated=True)))
    ((other, earlier),) = checked.variables.apart.items()
    assert other.name == "other grant"
    assert [variable.name for variable in earlier] == ["grant"]


def test_the_member_of_an_aggregate_may_be_used_before_it_is_named() -> None:
    of = attribute(the("grant", GRANT, "counted"), "shares")
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    where = comes_before(the("grant", GRANT, "counted"), the("grant", GRANT))
    one(rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, total(of, member, where))))


# ---------------------------------------------------------------- readings


def test_types_choose_between_readings() -> None:
    good = permitted_if(holds(AUTHORIZED, the("grant", GRANT)))
    bad = permitted_if(holds(AUTHORIZED, of_grant("grantee")))
    checked, problems = check_sentence([bad, good], RECORDS)
    assert problems == ()
    assert checked is not None
    assert checked.tree is good


def test_two_readings_are_both_shown() -> None:
    source = Source("test", "Ann works for Acme")
    ann = Span(source, 0, 3)
    acme = Span(source, 14, 18)
    whole = Span(source, 0, 18)
    long = Span(source, 0, 9)
    readings: list[Condition] = [
        Holds(WORKS, (_named("Ann", PERSON, ann), _named("Acme", COMPANY, acme)), False, None, whole),
        Holds(WORKS, (_named("Ann works", PERSON, long), _named("Acme", COMPANY, acme)), False, None, whole),
    ]
    checked, (problem,) = check_fact(readings, RECORDS)
    assert checked is None
    assert problem.code == "E0301"
    assert problem.notes == ("[Ann] works for [Acme]", "[Ann works] for [Acme]")


def _named(words: str, type: object, span: Span) -> Term:
    from engine.values import Type
    from policy.syntax import Name

    assert isinstance(type, Type)
    return Name(words, type, span)


def test_equal_readings_are_one() -> None:
    readings = [permitted_if(holds(AUTHORIZED, the("grant", GRANT))) for _ in range(2)]
    checked, problems = check_sentence(readings, RECORDS)
    assert checked is not None
    assert problems == ()


def test_no_reading_is_nothing_to_check() -> None:
    assert check_sentence([], RECORDS) == (None, ())


# ------------------------------------------------------- questions and facts


def test_a_fact_has_no_variables() -> None:
    checked, problems = check_fact([holds(AUTHORIZED, a("grant", GRANT))], RECORDS)
    assert checked is None
    assert [problem.code for problem in problems] == ["E0319"]


def test_what_a_question_leaves_open() -> None:
    open_ = a("grant", GRANT, article=Article.WHO)
    question = Question(Ask.WHICH, holds(PERMITTED, open_, negated=True), open_, (), at("which grants"))
    checked, problems = check_question([question], RECORDS)
    assert problems == ()
    assert checked is not None
    assert checked.variables.of(open_).name == "grant"


def test_the_outline_brackets_parts() -> None:
    source = Source("test", "Ann works for Acme")
    tree = Holds(WORKS, (_named("Ann", PERSON, Span(source, 0, 3)),), False, None, Span(source, 0, 18))
    assert outline(tree) == "[Ann] works for Acme"


def test_the_rest_of_the_terms_has_types() -> None:
    adopted = compared(day_of("the", ADOPTED), Comparison.LESS, of_grant("date"))
    price = compared(call(CLOSING, of_grant("date")), Comparison.AT_LEAST, of_grant("exercise price"))
    count = compared(
        number_of(a("person", PERSON, article=Article.EVERY), holds(WORKS, the("person", PERSON), name("A", COMPANY))),
        Comparison.LESS,
        literal(3, NUMBER),
    )
    one(permitted_if(all_of(adopted, price, count, compared(of_grant("shares"), Comparison.MORE, literal(1, SHARES)))))
