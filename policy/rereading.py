"""A sentence that differs from one already read in nothing but its quantities has the same reading, with others in it.

What a sentence is read as hangs on the words, and of a quantity on what types it may have, over how many words: not on
its value, unless two of them are the same. All of that is its `pattern`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from attrs import fields, frozen

from engine.values import Kind
from policy.quantities import Literal, begins_quantity, literals
from policy.source import Source, Span
from policy.syntax import Quantity
from policy.tokens import Tokens

Pattern = tuple[Any, ...]


@frozen(eq=False)
class Patterned:
    """The tokens of a sentence with the quantities that begin at each, and its pattern."""

    tokens: Tokens
    found: Mapping[int, tuple[Literal, ...]]
    pattern: Pattern


def patterned(tokens: Tokens, own: Collection[str]) -> Patterned:
    """The pattern of a sentence; ``own`` are words of the vocabulary that look like quantities: they may be more."""
    words: list[Any] = list(tokens.words)
    found: dict[int, tuple[Literal, ...]] = {}
    same: dict[Any, int] = {}
    dated = 0
    for at, word in enumerate(tokens.words):
        if not begins_quantity(word):
            continue
        if at < dated and word not in own:  # the day and the year of a date
            words[at] = None
            continue
        each = literals(tokens.words, at)
        if not each:
            continue
        found[at] = each
        kinds = tuple((one.type, one.length, same.setdefault((one.type, one.value), len(same))) for one in each)
        marks = "%" in word, "/" in word  # a share may be one "of" something
        words[at] = (word, kinds) if word in own else (marks, kinds)
        if each[0].type.kind is Kind.DATE:
            dated = at + each[0].length
    return Patterned(tokens, found, tuple(words))


def reread(readings: tuple[Any, ...], was: Patterned, now: Patterned, source: Source) -> tuple[Any, ...] | None:
    """The readings of a sentence of a pattern for another of that pattern: its own quantities, and its own places.

    None where the day or the year of a date was read as a quantity of its own.
    """
    before, after = was.tokens, now.tokens
    starts = dict(zip(before.starts, range(len(before)), strict=True))
    ends = dict(zip(before.ends, range(len(before)), strict=True))

    def moved(node: Any) -> Any:
        kind = type(node)
        if kind is Span:
            return Span(source, after.starts[starts[node.start]], after.ends[ends[node.end]])
        if kind is tuple:
            return tuple([moved(each) for each in node])
        if kind is Quantity:
            at, length = starts[node.span.start], ends[node.span.end] + 1 - starts[node.span.start]
            of_type = [one.value for one in now.found.get(at, ()) if one.type == node.type and one.length == length]
            return Quantity(of_type[0], node.type, moved(node.span))
        names = _parts(kind)  # type: ignore[arg-type]  # a class is hashable
        return kind(*[moved(getattr(node, name)) for name in names]) if names else node

    try:
        return moved(readings)  # type: ignore[no-any-return]  # a tuple gives a tuple
    except IndexError:
        return None


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a node of the tree; () of anything else."""
    return (
        tuple(each.name for each in fields(kind))
        if kind.__module__ == "policy.syntax" and hasattr(kind, "__attrs_attrs__")
        else ()
    )
