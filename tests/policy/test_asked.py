from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from engine.model import And, Atom, Comparison, Condition, Constant, Not, ValueOf, Variable
from engine.query import Query, Shape
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE
from policy import syntax
from policy.asked import CellFact, OrderFact, SpanFact, Statement, ValueFact, lower_fact, lower_none, lower_question
from policy.assemble import relations_of
from policy.check import Asked, AskedTree, check_asked, check_question
from policy.syntax import Article, Ask, Mention, Question, Term, Time
from tests.policy.trees import (
    ADOPTED,
    AUTHORIZED,
    CANCELLED,
    CLOSING,
    DECLARED,
    EMPLOYEE,
    GRANT,
    MAY_RECEIVE,
    PERMITTED,
    PERSON,
    PRICE,
    RECORDS,
    SHARES,
    a,
    all_of,
    at,
    attribute,
    call,
    comes_before,
    compared,
    day,
    has,
    holds,
    literal,
    name,
    shares,
    the,
    when,
)

RELATIONS = relations_of(DECLARED)
G1 = name("G-1", GRANT)
ANN = name("Ann", PERSON)


# -------------------------------------------------------------------- facts


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (holds(AUTHORIZED, G1), Statement("is authorized", ("G-1",), True, at(""))),
        (holds(AUTHORIZED, G1, negated=True), Statement("is authorized", ("G-1",), False, at(""))),
        (
            holds(CANCELLED, G1, day("2001-06-01")),
            Statement("was cancelled", ("G-1", date(2001, 6, 1)), True, at("")),
        ),
        (
            holds(CANCELLED, G1, when=when(Time.ON, day("2001-06-01"))),
            Statement("was cancelled", ("G-1", date(2001, 6, 1)), True, at("")),
        ),
        (holds(ADOPTED, day("1997-08-04")), ValueFact("adopted", (), date(1997, 8, 4), at(""))),
        (holds(ADOPTED, negated=True), ValueFact("adopted", (), NONE, at(""))),
        (
            holds(EMPLOYEE, ANN, when=when(Time.FROM, day("1999-01-04"))),
            SpanFact("is an employee", ("Ann",), date(1999, 1, 4), None, True, at("")),
        ),
        (
            holds(EMPLOYEE, ANN, when=when(Time.FROM, day("1999-01-04"), day("2000-01-04"))),
            SpanFact("is an employee", ("Ann",), date(1999, 1, 4), date(2000, 1, 4), True, at("")),
        ),
        (
            holds(EMPLOYEE, ANN, when=when(Time.ON, day("1999-01-04"))),
            SpanFact("is an employee", ("Ann",), date(1999, 1, 4), date(1999, 1, 4), True, at("")),
        ),
        (
            compared(call(CLOSING, day("2001-05-03")), Comparison.IS, literal(4, PRICE)),
            ValueFact("closing price", (date(2001, 5, 3),), 4, at("")),
        ),
        (
            compared(attribute(G1, "shares"), Comparison.IS, shares(5)),
            CellFact("grant", "G-1", "shares", 5, at("")),
        ),
        (has(G1, "cap", negated=True), CellFact("grant", "G-1", "cap", NONE, at(""))),
        (comes_before(G1, name("G-2", GRANT)), OrderFact("grant", "G-1", "G-2", at(""))),
    ],
)
def test_facts(tree: syntax.Condition, expected: object) -> None:
    assert lower_fact(tree) == (expected, ())


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (holds(AUTHORIZED, G1), Statement("is authorized", ("G-1",), None, at(""))),
        (
            compared(attribute(G1, "shares"), Comparison.IS, shares(5)),
            CellFact("grant", "G-1", "shares", UNKNOWN, at("")),
        ),
        (holds(ADOPTED, day("1997-08-04")), ValueFact("adopted", (), UNKNOWN, at(""))),
    ],
)
def test_what_is_not_known(tree: syntax.Condition, expected: object) -> None:
    assert lower_fact(tree, known=False) == (expected, ())


@pytest.mark.parametrize(
    "tree",
    [
        holds(AUTHORIZED, attribute(G1, "replaced grant")),
        compared(attribute(G1, "shares"), Comparison.MORE, shares(5)),
        all_of(holds(AUTHORIZED, G1)),
        compared(attribute(G1, "shares"), Comparison.IS, literal(Fraction(1, 2), SHARES)),
        holds(ADOPTED, day("1997-08-04"), negated=True),
        holds(CANCELLED, G1, when=when(Time.BEFORE, day("1997-08-04"))),
    ],
)
def test_what_states_no_fact(tree: syntax.Condition) -> None:
    fact, problems = lower_fact(tree)
    assert fact is None
    assert {problem.code for problem in problems} == {"E0318"}


def test_a_value_that_does_not_exist() -> None:
    assert lower_none(call(CLOSING, day("2001-05-03"))) == (
        ValueFact("closing price", (date(2001, 5, 3),), NONE, at("")),
        (),
    )
    assert lower_none(attribute(G1, "cap")) == (CellFact("grant", "G-1", "cap", NONE, at("")), ())
    fact, problems = lower_none(shares(3))
    assert fact is None
    assert [problem.code for problem in problems] == ["E0318"]


# ---------------------------------------------------------------- questions


def form() -> Asked:
    grant = the("grant", GRANT)
    cells: tuple[tuple[str, Term], ...] = (
        ("grantee", the("person", PERSON)),
        ("shares", the("shares", SHARES)),
        ("date", the("date", DATE)),
    )
    tree = AskedTree(MAY_RECEIVE, GRANT, cells, holds(PERMITTED, grant), at("may receive"))
    asked, problems = check_asked([tree], RECORDS)
    assert problems == ()
    assert asked is not None
    return asked


def query(question: Question) -> Query:
    checked, problems = check_question([question], RECORDS)
    assert problems == ()
    assert checked is not None
    asking, problems = lower_question(checked, {"may receive": form()}, RELATIONS)
    assert problems == ()
    assert asking is not None
    return asking.query


def question(ask: Ask, of: syntax.Condition | Term, open_: Mention | syntax.Attribute | None = None) -> Question:
    return Question(ask, of, open_, (), at("a question"))


SUPPOSED = Constant("the supposed grant", GRANT)


def test_whether() -> None:
    found = query(question(Ask.WHETHER, holds(PERMITTED, G1)))
    assert found == Query(Atom("is permitted", (Constant("G-1", GRANT),)))


def test_a_value() -> None:
    found = query(question(Ask.VALUE, attribute(G1, "shares")))
    assert found.shape is Shape.VALUE
    assert found.goal == ValueOf("grant", (Constant("G-1", GRANT),), "shares")


def test_an_asked_form_supposes_its_record() -> None:
    found = query(question(Ask.WHETHER, holds(MAY_RECEIVE, ANN, shares(30_000), day("2001-09-01"))))
    assert found.goal == Atom("is permitted", (SUPPOSED,))
    (supposed,) = found.supposed
    assert (supposed.relation, supposed.id) == ("grant", "the supposed grant")
    assert [(column, cell.value) for column, cell in supposed.cells if isinstance(cell, Constant)] == [
        ("grantee", "Ann"),
        ("shares", 30_000),
        ("date", date(2001, 9, 1)),
    ]


def test_how_many_at_most() -> None:
    open_ = a("shares", SHARES, article=Article.WHO)
    found = query(question(Ask.MOST, holds(MAY_RECEIVE, ANN, open_, day("2001-09-01")), open_))
    assert found.shape is Shape.MOST
    assert found.open == Variable("shares", SHARES)
    assert dict(found.supposed[0].cells)["shares"] == found.open


def test_which() -> None:
    open_ = a("grant", GRANT, article=Article.WHO)
    found = query(question(Ask.WHICH, holds(PERMITTED, open_, negated=True), open_))
    grant = Variable("grant", GRANT)
    goal: Condition = And((Atom("grant", (grant,)), Not(Atom("is permitted", (grant,)))))
    assert found == Query(goal, Shape.WHICH, grant)


def test_the_least_attribute() -> None:
    open_ = attribute(G1, "exercise price")
    found = query(question(Ask.LEAST, holds(PERMITTED, G1), open_))
    assert found.vary == ("grant", "G-1", "exercise price")
    assert found.shape is Shape.LEAST


def test_a_question_names_what_it_speaks_of() -> None:
    asked = question(Ask.WHETHER, holds(MAY_RECEIVE, a("person", PERSON), shares(3), day("2001-09-01")))
    checked, _ = check_question([asked], RECORDS)
    assert checked is not None
    asking, problems = lower_question(checked, {"may receive": form()}, RELATIONS)
    assert asking is None
    assert [problem.code for problem in problems] == ["E0320"]


def test_supposing() -> None:
    tree = Question(Ask.WHETHER, holds(PERMITTED, G1), None, (holds(AUTHORIZED, G1),), at("a question"))
    checked, _ = check_question([tree], RECORDS)
    assert checked is not None
    asking, problems = lower_question(checked, {}, RELATIONS)
    assert problems == ()
    assert asking is not None
    assert asking.supposing == (Statement("is authorized", ("G-1",), True, at("")),)
