"""Explanations as outlines: lines with what stands under them, told once where they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen


@frozen
class Line:
    """One line of an explanation: how deep it stands, what it says, the clause or record it rests on."""

    depth: int
    text: str
    rests_on: str = ""


@frozen
class Block:
    """What a line says, and the blocks under it."""

    text: str
    rests_on: str = ""
    parts: tuple[Block, ...] = ()


def outline(lines: Iterable[Line]) -> tuple[Block, ...]:
    """Lines as blocks."""
    every = list(lines)
    found: list[Block] = []
    at = 0
    while at < len(every):
        end = at + 1
        while end < len(every) and every[end].depth > every[at].depth:
            end += 1
        found.append(Block(every[at].text, every[at].rests_on, outline(every[at + 1 : end])))
        at = end
    return tuple(found)


def flat(blocks: Iterable[Block], depth: int) -> Iterator[Line]:
    """Blocks as lines."""
    for block in blocks:
        yield Line(depth, block.text, block.rests_on)
        yield from flat(block.parts, depth + 1)


def once(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks side by side that say the same as one, which rests on all that they rest on.

    A heading says what stands under it.
    """
    found: dict[tuple[str, ...], Block] = {}
    for block in blocks:
        own = _headed(evolve(block, parts=once(block.parts)))
        key = (own.text, *(part.text for part in own.parts)) if own.text.endswith(":") else (own.text,)
        found[key] = _both(found[key], own) if key in found else own
    return tuple(found.values())


def _headed(block: Block) -> Block:
    """A heading under which nothing stands, or only the same, as a statement that rests on what that does."""
    if not block.text.endswith(":"):
        return block
    if not block.parts:
        return evolve(block, text=block.text.removesuffix(":"))
    said = block.text.removesuffix(":").casefold()
    same = [part for part in block.parts if part.text.casefold() == said and not part.parts]
    if not same:
        return block
    rest = tuple(part for part in block.parts if part is not same[0])
    text = block.text if rest else block.text.removesuffix(":")
    return Block(text, also(block.rests_on, same[0].rests_on), rest)


def _both(one: Block, other: Block) -> Block:
    return Block(one.text, also(one.rests_on, other.rests_on), once((*one.parts, *other.parts)))


def also(one: str, other: str) -> str:
    """What two lines rest on: the clauses, each once, then the records."""
    every = [part for rests_on in (one, other) for part in rests_on.split("; ") if part]
    clauses = [clause for part in every if part.startswith("§") for clause in part.split(", ")]
    records = [part for part in every if not part.startswith("§")]
    return "; ".join(dict.fromkeys((*((", ".join(dict.fromkeys(clauses)),) if clauses else ()), *records)))


def by_cases(cases: Sequence[tuple[str, tuple[Block, ...]]]) -> tuple[Block, ...]:
    """What is told in each of several cases: once what is the same in all, then each case with what is its own.

    Cases in which the same is told are one; where it can be said so, that one is all others.
    """
    if len(cases) == 1:
        return cases[0][1]
    told: list[Block] = []
    for block in cases[0][1]:
        alike = [[other for other in blocks if other.text == block.text][:1] for _, blocks in cases]
        if all(alike):
            rests_on = ""
            for (other,) in alike:
                rests_on = also(rests_on, other.rests_on)
            parts = by_cases([(case, other.parts) for (case, _), (other,) in zip(cases, alike, strict=True)])
            told.append(Block(block.text, rests_on, parts))
    shared = {block.text for block in told}
    rests: dict[tuple[Block, ...], list[str]] = {}
    for case, blocks in cases:
        rests.setdefault(tuple(block for block in blocks if block.text not in shared), []).append(case)
    if len(rests) == 1:
        return (*told, *next(iter(rests)))
    ordered = sorted(rests.items(), key=lambda item: len(item[1]))
    told += [Block(f"if {case}:", "", blocks) for blocks, every in ordered[:-1] for case in every if blocks]
    last, _ = ordered[-1]
    return (*told, *((Block("otherwise:", "", last),) if last else ()))
