"""A book of rules, loaded: from its file to an engine, and back to words.

`read_book` gives the book and every finding, `load` the book or one `ClausebookError`. A loaded book is never
changed and can be asked from many threads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from attrs import define, field

from engine.garbage import unsought
from engine.program import Engine
from policy.assemble import Assembly
from policy.check import Asked
from policy.contents import ClauseText, Contents, read_contents
from policy.diagnostic import ClausebookError, Diagnostic, in_order, nearest
from policy.document import Document, read_source
from policy.kept import keep, kept
from policy.parse import Parser
from policy.source import Source, Span
from policy.speak import Lexicon
from policy.vocabulary import Vocabulary
from policy.words import Phrase, RecordDeclaration

_CLAUSE = re.compile(r"^#{2,} +§", re.MULTILINE)
_MOST_LISTED = 200
_SHIPPED = (Path(__file__).parent / "rules", Path(__file__).parent.parent / "rules")


@define(eq=False)
class Book:
    """A loaded book: its words, its rules as an engine, and its text."""

    name: str
    title: str
    source: Source
    document: Document
    vocabulary: Vocabulary
    parser: Parser = field(repr=False)
    assembly: Assembly = field(repr=False)
    engine: Engine = field(repr=False)
    forms: Mapping[str, Asked] = field(repr=False)
    lexicon: Lexicon = field(repr=False)
    clauses: tuple[ClauseText, ...] = field(repr=False)
    hash: str = ""
    _places: dict[str, int] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._places = {id: number for number, id in enumerate(self.clause_ids)}

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """Every clause id of the book, in its order."""
        return tuple(id for clause in self.clauses for id in clause.ids)

    def in_order(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """Clause ids, each once, in the order of the book."""
        places = self._places
        return tuple(sorted(dict.fromkeys(clauses), key=lambda clause: (places.get(clause, len(places)), clause)))


def find_book(name: str | Path) -> Path:
    """The file of a book: a path, or the name of a shipped one."""
    path = Path(name)
    if path.suffix == ".md" or path.exists():
        return path
    for folder in _SHIPPED:
        if (folder / f"{name}.md").is_file():
            return folder / f"{name}.md"
    raise ClausebookError(no_book(str(name), books_in(Path()), ".md"))


def no_book(name: str, others: Iterable[str], ending: str = "", span: Span | None = None) -> Diagnostic:
    """That no book has a name; ``others`` are at hand, besides those that come with the software.

    ``ending`` is what is to be written after the name of such another.
    """
    known = {each: each + ending for each in others} | {each: each for each in shipped_books()}
    near = tuple(known[each] for each in nearest(name, known))
    return Diagnostic("E0034", f"there is no book {name!r}", span, tuple(known.values()), near)


def books_in(folder: Path) -> tuple[str, ...]:
    """The names of the rule files in a folder: the Markdown files that have a clause."""
    files = sorted(islice(folder.glob("*.md"), _MOST_LISTED))
    return tuple(path.stem for path in files if (source := read_source(path)[0]) and _CLAUSE.search(source.text))


def shipped_books() -> tuple[str, ...]:
    """The names of the books that come with the software."""
    folder = next((folder for folder in _SHIPPED if folder.is_dir()), None)
    return () if folder is None else tuple(sorted(path.stem for path in folder.glob("*.md")))


def load(name: str | Path) -> Book:
    """A book by its path or shipped name. Raises `ClausebookError` with every error of its file."""
    book, findings = read_book(find_book(name))
    errors = tuple(finding for finding in findings if finding.is_error)
    if book is None or errors:
        raise ClausebookError(*in_order(errors))
    return book


def read_book(path: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """The book in a file (None where it has errors that leave no program), and all that is to be said of it.

    What the text holds is kept in the user's cache folder, and made anew where it is not found there.
    """
    source, problems = read_source(path)
    if source is None:
        return None, problems
    with unsought():
        found = kept(source, path)
        if found is not None:
            contents, problems = found
            return _book(source, path.stem, contents), problems
        read, problems = read_contents(source)
        if read is None:
            return None, problems
        keep(path, read, problems)
        return _book(source, path.stem, read), problems


def book_of(source: Source, name: str) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """The book in a text."""
    contents, problems = read_contents(source)
    return None if contents is None else _book(source, name, contents), problems


def _book(source: Source, name: str, contents: Contents) -> Book:
    vocabulary, assembly = contents.vocabulary, contents.assembly
    clauses = frozenset(id for clause in contents.clauses for id in clause.ids)
    return Book(
        name,
        contents.document.title,
        source,
        contents.document,
        vocabulary,
        Parser(vocabulary, clauses),
        assembly,
        contents.engine,
        contents.forms,
        _lexicon(assembly),
        contents.clauses,
        digest(source.text),
    )


def _lexicon(assembly: Assembly) -> Lexicon:
    relations = {relation.name: relation for relation in assembly.program.relations}
    phrases = {name: word for name, word in assembly.words.items() if isinstance(word, Phrase)}
    records = {name: word for name, word in assembly.words.items() if isinstance(word, RecordDeclaration)}
    return Lexicon(relations, phrases, records)


def digest(text: str) -> str:
    """The hash of a text's content, as stamps give it."""
    return hashlib.sha256(text.encode()).hexdigest()
