"""A small book with a case file, for tests of the doors."""

from pathlib import Path

BOOK = """\
# Garden Club Rules

Instrument: Club Rules
Dates round: down

## Names

The Club and the Warden.

## Kinds

- A plot size is small plot or large plot.

## Records

- A lease has a tenant (person), a date, shares, a plot size, and may have an end (date).

Leases are ordered by date, then by the recorded order of acts.

## Vocabulary

Recorded, over time:
- *a person* is a member

Recorded:
- *a lease* was given up on *a date*

Given:
- the Club opened the garden on *a date* (did not open)
- the yearly fee for *a date* is *money*

Concluded:
- *a person* is welcome on *a date*
- *a lease* is permitted
- the shares let up to *a lease* are *shares*

Asked:
- may *a person* lease *shares* on *a date*
  Suppose a lease whose tenant is the person, whose shares are those shares and whose date is that date.
  Ask whether the lease is permitted.

## § 1 Members

Decided by the Warden:
- *a lease* is authorized

A person is welcome on a date if the person is a member on the date and the Club opened the garden on or before the
date.

## § 2 Leases

A lease is permitted if all of these hold:
- the lease's tenant is welcome on the lease's date;
- the lease is authorized.

### § 2(a) Limit

Read as true, unless the Warden determines otherwise (D-01):
- a given up lease counts (does not count)

Despite § 2, a lease is not permitted if the shares let up to the lease exceed 100 shares.

The shares let up to a lease are the total of the counted lease's shares for every counted lease, being a lease for
which all of these hold:
- the counted lease's tenant is the lease's tenant;
- the counted lease is the lease, or the counted lease comes before the lease;
- the counted lease was not given up on or before the lease's date, or a given up lease counts.
"""

CASE = """\
# Ann Lee's lease

Book: club
Names: Ann Lee is a person.
Record complete to: 2001-12-31

## Facts

Ann Lee is a member from January 4, 1999, according to "the roll". The Club opened the garden on May 1, 1990.

| lease | tenant  | date       | shares | plot size  | end | source       |
|-------|---------|------------|--------|------------|-----|--------------|
| L-1   | Ann Lee | 2001-03-01 | 80     | small plot |     | the register |

## Questions

1. May Ann Lee lease 30 shares on September 1, 2001?
   No, citing § 2(a).
2. Is Ann Lee welcome on September 1, 2001?
   Yes, citing § 1.

## Case (b): given up

L-1 was given up on June 1, 2001.

1. May Ann Lee lease 30 shares on September 1, 2001?
   No, citing § 2(a); reading D-01, otherwise depends.
"""


def write(folder: Path, book: str = BOOK, case: str = CASE) -> tuple[Path, Path]:
    """The book and the case file in a folder."""
    (folder / "club.md").write_text(book, "utf-8")
    (folder / "lease.md").write_text(case, "utf-8")
    return folder / "club.md", folder / "lease.md"
