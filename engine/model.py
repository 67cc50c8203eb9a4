"""The data a program is made of: relations, conditions, expressions, rules and priorities.

All of it is frozen and compares by meaning: an `Origin` (which clause, which place) never takes part
in equality. A program is checked and frozen by `engine.program.build`; it is evaluated by
`engine.evaluate`.

A *relation* has columns, of which the first ``keys`` identify a row.

* A **statement** ("P is an employee of C") is a relation all of whose columns are keys.
* A **value** ("the closing price for D is V") is a relation with one column after its keys.
* A **record kind** ("a grant has a grantee, a date and shares") has one key, the record's id, and a
  column for each attribute.
* A **span** ("P is an employee, over time") is a statement that holds on the days of recorded
  intervals: it is asked with one more argument, the day.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum

from attrs import field, frozen

from engine.values import Calendar, Type, Value


@frozen
class Origin:
    """Where something comes from: an opaque clause id, and a place that only the caller understands."""

    clause: str = ""
    place: Hashable = None


NOWHERE = Origin()


class Silence(Enum):
    """What it means that the facts say nothing about a row of a relation."""

    FALSE = "false"  # closed: not recorded is not so (a value does not exist)
    UNKNOWN = "unknown"  # open: either may be
    ASSUMED = "assumed"  # taken as stated in `Relation.assumed` until the facts say otherwise
    CONCLUDED = "concluded"  # only rules tell; facts may still override them


@frozen
class Column:
    """A column: its name, its type, and whether there may be none: of an open value, whether it may not exist."""

    name: str
    type: Type
    optional: bool = False


@frozen
class Relation:
    """A relation; see the module's description.

    ``time`` is the column that dates a row: where the record is complete only to some day, rows
    dated later may exist unrecorded. ``span`` statements carry their interval apart from the
    columns. ``open_for_supposed``: about a supposed record, silence means unknown whatever
    ``silence`` says. ``reading`` names a reading that an assumed relation takes.
    """

    name: str
    columns: tuple[Column, ...]
    keys: int
    silence: Silence = Silence.CONCLUDED
    assumed: Value | bool | None = None
    reading: str | None = None
    time: int | None = None
    span: bool = False
    record: bool = False
    open_for_supposed: bool = False
    origin: Origin = field(default=NOWHERE, eq=False)

    @property
    def is_statement(self) -> bool:
        return not self.record and self.keys == len(self.columns)


# ---------------------------------------------------------------- expressions


@frozen(cache_hash=True)
class Variable:
    """A variable; two variables of one rule with the same name are the same."""

    name: str
    type: Type


@frozen
class Constant:
    value: Value
    type: Type


@frozen
class ValueOf:
    """The value in one column of the row with these keys: an attribute of a record, or a value."""

    relation: str
    arguments: tuple[Expression, ...]
    column: str
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Apply:
    """An operation of `engine.operations` on exact values."""

    operation: str
    arguments: tuple[Expression, ...]
    origin: Origin = field(default=NOWHERE, eq=False)


class Fold(Enum):
    """What an aggregate does with the values of its members."""

    TOTAL = "total"
    NUMBER = "number"
    PRODUCT = "product"
    HIGHEST = "highest"
    LOWEST = "lowest"


@frozen
class Aggregate:
    """A fold of ``of`` over the members: the bindings of ``variables`` for which ``where`` holds.

    ``NUMBER`` counts the members and has no ``of``. Over no members a total and a number are 0, a
    product is 1, the highest and lowest do not exist.
    """

    fold: Fold
    of: Expression | None
    variables: tuple[Variable, ...]
    where: Condition
    origin: Origin = field(default=NOWHERE, eq=False)


Expression = Variable | Constant | ValueOf | Apply | Aggregate

# ----------------------------------------------------------------- conditions


@frozen
class Atom:
    """A row of a relation, named by its keys (a span: and the day): it holds where it is stated or concluded."""

    relation: str
    arguments: tuple[Expression, ...]
    origin: Origin = field(default=NOWHERE, eq=False)


class Comparison(Enum):
    IS = "="
    IS_NOT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@frozen
class Compare:
    """Both sides exist and stand in this relation to each other."""

    comparison: Comparison
    left: Expression
    right: Expression
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Exists:
    """The expression has a value ("the grant has a replaced grant")."""

    expression: Expression
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Before:
    """One record of an ordered kind comes before another: by date, then by the recorded order.

    On one day without a recorded order this is unknown; a supposed record comes after all of its day.
    """

    earlier: Expression
    later: Expression
    relation: str
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Not:
    condition: Condition
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class And:
    conditions: tuple[Condition, ...]
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Or:
    conditions: tuple[Condition, ...]
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Some:
    """There are values of the variables for which the condition holds.

    Each variable must be bound by an atom (or an equality) that holds positively inside the condition.
    """

    variables: tuple[Variable, ...]
    condition: Condition
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class On:
    """A span statement at more than one day: throughout, or at some day of, the interval (both ends included)."""

    relation: str
    arguments: tuple[Expression, ...]
    first: Expression
    last: Expression
    throughout: bool
    origin: Origin = field(default=NOWHERE, eq=False)


Condition = Atom | Compare | Exists | Before | Not | And | Or | Some | On

ALWAYS = And(())

# ---------------------------------------------------------------------- rules


@frozen
class Rule:
    """If ``body`` holds and nothing above it says otherwise, the head holds (or does not, or has ``value``).

    ``head`` arguments are variables or constants. ``value`` is given exactly where the head's
    relation is a value. Variables of the body that the head lacks are existential. ``exemptions``
    switch the rule off: it does not apply where one of them holds.
    """

    name: str
    head: Atom
    body: Condition = ALWAYS
    positive: bool = True
    value: Expression | None = None
    exemptions: tuple[Atom, ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Priority:
    """The rule named ``stronger`` defeats the rule named ``weaker`` wherever they conclude otherwise."""

    stronger: str
    weaker: str
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Program:
    """Relations, rules and priorities, as given; `engine.program.build` checks them."""

    relations: tuple[Relation, ...]
    rules: tuple[Rule, ...]
    priorities: tuple[Priority, ...] = ()
    calendar: Calendar = Calendar()
