"""The contents of a book in the cache, as plain data; the indexes of its words and its engine are built again."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from engine import model, values
from engine.program import build
from policy import cache, document, syntax
from policy.assemble import Assembly
from policy.check import Asked, AskedTree
from policy.contents import ClauseText, Contents
from policy.diagnostic import Diagnostic
from policy.plain import Form, NotPlain
from policy.priorities import PlacedRule
from policy.scope import Variables
from policy.source import Source, Span
from policy.vocabulary import Noun
from policy.vocabulary import build as vocabulary_of
from policy.words import AskedForm, AttributeDeclaration, Heading, Phrase, RecordDeclaration, Slot

_FORM = Form(
    (
        *(values.Calendar, values.DateRounding, values.Kind, values.Period, values.Type),
        *(model.Aggregate, model.And, model.Apply, model.Atom, model.Before, model.Column, model.Compare),
        *(model.Comparison, model.Constant, model.Exists, model.Fold, model.Not, model.On, model.Or, model.Origin),
        *(model.Priority, model.Program, model.Relation, model.Rule, model.Silence, model.Some, model.ValueOf),
        model.Variable,
        *(Span, Diagnostic),
        *(AskedForm, AttributeDeclaration, Heading, Noun, Phrase, RecordDeclaration, Slot),
        *(document.Document, document.Item, document.List, document.Paragraph, document.Quote, document.Section),
        *(document.Setting, document.Table, ClauseText),
        *(syntax.AggregateTerm, syntax.AllOf, syntax.AnyOf, syntax.Article, syntax.Attribute, syntax.Call),
        *(syntax.ClauseRef, syntax.ComesBefore, syntax.Compared, syntax.DayOf, syntax.ExemptionSentence),
        *(syntax.HasAttribute, syntax.Holds, syntax.ItIsNot, syntax.Mention, syntax.Name, syntax.NoneOf),
        *(syntax.Operation, syntax.PriorityPart, syntax.Quantity, syntax.Rank, syntax.ThereIs, syntax.Time),
        syntax.When,
        *(Asked, AskedTree, Assembly, PlacedRule, Variables),
    )
)
"""Every class of what a text holds; its place is its number in the files."""

Diagnostics = tuple[Diagnostic, ...]


def kept(source: Source, path: Path) -> tuple[Contents, Diagnostics] | None:
    """What was kept of a book with this very text, and what was said of it."""
    text = cache.fetch(_name(path), source.text)
    if text is None:
        return None
    try:
        document, words, clauses, forms, assembly, problems = _FORM.read(text, (source,))
        contents = Contents(document, vocabulary_of(*words), clauses, forms, assembly, build(assembly.program))
    except Exception:  # a file that says what it should not is as good as none
        return None
    return contents, problems


def keep(path: Path, contents: Contents, problems: Diagnostics) -> None:
    """Keep the contents of a book, and what was said of it, when there is time."""
    source = contents.document.source  # the text itself: another one that is equal to it is not where the places are

    def written() -> str | None:
        words = contents.vocabulary
        parts = (words.nouns, words.names, tuple(words.records.values()), words.phrases, words.asked)
        whole = (contents.document, parts, contents.clauses, contents.forms, contents.assembly, problems)
        try:
            return _FORM.write(whole, (source,))
        except NotPlain:
            return None

    cache.keep_later(_name(path), source.text, written)


def _name(path: Path) -> str:
    """A name for a book's file in the cache: another for each place, the same after a change of the text."""
    place = sha256(os.fsencode(path.absolute())).hexdigest()
    return f"{path.stem}-{place[:16]}"
