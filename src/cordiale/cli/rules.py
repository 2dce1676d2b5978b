"""`cordiale rules diff|apply|tables|sign|accept`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, yes
from cordiale.cli.reports import table_warnings
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.answers import RulesDiff, TableView

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

    text = file.read_text("utf-8")
    with opened() as (node, actor):
        if token is None:
            found = rules_diff(node.desk, actor, text, str(file))
            if not sure:
                typer.echo(_words(found), err=True)
                if not yes(tr(_("Apply these rules?"))):
                    raise NotAllowed(
                        "not-confirmed",
                        _("Nothing was applied: read the preview, then repeat with --token {token}"),
                        token=found.token,
                    )
            token = found.token
        done = rules_apply(node.desk, actor, text, str(file), token)
    emit(
        done,
        lambda: tr(
            _("The rules of {partnership} are applied (version {version})."),
            partnership=done.partnership,
            version=done.version_after[:12],
        ),
    )


@app.command("tables", cls=Command, help=tr(_("Show who signed the equivalences in rules.")))
def tables(file: Annotated[Path, FILE]) -> None:
    """List the tables of equivalences."""
    import msgspec

    from cordiale.desk.equivalence import rules_tables

    with opened() as (node, actor):
        found = rules_tables(node.desk, actor, file.read_text("utf-8"), str(file))
    emit({"tables": msgspec.to_builtins(found)}, lambda: _tables(found))


@app.command("sign", cls=Command, help=tr(_("Sign the equivalences with another nation for this one.")))
def sign(
    file: Annotated[Path, FILE],
    nation: Annotated[str, typer.Option("--with", help=tr(_("The other nation, such as FRA.")))],
    out: Annotated[Path, typer.Option("--out", help=tr(_("Where to write the statement for the partner.")))],
) -> None:
    """Sign a table."""
    from cordiale.desk.equivalence import rules_sign

    with opened() as (node, actor):
        data = rules_sign(node.desk, actor, file.read_text("utf-8"), str(file), nation)
    out.write_bytes(data)
    emit(
        {"file": str(out), "nation": nation},
        lambda: tr(
            _("Signed. Give {out} to the partner, who runs: cordiale rules accept FILE {out}"), out=str(out)
        ),
    )


@app.command("accept", cls=Command, help=tr(_("Take in a partner's signature of the same equivalences.")))
def accept(
    file: Annotated[Path, FILE],
    signed: Annotated[
        Path, typer.Argument(metavar="STATEMENT", help=tr(_("The statement the partner signed.")))
    ],
) -> None:
    """Take in a signature."""
    from cordiale.desk.equivalence import rules_accept

    with opened() as (node, actor):
        done = rules_accept(
            node.desk, actor, file.read_text("utf-8"), str(file), signed.read_bytes()[: 1 << 20]
        )
    emit(
        done,
        lambda: (
            _tables([done]) + "\n" + tr(_("It counts once the rules are applied: cordiale rules apply FILE"))
        ),
    )


def _tables(found: list[TableView]) -> str:
    rows = [
        (
            " – ".join(one.between),
            str(one.rows),
            tr(STATES[one.state]),
            ", ".join(one.signed_by),
            one.sha256[:16],
        )
        for one in found
    ]
    headings = (tr(_("Between")), tr(_("Rows")), tr(_("State")), tr(_("Signed by")), tr(_("Table")))
    return "\n".join((table(headings, rows), *table_warnings(found)))


STATES = {
    "signed": _("signed by both"),
    "unsigned": _("not signed by both"),
    "one-sided": _("signed by one side"),
    "changed": _("changed since signed"),
    "forged": _("a signature is false"),
}


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
        (number(lang, c.count), written(c.marking), ", ".join(c.starts), ", ".join(c.stops))
        for c in found.changes
    ]
    parts = [head, table(headings, rows), *table_warnings(found.tables)]
    if changes:
        names = (tr(_("Objects")), tr(_("Marking")), tr(_("Starts for")), tr(_("Stops for")))
        parts.append(table(names, changes))
    parts.append(
        tr(
            _(
                "Counted by marking and mandate. What [allow] or a reference keeps back is seen with: cordiale preview PARTNER"
            )
        )
    )
    return "\n".join(parts)


def _next(found: RulesDiff, file: Path) -> str:
    return tr(
        _("To apply exactly this: cordiale rules apply {file} --token {token}"),
        file=str(file),
        token=found.token,
    )
