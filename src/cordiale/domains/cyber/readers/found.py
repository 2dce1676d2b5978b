"""What a text or a table was found to hold: values that are taken, and those that were left with the reason."""

from __future__ import annotations

from typing import Final

import msgspec

from cordiale.platform.languages import _


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One value that is taken: where it stands (line from 1), the words around it, how sure it is (0–100) and why it was taken."""

    kind: str
    value: str
    line: int
    context: str
    confidence: int
    reasons: tuple[str, ...]
    name: str = ""
    description: str = ""
    valid_from: str = ""
    valid_until: str = ""
    tlp: str = ""
    labels: tuple[str, ...] = ()


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """One value that was seen and not taken, with the reason."""

    kind: str
    value: str
    line: int
    context: str
    reason: str


class Taken(msgspec.Struct, frozen=True):
    """All that a text or a table holds, in its order; each value once."""

    title: str
    found: tuple[Found, ...]
    left: tuple[Left, ...]


REASONS: Final = {
    "defanged": _("made harmless"),
    "listed": _("by itself in its line"),
    "section": _("under a heading of indicators"),
    "form": _("unmistakable form"),
    "plain": _("in running text"),
    "column": _("in the column of values"),
    "scheme": _("no scheme: http assumed"),
    "documentation": _("range for documentation"),
}
"""Why a value was taken, in words; several may hold."""
BETWEEN: Final = _("; ")
"""What stands between two reasons of one value."""

LEFT: Final = {
    "private": _("an address of private networks"),
    "local": _("an address of one machine or one link"),
    "special": _("an address that no machine of the Internet has"),
    "broad": _("a network too wide to be watched"),
    "version": _("a version or a number of a section, not an address"),
    "own": _("the site that published the report"),
    "reference": _("under the references of the report"),
    "plain": _("written plainly where others are made harmless: presumably a reference"),
    "contact": _("an address to write to"),
    "empty": _("the digest of nothing"),
    "placeholder": _("a placeholder, not a digest"),
    "commit": _("a commit, not a file"),
    "system": _("a file that every system has"),
    "warned": _("on a list of false positives: {list}"),
    "unchosen": _("not chosen"),
    "aside": _("cannot be read: {list}"),
    "malformed": _("not written as what its column says"),
}
"""Why a value was left, in words."""
