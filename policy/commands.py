"""The commands of a session: each takes the session and what follows its name; the session after it and a page result.

What is no command is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from attrs import evolve, frozen

from policy.answering import ask, fold, unfold, why, why_not, yes
from policy.assuming import compare, forget, suppose, undo
from policy.consulting import explain, facts, phrases, show, users_of, uses_of
from policy.diagnostic import ClausebookError, nearest
from policy.page import Beside, Words
from policy.session import Session, Step
from policy.writing import record_fact, save

_ASKING = ("how", "what", "which", "who", "when")  # no slip for a command


@frozen
class Command:
    """A command: how it is written, what it does, and what is completed after its name."""

    name: str
    form: str
    does: str
    run: Callable[[Session, str], Step]
    takes: str = ""


class Ended(Exception):
    """The session is to end."""


def carry_out(session: Session, typed: str) -> Step:
    """The session after a line, and what there is to show. Raises `ClausebookError`, and `Ended` where it is to end."""
    text = " ".join(typed.split())
    found = _command(f"show {text}" if text.startswith("§") else text)
    if found is not None:
        command, rest = found
        try:
            return command.run(session, rest)
        except ClausebookError as error:
            raise _with_help(error, text) if command.takes in ("fact", "supposition") else error from None
    if not text:
        return session, ()
    try:
        return ask(session, text)
    except ClausebookError as error:
        raise _with_help(error, text) from None


def _command(text: str) -> tuple[Command, str] | None:
    """The command that a line begins with, the longest name first, and what follows it."""
    small = text.casefold()
    for name in sorted(COMMANDS, key=len, reverse=True):
        if small == name or small.startswith(f"{name} ") or small in (f"{name}?", f"{name}."):
            return COMMANDS[name], text[len(name) :].strip().removeprefix("?").strip()
    return None


def is_command(text: str) -> bool:
    """Whether a line is the name of a command and nothing more."""
    return " ".join(text.casefold().split()) in COMMANDS


def is_whole(text: str) -> bool:
    """Whether what is typed may be carried out: it does not end where something must follow."""
    words = text.rstrip()
    return not words.endswith((",", ":", "\\")) and not re.search(r"\b(?:and|or|that)$", words)


def _with_help(error: ClausebookError, typed: str) -> ClausebookError:
    """An error about what may have been meant for a command or a fact, saying so."""
    first, *rest = error.diagnostics
    word = typed.split()[0].casefold()
    close = nearest(word, COMMANDS)
    if first.code == "E0601" and close and word not in _ASKING:
        return ClausebookError(evolve(first, nearest=(*close, *first.nearest)), *rest)
    notes: tuple[str, ...] = ("`help` lists the commands.",) if first.code == "E0601" else ()
    if first.code in ("E0102", "E0601"):
        notes += ("`phrases WORDS` lists what can be asked with such words.",)
    if first.code in ("E0101", "E0601") and typed.endswith(".") and _command(typed) is None:
        notes = ("To take this as so: suppose …, or record …",)
    return ClausebookError(evolve(first, notes=notes), *rest) if notes else error


def _help(session: Session, rest: str) -> Step:
    rows = tuple((each.form, each.does) for each in dict.fromkeys(COMMANDS.values()))
    return session, (Words("Type a question, or one of these."), Beside(("command", "does"), rows))


def _quit(session: Session, rest: str) -> Step:
    raise Ended


_EVERY = (
    Command("why", "why, why § 5(a)", "explains the last answer; what a clause has to do with it", why, "clause"),
    Command("why not", "why not", "explains why the answer is not the other", why_not, "clause"),
    Command("what would make it yes", "what would make it yes", "finds the smallest changes that do", yes),
    Command("suppose", "suppose STATEMENT", "takes it as so until forgotten; alone, lists all", suppose, "supposition"),
    Command("forget", "forget 1, forget all", "takes suppositions back", forget),
    Command("undo", "undo", "undoes the last suppose or forget", undo),
    Command("compare", "compare, compare 1 2", "answers with and without, or under the one and the other", compare),
    Command("facts", "facts WORDS", "lists the recorded facts that have the words", facts),
    Command("phrases", "phrases WORDS", "lists what can be asked and stated with such words", phrases),
    Command(
        "record",
        "record STATEMENT in FILE",
        "writes a fact, or a supposition by number, to a case file",
        record_fact,
        "fact",
    ),
    Command("show", "show § 5(a)", "prints a clause, beside your copy of the text", show, "clause"),
    Command("uses", "uses § 5(a)", "lists what a clause rests on", uses_of, "clause"),
    Command("used by", "used by § 5(a)", "lists what rests on a clause", users_of, "clause"),
    Command("fold", "fold", "shows less of answers", fold),
    Command("unfold", "unfold, unfold all", "shows more: the deciding path, everything", unfold),
    Command(
        "save", "save FILE, save case FILE", "saves a memorandum (.md .html .docx), the answer (.json), a case", save
    ),
    Command("explain", "explain E0114", "says what an error means", explain),
    Command("help", "help", "prints this", _help),
    Command("quit", "quit", "ends the session", _quit),
)
COMMANDS: Mapping[str, Command] = {**{each.name: each for each in _EVERY}, "exit": _EVERY[-1]}
