"""`cordiale person add|list|show|change|invite|lock|unlock|remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.person.enrolment import Invited
    from cordiale.desk.person.people import PersonView
    from cordiale.node.node import Node

app = group(_("Add, list and change the people of this node."))

STATES = {"active": _("active"), "locked": _("locked"), "removed": _("removed")}
ROLES = {
    "analyst": _("analyst"),
    "officer": _("release officer"),
    "operations": _("operations desk"),
    "liaison": _("liaison"),
    "operator": _("node operator"),
}

Name = Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The name they sign in by.")))]
Title = Annotated[str | None, typer.Option(help=tr(_("Name shown to people.")))]
Organisation = Annotated[str | None, typer.Option(help=tr(_("Organisation (default: the node's).")))]
Nationality = Annotated[str | None, typer.Option(help=tr(_("Nationality (default: the node's nation).")))]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        metavar="NAME",
        help=tr(_("analyst, officer, operations, liaison or operator; may be repeated.")),
    ),
]
Clearances = Annotated[
    list[str] | None,
    typer.Option(
        "--clearance", metavar="TEXT", help=tr(_("SCALE/LEVEL, such as CAN/SECRET; may be repeated."))
    ),
]
Compartments = Annotated[
    list[str] | None,
    typer.Option("--compartment", metavar="TEXT", help=tr(_("AUTHORITY/NAME; may be repeated."))),
]
Communities = Annotated[
    list[str] | None,
    typer.Option("--community", metavar="NAME", help=tr(_("A group that markings name; may be repeated."))),
]
Tlp = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help=tr(_("The narrowest TLP label they may see (default: amber+strict)."))),
]
Language = Annotated[str | None, typer.Option("--speaks", metavar="TEXT", help=tr(_("en, fr or fr-CA.")))]
Reason = Annotated[str, typer.Option(help=tr(_("Why; kept in the audit.")))]


@app.command(
    "add", cls=Command, help=tr(_("Add a person, and print the link by which they choose how to sign in."))
)
def add(
    name: Name,
    title: Title = None,
    organisation: Organisation = None,
    nationality: Nationality = None,
    role: Roles = None,
    clearance: Clearances = None,
    compartment: Compartments = None,
    community: Communities = None,
    tlp: Tlp = None,
    speaks: Language = None,
    invite: Annotated[bool, typer.Option("--invite/--no-invite", help=tr(_("Print a link.")))] = True,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help=tr(_("Read a password from standard input instead of making a link."))
        ),
    ] = False,
) -> None:
    """Add a person."""
    from cordiale.cli.secret import password_from_input
    from cordiale.desk.person.enrolment import person_invite, person_password
    from cordiale.desk.person.people import person_add

    given = _given(title, organisation, nationality, role, clearance, compartment, community, tlp, speaks)
    with opened() as (node, actor):
        made = person_add(node.desk, actor, name, **given)
        if password_stdin:
            made, link = person_password(node.desk, actor, name, password_from_input()), None
        else:
            link = person_invite(node.desk, actor, name) if invite else None
        _said(node, link.person if link else made, link)


@app.command("list", cls=Command, help=tr(_("List the people of this node.")))
def listed(
    removed: Annotated[
        bool, typer.Option("--removed", help=tr(_("Those who were removed as well.")))
    ] = False,
) -> None:
    """List people."""
    from cordiale.desk.person.people import person_list

    with opened() as (node, actor):
        found = person_list(node.desk, actor, removed=removed)

    def words() -> str:
        if not found:
            return tr(_("Nobody can sign in yet. Add somebody: cordiale person add NAME --role operator"))
        heads = [
            tr(h) for h in (_("name"), _("state"), _("roles"), _("organisation"), _("has"), _("signs in by"))
        ]
        rows = [
            (one.name, tr(STATES[one.state]), _roles(one), one.organisation, _rights(one), _means(one))
            for one in found
        ]
        return table(heads, rows)

    emit({"people": [_plain(one) for one in found]}, words)


@app.command("show", cls=Command, help=tr(_("Show what a person is, has and may do.")))
def show(name: Name) -> None:
    """Show a person."""
    from cordiale.desk.person.people import person_show

    with opened() as (node, actor):
        found = person_show(node.desk, actor, name)
    emit(found, lambda: _lines(found))


@app.command(
    "change",
    cls=Command,
    help=tr(_("Change what a person is, has or may do; a repeated option replaces all before.")),
)
def change(
    name: Name,
    title: Title = None,
    organisation: Organisation = None,
    nationality: Nationality = None,
    role: Roles = None,
    clearance: Clearances = None,
    compartment: Compartments = None,
    community: Communities = None,
    tlp: Tlp = None,
    speaks: Language = None,
    none: Annotated[
        list[str] | None,
        typer.Option(
            "--no",
            metavar="TEXT",
            help=tr(_("role, clearance, compartment or community: take all of them away.")),
        ),
    ] = None,
) -> None:
    """Change a person."""
    from cordiale.desk.person.people import person_change

    given = _given(title, organisation, nationality, role, clearance, compartment, community, tlp, speaks)
    kinds = {
        "role": "roles",
        "clearance": "clearances",
        "compartment": "compartments",
        "community": "communities",
    }
    for kind in none or ():
        if kind not in kinds:
            raise typer.BadParameter(", ".join(kinds), param_hint="--no")
        given[kinds[kind]] = ()
    with opened() as (node, actor):
        done = person_change(node.desk, actor, name, **given)
    emit(
        done, lambda: tr(_("{name} was changed; their sessions ended."), name=done.name) + "\n" + _lines(done)
    )


@app.command("invite", cls=Command, help=tr(_("Print a new link by which a person chooses how to sign in.")))
def invite(
    name: Name,
    sign_in: Annotated[int, typer.Option("--sign-in", hidden=True)] = 0,
) -> None:
    """Invite a person."""
    from cordiale.desk.person.enrolment import person_invite

    with opened() as (node, actor):
        if sign_in:
            link = person_invite(node.desk, actor, name, kind="enter", uses=sign_in)
        else:
            link = person_invite(node.desk, actor, name)
        _said(node, link.person, link, "enter" if sign_in else "enrol")


@app.command("lock", cls=Command, help=tr(_("Keep a person out at once; sessions end, tokens are refused.")))
def lock(name: Name, reason: Reason = "") -> None:
    """Lock a person."""
    from cordiale.desk.person.people import person_lock

    with opened() as (node, actor):
        done = person_lock(node.desk, actor, name, reason=reason)
    emit(
        done,
        lambda: tr(
            _("{name} is locked: they are signed out everywhere, and cannot sign in."), name=done.name
        ),
    )


@app.command(
    "unlock", cls=Command, help=tr(_("Let a person in again, also one who waits after wrong passwords."))
)
def unlock(name: Name) -> None:
    """Unlock a person."""
    from cordiale.desk.person.enrolment import person_unlock

    with opened() as (node, actor):
        done = person_unlock(node.desk, actor, name)
    emit(done, lambda: tr(_("{name} can sign in again."), name=done.name))


@app.command(
    "remove", cls=Command, help=tr(_("Remove a person and all they sign in by; the name is not given again."))
)
def remove(name: Name, reason: Reason = "") -> None:
    """Remove a person."""
    from cordiale.desk.person.people import person_remove

    with opened() as (node, actor):
        done = person_remove(node.desk, actor, name, reason=reason)
    emit(
        done,
        lambda: tr(
            _("{name} was removed. What they did stays in the audit under this name."), name=done.name
        ),
    )


def _given(*values: Any) -> dict[str, Any]:
    names = ("title", "organisation", "nationality", "roles", "clearances", "compartments", "communities", "tlp", "language")  # fmt: skip
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _said(node: Node, one: PersonView, link: Invited | None, kind: str = "enrol") -> None:
    from cordiale.desk.doors import address

    url = address(node.desk, kind, link.code) if link is not None else None

    def words() -> str:
        lines = [_lines(one)]
        if link is not None and url is not None:
            lines += [
                "",
                tr(_("Give {name} this link, in person or over a line you trust. It works once, until {time}:"), name=one.name, time=when(link.until)),
                f"  {url}",
            ]  # fmt: skip
        return "\n".join(lines)

    emit({**_plain(one), "link": url}, words)


def _plain(one: PersonView) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(one)
    return found


def _roles(one: PersonView) -> str:
    return ", ".join(tr(ROLES[role]) for role in one.roles) or "–"


def _rights(one: PersonView) -> str:
    return ", ".join((f"TLP:{one.tlp.upper()}", *one.clearances, *one.compartments, *one.communities))


def _means(one: PersonView) -> str:
    found = []
    if one.passkeys:
        found.append(tr(_("passkey")) + (f" ×{one.passkeys}" if one.passkeys > 1 else ""))
    if one.password:
        found.append(tr(_("password and codes")) if one.codes else tr(_("password")))
    found += [issuer.partition("://")[2] for issuer in one.providers]
    if not found and one.invited_until:
        return tr(_("invited until {time}"), time=when(one.invited_until))
    return ", ".join(found) or tr(_("nothing yet"))


def _lines(one: PersonView) -> str:
    rows = (
        (_("name"), one.name + (f" ({one.title})" if one.title else "")),
        (_("state"), tr(STATES[one.state])),
        (_("roles"), _roles(one)),
        (_("organisation"), ", ".join(filter(None, (one.organisation, one.nationality))) or "–"),
        (_("has"), _rights(one)),
        (_("signs in by"), _means(one)),
        (
            _("open now"),
            tr(_("{sessions} sessions, {tokens} tokens"), sessions=one.sessions, tokens=one.tokens),
        ),
    )
    return "\n".join(f"{tr(label):<15}{words}" for label, words in rows)
