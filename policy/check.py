"""Readings to checked sentences: types first, then scope, and exactly one reading may remain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, cast

from attrs import AttrsInstance, fields, frozen

from engine.model import Variable
from engine.values import Type
from policy.diagnostic import Diagnostic
from policy.dimensions import Records, TypeChecker, fits, shown
from policy.scope import Resolver, Variables
from policy.source import Span
from policy.syntax import (
    Condition,
    Mention,
    Question,
    Sentence,
    Term,
)
from policy.words import Phrase

Diagnostics = tuple[Diagnostic, ...]

Tree = TypeVar("Tree")


@frozen
class Checked(Generic[Tree]):
    """A tree that stands up to types and scope, with what its mentions name."""

    tree: Tree
    variables: Variables


@frozen
class AskedTree:
    """An asked form as parsed: its phrase, the cells of the record it supposes, the sentence asked."""

    phrase: Phrase
    record: Type | None
    cells: tuple[tuple[str, Term], ...]
    ask: Condition
    span: Span


@frozen
class Asked:
    """A checked asked form; ``slots`` are the variables of its phrase's slots, ``supposed`` its record's."""

    tree: AskedTree
    slots: tuple[Variable, ...]
    supposed: Variable | None
    variables: Variables


def check_sentence(readings: Sequence[Sentence], records: Records) -> tuple[Checked[Sentence] | None, Diagnostics]:
    """The one reading of a rule or an exemption that survives types and scope."""

    def types(tree: Sentence, checker: TypeChecker) -> None:
        checker.sentence(tree)

    def scope(tree: Sentence, resolver: Resolver) -> Variables:
        return resolver.sentence(tree)

    return _surviving(readings, records, types, scope)


def check_question(readings: Sequence[Question], records: Records) -> tuple[Checked[Question] | None, Diagnostics]:
    """The one reading of a question that survives types and scope."""

    def types(tree: Question, checker: TypeChecker) -> None:
        checker.question(tree)

    def scope(tree: Question, resolver: Resolver) -> Variables:
        return resolver.question(tree)

    return _surviving(readings, records, types, scope)


def check_fact(
    readings: Sequence[Condition], records: Records, known: bool = True
) -> tuple[Checked[Condition] | None, Diagnostics]:
    """The one reading of a fact that survives types; a fact names things and has no variables.

    An event that happens once needs no day where it did not happen, or where it is not known whether it did.
    """

    def types(tree: Condition, checker: TypeChecker) -> None:
        checker.stated(tree, known)

    def scope(tree: Condition, resolver: Resolver) -> Variables:
        for mention in mentions(tree):
            message = f"a fact names what it speaks of; `{shown(mention.span)}` names nothing"
            resolver.problems.append(Diagnostic("E0319", message, mention.span))
        return Variables()

    return _surviving(readings, records, types, scope)


def check_asked(readings: Sequence[AskedTree], records: Records) -> tuple[Asked | None, Diagnostics]:
    """The one reading of an asked form that survives types and scope."""
    found: dict[int, tuple[tuple[Variable, ...], Variable | None]] = {}

    def types(tree: AskedTree, checker: TypeChecker) -> None:
        _cells(tree, checker)
        checker.condition(tree.ask)

    def scope(tree: AskedTree, resolver: Resolver) -> Variables:
        cells = tuple(term for _, term in tree.cells)
        slots, supposed, variables = resolver.asked(tree.phrase.slots, tree.record, cells, tree.ask)
        found[id(tree)] = slots, supposed
        return variables

    checked, problems = _surviving(readings, records, types, scope)
    if checked is None:
        return None, problems
    slots, supposed = found[id(checked.tree)]
    return Asked(checked.tree, slots, supposed, checked.variables), problems


def _cells(tree: AskedTree, checker: TypeChecker) -> None:
    """The attributes that an asked form gives its supposed record, with terms of their types."""
    record = None if tree.record is None else checker.records.get(tree.record.name)
    for name, term in tree.cells:
        attribute = next((known for known in record.attributes if known.name == name), None) if record else None
        actual = checker.term(term)
        if attribute is None:
            names = () if record is None else tuple(known.name for known in record.attributes)
            checker.problems.append(Diagnostic("E0306", f"the supposed record has no {name}", term.span, nearest=names))
        elif actual is not None and not fits(actual, attribute.type):
            checker.problems.append(
                Diagnostic(
                    "E0302",
                    f"`{name}` wants {attribute.type.name}; `{shown(term.span)}` is {actual.name}",
                    term.span,
                    (attribute.type.name,),
                )
            )


# ----------------------------------------------------------------- readings


def _surviving(
    readings: Sequence[Tree],
    records: Records,
    types: Callable[[Tree, TypeChecker], None],
    scope: Callable[[Tree, Resolver], Variables],
) -> tuple[Checked[Tree] | None, Diagnostics]:
    """Filter readings by types, then scope; what is left must be one. A reading's slips are all reported."""
    distinct: list[Tree] = []
    for reading in readings:
        if reading not in distinct:
            distinct.append(reading)
    if not distinct:
        return None, ()
    mistyped: list[Diagnostics] = []
    misscoped: list[Diagnostics] = []
    survivors: list[Checked[Tree]] = []
    for tree in distinct:
        checker = TypeChecker(records)
        types(tree, checker)
        if checker.problems:
            mistyped.append(tuple(checker.problems))
            continue
        resolver = Resolver(records)
        variables = scope(tree, resolver)
        if resolver.problems:
            misscoped.append(tuple(resolver.problems))
        else:
            survivors.append(Checked(tree, variables))
    if len(survivors) == 1:
        return survivors[0], ()
    if survivors:
        return None, (_ambiguous([survivor.tree for survivor in survivors]),)
    return None, min(misscoped or mistyped, key=len)


def _ambiguous(trees: list[Tree]) -> Diagnostic:
    outlines = tuple(outline(tree) for tree in trees)
    span: Span | None = getattr(trees[0], "span", None)
    return Diagnostic(
        "E0301", f"this can be read in {len(trees)} ways", span, expected=("one reading",), notes=outlines
    )


def outline(node: object) -> str:
    """A tree in its own words, with every part bracketed: what tells two readings apart."""
    span: Span = node.span  # type: ignore[attr-defined]  # every node of the tree has one
    text, at, result = span.source.text, span.start, ""
    for part in sorted(_parts(node), key=lambda child: child.span.start):  # type: ignore[attr-defined]
        place: Span = part.span  # type: ignore[attr-defined]
        if place.start < at or place.end > span.end:
            continue
        result += f"{text[at : place.start]}[{outline(part)}]"
        at = place.end
    return " ".join((result + text[at : span.end]).split())


def _parts(node: object) -> Iterator[object]:
    """The nodes right under a node of the tree."""
    for field in fields(cast("type[AttrsInstance]", type(node))):
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if _is_node(part):
                yield part


def _is_node(part: object) -> bool:
    return type(part).__module__ == "policy.syntax" and hasattr(part, "span")


def parts_of(node: object) -> Iterator[object]:
    """A node of the tree and every node under it."""
    yield node
    for part in _parts(node):
        yield from parts_of(part)


def mentions(node: object) -> Iterator[Mention]:
    """Every mention of a variable under a node, in the order of the tree."""
    return (part for part in parts_of(node) if isinstance(part, Mention))
