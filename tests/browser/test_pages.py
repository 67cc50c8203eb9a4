"""The review book in a browser: its layout, search, keyboard and contrast, from files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import Browser

PAGES = (
    "index.html",
    "section-1.html",
    "section-2.html",
    "vocabulary.html",
    "words.html",
    "cases.html",
    "case-lease.html",
    "coverage.html",
    "reports.html",
    "changes.html",
    "redline/index.html",
)
_UNFOLD = "for (const each of document.querySelectorAll('details')) each.open = true"
_FAINT = """
(() => {
  const part = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const found = colour(getComputedStyle(element).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest('svg, script, noscript, meter') || !element.checkVisibility()) continue;
    const pair = [light(colour(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) faint.push(`${element.tagName}.${element.className}: ${ratio.toFixed(2)}`);
  }
  return faint;
})()
"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_width(page: Browser, book: Path, name: str, width: int) -> None:
    page.size(width)
    page.open((book / name).as_uri())
    page.run(_UNFOLD)
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_source_and_rules_stand_beside_each_other_at_a_desk_and_below_on_a_phone(page: Browser, book: Path) -> None:
    tops = (
        "[...document.querySelectorAll('#c-2-a :is(.source, .rules)')].map((each) => each.getBoundingClientRect().top)"
    )
    page.open((book / "section-2.html").as_uri())
    source, rules = page.run(tops)
    assert source == rules
    page.size(390)
    source, rules = page.run(tops)
    assert source < rules


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_stands_out_from_its_ground(page: Browser, book: Path, name: str, scheme: str) -> None:
    page.scheme(scheme)
    page.open((book / name).as_uri())
    page.run(_UNFOLD)
    assert page.run(_FAINT) == []


def test_light_and_dark_differ(page: Browser, book: Path) -> None:
    page.open((book / "index.html").as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.run(ground)
    page.scheme("dark")
    assert page.run(ground) != light


def test_the_search_finds_clauses_phrases_and_questions_by_keyboard(page: Browser, book: Path) -> None:
    page.open((book / "index.html").as_uri())
    page.press("/")
    assert page.run("document.activeElement.id") == "query"
    page.type("100 shares")
    page.wait("document.querySelectorAll('#found a').length > 0")
    assert page.run("document.querySelector('#found a').textContent") == "Clause§ 2(a) Limit"
    assert page.run("document.getElementById('search-state').textContent") == "1 found"
    page.press("ArrowDown")
    assert page.run("document.activeElement.textContent") == "Clause§ 2(a) Limit"
    page.press("Enter")
    page.wait("location.hash === '#c-2-a'")


def test_what_is_not_found_is_said(page: Browser, book: Path) -> None:
    page.open((book / "index.html").as_uri())
    page.run("document.getElementById('query').focus()")
    page.type("zeppelin")
    page.wait("document.getElementById('search-state').textContent === '0 found'")
    page.press("Escape")
    assert page.run("document.getElementById('found').hidden")


def test_the_first_key_leads_past_the_header(page: Browser, book: Path) -> None:
    page.open((book / "section-2.html").as_uri())
    page.press("Tab")
    assert page.run("document.activeElement.textContent") == "Skip to the text"
    page.press("Enter")
    page.wait("document.activeElement.id === 'main'")


def test_all_that_can_be_used_can_be_reached_and_has_a_name(page: Browser, book: Path) -> None:
    page.open((book / "section-2.html").as_uri())
    page.run(_UNFOLD)
    nameless = """[...document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
      .map((each) => each.outerHTML)
    """
    assert page.run(nameless) == []
    reached: list[str] = []
    for _ in range(60):
        page.press("Tab")
        reached.append(page.run("document.activeElement.closest('svg') ? 'picture' : document.activeElement.tagName"))
    assert {"A", "INPUT", "SUMMARY", "DIV", "picture"} <= set(reached)


def test_a_box_of_a_picture_leads_on(page: Browser, book: Path) -> None:
    page.open((book / "section-2.html").as_uri())
    page.run(_UNFOLD)
    page.run("document.querySelector('#c-2 .graph svg a[href^=\"section-1\"]').dispatchEvent(new MouseEvent('click'))")
    page.wait("location.pathname.endsWith('section-1.html')")


def test_printing_unfolds_what_is_folded(page: Browser, book: Path) -> None:
    page.open((book / "section-2.html").as_uri())
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert page.run("[...document.querySelectorAll('details:not(.graph)')].every((each) => each.open)")
