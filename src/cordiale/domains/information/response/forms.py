"""What people do on the page of a response: assess, take a position on the text they read, record that it is agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cordiale.desk.domain import Sent
from cordiale.domains.information.response import acts
from cordiale.domains.information.tabs import ROOT
from cordiale.joint.sending import Sent as Given
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

GRAVEST: Final = ("withheld", "partner", "officer", "second", "goes")
"""What may become of giving an act to the others, the least done first: that is what the page says."""


def response(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Do what one of the page's forms asks (`act`: assess, position or agree); return the page's address.

    Raises what the acts raise; InputError for a form that asks for nothing known.
    """
    field = {name: value.strip() for name, value in sent.fields.items()}
    of = field.get("id", "")
    match field.get("act"):
        case "assess":
            words = Words(field.get("en", ""), field.get("fr", ""))
            done: Sequence[Given] = acts.assess(
                desk, actor, of, field.get("level", ""), words, confidence=field.get("confidence", "moderate")
            ).sent
        case "position":
            reserve = Words(field.get("footnote_en", ""), field.get("footnote_fr", ""))
            done = acts.stand(desk, actor, of, field.get("position", ""), field.get("hash", ""), reserve).sent
        case "agree":
            printed = [name.removeprefix("print-") for name in sent.fields if name.startswith("print-")]
            done = acts.conclude(
                desk,
                actor,
                of,
                field.get("hash", ""),
                printed=printed,
                parity=field.get("parity", ""),
                because=field.get("because", ""),
            ).sent
        case _:
            raise InputError(
                "response-act", _("The form asks for nothing that is known here: open the page again.")
            )
    state = min((one.state for one in done), key=GRAVEST.index, default="goes")
    return f"{ROOT}response?{urlencode({'id': of, 'told': state})}"
