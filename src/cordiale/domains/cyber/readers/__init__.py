"""Formats in: indicators out of texts, tables and rules, and what each would be taken for before it is."""
