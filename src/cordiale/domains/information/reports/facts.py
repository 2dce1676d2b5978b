"""What is held of an incident, a set or a response, one sentence a fact, with the objects that say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.show import show
from cordiale.domains.information.framework.view import responses_to, techniques
from cordiale.domains.information.proposals.proposing import decisions
from cordiale.domains.information.reports.skeleton import Topic
from cordiale.domains.information.response.printed import LEVEL_WORDS
from cordiale.domains.information.response.standing import Response
from cordiale.domains.information.response.standing import response as read_response
from cordiale.domains.information.shapes.opencti import original_of
from cordiale.domains.information.sheet.packed import legal
from cordiale.joint.words import Words
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, text
from cordiale.stix.relation_words import relation_word

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Shown
    from cordiale.desk.answers.graph import GraphEdge, GraphNode
    from cordiale.desk.desk import Desk

LONGEST: Final = 600
"""Characters of one fact."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is held: what it is about, in both languages, and the objects that say it."""

    topic: Topic
    words: Words
    evidence: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is held of one object; `names` are what evidence is called, `marking` what all of it is marked by."""

    subject: str
    name: str
    summary: Words
    facts: tuple[Fact, ...]
    responses: tuple[tuple[str, str, str], ...]
    names: Mapping[str, str]
    marking: frozenset[str]
    more: bool


_TIED: Final[Mapping[str, Topic]] = {
    "threat-actor": "actor",
    "intrusion-set": "actor",
    "narrative": "narrative",
    "media-content": "media",
    "channel": "channel",
    "domain-name": "site",
    "url": "site",
    "infrastructure": "channel",
    "event": "event",
    "location": "target",
}
"""Types of neighbours, and what they speak of where no relationship says it more exactly."""

_KINDS: Final[Mapping[str, str]] = {
    "threat-actor": _("threat actor"),
    "intrusion-set": _("intrusion set"),
    "identity": _("person or organisation"),
    "location": _("place"),
    "campaign": _("campaign"),
    "malware": _("malware"),
    "vulnerability": _("vulnerability"),
}
"""What the types that stand in a sentence are called there."""

_BY_TIE: Final[Mapping[str, Topic]] = {"attributed-to": "actor", "targets": "target"}
_SAYS: Final[Mapping[Topic, str]] = {
    "actor": _("{name} ({type}, {tie})"),
    "narrative": _("The narrative “{name}”"),
    "media": _("Media: {name}"),
    "channel": _("The channel {name}"),
    "site": _("The site or address {name}"),
    "event": _("The event “{name}”"),
    "target": _("{name} ({type})"),
}


def facts(desk: Desk, actor: Actor, subject: str) -> Facts:
    """Return what the actor sees of an incident, a set, or a collective response (with the objects it is about).

    Raises NotFound for what is not seen.
    """
    shown = show(desk, actor, subject)
    value = shown.statements[0].value
    of_response = _response(desk, actor, subject)
    centres = [subject, *(of_response.objects if of_response else ())]
    names: dict[str, str] = {subject: _named(value)}
    atoms = set(_atoms(shown))
    found: list[Fact] = list(_own(desk, actor, value, subject))
    more = False
    for centre in centres:
        try:
            around = neighbours(desk, actor, [centre])
        except NotFound:
            continue  # the case names it, and this reader does not see it
        more = more or around.more
        known = {one.id: one for one in around.nodes}
        for one in around.nodes:
            names[one.id] = legal(one.name or one.id)
        names |= {edge.via: edge.label for edge in around.edges if edge.via}
        found += _around(desk, actor, centre, around.edges, known, atoms)
        found += _decided(desk, actor, centre, atoms, names)
    if of_response is not None:
        found += _of_response(of_response)
        atoms |= set(of_response.marking)
    unique = {(one.topic, one.words): one for one in found}
    codes = {code for one in centres for code in _accepted(desk, actor, one)}
    return Facts(
        subject=subject,
        name=names[subject],
        summary=_summary(desk, actor, subject, value),
        facts=tuple(unique.values()),
        responses=_offered(desk, actor, codes),
        names=names,
        marking=frozenset(atoms),
        more=more,
    )


def _around(
    desk: Desk,
    actor: Actor,
    centre: str,
    edges: Iterable[GraphEdge],
    known: Mapping[str, GraphNode],
    atoms: set[str],
) -> Iterator[Fact]:
    for edge in edges:
        if centre not in (edge.start, edge.end) or not edge.via:
            continue
        far = edge.end if edge.start == centre else edge.start
        one = known.get(far)
        if one is None:
            continue
        topic = _BY_TIE.get(edge.label) if edge.start == centre else None
        topic = topic or _TIED.get(one.type)
        if one.type == "incident" and edge.label == "attributed-to":
            topic = None  # of a set, its incidents are no actors
        if topic is None or (one.type in ("infrastructure", "url") and _fallback(desk, actor, one, known)):
            continue
        atoms |= {*one.marking, *edge.marking}
        yield _composed(topic, (one.id, edge.via), partial(_tied, _SAYS[topic], one, edge.label))


def _tied(sentence: str, one: GraphNode, tie: str, lang: str) -> str:
    """Say what is tied and how, with the language's words for the type and the relationship."""
    kind = text(lang, _KINDS[one.type]) if one.type in _KINDS else one.type
    return text(lang, sentence, name=one.name or one.id, type=kind, tie=relation_word(tie, lang))


def _fallback(desk: Desk, actor: Actor, one: GraphNode, known: Mapping[str, GraphNode]) -> bool:
    """Tell whether a neighbour only stands for another one that is there."""
    if one.type == "url":
        return any(other.type == "media-content" for other in known.values())
    return any(original_of(said.value) in known for said in show(desk, actor, one.id).statements)


def _decided(desk: Desk, actor: Actor, centre: str, atoms: set[str], names: dict[str, str]) -> Iterator[Fact]:
    for held in decisions(desk, actor, centre):
        if held.said.state != "accepted":
            continue
        atoms |= held.marking
        shown = _seen(desk, actor, held.said.technique_ref)
        name = _named(shown.statements[0].value) if shown else ""
        names[held.said.technique_ref] = name or held.said.code
        names[held.id] = held.said.code
        yield _fact("technique", _("{code} {name}"), (held.id, held.said.technique_ref), code=held.said.code, name=name)  # fmt: skip
        for reason in held.said.reasons:
            topic: Topic = "drift" if reason.signal in ("lineage", "drift") else "site" if reason.signal == "kinship" else "signal"  # fmt: skip
            evidence = tuple(one.object_ref for one in reason.evidence if one.object_ref)
            yield Fact(topic=topic, words=reason.words, evidence=(held.id, *evidence))
            if reason.signal in ("copies", "synchrony"):
                yield Fact(topic="degree", words=reason.words, evidence=(held.id, *evidence))


def _accepted(desk: Desk, actor: Actor, centre: str) -> set[str]:
    return {one.said.code for one in decisions(desk, actor, centre) if one.said.state == "accepted"}


def _own(desk: Desk, actor: Actor, value: Mapping[str, Any], subject: str) -> Iterator[Fact]:
    for name in ("objective", "goals", "primary_motivation"):
        written = value.get(name)
        for one in written if isinstance(written, list) else [written] if written else []:
            yield Fact(topic="objective", words=_both(str(one)), evidence=(subject,))
    for name in ("first_seen", "last_seen"):
        if value.get(name):
            sentence = _("First seen {at}") if name == "first_seen" else _("Last seen {at}")
            yield _fact("degree", sentence, (subject,), at=str(value[name])[:10])


def _of_response(found: Response) -> Iterator[Fact]:
    for one in found.assessments:
        yield _composed("assessment", (one.id,), lambda lang, one=one: text(lang, _("{node} finds it {level}: {words}"), node=one.node, level=text(lang, LEVEL_WORDS[one.level]), words=one.words.said(lang)))  # type: ignore[misc]  # fmt: skip
    for said in found.effects:
        yield _composed("effect", (said.id,), lambda lang, said=said: text(lang, _("{node}: {words}"), node=said.node, words=said.words.said(lang)))  # type: ignore[misc]  # fmt: skip


def _offered(desk: Desk, actor: Actor, codes: set[str]) -> tuple[tuple[str, str, str], ...]:
    """Return what DISARM Blue offers against the accepted techniques: code, name, the technique it answers."""
    if not codes:
        return ()
    held = techniques(desk, actor)
    rows = [
        (one.code, one.name, code)
        for code in sorted(codes)
        if code in held
        for one in responses_to(desk, actor, held[code])
    ]
    return tuple(dict.fromkeys(rows))[:60]


def _response(desk: Desk, actor: Actor, subject: str) -> Response | None:
    if not subject.startswith("incident--"):
        return None
    try:
        return read_response(desk, actor, subject)
    except NotFound:
        return None


def _summary(desk: Desk, actor: Actor, subject: str, value: Mapping[str, Any]) -> Words:
    written = legal(str(value.get("description") or ""))
    for reference in show(desk, actor, subject).referred_by:
        if reference.id.startswith("language-content--"):
            other = _seen(desk, actor, reference.id)
            contents = other.statements[0].value.get("contents") if other else None
            french = contents.get("fr", {}).get("description") if isinstance(contents, dict) else None
            if isinstance(french, str):
                return Words(written, legal(french))
    return Words(written, "")


def _seen(desk: Desk, actor: Actor, identifier: str) -> Shown | None:
    try:
        return show(desk, actor, identifier)
    except NotFound:
        return None


def _atoms(shown: Shown) -> Iterator[str]:
    for one in shown.statements:
        yield from one.effective_marking


def _named(value: Mapping[str, Any]) -> str:
    return legal(str(value.get("name") or value.get("value") or value.get("id") or ""))


def _both(words: str) -> Words:
    said = legal(words)[:LONGEST]
    return Words(said, said)


def _fact(topic: Topic, sentence: str, evidence: tuple[str, ...], **values: str) -> Fact:
    return _composed(topic, evidence, lambda lang: text(lang, sentence, **values))


def _composed(topic: Topic, evidence: tuple[str, ...], say: Callable[[str], str]) -> Fact:
    return Fact(topic=topic, words=Words(legal(say("en"))[:LONGEST], legal(say("fr"))[:LONGEST]), evidence=evidence)  # fmt: skip
