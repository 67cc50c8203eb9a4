"""Where the variables of a search get their values: the rows that it runs through.

The conditions of a search are taken in the order in which the reference evaluator takes them: those whose variables
are bound test; of the others the cheapest binds, by the rows of its relation or by an equality. A concluded
relation is run through by the rows that its rules run through, so a thing found may still fail the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from engine.model import (
    And,
    Atom,
    Before,
    Compare,
    Comparison,
    Condition,
    Exists,
    Expression,
    On,
    Or,
    Relation,
    Silence,
    ValueOf,
    Variable,
)
from engine.relational import algebra
from engine.relational.algebra import (
    FALSE,
    TRUE,
    UNKNOWN_NUMBER,
    Column,
    Group,
    Scalar,
    Scan,
    Union,
    both,
    columns_of,
    compared,
    either,
    is_false,
    is_sure,
    is_true,
    is_unknown,
    negation,
)
from engine.relational.amounts import LAST_DAY, Amount, Unsupported, compare
from engine.relational.frame import Frame
from engine.relational.scope import Plan, Row, Scope
from engine.relational.tables import CHAIN, FIRST, LAST, RANK, STATUS, ColumnFacts, Table
from engine.search import conjuncts, variables_of
from engine.values import Kind

if TYPE_CHECKING:
    from engine.relational.translate import Bound, Translator


@frozen
class Order:
    """A condition that a member comes before a record outside (or is it): where its truth stands among the filters."""

    place: int
    subject: Amount
    relation: Relation
    inclusive: bool


@define(eq=False)
class Members:
    """A search under way: its scope, the conditions on its rows, and whether there may be further ones unseen.

    ``given`` is what the outer scope says for or against all of them; ``more`` whether things may be members that no
    row shows; ``repeats``: a member may be found in several rows, and ``variables`` tell which. ``spans`` are the
    statements over time that are run through, with their keys.
    """

    scope: Scope
    bound: Bound
    variables: tuple[Variable, ...]
    more: Scalar = FALSE
    repeats: bool = False
    count: int = 0
    order: tuple[Order, ...] = ()
    spans: dict[str, tuple[Expression, ...]] = field(factory=dict)

    @property
    def outer(self) -> Scope:
        assert self.scope.outer is not None
        return self.scope.outer

    def parts(self) -> Parts:
        """The conditions, sorted by whether they are about the members at all.

        What holds of no row is about them: that no row has what is wanted is known of those rows only.
        """
        given: list[Scalar] = []
        inner: list[Scalar] = []
        for truth in self.scope.filters:
            for part in self.scope.opened(truth):
                if part != FALSE and self.scope.rests_on_outer(part):
                    given.append(self.scope.outward(part))
                else:
                    inner.append(part)
        return Parts(both(*given), both(*inner))

    @property
    def is_one(self) -> bool:
        """Whether there is just one row, of which nothing is asked but what the outer scope says."""
        frame = self.scope.frame
        return frame.base == algebra.One() and not frame.errors and self.more == FALSE and self.parts().inner == TRUE

    @property
    def may_be_more(self) -> Scalar:
        """Whether there may be members that no row shows; never NULL."""
        return either(is_true(self.more), is_unknown(self.more))


@frozen
class Parts:
    """What the outer scope says for or against all members, and what is said of each."""

    given: Scalar
    inner: Scalar


def opened(into: Translator, outer: Scope) -> Scope:
    """A scope inside another, without rows as yet."""
    return Scope(into.plan, Frame(algebra.One(), set(), into.plan.names), outer, loop=outer.loop)


def over(into: Translator, relation: Scan) -> Scope:
    """An outermost scope over the rows of a relation, of which no two are equal."""
    columns = frozenset(here for here, _ in relation.columns)
    return Scope(into.plan, Frame(relation, set(columns), into.plan.names, unique=columns))


def columns_there(table: Table) -> list[str]:
    """All columns of a table."""
    found = [name for facts in table.columns for name in (facts.name, facts.exists, facts.days) if name]
    found += [STATUS] if table.status else []
    found += [FIRST, LAST] if table.relation.span else []
    return found + ([RANK, CHAIN] if table.ranks else [])


def scanned(into: Translator, table: Table, scope: Scope) -> Row:
    """The rows of a table, joined to the rows at hand."""
    names = {there: into.plan.names.next("m") for there in columns_there(table)}
    scan: algebra.Relation = Scan(table.name, tuple((here, there) for there, here in names.items()))
    if not table.name:
        scan = algebra.Filter(algebra.Extend(algebra.One(), tuple((m, UNKNOWN_NUMBER) for m in names.values())), FALSE)
    frame = scope.frame
    may_lack = into.plan.may_lack(table.relation)
    alone = table.count == 1 and not may_lack
    if alone and all(facts.only is not None for facts in table.columns) and len(names) == len(table.columns):
        scope.others.append(row := Row(table, {}))
        return row  # there is nothing to run through
    frame.base = scan if frame.base == algebra.One() else algebra.Join(frame.base, scan, ())
    frame.own |= set(names.values())
    for facts in table.columns:
        if facts.known:
            into.plan.never_null.add(names[facts.name])
        if facts.filled:
            into.plan.names.sure.add(names[facts.name])
    row = Row(table, names, may_lack)
    scope.others.append(row)
    if table.relation.record:
        scope.rows[names[table.columns[0].name]] = row
    return row


@frozen
class Source:
    """A relation whose keys can be run through, with their expressions."""

    relation: Relation
    keys: tuple[Expression, ...]


def members(
    into: Translator, variables: tuple[Variable, ...], condition: Condition, bound: Bound, outer: Scope
) -> Members | None:
    """The rows in which variables may have values for which a condition holds; None: there are none."""
    scope = opened(into, outer)
    taken = {name: scope.take(amount) for name, amount in bound.items()}
    found = Members(scope, taken, variables, FALSE, False, 1)
    free = {variable.name for variable in variables}
    remaining = list(conjuncts(condition))
    while remaining:
        ready = next((part for part in remaining if not set(variables_of(part)) & free), None)
        if ready is not None:
            remaining.remove(ready)
            _filter(into, ready, found)
            continue
        source = next_source(into.plan, remaining, free)
        if source is None:
            raise Unsupported("what a search runs through is not listed by any table")
        if isinstance(source, Equation):
            amount = scope.named(into.amount(source.value, found.bound, scope))
            found.bound[source.variable.name] = evolve(amount, exists=TRUE)
            scope.filters.append(amount.exists)
            free.discard(source.variable.name)
            remaining.remove(source.part)
            continue
        if not _bind(into, source, found, free, remaining):
            return None if found.more == FALSE else _emptied(found)
    if free & {variable.name for variable in variables}:
        raise Unsupported("nothing gives a variable a value")
    found.more = either(found.more, *_unseen(into, found, [*conjuncts(condition)]))
    return found


def _emptied(found: Members) -> Members:
    found.count = 0
    return found


def _filter(into: Translator, part: Condition, found: Members) -> None:
    truth = into.test(part, found.bound, found.scope)
    order = _order(into, part, found)
    if order is not None:
        found.order = (*found.order, evolve(order, place=len(found.scope.filters)))
    found.scope.filters.append(truth)


def _order(into: Translator, part: Condition, found: Members) -> Order | None:
    """That a member comes before a record outside, or is it."""
    inclusive = False
    same: Compare | None = None
    if isinstance(part, Or) and len(part.conditions) == 2:
        for one, other in (part.conditions, part.conditions[::-1]):
            if isinstance(one, Compare) and one.comparison is Comparison.IS and isinstance(other, Before):
                part, same, inclusive = other, one, True
    if not isinstance(part, Before) or not isinstance(part.earlier, Variable):
        return None
    scope = found.scope
    mine = found.bound.get(part.earlier.name)
    if mine is None or not isinstance(mine.number, Column) or mine.number.name not in scope.rows:
        return None
    subject = into.amount(part.later, found.bound, scope)
    if not scope.is_outer(subject.columns) or not subject.known or subject.exists != TRUE:
        return None
    if same is not None and {same.left, same.right} != {part.earlier, part.later}:
        return None
    return Order(0, subject, into.plan.relations[part.relation], inclusive)


# -------------------------------------------------------------------- binding


@frozen
class Equation:
    """A condition that gives a variable a value."""

    part: Compare
    variable: Variable
    value: Expression


def next_source(plan: Plan, remaining: Sequence[Condition], free: set[str]) -> Source | Equation | None:
    """What gives free variables values next: a relation that is run through, or an equation; None: nothing does."""
    costs = [
        (cost, place)
        for place, part in enumerate(remaining)
        if (cost := _cost(plan, part, remaining, free)) is not None
    ]
    if not costs:
        return None
    choice = remaining[min(costs)[1]]
    if isinstance(choice, Compare) and (equation := equality(choice, free)) is not None:
        return Equation(choice, *equation)
    return source_of(plan, choice, free)


def _cost(plan: Plan, part: Condition, remaining: Sequence[Condition], free: set[str]) -> int | None:
    if isinstance(part, Compare) and equality(part, free) is not None:
        return 0
    source = source_of(plan, part, free)
    if source is None or not all(isinstance(key, Variable) or not set(variables_of(key)) & free for key in source.keys):
        return None
    some_bound = any(not set(variables_of(key)) & free for key in source.keys)
    relation = source.relation
    if relation.record:
        return 1 if some_bound or _hinted(source, remaining, free) else 3
    if relation.silence is Silence.FALSE:
        return 2 if some_bound else 4
    if relation.silence is Silence.ASSUMED:
        return None
    return 6 if relation.silence is Silence.CONCLUDED else 8


def source_of(plan: Plan, part: Condition, free: set[str]) -> Source | None:
    places: tuple[Expression | Atom, ...] = ()
    match part:
        case Atom():
            places = (part,)
        case Exists():
            places = (part.expression,)
        case Compare():
            places = (part.left, part.right)
    for place in places:
        if isinstance(place, (Atom, ValueOf)):
            relation = plan.relations[place.relation]
            keys = place.arguments[: relation.keys]
            if any(isinstance(key, Variable) and key.name in free for key in keys):
                return Source(relation, keys)
    return None


def equality(part: Compare, free: set[str]) -> tuple[Variable, Expression] | None:
    if part.comparison is not Comparison.IS:
        return None
    for variable, expression in ((part.left, part.right), (part.right, part.left)):
        if isinstance(variable, Variable) and variable.name in free and not set(variables_of(expression)) & free:
            return variable, expression
    return None


def _hinted(source: Source, remaining: Sequence[Condition], free: set[str]) -> bool:
    """Whether an attribute of the record sought must equal something known."""
    for part in remaining:
        if not isinstance(part, Compare) or part.comparison is not Comparison.IS:
            continue
        for side, other in ((part.left, part.right), (part.right, part.left)):
            sought = isinstance(side, ValueOf) and side.relation == source.relation.name
            if sought and side.arguments == source.keys and not set(variables_of(other)) & free:  # type: ignore[union-attr]
                return True
    return False


def _bind(into: Translator, source: Source, found: Members, free: set[str], remaining: Sequence[Condition]) -> bool:
    """Give the free keys of a relation values: whether there are rows to do so."""
    relation = source.relation
    if relation.silence is Silence.UNKNOWN and relation.name not in into.plan.ledger.complete:
        found.more = TRUE
    if relation.name in into.plan.ledger.incomplete:
        found.more = TRUE
    names = {key.name for key in source.keys if isinstance(key, Variable) and key.name in free}
    free -= names
    if relation.silence is Silence.CONCLUDED and not relation.record:
        cells = _concluded(into, relation, found)
    else:
        table = into.plan.ledger.table(relation.name)
        if table is None and into.plan.may_lack(relation):
            table = _without_rows(relation)
        if relation.span:
            found.spans[relation.name] = source.keys
        cells = None if table is None else _rows(into, table, found)
        found.repeats = found.repeats or (table is not None and not table.single)
    if cells is None:
        return False
    for key, cell in zip(source.keys, cells, strict=True):
        if isinstance(key, Variable) and key.name in names:
            found.bound[key.name] = cell
            names.discard(key.name)
        else:
            # Rows that differ are not about this; the condition itself tests the same once more.
            given = into.amount(key, found.bound, found.scope)
            found.scope.filters.append(compare(Comparison.IS, cell, evolve(given, exists=TRUE)))
    return True


def _rows(into: Translator, table: Table, found: Members) -> tuple[Amount, ...]:
    row = scanned(into, table, found.scope)
    found.count *= table.count
    return tuple(evolve(row.amount(facts), exists=TRUE) for facts in table.columns[: table.relation.keys])


_ANY = 2**40
"""As large as a number may be of which nothing is known."""


def _without_rows(relation: Relation) -> Table:
    """A table of which no row is recorded: in those that are not, anything may stand."""
    columns = (
        ColumnFacts(f"c{place}", column.type.kind, 1, LAST_DAY)
        if column.type.kind is Kind.DATE
        else ColumnFacts(f"c{place}", column.type.kind, -_ANY, _ANY)
        for place, column in enumerate(relation.columns)
    )
    return Table("", relation, 0, tuple(columns))


def _concluded(into: Translator, relation: Relation, found: Members) -> tuple[Amount, ...] | None:
    """The keys for which some rule may conclude a relation."""
    known = into.plan.run_through
    if relation.name not in known:
        candidates = _candidates(into, relation)
        known[relation.name] = None if candidates is None else _judged(into, candidates)
    table = known[relation.name]
    return None if table is None else _rows(into, table, found)


def _judged(into: Translator, candidates: Table) -> Table | None:
    """The keys with what the rules conclude of them, once for all who run through them; None: they never do."""
    plan, relation = into.plan, candidates.relation
    scope = Scope(plan, Frame(algebra.One(), set(), plan.names))
    row = scanned(into, candidates, scope)
    truth = scope.frame.let(into.statement(relation, tuple(map(row.amount, candidates.columns)), scope))
    if scope.frame.errors:
        return candidates
    if truth == FALSE:
        return None
    rows = scope.frame.relation({*row.names.values(), *columns_of(truth)})
    columns = {facts.name: row.number(facts) for facts in candidates.columns}
    status = not is_sure(truth)
    if status:
        columns[STATUS] = truth
    kept = rows if truth == TRUE else algebra.Filter(rows, negation(is_false(truth)))
    table = plan.step(algebra.Keep(algebra.Extend(kept, tuple(columns.items())), tuple(columns)))
    plan.counts[table] = candidates.count
    return Table(table, relation, candidates.count, candidates.columns, status=status, judged=True)


def _candidates(into: Translator, relation: Relation) -> Table | None:
    """A table of the keys for which some rule may conclude a relation; None: for none."""
    plan = into.plan
    if relation.name in plan.recursive:
        raise Unsupported(f"{relation.name} rests on itself and is run through")
    inputs: list[algebra.Relation] = []
    columns: list[list[Amount]] = []
    count = 0
    names = tuple(f"c{place}" for place in range(relation.keys))
    root = Scope(plan, Frame(algebra.One(), set(), plan.names))
    for rule in plan.rules.get(relation.name, ()):
        if not rule.positive:
            continue
        wanted = {each.name: each for each in rule.head.arguments if isinstance(each, Variable)}
        every = {**variables_of(rule.body), **wanted}
        listed = tuple(
            Atom(there.name, (each,))
            for each in wanted.values()
            if (there := plan.relations.get(each.type.name)) is not None
            and there.keys == 1
            and there.columns[0].type == each.type
        )
        inner = members(into, tuple(every.values()), And((rule.body, *listed)), {}, root)
        if inner is None:
            continue
        if inner.more != FALSE or inner.scope.taken:
            raise Unsupported(f"{relation.name} is run through, and not all that it may hold of is listed")
        cells = [into.amount(argument, inner.bound, inner.scope) for argument in rule.head.arguments]
        if any(not each.known or not isinstance(each.scale, int) or each.scale != 1 for each in cells):
            raise Unsupported(f"{relation.name} is run through, and of some things it is not known which they are")
        named = {each.number for each in cells}
        built = inner.scope.built({each.name for each in named if isinstance(each, Column)})
        inputs.append(
            algebra.Keep(algebra.Extend(built, tuple(zip(names, (c.number for c in cells), strict=True))), names)
        )
        columns.append(cells)
        count += inner.count
    if plan.ledger.table(relation.name) is not None:
        raise Unsupported(f"{relation.name} is run through, and facts stand in place of its rules")
    if not inputs:
        return None
    facts = tuple(
        ColumnFacts(
            name,
            each[0].kind,
            min(c.low for c in each),
            max(c.high for c in each),
            filled=all(is_sure(c.number) for c in each),
        )
        for name, each in zip(names, zip(*columns, strict=True), strict=True)
    )
    table = plan.step(Group(Union(tuple(inputs), names), names, ()))
    plan.counts[table] = count
    return Table(table, relation, count, facts)


# --------------------------------------------------------------------- unseen


def _unseen(into: Translator, found: Members, parts: Sequence[Condition]) -> list[Scalar]:
    """Whether there may be members dated after the last day for which the record is complete."""
    scope = found.scope
    result: list[Scalar] = []
    for row in scope.others:
        relation = row.table.relation
        horizon = into.plan.horizon(relation)
        if horizon is None or (relation.silence is Silence.CONCLUDED and not relation.record):
            continue
        if relation.span:
            result.append(_lasts_past(into, found, relation, parts, horizon))
            continue
        if relation.time is None:
            continue
        dated = row.names[row.table.columns[relation.time].name]
        ends = []
        for truth in scope.filters:
            for part in scope.opened(truth):
                if isinstance(part, algebra.Operation) and part.name in ("<", "<=", "="):
                    one, other = part.operands
                    for mine, theirs in ((one, other), (other, one)) if part.name == "=" else ((one, other),):
                        if mine == Column(dated) and scope.rests_on_outer(theirs):
                            ends.append(scope.outward(theirs))
        ends += _dated_by(into, found, row, parts)
        for order in found.order:
            assert scope.outer is not None and order.relation.time is not None
            ends.append(into.quantity(order.relation, (order.subject,), order.relation.time, scope.outer).number)
        passed = [compared("<", algebra.number(horizon), end) for end in ends]
        result.append(both(*passed) if passed else TRUE)
    return result


def _dated_by(into: Translator, found: Members, row: Row, parts: Sequence[Condition]) -> Iterator[Scalar]:
    """The days outside by which a record sought is dated, also where all that are recorded are dated so."""
    relation = row.table.relation
    if not relation.record or relation.time is None:
        return
    id, dated = Column(row.names[row.table.columns[0].name]), (relation.name, relation.columns[relation.time].name)
    for part in parts:
        if not isinstance(part, Compare):
            continue
        for mine, theirs, holds in ((part.left, part.right, _UP_TO), (part.right, part.left, _FROM)):
            if part.comparison not in holds or not isinstance(mine, ValueOf) or (mine.relation, mine.column) != dated:
                continue
            of = into.amount(mine.arguments[0], found.bound, found.scope)
            end = into.amount(theirs, found.bound, found.scope)
            if of.number == id and end.exists == TRUE and found.scope.rests_on_outer(end.number):
                yield found.scope.outward(end.number)


_UP_TO = (Comparison.LESS, Comparison.AT_MOST, Comparison.IS)
_FROM = (Comparison.MORE, Comparison.AT_LEAST, Comparison.IS)


def _lasts_past(
    into: Translator, found: Members, relation: Relation, parts: Sequence[Condition], horizon: int
) -> Scalar:
    """Whether a statement over time is looked for past the last day of the record: up to it, the record shows all."""
    scope, keys = found.scope, found.spans.get(relation.name)
    passed: list[Scalar] = []
    for part in parts:
        days: tuple[Expression, ...] = ()
        if isinstance(part, Atom) and part.relation == relation.name and part.arguments[: relation.keys] == keys:
            days = part.arguments[relation.keys :]
        elif isinstance(part, On) and part.relation == relation.name and part.arguments == keys:
            days = (part.last,)
        for day in days:
            end = into.amount(day, found.bound, scope)
            if end.exists == TRUE and scope.rests_on_outer(end.number):
                passed.append(compared("<", algebra.number(horizon), scope.outward(end.number)))
    return both(*passed) if passed else TRUE
