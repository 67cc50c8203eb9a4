"""The algebra as SQL. The only values that are ever printed are whole numbers, TRUE, FALSE and NULL; names are quoted.

Operations one upon the other become one SELECT where that means the same, so that there is less to read and to plan.
What remains nests; every so many levels one is cut off, for DuckDB as a part of a WITH, for Spark, to which each of
those would be a round of analysis, as a view.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, field, frozen

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
_INFIX = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", "+": "+", "-": "-", "*": "*", "mod": "%"}
_FOLDS = {"sum": "SUM", "min": "MIN", "max": "MAX", "any": "BOOL_OR"}
_NOTHING = "nothing"
"""The column of a relation without columns."""


@frozen
class _Dialect:
    """How names are quoted, the type of 128 bits, and division towards zero."""

    quote: str
    wide: str
    div: str


DIALECTS = {"duckdb": _Dialect('"', "HUGEINT", "//"), "spark": _Dialect("`", "DECIMAL(38, 0)", "DIV")}


@frozen
class _Query:
    """A query to which more may be put: FROM what, each column as it is written over that, WHERE what.

    On columns ``computed`` here nothing else here rests. ``whole`` are all columns of what it is from, where they are
    known; ``text`` is the query where nothing may be put to it any more, ``depth`` so many queries nest in it.
    """

    source: str
    columns: dict[str, str]
    where: tuple[str, ...] = ()
    computed: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    has_windows: bool = False
    text: str = ""
    depth: int = field(default=0, eq=False)


class Printer:
    """Prints relations for one of `DIALECTS`."""

    def __init__(self, dialect: str) -> None:
        self._dialect = DIALECTS[dialect]
        self._names = 0
        self._cut: list[tuple[str, str]] = []

    def query(self, relation: Relation) -> str:
        """A relation as a query of DuckDB's."""
        parts, query = self.pieces(relation)
        if not parts:
            return query
        return f"WITH {', '.join(f'{self.quoted(name)} AS NOT MATERIALIZED ({part})' for name, part in parts)} {query}"

    def pieces(self, relation: Relation) -> tuple[tuple[tuple[str, str], ...], str]:
        """A relation as a query, and what was cut off it: queries to be made before, in order, each by its name."""
        self._cut = []
        query = self._text(self._of(relation))
        return tuple(self._cut), query

    def making(self, table: str, relation: Relation, view: bool = False) -> str:
        """DuckDB's statement that makes a table (``view``: a view) of a relation."""
        return f"CREATE TEMPORARY {'VIEW' if view else 'TABLE'} {self.quoted(table)} AS {self.query(relation)}"

    def quoted(self, name: str) -> str:
        quote = self._dialect.quote
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    # ------------------------------------------------------------ relations

    def _of(self, relation: Relation) -> _Query:
        match relation:
            case Scan(table, columns):
                return _Query(self.quoted(table), {here: self.quoted(there) for here, there in columns})
            case One():
                return _Query("", {})
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
                if query.text and set(names) != set(query.columns):
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
                over = self._over(query, within, by, " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
                return self._windows(query, {fold.name: self._folded(fold, query, over) for fold in folds})
            case Differences(inner, within, by, columns):
                query = self._open(inner, {*within, by, *(of for _, of in columns)})
                over = self._over(query, within, (by,))
                zero = self._number(0)
                cells = {name: query.columns[of] for name, of in columns}
                return self._windows(
                    query, {name: f"{of} - COALESCE(LAG({of}){over}, {zero})" for name, of in cells.items()}
                )
            case Union(inputs, names):
                parts = [self._of(Keep(each, names)) for each in inputs]
                text = " UNION ALL ".join(self._text(part, names) for part in parts)
                return self._closed(text, names, max(part.depth for part in parts))

    def _join(self, join: Join) -> _Query:
        left = self._open(join.left, {pair.left for pair in join.pairs})
        right = self._nested(self._of(join.right))
        hides_alike = not left.whole.isdisjoint(right.columns)
        if not left.whole or hides_alike or left.has_windows or (left.computed and not join.keep_left):
            left = self._nested(left)
        signs = ("IS NOT DISTINCT FROM" if pair.unknown_too else "=" for pair in join.pairs)
        pairs = [
            f"{left.columns[pair.left]} {sign} {right.columns[pair.right]}"
            for pair, sign in zip(join.pairs, signs, strict=True)
        ]
        kind = "LEFT" if join.keep_left else "INNER"
        return evolve(
            left,
            source=f"{left.source} {kind} JOIN {right.source} ON {' AND '.join(pairs) or 'TRUE'}",
            columns=left.columns | right.columns,
            whole=left.whole | right.whole if right.whole else frozenset(),
            depth=max(left.depth, right.depth),
        )

    def _group(self, query: _Query, keys: tuple[str, ...], folds: tuple[Folded, ...]) -> _Query:
        cells = [self._cell(key, query.columns[key]) for key in keys]
        cells += [self._cell(fold.name, self._folded(fold, query)) for fold in folds]
        text = f"{', '.join(cells) or self._nothing()}{self._from(query)}"
        if not folds:
            text = f"SELECT DISTINCT {text}" if keys else f"SELECT {text} LIMIT 1"
        else:
            by = f" GROUP BY {', '.join(query.columns[key] for key in keys)}" if keys else ""
            text = f"SELECT {text}{by}"
        return self._closed(text, (*keys, *(fold.name for fold in folds)), query.depth)

    def _folded(self, fold: Folded, query: _Query, over: str = "") -> str:
        of = self.scalar(fold.of, query.columns)
        if fold.fold != "sum":
            return f"{_FOLDS[fold.fold]}({of}){over}"
        return f"SUM({self._cast(of, self._dialect.wide)}){over}" if fold.wide else self._cast(f"SUM({of}){over}")

    def _over(self, query: _Query, within: Iterable[str], by: Iterable[str], rows: str = "") -> str:
        alike = ", ".join(query.columns[name] for name in within)
        order = ", ".join(f"{query.columns[name]} NULLS LAST" for name in by)
        return f" OVER ({f'PARTITION BY {alike} ' if alike else ''}ORDER BY {order}{rows})"

    def _windows(self, query: _Query, columns: dict[str, str]) -> _Query:
        computed = query.computed.union(columns)
        return evolve(query, columns=query.columns | columns, computed=computed, has_windows=True)

    # -------------------------------------------------------------- nesting

    def _open(self, relation: Relation, used: Iterable[str]) -> _Query:
        """A relation's query, to which something may be put that rests on these of its columns."""
        query = self._of(relation)
        return self._nested(query) if query.text or not query.computed.isdisjoint(used) else query

    def _nested(self, query: _Query) -> _Query:
        """A query from this one, which has its columns by their names."""
        self._names += 1
        name = f"q{self._names}"
        text, depth = self._text(query), query.depth + 1
        source = f"({text}) AS {self.quoted(name)}"
        if depth >= _DEEPEST:
            self._cut.append((name, text))
            source, depth = self.quoted(name), 0
        columns = {each: self.quoted(each) for each in query.columns}
        return _Query(source, columns, whole=frozenset(columns), depth=depth)

    def _closed(self, text: str, names: Iterable[str], depth: int) -> _Query:
        return _Query("", {name: self.quoted(name) for name in names}, text=text, depth=depth)

    def _text(self, query: _Query, names: Iterable[str] = ()) -> str:
        """The query as text; with columns of these ``names`` in their order."""
        if query.text and not names:
            return query.text
        query = self._nested(query) if query.text else query
        cells = [self._cell(name, query.columns[name]) for name in names or query.columns]
        if not names and query.whole:
            every = [name for name in query.whole if query.columns.get(name) == self.quoted(name)]
            if len(every) == len(query.whole):
                others = (name for name in query.columns if name not in query.whole)
                cells = ["*", *(self._cell(name, query.columns[name]) for name in others)]
        return f"SELECT {', '.join(cells) or self._nothing()}{self._from(query)}"

    def _from(self, query: _Query) -> str:
        where = " AND ".join(query.where if len(query.where) == 1 else (f"({each})" for each in query.where))
        return f"{f' FROM {query.source}' if query.source else ''}{f' WHERE {where}' if where else ''}"

    def _cell(self, name: str, of: str) -> str:
        quoted = self.quoted(name)
        return quoted if of == quoted else f"{of} AS {quoted}"

    def _nothing(self) -> str:
        return f"TRUE AS {self.quoted(_NOTHING)}"

    # --------------------------------------------------------------- scalars

    def scalar(self, scalar: Scalar, columns: dict[str, str]) -> str:
        """A scalar over columns, each as it is written."""
        match scalar:
            case Column(name):
                return columns[name]
            case Literal(None, of_truth):
                return self._cast("NULL", "BOOLEAN" if of_truth else "BIGINT")
            case Literal(value, of_truth):
                return str(value).upper() if of_truth else self._number(int(value))  # type: ignore[arg-type]
            case _:
                operands = [
                    self.scalar(each, columns)
                    if isinstance(each, (Column, Literal))
                    else f"({self.scalar(each, columns)})"
                    for each in scalar.operands
                ]
                return self._operation(scalar.name, operands)

    def _operation(self, name: str, operands: list[str]) -> str:
        if name in ("and", "or"):
            return f" {name.upper()} ".join(operands)
        first, *others = operands
        if name in _INFIX:
            return f"{first} {_INFIX[name]} {others[0]}"
        match name:
            case "not":
                return f"NOT {first}"
            case "is null" | "is true":
                return f"{first} {name.upper()}"
            case "div":
                return f"{first} {self._dialect.div} {others[0]}"
            case "wide div":
                return self._wide_div(first, others[0])
            case "negative":  # Spark's own sign keeps no more than 34 digits
                return f"{self._number(0)} - {first}"
            case "when":
                return f"CASE WHEN {first} THEN {others[0]} ELSE {others[1]} END"
            case "choose":
                return f"CASE WHEN {first} THEN {others[0]} WHEN NOT {first} THEN {others[1]} END"
            case "widen":
                return self._cast(first, self._dialect.wide)
            case "narrow":
                return self._cast(first)
            case _:
                raise AssertionError(name)

    def _number(self, value: int) -> str:
        return self._cast(str(value), "BIGINT" if -(2**63) < value < 2**63 else self._dialect.wide)

    def _cast(self, of: str, type: str = "BIGINT") -> str:
        return f"CAST({of} AS {type})"

    def _wide_div(self, above: str, below: str) -> str:
        """Spark's quotients have 64 bits: it gets the digits eighteen at a time, as on paper."""
        if self._dialect.div == "//":
            return f"{above} // {below}"

        def wide(of: str) -> str:
            return self._cast(of, self._dialect.wide)

        def put_before(high: str, low: str) -> str:
            return wide(f"({high} * {chunk}) + {low}")

        chunk, chunks, large = (wide(str(each)) for each in (_DIGITS, _DIGITS**2, 100 * _DIGITS))
        first = wide(f"{above} DIV {chunks}")
        second = put_before(wide(f"{first} % {below}"), wide(f"{wide(f'{above} % {chunks}')} DIV {chunk}"))
        third = put_before(wide(f"{second} % {below}"), wide(f"{above} % {chunk}"))
        upper = put_before(wide(f"{first} DIV {below}"), wide(f"{second} DIV {below}"))
        on_paper = put_before(upper, wide(f"{third} DIV {below}"))
        return f"CASE WHEN {large} <= {below} THEN {wide(f'{above} DIV {below}')} ELSE {on_paper} END"
