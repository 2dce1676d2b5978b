"""The thresholds by which two posts are copies, named and versioned: every finding carries them."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a copy.

    Two texts are copies when the Jaccard similarity of their character n-grams (`gram` characters) is at least `jaccard`.
    Texts shorter than `least` characters say too little. Candidates come from MinHash signatures of `bands` × `rows`
    hashes (Broder 1997; bands after Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, §3.4): two texts of
    similarity s meet with probability 1 − (1 − s^rows)^bands, which is .988 at s = .7 and .9999 at s = .8.
    """

    name: str
    version: int
    gram: int = 5
    jaccard: float = 0.7
    least: int = 16
    bands: int = 24
    rows: int = 5

    def said(self) -> dict[str, Any]:
        """Return the profile as findings carry it."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]


POSTS_1: Final = Profile(name="posts", version=1)
"""Short posts. Links are compared in a network of their own, so that a shortened address does not make a text another."""
