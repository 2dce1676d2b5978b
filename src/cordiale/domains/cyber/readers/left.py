"""What is said of values that were seen in a file and not taken, one sentence for each reason."""

from __future__ import annotations

from typing import Final

from cordiale.platform.languages import _

SENTENCES: Final = {
    "private": _("{count} were not taken, as addresses of private networks: {values}"),
    "local": _("{count} were not taken, as addresses of one machine or one link: {values}"),
    "special": _("{count} were not taken, as addresses that no machine of the Internet has: {values}"),
    "broad": _("{count} were not taken, as networks too wide to be watched: {values}"),
    "version": _("{count} were not taken, as versions or numbers of sections: {values}"),
    "own": _("{count} were not taken, as the site that published the report: {values}"),
    "reference": _("{count} were not taken, as they stand under the references: {values}"),
    "plain": _("{count} were not taken: they are written plainly where others are made harmless: {values}"),
    "contact": _("{count} were not taken, as addresses to write to: {values}"),
    "empty": _("{count} were not taken, as digests of nothing: {values}"),
    "placeholder": _("{count} were not taken, as placeholders: {values}"),
    "commit": _("{count} were not taken, as commits: {values}"),
    "system": _("{count} were not taken, as files that every system has: {values}"),
    "warned": _("{count} were not taken: they are on the list of false positives “{list}”: {values}"),
    "aside": _("{count} cannot be read: {values}"),
    "unchosen": _("{count} were not chosen: {values}"),
    "malformed": _("{count} were not taken: they are not written as what their column says: {values}"),
}
"""Reason → what is said; `values` are the first few with their lines."""
