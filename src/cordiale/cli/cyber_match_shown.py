"""How `cordiale cyber match|runs|records` show what they found: words for people, values for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.cli.output import count, printable, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import tr
from cordiale.platform.languages import _, _n, number

if TYPE_CHECKING:
    from cordiale.domains.cyber.logs.collecting import Collected
    from cordiale.domains.cyber.logs.profile import Profile
    from cordiale.domains.cyber.matching.found import Run, Seen, Source
    from cordiale.domains.cyber.matching.sightings import Stated

SHOWN = 5
"""Lines set aside, and lines behind an indicator, that people are shown; --json has more."""

WIDEST = 44

LEFT_OUT = {
    "revoked": _("revoked: {n}"),
    "several": _("more than one observation: {n}"),
    "effort": _("several observations, of which too many records fit to know whether they go together: {n}"),
    "expression": _("an expression that is not taken: {n}"),
    "unreadable": _("pattern not readable: {n}"),
    "language": _("not a STIX pattern: {n}"),
    "kind": _("values that no log has: {n}"),
}
"""Why indicators were not looked for."""


def built(found: Run, stated: Stated | None) -> dict[str, object]:
    """Return what --json prints of a run."""
    import msgspec

    built: dict[str, object] = msgspec.to_builtins(found)
    if stated is not None:
        built["sightings"] = msgspec.to_builtins(stated)
    return built


def words(found: Run, stated: Stated | None, limit: int) -> str:
    """Return what people read of a run: its logs, what was looked for, what was seen, what became of it."""
    lang = current().lang
    parts = [_source(one) for one in found.sources]
    if found.indicators is not None:
        said = [
            tr(said_of, n=number(lang, found.left_out[reason]))
            for reason, said_of in LEFT_OUT.items()
            if found.left_out and found.left_out.get(reason)
        ]
        looked = tr(_("Looked for {n} indicators."), n=number(lang, found.indicators))
        left = tr(_("Not looked for, or not known: {reasons}."), reasons=", ".join(said)) if said else ""
        parts.append(f"{looked} {left}".strip())
    if not found.seen:
        parts.append(tr(_("None of them was seen.")))
    else:
        parts.append(
            count(len(found.seen), _n("{n} indicator was seen:", "{n} indicators were seen:"))
            + "\n"
            + _seen(found, limit)
        )
    if stated is not None:
        parts.append(_stated(found, stated))
    elif found.kept:
        parts.append(tr(_("Kept as run {run}."), run=found.id))
    elif found.seen:
        parts.append(tr(_("Nothing was kept. With --keep the run stays and sightings are stated.")))
    return "\n\n".join(parts)


def _source(one: Source) -> str:
    lang = current().lang
    form = one.form or tr(_("dataset"))
    lines = [
        tr(
            _("{name} ({form}): {n} records"),
            name=printable(one.name),
            form=form,
            n=number(lang, one.records),
        )
    ]
    if one.mapping is not None and one.form in ("JSON", "CSV", "Parquet"):
        lines.append(_columns(one.mapping))
    return "\n".join([*lines, *_aside(one)])


def _columns(mapping: Profile) -> str:
    columns = ", ".join(f"{field} = {' + '.join(names)}" for field, names in mapping.columns.items())
    return tr(_("  columns: {columns}"), columns=printable(columns))


def _aside(one: Source | Collected) -> list[str]:
    """Return what was set aside of a log, and why: the first lines."""
    total = sum(one.reasons.values())
    if not total:
        return []
    lines = ["  " + count(total, _n("{n} line is set aside:", "{n} lines are set aside:"))]
    lines += [
        tr(_("  line {line}: {reason}"), line=each.line, reason=printable(tr(each.message_id, **each.params)))
        for each in one.aside[:SHOWN]
    ]
    if total > SHOWN:
        more = number(current().lang, total - SHOWN)
        lines.append(tr(_("  … and {n} more (--json lists the first thousand)"), n=more))
    return lines


def _seen(found: Run, limit: int) -> str:
    lang = current().lang
    rows = [
        (
            printable((one.name or one.indicator)[:WIDEST]),
            printable(one.source),
            number(lang, one.count)
            if one.exact == one.count
            else f"{number(lang, one.count)} ({number(lang, one.exact)})",
            when(one.first),
            when(one.last),
            printable(", ".join(one.values)[:WIDEST]),
            _places(one),
            ", ".join(name for name, _category in one.known),
        )
        for one in found.seen[:limit]
    ]
    headings = (
        tr(_("Indicator")),
        tr(_("Source")),
        tr(_("Records (as it is)")),
        tr(_("First seen")),
        tr(_("Last seen")),
        tr(_("Values")),
        tr(_("Lines")),
        tr(_("Warning lists")),
    )
    said = table(headings, rows)
    if len(found.seen) > limit:
        more = tr(_("… and {n} more: --limit"), n=number(lang, len(found.seen) - limit))
        said += "\n" + more
    return said


def _places(one: Seen) -> str:
    """Say where the first lines stand; a file is named once."""
    said: list[str] = []
    before = ""
    for line in one.lines[:SHOWN]:
        said.append(str(line.line) if line.file == before else f"{printable(line.file)}:{line.line}")
        before = line.file
    return ", ".join(said) + (", …" if one.count > SHOWN else "")


def _stated(found: Run, stated: Stated) -> str:
    lang = current().lang
    left = sum(1 for one in found.seen if one.indicator not in stated.sightings)
    lines = [
        tr(
            _("Kept as run {run}. Sightings: {new} new, {changed} changed, {same} counted before."),
            run=found.id,
            new=number(lang, stated.new),
            changed=number(lang, stated.changed),
            same=number(lang, len(stated.sightings) - stated.new - stated.changed),
        )
    ]
    if left:
        lines.append(
            tr(
                _("Called a false alarm by a warning list, and not stated: {n}."),
                n=number(lang, left),
            )
        )
    named = [
        (one, stated.sightings[one.indicator]) for one in found.seen if stated.sightings.get(one.indicator)
    ]
    lines += [
        f"  {sighting}  {printable(one.name or one.indicator)[:WIDEST]}" for one, sighting in named[:SHOWN]
    ]
    if len(named) > SHOWN:
        lines.append(
            tr(_("  … and {n} more: cordiale search --type sighting"), n=number(lang, len(named) - SHOWN))
        )
    if stated.new or stated.changed:
        lines.append(
            tr(
                _(
                    "What a partner would get of one: cordiale preview PARTNER --id SIGHTING; give it: cordiale release SIGHTING --partner PARTNER. A partner that does not have the indicator is given both."
                )
            )
        )
    return "\n".join(lines)


def listed(found: list[Run]) -> str:
    """Return what people read of the runs that are kept."""
    lang = current().lang
    if not found:
        return tr(_("No run is kept. Match logs: cordiale cyber match FILE --keep"))
    rows = [
        (
            one.id,
            when(one.at),
            one.by,
            printable(", ".join(source.name for source in one.sources)[:WIDEST]),
            number(lang, one.records),
        )
        for one in found
    ]
    return table((tr(_("Run")), tr(_("When")), tr(_("By")), tr(_("Logs")), tr(_("Records"))), rows)


def log(one: Collected) -> str:
    """Return what people read of one log that was looked at or taken into a dataset."""
    lang = current().lang
    lines = [
        tr(
            _("{name} ({form}): {n} records, {first} to {last}"),
            name=printable(one.name),
            form=one.form,
            n=number(lang, one.records),
            first=when(one.first),
            last=when(one.last),
        )
    ]
    if one.profile is not None:
        lines.append(_columns(one.profile))
    return "\n".join([*lines, *_aside(one)])
