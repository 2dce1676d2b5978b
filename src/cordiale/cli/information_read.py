"""`cordiale information read`: open pages, texts, feeds, archives and exports of posts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cordiale.cli.dataset_begun import begun
from cordiale.cli.information import app
from cordiale.cli.information_read_shown import Opened, built, words
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress
from cordiale.cli.reports import INPUT
from cordiale.cli.tree import Command, tr
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.domains.information.collecting import Collected
    from cordiale.domains.information.readers.posts.profile import Profile


class _How(NamedTuple):
    """What the command line says of every file."""

    given: Profile | None
    network: str
    account: str
    dataset: str | None
    marking: list[str] | None
    keep: bool
    fetch: bool


@app.command(
    "read",
    cls=Command,
    help=tr(
        _(
            "Open pages, texts, feeds, transcripts, web archives and exports of posts, and say what is in them. The format is recognised by content. With --keep texts become evidence, with --dataset posts become rows of it."
        )
    ),
)
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=tr(_("Files, gzip or not.")))],
    profile: Annotated[
        Path | None,
        typer.Option(
            "--profile", metavar="FILE", help=tr(_("Which column means what, for tables of posts."))
        ),
    ] = None,
    save_profile: Annotated[
        Path | None,
        typer.Option(
            "--save-profile",
            metavar="FILE",
            help=tr(_("Write the proposed mapping, to be changed and given again.")),
        ),
    ] = None,
    network: Annotated[
        str, typer.Option("--network", metavar="NAME", help=tr(_("Network of posts that do not say theirs.")))
    ] = "",
    account: Annotated[
        str, typer.Option("--account", metavar="NAME", help=tr(_("Account of posts that do not say theirs.")))
    ] = "",
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="NAME", help=tr(_("Add posts to this dataset.")))
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option("--purpose", metavar="TEXT", help=tr(_("Of a new dataset: for what it is kept."))),
    ] = None,
    basis: Annotated[
        str | None, typer.Option("--basis", metavar="TEXT", help=tr(_("Of a new dataset: its legal basis.")))
    ] = None,
    purge_on: Annotated[
        str | None,
        typer.Option(
            "--purge-on", metavar="DAY", help=tr(_("Of a new dataset: the day its rows are deleted."))
        ),
    ] = None,
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help=tr(_("Fetch the addresses of a file that lists them, one a line."))),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help=tr(_("Keep texts as evidence, sealed by their SHA-256.")))
    ] = False,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("Marking of what is kept; may be repeated."))
        ),
    ] = None,
) -> None:
    """Open files."""
    from cordiale.domains.information.readers.posts.profile import load, save

    given = load(profile) if profile else None
    found = []
    with _node(dataset is not None or keep) as (desk, actor), progress(tr(_("Reading"))) as report:
        if desk and actor and dataset:
            from cordiale.evidence.datasets.kind import available

            available()
            from cordiale.domains.information.posts import DATASET

            said = {"purpose": purpose, "basis": basis, "purge_on": purge_on}
            begun(desk, actor, DATASET, dataset, marking=marking, **said)
        for done, path in enumerate(files, 1):
            how = _How(given, network, account, dataset, marking, keep, fetch)
            found.append(_open(desk, actor, path, how))
            report(done, len(files))
    proposed = next((one.posts.profile for one in found if one.posts and one.posts.profile), None)
    if save_profile and proposed is None:
        raise InputError(
            "no-profile", _("None of these files is a table of posts: there is no mapping to write.")
        )
    if save_profile and proposed:
        save(proposed, save_profile)
    emit({"files": [built(one) for one in found]}, lambda: "\n\n".join(map(words, found)))
    if all(one.error for one in found):
        raise typer.Exit(INPUT)


@contextmanager
def _node(needed: bool) -> Iterator[tuple[Desk | None, Actor | None]]:
    """Open the node where something is to be kept: looking needs none."""
    if not needed:
        yield None, None
        return
    with opened() as (node, actor):
        yield node.desk, actor


def _open(
    desk: Desk | None,
    actor: Actor | None,
    path: Path,
    how: _How,
) -> Opened:
    from cordiale.domains.information.readers.content import read_file

    try:
        if how.given or how.dataset or _holds_posts(path):
            return Opened(path.name, posts=_posts(desk, actor, path, how))
        if addresses := _addresses(path):
            return _fetched(desk, actor, path, addresses, how)
        read = read_file(path, path.name)
        if not (how.keep and desk and actor):
            return Opened(path.name, read)
        from cordiale.domains.information.captures import capture

        return Opened(path.name, read, capture=capture(desk, actor, path, read, how.marking))
    except (InputError, Conflict) as error:
        return Opened(path.name, error=error)
    except OSError as error:
        problem = InputError(
            "unreadable", _("It cannot be read: {words}."), words=error.strerror or str(error)
        )
        return Opened(path.name, error=problem)


def _holds_posts(path: Path) -> bool:
    from cordiale.desk.incoming.sources import of_file, unpacked
    from cordiale.domains.information.readers.content import looks_like_posts
    from cordiale.domains.information.readers.posts.packed import packed

    if packed(path):
        return True
    return looks_like_posts(next(unpacked(of_file(path).open(), 200, 1 << 40), b""))


def _posts(
    desk: Desk | None,
    actor: Actor | None,
    path: Path,
    how: _How,
) -> Collected:
    from cordiale.evidence.datasets.kind import available
    from cordiale.platform.clock import system_clock

    available()
    from cordiale.domains.information.collecting import collect, look

    if desk and actor and how.dataset:
        return collect(
            desk, actor, path, how.dataset, given=how.given, network=how.network, account=how.account
        )
    return look(path, system_clock(), given=how.given, network=how.network, account=how.account)


def _addresses(path: Path) -> tuple[str, ...]:
    """Return the addresses of a file that lists them and holds nothing else."""
    from cordiale.domains.information.readers.fetching import ADDRESSES, listed

    with path.open("rb") as stream:
        start = stream.read(ADDRESSES * 300)
    return listed(start.decode("utf-8", "replace")) if start.lstrip()[:1] in (b"h", b"#") else ()


def _fetched(
    desk: Desk | None, actor: Actor | None, path: Path, addresses: tuple[str, ...], how: _How
) -> Opened:
    """Fetch a list of addresses; what is kept of it is a web archive of the answers."""
    import tempfile

    from cordiale.domains.information.captures import capture
    from cordiale.domains.information.readers.addresses import archive, read_fetched, refused
    from cordiale.domains.information.readers.fetching import Fetched, fetch_all
    from cordiale.platform.clock import format_instant

    if not how.fetch:
        raise refused(path.name, len(addresses))
    answers = list(fetch_all(addresses))
    read = read_fetched(path.name, answers)
    if not (how.keep and desk and actor and read.documents):
        return Opened(path.name, read)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / f"{path.stem}.warc.gz"
        archive(
            kept,
            [one for one in answers if isinstance(one, Fetched)],
            format_instant(desk.clock()),
            desk.random,
        )
        return Opened(path.name, read, capture=capture(desk, actor, kept, read, how.marking))
