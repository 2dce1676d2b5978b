"""Tell cheaply whether what somebody reads of some types may have changed, and learn nothing of what they do not read."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk.visible import rules_of_house, rules_of_reader, visible
from cordiale.store import versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def state_of(desk: Desk, actor: Actor, types: Iterable[str]) -> bytes:
    """Return a digest that differs whenever current statements of these types read otherwise to an actor than before.

    It rests on the markings that the actor passes now, the rules they are passed by, which versions stand under them (their
    numbers, summed), and how many statements of any type do, since a reference reads by whether its target does. It costs an
    index's walk over what the actor reads; a change of what they do not read neither moves it nor makes it dearer.
    """
    readers = [one for one in (actor.recipient, actor.within) if one is not None]
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rules = [rules_of_reader(tx, one).version for one in readers] or [rules_of_house(tx).version]
        held, counted = versions.summed(tx, types, seen)
    # of a marking that nothing stands under it makes no difference that it is passed; of a property's, that it is not any more
    passed = [seen is None or full in seen for _mid, full, *_rest in held]
    return sha256(msgspec.json.encode([rules, held, passed, counted])).digest()
