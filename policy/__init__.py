"""Clausebook: legal instruments written as rules that people read and machines answer from."""
