"""The marks on one page: ids of analytics and advertising, verification codes, where it sends its readers, how it is built."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes, urljoin

import msgspec

from cordiale.domains.information.kinship.mark import Kind, Mark, Seen
from cordiale.domains.information.kinship.site import site_of
from cordiale.domains.information.readers.markup import Piece, pieces
from cordiale.platform.errors import InputError

_IDS: Final[tuple[tuple[Kind, str, re.Pattern[str]], ...]] = (
    ("analytics", "google", re.compile(r"\bUA-(\d{4,10})-\d{1,4}\b")),
    ("analytics", "google", re.compile(r"\b(G-[A-Z0-9]{8,12})\b")),
    ("analytics", "google", re.compile(r"\b(GTM-[A-Z0-9]{5,9})\b")),
    ("analytics", "yandex", re.compile(r"(?:mc\.yandex\.(?:ru|com)/watch/|\bym\(\s*|yaCounter)(\d{6,10})\b")),
    ("analytics", "matomo", re.compile(r"""setTrackerUrl['"]\s*,\s*['"](?:https?:)?//([a-z0-9.-]{4,80})/""", re.IGNORECASE)),
    ("analytics", "hotjar", re.compile(r"\bhjid\s*:\s*(\d{5,9})\b")),
    ("analytics", "clarity", re.compile(r"""clarity\.ms/tag/([a-z0-9]{8,12})\b""")),
    ("analytics", "mail.ru", re.compile(r"top(?:-fwz1)?\.mail\.ru/(?:counter|js/code)[^\"'\s]{0,40}[?;&]id=(\d{5,9})")),
    ("analytics", "meta", re.compile(r"""fbq\(\s*['"]init['"]\s*,\s*['"](\d{10,18})['"]""")),
    ("analytics", "meta", re.compile(r"facebook\.com/tr\?id=(\d{10,18})\b")),
    ("analytics", "vk", re.compile(r"\b(VK-RTRG-\d{4,9}-\w{3,8})\b")),
    ("advertising", "google.com", re.compile(r"\bca-(pub-\d{10,18})\b")),
    ("advertising", "amazon", re.compile(r"""[?&]tag=([a-z0-9]{3,40}-2[0-2])\b""")),
)  # fmt: skip
"""Kind, whose id it is, and how it is written into pages."""

_VERIFICATIONS: Final = frozenset(
    {"google-site-verification", "yandex-verification", "msvalidate.01", "facebook-domain-verification", "p:domain_verify"}
)  # fmt: skip

IDS: Final = 40
"""Ids of one kind that are read of one page."""

TAGS: Final = 600
"""Opening tags that make up a page's structure, from its body on."""

HEAD: Final = 200_000
"""Characters of a page in which its own address is looked for."""

FEWEST: Final = 40
"""A page of fewer tags is built like many others."""

_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"\s>]{4,500})", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(?:UA-|G-|GTM-|pub-)?(?:X+|0+|(\d)\1{4,}|123456\d*|987654\d*)", re.IGNORECASE)


def page_marks(page: str, site: str, seen: Seen) -> Iterator[Mark]:
    """Yield the marks of a page, given as text; one that has too many tags is read by its ids alone.

    Of one kind of id at most `IDS` are read: a page that names more is a list of them, not a site that has them.
    """
    for kind, owner, pattern in _IDS:
        known: set[str] = set()
        for found in pattern.finditer(page):
            if len(known) >= IDS:
                break
            if found[1] not in known and not is_placeholder(found[1]):
                known.add(found[1])
                around = page[max(0, found.start() - 30) : found.end() + 30]
                yield _mark(site, kind, f"{owner} {found[1].lower()}", seen, " ".join(around.split()))
    try:
        read = list(pieces(page))
    except InputError:
        return
    yield from _metas(read, site, seen)
    for icon in icons(page, read):
        data = _inline(icon)
        if data:
            yield _mark(site, "favicon", hashlib.sha256(data).hexdigest(), seen, icon[:60])
    structure = structure_of(read)
    if structure:
        yield _mark(site, "structure", structure, seen, "")


def is_placeholder(value: str) -> bool:
    """Tell whether an id is one that examples print and nobody was given (UA-XXXXX, ca-pub-0000000000000000)."""
    return bool(_PLACEHOLDER.fullmatch(value))


def address_in(page: str) -> str:
    """Return the address that a page gives as its own (canonical, og:url), empty for none."""
    try:
        for one in pieces(page[:HEAD]):
            if (
                one.kind == "open"
                and one.name == "link"
                and one.attributes.get("rel", "").lower() == "canonical"
            ):
                return one.attributes.get("href", "")
            if (
                one.kind == "open"
                and one.name == "meta"
                and one.attributes.get("property", "").lower() == "og:url"
            ):
                return one.attributes.get("content", "")
    except InputError:
        pass
    return ""


def icons(page: str, read: list[Piece] | None = None) -> list[str]:
    """Return the addresses of a page's icons as it writes them."""
    if read is None:
        try:
            read = list(pieces(page))
        except InputError:
            return []
    return [
        one.attributes["href"]
        for one in read
        if one.kind == "open"
        and one.name == "link"
        and "icon" in one.attributes.get("rel", "").lower().split()
        and one.attributes.get("href")
    ]


def structure_of(read: list[Piece]) -> str:
    """Return a hash of how a page's body is built: its tags with their classes, repeats as one; empty for a small page."""
    built: list[str] = []
    inside = False
    for one in read:
        if one.kind != "open":
            continue
        inside = inside or one.name == "body"
        if not inside or one.name in ("script", "style", "br", "img", "p", "span", "a"):
            continue
        classes = " ".join(sorted(_named(one.attributes.get("class", ""))))
        said = f"{one.name} {classes}"
        if not built or built[-1] != said:
            built.append(said)
        if len(built) >= TAGS:
            break
    if len(built) < FEWEST:
        return ""
    return hashlib.sha256("\n".join(built).encode()).hexdigest()[:32]


def _named(classes: str) -> list[str]:
    """Return the classes of an element without those that number a page or an article."""
    return [name for name in classes.split()[:12] if not any(letter.isdigit() for letter in name)]


def _metas(read: list[Piece], site: str, seen: Seen) -> Iterator[Mark]:
    for one in read:
        if one.kind != "open" or one.name not in ("meta", "link"):
            continue
        said: Mapping[str, str] = one.attributes
        name = (said.get("name") or said.get("property") or "").lower()
        if name in _VERIFICATIONS and len(said.get("content", "")) >= 8:
            yield _mark(site, "verification", f"{name} {said['content'][:120]}", seen, name)
        refresh = _REFRESH.search(said.get("content", "")) if said.get("http-equiv", "").lower() == "refresh" else None  # fmt: skip
        leads = refresh[1] if refresh else said.get("href", "") if said.get("rel", "").lower() == "canonical" else ""  # fmt: skip
        there = site_of(urljoin(seen.address, leads)) if leads else ""
        if there and there != site:
            piece = ("refresh " if refresh else "canonical ") + leads[:300]
            yield Mark(site=site, kind="redirect", value=there, other=there, seen=msgspec.structs.replace(seen, piece=piece))  # fmt: skip


def _inline(href: str) -> bytes:
    """Return the bytes of an icon that a page holds itself (data:); none for an address."""
    head, comma, body = href.partition(",")
    if not head.lower().startswith("data:image") or not comma:
        return b""
    raw = unquote_to_bytes(body)
    try:
        return base64.b64decode(raw, validate=False) if ";base64" in head.lower() else raw
    except (binascii.Error, ValueError):
        return b""


def _mark(site: str, kind: Kind, value: str, seen: Seen, piece: str) -> Mark:
    return Mark(site=site, kind=kind, value=value, seen=msgspec.structs.replace(seen, piece=piece))
