"""A session of questions: what is supposed, what was asked last, how far it is unfolded. Each step gives a new session.

The commands that counsel types are in `policy.commands`; a program, or a page, may take the steps as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from engine.values import DATE
from policy.answer import Answer
from policy.completing import days_in
from policy.course import Course, course, on_its_first_day
from policy.diagnostic import ClausebookError, Diagnostic
from policy.document import read_source
from policy.folding import Fold
from policy.governing import Wording, read_wording
from policy.instrument import Case, Instrument
from policy.ledger_kinds import Ledger
from policy.page import Page
from policy.quantities import print_value
from policy.supposing import bearing_on, supposed, supposing


@frozen
class Supposition:
    """A sentence that is supposed, under the number by which it is called."""

    number: int
    text: str


@frozen
class Session:
    """What a session stands at. ``copy`` is the user's own of the governing text.

    ``earlier`` are the suppositions before each change of them, the last one last.

    ``question`` is the last one as it was typed, ``answers`` are all that were given, the last one last; ``course`` are
    the answers over time, where the last question asked for them.
    """

    instrument: Instrument = field(repr=False)
    case: Case = field(repr=False)
    files: tuple[Path, ...] = ()
    ledgers: tuple[Ledger, ...] = field(default=(), repr=False)
    part: str = ""
    copy: Wording | None = field(default=None, repr=False)
    suppositions: tuple[Supposition, ...] = ()
    earlier: tuple[tuple[Supposition, ...], ...] = field(default=(), repr=False)
    numbered: int = 0
    question: str = ""
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    course: Course | None = field(default=None, repr=False)
    fold: Fold = Fold.PATH
    told: tuple[Answer, Fold] | None = field(default=None, repr=False)
    """The answer that was explained last, and how far."""

    @property
    def last(self) -> Answer | None:
        """The answer to the last question; None where that asked for many."""
        return self.answers[-1] if self.answers and self.course is None else None

    @property
    def supposed(self) -> tuple[str, ...]:
        return tuple(each.text for each in self.suppositions)

    @property
    def days(self) -> tuple[str, ...]:
        """The days at hand: those of the last question, and the last of the record."""
        last = self.case.facts.complete_to
        return tuple(dict.fromkeys((*days_in(self.question), *(() if last is None else (print_value(last, DATE),)))))

    # ---------------------------------------------------------------- asking

    def ask(self, question: str) -> Session:
        """The session after a question. Raises `ClausebookError`, with places in the question as it was typed."""
        answer = self.answer_to(question, self.supposed)
        return evolve(self, question=question, answers=(*self.answers, answer), course=None)

    def answer_to(self, question: str, suppositions: Sequence[str]) -> Answer:
        """The answer to a question under suppositions, as far as they bear on it; it does not become the last."""
        kept = bearing_on(self.case, suppositions, question)
        return self.case.ask(supposing(self.case.book.parser, kept, question))

    def over_time(self, question: str) -> Session:
        """The session after a question was asked for each day, month, quarter or year of a time."""
        kept = bearing_on(self.case, self.supposed, on_its_first_day(question))
        found = course(self.case, supposing(self.case.book.parser, kept, question))
        return evolve(self, question=question, course=found)

    @property
    def left_out(self) -> tuple[Supposition, ...]:
        """The suppositions that the last question is not answered under: they are about what it does not suppose."""
        asked = on_its_first_day(self.question)
        kept = bearing_on(self.case, self.supposed, asked) if asked else self.supposed
        return tuple(each for each in self.suppositions if each.text not in kept)

    def again(self) -> Session:
        """The session after its last question was asked again, if there is one."""
        if not self.question:
            return self
        return self.ask(self.question) if self.course is None else self.over_time(self.question)

    # ------------------------------------------------------------- supposing

    def suppose(self, text: str) -> Session:
        """The session with one more supposition. Raises `ClausebookError`, with places in the text."""
        new = Supposition(self.numbered + 1, supposed(self.case, text))
        return evolve(self._changed((*self.suppositions, new)), numbered=new.number)

    def forget(self, *numbers: int) -> Session:
        """The session without some suppositions (no numbers: without any). Raises `ClausebookError` for none such."""
        for number in numbers:
            self.supposition(number)
        kept = tuple(each for each in self.suppositions if numbers and each.number not in numbers)
        return self._changed(kept)

    def recorded(self, number: int) -> Session:
        """The session after a supposition was recorded: it is none any more, and `undo` does not bring it back."""
        self.supposition(number)

        def without(every: tuple[Supposition, ...]) -> tuple[Supposition, ...]:
            return tuple(each for each in every if each.number != number)

        return evolve(self, suppositions=without(self.suppositions), earlier=tuple(map(without, self.earlier)))

    def undo(self) -> Session:
        """The session with the suppositions that it had before they were last changed."""
        if not self.earlier:
            raise ClausebookError(Diagnostic("E0055", "nothing was supposed or forgotten that could be undone", None))
        return evolve(self, suppositions=self.earlier[-1], earlier=self.earlier[:-1])

    def _changed(self, suppositions: tuple[Supposition, ...]) -> Session:
        return evolve(self, suppositions=suppositions, earlier=(*self.earlier, self.suppositions))

    def supposition(self, number: int) -> Supposition:
        """The one with a number. Raises `ClausebookError` where there is none."""
        found = next((each for each in self.suppositions if each.number == number), None)
        if found is None:
            known = tuple(f"{each.number}: {each.text}" for each in self.suppositions)
            raise ClausebookError(Diagnostic("E0055", f"nothing is supposed under {number}", None, known))
        return found

    # -------------------------------------------------------------- recording

    def reread(self) -> Session:
        """The session with its case files read anew."""
        return evolve(self, case=self.instrument.case(*self.files, *self.ledgers, part=self.part))


Step = tuple[Session, Page]
"""The session after a command, and what there is to show."""


def begin(
    instrument: Instrument,
    files: Sequence[Path] = (),
    ledgers: Sequence[Ledger] = (),
    part: str = "",
    text: Path | None = None,
    strict: bool = False,
) -> Session:
    """A session about the facts of case files and ledgers; ``text`` is the user's copy of the governing text.

    Raises `ClausebookError` for what is wrong with them, ``strict`` also for each row of a ledger that cannot be read.
    """
    case = instrument.case(*files, *ledgers, part=part, strict=strict)
    copy = None
    if text is not None:
        source, problems = read_source(text)
        if source is None:
            raise ClausebookError(*problems)
        copy = read_wording(source.text, instrument.book.clause_ids)
    return Session(instrument, case, tuple(files), tuple(ledgers), part, copy)
