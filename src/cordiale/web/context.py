"""What every page is given: the desk, who asks and in which language, and the frame around what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from litestar import MediaType, Request, Response

from cordiale.desk.actor import Actor
from cordiale.platform.languages import negotiate
from cordiale.web.render import page

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.node.node import Node

LANGUAGES: Final = {"en": "en", "fr": "fr", "fr-CA": "fr-CA"}
COOKIE: Final = "cordiale_lang"

Asked = Request[Any, Any, Any]


def _no_token(request: Asked) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one node.

    `actor` tells who asks, `csrf` the token that a form has to send back (empty where none is asked for).
    """

    node: Node
    actor: Callable[[Asked], Actor]
    csrf: Callable[[Asked], str] = field(default=_no_token)

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
        self, request: Asked, template: str, here: str, values: dict[str, Any], status: int = 200
    ) -> Response[str]:
        """Answer with a page; `here` is the address of its entry in the rail."""
        settings = self.node.settings.node
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        frame = {
            "node_title": settings.title or settings.name,
            "nation": settings.nation,
            "here": here,
            "address": address,
            "csrf": self.csrf(request),
        }
        html = page(template, self.language(request), frame | values)
        return Response(
            html, media_type=MediaType.HTML, status_code=status, headers={"vary": "Cookie, Accept-Language"}
        )
