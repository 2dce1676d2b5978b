"""ClaimReview (schema.org) in a saved page: somebody reviewed a claim that a source made. Their words are kept as theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Final

from cordiale.domains.information.sources.fact import Fact, day_of, domain_of
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError

DEPTH: Final = 20
LARGEST: Final = 8 << 20
LONGEST: Final = 600


class _Scripts(HTMLParser):
    """Collect what stands in scripts of type application/ld+json."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = (
            tag == "script" and (dict(attrs).get("type") or "").strip().lower() == "application/ld+json"
        )
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def read_reviews(data: bytes, seen: str, address: str = "") -> list[Fact]:
    """Return a fact for each reviewed claim of a page whose source can be told; empty for a page without any."""
    scripts = _Scripts()
    scripts.feed(data[:LARGEST].decode("utf-8", "replace"))
    digest = sha256(data).hexdigest()
    facts = []
    for script in scripts.found:
        try:
            value = json.loads(script)
        except (json.JSONDecodeError, RecursionError):
            continue
        facts += [fact for review in _reviews(value, 0) if (fact := _fact(review, seen, address, digest))]
    return list(dict.fromkeys(facts))


def _reviews(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _reviews(one, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "ClaimReview" in (kinds if isinstance(kinds, list) else [kinds]):
            yield value
        else:
            for one in value.values():
                yield from _reviews(one, depth + 1)


def _fact(review: dict[str, Any], seen: str, address: str, digest: str) -> Fact | None:
    item = _first(review.get("itemReviewed"))
    appearance = _first(item.get("appearance")) or _first(item.get("firstAppearance"))
    at = (
        _text(appearance.get("url")) or _text(item.get("url")) or _text(_first(item.get("author")).get("url"))
    )
    try:
        about = domain_of(at)
        on = day_of(_text(review.get("datePublished")))
    except InputError:
        return None  # who made the claim is not told, or not when
    rating = _first(review.get("reviewRating"))
    verdict = _text(rating.get("alternateName")) or _text(rating.get("name"))
    lang = _text(review.get("inLanguage"))[:2].lower()
    words = " – ".join(
        part for part in (_text(review.get("claimReviewed")), f"“{verdict}”" if verdict else "") if part
    )
    by = _first(review.get("author")) or _first(review.get("publisher"))
    return Fact(
        domain=about,
        kind="claim-review",
        other=at[:LONGEST],
        said_by=_text(by.get("name")) or _text(by.get("url")) or address or "?",
        seen=seen,
        words=Words(fr=words) if lang == "fr" else Words(en=words),
        on=on,
        address=_text(review.get("url")) or address,
        sha256=digest,
    )


def _first(value: Any) -> dict[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value.strip()[:LONGEST] if isinstance(value, str) else ""
