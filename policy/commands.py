"""The commands of a session: each takes the session and what follows its name; the session after it and a page result.

What is no command is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from engine.judge import Verdict
from policy.answer import Answer, sections
from policy.changing import ways_to_yes
from policy.clausetext import clauses_named, copy_of, heading, rules_of, texts_of, used_by, uses
from policy.course import is_course, on_its_first_day
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.errors_text import explanation
from policy.facts_text import fact_lines
from policy.folding import Fold, folded
from policy.keeping import case_file
from policy.ledger_kinds import Ledger, is_ledger
from policy.listing import likest, words_of
from policy.memorandum import KINDS, kept
from policy.outline import Line
from policy.page import Beside, Block, Chart, Lines, Page, Said, Verbatim, Words
from policy.recording import record
from policy.session import Session
from policy.storing import write_new
from policy.telling import of_rules, otherwise, side_by_side, told_ways
from policy.words import Heading

Step = tuple[Session, Page]
_MOST_PHRASES = 12
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
    return _ask(session, text)


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


# ------------------------------------------------------------------ questions


def _ask(session: Session, question: str) -> Step:
    if is_course(question):
        after = session.over_time(question)
        return after, (*_charted(after), *_left_out(after))
    try:
        after = session.ask(question)
    except ClausebookError as error:
        raise _with_help(error, question) from None
    return _explained(after), (_shown(after), *_left_out(after))


def _charted(session: Session) -> Iterator[Chart]:
    if session.course is not None:
        yield Chart(session.course)


def _left_out(session: Session) -> Iterator[Words]:
    """Which suppositions have no bearing on the last question."""
    if session.left_out:
        numbers = ", ".join(f"({each.number})" for each in session.left_out)
        yield Words(f"(without {numbers}, about a record that this question does not suppose)")


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


def _explained(session: Session) -> Session:
    """The session with note of what has been told."""
    return evolve(session, told=(_last(session), session.fold))


def _shown(session: Session) -> Said:
    return folded(_last(session), session.fold)


def _last(session: Session) -> Answer:
    if session.course is not None:
        message = "the last question has many answers: ask it of one day"
        raise ClausebookError(Diagnostic("E0055", message, None, (on_its_first_day(session.question),)))
    if session.last is None:
        raise ClausebookError(Diagnostic("E0055", "nothing has been asked yet", None, ("a question",)))
    return session.last


def _again(session: Session, before: Session) -> tuple[Session, tuple[Block, ...]]:
    """What the last question is answered now, beside what it was."""
    after = session.again()
    if before.last is None:
        return after, (*_charted(after), *_left_out(after))
    now, was = _last(after), before.last
    said = f"it was: {was.said}  {sections(was.citations)}".rstrip()
    if (now.said, now.citations) == (was.said, was.citations):
        said = "as before" if now.lines == was.lines else "as before, for other reasons"
    told = Said(now.said, now.citations, now.provisos), Words(f"({said}; why tells more)")
    return after, (*told, *_left_out(after))


def _why(session: Session, rest: str) -> Step:
    answer = _last(session)
    if not rest:
        unfolded = evolve(session, fold=max(session.fold, Fold.PATH, key=list(Fold).index))
        if session.told == (answer, unfolded.fold):
            more = "" if unfolded.fold is Fold.EVERYTHING else "; `unfold all` shows every step"
            return session, (Words(f"That is told above{more}. `why not` and `why § …` look at it from other sides."),)
        return _explained(unfolded), (folded(answer, unfolded.fold),)
    ids = clauses_named(session.case.book, rest)
    lines = of_rules(answer, ids, session.fold)
    return session, (Lines(lines) if lines else Words(f"{sections(ids)}: the answer rests on no rule of it."),)


def _why_not(session: Session, rest: str) -> Step:
    """Why the answer is not the other one: the rules that conclude otherwise, and what becomes of each."""
    answer = _last(session)
    if rest:
        return _why(session, rest)
    granted = answer.verdict is Verdict.YES
    lines = otherwise(answer, session.fold)
    if not lines:
        return session, (Words(f"No rule speaks {'against' if granted else 'for'} it beside what `why` tells."),)
    which = "no" if granted else "yes" if answer.verdict in (Verdict.NO, Verdict.DEPENDS) else "more"
    return session, (Words(f"Why not {which}:", loud=True), Lines(lines))


def _yes(session: Session, rest: str) -> Step:
    answer = _last(session)
    if answer.said == "Yes.":
        return session, (Words("It is yes already."),)
    bearing = [each.text for each in session.suppositions if each not in session.left_out]
    return session, tuple(told_ways(ways_to_yes(session.case, session.question, bearing)))


# --------------------------------------------------------------- suppositions


def _suppose(session: Session, rest: str) -> Step:
    if not rest:
        return session, _listed(session)
    supposed = session.suppose(rest.removeprefix("that ").lstrip())
    after, shown = _again(supposed, session)
    new = supposed.suppositions[-1]
    return after, (Words(f"Supposed ({new.number}): {new.text}"), *shown)


def _listed(session: Session) -> Page:
    if not session.suppositions:
        return (Words("Nothing is supposed."),)
    return (Lines(tuple(Line(0, f"({each.number}) {each.text}") for each in session.suppositions)),)


def _forget(session: Session, rest: str) -> Step:
    if rest.casefold() not in ("all", "everything") and not re.fullmatch(r"\d{1,6}(?:(?:,| |and)+\d{1,6})*", rest):
        known = ("forget 1", "forget all")
        raise ClausebookError(Diagnostic("E0055", "say by its number what to forget", None, known))
    without = session.forget(*map(int, re.findall(r"\d+", rest)))
    after, shown = _again(without, session)
    return after, (*_listed(without), *shown)


def _undo(session: Session, rest: str) -> Step:
    undone = session.undo()
    after, shown = _again(undone, session)
    return after, (*_listed(undone), *shown)


def _compare(session: Session, rest: str) -> Step:
    """The last question under two suppositions, or with all of them and without, side by side."""
    _last(session)
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


# --------------------------------------------------------------------- facts


def _facts(session: Session, rest: str) -> Step:
    lines, more = fact_lines(session.case, rest)
    page: list[Block] = [Lines(lines)] if lines else [Words("No such fact is recorded." if rest else "No facts.")]
    if more:
        page.append(Words(f"and {more} more: name words that they have, as in `facts Ann Lee`."))
    if session.suppositions:
        page += [Words("Supposed, not recorded:", loud=True), *_listed(session)]
    return session, tuple(page)


_INTO = re.compile(r"(?P<said>.*?)\s+in\s+(?P<file>\S+\.[a-z]{2,7})$", re.DOTALL)


def _record(session: Session, rest: str) -> Step:
    """Write a fact, or a supposition by its number, into a case file."""
    match = _INTO.fullmatch(rest)
    said, path = (rest, None) if match is None else (match["said"], Path(match["file"]))
    if path is not None and path.suffix != ".md":
        message = "facts are recorded in case files; a ledger is changed where it is kept"
        raise ClausebookError(Diagnostic("E0055", message, None, ("record … in FILE.md",)))
    own_files = [each for each in session.files if not is_ledger(each)]
    if path is None and not own_files:
        message = "there is no case file to record this in"
        raise ClausebookError(Diagnostic("E0055", message, None, ("record … in FILE.md", "repl BOOK --case FILE")))
    path = own_files[0] if path is None else path
    kept = session
    if re.fullmatch(r"\(?\d{1,6}\)?", said):
        number = int(said.strip("()"))
        said, kept = session.supposition(number).text, session.forget(number)
    others = [each for each in session.files if each.resolve() != path.resolve()]
    own = len(others) < len(session.files)
    beside: tuple[Path | Ledger, ...] = (*others, *session.ledgers) if own else ()
    done = record(session.instrument, path, said, session.part if own else "", beside)
    told = Words(f"Recorded in {done.path}, line {done.line}: {done.sentence}")
    if not own:
        return session, (told, Words("(not a case file of this session: the answers do not rest on it)"))
    after, shown = _again(kept.reread(), session)
    return after, (told, *shown)


# -------------------------------------------------------------------- clauses


def _show(session: Session, rest: str) -> Step:
    book = session.case.book
    page: list[Block] = []
    for clause in texts_of(book, clauses_named(book, rest)):
        page.append(Words(heading(clause), loud=True))
        rules = rules_of(clause) or "(nothing stands under this heading)"
        if session.copy is None:
            page.append(Words(rules))
            continue
        copied = copy_of(session.copy, clause.ids) or "(not found in your copy)"
        page.append(Beside(("the rules", "your copy"), ((rules, copied),)))
    return session, tuple(page)


def _uses(session: Session, rest: str) -> Step:
    book = session.case.book
    return _related(session, rest, "rests on (and where that stands)", uses(book, clauses_named(book, rest)))


def _used_by(session: Session, rest: str) -> Step:
    book = session.case.book
    return _related(session, rest, "provides (and what rests on that)", used_by(book, clauses_named(book, rest)))


def _related(session: Session, rest: str, verb: str, lines: tuple[Line, ...]) -> Step:
    named = rest if rest.startswith("§") else f"§ {rest}"
    head = f"{named} {verb}:" if lines else f"{named} {verb.partition(' (')[0]} nothing."
    return session, (Words(head, loud=True), Lines(lines))


# ------------------------------------------------------------------- keeping


def _save(session: Session, rest: str) -> Step:
    as_case, name = (True, rest[5:]) if rest.casefold().startswith("case ") else (False, rest)
    path = Path(name.strip()).expanduser()
    kinds = (".md",) if as_case else KINDS
    if not name.strip() or path.suffix not in kinds:
        forms = ("save case FILE.md",) if as_case else (*(f"save FILE{kind}" for kind in kinds), "save case FILE.md")
        raise ClausebookError(Diagnostic("E0055", "say by its ending what to save", None, forms))
    book = session.case.book
    if as_case:
        if not session.answers:
            message = "a case file asks questions that have one answer, and none was asked"
            raise ClausebookError(Diagnostic("E0055", message, None, ("a question",)))
        if session.ledgers or any(map(is_ledger, session.files)):
            message = "a case file holds no facts of ledgers"
            wanted = ("save FILE.json, which `clausebook replay` asks again of the ledgers",)
            raise ClausebookError(Diagnostic("E0055", message, None, wanted))
        asked = [session.case.ask(each) for each in dict.fromkeys(each.question for each in session.answers)]
        write_new(path, case_file(asked, book, session.files, session.part, path).encode())
        what = "1 question" if len(asked) == 1 else f"{len(asked)} questions"
        return session, (Words(f"Saved {path}: {what} with the facts, for `clausebook test`."),)
    write_new(path, kept(session.course or _last(session), book, path.suffix))
    which = "answers over time" if session.course is not None else "answer"
    what = "the answer, for `clausebook replay`" if path.suffix == ".json" else f"a memorandum of the last {which}"
    return session, (Words(f"Saved {path}: {what}."),)


# ------------------------------------------------------------------- the rest


def _fold(session: Session, rest: str) -> Step:
    return _folded(session, session.fold.back())


def _unfold(session: Session, rest: str) -> Step:
    return _folded(session, Fold.EVERYTHING if rest.casefold() in ("all", "everything") else session.fold.further())


def _folded(session: Session, fold: Fold) -> Step:
    after = evolve(session, fold=fold)
    shown = (_shown(after),) if session.last is not None else ()
    after = _explained(after) if shown else after
    return after, (*shown, Words(f"(shown: {fold.value})"))


def _explain(session: Session, rest: str) -> Step:
    found = explanation(rest)
    if found is None:
        raise ClausebookError(Diagnostic("E0055", f"no error has the code {rest}", None, ("explain E0114",)))
    return session, (Verbatim(found),)


def _phrases(session: Session, rest: str) -> Step:
    found = likest(session.case.book, rest)
    if not found:
        near = nearest(rest, words_of(session.case.book))
        message = f"no phrase has such words as `{rest}`"
        raise ClausebookError(Diagnostic("E0055", message, None, ("phrases, to list them all",), near))
    lines: list[Line] = []
    order = (Heading.ASKED.value, Heading.CONCLUDED.value)
    asked_first = sorted(found, key=lambda each: order.index(each.heading) if each.heading in order else len(order))
    for each in asked_first[:_MOST_PHRASES]:
        lines.append(Line(0, each.phrase.replace("*", ""), sections(each.concluded_in)))
        lines += [Line(1, each.example)] if each.example else []
    more = len(found) - _MOST_PHRASES
    told = (Words(f"and {more} more: say more words."),) if more > 0 else ()
    return session, (Lines(tuple(lines)), *told)


def _help(session: Session, rest: str) -> Step:
    rows = tuple((each.form, each.does) for each in dict.fromkeys(COMMANDS.values()))
    return session, (Words("Type a question, or one of these."), Beside(("command", "does"), rows))


def _quit(session: Session, rest: str) -> Step:
    raise Ended


_EVERY = (
    Command("why", "why, why § 5(a)", "explains the last answer; what a clause has to do with it", _why, "clause"),
    Command("why not", "why not", "explains why the answer is not the other", _why_not, "clause"),
    Command("what would make it yes", "what would make it yes", "finds the smallest changes that do", _yes),
    Command(
        "suppose", "suppose STATEMENT", "takes it as so until forgotten; alone, lists all", _suppose, "supposition"
    ),
    Command("forget", "forget 1, forget all", "takes suppositions back", _forget),
    Command("undo", "undo", "undoes the last suppose or forget", _undo),
    Command("compare", "compare, compare 1 2", "answers with and without, or under the one and the other", _compare),
    Command("facts", "facts WORDS", "lists the recorded facts that have the words", _facts),
    Command("phrases", "phrases WORDS", "lists what can be asked and stated with such words", _phrases),
    Command(
        "record",
        "record STATEMENT in FILE",
        "writes a fact, or a supposition by number, to a case file",
        _record,
        "fact",
    ),
    Command("show", "show § 5(a)", "prints a clause, beside your copy of the text", _show, "clause"),
    Command("uses", "uses § 5(a)", "lists what a clause rests on", _uses, "clause"),
    Command("used by", "used by § 5(a)", "lists what rests on a clause", _used_by, "clause"),
    Command("fold", "fold", "shows less of answers", _fold),
    Command("unfold", "unfold, unfold all", "shows more: the deciding path, everything", _unfold),
    Command(
        "save", "save FILE, save case FILE", "saves a memorandum (.md .html .docx), the answer (.json), a case", _save
    ),
    Command("explain", "explain E0114", "says what an error means", _explain),
    Command("help", "help", "prints this", _help),
    Command("quit", "quit", "ends the session", _quit),
)
COMMANDS: Mapping[str, Command] = {**{each.name: each for each in _EVERY}, "exit": _EVERY[-1]}
