"""Which column of a log means what: known for some programmes, proposed from names for the rest, kept as a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

FIELDS: Final = (
    *("at", "src", "dst", "src_port", "dst_port", "protocol", "host", "url", "user_agent", "answers"),
    *("mails", "hashes", "file_name", "subject", "user", "device"),
)
"""What a column may be: the columns of a record but where it stands, said here so that no extra is needed to read a run."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        *("timestamp", "@timestamp", "ts", "time", "event_time", "eventtime", "datetime", "date", "start"),
        *("starttime", "first_switched", "first_seen", "flow_start", "horodatage", "at"),
    ),
    "src": (
        *("src", "src_ip", "source_ip", "srcip", "sourceip", "src_addr", "source_address", "sa", "saddr"),
        *("id_orig_h", "source.ip", "client_ip", "c_ip", "client", "orig_h", "ip_source", "client.ip"),
    ),
    "dst": (
        *("dst", "dst_ip", "dest_ip", "destination_ip", "dstip", "destip", "destinationip", "dst_addr"),
        *(
            "destination_address",
            "da",
            "daddr",
            "id_resp_h",
            "destination.ip",
            "server_ip",
            "s_ip",
            "remote_ip",
        ),
        *("ip_destination", "ip", "ip_address"),
    ),
    "src_port": ("src_port", "source_port", "sport", "srcport", "sp", "id_orig_p", "source.port"),
    "dst_port": (
        *("dst_port", "dest_port", "destination_port", "dport", "dstport", "dp", "id_resp_p"),
        "destination.port",
    ),
    "protocol": ("proto", "protocol", "transport", "network.transport", "pr"),
    "host": (
        *(
            "query",
            "qname",
            "host",
            "hostname",
            "domain",
            "server_name",
            "sni",
            "cs_host",
            "http_host",
            "rrname",
        ),
        *("dns.question.name", "url.domain", "fqdn", "domaine", "destination.domain", "dns_query"),
    ),
    "url": ("url", "uri", "cs_uri", "request_url", "url.original", "url.full", "http_url", "adresse"),
    "user_agent": (
        "user_agent",
        "useragent",
        "cs_user_agent",
        "user_agent.original",
        "http_user_agent",
        "ua",
    ),
    "answers": ("answers", "answer", "rdata", "resolved_ip", "dns.resolved_ip", "response", "dns_answers"),
    "mails": (
        "mailfrom",
        "sender",
        "from",
        "recipient",
        "rcptto",
        "to",
        "email",
        "mail",
        "email.from.address",
    ),
    "hashes": (
        *("sha256", "sha1", "md5", "sha512", "hash", "hashes", "file_hash", "file.hash.sha256", "digest"),
        *("file.hash.md5", "file.hash.sha1", "ssdeep", "tlsh", "file.hash.ssdeep", "file.hash.tlsh"),
    ),
    "file_name": ("filename", "file_name", "file.name", "fichier"),
    "subject": ("subject", "email.subject", "objet"),
    "user": ("user", "username", "user_name", "user.name", "account", "utilisateur", "cs_username"),
    "device": ("device", "sensor", "sensor_name", "host.name", "observer.name", "observer", "computer"),
}
"""Names of columns in lower case, `.`, `-` and spaces being `_` where no name has them; the surest first."""

SEVERAL: Final = ("answers", "mails", "hashes")
"""Fields to which every column of a fitting name belongs, not the first alone."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping: `columns` names for each field the columns it stands in, of which the first that says something counts.

    In JSON "a.b" is b inside a, and "a[].b" is b in every member of the list a; fields of several values take all their
    columns. `because` says why each was proposed.
    """

    name: str
    columns: dict[str, tuple[str, ...]]
    because: dict[str, str] = msgspec.field(default_factory=dict)


SURICATA: Final = Profile(
    name="Suricata EVE",
    columns={
        "at": ("timestamp",),
        "src": ("src_ip",),
        "dst": ("dest_ip",),
        "src_port": ("src_port",),
        "dst_port": ("dest_port",),
        "protocol": ("proto",),
        "host": ("dns.rrname", "tls.sni", "http.hostname", "dns.queries[].rrname"),
        "url": ("http.url",),
        "user_agent": ("http.http_user_agent",),
        "answers": (
            "dns.rdata",
            "dns.answers[].rdata",
            "dns.grouped.A",
            "dns.grouped.AAAA",
            "dns.grouped.CNAME",
        ),
        "mails": ("smtp.mail_from", "smtp.rcpt_to", "email.from", "email.to", "email.cc"),
        "hashes": ("fileinfo.sha256", "fileinfo.sha1", "fileinfo.md5"),
        "file_name": ("fileinfo.filename",),
        "subject": ("email.subject",),
        "device": ("host",),
    },
)
"""Suricata's EVE records (its manual, "EVE JSON Format"): what is not there in a record is empty."""

ZEEK: Final = Profile(
    name="Zeek",
    columns={
        "at": ("ts",),
        "src": ("id.orig_h", "tx_hosts"),
        "dst": ("id.resp_h", "rx_hosts"),
        "src_port": ("id.orig_p",),
        "dst_port": ("id.resp_p",),
        "protocol": ("proto",),
        "host": ("query", "server_name", "host"),
        "url": ("uri",),
        "user_agent": ("user_agent",),
        "answers": ("answers", "path"),
        "mails": ("mailfrom", "rcptto", "from", "to", "cc", "reply_to"),
        "hashes": ("sha256", "sha1", "md5"),
        "file_name": ("filename",),
        "subject": ("subject",),
        "user": ("username", "user"),
    },
)
"""Zeek's conn, dns, http, ssl, files and smtp logs, in both of its forms."""


def propose(
    columns: Sequence[str], sample: Sequence[Mapping[str, Any]] = (), name: str = "proposed"
) -> Profile:
    """Return the mapping that names of columns suggest; a field that nothing suggests is left out.

    `columns` of JSON are written with dots. A column of a sample without any text or number is no column.
    """
    if {"event_type", "timestamp"} <= set(columns):
        return SURICATA
    if {"ts", "id.orig_h"} <= set(columns) or {"ts", "fuid"} <= set(columns):
        return ZEEK
    folded = {_folded(column): column for column in reversed(columns)}
    found: dict[str, tuple[str, ...]] = {}
    because: dict[str, str] = {}
    taken: set[str] = set()
    for field, names in NAMES.items():
        fitting = [folded[key] for key in map(_folded, names) if key in folded and folded[key] not in taken]
        fitting = [one for one in dict.fromkeys(fitting) if not _other(field, one, sample)]
        chosen = fitting if field in SEVERAL else fitting[:1]
        if chosen:
            found[field], because[field] = tuple(chosen), "name"
            taken.update(chosen)
    return Profile(name=name, columns=found, because=because)


def _folded(column: str) -> str:
    return re.sub(r"[\W_]+", "_", column.strip().lower()).strip("_")


def _other(field: str, column: str, sample: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether values contradict what a name says: an address that is no address, a time that is none."""
    from cordiale.domains.cyber.logs.moments import moment
    from cordiale.domains.cyber.values import kind_of

    held = [row[column] for row in sample if row.get(column) not in (None, "", "-")][:50]
    if not held:
        return False
    if field in ("src", "dst"):
        return not any(kind_of(str(one)) in ("ipv4-addr", "ipv6-addr") for one in held)
    if field == "at":
        return not any(moment(one, 1 << 60) for one in held)
    if field in ("host", "url", "mails", "hashes"):
        return all(isinstance(one, bool | dict) for one in held)
    return False


def load(path: Path) -> Profile:
    """Return a profile as kept in a file; raises InputError that says what is wrong with it."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Profile)
    except msgspec.DecodeError as error:
        raise InputError(
            "log-profile",
            _("{path} is no mapping profile of a log ({words}): propose one with --save-mapping."),
            path=str(path),
            words=str(error),
        ) from error
    wrong = sorted(set(found.columns) - set(FIELDS))
    if wrong or not found.columns:
        raise InputError(
            "log-profile-fields",
            _("{path}: “{field}” is no field of a record. Fields are {fields}."),
            path=str(path),
            field=wrong[0] if wrong else "",
            fields=", ".join(FIELDS),
        )
    return found


def save(profile: Profile, path: Path) -> None:
    """Keep a profile as a file a person can read and change."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(profile)) + b"\n")


def check(profile: Profile, name: str) -> None:
    """Raise InputError when a profile gives nothing to look for: which columns would, and what to do."""
    if not set(profile.columns) - {"at", "src_port", "dst_port", "protocol", "device", "user"}:
        raise InputError(
            "no-log-mapping",
            _(
                "{name}: no column is known to hold addresses, names, URLs, digests or addresses of e-mail. Write a mapping and give it with --mapping."
            ),
            name=name,
        )


def dotted(record: Mapping[str, Any], before: str = "", depth: int = 3) -> Iterable[tuple[str, Any]]:
    """Yield the paths of a JSON record and what stands there, a few levels deep."""
    for key, value in record.items():
        if isinstance(value, dict) and depth:
            yield from dotted(value, f"{before}{key}.", depth - 1)
        else:
            yield f"{before}{key}", value
