"""Why a sentence cannot be read: the furthest place reached, what was expected there, the nearest right words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from engine.values import DATE
from policy.diagnostic import Diagnostic, nearest
from policy.habits import habit
from policy.lattice import STRUCTURE, Lattice
from policy.quantities import misspelt
from policy.questions import WHENS
from policy.rounding import misrounded
from policy.source import Span
from policy.syntax import Name
from policy.tokens import tokenize
from policy.vocabulary_text import phrase_text, with_article
from policy.words import Slot

_MOST_EXPECTED = 6
_SHOWN = {
    "TERM": "a term",
    "ATOM": "a declared phrase",
    "NOUN": "a noun",
    "NOUNS": "a plural noun",
    "CLAUSE": "§ and a clause",
    "QUOTED": "a text in quotes",
    "ATTRIBUTE": "an attribute",
    "PREDICATE": "a declared phrase",
    "FRONTED": "a declared phrase",
    "OPEN": "a question word",
    "_ITEM": "an item of the list",
    "_LIST": "a list",
    "$END": "the end of the sentence",
    **dict.fromkeys(("IS", "IS_NOT", "AT_MOST", "AT_LEAST", "MORE_THAN", "LESS_THAN"), "a comparison"),
    **dict.fromkeys(("BEFORE", "ON_OR_BEFORE", "AFTER", "ON_OR_AFTER", "IN", "NOT_IN"), "a comparison"),
    **dict.fromkeys(("TOTAL_OF", "PRODUCT_OF", "NUMBER_OF", "NUMBER_OF_DAYS"), "a term"),
    **dict.fromkeys(("HIGHEST_OF", "LOWEST_OF", "EARLIEST_OF", "LATEST_OF"), "a term"),
}
_MOST_DAYS = 3
_MOST_PHRASES = 2
_MOST_REMOTE = 4
_MOST_WORDS = 200
_ARTICLES = ("a", "an", "the", "another", "every")
_QUESTIONS = (
    "a declared phrase with its verb in front",
    "Is it the case that …?",
    "What is …?",
    "Which …?",
    "How many …?",
    "When …?",
)


_SAID_SO = {
    "notwithstanding": "despite",
    "when": "if",
    "whenever": "if",
    "where": "if",
    "provided": "if",
    "can": "may",
    "cannot": "may not",
    "only": "not … unless",
    "percent": "% right after the number",
    "section": "§",
    "sections": "§",
    "paragraph": "§",
    "clause": "§",
    "otherwise": "failing that",
    ">": "exceeds",
    "<": "is less than",
    "≥": "is at least",
    "≤": "is at most",
    "*": "times",
    "+": "plus",
    "doesn't": "does not",
    "isn't": "is not",
    "that": "the",
    "those": "the",
    "they": "the … again",
    "he": "the … again",
    "she": "the … again",
    "it": "the … again",
    "none": "has no …",
    "within": "is on or before 3 months after D",
    "between": "is at least … and … is at most",
    "up": "is at most",
    "greater": "exceeds` or `is at least",
    "later": "after` or `on or before",
    "until": "to",
    "dollars": "$ right before the number",
    "€": "$ right before the number",
    "except": "unless` or `despite",
    "must": "is",
    "any": "a …, of one thing",
    "each": "a …, of one thing",
    "all": "a …, of one thing",
    "as": "on",
    "sum": "total of the K's A for every K, being a K for which …",
    "such": ", being a … for which …",
    "shall": "is",
}
"""Words that lawyers use, and how the language says the same."""
_UNDECLARED = (
    "no declared phrase is like this: what a rule says is declared first, as under `Concluded:` or `Recorded:`"
)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = re.compile(
    r"(?:(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?|hundred|thousand|million)"
)
_NO_QUESTIONS = {
    "can": "what is permitted is asked with `may`",
    "could": "what is permitted is asked with `may`",
    "should": "what is permitted is asked with `may`",
    "why": "ask whether it is so, and the answer says why",
}
_ONE_AT_A_TIME = {"are": "is", "were": "was", "have": "has", "do": "does"}


class Outcome(Protocol):
    """How far a reading went."""

    @property
    def furthest(self) -> int: ...

    @property
    def expected(self) -> tuple[str, ...]: ...

    @property
    def refused(self) -> tuple[tuple[int, Diagnostic], ...]: ...


def fault(lattice: Lattice, outcome: Outcome, start: str) -> Diagnostic:
    """The one error of a sentence without a reading, from a tracing lattice."""
    for wrong in (_wrong_literal(lattice), _unknown_clause(lattice)):
        if wrong is not None:
            return wrong
    at = max([outcome.furthest, *(place for place in lattice.reached if place <= len(lattice))])
    refusals = [(end, diagnostic) for end, diagnostic in outcome.refused if end >= at]
    if refusals:
        # How the whole sentence is put together matters more than one word of it.
        wholes = (diagnostic for _, diagnostic in reversed(refusals) if diagnostic.code != "E0102")
        return next(wholes, refusals[-1][1])
    return habit(lattice, at, start) or _unread(lattice, outcome, at, start)


def _unread(lattice: Lattice, outcome: Outcome, at: int, start: str) -> Diagnostic:
    """What is told of a place that cannot be passed, where nothing better is known."""
    span = _place(lattice, at)
    word = lattice.words[at] if at < len(lattice) else ""
    if start == "fact" and word not in lattice.keyword_table and not _near_words(lattice, at, word):
        word = span.text if at < len(lattice) else word  # as it is written: what a fact begins with may be a name
    expected = tuple(dict.fromkeys(_expected(lattice, outcome, at)))
    nearest = tuple(dict.fromkeys(_nearest(lattice, at, word)))
    misread = _misrounded(lattice, at) or (_misnamed(lattice, at) if "a term" in expected else None)
    if misread is not None:
        return misread
    one = _ONE_AT_A_TIME.get(word) if start == "question" and lattice.words[0] == "who" and at == 1 else None
    if one is not None:
        said = f"`who` asks of one at a time: `Who {one} …?`"
        return Diagnostic("E0102", said, span, (one,), nearest)
    if start == "question" and (dayless := _dayless(lattice)) is not None:
        return dayless
    if start == "question" and at == 0 and word in _NO_QUESTIONS:
        said = f"`{word}` begins no question: {_NO_QUESTIONS[word]}"
        return Diagnostic("E0601", said, span, _QUESTIONS, nearest)
    if start == "question" and at == 0:
        return Diagnostic("E0601", "this is no question that can be answered", span, _QUESTIONS, nearest)
    name = _name(lattice, at) if word[:1].isupper() and "a term" in expected else None
    if name is not None and name.text not in lattice.vocabulary.names:
        return Diagnostic(
            "E0114", f"no name `{name.text}` is known", name, ("a name that the case introduces",), nearest
        )
    said_so = _SAID_SO.get(word.casefold())
    meant = () if start == "question" else tuple(said_so.split("` or `")) if said_so else _meant(lattice, at)
    if meant:
        said = f"`{word}` cannot stand here; the language says {' or '.join(f'`{each}`' for each in meant)}"
        return Diagnostic("E0102", said, span, meant, nearest)
    said = f"`{word}` cannot stand here" if word and not word.startswith(STRUCTURE) else "the sentence is not finished"
    notes = () if start != "book" or _scored(lattice, _around(lattice.words, at)) else (_UNDECLARED,)
    return Diagnostic("E0102", said, span, expected[:_MOST_EXPECTED], nearest, notes)


def _meant(lattice: Lattice, at: int) -> tuple[str, ...]:
    """How the language says what a word begins, or what it ends, in the place where it stands."""
    word, before = lattice.words[at] if at < len(lattice) else "", lattice.words[at - 1] if at else ""
    if word == ":" and before in ("if", "unless"):
        return f"{before} all of these hold:", f"{before} any of these hold:"
    if before == "is" and word == "no":
        return "is on or before", "is at most"
    if before == "or" and word in ("more", "less", "fewer"):
        return ("is at least",) if word == "more" else ("is at most",)
    if word in _NUMBERS:
        return (str(_NUMBERS.index(word) + 1),)
    if _NUMBER.fullmatch(word):
        return ("a number in figures",)
    if at == 0 and (opening := _opening(lattice, word)):
        return opening
    for noun in lattice.vocabulary.noun_index.get(word, ()):
        if not noun.plural and noun.counted and lattice.words[at : at + len(noun.words)] == noun.words:
            return with_article(noun.noun), f"the {noun.noun}"
    return ()


def _opening(lattice: Lattice, word: str) -> tuple[str, ...]:
    """How the language says what a sentence begins with."""
    if word == "if":
        return ("S if C: the conclusion comes first",)
    if word == "no":
        return ("a … not …, of one thing",)
    return ("a …, of one thing",) if lattice.edges(0, "NOUNS") else ()


def _dayless(lattice: Lattice) -> Diagnostic | None:
    """What is asked *when* of what has no day: a statement that is so or not, or a comparison of values."""
    words = lattice.words
    begun = next((len(spelt) for spelt in WHENS if words[: len(spelt)] == spelt), 0)
    if not begun:
        return None
    whole = lattice.span(0, len(lattice))
    for statement, end in lattice.edges(begun, "FRONTED"):
        if end >= len(lattice) - 1:
            phrase = statement.form.phrase
            first = next((part.type for part in phrase.parts if isinstance(part, Slot)), None)
            said = f"{phrase_text(phrase)}: this has no day, so it cannot be asked when it is so"
            days = (each for each in lattice.vocabulary.phrases if each.value == DATE)
            about = (each for each in days if first in [part.type for part in each.parts if isinstance(part, Slot)])
            return Diagnostic("E0102", said, whole, (), tuple(phrase_text(each) for each in about)[:_MOST_DAYS])
    if words[begun] in ("is", "are") and {"least", "most", "exceed", "more", "less"} & {*words}:
        said = "when a value reaches another cannot be asked; ask for it over time, and `chart` shows where it turns"
        return Diagnostic("E0102", said, whole, ("What … on each month from … to …?",), tuple(near_phrases(lattice)))
    return None


def _wrong_literal(lattice: Lattice) -> Diagnostic | None:
    words = lattice.tokens.words
    for at in range(len(words)):
        wrong = misspelt(words, at)
        if wrong is not None and not words[at].startswith(STRUCTURE) and not _spoken(lattice, words[at]):
            span = lattice.span(at, min(at + wrong.length, len(words)))
            return Diagnostic(wrong.code, wrong.message, span, (wrong.right,) if wrong.right else ())
    return None


def _spoken(lattice: Lattice, word: str) -> bool:
    """Whether a word that looks like a quantity is one of a phrase, as in `section 409A`."""
    return any(word in phrase.parts for phrase in lattice.vocabulary.phrases)


def _name(lattice: Lattice, at: int) -> Span:
    """The words with capitals from a place on."""
    end = at + 1
    while end < len(lattice) and lattice.words[end][:1].isupper():
        end += 1
    return lattice.span(at, end)


def _misrounded(lattice: Lattice, at: int) -> Diagnostic | None:
    """A rounding that the language does not have, or that stands where none does."""
    wrong = misrounded(lattice.tokens.words, at)
    if wrong is None:
        return None
    place = lattice.span(wrong.at, min(max(at, wrong.at) + 1, len(lattice)))
    return Diagnostic("E0102", wrong.message, place, wrong.forms)


def _misnamed(lattice: Lattice, at: int) -> Diagnostic | None:
    """A name that is known, but for its capitals."""
    if at >= len(lattice):
        return None
    first = lattice.words[at].casefold()
    known = [name for name in lattice.vocabulary.names if name.casefold().startswith(first)]
    for name in sorted(known, key=lambda name: (-len(name), name)):
        length = len(tokenize(name))
        said = [*lattice.words[at : at + length]]
        span = lattice.span(at, min(at + length, len(lattice)))
        spelt = [word.casefold() for word in tokenize(name).words]
        if [word.casefold() for word in said] == spelt and span.text != name:
            return Diagnostic(
                "E0114", f"no name `{span.text}` is known", span, ("a name that the case introduces",), (name,)
            )
    return None


def _place(lattice: Lattice, at: int) -> Span:
    if at < len(lattice):
        return lattice.span(at, at + 1)
    last = lattice.tokens.ends[-1]
    return Span(lattice.source, lattice.tokens.starts[-1], last)


def _unknown_clause(lattice: Lattice) -> Diagnostic | None:
    for at, word in enumerate(lattice.tokens.words):
        if word.startswith("§ ") and lattice.clauses and word[2:] not in lattice.clauses:
            close = nearest(word[2:], sorted(lattice.clauses))
            return Diagnostic("E0103", f"no clause is called {word}", lattice.span(at, at + 1), nearest=close)
    return None


def _expected(lattice: Lattice, outcome: Outcome, at: int) -> Iterator[str]:
    """What might have stood at a place: a noun or an attribute, words of phrases, keywords."""
    before = lattice.words[at - 1] if at else ""
    if before in _ARTICLES:
        yield "a noun"
    if before == "'s":
        yield from _attributes(lattice, at)
    reached = sorted(lattice.reached.get(at, ()))
    if any(kind == "term" for kind, _ in reached):
        yield "a term"
    yield from (word for kind, word in reached if kind == "word")
    if at == outcome.furthest:
        spelt = {terminal: words for entries in lattice.keyword_table.values() for words, terminal in entries}
        for terminal in sorted(outcome.expected):
            if terminal in _SHOWN:
                yield _SHOWN[terminal]
            elif terminal in spelt:
                yield " ".join(spelt[terminal]).replace(" :", ":")


def _attributes(lattice: Lattice, at: int) -> Iterator[str]:
    """The attributes of what a place speaks of, by name; of what has none, that one was expected."""
    records = (lattice.vocabulary.records.get(owner.name) for owner in lattice.owners.get(at, ()))
    names = [attribute.name for record in records if record is not None for attribute in record.attributes]
    yield from names or ["an attribute"]


# ------------------------------------------------------------------ nearest


def _nearest(lattice: Lattice, at: int, word: str) -> Iterator[str]:
    """The nearest right words, by what stands there."""
    vocabulary = lattice.vocabulary
    before = lattice.words[at - 1] if at else ""
    if before == "'s":
        yield from _close(word, (name for entries in vocabulary.attribute_index.values() for _, name in entries))
    elif word[:1].isupper():
        pair = " ".join(lattice.words[at : at + 2])
        known = list(vocabulary.names)
        if not any(isinstance(term, Name) for term, _ in lattice.terms(at)):
            yield from dict.fromkeys([*_close(pair, known), *_close(word, known)])
    else:
        yield from _near_words(lattice, at, word)
        if before in _ARTICLES:
            yield from _close(word, (" ".join(noun.words) for noun in vocabulary.nouns))
    yield from near_phrases(lattice, at)


def _near_words(lattice: Lattice, at: int, word: str) -> list[str]:
    """The words of phrases that might have stood at a place and are like the one that does."""
    return _close(word, (expected for kind, expected in lattice.reached.get(at, ()) if kind == "word"))


def _close(word: str, known: Iterable[str]) -> list[str]:
    return list(nearest(word, sorted(set(known)))) if word else []


def near_phrases(lattice: Lattice, at: int | None = None) -> Iterator[str]:
    """The declared phrases whose words are most like those said around a place, or else in the whole sentence.

    Their tense, their order and their articles do not matter.
    """
    words = lattice.words[:_MOST_WORDS]
    around = [] if at is None else _scored(lattice, _around(words, at))
    likest = (around or _scored(lattice, words))[:_MOST_PHRASES]
    yield from likest or _scored(lattice, words, telling=2)[:_MOST_REMOTE]


def _scored(lattice: Lattice, said: Sequence[str], telling: int = 0) -> list[str]:
    """Phrases with more than half of their words among those said; or with as many telling words."""
    there = Counter(_stems(said))
    scored = []
    for phrase in lattice.vocabulary.phrases:
        words = Counter(_stems(part for part in phrase.parts if isinstance(part, str)))
        shared = words & there
        count, size = shared.total(), words.total()
        told = len(shared.keys() - _JOINING)
        if told >= telling if telling else count * 2 > size and told:
            scored.append((count / size, count, phrase_text(phrase)))
    return [text for _, _, text in sorted(scored, key=lambda each: (-each[0], -each[1], each[2]))]


def _around(words: Sequence[str], at: int) -> Sequence[str]:
    """The part of a sentence in which a place is."""
    ends = [place for place, word in enumerate(words) if word in _PARTING or word.startswith(STRUCTURE)]
    first = max((place + 1 for place in ends if place < at), default=0)
    return words[first : min((place for place in ends if place >= at), default=len(words))]


_ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ied|ies|ed|es|s|d|e|y)$")
_PARTING = frozenset({"if", "unless", "and", "or", ",", ":", ";", ".", "?"})
_JOINING = frozenset({"of", "on", "in", "to", "by", "for", "at", "from", "under", "with", "is", "may", "'s"})
"""Words that many phrases have: they alone make none near."""
_SMALL = frozenset(_ARTICLES) | {"the", "has", "have", "had", "does", "do", "did", "not"}


def _stems(words: Iterable[str]) -> list[str]:
    """Words without what their tense and number change, and without those that come and go with it."""
    small = (word.lower() for word in words)
    return [_DOUBLED.sub(r"\1", _ENDINGS.sub("", _BEING.get(word, word))) for word in small if word not in _SMALL]


_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1$")
_BEING = dict.fromkeys(("is", "are", "was", "were", "be", "been"), "is")
