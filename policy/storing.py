"""Putting a text into a file whole: after a crash, a kill or on a full disk there is the old text or the new one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policy.diagnostic import ClausebookError, Diagnostic


def write_new(path: Path, data: bytes) -> None:
    """A file that is not there yet. Raises `ClausebookError` where there is one, or it cannot be written."""
    with _told(path):
        if path.exists() or path.is_symlink():
            raise FileExistsError
        _write(path, data, 0o666 & ~_umask(), over=False)


def write_over(path: Path, data: bytes) -> None:
    """New content of a file, in place of what it has. Raises `ClausebookError` where it cannot be written."""
    with _told(path):
        real = path.resolve(strict=True)
        _write(real, data, stat.S_IMODE(real.stat().st_mode), over=True)


def put(path: Path, data: bytes) -> None:
    """A file's content, whether there is one or not. Raises `ClausebookError` where it cannot be written."""
    (write_over if path.exists() else write_new)(path, data)


def _write(path: Path, data: bytes, mode: int, over: bool) -> None:
    """The bytes are on the disk before the name leads to them, and the name before this returns."""
    number, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if over:
            Path(temporary).replace(path)
        else:
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody else who holds the file's folder changes a file between what is read here and what is written."""
    import fcntl  # not on every system, and wanted for recording alone

    with _told(path):
        number = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system refuses is an error with the file's name."""
    try:
        yield
    except FileExistsError:
        said = f"there is already a file {path}"
        raise ClausebookError(Diagnostic("E0051", said, None, ("a name that no file has yet",))) from None
    except OSError as error:
        said = f"{path} cannot be written, and is as it was: {error.strerror or error}"
        raise ClausebookError(Diagnostic("E0050", said, None)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
