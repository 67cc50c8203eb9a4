"""Statements of SQL, kept between processes: what is asked of a ledger again need not be printed again.

A statement is told by the whole of what it prints, so what rests on other rules or facts is another one. They are run
where they can do nothing but answer: with no file, no network and no setting within reach (`engine.relational.duck`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from functools import cache

from attrs import define

from policy.cache import fetch, keep_later

_NAME = "statements"
_MOST = 1_000
"""So many are kept: those that were used last."""


@define(eq=False)
class Statements(MutableMapping[str, str]):
    """Statements by their keys, those used last at the end; once one is added, all are kept as the process ends."""

    _known: dict[str, str]

    def __getitem__(self, key: str) -> str:
        statement = self._known.pop(key)
        self._known[key] = statement
        return statement

    def __setitem__(self, key: str, statement: str) -> None:
        self._known[key] = statement
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        keep_later(_NAME, "", lambda: json.dumps(self._known))

    def __delitem__(self, key: str) -> None:
        del self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@cache
def statements() -> Statements:
    """Those of earlier processes, and of this one."""
    found = fetch(_NAME, "")
    return Statements({} if found is None else json.loads(found))
