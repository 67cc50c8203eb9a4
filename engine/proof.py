"""Proofs: trees of instances of rules and facts, as the evaluator builds them.

Every step has a ``truth``; a step whose truth is certain is justified by its parts alone:

* `AllStep` that holds lists all its parts; one that fails lists the part that failed. `AnyStep` the other way.
* `Conclusion` and `Quantity` list every rule that concludes about the statement or value (`Attempt`): its body,
  its exemptions, and by which other attempts it is defeated.
* `SomeStep` lists a witness, or for a failure every candidate with the condition that failed.
* `Folded` lists its parts, the candidates left out and what may exist unrecorded.

Steps are never changed once made, and compare by identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, TypeVar, overload

from attrs import define

from engine.decision import FALSE, TRUE, Truth
from engine.facts import Row
from engine.model import Aggregate, Before, Compare, Exists, Not, On, Rule, Some
from engine.unknowns import Question


class Basis(Enum):
    """What a fact step rests on."""

    STATED = "stated"  # a row
    ABSENT = "absent"  # the record is complete and has no such row
    OPEN = "open"  # nothing settles it
    ASSUMED = "assumed"  # taken as declared, until the facts say otherwise
    SUPPOSED = "supposed"  # a supposed record does not state it


class Scope:
    """The variables of a rule or query, in the order of the places that `bindings` give values to.

    ``name`` tells apart the places in a program where rows are run through, whenever each was compiled.
    """

    __slots__ = ("_searches", "name", "names")

    def __init__(self, name: str = "", names: tuple[str, ...] = ()) -> None:
        self.name = name
        self.names = list(names)
        self._searches = 0

    def search(self) -> str:
        """A name for one more place where rows are run through."""
        self._searches += 1
        return f"{self.name}/{self._searches}"

    def bound(self, bindings: tuple[Any, ...]) -> dict[str, Any]:
        """Name to value, of the variables that have one."""
        return {name: value for name, value in zip(self.names, bindings, strict=False) if value is not None}


@define(eq=False)
class Fact:
    """A statement settled by a row, by silence, or by nothing."""

    truth: Truth
    relation: str
    arguments: tuple[Any, ...]
    basis: Basis
    rows: tuple[Row, ...] = ()


@define(eq=False)
class Quantity:
    """The value in a column of a row: stated, absent, open or assumed; or concluded by ``attempts``."""

    value: Any
    relation: str
    arguments: tuple[Any, ...]
    column: str
    basis: Basis | None
    row: Row | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def truth(self) -> Truth:
        """Certain: that this is the value (or the cases of it) is not in doubt."""
        return TRUE


@define(eq=False)
class Attempt:
    """An instance of a rule for a statement or value.

    ``holds``: its body holds and no exemption does; ``truth``: and none of ``defeaters`` (places among the
    attempts of the same conclusion) applies and concludes otherwise. ``value`` is what it concludes.
    """

    rule: Rule
    scope: Scope
    bindings: tuple[Any, ...]
    body: Step
    exemptions: tuple[Step, ...]
    holds: Truth
    truth: Truth
    defeaters: tuple[int, ...] = ()
    value: Any = None
    notes: tuple[Quantity | Folded, ...] = ()


@define(eq=False)
class Conclusion:
    """A statement that rules conclude, with every rule that concludes for or against it."""

    truth: Truth
    relation: str
    arguments: tuple[Any, ...]
    attempts: tuple[Attempt, ...]
    clash: Truth = FALSE


@define(eq=False)
class Circular:
    """A statement that could only be concluded from itself."""

    truth: Truth
    relation: str
    arguments: tuple[Any, ...]


@define(eq=False)
class Compared:
    """A comparison, with the two values and where they come from."""

    truth: Truth
    condition: Compare
    scope: Scope
    bindings: tuple[Any, ...]
    left: Any
    right: Any
    notes: tuple[Quantity | Folded, ...]


@define(eq=False)
class Existence:
    """An expression has, or has not, a value."""

    truth: Truth
    condition: Exists
    scope: Scope
    bindings: tuple[Any, ...]
    value: Any
    notes: tuple[Quantity | Folded, ...]


@define(eq=False)
class Ordered:
    """One record comes before another, or not."""

    truth: Truth
    condition: Before
    earlier: Any
    later: Any
    dates: tuple[Any, Any]
    notes: tuple[Quantity | Folded, ...] = ()


@define(eq=False)
class OverTime:
    """A span statement throughout, or at some day of, an interval."""

    truth: Truth
    condition: On
    arguments: tuple[Any, ...]
    first: Any
    last: Any
    rows: tuple[Row, ...]
    notes: tuple[Quantity | Folded, ...] = ()


@define(eq=False)
class AllStep:
    truth: Truth
    parts: tuple[Step, ...]


@define(eq=False)
class AnyStep:
    truth: Truth
    parts: tuple[Step, ...]


@define(eq=False)
class Negation:
    truth: Truth
    condition: Not
    part: Step


@define(eq=False)
class Witness:
    """Values of the variables, and the steps that hold for them (for a failed one: the one that fails)."""

    values: tuple[Any, ...]
    truth: Truth
    parts: tuple[Step, ...]
    value: Any = None
    notes: tuple[Quantity | Folded, ...] = ()
    unrecorded: bool = False


@define(eq=False)
class SomeStep:
    """A search. ``scope`` and ``bindings`` hold what was known around a search that found nothing certain."""

    truth: Truth
    condition: Some
    found: tuple[Witness, ...]
    failed: tuple[Witness, ...]
    scope: Scope
    bindings: tuple[Any, ...]


Found = TypeVar("Found")


class Recalled(Sequence[Found]):
    """Steps that are found again when they are read; how many they are may be known before."""

    def __init__(self, find: Callable[[], Sequence[Found]], size: int | None = None) -> None:
        self._find = find
        self._size = size
        self._found: Sequence[Found] | None = None

    def _steps(self) -> Sequence[Found]:
        if self._found is None:
            self._found = self._find()
        return self._found

    def __len__(self) -> int:
        return len(self._steps()) if self._size is None else self._size

    @overload
    def __getitem__(self, place: int) -> Found: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Found]: ...

    def __getitem__(self, place: int | slice) -> Found | Sequence[Found]:
        return self._steps()[place]

    def __iter__(self) -> Iterator[Found]:
        return iter(self._steps())


@define(eq=False)
class Folded:
    """An aggregate: its value, the members it folds, and the candidates that are none.

    ``added`` is what tables made of a large record (`engine.relational.asked`): its members are not among the parts;
    ``members`` finds them one by one.
    """

    value: Any
    aggregate: Aggregate
    parts: Sequence[Witness]
    failed: Sequence[Witness]
    added: Any = None
    members: Sequence[Witness] = ()

    @property
    def truth(self) -> Truth:
        return TRUE


@define(eq=False)
class ByCases:
    """A truth that is certain whichever way a question is answered (None: that answer is impossible)."""

    truth: Truth
    question: Question
    yes: Step | None
    no: Step | None


Step = (
    Fact
    | Quantity
    | Conclusion
    | Attempt
    | Circular
    | Compared
    | Existence
    | Ordered
    | OverTime
    | AllStep
    | AnyStep
    | Negation
    | SomeStep
    | Folded
    | ByCases
)


_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    Fact: lambda step: (),
    Circular: lambda step: (),
    Conclusion: lambda step: step.attempts,
    Quantity: lambda step: step.attempts,
    Attempt: lambda step: (step.body, *step.exemptions, *step.notes),
    Compared: lambda step: step.notes,
    Existence: lambda step: step.notes,
    Ordered: lambda step: step.notes,
    OverTime: lambda step: step.notes,
    AllStep: lambda step: step.parts,
    AnyStep: lambda step: step.parts,
    Negation: lambda step: (step.part,),
    Witness: lambda step: (*step.parts, *step.notes),
    SomeStep: lambda step: (*step.found, *step.failed),
    Folded: lambda step: (*step.parts, *step.failed),
    ByCases: lambda step: tuple(branch for branch in (step.yes, step.no) if branch is not None),
}


def parts_of(step: Step | Witness) -> tuple[Step | Witness, ...]:
    """The steps directly under a step, in order."""
    return _PARTS[type(step)](step)


def walk(*roots: Step | Witness) -> Iterator[Step | Witness]:
    """Every step of proofs, each once, parents first."""
    seen: set[int] = set()
    pending: list[Step | Witness] = [*reversed(roots)]
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += reversed(_PARTS[type(current)](current))
