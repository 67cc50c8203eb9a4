"""The rows that the tables left open, settled: one of those that are alike by the reference evaluator, the rest as it.

What is settled for one row holds for those that are like it (`engine.relational.likeness`) if the tables told the same
clauses, and if all that its answer hangs on are questions that the tables told of it; else each is asked by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

from attrs import define, frozen

from engine.relational.goal import DOUBT, TRUTH, UNTOLD
from engine.relational.leaves import Leaf
from engine.relational.likeness import Likeness
from engine.unknowns import Question
from engine.values import Kind
from policy.audit_alone import Alone, Proved, named
from policy.audit_kept import Kept
from policy.audit_rows import BY_LIKENESS, AuditRow, Left, Reader, Rows
from policy.ledger_kinds import Watch
from policy.parallel import JOBS, results

_FOR_PROCESSES = 100  # fewer rows are not worth a fork
_VERDICTS = {True: "yes", False: "no", None: "depends"}


@frozen
class _Same:
    """Rows in which all is the same but their names; the questions are those of the first."""

    members: list[Left]
    questions: tuple[Question, ...]


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
        for group, proved in zip(groups, settling.asked([group[0].members[0] for group in groups]), strict=True):
            places = _hanging_on(proved, group[0].questions)
            others = [same.members[same is group[0] :] for same in group]  # all but the one that was asked
            if places is None or not _is_told(reader, group[0].members[0], proved):
                single += [each for members in others for each in members]
                continue
            row = proved.row
            for same, members in zip(group, others, strict=True):
                open_ = [(same.questions[place], clause) for place, clause in places]
                depends = alone.hanging_of_any(same.members[0].id, open_)
                for each in members:
                    told = named(depends, each.id)
                    rows[each.place] = AuditRow(each.id, row.verdict, row.value, row.citations, told, BY_LIKENESS)
        for proved in settling.asked(single):
            keeper.keep(proved.row)


def _sorted(reader: Reader, left: list[Left]) -> tuple[list[list[_Same]], list[Left]]:
    """The rows in groups of those that are alike, and those that are to be asked by themselves."""
    case = reader.case
    likeness = Likeness(case.book.engine, case.facts, reader.ledger.symbols, reader.worked)
    kinds: dict[int, _Kind] = {}
    found: dict[Hashable, _Same | None] = {}
    groups: dict[Hashable, list[_Same]] = {}
    single = []
    for each in left:
        kind = kinds.get(each.kind)
        if kind is None:
            kind = kinds[each.kind] = _kind(reader, likeness, each.kind)
        if kind.leaves is None:
            single.append(each)
            continue
        key = (each.kind, each.id if kind.has_names else "", *[each.told[tip] for tip in kind.tips])
        if key not in found:
            like = likeness.of(each.kind, kind.leaves, each.id, each.told)
            found[key] = same = None if like is None else _Same([], like.questions)
            if like is not None and same is not None:
                groups.setdefault(like.key, []).append(same)
        same = found[key]
        (single if same is None else same.members).append(each)
    return [*groups.values()], single


@frozen
class _Kind:
    """What keeps the rows of a kind open (None: that is not told), and the columns that tell it.

    ``has_names``: things have a part in it beside the subject, and one of them may be the subject.
    """

    leaves: tuple[Leaf, ...] | None
    tips: tuple[str, ...] = ()
    has_names: bool = False


def _kind(reader: Reader, likeness: Likeness, number: int) -> _Kind:
    kind = reader.kinds[number]
    said = reader.worked.said(kind)
    untold = reader.worked.value is not None or said[DOUBT] or said[UNTOLD]
    leaves = None if untold else likeness.leaves(kind)
    if leaves is None:
        return _Kind(None)
    tips = sorted({name for leaf in leaves for name in leaf.told_by})
    names = any(key.kind is Kind.SYMBOL and not key.is_subject for leaf in leaves for key in leaf.keys)
    return _Kind(leaves, tuple(tips), names)


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
