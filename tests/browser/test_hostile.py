"""Names made to do harm, in pages that a real browser shows: every one is words, and none is obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.instrument import load
from policy.memorandum import kept
from tests.browser.chromium import Browser
from tests.policy import hostile
from tests.policy.hostile import FACTS, NAMES, clausebook

FOREIGN = "[...document.querySelectorAll('script:not([src], [type]), img, iframe, object, [onerror], [onload]')].length"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    hostile.write(path)
    return path


def test_a_browser_shows_every_name_and_obeys_none(
    page: Browser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ledgers = (folder / hostile.LEDGER, folder / "people.csv", folder / "members.csv")
    case = load(folder / "club.md").case(folder / "companion.md", *ledgers, mapping=folder / "map.toml")
    answers = [case.ask("Which leases are permitted?"), *(case.ask(f"Is {name} permitted?") for name in NAMES[:12])]
    for number, answer in enumerate(answers):
        (folder / f"{number}.html").write_bytes(kept(answer, case.book, ".html"))
    clausebook("audit", "club.md", *FACTS, "--ask", "*a lease* is permitted", "-o", "audit.csv")
    (folder / "proof.svg").write_text(
        clausebook("ask", "club.md", *FACTS, "Which leases are permitted?", "--svg").stdout
    )
    for name in (*(f"{number}.html" for number in range(len(answers))), "audit.html", "proof.svg"):
        page.open((folder / name).as_uri())
        assert page.run("document.title") != "hit"
        assert page.run(FOREIGN) == 0
    page.open((folder / "0.html").as_uri())
    shown = page.run("document.body.textContent.replaceAll(/\\s/g, '')")
    listed = [name for name in NAMES if name in answers[0].to_json()]
    assert listed and all("".join(name.split())[:20] in shown for name in listed)
