"""Types: what every term of a sentence is, and whether it fits where it stands.

Numbers fit by dimension (shares times money per share is money), symbols by the name of their type. A
calendar period, a count of days and a year are three different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from attrs import Factory, define

from engine.model import Comparison, Fold
from engine.operations import ROUNDINGS
from engine.signature import dimensioned
from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Type
from policy.diagnostic import Diagnostic
from policy.quantities import MONEY, MONEY_PER_SHARE, example, print_value
from policy.relations import happens_once
from policy.rounding import units_of
from policy.source import Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Attribute,
    Call,
    ComesBefore,
    Compared,
    Condition,
    DayOf,
    ExemptionSentence,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    Name,
    NoneOf,
    Operation,
    Quantity,
    Question,
    RuleSentence,
    Sentence,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.words import Heading, Phrase, RecordDeclaration, Slot

Records = Mapping[str, RecordDeclaration]
"""Record kinds by the name of their type."""

_ALIKE = frozenset({"add", "subtract", "excess", "lesser", "greater"})

_SIGNATURES: dict[str, tuple[tuple[Type, ...], Type]] = {
    "earlier": ((DATE, DATE), DATE),
    "later": ((DATE, DATE), DATE),
    "after": ((PERIOD, DATE), DATE),
    "before": ((PERIOD, DATE), DATE),
    "day_after": ((DATE,), DATE),
    "day_before": ((DATE,), DATE),
    "year_of": ((DATE,), YEAR),
    "first_of_month": ((DATE,), DATE),
    "last_of_month": ((DATE,), DATE),
    "first_of_year": ((DATE,), DATE),
    "last_of_year": ((DATE,), DATE),
    "first_of_next_month": ((DATE,), DATE),
    "day_number": ((DATE,), NUMBER),
    "whole_years": ((DATE, DATE), NUMBER),
    "days_between": ((DATE, DATE), NUMBER),
    "business_days_after": ((NUMBER, DATE), DATE),
    "business_days_before": ((NUMBER, DATE), DATE),
    "first_business_day": ((DATE,), DATE),
}

_TIME_TERMS: dict[Time, tuple[Type, ...]] = {
    Time.ON: (DATE,),
    Time.BEFORE: (DATE,),
    Time.ON_OR_BEFORE: (DATE,),
    Time.AFTER: (DATE,),
    Time.ON_OR_AFTER: (DATE,),
    Time.IN: (YEAR,),
    Time.WITHIN_BEFORE: (PERIOD, DATE),
    Time.WITHIN_AFTER: (PERIOD, DATE),
    Time.WITHIN_FROM: (PERIOD, DATE),
    Time.THROUGHOUT: (DATE, DATE),
    Time.AT_ANY_TIME_IN: (YEAR,),
    Time.AT_ANY_TIME_FROM: (DATE, DATE),
    Time.FROM: (DATE, DATE),
}

_TIMES_OF_SPANS = frozenset({Time.ON, Time.THROUGHOUT, Time.AT_ANY_TIME_IN, Time.AT_ANY_TIME_FROM, Time.FROM})
_TIMES_OF_EVENTS = frozenset(_TIME_TERMS) - (_TIMES_OF_SPANS - {Time.ON})

_EQUALITIES = frozenset({Comparison.IS, Comparison.IS_NOT})


def fits(actual: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where another is wanted."""
    if actual.kind is not wanted.kind:
        return False
    if actual.kind is Kind.NUMBER:
        return actual.dimension == wanted.dimension
    return actual.kind is not Kind.SYMBOL or actual.name == wanted.name


def is_year_of_date(condition: Compared) -> bool:
    """Whether a comparison says in which year a date falls (``X is in Y``)."""
    return condition.left.type.kind is Kind.DATE and fits(condition.right.type, YEAR)


def wording(phrase: Phrase) -> str:
    """The fixed words of a phrase, as messages name it."""
    return " ".join(part if isinstance(part, str) else "…" for part in phrase.parts).strip("… ").replace("  ", " ")


def with_article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeio" else f"a {noun}"


def shown(span: Span) -> str:
    """The words of a place in one line."""
    return " ".join(span.text.split())


@define(eq=False)
class TypeChecker:
    """Collects what does not fit in one sentence."""

    records: Records
    problems: list[Diagnostic] = Factory(list)

    # ------------------------------------------------------------ sentences

    def sentence(self, tree: Sentence) -> None:
        match tree:
            case RuleSentence():
                self._conclusion(tree.conclusion)
                if tree.condition is not None:
                    self.condition(tree.condition)
            case ExemptionSentence():
                if tree.condition is not None:
                    self.condition(tree.condition)

    def _conclusion(self, tree: Holds | Compared) -> None:
        if isinstance(tree, Holds):
            self._concludes(tree.phrase, tree.span)
            self._holds(tree)
            return
        if not isinstance(tree.left, Call) or tree.comparison is not Comparison.IS:
            self._problem("E0308", "a rule concludes a phrase, or that a declared value is something", tree.span)
            return
        self._concludes(tree.left.phrase, tree.left.span)
        self._compared(tree)

    def _concludes(self, phrase: Phrase, span: Span) -> None:
        if phrase.heading is not Heading.CONCLUDED:
            self._problem(
                "E0308",
                f"`{wording(phrase)}` stands under `{phrase.heading.value}`, so a rule may not conclude it",
                span,
                expected=("a phrase under `Concluded`",),
            )

    def question(self, tree: Question) -> None:
        if isinstance(tree.of, Condition):
            self.condition(tree.of, asked=True)
        else:
            self.term(tree.of)
        if isinstance(tree.open, Attribute):
            self.term(tree.open)
        for fact in tree.supposing:
            self.stated(fact)

    # ----------------------------------------------------------- conditions

    def stated(self, tree: Condition, known: bool = True) -> None:
        """A fact: an event that did not happen, or of which it is not known, has no day to state."""
        if isinstance(tree, Holds) and tree.when is None and happens_once(tree.phrase) and (tree.negated or not known):
            self._fill(tree.phrase, tree.phrase.slots, tree.arguments)
        else:
            self.condition(tree)

    def condition(self, tree: Condition, asked: bool = False) -> None:
        match tree:
            case Holds():
                if tree.phrase.heading is Heading.ASKED and not asked:
                    self._problem("E0308", f"`{wording(tree.phrase)}` can only be asked", tree.span)
                self._holds(tree)
            case Compared():
                self._compared(tree)
            case HasAttribute():
                self._attribute(tree.of, tree.attribute, tree.span)
            case ComesBefore():
                self._comes_before(tree)
            case ItIsNot():
                self.condition(tree.condition, asked)
            case AllOf() | AnyOf() | NoneOf():
                for part in tree.conditions:
                    self.condition(part, asked)
            case ThereIs():
                self.condition(tree.where)

    def _holds(self, tree: Holds) -> None:
        phrase = tree.phrase
        slots = phrase.slots
        if phrase.date_slot is not None and len(tree.arguments) < len(slots):
            slots = slots[:-1]
        self._fill(phrase, slots, tree.arguments)
        if tree.when is not None:
            self._when(phrase, tree.when)
        elif phrase.heading is Heading.RECORDED_OVER_TIME:
            self._problem(
                "E0307",
                f"`{wording(phrase)}` holds over time: say when",
                tree.span,
                expected=("on a date", "throughout D to E", "at any time from D to E", "at any time in Y"),
            )
        elif len(slots) < len(phrase.slots):
            self._problem(
                "E0307",
                f"`{wording(phrase).removesuffix(' on')}` wants its date",
                tree.span,
                expected=("on a date", "before a date", "in a year"),
            )

    def _when(self, phrase: Phrase, when: When) -> None:
        over_time = phrase.heading is Heading.RECORDED_OVER_TIME
        if when.time not in (_TIMES_OF_SPANS if over_time else _TIMES_OF_EVENTS):
            kind = "holds over time" if over_time else "happens on a day"
            self._problem("E0307", f"`{wording(phrase)}` {kind}; `{when.time.value}` does not fit it", when.span)
            return
        if not over_time and phrase.date_slot is None:
            self._problem("E0307", f"`{wording(phrase)}` has no date", when.span)
            return
        for term, wanted in zip(when.terms, _TIME_TERMS[when.time], strict=False):
            self._wants(f"`{when.time.value}`", term, wanted, wanted.name)

    def _fill(self, phrase: Phrase, slots: tuple[Slot, ...], arguments: tuple[Term, ...]) -> None:
        for slot, argument in zip(slots, arguments, strict=False):
            self._wants(f"`{wording(phrase)}`", argument, slot.type, slot.noun)

    def _wants(self, who: str, term: Term, wanted: Type, noun: str) -> None:
        actual = self.term(term)
        if actual is not None and not fits(actual, wanted):
            self._problem(
                "E0302",
                f"{who} wants {_kind_of_thing(wanted, noun)}; `{shown(term.span)}` is {_kind_of_thing(actual)}",
                term.span,
                expected=(_kind_of_thing(wanted, noun),),
            )

    def _compared(self, tree: Compared) -> None:
        left, right = self.term(tree.left), self.term(tree.right)
        if left is None or right is None:
            return
        if tree.comparison in _EQUALITIES and left.kind is Kind.DATE and fits(right, YEAR):
            return
        if not fits(left, right):
            self._problem(
                "E0303",
                f"`{shown(tree.left.span)}` is {_kind_of_thing(left)} and `{shown(tree.right.span)}` is "
                f"{_kind_of_thing(right)}: they cannot be compared",
                tree.span,
                expected=(_with_example(left),),
                nearest=_in_unit(tree.right, left) or self._attributes_of(tree.left, left, right),
            )
        elif tree.comparison not in _EQUALITIES and left.kind in (Kind.SYMBOL, Kind.PERIOD):
            hint = "compare the days on which they end" if left.kind is Kind.PERIOD else "`is` or `is not`"
            self._problem("E0304", f"one {left.name} is not more or less than another", tree.span, expected=(hint,))

    def _attributes_of(self, term: Term, type: Type, wanted: Type) -> tuple[str, ...]:
        """The attributes of a record that are of a type: what is compared where the record itself was named."""
        record = self.records.get(type.name)
        names = () if record is None else (each.name for each in record.attributes if fits(each.type, wanted))
        return tuple(f"{shown(term.span)}'s {name}" for name in names)

    def _comes_before(self, tree: ComesBefore) -> None:
        earlier, later = self.term(tree.earlier), self.term(tree.later)
        if earlier is None or later is None:
            return
        record = self.records.get(earlier.name)
        if record is None or record.ordered_by is None:
            self._problem("E0309", f"no order is declared for {_kind_of_thing(earlier)}", tree.span)
        elif not fits(later, earlier):
            self._problem(
                "E0303",
                f"`{shown(tree.later.span)}` is {_kind_of_thing(later)}, not {_kind_of_thing(earlier)}",
                tree.later.span,
            )

    # ---------------------------------------------------------------- terms

    def term(self, term: Term) -> Type | None:
        """The type of a term, or None where it has none (that is then reported)."""
        match term:
            case Mention() | Name() | Quantity():
                return term.type
            case Attribute():
                return self._attribute(term.of, term.attribute, term.span)
            case Call():
                self._fill(term.phrase, term.phrase.slots, term.arguments)
                return term.phrase.value
            case Operation():
                return self._operation(term)
            case DayOf():
                self._fill(term.phrase, term.phrase.slots, term.arguments)
                return DATE
            case AggregateTerm():
                return self._aggregate(term)

    def _attribute(self, of: Term, attribute: str, span: Span) -> Type | None:
        owner = self.term(of)
        if owner is None:
            return None
        record = self.records.get(owner.name)
        if record is None:
            self._problem("E0306", f"{_kind_of_thing(owner)} has no attributes", span)
            return None
        for known in record.attributes:
            if known.name == attribute:
                return known.type
        self._problem(
            "E0306",
            f"{_kind_of_thing(owner)} has no {attribute}",
            span,
            nearest=tuple(known.name for known in record.attributes),
        )
        return None

    def _aggregate(self, term: AggregateTerm) -> Type | None:
        self.condition(term.where)
        of = None if term.of is None else self.term(term.of)
        if term.fold is Fold.NUMBER:
            return NUMBER
        if of is None:
            return None
        numeric = term.fold in (Fold.TOTAL, Fold.PRODUCT)
        if of.kind in (Kind.SYMBOL, Kind.PERIOD) or (numeric and of.kind is Kind.DATE):
            self._problem("E0305", f"there is no {term.fold.value} of {_kind_of_thing(of)}", term.span)
            return None
        if term.fold is Fold.PRODUCT and of.dimension:
            self._problem("E0305", f"a product over many wants numbers, not {_kind_of_thing(of)}", term.span)
            return None
        return of

    def _operation(self, term: Operation) -> Type | None:
        types = [self.term(argument) for argument in term.arguments]
        if any(each is None for each in types):
            return None
        known = [each for each in types if each is not None]
        if term.operation in _SIGNATURES:
            return self._fixed(term, known)
        if wrong := [(a, t) for a, t in zip(term.arguments, known, strict=True) if t.kind is not Kind.NUMBER]:
            argument, actual = wrong[0]
            said = f"`{shown(argument.span)}` is {_kind_of_thing(actual)}, not a number"
            dated = actual.kind in (Kind.DATE, Kind.PERIOD)
            self._problem("E0305", said, argument.span, expected=("a day, as `3 months after D`",) if dated else ())
            return None
        if term.operation in ("multiply", "divide"):
            return self._product(known, 1 if term.operation == "multiply" else -1)
        if term.operation in _ALIKE:
            return self._alike(term, known)
        if term.operation in ROUNDINGS:
            self._rounded(term, *known)
        return known[0]

    def _fixed(self, term: Operation, types: list[Type]) -> Type:
        wanted, result = _SIGNATURES[term.operation]
        for argument, actual, expected in zip(term.arguments, types, wanted, strict=False):
            if not fits(actual, expected):
                self._problem(
                    "E0302",
                    f"`{shown(argument.span)}` is {_kind_of_thing(actual)}, where {_kind_of_thing(expected)} is wanted",
                    argument.span,
                    expected=(_kind_of_thing(expected),),
                )
        return result

    @staticmethod
    def _product(types: list[Type], sign: int) -> Type:
        result = types[0]
        for other in types[1:]:
            result = dimensioned(result, other, sign)
        return result

    def _alike(self, term: Operation, types: list[Type]) -> Type | None:
        for (left, one), (right, other) in pairwise(zip(term.arguments, types, strict=True)):
            if not fits(other, one):
                self._problem(
                    "E0305",
                    f"`{shown(left.span)}` is {_kind_of_thing(one)} and `{shown(right.span)}` is "
                    f"{_kind_of_thing(other)}: different dimensions",
                    term.span,
                )
                return None
        return types[0]

    def _rounded(self, term: Operation, type: Type, step: Type) -> None:
        value, unit = term.arguments
        units = units_of(type)
        if not fits(step, type):
            said = f"`{shown(value.span)}` is {_kind_of_thing(type)}, which is not rounded to {shown(unit.span)}"
            self._problem("E0305", said, unit.span, expected=units or ("a number, money or shares",))

    def _problem(
        self,
        code: str,
        message: str,
        span: Span,
        nearest: tuple[str, ...] = (),
        expected: tuple[str, ...] = (),
    ) -> None:
        self.problems.append(Diagnostic(code, message, span, expected, nearest))


def _with_example(type: Type) -> str:
    """A type as messages speak of it, and how a value of it is written."""
    name = _kind_of_thing(type)
    written = example(type)
    return name if written == type.name else f"{name}, as `{written}`"


def _in_unit(term: Term, type: Type) -> tuple[str, ...]:
    """A number that was written without the unit that it needs, with it."""
    if not isinstance(term, Quantity) or term.type.kind is not type.kind:
        return ()
    per_share = term.type.dimension == MONEY.dimension and type.dimension == MONEY_PER_SHARE.dimension
    return (print_value(term.value, type),) if per_share or not term.type.dimension else ()


def _kind_of_thing(type: Type, noun: str = "") -> str:
    """A type as messages speak of it: ``a grant``, ``shares``, ``money per share``."""
    name = noun or type.name
    uncounted = type.kind is Kind.NUMBER and type.name not in ("number", "year")
    return name if uncounted else with_article(name)
