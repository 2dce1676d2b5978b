"""The sentence behind each reason code, for people at home; no partner is ever given one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.platform.languages import _, text

REASONS: Final[Mapping[str, str]] = {
    # The marking passes, and who allowed it.
    "passes": _("The marking passes."),
    "consented": _("The originator consented."),
    "automatic": _("A standing rule releases it."),
    "approved": _("An officer released it."),
    # The marking does not pass.
    "assurance-too-low": _("Not sent over a link that cannot assure recall: {least} is the least."),
    "clearance-too-low": _("Classified {level}: a clearance of {needed} is needed."),
    "compartment": _("In compartment {compartment}, to which this recipient is not admitted."),
    "equivalence-not-signed": _("The table with the equivalence of {level} is not signed by both nations."),
    "equivalence-not-valid": _("The equivalence of {level} is not valid at this date."),
    "expired": _("Not to be released after {until}."),
    "national-only": _("{level}: never leaves the nation."),
    "no-equivalence": _("No equivalence of {level} is agreed for this recipient."),
    "not-releasable-to": _("Releasable to {names} only."),
    "originator-control": _("Under originator control of {originator}, who has not consented."),
    "retention-over": _("To be kept no longer than {until}."),
    "tlp-too-narrow": _("TLP:{label} is narrower than this recipient may have (TLP:{allowed})."),
    "unknown-atom": _("A marking this node does not know."),
    "unknown-level": _("{level} is not a level of the scale {scale}."),
    "unknown-marking": _("A marking definition this node does not know: {definition}."),
    "unknown-scale": _("The scale {scale} is not in these rules."),
    "unmarked": _("Without a marking: mark it first."),
    "unresolved-reference": _(
        "It rests on an object that is not held here, whose marking is therefore not known."
    ),
    # The marking passes; nobody has allowed it, or somebody forbids it.
    "no-mandate": _("No rule of the partnership speaks of it."),
    "approval-needed": _("Waits for a release officer."),
    "second-officer-needed": _("Waits for a second release officer."),
    "held": _("Held back by {by}."),
    "consent-needed": _("Waits for a consent, as {by} asks."),
    "no-partner": _("Not a partner under these rules."),
    # It is allowed, and still cannot go as it is.
    "end-not-released": _("It refers to {id}, which this recipient does not have."),
    "account-not-needed": _(
        "It names somebody, and nothing that the partner is given speaks of it: release it by its id, with a reason, or release what does."
    ),
    "names-somebody": _("It names somebody, and no officer named it for this recipient."),
    "names-inside": _(
        "It carries accounts inside itself, which name somebody: state them as objects of their own and refer to them."
    ),
    "only-in-part": _("Only a part of it may go, and somebody else's object goes whole or stays."),
    "original-missing": _("The object it translates is not held here."),
    "required-property": _("What may not go includes {place}, without which the object is not valid."),
    "outside-allow-list": _("It holds {place}, which the partnership does not allow."),
    "selector-unresolvable": _(
        "A granular marking points at {place}, which is not there: correct the object first."
    ),
    "marking-definition": _("A marking definition goes whole or stays."),
    # The egress process refused.
    "body-missing": _("The egress process was not given a body that fits its content hash."),
    "claimed-too-little": _("The egress process finds a marking in the bytes that was not claimed."),
    "not-the-same-tear-line": _(
        "The egress process made another version without the hidden parts than the one given."
    ),
    "unreadable": _("The egress process cannot read the object this was made from."),
}
"""Code → English sentence."""


def sentence(code: str, lang: str, params: Mapping[str, Any] | None = None) -> str:
    """Write the reason in a language; the code itself when there is no sentence for it."""
    return text(lang, REASONS.get(code, code), **(params or {}))
