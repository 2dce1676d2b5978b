"""Show what would be taken out of a file before it is, and take exactly that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import orjson

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.readers import HEAD, Reader, readers
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.cyber.readers.found import Found, Left, Taken
from cordiale.domains.cyber.readers.objects import objects
from cordiale.domains.cyber.readers.plain import is_table
from cordiale.domains.cyber.readers.table import read_table
from cordiale.domains.cyber.readers.text import read_text
from cordiale.domains.cyber.writers.judgement import named_by
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import DEFAULT_LIMITS, SetAside

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import ImportReport
    from cordiale.desk.desk import Desk
    from cordiale.domains.cyber.readers.judging import Warned


def taken_of(
    content: bytes | str,
    *,
    own: Collection[str] = (),
    plain: bool = False,
    least: int = 0,
    warned: Warned | None = None,
) -> Taken:
    """Return what a text or a table holds of at least a confidence; `own` are domains of who wrote it."""
    data = content.encode() if isinstance(content, str) else content
    head = data[:HEAD]
    other = _other(head)
    if other is not None:
        found = _of_reader(other, data)
    elif is_table(head):
        found = read_table(content, warned=warned)
    else:
        found = read_text(content, own=own, plain=plain, warned=warned)
    sure = tuple(one for one in found.found if one.confidence >= least)
    return msgspec.structs.replace(found, found=sure)


def keep(
    desk: Desk,
    actor: Actor,
    content: bytes | str,
    name: str,
    *,
    own: Collection[str] = (),
    plain: bool = False,
    least: int = 0,
    marking: str | Sequence[str] | None = None,
    only: Collection[str] | None = None,
    at: Instant | None = None,
) -> tuple[Taken, ImportReport]:
    """Take in what a text or a table holds, as `taken_of` shows it; `only` these values of it, where given.

    `at` is when it was written (default: now). What is taken whole under that date is the same as by an import of the file;
    a choice of it is of now, since it says something else.
    Raises InputError where nothing is left to take.
    """
    data = content.encode() if isinstance(content, str) else content
    found = taken_of(data, own=own, plain=plain, least=least, warned=named_by(desk))
    if _other(data[:HEAD]) is not None:
        return found, import_(desk, actor, [of_bytes(name, data)], marking=marking)
    if only is not None:
        chosen = frozenset(only)
        out = [one for one in found.found if one.value not in chosen]
        left = [
            Left(kind=one.kind, value=one.value, line=one.line, context=one.context, reason="unchosen")
            for one in out
        ]
        kept = tuple(one for one in found.found if one.value in chosen)
        found = msgspec.structs.replace(found, found=kept, left=(*found.left, *left))
    if not found.found:
        raise InputError("nothing-taken", _("Nothing in it is taken for an indicator.")).at("text")
    whole = only is None and not least and not own and not plain
    written = at if at is not None and whole else desk.clock()
    made = b"\n".join(objects(found, sha256(data).hexdigest(), written))
    return found, import_(desk, actor, [of_bytes(name, made)], marking=marking)


def _other(head: bytes) -> Reader | None:
    """Return the reader of something else than texts and tables that recognises content, None for none."""
    return next((one for one in readers() if not one.late and one.recognise(head)), None)


def _of_reader(reader: Reader, data: bytes) -> Taken:
    """Return what the reader of another format makes of content, an entry for each object that has a name."""
    found: list[Found] = []
    left: list[Left] = []
    for number, piece in enumerate(reader.read([data], DEFAULT_LIMITS), 1):
        if isinstance(piece, SetAside):
            said = piece.raw[:120].decode("utf-8", "replace")
            left.append(
                Left(kind="", value=said, line=number, context=piece.path, reason=f"aside:{piece.code}")
            )
        elif isinstance(piece, bytes):
            value = orjson.loads(piece)
            kind = str(value.get("pattern_type") or value.get("type") or "")
            confidence = value.get("confidence")
            found.append(
                Found(
                    kind=kind if kind != "stix" else "indicator",
                    value=str(value.get("name") or value.get("pattern") or value.get("id") or ""),
                    line=number,
                    context=str(value.get("description") or "")[:160],
                    confidence=confidence if isinstance(confidence, int) else 50,
                    reasons=("form",),
                )
            )
    return Taken(reader.name, tuple(found), tuple(left))
