"""Reading the words of a book: the sections that declare them, and the lists of phrases under clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import Factory, define, evolve, frozen

from engine.values import DATE, Kind, Type, Value
from policy.cutting import part, sentences, split, without_stop
from policy.diagnostic import Diagnostic, misspelling, nearest
from policy.document import Block, Document, Item, List, Paragraph, Table
from policy.headings import HEADINGS, WORD_SECTIONS, PhraseHeading, is_phrase_heading, phrase_heading
from policy.kind_text import kind_said
from policy.negating import negated
from policy.phrases import Parts, declared_negation, negation, unfronted
from policy.quantities import Misspelt, read_value
from policy.source import Span
from policy.unstarred import halfway, starred
from policy.vocabulary import (
    NAMED,
    PERSON,
    STANDARD_NOUNS,
    Noun,
    Vocabulary,
    build,
    find_noun,
    nouns_for,
    words_of,
)
from policy.vocabulary_text import parts_text, with_article
from policy.words import AskedForm, AttributeDeclaration, Heading, Phrase, RecordDeclaration, Slot

_DENYING = ("not", "no", "never")
_FORBIDDEN = ("if", "unless", "such that", "for every", "over every", "despite")


def read_vocabulary(document: Document) -> tuple[Vocabulary, tuple[Diagnostic, ...]]:
    """The words that a document declares, and what is wrong with them."""
    reader = _Reader(document)
    reader.read()
    vocabulary = build(
        reader.nouns,
        {name: tuple(types) for name, types in reader.names.items()},
        list(reader.records.values()),
        list(reader.phrases.values()),
        reader.asked,
    )
    return vocabulary, tuple(reader.problems)


def read_names(span: Span, vocabulary: Vocabulary) -> tuple[dict[str, Type], tuple[Diagnostic, ...]]:
    """The names that sentences introduce (``Ann Lee and Bob Ray are persons.``)."""
    names: dict[str, Type] = {}
    problems: list[Diagnostic] = []
    for sentence in sentences(span):
        for name, type, place in _named(sentence, vocabulary.nouns, problems):
            if type == NAMED:
                problems.append(Diagnostic("E0207", f"what is `{name}`?", place, expected=(f"{name} is a person.",)))
            else:
                names[name] = type
    return names, tuple(problems)


def is_recital(paragraph: Paragraph) -> bool:
    """Whether a paragraph says that there is nothing to compute."""
    return paragraph.span.text.startswith("Recital:")


_HAS = re.compile(r"An?\s+(?P<noun>[^,]+?)\s+(?:has|may\s+have)\s+")
_IN_A_LIST = "what a book speaks of is declared in a list"
_KIND_FORMS = ("A resolution is an entity.", "A pool is the employee pool or the director pool.")


def _in_line(span: Span) -> str:
    return " ".join(span.text.split())


_LISTED = r",\s+and\s+|\s+and\s+|,\s+"


def _named(span: Span, nouns: Sequence[Noun], problems: list[Diagnostic]) -> Iterator[tuple[str, Type, Span]]:
    """The names of one sentence with their type, if it gives one."""
    match = re.fullmatch(r"(?s)(?P<names>.+?)\s+(?:is\s+an?|are)\s+(?P<noun>.+)", span.text)
    type = NAMED
    listed = span
    if match is not None:
        listed = part(span, match.start("names"), match.end("names"))
        words = tuple(match["noun"].split())
        noun = find_noun(nouns, words)
        if noun is None:
            problems.append(_unknown_noun(" ".join(words), part(span, match.start("noun"), match.end("noun")), nouns))
            return
        type = noun.type
    for place in split(listed, _LISTED):
        yield _as_name(place.text), type, place


def _as_name(text: str) -> str:
    """A name in one line; an article before it is small."""
    return re.sub(r"^The(?=\s)", "the", " ".join(text.split()))


def _unknown_noun(text: str, span: Span, nouns: Iterable[Noun]) -> Diagnostic:
    known = sorted({" ".join(noun.words) for noun in nouns})
    return Diagnostic("E0203", f"`{text}` is no declared kind of thing", span, nearest=nearest(text, known))


@define(eq=False)
class _Reader:
    """Collects the words of one document."""

    document: Document
    nouns: list[Noun] = Factory(lambda: list(STANDARD_NOUNS))
    names: dict[str, list[Type]] = Factory(dict)
    records: dict[str, RecordDeclaration] = Factory(dict)
    phrases: dict[str, Phrase] = Factory(dict)
    asked: list[AskedForm] = Factory(list)
    bodies: dict[str, list[Span]] = Factory(dict)
    problems: list[Diagnostic] = Factory(list)

    def read(self) -> None:
        self._kinds()
        records = self._record_names()
        self._other_words()
        self._names()
        for kind, span, body in records:
            self._record(kind, span, body)
        self._orders()
        for section in self.document.sections:
            clause = section.clauses[0] if section.clauses else ""
            if clause or section.heading == "Vocabulary":
                self._phrase_lists(section.blocks, clause)
        self._bodies()

    def _bodies(self) -> None:
        """A body that one heading alone names, much like one that is named elsewhere, is most likely that one."""
        known = dict.fromkeys([*self.names, *(body for body, spans in self.bodies.items() if len(spans) > 1)])
        for body, spans in self.bodies.items():
            if body not in known and (near := misspelling(body, known)):
                said = f"no other heading names `{body}`, and nothing declares it"
                self._problem("W0006", said, spans[0], nearest=near)
            known.setdefault(body)

    def _section(self, heading: str) -> Iterator[Block]:
        for section in self.document.sections:
            if not section.clauses and section.heading == heading:
                yield from section.blocks

    def _items(self, heading: str) -> Iterator[Span]:
        for block in self._section(heading):
            if isinstance(block, List):
                for item in block.items:
                    yield without_stop(item.span)

    def _paragraphs(self, heading: str) -> Iterator[Span]:
        for block in self._section(heading):
            if isinstance(block, Paragraph) and not is_phrase_heading(block):
                yield block.span

    def _problem(
        self, code: str, message: str, span: Span, *, expected: tuple[str, ...] = (), nearest: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Diagnostic(code, message, span, expected, nearest))

    # ------------------------------------------------------ names and kinds

    def _kinds(self) -> None:
        places = [(span, True) for span in self._items("Kinds")]
        places += [
            (sentence, False)
            for span in self._paragraphs("Kinds")
            if not span.text.startswith("Words:")
            for sentence in sentences(span)
        ]
        for span, in_list in places:
            said = kind_said(span.text)
            if said is None or said.right:
                expected = (said.right,) if said is not None else _KIND_FORMS
                self._problem("E0201", "a kind is declared in one of two ways", span, expected=expected)
            elif not in_list:
                self._problem("E0201", _IN_A_LIST, span, expected=(f"- {_in_line(span)}.",))
            if said is None:
                continue
            type = Type(said.noun, Kind.SYMBOL, members=said.members)
            self._declare_type(type, span)
            for member in said.members:
                self.names.setdefault(member, []).append(type)

    def _declare_type(self, type: Type, span: Span) -> None:
        if find_noun(self.nouns, words_of(type.name)) is not None:
            if type != PERSON:
                self._problem("E0202", f"`{type.name}` is already declared", span)
            return
        self.nouns.extend(nouns_for(type.name, type))

    def _other_words(self) -> None:
        places = [setting.value for setting in self.document.settings if setting.name == "Words"]
        for heading in WORD_SECTIONS:
            places += [
                part(span, match.end(), len(span.text))
                for span in self._paragraphs(heading)
                if (match := re.match(r"Words:\s*", span.text)) is not None
            ]
        for place in places:
            for sentence in sentences(place):
                self._other_word(sentence)

    def _other_word(self, span: Span) -> None:
        text = " ".join(span.text.split())
        if (match := re.fullmatch(r"[Tt]he plural of (?P<noun>.+?) is (?P<plural>.+)", text)) is not None:
            noun = find_noun(self.nouns, words_of(match["noun"]))
            if noun is None:
                self.problems.append(_unknown_noun(match["noun"], span, self.nouns))
            else:
                self.nouns.append(Noun(words_of(match["plural"]), noun.noun, noun.type, True))
        elif (match := re.fullmatch(r"[Aa]n? (?P<word>.+?) is an? (?P<noun>.+)", text)) is not None:
            noun = find_noun(self.nouns, words_of(match["noun"]))
            if noun is None:
                self.problems.append(_unknown_noun(match["noun"], span, self.nouns))
            elif find_noun(self.nouns, words_of(match["word"])) is None:
                self.nouns.extend(nouns_for(match["word"], noun.type))
        else:
            self._problem(
                "E0201",
                "another word is declared in one of two ways",
                span,
                expected=("A director is a person.", "The plural of person is people."),
            )

    def _names(self) -> None:
        for span in self._paragraphs("Names"):
            if span.text.startswith("Words:"):
                continue
            for sentence in sentences(span):
                for name, type, _ in _named(sentence, self.nouns, self.problems):
                    known = self.names.setdefault(name, [])
                    if type == NAMED and not known:
                        known.append(NAMED)
                    elif type not in known:
                        self.names[name] = [*(each for each in known if each != NAMED), type]
        for heading in WORD_SECTIONS:
            for block in self._section(heading):
                if isinstance(block, Table):
                    self._problem("E0201", "words are declared in sentences and lists, not in a table", block.span)
        for block in self._section("Names"):
            if isinstance(block, List):
                said = "names are declared in sentences, not in a list"
                listed = " ".join(f"{' '.join(item.span.text.split()).rstrip('.;')}." for item in block.items)
                self._problem("E0201", said, block.span, expected=(listed,))

    # -------------------------------------------------------------- records

    def _record_names(self) -> list[tuple[Type, Span, Span]]:
        """Declares the record kinds; gives each with what it has."""
        found = []
        for span in (*self._items("Records"), *self._listless()):
            match = _HAS.match(span.text)
            if match is None:
                self._problem(
                    "E0201", "a record is declared by what it has", span, expected=("A grant has a date and shares.",)
                )
                continue
            type = Type(" ".join(match["noun"].split()), Kind.SYMBOL)
            self._declare_type(type, span)
            verb = match.end("noun")
            found.append((type, span, part(span, verb, len(span.text))))
        return found

    def _listless(self) -> Iterator[Span]:
        """The sentences among the paragraphs of records that declare one; that they may not stand there is told."""
        for paragraph in self._paragraphs("Records"):
            for sentence in sentences(paragraph):
                if _HAS.match(sentence.text):
                    self._problem("E0201", _IN_A_LIST, sentence, expected=(f"- {_in_line(sentence)}.",))
                    yield sentence

    def _record(self, type: Type, span: Span, body: Span) -> None:
        optional = False
        attributes: list[AttributeDeclaration] = []
        for place in split(body, r",\s+and\s+|\s+and\s+|,\s+"):
            match = re.fullmatch(
                r"(?s)(?P<verb>(?:may\s+have|has)\s+)?(?:an?\s+)?(?P<name>[^()]+?)(?:\s+\((?P<type>[^()]+)\))?",
                place.text,
            )
            if match is None:
                self._problem("E0204", "an attribute is a name and, in brackets, its type", place)
                continue
            if match["verb"]:
                optional = match["verb"].startswith("may")
            name = " ".join(match["name"].split())
            noun = find_noun(self.nouns, words_of(match["type"] or name))
            if noun is None:
                wrong = _unknown_noun(match["type"] or name, place, self.nouns)
                forms = () if match["type"] else (f"{name} (number)", f"{name} (date)", f"{name} (a kind)")
                self.problems.append(evolve(wrong, expected=forms))
                continue
            if any(known.name == name for known in attributes):
                self._problem("E0202", f"`{name}` is already declared", place)
                continue
            attributes.append(AttributeDeclaration(name, noun.type, optional, place))
        self.records[type.name] = RecordDeclaration(type.name, type, tuple(attributes), None, span)

    def _orders(self) -> None:
        pattern = re.compile(r"(?P<nouns>.+?) are ordered by (?P<by>[^,]+), then by the recorded order of acts")
        for span in self._paragraphs("Records"):
            for sentence in sentences(span):
                match = pattern.fullmatch(" ".join(sentence.text.split()))
                if match is None:
                    if not span.text.startswith("Words:") and not _HAS.match(sentence.text):
                        self._problem(
                            "E0201",
                            "this says nothing about records",
                            sentence,
                            expected=("Grants are ordered by date, then by the recorded order of acts.",),
                        )
                    continue
                self._order(match["nouns"], match["by"], sentence)

    def _order(self, nouns: str, by: str, span: Span) -> None:
        words = words_of(nouns[:1].lower() + nouns[1:])
        noun = find_noun(self.nouns, words)
        record = None if noun is None else self.records.get(noun.type.name)
        if record is None:
            self.problems.append(_unknown_noun(nouns, span, self.nouns))
        elif not any(known.name == by and known.type == DATE for known in record.attributes):
            dates = tuple(known.name for known in record.attributes if known.type == DATE)
            self._problem("E0205", f"a {record.name} has no date `{by}`", span, nearest=dates)
        else:
            self.records[record.name] = evolve(record, ordered_by=by)

    # -------------------------------------------------------------- phrases

    def _phrase_lists(self, blocks: Sequence[Block], clause: str) -> None:
        for at, block in enumerate(blocks):
            found = phrase_heading(blocks, at)
            if found is not None:
                self._phrase_list(found, blocks[at + 1] if at + 1 < len(blocks) else None, clause)
            elif not clause and isinstance(block, List) and not (at and phrase_heading(blocks, at - 1)):
                self._problem("E0030", "no heading says who states these phrases", block.span, expected=HEADINGS)
                for item in block.items:  # so that the rules can be read
                    self._phrase(item, Heading.RECORDED, {}, clause)
            elif not clause and isinstance(block, Paragraph) and not _follows_heading(blocks, at):
                self._problem(
                    "E0206", "this declares no phrase, and a note begins with `>`", block.span, expected=HEADINGS
                )

    def _phrase_list(self, found: PhraseHeading, following: Block | None, clause: str) -> None:
        if found.right:
            heading = " ".join(found.span.text.split())
            nameless = found.heading is Heading.READ_AS and not found.said["reading"]
            said = (
                f"`{heading}` has no id: by it answers name the reading"
                if nameless
                else f"`{heading}` is no heading of phrases"
            )
            forms = () if nameless else HEADINGS
            self._problem("E0030", said, found.span, expected=forms, nearest=(found.right,))
        if found.inline is not None:
            items: tuple[Item, ...] = (Item(found.inline),)
        elif isinstance(following, List):
            items = following.items
        else:
            self._problem("E0206", "phrases follow as a list", found.span)
            return
        for body in dict.fromkeys(_bodies(found.said.get("by"))):
            self.bodies.setdefault(body, []).append(found.span)
        for item in items:
            self._phrase(item, found.heading, found.said, clause)

    def _phrase(self, item: Item, heading: Heading, said: Mapping[str, str | None], clause: str) -> None:
        phrase_span, suppose, ask = _asked_parts(without_stop(item.span))
        read = _PhraseText(phrase_span, self.nouns, self.problems)
        parts, negative_words = read.parts()
        parts = self._plain(parts, phrase_span)
        if not parts:
            return
        parts = self._starred(parts, heading, phrase_span)
        if heading is Heading.ASKED:
            parts = unfronted(parts, [words_of(name) for name in self.names])
        parts, verb, value = _value_of(parts) if heading is not Heading.ASKED else (parts, "", None)
        phrase = Phrase(
            parts,
            heading,
            relation_name(parts),
            () if value is not None else _negative(parts, negative_words),
            None if value is None else value.type,
            verb,
            "" if value is None else value.noun,
            date_slot=_date_slot(parts) if value is None and heading is not Heading.RECORDED_OVER_TIME else None,
            by=_bodies(said.get("by")),
            default=self._default(said.get("value"), value, phrase_span),
            reading=said.get("reading") or "",
            clause=clause,
            span=phrase_span,
        )
        if value is None and not phrase.negative:
            self._unnegated(phrase, negative_words, phrase_span)
            phrase = evolve(phrase, negative=("did", "not", *parts))  # so that its rules can be read
        if not self._acceptable(phrase, phrase_span):
            return
        self.phrases[phrase.relation] = phrase
        if heading is Heading.ASKED:
            if ask is None:
                self._problem("E0211", "an asked phrase says what it asks", phrase_span, expected=("Ask whether S.",))
            else:
                self.asked.append(AskedForm(phrase, suppose, ask, item.nested))

    def _plain(self, parts: Parts, span: Span) -> Parts:
        """The parts of a phrase without words that deny it, or say what is taken: that they may not stand is told."""
        if parts[-2:] == ("until", "supplied"):
            said = "what is taken until something is supplied stands in the heading"
            self._problem("E0208", said, span, expected=("Given, taken as V until supplied:",))
            parts = parts[: max((at for at, part in enumerate(parts, 1) if isinstance(part, Slot)), default=len(parts))]
        denying = next((part for part in parts if part in _DENYING), None)
        plain = tuple(part for part in parts if part not in _DENYING)
        if denying is not None:
            said = f"a phrase does not say `{denying}`: its negation is made from it"
            self._problem("E0208", said, span, expected=(parts_text(plain),))
        return plain

    def _starred(self, parts: Parts, heading: Heading, span: Span) -> Parts:
        """The parts of a phrase; where stars are missing, that is told, and the slots are taken to be slots."""
        whole = starred(parts, heading, self.nouns, span)
        if whole != parts:
            right = parts_text(whole)
            said = "a slot stands between stars; without them these words are words of the phrase"
            self._problem("E0215", said, span, expected=(right,))
        elif (slot := halfway(parts, heading, self.nouns, span)) is not None:
            said = f"`{with_article(slot.noun)}` is no slot here: it has no stars"
            self._problem("W0005", said, span, expected=(f"*{with_article(slot.noun)}*",))
        return whole

    def _default(self, text: str | None, value: Slot | None, span: Span) -> Value | bool | None:
        if text is None:
            return None
        if value is None and text in ("true", "false"):
            return text == "true"
        if value is not None:
            if value.type.members:
                if text in value.type.members:
                    return text
            elif not isinstance(read := read_value(text, value.type), Misspelt):
                return read
        wanted = "true or false" if value is None else value.noun
        self._problem("E0212", f"`{text}` is not {wanted}", span, expected=(wanted,))
        return None

    def _unnegated(self, phrase: Phrase, words: tuple[str, ...], span: Span) -> None:
        shown = " ".join(words)
        said = f"`({shown})` negates no word of this phrase" if shown else "how is this phrase negated?"
        right = f"{parts_text(phrase.parts)} ({negated(phrase.parts)})"
        self._problem("E0210", said, span, expected=(right,))

    def _acceptable(self, phrase: Phrase, span: Span) -> bool:
        before = len(self.problems)
        words = [part for part in phrase.parts if isinstance(part, str)]
        text = f" {' '.join(words)} "
        for reserved in _FORBIDDEN:
            if f" {reserved} " in text:
                self._problem("E0208", f"a phrase does not say `{reserved}`", span)
        pairs = list(zip(phrase.parts, phrase.parts[1:], strict=False))
        if any(isinstance(one, Slot) and isinstance(other, Slot) for one, other in pairs):
            self._problem("E0209", "two slots of a phrase never touch", span)
        if any({one, other} & {"and", "or"} and not {type(one), type(other)} <= {str} for one, other in pairs):
            self._problem("E0209", "a phrase has no `and` or `or` beside a slot", span)
        if not words:
            self._problem("E0209", "a phrase has words of its own", span)
        known = self.phrases.get(phrase.relation)
        if known is not None:
            self._problem("E0202", f"`{phrase.relation}` is already declared", span)
        return len(self.problems) == before


def _follows_heading(blocks: Sequence[Block], at: int) -> bool:
    """Whether a paragraph gives further words, or stands where a heading of phrases wants its list: that is told."""
    block = blocks[at]
    words = isinstance(block, Paragraph) and block.span.text.startswith("Words:")
    return words or (at > 0 and phrase_heading(blocks, at - 1) is not None)


def _asked_parts(span: Span) -> tuple[Span, Span | None, Span | None]:
    """The phrase, what it supposes and what it asks."""
    text = span.text
    starts = {match["word"]: match.start("word") for match in re.finditer(r"\n\s*(?P<word>Suppose|Ask)\b", text)}
    ends = sorted([*starts.values(), len(text)])

    def part_of(word: str) -> Span | None:
        if word not in starts:
            return None
        end = next(end for end in ends if end > starts[word])
        return part(span, starts[word], starts[word] + len(text[starts[word] : end].rstrip()))

    return part(span, 0, len(text[: ends[0]].rstrip())), part_of("Suppose"), part_of("Ask")


def _bodies(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(re.split(r",? or (?:by )?|, (?:by )?", text))


def _value_of(parts: Parts) -> tuple[Parts, str, Slot | None]:
    """A value phrase ends in `is` or `are` and a slot: its parts, the verb, the slot."""
    if len(parts) > 2 and isinstance(parts[-1], Slot) and parts[-2] in ("is", "are"):
        return parts[:-2], str(parts[-2]), parts[-1]
    return parts, "", None


def _negative(parts: Parts, words: tuple[str, ...]) -> Parts:
    return declared_negation(parts, words) if words else negation(parts)


def _date_slot(parts: Parts) -> int | None:
    if len(parts) < 3 or parts[-2] != "on" or not isinstance(parts[-1], Slot) or parts[-1].type != DATE:
        return None
    return sum(isinstance(part, Slot) for part in parts) - 1


def relation_name(parts: Parts) -> str:
    """The name of a phrase's relation: its words, with each slot's noun in angle brackets."""
    shown = [part if isinstance(part, str) else f"<{' '.join((*part.adjectives, part.noun))}>" for part in parts]
    return " ".join(shown).replace(" 's", "'s")


_MARKED = (
    (r"\*\*([^*]+)\*\*", r" *\1* "),
    (r"(?<!\w)_([^_*]+)_(?!\w)", r"*\1*"),
    (r"\b(an?|another) \*(?!an? |another )", r"*\1 "),
)
"""How people mark slots otherwise, and the stars that they mean: as long, so that every word keeps its place."""


def _in_stars(text: str) -> str:
    for marked, starred_text in _MARKED:
        text = re.sub(marked, starred_text, text)
    return text


@frozen
class _PhraseText:
    """The text of a declared phrase: words, slots in emphasis, and its negation in brackets."""

    span: Span
    nouns: Sequence[Noun]
    problems: list[Diagnostic]

    def parts(self) -> tuple[Parts, tuple[str, ...]]:
        """The parts, () where a slot is of no known type or near one; and the words of the negation."""
        text = self.span.text
        negative: tuple[str, ...] = ()
        if (match := re.search(r"\s*\((?P<words>[^()*]+)\)\s*$", text)) is not None:
            negative = words_of(match["words"])
            text = text[: match.start()]
        right = _in_stars(text)
        if right != text:
            said = "a slot stands between two stars, its article too"
            expected = (" ".join(right.split()),)
            self.problems.append(Diagnostic("E0215", said, self.span, expected))
        text = right
        parts: list[str | Slot] = []
        at = 0
        for slot in re.finditer(r"\*(?P<slot>[^*]+)\*", text):
            parts.extend(words_of(text[at : slot.start()]))
            found = self._slot(slot["slot"], part(self.span, slot.start("slot"), slot.end("slot")))
            if found is None:
                return (), negative
            parts.append(found)
            at = slot.end()
        parts.extend(words_of(text[at:]))
        if "*" in parts:
            self.problems.append(Diagnostic("E0209", "a slot stands between two stars", self.span))
            return (), negative
        return tuple(parts), negative

    def _slot(self, text: str, span: Span) -> Slot | None:
        words = words_of(text)
        article, rest = (words[0], words[1:]) if words and words[0] in ("a", "an", "the", "another") else ("", words)
        for count in range(3):
            noun = find_noun(self.nouns, rest[count:])
            if noun is not None and not noun.plural:
                adjectives = (*(("other",) if article == "another" else ()), *rest[:count])
                return Slot(noun.type, noun.noun, adjectives, span)
        ends = (find_noun(self.nouns, rest[at:]) for at in range(len(rest)))
        several = next((noun for noun in ends if noun is not None and noun.plural), None)
        if several is not None:
            said = f"`{' '.join(words)}`: a slot stands for one thing"
            self.problems.append(Diagnostic("E0203", said, span, (f"*{with_article(several.noun)}*",)))
            return Slot(several.type, several.noun, (), span)
        unknown = _unknown_noun(" ".join(rest), span, self.nouns)
        self.problems.append(unknown)
        meant = [find_noun(self.nouns, words_of(near)) for near in unknown.nearest[:1]]
        return next((Slot(noun.type, noun.noun, (), span) for noun in meant if noun is not None), None)
