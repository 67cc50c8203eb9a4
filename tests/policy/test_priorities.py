from __future__ import annotations

import pytest

from engine.model import Comparison, Priority
from engine.values import DATE
from policy import syntax
from policy.assemble import Assembly, PlacedSentence, assemble
from policy.check import check_sentence
from policy.diagnostic import Diagnostic
from policy.priorities import find_cycle, is_under
from policy.syntax import ExemptionSentence, Rank, RuleSentence, Sentence
from tests.policy.trees import (
    AUTHORIZED,
    COUNTED,
    DECLARED,
    ELIGIBLE,
    GRANT,
    PERMITTED,
    PERSON,
    RECORDS,
    a,
    at,
    call,
    compared,
    despite,
    holds,
    rule,
    shares,
    the,
)

INVENTORY = """2(e)/1; 2(e) proviso; 2(f)/2; 2(f)/2 proviso; 2(f)/2 proviso (i); 2(f)/2.1; 3/1.1; 3/1.2; 4(b)(i);
4(b)(ix); 4(b)(ix).1; 5; 5(a)/1; 5(a)/1 proviso (i); 5(a)/1 proviso (ii); 5(a)/4; 7(a)/flush; 7(a)(ii)/1.1; 7(b)/1.2;
7(b)/1.2(ii); 8(b)(ii)/3(A)(I); 8(b)(ii)/3(A)(II); 10(c)/1(i); 10(c)/1(i) exclusion; 10(f)/1 proviso.1; 10(f)/1.1;
FA/1; FA-I/0; FA-I/2; FA-II; P11(a)(i)[i]; P11(a)(i)/0""".replace("\n", " ").split("; ")


def under(above: str) -> list[str]:
    return [clause for clause in INVENTORY if is_under(clause, above) and clause != above]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("5(a)/1", ["5(a)/1 proviso (i)", "5(a)/1 proviso (ii)"]),
        ("5", ["5(a)/1", "5(a)/1 proviso (i)", "5(a)/1 proviso (ii)", "5(a)/4"]),
        ("2(f)/2", ["2(f)/2 proviso", "2(f)/2 proviso (i)", "2(f)/2.1"]),
        ("2(e)", ["2(e)/1", "2(e) proviso"]),
        ("3/1", ["3/1.1", "3/1.2"]),
        ("4(b)(i)", []),
        ("4(b)(ix)", ["4(b)(ix).1"]),
        ("7(a)", ["7(a)/flush", "7(a)(ii)/1.1"]),
        ("7(b)/1.2", ["7(b)/1.2(ii)"]),
        ("8(b)(ii)/3(A)", ["8(b)(ii)/3(A)(I)", "8(b)(ii)/3(A)(II)"]),
        ("10(c)/1(i)", ["10(c)/1(i) exclusion"]),
        ("10(f)/1", ["10(f)/1 proviso.1", "10(f)/1.1"]),
        ("FA-I", ["FA-I/0", "FA-I/2"]),
        ("FA", ["FA/1"]),
        ("P11(a)(i)", ["P11(a)(i)[i]", "P11(a)(i)/0"]),
        ("1", []),
    ],
)
def test_what_is_under_a_clause(above: str, expected: list[str]) -> None:
    assert under(above) == expected


# ------------------------------------------------------------------ builders


def permitted(*priorities: syntax.PriorityPart, negated: bool = False) -> RuleSentence:
    return rule(
        holds(PERMITTED, a("grant", GRANT), negated=negated), holds(AUTHORIZED, the("grant", GRANT)), *priorities
    )


def counted(number: int, *priorities: syntax.PriorityPart) -> RuleSentence:
    return rule(compared(call(COUNTED, a("grant", GRANT)), Comparison.IS, shares(number)), None, *priorities)


def placed(clauses: str, section: int, tree: Sentence) -> PlacedSentence:
    checked, problems = check_sentence([tree], RECORDS)
    assert problems == ()
    assert checked is not None
    return PlacedSentence(checked, tuple(clauses.split("; ")), section)


def book(*sentences: tuple[str, Sentence]) -> tuple[Assembly, tuple[Diagnostic, ...]]:
    """Sentences one after the other; those under the same clause stand under one heading."""
    headings = list(dict.fromkeys(clause for clause, _ in sentences))
    return assemble(DECLARED, [placed(clause, headings.index(clause), tree) for clause, tree in sentences])


def order(*sentences: tuple[str, Sentence]) -> list[str]:
    found, problems = book(*sentences)
    assert problems == ()
    return [f"{priority.stronger} > {priority.weaker}" for priority in found.program.priorities]


def refused(*sentences: tuple[str, Sentence]) -> Diagnostic:
    _, problems = book(*sentences)
    assert len(problems) == 1, problems
    return problems[0]


# ------------------------------------------------------------------ priorities


def test_despite_reaches_sub_clauses_from_outside() -> None:
    assert order(
        ("5(a)/1", permitted()),
        ("5(a)/1 proviso (i)", permitted()),
        ("5(a)/10", permitted()),
        ("6", permitted(despite("5(a)/1"), negated=True)),
    ) == ["6#1 > 5(a)/1#1", "6#1 > 5(a)/1 proviso (i)#1"]


def test_despite_from_inside_reaches_only_what_is_directly_there() -> None:
    assert order(
        ("5(a)/1", permitted()),
        ("5(a)/1 proviso (ii)", permitted()),
        ("5(a)/1 proviso (i)", permitted(despite("5(a)/1"), negated=True)),
    ) == ["5(a)/1 proviso (i)#1 > 5(a)/1#1"]


def test_subject_to_is_the_other_way() -> None:
    assert order(("6", permitted(despite("5(a)/4", rank=Rank.SUBJECT_TO))), ("5(a)/4", permitted(negated=True))) == [
        "5(a)/4#1 > 6#1"
    ]


def test_failing_that_yields_to_its_run() -> None:
    failing = despite(rank=Rank.FAILING_THAT)
    assert order(
        ("5(a)/1", counted(1)),
        ("5(a)/4", counted(2)),
        ("5(a)/10", permitted()),
        ("5(a)/4", counted(3, failing)),
        ("6", counted(4, failing)),
    ) == ["5(a)/4#1 > 5(a)/4#2", "5(a)/4#2 > 6#1", "5(a)/4#1 > 6#1"]


def test_the_sentences_above_stand_under_the_same_heading() -> None:
    above = despite(rank=Rank.DESPITE_ABOVE)
    all_above = despite(rank=Rank.DESPITE_ALL_ABOVE)
    assert order(
        ("5(a)/1", permitted()), ("6", permitted()), ("6", permitted()), ("6", permitted(above, negated=True))
    ) == ["6#3 > 6#2"]
    assert order(
        ("5(a)/1", permitted()), ("6", permitted()), ("6", permitted()), ("6", permitted(all_above, negated=True))
    ) == ["6#3 > 6#1", "6#3 > 6#2"]


def test_a_priority_that_reaches_no_rule() -> None:
    problem = refused(("5(a)/1", permitted()), ("6", permitted(despite("5(a)/1"))))
    assert problem.code == "E0403"
    assert "is permitted" in problem.notes[0]
    problem = refused(("6", permitted(despite("5(a)/1"))))
    assert problem.notes == ("no rule stands in § 5(a)/1",)


def test_the_sentence_above_must_conclude_otherwise() -> None:
    assert refused(("5(a)/1", permitted()), ("6", permitted(despite(rank=Rank.DESPITE_ABOVE)))).code == "E0403"


def test_an_unknown_clause() -> None:
    problem = refused(("5(a)/1", permitted()), ("6", permitted(despite("5(a)/2"), negated=True)))
    assert problem.code == "E0402"
    assert "§ 5(a)/1" in problem.nearest


def test_a_circle_of_priorities() -> None:
    problem = refused(
        ("5(a)/1", permitted(despite("6"))),
        ("6", permitted(despite("5(a)/1"), negated=True)),
    )
    assert problem.code == "E0405"
    assert "5(a)/1#1 over 6#1 over 5(a)/1#1" in problem.message
    assert "guard" in problem.notes[0]


def test_a_long_chain_has_no_circle() -> None:
    assert find_cycle([Priority(str(n), str(n + 1)) for n in range(5_000)]) == []


def test_a_rule_stands_under_a_clause() -> None:
    tree = permitted()
    checked, _ = check_sentence([tree], RECORDS)
    assert checked is not None
    _, problems = assemble(DECLARED, [PlacedSentence(checked, (), 0)])
    assert [problem.code for problem in problems] == ["E0401"]


# ------------------------------------------------------------------ exemptions


def exempt(*clauses: str, other_than: tuple[str, ...] = ()) -> ExemptionSentence:
    refs = tuple(syntax.ClauseRef(clause, at(clause)) for clause in clauses)
    others = tuple(syntax.ClauseRef(clause, at(clause)) for clause in other_than)
    subject = a("grant", GRANT)
    condition = holds(AUTHORIZED, the("grant", GRANT))
    return ExemptionSentence(refs, others, subject, condition, False, at("does not apply"))


def exemptions(found: Assembly) -> dict[str, list[str]]:
    return {rule.name: [atom.relation for atom in rule.exemptions] for rule in found.program.rules if rule.exemptions}


def test_an_exemption_switches_rules_off() -> None:
    found, problems = book(
        ("5(a)/1", permitted()), ("5(a)/4", permitted(negated=True)), ("6", exempt("5(a)", other_than=("5(a)/1",)))
    )
    assert problems == ()
    relation = "exempt 5(a) other than 5(a)/1 for grant"
    assert exemptions(found) == {"5(a)/4#1": [relation]}
    (statement,) = (rule for rule in found.program.rules if rule.head.relation == relation)
    assert statement.name == "6#1"
    assert relation in {each.name for each in found.program.relations}
    assert relation in found.exemptions


def test_a_rule_without_its_subject_cannot_be_switched_off() -> None:
    eligible = rule(holds(ELIGIBLE, a("person", PERSON), a("date", DATE)))
    problem = refused(("5(a)/1", eligible), ("6", exempt("5(a)/1")))
    assert problem.code == "E0404"
    assert "has no" in problem.message


def test_an_exemption_reaches_a_rule() -> None:
    assert refused(("6", exempt("5(a)/1"))).code == "E0404"
