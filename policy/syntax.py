"""The one tree of the language: what a sentence says, with the span of every node.

Spans never take part in equality, so that two sentences that say the same are equal. The tree holds
declared phrases and types, not words: the parser has resolved every phrase against the vocabulary.
Variables are still mentions ("a grant", "the counted grant"); `policy.check` resolves them.
"""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from engine.model import Comparison, Fold
from engine.values import Type, Value
from policy.source import Span
from policy.words import Phrase


def span_field() -> Span:
    """A node's place, outside equality."""
    result: Span = field(eq=False, repr=False)
    return result


class Article(Enum):
    A = "a"  # a, an: introduces
    THE = "the"  # refers (in a question's Suppose also that, those)
    ANOTHER = "another"  # introduces one that differs from those of its type met before
    EVERY = "every"  # introduces the member of an aggregate or of `every ... is`
    WHO = "who"  # who, which: the one just quantified; what a list question asks for


# ---------------------------------------------------------------------- terms


@frozen
class Mention:
    """A variable as written: an article, at most two adjectives and a noun ("the counted grant")."""

    article: Article
    adjectives: tuple[str, ...]
    noun: str  # as declared: "grant", or a declared other word such as "director"
    type: Type
    span: Span = span_field()


@frozen
class Name:
    """An entity, a record's id, a singleton or a named value, by its name."""

    name: str
    type: Type
    span: Span = span_field()


@frozen
class Quantity:
    """A literal: ``100,000 shares``, ``$4.10``, ``110%``, ``10 years``, ``March 1, 2001``."""

    value: Value
    type: Type
    span: Span = span_field()


@frozen
class Attribute:
    """``the grant's exercise price``."""

    of: Term
    attribute: str
    type: Type
    span: Span = span_field()


@frozen
class Call:
    """A declared value phrase with its slots filled: ``the fair market value on the date``."""

    phrase: Phrase
    arguments: tuple[Term, ...]
    type: Type
    span: Span = span_field()


@frozen
class Operation:
    """A built-in function or arithmetic: ``operation`` is a name of `engine.operations`."""

    operation: str
    arguments: tuple[Term, ...]
    type: Type
    span: Span = span_field()


@frozen
class DayOf:
    """``the day the Board adopted the Plan``; ``which`` is ``the``, ``first``, ``last`` or ``ended``.

    The phrase is one whose last slot is ``on *a date*`` (left out of ``arguments``), or for ``ended`` a
    phrase over time.
    """

    which: str
    phrase: Phrase
    arguments: tuple[Term, ...]
    type: Type
    span: Span = span_field()


@frozen
class AggregateTerm:
    """``the total of E for every counted grant, being a grant for which C``; a NUMBER has no ``of``."""

    fold: Fold
    of: Term | None
    member: Mention
    where: Condition
    type: Type
    span: Span = span_field()


Term = Mention | Name | Quantity | Attribute | Call | Operation | DayOf | AggregateTerm

# ----------------------------------------------------------------- conditions


class Time(Enum):
    """How a date stands to an event, or an interval to a statement over time."""

    ON = "on"
    BEFORE = "before"
    ON_OR_BEFORE = "on or before"
    AFTER = "after"
    ON_OR_AFTER = "on or after"
    IN = "in"  # a year
    WITHIN_BEFORE = "within ... before"  # dates: (period, day)
    WITHIN_AFTER = "within ... after"
    WITHIN_FROM = "within ... from"
    THROUGHOUT = "throughout"  # over time: (first, last)
    AT_ANY_TIME_IN = "at any time in"  # over time: a year
    AT_ANY_TIME_FROM = "at any time from"  # over time: (first, last)
    FROM = "from"  # a fact over time: (first,) or (first, last)


@frozen
class When:
    """The time given to a phrase whose ``on *a date*`` was left out, or that is over time."""

    time: Time
    terms: tuple[Term, ...]
    span: Span = span_field()


@frozen
class Holds:
    """A declared statement phrase with its slots filled, plain or negated.

    ``arguments`` fill the slots in order; where ``when`` is given for a phrase with ``on *a date*``, that last
    slot is missing.
    """

    phrase: Phrase
    arguments: tuple[Term, ...]
    negated: bool
    when: When | None
    span: Span = span_field()


@frozen
class Compared:
    """``the grant's shares exceed 100,000 shares``; ``is one of`` becomes an `AnyOf`."""

    comparison: Comparison
    left: Term
    right: Term
    span: Span = span_field()


@frozen
class HasAttribute:
    """``the grant has a replaced grant`` / ``the grant has no expiry date``."""

    of: Term
    attribute: str
    negated: bool
    span: Span = span_field()


@frozen
class ComesBefore:
    """``the counted grant comes before the grant``."""

    earlier: Term
    later: Term
    span: Span = span_field()


@frozen
class ItIsNot:
    """``it is not the case that C``."""

    condition: Condition
    span: Span = span_field()


@frozen
class AllOf:
    """A chain of ``and``, or ``all of these hold:``."""

    conditions: tuple[Condition, ...]
    span: Span = span_field()


@frozen
class AnyOf:
    """A chain of ``or``, or ``any of these holds:``."""

    conditions: tuple[Condition, ...]
    span: Span = span_field()


@frozen
class NoneOf:
    """``none of these holds:``."""

    conditions: tuple[Condition, ...]
    span: Span = span_field()


@frozen
class ThereIs:
    """``there is a grant such that C``; ``there is no …`` is ``negated``."""

    member: Mention
    where: Condition
    negated: bool
    span: Span = span_field()


Condition = Holds | Compared | HasAttribute | ComesBefore | ItIsNot | AllOf | AnyOf | NoneOf | ThereIs

# ------------------------------------------------------------------ sentences


class Rank(Enum):
    """How a priority names the rules it is over."""

    DESPITE = "despite"  # refs
    SUBJECT_TO = "subject to"  # refs
    FAILING_THAT = "failing that"
    DESPITE_ABOVE = "despite the sentence above"
    DESPITE_ALL_ABOVE = "despite the sentences above"


@frozen
class ClauseRef:
    """``§ 5(a)/4``, as written."""

    clause: str
    span: Span = span_field()


@frozen
class PriorityPart:
    rank: Rank
    clauses: tuple[ClauseRef, ...]
    span: Span = span_field()


@frozen
class RuleSentence:
    """One rule.

    ``conclusion`` is a `Holds` (without ``when``) or a `Compared` with ``IS`` whose left side is a `Call`: the
    value concluded. ``unless`` says that ``condition`` is the one under which the rule does not hold.
    """

    priorities: tuple[PriorityPart, ...]
    conclusion: Holds | Compared
    condition: Condition | None
    unless: bool
    span: Span = span_field()


@frozen
class ExemptionSentence:
    """``§ X [, § Y and § Z] [other than § W] does not apply to a T if C``."""

    clauses: tuple[ClauseRef, ...]
    other_than: tuple[ClauseRef, ...]
    subject: Mention
    condition: Condition | None
    unless: bool
    span: Span = span_field()


Sentence = RuleSentence | ExemptionSentence

# ---------------------------------------------------------------------- facts


class Stated(Enum):
    """What a case file says about a statement or value."""

    SO = "so"
    NOT_KNOWN = "it is not known whether"
    COMPLETE = "the record is complete"
    FOUND = "taken as found"  # overrides the rules
    NONE = "is none"  # a value that does not exist
    MADE_BEFORE = "was made before"  # the recorded order of acts: `of` is a ComesBefore


@frozen
class Fact:
    """One statement of a case file, about a condition or (NONE) the term that has no value.

    ``source`` is where it is recorded.
    """

    stated: Stated
    of: Condition | Term
    source: str
    span: Span = span_field()


@frozen
class Supposition:
    """``Suppose a grant whose grantee is the person and whose date is that date``: the record and its cells."""

    member: Mention
    cells: tuple[tuple[str, Term], ...]
    span: Span = span_field()


# ------------------------------------------------------------------ questions


class Ask(Enum):
    """The shapes of a question."""

    WHETHER = "whether"  # yes or no
    VALUE = "value"  # what is …
    WHICH = "which"  # which grants …, who …
    MOST = "most"  # how many …, at most: the largest for which the answer is not no
    LEAST = "least"  # what is the least A at which S
    GREATEST = "greatest"
    WHEN = "when"  # when may … (first)


@frozen
class Question:
    """``of`` is the condition asked, or (VALUE) the term.

    WHICH, MOST and WHEN leave one slot of ``of`` open, filled by ``open`` (a `Mention` with WHO as article). LEAST and
    GREATEST leave an attribute open: ``open`` is that `Attribute`. ``supposing`` are facts of the question's own.
    """

    ask: Ask
    of: Condition | Term
    open: Mention | Attribute | None
    supposing: tuple[Condition, ...]
    span: Span = span_field()
