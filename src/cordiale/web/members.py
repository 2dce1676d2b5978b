"""What a report or a grouping gathers, and what of that stays here although the report itself goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import Chip, Shown, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.preview import AWAITING
from cordiale.desk.views.display import Show
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, ntext, number, text
from cordiale.web.lines import href, lines_of, sentence

CONTAINERS: Final = frozenset({"report", "grouping"})
PATH: Final = "object_refs"
MOST: Final = 50
"""Members that are shown with what each partner has of them: each is decided anew."""


FEW: Final = 8
"""Partners up to which members are decided for each of them; beyond, their own pages say it."""


def members(
    desk: Desk,
    actor: Actor,
    lang: str,
    shown: Shown,
    partners: Sequence[Chip],
    titles: Mapping[str, str],
    show: Show,
) -> dict[str, Any] | None:
    """Return the members of a container; `stays` says for each partner who gets the container what it does not get of them.

    None for what is no container, and where a member went away while the page was made.
    """
    if len(shown.statements) != 1 or shown.statements[0].summary.type not in CONTAINERS:
        return None
    ids = list(dict.fromkeys(one.id for one in shown.refers_to if one.path.startswith(PATH)))
    if not ids:
        return None
    try:
        items = verbs.summaries(desk, actor, ids[:MOST], partners=0 < len(partners) <= FEW)
    except NotFound:
        return None
    rows = lines_of(desk, actor, items, lang, titles, show)
    names = {row["id"]: row["name"] for row in rows}
    stays = [_stays(one.partner, items, names, lang, titles) for one in partners if goes(one)]
    return {
        "rows": rows,
        "shared": any(row["partners"] for row in rows),
        "stays": [one for one in stays if one["items"]],
        "more": text(lang, _("The first {n} of {count}."), n=number(lang, MOST), count=number(lang, len(ids)))
        if len(ids) > MOST
        else "",
    }


def goes(chip: Chip) -> bool:
    """Tell whether a partner has an object, or would have it if a person approved."""
    return chip.form != "withheld" or waits(chip)


def waits(chip: Chip) -> bool:
    """Tell whether an object waits for a person's act."""
    return chip.form == "withheld" and chip.reason is not None and chip.reason.code in AWAITING


def _stays(
    partner: str, items: Sequence[Summary], names: Mapping[str, str], lang: str, titles: Mapping[str, str]
) -> dict[str, Any]:
    kept = [
        (item, chip) for item in items for chip in item.partners if chip.partner == partner and not goes(chip)
    ]
    heading = ntext(
        lang,
        _("{n} of these is not communicated to {partner}:"),
        _("{n} of these are not communicated to {partner}:"),
        len(kept),
        partner=titles.get(partner, partner),
    )
    return {
        "heading": heading,
        "items": [
            {
                "href": f"{href(item.id)}?tab=decisions",
                "name": names[item.id],
                "why": sentence(chip.reason, lang),
            }
            for item, chip in kept
        ],
    }
