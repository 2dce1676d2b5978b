"""What relationships are called for people; in STIX they keep their own words, and one outside STIX 2.1 is shown as written.

The words are those of STIX 2.1, table 3.x of each object ("Relationships"), and of its summary in appendix B; and those that
the extension of incidents adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cordiale.platform.languages import _, text

RELATIONS: Final[Mapping[str, str]] = {
    "analysis-of": _("analysis of"),
    "assigned": _("in charge of"),
    "attributed-to": _("attributed to"),
    "authored-by": _("authored by"),
    "av-analysis-of": _("scan of"),
    "based-on": _("based on"),
    "beacons-to": _("beacons to"),
    "characterizes": _("characterises"),
    "communicates-with": _("communicates with"),
    "compromises": _("compromises"),
    "consists-of": _("consists of"),
    "controls": _("controls"),
    "delivers": _("delivers"),
    "derived-from": _("derived from"),
    "detected": _("detected"),
    "detects": _("detects"),
    "downloads": _("downloads"),
    "drops": _("drops"),
    "duplicate-of": _("duplicate of"),
    "dynamic-analysis-of": _("dynamic analysis of"),
    "exfiltrates-to": _("exfiltrates to"),
    "exploits": _("exploits"),
    "has": _("carries"),
    "hosts": _("hosts"),
    "impacts": _("affects"),
    "impersonates": _("impersonates"),
    "indicates": _("indicates"),
    "investigates": _("investigates"),
    "led-to": _("led to"),
    "located-at": _("located at"),
    "mitigates": _("mitigates"),
    "originates-from": _("originates from"),
    "owns": _("owns"),
    "part-of": _("part of"),
    "performed": _("performed"),
    "related-to": _("related to"),
    "remediates": _("remediates"),
    "resolves-to": _("resolves to"),
    "static-analysis-of": _("static analysis of"),
    "subtechnique-of": _("sub-technique of"),
    "targets": _("targets"),
    "uses": _("uses"),
    "variant-of": _("variant of"),
}


def relation_word(name: str, lang: str) -> str:
    """Return what a relationship of this name is called in a language; a name that is not in the standard stays as it is."""
    known = RELATIONS.get(name)
    return text(lang, known) if known else name
