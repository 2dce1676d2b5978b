"""What a page says when something did not work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from cordiale.desk.act_words import verb_word
from cordiale.platform.errors import CordialeError, NotFound, explain, http_status
from cordiale.platform.languages import _, text
from cordiale.platform.log import logger
from cordiale.web.account import ROLES
from cordiale.web.context import Asked, Site
from cordiale.web.marks import unmarked

log = logger("web")


def problem(site: Site) -> Callable[[Asked, Exception], Response[str]]:
    """Return the handler of every error of the pages."""

    def answer(request: Asked, error: Exception) -> Response[str]:
        lang = site.language(request)
        status = error.status_code if isinstance(error, HTTPException) else http_status(error)
        if isinstance(error, NotFound) or status == 404:
            # absent and hidden are told in the same words
            heading, sentence = _("Not found"), text(lang, _("There is nothing here that you may see."))
            status = 404
        elif isinstance(error, CordialeError):
            heading, sentence = _("This did not work"), _in_words(error, lang)
        elif status < 500:
            heading, sentence = _("This request cannot be read"), text(lang, _("Nothing was changed."))
        else:
            log.error("a page failed", error=error, path=request.url.path)
            heading = _("Something went wrong here")
            sentence = text(lang, _("Nothing was changed. The node's log says more."))
        values = {"heading": text(lang, heading), "sentence": sentence, "banner": unmarked(lang)}
        return site.page(request, "problem.html", "", values, status)

    return answer


def _in_words(error: CordialeError, lang: str) -> str:
    """Return what an error says, with acts and roles by their names instead of their codes."""
    if error.code != "role-missing":
        return explain(error, lang)
    roles = [text(lang, ROLES.get(role, role)) for role in str(error.params["roles"]).split(" / ") if role]
    return text(
        lang,
        _(
            "{actor} may not do this here: {act}. It needs one of these roles: {roles}. Ask the node's operator."
        ),
        actor=error.params["actor"],
        act=verb_word(str(error.params["verb"]), lang),
        roles=", ".join(roles) or "–",
    )


def refused(site: Site) -> Callable[..., Awaitable[None]]:
    """Return the answer to a form that no page of this browser's session sent."""

    async def answer(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        request: Asked = Request(scope, receive, send)  # type: ignore[arg-type]
        lang = site.language(request)
        values = {
            "heading": text(lang, _("This page is not up to date")),
            "sentence": text(
                lang, _("Nothing was changed. Go back, load the page again, and repeat what you did.")
            ),
            "banner": unmarked(lang),
        }
        made = site.page(request, "problem.html", "", values, 403)
        body = made.render(made.content, "text/html")
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
