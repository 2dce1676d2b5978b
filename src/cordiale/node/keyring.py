"""The node's own keys: which one signs now, which did before, and the egress process that holds the private half.

`keys/public.json` says it to every process of the node; a change of keys replaces the file while it holds the store's
one writing transaction, so that no segment is cut with a key that does not hold any more.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Own
from cordiale.node import layout
from cordiale.node.tls import shown_certificates
from cordiale.platform.errors import ConfigurationError, Unavailable
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.platform.configuration import Settings
    from cordiale.release.egress.client import Egress
    from cordiale.store.connection import Store, Transaction


class Public(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold what `keys/public.json` says; keys in hexadecimal, `file` relative to the folder of keys."""

    current: str
    file: str
    former: tuple[str, ...] = ()
    root: str = ""
    certified: str = ""


def public_file(folder: Path) -> Path:
    """Return the file that names the key of the moment."""
    return folder / "keys" / "public.json"


def read_public(folder: Path) -> Public:
    """Return which keys the node has; a node that never changed its key has the one it was made with."""
    file = public_file(folder)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Public)
    except FileNotFoundError:
        return Public(layout.read_key(layout.public_key(folder)).hex(), layout.signing_key(folder).name)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(
            "key-file",
            _("{file} is missing or does not hold a key: bring it back from a backup of this node."),
            file=str(file),
        ) from error


def write_public(folder: Path, made: Public) -> None:
    """Replace the file at once; it is on the disk before it takes the other's place."""
    replace_file(public_file(folder), msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")


def stored_public(tx: Transaction, folder: Path) -> Public:
    """Return which keys the node has as its store knows it."""
    rows = records.keys_of(tx, records.OURSELVES)
    signing = [row for row in rows if row.role == "signing"]
    roots = [row for row in rows if row.role == "root" and row.state == "current"]
    first = read_first(folder)
    current = next((row for row in reversed(signing) if row.state == "current"), None)
    return Public(
        current.public.hex() if current else first.current,
        (current.reference or first.file) if current else first.file,
        tuple(row.public.hex() for row in signing if row.state == "former"),
        roots[-1].public.hex() if roots else "",
        (roots[-1].statement or b"").decode() if roots else "",
    )


def read_first(folder: Path) -> Public:
    """Return the key the node was made with."""
    return Public(layout.read_key(layout.public_key(folder)).hex(), layout.signing_key(folder).name)


class Keyring:
    """Give the keys of the moment and the egress process that signs with them, to every thread of this process."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        self._turn = Lock()
        self._stamp: tuple[int, ...] = ()
        self._own: Own | None = None
        self._file = ""
        self._egress: Egress | None = None
        self._is_closed = False

    def reconcile(self, store: Store) -> None:
        """Bring the file back to what the store knows, where a change of keys was cut off or the file was damaged.

        A change that is under way differs as well until it is committed: it is waited for, and looked at again.
        """
        with store.read() as tx:
            if stored_public(tx, self._folder) == self._said():
                return
        with store.write() as tx:
            known = stored_public(tx, self._folder)
            if known != self._said():
                write_public(self._folder, known)

    def _said(self) -> Public | None:
        """Return what the file says, None where it cannot be read."""
        try:
            return read_public(self._folder)
        except ConfigurationError:
            return None

    def own(self) -> Own:
        """Return the public keys of the moment."""
        with self._turn:
            return self._read()

    def egress(self) -> Egress:
        """Return the egress process, started when first asked for and anew after a change of the key.

        Raise Unavailable once closed: work that was waiting for a partner may ask last, and would start a process that nobody ends.
        """
        with self._turn:
            if self._is_closed:
                raise Unavailable(
                    "node-closed", _("This node was closed: open it again to sign with its key.")
                )
            own = self._read()
            if self._egress is not None and self._egress.public_key != own.keys[0]:
                self._egress.close()
                self._egress = None
            if self._egress is None:
                from cordiale.release.egress.client import spawn_egress

                file = self._folder / "keys" / self._file
                found = spawn_egress(file)
                if found.public_key != own.keys[0]:
                    found.close()
                    raise ConfigurationError(
                        "key-other",
                        _(
                            "{file} holds another key than the one partners know: bring it back from a backup of this node."
                        ),
                        file=str(file),
                    )
                self._egress = found
            return self._egress

    def close(self) -> None:
        """End the egress process, if there is one, for good."""
        with self._turn:
            self._is_closed = True
            if self._egress is not None:
                self._egress.close()
                self._egress = None

    def _read(self) -> Own:
        stamp = tuple(_stamp(file) for file in self._files())
        if self._own is None or stamp != self._stamp:
            public = read_public(self._folder)
            self._own = Own(
                (bytes.fromhex(public.current),),
                tuple(bytes.fromhex(one) for one in public.former),
                shown_certificates(self._folder, self._settings),
                bytes.fromhex(public.root),
                public.certified.encode(),
            )
            self._file, self._stamp = public.file, stamp
        return self._own

    def _files(self) -> tuple[Path, ...]:
        shown = self._settings.serve.certificate
        return (
            public_file(self._folder),
            layout.tls_certificate(self._folder),
            layout.next_tls_certificate(self._folder),
            *((Path(shown),) if shown else ()),
        )


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
