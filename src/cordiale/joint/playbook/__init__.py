"""Playbooks: what is done when an object that a search finds arrives. Each is the act of a named person, dry-run first, and logged."""
