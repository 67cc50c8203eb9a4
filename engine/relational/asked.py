"""Totals of a large ledger that single questions ask about, added up by tables.

One by one, a total over a whole ledger takes as long as the ledger is large. By tables it takes one pass, and then it
is known for every day of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, cached_property
from typing import Any

from attrs import define, evolve, field, frozen

from engine.evaluate import Evaluation
from engine.facts import FactBase
from engine.garbage import unsought
from engine.model import Aggregate, Column, Relation, Variable
from engine.parted import Values, Which
from engine.program import Engine
from engine.relational import algebra, binding
from engine.relational.algebra import TRUE, Scalar, either
from engine.relational.amounts import Amount, Overflow, Unsupported
from engine.relational.goal import DOUBT, EXISTS, NUMBER, SCALE, Worked, finished, plan_of, rows_of
from engine.relational.runner import Failed, Runner, arrow_of
from engine.relational.scope import AskedTable
from engine.relational.tables import BadTable, Ledger, Table, encoded, ledger_of
from engine.relational.totals import argument, read_amount
from engine.relational.translate import Translator
from engine.values import Kind

ASKED = "?"
"""The table of what is asked about: no relation of a book is called so."""
MOST_DAYS = 20_000
"""A total is worked out for at most so many days at once."""
_A_YEAR = 366
MOST_PAIRS = 100_000_000
"""So many days with rows may be looked at one by one."""

Opener = Callable[[Ledger, float | None], Runner]


@define(eq=False)
class Totals:
    """Totals over facts that no longer change, each worked out for all days of the record when it is first asked for.

    Not shared between threads.
    """

    engine: Engine
    facts: FactBase
    opened: Opener
    _known: dict[Which, dict[Values, Any]] = field(factory=dict, init=False)
    _singly: set[Which] = field(factory=set, init=False)

    @cached_property
    def ledger(self) -> Ledger | None:
        """The facts as tables; None where they cannot be."""
        try:
            return ledger_of(self.facts, self.engine.relations)
        except BadTable:
            return None

    def fresh(self) -> Evaluation:
        """A new working out of the record, with these totals."""
        evaluation = self.engine.evaluation(self.facts)
        evaluation.totals = self
        return evaluation

    def known(self, which: Which, values: Values) -> Any:
        """The value that was found for these values before; None where none was."""
        return self._known.get(which, {}).get(values)

    def total(self, which: Which, variables: tuple[Variable, ...], values: Values, deadline: float | None) -> Any:
        """The value of an aggregate for values of the variables outside it; None where tables do not give one.

        Raises `LimitReached` at the deadline.
        """
        known = self._known.setdefault(which, {})
        if values not in known:
            found: dict[Values, Any] = {values: None}
            with unsought(), suppress(BadTable, Overflow, Unsupported, Failed):  # one by one, then
                found |= self._worked_out(which, variables, values, deadline)
            known |= found
        return known[values]

    def _worked_out(
        self, which: Which, variables: tuple[Variable, ...], values: Values, deadline: float | None
    ) -> dict[Values, Any]:
        """The value for these values, and for those that differ from them by the day alone."""
        ledger = self.ledger
        if ledger is None:
            return {}
        rows = [values, *self._others(which, variables, values)]
        question = asked(self.engine, ledger, which.aggregate, variables, rows)
        if question.pairs > MOST_PAIRS and len(rows) > 1:
            self._singly.add(which)
            rows = [values]
            question = asked(self.engine, ledger, which.aggregate, variables, rows)
        runner = self.opened(as_arrow(ledger), deadline)
        try:
            runner.make(question.worked)
            return dict.fromkeys(rows) | question.read(runner)
        finally:
            runner.close()

    def _others(self, which: Which, variables: tuple[Variable, ...], values: Values) -> list[Values]:
        """The same values on each other day of the record, if they have one day, and those are not known yet."""
        days = [place for place, variable in enumerate(variables) if variable.type.kind is Kind.DATE]
        if len(days) != 1 or which in self._singly:
            return []
        (day,) = days
        of = self._days(which.aggregate, values[day])
        rows = [(*values[:day], each, *values[day + 1 :]) for each in of if each != values[day]]
        return [] if rows and rows[-1] in self._known[which] else rows

    def _days(self, aggregate: Aggregate, asked: date) -> Iterator[date]:
        """The days of the record, the last first: to its end if it says where that is, else for a year past it."""
        first = last = asked.toordinal()
        for variable in aggregate.variables:
            table = None if self.ledger is None else self.ledger.table(variable.type.name)
            for column in () if table is None else table.columns:
                if column.kind is Kind.DATE and not column.empty:
                    first, last = min(first, column.low), max(last, column.high)
        last = min(last + _A_YEAR, date.max.toordinal())
        if self.facts.complete_to is not None:
            last = self.facts.complete_to.toordinal()
        for ordinal in range(last, max(first - 1, last - MOST_DAYS, 0), -1):
            yield date.fromordinal(ordinal)


@frozen
class Asked:
    """An aggregate of each row of what its variables may be: what to run, and the ledger with those rows.

    ``pairs``: so many rows are joined with what is asked about.
    """

    ledger: Ledger
    worked: Worked
    arguments: tuple[Amount, ...]
    pairs: int

    def read(self, runner: Runner) -> dict[Values, Any]:
        """Its value for each row for which that is certain and there is one."""
        assert self.worked.value is not None
        kind, symbols = self.worked.value.kind, self.ledger.symbols
        rows = runner.rows(self.worked.rows).to_pydict()
        arguments = (self._read(place, rows[argument(place)]) for place in range(len(self.arguments)))
        read = cache(lambda number, scale: read_amount(kind, number, scale, symbols))  # the same on many days
        found: dict[Values, Any] = {}
        cells = zip(*(rows[name] for name in (NUMBER, SCALE, EXISTS, DOUBT)), *arguments, strict=True)
        for number, scale, exists, doubt, *keys in cells:
            if number is not None and scale is not None and exists is True and doubt is False:
                found[tuple(keys)] = read(number, scale)
        return found

    def _read(self, place: int, numbers: Iterable[int]) -> Iterator[Any]:
        """What the numbers of an argument stand for."""
        kind, symbols = self.arguments[place].kind, self.ledger.symbols
        return map(cache(lambda number: read_amount(kind, number, 1, symbols)), numbers)


def asked(
    engine: Engine, ledger: Ledger, aggregate: Aggregate, variables: tuple[Variable, ...], rows: Sequence[Values]
) -> Asked:
    """An aggregate for each of some rows of values of the variables outside it; these are put into the ledger."""
    columns = tuple(Column(variable.name, variable.type) for variable in variables)
    relation = Relation(ASKED, columns, len(columns))
    arrays: dict[str, Any] = {}
    facts = tuple(
        encoded(f"c{place}", column.type.kind, False, [row[place] for row in rows], ledger.symbols, arrays)
        for place, column in enumerate(columns)
    )
    table = Table(ASKED, relation, len(rows), facts, arrays)
    ledger.tables[ASKED] = table
    plan = plan_of(engine, ledger)
    into = Translator(plan)
    scope = binding.over(into, algebra.Scan(ASKED, ()))
    scope.frame.base = algebra.One()
    row = binding.scanned(into, table, scope)
    arguments = tuple(evolve(row.amount(each), exists=TRUE) for each in facts)
    value = into.amount(aggregate, {v.name: each for v, each in zip(variables, arguments, strict=True)}, scope)
    scale = algebra.number(value.scale) if isinstance(value.scale, int) else value.scale
    cells: dict[str, Scalar] = {argument(place): each.number for place, each in enumerate(arguments)}
    cells |= {NUMBER: value.number, SCALE: scale, EXISTS: value.exists, DOUBT: either(*scope.frame.errors)}
    steps, (final,) = finished(plan, rows_of(scope, cells))
    joined = [each.count for each in plan.asked.values() if isinstance(each, AskedTable) and each.scope.outer is scope]
    return Asked(ledger, Worked(steps, final, value, tuple(plan.notes)), arguments, len(rows) * max(joined, default=0))


def as_arrow(ledger: Ledger) -> Ledger:
    """The ledger with its arrays as Arrow's, so that each opening of it costs nothing."""
    for table in ledger.tables.values():
        arrays = arrow_of(table)
        table.arrays = {name: arrays[name] for name in table.arrays}
    return ledger
