"""Whether an answer that was saved still stands: the question asked again of the same book and facts, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from attrs import frozen

from policy.book import find_book, load
from policy.diagnostic import ClausebookError, Diagnostic
from policy.document import read_source
from policy.instrument import Instrument
from policy.layout import json_text
from policy.ledger_ocf import is_package
from policy.outline import Line

_MOST_BYTES = 32 * 1024 * 1024
_MOST_TOLD = 20
_LONGEST = 200
_MAP = ".toml"


@frozen
class Replayed:
    """Whether the answer is the same to the byte, and what there is to say."""

    stands: bool
    lines: tuple[Line, ...]


def replay(
    path: Path, book: Path | str | None = None, cases: Sequence[Path] = (), mapping: Path | None = None
) -> Replayed:
    """Ask again what the saved answer in a file answers.

    The book, the case files, ledgers and their mapping are looked for under the names that its stamp has, here and
    beside the file, unless they are given. Raises `ClausebookError` where the file is no answer,
    or they are not found, or the question is not read.
    """
    text, old = _read(path)
    stamp = old["stamp"]
    instrument = Instrument(load(find_book(book if book is not None else _book(stamp["book"], path))))
    files = list(cases) or [_file(each["file"], path) for each in stamp["facts"]]
    maps = [mapping] if mapping is not None else [each for each in files if each.suffix == _MAP]
    if len(maps) > 1:
        message = "the answer rests on several mappings: it can be asked again with one"
        raise ClausebookError(Diagnostic("E0054", message, None, tuple(map(str, maps))))
    sources = _ledgers(each for each in files if each.suffix != _MAP)
    case = instrument.case(*sources, part=stamp.get("part", ""), mapping=next(iter(maps), None))
    named = case.ask(old["question"]).to_data()
    named["stamp"]["facts"] = _under_old_names(named["stamp"]["facts"], stamp["facts"])
    new, old = _without_folders(json.loads(json.dumps(named))), _without_folders(old)
    if new == old:
        same = json_text(named).strip() == text.strip()
        return Replayed(True, (Line(0, f"Stands. {old['said']}"), Line(0, _on_what(stamp, same))))
    return Replayed(False, tuple(_changes(old, new)))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    wrong = Diagnostic("E0054", f"{path} is no answer", None, ("JSON as `ask --json` and `save` write it",))
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ClausebookError(wrong)
        text = path.read_text("utf-8")
        data = json.loads(text)
    except OSError:
        raise ClausebookError(*read_source(path)[1]) from None
    except (ValueError, RecursionError):
        raise ClausebookError(wrong) from None
    stamp = data.get("stamp") if isinstance(data, dict) else None
    is_answer = (
        isinstance(stamp, dict)
        and all(isinstance(data.get(key), str) for key in ("question", "said"))
        and all(isinstance(stamp.get(key), str) for key in ("book", "book_hash", "engine"))
        and isinstance(stamp.get("facts"), list)
        and all(isinstance(each, dict) and isinstance(each.get("file"), str) for each in stamp["facts"])
    )
    if not is_answer:
        raise ClausebookError(wrong)
    return text, data


def _book(name: str, path: Path) -> Path | str:
    places = (folder / f"{name}.md" for folder in (Path(), path.parent, path.parent.parent))
    return next((place for place in places if place.is_file()), name)


def _file(name: str, path: Path) -> Path:
    """A file of facts under the name that a stamp has for it: from here, or beside the answer; in its folder, too."""
    file = Path(name)
    places = (file, path.parent / file.parent.name / file.name, path.parent / file.name)
    return next((each for each in places if each.is_file()), file)


def _ledgers(files: Iterable[Path]) -> Iterator[Path]:
    """The files, but for those of a package the package: a stamp has the hash of each of them."""
    files = list(files)
    packages = dict.fromkeys(each.parent for each in files if each.suffix == ".json" and is_package(each))
    yield from packages
    yield from (each for each in files if each.suffix != ".json" or not packages.keys() & {*each.parents})


def _under_old_names(new: list[dict[str, str]], old: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same files wherever they lie now."""
    if len(new) != len(old):
        return new
    return [{"file": was["file"], "hash": now["hash"]} for now, was in zip(new, old, strict=True)]


def _without_folders(data: Any) -> Any:
    """An answer whose proof names the book's file, but not where that lies."""
    if isinstance(data, list):
        return [_without_folders(each) for each in data]
    if isinstance(data, dict):
        return {
            key: PurePath(each).name if key == "place" and isinstance(each, str) else _without_folders(each)
            for key, each in data.items()
        }
    return data


def _on_what(stamp: dict[str, Any], same: bool) -> str:
    files = len(stamp["facts"])
    of = "no case file" if not files else "the same case file" if files == 1 else f"the same {files} files of facts"
    bytes = "the answer is the same to the byte" if same else "the answer is the same, in another layout"
    return f"The same book {stamp['book']} and {of}: {bytes}."


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Line]:
    same = all(old.get(key) == new[key] for key in new if key not in ("stamp", "proof"))
    yield Line(0, f"{'The answer is the same' if same else 'The answer is another'}: {new['said']}")
    if old["said"] != new["said"]:
        yield Line(1, f"it was: {old['said']}")
    yield from (Line(1, each) for each in _of_stamps(old["stamp"], new["stamp"]))
    for key in ("verdict", "value", "unit", "citations", "supporting", "provided", "open", "readings", "assumptions"):
        if old.get(key) != new.get(key):
            sign = "§ " if key in ("citations", "supporting") else ""
            yield Line(1, f"{key}: {_shown(new.get(key), sign)}; it was {_shown(old.get(key), sign)}")
    yield from _told_otherwise(old.get("explanation"), new["explanation"])
    if same and old.get("proof") != new["proof"]:
        yield Line(1, "the proof has other steps")


def _of_stamps(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old["book_hash"] != new["book_hash"]:
        yield f"the book {new['book']} has another text"
    before = {each["file"]: each.get("hash") for each in old["facts"]}
    for each in new["facts"]:
        if each["file"] not in before:
            yield f"{each['file']} is a case file that the answer did not have"
        elif before[each["file"]] != each["hash"]:
            yield f"{each['file']} has another text"
    if old["engine"] != new["engine"]:
        yield f"the software is version {new['engine']}; it was {old['engine']}"


def _shown(value: Any, sign: str = "") -> str:
    said = ", ".join(f"{sign}{each}" for each in value) if sign and value else _words(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _words(value: Any) -> str:
    match value:
        case list():
            return ", ".join(map(_words, value)) or "none"
        case dict():
            return " ".join(_words(each) for each in value.values())
        case _:
            return "none" if value is None else str(value)


def _told_otherwise(old: Any, new: list[dict[str, Any]]) -> Iterator[Line]:
    was = [str(each.get("text")) for each in old if isinstance(each, dict)] if isinstance(old, list) else []
    now = [str(each["text"]) for each in new]
    for label, some, others in (("now", now, was), ("no longer", was, now)):
        for text in [each for each in some if each not in others][:_MOST_TOLD]:
            yield Line(1, f"{label}: {text}")
