"""Show what would be taken out of a file before it is, and take exactly that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk.importing import import_
from cordiale.desk.sources import of_bytes
from cordiale.domains.cyber.readers.found import Left, Taken
from cordiale.domains.cyber.readers.objects import objects
from cordiale.domains.cyber.readers.plain import is_table
from cordiale.domains.cyber.readers.table import read_table
from cordiale.domains.cyber.readers.text import read_text
from cordiale.domains.cyber.writers.judgement import named_by
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

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
    head = content[:4096].encode() if isinstance(content, str) else content[:4096]
    if is_table(head):
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
) -> tuple[Taken, ImportReport]:
    """Take in what a text or a table holds, as `taken_of` shows it; `only` these values of it, where given.

    Raises InputError where nothing is left to take.
    """
    found = taken_of(content, own=own, plain=plain, least=least, warned=named_by(desk))
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
        raise InputError("nothing-taken", _("Nothing in it is taken for an indicator."))
    data = content.encode() if isinstance(content, str) else content
    made = b"\n".join(objects(found, sha256(data).hexdigest(), desk.clock()))
    return found, import_(desk, actor, [of_bytes(name, made)], marking=marking)
