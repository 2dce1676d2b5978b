"""`cordiale token add|list|revoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.person.person_tokens import TokenView

app = group(_("Make, list and end tokens by which programs act for people."))


@app.command(
    "add", cls=Command, help=tr(_("Make a token by which a program acts for a person; it is shown once."))
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("What it is for, such as the program.")))],
    person: Annotated[
        str, typer.Option("--person", metavar="NAME", help=tr(_("Whom the program acts for.")))
    ],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", metavar="VERB", help=tr(_("What it may do, such as search or show; may be repeated."))
        ),
    ],
    days: Annotated[int, typer.Option(metavar="N", help=tr(_("How many days it lasts.")))] = 90,
) -> None:
    """Make a token."""
    from cordiale.desk.person.person_tokens import token_add

    with opened() as (node, actor):
        made = token_add(node.desk, actor, name, scopes=scope, days=days, person=person)

    def words() -> str:
        return "\n".join(
            (
                tr(_("Token {id} of {name}, until {time}. It is shown this once:"), id=made.view.id, name=made.view.person, time=when(made.view.until)),
                f"  {made.token}",
                tr(_("Programs send it in the header Authorization, as Bearer TOKEN.")),
            )
        )  # fmt: skip

    emit(made, words)


@app.command("list", cls=Command, help=tr(_("List tokens, never what would let anybody use them.")))
def listed(
    person: Annotated[
        str, typer.Option("--person", metavar="NAME", help=tr(_("Only those of this person.")))
    ] = "",
) -> None:
    """List tokens."""
    from cordiale.desk.person.person_tokens import token_list

    with opened() as (node, actor):
        found = token_list(node.desk, actor, person=person, everybody=not person)

    def words() -> str:
        if not found:
            return tr(_("There are no tokens."))
        heads = [tr(h) for h in (_("token"), _("person"), _("for what"), _("may"), _("until"))]
        return table(
            heads, [(one.id, one.person, one.name, ", ".join(one.scopes), _until(one)) for one in found]
        )

    emit({"tokens": [_plain(one) for one in found]}, words)


@app.command("revoke", cls=Command, help=tr(_("End a token at once.")))
def revoke(
    token: Annotated[
        str, typer.Argument(metavar="ID", help=tr(_("The token's id, as token list shows it.")))
    ],
) -> None:
    """End a token."""
    from cordiale.desk.person.person_tokens import token_revoke

    with opened() as (node, actor):
        done = token_revoke(node.desk, actor, token)
    emit(done, lambda: tr(_("Token {id} of {name} is refused from now on."), id=done.id, name=done.person))


def _until(one: TokenView) -> str:
    return tr(_("ended")) if one.ended else when(one.until)


def _plain(one: TokenView) -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(one)
    return found
