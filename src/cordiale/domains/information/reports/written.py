"""A skeleton filled with facts: as a document of two languages, and as a STIX report that names its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale import __version__
from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.views.display import display
from cordiale.desk.written import marking_of
from cordiale.domains.information.reports.facts import Fact, Facts, facts
from cordiale.domains.information.reports.skeleton import Skeleton, skeleton_of
from cordiale.domains.information.shapes.describing import VERB
from cordiale.domains.information.sheet.layout import Block, Heading, Paragraph, Part, Run, Sheet, Table
from cordiale.domains.information.sheet.written import write
from cordiale.joint.words import Words
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _, instant, is_french, text
from cordiale.stix.relation_words import relation_word

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LABELS: Final = {"abcde": "cordiale-abcde", "scotch": "cordiale-scotch"}
LANGUAGES: Final = ("en", "fr")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line under a heading, with the ids of what says it."""

    words: Words
    evidence: tuple[str, ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with its lines; without any, `gap` is what is said instead."""

    letter: str
    name: Words
    asks: Words
    lines: tuple[Line, ...]
    gap: Words


class Filled(Answer, frozen=True, kw_only=True):
    """A filled skeleton; `gaps` are the letters of headings that nothing answers, `names` what evidence is called."""

    subject: str
    skeleton: str
    title: str
    summary: Words
    sections: tuple[Section, ...]
    gaps: tuple[str, ...]
    responses: tuple[tuple[str, str, str], ...]
    names: dict[str, str]
    marking: tuple[str, ...]
    made: int
    more: bool


def filled(desk: Desk, actor: Actor, subject: str, skeleton: str) -> Filled:
    """Return a skeleton filled with what the actor sees of an object; raises InputError for no such skeleton, NotFound."""
    shape = skeleton_of(skeleton)
    found = facts(desk, actor, subject)
    sections = tuple(_sections(shape, found))
    return Filled(
        subject=subject,
        skeleton=shape.name,
        title=found.name,
        summary=found.summary,
        sections=sections,
        gaps=tuple(f"{one.letter} ({one.name.en})" for one in sections if not one.lines),
        responses=found.responses,
        names={
            key: found.names.get(key, key) for one in sections for line in one.lines for key in line.evidence
        },
        marking=tuple(sorted(found.marking)),
        made=desk.clock(),
        more=found.more,
    )


def _sections(shape: Skeleton, found: Facts) -> Iterator[Section]:
    for one in shape.elements:
        given: list[Fact] = [fact for topic in one.topics for fact in found.facts if fact.topic == topic]
        lines = {fact.words: Line(words=fact.words, evidence=fact.evidence) for fact in given}
        yield Section(
            letter=one.letter,
            name=_said(one.name),
            asks=_said(one.asks),
            lines=tuple(lines.values()),
            gap=_said(one.gap),
        )


def _said(sentence: str) -> Words:
    return Words(text("en", sentence), text("fr", sentence))


def document(desk: Desk, actor: Actor, found: Filled, format: str, lang: str) -> tuple[bytes, str]:
    """Return a filled skeleton as html, docx or odt and its media type, the reader's language first, marked on every page."""
    authorise(actor, "export")
    langs = sorted(LANGUAGES, key=lambda one: is_french(lang) != (one == "fr"))
    lines = [
        " // ".join(part.text for part in display(desk, actor, one)(frozenset(found.marking)))
        for one in langs
    ]
    sheet = Sheet(
        f"{found.skeleton}: {found.title}",
        " · ".join(dict.fromkeys(line or text(one, _("Nothing marked on this page")) for line, one in zip(lines, langs, strict=True))),
        tuple(Part(one, tuple(_blocks(found, one))) for one in langs),
    )  # fmt: skip
    audit.read(desk, actor, "report", id=found.subject, skeleton=found.skeleton, format=format)
    return write(sheet, format)


def _blocks(found: Filled, lang: str) -> Iterator[Block]:
    yield Heading(1, f"{found.skeleton} – {found.title}")
    made = text(lang, _("A skeleton made {at} by Cordiale {version} from what is held; nothing here is concluded."), at=instant(lang, found.made), version=__version__)  # fmt: skip
    yield Paragraph((Run(made, "quiet"),))
    if found.summary.said(lang):
        yield Paragraph((Run(found.summary.said(lang), lang="" if found.summary.both else "en"),))
    numbered = {key: n for n, key in enumerate(found.names, start=1)}
    for one in found.sections:
        yield Heading(2, f"{one.letter} – {one.name.said(lang)}")
        yield Paragraph((Run(one.asks.said(lang), "quiet"),))
        if not one.lines:
            yield Paragraph((Run(text(lang, _("Gap: {words}"), words=one.gap.said(lang)), "strong"),))
        for line in one.lines:
            marks = ", ".join(f"[{numbered[key]}]" for key in line.evidence)
            yield Paragraph((Run(line.words.said(lang)), Run(f" {marks}", "quiet")), item=True)
    if found.responses:
        yield Heading(2, text(lang, _("Responses that DISARM Blue offers")))
        for code, name, against in found.responses:
            yield Paragraph((Run(text(lang, _("{code} {name} (against {technique})"), code=code, name=name, technique=against)),), item=True)  # fmt: skip
    yield Heading(2, text(lang, _("Evidence")))
    rows = tuple(
        ((Run(f"[{numbered[key]}]"),), (Run(relation_word(name, lang)),), (Run(key, "code"),))
        for key, name in found.names.items()
    )
    if rows:
        yield Table((text(lang, _("No.")), text(lang, _("Name")), "STIX"), (6, 44, 50), rows)


def report(desk: Desk, actor: Actor, subject: str, skeleton: str, *, marking: str = "") -> str:
    """Keep a filled skeleton as a STIX report that names all its evidence, and return its id.

    It carries what everything in it is marked by, and `marking` besides; its French words are a translation of it.
    """
    found = filled(desk, actor, subject, skeleton)
    atoms = frozenset(found.marking) | (marking_of(marking) if marking else frozenset())
    first, modified = instants(desk)
    refs = list(dict.fromkeys([subject, *found.names]))
    value: dict[str, Any] = {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "lang": "en",
        "name": f"{found.skeleton}: {found.title}"[:250],
        "description": _plain(found, "en"),
        "report_types": ["campaign"],
        "published": format_instant(_millisecond(found.made)),
        "labels": [LABELS[skeleton.lower()]],
        "object_refs": refs,
    }
    french = {
        "type": "language-content",
        "spec_version": "2.1",
        "id": f"language-content--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "object_ref": value["id"],
        "object_modified": modified,
        "contents": {"fr": {"name": value["name"], "description": _plain(found, "fr")}},
    }
    return stated(desk, actor, VERB, [value, french], sorted(atoms), report=skeleton)[0]


def _millisecond(at: Instant) -> Instant:
    return at // 1000 * 1000


def _plain(found: Filled, lang: str) -> str:
    lines = [found.summary.said(lang)] if found.summary.said(lang) else []
    for one in found.sections:
        lines += ["", f"{one.letter} – {one.name.said(lang)}"]
        lines += [f"• {line.words.said(lang)} [{', '.join(line.evidence)}]" for line in one.lines]
        if not one.lines:
            lines.append(text(lang, _("Gap: {words}"), words=one.gap.said(lang)))
    return "\n".join(lines).strip()
