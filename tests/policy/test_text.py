"""From the text of a small book to answers: parser, checks and lowering together."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache

import pytest
from attrs import frozen

from engine.facts import FactBase
from engine.judge import Verdict
from engine.model import Constant, Priority, ValueOf
from engine.program import Engine, build
from engine.query import Answer, Query, Shape
from engine.values import DATE, Kind
from policy.asked import Asking, SpanFact, Statement, ValueFact, lower_fact, lower_question
from policy.assemble import Assembly, Declared, PlacedSentence, assemble, relations_of
from policy.check import Asked, AskedTree, check_asked, check_fact, check_question, check_sentence
from policy.declaring import read_vocabulary
from policy.diagnostic import Diagnostic
from policy.document import read
from policy.lint import warnings
from policy.parse import Parser, passages
from policy.relations import VALUE
from policy.source import Source, Span
from policy.syntax import Condition
from policy.vocabulary import Vocabulary

BOOK = """# Small Plan

Instrument: Small Plan
Issuer: Acme
Governing text: small.txt
Dates round: down

## Names
The Board and the Committee. The Plan is a resolution.

## Kinds
- A resolution is an entity.
- A company is an entity.
- An option kind is incentive stock option or nonstatutory stock option.

## Words
A director is a person. A day is a date.

## Records
- A grant has a grantee (person), a date, shares, an option kind, an exercise price (money per share),
  and may have a replaced grant (grant), a cap (shares).

Grants are ordered by date, then by the recorded order of acts.

## Vocabulary

Recorded, over time:
- *a person* is an employee
- *a person* works for *a company* (does not work for)

Recorded:
- *a grant* was cancelled on *a date*
- *a person* was elected on *a date*

Given:
- the Board adopted the Plan on *a date* (did not adopt)
- the stockholders approved *a resolution* on *a date* (did not approve)
- the closing price for *a date* is *money per share*

Determined by the Committee:
- *a person* is disabled

Concluded:
- *a person* is eligible on *a date*
- the shares counted up to *a grant* are *shares*
- the value on *a date* is *money per share*
- *a grant* is permitted
- *a company* is idle on *a date*
- the count on *a date* is *number*

Asked:
- may *a person* receive *shares* on *a date*
  Suppose a grant whose grantee is the person, whose shares are those shares and whose date is that date.
  Ask whether the grant is permitted.

## § 4 Authorization

Decided by the Committee:
- *a grant* is authorized

## § 5 Eligibility

### § 5/1 Who

A grant is permitted if all of these hold:
- the grant's grantee is eligible on the grant's date;
- the grant is authorized.

A person is eligible on a date if any of these holds:
- the person is an employee on the date;
- the person was elected within 3 months before the date;
- the person works for a company on the date.

### § 5/1(a) Below the market

Despite § 5/1, a grant is not permitted if the grant's exercise price is less than the closing price for the grant's
date.

### § 5/2 Limits

Despite § 5/1, a grant is not permitted if the shares counted up to the grant exceed 100,000 shares.

The shares counted up to a grant are the total of the counted grant's shares for every counted grant, being a grant
for which all of these hold:
- the counted grant's grantee is the grant's grantee;
- the counted grant's date is in the year of the grant's date;
- any of these holds:
  - the counted grant is the grant;
  - the counted grant comes before the grant;
- the counted grant was not cancelled on or before the grant's date.

### § 5/3 Adoption

Despite § 5/1, a grant is not permitted unless the stockholders approved the Plan on or before the grant's date.

Despite § 5/1, a grant is not permitted if the grant's date is more than 10 years after the day the Board adopted the
Plan.

### § 5/4 Once

Despite § 5/1, a grant is not permitted if another grant was cancelled before the grant's date and the other grant's
grantee is the grant's grantee.

## § 6 Value

§ 5/4 does not apply to a grant if the grant's grantee is disabled.

The value on a date is the closing price for the date.

Failing that, the value on a date is $4.10 per share if the Board adopted the Plan before the date.

A company is idle on a date if there is no person such that the person works for the company on the date.

The count on a date is the number of grants such that the grant's date is on or before the date.
"""


@frozen
class Loaded:
    vocabulary: Vocabulary
    parser: Parser
    declared: Declared
    forms: dict[str, Asked]
    assembly: Assembly
    problems: tuple[Diagnostic, ...]


def load(text: str) -> Loaded:
    document, problems = read(Source("small.md", text))
    assert problems == ()
    vocabulary, problems = read_vocabulary(document)
    assert problems == ()
    clauses = tuple(clause for section in document.sections for clause in section.clauses)
    parser = Parser(vocabulary, clauses)
    declared = declare(vocabulary, clauses)
    found: list[Diagnostic] = []
    forms: dict[str, Asked] = {}
    for form in vocabulary.asked:
        assert form.suppose is not None
        (supposed,) = parser.supposition(form.suppose).readings
        (ask,) = parser.asking(form.ask).readings
        tree = AskedTree(form.phrase, supposed.member.type, supposed.cells, ask, supposed.span)
        asked, more = check_asked([tree], declared.records_by_type)
        found += more
        assert asked is not None
        forms[form.phrase.relation] = asked
    placed = []
    for number, section in enumerate(document.sections):
        for passage in passages(section.blocks) if section.clauses else ():
            parsed = parser.sentence(passage.span, passage.list)
            checked, more = check_sentence(parsed.readings, declared.records_by_type)
            found += [*parsed.diagnostics, *more]
            if checked is not None:
                placed.append(PlacedSentence(checked, section.clauses, number))
    assembly, more = assemble(declared, placed)
    return Loaded(vocabulary, parser, declared, forms, assembly, (*found, *more))


def declare(vocabulary: Vocabulary, clauses: tuple[str, ...]) -> Declared:
    types = {each.name: each for each in vocabulary.types.values() if each.kind is Kind.SYMBOL}
    plain = [each for name, each in sorted(types.items()) if name not in vocabulary.records]
    return Declared(
        vocabulary.phrases,
        tuple(vocabulary.records.values()),
        tuple(each for each in plain if not each.members),
        tuple(each for each in plain if each.members),
        clauses,
    )


@cache
def small() -> Loaded:
    return load(BOOK)


@cache
def engine() -> Engine:
    return build(small().assembly.program)


# ------------------------------------------------------------------ the book


def test_the_book_is_sound() -> None:
    assert small().problems == ()


def test_its_priorities() -> None:
    assert small().assembly.program.priorities == (
        Priority("5/1(a)#1", "5/1#1"),
        Priority("5/2#1", "5/1#1"),
        Priority("5/3#1", "5/1#1"),
        Priority("5/3#2", "5/1#1"),
        Priority("5/4#1", "5/1#1"),
        Priority("6#1", "6#2"),
    )


def test_nothing_in_it_is_suspicious() -> None:
    loaded = small()
    assert warnings(loaded.declared, loaded.assembly, loaded.forms.values()) == ()


# ------------------------------------------------------------------- answers


def facts() -> FactBase:
    base = engine().facts()
    for person in ("Ann", "Bob"):
        base.state("person", (person,))
    base.state("company", ("Acme",))
    kind = small().vocabulary.types["option kind"].members[0]
    for id, number, day in (("G-1", 80_000, 1), ("G-2", 30_000, 2)):
        cells = {"grantee": "Ann", "date": date(2001, 3, day), "shares": number, "option kind": kind}
        base.record("grant", id, {**cells, "exercise price": 5})
    for tree in STATED:
        state(base, tree)
    return base


STATED = (
    "Ann is an employee from January 4, 1999.",
    "G-1 is authorized.",
    "G-2 is authorized.",
    "The Board adopted the Plan on August 4, 1997.",
    "The stockholders approved the Plan on September 30, 1997.",
    "The closing price for 2001-03-01 is $5 per share.",
    "The closing price for 2001-03-02 is $5 per share.",
    "Bob was elected on June 1, 2001.",
)


def names() -> Parser:
    types = small().vocabulary.types
    return small().parser.with_names(
        {
            "Ann": types["person"],
            "Bob": types["person"],
            "Acme": types["company"],
            "G-1": types["grant"],
            "G-2": types["grant"],
        }
    )


def text(words: str) -> Span:
    return Span(Source("case", words), 0, len(words))


def state(base: FactBase, words: str) -> None:
    parsed = names().fact(text(words))
    assert parsed.diagnostics == ()
    conditions = [each.of for each in parsed.readings if isinstance(each.of, Condition)]
    checked, problems = check_fact(conditions, small().declared.records_by_type)
    assert problems == ()
    assert checked is not None
    fact, problems = lower_fact(checked.tree)
    assert problems == ()
    match fact:
        case Statement():
            base.state(fact.relation, fact.keys, fact.status)
        case ValueFact():
            base.give(fact.relation, fact.keys, fact.value)
        case SpanFact():
            base.during(fact.relation, fact.keys, fact.first, fact.last, fact.status)
        case _:
            raise AssertionError(fact)


def asking(words: str) -> tuple[Asking | None, tuple[Diagnostic, ...]]:
    loaded = small()
    parsed = names().question(text(words))
    assert parsed.diagnostics == ()
    checked, problems = check_question(parsed.readings, loaded.declared.records_by_type)
    if checked is None:
        return None, problems
    return lower_question(checked, loaded.forms, relations_of(loaded.declared))


def ask(words: str, base: FactBase | None = None) -> Answer:
    found, problems = asking(words)
    assert problems == ()
    assert found is not None
    return engine().answer(base if base is not None else facts(), found.query)


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Is G-1 permitted?", Verdict.YES),
        ("Is G-2 permitted?", Verdict.NO),
        ("Is Ann eligible on 1999-01-04?", Verdict.YES),
        ("Is Ann eligible on 1999-01-03?", Verdict.NO),
        ("Is Bob eligible on 2001-06-01?", Verdict.YES),
        ("Is Bob eligible on 2001-09-01?", Verdict.YES),
        ("Is Bob eligible on 2001-09-02?", Verdict.NO),
        ("Is Acme idle on 2001-09-02?", Verdict.YES),
        ("May Bob receive 100,000 shares on 2002-01-01?", Verdict.NO),
        ("May Ann receive 100,001 shares on 2002-01-01?", Verdict.NO),
        ("May Ann receive 100,000 shares on 2002-01-01?", Verdict.DEPENDS),
        ("Is it the case that there is a person such that the person was elected in 2001?", Verdict.YES),
        ("Is it the case that every person who is disabled is an employee on 2001-01-01?", Verdict.DEPENDS),
    ],
)
def test_whether(question: str, verdict: Verdict) -> None:
    assert ask(question).verdict is verdict


def test_a_value() -> None:
    assert ask("What is the count on 2001-03-01?").value == 1
    assert ask("What are the shares counted up to G-2?").value == 110_000


def test_which() -> None:
    assert ask("Which grants are not permitted?").value == ("G-2",)


def test_how_many() -> None:
    assert ask("How many shares may Ann receive on 2002-01-01?").value == 100_000


def test_a_cancelled_grant_forbids_another_unless_exempt() -> None:
    base = facts()
    state(base, "G-1 was cancelled on 2001-03-01.")
    state(base, "Ann is not disabled.")
    assert ask("Is G-2 permitted?", base).verdict is Verdict.NO
    base = facts()
    state(base, "G-1 was cancelled on 2001-03-01.")
    state(base, "Ann is disabled.")
    assert ask("Is G-2 permitted?", base).verdict is Verdict.YES


def test_failing_that() -> None:
    base = facts()
    base.complete = frozenset(each.relation for each in small().vocabulary.phrases if each.value is not None)
    query = Query(ValueOf("the value on <date>", (Constant(date(2001, 3, 3), DATE),), VALUE), Shape.VALUE)
    assert engine().answer(base, query).value == Fraction(41, 10)


# -------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("sentence", "code", "words"),
    [
        ("A grant is permitted if the grant's grantee is authorized.", "E0302", "the grant's grantee"),
        ("A grant is permitted if the grant's shares exceed $4.10.", "E0303", "the grant's shares exceed $4.10"),
        ("A grant is permitted if the counted grant is authorized.", "E0310", "the counted grant"),
        ("A grant is permitted if a grant is authorized.", "E0311", "a grant"),
        ("A grant is permitted if a recent grant is authorized.", "E0313", "a recent grant"),
        ("A grant is permitted if the grant's grantee works for a company.", "E0307", ""),
        ("A grant is authorized if the grant's shares exceed 3 shares.", "E0308", "A grant is authorized"),
        ("Despite § 5/2, a grant is permitted if the count on the grant's date exceeds 2.", "", ""),
        ("Despite § 5/2, a grant is not permitted if the count on the grant's date exceeds 2.", "E0403", "§ 5/2"),
        ("Subject to § 5/3, the value on a date is $3 per share.", "E0403", "§ 5/3"),
        ("§ 5/1 does not apply to a company if the company is idle on 2001-01-01.", "E0404", ""),
    ],
)
def test_errors(sentence: str, code: str, words: str) -> None:
    problems = load(f"{BOOK}\n## § 7 More\n\n{sentence}\n").problems
    assert {problem.code for problem in problems} == ({code} if code else set())
    for problem in problems:
        assert problem.span is not None
        assert words in " ".join(problem.span.text.split())
