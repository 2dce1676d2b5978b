"""The literal values compared in a STIX pattern, without parsing it (section 9).

A full parser belongs to matching; finding who mentions a value needs only the comparisons.
"""

from __future__ import annotations

import re

DEEP = 64
"""Parentheses within parentheses that a pattern may have: a matcher walks them by recursion."""

_MOST = 1 << 16  # characters of a pattern that are read

# Every repetition is possessive and no two alternatives begin alike, so the time is linear in the pattern,
# whatever is written there. A text in quotes is passed over whole, whether it ends or not.
_STRING = r"'(?:[^'\\]++|\\.)*+'"
_PASSED = r"'(?:[^'\\]++|\\.)*+(?:'|\\?\Z)"
_comparison = re.compile(
    r"(?<![a-z0-9-])([a-z][a-z0-9-]{0,250}+):((?:[A-Za-z0-9_-]++|'[^']*+'|\[(?:[0-9]++|\*)\]|\.)++)\s*+(?:NOT\s++)?"
    rf"(?:=|!=|IN|ISSUBSET|ISSUPERSET|LIKE)\s*+(\((?:\s*+{_STRING}\s*+,?)++\s*+\)|{_STRING}|[0-9]++)|{_PASSED}",
    re.DOTALL,
)
_parentheses = re.compile(rf"{_PASSED}|[^'()]++", re.DOTALL).sub
_strings = re.compile(_STRING, re.DOTALL).findall
_escape = re.compile(r"\\(.)", re.DOTALL)

# What a path ends in → the kind of value, by type of observable; a reference leads to an unnamed type.
_KINDS = {
    ("ipv4-addr", "value"): "ipv4-addr",
    ("ipv6-addr", "value"): "ipv6-addr",
    ("domain-name", "value"): "domain-name",
    ("url", "value"): "url",
    ("email-addr", "value"): "email-addr",
    ("mac-addr", "value"): "mac-addr",
    ("file", "name"): "file-name",
    ("mutex", "name"): "mutex",
    ("software", "name"): "software",
    ("software", "cpe"): "cpe",
    ("autonomous-system", "number"): "autonomous-system",
    ("directory", "path"): "directory-path",
    ("process", "command_line"): "command-line",
    ("windows-registry-key", "key"): "windows-registry-key",
    ("user-account", "account_login"): "user-account",
    ("user-account", "user_id"): "user-account",
    ("email-message", "subject"): "email-subject",
    ("email-message", "message_id"): "email-message-id",
    ("x509-certificate", "serial_number"): "x509-serial-number",
}
_HASHES = re.compile(r"(?:^|\.)(?:hashes|file_header_hashes)\.'?([A-Za-z0-9_-]+)'?$").search
_ADDRESS = re.compile(r"(?:src_ref|dst_ref|resolves_to_refs\[[0-9*]+\])\.value$").search
_MAIL = re.compile(r"(?:from_ref|sender_ref|(?:to|cc|bcc)_refs\[[0-9*]+\])\.value$").search
_DIRECTORY = re.compile(r"parent_directory_ref\.path$").search
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?").fullmatch


def literals(pattern: str) -> list[tuple[str, str]]:
    """Return the (kind, value) of each literal a pattern compares an observable with, in order."""
    found: dict[tuple[str, str], None] = {}
    for kind, path, written in _comparison.findall(pattern[:_MOST]):
        if not written:
            continue
        texts = _strings(written) if "'" in written else [written]
        for text in texts:
            value = _escape.sub(r"\1", text[1:-1]) if text[:1] == "'" else text
            name = kind_of(kind, path, value)
            if name and value:
                found[name, folded(name, value)] = None
    return list(found)


def too_deep(pattern: str) -> bool:
    """Tell whether a pattern has parentheses deeper than `DEEP`, those in quotes left out."""
    if pattern.count("(") <= DEEP:
        return False
    depth = 0
    for character in _parentheses("", pattern):
        depth += 1 if character == "(" else -1
        if depth > DEEP:
            return True
    return False


def kind_of(observable: str, path: str, value: str) -> str:
    """Return the kind of value at a path of a pattern, "" where it is no value worth looking up."""
    name = _KINDS.get((observable, path))
    if name is not None:
        return name
    if _HASHES(path):
        return "hash"
    if _ADDRESS(path):
        if _IPV4(value):
            return "ipv4-addr"
        return "ipv6-addr" if ":" in value else "domain-name"
    if _MAIL(path):
        return "email-addr"
    if _DIRECTORY(path):
        return "directory-path"
    return ""


_CASELESS = frozenset(("domain-name", "email-addr", "mac-addr", "ipv6-addr", "hash", "x509-serial-number"))


def folded(kind: str, value: str) -> str:
    """Return a value as it is compared: in lower case where case means nothing."""
    if kind == "domain-name":
        return value.lower().rstrip(".")
    return value.lower() if kind in _CASELESS else value
