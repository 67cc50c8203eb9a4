"""What an audit came to: counts by verdict, clause, year and class, as lines and as a page; and its rows as a file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from engine.columns import Cells, Packed, Texts, arrow_codes
from engine.values import Kind
from policy.audit_rows import COLUMNS, Rows
from policy.auditing import Audit
from policy.diagnostic import ClausebookError, Diagnostic
from policy.layout import for_spreadsheet, inert
from policy.storing import put

if TYPE_CHECKING:
    from policy.instrument import Case

VERDICTS = ("yes", "value", "none", "no", "depends", "conflict", "no verdict")
SUFFIXES = (".csv", ".parquet")
_NEGATIVE = re.compile(r"-\$?[\d,]+(?:\.\d+)?%?(?: [a-z]+)*")


@frozen
class Count:
    """How many rows of a group came out how."""

    heading: str
    rows: tuple[tuple[str, dict[str, int]], ...]


def counts(case: Case, audit: Audit) -> tuple[Count, ...]:
    """The rows by verdict, by the clauses that decide them, by year, and by each closed kind of their attributes."""
    rows = audit.rows
    found = [_count("All", Counter({("", verdict): count for (verdict,), count in rows.counted("verdict").items()}))]
    cited: Counter[tuple[str, str]] = Counter()
    for (citations, verdict), count in rows.counted("citations", "verdict").items():
        for clause in _clauses(citations):
            cited[clause, verdict] += count
    by_clause = _count("Clause", cited)
    order = {f"§ {clause}": place for place, clause in enumerate(case.book.clause_ids)}
    found.append(Count("Clause", tuple(sorted(by_clause.rows, key=lambda each: order.get(each[0], len(order))))))
    relation = audit.question.goal.subjects
    if relation.record and len(rows):
        attributes = _Attributes(case, relation.name, rows)
        for place, column in enumerate(relation.columns):
            if place == relation.time:
                found.append(_count("Year", attributes.counted(place, _year)))
            elif column.type.kind is Kind.SYMBOL and column.type.members:
                heading = f"{column.name[:1].upper()}{column.name[1:]}"
                found.append(_count(heading, attributes.counted(place, _said)))
    return tuple(found)


def _count(heading: str, numbers: Counter[tuple[str, str]]) -> Count:
    """How many rows of each group have each verdict."""
    groups: dict[str, dict[str, int]] = {}
    for (group, verdict), number in numbers.items():
        groups.setdefault(group, {})[verdict] = number
    return Count(heading, tuple((group, groups[group]) for group in sorted(groups)))


class _Attributes:
    """The attributes of the subjects, row by row."""

    def __init__(self, case: Case, relation: str, rows: Rows) -> None:
        self._verdicts = rows.column("verdict")
        tables = case.facts.layers(relation)
        self._columns: list[Any] = []
        if len(tables) == 1 and _are(tables[0].columns[0], rows.ids):
            self._columns = list(tables[0].columns)
            return
        places = {table.columns[0][number]: (table, number) for table, number in case.facts.rows(relation)}
        found = [places[id] for id in rows.ids.to_pylist()]
        width = len(found[0][0].columns)
        self._columns = [[table.columns[place][number] for table, number in found] for place in range(width)]

    def counted(self, place: int, said: Callable[[Any], str]) -> Counter[tuple[str, str]]:
        """How many rows whose attribute is so said have which verdict."""
        cells = self._columns[place]
        packed = cells.packed() if isinstance(cells, Cells) else Packed(cells)
        verdicts = self._verdicts.dictionary.to_pylist()
        if packed.codes is None:
            return Counter(zip(map(said, packed.values), self._verdicts.to_pylist(), strict=True))
        import pyarrow
        import pyarrow.compute as compute

        both = compute.multiply(arrow_codes(packed.codes).cast(pyarrow.int64()), len(verdicts))
        both = compute.add(both, self._verdicts.indices.cast(pyarrow.int64()))
        found: Counter[tuple[str, str]] = Counter()
        for each in both.value_counts().to_pylist():
            code, verdict = divmod(each["values"], len(verdicts))
            found[said(packed.values[code]), verdicts[verdict]] += each["counts"]
        return found


def _are(column: Any, ids: Any) -> bool:
    """Whether a column has these names in this order."""
    packed = column.packed() if isinstance(column, Cells) else None
    if packed is not None and packed.codes is None and type(packed.values) is Texts:
        return bool(packed.values.array.equals(ids))
    return bool(list(column) == ids.to_pylist())


def _clauses(citations: str) -> list[str]:
    """The clauses of ``§ 1; § 2``, as `policy.answer.sections` writes them."""
    return [each.strip() for each in citations.replace(", §", "; §").split(";") if each.strip()]


def _year(cell: Any) -> str:
    return str(cell.year) if isinstance(cell, date) else "not known"


def _said(cell: Any) -> str:
    return cell if isinstance(cell, str) else "not known"


# ----------------------------------------------------------------------- lines


def summary(audit: Audit, counted: Iterable[Count]) -> Iterator[str]:
    """The counts as tables of text."""
    kinds = _kinds(audit)
    for count in counted:
        wide = max([len(count.heading), *(len(group) for group, _ in count.rows)])
        yield "  ".join([count.heading.ljust(wide), *(kind.rjust(10) for kind in kinds)]).rstrip()
        for group, by in count.rows:
            yield "  ".join([group.ljust(wide), *(f"{by.get(kind, 0):,}".rjust(10) for kind in kinds)]).rstrip()
        yield ""
    yield told(audit)
    for note in audit.notes:
        yield f"Left to be settled one by one: {note}."


def _kinds(audit: Audit) -> list[str]:
    met = audit.rows.counted("verdict")
    return [each for each in VERDICTS if (each,) in met]


def told(audit: Audit) -> str:
    """How the rows came about, in a sentence."""
    like = f" and {audit.alike:,} as one of these" if audit.alike else ""
    asked = f"{audit.settled:,} settled one by one{like}, {audit.verified:,} asked again and confirmed"
    return f"{len(audit.rows):,} rows; {asked}."


# ------------------------------------------------------------------------ page

_STYLE = (
    "body{font:16px/1.5 serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%;margin:0 0 2em}th,td{text-align:left;padding:.2em .8em .2em 0}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr{border-bottom:1px solid #ddd}"
    ".bar{display:flex;height:.9em;min-width:12em}.yes,.value{background:#4a7c59}.no{background:#a5443a}"
    ".depends{background:#c9a23a}.conflict{background:#6b4a8a}.none,.verdict{background:#999}"
)


def page(case: Case, audit: Audit, counted: Iterable[Count]) -> str:
    """The counts as a page that stands alone: a table with bars for each."""
    kinds = _kinds(audit)
    title = f"{case.book.title}: {audit.question.text.replace('*', '')}"
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{told(audit)}</p>",
    ]
    for count in counted:
        heads = "".join(f"<th class=n>{escape(kind)}</th>" for kind in kinds)
        parts.append(f"<table><tr><th>{escape(count.heading)}</th>{heads}<th></th></tr>")
        most = max((sum(by.values()) for _, by in count.rows), default=1)
        for group, by in count.rows:
            cells = "".join(f"<td class=n>{by.get(kind, 0):,}</td>" for kind in kinds)
            parts.append(f"<tr><td>{escape(group)}</td>{cells}<td>{_bar(by, kinds, most)}</td></tr>")
        parts.append("</table>")
    stamp = case.stamp
    facts = ", ".join(escape(inert(name)) for name, _ in stamp.facts)
    parts.append(
        f"<p>{escape(stamp.book)} {stamp.book_hash[:12]}; {facts}; clausebook {escape(stamp.engine)}</p></html>"
    )
    return "\n".join(parts) + "\n"


def _bar(by: dict[str, int], kinds: list[str], most: int) -> str:
    pieces = (
        f'<span class={kind.split()[-1]} style="width:{by[kind] * 1000 // most / 10}%" title="{escape(kind)}"></span>'
        for kind in kinds
        if by.get(kind)
    )
    return f"<span class=bar>{''.join(pieces)}</span>"


# ------------------------------------------------------------------------ file


def write(path: Path, audit: Audit) -> None:
    """The rows as CSV or Parquet, by the name's ending; the file is there whole or not at all."""
    columns = {name: audit.rows.column(name) for name in COLUMNS}
    put(path, _csv(columns) if path.suffix == ".csv" else _parquet(columns))


def checked(path: Path) -> Path:
    """An output's path. Raises `ClausebookError` (``E0644``) for an ending that says no form of rows."""
    if path.suffix not in SUFFIXES:
        raise ClausebookError(Diagnostic("E0644", f"`{path.name}` names no form of rows", None, SUFFIXES))
    return path


def _csv(columns: dict[str, Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*map(_cells, columns.values()), strict=True))
    return text.getvalue().encode()


def _cells(column: Any) -> Iterator[str]:
    """The texts of a column as cells of CSV."""
    if not hasattr(column, "dictionary"):
        return map(_cell, column.to_pylist())
    return map(list(map(_cell, column.dictionary.to_pylist())).__getitem__, column.indices.to_pylist())


def _cell(text: str) -> str:
    """A text as a cell of CSV; a negative quantity stays as it is."""
    return text if _NEGATIVE.fullmatch(text) is not None else for_spreadsheet(text)


def _parquet(columns: dict[str, Any]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(columns), sink, store_schema=False)  # plain texts to whoever reads it
    return bytes(sink.getvalue().to_pybytes())
