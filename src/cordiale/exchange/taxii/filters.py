"""URL query parameters of TAXII 2.1 (section 3.4), read strictly."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec

from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

#: A filter names at most so many values; more is refused before anything is looked up.
_VALUES = 100
_LONGEST = 16_384


class Filters(msgspec.Struct, frozen=True):
    """Hold what a client asked for; instants in microseconds, None where nothing was asked.

    `versions` are instants; `first` and `last` are the keywords, `all` excludes both.
    """

    added_after: int | None = None
    limit: int | None = None
    next: str | None = None
    ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    spec_versions: frozenset[str] | None = None
    versions: frozenset[int] = frozenset()
    first: bool = False
    last: bool = True
    all: bool = False


NONE = Filters()


def read_filters(query: str) -> Filters:
    """Read a query string.

    Raises InputError (answered 400) for what section 3.4 calls malformed; parameters and match
    fields this server does not know are ignored, as the section allows.
    """
    if not query:
        return NONE
    if len(query) > _LONGEST:
        raise _malformed("query", _("it is longer than {limit} bytes"), limit=_LONGEST)
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=50
        )
    except ValueError:
        raise _malformed("query", _("it is not a URL query")) from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise _malformed(name, _("it is given twice"))
        given[name] = value
    versions, keywords = _versions(given.get("match[version]"))
    return Filters(
        added_after=_instant("added_after", given["added_after"]) if "added_after" in given else None,
        limit=_limit(given["limit"]) if "limit" in given else None,
        next=given.get("next") or None,
        ids=_values("match[id]", given.get("match[id]")),
        types=_values("match[type]", given.get("match[type]")),
        spec_versions=_values("match[spec_version]", given.get("match[spec_version]")),
        versions=versions,
        first="first" in keywords,
        last="last" in keywords,
        all="all" in keywords,
    )


def _malformed(name: str, problem: str, **params: object) -> InputError:
    return InputError(
        "exchange.taxii.query",
        _("The query parameter {name} is malformed: {problem}."),
        name=name[:80],
        problem=problem.format(**params),
    )


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) == 0:
        raise _malformed("limit", _("a whole number above zero is expected"))
    return int(text)


def _instant(name: str, text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError:
        raise _malformed(name, _("a timestamp such as 2026-01-31T08:30:00.000Z is expected")) from None


def _values(name: str, text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    values = text.split(",")
    if len(values) > _VALUES:
        raise _malformed(name, _("it names more than {limit} values"), limit=_VALUES)
    if not all(values):
        raise _malformed(name, _("a value is empty"))
    return frozenset(values)


def _versions(text: str | None) -> tuple[frozenset[int], frozenset[str]]:
    if text is None:
        return frozenset(), frozenset({"last"})
    name = "match[version]"
    values = text.split(",")
    if len(set(values)) != len(values) or len(values) > _VALUES:
        raise _malformed(name, _("a version is named twice"))
    keywords = frozenset(values) & {"first", "last", "all"}
    if "all" in keywords and len(values) > 1:
        raise _malformed(name, _("“all” stands alone"))
    return frozenset(_instant(name, value) for value in values if value not in keywords), keywords
