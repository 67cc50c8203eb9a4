"""What is offered as a line of a session is typed: commands, what they take, and the words of questions."""

from __future__ import annotations

from attrs import evolve, frozen

from policy.commands import COMMANDS, Command
from policy.completing import Candidate, Completer, Completion, What, clause_candidates
from policy.instrument import hypothetical_names
from policy.session import Session


@frozen
class Offers:
    """What completes the lines of a session: sentences, and suppositions, which may speak of a supposed record too."""

    sentences: Completer
    suppositions: Completer

    @staticmethod
    def of(session: Session) -> Offers:
        parser, days = session.case.book.parser, session.days
        of_supposed = parser.with_names(hypothetical_names(session.case.book))
        return Offers(Completer(parser, days), Completer(of_supposed, days))


def complete(offers: Offers, session: Session, typed: str) -> Completion:
    """What may stand next in a line: in a command what it takes, else in a question; names of commands at its start."""
    found = _command_begun(typed)
    if found is None:
        asked = offers.sentences.question(typed)
        names = [name for name in COMMANDS if name.startswith(typed.casefold())]
        commands = tuple(Candidate(name, 0, What.COMMAND, COMMANDS[name].does) for name in names)
        ordered = (*commands, *asked.candidates) if typed else (*asked.candidates, *commands)
        return evolve(asked, candidates=ordered)
    command, start = found
    match command.takes:
        case "fact" | "supposition":
            completer = offers.suppositions if command.takes == "supposition" else offers.sentences
            inner = completer.fact(typed[start:])
            moved = tuple(evolve(each, start=each.start + start) for each in inner.candidates)
            return evolve(inner, candidates=moved)
        case "clause":
            return Completion(tuple(clause_candidates(session.case.book.clause_ids, typed, start)))
        case _:
            return Completion()


def _command_begun(typed: str) -> tuple[Command, int] | None:
    small = typed.casefold()
    for name in sorted(COMMANDS, key=len, reverse=True):
        if small.startswith(f"{name} "):
            rest = typed[len(name) :]
            return COMMANDS[name], len(typed) - len(rest.lstrip())
    return None
