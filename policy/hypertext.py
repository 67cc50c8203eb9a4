"""The text of a book and of case files as HTML: words linked, marks kept, and nothing that a browser would obey."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from attrs import define, field
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from policy.declaring import is_recital
from policy.document import Block, Item, List, Paragraph, Quote, Table
from policy.headings import is_phrase_heading
from policy.layout import inert
from policy.linking import Link, references
from policy.source import Span
from policy.words import Phrase

Href = Callable[[str], str]
_NOWHERE = ("link", "image", "autolink", "html_inline", "html_block")


@define
class Hypertext:
    """Writes texts of a book; ``clause`` and ``phrase`` say where a clause id and a phrase lead ("": nowhere)."""

    clause: Href
    phrase: Callable[[Phrase], str]
    _markdown: MarkdownIt = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable([*_NOWHERE])
        self._markdown.add_render_rule("text", _text)

    # ----------------------------------------------------------------- texts

    def words(self, text: str) -> Markup:
        """A text with its clause signs linked."""
        parts = references(inert(text), self.clause)
        return Markup("").join(
            Markup('<a href="{}">{}</a>').format(self.clause(id), part) if id else escape(part) for part, id in parts
        )

    def markdown(self, text: str) -> Markup:
        """Markdown as HTML, without links, images and HTML of its own, its clause signs linked."""
        return self.tokens(self._markdown.parse(text))

    def parse(self, text: str) -> list[Token]:
        """Markdown as tokens, for those who leave out some."""
        return self._markdown.parse(text)

    def tokens(self, tokens: Sequence[Token]) -> Markup:
        """Tokens as HTML."""
        rendered = self._markdown.renderer.render(tokens, self._markdown.options, {"words": self.words})
        return Markup(rendered)  # noqa: S704  # the renderer escapes what stands in the tokens

    def inline(self, text: str) -> Markup:
        """Markdown in one line as HTML."""
        tokens = self._markdown.parseInline(text)
        return self.tokens(tokens)

    # ---------------------------------------------------------------- blocks

    def blocks(self, blocks: Sequence[Block], links: Sequence[Link]) -> Markup:
        """The blocks under a heading of a book, with the links of its rules."""
        return Markup("\n").join(
            self._block(each, blocks[at - 1] if at else None, links) for at, each in enumerate(blocks)
        )

    def _block(self, block: Block, before: Block | None, links: Sequence[Link]) -> Markup:
        match block:
            case Quote():
                return Markup('<aside class="note" aria-label="Note">{}</aside>').format(self.markdown(block.text))
            case Paragraph() if is_phrase_heading(block):
                return Markup('<p class="{}">{}</p>').format(_kind(block), self.words(block.span.text))
            case Paragraph() if is_recital(block):
                return Markup('<p class="recital">{}</p>').format(self.words(block.span.text))
            case Paragraph():
                return Markup('<p class="rule">{}</p>').format(self._linked(block.span, links))
            case List():
                phrases = isinstance(before, Paragraph) and is_phrase_heading(before)
                return self._list(block, None if phrases else links)
            case Table():
                return self.markdown(block.span.text)

    def _list(self, block: List, links: Sequence[Link] | None) -> Markup:
        """A list of conditions, or, without links, of phrases."""
        items = Markup("").join(self._item(item, links) for item in block.items)
        return Markup('<ul class="{}">{}</ul>').format("conditions" if links is not None else "phrases", items)

    def _item(self, item: Item, links: Sequence[Link] | None) -> Markup:
        said = self.inline(item.span.text) if links is None else self._linked(item.span, links)
        nested = self._list(item.nested, links) if item.nested is not None else Markup("")
        return Markup("<li>{}{}</li>").format(said, nested)

    def _linked(self, span: Span, links: Sequence[Link]) -> Markup:
        return Markup("").join(self._pieces(span, links))

    def _pieces(self, span: Span, links: Iterable[Link]) -> Iterator[Markup]:
        text = span.source.text
        at = span.start
        for link in links:
            if link.start < at or link.end > span.end:
                continue
            yield escape(text[at : link.start])
            address = self.clause(link.target) if isinstance(link.target, str) else self.phrase(link.target)
            kind = "clause" if isinstance(link.target, str) else "concluded" if link.concluded else "phrase"
            said = text[link.start : link.end]
            form = '<a class="{}" href="{}">{}</a>' if address else '<span class="{}" title="{}">{}</span>'
            yield Markup(form).format(kind, address, said)  # noqa: S704  # one of two forms above
            at = link.end
        yield escape(text[at : span.end])


def _kind(block: Paragraph) -> str:
    """The class of a heading of phrases: whether it asks for a finding, or gives a reading."""
    words = block.span.text
    if words.startswith(("Decided", "Determined")):
        return "heading determination"
    return "heading reading" if words.startswith("Read as") else "heading"


def _text(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A text token: escaped, with its clause signs linked."""
    return str(env["words"](tokens[at].content))
