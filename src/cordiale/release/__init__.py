"""Decide whether these bytes may reach this recipient, and in which form."""
