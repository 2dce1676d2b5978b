"""Formats out: lists and rules made of the indicators that somebody may read, for the tools that use them."""
