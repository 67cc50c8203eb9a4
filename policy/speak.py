"""Statements, values and open questions in the words of the vocabulary.

Everything that an explanation says is said here, from the phrases that the book declares: a relation's phrase
with its slots filled, an attribute of a record, a comparison with its two values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from engine.facts import FactBase
from engine.model import (
    Aggregate,
    Apply,
    Atom,
    Compare,
    Comparison,
    Constant,
    Exists,
    Expression,
    Fold,
    Relation,
    Rule,
    Some,
    ValueOf,
    Variable,
)
from engine.operations import ROUNDINGS
from engine.proof import Folded, Quantity
from engine.search import conjuncts
from engine.signature import dimensioned, type_of
from engine.unknowns import (
    NONE,
    UNKNOWN,
    Cases,
    Linear,
    OpenValue,
    Shaped,
    Unrecorded,
    is_symbolic,
    unrecorded_in,
)
from engine.values import DATE, Kind, Type
from policy.phrases import plural
from policy.quantities import print_value, times
from policy.relating import BY, OPERATIONS, OPPOSITE, relates
from policy.rounding import rounded
from policy.vocabulary_text import joined, with_article
from policy.words import Phrase, RecordDeclaration, Slot

_NOT_KNOWN = "not known"
_VERBS = frozenset({"is", "are", "was", "were", "has", "have", "may", "must", "will"})


@frozen
class Lexicon:
    """What the relations of a program are called: the phrase or record kind each stands for."""

    relations: Mapping[str, Relation]
    phrases: Mapping[str, Phrase]
    records: Mapping[str, RecordDeclaration]


@define
class Speaker:
    """Says things about the facts of one answer."""

    lexicon: Lexicon
    facts: FactBase
    noted: tuple[Quantity | Folded, ...] = ()
    _called: dict[OpenValue, str] = field(factory=dict, init=False, repr=False, eq=False)

    # ------------------------------------------------------------- values

    def value(self, value: Any, type: Type) -> str:
        """A value as the language writes it; what is open is described."""
        if value is NONE or value is None:
            return "none"
        if value is UNKNOWN:
            return _NOT_KNOWN
        if isinstance(value, _Words):
            return value.said
        if isinstance(value, Cases):
            plain_first = sorted((each for _, each in value.alternatives), key=is_symbolic)
            known = [self.value(each, type) for each in plain_first if each is not NONE]
            return " or ".join(known) if known and len(known) <= 3 else _NOT_KNOWN
        if isinstance(value, OpenValue):
            return self.open_value(value)
        if isinstance(value, Linear):
            return self.linear(value.terms, value.constant, value.type)
        if isinstance(value, Shaped):
            words = [self.value(each, _type_of(each)) for each in value.arguments]
            if value.operation in ROUNDINGS:
                return rounded(words[0], value.operation, value.arguments[1], value.type)
            return self._operation(value.operation, words)
        if isinstance(value, Unrecorded):
            return self.unrecorded(value)
        if type.kind is Kind.SYMBOL:
            return self.name(str(value), type)
        return print_value(value, type)

    def unrecorded(self, thing: Unrecorded, many: bool = False) -> str:
        """What the record may not show: "an award after December 31, 2026"; all of them, "awards after …"."""
        noun = thing.relation if thing.relation in self.lexicon.records else "entry"
        return f"{plural(noun) if many else with_article(noun)} {self._since(thing.relation, many)}{self._such(thing)}"

    def no_unrecorded(self, thing: Unrecorded) -> str:
        """That there is none of them: "no award after December 31, 2026"."""
        noun = thing.relation if thing.relation in self.lexicon.records else "entry"
        return f"no {noun} {self._since(thing.relation)}{self._such(thing)}"

    def _such(self, thing: Unrecorded) -> str:
        """Of what kind of it is spoken: " whose holder is Ann Lee"."""
        types = {column.name: column.type for column in self.lexicon.relations[thing.relation].columns}
        told = [f"whose {name} {_is(name)} {self.value(value, types[name])}" for name, value in thing.such]
        if not told:
            return ""
        return f" {'and ' if thing.relation in self.facts.incomplete else ''}{_listed(told)}"

    def _since(self, relation: str, many: bool = False) -> str:
        """Where what is not recorded may be."""
        if relation in self.facts.incomplete:
            return "that were not read" if many else "that was not read"
        complete = self.facts.complete_to
        return "not recorded" if complete is None else f"after {print_value(complete, DATE)}"

    def event(self, day: OpenValue, happened: bool = True) -> str | None:
        """The sentence of a dated event without its date, where an open date is that of one."""
        phrase = self.lexicon.phrases.get(day.relation)
        if phrase is None or phrase.date_slot is None or phrase.value is not None:
            return None
        declared = self.lexicon.relations[day.relation]
        thing = day.keys[0] if day.keys else None
        known = day.keys
        if isinstance(thing, Unrecorded) and thing.relation == day.relation:
            known = tuple(
                _Words(f"some {column.name}") if value is None else value
                for value, column in zip(thing.context[1:], declared.columns, strict=False)
            )[: len(phrase.slots) - 1]
        if day.type != DATE or len(known) != len(phrase.slots) - 1:
            return None
        return self._fill(self.dateless(phrase, happened), declared, known)

    def name(self, id: str, type: Type) -> str:
        """A name; a supposed record is called so."""
        return f"the supposed {type.name}" if id in self.facts.supposed else id

    def open_value(self, value: OpenValue) -> str:
        """What an open value is called: "the supposed grant's exercise price"."""
        if value not in self._called:
            self._called[value] = self._open_value(value)
        return self._called[value]

    def _open_value(self, value: OpenValue) -> str:
        thing = value.keys[0] if value.keys else None
        if isinstance(thing, Unrecorded):
            event = self.event(value)
            if event is not None:
                return f"the day {event}"
            of = self.unrecorded(thing, many=not value.relation)
            if not value.relation:
                return f"what {of} add"
            if self._is_another(value):
                return f"another such {value.type.name}"
            return f"the {value.column} of {of}" if thing.relation in self.lexicon.records else f"some {value.column}"
        if not value.relation:
            other = next((key for key in value.keys if self._is_another(key)), None)
            if other is not None:
                others = f"other such {plural(other.type.name)}"
                return f"the number of {others}" if value.column == "number" else f"what {others} add"
            return "that day" if value.type == DATE else f"the {value.column} asked for"
        return self.quantity(value.relation, value.keys, value.column)

    def _is_another(self, value: Any) -> bool:
        """Whether a value is what a statement may be about without any row to show it."""
        if not isinstance(value, OpenValue) or value.type.kind is not Kind.SYMBOL:
            return False
        return unrecorded_in(value) is not None and value.relation not in self.lexicon.records

    def _any(self, value: Any) -> Any:
        """A value as it is denied: "any percentage", of one that no row shows."""
        if isinstance(value, OpenValue) and unrecorded_in(value) is not None:
            said = self.open_value(value)
            return _Words(f"any {said.removeprefix('some ')}") if said.startswith("some ") else value
        return value

    def valued(self, relation: str, keys: tuple[Any, ...], column: str, value: Any) -> str:
        """What a value is, or that there is none."""
        words = self.quantity(relation, keys, column)
        if value is NONE:
            return _there_is_no(words, self.be(relation, column))
        type = next(each.type for each in self.lexicon.relations[relation].columns if each.name == column)
        return f"{words} {self.be(relation, column)} {self.value(value, type)}"

    def be(self, relation: str, column: str) -> str:
        """Whether a value is, or are."""
        declared = self.lexicon.relations.get(relation)
        phrase = self.lexicon.phrases.get(relation)
        if declared is None or declared.record or phrase is None:
            return _is(column)
        return phrase.verb or "is"

    def quantity(self, relation: str, keys: tuple[Any, ...], column: str) -> str:
        """The phrase for a value: an attribute of a record, or a value phrase."""
        declared = self.lexicon.relations[relation]
        if declared.record:
            return f"{possessive(self.value(keys[0], declared.columns[0].type))} {column}"
        phrase = self.lexicon.phrases[relation]
        if phrase.date_slot is not None and phrase.value is None:
            return f"the day {self._fill(self.dateless(phrase), declared, keys)}"
        return self._fill(phrase.parts, declared, keys)

    def linear(self, terms: tuple[tuple[Any, Any], ...], constant: Any, type: Type) -> str:
        """A sum of unknowns with coefficients and a constant."""
        parts: list[tuple[bool, str]] = []
        for unknown, factor in terms:
            name = self.value(unknown, unknown.type)
            size = abs(factor)
            each = dimensioned(type, unknown.type, -1)  # what one of it makes: dollars for each day
            parts.append((factor < 0, name if size == 1 and not each.dimension else f"{times(size, each)} {name}"))
        if constant:
            further = any(isinstance(unknown, OpenValue) and not unknown.relation for unknown, _ in terms)
            parts.insert(0 if further else len(parts), (constant < 0, print_value(abs(constant), type)))
        parts.sort(key=lambda part: part[0])
        words = parts[0][1] if not parts[0][0] else f"0 minus {parts[0][1]}"
        for negative, part in parts[1:]:
            words += f" {'minus' if negative else 'plus'} {part}"
        return words

    # --------------------------------------------------------- statements

    def statement(self, relation: str, arguments: tuple[Any, ...], holds: bool = True, during: str = "from") -> str:
        """The phrase of a statement with its slots filled, or its negation; ``during``: how it lies in an interval."""
        declared = self.lexicon.relations[relation]
        phrase = self.lexicon.phrases.get(relation)
        if phrase is None:
            return self._undeclared(declared, arguments, holds)
        day = arguments[-1] if arguments else None
        if isinstance(day, OpenValue) and day.relation == relation and self.event(day) is not None:
            some = self.facts.complete_to is None or declared.name in self.facts.incomplete
            since = "on some day" if some else self._since(declared.name)
            return f"{self.event(day, holds)} {since}"
        other = next((place for place, each in enumerate(arguments) if self._is_another(each)), None)
        if not holds and other is not None:  # of anything that no row shows
            said = f"other such {arguments[other].type.name}"
            if not other or not phrase.negative:
                return self.statement(relation, (*arguments[:other], _Words(f"no {said}"), *arguments[other + 1 :]))
            arguments = tuple(
                _Words(f"any {said}") if place == other else self._any(each) for place, each in enumerate(arguments)
            )
        parts = phrase.parts if holds or not phrase.negative else phrase.negative
        if declared.span:
            said = self._fill(parts, declared, arguments[: declared.keys])
            days = [self.value(day, DATE) for day in arguments[declared.keys :]]
            if not days:
                return said
            return f"{said} on {days[0]}" if len(set(days)) == 1 else f"{said} {during} {days[0]} to {days[-1]}"
        return self._fill(parts, declared, arguments)

    def _undeclared(self, declared: Relation, arguments: tuple[Any, ...], holds: bool) -> str:
        named = " and ".join(
            self.value(each, column.type) for each, column in zip(arguments, declared.columns, strict=False)
        )
        if declared.record:
            return f"{named} is {'' if holds else 'not '}recorded"
        if declared.name.startswith("exempt "):
            names, _, _ = declared.name.removeprefix("exempt ").rpartition(" for ")
            clauses = ", ".join(f"§ {each}" for each in names.replace(" other than ", " other than § ").split(", "))
            return f"{clauses} {'does not apply' if holds else 'applies'} to {named}"
        return f"{named} is {'' if holds else 'not '}{with_article(declared.name)}"

    def _fill(self, parts: tuple[str | Slot, ...], declared: Relation, values: tuple[Any, ...]) -> str:
        words: list[str] = []
        place = 0
        for part in parts:
            if isinstance(part, Slot):
                if place < len(values):
                    words.append(self.value(values[place], declared.columns[place].type))
                place += 1
            elif part == "'s" and words:
                words[-1] = possessive(words[-1])
            else:
                words.append(part)
        return " ".join(words)

    @staticmethod
    def dateless(phrase: Phrase, happened: bool = True) -> tuple[str | Slot, ...]:
        """The parts of an event phrase, or of its negation, without its ``on *a date*``."""
        return (phrase.parts if happened or not phrase.negative else phrase.negative)[:-2]

    # ------------------------------------------------------- suppositions

    def supposed(self, relation: str, id: str) -> str:
        """A supposed record by what is supposed of it: "a grant whose grantee is Ann Lee and whose …"."""
        declared = self.lexicon.relations[relation]
        found = self.facts.find(relation, (id,))
        if found is None:
            return f"the supposed {relation}"
        table, number = found
        qualities = [
            f"whose {column.name} {_is(column.name)} {self.value(cell, column.type)}"
            for column, cell in zip(declared.columns[1:], table.cells(number)[1:], strict=True)
            if cell is not UNKNOWN and cell is not NONE
        ]
        return " ".join([with_article(relation), _listed(qualities)]).rstrip()

    def bounded(self, phrase: Phrase, arguments: tuple[str, ...], place: int, most: str | None) -> str:
        """An asked phrase as a statement of the most that would be allowed in one of its slots."""
        if most is None:
            return f"No number of {phrase.slots[place].noun} would be allowed."
        said = list(arguments)
        said[place] = most
        words: list[str] = []
        verb = ""
        slots = iter(enumerate(said))
        for part in phrase.parts:
            if isinstance(part, Slot):
                at, word = next(slots)
                if at == place:  # "at most a further 100 shares"
                    words.insert(len(words) - 2 if words[-2:] == ["a", "further"] else len(words), "at most")
                words.append(word)
                if verb:
                    words.append(verb)
                    verb = ""
            elif part in _VERBS and not words:
                verb = part
            else:
                words.append(part)
        text = " ".join(words)
        return f"{text[:1].upper()}{text[1:]}."

    # --------------------------------------------------------- expressions

    def expression(self, expression: Expression, bound: Mapping[str, Any]) -> str:
        """An expression in words, its variables replaced by what they stand for."""
        match expression:
            case Variable():
                return self.value(bound.get(expression.name), expression.type)
            case Constant():
                return self.value(expression.value, expression.type)
            case ValueOf():
                return self._value_of(expression, bound) + self._noted(expression, bound)
            case Apply():
                words = [self.expression(each, bound) for each in expression.arguments]
                share = expression.arguments[0]
                if expression.operation in ROUNDINGS and isinstance(step := expression.arguments[1], Constant):
                    return rounded(words[0], expression.operation, step.value, step.type)
                if expression.operation == "multiply" and isinstance(share, Constant) and _is_share(share):
                    return f"{times(share.value)} {words[1]}"  # type: ignore[arg-type]  # a number here
                return self._operation(expression.operation, words)
            case Aggregate():
                return self._aggregate(expression, bound) + self._noted(expression, bound)

    def _aggregate(self, aggregate: Aggregate, bound: Mapping[str, Any]) -> str:
        event = self._event_of(aggregate)
        if event is not None:
            which = "first" if aggregate.fold is Fold.LOWEST else "last"
            parts = self.dateless(self.lexicon.phrases[event.relation])
            return f"the {which} day {self.filled(parts, event.arguments, bound)}"
        kind = aggregate.variables[0].type.name
        if aggregate.of is None:
            return f"the number of {kind}s counted"
        words = {Fold.TOTAL: "total", Fold.PRODUCT: "product", Fold.HIGHEST: "highest", Fold.LOWEST: "lowest"}
        return f"the {words[aggregate.fold]} of the {kind}s' {self._attribute_of(aggregate.of)}"

    def _event_of(self, aggregate: Aggregate) -> Atom | None:
        """The event whose first or last day an aggregate is."""
        if aggregate.fold not in (Fold.LOWEST, Fold.HIGHEST) or not isinstance(aggregate.of, Variable):
            return None
        day = aggregate.of
        for part in conjuncts(aggregate.where):
            inner = part.condition if isinstance(part, Some) else part
            for atom in conjuncts(inner):
                if isinstance(atom, Atom) and atom.arguments[-1:] == (day,):
                    phrase = self.lexicon.phrases.get(atom.relation)
                    return atom if phrase is not None and phrase.date_slot is not None else None
        return None

    def _attribute_of(self, expression: Expression) -> str:
        return expression.column if isinstance(expression, ValueOf) else "amounts"

    def _value_of(self, expression: ValueOf, bound: Mapping[str, Any]) -> str:
        declared = self.lexicon.relations[expression.relation]
        if declared.record:
            return f"{possessive(self.expression(expression.arguments[0], bound))} {expression.column}"
        phrase = self.lexicon.phrases[expression.relation]
        parts: tuple[str | Slot, ...] = phrase.parts
        if phrase.date_slot is not None and phrase.value is None:
            parts = ("the", "day", *self.dateless(phrase))
        return self.filled(parts, expression.arguments, bound)

    def filled(self, parts: tuple[str | Slot, ...], filling: tuple[Expression, ...], bound: Mapping[str, Any]) -> str:
        """A phrase with expressions in its slots."""
        words: list[str] = []
        arguments = iter(filling)
        for part in parts:
            if isinstance(part, Slot):
                argument = next(arguments, None)
                if argument is not None:
                    words.append(self.expression(argument, bound))
            elif part == "'s" and words:
                words[-1] = possessive(words[-1])
            else:
                words.append(part)
        return " ".join(words)

    def _operation(self, operation: str, arguments: list[str]) -> str:
        if operation == "only":
            return arguments[0].replace("the first day ", "the day ", 1)
        form = OPERATIONS.get(operation)
        if form is None:
            return f"{operation.replace('_', ' ')} of {' and '.join(arguments)}"
        return form.format(*arguments)

    def conclusion(self, rule: Rule, bound: Mapping[str, Any], value: Any) -> str:
        """What a rule concludes in an instance, with its value."""
        declared = self.lexicon.relations[rule.head.relation]
        arguments = tuple(
            bound.get(argument.name) if isinstance(argument, Variable) else argument.value  # type: ignore[union-attr]
            for argument in rule.head.arguments
        )
        if rule.value is None:
            return self.statement(declared.name, arguments, rule.positive)
        return self.valued(declared.name, arguments, declared.columns[-1].name, value)

    def worked_out(self, expression: Expression, bound: Mapping[str, Any], notes: Iterable[Quantity | Folded]) -> str:
        """An expression with the values in it: "25% of A-1's shares (8,000 shares) times …"."""
        return Speaker(self.lexicon, self.facts, tuple(notes)).expression(expression, bound)

    def _noted(self, expression: ValueOf | Aggregate, bound: Mapping[str, Any]) -> str:
        """The value that a proof notes of a part of an expression, in brackets."""
        for note in self.noted:
            if isinstance(note, Folded):
                found = note.aggregate is expression
            else:
                found = isinstance(expression, ValueOf) and self._is_of(note, expression, bound)
            if found and not isinstance(note.value, (Cases, OpenValue, Linear, Shaped)):
                return f" ({self.value(note.value, self.type_of(expression))})"
        return ""

    def _is_period(self, note: Quantity | Folded) -> bool:
        if not isinstance(note, Quantity):
            return False
        columns = self.lexicon.relations[note.relation].columns
        return any(column.name == note.column and column.type.kind is Kind.PERIOD for column in columns)

    @staticmethod
    def _is_of(note: Quantity, expression: ValueOf, bound: Mapping[str, Any]) -> bool:
        named = zip(expression.arguments, note.arguments, strict=False)
        same = (not isinstance(each, Variable) or bound.get(each.name) == value for each, value in named)
        return (note.relation, note.column) == (expression.relation, expression.column) and all(same)

    # --------------------------------------------------------- comparisons

    def compared(
        self,
        condition: Compare,
        bound: Mapping[str, Any],
        left: Any,
        right: Any,
        holds: bool,
        notes: tuple[Quantity | Folded, ...] = (),
    ) -> str:
        """A comparison with its values: "the shares are 110,000 shares, which exceed 100,000 shares".

        Of what a proof notes, the periods are told that a day is reckoned by: "the death window (90 days) after …".
        """
        type = self.type_of(condition.left)
        if type.kind is Kind.DATE and (periods := tuple(note for note in notes if self._is_period(note))):
            return Speaker(self.lexicon, self.facts, periods).compared(condition, bound, left, right, holds)
        comparison = condition.comparison if holds else OPPOSITE[condition.comparison]
        subject = self.expression(condition.left, bound)
        plural = self._is_plural(condition.left, bound)
        day = _open_day(left)
        if day is not None and comparison in BY and self.event(day) is not None:
            happened, when = BY[comparison]
            return f"{self.event(day, happened)} {when} {self._right(condition.right, bound, right, type)}"
        for side, value in ((condition.left, left), (condition.right, right)):
            if value is NONE:  # what there is not is neither before nor after anything
                return _there_is_no(self.expression(side, bound), "are" if self._is_plural(side, bound) else "is")
        said_left = self.value(left, type)
        said_right = self._right(condition.right, bound, right, type)
        be = "are" if plural else "is"
        if comparison is Comparison.IS and said_left == self.value(right, type):
            named = subject == said_left and said_right != said_left
            return f"{self.expression(condition.right, bound) if named else subject} {be} {said_left}"
        if isinstance(left, OpenValue) and comparison is not Comparison.IS:
            return f"{said_left} {relates(comparison, plural, type)} {said_right}"
        if holds and subject == self.expression(condition.right, bound):
            return f"{subject} {be} {said_left}"  # that a value is on or after itself tells nobody anything
        if subject == said_left:
            return f"{subject} {relates(comparison, plural, type)} {said_right}"
        if said_left == _NOT_KNOWN and comparison not in (Comparison.IS, Comparison.IS_NOT):
            return f"{subject} {relates(comparison, plural, type)} {said_right} in every case"
        if comparison is Comparison.IS_NOT:
            return f"{subject} {be} {said_left}, not {said_right}"
        return f"{subject} {be} {said_left}, which {relates(comparison, plural, type)} {said_right}"

    def uncertain(self, condition: Compare, bound: Mapping[str, Any]) -> str:
        """A comparison whose outcome is open, without the values."""
        left, right = (self.expression(side, bound) for side in (condition.left, condition.right))
        plural = self._is_plural(condition.left, bound)
        return f"{left} {relates(condition.comparison, plural, self.type_of(condition.left))} {right}"

    def _is_plural(self, expression: Expression, bound: Mapping[str, Any]) -> bool:
        """Whether an expression in words takes a plural verb: "the shares exceed", "3,501 shares exceed"."""
        match expression:
            case ValueOf():
                return self.be(expression.relation, expression.column) == "are"
            case Variable() | Constant():
                value = bound.get(expression.name) if isinstance(expression, Variable) else expression.value
                return _plural_name(expression.type.name) and isinstance(value, (int, Fraction)) and value != 1
            case Apply() if expression.operation in ("add", "subtract", "multiply", "divide", *ROUNDINGS):
                return any(self._is_plural(each, bound) for each in expression.arguments)
            case _:
                return False

    def _right(self, expression: Expression, bound: Mapping[str, Any], value: Any, type: Type) -> str:
        words = self.expression(expression, bound)
        if value is NONE:
            return f"{words}, which does not exist"
        said = self.value(value, type)
        return words if words == said or isinstance(expression, Constant) else f"{words} ({said})"

    def type_of(self, expression: Expression) -> Type:
        """The type of an expression's value."""
        return type_of(expression, self.lexicon.relations)

    def existence(self, condition: Exists, bound: Mapping[str, Any], value: Any, holds: bool) -> str:
        """That an expression has a value, with it, or has none."""
        words = self.expression(condition.expression, bound)
        if not holds:
            return _there_is_no(words, "are" if self._is_plural(condition.expression, bound) else "is")
        be = "are" if self._is_plural(condition.expression, bound) else "is"
        return f"{words} {be} {self.value(value, self.type_of(condition.expression))}"


_NUMBER = Type("number", Kind.NUMBER)


@frozen
class _Words:
    """What stands in the place of a value that has no name."""

    said: str


def _open_day(value: Any) -> OpenValue | None:
    """The open day that a value is, if there is one."""
    each = [value] if not isinstance(value, Cases) else [one for _, one in value.alternatives if one is not NONE]
    return each[0] if len(each) == 1 and isinstance(each[0], OpenValue) and each[0].type.kind is Kind.DATE else None


def possessive(words: str) -> str:
    """``the grant's``; ``the members'``; of a name always with an s, ``Chris's``."""
    return joined((words, "'s"))


def _there_is_no(words: str, be: str) -> str:
    named = not words.startswith("the ") or "'s " in words
    return f"{words} {be} none" if named else f"there {be} no {words.removeprefix('the ')}"


def _type_of(value: Any) -> Type:
    if isinstance(value, date):
        return DATE
    result = getattr(value, "type", None)
    return result if isinstance(result, Type) else _NUMBER


def _is_share(constant: Constant) -> bool:
    """A factor that says which share of a thing is meant: 25%, 1/3, 100%."""
    number = constant.value
    return not constant.type.dimension and (number == 1 or isinstance(number, Fraction))


def _plural_name(name: str) -> bool:
    return name.endswith("s") and not name.endswith("ss")


def _is(name: str) -> str:
    return "are" if _plural_name(name) else "is"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
