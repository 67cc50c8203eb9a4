"""How a phrase is most likely negated, in its own words: `complained` by `did not complain`."""

from __future__ import annotations

import re

from policy.phrases import Parts
from policy.words import Slot

_PRESENT = ((r"(\w+(?:ss|sh|ch|x|o))es", r"\1"), (r"(\w+)ies", r"\1y"), (r"(\w+[^s])s", r"\1"))
"""How a verb that is said of one thing ends (`passes`, `carries`, `binds`), and the verb itself."""
_PAST = (
    (r"(\w{2,})ied", r"\1y"),
    (r"(cancel|label|model|total|travel)led", r"\1"),
    (r"(\w*(?:ss|ll|ff|zz|sh|ch|x|[aeo]w|[aeo]y))ed", r"\1"),
    (r"(\w*[^aeiou])([bdgmnprt])\2ed", r"\1\2"),
    (r"(\w*[aeiou])([bdgmnprt])\2ed", r"\1\2"),
    (r"(\w*(?:[aeo][aeiou][^aeiouvscz]|[lr][dknpt]|n[dkt]|ct|pt|st|ft|lp|rm|rn|lm|sk))ed", r"\1"),
    (r"(\w*(?:[vcuz]|[^aeiou]l|rs|ns|[nr]g|[iu][rl]|[au]id|iz|at))ed", r"\1e"),
)
"""How a regular verb ends that was said of the past, where its ending tells the verb itself."""
_IRREGULAR = {
    "arose": "arise", "ate": "eat", "became": "become", "began": "begin", "bore": "bear", "bought": "buy",
    "bound": "bind", "broke": "break", "brought": "bring", "built": "build", "came": "come", "chose": "choose",
    "died": "die",
    "drew": "draw", "drove": "drive", "fell": "fall", "felt": "feel", "forgave": "forgive", "fought": "fight",
    "found": "find", "gave": "give", "got": "get", "grew": "grow", "held": "hold", "kept": "keep", "knew": "know",
    "left": "leave", "lent": "lend", "lost": "lose", "made": "make", "met": "meet", "overcame": "overcome",
    "paid": "pay", "ran": "run", "repaid": "repay", "rose": "rise", "said": "say", "sat": "sit", "saw": "see",
    "sent": "send", "sold": "sell", "spent": "spend", "spoke": "speak", "stood": "stand", "stole": "steal",
    "taught": "teach", "told": "tell", "took": "take", "undertook": "undertake", "withdrew": "withdraw",
    "went": "go", "won": "win", "wore": "wear", "wrote": "write",
}  # fmt: skip


def negated(parts: Parts) -> str:
    """How the negation of a phrase most likely begins: of the word before its first slot, or else right after it."""
    slot = next((at for at, part in enumerate(parts) if isinstance(part, Slot)), -1)
    verb = parts[slot - 1 if slot else 1] if len(parts) > 1 else ""
    words = [part for part in parts if isinstance(part, str)]
    if isinstance(verb, str) and (denied := _past(verb)):
        return denied
    for ending, base in _PRESENT:
        if isinstance(verb, str) and re.fullmatch(ending, verb):
            return f"does not {re.sub(ending, base, verb)}"
    return next((denied for word in words if (denied := _past(word))), "does not …")


def _past(verb: str) -> str:
    """The negation of a verb that is said of the past; "" for another word."""
    if verb in _IRREGULAR:
        return f"did not {_IRREGULAR[verb]}"
    for ending, base in _PAST:
        if re.fullmatch(ending, verb):
            return f"did not {re.sub(ending, base, verb)}"
    return "did not …" if verb.endswith("ed") else ""
