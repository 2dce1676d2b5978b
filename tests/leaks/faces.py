"""The ways to read a node: each asks whatever can be asked and notes every answer on the scene's trace.

A face added later (REST, feeds, notifications) is one more function in `FACES`; every path is then tried on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import msgspec
import orjson
from msgspec import structs

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.set_aside import set_aside, set_aside_bytes
from cordiale.desk.jobs import jobs
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.partner.partners import partner_list
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.search import counts, search
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.domains.cyber.correlation.found import of_object, of_value
from cordiale.exchange import records
from cordiale.exchange.message import Request
from cordiale.exchange.taxii.media import TAXII
from cordiale.exchange.taxii.pages import collection_id
from cordiale.platform.errors import CordialeError, NotAllowed
from cordiale.rest.app import application
from cordiale.sdk.wire import PREFIX
from cordiale.store import search as text
from cordiale.web.live import standing
from cordiale.web.site import site
from tests.leaks.paths import OTHER, SEEN
from tests.leaks.scene import PERSON, Scene
from tests.simulation.world import READER
from tests.unit.web.asgi import ask

WHO: Final = {"authorization": f"Bearer {READER}", "accept": TAXII}
ABSENT: Final = "indicator--99999999-9999-4999-8999-999999999999"
_LINK: Final = re.compile(rb"/objects/([a-z0-9-]+--[0-9a-f-]{36})")
PARTS: Final = ("?tab=graph", "?tab=map", "?tab=timeline", "?tab=versions", "?tab=raw", "/glance", "/purge", "/neighbours", f"/path?to={SEEN['id']}")  # fmt: skip
"""What else an object's page shows or fetches."""

NARROWED: Final = ("marking=tlp%3Ared", "marking=tlp%3Agreen", "source=gbr", "since=2026-01-01", "sort=name", "q=phishing&type=malware", "q=domain-name%3Dshared.example")  # fmt: skip
QUESTIONS: Final = ("halcyon", "kestrel", "phishing", "harbour", "operation", "a.example", "the")


def taxii(scene: Scene, asked: Iterable[str]) -> None:
    """Read as a plain TAXII client: every resource, filter, page and refusal."""
    scene.cut()
    scene.step()
    api = "/taxii2/api/"
    with scene.desk.store.read() as tx:
        number = records.partner(tx, READER).number
    out, into = (f"{api}collections/{collection_id(scene.desk.home, number, way)}/" for way in ("out", "in"))

    def get(path: str, query: str = "", *named: str, method: str = "GET", body: bytes = b"") -> Any:
        return scene.ask(Request(method, path, query, WHO, body), *named)

    for path in (
        "/taxii2/",
        api,
        f"{api}collections/",
        out,
        into,
        f"{into}objects/",
        f"{api}status/{ABSENT[11:]}/",
    ):
        get(path)
    for name in ("objects/", "manifest/"):
        for query in ("", "limit=1", "limit=3", "match[version]=all", "match[type]=indicator", "match[type]=threat-actor", "added_after=2020-01-01T00:00:00Z", "match[spec_version]=2.1"):  # fmt: skip
            following = ""
            for _page in range(30):
                answer = get(out + name, query + following)
                more = orjson.loads(answer.body).get("next") if answer.status == 200 else None
                if not more:
                    break
                following = f"&next={more}"
    for stix_id in (SEEN["id"], OTHER["id"], ABSENT, *asked):
        for path, query in (
            (f"{out}objects/", f"match[id]={stix_id}"),
            (f"{out}objects/{stix_id}/", ""),
            (f"{out}objects/{stix_id}/versions/", ""),
            (f"{into}objects/{stix_id}/", ""),
        ):
            get(path, query, stix_id)
    get(f"{out}objects/{ABSENT}/", method="DELETE")
    get(f"{out}objects/", method="POST", body=b"{}")
    get(f"{out}objects/", "match[id]=x&limit=0")


def inbox(scene: Scene, asked: Iterable[str]) -> None:
    """Write as a plain TAXII client: what is answered may not depend on what is held here."""
    scene.step()
    with scene.desk.store.read() as tx:
        number = records.partner(tx, READER).number
    into = f"/taxii2/api/collections/{collection_id(scene.desk.home, number, 'in')}/objects/"
    for stix_id in (*asked, ABSENT):
        value = SEEN | {"type": stix_id.partition("--")[0], "id": stix_id, "name": "posted"}
        body = orjson.dumps({"objects": [value]})
        scene.ask(Request("POST", into, "", {**WHO, "content-type": TAXII}, body), stix_id)


def partner(scene: Scene, asked: Iterable[str]) -> None:
    """Read as a partner's node does: notices, visits, segments, receipts, checkpoints; then look at all it holds."""
    del asked  # a node asks for numbers, not for ids
    scene.cut()
    scene.wake()
    scene.visit()
    scene.wake()
    scene.visit()


def person(scene: Scene, asked: Iterable[str], who: Actor = PERSON) -> None:
    """Read as a person of the node, by every verb that reads."""
    scene.step()
    desk = scene.desk
    with desk.store.write() as tx:
        text.index_text(tx, 10_000)

    def verb(what: str, question: Callable[[], Any], *named: str) -> Any:
        try:
            found = question()
        except CordialeError as refused:
            scene.note(what, f"{type(refused).__name__} {refused.code} {refused}".encode(), *named)
            return None
        scene.note(what, msgspec.json.encode(found), *named)
        return found

    listed: set[str] = set()
    verb("counts", lambda: counts(desk, who))
    for words in QUESTIONS:
        for lang in ("en", "fr"):
            verb(
                f"search {words}",
                lambda words=words, lang=lang: search(desk, who, words, lang=lang),
                words,
            )
    for kind in (None, "indicator", "threat-actor", "malware"):
        after = None
        for _page in range(30):
            found = verb(f"list {kind}", lambda kind=kind, after=after: search(desk, who, type=kind, after=after, limit=2))  # fmt: skip
            listed |= {item.id for item in found.items} if found else set()
            after = found.next if found else None
            if after is None:
                break
    for value in ("domain-name=shared.example", "domain-name=halcyon.example", "domain-name=a.example"):
        verb(f"value {value}", lambda value=value: search(desk, who, value=value), value)
        verb(f"near {value}", lambda value=value: of_value(desk, who, *value.split("=")), value.partition("=")[2])  # fmt: skip
    for stix_id in (*sorted(listed), ABSENT, *asked):
        verb("show", lambda stix_id=stix_id: show(desk, who, stix_id), stix_id)
        verb("related", lambda stix_id=stix_id: of_object(desk, who, stix_id), stix_id)
        verb("why", lambda stix_id=stix_id: why(desk, who, stix_id, READER), stix_id)
        verb("preview", lambda stix_id=stix_id: preview(desk, who, ids=[stix_id]), stix_id)
        for sha in scene.secrets or [b"0" * 64]:
            name = sha.decode()
            verb(
                "file",
                lambda stix_id=stix_id, name=name: attachment(desk, who, stix_id, name),
                stix_id,
                name,
            )
    verb("preview", lambda: preview(desk, who))
    verb("jobs", lambda: jobs(desk, who))
    verb("set aside", lambda: set_aside(desk, who))
    verb("set aside bytes", lambda: set_aside_bytes(desk, who, 1))
    verb("partners", lambda: partner_list(desk, who))


def pages(scene: Scene, asked: Iterable[str]) -> None:
    """Read as the same person, by the pages, in both languages."""
    scene.step()
    desk = scene.desk
    with desk.store.write() as tx:
        text.index_text(tx, 10_000)
    app = site(SimpleNamespace(desk=desk, settings=desk.settings), PERSON)  # type: ignore[arg-type]

    def page(address: str, lang: str, *named: str) -> bytes:
        answer = ask(app, address, accept_language=lang)
        head = repr((answer.status, sorted(answer.headers.items()))).encode()
        scene.note(f"page {address}", head + answer.body, *named)
        return answer.body

    linked: set[bytes] = set()
    for lang in ("en", "fr"):
        for address in ("/", "/objects", "/objects?type=indicator", "/release", "/partners", "/nowhere"):
            linked |= set(_LINK.findall(page(address, lang)))
        for words in ("harbour", "halcyon"):
            page(f"/objects?q={words}", lang, words)
            page(f"/palette?q={words}", lang, words)
        for stix_id in (*sorted(one.decode() for one in linked), ABSENT, *asked):
            page(f"/objects/{stix_id}", lang, stix_id)
            for part in PARTS if lang == "en" else ():
                page(f"/objects/{stix_id}{part}", lang, stix_id)
            for sha in scene.secrets:
                page(f"/objects/{stix_id}/files/{sha.decode()}", lang, stix_id, sha.decode())
    for narrowed in NARROWED:
        page(f"/objects?{narrowed}", "en", narrowed)
    for form in ("csv", "stix"):
        page(f"/objects/export?form={form}", "en")
        page(f"/objects/export?form={form}&q=halcyon", "en", "halcyon")
    page("/administration/retention", "en")
    scene.note("news", standing(desk, PERSON))


def identified(token: str, among: Mapping[str, Actor] = {"paul's": PERSON}) -> Actor:
    """Return whose a token is, as `desk.signin` does."""
    if token not in among:
        raise NotAllowed("not-signed-in", "no")
    return among[token]


PROGRAM: Final = ("/facets", "/facets?q=halcyon", "/export", "/export?form=stix", "/export?q=harbour&form=stix", "/searches", "/alerts", "/retention", "/retention/removals", "/objects/counts", "/preview", "/partners", "/jobs", "/set-aside", "/set-aside/1/bytes", "/recalls/received", "/consents", "/consents/00000000", "/jobs/00000000", "/nowhere")  # fmt: skip
CYBER: Final = ("/cyber/indicators?expired=true", "/cyber/indicators?q=halcyon", "/cyber/correlations?value=halcyon.example", "/cyber/correlations?value=evil.example", "/cyber/warninglists/look?value=halcyon.example", "/cyber/runs", "/cyber/attack", "/cyber/attack/layer", "/cyber/export?format=csv", "/cyber/export?format=misp", "/cyber/export?format=misp-feed", "/playbooks")  # fmt: skip
"""What the domain of cyber defence and the playbooks tell a program."""

SEARCHES: Final = ("limit=2", "limit=2&type=indicator", "limit=3&partners=true", "q=harbour", "q=halcyon", "q=kestrel", "value=domain-name%3Dhalcyon.example")  # fmt: skip


Ask = Callable[..., dict[str, Any]]


def program(scene: Scene, who: Actor) -> Ask:
    """Return what asks one address as a person's program, and notes the answer."""
    scene.step()
    desk = scene.desk
    with desk.store.write() as tx:
        text.index_text(tx, 10_000)
    # the clock stands still while a face asks: no pace would ever be regained
    free = structs.replace(desk.settings, limits=structs.replace(desk.settings.limits, api_per_minute=0))
    app = application(replace(desk, settings=free), lambda _token: who)

    def asked(path: str, *named: str, lang: str = "en", body: Any = None) -> dict[str, Any]:
        more = {"method": "POST", "body": orjson.dumps(body)} if body is not None else {}
        answer = ask(app, f"{PREFIX}{path}", accept_language=lang, authorization="Bearer x", **more)
        head = repr((answer.status, sorted(answer.headers.items()))).encode()
        scene.note(f"rest {path} {lang}", head + answer.body, *named)
        assert answer.status != 500, (path, answer)
        is_json = answer.headers.get("content-type", "").endswith("json")
        return orjson.loads(answer.body) if is_json else {}

    return asked


def rest(scene: Scene, asked: Iterable[str], who: Actor = PERSON) -> None:
    """Read as the same person's program, by every address, page by page."""
    get = program(scene, who)

    def every(path: str, *named: str) -> list[Any]:
        found: list[Any] = []
        page = get(path, *named)
        while page.get("next"):
            found += page["items"]
            page = get(f"{path}&after={page['next']}", *named)
        return [*found, *page.get("items", ())]  # a role may not be for it

    for path in PROGRAM:
        get(path)
    for path in CYBER:
        get(path, "halcyon.example")
    for one in every("/recalls?limit=1"):
        get(f"/recalls/{one['recall']}")
    listed: set[str] = set()
    for query in SEARCHES:
        listed |= {
            one["id"] for one in every(f"/objects?{query}", "halcyon" if "halcyon" in query else query)
        }
    for stix_id in (*list(asked)[:8], ABSENT, *sorted(listed)[:8]):
        for rest_of in ("", "/statements", "/versions", "/remarks", "/neighbours", f"/path?to={SEEN['id']}", "/raw", "/purge-plan", "/correlations", "/view", "/duplicates", f"/why?partner={READER}", "/why?partner=nobody"):  # fmt: skip
            get(f"/objects/{stix_id}{rest_of}", stix_id)
        get(f"/cyber/indicators/{stix_id}", stix_id)
        get(f"/objects/{stix_id}", stix_id, lang="fr")
        get(f"/preview?id={stix_id}", stix_id)
        for sha in scene.secrets or [b"0" * 64]:
            get(f"/objects/{stix_id}/files/{sha.decode()}", stix_id, sha.decode())


def acting(scene: Scene, asked: Iterable[str]) -> None:
    """Act as the same person's program on what is hidden: as if it were not there."""
    post = program(scene, PERSON)
    for stix_id in (*list(asked)[:3], ABSENT):
        post(f"/objects/{stix_id}/marking", stix_id, body={"marking": "tlp:clear"})
        for path in ("/releases", "/refusals", "/proofs"):
            about = {"id": stix_id} if path == "/proofs" else {"ids": [stix_id]}
            post(path, stix_id, body={"partner": "fra", **about})
        post("/recalls", stix_id, body={"ids": [stix_id]})
        post(f"/objects/{stix_id}/notes", stix_id, body={"content": "about it"})
        post(f"/objects/{stix_id}/view", stix_id, body={"property": "name", "source": "fra", "reason": "x"})
        post(f"/objects/{stix_id}/duplicates", stix_id, body={"other": ABSENT, "same": True, "reason": "x"})
        post(f"/objects/{stix_id}/purge", stix_id, body={"reason": "a mistake", "versions": 1})
        post(f"/objects/{stix_id}/files?name=f", stix_id, body={"content": "of a file"})


FACES: Final[dict[str, Callable[[Scene, Iterable[str]], None]]] = {
    "taxii": taxii,
    "person": person,
    "pages": pages,
    "rest": rest,
    "partner": partner,
    "inbox": inbox,
    "acting": acting,
}
"""Every face, in the order in which they are asked; those that write come last."""

WRITES: Final = frozenset({"inbox", "acting"})
"""Faces that are written to: they show nothing, and must not answer by what is held."""
