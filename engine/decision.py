"""Truths that may hang on open questions: ordered decision diagrams.

A `Truth` is certain (`TRUE`, `FALSE`) or a diagram over *questions*: open statements, and comparisons of
open values. Diagrams are canonical for the order in which their questions were first met, so a truth
that comes out the same for every answer to its questions *is* `TRUE` or `FALSE`: strong Kleene logic and
exact case analysis are one operation. (Bryant, Graph-based algorithms for Boolean function manipulation,
1986.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

LARGEST_DIAGRAM = 200_000
"""Past this many nodes there is no answer."""
LARGEST_STEP = 20_000
"""Past so many new nodes a single conclusion's own case analysis is cut, and it is left open."""


class TooManyCases(Exception):
    """The case analysis grew past its budget; what was being decided is left open, and said to be cut."""


class Truth:
    """A node: its question's place in the order, and what follows if that is so, or not so."""

    __slots__ = ("no", "place", "yes")

    place: int
    yes: Truth
    no: Truth

    def __init__(self, place: int, yes: Truth | None, no: Truth | None) -> None:
        self.place = place
        self.yes = yes if yes is not None else self
        self.no = no if no is not None else self

    @property
    def is_open(self) -> bool:
        return self is not TRUE and self is not FALSE

    def __repr__(self) -> str:
        return "TRUE" if self is TRUE else "FALSE" if self is FALSE else f"<open at {self.place}>"


_LAST = 1 << 60
TRUE = Truth(_LAST, None, None)
FALSE = Truth(_LAST, None, None)


class Decisions:
    """The questions met so far, in order, and the diagrams over them."""

    def __init__(self) -> None:
        self.questions: list[Hashable] = []
        self._places: dict[Hashable, int] = {}
        self._nodes: dict[tuple[int, Truth, Truth], Truth] = {}
        self._and: dict[tuple[Truth, Truth], Truth] = {}
        self._or: dict[tuple[Truth, Truth], Truth] = {}
        self._not: dict[Truth, Truth] = {}
        self.assumed: Mapping[Any, bool] = {}
        self.limit = LARGEST_DIAGRAM

    def begin_step(self) -> tuple[int, int]:
        """Allow the nodes of one more step; to be given to `end_step`."""
        before = len(self._nodes), self.limit
        self.limit = min(len(self._nodes) + LARGEST_STEP, LARGEST_DIAGRAM)
        return before

    def end_step(self, before: tuple[int, int]) -> None:
        """Back to what the step around it may still use: what was used inside is not its own."""
        size, limit = before
        self.limit = min(limit + len(self._nodes) - size, LARGEST_DIAGRAM)

    def ask(self, question: Hashable) -> Truth:
        """The truth that is exactly the answer to a question (certain where it is assumed)."""
        if question in self.assumed:
            return TRUE if self.assumed[question] else FALSE
        place = self._places.get(question)
        if place is None:
            place = self._places[question] = len(self.questions)
            self.questions.append(question)
        key = (place, TRUE, FALSE)
        node = self._nodes.get(key)
        if node is None:  # a question can always be asked, however large the diagrams over it have grown
            node = self._nodes[key] = Truth(place, TRUE, FALSE)
        return node

    def _node(self, place: int, yes: Truth, no: Truth) -> Truth:
        if yes is no:
            return yes
        key = (place, yes, no)
        node = self._nodes.get(key)
        if node is None:
            if len(self._nodes) >= self.limit:
                raise TooManyCases
            node = self._nodes[key] = Truth(place, yes, no)
        return node

    def negation(self, truth: Truth) -> Truth:
        """Not so."""
        if truth is TRUE:
            return FALSE
        if truth is FALSE:
            return TRUE
        known = self._not.get(truth)
        if known is None:
            known = self._node(truth.place, self.negation(truth.yes), self.negation(truth.no))
            self._not[truth] = known
            self._not[known] = truth
        return known

    def both(self, left: Truth, right: Truth) -> Truth:
        """Left and right."""
        if left is FALSE or right is FALSE:
            return FALSE
        if left is TRUE or left is right:
            return right
        if right is TRUE:
            return left
        key = (left, right)
        known = self._and.get(key)
        if known is None:
            place = min(left.place, right.place)
            left_yes, left_no = (left.yes, left.no) if left.place == place else (left, left)
            right_yes, right_no = (right.yes, right.no) if right.place == place else (right, right)
            known = self._node(place, self.both(left_yes, right_yes), self.both(left_no, right_no))
            self._and[key] = known
            self._and[right, left] = known
        return known

    def either(self, left: Truth, right: Truth) -> Truth:
        """Left or right."""
        if left is TRUE or right is TRUE:
            return TRUE
        if left is FALSE:
            return right
        if right is FALSE:
            return left
        if left is right:
            return left
        key = (left, right)
        known = self._or.get(key)
        if known is None:
            place = min(left.place, right.place)
            left_yes, left_no = (left.yes, left.no) if left.place == place else (left, left)
            right_yes, right_no = (right.yes, right.no) if right.place == place else (right, right)
            known = self._node(place, self.either(left_yes, right_yes), self.either(left_no, right_no))
            self._or[key] = known
            self._or[right, left] = known
        return known

    def all(self, truths: Iterable[Truth]) -> Truth:
        result = TRUE
        for truth in truths:
            result = self.both(result, truth)
        return result

    def any(self, truths: Iterable[Truth]) -> Truth:
        result = FALSE
        for truth in truths:
            result = self.either(result, truth)
        return result

    def choose(self, condition: Truth, yes: Truth, no: Truth) -> Truth:
        """Yes where the condition holds, no elsewhere."""
        return self.either(self.both(condition, yes), self.both(self.negation(condition), no))

    def where(self, truth: Truth, place: int, answer: bool) -> Truth:
        """The truth once a question is answered."""
        return self._where(truth, place, answer, {})

    def _where(self, node: Truth, place: int, answer: bool, known: dict[Truth, Truth]) -> Truth:
        if node.place > place:
            return node
        if node.place == place:
            return node.yes if answer else node.no
        found = known.get(node)
        if found is None:
            yes, no = self._where(node.yes, place, answer, known), self._where(node.no, place, answer, known)
            found = known[node] = self._node(node.place, yes, no)
        return found

    def always(self, truth: Truth, places: Iterable[int]) -> Truth:
        """Holds whatever the answers to these questions are."""
        for place in places:
            truth = self.both(self.where(truth, place, True), self.where(truth, place, False))
        return truth

    def sometimes(self, truth: Truth, places: Iterable[int]) -> Truth:
        """Holds for some answers to these questions."""
        return self.negation(self.always(self.negation(truth), places))

    def place_of(self, question: Hashable) -> int | None:
        return self._places.get(question)

    def support(self, *truths: Truth) -> tuple[int, ...]:
        """The places of the questions that the truths hang on, in order."""
        seen: set[Truth] = set()
        places: set[int] = set()
        pending = list(truths)
        while pending:
            node = pending.pop()
            if node.is_open and node not in seen:
                seen.add(node)
                places.add(node.place)
                pending += (node.yes, node.no)
        return tuple(sorted(places))

    def apart(self, truth: Truth) -> tuple[Decisions, Truth, tuple[int, ...]]:
        """A truth among no questions but its own, in their order, and the places that these have here."""
        places = self.support(truth)
        own = Decisions()
        known = {TRUE: TRUE, FALSE: FALSE}
        put = {place: own.ask(self.questions[place]).place for place in places}

        def copied(node: Truth) -> Truth:
            found = known.get(node)
            if found is None:
                found = known[node] = own._node(put[node.place], copied(node.yes), copied(node.no))
            return found

        return own, copied(truth), places

    def written(self, truth: Truth) -> Hashable:
        """The diagram of a truth with its questions, as a value: equal for those that are the same."""
        numbers = {TRUE: 0, FALSE: 1, truth: 2}
        nodes = [truth]
        lines: list[tuple[int, int, int]] = []
        for node in nodes:
            for child in (node.yes, node.no):
                if child not in numbers:
                    numbers[child] = len(numbers)
                    nodes.append(child)
            lines.append((node.place, numbers[node.yes], numbers[node.no]))
        places = sorted({line[0] for line in lines})
        return tuple(lines), tuple([self.questions[place] for place in places])

    def paths(self, truth: Truth) -> Iterator[dict[int, bool]]:
        """The ways to reach `TRUE`, each as answers to the questions met on the way."""
        pending: list[tuple[Truth, dict[int, bool]]] = [(truth, {})]
        while pending:
            node, answers = pending.pop()
            if node is TRUE:
                yield answers
            elif node is not FALSE:
                pending.append((node.no, {**answers, node.place: False}))
                pending.append((node.yes, {**answers, node.place: True}))
