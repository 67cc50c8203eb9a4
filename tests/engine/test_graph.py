"""Dependencies, strata and circles of programs."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from engine.graph import (
    Use,
    cycles_through_negation,
    dependencies,
    edges,
    priority_cycles,
    recursive,
    strata,
    to_dot,
)
from engine.model import (
    Aggregate,
    And,
    Atom,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Fold,
    Not,
    Priority,
    Program,
    Relation,
    Rule,
    Variable,
)
from engine.values import NUMBER, Kind, Type

THING = Type("thing", Kind.SYMBOL)
X = Variable("x", THING)
NAMES = ("a", "b", "c", "d")


def holds(name: str) -> Atom:
    return Atom(name, (X,))


def program(*rules: Rule, priorities: tuple[Priority, ...] = ()) -> Program:
    return Program(tuple(Relation(name, (Column("x", THING),), 1) for name in NAMES), rules, priorities)


def rule(head: str, body: Condition, positive: bool = True, name: str = "") -> Rule:
    return Rule(name or f"rule of {head}", holds(head), body, positive)


def counted(name: str) -> Condition:
    number = Aggregate(Fold.NUMBER, None, (X,), holds(name))
    return Compare(Comparison.MORE, number, Constant(3, NUMBER))


def test_an_edge_says_how_it_is_used_and_by_which_rule() -> None:
    exempted = Rule("r", holds("a"), And((holds("b"), Not(holds("c")), counted("d"))), exemptions=(holds("b"),))
    assert [(edge.used, edge.use, edge.rule) for edge in edges(program(exempted))] == [
        ("b", Use.POSITIVE, "r"),
        ("c", Use.NEGATIVE, "r"),
        ("d", Use.AGGREGATE, "r"),
        ("b", Use.NEGATIVE, "r"),
    ]


def test_a_defeat_is_an_edge_to_what_the_stronger_rule_uses() -> None:
    rules = rule("a", holds("b"), name="weak"), rule("a", holds("c"), positive=False, name="strong")
    drawn = edges(program(*rules, priorities=(Priority("strong", "weak"),)))
    assert ("a", "c", Use.PRIORITY, "strong") in [(e.concluded, e.used, e.use, e.rule) for e in drawn]


def test_rules_that_agree_do_not_defeat_each_other() -> None:
    rules = rule("a", holds("b"), name="weak"), rule("a", holds("c"), name="strong")
    assert Use.PRIORITY not in {e.use for e in edges(program(*rules, priorities=(Priority("strong", "weak"),)))}


def test_positive_recursion_is_allowed() -> None:
    mutual = program(rule("a", holds("b")), rule("b", holds("a")), rule("b", holds("c")))
    assert cycles_through_negation(mutual) == ()
    assert recursive(mutual) == {"a", "b"}
    assert strata(mutual).index(("c",)) < strata(mutual).index(("a", "b"))


def test_a_relation_may_rest_on_itself_alone() -> None:
    own = program(rule("a", holds("a")))
    assert recursive(own) == {"a"}
    assert cycles_through_negation(own) == ()
    assert cycles_through_negation(program(rule("a", Not(holds("a")))))


def test_negation_through_recursion_is_found_with_its_circle() -> None:
    (cycle,) = cycles_through_negation(
        program(rule("a", Not(holds("b"))), rule("b", holds("c")), rule("c", holds("a")))
    )
    assert [(edge.concluded, edge.used) for edge in cycle.edges] == [("a", "b"), ("b", "c"), ("c", "a")]
    assert str(cycle) == (
        "a rests on b (negative, by rule of a) rests on c (positive, by rule of b) rests on a (positive, by rule of c)"
    )


def test_folds_exemptions_and_defeats_may_not_go_round() -> None:
    assert cycles_through_negation(program(rule("a", counted("a"))))
    assert cycles_through_negation(program(Rule("r", holds("a"), holds("b"), exemptions=(holds("a"),))))
    rules = rule("a", holds("b"), name="weak"), rule("a", holds("c"), positive=False, name="strong")
    back = rule("c", holds("a"))
    circles = cycles_through_negation(program(*rules, back, priorities=(Priority("strong", "weak"),)))
    assert {circle.edges[0].use for circle in circles} == {Use.NEGATIVE, Use.PRIORITY}


def test_priorities_in_a_circle_are_found_in_order() -> None:
    around = tuple(Priority(*pair) for pair in (("r", "s"), ("s", "t"), ("t", "r"), ("t", "u")))
    (circle,) = priority_cycles(program(priorities=around))
    assert set(circle.priorities) == set(around[:3])
    for one, following in zip(circle.priorities, (*circle.priorities[1:], circle.priorities[0]), strict=True):
        assert one.weaker == following.stronger
    assert priority_cycles(program(priorities=around[:2])) == ()


def test_dependencies_slice_a_program() -> None:
    chain = program(rule("a", holds("b")), rule("b", holds("c")))
    assert dependencies(chain, "a") == {"a", "b", "c"}
    assert dependencies(chain, "d") == {"d"}


def test_dot_is_of_the_roots_and_escapes_names() -> None:
    text = to_dot(program(rule("a", Not(holds("b")), name='say "no"')), ("a",))
    assert text.splitlines()[3:] == [
        '  "a";',
        '  "b";',
        '  "a" -> "b" [style=dashed, label="negative: say \\"no\\""];',
        "}",
    ]


def test_loading_an_acyclic_program_does_not_import_networkx() -> None:
    code = (
        "import sys; from engine.model import *; import engine.graph as g; p = Program((), ());"
        "g.recursive(p); g.strata(p); g.cycles_through_negation(p); g.priority_cycles(p);"
        "sys.exit('networkx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


links = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans())


@given(st.lists(links, max_size=8))
def test_strata_put_what_is_used_first(drawn: list[tuple[str, str, bool]]) -> None:
    given_rules = [rule(head, holds(used) if positive else Not(holds(used))) for head, used, positive in drawn]
    built = program(*given_rules)
    groups = strata(built)
    place = {name: number for number, group in enumerate(groups) for name in group}
    assert sorted(place) == sorted(NAMES)
    assert all(place[edge.used] <= place[edge.concluded] for edge in edges(built))
    for group in groups:
        for name in group:
            together = {other for other in dependencies(built, name) if name in dependencies(built, other)}
            assert together == set(group)
    apart = any(edge.use is Use.NEGATIVE and place[edge.used] == place[edge.concluded] for edge in edges(built))
    assert bool(cycles_through_negation(built)) == apart
    rests_on_itself = {edge.concluded for edge in edges(built) if edge.concluded in dependencies(built, edge.used)}
    assert recursive(built) == rests_on_itself
