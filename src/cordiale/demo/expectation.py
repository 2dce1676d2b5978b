"""What each partner must hold of the scenario, as written by hand in `scenario/expected.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from cordiale.demo.chapter import SCENARIO, chapters


class Share(msgspec.Struct, frozen=True):
    """What one partner must hold of one chapter, by key; `tear_lines` gives what must be gone, `withheld` why.

    `waiting` is left to whoever looks at the demonstration: held as such a tear-line, or not at all.
    """

    verbatim: tuple[str, ...]
    tear_lines: Mapping[str, tuple[str, ...]]
    withheld: Mapping[str, str]
    waiting: Mapping[str, tuple[str, ...]] = {}

    @property
    def in_part(self) -> Mapping[str, tuple[str, ...]]:
        """What may be held as a tear-line only, and what must be gone from it."""
        return {**self.tear_lines, **self.waiting}


class Attached(msgspec.Struct, frozen=True):
    """A file that goes with an object, and which partners must hold it."""

    node: str
    object: str
    file: str
    media_type: str
    marking: tuple[str, ...]
    holders: tuple[str, ...]


class Act(msgspec.Struct, frozen=True):
    """Who acts at a node, and which objects (`chapter/key`) that officer refuses to every partner."""

    officer: str
    title: str
    refused: tuple[str, ...]


class Expectation(msgspec.Struct, frozen=True):
    """The whole file: shares by (chapter, partner), canaries by partner, attachments, acts by node."""

    shares: Mapping[tuple[str, str], Share]
    canaries: Mapping[str, tuple[str, ...]]
    attachments: tuple[Attached, ...]
    acts: Mapping[str, Act]

    def of(self, source: str, partner: str) -> Share:
        """Return what a partner must hold of a node, over all its chapters, by `chapter/key`."""
        found = [(c.name, self.shares[c.name, partner]) for c in chapters() if c.node == source]
        return Share(
            tuple(f"{name}/{key}" for name, share in found for key in share.verbatim),
            {f"{name}/{key}": gone for name, share in found for key, gone in share.tear_lines.items()},
            {f"{name}/{key}": code for name, share in found for key, code in share.withheld.items()},
            {f"{name}/{key}": gone for name, share in found for key, gone in share.waiting.items()},
        )

    def waiting(self) -> frozenset[str]:
        """Return what no officer of the demonstration acts on, by `chapter/key`."""
        return frozenset(
            f"{name}/{key}" for (name, _partner), share in self.shares.items() for key in share.waiting
        )


@cache
def expectation() -> Expectation:
    """Read the expectation."""
    data = tomllib.loads((SCENARIO / "expected.toml").read_text("utf-8"))
    canaries = {k: tuple(v) for k, v in data.pop("canaries").items()}
    attachments = tuple(msgspec.convert(data.pop("attachments"), list[Attached]))
    acts = {
        k: Act(v["officer"]["name"], v["officer"]["title"], tuple(v["refused"]))
        for k, v in data.pop("acts").items()
    }
    shares = {(chapter, partner): _share(s) for chapter, p in data.items() for partner, s in p.items()}
    return Expectation(shares, canaries, attachments, acts)


def _share(data: Mapping[str, Any]) -> Share:
    return msgspec.convert(data, Share)
