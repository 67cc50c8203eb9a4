"""The tables of the grammar as plain data: what the library's own would do."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lark import Lark

from policy import cache
from policy.build import Builder
from policy.parse_tables import STARTS, Production, _production, tables

ROOT = Path(__file__).parents[2]


def _teller(name: str) -> Any:
    return lambda _, parts: (name, tuple(parts))


TELLER: Any = type("Teller", (), {name: _teller(name) for name in vars(Builder) if not name.startswith("_")})()
"""Stands in place of the builder: each method says what it is given."""


def test_every_production_makes_what_the_library_would_make() -> None:
    grammar = files("policy").joinpath("grammar.lark").read_text(encoding="utf-8")
    lark = Lark(grammar, parser="lalr", lexer="basic", start=list(STARTS), transformer=TELLER, maybe_placeholders=True)
    state: Any = lark.parse_interactive(start="book").parser_state.parse_conf
    assert len(state.callbacks) > 100
    for rule, callback in state.callbacks.items():
        origin, size, kept, maker = _production(rule)
        ours = Production(origin, size, tuple(kept), getattr(TELLER, maker) if maker else None)
        parts = [object() for _ in range(size)]
        if not rule.origin.name.startswith("$"):
            assert ours.made([*parts]) == callback([*parts]), rule


def test_damaged_tables_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tables.__wrapped__()
    made = cache.fetch("grammar", "grammar")
    for payload in ("", "[]", "{}", '{"productions":[["x",1,[0],"no such"]],"states":[],"starts":{},"keywords":{}}'):
        cache.keep("grammar", "grammar", payload)
        assert len(tables.__wrapped__().states) > 200
        assert cache.fetch("grammar", "grammar") == made


def test_chance_has_no_part_in_the_tables() -> None:
    script = "from policy.parse_tables import _made; print(_made())"

    def made(seed: int) -> bytes:
        environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)}
        run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True)
        return run.stdout

    assert made(1) == made(2)


def test_the_library_is_not_loaded_where_its_tables_are_kept(tmp_path: Path) -> None:
    script = "import sys; from policy.parse_tables import tables; tables(); print('lark' in sys.modules)"

    def loads_lark() -> str:
        environment = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        return run.stdout.strip()

    assert [loads_lark(), loads_lark()] == ["True", "False"]
