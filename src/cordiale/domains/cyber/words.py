"""What the domain says to people, in either language: reasons of correlation, and how a warning list holds a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cordiale.domains.cyber.correlation.asked import Reason
from cordiale.domains.cyber.correlation.found import Hot, Neighbour
from cordiale.domains.cyber.indicators.seen import Step
from cordiale.domains.cyber.merging.view import Why
from cordiale.domains.cyber.warninglists.answers import Hit, How
from cordiale.platform.clock import format_instant
from cordiale.platform.languages import _, text

REASONS: Final[Mapping[Reason, str]] = {
    "same": _("same value: {theirs}"),
    "certificate": _("same certificate: {theirs}"),
    "alike": _("similar file, {score} of 100: {theirs}"),
    "host": _("same host: {theirs}"),
    "within": _("{ours} lies in the network {theirs}"),
    "holds": _("{theirs} lies in the network {ours}"),
    "under": _("{theirs} is a name under {ours}"),
    "above": _("{ours} is a name under {theirs}"),
    "registered": _("registered under the same name: {theirs}"),
    "shared": _("both stand on {theirs}"),
}

SHORT: Final[Mapping[Reason, str]] = {
    "same": _("same value"),
    "certificate": _("same certificate"),
    "alike": _("similar file"),
    "host": _("same host"),
    "within": _("in this network"),
    "holds": _("lies in it"),
    "under": _("name under it"),
    "above": _("name above it"),
    "registered": _("registered together"),
    "shared": _("same ground"),
}
"""Reasons as they stand on the lines of a drawing."""

HOW: Final[Mapping[How, str]] = {
    "is": _("holds {entry}"),
    "within": _("holds the network {entry} that it lies in"),
    "covers": _("holds {entry}, which it covers"),
    "under": _("holds {entry}, under which it is"),
    "holds": _("holds the text {entry}"),
    "fits": _("holds the expression {entry}"),
}

WHYS: Final[Mapping[Why, str]] = {
    "alone": _("said by one source"),
    "agreed": _("all sources agree"),
    "chosen": _("chosen by {by}: {reason}"),
    "ours": _("this node's own statement comes first"),
    "creator": _("the node that states it itself comes before what others passed on"),
    "latest": _("the latest statement"),
}

STEPS: Final[Mapping[Step, str]] = {
    "day": _("by day"),
    "week": _("by week, from Monday"),
    "month": _("by month"),
}

CATEGORIES: Final[Mapping[str, str]] = {
    "false_positive": _("probably a false positive"),
    "known": _("known, not necessarily harmless"),
}


def reason(one: Neighbour, lang: str) -> str:
    """Say why something has to do with what was asked."""
    return text(
        lang, REASONS[one.reason], ours=one.ours[1], theirs=one.theirs[1], score="" if one.score is None else one.score
    )  # fmt: skip


def hot(one: Hot, lang: str) -> str:
    """Say why nothing is listed for a value."""
    return text(
        lang,
        _(
            "{value}: {count} statements or more carry it since {since}, so that it tells nothing; they are not listed."
        ),
        value=one.value,
        count=one.count,
        since="–" if one.since is None else format_instant(one.since)[:16].replace("T", " ") + " UTC",
    )


def hit(one: Hit, lang: str) -> str:
    """Say how a warning list holds a value, and what that means."""
    said = text(lang, HOW[one.how], entry=one.entry)
    return text(lang, _("{list} {how}: {category}"), list=one.list, how=said, category=text(lang, CATEGORIES[one.category]))  # fmt: skip
