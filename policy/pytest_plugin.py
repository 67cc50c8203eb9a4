"""Case files as tests of pytest: each question with an expected answer is one.

Files that a pattern of the setting ``clausebook_cases`` names (``*.cases/*.md`` where it says nothing) are collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policy.diagnostic import ClausebookError
from policy.instrument import Case
from policy.testing import Shelf, Tried, answered, asked

SETTING = "clausebook_cases"
_SHELF = pytest.StashKey[Shelf]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting."""
    parser.addini(SETTING, "patterns of the case files to collect", type="args", default=["*.cases/*.md"])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """A case file that a pattern names."""
    patterns: list[str] = parent.config.getini(SETTING)
    if not any(file_path.match(pattern) for pattern in patterns):
        return None
    made: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return made


class CaseFile(pytest.File):
    """A case file: its questions that expect an answer."""

    def collect(self) -> Iterator[CaseQuestion]:
        """The questions, named by their line and words. A file with errors is an error of collection."""
        shelf = self.config.stash.setdefault(_SHELF, Shelf())
        try:
            questions = [*asked(self.path, shelf)]
        except ClausebookError as error:
            raise self.CollectError(str(error)) from None
        for case, tried in questions:
            if tried.question.expected is not None:
                span = tried.question.question
                name = f"{span.line}: {' '.join(span.text.split())}"
                yield CaseQuestion.from_parent(self, name=name, case=case, tried=tried)


class Unexpected(Exception):
    """A question was not answered as expected."""


class CaseQuestion(pytest.Item):
    """A question with the answer that is expected."""

    def __init__(self, *, case: Case, tried: Tried, **of: Any) -> None:
        super().__init__(**of)
        self.case, self.tried = case, tried

    def runtest(self) -> None:
        """Ask it. Raises `Unexpected` with what was expected and what was found, side by side."""
        tried = answered(self.case, self.tried)
        if tried.problems:
            raise Unexpected("\n".join(str(each) for each in tried.problems))
        if not tried.passed:
            told = [f"expected: {row.expected}\nanswered: {row.found}" for row in tried.rows() if row.differs]
            raise Unexpected("\n".join(told) or "\n".join(tried.differences))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and found, without where in this file it was noticed."""
        if isinstance(excinfo.value, Unexpected):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file and the line (from 0) of the question."""
        span = self.tried.question.question
        return self.path, span.line - 1, self.name
