"""A book of leases with one clause for each thing that answers could get wrong, and cases of it."""

from __future__ import annotations

from functools import cache

from policy.answer import Answer
from policy.book import Book, book_of
from policy.diagnostic import ClausebookError, Diagnostic
from policy.instrument import Case, Instrument
from policy.source import Source

BOOK = """\
# Lease Rules

Instrument: Leases
Dates round: down

## Names

The Club and the Warden.

## Kinds

- A size is small, middling or large.

## Records

- A lease has a tenant (person), a date, shares, a size, a price (money per share), and may have an end (date) and a
  floor (money per share).

Leases are ordered by date, then by the recorded order of acts.

## Vocabulary

Recorded, over time:
- *a person* is a member

Recorded:
- *a lease* was given up on *a date*
- *a lease* was registered

Given:
- the Club opened the garden on *a date* (did not open)
- the fee for *a date* is *money*

Given, taken as 10 shares until supplied:
- the usual lot on *a date* is *shares*

Concluded:
- *a person* is welcome on *a date*
- *a person* is settled on *a date*
- *a person* is torn on *a date*
- *a person* is old on *a date*
- *a person* is patient on *a date*
- *a lease* is permitted
- *a lease* is blocked
- *a lease* is dear
- the count up to *a lease* is *shares*
- the charge for *a date* is *money*
- the rate for *a date* is *money*
- the share of *a date* is *money*

Asked:
- may *a person* lease *shares* on *a date*
  Suppose a lease whose tenant is the person, whose shares are those shares and whose date is that date.
  Ask whether the lease is permitted.
- is *a person* listed for *shares* on *a date*
  Suppose a lease whose tenant is the person, whose shares are those shares and whose date is that date.
  Ask whether the lease is blocked.

## § 1 Members

Decided by the Warden:
- *a lease* is authorized

Determined by the Warden:
- *a lease* is worthy

Read as true, unless the Warden determines otherwise (D-01):
- guests count (do not count)

A person is welcome on a date if the person is a member on the date and guests count.

A person is settled on a date if the person is a member throughout the first day of the year of the date to the date.

A person is old on a date if the date is more than 10 years after the day the Club opened the garden.

A person is patient on a date if the person is not a member on the date.

## § 2 Leases

A lease is permitted if all of these hold:
- the lease's tenant is welcome on the lease's date;
- the lease is authorized;
- the lease is worthy.

A lease is blocked if the lease was registered or the lease was given up on or before the lease's date.

A lease is dear if the lease's size is large.

### § 2(a) Limit

Despite § 2, a lease is not permitted if the count up to the lease exceeds 100 shares.

The count up to a lease is the total of the counted lease's shares for every counted lease, being a lease for which all
of these hold:
- the counted lease's tenant is the lease's tenant;
- the counted lease is the lease, or the counted lease comes before the lease.

### § 2(b) Floor

Despite § 2, a lease is not permitted if the lease's price is less than the lease's floor.

### § 2(c) Lots

Despite § 2, a lease is not permitted if the lease's shares exceed 1,000 shares.

Despite § 2, a lease is not permitted if the lease's shares are less than the usual lot on the lease's date.

## § 3 Charges

The charge for a date is the fee for the date times 2.

The share of a date is the fee for the date divided by 3.

## § 4 Rates

The rate for a date is the fee for the date if guests count.

## § 5 Other rates

The rate for a date is $7.00 if the Club opened the garden on or before the date.

A person is torn on a date if the person is a member on the date.

## § 6 Not torn

A person is not torn on a date if the Club opened the garden on or before the date.
"""

HEAD = "| lease | tenant | date | shares | size | price | floor |\n|---|---|---|---|---|---|---|\n"


@cache
def book() -> Book:
    found, problems = book_of(Source("leases.md", BOOK), "leases")
    assert found is not None, problems
    return found


def case_text(facts: str, complete: str = "2001-12-31") -> str:
    """A case file of these facts; ``complete`` is the last day of the record ("": not stated)."""
    until = f"Record complete to: {complete}\n" if complete else ""
    return f"# A case\n\nBook: leases\nNames: Ann and Bob are persons.\n{until}\n## Facts\n\n{facts}\n"


def case(facts: str, complete: str = "2001-12-31") -> Case:
    return Instrument(book()).case(Source("case.md", case_text(facts, complete)))


def rows(*cells: str) -> str:
    """Leases as a table: ``L-1, Ann, 2001-03-01, 80, small, $4,``."""
    return HEAD + "".join(f"|{row.replace(',', '|')}|\n" for row in cells) + "\n"


def said(case: Case, question: str) -> str:
    return case.ask(question).said


def ask(facts: str, question: str, complete: str = "2001-12-31") -> Answer:
    return case(facts, complete).ask(question)


def wrong(facts: str) -> list[Diagnostic]:
    """What is wrong with these facts."""
    _, problems = Instrument(book()).read_case([Source("case.md", case_text(facts))])
    return [problem for problem in problems if problem.is_error]


def wrong_question(question: str, facts: str = "") -> list[Diagnostic]:
    """What is wrong with a question."""
    try:
        case(facts).ask(question)
    except ClausebookError as error:
        return list(error.diagnostics)
    return []
