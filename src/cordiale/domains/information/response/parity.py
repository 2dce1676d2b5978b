"""Before a text is agreed somebody answers for both languages saying the same: a comparison, or a named person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordiale.joint.moment import stamp
from cordiale.joint.revision import Parity, Text
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.document import Document
    from cordiale.domains.information.drift.parity import Parity as Comparison
    from cordiale.domains.information.response.standing import TextView

Compare = Callable[[Text, Text], int]
"""Given the English and the French text, return how many divergences there are."""


def answered_for(
    en: Text, fr: Text, *, by: str, reason: str, acting: str, now: int, compare: Compare | None
) -> Parity:
    """Return who answers for both languages saying the same, as the record of an agreement says it.

    Where `compare` finds no divergence, whoever acts answers by it. Where it finds some, or there is no comparison, a person
    has to be named (`by`) and say why (`reason`). Raises InputError and Conflict saying so.
    """
    found = compare(en, fr) if compare is not None else None
    if found == 0 and not by:
        return Parity(by=acting, at=stamp(now), how="compared")
    if not by.strip():
        if found is None:
            raise InputError(
                "parity-unsaid",
                _("Nobody answers yet for the English and the French saying the same: name who read both (--parity NAME)."),
            ).at("parity")  # fmt: skip
        raise Conflict(
            "parity-differs",
            _("The English and the French differ in {n} places: see them with cordiale response parity, and correct them, or name who answers for them (--parity NAME --because TEXT)."),
            n=found,
        ).at("parity")  # fmt: skip
    if found and not reason.strip():
        raise Conflict(
            "parity-reason",
            _("The English and the French differ in {n} places: {by} has to say why they still say the same (--because TEXT)."),
            n=found,
            by=by,
        ).at("because")  # fmt: skip
    return Parity(by=by.strip(), at=stamp(now), how="stated", divergences=found or 0, reason=reason.strip())


def texts(found: TextView) -> tuple[Text, Text]:
    """Return the English and the French of all that is agreed on: the text, and what its measures say."""
    sides = []
    for lang, said in (("en", found.en), ("fr", found.fr)):
        measures = [one.words.said(lang) for one in found.content.measures]
        sides.append(Text(said.title, "\n\n".join([said.body, *measures])))
    return sides[0], sides[1]


def compare(en: Text, fr: Text, lang: str = "en") -> Comparison:
    """Return where two language versions of a text part, as `cordiale information parity` finds it."""
    from cordiale.domains.information.drift.parity import parity

    return parity(_document(en, "en"), _document(fr, "fr"), lang)


def divergences(en: Text, fr: Text) -> int:
    """Return in how many places two language versions of a text part."""
    return len(compare(en, fr).divergences)


def _document(said: Text, lang: str) -> Document:
    from cordiale.domains.information.document import Block, Document

    paragraphs = [said.title, *(part.strip() for part in said.body.split("\n\n") if part.strip())]
    blocks = tuple(Block(" ".join(part.split()), "body", lang) for part in paragraphs)
    return Document(name=lang, blocks=blocks, lang=lang, title=said.title)
