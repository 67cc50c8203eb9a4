"""Turns of phrase that people bring along: how the language says the same, in the words of the sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from policy.diagnostic import Diagnostic
from policy.lattice import Lattice
from policy.vocabulary import Noun, find_noun, words_of
from policy.vocabulary_text import joined, with_article

_PERIOD = r"(?P<period>[\d,]+ (?:business )?(?:days?|weeks?|months?|years?) (?:after|before))"
_ANYWHERE = (
    (re.compile(rf"\b(?P<said>the day) {_PERIOD}\b"), "{period} …", "a day counted from another needs no `the day`"),
)
_HERE = (
    (re.compile(r"(?P<said>(?:(?:one|a) )?half)(?: (?:of|the)\b|$)"), "50% of", "a part is a percentage or a fraction"),
    (re.compile(r"(?P<said>less) (?=[$\d]|the |an? )"), "minus", "what is taken off follows `minus`"),
    (
        re.compile(r"(?P<said>(?:working|banking|trading|court)) days?\b"),
        "business",
        "days that count are business days",
    ),
)
"""Turns of rules: those that matter wherever they stand before the place, and those that stand at it."""
_OWN = frozenset({"its", "their", "his", "her"})
_ONE = {"are": "is", "were": "was", "have": "has", "do": "does"}


def habit(lattice: Lattice, at: int, start: str) -> Diagnostic | None:
    """What is said of a sentence that cannot be read past a place, if it has such a turn."""
    found = _questions(lattice) if start == "question" else _rules(lattice, at)
    return next(found, None)


# ----------------------------------------------------------------------- rules


def _rules(lattice: Lattice, at: int) -> Iterator[Diagnostic]:
    words = lattice.words
    for form, right, why in _ANYWHERE:
        for begin in range(min(at + 1, len(lattice))):
            if match := form.match(" ".join(words[begin : begin + 8])):
                yield _told(lattice, begin, match["said"], why, right.format_map(match.groupdict()))
    for begin in (at, at - 1):
        for form, right, why in _HERE:
            if 0 <= begin < len(lattice) and (match := form.match(" ".join(words[begin : begin + 8]))):
                yield _told(lattice, begin, match["said"], why, right)
    yield from _or_names(lattice, at)
    yield from _no_attribute(lattice, at)
    if at >= len(lattice):
        return
    nouns = [noun for noun in _nouns(lattice, 0, at) if not noun.plural]
    if words[at] in _OWN and nouns:
        yield _told(lattice, at, words[at], "whose it is stands before it", f"the {nouns[0].noun}'s")
    yield from _head(lattice, at)
    counted = next(_nouns(lattice, at, at + 1), None)
    if (
        counted is not None
        and words[max(at - 3, 0) : at] == ("the", "number", "of")
        and {"if", "unless"} & {*words[:at]}
    ):
        why = "a number that is counted is the value of a sentence of its own, and a condition compares that value"
        yield _told(
            lattice, at - 3, "the number of", why, f"the number of {' '.join(counted.words)} … is the number of …"
        )


def _told(lattice: Lattice, begin: int, said: str, why: str, right: str) -> Diagnostic:
    span = lattice.span(begin, begin + len(said.split()))
    return Diagnostic(
        "E0102", f"`{joined(said.split())}` cannot stand here: {why}; the language says `{right}`", span, (right,)
    )


def _nouns(lattice: Lattice, begin: int, end: int) -> Iterator[Noun]:
    """The counted nouns that begin between two places."""
    for at in range(begin, min(end, len(lattice))):
        fitting = [
            noun
            for noun in lattice.vocabulary.noun_index.get(lattice.words[at], ())
            if noun.counted and lattice.words[at : at + len(noun.words)] == noun.words
        ]
        yield from sorted(fitting, key=lambda noun: -len(noun.words))[:1]


def _head(lattice: Lattice, at: int) -> Iterator[Diagnostic]:
    """A conclusion about none or several: it is said of one."""
    words = lattice.words
    if {"if", "unless"} & {*words[:at]}:
        return
    begin = at + 1 if words[at] == "no" else at
    noun = next(_nouns(lattice, begin, begin + 1), None)
    if noun is None or (words[at] != "no" and not noun.plural):
        return
    end = begin + len(noun.words)
    verb = words[end] if end < len(words) else "is"
    denied = words[at] == "no" or words[end + 1 : end + 2] == ("not",)
    right = f"{with_article(noun.noun)} {_ONE.get(verb, verb)} {'not …' if denied else '…'}"
    yield _told(lattice, at, " ".join(words[at:end]), "a rule speaks of one thing", right)


def _or_names(lattice: Lattice, at: int) -> Iterator[Diagnostic]:
    """`or` between names: of conditions the language says so, not of names."""
    words = lattice.words
    for name in map(words_of, lattice.vocabulary.names):
        place = at - len(name) - 1
        if place > 0 and words[place:at] == ("or", *name):
            known = sorted(lattice.vocabulary.names, key=len, reverse=True)
            before = next((each for each in known if words[place - len(words_of(each)) : place] == words_of(each)), "…")
            yield _told(lattice, place, "or", "names are not joined so", f"is one of {before} and {joined(name)}")


def _no_attribute(lattice: Lattice, at: int) -> Iterator[Diagnostic]:
    """An attribute of what does not have it, with one of an attribute of it that does."""
    words, vocabulary = lattice.words, lattice.vocabulary
    if at >= len(lattice) or at < 3:
        return
    if words[at - 1] == "'s":
        owners = [
            vocabulary.records[owner.name] for owner in lattice.owners.get(at, ()) if owner.name in vocabulary.records
        ]
        named, begin = _attribute(lattice, at), at
        names = [owner.name for owner in owners]
    else:
        noun = next(_nouns(lattice, at, at + 1), None)
        ends = words[at - 2 : at] == ("of", "the") and noun is not None
        begin = next((place for place in (at - 3, at - 4) if ends and words[place - 1] == "the"), -1)
        named = _attribute(lattice, begin) if begin > 0 else ""
        names = [noun.type.name] if noun is not None and noun.type.name in vocabulary.records else []
    for name in names[:1]:
        attributes = vocabulary.records[name].attributes
        if not named or named in (each.name for each in attributes):
            return
        further = (
            f"the {name}'s {each.name}'s {named}"
            for each in attributes
            if vocabulary.attribute(each.type, named) is not None
        )
        span = lattice.span(begin, begin + len(words_of(named)))
        known = tuple(each.name for each in attributes)
        yield Diagnostic("E0306", f"{with_article(name)} has no `{named}`", span, known, tuple(further))


def _attribute(lattice: Lattice, at: int) -> str:
    """The longest name of an attribute at a place, of any record; "" where there is none."""
    return max((name for name, _ in lattice.attribute_names(at)), key=len, default="")


# ------------------------------------------------------------------- questions

_Right = Callable[[Lattice, Mapping[str, str]], str]


def _how_many(lattice: Lattice, said: Mapping[str, str]) -> str:
    noun = find_noun(lattice.vocabulary.nouns, words_of(said["kind"]))
    if noun is None:
        return ""
    verb = _ONE.get(said["verb"], said["verb"])
    return f"What is the number of {said['kind']} such that the {noun.noun} {verb} {said['rest']}?"


def _has_attribute(lattice: Lattice, said: Mapping[str, str]) -> str:
    known = words_of(said["attribute"])[0] in lattice.vocabulary.attribute_index
    return f"What is {said['owner']}'s {said['attribute']}?" if known else ""


def _every(lattice: Lattice, said: Mapping[str, str]) -> str:
    noun = find_noun(lattice.vocabulary.nouns, words_of(said["kind"]))
    several = (each for each in lattice.vocabulary.nouns if noun is not None and each.noun == noun.noun and each.plural)
    plural = next((" ".join(each.words) for each in several), "")
    return f"Which {plural} are not {said['rest']}?" if plural else ""


def _which(lattice: Lattice, said: Mapping[str, str]) -> str:
    noun = find_noun(lattice.vocabulary.nouns, words_of(said["kind"]))
    verbs = {phrase.parts[1] for phrase in lattice.vocabulary.phrases if len(phrase.parts) > 1}
    return f"Which {noun.noun} {said['verb']} {said['rest']}?" if noun and noun.plural and said["verb"] in verbs else ""


_ASKED: tuple[tuple[re.Pattern[str], _Right, str], ...] = (
    (
        re.compile(r"how many (?P<kind>.+?) (?P<verb>is|are|was|were|have) (?P<rest>.+)"),
        _how_many,
        "what there are is counted so",
    ),
    (
        re.compile(r"who (?:is|are|was) the (?P<attribute>.+?) of (?P<owner>.+)"),
        _has_attribute,
        "an attribute is a value",
    ),
    (
        re.compile(r"(?:is|are) (?P<who>.+?) (?:allowed|permitted|entitled|able) to (?P<rest>.+)"),
        lambda _, said: f"May {said['who']} {said['rest']}?",
        "what is permitted is asked with `may`",
    ),
    (
        re.compile(r"how much may (?P<rest>.+)"),
        lambda _, said: f"How much money may {said['rest']}?",
        "what is counted is named",
    ),
    (
        re.compile(r"(?:do|does|did) § .+? apply\b.*"),
        lambda *_: "Is …?",
        "clauses are not asked about: ask what the clause decides, and the answer cites it if it does",
    ),
    (
        re.compile(r"which (?P<kind>.+?) (?P<verb>(?!(?:is|are|was|were|has|have|may|did|does|do)\b)\S+) (?P<rest>.+)"),
        _which,
        "what each of them did is asked of one",
    ),
    (re.compile(r"(?:is|are) every (?P<kind>\S+) (?P<rest>.+)"), _every, "those of which it is not so are asked for"),
    (
        re.compile(r"(?:is|are|was|does|did|may|has) .+ (?:and|or) (?:is|are|was|does|did|may|has) .+"),
        lambda *_: "Is it the case that … and …?",
        "a question asks one thing, or of several statements whether it is the case",
    ),
)
"""Questions as people ask them, the question that the language has for them, and why."""


def _questions(lattice: Lattice) -> Iterator[Diagnostic]:
    text = joined(lattice.words[: len(lattice)]).rstrip(" ?")
    for form, right, why in _ASKED:
        if (match := form.fullmatch(text)) and (meant := right(lattice, match.groupdict())):
            yield Diagnostic("E0601", f"this cannot be asked so: {why}", lattice.span(0, len(lattice)), (meant,))
