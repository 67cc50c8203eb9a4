"""A goal asked of every subject, as steps: what there is to make, in order, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from engine.model import Condition, Expression, Origin, Relation, Rule, Variable
from engine.program import Engine
from engine.relational import algebra, binding
from engine.relational.algebra import TRUE, UNKNOWN_NUMBER, Scalar, both, either, is_false, is_true, negation, tables_of
from engine.relational.alike import Alike
from engine.relational.amounts import Amount, Unsupported
from engine.relational.cited import deciding, of_value
from engine.relational.early import early, early_step
from engine.relational.frame import filtered, grown, looked_up_by, made_by
from engine.relational.kinds import Kinds, kinds_of
from engine.relational.leaves import Leaves, leaves_of
from engine.relational.narrowing import narrowed_steps, tidy
from engine.relational.scope import Loop, Plan, Row, Scope, Step
from engine.relational.sought import CASES as BY_CASES
from engine.relational.sought import Cited
from engine.relational.tables import Ledger
from engine.relational.totals import Total, totals_of
from engine.relational.translate import Bound, Translator
from engine.values import Kind

SUBJECT, TRUTH, NUMBER, SCALE, DAYS = "subject", "truth", "number", "scale", "days"
EXISTS, DOUBT = "exists", "doubt"
CITED, UNCITED, UNTOLD, CASES = "cited", "uncited", "untold", "cases"
MANY = 2
"""So many subjects of a day, at least, have what is the same for all of them worked out once."""


@frozen
class Goal:
    """A condition, or a value, of each thing that a relation lists."""

    of: Condition | Expression
    subject: Variable
    subjects: Relation
    is_value: bool = False


@frozen
class Worked:
    """What to run: the tables to make, in order; the final rows; and what the path leaves to the reference evaluator.

    The rows have `SUBJECT` (a symbol's code) and their kind; of a value also `NUMBER`, `SCALE`, `EXISTS`, and of a
    period, whose `NUMBER` are its months, `DAYS`. Of each kind `said` tells the rest: `DOUBT`, of a condition `TRUTH`,
    and `CITED` 0, 1, …, whether each of ``origins`` decides it, but `UNCITED` says that what does is read off its
    proof, be it that it is `UNTOLD` by tables, or that it may hang on `CASES` of what is not known. What that is, the
    columns of ``leaves`` tell where they can, in rows of their own (``told``). ``totals`` are what the rows rest on
    that is not of their subject alone.
    """

    steps: tuple[tuple[str, Step], ...]
    rows: algebra.Relation
    value: Amount | None
    notes: tuple[str, ...]
    origins: tuple[Origin, ...] = ()
    totals: tuple[Total, ...] = ()
    kinds: Kinds = Kinds((), (), ())
    leaves: Leaves = Leaves(())
    told: algebra.Relation | None = None

    def said(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with what its kind tells of it."""
        return {**row, **self.kinds.read(row)}


def work_out(engine: Engine, ledger: Ledger, goal: Goal, only: str | None = None) -> Worked:
    """The goal over a ledger's tables (``only``: of one subject), from just the rules that it needs.

    Raises `engine.relational.amounts.Overflow` where a number may grow past what tables hold.
    """
    plan = plan_of(engine, ledger)
    into = Translator(plan)
    table = ledger.table(goal.subjects.name)
    if table is None:
        return Worked((), algebra.One(), None, ())
    scope = binding.over(into, algebra.Scan(table.name, ()))
    scope.frame.base = algebra.One()
    scope.is_told = True
    row = binding.scanned(into, table, scope)
    subject = evolve(row.amount(table.columns[0]), exists=TRUE)
    if table.single:
        scope.frame.unique = frozenset(algebra.columns_of(subject.number))
    if only is not None:
        code = algebra.number(ledger.symbols.code(only))
        scope.frame.base = algebra.Filter(scope.frame.base, algebra.compared("=", subject.number, code))
    days = _shared_days(scope, row)
    if days:
        each = algebra.Group(algebra.Keep(scope.frame.base, (days[0],)), (days[0],), ())
        scope.frame.once = algebra.Scan(plan.step(each), ((days[0], days[0]),))
    columns: dict[str, Scalar] = {SUBJECT: subject.number}
    said: dict[str, Scalar] = {}
    value: Amount | None = None
    bound: Bound = {goal.subject.name: subject}
    if goal.is_value:
        value = into.amount(goal.of, bound, scope)  # type: ignore[arg-type]  # an expression
        scale = algebra.number(value.scale) if isinstance(value.scale, int) else value.scale
        columns |= {NUMBER: value.number, SCALE: scale, EXISTS: value.exists}
        if value.kind is Kind.PERIOD:
            columns[DAYS] = UNKNOWN_NUMBER if value.days is None else value.days
        found, untold, cases = _cited(of_value(into, goal.of, bound, scope), scope)  # type: ignore[arg-type]
    else:
        truth = said[TRUTH] = scope.frame.let(into.test(goal.of, bound, scope))  # type: ignore[arg-type]
        found, untold, cases = _cited(_of_condition(into, goal, bound, scope, truth), scope)
    said |= {f"{CITED}{place}": is_true(each) for place, each in enumerate(found.values())}
    said[UNTOLD] = either(is_true(untold), negation(either(*(is_true(each) for each in found.values()))))
    said[CASES] = is_true(cases)
    said[UNCITED] = either(said[UNTOLD], said[CASES])
    said[DOUBT] = either(*scope.frame.errors)
    kinds = kinds_of(scope.frame, said)
    leaves = leaves_of(scope, subject, kinds)
    columns |= kinds.columns([(scope.frame.told_by((day,)), scope.frame.let) for day in days])
    _by_day(plan, scope, days)
    totals = totals_of(plan, scope, subject, said[DOUBT], plan.cited)
    told = rows_of(scope, {SUBJECT: subject.number, **leaves.columns}, leaves.open) if leaves.columns else None
    others = [each.rows for each in totals] + ([] if told is None else [told])
    steps, (rows, *added) = finished(plan, rows_of(scope, columns), *others)
    totals = tuple(evolve(total, rows=each) for total, each in zip(totals, added, strict=False))
    told = None if told is None else added[-1]
    return Worked(steps, rows, value, tuple(plan.notes), tuple(found), totals, kinds, leaves, told)


def rows_of(scope: Scope, columns: dict[str, Scalar], of: Scalar = TRUE) -> algebra.Relation:
    """The rows of a scope (those of which a truth holds) with these columns."""
    built = scope.frame.relation(algebra.columns_of(*columns.values(), of))
    return algebra.Keep(algebra.Extend(filtered(built, of), tuple(columns.items())), tuple(columns))


def _shared_days(scope: Scope, row: Row) -> list[str]:
    """The columns of days that many subjects have in common."""
    if not isinstance(scope.frame.base, algebra.Scan):
        return []
    return [
        row.names[facts.name]
        for facts in row.table.columns
        if facts.kind is Kind.DATE and facts.filled and (facts.high - facts.low) * MANY <= row.table.count
    ]


def _by_day(plan: Plan, scope: Scope, shared: Iterable[str]) -> None:
    """Work out what is the same for all subjects of a day once for each day."""
    frame = scope.frame
    for day in shared:
        parts = frame.split_off((day,))
        days = algebra.Group(frame.relation((day,), each_once=True), (day,), ())
        if made := made_by(parts):
            table = plan.step(algebra.Keep(grown(days, parts), (day, *made)))
            frame.parts.insert(0, looked_up_by((day,), table, parts))


def _of_condition(into: Translator, goal: Goal, bound: Bound, scope: Scope, truth: Scalar) -> Iterator[Cited]:
    for holds, when_ in ((True, negation(is_false(truth))), (False, is_false(truth))):
        for each, origin in deciding(into, goal.of, bound, scope, holds, when_):  # type: ignore[arg-type]
            yield both(when_, each), origin


def _cited(all_cited: Iterator[Cited], scope: Scope) -> tuple[dict[Origin, Scalar], Scalar, Scalar]:
    """When each rule decides, when that is read off a proof, and when it may hang on cases."""
    found: dict[str, tuple[Origin, list[Scalar]]] = {}
    untold: list[Scalar] = []
    cases: list[Scalar] = []
    for truth, origin in all_cited:
        named = scope.frame.let(truth)
        if origin is None or origin is BY_CASES:
            (untold if origin is None else cases).append(named)
        elif origin.clause:
            found.setdefault(origin.clause, (origin, []))[1].append(named)
    cited = {origin: scope.frame.let(either(*truths)) for origin, truths in found.values()}
    return cited, scope.frame.let(either(*untold)), scope.frame.let(either(*cases))


def plan_of(engine: Engine, ledger: Ledger) -> Plan:
    """A plan for an engine's program over a ledger."""
    rules: dict[str, list[Rule]] = {}
    for rule in engine.program.rules:
        rules.setdefault(rule.head.relation, []).append(rule)
    return Plan(
        engine.relations,
        rules,
        engine.priorities,
        engine.recursive,
        engine.program.calendar,
        ledger,
    )


def finished(plan: Plan, *final: algebra.Relation) -> tuple[tuple[tuple[str, Step], ...], list[algebra.Relation]]:
    """The steps that some relations rest on, and these."""
    ordered: dict[str, Step] = {}

    def visit(relation: algebra.Relation) -> None:
        for name in tables_of(relation):
            step = plan.steps.get(name)
            if step is None or name in ordered:
                continue
            if isinstance(step, Loop):
                step = _with_inner(plan, step)
                for _, each in step.inner:
                    visit_all(each, ordered, step)
                for each in (step.start, *step.further, step.round):
                    visit_all(each, ordered, step)
            else:
                visit(step)
            ordered[name] = step

    def visit_all(relation: algebra.Relation, ordered: dict[str, Step], loop: Loop) -> None:
        own = {loop.table, *(name for name, _ in loop.inner)}
        for name in tables_of(relation):
            if name not in own:
                visit(algebra.Scan(name, ()))

    for relation in final:
        visit(relation)
    alike = Alike()
    steps = [(name, made) for name, step in ordered.items() if (made := alike.step(name, tidy(step))) is not None]
    narrow, found = narrowed_steps(steps, [alike.relation(each) for each in final])
    return tuple((name, early_step(step)) for name, step in narrow), list(map(early, found))


def _with_inner(plan: Plan, loop: Loop) -> Loop:
    """The loop with the steps that read its table, each after those that it reads: they change with every round."""
    reading: dict[str, bool] = {loop.table: True}
    inner: list[tuple[str, algebra.Relation]] = []

    def reads(name: str) -> bool:
        step = plan.steps.get(name)
        if name not in reading:
            parts = (
                () if step is None else (step.start, *step.further, step.round) if isinstance(step, Loop) else (step,)
            )
            found = [reads(each) for part in parts for each in tables_of(part)]  # all are visited, so all are met
            reading[name] = any(found)
            if reading[name]:
                if not isinstance(step, algebra.RELATIONS):
                    raise Unsupported("relations that rest on themselves are read by one another")
                inner.append((name, step))
        return reading[name]

    for part in (*loop.further, loop.round):
        for name in tables_of(part):
            reads(name)
    return evolve(loop, inner=tuple(inner))
