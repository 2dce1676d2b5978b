"""A stand-in for a MISP instance: NOT MISP, but a process that answers as its documented REST interface does.

It keeps events in memory and knows what ours and PyMISP ask: who I am, versions, types, sharing groups, index, view, add, edit,
delete, `restSearch` of events and attributes, and sightings. What MISP does with an event it does: it gives numbers, keeps the newer of two
attributes with one UUID, leaves what an edit does not name, refuses an event that is there already and a sharing group it does not
know, and gives events to the organisation of the key.

`python -m tests.unit.domains.cyber.misp_stand_in KEY [CERTIFICATE KEYFILE]` prints its port. `GET /stand-in/asked` tells what was asked, `/stand-in/forget` begins
anew.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

GROUP = "9c3e4d5f-6a7b-4c8d-9e0f-1a2b3c4d5e6f"
ORG = {"id": "1", "name": "STAND-IN", "uuid": "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"}

Value = dict[str, Any]


class Instance:
    """Events by UUID, numbers given so far, and the requests that came."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.events: dict[str, Value] = {}
        self.number = 0
        self.asked: list[str] = []

    def numbered(self) -> str:
        self.number += 1
        return str(self.number)


class Handler(BaseHTTPRequestHandler):
    """One request; `instance` is shared by all."""

    instance: ClassVar[Instance]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.answer(json.loads(body) if body.strip() else {})

    def log_message(self, format: str, *args: Any) -> None:
        return

    def answer(self, body: Any) -> None:
        path = self.path.partition("?")[0].rstrip("/").removesuffix(".json")
        if path == "/stand-in/asked":
            return self.give(200, self.instance.asked)
        if path.startswith("/stand-in/elsewhere"):
            self.send_response(302)
            self.send_header("location", path.removeprefix("/stand-in/elsewhere"))
            self.send_header("content-length", "0")
            self.end_headers()
            return None
        if path == "/stand-in/forget":
            self.instance.events.clear()
            self.instance.asked.clear()
            return self.give(200, True)
        self.instance.asked.append(f"{self.command} {path}")
        if self.headers.get("authorization") != self.instance.key:
            message = "Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization header."
            return self.give(403, {"name": message, "message": message, "url": path})
        status, value = answered(self.instance, self.command, path, body)
        return self.give(status, value)

    def give(self, status: int, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def answered(here: Instance, method: str, path: str, body: Any) -> tuple[int, Any]:
    """Return status and value of the answer to a request that signed in."""
    if path == "/servers/getVersion":
        return 200, {"version": "2.5.34", "perm_sync": True, "perm_sighting": True}
    if path == "/servers/getPyMISPVersion":
        return 200, {"version": "2.5.34"}
    if path == "/users/view/me":
        return 200, {
            "User": {"id": "1", "email": "stand-in@misp.example", "org_id": "1"},
            "Role": {
                "id": "1",
                "name": "Sync user",
                "perm_add": True,
                "perm_publish": True,
                "perm_sync": True,
            },
            "UserSetting": {},
        }
    if path == "/attributes/describeTypes":
        types = ["domain", "url", "ip-dst", "md5"]
        known = {
            "sane_defaults": {name: {"default_category": "Other", "to_ids": 0} for name in types},
            "types": types,
        }
        return 200, {"result": {**known, "categories": ["Other"], "category_type_mappings": {"Other": types}}}
    if path in ("/sharing_groups", "/sharing_groups/index"):
        return 200, {
            "response": [{"SharingGroup": {"id": "7", "name": "Circle", "uuid": GROUP, "active": True}}]
        }
    if path == "/events/index":
        return 200, [without_content(one) for one in here.events.values()]
    if path == "/events/restSearch":
        return 200, {"response": [{"Event": one} for one in searched(here, body)]}
    if path == "/attributes/restSearch":
        return 200, {"response": {"Attribute": attributes(here, body)}}
    if path.startswith("/sightings/add"):
        return sighted(here, path.removeprefix("/sightings/add").strip("/"), body)
    if path == "/events/add" and method == "POST":
        return added(here, body.get("Event", body))
    for verb in ("view", "edit", "delete"):
        if path.startswith(f"/events/{verb}/"):
            held = named(here, path.removeprefix(f"/events/{verb}/"))
            if held is None:
                return 404, {"name": "Invalid event", "message": "Invalid event", "url": path}
            if verb == "view":
                return 200, {"Event": shown(held, body)}
            if verb == "delete":
                del here.events[held["uuid"]]
                return 200, {"saved": True, "success": True, "name": "Event deleted"}
            return edited(here, held, body.get("Event", body))
    return 404, {"name": "Not found", "message": "Not found", "url": path}


def named(here: Instance, name: str) -> Value | None:
    return here.events.get(name.lower()) or next(
        (one for one in here.events.values() if one["id"] == name), None
    )


def searched(here: Instance, body: Value) -> list[Value]:
    """Do what `restSearch` does with the filters that are asked with here."""
    found = sorted(here.events.values(), key=lambda one: int(one["id"]))
    if body.get("uuid"):
        wanted = body["uuid"] if isinstance(body["uuid"], list) else [body["uuid"]]
        found = [one for one in found if one["uuid"] in wanted]
    if body.get("eventid"):
        found = [one for one in found if str(body["eventid"]) in (one["id"], one["uuid"])]
    if body.get("timestamp"):
        found = [one for one in found if int(one["timestamp"]) >= int(body["timestamp"])]
    if body.get("limit"):
        start = (int(body.get("page") or 1) - 1) * int(body["limit"])
        found = found[start : start + int(body["limit"])]
    if body.get("metadata"):
        return [without_content(one) for one in found]
    return [shown(one, body) for one in found]


def attributes(here: Instance, body: Value) -> list[Value]:
    """Return attributes by themselves as `restSearch` of that scope does: each with a little of its event and its object."""
    found = []
    for event in sorted(here.events.values(), key=lambda one: int(one["id"])):
        objects = {one["id"]: one for one in event["Object"]}
        for one in every(event):
            tags = [tag["name"] for tag in (*event.get("Tag", []), *one.get("Tag", []))]
            wanted = {
                "deleted": not one.get("deleted") or body.get("deleted") in ([0, 1], "only", 1, True),
                "published": not body.get("published") or bool(event.get("published")),
                "to_ids": not body.get("to_ids") or one.get("to_ids") in (True, 1, "1"),
                "timestamp": int(one["timestamp"]) >= int(body.get("timestamp") or 0),
                "tags": tagged(tags, body.get("tags")),
                **{
                    name: one_of(one.get(name), body.get(name))
                    for name in ("value", "type", "uuid", "category")
                },
            }
            if all(wanted.values()):
                beside = {
                    name: event.get(name)
                    for name in ("id", "uuid", "info", "org_id", "orgc_id", "distribution")
                }
                part = objects.get(one.get("object_id", "0"))
                within = (
                    {"Object": {"id": part["id"], "distribution": part.get("distribution", "5")}}
                    if part
                    else {}
                )
                found.append({**one, "Event": beside, **within})
    start = (int(body.get("page") or 1) - 1) * int(body.get("limit") or 0)
    return found[start : start + int(body["limit"])] if body.get("limit") else found


def one_of(value: Any, asked: Any) -> bool:
    return not asked or str(value) in [str(one) for one in (asked if isinstance(asked, list) else [asked])]


def tagged(held: list[str], asked: Any) -> bool:
    """Tell whether tags are as asked: one of those named, and none of those with `!` before them."""
    names = asked if isinstance(asked, list) else [asked] if asked else []
    without = {one[1:] for one in names if one.startswith("!")}
    within = {one for one in names if not one.startswith("!")}
    return not without & set(held) and (not within or bool(within & set(held)))


def sighted(here: Instance, name: str, body: Value) -> tuple[int, Any]:
    """Add a sighting to an attribute, named by number or UUID in the address or in the body."""
    name = name or str(body.get("uuid") or body.get("id") or "")
    for event in here.events.values():
        for one in every(event):
            if name in (one["id"], one["uuid"]) and not one.get("deleted"):
                made = {
                    "id": here.numbered(), "attribute_id": one["id"], "event_id": event["id"], "org_id": "1", "uuid": str(uuid.uuid4()),
                    "date_sighting": str(body.get("timestamp") or int(time.time())), "type": str(body.get("type") or "0"),
                    "source": str(body.get("source") or ""), "Organisation": ORG,
                }  # fmt: skip
                one.setdefault("Sighting", []).append(made)
                return 200, {"Sighting": made}
    message = "Could not add the Sighting. Reason: No valid attributes found that match the criteria."
    return 403, {"saved": False, "name": message, "message": message, "errors": message}


def shown(event: Value, body: Value) -> Value:
    """Return an event as it is given: deleted attributes only where they are asked for."""
    deleted = body.get("deleted")
    if deleted in ([0, 1], "only", True, 1, "1", [True, False]):
        return event
    kept = {**event, "Attribute": [one for one in event["Attribute"] if not one.get("deleted")]}
    kept["Object"] = [
        {**one, "Attribute": [a for a in one.get("Attribute", []) if not a.get("deleted")]}
        for one in event["Object"]
        if not one.get("deleted")
    ]
    return kept


def without_content(event: Value) -> Value:
    return {
        name: one
        for name, one in event.items()
        if name not in ("Attribute", "Object", "EventReport", "Galaxy")
    }


def every(event: Value) -> list[Value]:
    return [*event["Attribute"], *(a for one in event["Object"] for a in one.get("Attribute", []))]


def added(here: Instance, given: Value) -> tuple[int, Any]:
    if not given.get("info"):
        return 403, {
            "saved": False,
            "name": "Could not add Event",
            "message": "Could not add Event",
            "errors": {"info": ["Info cannot be empty."]},
        }
    name = str(given.get("uuid") or uuid.uuid4()).lower()
    if name in here.events:
        words = "Event already exists, if you would like to edit it, use the url in the location header."
        return 403, {
            "saved": False,
            "name": "Could not add Event",
            "message": "Could not add Event",
            "errors": words,
        }
    wrong = ungrouped(given)
    if wrong:
        return 403, {
            "saved": False,
            "name": "Could not add Event",
            "message": "Could not add Event",
            "errors": wrong,
        }
    event: Value = {
        "id": here.numbered(), "uuid": name, "org_id": "1", "orgc_id": "1", "Org": ORG, "Orgc": given.get("Orgc") or ORG,
        "distribution": "1", "analysis": "0", "threat_level_id": "4", "date": time.strftime("%Y-%m-%d"),
        "timestamp": str(int(time.time())), "sharing_group_id": "0", "locked": True, "published": False, "attribute_count": "0",
    }  # fmt: skip
    plain = {
        k: v
        for k, v in given.items()
        if k not in ("id", "Attribute", "Object", "Org", "Orgc", "org_id", "orgc_id") and v is not None
    }
    event |= {
        "Tag": [],
        "Galaxy": [],
        "ShadowAttribute": [],
        "EventReport": [],
        "RelatedEvent": [],
        **plain,
        "Attribute": [],
        "Object": [],
    }
    here.events[name] = event
    merged(here, event, given)
    return 200, {"Event": shown(event, {})}


def edited(here: Instance, held: Value, given: Value) -> tuple[int, Any]:
    wrong = ungrouped(given)
    if wrong:
        return 403, {
            "saved": False,
            "name": "Could not edit Event",
            "message": "Could not edit Event",
            "errors": wrong,
        }
    for name, value in given.items():
        if (
            name not in ("id", "uuid", "Attribute", "Object", "Org", "Orgc", "org_id", "orgc_id")
            and value is not None
        ):
            held[name] = value
    if not given.get("timestamp"):
        held["timestamp"] = str(int(time.time()))
    merged(here, held, given)
    return 200, {"Event": shown(held, {})}


def merged(here: Instance, event: Value, given: Value) -> None:
    """Take over attributes and objects: what has a known UUID is changed when it is newer, the rest is added."""
    _attributes(here, event, event["Attribute"], given.get("Attribute") or [], "0")
    for one in given.get("Object") or []:
        name = str(one.get("uuid") or uuid.uuid4())
        held = next((other for other in event["Object"] if other["uuid"] == name), None)
        if held is None:
            held = {**one, "id": here.numbered(), "uuid": name, "event_id": event["id"], "Attribute": []}
            event["Object"].append(held)
        elif int(one.get("timestamp") or 0) > int(held.get("timestamp") or 0):
            held.update({k: v for k, v in one.items() if k not in ("id", "uuid", "Attribute")})
        _attributes(here, event, held["Attribute"], one.get("Attribute") or [], held["id"])
    event["attribute_count"] = str(len(every(event)))


def _attributes(here: Instance, event: Value, held: list[Value], given: list[Value], part: str) -> None:
    for one in given:
        name = str(one.get("uuid") or uuid.uuid4())
        known = next((other for other in held if other["uuid"] == name), None)
        stamp = str(one.get("timestamp") or int(time.time()))
        if known is None:
            held.append(
                {
                    **one,
                    "id": here.numbered(),
                    "uuid": name,
                    "event_id": event["id"],
                    "object_id": part,
                    "timestamp": stamp,
                }
            )
        elif int(stamp) > int(known["timestamp"]):
            known.update({k: v for k, v in one.items() if k not in ("id", "uuid")})


def ungrouped(value: Any) -> str:
    """Return what is wrong with sharing groups: one that is named must be one of the instance."""
    if isinstance(value, list):
        return next(filter(None, map(ungrouped, value)), "")
    if not isinstance(value, dict):
        return ""
    if str(value.get("distribution")) == "4" and str(value.get("sharing_group_id")) != "7":
        return "Invalid sharing group: it does not exist here."
    return next(filter(None, (ungrouped(one) for one in value.values() if isinstance(one, dict | list))), "")


def main() -> None:
    Handler.instance = Instance(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
