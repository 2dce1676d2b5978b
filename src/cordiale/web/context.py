"""What every page is given: the desk, who asks and in which language, and the frame around what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import MediaType, Request, Response
from msgspec import structs

from cordiale.desk.actor import Actor, may
from cordiale.platform.languages import _, negotiate, text
from cordiale.web.forms import kept
from cordiale.web.refusal import beside
from cordiale.web.render import page
from cordiale.web.since import drawing, words
from cordiale.web.visit import visit_of

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.desk.domain import Domain
    from cordiale.node.node import Node
    from cordiale.platform.errors import CordialeError

LANGUAGES: Final = {"en": "en", "fr": "fr", "fr-CA": "fr-CA"}
COOKIE: Final = "cordiale_lang"
SCHEMES: Final = {
    "": {"next": "dark", "mark": "◐", "label": _("Colours: as this machine")},
    "dark": {"next": "light", "mark": "●", "label": _("Colours: dark")},
    "light": {"next": "", "mark": "○", "label": _("Colours: light")},
}
"""Colours a reader chooses: what the button says of each, and which it leads to."""
SCHEME_COOKIE: Final = "cordiale_scheme"


COMMANDS: Final = (("see-as", "/see-as", _("See as")),)
"""What the palette offers beside places: the verb it needs, where it leads, what it is called."""


class Entry(msgspec.Struct, frozen=True):
    """One entry of the rail; `badge` names the number beside it, `place` orders entries.

    `verb` is what a person must be allowed for the entry to be offered, "" for what everybody may.
    """

    place: int
    href: str
    label: str
    badge: str = ""
    verb: str = ""


Asked = Request[Any, Any, Any]


def _no_token(request: Asked) -> str:
    return ""


def _nobody(request: Asked, lang: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one node.

    `actor` tells who asks, `csrf` the token that a form has to send back (empty where none is asked for), `seen_as` what
    stands over a page that is shown as somebody else would see it. `of` says how many processes answer
    pages, `among` which domains have theirs.
    """

    node: Node
    actor: Callable[[Asked], Actor]
    csrf: Callable[[Asked], str] = field(default=_no_token)
    rail: tuple[Entry, ...] = ()
    seen_as: Callable[[Asked, str], str] = field(default=_nobody)
    of: int = 1
    among: tuple[Domain, ...] = ()

    @property
    def desk(self) -> Desk:
        """Return the desk that the pages ask."""
        return self.node.desk

    def language(self, request: Asked) -> str:
        """Return the language of the answer: chosen before, else asked for by the browser, else the node's."""
        chosen = LANGUAGES.get(request.cookies.get(COOKIE, ""))
        if chosen:
            return chosen
        return negotiate(request.headers.get("accept-language", ""), self.node.settings.node.language)

    def page(
        self,
        request: Asked,
        template: str,
        here: str,
        values: dict[str, Any],
        status: int = 200,
        *,
        refused: CordialeError | None = None,
    ) -> Response[str]:
        """Answer with a page; `here` is the address of its entry in the rail.

        `refused` is why the form that was sent was not taken: that is said beside the field it is about.
        """
        settings, lang = self.node.settings.node, self.language(request)
        chosen = request.cookies.get(SCHEME_COOKIE, "")
        scheme = chosen if chosen in SCHEMES else ""
        acting, now = visit_of(request).actor, self.desk.clock()
        frame = {
            "node_title": settings.title or settings.name,
            "nation": settings.nation,
            "here": here,
            "ago": drawing(lang, now),
            "ago_words": "|".join(words(lang)),
            "address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "csrf": self.csrf(request),
            "scheme": scheme,
            "colours": {**SCHEMES[scheme], "label": text(lang, SCHEMES[scheme]["label"])},
            "person": acting.name if acting else "",
            "account": "/account" if acting and may(acting, "account") else "",
            "seen_as": self.seen_as(request, lang),
            "rail": [
                structs.replace(e, label=text(lang, e.label))
                for e in self.rail
                if acting and (not e.verb or may(acting, e.verb))
            ],
            "commands": [
                {"href": href, "label": text(lang, label)}
                for verb, href, label in COMMANDS
                if acting and may(acting, verb)
            ],
            "layout": "fragment.html" if is_part(request) else "frame.html",
        }
        self.desk.store.let_go()  # all is read that is shown; drawing it needs nothing of the database
        drawn = page(template, lang, frame | values)
        if refused is not None:
            drawn = beside(drawn, request.url.path, kept(request), refused, lang)
        return Response(
            drawn,
            media_type=MediaType.HTML,
            status_code=status,
            headers={"vary": "Cookie, Accept-Language, HX-Request"},
        )


def is_part(request: Asked) -> bool:
    """Tell whether a script asks for what is inside the frame alone."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers
