"""A book from the cache is the book: the same words, rules, places, warnings and answers, byte for byte."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from engine.compile import Compiler
from policy import book as books
from policy import cache, kept
from policy.book import Book, book_of, find_book, read_book, shipped_books
from policy.contents import read_contents
from policy.diagnostic import Diagnostic, render
from policy.document import read_source
from policy.instrument import Instrument
from policy.listing import entries, to_json
from policy.source import Source
from policy.testing import Shelf, asked
from tests.policy.leases import BOOK, case_text
from tests.policy.test_determinism import LEASES, QUESTIONS, told

ROOT = Path(__file__).parents[2]
Loaded = tuple[Book, tuple[Diagnostic, ...]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "clausebook"


@pytest.fixture
def leases(tmp_path: Path) -> Path:
    path = tmp_path / "leases.md"
    path.write_text(BOOK, "utf-8")
    return path


def cold(path: Path) -> Loaded:
    """A book made from its text."""
    source, _ = read_source(path)
    assert source is not None
    book, problems = book_of(source, path.stem)
    assert book is not None
    return book, problems


def loaded(path: Path) -> Loaded:
    """A book, with what a process that loads it leaves behind at its end."""
    book, problems = read_book(path)
    cache.settle()
    assert book is not None
    return book, problems


def from_cache(path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """A book that was kept before; it is an error if its text is read."""

    def refused(*_: object) -> None:
        raise AssertionError("the book was made anew")

    with monkeypatch.context() as patch:
        patch.setattr(books, "read_contents", refused)
        return loaded(path)


def differences(one: Any, other: Any, at: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """Where two values differ, in anything: types, the order of things, and what is outside equality."""
    if one is other or (id(one), id(other)) in seen or isinstance(one, Compiler):
        return
    seen.add((id(one), id(other)))
    if type(one) is not type(other):
        yield f"{at}: {type(one)} and {type(other)}"
    elif attrs.has(type(one)):
        for field in attrs.fields(type(one)):
            yield from differences(getattr(one, field.name), getattr(other, field.name), f"{at}.{field.name}", seen)
    elif isinstance(one, dict):
        yield from differences(tuple(one.items()), tuple(other.items()), at, seen)
    elif isinstance(one, (tuple, list)):
        if len(one) != len(other):
            yield f"{at}: {len(one)} and {len(other)}"
        for number, (left, right) in enumerate(zip(one, other, strict=False)):
            yield from differences(left, right, f"{at}[{number}]", seen)
    elif one != other:
        yield f"{at}: {one!r} and {other!r}"


LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def test_a_book_whose_text_was_read_before_is_kept(folder: Path, leases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold(leases)
    loaded(leases)
    from_cache(leases, monkeypatch)


@pytest.mark.parametrize("name", shipped_books() if LONG else ["severance-agreement"])
def test_a_kept_book_is_the_book(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = find_book(name)
    made, problems = loaded(path)
    again, said = from_cache(path, monkeypatch)
    assert not [*differences(made, again, name, set())]
    assert [*map(render, problems)] == [*map(render, said)]
    assert to_json(entries(made)) == to_json(entries(again))
    assert _answers(path, made) == _answers(path, again)


def _answers(path: Path, book: Book) -> list[str]:
    """What a case file of a book is told, in every form."""
    shelf = Shelf({path.resolve(): Instrument(book)})
    file = sorted(path.with_suffix(".cases").glob("q*.md"))[1]
    told = []
    for case, tried in asked(file, shelf):
        answer = case.ask(tried.question.question)
        told.append(answer.to_text() + answer.to_markdown() + answer.to_json())
    assert told
    return told


def test_a_small_kept_book_is_the_book(folder: Path, leases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, problems = loaded(leases)
    again, said = from_cache(leases, monkeypatch)
    assert not [*differences((*cold(leases),), (made, problems), "leases", set())]
    assert not [*differences((made, problems), (again, said), "leases", set())]
    one, other = (Instrument(each).case(Source("case.md", case_text(LEASES))) for each in (made, again))
    for question in QUESTIONS:
        assert told(one, question) == told(other, question)


def test_warnings_are_kept_with_their_places(folder: Path, leases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leases.write_text(
        BOOK.replace("## § 1", "## § 99 More\n\nRecorded:\n\n- *a person* is *a person*'s friend.\n\n## § 1", 1)
    )
    _, problems = loaded(leases)
    assert [problem.code for problem in problems] == ["W0001"]
    _, again = from_cache(leases, monkeypatch)
    assert [*map(render, again)] == [*map(render, problems)]


def test_a_changed_text_is_read_anew_and_kept_in_place_of_the_old(
    folder: Path, leases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(leases)
    leases.write_text(BOOK.replace("# Leases", "# Other leases", 1).replace("# ", "# The ", 1), "utf-8")
    made, _ = loaded(leases)
    assert made.title.startswith("The ")
    again, _ = from_cache(leases, monkeypatch)
    assert again.title == made.title
    assert len([*folder.glob("leases-*")]) == 1


def test_a_book_that_moves_is_shown_under_its_new_place(
    folder: Path, leases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(leases)
    moved = tmp_path / "moved.md"
    leases.rename(moved)
    made, _ = loaded(moved)
    again, _ = from_cache(moved, monkeypatch)
    assert made.name == again.name == "moved"
    assert str(again.assembly.rules[0].span).startswith(str(moved))


def test_a_book_with_errors_is_not_kept(folder: Path, leases: Path) -> None:
    leases.write_text(BOOK + "\nNobody may do this.\n", "utf-8")
    first = read_book(leases)
    assert first[0] is None
    assert [*map(render, first[1])] == [*map(render, read_book(leases)[1])]
    assert not [*folder.glob("leases-*")]


def test_a_kept_book_needs_no_library_to_be_read(folder: Path, leases: Path) -> None:
    script = (
        "import sys; from policy.instrument import load; load(sys.argv[1]);"
        "print(*sorted({'lark', 'markdown_it', 'networkx', 'holidays'} & set(sys.modules)))"
    )

    def libraries() -> list[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", script, str(leases)]
        run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return run.stdout.split()

    assert libraries() == ["lark", "markdown_it"]
    assert libraries() == []


@pytest.mark.parametrize("collecting", [True, False])
def test_loading_leaves_the_collector_as_it_was(folder: Path, leases: Path, collecting: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        loaded(leases)
        assert gc.isenabled() is collecting
        leases.write_text(BOOK + "\nNobody may do this.\n", "utf-8")
        assert read_book(leases)[0] is None
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was else gc.disable)()


# ------------------------------------------------------------- spoilt files


def _spoilt(seed: int) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        draw = random.Random(seed)  # noqa: S311  # a place, no secret
        at = draw.randrange(len(data))
        match seed % 3:
            case 0:
                return data[:at]
            case 1:
                return data[:at] + bytes([data[at] ^ draw.randrange(1, 256)]) + data[at + 1 :]
            case _:
                return data[:at] + data[at + draw.randrange(1, 50) :] + b"]"

    return spoil


SPOILS: list[Callable[[bytes], bytes]] = [
    *map(_spoilt, range(30)),
    lambda _: b"",
    lambda _: b"\x80" * 100,
    lambda _: b"{}",
    lambda data: data * 2,
]


def test_a_spoilt_file_is_made_anew(folder: Path, leases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happened to the file: the same book is loaded, and the file is right again."""
    made, _ = loaded(leases)
    (file,) = folder.glob("leases-*")
    right = file.read_bytes()
    contents = read_contents(made.source)
    count = 0

    def remade(*_: object) -> Any:
        nonlocal count
        count += 1
        return contents

    monkeypatch.setattr(books, "read_source", lambda _: (made.source, ()))
    monkeypatch.setattr(books, "read_contents", remade)
    for number, spoil in enumerate(SPOILS, 1):
        file.write_bytes(spoil(right))
        book, _ = loaded(leases)
        assert count == number, f"spoil {number} was believed"
        assert book.title == made.title
        assert file.read_bytes() == right


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "[]",
        "[[],[],0]",
        "[[1],[],0]",
        "[[],[[999,[[0]]]],0]",
        "[[],[[0,[[7]]]],0]",
        "[" * 100_000,
        '"text"',
    ],
    ids=lambda text: text[:20],
)
def test_nonsense_under_a_right_seal_is_made_anew(
    folder: Path, leases: Path, payload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep(kept._name(leases), BOOK, payload)
    made, _ = loaded(leases)
    assert made.title
    from_cache(leases, monkeypatch)
