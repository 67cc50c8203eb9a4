"""What follows from a declaration that could not be read is not told again: the declaration is.

Nothing is passed over for good. The error that stays refuses the book, and once it is mended all others are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import evolve

from policy.diagnostic import Diagnostic
from policy.source import Span

_UNREAD = ("E0203", "E0204")
_BARE = re.compile(r"^(?:(?:may\s+have|has)\s+)?(?:(?:an?|the|another)\s+)?|\s*\(.*$", re.DOTALL)


def told_once(problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The problems of a book without those at words whose declaration is among them; one slip in many places is one."""
    unread: set[str] = set()
    kept: dict[tuple[object, ...], Diagnostic] = {}
    others: dict[tuple[object, ...], list[int]] = {}
    for number, problem in enumerate(problems):
        if problem.is_error and any(_begins(problem.span, words) for words in unread):
            continue
        if problem.code in _UNREAD and problem.span is not None:
            unread.add(_BARE.sub("", " ".join(problem.span.text.split())))
        same = problem.code == "E0102" and problem.nearest and "*" not in problem.nearest[0]
        key: tuple[object, ...] = (problem.code, problem.message, problem.nearest[0]) if same else (number,)
        first = kept.setdefault(key, problem)
        if first is not problem and problem.span is not None:
            others.setdefault(key, []).append(problem.span.line)
    for place, problem in kept.items():
        also = (f"the same stands in lines {', '.join(map(str, others[place]))}",) if place in others else ()
        yield evolve(problem, notes=(*problem.notes, *also))


def _begins(span: Span | None, words: str) -> bool:
    """Whether certain words stand at a place: those of a kind after its article too."""
    if span is None or not words:
        return False
    form = r"\s+".join(map(re.escape, words.split()))
    return re.compile(rf"(?:(?:an?|the)\s+)?{form}\b").match(span.source.text, span.start) is not None
