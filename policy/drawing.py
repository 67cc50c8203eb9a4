"""A program's dependency graph as a picture: SVG text, drawn here, so that no other program is needed.

What is concluded stands left of what it rests on, relations that rest on each other in one column. Within a
column, relations are put near what they are joined to, as in Sugiyama's method; a line that passes a
column bends around its boxes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from engine.graph import Edge, Use, graph
from engine.model import Program

if TYPE_CHECKING:
    import networkx

_LETTER, _LINE, _PAD = 7, 16, 8  # pixels: a letter's width, a line's height, the space around a text
_WIDEST = 34  # letters in a line
_GAP, _ALLEY, _MARGIN, _BEND = 12, 110, 24, 6  # between boxes, between columns, around all, a passing line's height
_SWEEPS = 8
_LOOK = {
    Use.POSITIVE: 'stroke="#444"',
    Use.NEGATIVE: 'stroke="#b00020" stroke-dasharray="6 3"',
    Use.AGGREGATE: 'stroke="#1a5fb4" stroke-width="2.5"',
    Use.PRIORITY: 'stroke="#8a5a00" stroke-dasharray="2 3"',
}
_MEANS = {
    Use.POSITIVE: "for it",
    Use.NEGATIVE: "against it",
    Use.AGGREGATE: "counted",
    Use.PRIORITY: "may prevail",
}
"""How what a line leads to bears on what it comes from."""

# A relation, or where the line between two relations passes a column.
Spot = str | tuple[str, str, int]


@frozen
class Box:
    """Where a spot is drawn."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


def svg(program: Program, roots: tuple[str, ...] = ()) -> str:
    """The graph as SVG; of ``roots``: what they rest on. Each line's tooltip names the rules that cause it."""
    return draw(graph(program, roots))


def draw(
    drawn: networkx.MultiDiGraph[str],
    links: Mapping[str, str] | None = None,
    own: Collection[str] = (),
    name: str = "",
) -> str:
    """A graph as SVG. ``links`` lead from its boxes elsewhere; ``name`` tells the pictures of one page apart.

    What is drawn has classes (``box``, ``positive`` …), by which a page may give it other colours; the boxes of
    ``own`` have the class ``own``.
    """
    column_of = _columns(drawn)
    ways = {(one, other): _way(one, other, column_of) for one, other in dict.fromkeys(drawn.edges())}
    boxes = _boxes(_arranged(list(drawn), ways.values(), column_of))
    tip = f"{name}tip"
    lines = [
        line for (pair, use), rules in _causes(drawn).items() for line in _line(ways[pair], use, rules, boxes, tip)
    ]
    drawn_boxes = (_text_box(each, boxes[each], (links or {}).get(each, ""), each in own) for each in drawn)
    shapes = [*lines, *drawn_boxes, *_legend()]
    width = max((box.right for box in boxes.values()), default=0) + 3 * _MARGIN
    height = max((box.top + box.height for box in boxes.values()), default=0) + _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(width, 480)} {height}" '
        f'width="{max(width, 480)}" height="{height}" font-family="sans-serif" font-size="12">'
    )
    arrow = (
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
    )
    return "\n".join((head, arrow, *shapes, "</svg>")) + "\n"


# --------------------------------------------------------------------- layout


def _columns(drawn: networkx.MultiDiGraph[str]) -> dict[str, int]:
    """Each relation's column: right of all that rest on it, but for those that it rests on in turn."""
    from networkx import condensation, topological_generations

    groups = condensation(drawn)
    generations = enumerate(topological_generations(groups))
    return {
        name: column
        for column, generation in generations
        for group in generation
        for name in groups.nodes[group]["members"]
    }


def _way(one: str, other: str, column_of: Mapping[str, int]) -> tuple[Spot, ...]:
    between = range(column_of[one] + 1, column_of[other])
    return (one, *((one, other, column) for column in between), other)


def _arranged(names: Sequence[str], ways: Iterable[tuple[Spot, ...]], column_of: Mapping[str, int]) -> list[list[Spot]]:
    """The columns from left to right, each from top to bottom, with few crossings."""
    columns: list[list[Spot]] = [[] for _ in range(max(column_of.values(), default=-1) + 1)]
    before: dict[Spot, list[Spot]] = {}
    after: dict[Spot, list[Spot]] = {}
    for name in names:
        columns[column_of[name]].append(name)
    for way in ways:
        for bend in way[1:-1]:
            columns[int(bend[2])].append(bend)
        for one, other in pairwise(way):
            after.setdefault(one, []).append(other)
            before.setdefault(other, []).append(one)
    for _ in range(_SWEEPS):
        for neighbours, order in ((before, columns), (after, columns[::-1])):
            for fixed, moved in pairwise(order):
                _sort_by_neighbours(moved, fixed, neighbours)
    return columns


def _sort_by_neighbours(moved: list[Spot], fixed: list[Spot], neighbours: Mapping[Spot, list[Spot]]) -> None:
    """Put each spot at the mean height of its neighbours in the column beside; one without any stays."""
    height = {spot: Fraction(number, len(fixed)) for number, spot in enumerate(fixed)}

    def wanted(place: tuple[int, Spot]) -> Fraction:
        number, spot = place
        beside = [height[other] for other in neighbours.get(spot, ()) if other in height]
        return Fraction(sum(beside), len(beside)) if beside else Fraction(number, len(moved))

    moved[:] = [spot for _, spot in sorted(enumerate(moved), key=wanted)]


def _boxes(columns: list[list[Spot]]) -> dict[Spot, Box]:
    """Columns of boxes, each column centred on the tallest."""
    heights = [sum(_size(spot)[1] + _GAP for spot in column) for column in columns]
    tallest = max(heights, default=0)
    boxes: dict[Spot, Box] = {}
    left = _MARGIN
    for column, height in zip(columns, heights, strict=True):
        width = max(_size(spot)[0] for spot in column)
        top = 2 * _MARGIN + (tallest - height) // 2
        for spot in column:
            tall = _size(spot)[1]
            boxes[spot] = Box(left, top, width, tall)
            top += tall + _GAP
        left += width + _ALLEY
    return boxes


def _size(spot: Spot) -> tuple[int, int]:
    if not isinstance(spot, str):
        return 0, _BEND
    rows = _wrapped(spot)
    return max(map(len, rows)) * _LETTER + 2 * _PAD, len(rows) * _LINE + _PAD


def _wrapped(name: str) -> list[str]:
    return textwrap.wrap(name, _WIDEST) or [name]


# -------------------------------------------------------------------- shapes


def _causes(drawn: networkx.MultiDiGraph[str]) -> dict[tuple[tuple[str, str], Use], list[str]]:
    """The rules behind each line: edges between the same two relations are one line for each use."""
    result: dict[tuple[tuple[str, str], Use], list[str]] = {}
    edge: Edge
    for one, other, edge in drawn.edges(data="edge"):
        rules = result.setdefault(((one, other), edge.use), [])
        if edge.rule not in rules:
            rules.append(edge.rule)
    return result


def _line(way: tuple[Spot, ...], use: Use, rules: list[str], boxes: Mapping[Spot, Box], tip: str) -> Iterator[str]:
    start, end = boxes[way[0]], boxes[way[-1]]
    if start.left >= end.left:  # each rests on the other: the line leaves and returns on the right
        out, leaves, returns = start.right + _ALLEY // 2, start.middle - 4, end.middle + 4
        path = f"M{start.right} {leaves}C{out} {leaves} {out} {returns} {end.right} {returns}"
    else:
        path = f"M{start.right} {start.middle}"
        for one, other in pairwise(boxes[spot] for spot in way):
            half = (one.right + other.left) // 2
            path += f"C{half} {one.middle} {half} {other.middle} {other.left} {other.middle}"
            path += f"H{other.right}" if other is not end else ""
    title = escape(f"{way[0]} rests on {way[-1]} ({_MEANS[use]}): {', '.join(rules)}")
    yield (
        f'<path class="{use.value}" d="{path}" fill="none" {_LOOK[use]} marker-end="url(#{tip})">'
        f"<title>{title}</title></path>"
    )


def _text_box(name: str, box: Box, link: str, own: bool) -> str:
    place = f'x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}"'
    frame = f'<rect {place} rx="4" fill="#fff" stroke="#444"/>'
    rows = "".join(
        f'<tspan x="{box.left + _PAD}" y="{box.top + (number + 1) * _LINE}">{escape(row)}</tspan>'
        for number, row in enumerate(_wrapped(name))
    )
    shape = f'<g class="box{" own" if own else ""}">{frame}<text>{rows}</text></g>'
    return f'<a href="{escape(link)}">{shape}</a>' if link else shape


def _legend() -> Iterator[str]:
    for number, (use, look) in enumerate(_LOOK.items()):
        left = _MARGIN + number * 110
        yield f'<path class="{use.value}" d="M{left} 20h24" {look}/><text x="{left + 30}" y="24">{_MEANS[use]}</text>'
