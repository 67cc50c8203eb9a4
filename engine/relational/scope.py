"""What a condition is worked out over: the plan, and the scopes in it, one inside the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import define, evolve, field, frozen

from engine.model import Priority, Relation, Rule, Silence
from engine.relational import algebra
from engine.relational.algebra import (
    Column,
    Filter,
    Group,
    Join,
    Keep,
    Literal,
    Pair,
    Scalar,
    columns_of,
    conjuncts_of,
    is_false,
    negation,
    replaced,
)
from engine.relational.amounts import Amount
from engine.relational.frame import Along, Frame, Let, Names, Part, grown
from engine.relational.tables import FIRST, LAST, ColumnFacts, Ledger, Table
from engine.values import Calendar


@frozen
class Loop:
    """A relation that rests on itself: the demanded keys, what they demand further, and one round of its rules.

    ``inner`` are the steps that read its table: they are worked out anew in each round.
    """

    table: str
    keys: tuple[str, ...]
    start: algebra.Relation
    further: tuple[algebra.Relation, ...]
    round: algebra.Relation
    inner: tuple[tuple[str, algebra.Relation], ...] = ()


Step = algebra.Relation | Loop


@frozen
class AlongTable:
    """What a table of folds along an order was made of: up to ``count`` rows, with keys and steps.

    ``last``: a row that is as far along as the question counts.
    """

    rows: algebra.Relation
    keys: tuple[str, ...]
    steps: tuple[str, ...]
    last: bool
    count: int


@frozen
class AskedTable:
    """What a table was made of that answers just what was asked: a scope's rows, and which columns were folded."""

    scope: Scope
    columns: frozenset[str]
    count: int


@define(eq=False)
class Plan:
    """What there is to translate, and the steps that come of it: tables to be made, each from those before it.

    ``asked`` are the tables whose rows rest on what was asked, ``counts`` the most rows of those that do not;
    ``run_through`` are the tables of what rules may conclude a relation of, by its name; ``cited`` the values whose
    rules are cited.
    """

    relations: dict[str, Relation]
    rules: dict[str, list[Rule]]
    over: dict[str, tuple[Priority, ...]]
    recursive: frozenset[str]
    calendar: Calendar
    ledger: Ledger
    names: Names = field(factory=Names)
    steps: dict[str, Step] = field(factory=dict)
    notes: dict[str, None] = field(factory=dict)
    cited: dict[str, None] = field(factory=dict)
    never_null: set[str] = field(factory=set)
    asked: dict[str, AlongTable | AskedTable] = field(factory=dict)
    counts: dict[str, int] = field(factory=dict)
    run_through: dict[str, Table | None] = field(factory=dict)

    def count(self, table: str) -> int | None:
        """The most rows of a table; None where they rest on what was asked."""
        laid_out = (each.count for each in self.ledger.tables.values() if each.name == table)
        return next(laid_out, self.counts.get(table))

    def step(self, relation: Step) -> str:
        """A table to be made."""
        name = self.names.next("s")
        self.steps[name] = relation
        return name

    def note(self, reason: str) -> None:
        """Say what is left to the reference evaluator."""
        self.notes.setdefault(reason)

    def may_lack(self, relation: Relation) -> bool:
        """Whether there may be rows of a relation that are not recorded."""
        if relation.name in self.ledger.incomplete:
            return True
        if relation.silence is Silence.UNKNOWN and relation.name not in self.ledger.complete:
            return True
        return self.horizon(relation) is not None and (relation.span or relation.time is not None)

    def horizon(self, relation: Relation) -> int | None:
        """The last day for which a relation's record is complete; None: it is complete."""
        if self.ledger.complete_to is None or relation.name in self.ledger.complete:
            return None
        return self.ledger.complete_to.toordinal()


@frozen
class Row:
    """A row of a table at hand: the names here of its columns there.

    ``stands_for_more``: what is asked of it is asked of rows too that are not recorded.
    """

    table: Table
    names: dict[str, str]
    stands_for_more: bool = False

    def amount(self, facts: ColumnFacts) -> Amount:
        empty = facts.empty and not self.stands_for_more
        exists: Scalar = algebra.FALSE if empty else algebra.TRUE
        if facts.exists and not empty:
            exists = Column(self.names[facts.exists], facts.known)
        days = Column(self.names[facts.days]) if facts.days else None
        number = self.number(facts)
        return Amount(facts.kind, number, facts.scale, exists, facts.low, facts.high, facts.known, facts.scale, days)

    def number(self, facts: ColumnFacts) -> Scalar:
        """The number in a column of the row; a constant if it is the same in all rows."""
        if facts.only is None or self.stands_for_more:
            return Column(self.names[facts.name], facts.filled)
        return algebra.number(facts.only)

    def cell(self, name: str) -> Scalar:
        """A column of the row, by its name in the table."""
        facts = next((each for each in self.table.columns if each.name == name), None)
        sure = name in (FIRST, LAST) or any(each.exists == name and each.known for each in self.table.columns)
        return Column(self.names[name], sure) if facts is None else self.number(facts)


@define(eq=False)
class Scope:
    """A frame with the rows at hand; inside another scope, with what it takes in from there.

    ``taken`` are the columns of the outer scope that are used here, by the same names; ``rows`` the records at hand,
    by the column of their ids; ``others`` all rows that are run through. ``filters`` are what has been found so far to
    hold of the rows of interest; ``asked`` says of which rows of the outer scope anything is asked. ``is_told``: of
    these rows it is told what keeps them open.
    """

    plan: Plan
    frame: Frame
    outer: Scope | None = None
    taken: set[str] = field(factory=set)
    rows: dict[str, Row] = field(factory=dict)
    others: list[Row] = field(factory=list)
    filters: list[Scalar] = field(factory=list)
    asked: Scalar = algebra.TRUE
    memo: dict[Any, Any] = field(factory=dict)
    loop: LoopHere | None = None
    is_told: bool = False

    def take(self, amount: Amount) -> Amount:
        """A value of the outer scope, here."""
        assert self.outer is not None
        named = self.outer.named(amount)
        fixed = self.outer.frame.fixed
        named = evolve(named, number=fixed(named.number), exists=fixed(named.exists))
        if named.known and named.exists == algebra.TRUE and isinstance(named.number, Column):
            self.plan.never_null.add(named.number.name)
        self._take(named.columns)
        return named

    def take_truth(self, truth: Scalar) -> Scalar:
        """A truth of the outer scope, here."""
        assert self.outer is not None
        named = self.outer.frame.fixed(self.outer.frame.let(truth))
        self._take(columns_of(named))
        return named

    def _take(self, columns: Iterable[str]) -> None:
        self.taken |= set(columns)
        self.frame.own |= set(columns)

    def named(self, amount: Amount) -> Amount:
        """The same value, each part by a name."""
        let = self.frame.let
        scale = amount.scale if isinstance(amount.scale, int) else let(amount.scale)
        days = None if amount.days is None else let(amount.days)
        return Amount(
            amount.kind,
            let(amount.number),
            scale,
            let(amount.exists),
            amount.low,
            amount.high,
            amount.known,
            amount.scale_high,
            days,
        )

    def is_outer(self, columns: Iterable[str]) -> bool:
        """Whether columns are taken in from the outer scope as they are."""
        return self.outer is not None and set(columns) <= self.taken

    def rests_on_outer(self, *scalars: Scalar) -> bool:
        """Whether scalars are computed from columns taken in from the outer scope only (or from nothing)."""
        return all(columns_of(self.outward(each)) <= self.taken for each in scalars)

    def rests_on_rows(self, *scalars: Scalar) -> bool:
        """Whether scalars rest on the rows at hand only (or on nothing)."""
        return not self.frame.roots(columns_of(*scalars)) & self.taken

    def is_settled(self, scalar: Scalar) -> bool:
        """Whether a scalar is NULL at most where what it is computed from does not exist, never for not being known."""
        lets = self.frame.lets
        pending = [scalar]
        while pending:
            each = pending.pop()
            if isinstance(each, Literal) and each.value is None:
                return False
            if isinstance(each, algebra.Operation):
                pending += [] if each.name in ("is null", "is true") else each.operands[each.name == "when" :]
            elif isinstance(each, Column) and each.name in lets:
                pending.append(lets[each.name])
            elif isinstance(each, Column) and not each.sure and each.name not in self.plan.never_null:
                return False
        return True

    def outward(self, scalar: Scalar) -> Scalar:
        """A scalar with what is computed here written out: if it rests on the outer scope only, one of that scope."""
        lets = self.frame.lets
        while (inner := columns_of(scalar) - self.taken) & lets.keys():
            scalar = replaced(scalar, {name: lets[name] for name in inner if name in lets})
        return scalar

    def opened(self, truth: Scalar) -> list[Scalar]:
        """The conjuncts of a truth, names of conjunctions resolved."""
        lets = self.frame.lets
        found: list[Scalar] = []
        pending = [truth]
        while pending:
            each = pending.pop(0)
            while isinstance(each, Column) and each.name in lets:
                each = lets[each.name]
            parts = conjuncts_of(each)
            if len(parts) > 1:
                pending = [*parts, *pending]
            elif each != algebra.TRUE:
                found.append(each)
        return found

    # ------------------------------------------------------------- building

    def built(self, columns: Iterable[str], each_once: bool = False) -> algebra.Relation:
        """The rows of interest as far as they are known by now, with these columns; for the rest `Frame.relation`."""
        wanted = set(columns)
        if self.outer is None:
            return self.frame.relation(wanted, each_once)
        pairs, here, mixed = self.sorted_filters()
        if self.frame.errors:  # what errs counts even where something else fails
            here, mixed = [], []
        joined_up = bool(self.frame.roots(wanted) & self.taken)
        used = [*here, *mixed] if joined_up else here
        keys = [pair for pair in pairs if joined_up]
        need = wanted | columns_of(*used) | {name for pair in keys for name in columns_of(*pair)}
        _, parts = self.frame.needed(need)
        first = [part for part in parts if not self._part_roots(part) & self.taken]
        relation = self._masked(grown(self.frame.base, first), here)
        if joined_up:
            relation = self._joined(relation, keys, need)
            relation = grown(relation, [part for part in parts if part not in first])
            relation = self._masked(relation, mixed)
        return Keep(relation, tuple(sorted(wanted)))

    def built_rows(self, columns: Iterable[str], here: Iterable[Scalar]) -> algebra.Relation:
        """The rows here that are not ruled out by conditions on them alone, with these columns."""
        wanted = set(columns)
        here = tuple(here)
        _, parts = self.frame.needed(wanted | columns_of(*here))
        return Keep(self._masked(grown(self.frame.base, parts), here), tuple(sorted(wanted)))

    def _masked(self, relation: algebra.Relation, truths: Iterable[Scalar]) -> algebra.Relation:
        """The rows of which it is not certain that a truth does not hold."""
        for truth in truths:  # of a settled one that is all for which it holds, and databases join by that
            relation = Filter(relation, truth if self.is_settled(truth) else negation(is_false(truth)))
        return relation

    def _part_roots(self, part: Part) -> set[str]:
        if isinstance(part, Along):
            return self.frame.roots(part.needs({each.name for each in part.folds}))
        return self.frame.roots(columns_of(part.scalar) if isinstance(part, Let) else part.needs)

    def _joined(
        self, relation: algebra.Relation, keys: list[tuple[Scalar, Scalar]], need: set[str]
    ) -> algebra.Relation:
        outer = self.frame.roots(need) & self.taken
        pairs: list[Pair] = []
        named: dict[str, Scalar] = {}
        for mine, theirs in keys:
            here = mine.name if isinstance(mine, Column) else self.plan.names.next("k")
            if not isinstance(mine, Column):
                named[here] = mine
            assert isinstance(theirs, Column)
            pairs.append(Pair(theirs.name, here))
        if named:
            relation = algebra.Extend(relation, tuple(named.items()))
        return Join(self.demand(outer), relation, tuple(pairs))

    def demand(self, columns: Iterable[str]) -> algebra.Relation:
        """What the outer scope asks about: each combination of these of its columns once."""
        assert self.outer is not None
        keys = tuple(sorted(columns))
        unique = self.outer.frame.unique
        whole = bool(unique and unique <= set(keys))
        rows = self.outer.built((*keys, *columns_of(self.asked)), each_once=not whole)
        if self.asked != algebra.TRUE:
            rows = Keep(Filter(rows, self.asked), keys)
        return rows if whole else Group(rows, keys, ())

    def sorted_filters(self) -> tuple[list[tuple[Scalar, Scalar]], list[Scalar], list[Scalar]]:
        """The filters that equate something here with something outer, those on rows here, and the others."""
        pairs: list[tuple[Scalar, Scalar]] = []
        here: list[Scalar] = []
        mixed: list[Scalar] = []
        for truth in self.filters:
            for part in self.opened(truth):
                pair = self.equated(part)
                if pair is not None and self.is_settled(pair[0]):
                    pairs.append(pair)
                elif self.rests_on_rows(part):
                    here.append(part)
                else:
                    mixed.append(part)
        return pairs, here, mixed

    def equated(self, truth: Scalar) -> tuple[Scalar, Scalar] | None:
        """What is equated with what: a scalar of rows here (or the same in all of them), a column from outside."""
        if not isinstance(truth, algebra.Operation) or truth.name != "=":
            return None
        for mine, theirs in (truth.operands, truth.operands[::-1]):
            outside = isinstance(theirs, Column) and theirs.name in self.taken
            if outside and self.rests_on_rows(mine):
                return mine, theirs
        return None


@define(eq=False)
class LoopHere:
    """The relation that is being worked out from itself: where its truths so far are, and what it demands further."""

    relation: Relation
    table: str
    keys: tuple[str, ...]
    further: list[algebra.Relation] = field(factory=list)
