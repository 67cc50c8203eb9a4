from __future__ import annotations

from attrs import evolve

from engine.model import Comparison, Fold
from engine.values import DATE
from policy.assemble import PlacedSentence, assemble
from policy.check import check_sentence
from policy.lint import warnings
from policy.syntax import Article, Condition, RuleSentence
from tests.policy.trees import (
    AUTHORIZED,
    COUNTED,
    DECLARED,
    DISABLED,
    GRANT,
    PERMITTED,
    RECORDS,
    a,
    all_of,
    attribute,
    call,
    comes_before,
    compared,
    despite,
    has,
    holds,
    operation,
    rule,
    shares,
    the,
    total,
)


def found(*trees: tuple[str, RuleSentence]) -> list[tuple[str, str]]:
    declared = evolve(DECLARED, phrases=(AUTHORIZED, DISABLED, PERMITTED, COUNTED))
    placed = []
    for number, (clause, tree) in enumerate(trees):
        checked, problems = check_sentence([tree], RECORDS)
        assert problems == ()
        assert checked is not None
        placed.append(PlacedSentence(checked, (clause,), number))
    assembly, problems = assemble(declared, placed)
    assert problems == ()
    return [(problem.code, problem.message) for problem in warnings(declared, assembly)]


def codes(*trees: tuple[str, RuleSentence]) -> set[str]:
    return {code for code, _ in found(*trees)}


def permitted() -> RuleSentence:
    return rule(holds(PERMITTED, a("grant", GRANT)), holds(AUTHORIZED, the("grant", GRANT)))


def counted(where: Condition) -> RuleSentence:
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    value = total(attribute(the("grant", GRANT, "counted"), "shares"), member, where)
    return rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, value))


def same_grantee() -> Condition:
    mine, other = the("grant", GRANT), the("grant", GRANT, "counted")
    return compared(attribute(other, "grantee"), Comparison.IS, attribute(mine, "grantee"))


def test_unused_and_unreachable() -> None:
    assert found(("6", permitted())) == [
        ("W0001", "`is disabled` is declared and no rule uses it"),
        ("W0002", "no rule concludes `the shares counted up to`"),
    ]


def test_a_clause_that_only_denies_something_is_meant() -> None:
    never = rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, shares(0)))
    denied = rule(holds(PERMITTED, a("grant", GRANT), negated=True), holds(AUTHORIZED, the("grant", GRANT)))
    assert "W0002" not in codes(("5(a)/1", never), ("6", denied))


def test_a_power_may_be_all_that_a_clause_gives() -> None:
    power = evolve(DECLARED, phrases=(PERMITTED, COUNTED, evolve(DISABLED, clause="8")))
    for clause, expected in (("6", []), ("8", ["W0001"])):
        checked, _ = check_sentence([permitted()], RECORDS)
        assert checked is not None
        assembly, _ = assemble(
            evolve(power, phrases=(*power.phrases, AUTHORIZED)), [PlacedSentence(checked, (clause,), 1)]
        )
        found = [each.code for each in warnings(power, assembly)]
        assert [code for code in found if code == "W0001"] == expected


def test_an_aggregate_without_an_upper_date() -> None:
    assert "W0003" in codes(("6", counted(same_grantee())))


def test_an_aggregate_with_an_upper_date() -> None:
    mine, other = the("grant", GRANT), the("grant", GRANT, "counted")
    before = comes_before(other, mine)
    by_date = compared(attribute(other, "date"), Comparison.AT_MOST, attribute(mine, "date"))
    for bound in (before, by_date):
        assert "W0003" not in codes(("6", counted(all_of(same_grantee(), bound))))


def test_an_earliest_day_may_come_later() -> None:
    first = evolve(COUNTED, value=DATE)
    member = a("grant", GRANT, "counted", article=Article.EVERY)
    day = total(attribute(the("grant", GRANT, "counted"), "date"), member, same_grantee())
    for fold, expected in ((Fold.LOWEST, []), (Fold.HIGHEST, ["W0003"])):
        tree = rule(compared(call(first, a("grant", GRANT)), Comparison.IS, evolve(day, fold=fold)))
        checked, problems = check_sentence([tree], RECORDS)
        assert checked is not None, problems
        declared = evolve(DECLARED, phrases=(first,))
        assembly, _ = assemble(declared, [PlacedSentence(checked, ("6",), 1)])
        assert [each.code for each in warnings(declared, assembly)] == expected


def capped(condition: Condition | None) -> RuleSentence:
    value = operation("lesser", shares(5), attribute(the("grant", GRANT), "cap"))
    return rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, value), condition, despite("5(a)/1"))


def test_an_exception_that_an_absent_attribute_silences() -> None:
    plain = rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, shares(3)))
    assert "W0004" in codes(("5(a)/1", plain), ("6", capped(None)))
    assert "W0004" not in codes(("5(a)/1", plain), ("6", capped(has(the("grant", GRANT), "cap"))))
