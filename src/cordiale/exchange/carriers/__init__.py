"""Carry a stream on media instead of a network."""
