"""STIX 2.0 objects made into STIX 2.1 ones, with a report of what changed.

What changed between the versions: STIX 2.1 section 1.3 of the first edition; STIX 2.0 parts 2 and 4.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from cordiale.platform.languages import _, text
from cordiale.stix.limits import DEFAULT_LIMITS, Limits
from cordiale.stix.meta import SMOS
from cordiale.stix.observables import Change, lift_observables, say
from cordiale.stix.problem import Problem
from cordiale.stix.sdo import SDOS
from cordiale.stix.sro import SROS
from cordiale.stix.version import Version, read
from cordiale.stix.vocabularies import OPEN

__all__ = ["Change", "Upgrade", "explain", "is_20", "read_20", "upgrade"]

_VERSIONED = {*SDOS, *SROS, *SMOS}

# Types whose labels carried, in 2.0, what has a property of its own in 2.1.
_LABELLED = {
    "indicator": ("indicator_types", "indicator-type-ov"),
    "malware": ("malware_types", "malware-type-ov"),
    "report": ("report_types", "report-type-ov"),
    "threat-actor": ("threat_actor_types", "threat-actor-type-ov"),
    "tool": ("tool_types", "tool-type-ov"),
}


class Upgrade(msgspec.Struct, frozen=True):
    """The STIX 2.1 objects that one STIX 2.0 object became: its observables first, then the object."""

    objects: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]


def explain(change: Change, lang: str = "en") -> str:
    """Say what changed, in the reader's language."""
    return text(lang, change.message_id, **change.params)


def is_20(value: Mapping[str, Any]) -> bool:
    """Tell whether a decoded object is written in STIX 2.0: it says so, or lacks what 2.1 requires."""
    version = value.get("spec_version")
    if version is not None:
        return bool(version == "2.0")
    kind = value.get("type")
    return type(kind) is str and (kind in _VERSIONED or (kind != "bundle" and "created" in value))


def upgrade(value: Mapping[str, Any]) -> Upgrade:
    """Return the STIX 2.1 form of one STIX 2.0 object and what changed; the given value stays as it is."""
    made: dict[str, Any] = copy.deepcopy(dict(value))
    identifier = str(made.get("id", ""))
    changes: list[Change] = []
    made["spec_version"] = "2.1"
    say(changes, identifier, "spec_version", "spec-version", _("spec_version was added: 2.1."))
    kind = made.get("type")
    created: list[dict[str, Any]] = []
    if kind in _LABELLED:
        _labels(made, *_LABELLED[kind], identifier, changes)
    if kind == "indicator":
        _indicator(made, identifier, changes)
    elif kind == "malware" and "is_family" not in made:
        # 2.0 did not tell a family from a sample, and described both by name alone, as 2.1 does families.
        made["is_family"] = "name" in made
        say(changes, identifier, "is_family", "is-family", _("is_family was added: 2.0 did not say it."))
    elif kind == "observed-data" and type(made.get("objects")) is dict:
        created = lift_observables(made, identifier, changes)
    elif kind == "bundle":
        made.pop("spec_version", None)
        changes.clear()
    for name in ("created", "modified"):
        _precise(made, name, identifier, changes)
    return Upgrade((*created, made), tuple(changes))


def read_20(
    raw_value: Mapping[str, Any], limits: Limits = DEFAULT_LIMITS
) -> tuple[list[tuple[Version, list[Problem]]], tuple[Change, ...]]:
    """Upgrade one decoded STIX 2.0 object and read what it became, as `version.read` does.

    The bytes of the versions are new: compact JSON of the upgraded values.
    """
    upgraded = upgrade(raw_value)
    return [read(orjson.dumps(one), limits) for one in upgraded.objects], upgraded.changes


def _labels(
    made: dict[str, Any], target: str, vocabulary: str, identifier: str, changes: list[Change]
) -> None:
    labels = made.get("labels")
    if target in made or type(labels) is not list:
        return
    words = OPEN[vocabulary]
    moved = [label for label in labels if label in words]
    kept = [label for label in labels if label not in words]
    if moved:
        made[target] = moved
        if kept:
            made["labels"] = kept
        else:
            del made["labels"]
        say(
            changes, identifier, target, "labels-moved",
            _("Labels became {target}: {words}."), target=target, words=", ".join(map(str, moved)),
        )  # fmt: skip


def _indicator(made: dict[str, Any], identifier: str, changes: list[Change]) -> None:
    if "pattern" in made and "pattern_type" not in made:
        made["pattern_type"] = "stix"
        say(changes, identifier, "pattern_type", "pattern-type", _("pattern_type was added: stix."))


def _precise(made: dict[str, Any], name: str, identifier: str, changes: list[Change]) -> None:
    written = made.get(name)
    if type(written) is not str or not written.endswith("Z") or len(written) < 20:
        return
    whole, _point, digits = written[:-1].partition(".")
    if len(digits) < 3:
        made[name] = f"{whole}.{digits.ljust(3, '0')}Z"
        say(
            changes, identifier, name, "timestamp-precision",
            _("{name} was written with three digits of a second."), name=name,
        )  # fmt: skip
