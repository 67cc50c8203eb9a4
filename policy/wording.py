"""Trees to canonical English: what is printed here parses back to the same tree.

A chain stays in its sentence where it can be read there; conditions that mix `and` and `or`, or go on for
long, become a list. A list's items are lines that begin with ``-``, nested by two blanks.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Comparison, Fold
from engine.operations import ROUNDINGS
from engine.values import DATE, YEAR, Kind
from policy.phrases import FUNCTION_WORDING, fronted, plural, without_date
from policy.quantities import print_value
from policy.rounding import rounded
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
    Fact,
    HasAttribute,
    Holds,
    ItIsNot,
    Mention,
    Name,
    NoneOf,
    Operation,
    PriorityPart,
    Quantity,
    Question,
    Rank,
    RuleSentence,
    Sentence,
    Stated,
    Term,
    ThereIs,
    Time,
    When,
)
from policy.vocabulary import UNCOUNTED
from policy.vocabulary_text import filled, joined, with_article

LONGEST_CHAIN = 150
"""A chain longer than this becomes a list."""

_IRREGULAR = {"person": "persons"}
_ARITHMETIC = {"add": "plus", "subtract": "minus", "multiply": "times", "divide": "divided by"}
_COMPARED = {
    Comparison.IS: "is",
    Comparison.IS_NOT: "is not",
    Comparison.AT_MOST: "is at most",
    Comparison.AT_LEAST: "is at least",
    Comparison.MORE: "exceeds",
    Comparison.LESS: "is less than",
}
_DATED = {
    Comparison.LESS: "is before",
    Comparison.AT_MOST: "is on or before",
    Comparison.MORE: "is after",
    Comparison.AT_LEAST: "is on or after",
}
_FAR = {
    Comparison.MORE: "is more than",
    Comparison.LESS: "is less than",
    Comparison.AT_MOST: "is at most",
    Comparison.AT_LEAST: "is at least",
}
_MIRRORED = {
    Comparison.MORE: Comparison.LESS,
    Comparison.LESS: Comparison.MORE,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}
_FOLDS = {Fold.TOTAL: "total", Fold.PRODUCT: "product", Fold.HIGHEST: "highest", Fold.LOWEST: "lowest"}
_DATED_FOLDS = {Fold.HIGHEST: "latest", Fold.LOWEST: "earliest"}
_DAYS = {"the": "the day", "first": "the first day", "last": "the last day", "ended": "the day"}
_RANKS = {
    Rank.DESPITE: "despite",
    Rank.SUBJECT_TO: "subject to",
    Rank.FAILING_THAT: "failing that",
    Rank.DESPITE_ABOVE: "despite the sentence above",
    Rank.DESPITE_ALL_ABOVE: "despite the sentences above",
}


def print_tree(node: Sentence | Condition | Term | Question | Fact) -> str:
    """A tree as the language writes it."""
    match node:
        case RuleSentence() | ExemptionSentence():
            return _ended(_capital(_sentence(node)))
        case Question():
            return _capital(_question(node)) + "?"
        case Fact():
            return _capital(_fact(node)) + "."
        case _ if isinstance(node, Term):
            return term(node)
        case _:
            return _ended(condition(node), "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str, stop: str = ".") -> str:
    """With the final stop: that of the last item, where the text ends in a list."""
    return text[:-1] + "." if text.endswith(";") else text + stop


# ---------------------------------------------------------------- sentences


def _sentence(tree: Sentence) -> str:
    if isinstance(tree, RuleSentence):
        text = "".join(f"{_priority(part)}, " for part in tree.priorities)
        text += condition(tree.conclusion)
    else:
        text = listed([f"§ {ref.clause}" for ref in tree.clauses], "and")
        if tree.other_than:
            text += f" other than {listed([f'§ {ref.clause}' for ref in tree.other_than], 'and')}"
        verb = "does" if len(tree.clauses) == 1 else "do"
        text += f" {verb} not apply to {term(tree.subject)}"
    if tree.condition is None:
        return text
    return f"{text} {'unless' if tree.unless else 'if'} {condition(tree.condition)}"


def _priority(part: PriorityPart) -> str:
    clauses = listed([f"§ {ref.clause}" for ref in part.clauses], "and")
    return f"{_RANKS[part.rank]} {clauses}".rstrip()


def listed(parts: Sequence[str], word: str) -> str:
    """``A, B and C``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


# --------------------------------------------------------------- conditions


def condition(tree: Condition, depth: int = 0) -> str:
    """A condition; each item of a list, the last too, ends in a semicolon."""
    match tree:
        case AllOf() | AnyOf() | NoneOf():
            return _several(tree, depth)
        case Holds():
            return _holds(tree)
        case Compared():
            return _compared(tree, depth)
        case HasAttribute():
            return f"{term(tree.of)} {'has no' if tree.negated else 'has'} " + (
                tree.attribute if tree.negated else with_article(tree.attribute)
            )
        case ComesBefore():
            return f"{term(tree.earlier)} comes before {term(tree.later)}"
        case ItIsNot(condition=ComesBefore(earlier=earlier, later=later)):
            return f"{term(earlier)} does not come before {term(later)}"
        case ItIsNot():
            inner = tree.condition
            chain = isinstance(inner, AllOf | AnyOf) and _one_of(inner) is None
            return "it is not the case that " + (_list(inner, depth) if chain else condition(inner, depth))
        case ThereIs():
            return _there_is(tree, depth)


def _several(tree: AllOf | AnyOf | NoneOf, depth: int) -> str:
    if (shown := _one_of(tree)) is not None:
        return shown
    if isinstance(tree, NoneOf) or not all(map(_is_simple, tree.conditions[:-1])) or _holds_list(tree.conditions[-1]):
        return _list(tree, depth)
    text = listed([condition(part, depth) for part in tree.conditions], "and" if isinstance(tree, AllOf) else "or")
    return text if len(text) <= LONGEST_CHAIN and "\n" not in text else _list(tree, depth)


def _list(tree: Condition, depth: int) -> str:
    opening, parts = {
        AllOf: ("all of these hold:", getattr(tree, "conditions", ())),
        AnyOf: ("any of these holds:", getattr(tree, "conditions", ())),
        NoneOf: ("none of these holds:", getattr(tree, "conditions", ())),
    }[type(tree)]
    indent = "  " * depth
    lines = [f"{indent}- {_item(condition(part, depth + 1))}" for part in parts]
    return "\n".join([opening, *lines])


def _item(text: str) -> str:
    return text if text.endswith(";") else text + ";"


def _is_simple(tree: Condition) -> bool:
    """Whether something may follow a condition in its sentence."""
    match tree:
        case AllOf() | AnyOf() | NoneOf():
            return _one_of(tree) is not None
        case Compared():
            return not _has_aggregate(tree.right)
        case ItIsNot():
            return _is_simple(tree.condition)
        case ThereIs():
            return tree.member.article is Article.EVERY
        case _:
            return True


def _holds_list(tree: Condition) -> bool:
    """Whether a condition is a chain or list itself, so that it cannot end another chain."""
    return isinstance(tree, AllOf | AnyOf | NoneOf) and _one_of(tree) is None


def _has_aggregate(tree: Term) -> bool:
    if isinstance(tree, AggregateTerm):
        return True
    return isinstance(tree, Operation) and any(map(_has_aggregate, tree.arguments))


def _one_of(tree: AllOf | AnyOf | NoneOf) -> str | None:
    """``X is one of A, B and C``, where a condition says that."""
    parts = [part for part in tree.conditions if isinstance(part, Compared) and part.comparison is Comparison.IS]
    if isinstance(tree, AllOf) or len(parts) != len(tree.conditions) or len(parts) < 2:
        return None
    left = parts[0].left
    same = all(part.left == left and _is_closed(part.right) and not _in_year(part) for part in parts)
    if not same:
        return None
    verb = f"{_be(left)} not" if isinstance(tree, NoneOf) else _be(left)
    return f"{term(left)} {verb} one of {listed([closed(part.right) for part in parts], 'and')}"


def _is_closed(tree: Term) -> bool:
    """Whether a term holds no arithmetic, so that it may fill a slot."""
    match tree:
        case Operation():
            if tree.operation in ("add", "subtract", "divide", *ROUNDINGS):
                return False
            return all(map(_is_closed, tree.arguments))
        case AggregateTerm():
            return False
        case _:
            return True


def _compared(tree: Compared, depth: int) -> str:
    left, right = term(tree.left), term(tree.right, depth)
    words = _comparison(tree)
    if _be(tree.left) == "are":
        words = words.replace("exceeds", "exceed")
        words = "are" + words[2:] if words.startswith("is") else words
    if isinstance(tree.left, Call) and words.startswith("is") and tree.left.phrase.verb == "are":
        words = "are" + words[2:]
    return f"{left} {words} {right}"


def _comparison(tree: Compared) -> str:
    if _in_year(tree):
        return "is in" if tree.comparison is Comparison.IS else "is not in"
    if tree.left.type.kind is not Kind.DATE or tree.comparison not in _DATED:
        return _COMPARED[tree.comparison]
    if isinstance(tree.right, Operation):
        if tree.right.operation in ("after", "business_days_after"):
            return _FAR[tree.comparison]
        if tree.right.operation in ("before", "business_days_before"):
            return _FAR[_MIRRORED[tree.comparison]]
    return _DATED[tree.comparison]


def _in_year(tree: Compared) -> bool:
    return tree.left.type.kind is Kind.DATE and tree.right.type.dimension == YEAR.dimension


def _be(tree: Term) -> str:
    """The form of `be` that a term takes."""
    match tree:
        case Mention():
            return "are" if tree.noun == "shares" else "is"
        case Attribute():
            return "are" if tree.attribute.endswith("shares") else "is"
        case Call():
            return tree.phrase.verb if tree.phrase.verb == "are" else "is"
        case _:
            return "is"


def _holds(tree: Holds) -> str:
    phrase = tree.phrase
    parts = phrase.negative if tree.negated else phrase.parts
    if len(tree.arguments) < len(phrase.slots):
        parts = without_date(parts)
    text = filled(parts, [closed(argument) for argument in tree.arguments])
    return text if tree.when is None else f"{text} {_when(tree.when)}"


def _when(when: When) -> str:
    first, *rest = [closed(each) for each in when.terms]
    match when.time:
        case Time.WITHIN_BEFORE | Time.WITHIN_AFTER | Time.WITHIN_FROM:
            return f"within {first} {when.time.value.split()[-1]} {rest[0]}"
        case Time.THROUGHOUT | Time.AT_ANY_TIME_FROM:
            return f"{when.time.value} {first} to {rest[0]}"
        case Time.FROM:
            return f"from {first} to {rest[0]}" if rest else f"from {first}"
        case _:
            return f"{when.time.value} {first}"


def _there_is(tree: ThereIs, depth: int) -> str:
    member = tree.member
    if member.article is Article.EVERY and isinstance(tree.where, AllOf):
        who, what = tree.where.conditions
        assert isinstance(what, ItIsNot)
        return f"every {_noun(member)} who {_predicate(who)} {_predicate(what.condition)}"
    if tree.negated:
        return f"there is no {_noun(member)} such that {condition(tree.where, depth)}"
    return f"there is {term(member)} such that {condition(tree.where, depth)}"


def _predicate(tree: Condition) -> str:
    """A statement without its subject."""
    assert isinstance(tree, Holds)
    return _holds(tree).removeprefix("who ")


# -------------------------------------------------------------------- terms


def closed(tree: Term) -> str:
    """A term where no arithmetic may stand."""
    if isinstance(tree, Operation) and tree.operation == "multiply" and not _is_share_of(tree):
        left, right = tree.arguments
        return f"the product of {closed(left)} and {closed(right)}"
    return term(tree)


def term(tree: Term, depth: int = 0) -> str:
    """A term."""
    match tree:
        case Mention():
            return _mention(tree)
        case Name():
            return tree.name
        case Quantity():
            return print_value(tree.value, tree.type)
        case Attribute():
            if isinstance(tree.of, Mention | Name | Attribute) and term(tree.of)[-1:].isalnum():
                return joined((term(tree.of), "'s", tree.attribute))
            return f"the {tree.attribute} of {term(tree.of)}"
        case Call():
            return filled(tree.phrase.parts, [closed(argument) for argument in tree.arguments])
        case DayOf():
            ended = " ended" if tree.which == "ended" else ""
            parts = tree.phrase.parts if ended else without_date(tree.phrase.parts)
            return f"{_DAYS[tree.which]} {filled(parts, [closed(each) for each in tree.arguments])}{ended}"
        case Operation():
            return _operation(tree, depth)
        case AggregateTerm():
            return _aggregate(tree, depth)


def _noun(tree: Mention) -> str:
    return " ".join((*tree.adjectives, tree.noun))


def _mention(tree: Mention) -> str:
    noun = _noun(tree)
    match tree.article:
        case Article.A:
            return noun if tree.noun in UNCOUNTED else with_article(noun)
        case Article.WHO:
            return "who"
        case _:
            return f"{tree.article.value} {noun}"


def _operation(tree: Operation, depth: int) -> str:
    name = tree.operation
    if name in ROUNDINGS:
        value, step = tree.arguments
        assert isinstance(step, Quantity)
        return rounded(term(value), name, step.value, step.type)
    if name in _ARITHMETIC:
        left, right = tree.arguments
        if _is_share_of(tree):
            return f"{_share(left)} of {closed(right)}"
        after = term(right, depth) if isinstance(right, AggregateTerm) or name in ("add", "subtract") else closed(right)
        return f"{term(left)} {_ARITHMETIC[name]} {after}"
    text = FUNCTION_WORDING[name].format(*(closed(argument) for argument in tree.arguments))
    return text.replace("1 business days", "1 business day") if text.startswith("1 business") else text


def _is_share_of(tree: Operation) -> bool:
    """``110% of X``."""
    left, right = tree.arguments[0], tree.arguments[-1]
    return (
        tree.operation == "multiply"
        and isinstance(left, Quantity)
        and not left.type.dimension
        and (not isinstance(left.value, int) or left.value == 1 or left.span.text.endswith("%"))
        and _is_closed(right)
    )


def _share(tree: Term) -> str:
    """A factor as a share: ``110%``, ``1/3``."""
    return f"{tree.value * 100}%" if isinstance(tree, Quantity) and isinstance(tree.value, int) else term(tree)


def _aggregate(tree: AggregateTerm, depth: int) -> str:
    noun = _noun(tree.member)
    if tree.fold is Fold.NUMBER:
        if (days := _number_of_days(tree, depth)) is not None:
            return days
        many = " ".join((*tree.member.adjectives, _plural(tree.member.noun)))
        return f"the number of {many} such that {condition(tree.where, depth)}"
    assert tree.of is not None
    names = _DATED_FOLDS if tree.of.type == DATE else _FOLDS
    text = f"the {names[tree.fold]} of {term(tree.of)}"
    if not tree.member.adjectives:
        return f"{text} over every {noun} such that {condition(tree.where, depth)}"
    kind = with_article(tree.member.noun)
    return f"{text} for every {noun}, being {kind} for which {condition(tree.where, depth)}"


def _number_of_days(tree: AggregateTerm, depth: int) -> str | None:
    if tree.member.type != DATE or not isinstance(tree.where, AllOf) or len(tree.where.conditions) != 3:
        return None
    first, last, where = tree.where.conditions
    if not isinstance(first, Compared) or not isinstance(last, Compared):
        return None
    return f"the number of days from {closed(first.right)} to {closed(last.right)} such that {condition(where, depth)}"


def _plural(noun: str) -> str:
    return _IRREGULAR.get(noun) or plural(noun)


# ------------------------------------------------------ questions and facts


def _question(tree: Question) -> str:
    text = _asked(tree)
    if not tree.supposing:
        return text
    return f"supposing that {listed([condition(each) for each in tree.supposing], 'and')}: {text}"


def _asked(tree: Question) -> str:
    of, open = tree.of, tree.open
    if tree.ask is Ask.VALUE or isinstance(of, Term):
        assert isinstance(of, Term)
        return f"what {_be(of)} {term(of)}"
    if isinstance(open, Attribute):
        return f"what is the {tree.ask.value} {open.attribute} of {term(open.of)} at which {condition(of)}"
    if isinstance(open, Mention) and isinstance(of, Holds):
        return _open(tree.ask, open, of)
    return f"is it the case that {condition(of)}"


def _open(ask: Ask, open: Mention, of: Holds) -> str:
    """A question that leaves a slot open: the statement with nothing in its place."""
    phrase = of.phrase
    gaps = ["" if argument == open else closed(argument) for argument in of.arguments]
    plain = phrase.negative if of.negated else phrase.parts
    front = fronted(phrase.negative, of.negated)
    when = "" if of.when is None or open in of.when.terms else f" {_when(of.when)}"
    if ask is Ask.WHEN:
        dated = phrase.date_slot is not None
        return f"when {filled(without_date(front) if dated else front, gaps[:-1] if dated else gaps)}"
    if ask is Ask.MOST:
        return f"what is the most {_plural_of(open)} {filled(plain, gaps)}{when}"
    if of.arguments[:1] == (open,):
        return f"which {_noun(open)} {filled(plain, gaps)}{when}"
    return f"which {_noun(open)} {filled(front, gaps)}{when}"


def _plural_of(tree: Mention) -> str:
    return tree.noun if tree.noun in UNCOUNTED else _plural(tree.noun)


def _fact(tree: Fact) -> str:
    said = term(tree.of) if isinstance(tree.of, Term) else condition(tree.of)
    text = {
        Stated.SO: said,
        Stated.NOT_KNOWN: f"it is not known whether {said}",
        Stated.COMPLETE: f"the record of {said} is complete",
        Stated.FOUND: f"taken as found: {said}",
        Stated.NONE: f"{said} is none",
        Stated.MADE_BEFORE: said.replace(" comes before ", " was made before "),
    }[tree.stated]
    return f'{text}, according to "{tree.source}"' if tree.source else text


__all__ = ["condition", "joined", "listed", "print_tree", "term"]
