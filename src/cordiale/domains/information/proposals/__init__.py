"""Techniques of DISARM that findings speak for: proposed with the reason in words, accepted or rejected by a person."""
