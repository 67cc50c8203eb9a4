"""A folder of pages put in place whole: made beside its place, then swapped with what is there.

What reads the folder meanwhile finds the old pages or the new ones. Only a folder that was made here is replaced.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from policy.diagnostic import ClausebookError, Diagnostic

MARK = "review-book.json"
"""The file by which a folder is known as made here."""


def publish(folder: Path, files: Mapping[str, str], mark: str) -> None:
    """Put files, by name, into a folder, in place of all that it held.

    ``mark`` is the text of the file by which the folder is known. Raises `ClausebookError` where there is something
    else, or the folder cannot be written; then what was there is untouched.
    """
    refuse_other(folder)
    made: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        made.chmod(0o755)
        for name, text in {**files, MARK: mark}.items():
            (made / name).write_text(text, "utf-8")
        _swap(made, folder)
    except OSError as error:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise ClausebookError(Diagnostic("E0039", message, None, ("a folder that may be written",))) from None


def refuse_other(folder: Path) -> None:
    """Raise `ClausebookError` where a folder holds something that was not made here."""
    empty = folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
    if (folder.exists() or folder.is_symlink()) and not empty and not (folder / MARK).is_file():
        expected = ("a new folder, an empty one, or one that holds a review book",)
        raise ClausebookError(Diagnostic("E0039", f"{folder} is not a review book: it is left alone", None, expected))


def _swap(made: Path, folder: Path) -> None:
    """Put a folder in the place of another, which goes back to it if that fails."""
    if not folder.exists():
        made.rename(folder)
        return
    folder = folder.resolve()
    old = made.with_name(f"{made.name}-old")
    folder.rename(old)
    try:
        made.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
