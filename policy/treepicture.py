"""An explanation as a picture: a tree of boxes, each under what it supports, as SVG text drawn here.

The explanation is a function of the proof, so this is the proof as people read it; its plain form is the answer's text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from attrs import frozen

from policy.layout import inert
from policy.linking import references
from policy.outline import Block, Line, outline

_LETTER, _LINE, _PAD, _GAP, _INDENT, _MARGIN = 7, 16, 8, 8, 28, 8  # pixels
_WIDEST = 64  # letters in a line
_MOST = 40  # boxes


@frozen
class _Row:
    depth: int
    parent: int | None
    text: tuple[str, ...]
    rests_on: str


def tree(said: str, lines: Sequence[Line], href: Callable[[str], str] = lambda clause: "") -> str:
    """An answer and its explanation as SVG; ``href`` is where a clause id leads ("": nowhere)."""
    rows = [_Row(0, None, _wrapped(said), "")]
    rows += _rows(outline(lines), 1, 0, 1)
    shown = rows[:_MOST]
    if len(rows) > _MOST:
        shown.append(_Row(1, 0, (f"and {len(rows) - _MOST:,} more lines",), ""))
    tops: list[int] = []
    top = _MARGIN
    for row in shown:
        tops.append(top)
        top += _height(row) + _GAP
    width = max(_left(row) + _width(row) for row in shown) + _MARGIN
    shapes = [shape for number in range(len(shown)) for shape in _shapes(shown, number, tops, href)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" '
        'font-family="sans-serif" font-size="12">'
    )
    return "\n".join((head, *shapes, "</svg>")) + "\n"


def _rows(blocks: Iterable[Block], depth: int, parent: int, number: int) -> list[_Row]:
    """Blocks as rows, numbered on from ``number``."""
    found: list[_Row] = []
    for block in blocks:
        own = number + len(found)
        found.append(_Row(depth, parent, _wrapped(block.text), inert(block.rests_on)))
        found += _rows(block.parts, depth + 1, own, own + 1)
    return found


def _wrapped(text: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(inert(text), _WIDEST)) or ("",)


def _left(row: _Row) -> int:
    return _MARGIN + row.depth * _INDENT


def _width(row: _Row) -> int:
    return max(map(len, (*row.text, row.rests_on))) * _LETTER + 2 * _PAD


def _height(row: _Row) -> int:
    return (len(row.text) + bool(row.rests_on)) * _LINE + _PAD


def _shapes(shown: Sequence[_Row], number: int, tops: Sequence[int], href: Callable[[str], str]) -> Iterator[str]:
    row = shown[number]
    left, top, height = _left(row), tops[number], _height(row)
    if row.parent is not None:
        trunk = left - _INDENT // 2
        above = tops[row.parent] + _height(shown[row.parent])
        yield f'<path class="branch" d="M{trunk} {above}V{top + _LINE}H{left}" fill="none" stroke="#888"/>'
    kind = "box own" if row.parent is None else "box"
    frame = f'<rect x="{left}" y="{top}" width="{_width(row)}" height="{height}" rx="4" fill="#fff" stroke="#444"/>'
    said = "".join(
        f'<tspan x="{left + _PAD}" y="{top + (line + 1) * _LINE}">{escape(text)}</tspan>'
        for line, text in enumerate(row.text)
    )
    yield f'<g class="{kind}">{frame}<text>{said}</text></g>'
    if row.rests_on:
        place = f'x="{left + _PAD}" y="{top + (len(row.text) + 1) * _LINE}"'
        parts = "".join(_linked(text, id, href) for text, id in references(row.rests_on, href))
        yield f'<text class="rests" {place} fill="#555">{parts}</text>'


def _linked(text: str, id: str, href: Callable[[str], str]) -> str:
    return f'<a href="{escape(href(id))}">{escape(text)}</a>' if id else escape(text)
