"""A small review book, and what its pages link to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from attrs import define, field

from policy.review import Review, review
from policy.testing import Shelf
from tests.policy.small import CASE, write

TEXT = """\
GARDEN CLUB RULES

1. Members. Whoever is a member is welcome once the garden is open.

2. Leases. A member may lease a plot if the Warden agrees. (a) Nobody leases more than 100 shares in all.
"""


def small_review(folder: Path, case: str = CASE) -> Review:
    """The garden club's rules with their case and their text, gathered."""
    book, lease = write(folder, case=case)
    cases = folder / "club.cases"
    cases.mkdir()
    lease.rename(cases / "lease.md")
    text = folder / "club.txt"
    text.write_text(TEXT, "utf-8")
    return review(Shelf(), book, text, jobs=1)


@define
class _Reader(HTMLParser):
    """Takes note of anchors, links and all that a browser would act on."""

    ids: list[str] = field(factory=list)
    links: list[str] = field(factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(factory=list)
    texts: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(found["id"] or "")
        self.links += [found[key] or "" for key in ("href", "src") if key in found]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def broken(pages: Mapping[str, str]) -> Iterator[str]:
    """The links of pages that lead nowhere, and the anchors that stand twice."""
    readers = {name: read(page) for name, page in pages.items() if name.endswith(".html")}
    for name, reader in readers.items():
        yield from (f"{name}: two of {id}" for id in set(reader.ids) if reader.ids.count(id) > 1)
        for link in reader.links:
            if link == "data:,":
                continue  # the icon that is none
            page, _, anchor = link.partition("#")
            page = page or name
            if page not in pages or (anchor and anchor not in readers[page].ids):
                yield f"{name}: {link}"
