"""What a sentence of `Kinds` says: a kind of thing, and what belongs to it. One with a slip is told as it was meant."""

from __future__ import annotations

import re

from attrs import frozen

from policy.phrases import plural
from policy.vocabulary_text import with_article

_WRITTEN = re.compile(r"An?\s+(?P<noun>[^:=()]+?)\s+is\s+(?P<what>.+)")
_SLIPS = (
    re.compile(r"(?:an?\s+)?(?P<noun>[^:=(),]+?)\s+(?:is|are|can\s+be|may\s+be)\s+(?P<what>.+)", re.IGNORECASE),
    re.compile(r"(?:an?\s+)?(?P<noun>[^:=(),]+?)\s*[:=(]\s*(?P<what>[^:=()]+)\)?", re.IGNORECASE),
    re.compile(r"(?:an?\s+)?(?P<noun>[^:=(),]+)(?P<what>)", re.IGNORECASE),
)
_ALL_OF = re.compile(r"(?:either|(?:any\s+)?one\s+of)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r",\s+or\s+|\s+or\s+|,\s+")
_MEANT_BETWEEN = re.compile(r",?\s+(?:or|and)\s+|\s*[,;|/]\s*")
_ARTICLE = re.compile(r"^an?\s+(?=\S)", re.IGNORECASE)
"""Members are named as they are spoken of after `is`: surgery, not a surgery."""
_PLAIN = ("", "entity", "an entity", "a entity", "entities", "a thing", "things")


@frozen
class KindSaid:
    """A kind that is declared: its noun and its members (none: anything may be named as one).

    ``right`` is the right form of one that is not written as it should be, else empty.
    """

    noun: str
    members: tuple[str, ...]
    right: str = ""


def kind_said(text: str) -> KindSaid | None:
    """The kind that a sentence without its full stop declares, if it seems to declare one."""
    words = " ".join(text.split())
    match = _WRITTEN.fullmatch(words)
    if match is not None and not _slipped(match["what"]):
        members = () if match["what"] == "an entity" else tuple(_BETWEEN.split(match["what"]))
        plain = tuple(_ARTICLE.sub("", member) for member in members)
        said = _one_of(plain) if len(plain) > 1 else "an entity"
        right = f"{with_article(match['noun']).capitalize()} is {said}." if plain != members else ""
        return KindSaid(match["noun"], plain, right)
    for slip in _SLIPS:
        if (match := slip.fullmatch(words)) is not None:
            noun = _singular(match["noun"])
            what = _ALL_OF.sub("", match["what"], count=1).strip()
            members = () if what in _PLAIN else tuple(_MEANT_BETWEEN.split(what))
            said = "an entity" if not members else _one_of(members)
            article = with_article(noun)
            return KindSaid(noun, members, f"{article[:1].upper()}{article[1:]} is {said}.")
    return None


def _slipped(what: str) -> bool:
    """Whether members are told apart by other words than commas and `or`."""
    return what in _PLAIN[3:] or bool(_ALL_OF.match(what)) or (" or " not in what and " and " in what)


def _singular(noun: str) -> str:
    """A noun in small letters, and of one: `Subjects` to `subject`."""
    small = noun[:1].lower() + noun[1:]
    one = (small[:-3] + "y", small[:-2], small[:-1])
    return next((each for each in one if small.endswith("s") and plural(each) == small), small)


def _one_of(members: tuple[str, ...]) -> str:
    return members[0] if len(members) == 1 else f"{', '.join(members[:-1])} or {members[-1]}"
