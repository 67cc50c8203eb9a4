"""A loaded book and a case can be asked from many threads, with the answers of one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from policy.instrument import Instrument
from policy.source import Source
from tests.policy.leases import book, case, case_text
from tests.policy.test_determinism import LEASES, QUESTIONS, told

THREADS = 8


def test_many_threads_ask_one_case() -> None:
    alone = {question: told(case(LEASES), question) for question in QUESTIONS}
    shared = case(LEASES)
    together = Barrier(THREADS)

    def ask(start: int) -> list[bool]:
        together.wait()
        turned = QUESTIONS[start:] + QUESTIONS[:start]
        return [told(shared, question) == alone[question] for question in turned]

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(all(same) for same in pool.map(ask, range(THREADS)))


def test_many_threads_make_cases_of_one_book() -> None:
    together = Barrier(THREADS)

    def ask(number: int) -> str:
        together.wait()
        facts = LEASES.replace("|60|", f"|{number}|")
        mine = Instrument(book()).case(Source("case.md", case_text(facts)))
        return mine.ask("What are L-1's shares?").said

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(1, THREADS + 1))) == [
            f"{n} share{'s' * (n > 1)}." for n in range(1, THREADS + 1)
        ]


def test_an_answer_can_be_read_by_many_threads() -> None:
    answer = case(LEASES).ask(QUESTIONS[0])
    with ThreadPoolExecutor(THREADS) as pool:
        assert len(set(pool.map(lambda _: answer.to_text() + answer.to_json(), range(THREADS)))) == 1
