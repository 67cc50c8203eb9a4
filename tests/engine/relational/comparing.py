"""Asking one goal of every subject both ways: by tables, and one by one by the reference evaluator."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from engine.facts import FactBase
from engine.judge import Verdict
from engine.model import Atom, Condition, Constant, Expression, Origin, Program, Relation, ValueOf, Variable
from engine.program import Engine
from engine.query import Answer, Query, Shape
from engine.relational.duck import Database, opened
from engine.relational.goal import (
    CITED,
    DOUBT,
    EXISTS,
    NUMBER,
    SCALE,
    SUBJECT,
    TRUTH,
    UNCITED,
    Goal,
    Worked,
    work_out,
)
from engine.relational.tables import Ledger, ledger_of
from engine.values import Kind, LimitReached
from policy.citing import citations
from policy.speak import Lexicon
from tests.engine.programs import CONCLUDED, RELATIONS, Example


@frozen
class Row:
    """What is said of a subject: a verdict with its value, None where it is not settled; the rules that decide it."""

    verdict: str | None
    value: Any = None
    cited: frozenset[str] | None = None


def by_tables(engine: Engine, ledger: Ledger, goal: Goal, database: Database | None = None) -> dict[str, Row]:
    """What the tables settle of each subject."""
    worked = work_out(engine, ledger, goal)
    if ledger.table(goal.subjects.name) is None:
        return {}
    found = database if database is not None else opened(ledger, threads=1)
    found.make(worked)
    rows = found.rows(worked.rows).to_pylist()
    if database is None:
        found.connection.close()
    return {ledger.symbols.name(row[SUBJECT]): settled(row, worked, ledger) for row in rows}


def settled(row: dict[str, Any], worked: Worked, ledger: Ledger) -> Row:
    row = worked.said(row)
    if row[DOUBT]:
        return Row(None)
    if worked.value is None:
        return Row({True: "yes", False: "no", None: None}[row[TRUTH]], None, cited(row, worked))
    if row[EXISTS] is None or (row[EXISTS] and row[NUMBER] is None):
        return Row(None)
    if not row[EXISTS]:
        return Row("none")
    number = row[NUMBER]
    if worked.value.kind is Kind.SYMBOL:
        return Row("value", ledger.symbols.name(number))
    assert worked.value.kind is Kind.NUMBER
    return Row("value", Fraction(number, row[SCALE]))


def cited(row: dict[str, Any], worked: Worked) -> frozenset[str] | None:
    """The clauses that decide a row; None where they are read off its proof."""
    if row[UNCITED]:
        return None
    return told_to_decide(row, worked)


def told_to_decide(row: dict[str, Any], worked: Worked) -> frozenset[str]:
    """The clauses that the tables tell of a row, whether or not it may hang on cases."""
    return frozenset(origin.clause for place, origin in enumerate(worked.origins) if row[f"{CITED}{place}"])


def by_reference(engine: Engine, facts: FactBase, goal: Goal, subject: str) -> Row:
    """The reference evaluator's row of one subject."""
    try:
        return row_of(engine, goal, subject, asked_about(engine, facts, goal, subject))
    except LimitReached as limit:
        return Row(f"limit: {limit}")


def asked_about(engine: Engine, facts: FactBase, goal: Goal, subject: str) -> Answer:
    """The reference evaluator's answer about one subject."""
    return engine.answer(facts, query_about(goal, subject))


def query_about(goal: Goal, subject: str) -> Query:
    substituted = substitute(goal.of, goal.subject, Constant(subject, goal.subject.type))
    return Query(substituted, Shape.VALUE if goal.is_value else Shape.WHETHER)


def row_of(engine: Engine, goal: Goal, subject: str, answer: Answer) -> Row:
    """What an answer says."""
    lexicon = Lexicon(engine.relations, {}, {})
    clauses = frozenset(citations(lexicon, query_about(goal, subject), answer))
    return Row(answer.verdict.value, answer.value if answer.verdict is Verdict.VALUE else None, clauses)


def named(program: Program) -> Program:
    """The program with a clause for each rule and each relation, by its name."""
    return evolve(
        program,
        rules=tuple(evolve(rule, origin=Origin(rule.name)) for rule in program.rules),
        relations=tuple(evolve(relation, origin=Origin(relation.name)) for relation in program.relations),
    )


def substitute(of: Condition | Expression, variable: Variable, constant: Constant) -> Any:
    """The goals of these tests are an atom or a value."""
    assert isinstance(of, (Atom, ValueOf))
    arguments = tuple(constant if each == variable else each for each in of.arguments)
    if isinstance(of, Atom):
        return Atom(of.relation, arguments)
    return ValueOf(of.relation, arguments, of.column)


def goals(example: Example) -> list[Goal]:
    """A goal for each relation that the example's rules conclude."""
    ruled = {rule.head.relation for rule in example.program.rules}
    result = []
    for relation in CONCLUDED:
        if relation.name in ruled:
            result += [goal_about(relation)]
    return result


def goal_about(relation: Relation) -> Goal:
    kind = relation.columns[0].type
    subjects = next(each for each in RELATIONS if each.name == kind.name)
    x = Variable("the subject", kind)
    arguments: tuple[Expression, ...] = (
        x,
        *(Constant("A", column.type) for column in relation.columns[1 : relation.keys]),
    )
    if relation.is_statement:
        return Goal(Atom(relation.name, arguments), x, subjects)
    return Goal(ValueOf(relation.name, arguments, "value"), x, subjects, is_value=True)


def ledger_for(engine: Engine, facts: FactBase) -> Ledger:
    return ledger_of(facts, engine.relations)
