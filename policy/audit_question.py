"""What is asked of every subject of a ledger: a declared phrase with one slot, the kind of thing it is asked of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from engine.model import Atom, Constant, Relation, ValueOf, Variable
from engine.relational.goal import Goal
from engine.values import Kind, Type
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.preparing import asking, mapped, phrase_text, plain_phrase
from policy.words import Phrase

if TYPE_CHECKING:
    from policy.instrument import Case


@frozen
class AuditQuestion:
    """A goal for every subject, and the question as it is put about one of them."""

    phrase: Phrase
    goal: Goal

    @property
    def text(self) -> str:
        return phrase_text(self.phrase)

    @property
    def type(self) -> Type:
        """Of the subjects."""
        return self.goal.subject.type


def question_of(case: Case, text: str) -> AuditQuestion:
    """The question that a text means: ``*a grant* is permitted``.

    Raises `ClausebookError` (``E0641``) for a phrase that is not about one kind of thing that the facts
    list, and for one that supposes something.
    """
    book = case.book
    known = {phrase_text(phrase).casefold(): phrase for phrase in book.vocabulary.phrases if len(phrase.slots) == 1}
    phrase = known.get(plain_phrase(text))
    if phrase is None:
        expected = tuple(name for name in known if book.engine.relations.get(known[name].relation) is not None)
        near = nearest(plain_phrase(text), expected)
        raise ClausebookError(Diagnostic("E0641", f"no phrase with one slot is declared as `{text}`", None, (), near))
    type = phrase.slots[0].type
    subjects = book.engine.relations.get(type.name)
    if type.kind is not Kind.SYMBOL or subjects is None or subjects.keys != 1:
        raise ClausebookError(Diagnostic("E0641", f"the facts list no {type.name}s to ask `{text}` of", None))
    return AuditQuestion(phrase, _goal(case, phrase, subjects))


def _goal(case: Case, phrase: Phrase, subjects: Relation) -> Goal:
    type = phrase.slots[0].type
    subject = Variable("the subject", subjects.columns[0].type)
    relation = case.book.engine.relations.get(phrase.relation)
    if relation is not None and relation.span:
        message = f"`{phrase_text(phrase)}` is so on some days, and an audit asks of no day"
        raise ClausebookError(Diagnostic("E0641", message, None))
    if relation is not None and phrase.value is not None:
        return Goal(ValueOf(relation.name, (subject,), relation.columns[-1].name), subject, subjects, True)
    if relation is not None:
        return Goal(Atom(relation.name, (subject,)), subject, subjects)
    one = next((table.columns[0][number] for table, number in case.facts.rows(subjects.name)), None)
    if one is None:
        raise ClausebookError(Diagnostic("E0641", f"the facts list no {type.name} to ask of", None))
    ready, _, _ = asking(case, phrase, (one,))
    if ready.query.supposed or ready.supposing:
        message = f"`{phrase_text(phrase)}` supposes something, and an audit asks of what is recorded"
        raise ClausebookError(Diagnostic("E0641", message, None))
    return Goal(_replaced(ready.query.goal, one, subject), subject, subjects)


def _replaced(node: Any, name: str, variable: Variable) -> Any:
    """The goal with a variable in the place of the constant that it was asked with."""
    return mapped(node, lambda each: isinstance(each, Constant) and each.value == name, variable)


def put_for(node: Any, variable: str, constant: Constant) -> Any:
    """The goal about one subject."""
    return mapped(node, lambda each: isinstance(each, Variable) and each.name == variable, constant)
