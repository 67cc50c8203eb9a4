"""A small vocabulary and builders of syntax trees, for tests of what comes after the parser."""

from __future__ import annotations

from datetime import date
from itertools import count

from engine.model import Comparison, Fold
from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Period, Type, Value
from policy.assemble import Declared
from policy.source import Source, Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Article,
    Attribute,
    Call,
    ClauseRef,
    ComesBefore,
    Compared,
    Condition,
    DayOf,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    Name,
    Operation,
    PriorityPart,
    Quantity,
    Rank,
    RuleSentence,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.words import AttributeDeclaration, Heading, Phrase, RecordDeclaration, Slot

PERSON = Type("person", Kind.SYMBOL)
COMPANY = Type("company", Kind.SYMBOL)
GRANT = Type("grant", Kind.SYMBOL)
OPTION = Type("option kind", Kind.SYMBOL, members=("incentive stock option", "nonstatutory stock option"))
SHARES = Type("shares", Kind.NUMBER, (("share", 1),), whole=True, least=0)
MONEY = Type("money", Kind.NUMBER, (("dollar", 1),))
PRICE = Type("money per share", Kind.NUMBER, (("dollar", 1), ("share", -1)))

_places = count()


def at(words: str) -> Span:
    """A place of its own for a node, with its words."""
    start = next(_places) * 100
    return Span(Source("test", " " * start + words), start, start + len(words))


def a(noun: str, type: Type, *adjectives: str, article: Article = Article.A) -> Mention:
    return Mention(article, adjectives, noun, type, at(" ".join((article.value, *adjectives, noun))))


def the(noun: str, type: Type, *adjectives: str) -> Mention:
    return a(noun, type, *adjectives, article=Article.THE)


def name(words: str, type: Type) -> Name:
    return Name(words, type, at(words))


def literal(value: Value, type: Type) -> Quantity:
    return Quantity(value, type, at(str(value)))


def shares(number: int) -> Quantity:
    return literal(number, SHARES)


def day(text: str) -> Quantity:
    return literal(date.fromisoformat(text), DATE)


def months(number: int) -> Quantity:
    return literal(Period(number), PERIOD)


def year(number: int) -> Quantity:
    return literal(number, YEAR)


def attribute(of: Term, name: str) -> Attribute:
    found = next(known for known in GRANTS.attributes if known.name == name)
    return Attribute(of, name, found.type, at(f"{of.span.text}'s {name}"))


def holds(phrase: Phrase, *arguments: Term, negated: bool = False, when: When | None = None) -> Holds:
    return Holds(phrase, arguments, negated, when, at(phrase.relation))


def when(time: Time, *terms: Term) -> When:
    return When(time, terms, at(time.value))


def compared(left: Term, comparison: Comparison, right: Term) -> Compared:
    return Compared(comparison, left, right, at(f"{left.span.text} {comparison.value} {right.span.text}"))


def call(phrase: Phrase, *arguments: Term) -> Call:
    assert phrase.value is not None
    return Call(phrase, arguments, phrase.value, at(phrase.relation))


def operation(name: str, *arguments: Term, type: Type = NUMBER) -> Operation:
    return Operation(name, arguments, type, at(name))


def day_of(which: str, phrase: Phrase, *arguments: Term) -> DayOf:
    return DayOf(which, phrase, arguments, DATE, at(f"the day {phrase.relation}"))


def total(of: Term, member: Mention, where: Condition) -> AggregateTerm:
    return AggregateTerm(Fold.TOTAL, of, member, where, of.type, at("the total"))


def number_of(member: Mention, where: Condition) -> AggregateTerm:
    return AggregateTerm(Fold.NUMBER, None, member, where, NUMBER, at("the number"))


def all_of(*conditions: Condition) -> AllOf:
    return AllOf(conditions, at("all of these hold"))


def any_of(*conditions: Condition) -> AnyOf:
    return AnyOf(conditions, at("any of these holds"))


def it_is_not(condition: Condition) -> ItIsNot:
    return ItIsNot(condition, at("it is not the case"))


def there_is(member: Mention, where: Condition, negated: bool = False) -> ThereIs:
    return ThereIs(member, where, negated, at("there is"))


def has(of: Term, attribute: str, negated: bool = False) -> HasAttribute:
    return HasAttribute(of, attribute, negated, at(f"has {attribute}"))


def comes_before(earlier: Term, later: Term) -> ComesBefore:
    return ComesBefore(earlier, later, at("comes before"))


def despite(*clauses: str, rank: Rank = Rank.DESPITE) -> PriorityPart:
    return PriorityPart(rank, tuple(ClauseRef(clause, at(f"§ {clause}")) for clause in clauses), at(rank.value))


def rule(
    conclusion: Holds | Compared,
    condition: Condition | None = None,
    *priorities: PriorityPart,
    unless: bool = False,
) -> RuleSentence:
    return RuleSentence(priorities, conclusion, condition, unless, at("a rule"))


# ---------------------------------------------------------------- vocabulary


def slot(type: Type, noun: str = "") -> Slot:
    return Slot(type, noun or type.name)


GRANTS = RecordDeclaration(
    "grant",
    GRANT,
    (
        AttributeDeclaration("grantee", PERSON, False),
        AttributeDeclaration("date", DATE, False),
        AttributeDeclaration("shares", SHARES, False),
        AttributeDeclaration("option kind", OPTION, False),
        AttributeDeclaration("exercise price", PRICE, False),
        AttributeDeclaration("replaced grant", GRANT, True),
        AttributeDeclaration("cap", SHARES, True),
    ),
    "date",
)

EMPLOYEE = Phrase((slot(PERSON), "is an employee"), Heading.RECORDED_OVER_TIME, "is an employee")
WORKS = Phrase((slot(PERSON), "works for", slot(COMPANY)), Heading.RECORDED, "works for")
CANCELLED = Phrase((slot(GRANT), "was cancelled on", slot(DATE)), Heading.RECORDED, "was cancelled", date_slot=1)
ADOPTED = Phrase(("the Board adopted the Plan on", slot(DATE)), Heading.GIVEN, "adopted", date_slot=0)
CLOSING = Phrase(("the closing price for", slot(DATE)), Heading.GIVEN, "closing price", value=PRICE, verb="is")
AUTHORIZED = Phrase((slot(GRANT), "is authorized"), Heading.DECIDED, "is authorized", by=("the Committee",))
DISABLED = Phrase((slot(PERSON), "is disabled"), Heading.DETERMINED, "is disabled", by=("the Committee",))
COUNTS = Phrase(("a cancelled grant counts",), Heading.READ_AS, "counts", default=True, reading="D-06", clause="5(a)/4")
PERMITTED = Phrase((slot(GRANT), "is permitted"), Heading.CONCLUDED, "is permitted")
ELIGIBLE = Phrase((slot(PERSON), "is eligible on", slot(DATE)), Heading.CONCLUDED, "is eligible", date_slot=1)
COUNTED = Phrase(
    ("the shares counted up to", slot(GRANT)), Heading.CONCLUDED, "shares counted", value=SHARES, verb="are"
)
MAY_RECEIVE = Phrase(
    ("may", slot(PERSON), "receive", slot(SHARES), "on", slot(DATE)), Heading.ASKED, "may receive", date_slot=2
)

DECLARED = Declared(
    phrases=(
        EMPLOYEE,
        WORKS,
        CANCELLED,
        ADOPTED,
        CLOSING,
        AUTHORIZED,
        DISABLED,
        COUNTS,
        PERMITTED,
        ELIGIBLE,
        COUNTED,
        MAY_RECEIVE,
    ),
    records=(GRANTS,),
    entities=(PERSON, COMPANY),
    kinds=(OPTION,),
    clauses=("5(a)/1", "5(a)/1 proviso (i)", "5(a)/4", "5(a)/10", "6"),
)
RECORDS = DECLARED.records_by_type
