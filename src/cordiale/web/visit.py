"""Who acts in a request, as the gate found out before any page was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.person.attempts import Origin
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.person.sessions import Visitor

KEY: Final = "cordiale.visit"
"""Where the gate leaves a visit in the scope of a request."""


class Visit(msgspec.Struct, frozen=True):
    """One request: who acts (None: nobody has signed in), and the token that this browser's forms must carry.

    `visitor` is the session it showed, also one that is not yet a full one; `secure` whether it came by TLS.
    """

    actor: Actor | None = None
    csrf: str = ""
    visitor: Visitor | None = None
    origin: Origin = Origin()
    secure: bool = False


def visit_of(request: Any) -> Visit:
    """Return the visit of a request (anything with an ASGI `scope`)."""
    found: Visit = request.scope.get(KEY) or Visit()
    return found


def actor_of(request: Any) -> Actor:
    """Return who acts in a request; raises NotAllowed when nobody has signed in."""
    actor = visit_of(request).actor
    if actor is None:
        raise NotAllowed("not-signed-in", _("Sign in first."))
    return actor


def csrf_of(request: Any) -> str:
    """Return the token that the forms of a page must carry, as the field `csrf` or the header `x-csrf-token`."""
    return visit_of(request).csrf
