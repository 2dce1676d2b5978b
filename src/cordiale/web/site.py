"""The pages' addresses, on Litestar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.response import File, Redirect
from litestar.static_files import create_static_files_router

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.platform.errors import CordialeError, NotFound, explain, http_status
from cordiale.platform.languages import _, negotiate, text
from cordiale.platform.log import logger
from cordiale.web import pages
from cordiale.web.marks import unmarked
from cordiale.web.render import FOLDER, page

if TYPE_CHECKING:
    from cordiale.node.node import Node

log = logger("web")

LANGUAGES: Final = {"en": "en", "fr": "fr", "fr-CA": "fr-CA"}
COOKIE: Final = "cordiale_lang"
YEAR: Final = 365 * 24 * 3600

MOST: Final = 400
"""Longest search, type or place in a list that is read from an address."""


def site(node: Node, actor: Actor | None = None) -> Any:
    """Return the Litestar application of the pages; `actor` is who they act as."""
    desk = node.desk
    reader = actor if actor is not None else house("web")
    settings = node.settings.node
    frame = {"node_title": settings.title or settings.name, "nation": settings.nation}

    def language(request: Request[Any, Any, Any]) -> str:
        chosen = LANGUAGES.get(request.cookies.get(COOKIE, ""))
        if chosen:
            return chosen
        return negotiate(request.headers.get("accept-language", ""), settings.language)

    def shown(
        request: Request[Any, Any, Any], template: str, here: str, values: dict[str, Any], status: int = 200
    ) -> Response[str]:
        lang = language(request)
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        html = page(template, lang, {**frame, "here": here, "address": address, **values})
        return Response(
            html, media_type=MediaType.HTML, status_code=status, headers={"vary": "Cookie, Accept-Language"}
        )

    def problem(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        lang = language(request)
        status = error.status_code if isinstance(error, HTTPException) else http_status(error)
        if isinstance(error, NotFound) or status == 404:
            # absent and hidden are told in the same words
            heading, sentence = _("Not found"), text(lang, _("There is nothing here that you may see."))
            status = 404
        elif isinstance(error, CordialeError):
            heading, sentence = _("This did not work"), explain(error, lang)
        elif status < 500:
            heading, sentence = _("This request cannot be read"), text(lang, _("Nothing was changed."))
        else:
            log.error("a page failed", error=error, path=request.url.path)
            heading = _("Something went wrong here")
            sentence = text(lang, _("Nothing was changed. The node's log says more."))
        values = {"heading": text(lang, heading), "sentence": sentence, "banner": unmarked(lang)}
        return shown(request, "problem.html", "", values, status)

    @get("/", sync_to_thread=True)
    def today(request: Request[Any, Any, Any]) -> Response[str]:
        return shown(request, "today.html", "/", pages.today(desk, reader, language(request)))

    @get("/objects", sync_to_thread=True)
    def objects(request: Request[Any, Any, Any]) -> Response[str]:
        given = request.query_params
        asked = {name: str(given.get(name) or "").strip()[:MOST] for name in ("q", "type", "after")}
        values = pages.objects(
            desk, reader, language(request), q=asked["q"], kind=asked["type"], after=asked["after"]
        )
        return shown(request, "objects.html", "/objects", values)

    @get("/objects/{stix_id:str}", sync_to_thread=True)
    def one_object(request: Request[Any, Any, Any]) -> Response[str]:
        stix_id = str(request.path_params["stix_id"])
        return shown(
            request, "object.html", "/objects", pages.one_object(desk, reader, language(request), stix_id)
        )

    @get("/objects/{stix_id:str}/files/{sha256:str}", sync_to_thread=True)
    def attachment(request: Request[Any, Any, Any]) -> File:
        named = request.path_params
        view, path = verbs.attachment(desk, reader, str(named["stix_id"]), str(named["sha256"]))
        # a partner chose the name and the type: always a download, never shown
        return File(
            path,
            filename=view.name.replace("/", "_").replace("\\", "_"),
            media_type="application/octet-stream",
            content_disposition_type="attachment",
            headers={"content-security-policy": "sandbox; default-src 'none'"},
        )

    @get("/release", sync_to_thread=True)
    def release(request: Request[Any, Any, Any]) -> Response[str]:
        return shown(request, "release.html", "/release", pages.release(desk, reader, language(request)))

    @get("/partners", sync_to_thread=True)
    def partners(request: Request[Any, Any, Any]) -> Response[str]:
        return shown(request, "partners.html", "/partners", pages.partners(desk, reader, language(request)))

    @post("/language", status_code=303)
    async def choose_language(request: Request[Any, Any, Any]) -> Redirect:
        form = parse_qs((await request.body())[:4000].decode("utf-8", "replace"))
        chosen = LANGUAGES.get(form.get("lang", [""])[0], "en")
        back = Redirect(local(form.get("next", ["/"])[0]), status_code=303)
        back.set_cookie(COOKIE, chosen, max_age=YEAR, path="/", httponly=True, samesite="lax")
        return back

    static = create_static_files_router(
        path="/static", directories=[FOLDER / "static"], cache_control=None, include_in_schema=False
    )
    return Litestar(
        route_handlers=[today, objects, one_object, attachment, release, partners, choose_language, static],
        exception_handlers={Exception: problem},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=8192,
    )


def local(address: str) -> str:
    """Return an address of this site to go back to: its path and query alone, `/` where it is none."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
