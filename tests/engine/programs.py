"""Small programs with facts and questions, for hypothesis to draw.

All are well formed: stratified, with acyclic priorities, every variable bound by an atom. The relations are
always the same few, one for each thing that the model can express; what is drawn are the facts, the rules
about the concluded relations (each may use those before it), and the question. An allowance bounds how
many unknowns the facts have, so that the completions can be enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any, TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from engine.model import (
    Aggregate,
    And,
    Apply,
    Atom,
    Before,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Exists,
    Expression,
    Fold,
    Not,
    On,
    Or,
    Priority,
    Program,
    Relation,
    Rule,
    Silence,
    Some,
    ValueOf,
    Variable,
)
from engine.values import DATE, PERIOD, Kind, Period, Type
from tests.engine.oracle import Cell, Facts, Interval, Keys, Mark, parts

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
Scope = tuple[Variable, ...]

# --------------------------------------------------------------------- vocabulary

THING = Type("thing", Kind.SYMBOL)
COLOUR = Type("colour", Kind.SYMBOL, members=("red", "green"))
AMOUNT = Type("amount", Kind.NUMBER, whole=True, least=0)
RESULT = Type("result", Kind.NUMBER)
GRANT = Type("grant", Kind.SYMBOL)

THINGS = ("A", "B", "C")
OTHERS = ("another", "yet another")
DAYS = (date(2001, 1, 30), date(2001, 1, 31), date(2001, 2, 28), date(2001, 3, 1))
AMOUNTS = (0, 1, 2, 3, 5, 40)
ALL_AMOUNTS = (*range(14), 40, 41, 1000)
SOME_DAYS = (*DAYS, date(2000, 12, 1), date(2001, 4, 15))
ALL_DAYS = tuple(date(2000, 12, 20) + timedelta(days=number) for number in range(110))


def _statement(name: str, *types: Type, **options: Any) -> Relation:
    columns = tuple(Column(f"{kind.name} {place}", kind) for place, kind in enumerate(types))
    return Relation(name, columns, len(columns), **options)


def _value(name: str, key: Type, kind: Type, optional: bool = False, **options: Any) -> Relation:
    return Relation(name, (Column("of", key), Column("value", kind, optional)), 1, **options)


RECORDED = (
    _statement("thing", THING, silence=Silence.FALSE),
    Relation(
        "grant",
        (
            Column("id", GRANT),
            Column("holder", THING),
            Column("shares", AMOUNT),
            Column("made", DATE),
            Column("colour", COLOUR, optional=True),
            Column("replaces", GRANT, optional=True),
        ),
        1,
        Silence.FALSE,
        time=3,
        record=True,
    ),
    _statement("likes", THING, THING, silence=Silence.FALSE),
    _statement("may", THING, silence=Silence.UNKNOWN),
    _statement("presumed", THING, silence=Silence.ASSUMED, assumed=True),
    _statement("approved", GRANT, silence=Silence.FALSE, open_for_supposed=True),
    _statement("employed", THING, silence=Silence.FALSE, span=True),
    _value("size", THING, AMOUNT, optional=True, silence=Silence.FALSE),
    _value("price", THING, AMOUNT, silence=Silence.UNKNOWN),
    _value("fee", THING, AMOUNT, silence=Silence.ASSUMED, assumed=2),
    _value("worth", GRANT, AMOUNT, silence=Silence.FALSE, open_for_supposed=True),
)
CONCLUDED = (
    _statement("good", THING),
    _value("rank", THING, RESULT),
    _statement("fit", GRANT),
    _value("due", GRANT, RESULT),
    _statement("linked", THING, THING),
    _statement("best", THING),
    _value("final", THING, RESULT),
)
RELATIONS = (*RECORDED, *CONCLUDED)


@frozen(repr=False)
class Example:
    """A program with its facts, and a question about them."""

    program: Program
    facts: Facts
    goal: Condition | Expression

    def __repr__(self) -> str:
        return f"<\n{listing(self)}\n>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def widened(facts: Facts) -> Facts:
    """The same facts, where an unknown number or day may be any that could make a difference."""
    return evolve(facts, domains={**facts.domains, AMOUNT.name: ALL_AMOUNTS, DATE.name: ALL_DAYS})


# -------------------------------------------------------------------------- facts


class _Facts:
    """Draws the facts, within an allowance of unknowns."""

    def __init__(self, draw: Draw[Any], allowance: int) -> None:
        self.draw = draw
        self.allowance = allowance
        self.others = 0
        self.things = THINGS[: draw(st.integers(1, 3))]

    def spend(self, cost: int) -> bool:
        """Whether something is to be unknown."""
        if self.allowance < cost or not self.draw(st.sampled_from((False, True, True))):
            return False
        self.allowance -= cost
        return True

    def cell(self, known: st.SearchStrategy[Any], cost: int) -> Cell:
        cell: Cell = Mark.UNKNOWN if self.spend(cost) else self.draw(known)
        return cell

    def statements(self, keys: Sequence[Keys], silent: bool | None) -> dict[Keys, bool | None]:
        """A statement for some keys; ``silent``: what silence means (None: unknown, so it costs)."""
        rows: dict[Keys, bool | None] = {}
        for key in keys:
            said = self.draw(st.sampled_from((silent, not silent)))
            if said is None:
                said = None if self.spend(1) else self.draw(st.booleans())
                if said is not None or self.draw(st.booleans()):
                    rows[key] = said
            elif silent is None:
                rows[key] = self.draw(st.booleans())
            elif said is not silent:
                rows[key] = None if self.spend(1) else said
        return rows

    def values(self, keys: Sequence[Keys], silence_is_unknown: bool) -> dict[Keys, Cell]:
        rows: dict[Keys, Cell] = {}
        for key in keys:
            if self.draw(st.booleans()) or silence_is_unknown:
                cell = self.cell(st.sampled_from((1, 2, 3, 0, Mark.NONE)), 2)
                if cell is not Mark.UNKNOWN or not silence_is_unknown:
                    rows[key] = cell
        return rows

    def record(self, earlier: Sequence[str]) -> dict[str, Cell]:
        cells: dict[str, Cell] = {
            "holder": self.cell(st.sampled_from(self.things), 2),
            "shares": self.cell(st.sampled_from((1, 2, 3, 0)), 2),
            "made": self.cell(st.sampled_from(DAYS), 2),
            "colour": self.cell(st.sampled_from((Mark.NONE, "red", "green")), 1),
            "replaces": self.draw(st.sampled_from((Mark.NONE, *earlier))),
        }
        self.others += cells["holder"] is Mark.UNKNOWN
        return cells

    def facts(self) -> Facts:
        draw = self.draw
        things = [(thing,) for thing in self.things]
        facts = Facts()
        facts.statements["thing"] = dict.fromkeys(things, True)
        ids: list[str] = []
        grants = facts.records["grant"] = {}
        for number in range(draw(st.integers(0, 3))):
            grants[f"G{number}"] = self.record(ids)
            ids.append(f"G{number}")
        if draw(st.booleans()) and len(ids) < 4:
            grants["S"] = self.record(ids)
            facts.supposed.add("S")
            ids.append("S")
        facts.order["grant"] = [pair for pair in pairwise(ids) if draw(st.booleans())]
        pairs = [(one, other) for one in self.things for other in self.things]
        facts.statements["likes"] = self.statements(pairs, False)
        facts.statements["may"] = self.statements(things, None)
        facts.statements["presumed"] = self.statements(things, True)
        recorded = [(id,) for id in ids if id not in facts.supposed or not self.spend(1)]
        facts.statements["approved"] = {
            key: said for key in recorded if (said := draw(st.booleans())) or key[0] in facts.supposed
        }
        facts.values["worth"] = self.values([(id,) for id in ids if id not in facts.supposed], False)
        for id in facts.supposed:
            if not self.spend(2):
                facts.values["worth"][id,] = draw(st.sampled_from((1, 2, 3)))
        facts.values["size"] = self.values(things, False)
        facts.values["price"] = self.values(things, True)
        facts.values["fee"] = self.values(things, False)
        facts.spans["employed"] = [self.interval() for _ in range(draw(st.integers(0, 2)))]
        for relation in CONCLUDED:
            if draw(st.integers(0, 9)) == 9:  # taken as found
                self.override(facts, relation, ids if relation.columns[0].type is GRANT else self.things)
        facts.domains = {
            AMOUNT.name: AMOUNTS,
            RESULT.name: AMOUNTS,
            DATE.name: SOME_DAYS,
            COLOUR.name: COLOUR.members,
            THING.name: (*self.things, *OTHERS[: self.others]),
        }
        return facts

    def interval(self) -> Interval:
        first = self.draw(st.sampled_from(DAYS))
        last = self.draw(st.sampled_from((None, *(day for day in DAYS if day >= first))))
        return Interval((self.draw(st.sampled_from(self.things)),), first, last)

    def override(self, facts: Facts, relation: Relation, keys: Sequence[str]) -> None:
        for key in keys[:1]:
            if not relation.is_statement:
                facts.values[relation.name] = {(key,): self.draw(st.sampled_from((1, 2, Mark.NONE)))}
            elif relation.keys == 1:
                facts.statements[relation.name] = {(key,): None if self.spend(1) else self.draw(st.booleans())}


# -------------------------------------------------------------------------- rules


def _is_unsettled(relation: Relation, facts: Facts) -> bool:
    """Whether the facts leave something about a relation open."""
    cells = [cell for row in facts.records.get(relation.name, {}).values() for cell in row.values()]
    said = [*facts.statements.get(relation.name, {}).values(), *facts.values.get(relation.name, {}).values(), *cells]
    supposed = relation.open_for_supposed and bool(facts.supposed)
    return relation.silence is Silence.UNKNOWN or None in said or Mark.UNKNOWN in said or supposed


class _Rules:
    """Draws conditions and expressions about the relations that are usable so far."""

    def __init__(self, draw: Draw[Any], things: tuple[str, ...], facts: Facts) -> None:
        self.draw = draw
        self.things = things
        self.grants = tuple(facts.records["grant"])
        unsettled = [relation for relation in RECORDED if _is_unsettled(relation, facts)]
        self.usable: list[Relation] = [*RECORDED, *unsettled, *unsettled, *unsettled]
        self.concluded: list[Relation] = []  # of these, the statements that rules conclude
        self.ruled: list[Relation] = []
        self.count = 0

    def one_of(self, *options: Callable[[], T]) -> T:
        chosen: Callable[[], T] = self.draw(st.sampled_from(options))
        return chosen()

    def fresh(self, kind: Type) -> Variable:
        self.count += 1
        return Variable(f"{kind.name[0]}{self.count}", kind)

    def term(self, kind: Type, scope: Scope) -> Expression | None:
        """A variable or a constant of a type."""
        variables = [variable for variable in scope if variable.type == kind]
        names = {THING.name: self.things, GRANT.name: self.grants, COLOUR.name: COLOUR.members}
        constants = [Constant(value, kind) for value in names[kind.name]]
        options = [*variables, *variables, *variables, *constants]
        return self.draw(st.sampled_from(options)) if options else None

    def terms(self, types: Sequence[Type], scope: Scope) -> tuple[Expression, ...] | None:
        found = [self.term(kind, scope) for kind in types]
        return None if None in found else tuple(term for term in found if term is not None)

    # -------------------------------------------------------------- expressions

    def reading(self, kinds: tuple[Type, ...], scope: Scope) -> ValueOf | None:
        """A value, or an attribute of a record, of one of the types."""
        columns = [
            (relation, column.name)
            for relation in self.usable
            for column in relation.columns[relation.keys :]
            if column.type in kinds
        ]
        if not columns:
            return None
        relation, column = self.draw(st.sampled_from(columns))
        keys = self.terms([each.type for each in relation.columns[: relation.keys]], scope)
        return None if keys is None else ValueOf(relation.name, keys, column)

    def number(self, scope: Scope, depth: int) -> Expression:
        """An expression for a number."""

        def constant() -> Expression:
            return Constant(self.draw(st.integers(0, 3)), AMOUNT)

        def reading() -> Expression:
            return self.reading((AMOUNT, RESULT), scope) or constant()

        if depth <= 0:
            return self.one_of(constant, reading)

        def apply() -> Expression:
            name = self.draw(st.sampled_from(("add", "subtract", "excess", "lesser", "greater")))
            return Apply(name, (self.number(scope, depth - 1), self.number(scope, depth - 1)))

        def scale() -> Expression:
            name = self.draw(st.sampled_from(("multiply", "divide")))
            scaled = Apply(name, (self.number(scope, depth - 1), Constant(self.draw(st.integers(1, 3)), AMOUNT)))
            if name == "divide" and self.draw(st.booleans()):
                how = self.draw(st.sampled_from(("round_down", "round_up", "round_half_up", "round_half_even")))
                step = self.draw(st.sampled_from((1, Fraction(1, 2), 2)))
                return Apply(how, (scaled, Constant(step, AMOUNT)))
            return scaled

        return self.one_of(constant, reading, reading, apply, scale, lambda: self.aggregate(scope, depth - 1))

    def aggregate(self, scope: Scope, depth: int) -> Expression:
        fold = self.draw(st.sampled_from((Fold.TOTAL, Fold.NUMBER, Fold.HIGHEST, Fold.LOWEST)))
        variable, binder = self.binder(scope)
        inner = (*scope, variable)
        where = self.joined(binder, inner, depth)
        of = None if fold is Fold.NUMBER else self.number((variable,), 0)
        return Aggregate(fold, of, (variable,), where)

    def day(self, scope: Scope, depth: int, alone: bool = False) -> Expression:
        """An expression for a day; ``alone``: it is compared with known days only.

        An unknown day is compared with one computed from it only by trying days, which the engine does not do.
        """

        def constant() -> Expression:
            return Constant(self.draw(st.sampled_from(DAYS)), DATE)

        def reading() -> Expression:
            return self.reading((DATE,), scope) or constant()

        if depth <= 0:
            return self.one_of(constant, reading)

        def shift() -> Expression:
            period = self.draw(st.sampled_from((Period(months=1), Period(days=1), Period(months=1, days=1))))
            name = self.draw(st.sampled_from(("after", "before")))
            return Apply(name, (Constant(period, PERIOD), self.day(scope, depth - 1, alone) if alone else constant()))

        def pick() -> Expression:
            name = self.draw(st.sampled_from(("earlier", "later")))
            return Apply(name, (self.day(scope, depth - 1), self.day(scope, depth - 1)))

        return self.one_of(constant, reading, shift, shift if alone else pick)

    # --------------------------------------------------------------- conditions

    def binder(self, scope: Scope) -> tuple[Variable, Condition]:
        """A new variable, with a condition that says what it runs through."""
        kind = self.draw(st.sampled_from((THING, GRANT)))
        variable = self.fresh(kind)
        options: list[Condition] = [Atom(kind.name, (variable,))]
        options += [Atom(each.name, (variable,)) for each in self.concluded if [c.type for c in each.columns] == [kind]]
        if kind is THING:
            options += [Atom("likes", (other, variable)) for other in scope if other.type == THING]
        else:
            holder = ValueOf("grant", (variable,), "holder")
            options += [
                And((Atom("grant", (variable,)), Compare(Comparison.IS, holder, other)))
                for other in scope
                if other.type == THING
            ]
        return variable, self.draw(st.sampled_from(options))

    def joined(self, binder: Condition, scope: Scope, depth: int) -> Condition:
        return And((binder, self.condition(scope, depth))) if self.draw(st.booleans()) else binder

    def plain(self) -> Condition:
        number = Constant(self.draw(st.integers(0, 1)), AMOUNT)
        return Compare(Comparison.IS, number, Constant(0, AMOUNT))

    def atom(self, scope: Scope) -> Condition:
        relation = self.draw(st.sampled_from([each for each in self.usable if each.is_statement]))
        types = [column.type for column in relation.columns]
        arguments = self.terms(types, scope)
        if arguments is None:
            return self.plain()
        return Atom(relation.name, (*arguments, self.day(scope, 1, alone=True)) if relation.span else arguments)

    def compare(self, scope: Scope, depth: int) -> Condition:
        comparison = self.draw(st.sampled_from(Comparison))
        return Compare(comparison, self.number(scope, depth - 1), self.number(scope, depth - 1))

    def compare_days(self, scope: Scope, depth: int) -> Condition:
        comparison = self.draw(st.sampled_from(Comparison))
        if self.draw(st.booleans()):
            return Compare(comparison, self.day(scope, depth - 1), self.day(scope, depth - 1))
        return Compare(comparison, self.day(scope, depth, alone=True), Constant(self.draw(st.sampled_from(DAYS)), DATE))

    def compare_symbols(self, scope: Scope) -> Condition:
        comparison = self.draw(st.sampled_from((Comparison.IS, Comparison.IS_NOT)))
        kind = self.draw(st.sampled_from((THING, COLOUR, GRANT)))
        left, right = self.reading((kind,), scope), self.term(kind, scope)
        return self.plain() if left is None or right is None else Compare(comparison, left, right)

    def exists(self, scope: Scope) -> Condition:
        reading = self.reading((AMOUNT, RESULT, COLOUR, GRANT), scope)
        return self.plain() if reading is None else Exists(reading)

    def before(self, scope: Scope) -> Condition:
        records = self.terms((GRANT, GRANT), scope)
        return self.plain() if records is None else Before(records[0], records[1], "grant")

    def on(self, scope: Scope) -> Condition:
        thing = self.terms((THING,), scope)
        first, last = sorted((self.draw(st.sampled_from(DAYS)), self.draw(st.sampled_from(DAYS))))
        assert thing is not None
        return On("employed", thing, Constant(first, DATE), Constant(last, DATE), self.draw(st.booleans()))

    def some(self, scope: Scope, depth: int) -> Condition:
        variable, binder = self.binder(scope)
        return Some((variable,), self.joined(binder, (*scope, variable), depth - 1))

    def condition(self, scope: Scope, depth: int) -> Condition:
        """Any condition on the variables."""
        simple: list[Callable[[], Condition]] = [
            lambda: self.atom(scope),
            lambda: self.compare(scope, depth),
            lambda: self.compare_symbols(scope),
            lambda: self.exists(scope),
            lambda: self.on(scope),
            lambda: self.compare_days(scope, depth),
            lambda: self.before(scope),
        ]
        if depth <= 0:
            return self.one_of(*simple)

        def both() -> tuple[Condition, Condition]:
            return self.condition(scope, depth - 1), self.condition(scope, depth - 1)

        return self.one_of(
            *simple,
            lambda: self.atom(scope),
            lambda: self.compare(scope, depth),
            lambda: Not(self.condition(scope, depth - 1)),
            lambda: And(both()),
            lambda: Or(both()),
            lambda: self.some(scope, depth),
        )

    # -------------------------------------------------------------------- rules

    def rule(self, relation: Relation, name: str) -> Rule:
        """A rule about a relation, whose condition says first what its variables run through."""
        types = [column.type for column in relation.columns[: relation.keys]]
        scope = tuple(self.fresh(kind) for kind in types)
        parts: list[Condition] = [Atom(variable.type.name, (variable,)) for variable in scope]
        inner: Scope = scope
        if self.draw(st.integers(0, 3)) == 3:
            variable, binder = self.binder(scope)
            inner = (*scope, variable)
            parts.append(binder)
        parts.append(self.condition(inner, self.draw(st.integers(0, 2))))
        value = None if relation.is_statement else self.number(inner, 1)
        positive = not relation.is_statement or self.draw(st.sampled_from((True, True, False)))
        body: Condition = And(tuple(parts))
        if not positive and self.draw(st.booleans()):
            body = parts[-1] if inner is scope else And(tuple(parts[len(scope) :]))
        return Rule(name, Atom(relation.name, scope), body, positive, value, self.exemptions(scope))

    def exemptions(self, scope: Scope) -> tuple[Atom, ...]:
        if self.draw(st.integers(0, 3)) < 3:
            return ()
        atom = self.atom(scope)
        return (atom,) if isinstance(atom, Atom) else ()

    def transitive(self, relation: Relation) -> list[Rule]:
        """What is linked is linked further, perhaps on a condition."""
        one, middle, other = (self.fresh(THING) for _ in range(3))
        further = [Atom(relation.name, (one, middle)), Atom("likes", (middle, other))]
        if self.draw(st.booleans()):
            further.reverse()
        if self.draw(st.booleans()):
            further[further.index(Atom("likes", (middle, other)))] = Atom(relation.name, (middle, other))
        parts: list[Condition] = [*further]
        if self.draw(st.booleans()):
            parts.append(self.condition((middle,), 1))
        return [
            Rule(f"{relation.name} base", Atom(relation.name, (one, other)), Atom("likes", (one, other))),
            Rule(f"{relation.name} further", Atom(relation.name, (one, other)), And(tuple(parts))),
        ]

    def program(self) -> Program:
        rules: list[Rule] = []
        priorities: list[Priority] = []
        last = self.draw(st.sampled_from(CONCLUDED))
        for relation in CONCLUDED[: CONCLUDED.index(last) + 1]:
            number = self.draw(st.integers(1, 4) if relation is last else st.integers(0, 2))
            mine = [self.rule(relation, f"{relation.name} {place}") for place in range(number)]
            over = combinations((rule.name for rule in mine), 2)
            priorities += [Priority(*pair) for pair in over if self.draw(st.booleans())]
            if relation.name == "linked" and self.draw(st.booleans()):
                mine += self.transitive(relation)
            rules += mine
            if mine:
                self.ruled.append(relation)
                self.usable += [relation] * 4
                self.concluded += [relation] * relation.is_statement
        return Program(RELATIONS, tuple(rules), tuple(priorities))

    def goal(self) -> Condition | Expression:
        """A ground question, about the relations with rules first."""
        relation = self.draw(st.sampled_from(self.ruled[::-1] or CONCLUDED))
        keys = self.terms([column.type for column in relation.columns[: relation.keys]], ())
        if keys is None or self.draw(st.integers(0, 9)) == 9:
            return self.one_of(lambda: self.condition((), 1), lambda: self.number((), 1))
        return Atom(relation.name, keys) if relation.is_statement else ValueOf(relation.name, keys, "value")


@st.composite
def examples(draw: Draw[Any], allowance: int = 5) -> Example:
    """A program with facts and a question."""
    drawn = _Facts(draw, draw(st.integers(0, allowance)))
    facts = drawn.facts()
    rules = _Rules(draw, drawn.things, facts)
    program = rules.program()
    return Example(program, facts, rules.goal())


# ------------------------------------------------------------------------ printing


def show(node: Any) -> str:  # noqa: C901  # one case for each kind of piece
    """A piece of a program, to be read when a test fails."""
    match node:
        case tuple():
            return ", ".join(map(show, node))
        case Variable():
            return node.name
        case Constant():
            return show(node.value)
        case date():
            return node.isoformat()
        case ValueOf():
            return f"{node.relation}({show(node.arguments)}).{node.column}"
        case Apply():
            return f"{node.operation}({show(node.arguments)})"
        case Aggregate():
            of = "" if node.of is None else f"{show(node.of)} "
            return f"{node.fold.value} {{{of}for {show(node.variables)}: {show(node.where)}}}"
        case Atom():
            return f"{node.relation}({show(node.arguments)})"
        case Compare():
            return f"{show(node.left)} {node.comparison.value} {show(node.right)}"
        case Exists():
            return f"exists {show(node.expression)}"
        case Before():
            return f"{show(node.earlier)} before {show(node.later)}"
        case Not():
            return f"not ({show(node.condition)})"
        case And() | Or():
            joined = f" {type(node).__name__.lower()} ".join(map(show, node.conditions))
            return f"({joined})" if joined else f"{type(node).__name__.lower()}()"
        case Some():
            return f"some {show(node.variables)}: {show(node.condition)}"
        case On():
            how = "throughout" if node.throughout else "within"
            return f"{node.relation}({show(node.arguments)}) {how} {show(node.first)}..{show(node.last)}"
        case Rule():
            sign = "" if node.positive else "not "
            value = "" if node.value is None else f" = {show(node.value)}"
            unless = "".join(f" unless {show(exemption)}" for exemption in node.exemptions)
            return f"[{node.name}] {sign}{show(node.head)}{value} if {show(node.body)}{unless}"
        case Mark():
            return node.name
        case _:
            return str(node)


def listing(example: Example) -> str:
    """All of an example that its question could reach."""
    program, facts = example.program, example.facts
    reached = {part.relation for part in parts(example.goal) if isinstance(part, Atom | ValueOf | On | Before)}
    size = -1
    while size < len(reached):
        size = len(reached)
        for rule in program.rules:
            if rule.head.relation in reached:
                reached |= {part.relation for part in parts(rule) if isinstance(part, Atom | ValueOf | On | Before)}
    lines = [show(rule) for rule in program.rules if rule.head.relation in reached]
    lines += [f"{p.stronger} over {p.weaker}" for p in program.priorities if p.weaker.split()[0] in reached]
    for name in sorted(reached):
        lines += [f"{name}({show(key)}): {said}" for key, said in facts.statements.get(name, {}).items()]
        lines += [f"{name}({show(key)}) = {show(cell)}" for key, cell in facts.values.get(name, {}).items()]
        for id, cells in facts.records.get(name, {}).items():
            what = ", ".join(f"{column} {show(cell)}" for column, cell in cells.items())
            lines.append(f"{name} {id}{' (supposed)' if id in facts.supposed else ''}: {what}")
        lines += [f"{name}({show(span.keys)}) {span.first}..{span.last}" for span in facts.spans.get(name, [])]
        lines += [f"{one} before {other}" for one, other in facts.order.get(name, [])]
    return "\n".join([*lines, f"? {show(example.goal)}"])
