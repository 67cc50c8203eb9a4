"""Every proof of the engine convinces the judge, and none does with anything taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import attrs
import pytest
from hypothesis import assume, given

from engine.decision import FALSE, TRUE
from engine.judge import Verdict
from engine.model import Comparison, ValueOf
from engine.proof import Attempt, Circular, Compared, Conclusion, Existence, Fact, Step, Witness, walk
from engine.query import Answer
from engine.unknowns import OpenValue, Unrecorded
from tests.engine.checker import Refused, check
from tests.engine.oracle import TooManyCompletions
from tests.engine.programs import Example, examples
from tests.engine.test_agreement import answer

NODES = (Step, Witness)


def judged(example: Example, answered: Answer, proof: Any) -> None:
    """Refuse what does not prove the answer."""
    verdict = answered.verdict.value
    result = answered.value if verdict == "value" else None if verdict == "none" else verdict == "yes"
    check(example.program, example.facts, example.goal, result, proof)


def without_each(step: Any) -> Iterator[Any]:
    """A proof without each of its nodes in turn, of those that it needs."""
    for attribute in attrs.fields(type(step)):
        name, held = attribute.name, getattr(step, attribute.name)
        if isinstance(held, NODES):
            yield attrs.evolve(step, **{name: None})
            for smaller in () if needs_nothing_in(step, name, held) else without_each(held):
                yield attrs.evolve(step, **{name: smaller})
        elif isinstance(held, tuple) and held and isinstance(held[0], NODES):
            for place, part in enumerate(held):
                if name != "failed" or not could_go_unsaid(part):
                    yield attrs.evolve(step, **{name: held[:place] + held[place + 1 :]})
                for smaller in () if needs_nothing_in(step, name, part) else without_each(part):
                    yield attrs.evolve(step, **{name: (*held[:place], smaller, *held[place + 1 :])})


def needs_nothing_in(step: Any, name: str, part: Any) -> bool:
    """Whether a step does not rest on what a part shows.

    Nothing rests on what is uncertain; a recursive conclusion needs one rule for it, not all; and where a
    search fails by a condition that names no candidate, or not all its variables, to show it once is enough.
    """
    if part.truth.is_open:
        return True
    if isinstance(step, Conclusion):
        return step.truth is TRUE and step.relation == "linked" and part.truth is FALSE
    if isinstance(step, Attempt):
        return name == "body" and step.rule.value is not None and part.truth is FALSE
    return name == "failed" and (len(part.values) != 1 or None in part.values or would_come_too_late(part))


def could_go_unsaid(failed: Witness) -> bool:
    """Whether a candidate may fail by the record alone, which a search need not have offered."""
    (part,) = failed.parts
    if isinstance(part, Compared):
        plain = part.condition.comparison is Comparison.IS or would_come_too_late(failed)
    else:
        plain = isinstance(part, Fact | Existence | Circular) or getattr(part, "relation", None) == "linked"
    return plain or len(failed.values) != 1 or None in failed.values


def would_come_too_late(failed: Witness) -> bool:
    """Whether a candidate is the day of something unrecorded, which is after the end of the record."""
    (part,) = failed.parts
    days = (each for each in failed.values if isinstance(each, OpenValue))
    return isinstance(part, Compared) and any(isinstance(key, Unrecorded) for day in days for key in day.keys)


@given(examples())
def test_every_proof_is_accepted(example: Example) -> None:
    answered = answer(example)
    assume(provable(example, answered))
    try:
        judged(example, answered, answered.proof)
    except TooManyCompletions:
        assume(False)


@given(examples())
def test_no_proof_proves_the_opposite(example: Example) -> None:
    answered = answer(example)
    assume(provable(example, answered) and answered.verdict in (Verdict.YES, Verdict.NO))
    with pytest.raises(Refused):
        check(example.program, example.facts, example.goal, answered.verdict is Verdict.NO, answered.proof)


@given(examples())
def test_no_proof_does_without_any_of_its_nodes(example: Example) -> None:
    answered = answer(example)
    assume(provable(example, answered))
    try:
        for smaller in islice(without_each(answered.proof), 150):
            with pytest.raises(Refused):
                judged(example, answered, smaller)
    except TooManyCompletions:
        assume(False)


def provable(example: Example, answered: Answer) -> bool:
    """Whether there is a proof to judge: one whose every step is certain."""
    if answered.proof is None or any(step.truth.is_open for step in walk(answered.proof)):
        return False
    values = (Verdict.VALUE, Verdict.NONE) if isinstance(example.goal, ValueOf) else (Verdict.YES, Verdict.NO)
    return answered.verdict in values
