"""Pages in the system's browser. Where there is none, these tests are named as not run; under `.ci/run` they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.book import load
from policy.comparing import compare
from policy.comparing import page as page_of
from policy.publish import publish
from policy.review import review
from policy.reviewpages import mark, pages
from policy.testing import Shelf
from tests.browser.chromium import Browser, browser, system_browser
from tests.policy.pages import small_review
from tests.policy.served import served


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = system_browser()
    if path is None:
        missing = "no Chromium is installed, so pages are not tried in a browser"
        if os.environ.get("CLAUSEBOOK_BROWSER") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    with browser(path) as opened:
        yield opened


REPORTS = """
[members]
title = "Members"
about = "Who is welcome, and what is let."
questions = ["Is {person} welcome on each year from {from} to {to}?", "How many shares may {person} lease on {to}?"]
example = {case = "lease.md", part = "b", person = "Ann Lee", from = "1998-06-01", to = "2001-06-01"}
"""


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review book of the garden club, on disk."""
    folder = tmp_path_factory.mktemp("browser")
    (folder / "club.reports.toml").write_text(REPORTS, "utf-8")
    small_review(folder)
    old = folder / "old.md"
    old.write_text((folder / "club.md").read_text("utf-8").replace("100 shares", "90 shares"), "utf-8")
    found = review(Shelf(), folder / "club.md", folder / "club.txt", since=old, jobs=1)
    publish(folder / "pages", pages(found), mark(found.book))
    publish(folder / "pages" / "redline", page_of(compare(load(old), found.book)), mark(found.book))
    return folder / "pages"


@pytest.fixture(scope="session")
def served_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the same book is served."""
    with served(tmp_path_factory.mktemp("served")) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Browser]:
    """The browser, at desk width and in the light; nothing may have gone wrong in it."""
    chromium.errors.clear()
    chromium.size(1280)
    chromium.scheme("light")
    yield chromium
    assert not chromium.errors
