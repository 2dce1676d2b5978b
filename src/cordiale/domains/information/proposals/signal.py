"""A signal: what one finding measured, where its evidence lies, and under which marking; nothing concludes anything yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Kind = Literal["copies", "synchrony", "lineage", "drift", "kinship"]

ROWS: Final = 12
"""Lines of a dataset that one signal points at: enough to look, not the whole cluster."""


class Pointer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where evidence lies: an object by id, or lines of a dataset as they were under a seal (`part` of an analysis)."""

    object_ref: str = ""
    dataset: str = ""
    seal: str = ""
    part: str = ""
    rows: tuple[int, ...] = ()


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What one finding measured.

    `name` is what people call it (a dataset, a cluster's first words, a text); `values` are numbers and words by name, which
    rules read and sentences name; `marking` is of all that the signal was worked out from.
    """

    kind: Kind
    what: str
    name: str
    values: Mapping[str, float | int | str]
    evidence: tuple[Pointer, ...]
    marking: frozenset[str]
