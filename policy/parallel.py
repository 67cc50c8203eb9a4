"""Work on many things by several processes, which are forked so that nothing that is loaded has to be sent."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from policy.signals import end_at_once

Result = TypeVar("Result")
JOBS = os.cpu_count() or 1
"""As many processes as can work at once."""
_CHUNK, _CHUNKS = 4, 32  # things sent at once, but so few that each process gets many lots

_forked: Callable[[int], Any] | None = None
"""The work of the processes that are forked: what a fork has, nobody needs to send it."""


def results(
    work: Callable[[int], Result], size: int, jobs: int, weights: Sequence[int] | None = None
) -> Iterator[Result]:
    """What comes of each number, in order, from several processes.

    ``weights`` guess how long each takes: those that take longest are begun first, so that none is waited for alone.
    """
    global _forked
    jobs = min(jobs, size)
    if jobs <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(size))
        return
    _forked = work
    gc.collect()
    gc.freeze()  # what is there already is not gone through in every process
    try:
        with multiprocessing.get_context("fork").Pool(jobs, end_at_once) as pool:
            if weights is None:
                yield from pool.imap(_work, range(size), chunksize=max(1, min(_CHUNK, size // (jobs * _CHUNKS))))
                return
            order = sorted(range(size), key=lambda number: -weights[number])
            found: dict[int, Result] = {}
            wanted = 0
            for number, result in zip(order, pool.imap(_work, order), strict=True):
                found[number] = result
                while wanted in found:
                    yield found.pop(wanted)
                    wanted += 1
    finally:
        gc.unfreeze()
        _forked = None


def _work(number: int) -> Any:
    assert _forked is not None
    return _forked(number)
