"""Who sees an object and why: each step of the decision for every partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import Chip
from cordiale.desk.desk import Desk
from cordiale.platform.languages import _, number, text
from cordiale.web.lines import partner_chip, sentence, when


def decisions(
    desk: Desk, actor: Actor, lang: str, stix_id: str, chips: Iterable[Chip], titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return for each partner its form, every step, the rules and act it rests on, and what was sent and received."""
    if not may(actor, "why"):
        return []
    found = []
    for chip in chips:
        why = verbs.why(desk, actor, stix_id, chip.partner)
        facts = []
        if why.rules is not None:
            facts.append(
                (
                    _("Rules"),
                    text(
                        lang,
                        _("{partnership}, version {version}, applied by {by}"),
                        partnership=why.rules.partnership,
                        version=why.rules.version[:10],
                        by=why.rules.by,
                    ),
                    when(why.rules.at, lang),
                )
            )
        if why.act is not None:
            who = why.act.officer + (f", {why.act.second}" if why.act.second else "")
            facts.append((_("Act"), text(lang, _("{act}, by {who}"), act=why.act.act, who=who), when(why.act.at, lang)))  # fmt: skip
        if why.sent_at is not None:
            segment = text(lang, _("segment {segment}, entry {entry}"), segment=number(lang, why.segment or 0), entry=number(lang, why.sequence or 0))  # fmt: skip
            facts.append((_("Sent in"), segment, when(why.sent_at, lang)))
        if why.receipt_at is not None:
            facts.append((_("Receipt"), "", when(why.receipt_at, lang)))
        if why.withdrawn:
            facts.append((_("Withdrawn"), why.withdrawn, None))
        found.append(
            {
                "chip": partner_chip(chip, lang, titles),
                "steps": [
                    {"sentence": sentence(step, lang), "atom": step.atom or "", "rule": step.rule or ""}
                    for step in why.steps
                ],
                "facts": [
                    {"label": text(lang, label), "words": words, "when": at} for label, words, at in facts
                ],
            }
        )
    return found
