"""Sentences to trees. The grammar is read over the lattice of a sentence, forking where matches differ.

What reaches the end is the set of readings; types and scope (`policy.check`) decide which of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from attrs import define, field, frozen

from engine.values import Type
from policy.build import Refused
from policy.declaring import is_recital
from policy.diagnostic import Diagnostic
from policy.document import Block, Item, List, Paragraph
from policy.fault import fault
from policy.headings import phrase_heading
from policy.lattice import MOST_WAYS, STRUCTURE, Keyword, Lattice, TooMuch
from policy.misdated import MONTHS
from policy.parse_tables import Tables, tables
from policy.rereading import Pattern, Patterned, patterned, reread
from policy.source import Source, Span
from policy.syntax import Condition, Fact, Question, Sentence, Supposition
from policy.tokens import LONGEST_TEXT, MOST_TOKENS, Tokens, clause_pattern, tokenize
from policy.vocabulary import Vocabulary

Tree = TypeVar("Tree")

DEEPEST_LIST = 20
_MOST_OPERATORS = 60
_OPERATORS = frozenset({"plus", "minus", "times", "divided", "case", "such", "which", "'s"})
_END = "$END"
MOST_KNOWN = 1_000
"""So many questions are remembered by their patterns, then they are let go of together."""


@frozen
class Parsed(Generic[Tree]):
    """The readings of a sentence (none where it cannot be read) and what is wrong with it."""

    readings: tuple[Tree, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@frozen
class Passage:
    """A sentence of a book with the list that it takes, if it ends in a colon."""

    span: Span
    list: List | None = None


# ------------------------------------------------------------------ reading

Stack = tuple[int, Any, Any]
"""A state, what was made on the way to it, and the stack below."""


def _step(table: Tables, stack: Stack, terminal: str, value: Any, end_state: int) -> Stack | None:
    """The stack after a terminal: reductions, then the shift; None where it does not fit."""
    states = table.states
    while True:
        action = states[stack[0]].get(terminal)
        if action is None:
            return None
        if isinstance(action, int):
            return action, value, stack
        parts = [None] * action.size
        for at in range(action.size - 1, -1, -1):
            parts[at] = stack[1]
            stack = stack[2]
        after = states[stack[0]][action.origin]
        assert isinstance(after, int)
        stack = (after, action.made(parts), stack)
        if terminal == _END and after == end_state:
            return stack


@frozen
class Read:
    """What came of reading a lattice: readings, or how far it went, what was expected there, what was refused."""

    readings: tuple[Any, ...]
    furthest: int
    expected: tuple[str, ...]
    refused: tuple[tuple[int, Diagnostic], ...]


Refusals = list[tuple[int, Diagnostic]]


def read(lattice: Lattice, start: str) -> Read:
    """Every reading of a lattice from a start symbol."""
    table = tables()
    last = table.starts[start][1]
    refused: Refusals = []
    waiting = _followed(table, lattice, start, refused)
    furthest, size = max(waiting), len(lattice)
    readings: list[Any] = []
    for stack in waiting.get(size, ()):
        try:
            done = _step(table, stack, _END, None, last)
        except Refused as refusal:
            refused.append((size, refusal.diagnostic))
            continue
        if done is not None and done[1] not in readings:
            readings.append(done[1])
    expected = dict.fromkeys(name for stack in waiting.get(furthest, ()) for name in table.states[stack[0]])
    return Read(tuple(readings), furthest, tuple(expected), tuple(refused))


def _followed(table: Tables, lattice: Lattice, start: str, refused: Refusals) -> dict[int, list[Stack]]:
    """The stacks that the readings of a lattice come to at each token, up to the furthest."""
    first, last = table.starts[start]
    waiting: dict[int, list[Stack]] = {0: [(first, None, None)]}
    size, steps = len(lattice), 0
    for at in range(size):
        for stack in waiting.get(at, ()):
            for terminal, value, end in _tokens(table, lattice, stack[0], at):
                steps += 1
                if steps > MOST_WAYS * size + MOST_WAYS:
                    raise TooMuch("this can be read in more ways than can be followed")
                try:
                    after = _step(table, stack, terminal, value, last)
                except Refused as refusal:
                    refused.append((end, refusal.diagnostic))
                    continue
                if after is not None:
                    waiting.setdefault(end, []).append(after)
    return waiting


def acceptable(lattice: Lattice, start: str) -> dict[int, frozenset[str]]:
    """The terminals that may stand at each token that a reading of a lattice comes to, and after its last."""
    table = tables()
    last = table.starts[start][1]
    return {
        at: frozenset(
            terminal for stack in stacks for terminal in table.states[stack[0]] if _fits(table, stack, terminal, last)
        )
        for at, stacks in _followed(table, lattice, start, []).items()
    }


def _fits(table: Tables, stack: Stack, terminal: str, last: int) -> bool:
    try:
        return _step(table, stack, terminal, None, last) is not None
    except Refused:
        return False


def _tokens(table: Tables, lattice: Lattice, state: int, at: int) -> Iterator[tuple[str, Any, int]]:
    """The tokens at a place that a state may take."""
    actions = table.states[state]
    for terminal, end in lattice.keywords(at):
        if terminal in actions:
            yield terminal, None if terminal[0] == "_" else Keyword(terminal, lattice.span(at, end)), end
    for terminal in table.matched[state]:
        for value, end in lattice.edges(at, terminal):
            yield terminal, value, end


# ------------------------------------------------------------------- parser


def _frozen(clauses: Iterable[str]) -> frozenset[str]:
    return frozenset(clauses)


@define(eq=False)
class Parser:
    """Parses what a book and its case files say, in the words of a vocabulary.

    A clause reference must be one of ``clauses``, if any are given. A question that differs from one read before only
    in its quantities is not read again.
    """

    vocabulary: Vocabulary
    clauses: frozenset[str] = field(default=(), converter=_frozen)
    _clause_pattern: re.Pattern[str] = field(init=False)
    _known: dict[Pattern, tuple[Patterned, tuple[Question, ...]]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._clause_pattern = clause_pattern(self.clauses)

    def with_names(self, names: Mapping[str, Type]) -> Parser:
        """A parser that knows more names."""
        return Parser(self.vocabulary.with_names(names), self.clauses)

    # -------------------------------------------------------------- entries

    def sentence(self, span: Span, list: List | None = None) -> Parsed[Sentence]:
        """A rule or an exemption, with the list it takes."""
        return self._parse(span, list, "book", ".")

    def fact(self, span: Span) -> Parsed[Fact]:
        """A statement of a case file."""
        return self._parse(span, None, "fact", ".", stating=True)

    def question(self, span: Span) -> Parsed[Question]:
        """A question of any shape."""
        tokens = self._tokens(span, None, "question", "?")
        if isinstance(tokens, Diagnostic):
            return Parsed((), (tokens,))
        if self.vocabulary.listed:  # a name in a ledger may be of digits alone
            return self._parsed(span, tokens, "question", stating=True)
        now = patterned(tokens, self.vocabulary.numeric)
        known = self._known.get(now.pattern)
        if known is not None:
            was, readings = known
            again = reread(readings, was, now, span.source)
            if again is not None:
                return Parsed(again)
        parsed: Parsed[Question] = self._parsed(span, tokens, "question", stating=True)
        if parsed.readings:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[now.pattern] = now, parsed.readings
        return parsed

    def condition(self, span: Span, list: List | None = None) -> Parsed[Condition]:
        """A condition by itself."""
        return self._parse(span, list, "condition", "")

    def supposition(self, span: Span) -> Parsed[Supposition]:
        """``Suppose a grant whose …`` of an asked form."""
        return self._parse(span, None, "supposition", ".", asked=True)

    def asking(self, span: Span, list: List | None = None) -> Parsed[Condition]:
        """``Ask whether S`` of an asked form, with the list it takes."""
        return self._parse(span, list, "asking", ".", asked=True)

    def begun(self, tokens: Tokens, source: Source, start: str) -> Iterator[Lattice]:
        """The tracing lattices of the beginning of a sentence, one for each way to read its first word."""
        for variant in self._variants(tokens, start) if len(tokens) else (tokens,):
            yield Lattice(variant, source, self.vocabulary, tables().keywords, self.clauses, tracing=True, stating=True)

    def begins_name(self, word: str) -> bool:
        """Whether a word begins a name, or a phrase that is written so: it keeps its capital in a sentence."""
        tries = self.vocabulary.tries
        declared = word in tries.terms.words or word in tries.statements.words
        # The names of a ledger have no index of first words: any word with a capital may begin one.
        return declared or word in self.vocabulary.name_index or word in MONTHS or bool(self.vocabulary.listed)

    # -------------------------------------------------------------- parsing

    def _parse(
        self, span: Span, list: List | None, start: str, stop: str, stating: bool = False, asked: bool = False
    ) -> Parsed[Any]:
        tokens = self._tokens(span, list, start, stop)
        if isinstance(tokens, Diagnostic):
            return Parsed((), (tokens,))
        return self._parsed(span, tokens, start, stating, asked)

    def _parsed(
        self, span: Span, tokens: Tokens, start: str, stating: bool = False, asked: bool = False
    ) -> Parsed[Any]:
        try:
            for loose in (False, True):
                _, found = self._read(span, tokens, start, stating, asked, loose=loose)
                if found.readings:
                    return Parsed(found.readings)
            lattice, found = self._read(span, tokens, start, stating, asked, tracing=True)
        except TooMuch as limit:
            return Parsed((), (Diagnostic("E0109", str(limit), span),))
        return Parsed((), (fault(lattice, found, start),))

    def _read(
        self,
        span: Span,
        tokens: Tokens,
        start: str,
        stating: bool,
        asked: bool,
        loose: bool = False,
        tracing: bool = False,
    ) -> tuple[Lattice, Read]:
        """Reads the sentence with its first word small and, if that may be a name, as it is written."""
        best: tuple[Lattice, Read] | None = None
        readings: list[Any] = []
        for variant in self._variants(tokens, start):
            lattice = Lattice(
                variant, span.source, self.vocabulary, tables().keywords, self.clauses, loose, tracing, stating, asked
            )
            found = read(lattice, start)
            readings += [reading for reading in found.readings if reading not in readings]
            if best is None or found.furthest > best[1].furthest:
                best = lattice, found
        assert best is not None
        lattice, found = best
        return lattice, Read(tuple(readings), found.furthest, found.expected, found.refused)

    def _variants(self, tokens: Tokens, start: str) -> Iterator[Tokens]:
        """The sentence with a small first word, and as written where that begins a name; `when` without `first`."""
        small = self._small(tokens, 0)
        yield small
        if small.words != tokens.words and self.begins_name(tokens.words[0]):
            yield tokens
        if start == "question" and "first" in small.words and small.words[0] in ("when", "on"):
            at = small.words.index("first")
            yield small.part(0, at) + small.part(at + 1, len(small))

    def _small(self, tokens: Tokens, at: int) -> Tokens:
        """The tokens with the word at a place begun small."""
        word = tokens.words[at]
        if not word[:1].isupper():
            return tokens
        words = (*tokens.words[:at], word[0].lower() + word[1:], *tokens.words[at + 1 :])
        return Tokens(words, tokens.starts, tokens.ends)

    # --------------------------------------------------------------- tokens

    def _tokens(self, span: Span, list: List | None, start: str, stop: str) -> Tokens | Diagnostic:
        """The tokens of a sentence and its list, without the final stop."""
        tokens = self._text(span)
        if isinstance(tokens, Diagnostic):
            return tokens
        if not len(tokens):
            return Diagnostic("E0101", "nothing is said here", span)
        if len(tokens) <= MOST_TOKENS:
            whole = self._ended(tokens, span, start, stop) if list is None else self._listed(tokens, span, list)
            if isinstance(whole, Diagnostic):
                return whole
            tokens = whole
        if len(tokens) > MOST_TOKENS:
            return Diagnostic("E0109", f"a sentence of more than {MOST_TOKENS} words is not read", span)
        if len(tokens) > _MOST_OPERATORS and sum(word in _OPERATORS for word in tokens.words) > _MOST_OPERATORS:
            return Diagnostic("E0109", "a sentence with so many operations is not read", span)
        return tokens if ":" not in tokens.words else self._after_colon(tokens, start)

    def _listed(self, tokens: Tokens, span: Span, list: List) -> Tokens | Diagnostic:
        """A sentence with the list that it takes."""
        if tokens.words[-1] != ":":
            return Diagnostic("E0101", "a sentence that takes a list ends in a colon", span, (":",))
        items = self._list(list, 1, True)
        return items if isinstance(items, Diagnostic) else tokens + items

    def _ended(self, tokens: Tokens, span: Span, start: str, stop: str) -> Tokens | Diagnostic:
        """A sentence without a list, and without its final stop; a rule must have one."""
        last = tokens.words[-1]
        if last == ":":
            return Diagnostic("E0101", "a list follows a colon", span, ("a list",))
        if not stop or (last not in (".", "?", ";") and start != "book"):
            return tokens
        if last != stop:
            return Diagnostic("E0101", f"this ends in `{stop}`", self._last(span, tokens), (stop,))
        if len(tokens) == 1:
            return Diagnostic("E0101", "nothing is said here", span)
        return tokens.part(0, len(tokens) - 1)

    def _text(self, span: Span) -> Tokens | Diagnostic:
        if span.end - span.start > LONGEST_TEXT:
            return Diagnostic("E0109", f"a sentence of more than {LONGEST_TEXT:,} letters is not read", span)
        return tokenize(span.source.text, span.start, span.end, self._clause_pattern)

    def _last(self, span: Span, tokens: Tokens) -> Span:
        return Span(span.source, tokens.starts[-1], tokens.ends[-1])

    def _after_colon(self, tokens: Tokens, start: str) -> Tokens:
        """A sentence may go on with a capital after a colon, as it may begin with one: no question does with a name."""
        for at, word in enumerate(tokens.words[:-1]):
            if word == ":" and (start == "question" or not self.begins_name(tokens.words[at + 1])):
                tokens = self._small(tokens, at + 1)
        return tokens

    def _list(self, list: List, depth: int, last: bool) -> Tokens | Diagnostic:
        """The tokens of a list: where it begins, each item, where it ends."""
        if depth > DEEPEST_LIST:
            return Diagnostic("E0109", f"lists nest no deeper than {DEEPEST_LIST}", list.span)
        tokens = Tokens.mark(STRUCTURE + "_LIST", list.span.start)
        for number, item in enumerate(list.items, 1):
            read = self._item(item, depth, last and number == len(list.items))
            if isinstance(read, Diagnostic):
                return read
            tokens += read
        return tokens + Tokens.mark(STRUCTURE + "_END", list.span.end)

    def _item(self, item: Item, depth: int, last: bool) -> Tokens | Diagnostic:
        tokens = self._text(item.span)
        if isinstance(tokens, Diagnostic):
            return tokens
        if not len(tokens):
            return Diagnostic("E0101", "an item of a list says something", item.span)
        if not self.begins_name(tokens.words[0]):
            tokens = self._small(tokens, 0)
        mark = Tokens.mark(STRUCTURE + "_ITEM", item.span.start)
        if item.nested is not None:
            nested = self._list(item.nested, depth + 1, last)
            return nested if isinstance(nested, Diagnostic) else mark + tokens + nested
        ending = tokens.words[-1]
        right = "." if last else ";"
        if ending not in (".", ";"):
            end = item.span.start + len(item.span.text.rstrip())
            joined = ending in ("and", "or")
            said = f"this item ends in `{right}`" + (
                f", without `{ending}`: its list says whether all" if joined else ""
            )
            place = Span(item.span.source, end - (len(ending) if joined else 1), end)
            return Diagnostic("E0101", said + (" must hold" if joined else ""), place, (right,))
        if ending != right:
            return Diagnostic("E0101", f"this item ends in `{right}`", self._last(item.span, tokens), (right,))
        return mark + tokens.part(0, len(tokens) - 1)


# ----------------------------------------------------------------- passages

_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|Mr|Mrs|Ms|Dr|St|No))$")


def sentences(span: Span) -> Iterator[Span]:
    """The sentences of a paragraph, each with its final stop."""
    text = span.text
    begin = 0
    for match in re.finditer(r"[.?](?=\s+\S)", text):
        if _ABBREVIATED.search(text[begin : match.start()]) and text[match.end() :].lstrip()[:1] != "§":
            continue
        yield _trimmed(span, begin, match.end())
        begin = match.end()
    if text[begin:].strip():
        yield _trimmed(span, begin, len(text))


def _trimmed(span: Span, start: int, end: int) -> Span:
    text = span.text[start:end]
    start += len(text) - len(text.lstrip())
    return Span(span.source, span.start + start, span.start + start + len(text.strip()))


def passages(blocks: Sequence[Block]) -> Iterator[Passage]:
    """The sentences of a section of a book: not its notes, recitals or lists of phrases."""
    for at, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or phrase_heading(blocks, at) is not None or is_recital(block):
            continue
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        for sentence in sentences(block.span):
            takes = sentence.text.endswith(":") and isinstance(following, List)
            yield Passage(sentence, cast(List, following) if takes else None)
