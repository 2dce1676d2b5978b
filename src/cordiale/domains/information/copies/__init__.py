"""Copies at scale: posts that say nearly the same, in clusters whose ids stay."""
