"""MISP's taxonomies read alone: kept by namespace, tags said in their words, tags that exclude each other named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.readers import Remark
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.cyber.indicators.pages import indicator
from cordiale.domains.cyber.misp.reader import reader
from cordiale.domains.cyber.taxonomies import kept
from cordiale.domains.cyber.taxonomies.format import of_bytes as read
from cordiale.domains.cyber.taxonomies.meaning import excluding, known, meaning
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.ingress import Limits
from tests.unit.domains.cyber.held_here import numbered

MARIE = house("marie")
LIAISON = Actor("lea", frozenset({"liaison"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="lea", tlp="green"))  # fmt: skip
LIGHT = {
    "namespace": "tlp", "expanded": "Traffic Light Protocol", "version": 9, "description": "Colours", "exclusive": True,
    "predicates": [{"value": "red", "expanded": "Nobody else", "colour": "#f00"}, {"value": "green", "expanded": "The community"}],
}  # fmt: skip
SCALE = {
    "predicates": [{"value": "reliability", "expanded": "Reliability", "exclusive": True}, {"value": "free"}],
    "values": [
        {"predicate": "reliability", "entry": [{"value": "a", "expanded": "Reliable", "numerical_value": 100}, {"value": "b", "expanded": "Usually", "description": "Minor doubt"}]},
        {"predicate": "free", "entry": [{"value": "x"}, {"value": "y"}]},
    ],
    "version": 1, "description": "How sure", "type": ["event"], "namespace": "Scale",
}  # fmt: skip
SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "misp" / "taxonomies"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder as MISP publishes taxonomies: one folder each, and a manifest."""
    for value in (LIGHT, SCALE):
        place = tmp_path / "given" / str(value["namespace"])
        place.mkdir(parents=True)
        (place / "machinetag.json").write_bytes(orjson.dumps(value))
    (tmp_path / "given" / "MANIFEST.json").write_bytes(b'{"taxonomies": []}')
    return tmp_path / "given"


def test_a_tag_is_said_in_the_words_of_its_taxonomy() -> None:
    held = known(read(orjson.dumps(one), "x") for one in (LIGHT, SCALE))
    said = meaning(held, 'scale:RELIABILITY="A"')  # capitals are nothing in tags
    assert said is not None
    assert (said.taxonomy, said.words, said.number) == ("Scale", "Reliability: Reliable", 100)
    light = meaning(held, "TLP:Red")
    assert light is not None
    assert (light.taxonomy, light.words) == ("Traffic Light Protocol", "Nobody else")
    for tag in ("tlp", "tlp:blue", 'tlp:red="x"', 'scale:reliability="z"', "other:red", '":"=', 'scale:="a"'):
        assert meaning(held, tag) is None


def test_tags_that_exclude_each_other_are_named() -> None:
    held = known(read(orjson.dumps(one), "x") for one in (LIGHT, SCALE))
    tags = ["tlp:red", 'Scale:free="x"', 'Scale:free="y"', "tlp:green", 'Scale:reliability="a"', "tlp:red"]
    assert excluding(held, tags) == (("tlp:green", "tlp:red"),)
    assert excluding(held, [*tags, 'Scale:reliability="b"'])[0] == ('Scale:reliability="a"', 'Scale:reliability="b"')  # fmt: skip


def test_they_are_kept_followed_and_removed(node: Node, folder: Path) -> None:
    assert sorted(kept.add(node.desk, MARIE, folder).new) == ["Scale", "tlp"]
    assert sorted(kept.add(node.desk, MARIE, folder).same) == ["Scale", "tlp"]
    newer = folder / "tlp" / "machinetag.json"
    newer.write_bytes(orjson.dumps({**LIGHT, "version": 10}))
    assert kept.add(node.desk, MARIE, newer).renewed == ("tlp",)
    assert [(one.name, one.version, said.exclusive) for one, said in kept.kept(node.desk, LIAISON)] == [("Scale", "1", False), ("tlp", "10", True)]  # fmt: skip
    assert len(list((node.desk.folder / kept.FOLDER).iterdir())) == 3  # what was followed is gone
    kept.remove(node.desk, MARIE, "tlp")
    assert meaning(kept.held(node.desk), "tlp:red") is None
    with pytest.raises(NotFound):
        kept.remove(node.desk, MARIE, "tlp")
    with pytest.raises(NotAllowed):
        kept.add(node.desk, LIAISON, folder)


@pytest.mark.parametrize("wrong", [b"", b"[]", b'{"namespace": "x"}', b'{"namespace": " ", "predicates": []}', b'{"namespace": "x", "predicates": [1]}', b"[" * 100_000])  # fmt: skip
def test_what_is_no_taxonomy_is_refused_with_its_name(node: Node, tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "wrong.json").write_bytes(wrong)
    with pytest.raises(InputError) as refused:
        kept.add(node.desk, MARIE, tmp_path / "wrong.json")
    assert "wrong.json" in str(refused.value)
    (tmp_path / "tlp.json").write_bytes(orjson.dumps(LIGHT))
    done = kept.add(node.desk, MARIE, tmp_path)  # one that cannot be read stops no other
    assert (done.new, [Path(one.where).name for one in done.refused]) == (("tlp",), ["wrong.json"])


def test_an_import_says_what_a_taxonomy_is_and_goes_on(node: Node, folder: Path) -> None:
    assert all(reader.recognise(orjson.dumps(one)) for one in (LIGHT, SCALE))
    said = list(reader.read([orjson.dumps(SCALE)], Limits()))
    assert [(one.code, one.params) for one in said if isinstance(one, Remark)] == [("misp-taxonomy", {"namespace": "Scale"})]  # fmt: skip
    odd = orjson.dumps([{"type": ["event"], "created": "x"}, held_indicator()])
    report = import_(node.desk, MARIE, [of_bytes("odd", odd)], marking="tlp:green")
    assert (report.new, report.set_aside) == (1, 1)  # a type that is no text is set aside, and stops nothing


def test_the_page_of_an_indicator_says_its_tags_in_words(node: Node, folder: Path) -> None:
    kept.add(node.desk, MARIE, folder)
    labels = ['Scale:reliability="b"', 'Scale:reliability="a"', "ours"]
    import_(node.desk, MARIE, [of_bytes("x", orjson.dumps([held_indicator(labels=labels)]))], marking="tlp:green")  # fmt: skip
    tags = indicator(node.desk, MARIE, "fr", {"id": numbered("indicator", 1)}).values["tags"]
    assert [(one["tag"], one["words"], one["description"]) for one in tags["rows"]] == [
        ('Scale:reliability="b"', "Reliability: Usually", "Minor doubt"),
        ('Scale:reliability="a"', "Reliability: Reliable", ""),
        ("ours", "", ""),
    ]
    assert tags["against"] == ['Scale:reliability="a", Scale:reliability="b"']


def held_indicator(**more: Any) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": numbered("indicator", 1), "created": "2026-11-01T08:00:00.000Z", "modified": "2026-11-01T08:00:00.000Z",
        "valid_from": "2026-11-01T08:00:00Z", "pattern": "[domain-name:value = 'a.example']", "pattern_type": "stix", **more,
    }  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published taxonomies are not beside the project")
def test_every_published_taxonomy_is_recognised_and_read() -> None:
    for path in SHARED.glob("*/machinetag.json"):
        data = path.read_bytes()
        assert reader.recognise(data[:4096]), path
        held = known([read(data, path.name)])
        assert held.predicates, path
