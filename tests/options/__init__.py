"""Proof that no option of the rules language is ignored: a table of rows, and the reader made to overlook each option."""
