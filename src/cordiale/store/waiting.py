"""Keep the texts of new versions until they are indexed, so that bodies need not be parsed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordiale.stix.version import Granular, TextField

Texts = tuple[tuple["TextField", ...], tuple["Granular", ...], str | None]
"""What of a version is searched: its texts, its granular markings, its language."""

ROOM = 24 << 20
"""Characters kept at most; what does not fit is read from its body when its turn comes."""


class Waiting:
    """Texts by version id, up to `ROOM` characters."""

    __slots__ = ("by_vid", "size")

    def __init__(self) -> None:
        self.by_vid: dict[int, Texts] = {}
        self.size = 0

    def add(self, vid: int, texts: Texts) -> None:
        if self.size < ROOM:
            self.by_vid[vid] = texts
            self.size += 200 + sum([len(field.text) for field in texts[0]])

    def take(self, other: Waiting, used: list[int]) -> None:
        """Take over what a committed transaction put in, and drop what it used up."""
        for vid in used:
            self.by_vid.pop(vid, None)
        if not self.by_vid:
            self.size = 0
        if self.size < ROOM:
            self.by_vid.update(other.by_vid)
            self.size += other.size
