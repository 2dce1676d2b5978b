"""Connect a partner: two people exchange a small file and read eight words to one another."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import UploadFile

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, authorise
from cordiale.desk.desk import Desk
from cordiale.platform.errors import InputError, explain
from cordiale.platform.languages import _
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed, deed_with_files
from cordiale.web.marks import unmarked
from cordiale.web.partners import HERE, partner_href

LARGEST: Final = 256 * 1024
"""Most bytes of an invitation: it holds a name, an address and a few keys."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of connecting."""
    desk = site.desk

    def answer(request: Asked, error: InputError | None = None, typed: str = "") -> Response[Any]:
        lang = site.language(request)
        values = connecting(desk, site.actor(request), lang)
        values |= {"problem": explain(error, lang) if error else "", "typed": typed}
        return site.page(request, "connect.html", HERE, values, 422 if error else 200, refused=error)

    @get("/partners/connect", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        return answer(request)

    def invite(request: Asked, given: Given) -> Response[Any]:
        data = verbs.partner_invite(desk, site.actor(request))
        return download(data, f"{desk.node}.invitation.json")

    def add(request: Asked, given: Given, files: list[UploadFile]) -> Response[Any]:
        pasted = given.whole("text").strip()
        data = files[0].file.read(LARGEST) if files and files[0].filename else pasted.encode()
        try:
            if not data:
                raise InputError(
                    "no-invitation", _("Choose the partner's invitation file, or paste what is in it.")
                ).at("text")
            added = verbs.partner_add(desk, site.actor(request), data)
        except InputError as error:
            return answer(request, error.at("text" if pasted else "file"), pasted[:LARGEST])
        return away("/partners/connect" if added.state == "invited" else partner_href(added.name))

    def confirm(request: Asked, given: Given) -> Response[Any]:
        try:
            done = verbs.partner_confirm(desk, site.actor(request), given.one("name"), given.one("words"))
        except InputError as error:
            return answer(request, error.at("words"))
        return away(partner_href(done.name), said="confirmed")

    return [
        shown,
        deed("/partners/invite", invite),
        deed_with_files("/partners/add", add, LARGEST + 4096),
        deed("/partners/confirm", confirm),
    ]


def download(data: bytes, name: str, kind: str = "application/octet-stream") -> Response[bytes]:
    """Return a file to be saved, never shown."""
    return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def connecting(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return our own words, to be read aloud, and the partners whose words are not confirmed yet.

    Their words are not shown: who can read them off the screen need not listen.
    """
    authorise(actor, "partner")
    return {
        "words": verbs.own_words(desk, lang),
        "waiting": [
            {
                "name": one.name,
                "title": one.title or one.name,
                "nation": one.nation,
                "organisation": one.organisation,
                "url": one.url,
            }
            for one in verbs.partner_list(desk, actor)
            if one.state == "invited"
        ],
        "problem": "",
        "typed": "",
        "banner": unmarked(lang),
    }
