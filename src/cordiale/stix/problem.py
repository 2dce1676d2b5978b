"""What the validator finds wrong with one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from cordiale.platform.languages import text

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True, gc=False):
    """One finding about one property.

    An error sets the object aside; a warning is reported and the object kept. ``path`` is the
    property path in the syntax of granular selectors (``external_references.[0].url``).
    """

    severity: Severity
    object_id: str
    path: str
    code: str
    message_id: str
    params: Mapping[str, str] = {}

    def explain(self, lang: str = "en") -> str:
        """Say what is wrong and what to do, in the reader's language."""
        return text(lang, self.message_id, **self.params)
