"""Indicators: those held here, and what is shown of one."""
