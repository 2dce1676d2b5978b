"""Columns of the list of objects: those a reader chose, remembered by their browser; and files of what is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cordiale.desk import verbs
from cordiale.platform.languages import _, text
from cordiale.web.connecting import download
from cordiale.web.context import Site
from cordiale.web.forms import lists
from cordiale.web.preferences import YEAR, local
from cordiale.web.question import asked_in

COOKIE: Final = "cordiale_columns"

COLUMNS: Final[Mapping[str, str]] = {
    "type": _("Type"),
    "marking": _("Marking"),
    "partners": _("Partners"),
    "source": _("Source"),
    "created": _("Created (UTC)"),
    "modified": _("Modified (UTC)"),
    "received": _("Received (UTC)"),
    "id": _("Id"),
}
"""What may stand beside the name, in the order in which it stands; the marking always does."""

ALWAYS: Final = "marking"
DEFAULT: Final = ("type", "marking", "partners", "source", "modified")
SORTABLE: Final = frozenset({"name", "type", "marking", "source"})
FORMS: Final = ("csv", "stix")


def handlers(site: Site) -> list[Any]:
    """Return the routes of the choice and of the files."""

    @post("/objects/columns", status_code=303)
    async def choose(request: Request[Any, Any, Any]) -> Redirect:
        form = await lists(request)
        wanted = set(form.get("column", ()))
        chosen = [name for name in COLUMNS if name in wanted or name == ALWAYS]
        back = Redirect(local(form.get("next", ["/objects"])[-1]), status_code=303)
        back.set_cookie(
            COOKIE, ".".join(chosen), max_age=YEAR, path="/objects", httponly=True, samesite="lax"
        )
        return back

    @get("/objects/export", sync_to_thread=True)
    def export(request: Request[Any, Any, Any]) -> Response[Any]:
        asked = asked_in(request.query_params)
        form = "stix" if request.query_params.get("form") == "stix" else "csv"
        shown = [name for name in chosen_in(request.cookies) if name != "partners"]
        made = verbs.export_objects(
            site.desk,
            site.actor(request),
            asked.question(),
            form,
            columns=("name", *shown, *(() if "id" in shown else ("id",))),
        )
        return download(made.data, made.name, made.media_type)

    return [choose, export]


def chosen_in(cookies: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that a browser remembers, the usual ones where it remembers none."""
    known = [name for name in str(cookies.get(COOKIE, "")).split(".") if name in COLUMNS]
    return tuple(name for name in COLUMNS if name in known or name == ALWAYS) if known else DEFAULT


def choices(chosen: tuple[str, ...], lang: str) -> list[dict[str, Any]]:
    """Return the columns that may be chosen, as a form offers them."""
    return [
        {"name": name, "label": text(lang, label), "chosen": name in chosen, "fixed": name == ALWAYS}
        for name, label in COLUMNS.items()
    ]
