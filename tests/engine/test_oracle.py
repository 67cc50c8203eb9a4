"""What the oracle says of small cases: the meaning of rules, one point at a time."""

from __future__ import annotations

from datetime import date

import pytest

from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Column,
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
    Priority,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.values import DATE, NUMBER, Kind, Type
from tests.engine.oracle import Facts, Finding, Interval, Mark, Verdict, ask

YES, NO = Finding(Verdict.YES), Finding(Verdict.NO)
DEPENDS, CONFLICT, NONE = Finding(Verdict.DEPENDS), Finding(Verdict.CONFLICT), Finding(Verdict.NONE)

THING = Type("thing", Kind.SYMBOL)
GRANT = Type("grant", Kind.SYMBOL)
X, Y, Z, G = Variable("x", THING), Variable("y", THING), Variable("z", THING), Variable("g", GRANT)


def statement(name: str, silence: Silence = Silence.CONCLUDED, keys: int = 1, **options: object) -> Relation:
    columns = tuple(Column(f"{place}", THING) for place in range(keys))
    return Relation(name, columns, keys, silence, **options)  # type: ignore[arg-type]


def value(name: str, silence: Silence = Silence.CONCLUDED, **options: object) -> Relation:
    columns = (Column("of", THING), Column("value", NUMBER))
    return Relation(name, columns, 1, silence, **options)  # type: ignore[arg-type]


GRANTS = Relation(
    "grant",
    (Column("id", GRANT), Column("shares", NUMBER), Column("made", DATE), Column("note", NUMBER, optional=True)),
    1,
    Silence.FALSE,
    time=2,
    record=True,
)
CLOSED, OPEN = statement("closed", Silence.FALSE), statement("open", Silence.UNKNOWN)
P, Q, R = statement("p"), statement("q"), statement("r")
V, W = value("v"), value("w")
ALL = (CLOSED, OPEN, P, Q, R, V, W, GRANTS)


def about(name: str) -> Atom:
    return Atom(name, (X,))


def concluded(name: str, head: str, body: Condition, positive: bool = True) -> Rule:
    return Rule(name, about(head), body, positive)


def valued(name: str, head: str, number: Expression | int, body: Condition) -> Rule:
    return Rule(name, about(head), body, value=constant(number) if isinstance(number, int) else number)


def constant(number: int) -> Constant:
    return Constant(number, NUMBER)


def thing(name: str) -> Constant:
    return Constant(name, THING)


def grant(name: str) -> Constant:
    return Constant(name, GRANT)


def day(number: int) -> date:
    return date(2001, 1, number)


def found(
    rules: tuple[Rule, ...],
    facts: Facts,
    goal: Condition | Expression | str,
    *priorities: tuple[str, str],
    relations: tuple[Relation, ...] = ALL,
) -> Finding:
    """The answer about `a` where the goal is a relation's name."""
    if isinstance(goal, str):
        wanted = next(relation for relation in relations if relation.name == goal)
        goal = Atom(goal, (thing("a"),)) if wanted.is_statement else ValueOf(goal, (thing("a"),), "value")
    return ask(Program(relations, rules, tuple(Priority(*pair) for pair in priorities)), facts, goal)


def number(of: int) -> Finding:
    return Finding(Verdict.VALUE, of)


IS_SO = Facts({"closed": {("a",): True}})
IS_OPEN = Facts({"closed": {("a",): True}, "open": {("a",): None}})
SO, MAYBE = about("closed"), about("open")

FOR = concluded("for", "p", SO)
AGAINST = concluded("against", "p", SO, False)


# ---------------------------------------------------------------- rules and defeat


def test_what_no_rule_concludes_is_not_so() -> None:
    assert found((), IS_SO, "p") == NO
    assert found((FOR,), Facts(), "p") == NO
    assert found((FOR,), IS_SO, "p") == YES


def test_a_reason_against_alone_is_no() -> None:
    assert found((AGAINST,), IS_SO, "p") == NO


def test_for_and_against_conflict() -> None:
    assert found((FOR, AGAINST), IS_SO, "p") == CONFLICT


def test_the_stronger_defeats_the_weaker() -> None:
    assert found((FOR, AGAINST), IS_SO, "p", ("for", "against")) == YES
    assert found((FOR, AGAINST), IS_SO, "p", ("against", "for")) == NO


def test_a_rule_that_does_not_hold_defeats_nothing() -> None:
    idle = concluded("idle", "p", Not(SO), False)
    assert found((FOR, idle), IS_SO, "p", ("idle", "for")) == YES


def test_a_defeated_rule_defeats_nothing() -> None:
    """Reinstatement: the first is over the second, the second over the third."""
    first, second, third = (concluded(name, "p", SO, sign) for name, sign in (("1", True), ("2", False), ("3", True)))
    assert found((first, second, third), IS_SO, "p", ("1", "2"), ("2", "3")) == YES


def test_priority_is_not_inherited() -> None:
    """The first is over the second and the second over the third: the first says nothing of the third."""
    first, second, third = (concluded(name, "p", SO, sign) for name, sign in (("1", True), ("2", True), ("3", False)))
    assert found((first, second, third), IS_SO, "p", ("1", "2"), ("2", "3")) == YES
    assert found((first, third), IS_SO, "p", ("1", "2"), ("2", "3")) == CONFLICT


def test_only_what_concludes_otherwise_is_defeated() -> None:
    same = concluded("same", "p", SO)
    assert found((FOR, same), IS_SO, "p", ("same", "for")) == YES


def test_an_exempted_rule_neither_concludes_nor_defeats() -> None:
    exempt = Rule("exempt", about("p"), SO, False, exemptions=(about("closed"),))
    assert found((FOR, exempt), IS_SO, "p", ("exempt", "for")) == YES


def test_a_fact_about_a_conclusion_stands_in_place_of_the_rules() -> None:
    facts = Facts({"closed": {("a",): True}, "p": {("a",): False}})
    assert found((FOR,), facts, "p") == NO
    facts.statements["p"] = {("a",): None}
    assert found((FOR,), facts, "p") == DEPENDS


# -------------------------------------------------------------------- values


def test_the_value_that_rules_agree_on() -> None:
    assert found((valued("1", "v", 1, SO), valued("2", "v", 1, SO)), IS_SO, "v") == number(1)
    assert found((), IS_SO, "v") == NONE


def test_two_values_conflict_unless_one_defeats_the_other() -> None:
    rules = valued("1", "v", 1, SO), valued("2", "v", 2, SO)
    assert found(rules, IS_SO, "v") == CONFLICT
    assert found(rules, IS_SO, "v", ("1", "2")) == number(1)


def test_a_rule_without_its_value_is_silent() -> None:
    """It neither concludes nor defeats."""
    rules = valued("1", "v", ValueOf("w", (X,), "value"), SO), valued("2", "v", 2, SO)
    assert found(rules, IS_SO, "v", ("1", "2")) == number(2)


def test_every_witness_gives_its_value() -> None:
    facts = Facts({"closed": {("a",): True, ("b",): True}}, {"w": {("a",): 1, ("b",): 2}})
    rule = Rule("each", about("v"), Atom("closed", (Y,)), value=ValueOf("w", (Y,), "value"))
    assert found((rule,), facts, "v") == CONFLICT
    facts.values["w"]["b",] = 1
    assert found((rule,), facts, "v") == number(1)


# --------------------------------------------------- conditions on a conflict


Q_FOLLOWS = concluded("follows", "q", about("p"))
Q_FOLLOWS_NOT = concluded("follows not", "q", Not(about("p")))


def test_a_condition_on_a_conflict_conflicts() -> None:
    assert found((FOR, AGAINST, Q_FOLLOWS), IS_SO, "q") == CONFLICT


def test_what_does_not_hang_on_the_conflict_ignores_it() -> None:
    assert found((FOR, AGAINST, Q_FOLLOWS, Q_FOLLOWS_NOT), IS_SO, "q") == YES
    both = concluded("both", "q", And((about("p"), Not(about("p")))))
    assert found((FOR, AGAINST, both), IS_SO, "q") == NO


def test_a_comparison_with_any_of_the_conflicting_values() -> None:
    rules = valued("1", "v", 1, SO), valued("2", "v", 2, SO)
    positive = Compare(Comparison.MORE, ValueOf("v", (thing("a"),), "value"), constant(0))
    large = Compare(Comparison.MORE, ValueOf("v", (thing("a"),), "value"), constant(1))
    assert found(rules, IS_SO, positive) == YES
    assert found(rules, IS_SO, large) == CONFLICT


# ------------------------------------------------------------------ unknowns


def test_what_differs_between_completions_depends() -> None:
    assert found((concluded("1", "p", MAYBE),), IS_OPEN, "p") == DEPENDS


def test_what_comes_out_either_way_is_so() -> None:
    rules = concluded("1", "p", MAYBE), concluded("2", "p", Not(MAYBE))
    assert found(rules, IS_OPEN, "p") == YES


def test_a_conflict_under_some_completions_only_depends() -> None:
    rules = FOR, concluded("maybe against", "p", MAYBE, False)
    assert found(rules, IS_OPEN, "p") == DEPENDS
    assert found((*rules, AGAINST), IS_OPEN, "p") == CONFLICT


def test_a_possible_defeater() -> None:
    rules = FOR, concluded("maybe against", "p", MAYBE, False)
    assert found(rules, IS_OPEN, "p", ("for", "maybe against")) == YES
    assert found(rules, IS_OPEN, "p", ("maybe against", "for")) == DEPENDS


def test_an_unknown_value() -> None:
    facts = Facts({"closed": {("a",): True}}, {"w": {("a",): Mark.UNKNOWN}}, domains={"number": (1, 2, 3)})
    w = ValueOf("w", (X,), "value")
    small, large = Compare(Comparison.LESS, w, constant(2)), Compare(Comparison.AT_LEAST, w, constant(2))
    assert found((concluded("1", "p", small),), facts, "p") == DEPENDS
    assert found((concluded("1", "p", Or((small, large))),), facts, "p") == YES
    assert found((concluded("1", "p", Exists(w)),), facts, "p") == YES
    assert found((), facts, "w") == DEPENDS


def test_an_unknown_value_that_there_may_not_be() -> None:
    facts = Facts({"closed": {("a",): True}}, {"maybe": {("a",): Mark.UNKNOWN}}, domains={"number": (1, 2, 3)})
    relations = (*ALL, Relation("maybe", (Column("of", THING), Column("value", NUMBER, optional=True)), 1))
    exists = Exists(ValueOf("maybe", (X,), "value"))
    assert found((concluded("1", "p", exists),), facts, "p", relations=relations) == DEPENDS
    assert found((concluded("1", "p", Or((exists, Not(exists)))),), facts, "p", relations=relations) == YES


@pytest.mark.parametrize(
    ("silence", "assumed", "finding"),
    [
        (Silence.FALSE, None, NO),
        (Silence.UNKNOWN, None, DEPENDS),
        (Silence.ASSUMED, True, YES),
        (Silence.ASSUMED, False, NO),
        (Silence.CONCLUDED, None, NO),
    ],
)
def test_silence(silence: Silence, assumed: bool | None, finding: Finding) -> None:
    assert found((), Facts(), "s", relations=(statement("s", silence, assumed=assumed),)) == finding


def test_silence_about_what_is_supposed() -> None:
    relation = statement("s", Silence.FALSE, open_for_supposed=True)
    assert found((), Facts(supposed={"a"}), "s", relations=(relation,)) == DEPENDS
    assert found((), Facts(), "s", relations=(relation,)) == NO


def test_silence_about_a_value() -> None:
    facts = Facts(domains={"number": (1, 2)})
    assert found((), facts, "n", relations=(value("n", Silence.UNKNOWN),)) == DEPENDS
    assert found((), Facts(), "n", relations=(value("n", Silence.ASSUMED, assumed=7),)) == number(7)
    assert found((), Facts(), "n", relations=(value("n", Silence.FALSE),)) == NONE


# ---------------------------------------------------------------- conditions


def test_a_comparison_needs_both_sides() -> None:
    less = Compare(Comparison.LESS, ValueOf("w", (X,), "value"), constant(1))
    assert found((concluded("1", "p", less),), IS_SO, "p") == NO
    assert found((concluded("1", "p", Not(less)),), IS_SO, "p") == YES
    differs = Compare(Comparison.IS_NOT, ValueOf("w", (X,), "value"), constant(1))
    assert found((concluded("1", "p", differs),), IS_SO, "p") == NO


def test_some_and_its_negation() -> None:
    some = Some((Y,), And((Atom("closed", (Y,)), Compare(Comparison.IS_NOT, Y, X))))
    facts = Facts({"closed": {("a",): True}})
    assert found((concluded("1", "p", And((SO, some))),), facts, "p") == NO
    facts.statements["closed"]["b",] = True
    assert found((concluded("1", "p", And((SO, some))),), facts, "p") == YES


def test_a_variable_may_be_equated_to_what_no_fact_mentions() -> None:
    n = Variable("n", NUMBER)
    doubled = Compare(Comparison.IS, n, Apply("multiply", (constant(7), constant(6))))
    assert found((), Facts(), Some((n,), And((doubled, Compare(Comparison.MORE, n, constant(41)))))) == YES


def test_what_follows_from_itself_only_does_not_follow() -> None:
    road, path = statement("road", Silence.FALSE, 2), statement("path", keys=2)
    rules = (
        Rule("direct", Atom("path", (X, Y)), Atom("road", (X, Y))),
        Rule("further", Atom("path", (X, Z)), And((Atom("path", (X, Y)), Atom("path", (Y, Z))))),
    )
    facts = Facts({"road": {("a", "b"): True, ("b", "c"): True, ("c", "b"): True, ("d", "a"): None}})

    def path_between(one: str, other: str) -> Finding:
        return found(rules, facts, Atom("path", (thing(one), thing(other))), relations=(road, path))

    assert path_between("a", "c") == YES
    assert path_between("b", "b") == YES
    assert path_between("b", "a") == NO
    assert path_between("d", "c") == DEPENDS


# ------------------------------------------------------------------ aggregates


def of_grants(fold: Fold) -> Aggregate:
    small = Compare(Comparison.AT_MOST, ValueOf("grant", (G,), "shares"), constant(10))
    of = None if fold is Fold.NUMBER else ValueOf("grant", (G,), "shares")
    return Aggregate(fold, of, (G,), And((Atom("grant", (G,)), small)))


@pytest.mark.parametrize(
    ("fold", "of_two", "of_none"),
    [
        (Fold.TOTAL, number(10), number(0)),
        (Fold.NUMBER, number(2), number(0)),
        (Fold.PRODUCT, number(25), number(1)),
        (Fold.HIGHEST, number(5), NONE),
        (Fold.LOWEST, number(5), NONE),
    ],
)
def test_folds(fold: Fold, of_two: Finding, of_none: Finding) -> None:
    """Two grants of the same shares are two members."""
    facts = Facts(records={"grant": {f"{shares}": {"shares": 5, "made": day(1)} for shares in (1, 2)}})
    facts.records["grant"]["large"] = {"shares": 11, "made": day(1)}
    assert found((), facts, of_grants(fold)) == of_two
    assert found((), Facts(), of_grants(fold)) == of_none


def test_a_total_over_an_uncertain_member() -> None:
    facts = Facts(records={"grant": {"1": {"shares": 5, "made": day(1)}, "2": {"made": day(1)}}})
    facts.domains["number"] = (1, 10, 11)
    assert found((), facts, of_grants(Fold.TOTAL)) == DEPENDS
    assert found((), facts, Compare(Comparison.AT_MOST, of_grants(Fold.TOTAL), constant(15))) == YES


def test_a_member_without_the_value_adds_nothing() -> None:
    notes = Aggregate(Fold.TOTAL, ValueOf("grant", (G,), "note"), (G,), Atom("grant", (G,)))
    facts = Facts(records={"grant": {"1": {"shares": 1, "made": day(1), "note": 3}, "2": {"made": day(1)}}})
    assert found((), facts, notes) == number(3)


# ------------------------------------------------------------- records in time


def before(one: str, other: str, facts: Facts) -> Finding:
    return found((), facts, Before(grant(one), grant(other), "grant"))


def test_order_is_by_date_then_by_record_then_open() -> None:
    facts = Facts(records={"grant": {name: {"shares": 1, "made": day(1)} for name in "12345"}})
    facts.records["grant"]["6"] = {"made": day(2)}
    facts.order["grant"] = [("1", "2"), ("2", "3")]
    facts.supposed = {"5"}
    assert before("1", "6", facts) == YES
    assert before("6", "1", facts) == NO
    assert before("1", "3", facts) == YES
    assert before("3", "1", facts) == NO
    assert before("1", "4", facts) == DEPENDS
    assert before("4", "5", facts) == YES
    assert before("5", "4", facts) == NO
    assert before("1", "1", facts) == NO


def test_one_of_two_comes_first() -> None:
    facts = Facts(records={"grant": {name: {"shares": 1, "made": day(1)} for name in "12"}})
    one, other = Before(grant("1"), grant("2"), "grant"), Before(grant("2"), grant("1"), "grant")
    assert found((), facts, Or((one, other))) == YES
    assert found((), facts, And((one, other))) == NO


def test_spans() -> None:
    relation = statement("employed", Silence.FALSE, span=True)
    facts = Facts(spans={"employed": [Interval(("a",), day(1), day(3)), Interval(("a",), day(4))]})

    def holds(condition: Condition) -> Finding:
        return found((), facts, condition, relations=(relation,))

    def over(first: int, last: int, throughout: bool) -> Condition:
        return On("employed", (thing("a"),), Constant(day(first), DATE), Constant(day(last), DATE), throughout)

    assert holds(Atom("employed", (thing("a"), Constant(day(1), DATE)))) == YES
    assert holds(Atom("employed", (thing("a"), Constant(date(2000, 12, 31), DATE)))) == NO
    assert holds(Atom("employed", (thing("a"), Constant(date(2099, 1, 1), DATE)))) == YES
    assert holds(over(2, 5, True)) == YES
    facts.spans["employed"] = [Interval(("a",), day(1), day(3)), Interval(("a",), day(5), known=False)]
    assert holds(over(2, 5, True)) == NO
    assert holds(over(4, 4, False)) == NO
    assert holds(over(3, 4, False)) == YES
    assert holds(over(4, 5, False)) == DEPENDS
