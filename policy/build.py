"""What each production of the grammar makes: one method a production, given its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import fields

from engine.model import Comparison, Fold
from engine.values import DATE, NUMBER, YEAR, Kind
from policy.diagnostic import Diagnostic
from policy.lattice import AttributeName, ClauseId, Having, Keyword, Nouns, OneOf, Statement
from policy.phrases import product
from policy.questions import OpenHaving, OpenStatement
from policy.rounding import HOW, step_of
from policy.source import Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Article,
    Ask,
    Attribute,
    ClauseRef,
    ComesBefore,
    Compared,
    Condition,
    ExemptionSentence,
    Fact,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    NoneOf,
    Operation,
    PriorityPart,
    Quantity,
    Question,
    Rank,
    RuleSentence,
    Stated,
    Supposition,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.words import Heading

Parts = list[Any]


class Refused(Exception):
    """What was read has the right words but cannot be said."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def refuse(code: str, message: str, span: Span, *expected: str) -> Refused:
    return Refused(Diagnostic(code, message, span, expected))


_RANKS = {
    "DESPITE": Rank.DESPITE,
    "SUBJECT_TO": Rank.SUBJECT_TO,
    "FAILING_THAT": Rank.FAILING_THAT,
    "DESPITE_ABOVE": Rank.DESPITE_ABOVE,
    "DESPITE_ALL_ABOVE": Rank.DESPITE_ALL_ABOVE,
}
_COMPARISONS = {
    "IS": Comparison.IS,
    "IS_NOT": Comparison.IS_NOT,
    "AT_MOST": Comparison.AT_MOST,
    "AT_LEAST": Comparison.AT_LEAST,
    "MORE_THAN": Comparison.MORE,
    "LESS_THAN": Comparison.LESS,
    "BEFORE": Comparison.LESS,
    "ON_OR_BEFORE": Comparison.AT_MOST,
    "AFTER": Comparison.MORE,
    "ON_OR_AFTER": Comparison.AT_LEAST,
    "IN": Comparison.IS,
    "NOT_IN": Comparison.IS_NOT,
}
_OF_DATES = frozenset({"BEFORE", "ON_OR_BEFORE", "AFTER", "ON_OR_AFTER", "IN", "NOT_IN"})
_MIRRORED = {
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}
_SHIFTS = frozenset({"after", "before", "business_days_after", "business_days_before"})
_TIMES = {
    "ON": Time.ON,
    "BEFORE": Time.BEFORE,
    "ON_OR_BEFORE": Time.ON_OR_BEFORE,
    "AFTER": Time.AFTER,
    "ON_OR_AFTER": Time.ON_OR_AFTER,
    "IN": Time.IN,
    "AT_ANY_TIME_IN": Time.AT_ANY_TIME_IN,
    "AT_ANY_TIME_FROM": Time.AT_ANY_TIME_FROM,
    "THROUGHOUT": Time.THROUGHOUT,
    "FROM_DAY": Time.FROM,
}
_WITHIN = {"BEFORE": Time.WITHIN_BEFORE, "AFTER": Time.WITHIN_AFTER, "FROM": Time.WITHIN_FROM}
_OPERATIONS = {"PLUS": "add", "MINUS": "subtract", "TIMES": "multiply", "DIVIDED_BY": "divide"}
_FOLDS = {
    "TOTAL_OF": Fold.TOTAL,
    "PRODUCT_OF": Fold.PRODUCT,
    "HIGHEST_OF": Fold.HIGHEST,
    "LOWEST_OF": Fold.LOWEST,
    "EARLIEST_OF": Fold.LOWEST,
    "LATEST_OF": Fold.HIGHEST,
}


def compared(left: Term, comparator: str, right: Term) -> Compared:
    """A comparison; ``more than 3 months before D`` counts backwards, so that more is earlier."""
    span = left.span.to(right.span)
    if isinstance(right, Mention) and right.article is Article.A:
        message = f"`{_said(right)}` introduces something new after `is`"
        raise refuse("E0106", message, right.span, f"the {right.noun}")
    word = comparator.removeprefix("BARE_").removeprefix("IS_") if comparator not in ("IS", "IS_NOT") else comparator
    comparison = _COMPARISONS["IS_NOT" if word == "NOT" else word]
    dates = left.type.kind is Kind.DATE and right.type.kind is Kind.DATE
    if dates and word not in _OF_DATES and comparison in _MIRRORED:
        if not isinstance(right, Operation) or right.operation not in _SHIFTS:
            message = "dates are compared by `is before`, `is on or before`, `is after`, `is on or after`"
            raise refuse("E0107", message, span)
        if right.operation in ("before", "business_days_before"):
            comparison = _MIRRORED[comparison]
    if word in ("IN", "NOT_IN") and right.type.dimension != YEAR.dimension:
        message = f"`in` wants a year; `{_said(right)}` is {right.type.name}"
        raise refuse("E0107", message, right.span, "2004", "the year of the date")
    return Compared(comparison, left, right, span)


def _said(term: Term) -> str:
    """The words of a term in one line."""
    return " ".join(term.span.text.split())


def _joined(parts: Parts) -> Condition:
    """A chain: its conditions, and the words between them."""
    conditions, words = parts[::2], parts[1::2]
    said = {word.terminal for word in words} - {"COMMA"}
    span = conditions[0].span.to(conditions[-1].span)
    if len(said) > 1:
        message = "`and` and `or` never mix without a list"
        raise refuse("E0104", message, span, "all of these hold:", "any of these holds:")
    if not said or words[-1].terminal == "COMMA":
        raise refuse("E0105", "the last part of a chain wants `and` or `or` before it", words[-1].span, "and", "or")
    return AllOf(tuple(conditions), span) if said == {"AND"} else AnyOf(tuple(conditions), span)


def _timed(statement: Statement, when: When | None) -> Holds:
    holds = statement.holds()
    if when is None:
        return holds
    if when.time is Time.ON and statement.form.dateless:
        raise refuse("E0102", "the phrase itself says `on`", when.span)
    if when.time is Time.ON and statement.form.phrase.heading is not Heading.RECORDED_OVER_TIME:
        raise refuse("E0102", "the phrase has no date", when.span)
    return Holds(holds.phrase, holds.arguments, holds.negated, when, statement.span.to(when.span))


class Builder:
    """Makes the tree, bottom up, as the grammar is read."""

    # ---------------------------------------------------------------- rules

    def book(self, parts: Parts) -> Any:
        return parts[0]

    def rule(self, parts: Parts) -> RuleSentence:
        priorities, conclusion, word, condition = parts
        first = priorities[0] if priorities else conclusion
        last = condition if condition is not None else conclusion
        unless = word is not None and word.terminal == "UNLESS"
        return RuleSentence(tuple(priorities), conclusion, condition, unless, first.span.to(last.span))

    def exemption(self, parts: Parts) -> ExemptionSentence:
        clauses, other_than, subject, word, condition = parts
        if not isinstance(subject, Mention) or subject.article is not Article.A:
            raise refuse("E0108", "a clause does not apply to `a …`, one thing of a kind", subject.span)
        last = condition if condition is not None else subject
        unless = word is not None and word.terminal == "UNLESS"
        return ExemptionSentence(
            tuple(clauses), tuple(other_than or ()), subject, condition, unless, clauses[0].span.to(last.span)
        )

    def priorities(self, parts: Parts) -> Parts:
        return [*parts[0], parts[1]] if parts else []

    def priority(self, parts: Parts) -> PriorityPart:
        word, clauses = parts[0], parts[1] if len(parts) > 1 else []
        span = word.span.to(clauses[-1].span) if clauses else word.span
        return PriorityPart(_RANKS[word.terminal], tuple(clauses), span)

    def clauses(self, parts: Parts) -> list[ClauseRef]:
        *before, last = parts
        if not last.known:
            raise refuse("E0103", f"no clause is called § {last.clause}", last.span)
        return [*(before[0] if before else []), _reference(last)]

    def conclusion(self, parts: Parts) -> Holds:
        holds: Holds = parts[0]
        return holds

    # ----------------------------------------------------------- conditions

    def condition(self, parts: Parts) -> Condition:
        first, *rest = parts
        chain = first if isinstance(first, list) else [first]
        return chain[0] if len(chain) == 1 and not rest else _joined([*chain, *rest])

    def chain(self, parts: Parts) -> Parts:
        first, *rest = parts
        return [*first, *rest] if isinstance(first, list) else parts

    def timed(self, parts: Parts) -> Holds:
        return _timed(*parts)

    def compared(self, parts: Parts) -> Compared:
        left, comparator, right = parts
        return compared(left, comparator.terminal, right)

    def one_of(self, parts: Parts) -> Condition:
        left, one_of = parts
        assert isinstance(one_of, OneOf)
        span = left.span.to(one_of.span)
        cases = tuple(compared(left, "IS", term) for term in one_of.terms)
        return NoneOf(cases, span) if one_of.negated else AnyOf(cases, span)

    def has(self, parts: Parts) -> HasAttribute:
        of, having = parts
        assert isinstance(having, Having)
        return HasAttribute(of, having.attribute, having.negated, of.span.to(having.span))

    def comes_before(self, parts: Parts) -> ComesBefore:
        earlier, later = parts
        return ComesBefore(earlier, later, earlier.span.to(later.span))

    def not_comes_before(self, parts: Parts) -> ItIsNot:
        before = self.comes_before(parts)
        return ItIsNot(before, before.span)

    def it_is_not(self, parts: Parts) -> ItIsNot:
        word, condition = parts
        return ItIsNot(condition, word.span.to(condition.span))

    def predicate(self, parts: Parts) -> Holds:
        return _timed(*parts)

    def every(self, parts: Parts) -> ThereIs:
        """Every V who C is D: there is none that C of which it is not the case that D."""
        word, nouns, who, what = parts
        member = nouns.mention(Article.EVERY)
        who, what = (_about(nouns, holds) for holds in (who, what))
        where = AllOf((who, ItIsNot(what, what.span)), who.span.to(what.span))
        return ThereIs(member, where, True, word.span.to(what.span))

    def there_is(self, parts: Parts) -> ThereIs:
        word, member, where = parts
        if not isinstance(member, Mention) or member.article not in (Article.A, Article.ANOTHER):
            raise refuse("E0108", "`there is` introduces `a …`", member.span)
        return ThereIs(member, where, False, word.span.to(where.span))

    def there_is_no(self, parts: Parts) -> ThereIs:
        word, nouns, where = parts
        return ThereIs(nouns.mention(Article.A), where, True, word.span.to(where.span))

    def listed(self, parts: Parts) -> Condition:
        word, items = parts
        span = word.span.to(items[-1].span)
        match word.terminal:
            case "ALL_OF":
                return AllOf(tuple(items), span)
            case "ANY_OF":
                return AnyOf(tuple(items), span)
            case _:
                return NoneOf(tuple(items), span)

    def items(self, parts: Parts) -> Parts:
        entries: Parts = parts[0]
        return entries

    def entries(self, parts: Parts) -> Parts:
        return [*parts[0], parts[1]] if len(parts) == 2 else parts

    def time(self, parts: Parts) -> When:
        word, *rest = parts
        terms = tuple(part for part in rest if part is not None and not isinstance(part, Keyword))
        if word.terminal == "WITHIN":
            return When(_WITHIN[rest[1].terminal], terms, word.span.to(terms[-1].span))
        return When(_TIMES[word.terminal], terms, word.span.to(terms[-1].span))

    # ---------------------------------------------------------------- terms

    def value(self, parts: Parts) -> Term:
        term, rounding = parts
        if rounding is None:
            return term  # type: ignore[no-any-return]
        how, unit = rounding
        step = Quantity(*step_of(unit.terminal, term.type), unit.span)
        return Operation(HOW[how.terminal], (term, step), term.type, term.span.to(unit.span))

    def rounding(self, parts: Parts) -> Parts:
        return parts

    def open_value(self, parts: Parts) -> Term:
        return parts[0] if len(parts) == 1 else self.arithmetic(parts)

    def arithmetic(self, parts: Parts) -> Term:
        left, word, right = parts
        operation = _OPERATIONS[word.terminal]
        span = left.span.to(right.span)
        if operation in ("multiply", "divide") and left.type.kind is right.type.kind is Kind.NUMBER:
            return product(operation, left, right, span)
        return Operation(operation, (left, right), left.type, span)

    def aggregate_being(self, parts: Parts) -> AggregateTerm:
        fold, of, nouns, kind, where = parts
        if not isinstance(kind, Mention) or kind.article is not Article.A or kind.type != nouns.type:
            raise refuse("E0108", f"`being` says what each {nouns.noun} is", kind.span, f"being a {nouns.type.name}")
        return _aggregate(fold, of, nouns, where)

    def aggregate_over(self, parts: Parts) -> AggregateTerm:
        return _aggregate(*parts)

    def number_of(self, parts: Parts) -> AggregateTerm:
        word, nouns, where = parts
        return AggregateTerm(Fold.NUMBER, None, nouns.mention(Article.EVERY), where, NUMBER, word.span.to(where.span))

    def number_being(self, parts: Parts) -> AggregateTerm:
        word, nouns, kind, where = parts
        if kind.type != nouns.type or kind.adjectives:
            raise refuse("E0108", f"`being` says what each {nouns.noun} is", kind.span)
        return self.number_of([word, nouns, where])

    def number_of_days(self, parts: Parts) -> AggregateTerm:
        """The days from X to Y, both counted, for which a condition holds."""
        word, first, last, where = parts
        member = Mention(Article.EVERY, (), "day", DATE, word.span)
        bounds = (
            Compared(Comparison.AT_LEAST, _the_day(first), first, first.span),
            Compared(Comparison.AT_MOST, _the_day(last), last, last.span),
        )
        return AggregateTerm(
            Fold.NUMBER, None, member, AllOf((*bounds, where), where.span), NUMBER, word.span.to(where.span)
        )

    # ---------------------------------------------------------------- facts

    def fact(self, parts: Parts) -> Fact:
        (stated, of), source = parts
        return Fact(stated, of, source or "", of.span)

    def so(self, parts: Parts) -> tuple[Stated, Condition]:
        return Stated.SO, parts[0]

    def not_known(self, parts: Parts) -> tuple[Stated, Condition]:
        return Stated.NOT_KNOWN, parts[0]

    def complete(self, parts: Parts) -> tuple[Stated, Condition]:
        return Stated.COMPLETE, parts[0]

    def found(self, parts: Parts) -> tuple[Stated, Condition]:
        return Stated.FOUND, parts[0]

    def is_none(self, parts: Parts) -> tuple[Stated, Term]:
        return Stated.NONE, parts[0]

    def made_before(self, parts: Parts) -> tuple[Stated, Condition]:
        return Stated.MADE_BEFORE, self.comes_before(parts)

    # ------------------------------------------------------------ questions

    def question(self, parts: Parts) -> Question:
        supposing, (ask, of, open) = parts
        facts = tuple(supposing[::2]) if supposing else ()
        if supposing and {word.terminal for word in supposing[1::2]} - {"COMMA", "AND"}:
            raise refuse("E0602", "a question supposes one thing `and` another", supposing[1].span)
        return Question(ask, of, open, facts, (facts[0] if facts else of).span.to(of.span))

    def ask_fronted(self, parts: Parts) -> tuple[Any, ...]:
        return Ask.WHETHER, _timed(*parts), None

    def ask_whether(self, parts: Parts) -> tuple[Any, ...]:
        return Ask.WHETHER, parts[0], None

    def ask_compared(self, parts: Parts) -> tuple[Any, ...]:
        _, left, comparator, right = parts
        return Ask.WHETHER, compared(left, comparator.terminal, right), None

    def ask_equal(self, parts: Parts) -> tuple[Any, ...]:
        _, left, right = parts
        return Ask.WHETHER, compared(left, "IS", right), None

    def ask_compared_do(self, parts: Parts) -> tuple[Any, ...]:
        left, _, right = parts
        return Ask.WHETHER, compared(left, "MORE_THAN", right), None

    def ask_has(self, parts: Parts) -> tuple[Any, ...]:
        return Ask.WHETHER, self.has(parts), None

    def ask_there_is(self, parts: Parts) -> tuple[Any, ...]:
        return Ask.WHETHER, self.there_is(parts), None

    def ask_value(self, parts: Parts) -> tuple[Any, ...]:
        return Ask.VALUE, parts[0], None

    def ask_extreme(self, parts: Parts) -> tuple[Any, ...]:
        word, attribute, condition = parts
        ask = Ask.LEAST if word.terminal == "LEAST" else Ask.GREATEST
        return ask, condition, _open_attribute(attribute, condition)

    def ask_open(self, parts: Parts) -> tuple[Any, ...]:
        found, when = parts
        if isinstance(found, OpenHaving):
            if when is not None:
                raise refuse("E0102", "what a record has does not change with the day", when.span)
            return Ask.WHICH, found.holds(), found.open
        assert isinstance(found, OpenStatement)
        holds = found.holds()
        if when is not None:
            if found.ask is Ask.WHEN:
                raise refuse("E0603", "the question asks for the date", when.span)
            holds = _timed(Statement(found.statement.form, holds.arguments, holds.span), when)
        return found.ask, holds, found.open

    # ---------------------------------------------------------- asked forms

    def supposition(self, parts: Parts) -> Supposition:
        member, cells = parts
        if not isinstance(member, Mention):
            raise refuse("E0108", "an asked form supposes `a …`", member.span)
        cells = cells or []
        last = cells[-1][1] if cells else member
        return Supposition(member, tuple(cells), member.span.to(last.span))

    def cells(self, parts: Parts) -> Parts:
        return [*parts[0], parts[1]] if len(parts) == 2 else parts

    def cell(self, parts: Parts) -> tuple[str, Term]:
        attribute, _, term = parts
        return attribute.name, term

    def asking(self, parts: Parts) -> Condition:
        condition: Condition = parts[0]
        return condition


def _reference(clause: ClauseId) -> ClauseRef:
    return ClauseRef(clause.clause, clause.span)


def _about(nouns: Nouns, holds: Holds) -> Holds:
    """A predicate said of the one just quantified."""
    subject = holds.arguments[0]
    if subject.type != nouns.type:
        raise refuse("E0102", f"this is said of a {subject.type.name}, not of a {nouns.noun}", holds.span)
    who = Mention(Article.WHO, (), nouns.noun, nouns.type, subject.span)
    return Holds(holds.phrase, (who, *holds.arguments[1:]), holds.negated, holds.when, holds.span)


def _aggregate(fold: Keyword, of: Term, nouns: Nouns, where: Condition) -> AggregateTerm:
    kind = _FOLDS[fold.terminal]
    return AggregateTerm(kind, of, nouns.mention(Article.EVERY), where, of.type, fold.span.to(where.span))


def _the_day(bound: Term) -> Mention:
    """The day counted, as it stands unsaid before its bound."""
    return Mention(Article.THE, (), "day", DATE, Span(bound.span.source, bound.span.start, bound.span.start))


def _open_attribute(name: AttributeName, condition: Condition) -> Attribute:
    """The attribute left open: of the term given, or else of the one record of that kind that is spoken of."""
    if name.of is not None:
        owners = [name.of]
    else:
        owners = []
        for term in terms_in(condition):
            if term.type.name in name.types and term not in owners:
                owners.append(term)
    if len(owners) != 1:
        raise refuse("E0604", f"whose {name.name} is asked for?", name.span, f"{name.name} of …")
    owner = owners[0]
    if owner.type.name not in name.types:
        raise refuse("E0604", f"a {owner.type.name} has no {name.name}", name.span)
    return Attribute(owner, name.name, name.types[owner.type.name], name.span)


def terms_in(node: Any) -> Iterator[Term]:
    """Every term under a node of the tree, the node itself included."""
    if isinstance(node, Term):
        yield node
    for value in (getattr(node, field.name) for field in fields(type(node))):
        for part in value if isinstance(value, tuple) else (value,):
            if type(part).__module__ == "policy.syntax" and hasattr(part, "span"):
                yield from terms_in(part)
