"""The drift sheet: what stands on it, in three formats, whatever the texts hold."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest

from cordiale.domains.information.lineage.answer import Answer
from cordiale.domains.information.lineage.trace import traced
from cordiale.domains.information.plain import read_text
from cordiale.domains.information.sheet.content import sheet
from cordiale.domains.information.sheet.layout import Sheet, spans
from cordiale.domains.information.sheet.written import write
from cordiale.platform.errors import InputError

SOURCE = """Harbour works to begin in spring

10 March 2025

The Ministry of Transport will consider a second pier at Ardmoor, the minister Helen Marrack said on Monday.
About forty ships call at the port each week, according to the harbour authority.
The authority has not received any request to close the port.
The works may cost up to 12 million euros, of which the region would pay a third.
Residents were told of the plan at a meeting in February, which about sixty of them attended.
The ministry publishes its study of tides and currents in April, ahead of the public inquiry.
"""

DERIVED = """Second pier decided <script>alert(1)</script>

12 March 2025

The Ministry of Transport will build a second pier at Ardmoor, the minister Helen Marrack said on Monday.
About four hundred ships call at the port each week, according to the harbour authority.
The authority has received a request to close the port.
The works may cost up to 12 million euros, of which the region would pay a third.
Three trawlers were blessed by the bishop <b>"without & within"</b> \x0b\ufffe in a \u202eceremony on the quay.
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    documents = [
        *read_text("source.txt", SOURCE.encode()),
        *read_text("suspect.txt", DERIVED.encode()),
    ]
    return traced(documents, ("en", "fr"))


@pytest.fixture(scope="module")
def made(answers: dict[str, Answer]) -> Sheet:
    return sheet(answers, {"en": "TLP:AMBER", "fr": "TLP:AMBER"}, 1_741_910_400_000_000)


def visible(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def test_it_says_in_both_languages_what_became_of_each_claim(made: Sheet) -> None:
    page = write(made, "html")[0].decode()
    english, french = page.split('<section lang="fr">')
    for words in ("Drift sheet", "▲ strengthened", "✕ contradicted", "Added: not in the compared sources", "14 March 2025"):  # fmt: skip
        assert words in visible(english)
    for words in ("Fiche de glissement de sens", "▲ accentué", "✕ contredit", "Ajout : absent des sources comparées", "14 mars 2025"):  # fmt: skip
        assert words in visible(french).replace("\u00a0", " ")
    assert "Residents were told of the plan" in english  # left out of the derived text


def test_changed_words_are_marked_on_both_sides(made: Sheet) -> None:
    page = write(made, "html")[0].decode()
    assert re.search(r"<mark[^>]*>[^<]*forty[^<]*</mark>", page)
    assert re.search(r"<mark[^>]*>[^<]*four hundred[^<]*</mark>", page)


def test_every_file_is_named_with_its_digest(made: Sheet, answers: dict[str, Answer]) -> None:
    for format in ("html", "docx", "odt"):
        said = contents(write(made, format)[0], format)
        for view in answers["en"].documents:
            assert view.sha256 in said


def test_what_stood_in_a_text_is_only_ever_text(made: Sheet) -> None:
    page = write(made, "html")[0].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<b>"nobody"' not in page
    assert "\u202e" not in page  # nothing turns the line around
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", page)


def test_the_marking_stands_at_the_top_and_foot_of_every_page(made: Sheet) -> None:
    page = write(made, "html")[0].decode()
    assert page.count("<tr><td>TLP:AMBER</td></tr>") == 2
    assert "table-header-group" in page
    docx = zipfile.ZipFile(io.BytesIO(write(made, "docx")[0]))
    for part in ("word/header1.xml", "word/footer1.xml"):
        assert b"TLP:AMBER" in docx.read(part)
    odt = zipfile.ZipFile(io.BytesIO(write(made, "odt")[0]))
    assert odt.read("styles.xml").count(b"TLP:AMBER") == 2


def contents(data: bytes, format: str) -> str:
    if format == "html":
        return data.decode()
    archive = zipfile.ZipFile(io.BytesIO(data))
    return archive.read("word/document.xml" if format == "docx" else "content.xml").decode()


@pytest.mark.parametrize("format", ["docx", "odt"])
def test_office_files_are_whole_and_their_parts_lead_to_one_another(made: Sheet, format: str) -> None:
    data = write(made, format)[0]
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    names = archive.namelist()
    trees = {name: ET.fromstring(archive.read(name)) for name in names if name.endswith((".xml", ".rels"))}
    if format == "odt":
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        listed = {value for entry in trees["META-INF/manifest.xml"] for key, value in entry.items() if key.endswith("full-path")}  # fmt: skip
        assert listed == {"/", "content.xml", "styles.xml", "meta.xml"}
        styles = {v for name in ("content.xml", "styles.xml") for e in trees[name].iter() for k, v in e.items() if k.endswith("style:1.0}name")}  # fmt: skip
        used = {v for e in trees["content.xml"].iter() for k, v in e.items() if k.endswith("}style-name")}
        assert used <= styles
    else:
        targets = {e.get("Target") for e in trees["word/_rels/document.xml.rels"]}
        assert {f"word/{target}" for target in targets} <= set(names)
        typed = {(e.get("PartName") or "").lstrip("/") for e in trees["[Content_Types].xml"]}
        assert {name for name in names if name.endswith(".xml") and name[0] != "["} <= typed


def test_the_same_sheet_gives_the_same_bytes(made: Sheet) -> None:
    assert write(made, "docx")[0] == write(made, "docx")[0]
    assert write(made, "odt")[0] == write(made, "odt")[0]


def test_another_format_is_refused(made: Sheet) -> None:
    with pytest.raises(InputError, match="html, docx, odt"):
        write(made, "pdf")


def test_pieces_that_overlap_are_marked_once() -> None:
    runs = spans("tens of thousands of ships", ("tens of thousands", "thousands of", "absent"))
    assert [(run.text, run.look) for run in runs] == [("tens of thousands of", "changed"), (" ships", "")]
