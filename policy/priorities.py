"""Which rule is over which: `Despite`, `Subject to`, `Failing that`, resolved against clauses and places.

A priority reaches the rules that conclude otherwise: the opposite of the same statement, or a value of the
same value phrase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from engine.model import Atom, Constant, Origin, Priority, Rule, Variable
from policy.diagnostic import Diagnostic, nearest
from policy.source import Span
from policy.syntax import ClauseRef, ExemptionSentence, PriorityPart, Rank

_AFTER_CLAUSE = "(/[. "
"""What may follow a clause's id in the id of a clause under it: `5(a)/1` is not over `5(a)/10`."""


@frozen
class PlacedRule:
    """A rule with the clauses of its heading, the number of that heading in the file, and its priorities."""

    rule: Rule
    clauses: tuple[str, ...]
    section: int
    priorities: tuple[PriorityPart, ...]
    span: Span

    @property
    def fails_over(self) -> bool:
        """Whether the rule yields to the one above it."""
        return any(part.rank is Rank.FAILING_THAT for part in self.priorities)


def is_under(clause: str, above: str) -> bool:
    """Whether a clause is another or under it: `5(a)/1 proviso (i)` is under `5(a)/1`, `5(a)` and `5`."""
    return clause == above or (clause.startswith(above) and clause[len(above)] in _AFTER_CLAUSE)


def concludes_otherwise(one: Rule, other: Rule) -> bool:
    """Whether two rules can contradict each other."""
    if one.head.relation != other.head.relation or one.name == other.name:
        return False
    if not _may_meet(one.head, other.head):
        return False
    return one.value is not None or one.positive != other.positive


def _may_meet(one: Atom, other: Atom) -> bool:
    """Whether two heads can speak of the same things."""
    return all(
        not (isinstance(left, Constant) and isinstance(right, Constant)) or left.value == right.value
        for left, right in zip(one.arguments, other.arguments, strict=True)
    )


@define(eq=False)
class Ranking:
    """The priorities of a book, and what is wrong with them. ``clauses`` are those that the book has.

    In the clauses ``unread`` a sentence could not be read: it may be the rule that a priority seems to miss.
    """

    rules: Sequence[PlacedRule]
    clauses: Sequence[str]
    unread: Sequence[str] = ()
    problems: list[Diagnostic] = field(factory=list)
    _about: dict[str, list[PlacedRule]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._about = {}
        for placed in self.rules:
            self._about.setdefault(placed.rule.head.relation, []).append(placed)

    def priorities(self) -> tuple[Priority, ...]:
        found: dict[Priority, None] = {}
        for number, placed in enumerate(self.rules):
            for part in placed.priorities:
                for priority in self._of_part(number, placed, part):
                    found.setdefault(priority)
        result = tuple(found)
        cycle = find_cycle(result)
        if cycle:
            self._cycle(cycle)
        return result

    def _of_part(self, number: int, placed: PlacedRule, part: PriorityPart) -> Iterable[Priority]:
        origin = Origin("; ".join(placed.clauses), part.span)
        match part.rank:
            case Rank.DESPITE | Rank.SUBJECT_TO:
                for ref in part.clauses:
                    for other in self._reached(placed, ref, part):
                        yield _priority(placed, other, part.rank is Rank.DESPITE, origin)
            case Rank.FAILING_THAT:
                for other in self._run_above(number, placed, part):
                    yield _priority(placed, other, False, origin)
            case Rank.DESPITE_ABOVE | Rank.DESPITE_ALL_ABOVE:
                for other in self._above(number, placed, part):
                    yield _priority(placed, other, True, origin)

    def _reached(self, placed: PlacedRule, ref: ClauseRef, part: PriorityPart) -> list[PlacedRule]:
        if not self._is_known(ref):
            return []
        inside = any(is_under(clause, ref.clause) for clause in placed.clauses)
        about = self._about[placed.rule.head.relation]
        there = rules_of(about, ref.clause, direct=inside)
        reached = [other for other in there if concludes_otherwise(placed.rule, other.rule)]
        if not reached and not holds_unread(ref.clause, self.unread):
            there = rules_of(self.rules, ref.clause, direct=inside)
            self._reaches_nothing(placed, part, f"§ {ref.clause}", there, ref.span)
        return reached

    def _run_above(self, number: int, placed: PlacedRule, part: PriorityPart) -> list[PlacedRule]:
        """The rule just above on the same relation, and while that yields too, those above it."""
        run: list[PlacedRule] = []
        for other in reversed(self.rules[:number]):
            if other.rule.head.relation != placed.rule.head.relation:
                continue
            run.append(other)
            if not other.fails_over:
                break
        reached = [other for other in run if concludes_otherwise(placed.rule, other.rule)]
        if not reached and not self.unread:  # the rule above may stand under any heading
            self._reaches_nothing(placed, part, "the rules above", run, part.span)
        return reached

    def _above(self, number: int, placed: PlacedRule, part: PriorityPart) -> list[PlacedRule]:
        above = [other for other in self.rules[:number] if other.section == placed.section]
        if part.rank is Rank.DESPITE_ABOVE:
            above = above[-1:]
        reached = [other for other in above if concludes_otherwise(placed.rule, other.rule)]
        if not reached and not any(holds_unread(clause, self.unread) for clause in placed.clauses):
            self._reaches_nothing(placed, part, "under this heading, what stands above", above, part.span)
        return reached

    def _is_known(self, ref: ClauseRef) -> bool:
        return check_clause(ref, self.clauses, self.problems)

    def _reaches_nothing(
        self, placed: PlacedRule, part: PriorityPart, where: str, there: list[PlacedRule], span: Span
    ) -> None:
        if not there:
            hint = f"no rule stands in {where}" if where.startswith("§") else f"{where}: no rule to be over or under"
        else:
            names = ", ".join(dict.fromkeys(other.rule.head.relation for other in there))
            hint = f"{where}: rules about {names}; none concludes otherwise about {placed.rule.head.relation}"
        self.problems.append(
            Diagnostic("E0403", f"`{part.rank.value.capitalize()}` reaches no rule", span, notes=(hint,))
        )

    def _cycle(self, cycle: list[Priority]) -> None:
        steps = " over ".join([cycle[0].stronger, *(priority.weaker for priority in cycle)])
        place = next((p.span for p in self.rules if p.rule.name == cycle[0].stronger), None)
        self.problems.append(
            Diagnostic(
                "E0405",
                f"these priorities go round in a circle: {steps}",
                place,
                notes=("guard them instead: give the rules opposite conditions, and drop one priority",),
            )
        )


def rules_of(rules: Sequence[PlacedRule], clause: str, direct: bool = False) -> list[PlacedRule]:
    """The rules of a clause: with its sub-clauses, or only those directly under it."""
    return [
        placed for placed in rules if any(own == clause if direct else is_under(own, clause) for own in placed.clauses)
    ]


def holds_unread(clause: str, unread: Sequence[str]) -> bool:
    """Whether a sentence of a clause, or of one under it, could not be read."""
    return any(is_under(each, clause) for each in unread)


def check_clause(ref: ClauseRef, clauses: Sequence[str], problems: list[Diagnostic]) -> bool:
    """Whether a cited clause (or one under it) exists; else that it does not is reported."""
    if any(is_under(clause, ref.clause) for clause in clauses):
        return True
    near = tuple(f"§ {clause}" for clause in nearest(ref.clause, clauses))
    problems.append(Diagnostic("E0402", f"there is no § {ref.clause}", ref.span, nearest=near))
    return False


def exempted(
    rules: Sequence[PlacedRule],
    sentence: ExemptionSentence,
    relation: str,
    unread: Sequence[str],
    problems: list[Diagnostic],
) -> dict[str, Atom]:
    """The atom that switches off each rule of the exempting sentence's clauses, by the rule's name."""
    excluded = {placed.rule.name for ref in sentence.other_than for placed in rules_of(rules, ref.clause)}
    result: dict[str, Atom] = {}
    for ref in sentence.clauses:
        there = [placed for placed in rules_of(rules, ref.clause) if placed.rule.name not in excluded]
        if not there and not holds_unread(ref.clause, unread):
            problems.append(Diagnostic("E0404", f"no rule stands in § {ref.clause} to be switched off", ref.span))
        for placed in there:
            atom = _exemption(placed, sentence, relation, problems)
            if atom is not None:
                result[placed.rule.name] = atom
    return result


def _exemption(
    placed: PlacedRule, sentence: ExemptionSentence, relation: str, problems: list[Diagnostic]
) -> Atom | None:
    subject = sentence.subject
    of_type = [
        argument
        for argument in placed.rule.head.arguments
        if isinstance(argument, (Variable, Constant)) and argument.type.name == subject.type.name
    ]
    if len(of_type) != 1:
        count = "no" if not of_type else str(len(of_type))
        problems.append(
            Diagnostic(
                "E0404",
                f"a rule that does not apply to {subject.noun} has one {subject.noun} in its conclusion; "
                f"rule {placed.rule.name} has {count}",
                sentence.span,
                notes=("name the sub-clauses that are meant, or leave some out by `other than`",),
            )
        )
        return None
    return Atom(relation, (of_type[0],), Origin("", sentence.span))


def _priority(placed: PlacedRule, other: PlacedRule, over: bool, origin: Origin) -> Priority:
    stronger, weaker = (placed, other) if over else (other, placed)
    return Priority(stronger.rule.name, weaker.rule.name, origin)


def find_cycle(priorities: Iterable[Priority]) -> list[Priority]:
    """Some priorities that go round in a circle, in order; none if there is no circle."""
    below: dict[str, list[Priority]] = {}
    for priority in priorities:
        below.setdefault(priority.stronger, []).append(priority)
    finished: set[str] = set()
    for start in below:
        cycle = _cycle_from(start, below, finished)
        if cycle:
            return cycle
    return []


def _cycle_from(start: str, below: dict[str, list[Priority]], finished: set[str]) -> list[Priority]:
    """Depth first, without recursion: the path is a stack of priorities still to be followed."""
    path: list[Priority] = []
    pending = [iter(below.get(start, ()))]
    on_path = {start: 0}
    while pending:
        priority = next(pending[-1], None)
        if priority is None:
            pending.pop()
            done = path.pop().weaker if path else start
            on_path.pop(done)
            finished.add(done)
        elif priority.weaker in on_path:
            return [*path[on_path[priority.weaker] :], priority]
        elif priority.weaker not in finished:
            path.append(priority)
            on_path[priority.weaker] = len(path)
            pending.append(iter(below.get(priority.weaker, ())))
    return []
