"""What of an instance is wanted: whole events, or attributes by themselves, by type, tag, use and time; and a page of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from cordiale.desk.incoming.fetching import Place
from cordiale.desk.incoming.outside import Server, checked
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import InputError, ProtocolError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

EVENTS: Final = 25
"""Events asked for at a time."""

ATTRIBUTES: Final = 500
"""Attributes asked for at a time; each page takes a second question, for what governs their events."""

Value = dict[str, Any]
Moment = Callable[[Mapping[str, str]], str]
"""Return from the headers of an answer what the next fetch begins with."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is fetched: without anything, every event that changed. `since` is in microseconds, and goes before the last fetch.

    `types`, `categories` and `to_ids` are of attributes, and ask for those by themselves; a tag with `!` before it leaves out.
    """

    attributes: bool = False
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    to_ids: bool = False
    published: bool = False
    since: int = 0

    @property
    def alone(self) -> bool:
        """Tell whether attributes are wanted by themselves."""
        return self.attributes or self.to_ids or bool(self.types or self.categories)

    def filters(self, since: str) -> Value:
        """Return the filters of `restSearch`, as MISP documents them."""
        made: Value = {}
        start = max(int(since or 0), self.since // SECOND)
        for name, said in (("type", self.types), ("category", self.categories), ("tags", self.tags)):
            if said:
                made[name] = list(said)
        if self.to_ids:
            made["to_ids"] = 1
        if self.published:
            made["published"] = 1
        if start:
            made["timestamp"] = str(start)
        return made


def of(params: Mapping[str, Any]) -> Wanted:
    """Return what a job wants, of what is written down of it."""
    return msgspec.convert(params.get("asked") or {}, Wanted)


def page(reached: Server, place: Place, since: str, file: Path, wanted: Wanted, moment: Moment) -> Place:
    """Fetch one page into a file, of events or of attributes by themselves; raises ProtocolError for what is no answer of MISP."""
    number = int(place.next or 1)
    scope = "attributes" if wanted.alone else "events"
    asked: Value = {
        "returnFormat": "json",
        "limit": ATTRIBUTES if wanted.alone else EVENTS,
        "page": number,
        "deleted": [0, 1],
        "withAttachments": 1,
        **(
            {"includeEventTags": 0} if wanted.alone else {"includeEventCorrelations": 0, "sgReferenceOnly": 0}
        ),
        **wanted.filters(since),
    }
    headers = reached.save("POST", f"/{scope}/restSearch", orjson.dumps(asked), file)
    until = place.until or moment(headers)
    if wanted.alone:
        over = not _governed(reached, file)
    else:
        over = file.stat().st_size < _EMPTY and not listed(decoded(file.read_bytes()))
    if over:
        file.unlink()
        return msgspec.structs.replace(place, over=True, until=until)
    return Place(pages=place.pages + 1, next=str(number + 1), until=until)


_EMPTY: Final = 256
"""Bytes below which an answer may hold no event."""


def listed(found: Any) -> Any:
    """Return what an answer holds, without what is around it."""
    return found.get("response") if isinstance(found, dict) else found


def decoded(body: bytes) -> Any:
    """Return an answer as a value; raises ProtocolError where it is none that MISP gives."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(
            "misp-answer", _("The instance answered with something that is no JSON: is its address right?")
        ) from error


def _governed(reached: Server, file: Path) -> int:
    """Write into each attribute of a page the event that it is of, as that event's own head says it; return how many they are.

    What comes with an attribute names its event's distribution, and neither its sharing group nor its tags: what governs an
    attribute that inherits would be guessed.
    """
    held = listed(decoded(file.read_bytes()))
    found = held.get("Attribute") if isinstance(held, dict) else None
    if held not in ([], {}, None) and not isinstance(found, list):
        raise ProtocolError("misp-answer", _("The instance answered with something that is no list of attributes."))  # fmt: skip
    attributes = [one for one in found or () if isinstance(one, dict)]
    uuids = list(dict.fromkeys(_event_of(one) for one in attributes if _event_of(one)))
    heads = _heads(reached, uuids) if uuids else {}
    for one in attributes:
        head = heads.get(_event_of(one))
        if head is not None:
            one["Event"] = head
    replace_file(file, orjson.dumps({"response": {"Attribute": attributes}}), 0o600)
    return len(attributes)


def _event_of(attribute: Mapping[str, Any]) -> str:
    event = attribute.get("Event")
    return str(event.get("uuid") or "").lower() if isinstance(event, dict) else ""


def _heads(reached: Server, uuids: Sequence[str]) -> dict[str, Value]:
    """Return what governs events, by UUID: everything of them but their content."""
    asked = {"returnFormat": "json", "uuid": uuids, "metadata": 1, "sgReferenceOnly": 0}
    answer = checked(reached.name, reached.ask("POST", "/events/restSearch", orjson.dumps(asked)))
    held = listed(decoded(answer.body))
    return {
        str(one["Event"].get("uuid", "")).lower(): one["Event"]
        for one in (held if isinstance(held, list) else ())
        if isinstance(one, dict) and isinstance(one.get("Event"), dict)
    }


def bounded(wanted: Wanted) -> Wanted:
    """Return what is wanted where it can be asked for; raises InputError for a filter that is empty or no text."""
    for said in (*wanted.types, *wanted.categories, *wanted.tags):
        if not said.strip() or len(said) > 255 or not said.isprintable():
            raise InputError(
                "misp-filter", _("“{name}” is no type, category or tag of MISP."), name=said[:40]
            )
    return wanted
