"""What is worth keeping from one process to the next, as files in the user's cache folder.

A file is believed only if it is the user's own, was made by this very software for what is wanted, and has the content
that was written. Whatever else is found there, or cannot be written there, is as if nothing had been kept.
"""

from __future__ import annotations

import atexit
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

_FORMAT = "clausebook 1"
_ROOMS = ("engine", "engine.relational", "policy")
_LIBRARIES = {"lark": "__init__.py", "markdown_it": "__init__.py", "sqlglot": "_version.py"}
"""What is kept was made with these: the file of each that names its version is a part of the key."""
_SUFFIX = ".kept"
_MOST_BYTES = 64 * 1024 * 1024
_MOST_FILES = 32
_WRITABLE = stat.S_IWGRP | stat.S_IWOTH


def _software() -> str:
    """A hash of all that makes what is kept: our own files, the libraries, Python; "" where they are not files."""
    whole = sha256(f"{_FORMAT} {sys.implementation.name} {sys.version}".encode())
    try:
        found = ((find_spec(name), file) for name, file in _LIBRARIES.items())
        files = [str(Path(spec.origin).with_name(file)) for spec, file in found if spec and spec.origin]
        for room in _ROOMS:
            spec = find_spec(room)
            assert spec is not None and spec.origin is not None
            with os.scandir(Path(spec.origin).parent) as entries:
                files += sorted(entry.path for entry in entries if entry.name.endswith((".py", ".lark")))
        for file in files:
            content = Path(file).read_bytes()
            whole.update(f"\n{Path(file).name} {len(content)}\n".encode())
            whole.update(content)
    except OSError:
        return ""
    return whole.hexdigest()


_SOFTWARE = _software()  # now: what is edited while the software runs is not what runs


def fetch(name: str, about: str) -> str | None:
    """What was kept under a name about this text, word for word; None where there is nothing to be believed."""
    folder = _folder()
    if folder is None:
        return None
    if (folder, name) in _pending:
        settle((folder, name))
    try:
        data = _read(folder / (name + _SUFFIX))
        head, _, payload = data.partition(b"\n")
        return payload.decode() if head == _head(about, payload) else None
    except (OSError, ValueError):
        return None


def keep(name: str, about: str, payload: str) -> None:
    """Keep a text under a name, in place of what was there, whole or not at all."""
    folder = _folder()
    if folder is not None:
        _put(folder, name, about, payload)


def keep_later(name: str, about: str, make: Callable[[], str | None]) -> None:
    """Keep what is yet to be made (None: it is not kept) when it is next asked for, or as the process ends.

    Whoever waits for an answer need not wait for this.
    """
    folder = _folder()
    if folder is not None:
        if not _pending:
            atexit.register(settle)
        _pending[folder, name] = about, make


_pending: dict[tuple[Path, str], tuple[str, Callable[[], str | None]]] = {}


def settle(*keys: tuple[Path, str]) -> None:
    """Keep what is pending: of these names, or all."""
    for key in keys or tuple(_pending):
        about, make = _pending.pop(key)
        payload = make()
        if payload is not None:
            _put(*key, about, payload)


def _put(folder: Path, name: str, about: str, payload: str) -> None:
    from tempfile import mkstemp

    data = payload.encode()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = mkstemp(dir=folder, prefix=name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_head(about, data) + b"\n" + data)
            Path(part).replace(folder / (name + _SUFFIX))
        except OSError:
            Path(part).unlink()
        _tidy(folder)


def _folder() -> Path | None:
    """The user's folder for what can be made anew; None: nowhere."""
    if not _SOFTWARE:
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "clausebook"
    except RuntimeError:
        return None


def _head(about: str, payload: bytes) -> bytes:
    """The first line of a file: what it is about, and what it holds."""
    return f"{_FORMAT} {sha256((_SOFTWARE + about).encode()).hexdigest()} {sha256(payload).hexdigest()}".encode()


def _read(path: Path) -> bytes:
    """The content of a regular file of the user's own that nobody else may write; else nothing."""
    found = path.stat()
    mine = not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & _WRITABLE)
    if not (stat.S_ISREG(found.st_mode) and mine and found.st_size <= _MOST_BYTES):
        return b""
    return path.read_bytes()


def _tidy(folder: Path) -> None:
    """Leave the files that were written last; what a process left half-written goes with the oldest."""
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)
