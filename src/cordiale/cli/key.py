"""`cordiale key show|rotate|generate|root|request|certify|install`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.node.keys import Keys
    from cordiale.node.rotation import Rotated

app = group(_("Show and change the node's keys; the log goes on across a change."))

STATES = {
    "current": _("current"),
    "next": _("to follow"),
    "former": _("former"),
    "compromised": _("given up"),
}
ROLES = {"signing": _("signing"), "tls": "TLS", "root": _("offline root")}

ANYWAY = typer.Option(
    "--anyway", help=tr(_("Even if a partner's node is too old to follow, or was not told yet."))
)


@app.command(
    "show", cls=Command, help=tr(_("Show the node's keys with their intervals, and who knows of them."))
)
def show() -> None:
    """Show the keys."""
    import msgspec

    from cordiale.node.keys import keys

    with opened() as (node, actor):
        found = keys(node, actor)
    emit(msgspec.to_builtins(found), lambda: _keys(found))


@app.command(
    "rotate", cls=Command, help=tr(_("Sign with a new key from the next segment on; partners are told."))
)
def rotate(
    tls: Annotated[
        bool, typer.Option("--tls", help=tr(_("Change the TLS key: first told to partners, then --finish.")))
    ] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help=tr(_("Answer with the TLS key that was told.")))
    ] = False,
    to: Annotated[
        str,
        typer.Option("--to", metavar="URI", help=tr(_("A key in a hardware module, by its PKCS#11 URI."))),
    ] = "",
    lost: Annotated[
        bool,
        typer.Option(
            "--lost", help=tr(_("The old key is lost or in other hands: partners connect anew, by words."))
        ),
    ] = False,
    anyway: Annotated[bool, ANYWAY] = False,
) -> None:
    """Change a key."""
    from cordiale.node import rotation

    with opened() as (node, actor):
        if tls and not finish:
            done = rotation.prepare_tls(node, actor)
        elif tls:
            done = rotation.finish_tls(node, actor, anyway=anyway)
        else:
            done = rotation.rotate_signing(node, actor, uri=to, lost=lost, anyway=anyway)
    emit(done, lambda: _rotated(done, tls=tls, finish=finish, lost=lost))


@app.command("generate", cls=Command, help=tr(_("Make an Ed25519 key in a hardware module.")))
def generate(
    uri: Annotated[str, typer.Argument(metavar="URI", help=tr(_("PKCS#11 URI with the object to make.")))],
) -> None:
    """Make a key in a module."""
    from cordiale.release import pkcs11

    public = pkcs11.generate(uri).hex()
    emit({"key": public}, lambda: tr(_("The module holds the key {key}."), key=public))


@app.command(
    "root", cls=Command, help=tr(_("Make an offline root key. Do this on a machine that stays offline."))
)
def root(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("File of the root key, to be made.")))],
) -> None:
    """Make a root key."""
    from cordiale.release.keys import write_key

    public = write_key(file).hex()

    def said() -> str:
        return "\n".join(
            (
                tr(_("{file} holds the root key. Keep it, and a copy, offline."), file=str(file)),
                tr(_("Its public half, for key install: {key}"), key=public),
            )
        )

    emit({"file": str(file), "root": public}, said)


@app.command("request", cls=Command, help=tr(_("Make a key and write what the offline root is to certify.")))
def request(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("File to write, to carry to the root.")))],
    to: Annotated[
        str,
        typer.Option("--to", metavar="URI", help=tr(_("A key in a hardware module, by its PKCS#11 URI."))),
    ] = "",
    present: Annotated[
        bool, typer.Option("--current", help=tr(_("Have the current key certified, instead of a new one.")))
    ] = False,
) -> None:
    """Write a request."""
    from cordiale.node import rotation

    with opened() as (node, actor):
        data = rotation.request(node, actor, uri=to, current=present)
    file.write_bytes(data)
    emit(
        {"file": str(file)},
        lambda: tr(_("Carry {file} to the root, and run there: key certify"), file=str(file)),
    )


@app.command("certify", cls=Command, help=tr(_("Certify a node's key with the offline root, until a day.")))
def certify(
    file: Annotated[Path, typer.Argument(metavar="REQUEST", help=tr(_("The file that the node wrote.")))],
    out: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("Certificate to write, to carry back.")))],
    root: Annotated[Path, typer.Option(metavar="FILE", help=tr(_("File of the root key.")))],
    until: Annotated[
        str, typer.Option(metavar="DAY", help=tr(_("Last day the key may be used, such as 2027-03-31.")))
    ],
    since: Annotated[
        str, typer.Option("--from", metavar="DAY", help=tr(_("First day (default: now).")))
    ] = "",
) -> None:
    """Certify a key."""
    from cordiale.exchange.partners.certificate import Certificate
    from cordiale.exchange.partners.certificate import certify as sign
    from cordiale.node.rotation import read_request
    from cordiale.platform.clock import system_clock
    from cordiale.release.keys import load_key

    asked = read_request(file.read_bytes())
    begin = instant_of(since) if since else system_clock()
    made = Certificate(asked.node, asked.key, begin, instant_of(until, end=True))
    signer = load_key(root)
    out.write_bytes(sign(made, signer.sign) + b"\n")

    def said() -> str:
        return "\n".join(
            (
                tr(
                    _(
                        "{file} certifies the key {key} of {node} until {until}. Carry it back, and run there:"
                    ),
                    file=str(out),
                    key=asked.key[:16],
                    node=asked.node,
                    until=when(made.until_at),
                ),
                f"  cordiale key install {out.name} --root-key {signer.public_key.hex()}",
            )
        )

    emit({"file": str(out), "node": asked.node, "key": asked.key, "root": signer.public_key.hex()}, said)


@app.command("install", cls=Command, help=tr(_("Use the key that the offline root has certified.")))
def install(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The certificate.")))],
    root: Annotated[
        str, typer.Option("--root-key", metavar="HEX", help=tr(_("Public half of the root key.")))
    ],
    anyway: Annotated[bool, ANYWAY] = False,
) -> None:
    """Install a certificate."""
    from cordiale.node import rotation

    with opened() as (node, actor):
        done = rotation.install(node, actor, file.read_bytes(), rotation.read_root(root), anyway=anyway)
    emit(done, lambda: _rotated(done))


def _rotated(done: Rotated, *, tls: bool = False, finish: bool = False, lost: bool = False) -> str:
    key = done.key[:16]
    if done.renewed:
        return tr(
            _("The offline root vouches for the key {key}. Partners hear of it with the next greeting."),
            key=key,
        )
    if tls and not finish:
        lines = [
            tr(_("The TLS key {key} waits."), key=key),
            tr(_("When key show says that all know of it: cordiale key rotate --tls --finish")),
        ]
    elif tls:
        lines = [tr(_("The node answers with the TLS key {key} from now on."), key=key)]
    else:
        lines = [tr(_("The node signs with {key} from now on."), key=key)]
    if done.told:
        lines.append(tr(_("Partners that hear of it at their next visit: {n}."), n=done.told))
    if lost:
        lines.append(
            tr(
                _(
                    "Nothing vouches for the new key but you: call each partner, have them run cordiale partner compromised, and send a new invitation."
                )
            )
        )
    if done.behind:
        lines.append(tr(_("To be connected anew, by words: {partners}"), partners=", ".join(done.behind)))
    lines.append(tr(_("Make a new backup: one made before cannot sign as this node any more.")))
    return "\n".join(lines)


def _keys(found: Keys) -> str:
    rows = [
        (
            tr(ROLES.get(one.role, one.role)),
            one.key[:16],
            tr(STATES.get(one.state, one.state)),
            when(one.since),
            when(one.until),
            one.place,
        )
        for one in found.keys
    ]
    headings = (
        tr(_("Key for")),
        tr(_("Begins with")),
        tr(_("State")),
        tr(_("Since")),
        tr(_("Until")),
        tr(_("Kept in")),
    )
    said = [table(headings, rows)]
    if found.untold:
        said.append(tr(_("Not told of the last change yet: {partners}"), partners=", ".join(found.untold)))
    return "\n\n".join(said)
