"""The facts of a case as lines: what is stated of each record, statement and value, with where it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.facts import Table
from engine.unknowns import NONE, UNKNOWN
from engine.values import DATE
from policy.instrument import Case
from policy.outline import Line
from policy.relations import VALUE, happens_once, recorded
from policy.samples import sentence
from policy.speak import Speaker

MOST_LINES = 200


def fact_lines(case: Case, words: str = "") -> tuple[tuple[Line, ...], int]:
    """The facts that have all of the words, as lines, and how many more there are than the 200 that are given."""
    wanted = words.casefold().split()
    found = [line for line in _every(case) if all(word in f"{line.text} {line.rests_on}".casefold() for word in wanted)]
    return tuple(found[:MOST_LINES]), max(0, len(found) - MOST_LINES)


def _every(case: Case) -> Iterator[Line]:
    speaker = Speaker(case.book.lexicon, case.facts)
    if case.facts.complete_to is not None:
        yield Line(0, f"The record is complete to {speaker.value(case.facts.complete_to, DATE)}.")
    for name, table in case.facts.tables.items():
        for number in range(len(table)):
            said = _said(speaker, name, table, number)
            if said:
                yield Line(0, said, recorded(table, number))


def _said(speaker: Speaker, name: str, table: Table, number: int) -> str:
    lexicon = speaker.lexicon
    if name in lexicon.records:
        return _record(speaker, table, number)
    if name not in lexicon.phrases:
        return ""  # that a thing is of its kind goes without saying
    cells, status = table.cells(number), table.status[number]
    keys = cells[: table.relation.keys]
    if len(cells) > len(keys) and table.relation.columns[-1].name == VALUE:
        return sentence(_valued(speaker, name, keys, cells[-1]))
    span = table.spans[number]
    said = speaker.statement(name, keys, status is not False)
    if span is not None:
        first, last = (None if day is None else speaker.value(day, DATE) for day in span)
        said += f" on {first}" if first == last else f" from {first}{f' to {last}' if last else ''}"
    return sentence(said if status is not None else f"it is not known whether {said}")


def _valued(speaker: Speaker, name: str, keys: tuple[Any, ...], value: Any) -> str:
    phrase = speaker.lexicon.phrases[name]
    column = speaker.lexicon.relations[name].columns[-1]
    if not happens_once(phrase):
        said = speaker.value(value, column.type)
        return f"{speaker.quantity(name, keys, column.name)} {speaker.be(name, column.name)} {said}"
    if value is UNKNOWN or value is NONE:
        happened = speaker.quantity(name, keys, column.name).removeprefix("the day ")
        return f"it is {'not known on which day' if value is UNKNOWN else 'not so that'} {happened}"
    return speaker.statement(name, (*keys, value))


def _record(speaker: Speaker, table: Table, number: int) -> str:
    cells = table.cells(number)
    parts = [
        f"{column.name} {speaker.value(cell, column.type)}"
        for column, cell in zip(table.relation.columns[1:], cells[1:], strict=True)
        if cell is not NONE
    ]
    return f"{cells[0]} ({table.relation.name}): {', '.join(parts)}" if parts else f"{cells[0]} ({table.relation.name})"
