"""A rule file or case file as Markdown: title block, sections, paragraphs, lists, quotes, tables.

The Markdown is CommonMark with pipe tables. What a viewer would show in a way that does not tell how the language
reads it (code, HTML, a line that slips into the note above it) is an error, so that what is seen is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import Factory, define, field, frozen

from policy.diagnostic import Diagnostic, nearest
from policy.source import Source, Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LABEL = r"(?:[ivxlc]+|[IVXLC]+|[A-Za-z]{1,2}|\d+)"
CLAUSE_ID: Final = re.compile(
    rf"""(?>
        (?: [A-Z]*\d+ | [A-Z]+(?:-[IVXLC]+)? )                      # 5   P5   FA   FA-I
        (?:
            \({_LABEL}\) | \[{_LABEL}\]                             # (b)   (iii)   [ii]
          | /(?:\d+|[a-z]+|[A-Z]+) | \.\d+                        # /2   /flush   .1
          | \s+(?:proviso|exception|exclusion)(?![\w-])
            (?:\s+\({_LABEL}\))?                                    # proviso (i)
        )*
    )(?![\w(\[/\u2013-])""",
    re.VERBOSE,
)
"""A clause id as the inventory writes it, without the sign. Blanks in it may be line breaks: one blank is meant."""
_CLAUSE = re.compile(rf"(?: ^ | \s*;\s* ) §\s* (?P<id>{CLAUSE_ID.pattern})", re.VERBOSE)
_NO_CLAUSE = re.compile(r"(?:§\s*|\s*;\s*(?:§\s*)?|(?=\S))(?P<word>\S*)")


@frozen
class Paragraph:
    """Running text; may hold several sentences and soft line breaks. Emphasis marks are still in the text."""

    span: Span


@frozen
class Item:
    """One list item: its text, without the bullet, and the list nested under it."""

    span: Span
    nested: List | None = None


@frozen
class List:
    """A bullet list, or a numbered one (questions of a case file); from the first item's text to the last's."""

    items: tuple[Item, ...]
    numbered: bool
    span: Span


@frozen
class Quote:
    """A ``>`` note; the span begins after the first mark and still holds those of its other lines."""

    span: Span

    @property
    def text(self) -> str:
        """The note without its marks."""
        return "\n".join(re.sub(r"^[ \t]*> ?", "", line).rstrip() for line in self.span.text.split("\n"))


@frozen
class Table:
    """A pipe table: cells without their surrounding blanks, as many in each row as in the header."""

    header: tuple[Span, ...]
    rows: tuple[tuple[Span, ...], ...]
    span: Span


Block = Paragraph | List | Quote | Table


@frozen
class Section:
    """A heading of level 2 and deeper with the blocks under it, up to the next heading of any level.

    ``clauses`` are the clause ids of a heading that starts with ``§`` (``§ 7(b)/1.2; § 7(b)/1.2(ii) Fair …``),
    without the sign, ``clause_spans`` where they stand; ``heading`` is what follows them (or the whole heading).
    ``span`` is the text of the heading line.
    """

    level: int
    clauses: tuple[str, ...]
    heading: str
    span: Span
    blocks: tuple[Block, ...]
    clause_spans: tuple[Span, ...] = ()


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


# ---------------------------------------------------------------------- files

_MOST_LISTED = 200
_MOST_BYTES = 4 * 1024 * 1024
# Control characters, and those that hide, reorder or break what is shown: the text must be what its reader sees.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def read_source(path: str | Path) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """The text of a UTF-8 file, or what is wrong with it. No byte order mark is left, and lines end in a line feed."""
    name = str(path)
    data = _read_bytes(Path(path), name)
    if isinstance(data, Diagnostic):
        return None, (data,)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, (_not_utf8(name, data, error.start),)
    source = Source(name, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    found = (_empty(source),) if not source.text.strip() else tuple(_unseen(source))
    return (None if found else source), found


def _read_bytes(path: Path, name: str) -> bytes | Diagnostic:
    if path.is_dir():
        return Diagnostic("E0002", f"{name} is a directory", None, expected=("a Markdown file",))
    if not path.is_file():
        if path.exists():
            return Diagnostic("E0002", f"{name} is not a regular file", None, expected=("a Markdown file",))
        near = nearest(path.name, sorted(each.name for each in islice(path.parent.glob("*.md"), _MOST_LISTED)))
        return Diagnostic(
            "E0001", f"there is no file {name}", None, nearest=tuple(str(path.with_name(n)) for n in near)
        )
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        return Diagnostic("E0003", f"{name} cannot be read: {error.strerror}", None)
    if len(data) > _MOST_BYTES:
        return Diagnostic("E0004", f"{name} is larger than 4 MiB", None)
    return data


def _not_utf8(name: str, data: bytes, at: int) -> Diagnostic:
    source = Source(name, data.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))
    start = len(data[:at].decode("utf-8").replace("\r\n", "\n"))
    message = f"byte {at + 1} of the file, {data[at]:#04x}, is not UTF-8"
    return Diagnostic("E0006", message, Span(source, start, start + 4), expected=("a file saved as UTF-8",))


def _empty(source: Source) -> Diagnostic:
    return Diagnostic("E0005", "there is nothing in the file", Span(source, 0, 0), expected=("a title: `# …`",))


def _unseen(source: Source) -> Iterator[Diagnostic]:
    # Ten are enough to see what is wrong with a file that is no text at all.
    for match in islice(_UNSEEN.finditer(source.text), 10):
        message = f"the character U+{ord(match[0]):04X} cannot be seen, so it may not stand here"
        yield Diagnostic("E0007", message, Span(source, *match.span()))


# ------------------------------------------------------------------- Markdown

_KEPT = 8  # documents that were just read
_DEEPEST = 32  # lists in lists; each takes two of the parser's levels
_BLANKS = " \t\r\v\f"


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # A link definition stays in the text instead of vanishing from it: it is an error here.
    return MarkdownIt("commonmark", {"maxNesting": 2 * _DEEPEST + 1}).enable("table").disable("reference")


def _tokens(text: str) -> list[Token]:
    """The blocks of a Markdown text, flat."""
    reader = _markdown()
    tokens: list[Token] = []
    reader.block.parse(text, reader, {}, tokens)
    return tokens


@define
class _Node:
    """A Markdown block with the blocks in it."""

    kind: str
    token: Token
    children: list[_Node] = Factory(list)

    @property
    def first_line(self) -> int:
        """Counted from 0, as the Markdown parser does."""
        return self.token.map[0] if self.token.map else 0

    @property
    def end_line(self) -> int:
        return self.token.map[1] if self.token.map else 0


def _nodes(tokens: Sequence[Token]) -> list[_Node]:
    """The tree that the flat tokens describe."""
    root: list[_Node] = []
    open_lists = [root]
    for token in tokens:
        if token.nesting < 0:
            open_lists.pop()
            continue
        node = _Node(token.type.removesuffix("_open"), token)
        open_lists[-1].append(node)
        if token.nesting > 0:
            open_lists.append(node.children)
    return root


@lru_cache(maxsize=_KEPT)
def read(source: Source) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document that a text is, and everything in it that the language does not use.

    A case file is read for each of its parts: what was just read is kept.
    """
    # The parser counts a lone carriage return as a line end; a blank in its place keeps every offset and line.
    text = source.text.replace("\r", " ")
    reader = _Reader(source, text.split("\n"))
    document = reader.document(_nodes(_tokens(text)))
    return document, tuple(sorted(reader.found, key=lambda each: each.span.start if each.span else 0))


_ITEM_IS = "a list item is one paragraph and, under it, one list"
_HTML_OR_IMAGE = re.compile(r"<[A-Za-z/!?][^\s>]*>?|!\[")
_LOOKALIKES = (
    (
        re.compile(r"^[ \t]*#+.*", re.MULTILINE),
        "E0027",
        "this is no heading",
        "one to six `#` and a blank, on a line of its own",
    ),
    (
        re.compile(r"^[ \t]*\|.*", re.MULTILINE),
        "E0024",
        "this is no table",
        "a header and under it `|---|`, once for each cell",
    ),
    (
        re.compile(r"^[ \t]*\[[^\]\n]*\]:", re.MULTILINE),
        "E0028",
        "a viewer does not show this line",
        "text without `[…]:`",
    ),
)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _depth(node: _Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)


@define
class _Section:
    """A section while its blocks are being read."""

    heading: Section
    blocks: list[Block] = Factory(list)

    def done(self) -> Section:
        head = self.heading
        return Section(head.level, head.clauses, head.heading, head.span, tuple(self.blocks), head.clause_spans)


@define
class _Reader:
    """Turns Markdown blocks into ours and notes what is wrong on the way."""

    source: Source
    lines: list[str]
    found: list[Diagnostic] = Factory(list)

    # -------------------------------------------------------------- the whole

    def document(self, nodes: list[_Node]) -> Document:
        title = self.title(nodes)
        settings: list[Setting] = []
        sections: list[_Section] = []
        for node in nodes[1:] if title is not None else nodes:
            if node.kind == "heading":
                sections.extend(self.section(node))
            elif sections:
                sections[-1].blocks.extend(self.block(node))
            else:
                settings.extend(self.settings(node))
        whole = Span(self.source, 0, len(self.source.text))
        return Document(self.source, title or "", tuple(settings), tuple(each.done() for each in sections), whole)

    def title(self, nodes: list[_Node]) -> str | None:
        if nodes and nodes[0].kind == "heading" and nodes[0].token.tag == "h1":
            return self.heading_text(nodes[0]).text
        place = self.line_span(nodes[0].first_line) if nodes else Span(self.source, 0, 0)
        self.error("E0010", "a file begins with its title", place, "a line such as `# 1992 Stock Option Plan`")
        return None

    def settings(self, node: _Node) -> Iterator[Setting]:
        if node.kind != "paragraph":
            self.error(
                "E0013",
                "this stands before the first section",
                self.line_span(node.first_line),
                "a heading such as `## Names`",
            )
            return
        self.check_inline(self.text_span(node))
        for line in range(node.first_line, node.end_line):
            yield from self.setting(self.line_span(line))

    def setting(self, line: Span) -> Iterator[Setting]:
        match = re.match(r"([^\W\d_][^:]*?)[ \t]*:[ \t]*(?=\S)", line.text)
        if match:
            yield Setting(match[1], Span(self.source, line.start + match.end(), line.end), line)
        else:
            self.error(
                "E0012",
                "the title block has one `Name: value` on each line",
                line,
                "a line such as `Dates round: down`",
            )

    # --------------------------------------------------------------- headings

    def section(self, node: _Node) -> Iterator[_Section]:
        span = self.heading_text(node)
        if node.token.tag == "h1":
            self.error("E0011", "a file has one title, at its beginning", span, f"`## {span.text}`")
        places, heading = self.clause_ids(span) if span.text.startswith("§") else ((), span.text)
        clauses = tuple(" ".join(place.text.split()) for place in places)
        yield _Section(Section(max(int(node.token.tag[1:]), 2), clauses, heading, span, (), places))

    def heading_text(self, node: _Node) -> Span:
        line = self.line_span(node.first_line)
        if node.token.markup in ("=", "-"):
            self.error(
                "E0017", "a heading is written with `#` marks, not underlined", line, "a line such as `## Names`"
            )
            return line
        content = node.children[0].token.content
        if not content:
            self.error("E0027", "this heading has no words", line)
        marks = self.lines[node.first_line].index("#") + len(node.token.markup)
        start = self.source.line_starts[node.first_line] + self.lines[node.first_line].index(content, marks)
        span = Span(self.source, start, start + len(content))
        self.check_inline(span)
        return span

    def clause_ids(self, span: Span) -> tuple[tuple[Span, ...], str]:
        """The ids at the beginning of a heading, and the words after them."""
        places: list[Span] = []
        at = 0
        while match := _CLAUSE.match(span.text, at):
            at = match.end()
            places.append(Span(self.source, span.start + match.start("id"), span.start + at))
        rest = span.text[at:]
        if bad := _NO_CLAUSE.match(rest):
            place = Span(self.source, span.start + at + bad.start("word"), span.start + at + bad.end())
            expected = ("an id such as `5(a)/4` or `5(b)(ii)/2 proviso (i)`", "`; § ` between two")
            self.error("E0022", "no clause id is written like this", place, *expected)
        return tuple(places), rest.strip()

    # ----------------------------------------------------------------- blocks

    def block(self, node: _Node) -> Iterator[Block]:
        match node.kind:
            case "paragraph":
                yield self.paragraph(node)
            case "bullet_list" | "ordered_list":
                yield from self.list(node, 1)
            case "blockquote":
                yield self.quote(node)
            case "table":
                yield self.table(node)
            case _:
                self.unused(node)

    def unused(self, node: _Node) -> None:
        place = self.line_span(node.first_line)
        match node.kind:
            case "hr":
                self.error("E0018", "a horizontal rule says nothing here", place, "a heading or an empty line")
            case "html_block":
                self.error("E0015", "HTML is not part of the language", place)
            case _:
                self.error("E0014", "this is a code block", place, "text that is indented by less than four blanks")

    def paragraph(self, node: _Node) -> Paragraph:
        span = self.text_span(node)
        self.check_text(span)
        return Paragraph(span)

    def list(self, node: _Node, depth: int) -> Iterator[List]:
        if depth > _DEEPEST:
            self.too_deep(node)
            return
        items = tuple(item for child in node.children for item in self.item(child, depth))
        if items:
            last = items[-1].nested
            end = items[-1].span.end if last is None else last.span.end
            yield List(items, node.kind == "ordered_list", Span(self.source, items[0].span.start, end))

    def item(self, node: _Node, depth: int) -> Iterator[Item]:
        if not node.children or node.children[0].kind != "paragraph":
            self.error("E0020", "a list item begins with its text", self.line_span(node.first_line))
            return
        paragraph, *others = node.children
        span = self.text_span(paragraph)
        self.check_text(span)
        self.check_continuation(paragraph, self.indent(node.first_line))
        nested = [each for other in others for each in self.nested(other, depth)]
        for second in nested[1:]:
            self.error("E0019", _ITEM_IS, self.line_span(second.span.line - 1))
        yield Item(span, nested[0] if nested else None)

    def nested(self, node: _Node, depth: int) -> Iterator[List]:
        if node.kind in ("bullet_list", "ordered_list"):
            yield from self.list(node, depth + 1)
        else:
            self.error("E0019", _ITEM_IS, self.line_span(node.first_line))

    def check_continuation(self, paragraph: _Node, bullet: int) -> None:
        """A further line of an item is indented more than its bullet, or it would look like text after the list."""
        for line in range(paragraph.first_line + 1, paragraph.end_line):
            if self.indent(line) <= bullet:
                message = "this line belongs to the list item above it"
                self.error("E0026", message, self.line_span(line), "an empty line before it", "more indentation")
                return

    def indent(self, line: int) -> int:
        text = self.lines[line].expandtabs(4)
        return len(text) - len(text.lstrip(" "))

    def quote(self, node: _Node) -> Quote:
        if _depth(node) > _DEEPEST:
            self.too_deep(node)
        lines = [line for line in range(node.first_line, node.end_line) if self.lines[line].strip(_BLANKS)]
        for line in lines:
            if not self.lines[line].lstrip(_BLANKS).startswith(">"):
                self.error(
                    "E0025",
                    "this line belongs to the note above it",
                    self.line_span(line),
                    "an empty line before it",
                    "`>`",
                )
                break
        first = self.line_span(node.first_line)
        start = first.start + (2 if first.text.startswith("> ") else 1)
        span = Span(self.source, start, max(start, self.line_span(lines[-1]).end))
        self.check_inline(span)
        return Quote(span)

    def table(self, node: _Node) -> Table:
        header, *rows = (row.first_line for part in node.children for row in part.children)
        cells = self.cells(header)
        span = self.line_span(header).to(self.line_span(node.end_line - 1))
        self.check_inline(span)
        return Table(cells, tuple(self.row(line, len(cells)) for line in rows), span)

    def row(self, line: int, width: int) -> tuple[Span, ...]:
        cells = self.cells(line)
        place = self.line_span(line)
        if len(cells) != width or "|" not in place.text:
            message = f"this row has {_count(len(cells), 'cell')}, the header has {width}"
            self.error("E0023", message, place, "as many cells as the header has", "an empty line after the table")
        missing = Span(self.source, place.end, place.end)
        return (*cells[:width], *[missing] * (width - len(cells)))

    def cells(self, line: int) -> tuple[Span, ...]:
        """The cells of a table line: what stands between pipes that no backslash escapes."""
        whole = self.line_span(line)
        pipes = [whole.start + match.start() for match in re.finditer(r"(?<!\\)\|", whole.text)]
        starts = [whole.start, *(pipe + 1 for pipe in pipes)]
        ends = [*pipes, whole.end]
        if pipes and ends[0] == starts[0]:
            del starts[0], ends[0]
        if pipes and starts[-1:] == ends[-1:]:
            del starts[-1], ends[-1]
        return tuple(self.stripped(start, end) for start, end in zip(starts, ends, strict=True))

    # ----------------------------------------------------------------- places

    def line_span(self, line: int) -> Span:
        """A line without the blanks around it; lines are counted from 0."""
        start = self.source.line_starts[line]
        return self.stripped(start, start + len(self.lines[line]))

    def text_span(self, paragraph: _Node) -> Span:
        """A paragraph's text: it ends its first line, whatever bullets stand before it there."""
        first = paragraph.children[0].token.content.split("\n", 1)[0].rstrip(_BLANKS)
        return Span(
            self.source,
            self.line_span(paragraph.first_line).end - len(first),
            self.line_span(paragraph.end_line - 1).end,
        )

    def stripped(self, start: int, end: int) -> Span:
        text = self.source.text[start:end]
        kept = text.strip(_BLANKS)
        start += len(text) - len(text.lstrip(_BLANKS)) if kept else 0
        return Span(self.source, start, start + len(kept))

    # ----------------------------------------------------------------- checks

    def check_text(self, span: Span) -> None:
        """What a paragraph or item holds that looks like something else."""
        self.check_inline(span)
        for pattern, code, message, expected in _LOOKALIKES:
            if match := pattern.search(span.text):
                place = Span(self.source, span.start + match.start(), span.start + match.end())
                self.error(code, message, place, expected)

    def check_inline(self, span: Span) -> None:
        for match in _HTML_OR_IMAGE.finditer(span.text):
            place = Span(self.source, span.start + match.start(), span.start + match.end())
            if match[0].startswith("<"):
                self.error("E0015", "HTML is not part of the language", place)
            else:
                self.error("E0016", "an image says nothing here", place)

    def too_deep(self, node: _Node) -> None:
        message = f"this is nested more than {_DEEPEST} deep; what stands in it was not read"
        self.error("E0021", message, self.line_span(node.first_line))

    def error(self, code: str, message: str, span: Span, *expected: str) -> None:
        self.found.append(Diagnostic(code, message, span, expected))
