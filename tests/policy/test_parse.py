"""Sentences have one reading, the one meant; what is printed parses back; what is broken gets one good error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model import Comparison, Fold
from engine.operations import ROUNDINGS
from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Period, Type, Value
from policy.clashes import clashes
from policy.diagnostic import Diagnostic
from policy.parse import Parsed, passages, sentences
from policy.phrases import product
from policy.quantities import CENT, MONEY_PER_SHARE, SHARES
from policy.source import Source, Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Article,
    Ask,
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
    Rank,
    RuleSentence,
    Stated,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.wording import print_tree
from policy.words import Heading, Phrase
from tests.policy.wordbook import document, parser, place, vocabulary, with_list

NOWHERE = Span(Source("", ""), 0, 0)


def the(parsed: Parsed[Any]) -> Any:
    """The one reading."""
    assert parsed.diagnostics == ()
    assert len(parsed.readings) == 1
    return parsed.readings[0]


def error(parsed: Parsed[Any]) -> Diagnostic:
    assert parsed.readings == ()
    (found,) = parsed.diagnostics
    return found


def condition(text: str) -> Any:
    return the(parser().condition(place(text)))


# ---------------------------------------------------------------- the book


def test_every_sentence_of_the_book_has_one_reading_and_reads_back() -> None:
    read = 0
    for section in document().sections:
        if section.clauses:
            for passage in passages(section.blocks):
                tree = the(parser().sentence(passage.span, passage.list))
                assert the(parser().sentence(*with_list(print_tree(tree)))) == tree
                read += 1
    assert read == 9


def test_the_asked_form() -> None:
    (form,) = vocabulary().asked
    assert form.suppose is not None
    supposition = the(parser().supposition(form.suppose))
    assert supposition.member.noun == "grant"
    assert [name for name, _ in supposition.cells] == ["grantee", "shares", "date", "pool"]
    assert isinstance(the(parser().asking(form.ask)), Holds)


def test_no_phrase_clashes() -> None:
    assert list(clashes(parser())) == []


# ------------------------------------------------------------------- rules


def test_priorities() -> None:
    text = "Subject to § 5(a)/4, despite § 5(a)/1 and § 8, a grant is permitted unless the grant is authorized."
    tree = the(parser().sentence(place(text)))
    assert isinstance(tree, RuleSentence)
    assert [part.rank for part in tree.priorities] == [Rank.SUBJECT_TO, Rank.DESPITE]
    assert [ref.clause for ref in tree.priorities[1].clauses] == ["5(a)/1", "8"]
    assert tree.unless
    for start in ("Failing that", "Despite the sentence above", "Despite the sentences above"):
        assert the(parser().sentence(place(f"{start}, a grant is not permitted."))).priorities


def test_an_exemption() -> None:
    text = (
        "§ 5(a)/4 and § 8 other than § 5(a)/1 proviso (i) do not apply to a grant if the grant has no replaced grant."
    )
    tree = the(parser().sentence(place(text)))
    assert isinstance(tree, ExemptionSentence)
    assert [ref.clause for ref in tree.other_than] == ["5(a)/1 proviso (i)"]
    assert print_tree(tree) == text


# -------------------------------------------------------------- conditions


def test_chains() -> None:
    one, other = "the grant is authorized", "the grant is permitted"
    assert isinstance(condition(f"{one} and {other}"), AllOf)
    assert isinstance(condition(f"{one}, {other}, or {one}"), AnyOf)
    assert error(parser().condition(place(f"{one} and {other} or {one}"))).code == "E0104"
    assert error(parser().condition(place(f"{one}, {other}"))).code == "E0105"


def test_times() -> None:
    for words, time in (
        ("before May 1, 2001", Time.BEFORE),
        ("on or before May 1, 2001", Time.ON_OR_BEFORE),
        ("after the grant's date", Time.AFTER),
        ("in 2001", Time.IN),
        ("within 10 years before the grant's date", Time.WITHIN_BEFORE),
        ("within 6 months and 1 day from the grant's date", Time.WITHIN_FROM),
    ):
        tree = condition(f"G-17 was not cancelled {words}")
        assert tree.when.time is time
        assert tree.negated
    assert condition("G-17 was cancelled on May 1, 2001").when is None
    spans = "Ann Lee is an employee"
    assert condition(f"{spans} throughout 2001-01-01 to 2001-02-01").when.time is Time.THROUGHOUT
    assert condition(f"{spans} at any time in 2001").when.time is Time.AT_ANY_TIME_IN
    assert condition(f"{spans} at any time from 2001-01-01 to 2001-02-01").when.time is Time.AT_ANY_TIME_FROM


def test_dates_compared_by_distance() -> None:
    assert condition("G-17's date is more than 10 years after G-18's date").comparison is Comparison.MORE
    assert condition("G-17's date is more than 10 years before G-18's date").comparison is Comparison.LESS
    assert condition("G-17's date is at most 3 business days before G-18's date").comparison is Comparison.AT_LEAST
    assert error(parser().condition(place("G-17's date is at most G-18's date"))).code == "E0107"


def test_every_and_there_is() -> None:
    tree = condition("every person who is an employee on May 1, 2001 is eligible on May 1, 2001")
    assert isinstance(tree, ThereIs)
    assert tree.negated
    assert condition("there is no grant such that the grant is permitted and the grant is authorized").negated


def test_aggregates() -> None:
    for text, fold in (
        ("the total of the grant's shares over every grant such that the grant is permitted", Fold.TOTAL),
        ("the number of grants such that the grant is permitted", Fold.NUMBER),
        ("the latest of the grant's date over every grant such that the grant is permitted", Fold.HIGHEST),
    ):
        tree = condition(f"G-17's shares exceed 10 shares and G-17's shares exceed {text}")
        assert tree.conditions[1].right.fold is fold
    days = "the number of days from May 1, 2001 to June 1, 2001 such that Ann Lee is an employee on the day"
    assert condition(f"3 is at most {days}").right.member.noun == "day"


def test_arithmetic() -> None:
    tree = condition("G-17's shares exceed 1 share plus 2 times G-18's shares minus 50% of G-17's shares").right
    assert (tree.operation, tree.arguments[0].operation) == ("subtract", "add")
    tree = condition("G-17's shares exceed G-18's shares divided by 3, rounded down to a whole share").right
    assert (tree.operation, tree.arguments[1].value) == ("round_down", 1)
    tree = condition(
        "G-17's shares exceed the excess, if any, of 5 shares over the lesser of G-18's shares and 2 shares"
    )
    assert tree.right.operation == "excess"


def test_attributes_both_ways() -> None:
    assert condition("the exercise price of G-17 is $4.10 per share") == condition(
        "G-17's exercise price is $4.10 per share"
    )


def test_lists_nest() -> None:
    text = """A grant is permitted if all of these hold:
- the grant is authorized;
- any of these holds:
  - the grant's grantee is Ann Lee;
  - none of these holds:
    - the grant has no replaced grant;
    - the grant's grantee is Bob Ray."""
    tree = the(parser().sentence(*with_list(text)))
    assert isinstance(tree.condition, AllOf)
    either = tree.condition.conditions[1]
    assert isinstance(either, AnyOf)
    assert isinstance(either.conditions[1], NoneOf)
    assert print_tree(tree) == text


# ------------------------------------------------------- facts and questions


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ('Ann Lee is an employee from January 4, 1999, according to "personnel file".', Stated.SO),
        ("The stockholders approved the Plan on September 30, 1997.", Stated.SO),
        ("G-17's exercise price is $4.10 per share.", Stated.SO),
        ("A-1 does not bind G-17.", Stated.SO),
        ("G-17 was made before G-18.", Stated.MADE_BEFORE),
        ("It is not known whether G-17 was cancelled.", Stated.NOT_KNOWN),
        ("The record of G-17 was cancelled is complete.", Stated.COMPLETE),
        ("Taken as found: the shares counted up to G-17 are 600,000 shares.", Stated.FOUND),
        ("The Journal's closing price for May 3, 2001 is none.", Stated.NONE),
    ],
)
def test_facts(text: str, stated: Stated) -> None:
    fact = the(parser().fact(place(text)))
    assert fact.stated is stated
    assert the(parser().fact(place(print_tree(fact)))) == fact


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("May Ann Lee receive 30,000 shares on September 1, 2001?", Ask.WHETHER),
        ("Is G-17 permitted?", Ask.WHETHER),
        ("Is it the case that G-17 is permitted and G-17 is authorized?", Ask.WHETHER),
        ("Is G-17's exercise price at least $4.10 per share?", Ask.WHETHER),
        ("Did the Board adopt the Plan on August 4, 1997?", Ask.WHETHER),
        ("Was G-17 cancelled before June 1, 2001?", Ask.WHETHER),
        ("Must G-17 be authorized before May 1, 2001?", Ask.WHETHER),
        ("What is the fair market value on May 3, 2001?", Ask.VALUE),
        ("What is G-17's expiry date?", Ask.VALUE),
        ("What is the least exercise price at which G-17 is permitted?", Ask.LEAST),
        ("What is the greatest exercise price of G-17 at which G-17 is permitted?", Ask.GREATEST),
        ("How many shares may Ann Lee receive on September 1, 2001?", Ask.MOST),
        ("What is the most shares Ann Lee may receive on September 1, 2001?", Ask.MOST),
        ("Which grants are not permitted?", Ask.WHICH),
        ("Which amendments bind G-17?", Ask.WHICH),
        ("Who is eligible on May 3, 2001?", Ask.WHICH),
        ("When was G-17 cancelled?", Ask.WHEN),
        ("When may Ann Lee first receive 10 shares?", Ask.WHEN),
        (
            "Supposing that G-17 was cancelled on June 1, 2001 and G-17's shares are 5 shares: is G-17 permitted?",
            Ask.WHETHER,
        ),
    ],
)
def test_questions(text: str, ask: Ask) -> None:
    question = the(parser().question(place(text)))
    assert question.ask is ask
    assert the(parser().question(place(print_tree(question)))) == question


# ------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "code", "words", "nearest"),
    [
        ("A grant is permited if the grant is authorized.", "E0102", "permited", "permitted"),
        ("A gran is permitted.", "E0102", "gran", "grant"),
        ("A grant is permitted if the grant's exercize price is $1.00.", "E0102", "exercize", "exercise price"),
        ("A grant is permitted if the grant's grantee is Ann Leee.", "E0114", "Ann Leee", "Ann Lee"),
        ("A grant is permitted, if the grant is authorized.", "E0102", ",", None),
        ("Despite § 5(a)/9, a grant is not permitted.", "E0103", "§ 5(a)/9", "5(a)/4"),
        ("A grant is permitted if the grant's grantee is an outside director.", "E0106", "an outside director", None),
        ("A grant is permitted if the grant's shares are 100000 shares.", "E0110", "100000", None),
        ("A grant is permitted if the grant's date is 1 March 2001.", "E0112", "1 March 2001", None),
        ("§ 5(a)/4 does not apply to G-17.", "E0108", "G-17", None),
        ("A grant is permitted", "E0101", "permitted", None),
        ("A grant is permitted if all of these hold:", "E0101", None, None),
        ("the the the.", "E0102", "the", None),
    ],
)
def test_one_good_error(text: str, code: str, words: str | None, nearest: str | None) -> None:
    found = error(parser().sentence(place(text)))
    assert found.code == code
    assert found.span is not None
    assert words is None or found.span.text == words
    assert nearest is None or nearest in found.nearest


def test_a_term_of_the_wrong_type_is_left_to_the_check() -> None:
    tree = the(parser().sentence(place("A grant is permitted if the person is authorized.")))
    assert tree.condition.arguments[0].noun == "person"


def test_free_adjectives_do_not_swallow_phrases() -> None:
    for text in ("the employee grant is permitted", "the cancelled grant is authorized", "the not grant is permitted"):
        assert parser().condition(place(text)).readings == ()


@pytest.mark.parametrize(
    "text",
    [
        "A grant is permitted if " + "it is not the case that " * 10_000 + "the grant is authorized.",
        "A grant is permitted if the grant's date is before " + "the day before " * 500 + "May 1, 2001.",
        "A grant is permitted if the grant's shares exceed " + "1 share plus " * 1_000 + "1 share.",
        "A grant is permitted if the grant's grantee is one of " + "Ann Lee, " * 600 + "Bob Ray and Ann Lee.",
        "the grant" + "'s replaced grant" * 1_000 + " is permitted.",
        "x" * 1_000_000,
        "A grant is permitted if the grant's shares exceed " + "9" * 5_000 + " shares.",
    ],
)
def test_bounds(text: str) -> None:
    start = perf_counter()
    assert error(parser().sentence(place(text))).code in {"E0109", "E0111"}
    assert perf_counter() - start < 1


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *[
                    "the",
                    "a",
                    "grant",
                    "is",
                    "of",
                    "on",
                    "and",
                    "or",
                    "if",
                    "not",
                    "G-17",
                    "Ann",
                    "Lee",
                    "shares",
                    "§",
                    ",",
                    ".",
                    ":",
                    "?",
                    "'s",
                    "3",
                    "%",
                    "$",
                ],
                "\n",
            ]
        )
    )
)
def test_no_words_break_the_parser(words: list[str]) -> None:
    text = " ".join(words)
    for parsed in (parser().sentence(place(text)), parser().fact(place(text)), parser().question(place(text))):
        assert parsed.readings or parsed.diagnostics


def test_sentences_of_a_paragraph() -> None:
    text = "The Board adopted the Plan. Ann B. Lee is an employee. It costs $4.10 now."
    assert [span.text for span in sentences(place(text))] == [
        "The Board adopted the Plan.",
        "Ann B. Lee is an employee.",
        "It costs $4.10 now.",
    ]


# ----------------------------------------------- random conditions read back

TYPES = vocabulary().types
GRANT, PERSON = TYPES["grant"], TYPES["person"]


Draw = Callable[[st.SearchStrategy[Any]], Any]


def literal(draw: Draw, type: Type) -> Term:
    if type.kind is Kind.DATE:
        value: Value = draw(st.dates(date(1990, 1, 1), date(2020, 1, 1)))
    elif type.kind is Kind.PERIOD:
        value = Period(draw(st.integers(1, 30)), draw(st.integers(0, 40)))
    elif type == YEAR:
        value = draw(st.integers(1990, 2020))
    else:
        value = draw(st.integers(0, 200_000))
    return Quantity(value, type, NOWHERE)


def mention(draw: Draw, type: Type) -> Term:
    noun = "director" if type == PERSON else type.name
    counted = type.name not in ("shares", "money", "money per share")
    adjectives = draw(st.sampled_from([(), ("earlier",), ("prior", "unexpired")])) if counted else ()
    return Mention(Article.THE, adjectives, noun, type, NOWHERE)


def a_term(draw: Draw, type: Type, depth: int = 2) -> Term:
    """A term that may fill a slot of a type."""
    options: list[Callable[[], Term]] = [lambda: mention(draw, type)]
    names = [name for name, known in parser().vocabulary.names.items() if type in known]
    if names:
        options.append(lambda: Name(draw(st.sampled_from(names)), type, NOWHERE))
    if type.kind is not Kind.SYMBOL:
        options.append(lambda: literal(draw, type))
    if depth:
        options += composite(draw, type, depth - 1)
    return draw(st.sampled_from(options))()  # type: ignore[no-any-return]


def composite(draw: Draw, type: Type, depth: int) -> Iterator[Callable[[], Term]]:
    """The ways to make a term of other terms."""
    for record in vocabulary().records.values():
        for each in record.attributes:
            if each.type == type:
                yield partial(_attribute, draw, record.type, each.name, type, depth)
    for phrase in vocabulary().phrases:
        if phrase.value == type:
            yield partial(_call, draw, phrase, type, depth)
        if type == DATE and phrase.date_slot is not None and phrase.heading is not Heading.ASKED:
            yield partial(_day, draw, phrase, depth)
    if type == DATE:
        for name, first in (("after", PERIOD), ("before", PERIOD), ("earlier", DATE), ("business_days_after", NUMBER)):
            yield partial(_operation, draw, name, first, DATE, depth)
    if type == SHARES:
        yield partial(_operation, draw, "lesser", SHARES, SHARES, depth)


def _attribute(draw: Draw, owner: Type, name: str, type: Type, depth: int) -> Term:
    return Attribute(a_term(draw, owner, depth), name, type, NOWHERE)


def _call(draw: Draw, phrase: Phrase, type: Type, depth: int) -> Term:
    return Call(phrase, arguments(draw, phrase, depth), type, NOWHERE)


def _day(draw: Draw, phrase: Phrase, depth: int) -> Term:
    return DayOf("the", phrase, arguments(draw, phrase, depth)[:-1], DATE, NOWHERE)


def _operation(draw: Draw, name: str, first: Type, type: Type, depth: int) -> Term:
    one = literal(draw, NUMBER) if first == NUMBER else a_term(draw, first, depth)
    return Operation(name, (one, a_term(draw, type, depth)), type, NOWHERE)


def arguments(draw: Draw, phrase: Phrase, depth: int) -> tuple[Term, ...]:
    return tuple(a_term(draw, slot.type, depth) for slot in phrase.slots)


def a_value(draw: Draw, type: Type, rounded: bool) -> Term:
    """What may stand beside a comparison; on its right it may be rounded."""
    plain = a_term(draw, type)
    ways = ["", "add", "subtract", "multiply", *(["round"] if rounded else [])]
    how = draw(st.sampled_from(ways)) if type.kind is Kind.NUMBER else ""
    match how:
        case "":
            return plain
        case "multiply":
            return product("multiply", plain, literal(draw, NUMBER), NOWHERE)
        case "round":
            step = draw(st.sampled_from([CENT, 1] if type == MONEY_PER_SHARE else [1]))
            return Operation(
                draw(st.sampled_from(sorted(ROUNDINGS))), (plain, Quantity(step, type, NOWHERE)), type, NOWHERE
            )
        case _:
            return Operation(how, (plain, a_term(draw, type)), type, NOWHERE)


def a_statement(draw: Draw) -> Condition:
    phrases = [each for each in vocabulary().phrases if each.value is None and each.heading is not Heading.ASKED]
    phrase = draw(st.sampled_from(phrases))
    filled, negated = arguments(draw, phrase, 1), draw(st.booleans())
    if phrase.heading is Heading.RECORDED_OVER_TIME:
        return Holds(phrase, filled, negated, over_time(draw), NOWHERE)
    if phrase.date_slot is not None and draw(st.booleans()):
        return Holds(phrase, filled[:-1], negated, event_time(draw), NOWHERE)
    return Holds(phrase, filled, negated, None, NOWHERE)


def over_time(draw: Draw) -> When:
    time = draw(st.sampled_from([Time.ON, Time.THROUGHOUT, Time.AT_ANY_TIME_IN, Time.AT_ANY_TIME_FROM]))
    if time is Time.AT_ANY_TIME_IN:
        return When(time, (literal(draw, YEAR),), NOWHERE)
    count = 2 if time in (Time.THROUGHOUT, Time.AT_ANY_TIME_FROM) else 1
    return When(time, tuple(a_term(draw, DATE, 1) for _ in range(count)), NOWHERE)


def event_time(draw: Draw) -> When:
    plain = [Time.BEFORE, Time.ON_OR_BEFORE, Time.AFTER, Time.ON_OR_AFTER]
    time = draw(st.sampled_from([*plain, Time.IN, Time.WITHIN_BEFORE, Time.WITHIN_AFTER, Time.WITHIN_FROM]))
    if time is Time.IN:
        return When(time, (literal(draw, YEAR),), NOWHERE)
    day = a_term(draw, DATE, 1)
    return When(time, (day,) if time in plain else (literal(draw, PERIOD), day), NOWHERE)


def a_comparison(draw: Draw) -> Condition:
    type = draw(st.sampled_from([SHARES, MONEY_PER_SHARE, DATE, PERSON, TYPES["pool"], GRANT]))
    equal = [Comparison.IS, Comparison.IS_NOT]
    comparison = draw(st.sampled_from(equal if type.kind is Kind.SYMBOL else list(Comparison)))
    return Compared(comparison, a_value(draw, type, False), a_value(draw, type, True), NOWHERE)


def a_simple(draw: Draw) -> Condition:
    match draw(st.integers(0, 5)):
        case 0:
            return HasAttribute(a_term(draw, GRANT, 1), "replaced grant", draw(st.booleans()), NOWHERE)
        case 1:
            return ComesBefore(a_term(draw, GRANT, 1), a_term(draw, GRANT, 1), NOWHERE)
        case 2:
            return ItIsNot(a_statement(draw), NOWHERE)
        case 3:
            return a_comparison(draw)
        case _:
            return a_statement(draw)


def a_condition(draw: Draw, depth: int) -> Condition:
    if depth == 0 or draw(st.booleans()):
        return a_simple(draw)
    match draw(st.integers(0, 5)):
        case 0:
            return AllOf(_parts(draw, depth), NOWHERE)
        case 1:
            return AnyOf(_parts(draw, depth), NOWHERE)
        case 2:
            return NoneOf(_parts(draw, depth), NOWHERE)
        case 3:
            member = Mention(Article.A, ("nearest",), "grant", GRANT, NOWHERE)
            return ThereIs(member, a_condition(draw, depth - 1), draw(st.booleans()), NOWHERE)
        case 4:
            return ItIsNot(AllOf(_parts(draw, depth), NOWHERE), NOWHERE)
        case _:
            return _total(a_condition(draw, depth - 1))


def _parts(draw: Draw, depth: int) -> tuple[Condition, ...]:
    return tuple(a_condition(draw, depth - 1) for _ in range(draw(st.integers(2, 3))))


def _total(where: Condition) -> Condition:
    every = Mention(Article.EVERY, ("counted",), "grant", GRANT, NOWHERE)
    counted = Attribute(Mention(Article.THE, ("counted",), "grant", GRANT, NOWHERE), "shares", SHARES, NOWHERE)
    total = AggregateTerm(Fold.TOTAL, counted, every, where, SHARES, NOWHERE)
    return Compared(Comparison.MORE, Quantity(5, SHARES, NOWHERE), total, NOWHERE)


@st.composite
def conditions(draw: Draw) -> Condition:
    return a_condition(draw, 3)


@settings(deadline=None, max_examples=settings().max_examples * 2)
@given(conditions())
def test_random_conditions_have_one_reading_the_one_generated(tree: Condition) -> None:
    text = print_tree(RuleSentence((), _permitted(), tree, False, NOWHERE))
    assert the(parser().sentence(*with_list(text))).condition == tree, text


def _permitted() -> Holds:
    phrase = next(phrase for phrase in vocabulary().phrases if phrase.relation == "<grant> is permitted")
    return Holds(phrase, (Mention(Article.A, (), "grant", GRANT, NOWHERE),), False, None, NOWHERE)


@pytest.mark.parametrize(
    ("text", "word", "right"),
    [
        (
            "Notwithstanding § 5(a)/1, a grant is not permitted if the grant is authorized.",
            "Notwithstanding",
            "despite",
        ),
        ("A grant is permitted when the grant is authorized.", "when", "if"),
        ("A grant is permitted provided that the grant is authorized.", "provided", "if"),
        ("A grant is permitted only if the grant is authorized.", "only", "not … unless"),
        ("A grant cannot be permitted.", "cannot", "may not"),
        ("Despite section 5(a)/1, a grant is not permitted if the grant is authorized.", "section", "§"),
        (
            "A grant is permitted if the grant's shares are 25 percent of 9 shares.",
            "percent",
            "% right after the number",
        ),
    ],
)
def test_of_words_that_lawyers_use_the_languages_own_is_told(text: str, word: str, right: str) -> None:
    found = error(parser().sentence(place(text)))
    assert found.span is not None
    assert (found.code, found.span.text, found.expected) == ("E0102", word, (right,))


def test_of_an_attribute_that_there_is_not_those_that_there_are_are_told() -> None:
    found = error(parser().sentence(place("A grant is permitted if the grant's strike is $4.00 per share.")))
    assert found.span is not None
    assert found.span.text == "strike"
    assert {"grantee", "shares", "date"} < {*found.expected}
