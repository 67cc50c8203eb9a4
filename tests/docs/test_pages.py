"""The pages of ``docs/`` and the README: every file, rule, fact, question and command on them is run.

A page is run from its top to its end in a folder of its own, by the kind of each fenced block:

``markdown NAME``        the file of that name; ``markdown NAME more``: its next part
``csv NAME``             the file of that name; ``toml NAME`` too
``console``              commands after ``$``, and all that they print; ``< FILE`` gives a command its lines
``rules``                clauses, or sentences of one, that may stand at the end of the guide's plan
``facts``, ``questions`` sentences and questions of the guide's case
``text``                 shown only

``python`` blocks are doctests, which pytest itself collects. The pages under ``docs/manual`` start with the files
of the guide. ``CLAUSEBOOK_REFRESH=1 pytest tests/docs`` writes what commands print into the pages.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from policy.cli import command
from policy.instrument import load

ROOT = Path(__file__).parent.parent.parent
GUIDE = ROOT / "docs/manual.md"
PAGES = tuple(sorted(page for page in (ROOT / "docs").rglob("*.md") if page.name not in ("errors.md", "engine.md")))
PLAN, CASE = "harbor-mill.md", "ann-lee.md"
KINDS = {"markdown", "csv", "toml", "console", "rules", "facts", "questions", "python", "text"}
REFRESH = os.environ.get("CLAUSEBOOK_REFRESH") == "1"

_FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (?P<command>(?:[^\n]*\\\n)*[^\n]*)\n?(?P<printed>(?:(?!\$ )[^\n]*\n)*)", re.MULTILINE)


@frozen
class Block:
    """A fenced block: the words after its fence, its text, and the line where it begins."""

    info: tuple[str, ...]
    text: str
    line: int

    @property
    def kind(self) -> str:
        return self.info[0] if self.info else ""


def blocks(text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        yield Block(tuple(match["info"].split()), match["text"], text.count("\n", 0, match.start()) + 1)


def write_files(page: Path, folder: Path) -> None:
    for block in blocks(page.read_text("utf-8")):
        if block.kind == "markdown":
            write(block, folder)


def write(block: Block, folder: Path) -> None:
    name, *more = block.info[1:]
    assert more in ([], ["more"])
    path = folder / name
    before = path.read_text("utf-8") + "\n" if more else ""
    path.write_text(before + block.text, "utf-8")


@frozen
class Shell:
    """Runs the commands of a page, and knows how the last one ended."""

    runner: CliRunner
    status: list[int]

    def run(self, line: str) -> str:
        name, *arguments = shlex.split(line.replace("\\\n", " "))
        if line == "echo $?":
            return f"{self.status[-1]}\n"
        assert name == "clausebook", line
        typed = None
        if "<" in arguments:
            *arguments, _, file = arguments
            typed = Path(file).read_text("utf-8")
        result = self.runner.invoke(command, arguments, input=typed, prog_name="clausebook")
        assert result.exception is None or isinstance(result.exception, SystemExit), line
        self.status.append(result.exit_code)
        return "".join(f"{each.rstrip()}\n" for each in result.output.rstrip().split("\n")) if result.output else ""


def run_console(block: Block, shell: Shell) -> str:
    """The block as it ought to be."""
    lines = (match["command"] for match in _COMMAND.finditer(block.text))
    return "".join(f"$ {line}\n{shell.run(line)}" for line in lines)


def check_rules(block: Block, folder: Path) -> None:
    text = block.text if block.text.startswith("#") else f"## § 99 Example\n\n{block.text}"
    path = folder / "with-example.md"
    path.write_text((folder / PLAN).read_text("utf-8") + "\n" + text, "utf-8")
    load(path)


def check_facts(block: Block, folder: Path) -> None:
    load(folder / PLAN).case(folder / CASE, block.text)


def check_questions(block: Block, folder: Path) -> None:
    case = load(folder / PLAN).case(folder / CASE)
    for line in block.text.splitlines():
        case.ask(line)


CHECKS = {"rules": check_rules, "facts": check_facts, "questions": check_questions}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    if page.parent.name == "manual":
        write_files(GUIDE, tmp_path)
        (tmp_path / "example-inc").symlink_to(ROOT / "tests/policy/ocf/example-inc")
        (tmp_path / "sample-plan.md").symlink_to(ROOT / "tests/policy/ocf/plan.md")
    text = page.read_text("utf-8")
    shell = Shell(CliRunner(), [0])
    for block in blocks(text):
        assert block.kind in KINDS, f"{page.name}:{block.line}"
        if block.kind in ("markdown", "csv", "toml"):
            write(block, tmp_path)
        elif block.kind == "console":
            ought = run_console(block, shell)
            if REFRESH:
                text = text.replace(block.text, ought, 1)
            else:
                assert ought == block.text, f"{page.name}:{block.line}"
        elif block.kind in CHECKS:
            CHECKS[block.kind](block, tmp_path)
    if REFRESH:
        page.write_text(text, "utf-8")


def test_the_files_of_the_guide_are_in_their_one_form(tmp_path: Path) -> None:
    write_files(GUIDE, tmp_path)
    (tmp_path / "slip.md").unlink()
    result = CliRunner().invoke(command, ["fmt", "--check", str(tmp_path)])
    assert (result.exit_code, result.output) == (0, "")


def test_the_readme_shows_what_make_ask_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    settings = dict(re.findall(r"^(BOOK|CASE|Q) *:= (.+)$", Path("Makefile").read_text("utf-8"), re.MULTILINE))
    arguments = ["ask", settings["BOOK"], "--case", settings["CASE"], settings["Q"]]
    result = CliRunner().invoke(command, arguments, prog_name="clausebook")
    page = Path("README.md").read_text("utf-8")
    shown = next(block for block in blocks(page) if block.text.startswith("$ make ask\n"))
    ought = f"$ make ask\n{result.output}"
    if REFRESH:
        Path("README.md").write_text(page.replace(shown.text, ought, 1), "utf-8")
    else:
        assert shown.text == ought


_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", (*PAGES, ROOT / "README.md"), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(_FENCE.sub("", page.read_text("utf-8")))]
    assert [each for each in targets if "://" not in each and not (page.parent / each).exists()] == []
