"""The question box in a browser: a question typed, and the engine's answer under it."""

from __future__ import annotations

import pytest

from tests.browser.chromium import Browser

QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"
ANSWER = "document.getElementById('answer').textContent"


def fill(page: Browser, address: str, question: str, case: str = "lease.md") -> None:
    page.open(address)
    page.run(f"document.getElementById('case').value = {case!r}; document.getElementById('question').focus()")
    page.type(question)


def test_a_question_is_answered_by_the_engine(page: Browser, served_at: str) -> None:
    fill(page, served_at, QUESTION)
    page.press("Enter")
    page.wait(f"{ANSWER}.includes('No.')")
    assert "which exceed 100 shares" in page.run(ANSWER)
    assert page.run("document.querySelector('#answer .asked').textContent") == QUESTION
    page.run("document.querySelector('#answer a').click()")
    page.wait("location.hash === '#c-2-a'")


def test_the_facts_of_a_part_are_chosen_with_the_case(page: Browser, served_at: str) -> None:
    fill(page, served_at, QUESTION)
    page.run("document.querySelector('#case option[data-part=b]').selected = true")
    page.press("Enter")
    page.wait(f"{ANSWER}.includes('D-01')")


def test_an_answer_that_comes_late_is_not_shown_under_a_later_question(page: Browser, served_at: str) -> None:
    fill(page, served_at, QUESTION)
    page.run("""
      const send = window.fetch;
      let late = true;
      window.fetch = async (...request) => {
        const reply = send(...request);
        if (late) { late = false; await new Promise((done) => setTimeout(done, 400)); window.came = true; }
        return reply;
      };
    """)
    page.press("Enter")
    page.run("document.getElementById('question').value = 'Is Ann Lee welcome on September 1, 2001?'")
    page.press("Enter")
    page.wait(f"{ANSWER}.includes('Yes.')")
    page.wait("window.came")
    assert page.run(f"new Promise((done) => setTimeout(() => done({ANSWER}.includes('Yes.')), 100))")


def test_a_name_of_no_facts_says_that_facts_can_be_chosen(page: Browser, served_at: str) -> None:
    fill(page, served_at, QUESTION, case="")
    page.press("Enter")
    page.wait(f"{ANSWER}.includes('Choose whose facts it is about')")
    page.errors.clear()  # that the server refused is told as an error


@pytest.mark.parametrize("width", [390, 1280])
def test_a_question_that_cannot_be_read_says_what_could_stand_there(page: Browser, served_at: str, width: int) -> None:
    page.size(width)
    fill(page, served_at, "Is Bob <b>Ray</b> welcome?")
    page.press("Enter")
    page.wait(f"{ANSWER}.includes('E0')")
    assert page.run("document.querySelector('#answer b')") is None
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.errors.clear()  # that the server refused is told as an error
