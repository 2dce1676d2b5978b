"""What a way between MISP and STIX does not bring across: counted by reason, the first of each named, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from cordiale.platform.languages import _, text

NAMED: Final = 50
"""Places that a report names of each reason; beyond them it counts."""

REASONS: Final[Mapping[str, str]] = {
    "local-number": _("Numbers of one instance (id, event_id, org_id, object_id) mean nothing on another."),
    "owner": _(
        "The organisation that owns a copy is that of the instance that holds it, not part of the event."
    ),
    "computed": _("An instance computes it anew: counts, correlations, related events."),
    "default": _("It was left out and is written with the value that MISP gives it by itself."),
    "empty": _("It was written as empty and is left out, or the other way round."),
    "form": _("The same value in another form: a number as text, a time without its zone."),
    "no-uuid": _("It had no UUID, or one that is none, and got one made from its content."),
    "undated": _("It had no time of its own and has that of its event."),
    "tag-detail": _("Colour and number of a tag belong to the instance."),
    "galaxy-detail": _("Colour, icon and numbers of a galaxy belong to the instance."),
    "circle": _("Name and members of a sharing group are not told on: its UUID is in the marking."),
    "correlation-note": _("It is a remark of an instance about its own correlations."),
    "event-made": _("It came without an event and is in one made for it."),
    "upgraded": _("STIX 2.0 is kept as STIX 2.1."),
    "stix-type": _("MISP has nothing for an object of this type."),
    "stix-relationship": _("MISP relates objects to what is in the same event, and nothing else."),
    "withheld": _("Who this is written for may not have it, or not whole."),
    "other": _("It did not come back as it was."),
}
"""Every reason by name; all but the last five lose nothing that another instance could use."""

ACCEPTED: Final = frozenset(
    ("local-number", "owner", "computed", "default", "empty", "form", "no-uuid", "undated", "tag-detail", "galaxy-detail", "circle",
     "correlation-note", "event-made", "upgraded")
)  # fmt: skip
"""Reasons that the conformance test over the fixtures accepts."""


class Loss(msgspec.Struct, frozen=True):
    """One place that differs: the path in the event (or the id of an object), what was there, what is there now, and why."""

    path: str
    reason: str
    before: Any = None
    after: Any = None


class Losses:
    """Losses as they are met: every one counted by reason, the first of each kept. `written` counts attributes that were."""

    def __init__(self) -> None:
        self.written = 0
        self.counts: dict[str, int] = {}
        self.named: list[Loss] = []

    def lost(self, reason: str, path: str, before: Any = None, after: Any = None) -> None:
        """Count one loss."""
        count = self.counts.get(reason, 0)
        self.counts[reason] = count + 1
        if count < NAMED:
            self.named.append(Loss(path, reason, _short(before), _short(after)))

    def report(self, lang: str) -> LossReport:
        """Return all of it for people and programs."""
        return LossReport(
            lost=sum(count for reason, count in self.counts.items() if reason not in ACCEPTED),
            accepted=sum(count for reason, count in self.counts.items() if reason in ACCEPTED),
            reasons=tuple(
                Reason(name, count, text(lang, REASONS[name]), name in ACCEPTED)
                for name, count in sorted(self.counts.items(), key=lambda one: (one[0] in ACCEPTED, one[0]))
            ),
            places=tuple(self.named),
        )


class Reason(msgspec.Struct, frozen=True):
    """One reason: how often, in words, and whether it is one that loses nothing of use elsewhere."""

    name: str
    count: int
    words: str
    accepted: bool


class LossReport(msgspec.Struct, frozen=True, kw_only=True):
    """What did not come across: counts, reasons, and the first places of each."""

    lost: int
    accepted: int
    reasons: tuple[Reason, ...] = ()
    places: tuple[Loss, ...] = ()


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= 120 else value[:117] + "..."
    if isinstance(value, int | float | bool) or value is None:
        return value
    return f"{type(value).__name__} ({len(value)})" if isinstance(value, list | dict) else str(value)[:120]


_LOCAL: Final = frozenset(
    ("id", "event_id", "object_id", "org_id", "orgc_id", "attribute_id", "sharing_group_id", "old_id", "tag_id", "galaxy_id",
     "galaxy_cluster_id", "user_id", "event_uuid", "referenced_id", "referenced_type", "object_uuid", "source_uuid", "attribute_uuid", "locked",
     "event_tag_id", "attribute_tag_id", "server_id")
)  # fmt: skip
_COMPUTED: Final = frozenset(
    ("RelatedEvent", "RelatedAttribute", "attribute_count", "value1", "value2", "warnings", "sighting_timestamp", "proposal_email_lock",
     "batch_import", "Feed", "decay_score", "event_creator_email", "publish_timestamp_", "EventTag", "AttributeTag", "org", "orgc")
)  # fmt: skip
_TAG: Final = frozenset(
    ("colour", "id", "exportable", "hide_tag", "user_id", "numerical_value", "is_galaxy", "is_custom_galaxy", "inherited", "org_id",
     "local_only", "relationship_type")
)  # fmt: skip
_GALAXY: Final = frozenset(
    ("icon", "namespace", "version", "enabled", "local_only", "kill_chain_order", "created", "modified", "tag_count", "local", "Org",
     "Orgc", "published", "locked", "deleted", "extends_version", "GalaxyElement", "TargetingClusterRelation")
)  # fmt: skip
"""What an instance keeps of a galaxy or a cluster for itself. That a cluster, its name, words or `meta` are gone is a loss."""

_DEFAULTS: Final[Mapping[str, Iterable[Any]]] = {
    "distribution": ("5", "0", "3", ""),
    "threat_level_id": ("4",),
    "analysis": ("0",),
    "comment": ("",),
    "deleted": (False,),
    "disable_correlation": (False,),
    "to_ids": (False,),
    "published": (False,),
    "publish_timestamp": ("0",),
    "category": ("Other",),
    "extends_uuid": ("",),
    "local": (False,),
    "relationship_type": ("", None),
    "proposal_to_delete": (False,),
    "date": None,  # type: ignore[dict-item]
    "description": ("",),
    "source": ("",),
    "type": ("0",),
}


def reason_of(path: tuple[str, ...], before: Any, after: Any) -> str:
    """Return why a place differs: the name of the first reason that explains it."""
    name = path[-1] if path else ""
    holder = next((part for part in reversed(path[:-1]) if not part.isdigit()), "")
    if "Tag" in path[-3:-1] and name in _TAG:
        return "tag-detail"
    if name in _LOCAL or (name == "Org" and holder in ("", "Event", "response")):
        return "owner" if name == "Org" else "local-number"
    if name in _COMPUTED or (name in ("Object", "Attribute", "Event") and "ObjectReference" in path):
        return "computed"
    if before is None and name in ("Orgc", "info"):
        return "default"
    if "SharingGroup" in path:
        return "circle"
    if "Galaxy" in path and name in _GALAXY:
        return "galaxy-detail"
    if name == "uuid":
        return "no-uuid"
    if before in (None, "", [], {}, "0", 0, False) and after in (None, "", [], {}, "0", 0, False):
        return "empty"
    if before is None and (
        (_DEFAULTS.get(name) is None and name in _DEFAULTS) or after in (_DEFAULTS.get(name) or ())
    ):
        return "default"
    if name == "timestamp" and before in (None, "0", ""):
        return "undated"
    if same(before, after):
        return "form"
    return "other"


def same(before: Any, after: Any) -> bool:
    """Tell whether two values say the same: a number and its text, true and 1, an instant and its seconds."""
    return bool(before == after or _plain(before) == _plain(after))


def _plain(value: Any) -> Any:
    if value is True:
        return "1"
    if value is False:
        return "0"
    if isinstance(value, str) and len(value) >= 19 and value[10:11] in ("T", " "):
        whole, _dot, rest = value.replace(" ", "T").partition(".")
        part = "".join(c for c in rest if c.isdigit())[:6].rstrip("0") if rest else ""
        return f"{whole[:19]}.{part}" if part else whole[:19]
    return str(value) if isinstance(value, int | float) else value
