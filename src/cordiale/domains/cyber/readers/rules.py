"""The readers of `import` for rules: Sigma, YARA, Suricata and Snort."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cordiale.desk.incoming.readers import Reader
from cordiale.domains.cyber.readers import ruleset, sigma, yara
from cordiale.domains.cyber.readers.plain import UNDATED, as_words, whole
from cordiale.domains.cyber.readers.rule_objects import of_rule, of_sigma, of_yara
from cordiale.domains.cyber.readers.text import decoded
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside

RULES = 64 << 20
"""Bytes of a file of network rules: the published sets are 30 MB."""

_SNORT = re.compile(
    r"\bservice:\s*\w+|\bhttp_(?:uri|header|client_body|method|cookie|raw_uri)\b(?!\.)|\bgid:3\b|policy (?:balanced|security|connectivity)-ips|"
    r"\bflow:[^;]{0,200}\bto_(?:server|client)[^;]{0,200};\s*http_|\b(?:bufferlen|file_data;\s*content)\b|\bruleset community\b"
)
_SURICATA = re.compile(
    r"\b(?:dns|http|tls|ssh|smb|ja3|ja3s|file|krb5|mqtt|quic|snmp|sip|nfs|ftp|smtp)\.[a-z_]+|\bbsize:|\bdotprefix\b|\bendswith\b|\bstartswith\b|"
    r"^\s*(?:alert|drop|reject)\w*\s+(?:dns|http|http2|tls|ssh|smb|ftp-data|krb5|quic|smtp|mqtt|ntp|dhcp|sip|nfs|ikev2|rfb)\b|signature_severity"
)


def _sigma(chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED) -> Iterator[bytes | SetAside]:
    """Yield an indicator for each Sigma rule; a document that is none, or cannot be read, is set aside."""
    text = decoded(whole(chunks, min(limits.total_bytes, sigma.LARGEST)))
    for index, one in enumerate(sigma.documents(text)):
        if one.wrong:
            params = {"words": one.words} if one.words else {}
            yield SetAside(
                index, None, f"line {one.line}", one.code, one.wrong, params, raw=one.text.encode()
            )
        else:
            yield of_sigma(one, at)


def _yara(chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED) -> Iterator[bytes | SetAside]:
    """Yield an indicator for each YARA rule; what cannot be read is set aside, and reading goes on at the next rule."""
    text = decoded(whole(chunks, min(limits.total_bytes, yara.LARGEST)))
    index = -1
    for index, one in enumerate(yara.yara_rules(text)):
        if isinstance(one, yara.YaraRule):
            yield of_yara(one, at)
        else:
            yield SetAside(index, None, f"line {one.line}", one.code, one.message_id, raw=one.text.encode())
    if index < 0:
        raise InputError("yara-none", _("There is no YARA rule in it."))


def _network(chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED) -> Iterator[bytes | SetAside]:
    """Yield an indicator for each rule of Suricata or Snort; a line that is none is set aside."""
    text = decoded(whole(chunks, min(limits.total_bytes, RULES)))
    index = -1
    for index, one in enumerate(ruleset.rules(text)):
        if isinstance(one, ruleset.Parsed):
            yield of_rule(one, language_of(one.text), at)
        else:
            yield SetAside(index, None, f"line {one.line}", one.code, one.message_id, raw=one.text.encode())
    if index < 0:
        raise InputError("rules-none", _("Every rule in it is switched off: nothing is taken."))


def language_of(text: str) -> str:
    """Return which of the two languages a rule is written in; what either would read counts as Suricata's."""
    return "snort" if _SNORT.search(text) and not _SURICATA.search(text) else "suricata"


sigma_reader = Reader("Sigma", lambda head: sigma.looks_like_sigma(as_words(head)), _sigma, dated=_sigma)
yara_reader = Reader("YARA", lambda head: yara.looks_like_yara(_any(head)), _yara, dated=_yara)
network_reader = Reader(
    "Suricata / Snort", lambda head: ruleset.looks_like_rules(_any(head)), _network, dated=_network
)


def _any(head: bytes) -> str:
    return "" if b"\0" in head else head.decode("utf-8", "replace")
