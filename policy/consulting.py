"""What a session looks up: facts, phrases, clauses, what they rest on, errors."""

from __future__ import annotations

from policy.answer import sections
from policy.assuming import listed
from policy.clausetext import clauses_named, copy_of, heading, rules_of, texts_of, used_by, uses
from policy.diagnostic import ClausebookError, Diagnostic, nearest
from policy.errors_text import explanation
from policy.facts_text import fact_lines
from policy.listing import likest, words_of
from policy.outline import Line
from policy.page import Beside, Block, Lines, Verbatim, Words
from policy.session import Session, Step
from policy.words import Heading

_MOST_PHRASES = 12


def facts(session: Session, rest: str) -> Step:
    """Lists the recorded facts that have the words."""
    lines, more = fact_lines(session.case, rest)
    page: list[Block] = [Lines(lines)] if lines else [Words("No such fact is recorded." if rest else "No facts.")]
    if more:
        page.append(Words(f"and {more} more: name words that they have, as in `facts Ann Lee`."))
    if session.suppositions:
        page += [Words("Supposed, not recorded:", loud=True), *listed(session)]
    return session, tuple(page)


def phrases(session: Session, rest: str) -> Step:
    """Lists what can be asked and stated with such words: first what people ask."""
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


def show(session: Session, rest: str) -> Step:
    """Prints clauses, beside the copy of their text where there is one."""
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


def uses_of(session: Session, rest: str) -> Step:
    """Lists what clauses rest on."""
    book = session.case.book
    return _related(session, rest, "rests on (and where that stands)", uses(book, clauses_named(book, rest)))


def users_of(session: Session, rest: str) -> Step:
    """Lists what clauses provide, and what rests on that."""
    book = session.case.book
    return _related(session, rest, "provides (and what rests on that)", used_by(book, clauses_named(book, rest)))


def _related(session: Session, rest: str, verb: str, lines: tuple[Line, ...]) -> Step:
    named = rest if rest.startswith("§") else f"§ {rest}"
    head = f"{named} {verb}:" if lines else f"{named} {verb.partition(' (')[0]} nothing."
    return session, (Words(head, loud=True), Lines(lines))


def explain(session: Session, rest: str) -> Step:
    """Says what an error means."""
    found = explanation(rest)
    if found is None:
        raise ClausebookError(Diagnostic("E0055", f"no error has the code {rest}", None, ("explain E0114",)))
    return session, (Verbatim(found),)
