"""Statements that were printed before, by what they print: the library that prints need not be loaded for them."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from attrs import define

from engine.relational.algebra import Relation
from engine.relational.printing import Printer


@define(eq=False)
class Printed:
    """Prints for DuckDB as a `Printer` does; what is printed is looked for among ``statements``, and put there."""

    statements: MutableMapping[str, str]

    @cached_property
    def _printer(self) -> Printer:
        return Printer("duckdb")

    def query(self, relation: Relation) -> str:
        return self._found(("query", relation), lambda: self._printer.query(relation))

    def making(self, table: str, relation: Relation, view: bool = False) -> str:
        return self._found(("making", table, view, relation), lambda: self._printer.making(table, relation, view))

    def quoted(self, name: str) -> str:
        return self._found(("quoted", name), lambda: self._printer.quoted(name))

    def _found(self, what: tuple[Any, ...], printed: Callable[[], str]) -> str:
        key = sha256(repr(what).encode()).hexdigest()
        found = self.statements.get(key)
        if found is None:
            found = self.statements[key] = printed()
        return found
