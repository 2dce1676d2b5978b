"""What comes on a medium and is no bundle of a partner for us, whole and once, is refused and holds up no other."""

from __future__ import annotations

import errno
import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from cordiale.exchange.carriers import bundle, carry
from cordiale.exchange.signing import open_statement, sign_statement
from cordiale.platform.errors import NotFound
from tests.unit.exchange.carriers.media import ITEMS, out, put, reasons, take, two
from tests.unit.exchange.reconcile.test_reconcile import SMALL
from tests.unit.exchange.world import Node, connect, indicator, make


def relisted(
    here: Node, file: Path, change: Callable[[bundle.Listing], bundle.Listing], parts: bytes
) -> None:
    """Write a bundle again with another list, signed by `here`."""
    data = file.read_bytes()
    size = int.from_bytes(data[len(bundle.MAGIC) : len(bundle.MAGIC) + 8], "big")
    statement = data[len(bundle.MAGIC) + 8 : len(bundle.MAGIC) + 8 + size]
    body = open_statement(statement, bundle.PURPOSE, here.home.keys, here.home.verify)
    listing = change(msgspec.json.decode(body, type=bundle.Listing))
    made = sign_statement(here.home, bundle.PURPOSE, msgspec.to_builtins(listing))
    file.write_bytes(bundle.MAGIC + len(made).to_bytes(8, "big") + made + parts)


def truncated(file: Path, _can: Node, _fra: Node) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def cut_in_the_list(file: Path, _can: Node, _fra: Node) -> None:
    file.write_bytes(file.read_bytes()[:200])


def empty(file: Path, _can: Node, _fra: Node) -> None:
    file.write_bytes(b"")


def longer(file: Path, _can: Node, _fra: Node) -> None:
    file.write_bytes(file.read_bytes() + b"more")


def flipped(file: Path, _can: Node, _fra: Node) -> None:
    data = bytearray(file.read_bytes())
    data[-30] ^= 1
    file.write_bytes(data)


def signed_by_another(file: Path, _can: Node, _fra: Node) -> None:
    mallory = make("CAN", seed="other")
    object.__setattr__(mallory, "home", make("GBR").home)
    data = file.read_bytes()
    size = int.from_bytes(data[len(bundle.MAGIC) : len(bundle.MAGIC) + 8], "big")
    end = len(bundle.MAGIC) + 8 + size
    from cordiale.exchange.signing import peek_statement

    body, _signature = peek_statement(data[len(bundle.MAGIC) + 8 : end], bundle.PURPOSE)
    made = sign_statement(mallory.home, bundle.PURPOSE, msgspec.json.decode(body))
    file.write_bytes(bundle.MAGIC + len(made).to_bytes(8, "big") + made + data[end:])


def oversized_part(file: Path, can: Node, _fra: Node) -> None:
    part = bundle.Part("segment", 1 << 40, "00", 1, 1)
    relisted(can, file, lambda was: msgspec.structs.replace(was, parts=(part,)), b"x")


def oversized_list(file: Path, _can: Node, _fra: Node) -> None:
    file.write_bytes(bundle.MAGIC + (1 << 40).to_bytes(8, "big") + b"x")


def unknown_kind(file: Path, can: Node, _fra: Node) -> None:
    part = bundle.Part("novelty", 1, hashlib.sha256(b"x").hexdigest())
    relisted(can, file, lambda was: msgspec.structs.replace(was, parts=(part,)), b"x")


def for_another(file: Path, can: Node, _fra: Node) -> None:
    relisted(can, file, lambda was: msgspec.structs.replace(was, receiver="GBR", parts=()), b"")


def from_a_stranger(file: Path, can: Node, _fra: Node) -> None:
    relisted(can, file, lambda was: msgspec.structs.replace(was, sender="../../etc", parts=()), b"")


def foreign_archive(file: Path, _can: Node, _fra: Node) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../../../tmp/outside", "x")


def foreign_tar(file: Path, _can: Node, _fra: Node) -> None:
    with tarfile.open(file, "w") as archive:
        info = tarfile.TarInfo("/etc/outside")
        archive.addfile(info)


REFUSED = {
    truncated: "exchange.carry.truncated",
    cut_in_the_list: "exchange.carry.truncated",
    empty: "exchange.carry.foreign",
    longer: "exchange.carry.longer",
    flipped: "exchange.carry.altered",
    signed_by_another: "exchange.signature",
    oversized_part: "exchange.carry.size",
    oversized_list: "exchange.carry.list",
    unknown_kind: "exchange.carry.kind",
    for_another: "exchange.carry.receiver",
    from_a_stranger: "exchange.carry.sender",
    foreign_archive: "exchange.carry.foreign",
    foreign_tar: "exchange.carry.foreign",
}


@pytest.mark.parametrize("damage", REFUSED, ids=lambda one: one.__name__)
def test_what_is_no_bundle_of_a_partner_for_us_is_refused_whole(
    damage: Callable[[Path, Node, Node], None], tmp_path: Path
) -> None:
    can, fra = two()
    put(can, fra, *ITEMS)
    (file,) = out(can, fra, tmp_path / "a")
    good = file.read_bytes()
    damage(file, can, fra)
    around = sorted(tmp_path.rglob("*"))
    (taken,) = take(fra, file)
    assert taken.code == REFUSED[damage]
    assert taken.message_id
    assert fra.ids() == set()
    assert sorted(tmp_path.rglob("*")) == around
    file.write_bytes(good)
    assert take(fra, file)[0].new == 10


def test_a_bundle_is_taken_once_and_a_missing_file_holds_up_no_other(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS)
    (file,) = out(can, fra, tmp_path / "a")
    assert reasons(take(fra, file, tmp_path / "nothing.cordiale")) == ["exchange.carry.file", ""]
    assert reasons(take(fra, file)) == ["exchange.carry.again"]
    with pytest.raises(NotFound):
        out_into_nowhere(can, tmp_path / "nowhere")


def test_a_medium_that_is_pulled_out_half_way_holds_up_no_other(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS[:3])
    files = out(can, fra, tmp_path / "pulled-out")
    gbr = make("GBR", limits=SMALL)
    connect(gbr, fra)
    put(gbr, fra, indicator("other"))
    others = out(gbr, fra, tmp_path / "stays")
    verify = fra.home.verify

    def pulled_out(key: bytes, message: bytes, signature: bytes) -> bool:
        files[0].unlink(missing_ok=True)
        return verify(key, message, signature)

    fra.home = msgspec.structs.replace(fra.home, verify=pulled_out)
    first, second = take(fra, *files, *others)
    assert (first.code, first.partner, first.params["problem"]) == (
        "exchange.carry.file",
        "CAN",
        os.strerror(errno.ENOENT),
    )
    assert (second.code, second.new) == ("", 1)


def out_into_nowhere(can: Node, folder: Path) -> None:
    partnership = can.partnership("FRA")
    assert partnership is not None
    carry.out(can.store, can.home, partnership, folder)
