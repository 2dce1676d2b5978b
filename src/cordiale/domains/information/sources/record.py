"""A source record: the facts that this node holds about one domain, by kind, with who says each; unknown is neutral."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, own_identity, stated
from cordiale.domains.information.sources.certified import read_list
from cordiale.domains.information.sources.claim_review import read_reviews
from cordiale.domains.information.sources.fact import KINDS, NAME, OPPOSITE, Fact, day_of, domain_of
from cordiale.domains.information.sources.trust_txt import read_trust_txt
from cordiale.joint.held import listed
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


class Line(Answer, frozen=True, kw_only=True):
    """One fact as it is shown. `pair` is of links alone; `node` is the node that holds the fact and gave it."""

    id: str
    node: str
    kind: str
    other: str
    words: Words
    said_by: str
    on: str
    until: str
    over: bool
    seen: str
    address: str
    sha256: str
    signed: bool
    pair: str


class Record(Answer, frozen=True, kw_only=True):
    """Everything held about one domain, newest fact first within each kind. There is no score, and none can be had."""

    domain: str
    facts: tuple[Line, ...]


def add_facts(
    desk: Desk, actor: Actor, facts: Sequence[Fact], marking: str | Iterable[str]
) -> tuple[str, ...]:
    """Keep facts as objects of this node under a marking; return their ids. What this node said before is not said twice."""
    before = {_same(one.said) for one in listed(desk, actor, Fact, NAME) if one.ours}
    fresh = {_same(fact): fact for fact in facts if _same(fact) not in before}
    if not fresh:
        return ()
    who = own_identity(desk)
    values = [_object(desk, fact, who) for fact in fresh.values()]
    return stated(desk, actor, "source", values, marking, facts=len(values))


def record(desk: Desk, actor: Actor, domain: str) -> Record:
    """Return the record of a domain as a reader sees it; empty where nothing is held, which says nothing about the source."""
    about = domain_of(domain)
    held = listed(desk, actor, Fact, NAME)
    today = instants(desk)[0][:10]
    every = [one.said for one in held]
    lines = [
        Line(
            id=one.id,
            node=one.author,
            kind=one.said.kind,
            other=one.said.other,
            words=one.said.words,
            said_by=one.said.said_by,
            on=one.said.on,
            until=one.said.until,
            over=bool(one.said.until) and one.said.until < today,
            seen=one.said.seen,
            address=one.said.address,
            sha256=one.said.sha256,
            signed=one.said.signed,
            pair=paired(one.said, every),
        )
        for one in held
        if one.said.domain == about
    ]
    newest = sorted(lines, key=lambda line: (line.on, line.seen, line.id), reverse=True)
    return Record(domain=about, facts=tuple(sorted(newest, key=lambda line: KINDS.index(line.kind))))


def records(desk: Desk, actor: Actor) -> dict[str, int]:
    """Return the domains about which facts are held, with how many."""
    counts: dict[str, int] = {}
    for one in listed(desk, actor, Fact, NAME):
        counts[one.said.domain] = counts.get(one.said.domain, 0) + 1
    return dict(sorted(counts.items()))


def paired(fact: Fact, every: Iterable[Fact]) -> str:
    """Tell what the other party of a link says, of what is held; empty for what is no link."""
    wanted = OPPOSITE.get(fact.kind)
    if wanted is None:
        return ""
    of_other = [one for one in every if one.domain == fact.other]
    if any((one.kind, one.other) == (wanted, fact.domain) for one in of_other):
        return "both"
    return "not-confirmed" if any(one.kind == "read" for one in of_other) else "alone"


def _same(fact: Fact) -> Fact:
    """Return a fact without the instant it was read at."""
    return msgspec.structs.replace(fact, seen="")


def _object(desk: Desk, fact: Fact, who: str) -> dict[str, Any]:
    first, modified = instants(desk)
    written = {name: value for name, value in msgspec.to_builtins(fact).items() if value not in ("", False)}
    content = " ".join(part for part in (fact.domain, fact.kind, fact.other, fact.words.said("en")) if part)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "abstract": fact.domain,
        "content": f"{content} ({fact.said_by}, {fact.on or fact.seen[:10]})",
        "object_refs": [who],
        "extensions": {
            PUBLISHED[NAME]: {
                "extension_type": "property-extension",
                "definition_ref": PUBLISHED[NAME],
                **written,
            }
        },
    }


def fact(
    desk: Desk,
    domain: str,
    kind: str,
    said_by: str,
    *,
    on: str,
    other: str = "",
    en: str = "",
    fr: str = "",
    until: str = "",
    address: str = "",
) -> Fact:
    """Return one fact as a person writes it; raises InputError for what has no day, nobody who says it, or no such kind."""
    if kind not in KINDS or kind == "read":
        raise InputError("source-kind", _("{kind} is no kind of fact. Use one of: {known}."), kind=kind, known=", ".join(k for k in KINDS if k != "read"))  # fmt: skip
    if not said_by.strip() or not day_of(on):
        raise InputError("source-said", _("A fact has a day and somebody who says it."))
    linked = kind in OPPOSITE
    return Fact(
        domain=domain_of(domain),
        kind=kind,  # type: ignore[arg-type]
        other=domain_of(other) if linked else other.strip(),
        said_by=said_by.strip(),
        seen=instants(desk)[0],
        words=Words(en, fr),
        on=day_of(on),
        until=day_of(until),
        address=address,
    )


def from_file(
    desk: Desk,
    data: bytes,
    form: str,
    *,
    domain: str = "",
    said_by: str = "",
    standard: str = "",
    key: str = "",
    signature: bytes = b"",
) -> tuple[list[Fact], list[tuple[int, str]]]:
    """Return the facts of a file in one of three forms (trust.txt, certified, reviews), and what of it is set aside.

    Raises InputError and IntegrityError saying what is wrong with the file, its key or its signature.
    """
    seen = instants(desk)[0]
    if form == "trust.txt":
        return read_trust_txt(data, domain, seen)
    if form == "reviews":
        return read_reviews(data, seen), []
    try:
        raw = bytes.fromhex(key)
    except ValueError:
        raise InputError("source-key", _("The key is 64 hexadecimal digits.")) from None
    return read_list(data, standard, said_by, seen, key=raw, signature=signature, verify=desk.home.verify)
