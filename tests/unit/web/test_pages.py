"""What a reader of the pages meets."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import orjson
import pytest
from markupsafe import Markup

from cordiale.demo.chapter import objects_of
from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes, of_paths
from cordiale.node import Node, init, open_node
from cordiale.release.recipient import Recipient
from cordiale.stix import tlp
from cordiale.web.app import app
from cordiale.web.headers import POLICY
from cordiale.web.object import one_object
from cordiale.web.render import environment
from cordiale.web.site import site
from tests.conformance.domains.test_domains import TRIVIAL
from tests.unit.web.asgi import ask
from tests.unit.web.conftest import HOSTILE

MINE = objects_of("canada")
CAMPAIGN = f"/objects/{MINE['phishing/campaign']['id']}"
ROUTES = ("/", "/objects", "/release", "/release/log", "/release/partners", "/release/consents", "/release/recalls", "/partners", CAMPAIGN, "/static/icon.svg", "/nowhere", "/objects/note--x")  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_carries_the_policy_and_the_security_headers(pages: Any, route: str) -> None:
    headers = ask(pages, route).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("route", ROUTES)
def test_no_page_holds_inline_script_or_style_or_anything_from_elsewhere(pages: Any, route: str) -> None:
    answer = ask(pages, route)
    if not answer.headers["content-type"].startswith("text/html"):
        return
    assert not re.search(r"<script(?![^>]*\ssrc=\"/assets/)", answer.text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", answer.text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)


def test_hostile_text_is_shown_as_text(pages: Any) -> None:
    page = ask(pages, f"/objects/{HOSTILE['id']}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;svg onload=alert(5)&gt;" in page
    assert not re.search(r"<(script|img|svg|b)[ >](?!type=\"module\")", page)
    assert not re.search(r"href=\"(?!/|#)", page), "nothing an object says becomes a link to elsewhere"


def test_no_text_turns_a_line_around() -> None:
    template = environment().from_string("{{ a }} {{ b|join(', ') }} <a title='{{ a }}'>{{ c }}</a> {{ n }}")
    shown = template.render(a="x\u202ey\u202c<", b=["\u2066p", "q\u2069"], c=Markup("<i>\u202dz</i>"), n=3)
    assert shown == "xy&lt; p, q <a title='xy&lt;'><i>z</i></a> 3"


@pytest.mark.parametrize("place", ["", "?tab=raw", "?tab=references"])
def test_a_name_that_reads_backwards_is_shown_as_it_is_written(pages: Any, place: str) -> None:
    page = ask(pages, f"/objects/{HOSTILE['id']}{place}").text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
    if place == "?tab=raw":
        assert "fdp.\\u202eexe.\\u2066gnp" in page


def test_the_object_page_says_marking_type_fields_and_raw_json(pages: Any) -> None:
    page = ask(pages, CAMPAIGN).text
    for words in ("Paper Lantern", "TLP:AMBER", "Campaign", "Lasting access to diplomatic mailboxes"):
        assert words in page
    assert "&#34;objective&#34;" in ask(pages, f"{CAMPAIGN}?tab=raw").text
    assert page.count("banner top") == page.count("banner bottom") == 1


def test_the_banner_covers_what_refers_to_the_object(tmp_path: Path) -> None:
    place = {**HOSTILE, "id": "report--11111111-1111-4111-8111-111111111112", "name": "open"}
    note = {
        "type": "note",
        "spec_version": "2.1",
        "id": "note--11111111-1111-4111-8111-111111111113",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "content": "for few",
        "object_refs": [place["id"]],
        "object_marking_refs": [tlp.IDS["tlp:red"]],
    }
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC")
    file = tmp_path / "both.json"
    file.write_bytes(
        orjson.dumps([{**place, "object_refs": ["note--11111111-1111-4111-8111-111111111114"]}, note])
    )
    with open_node(path, environ={}) as opened:
        verbs.import_(opened.desk, house("tester"), of_paths([file]))
        shown = one_object(opened.desk, house("tester"), "en", str(place["id"]))
    assert [one["words"] for one in shown["remarks"]] == ["for few"]
    assert shown["banner"].text.endswith("TLP:RED")


def test_a_translation_stands_beside_its_original_and_gives_the_title(pages: Any) -> None:
    french = ask(pages, CAMPAIGN, accept_language="fr").text
    assert '<h1 dir="auto">Lanterne de papier</h1>' in french
    assert "Traduction (fr)" in french
    assert "Original (en)" in french
    assert "consular portal" in french


def test_the_language_is_chosen_by_header_and_kept_by_cookie(pages: Any) -> None:
    assert '<html lang="fr">' in ask(pages, "/objects", accept_language="fr-FR,fr;q=0.9").text
    chosen = ask(pages, "/language", method="POST", body=b"lang=fr&next=%2Fobjects%3Fq%3Dx", content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert (chosen.status, chosen.headers["location"]) == (303, "/objects?q=x")
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    assert "HttpOnly" in chosen.headers["set-cookie"]
    page = ask(pages, "/objects", accept_language="en", cookie=cookie).text
    assert "Rechercher" in page


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_language_switch_leads_nowhere_else(pages: Any, address: str) -> None:
    assert (
        ask(pages, "/language", method="POST", body=b"lang=fr&next=" + address.encode()).headers["location"]
        == "/"
    )


def test_search_finds_by_word_and_keeps_the_question(pages: Any, node: Node) -> None:
    from cordiale.store.search import index_text

    with node.store.write() as tx:
        index_text(tx, 10_000)
    page = ask(pages, "/objects?q=lantern&type=campaign").text
    assert CAMPAIGN in page
    assert 'value="lantern"' in page
    assert "indicator--" not in page.partition("<tbody>")[2]


def test_a_type_narrows_the_list(pages: Any) -> None:
    rows = ask(pages, "/objects?type=report").text.partition("<tbody>")[2]
    assert "Paper Lantern: sessions stolen" in rows
    assert "/objects/campaign--" not in rows


def test_a_sorted_list_goes_on_where_a_page_ends(tmp_path: Path) -> None:
    init(tmp_path / "node", name="many", nation="CAN")
    names = [f"{'É' if n % 2 else 'e'}tape {n * 37 % 120:03}" for n in range(120)]
    made = [
        {"type": "identity", "spec_version": "2.1", "id": f"identity--{n:08x}-0000-4000-8000-000000000000", "created": "2026-01-01T00:00:00.000Z", "modified": f"2026-01-01T00:{n // 60:02}:{n % 60:02}.000Z", "name": name, "identity_class": "class"}
        for n, name in enumerate(names)
    ]  # fmt: skip
    nameless = {"type": "observed-data", "spec_version": "2.1", "id": "observed-data--00000000-0000-4000-8000-000000000000", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z", "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1, "object_refs": ["ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"]}  # fmt: skip
    bundle = {
        "type": "bundle",
        "id": "bundle--11111111-1111-4111-8111-111111111111",
        "objects": [*made, nameless],
    }
    with open_node(tmp_path / "node", environ={}) as opened:
        verbs.import_(opened.desk, house("tester"), [of_bytes("many.json", orjson.dumps(bundle))], marking="tlp:green")  # fmt: skip
        pages = app(opened, actor=house("tester"))
        where: str | None = "/objects?sort=-name"
        shown: list[list[str]] = []
        while where:
            page = ask(pages, where).text
            shown.append(re.findall(r'dir="auto">([ÉE]tape \d+)<', page, re.IGNORECASE))
            following = re.search(r'href="([^"]+)" rel="next"', page)
            where = unescape(following[1]) if following else None
    assert [len(one) for one in shown] == [50, 50, 20]
    assert nameless["id"] in page, "what has no name comes last"
    assert [name for one in shown for name in one] == sorted(names, key=lambda name: name[-3:], reverse=True)


def test_what_matches_nothing_says_so(pages: Any) -> None:
    assert "Nothing that you may see matches." in ask(pages, "/objects?q=zzzzqqq").text


def test_the_pages_never_change_the_store(pages: Any, node: Node) -> None:
    before = node.store.changed()
    for route in ROUTES:
        ask(pages, route)
    assert node.store.changed() == before


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", ""])
def test_another_name_for_this_address_is_refused(pages: Any, host: str) -> None:
    assert ask(pages, "/objects", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost:8470", "127.0.0.1", "[::1]:8470", "127.0.0.2:1"])
def test_this_machines_own_names_are_answered(pages: Any, host: str) -> None:
    assert ask(pages, "/objects", host=host).status == 200


def test_without_pages_only_partners_are_answered(node: Node) -> None:
    bare = app(node, pages=False)
    assert ask(bare, "/objects").status == 404
    assert ask(bare, "/taxii2/").status in (200, 401)


def test_a_hidden_object_gives_the_same_answer_as_an_absent_one(node: Node) -> None:
    person = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="visitor", tlp="green")
    visitor = app(node, actor=Actor("visitor", frozenset({"analyst"}), person))
    absent_id = "campaign--00000000-0000-4000-8000-000000000000"
    hidden, absent = ask(visitor, CAMPAIGN), ask(visitor, f"/objects/{absent_id}")
    assert hidden.status == absent.status == 404
    assert hidden.headers == absent.headers
    own = MINE["phishing/campaign"]["id"]
    assert hidden.text.replace(own, "X") == absent.text.replace(absent_id, "X")
    assert ask(app(node, actor=house("tester")), CAMPAIGN).status == 200


def test_a_hidden_object_is_not_counted_and_not_listed(node: Node) -> None:
    person = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="visitor", tlp="green")
    page = ask(app(node, actor=Actor("visitor", frozenset({"analyst"}), person)), "/objects").text
    assert "Paper Lantern" not in page
    assert "Campaign" not in page
    assert "OSPREY" not in page


def test_empty_pages_teach(tmp_path: Path) -> None:
    init(tmp_path / "node", name="empty", nation="CAN")
    with open_node(tmp_path / "node", environ={}) as opened:
        empty = app(opened, actor=house("tester"))
        assert "cordiale import" in ask(empty, "/").text
        assert "cordiale import" in ask(empty, "/objects").text
        assert "cordiale partner invite" in ask(empty, "/partners").text
        assert "cordiale rules diff" in ask(empty, "/release").text


def test_an_attachment_is_a_download_and_only_under_its_object(node: Node, pages: Any) -> None:
    stix_id = MINE["phishing/page-capture"]["id"]
    view = verbs.attach(
        node.desk,
        house("tester"),
        stix_id,
        [b"<script>alert(1)</script>"],
        name="page.html",
        media_type="text/html",
    )
    answer = ask(pages, f"/objects/{stix_id}/files/{view.sha256}")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert ask(pages, f"{CAMPAIGN}/files/{view.sha256}").status == 404
    assert f"/objects/{stix_id}/files/{view.sha256}" in ask(pages, f"/objects/{stix_id}").text


def test_a_translation_is_listed_under_the_name_it_gives(pages: Any) -> None:
    page = ask(pages, "/objects?type=language-content").text
    assert "Lanterne de papier (fr)" in page
    assert not re.search(r">Translation [0-9a-f]{8}<", page)


def test_a_domain_s_page_comes_from_its_own_folder_and_stands_in_the_rail(node: Node) -> None:
    shown = site(node, house("tester"), among=(TRIVIAL,))
    page = ask(shown, "/domains/trivial?q=<b>loud</b>").text
    assert "<h1>Applause</h1>" in page
    assert "&lt;b&gt;loud&lt;/b&gt;" in page
    assert '<a href="/domains/trivial" aria-current="page">Trivial' in page
    assert ask(shown, "/domains/trivial/page").status == 200
    assert ask(shown, "/domains/trivial/other").status == 404
    assert ask(shown, "/domains/nothing").status == 404
