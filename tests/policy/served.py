"""The garden club's review book, served on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from policy.desk import Desk
from policy.instrument import Instrument
from policy.reviewpages import hypertext, pages
from policy.serving import BookServer, server
from tests.policy.pages import small_review


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port at which the book is served meanwhile."""
    found = small_review(folder)
    desk = Desk(Instrument(found.book), {page.path.name: page.path for page in found.cases})
    with server(desk, pages(found, serving=True), hypertext(found)) as made, running(made) as port:
        yield port


@contextmanager
def running(made: BookServer) -> Iterator[int]:
    """The port at which a server answers meanwhile."""
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
