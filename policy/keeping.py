"""Keeping what was asked: as a memorandum to send on, and as a case file that tests the book.

A memorandum is made from the answer and nothing else: the same answer gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from engine.judge import Verdict
from policy.answer import Answer, sections
from policy.book import Book, shipped_books
from policy.cases import CasePart, read_case
from policy.clausetext import heading, rules_of, texts_of
from policy.diagnostic import ClausebookError, Diagnostic
from policy.document import List, Paragraph, Table, read, read_source
from policy.layout import escaped, inert
from policy.source import Span
from policy.testing import Shelf, test_text
from policy.treepicture import tree

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = (".md", ".html", ".docx", ".json")
"""What a memorandum, or an answer, is saved as."""

# ---------------------------------------------------------------- memorandum


def memorandum(answer: Answer, book: Book) -> str:
    """An answer as a memorandum in Markdown, with the text of the clauses that it cites, and its stamp."""
    parts = [
        f"# {escaped(answer.question)}",
        f"**{escaped(answer.said)}** {escaped(sections(answer.citations))}".rstrip(),
        f"Under the {escaped(book.title)}.",
        "## Why",
        _outline(answer),
    ]
    if answer.assumptions:
        parts += ["## Assumptions", _bullets(answer.assumptions)]
    if answer.readings:
        told = (f"{each.id}: {each.text}. On the other reading: {each.otherwise}" for each in answer.readings)
        parts += ["## Readings", _bullets(told)]
    parts.append("## The clauses")
    for clause in texts_of(book, answer.citations):
        parts += [f"### {escaped(heading(clause))}", _paragraphs(rules_of(clause))]
    if answer.supporting:
        parts.append(f"It also rests on {escaped(sections(answer.supporting))}.")
    return inert("\n\n".join([*parts, "## Stamp", _bullets(_stamp(answer))])) + "\n"


def _outline(answer: Answer) -> str:
    lines = []
    for line in (each for each in answer.lines if each.text not in answer.assumptions):
        rests = f" — {escaped(line.rests_on)}" if line.rests_on else ""
        lines.append(f"{'  ' * line.depth}- {escaped(line.text)}{rests}")
    return "\n".join(lines)


def _paragraphs(text: str) -> str:
    """Lines as paragraphs, those of a list together."""
    found = ""
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        listed = line.lstrip().startswith("- ")
        found += ("\n" if listed and found.rsplit("\n", 1)[-1].lstrip().startswith("- ") else "\n\n") * bool(found)
        mark = "- " if listed else ""
        found += f"{indent}{mark}{escaped(line.strip().removeprefix(mark))}"
    return found


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {escaped(text)}" for text in texts)


def _stamp(answer: Answer) -> Iterable[str]:
    stamp = answer.stamp
    yield f"Book {stamp.book}, SHA-256 {stamp.book_hash}"
    yield from (f"Facts {name}, SHA-256 {hash}" for name, hash in stamp.facts)
    if stamp.part:
        yield f"With the facts of case ({stamp.part})"
    yield f"Clausebook {stamp.engine}"


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 Georgia, serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.15rem; }} h3 {{ font-size: 1rem; }}
li {{ overflow-wrap: anywhere; }}
figure {{ margin: 1rem 0; overflow-x: auto; }}
@media print {{ body {{ margin: 0; max-width: none; }} svg {{ max-width: 100%; height: auto; }} }}
</style>
</head>
<body>
{body}{picture}</body>
</html>
"""


def as_html(markdown: str, picture: str = "") -> str:
    """A memorandum as a page of its own, which needs nothing from elsewhere; no HTML in it is taken as such.

    ``picture`` is SVG that is drawn here: it stands at the end, as what the proof looks like.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    title = next((line.removeprefix("# ") for line in markdown.splitlines() if line.startswith("# ")), "")
    plain = reader.renderInline(title)
    figure = f"<h2>The proof as a tree</h2>\n<figure>\n{picture}</figure>\n" if picture else ""
    return _PAGE.format(title=plain, body=reader.render(markdown), picture=figure)


def as_docx(html: str) -> bytes:
    """A page as a Word document. Raises `ClausebookError` where the library that makes one is not installed."""
    if find_spec("html4docx") is None:
        wanted = "pip install 'clausebook[docx]'"
        raise ClausebookError(
            Diagnostic("E0052", "Word documents need a library that is not installed", None, (wanted,))
        )
    from html4docx import HtmlToDocx

    body = html.partition("<body>")[2].partition("</body>")[0].strip()
    document = HtmlToDocx().parse_html_string(body)
    document.core_properties.author = "Clausebook"
    document.core_properties.created = document.core_properties.modified = _NO_TIME
    file = BytesIO()
    document.save(file)
    return _without_times(file)


def _without_times(file: BytesIO) -> bytes:
    """An archive whose members bear no time of making: the same answer gives the same bytes."""
    plain = BytesIO()
    with ZipFile(file) as old, ZipFile(plain, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name), old.read(name), ZIP_DEFLATED)
    return plain.getvalue()


def kept(answer: Answer, book: Book, kind: str) -> bytes:
    """An answer in the form that a file's ending asks for, one of `KINDS`."""
    if kind == ".json":
        return (answer.to_json() + "\n").encode()
    text = memorandum(answer, book)
    match kind:
        case ".html":
            return as_html(text, tree(answer.said, answer.lines)).encode()
        case ".docx":
            return as_docx(as_html(text))
        case _:
            return text.encode()


# ----------------------------------------------------------------- case file


def case_file(answers: Sequence[Answer], book: Book, files: Sequence[Path], part: str, path: Path) -> str:
    """A case file for `path` with the facts of case files and what was asked of them, as expected.

    Raises `ClausebookError` where the questions, read from it, would not be answered so.
    """
    facts: list[str] = []
    names: dict[str, None] = {}
    complete = ""
    for each in files:
        source, problems = read_source(each)
        if source is None:
            raise ClausebookError(*problems)
        file, _ = read_case(read(source)[0])
        names |= dict.fromkeys(" ".join(span.text.split()) for span in file.names)
        complete = file.complete_to.text if file.complete_to is not None else complete
        facts += [text for some in (file.common, *file.parts) if some.name in ("", part) for text in _facts(some)]
    asked = {each.question: each for each in answers}
    head = [f"Book: {_book_from(book, path)}", *(f"Names: {each}" for each in names)]
    head += [f"Record complete to: {complete}"] if complete else []
    for precise in (True, False):
        listed = (f"{at}. {one.question}\n   {_expected(one, precise)}" for at, one in enumerate(asked.values(), 1))
        blocks = [f"# {path.stem}", "\n".join(head), "## Facts", *facts, "## Questions", "\n".join(listed)]
        text = "\n\n".join(each for each in blocks if each) + "\n"
        tried = test_text(path, text, Shelf())
        if tried.passed:
            return text
    problems = tried.all_problems
    wrong = [each.question.question.text for each in tried.tried if not each.passed]
    said = f"read from the file these would be answered otherwise: {'; '.join(wrong)}"
    raise ClausebookError(*(problems or (Diagnostic("E0053", said, None),)))


def _facts(part: CasePart) -> Iterable[str]:
    for block in part.facts:
        if isinstance(block, (Paragraph, List, Table)):
            yield _whole_lines(block.span)


def _whole_lines(span: Span) -> str:
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    return text[start : len(text) if end < 0 else end].rstrip()


def _book_from(book: Book, path: Path) -> str:
    """What a case file calls its book: a shipped one by name, another by its way from the file."""
    place = Path(book.source.name)
    if book.name in shipped_books() and place.parent.name == "rules":
        return book.name
    return os.path.relpath(place.resolve(), path.resolve().parent)


def _expected(answer: Answer, precise: bool) -> str:
    said = answer.said.rstrip(".").partition(":")[0] if answer.verdict is Verdict.DEPENDS else answer.said.rstrip(".")
    if said == "Depends" and precise and answer.open:
        said = f"Depends on {'; and on '.join(answer.open)}"
    cited = " and ".join(f"§ {clause}" for clause in answer.citations)
    return f"{said}, citing {cited}." if cited and answer.verdict is not Verdict.CONFLICT else f"{said}."
