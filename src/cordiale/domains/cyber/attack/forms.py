"""What people give on the page of ATT&CK: a layer of the Navigator, to be read beside the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cordiale.desk.actor import authorise
from cordiale.desk.domain import Sent
from cordiale.domains.cyber.attack.layer import LARGEST
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def attack(desk: Desk, actor: Actor, lang: str, sent: Sent) -> Mapping[str, str]:
    """Return what the page shows a layer by: its text; raises InputError for none and for what no layer is as large as."""
    authorise(actor, "search")
    given = sent.files.get("layer", ())
    if not given:
        raise InputError(
            "layer-nothing", _("Choose a layer that was saved in the ATT&CK Navigator (JSON).")
        ).at("layer")
    if given[0].stat().st_size > LARGEST:
        raise InputError(
            "layer-large", _("It is larger than {limit} MB: no layer is."), limit=LARGEST >> 20
        ).at("layer")
    return {"layer": given[0].read_bytes().decode("utf-8", "replace")}
