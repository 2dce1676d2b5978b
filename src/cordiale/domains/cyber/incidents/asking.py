"""What the forms of incidents offer: the words of Incident Core and the sectors, in the reader's language."""

from __future__ import annotations

from typing import Any

from cordiale.joint.incident.vocabulary import CATEGORY, DETAIL, choices, in_words
from cordiale.stix.incident_core import IMPACTS
from cordiale.stix.kinds import Integer, Number, Term, Time
from cordiale.stix.sectors import SECTORS, schemes
from cordiale.stix.sectors import in_words as sector_in_words


def forms(lang: str, category: str = "") -> dict[str, Any]:
    """Return the choices of the forms; `category` is the kind of impact whose fields are asked for."""
    return {
        "determinations": _listed("incident-determination-enum", lang),
        "statuses": _listed("incident-investigation-ov", lang),
        "kinds": _sorted("event-type-ov", lang),
        "methods": _sorted("detection-methods-ov", lang),
        "recoveries": _listed("recoverability-enum", lang),
        "event_states": _listed("event-status-enum", lang),
        "task_states": _listed("task-outcome-enum", lang),
        "task_kinds": _sorted("task-type-ov", lang),
        "fidelities": _listed("timestamp-fidelity-enum", lang),
        "entities": _sorted("entity-type-ov", lang),
        "categories": _listed(CATEGORY, lang),
        "category": category if f"{category}-ext" in IMPACTS else "",
        "category_said": in_words(CATEGORY, category, lang) if category else "",
        "details": _details(category, lang),
        "sector_groups": sector_groups(lang),
    }


def sector_groups(lang: str) -> list[dict[str, Any]]:
    """Return every sector that can be chosen: STIX's, and those of each scheme of critical infrastructure."""
    fr = lang.startswith("fr")
    found = [{"title": "STIX", "sectors": [(one, sector_in_words(one, lang)) for one in SECTORS]}]
    for name, scheme in schemes().items():
        sectors = [(f"{name}:{one}", said.fr if fr else said.en) for one, said in scheme.sectors.items()]
        found.append({"title": scheme.fr if fr else scheme.en, "sectors": sectors})
    return found


def _listed(vocabulary: str, lang: str) -> list[dict[str, str]]:
    return [{"word": word, "label": label} for word, label in choices(vocabulary, lang)]


def _sorted(vocabulary: str, lang: str) -> list[dict[str, str]]:
    return sorted(_listed(vocabulary, lang), key=lambda one: one["label"].casefold())


def _details(category: str, lang: str) -> list[dict[str, Any]]:
    record = IMPACTS.get(f"{category}-ext")
    if record is None:
        return []
    place = {word: n for n, (word, _label) in enumerate(choices(DETAIL, lang))}
    return [
        {
            "name": name,
            "label": in_words(DETAIL, name, lang),
            "number": isinstance(kind, Integer | Number),
            "whole": isinstance(kind, Integer),
            "most": kind.high if isinstance(kind, Integer) else None,
            "time": isinstance(kind, Time),
            "words": _sorted(kind.vocabulary, lang) if isinstance(kind, Term) else [],
            "required": name in record.required,
        }
        for name, kind in sorted(
            record.properties.items(),
            key=lambda one: (one[0] not in record.required, place.get(one[0], len(place))),
        )
    ]
