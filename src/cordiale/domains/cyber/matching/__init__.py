"""Matching: what of the indicators held here was seen in logs, how often, when, and in which lines."""
