"""A logic engine: relations, rules, priorities, three-valued answers and their proofs.

It knows no syntax, no wording, no files and no legal instrument; see ``docs/engine.md``.
"""
