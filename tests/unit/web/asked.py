"""A question that a partner's node asked of this one, as it would have come in."""

from __future__ import annotations

import msgspec
import orjson

from cordiale.desk.desk import Desk
from cordiale.joint.request import NAME, Request
from cordiale.joint.words import Words
from cordiale.stix.atoms import id_of
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.types import Put

GREEN = "tlp:green"


def ask_us(desk: Desk, asker: str, about: str, n: int, due: str) -> None:
    """Let a partner have asked about an object, by an instant as STIX writes it."""
    said = Request(
        asker=asker,
        to=(desk.node,),
        words=Words("Have you seen this page?", "Avez-vous vu cette page ?"),
        due=due,
        priority="high",
        at="2026-03-01T08:00:00.000Z",
    )
    definition = PUBLISHED[NAME]
    value = {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--0000000{n}-0000-4000-8000-00000000bbbb",
        "created": "2026-03-01T08:00:00.000Z",
        "modified": "2026-03-01T08:00:00.000Z",
        "content": said.words.en,
        "object_refs": [about],
        "object_marking_refs": [id_of(GREEN)],
        "extensions": {
            definition: {
                "extension_type": "property-extension",
                "definition_ref": definition,
                **msgspec.to_builtins(said),
            }
        },
    }
    version, _problems = read(orjson.dumps(value))
    atoms = frozenset({GREEN})
    with desk.store.write() as tx:
        versions.put(tx, asker, desk.clock(), [Put(version, atoms, atoms, "received")])
