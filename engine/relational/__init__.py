"""The relational back-end: a goal asked of every subject at once, as operations over typed tables.

`translate` turns the rules that a goal needs into the algebra, `printing` prints the algebra as SQL, `duck` and
`spark` run it. What comes out is certain or NULL: a row left NULL is for the reference evaluator.
"""
