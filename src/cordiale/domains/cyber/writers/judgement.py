"""What lists of false positives and decay say of an indicator before it goes into a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cordiale.domains.cyber.warninglists import Lists, load
from cordiale.platform.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.desk import Desk
    from cordiale.domains.cyber.writers.selection import Decayed, Warned

FOLDER: Final = "warninglists"
"""Where a node keeps its lists of false positives, below its own folder."""

_held: dict[Path, tuple[int, Lists]] = {}


def warned_by(desk: Desk) -> Warned | None:
    """Return what tells whether this node's lists of false positives hold a value; None where it has none."""
    lists = lists_of(desk.folder / FOLDER)
    return None if lists is None else lambda kind, value: bool(_false(lists, kind, value))


def named_by(desk: Desk) -> Callable[[str, str], str] | None:
    """Return what names the list of false positives that holds a value, "" for none; None where there are no lists."""
    lists = lists_of(desk.folder / FOLDER)
    return None if lists is None else lambda kind, value: _false(lists, kind, value)


def _false(lists: Lists, kind: str, value: str) -> str:
    """Return the list of false positives that holds the value itself: that a URL lies on a known host says nothing of it."""
    hits = lists.look(kind, value)
    return next((hit.list for hit in hits if hit.category == "false_positive" and not hit.host), "")


def lists_of(folder: Path) -> Lists | None:
    """Return the lists of a folder, loaded once and again when it changed; None where there are none."""
    if not folder.is_dir():
        return None
    stamp = folder.stat().st_mtime_ns
    known = _held.get(folder)
    if known is None or known[0] != stamp:
        try:
            _held[folder] = (stamp, load(folder))
        except InputError:
            return None
        known = _held[folder]
    return known[1]


def decayed_by(desk: Desk) -> Decayed | None:
    """Return what tells whether an indicator is too long unconfirmed to be acted on; None where nothing decays."""
    return None
