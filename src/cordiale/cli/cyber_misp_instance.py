"""`cordiale cyber misp pull|push|about`: exchange with a MISP instance; `cordiale cyber taxii …`: with any TAXII 2.1 server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.cyber import app as above
from cordiale.cli.cyber_misp import app
from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, progress
from cordiale.cli.reports import INPUT, import_report
from cordiale.cli.session import current
from cordiale.cli.tree import Command, Group, labelled, tr
from cordiale.platform.languages import _, _n, ntext, number

if TYPE_CHECKING:
    from cordiale.desk.answers import ImportReport
    from cordiale.domains.cyber.misp.instance import Sent
    from cordiale.domains.cyber.misp.seen import Told
    from cordiale.domains.cyber.taxii import Posted

REFUSED = 3
"""Exit code where a server refused something of what was sent."""

_NAME = typer.Argument(
    metavar="NAME",
    help=tr(_("The server: NAME of its section [misp.NAME] or [taxii.NAME] in cordiale.toml.")),
)
_WHOLE = typer.Option(
    "--all", help=tr(_("Everything that is there, not only what is new since the last time."))
)
_ATTRIBUTES = typer.Option(
    "--attributes",
    help=tr(_("Attributes by themselves, without the rest of their events; also with --type or --to-ids.")),
)
_TYPES = typer.Option(
    "--type",
    "-t",
    metavar="TEXT",
    help=tr(_("Only attributes of this type of MISP, such as ip-dst; may be repeated.")),
)
_TAGS = typer.Option(
    "--tag",
    metavar="TEXT",
    help=tr(_("Only what carries this tag, or with ! before it does not; may be repeated.")),
)
_TO_IDS = typer.Option("--to-ids", help=tr(_("Only attributes that are meant for detection.")))
_PUBLISHED = typer.Option("--published", help=tr(_("Only what is published there.")))
_SINCE = typer.Option(
    "--since", metavar="DAY", help=tr(_("Only what changed on this day or later (2027-01-31)."))
)
_IDS = typer.Argument(metavar="ID…", help=tr(_("Objects to send; none: what the options say.")))

_SEEN = typer.Argument(metavar="ID…", help=tr(_("Sightings and opinions to send; none: all of this node.")))


@app.command(
    "about",
    cls=Command,
    help=tr(_("Ask an instance who this node is there: tries address, certificate and key.")),
)
def about(name: Annotated[str, _NAME]) -> None:
    """Try an instance."""
    from cordiale.domains.cyber.misp.instance import about as ask

    with opened() as (node, actor):
        found = ask(node.desk, actor, name)
    emit(found, lambda: _about(found))


@app.command(
    "pull",
    cls=Command,
    help=tr(
        _(
            "Fetch the events that changed on an instance and take them in, or what of them the options say. It can be stopped, and gone on with: cordiale jobs resume."
        )
    ),
)
def pull(
    name: Annotated[str, _NAME],
    whole: Annotated[bool, _WHOLE] = False,
    attributes: Annotated[bool, _ATTRIBUTES] = False,
    types: Annotated[list[str] | None, _TYPES] = None,
    tags: Annotated[list[str] | None, _TAGS] = None,
    to_ids: Annotated[bool, _TO_IDS] = False,
    published: Annotated[bool, _PUBLISHED] = False,
    since: Annotated[str, _SINCE] = "",
) -> None:
    """Fetch events, or attributes by themselves."""
    from cordiale.domains.cyber.misp.instance import pull as fetch
    from cordiale.domains.cyber.misp.wanted import Wanted

    wanted = Wanted(
        attributes=attributes,
        types=tuple(types or ()),
        tags=tuple(tags or ()),
        to_ids=to_ids,
        published=published,
        since=instant_of(since) if since else 0,
    )
    with opened() as (node, actor), progress(tr(_("Fetching"))) as report:
        done = fetch(node.desk, actor, name, whole=whole, wanted=wanted, progress=report)
    _taken(done)


@app.command(
    "push",
    cls=Command,
    help=tr(
        _(
            "Send reports to an instance as events, unpublished: what the partner named in its section may have; with house = true what you may read; else only what is TLP:GREEN or TLP:CLEAR and nothing else restricts. Ends with 3 when the instance refuses some."
        )
    ),
)
def push(
    name: Annotated[str, _NAME],
    ids: Annotated[list[str] | None, _IDS] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help=tr(_("Only what holds these words.")))
    ] = "",
    publish: Annotated[
        bool, typer.Option("--publish", help=tr(_("Publish there what is published here.")))
    ] = False,
) -> None:
    """Send events."""
    from cordiale.desk.views.search import Question
    from cordiale.domains.cyber.misp.instance import push as send

    asked = Question(words=words.strip(), type="report")
    with opened() as (node, actor), progress(tr(_("Sending"))) as report:
        sent = send(
            node.desk,
            actor,
            name,
            ids=ids or (),
            asked=asked,
            publish=publish,
            lang=current().lang,
            progress=report,
        )
    emit(sent, lambda: _sent(sent))
    if sent.refused:
        raise typer.Exit(REFUSED)


@app.command(
    "sightings",
    cls=Command,
    help=tr(
        _(
            "Tell an instance what was seen here of its attributes, and which of its indicators are wrong, within the bounds of push. What it has already is not sent again. Ends with 3 when the instance refuses some."
        )
    ),
)
def sightings(name: Annotated[str, _NAME], ids: Annotated[list[str] | None, _SEEN] = None) -> None:
    """Send sightings."""
    from cordiale.domains.cyber.misp.seen import tell

    with opened() as (node, actor), progress(tr(_("Sending"))) as report:
        told = tell(node.desk, actor, name, ids=ids or (), progress=report)
    emit(told, lambda: _told(told))
    if told.refused:
        raise typer.Exit(REFUSED)


def _told(told: Told) -> str:
    lang = current().lang
    lines = [
        tr(
            _(
                "{server}: sightings sent: {made}; already there: {same}; of something it does not have: {unknown}."
            ),
            server=told.server,
            made=number(lang, told.made),
            same=number(lang, told.same),
            unknown=number(lang, told.unknown),
        )
    ]
    lines += _left(told.left)
    lines += [
        printable(tr(_("  {uuid} was refused: {words}"), uuid=uuid, words=words))
        for uuid, words in told.refused
    ]
    return "\n".join(lines)


taxii = typer.Typer(cls=Group, no_args_is_help=True)
above.add_typer(taxii, name="taxii", help=tr(_("Fetch from and send to any TAXII 2.1 server.")))


@taxii.command(
    "pull",
    cls=Command,
    help=tr(
        _(
            "Fetch what is new in the collections of a server and take it in. It can be stopped, and gone on with: cordiale jobs resume."
        )
    ),
)
def taxii_pull(name: Annotated[str, _NAME], whole: Annotated[bool, _WHOLE] = False) -> None:
    """Fetch objects."""
    from cordiale.domains.cyber.taxii import pull as fetch

    with opened() as (node, actor), progress(tr(_("Fetching"))) as report:
        done = fetch(node.desk, actor, name, whole=whole, progress=report)
    _taken(done)


@taxii.command(
    "push",
    cls=Command,
    help=tr(
        _(
            "Send objects to a collection of a server: what the partner named in its section may have; with house = true what you may read; else only what is TLP:GREEN or TLP:CLEAR and nothing else restricts. Ends with 3 when the server refuses some."
        )
    ),
)
def taxii_push(
    name: Annotated[str, _NAME],
    ids: Annotated[list[str] | None, _IDS] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help=tr(_("Only what holds these words.")))
    ] = "",
    type_: Annotated[
        str | None,
        typer.Option(
            "--type",
            "-t",
            metavar="TEXT",
            help=tr(_("Type of object to look for: report, indicator, vulnerability.")),
        ),
    ] = None,
) -> None:
    """Send objects."""
    from cordiale.desk.views.search import Question
    from cordiale.domains.cyber.taxii import push as send

    with opened() as (node, actor), progress(tr(_("Sending"))) as report:
        posted = send(
            node.desk,
            actor,
            name,
            ids=ids or (),
            asked=Question(words=words.strip(), type=type_),
            progress=report,
        )
    emit(posted, lambda: _posted(posted))
    if posted.refused:
        raise typer.Exit(REFUSED)


def _taken(done: ImportReport) -> None:
    emit(done, lambda: import_report(done))
    if done.set_aside and not done.new + done.same:
        raise typer.Exit(INPUT)


def _about(found: dict[str, Any]) -> str:
    rights = [
        tr(_("adds events")) if found["may_add"] else tr(_("adds nothing")),
        tr(_("publishes")) if found["may_publish"] else tr(_("publishes nothing")),
    ]
    return printable(
        labelled(found["server"], f"MISP {found['version']}, {found['user']}, {', '.join(rights)}")
    )


def _sent(sent: Sent) -> str:
    lang = current().lang
    lines = [
        tr(
            _("{server}: {made} added, {changed} changed, {same} already there."),
            server=sent.server,
            made=number(lang, sent.made),
            changed=number(lang, sent.changed),
            same=number(lang, sent.same),
        )
    ]
    if sent.narrowed:
        lines.append(
            "  "
            + ntext(
                lang,
                *_n(
                    "{n} distribution to a sharing group that is not there went to the organisation only.",
                    "{n} distributions to sharing groups that are not there went to the organisation only.",
                ),
                sent.narrowed,
            )
        )
    if sent.proposals:
        lines.append(
            "  "
            + ntext(
                lang,
                *_n(
                    "{n} proposal stayed here: an instance takes none with an event.",
                    "{n} proposals stayed here: an instance takes none with an event.",
                ),
                sent.proposals,
            )
        )
    lines += _left(sent.left)
    lines += [f"  {number(lang, one.count)}  {one.words}" for one in sent.losses.reasons if not one.accepted]
    lines += [
        printable(tr(_("  {uuid} was refused: {words}"), uuid=uuid, words=words))
        for uuid, words in sent.refused
    ]
    return "\n".join(lines)


def _left(count: int) -> list[str]:
    """Return the line that counts what is not for such a server, with what to do."""
    if not count:
        return []
    return [
        "  "
        + ntext(
            current().lang,
            *_n(
                "{n} object stays here: it is not TLP:GREEN or TLP:CLEAR alone, or names an account. The section may name a partner, or say house = true of a server of your own.",
                "{n} objects stay here: they are not TLP:GREEN or TLP:CLEAR alone, or name accounts. The section may name a partner, or say house = true of a server of your own.",
            ),
            count,
        )
    ]


def _posted(posted: Posted) -> str:
    lang = current().lang
    lines = [
        tr(
            _("{server}: {sent} sent to {collection}, {refused} refused."),
            server=posted.server,
            sent=number(lang, posted.sent),
            collection=posted.collection,
            refused=number(lang, len(posted.refused)),
        )
    ]
    if posted.kept:
        lines.append(
            "  "
            + ntext(
                lang,
                *_n(
                    "{n} object carries no marking that can be said, and goes to nobody.",
                    "{n} objects carry no marking that can be said, and go to nobody.",
                ),
                posted.kept,
            )
        )
    lines += _left(posted.left)
    lines += [
        "  " + labelled(printable(identifier), printable(words)) for identifier, words in posted.refused
    ]
    return "\n".join(lines)
