"""Whole ledgers through the rules of the 1992 Plan: data, rivals written by hand, and a table of both."""
