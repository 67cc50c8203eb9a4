"""Asking: the shapes of a query, and the answer with its proof.

A query's goal is a condition or an expression. It may leave one variable open: to list what fits it
(`Shape.WHICH`), or to solve for the numbers or dates for which the answer is not no. Supposed records
live in an overlay of the facts made for the query alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from engine.decision import FALSE, TRUE, Decisions, Truth
from engine.facts import FactBase
from engine.fold import distinct
from engine.judge import Outcomes, Settlement, Theory, Verdict
from engine.model import (
    Condition,
    Constant,
    Expression,
    Origin,
    Silence,
    Variable,
)
from engine.proof import AllStep, ByCases, Scope, Step, Witness
from engine.search import Findings, Notes
from engine.unknowns import (
    NONE,
    UNKNOWN,
    Cases,
    Cut,
    HasValue,
    Linear,
    OpenValue,
    Question,
    Shaped,
    is_symbolic,
)
from engine.values import LimitReached

if TYPE_CHECKING:
    from engine.evaluate import Evaluation, ValueKey
    from engine.ground import Ground
    from engine.program import Engine

SUPPOSED_SOURCE = "supposed"


class Shape(Enum):
    """What a query asks."""

    WHETHER = "whether"
    VALUE = "value"
    WHICH = "which"
    MOST = "most"  # the largest value of the open variable for which the goal is not refused
    LEAST = "least"
    WHEN = "when"  # the days for which the goal holds, and the first of them


@frozen
class Supposed:
    """A hypothetical record: an attribute not named is unknown (none, if optional)."""

    relation: str
    id: str
    cells: tuple[tuple[str, Expression], ...]


@frozen
class Query:
    """What is asked.

    ``open`` is the variable left open; it may occur in the goal and in the cells of ``supposed``
    records. ``vary`` names an attribute (relation, id, column) to be taken as the open variable. ``given`` are the
    values of variables of the goal. A goal that ``is_kept`` is asked again with others: it is compiled once.
    """

    goal: Condition | Expression
    shape: Shape = Shape.WHETHER
    open: Variable | None = None
    supposed: tuple[Supposed, ...] = ()
    vary: tuple[str, str, str] | None = None
    given: tuple[tuple[Variable, Constant], ...] = ()
    is_kept: bool = field(default=False, eq=False)


@frozen
class Open:
    """An open question that an answer hangs on, and the rule that first met it."""

    question: Question
    origin: Origin


@frozen
class Region:
    """A range of the open variable with one verdict; an end that is None is unbounded.

    ``origins``: the rules that first met the questions of its settlement, by their places.
    """

    low: Any
    low_included: bool
    high: Any
    high_included: bool
    verdict: Verdict
    settlement: Settlement = Settlement(())
    origins: tuple[Origin, ...] = field(default=(), eq=False, repr=False)


@frozen
class Member:
    """One of a list: certain (yes), or depending on what its settlement says (depends, conflict)."""

    value: Any
    verdict: Verdict
    settlement: Settlement
    proof: Witness


@frozen
class Option:
    """A value that may turn out, and when it would."""

    value: Any
    settlement: Settlement


@frozen
class Answer:
    """A verdict with its value and proof.

    ``proof`` is the proof of the goal (of a list: none; see ``members``; of an open number or day: at the bound),
    ``beyond`` that of the next value past the bound. ``value`` of an open day is the first that is not refused
    (None: there is no first); the verdict says whether it is certain. ``settlement`` says what would make a
    `depends` a yes. ``cut``: case analysis was cut somewhere.
    """

    verdict: Verdict
    value: Any = None
    proof: Step | None = None
    beyond: Step | None = None
    settlement: Settlement = Settlement(())
    open: tuple[Open, ...] = ()
    options: tuple[Option, ...] = ()
    members: tuple[Member, ...] = ()
    others: tuple[Witness, ...] = ()
    regions: tuple[Region, ...] = ()
    cut: bool = False
    facts: FactBase | None = field(default=None, eq=False, repr=False)
    origins: tuple[Origin, ...] = field(default=(), eq=False, repr=False)
    beyond_facts: FactBase | None = field(default=None, eq=False, repr=False)
    evaluation: Evaluation | None = field(default=None, eq=False, repr=False)


@frozen
class Asked:
    """Whom and on what facts a query is asked; whether what would settle it is to be ``told``, and ``briefly``.

    Briefly: where there are too many ways to list, in terms of open values that rules conclude, too.
    """

    engine: Engine
    facts: FactBase
    deadline: float | None = None
    ground: Ground | None = None
    like: Evaluation | None = None
    affected: frozenset[str] = frozenset()
    told: bool = True
    briefly: bool = False

    def evaluation(self, facts: FactBase) -> Evaluation:
        evaluation = self.engine.evaluation(facts, self.deadline, self.ground)
        if self.like is not None:
            evaluation.adopt(self.like, self.affected)
        return evaluation


# -------------------------------------------------------------- evaluating


class Working:
    """One evaluation of a query's goal, with the open variable given a value (or None)."""

    def __init__(self, asked: Asked, query: Query, value: Any) -> None:
        self.scope = Scope()
        self.env: list[Any] = []
        if query.open is not None:
            self.scope.names.append(query.open.name)
            self.env.append(value)
        for variable, constant in query.given:
            self.scope.names.append(variable.name)
            self.env.append(constant.value)
        self.asked = asked
        self.engine = asked.engine
        self.query = query
        self.facts = self._suppose(asked.facts, value)

    @cached_property
    def evaluation(self) -> Evaluation:
        """The one in which what is asked for beside the goal is worked out."""
        return self.asked.evaluation(self.facts)

    def _suppose(self, facts: FactBase, value: Any) -> FactBase:
        query = self.query
        if not query.supposed and query.vary is None:
            return facts
        overlay = facts.overlay()
        overlay.supposed = facts.supposed | {record.id for record in query.supposed}
        plain: Evaluation | None = None
        for record in query.supposed:
            cells: dict[str, Any] = {}
            for name, expression in record.cells:
                if isinstance(expression, Constant):
                    cells[name] = expression.value
                    continue
                plain = plain or self.asked.evaluation(overlay)
                cell = self._compute(plain, expression, [])
                cells[name] = UNKNOWN if type(cell) is Cases else cell
            overlay.record(record.relation, record.id, cells, SUPPOSED_SOURCE)
        if query.vary is not None:
            relation, id, column = query.vary
            found = facts.find(relation, (id,))
            kind = self.engine.relations[relation]
            if found is not None:
                table, number = found
                place = next(place for place, each in enumerate(kind.columns) if each.name == column)
                own = overlay.table(relation)
                own.copy(table, number)
                own.put(0, place, value, SUPPOSED_SOURCE)
        return overlay

    def _compute(self, evaluation: Evaluation, expression: Expression, notes: Notes) -> Any:
        bound = frozenset(self.scope.names[: len(self.env)])
        compute = self.engine.compiler.compute(expression, self.scope, bound, Origin())
        return compute(evaluation, self._bindings(), notes)

    def _bindings(self) -> list[Any]:
        """A place for every variable that compiling has met."""
        return self.env + [None] * (len(self.scope.names) - len(self.env))

    def test(
        self,
        goal: Condition,
        assumed: Mapping[Question, bool] | None = None,
        veiled: Mapping[ValueKey, bool] | None = None,
    ) -> tuple[Evaluation, Step]:
        """Evaluate a condition afresh, with answers to some open questions assumed, or some values taken as open."""
        if assumed or veiled:  # what another evaluation found out, it found out without these
            evaluation = self.engine.evaluation(self.facts, self.asked.deadline, self.asked.ground)
            evaluation.decisions.assumed = dict(assumed or {})
            evaluation.veiled = veiled or {}
        else:
            evaluation = self.asked.evaluation(self.facts)
        bound = frozenset(self.scope.names[: len(self.env)])
        if self.query.is_kept:
            test, self.scope = self.engine.compiler.kept_test(goal, tuple(self.scope.names[: len(self.env)]))
            return evaluation, test(evaluation, self._bindings())
        test = self.engine.compiler.test(goal, self.scope, bound, Origin())
        return evaluation, test(evaluation, self._bindings())

    def compute(self, goal: Expression) -> tuple[Evaluation, Any, Notes]:
        notes: Notes = []
        return self.evaluation, self._compute(self.evaluation, goal, notes), notes


def whether(asked: Asked, query: Query, value: Any) -> Answer:
    goal: Condition = query.goal  # type: ignore[assignment]  # a condition here
    working = Working(asked, query, value)
    evaluation, step = working.test(goal)
    outcomes = Outcomes() if asked.ground is None else asked.ground.outcomes
    outcome = outcomes.of(evaluation.decisions, step.truth, asked.told)
    verdict = outcome.verdict
    settlement, origins = outcome.settlement, evaluation.origins
    if asked.briefly and (settlement.more or _is_cut(settlement)):
        settlement, origins = _briefly(working, goal, evaluation, settlement)
    if verdict in (Verdict.YES, Verdict.NO) and (step.truth.is_open or evaluation.cancellations):
        step = _by_cases(working, goal, step, evaluation, verdict)
    return Answer(
        verdict,
        None,
        step,
        None,
        settlement,
        open_questions(evaluation, step.truth) if verdict is Verdict.DEPENDS else (),
        cut=evaluation.was_cut,
        facts=working.facts,
        origins=tuple(origins),
        evaluation=evaluation,
    )


def _briefly(
    working: Working, goal: Condition, evaluation: Evaluation, settlement: Settlement
) -> tuple[Settlement, list[Origin]]:
    """A settlement in terms of values that rules conclude and that may come out in many ways, if that says more.

    What is so whatever such a value is, is so for each way in which it may come out: each set settles the goal still.
    """
    relations = working.engine.relations
    veiled: dict[ValueKey, bool] = {}
    for key, quantity in evaluation.quantities.items():
        value = quantity.value
        ways = value.alternatives if type(value) is Cases else ()
        if len(ways) >= FEWEST_WAYS and relations[key[0]].silence is Silence.CONCLUDED:
            veiled[key] = any(scalar is NONE for _, scalar in ways)
    if veiled:
        among, step = working.test(goal, veiled=veiled)
        brief = Outcomes().of(among.decisions, step.truth).settlement
        says_more = _is_cut(settlement) and not _is_cut(brief)
        if brief.sets and (says_more or _length(brief) < _length(settlement)):
            return brief, among.origins
    return settlement, evaluation.origins


def _is_cut(settlement: Settlement) -> bool:
    """Whether a settlement rests on what was cut: to say that tells nothing of what would settle it."""
    return any(isinstance(literal.question, Cut) for each in settlement.sets for literal in each)


def _length(settlement: Settlement) -> tuple[bool, int]:
    return settlement.more, sum(map(len, settlement.sets))


def open_questions(evaluation: Evaluation, *truths: Truth) -> tuple[Open, ...]:
    decisions = evaluation.decisions
    origins = evaluation.origins
    return tuple(
        Open(decisions.questions[place], origins[place] if place < len(origins) else Origin())  # type: ignore[arg-type]
        for place in decisions.support(*truths)
    )


def _open_values(scalars: Iterable[Any]) -> tuple[Open, ...]:
    """The open values that symbolic values are made of."""
    found: dict[OpenValue, None] = {}
    pending = list(scalars)
    while pending:
        scalar = pending.pop(0)
        if isinstance(scalar, OpenValue):
            found.setdefault(scalar)
        elif isinstance(scalar, Linear):
            pending += [unknown for unknown, _ in scalar.terms]
        elif isinstance(scalar, Shaped):
            pending += scalar.arguments
    return tuple(Open(HasValue(value), Origin()) for value in found)


FEWEST_WAYS = 3
"""A value that may come out in fewer is told by what it rests on."""
_MOST_SPLITS = 32
"""A proof that would split into more is given undivided: its truth is as certain, its steps are not all so alone."""


class _TooFine(Exception):
    """A proof by cases would split into too many."""


def _by_cases(working: Working, goal: Condition, step: Step, evaluation: Evaluation, verdict: Verdict) -> Step:
    """A proof whose every step is certain by its parts, splitting on open questions where it must."""
    splits = 0

    def prove(assumed: dict[Question, bool], step: Step, evaluation: Evaluation) -> Step | None:
        nonlocal splits
        truths = [step.truth] if step.truth.is_open else []
        truths += [truth for group in evaluation.cancellations for truth in group]
        places = evaluation.decisions.support(*truths)
        if not places:
            return step if step.truth is wanted else None
        splits += 1
        if splits > _MOST_SPLITS:
            raise _TooFine
        question: Question = evaluation.decisions.questions[places[0]]  # type: ignore[assignment]
        branches: list[Step | None] = []
        for answer in (True, False):
            narrowed = {**assumed, question: answer}
            if not _can_be(narrowed):
                branches.append(None)
                continue
            inner, following = working.test(goal, narrowed)
            branches.append(prove(narrowed, following, inner))
        return ByCases(wanted, question, branches[0], branches[1])

    def _can_be(assumed: dict[Question, bool]) -> bool:
        decisions = Decisions()
        truth = TRUE
        for question, answer in assumed.items():
            asked = decisions.ask(question)
            truth = decisions.both(truth, asked if answer else decisions.negation(asked))
        return Theory(decisions, truth).possible(truth)

    wanted = TRUE if verdict is Verdict.YES else FALSE
    try:
        proved = prove({}, step, evaluation)
    except _TooFine:
        return step
    return step if proved is None else proved


def value_of(asked: Asked, query: Query, goal: Expression) -> Answer:
    working = Working(asked, query, None)
    evaluation, value, notes = working.compute(goal)
    decisions = evaluation.decisions
    alternatives = value.alternatives if type(value) is Cases else ((TRUE, value),)
    theory = Theory(decisions, *(truth for truth, _ in alternatives))
    possible = [(truth, scalar) for truth, scalar in alternatives if theory.possible(truth)]
    proof = _noted(notes)
    common: dict[str, Any] = {
        "cut": evaluation.was_cut,
        "facts": working.facts,
        "origins": tuple(evaluation.origins),
        "evaluation": evaluation,
    }
    if len(possible) == 1 and not is_symbolic(possible[0][1]):
        scalar = possible[0][1]
        if scalar is NONE:
            return Answer(Verdict.NONE, None, proof, **common)
        return Answer(Verdict.VALUE, scalar, proof, **common)
    settled = decisions.any(decisions.always(truth, theory.clashes) for truth, _ in possible)
    if not theory.possible(settled):
        return Answer(Verdict.CONFLICT, None, proof, options=_options(theory, possible), **common)
    return Answer(
        Verdict.DEPENDS,
        None,
        proof,
        open=open_questions(evaluation, *(truth for truth, _ in possible))
        + _open_values(scalar for _, scalar in possible),
        options=_options(theory, possible),
        **common,
    )


def _options(theory: Theory, possible: list[tuple[Truth, Any]]) -> tuple[Option, ...]:
    return tuple(Option(None if scalar is NONE else scalar, theory.settle(truth)) for truth, scalar in possible)


def _noted(notes: Notes) -> Step:
    """The proof of a value: of the one quantity asked, or of those it is computed from."""
    if len(notes) == 1:
        return notes[0]
    return AllStep(TRUE, tuple(notes))


# ---------------------------------------------------------------- which


def which(asked: Asked, query: Query) -> Answer:
    assert query.open is not None
    if query.supposed:
        return _which_supposed(asked, query, query.open)
    goal: Condition = query.goal  # type: ignore[assignment]
    assert not query.given
    overlay = Working(asked, Query(goal, supposed=query.supposed), None)
    evaluation = overlay.evaluation
    scope = Scope()
    search = asked.engine.compiler.search((query.open,), goal, scope)
    env: list[Any] = [None] * len(scope.names)
    findings = Findings(all=True)
    search(evaluation, env, TRUE, (), findings)
    members: list[Member] = []
    others: list[Witness] = list(findings.failed)
    for witness in distinct(findings.found, evaluation.decisions):
        if witness.unrecorded:
            continue  # the list is of what is recorded; that the record may be incomplete is an assumption
        theory = Theory(evaluation.decisions, witness.truth)
        verdict = theory.judge(witness.truth)
        if verdict is Verdict.NO:
            others.append(witness)
            continue
        settlement = theory.settle(witness.truth) if verdict is Verdict.DEPENDS else Settlement(())
        members.append(Member(witness.values[0], verdict, settlement, witness))
    certain = tuple(member.value for member in members if member.verdict is Verdict.YES)
    undecided = [member.proof.truth for member in members if member.verdict is not Verdict.YES]
    verdict = Verdict.VALUE if certain else Verdict.DEPENDS if undecided else Verdict.NONE
    return Answer(
        verdict,
        certain,
        open=open_questions(evaluation, *undecided),
        members=tuple(members),
        others=tuple(others),
        cut=evaluation.was_cut,
        facts=overlay.facts,
        origins=tuple(evaluation.origins),
    )


def _which_supposed(asked: Asked, query: Query, open_: Variable) -> Answer:
    """Of which things a supposition holds, named or of a closed kind: each is supposed and asked on its own."""
    things: Iterable[str] = open_.type.members
    if not things:
        relation = asked.engine.relations.get(open_.type.name)
        if relation is None or relation.keys != 1:
            raise LimitReached(f"the {open_.type.name}s cannot be listed")
        things = [table.columns[0][number] for table, number in asked.facts.rows(relation.name)]
    members: list[Member] = []
    others: list[Witness] = []
    opens: dict[Open, None] = {}
    cut = False
    for value in things:
        each = whether(asked, query, value)
        cut = cut or each.cut
        assert each.proof is not None
        witness = Witness((value,), each.proof.truth, (each.proof,))
        if each.verdict is Verdict.NO:
            others.append(witness)
            continue
        members.append(Member(value, each.verdict, each.settlement, witness))
        opens |= dict.fromkeys(each.open)
    certain = tuple(member.value for member in members if member.verdict is Verdict.YES)
    verdict = Verdict.VALUE if certain else Verdict.DEPENDS if members else Verdict.NONE
    return Answer(
        verdict, certain, open=tuple(opens), members=tuple(members), others=tuple(others), cut=cut, facts=asked.facts
    )
