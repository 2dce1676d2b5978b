"""Which keys this node has and had, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.desk.actor import authorise
from cordiale.exchange import records
from cordiale.exchange.partners.keychange import untold
from cordiale.exchange.partners.tls import pin_of, read_certificate
from cordiale.node import layout
from cordiale.node.keyring import read_first, read_public

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cordiale.desk.actor import Actor
    from cordiale.node.node import Node


class KeyView(msgspec.Struct, frozen=True):
    """One key: public half or pin in hexadecimal, its interval (µs; None: open), and where the private half is kept."""

    role: str
    key: str
    state: str
    since: int | None
    until: int | None
    place: str = ""


class Keys(msgspec.Struct, frozen=True):
    """All keys, oldest first within a role, and the partners that were not told of the last change."""

    keys: tuple[KeyView, ...]
    untold: tuple[str, ...] = ()


def keys(node: Node, actor: Actor) -> Keys:
    """Return the node's keys with their intervals."""
    authorise(actor, "partner-list")
    with node.store.read() as tx:
        rows = records.keys_of(tx, records.OURSELVES)
        waiting = untold(tx)
    found = [
        KeyView(
            row.role,
            row.public.hex(),
            row.state,
            row.from_at or None,
            row.until_at,
            _place(node.path, row.reference),
        )
        for row in rows
    ]
    if not any(one.role == "signing" for one in found):
        first = read_first(node.path)
        found.insert(
            0, KeyView("signing", first.current, "current", None, None, _place(node.path, first.file))
        )
    found += _tls(node)
    assert any(one.key == read_public(node.path).current for one in found)
    return Keys(tuple(sorted(found, key=lambda one: ("signing", "tls", "root").index(one.role))), waiting)


def _place(folder: Path, name: str | None) -> str:
    """Name the file, or the module that the file names."""
    if not name:
        return ""
    file = folder / "keys" / name
    if file.exists() and (text := file.read_text("utf-8", "replace")).startswith("pkcs11:"):
        return text.partition("?")[0].strip()
    return f"keys/{name}"


def _tls(node: Node) -> Iterator[KeyView]:
    shown = node.settings.serve.certificate
    if shown:
        from pathlib import Path

        pin = pin_of(read_certificate(Path(shown).read_bytes(), shown)).hex()
        yield KeyView("tls", pin, "current", None, None, shown)
        return
    for file, state in (
        (layout.tls_certificate(node.path), "current"),
        (layout.next_tls_certificate(node.path), "next"),
    ):
        if file.exists():
            pin = pin_of(read_certificate(file.read_bytes(), str(file))).hex()
            yield KeyView("tls", pin, state, None, None, f"keys/{file.stem}.key")
