"""Change the node's keys while its log goes on: sign with a new key, show a new TLS key, obey an offline root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.exchange import records
from cordiale.exchange.home import keys_now
from cordiale.exchange.partners import keychange
from cordiale.exchange.partners.certificate import check_instant, read_certificate
from cordiale.exchange.partners.tls import make_certificate
from cordiale.exchange.protocol import SIGNED_WELCOME
from cordiale.node import layout
from cordiale.node.keyring import Keyring, Public, read_public, stored_public, write_public
from cordiale.node.tls import shown_certificates, write_pair
from cordiale.platform.errors import Conflict, InputError, IntegrityError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.exchange.partners.certificate import Certificate
    from cordiale.node.node import Node
    from cordiale.platform.ids import Randomness
    from cordiale.store.connection import Transaction


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask an offline root to certify a key: what `key request` writes and `key certify` reads."""

    node: str
    key: str


class Rotated(msgspec.Struct, frozen=True):
    """Report a change: the new key in hexadecimal, how many partners it was stated to, and who cannot follow it.

    `renewed` says that the key stays and its certificate is new.
    """

    key: str
    told: int
    behind: tuple[str, ...] = ()
    renewed: bool = False


def rotate_signing(
    node: Node, actor: Actor, *, uri: str = "", lost: bool = False, anyway: bool = False
) -> Rotated:
    """Sign with a new key from the next segment on; with `uri` it lies in a hardware module.

    The old key signs the new one, unless it is `lost` or in other hands: then partners connect anew, by words. Raises
    InputError when an offline root has to certify the key first, Conflict when a partner's node is too old to
    follow and not `anyway`.
    """
    authorise(actor, "partner")
    named(actor, "key rotate")
    if keys_now(node.desk.home).root:
        raise InputError(
            "key-root",
            _(
                "This node has an offline root, which certifies each key: cordiale key request FILE, then key certify there, then key install here."
            ),
        )
    behind = _behind(node, anyway)
    public, file = _new_key(node.path, node.desk.random, uri)
    return _switch(node, actor, public, file, lost=lost, behind=behind)


def request(node: Node, actor: Actor, *, uri: str = "", current: bool = False) -> bytes:
    """Make a key, or take the current one, and return what the offline root is to certify (JSON, one line)."""
    authorise(actor, "partner")
    if current:
        public = keys_now(node.desk.home).keys[0]
    else:
        public, _file = _new_key(node.path, node.desk.random, uri)
    return msgspec.json.encode(Request(node.desk.node, public.hex())) + b"\n"


def install(node: Node, actor: Actor, data: bytes, root: bytes, *, anyway: bool = False) -> Rotated:
    """Take in a certificate of the offline root and sign with the key it names from the next segment on.

    The first one makes `root` the node's root: partners that are connected already have to connect anew, by words.
    Raises InputError or IntegrityError when the certificate is not of this node, this root and a key that lies here.
    """
    authorise(actor, "partner")
    named(actor, "key install")
    own = keys_now(node.desk.home)
    if own.root and own.root != root:
        raise InputError("key-root-other", _("This node has another offline root than the one given."))
    try:
        found = read_certificate(data, root, node.desk.node, node.desk.home.verify)
    except IntegrityError as error:
        raise InputError(
            "key-certificate",
            _("This root key did not certify a key of {node} in that file."),
            node=node.desk.node,
        ) from error
    check_instant(found, node.desk.clock(), node.desk.home.limits.clock_window)
    key = bytes.fromhex(found.key)
    if key == own.keys[0]:
        with node.store.write() as tx:
            _keep_root(tx, node, root, data, found)
            _publish(tx, node)
            audit.acted(tx, node.desk, actor, "key-install", key=found.key)
        return Rotated(found.key, 0, renewed=True)
    file = _file_of(node.path, key)
    if not file.exists():
        raise InputError(
            "key-elsewhere",
            _("The certificate is of a key that does not lie in {folder}."),
            folder=str(file.parent),
        )
    behind = _behind(node, anyway)
    return _switch(node, actor, key, file, lost=False, behind=behind, certificate=(root, data, found))


def _switch(
    node: Node,
    actor: Actor,
    public: bytes,
    file: Path,
    *,
    lost: bool,
    behind: tuple[str, ...],
    certificate: tuple[bytes, bytes, Certificate] | None = None,
) -> Rotated:
    from cordiale.release.egress.client import spawn_egress

    desk, home = node.desk, node.desk.home
    old = keys_now(home).keys[0]
    before = read_public(node.path)
    new = spawn_egress(file)
    try:
        # Cutting waits for the writing transaction: every segment is wholly before the change or wholly after it.
        with node.store.write() as tx:
            now = desk.clock()
            sign_old = None if lost else home.egress().sign
            told = keychange.announce_signing(tx, home, old, public, sign_old, new.sign, now)
            rows = records.keys_of(tx, records.OURSELVES, "signing")
            current = next((row for row in rows if row.state == "current"), None)
            state = "compromised" if lost else "former"
            if current is not None:
                records.save_key(tx, current.number, state=state, until_at=now)
            else:
                records.add_key(
                    tx, records.OURSELVES, "signing", old, state, 0, until_at=now, reference=before.file
                )
            records.add_key(tx, records.OURSELVES, "signing", public, "current", now, reference=file.name)
            if certificate is not None:
                _keep_root(tx, node, *certificate)
            audit.acted(tx, desk, actor, "key-rotate", key=public.hex(), partners=told, lost=lost)
            _publish(tx, node)
    except BaseException:
        # it may have been committed: what the store says by now is so
        Keyring(node.path, node.settings).reconcile(node.store)
        raise
    finally:
        new.close()
    desk.wake()
    return Rotated(public.hex(), told, behind)


def _publish(tx: Transaction, node: Node) -> Public:
    made = stored_public(tx, node.path)
    write_public(node.path, made)
    return made


def _keep_root(tx: Transaction, node: Node, root: bytes, data: bytes, found: Certificate) -> None:
    for row in records.keys_of(tx, records.OURSELVES, "root"):
        if row.state == "current":
            records.save_key(tx, row.number, state="former", until_at=node.desk.clock())
    records.add_key(
        tx,
        records.OURSELVES,
        "root",
        root,
        "current",
        found.from_at,
        until_at=found.until_at,
        statement=data.strip(),
    )


def _behind(node: Node, anyway: bool) -> tuple[str, ...]:
    """Return the partners whose node cannot follow a change of keys; raises Conflict unless `anyway`."""
    with node.store.read() as tx:
        old = tuple(
            one.node
            for one in records.partners(tx)
            if one.keys and one.state == "confirmed" and one.protocol < SIGNED_WELCOME
        )
    if old and not anyway:
        raise Conflict(
            "key-behind",
            _(
                "The nodes of {partners} are too old to follow a change of keys: have them upgraded first, or repeat with --anyway and connect them anew."
            ),
            partners=", ".join(old),
        )
    return old


def _new_key(folder: Path, random: Randomness, uri: str) -> tuple[bytes, Path]:
    from cordiale.release.keys import write_key, write_reference

    temporary = folder / "keys" / "signing.new"
    temporary.unlink(missing_ok=True)
    public = write_reference(temporary, uri) if uri else write_key(temporary, random)
    file = _file_of(folder, public)
    if file.exists() or public.hex() == read_public(folder).current:
        temporary.unlink()
        raise Conflict("key-same", _("This is a key of the node already: name another one."))
    os.rename(temporary, file)  # noqa: PTH104  says that it is one step
    return public, file


def _file_of(folder: Path, public: bytes) -> Path:
    return folder / "keys" / f"signing-{public.hex()[:16]}.key"


def prepare_tls(node: Node, actor: Actor) -> Rotated:
    """Make the TLS key that will follow and state it to partners beside the present one; nothing changes hands yet.

    Raises Conflict when one is waiting already.
    """
    authorise(actor, "partner")
    named(actor, "key rotate")
    files = (layout.next_tls_key(node.path), layout.next_tls_certificate(node.path))
    if files[1].exists():
        raise Conflict(
            "key-tls-waiting",
            _(
                "A TLS key waits already to take the place of the present one: cordiale key rotate --tls --finish"
            ),
        )
    write_pair(*files, *make_certificate(node.desk.node))
    return _told(node, actor, "key-tls-prepare")


def finish_tls(node: Node, actor: Actor, *, anyway: bool = False) -> Rotated:
    """Answer with the TLS key that was stated; a running server takes it up at the next connection.

    Raises Conflict when none waits, and while a partner does not know it unless `anyway`.
    """
    authorise(actor, "partner")
    named(actor, "key rotate")
    following = (layout.next_tls_key(node.path), layout.next_tls_certificate(node.path))
    if not following[1].exists():
        raise Conflict("key-tls-none", _("No TLS key waits. Begin with: cordiale key rotate --tls"))
    with node.store.read() as tx:
        waiting = keychange.untold(tx)
    if waiting and not anyway:
        raise Conflict(
            "key-untold",
            _(
                "{partners} was not told yet and could not connect any more. Run cordiale sync, or repeat with --anyway."
            ),
            partners=", ".join(waiting),
        )
    following[0].replace(layout.tls_key(node.path))
    following[1].replace(layout.tls_certificate(node.path))
    done = _told(node, actor, "key-tls-finish")
    return msgspec.structs.replace(done, behind=waiting)


def _told(node: Node, actor: Actor, verb: str) -> Rotated:
    from cordiale.exchange.partners.tls import pin_of

    shown = shown_certificates(node.path, node.settings)
    pin = pin_of(shown[-1]).hex()
    with node.store.write() as tx:
        told = keychange.announce_tls(tx, node.desk.home, shown, node.desk.clock())
        audit.acted(tx, node.desk, actor, verb, key=pin, partners=told)
    node.desk.wake()
    return Rotated(pin, told)


def read_request(data: bytes) -> Request:
    """Read what a node wrote for its root; raises InputError."""
    try:
        found = msgspec.json.decode(data, type=Request)
        if len(bytes.fromhex(found.key)) != 32:
            raise ValueError("key")
    except (msgspec.MsgspecError, ValueError) as error:
        raise InputError(
            "key-request", _("This is not a request that cordiale key request wrote.")
        ) from error
    return found


def read_root(text: str) -> bytes:
    """Read the public half of a root key from hexadecimal; raises InputError."""
    try:
        root = bytes.fromhex(text.strip())
    except ValueError:
        root = b""
    if len(root) != 32:
        raise InputError("key-root-form", _("The root key is written as 64 hexadecimal digits."))
    return root
