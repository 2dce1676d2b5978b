"""A node whose signing key lies in a hardware module: its segments really are signed there."""

from __future__ import annotations

from pathlib import Path

from cordiale.desk.actor import house
from cordiale.desk.partner.sync import sync
from cordiale.node import rotation
from cordiale.node.keys import keys
from cordiale.release import pkcs11
from tests import softhsm
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

MARIE = house("marie")


@softhsm.needed
def test_segments_are_signed_in_the_module_and_the_key_moves_there_and_back(tmp_path: Path) -> None:
    first = softhsm.uri("node-1")
    second = softhsm.uri("node-2")
    public = pkcs11.generate(first)
    pkcs11.generate(second)
    pair = Pair(tmp_path, signing=first)
    with pair.canada, pair.france:
        assert pair.canada.desk.home.egress().public_key == public
        pair.take(indicator(1))
        assert pair.exchange().new == 1
        rotation.rotate_signing(pair.canada, MARIE, uri=second)  # to another key in the module
        pair.take(indicator(2))
        assert pair.exchange().new == 1
        rotation.rotate_signing(pair.canada, MARIE)  # and back to a file
        pair.take(indicator(3))
        assert pair.exchange().new == 1
        assert sync(pair.canada.desk, MARIE)[0].link == "up"
        shown = keys(pair.canada, MARIE)
        places = [one.place.partition(";")[0] for one in shown.keys if one.role == "signing"]
        assert places[:2] == ["pkcs11:token=cordiale"] * 2
        assert places[2].startswith("keys/signing-")
