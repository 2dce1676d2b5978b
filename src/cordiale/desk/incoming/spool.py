"""Files of a node in which input waits that can be read only once, so that its job can go on after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.incoming.sources import Source, of_file
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

SPOOL: Final = "spool"
"""Folder of a node in which it waits."""


def spooled(desk: Desk, job: str, entry: Source) -> Source:
    """Write what can be read only once (standard input) to the node, so that the job can resume."""
    folder = desk.folder / SPOOL
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{job}-{entry.name.replace('/', '_')}"
    total = desk.settings.limits.bundle_bytes
    size = 0
    with path.open("wb") as stream:
        for chunk in entry.open():
            size += len(chunk)
            if size > total:
                path.unlink()
                raise InputError(
                    "too-large",
                    _("It is larger than {limit} bytes (limits.bundle_bytes): split it or raise the limit."),
                    limit=total,
                )
            stream.write(chunk)
    return of_file(path, entry.name)


def unspool(desk: Desk, job: str) -> None:
    """Remove what a job wrote down."""
    for file in (desk.folder / SPOOL).glob(f"{job}-*"):
        file.unlink(missing_ok=True)
