"""The form of saved pages: each file is sealed, its marks are read, and the result is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk.actor import authorise
from cordiale.desk.domain import Sent
from cordiale.domains.information.kinship.kept import keep
from cordiale.domains.information.kinship.pages import address
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def sites(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Look at the files of a form, keep what was found, and return its address; raises InputError for no files."""
    authorise(actor, "import")
    authorise(actor, "attach")
    files = sent.files.get("files", ())
    if not files:
        raise InputError(
            "no-sites", _("Choose the saved pages, web archives or certificates to look at.")
        ).at("files")
    names = [path.name for path in files]
    if len(set(names)) < len(names):
        raise InputError("site-twice", _("Two of the files have one name: name them after their sites.")).at(
            "files"
        )
    name = " ".join(sent.fields.get("name", "").split())[:200] or text(lang, _("Kinship of sites"))
    marking = sent.fields.get("marking", "").strip() or None
    ignored = sent.fields.get("ignored", "").split()
    return address(
        keep(desk, actor, files, name, marking, beside=sent.files.get("beside", ()), ignored=ignored)
    )
