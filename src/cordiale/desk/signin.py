"""Who acts: the person behind a session or a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.accounts import records, token
from cordiale.desk.people import acting
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NO_TOKEN = _("This token is not known here, or has ended: ask whoever gave it to you for another one.")


def actor_by_token(desk: Desk, shown: str, now: int) -> Actor:
    """Return whom a token acts for, with its verbs alone; `now` in microseconds.

    Raises NotAllowed (code `not-signed-in`) for one that nobody was given, that has ended, or whose person is locked.
    """
    found = None
    if shown.startswith(token.BEGINS) and len(shown) <= token.LONGEST:
        with desk.store.read() as tx:
            found = records.token_and_person(tx, token.digest(shown))
    if found is None or found[0].until <= now or found[1].state != "active":
        raise NotAllowed("not-signed-in", NO_TOKEN)
    return acting(desk, found[1], frozenset(found[0].scopes))
