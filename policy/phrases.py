"""Forms of declared phrases, and the trie that holds them.

A statement phrase is matched plain, negated, and without its final ``on *a date*``; and with its verb moved
to the front, as a question has it. The functions that every book has (dates, arithmetic) are phrases of the
same trie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, field, frozen

from engine.signature import dimensioned
from engine.values import DATE, NUMBER, PERIOD, YEAR, Kind, Type
from policy.source import Span
from policy.syntax import Call, Operation, Term
from policy.words import Phrase, Slot

Wanted = Type | Kind
"""What a slot takes: a type, or a kind of value whatever its dimension."""

Parts = tuple[str | Slot, ...]

_AFTER_NOUNS = ("of", "under", "on", "in", "to", "for", "by", "at", "with", "from", "as", "that", "who")
_PLURAL_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}
_PLURAL_OWNERS = {"its": "their", "his": "their", "her": "their"}
_PASTS = {"is": "was", "are": "were", "does": "did", "do": "did"}
_DOES = {"has": "does", "have": "do"}
_PARTICIPLES = ("ed", "en", "become", "come")

VERBS = ("is", "are", "was", "were", "has", "have", "may", "must", "will")


@frozen
class Form:
    """A statement phrase as it was matched; ``dateless`` without its final ``on *a date*``."""

    phrase: Phrase
    negated: bool
    dateless: bool


@frozen
class Function:
    """A built-in function: the term it makes of its arguments."""

    build: Callable[[tuple[Term, ...], Span], Term]


@frozen
class Valued:
    """A value phrase."""

    phrase: Phrase

    def build(self, arguments: tuple[Term, ...], span: Span) -> Term:
        assert self.phrase.value is not None
        return Call(self.phrase, arguments, self.phrase.value, span)


End = Form | Function | Valued


@define(eq=False)
class Node:
    """A place in the trie: the words and slots that may follow, and what may end here."""

    words: dict[str, Node] = field(factory=dict)
    slots: tuple[tuple[Wanted, Node], ...] = ()
    ends: tuple[End, ...] = ()

    def insert(self, parts: Sequence[str | Wanted], end: End) -> None:
        node = self
        for part in parts:
            node = node.word(part) if isinstance(part, str) else node.slot(part)
        if end not in node.ends:
            node.ends += (end,)

    def ends_at(self, parts: Sequence[str | Wanted]) -> bool:
        """Whether something ends where these parts lead."""
        node: Node | None = self
        for part in parts:
            if node is not None:
                node = node.words.get(part) if isinstance(part, str) else dict(node.slots).get(part)
        return node is not None and bool(node.ends)

    def word(self, word: str) -> Node:
        if word not in self.words:
            self.words[word] = Node()
        return self.words[word]

    def slot(self, wanted: Wanted) -> Node:
        for known, node in self.slots:
            if known == wanted:
                return node
        node = Node()
        self.slots += ((wanted, node),)
        return node


def fits(actual: Type, wanted: Wanted) -> bool:
    """Whether a term of a type may fill a slot."""
    if isinstance(wanted, Kind):
        return actual.kind is wanted
    if actual.kind is not wanted.kind:
        return False
    if wanted.kind is Kind.NUMBER:
        return actual.dimension == wanted.dimension
    return wanted.kind is not Kind.SYMBOL or actual.name == wanted.name


# -------------------------------------------------------------------- forms


def negation(parts: Parts) -> Parts:
    """The negation of a phrase with one of the verbs: ``not`` after the first of them; () without any."""
    for at, part in enumerate(parts):
        if part == "must":
            return (*parts[:at], "need", "not", *parts[at + 1 :])
        if part in VERBS:
            return (*parts[: at + 1], "not", *parts[at + 1 :])
    return ()


def declared_negation(parts: Parts, words: tuple[str, ...]) -> Parts:
    """The negation declared as ``(does not bind)``: it stands for the words that it resembles; () if none."""
    if "not" not in words:
        return ()
    base = words[words.index("not") + 1 :]
    if not base:
        return ()
    best, place = 0, -1
    for at, part in enumerate(parts):
        tail = parts[at + 1 : at + len(base)]
        if isinstance(part, str) and tail == base[1:]:
            shared = _shared(part, base[0])
            if shared > best:
                best, place = shared, at
    if place < 0:
        return ()
    return (*parts[:place], *words, *parts[place + len(base) :])


def _shared(one: str, other: str) -> int:
    """How many letters two words have in common at their start."""
    count = 0
    for left, right in zip(one.lower(), other.lower(), strict=False):
        if left != right:
            return count
        count += 1
    return count


def fronted(negative: Parts, negated: bool) -> Parts:
    """A statement with its verb moved to the front, made from its negation; () where there is none."""
    if "not" not in negative:
        return ()
    at = negative.index("not")
    verb = "must" if negative[at - 1] == "need" else negative[at - 1]
    return (verb, *negative[: at - 1], *(("not",) if negated else ()), *negative[at + 1 :])


def in_the_past(asked: Parts) -> Parts:
    """A statement with its verb in front as it is asked of a day gone by: ``was Bond in service``; () where none is."""
    verb = _PASTS.get(str(asked[0])) if asked else None
    return (verb, *asked[1:]) if verb else ()


def with_does(negative: Parts) -> Parts:
    """A negation by `has` made with `does`, where something is had: ``has not a key`` as ``does not have a key``."""
    for at, part in enumerate(negative[:-2]):
        after = negative[at + 2]
        if part in _DOES and negative[at + 1] == "not":
            is_helper = isinstance(after, str) and after.endswith(_PARTICIPLES)
            return () if is_helper else (*negative[:at], _DOES[str(part)], "not", "have", *negative[at + 2 :])
    return ()


def of_their(parts: Parts) -> Parts:
    """What is said of several things as each one's own, as theirs; () where nothing is."""
    return tuple(_PLURAL_OWNERS.get(str(part), part) for part in parts) if {*_PLURAL_OWNERS} & {*parts} else ()


def pluralized(negative: Parts, negated: bool) -> Parts:
    """A statement as said of several things (``are not permitted``, ``bind``), made from its negation."""
    if "not" not in negative:
        return ()
    at = negative.index("not")
    verb = _PLURAL_VERBS.get(str(negative[at - 1]), str(negative[at - 1]))
    if negated:
        return (*negative[: at - 1], verb, *negative[at:])
    kept = () if verb in ("do", "did") else ("must",) if verb == "need" else (verb,)
    return (*negative[: at - 1], *kept, *negative[at + 1 :]) if verb != "did" else ()


def of_several(parts: Parts) -> Parts:
    """What is said of several things with the noun after its verb in the plural; () where there is no such noun.

    ``are an outside director under the Code`` becomes ``are outside directors under the Code``.
    """
    for at, part in enumerate(parts):
        if part in ("a", "an") and parts[at - 1] in ("are", "were", "not"):
            end = at + 1
            while end < len(parts) and isinstance(parts[end], str) and parts[end] not in _AFTER_NOUNS:
                end += 1
            noun = [str(each) for each in parts[at + 1 : end]]
            return (*parts[:at], *noun[:-1], plural(noun[-1]), *parts[end:]) if noun else ()
    return ()


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun + "s"


def unfronted(parts: Parts, names: Sequence[tuple[str, ...]]) -> Parts:
    """An asked phrase in the order of a statement: ``may *a person* receive`` to ``*a person* may receive``."""
    if not parts or parts[0] not in VERBS or len(parts) == 1:
        return parts
    length = 1
    for name in names:
        if parts[1 : 1 + len(name)] == name:
            length = max(length, len(name))
    return (*parts[1 : 1 + length], parts[0], *parts[1 + length :])


def without_date(parts: Parts) -> Parts:
    """A phrase without its final ``on *a date*``."""
    return parts[:-2]


def wanted(parts: Parts) -> tuple[str | Wanted, ...]:
    return tuple(part.type if isinstance(part, Slot) else part for part in parts)


@frozen
class Tries:
    """Where every phrase of a book is found.

    Terms; statements; statements with their verb in front; statements that begin with a slot, said of several.
    """

    terms: Node
    statements: Node
    fronted: Node
    plurals: Node


def tries(phrases: Sequence[Phrase]) -> Tries:
    terms, statements, front, plurals = Node(), Node(), Node(), Node()
    pasts: list[tuple[Parts, Form]] = []
    for spelt, function in FUNCTIONS:
        terms.insert(spelt, function)
    for phrase in phrases:
        if phrase.value is not None:
            terms.insert(wanted(phrase.parts), Valued(phrase))
            continue
        negatives = (phrase.negative, with_does(phrase.negative))
        for negated, parts in ((False, phrase.parts), (True, phrase.negative)):
            if not parts:
                continue
            form = Form(phrase, negated, False)
            for each in (parts, negatives[1]) if negated else (parts,):
                _insert(statements, each, form)
            for negative in negatives:
                asked = [fronted(negative, negated)]
                if isinstance(parts[0], Slot) and "does" in negative:  # a name may be a plural: `do the creditors …`
                    asked.append(fronted(pluralized(negative, True), negated))
                for each in asked:
                    _insert(front, each, form)
                pasts.append((in_the_past(asked[0]), form))
                several = pluralized(negative, negated)
                for each in (several, of_several(several), of_their(several)):
                    _insert(plurals, each, form)
    for each, form in pasts:  # a phrase that is itself declared in the past comes first
        _insert(front, each, form, only_new=True)
    return Tries(terms, statements, front, plurals)


def _insert(trie: Node, parts: Parts, form: Form, only_new: bool = False) -> None:
    if not parts:
        return
    forms = [(parts, form)]
    if form.phrase.date_slot is not None:
        forms.append((without_date(parts), Form(form.phrase, form.negated, True)))
    for each, made in forms:
        if not (only_new and trie.ends_at(wanted(each))):
            trie.insert(wanted(each), made)


# ---------------------------------------------------------------- functions


def _of_type(operation: str, type: Type) -> Function:
    return Function(lambda arguments, span: Operation(operation, arguments, type, span))


def _of_first(operation: str) -> Function:
    return Function(lambda arguments, span: Operation(operation, arguments, arguments[0].type, span))


def product(operation: str, left: Term, right: Term, span: Span) -> Term:
    """A product or quotient, of the dimension that it has."""
    sign = 1 if operation == "multiply" else -1
    return Operation(operation, (left, right), dimensioned(left.type, right.type, sign), span)


_FUNCTION_PHRASES: tuple[tuple[str, Function], ...] = (
    ("{period} after {date}", _of_type("after", DATE)),
    ("{period} before {date}", _of_type("before", DATE)),
    ("the day after {date}", _of_type("day_after", DATE)),
    ("the day before {date}", _of_type("day_before", DATE)),
    ("the earlier of {date} and {date}", _of_type("earlier", DATE)),
    ("the later of {date} and {date}", _of_type("later", DATE)),
    ("the year of {date}", _of_type("year_of", YEAR)),
    ("the first day of the month of {date}", _of_type("first_of_month", DATE)),
    ("the last day of the month of {date}", _of_type("last_of_month", DATE)),
    ("the first day of the year of {date}", _of_type("first_of_year", DATE)),
    ("the last day of the year of {date}", _of_type("last_of_year", DATE)),
    ("the first day of the month after {date}", _of_type("first_of_next_month", DATE)),
    ("the day number of {date}", _of_type("day_number", NUMBER)),
    ("the number of whole years from {date} to {date}", _of_type("whole_years", NUMBER)),
    ("the number of days from {date} to {date}", _of_type("days_between", NUMBER)),
    ("{number} business days after {date}", _of_type("business_days_after", DATE)),
    ("{number} business day after {date}", _of_type("business_days_after", DATE)),
    ("{number} business days before {date}", _of_type("business_days_before", DATE)),
    ("{number} business day before {date}", _of_type("business_days_before", DATE)),
    ("the first business day on or after {date}", _of_type("first_business_day", DATE)),
    ("the lesser of {quantity} and {quantity}", _of_first("lesser")),
    ("the greater of {quantity} and {quantity}", _of_first("greater")),
    ("the excess , if any , of {quantity} over {quantity}", _of_first("excess")),
    ("the product of {quantity} and {quantity}", Function(lambda two, span: product("multiply", two[0], two[1], span))),
)
_FUNCTION_SLOTS: dict[str, Wanted] = {
    "{period}": PERIOD,
    "{date}": DATE,
    "{number}": NUMBER,
    "{quantity}": Kind.NUMBER,
}

FUNCTIONS: tuple[tuple[tuple[str | Wanted, ...], Function], ...] = tuple(
    (tuple(_FUNCTION_SLOTS.get(word, word) for word in words.split()), function)
    for words, function in _FUNCTION_PHRASES
)
"""The built-in functions: their parts, and what they make."""

FUNCTION_WORDING: dict[str, str] = {
    "after": "{} after {}",
    "before": "{} before {}",
    "day_after": "the day after {}",
    "day_before": "the day before {}",
    "earlier": "the earlier of {} and {}",
    "later": "the later of {} and {}",
    "year_of": "the year of {}",
    "first_of_month": "the first day of the month of {}",
    "last_of_month": "the last day of the month of {}",
    "first_of_year": "the first day of the year of {}",
    "last_of_year": "the last day of the year of {}",
    "first_of_next_month": "the first day of the month after {}",
    "day_number": "the day number of {}",
    "whole_years": "the number of whole years from {} to {}",
    "days_between": "the number of days from {} to {}",
    "business_days_after": "{} business days after {}",
    "business_days_before": "{} business days before {}",
    "first_business_day": "the first business day on or after {}",
    "lesser": "the lesser of {} and {}",
    "greater": "the greater of {} and {}",
    "excess": "the excess, if any, of {} over {}",
}
"""How each named operation is printed."""
