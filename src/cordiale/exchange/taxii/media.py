"""Media types and error bodies of TAXII 2.1 (sections 1.6.8 and 3.6)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cordiale.exchange.message import Response

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"

_HEADERS = {"content-type": TAXII}
_ACCEPTED = {"application/taxii+json", "application/*", "*/*"}


def acceptable(accept: str | None) -> bool:
    """Tell whether an Accept header takes TAXII 2.1; a request without one takes anything."""
    if accept is None or accept == TAXII:
        return True
    if len(accept) > 1000:
        return False
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if kind not in _ACCEPTED:
            continue
        values = dict(p.split("=", 1) for p in parameters if "=" in p)
        if values.get("version", "2.1").strip('"') == "2.1" and not _is_zero(values.get("q", "1")):
            return True
    return False


def is_taxii(content_type: str | None) -> bool:
    """Tell whether a Content-Type is TAXII 2.1; the version may be left out."""
    if content_type is None or len(content_type) > 200:
        return False
    kind, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    values = dict(p.split("=", 1) for p in parameters if "=" in p)
    return kind == "application/taxii+json" and values.get("version", "2.1").strip('"') == "2.1"


def ok(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Answer with a TAXII resource."""
    return Response(status, {**_HEADERS, **(headers or {})}, body)


def error(
    status: int, title: str, description: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a TAXII error message; it depends on nothing but its arguments."""
    value = {"title": title, "http_status": str(status)}
    if description:
        value["description"] = description
    return Response(status, {**_HEADERS, **(headers or {})}, msgspec.json.encode(value))


# The same bytes whatever is missing or forbidden: an answer must not tell the two apart.
NOT_FOUND = error(404, "Not Found", "There is no such resource, or none that you may see.")
FORBIDDEN = error(403, "Forbidden", "This collection does not allow that.")
UNAUTHORISED = error(
    401,
    "Unauthorized",
    "Send the token this node gave you, as Basic password or as Bearer token.",
    {"www-authenticate": 'Basic realm="TAXII", charset="UTF-8", Bearer realm="TAXII"'},
)
NOT_ACCEPTABLE = error(406, "Not Acceptable", f"This server answers with {TAXII}.")
UNSUPPORTED = error(415, "Unsupported Media Type", f"Post an envelope as {TAXII}.")
UNAVAILABLE = error(503, "Service Unavailable", "Try again later.")


def _is_zero(weight: str) -> bool:
    try:
        return float(weight) == 0
    except ValueError:
        return True
