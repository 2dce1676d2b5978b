"""What labels, changes and bases of dates are called; the words are the glossary's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cordiale.platform.languages import _

LABELS: Final[Mapping[str, str]] = {
    "verbatim": _("verbatim"),
    "paraphrase": _("paraphrase"),
    "strengthened": _("strengthened"),
    "weakened": _("weakened"),
    "altered": _("altered"),
    "contradicted": _("contradicted"),
    "unsupported_addition": _("Added: not in the compared sources"),
    "to_review": _("to review"),
}
"""Every label, in the order of a legend."""

MARKS: Final[Mapping[str, str]] = {
    "strengthened": "▲",
    "weakened": "▼",
    "altered": "≠",
    "contradicted": "✕",
    "unsupported_addition": "✚",
    "to_review": "?",
}
"""Signs that stand beside the word of a label."""

DRIFTED: Final = ("strengthened", "weakened", "altered", "contradicted", "to_review")
"""The labels of a claim that no longer says what its source says, or may not."""

CHANGES: Final[Mapping[str, str]] = {
    "modality": _("how certain or decided"),
    "quantity": _("quantity"),
    "date": _("date"),
    "name": _("proper name"),
    "negation": _("negation"),
    "speaker": _("speaker"),
    "scope": _("scope"),
}

KINDS: Final[Mapping[str, str]] = {
    "copy": _("copy"),
    "derived": _("derived"),
    "common_source": _("common source, not here"),
}

DIRECTIONS: Final[Mapping[str, str]] = {
    "known": _("which came first is known"),
    "unknown": _("which came first is not known"),
}

BASES: Final[Mapping[str, str]] = {
    "stated": _("printed in the text"),
    "metadata": _("page's metadata"),
    "url": _("address"),
    "capture": _("only from when it was taken"),
    "none": _("none"),
}
