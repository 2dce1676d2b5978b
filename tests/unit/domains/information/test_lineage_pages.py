"""The pages of lineage: pasted texts are sealed, compared and kept; who may not see an input sees nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import File, Page, Sent
from cordiale.domains.information import captures
from cordiale.domains.information.lineage import kept as kept_as
from cordiale.domains.information.lineage import taking
from cordiale.domains.information.lineage.pages import lineage, lineages, sheet
from cordiale.domains.information.lineage.taking import lineages as take
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.web.site import site
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE
from tests.unit.web.asgi import ask

MARIE = house("marie")
READER = Actor("luc", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="amber"))  # fmt: skip
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("lineage") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder, environ={}) as opened:
        yield opened


@pytest.fixture(scope="module")
def kept(node: Node) -> dict[str, str]:
    fields = {
        "suspect": DERIVED,
        "suspect_name": "Daily Shore",
        "source": SOURCE,
        "source_name": "Ministry",
        "marking": "tlp:amber",
    }
    address = take(node.desk, MARIE, "en", Sent(fields, {}))
    return {"id": address.partition("id=")[2]}


def page(node: Node, actor: Actor, query: dict[str, str], lang: str = "en") -> Page:
    return lineage(node.desk, actor, lang, query)


def test_inputs_are_sealed_and_the_result_is_a_report_that_names_them(
    node: Node, kept: dict[str, str]
) -> None:
    shown = verbs.show(node.desk, MARIE, kept["id"])
    refs = shown.statements[0].value["object_refs"]
    assert len(refs) == 2
    for ref in refs:
        (file,) = verbs.show(node.desk, MARIE, ref).attachments
        assert file.name in ("Daily Shore.txt", "Ministry.txt")
        assert file.marking == ("tlp:amber",)


def test_a_drifted_claim_stands_beside_its_source_in_the_reader_s_language(
    node: Node, kept: dict[str, str]
) -> None:
    for lang, words in (("en", "strengthened"), ("fr", "accentué")):
        found = page(node, MARIE, kept, lang)
        row = next(row for row in found.values["shown"]["rows"] if "four hundred" in row["derived"])
        assert row["word"] == words
        assert row["source"].startswith("About forty ships")
        left = [s for p in found.values["shown"]["sources"][0]["passages"] for s in p.sentences]
        assert next(s for s in left if s.id == row["other"]).other == row["id"]
        assert ("tlp:amber",) in found.markings


def test_the_page_filters_by_label_and_lists_what_is_left_out(node: Node, kept: dict[str, str]) -> None:
    found = page(node, MARIE, {**kept, "label": "contradicted"}).values["shown"]
    assert {row["label"] for row in found["rows"]} == {"contradicted"}
    assert any("Residents were told" in one["words"] for one in found["omitted"])


def test_it_is_in_the_list_and_comes_as_a_marked_file(node: Node, kept: dict[str, str]) -> None:
    rows = lineages(node.desk, READER, "en", {}).values["rows"]
    assert [row["href"].partition("id=")[2] for row in rows] == [kept["id"]]
    for format, begins in (("html", b"<!doctype html>"), ("docx", b"PK"), ("odt", b"PK")):
        made = sheet(node.desk, MARIE, "fr", {**kept, "format": format})
        assert isinstance(made, File)
        assert made.data.startswith(begins)
    html = sheet(node.desk, MARIE, "fr", {**kept, "format": "html"}).data.decode()
    assert html.count("TLP:AMBER") >= 2
    assert html.index('lang="fr"') < html.index('<section lang="en"')


def test_a_repeat_completes_what_a_crash_cut_short(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"suspect": DERIVED, "suspect_name": "cut", "source": SOURCE, "source_name": "short"}
    fields["marking"] = "tlp:amber"

    class Killed(BaseException):
        pass

    def killed(*_args: object, **_more: object) -> None:
        raise Killed

    before = len(lineages(node.desk, MARIE, "en", {}).values["rows"])
    for place in (captures, kept_as):
        with monkeypatch.context() as moment:
            moment.setattr(place, "attach", killed)
            with pytest.raises(Killed):
                take(node.desk, MARIE, "en", Sent(fields, {}))
        assert len(lineages(node.desk, MARIE, "en", {}).values["rows"]) == before
    seen = len(verbs.search(node.desk, MARIE, type="observed-data").items)
    address = take(node.desk, MARIE, "en", Sent(fields, {}))
    assert take(node.desk, MARIE, "en", Sent(fields, {})) == address
    assert len(lineages(node.desk, MARIE, "en", {}).values["rows"]) == before + 1
    held = verbs.search(node.desk, MARIE, type="observed-data").items
    assert len(held) == seen
    assert all(len(verbs.show(node.desk, MARIE, one.id).attachments) == 1 for one in held)
    assert page(node, MARIE, {"id": address.partition("id=")[2]}).values["shown"]


def test_who_may_not_see_an_input_learns_of_no_result(node: Node, kept: dict[str, str]) -> None:
    assert page(node, READER, kept)
    assert lineages(node.desk, OUTSIDER, "en", {}).values["rows"] == []
    with pytest.raises(NotFound):
        page(node, OUTSIDER, kept)
    fields = {"suspect": DERIVED, "source": SOURCE, "marking": "tlp:amber"}
    address = take(node.desk, MARIE, "fr", Sent(fields, {}))
    other = {"id": address.partition("id=")[2]}
    assert page(node, READER, other)
    refs = verbs.show(node.desk, MARIE, other["id"]).statements[0].value["object_refs"]
    verbs.mark(node.desk, MARIE, refs[0], "tlp:red")
    with pytest.raises(NotFound) as refused:
        page(node, READER, other)
    assert refs[0] not in str(refused.value.params)
    with pytest.raises(NotFound):
        sheet(node.desk, READER, "en", other)


def test_the_file_of_a_result_is_for_who_may_see_every_input(node: Node) -> None:
    fields = {"suspect": DERIVED, "source": SOURCE, "suspect_name": "a", "source_name": "b", "marking": "tlp:amber"}  # fmt: skip
    address = take(node.desk, MARIE, "en", Sent(fields, {}))
    identifier = address.partition("id=")[2]
    (file,) = verbs.show(node.desk, READER, identifier).attachments
    refs = verbs.show(node.desk, MARIE, identifier).statements[0].value["object_refs"]
    verbs.mark(node.desk, MARIE, refs[0], "tlp:red")
    assert verbs.show(node.desk, READER, identifier).attachments == ()
    with pytest.raises(NotFound):
        verbs.attachment(node.desk, READER, identifier, file.sha256)
    assert verbs.attachment(node.desk, MARIE, identifier, file.sha256)


def test_files_may_stand_for_what_is_pasted(node: Node, tmp_path: Path) -> None:
    suspect = tmp_path / "copy.html"
    paragraphs = "".join(f"<p>{line}</p>" for line in DERIVED.replace("<", "&lt;").splitlines()[2:])
    suspect.write_text(f"<html><body><article><h1>Pier</h1>{paragraphs}</article></body></html>", "utf-8")
    address = take(
        node.desk,
        MARIE,
        "en",
        Sent({"source": SOURCE, "marking": "tlp:amber"}, {"suspect_file": (suspect,)}),
    )
    assert page(node, MARIE, {"id": address.partition("id=")[2]}).values["shown"]["rows"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"source": SOURCE}, "no-suspect"),
        ({"suspect": DERIVED}, "no-source-text"),
        ({"suspect": DERIVED, "source": SOURCE, "suspect_name": "x", "source_name": "x"}, "text-named-twice"),
        ({"suspect": "a " * 250_000, "source": SOURCE}, "lineage-too-much"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_kept(
    node: Node, fields: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_CHARACTERS", 400_000)
    before = len(verbs.jobs(node.desk, MARIE))
    with pytest.raises(InputError) as refused:
        take(node.desk, MARIE, "en", Sent(fields, {}))
    assert refused.value.code == code
    assert len(verbs.jobs(node.desk, MARIE)) == before


def test_what_was_typed_is_still_there_after_a_mistake(node: Node) -> None:
    pages: Any = site(node, MARIE)
    boundary = "x-x"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="suspect"\r\n\r\nOnly this & <b>that</b>\r\n--{boundary}--\r\n'
    answer = ask(
        pages,
        "/domains/information/lineages/send",
        method="POST",
        body=body.encode(),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status == 422
    assert "Only this &amp; &lt;b&gt;that&lt;/b&gt;</textarea>" in answer.text
    assert "Paste the source" in answer.text


def test_a_result_is_drawn_without_scripts_or_inline_style(node: Node, kept: dict[str, str]) -> None:
    pages: Any = site(node, MARIE)
    for lang in ("en", "fr"):
        answer = ask(pages, f"/domains/information/lineage?id={kept['id']}", accept_language=lang)
        assert answer.status == 200
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text  # nothing turns a line around
        assert "style=" not in answer.text
        assert 'marker-end="url(#arrow)"' in answer.text
    file = ask(pages, f"/domains/information/sheet?id={kept['id']}&format=odt")
    assert file.headers["content-disposition"].startswith("attachment")
    assert ask(pages, "/domains/information/lineage?id=report--nothing").status == 404
