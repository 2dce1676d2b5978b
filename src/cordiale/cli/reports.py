"""Reports of work done, for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.cli.output import count, printable
from cordiale.cli.session import current
from cordiale.cli.tree import labelled, tr
from cordiale.desk.views.tables import warning_of
from cordiale.desk.written import written
from cordiale.platform.languages import _, _n, number

if TYPE_CHECKING:
    from cordiale.desk.answers import ImportReport, Reason, SetAside, TableView, Warned

INPUT = 4
"""Exit code when there was input and none of it could be taken."""


def import_report(report: ImportReport, *, warnings: bool = False) -> str:
    """Say what an import did: read, new, already here, set aside with reasons; with `warnings` each of them."""
    lang = current().lang
    lines = [
        tr(
            _("Read {read}: {new} new, {same} already here, {aside} set aside ({seconds} s, job {job})."),
            read=number(lang, report.read),
            new=number(lang, report.new),
            same=number(lang, report.same),
            aside=number(lang, report.set_aside),
            seconds=number(lang, round(report.seconds, 1)),
            job=report.job,
        )
    ]
    if report.state == "stopped":
        lines.append(tr(_("Stopped when asked. Go on with: cordiale jobs resume {job}"), job=report.job))
    for marking, n in report.markings.items():
        atoms = written(marking.split("\n"))
        if atoms == "unmarked":
            lines.append(
                count(
                    n,
                    _n(
                        "{n} object carries no marking and goes to nobody until it is marked (import with --marking).",
                        "{n} objects carry no marking and go to nobody until they are marked (import with --marking).",
                    ),
                )
            )
        else:
            told = count(
                n,
                _n(
                    "{n} object carried no marking and was given:",
                    "{n} objects carried no marking and were given:",
                ),
            )
            lines.append(f"{told} {atoms}")
    if report.upgraded:
        lines.append(
            count(
                report.upgraded,
                _n("{n} object was upgraded from STIX 2.0:", "{n} objects were upgraded from STIX 2.0:"),
            )
        )
        lines += [f"  {number(lang, c.count)} × {tr(c.message_id)}" for c in report.changes]
    if report.tombstoned:
        lines.append(
            count(
                report.tombstoned,
                _n(
                    "{n} object was withdrawn earlier and is not taken back.",
                    "{n} objects were withdrawn earlier and are not taken back.",
                ),
            )
        )
    if report.warnings:
        lines.append(count(report.warnings, _n("{n} warning.", "{n} warnings.")))
        if warnings:
            lines += _warnings(report)
        else:
            lines.append(tr(_("To see them, import the same again with --warnings.")))
    lines += [aside_line(thing) for thing in report.first_set_aside]
    if report.set_aside > len(report.first_set_aside):
        lines.append(tr(_("All of it: cordiale set-aside list")))
    return "\n".join(lines)


def _warnings(report: ImportReport) -> list[str]:
    """Name each warning under the kind it is of, and count those that are not named."""
    lines = []
    for code, n in report.warned_by_code.items():
        lines.append(f"  {number(current().lang, n)} × {code}")
        named = [one for one in report.warned if one.code == code]
        for line, times in Counter(map(_warning, named)).items():
            lines.append(f"    {line}" + (f" (× {number(current().lang, times)})" if times > 1 else ""))
        if n > len(named):
            lines.append("    " + tr(_("… and {n} more"), n=number(current().lang, n - len(named))))
    return lines


def _warning(one: Warned) -> str:
    where = " · ".join(part for part in (one.object_id, one.path) if part)
    said = tr(one.message_id, **one.params)
    return printable(labelled(where, said) if where else said)


def aside_line(thing: SetAside) -> str:
    """Say in one line what was set aside, where and why."""
    where = " · ".join(part for part in (thing.file, thing.object_id or "", thing.path) if part)
    words = tr(thing.message_id, **thing.params)
    more = f" (+{thing.others})" if thing.others else ""
    return "  " + printable(labelled(where, words) + more)


def reason_words(reason: Reason | None) -> str:
    """Say a reason in the language of this session."""
    return "" if reason is None else tr(reason.message_id, **reason.params)


def form_words(form: str) -> str:
    """Say in which form something goes."""
    return tr(FORMS.get(form, form))


FORMS = {
    "verbatim": _("verbatim"),
    "tear-line": _("tear-line"),
    "withheld": _("withheld"),
    "theirs": _("theirs"),
    "waits": _("waits"),
    "withdrawn": _("withdrawn"),
}


def table_warnings(tables: Sequence[TableView]) -> list[str]:
    """Say of each table of equivalences that both did not sign what that means; nothing of an example."""
    return [reason_words(warning) for warning in map(warning_of, tables) if warning is not None]
