"""How two values stand to each other, as it is said: which exceed, is before; and what is made of them."""

from __future__ import annotations

from engine.model import Comparison
from engine.values import Kind, Type
from policy.phrases import FUNCTION_WORDING

BY = {
    Comparison.LESS: (True, "before"),
    Comparison.AT_MOST: (True, "on or before"),
    Comparison.MORE: (False, "on or before"),
    Comparison.AT_LEAST: (False, "before"),
}
"""That the open day of an event is before or after another: whether it happened by then."""

OPPOSITE = {
    Comparison.IS: Comparison.IS_NOT,
    Comparison.IS_NOT: Comparison.IS,
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.MORE,
}

OPERATIONS = {
    **FUNCTION_WORDING,
    "add": "{} plus {}",
    "subtract": "{} minus {}",
    "multiply": "{} times {}",
    "divide": "{} divided by {}",
}
"""How operations are told: the functions as they are written in rules, and arithmetic."""


def relates(comparison: Comparison, plural: bool, type: Type) -> str:
    """The verb of a comparison, for its subject: "exceed", "is on or before"."""
    be = "are" if plural else "is"
    if type.kind is Kind.DATE:
        return {
            Comparison.IS: be,
            Comparison.IS_NOT: f"{be} not",
            Comparison.LESS: f"{be} before",
            Comparison.AT_MOST: f"{be} on or before",
            Comparison.MORE: f"{be} after",
            Comparison.AT_LEAST: f"{be} on or after",
        }[comparison]
    return {
        Comparison.IS: be,
        Comparison.IS_NOT: f"{be} not",
        Comparison.LESS: f"{be} less than",
        Comparison.AT_MOST: "do not exceed" if plural else "does not exceed",
        Comparison.MORE: "exceed" if plural else "exceeds",
        Comparison.AT_LEAST: f"{be} at least",
    }[comparison]
