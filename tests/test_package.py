"""The built wheel, unpacked elsewhere, answers from the books that travel in it."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CASE = ROOT / "rules/1992-plan.cases/annual-limit.md"
QUESTION = "May Ann Lee receive 30,000 shares on September 1, 2001?"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout, by the builder that the project declares."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("clausebook-*.whl")
    return found


@pytest.mark.package
def test_the_wheel_carries_the_books_and_the_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    books = {path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").rglob("*.md")}
    assert books
    assert {f"policy/{book}" for book in books} <= set(names)
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policy/templates").iterdir()}
    assert templates
    assert templates <= set(names)
    assert {"policy/py.typed", "engine/py.typed"} <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"policy", "engine"}


@pytest.mark.package
def test_the_wheel_answers_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    case = tmp_path / "case.md"
    case.write_text(CASE.read_text("utf-8"), "utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, function = project["scripts"]["clausebook"].split(":")
    code = (
        f"import sys, {module} as door\n"
        f"assert door.__file__.startswith({str(site)!r}), door.__file__\n"
        f"sys.exit(door.{function}())"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code, "ask", "1992-plan", "--case", str(case), QUESTION],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert asked.stdout.startswith("No.  § 5(a)/4"), asked.stdout + asked.stderr
