"""Keys change and the log goes on: the old key signs the new one, or an offline root does, and nobody else can."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import msgspec
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.outgoing.recall import recall
from cordiale.desk.partner.compromise import partner_compromised, partner_doubtful
from cordiale.desk.partner.partners import (
    own_words,
    partner_add,
    partner_confirm,
    partner_invite,
    partner_list,
)
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.views.show import show
from cordiale.exchange import records
from cordiale.exchange.home import keys_now, own_keys
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import BASE, Hello
from cordiale.exchange.message import Request
from cordiale.exchange.partners import keychange
from cordiale.exchange.partners.certificate import Certificate, certify
from cordiale.exchange.partners.pairing import partner
from cordiale.exchange.stream.segment import Resource
from cordiale.node import rotation
from cordiale.node.keyring import public_file, read_public, write_public
from cordiale.node.keys import keys
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError
from cordiale.release.egress.client import local_egress
from cordiale.release.keys import ed25519_signer, load_key, write_key
from cordiale.web.app import app
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair
from tests.unit.web.asgi import ask as web


def link(here: Node, name: str = "canada") -> tuple[str, int, str]:
    """Return state, received and reason of the link to a partner."""
    found = next(one for one in partner_list(here.desk, house("marie")) if one.name == name)
    return found.link, found.received, str(found.last_error or "")


def known(here: Node, name: str = "canada") -> tuple[bytes, ...]:
    with here.store.read() as tx:
        return partner(tx, name).keys


def test_the_log_goes_on_across_a_new_key_and_old_segments_still_verify(pair: Pair, marie: Actor) -> None:
    pair.take(indicator(1))
    first = keys_now(pair.canada.desk.home).keys
    cut_all(pair.canada.desk)  # cut with the old key, not fetched yet
    done = rotation.rotate_signing(pair.canada, marie)
    second = keys_now(pair.canada.desk.home).keys
    assert (done.key, done.told) == (second[0].hex(), 1)
    assert own_keys(pair.canada.desk.home) == (*second, *first)
    pair.take(indicator(2))
    pair.exchange()
    assert link(pair.france)[:2] == ("up", 2)
    assert known(pair.france) == second
    with pair.france.store.read() as tx:
        number = partner(tx, "canada").number
        (former,) = records.keys_of(tx, number, "signing")
        assert (former.public, former.last_entry) == (first[0], 1)
        headers = records.received_hashes(tx, number, 1)
    with pair.canada.store.read() as tx:
        assert headers == [
            digest for _last, digest in records.header_ends(tx, partner(tx, "france").number, 1)
        ]
    # both sides signed how far it is, across the change
    assert next(one for one in partner_list(pair.canada.desk, marie)).acknowledged == 2
    shown = keys(pair.canada, marie)
    assert [(one.state, one.until is None) for one in shown.keys if one.role == "signing"] == [
        ("former", False),
        ("current", True),
    ]
    sync(pair.canada.desk, marie)
    assert keys(pair.canada, marie).untold == ()


def test_a_greeting_signed_with_a_new_key_brings_its_own_proof(pair: Pair, marie: Actor) -> None:
    rotation.rotate_signing(pair.canada, marie)
    assert (
        sync(pair.canada.desk, marie)[0].link == "up"
    )  # Canada visits: France learns of it from the greeting
    assert known(pair.france) == keys_now(pair.canada.desk.home).keys


def test_a_recall_that_waited_is_signed_with_the_new_key_and_carried_out(pair: Pair, marie: Actor) -> None:
    pair.take(indicator(1))
    pair.exchange()
    recall(pair.canada.desk, marie, ids=[indicator(1)["id"]], reason="mistaken")
    rotation.rotate_signing(pair.canada, marie)
    done = sync(pair.france.desk, marie)[0]
    assert (done.link, done.recalls) == ("up", 1)


def test_a_partner_met_after_several_changes_takes_the_whole_log(pair: Pair, marie: Actor) -> None:
    for number in (1, 2, 3):
        pair.take(indicator(number))
        cut_all(pair.canada.desk)
        rotation.rotate_signing(pair.canada, marie)
    pair.exchange()
    assert link(pair.france)[:2] == ("up", 3)


def test_who_finds_the_old_key_signs_nothing_that_anybody_takes(pair: Pair, marie: Actor) -> None:
    pair.take(indicator(1))
    pair.exchange()
    stolen = local_egress(load_key(pair.canada.path / "keys" / "signing.key"))
    old = pair.canada.desk.home.egress().public_key
    rotation.rotate_signing(pair.canada, marie)
    pair.exchange()

    # a request
    thief = msgspec.structs.replace(pair.canada.desk.home, egress=lambda: stolen, own=None, keys=(old,))
    asked = sign_request(thief, Request("GET", BASE + "news", "after=0"), "france")
    assert pair.france.respond(asked).status == 401

    # a change that names a key of the thief, as successor of the old key and as one before it
    evil = ed25519_signer(b"\x07" * 32)
    egress = local_egress(evil)
    with pair.france.store.read() as tx:
        canada = partner(tx, "canada")
    for one, other in ((old, evil.public_key), (evil.public_key, old)):
        change = keychange.Change(
            "canada", "france", canada.changes + 1, "signing", 0, one.hex(), other.hex(), 9, 9999, "00" * 32
        )
        forged = keychange.state_change(change, {old: stolen.sign, evil.public_key: egress.sign}).decode()
        hello = Hello("canada", (2, 1), (), 1, 0, "00" * 32, changes=(forged,))
        request = Request("POST", BASE + "hello", body=msgspec.json.encode(hello))
        for signer in (stolen, egress):
            home = msgspec.structs.replace(thief, egress=lambda signer=signer: signer)
            assert pair.france.respond(sign_request(home, request, "france")).status == 401
    with pair.france.store.read() as tx:
        assert partner(tx, "canada") == canada

    # a segment that continues the stream
    pair.take(indicator(2))
    cut_all(pair.canada.desk)

    def signed_anew(request: Request):  # type: ignore[no-untyped-def]
        answer = pair.canada.respond(request)
        if not request.path.endswith("segments") or answer.status != 200:
            return answer
        resource = msgspec.msgpack.decode(answer.body, type=Resource)
        signature = load_key(pair.canada.path / "keys" / "signing.key").sign(
            b"cordiale/segment/1\n" + resource.header
        )
        forged = msgspec.structs.replace(resource, signature=signature)
        return msgspec.structs.replace(answer, body=msgspec.msgpack.encode(forged))

    pair.broken = signed_anew
    assert sync(pair.france.desk, marie)[0].link == "garbage"
    assert link(pair.france)[1] == 1
    pair.broken = None
    assert sync(pair.france.desk, marie)[0].link == "up"


def test_a_change_that_was_cut_off_is_brought_back_to_what_the_store_knows(pair: Pair, marie: Actor) -> None:
    before = read_public(pair.canada.path)
    write_public(pair.canada.path, msgspec.structs.replace(before, current="00" * 32))
    with open_node(pair.canada.path, environ={}) as again:
        assert keys_now(again.desk.home).keys[0].hex() == before.current


@pytest.mark.parametrize("damaged", [b"", b'{"current"'])
def test_a_file_of_keys_that_a_power_cut_damaged_is_written_again(
    pair: Pair, damaged: bytes, marie: Actor
) -> None:
    rotation.rotate_signing(pair.canada, marie)
    before = read_public(pair.canada.path)
    public_file(pair.canada.path).write_bytes(damaged)
    with open_node(pair.canada.path, environ={}) as again:
        assert keys_now(again.desk.home).keys[0].hex() == before.current
    assert read_public(pair.canada.path) == before


def test_the_file_of_keys_is_on_the_disk_before_it_takes_the_other_s_place(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, done = public_file(pair.canada.path), list[str]()
    fsync, replace = os.fsync, Path.replace

    def flushed(handle: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    def replaced(temporary: Path, target: Path) -> Path:
        done.append("replaced")
        return replace(temporary, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    write_public(pair.canada.path, read_public(pair.canada.path))
    assert done == [f"{file}.new", "replaced", str(file.parent)]


def test_a_compromise_closes_the_link_marks_what_came_and_ends_with_new_words(
    pair: Pair, marie: Actor
) -> None:
    canada, france = pair.canada, pair.france
    pair.take(indicator(1))
    pair.exchange()
    pair.take(indicator(2))
    cut_all(canada.desk)  # signed with the key that is about to be given up, not fetched yet
    rotation.rotate_signing(canada, marie, lost=True)
    assert sync(france.desk, marie)[0].link != "up"
    with pytest.raises(Conflict, match="partner compromised"):
        partner_add(france.desk, marie, partner_invite(canada.desk, marie))

    now = france.desk.clock()
    marked = partner_compromised(france.desk, marie, "canada", since=now - DAY, until=now, reason="stolen")
    assert marked.objects == (indicator(1)["id"],)
    assert [(one.first, one.last) for one in marked.segments] == [(1, 1)]
    assert partner_doubtful(france.desk, marie) == [marked]
    assert show(france.desk, marie, indicator(1)["id"]).statements[0].doubtful == ("canada",)
    page = web(app(france, actor=house("tester")), f"/objects/{indicator(1)['id']}").text
    assert "In doubt: it came from canada" in page
    assert sync(france.desk, marie) == []
    old = sign_request(canada.desk.home, Request("GET", BASE + "news", "after=0"), "france")
    assert france.respond(old).status == 401

    partner_add(france.desk, marie, partner_invite(canada.desk, marie))
    assert sync(france.desk, marie) == []  # nothing before the words are compared
    partner_confirm(france.desk, marie, "canada", own_words(canada.desk, "en"))
    assert sync(france.desk, marie)[0].link == "up"
    # the new key names the header at which the old one ended: what it signed before is proven by the chain
    assert link(france)[1] == 2
    assert show(france.desk, marie, indicator(2)["id"]).statements[0].doubtful == ()
    with france.store.read() as tx:
        assert partner(tx, "canada").former == ()


def test_the_same_keys_do_not_end_a_compromise(pair: Pair, marie: Actor) -> None:
    invitation = partner_invite(pair.canada.desk, marie)
    partner_compromised(pair.france.desk, marie, "canada", since=0, until=1)
    with pytest.raises(Conflict, match="other hands"):
        partner_add(pair.france.desk, marie, invitation)


def test_partners_whose_node_is_too_old_are_named_before_the_key_changes(pair: Pair, marie: Actor) -> None:
    with pair.canada.store.write() as tx:
        old = msgspec.structs.replace(partner(tx, "france"), protocol=1)
        records.save_partner(tx, old, 0)
    with pytest.raises(Conflict, match="france"):
        rotation.rotate_signing(pair.canada, marie)
    assert rotation.rotate_signing(pair.canada, marie, anyway=True).behind == ("france",)


def rooted(node: Node, marie: Actor, folder: Path, until: int, *, current: bool = False) -> bytes:
    """Have a root certify a key of a node; return the certificate."""
    file = folder / "root.key"
    if not file.exists():
        write_key(file)
    asked = rotation.read_request(rotation.request(node, marie, current=current))
    now = node.desk.clock()
    return certify(Certificate(asked.node, asked.key, now, now + until), load_key(file).sign)


def root_of(folder: Path) -> bytes:
    return load_key(folder / "root.key").public_key


def test_an_offline_root_certifies_short_lived_keys(pair: Pair, marie: Actor, tmp_path: Path) -> None:
    canada, france = pair.canada, pair.france
    words = own_words(canada.desk, "en")
    rotation.install(canada, marie, rooted(canada, marie, tmp_path, DAY, current=True), root_of(tmp_path))
    assert own_words(canada.desk, "en") != words  # they vouch for the root too: partners compare them anew
    assert partner_add(france.desk, marie, partner_invite(canada.desk, marie)).state == "invited"
    assert sync(france.desk, marie) == []
    partner_confirm(france.desk, marie, "canada", own_words(canada.desk, "fr"))
    assert sync(france.desk, marie)[0].link == "up"

    # the node cannot name a successor by itself, and neither can who steals its key
    with pytest.raises(InputError, match="offline root"):
        rotation.rotate_signing(canada, marie)
    before = known(france)
    evil = ed25519_signer(b"\x09" * 32)
    with france.store.write() as tx:
        here = partner(tx, "canada")
        change = keychange.Change(
            "canada", "france", 1, "signing", 0, before[0].hex(), evil.public_key.hex(), 1, 0, "00" * 32
        )
        signers = {before[0]: canada.desk.home.egress().sign, evil.public_key: local_egress(evil).sign}
        forged = keychange.state_change(change, signers).decode()
        assert keychange.adopt(tx, france.desk.home, here, [forged], 0, proven=True) == here

    pair.take(indicator(1))
    rotation.install(canada, marie, rooted(canada, marie, tmp_path, 2 * DAY), root_of(tmp_path))
    assert pair.exchange().new == 1
    assert known(france) == keys_now(canada.desk.home).keys != before

    # another root's certificate, or one for another node, is refused
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(InputError):
        rotation.install(canada, marie, rooted(canada, marie, other, DAY), root_of(other))
    with pytest.raises(InputError):
        rotation.install(canada, marie, rooted(france, marie, tmp_path, DAY), root_of(tmp_path))


def test_a_key_whose_certificate_has_ended_is_refused_until_it_is_renewed(
    pair: Pair, marie: Actor, tmp_path: Path
) -> None:
    canada, france = pair.canada, pair.france
    rotation.install(canada, marie, rooted(canada, marie, tmp_path, DAY, current=True), root_of(tmp_path))
    partner_add(france.desk, marie, partner_invite(canada.desk, marie))
    partner_confirm(france.desk, marie, "canada", own_words(canada.desk, "fr"))
    with france.store.write() as tx:
        ended = msgspec.structs.replace(partner(tx, "canada"), certified_until=1)
        records.save_partner(tx, ended, 0)
    # Canada shows its certificate again with each greeting, so that a renewed one is all that is needed
    assert sync(france.desk, marie)[0].link == "up"
    with france.store.write() as tx:
        records.save_partner(tx, ended, 0)
    asked = sign_request(canada.desk.home, Request("GET", BASE + "news", "after=0"), "france")
    assert france.respond(asked).status == 401


def test_a_tls_key_is_told_first_and_shown_when_all_know_it(pair: Pair, marie: Actor) -> None:
    canada, france = pair.canada, pair.france
    with france.store.read() as tx:
        before = partner(tx, "canada").pins
    assert len(before) == 1
    rotation.prepare_tls(canada, marie)
    with pytest.raises(Conflict):
        rotation.finish_tls(canada, marie)
    sync(france.desk, marie)
    with france.store.read() as tx:
        both = partner(tx, "canada").pins
    assert both[0] == before[0]
    assert len(both) == 2
    sync(canada.desk, marie)
    sync(france.desk, marie)
    rotation.finish_tls(canada, marie)
    sync(france.desk, marie)
    with france.store.read() as tx:
        assert partner(tx, "canada").pins == both[1:]
    certificate = keys_now(canada.desk.home).certificates
    assert base64.b64encode(certificate[0])


def test_a_greeting_that_proves_nothing_writes_nothing(pair: Pair) -> None:
    stranger = local_egress(ed25519_signer(b"\x05" * 32))
    thief = msgspec.structs.replace(pair.canada.desk.home, egress=lambda: stranger, own=None)
    hello = Hello("canada", (2, 1), (), 1, 0, "00" * 32, changes=("{}", "x" * 70_000), certified="{}")
    request = Request("POST", BASE + "hello", body=msgspec.json.encode(hello))
    before = pair.france.store.changed()
    assert pair.france.respond(sign_request(thief, request, "france")).status == 401
    assert pair.france.store.changed() == before


def test_a_changed_key_is_known_to_a_node_that_is_running_already(pair: Pair, marie: Actor) -> None:
    with open_node(pair.canada.path, environ={}) as other:  # another process of the same node
        before = other.desk.home.egress().public_key
        rotation.rotate_signing(pair.canada, marie)
        assert other.desk.home.egress().public_key == keys_now(pair.canada.desk.home).keys[0] != before
