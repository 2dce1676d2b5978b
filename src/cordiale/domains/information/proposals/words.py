"""What kinds of signals, states of proposals and degrees of confidence are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cordiale.platform.languages import _

SIGNALS: Final[Mapping[str, str]] = {
    "copies": _("Copies"),
    "synchrony": _("Synchrony"),
    "lineage": _("Lineage"),
    "drift": _("Claim drift"),
    "kinship": _("Kinship of sites"),
}

STATES: Final[Mapping[str, str]] = {
    "proposed": _("proposed"),
    "accepted": _("accepted"),
    "rejected": _("rejected"),
}

CONFIDENCES: Final[Mapping[str, str]] = {"low": _("low"), "moderate": _("moderate"), "high": _("high")}
