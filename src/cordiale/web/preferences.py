"""What a reader chooses for themselves: the language, and light or dark."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from litestar import Request, post
from litestar.response import Redirect

from cordiale.web.context import COOKIE, LANGUAGES, SCHEME_COOKIE, SCHEMES, Site

YEAR: Final = 365 * 24 * 3600


def handlers(site: Site) -> list[Any]:
    """Return the routes that choices are sent to."""

    @post("/language", status_code=303)
    async def choose_language(request: Request[Any, Any, Any]) -> Redirect:
        form = parse_qs((await request.body())[:4000].decode("utf-8", "replace"))
        chosen = LANGUAGES.get(form.get("lang", [""])[0], "en")
        back = Redirect(local(form.get("next", ["/"])[0]), status_code=303)
        back.set_cookie(COOKIE, chosen, max_age=YEAR, path="/", httponly=True, samesite="lax")
        return back

    @post("/scheme", status_code=303)
    async def choose_scheme(request: Request[Any, Any, Any]) -> Redirect:
        form = parse_qs((await request.body())[:4000].decode("utf-8", "replace"))
        chosen = form.get("scheme", [""])[0]
        back = Redirect(local(form.get("next", ["/"])[0]), status_code=303)
        back.set_cookie(
            SCHEME_COOKIE,
            chosen if chosen in SCHEMES else "",
            max_age=YEAR,
            path="/",
            httponly=True,
            samesite="lax",
        )
        return back

    return [choose_language, choose_scheme]


def local(address: str) -> str:
    """Return an address of this site to go back to: its path and query alone, `/` where it is none."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
