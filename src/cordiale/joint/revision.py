"""A revision: one text, both languages together, that partners take positions on by its hash.

The hash is SHA-256 of the canonical JSON (RFC 8785) of what the text says and of what saying nothing about it means: the
framework it was put under, and until when. Marking it anew leaves it as it is; a changed word, or another deadline, is
another text, on which nobody stands yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, state
from cordiale.joint.case import Case, Framework, chaired, finish, hears
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import at, stamp
from cordiale.joint.sending import Sent, send
from cordiale.joint.written import object_of
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.languages import _
from cordiale.stix.canonical import content_hash

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-revision"
SHORTEST: Final = 8
"""Characters of a hash that a person types to say which text they read."""


class Text(msgspec.Struct, frozen=True):
    """The text in one language."""

    title: str
    body: str


class Parity(msgspec.Struct, frozen=True):
    """Who answers for both languages saying the same, and how it was found: `compared` by the machine, or `stated`."""

    by: str
    at: str
    how: Literal["compared", "stated"]
    divergences: int = 0
    reason: str = ""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-revision` says; `content` is the field of work's own part of what is agreed.

    `framework` is the case's at the time: changing it afterwards changes nothing about this text.
    """

    case_ref: str
    number: int
    en: Text
    fr: Text
    previous: str = ""
    content: dict[str, Any] = {}
    framework: Framework = Framework()
    deadline: str | None = None

    @property
    def hash(self) -> str:
        """Return what positions are taken on, in hexadecimal."""
        said = {
            "case": self.case_ref,
            "number": self.number,
            "previous": self.previous,
            "en": msgspec.to_builtins(self.en),
            "fr": msgspec.to_builtins(self.fr),
            "content": self.content,
            "framework": msgspec.to_builtins(self.framework),
            "deadline": self.deadline or "",
        }
        return content_hash(said).hex()

    def said(self, lang: str) -> Text:
        """Return the text in a language."""
        return self.fr if lang.startswith("fr") else self.en


class Proposed(Answer, frozen=True, kw_only=True):
    """A revision that was put to the members, and what became of giving it to everybody."""

    id: str
    number: int
    hash: str
    deadline: int | None
    sent: tuple[Sent, ...]


def revisions(tx: Transaction, desk: Desk, actor: Actor, case: Held[Case]) -> list[Held[Revision]]:
    """Return the revisions of a case as its chair states them, the newest first."""
    found = all_of(tx, desk, actor, Revision, NAME, case.id)
    stated = [one for one in found if one.author == case.said.chair and one.said.case_ref == case.id]
    by_number = {one.said.number: one for one in sorted(stated, key=lambda one: one.modified)}
    return [by_number[number] for number in sorted(by_number, reverse=True)]


def read_text(tx: Transaction, desk: Desk, actor: Actor, case: Held[Case], hash: str) -> Held[Revision]:
    """Return the current revision, which whoever stands on it has read: the beginning of its hash says so.

    Raises NotFound where there is none, InputError for too short a hash, Conflict for any but the current one.
    """
    found = revisions(tx, desk, actor, case)
    if not found:
        raise NotFound("no-revision", _("Nothing has been put to the members of this case yet."))
    current, asked = found[0], hash.strip().lower()
    if len(asked) < SHORTEST:
        raise InputError(
            "hash-short",
            _("Write at least {n} characters of the hash of the text that you read."),
            n=SHORTEST,
        ).at("hash")
    if not current.said.hash.startswith(asked):
        raise Conflict(
            "hash-other",
            _("{hash} is not the text that stands: revision {number} has the hash {current}. Read it first."),
            hash=asked[:64],
            number=current.said.number,
            current=current.said.hash[:16],
        )
    return current


def propose(
    desk: Desk,
    actor: Actor,
    case: str,
    *,
    en: Text,
    fr: Text,
    content: Mapping[str, Any] | None = None,
    deadline: int | None = None,
    kind: str = "",
) -> Proposed:
    """Put a text to the members of a case as its chair, until a deadline.

    Raises InputError where a language is empty, the deadline is over, or nothing differs from the revision before.
    """
    authorise(actor, "case")
    named(actor, "propose")
    for text in (en, fr):
        if not text.title.strip() or not text.body.strip():
            raise InputError(
                "revision-language",
                _("A text has a title and words in English and in French: both go together."),
            )
    now = desk.clock()
    if deadline is not None and deadline <= now:
        raise InputError(
            "revision-deadline", _("The deadline {when} is over already."), when=stamp(deadline)
        ).at("deadline")
    with desk.store.write() as tx:
        held = chaired(tx, desk, actor, case, kind)
        before = revisions(tx, desk, actor, held)
        last = before[0].said if before else None
        made = Revision(
            case_ref=held.id,
            number=last.number + 1 if last else 1,
            previous=last.hash if last else "",
            en=en,
            fr=fr,
            content=dict(content or {}),
            framework=held.said.framework,
            deadline=stamp(deadline) if deadline is not None else None,
        )
        if last and (last.en, last.fr, last.content) == (made.en, made.fr, made.content):
            raise InputError(
                "revision-same", _("Nothing differs from revision {number}."), number=last.number
            )
        value = object_of(
            desk,
            NAME,
            made,
            "report",
            refs=[held.id],
            case=held.id,
            name=en.title,
            description=en.body,
            lang="en",
            published=instants(desk)[0],
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(
            tx, desk, actor, "propose", id=value["id"], case=held.id, number=made.number, hash=made.hash
        )
    finish(desk)
    sent = send(desk, actor, hears(desk, held), [value["id"]], en.title)
    return Proposed(id=value["id"], number=made.number, hash=made.hash, deadline=at(made.deadline), sent=sent)
