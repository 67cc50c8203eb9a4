"""Clausebook: legal instruments written as rules that people read and machines answer from."""

__version__ = "0.1.0"
