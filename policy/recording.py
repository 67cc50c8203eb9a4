"""Recording a fact in a case file: the file with one sentence more, read whole before it is written.

Whatever else the file says stays as it is, to the letter. A name is introduced at the top, a fact stands after those
that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen

from policy.cases import CaseFile, read_case, sentences
from policy.declaring import read_names
from policy.diagnostic import ClausebookError, Diagnostic, in_order
from policy.document import Block, Document, List, Paragraph, Section, Table, read, read_source
from policy.instrument import Instrument
from policy.ledger_kinds import Ledger
from policy.parse import sentences as split
from policy.source import Source, Span
from policy.storing import held, write_over

SENTENCE = "recorded"
"""What the text to be recorded is called in messages about it."""


@frozen
class Recorded:
    """A sentence that stands in a case file, and at which line."""

    path: Path
    line: int
    sentence: str


def record(
    instrument: Instrument, path: Path, sentence: str, part: str = "", beside: Sequence[Path | Ledger] = ()
) -> Recorded:
    """Add a sentence to the facts of a case file, or of its `## Case (part)`.

    ``beside`` are the other case files and the ledgers that it is read with, whose names it may use. When this returns
    the file has it, whatever happens then. Raises `ClausebookError`, with the file as it was, where the sentence or
    the file cannot be read, the sentence contradicts what is recorded, or the file cannot be written.
    """
    said = " ".join(sentence.split()).rstrip(".")
    span = Span(Source(SENTENCE, sentence), 0, len(sentence))
    if not said:
        raise ClausebookError(Diagnostic("E0101", "nothing is said here", None, ("a statement",)))
    said = f"{said[:1].upper()}{said[1:]}."
    with held(path):
        source, problems = read_source(path)
        if source is None:
            raise ClausebookError(*problems)
        text = _with_sentence(instrument, source, said, part, span)
        new = Source(source.name, text)
        _check(instrument, new, said, part, span, beside)
        write_over(path, _as_before(path, text))
    return Recorded(path, _line_of(new, said), said)


def _with_sentence(instrument: Instrument, source: Source, said: str, part: str, span: Span) -> str:
    document, _ = read(source)
    if _is_name(instrument, said):
        last = document.settings[-1].span if document.settings else document.span
        after = _line_end(last)
        return f"{source.text[:after]}\nNames: {said}{source.text[after:]}"
    at = _end_of_facts(document, part)
    if at is None:
        before = next((each for each in document.sections if each.level == 2), None)
        at = len(source.text.rstrip()) if before is None else source.text.rindex("\n", 0, before.span.start)
        return _between(source.text[:at], f"## Facts\n\n{said}", source.text[at:])
    return _between(source.text[:at], said, source.text[at:])


def _between(before: str, said: str, after: str) -> str:
    return "\n\n".join(each for each in (before.rstrip("\n"), said, after.lstrip("\n")) if each).rstrip("\n") + "\n"


def _is_name(instrument: Instrument, said: str) -> bool:
    """Whether a sentence introduces a name rather than stating a fact."""
    span = Span(Source(SENTENCE, said), 0, len(said))
    names, problems = read_names(span, instrument.book.vocabulary)
    return bool(names) and not problems and not instrument.book.parser.fact(span).readings


def _end_of_facts(document: Document, part: str) -> int | None:
    """Where the facts of a part end; None where it has none."""
    end: int | None = None
    here = ""
    for section in document.sections:
        if section.level == 2:
            here = section.heading.partition(")")[0].removeprefix("Case (") if section.heading[:6] == "Case (" else ""
        if here != part or (not part and section.heading != "Facts") or section.heading == "Questions":
            continue
        if end is None or section.heading == "Facts":
            end = max([_line_end(section.span), *(_line_end(block.span) for block in _facts(section))])
    return end


def _facts(section: Section) -> list[Block]:
    return [
        block
        for block in section.blocks
        if isinstance(block, (Paragraph, Table)) or (isinstance(block, List) and not block.numbered)
    ]


def _line_end(span: Span) -> int:
    end = span.source.text.find("\n", span.end)
    return len(span.source.text) if end < 0 else end


def _check(
    instrument: Instrument, source: Source, said: str, part: str, span: Span, beside: Sequence[Path | Ledger]
) -> None:
    """The file as it would be reads back, and has the sentence; errors in the sentence are told where it was typed."""
    document, problems = read(source)
    file, _ = read_case(document)
    _, more = instrument.read_case((source, *beside), part)
    errors = [each for each in (*problems, *more) if each.is_error]
    if not _has(file, said, part):
        errors.append(Diagnostic("E0101", "this does not read back as one sentence", span))
    own = [each for each in errors if each.span is not None and said in each.span.source.line_text(each.span.line)]
    if errors:
        raise ClausebookError(*in_order([_as_typed(each, said, span) if each in own else each for each in errors]))


def _as_typed(found: Diagnostic, said: str, span: Span) -> Diagnostic:
    assert found.span is not None
    offset = found.span.column - 1 - found.span.source.line_text(found.span.line).index(said)
    typed = Source(SENTENCE, said)
    if not 0 <= offset <= len(said):
        return evolve(found, span=span)
    return evolve(found, span=Span(typed, offset, min(len(said), offset + found.span.end - found.span.start)))


def _has(file: CaseFile, said: str, part: str) -> bool:
    names = [each.text for each in file.names]
    parts = [each for each in (file.common, *file.parts) if each.name == part]
    facts = [one.text for each in parts for block in sentences(each.facts) for one in split(block)]
    return any(" ".join(each.split()) == said for each in (*names, *facts))


def _line_of(source: Source, said: str) -> int:
    return source.line_column(source.text.rindex(said))[0]


def _as_before(path: Path, text: str) -> bytes:
    """The bytes of a text, with the line ends and the mark that the file has."""
    old = path.read_bytes()
    data = text.encode()
    if b"\r\n" in old:
        data = data.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + data if old.startswith(b"\xef\xbb\xbf") else data
