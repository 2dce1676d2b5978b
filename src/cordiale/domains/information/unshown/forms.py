"""What is done on the page of questions: ask about a text that stays here, or answer with what the asker may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.domain import Sent
from cordiale.domains.information.response.forms import GRAVEST
from cordiale.domains.information.unshown.answering import answer_unseen
from cordiale.domains.information.unshown.asking import ask_unseen
from cordiale.domains.information.unshown.pages import address, large
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

DEEDS: Final = ("ask", "answer")


def unshown(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Ask about a text, or answer a question (`do`); return the page's address."""
    field = {name: value.strip() for name, value in sent.fields.items()}
    if field.get("do") == "answer":
        if large(desk, actor):
            raise InputError(
                "unseen-large",
                _(
                    "More posts are held here than a page looks through: cordiale information seen-answer {id}"
                ),
                id=field.get("id", "").partition("--")[2][:8],
            ).at("text")
        done = answer_unseen(desk, actor, field.get("id", "")).sent
    elif field.get("do") == "ask":
        words = Words(field.get("en", ""), field.get("fr", ""))
        asked = ask_unseen(desk, actor, field.get("to", ""), field.get("text", ""), marking=field.get("marking", ""), words=words)  # fmt: skip
        done = asked.request.sent
    else:
        raise InputError("unseen-deed", _("Say whether to ask or to answer: {known}."), known=", ".join(DEEDS))  # fmt: skip
    state = min((one.state for one in done), key=GRAVEST.index, default="goes")
    return address(told=state)
