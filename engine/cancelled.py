"""Truths that are certain only all cases taken together, so that their proof must tell the cases apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.decision import FALSE, TRUE, Truth
from engine.proof import Attempt
from engine.unknowns import Cases


class Cancellations:
    """The open truths whose combination came out certain, noted as they are met; a group for each.

    Those met while something is concluded count only if the conclusion is certain: on an open one nothing certain
    rests, until a case is supposed, and then all of it is worked out again.
    """

    def __init__(self) -> None:
        self._groups: list[tuple[Truth, ...]] = []
        self._noted: list[tuple[Truth, ...]] = []
        self._depth = 0  # so many conclusions are being made

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[tuple[Truth, ...]]:
        return iter(self._groups)

    def begin_conclusion(self) -> int:
        """What is noted from here on belongs to one conclusion; what this gives is to be given to `end_conclusion`."""
        self._depth += 1
        return len(self._noted)

    def end_conclusion(self, before: int, is_certain: bool) -> None:
        """The conclusion is made, or was cut."""
        self._depth -= 1
        if len(self._noted) > before:
            if is_certain:
                self._groups += self._noted[before:]
            del self._noted[before:]

    def truths(self, truths: Iterable[Truth]) -> None:
        """A certain truth came from these, none of which makes it certain alone."""
        groups = self._noted if self._depth else self._groups
        groups.append(tuple(truth for truth in truths if truth.is_open))

    def parts(self, parts: Iterable[Any]) -> None:
        """A certain truth came from these steps, none of which makes it certain alone."""
        self.truths(part.truth for part in parts)

    def cases(self, *values: Any) -> None:
        """A certain comparison came from values that are one or another by open questions."""
        guards = [under for value in values if type(value) is Cases for under, _ in value.alternatives if under.is_open]
        if guards:
            self.truths(guards)

    def conclusion(self, truth: Truth, attempts: tuple[Attempt, ...]) -> None:
        """A certain conclusion, if no attempt for or against it makes it certain alone."""
        mine = [attempt for attempt in attempts if attempt.rule.positive]
        others = [attempt for attempt in attempts if not attempt.rule.positive]
        if truth is TRUE:
            plainly = any(a.truth is TRUE for a in mine) and all(a.truth is FALSE for a in others)
        else:
            plainly = any(a.truth is TRUE for a in others) or all(a.truth is FALSE for a in mine)
        if not plainly:
            self.parts(attempts)
