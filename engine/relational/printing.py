"""The algebra as SQL, by SQLGlot's expression objects: a printer, nothing is parsed, optimized or transpiled.

Identifiers are quoted by the printer; the only values that are ever printed are whole numbers, TRUE, FALSE and NULL.

DuckDB gets a relation's parts one after the other in one WITH. Spark would take a round of analysis for each of those:
there they nest, and every so many levels one is cut off as a view of its own.
"""

from __future__ import annotations

from typing import Any

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
)

DIALECTS = ("duckdb", "spark")
_DEEPEST = 12
"""So many queries nest in one statement for Spark."""
_DIGITS = 10**18
"""Three times as many digits are all that a DECIMAL(38, 0) holds; a hundred times this divides any into 64 bits."""


class Printer:
    """Prints relations for one of `DIALECTS`."""

    def __init__(self, dialect: str) -> None:
        import sqlglot.expressions

        assert dialect in DIALECTS
        self.dialect = dialect
        self._exp: Any = sqlglot.expressions  # its own types are looser than what is built here
        self._wide = "HUGEINT" if dialect == "duckdb" else "DECIMAL(38, 0)"
        self._types: dict[str, Any] = {}
        self._aliases = 0
        self._parts: list[Any] = []
        self._views: list[tuple[str, Any]] = []
        self._depth = 0

    def query(self, relation: Relation) -> str:
        """A relation as a query, in DuckDB's dialect."""
        assert self.dialect == "duckdb"
        return self._said(self._whole(relation))

    def pieces(self, relation: Relation) -> tuple[tuple[tuple[str, str], ...], str]:
        """A relation as a query in Spark's dialect: views to make before it, in order, each by its name; the query."""
        assert self.dialect == "spark"
        self._views, self._depth = [], 0
        query = self._select(relation)
        return tuple((name, self._said(view)) for name, view in self._views), self._said(query)

    def _said(self, query: Any) -> str:
        return str(query.sql(self.dialect, identify=True, copy=False))

    def _whole(self, relation: Relation) -> Any:
        """The query with its parts one after the other, so that no nesting is too deep; none is stored."""
        self._parts = []
        query = self._select(relation)
        if self._parts:
            query.set("with_", self._exp.With(expressions=self._parts))
        return query

    def making(self, table: str, relation: Relation, view: bool = False) -> str:
        """DuckDB's statement that makes a table (``view``: a view) of a relation."""
        exp = self._exp
        kind = "VIEW" if view else "TABLE"
        properties = exp.Properties(expressions=[exp.TemporaryProperty()])
        made = exp.Create(this=self._table(table), kind=kind, expression=self._whole(relation), properties=properties)
        return self._said(made)

    def quoted(self, name: str) -> str:
        return str(self._exp.to_identifier(name, quoted=True).sql(self.dialect))

    # ------------------------------------------------------------ relations

    def _table(self, name: str) -> Any:
        exp = self._exp
        return exp.Table(this=exp.to_identifier(name, quoted=True))

    def _select(self, relation: Relation) -> Any:
        exp = self._exp
        match relation:
            case Scan(table, columns):
                cells = [self._alias(self._named(there), here) for here, there in columns]
                return exp.Select(expressions=cells or [self._nothing()]).from_(self._table(table), copy=False)
            case One():
                return exp.Select(expressions=[self._nothing()])
            case Extend(inner, columns):
                cells = [self._alias(self.scalar(scalar), name) for name, scalar in columns]
                return exp.Select(expressions=[exp.Star(), *cells]).from_(self._inner(inner), copy=False)
            case Keep(inner, names):
                cells = [self._named(name) for name in names]
                return exp.Select(expressions=cells or [self._nothing()]).from_(self._inner(inner), copy=False)
            case Filter(inner, truth):
                every = exp.Select(expressions=[exp.Star()]).from_(self._inner(inner), copy=False)
                return every.where(self.scalar(truth), copy=False)
            case Join():
                return self._join(relation)
            case Group(inner, keys, folds):
                return self._group(inner, keys, folds)
            case Running(inner, within, by, folds):
                cells = [self._running(each, within, by) for each in folds]
                return exp.Select(expressions=[exp.Star(), *cells]).from_(self._inner(inner), copy=False)
            case Differences(inner, within, by, differences):
                cells = [self._difference(name, of, within, by) for name, of in differences]
                return exp.Select(expressions=[exp.Star(), *cells]).from_(self._inner(inner), copy=False)
            case Union(inputs, names):
                parts = [self._select(Keep(each, names)) for each in inputs]
                result: Any = parts[0]
                for part in parts[1:]:
                    result = exp.Union(this=result, expression=part, distinct=False)
                return result

    def _join(self, relation: Join) -> Any:
        exp = self._exp
        left, right = self._next(), self._next()
        pairs = [
            (exp.NullSafeEQ if pair.unknown_too else exp.EQ)(
                this=self._named(pair.left, left), expression=self._named(pair.right, right)
            )
            for pair in relation.pairs
        ]
        on = exp.and_(*pairs, copy=False) if pairs else exp.true()
        select = exp.Select(expressions=[exp.Star()]).from_(self._inner(relation.left, left), copy=False)
        kind = "left" if relation.keep_left else "inner"
        return select.join(self._inner(relation.right, right), on=on, join_type=kind, copy=False)

    def _group(self, inner: Relation, keys: tuple[str, ...], folds: tuple[Folded, ...]) -> Any:
        exp = self._exp
        cells = [self._named(key) for key in keys]
        folded = [self._alias(self._folded(each), each.name) for each in folds]
        select = exp.Select(expressions=[*cells, *folded] or [self._nothing()]).from_(self._inner(inner), copy=False)
        if not folds:
            return select.distinct(copy=False) if keys else select.limit(1, copy=False)
        return select.group_by(*(cell.copy() for cell in cells), copy=False) if keys else select

    def _folded(self, fold: Folded) -> Any:
        exp = self._exp
        of = self.scalar(fold.of)
        match fold.fold:
            case "sum":
                if fold.wide:
                    return exp.Sum(this=self._cast(of, self._wide))
                return self._cast(exp.Sum(this=of), "BIGINT")
            case "min":
                return exp.Min(this=of)
            case "max":
                return exp.Max(this=of)
            case "any":
                return exp.LogicalOr(this=of)
            case _:
                raise AssertionError(fold.fold)

    def _running(self, fold: Folded, within: tuple[str, ...], by: tuple[str, ...]) -> Any:
        exp = self._exp
        plain = self._folded(fold)
        inner = plain.this if fold.fold == "sum" and not fold.wide else plain
        window = exp.Window(
            this=inner,
            partition_by=[self._named(name) for name in within],
            order=exp.Order(expressions=[exp.Ordered(this=self._named(name), nulls_first=False) for name in by]),
            spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
        )
        result = self._cast(window, "BIGINT") if inner is not plain else window
        return self._alias(result, fold.name)

    def _difference(self, name: str, of: str, within: tuple[str, ...], by: str) -> Any:
        exp = self._exp
        before = exp.Window(
            this=exp.Lag(this=self._named(of), offset=exp.Literal.number(1)),
            partition_by=[self._named(each) for each in within],
            order=exp.Order(expressions=[exp.Ordered(this=self._named(by), nulls_first=False)]),
        )
        none = exp.Coalesce(this=before, expressions=[self._number(0)])
        return self._alias(exp.Sub(this=self._named(of), expression=none), name)

    def _inner(self, relation: Relation, alias: str = "") -> Any:
        exp = self._exp
        name = self._next()
        if self.dialect == "spark" and self._depth < _DEEPEST:
            self._depth += 1
            query = self._select(relation)
            self._depth -= 1
            return exp.Subquery(this=query, alias=self._called(alias or name))
        if self.dialect == "spark":
            depth, self._depth = self._depth, 0
            self._views.append((name, self._select(relation)))
            self._depth = depth
        else:
            query = self._select(relation)
            self._parts.append(exp.CTE(this=query, alias=self._called(name), materialized=False))
        table = self._table(name)
        if alias:
            table.set("alias", self._called(alias))
        return table

    def _called(self, name: str) -> Any:
        return self._exp.TableAlias(this=self._exp.to_identifier(name, quoted=True))

    def _next(self) -> str:
        self._aliases += 1
        return f"q{self._aliases}"

    # --------------------------------------------------------------- scalars

    def _named(self, name: str, table: str = "") -> Any:
        return self._exp.column(name, table=table or None, quoted=True)

    def _alias(self, of: Any, name: str) -> Any:
        return self._exp.Alias(this=of, alias=self._exp.to_identifier(name, quoted=True))

    def _nothing(self) -> Any:
        return self._alias(self._exp.true(), "nothing")

    def _cast(self, of: Any, type: str) -> Any:
        if type not in self._types:  # each is parsed once
            self._types[type] = self._exp.DataType.build(type, dialect=self.dialect)
        return self._exp.Cast(this=of, to=self._types[type].copy())

    def scalar(self, scalar: Scalar) -> Any:
        """A scalar as an expression."""
        exp = self._exp
        match scalar:
            case Column(name):
                return self._named(name)
            case Literal(value, of_truth):
                if value is None:
                    return self._cast(exp.null(), "BOOLEAN" if of_truth else "BIGINT")
                if of_truth:
                    return exp.true() if value else exp.false()
                return self._number(value)
            case _:
                operands = [exp.Paren(this=self.scalar(each)) for each in scalar.operands]
                return self._operation(scalar.name, operands)

    def _number(self, value: int, type: str = "") -> Any:
        type = type or ("BIGINT" if -(2**63) < value < 2**63 else self._wide)
        literal: Any = self._exp.Literal.number(abs(value))
        return self._cast(self._exp.Neg(this=literal) if value < 0 else literal, type)

    def _operation(self, name: str, operands: list[Any]) -> Any:  # noqa: C901 - a case for each
        exp = self._exp
        if name in ("and", "or"):
            result: Any = operands[0]
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
                return self._cast(first, "BIGINT")
            case _:
                raise AssertionError(name)

    def _wide_div(self, above: Any, below: Any) -> Any:
        """Spark's quotients have 64 bits: it gets the digits eighteen at a time, as on paper."""
        exp = self._exp
        if self.dialect == "duckdb":
            return exp.IntDiv(this=above, expression=below)

        def wide(of: Any) -> Any:
            return exp.Paren(this=self._cast(of, self._wide))

        def number(value: int) -> Any:
            return exp.Paren(this=self._number(value, self._wide))

        def quotient(of: Any, by: Any) -> Any:
            return wide(exp.IntDiv(this=of.copy(), expression=by.copy()))

        def rest(of: Any, by: Any) -> Any:
            return wide(exp.Mod(this=of.copy(), expression=by.copy()))

        def put_before(high: Any, low: Any) -> Any:
            return wide(exp.Add(this=exp.Paren(this=exp.Mul(this=high, expression=number(_DIGITS))), expression=low))

        first = quotient(above, number(_DIGITS**2))
        second = put_before(rest(first, below), quotient(rest(above, number(_DIGITS**2)), number(_DIGITS)))
        third = put_before(rest(second, below), rest(above, number(_DIGITS)))
        on_paper = put_before(put_before(quotient(first, below), quotient(second, below)), quotient(third, below))
        large = exp.LTE(this=number(100 * _DIGITS), expression=below.copy())
        return exp.Case(ifs=[exp.If(this=large, true=quotient(above, below))], default=on_paper)
