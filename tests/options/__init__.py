"""Proof that no option of the rules language is ignored: a table, and each option overlooked in turn."""
