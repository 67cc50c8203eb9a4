"""Variables of a sentence: which one each mention names, and where each lives.

A name (adjectives and noun) is introduced by `a`, `an`, `another` or `every` and referred to by `the`. What
is introduced inside a negation, an `unless`, an arm of an `or`, a `none of`, an aggregate or `there is`
lives only there. `another grant` is referred to as `the other grant`; it, and what `no other grant` or
`every other grant` introduces, differs from every variable of its type that was introduced before it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, define, field, frozen

from engine.model import Variable
from engine.values import Type
from policy.diagnostic import Diagnostic, nearest
from policy.dimensions import Records
from policy.source import Span
from policy.syntax import (
    AggregateTerm,
    AllOf,
    AnyOf,
    Article,
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
    Question,
    RuleSentence,
    Sentence,
    Term,
    ThereIs,
)
from policy.words import Slot

MOST_ADJECTIVES = 2

Place = tuple[int, int]


def place_of(span: Span) -> Place:
    """The key of a mention in `Variables.named`."""
    return span.start, span.end


@frozen
class Variables:
    """What the mentions of one sentence name.

    ``apart`` are the variables that a variable introduced by `another` differs from.
    """

    named: Mapping[Place, Variable] = field(factory=dict)
    apart: Mapping[Variable, tuple[Variable, ...]] = field(factory=dict)

    def of(self, mention: Mention) -> Variable:
        return self.named[place_of(mention.span)]


@define(eq=False)
class _Scope:
    """The names that live in one part of a sentence; ``member`` is the one that `who` and `which` mean."""

    parent: _Scope | None = None
    names: dict[str, Variable] = Factory(dict)
    member: Variable | None = None

    def find(self, name: str) -> Variable | None:
        if name in self.names:
            return self.names[name]
        return self.parent.find(name) if self.parent is not None else None

    def find_member(self) -> Variable | None:
        if self.member is not None:
            return self.member
        return self.parent.find_member() if self.parent is not None else None

    def visible(self) -> dict[str, Variable]:
        above = self.parent.visible() if self.parent is not None else {}
        return {**above, **self.names}


@define(eq=False)
class Resolver:
    """Resolves the mentions of one sentence, from left to right."""

    records: Records = Factory(dict)
    problems: list[Diagnostic] = Factory(list)
    _named: dict[Place, Variable] = Factory(dict)
    _apart: dict[Variable, tuple[Variable, ...]] = Factory(dict)
    _taken: set[str] = Factory(set)
    _adjectival: dict[Variable, Mention] = Factory(dict)
    _used: set[Variable] = Factory(set)
    _scope: _Scope = Factory(_Scope)

    # ------------------------------------------------------------ sentences

    def sentence(self, tree: Sentence) -> Variables:
        match tree:
            case RuleSentence():
                if isinstance(tree.conclusion, Compared):
                    self._terms(tree.conclusion.left, tree.conclusion.right)
                else:
                    self._terms(*tree.conclusion.arguments)
                self._body(tree.condition, tree.unless)
            case ExemptionSentence():
                self._terms(tree.subject)
                self._body(tree.condition, tree.unless)
        return self.result()

    def question(self, tree: Question) -> Variables:
        if isinstance(tree.open, Mention):
            self._scope.member = self._introduce(tree.open)
        if isinstance(tree.of, Condition):
            self.condition(tree.of)
        else:
            self._terms(tree.of)
        if isinstance(tree.open, Attribute):
            self._terms(tree.open)
        for fact in tree.supposing:
            self.condition(fact)
        return self.result()

    def asked(
        self, slots: tuple[Slot, ...], record: Type | None, cells: tuple[Term, ...], ask: Condition
    ) -> tuple[tuple[Variable, ...], Variable | None, Variables]:
        """The slots' variables, the supposed record's, and what the mentions of an asked form name."""
        variables = tuple(self._declare(" ".join((*slot.adjectives, slot.noun)), slot.type) for slot in slots)
        self._terms(*cells)
        supposed = None if record is None else self._declare(record.name, record)
        self.condition(ask)
        return variables, supposed, self.result()

    def result(self) -> Variables:
        for variable, mention in self._adjectival.items():
            if variable not in self._used:
                self._problem(
                    "E0313",
                    f"`{variable.name}` is introduced here and never used: an adjective only tells variables apart",
                    mention.span,
                    notes=(f"leave the adjective out, or refer to `the {variable.name}`",),
                )
        return Variables(self._named, self._apart)

    def _body(self, condition: Condition | None, unless: bool) -> None:
        if condition is None:
            return
        if unless:
            self._inside(condition)
        else:
            self.condition(condition)

    # ----------------------------------------------------------- conditions

    def condition(self, tree: Condition) -> None:
        match tree:
            case Holds():
                self._enter(tree.negated)
                self._terms(*tree.arguments, *(tree.when.terms if tree.when is not None else ()))
                self._leave(tree.negated)
            case HasAttribute():
                self._terms(tree.of)
            case Compared():
                self._terms(tree.left, tree.right)
            case ComesBefore():
                self._terms(tree.earlier, tree.later)
            case ItIsNot():
                self._inside(tree.condition)
            case AllOf():
                for part in tree.conditions:
                    self.condition(part)
            case AnyOf() | NoneOf():
                for part in tree.conditions:
                    self._inside(part)
            case ThereIs():
                self._quantified(tree.member, None, tree.where)

    def _inside(self, condition: Condition) -> None:
        self._enter(True)
        self.condition(condition)
        self._leave(True)

    def _quantified(self, member: Mention, of: Term | None, where: Condition) -> None:
        self._enter(True)
        self._scope.member = self._introduce(member)
        self.condition(where)
        if of is not None:
            self._terms(of)
        self._leave(True)

    def _enter(self, opens: bool) -> None:
        if opens:
            self._scope = _Scope(self._scope)

    def _leave(self, opens: bool) -> None:
        if opens and self._scope.parent is not None:
            self._scope = self._scope.parent

    # ---------------------------------------------------------------- terms

    def _terms(self, *terms: Term) -> None:
        for term in terms:
            match term:
                case Mention():
                    self._mention(term)
                case Name() | Quantity():
                    pass
                case Attribute():
                    self._terms(term.of)
                case Call() | Operation() | DayOf():
                    self._terms(*term.arguments)
                case AggregateTerm():
                    self._quantified(term.member, term.of, term.where)

    def _mention(self, mention: Mention) -> None:
        if place_of(mention.span) in self._named:
            return
        match mention.article:
            case Article.THE:
                self._refer(mention)
            case Article.WHO:
                self._who(mention)
            case Article.A | Article.ANOTHER | Article.EVERY:
                self._introduce(mention)

    def _who(self, mention: Mention) -> None:
        member = self._scope.find_member()
        if member is None:
            self._problem("E0310", f"nothing stands before `{_text(mention)}` for it to refer to", mention.span)
            member = Variable(_name(mention), mention.type)
        self._used.add(member)
        self._named[place_of(mention.span)] = member

    def _refer(self, mention: Mention) -> None:
        name = _name(mention)
        variable = self._scope.find(name)
        if variable is None:
            self._unknown(mention, name)
            variable = Variable(name, mention.type)
        self._used.add(variable)
        self._named[place_of(mention.span)] = variable

    def _unknown(self, mention: Mention, name: str) -> None:
        visible = self._scope.visible()
        likely = [known for known, variable in visible.items() if variable.type.name == mention.type.name]
        owned = tuple(f"the {known}'s {name}" for known, variable in visible.items() if self._has(variable, name))
        near = owned or tuple(f"the {known}" for known in likely or nearest(name, visible))
        if name in self._taken:
            self._problem(
                "E0312",
                f"`{_text(mention)}` was introduced inside a negation, an `unless`, an arm of an `or`, an aggregate or "
                "`there is`, and lives only there",
                mention.span,
                near,
            )
        else:
            self._problem("E0310", f"`{_text(mention)}` refers to nothing introduced before it", mention.span, near)

    def _has(self, variable: Variable, attribute: str) -> bool:
        """Whether what a variable stands for is a record with an attribute of a name."""
        record = self.records.get(variable.type.name)
        return record is not None and any(each.name == attribute for each in record.attributes)

    def _introduce(self, mention: Mention) -> Variable:
        known = self._named.get(place_of(mention.span))
        if known is not None:
            return known
        if len(mention.adjectives) > MOST_ADJECTIVES:
            self._problem("E0314", f"`{_text(mention)}` has more than {MOST_ADJECTIVES} adjectives", mention.span)
        name = _name(mention)
        if mention.article is Article.ANOTHER:
            name = f"other {name}"
        if self._scope.find(name) is not None:
            self._problem(
                "E0311",
                f"`{name}` is already introduced in this sentence",
                mention.span,
                expected=(f"the {name}", f"another {_name(mention)}"),
            )
        earlier = tuple(known for known in self._scope.visible().values() if known.type.name == mention.type.name)
        variable = self._declare(name, mention.type)
        if mention.article is Article.ANOTHER or mention.adjectives[:1] == ("other",):
            self._apart[variable] = earlier
        elif mention.adjectives:
            self._adjectival[variable] = mention
        self._named[place_of(mention.span)] = variable
        return variable

    def _declare(self, name: str, type: Type) -> Variable:
        unique, number = name, 1
        while unique in self._taken:
            number += 1
            unique = f"{name} {number}"
        self._taken.add(unique)
        variable = Variable(unique, type)
        self._scope.names[name] = variable
        return variable

    def _problem(
        self,
        code: str,
        message: str,
        span: Span,
        nearest: tuple[str, ...] = (),
        expected: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.problems.append(Diagnostic(code, message, span, expected, nearest, notes))


def _name(mention: Mention) -> str:
    return " ".join((*mention.adjectives, mention.noun))


def _text(mention: Mention) -> str:
    return " ".join(mention.span.text.split())
