"""The rows that the tables left open, settled: one of those that are alike by the reference evaluator, the rest as it.

What is settled for one row holds for those that are like it (`engine.relational.likeness`) if the tables told the same
clauses, and if all that its answer hangs on are questions that the tables told of it; else each is asked by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

from attrs import define, evolve, frozen

from engine.relational.goal import DOUBT, TRUTH, UNTOLD
from engine.relational.leaves import Leaf
from engine.relational.likeness import Like, Likeness
from engine.unknowns import Question
from policy.audit_alone import Alone, Proved
from policy.audit_kept import Kept
from policy.audit_rows import BY_LIKENESS, Left, Reader, Rows
from policy.ledger_kinds import Watch
from policy.parallel import JOBS, results

_FOR_PROCESSES = 100  # fewer rows are not worth a fork
_VERDICTS = {True: "yes", False: "no", None: "depends"}


@frozen
class _Group:
    """Rows that are alike, each with its questions."""

    members: list[tuple[Left, tuple[Question, ...]]]


def settle(
    rows: Rows, reader: Reader, alone: Alone, kept: Path, stamp: str, in_time: Callable[[], None], watch: Watch
) -> None:
    """Settle the rows that the tables left open; what is like no other is kept as it is settled."""
    with Kept(kept, stamp) as keeper:
        left = []
        for each in reader.left:
            known = keeper.known(each.id)
            if known is None:
                left.append(each)
            else:
                rows[each.place] = known
        settling = _Settling(rows, alone, in_time, watch)
        groups, single = _sorted(reader, left)
        firsts = [group.members[0] for group in groups]
        for group, proved in zip(groups, settling.asked([first for first, _ in firsts]), strict=True):
            (first, questions), *others = group.members
            places = _hanging_on(proved, questions)
            if places is None or not _is_told(reader, first, proved):
                single += [other for other, _ in others]
                continue
            for other, own in others:
                open_ = [(own[place], clause) for place, clause in places]
                depends = alone.hanging(other.id, open_)
                rows[other.place] = evolve(proved.row, id=other.id, depends=depends, by=BY_LIKENESS)
        for proved in settling.asked(single):
            keeper.keep(proved.row)


def _sorted(reader: Reader, left: list[Left]) -> tuple[list[_Group], list[Left]]:
    """The rows in groups of those that are alike, and those that are to be asked by themselves."""
    case = reader.case
    likeness = Likeness(case.book.engine, case.facts, reader.ledger.symbols, reader.worked)
    told: dict[int, tuple[Leaf, ...] | None] = {}
    groups: dict[Hashable, _Group] = {}
    single = []
    for each in left:
        if each.kind not in told:
            kind = reader.kinds[each.kind]
            said = reader.worked.said(kind)
            untold = reader.worked.value is not None or said[DOUBT] or said[UNTOLD]
            told[each.kind] = None if untold else likeness.leaves(kind)
        leaves = told[each.kind]
        like: Like | None = None if leaves is None else likeness.of(each.kind, leaves, each.id, each.told)
        if like is None:
            single.append(each)
        else:
            groups.setdefault(like.key, _Group([])).members.append((each, like.questions))
    return [*groups.values()], single


def _hanging_on(proved: Proved, questions: tuple[Question, ...]) -> list[tuple[int, str]] | None:
    """Which of a row's questions its answer hangs on, with the clauses; None: on others too."""
    if not {question for question, _ in proved.open} <= set(questions):
        return None
    return [(questions.index(question), clause) for question, clause in proved.open]


def _is_told(reader: Reader, first: Left, proved: Proved) -> bool:
    """Whether the tables told of a row what the reference evaluator found."""
    said = reader.worked.said(reader.kinds[first.kind])
    return (_VERDICTS[said[TRUTH]], reader.cited(first.kind)) == (proved.row.verdict, proved.row.citations)


@define
class _Settling:
    """Rows settled one by one."""

    rows: Rows
    alone: Alone
    in_time: Callable[[], None]
    watch: Watch

    def asked(self, left: list[Left]) -> Iterator[Proved]:
        jobs = JOBS if len(left) >= _FOR_PROCESSES else 1
        found = results(lambda number: self.alone.proved(left[number].id), len(left), jobs)
        for done, (each, proved) in enumerate(zip(left, found, strict=True)):
            self.watch("Settling what is open", done, len(left))
            self.in_time()
            self.rows[each.place] = proved.row
            yield proved
