"""Files of the user's cache folder: believed only if they are what was written, and never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policy import cache
from policy.cache import fetch, keep

PAYLOAD = "found: ⅔"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "clausebook"


def file(folder: Path) -> Path:
    keep("it", "about this", PAYLOAD)
    return folder / "it.kept"


def test_what_is_kept_is_found_again(folder: Path) -> None:
    assert fetch("it", "about this") is None
    keep("it", "about this", PAYLOAD)
    assert fetch("it", "about this") == PAYLOAD
    assert fetch("it", "about that") is None
    assert fetch("other", "about this") is None
    assert [each.name for each in folder.iterdir()] == ["it.kept"]


def test_the_folder_and_its_files_are_the_users_own(folder: Path) -> None:
    assert file(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_another_version_of_the_software_does_not_believe_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(folder)
    monkeypatch.setattr(cache, "_SOFTWARE", "another")
    assert fetch("it", "about this") is None


def test_no_byte_can_change(folder: Path) -> None:
    path = file(folder)
    right = path.read_bytes()
    for at in range(len(right)):
        path.write_bytes(right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :])
        assert fetch("it", "about this") is None, at
        path.write_bytes(right[:at])
        assert fetch("it", "about this") is None, at
    path.write_bytes(right + b" ")
    assert fetch("it", "about this") is None
    path.write_bytes(right)
    assert fetch("it", "about this") == PAYLOAD


def _writable_by_others(path: Path) -> None:
    path.chmod(0o622)


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


@pytest.mark.parametrize("spoil", [_writable_by_others, _folder_instead, _pipe_instead, _nowhere])
def test_what_is_not_a_file_of_the_users_own_is_not_read(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(file(folder))
    assert fetch("it", "about this") is None
    keep("it", "about this", PAYLOAD)
    assert fetch("it", "about this") == (None if spoil is _folder_instead else PAYLOAD)
    assert not [*folder.glob("*.part")]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner")
def test_a_file_of_somebody_else_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(folder)
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert fetch("it", "about this") is None


def test_a_folder_that_cannot_be_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    keep("it", "about this", PAYLOAD)
    assert fetch("it", "about this") is None


def test_a_relative_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG base directory specification has it."""
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    keep("it", "about this", PAYLOAD)
    assert (tmp_path / ".cache" / "clausebook" / "it.kept").is_file()


def test_a_full_disk_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file(folder)
    monkeypatch.setattr(Path, "replace", full)
    keep("it", "about this", "something else")
    assert fetch("it", "about this") == PAYLOAD
    assert [each.name for each in folder.iterdir()] == ["it.kept"]


def test_what_is_kept_later_is_made_when_it_is_asked_for(folder: Path) -> None:
    made: list[str] = []

    def make() -> str:
        made.append(PAYLOAD)
        return PAYLOAD

    cache.keep_later("it", "about this", make)
    assert not made
    assert not folder.exists()
    assert [fetch("it", "about this"), fetch("it", "about this"), made] == [PAYLOAD, PAYLOAD, [PAYLOAD]]


def test_what_is_kept_later_is_kept_as_the_process_ends(folder: Path) -> None:
    """After all that it printed."""
    program = (
        "from policy.cache import keep_later\n"
        "keep_later('none', '', lambda: None)\n"
        "keep_later('it', 'about this', lambda: print('making', flush=True) or 'found')\n"
        "print('answered', flush=True)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["answered", "making"]
    assert fetch("it", "about this") == "found"
    assert [each.name for each in folder.iterdir()] == ["it.kept"]


def test_the_folder_does_not_grow_without_end(folder: Path) -> None:
    for number in range(40):
        keep(f"book-{number}", "", PAYLOAD)
    assert len([*folder.iterdir()]) == 32
    assert fetch("book-39", "") == PAYLOAD
    assert fetch("book-0", "") is None


def test_a_change_of_the_software_is_another_software(tmp_path: Path) -> None:
    """A copy of the package, before and after a word of one of its files is changed."""
    root = Path(cache.__file__).parents[1]
    for room in ("engine", "engine/relational", "policy"):
        (tmp_path / room).mkdir()
        for each in (root / room).iterdir():
            if each.suffix in (".py", ".lark"):
                (tmp_path / room / each.name).write_bytes(each.read_bytes())

    def software() -> str:
        script = "import json; from policy import cache; print(json.dumps(cache._SOFTWARE))"
        run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)
        return str(json.loads(run.stdout))

    before = software()
    assert before == software()
    grammar = tmp_path / "policy" / "grammar.lark"
    grammar.write_text(grammar.read_text("utf-8").replace("/if/", "/in case/"), "utf-8")
    assert software() != before
