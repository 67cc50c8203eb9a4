"""The algebra as SQL, by SQLGlot's expression objects: a printer, nothing is parsed, optimized or transpiled.

Identifiers are quoted by the printer; the only values that are ever printed are whole numbers, TRUE, FALSE and NULL.

Operations one upon the other become one SELECT where that means the same, so that there is less to read and to plan.
What remains nests; every so many levels one is cut off, for DuckDB as a part of a WITH, for Spark, to which each of
those would be a round of analysis, as a view.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen

from engine.relational.algebra import (
    Column,
    Differences,
    Extend,
    Filter,
    Folded,
    Group,
    Join,
    Keep,
    Literal,
    One,
    Relation,
    Running,
    Scalar,
    Scan,
    Union,
    columns_of,
)

_DEEPEST = 12
"""So many queries nest in one."""
_DIGITS = 10**18
"""Three times as many digits are all that a DECIMAL(38, 0) holds; a hundred times this divides any into 64 bits."""
_NOTHING = "nothing"
"""The column of a relation without columns."""

DIALECTS = {"duckdb": "HUGEINT", "spark": "DECIMAL(38, 0)"}
"""Those that are printed, each with its type of 128 bits."""
Expression = Any
"""One of SQLGlot's, whose own types are looser than what is built here."""


@frozen(eq=False)
class _Query:
    """A query to which more may be put: FROM what (with JOINs), each column as it is over that, WHERE what.

    On columns ``computed`` here nothing else here rests. ``whole`` are all columns of what it is from, where they are
    known; ``closed`` is the query where nothing may be put to it any more, ``depth`` so many queries nest in it.
    """

    source: tuple[Expression, ...]
    columns: dict[str, Expression]
    where: tuple[Expression, ...] = ()
    computed: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    has_windows: bool = False
    closed: Expression = None
    depth: int = 0


class Printer:
    """Prints relations for one of `DIALECTS`."""

    def __init__(self, dialect: str) -> None:
        import sqlglot.expressions

        self._dialect = dialect
        self._wide = DIALECTS[dialect]
        self._exp: Any = sqlglot.expressions
        self._types: dict[str, Expression] = {}
        self._names = 0
        self._cut: list[tuple[str, Expression]] = []

    def query(self, relation: Relation) -> str:
        """A relation as a query of DuckDB's."""
        return self._said(self._whole(relation))

    def pieces(self, relation: Relation) -> tuple[tuple[tuple[str, str], ...], str]:
        """A relation as a query, and what was cut off it: queries to be made before, in order, each by its name."""
        query = self._built(relation)
        return tuple((name, self._said(part)) for name, part in self._cut), self._said(query)

    def making(self, table: str, relation: Relation, view: bool = False) -> str:
        """DuckDB's statement that makes a table (``view``: a view) of a relation."""
        exp = self._exp
        kind = "VIEW" if view else "TABLE"
        properties = exp.Properties(expressions=[exp.TemporaryProperty()])
        whole = self._whole(relation)
        return self._said(exp.Create(this=self._table(table), kind=kind, expression=whole, properties=properties))

    def quoted(self, name: str) -> str:
        return self._said(self._name(name))

    def _said(self, query: Expression) -> str:
        return str(query.sql(self._dialect, identify=True, copy=False))

    def _built(self, relation: Relation) -> Expression:
        self._cut = []
        return self._select(self._of(relation))

    def _whole(self, relation: Relation) -> Expression:
        """A relation as a query, with what was cut off it; none of that is stored."""
        exp = self._exp
        query = self._built(relation)
        parts = [exp.CTE(this=part, alias=self._called(name), materialized=False) for name, part in self._cut]
        if parts:
            query.set("with_", exp.With(expressions=parts))
        return query

    # ------------------------------------------------------------ relations

    def _of(self, relation: Relation) -> _Query:
        match relation:
            case Scan(table, columns):
                return _Query((self._table(table),), {here: self._column(there) for here, there in columns})
            case One():
                return _Query((), {})
            case Extend(inner, columns):
                query = self._open(inner, columns_of(*(scalar for _, scalar in columns)))
                computed = (name for name, scalar in columns if not isinstance(scalar, (Column, Literal)))
                return evolve(
                    query,
                    columns=query.columns | {name: self.scalar(scalar, query.columns) for name, scalar in columns},
                    computed=query.computed.union(computed),
                )
            case Keep(inner, names):
                query = self._of(inner)
                if query.closed is not None and set(names) != set(query.columns):
                    query = self._nested(query)
                return evolve(query, columns={name: query.columns[name] for name in names})
            case Filter(inner, truth):
                query = self._open(inner, columns_of(truth))
                query = self._nested(query) if query.has_windows else query
                return evolve(query, where=(*query.where, self.scalar(truth, query.columns)))
            case Join():
                return self._join(relation)
            case Group(inner, keys, folds):
                return self._group(self._open(inner, {*keys, *columns_of(*(fold.of for fold in folds))}), keys, folds)
            case Running(inner, within, by, folds):
                query = self._open(inner, {*within, *by, *columns_of(*(fold.of for fold in folds))})
                return self._windows(query, {fold.name: self._running(fold, query, within, by) for fold in folds})
            case Differences(inner, within, by, columns):
                query = self._open(inner, {*within, by, *(of for _, of in columns)})
                differences = {name: self._difference(of, query, within, by) for name, of in columns}
                return self._windows(query, differences)
            case Union(inputs, names):
                return self._union([self._of(Keep(each, names)) for each in inputs], names)

    def _union(self, parts: list[_Query], names: tuple[str, ...]) -> _Query:
        result, *others = [self._select(part, names) for part in parts]
        for other in others:
            result = self._exp.Union(this=result, expression=other, distinct=False)
        return self._closed(result, names, max(part.depth for part in parts))

    def _join(self, join: Join) -> _Query:
        exp = self._exp
        left = self._open(join.left, {pair.left for pair in join.pairs})
        right = self._nested(self._of(join.right))
        hides_alike = not left.whole.isdisjoint(right.columns)
        if not left.whole or hides_alike or left.has_windows or (left.computed and not join.keep_left):
            left = self._nested(left)
        pairs = [
            (exp.NullSafeEQ if pair.unknown_too else exp.EQ)(
                this=left.columns[pair.left].copy(), expression=right.columns[pair.right].copy()
            )
            for pair in join.pairs
        ]
        on = self._all(pairs) if pairs else exp.true()
        (other,) = right.source
        joined = exp.Join(this=other, on=on, **({"side": "LEFT"} if join.keep_left else {"kind": "INNER"}))
        return evolve(
            left,
            source=(*left.source, joined),
            columns=left.columns | right.columns,
            whole=left.whole | right.whole if right.whole else frozenset(),
            depth=max(left.depth, right.depth),
        )

    def _group(self, query: _Query, keys: tuple[str, ...], folds: tuple[Folded, ...]) -> _Query:
        cells = {key: query.columns[key].copy() for key in keys}
        cells |= {fold.name: self._folded(fold, query) for fold in folds}
        select = self._selecting(query, cells)
        if not folds:
            select = select.distinct(copy=False) if keys else select.limit(1, copy=False)
        elif keys:
            select = select.group_by(*(query.columns[key].copy() for key in keys), copy=False)
        return self._closed(select, cells, query.depth)

    def _folded(self, fold: Folded, query: _Query) -> Expression:
        folded = self._fold(fold, query)
        return self._cast(folded) if fold.fold == "sum" and not fold.wide else folded

    def _fold(self, fold: Folded, query: _Query) -> Expression:
        exp = self._exp
        of = self.scalar(fold.of, query.columns)
        match fold.fold:
            case "sum":
                return exp.Sum(this=self._cast(of, self._wide) if fold.wide else of)
            case "min":
                return exp.Min(this=of)
            case "max":
                return exp.Max(this=of)
            case "any":
                return exp.LogicalOr(this=of)
            case _:
                raise AssertionError(fold.fold)

    def _running(self, fold: Folded, query: _Query, within: Iterable[str], by: Iterable[str]) -> Expression:
        spec = self._exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        running = self._over(self._fold(fold, query), query, within, by, spec)
        return self._cast(running) if fold.fold == "sum" and not fold.wide else running

    def _difference(self, of: str, query: _Query, within: Iterable[str], by: str) -> Expression:
        exp = self._exp
        lag = exp.Lag(this=query.columns[of].copy(), offset=exp.Literal.number(1))
        before = exp.Coalesce(this=self._over(lag, query, within, (by,)), expressions=[self._number(0)])
        return exp.Sub(this=query.columns[of].copy(), expression=before)

    def _over(
        self, of: Expression, query: _Query, within: Iterable[str], by: Iterable[str], spec: Expression = None
    ) -> Expression:
        exp = self._exp
        order = [exp.Ordered(this=query.columns[name].copy(), nulls_first=False) for name in by]
        return exp.Window(
            this=of,
            partition_by=[query.columns[name].copy() for name in within],
            order=exp.Order(expressions=order),
            spec=spec,
        )

    def _windows(self, query: _Query, columns: dict[str, Expression]) -> _Query:
        computed = query.computed.union(columns)
        return evolve(query, columns=query.columns | columns, computed=computed, has_windows=True)

    # -------------------------------------------------------------- nesting

    def _open(self, relation: Relation, used: Iterable[str]) -> _Query:
        """A relation's query, to which something may be put that rests on these of its columns."""
        query = self._of(relation)
        return self._nested(query) if query.closed is not None or not query.computed.isdisjoint(used) else query

    def _nested(self, query: _Query) -> _Query:
        """A query from this one, which has its columns by their names."""
        self._names += 1
        name = f"q{self._names}"
        select, depth = self._select(query), query.depth + 1
        if depth >= _DEEPEST:
            self._cut.append((name, select))
            source, depth = self._table(name), 0
        else:
            source = self._exp.Subquery(this=select, alias=self._called(name))
        columns = {each: self._column(each) for each in query.columns}
        return _Query((source,), columns, whole=frozenset(columns), depth=depth)

    def _closed(self, select: Expression, names: Iterable[str], depth: int) -> _Query:
        return _Query((), {name: self._column(name) for name in names}, closed=select, depth=depth)

    def _select(self, query: _Query, names: Iterable[str] = ()) -> Expression:
        """The query; with columns of these ``names`` in their order."""
        if query.closed is not None and not names:
            return query.closed
        query = self._nested(query) if query.closed is not None else query
        return self._selecting(query, {name: query.columns[name] for name in names or query.columns}, not names)

    def _selecting(self, query: _Query, cells: dict[str, Expression], in_any_order: bool = False) -> Expression:
        exp = self._exp
        told = [self._cell(name, of) for name, of in cells.items()]
        if in_any_order and query.whole and all(self._is_column(cells.get(name), name) for name in query.whole):
            others = [self._cell(name, of) for name, of in cells.items() if name not in query.whole]
            told = [exp.Star(), *others]
        select = exp.Select(expressions=told or [self._cell(_NOTHING, exp.true())])
        if query.source:
            first, *joins = query.source
            select.set("from_", exp.From(this=first))
            select.set("joins", joins)
        if query.where:
            select.set("where", exp.Where(this=self._all(query.where)))
        return select

    def _all(self, truths: Iterable[Expression]) -> Expression:
        exp = self._exp
        first, *others = truths
        result = exp.Paren(this=first) if others else first
        for other in others:
            result = exp.And(this=result, expression=exp.Paren(this=other))
        return result

    def _cell(self, name: str, of: Expression) -> Expression:
        return of if self._is_column(of, name) else self._exp.Alias(this=of, alias=self._name(name))

    def _is_column(self, of: Expression, name: str) -> bool:
        return isinstance(of, self._exp.Column) and of.name == name

    def _table(self, name: str) -> Expression:
        return self._exp.Table(this=self._name(name))

    def _column(self, name: str) -> Expression:
        return self._exp.Column(this=self._name(name))

    def _called(self, name: str) -> Expression:
        return self._exp.TableAlias(this=self._name(name))

    def _name(self, name: str) -> Expression:
        return self._exp.Identifier(this=name, quoted=True)

    # --------------------------------------------------------------- scalars

    def scalar(self, scalar: Scalar, columns: dict[str, Expression]) -> Expression:
        """A scalar over columns, each as it is written."""
        exp = self._exp
        match scalar:
            case Column(name):
                return columns[name].copy()
            case Literal(None, of_truth):
                return self._cast(exp.null(), "BOOLEAN" if of_truth else "BIGINT")
            case Literal(value, of_truth):
                if of_truth:
                    return exp.true() if value else exp.false()
                return self._number(int(value))  # type: ignore[arg-type]
            case _:
                operands = [
                    self.scalar(each, columns)
                    if isinstance(each, (Column, Literal))
                    else exp.Paren(this=self.scalar(each, columns))
                    for each in scalar.operands
                ]
                return self._operation(scalar.name, operands)

    def _operation(self, name: str, operands: list[Expression]) -> Expression:  # noqa: C901 - a case for each
        exp = self._exp
        if name in ("and", "or"):
            result: Expression = operands[0]
            for each in operands[1:]:
                result = (exp.And if name == "and" else exp.Or)(this=result, expression=each)
            return result
        first, *others = operands
        binary: dict[str, Any] = {
            "=": exp.EQ,
            "<>": exp.NEQ,
            "<": exp.LT,
            "<=": exp.LTE,
            "+": exp.Add,
            "-": exp.Sub,
            "*": exp.Mul,
        }
        if name in binary:
            return binary[name](this=first, expression=others[0])
        match name:
            case "not":
                return exp.Not(this=first)
            case "is null":
                return exp.Is(this=first, expression=exp.null())
            case "is true":
                return exp.Is(this=first, expression=exp.true())
            case "div":
                return exp.IntDiv(this=first, expression=others[0])
            case "wide div":
                return self._wide_div(first, others[0])
            case "mod":
                return exp.Mod(this=first, expression=others[0])
            case "negative":  # Spark's own sign keeps no more than 34 digits
                return exp.Sub(this=self._number(0), expression=first)
            case "when":
                return exp.Case(ifs=[exp.If(this=first, true=others[0])], default=others[1])
            case "choose":
                ifs = [exp.If(this=first, true=others[0]), exp.If(this=exp.Not(this=first.copy()), true=others[1])]
                return exp.Case(ifs=ifs)
            case "widen":
                return self._cast(first, self._wide)
            case "narrow":
                return self._cast(first)
            case _:
                raise AssertionError(name)

    def _number(self, value: int, type: str = "") -> Expression:
        literal = self._exp.Literal.number(abs(value))
        type = type or ("BIGINT" if -(2**63) < value < 2**63 else self._wide)
        return self._cast(self._exp.Neg(this=literal) if value < 0 else literal, type)

    def _cast(self, of: Expression, type: str = "BIGINT") -> Expression:
        if type not in self._types:  # each is parsed once
            self._types[type] = self._exp.DataType.build(type, dialect=self._dialect)
        return self._exp.Cast(this=of, to=self._types[type].copy())

    def _wide_div(self, above: Expression, below: Expression) -> Expression:
        """Spark's quotients have 64 bits: it gets the digits eighteen at a time, as on paper."""
        exp = self._exp
        if self._dialect == "duckdb":
            return exp.IntDiv(this=above, expression=below)

        def wide(of: Expression) -> Expression:
            return exp.Paren(this=self._cast(of, self._wide))

        def number(value: int) -> Expression:
            return exp.Paren(this=self._number(value, self._wide))

        def quotient(of: Expression, by: Expression) -> Expression:
            return wide(exp.IntDiv(this=of.copy(), expression=by.copy()))

        def rest(of: Expression, by: Expression) -> Expression:
            return wide(exp.Mod(this=of.copy(), expression=by.copy()))

        def put_before(high: Expression, low: Expression) -> Expression:
            return wide(exp.Add(this=exp.Paren(this=exp.Mul(this=high, expression=number(_DIGITS))), expression=low))

        first = quotient(above, number(_DIGITS**2))
        second = put_before(rest(first, below), quotient(rest(above, number(_DIGITS**2)), number(_DIGITS)))
        third = put_before(rest(second, below), rest(above, number(_DIGITS)))
        on_paper = put_before(put_before(quotient(first, below), quotient(second, below)), quotient(third, below))
        large = exp.LTE(this=number(100 * _DIGITS), expression=below.copy())
        return exp.Case(ifs=[exp.If(this=large, true=quotient(above, below))], default=on_paper)
