"""When objects that go round in circles are looked for: seldom, since nearly all that is made here is to stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 100_000, 50, 100
"""How many objects are made before such are looked for (140 times Python's own): an answer makes many, and nearly all
live as long as it does, so that looking took a quarter of the time of answers."""


def seldom() -> None:
    """Look for them seldom from now on. What a process does as a whole is its own to say: no library calls this."""
    gc.set_threshold(*SELDOM)


@contextmanager
def unsought() -> Iterator[None]:
    """Look for none meanwhile: for what makes many objects, all of which are to stay or go by themselves."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
