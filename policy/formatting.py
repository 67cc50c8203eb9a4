"""Rule files and case files in their one form.

A rule is printed from its tree (`policy.wording`), all else keeps its words and is laid out (`policy.markdown`).
Nothing is written that does not read back as the same: where a printed rule would not, it keeps its own words.
"""

from __future__ import annotations

from pathlib import Path

from attrs import define, frozen

from policy.book import Book, book_of
from policy.check import check_sentence
from policy.declaring import is_recital
from policy.diagnostic import Diagnostic
from policy.document import Document, List, Paragraph, Quote, read, read_source
from policy.headings import is_phrase_heading
from policy.markdown import markdown_form, words, wrapped
from policy.parse import sentences
from policy.source import Source, Span
from policy.storing import write_over
from policy.syntax import Sentence
from policy.testing import is_case
from policy.wording import print_tree


@frozen
class Formatted:
    """A file and its one form; ``text`` is None where the file has errors."""

    path: Path
    text: str | None
    changed: bool
    problems: tuple[Diagnostic, ...] = ()


def format_file(path: Path, write: bool = True) -> Formatted:
    """Puts a file into its one form. A file with errors is left alone."""
    source, problems = read_source(path)
    if source is None:
        return Formatted(path, None, False, problems)
    text, problems = format_source(source)
    if text is None:
        return Formatted(path, None, False, problems)
    changed = text.encode() != path.read_bytes()
    if changed and write:
        write_over(path, text.encode())
    return Formatted(path, text, changed)


def format_source(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The one form of a text, or what is wrong with it."""
    document, problems = read(source)
    if problems:
        return None, problems
    if is_case(document):
        return _laid_out(document), ()
    book, problems = book_of(source, source.name)
    if book is None:
        return None, tuple(problem for problem in problems if problem.is_error)
    return _same(_printed(document, book), document), ()


def _laid_out(document: Document) -> str:
    text = markdown_form(document)
    return _same(text, document) if words(text) == words(document.source.text) else document.source.text


def _same(text: str, document: Document) -> str:
    """The text if it says what the document says, else the document's own."""
    again, problems = read(Source(document.source.name, text))
    return text if not problems and _shape(again) == _shape(document) else document.source.text


def _shape(document: Document) -> object:
    settings = [(each.name, words(each.value.text)) for each in document.settings]
    headings = [(each.level, each.clauses, words(each.heading)) for each in document.sections]
    notes = [words(block.text) for each in document.sections for block in each.blocks if isinstance(block, Quote)]
    return document.title.split(), settings, headings, notes


# ----------------------------------------------------------------------- rules


def _printed(document: Document, book: Book) -> str:
    return markdown_form(document, _Rules(book).written)


def _items(list: List | None) -> int:
    """How many items a list has, those of nested lists included."""
    return 0 if list is None else sum(1 + _items(item.nested) for item in list.items)


@define
class _Rules:
    """Prints the rules of a book."""

    book: Book

    def written(self, paragraph: Paragraph, following: List | None) -> str | None:
        """A paragraph of rules with its list; None where it is no rule, or one that keeps its own words."""
        if is_phrase_heading(paragraph) or is_recital(paragraph):
            return None
        places = tuple(sentences(paragraph.span))
        printed: list[str] = []
        for number, place in enumerate(places, 1):
            text = self._sentence(place, following if number == len(places) else None)
            if text is None or ("\n" in text and number < len(places)):
                return None
            printed.append(text)
        opening, _, items = " ".join(printed).partition("\n")
        lines = wrapped(opening)
        for item in items.split("\n") if items else ():
            indent = " " * (len(item) - len(item.lstrip()))
            lines += wrapped(item.strip(), indent, indent + "  ")
        return "\n".join(lines)

    def _sentence(self, place: Span, following: List | None) -> str | None:
        tree = self._tree(place, following)
        if tree is None:
            return None
        text = print_tree(tree)
        document, problems = read(Source("printed", f"# T\n\n## § 1\n\n{text}\n"))
        blocks = document.sections[0].blocks if document.sections else ()
        if problems or not blocks or not isinstance(blocks[0], Paragraph):
            return None
        listed = blocks[1] if len(blocks) > 1 and isinstance(blocks[1], List) else None
        if _items(listed) != _items(following):
            return None  # the lists that counsel drew up stay, though the sentence could do without
        return text if self._tree(blocks[0].span, listed) == tree else None

    def _tree(self, place: Span, following: List | None) -> Sentence | None:
        parsed = self.book.parser.sentence(place, following)
        checked, problems = (
            check_sentence(parsed.readings, self.book.vocabulary.records) if parsed.readings else (None, ())
        )
        return None if checked is None or any(each.is_error for each in problems) else checked.tree
