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

    __slots__ = ("_kept", "_size")

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Texts, int]] = {}
        self._size = 0

    def add(self, vid: int, texts: Texts) -> None:
        """Keep the texts of a version while there is room."""
        if self._size < ROOM:
            size = 200 + sum([len(field.text) for field in texts[0]])  # 200: what the objects themselves take
            self._kept[vid] = (texts, size)
            self._size += size

    def get(self, vid: int) -> Texts | None:
        """Return the texts of a version, if they are kept."""
        found = self._kept.get(vid)
        return None if found is None else found[0]

    def take(self, other: Waiting, used: list[int]) -> None:
        """Take over what a committed transaction put in, and drop what it used up."""
        if self._size < ROOM:
            self._kept.update(other._kept)
            self._size += other._size
        for vid in used:
            found = self._kept.pop(vid, None)
            if found is not None:
                self._size -= found[1]
