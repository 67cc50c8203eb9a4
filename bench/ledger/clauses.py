"""What an expert who judges the numerical limits by hand knows of them: the clauses to cite, and the first reserve."""

from __future__ import annotations

RESERVE = 3_413_440
_BOTH = (
    "§ 3/1.2, § 5(a)/1, § 5(a)/4, § 6/1.1, § 6/2, § 7(a)/1, § 7(a)(i)/1.1, § 7(a)(i)/1.2, § 7(a)(ii)/1.1, "
    "§ 7(a)(ii)/1.2, § 7(a)(ii)/2, § 8(a)/1, § 8(a)/2, § 11/1"
)
OPTION = {True: f"§ 2(g)/1, {_BOTH}", False: f"§ 2(i), {_BOTH}"}
"""Of what is allowed, or hangs on the price alone; whether it is an incentive stock option."""
ELIGIBLE = "§ 2(e)/1, § 2(g)/1, § 2(o), § 5(a)/1"
POOL = "§ 3/1.1, § 3/1.2, § 3/1.3"
YEARLY = "§ 5(a)/4"
FULL = ("§ 7(a)(i)/1.1", "§ 7(a)(ii)/1.1")
TEN = ("§ 7(a)(i)/1.2", "§ 7(a)(ii)/1.2")
TERM = ("§ 8(a)/1", "§ 8(a)/2")
