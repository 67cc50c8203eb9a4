"""What each code means: the entries of ``docs/errors.md``, which travels in the package."""

from __future__ import annotations

import re
from pathlib import Path

from policy.diagnostic import ERRORS, nearest

_PLACES = (Path(__file__).parent / "errors.md", Path(__file__).parent.parent / "docs" / "errors.md")
_ENTRY = re.compile(r"^## (?P<code>[EW]\d{4}) (?P<text>.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)


def explanations() -> dict[str, str]:
    """The entry of each code, its title first, in the order of the page."""
    place = next(path for path in _PLACES if path.is_file())
    page = place.read_text("utf-8")
    fenced = re.sub(
        r"^```.*?^```", lambda block: block[0].replace("\n#", "\n\x00#"), page, flags=re.MULTILINE | re.DOTALL
    )
    found = _ENTRY.finditer(fenced)
    return {match["code"]: f"{match['code']} {match['text']}".replace("\x00", "").strip() for match in found}


def explanation(code: str) -> str | None:
    """What a code means, what causes it and how to mend it; None for no code."""
    return explanations().get(code.upper())


def near_codes(code: str) -> tuple[str, ...]:
    """The codes most like what was written."""
    return nearest(code, ERRORS) or tuple(ERRORS)[:3]
