"""What answers partners: the exchange's server functions wired to this node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk import partnerships
from cordiale.desk.files import attachments
from cordiale.desk.incoming import inbox
from cordiale.desk.partner import tokens
from cordiale.exchange.serve.service import Service
from cordiale.exchange.serve.wake import Bell

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.exchange.message import Request, Response
    from cordiale.exchange.taxii.wiring import Keep


def service(desk: Desk, bell: Bell | None = None) -> Service:
    """Return the service of an opened node; `bell` rings after each cut."""

    def joined(name: str) -> Partnership | None:
        with desk.store.read() as tx:
            found = partnerships.partnerships(tx, desk.node).get(name)
            return found or partnerships.parting(tx, name, desk.node)

    def identify(request: Request) -> Partnership | None:
        return tokens.identify(desk, request)

    def take(node: str, raws: tuple[bytes, ...], keep: Keep) -> bytes:
        # Together: what is answered for is stored, and neither costs a commit of its own.
        with desk.store.write() as tx:
            return keep(tx, inbox.taken(tx, desk, node, raws))

    def more(request: Request, partnership: Partnership) -> Response | None:
        return attachments.respond(desk, request, partnership)

    return Service(
        home=desk.home,
        store=desk.store,
        identify=identify,
        partnerships=joined,
        inbox=take,
        title=desk.home.title,
        more=more,
        bell=bell or Bell(),
    )
