"""Single subjects of an audit asked one by one: the verdict, the clauses that decide, and the open questions met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from engine import query
from engine.judge import Literal, Verdict
from engine.model import Constant
from engine.proof import walk
from engine.query import Query, Shape
from engine.unknowns import Equals, HasValue, OpenStatement, OpenValue, Question, Threshold
from policy.advising import condition_clause
from policy.answer import sections
from policy.asked import Asking
from policy.audit_question import AuditQuestion, put_for
from policy.audit_rows import BY_REFERENCE, AuditRow, value_type
from policy.citing import all_clauses, citations
from policy.diagnostic import ClausebookError
from policy.doubts import supposing
from policy.speak import Speaker

if TYPE_CHECKING:
    from policy.answer import Answer
    from policy.instrument import Case

_SOMEBODY = "\ue000"
"""Stands for a name: what is said of many things that are alike is put into words once."""


@frozen
class Proved:
    """A row as the reference evaluator has it, and the questions that it hangs on, each with its clause."""

    row: AuditRow
    open: tuple[tuple[Question, str], ...] = ()


@define
class Alone:
    """Asks about single subjects of a case."""

    case: Case
    question: AuditQuestion
    _speaker: Speaker = field(init=False)
    _said: dict[Question, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._speaker = Speaker(self.case.book.lexicon, self.case.facts)

    def answer(self, id: str) -> Answer:
        """The whole answer about one subject."""
        text = self.question.text.replace(f"*{self.question.type.name}*", id, 1)
        return self.case.answer(Asking(self._query(id)), text)

    def _query(self, id: str) -> Query:
        goal = self.question.goal
        of: Any = put_for(goal.of, goal.subject.name, Constant(id, goal.subject.type))
        return Query(of, Shape.VALUE if goal.is_value else Shape.WHETHER)

    def row(self, id: str) -> AuditRow:
        """The row of a subject."""
        return self.proved(id).row

    def proved(self, id: str) -> Proved:
        """The row of a subject, and what it hangs on. A limit that is reached is said in it: it is no verdict."""
        asked = self._query(id)
        try:
            found = self.case.find(Asking(asked), told=False)
        except ClausebookError as error:
            told = "; ".join(each.message for each in error.diagnostics)
            return Proved(AuditRow(id, "no verdict", "", "", told, BY_REFERENCE))
        value = ""
        if found.verdict is Verdict.VALUE:
            value = self._speaker.value(found.value, value_type(self.case, self.question))
        open_ = tuple((each.question, self._clause(each)) for each in found.open)
        cited = sections(self._cited(asked, found))
        return Proved(AuditRow(id, found.verdict.value, value, cited, self.hanging(id, open_), BY_REFERENCE), open_)

    def _cited(self, asked: Query, found: query.Answer) -> Sequence[str]:
        order, lexicon = self.case.book.in_order, self._speaker.lexicon
        cited = order(citations(lexicon, asked, found))
        if cited or found.proof is None:
            return cited
        return order(all_clauses(lexicon, walk(found.proof)))[:1]

    def _clause(self, open_: query.Open) -> str:
        return condition_clause(self._speaker, Literal(open_.question, True, 0), (open_.origin,))

    def hanging(self, id: str, open_: Iterable[tuple[Question, str]]) -> str:
        """What a row hangs on, with the clauses, in the order of these."""
        return named(self.hanging_of_any(id, open_), id)

    def hanging_of_any(self, id: str, open_: Iterable[tuple[Question, str]]) -> str:
        """What all rows hang on whose questions are those of a row but for its name; see `named`."""
        open_ = tuple(open_)
        places = {clause: place for place, clause in enumerate(self.case.book.in_order(c for _, c in open_ if c))}
        said = sorted({(places.get(clause, len(places)), self._whether(id, each), clause) for each, clause in open_})
        return "; ".join(f"{text} ({sections((clause,))})" if clause else text for _, text, clause in said)

    def _whether(self, id: str, question: Question) -> str:
        """An open question as one; of a value that is asked for, what it is."""
        general: Question = _renamed(question, id, _SOMEBODY)
        if general not in self._said:
            self._said[general] = self._worded(general)
        return self._said[general]

    def _worded(self, question: Question) -> str:
        if isinstance(question, HasValue) and self.question.goal.is_value:
            return self._speaker.open_value(question.value)
        return f"whether {supposing(self._speaker, question, True)}"


def named(text: str, id: str) -> str:
    """What is said of any row, of one."""
    return text.replace(_SOMEBODY, id)


def _renamed(of: Any, name: str, other: str) -> Any:
    """A question about something else."""
    match of:
        case str():
            return other if of == name else of
        case tuple():
            return tuple(_renamed(each, name, other) for each in of)
        case OpenStatement():
            return evolve(of, arguments=_renamed(of.arguments, name, other))
        case OpenValue():
            return evolve(of, keys=_renamed(of.keys, name, other))
        case Threshold() | HasValue() | Equals():
            return evolve(of, value=_renamed(of.value, name, other))
    return of
