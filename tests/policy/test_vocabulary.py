"""What a book declares becomes words; what it declares wrongly gets an error at its place."""

from __future__ import annotations

import pytest

from engine.values import DATE, Kind, Type
from policy.declaring import read_names, read_vocabulary
from policy.diagnostic import Diagnostic
from policy.quantities import MONEY_PER_SHARE, SHARES
from policy.vocabulary import NAMED, Vocabulary
from policy.vocabulary_text import phrase_text
from policy.words import Heading, Phrase
from tests.policy.wordbook import book, place, vocabulary


def phrase(relation: str) -> Phrase:
    return next(phrase for phrase in vocabulary().phrases if phrase.relation == relation)


def words_of(phrase: Phrase) -> str:
    return " ".join(part if isinstance(part, str) else f"<{part.noun}>" for part in phrase.negative)


def read(text: str) -> tuple[Vocabulary, tuple[Diagnostic, ...]]:
    return read_vocabulary(book(text))


def problems(text: str) -> list[str]:
    return [problem.code for problem in read(text)[1]]


def declared(heading: str, text: str) -> str:
    return f"## Kinds\n- A thing is an entity.\n\n## Vocabulary\n\n{heading}\n- {text}\n"


def test_names_kinds_and_records() -> None:
    words = vocabulary()
    assert words.names["the Board"] == (NAMED,)
    assert [type.name for type in words.names["the First Amendment"]] == ["resolution"]
    assert words.names["the employee pool"][0].members == ("the employee pool", "the director pool")
    grant = words.records["grant"]
    assert grant.ordered_by == "date"
    assert [(each.name, each.type.name, each.optional) for each in grant.attributes][-2:] == [
        ("expiry date", "date", False),
        ("replaced grant", "grant", True),
    ]
    assert words.attribute(grant.type, "exercise price").type == MONEY_PER_SHARE  # type: ignore[union-attr]
    assert words.type_of_noun("directors") == words.type_of_noun("person")


def test_negations() -> None:
    assert words_of(phrase("<person> is eligible on <date>")) == "<person> is not eligible on <date>"
    assert words_of(phrase("<amendment> binds <grant>")) == "<amendment> does not bind <grant>"
    assert words_of(phrase("the Board adopted the Plan on <date>")) == "the Board did not adopt the Plan on <date>"
    assert words_of(phrase("<grant> must be authorized before <date>")).startswith("<grant> need not be")


def test_value_phrases_and_dates() -> None:
    counted = phrase("the shares counted up to <grant>")
    assert (counted.value, counted.verb, counted.date_slot) == (SHARES, "are", None)
    assert phrase("the fair market value on <date>").date_slot is None
    assert phrase("<grant> was cancelled on <date>").date_slot == 1
    assert phrase("<person> is an employee").date_slot is None


def test_headings() -> None:
    assert phrase("<grant> is authorized").by == ("the Committee",)
    assert phrase("<grant> is authorized").clause == "4(b)(iv)"
    reading = phrase("a cancelled grant counts toward the yearly limit")
    assert (reading.heading, reading.default, reading.reading, reading.clause) == (
        Heading.READ_AS,
        True,
        "D-06",
        "5(a)/4",
    )
    found, wrong = read(
        declared("Given, taken as $4.10 per share until supplied:", "the price on *a date* is *money per share*")
    )
    assert not wrong
    assert found.phrases[0].default is not None
    found, wrong = read(declared("Determined by the Board, or by the Committee:", "*a thing* is blue"))
    assert found.phrases[0].by == ("the Board", "the Committee")


def test_phrases_are_shown_as_declared() -> None:
    assert (
        phrase_text(phrase("<person> may receive <shares> on <date>")) == "may *a person* receive *shares* on *a date*"
    )
    assert phrase_text(phrase("the shares counted up to <grant>")) == "the shares counted up to *a grant* are *shares*"
    assert (
        phrase_text(phrase("<person>'s voting power on <date>"))
        == "*a person*'s voting power on *a date* is *a number*"
    )


def test_slots_of_one_type_are_told_apart() -> None:
    found, wrong = read(declared("Recorded:", "*a thing* resembles *another thing* (does not resemble)"))
    assert not wrong
    assert found.phrases[0].relation == "<thing> resembles <other thing>"
    assert phrase_text(found.phrases[0]) == "*a thing* resembles *another thing*"


@pytest.mark.parametrize(
    ("heading", "text", "code"),
    [
        ("Recorded:", "*a thing* is not blue", "E0208"),
        ("Recorded:", "*a thing* is never blue", "E0208"),
        ("Recorded:", "*a thing* is blue if *a date* is late", "E0208"),
        ("Recorded:", "*a thing* *a date* is blue", "E0209"),
        ("Recorded:", "*a thing* and *a person* are blue", "E0209"),
        ("Recorded:", "*a thing* binds *a person*", "E0210"),
        ("Recorded:", "*a thing* binds *a person* (does not xyz)", "E0210"),
        ("Recorded:", "*a thng* is blue", "E0203"),
        ("Recorded:", "*a thing* is blue\n- *a thing* is blue", "E0202"),
        ("Recorded:", "*a thing is blue", "E0209"),
        ("Asked:", "may *a person* go on *a date*", "E0211"),
        ("Given, taken as nothing until supplied:", "the price on *a date* is *money*", "E0212"),
        ("Read as perhaps, unless the Board determines otherwise (D-1):", "*a thing* is blue", "E0212"),
    ],
)
def test_phrases_refused(heading: str, text: str, code: str) -> None:
    assert problems(declared(heading, text)) == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("## Kinds\n- A pool or two.\n", "E0201"),
        ("## Kinds\n- A date is an entity.\n", "E0202"),
        ("## Records\n- Grants, all.\n", "E0201"),
        ("## Records\n- A grant has a colour.\n", "E0203"),
        ("## Records\n- A grant has a date and a date.\n", "E0202"),
        (
            "## Records\n- A grant has a date.\n\nGrants are ordered by day, then by the recorded order of acts.\n",
            "E0205",
        ),
        ("## Names\nThe Plan is a scheme.\n", "E0203"),
        ("## Names\nWords: a director be a person.\n", "E0201"),
        ("## Vocabulary\n\nRecorded:\n\nNo list.\n", "E0206"),
    ],
)
def test_declarations_refused(text: str, code: str) -> None:
    assert problems(text) == [code]


def test_names_of_a_case() -> None:
    person = vocabulary().types["person"]
    names, wrong = read_names(place("Ann Lee and Bob Ray are persons. Cy Dow is a director."), vocabulary())
    assert not wrong
    assert names == {"Ann Lee": person, "Bob Ray": person, "Cy Dow": person}
    _, wrong = read_names(place("Ann Lee."), vocabulary())
    assert [problem.code for problem in wrong] == ["E0207"]


def test_names_are_added_without_a_new_trie() -> None:
    person = vocabulary().types["person"]
    more = vocabulary().with_names({"Ann Lee": person})
    assert more.tries is vocabulary().tries
    assert more.names["Ann Lee"] == (person,)
    assert "Ann Lee" not in vocabulary().names


def test_types_are_those_of_the_language() -> None:
    types = vocabulary().types
    assert types["date"] == DATE
    assert types["grant"] == Type("grant", Kind.SYMBOL)
