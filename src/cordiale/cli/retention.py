"""`cordiale retention preview|apply|end|log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.upkeep.retention import Removal, RetentionPlan

app = group(_("Remove what was kept as long as its source and purpose allow."))


@app.command("preview", cls=Command, help=tr(_("Count what is due by source and type; nothing is changed.")))
def preview() -> None:
    """Preview."""
    from cordiale.desk.upkeep.retention import retention_preview

    with opened() as (node, actor):
        plan = retention_preview(node.desk, actor)
    emit(plan, lambda: _plan(plan))


@app.command(
    "apply",
    cls=Command,
    help=tr(
        _(
            "Remove what is due, ask partners to remove it too, and let the node go on by itself every hour until the rules change. "
            "The named officer answers for it."
        )
    ),
)
def apply(
    once: Annotated[bool, typer.Option("--once", help=tr(_("Only now; nothing goes on by itself.")))] = False,
    officer: Officer = None,
) -> None:
    """Apply."""
    from cordiale.desk.upkeep.retention import retention_apply

    with opened() as (node, actor), progress(tr(_("Objects"))) as report:
        plan = retention_apply(node.desk, acting(officer, actor), standing=not once, progress=report)
    emit(plan, lambda: _applied(plan))


@app.command("end", cls=Command, help=tr(_("End the approval: the node removes nothing by itself any more.")))
def end(officer: Officer = None) -> None:
    """End."""
    from cordiale.desk.upkeep.retention import retention_end

    with opened() as (node, actor):
        plan = retention_end(node.desk, acting(officer, actor))
    emit(plan, lambda: _approval(plan))


@app.command(
    "log", cls=Command, help=tr(_("List what was removed, newest first: counts and rules, no content."))
)
def log(
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:
    """List removals."""
    from cordiale.desk.upkeep.retention import retention_log

    with opened() as (node, actor):
        found = retention_log(node.desk, actor, limit=limit)
    import msgspec

    emit({"removals": msgspec.to_builtins(found)}, lambda: _log(found))


def _plan(plan: RetentionPlan) -> str:
    if not plan.due:
        return tr(_("Nothing is due.")) + "\n" + _approval(plan)
    lang = current().lang
    rows = [
        (
            d.source,
            d.purpose or "–",
            number(lang, d.days),
            d.type,
            number(lang, d.objects),
            number(lang, d.kept),
        )
        for d in plan.due
    ]
    headings = (
        tr(_("Source")),
        tr(_("Purpose")),
        tr(_("Days")),
        tr(_("Type")),
        tr(_("Due")),
        tr(_("Kept by retain-until")),
    )
    return table(headings, rows) + "\n" + _approval(plan)


def _approval(plan: RetentionPlan) -> str:
    if plan.approved is None:
        return tr(
            _(
                "Nobody approved the rules of now, so that the node removes nothing by itself: cordiale retention apply"
            )
        )
    return tr(
        _(
            "Approved by {name} on {when}: the node removes what is due by itself, every hour, until the rules change."
        ),
        name=plan.approved,
        when=when(plan.approved_at),
    )


def _applied(plan: RetentionPlan) -> str:
    lang = current().lang
    done = tr(
        _("{n} objects were removed; {back} versions were asked back from partners."),
        n=number(lang, plan.removed),
        back=number(lang, plan.asked_back),
    )
    return f"{done}\n{_approval(plan)}"


def _log(found: list[Removal]) -> str:
    if not found:
        return tr(_("Nothing was removed yet."))
    rows = [
        (
            when(r.at),
            r.by,
            r.source,
            r.purpose or "–",
            str(r.days),
            ", ".join(f"{name} {n}" for name, n in sorted(r.types.items())),
            ", ".join(f"{name} {n}" for name, n in sorted(r.asked_back.items())) or "–",
        )
        for r in found
    ]
    headings = (
        tr(_("When")),
        tr(_("Approved by")),
        tr(_("Source")),
        tr(_("Purpose")),
        tr(_("Days")),
        tr(_("Removed")),
        tr(_("Asked back")),
    )
    return table(headings, rows)
