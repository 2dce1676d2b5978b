"""What OpenIOC looks at, as STIX patterns name it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from cordiale.stix.patterns.writing import quoted

TERMS: Final[Mapping[str, tuple[str, str]]] = {
    "fileitem/md5sum": ("file", "hashes.MD5"),
    "fileitem/sha1sum": ("file", "hashes.'SHA-1'"),
    "fileitem/sha256sum": ("file", "hashes.'SHA-256'"),
    "fileitem/filename": ("file", "name"),
    "fileitem/filepath": ("file", "parent_directory_ref.path"),
    "fileitem/fullpath": ("file", "parent_directory_ref.path"),
    "fileitem/sizeinbytes": ("file", "size"),
    "fileitem/peinfo/petimestamp": ("file", "extensions.'windows-pebinary-ext'.time_date_stamp"),
    "taskitem/md5sum": ("file", "hashes.MD5"),
    "driveritem/md5sum": ("file", "hashes.MD5"),
    "driveritem/drivername": ("file", "name"),
    "processitem/name": ("process", "image_ref.name"),
    "processitem/path": ("process", "image_ref.parent_directory_ref.path"),
    "processitem/arguments": ("process", "command_line"),
    "processitem/handlelist/handle/name": ("mutex", "name"),
    "registryitem/path": ("windows-registry-key", "key"),
    "registryitem/keypath": ("windows-registry-key", "key"),
    "registryitem/valuename": ("windows-registry-key", "values[*].name"),
    "registryitem/value": ("windows-registry-key", "values[*].data"),
    "registryitem/text": ("windows-registry-key", "values[*].data"),
    "serviceitem/name": ("process", "extensions.'windows-service-ext'.service_name"),
    "serviceitem/descriptivename": ("process", "extensions.'windows-service-ext'.display_name"),
    "serviceitem/path": ("process", "image_ref.parent_directory_ref.path"),
    "serviceitem/servicedllmd5sum": ("file", "hashes.MD5"),
    "serviceitem/pathmd5sum": ("file", "hashes.MD5"),
    "network/dns": ("domain-name", "value"),
    "dnsentryitem/recordname": ("domain-name", "value"),
    "dnsentryitem/host": ("domain-name", "value"),
    "dnsentryitem/recorddata/host": ("domain-name", "value"),
    "dnsentryitem/recorddata/ipv4address": ("ipv4-addr", "value"),
    "portitem/remoteip": ("ipv4-addr", "value"),
    "portitem/localip": ("ipv4-addr", "value"),
    "portitem/remoteport": ("network-traffic", "dst_port"),
    "routeentryitem/destination": ("ipv4-addr", "value"),
    "routeentryitem/gateway": ("ipv4-addr", "value"),
    "arpentryitem/ipv4address": ("ipv4-addr", "value"),
    "network/uri": ("url", "value"),
    "network/url": ("url", "value"),
    "urlhistoryitem/url": ("url", "value"),
    "urlhistoryitem/hostname": ("domain-name", "value"),
    "filedownloadhistoryitem/sourceurl": ("url", "value"),
    "network/useragent": ("network-traffic", "extensions.'http-request-ext'.request_header.'User-Agent'"),
    "email/from": ("email-message", "from_ref.value"),
    "email/to": ("email-message", "to_refs[*].value"),
    "email/subject": ("email-message", "subject"),
    "email/attachment/name": ("file", "name"),
    "email/attachment/md5": ("file", "hashes.MD5"),
    "useritem/username": ("user-account", "account_login"),
}
"""What is looked at (in lower case) → observable and path."""

NUMBERS: Final = frozenset(("size", "dst_port"))
LONGEST: Final = 4_096
_SQL = re.compile(r"[%_]")


def comparison(search: str, condition: str, content: str, negated: bool) -> tuple[str, str] | None:
    """Return the observable and the comparison of one condition, None where no pattern can say it."""
    known = TERMS.get(search.lower())
    if known is None or not content or len(content) > LONGEST or "\0" in content:
        return None
    observable, path = known
    if observable == "ipv4-addr":
        observable = _family(content) or ""
        if not observable or condition not in ("is", "isnot"):
            return None
    if search.lower() == "fileitem/fullpath" and condition in ("is", "isnot"):
        return _full(content, condition == "isnot" or negated)
    no = "NOT " if negated != condition.endswith("not") else ""
    plain = condition.removesuffix("not")
    if path in NUMBERS:
        operator = {"is": "=", "greater-than": ">", "less-than": "<"}.get(plain)
        digits = content.strip()
        if operator is None or not digits.isdigit() or len(digits) > 15:
            return None
        return observable, f"{observable}:{path} {no}{operator} {digits}"
    if observable == "url" and plain == "is" and "://" not in content:
        plain = "contains"  # what is looked at is a part of the address
    match plain:
        case "is":
            said = f"= {quoted(content)}"
        case "contains":
            said = _like("%", content, "%")
        case "starts-with":
            said = _like("", content, "%")
        case "ends-with":
            said = _like("%", content, "")
        case "matches":
            said = f"MATCHES {quoted(content)}"
        case _:
            return None
    return observable, f"{observable}:{path} {no}{said}"


def _full(content: str, negated: bool) -> tuple[str, str] | None:
    folder, slash, name = content.rpartition("\\" if "\\" in content else "/")
    if not slash or not name or negated:
        return None
    return "file", f"(file:name = {quoted(name)} AND file:parent_directory_ref.path = {quoted(folder)})"


def _like(before: str, content: str, after: str) -> str:
    """Compare a part: by LIKE, or by an expression where the text holds what LIKE would take for a wildcard."""
    if not _SQL.search(content):
        return f"LIKE {quoted(before + content + after)}"
    return f"MATCHES {quoted(('^' if not before else '') + re.escape(content) + ('$' if not after else ''))}"


def _family(content: str) -> str | None:
    try:
        found = ipaddress.ip_address(content.strip())
    except ValueError:
        return None
    return "ipv4-addr" if found.version == 4 else "ipv6-addr"
