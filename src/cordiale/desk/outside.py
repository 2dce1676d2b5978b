"""Servers outside every partnership, named in the node's configuration: asked with what signs in there, and nothing else.

Only an address of the configuration is asked, never one that was received. No redirect is followed and no proxy of the
environment used, so what signs in goes to no other server; in the clear it goes to this machine alone.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
import orjson

from cordiale.desk import records, runs
from cordiale.desk.actor import authorise
from cordiale.desk.answers import ImportReport
from cordiale.desk.importing import import_
from cordiale.desk.sources import of_file
from cordiale.exchange.link.http import http_transport, refusing_plain
from cordiale.exchange.message import Request, Response, Streaming, Transport
from cordiale.platform.errors import ConfigurationError, NotAllowed, NotFound, ProtocolError, Unavailable
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk import jobs
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.platform.settings import OutsideSection

Kind = Literal["misp", "taxii"]

LARGEST: Final = 256 << 20
"""Bytes of an answer that is held whole."""

PAGES: Final = 20_000
"""Answers asked for in one fetch: twenty million objects of TAXII, half a million events of MISP, more than anybody is known to serve.

A server that always says that there is more is left after that."""

BYTES: Final = 32 << 30
"""Bytes that the pages of one fetch may fill: they lie on the node's disk until all of them are here."""

_HOME: Final = frozenset(("localhost", "127.0.0.1", "::1"))
_PLACE: Final = "place.json"


class Server(msgspec.Struct, frozen=True):
    """A server that can be asked: its section of the configuration, the way there, and what signs in."""

    name: str
    section: OutsideSection
    base: str
    transport: Transport
    headers: Mapping[str, str]
    largest: int

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Send one request under the server's address and return its answer, whatever it says."""
        return self.transport(Request(method, self.base + path, "", {**self.headers, **headers}, body))

    def save(
        self, method: str, path: str, body: bytes, file: Path, patience: float = 120.0
    ) -> Mapping[str, str]:
        """Send one request, write the answer into a file as it comes, and return its headers; raises as `checked` does."""
        request = Request(method, self.base + path, "", dict(self.headers), body)
        if not isinstance(self.transport, Streaming):
            answer = checked(self.name, self.transport(request))
            replace_file(file, answer.body, 0o600)
            return answer.headers
        with self.transport.flow(request, patience) as flow:
            if flow.status != 200:
                raise refusal(self.name, flow.status)
            partly = file.with_suffix(".part")
            size = 0
            with partly.open("wb") as stream:
                for part in flow.parts:
                    size += len(part)
                    if size > self.largest:
                        raise ProtocolError(
                            "exchange.answer.size",
                            _("The answer is larger than {limit} bytes."),
                            limit=self.largest,
                        )
                    stream.write(part)
            partly.replace(file)
            return flow.headers


def server(desk: Desk, kind: Kind, name: str) -> Server:
    """Return a server of the configuration; raises NotFound for an unknown name, ConfigurationError for what is wrong with it."""
    section: OutsideSection | None = getattr(desk.settings, kind).get(name)
    if section is None or not section.url:
        raise NotFound(
            "no-server",
            _("There is no server {name}: write [{kind}.{name}] with its url in cordiale.toml."),
            name=name[:60],
            kind=kind,
        )
    parts = urlsplit(section.url)
    headers = _signed_in(desk, kind, name, section)
    transport: Transport
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "server-credentials",
            _(
                "The address of {name} holds a name or password: put it into a file, and name that in key_file."
            ),
            name=name,
        )
    if parts.scheme != "https" and parts.hostname not in _HOME and not desk.settings.exchange.plain_http:
        transport = refusing_plain(name, section.url)
    else:
        transport = http_transport(
            f"{parts.scheme}://{parts.netloc}",
            timeout=float(desk.settings.exchange.timeout_s),
            max_bytes=LARGEST,
            verify=_trusted(desk, name, section),
        )
    return Server(
        name, section, parts.path.rstrip("/"), transport, headers, desk.settings.limits.bundle_bytes
    )


def _trusted(desk: Desk, name: str, section: OutsideSection) -> ssl.SSLContext | bool:
    if not section.certificate:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    file = desk.folder / section.certificate
    try:
        context.load_verify_locations(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "server-certificate",
            _("{file} of {name} holds no certificate (PEM) that can be read."),
            file=str(file),
            name=name,
        ) from error
    return context


def _signed_in(desk: Desk, kind: Kind, name: str, section: OutsideSection) -> dict[str, str]:
    if not section.key_file:
        return {}
    file = desk.folder / section.key_file
    try:
        key = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "server-key", _("The key of {name} cannot be read from {file}."), name=name, file=str(file)
        ) from error
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError(
            "server-key", _("The key of {name} cannot be read from {file}."), name=name, file=str(file)
        )
    if kind == "misp":
        return {"authorization": key}
    if ":" in key:
        return {"authorization": "Basic " + base64.b64encode(key.encode()).decode()}
    return {"authorization": f"Bearer {key}"}


def checked(name: str, answer: Response) -> Response:
    """Return an answer that is one; raises NotAllowed, Unavailable or ProtocolError for another."""
    if answer.status != 200:
        raise refusal(name, answer.status)
    return answer


def refusal(name: str, status: int) -> NotAllowed | Unavailable | ProtocolError:
    """Return what an answer that is none means."""
    if status in (401, 403):
        return NotAllowed(
            "server-refuses",
            _(
                "{name} refuses this ({status}): look at the key in its key_file, and at what it allows there."
            ),
            name=name,
            status=status,
        )
    if status == 429 or status >= 500:
        return Unavailable(
            "server-unavailable",
            _("{name} cannot answer now ({status}): try again later."),
            name=name,
            status=status,
        )
    return ProtocolError(
        "server-answer", _("{name} answers {status}, which was not expected."), name=name, status=status
    )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a fetch is: pages that are here, what to ask with next, whether that was all, and until when it tells.

    `asked` and `bytes` are what it took so far; a page does not set them.
    """

    pages: int = 0
    next: str = ""
    over: bool = False
    until: str = ""
    asked: int = 0
    bytes: int = 0


Page = Callable[[Server, Place, str, Path], Place]
"""Fetch one page into a file: given the server, how far it is, since when, and the file; return how far it is then.

A page without content leaves no file."""


def pull(
    desk: Desk,
    actor: Actor,
    kind: Kind,
    name: str,
    page: Page,
    *,
    whole: bool = False,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport:
    """Fetch what is new on a server since the last time and take it in, as a job that can be stopped and gone on with.

    `whole` asks for everything. Pages are kept until all of them are taken in. Raises what `server`, `page` and `import_` raise.
    """
    authorise(actor, "import")
    server(desk, kind, name)
    since = "" if whole else _until(desk, kind, name)
    params = {"server": name, "since": since}
    job_kind = f"{kind}_pull"
    return runs.begin(
        desk,
        actor,
        "import",
        job_kind,
        params,
        _work(desk, actor, kind, name, since, page),
        progress=progress,
        began=began,
    )


def pull_on(
    desk: Desk,
    actor: Actor,
    job: records.Job,
    kind: Kind,
    page: Page,
    *,
    progress: jobs.Progress | None = None,
) -> ImportReport:
    """Go on with a pull after the last page that is here."""
    name, since = str(job.params["server"]), str(job.params["since"])
    return runs.go_on(desk, job, _work(desk, actor, kind, name, since, page), progress=progress)


def _work(
    desk: Desk, actor: Actor, kind: Kind, name: str, since: str, page: Page
) -> Callable[[runs.Going], tuple[ImportReport, dict[str, Any]]]:
    def work(going: runs.Going) -> tuple[ImportReport, dict[str, Any]]:
        reached = server(desk, kind, name)
        folder = runs.folder(desk, going.id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        noted = folder / _PLACE
        place = msgspec.json.decode(noted.read_bytes(), type=Place) if noted.is_file() else Place()
        behind = {_mark_of(place)}
        while not place.over:
            file = folder / f"{place.pages + 1:06}.json"
            place = _bounded(name, place, page(reached, place, since, file), file, behind)
            replace_file(noted, msgspec.json.encode(place), 0o600)
            going(place.pages, place.pages + 1)
        files = sorted(file for file in folder.glob("*.json") if file.name != _PLACE)
        found = [of_file(file, f"{name} {file.stem}") for file in files]
        section = reached.section
        done = (
            import_(desk, actor, found, source=section.source or None, marking=section.marking or None)
            if found
            else ImportReport(job=going.id, state="done")
        )
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        return done, {"until": place.until, "import": done.job, "read": done.read, "new": done.new}

    return work


def _bounded(name: str, was: Place, now: Place, file: Path, behind: set[bytes]) -> Place:
    """Return how far a fetch is after a page, with what it took; raises ProtocolError for a server that leads it round or never ends.

    `behind` holds the places that were asked from, as digests, since a server writes what `next` is and how long.
    """
    size = file.stat().st_size if now.pages > was.pages else 0
    place = msgspec.structs.replace(now, asked=was.asked + 1, bytes=was.bytes + size)
    if place.over:
        return place
    if _mark_of(place) in behind:
        raise ProtocolError(
            "server-repeats",
            _("{name} leads back to a page that was fetched already: it would never end. Tell who runs it."),
            name=name,
        )
    behind.add(_mark_of(place))
    if place.asked >= PAGES or place.bytes > BYTES:
        raise ProtocolError(
            "server-endless",
            _(
                "{name} says that there is still more after {pages} pages and {size} MiB, which is the most of one fetch: name one collection, or ask who runs it."
            ),
            name=name,
            pages=place.asked,
            size=place.bytes >> 20,
        )
    return place


def _mark_of(place: Place) -> bytes:
    return sha256(f"{place.next}\n{place.until}".encode()).digest()


def _until(desk: Desk, kind: Kind, name: str) -> str:
    """Return until when the last finished fetch from a server told."""
    with desk.store.read() as tx:
        found = records.all_jobs(tx)
    for one in found:
        if one.kind == f"{kind}_pull" and one.state == "done" and one.params.get("server") == name:
            return str(one.result.get("until", ""))
    return ""


def taxii_collections(reached: Server, *, writing: bool = False) -> Iterator[Any]:
    """Yield the collections of a TAXII server that may be read (or written), the one of the configuration alone where it names one."""
    from cordiale.exchange.taxii import client

    base = reached.base + "/"
    roots = (
        client.api_roots(reached.transport, reached.headers, base) if base.endswith("taxii2/") else (base,)
    )
    for root in roots:
        for one in client.collections(reached.transport, reached.headers, root):
            if reached.section.collection in ("", one.id) and (one.can_write if writing else one.can_read):
                yield one


def taxii_page(reached: Server, place: Place, since: str, file: Path) -> Place:
    """Fetch one page of a TAXII 2.1 server: collection after collection, each from where it ended the last time.

    `since` and `until` hold the date of the last object of each collection; `next` the collection and its place.
    """
    from cordiale.exchange.taxii import client

    dates: dict[str, str] = msgspec.json.decode(since, type=dict[str, str]) if since else {}
    dates |= msgspec.json.decode(place.until, type=dict[str, str]) if place.until else {}
    held = list(taxii_collections(reached))
    here, _space, position = place.next.partition(" ")
    index = next((i for i, one in enumerate(held) if one.id == here), 0)
    if index >= len(held):
        return msgspec.structs.replace(place, over=True, until=_dated(dates))
    one = held[index]
    got = next(
        client.pull(
            reached.transport, reached.headers, one, added_after=dates.get(one.id), next=position or None
        )
    )
    pages = place.pages
    if got.objects:
        replace_file(file, b'{"objects":[' + b",".join(map(_mended, got.objects)) + b"]}", 0o600)
        pages += 1
    if got.more and got.next:
        return Place(pages=pages, next=f"{one.id} {got.next}", until=_dated(dates))
    if got.added_last and got.added_last != dates.get(one.id):
        dates[one.id] = got.added_last
        if got.more:
            return Place(pages=pages, next=one.id, until=_dated(dates))
    after = held[index + 1].id if index + 1 < len(held) else ""
    return Place(pages=pages, next=after, over=not after, until=_dated(dates))


def _mended(raw: bytes) -> bytes:
    """Return an object with its version of STIX where a server wrote its type in that place, as OpenTAXII 0.9.3 does of all."""
    if b'"2.1"' in raw:
        return raw
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw
    if (
        not isinstance(value, dict)
        or value.get("spec_version") is None
        or value["spec_version"] != value.get("type")
    ):
        return raw
    return orjson.dumps(value | {"spec_version": "2.1"})


def _dated(dates: Mapping[str, str]) -> str:
    return msgspec.json.encode(dates).decode()


def taxii_post(reached: Server, collection: Any, objects: Sequence[bytes]) -> Mapping[str, Any]:
    """Post objects to a collection of a TAXII server and return what the server says of them."""
    from cordiale.exchange.taxii import client

    return client.push(reached.transport, reached.headers, collection, objects)
