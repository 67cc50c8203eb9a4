"""What would make an answer yes: the smallest changes of facts, suppositions and of what is asked.

Nothing is guessed by trying. What the refusal rests on is taken as not known, and the engine says on what the answer
then depends: its minimal sets of answers are the changes. A number or day that is asked about is solved for, too.
Each change found is then made, as a supposition or in the question, and kept only if the answer is yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from time import monotonic
from typing import Any

from attrs import define, evolve, field, frozen

from engine import query
from engine.judge import Literal, Verdict
from engine.model import Silence
from engine.proof import Basis, Fact, Folded, OverTime, Quantity, Step, Witness, parts_of
from engine.unknowns import UNKNOWN, ComesFirst, Equals, HasValue, OpenStatement, OpenValue, Sign, Threshold
from engine.values import DATE, Kind, Type, exact
from policy import asked
from policy.advising import condition_clause
from policy.answer import Range
from policy.asked import Asking, CellFact, SpanFact, Statement, ValueFact, lower_question
from policy.check import check_question
from policy.diagnostic import ClausebookError
from policy.doubts import supposing as told
from policy.doubts import telling
from policy.instrument import Case
from policy.present import ranges_of
from policy.quantities import print_value
from policy.source import Source, Span
from policy.speak import Speaker
from policy.supposing import supposed, supposing
from policy.syntax import Article, Ask, Holds, Mention, Question
from policy.syntax import Quantity as Written

MOST_WAYS = 8
"""So many ways are told."""
PATIENCE = 10
"""Seconds for which ways are looked for."""
_MOST_LEAVES = 24
_FOR_ANOTHER = 2
"""Seconds for which another number, or another day, is looked for."""
_ENOUGH = 3
"""Where so many ways are known, no other day is looked for: that takes the engine longest, and changes most."""
_MOST_FIRST = 12
"""So many of them are taken as the first of two, and as the second."""
_LONGEST = 6
"""So many changes at once are tried."""
_MOST_SETS = 3
"""So many of the minimal sets of one answer are tried, the smallest first."""
_NOWHERE = Span(Source("opened", ""), 0, 0)


@frozen
class Change:
    """What would have to be so, with the clause that asks for it.

    ``made`` are the suppositions by which it was made to see whether it suffices: one of its kind, where it leaves a
    choice. None, where the question itself was changed.
    """

    text: str
    clause: str
    made: tuple[str, ...] = ()


@frozen
class Way:
    """Changes that together make the answer yes, and the question that was asked to see that they do."""

    changes: tuple[Change, ...]
    question: str


@frozen
class Ways:
    """The ways found, those with the fewest changes first.

    ``untried`` are sets of what would settle the answer, but cannot be supposed in a sentence; ``more``: the search was
    stopped, or the engine has further sets.
    """

    found: tuple[Way, ...]
    untried: tuple[tuple[str, ...], ...] = ()
    more: bool = False


def ways_to_yes(case: Case, question: str, suppositions: Sequence[str] = ()) -> Ways:
    """The smallest changes that make the answer to a yes-or-no question yes, each of them verified by asking.

    Raises `ClausebookError` where the question cannot be read, or asks for something else than yes or no.
    """
    return _Search(case, question, tuple(suppositions)).run()


@frozen
class _Variant:
    """The question, or one with another number or day in it."""

    question: str
    changes: tuple[Change, ...] = ()


@define(eq=False)
class _Search:
    case: Case
    question: str
    suppositions: tuple[str, ...]
    ends: float = field(init=False)
    ways: dict[tuple[str, ...], Way] = field(factory=dict)
    untried: dict[tuple[str, ...], None] = field(factory=dict)
    more: bool = False

    def __attrs_post_init__(self) -> None:
        self.ends = monotonic() + PATIENCE

    def run(self) -> Ways:
        asking, tree = self._read(self.question)
        if asking.query.shape is not query.Shape.WHETHER:
            raise ClausebookError(*_no_yes_or_no(self.question))
        self._settle(_Variant(self.question))
        for variant in self._variants(tree):
            self._settle(variant)
        ways = sorted(self.ways.values(), key=lambda way: (len(way.changes), all(each.made for each in way.changes)))
        fewest = [way for at, way in enumerate(ways) if not any(_less(other, way) for other in ways[:at])]
        more = self.more or len(fewest) > MOST_WAYS
        return Ways(tuple(fewest[:MOST_WAYS]), tuple(self.untried), more)

    # ---------------------------------------------------------------- asking

    def _composed(self, question: str, made: Iterable[str] = ()) -> str:
        return supposing(self.case.book.parser, (*self.suppositions, *made), question)

    def _read(self, question: str) -> tuple[Asking, Question]:
        text = self._composed(question)
        asking, tree, problems = self.case.parse(Span(Source("question", text), 0, len(text)))
        if asking is None or tree is None:
            raise ClausebookError(*(each for each in problems if each.is_error))
        return asking, tree

    def _settle(self, variant: _Variant) -> None:
        """The ways from one question: none needed, what it depends on, or what would undo its refusal."""
        asking, _ = self._read(variant.question)
        found = self._find(asking)
        if found is None:
            return
        if found.verdict is Verdict.YES and variant.changes:
            self._keep(variant, ())
        elif found.verdict is Verdict.DEPENDS:
            self._try_each(variant, found)
        elif found.verdict is Verdict.NO:
            self._open(variant, asking, found)

    def _try_each(self, variant: _Variant, found: query.Answer) -> None:
        self.more = self.more or found.settlement.more
        for group in found.settlement.sets[:_MOST_SETS]:
            self._try(variant, found, group)

    def _find(self, asking: Asking, seconds: float = PATIENCE) -> query.Answer | None:
        left = min(self.ends - monotonic(), seconds)
        try:
            return self.case.find(asking, left) if left > 0 else self._given_up()
        except ClausebookError as error:
            return self._given_up() if error.code == "E0701" else None

    def _given_up(self) -> query.Answer | None:
        """No answer: not all was looked at."""
        self.more = True
        return None

    # ------------------------------------------------------ what is rested on

    def _open(self, variant: _Variant, asking: Asking, found: query.Answer) -> None:
        """What the answer depends on when one thing that its refusal rests on is not known, failing that two."""
        leaves = list(self._leaves(asking, found))
        self.more = self.more or len(leaves) > _MOST_LEAVES
        refused: list[tuple[asked.Fact, query.Answer]] = []
        for leaf in leaves[:_MOST_LEAVES]:
            answer = self._find(_with(asking, leaf))
            if answer is not None and answer.verdict is Verdict.DEPENDS:
                self._try_each(variant, answer)
            elif answer is not None and answer.verdict is Verdict.NO:
                refused.append((leaf, answer))
        if self.ways:
            return
        for leaf, answer in refused[:_MOST_FIRST]:
            for other in [*self._leaves(_with(asking, leaf), answer)][:_MOST_FIRST]:
                both = self._find(_with(asking, leaf, other))
                if both is not None and both.verdict is Verdict.DEPENDS:
                    self._try_each(variant, both)

    def _leaves(self, asking: Asking, found: query.Answer) -> Iterator[asked.Fact]:
        """What a refusal rests on, as facts that it is not known whether they are so."""
        taken = {_about(each) for each in asking.supposing}
        hypothetical = {record.id for record in asking.query.supposed}
        for step in _grounds(found.proof):
            leaf = self._leaf(step, hypothetical)
            if leaf is not None and _about(leaf) not in taken:
                taken.add(_about(leaf))
                yield leaf

    def _leaf(self, step: Step | Witness, hypothetical: set[str]) -> asked.Fact | None:
        relations = self.case.book.engine.relations
        match step:
            case Fact(basis=Basis.STATED | Basis.ABSENT | Basis.ASSUMED) if self._is_stated(step.relation):
                return self._statement(step.relation, step.arguments)
            case OverTime(first=date() as first, last=date() as last):
                return self._statement(step.condition.relation, (*step.arguments, first, last))
            case Quantity(basis=Basis.STATED | Basis.ABSENT | Basis.ASSUMED) if _are_plain(step.arguments):
                declared = relations[step.relation]
                if declared.record and step.arguments[0] not in hypothetical:
                    return CellFact(step.relation, step.arguments[0], step.column, UNKNOWN, _NOWHERE)
                if not declared.record and declared.silence is not Silence.CONCLUDED:
                    return ValueFact(step.relation, step.arguments, UNKNOWN, _NOWHERE)
        return None

    def _statement(self, relation: str, arguments: tuple[Any, ...]) -> asked.Fact | None:
        declared = self.case.book.engine.relations[relation]
        if not _are_plain(arguments):
            return None
        if not declared.span:
            return Statement(relation, arguments, None, _NOWHERE)
        days = [each for each in arguments[declared.keys :] if isinstance(each, date)]
        return SpanFact(relation, arguments[: declared.keys], days[0], days[-1], None, _NOWHERE) if days else None

    def _is_stated(self, relation: str) -> bool:
        """Whether a relation is a phrase that a case states, and no kind of thing."""
        return relation in self.case.book.lexicon.phrases and relation in self.case.book.engine.relations

    # --------------------------------------------------------------- trying

    def _try(self, variant: _Variant, found: query.Answer, group: tuple[Literal, ...]) -> None:
        speaker = Speaker(self.case.book.lexicon, found.facts or self.case.facts)
        kept = telling(speaker, [(each.question, each.answer) for each in group])
        literals = [each for each in group if (each.question, each.answer) in kept]
        changes: list[Change] = []
        for about in _by_value(literals):
            made = self._made(speaker, about)
            if not made:
                every = (told(speaker, each.question, each.answer) for each in literals)
                self.untried.setdefault((*(each.text for each in variant.changes), *every))
                return
            text = " and ".join(told(speaker, each.question, each.answer) for each in about)
            changes.append(Change(text, condition_clause(speaker, about[0], found.origins), made))
        if len(changes) <= _LONGEST:
            self._keep(variant, tuple(changes))

    def _keep(self, variant: _Variant, changes: tuple[Change, ...]) -> None:
        """Keep changes that make the answer yes.

        None of them can be left out: a minimal set of the engine's needs each answer, and where something was opened
        the refusal is certain without it. Of two opened, one may not be needed; `_less` then strikes what has both.
        """
        if not self._is_yes(variant, changes):
            return
        every = (*variant.changes, *changes)
        key = tuple(sorted(each.text for each in every))
        self.ways.setdefault(key, Way(every, self._made_of(variant, changes)))

    def _made_of(self, variant: _Variant, changes: Iterable[Change]) -> str:
        """The question with changes made."""
        return self._composed(variant.question, [said for each in changes for said in each.made])

    def _is_yes(self, variant: _Variant, changes: Iterable[Change]) -> bool:
        text = self._made_of(variant, changes)
        asking, _, _ = self.case.parse(Span(Source("question", text), 0, len(text)))
        found = None if asking is None else self._find(asking)
        return found is not None and found.verdict is Verdict.YES

    def _made(self, speaker: Speaker, about: list[Literal]) -> tuple[str, ...]:
        """Sentences that make so what literals about one thing say; () where none can."""
        for said in _sentences(speaker, about, self.case):
            try:
                return tuple(supposed(self.case, each) for each in said)
            except ClausebookError:
                continue
        return ()

    # ----------------------------------------------------- the question itself

    def _variants(self, tree: Question) -> Iterator[_Variant]:
        """The question with the largest number that is not refused, and with days on which it is not."""
        if not isinstance(tree.of, Holds):
            return
        for place, argument in enumerate(tree.of.arguments):
            if not isinstance(argument, Written):
                continue
            said = argument.span.text
            for value, words in self._others(tree, place, argument):
                new = print_value(value, argument.type)
                if self.question.count(said) == 1 and new != said:
                    yield _Variant(self.question.replace(said, new), (Change(f"{words} {new}", ""),))

    def _others(self, tree: Question, place: int, argument: Written) -> Iterator[tuple[Any, str]]:
        if argument.type.whole:
            most = self._solved(tree, place, Ask.MOST, argument.type)
            if most is not None and most.verdict is Verdict.VALUE and most.value not in (argument.value, 0):
                yield most.value, "you ask for at most"
        elif isinstance(argument.value, date) and len(self.ways) < _ENOUGH:
            days = self._solved(tree, place, Ask.WHEN, argument.type)
            if days is not None and days.regions:
                yield from _near_days(ranges_of(days.regions), argument.value)

    def _solved(self, tree: Question, place: int, ask: Ask, type: Type) -> query.Answer | None:
        """The answer to the question with one place left open; None where it cannot be worked out soon."""
        assert isinstance(tree.of, Holds)
        open_ = Mention(Article.WHO, (), type.name, type, tree.of.arguments[place].span)
        arguments = tuple(open_ if at == place else each for at, each in enumerate(tree.of.arguments))
        opened = evolve(tree, ask=ask, open=open_, of=evolve(tree.of, arguments=arguments))
        checked, _ = check_question([opened], self.case.book.vocabulary.records)
        if checked is None:
            return None
        asking, _ = lower_question(checked, self.case.book.forms, self.case.book.engine.relations)
        return None if asking is None else self._find(asking, _FOR_ANOTHER)


def _near_days(ranges: Sequence[Range], asked_for: date) -> Iterator[tuple[date, str]]:
    """The nearest days before and after one on which the answer is yes, or failing that not no."""
    for verdict in (Verdict.YES, Verdict.DEPENDS):
        fits = [each for each in ranges if each.verdict is verdict]
        before = [each.last for each in fits if each.last is not None and each.last < asked_for]
        after = [each.first for each in fits if each.first is not None and each.first > asked_for]
        if before:
            yield max(before), "you ask about"
        if after:
            yield min(after), "you ask about"
        if before or after:
            return


def _with(asking: Asking, *more: asked.Fact) -> Asking:
    return evolve(asking, supposing=(*asking.supposing, *more))


def _less(one: Way, other: Way) -> bool:
    """Whether a way has only changes that the other has too."""
    return {each.text for each in one.changes} < {each.text for each in other.changes}


def _grounds(step: Step | Witness | None) -> Iterator[Step | Witness]:
    """The steps of a proof, those that lie nearest first; of a total only what it counts."""
    level: list[Step | Witness] = [] if step is None else [step]
    seen: set[int] = set()
    while level:
        below: list[Step | Witness] = []
        for each in level:
            if id(each) not in seen:
                seen.add(id(each))
                yield each
                below += each.parts if isinstance(each, Folded) else parts_of(each)
        level = below


def _are_plain(arguments: Sequence[Any]) -> bool:
    return all(isinstance(each, (str, int, Fraction, date)) for each in arguments)


def _about(fact: asked.Fact) -> tuple[Any, ...]:
    """What a fact is about, whatever it says of it."""
    match fact:
        case CellFact():
            return fact.relation, fact.id, fact.column
        case Statement() | ValueFact() | SpanFact():
            return fact.relation, fact.keys
        case _:
            return fact.relation, fact.earlier, fact.later


def _no_yes_or_no(question: str) -> tuple[Any, ...]:
    from policy.diagnostic import Diagnostic

    span = Span(Source("question", question), 0, len(question))
    return (Diagnostic("E0320", "only of a question of yes or no can it be said what would make it yes", span),)


# ------------------------------------------------------------------- sentences


def _by_value(literals: Iterable[Literal]) -> list[list[Literal]]:
    """Literals about one open value together."""
    groups: dict[Any, list[Literal]] = {}
    for each in literals:
        of = each.question.value if isinstance(each.question, (Threshold, HasValue, Equals)) else each.question
        groups.setdefault(of, []).append(each)
    return list(groups.values())


def _sentences(speaker: Speaker, about: list[Literal], case: Case) -> Iterator[tuple[str, ...]]:
    """Sentences that would make so what is said of one thing, the plainest first."""
    first, answer = about[0].question, about[0].answer
    if all(isinstance(each.question, Threshold) for each in about):
        yield from _within_limits(speaker, about)
    if len(about) > 1:
        return
    match first:
        case Equals(value=value, other=str() as other):
            named = case.book.vocabulary.names.items()
            others = value.type.members or tuple(name for name, types in named if value.type in types)
            for one in (other,) if answer else (each for each in others if each != other):
                yield (speaker.valued(value.relation, value.keys, value.column, one),)
        case OpenStatement(arguments=arguments) if _are_plain(arguments):
            yield (told(speaker, first, answer),)
        case ComesFirst():
            yield (told(speaker, first, answer),)
        case HasValue(value=value) if not answer and value.relation:
            event, owner = speaker.event(value, False), speaker.lexicon.relations[value.relation]
            if event is not None:
                yield (event,)
            elif owner.record:
                yield (f"{speaker.value(value.keys[0], owner.columns[0].type)} has no {value.column}",)
        case Sign(terms=((OpenValue() as one, factor), (OpenValue() as other, weight))):
            # any value will do for the one, if the other then has what the inequality leaves it
            size = 100 * (other.type.grain or 1)
            bound = exact((Fraction(-first.constant) - weight * Fraction(size)) / factor)
            yield (*_valued(speaker, other, exact(Fraction(size))), *_valued(speaker, one, bound))


def _within_limits(speaker: Speaker, about: list[Literal]) -> Iterator[tuple[str, ...]]:
    """That an open value is the least, or the largest, that limits allow."""
    for limit in sorted(about, key=lambda each: each.answer):
        threshold = limit.question
        assert isinstance(threshold, Threshold)
        value = threshold.value
        if not isinstance(value, OpenValue):
            return
        step = 1 if value.type.whole or value.type.kind is Kind.DATE else value.type.grain or 1
        beyond = threshold.strict if limit.answer else not threshold.strict
        bound = threshold.bound + (0 if not beyond else -step if limit.answer else step)
        if value.type.kind is not Kind.DATE:
            yield _valued(speaker, value, exact(Fraction(bound)))
        elif 0 < bound <= date.max.toordinal():
            yield _valued(speaker, value, date.fromordinal(int(bound)))


def _valued(speaker: Speaker, value: OpenValue, known: Any) -> tuple[str, ...]:
    """That an open value is this one; of an event, that it happened then."""
    event = speaker.event(value)
    if event is not None:
        return (f"{event} on {speaker.value(known, DATE)}",)
    return (speaker.valued(value.relation, value.keys, value.column, known),) if value.relation else ()
