"""A rule file or case file as Markdown: title block, sections, paragraphs, lists, quotes, tables."""

from __future__ import annotations

from attrs import field, frozen

from policy.source import Source, Span


@frozen
class Paragraph:
    """Running text; may hold several sentences and soft line breaks. Emphasis marks are still in the text."""

    span: Span


@frozen
class Item:
    """One list item: its text, and the list nested under it."""

    span: Span
    nested: List | None = None


@frozen
class List:
    """A bullet list, or a numbered one (questions of a case file)."""

    items: tuple[Item, ...]
    numbered: bool
    span: Span


@frozen
class Quote:
    """A ``>`` note."""

    span: Span


@frozen
class Table:
    """A pipe table: cells without their surrounding blanks."""

    header: tuple[Span, ...]
    rows: tuple[tuple[Span, ...], ...]
    span: Span


Block = Paragraph | List | Quote | Table


@frozen
class Section:
    """A heading of level 2 and deeper with the blocks under it, up to the next heading of any level.

    ``clauses`` are the clause ids of a heading that starts with ``§`` (``§ 7(b)/1.2; § 7(b)/1.2(ii) Fair …``), without the
    sign; ``heading`` is what follows them (or the whole heading).
    """

    level: int
    clauses: tuple[str, ...]
    heading: str
    span: Span
    blocks: tuple[Block, ...]


@frozen
class Setting:
    """A ``Name: value`` line of the title block."""

    name: str
    value: Span
    span: Span


@frozen
class Document:
    """A whole file: ``sections`` in the order of the file, levels as written."""

    source: Source
    title: str
    settings: tuple[Setting, ...]
    sections: tuple[Section, ...]
    span: Span = field(repr=False)
