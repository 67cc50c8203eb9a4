"""Pages in the system's browser. Where there is none, these tests are named as not run; under `.ci/run` they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.publish import publish
from policy.reviewpages import mark, pages
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


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review book of the garden club, on disk."""
    folder = tmp_path_factory.mktemp("browser")
    found = small_review(folder)
    publish(folder / "pages", pages(found), mark(found.book))
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
