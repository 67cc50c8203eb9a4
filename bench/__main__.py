"""Speed, as figures of one run: `make bench`.

Each figure is the median of several runs, with the fastest and slowest beside it, and is set against how long
this machine takes for a fixed piece of plain Python, so that runs on different machines can be compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

from policy.book import find_book
from policy.commands import carry_out
from policy.instrument import Case, load
from policy.offering import Offers, complete
from policy.page import plain
from policy.parallel import JOBS
from policy.review import review
from policy.reviewpages import pages
from policy.session import begin
from policy.source import Source
from policy.testing import Shelf

HERE = Path(__file__).resolve().parent.parent
BOOK = "1992-plan"
BOOKS = (BOOK, "equity-compensation-plan", "severance-agreement")
CASE = HERE / "rules" / "1992-plan.cases" / "annual-limit.md"
QUESTION = "May Ann Lee receive {shares} shares on September 1, 2001?"
QUESTIONS = (
    QUESTION.format(shares="30,000"),
    "How many shares may Ann Lee receive on September 1, 2001?",
    "Supposing that G-17 was cancelled on June 1, 2001: is G-17's exercise price at least $4.10 per share?",
    "What is the fair market value on September 1, 2001?",
    "suppose the supposed grant is authorized",
)
ROUNDS = 5
Row = tuple[str, str, float | None, tuple[float, float, float]]
"""What was measured, its unit, its bar, and the median, least and most, in seconds."""


def case_of_100_facts() -> str:
    """The flagship case with further grants to others: a hundred facts in all."""
    text = CASE.read_text()
    rows = "\n".join(
        f"| X-{number} | Bob Ray | 2001-{1 + number % 12:02}-{1 + number % 28:02} | 1,000 | nonstatutory stock option"
        " | employee pool | $4.10 | 2011-01-01 | ledger |"
        for number in range(96)
    )
    mark = next(line for line in text.splitlines() if line.startswith("| G-17"))
    return text.replace("Names: Ann Lee is a person.", "Names: Ann Lee and Bob Ray are persons.").replace(
        mark, f"{mark}\n{rows}"
    )


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Median, least and most of several measurements, in seconds."""
    taken = sorted(measure() for _ in range(rounds))
    return statistics.median(taken), taken[0], taken[-1]


def timed(work: Callable[[], object], times: int = 1) -> Callable[[], float]:
    """Seconds that one piece of work takes, over so many in a row."""

    def measure() -> float:
        start = perf_counter()
        for _ in range(times):
            work()
        return (perf_counter() - start) / times

    return measure


Cache = Callable[[], AbstractContextManager[str]]
"""Gives the folder in which a new process keeps what it can use again."""


def printed(code: str, folder: str) -> str:
    """What a new process prints that runs some code, with a cache in this folder."""
    environment = {"XDG_CACHE_HOME": folder, "PATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=HERE, capture_output=True, text=True, env=environment
    )
    return run.stdout


def until_printed(code: str, last: str, cache: Cache) -> Callable[[], float]:
    """Seconds from the start of Python until the line that begins so is there; what it keeps comes after."""

    def measure() -> float:
        with cache() as folder:
            environment = {"XDG_CACHE_HOME": folder, "PATH": ""}
            start = perf_counter()
            with subprocess.Popen(
                [sys.executable, "-c", code], cwd=HERE, stdout=subprocess.PIPE, text=True, env=environment
            ) as run:
                assert run.stdout is not None
                assert any(line.strip().startswith(last) for line in run.stdout)
                return perf_counter() - start

    return measure


def loading(cache: Cache, *names: str) -> Callable[[], float]:
    """Seconds to load books in a process that has imported the software."""
    code = (
        "from time import perf_counter; from policy import book, instrument; start = perf_counter();"
        f"[book.load(name) for name in {names!r}]; print(perf_counter() - start)"
    )

    def measure() -> float:
        with cache() as folder:
            return float(printed(code, folder))

    return measure


def starting(command: str, last: str, folder: str) -> list[Row]:
    """Books loaded, and a question asked, in new processes: with nothing kept from before, and with all of it."""
    printed(f"from policy import book; [book.load(name) for name in {BOOKS!r}]", folder)
    nothing: Cache = tempfile.TemporaryDirectory
    everything: Cache = partial(nullcontext, folder)
    cold = [(f"{name} loaded cold, no cache", 1.0 if name == BOOK else 2.0, loading(nothing, name)) for name in BOOKS]
    cached = [(f"{name} loaded from the cache", 0.3, loading(everything, name)) for name in BOOKS]
    measured = [
        *cold,
        ("all three loaded cold, no cache", 4.0, loading(nothing, *BOOKS)),
        *cached,
        ("process start to printed answer, no cache", 1.5, until_printed(command, last, nothing)),
        ("process start to printed answer, cached", 1.0, until_printed(command, last, everything)),
    ]
    return [(what, "s", bar, median(measure)) for what, bar, measure in measured]


def completing(case: Case) -> list[Row]:
    """From a letter typed to what is offered, for every beginning of questions; and from Enter to the page."""
    session = begin(case.instrument, [CASE])
    offers = Offers.of(session)
    typed = [each[:at] for each in QUESTIONS for at in range(len(each) + 1)]
    taken = sorted(timed(partial(complete, offers, session, each))() for each in typed)
    offered = (statistics.median(taken), taken[0], taken[-1])
    answered = median(timed(lambda: plain(carry_out(session, QUESTION.format(shares="30,000"))[1], 100), 10))
    return [("a letter typed to what is offered", "ms", 0.05, offered), ("Enter to the page", "ms", 0.1, answered)]


def reviewing() -> list[Row]:
    """The review book of each instrument: every case asked, every page made; once, since it is long."""

    def book(name: str) -> dict[str, str]:
        found = review(Shelf(), find_book(name), jobs=JOBS)
        return pages(found, jobs=JOBS)

    taken = [median(timed(partial(book, name)), 1) for name in BOOKS]
    rows: list[Row] = [(f"{name}: its review book", "s", None, each) for name, each in zip(BOOKS, taken, strict=True)]
    total = sum(each[0] for each in taken)
    return [*rows, ("the review books of all three", "s", 20.0, (total, total, total))]


def plain_python() -> int:
    total = 0
    for number in range(10_000):
        total += number * number
    return total


def told(case: Case, text: str) -> str:
    return case.ask(text).to_text()


def main() -> None:
    instrument = load(BOOK)
    case = instrument.case(Source("bench.md", case_of_100_facts()))
    prepared = instrument.prepare("may *a person* receive *shares* on *a date*")
    day = date(2001, 9, 1)
    command = (
        f"import sys; sys.argv = ['clausebook', 'ask', {BOOK!r}, '--case', {str(CASE)!r},"
        f" {QUESTION.format(shares='30,000')!r}]; from policy.cli import main; main()"
    )
    unit = median(timed(plain_python, 200))[0]
    typing = completing(case)
    with tempfile.TemporaryDirectory() as folder:
        rows = starting(command, "The record is complete", folder)
    for shares, verdict in (("30,000", "no"), ("15,000", "depends")):
        text = QUESTION.format(shares=shares)
        number = int(shares.replace(",", ""))
        case.ask(text)
        rows += [
            (
                f"warm question from text, 100 facts: {verdict}",
                "ms",
                2e-3,
                median(timed(partial(case.ask, text), 50)),
            ),
            (
                f"the same with its explanation as text: {verdict}",
                "ms",
                None,
                median(timed(partial(told, case, text), 50)),
            ),
            (
                f"the same prepared: {verdict}",
                "ms",
                None,
                median(timed(partial(prepared.ask, case, "Ann Lee", number, day), 50)),
            ),
        ]
    rows += typing
    rows += reviewing()
    print(f"a loop of 10,000 multiplications in plain Python: {unit * 1e3:.3f} ms\n")
    print(f"{'what':<52} {'median':>10} {'least':>10} {'most':>10} {'bar':>8} {'loops':>8}")
    for what, shown, bar, (middle, least, most) in rows:
        scale = 1e3 if shown == "ms" else 1
        said = "" if bar is None else f"{bar * scale:g} {shown}"
        print(
            f"{what:<52}"
            + "".join(f" {each * scale:>7.2f} {shown:<2}" for each in (middle, least, most))
            + f" {said:>8} {middle / unit:>8.2f}"
        )


if __name__ == "__main__":
    main()
