"""trust.txt: a publisher says to whom it belongs, whom it controls, and who its members are (JournalList, version 1.5).

One `variable=value` a line, `#` begins a comment. What one file says counts for one side only; both sides have to say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cordiale.domains.information.sources.fact import Fact, Kind, domain_of
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST: Final = 1 << 20
LINES: Final = 20_000

_KINDS: Final[dict[str, Kind]] = {
    "member": "has-member",
    "belongto": "member-of",
    "control": "controls",
    "controlledby": "controlled-by",
}
_WORDS: Final = ("disclosure", "contact", "social", "vendor", "customer", "datatrainingallowed")


def read_trust_txt(
    data: bytes, domain: str, seen: str, address: str = ""
) -> tuple[list[Fact], list[tuple[int, str]]]:
    """Return the facts of a domain's trust.txt, and the lines (number, text) that say nothing it defines.

    That it was read is a fact as well: what it does not say, it does not say on that day. Raises InputError for what is
    no such file.
    """
    if len(data) > LARGEST or b"\0" in data:
        raise InputError("trust-txt", _("This is no trust.txt: it is binary, or larger than a megabyte."))
    about, digest = domain_of(domain), sha256(data).hexdigest()
    lines = data.decode("utf-8-sig", "replace").splitlines()[:LINES]
    facts, aside = [], []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip() if line.lstrip().startswith("#") else line.strip()
        if not text:
            continue
        name, equals, value = (part.strip() for part in text.partition("="))
        kind = _KINDS.get(name.lower())
        if kind is None or not equals or not value:
            if name.lower() not in _WORDS:
                aside.append((number, text[:200]))
            continue
        try:
            other = domain_of(value)
        except InputError:
            aside.append((number, text[:200]))
            continue
        facts.append(_fact(about, kind, other, seen, address, digest))
    if not facts and aside:
        raise InputError(
            "trust-txt-none",
            _("No line of it is one of trust.txt: member=, belongto=, control=, controlledby=."),
        )
    return [_fact(about, "read", "", seen, address, digest), *_once(facts)], aside


def _fact(about: str, kind: Kind, other: str, seen: str, address: str, digest: str) -> Fact:
    return Fact(
        domain=about,
        kind=kind,
        other=other,
        said_by=f"trust.txt {about}",
        seen=seen,
        on=seen[:10],
        address=address or f"https://{about}/trust.txt",
        sha256=digest,
        words=Words(),
    )


def _once(facts: Sequence[Fact]) -> list[Fact]:
    return list(dict.fromkeys(facts))
