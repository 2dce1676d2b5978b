"""Nothing leaves by the extensions of Incident Core but what they define."""

from __future__ import annotations

from typing import Any

from cordiale.desk.outgoing import release
from cordiale.stix.incident_core import CORE, DEFINITIONS
from tests.unit.desk.conftest import WHEN
from tests.unit.joint.conftest import OFFICER, Three
from tests.unit.joint.test_incident import TWO, taken

PATTERN = {"pattern": "[ipv4-addr:value = '198.51.100.1']", "pattern_type": "stix", "valid_from": WHEN}


def made(kind: str, number: int, extension: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        **more,
        "extensions": {extension: said},
    }


def test_nothing_leaves_by_an_extension_but_what_it_defines(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    said = {
        "extension_type": "property-extension",
        "determination": "suspected",
        "investigation_status": "open",
    }
    objects = [
        made("indicator", 901, CORE, {"extension_type": "property-extension", "x": "HALCYON-1"}, **PATTERN),
        made("indicator", 902, DEFINITIONS["task"], {"extension_type": "new-sdo", "x": "HALCYON-2"}, **PATTERN),
        made("incident", 903, CORE, {**said, "x": "HALCYON-3"}, name="named three"),
        made("incident", 904, CORE, {**said, "criticality": {"x": "HALCYON-4"}}, name="named four"),
        made("task", 905, DEFINITIONS["task"], {"extension_type": "new-sdo", "x": "HALCYON-5"}, outcome="pending"),
        made("task", 906, DEFINITIONS["task"], {"extension_type": "new-sdo"}, outcome="pending", name="whole"),
        made("incident", 907, CORE, said, name="whole too"),
    ]  # fmt: skip
    taken(three, "can", *objects, marking=TWO)
    release.release(can, OFFICER, "fra", ids=[one["id"] for one in objects])
    three.exchange()
    there = fra.store.snapshot()
    assert b"HALCYON" not in there
    assert b"named three" in there
    assert b"named four" in there
    for whole in objects[-2:]:
        assert whole["id"].encode() in there
    for cut in objects[:-2]:
        assert cut["id"].encode() not in there
