"""Synchrony: accounts that share the same things at the same moment more often than chance explains."""
