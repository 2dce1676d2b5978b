"""Find what looks like a value of the field in one line of text, whatever was done to make it harmless.

Every expression is linear in the line: repetitions are bounded or possessive, and no two alternatives begin alike.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from cordiale.domains.cyber.readers.endings import FILES, SELDOM, is_top_level
from cordiale.domains.cyber.values import folded

LONGEST: Final = 2048
"""Characters of a URL that are read."""

_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot|point)\s?[\])}]\s?|\[\.|\.\]|\\\.)"
_AT = r"(?:@|\s?[\[({]\s?(?:@|at|arobase)\s?[\])}]\s?)"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_HOST = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,12}}"
_COLON = r"(?:\[:\]|:)"
_FLAGS = re.IGNORECASE

_URL = re.compile(
    rf"(?<![A-Za-z0-9])(?:h(?:tt|xx|\*\*|__)ps?|meow|fxps?|s?ftps?|wss?|ldaps?|tcp|udp){_COLON}(?://|\\\\|\[//\]|\[/\]\[/\])"
    rf"[^\s<>\"`|^]{{3,{LONGEST}}}",
    _FLAGS,
)
_PATHED = re.compile(rf"(?<![\w.@/\\-]){_HOST}(?:{_COLON}\d{{1,5}})?/[^\s<>\"`|^]{{0,{LONGEST}}}", _FLAGS)
_MAIL = re.compile(rf"(?<![\w.+-])\w[\w.+-]{{0,63}}{_AT}{_HOST}(?![\w-])", _FLAGS)
_IPV4 = re.compile(
    rf"(?<![\w.\\-])\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}(?:\[?/\]?\d{{1,2}}(?![\w.]))?(?!\w)(?!{_DOT}\d)", _FLAGS
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?:(?:\[:\]|:)[0-9a-fA-F]{0,4}){2,7}(?:/\d{1,3})?(?![\w:])")
_MAC = re.compile(r"(?<![\w:.-])(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}(?![\w:-])")
_HASH = re.compile(r"(?<![0-9A-Za-z+/=_-])(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9A-Za-z+/=_-])")  # fmt: skip
_TLSH = re.compile(r"(?<![0-9A-Za-z])T1[0-9A-F]{70}(?![0-9A-Za-z])")
_SSDEEP = re.compile(r"(?<![0-9A-Za-z:])\d{1,10}:[A-Za-z0-9/+]{6,64}:[A-Za-z0-9/+]{3,64}(?![A-Za-z0-9/+:])")
_CVE = re.compile(r"(?<![A-Za-z0-9-])CVE-\d{4}-\d{4,7}(?!\d)", _FLAGS)
_KEY = re.compile(
    r"(?<![A-Za-z0-9_])(?:HKLM|HKCU|HKCR|HKU|HKCC|HKEY_[A-Z_]{4,20})(?:\\[^\\/:*?\"<>|,;\r\n\t]{1,255})*+",
    _FLAGS,
)
_DOMAIN = re.compile(rf"(?<![\w.@\\-]){_HOST}(?![\w@-])", _FLAGS)
_FILE = re.compile(rf"(?<![\w.@-])[\w][\w.+() -]{{0,120}}?\.(?:{'|'.join(sorted(FILES))})(?![\w.-])", _FLAGS)

_HIVES: Final = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_dots = re.compile(r"\s?[\[({]\s?(?:\.|dot|point)\s?[\])}]\s?|\[\.|\.\]|\\\.", _FLAGS).sub
_ats = re.compile(r"\s?[\[({]\s?(?:@|at|arobase)\s?[\])}]\s?", _FLAGS).sub
_scheme = re.compile(r"(?:(h)(?:xx|\*\*|__|tt)(ps?)|meow|(f)xp)(?=:)", _FLAGS).match
_TRAILING: Final = ".,;:!?'\"*»”’…"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


class Candidate(NamedTuple):
    """What looks like a value: its kind, the value as it is compared, where it stands, and whether it was made harmless."""

    kind: str
    value: str
    start: int
    end: int
    defanged: bool
    assumed: bool = False


def candidates(line: str) -> list[Candidate]:
    """Return what looks like values in a line, in their order; nothing is found within something else."""
    found: list[Candidate] = []
    free = line
    for pattern, made in _KINDS:
        for match in pattern.finditer(free):
            one = made(match)
            if one is not None:
                found.append(one)
                # what was read is blanked, so that the host of a URL is not found a second time
                free = free[: one.start] + "\x1f" * (one.end - one.start) + free[one.end :]
    return sorted(found, key=lambda one: one.start)


def refanged(written: str) -> str:
    """Return a value as it was before it was made harmless: `hxxp[:]//a[.]example` is `http://a.example`."""
    text = _ats("@", _dots(".", written))
    text = text.replace("[:]", ":").replace("[//]", "//").replace("[/]", "/")
    scheme = _scheme(text)
    if scheme is not None:
        plain = "ftp" if scheme[3] else f"http{'s' if (scheme[2] or '').lower() == 'ps' else ''}"
        text = plain + text[scheme.end() :]
        text = text.replace(":\\\\", "://", 1)
    return text


def _url(match: re.Match[str]) -> Candidate | None:
    written = _trimmed(match[0])
    value = refanged(written)
    host = re.sub(r"^[a-z0-9+.-]+://(?:[^/@]*@)?", "", value, flags=_FLAGS)
    name = (
        re.split(r"[/:?#]", host, maxsplit=1)[0] if not host.startswith("[") else host.partition("]")[0][1:]
    )
    if "." not in name and ":" not in name:
        return None
    return Candidate(
        "url", folded("url", value), match.start(), match.start() + len(written), value != written
    )


def _pathed(match: re.Match[str]) -> Candidate | None:
    """A host with a path and no scheme: only where it was made harmless, since `and/or.html` is no address."""
    written = _trimmed(match[0])
    value = refanged(written)
    host = value.partition("/")[0].partition(":")[0]
    if value == written or not (_is_address(host) or host.rpartition(".")[2].isalpha()):
        return None
    if value.rstrip("/") == host or value.partition("/")[2].isdigit():
        return None
    made = folded("url", "http://" + value)
    return Candidate("url", made, match.start(), match.start() + len(written), True, assumed=True)


def _mail(match: re.Match[str]) -> Candidate | None:
    value = refanged(match[0])
    ending = value.rpartition(".")[2]
    if value == match[0] and not is_top_level(ending):
        return None
    return _made("email-addr", value, match)


def _ipv4(match: re.Match[str]) -> Candidate | None:
    value = re.sub(r"\[?/\]?", "/", refanged(match[0]))
    try:
        found = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        return None
    return _made("cidr" if found.num_addresses > 1 else "ipv4-addr", value, match)


def _ipv6(match: re.Match[str]) -> Candidate | None:
    value = match[0].replace("[:]", ":")
    try:
        found = ipaddress.IPv6Network(value, strict=False)
    except ValueError:
        return None
    if len(value) < 5:  # "::" and "a::" stand in code, not in reports
        return None
    return _made("cidr" if found.num_addresses > 1 else "ipv6-addr", value, match)


def _hash(match: re.Match[str]) -> Candidate | None:
    kind = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}[len(match[0])]
    return None if match[0].isdigit() and len(match[0]) < 64 else _made(kind, match[0], match)


def _key(match: re.Match[str]) -> Candidate | None:
    parts = match[0].split("\\")
    if len(parts) < 2:
        return None
    # only inner parts have spaces that belong to them: after the last one the sentence goes on
    parts[-1] = parts[-1].split(" ")[0].rstrip(_TRAILING + ")]}")
    written = "\\".join(parts)
    hive, rest = written.partition("\\")[::2]
    value = f"{_HIVES.get(hive.upper(), hive.upper())}\\{rest}"
    if not rest:
        return None
    return Candidate("windows-registry-key", value, match.start(), match.start() + len(written), False)


def _domain(match: re.Match[str]) -> Candidate | None:
    value = refanged(match[0]).strip(".")
    ending = value.rpartition(".")[2].lower()
    defanged = value != match[0]
    if not defanged and (not value.isascii() or not is_top_level(ending) or ending in SELDOM):
        return None
    if not (ending.isalpha() or ending.startswith("xn--")) or not any(c.isalpha() for c in value):
        return None
    return _made("domain-name", value, match)


def _file(match: re.Match[str]) -> Candidate | None:
    # of "run setup files.exe" the name is the last word, unless quotes or a path say otherwise
    start = match.start() + max(match[0].rfind(" "), match[0].rfind("(")) + 1
    name = match.string[start : match.end()]
    if name.startswith(".") or len(name) < 5:
        return None
    return Candidate("file-name", name, start, match.end(), False)


def _made(kind: str, value: str, match: re.Match[str]) -> Candidate:
    return Candidate(kind, folded(kind, value), match.start(), match.end(), refanged(match[0]) != match[0])


def _as(kind: str) -> Callable[[re.Match[str]], Candidate | None]:
    return lambda match: _made(kind, match[0].upper() if kind == "cve" else match[0], match)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _trimmed(written: str) -> str:
    """Return a URL without the signs of the sentence it stands in."""
    while written:
        last = written[-1]
        opening = _PAIRS.get(last)
        if last in _TRAILING or (opening and written.count(opening) < written.count(last)):
            written = written[:-1]
        else:
            break
    return written


_KINDS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Candidate | None]], ...]] = (
    (_URL, _url),
    (_PATHED, _pathed),
    (_MAIL, _mail),
    (_KEY, _key),
    (_TLSH, _as("tlsh")),
    (_SSDEEP, _as("ssdeep")),
    (_HASH, _hash),
    (_CVE, _as("cve")),
    (_IPV4, _ipv4),
    (_MAC, _as("mac-addr")),
    (_IPV6, _ipv6),
    (_FILE, _file),
    (_DOMAIN, _domain),
)
"""Each expression and what it makes, the longest first: a URL holds a host, a mail address a domain."""
