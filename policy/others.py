"""What the record shows besides the members of a total: nothing more, or nothing that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.model import Compare, Comparison, ValueOf, Variable
from engine.proof import Compared, Folded
from engine.values import Kind
from policy.speak import Speaker


def no_others(speaker: Speaker, step: Folded) -> str:
    """That no other member is recorded, or of those recorded none counts; "" of what is not recorded."""
    variable = step.aggregate.variables[0]
    if not is_recorded(variable) or step.added is not None:
        return ""  # of days and numbers there is no record
    qualities: dict[str, Any] = {}
    for part in step.parts[0].parts if step.parts else ():
        if isinstance(part, Compared) and is_attribute_of(part.condition, variable):
            assert isinstance(part.condition.left, ValueOf)
            qualities[part.condition.left.column] = part.condition.left, part.right
    said = [f"whose {name} is {speaker.value(of, speaker.type_of(left))}" for name, (left, of) in qualities.items()]
    suffix = f" {' and '.join(said)}" if said else ""
    other = "other " if step.parts else ""
    members = {member.values[0] for member in step.parts}
    like = _records(speaker, variable.type.name, {name: value for name, (_, value) in qualities.items()})
    none = all(each in members for each in like)
    return f"no {other}{variable.type.name}{suffix} {'is recorded' if none else 'counts'}"


def _records(speaker: Speaker, kind: str, qualities: Mapping[str, Any]) -> Iterator[str]:
    """The names of the records of a kind that have these values."""
    names = [column.name for column in speaker.lexicon.relations[kind].columns]
    wanted = [(names.index(name), value) for name, value in qualities.items()]
    for table, number in speaker.facts.rows(kind, *(wanted[0] if wanted else ())):
        if all(table.columns[place][number] == value for place, value in wanted):
            yield table.columns[0][number]


def is_recorded(variable: Variable) -> bool:
    """Whether a variable stands for things that a record has, not for days or numbers."""
    return variable.type.kind is Kind.SYMBOL and not variable.type.members


def is_attribute_of(condition: Compare, variable: Variable) -> bool:
    """Whether a condition says what a value of a variable is."""
    return (
        condition.comparison is Comparison.IS
        and isinstance(condition.left, ValueOf)
        and condition.left.arguments == (variable,)
    )
