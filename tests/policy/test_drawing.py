"""The picture of a dependency graph."""

from itertools import combinations
from xml.etree import ElementTree

from engine.model import And, Atom, Column, Not, Program, Relation, Rule, Variable
from engine.values import Kind, Type
from policy.drawing import svg

THING = Type("thing", Kind.SYMBOL)
X = Variable("x", THING)
NAMES = ("a grant is permitted", "a & b", "c", "a phrase so long that it does not fit into one line of its box", "e")
SPACE = "{http://www.w3.org/2000/svg}"


def program(*pairs: tuple[int, int]) -> Program:
    relations = tuple(Relation(name, (Column("x", THING),), 1) for name in NAMES)
    rules = tuple(
        Rule(f"§ {one}/{other}", Atom(NAMES[one], (X,)), And((Atom(NAMES[other], (X,)), Not(Atom("e", (X,))))))
        for one, other in pairs
    )
    return Program(relations, rules)


def boxes(text: str) -> list[tuple[int, int, int, int]]:
    rects = ElementTree.fromstring(text).iter(f"{SPACE}rect")  # noqa: S314  # our own text
    return [tuple(int(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in rects]  # type: ignore[misc]


def test_every_relation_is_a_box_and_no_two_overlap() -> None:
    drawn = boxes(svg(program((0, 1), (0, 2), (1, 3), (0, 3), (2, 3))))
    assert len(drawn) == len(NAMES)
    for (x, y, width, height), (left, top, wide, tall) in combinations(drawn, 2):
        assert x + width <= left or left + wide <= x or y + height <= top or top + tall <= y


def test_every_line_says_which_rule_causes_it() -> None:
    root = ElementTree.fromstring(svg(program((0, 1), (1, 2))))  # noqa: S314  # our own text
    titles = [title.text for title in root.iter(f"{SPACE}title")]
    assert titles == [
        "a grant is permitted rests on a & b (for it): § 0/1",
        "a grant is permitted rests on e (against it): § 0/1",
        "a & b rests on c (for it): § 1/2",
        "a & b rests on e (against it): § 1/2",
    ]


def test_relations_that_rest_on_each_other_share_a_column() -> None:
    (one, *_), (other, *_), *_ = boxes(svg(program((0, 1), (1, 0), (1, 1))))
    assert one == other


def test_of_roots_only_what_they_rest_on_is_drawn() -> None:
    assert len(boxes(svg(program((0, 1), (2, 3)), (NAMES[2],)))) == 3


def test_the_same_program_gives_the_same_picture() -> None:
    pairs = ((0, 1), (0, 2), (1, 3), (0, 3))
    assert svg(program(*pairs)) == svg(program(*pairs))


def test_a_program_without_relations_is_a_picture_too() -> None:
    assert boxes(svg(Program((), ()))) == []
