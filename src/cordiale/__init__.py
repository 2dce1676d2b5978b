"""Cordiale lets sovereign partners share intelligence and act on it together."""

__version__ = "0.1.0"
