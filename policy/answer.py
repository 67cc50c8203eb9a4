"""The answer that users get: verdict, value, citations, provisos, readings, assumptions, proof, stamp."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from engine.judge import Verdict
from engine.proof import Step
from engine.values import PERIOD, Period
from policy.layout import json_text, markdown, plain_text
from policy.outline import Line, flat, outline
from policy.quantities import print_value

SCHEMA_VERSION = 1
_PROVIDED = ("provided that", "once that is known", "further values that it may be")
"""In the heads of what says on what an answer depends."""


@frozen
class Proviso:
    """A statement that would have to hold, with the clause that asks for it."""

    text: str
    clause: str


@frozen
class Reading:
    """A reading taken, and what the other would answer."""

    id: str
    text: str
    otherwise: str


@frozen
class Bound:
    """The largest (``most``) or smallest value for which the answer is not no; ``strict``: not that value itself."""

    most: bool
    value: Any
    strict: bool = False


@frozen
class Listed:
    """The members of a list: the certain ones, and those that depend on something."""

    certain: tuple[Any, ...]
    depending: tuple[tuple[Any, tuple[tuple[Proviso, ...], ...]], ...] = ()


@frozen
class Range:
    """The days from the first to the last (None: there is none), which have one verdict."""

    first: date | None
    last: date | None
    verdict: Verdict


@frozen
class Days:
    """When something is so: ``first`` is the first day for which the answer is not no (None: there is no first).

    Whether that day is certain, the verdict of the answer says. ``ranges`` are all days, in order.
    """

    first: date | None
    ranges: tuple[Range, ...]


@frozen
class Stamp:
    """What an answer was made from: the book and each fact file with the hash of its content, and the engine.

    ``part`` is that of the files whose facts were added.
    """

    book: str
    book_hash: str
    facts: tuple[tuple[str, str], ...]
    engine: str
    part: str = ""


@frozen(slots=False)
class Answer:
    """An answer.

    ``value`` is an int, Fraction, date, name, `Bound`, `Listed` or `Days`, or None; ``unit`` is the name of its type.
    ``citations`` are the ids of the clauses that decide. ``provided`` are the minimal sets of provisos under which a
    `depends` is a yes (of a value: under which it is known), ``more_provided`` says that there are further ones,
    ``open`` names what it hangs on. ``proof`` is the engine's tree. ``full``: see `in_full`.
    """

    question: str
    verdict: Verdict
    value: Any
    said: str
    unit: str | None
    citations: tuple[str, ...]
    provided: tuple[tuple[Proviso, ...], ...]
    more_provided: bool
    open: tuple[str, ...]
    stamp: Stamp
    proof: tuple[Step, ...] = field(repr=False, eq=False, default=())
    support: Callable[[], tuple[str, ...]] = field(repr=False, eq=False, default=tuple)
    assume: Callable[[], tuple[str, ...]] = field(repr=False, eq=False, default=tuple)
    explain: Callable[[Answer], tuple[Line, ...]] = field(repr=False, eq=False, default=lambda answer: ())
    other_readings: Callable[[], tuple[Reading, ...]] = field(repr=False, eq=False, default=tuple)
    proof_data: Callable[[], Any] = field(repr=False, eq=False, default=list)
    full: bool = field(eq=False, default=False)

    @cached_property
    def supporting(self) -> tuple[str, ...]:
        """The ids of the other clauses in the proof: gathered when first read."""
        return self.support()

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What was taken to be so without being recorded: gathered from the proof when first read."""
        return self.assume()

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The readings that the proof rests on: what the others would answer is worked out when first read."""
        return self.other_readings()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The explanation: worked out from the proof when it is first read."""
        return self.explain(self)

    @cached_property
    def provisos(self) -> tuple[Line, ...]:
        """Of an answer that depends, the part of its explanation that says on what."""
        if self.verdict is not Verdict.DEPENDS:
            return ()
        blocks = outline(self.lines)
        return tuple(flat([each for each in blocks if any(head in each.text for head in _PROVIDED)] or blocks[:1], 0))

    def in_full(self) -> Answer:
        """The same answer, whose explanation lists every member of a total, not the largest alone.

        Those of a total that tables added up are found one by one when the explanation is read: of many that takes
        long. Where it takes too many steps, that raises `ClausebookError`.
        """
        return evolve(self, full=True)

    def to_json(self) -> str:
        """The answer as JSON by the schema in ``docs/answer.schema.json``."""
        return json_text(self.to_data())

    def to_data(self) -> dict[str, Any]:
        """The answer as plain data: numbers exact, as strings where not whole; dates as ISO strings."""
        return {
            "schema": SCHEMA_VERSION,
            "question": self.question,
            "verdict": self.verdict.value,
            "value": value_data(self.value),
            "unit": self.unit,
            "said": self.said,
            "citations": list(self.citations),
            "supporting": list(self.supporting),
            "provided": [[_proviso_data(proviso) for proviso in group] for group in self.provided],
            "more_provided": self.more_provided,
            "open": list(self.open),
            "readings": [{"id": r.id, "text": r.text, "otherwise": r.otherwise} for r in self.readings],
            "assumptions": list(self.assumptions),
            "explanation": [{"depth": line.depth, "text": line.text, "rests_on": line.rests_on} for line in self.lines],
            "proof": self.proof_data(),
            "stamp": {
                "book": self.stamp.book,
                "book_hash": self.stamp.book_hash,
                "facts": [{"file": name, "hash": digest} for name, digest in self.stamp.facts],
                "engine": self.stamp.engine,
                "part": self.stamp.part,
            },
        }

    def to_text(self, width: int = 100) -> str:
        """The answer as lines of plain text at most ``width`` columns wide, clauses at the right."""
        return plain_text(self.said, self.citations, self.lines, width)

    def to_markdown(self) -> str:
        """The answer as Markdown."""
        return markdown(self.question, self.said, self.citations, self.lines)


def _proviso_data(proviso: Proviso) -> dict[str, str]:
    return {"text": proviso.text, "clause": proviso.clause}


def value_data(value: Any) -> Any:
    """A value as JSON holds it exactly."""
    match value:
        case None | int() | str():
            return value
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case date():
            return value.isoformat()
        case Period():
            return print_value(value, PERIOD)
        case Bound():
            kind = "at most" if value.most else "at least"
            return {"bound": kind, "value": value_data(value.value), "strict": value.strict}
        case Days():
            return {
                "first": value_data(value.first),
                "ranges": [
                    {"from": value_data(each.first), "to": value_data(each.last), "verdict": each.verdict.value}
                    for each in value.ranges
                ],
            }
        case Listed():
            return {
                "certain": [value_data(each) for each in value.certain],
                "depending": [
                    {"value": value_data(each), "provided": [[_proviso_data(p) for p in group] for group in groups]}
                    for each, groups in value.depending
                ],
            }
        case _:
            return str(value)


def sections(clauses: Iterable[str]) -> str:
    """Clause ids as citations."""
    return ", ".join(f"§ {clause}" for clause in clauses)
