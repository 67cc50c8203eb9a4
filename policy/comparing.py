"""Two versions of a book beside what the change does: as text, as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from policy.answer import sections
from policy.book import Book
from policy.coverage import case_files
from policy.effects import Effect, Effects, Outcome, effects
from policy.instrument import engine_version
from policy.layout import json_text
from policy.redline import ClauseChange, Edit, Words, redline
from policy.reviewpages import TEMPLATES, environment

_MARKS = {Edit.KEPT: ("", ""), Edit.INSERTED: ("{+", "+}"), Edit.DELETED: ("[-", "-]")}
_SHOWN = 1  # passages that are shown around a changed one


@frozen
class Compared:
    """Two versions: what differs in their text, and what that does."""

    old: Book
    new: Book
    changes: tuple[ClauseChange, ...]
    effects: Effects

    @property
    def same(self) -> bool:
        """Whether neither a word nor an answer differs."""
        return not self.changes and not self.effects.changed


def compare(old: Book, new: Book, more: tuple[Path, ...] = (), jobs: int = 1) -> Compared:
    """Compare two versions, asking the cases of the new one (or only ``more``, where some are named) of both."""
    files = more or case_files(new)
    return Compared(old, new, redline(old, new), effects(old, new, files, jobs))


# ---------------------------------------------------------------------- text


def lines(compared: Compared) -> Iterator[str]:
    """The comparison as text: the redline with ``[-deleted-]`` and ``{+inserted+}`` words, then the effects."""
    for change in compared.changes:
        yield from _clause_lines(change)
        yield ""
    if not compared.changes:
        yield "The texts are the same."
    count = compared.effects
    yield f"Answered otherwise: {len(count.changed)} of {count.asked} questions{':' if count.changed else '.'}"
    for effect in count.changed:
        yield from _effect_lines(effect)


def _clause_lines(change: ClauseChange) -> Iterator[str]:
    status = {Edit.KEPT: "changed", Edit.INSERTED: "new", Edit.DELETED: "gone"}[change.edit]
    yield f"{change.name} {marked(change.heading)}".strip() + f"  ({status})"
    if not any(passage.changed for passage in change.passages):
        return
    left_out = False
    for number, passage in enumerate(change.passages):
        near = change.passages[max(0, number - _SHOWN) : number + _SHOWN + 1]
        if not any(each.changed for each in near):
            left_out = True
            continue
        if left_out:
            yield "  …"
        left_out = False
        mark = "> " if passage.note else "- " if passage.depth else ""
        yield f"  {'  ' * passage.depth}{mark}{marked(passage.words)}"
    if left_out:
        yield "  …"


def marked(words: tuple[Words, ...]) -> str:
    """Words in a row, those deleted and inserted in their marks."""
    text = ""
    for each in words:
        start, end = _MARKS[each.edit]
        blank, said = each.parts
        text += (blank or (" " if text.endswith("-]") and start else "")) + start + said + end
    return text


def _effect_lines(effect: Effect) -> Iterator[str]:
    yield f"  {effect.exercise}: {effect.question}"
    yield f"    was: {_said(effect.old)}"
    yield f"    is:  {_said(effect.new)}"


def _said(outcome: Outcome) -> str:
    if outcome.problem:
        return f"cannot be asked: {outcome.problem}"
    if not outcome.said:
        return "not asked"
    provided = "; or ".join(" and ".join(group) for group in outcome.provided)
    more = f", provided that {provided}" if provided else ""
    return f"{outcome.said.rstrip('.')}{more}.  {sections(outcome.citations)}".rstrip()


# ---------------------------------------------------------------------- data


def to_json(compared: Compared) -> str:
    """The comparison as JSON."""
    data = {
        "old": {"book": compared.old.name, "hash": compared.old.hash},
        "new": {"book": compared.new.name, "hash": compared.new.hash},
        "changes": [_change_data(each) for each in compared.changes],
        "asked": compared.effects.asked,
        "effects": [_effect_data(each) for each in compared.effects.changed],
    }
    return json_text(data)


def _change_data(change: ClauseChange) -> dict[str, Any]:
    return {
        "clauses": list(change.ids),
        "heading": _words_data(change.heading),
        "edit": "changed" if change.edit is Edit.KEPT else change.edit.value,
        "passages": [_words_data(passage.words) for passage in change.passages if passage.changed],
    }


def _words_data(words: tuple[Words, ...]) -> list[list[str]]:
    return [[each.edit.value, each.text] for each in words]


def _effect_data(effect: Effect) -> dict[str, Any]:
    return {
        "file": effect.exercise.file,
        "part": effect.exercise.part or None,
        "question": effect.exercise.question,
        "asked": effect.question,
        "old": _outcome_data(effect.old),
        "new": _outcome_data(effect.new),
    }


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "said": outcome.said or None,
        "citations": list(outcome.citations),
        "provided": [list(group) for group in outcome.provided],
        "problem": outcome.problem or None,
    }


# ---------------------------------------------------------------------- page


def page(compared: Compared) -> dict[str, str]:
    """The comparison as a page with its style, by file name."""
    template = environment().get_template("compare.html")
    text = template.render(compared=compared, said=_said, version=engine_version())
    return {"index.html": text, "review.css": (TEMPLATES / "review.css").read_text("utf-8")}
