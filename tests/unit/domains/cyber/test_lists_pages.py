"""Warning lists by their page, a layer beside the matrix, and files that are saved once: what a person gives, and what is said of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.domain import File, Page, Sent
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.summary import name_of
from cordiale.domains.cyber.attack.forms import attack as layer_given
from cordiale.domains.cyber.attack.pages import attack, layer
from cordiale.domains.cyber.warninglists.forms import warninglists as given
from cordiale.domains.cyber.warninglists.pages import warninglists
from cordiale.domains.cyber.writers.pages import saved
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from tests.unit.domains.cyber.held_here import BEACON, fill, numbered

MARIE = house("marie")
LIST = {"name": "Resolvers", "version": 1, "type": "string", "category": "false_positive", "list": ["8.8.8.8"]}  # fmt: skip


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        yield opened


def written(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_bytes(value if isinstance(value, bytes) else orjson.dumps(value))
    return path


def test_a_list_is_given_asked_and_removed_on_its_page(node: Node, tmp_path: Path) -> None:
    assert warninglists(node.desk, MARIE, "en", {}).values["rows"] == []
    address = given(node.desk, MARIE, "en", Sent({}, {"list": (written(tmp_path, "list.json", LIST),)}))
    query = dict(one.split("=") for one in address.partition("?")[2].split("&"))
    assert query == {"new": "1", "renewed": "0", "same": "0", "left": "0"}
    page = warninglists(node.desk, MARIE, "fr", {**query, "value": "8.8.8.8"})
    assert page.values["done"].startswith("Listes nouvelles\u00a0: 1")
    (hit,) = page.values["hits"]
    assert (hit["bad"], hit["category"]) == (True, "fausse alerte")
    assert warninglists(node.desk, MARIE, "en", {"value": "9.9.9.9"}).values["hits"] == []
    assert "choose its kind" in warninglists(node.desk, MARIE, "en", {"value": "?? ??"}).values["problem"]
    given(node.desk, MARIE, "en", Sent({"do": "remove", "name": "Resolvers"}, {}))
    assert warninglists(node.desk, MARIE, "en", {}).values["rows"] == []
    with pytest.raises(NotFound):
        given(node.desk, MARIE, "en", Sent({"do": "remove", "name": "Resolvers"}, {}))


def test_what_is_no_list_is_named_by_its_own_name_and_not_by_where_it_lay(node: Node, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        given(node.desk, MARIE, "en", Sent({}, {"list": (written(tmp_path, "notes.json", b"{}"),)}))
    assert str(tmp_path) not in str(refused.value)
    assert "notes.json" in str(refused.value)
    with pytest.raises(InputError, match=r"list\.json"):
        given(node.desk, MARIE, "en", Sent({}, {}))


def test_a_layer_is_compared_with_the_matrix_and_not_kept(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path)
    file = layer(node.desk, MARIE, "en", {})
    theirs = {**orjson.loads(file.data), "name": "Theirs", "techniques": [{"techniqueID": "T9999", "score": 3}]}  # fmt: skip
    query = layer_given(node.desk, MARIE, "en", Sent({}, {"layer": (written(tmp_path, "l.json", theirs),)}))
    page = attack(node.desk, MARIE, "en", query)
    assert isinstance(page, Page)
    assert (page.values["given"]["name"], page.values["given"]["problem"]) == ("Theirs", "")
    assert [one["code"] for one in page.values["given"]["uncovered"]] == ["T9999"]
    query = layer_given(node.desk, MARIE, "en", Sent({}, {"layer": (written(tmp_path, "l.json", b"no"),)}))
    assert "no JSON" in attack(node.desk, MARIE, "en", query).values["given"]["problem"]
    with pytest.raises(InputError):
        layer_given(node.desk, MARIE, "en", Sent({}, {}))


def test_a_feed_of_misp_is_saved_as_one_zip_the_same_each_time(node: Node, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        saved(node.desk, MARIE, "en", {"format": "misp-feed"})
    fill(node, tmp_path)
    report = {"type": "report", "spec_version": "2.1", "id": numbered("report", 1), "created": "2026-11-01T08:00:00.000Z", "modified": "2026-11-01T08:00:00.000Z", "published": "2026-11-01T08:00:00Z", "name": "Harbours", "object_refs": [BEACON]}  # fmt: skip
    verbs.import_(node.desk, MARIE, [of_bytes("r", orjson.dumps([report]))], marking="tlp:green")
    first, again = (saved(node.desk, MARIE, "en", {"format": "misp-feed"}) for _once in range(2))
    assert isinstance(first, File)
    assert first.data == again.data
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert len(archive.namelist()) == 3
    assert not list(node.desk.folder.glob("feed-*"))


@pytest.mark.parametrize(
    ("pattern", "called"),
    [
        ("[domain-name:value = 'evil.example']", "evil.example"),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "198.51.100.0/24"),
        ("[file:hashes.'SHA-256' = 'aec0']", "aec0"),
        (r"[file:name = 'it\'s \\ here']", r"it's \ here"),
        ("[domain-name:value != 'a.example']", "[domain-name:value != 'a.example']"),
        ("[domain-name:value NOT = 'a.example']", "[domain-name:value NOT = 'a.example']"),
        ("[a:b = 'x' OR a:b = 'y']", "[a:b = 'x' OR a:b = 'y']"),
        ("[a:b = 'x'] AND [a:b = 'y']", "[a:b = 'x'] AND [a:b = 'y']"),
    ],
)
def test_an_indicator_without_a_name_is_called_by_the_one_value_it_looks_for(
    pattern: str, called: str
) -> None:
    assert name_of({"type": "indicator", "pattern": pattern}) == called
    assert name_of({"type": "indicator", "pattern": pattern, "name": "Named"}) == "Named"
