"""Decide what goes to each partner, and number it."""
