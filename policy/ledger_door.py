"""What the doors do with ledgers beside asking: reading them with their case files, and saying what is in them.

What is missing for a question is found in its proof: what it hangs on, and what it looked for of which nothing is
recorded; and in the records, the attributes that no row gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.facts import Table
from engine.model import Relation, Silence
from engine.proof import walk
from engine.unknowns import UNKNOWN
from policy.cases import CasePart, read_case
from policy.diagnostic import ClausebookError, in_order
from policy.document import read, read_source
from policy.instrument import Case, Instrument
from policy.ledger_kinds import Ledger, Watch
from policy.present import rested_on
from policy.relations import recorded
from policy.source import Source, Span
from policy.vocabulary_text import phrase_text
from policy.words import Phrase

_MOST_PLACES = 3
_SILENT = {
    Silence.FALSE: "taken not to be so",
    Silence.UNKNOWN: "not known",
    Silence.ASSUMED: "taken as the book says until something is recorded",
}


def read_facts(
    instrument: Instrument,
    cases: Sequence[Path],
    ledgers: Sequence[Path],
    mapping: Path | None,
    strict: bool,
    part: str,
    watch: Watch,
) -> Case:
    """The case of case files and ledgers. Raises `ClausebookError` for what stops it, with ``strict`` for every row."""
    sources: list[Path | Ledger] = [*cases, *(Ledger(path, mapping) for path in ledgers)]
    case, problems = instrument.read_case(sources, part, None, watch)
    errors = [problem for problem in problems if problem.is_error]
    if strict:
        errors += [problem for problem in case.passed if problem.is_error]
    if errors:
        raise ClausebookError(*in_order(errors))
    return case


# ---------------------------------------------------------------- checking


def check_lines(case: Case, questions: Sequence[str], cases: Sequence[Path]) -> Iterator[str]:
    """What is recorded, what no row gives, and for each question what it turns on that is not recorded."""
    relations = case.book.engine.relations
    yield "Recorded:"
    for name, relation in relations.items():
        table = case.facts.tables.get(name)
        if table is not None and is_told(case, relation) and (told := rows_told(case, table)):
            yield f"  {heading(case, name)}: {len(told):,}"
    unknown = list(_unknown(case))
    if unknown:
        yield "Not known:"
        yield from unknown
    asked = [Span(Source("question", text), 0, len(text)) for text in questions] or list(_asked_in(cases))
    for span in asked:
        yield " ".join(span.text.split())
        yield from (f"  {line}" for line in _about(case, span))


def is_told(case: Case, relation: Relation) -> bool:
    """Whether a relation is a kind or phrase whose rows files state: neither a conclusion nor names without a kind."""
    if relation.silence is Silence.CONCLUDED and not relation.record:
        return False
    word = case.book.assembly.words.get(relation.name)
    return isinstance(word, Phrase) or case.book.vocabulary.type_of_noun(relation.name) is not None


def rows_told(case: Case, table: Table) -> Sequence[int]:
    """The rows of a table that files state: not the names that the book itself declares."""
    if table.relation.record or table.relation.name not in case.book.vocabulary.types:
        return range(len(table))
    declared = case.instrument.book.vocabulary.names
    return [number for number, name in enumerate(table.columns[0]) if name not in declared]


def heading(case: Case, name: str) -> str:
    """A relation as its kind or phrase is declared."""
    word = case.book.assembly.words.get(name)
    return phrase_text(word) if isinstance(word, Phrase) else name


def _unknown(case: Case) -> Iterator[str]:
    """The attributes and values that rows leave open, with the first rows that do."""
    for name, table in case.facts.tables.items():
        relation = case.book.engine.relations[name]
        for place in range(relation.keys, len(relation.columns)):
            rows = [number for number, cell in enumerate(table.columns[place]) if cell is UNKNOWN]
            if rows:
                column = relation.columns[place].name
                of = f"{name}: {column}" if relation.record else heading(case, name)
                yield f"  {of}, in {len(rows):,} of {len(table):,} rows: {_places(table, rows)}"


def _places(table: Table, rows: Sequence[int]) -> str:
    shown = "; ".join(str(_place(table, number)) for number in rows[:_MOST_PLACES])
    return f"{shown}; …" if len(rows) > _MOST_PLACES else shown


def _place(table: Table, number: int) -> object:
    return recorded(table, number) or table.columns[0][number]


def _about(case: Case, span: Span) -> Iterator[str]:
    """The answer in a word, what it hangs on, and of what it can turn on nothing is recorded."""
    try:
        answer = case.ask(span)
    except ClausebookError as error:
        yield f"{error.code}: {error.diagnostics[0].message}"
        return
    yield answer.said
    yield from (f"hangs on {name}" for name in answer.open)
    reached = rested_on(walk(*answer.proof))
    for relation in case.book.assembly.program.relations:
        if relation.name in reached and _is_silent(case, relation):
            yield f"nothing is recorded of: {heading(case, relation.name)} ({_SILENT[relation.silence]})"


def _is_silent(case: Case, relation: Relation) -> bool:
    """Whether nothing is recorded of what a case states."""
    if relation.silence is Silence.CONCLUDED:
        return False
    table = case.facts.tables.get(relation.name)
    return table is None or not len(table)


def _asked_in(cases: Sequence[Path]) -> Iterator[Span]:
    """The questions of case files that are asked of the facts common to all."""
    for path in cases:
        source, _ = read_source(path)
        if source is not None:
            document, _ = read(source)
            common: CasePart = read_case(document)[0].common
            yield from (each.question for each in common.questions)
