"""Prove what one partner gave another, and check it without a node."""
