"""Whose an object is, and what its originator lets go to others."""
