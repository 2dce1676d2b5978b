"""`cordiale cyber match|runs|records`: indicators looked for in logs, what was seen, and logs kept as datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.cyber import app
from cordiale.cli.cyber_match_shown import built, listed, log, words
from cordiale.cli.dataset_begun import begun
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress
from cordiale.cli.tree import Command, tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.cyber.matching.sightings import Stated

LOGS = typer.Argument(
    metavar="FILE…",
    help=tr(
        _(
            "Logs, gzip or not: JSON lines, CSV, Parquet, Zeek, Suricata EVE, Squid, BIND, dnsmasq, unbound, Apache or nginx, e-mail. Recognised by content."
        )
    ),
)
MAPPING = typer.Option(
    "--mapping", metavar="FILE", help=tr(_("Which column means what, as --save-mapping wrote it."))
)


@app.command(
    "match",
    cls=Command,
    help=tr(
        _(
            "Look in logs, or in a dataset of records, for every indicator that you may read: what was seen, how often, when, in which lines. Nothing is kept without --keep."
        )
    ),
)
def match(
    files: Annotated[list[Path] | None, LOGS] = None,
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help=tr(_("A dataset of records instead of files.")))
    ] = "",
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help=tr(
                _(
                    "Keep the run, and state a sighting of each indicator seen, but those that a warning list calls a false alarm."
                )
            ),
        ),
    ] = False,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help=tr(_("Only values as they are: no names under a name, no URLs below one."))
        ),
    ] = False,
    mapping: Annotated[Path | None, MAPPING] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option(
            "--save-mapping",
            metavar="FILE",
            help=tr(_("Write which column was taken for what, to be changed and given again.")),
        ),
    ] = None,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("Marking of what is kept; may be repeated."))
        ),
    ] = None,
    sector: Annotated[
        str,
        typer.Option(
            "--sector",
            metavar="NAME",
            help=tr(_("Sector of the site whose logs these are, said by the sightings (cyber.sector).")),
        ),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:
    """Match logs."""
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.desk.incoming.sources import of_paths
    from cordiale.desk.written import marking_of
    from cordiale.domains.cyber.logs.profile import load, save
    from cordiale.domains.cyber.matching.profile import EXACT_1, MATCH_1
    from cordiale.domains.cyber.matching.run import Asked, files_of, matched
    from cordiale.domains.cyber.matching.sightings import state_sightings

    paths = [one.path for one in of_paths(files or ()) if one.path is not None]
    stated: Stated | None = None
    with opened() as (node, actor), progress(tr(_("Looking for indicators"))) as report:
        given = marking or node.desk.settings.import_.marking
        asked = Asked(
            files=files_of(paths),
            dataset=dataset,
            profile=(EXACT_1 if exact else MATCH_1).name,
            mapping=load(mapping) if mapping else None,
            keep=keep,
            marking=tuple(sorted(marking_of(given))) if given and not dataset else tuple(marking or ()),
        )
        found = matched(node.desk, actor, asked, progress=report)
        if keep:
            stated = state_sightings(node.desk, actor, found.id, marking=marking, sector=sector)
    proposed = next((one.mapping for one in found.sources if one.mapping), None)
    if save_mapping is not None:
        if proposed is None:
            raise InputError(
                "no-log-profile",
                _("None of these logs needed a mapping: what they say is known by their form."),
            )
        save(proposed, save_mapping)
    emit(built(found, stated), lambda: words(found, stated, limit))


@app.command(
    "runs",
    cls=Command,
    help=tr(_("List the runs of matching that are kept, or show one again.")),
)
def runs(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help=tr(_("The run's id.")))] = "",
    drop: Annotated[
        bool, typer.Option("--drop", help=tr(_("Keep this run no longer; its sightings stay.")))
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:
    """List runs."""
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.cyber.matching import kept

    with opened() as (node, actor):
        if run and drop:
            kept.drop(node.desk, actor, run)
            emit({"dropped": run}, lambda: tr(_("Run {run} is kept no longer."), run=run))
            return
        if run:
            found = kept.opened(node.desk, actor, run)
            emit(built(found, None), lambda: words(found, None, limit))
            return
        there = kept.kept(node.desk, actor)
    emit({"runs": [built(one, None) for one in there]}, lambda: listed(there[:limit]))


@app.command(
    "records",
    cls=Command,
    help=tr(_("Read logs and say what is in them; with --dataset their records become rows of it.")),
)
def records(
    files: Annotated[list[Path], LOGS],
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help=tr(_("Add records to this dataset.")))
    ] = "",
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="TEXT", help=tr(_("Of a new dataset: for what it is kept.")))
    ] = "",
    basis: Annotated[
        str, typer.Option("--basis", metavar="TEXT", help=tr(_("Of a new dataset: its legal basis.")))
    ] = "",
    purge_on: Annotated[
        str,
        typer.Option(
            "--purge-on", metavar="DAY", help=tr(_("Of a new dataset: the day its rows are deleted."))
        ),
    ] = "",
    mapping: Annotated[Path | None, MAPPING] = None,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("Marking of what is kept; may be repeated."))
        ),
    ] = None,
) -> None:
    """Read logs."""
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.desk.incoming.sources import of_paths
    from cordiale.domains.cyber.logs.collecting import collect, look_at
    from cordiale.domains.cyber.logs.profile import load
    from cordiale.domains.cyber.logs.records import DATASET
    from cordiale.platform.clock import system_clock

    paths = [one.path for one in of_paths(files) if one.path is not None]
    given = load(mapping) if mapping else None
    if not dataset:
        found = [look_at(path, system_clock(), given=given) for path in paths]
    else:
        with opened() as (node, actor), progress(tr(_("Reading"))) as report:
            said = {"purpose": purpose, "basis": basis, "purge_on": purge_on}
            begun(node.desk, actor, DATASET, dataset, marking=marking, **said)
            found = []
            for done, path in enumerate(paths, 1):
                found.append(collect(node.desk, actor, path, dataset, given=given))
                report(done, len(paths))
    emit({"logs": found}, lambda: "\n".join(map(log, found)))
