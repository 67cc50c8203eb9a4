"""What the code never does: the invariants of ``docs/architecture.md``, read off the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

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


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text("utf-8"))


def nodes(parent: ast.AST) -> Iterator[ast.AST]:
    """All that runs: what stands under ``if TYPE_CHECKING`` does not."""
    pending = [parent]
    while pending:
        node = pending.pop()
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node
            pending += ast.iter_child_nodes(node)


@cache
def imports(name: str) -> frozenset[str]:
    """The modules that are imported, anywhere in the file; ``from engine import values`` is of ``engine.values``."""
    found: set[str] = set()
    for node in nodes(tree(name)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            module = node.module or ""
            whole = [f"{module}.{alias.name}" for alias in node.names]
            found.update(name if name in FILES else module for name in whole)
    return frozenset(found)


def touches(*packages: str) -> set[str]:
    """The files that import something of the packages."""
    return {name for name in FILES if any(module.split(".")[0] in packages for module in imports(name))}


def calls(name: str, *functions: str) -> list[str]:
    """Where the file calls one of the functions."""
    return [f"{FILES[name]}:{line}" for called, line in all_calls(name) if called in functions]


@cache
def all_calls(name: str) -> list[tuple[str, int]]:
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]


def test_the_engine_knows_no_language() -> None:
    assert not {name for name in touches("policy", "lark", "markdown_it") if name.split(".")[0] == "engine"}


def test_only_the_parser_touches_lark() -> None:
    assert not {name for name in touches("lark") if not name.startswith(PARSERS)}


def test_databases_are_known_to_the_batch_and_the_ledger_only() -> None:
    assert touches("duckdb", "pyspark") <= DATABASES


def test_only_the_doors_print_or_read_a_terminal() -> None:
    streams = ("sys.stdout.write", "sys.stderr.write", "sys.stdin.read", "sys.stdin.readline")
    assert not [place for name in FILES.keys() - DOORS for place in calls(name, "print", "input", *streams)]


def test_the_engine_opens_no_file() -> None:
    engine = [name for name in FILES if name.startswith("engine")]
    assert not [place for name in engine for place in calls(name, "open", "Path", "pathlib.Path")]


def test_nothing_is_a_binary_floating_point_number_but_a_likeness_of_words() -> None:
    for name in FILES.keys() - {LIKENESS}:
        constants = (node for node in ast.walk(tree(name)) if isinstance(node, ast.Constant))
        floats = [f"{FILES[name]}:{node.lineno}" for node in constants if isinstance(node.value, float)]
        assert not floats + calls(name, "float")


def test_types_are_compared_by_what_they_are() -> None:
    """A book that was kept has types of its own: equal, and not the same objects."""
    found = [
        f"{FILES[name]}:{node.lineno}"
        for name in FILES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Compare) and any(isinstance(each, ast.Is | ast.IsNot) for each in node.ops)
        if any(isinstance(each, ast.Name) and each.id in TYPES for each in (node.left, *node.comparators))
    ]
    assert not found


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {name: path.read_text("utf-8").count("\n") for name, path in FILES.items()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_no_import_goes_round() -> None:
    known = {name: {module for module in imports(name) if module in FILES} - {name} for name in FILES}
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


def test_a_file_imports_only_from_rows_before_its_own() -> None:
    assert not [
        f"{name} imports {module}"
        for name in FILES
        for module in imports(name)
        if RANK.get(name, 0) and RANK.get(module, 0) > RANK[name]
    ]
