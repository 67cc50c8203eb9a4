"""The browser is waited for while one page leads to the next."""

from __future__ import annotations

from pathlib import Path

from tests.browser.chromium import Browser

HOPS = 15
PAGE = f"""<!doctype html><title>on the way</title><script>
const hop = Number(new URLSearchParams(location.search).get("hop"));
if (hop < {HOPS}) location.replace("?hop=" + (hop + 1)); else document.title = "there";
</script>"""


def test_a_page_that_is_left_for_another_while_it_is_waited_for_is_no_failure(page: Browser, tmp_path: Path) -> None:
    (tmp_path / "hops.html").write_text(PAGE, "utf-8")
    for _ in range(2):
        page.open((tmp_path / "hops.html").as_uri())
        page.wait("document.title === 'there'")
