"""What a session does with a question and its answer: asks, explains, folds, and finds what would make it yes."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from engine.judge import Verdict
from policy.answer import Answer, sections
from policy.changing import ways_to_yes
from policy.clausetext import clauses_named
from policy.course import is_course, on_its_first_day
from policy.diagnostic import ClausebookError, Diagnostic
from policy.folding import Fold, folded
from policy.page import Block, Chart, Lines, Said, Words
from policy.session import Session, Step
from policy.telling import of_rules, otherwise, the_other, told_ways


def ask(session: Session, question: str) -> Step:
    """Answers a question; one over time, of each of its days."""
    if is_course(question):
        after = session.over_time(question)
        return after, (*_charted(after), *left_out(after))
    after = session.ask(question)
    return _explained(after), (_shown(after), *left_out(after))


def _charted(session: Session) -> Iterator[Chart]:
    if session.course is not None:
        yield Chart(session.course)


def left_out(session: Session) -> Iterator[Words]:
    """Which suppositions have no bearing on the last question."""
    if session.left_out:
        numbers = ", ".join(f"({each.number})" for each in session.left_out)
        yield Words(f"(without {numbers}, about a record that this question does not suppose)")


def _explained(session: Session) -> Session:
    """The session with note of what has been told."""
    return evolve(session, told=(last(session), session.fold))


def _shown(session: Session) -> Said:
    return folded(last(session), session.fold)


def last(session: Session) -> Answer:
    """The last answer. Raises `ClausebookError` where there is none, or where the last question has many."""
    if session.course is not None:
        message = "the last question has many answers: ask it of one day"
        raise ClausebookError(Diagnostic("E0055", message, None, (on_its_first_day(session.question),)))
    if session.last is None:
        raise ClausebookError(Diagnostic("E0055", "nothing has been asked yet", None, ("a question",)))
    return session.last


def again(session: Session, before: Session) -> tuple[Session, tuple[Block, ...]]:
    """What the last question is answered now, beside what it was."""
    after = session.again()
    if before.last is None:
        return after, (*_charted(after), *left_out(after))
    now, was = last(after), before.last
    said = f"it was: {was.said}  {sections(was.citations)}".rstrip()
    if (now.said, now.citations) == (was.said, was.citations):
        said = "as before" if now.lines == was.lines else "as before, for other reasons"
    told = Said(now.said, now.citations, now.provisos), Words(f"({said}; why tells more)")
    return after, (*told, *left_out(after))


def why(session: Session, rest: str) -> Step:
    """Explains the last answer, or what becomes in it of the rules of a clause."""
    answer = last(session)
    if not rest:
        unfolded = evolve(session, fold=max(session.fold, Fold.PATH, key=list(Fold).index))
        if session.told == (answer, unfolded.fold):
            more = "" if unfolded.fold is Fold.EVERYTHING else "; `unfold all` shows every step"
            return session, (Words(f"That is told above{more}. `why not` and `why § …` look at it from other sides."),)
        return _explained(unfolded), (folded(answer, unfolded.fold),)
    ids = clauses_named(session.case.book, rest)
    lines = of_rules(answer, ids, session.fold)
    return session, (Lines(lines) if lines else Words(f"{sections(ids)}: the answer rests on no rule of it."),)


def why_not(session: Session, rest: str) -> Step:
    """Why the answer is not the other one: the rules that conclude otherwise, and what becomes of each."""
    answer = last(session)
    if rest:
        return why(session, rest)
    lines = otherwise(answer, session.fold)
    if not lines:
        granted = answer.verdict is Verdict.YES
        return session, (Words(f"No rule speaks {'against' if granted else 'for'} it beside what `why` tells."),)
    return session, (Words(f"Why not {the_other(answer)}:", loud=True), Lines(lines))


def yes(session: Session, rest: str) -> Step:
    """Finds the smallest changes that would make the answer yes."""
    answer = last(session)
    if answer.said == "Yes.":
        return session, (Words("It is yes already."),)
    bearing = [each.text for each in session.suppositions if each not in session.left_out]
    return session, tuple(told_ways(ways_to_yes(session.case, session.question, bearing)))


def fold(session: Session, rest: str) -> Step:
    """Shows less of answers from now on."""
    return _folded(session, session.fold.back())


def unfold(session: Session, rest: str) -> Step:
    """Shows more of answers from now on."""
    return _folded(session, Fold.EVERYTHING if rest.casefold() in ("all", "everything") else session.fold.further())


def _folded(session: Session, fold: Fold) -> Step:
    after = evolve(session, fold=fold)
    shown = (_shown(after),) if session.last is not None else ()
    after = _explained(after) if shown else after
    return after, (*shown, Words(f"(shown: {fold.value})"))
