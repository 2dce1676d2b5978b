"""`cordiale init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.opened import person
from cordiale.cli.output import emit, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.person.enrolment import Invited

app = single()

FIRST_ROLES = ("operator", "officer", "analyst")
"""What the first person may do: all that whoever made the folder can do anyway."""


@app.command(cls=Command, help=tr(_("Make a node folder: configuration, keys and an empty store.")))
def init(
    path: Annotated[
        Path | None, typer.Argument(help=tr(_("Folder to make (default: --node, else this folder).")))
    ] = None,
    name: Annotated[
        str, typer.Option(help=tr(_("Short name partners know the node by, such as can-cccs.")))
    ] = "node",
    nation: Annotated[str, typer.Option(help=tr(_("Nation, such as CAN.")))] = "",
    organisation: Annotated[str, typer.Option(help=tr(_("Organisation that runs the node.")))] = "",
    title: Annotated[str, typer.Option(help=tr(_("Name shown to people.")))] = "",
    listen: Annotated[str, typer.Option(help=tr(_("Address to listen on, HOST:PORT.")))] = "127.0.0.1:8470",
    url: Annotated[
        str | None, typer.Option(help=tr(_("Address under which partners reach the node.")))
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help=tr(_("Database other than the folder's own: postgresql://USER@HOST/NAME."))),
    ] = None,
    signing: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help=tr(_("PKCS#11 URI of a signing key in a hardware module, instead of a file.")),
        ),
    ] = "",
    recovery: Annotated[
        Path | None,
        typer.Option(
            "--recovery-key",
            metavar="FILE",
            help=tr(_("File that gets the key which opens backups (default: recovery.key in the folder).")),
        ),
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help=tr(_("Answer by TLS on this machine too.")))] = False,
    operator: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=tr(
                _(
                    "Name of the first person, who lets others in (default: your login name); asks for a password."
                )
            ),
        ),
    ] = "",
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help=tr(_("Read their password from standard input instead of making a link.")),
        ),
    ] = False,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking",
            "-m",
            metavar="ATOM…",
            help=tr(_("Marking of input that carries none, such as tlp:amber; may be repeated.")),
        ),
    ] = None,
) -> None:
    """Make a node folder."""
    from cordiale.accounts.password import check
    from cordiale.cli.secret import asked_password, password_from_input
    from cordiale.desk.written import marking_of, written
    from cordiale.node.initialise import init as make
    from cordiale.node.layout import recovery_key

    # asked before anything is made, so that a slip leaves nothing behind
    password = password_from_input() if password_stdin else ""
    if operator and not password and sys.stdin.isatty():
        password = asked_password()
    first = _name(operator)
    if password:
        check(password, (first, name, title, organisation))
    made = make(
        path or current().node,
        name=name,
        nation=nation,
        organisation=organisation,
        title=title,
        listen=listen,
        url=url,
        language=current().lang,
        store=store,
        marking=written(marking_of(marking)) if marking else "",
        signing=signing,
        tls=tls,
        recovery=recovery,
    )
    key = recovery or recovery_key(made)
    url_of_link, link = _first(made, first, password)

    def words() -> str:
        ready = tr(_("Node {name} is ready in {path}."), name=name, path=str(made))
        then = tr(
            _("Next: cordiale --node {path} import FILE…, then cordiale --node {path} serve"),
            path=str(made),
        )
        keep = tr(
            _(
                "{file} opens the backups of this node, and nothing else does: keep it elsewhere, such as in a safe, and delete it here."
            ),
            file=str(key),
        )
        who = tr(_("{name} can sign in, and lets others in."), name=first)
        if link is not None:
            who = tr(
                _(
                    "{name} lets others in, and chooses by this link how to sign in. It works once, until {time}:"
                ),
                name=first,
                time=when(link.until),
            )
            who += f"\n  {url_of_link}"
        return f"{ready}\n{keep}\n{who}\n{then}"

    answer: dict[str, Any] = {"node": name, "path": str(made), "recovery_key": str(key), "operator": first}
    emit(answer | {"link": url_of_link}, words)


def _name(operator: str) -> str:
    """Return the name of the first person: as given, else that of who types, where it can be one."""
    from cordiale.accounts.person import name_of
    from cordiale.platform.errors import InputError

    if operator:
        return name_of(operator)
    try:
        return name_of(person())
    except InputError:
        return "operator"


def _first(folder: Path, name: str, password: str) -> tuple[str | None, Invited | None]:
    """Write down the first person; return their link, unless they have a password."""
    from cordiale.desk.actor import house
    from cordiale.desk.doors import address
    from cordiale.desk.person.enrolment import person_invite, person_password
    from cordiale.desk.person.people import person_add
    from cordiale.node.opening import open_node

    with open_node(folder) as node:
        actor = house(person())
        person_add(node.desk, actor, name, roles=FIRST_ROLES, tlp="red", language=current().lang)
        if password:
            person_password(node.desk, actor, name, password)
            return None, None
        link = person_invite(node.desk, actor, name)
        return address(node.desk, "enrol", link.code), link
