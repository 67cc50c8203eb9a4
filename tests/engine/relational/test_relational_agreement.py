"""What the tables settle is what the reference evaluator answers, on programs and facts that nobody chose."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.program import build
from engine.relational.goal import Goal
from tests.engine.oracle import Facts
from tests.engine.programs import DAYS, RECORDED, Example, examples
from tests.engine.relational.comparing import by_reference, by_tables, goals, ledger_for, named
from tests.engine.test_agreement import fact_base

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
FEW = settings(
    max_examples=10_000 if LONG else 12,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # making one smaller takes minutes, and it is told whole
)


def told(example: Example, goal: Goal) -> str:
    return repr(evolve(example, goal=goal.of))


def without(facts: Facts, empty: set[str]) -> Facts:
    """The facts but for those of some relations."""
    kept: dict[str, Any] = {
        part: {name: rows for name, rows in getattr(facts, part).items() if name not in empty}
        for part in ("statements", "values", "spans", "records", "order")
    }
    return evolve(facts, **kept)


@FEW
@given(
    examples(allowance=3),
    st.sampled_from((None, *DAYS)),
    st.sets(st.sampled_from([relation.name for relation in RECORDED])),
)
def test_tables_and_reference_agree(example: Example, complete_to: date | None, empty: set[str]) -> None:
    """Also where the record ends on some day, and where some things it shows none of."""
    example.facts.supposed.clear()
    engine = build(named(example.program))
    facts = fact_base(engine, without(example.facts, empty))
    facts.complete_to = complete_to
    ledger = ledger_for(engine, facts)
    for goal in goals(example):
        for subject, row in by_tables(engine, ledger, goal).items():
            if row.verdict is None:
                continue
            reference = by_reference(engine, facts, goal, subject)
            cited = row.cited if row.cited is None else reference.cited
            assert row == evolve(reference, cited=cited), (
                f"{subject}: {row} by tables, {reference}\n{told(example, goal)}"
            )
