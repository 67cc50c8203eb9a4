"""What the code never does: the invariants of ``docs/architecture.md``, read off the source."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOORS = {"policy.cli", "policy.repl", "policy.__main__"}
PARSERS = "policy.parse"
LIKENESS = "policy.diagnostic"
DATABASES = {"engine.relational.duck", "engine.relational.spark", "policy.audit_engines", "policy.ledger_child"}
LONGEST_FILE = 600
TYPES = {"DATE", "MONEY", "MONEY_PER_SHARE", "NAMED", "NUMBER", "PERIOD", "PERSON", "SHARES", "YEAR"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for room in ("engine", "policy") for path in sorted((ROOT / room).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All that runs: what stands under ``if TYPE_CHECKING`` does not."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported, anywhere in the tree; ``from engine import values`` is of ``engine.values``."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            module = node.module or ""
            whole = [f"{module}.{alias.name}" for alias in node.names]
            yield from (name if name in FILES else module for name in whole)


IMPORTS = {name: frozenset(imports(tree)) for name, tree in TREES.items()}
each_file = pytest.mark.parametrize("name", FILES)


def touches(name: str, *packages: str) -> set[str]:
    return {module for module in IMPORTS[name] if module.split(".")[0] in packages}


def calls(name: str, *functions: str) -> list[str]:
    """Where the file calls one of the functions."""
    found = (node for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))
    return [f"{FILES[name]}:{call.lineno}" for call in found if ast.unparse(call.func) in functions]


@each_file
def test_the_engine_knows_no_language(name: str) -> None:
    if name.split(".")[0] == "engine":
        assert not touches(name, "policy", "lark", "markdown_it")


@each_file
def test_only_the_parser_touches_lark(name: str) -> None:
    assert name.startswith(PARSERS) or not touches(name, "lark")


@each_file
def test_databases_are_known_to_the_batch_and_the_ledger_only(name: str) -> None:
    assert name in DATABASES or not touches(name, "duckdb", "pyspark")


@each_file
def test_only_the_doors_print_or_read_a_terminal(name: str) -> None:
    streams = ("sys.stdout.write", "sys.stderr.write", "sys.stdin.read", "sys.stdin.readline")
    assert name in DOORS or not calls(name, "print", "input", *streams)


@each_file
def test_the_engine_opens_no_file(name: str) -> None:
    assert not name.startswith("engine") or not calls(name, "open", "Path", "pathlib.Path")


@each_file
def test_nothing_is_a_binary_floating_point_number_but_a_likeness_of_words(name: str) -> None:
    constants = (node for node in ast.walk(TREES[name]) if isinstance(node, ast.Constant))
    floats = [f"{FILES[name]}:{node.lineno}" for node in constants if isinstance(node.value, float)]
    found = floats + calls(name, "float")
    assert name == LIKENESS or not found


@each_file
def test_types_are_compared_by_what_they_are(name: str) -> None:
    """A book that was kept has types of its own: equal, and not the same objects."""
    found = [
        f"{FILES[name]}:{node.lineno}"
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Compare) and any(isinstance(each, ast.Is | ast.IsNot) for each in node.ops)
        if any(isinstance(each, ast.Name) and each.id in TYPES for each in (node.left, *node.comparators))
    ]
    assert not found


@each_file
def test_no_file_is_longer_than_a_sitting(name: str) -> None:
    length = FILES[name].read_text("utf-8").count("\n")
    assert length <= LONGEST_FILE


def test_no_import_goes_round() -> None:
    known = {name: {module for module in used if module in FILES} - {name} for name, used in IMPORTS.items()}
    TopologicalSorter(known).prepare()


_ROOM = re.compile(r"^\*\*`(?P<room>\w+)/`\*\*", re.MULTILINE)
_ROW = re.compile(r"^\| (?P<files>`[^|]+) \|", re.MULTILINE)


def chain() -> Iterator[tuple[str, ...]]:
    """The rows of the tables under Rooms in ``docs/architecture.md``: files that stand in one row are equals."""
    page = (ROOT / "docs/architecture.md").read_text("utf-8").split("## Rooms")[1].split("\n## ")[0]
    _, *parts = _ROOM.split(page)
    for room, text in zip(parts[::2], parts[1::2], strict=True):
        for row in _ROW.finditer(text):
            yield tuple(f"{room}.{name}" for name in re.findall(r"`([\w.]+)`", row["files"]))


RANK = {name: place for place, row in enumerate(chain()) for name in row}


def test_every_file_has_its_place_in_the_chain() -> None:
    known = {name for name in RANK if not name.endswith(".lark")}
    assert known == {name for name in FILES if "." in name}


@each_file
def test_a_file_imports_only_from_rows_before_its_own(name: str) -> None:
    own = RANK.get(name, 0)
    later = [module for module in IMPORTS[name] if own and RANK.get(module, 0) > own]
    assert not later
