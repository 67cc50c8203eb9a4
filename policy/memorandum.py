"""What was asked as a memorandum to send on: Markdown, a page, or a document for a word processor.

A memorandum is made from what was answered and nothing else: the same answer gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from policy.answer import Answer, Reading, Stamp, sections
from policy.book import Book
from policy.charts import svg, told_under, when
from policy.clausetext import heading, rules_of, texts_of
from policy.course import Course, on_its_first_day
from policy.diagnostic import ClausebookError, Diagnostic
from policy.layout import escaped, inert
from policy.outline import Line
from policy.treepicture import tree

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = (".md", ".html", ".docx", ".json")
"""What a memorandum, or an answer, is saved as."""


def memorandum(told: Answer | Course, book: Book) -> str:
    """An answer, or answers over time, as a memorandum in Markdown, with the clauses cited and the stamp."""
    if isinstance(told, Course):
        parts = [*_over_time(told, book)]
        answers = [each.first.answer for each in told.stretches if each.first.answer is not None]
    else:
        parts = [*_answered(told, book)]
        answers = [told]
    if assumed := dict.fromkeys(text for each in answers for text in each.assumptions):
        parts += ["## Assumptions", _bullets(assumed)]
    if readings := dict.fromkeys(_reading(reading) for each in answers for reading in each.readings):
        parts += ["## Readings", _bullets(readings)]
    cited = {clause for each in answers for clause in each.citations}
    parts.append("## The clauses")
    for clause in texts_of(book, cited):
        parts += [f"### {escaped(heading(clause))}", _paragraphs(rules_of(clause))]
    supporting = book.in_order({clause for each in answers for clause in each.supporting} - cited)
    if supporting:
        parts.append(f"It also rests on {escaped(sections(supporting))}.")
    return inert("\n\n".join([*parts, "## Stamp", _bullets(_stamp(told.stamp))])) + "\n"


def _answered(answer: Answer, book: Book) -> Iterator[str]:
    yield f"# {escaped(answer.question)}"
    yield f"**{escaped(answer.said)}** {escaped(sections(answer.citations))}".rstrip()
    yield f"Under the {escaped(book.title)}."
    yield "## Why"
    yield _outline(line for line in answer.lines if line.text not in answer.assumptions)


def _over_time(course: Course, book: Book) -> Iterator[str]:
    yield f"# {escaped(course.question)}"
    asked = "each day" if course.is_whole else f"one day in each {course.step}"
    yield f"Under the {escaped(book.title)}. Asked for {asked}."
    yield "## Answers over time"
    told: list[str] = []
    for stretch in course.stretches:
        cited = sections(stretch.first.answer.citations) if stretch.first.answer is not None else stretch.first.problem
        told.append(f"- {escaped(when(stretch))}: **{escaped(stretch.first.said)}** {escaped(cited)}".rstrip())
        told += [_outline(told_under(stretch), 1)] if told_under(stretch) else []
    yield "\n".join(told)


def _reading(reading: Reading) -> str:
    return f"{reading.id}: {reading.text}. On the other reading: {reading.otherwise}"


def _outline(lines: Iterable[Line], depth: int = 0) -> str:
    told = []
    for line in lines:
        rests = f" — {escaped(line.rests_on)}" if line.rests_on else ""
        told.append(f"{'  ' * (line.depth + depth)}- {escaped(line.text)}{rests}")
    return "\n".join(told)


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


def _stamp(stamp: Stamp) -> Iterator[str]:
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
figure {{ margin: 1rem 0; overflow-x: auto; color-scheme: light; background: #fff; }}
svg {{ display: block; max-width: max(100%, 36rem); height: auto; }}
@media print {{ body {{ margin: 0; max-width: none; }} svg {{ max-width: 100%; }} }}
</style>
</head>
<body>
{body}{picture}</body>
</html>
"""


def as_html(markdown: str, picture: str = "", caption: str = "The proof as a tree") -> str:
    """A memorandum as a page of its own, which needs nothing from elsewhere; no HTML in it is taken as such.

    ``picture`` is SVG that is drawn here: it stands at the end, under its ``caption``.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    title = next((line.removeprefix("# ") for line in markdown.splitlines() if line.startswith("# ")), "")
    plain = reader.renderInline(title)
    figure = f"<h2>{caption}</h2>\n<figure>\n{picture}</figure>\n" if picture else ""
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


def kept(told: Answer | Course, book: Book, kind: str) -> bytes:
    """An answer, or answers over time, in the form that a file's ending asks for, one of `KINDS`.

    Raises `ClausebookError` for answers over time as JSON: only one answer can be asked again.
    """
    if kind == ".json":
        if isinstance(told, Course):
            message = "an answer is saved to be asked again, and this question has many"
            wanted = (on_its_first_day(told.question), "save FILE.html")
            raise ClausebookError(Diagnostic("E0055", message, None, wanted))
        return (told.to_json() + "\n").encode()
    text = memorandum(told, book)
    if kind == ".docx":
        return as_docx(as_html(text))
    if kind != ".html":
        return text.encode()
    if isinstance(told, Course):
        return as_html(text, svg((told,)), "The answers as a picture").encode()
    return as_html(text, tree(told.said, told.lines)).encode()
