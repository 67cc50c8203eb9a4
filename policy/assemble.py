"""A book's vocabulary and checked sentences to one engine program, with the words that name its relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from attrs import evolve, field, frozen

from engine.model import Column, Program, Relation, Rule
from engine.values import Calendar, Type
from policy.check import Checked
from policy.diagnostic import Diagnostic
from policy.lower import lower_exemption, lower_rule
from policy.priorities import PlacedRule, Ranking, check_clause, exempted
from policy.relations import (
    members_of_kind,
    relation_of_entity,
    relation_of_kind,
    relation_of_phrase,
    relation_of_record,
)
from policy.syntax import ExemptionSentence, RuleSentence, Sentence
from policy.words import Heading, Phrase, RecordDeclaration


@frozen
class Declared:
    """What a book declares: ``entities`` and ``kinds`` are types, a kind with its named values as members."""

    phrases: tuple[Phrase, ...] = ()
    records: tuple[RecordDeclaration, ...] = ()
    entities: tuple[Type, ...] = ()
    kinds: tuple[Type, ...] = ()
    clauses: tuple[str, ...] = ()
    calendar: Calendar = field(factory=Calendar)

    @property
    def records_by_type(self) -> dict[str, RecordDeclaration]:
        return {record.type.name: record for record in self.records}


@frozen
class PlacedSentence:
    """A checked sentence, the clauses of the heading it stands under, and that heading's number in the file."""

    checked: Checked[Sentence]
    clauses: tuple[str, ...]
    section: int


@frozen
class Assembly:
    """A program with what names its relations: a phrase, a record kind or a type; exemptions by theirs."""

    program: Program
    words: Mapping[str, Phrase | RecordDeclaration | Type] = field(factory=dict)
    exemptions: Mapping[str, ExemptionSentence] = field(factory=dict)
    rules: tuple[PlacedRule, ...] = ()


def relations_of(declared: Declared) -> dict[str, Relation]:
    """The relations of everything declared, by name."""
    found = [relation_of_entity(each) for each in declared.entities]
    found += [relation_of_kind(each) for each in declared.kinds]
    found += [relation_of_record(each) for each in declared.records]
    found += [relation_of_phrase(each) for each in declared.phrases if each.heading is not Heading.ASKED]
    return {relation.name: relation for relation in found}


def words_of(declared: Declared) -> dict[str, Phrase | RecordDeclaration | Type]:
    """What names each relation."""
    found: dict[str, Phrase | RecordDeclaration | Type] = {}
    for each in (*declared.entities, *declared.kinds):
        found[each.name] = each
    for record in declared.records:
        found[record.type.name] = record
    for phrase in declared.phrases:
        found[phrase.relation] = phrase
    return found


def assemble(
    declared: Declared, sentences: Sequence[PlacedSentence], unread: Sequence[str] = ()
) -> tuple[Assembly, tuple[Diagnostic, ...]]:
    """The program of a book. ``unread`` are the clauses of sentences that could not be read."""
    relations = relations_of(declared)
    problems: list[Diagnostic] = []
    names = _Names()
    placed = _rules(sentences, relations, names, problems)
    exemptions, exempting = _exemptions(sentences, placed, relations, declared.clauses, unread, names, problems)
    ranking = Ranking(placed, declared.clauses, unread)
    priorities = ranking.priorities()
    kinds = [rule for kind in declared.kinds for rule in members_of_kind(kind)]
    program = Program(
        tuple(relations.values()),
        (*(each.rule for each in placed), *exempting, *kinds),
        priorities,
        declared.calendar,
    )
    return Assembly(program, words_of(declared), exemptions, tuple(placed)), (*problems, *ranking.problems)


class _Names:
    """Names rules by their clause and a running number: ``5(a)/4#1``."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def next(self, clause: str) -> str:
        self._counts[clause] = self._counts.get(clause, 0) + 1
        return f"{clause}#{self._counts[clause]}"


def _rules(
    sentences: Sequence[PlacedSentence], relations: Mapping[str, Relation], names: _Names, problems: list[Diagnostic]
) -> list[PlacedRule]:
    placed: list[PlacedRule] = []
    for sentence in sentences:
        tree = sentence.checked.tree
        if not sentence.clauses:
            problems.append(Diagnostic("E0401", "a rule stands under the clause it states", tree.span))
        if not isinstance(tree, RuleSentence):
            continue
        clause = "; ".join(sentence.clauses)
        checked = cast(Checked[RuleSentence], sentence.checked)
        rule, found = lower_rule(checked, names.next(clause), clause, relations)
        problems += found
        if rule is not None:
            placed.append(PlacedRule(rule, sentence.clauses, sentence.section, tree.priorities, tree.span))
    return placed


def _exemptions(
    sentences: Sequence[PlacedSentence],
    placed: list[PlacedRule],
    relations: dict[str, Relation],
    clauses: Sequence[str],
    unread: Sequence[str],
    names: _Names,
    problems: list[Diagnostic],
) -> tuple[dict[str, ExemptionSentence], list[Rule]]:
    """Adds the exempting relations, and to each rule (in place in the list) what switches it off."""
    found: dict[str, ExemptionSentence] = {}
    rules: list[Rule] = []
    for sentence in sentences:
        tree = sentence.checked.tree
        if not isinstance(tree, ExemptionSentence):
            continue
        known = [check_clause(ref, clauses, problems) for ref in (*tree.clauses, *tree.other_than)]
        if not all(known):
            continue
        relation = exemption_relation(tree)
        relations[relation.name] = relation
        found[relation.name] = tree
        clause = "; ".join(sentence.clauses)
        checked = cast(Checked[ExemptionSentence], sentence.checked)
        rule, wrong = lower_exemption(checked, relation.name, names.next(clause), clause, relations)
        problems += wrong
        if rule is not None:
            rules.append(rule)
        _switch_off(placed, tree, relation.name, unread, problems)
    return found, rules


def _switch_off(
    placed: list[PlacedRule],
    tree: ExemptionSentence,
    relation: str,
    unread: Sequence[str],
    problems: list[Diagnostic],
) -> None:
    atoms = exempted(placed, tree, relation, unread, problems)
    for number, each in enumerate(placed):
        atom = atoms.get(each.rule.name)
        if atom is not None and atom not in each.rule.exemptions:
            placed[number] = evolve(each, rule=evolve(each.rule, exemptions=(*each.rule.exemptions, atom)))


def exemption_relation(tree: ExemptionSentence) -> Relation:
    """The statement that some clauses do not apply to a thing."""
    name = "exempt " + ", ".join(ref.clause for ref in tree.clauses)
    if tree.other_than:
        name += " other than " + ", ".join(ref.clause for ref in tree.other_than)
    subject = tree.subject.type
    return Relation(f"{name} for {subject.name}", (Column(subject.name, subject),), 1)
