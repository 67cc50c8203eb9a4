"""Errors and warnings as values: a code, a place, what was expected, the nearest right words."""

from __future__ import annotations

from attrs import frozen

from policy.source import Span


@frozen
class Diagnostic:
    """One finding. ``code`` is stable (``E0103``, ``W0002``) and explained in ``docs/errors.md``."""

    code: str
    message: str
    span: Span | None
    expected: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")
