"""The tables of the grammar: what a reading may do on each terminal, and what each production makes.

The parser library makes them of `grammar.lark`, and nothing else is asked of it. They are kept between processes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from attrs import field, frozen

from policy.build import Builder
from policy.cache import fetch, keep_later
from policy.lattice import EDGES, KeywordTable
from policy.tokens import tokenize

STARTS = ("book", "fact", "question", "supposition", "asking", "condition")
_KEPT = "grammar"
_MISSING = -1


@frozen(eq=False)
class Production:
    """A production to reduce by: what it is a case of, of how many parts, and which of them make what.

    ``kept`` are the parts that carry meaning, in their order; `_MISSING` stands for an optional part left out.
    """

    origin: str
    size: int
    kept: tuple[int, ...]
    make: Callable[[list[Any]], Any] | None
    all_kept: bool = field(init=False)

    @all_kept.default
    def _all_kept(self) -> bool:
        return self.kept == tuple(range(self.size))

    def made(self, parts: list[Any]) -> Any:
        """What it makes of its parts: without a maker, the one that carries meaning."""
        if self.make is None:
            return parts[self.kept[0]]
        if self.all_kept:
            return self.make(parts)
        return self.make([None if at == _MISSING else parts[at] for at in self.kept])


@frozen(eq=False)
class Tables:
    """What to do in each state: on a terminal or after a production go to a state, or reduce by a production.

    ``matched`` are the terminals of the lattice that a state takes.
    """

    states: tuple[Mapping[str, int | Production], ...]
    matched: tuple[tuple[str, ...], ...]
    starts: Mapping[str, tuple[int, int]]
    keywords: KeywordTable


@cache
def tables() -> Tables:
    """The tables, read or made once a process."""
    kept = fetch(_KEPT, _KEPT)
    if kept is not None:
        with suppress(Exception):  # a file that says what it should not is as good as none
            return _read(kept)
    made = _made()
    keep_later(_KEPT, _KEPT, lambda: made)
    return _read(made)


def _read(text: str) -> Tables:
    data = json.loads(text)
    builder = Builder()
    productions = [
        Production(origin, size, tuple(kept), getattr(builder, maker) if maker else None)
        for origin, size, kept, maker in data["productions"]
    ]
    states = tuple(
        {name: action if action >= 0 else productions[~action] for name, action in state.items()}
        for state in data["states"]
    )
    return Tables(
        states,
        tuple(tuple(name for name in state if name in EDGES) for state in states),
        {start: (first, last) for start, (first, last) in data["starts"].items()},
        {
            word: tuple((tuple(words), terminal) for words, terminal in entries)
            for word, entries in data["keywords"].items()
        },
    )


def _made() -> str:
    """The tables as JSON: a state to go to is its number, a production to reduce by is one less than minus its own."""
    from lark import Lark

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    # The lexer is never run: the lattice stands in its place.
    lark = Lark(grammar, parser="lalr", lexer="basic", start=list(STARTS), maybe_placeholders=True)
    starts = {}
    for start in STARTS:
        configuration: Any = lark.parse_interactive(start=start).parser_state.parse_conf
        starts[start] = (configuration.start_state, configuration.end_state)
    # The library numbers states by chance; here they are numbered as they are met, the starts first.
    places = {
        state: place for place, state in enumerate(dict.fromkeys(state for pair in starts.values() for state in pair))
    }
    rules: dict[Any, int] = {}
    states: list[dict[str, int]] = []
    for state in (met := [*places]):
        actions: dict[str, int] = {}
        for name, (_, action) in sorted(configuration.states[state].items()):
            if not isinstance(action, int):
                actions[str(name)] = ~rules.setdefault(action, len(rules))
                continue
            if action not in places:
                places[action] = len(met)
                met.append(action)
            actions[str(name)] = places[action]
        states.append(actions)
    return json.dumps(
        {
            "productions": [_production(rule) for rule in rules],
            "states": states,
            "starts": {start: (places[first], places[last]) for start, (first, last) in starts.items()},
            "keywords": _keywords(lark.terminals),
        },
        separators=(",", ":"),
    )


def _production(rule: Any) -> tuple[str, int, list[int], str]:
    """A production's origin, size, the parts that carry meaning, and the method of the builder that takes them."""
    kept: list[int] = []
    symbols = iter(enumerate(rule.expansion))
    for is_missing in rule.options.empty_indices or (False,) * len(rule.expansion):
        if is_missing:
            kept.append(_MISSING)
        else:
            at, symbol = next(symbols)
            if not (symbol.is_term and symbol.filter_out):
                kept.append(at)
    passes_on = rule.options.expand1 and not rule.alias and len(kept) == 1
    maker = "" if passes_on else str(rule.alias or rule.origin.name)
    return str(rule.origin.name), len(rule.expansion), kept, maker


def _keywords(terminals: Iterable[Any]) -> KeywordTable:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for terminal in terminals:
        for spelling in dict.fromkeys(_spellings(terminal.pattern.value)):
            words = tokenize(spelling).words
            found.setdefault(words[0], []).append((words, str(terminal.name)))
    return {word: tuple(entries) for word, entries in found.items()}


def _spellings(pattern: str) -> list[str]:
    """The spellings of a keyword: its groups written out."""
    match = re.search(r"\(([^()]*)\)(\??)", pattern)
    if match is None:
        return pattern.split("|")
    options = [*match[1].split("|"), *([""] if match[2] else [])]
    return [
        spelling
        for option in options
        for spelling in _spellings(pattern[: match.start()] + option + pattern[match.end() :])
    ]
