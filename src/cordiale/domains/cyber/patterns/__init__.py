"""Patterns for people: what one looks for in words, and what it finds in observed data."""
