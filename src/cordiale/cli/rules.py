"""`cordiale rules diff|apply|show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, yes
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.answers import RulesDiff

app = group(_("Compare and apply the rules of a partnership."))

FILE = typer.Argument(metavar="FILE", help=tr(_("The rules file (TOML) of one partnership.")))


@app.command("diff", cls=Command, help=tr(_("Show exactly what new rules would change, for each partner.")))
def diff(file: Annotated[Path, FILE]) -> None:
    """Preview new rules."""
    from cordiale.desk.rules import rules_diff

    with opened() as (node, actor):
        found = rules_diff(node.desk, actor, file.read_text("utf-8"), str(file))
    emit(found, lambda: _words(found) + "\n" + _next(found, file))


@app.command(
    "apply",
    cls=Command,
    help=tr(_("Apply rules after their preview was read; refused if anything changed since.")),
)
def apply(
    file: Annotated[Path, FILE],
    token: Annotated[str | None, typer.Option(help=tr(_("The token that rules diff printed.")))] = None,
    sure: Annotated[bool, typer.Option("--yes", help=tr(_("Apply without asking, preview unread.")))] = False,
) -> None:
    """Apply new rules."""
    from cordiale.desk.rules import rules_apply, rules_diff
    from cordiale.platform.errors import NotAllowed

    written = file.read_text("utf-8")
    with opened() as (node, actor):
        if token is None:
            found = rules_diff(node.desk, actor, written, str(file))
            if not sure:
                typer.echo(_words(found), err=True)
                if not yes(tr(_("Apply these rules?"))):
                    raise NotAllowed(
                        "not-confirmed",
                        _("Nothing was applied: read the preview, then repeat with --token {token}"),
                        token=found.token,
                    )
            token = found.token
        done = rules_apply(node.desk, actor, written, str(file), token)
    emit(
        done,
        lambda: tr(
            _("The rules of {partnership} are applied (version {version})."),
            partnership=done.partnership,
            version=done.version_after[:12],
        ),
    )


def _words(found: RulesDiff) -> str:
    lang = current().lang
    head = tr(
        _("{partnership}: version {before} → {after}."),
        partnership=found.partnership,
        before=(found.version_before or "–")[:12],
        after=found.version_after[:12],
    )
    rows = [
        (
            one.partner,
            number(lang, one.before),
            number(lang, one.after),
            "+" + number(lang, one.widened),
            "−" + number(lang, one.narrowed),
            number(lang, one.waits),
            number(lang, one.recalls),
        )
        for one in found.partners
    ]
    headings = (
        tr(_("Partner")),
        tr(_("Went")),
        tr(_("Goes")),
        tr(_("Starts")),
        tr(_("Stops")),
        tr(_("Waits")),
        tr(_("Recalls")),
    )
    changes = [
        (number(lang, c.count), " ".join(c.marking), ", ".join(c.starts), ", ".join(c.stops))
        for c in found.changes
    ]
    parts = [head, table(headings, rows)]
    if changes:
        names = (tr(_("Objects")), tr(_("Marking")), tr(_("Starts for")), tr(_("Stops for")))
        parts.append(table(names, changes))
    return "\n".join(parts)


def _next(found: RulesDiff, file: Path) -> str:
    return tr(
        _("To apply exactly this: cordiale rules apply {file} --token {token}"),
        file=str(file),
        token=found.token,
    )
