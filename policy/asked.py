"""Questions and facts to the engine's queries and rows.

A question whose phrase is an asked form supposes one record and asks the form's own sentence, with the
question's terms in place of the form's slots.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import evolve, field, frozen

from engine.model import And, Atom, Comparison, Constant, Expression, Not, Origin, Relation, Variable
from engine.model import Condition as EngineCondition
from engine.query import Query, Shape, Supposed
from engine.unknowns import NONE, UNKNOWN
from engine.values import Kind, Type, Value
from policy.check import Asked, Checked, parts_of
from policy.diagnostic import Diagnostic
from policy.dimensions import shown
from policy.lower import Lowering
from policy.quantities import print_value
from policy.relations import happens_once, is_over_time
from policy.source import Span
from policy.syntax import (
    Ask,
    Attribute,
    Call,
    ComesBefore,
    Compared,
    Condition,
    DayOf,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    Name,
    Quantity,
    Question,
    Term,
    Time,
)
from policy.vocabulary_text import with_article
from policy.words import Heading

Diagnostics = tuple[Diagnostic, ...]

_SHAPES = {
    Ask.WHETHER: Shape.WHETHER,
    Ask.VALUE: Shape.VALUE,
    Ask.WHICH: Shape.WHICH,
    Ask.MOST: Shape.MOST,
    Ask.LEAST: Shape.LEAST,
    Ask.GREATEST: Shape.MOST,
    Ask.WHEN: Shape.WHEN,
}

# -------------------------------------------------------------------- facts


@frozen
class Statement:
    """A statement is so, is not so (False), or it is not known whether (None)."""

    relation: str
    keys: tuple[Value, ...]
    status: bool | None
    span: Span = field(eq=False, repr=False)


@frozen
class ValueFact:
    """A value relation's value for these keys; ``value`` is one, or `NONE`, or `UNKNOWN` of `engine.unknowns`."""

    relation: str
    keys: tuple[Value, ...]
    value: object
    span: Span = field(eq=False, repr=False)


@frozen
class CellFact:
    """An attribute of a record."""

    relation: str
    id: str
    column: str
    value: object
    span: Span = field(eq=False, repr=False)


@frozen
class SpanFact:
    """A statement holds (None: it is not known whether) from the first day to the last; no last day: it continues."""

    relation: str
    keys: tuple[Value, ...]
    first: date
    last: date | None
    status: bool | None
    span: Span = field(eq=False, repr=False)


@frozen
class OrderFact:
    """One record was made before another of its day."""

    relation: str
    earlier: str
    later: str
    span: Span = field(eq=False, repr=False)


Fact = Statement | ValueFact | CellFact | SpanFact | OrderFact


def names_in(fact: Fact) -> set[str]:
    """The names of the things that a fact is about."""
    match fact:
        case CellFact():
            return {fact.id}
        case OrderFact():
            return {fact.earlier, fact.later}
        case _:
            return {key for key in fact.keys if isinstance(key, str)}


def lower_fact(tree: Condition, known: bool = True) -> tuple[Fact | None, Diagnostics]:
    """The row that a checked fact states; ``known`` is False after `It is not known whether`."""
    problems: list[Diagnostic] = []
    fact: Fact | None = None
    match tree:
        case Holds():
            fact = _statement(tree, known, problems)
        case Compared(comparison=Comparison.IS):
            fact = _value_fact(tree.left, _stated(tree.right, known, problems), tree.span)
        case HasAttribute(negated=True):
            fact = _cell(tree.of, tree.attribute, NONE if known else UNKNOWN, tree.span)
        case ComesBefore(earlier=Name() as earlier, later=Name() as later) if known:
            fact = OrderFact(earlier.type.name, earlier.name, later.name, tree.span)
    if fact is None and not problems:
        problems.append(_no_fact(tree))
    return (None if problems else fact), tuple(problems)


def lower_none(term: Term) -> tuple[Fact | None, Diagnostics]:
    """The row that says that a value does not exist: ``V is none``."""
    fact = _value_fact(term, NONE, term.span)
    return fact, (() if fact is not None else (_no_fact(term),))


def _no_fact(tree: Condition | Term) -> Diagnostic:
    return Diagnostic(
        "E0318",
        f"`{shown(tree.span)}` states no fact",
        tree.span,
        expected=("a declared phrase of names and values", "what a declared value or an attribute is"),
    )


def _statement(tree: Holds, known: bool, problems: list[Diagnostic]) -> Fact | None:
    phrase = tree.phrase
    status = not tree.negated if known else None
    keys = _constants(tree.arguments, problems)
    times = () if tree.when is None else _days(tree.when.terms, problems)
    if problems:
        return None
    if is_over_time(phrase):
        return _span(tree, keys, times, status)
    if tree.when is not None and tree.when.time is Time.ON:
        keys += times
    elif tree.when is not None:
        return None
    if happens_once(phrase):
        return _happened(tree, keys, known)
    return Statement(phrase.relation, keys, status, tree.span) if len(keys) == len(phrase.slots) else None


def _span(tree: Holds, keys: tuple[Value, ...], days: tuple[date, ...], status: bool | None) -> Fact | None:
    if tree.when is None or tree.when.time not in (Time.FROM, Time.ON, Time.THROUGHOUT):
        return None
    first = days[0]
    last = days[1] if len(days) > 1 else first if tree.when.time is Time.ON else None
    return SpanFact(tree.phrase.relation, keys, first, last, status, tree.span)


def _happened(tree: Holds, keys: tuple[Value, ...], known: bool) -> Fact | None:
    """A given event: its day, or that it did not happen, or that its day is not known."""
    slots = len(tree.phrase.slots)
    if not known:
        return ValueFact(tree.phrase.relation, keys[: slots - 1], UNKNOWN, tree.span)
    if tree.negated:
        return ValueFact(tree.phrase.relation, keys, NONE, tree.span) if len(keys) == slots - 1 else None
    return ValueFact(tree.phrase.relation, keys[:-1], keys[-1], tree.span) if len(keys) == slots else None


def _value_fact(left: Term, value: object, span: Span) -> Fact | None:
    problems: list[Diagnostic] = []
    match left:
        case Call():
            keys = _constants(left.arguments, problems)
            return None if problems else ValueFact(left.phrase.relation, keys, value, span)
        case Attribute():
            return _cell(left.of, left.attribute, value, span)
        case DayOf(which="the") if happens_once(left.phrase):
            keys = _constants(left.arguments, problems)
            return None if problems else ValueFact(left.phrase.relation, keys, value, span)
        case _:
            return None


def _cell(of: Term, attribute: str, value: object, span: Span) -> Fact | None:
    return CellFact(of.type.name, of.name, attribute, value, span) if isinstance(of, Name) else None


def _stated(term: Term, known: bool, problems: list[Diagnostic]) -> object:
    if not known:
        return UNKNOWN
    values = _constants((term,), problems)
    return values[0] if values else None


def _constants(terms: tuple[Term, ...], problems: list[Diagnostic]) -> tuple[Value, ...]:
    values: list[Value] = []
    for term in terms:
        match term:
            case Name():
                values.append(term.name)
            case Quantity() if (wrong := miscounted(term.value, term.type)) is not None:
                problems.append(Diagnostic("E0318", wrong, term.span))
            case Quantity():
                values.append(term.value)
            case _:
                problems.append(Diagnostic("E0318", f"a fact states values; `{shown(term.span)}` is none", term.span))
    return tuple(values)


def miscounted(value: object, type: Type) -> str | None:
    """What is wrong with a number that counts things: it is whole, and not less than the least."""
    if not isinstance(value, (int, Fraction)):
        return None
    if type.whole and not isinstance(value, int):
        return f"{type.name} are counted whole"
    if type.least is not None and value < type.least:
        return f"there are no fewer {type.name} than {type.least}"
    return None


def _days(terms: tuple[Term, ...], problems: list[Diagnostic]) -> tuple[date, ...]:
    values = _constants(terms, problems)
    return tuple(value for value in values if isinstance(value, date))


# ---------------------------------------------------------------- questions


@frozen
class Asking:
    """A question ready to be answered: the query, and facts of the question's own to be supposed first."""

    query: Query
    supposing: tuple[Fact, ...] = ()


def lower_question(
    checked: Checked[Question], forms: Mapping[str, Asked], relations: Mapping[str, Relation]
) -> tuple[Asking | None, Diagnostics]:
    """The query of a question; ``forms`` are the asked forms by their phrase's relation."""
    tree = checked.tree
    lowering = Lowering(checked.variables, relations)
    open_, vary = _left_open(tree, lowering)
    goal, supposed = _goal(tree.of, lowering, forms)
    _need_names(tree, open_, lowering)
    supposing: list[Fact] = []
    for condition in tree.supposing:
        fact, problems = lower_fact(condition)
        lowering.problems += problems
        if supposed is not None and isinstance(fact, CellFact) and fact.id == supposed.id:
            supposed = _with_cell(supposed, fact, relations, lowering.problems)
        elif fact is not None:
            supposing.append(fact)
    if lowering.problems or goal is None:
        return None, tuple(lowering.problems)
    if tree.ask is Ask.WHICH and open_ is not None and open_.type.kind is Kind.SYMBOL:
        goal = And((Atom(open_.type.name, (open_,)), goal))  # type: ignore[arg-type]  # a condition is asked of each
    query = Query(goal, _SHAPES[tree.ask], open_, () if supposed is None else (supposed,), vary)
    return Asking(query, tuple(supposing)), ()


def supposed_name(record: Type) -> str:
    """What the record that a question supposes is called, in the answer and in what is supposed of it."""
    return f"the supposed {record.name}"


def _with_cell(
    supposed: Supposed, fact: CellFact, relations: Mapping[str, Relation], problems: list[Diagnostic]
) -> Supposed:
    """The supposed record with one more attribute."""
    type = next(each.type for each in relations[fact.relation].columns if each.name == fact.column)
    cells = dict(supposed.cells)
    cell = Constant(fact.value, type)  # type: ignore[arg-type]  # a plain value here
    if fact.value is NONE:
        return supposed
    if cells.setdefault(fact.column, cell) != cell:
        problems.append(Diagnostic("E0522", f"the question says what {fact.column} {fact.id} has", fact.span))
    return evolve(supposed, cells=tuple(cells.items()))


def _left_open(tree: Question, lowering: Lowering) -> tuple[Variable | None, tuple[str, str, str] | None]:
    """The open variable; for an attribute also (relation, record, column)."""
    match tree.open:
        case Mention():
            variable = lowering.variables.of(tree.open)
            kind = variable.type
            if tree.ask is Ask.MOST and kind.kind is Kind.NUMBER and kind.least is None:  # how much, from nothing on
                variable = evolve(variable, type=evolve(kind, least=0))
            lowering.scopes[0][variable.name] = variable
            return variable, None
        case Attribute(of=Name() as record):
            relation = record.type.name
            return Variable(f"the {tree.open.attribute}", tree.open.type), (relation, record.name, tree.open.attribute)
        case Attribute():
            lowering.problems.append(
                Diagnostic("E0320", "only an attribute of a named record can be left open", tree.open.span)
            )
    return None, None


def _goal(
    of: Condition | Term, lowering: Lowering, forms: Mapping[str, Asked]
) -> tuple[EngineCondition | Expression | None, Supposed | None]:
    match of:
        case Holds() if of.phrase.heading is Heading.ASKED:
            return _expanded(of, lowering, forms)
        case ItIsNot():
            goal, supposed = _goal(of.condition, lowering, forms)
            return (None if goal is None else Not(goal)), supposed  # type: ignore[arg-type]  # of a condition
        case _ if isinstance(of, Condition):
            _only_alone(of, lowering)
            return lowering.closed(of), None
        case _:
            return lowering.term(of), None


def _expanded(
    tree: Holds, lowering: Lowering, forms: Mapping[str, Asked]
) -> tuple[EngineCondition | None, Supposed | None]:
    """What an asked form asks, with the question's terms in its slots."""
    form = forms.get(tree.phrase.relation)
    if form is None:
        return None, None
    for term in tree.arguments:
        if isinstance(term, Quantity) and (wrong := miscounted(term.value, term.type)) is not None:
            lowering.problems.append(Diagnostic("E0318", wrong, term.span))
    lowering.problems.extend(_of_nothing(tree, form))
    if tree.when is not None:
        message = f"`{shown(tree.when.span)}` leaves the day open; the question supposes one"
        expected = ("on a date", "When … ?")
        lowering.problems.append(Diagnostic("E0320", message, tree.when.span, expected=expected))
        return None, None
    arguments = lowering.terms(tree.arguments)
    values: dict[Variable, Expression] = dict(zip(form.slots, arguments, strict=True))
    record = form.tree.record
    name = "" if record is None else supposed_name(record)
    if form.supposed is not None and record is not None:
        values[form.supposed] = Constant(name, record)
    scopes, clause = [dict(lowering.scopes[0])], form.tree.phrase.clause
    inner = Lowering(form.variables, lowering.relations, clause, values, scopes, lowering.problems)
    cells = tuple((attribute, inner.term(term)) for attribute, term in form.tree.cells)
    goal = inner.closed(form.tree.ask)
    supposed = None if record is None else Supposed(record.name, name, cells)
    return (Not(goal, Origin(place=tree.span)) if tree.negated else goal), supposed


def _of_nothing(tree: Holds, form: Asked) -> Iterator[Diagnostic]:
    """The number 0 where it would make a supposed record one of no shares: there is no such grant to be asked about."""
    record = form.tree.record
    given = dict(zip(form.slots, tree.arguments, strict=True))
    for attribute, cell in form.tree.cells:
        term = given.get(form.variables.of(cell)) if isinstance(cell, Mention) else None
        if record is not None and isinstance(term, Quantity) and term.value == 0 and attribute == term.type.name:
            said = f"{with_article(record.name)} of 0 {attribute} is none: there is nothing to suppose"
            yield Diagnostic("E0602", said, term.span, expected=(f"at least {print_value(1, term.type)}",))


def _only_alone(tree: Condition, lowering: Lowering) -> None:
    """An asked form supposes a record of its own, so it is the whole of a question."""
    for part in parts_of(tree):
        if isinstance(part, Holds) and part.phrase.heading is Heading.ASKED:
            lowering.problems.append(Diagnostic("E0320", f"`{shown(part.span)}` is asked alone", part.span))


def _need_names(tree: Question, open_: Variable | None, lowering: Lowering) -> None:
    """What a question speaks of outside a condition is named or left open."""
    for variable in lowering.scopes[0].values():
        if variable != open_:
            lowering.problems.append(
                Diagnostic("E0320", f"which {variable.type.name}? name the one that is meant", tree.span)
            )
