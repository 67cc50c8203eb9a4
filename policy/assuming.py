"""What a session does with suppositions: takes them as so, takes them back, compares answers under them."""

from __future__ import annotations

import re

from policy.answering import again, last
from policy.diagnostic import ClausebookError, Diagnostic
from policy.outline import Line
from policy.page import Beside, Lines, Page, Words
from policy.session import Session, Step
from policy.telling import side_by_side


def suppose(session: Session, rest: str) -> Step:
    """Takes a statement as so until it is forgotten; of none, lists what is supposed."""
    if not rest:
        return session, listed(session)
    supposed = session.suppose(rest.removeprefix("that ").lstrip())
    after, shown = again(supposed, session)
    new = supposed.suppositions[-1]
    return after, (Words(f"Supposed ({new.number}): {new.text}"), *shown)


def listed(session: Session) -> Page:
    """What is supposed."""
    if not session.suppositions:
        return (Words("Nothing is supposed."),)
    return (Lines(tuple(Line(0, f"({each.number}) {each.text}") for each in session.suppositions)),)


def forget(session: Session, rest: str) -> Step:
    """Takes suppositions back, by their numbers."""
    if rest.casefold() not in ("all", "everything") and not re.fullmatch(r"\d{1,6}(?:(?:,| |and)+\d{1,6})*", rest):
        known = ("forget 1", "forget all")
        raise ClausebookError(Diagnostic("E0055", "say by its number what to forget", None, known))
    without = session.forget(*map(int, re.findall(r"\d+", rest)))
    after, shown = again(without, session)
    return after, (*listed(without), *shown)


def undo(session: Session, rest: str) -> Step:
    """Undoes the last change of what is supposed."""
    undone = session.undo()
    after, shown = again(undone, session)
    return after, (*listed(undone), *shown)


def compare(session: Session, rest: str) -> Step:
    """The last question under two suppositions, or with all of them and without, side by side."""
    last(session)
    numbers = [int(each) for each in re.findall(r"\d{1,6}", rest)]
    if len(numbers) > 2 or (rest and not numbers):
        raise ClausebookError(Diagnostic("E0055", "two suppositions are compared", None, ("compare 1 2", "compare 1")))
    chosen = [session.supposition(each) for each in numbers]
    others = tuple(each.text for each in session.suppositions if each not in chosen)
    if not session.suppositions:
        message = "nothing is supposed, so there is nothing to compare"
        raise ClausebookError(Diagnostic("E0055", message, None, ("suppose STATEMENT",)))
    sides = [("as recorded", ()), ("with all that is supposed", session.supposed)]
    if chosen:
        own = [(f"({each.number}) {each.text}", (*others, each.text)) for each in chosen]
        sides = own if len(own) == 2 else [(f"without ({chosen[0].number})", others), *own]
    (left, one), (right, other) = sides
    answers = session.answer_to(session.question, one), session.answer_to(session.question, other)
    return session, (Words(session.question, loud=True), Beside((left, right), tuple(side_by_side(*answers))))
