"""What was printed before is not printed again, and is told by the whole of what it prints."""

from __future__ import annotations

import pytest

from engine.relational import printed
from engine.relational.algebra import Extend, Filter, Relation, Scan, number
from engine.relational.printed import Printed
from engine.relational.printing import Printer
from tests.engine.relational.whitelist import RELATIONS, X


def test_what_was_printed_is_found_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    statements: dict[str, str] = {}
    for relation in RELATIONS.values():
        first = Printed(statements)
        made = first.making("s1", relation), first.making("s1", relation, view=True), first.query(relation)
        with monkeypatch.context() as patch:
            patch.setattr(printed, "Printer", lambda dialect: pytest.fail("printed again"))
            again = Printed(statements)
            found = again.making("s1", relation), again.making("s1", relation, view=True), again.query(relation)
        assert found == made
        assert len(set(made)) == 3


def test_what_differs_is_printed_by_itself() -> None:
    alike: list[Relation] = [
        X,
        Scan("x ", X.columns),
        Scan("x", X.columns[:1]),
        Filter(X, number(1)),
        Extend(X, (("a", number(1)),)),
        Extend(X, (("a", number(2)),)),
        Extend(X, (("b", number(2)),)),
    ]
    statements: dict[str, str] = {}
    for relation in alike:
        assert Printed(statements).query(relation) == Printer("duckdb").query(relation)
    assert len(statements) == len(alike)
