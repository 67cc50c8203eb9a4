"""What a session writes: facts into case files, answers and cases into new files."""

from __future__ import annotations

import re
from pathlib import Path

from policy.answering import again, last
from policy.diagnostic import ClausebookError, Diagnostic
from policy.keeping import case_file
from policy.ledger_kinds import Ledger, is_ledger
from policy.memorandum import KINDS, kept
from policy.page import Words
from policy.recording import record
from policy.session import Session, Step
from policy.storing import write_new

_INTO = re.compile(r"(?P<said>.*?)\s+in\s+(?P<file>\S+\.[a-z]{2,7})$", re.DOTALL)


def record_fact(session: Session, rest: str) -> Step:
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
        said, kept = session.supposition(number).text, session.recorded(number)
    others = [each for each in session.files if each.resolve() != path.resolve()]
    own = len(others) < len(session.files)
    beside: tuple[Path | Ledger, ...] = (*others, *session.ledgers) if own else ()
    done = record(session.instrument, path, said, session.part if own else "", beside)
    told = Words(f"Recorded in {done.path}, line {done.line}: {done.sentence}")
    if not own:
        return session, (told, Words("(not a case file of this session: the answers do not rest on it)"))
    after, shown = again(kept.reread(), session)
    return after, (told, *shown)


def save(session: Session, rest: str) -> Step:
    """Saves a memorandum, the answer, or a case file, each into a new file."""
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
    write_new(path, kept(session.course or last(session), book, path.suffix))
    which = "answers over time" if session.course is not None else "answer"
    what = "the answer, for `clausebook replay`" if path.suffix == ".json" else f"a memorandum of the last {which}"
    return session, (Words(f"Saved {path}: {what}."),)
